"""Somebody who knows some facts about people, and solves linear and integer programmes."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from ujo_lib.disclosure.audit.facts import Known
from ujo_lib.disclosure.audit.people import People
from ujo_lib.disclosure.programme import LimitError, solver_of
from ujo_lib.disclosure.tables import Region, TableError

COUNTABLE = 2_000
"""Kinds of people up to which they are whole: more than in a plan, for the audit asks less often."""
_NODE_LIMIT = 5_000
_EPS = 1e-6


@dataclass
class Patience:
    """How far outsiders search altogether: a count and no clock, so that the same search ends at the same place.

    Attributes:
        steps: of the simplex method and nodes of a search for whole people that are left.
    """

    steps: float = math.inf

    def spend(self, steps: int | None) -> None:
        """Take steps off.

        Raises:
            LimitError: there were fewer.
        """
        self.steps -= max(steps or 0, 0)
        if self.steps < 0:
            raise LimitError


class Outsider:
    """Somebody who knows some facts and can solve linear programmes."""

    def __init__(self, people: People, facts: Sequence[Known], patience: Patience | None = None) -> None:
        distinct = list(dict.fromkeys(facts))
        inside = [[people.columns(region) for _, region in fact.parts] for fact in distinct]
        factors = [
            np.repeat([f for f, _ in fact.parts], [*map(len, of)])
            for fact, of in zip(distinct, inside, strict=True)
        ]
        rows = np.repeat(np.arange(len(distinct)), [*map(len, factors)])
        columns = np.concatenate([np.zeros(0, dtype=int), *(one for of in inside for one in of)])
        entries = (np.concatenate([np.zeros(0), *factors]), (rows, columns))
        known = sp.csr_matrix(entries, shape=(len(distinct), people.size))
        self._people, self._patience = people, patience or Patience()
        # Populations that fit the facts: what was found for one count may answer for another.
        self._worlds: list[np.ndarray] = []
        self._rules = sp.vstack([known, people.joints], format="csr")
        self._low = np.concatenate([[fact.low for fact in distinct], np.zeros(people.joints.shape[0])])
        self._high = np.concatenate([[fact.high for fact in distinct], np.zeros(people.joints.shape[0])])
        self._ceiling = 1000 + 10 * max((fact.high for fact in distinct if fact.high < np.inf), default=0)
        self._solver: highspy.Highs | None = None
        self._asked: dict[bytes, int] = {}

    def possible(self, nobody: np.ndarray | None = None) -> bool:
        """Whether any population fits the facts; with `nobody`, one without these kinds of people from now on."""
        if nobody is not None:
            self._people.nobody = nobody
            if self._solver:
                ends = np.where(nobody, 0.0, np.inf)
                self._solver.changeColsBounds(
                    len(ends), np.arange(len(ends), dtype=np.int32), 0 * nobody, ends
                )
        return self._fractions(np.zeros(self._people.size), 1, 0) is not None

    def interval(
        self, region: Region, truth: int, at_least: int = 0, less: Region = ()
    ) -> tuple[float, float]:
        """Least and greatest whole number of people in a region; `at_least` is what the outsider knows of himself.

        Those in `less`, a region within it, are not counted. Where the search for whole people stops at its limit, the
        narrower end found so far counts.
        """
        aim = np.zeros(self._people.size)
        aim[self._people.columns(region)] = 1
        if less:
            aim[self._people.columns(less)] -= 1
        return self._end(aim, 1, truth, at_least), self._end(aim, -1, truth, at_least)

    def ends(self, regions: Sequence[Region], enough: float = np.inf) -> list[tuple[float, float]]:
        """Least and greatest number of people in each of some regions.

        Infinite without a limit, not a number where the search found nobody within its own. Where populations that were
        found for other regions lie `enough` apart, theirs are told: the ends lie no closer together.
        """
        inside = [self._people.columns(region) for region in regions]
        where = (
            np.repeat(np.arange(len(regions)), [*map(len, inside)]),
            np.concatenate([[], *inside]).astype(int),
        )
        aims = sp.csr_matrix((np.ones(len(where[0])), where), shape=(len(regions), self._people.size))
        low, high = np.full(len(regions), np.inf), np.full(len(regions), -np.inf)
        for i, own in enumerate(inside):
            if self._people.nobody[own].all():
                low[i] = high[i] = 0
                continue
            for side in (1, -1):
                if high[i] - low[i] >= enough:
                    break
                x = self._extreme(aims[i].toarray().ravel(), side, 0)
                if x is None:
                    low[i] = high[i] = np.nan
                    break
                counts = aims @ x
                low, high = np.minimum(low, np.ceil(counts - 1e-4)), np.maximum(high, np.floor(counts + 1e-4))
        high[high >= self._ceiling - 1] = np.inf
        return [*zip(low.tolist(), high.tolist(), strict=True)]

    def _end(self, aim: np.ndarray, side: int, truth: int, at_least: int) -> float:
        own = np.flatnonzero(aim)
        if side > 0 and any(
            math.isclose(aim[own] @ x[own], at_least, rel_tol=0, abs_tol=_EPS) for x in self._worlds
        ):
            return float(at_least)  # fewer than that there cannot be
        x = self._extreme(aim, side, at_least)
        if x is None:
            return float(truth)
        self._worlds.append(x)
        count = side * math.ceil(side * float(aim @ x) - 1e-4)
        return np.inf if count >= self._ceiling - 1 else float(count)

    def _extreme(self, aim: np.ndarray, side: int, at_least: float) -> np.ndarray | None:
        """The population with the least (side 1) or most (side -1) of an aim; whole people, if they are few enough."""
        x = self._fractions(aim, side, at_least)
        if self._people.size > COUNTABLE or (x is not None and np.allclose(x, x.round(), rtol=0, atol=_EPS)):
            return x
        found = milp(
            side * aim,
            constraints=[
                LinearConstraint(self._rules, self._low, self._high),
                LinearConstraint(aim, at_least, self._ceiling),
            ],
            integrality=np.ones(len(aim)),
            bounds=Bounds(0, np.where(self._people.nobody, 0, np.inf)),
            options={"node_limit": _NODE_LIMIT},
        )
        self._patience.spend(found.mip_node_count)
        return None if found.x is None else np.asarray(found.x)

    def _fractions(self, aim: np.ndarray, side: int, at_least: float) -> np.ndarray | None:
        """The same in fractions. The solver goes on from its last answer; what was asked once stays as a free row."""
        if self._solver is None:
            most = np.where(self._people.nobody, 0.0, np.inf)
            self._solver = solver_of(self._rules, most, self._low, self._high)
        row = self._asked.get(aim.tobytes())
        if row is None:
            row = self._asked[aim.tobytes()] = len(self._low) + len(self._asked)
            own = np.flatnonzero(aim)
            self._solver.addRow(-np.inf, np.inf, len(own), own.astype(np.int32), aim[own])
        self._solver.changeRowBounds(row, at_least, self._ceiling)
        self._solver.changeColsCost(len(aim), np.arange(len(aim), dtype=np.int32), side * aim)
        self._solver.run()
        self._patience.spend(self._solver.getInfo().simplex_iteration_count)
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # lost on the way from the last answer
            self._solver.clearSolver()
            self._solver.run()
        found = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        x = np.array(self._solver.getSolution().col_value) if found else None
        self._solver.changeRowBounds(row, -np.inf, np.inf)
        return x


def people_agreeing_with(
    told: Sequence[Sequence[Known]], further: Sequence[Region], nobody: Collection[Region] = ()
) -> People:
    """As few unnamed categories as the true counts allow, those of each release: the outsider's best case."""
    regions = [*(region for facts in told for fact in facts for _, region in fact.parts), *further]
    people = People(regions, nobody)
    outsiders = [Outsider(people, facts) for facts in told]

    def possible(flags: np.ndarray | None = None) -> bool:
        return all(outsider.possible(flags) for outsider in outsiders)

    if not possible():
        raise TableError("公表する表どうしの件数が両立しない")
    unnamed = [people.unnamed(variable) for variable in people.doubtful(regions)]
    if possible(np.any([people.nobody, *unnamed], axis=0)):
        return people
    agreed = np.zeros(people.size, dtype=bool)
    for flags in unnamed:
        if possible(agreed | flags):
            agreed |= flags
    people.nobody = agreed
    return people
