"""Hours of the day as points on a circle: mean direction, concentration, and how far the mean can be trusted.

Formulas follow Fisher (1993), "Statistical Analysis of Circular Data", §§2.3, 4.3. Contacts of one day belong together,
and so do those of one person: interval and the test of "every hour alike" take both as clusters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats

from ujo_lib.columns import Estimate, PValue, Statistic, interval
from ujo_lib.seasonality.counts import CONTACTS, HOURS, Counts
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed
from ujo_lib.variance import NOBODY, Array, People


@dataclass(frozen=True)
class CircularSummary:
    """Mean direction of times of day.

    Attributes:
        n: number of times.
        mean: circular mean in hours, 0 ≤ mean < 24; None when the times point nowhere.
        resultant: mean resultant length, 0 (spread over the day) to 1 (all at one time).
    """

    n: int
    mean: float | None
    resultant: float


def summarise(hours: ArrayLike, weights: ArrayLike | None = None) -> CircularSummary:
    """Circular mean and resultant length of times of day.

    Args:
        hours: times in hours, any shape; values outside [0, 24) wrap around.
        weights: how often each time occurred; once when omitted.
    """
    angle = np.asarray(hours, dtype=float).ravel() * 2 * np.pi / HOURS
    weight = np.ones_like(angle) if weights is None else np.asarray(weights, dtype=float).ravel()
    n = round(float(weight.sum()))
    if n == 0:
        return CircularSummary(0, None, 0.0)
    c, s = float(weight @ np.cos(angle)), float(weight @ np.sin(angle))
    length = float(np.hypot(c, s))
    mean = float(_hours(np.arctan2(s, c))) if length > 1e-9 * n else None
    return CircularSummary(n, mean, length / n)


def daily_peak(counts: Counts, people: People = NOBODY, level: float = LEVEL) -> Typed:
    """Circular mean of the hour profile; each hour counts at its middle.

    Args:
        counts: a scope with hours.
        people: those behind its contacts.
        level: confidence level.

    Returns:
        One row: n, mean (hours), low, high (counted continuously around the mean, so that `low` may be negative and
        `high` above 24; a whole day apart where no time can be excluded, NA when the times point nowhere), resultant,
        p_value (of "every hour alike").

    Raises:
        ValueError: the source has no hours.
    """
    hourly = counts.by_hour[counts.observed]
    summary = summarise(np.arange(HOURS) + 0.5, hourly.sum(axis=0))
    low = high = p_value = None
    if summary.mean is not None and len(hourly) > 1:  # one day does not tell how days differ
        total, covariance, df = resultant(hourly[None], people)
        (low,), (high,) = mean_limits(total, covariance, df, level)
        p_value = float(uniformity_p(total, covariance, df)[0])
    columns = {
        "n": CONTACTS,
        "mean": Estimate(heading="平均の時刻", unit="時"),
        **interval("mean", level),
        "resultant": Statistic(heading="集中の強さ(0~1)"),
        "p_value": PValue(heading="時刻の偏りがないとした場合のp値"),
    }
    row = (summary.n, summary.mean, low, high, summary.resultant, p_value)
    note = (
        "幅は、同じ日の相談と、同じ人の相談を、それぞれひとまとまりとみて計算しました。"
        "24を超える値は翌日の、負の値は前日の時刻を表します。"
    )
    return Typed.of([row], columns, note=note)


def resultant(hourly: NDArray[np.int64], people: People = NOBODY) -> tuple[Array, Array, Array]:
    """Cosine and sine sums of the times, their covariance and its degrees of freedom; days and people are clusters.

    Args:
        hourly: counts, shape (series, days, 24).
        people: those behind the contacts of the one series.

    Returns:
        Shapes (series, 2), (series, 2, 2), (series,).
    """
    angle = (np.arange(HOURS) + 0.5) * 2 * np.pi / HOURS
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    parts = hourly @ circle
    days = parts.shape[1]
    centred = parts - parts.mean(axis=1, keepdims=True)
    by_day = np.einsum("sdi,sdj->sij", centred, centred) * days / (days - 1)
    times = circle[people.hour]
    across = people.across_days(times - times.mean(axis=0) if len(times) else times)
    n = np.maximum(hourly.sum(axis=(1, 2)), 1)
    _, df = people.with_days(np.einsum("sii->s", by_day), days, np.trace(across), n)
    return parts.sum(axis=1), by_day + across, df


def mean_limits(total: Array, covariance: Array, df: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Limits of the circular mean in hours: the directions that the sum's part across them does not exclude (Fieller).

    Args:
        total: from `resultant`, like the next two.
        covariance: of the total.
        df: of the covariance.
        level: confidence level.

    Returns:
        Lower and upper limit, shape (series,), to the minute, at most 12 hours from the mean on either side.
    """
    centre = np.arctan2(total[:, 1], total[:, 0])[:, None]
    off = np.linspace(0, np.pi / 2, 6 * 60 + 1)
    reach = scipy_stats.t.ppf((1 + level) / 2, df)[:, None]
    sides = []
    for side in (-off, off):
        across = np.stack([-np.sin(centre + side), np.cos(centre + side)], axis=-1)
        error = np.sqrt(np.maximum(np.einsum("sgi,sij,sgj->sg", across, covariance, across), 0.0))
        excluded = np.linalg.norm(total, axis=1)[:, None] * np.sin(off) > reach * error
        first = np.where(excluded.any(axis=1), excluded.argmax(axis=1), 12 * 60) / 60
        sides.append(first)
    middle = _hours(centre[:, 0])
    return middle - sides[0], middle + sides[1]


def uniformity_p(total: Array, covariance: Array, df: Array) -> Array:
    """p-value of "no direction is preferred" (Hotelling's t²), shape (series,); arguments from `resultant`."""
    t2 = np.einsum("si,sij,sj->s", total, np.linalg.pinv(covariance), total)
    return np.asarray(scipy_stats.f.sf(t2 * (df - 1) / (2 * df), 2, df - 1))


def _hours(angle: Array | float) -> Array | float:
    return np.mod(angle, 2 * np.pi) * HOURS / (2 * np.pi)
