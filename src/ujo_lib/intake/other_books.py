"""Workbooks in other formats than .xlsx (.xls, .xlsb, .ods) → a grid, read by calamine.

calamine gives values and no formats: every such workbook carries a warning that says what nobody has seen. It unfolds a
sheet into memory, and memory that it cannot have ends the process: it therefore runs in a process of its own, and how
far the cells of an .xlsb or .ods reach is looked up first, with the merged cells and error values that calamine leaves
out. An .xls cannot reach far.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from pathlib import Path
from struct import unpack_from
from typing import Any

from lxml import etree

from ujo_lib.intake.grid import (
    HEAD_ROWS,
    Area,
    Facts,
    Grid,
    Place,
    RefusedError,
    choose_sheet,
    refuse_far,
    refuse_merged,
    unfolded,
    written_as,
)
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.workbooks import as_text, refuse_bombs

OTHER_SUFFIXES = (".xls", ".xlsb", ".ods")

LOCKED = (
    "パスワードのないブック",
    "パスワードで保護されています。Excelで開き、「ファイル」→「情報」→「ブックの保護」→「パスワードを使用して暗号化」"
    "を空にして保存してください。",
    "総務省1-1",
)
"""What to do about a workbook that cannot be opened without its password, whatever its format."""

_UNSEEN = (
    "{}では、取り消し線・上付きの文字・表示形式(先頭の0、%、年月だけの日付など)・非表示の行と列{}を見分けられません。"
    "見た目で意味を表しているブックなら、Excelで開き、xlsx で保存し直してください。そうでなければこのままで構いません。"
)
_ERRORS_UNSEEN = "・#N/Aなどのエラー(空欄として読みます)"

_MOST_CELLS = 1 << 24
"""Cells of the largest sheet that an .xls can hold, 65,536 rows of 256; no other may unfold into more."""

_MOST_SECONDS = 300

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_ROW, _BLANK, _ERROR, _FORMULA_ERROR, _LAST_CELL, _RICH_CELL, _BOOK, _SHEET, _MERGED = (
    0,
    1,
    3,
    11,
    11,
    62,
    153,
    156,
    176,
)
"""Numbers of records in an .xlsb (MS-XLSB 2.3): a row, cells, the workbook, the name of a sheet, merged cells."""

_LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
"""How the contents of an .xls begin where they are encrypted (MS-XLS 2.4.117, FilePass)."""

_FROM_1904_XLS = re.compile(rb"\x22\x00\x02\x00\x01\x00\x0e\x00\x02\x00")
"""The record of an .xls by which its days are counted from 1904, before that of its precision (MS-XLS 2.1.7.20.3)."""

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_NULL_DATE = f"{_TABLE}null-date"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TYPED_ERROR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"


_TAGS: dict[str, Callable[[Any], object]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "seconds": partial(timedelta, 0),
}
"""Days and times, by the names that ``apart`` gives them."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    visible: bool
    written: dict[Place, str]
    areas: list[Area]

    def head(self) -> list[list[str]]:
        """What stands in the first rows, blank cells left out."""
        rows: dict[int, list[str]] = {}
        for (row, _), text in self.written.items():
            if row <= HEAD_ROWS:
                rows.setdefault(row, []).append(text)
        return list(rows.values())


