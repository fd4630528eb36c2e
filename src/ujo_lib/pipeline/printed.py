"""What finished files print of the tables that count people, held against what the masks allow.

Pages, CSV files and workbook are read as a recipient reads them, and each is compared with the true tables masked once
more: a number that stands where the masks have none was put there by something that did not come through the door.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from ujo_lib.pipeline.pages import WORKBOOK
from ujo_lib.pipeline.steps import Finished
from ujo_lib.report.door.masks import Masks
from ujo_lib.report.door.publish import NOBODY, Published, mask
from ujo_lib.report.look.notation import HIDDEN, NONE_COUNTED, REFERENCE
from ujo_lib.report.look.tables import NO_ROWS, row_texts
from ujo_lib.report.sheets.exports import Table
from ujo_lib.report.sheets.xlsx import sheet_name

_TABLE = re.compile(r'aria-label="表: ([^"]*)"[^>]*>(<table>.*?</table>)', re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(th|td)\b[^>]*>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_MIDNIGHT = "T00:00:00"


def allowed(folder: Path, internal: Mapping[str, Finished], masks: Masks) -> list[Published]:
    """The tables of a release that count people, rest on such counts or do not say whom, as it may print them."""
    tables = [
        mask(record, record.frame, masks.cells_of(record), masks.whole, step.job.step.settings.threshold)
        for step in internal.values()
        for record in step.records()
        if record.spec.subject.population or record.spec.subject.computed_from != NOBODY
    ]
    return [table for table in tables if table.spec.subject.population or _file(folder, table).is_file()]


def beyond_in_csv(folder: Path, tables: Sequence[Published]) -> Iterator[str]:
    """CSV files that are not, to the last byte, what the masks make of their table."""
    for table in tables:
        file = _file(folder, table)
        if file.read_bytes() != _spelt(table).csv():
            yield f"tables/{file.name}: 表「{table.spec.title}」"


def beyond_in_pages(folder: Path, tables: Sequence[Published]) -> Iterator[str]:
    """Rows of printed tables with a cell that no row of these labels may show."""
    for page in sorted(folder.glob("*.html")):
        known: dict[str, list[frozenset[str]]] = {}
        for table in tables:
            if table.notebook == page.stem:
                rows = (frozenset(text.removesuffix(_MIDNIGHT) for text in row) for row in row_texts(table))
                known.setdefault(table.spec.title, []).extend(rows)
        for title, grid in _TABLE.findall(page.read_text(encoding="utf-8")):
            if may := known.get(html.unescape(title)):
                yield from (f"{page.name}: 表「{html.unescape(title)}」の{row}" for row in _beyond(grid, may))


def _beyond(grid: str, rows: Sequence[frozenset[str]]) -> Iterator[str]:
    """Rows of a printed table that say more than the rows with their labels may."""
    for row in _ROW.findall(grid.partition("<tbody>")[2]):
        cells = [
            (kind, html.unescape(_TAG.sub("", cell)).removesuffix(REFERENCE))
            for kind, cell in _CELL.findall(row)
        ]
        heads = [text for kind, text in cells if kind == "th"]
        # A cross table joins the labels of several dimensions with a stroke.
        fitting = [
            texts for texts in rows if all(head in texts or set(head.split(" / ")) <= texts for head in heads)
        ]
        said = {text for kind, text in cells if kind == "td"} - {NONE_COUNTED, NO_ROWS, ""}
        if said - frozenset().union(*fitting):
            yield f"「{'・'.join(heads)}」の行"


def beyond_in_workbook(folder: Path, tables: Sequence[Published]) -> Iterator[str]:
    """Sheets with other columns than the masks leave, or with another number than they show."""
    with closing(load_workbook(folder / WORKBOOK, read_only=True)) as book:
        yield from _beyond_in(book, tables)


def _beyond_in(book: Workbook, tables: Sequence[Published]) -> Iterator[str]:
    for table in tables:
        spelt = _spelt(table)
        headings = [column.heading for column in spelt.columns]
        lines = [list(line) for line in book[sheet_name(spelt.name)].values]
        heads = [line[: len(headings)] for line in lines]
        if not headings:  # every column is kept back: nowhere on the sheet a number
            body = [line for line in lines if any(value is not None for value in _figures(line))]
        else:
            body = heads[heads.index(headings) + 1 :] if headings in heads else []
        should = zip(*(column.values for column in spelt.columns), strict=True)
        if [*map(_figures, body)] != [*map(_figures, should)]:
            yield f"{WORKBOOK}: 表「{table.spec.title}」"


def _file(folder: Path, table: Published) -> Path:
    return folder / "tables" / _spelt(table).file_name


def _spelt(table: Published) -> Table:
    return Table.of(table.record(table.notebook))


def _figures(line: Sequence[Any]) -> list[Any]:
    """Numbers of a line and where it says 「x」; None for anything else."""
    return [value if isinstance(value, int | float) or value == HIDDEN else None for value in line]
