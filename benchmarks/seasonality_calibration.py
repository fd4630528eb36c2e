"""Do the verdicts of the consultation notebook keep their promise when there is nothing to find?

Simulates years of contacts at five sizes (three cities, a prefecture, the nation) with negative-binomial noise and a
latent level that wanders by day, by week or ever longer; habitual callers come from `habitual_callers.py`. Every
verdict judges years in which exactly its own effect is absent, and every interval and forecast has a known truth to
cover. Verdicts about months go through the lookup of `seasonality.surface` as in the notebook, with three years and
with one year of a nation that has the same memory. Chi-square and Rayleigh, which are shown the same years, are the
peers; oracles know the memory (power), the estimate's true spread (intervals), and pattern, spread and level
(forecasts). Regimes can be run apart; each prints its cells as it goes.

Usage: seasonality_calibration.py [--quick] [--years N] [--only REGIME ...] [--verdicts] [--json]
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property

import habitual_callers
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from scipy.signal import lfilter

from ujo_lib import glm
from ujo_lib.fiscal import Period
from ujo_lib.seasonality import (
    attributes,
    circular,
    clustering,
    contrast,
    memory,
    profiles,
    surface,
    usage,
)
from ujo_lib.seasonality.calendar import YEAR, Terms
from ujo_lib.seasonality.counts import Counts
from ujo_lib.seasonality.dispersion import ScaledTest
from ujo_lib.seasonality.forecast import forecast_months
from ujo_lib.seasonality.verdicts import ALPHA, PatternTests, as_wary, calibrated
from ujo_lib.variance import Array, client_codes, deflated_share, small_sample

DAYS = 365
WEEKDAY = np.arange(DAYS) % 7  # 2023 begins on a Sunday and has 53 of them
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
MONTH = np.repeat(np.arange(12), MONTH_DAYS)
WEEKDAY_EFFECT = np.array([0.12, 0.08, 0.05, 0.02, 0.0, -0.08, -0.14])
MONTH_EFFECT = np.array([0, -0.05, 0, 0.05, 0.02, 0.03, 0.05, 0.15, 0.08, 0, -0.02, -0.1])
HOUR_SHARE = np.array(
    [
        5.2,
        4.8,
        3.2,
        2.4,
        2.0,
        1.9,
        2.2,
        2.7,
        3.1,
        3.5,
        3.7,
        3.8,
        4.0,
        4.1,
        4.1,
        4.2,
        4.4,
        4.6,
        4.8,
        5.2,
        5.6,
        6.0,
        6.5,
        6.4,
    ]
)
NIGHT, MORNING = [22, 23], [6, 7, 8, 9, 10, 11]
ROUND = 500
"""Years simulated at a time, so that hours of the national size fit in little memory."""


@dataclass(frozen=True)
class Size:
    """Contacts a year, marginal SD of the latent process, negative-binomial dispersion."""

    name: str
    contacts: float
    sd: float
    dispersion: float


SIZES = (
    Size("city", 54, 0.15, 0.10),
    Size("town", 200, 0.13, 0.08),
    Size("desk", 600, 0.12, 0.07),
    Size("prefecture", 2536, 0.10, 0.05),
    Size("nation", 337943, 0.06, 0.003),
)
PREFECTURE, NATION = SIZES[-2:]


@dataclass(frozen=True)
class Regime:
    """How the level wanders.

    Attributes:
        step: days that share one value of the latent process.
        memory: its autocorrelation from step to step, or the order of its fractional differencing.
        long: whether it is the latter.
    """

    step: int
    memory: float
    long: bool = False


REGIMES = {
    "none": Regime(1, 0.0),
    "days 0.3": Regime(1, 0.3),
    "days 0.6": Regime(1, 0.6),
    "weeks 0.5": Regime(7, 0.5),
    "weeks 0.8": Regime(7, 0.8),
    "long": Regime(7, 0.4, long=True),
}
CALLERS = "callers"
"""The regime of `habitual_callers.py`."""
NATIONAL_YEARS = (3, 1)
"""Of the record that lends its memory."""


def latent(rng: np.random.Generator, years: int, sd: float, regime: Regime, days: int) -> Array:
    """A stationary latent level, shape (years, days); its exponential has mean 1."""
    steps = days // regime.step + 1
    if regime.long:
        # Fractional noise by its spectrum (Granger & Joyeux 1980) on a circle of 2,048 steps, without its mean.
        gain = np.zeros(1025)
        gain[1:] = (2 * np.sin(np.pi * np.arange(1, 1025) / 2048)) ** -regime.memory
        spectrum = np.fft.rfft(rng.normal(0, sd, (years, 2048)), axis=1) * gain
        path = np.fft.irfft(spectrum, axis=1) / np.sqrt((2 * gain[:-1] @ gain[:-1] + gain[-1] ** 2) / 2048)
    else:
        shocks = rng.normal(0, sd * np.sqrt(1 - regime.memory**2), (years, steps + 100))
        path = lfilter([1.0], [1.0, -regime.memory], shocks, axis=1)[:, 100:]
    return path[:, np.arange(days) // regime.step] - sd**2 / 2


def expected(size: Size, effect: Array) -> Array:
    """Expected contacts of each day."""
    return np.exp(effect) / np.exp(effect).mean() * size.contacts / DAYS


def tilted(hour_share: Array, tilt: Array) -> Array:
    """Share of each hour on days that lean towards the night by `tilt`."""
    share = hour_share * np.exp(tilt * np.cos((np.arange(24) - 22) * 2 * np.pi / 24))
    return share / share.sum(axis=-1, keepdims=True)


def mean_share(hour_share: Array, sd: float) -> Array:
    """Expected share of each hour over the days' tilts (Gauss–Hermite quadrature)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    return weights @ tilted(hour_share, sd * nodes[:, None]) / weights.sum()