@dataclass
class _Seen:
    """What a sheet holds beside the values that calamine reads."""

    areas: list[Area] = field(default_factory=list)
    errors: dict[Place, str] = field(default_factory=dict)
    filled: int = 0
    height: int = 0
    width: int = 0
    last: Place = (0, 0)
    passed: int = 0

    def cell(self, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        """Take note of a cell that holds something, and of its repetitions below and to the right."""
        self.filled += rows * columns
        self.last = row + rows - 1, column + columns - 1
        self.height, self.width = max(self.height, self.last[0]), max(self.width, self.last[1])

    def refuse(self) -> None:
        """Refuse a sheet that would not fit into memory."""
        refuse_far(self.height, self.width, self.filled, self.last)
        if self.height * self.width > _MOST_CELLS:
            remedy = "シートが大きすぎます。CSV(UTF-8)で保存して使ってください。"
            value = f"{self.height:,}行{self.width:,}列"
            raise RefusedError(f"1シート{_MOST_CELLS:,}セルまで", remedy, "総務省1-1", value=value)
        for area in self.areas:
            refuse_merged(area)


def read_other_book(content: bytes, suffix: str, wanted: str | None, notes: Notes) -> Grid:
    """One sheet of a workbook.

    Args:
        content: the file's bytes.
        suffix: its format, one of :data:`OTHER_SUFFIXES`.
        wanted: name of the sheet; ``None`` takes the only visible one.
        notes: told the sheet that was taken and what could not be seen of it.

    Raises:
        RefusedError: the workbook cannot be read, or is no workbook.
        Exception: the file is damaged.
    """
    sheets = _sheets(content, suffix)
    visible = {name: sheet.visible for name, sheet in sheets.items()}
    notes.sheet = name = choose_sheet(
        visible, [title for title, one in sheets.items() if one.written], wanted
    )
    told = _UNSEEN.format(suffix, _ERRORS_UNSEEN if suffix == ".xls" else "")
    notes.warning("見た目も読み取れる形式(xlsx)", told, "18")
    areas = sheets[name].areas
    facts = Facts(
        encoding=suffix[1:],
        merged=tuple(sorted(map(written_as, areas))),
        from_1904=_counts_from_1904(content, suffix),
        hidden_sheets=tuple(title for title, shown in visible.items() if not shown),
        heads={title: sheets[title].head() for title, shown in visible.items() if shown and title != name},
    )
    return unfolded(sheets[name].written, areas, name, facts)


@lru_cache(maxsize=1)
def _sheets(content: bytes, suffix: str) -> dict[str, _Sheet]:
    """The sheets of a workbook, kept until the next one is opened: they are often read one after the other."""
    seen: dict[str, _Seen] = {}
    if suffix == ".xls":
        if _LOCKED_XLS.search(content):
            raise RefusedError(*LOCKED)
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            refuse_bombs(archive)
            seen = _seen_in_xlsb(archive) if suffix == ".xlsb" else _seen_in_ods(archive)
        for sheet in seen.values():
            sheet.refuse()
    sheets = {}
    for told in _read_apart(content):
        mine = seen.get(told["name"], _Seen())
        written = {(row, column): as_text(value, "") for row, column, value in told["cells"]}
        areas = [
            (top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in told["merged"]
        ]
        sheets[told["name"]] = _Sheet(told["visible"], written | mine.errors, areas or mine.areas)
    return sheets


def _counts_from_1904(content: bytes, suffix: str) -> bool:
    """Whether a day that stands as a number is counted from 1904; calamine tells only of cells in the form of days."""
    if suffix == ".xls":
        return _FROM_1904_XLS.search(content) is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if suffix == ".xlsb":
            records = _records(archive.read("xl/workbook.bin"))
            return any(kind == _BOOK and record[0] & 1 for kind, record in records)
        with archive.open("content.xml") as xml:
            # Where the sheets begin, the settings have been told.
            tags = (_NULL_DATE, f"{_TABLE}table")
            _, first = next(etree.iterparse(xml, ("start",), tag=tags, resolve_entities=False))
            return bool(first.get(f"{_TABLE}date-value", "").startswith("1904"))


def _read_apart(content: bytes) -> Any:
    """What calamine reads, in a process of its own whose end is not ours.

    Raises:
        ValueError: it ended before it had read the workbook.
    """
    program = [sys.executable, "-P", str(Path(__file__).with_name("apart.py"))]
    done = subprocess.run(program, input=content, capture_output=True, timeout=_MOST_SECONDS, check=False)
    if done.returncode:
        raise ValueError(done.stderr[-1000:].decode(errors="replace"))
    return json.loads(done.stdout, object_hook=_untagged)


def _untagged(said: dict[str, Any]) -> Any:
    [(kind, value), *rest] = said.items()
    return said if rest else _TAGS[kind](value)


def _seen_in_xlsb(archive: zipfile.ZipFile) -> dict[str, _Seen]:
    relations = archive.read("xl/_rels/workbook.bin.rels").decode()
    parts = {}
    for relation in re.findall(r"<Relationship [^>]+>", relations):
        said = dict(re.findall(r'(\w+)="([^"]*)"', relation))
        parts[said["Id"]] = said["Target"].removeprefix("/xl/")
    sheets = {}
    for kind, record in _records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            relation, at = _text(record, 8)
            if parts[relation].startswith("worksheets/"):
                sheets[_text(record, at)[0]] = _seen_in_part(archive.read(f"xl/{parts[relation]}"))
    return sheets


def _seen_in_part(part: bytes) -> _Seen:
    seen, row = _Seen(), 0
    for kind, record in _records(part):
        if kind == _ROW:
            row = unpack_from("<I", record)[0] + 1
        elif _BLANK < kind <= _LAST_CELL or kind == _RICH_CELL:
            column = unpack_from("<I", record)[0] + 1
            seen.cell(row, column)
            if kind in (_ERROR, _FORMULA_ERROR):
                seen.errors[row, column] = _ERRORS.get(record[8], "#N/A")
        elif kind == _MERGED:
            top, bottom, left, right = unpack_from("<4I", record)
            seen.areas.append((top + 1, left + 1, bottom + 1, right + 1))
    return seen


def _records(part: bytes) -> Iterator[tuple[int, memoryview]]:
    """Records of a part: number, of one or two bytes, length, of one to four with seven bits each, content."""
    view, at = memoryview(part), 0
    while at < len(part):
        kind, at = part[at], at + 1
        if kind > 127:
            kind, at = kind & 127 | part[at] << 7, at + 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte, at = part[at], at + 1
            size |= (byte & 127) << shift
            if byte < 128:
                break
        yield kind, view[at : at + size]
        at += size


def _text(record: memoryview, at: int) -> tuple[str, int]:
    """A text of a record, two bytes a letter behind their number, and where it ends."""
    end = at + 4 + 2 * unpack_from("<I", record, at)[0]
    return bytes(record[at + 4 : end]).decode("utf-16-le"), end


def _seen_in_ods(archive: zipfile.ZipFile) -> dict[str, _Seen]:
    sheets: dict[str, _Seen] = {}
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise RefusedError(*LOCKED)
    with archive.open("content.xml") as xml:
        for _, row in etree.iterparse(xml, tag=f"{_TABLE}table-row", resolve_entities=False):
            table = next(row.iterancestors(f"{_TABLE}table"))
            _see_row(row, sheets.setdefault(table.get(f"{_TABLE}name", ""), _Seen()))
            row.clear()
            while row.getprevious() is not None:
                del row.getparent()[0]
    return sheets


def _see_row(row: Any, seen: _Seen) -> None:
    rows, column = int(row.get(f"{_TABLE}number-rows-repeated", "1")), 1
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        columns = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        if cell.get(f"{_OFFICE}value-type"):
            place = seen.passed + 1, column
            seen.cell(*place, rows, columns)
            if cell.get(_TYPED_ERROR) == "error":
                seen.errors[place] = cell.findtext(_TEXT, "#N/A")
            down, right = (
                int(cell.get(f"{_TABLE}number-{side}-spanned", "1")) for side in ("rows", "columns")
            )
            if down * right > 1:
                seen.areas.append((*place, place[0] + down - 1, column + right - 1))
        column += columns
    seen.passed += rows
