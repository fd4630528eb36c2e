"""Night against morning: contacts per hour in the two, with an interval that respects days."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from ujo_lib.columns import PValue, Rate, Ratio, Statistic, interval
from ujo_lib.seasonality.counts import CONTACTS, Counts
from ujo_lib.seasonality.profiles import HOUR, HOUR_LABELS
from ujo_lib.stats import LEVEL, side_of, told_alike
from ujo_lib.typed import Typed
from ujo_lib.variance import NOBODY, Array, People, deflated_share, effective_df, small_sample


def compare_hours(
    counts: Counts, hours: list[int], reference: list[int], people: People = NOBODY, level: float = LEVEL
) -> Typed:
    """Compare contacts per hour between two sets of hours.

    Days are the clusters: what comes in on one day belongs together. The exact conditional comparison of two Poisson
    rates is widened by the design effect (Rao & Scott 1992).

    Args:
        counts: a scope with hours.
        hours: clock hours of interest, such as [22, 23].
        reference: clock hours compared with.
        people: those behind the contacts.
        level: confidence level.

    Returns:
        One row, about contacts in the hours of interest only: n, n_reference, per_hour and per_hour_reference (contacts
        per clock hour over the whole period), estimate (their ratio; NA without contacts to compare with), low, high,
        p_value (of "ratio = 1"; all four NA without any contact), design_effect (variance relative to independent
        contacts, at least 1).

    Raises:
        ValueError: no hours in the source, overlapping or empty sets.
    """
    if set(hours) & set(reference) or not hours or not reference:
        raise ValueError("the two sets of hours must differ and hold at least one hour each")
    days = counts.by_hour[counts.observed]
    part, base = days[:, hours].sum(axis=1), days[:, reference].sum(axis=1)
    n, n_reference = int(part.sum()), int(base.sum())
    effect, widened = _spread(part, base, people, hours, reference, level)
    rate, rate_reference = n / len(hours), n_reference / len(reference)
    exposure = len(hours) / len(reference)
    compared: tuple[float | None, ...] = (None, None, None, None)
    if n or n_reference:
        low, high = ratio_interval(np.array(n), np.array(n_reference), exposure, widened, level)
        p = ratio_p(np.array(n), np.array(n_reference), exposure, widened)
        estimate = rate / rate_reference if n_reference else None
        compared = (estimate, *told_alike(float(low), float(high), float(p), level))
    asked, against = hours_in_words(hours), hours_in_words(reference)
    columns = {
        "n": replace(CONTACTS, heading=f"{asked}の件数"),
        "n_reference": replace(CONTACTS, heading=f"{against}の件数", members=False),
        "per_hour": Rate(heading=f"{asked}の1時間あたり件数", unit="件"),
        "per_hour_reference": Rate(heading=f"{against}の1時間あたり件数", unit="件"),
        "estimate": Ratio(heading=f"{against}に対する比", n="per_hour", base="per_hour_reference"),
        **interval("estimate", level),
        "p_value": PValue(),
        "design_effect": Statistic(heading="ばらつき(偶然だけなら1)"),
    }
    row = (n, n_reference, rate, rate_reference, *compared, effect)
    return Typed.of([row], columns, where={"hour": tuple(HOUR_LABELS[hour] for hour in hours)})


def hours_against(
    counts: Counts, hours: list[int], reference: list[int], people: People = NOBODY, level: float = LEVEL
) -> Typed:
    """Compare each of several hours, one at least, by itself with the reference hours.

    Returns:
        One row per hour: hour (「22時台」), n, per_hour_reference, estimate, low, high, p_value.
    """
    found = [compare_hours(counts, [hour], reference, people, level) for hour in hours]
    frame = pd.concat([one.frame for one in found], ignore_index=True)
    frame["hour"] = [HOUR_LABELS[hour] for hour in hours]
    ratio = Ratio(heading=f"{hours_in_words(reference)}に対する比", n="n", base="per_hour_reference")
    columns = {**found[0].schema.columns, "hour": HOUR, "n": CONTACTS, "estimate": ratio}
    names = ("hour", "n", "per_hour_reference", "estimate", "low", "high", "p_value")
    return Typed.of(frame, columns).select(*names)


def _spread(
    part: NDArray[np.int64],
    base: NDArray[np.int64],
    people: People,
    hours: list[int],
    reference: list[int],
    level: float,
) -> tuple[float, Array]:
    """Variance of the log ratio relative to independent contacts, as it is and for normal quantiles."""
    each, other = (1 / k if k else 0.0 for k in (int(part.sum()), int(base.sum())))
    independent = each + other
    if not independent:
        return 1.0, np.array(1.0)
    influence = np.isin(people.hour, hours) * each - np.isin(people.hour, reference) * other
    by_day = day_effect(part[None], base[None])[0] * independent
    across = people.across_days(influence[:, None])[0, 0]
    effect, df = people.with_days(by_day, len(part), across, independent)
    # Few people who come back tell little of how they vary, also where they seem not to.
    who = people.person[np.isin(people.hour, [*hours, *reference])]
    if len(np.unique(who)) < len(who):
        df = np.minimum(df, effective_df(who, np.array(np.inf)))
    return float(effect), small_sample(effect, df, level)


def day_effect(part: NDArray[np.int64], base: NDArray[np.int64]) -> Array:
    """Variance of the log ratio of two totals, days as clusters, relative to independent contacts.

    Where one of them is 0 it is that of the other total, whose days are then compared with equal ones; one day shows
    no variance (NaN).

    Args:
        part: counts per day in the hours of interest, shape (series, days).
        base: counts per day in the hours compared with, same shape.
    """
    n, m = part.sum(axis=1), base.sum(axis=1)
    days = part.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares, others = (
            np.where(k[:, None] > 0, of_day / k[:, None], 1 / days) for of_day, k in ((part, n), (base, m))
        )
        independent = np.where(n > 0, 1 / n, 0.0) + np.where(m > 0, 1 / m, 0.0)
        return np.asarray(((shares - others) ** 2).sum(axis=1) * days / np.float64(days - 1) / independent)


def ratio_interval(
    n: Array, m: Array, exposure_ratio: float, effect: Array | float, level: float = LEVEL
) -> tuple[Array, Array]:
    """Interval for (n / exposure) / (m / 1) through the share n of n + m; see `deflated_share`."""
    low, high = deflated_share(n, n + m, np.asarray(effect), level)
    with np.errstate(divide="ignore"):
        return low / (1 - low) / exposure_ratio, high / (1 - high) / exposure_ratio


def ratio_p(n: Array, m: Array, exposure_ratio: float, effect: Array | float) -> Array:
    """Two-sided p-value of "ratio = 1", the counterpart of `ratio_interval`."""
    null = exposure_ratio / (1 + exposure_ratio)
    scale = np.maximum(effect, 1.0)
    below = scipy_stats.beta.cdf(null, n / scale + 0.5, m / scale + 0.5)
    return np.asarray(2 * np.minimum(below, 1 - below))


def hours_apart(compared: pd.DataFrame, hours: list[int], reference: list[int]) -> str:
    """What `compare_hours` established, in a sentence: more, fewer, or no clear difference.

    Args:
        compared: the row as its readers may see it; nothing is said where its interval is hidden or missing.
        hours: clock hours of interest.
        reference: clock hours compared with.
    """
    low, high = compared["low"].iloc[0], compared["high"].iloc[0]
    if pd.isna(low) or pd.isna(high):
        return ""
    asked, against = hours_in_words(hours), hours_in_words(reference)
    side = side_of(1, low, high)
    if not side:
        return f"{asked}と{against}の1時間あたりの件数に、はっきりした違いは見られません。"
    return f"1時間あたりの件数は、{asked}に{against}より{'多く' if side > 0 else '少なく'}なっています。"


def hours_in_words(hours: list[int]) -> str:
    """Clock hours as a reader says them: 「22時台・23時台」, runs of three and more as 「6〜11時台」."""
    runs = np.split(np.sort(hours), np.flatnonzero(np.diff(np.sort(hours)) > 1) + 1)
    spoken = [
        [f"{run[0]}〜{run[-1]}時台"] if len(run) > 2 else [f"{hour}時台" for hour in run] for run in runs
    ]
    return "・".join(text for part in spoken for text in part)
