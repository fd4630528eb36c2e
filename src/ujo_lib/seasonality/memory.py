"""How long a busy day lasts: the correlation of model residuals from day to day, and what it does to standard
errors.

The residuals are taken as a mixture of noise of the day and a first-order autoregression. Its two parameters
are matched to the residuals' autocovariances as they are expected *after* the model has absorbed part of
them, so that a model with many columns does not make its own errors look independent. A textbook Newey–West
estimate leaves the effect of a few days a year far too certain; docs/seasonality.md has both coverages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ujo_lib.glm import Fit
from ujo_lib.seasonality.dispersion import ratio_or_zero
from ujo_lib.variance import Array

LAGS = 7
PERSISTENCE = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
LEAST_SCALE = 0.01
"""Residual variance, in units of the model's, below which a record tells nothing of its own spread."""


@dataclass(frozen=True)
class Memory:
    """Correlation `share` · `persistence`^days between the residuals of different days; arrays over series.

    Attributes:
        share: part of the residual variance that carries over, 0–1.
        persistence: how much of it is left a day later, 0–1.
        scale: residual variance, corrected for what the model absorbed.
    """

    share: Array
    persistence: Array
    scale: Array

    def correlation(self, series: int, distance: NDArray[np.int64]) -> Array:
        """Correlation matrix of one series for a matrix of distances in days."""
        by_distance = self.share[series] * self.persistence[series] ** np.arange(distance.max() + 1)
        by_distance[0] = 1.0
        return np.asarray(by_distance[distance])


def estimate(fitted: Fit, X: Array, day: NDArray[np.int64]) -> Memory:
    """Estimate the memory of the residuals of a fit.

    Args:
        fitted: a fit of one or more series with the same columns.
        X: those columns, shape (rows, columns).
        day: position of each row in days, shape (rows,).
    """
    weight = (fitted.mean / (1 + fitted.alpha[:, None] * fitted.mean)).mean(axis=0)
    basis, _ = np.linalg.qr(np.sqrt(weight)[:, None] * X)
    distance = np.abs(np.subtract.outer(day, day))
    pairs = [np.nonzero(np.triu(distance == lag)) for lag in range(LAGS + 1)]
    noise = _absorbed(np.eye(len(day)), basis, pairs)
    e = fitted.residuals
    seen = np.stack([(e[:, i] * e[:, j]).sum(axis=1) for i, j in pairs], axis=1)
    ratio = ratio_or_zero(seen[:, 1:], seen[:, :1])
    best = np.full(len(e), np.inf)
    share, persistence, scale = np.zeros(len(e)), np.zeros(len(e)), seen[:, 0] / noise[0]
    for candidate in PERSISTENCE:
        carried = candidate ** np.arange(distance.max() + 1)
        gain = _absorbed(carried[distance], basis, pairs) - noise
        # E[seen_k] / E[seen_0] is a ratio of two linear functions of the share: solve it by least squares
        # over lags.
        target = ratio * noise[0] - noise[1:]
        slope = gain[1:] - ratio * gain[0]
        a = np.clip((target * slope).sum(axis=1) / (slope**2).sum(axis=1), 0.0, 1.0)
        miss = ((target - a[:, None] * slope) ** 2).sum(axis=1)
        better = miss < best - 1e-12
        best = np.where(better, miss, best)
        share, persistence = np.where(better, a, share), np.where(better, candidate, persistence)
        scale = np.where(better, seen[:, 0] / (noise[0] + a * gain[0]), scale)
    return Memory(share, persistence, np.maximum(scale, LEAST_SCALE))


def covariance(fitted: Fit, X: Array, day: NDArray[np.int64], memory: Memory) -> Array:
    """Sandwich covariance of the coefficients under that memory, shape (series, columns, columns)."""
    distance = np.abs(np.subtract.outer(day, day))
    result = np.empty_like(fitted.bread)
    for i, bread in enumerate(fitted.bread):
        weight = fitted.mean[i] / (1 + fitted.alpha[i] * fitted.mean[i])
        score = np.sqrt(weight)[:, None] * X
        result[i] = memory.scale[i] * bread @ (score.T @ memory.correlation(i, distance) @ score) @ bread
    return result


def _absorbed(correlation: Array, basis: Array, pairs: Sequence[tuple[Array, ...]]) -> Array:
    """Sums over each lag's pairs of the residual covariance, when errors have this correlation."""
    carried = correlation @ basis
    twice = basis @ (basis.T @ carried)
    # Only the pairs' entries of (1 − QQ')·R·(1 − QQ'): the whole matrix would take a hundred times as long.
    return np.array(
        [
            correlation[i, j].sum() - (basis[i] * carried[j]).sum() + ((twice - carried)[i] * basis[j]).sum()
            for i, j in pairs
        ]
    )
