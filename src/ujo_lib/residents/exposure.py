"""How much weighted shares tell: what else could the answers of a few people be, were the same numbers printed?

A share of 15 out of 91 with its interval, in tenths of a percent, may leave one way only to divide the fifteen among
men, young and older women; the mean of six numbers with its interval, one way only to give them. So other answers are
sought that print the same; each that is found proves that a reader cannot tell it from the truth. The reader is taken
to know weights and design, and who answered, of whatever sex, age and district: all but what they answered. A bounded
search may find fewer values than there are, never more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.residents.linearised import Floats
from ujo_lib.residents.weighting import Sample

Bools = NDArray[np.bool_]
Ints = NDArray[np.int_]

SOUGHT: Final = 4
"""How many values are sought of a count; where a site asks for more, nothing is printed that could tell a small one."""
_TRIES: Final = 200
_DRAWN: Final = 5000
_AT_ONCE: Final = 100
_PAIRS: Final = 4
_WORLDS: Final = 200
_FARTHEST: Final = 3
_ALIKE: Final = 30


@dataclass(frozen=True)
class Told:
    """What one row of a table speaks of.

    Attributes:
        answers: the answers that it counts.
        inside: one flag per respondent, true for those it speaks of.
    """

    answers: Sequence[str]
    inside: Bools


class _Question:
    """Answers to a question, by cells of respondents who weigh the same and stand in the same rows."""

    def __init__(self, sample: Sample, column: "pd.Series[Any]", told: Sequence[Told]):
        given = column.cat.codes.to_numpy()
        self.known = given >= 0
        labels = list(map(str, column.cat.categories))
        design = sample.design
        by_district = len(np.unique(design.strata)) > 1
        rows = [row for row in told if row.inside.all() or not by_district]
        classes = pd.factorize(sample.classes)[0]
        marks = [design.weights, design.strata, classes, *(row.inside for row in rows)]
        _, first, cell = np.unique(
            np.column_stack(marks)[self.known], axis=0, return_index=True, return_inverse=True
        )
        self.cell = cell.ravel()
        self.true = np.zeros((len(first), len(labels)), dtype=int)
        np.add.at(self.true, (self.cell, given[self.known]), 1)
        self.sets = np.array([np.isin(labels, list(map(str, row.answers))) for row in rows])
        self.inside = [row.inside for row in rows]
        self.within = np.array([row.inside[self.known][first] for row in rows])
        self.weights = design.weights[self.known][first]
        self.step = design.weights[self.known].sum() / 1000
        weights = self.within * self.weights
        self.parts = weights / np.maximum((weights * self.true.sum(axis=1)).sum(axis=1), 1e-300)[:, None]
        self.groups = np.array(
            [
                of[first] == one
                for of in (classes[self.known], design.strata[self.known])
                for one in np.unique(of)
            ]
        )

    def counts(self, worlds: Ints) -> Ints:
        """How many of each group gave the answers of each row of everybody (worlds × groups × rows)."""
        found: Ints = np.einsum("gc,bca,ra->bgr", self.groups.astype(int), worlds, self.sets.astype(int))
        return found

    def follows(self) -> Bools:
        """Which counts of a group follow from numbers of people that are printed (groups × rows)."""
        found = np.zeros((len(self.groups), len(self.sets)), dtype=bool)
        for row, answers in enumerate(self.sets):
            told = self.within[(self.sets == answers).all(axis=1)].astype(float).T
            rest = self.groups.T - told @ np.linalg.pinv(told) @ self.groups.T
            found[:, row] = answers.all() | (np.abs(rest) < 1e-6).all(axis=0)
        return found

    def rough(self, worlds: Ints) -> NDArray[np.float64]:
        """Counts and shares of each row (worlds × 2 rows); the shares as printed."""
        of_cells = np.einsum("bca,ra->brc", worlds, self.sets.astype(int))
        n = (of_cells * self.within).sum(axis=2)
        return np.hstack([n, np.round(100 * (of_cells * self.parts).sum(axis=2), 1)])

    def trait(self, world: Ints, row: np.int_ | int) -> Floats:
        """Who would have given the answers of a row: 1, else 0, NaN where the question was left blank."""
        found = np.full(len(self.known), np.nan)
        order = np.argsort(self.cell, kind="stable")
        place = np.empty(len(order), dtype=int)
        starts = np.cumsum([0, *np.bincount(self.cell)])[self.cell[order]]
        place[order] = np.arange(len(order)) - starts
        found[self.known] = place < (world @ self.sets[row])[self.cell]
        return found


def values_left(
    sample: Sample,
    column: "pd.Series[Any]",
    told: Sequence[Told],
    printed: Callable[[Floats, Bools], Any],
) -> int | None:
    """The fewest values left to a small number of answers in one class of sex and age, or in one district.

    Args:
        sample: the weighted answers.
        column: the answers to a question, categorical.
        told: rows that are printed of it.
        printed: trait (1, 0, NaN) and whom a row speaks of → what it prints.

    Returns:
        At most `SOUGHT`; None where no such number is small, or where printed counts alone give every small one.
    """
    if column.isna().all():
        return None
    question = _Question(sample, column, told)
    true = question.true[None]
    small = (question.counts(true) >= 1) & (question.counts(true) < sample.threshold)
    small[0][question.follows()] = False  # for plan and audit
    if not small.any():
        return None
    rows = range(len(question.sets))
    shown = [printed(question.trait(question.true, row), question.inside[row]) for row in rows]
    rough = question.rough(true)
    targets = np.argwhere(small[0])
    values = [{int(question.counts(true)[0, group, row])} for group, row in targets]
    pool, seen = [question.true], {question.true.tobytes()}
    rng = np.random.default_rng(0)
    for _ in range(_TRIES):
        least = min(range(len(values)), key=lambda at: len(values[at]))
        if len(values[least]) >= SOUGHT:
            break
        world = pool[rng.integers(len(pool))]
        others = _alike(world, question, targets[least], rng)
        for other in others[(question.rough(others) == rough).all(axis=1)]:
            if len(values[least]) < SOUGHT and other.tobytes() not in seen:
                seen.add(other.tobytes())
                moved = np.flatnonzero((other @ question.sets.T != world @ question.sets.T).any(axis=0))
                if all(
                    printed(question.trait(other, row), question.inside[row]) == shown[row] for row in moved
                ):
                    pool.append(other)
                    for at, (group, row) in enumerate(targets):
                        values[at].add(int(question.counts(other[None])[0, group, row]))
    return min(SOUGHT, *map(len, values))


def _alike(world: Ints, question: _Question, target: Ints, rng: np.random.Generator) -> Ints:
    """Some worlds with another count of the target, in which a few pairs of respondents have exchanged two answers.

    Only exchanges that together hardly move a share of everybody.
    """
    group, row = question.groups[target[0]], question.sets[target[1]]
    answer, instead = rng.choice(np.flatnonzero(row)), rng.choice(np.flatnonzero(~row))
    pairs = rng.integers(len(world), size=(2, _PAIRS, _DRAWN))
    pairs[1] = np.where(
        np.arange(_PAIRS)[:, None] < rng.integers(1, _PAIRS + 1, size=_DRAWN), pairs[1], pairs[0]
    )
    moved = np.zeros((_DRAWN, len(world)), dtype=int)
    for gives, takes in zip(*pairs, strict=True):
        np.add.at(moved, (np.arange(_DRAWN), gives), -1)
        np.add.at(moved, (np.arange(_DRAWN), takes), 1)
    kept = (np.abs(moved @ question.weights) <= question.step) & (moved @ group != 0)
    kept &= (world[:, answer] + moved >= 0).all(axis=1) & (world[:, instead] - moved >= 0).all(axis=1)
    some = np.unique(moved[kept], axis=0)
    some = some[rng.permutation(len(some))[:_AT_ONCE]]
    worlds = np.repeat(world[None], len(some), axis=0)
    worlds[:, :, answer] += some
    worlds[:, :, instead] -= some
    return worlds


def ways_left(
    sample: Sample,
    numbers: Floats,
    told: Sequence[Bools],
    scale: tuple[float, float],
    printed: Callable[[Floats, Bools], Any],
) -> int | None:
    """In how many ways, at least, a few people who gave the same number may have answered, were the same means printed.

    A few are fewer than the threshold: of everybody, of one class of sex and age, or of one district. Ways differ by
    how many gave that number, or by what those gave who stand at their places in the order of the answers: there is
    one highest, whatever it is.

    Args:
        sample: the weighted answers.
        numbers: one per respondent, NaN where there is none.
        told: whom each printed row speaks of.
        scale: the least and the greatest answer.
        printed: numbers and whom a row speaks of → what it prints, the mean in tenths among it.

    Returns:
        At most `SOUGHT`; None where no number was given by few. Only answers whole units away are looked for.
    """
    known = ~np.isnan(numbers)
    true = numbers[known]
    few = list(_given_by_few(sample, known, true))
    if not few:
        return None
    told = [row for row in told if row[known].any()]
    shown = [printed(numbers, row) for row in told]
    weights = np.array([row[known] for row in told]) * sample.design.weights[known]
    parts = (weights / weights.sum(axis=1, keepdims=True)).T
    for one in few:
        one.note(true)
    pool, seen = [true], {true.tobytes()}
    rng = np.random.default_rng(0)
    cells = np.unique(parts, axis=0, return_inverse=True)[1].ravel()
    for attempt in range(_TRIES):
        least = min(few, key=lambda one: len(one.ways))
        if len(least.ways) >= SOUGHT:
            break
        world = pool[rng.integers(len(pool))]
        others = (
            _moved(world, least.among(world), scale, rng)
            if attempt % 2
            else _moved_alike(world, few, cells, scale, rng)
        )
        alike = (np.round(others @ parts, 1) == np.round(true @ parts, 1)).all(axis=1)
        for other in others[alike][:_AT_ONCE]:
            answers = np.full(len(numbers), np.nan)
            answers[known] = other
            new = other.tobytes() not in seen
            seen.add(other.tobytes())
            if new and all(printed(answers, row) == one for row, one in zip(told, shown, strict=True)):
                pool.append(other)
                for one in few:
                    one.note(other)
    return min(SOUGHT, *(len(one.ways) for one in few))


@dataclass(frozen=True)
class _Few:
    """A few people of a group who gave the same number, and how they answered in the worlds that were found.

    Attributes:
        group: whom the group holds, by their place among those who answered.
        number: what the few gave.
        places: where they stand in the order of the group's answers.
        ways: how many gave the number, and what those at their places gave.
    """

    group: Ints
    number: float
    places: slice
    ways: set[tuple[int, tuple[float, ...]]] = field(default_factory=set)

    def among(self, world: Floats) -> Ints:
        """Who stands at their places."""
        return self.group[np.argsort(world[self.group], kind="stable")[self.places]]

    def note(self, world: Floats) -> None:
        own = np.sort(world[self.group])
        self.ways.add((int((own == self.number).sum()), tuple(own[self.places])))


def _given_by_few(sample: Sample, known: Bools, numbers: Floats) -> Iterator[_Few]:
    classes = pd.factorize(sample.classes)[0][known]
    for labels in (np.zeros(len(numbers)), classes, sample.design.strata[known]):
        for one in np.unique(labels):
            group = np.flatnonzero(labels == one)
            given, first, n = np.unique(np.sort(numbers[group]), return_index=True, return_counts=True)
            for at in np.flatnonzero(n < sample.threshold):
                yield _Few(group, float(given[at]), slice(first[at], first[at] + n[at]))


def _moved_alike(
    world: Floats, few: Sequence["_Few"], cells: Ints, scale: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Some worlds in which one of each few moved, and one who weighs the same in every row as much the other way.

    All means stay, and where many answered their limits, too.
    """
    worlds = np.repeat(world[None], _ALIKE, axis=0)
    for own in worlds:
        for one in rng.permutation(len(few))[: rng.integers(1, len(few) + 1)]:
            mover = rng.choice(few[one].among(own))
            partner = rng.choice(np.flatnonzero(cells == cells[mover]))
            by = rng.integers(1, _FARTHEST + 1) * rng.choice([-1.0, 1.0])
            ends = (own[mover] + by, own[partner] - by)
            if mover != partner and min(ends) >= scale[0] and max(ends) <= scale[1]:
                own[[mover, partner]] = ends
    return worlds


