"""Next year's contacts month by month, and how well the same method would have done before.

The mean comes from the calendar regression. How much a service's level changes from year to year cannot be learned
from a year or two, so it is stated as a parameter: the level is a random walk with that standard deviation a year,
through the record and on. What the record tells of the calendar and of the level on its last day is told by the
record as it lies around such a walk (generalised least squares; the walk as a state is that of Harvey 1989, §2.3, with
known variances), so that the last months count most where contacts are many. From two years on a constant growth,
expected around zero with the same standard deviation, comes to it. The interval adds the errors of the coefficients,
the walk to come, what is each month's own, the spread of days and their memory. The backtest shows whether all this
was wide enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.columns import Bound, Count, Rate, Share, Statistic, Text, interval
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.calendar import TREND, YEAR
from ujo_lib.seasonality.counts import DAYS, Counts, month_end, months_later
from ujo_lib.seasonality.model import UNHEARD_SD, CountModel, fit_calendar
from ujo_lib.typed import Typed
from ujo_lib.variance import Array

PREDICTION_LEVEL: Final = 0.90
"""Probability that a coming count lies within its interval, where nobody asks for another."""

DRAWS = 2000
LEVELS: Final = 9
MONTHS_OWN: Final = 0.03
"""Standard deviation of the log of what is a single month's own, neither calendar nor level, and is not back next year.

