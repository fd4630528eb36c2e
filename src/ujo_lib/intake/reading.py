"""Bytes of a file → a grid of strings that knows where every row stood.

Nothing is interpreted here. What the file itself tells (encoding, merged ranges, formulas, hidden rows, pictures) is
kept as :class:`Facts` for the report on machine readability. Whatever a file holds, :func:`read_grid` either reads it
or says what a clerk can do about it: nothing else is raised, and no file takes more than its share of time and memory.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc

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
from ujo_lib.intake.grid import PRIVATE_USE, Facts, Grid, RefusedError, UnreadableError
from ujo_lib.intake.other_books import LOCKED, OTHER_SUFFIXES, read_other_book
from ujo_lib.intake.problems import Notes, Severity
from ujo_lib.intake.schemas import EXAMPLE_MARK
from ujo_lib.intake.workbooks import EXCEL_SUFFIXES, read_workbook

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
BOOK_SUFFIXES = (*EXCEL_SUFFIXES, *OTHER_SUFFIXES)

_MAX_GRID = 200_000_000
"""Cells of a table as wide as its widest record; one row run wild must not unfold a national year."""

_LONGEST_HEADINGS = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOJIBAKE = re.compile("[\x00\ufffd\x80-\x84\x86-\x9f]")
# UTF-8 read as cp932 shows these three kanji again and again; EUC-JP read as cp932 turns into half-width katakana
# and a few private letters.
_UTF8_AS_CP932 = re.compile("(?:[縺繧繝].*?){3}")
_EUC_AS_CP932 = re.compile("[\uff61-\uff9f][\uff61-\uff9f\ue000-\uf8ff]{7}")
_HALF_KANA = re.compile("[\uff61-\uff9f]")


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
    if not path.exists():
        notes.problem("ファイルがあること", _missing_remedy(path), "21", value=path.name)
        raise UnreadableError(path)
    if (path.parent / f"~${path.name}").exists():
        notes.warning(
            "ほかの人が開いていないこと",
            "Excelで開かれています。保存して閉じてから、もう一度実行してください(いまは最後に保存された内容を読みました)。",
            "21",
        )
    try:
        with path.open("rb") as file:
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
    return (
        f"inputs.yaml のファイル名と置き場所を確かめてください。{there}"
        "なかった資料なら、files からこの名前を消します(ほかに名前がなければ、not_supplied に理由を書きます)。"
    )


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
            return read_workbook(content, sheet, notes)
        if suffix in OTHER_SUFFIXES:
            return read_other_book(content, suffix, sheet, notes)
        return _read_delimited(suffix, content, encoding, notes)
    except RefusedError as refused:
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
    """Refuse what is no table whatever its name says: nothing at all, archives, protected workbooks, another format."""
    if not content.strip(b"\0"):
        remedy = (
            f"中身がありません({len(content):,}バイト)。OneDriveなどにあるファイルは、右クリックして「このデバイス上で常に"
            "保持する」を選んでから、もう一度実行してください。そうでなければ、書き出しからやり直してください。"
        )
        raise RefusedError("見出しとデータがあること", remedy, "総務省2-1")
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise RefusedError(*LOCKED)
    if content[:64].lstrip(b"\xef\xbb\xbf \r\n").lower().startswith((b"<html", b"<!doctype", b"<table")):
        remedy = (
            "中身はWebの画面です(ログインやエラーの画面を保存したか、表をHTMLのまま書き出しています)。Excelで開いて表であれば"
            "xlsx で保存し直し、そうでなければもう一度書き出してください。"
        )
        raise RefusedError("Webの画面でなく表", remedy, "総務省1-1")
    found = _format_of(content)
    if suffix in BOOK_SUFFIXES and not found:
        remedy = "中身がExcelブックではありません(名前だけを変えたCSVなど)。Excelで開き、xlsx で保存し直してください。"
        raise RefusedError(f"{suffix} のブックとして開けること", remedy, "総務省1-1")
    named = suffix.replace(".xlsm", ".xlsx")
    if found == ".zip" or (found not in ("", named) and suffix in (*BOOK_SUFFIXES, *TEXT_SUFFIXES, ".zip")):
        raise RefusedError("拡張子のとおりの中身", _remedy_for(found, content), "総務省1-1", value=suffix)
    if suffix not in (*BOOK_SUFFIXES, *TEXT_SUFFIXES):
        remedy = "Excelで開き、「名前を付けて保存」から xlsx か CSV(UTF-8)で保存し直してください。"
        expected = "拡張子が .xlsx .xls .xlsb .ods .csv .tsv のいずれか"
        raise RefusedError(expected, remedy, "総務省1-1", value=suffix)


_MARKS = {"xl/workbook.bin": ".xlsb", "content.xml": ".ods", "[Content_Types].xml": ".xlsx"}
"""Parts by which a workbook is known, whatever it is called."""


def _format_of(content: bytes) -> str:
    """The suffix that the content should have, of a workbook or an archive; empty for all else."""
    if content.startswith(_OLE):
        return ".xls"
    if not content.startswith(b"PK"):
        return ""
    names = _parts(content)
    return next((suffix for mark, suffix in _MARKS.items() if mark in names), ".zip")


def _parts(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Windows writes names in its own code page, and says so by not saying UTF-8; zipfile takes that for cp437.
        return [
            one.filename if one.flag_bits & 0x800 else one.filename.encode("cp437").decode("cp932", "replace")
            for one in archive.infolist()
        ]


def _remedy_for(found: str, content: bytes) -> str:
    if found == ".zip":
        parts = _parts(content)
        if not any(part.lower().endswith((*BOOK_SUFFIXES, *TEXT_SUFFIXES)) for part in parts):
            return (
                "中身は表でない書類です(Apple の Numbers や Word など)。作ったソフトで開き、"
                "「書き出す」や「名前を付けて保存」から xlsx か CSV(UTF-8)にしてください。"
            )
        names = "、".join(parts[:3])
        return f"中身は圧縮ファイルです。中の {names} を取り出し、その名前を inputs.yaml の files に書いてください。"
    return f"中身は {found} のブックです。拡張子を {found} に直し、inputs.yaml の files も直してください。"


# --- text files -----------------------------------------------------------------------------------------------------


_BLOCK = 512
"""Bytes that disks and networks move at once (a sector): where copying stops, it stops behind a whole one."""


def _read_delimited(suffix: str, content: bytes, encoding: str | None, notes: Notes) -> Grid:
    is_open = content.rstrip(b"\0")[-1:] not in (b"\r", b"\n", b"\x1a")
    if is_open and len(content) % _BLOCK == 0:
        told = (
            "改行がなく、写す途中で切れたときの大きさです。最後の行まであるか、元のファイルと比べてください。"
        )
        notes.warning("改行で終わる最後の行", told, "総務省2-1", value=f"{len(content):,}バイト")
    # The end mark of old host systems, on a line of its own or not; blank lines at the end are counted without one.
    if content[-8:].rstrip(b"\r\n").endswith(b"\x1a"):
        content = content.rstrip(b"\r\n\x1a")
    try:
        used = find_encoding(content, encoding)
    except EncodingError as error:
        remedy = (
            "Excelで開いて文字を確かめ、「CSV UTF-8(コンマ区切り)」で保存し直してください。文字コードが分かっていれば、"
            "inputs.yaml のこのファイルに encoding: utf-16-le、encoding: euc-jp などと書いてください。"
        )
        if is_open and error.line == content.count(b"\n") + 1:
            remedy = (
                "最後の文字が途中で切れたファイルなら、もう一度書き出すか写してください。そうでなければ、"
                + remedy
            )
        rule = "1" if error.line is None else "2"
        raise RefusedError(str(error), remedy, rule, row=error.line) from None
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
        raise RefusedError("見出しとデータがあること", remedy, "総務省2-1")
    widest = int(found.cells.max())
    if widest > MAX_CELLS or widest * len(found.cells) > _MAX_GRID:
        remedy = (
            "表ではないファイルか、改行の失われたファイルです。元のシステムからもう一度書き出してください。"
        )
        row = int(np.argmax(found.cells)) + 1
        raise RefusedError(
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


_SUSPECT = re.compile(_SUSPECT_BYTES)


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
            "",
            "文字化けがないこと",
            "元のファイルから、文字コードを変えずにもう一度書き出してください。",
            "2",
        )
        raise UnreadableError


def _mojibake_lines(utf8: "bytes | memoryview") -> tuple[list[int], int]:
    """Lines of a part that hold mojibake, from 1, and the number of its line ends."""
    n = int(np.count_nonzero(np.frombuffer(utf8, np.uint8) == ord("\n")))
    if not pc.match_substring_regex(as_value(utf8, pa.large_binary()), _SUSPECT_BYTES)[0].as_py():
        return [], n
    part, lines = bytes(utf8), []
    above = counted = looked = 0
    while match := _SUSPECT.search(part, looked):
        start = part.rfind(b"\n", looked, match.start()) + 1 or looked
        end = part.find(b"\n", match.start())
        # A whole file in a wrong encoding is suspect everywhere: each line is counted and looked at once.
        looked = len(part) if end < 0 else end
        above, counted = above + part.count(b"\n", counted, start), start
        if is_mojibake(part[start:looked].decode(errors="replace")):
            lines.append(above + 1)
    return lines, n


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


def has_example(file: Path) -> bool:
    """Whether a file still holds the example row of its form; one that cannot be read is no form."""
    if file.suffix not in EXCEL_SUFFIXES:
        content = file.read_bytes()
        return any(EXAMPLE_MARK.encode(code) in content for code in ("utf-8", "cp932", "utf-16-le"))
    with suppress(Exception), closing(openpyxl.load_workbook(file, read_only=True)) as book:
        first = (row[0] for sheet in book for row in sheet.iter_rows(max_row=20, max_col=1, values_only=True))
        return any(str(value).startswith(EXAMPLE_MARK) for value in first)
    return False
