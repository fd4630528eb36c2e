"""The 15 items that make a table machine-readable (`text.MACHINE_RULES`), asked of our own files.

They are asked of the finished workbook as any program would read it, so that what we demand of those who send us
files holds for what we hand out. A sheet is understood as its reader sees it: what stays in view above the frozen
line describes the table, the last of those rows is its heading.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ujo_lib.report.look.notation import HIDDEN, MISSING
from ujo_lib.report.sheets.exports import UNBOUNDED
from ujo_lib.text import MACHINE_DEPENDENT

SYMBOLS: Final = frozenset({HIDDEN, MISSING, UNBOUNDED, f"-{UNBOUNDED}"})
"""What may stand among numbers, if the sheet explains it."""

_SHARE_OF_NUMBERS: Final = 0.8
"""A column in which so many of the filled cells are or look like numbers is one of numbers."""

_LIKE_A_NUMBER: Final = re.compile(r"[-+△▲¥]?[\d,.]*\d(?:\s*(?:%|円|人|件|回|日|倍))?")
_NAMES: Final = re.compile("番号|コード|規則|書き方|値$")
"""Headings of digits that count nothing: names of things, and values quoted from somebody else's file."""

_TWO_NUMBERS: Final = re.compile(r"[\d.,]+%?\s*(?:[〜~、/;]\s*[\d.,]+%?|[((][\d.,]+%?[))])")
_UNIT_IN_HEADING: Final = re.compile(r"[((][^()()]+[))]$")
"""A heading that says the unit of its numbers, 「割合(%)」 say."""

_SPACING: Final = re.compile(r"^\s|\s$|\n|\s{2,}")
_ERA_YEAR: Final = re.compile(r"(?:令和|平成|昭和)(?:\d+|元)年")
_WESTERN: Final = re.compile(r"(?:19|20)\d\d")
_DEPENDENT: Final = re.compile(MACHINE_DEPENDENT)
_OBJECTS: Final = ("xl/drawings/", "xl/media/", "xl/charts/", "xl/embeddings/", "xl/comments")
_AREA, _UNIT, _LEGEND = "対象地域", "単位", "記号"


@dataclass(frozen=True)
class Fault:
    """A place that fails an item.

    Attributes:
        rule: number of the item in `text.MACHINE_RULES`.
        sheet: name of the sheet; empty for the whole file.
        place: address of the cell, or name of the part.
        found: what is wrong there, in Japanese.
    """

    rule: str
    sheet: str
    place: str
    found: str


