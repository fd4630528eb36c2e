"""The smallest set of counts to hide so that no outsider can work out a protected one.

The cell suppression problem of Fischetti and Salazar-González (2001), solved by cutting planes: a small
integer programme chooses what to hide; for each protected count a linear programme looks for two populations
that agree with everything still shown and keep the count as uncertain as required; where there is none, its
dual prices say which counts would have helped, and that becomes a new constraint. Populations found once are
kept: they usually prove many counts safe. Whole-number populations are demanded at the end.

On the way, each round also gives a set that protects every count, dearer than need be. Small problems end with the
cheapest set there is; when a search has made `WORK` cuts (counted, not timed, so that the same tables give the
same bytes), the cheapest set found so far is completed. It is checked like any other: never less safe, only dearer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from ujo_lib.disclosure.system import System

NODE_LIMIT = 20_000
ROUNDS = 400
WORK = 1_500  # cuts after which the cheapest set found so far has to do
WHOLE_ATOMS = 2_000  # above this many kinds of people populations are not demanded in whole numbers
_TOL = 1e-6
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


class LimitError(Exception):
    """The search for the best set was stopped by its limit; no set is offered."""


@dataclass
class Problem:
    """One linked group of counts.

    Attributes:
        system: rows over atoms.
        low, high: what is known of each row when it is shown (equal for an exact count).
        floor: what is known of each row when it is hidden (1 where zeros are printed and nobody takes an x for one).
        weight: cost of hiding each row.
        open: rows that may be hidden (the others stay shown).
        closed: rows that are hidden in any case.
        targets: rows to protect.
    """

    system: System
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
        LimitError: node or round limit.
    """
    cuts = _Cuts(problem)
    worlds = _Worlds(problem)
    hidden = problem.closed.copy()
    spare: np.ndarray | None = None
    for _ in range(ROUNDS):
        enough = _refute(problem, hidden, worlds, cuts)
        if enough is None:
            candidate = hidden
        else:
            enough = _prune(problem, enough, worlds)
            if spare is None or _cost(problem, enough) < _cost(problem, spare):
                spare = enough
            if _cost(problem, enough) > cuts.least_cost:
                if cuts.asked > WORK:
                    return _completed(problem, spare, worlds, cuts)
                hidden = cuts.best()
                continue
            candidate = enough  # as cheap as any set can be
        if not _refute_whole(problem, candidate, worlds, cuts):
            return candidate
        hidden = cuts.best()
    raise LimitError


def _completed(problem: Problem, hidden: np.ndarray, worlds: "_Worlds", cuts: "_Cuts") -> np.ndarray:
    """A set that does in fractions, made to do in whole people: hide the cheapest row that may help, and ask again."""
    hidden = hidden.copy()
    while _refute_whole(problem, hidden, worlds, cuts):
        helpful = cuts.last[~hidden[cuts.last]]
        hidden[min(helpful, key=lambda row: (problem.weight[row], row))] = True
    return hidden


def _cost(problem: Problem, hidden: np.ndarray) -> int:
    return int(problem.weight[hidden & ~problem.closed].sum())


def _prune(problem: Problem, hidden: np.ndarray, worlds: "_Worlds") -> np.ndarray:
    """Show again, dearest first, what known populations do not need hidden."""
    kept = hidden.copy()
    for row in sorted(np.flatnonzero(hidden & ~problem.closed), key=lambda row: (-problem.weight[row], row)):
        kept[row] = False
        if worlds.open_ends(kept, whole=False):
            kept[row] = True
    return kept


class _Worlds:
    """Populations found so far, and which targets each of them proves uncertain."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._rows = [target.row for target in problem.targets]
        self._low = np.array([target.low for target in problem.targets])
        self._high = np.array([target.high for target in problem.targets])
        self._moved = np.zeros((0, len(problem.low)), dtype=bool)
        self._counts = np.zeros((0, len(self._rows)))
        self._whole = np.zeros(0, dtype=bool)

    def add(self, x: np.ndarray) -> None:
        counts = self._problem.system.A @ x
        moved = (counts < self._problem.low - _TOL) | (counts > self._problem.high + _TOL)
        self._moved = np.vstack([self._moved, moved])
        self._counts = np.vstack([self._counts, counts[self._rows]])
        self._whole = np.append(self._whole, np.all(np.abs(x - np.round(x)) < _TOL))

    def open_ends(self, hidden: np.ndarray, whole: bool) -> list[tuple[int, int]]:
        """Targets, with the side (-1 below, +1 above), that no usable population proves uncertain."""
        usable = ~np.any(self._moved[:, ~hidden], axis=1)
        if whole:
            usable &= self._whole
        counts = self._counts[usable]
        least, most = counts.min(axis=0, initial=np.inf), counts.max(axis=0, initial=-np.inf)
        below = [(int(t), -1) for t in np.flatnonzero(least > self._low + _TOL)]
        return below + [(int(t), 1) for t in np.flatnonzero(most < self._high - _TOL)]


class _Cuts:
    """Constraints `sum(c * z) >= 1` on what is hidden, and the best choice under them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._free = np.flatnonzero(problem.open & ~problem.closed)
        self._rows: list[np.ndarray] = []
        self.least_cost = 0
        self.asked = 0
        self.last = self._free

    def add(self, coefficients: np.ndarray, row: int) -> None:
        self.asked += 1
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
        if found.status != 0:
            raise LimitError
        hidden = self._problem.closed.copy()
        hidden[self._free[found.x > 0.5]] = True
        self.least_cost = _cost(self._problem, hidden)
        return hidden