def night_like_morning(sd: float) -> Array:
    """An hour profile whose expected night equals its expected morning, per hour; all other hours as ever."""
    share = HOUR_SHARE / HOUR_SHARE.sum()
    for _ in range(20):
        mean = mean_share(share, sd)
        share[NIGHT] *= mean[MORNING].mean() / mean[NIGHT].mean()
    return share


def month_wave(height: float) -> Array:
    """A smooth yearly wave of ±`height`, highest in August."""
    return np.log1p(height * np.cos(2 * np.pi * (np.arange(DAYS) - 225) / DAYS))


def calendar_of(years: int) -> PatternTests:
    """The verdicts' tests for so many whole years, all days observed."""
    days = DAYS * years
    return PatternTests(np.arange(days) % 7, np.tile(MONTH, years), np.ones(days, dtype=bool), np.ones(days))


CALENDAR = calendar_of(1)
NATIONAL = {years: calendar_of(years) for years in NATIONAL_YEARS}
WEEK = WEEKDAY_EFFECT[WEEKDAY]
ALL = WEEK + MONTH_EFFECT[MONTH]

SLOW = 50
"""Years of each round that what has no vectorised form is run on."""
HOURLY = 2
"""Rounds that hours are drawn in: they take most of the time."""

TERMS = Terms(
    (
        Period(date(2023, 7, 21), date(2023, 8, 31), "夏休み"),
        Period(date(2023, 1, 1), date(2023, 1, 7), "冬休み"),
        Period(date(2023, 12, 24), date(2023, 12, 31), "冬休み"),
    ),
    harmonics=2,
    trend=False,
    origin=date(2023, 1, 1),
)
MODEL_EFFECTS = np.array(
    [0, 0.12, 0.08, 0.05, 0.0, -0.05, -0.08, 0.1, 0.05, 0.15, 0.12, 0.05, 0.03, -0.05, 0.02, 0.01]
)


@dataclass(frozen=True)
class Setting:
    """What a round of years is drawn with."""

    rng: np.random.Generator
    years: int
    size: Size
    regime: Regime

    def mean(self, effect: Array) -> Array:
        """Mean contacts of each day once its level and noise are drawn, shape (years, days)."""
        level = expected(self.size, effect) * np.exp(
            latent(self.rng, self.years, self.size.sd, self.regime, len(effect))
        )
        return level * self.rng.gamma(1 / self.size.dispersion, self.size.dispersion, level.shape)

    def daily(self, effect: Array) -> NDArray[np.int64]:
        """Counts of days with these effects, shape (years, days)."""
        return self.rng.poisson(self.mean(effect))

    def hourly(self, effect: Array, hour_share: Array = HOUR_SHARE) -> NDArray[np.int64]:
        """Counts of hours with these day effects and this hour profile, shape (years, days, 24).

        Each day also tilts its own hours at random (as much as the days' levels vary), so that contacts of one
        day are no independent draws from the hour profile either.
        """
        hours = tilted(hour_share, self.rng.normal(0, self.size.sd, (self.years, len(effect), 1)))
        return self.rng.poisson(self.mean(effect)[..., None] * hours)

    @cached_property
    def national(self) -> dict[int, Array]:
        """Autocorrelation that a nation's record of so many years shows, one for each year simulated."""
        nation = replace(self, size=NATION)
        return {
            years: tests.yearly_wave(nation.daily(np.zeros(DAYS * years))).autocorrelation
            for years, tests in NATIONAL.items()
        }


