"""Which hours of the week need more than the present capacity, if next year comes as forecast.

An hour on one weekday is a slot. Its expected count is the forecast of the days times the share of that hour;
the share is drawn towards the profile of all days as far as the weekdays' profiles cannot be told apart. The
quantile mixes over all such days of the coming year and the levels that it may have, and adds the spread of single
hours.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import special

from ujo_lib.columns import Count, Flag, Rate, Share
from ujo_lib.fiscal import WEEKDAYS_JA, Period
from ujo_lib.glm import moment_alpha
from ujo_lib.seasonality.calendar import weekdays_of
from ujo_lib.seasonality.counts import CONTACTS, HOURS, Counts, months_later
from ujo_lib.seasonality.dispersion import ratio_or_zero
from ujo_lib.seasonality.forecast import Forecast, forecast_months
from ujo_lib.seasonality.profiles import HOUR, HOUR_LABELS, WEEKDAY
from ujo_lib.typed import Typed
from ujo_lib.variance import Array


def slots(history: Counts, coming: Forecast, capacity: int, quantile: float) -> Typed:
    """Weekday × hour table of the coming year against a capacity.

    Args:
        history: the scope's past, with hours.
        coming: its forecast.
        capacity: contacts per hour that can be answered.
        quantile: share of such hours whose count the reported number covers.

    Returns:
        168 rows: weekday, hour, expected (per such hour), upper (the quantile), over (probability that the
            count
        exceeds the capacity), exceeds (upper > capacity). Empty without a forecast.

    Raises:
        ValueError: the source has no hours.
    """
    enough = f"{100 * quantile:.10g}%"
    columns = {
        "weekday": WEEKDAY,
        "hour": HOUR,
        "expected": Rate(unit="件", decimals=2),
        "upper": replace(CONTACTS, heading=f"備える件数({enough}の時間で足りる)", members=False),
        "over": Share(heading=f"1時間に{capacity}件を超える割合"),
        "exceeds": Flag(heading="超えるか"),
    }
    note = (
        f"1時間に対応できる件数を{capacity}件とした見込みです。"
        f"備える件数は、その曜日・時間帯の{enough}で足りる件数です。"
    )
    if coming.reason:
        return Typed.of([], columns, note=note)
    share = hour_shares(history)
    alpha = hourly_spread(history, share)
    dates = pd.date_range(coming.period.start, coming.period.end, freq="D")
    weekday = weekdays_of(dates)
    rows = []
    for day in range(7):
        expected = coming.daily_mean[weekday == day]
        mean = share[day][:, None] * np.outer(expected, coming.levels).ravel()
        upper = _mixture_quantile(mean, alpha, quantile)
        over = 1 - _mixture_cdf(np.full(HOURS, capacity), mean, alpha)
        of_weekday = zip(
            HOUR_LABELS, expected.mean() * share[day], upper, over, upper > capacity, strict=True
        )
        rows += [(WEEKDAYS_JA[day], *of_hour) for of_hour in of_weekday]
    frame = pd.DataFrame(rows, columns=list(columns))
    frame["weekday"] = pd.Categorical(frame["weekday"], WEEKDAYS_JA, ordered=True)
    frame["hour"] = pd.Categorical(frame["hour"], HOUR_LABELS, ordered=True)
    return Typed.of(frame, columns, note=note)


def short_handed(table: Typed) -> Typed:
    """The slots whose quantile exceeds the capacity, the likeliest first."""
    found = table.rows(table.frame["exceeds"].astype(bool))
    likeliest = found.frame.sort_values("over", ascending=False, kind="stable")
    return replace(found, frame=likeliest.reset_index(drop=True))


def tried_on_last_year(
    history: Counts,
    quantile: float,
    breaks: Sequence[Period],
    seed: int,
    harmonics: int = 2,
    yearly_change: float = 0.1,
) -> Typed:
    """Make the table as it would have been made a year ago and count how many hours it covered.

    Args:
        history: everything known of the scope, with hours; its last twelve months are held back.
        quantile: as in `slots`.
        breaks: school breaks.
        seed: of the forecast.
        harmonics: as in `forecast_months`.
        yearly_change: as in `forecast_months`.

    Returns:
        One row: hours (held back), reached (share of them within the quantile), aim (the quantile). Empty when less
        than a year of history remains.
    """
    columns = {
        "hours": Count(heading="確かめた時間数", members=False),
        "reached": Share(heading="足りた割合"),
        "aim": Share(heading="目標"),
    }
    nothing = Typed.of([], columns)
    start = months_later(history.period.end + timedelta(days=1), -12)
    if start <= history.period.start:
        return nothing
    before = history.within(Period(history.period.start, start - timedelta(days=1), "学習期間"))
    coming = forecast_months(
        before, Period(start, history.period.end, "検証期間"), breaks, seed, harmonics, yearly_change
    )
    later = history.within(coming.period)
    if coming.reason or later.hourly is None:
        return nothing
    upper = slots(before, coming, 0, quantile).frame["upper"].to_numpy(dtype=float).reshape(7, HOURS)
    within = (later.hourly <= upper[later.weekday])[later.observed]
    return replace(
        nothing, frame=pd.DataFrame([(within.size, float(within.mean()), quantile)], columns=list(columns))
    )


def hour_shares(history: Counts) -> Array:
    """Share of each hour in each weekday's contacts, shape (7, 24), shrunk towards the profile of all days.

    The weight of the weekdays' own profiles follows from how much more they differ than chance would have it
    (Dirichlet-multinomial by the method of moments; Mosimann 1962).
    """
    n = np.zeros((7, HOURS))
    np.add.at(n, history.weekday, history.by_hour)
    total = n.sum(axis=1, keepdims=True)
    profile = (n.sum(axis=0) + 0.5) / (n.sum() + 0.5 * HOURS)
    expected = total * profile
    statistic = float(ratio_or_zero((n - expected) ** 2, expected).sum())
    excess = statistic / (6 * (HOURS - 1)) - 1
    weight = (float(total.mean()) - 1) / excess - 1 if excess > 0 else np.inf
    if not np.isfinite(weight):
        return np.repeat(profile[None], 7, axis=0)
    return np.asarray((n + weight * profile) / (total + weight))


def hourly_spread(history: Counts, share: Array) -> float:
    """Extra-Poisson variance per squared mean of single hours around the weekdays' mean profile."""
    seen = history.observed
    days = np.bincount(history.weekday, weights=seen, minlength=7)
    n = np.bincount(history.weekday, weights=history.daily, minlength=7)
    level = ratio_or_zero(n, days)[history.weekday[seen]]
    mean = np.maximum(level[:, None] * share[history.weekday[seen]], 1e-9)
    return float(moment_alpha(history.by_hour[seen].reshape(1, -1), mean.reshape(1, -1), 7 + HOURS)[0])


def _mixture_cdf(count: Array, mean: Array, alpha: float) -> Array:
    """Probability of at most `count` (one a slot) on a day drawn from those with these means, shape (slots, days)."""
    if alpha <= 0:
        return np.asarray(special.pdtr(count[:, None], mean).mean(axis=1))
    size = 1 / alpha
    return np.asarray(special.betainc(size, count[:, None] + 1.0, size / (size + mean)).mean(axis=1))


def _mixture_quantile(mean: Array, alpha: float, level: float) -> Array:
    """The smallest counts whose probability reaches the level, one a slot, by bisection."""
    low, high = np.full(len(mean), -1), np.ceil(mean.max(axis=1)).astype(int) + 1
    while (short := _mixture_cdf(high, mean, alpha) < level).any():
        high = np.where(short, 2 * high, high)
    while (high - low > 1).any():
        middle = (low + high) // 2
        reached = _mixture_cdf(middle, mean, alpha) >= level
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.asarray(high)