def _refute(problem: Problem, hidden: np.ndarray, worlds: _Worlds, cuts: _Cuts) -> np.ndarray | None:
    """Add a population, or cuts, for every target end that is open.

    Returns:
        None when all targets are protected, otherwise a larger set that protects them all.
    """
    enough = hidden.copy()
    for side in (-1, 1):
        _push(problem, hidden, side, worlds)
    for number, side in worlds.open_ends(hidden, whole=False):
        if (number, side) in worlds.open_ends(hidden, whole=False):
            enough |= _chain_of_cuts(problem, hidden, problem.targets[number], side, worlds, cuts)
    return enough if np.any(enough & ~hidden) else None


def _push(problem: Problem, hidden: np.ndarray, side: int, worlds: _Worlds) -> None:
    """Look for populations in which many targets at once lie on the wanted side: one programme instead of many."""
    left = [number for number, end in worlds.open_ends(hidden, whole=False) if end == side]
    while len(left) > 1:
        x = _crowd(problem, hidden, [problem.targets[number] for number in left], side)
        worlds.add(x)
        before, left = (
            left,
            [number for number, end in worlds.open_ends(hidden, whole=False) if end == side],
        )
        if 2 * len(left) > len(before):
            return  # what remains is asked one by one


def _crowd(problem: Problem, hidden: np.ndarray, targets: Sequence[Target], side: int) -> np.ndarray:
    """The population in which the targets come nearest to their limits in all; what lies beyond does not count."""
    A = problem.system.A
    equal, known, _, upper, bounds = _shown(problem, hidden)
    k, n = len(targets), A.shape[1]
    aims = A[[target.row for target in targets]]
    limits = np.array([target.high if side > 0 else target.low for target in targets], float)
    # One variable more for each target: its count as far as the limit, and no further.
    padding = sp.csr_matrix((upper.shape[0], k))
    found = linprog(
        np.concatenate([np.zeros(n), np.full(k, -float(side))]),
        A_eq=sp.hstack([equal, sp.csr_matrix((equal.shape[0], k))], format="csr"),
        b_eq=known,
        A_ub=sp.vstack(
            [sp.hstack([upper, padding]), sp.hstack([-side * aims, side * sp.eye(k)])], format="csr"
        ),
        b_ub=np.concatenate([bounds, np.zeros(k)]),
        bounds=[(0, None)] * n + [(0, limit) if side > 0 else (limit, None) for limit in limits],
        method="highs",
    )
    if found.status != 0:
        raise LimitError
    return np.asarray(found.x[:n])


def _shown(
    problem: Problem, hidden: np.ndarray
) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray, sp.csr_matrix, np.ndarray]:
    """What everybody sees, as equations and as inequalities, with the rows that are exact."""
    A, E = problem.system.A, problem.system.E
    shown = np.flatnonzero(~hidden)
    exact = shown[problem.low[shown] == problem.high[shown]]
    loose = shown[problem.low[shown] < problem.high[shown]]
    equal = sp.vstack([A[exact], E], format="csr")
    kept = np.flatnonzero(hidden & (problem.floor > 0))
    upper = sp.vstack([A[loose], -A[loose], -A[kept]], format="csr")
    known = np.concatenate([problem.low[exact], np.zeros(E.shape[0])])
    bounds = np.concatenate([problem.high[loose], -problem.low[loose], -problem.floor[kept]])
    return equal, known, exact, upper, bounds


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
    equal, known, exact, upper, bounds = _shown(problem, hidden)
    aim = problem.system.A[target.row]
    limit = target.high if side > 0 else target.low
    found = linprog(
        -side * aim.toarray().ravel(),
        A_eq=equal,
        b_eq=known,
        A_ub=sp.vstack([upper, side * aim], format="csr"),
        b_ub=np.concatenate([bounds, [side * limit]]),
        method="highs",
    )
    if found.status != 0:
        raise LimitError
    missing = found.fun + side * limit
    if missing <= _TOL * max(1.0, abs(limit)):
        return found.x, np.zeros(len(hidden))
    price = np.zeros(len(hidden))
    price[exact] = found.eqlin.marginals[: len(exact)]
    # A shown count can rise without bound once it is hidden, but fall by no more than itself.
    gain = np.where(price < -_TOL, missing, np.where(price > _TOL, price * problem.low, 0.0))
    return None, np.where(hidden | (gain <= 0), 0.0, np.clip(gain / missing, 0.05, 1.0))


def _refute_whole(problem: Problem, hidden: np.ndarray, worlds: _Worlds, cuts: _Cuts) -> bool:
    """The same with whole people; a failure says only that something else must be hidden too."""
    if problem.system.A.shape[1] > WHOLE_ATOMS:
        return False
    for number, side in worlds.open_ends(hidden, whole=True):
        if (number, side) not in worlds.open_ends(hidden, whole=True):
            continue
        target = problem.targets[number]
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
    A, E = problem.system.A, problem.system.E
    low, high = np.where(hidden, problem.floor, problem.low), np.where(hidden, np.inf, problem.high)
    aim = (target.high, np.inf) if side > 0 else (0, target.low)
    n = A.shape[1]
    found = milp(
        np.zeros(n),
        constraints=[
            LinearConstraint(A, low, high),
            LinearConstraint(E, 0, 0),
            LinearConstraint(A[target.row], *aim),
        ],
        integrality=np.ones(n),
        bounds=Bounds(0, np.inf),
        options={"node_limit": NODE_LIMIT},
    )
    if found.status not in (0, 2):
        raise LimitError
    return None if found.x is None else np.round(found.x)