@cache
def looked_up(pattern: str, contacts: float, years: int, autocorrelation: float, lent: bool) -> float:
    """The level of a verdict about months for one year of contacts; NaN where it is withheld."""
    seen = surface.Memory(NATION.contacts, years, autocorrelation, lent)
    rates = surface.rates(pattern, contacts, 1.0, seen)
    return np.nan if rates is None or rates.false_alarm > surface.MOST_FALSE else rates.level


def judged(setting: Setting, pattern: str, daily: Array, national_years: int) -> tuple[Array, Array]:
    """What the notebook says of each year: whether it finds the pattern, and whether it judges at all."""
    test = {"months": CALENDAR.months, "wave": CALENDAR.yearly_wave}[pattern]
    lent = setting.size != NATION
    autocorrelation = (
        setting.national[national_years] if lent else CALENDAR.yearly_wave(daily).autocorrelation
    )
    found = test(daily, memory=autocorrelation if lent else None)
    years = national_years if lent else 1
    level = np.array(
        [
            looked_up(pattern, setting.size.contacts, years, round(float(seen), 2), lent)
            for seen in autocorrelation
        ]
    )
    return calibrated(found.p_value, level) < ALPHA, ~np.isnan(level)


Outcomes = Iterator[tuple[str, NDArray[np.bool_]]]


def without_months(setting: Setting) -> Outcomes:
    """Years with weekday and hour patterns and no month pattern: which verdicts raise a false alarm?"""
    daily = setting.daily(WEEK)
    for years in NATIONAL_YEARS if setting.size != NATION else (1,):
        for pattern in ("months", "wave"):
            found, told = judged(setting, pattern, daily, years)
            yield f"{pattern} ({years} national)", found[told]
            yield f"withheld: {pattern} ({years} national)", ~told
    n = daily @ np.eye(12)[MONTH]
    share = MONTH_DAYS / DAYS
    yield "peer: chi-square months", scipy_stats.chisquare(n.T, n.sum(axis=1) * share[:, None]).pvalue < ALPHA
    angle = 2 * np.pi * np.arange(DAYS) / YEAR
    z = ((daily @ np.cos(angle)) ** 2 + (daily @ np.sin(angle)) ** 2) / daily.sum(axis=1)
    yield "peer: Rayleigh year", np.exp(-z) < ALPHA


def without_weekdays(setting: Setting) -> Outcomes:
    """Years with month and hour patterns and no weekday pattern."""
    daily = setting.daily(MONTH_EFFECT[MONTH])
    yield "weekdays", CALENDAR.weekdays(daily).p_value < ALPHA
    yield "slope through the week", CALENDAR.week_slope(daily).p_value < ALPHA
    n = daily @ np.eye(7)[WEEKDAY]
    share = np.bincount(WEEKDAY) / DAYS
    yield (
        "peer: chi-square weekdays",
        scipy_stats.chisquare(n.T, n.sum(axis=1) * share[:, None]).pvalue < ALPHA,
    )


def without_hours(setting: Setting) -> Outcomes:
    """Years whose night equals the morning, and years with every hour alike."""
    hourly = setting.hourly(ALL, night_like_morning(setting.size.sd))
    night, morning = hourly[..., NIGHT].sum(axis=2), hourly[..., MORNING].sum(axis=2)
    effect = small_sample(contrast.day_effect(night, morning), DAYS - 1)
    p = contrast.ratio_p(night.sum(axis=1), morning.sum(axis=1), len(NIGHT) / len(MORNING), effect)
    yield "night v morning", p < ALPHA
    flat = setting.hourly(ALL, np.ones(24))
    yield "hours", circular.uniformity_p(*circular.resultant(flat)) < ALPHA
    n = flat.sum(axis=1)
    yield "peer: chi-square hours", scipy_stats.chisquare(n.T).pvalue < ALPHA


