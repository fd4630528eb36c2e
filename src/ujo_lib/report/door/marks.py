"""Marks for a cross table with hidden cells: what its printed counts alone say about independence.

Residuals and p-values of shown cells are equations for the hidden ones: each gives the total of its column. Their marks
would be, too, near the edge of significance. So a release tests each cell against the least favourable total that its
reader must reckon with, and what it prints follows from what it prints: whoever knows the marks knows no more.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from ujo_lib.columns import MARKS, Count, Mark
from ujo_lib.stats import holm, significant
from ujo_lib.typed import Schema

_Floats = float | NDArray[np.float64]
_STEPS = 100
"""The design effect of clustered answers is rounded down to whole percents, so that it tells of no single cell."""


def sure_marks(schema: Schema, name: str, frame: pd.DataFrame, hidden: pd.DataFrame) -> list[str] | None:
    """Judge a cross table by its shown cells.

    A column total lies between the shown cells and those plus whatever its hidden cells can hold, given the totals of
    their rows. A cell is judged by its least residual over all of these totals, as if nobody were counted twice, times
    the design effect. Holm's test of the least residuals rejects nothing that the test of the true ones would not.

    Args:
        schema: what the columns are.
        name: the `Mark` column.
        frame: the whole table with its true values, one row per cell.
        hidden: which of them the release hides.

    Returns:
        One of `MARKS` for each row; None where a row total is hidden, for then a hidden cell could hold anything, or
        where the table is no cross of one dimension by others.
    """
    mark, base = schema.columns[name], schema.columns.get(str(getattr(schema.columns[name], "base", "")))
    if not isinstance(mark, Mark) or not isinstance(base, Count) or len(base.over) != 1:
        return None
    if hidden[mark.base].any():
        return None
    across = [frame[dimension].astype(str) for dimension in schema.dimensions if dimension not in base.over]
    rows = pd.Series(list(zip(*across, strict=True)), index=frame.index)
    columns = frame[base.over[0]].astype(str)
    gone = hidden[mark.n].to_numpy(dtype=bool)
    n, bases = (frame[key].to_numpy(dtype=float) for key in (mark.n, mark.base))
    shown = np.where(gone, 0.0, n)
    room = np.where(gone, bases - pd.Series(shown).groupby(rows.to_numpy()).transform("sum").to_numpy(), 0.0)
    everybody = float(pd.Series(bases).groupby(rows.to_numpy()).first().sum())
    of_column = columns.to_numpy()
    low, span, true = (
        pd.Series(part).groupby(of_column).transform("sum").to_numpy() for part in (shown, room, n)
    )
    sure = np.array([_least(*cell, everybody) for cell in zip(n, bases, low, span, strict=True)])
    alone = _residuals(n, bases, true, everybody)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.abs(frame[mark.residual].to_numpy(dtype=float) / alone)
    steps = _STEPS * np.minimum(np.nan_to_num(effect), 1.0)
    sure *= np.floor(steps.round(6)) / _STEPS  # a whole step stays one, whatever the last bit says
    p = np.where(gone, 1.0, 2 * distributions.norm.sf(np.abs(sure)))
    above, below, untold = MARKS
    return [
        (above if z > 0 else below) if clear else untold
        for z, clear in zip(sure, significant(holm(p), mark.level), strict=True)
    ]


def _least(n: float, row: float, low: float, span: float, everybody: float) -> float:
    """The residual nearest to 0 over all totals of the column; 0 where they differ in sign."""
    found = _residuals(n, row, low + np.arange(span + 1), everybody)
    return float(max(found.min(), 0) + min(found.max(), 0))


def _residuals(n: _Floats, row: _Floats, column: _Floats, everybody: float) -> NDArray[np.float64]:
    """Residuals of cells in independent records, as `seasonality.crosstab` has them.

    The excess over independence, by the larger of its standard errors with and without independence; 0 where a row or
    column is empty or holds everything.
    """
    total = max(everybody, 2)
    p, q = np.asarray(row) / total, np.asarray(column) / total
    excess = n - total * p * q
    squares = (
        n * ((1 - p) * (1 - q)) ** 2
        + (row - n) * ((1 - p) * q) ** 2
        + (column - n) * (p * (1 - q)) ** 2
        + (total - row - column + n) * (p * q) ** 2
    )
    variance = np.maximum(
        (squares - excess**2 / total) * total / (total - 1), total * p * (1 - p) * q * (1 - q)
    )
    found = np.zeros(np.broadcast(excess, variance).shape)
    np.divide(excess, np.sqrt(np.maximum(variance, 0)), out=found, where=variance > 1e-12)
    return found
