"""Published tables as CSV that opens in Excel: one header row, one value per cell, numbers as numbers.

The rules are those of the ministry's machine-readability list: no merged cells, no title rows above the header, no
decoration inside cells. What a table is about stands in a list of tables beside them.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from ujo_lib.report.notation import HIDDEN, MISSING, format_of, heading
from ujo_lib.report.publish import TableRecord
from ujo_lib.stats import round_half_up

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_ROUNDED = {
    "share": (100, 1),
    "percent": (100, 1),
    "rate": (1, 1),
    "ratio": (1, 2),
    "p": (1, 3),
    "yen": (1, 1),
}
"""Factor and decimals by number format: shares are written as percentages."""

_LIST_HEADINGS = ("ファイル", "表題", "対象期間", "対象地域", "集計対象", "単位", "注", "出典")


def file_name(record: TableRecord) -> str:
    """Name of the CSV file of a table."""
    return f"{record.notebook[:2]}_{record.spec.id}.csv"


def table_csv(record: TableRecord) -> bytes:
    """Write one table: Japanese headings, plain numbers, 「x」 for what is kept back, 「…」 for what is not known.

    Numbers are rounded as on the page: more decimals of a percentage would give away the counts behind it.
    """
    shown = record.published()
    header = _unique([heading(record.spec, column) for column in record.columns])
    columns = [
        [
            HIDDEN if hidden else _cell(value, format_of(shown, column))
            for value, hidden in zip(values, shown.hidden[column], strict=True)
        ]
        for column, values in zip(record.columns, zip(*record.rows, strict=True), strict=False)
    ]
    return _bytes([header, *zip(*columns, strict=True)])


def list_of_tables(records: Iterable[TableRecord]) -> bytes:
    """Write what each table is about, one line per table."""
    lines = [
        [
            file_name(record),
            record.spec.title,
            record.spec.period,
            record.spec.area,
            record.spec.base,
            record.spec.unit,
            record.spec.note,
            record.spec.source,
        ]
        for record in records
    ]
    return _bytes([_LIST_HEADINGS, *([_cell(value) for value in line] for line in lines)])


def defused(text: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and text != "-" else text


def _cell(value: Any, number_format: str = "text") -> Any:
    if value is None:
        return MISSING
    if isinstance(value, str):
        return defused(value)
    scale, digits = _ROUNDED.get(number_format, (1, None))
    return value if digits is None or isinstance(value, bool) else round_half_up(value * scale, digits)


def _unique(names: Sequence[str]) -> list[str]:
    """Tell columns with the same heading apart, as a machine must be able to."""
    return [
        name if names.count(name) == 1 else f"{name}_{names[: at + 1].count(name)}"
        for at, name in enumerate(names)
    ]


def _bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
