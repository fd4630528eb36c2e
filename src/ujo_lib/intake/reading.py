"""Bytes of an .xlsx, .csv or .tsv file → a grid of strings that knows where every row stood.

Nothing is interpreted here: a cell comes out as the text a person would read in it, an Excel date as ISO, a merged cell
repeated over its range. What the file itself tells (encoding, merged ranges, formulas, hidden rows, pictures) is kept
as :class:`Facts` for the report on machine readability. Large text files go through Arrow, row numbers included.
"""

import codecs
import csv
import hashlib
import io
import re
import unicodedata
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv

from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import EXAMPLE_MARK

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
EXCEL_SUFFIXES = (".xlsx", ".xlsm")
HEAD_ROWS = 60
"""Rows looked at to find the header and the number of columns."""

_CHUNK = 1 << 22
_MOJIBAKE = re.compile("[\x00\ufffd\x80-\x84\x86-\x9f\ue000-\uf8ff]")
# UTF-8 read as cp932 shows these three kanji again and again; EUC-JP read as cp932 turns into half-width katakana.
_UTF8_AS_CP932 = re.compile("(?:[縺繧繝].*?){3}")
_EUC_AS_CP932 = re.compile("[\uff61-\uff9f]{8}")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_ZEROS = re.compile("0+")
_OBJECTS = re.compile(r"xl/(?:drawings/drawing|charts/chart|media/|embeddings/)")


class UnreadableError(Exception):
    """The file cannot be read at all; the reason is already in the notes."""


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
        objects: pictures, charts and other embedded parts of the workbook.
    """

    encoding: str
    merged: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    objects: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one table as strings, blank where empty.

    Attributes:
        table: one Arrow string column per column of the file, named ``c0``, ``c1``, ….
        rows: row number of each record as Excel shows it, ascending.
        widths: number of cells written in each record.
        sheet: sheet name, empty for text files.
        facts: see :class:`Facts`.
    """

    table: pa.Table
    rows: np.ndarray
    widths: np.ndarray
    sheet: str
    facts: Facts

    def head(self) -> list[list[str]]:
        """The first :data:`HEAD_ROWS` records as lists of strings."""
        columns = [column.to_pylist() for column in self.table.slice(0, HEAD_ROWS).columns]
        return [list(row) for row in zip(*columns, strict=True)]


def find_file(path: Path) -> Path | None:
    """The file itself, or the one of the same name in the other Unicode form (macOS writes が as two characters)."""
    if path.is_file():
        return path
    wanted = unicodedata.normalize("NFC", path.name)
    if not path.parent.is_dir():
        return None
    return next((p for p in path.parent.iterdir() if unicodedata.normalize("NFC", p.name) == wanted), None)


def read_bytes(path: Path, notes: Notes) -> bytes:
    """Content of a file, or an :class:`UnreadableError` after noting why."""
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
        return found.read_bytes()
    except PermissionError:
        remedy = "ファイルを開けません。Excelで開いていれば閉じ、読み取りの権限を確かめてください。"
        notes.problem("読み取れること", remedy, "21", value=path.name)
        raise UnreadableError(path) from None


def _missing_remedy(path: Path) -> str:
    near = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    there = f"フォルダーにあるのは {'、'.join(near[:5])} です。" if near else "フォルダーも見当たりません。"
    return f"inputs.yaml のファイル名と置き場所を確かめてください。{there}"


def digest(content: bytes) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


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
    if suffix in EXCEL_SUFFIXES:
        return _read_workbook(content, sheet, notes)
    if suffix in TEXT_SUFFIXES:
        return _read_delimited(suffix, content, encoding, notes)
    remedy = "Excelで開き、「名前を付けて保存」から xlsx か CSV(UTF-8)で保存し直してください。"
    notes.problem("拡張子が .xlsx .csv .tsv のいずれか", remedy, "総務省1-1", value=suffix or name)
    raise UnreadableError(name)


# --- text files -----------------------------------------------------------------------------------------------------


def _read_delimited(suffix: str, content: bytes, encoding: str | None, notes: Notes) -> Grid:
    used, utf8 = _to_utf8(content, encoding, notes)
    _refuse_mojibake(utf8, notes)
    delimiter = "," if suffix == ".csv" else "\t"
    head = _first_records(utf8, delimiter)
    if delimiter == "," and all(len(row) <= 1 for row in head) and any("\t" in row[0] for row in head if row):
        delimiter = "\t"
        head = _first_records(utf8, delimiter)
        notes.repair("カンマ区切り(拡張子 .csv)", "タブ区切り", "1")
    if not any(any(row) for row in head):
        notes.problem(
            "見出しとデータがあること", "ファイルが空です。正しいファイルか確かめてください。", "総務省2-1"
        )
        raise UnreadableError
    width = max(len(row) for row in head)
    table, rows, widths = _parse(utf8, delimiter, width)
    return Grid(table, rows, widths, "", Facts(encoding=used))


