"""Populations that fit what is known: a programme over kinds of people that is asked again and again.

Only limits and aim change from one question to the next, so HiGHS goes on from its last answer: a few steps of the
simplex method instead of a new search. One thread, no clock: the same questions in the same order get the same answers.
"""

from collections.abc import Sequence

import highspy
import numpy as np
import scipy.sparse as sp

from ujo_lib.disclosure.system import System

NODE_LIMIT = 20_000
COUNTABLE = 1_500
"""Kinds of people up to which a plan asks for whole people: beyond, one table took over a minute."""
_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "simplex_strategy": 4,  # primal: the aim changes more from one question to the next than the limits
    "mip_max_nodes": NODE_LIMIT,
}
_TOL = 1e-6


def solver_of(
    rules: sp.csr_matrix, most: np.ndarray, low: np.ndarray, high: np.ndarray, *, whole: bool = False
) -> highspy.Highs:
    """A solver for how many people there are of each kind.

    Args:
        rules: rows over kinds of people.
        most: how many there are at most of each kind.
        low: what every row has at least.
        high: what it has at most.
        whole: whether people are whole.
    """
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rules.shape
    model.col_cost_ = model.col_lower_ = np.zeros(len(most))
    model.col_upper_ = most
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = rules.indptr, rules.indices
    model.a_matrix_.value_ = rules.data
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(most)
    solver = highspy.Highs()
    for option, value in _OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.passModel(model)
    return solver


class LimitError(Exception):
    """The search for a population was stopped by its limit."""


class Programme:
    """Populations of a system, in fractions or whole people.

    Args:
        system: rows over atoms.

    Attributes:
        A: rows × atoms, as in the system.
        countable: whether there are few enough kinds of people to ask for whole people.
        asked: how many questions there have been.
    """

    def __init__(self, system: System) -> None:
        self.A = system.A
        self._links = system.E.shape[0]
        self._rules = sp.vstack([system.A, system.E], format="csr")
        self.countable = system.A.shape[1] <= COUNTABLE
        self.asked = 0
        self._fractions = self._model(whole=False)
        self._whole: highspy.Highs | None = None

    def fractions(
        self, rows: Sequence[int], side: int, low: np.ndarray, high: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The population in which rows add up to the least (side -1) or most (side 1).

        Args:
            rows: whose sum is asked for.
            side: which end.
            low: what every row has at least.
            high: what it has at most; on the wanted side the rows asked for have a limit.

        Returns:
            People of each kind, and for every row by how much the sum asked for falls short for each person that its
            limits are raised.

        Raises:
            LimitError: nobody fits the limits, or the solver gave up.
        """
        solution = self._ask(self._fractions, rows, side, low, high)
        if solution is None:
            raise LimitError
        return np.array(solution.col_value), np.array(solution.row_dual[: len(low)])

    def whole(self, rows: Sequence[int], side: int, low: np.ndarray, high: np.ndarray) -> np.ndarray | None:
        """The same in whole people where they are countable: one such population, or None when there is none."""
        solution = self._ask(self._fractions, rows, side, low, high)
        if solution is None:
            return None
        x = np.array(solution.col_value)
        if not self.countable:
            return x
        if np.any(np.abs(x - np.round(x)) > _TOL):
            self._whole = self._whole or self._model(whole=True)
            solution = self._ask(self._whole, rows, side, low, high)
        return None if solution is None else np.round(solution.col_value)

    def _model(self, whole: bool) -> highspy.Highs:
        height, width = self._rules.shape
        limits = np.zeros(height)
        return solver_of(self._rules, np.full(width, np.inf), limits, limits, whole=whole)

    def _ask(
        self, solver: highspy.Highs, rows: Sequence[int], side: int, low: np.ndarray, high: np.ndarray
    ) -> highspy.HighsSolution | None:
        self.asked += 1
        height, width = self._rules.shape
        links = np.zeros(self._links)
        solver.changeRowsBounds(
            height, np.arange(height, dtype=np.int32), np.append(low, links), np.append(high, links)
        )
        aim = -side * np.asarray(self.A[list(rows)].sum(axis=0), dtype=float).ravel()
        solver.changeColsCost(width, np.arange(width, dtype=np.int32), aim)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # lost on the way from the last answer
            solver.clearSolver()
            solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise LimitError
        solution: highspy.HighsSolution = solver.getSolution()
        return solution


class Ends:
    """How few and how many people each row can have when every row lies between its limits.

    Populations found answer for other rows too, so most questions need no search.

    Args:
        programme: populations of the rows.
        low, high: limits of each row, which some population keeps.
    """

    def __init__(self, programme: Programme, low: np.ndarray, high: np.ndarray) -> None:
        self._programme = programme
        self._low, self._high = low, high
        self._seen = np.zeros((0, len(low)))

    def least(self, row: int, hoped: float) -> float:
        """`hoped`, or what the row has at least where it cannot be that few."""
        return self._nearest(row, hoped, -1)

    def most(self, row: int, hoped: float) -> float:
        """`hoped`, or what the row has at most where it cannot be that many."""
        return self._nearest(row, hoped, 1)

    def _nearest(self, row: int, hoped: float, side: int) -> float:
        if np.any(side * self._seen[:, row] >= side * hoped):
            return hoped
        low, high = self._low.copy(), self._high.copy()
        limit = high if side > 0 else low
        limit[row] = side * min(side * limit[row], side * hoped)
        try:
            x = self._programme.whole([row], side, low, high)
        except LimitError:
            x = None
        if x is None:
            return hoped  # the tables fit in fractions only, or the search is too long: the plan finds out
        self._seen = np.vstack([self._seen, self._programme.A @ x])
        return side * float(np.floor(side * self._seen[-1, row] + _TOL))