def without_difference(setting: Setting) -> Outcomes:
    """A place and the nation with one pattern and noise of their own: do they seem to differ?"""
    if setting.size == NATION:
        return
    place, nation = setting.daily(ALL), replace(setting, size=NATION).daily(ALL)
    months, weekdays, spread = [], [], []
    for row, baseline in zip(place[:SLOW], nation[:SLOW].astype(float), strict=True):
        tests = PatternTests(WEEKDAY, MONTH, baseline > 0, baseline, baseline)
        seen = round(float(setting.national[3][len(months)]), 2)
        level = looked_up("months", setting.size.contacts, 3, seen, lent=False)
        months.append(calibrated(tests.months(row).p_value, level)[0])
        weekdays.append(tests.weekdays(row).p_value[0])
        level, df = usage.level_spread(tests, row)
        spread.append(small_sample(level, df)[0])
    told = ~np.isnan(months)
    yield "months v nation", np.array(months)[told] < ALPHA
    yield "withheld: months v nation", ~told
    yield "weekdays v nation", np.array(weekdays) < ALPHA
    n, whole = place[:SLOW].sum(axis=1), nation[:SLOW].sum(axis=1)
    yield (
        "cover: share of nation",
        covers(*deflated_share(n, whole, np.array(spread)), setting.size.contacts / NATION.contacts),
    )


PROFILES = (("month ratio", CALENDAR.months, MONTH), ("weekday ratio", CALENDAR.weekdays, WEEKDAY))


def with_everything(setting: Setting) -> Outcomes:
    """Years with all patterns: does each interval cover the truth it was made for, and how wide is it beside one that
    knows the estimate's true standard deviation?
    """
    size = setting.size
    hourly = setting.hourly(ALL)
    daily = hourly.sum(axis=2)
    truth = expected(size, ALL)
    for name, test, group in PROFILES:
        member, days = np.eye(group.max() + 1)[group], np.bincount(group)
        lent = {"memory": setting.national[3]} if name == "month ratio" and size != NATION else {}
        scale = test(daily, **lent)
        variance = scale.variance
        if name == "month ratio" and not lent:
            own = CALENDAR.yearly_wave(daily).autocorrelation
            levels = [looked_up("months", size.contacts, 1, round(float(seen), 2), False) for seen in own]
            variance = as_wary(scale, np.array(levels))
        estimate, low, high = profiles.ratio_to_mean(
            daily @ member, days, variance[:, None], scale.df2[:, None]
        )
        yield f"cover: {name}", covers(low, high, (truth @ member) / truth.sum() / (days / DAYS))
        yield f"width: {name}", wider(low, high, estimate)
    share = mean_share(HOUR_SHARE, size.sd)
    n = hourly.sum(axis=1)
    effect = small_sample(profiles.share_effect(hourly), DAYS - 1)
    low, high = deflated_share(n, n.sum(axis=1, keepdims=True), effect)
    yield "cover: hour share", covers(low, high, share)
    yield "width: hour share", wider(low, high, n / n.sum(axis=1, keepdims=True))
    night, morning = hourly[..., NIGHT].sum(axis=2), hourly[..., MORNING].sum(axis=2)
    exposure = len(NIGHT) / len(MORNING)
    day_effect = small_sample(contrast.day_effect(night, morning), DAYS - 1)
    low, high = contrast.ratio_interval(night.sum(axis=1), morning.sum(axis=1), exposure, day_effect)
    yield "cover: night v morning ratio", covers(low, high, share[NIGHT].mean() / share[MORNING].mean())
    mean = circular.summarise(np.arange(24) + 0.5, share * 1e9).mean
    low, high = circular.mean_limits(*circular.resultant(hourly))
    off = np.mod(mean - low, 24)
    yield "cover: circular mean", off <= high - low


def wider(low: Array, high: Array, estimate: Array) -> Array:
    """Widths beside the 95 % range of the estimate over the years, as an oracle would have it."""
    return (high - low) / (2 * scipy_stats.norm.ppf(0.975) * estimate.std(axis=0))


def covers(low: Array, high: Array, truth: Array | float) -> NDArray[np.bool_]:
    """Whether the interval holds the truth."""
    return (low <= truth) & (truth <= high)


