"""Do the verdicts of the consultation notebook keep their promise when there is nothing to find?

Simulates years of contacts at three sizes (a city, a prefecture, the nation) with a latent daily log-AR(1)
and negative-binomial noise, lets every verdict judge years in which exactly its own effect is absent, and
every interval cover a known truth. Chi-square and Rayleigh, which are shown the same years, are the peers. A
last setting with memory from week to week shows where the verdicts break.

Usage: seasonality_calibration.py [--quick] [--years N] [--json]
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from scipy.signal import lfilter

from ujo_lib import glm
from ujo_lib.fiscal import SchoolBreak
from ujo_lib.seasonality import attributes, circular, clustering, contrast, memory, profiles, usage
from ujo_lib.seasonality.calendar import YEAR, Terms
from ujo_lib.seasonality.verdicts import ALPHA, PatternTests
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
ROUND = 100
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
    Size("prefecture", 2536, 0.10, 0.05),
    Size("nation", 337943, 0.06, 0.003),
)
DAILY_MEMORY = (0.0, 0.3, 0.6)


def latent(rng: np.random.Generator, years: int, sd: float, memory: float, weekly: bool) -> Array:
    """Stationary log-AR(1), one value a day or one a week; its exponential has mean 1."""
    steps = 53 if weekly else DAYS
    shocks = rng.normal(0, sd * np.sqrt(1 - memory**2), (years, steps + 100))
    path = lfilter([1.0], [1.0, -memory], shocks, axis=1)[:, 100:]
    return (path[:, np.arange(DAYS) // 7] if weekly else path) - sd**2 / 2


def simulate(
    rng: np.random.Generator,
    years: int,
    size: Size,
    memory: float,
    effect: Array,
    hour_share: Array = HOUR_SHARE,
    weekly: bool = False,
) -> NDArray[np.int64]:
    """Draw years of hourly counts, shape (years, days, 24).

    Each day also tilts its own hours at random (as much as the days' levels vary), so that contacts of one
    day are no independent draws from the hour profile either.
    """
    level = expected(size, effect) * np.exp(latent(rng, years, size.sd, memory, weekly))
    noise = rng.gamma(1 / size.dispersion, size.dispersion, level.shape)
    hours = tilted(hour_share, rng.normal(0, size.sd, (years, DAYS, 1)))
    return rng.poisson((level * noise)[..., None] * hours)


def expected(size: Size, effect: Array) -> Array:
    """Expected contacts of each day."""
    return np.exp(effect) / np.exp(effect).sum() * size.contacts


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


CALENDAR = PatternTests(WEEKDAY, MONTH, np.ones(DAYS, dtype=bool), np.ones(DAYS))
WEEK = WEEKDAY_EFFECT[WEEKDAY]
ALL = WEEK + MONTH_EFFECT[MONTH]

SLOW = 40
"""Series of each round that tests without a vectorised form are run on."""

TERMS = Terms(
    (
        SchoolBreak("夏休み", date(2023, 7, 21), date(2023, 8, 31)),
        SchoolBreak("冬休み", date(2023, 1, 1), date(2023, 1, 7)),
        SchoolBreak("冬休み", date(2023, 12, 24), date(2023, 12, 31)),
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
    memory: float
    weekly: bool

    def draw(self, effect: Array, hour_share: Array = HOUR_SHARE) -> NDArray[np.int64]:
        """Hourly counts with these day effects and this hour profile."""
        return simulate(self.rng, self.years, self.size, self.memory, effect, hour_share, self.weekly)


Outcomes = Iterator[tuple[str, NDArray[np.bool_]]]


def without_months(setting: Setting) -> Outcomes:
    """Years with weekday and hour patterns and no month pattern: which verdicts raise a false alarm?"""
    daily = setting.draw(WEEK).sum(axis=2)
    yield "months", CALENDAR.months(daily).p_value < ALPHA
    yield "yearly wave", CALENDAR.yearly_wave(daily).p_value < ALPHA
    n = daily @ np.eye(12)[MONTH]
    share = MONTH_DAYS / DAYS
    yield "peer: chi-square months", scipy_stats.chisquare(n.T, n.sum(axis=1) * share[:, None]).pvalue < ALPHA
    angle = 2 * np.pi * np.arange(DAYS) / YEAR
    z = ((daily @ np.cos(angle)) ** 2 + (daily @ np.sin(angle)) ** 2) / daily.sum(axis=1)
    yield "peer: Rayleigh year", np.exp(-z) < ALPHA


def without_weekdays(setting: Setting) -> Outcomes:
    """Years with month and hour patterns and no weekday pattern."""
    daily = setting.draw(MONTH_EFFECT[MONTH]).sum(axis=2)
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
    hourly = setting.draw(ALL, night_like_morning(setting.size.sd))
    night, morning = hourly[..., NIGHT].sum(axis=2), hourly[..., MORNING].sum(axis=2)
    effect = small_sample(contrast.day_effect(night, morning), DAYS - 1)
    p = contrast.ratio_p(night.sum(axis=1), morning.sum(axis=1), len(NIGHT) / len(MORNING), effect)
    yield "night v morning", p < ALPHA
    flat = setting.draw(ALL, np.ones(24))
    yield "hours", circular.uniformity_p(*circular.resultant(flat)) < ALPHA
    n = flat.sum(axis=1)
    yield "peer: chi-square hours", scipy_stats.chisquare(n.T).pvalue < ALPHA


def without_difference(setting: Setting) -> Outcomes:
    """A place and the nation with one pattern and noise of their own: do they seem to differ?"""
    if setting.size == SIZES[-1]:
        return
    place, nation = setting.draw(ALL).sum(axis=2), nation_beside(setting)
    months, weekdays, spread = [], [], []
    for row, baseline in zip(place[:SLOW], nation[:SLOW].astype(float), strict=True):
        tests = PatternTests(WEEKDAY, MONTH, baseline > 0, baseline, baseline)
        months.append(tests.months(row).p_value[0])
        weekdays.append(tests.weekdays(row).p_value[0])
        level, df = usage.level_spread(tests, row)
        spread.append(small_sample(level, df)[0])
    yield "months v nation", np.array(months) < ALPHA
    yield "weekdays v nation", np.array(weekdays) < ALPHA
    n, whole = place[:SLOW].sum(axis=1), nation[:SLOW].sum(axis=1)
    yield (
        "cover: share of nation",
        covers(*deflated_share(n, whole, np.array(spread)), setting.size.contacts / SIZES[-1].contacts),
    )


def nation_beside(setting: Setting) -> NDArray[np.int64]:
    """Daily counts of the nation for the same years."""
    return (
        Setting(setting.rng, setting.years, SIZES[-1], setting.memory, setting.weekly).draw(ALL).sum(axis=2)
    )


PROFILES = (("month ratio", CALENDAR.months, MONTH), ("weekday ratio", CALENDAR.weekdays, WEEKDAY))


def with_everything(setting: Setting) -> Outcomes:
    """Years with all patterns: does each interval cover the truth it was made for?"""
    size = setting.size
    hourly = setting.draw(ALL)
    daily = hourly.sum(axis=2)
    truth = expected(size, ALL)
    for name, test, group in PROFILES:
        member, days = np.eye(group.max() + 1)[group], np.bincount(group)
        scale = test(daily)
        spread = scale.variance[:, None]
        _, low, high = profiles.ratio_to_mean(daily @ member, days, spread, scale.df2[:, None])
        yield f"cover: {name}", covers(low, high, (truth @ member) / truth.sum() / (days / DAYS))
    share = mean_share(HOUR_SHARE, size.sd)
    n = hourly.sum(axis=1)
    effect = small_sample(profiles.share_effect(hourly), DAYS - 1)
    yield "cover: hour share", covers(*deflated_share(n, n.sum(axis=1, keepdims=True), effect), share)
    night, morning = hourly[..., NIGHT].sum(axis=2), hourly[..., MORNING].sum(axis=2)
    exposure = len(NIGHT) / len(MORNING)
    day_effect = small_sample(contrast.day_effect(night, morning), DAYS - 1)
    limits = contrast.ratio_interval(night.sum(axis=1), morning.sum(axis=1), exposure, day_effect)
    yield "cover: night v morning ratio", covers(*limits, share[NIGHT].mean() / share[MORNING].mean())
    mean = circular.summarise(np.arange(24) + 0.5, share * 1e9).mean
    low, high = circular.mean_limits(*circular.resultant(hourly))
    off = np.mod(mean - low, 24)
    yield "cover: circular mean", off <= high - low


def covers(low: Array, high: Array, truth: Array | float) -> NDArray[np.bool_]:
    """Whether the interval holds the truth."""
    return (low <= truth) & (truth <= high)


def with_a_model(setting: Setting) -> Outcomes:
    """Years drawn from the calendar regression, which is not fitted at a city's size: are its ratios covered?"""
    if setting.size.contacts < 1000:
        return
    X, truth = model_columns()
    counts = setting.draw(X @ truth).sum(axis=2).astype(float)
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
    """Records of clients who come back and mostly repeat themselves; occupation and topic unrelated."""
    if setting.size.contacts > 10_000:
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
    """A prefecture's years with a smooth ±15 % month pattern: how often is it found?"""
    if setting.size.name != "prefecture":
        return
    daily = setting.draw(WEEK + month_wave(0.15)).sum(axis=2)
    yield "power: months", CALENDAR.months(daily).p_value < ALPHA
    yield "power: yearly wave", CALENDAR.yearly_wave(daily).p_value < ALPHA


def how_wide(setting: Setting) -> Iterator[tuple[str, Array]]:
    """Half widths of the intervals at a prefecture's size, beside those of independent contacts."""
    if setting.size.name != "prefecture":
        return
    daily = setting.draw(ALL).sum(axis=2)
    for name, test, group in PROFILES:
        n, days = daily @ np.eye(group.max() + 1)[group], np.bincount(group)
        scale = test(daily)
        spread = scale.variance[:, None]
        _, low, high = profiles.ratio_to_mean(n, days, spread, scale.df2[:, None])
        yield f"width: {name}", (high - low) / 2
        _, low, high = profiles.ratio_to_mean(n, days, np.ones_like(spread), np.inf)
        yield f"peer width: {name}, Poisson", (high - low) / 2


SCENARIOS = (
    without_months,
    without_weekdays,
    without_hours,
    without_difference,
    with_everything,
    with_a_model,
    with_returning_clients,
    with_a_yearly_wave,
    how_wide,
)


def run(years: int, size: Size, memory_of_days: float, weekly: bool) -> dict[str, tuple[float, int]]:
    """Rate (or mean width) and number of trials per outcome; of many categories, the worst one's."""
    outcomes: dict[str, list[Array]] = defaultdict(list)
    for start in range(0, years, ROUND):
        for number, scenario in enumerate(SCENARIOS):
            # A stream of its own per scenario and round, so that a new scenario leaves the others' years
            # alone.
            rng = np.random.default_rng(
                [start, number, round(10 * memory_of_days), weekly, int(size.contacts)]
            )
            setting = Setting(rng, min(ROUND, years - start), size, memory_of_days, weekly)
            for name, outcome in scenario(setting):
                outcomes[name].append(outcome.reshape(len(outcome), -1))
    rates = {}
    for name, parts in outcomes.items():
        mean = np.concatenate(parts).mean(axis=0)
        worst = mean.min() if "cover" in name else mean.max()
        rates[name] = (float(worst), sum(map(len, parts)))
    return rates


def main() -> None:
    """Run all settings, print the table and, on request, one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="300 years per setting instead of 2,000")
    parser.add_argument("--years", type=int, default=None, help="years per setting")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    years = options.years or (300 if options.quick else 2000)
    began = time.perf_counter()
    kept = {(size, m): run(years, size, m, weekly=False) for size in SIZES for m in DAILY_MEMORY}
    broken = {(size, 0.6): run(years, size, 0.6, weekly=True) for size in SIZES}
    report(kept, "memory from day to day")
    report(broken, "memory from week to week, 0.6: where the promise breaks")
    print(f"\n{years} years per setting in {time.perf_counter() - began:.0f} s")
    if options.json:
        print(json.dumps(headline(kept, broken, years)))


Table = dict[tuple[Size, float], dict[str, tuple[float, int]]]


def report(table: Table, title: str) -> None:
    """Print rates and half widths by outcome (rows) and setting (columns), in percent."""
    names = list(dict.fromkeys(name for rates in table.values() for name in rates))
    print(f"\n{title}; percent of years\n{'':30}" + "".join(f"{s.name[:6]:>7}{m:4.1f}" for s, m in table))
    for name in names:
        cells = (
            f"{100 * rates[name][0]:11.1f}" if name in rates else f"{'-':>11}" for rates in table.values()
        )
        print(f"{name:30}" + "".join(cells))


def headline(kept: Table, broken: Table, years: int) -> dict[str, object]:
    """Figures that the documentation quotes."""

    def worst(table: Table, prefix: str, *, smallest: bool = False) -> float:
        values = [
            rate for rates in table.values() for name, (rate, _) in rates.items() if name.startswith(prefix)
        ]
        return round(min(values) if smallest else max(values), 4)

    verdicts = {
        name
        for rates in kept.values()
        for name in rates
        if not name.startswith(("cover", "peer", "power", "width"))
    }
    waves = {name: worst(kept, name, smallest=True) for name in ("power: months", "power: yearly wave")}
    return {
        "years": years,
        "false_alarm_max": max(worst(kept, name) for name in verdicts),
        "coverage_min": worst(kept, "cover", smallest=True),
        "power_15pct_2536": waves["power: yearly wave"],
        "power_15pct_2536_months": waves["power: months"],
        "chi_square_months_false_alarm_max": worst(kept, "peer: chi-square months"),
        "rayleigh_false_alarm_max": worst(kept, "peer: Rayleigh year"),
        "weekly_memory_false_alarm_max": max(worst(broken, name) for name in verdicts),
        "weekly_memory_coverage_min": worst(broken, "cover", smallest=True),
    }


if __name__ == "__main__":
    main()
