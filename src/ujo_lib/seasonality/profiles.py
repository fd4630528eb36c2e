"""Contacts by month, weekday, hour, weekday × hour and day, per day on which they could occur.

Months are compared per day (31, 30, 29, 28), weekdays per occurring day (2023 has 53 Sundays). `estimate` is
always the ratio to the mean day of the period; its interval allows for the spread between weeks and for their
memory, see `dispersion`. Where nothing was observed the row stays, with NA.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import Dimension, Rate, Ratio, Share, interval
from ujo_lib.fiscal import WEEKDAYS_JA
from ujo_lib.seasonality.counts import CONTACTS, DAYS, HOURS, Counts
from ujo_lib.seasonality.dispersion import ScaledTest
from ujo_lib.seasonality.verdicts import PatternTests, spread_of_months
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed
from ujo_lib.variance import NOBODY, Array, People, deflated_share, small_sample

HOUR_LABELS = tuple(f"{hour}時台" for hour in range(HOURS))
HOUR: Final = Dimension(heading="時間帯", variable="hour")
WEEKDAY: Final = Dimension(variable="weekday")
FEWEST_WEEKS = 8
"""Below this number of weeks the spread between weeks is not known well enough for an interval."""
FEWEST_WEEKS_OF_MONTHS = FEWEST_WEEKS + 12
"""The same where a level for each month has been taken from them."""


def by_month(
    counts: Counts, people: People = NOBODY, level: float = LEVEL, beside: Counts | None = None
) -> Typed:
    """Contacts by calendar month.

    Args:
        counts: one scope.
        people: those behind its contacts.
        level: confidence level.
        beside: as in `verdicts.judge`.

    Returns:
        One row per month in order: month, n, days (observed), per_day, estimate (ratio to the mean day), low,
            high.
    """
    enough = PatternTests.of(counts).weeks.count >= FEWEST_WEEKS_OF_MONTHS
    scale = spread_of_months(counts, people, beside) if enough else None
    labels = pd.CategoricalIndex(counts.month_labels, counts.month_labels, ordered=True)
    return _profile("month", labels, counts.month_index, counts, scale, level)


def by_weekday(counts: Counts, people: People = NOBODY, level: float = LEVEL) -> Typed:
    """Contacts by weekday, Sunday first; columns as in `by_month`, with `weekday`."""
    tests = PatternTests.of(counts)
    enough = tests.weeks.count >= FEWEST_WEEKS and tests.compares_weekdays
    scale = tests.weekdays(counts.daily, people) if enough else None
    labels = pd.CategoricalIndex(WEEKDAYS_JA, WEEKDAYS_JA, ordered=True)
    return _profile("weekday", labels, counts.weekday, counts, scale, level)


def by_hour(counts: Counts, people: People = NOBODY, level: float = LEVEL) -> Typed:
    """Contacts by clock hour.

    Args:
        counts: a scope with hours.
        people: those behind its contacts.
        level: confidence level.

    Returns:
        One row per hour: hour (「22時台」), n, share (of all contacts), estimate (ratio to the mean hour),
            low, high.
    """
    hourly = counts.by_hour[counts.observed]
    n = hourly.sum(axis=0)
    known = counts.n > 0
    share = n / max(counts.n, 1)
    independent = counts.n * share * (1 - share)
    across = np.diag(people.across_days(np.eye(HOURS)[people.hour] - share))
    added = across.sum() / max(independent.sum(), np.finfo(float).tiny)
    # An hour without a contact has no variance of its own: it is given that of the others.
    independent = np.where(independent > 0, independent, 1.0)
    # An hour that none of the people who come back prefers is no safer than the others: at least the hours' mean.
    across = np.maximum(across, added * independent)
    spread = people.with_days(share_effect(hourly) * independent, len(hourly), across, independent)
    low, high = deflated_share(n, np.full(HOURS, counts.n), small_sample(*spread, level), level)
    frame = pd.DataFrame(
        {
            "hour": pd.Categorical(HOUR_LABELS, HOUR_LABELS, ordered=True),
            "n": n,
            "share": share if known else np.nan,
            "estimate": share * HOURS if known else np.nan,
            "low": low * HOURS if known else np.nan,
            "high": high * HOURS if known else np.nan,
        }
    )
    columns = {
        "hour": HOUR,
        "n": CONTACTS,
        "share": Share(heading="構成比"),
        "estimate": Ratio(to="平均的な1時間"),
        **interval("estimate", level),
    }
    return Typed.of(frame, columns)


def by_weekday_hour(counts: Counts) -> Typed:
    """Contacts by weekday (Sunday first) and hour.

    Returns:
        168 rows: weekday, hour, n, days, per_day (contacts in that hour of such a day), estimate (ratio to the mean
        hour of the period).
    """
    n = np.zeros((7, HOURS), dtype=np.int64)
    np.add.at(n, counts.weekday, counts.by_hour)
    days = np.bincount(counts.weekday, weights=counts.observed, minlength=7)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_day = n / days[:, None]
        ratio = per_day / np.float64(counts.n / max(counts.days, 1) / HOURS)
    frame = pd.DataFrame(
        {
            "weekday": pd.Categorical(np.repeat(WEEKDAYS_JA, HOURS), WEEKDAYS_JA, ordered=True),
            "hour": pd.Categorical(np.tile(HOUR_LABELS, 7), HOUR_LABELS, ordered=True),
            "n": n.ravel(),
            "days": np.repeat(days, HOURS).astype(np.int64),
            "per_day": per_day.ravel(),
            "estimate": ratio.ravel(),
        }
    )
    columns = {
        "weekday": WEEKDAY,
        "hour": HOUR,
        "n": CONTACTS,
        "days": DAYS,
        "per_day": Rate(per="1日", unit="件", n="n", base="days", decimals=2),
        "estimate": Ratio(to="平均的な1時間"),
    }
    return Typed.of(frame, columns)


def by_date(counts: Counts) -> Typed:
    """The calendar, one row per day: date, n (NA on days that were not observed), estimate (ratio to the mean day)."""
    n = pd.Series(pd.arrays.IntegerArray(counts.daily.copy(), ~counts.observed))
    ratio = n.astype("float64") / (counts.n / max(counts.days, 1) or np.nan)
    columns = {"date": Dimension(variable="date"), "n": CONTACTS, "estimate": Ratio(to="平均的な日")}
    return Typed.of(pd.DataFrame({"date": counts.dates, "n": n, "estimate": ratio}), columns)


def order_in_words(weekdays: pd.DataFrame) -> str:
    """Whether the count per day falls from each weekday to the next, in Japanese.

    Args:
        weekdays: from `by_weekday`; a value may be missing because it is hidden, and nothing is said about it then.
    """
    per_day = weekdays["per_day"].to_numpy(dtype=float)
    if np.isnan(per_day).any():
        return "示せない値を含むため、順序を述べません"
    steps = np.diff(per_day)
    if (steps < 0).all():
        return "どの日も前の日より少なくなっています"
    rises = int((steps > 0).sum())
    return f"一様には減っておらず、{rises}か所で増えています" if rises else "一様には減っていません"


def share_effect(hourly: NDArray[np.int64]) -> Array:
    """Variance of each hour's share with days as clusters, relative to independent contacts.

    Args:
        hourly: counts, shape (…, days, 24).
    """
    n = hourly.sum(axis=-2, keepdims=True)
    total = n.sum(axis=-1, keepdims=True)
    per_day = hourly.sum(axis=-1, keepdims=True)
    days = hourly.shape[-2]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = n / total
        variance = ((hourly - share * per_day) ** 2).sum(axis=-2) * days / (days - 1)
        effect = variance / (total * share * (1 - share))[..., 0, :]
    return np.where(np.isfinite(effect), effect, 1.0)


def ratio_to_mean(
    n: Array, days: Array, variance_ratio: Array, df: Array | float, level: float = LEVEL
) -> tuple[Array, Array, Array]:
    """Ratio of each group's daily rate to the mean day, with its interval.

    Args:
        n: counts per group, shape (…, groups).
        days: observed days per group, shape (groups,).
        variance_ratio: variance relative to independent contacts, broadcast against `n`.
        df: degrees of freedom of that variance.
        level: confidence level.
    """
    total = n.sum(axis=-1, keepdims=True)
    share_of_days = days / days.sum()
    spread = small_sample(variance_ratio, df, level)
    low, high = deflated_share(n, np.broadcast_to(total, n.shape), spread, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        return n / total / share_of_days, low / share_of_days, high / share_of_days


def _profile(
    name: str,
    labels: pd.CategoricalIndex,
    group: NDArray[np.int64],
    counts: Counts,
    scale: ScaledTest | None,
    level: float,
) -> Typed:
    n = np.bincount(group, weights=counts.daily, minlength=len(labels))
    days = np.bincount(group, weights=counts.observed, minlength=len(labels))
    seen = days > 0
    frame = pd.DataFrame({name: labels, "n": pd.array(n, dtype="Int64"), "days": days.astype(np.int64)})
    frame["n"] = frame["n"].mask(~seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        frame["per_day"] = np.where(seen, n / days, np.nan)
    ratios = np.full((3, len(labels)), np.nan)
    if counts.n > 0:
        spread, df = (scale.variance, scale.df2) if scale else (np.array([np.nan]), 1.0)
        ratios[:, seen] = ratio_to_mean(n[seen], days[seen], spread, df, level)
    frame["estimate"], frame["low"], frame["high"] = ratios
    columns = {
        name: Dimension(variable=name),
        "n": CONTACTS,
        "days": DAYS,
        # As fine as the sentence on their order: with one decimal, a day that has fewer looked like the one before.
        "per_day": Rate(per="1日", unit="件", n="n", base="days", decimals=2),
        "estimate": Ratio(to="平均的な日"),
        **interval("estimate", level),
    }
    return Typed.of(frame, columns)