def with_a_model(setting: Setting) -> Outcomes:
    """Years drawn from the calendar regression, which is not fitted at a city's size: are its ratios covered?"""
    if setting.size.contacts < 1000:
        return
    X, truth = model_columns()
    counts = setting.daily(X @ truth)[:SLOW].astype(float)
    fitted = glm.fit_negative_binomial(counts, X)
    days = np.arange(DAYS)
    covariance = memory.covariance(fitted, X, days, memory.estimate(fitted, X, days))
    middle, quantile = fitted.coefficients[:, 1:], scipy_stats.t.ppf(0.975, DAYS - X.shape[1])
    for name, matrices in (
        ("cover: model rate ratios", covariance),
        ("peer cover: Newey-West", newey_west(fitted, X)),
    ):
        reach = quantile * np.sqrt(np.einsum("sii->si", matrices))[:, 1:]
        yield name, covers(middle - reach, middle + reach, truth[1:])


def newey_west(fitted: glm.Fit, X: Array, lags: int = 14) -> Array:
    """The textbook covariance for correlated days (Newey & West 1987), with the n / (n − p) factor."""
    weight = np.sqrt(fitted.mean / (1 + fitted.alpha[:, None] * fitted.mean))
    score = (fitted.residuals * weight)[..., None] * X
    meat = np.einsum("sti,stj->sij", score, score)
    for lag in range(1, lags + 1):
        later = np.einsum("sti,stj->sij", score[:, lag:], score[:, :-lag])
        meat += (1 - lag / (lags + 1)) * (later + later.transpose(0, 2, 1))
    return fitted.bread @ meat @ fitted.bread * DAYS / (DAYS - X.shape[1])


@cache
def model_columns() -> tuple[Array, Array]:
    """Columns of the regression that occur in 2023, and the effects planted."""
    _, X = TERMS.columns(pd.date_range("2023-01-01", periods=DAYS))
    varies = np.ptp(X, axis=0) > 0
    varies[0] = True
    return X[:, varies], MODEL_EFFECTS[: int(varies.sum())]


def with_returning_clients(setting: Setting) -> Outcomes:
    """Records of clients who come back and mostly repeat themselves; occupation and topic unrelated, no level."""
    if setting.size.contacts > 10_000 or setting.regime != REGIMES["none"]:
        return
    alarm, covered = [], []
    for _ in range(SLOW):
        records = client_records(setting.rng, int(setting.size.contacts))
        cells = attributes.crosstab(records, "occupation", "topic").frame
        alarm.append(bool((cells["p_holm"] < ALPHA).any()))
        one = clustering.share((records["lonely"] == "はい").to_numpy(), client_codes(records))
        covered.append(one.low <= LONELY <= one.high)
    yield "occupation × topic, any cell", np.array(alarm)
    yield "cover: share of answers", np.array(covered)


LONELY = 0.75


