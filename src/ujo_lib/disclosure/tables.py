"""What disclosure control is told: counts with their meaning, the rules in force, what is public already.

A `CountTable` says of every printed count which people it counts, as a *region*: one set of atomic categories
per variable. Two cells of different tables, years or notebooks can be held against each other only because
both speak in the same atoms. Everything else in this room (the plan, the audit) is built on regions and
nothing else.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from pydantic import TypeAdapter

from ujo_lib.columns import TOTAL_LABELS
from ujo_lib.typed import ANSWERED

PERIOD = "〔期間〕"
YES, NO = "はい", "いいえ"

_MONTH = re.compile(r"(\d+)年(\d+)月")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00)?")
_DAYS = {"date": 1, "week": 7}
"""Variables whose categories are named by their first day, with how many days each has."""

Region = tuple[tuple[str, frozenset[str]], ...]
"""Sorted (variable, atoms) pairs; a variable that is absent is not restricted."""


class TableError(ValueError):
    """A table that does not say what it counts; the message is Japanese and names the table."""


@dataclass(frozen=True)
class Cell:
    """One printed count.

    Attributes:
        labels: one label per dimension column of the table, in the order of `CountTable.dimensions`.
        column: the count column it stands in.
        value: the true count; None when the source itself suppressed it (it is hidden whatever the plan
            says).
    """

    labels: tuple[str, ...]
    column: str
    value: int | None


@dataclass(frozen=True)
class CountTable:
    """Counts of one published table and what each of them counts.

    Attributes:
        id: name of the table, unique over all notebooks (`publish` joins notebook and table id).
        population: what is counted: "cases", "commissioners", "consultations", …; tables of different
            populations say nothing about each other.
        dimensions: dimension column → variable. The variable's name is what links tables: the same variable
            must bear the same name everywhere.
        counts: the count columns.
        cells: every count of the table.
        where: subgroup filter, variable → atoms or recoded labels. `ANSWERED` alone: those who answered the variable,
            which are the atoms that `recode` names for it, else whoever did; how many did not is no secret.
        recode: variable → {published label: its atoms}; a label that is not listed is an atom itself. Labels
            of a dimension over the variable `PERIOD` are recoded to atoms "2023-04-01/2023-04-30".
        multiple: variables with multiple answers; each of their options is a yes/no variable of its own.
        period: first and last day counted, or None when the population is not dated. Overlapping periods of
            several tables are cut into common pieces.
        told: labels of groups of which a table of another population tells how many they are.
    """

    id: str
    population: str
    dimensions: Mapping[str, str]
    counts: tuple[str, ...]
    cells: tuple[Cell, ...]
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recode: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    multiple: tuple[str, ...] = ()
    period: tuple[date, date] | None = None
    told: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len({(cell.labels, cell.column) for cell in self.cells}) != len(self.cells):
            raise TableError(f"表「{self.id}」に、同じ見出しのセルが2つ以上ある")
        for cell in self.cells:
            if len(cell.labels) != len(self.dimensions):
                raise TableError(f"表「{self.id}」: セル {cell.labels} の見出しの数が軸と合わない")
            if cell.column not in self.counts:
                raise TableError(f"表「{self.id}」: 件数の列「{cell.column}」は counts にない")
            if cell.value is not None and cell.value < 0:
                raise TableError(f"表「{self.id}」: セル {cell.labels} の件数が負")
        if self.period and self.period[0] > self.period[1]:
            raise TableError(f"表「{self.id}」: 期間の初日が末日より後")

    def label(self, index: int) -> str:
        """The heading of a cell as a person would say it: 「性別=女性・年代=10代 (n)」."""
        cell = self.cells[index]
        parts = [f"{column}={text}" for column, text in zip(self.dimensions, cell.labels, strict=True)]
        return "・".join(parts or ["全体"]) + f" ({cell.column})"

    def totals_in(self, index: int) -> int:
        """How many dimensions of a cell are summed over (0 for an inner cell)."""
        return sum(text in TOTAL_LABELS for text in self.cells[index].labels)

    def region(self, index: int) -> Region:
        """The people counted in the cell at a position of `cells`."""
        cell = self.cells[index]
        found = self._frame()
        for variable, text in zip(self.dimensions.values(), cell.labels, strict=True):
            if text not in TOTAL_LABELS:
                # The months of a year stand for themselves, not for days of the whole year.
                if variable == PERIOD:
                    found.pop(PERIOD, None)
                _restrict(found, *self._atoms(variable, (text,)))
        return tuple(sorted(found.items()))

    @property
    def total(self) -> int:
        """How many the table counts in all: its largest cell, or the sum of those that are no totals."""
        inner = sum(cell.value or 0 for at, cell in enumerate(self.cells) if not self.totals_in(at))
        return max([inner, *(cell.value or 0 for cell in self.cells)])

    @property
    def frame(self) -> frozenset[str]:
        """Variables by which the whole table is restricted; what lies outside can be had by subtraction."""
        subgroups = {variable for variable, labels in self.where.items() if labels != (ANSWERED,)}
        return frozenset(variable for variable in self._frame() if variable in subgroups | {PERIOD})

    def _frame(self) -> dict[str, frozenset[str]]:
        """Restrictions that hold for every cell: subgroup and period."""
        found: dict[str, frozenset[str]] = {}
        for variable, labels in self.where.items():
            for one in [(label,) for label in labels] if variable in self.multiple else [labels]:
                _restrict(found, *self._atoms(variable, one))
        if self.period and PERIOD not in found:
            found[PERIOD] = frozenset({span(*self.period)})
        return found

    def _atoms(self, variable: str, labels: Sequence[str]) -> tuple[str, frozenset[str]]:
        book = self.recode.get(variable, {})
        if variable in self.multiple or (tuple(labels) == (ANSWERED,) and ANSWERED not in book):
            return f"{variable}={labels[0]}", frozenset({YES})
        return variable, frozenset(atom for label in labels for atom in book.get(label, (label,)))


@dataclass(frozen=True)
class PublicFigure:
    """A figure anybody can already look up; an outsider starts from it.

    Attributes:
        population, where, multiple, period: as in `CountTable`, in atoms.
        low, high: the count lies between them, inclusive; equal when the exact figure was published.
        source: where it stands, for the report of the audit.
        own: the release itself prints it, so that nobody knows it from before.
    """

    population: str
    where: Mapping[str, tuple[str, ...]]
    low: int
    high: int
    source: str
    multiple: tuple[str, ...] = ()
    period: tuple[date, date] | None = None
    own: bool = False

    @property
    def region(self) -> Region:
        """The people the figure counts."""
        table = CountTable(
            id=self.source,
            population=self.population,
            dimensions={},
            counts=("n",),
            cells=(Cell((), "n", self.low),),
            where=self.where,
            multiple=self.multiple,
            period=self.period,
        )
        return table.region(0)


@dataclass(frozen=True)
class PastRelease:
    """A table as an earlier release (last year's, or an earlier version of this year's) left it.

    Attributes:
        table: the table with its true counts.
        hidden: one flag per cell of the table: was it masked then?
        release: which release that was ("fy2023/…", the file of the memory).
        zeros: whether its zeros were hidden with the small counts, by the rules then or by its plan, so that an x of it
            may be one.
        threshold: of its rules; 0 where an earlier version of the program did not write it.
    """

    table: CountTable
    hidden: tuple[bool, ...]
    release: str = ""
    zeros: bool = False
    threshold: int = 0

    def __post_init__(self) -> None:
        if len(self.hidden) != len(self.table.cells):
            raise TableError(f"既公表の表「{self.table.id}」: 秘匿の印の数がセルの数と合わない")

    def least(self, index: int) -> int:
        """What every reader knows of an x, whatever the rules are now: where zeros were printed it is none of them."""
        return int(self.hidden[index] and bool(self.table.cells[index].value) and not self.zeros)

    def sums(self, policy: "Policy") -> "Iterator[PublicFigure]":
        """What its overviews printed by its own threshold, or by that in force where its own is not known."""
        return sums_of(self.table, self.threshold or policy.threshold)


@dataclass(frozen=True)
class Exemption:
    """Permission to print a kind of table in full: events over time with no personal attribute.

    Attributes:
        population: what is counted.
        dimensions: the variables such a table may use, no others.
        min_total: the table's total must be at least this.
        reason: printed on the page.
    """

    population: str
    dimensions: tuple[str, ...]
    min_total: int
    reason: str

    def covers(self, table: CountTable) -> bool:
        """Whether a table may be printed in full under this permission."""
        used = {*table.dimensions.values(), *table.where}
        return (
            table.population == self.population
            and used <= set(self.dimensions)
            and table.total >= self.min_total
        )


@dataclass(frozen=True)
class Policy:
    """The site's rules.

    Attributes:
        threshold: counts from 1 to threshold - 1 are not printed.
        zero_rule: "show" prints zeros; "hide" treats a zero like a small count (it says that nobody has the
            trait).
        required_width: an outsider must not be able to narrow a small count to fewer than required_width + 1
            values.
        exemptions: kinds of table that are printed in full, and so is what is left of one when the same table of some
            of its days is taken away.
        own_case: the outsider may be one of the people counted, and knows it.
    """

    threshold: int = 5
    zero_rule: Literal["show", "hide"] = "show"
    required_width: int = 3
    exemptions: tuple[Exemption, ...] = ()
    own_case: bool = False

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.required_width < 1:
            raise TableError("秘匿の閾値と必要な幅は 1 以上")

    @property
    def least_hidden(self) -> int:
        """What a reader knows a small hidden count to be at least: zeros are printed, or it counts himself."""
        return int(self.zero_rule == "show" or self.own_case)

    def least_crossed(self, cell: Cell) -> int:
        """What every reader knows of a cell with an x: where zeros are printed it is none of them."""
        return int(self.zero_rule == "show" and bool(cell.value))

    def in_full(self, table: CountTable) -> int:
        """How many a table counts that is printed in full; 0 for any other."""
        return table.total if any(rule.covers(table) for rule in self.exemptions) else 0

    def rest_in_full(self, whole: int, part: int) -> bool:
        """Whether a table printed in full less such a table of some of its days is one that could be, of the others.

        Args:
            whole: what `in_full` says of the table of all days.
            part: the same of the table of some of them.
        """
        return 0 < part < whole and whole - part >= max(rule.min_total for rule in self.exemptions)

    def is_primary(self, cell: Cell) -> bool:
        """Whether a count must not be printed on its own account."""
        if cell.value is None:
            return True
        return self.zero_rule == "hide" if cell.value == 0 else cell.value < self.threshold


def as_printed(
    tables: Sequence[CountTable],
    hidden: Mapping[str, Sequence[bool]],
    policy: Policy,
    zeros: Collection[str] = (),
) -> list[PastRelease]:
    """Tables as a release leaves them.

    Args:
        tables: with their true counts.
        hidden: table id → one flag per cell.
        policy: the rules under which it leaves.
        zeros: populations whose zeros its plan hides whatever the rules say.
    """
    return [
        PastRelease(
            t,
            tuple(hidden[t.id]),
            zeros=policy.zero_rule == "hide" or t.population in zeros,
            threshold=policy.threshold,
        )
        for t in tables
    ]


def spoken(region: Region, less: Region = ()) -> str:
    """A region as a person would say it; `less` is a group within it that is left out."""
    told = "・".join(f"{variable}={'/'.join(sorted(atoms))}" for variable, atoms in region) or "全体"
    return f"{told}({spoken(less)}を除く)" if less else told


def within(part: Region, whole: Region) -> bool:
    """Whether a region lies within another one, and is not the same, by what both say of each variable."""
    inner = dict(part)
    return part != whole and all(v in inner and inner[v] <= atoms for v, atoms in whole)


def order_of(region: Region) -> tuple[int, list[tuple[str, list[str]]]]:
    """For sorting: those of fewer variables first."""
    return len(region), [(variable, sorted(atoms)) for variable, atoms in region]


def span(start: date, end: date) -> str:
    """The atom that stands for a run of days, both ends included."""
    return f"{start.isoformat()}/{end.isoformat()}"


def cut_periods(spans: Sequence[str]) -> dict[str, frozenset[str]]:
    """Cut overlapping runs of days into common pieces.

    Returns:
        For each run the disjoint pieces that make it up, so that calendar 2023 and fiscal 2023 share
        April–December 2023 and nothing else.
    """
    days = {text: tuple(date.fromisoformat(part) for part in text.split("/")) for text in spans}
    edges = sorted(
        {start for start, _ in days.values()} | {end + timedelta(days=1) for _, end in days.values()}
    )
    pieces = [(a, b - timedelta(days=1)) for a, b in pairwise(edges)]
    return {
        text: frozenset(span(a, b) for a, b in pieces if start <= a and b <= end)
        for text, (start, end) in days.items()
    }


def sums_of(table: CountTable, threshold: int) -> Iterator[PublicFigure]:
    """How many a table counts in all, and in each calendar and fiscal year of its months; not below the threshold.

    Overviews without a population print such numbers, whatever the table itself hides; but none prints how many of the
    people whom a skip rule sends to a question answered it. Of groups that are told elsewhere it is known, too.
    """
    apart = [i for i, c in enumerate(table.cells) if table.totals_in(i) and set(c.labels) & set(table.told)]
    for i in apart:
        if (size := table.cells[i].value or 0) >= threshold:
            who = {variable: tuple(sorted(atoms)) for variable, atoms in table.region(i)}
            yield PublicFigure(table.population, who, size, size, f"{table.id} の対象", own=True)
    if any(0 < (table.cells[i].value or 0) < threshold for i in apart):
        return  # nor does any print how many the table counts in all: it would tell this group by subtraction
    if table.frame and table.period is None and (ANSWERED,) in table.where.values():
        return
    inner = [
        (dict(table.region(i)), cell.value)
        for i, cell in enumerate(table.cells)
        if not table.totals_in(i) and cell.value is not None
    ]
    for part in ("", "calendar", "fiscal") if len(inner) > 1 else ():
        groups: dict[frozenset[int], list[tuple[dict[str, frozenset[str]], int]]] = {}
        for region, value in inner:
            groups.setdefault(_years(region, part), []).append((region, value))
        sizes = {years: sum(value for _, value in cells) for years, cells in groups.items()}
        if any(0 < size < threshold for size in sizes.values()):
            continue  # no overview prints the rest either: it would tell this part by subtraction
        for years, cells in groups.items() if len(groups) > 1 or not part else ():
            size = sizes[years]
            if size >= threshold and (where := _together([region for region, _ in cells])):
                yield PublicFigure(table.population, where, size, size, f"{table.id} の合計", own=True)


def months_of(piece: str) -> set[str]:
    """Labels of the months that a run of days touches: 「2024年4月」."""
    # Counted from the year 0, so that a run of days is a run of months.
    first, last = (12 * int(day[:4]) + int(day[5:7]) - 1 for day in piece.split("/"))
    return {f"{month // 12}年{month % 12 + 1}月" for month in range(first, last + 1)}


def within_months(region: Region) -> Region:
    """The same people, without the days of other months, weeks or dates than those that the region names."""
    named = [
        (v, atoms)
        for v, atoms in region
        if v != PERIOD and all(map((_DAY if v in _DAYS else _MONTH).fullmatch, atoms))
    ]
    return tuple(
        (v, frozenset(piece for piece in atoms if all(_touched(piece, *one) for one in named)))
        if v == PERIOD
        else (v, atoms)
        for v, atoms in region
    )


def _touched(piece: str, variable: str, atoms: Collection[str]) -> bool:
    """Whether a run of days has some of the days of a month, a week or a date."""
    if variable not in _DAYS:
        return not months_of(piece).isdisjoint(atoms)
    first, last = (date.fromisoformat(day) for day in piece.split("/"))
    start = first - timedelta(days=_DAYS[variable] - 1)
    return any(start <= date.fromisoformat(atom[:10]) <= last for atom in atoms)


def outside_months(tables: Sequence[CountTable]) -> Iterator[PublicFigure]:
    """That a month has nobody on days outside it: calendar and fiscal years of the same months are one calendar."""
    runs: dict[str, set[str]] = {}
    named: dict[tuple[str, str], set[str]] = {}
    for table in tables:
        for variable, atoms in (pair for i in range(len(table.cells)) for pair in table.region(i)):
            if variable == PERIOD:
                runs.setdefault(table.population, set()).update(atoms)
            elif all(map(_MONTH.fullmatch, atoms)):
                named.setdefault((table.population, variable), set()).update(atoms)
    for (population, variable), months in named.items():
        pieces = frozenset().union(*cut_periods(sorted(runs.get(population, ()))).values())
        for piece in sorted(pieces):
            first, last = (date.fromisoformat(day) for day in piece.split("/"))
            inside = months_of(piece)
            if outside := tuple(sorted(months - inside)):
                yield PublicFigure(population, {variable: outside}, 0, 0, "暦", period=(first, last))


def dump_tables(tables: Sequence[CountTable | PastRelease]) -> str:
    """Tables, alone or with their masks, as JSON (with their true counts: keep it inside the city)."""
    return json.dumps([asdict(table) for table in tables], ensure_ascii=False, default=str)


_LATER = {"told"}
"""Fields of a table that earlier versions of the program did not write."""


def load_past(text: str, release: str = "", *, zeros: bool = False) -> list[PastRelease]:
    """Read what `dump_tables` wrote of tables with their masks; `release` says which release it tells of.

    Earlier versions of the program did not write whether zeros were hidden: then `zeros`, as by the rules in force.

    Raises:
        ValueError: the text is of another form; a field that is lacking is not taken for one at its default.
    """
    told = TypeAdapter(list[PastRelease]).validate_json(text, strict=True)
    always = {one.name for one in fields(CountTable)} - _LATER
    plain = json.loads(text)
    if any(always - one["table"].keys() for one in plain):
        raise TableError("既公表の表の記録に、足りない項目がある")
    return [
        replace(one, release=release, zeros=raw.get("zeros", zeros))
        for one, raw in zip(told, plain, strict=True)
    ]


def _years(region: dict[str, frozenset[str]], part: str) -> frozenset[int]:
    """The years that the months of a cell lie in, of one kind."""
    months = [_MONTH.fullmatch(atom) for atoms in region.values() for atom in atoms] if part else []
    return frozenset(int(m[1]) - (part == "fiscal" and int(m[2]) < 4) for m in months if m)


def _together(regions: Sequence[dict[str, frozenset[str]]]) -> dict[str, tuple[str, ...]] | None:
    """The people of cells that share nobody, as one region; None where they do share, or leave combinations out."""
    if any(region.keys() != regions[0].keys() for region in regions):
        return None  # options of a question with several answers
    lines = {variable: {region[variable] for region in regions} for variable in regions[0]}
    where = {variable: tuple(sorted(frozenset().union(*sets))) for variable, sets in lines.items()}
    apart = all(len(where[variable]) == sum(map(len, sets)) for variable, sets in lines.items())
    return where if apart and len(regions) == math.prod(map(len, lines.values())) else None


def _restrict(found: dict[str, frozenset[str]], variable: str, atoms: frozenset[str]) -> None:
    found[variable] = found[variable] & atoms if variable in found else atoms
