"""Every count of one population that anybody can know: printed, printed before, public, or subtracted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from ujo_lib.disclosure.system import REST, Row, covered, with_common_periods
from ujo_lib.disclosure.tables import (
    PERIOD,
    CountTable,
    PastRelease,
    Policy,
    PublicFigure,
    Region,
    TableError,
    order_of,
    spoken,
    within,
)

INNER_WEIGHT = 2  # whole numbers: the search may stop as soon as nothing a unit cheaper can exist
TOTAL_WEIGHT = 4


@dataclass
class Count:
    """One group of people and what is printed or known about their number.

    Attributes:
        row: who they are and how many (an interval for a public figure that was published as one).
        cells: (table id, position) of the cells of this release that print it.
        weight: what it costs to hide it.
        primary: too small to be printed.
        public: known to outsiders whatever the tables of this release hide.
        before: known to them without this release, too: no sum that it prints itself.
        shown: printed whatever the plan says (exempt tables).
        frame: variables by which whole tables that print it are restricted.
        floor: what a reader knows it to be at least where an x stands for it.
        floor_before: the same of the x of earlier releases alone.
        in_full: how many the table counts that prints it in full; 0 where none does.
    """

    row: Row
    cells: list[tuple[str, int]] = field(default_factory=list)
    weight: int = 0
    primary: bool = False
    public: bool = False
    before: bool = False
    shown: bool = False
    frame: frozenset[str] = frozenset()
    floor: int = 0
    floor_before: int = 0
    in_full: int = 0


def gather(
    tables: Sequence[CountTable],
    exempt: Mapping[str, str],
    policy: Policy,
    public: Sequence[PublicFigure],
    previous: Sequence[PastRelease],
    before: Policy | None = None,
) -> list[Count]:
    """Counts of one population, each group of people once.

    `before` are the rules of earlier releases, where these are others.

    Raises:
        TableError: two tables, or a table and a public figure, give the same people different numbers.
    """
    found = [*_of_release(tables, exempt, policy), *_of_past(previous, before or policy), *_of_public(public)]
    rows = with_common_periods([count.row for count in found])
    for count, row in zip(found, rows, strict=True):
        count.row = row
    merged = _merge(found)
    return merged + _differences(merged, policy)


def _of_release(tables: Sequence[CountTable], exempt: Mapping[str, str], policy: Policy) -> list[Count]:
    found = []
    for table in tables:
        in_full = policy.in_full(table)
        for i, cell in enumerate(table.cells):
            if cell.value is None:
                continue
            found.append(
                Count(
                    row=Row(table.region(i), cell.value, cell.value),
                    cells=[(table.id, i)],
                    weight=INNER_WEIGHT + TOTAL_WEIGHT * table.totals_in(i),
                    primary=policy.is_primary(cell) and table.id not in exempt,
                    shown=table.id in exempt,
                    frame=table.frame,
                    floor=policy.least_crossed(cell),
                    in_full=in_full,
                )
            )
    return found


def _of_past(previous: Sequence[PastRelease], policy: Policy) -> list[Count]:
    return [
        Count(
            row=Row(release.table.region(i), cell.value, cell.value),
            primary=hidden and policy.is_primary(cell),
            public=not hidden,
            before=not hidden,
            frame=release.table.frame,
            floor=release.least(i),
            floor_before=release.least(i),
            in_full=0 if hidden else in_full,
        )
        for release in previous
        for in_full in [policy.in_full(release.table)]
        for i, (cell, hidden) in enumerate(zip(release.table.cells, release.hidden, strict=True))
        if cell.value is not None
    ]


def _of_public(public: Sequence[PublicFigure]) -> list[Count]:
    return [
        Count(row=Row(figure.region, figure.low, figure.high), public=True, before=not figure.own)
        for figure in public
    ]


def _merge(found: Sequence[Count]) -> list[Count]:
    """One `Count` for each group of people; public intervals stay beside the exact count they enclose."""
    exact: dict[Region, Count] = {}
    hidden_before = {c.row.region for c in found if not c.cells and not c.public}
    for count in (c for c in found if c.row.low == c.row.high):
        known = exact.setdefault(count.row.region, Count(count.row))
        if known.row.low != count.row.low:
            raise TableError(
                f"同じ人々({spoken(count.row.region)})の件数が、"
                f"表によって {known.row.low} と {count.row.low} に分かれている"
            )
        known.cells += count.cells
        known.weight += count.weight
        known.primary |= count.primary
        known.public |= count.public
        known.before |= count.before
        known.shown |= count.shown
        known.frame |= count.frame
        known.floor = max(known.floor, count.floor)
        known.floor_before = max(known.floor_before, count.floor_before)
        known.in_full = max(known.in_full, count.in_full)
    for region in hidden_before & set(exact):
        exact[region].weight //= 2  # readers already miss it
    intervals = [c for c in found if c.row.low < c.row.high]
    for count in intervals:
        inside = exact.get(count.row.region)
        if inside and not count.row.low <= inside.row.low <= count.row.high:
            raise TableError(
                f"{spoken(count.row.region)} の件数 {inside.row.low} が、公表済みの "
                f"{count.row.low}〜{count.row.high} に入らない"
            )
    for count in exact.values():
        count.primary &= not count.shown
    return [exact[region] for region in sorted(exact, key=order_of)] + intervals


def _differences(counts: Sequence[Count], policy: Policy) -> list[Count]:
    """Small counts that nobody prints but anybody can subtract.

    Everyone less a subgroup, one period less another: for those no cell stands that could be hidden, so the
    difference itself has to be protected. Categories that a table leaves out (no answer, say) are no such group, nor
    are the other days of a table that is printed in full for a period and for a part of it.
    """
    exact = [count for count in counts if count.row.low == count.row.high]
    found = {}
    for variable in sorted(frozenset().union(*(count.frame for count in exact))):
        for rest, line in _lines(exact, variable).items():
            sizes = {atoms: count.row.low for atoms, count in line.items()}
            for whole, part in permutations(sorted(line, key=sorted), 2):
                size = sizes[whole] - sizes[part]
                framed = variable in line[whole].frame | line[part].frame
                if not (framed and part < whole and 0 < size < policy.threshold):
                    continue
                if variable == PERIOD and policy.rest_in_full(line[whole].in_full, line[part].in_full):
                    continue
                # Counts of their own that make it up are protected, one by one.
                if covered(sizes, whole - part)[1] != size:
                    region = tuple(sorted([*rest, (variable, whole - part)]))
                    found[region] = Count(Row(region, size, size), primary=True)
    rests = [Count(Row(whole, size, size, part), primary=True) for whole, part, size in _rests(exact, policy)]
    return [found[region] for region in sorted(found, key=order_of)] + rests


def _rests(exact: Sequence[Count], policy: Policy) -> list[tuple[Region, Region, int]]:
    """Small groups that are left where a table is restricted by several variables at once, with group and subgroup."""
    framing = frozenset().union(*(count.frame for count in exact))
    lines: dict[Region, list[Count]] = {}
    for count in exact:
        rest = tuple(pair for pair in count.row.region if pair[0] not in framing)
        lines.setdefault(rest, []).append(count)
    found = []
    for line in lines.values():
        for whole, part in permutations(line, 2):
            size = whole.row.low - part.row.low
            if 0 < size < policy.threshold and within(part.row.region, whole.row.region):
                unlike = {variable for variable, _ in set(part.row.region) - set(whole.row.region)}
                if len(unlike) > 1 and unlike <= whole.frame | part.frame:
                    found.append((whole.row.region, part.row.region, size))
    return sorted(found, key=lambda one: (order_of(one[0]), order_of(one[1])))


def _lines(counts: Sequence[Count], variable: str) -> dict[Region, dict[frozenset[str], Count]]:
    """Counts that differ in one variable only, by the rest of their region and by their atoms."""
    everyone = frozenset({REST}).union(*(dict(count.row.region).get(variable, ()) for count in counts))
    lines: dict[Region, dict[frozenset[str], Count]] = {}
    for count in counts:
        atoms = dict(count.row.region).get(variable, everyone)
        rest = tuple(pair for pair in count.row.region if pair[0] != variable)
        lines.setdefault(rest, {})[atoms] = count
    return lines
