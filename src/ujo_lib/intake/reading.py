"""Bytes of an .xlsx, .csv or .tsv file → a grid of strings that knows where every row stood.

Nothing is interpreted here: a cell comes out as the text a person would read in it, an Excel date as ISO, a merged cell
repeated over its range. What the file itself tells (encoding, merged ranges, formulas, hidden rows, pictures) is kept
as :class:`Facts` for the report on machine readability. Whatever a file holds, :func:`read_grid` either reads it or
says what a clerk can do about it: nothing else is raised, and no file takes more than its share of time and memory.
"""

import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils import get_column_letter, range_boundaries

from ujo_lib.delimited import (
    MAX_CELLS,
    EncodingError,
    Scan,
    as_value,
    countable,
    find_encoding,
    look_at,
    read_table,
    scan_as,
    split_record,
)
from ujo_lib.intake.problems import Notes, Severity
from ujo_lib.intake.schemas import EXAMPLE_MARK
from ujo_lib.intake.values import by_part
from ujo_lib.text import MACHINE_DEPENDENT

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
EXCEL_SUFFIXES = (".xlsx", ".xlsm")
HEAD_ROWS = 60
"""Rows looked at to find the header and the number of columns."""

_MAX_PART = 1 << 28
"""Bytes of one unpacked part of a workbook; what is larger belongs into a CSV file."""

_MAX_RATIO, _PACKED_TIGHT = 100, 1 << 24
"""A part of this size that was packed a hundredfold holds nothing but repetition: Excel's own reach one twentieth."""

_MAX_GRID = 200_000_000
"""Cells of a table as wide as its widest record; one row run wild must not unfold a national year."""

_LONGEST_HEADINGS = 4096
_MAX_EMPTY = 64
"""Cells of a sheet per cell that holds something, in sheets of more than a million cells."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_MOJIBAKE = re.compile("[\x00\ufffd\x80-\x84\x86-\x9f]")
# UTF-8 read as cp932 shows these three kanji again and again; EUC-JP read as cp932 turns into half-width katakana
# and a few private letters.
_UTF8_AS_CP932 = re.compile("(?:[縺繧繝].*?){3}")
_EUC_AS_CP932 = re.compile("[\uff61-\uff9f][\uff61-\uff9f\ue000-\uf8ff]{7}")
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
"""Letters that a city has made for itself (外字)."""

PRIVATE_RE2 = r"[\x{E000}-\x{F8FF}]"

_HALF_KANA = re.compile("[\uff61-\uff9f]")
_SIGN = re.compile(r'"([^"]*)"|\\(.)|([0-])')
_FILLED = re.compile(rf"(?=.*0)(?:{_SIGN.pattern})+", re.DOTALL)
"""A number format of zeros, words in quotes, escaped letters and dashes; digits come in the place of the zeros."""

_UNSEEN = re.compile(r"_.|\*.|\[(?:[a-z]+\d*|[赤黒青緑])\]|;.*", re.IGNORECASE | re.DOTALL)
"""Of a number format what leaves a gap or a colour, and what is for negative numbers."""

_WORDS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|;.*')
_MONTH_ONLY = re.compile(r"(?=.*m)[yegm/\-. ]+")
"""A format of dates that shows no day: who wrote 2024年2月 did not say the first of February."""

_RAISED = ("superscript", "subscript")
_OBJECTS = re.compile(r"xl/(?:drawings/drawing|charts/chart|media/|embeddings/)")


class UnreadableError(Exception):
    """The file cannot be read at all; the reason is already in the notes."""


class _RefusedError(Exception):
    """What a file should have been, what to do about it, and the number of the rule."""

    def __init__(self, expected: str, remedy: str, rule: str, **where: Any) -> None:
        super().__init__(expected)
        self.told, self.where = (expected, remedy, rule), where


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file tells about itself, for the machine-readability rules.

    Attributes:
        encoding: encoding found, 「xlsx」 for workbooks.
        merged: merged ranges of the sheet.
        formulas: cells that hold a formula.
        stale: formula cells without a stored result, which therefore read as blank.
        hidden: hidden rows and columns of the sheet.
        hidden_sheets: names of hidden sheets.
        struck: cells in strike-through.
        partly: cells of which a part is struck through, raised or lowered.
        objects: pictures, charts and other embedded parts of the workbook.
        heads: what stands in the first rows of the other visible sheets, by name.
    """

    encoding: str
    merged: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
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


