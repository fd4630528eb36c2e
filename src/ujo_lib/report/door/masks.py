"""Between the door and the disclosure room: what a recorded table counts, and what the plan hides of it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import ConfigDict, TypeAdapter

from ujo_lib.columns import TOTAL_LABELS, Base, Share
from ujo_lib.disclosure.plan import Plan
from ujo_lib.disclosure.tables import YES, Cell, CountTable, Policy
from ujo_lib.files import digest
from ujo_lib.questionnaire import NOT_ANSWERED
from ujo_lib.report.door.publish import PublishError, TableRecord
from ujo_lib.typed import ANSWERED

_MONTH = re.compile(r"(1[0-2]|[1-9])月")


@dataclass(frozen=True)
class Masks:
    """A disclosure plan spelt out for the tables it was made for.

    Attributes:
        plan: which cells stay hidden.
        digests: table key → digest of the record that the plan saw.
        flags: table key → count column → one flag per row, true where the count is hidden.
        whole: populations, and tables by key, of which no count is hidden; of tables of those who answered a question,
            nor any other count by that question, and of which no weighted number tells one that is not printed.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    plan: Plan
    digests: Mapping[str, str]
    flags: Mapping[str, Mapping[str, Sequence[bool]]]
    whole: Sequence[str] = ()

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the plan of a release.

        Raises:
            FileNotFoundError: there is no plan, so there can be no release page.
            ValueError: it is of another form, as other versions of the program write it.
        """
        if not file.is_file():
            raise FileNotFoundError(
                f"秘匿計画 {file.name} がありません。公表用ページは `ujo run` で作ってください。"
            )
        return TypeAdapter(cls).validate_json(file.read_bytes(), strict=True)

    def to_json(self) -> str:
        """All of it as text; the same plan gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def digest_of(self, keys: Iterable[str]) -> str:
        """SHA-256 of what the plan means for some tables: a page is made anew only when its own masks change."""
        reasons = dict(self.plan.exemptions)
        content = [self.whole, *([key, self.flags[key], reasons.get(key)] for key in sorted(keys))]
        return digest(json.dumps(content, sort_keys=True))

    def cells_of(self, record: TableRecord) -> Mapping[str, Sequence[bool]]:
        """Which counts of a table are hidden: count column → one flag per row.

        Raises:
            PublishError: the table is not the one that the plan was made for, or the plan does not know it.
        """
        if record.spec.subject.population is None:
            return {}
        if self.digests.get(record.key) != record.digest:
            raise PublishError(
                f"表「{record.key}」は、秘匿の計画を作ったときの表と違います。`ujo run` をもう一度実行してください。"
            )
        return self.flags[record.key]


@dataclass(frozen=True)
class Counted:
    """A recorded table in the disclosure room's words.

    Attributes:
        record: the table as recorded.
        table: what its cells count.
        places: (row, count column) of the record → position among the cells of `table`.
    """

    record: TableRecord
    table: CountTable
    places: Mapping[tuple[int, str], int]


def counted(records: Sequence[TableRecord]) -> list[Counted]:
    """Say what the recorded tables with a population count; the others are left out.

    A base printed beside the cells of a table counts those who gave an answer to the dimension it is summed over. Who
    they are follows from all tables of the population together: every category that any of them names, but 無回答.
    """
    members = [record for record in records if record.spec.subject.population is not None]
    alike: dict[str, list[TableRecord]] = {}
    for record in members:
        alike.setdefault(str(record.spec.subject.population), []).append(record)
    known = {population: (_answered(own), _narrowed(own)) for population, own in alike.items()}
    return [_counted(record, *known[str(record.spec.subject.population)]) for record in members]


def masks_for(plan: Plan, tables: Sequence[Counted], required_width: int = Policy.required_width) -> Masks:
    """Spell a plan out for the records it was made for.

    Where weighted numbers leave a small count that no table prints `required_width` values or fewer, they go: shares as
    if a table hid a count by that question, means alone.
    """
    digests, flags, hiding, by = {}, {}, set(), set()
    for one in tables:
        hidden = plan.mask(one.table.id)
        of_table = {column: [False] * len(one.record.rows) for column in one.record.spec.counts}
        for (row, column), position in one.places.items():
            of_table[column][row] = hidden[position]
        digests[one.record.key], flags[one.record.key] = one.record.digest, of_table
        if any(hidden):
            hiding |= {one.table.population, one.record.key}
            variables = {*one.table.where, *one.table.dimensions.values()}
            by |= {(one.table.population, variable) for variable in variables}
        left = one.record.spec.left
        if left is not None and left <= required_width:
            hiding.add(one.record.key)
            if one.record.spec.schema.of_kind(
                Share
            ):  # of which other tables of the question print the same ones
                by |= {(one.table.population, variable) for variable in one.table.where}
    hiding |= {
        one.record.key
        for one in tables
        for variable, labels in one.table.where.items()
        if labels == (ANSWERED,) and (one.table.population, variable) in by
    }
    named = {name for one in tables for name in (one.table.population, one.record.key)}
    return Masks(plan, digests, flags, sorted(named - hiding))


