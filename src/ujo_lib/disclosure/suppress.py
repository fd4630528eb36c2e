"""The smallest set of counts to hide so that no outsider can work out a protected one.

The cell suppression problem of Fischetti and Salazar-González (2001), solved by cutting planes: a small
integer programme chooses what to hide; for each protected count a linear programme looks for two populations
that agree with everything still shown and keep the count as uncertain as required; where there is none, its
dual prices say which counts would have helped, and that becomes a new constraint. Populations found once are
kept: they usually prove many counts safe. Whole-number populations are demanded at the end.

On the way, each round also gives a set that protects every count and of which no row can be shown again. Small
problems end with the cheapest set there is; when `WORK` questions have been asked (counted, not timed, so that the
same tables give the same bytes), the cheapest set found so far is completed: never less safe, only dearer. Sets may
take as many questions again; what they have not tried to show by then stays hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from ujo_lib.disclosure.programme import NODE_LIMIT, LimitError, Programme

WORK = 4_000  # questions after which the cheapest set found so far has to do
KEPT = 2_000  # populations that are remembered, the newest
SINGLY = 100  # rows by which a set is completed one at a time
_TOL = 1e-6
_SIDES = (-1, 1)  # too few, too many
_UNIT = 60  # cuts in whole numbers (rounded to the weaker side) leave the solver no tolerance to trip over


@dataclass(frozen=True)
class Target:
    """A count to protect: an outsider must find populations with at most `low` and with at least `high`."""

    row: int
    low: int
    high: int


class ExposedError(Exception):
    """Nothing that may still be hidden protects a count; `row` is its position."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


@dataclass
class Problem:
    """One linked group of counts.

    Attributes:
        programme: populations of the rows.
        low, high: what is known of each row when it is shown (equal for an exact count).
        floor: what is known of each row when it is hidden (1 where zeros are printed and nobody takes an x for one).
        weight: cost of hiding each row.
        open: rows that may be hidden (the others stay shown).
        closed: rows that are hidden in any case.
        targets: rows to protect.
    """

    programme: Programme
    low: np.ndarray
    high: np.ndarray
    floor: np.ndarray
    weight: np.ndarray
    open: np.ndarray
    closed: np.ndarray
    targets: Sequence[Target]


def smallest_set(problem: Problem) -> np.ndarray:
    """Rows to hide, as flags.

    Raises:
        ExposedError: a target cannot be protected even when every open row is hidden.
        LimitError: the solver found no set at all.
    """
    cuts = _Cuts(problem)
    worlds = _Worlds(problem)
    candidate = hidden = problem.closed
    spare: np.ndarray | None = None
    while True:
        enough = _refute(problem, hidden, worlds, cuts)
        if enough is None:
            candidate = hidden
        else:
            enough = _slim(problem, enough, worlds)
            if spare is None or _cost(problem, enough) < _cost(problem, spare):
                spare = enough
            candidate = spare
        as_cheap_as_can_be = _cost(problem, candidate) <= cuts.least_cost
        if (enough is None or as_cheap_as_can_be) and not _refute_whole(problem, candidate, worlds, cuts):
            return candidate
        if problem.programme.asked > WORK:
            return _completed(problem, candidate, worlds, cuts)
        hidden = cuts.best()


def _completed(problem: Problem, hidden: np.ndarray, worlds: "_Worlds", cuts: "_Cuts") -> np.ndarray:
    """A set that does in fractions, made to do in whole people: hide the cheapest row that may help, and ask again.

    After `SINGLY` rows all that may help are hidden at once, which ends it in no more rounds than there are targets.
    """
    hidden = hidden.copy()
    left = SINGLY
    while _refute_whole(problem, hidden, worlds, cuts):
        helpful = cuts.last[~hidden[cuts.last]]
        cheapest = sorted(helpful, key=lambda row: (problem.weight[row], row))
        hidden[cheapest[:1] if left > 0 else cheapest] = True
        left -= 1
    return hidden


def _cost(problem: Problem, hidden: np.ndarray) -> int:
    return int(problem.weight[hidden & ~problem.closed].sum())


def _slim(problem: Problem, hidden: np.ndarray, worlds: "_Worlds") -> np.ndarray:
    """Show again, dearest first, what need not be hidden: all at once where that will do, else half by half.

    What has not been tried after as many questions again as the search may ask stays hidden.
    """
    kept = hidden.copy()
    dearest = sorted(np.flatnonzero(hidden & ~problem.closed), key=lambda row: (-problem.weight[row], row))
    groups = [dearest]
    while groups and problem.programme.asked <= 2 * WORK:
        group = groups.pop()
        kept[group] = False
        if not _holds(problem, kept, worlds):
            kept[group] = True
            half = len(group) // 2
            groups += [group[half:], group[:half]] if half else []
    return kept