def _candidates(content: bytes, declared: str | None) -> Iterator[str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16"
    elif declared:
        yield declared.lower().replace("_", "-")
    else:
        yield from ("utf-8-sig", "cp932")


def _to_utf8(content: bytes, declared: str | None, notes: Notes) -> tuple[str, bytes]:
    """The encoding found and the content in UTF-8 without mark."""
    tried = []
    for name in _candidates(content, declared):
        # shift_jis knows neither ① nor 髙: the code page that Windows really writes is meant.
        codec = {"shift-jis": "cp932", "sjis": "cp932", "utf-8": "utf-8-sig", "utf8": "utf-8-sig"}.get(
            name, name
        )
        tried.append(codec)
        try:
            if codec == "utf-8-sig":
                deque(_pieces(content, "utf-8"), maxlen=0)
                marked = content.startswith(codecs.BOM_UTF8)
                return codec if marked else "utf-8", content.removeprefix(codecs.BOM_UTF8)
            out = io.BytesIO()
            out.writelines(piece.encode() for piece in _pieces(content, codec))
            return codec, out.getvalue()
        except (UnicodeDecodeError, LookupError) as error:
            failure = error
    line = content.count(b"\n", 0, failure.start) + 1 if isinstance(failure, UnicodeDecodeError) else None
    notes.problem(
        f"文字コードが {' か '.join(tried)} で読めること",
        "Excelで開いて文字を確かめ、「CSV UTF-8(コンマ区切り)」で保存し直してください。",
        "1" if line is None else "2",
        row=line,
    )
    raise UnreadableError


def _pieces(content: bytes, codec: str) -> Iterator[str]:
    """The text piece by piece, so that a national year never stands in memory three times."""
    decoder = codecs.getincrementaldecoder(codec)()
    for start in range(0, len(content), _CHUNK):
        try:
            yield decoder.decode(content[start : start + _CHUNK])
        except UnicodeDecodeError as error:
            at = (start + error.start, start + error.end)
            raise UnicodeDecodeError(codec, content, *at, error.reason) from None
    yield decoder.decode(b"", final=True)


# Every alternative begins with its own byte, which the regular expression engine looks for ten times as fast.
_HALF_KANA_BYTES = b"(?:\xbd[\xa1-\xbf]|\xbe[\x80-\x9f])"
_SUSPECT_BYTES = re.compile(
    b"\x00|\xc2[\x80-\x84\x86-\x9f]|\xee|\xe7(?:\xb8\xba|\xb9[\xa7\x9d])|"
    b"\xef(?:[\x80-\xa3]|\xbf\xbd|%b(?:\xef%b){7})" % (_HALF_KANA_BYTES, _HALF_KANA_BYTES)
)


def _refuse_mojibake(utf8: bytes, notes: Notes) -> None:
    """Note every line that holds replacement characters, control characters or the traces of a wrong encoding."""
    lines: dict[int, str] = {}
    position, line = 0, 1
    for match in _SUSPECT_BYTES.finditer(utf8):
        line += utf8.count(b"\n", position, match.start())
        position = match.start()
        if line in lines:
            continue
        start = utf8.rfind(b"\n", 0, position) + 1
        end = utf8.find(b"\n", position)
        text = utf8[start : len(utf8) if end < 0 else end].decode(errors="replace")
        if is_mojibake(text):
            lines[line] = text
    if lines:
        notes.problem_rows(
            list(lines),
            [""] * len(lines),
            "文字化けがないこと",
            "元のファイルから、文字コードを変えずにもう一度書き出してください。",
            "2",
            column="(行全体)",
        )
        raise UnreadableError


def is_mojibake(text: str) -> bool:
    """Whether a line shows the traces of a wrong decoding: U+FFFD, C1 controls, private use, 縺繧繝, ｣､･."""
    if _MOJIBAKE.search(text) or _UTF8_AS_CP932.search(text):
        return True
    run = _EUC_AS_CP932.search(text)
    return (
        run is not None
        and not any("ァ" <= c <= "ヶ" for c in unicodedata.normalize("NFKC", run[0])[:1])
        and (len(_HALF_KANA.findall(text)) * 2 > sum(not c.isascii() for c in text))
    )


def _first_records(utf8: bytes, delimiter: str) -> list[list[str]]:
    piece = utf8[: 1 << 20].decode(errors="ignore")
    reader = csv.reader(io.StringIO(piece, newline=""), delimiter=delimiter)
    return [row for _, row in zip(range(HEAD_ROWS), reader, strict=False)]


def _parse(utf8: bytes, delimiter: str, width: int) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """All records as string columns, their numbers and widths; records of another width are padded or widened."""
    names = [f"c{i}" for i in range(width)]
    odd: dict[int, list[str]] = {}

    def keep(row: Any) -> str:
        odd[row.number] = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=delimiter), [])
        return "skip"

    table = pa_csv.read_csv(
        io.BytesIO(utf8),
        read_options=pa_csv.ReadOptions(use_threads=False, column_names=names),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        ),
    )
    if not odd:
        return table, np.arange(1, table.num_rows + 1), np.full(table.num_rows, width)
    widest = max(width, *(len(row) for row in odd.values()))
    for extra in range(width, widest):
        table = table.append_column(f"c{extra}", pa.nulls(table.num_rows, pa.string()).fill_null(""))
    total = table.num_rows + len(odd)
    numbers = np.array(sorted(odd))
    rows = np.concatenate([np.setdiff1d(np.arange(1, total + 1), numbers), numbers])
    padded = [odd[n] + [""] * (widest - len(odd[n])) for n in numbers]
    ragged = pa.table({f"c{i}": pa.array([row[i] for row in padded], pa.string()) for i in range(widest)})
    order = np.argsort(rows, kind="stable")
    widths = np.concatenate([np.full(table.num_rows, width), [len(odd[n]) for n in numbers]])
    return pa.concat_tables([table, ragged]).take(order), rows[order], widths[order]