def client_records(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """`n` contacts, 1.5 per client; four answers in five repeat those of the first contact."""
    client = np.repeat(np.arange(n), rng.geometric(1 / 1.5, n))[:n]
    people = int(client.max()) + 1

    def repeated(first: NDArray[np.str_], again: NDArray[np.str_]) -> NDArray[np.str_]:
        return np.where(rng.random(n) < 0.8, first[client], again)

    jobs, job_shares = np.array(list("学会自パ主無他")), [0.35, 0.25, 0.05, 0.08, 0.08, 0.14, 0.05]
    topics, topic_shares = (
        np.array(list("心家校職健男経死外")),
        [0.27, 0.17, 0.09, 0.1, 0.07, 0.06, 0.07, 0.1, 0.07],
    )
    answers, shares = np.array(["はい", "いいえ"]), [LONELY, 1 - LONELY]
    return pd.DataFrame(
        {
            "client_id": client.astype(str),
            "occupation": rng.choice(jobs, people, p=job_shares)[client],
            "topic": repeated(
                rng.choice(topics, people, p=topic_shares), rng.choice(topics, n, p=topic_shares)
            ),
            "lonely": repeated(rng.choice(answers, people, p=shares), rng.choice(answers, n, p=shares)),
        }
    )


def with_a_yearly_wave(setting: Setting) -> Outcomes:
    """A prefecture's years with a smooth ±15 % month pattern: how often is it found, and how often by a test whose
    level is exact because it knows the memory? A verdict that is withheld finds nothing.
    """
    if setting.size != PREFECTURE:
        return
    calm, daily = setting.daily(WEEK), setting.daily(WEEK + month_wave(0.15))
    for years in NATIONAL_YEARS:
        for pattern in ("months", "wave"):
            found, told = judged(setting, pattern, daily, years)
            yield f"power: {pattern} ({years} national)", found & told
    for pattern, test in (("months", CALENDAR.months), ("wave", CALENDAR.yearly_wave)):
        line = np.quantile(unscaled(test(calm)), 1 - ALPHA)
        yield f"oracle power: {pattern}", unscaled(test(daily)) > line


def unscaled(test: ScaledTest) -> Array:
    """F before it is scaled by any memory."""
    return test.statistic * test.variance / test.dispersion


DRIFT = 0.1
HISTORY = Period(date(2021, 1, 1), date(2021, 12, 31), "記録")
AHEAD = Period(date(2022, 1, 1), date(2022, 12, 31), "見込み")
TWO_YEARS = np.arange(2 * DAYS)
PATTERN = WEEKDAY_EFFECT[(5 + TWO_YEARS) % 7] + MONTH_EFFECT[MONTH[TWO_YEARS % DAYS]]


def with_a_drift(setting: Setting) -> Outcomes:
    """A record of one year whose level drifts by 10 % a year: do nine in ten of next year's months and totals lie
    within their limits, and how wide are these beside an oracle's, who knows pattern, spread and the level at the
    record's end, but not the drift to come?
    """
    if setting.size not in (PREFECTURE, NATION) or setting.regime not in (
        REGIMES["none"],
        REGIMES["days 0.6"],
    ):
        return
    drift = np.cumsum(setting.rng.normal(0, DRIFT / np.sqrt(DAYS), (setting.years, len(PATTERN))), axis=1)
    drift -= drift[:, DAYS - 1 : DAYS]
    daily = setting.rng.poisson(setting.mean(PATTERN) * np.exp(drift))
    future = daily[:, DAYS:] @ np.column_stack([np.eye(12)[MONTH], np.ones(DAYS)])
    oracle = np.ptp(np.quantile(future, [0.05, 0.95], axis=0), axis=0)
    inside, widths = [], []
    for year, record in enumerate(daily[:SLOW, :DAYS]):
        history = Counts(HISTORY, record, None, np.ones(DAYS, dtype=bool))
        told = forecast_months(history, AHEAD, (), seed=year, yearly_change=DRIFT).months.frame
        low, high = told[["low", "high"]].to_numpy(float).T
        inside.append(covers(low, high, future[year]))
        widths.append((high - low) / oracle)
    for name, measured in (("cover", np.array(inside)), ("width", np.array(widths))):
        yield f"forecast {name}: months", measured[:, :12].mean(axis=1)
        yield f"forecast {name}: total", measured[:, 12]


VERDICTS = (without_months, without_weekdays, with_a_yearly_wave)
SCENARIOS = (
    without_months,
    without_weekdays,
    without_hours,
    without_difference,
    with_everything,
    with_a_model,
    with_returning_clients,
    with_a_yearly_wave,
    with_a_drift,
)


Cells = dict[tuple[str, str, str], tuple[float, int]]
"""Rate (or relative width) and number of trials by regime, size and outcome."""


def run(years: int, size: Size, regime: str, verdicts: bool) -> dict[str, tuple[float, int]]:
    """Rate or width and number of trials per outcome; of many categories, the worst one's."""
    outcomes: dict[str, list[Array]] = defaultdict(list)
    for start in range(0, years, ROUND):
        for number, scenario in enumerate(SCENARIOS):
            hourly = scenario in (without_hours, with_everything) and start >= HOURLY * ROUND
            if hourly or (verdicts and scenario not in VERDICTS):
                continue
            # A stream of its own per scenario and round, so that a new scenario leaves the others' years
            # alone.
            rng = np.random.default_rng([start, number, list(REGIMES).index(regime), int(size.contacts)])
            setting = Setting(rng, min(ROUND, years - start), size, REGIMES[regime])
            for name, outcome in scenario(setting):
                outcomes[name].append(outcome.reshape(len(outcome), -1))
    rates = {}
    for name, parts in outcomes.items():
        if n := sum(map(len, parts)):
            mean = np.concatenate(parts).mean(axis=0)
            rates[name] = (float(mean.min() if "cover" in name else mean.max()), n)
    return rates


def callers(years: int) -> Iterator[tuple[str, dict[str, tuple[float, int]]]]:
    """The same of habitual callers, by size."""
    for contacts in habitual_callers.SIZES:
        for name in ("many", "few"):
            found = habitual_callers.measure(contacts, habitual_callers.CALLERS[name], years)
            yield (
                f"{contacts}, {name}",
                {key.replace("cover ", "cover: "): (rate, years) for key, rate in found.items()},
            )


def main() -> None:
    """Run the regimes, print their cells and, on request, one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="300 years per cell instead of 2,000")
    parser.add_argument("--years", type=int, default=None, help="years per cell (callers: a tenth)")
    parser.add_argument("--only", nargs="+", choices=[*REGIMES, CALLERS], default=[*REGIMES, CALLERS])
    parser.add_argument(
        "--verdicts", action="store_true", help="judge months and weekdays alone: seconds a cell"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    years = options.years or (300 if options.quick else 2000)
    began = time.perf_counter()
    cells: Cells = {}
    for regime in options.only:
        parts = (
            callers(years // 10)
            if regime == CALLERS
            else ((size.name, run(years, size, regime, options.verdicts)) for size in SIZES)
        )
        for size, rates in parts:
            print(f"\n{regime}, {size} ({time.perf_counter() - began:.0f} s)")
            for name, (rate, n) in rates.items():
                cells[regime, size, name] = rate, n
                error = f"± {standard_error(rate, n):.4f}" if "width" not in name else ""
                print(f"  {name:32} {rate:8.4f} {error} of {n}", flush=True)
    if options.json:
        print(json.dumps(headline(cells, years)))


def standard_error(rate: float, n: int) -> float:
    """Monte-Carlo standard error of a rate."""
    return float(np.sqrt(rate * (1 - rate) / n))


def is_verdict(name: str) -> bool:
    """Whether an outcome is the share of false alarms of a verdict of ours."""
    return not name.startswith(("cover", "peer", "power", "oracle", "width", "withheld", "forecast"))


def headline(cells: Cells, years: int) -> dict[str, object]:
    """The figures that the documentation quotes, each with its cell, and whether every cell keeps its bar within two
    Monte-Carlo standard errors of the bar.
    """

    def worst(prefix: str, smallest: bool = False, without: tuple[str, ...] = ()) -> dict[str, object] | None:
        chosen = {
            cell: found
            for cell, found in cells.items()
            if (cell[2].startswith(prefix) if prefix else is_verdict(cell[2])) and cell[0] not in without
        }
        if not chosen:
            return None
        cell = (min if smallest else max)(chosen, key=lambda cell: chosen[cell][0])
        rate, n = chosen[cell]
        return {"value": round(rate, 4), "of": n, "cell": ", ".join(cell)}

    remembering = ("weeks 0.5", "weeks 0.8", "long", CALLERS)
    small = ("city", "town")
    told = {cell: found for cell, found in cells.items() if cell[1] not in small}
    withheld = [
        rate
        for (regime, _, name), (rate, _) in told.items()
        if name.startswith("withheld") and regime not in remembering
    ]
    power = {
        f"{regime}, {name.removeprefix('power: wave ')}": {
            "power": round(rate, 4),
            "oracle": round(cells[regime, "prefecture", "oracle power: wave"][0], 4),
        }
        for (regime, _, name), (rate, _) in cells.items()
        if name.startswith("power: wave")
    }
    return {
        "years": years,
        "false_alarm_max": worst(""),
        "false_alarms_hold": all(
            rate <= 0.07 + 2 * standard_error(0.07, n)
            for (_, _, name), (rate, n) in cells.items()
            if is_verdict(name)
        ),
        "withheld_share": round(max(withheld), 4) if withheld else None,
        "power_wave15_prefecture": power,
        "coverage_min": worst("cover", smallest=True),
        "coverage_min_without_weekly_memory": worst("cover", smallest=True, without=remembering[:3]),
        "width_to_oracle": worst("width"),
        "width_to_oracle_without_weekly_memory": worst("width", without=remembering[:3]),
        "forecast_coverage_min": worst("forecast cover", smallest=True),
        "forecast_width_to_oracle": worst("forecast width"),
        "chi_square_months_false_alarm_max": worst("peer: chi-square months"),
        "rayleigh_false_alarm_max": worst("peer: Rayleigh year"),
    }


if __name__ == "__main__":
    main()
