"""Log-linear models for counts, fitted to any number of series with the same columns at once.

Iteratively reweighted least squares for a mean with variance mean + alpha · mean² (McCullagh & Nelder 1989,
§2.5; negative binomial with alpha by the moment method of Breslow 1984). alpha = 0 is the Poisson model. The
normal equations of all series are built by one matrix product with the columns' outer products, which is what
makes thousands of simulated years affordable. `tests/test_glm.py` holds it against R and statsmodels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAX_STEPS = 60
TOLERANCE = 1e-9
ROUNDS = 4
"""How often mean and alpha are fitted in turn."""
LIMIT = 30.0
"""Of the log mean: what runs against it has no estimate."""


@dataclass(frozen=True)
class Fit:
    """Fitted log-linear means.

    Attributes:
        coefficients: shape (series, columns).
        mean: fitted mean, shape (series, rows).
        alpha: extra-Poisson variance per squared mean, shape (series,).
        bread: inverse of X'WX, shape (series, columns, columns).
        residuals: Pearson residuals, shape (series, rows).
        converged: per series; False when there are too few contacts for the columns asked for, or when a mean runs
            off to nothing or beyond all bounds, as it does where a column's days saw no contact at all.
    """

    coefficients: Array
    mean: Array
    alpha: Array
    bread: Array
    residuals: Array
    converged: Array


def fit(
    y: Array,
    X: Array,
    offset: Array | float = 0.0,
    alpha: Array | float = 0.0,
    precision: Array | float = 0.0,
) -> Fit:
    """Fit log E[y] = X·b + offset with variance mean + alpha · mean², one fit per row of `y`.

    Args:
        y: counts, shape (series, rows).
        X: columns, shape (rows, columns), of full rank, a constant in their span.
        offset: known part of the log mean, broadcast against `y`.
        alpha: extra-Poisson variance, one value or shape (series,).
        precision: of a normal expectation around zero for each coefficient, one value or shape (columns,); 0 for none.

    Raises:
        numpy.linalg.LinAlgError: columns that are not independent.
    """
    y = np.atleast_2d(np.asarray(y, dtype=float))
    extra = np.broadcast_to(np.asarray(alpha, dtype=float), (len(y),))[:, None]
    products = (X[:, :, None] * X[:, None, :]).reshape(len(X), -1)
    shape = (len(y), X.shape[1], X.shape[1])
    expected = np.diag(np.broadcast_to(np.asarray(precision, dtype=float), X.shape[1]))
    # Started from the smoothed data as R's glm does: one weighted step from there is close for any counts.
    eta = np.log(y + 0.1 * np.maximum(y.mean(axis=1, keepdims=True), 0.01))
    b = np.zeros((len(y), X.shape[1]))
    moved = np.full(len(y), np.inf)
    for _ in range(MAX_STEPS):
        mean = np.exp(eta)
        weight = mean / (1 + extra * mean)
        working = eta - offset + (y - mean) / mean
        information = (weight @ products).reshape(shape) + expected
        new = np.linalg.solve(information, ((weight * working) @ X)[..., None])[..., 0]
        moved = np.abs(new - b).max(axis=1)
        b = new
        eta = np.clip(b @ X.T + offset, -LIMIT, LIMIT)
        if (moved < TOLERANCE).all():
            break
    mean = np.exp(eta)
    bread = np.linalg.inv(((mean / (1 + extra * mean)) @ products).reshape(shape) + expected)
    residuals = (y - mean) / np.sqrt(mean * (1 + extra * mean))
    bounded = np.abs(eta).max(axis=1) < LIMIT
    return Fit(b, mean, extra[:, 0], bread, residuals, (moved < 1e-6) & bounded)


def fit_negative_binomial(
    y: Array, X: Array, offset: Array | float = 0.0, precision: Array | float = 0.0
) -> Fit:
    """Fit with alpha chosen so that the Pearson statistic equals its degrees of freedom; arguments as for `fit`.

    A series that varies no more than a Poisson count keeps alpha = 0.
    """
    y = np.atleast_2d(np.asarray(y, dtype=float))
    current = fit(y, X, offset, precision=precision)
    for _ in range(ROUNDS):
        current = fit(y, X, offset, moment_alpha(y, current.mean, X.shape[1]), precision)
    return current


def moment_alpha(y: Array, mean: Array, columns: int) -> Array:
    """Solve Σ (y − mean)² / (mean + alpha · mean²) = rows − columns for alpha ≥ 0, shape (series,)."""
    square = (y - mean) ** 2
    df = y.shape[1] - columns
    alpha = np.zeros(len(y))
    for _ in range(30):
        variance = mean * (1 + alpha[:, None] * mean)
        excess = (square / variance).sum(axis=1) - df
        slope = -(square * mean**2 / variance**2).sum(axis=1)
        # Newton's method on a convex falling function, from the left: it approaches without overshooting.
        newton = np.divide(excess, -slope, out=np.zeros(len(y)), where=slope < 0)
        before, alpha = alpha, np.maximum(alpha + newton, 0.0)
        if np.allclose(before, alpha, rtol=1e-10, atol=1e-10):
            break
    return alpha