def _holds(problem: Problem, hidden: np.ndarray, worlds: "_Worlds") -> bool:
    """Whether a set protects every target; populations that are found on the way are kept."""
    worlds.hide(hidden)
    if worlds.hardest and not _reaches(problem, hidden, *worlds.hardest, worlds):
        return False
    for side in _SIDES:
        _push(problem, hidden, side, worlds)
        for number in np.flatnonzero(worlds.open(side)).tolist():
            if not _reaches(problem, hidden, number, side, worlds):
                worlds.hardest = (number, side)
                return False
    return True


def _reaches(problem: Problem, hidden: np.ndarray, number: int, side: int, worlds: "_Worlds") -> bool:
    """Whether a set leaves one end of a target open to an outsider."""
    if not worlds.open(side)[number]:
        return True
    x, _ = _extreme(problem, hidden, problem.targets[number], side)
    if x is not None:
        worlds.add(x)
    return x is not None


class _Worlds:
    """Populations found so far, and which targets they prove uncertain while a set is hidden."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._rows = [target.row for target in problem.targets]
        self._low = np.array([target.low for target in problem.targets])
        self._high = np.array([target.high for target in problem.targets])
        self._moved = np.zeros((0, len(np.packbits(problem.closed))), dtype=np.uint8)  # rows as bits
        self._counts = np.zeros((0, len(self._rows)))
        self._whole = np.zeros(0, dtype=bool)
        self._new: list[tuple[np.ndarray, np.ndarray, bool]] = []
        self.hardest: tuple[int, int] | None = None
        self.hide(problem.closed)

    def hide(self, hidden: np.ndarray, whole: bool = False) -> None:
        """Ask from now on about another set; `whole`: whole people alone count."""
        if self._new:
            moved, counts, are_whole = zip(*self._new, strict=True)
            self._moved = np.vstack([self._moved, *moved])[-KEPT:]
            self._counts = np.vstack([self._counts, *counts])[-KEPT:]
            self._whole = np.append(self._whole, are_whole)[-KEPT:]
            self._new = []
        self._shown, self._only_whole = np.packbits(~hidden), whole
        usable = ~np.any(self._moved & self._shown, axis=1)
        if whole:
            usable &= self._whole
        counts = self._counts[usable]
        self._least = counts.min(axis=0, initial=np.inf)
        self._most = counts.max(axis=0, initial=-np.inf)

    def add(self, x: np.ndarray) -> None:
        """One more population."""
        everything = self._problem.programme.A @ x
        beyond = (everything < self._problem.low - _TOL) | (everything > self._problem.high + _TOL)
        moved, counts = np.packbits(beyond), everything[self._rows]
        whole = bool(np.all(np.abs(x - np.round(x)) < _TOL))
        self._new.append((moved, counts, whole))
        if not np.any(moved & self._shown) and (whole or not self._only_whole):
            self._least = np.minimum(self._least, counts)
            self._most = np.maximum(self._most, counts)

    def open(self, side: int) -> np.ndarray:
        """Targets that no population proves uncertain on a side (-1 below, 1 above), as flags."""
        flags = self._least > self._low + _TOL if side < 0 else self._most < self._high - _TOL
        return np.asarray(flags)


class _Cuts:
    """Constraints `sum(c * z) >= 1` on what is hidden, and the best choice under them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._free = np.flatnonzero(problem.open & ~problem.closed)
        self._rows: list[np.ndarray] = []
        self.least_cost = 0
        self.last = self._free

    def add(self, coefficients: np.ndarray, row: int) -> None:
        part = coefficients[self._free]
        self.last = self._free[part > 0]
        if not np.any(part > 0):
            raise ExposedError(row)
        self._rows.append(np.ceil(part * _UNIT - _TOL))

    def best(self) -> np.ndarray:
        if len(self._free) == 0:
            return self._problem.closed.copy()
        found = milp(
            self._problem.weight[self._free],
            constraints=LinearConstraint(sp.csr_matrix(np.array(self._rows)), _UNIT, np.inf),
            integrality=np.ones(len(self._free)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0, "node_limit": NODE_LIMIT},
        )
        if found.x is None:
            raise LimitError
        hidden = self._problem.closed.copy()
        hidden[self._free[found.x > 0.5]] = True
        self.least_cost = int(np.ceil(found.mip_dual_bound - _TOL))
        return hidden


