"""Sheets as an .xlsx file, written by XlsxWriter: the same sheets give the same bytes.

A sheet is one table: lines that describe it, one line of headings, rows. Nothing is merged, nothing is computed by the
reader's program, a text is a text whatever it begins with, and the file tells of no clock, author or machine.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ujo_lib.files import digest
from ujo_lib.text import cells, may_be_formula

NAME_LIMIT: Final = 31
"""Longest name of a sheet that spreadsheet programs accept."""

_FORBIDDEN_IN_NAME: Final = re.compile(r"[\[\]:*?/\\]|^'|'$")
_NARROWEST, _WIDEST, _MEASURED_ROWS = 11, 60, 300
_LONG_AGO: Final = datetime(1980, 1, 1)
_FONT: Final = {"font_name": "游ゴシック", "font_size": 11}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "defused": {"quote_prefix": True},
    "label": {"font_color": "#595959"},
    "title": {"bold": True},
    "heading": {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "bottom_color": "#7F7F7F"},
    "symbol": {"align": "right"},
    "link": {"underline": 1, "font_color": "#0B5394"},
    "date": {"num_format": "yyyy\\-mm\\-dd"},
}


@dataclass(frozen=True)
class Number:
    """A number and how many decimals the reader sees; None shows it as it is."""

    value: float
    decimals: int | None = 0


@dataclass(frozen=True)
class Symbol:
    """A sign that stands where a number would be."""

    text: str


@dataclass(frozen=True)
class Link:
    """A text that leads to a cell of another sheet."""

    text: str
    sheet: str
    cell: str = "A1"


Cell = str | Number | Symbol | Link | date | None


@dataclass(frozen=True)
class Sheet:
    """One table on a sheet of its own.

    Attributes:
        name: name of the sheet.
        about: lines above the table, a label and what is said; the first is the title.
        headings: one per column.
        rows: the cells; None leaves one empty.
    """

    name: str
    about: Sequence[tuple[str, Cell]]
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def heading_row(self) -> int:
        """Row of the headings, counted from 1; everything above stays in view."""
        return len(self.about) + 1

    def address(self, row: int, column: int) -> str:
        """Address of a cell of the table, both counted from 0: `B12`."""
        return f"{xl_col_to_name(column)}{self.heading_row + 1 + row}"


def sheet_name(text: str) -> str:
    """A name that spreadsheet programs accept; of one that is too long its beginning and six digits of its hash."""
    if len(text) > NAME_LIMIT:  # two long names may begin alike
        text = f"{text[: NAME_LIMIT - 7]}_{digest(text)[:6]}"
    return _FORBIDDEN_IN_NAME.sub("_", text)


def write(sheets: Sequence[Sheet], title: str) -> bytes:
    """Write sheets as one workbook.

    Args:
        sheets: in the order of their tabs; names must differ.
        title: title of the document in its properties.

    Raises:
        ValueError: two sheets have the same name (capitals do not count), or a name is not allowed.
    """
    names = [sheet.name for sheet in sheets]
    if wrong := [name for name in names if name != sheet_name(name) or not name]:
        raise ValueError(f"no names for a sheet: {', '.join(wrong)}")
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError("two sheets have the same name")
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": _LONG_AGO})
        ink = _Ink(book)
        for sheet in sheets:
            _write(sheet, book.add_worksheet(sheet.name), ink)
    return stream.getvalue()


class _Ink:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any):
        self._book = book
        self._made: dict[str | int, Any] = {}

    def __getitem__(self, style: str | int) -> Any:
        """A named style, or that of numbers with so many decimals."""
        if style not in self._made:
            own = (
                _STYLES[style]
                if isinstance(style, str)
                else {"num_format": "#,##0" + ("." + "0" * style if style else "")}
            )
            self._made[style] = self._book.add_format(_FONT | own)
        return self._made[style]


def _write(sheet: Sheet, page: Any, ink: _Ink) -> None:
    for at, (label, said) in enumerate(sheet.about):
        page.write_string(at, 0, label, ink["label"])
        _put(page, ink, (at, 1), said, "plain" if at else "title")
    for at, heading in enumerate(sheet.headings):
        page.write_string(sheet.heading_row - 1, at, heading, ink["heading"])
    for at, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            _put(page, ink, (sheet.heading_row + at, column), cell, "plain")
    for column, width in enumerate(_widths(sheet)):
        page.set_column(column, column, width)
    page.set_default_row(18)
    page.freeze_panes(sheet.heading_row, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(sheet.heading_row - 1)
    page.set_footer("&L&A&R&P / &N")


def _put(page: Any, ink: _Ink, place: tuple[int, int], cell: Cell, style: str) -> None:
    match cell:
        case None:
            return
        case Number(value, decimals):
            page.write_number(*place, value, ink["plain" if decimals is None else decimals])
        case date():
            page.write_datetime(*place, cell, ink["date"])
        case Symbol(text):
            page.write_string(*place, text, ink["symbol"])
        case Link(text, sheet, target):
            quoted = sheet.replace("'", "''")
            page.write_url(*place, f"internal:'{quoted}'!{target}", ink["link"], text)
        case _:
            risky = style == "plain" and may_be_formula(cell)
            page.write_string(*place, cell, ink["defused" if risky else style])


def _widths(sheet: Sheet) -> list[int]:
    widths = [_NARROWEST] * max(2, len(sheet.headings))
    for row in (sheet.headings, *sheet.rows[:_MEASURED_ROWS]):
        for at, cell in enumerate(row):
            widths[at] = max(widths[at], min(_WIDEST, _width(cell) + 2))
    return widths


def _width(cell: Cell) -> int:
    """Width of a cell in half-width characters."""
    match cell:
        case Number(value, decimals):
            return len(str(value) if decimals is None else f"{value:,.{decimals}f}")
        case Symbol(text) | Link(text):
            words = text
        case str():
            words = cell
        case _:
            return 10
    return cells(words)
