"""Difference in differences: the change here less the change elsewhere, by least squares.

The oldest reading of "before and after, with and without". A sensitivity beside the block estimate: its error
counts the seasons that both regions share as if they were noise, so it is the wider of the two.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as distributions

from ujo_lib.errors import InputError
from ujo_lib.outreach.controlled import usable_blocks
from ujo_lib.outreach.hygiene import IN_WINDOW, Comparison
from ujo_lib.outreach.verdict import Effect, Refusal, judged_by_error, refused
from ujo_lib.stats import LEVEL

METHOD = "差の差(対数)"


@dataclass(frozen=True)
class Difference:
    """Estimated difference in differences with its standard error, in the outcome's unit."""

    estimate: float
    error: float
    n: int

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the two-by-two design."""
        return self.n - 4


def in_differences(outcome: ArrayLike, treated: ArrayLike, after: ArrayLike) -> Difference:
    """Coefficient of treated×after in a regression on treated, after and their product.

    Args:
        outcome: one value an observation.
        treated: 1 where the observation belongs to the reached group, else 0.
        after: 1 where it lies after the change, else 0.

    Raises:
        InputError: one of the four cells is empty.
    """
    y, d, t = (np.asarray(part, dtype=float) for part in (outcome, treated, after))
    X = np.column_stack([np.ones(len(y)), d, t, d * t])
    if np.linalg.matrix_rank(X) < X.shape[1]:
        raise InputError("差の差には、対象と比較、前と後の4つの組のすべてに観測値が必要です")
    coefficients, *_ = np.linalg.lstsq(X, y, rcond=None)
    residual = y - X @ coefficients
    variance = residual @ residual / (len(y) - 4) * np.linalg.inv(X.T @ X)
    return Difference(float(coefficients[3]), float(np.sqrt(variance[3, 3])), len(y))


def effect(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Rate ratio from logarithms of block totals, here and in the control, in the window and before."""
    found = comparison if isinstance(comparison, Refusal) else usable_blocks(comparison)
    if isinstance(found, Refusal):
        return refused(area, METHOD, level, found)
    after = (found["role"] == IN_WINDOW).to_numpy(float)
    n = int(found.loc[after > 0, "n"].item())
    outcome = np.log(np.concatenate([found["n"], found["control"]]).astype(float))
    treated = np.repeat([1.0, 0.0], len(found))
    difference = in_differences(outcome, treated, np.tile(after, 2))
    estimate, error = difference.estimate, difference.error
    of = distributions.t(difference.degrees)
    return judged_by_error(area, METHOD, level, n=n, estimate=estimate, error=error, of=of)