def _answered(records: Sequence[TableRecord]) -> dict[str, tuple[str, ...]]:
    """Variable → its categories without 無回答, for variables of which some table of a population names 無回答."""
    named: dict[str, set[str]] = {}
    for record in records:
        for column, variable in record.spec.schema.dimensions.items():
            at = record.columns.index(column)
            labels = {str(row[at]) for row in record.rows} - set(TOTAL_LABELS)
            book = record.spec.schema.recode.get(variable, {})
            named.setdefault(variable, set()).update(
                atom for label in labels for atom in book.get(label, (label,))
            )
    return {
        variable: tuple(sorted(atoms - {NOT_ANSWERED}))
        for variable, atoms in named.items()
        if NOT_ANSWERED in atoms
    }


def _narrowed(records: Sequence[TableRecord]) -> set[str]:
    """Variables of which some table of a population counts those who answered."""
    wheres = (record.spec.schema.where.items() for record in records)
    return {variable for where in wheres for variable, labels in where if labels == (ANSWERED,)}


def _counted(record: TableRecord, answered: Mapping[str, tuple[str, ...]], narrowed: Set[str]) -> Counted:
    spec = record.spec
    within = {
        variable: {ANSWERED: atoms}
        for variable, atoms in answered.items()
        if variable in {*spec.schema.dimensions.values(), *spec.schema.where}
    }
    months = _months(record)
    recode = {
        name: {**spec.schema.recode.get(name, {}), **within.get(name, {}), **months.get(name, {})}
        for name in {*spec.schema.recode, *within, *months}
    }
    # Who gave one of these answers has answered, as have the people of the tables that say no more than that.
    said = {
        f"{variable}={ANSWERED}": (YES,)
        for variable, labels in spec.schema.where.items()
        if labels != (ANSWERED,) and variable in narrowed - set(answered)
    }
    cells: dict[tuple[tuple[str, ...], str], Cell] = {}
    labels = {(row, column): _labels(record, row, column, answered) for row, column in _positions(record)}
    for (row, column), text in labels.items():
        value = int(record.rows[row][record.columns.index(column)])
        cell = cells.setdefault((text, column), Cell(text, column, value))
        if cell.value != value:
            told = f"{cell.value} と {value} の二つの値"
            raise PublishError(f"表「{record.key}」の {text} の列「{column}」に、{told}があります。")
    position = {key: number for number, key in enumerate(cells)}
    table = CountTable(
        id=record.key,
        population=str(spec.subject.population),
        dimensions=dict(spec.schema.dimensions),
        counts=spec.counts,
        cells=tuple(cells.values()),
        where={**spec.schema.where, **said},
        recode=recode,
        multiple=spec.schema.multiple,
        period=_period(spec.subject.days),
        told=tuple(label for c in spec.schema.columns.values() if isinstance(c, Base) for label in c.told),
    )
    return Counted(record, table, {at: position[text, at[1]] for at, text in labels.items()})


def _period(days: Sequence[str]) -> tuple[date, date] | None:
    """First and last day counted; None for people without dates."""
    return (date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None


def _months(record: TableRecord) -> dict[str, dict[str, tuple[str, ...]]]:
    """Variable → label → months with their year, for labels that stand for 4月, say.

    The April of one year is not that of another, and a report of the year before may print both.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    if not record.spec.subject.days:
        return found
    first, last = (date.fromisoformat(day) for day in record.spec.subject.days)
    for column, variable in record.spec.schema.dimensions.items():
        book = record.spec.schema.recode.get(variable, {})
        for label in dict.fromkeys(str(row[record.columns.index(column)]) for row in record.rows):
            months = [_MONTH.fullmatch(atom) for atom in book.get(label, (label,))]
            if all(months):
                numbers = [int(match[1]) for match in months if match]
                atoms = [
                    f"{year}年{month}月"
                    for month in numbers
                    for year in range(first.year, last.year + 1)
                    if _within(year, month, first, last)
                ]
                found.setdefault(variable, {})[label] = tuple(atoms)
    return found


def _within(year: int, month: int, first: date, last: date) -> bool:
    """Whether some day of a month lies in a run of days."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1) <= last and first < following


def _labels(
    record: TableRecord, row: int, column: str, answered: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Labels of a cell, one per dimension; a base stands for everybody who answered, whatever its row says."""
    spec = record.spec
    summed = spec.schema.bases.get(column, ())
    labels = []
    for name, variable in spec.schema.dimensions.items():
        if name not in summed:
            labels.append(str(record.rows[row][record.columns.index(name)]))
        else:
            labels.append(ANSWERED if variable in answered and not spec.schema.multiple else TOTAL_LABELS[0])
    return tuple(labels)


def _positions(record: TableRecord) -> list[tuple[int, str]]:
    """Row and column of every count that has a value, in the order in which the plan numbers its cells."""
    columns = {name: index for index, name in enumerate(record.columns)}
    return [
        (row, column)
        for row, values in enumerate(record.rows)
        for column in record.spec.counts
        if values[columns[column]] is not None
    ]