# --- workbooks ------------------------------------------------------------------------------------------------------


def _read_workbook(content: bytes, wanted: str | None, notes: Notes) -> Grid:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        notes.problem(
            "Excelブック(.xlsx)として開けること",
            "ファイルが壊れているか、パスワード付きか、別の形式です。Excelで開き、xlsx で保存し直してください。",
            "総務省1-1",
        )
        raise UnreadableError from None
    name = _choose_sheet(book, wanted, notes)
    sheet = book[name]
    notes.sheet = name
    cells = [[_as_text(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows()]
    for area in sheet.merged_cells.ranges:
        value = cells[area.min_row - 1][area.min_col - 1]
        for row in range(area.min_row - 1, area.max_row):
            cells[row][area.min_col - 1 : area.max_col] = [value] * (area.max_col - area.min_col + 1)
    if not any(any(row) for row in cells):
        notes.problem(
            "見出しとデータがあること", f"シート「{name}」が空です。シート名を確かめてください。", "総務省2-1"
        )
        raise UnreadableError
    table = pa.table(
        {f"c{i}": pa.array([row[i] for row in cells], pa.string()) for i in range(len(cells[0]))}
    )
    widths = np.full(len(cells), len(cells[0]))
    return Grid(table, np.arange(1, len(cells) + 1), widths, name, _workbook_facts(content, book, sheet))


def _choose_sheet(book: Any, wanted: str | None, notes: Notes) -> str:
    visible = [s.title for s in book.worksheets if s.sheet_state == "visible"]
    if wanted is None and len(visible) == 1:
        return str(visible[0])
    titles = {unicodedata.normalize("NFKC", s.title).strip(): s.title for s in book.worksheets}
    if wanted is not None and (title := titles.get(unicodedata.normalize("NFKC", wanted).strip())):
        return str(title)
    notes.problem(
        f"シート「{wanted}」があること" if wanted else "読むシートが1つに決まること",
        f"inputs.yaml の sheet に、次のどれかを書いてください: {'、'.join(visible)}",
        "18",
        column="sheet",
        value=wanted or "",
    )
    raise UnreadableError


def _as_text(value: object, number_format: str) -> str:
    """A cell as a person reads it.

    Whole floats lose their .0, a format of zeros (000) gives its leading zeros, dates become ISO, durations run past
    24 hours.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) and _ZEROS.fullmatch(number_format):
        return str(value).zfill(len(number_format))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
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


def _workbook_facts(content: bytes, book: Any, sheet: Any) -> Facts:
    formulas: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.namelist()
        if any(b"<f" in archive.read(p) for p in parts if p.startswith("xl/worksheets/sheet")):
            source = openpyxl.load_workbook(io.BytesIO(content))[sheet.title]
            formulas = [c.coordinate for row in source.iter_rows() for c in row if c.data_type == "f"]
    hidden = [f"{n}行" for n, d in sheet.row_dimensions.items() if d.hidden]
    hidden += [f"{n}列" for n, d in sheet.column_dimensions.items() if d.hidden]
    struck = [c.coordinate for row in sheet.iter_rows() for c in row if c.value is not None and c.font.strike]
    return Facts(
        encoding="xlsx",
        merged=tuple(sorted(str(area) for area in sheet.merged_cells.ranges)),
        formulas=tuple(formulas),
        stale=tuple(a for a in formulas if sheet[a].value is None),
        hidden=tuple(hidden),
        hidden_sheets=tuple(s.title for s in book.worksheets if s.sheet_state != "visible"),
        struck=tuple(struck),
        objects=sum(_OBJECTS.match(part) is not None for part in parts),
    )


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
