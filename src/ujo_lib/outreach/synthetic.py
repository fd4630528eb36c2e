"""Synthetic control and synthetic difference in differences: controls weighted until they move as the reached unit did.

Difference in differences takes all controls and all earlier periods alike. The synthetic control (Abadie, Diamond &
Hainmueller 2010) weights the controls to repeat the unit's past; the synthetic difference in differences (Arkhangelsky
et al. 2021) weights controls and periods, and lets levels differ. All three are one double difference with other
weights, and all are tested on California's Proposition 99. Beside the prefecture's verdict they show whether the
estimate hangs on which prefectures are compared; they know no growth or season of the prefecture's own, and no verdict
rests on them.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize
from scipy import stats as distributions

from ujo_lib.outreach.controlled import NO_ERROR, NO_SPREAD, block_days, usable_blocks
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison
from ujo_lib.outreach.verdict import Effect, Refusal, judged_by_error, refused
from ujo_lib.stats import LEVEL

Floats = NDArray[np.float64]
Design = Literal["did", "sc", "sdid"]

METHOD = "合成差の差(SDID)"
METHOD_CONTROL = "合成コントロール"

METHODS: dict[str, Design] = {METHOD: "sdid", METHOD_CONTROL: "sc"}
_TINY_RIDGE = 1e-6
_EXACT = 1e4
"""Weight of the row by which non-negative least squares keeps the sum of the weights at one."""
MIN_CONTROLS = 10
"""Controls below which there is nothing to weight."""


def estimate(outcome: Floats, before: int, design: Design) -> float:
    """Mean effect on the reached unit after the change, in the outcome's unit.

    Args:
        outcome: shape (units, periods); the last unit is the reached one.
        before: periods before the change.
        design: did, sc or sdid.

    Raises:
        ValueError: fewer than two controls or periods before, or no period after.
    """
    units, periods = outcome.shape
    if units < 3 or not 2 <= before < periods:
        raise ValueError(
            f"two controls, two periods before and one after are needed: {outcome.shape}, {before}"
        )
    gap, weights = _gap(outcome, before, design)
    return float(gap[before:].mean() - weights @ gap[:before])


def effect(
    comparison: Comparison | Refusal, controls: pd.DataFrame, area: str, method: str, level: float = LEVEL
) -> Effect:
    """Rate ratio of the window by weighted controls, on logarithms of block totals.

    Args:
        comparison: the home prefecture's comparison.
        controls: contacts by day of each control prefecture, days × prefectures.
        area: whose contacts are counted.
        method: `METHOD` or `METHOD_CONTROL`.
        level: confidence level.

    The error is that of earlier blocks: the root of their mean square when each plays the window's part in turn.
    """
    if isinstance(comparison, Refusal):
        return refused(area, method, level, comparison)
    found = usable_blocks(comparison)
    if isinstance(found, Refusal):
        return refused(area, method, level, found)
    if controls.shape[1] < MIN_CONTROLS:
        few = f"比較地域が{controls.shape[1]}しかなく、必要な{MIN_CONTROLS}に足りない"
        return refused(area, method, level, Refusal("few_controls", few))
    days, past = block_days(comparison), found["role"].to_numpy() == BASELINE
    days = np.concatenate([days[past], days[~past]])
    counted = controls.reindex(comparison.frame.index).to_numpy(float)[days].sum(axis=1).T
    counts = np.vstack([counted, comparison.frame["local"].to_numpy(float)[days].sum(axis=1)])
    logs, before, design = np.log(counts + 0.5), len(days) - 1, METHODS[method]
    # The weights fit the blocks that chose them better than one more: each is met by the weights of the others.
    missed = [_of_last(np.roll(logs[:, :before], -1 - block, axis=1), design) for block in range(before)]
    error = float(np.sqrt(np.mean(np.square(missed))))
    if error <= NO_ERROR:
        return refused(area, method, level, NO_SPREAD)
    n, of = comparison.totals(IN_WINDOW).n, distributions.t(before - 1)
    return judged_by_error(area, method, level, n=n, estimate=_of_last(logs, design), error=error, of=of)


def _of_last(logs: Floats, design: Design) -> float:
    """The effect in the last period, in logarithms; the last unit is the reached one."""
    # Relative to each unit's own past, so that no small prefecture is out of reach of a weighted mean of larger ones.
    return estimate(logs - logs[:, :-1].mean(axis=1, keepdims=True), logs.shape[1] - 1, design)


def _gap(outcome: Floats, before: int, design: Design) -> tuple[Floats, Floats]:
    """The reached unit less the weighted controls, shape (periods,), and the weights of the periods before."""
    units, periods = outcome.shape
    controls, reached = outcome[:-1], outcome[-1]
    noise = float(np.diff(controls[:, :before], axis=1).std(ddof=1))
    of_units, of_periods = np.full(units - 1, 1 / (units - 1)), np.full(before, 1 / before)
    if design == "sc":
        of_units = _weights(controls[:, :before].T, reached[:before], _TINY_RIDGE * noise, level=False)
        of_periods = np.zeros(before)
    if design == "sdid":
        ridge = (periods - before) ** 0.25 * noise
        of_units = _weights(controls[:, :before].T, reached[:before], ridge, level=True)
        later = controls[:, before:].mean(axis=1)
        of_periods = _weights(controls[:, :before], later, _TINY_RIDGE * noise, level=True)
    return reached - of_units @ controls, of_periods


def _weights(columns: Floats, aim: Floats, ridge: float, *, level: bool) -> Floats:
    """Non-negative weights of sum one whose mean of the columns comes closest to the aim.

    Args:
        columns: shape (rows, columns).
        aim: shape (rows,).
        ridge: penalty on the root of the sum of squared weights, per root of the rows.
        level: whether a constant distance is free.
    """
    rows, width = columns.shape
    if level:
        columns, aim = columns - columns.mean(axis=0), aim - aim.mean()
    scale = max(float(np.abs(columns).max()), 1e-12)
    penalised = np.vstack(
        [columns / scale, ridge / scale * np.sqrt(rows) * np.eye(width), np.full((1, width), _EXACT)]
    )
    found, _ = optimize.nnls(
        penalised, np.concatenate([aim / scale, np.zeros(width), [_EXACT]]), maxiter=50 * width
    )
    return np.asarray(found / found.sum(), dtype=float)
