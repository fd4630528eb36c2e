"""Hours of the day as points on a circle: mean direction, concentration, and how far the mean can be trusted.

Formulas follow Fisher (1993), "Statistical Analysis of Circular Data", §§2.3, 4.3. Calls of one day belong
together, so the interval resamples whole days, and so does the test against "every hour alike".
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats

from ujo_lib.columns import Estimate, PValue, Statistic, Typed, interval
from ujo_lib.seasonality.counts import CONTACTS, HOURS, Counts
from ujo_lib.seasonality.dispersion import Array, ratio_or_zero
from ujo_lib.stats import LEVEL


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


def daily_peak(counts: Counts, seed: int, resamples: int = 2000, level: float = LEVEL) -> Typed:
    """Circular mean of the hour profile with a bootstrap over days; each hour counts at its middle.

    Args:
        counts: a scope with hours.
        seed: of the bootstrap.
        resamples: bootstrap samples.
        level: confidence level.

    Returns:
        One row: n, mean (hours), low, high (percentile bootstrap interval of the mean, counted continuously around it,
        so that `low` may be negative and `high` above 24; NA when the times point nowhere), resultant, p_value (of
        "every hour alike", with days as clusters).

    Raises:
        ValueError: the source has no hours.
    """
    if counts.hourly is None:
        raise ValueError("the source has no hours")
    middle = np.arange(HOURS) + 0.5
    hourly = counts.hourly[counts.observed]
    summary = summarise(middle, hourly.sum(axis=0))
    parts = day_vectors(hourly)
    p_value = float(uniformity_p(parts[None])[0])
    low = high = None
    if summary.mean is not None:
        weights = resample_days(len(hourly), resamples, np.random.default_rng(seed))
        (low,), (high,) = bootstrap_mean(parts[None], weights, level)
    columns = {
        "n": CONTACTS,
        "mean": Estimate(heading="平均の時刻", unit="時"),
        **interval("mean", level),
        "resultant": Statistic(heading="集中の強さ(0~1)"),
        "p_value": PValue(heading="時刻の偏りがないとした場合のp値"),
    }
    row = (summary.n, summary.mean, low, high, summary.resultant, p_value)
    note = "幅は、日を単位とする再標本化によります。24を超える値は翌日の時刻を表します。"
    return Typed.of(pd.DataFrame([row], columns=list(columns)), columns, note=note)


def day_vectors(hourly: NDArray[np.int64]) -> Array:
    """Cosine and sine sums of each day, shape (…, days, 2), from counts of shape (…, days, 24)."""
    angle = (np.arange(HOURS) + 0.5) * 2 * np.pi / HOURS
    return np.asarray(hourly @ np.column_stack([np.cos(angle), np.sin(angle)]))


def resample_days(days: int, resamples: int, rng: np.random.Generator) -> Array:
    """How often each day is drawn in each bootstrap sample, shape (resamples, days)."""
    return rng.multinomial(days, np.full(days, 1 / days), size=resamples).astype(float)


def bootstrap_mean(parts: Array, weights: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Percentile interval of the circular mean in hours.

    Args:
        parts: from `day_vectors`, shape (series, days, 2).
        weights: from `resample_days`.
        level: confidence level.

    Returns:
        Lower and upper limit, shape (series,), within 12 hours of the mean on either side.
    """
    total = parts.sum(axis=1)
    centre = np.arctan2(total[:, 1], total[:, 0])
    drawn = np.matmul(weights, parts)
    angle = np.arctan2(drawn[..., 1], drawn[..., 0])
    off = np.angle(np.exp(1j * (angle - centre[:, None])))
    tail = (1 - level) / 2
    low, high = np.quantile(off, [tail, 1 - tail], axis=1)
    middle = _hours(centre)
    return middle + low * HOURS / (2 * np.pi), middle + high * HOURS / (2 * np.pi)


def uniformity_p(parts: Array) -> Array:
    """p-value of "no direction is preferred" with days as the independent units (Hotelling's t²), shape
    (series,).

    Args:
        parts: from `day_vectors`, shape (series, days, 2).
    """
    days = parts.shape[1]
    mean = parts.mean(axis=1)
    centred = parts - mean[:, None, :]
    covariance = np.einsum("sdi,sdj->sij", centred, centred) / (days - 1)
    determinant = covariance[:, 0, 0] * covariance[:, 1, 1] - covariance[:, 0, 1] ** 2
    square = (
        covariance[:, 1, 1] * mean[:, 0] ** 2
        - 2 * covariance[:, 0, 1] * mean[:, 0] * mean[:, 1]
        + covariance[:, 0, 0] * mean[:, 1] ** 2
    )
    t2 = days * ratio_or_zero(square, determinant)
    return np.asarray(scipy_stats.f.sf(t2 * (days - 2) / (2 * (days - 1)), 2, days - 2))


def _hours(angle: Array | float) -> Array | float:
    return np.mod(angle, 2 * np.pi) * HOURS / (2 * np.pi)