def _refute(problem: Problem, hidden: np.ndarray, worlds: _Worlds, cuts: _Cuts) -> np.ndarray | None:
    """Add a population, or cuts, for every target end that is open.

    Returns:
        None when all targets are protected, otherwise a larger set that protects them all.
    """
    enough = hidden.copy()
    worlds.hide(hidden)
    for side in _SIDES:
        _push(problem, hidden, side, worlds)
        for number in np.flatnonzero(worlds.open(side)).tolist():
            if worlds.open(side)[number]:
                enough |= _chain_of_cuts(problem, hidden, problem.targets[number], side, worlds, cuts)
    return enough if np.any(enough & ~hidden) else None


def _push(problem: Problem, hidden: np.ndarray, side: int, worlds: _Worlds) -> None:
    """Look for populations in which many targets at once lie on the wanted side: one programme instead of many."""
    left = np.flatnonzero(worlds.open(side))
    while len(left) > 1:
        targets = [problem.targets[number] for number in left.tolist()]
        rows = [target.row for target in targets]
        x, _ = problem.programme.fractions(rows, side, *_limits(problem, hidden, targets, side))
        worlds.add(x)
        before, left = left, np.flatnonzero(worlds.open(side))
        if len(before) - len(left) < 2:
            return  # what remains stands in its own way, and is asked one by one


def _limits(
    problem: Problem, hidden: np.ndarray, targets: Sequence[Target], side: int
) -> tuple[np.ndarray, np.ndarray]:
    """What everybody knows of each row; targets go as far as is asked for, and no further."""
    low, high = np.where(hidden, problem.floor, problem.low), np.where(hidden, np.inf, problem.high)
    for target in targets:
        if side > 0:
            high[target.row] = target.high
        else:
            low[target.row] = target.low
    return low, high


def _chain_of_cuts(
    problem: Problem, hidden: np.ndarray, target: Target, side: int, worlds: _Worlds, cuts: _Cuts
) -> np.ndarray:
    """Cut after cut with disjoint supports: each time, what the last one named is taken as hidden too.

    Returns:
        The set that was hidden when the target was protected at last.
    """
    supposed = hidden.copy()
    while True:
        x, coefficients = _extreme(problem, supposed, target, side)
        if x is not None:
            worlds.add(x)
            return supposed
        cuts.add(coefficients, target.row)
        supposed |= (coefficients > 0) & problem.open


def _extreme(
    problem: Problem, hidden: np.ndarray, target: Target, side: int
) -> tuple[np.ndarray | None, np.ndarray]:
    """A population on the wanted side of a target, or else the cut made of the rows that prevent it."""
    low, high = _limits(problem, hidden, [target], side)
    x, price = problem.programme.fractions([target.row], side, low, high)
    limit = target.high if side > 0 else target.low
    missing = side * (limit - float((problem.programme.A[target.row] @ x)[0]))
    if missing <= _TOL * max(1.0, abs(limit)):
        return x, np.zeros(len(hidden))
    # A shown count can rise without bound once it is hidden, but fall only as far as an x may.
    room = problem.low - problem.floor
    gain = np.where(price < -_TOL, missing, np.where(price > _TOL, price * room, 0.0))
    gain[hidden | (problem.low < problem.high)] = 0.0
    return None, np.where(gain <= 0, 0.0, np.clip(gain / missing, 0.05, 1.0))


def _refute_whole(problem: Problem, hidden: np.ndarray, worlds: _Worlds, cuts: _Cuts) -> bool:
    """The same with whole people; a failure says only that something else must be hidden too."""
    if not problem.programme.countable:
        return False
    worlds.hide(hidden, whole=True)
    for side in _SIDES:
        for number in np.flatnonzero(worlds.open(side)).tolist():
            target = problem.targets[number]
            if not worlds.open(side)[number]:
                continue
            x = _whole_population(problem, hidden, target, side)
            if x is None:
                stuck = _widest_failure(problem, hidden, target, side)
                cuts.add((~stuck & problem.open).astype(float), target.row)
                return True
            worlds.add(x)
    return False


def _widest_failure(problem: Problem, hidden: np.ndarray, target: Target, side: int) -> np.ndarray:
    """Hide more rows while the target stays unprotected: the larger the set, the stronger the cut."""
    supposed = hidden.copy()
    for row in np.flatnonzero(problem.open & ~hidden):
        supposed[row] = True
        if _whole_population(problem, supposed, target, side) is not None:
            supposed[row] = False
    return supposed


def _whole_population(problem: Problem, hidden: np.ndarray, target: Target, side: int) -> np.ndarray | None:
    """Whole people of whom a target counts as few, or as many, as is asked for."""
    x = problem.programme.whole([target.row], side, *_limits(problem, hidden, [target], side))
    reached = -np.inf if x is None else side * float((problem.programme.A[target.row] @ x)[0])
    return x if reached >= side * (target.high if side > 0 else target.low) else None
