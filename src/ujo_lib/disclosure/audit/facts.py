"""What a reader learns from printed tables, as linear facts about people in regions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ujo_lib.disclosure.tables import (
    PERIOD,
    Cell,
    CountTable,
    PastRelease,
    PublicFigure,
    Region,
    cut_periods,
)

Trait = tuple[str, frozenset[str]]
Traits = frozenset[Trait]

_ROOM = 50


@dataclass(frozen=True)
class Known:
    """A linear fact: low <= sum of (factor × people in region) <= high."""

    parts: tuple[tuple[float, Region], ...]
    low: float
    high: float


def exactly(region: Region, value: int | None) -> Known:
    """The fact that a region has so many people."""
    return Known(((1.0, region),), float(value or 0), float(value or 0))


def valued(tables: Iterable[CountTable]) -> list[tuple[CountTable, int, Cell]]:
    """Every cell whose count is known, with its table and position."""
    return [(t, i, cell) for t in tables for i, cell in enumerate(t.cells) if cell.value is not None]


def linked(region: Region, facts: Sequence[Known]) -> list[Known]:
    """Facts that say something about the people of a region, directly or through one another."""
    variables, linked, left = {v for v, _ in region}, list[Known](), dict.fromkeys(facts)
    while near := [fact for fact in left if any(not r or variables & dict(r).keys() for _, r in fact.parts)]:
        linked += near
        for fact in near:
            del left[fact]
        variables |= {v for fact in near for _, r in fact.parts for v, _ in r}
    return linked


@dataclass(frozen=True)
class Calendar:
    """Overlapping runs of days, cut into common pieces; one run that all counts share restricts nobody."""

    pieces: Mapping[str, frozenset[str]]
    single: bool

    @classmethod
    def of(
        cls,
        tables: Sequence[CountTable],
        public: Sequence[PublicFigure] = (),
        previous: Sequence[PastRelease] = (),
    ) -> "Calendar":
        """The calendar of everything that is counted."""
        regions = [t.region(i) for t in [*tables, *(p.table for p in previous)] for i in range(len(t.cells))]
        regions += [figure.region for figure in public]
        spans = sorted({text for region in regions for v, atoms in region if v == PERIOD for text in atoms})
        dated = all(PERIOD in dict(region) for region in regions)
        return cls(cut_periods(spans), dated and len(spans) == 1)

    def cut(self, region: Region) -> Region:
        """The same people, their days in common pieces."""
        return tuple(
            (v, frozenset(piece for text in atoms for piece in self.pieces[text]) if v == PERIOD else atoms)
            for v, atoms in region
            if not (v == PERIOD and self.single)
        )


def facts_of(printed: PastRelease, cut: Callable[[Region], Region]) -> list[Known]:
    """What a reader of a printed table learns.

    Args:
        printed: the table with its true counts, and which of them are hidden.
        cut: spells the region of a cell in the common pieces of a calendar.
    """
    return [
        exactly(cut(table.region(i)), cell.value)
        for table, i, cell in valued([printed.table])
        if not printed.hidden[i]
    ]


def crossings_of(printed: PastRelease, cut: Callable[[Region], Region]) -> list[Known]:
    """What a reader knows of every x of a table where zeros are printed: it is none; arguments as in `facts_of`."""
    return [
        Known(((1.0, cut(printed.table.region(i))),), least, np.inf)
        for _, i, _ in valued([printed.table])
        if (least := printed.least(i))
    ]


def among_three(counts: Mapping[Region, int]) -> list[Known]:
    """What three traits cannot help, whoever has them, where people are told apart by two of them at a time.

    Those with c and a, or c and b, are among those with c, and twice only with a and b; and who has one of the
    three is somebody. Where there is room for more than `_ROOM` people it says nothing of a small count.
    """
    known = {frozenset(region): region for region in counts}
    place = {t: n for n, t in enumerate(sorted({t for region in counts for t in region}, key=_trait))}
    beside: dict[Traits, set[Trait]] = {}
    for traits in known:
        for trait in traits:
            beside.setdefault(traits - {trait}, set()).add(trait)
    found = []
    for both in known:
        for a, b in combinations(sorted(both, key=place.__getitem__), 2):
            rest = both - {a, b}
            common = beside.get(rest | {a}, set()) & beside.get(rest | {b}, set())
            for c in sorted(common, key=place.__getitem__):
                one, two, three = rest | {c}, rest | {a, c}, rest | {b, c}
                if one in known:
                    found.append({two: 1.0, three: 1.0, one: -1.0, both: -1.0})
                singles = [rest | {trait} for trait in (a, b, c)]
                if place[c] > place[b] and rest in known and all(single in known for single in singles):
                    less = dict.fromkeys((both, two, three, rest), -1.0)
                    found.append(less | dict.fromkeys(singles, 1.0))
    rules = [[(sign, known[traits]) for traits, sign in rule.items()] for rule in found]
    return [
        Known(tuple(rule), -np.inf, 0.0)
        for rule in rules
        if -sum(sign * counts[region] for sign, region in rule) <= _ROOM
    ]


def _trait(trait: Trait) -> tuple[str, list[str]]:
    return trait[0], sorted(trait[1])
