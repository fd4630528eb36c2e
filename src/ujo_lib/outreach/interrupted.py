"""One series that something interrupts: the rate after it against the rate before, beside a trend and a season.

The design for a lasting change without a control (Lopez Bernal, Cummins & Gasparrini 2017). It takes every change at
that time for the effect, so no page rests on it; an analyst puts it beside a controlled comparison.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as distributions

from ujo_lib import glm
from ujo_lib.stats import LEVEL, Interval


def rate_ratio(
    counts: ArrayLike,
    exposure: ArrayLike,
    since: int,
    cycle: int = 12,
    harmonics: int = 0,
    level: float = LEVEL,
) -> Interval:
    """Rate ratio of a lasting change of level; quasi-Poisson with a linear trend.

    Args:
        counts: events of consecutive periods, shape (periods,).
        exposure: people or days at risk in each, same shape.
        since: position of the first period after the change.
        cycle: periods in a season.
        harmonics: pairs of waves of that season, which may begin anywhere.
        level: confidence level.

    Raises:
        ValueError: no period on one side of the change, or no more of them than columns.
    """
    n, at_risk = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    if not 0 < since < len(n):
        raise ValueError(f"there must be periods before and after the change: {since} of {len(n)}")
    time = np.arange(len(n))
    angle = 2 * np.pi * np.outer(time, np.arange(1, harmonics + 1)) / cycle
    trend = np.column_stack([np.ones(len(n)), time / len(n)])
    X = np.column_stack([time >= since, trend, np.cos(angle), np.sin(angle)]).astype(float)
    if (degrees := len(n) - X.shape[1]) < 1:
        raise ValueError(f"{len(n)} periods show no spread around {X.shape[1]} columns")
    fitted = glm.fit(n, X, np.log(at_risk))
    dispersion = float((fitted.residuals[0] ** 2).sum()) / degrees
    reach = float(distributions.norm.ppf((1 + level) / 2) * np.sqrt(dispersion * fitted.bread[0, 0, 0]))
    middle = float(fitted.coefficients[0, 0])
    return Interval(float(np.exp(middle)), float(np.exp(middle - reach)), float(np.exp(middle + reach)))