def find_file(path: Path) -> Path | None:
    """The file itself, or the one of the same name in the other Unicode form (macOS writes が as two characters)."""
    if path.is_file():
        return path
    wanted = unicodedata.normalize("NFC", path.name)
    if not path.parent.is_dir():
        return None
    return next((p for p in path.parent.iterdir() if unicodedata.normalize("NFC", p.name) == wanted), None)


@contextmanager
def readable(path: Path, notes: Notes) -> Iterator[io.BufferedReader]:
    """A file to be read, or an :class:`UnreadableError` after noting why it cannot be opened or read to its end."""
    if path.is_dir():
        remedy = (
            f"フォルダーです。files に「{path.name}/*.csv」のように書くと、中のファイルをすべて読みます"
            "(1つずつ並べて書いてもかまいません)。"
        )
        notes.problem("フォルダーでなくファイル", remedy, "21", value=path.name)
        raise UnreadableError(path)
    found = find_file(path)
    if found is None:
        notes.problem("ファイルがあること", _missing_remedy(path), "21", value=path.name)
        raise UnreadableError(path)
    if (found.parent / f"~${found.name}").exists():
        notes.problem(
            "ほかの人が開いていないこと",
            "Excelで開かれています。保存して閉じてから、もう一度実行してください(いまは最後に保存された内容を読みました)。",
            "21",
            severity="warning",
        )
    try:
        with found.open("rb") as file:
            yield file
    except OSError:
        remedy = (
            "ファイルを開けません。Excelで開いていれば閉じ、読み取りの権限を確かめてください。"
            "OneDriveなどにあるファイルは、右クリックして「このデバイス上で常に保持する」を選んでください。"
        )
        notes.problem("読み取れること", remedy, "21", value=path.name)
        raise UnreadableError(path) from None


def _missing_remedy(path: Path) -> str:
    near = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    there = f"フォルダーにあるのは {'、'.join(near[:5])} です。" if near else "フォルダーも見当たりません。"
    return f"inputs.yaml のファイル名と置き場所を確かめてください。{there}"


def read_grid(name: str, content: bytes, sheet: str | None, encoding: str | None, notes: Notes) -> Grid:
    """Cells of one file.

    Args:
        name: file name; its suffix decides how it is read.
        content: the file's bytes.
        sheet: sheet to read; ``None`` takes the only visible one.
        encoding: encoding declared for a text file; ``None`` tries UTF-8, then cp932, then UTF-16 by its mark.
        notes: collector for problems.

    Raises:
        UnreadableError: after noting the reason.
    """
    suffix = Path(name).suffix.lower()
    try:
        _refuse_container(suffix or name, content)
        if suffix in EXCEL_SUFFIXES:
            return _read_workbook(content, sheet, notes)
        return _read_delimited(suffix, content, encoding, notes)
    except _RefusedError as refused:
        notes.problem(*refused.told, **refused.where)
    except UnreadableError:
        raise
    except Exception as error:
        remedy = (
            f"ファイルが壊れています(読み取りは {type(error).__name__} で止まりました)。Excelで開いて保存し直すか、"
            "元のシステムからもう一度書き出してください。"
        )
        notes.problem("最後まで読めるファイル", remedy, "総務省1-1")
    raise UnreadableError(name)