One record cannot tell it from the walk. Without it, limits of the next months would take a busy August for a level that
has risen; docs/seasonality.md has what they cover with it.
"""
STILL: Final = 1e-6
"""Yearly change of a level that is said not to change."""
FEWEST_DAYS = 364


@dataclass(frozen=True)
class Forecast:
    """A forecast, or the reason why there is none.

    Attributes:
        months: month, n (expected, not rounded), low, high (prediction interval), days; the last row 合計. Its
            note says what the forecast takes for granted.
        daily_mean: expected contacts of each day of the period; empty without a forecast.
        levels: `LEVELS` equally likely levels of the whole period relative to that; empty without a forecast.
        period: the days forecast.
        reason: in Japanese, why there is no forecast.
    """

    months: Typed
    daily_mean: Array
    levels: Array
    period: Period
    reason: str


def forecast_months(
    history: Counts,
    period: Period,
    breaks: Sequence[Period],
    seed: int,
    harmonics: int = 2,
    yearly_change: float = 0.1,
    level: float = PREDICTION_LEVEL,
) -> Forecast:
    """Forecast the counts of a coming period by month.

    Args:
        history: everything known of the scope, a year at least.
        period: the days to forecast, after the history.
        breaks: school breaks of the history and of the period.
        seed: of the simulated futures.
        harmonics: smooth yearly waves.
        yearly_change: standard deviation of the log of the level's change from year to year, 0.1 for about 10
            %.
        level: probability with which each month's count, and the total, lies within its interval.
    """
    model = fit_calendar(history, breaks, harmonics)
    if reason := _why_not(history, model):
        return Forecast(_monthly(period, [], [], level, ""), np.zeros(0), np.zeros(0), period, reason)
    coefficients, covariance = at_the_end(model, yearly_change)
    dates = pd.date_range(period.start, period.end, freq="D")
    X, opened = model.columns(dates), model.open_on(dates)
    rng = np.random.default_rng(seed)
    draws = rng.multivariate_normal(coefficients, covariance, size=DRAWS, method="eigh")
    groups = _month_groups(period)
    ahead = (period.start - history.period.end).days + np.array([days.mean() for days in groups])
    steps = rng.normal(0, yearly_change * np.sqrt(np.diff(ahead / YEAR, prepend=0)), (DRAWS, len(groups)))
    own = rng.normal(0, MONTHS_OWN, steps.shape)
    drift = np.repeat(steps.cumsum(axis=1) + own, [len(days) for days in groups], axis=1)
    means = np.exp(draws @ X.T + drift) * opened
    mean = np.exp(X @ coefficients) * opened
    limits = [_limits(model, means[:, days], rng, level) for days in [*groups, np.arange(period.days)]]
    expected = [float(mean[days].sum()) for days in groups]
    months = _monthly(period, [*expected, float(mean.sum())], limits, level, _remark(history))
    levels = np.quantile(means.sum(axis=1) / mean.sum(), (np.arange(LEVELS) + 0.5) / LEVELS)
    return Forecast(months, mean, levels, period, "")


def at_the_end(model: CountModel, yearly_change: float, own: float = MONTHS_OWN) -> tuple[Array, Array]:
    """Coefficients such that the mean is that of the record's last day, and their covariance.

    The level has walked to its end, and each month has something of its own: both are correlated errors of the log
    mean, in steps of months, beside the spread of the counts. One weighted step from the fit, as in a generalised
    linear mixed model (Breslow & Clayton 1993), the correlated part by the identity of Woodbury.

    Args:
        model: a fitted regression.
        yearly_change: standard deviation of the walk over a year, and of a constant growth around zero if fitted.
        own: standard deviation of what is a month's own.

    Returns:
        Shapes (columns,) and (columns, columns).
    """
    counts = model.counts
    seen = counts.observed & (model.open_on(counts.dates) > 0)
    mean, X = model.mean[seen], model.columns(counts.dates)[seen]
    in_month = np.eye(counts.month_index.max() + 1)[counts.month_index]
    back = (np.arange(counts.period.days)[::-1] @ in_month) / in_month.sum(axis=0) / YEAR
    Z, walked = in_month[seen], yearly_change**2 * np.minimum.outer(back, back) + own**2 * np.eye(len(back))
    weight = mean / model.scale_of_sums(round(YEAR / 12), float(mean.mean()))
    core = np.linalg.inv(walked) + Z.T @ (weight[:, None] * Z)

    def weighted(columns: Array) -> Array:
        scaled = weight[:, None] * columns
        return scaled - weight[:, None] * (Z @ np.linalg.solve(core, Z.T @ scaled))

    working = (counts.daily[seen] - mean) / mean + X @ model.coefficients
    names = np.array(model.names)
    growth = max(yearly_change, STILL) ** -2
    expected = np.where(names == TREND, growth, np.isin(names, model.unheard) / UNHEARD_SD**2)
    precision = X.T @ weighted(X) + np.diag(expected)
    known = np.linalg.inv(precision)
    return known @ (X.T @ weighted(working[:, None])[:, 0]), known


def backtest(
    history: Counts,
    breaks: Sequence[Period],
    seed: int,
    harmonics: int = 2,
    yearly_change: float = 0.1,
    horizon: int = 12,
    level: float = PREDICTION_LEVEL,
) -> Typed:
    """Forecast the last months from what was known before them, beside "the same month a year earlier".

    Origins are every three months such that a year of history lies before and the horizon ends within the
    record. MASE divides the mean absolute error by that of the seasonal naive forecast over the months before
    the origin where two years lie there, else over the forecast months themselves (then the naive has 1 by
    construction).

    Args:
        history: everything known of the scope.
        breaks: school breaks.
        seed: of the simulated coefficients.
        harmonics: smooth yearly waves.
        yearly_change: as in `forecast_months`.
        horizon: months forecast from each origin.
        level: of the intervals.

    Returns:
        One row per origin and method: origin, method, months (recorded on each day, then and a year before), mae, mase,
        coverage (share of months inside the interval; None for the naive forecast). No row when there are fewer than
        two years.
    """
    rows: list[tuple[object, ...]] = []
    for start in _origins(history, horizon):
        before = history.within(Period(history.period.start, start - timedelta(days=1), "学習期間"))
        after = history.within(Period(start, months_later(start, horizon) - timedelta(days=1), "検証期間"))
        made = forecast_months(before, after.period, breaks, seed, harmonics, yearly_change, level)
        if made.reason:
            continue
        actual, naive = _sums(after), _sums(before)[-12:][np.arange(horizon) % 12]
        earlier = _sums(before)[history.period.start.day > 1 :]  # the same month a year later is whole
        told = made.months.frame[["n", "low", "high"]].to_numpy(dtype=float)[:-1]
        kept = ~np.isnan(actual - naive)
        if not kept.any():
            continue
        actual, naive, (predicted, low, high) = actual[kept], naive[kept], told[kept].T
        errors = np.abs(earlier[12:] - earlier[:-12]) if len(earlier) >= 24 else np.abs(actual - naive)
        scale = float(np.nanmean(errors)) if not np.isnan(errors).all() else 0.0
        inside = float(((low <= actual) & (actual <= high)).mean())
        for method, guess, coverage in (("回帰モデル", predicted, inside), ("前年同月", naive, None)):
            mae = float(np.abs(guess - actual).mean())
            mase = mae / scale if scale > 0 else None
            rows.append((f"{start.year}年{start.month}月", method, int(kept.sum()), mae, mase, coverage))
    interval_name = Bound(of="n", side="low", interval="prediction", level=level).both
    columns = {
        "origin": Text(heading="見込みの始まり"),
        "method": Text(heading="方法"),
        "months": Count(heading="月数", members=False),
        "mae": Rate(heading="外れの平均", unit="件"),
        "mase": Statistic(heading="MASE"),
        "coverage": Share(heading=f"{interval_name}に収まった月"),
    }
    return Typed.of(rows, columns)


def _why_not(history: Counts, model: CountModel) -> str:
    if history.suppressed:
        return "元の資料で伏せられた欄があり、件数が分からないため、翌年度の件数は予測しません"
    if history.days < FEWEST_DAYS or history.months_observed < 12:
        return "1年分の記録がないため、翌年度の件数は予測しません"
    return model.reason


def _remark(history: Counts) -> str:
    if history.days < 2 * 365:
        return "2年未満の記録では増減の傾向がほとんど分からないため、記録の終わりの水準がおおむね続くと仮定しました。"
    return "記録の終わりの水準から、これまでの増減がおおむね続くと仮定しました。"


def _limits(model: CountModel, means: Array, rng: np.random.Generator, level: float) -> tuple[float, float]:
    """Prediction interval of a sum of days, in whole contacts: coefficients drawn, then counts that vary as it does."""
    total = means.sum(axis=1)
    variance = total * model.scale_of_sums(means.shape[1], float(means.mean()))
    size = total**2 / np.maximum(variance - total, 1e-9 * total)
    counts = rng.poisson(rng.gamma(size, total / size))
    low, high = np.quantile(counts, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return float(low), float(high)


def _month_groups(period: Period) -> list[Array]:
    month = np.array([day.year * 12 + day.month for day in period])
    return [np.flatnonzero(month == value) for value in np.unique(month)]


def _monthly(
    period: Period, expected: list[float], limits: list[tuple[float, float]], level: float, note: str
) -> Typed:
    """Expected numbers and limits of the months of a period, and of all of it in the end."""
    starts = [max(period.start, months_later(period.start, month)) for month in range(len(expected) - 1)]
    days = [(min(month_end(day), period.end) - day).days + 1 for day in starts]
    frame = pd.DataFrame(
        {
            "month": [f"{day.year}年{day.month}月" for day in starts] + ["合計"] * bool(expected),
            "n": expected,
            "low": [low for low, _ in limits],
            "high": [high for _, high in limits],
            "days": days + [period.days] * bool(expected),
        }
    )
    columns = {
        "month": Text(heading="月"),
        "n": Rate(heading="見込み", unit="件"),
        **interval("n", level, kind="prediction", like="n"),
        "days": replace(DAYS, free=True),
    }
    return Typed.of(frame, columns, note=note)


def _origins(history: Counts, horizon: int) -> list[date]:
    first = months_later(history.period.start, 12 if history.period.start.day == 1 else 13)
    origins = []
    while months_later(first, horizon) - timedelta(days=1) <= history.period.end:
        origins.append(first)
        first = months_later(first, 3)
    return origins


def _sums(counts: Counts) -> Array:
    """Contacts of each month; NaN of one with a day that was not recorded, whose contacts nobody knows."""
    return np.bincount(counts.month_index, weights=np.where(counts.observed, counts.daily, np.nan))
