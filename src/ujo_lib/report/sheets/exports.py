"""Published tables for spreadsheets: one heading row, one value per cell, numbers as numbers.

What a cell holds is decided here once, for the CSV files and for the workbook. The rules are those of the ministry's
machine-readability list: no merged cells, no decoration inside cells. What a CSV table is about stands in a list of
tables beside it; on a sheet of the workbook it stands above the table.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Self

from ujo_lib import columns
from ujo_lib.files import csv_bytes
from ujo_lib.report.door.publish import TableRecord, TableSpec
from ujo_lib.report.look.notation import (
    DECIMALS,
    HIDDEN,
    MISSING,
    NUMERIC_FORMATS,
    PERCENTAGES,
    UNBOUNDED,
    in_cell,
)
from ujo_lib.stats import in_percent, round_half_up
from ujo_lib.text import may_be_formula, told_apart
from ujo_lib.typed import Schema

BY_ROW: Final = "行ごとに異なる"

SIGNS: Final = (HIDDEN, MISSING, UNBOUNDED, f"-{UNBOUNDED}")
"""What may stand among the numbers of a column."""

_SMALLEST_P: Final = 0.001
_MIDNIGHT: Final = "T00:00:00"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_WITH_UNIT: Final = re.compile(r"(\d+)(日|人|件|回|%|円)")
_SPACES: Final = re.compile(r"\s+")

LIST: Final = "00_表の一覧.csv"
"""Name of the list of tables."""

POOLED: Final = "まとめ方"
LIST_HEADINGS: Final = ("ファイル", "表題", "対象期間", "対象地域", "集計対象", "単位", POOLED, "注", "出典")


@dataclass(frozen=True)
class Column:
    """One column as it leaves for a spreadsheet.

    Attributes:
        name: its name in the published table.
        heading: its Japanese heading, unlike that of any other column.
        kind: what it is.
        number_format: share, n, p, …; "text" for words.
        values: number, text, day, `HIDDEN`, `MISSING` or `UNBOUNDED` for each row.
        row_formats: number format of each value, where rows differ in kind; else that of the column.
        unit: unit that stood behind every number of a column of words, 「90日」 say.
        unit_by_row: where each row has a unit of its own: that this is so, and which column names it.
    """

    name: str
    heading: str
    kind: columns.Column
    number_format: str
    values: tuple[int | float | str | date, ...]
    row_formats: tuple[str, ...]
    unit: str = ""
    unit_by_row: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether any of its cells is a number."""
        return any(isinstance(value, int | float) for value in self.values)


@dataclass(frozen=True)
class Table:
    """A published table as it leaves for spreadsheets; made once, written into every file.

    Attributes:
        record: the table as it was shown to the audience.
        columns: its columns in order.
    """

    record: TableRecord
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, record: TableRecord) -> Self:
        """Spell the cells of a table.

        Numbers are rounded as on the page: more decimals of a percentage would give away the counts behind it.
        """
        schema = record.spec.schema
        by = [column.by for column in schema.columns.values() if isinstance(column, columns.Various)]
        # The column that names the format of each row is no data itself.
        kinds = [str(kind) for kind in record.frame[by[0]]] if by else []
        cells = dict(zip(record.columns, zip(*record.rows, strict=True), strict=False))
        out = {*by, *schema.of_kind(columns.Withheld)}
        names = [name for name in record.columns if name not in out]
        headings = told_apart([schema[name].title for name in names])
        hidden = {name: record.hidden.get(name, (False,) * len(record.rows)) for name in names}
        return cls(
            record,
            tuple(
                replace(
                    _column(name, title, schema, cells.get(name, ()), hidden[name], kinds),
                    unit_by_row=_unit_by_row(schema, name),
                )
                for name, title in zip(names, headings, strict=True)
            ),
        )

    @property
    def name(self) -> str:
        """Its name over all notebooks of a year: `01_cases_by_sex`."""
        return f"{self.record.notebook[:2]}_{self.record.spec.id}"

    @property
    def file_name(self) -> str:
        """Name of its CSV file."""
        return f"{self.name}.csv"

    def csv(self) -> bytes:
        """Japanese headings, plain numbers, 「x」 for what is kept back, 「…」 for what is not known."""
        cells = [[_in_csv(value) for value in column.values] for column in self.columns]
        return csv_bytes([[column.heading for column in self.columns], *zip(*cells, strict=True)])