def _refuse_container(suffix: str, content: bytes) -> None:
    """Refuse what is no table whatever its name says: nothing at all, archives, protected and old workbooks."""
    if not content.strip(b"\0"):
        remedy = (
            f"中身がありません({len(content):,}バイト)。OneDriveなどにあるファイルは、右クリックして「このデバイス上で常に"
            "保持する」を選んでから、もう一度実行してください。そうでなければ、書き出しからやり直してください。"
        )
        raise _RefusedError("見出しとデータがあること", remedy, "総務省2-1")
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            remedy = (
                "パスワードで保護されています。Excelで開き、「ファイル」→「情報」→「ブックの保護」→「パスワードを使用して暗号化」"
                "を空にして保存してください。"
            )
        else:
            remedy = "古い形式(.xls など)のファイルです。Excelで開き、xlsx で保存し直してください。"
        raise _RefusedError("パスワードのないExcelブック(.xlsx)かCSV", remedy, "総務省1-1")
    if content[:64].lstrip(b"\xef\xbb\xbf \r\n").lower().startswith((b"<html", b"<!doctype", b"<table")):
        remedy = (
            "中身はWebの画面です(ログインやエラーの画面を保存したか、表をHTMLのまま書き出しています)。Excelで開いて表であれば"
            "xlsx で保存し直し、そうでなければもう一度書き出してください。"
        )
        raise _RefusedError("Webの画面でなく表", remedy, "総務省1-1")
    packed = content.startswith(b"PK")
    if suffix in EXCEL_SUFFIXES and not packed:
        remedy = "中身がExcelブックではありません(名前だけを変えたCSVなど)。Excelで開き、xlsx で保存し直してください。"
        raise _RefusedError("Excelブック(.xlsx)として開けること", remedy, "総務省1-1")
    if packed and (suffix in TEXT_SUFFIXES or suffix == ".zip"):
        remedy = f"中身は圧縮ファイルかExcelブックです。{_content_of_archive(content)}"
        raise _RefusedError("拡張子のとおりの中身", remedy, "総務省1-1", value=suffix)
    if suffix not in (*EXCEL_SUFFIXES, *TEXT_SUFFIXES):
        remedy = "Excelで開き、「名前を付けて保存」から xlsx か CSV(UTF-8)で保存し直してください。"
        raise _RefusedError("拡張子が .xlsx .csv .tsv のいずれか", remedy, "総務省1-1", value=suffix)