def _moved(
    world: Floats, few: Ints, scale: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Some worlds in which pairs of respondents exchanged their answers, or moved them as much up as down.

    One of the few is in the first pair. There is one pair where few numbers are told of, many where many have to move.
    """
    half = len(world) // 2
    each = np.arange(_WORLDS)
    order = rng.permuted(np.tile(np.arange(len(world)), (_WORLDS, 1)), axis=1)
    first = rng.choice(few, _WORLDS)
    order[each, np.argmax(order == first[:, None], axis=1)] = order[:, 0]
    order[:, 0] = first
    one, other = order[:, :half], order[:, half : 2 * half]
    by = rng.integers(1, _FARTHEST + 1, one.shape) * rng.choice([-1.0, 1.0], one.shape)
    by = np.where(rng.random(one.shape) < 0.5, by, world[other] - world[one])
    ends = np.stack([world[one] + by, world[other] - by])
    pairs = rng.choice(np.unique(np.geomspace(1, max(half, 1), 12).astype(int)), _WORLDS)
    by[
        (np.arange(half) >= pairs[:, None]) | (ends < scale[0]).any(axis=0) | (ends > scale[1]).any(axis=0)
    ] = 0
    moved = np.zeros(order.shape)
    np.put_along_axis(moved, one, by, axis=1)
    np.put_along_axis(moved, other, -by, axis=1)
    return world + moved