def list_of_tables(tables: Iterable[Table]) -> bytes:
    """Write what each table is about, one line per table."""
    lines = [[table.file_name, *_described(table.record.spec)] for table in tables]
    return csv_bytes([LIST_HEADINGS, *([defused(value) for value in line] for line in lines)])


def _described(spec: TableSpec) -> tuple[str, ...]:
    about = spec.subject
    said = (spec.title, about.period, about.area, about.base, spec.schema.unit)
    return *said, pooled(spec.schema), spec.note, about.source


def pooled(schema: Schema) -> str:
    """What the wider categories of a table stand for: 「家から出ない=自室からは出るが家からは出ない・…」, in any order.

    The months of a year are no category that a report has chosen.
    """
    groups = (
        (label, members)
        for kind in schema.columns.values()
        if isinstance(kind, columns.Dimension) and kind.variable != "month"
        for label, members in kind.groups.items()
    )
    return "、".join(sorted(f"{label}={'・'.join(sorted(members))}" for label, members in groups))


def defused(text: str) -> str:
    """Keep a spreadsheet that opens a CSV file from running a cell as a formula."""
    return f"'{text}" if may_be_formula(text) else text


def one_line(text: str) -> str:
    """Text without line breaks and other spacing that only sets the type."""
    return _SPACES.sub(" ", text).strip()


def _column(
    name: str,
    title: str,
    schema: Schema,
    cells: Sequence[Any],
    hidden: Sequence[bool],
    kinds: Sequence[str],
) -> Column:
    """Spell the cells of a column; `kinds` are the number formats by row where rows differ."""
    kind = schema[name]
    number_format = kind.format
    various = isinstance(schema.measured_as(name), columns.Various)
    by_row = tuple(kinds if various else (number_format,) * len(cells))
    values = tuple(
        HIDDEN if hide else _value(value, kind)
        for value, hide, kind in zip(cells, hidden, by_row, strict=True)
    )
    if name == "unit" and kinds:
        # A share says its unit by its format; on a page the sign stands at the number.
        values = tuple(
            value or ("%" if kind in PERCENTAGES else "") for value, kind in zip(values, kinds, strict=True)
        )
    if number_format == "text" and (measured := _measured(values)):
        return Column(name, title, kind, "n", measured[0], ("n",) * len(values), measured[1])
    return Column(name, title, kind, number_format, values, by_row)


def _unit_by_row(schema: Schema, name: str) -> str:
    if not (by := schema.measured_as(name).unit_by):
        return ""
    return BY_ROW + (f"(「{schema[by].name}」の列)" if by in schema.columns else "")


def _measured(values: Sequence[Any]) -> tuple[tuple[int, ...], str] | None:
    """Words that are all whole numbers with one unit, 「90日」, as numbers and the unit."""
    found = [_WITH_UNIT.fullmatch(value) if isinstance(value, str) else None for value in values]
    numbers = [(int(match[1]), match[2]) for match in found if match]
    units = {unit for _, unit in numbers}
    if len(numbers) < len(values) or len(units) != 1:
        return None
    return tuple(number for number, _ in numbers), units.pop()


def _value(value: Any, number_format: str) -> int | float | str | date:
    if value is None or value != value:  # NaN is the only value that differs from itself
        return MISSING
    if isinstance(value, bool):
        return in_cell(value, number_format)
    if isinstance(value, str):
        text = one_line(value.removesuffix(_MIDNIGHT))
        try:
            return date.fromisoformat(text) if _DAY.fullmatch(text) else text
        except ValueError:  # 「2023-13-01」 of a publication is what it printed, not a day
            return text
    return _number(value, number_format)


def _number(value: float, number_format: str) -> int | float | str:
    if math.isinf(value):
        return UNBOUNDED if value > 0 else f"-{UNBOUNDED}"
    if number_format == "p" and 0 < value < _SMALLEST_P:
        return float(f"{value:.2g}")  # as a number; 0.000 would be one that no test gives
    scaled = in_percent(value) if number_format in PERCENTAGES else value
    if number_format not in DECIMALS and float(scaled).is_integer():
        return int(scaled)
    return (
        round_half_up(scaled, DECIMALS.get(number_format, 1)) if number_format in NUMERIC_FORMATS else value
    )


def _in_csv(value: int | float | str | date) -> int | float | str:
    if isinstance(value, date):
        return value.isoformat()
    return defused(value) if isinstance(value, str) else value