def _content_of_archive(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    if "[Content_Types].xml" in names:
        return "拡張子を .xlsx に直してください。"
    return f"中の {'、'.join(names[:3])} を取り出し、その名前を inputs.yaml の files に書いてください。"


# --- text files -----------------------------------------------------------------------------------------------------


def _read_delimited(suffix: str, content: bytes, encoding: str | None, notes: Notes) -> Grid:
    content = content.rstrip(b"\x1a")  # the end mark of old host systems
    try:
        used = find_encoding(content, encoding)
    except EncodingError as error:
        remedy = "Excelで開いて文字を確かめ、「CSV UTF-8(コンマ区切り)」で保存し直してください。"
        rule = "1" if error.line is None else "2"
        raise _RefusedError(str(error), remedy, rule, row=error.line) from None
    text, codec = countable(content, used)
    found = scan_as(text, suffix, codec)
    _refuse_mojibake(text, found, codec, notes)
    if found.delimiter != ("," if suffix == ".csv" else "\t"):
        names = {",": "カンマ区切り", "\t": "タブ区切り", ";": "セミコロン区切り"}
        notes.repair(f"拡張子 {suffix}", names[found.delimiter], "1")
    _refuse_shape(found)
    for fault in found.faults:
        severity: Severity = "error" if fault.fatal else "warning"
        where = f"ファイルの{fault.line}行目"
        heading = _heading(text, found, codec, fault.cell)
        notes.problem(
            fault.expected,
            fault.remedy,
            "総務省1-2",
            row=fault.record,
            column=heading,
            value=where,
            severity=severity,
        )
    if any(fault.fatal for fault in found.faults):
        raise UnreadableError
    table = read_table(text, found, codec)
    rows = np.arange(1, table.num_rows + 1)
    return Grid(table, rows, found.cells, int((found.cells > 0).sum()), "", Facts(encoding=used))


def _refuse_shape(found: Scan) -> None:
    if not found.cells.any():
        remedy = "ファイルが空です。正しいファイルか確かめてください。"
        raise _RefusedError("見出しとデータがあること", remedy, "総務省2-1")
    widest = int(found.cells.max())
    if widest > MAX_CELLS or widest * len(found.cells) > _MAX_GRID:
        remedy = (
            "表ではないファイルか、改行の失われたファイルです。元のシステムからもう一度書き出してください。"
        )
        row = int(np.argmax(found.cells)) + 1
        raise _RefusedError(
            f"どの行も見出しと同じ列数({MAX_CELLS:,}列まで)",
            remedy,
            "総務省2-1",
            row=row,
            value=f"{widest:,}列",
        )


def _heading(text: memoryview, found: Scan, codec: str, cell: int) -> str:
    """The heading above a cell, where the first record as wide as most has one; never a word of a record below it."""
    start = int(found.starts[np.argmax(found.cells == found.width)])
    line = bytes(text[start : start + _LONGEST_HEADINGS]).splitlines()[0]
    headings = split_record(line, found.delimiter, codec)
    return headings[cell].strip() if cell < len(headings) else ""


# For RE2 and Python alike; each alternative begins with its own byte, so that neither has to try the others.
_HALF_KANA_BYTES = b"(?:\xbd[\xa1-\xbf]|\xbe[\x80-\x9f])"
_SUSPECT_BYTES = (
    b"(?s:\x00|\xc2[\x80-\x84\x86-\x9f]|\xe7(?:\xb8\xba|\xb9[\xa7\x9d])|"
    b"\xef(?:\xbf\xbd|%b(?:\xef%b|\xee..|\xef[\x80-\xa3].){7}))" % (_HALF_KANA_BYTES, _HALF_KANA_BYTES)
)


def _refuse_mojibake(text: memoryview, found: Scan, codec: str, notes: Notes) -> None:
    """Note every line that holds replacement characters, control characters or the traces of a wrong encoding."""
    lines: list[int] = []
    above = 0
    for suspect, ends in look_at(text, found, codec, _mojibake_lines):
        lines += (above + line for line in suspect)
        above += ends
    if lines:
        notes.problem_rows(
            lines,
            [""] * len(lines),
            "文字化けがないこと",
            "元のファイルから、文字コードを変えずにもう一度書き出してください。",
            "2",
            column="(行全体)",
        )
        raise UnreadableError


def _mojibake_lines(utf8: "bytes | memoryview") -> tuple[list[int], int]:
    """Lines of a part that hold mojibake, from 1, and the number of its line ends."""
    n = int(np.count_nonzero(np.frombuffer(utf8, np.uint8) == ord("\n")))
    if not pc.match_substring_regex(as_value(utf8, pa.large_binary()), _SUSPECT_BYTES)[0].as_py():
        return [], n
    part, lines = bytes(utf8), set()
    for match in re.finditer(_SUSPECT_BYTES, part):
        start = part.rfind(b"\n", 0, match.start()) + 1
        end = part.find(b"\n", match.start())
        if is_mojibake(part[start : len(part) if end < 0 else end].decode(errors="replace")):
            lines.add(part.count(b"\n", 0, start) + 1)
    return sorted(lines), n


def is_mojibake(text: str) -> bool:
    """Whether a line shows the traces of a wrong decoding: U+FFFD, C1 controls, 縺繧繝, ｣､･."""
    if _MOJIBAKE.search(text) or _UTF8_AS_CP932.search(text):
        return True
    run = _EUC_AS_CP932.search(text)
    if run is None:
        return False
    return PRIVATE_USE.search(run[0]) is not None or (
        not any("ァ" <= c <= "ヶ" for c in unicodedata.normalize("NFKC", run[0])[:1])
        and (len(_HALF_KANA.findall(text)) * 2 > sum(not c.isascii() for c in text))
    )


# --- workbooks ------------------------------------------------------------------------------------------------------


def _read_workbook(content: bytes, wanted: str | None, notes: Notes) -> Grid:
    book = _open_book(content)
    name = _choose_sheet(book, wanted)
    sheet = book[name]
    notes.sheet = name
    cells, filled = _cells(sheet)
    if not cells:
        remedy = f"シート「{name}」が空です。シート名を確かめてください。"
        raise _RefusedError("見出しとデータがあること", remedy, "総務省2-1")
    table = pa.table(
        {f"c{i}": pa.array([row[i] for row in cells], pa.string()) for i in range(len(cells[0]))}
    )
    widths = np.full(len(cells), len(cells[0]))
    return Grid(
        table, np.arange(1, len(cells) + 1), widths, filled, name, _workbook_facts(content, book, sheet)
    )


@lru_cache(maxsize=1)
def _open_book(content: bytes) -> Any:
    """The workbook, kept until the next one is opened: its sheets are often read one after the other."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _refuse_parts(archive)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters to a clerk is noted in words that a clerk knows
        return openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)


def _refuse_parts(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is no workbook, is saved in the strict variant, or would unfold beyond all measure."""
    parts = {part.filename: part for part in archive.infolist()}
    if "[Content_Types].xml" not in parts:
        remedy = f"Excelブックではなく圧縮ファイルです。中の {'、'.join(list(parts)[:3])} を取り出して使ってください。"
        raise _RefusedError("Excelブック(.xlsx)として開けること", remedy, "総務省1-1")
    too_large = "中身が大きすぎます。Excelで開けるなら、要るシートだけを CSV(UTF-8)で保存して使ってください。"
    for part in parts.values():
        tight = part.file_size > max(_PACKED_TIGHT, _MAX_RATIO * part.compress_size)
        if tight or part.file_size > _MAX_PART:
            megabytes = f"{part.filename} {part.file_size >> 20:,}MB"
            raise _RefusedError(f"{_MAX_PART >> 20}MBまでのシート", too_large, "総務省1-1", value=megabytes)
    if "xl/workbook.xml" in parts and b"purl.oclc.org/ooxml" in archive.read("xl/workbook.xml"):
        remedy = (
            "「Strict Open XML スプレッドシート」で保存されています。Excelで開き、「名前を付けて保存」で種類を"
            "「Excel ブック(.xlsx)」にして保存し直してください。"
        )
        raise _RefusedError("Excelブック(.xlsx)として開けること", remedy, "総務省1-1")
    for name in parts:
        if name.startswith("xl/worksheets/"):
            for area in _MERGED.findall(archive.read(name)):
                left, top, right, bottom = range_boundaries(area.decode())
                if (right - left + 1) * (bottom - top + 1) > MAX_CELLS:
                    remedy = f"結合セル({area.decode()})が大きすぎます。結合を解いて保存し直してください。"
                    raise _RefusedError("表の中の結合セル", remedy, "11")


def _cells(sheet: Any) -> tuple[list[list[str]], int]:
    """The cells as texts, row by row up to the last one that holds something, and the rows that hold something."""
    # Only cells that the file writes are visited: one in XFD1048576 does not make seventeen thousand million of them.
    written = {place: cell for place, cell in sheet._cells.items() if cell.value is not None}
    areas = [area for area in sheet.merged_cells.ranges if (area.min_row, area.min_col) in written]
    corners = [*written, *((area.max_row, area.max_col) for area in areas)]
    height, width = (max(side, default=0) for side in (zip(*corners, strict=True) if corners else ((), ())))
    if height * width > 1_000_000 and height * width > _MAX_EMPTY * len(written):
        last = max(written)
        remedy = (
            f"表から遠く離れたセル({get_column_letter(last[1])}{last[0]} など)に値があります。Excelで Ctrl+End を押して"
            "確かめ、表の外の行と列を削除して保存し直してください。"
        )
        raise _RefusedError("1シートに1つの表", remedy, "総務省2-2", value=f"{height:,}行{width:,}列")
    cells = [[""] * width for _ in range(height)]
    for (row, column), cell in written.items():
        cells[row - 1][column - 1] = _as_text(cell.value, cell.number_format)
    for area in areas:
        value = cells[area.min_row - 1][area.min_col - 1]
        for row in range(area.min_row - 1, area.max_row):
            cells[row][area.min_col - 1 : area.max_col] = [value] * (area.max_col - area.min_col + 1)
    return cells, len({row for row, _ in written})


def _choose_sheet(book: Any, wanted: str | None) -> str:
    visible = [s.title for s in book.worksheets if s.sheet_state == "visible"]
    if wanted is None and len(visible) == 1:
        return str(visible[0])
    titles = {unicodedata.normalize("NFKC", s.title).strip(): s.title for s in book.worksheets}
    if wanted is not None and (title := titles.get(unicodedata.normalize("NFKC", wanted).strip())):
        return str(title)
    raise _RefusedError(
        f"シート「{wanted}」があること" if wanted else "読むシートが決まること",
        f"inputs.yaml の sheet に、次のどれかを書いてください(いくつも読むなら sheets: [{', '.join(visible)}] の形で): "
        f"{'、'.join(visible)}",
        "18",
        column="sheet",
        value=wanted or "",
    )


def _as_text(value: object, number_format: str) -> str:
    """A cell as a person reads it.

    Whole floats lose their .0, a format of zeros and words ("K"000) gives both, dates become ISO, durations run past 24
    hours; what is struck through, raised or lowered within a cell is no part of its value.
    """
    if value is None:
        return ""
    if isinstance(value, CellRichText):
        return "".join(str(part) for part in value if not _is_aside(part))
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) and value >= 0 and _FILLED.fullmatch(form := _UNSEEN.sub("", number_format)):
        return _filled(str(value), form)
    if isinstance(value, float):
        # Excel shows 15 digits of the 17 that a float has: 9.999999999999998 is a ten that was calculated.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, date) and _MONTH_ONLY.fullmatch(_WORDS.sub("", number_format.lower())):
        return f"{value.year}年{value.month}月"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time(0) else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(value)


