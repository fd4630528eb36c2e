"""What the prefecture and its controls must have shown before the window, and the refusals when they did not.

A control that breaks on the first day of the campaigns reads as an effect, one prefecture can carry a whole
comparison, and a share that never followed its control follows it no better in the window. Each of these is looked
for in the blocks of days that the verdict rests on; none of them looks at the home prefecture's window.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from ujo_lib.outreach.controlled import Design, block_days, design, regressors, usable_blocks
from ujo_lib.outreach.hygiene import BASELINE, Comparison
from ujo_lib.outreach.verdict import Refusal

Floats = NDArray[np.float64]

WIDEST_SPREAD: Final = 0.25
"""Spread of the log share around the long design beyond which the control tells nothing about this prefecture."""
BREAK: Final = 0.001
"""Level at which the latest blocks before the window differ from all earlier ones."""
CONTROL_BREAK: Final = 0.05
"""Level at which any control prefecture breaks in the window, divided among them by their contacts: a weighted
Bonferroni test (Genovese, Roeder & Wasserman 2006), as a control moves the estimate by its share of the contacts."""
BROKEN_MOVE: Final = 0.25
"""Standard errors by which broken controls may move the estimate; less is no matter."""
ONE_MOVES: Final = 1.0
"""Standard errors by which a single control may move the estimate."""


def passed(comparison: Comparison, controls: pd.DataFrame) -> Comparison | Refusal:
    """The comparison, unless a test of the time before the window or of the controls fails.

    Args:
        comparison: the prefecture's comparison.
        controls: contacts by day of each control prefecture, days × prefectures.

    Returns:
        The comparison, or the first failure: what `usable_blocks` refuses, poor_fit (the share scatters), break_local
        (the share moved just before the window), broken_control (controls that moved in the window and move the
        estimate), one_control (a single control without which the estimate is another).
    """
    found = usable_blocks(comparison)
    if isinstance(found, Refusal):
        return found
    earlier, of = found["role"].to_numpy() == BASELINE, design(found)
    logs = np.log(found["share"].to_numpy(float))[earlier]
    error = float(of.spread(logs) * np.sqrt(of.covariance[0, 0]))
    counted = controls.reindex(comparison.frame.index).to_numpy(float)[block_days(comparison)].sum(axis=1)
    names = [str(name) for name in controls]
    problem = (
        _poor_fit(of, logs)
        or _moved_before(of, logs, found[earlier])
        or _broken(of, counted, earlier, error, names)
        or _one(of, counted, earlier, error, names)
    )
    return problem or comparison


def _poor_fit(of: Design, logs: Floats) -> Refusal | None:
    spread = float(of.spread(logs))
    if spread <= WIDEST_SPREAD:
        return None
    return Refusal(
        "poor_fit",
        f"施策の前から、比較地域から見込まれる件数と{np.ceil(100 * np.expm1(spread)):.0f}%ほども食い違っていて"
        f"(使えるのは{np.expm1(WIDEST_SPREAD):.0%}まで)、比較地域がこの県の見込みにならない",
    )


def _moved_before(of: Design, logs: Floats, baseline: pd.DataFrame) -> Refusal | None:
    """The refusal when the latest blocks differ from what the long design, fitted to the others, expects of them."""
    recent = of.weights[1] > 0
    X = regressors(baseline["years"].to_numpy(float), baseline["season"].to_numpy(bool))
    others = X[~recent]
    solved = np.linalg.pinv(others)
    weights = X[recent].mean(axis=0) @ solved
    left = logs[~recent] - others @ (solved @ logs[~recent])
    degrees = len(others) - X.shape[1]
    error = np.sqrt((left @ left) / degrees * (1 / recent.sum() + weights @ weights))
    moved = float(logs[recent].mean() - weights @ logs[~recent])
    if 2 * distributions.t.sf(abs(moved) / error, degrees) >= BREAK:
        return None
    first = baseline["start"][recent].min()
    return Refusal(
        "break_local",
        f"施策の直前({first.date()}から)に、この県の件数が比較地域の動きから{abs(np.expm1(moved)):.0%}"
        f"{'増えて' if moved > 0 else '減って'}おり、それと施策の効果を区別できない",
    )


def _broken(
    of: Design, counted: Floats, earlier: NDArray[np.bool_], error: float, names: list[str]
) -> Refusal | None:
    """The refusal when controls left the others in the window, as far as they move the estimate."""
    # Half a contact on each count keeps a small prefecture's empty block finite. What a control is held against is the
    # middle one of all: a sum would carry the break of a large control into every other.
    logs = np.log(counted + 0.5).T
    logs = logs - logs.mean(axis=1, keepdims=True)
    logs = logs - np.median(logs, axis=0)
    moved = logs[:, ~earlier][:, 0] - logs[:, earlier] @ of.weights[0]
    errors = of.spread(logs[:, earlier]) * np.sqrt(of.covariance[0, 0])
    p_values = 2 * distributions.t.sf(abs(moved) / np.maximum(errors, 1e-12), of.degrees)
    broken = p_values < CONTROL_BREAK * counted.sum(axis=0) / counted.sum()
    if not broken.any():
        return None
    kept = counted[:, ~broken].sum(axis=1)
    if not broken.all() and abs(_move(of, counted, kept, earlier)) <= BROKEN_MOVE * error:
        return None
    told = "、".join(
        f"{name}({np.expm1(by):+.0%})" for name, by, is_so in zip(names, moved, broken, strict=True) if is_so
    )
    return Refusal(
        "broken_control",
        f"比較地域に、施策の期間だけほかの比較地域と動きの違うところがあり、見込みを動かしている: {told}。"
        "理由を確かめ、比較地域からその地域を除けば計算できる",
    )


def _one(
    of: Design, counted: Floats, earlier: NDArray[np.bool_], error: float, names: list[str]
) -> Refusal | None:
    """The refusal when the estimate without one of the controls is another."""
    moves = [
        _move(of, counted, counted.sum(axis=1) - counted[:, each], earlier) for each in range(len(names))
    ]
    most = int(np.argmax(np.abs(moves)))
    if abs(moves[most]) <= ONE_MOVES * error:
        return None
    return Refusal(
        "one_control",
        f"比較地域から{names[most]}だけを除くと、推定値が誤差の幅を超えて動き、その地域1つに結論が左右される",
    )


def _move(of: Design, counted: Floats, kept: Floats, earlier: NDArray[np.bool_]) -> float:
    """By what the log ratio moves when only some contacts of the controls are kept."""
    logs = np.log((counted.sum(axis=1) + 0.5) / (kept + 0.5))
    return float(logs[~earlier].item() - of.weights[0] @ logs[earlier])
