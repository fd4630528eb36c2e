"""What two releases tell together when records were added, removed or corrected between them.

Whoever keeps the earlier release subtracts. The records that changed are a population of their own, with the site's
threshold, zero rule and width: of every group that either release counts, the change must be nobody, at least the
threshold, or open between required_width + 1 values. No cell is hidden to reach this, because a late case stands in
totals that a report cannot do without: a release that fails is refused.

Every record is of one of three kinds: in both releases, in the earlier one only, in the new one only. A recoded
answer is a record that left and one that came. The earlier release counts the first two kinds, the new one the first
and the third, so that both become equations over the same people. Where the counts allow it, the reader is also taken
to know that records were only added, or only removed.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ujo_lib.disclosure.audit.attack import DIFFERENCE
from ujo_lib.disclosure.audit.facts import Calendar, Known, crossings_of, exactly, facts_of, valued
from ujo_lib.disclosure.audit.outsider import Outsider, people_agreeing_with
from ujo_lib.disclosure.audit.people import People
from ujo_lib.disclosure.audit.regions import differences
from ujo_lib.disclosure.tables import (
    PERIOD,
    CountTable,
    PastRelease,
    Policy,
    PublicFigure,
    Region,
    TableError,
    as_printed,
    spoken,
)

RECORD, BOTH, LEFT, CAME = "〔記録〕", "両方", "前だけ", "新だけ"

_EARLIER, _NOW = frozenset({BOTH, LEFT}), frozenset({BOTH, CAME})


@dataclass(frozen=True)
class SmallChange:
    """A group of which both releases together tell too much.

    Attributes:
        release: the earlier release.
        table, cell: where the group is counted.
        low, high: between which numbers a reader can place it.
        of_change: it is the change that is told; otherwise a hidden count of one of the releases.
    """

    release: str
    table: str
    cell: str
    low: float
    high: float
    of_change: bool = True


def same_records(
    tables: Sequence[CountTable], previous: Sequence[PastRelease], year: str
) -> tuple[list[PastRelease], list[PastRelease]]:
    """Part what earlier releases told of the records as they are now from what they told of other records.

    A release of a population is of the same records when one set of people can have all its true counts and those of
    `tables`. People without dates are counted anew each year: unlike counts of another year are no corrections.

    Args:
        tables: every table of the new release, with its true counts.
        previous: tables of earlier releases as they were published.
        year: folder name of the new release ("fy2023", "fy2023-h1"), with which the names of its releases begin.

    Returns:
        Tables of the same records, and tables of records that have been corrected since.
    """
    same, corrected = [], []
    for told in _distinct(_releases(previous)):
        now = [table for table in tables if table.population == told[0].table.population]
        if _agree(now, [past.table for past in told]):
            same += told
            continue
        here = _fiscal_year(told[0].release) == _fiscal_year(year)
        corrected += [past for past in told if here or _is_dated(past.table)]
    return same, corrected


def small_changes(
    tables: Sequence[CountTable],
    hidden: Mapping[str, Sequence[bool]],
    policy: Policy,
    public: Sequence[PublicFigure],
    same: Sequence[PastRelease],
    corrected: Sequence[PastRelease],
    zeros: Collection[str] = (),
) -> list[SmallChange]:
    """What a reader who subtracts an earlier release can tell of few people.

    Args:
        tables: every table of the new release, with its true counts.
        hidden: table id → one flag per cell.
        policy: the site's rules; its exemptions do not extend to changes.
        public: figures anybody can look up.
        same: tables of earlier releases that tell of the same records.
        corrected: those of records that were corrected since; both as `same_records` parts them.
        zeros: populations whose zeros the plan hides (`Plan.zeros`).

    Returns:
        One for each cell; empty when the release may leave.

    Raises:
        TableError: tables of one release that contradict each other.
    """
    found = []
    for told in _releases(corrected):
        population = told[0].table.population
        now = as_printed([t for t in tables if t.population == population], hidden, policy, zeros)
        now += [past for past in same if past.table.population == population]
        known = [figure for figure in public if figure.population == population]
        found += _Subtraction(told, now, known, policy).findings()
    return found


def _releases(previous: Sequence[PastRelease]) -> list[list[PastRelease]]:
    """Tables by release and population."""
    found: dict[tuple[str, str], list[PastRelease]] = {}
    for past in previous:
        found.setdefault((past.release, past.table.population), []).append(past)
    return list(found.values())


def _distinct(releases: Sequence[list[PastRelease]]) -> list[list[PastRelease]]:
    """Releases of a population that told something else; of those that told the same, the first."""
    found: dict[int, list[PastRelease]] = {}
    told = [[(past.table, past.hidden) for past in release] for release in releases]
    for release, tables in zip(releases, told, strict=True):
        found.setdefault(told.index(tables), release)
    return [*found.values()]


def _fiscal_year(release: str) -> str:
    """fy2023 of "fy2023-h1/3f2a" and of "fy2023": who has no date may stand in the reports on a year and its halves."""
    return release.partition("/")[0].partition("-")[0]


def _is_dated(table: CountTable) -> bool:
    return bool(table.cells) and all(PERIOD in dict(table.region(i)) for i in range(len(table.cells)))


def _agree(now: Sequence[CountTable], then: Sequence[CountTable]) -> bool:
    """Whether one set of people can have all these counts."""
    cut = Calendar.of([*now, *then]).cut
    counts: dict[Region, int] = {}
    for table, i, cell in valued([*now, *then]):
        if counts.setdefault(cut(table.region(i)), cell.value or 0) != cell.value:
            return False
    facts = [exactly(region, value) for region, value in counts.items()]
    return Outsider(People(counts), facts).possible()


def _of(region: Region, kinds: frozenset[str]) -> Region:
    return tuple(sorted([*region, (RECORD, kinds)]))


@dataclass(frozen=True)
class _Side:
    """One of the two releases: the kinds of records it counts, its cells with their regions, what its readers know.

    `sums` are the numbers of whole tables, which its overviews print: their regions, with value and name.
    """

    kinds: frozenset[str]
    cells: tuple[tuple[PastRelease, int, Region], ...]
    sums: Mapping[Region, tuple[int, tuple[str, str]]]
    facts: tuple[Known, ...]

    @classmethod
    def of(
        cls, tables: Sequence[PastRelease], kinds: frozenset[str], calendar: Calendar, policy: Policy
    ) -> "_Side":
        def cut(region: Region) -> Region:
            return _of(calendar.cut(region), kinds)

        cells = [(past, i, calendar.cut(t.region(i))) for past in tables for t, i, _ in valued([past.table])]
        facts = [fact for past in tables for fact in facts_of(past, cut)]
        facts += [fact for past in tables for fact in crossings_of(past, cut)]
        sums = {
            calendar.cut(figure.region): (figure.low, (past.table.id, "合計"))
            for past in tables
            for figure in past.sums(policy)
        }
        facts += [exactly(_of(region, kinds), value) for region, (value, _) in sums.items()]
        return cls(kinds, tuple(cells), sums, tuple(facts))

    @property
    def truth(self) -> dict[Region, int]:
        return {region: past.table.cells[i].value or 0 for past, i, region in self.cells}

    @cached_property
    def printed(self) -> dict[Region, int]:
        """Counts that stand on a page."""
        told = {fact.parts[0][1] for fact in self.facts if len(fact.parts) == 1 and fact.low == fact.high}
        return {region: value for region, value in self.truth.items() if _of(region, self.kinds) in told}


class _Subtraction:
    """An earlier release, the new one, and a reader who holds one against the other; one population."""

    def __init__(
        self,
        then: Sequence[PastRelease],
        now: Sequence[PastRelease],
        public: Sequence[PublicFigure],
        policy: Policy,
    ) -> None:
        self._policy, self._release = policy, then[0].release
        calendar = Calendar.of([past.table for past in [*then, *now]], public)
        self._then = _Side.of(then, _EARLIER, calendar, policy)
        self._now = _Side.of(now, _NOW, calendar, policy)
        self._public = [Known(((1.0, _of(calendar.cut(f.region), _NOW)),), f.low, f.high) for f in public]
        self._names = {
            region: name for side in (self._then, self._now) for region, (_, name) in side.sums.items()
        } | {
            region: (past.table.id, past.table.label(i))
            for past, i, region in [*self._then.cells, *self._now.cells]
        }
        self._touched = self._regions_of_changed_tables()

    def findings(self) -> list[SmallChange]:
        """What a plain subtraction tells; only when that is nothing, what programmes can tell."""
        return list(dict.fromkeys(self._subtracted())) or list(dict.fromkeys(self._worked_out()))

    def _subtracted(self) -> Iterator[SmallChange]:
        then, now = self._then.printed, self._now.printed
        for region in (region for region in now if region in then):
            change = now[region] - then[region]
            yield from self._judged(region, self._names[region], change, change)

    def _worked_out(self) -> Iterator[SmallChange]:
        names = self._names | self._unnamed_groups()
        plain = self._then.printed.keys() & self._now.printed.keys()
        # What both print has been subtracted, and a programme finds the same.
        asked = {region: name for region, name in names.items() if region not in plain}
        for absent in ((LEFT,), (CAME,), ()):
            nobody = [exactly(((RECORD, frozenset({kind})),), 0) for kind in absent]
            try:
                people = self._people([*names], nobody)
            except TableError:
                if not absent:
                    raise  # one of the two releases contradicts itself
                continue  # nobody can believe that records were only added, or only removed
            reader = Outsider(people, [*self._then.facts, *self._now.facts, *self._public, *nobody])
            for region, name in asked.items():
                more, less = (_of(region, frozenset({kind})) for kind in (CAME, LEFT))
                ends = reader.change(more, less, self._policy.required_width)
                yield from self._judged(region, name, *ends)
            yield from self._opened(self._then, people, reader)
            yield from self._opened(self._now, people, reader)

    def _people(self, regions: Sequence[Region], nobody: Sequence[Known]) -> People:
        truth = [
            exactly(_of(region, side.kinds), value)
            for side in (self._then, self._now)
            for region, value in side.truth.items()
        ]
        kinds = [frozenset({kind}) for kind in (BOTH, LEFT, CAME)]
        return people_agreeing_with([*truth, *nobody], [_of(r, kind) for r in regions for kind in kinds])

    def _judged(
        self, region: Region, name: tuple[str, str], low: float, high: float
    ) -> Iterator[SmallChange]:
        if high - low >= self._policy.required_width:
            return
        unsolved = math.isnan(high - low)  # what cannot be shown to be safe is not
        small = unsolved or any(
            0 < abs(value) < self._policy.threshold for value in range(int(low), int(high) + 1)
        )
        none = low == high == 0 and self._policy.zero_rule == "hide" and region in self._touched
        if small or none:
            yield SmallChange(self._release, *name, low, high)

    def _opened(self, side: _Side, people: People, reader: Outsider) -> Iterator[SmallChange]:
        """Small counts that one release hid and the other helps to place."""
        alone = Outsider(people, side.facts)
        for past, i, region in side.cells:
            cell = past.table.cells[i]
            if not past.hidden[i] or not self._policy.is_primary(cell):
                continue
            least = max(past.least(i), self._policy.own_case) if cell.value else 0
            asked = _of(region, side.kinds), cell.value or 0, least
            low, high = reader.interval(*asked)
            if high - low >= self._policy.required_width:
                continue
            before = alone.interval(*asked)
            if high - low < min(self._policy.required_width, before[1] - before[0]):
                yield SmallChange(
                    self._release, past.table.id, past.table.label(i), low, high, of_change=False
                )

    def _unnamed_groups(self) -> dict[Region, tuple[str, str]]:
        """Groups that no table names: a count less that of a subgroup or of another period."""
        frames: dict[Region, frozenset[str]] = {}
        for past, _, region in [*self._then.cells, *self._now.cells]:
            frames[region] = frames.get(region, frozenset()) | past.table.frame
        groups = [left[1] for _, _, left in differences(frames)]
        return {group: (DIFFERENCE, spoken(group)) for group in groups if group not in self._names}

    def _regions_of_changed_tables(self) -> set[Region]:
        then, now = self._then.truth, self._now.truth
        changed = {region for region in then.keys() & now.keys() if then[region] != now[region]}
        cells = [*self._then.cells, *self._now.cells]
        tables = {(past.release, past.table.id) for past, _, region in cells if region in changed}
        return {region for past, _, region in cells if (past.release, past.table.id) in tables}
