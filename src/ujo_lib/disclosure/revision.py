"""What two releases tell together when records were added, removed or corrected between them.

Whoever keeps the earlier release subtracts. The records that changed are a population of their own, with the site's
threshold, zero rule and width: of every group that either release counts, the change must be nobody, at least the
threshold, or open between required_width + 1 values. No cell is hidden to reach this, because a late case stands in
totals that a report cannot do without: a release that fails is refused.

A reader who believes nothing of what happened between two releases takes everybody of the one for other people than
those of the other: a recoded answer is a record that left and one that came. A change lies then between the ends of
both counts, and neither release helps with what the other hides. Where the counts allow it, a reader is also taken to
know that records were only added, or only removed: the people of the one release are among those of the other, and
both become equations over the same people. Days that no count of both releases reaches are left out.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ujo_lib.disclosure.audit.attack import DIFFERENCE
from ujo_lib.disclosure.audit.facts import Calendar, Known, crossings_of, exactly, facts_of, valued
from ujo_lib.disclosure.audit.outsider import Outsider, Patience, people_agreeing_with
from ujo_lib.disclosure.audit.people import People
from ujo_lib.disclosure.audit.regions import differences, rests
from ujo_lib.disclosure.tables import (
    PERIOD,
    Cell,
    CountTable,
    PastRelease,
    Policy,
    PublicFigure,
    Region,
    TableError,
    as_printed,
    outside_months,
    spoken,
    within_months,
)

RECORD, BOTH, ONE = "〔記録〕", "両方", "片方だけ"
_STEPS = 3_000_000
"""Steps of all programmes after which a corrected year is refused: about eight times what a city with three signed
years of a thousand counts each took (3,000 a second), and so a quarter of an hour."""


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

    Releases of a population are of the same records when one set of people can have all their true counts and those of
    `tables`: of two halves and a year each pair may agree that together do not. Those that share most groups with
    `tables` are asked first. People without dates are counted anew each year: unlike counts of another year are no
    corrections.

    Args:
        tables: every table of the new release, with its true counts.
        previous: tables of earlier releases as they were published.
        year: folder name of the new release ("fy2023", "fy2023-h1"), with which the names of its releases begin.

    Returns:
        Tables of the same records, and tables of records that have been corrected since.
    """
    same, corrected = list[PastRelease](), list[PastRelease]()
    groups = {table.region(i) for table, i, _ in valued(tables)}

    def shared(told: Sequence[PastRelease]) -> int:
        return sum(table.region(i) in groups for table, i, _ in valued(past.table for past in told))

    for told in sorted(_distinct(_releases(previous)), key=shared, reverse=True):
        population = told[0].table.population
        now = [table for table in tables if table.population == population]
        if _agree([*now, *_tables(same, population)], _tables(told, population)):
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
    steps: float = _STEPS,
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
        steps: how far programmes search altogether, see `Patience`.

    Returns:
        One for each cell: all that plain subtractions tell, else what a programme tells first; empty when the release
        may leave.

    Raises:
        TableError: tables of one release that contradict each other.
        LimitError: the steps did not do. Nothing has been found, and nothing shown to be safe.
    """
    pairs, patience = list[_Subtraction](), Patience(steps)
    for told, others in _beliefs(tables, _releases(corrected), _releases(same)):
        population = told[0].table.population
        now = as_printed([t for t in tables if t.population == population], hidden, policy, zeros)
        now += [past for past in others if past.table.population == population]
        known = [figure for figure in public if figure.population == population]
        pairs.append(replace(_Subtraction.of(told, now, known, policy), patience=patience))
    found = [change for pair in pairs for change in pair.subtracted()]
    parts = (part for pair in pairs for part in pair.parts() if not found)
    worked_out = (list(told) for part in parts for told in part.worked_out())
    return list(dict.fromkeys(found or next(filter(None, worked_out), [])))


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


def _tables(previous: Sequence[PastRelease], population: str) -> list[CountTable]:
    return [past.table for past in previous if past.table.population == population]


_Releases = Sequence[list[PastRelease]]


def _partings(
    tables: Sequence[CountTable], corrected: _Releases, same: _Releases
) -> Iterator[tuple[_Releases, _Releases]]:
    """What was corrected since and what was not, and each other way to part them: which one holds no reader knows.

    Of two halves that each fit the year, and together do not, either may be as it was.
    """
    yield corrected, same
    for first in corrected:
        population = first[0].table.population
        now = [table for table in tables if table.population == population]
        if not _agree(now, _tables(first, population)):
            continue
        kept, rest = [first], list[list[PastRelease]]()
        for other in (one for one in (*same, *corrected) if one is not first):
            now = [*(table for table in tables if table.population == other[0].table.population)]
            now += _tables([past for one in kept for past in one], other[0].table.population)
            (kept if _agree(now, [past.table for past in other]) else rest).append(other)
        yield rest, kept


def _beliefs(
    tables: Sequence[CountTable], corrected: _Releases, same: _Releases
) -> Iterator[tuple[list[PastRelease], list[PastRelease]]]:
    """What a reader may subtract from the new release, and what he may add to that.

    Each release that was corrected by itself, and with all that fit it. What agrees with the new release may tell of
    the earlier records all the same: a year, of which the new release counts a half, and another half as it was.
    """
    found: list[tuple[set[int], set[int]]] = []
    for changed, stayed in _partings(tables, corrected, same):
        for told in changed:
            population, group = told[0].table.population, [*told]
            for other in (*changed, *stayed):
                fits = other is not told and other[0].table.population == population
                if fits and _agree(_tables(group, population), _tables(other, population)):
                    group += other
            for then in (told, group):
                members = {*map(id, then)}
                others = [past for release in stayed for past in release if id(past) not in members]
                belief = (members, {*map(id, others)})
                if belief not in found:
                    found.append(belief)
                    yield then, others


def _fiscal_year(release: str) -> str:
    """fy2023 of "fy2023-h1/3f2a" and of "fy2023": who has no date may stand in the reports on a year and its halves."""
    return release.partition("/")[0].partition("-")[0]


def _is_dated(table: CountTable) -> bool:
    return bool(table.cells) and all(PERIOD in dict(table.region(i)) for i in range(len(table.cells)))


def _agree(now: Sequence[CountTable], then: Sequence[CountTable]) -> bool:
    """Whether one set of people can have all these counts."""
    calendar = Calendar.of([*now, *then])
    counts: dict[Region, int] = {}
    for table, i, cell in valued([*now, *then]):
        if counts.setdefault(within_months(calendar.cut(table.region(i))), cell.value or 0) != cell.value:
            return False
    facts = [exactly(region, value) for region, value in counts.items()]
    return Outsider(People(counts), facts).possible()


def _of(region: Region, *kinds: str) -> Region:
    return tuple(sorted([*region, (RECORD, frozenset(kinds))]))


def _told_of(fact: Known, *kinds: str) -> Known:
    return replace(fact, parts=tuple((factor, _of(region, *kinds)) for factor, region in fact.parts))


@dataclass(frozen=True, eq=False)
class _Side:
    """What one of the two releases says.

    Attributes:
        cells: its counts, each with its region.
        sums: regions of the numbers of whole tables, which its overviews print, with their names.
        facts: what its readers know of regions.
        public: what is public of its people.
        ties: regions that tell of their days together. A sum of counts that are all printed adds nothing to them.
    """

    cells: tuple[tuple[PastRelease, int, Region], ...]
    sums: dict[Region, tuple[str, str]]
    facts: tuple[Known, ...]
    public: tuple[Known, ...]
    ties: tuple[Region, ...]

    @classmethod
    def of(
        cls,
        tables: Sequence[PastRelease],
        calendar: Calendar,
        policy: Policy,
        never: Sequence[Known],
        figures: Sequence[PublicFigure] = (),
    ) -> "_Side":
        def cut(region: Region) -> Region:
            return within_months(calendar.cut(region))

        cells = [(past, i, cut(t.region(i))) for past in tables for t, i, _ in valued([past.table])]
        facts = [fact for past in tables for fact in (*facts_of(past, cut), *crossings_of(past, cut))]
        sums = [(past, f.low, cut(f.region)) for past in tables for f in past.sums(policy)]
        facts += [*(exactly(region, value) for _, value, region in sums), *never]
        known = [
            Known(((1.0, cut(figure.region)),), float(figure.low), float(figure.high)) for figure in figures
        ]
        # What months say of days is known of both releases (`never`), and sums are among the facts.
        public = [f for f in known if dict(f.parts[0][1]).get(PERIOD, True) and f not in facts]
        ties = [*(region for *_, region in cells), *(fact.parts[0][1] for fact in public)]
        ties += [region for past, _, region in sums if any(past.hidden)]
        named = {region: (past.table.id, "合計") for past, _, region in sums}
        return cls(tuple(cells), named, tuple(facts), tuple(public), tuple(ties))

    def within(self, days: frozenset[str]) -> "_Side":
        """What it says of some days; everything where not every count has days."""

        def inside(region: Region) -> bool:
            return dict(region).get(PERIOD, days) <= days

        facts, public = (
            tuple(fact for fact in known if inside(fact.parts[0][1])) for known in (self.facts, self.public)
        )
        sums = {region: name for region, name in self.sums.items() if inside(region)}
        return _Side(tuple(c for c in self.cells if inside(c[2])), sums, facts, public, self.ties)

    @cached_property
    def truth(self) -> dict[Region, int]:
        """Region → its true count."""
        return {region: past.table.cells[i].value or 0 for past, i, region in self.cells}

    @cached_property
    def exact(self) -> list[Known]:
        """What is true of its people: every count, printed or not, and what its readers know exactly."""
        told = (fact for fact in self.facts if fact.low == fact.high)
        return [*(exactly(region, value) for region, value in self.truth.items()), *told]

    @cached_property
    def printed(self) -> dict[Region, int]:
        """Counts that stand on a page."""
        told = {fact.parts[0][1] for fact in self.facts if fact.low == fact.high}
        return {region: value for region, value in self.truth.items() if region in told}


def _days(regions: Sequence[Region]) -> list[frozenset[str]]:
    """Days of which some region tells together; all of them as one where a region has none."""
    found = [frozenset[str]()]
    every = [dict(region).get(PERIOD) for region in regions]
    for days in dict.fromkeys(every):
        near = [one for one in found if days is None or None in every or one & days]
        found = [one for one in found if one not in near] + [(days or frozenset()).union(*near)]
    return found


@dataclass(frozen=True, eq=False)
class _Subtraction:
    """An earlier release, the new one, and a reader who holds one against the other; one population.

    Attributes:
        release: name of the earlier one.
        then, now: what they say.
        policy: the site's rules.
        touched: regions of tables in which some count has changed.
        patience: how far its programmes search, those of other releases among them.
    """

    release: str
    then: _Side
    now: _Side
    policy: Policy
    touched: frozenset[Region]
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def of(
        cls,
        told: Sequence[PastRelease],
        now: Sequence[PastRelease],
        public: Sequence[PublicFigure],
        policy: Policy,
    ) -> "_Subtraction":
        tables = [past.table for past in [*told, *now]]
        months = [*outside_months(tables)]
        calendar = Calendar.of(tables, [*public, *months])
        # Neither release has people on a day of another month, nor ever one who gave an answer and none.
        never = [exactly(calendar.cut(figure.region), 0) for figure in months]
        alone = [figure.region for figure in public if figure.own and not figure.high]
        never += [exactly(tuple(pair for pair in region if pair[0] != PERIOD), 0) for region in alone]
        then = _Side.of(told, calendar, policy, never)
        here = _Side.of(now, calendar, policy, never, public)
        changed = {r for r in then.truth.keys() & here.truth.keys() if then.truth[r] != here.truth[r]}
        cells = [*then.cells, *here.cells]
        moved = {(past.release, past.table.id) for past, _, region in cells if region in changed}
        touched = {region for past, _, region in cells if (past.release, past.table.id) in moved}
        return cls(told[0].release, then, here, policy, frozenset(touched))

    def parts(self) -> "Iterator[_Subtraction]":
        """The same for all days that hang together, one after another; not for days of which one says nothing."""
        for days in _days([*self.then.ties, *self.now.ties]):
            then, now = self.then.within(days), self.now.within(days)
            if then.cells and now.cells:
                yield replace(self, then=then, now=now)

    @cached_property
    def names(self) -> dict[Region, tuple[str, str]]:
        """Region → table and cell that count it."""
        cells = [*self.then.cells, *self.now.cells]
        counted = {region: (past.table.id, past.table.label(i)) for past, i, region in cells}
        return self.then.sums | self.now.sums | counted

    @cached_property
    def _changes(self) -> dict[Region, int]:
        """What both print, the earlier taken from the later."""
        then, now = self.then.printed, self.now.printed
        return {region: now[region] - then[region] for region in now if region in then}

    def subtracted(self) -> Iterator[SmallChange]:
        """What plain subtractions tell, of what several restrictions of a table leave, too."""
        for region, change in self._changes.items():
            yield from self._judged(region, self.names[region], change, change)
        told = {region: frame for region, frame in self._frames.items() if region in self._changes}
        for whole, part in rests(told) if told else ():
            change = self._changes[whole] - self._changes[part]
            yield from self._judged(None, (DIFFERENCE, spoken(whole, part)), change, change)

    def worked_out(self) -> Iterator[Iterator[SmallChange]]:
        """What programmes can tell where a plain subtraction tells nothing, for one belief after another."""
        # What both print has been subtracted, and a programme finds the same.
        names = {
            r: name for r, name in (self.names | self._unnamed_groups()).items() if r not in self._changes
        }
        yield self._of_other_people(names)
        yield self._of_the_same_people(names, self.then, self.now, 1)
        yield self._of_the_same_people(names, self.now, self.then, -1)

    def _of_other_people(self, asked: Mapping[Region, tuple[str, str]]) -> Iterator[SmallChange]:
        """What a reader finds who takes all records for others: a change lies between the ends of both counts."""
        width = self.policy.required_width
        left = dict.fromkeys(asked, (0.0, 0.0))
        further = [
            *asked,
            *(fact.parts[0][1] for fact in [*self.then.facts, *self.now.facts, *self.now.public]),
        ]
        people = people_agreeing_with([self.then.exact, self.now.exact], further)
        for side, sign in ((self.now, 1), (self.then, -1)):
            reader = Outsider(people, [*side.facts, *side.public], self.patience)
            ends = [sorted((sign * low, sign * high)) for low, high in reader.ends([*left], width)]
            sums = {
                region: (low + least, high + most)
                for (region, (low, high)), (least, most) in zip(left.items(), ends, strict=True)
            }
            left = {region: (low, high) for region, (low, high) in sums.items() if not high - low >= width}
        for region, (low, high) in left.items():
            yield from self._judged(region, asked[region], low, high)

    def _of_the_same_people(
        self, asked: Mapping[Region, tuple[str, str]], fewer: _Side, more: _Side, sign: int
    ) -> Iterator[SmallChange]:
        """What a reader finds who takes everybody of the one release to be in the other, too."""
        kinds = ((fewer, (BOTH,)), (more, (BOTH, ONE)))
        truth = [_told_of(fact, *of) for side, of in kinds for fact in side.exact]
        facts = {side: [_told_of(fact, *of) for fact in side.facts] for side, of in kinds}
        known = [_told_of(fact, *of) for side, of in kinds for fact in side.public]
        known += [*facts[fewer], *facts[more]]
        changed = {_of(region, ONE): region for region in asked}
        both = [_of(region, BOTH) for region in asked]
        try:
            people = people_agreeing_with([truth], [*changed, *both, *(fact.parts[0][1] for fact in known)])
        except TableError:
            return  # nobody can believe it
        for region in (region for region, change in self._changes.items() if not change):
            people.nobody[people.columns(_of(region, ONE))] = True
        reader = Outsider(people, known, self.patience)
        ends = reader.ends([*changed], self.policy.required_width)
        for region, told in zip(changed.values(), ends, strict=True):
            yield from self._judged(region, asked[region], *sorted(sign * end for end in told))
        for (side, of), (other, _) in zip(kinds, kinds[::-1], strict=True):
            alone = Outsider(people, facts[side], self.patience)
            yield from self._opened(side, of, reader, alone)
            yield from self._placed([r for r in other.truth if r not in side.truth], of, reader, alone)

    def _judged(
        self, region: Region | None, name: tuple[str, str], low: float, high: float
    ) -> Iterator[SmallChange]:
        if high - low >= self.policy.required_width:
            return
        unsolved = math.isnan(high - low)  # what cannot be shown to be safe is not
        small = unsolved or any(
            0 < abs(value) < self.policy.threshold for value in range(int(low), int(high) + 1)
        )
        none = low == high == 0 and self.policy.zero_rule == "hide" and region in self.touched
        if small or none:
            yield SmallChange(self.release, *name, low, high)

    def _opened(
        self, side: _Side, kinds: tuple[str, ...], reader: Outsider, alone: Outsider
    ) -> Iterator[SmallChange]:
        """Small counts that one release hid and the other helps to place."""
        width = self.policy.required_width
        for past, i, region in side.cells:
            cell = past.table.cells[i]
            if not past.hidden[i] or not self.policy.is_primary(cell):
                continue
            least = max(past.least(i), self.policy.own_case) if cell.value else 0
            asked = _of(region, *kinds), cell.value or 0, least
            low, high = reader.interval(*asked)
            if high - low >= width:
                continue
            before = alone.interval(*asked)
            if high - low < min(width, before[1] - before[0]):
                yield SmallChange(
                    self.release, past.table.id, past.table.label(i), low, high, of_change=False
                )

    def _placed(
        self, groups: Sequence[Region], kinds: tuple[str, ...], reader: Outsider, alone: Outsider
    ) -> Iterator[SmallChange]:
        """Small counts of groups that one release names, among the records of the other."""
        width, asked = self.policy.required_width, [_of(region, *kinds) for region in groups]
        for group, of, (low, high) in zip(groups, asked, reader.ends(asked, width), strict=True):
            if high - low >= width:
                continue
            unsolved = math.isnan(high - low)
            if unsolved or any(self._is_small(value) for value in range(int(low), int(high) + 1)):
                ((least, most),) = alone.ends([of], width)
                if unsolved or high - low < min(width, most - least):
                    yield SmallChange(self.release, *self.names[group], low, high, of_change=False)

    def _is_small(self, value: int) -> bool:
        return self.policy.is_primary(Cell((), "", value))

    @cached_property
    def _frames(self) -> dict[Region, frozenset[str]]:
        """Region → variables by which tables that count it are restricted as a whole."""
        frames: dict[Region, frozenset[str]] = {}
        for past, _, region in [*self.then.cells, *self.now.cells]:
            frames[region] = frames.get(region, frozenset()) | past.table.frame
        return frames

    def _unnamed_groups(self) -> dict[Region, tuple[str, str]]:
        """Groups that no table names: a count less that of a subgroup or of another period."""
        groups = [left[1] for _, _, left in differences(self._frames)]
        return {group: (DIFFERENCE, spoken(group)) for group in groups if group not in self.names}
