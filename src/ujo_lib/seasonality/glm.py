"""Log-linear models for counts, fitted to any number of series with the same columns at once.

Iteratively reweighted least squares (McCullagh & Nelder 1989, §2.5) for the Poisson mean; the variance is estimated
afterwards, so the estimates are those of the quasi-Poisson model. The normal equations of all series are built by one
matrix product with the columns' outer products, which is what makes thousands of simulated years affordable.
"""

from dataclasses import dataclass

import numpy as np

from ujo_lib.seasonality.dispersion import Array

MAX_STEPS = 60
TOLERANCE = 1e-9


class NotConvergedError(ArithmeticError):
    """The fit did not settle: too few contacts for the columns asked for."""


@dataclass(frozen=True)
class Fit:
    """Fitted log-linear means.

    Attributes:
        coefficients: shape (series, columns).
        mean: fitted mean, shape (series, rows).
        bread: inverse of X'WX, shape (series, columns, columns).
        converged: per series.
    """

    coefficients: Array
    mean: Array
    bread: Array
    converged: Array


def fit_poisson(y: Array, X: Array, offset: Array | float = 0.0) -> Fit:
    """Fit log E[y] = X·b + offset by maximum likelihood, one fit per row of `y`.

    Args:
        y: counts, shape (series, rows).
        X: columns, shape (rows, columns), of full rank, a constant in their span.
        offset: known part of the log mean, broadcast against `y`.

    Raises:
        numpy.linalg.LinAlgError: columns that are not independent.
    """
    y = np.atleast_2d(np.asarray(y, dtype=float))
    products = (X[:, :, None] * X[:, None, :]).reshape(len(X), -1)
    shape = (len(y), X.shape[1], X.shape[1])
    # Started from the smoothed data as R's glm does: one weighted step from there is close for any counts.
    eta = np.log(y + 0.1 * np.maximum(y.mean(axis=1, keepdims=True), 0.01))
    b = np.zeros((len(y), X.shape[1]))
    moved = np.full(len(y), np.inf)
    for _ in range(MAX_STEPS):
        mean = np.exp(np.clip(eta, -30, 30))
        working = (eta - offset) + (y - mean) / mean
        information = (mean @ products).reshape(shape)
        new = np.linalg.solve(information, ((mean * working) @ X)[..., None])[..., 0]
        moved = np.abs(new - b).max(axis=1)
        b = new
        eta = np.clip(b @ X.T + offset, -30, 30)
        if (moved < TOLERANCE).all():
            break
    mean = np.exp(eta)
    bread = np.linalg.inv((mean @ products).reshape(shape))
    return Fit(b, mean, bread, moved < 1e-6)


def pearson(y: Array, fit: Fit) -> Array:
    """Pearson residuals, shape (series, rows)."""
    return np.asarray((y - fit.mean) / np.sqrt(fit.mean))