def _is_aside(part: "str | TextBlock") -> bool:
    return isinstance(part, TextBlock) and bool(part.font.strike or part.font.vertAlign in _RAISED)


def _filled(digits: str, number_format: str) -> str:
    """Digits put in the place of a format's zeros from the right; the first zero takes all that are left."""
    shown = []
    signs = _SIGN.findall(number_format)
    for at, (words, escaped, plain) in reversed(list(enumerate(signs))):
        if plain != "0":
            shown.append(words or escaped or plain)
        elif any(sign[2] == "0" for sign in signs[:at]):
            shown.append(digits[-1:] or "0")
            digits = digits[:-1]
        else:
            shown.append(digits or "0")
    return "".join(reversed(shown))


def _workbook_facts(content: bytes, book: Any, sheet: Any) -> Facts:
    formulas: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.namelist()
        if any(b"<f" in archive.read(p) for p in parts if p.startswith("xl/worksheets/sheet")):
            source = openpyxl.load_workbook(io.BytesIO(content))[sheet.title]
            formulas = [c.coordinate for _, c in sorted(source._cells.items()) if c.data_type == "f"]
    hidden = [f"{n}行" for n, d in sheet.row_dimensions.items() if d.hidden]
    hidden += [f"{n}列" for n, d in sheet.column_dimensions.items() if d.hidden]
    struck = [c.coordinate for _, c in sorted(sheet._cells.items()) if c.value is not None and c.font.strike]
    partly = [
        cell.coordinate
        for _, cell in sorted(sheet._cells.items())
        if isinstance(cell.value, CellRichText) and any(map(_is_aside, cell.value))
    ]
    others = [s for s in book.worksheets if s.sheet_state == "visible" and s is not sheet]
    return Facts(
        encoding="xlsx",
        merged=tuple(sorted(str(area) for area in sheet.merged_cells.ranges)),
        formulas=tuple(formulas),
        stale=tuple(a for a in formulas if sheet[a].value is None),
        hidden=tuple(hidden),
        hidden_sheets=tuple(s.title for s in book.worksheets if s.sheet_state != "visible"),
        struck=tuple(struck),
        partly=tuple(partly),
        objects=sum(_OBJECTS.match(part) is not None for part in parts),
        heads={s.title: _first_rows(s) for s in others},
    )


def _first_rows(sheet: Any) -> list[list[str]]:
    """What stands in the first rows of a sheet, blank cells left out."""
    rows: dict[int, list[str]] = {}
    for row, column in sorted(place for place in sheet._cells if place[0] <= HEAD_ROWS):
        if (value := sheet._cells[row, column].value) is not None:
            rows.setdefault(row, []).append(str(value))
    return list(rows.values())


def has_example(file: Path) -> bool:
    """Whether a file still holds the example row of its form."""
    if file.suffix not in EXCEL_SUFFIXES:
        content = file.read_bytes()
        return any(EXAMPLE_MARK.encode(code) in content for code in ("utf-8", "cp932", "utf-16-le"))
    book = openpyxl.load_workbook(file, read_only=True)
    try:
        first = (row[0] for sheet in book for row in sheet.iter_rows(max_row=20, max_col=1, values_only=True))
        return any(str(value).startswith(EXAMPLE_MARK) for value in first)
    finally:
        book.close()
