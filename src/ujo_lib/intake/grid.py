"""A table before anything in it is understood: a grid of strings, and what its file tells about itself.

Every reader of a format makes a :class:`Grid`, or says with a :class:`RefusedError` what a clerk can do about the file.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils import get_column_letter

from ujo_lib.delimited import MAX_CELLS
from ujo_lib.intake.values import by_part
from ujo_lib.text import MACHINE_DEPENDENT

HEAD_ROWS = 60
"""Rows looked at to find the header and the number of columns."""

Place = tuple[int, int]
"""Row and column of a cell, from 1."""

Area = tuple[int, int, int, int]
"""First row, first column, last row and last column of merged cells, from 1."""

_MAX_EMPTY = 64
"""Cells of a sheet per cell that holds something, in sheets of more than a million cells."""

PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
"""Letters that a city has made for itself (外字)."""

PRIVATE_RE2 = r"[\x{E000}-\x{F8FF}]"


class UnreadableError(Exception):
    """The file cannot be read at all; the reason is already in the notes."""


class RefusedError(Exception):
    """What a file should have been, what to do about it, and the number of the rule."""

    def __init__(self, expected: str, remedy: str, rule: str, **where: Any) -> None:
        super().__init__(expected)
        self.told, self.where = (expected, remedy, rule), where


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file tells about itself, for the machine-readability rules.

    Attributes:
        encoding: encoding found; of a workbook its format, 「xlsx」 say.
        merged: merged ranges of the sheet.
        formulas: cells that hold a formula.
        stale: formula cells without a stored result, which read as blank, or with one that no program worked out.
        from_1904: the workbook counts its days from 1904, so that a day that is shown as a number is another one.
        hidden: hidden rows and columns of the sheet.
        hidden_sheets: names of hidden sheets.
        struck: cells in strike-through.
        partly: cells of which a part is struck through, raised or lowered.
        noted: cells of a figure, a day or nothing with a note; that of a word may help to fill in a form.
        objects: pictures, charts and other embedded parts of the workbook.
        heads: what stands in the first rows of the other visible sheets, by name.
    """

    encoding: str
    merged: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    from_1904: bool = False
    hidden: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    objects: int = 0
    heads: Mapping[str, list[list[str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """All cells of one table as strings, blank where empty.

    Attributes:
        table: one Arrow string column per column of the file, named ``c0``, ``c1``, ….
        rows: row number of each record as Excel shows it, ascending.
        widths: number of cells written in each record.
        counted: records with anything in them, counted without the parser.
        sheet: sheet name, empty for text files.
        facts: see :class:`Facts`.
    """

    table: pa.Table
    rows: np.ndarray
    widths: np.ndarray
    counted: int
    sheet: str
    facts: Facts

    def head(self) -> list[list[str]]:
        """The first :data:`HEAD_ROWS` records as lists of strings."""
        columns = [column.to_pylist() for column in self.table.slice(0, HEAD_ROWS).columns]
        return [list(row) for row in zip(*columns, strict=True)]

    @cached_property
    def odd(self) -> list[pa.ChunkedArray]:
        """Whether each cell of each column holds a letter which other machines may not show or have."""
        pattern = f"{MACHINE_DEPENDENT}|{PRIVATE_RE2}"
        return [
            by_part(column, lambda part: pc.match_substring_regex(part, pattern))
            for column in self.table.columns
        ]


def refuse_far(height: int, width: int, filled: int, last: Place) -> None:
    """Refuse a sheet of which one cell lies so far off that nearly all rows and columns would be blank."""
    if height * width > 1_000_000 and height * width > _MAX_EMPTY * filled:
        remedy = (
            f"表から遠く離れたセル({get_column_letter(last[1])}{last[0]} など)に値があります。Excelで Ctrl+End を押して"
            "確かめ、表の外の行と列を削除して保存し直してください。"
        )
        raise RefusedError("1シートに1つの表", remedy, "総務省2-2", value=f"{height:,}行{width:,}列")


def refuse_merged(area: Area) -> None:
    """Refuse merged cells that would fill more than a row can hold."""
    top, left, bottom, right = area
    if (right - left + 1) * (bottom - top + 1) > MAX_CELLS:
        remedy = f"結合セル({written_as(area)})が大きすぎます。結合を解いて保存し直してください。"
        raise RefusedError("表の中の結合セル", remedy, "11")


def written_as(area: Area) -> str:
    """Merged cells as Excel writes them: 「A1:B2」."""
    top, left, bottom, right = area
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def unfolded(written: Mapping[Place, str], areas: Collection[Area], sheet: str, facts: Facts) -> Grid:
    """The grid of a sheet, row by row up to the last cell that holds something, merged cells repeated over their range.

    Args:
        written: the cells that hold something: one in XFD1048576 does not make seventeen thousand million of them.
        areas: merged cells.
        sheet: name of the sheet.
        facts: what the workbook tells about itself.

    Raises:
        RefusedError: nothing is written, or one cell lies far off.
    """
    areas = [area for area in areas if area[:2] in written]
    corners = [*written, *(area[2:] for area in areas)]
    if not corners:
        remedy = f"シート「{sheet}」が空です。シート名を確かめてください。"
        raise RefusedError("見出しとデータがあること", remedy, "総務省2-1")
    height, width = (max(side) for side in zip(*corners, strict=True))
    refuse_far(height, width, len(written), max(written))
    cells = [[""] * height for _ in range(width)]
    for (row, column), text in written.items():
        cells[column - 1][row - 1] = text
    for top, left, bottom, right in areas:
        for column in range(left - 1, right):
            cells[column][top - 1 : bottom] = [written[top, left]] * (bottom - top + 1)
    table = pa.table({f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(cells)})
    filled = {row for row, _ in written}.union(*(range(area[0], area[2] + 1) for area in areas))
    return Grid(table, np.arange(1, height + 1), np.full(height, width), len(filled), sheet, facts)


def choose_sheet(visible: Mapping[str, bool], filled: Collection[str], wanted: str | None) -> str:
    """The sheet of this name, or the only one that is shown and not empty: a new workbook has two empty ones.

    Args:
        visible: each sheet of the workbook and whether it is shown.
        filled: those of them that hold anything.
        wanted: the declared name, if any.

    Raises:
        RefusedError: there is none of that name, or several and no name.
    """
    shown = [title for title, seen in visible.items() if seen]
    shown = [title for title in shown if title in filled] or shown
    if wanted is None and len(shown) == 1:
        return shown[0]
    if wanted is not None:
        alike = [title for title in visible if _folded(title) == _folded(wanted)]
        if wanted in alike or len(alike) == 1:
            return wanted if wanted in alike else alike[0]
    raise RefusedError(
        f"シート「{wanted}」があること" if wanted else "読むシートが決まること",
        f"inputs.yaml の sheet(`ujo tag` なら --sheet)に、次のどれかを書いてください: {'、'.join(shown)}"
        f"(inputs.yaml でいくつも読むなら sheets: [{', '.join(shown)}] の形で)",
        "18",
        column="sheet",
        value=wanted or "",
    )


def _folded(title: str) -> str:
    return unicodedata.normalize("NFKC", title).strip()