def check(content: bytes) -> list[Fault]:
    """Hold a workbook against the 15 items.

    Args:
        content: the .xlsx file.

    Returns:
        The places that fail, by sheet; none if the workbook is machine-readable throughout.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return [Fault("1-1", "", "", "Excel(.xlsx)のファイルではない")]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        objects = [part for part in archive.namelist() if part.startswith(_OBJECTS)]
    faults = [Fault("1-8", "", part, "図・画像・コメント") for part in objects]
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        faults += _Table(sheet).faults()
    return faults


class _Table:
    """One sheet, taken apart into what describes the table, its heading and its rows."""

    def __init__(self, sheet: Worksheet):
        self.sheet = sheet
        above = int(re.sub(r"\D", "", sheet.freeze_panes or "A2")) - 1
        rows = list(sheet.iter_rows())
        self.about: Mapping[str, Any] = {
            row[0].value: row[1].value for row in rows[: above - 1] if len(row) > 1
        }
        heading = rows[above - 1] if len(rows) >= above else ()
        used = max((at for at, cell in enumerate(heading, 1) if cell.value is not None), default=0)
        self.heading, self.rows = heading[:used], [row[:used] for row in rows[above:]]
        self.columns = [[row[at] for row in self.rows] for at in range(used)]

    def faults(self) -> list[Fault]:
        """Every fault of the sheet, item by item."""
        items = (
            ("1-2", self._several_data()),
            ("1-3", self._text_among_numbers()),
            ("1-4", ((str(area), "セルの結合") for area in self.sheet.merged_cells.ranges)),
            ("1-5", self._spacing()),
            ("1-6", self._headings()),
            ("1-7", ((cell.coordinate, "数式") for cell in self._cells() if cell.data_type == "f")),
            ("1-9", self._units()),
            (
                "1-10",
                (
                    (cell.coordinate, "機種依存文字")
                    for cell in self._texts()
                    if _DEPENDENT.search(cell.value)
                ),
            ),
            ("1-11", self._eras()),
            ("1-12", self._area()),
            ("1-13", self._symbols()),
            ("2-1", self._gaps()),
            ("2-2", self._side_by_side()),
        )
        return [
            Fault(rule, self.sheet.title, place, found) for rule, places in items for place, found in places
        ]

    def _cells(self) -> Iterator[Any]:
        return (cell for row in self.sheet.iter_rows() for cell in row if cell.value is not None)

    def _texts(self) -> Iterator[Any]:
        return (cell for cell in self._cells() if isinstance(cell.value, str))

    def _numeric(self) -> Iterator[tuple[Any, list[Any]]]:
        """Heading and cells of the columns of numbers."""
        for heading, cells in zip(self.heading, self.columns, strict=True):
            filled = [cell.value for cell in cells if cell.value is not None and cell.value not in SYMBOLS]
            alike = sum(_is_number(value) or _looks_like_number(value) for value in filled)
            named = _NAMES.search(str(heading.value)) and not any(map(_is_number, filled))
            if filled and not named and alike >= _SHARE_OF_NUMBERS * len(filled):
                yield heading, cells

    def _several_data(self) -> Iterator[tuple[str, str]]:
        for cells in self.columns:
            for cell in cells:
                if isinstance(cell.value, str) and _TWO_NUMBERS.fullmatch(cell.value):
                    yield cell.coordinate, f"一つのセルに二つの数値「{cell.value}」"

    def _text_among_numbers(self) -> Iterator[tuple[str, str]]:
        for heading, cells in self._numeric():
            for cell in cells:
                if isinstance(cell.value, str) and cell.value not in SYMBOLS:
                    yield cell.coordinate, f"数値の列「{heading.value}」に文字「{cell.value}」"

    def _spacing(self) -> Iterator[tuple[str, str]]:
        return ((cell.coordinate, "空白や改行") for cell in self._texts() if _SPACING.search(cell.value))

    def _headings(self) -> Iterator[tuple[str, str]]:
        counted = Counter(cell.value for cell in self.heading)
        for cell in self.heading:
            if cell.value is None:
                yield cell.coordinate, "見出しが空"
            elif counted[cell.value] > 1:
                yield cell.coordinate, f"同じ見出し「{cell.value}」"

    def _units(self) -> Iterator[tuple[str, str]]:
        listed = str(self.about.get(_UNIT) or "")
        for heading, _ in self._numeric():
            name = str(heading.value)
            if not _UNIT_IN_HEADING.search(name) and f"、{name}: " not in f"、{listed}":
                yield heading.coordinate, f"単位のない見出し「{name}」"

    def _eras(self) -> Iterator[tuple[str, str]]:
        for row in self.sheet.iter_rows():
            words = [cell.value for cell in row if cell.value is not None]
            beside = any(_is_western_year(value) for value in words)
            for cell in row:
                if isinstance(cell.value, str) and _ERA_YEAR.search(cell.value) and not beside:
                    yield cell.coordinate, "西暦のない和暦"

    def _area(self) -> Iterator[tuple[str, str]]:
        if not self.about.get(_AREA):
            yield "A1", "地域の名称もコードもない"

    def _symbols(self) -> Iterator[tuple[str, str]]:
        legend = str(self.about.get(_LEGEND) or "")
        for heading, cells in self._numeric():
            for sign in sorted({cell.value for cell in cells if cell.value in SYMBOLS}):
                if f"、{sign}: " not in f"、{legend}":
                    yield heading.coordinate, f"説明のない記号「{sign}」"

    def _gaps(self) -> Iterator[tuple[str, str]]:
        for row in self.rows:
            if all(cell.value is None for cell in row):
                yield row[0].coordinate if row else "A1", "表の途中の空の行"

    def _side_by_side(self) -> Iterator[tuple[str, str]]:
        if not self.heading:
            yield "A1", "表がない"
        for heading, cells in zip(self.heading, self.columns, strict=True):
            if heading.value is None and all(cell.value is None for cell in cells):
                yield heading.coordinate, "空の列で分かれた表"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _looks_like_number(value: object) -> bool:
    return isinstance(value, str) and _LIKE_A_NUMBER.fullmatch(value) is not None


def _is_western_year(value: object) -> bool:
    return isinstance(value, date | datetime) or _WESTERN.search(str(value)) is not None
