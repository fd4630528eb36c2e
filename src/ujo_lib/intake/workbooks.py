"""An .xlsx workbook → a grid: a cell comes out as the text a person would read in it.

Excel dates become ISO, a merged cell is repeated over its range, and words that are struck through, raised or lowered
within a cell are no part of its value.
"""

import io
import operator
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.escape import unescape

from ujo_lib.intake.grid import (
    HEAD_ROWS,
    Facts,
    Grid,
    RefusedError,
    choose_sheet,
    refuse_merged,
    unfolded,
)
from ujo_lib.intake.problems import Notes

EXCEL_SUFFIXES = (".xlsx", ".xlsm")

_MAX_PART = 1 << 28
"""Bytes of one unpacked part of a workbook; what is larger belongs into a CSV file."""

_MAX_RATIO, _PACKED_TIGHT = 100, 1 << 24
"""A part of this size that was packed a hundredfold holds nothing but repetition: Excel's own reach one twentieth."""

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_SIGN = re.compile(r'"([^"]*)"|\\(.)|([0-])')
_FILLED = re.compile(rf"(?=.*0)(?:{_SIGN.pattern})+", re.DOTALL)
"""A number format of zeros, words in quotes, escaped letters and dashes; digits come in the place of the zeros."""

_UNSEEN = re.compile(r"_.|\*.|\[(?:[a-z]+\d*|[赤黒青緑])\]|;.*", re.IGNORECASE | re.DOTALL)
"""Of a number format what leaves a gap or a colour, and what is for negative numbers."""

_WORDS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|;.*')
_SECTION = re.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+|(?<=;)(?=;|$))')
_CONDITION = re.compile(r"\[(<=|>=|<>|=|<|>)(-?\d+(?:\.\d+)?)\]")
_ASIDE = re.compile(r"[_*].|\[[^\]]*\]")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_BEHIND = re.compile(r'(?:[0#?]|General|G/標準)((?:"[^"]*"|\\.|[^0#?"\\])*)$', re.IGNORECASE)
_IN_ONES = re.compile(r"[0#?],+(?![0#?,])")
"""A comma behind the last place shows thousands of a number that is written in ones."""

_SCALE = re.compile("[十百千万億%％‰]")
_ABROAD = re.compile(r"(?<!\[)[$€£₩]|(?<=\[\$)(?!JPY)[A-Z]{3}")
"""Money that is no yen; the sign behind a bracket only says that a currency or a place follows: [$¥-411]."""
_MONTH_ONLY = re.compile(r"(?=.*m)[yegm/\-. ]+")
"""A format of dates that shows no day: who wrote 2024年2月 did not say the first of February."""

_EXACT = 10**15
"""From here on Excel has put noughts in the place of digits: two long ids have become one."""

_DAY_AND_CLOCK = re.compile("(?=.*d)(?=.*h)")
_RAISED = ("superscript", "subscript")
_UNSOLVED = re.compile(rb'fullCalcOnLoad="(?:1|true)"')
_OBJECTS = re.compile(r"xl/(?:drawings/drawing|charts/chart|media/|embeddings/)")


def read_workbook(content: bytes, wanted: str | None, notes: Notes) -> Grid:
    """One sheet of a workbook.

    Args:
        content: the file's bytes.
        wanted: name of the sheet; ``None`` takes the only visible one.
        notes: told the sheet that was taken.

    Raises:
        RefusedError: the workbook cannot be read.
    """
    book = _open_book(content)
    visible = {one.title: one.sheet_state == "visible" for one in book.worksheets}
    filled = [one.title for one in book.worksheets if any(c.value is not None for c in one._cells.values())]
    name = choose_sheet(visible, filled, wanted)
    sheet = book[name]
    notes.sheet = name
    written = {
        place: as_text(cell.value, cell.number_format)
        for place, cell in sheet._cells.items()
        if cell.value is not None
    }
    areas = [(a.min_row, a.min_col, a.max_row, a.max_col) for a in sheet.merged_cells.ranges]
    return unfolded(written, areas, name, _workbook_facts(content, book, sheet))


@lru_cache(maxsize=1)
def _open_book(content: bytes) -> Any:
    """The workbook, kept until the next one is opened: its sheets are often read one after the other."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _refuse_parts(archive)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters to a clerk is noted in words that a clerk knows
        return openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)


def refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unfold beyond all measure."""
    for part in archive.infolist():
        tight = part.file_size > max(_PACKED_TIGHT, _MAX_RATIO * part.compress_size)
        if tight or part.file_size > _MAX_PART:
            megabytes = f"{part.filename} {part.file_size >> 20:,}MB"
            remedy = (
                "中身が大きすぎます。Excelで開けるなら、要るシートだけを CSV(UTF-8)で保存して使ってください。"
            )
            raise RefusedError(f"{_MAX_PART >> 20}MBまでのシート", remedy, "総務省1-1", value=megabytes)


def _refuse_parts(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that is saved in the strict variant or holds merged cells beyond all measure."""
    refuse_bombs(archive)
    parts = archive.namelist()
    if "xl/workbook.xml" in parts and b"purl.oclc.org/ooxml" in archive.read("xl/workbook.xml"):
        remedy = (
            "「Strict Open XML スプレッドシート」で保存されています。Excelで開き、「名前を付けて保存」で種類を"
            "「Excel ブック(.xlsx)」にして保存し直してください。"
        )
        raise RefusedError("Excelブック(.xlsx)として開けること", remedy, "総務省1-1")
    for name in parts:
        if name.startswith("xl/worksheets/"):
            for area in _MERGED.findall(archive.read(name)):
                left, top, right, bottom = range_boundaries(area.decode())
                refuse_merged((top, left, bottom, right))


def as_text(value: object, number_format: str) -> str:
    """A cell as a person reads it, as far as its value and number format tell.

    Whole floats lose their .0, a format of zeros and words ("K"000) gives both, one of words alone ("○";;"×") the word,
    dates become ISO, durations run past 24 hours; a line end escaped as _x000D_ is one. What is struck through, raised
    or lowered within a cell is no part of its value.
    """
    if value is None:
        return ""
    if isinstance(value, CellRichText):
        value = "".join(str(part) for part in value if not _is_aside(part))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if (
        isinstance(value, int)
        and 0 <= value < _EXACT
        and _FILLED.fullmatch(form := _UNSEEN.sub("", number_format))
    ):
        return _filled(str(value), form)
    if isinstance(value, int | float):
        return _worded(value, number_format)
    if isinstance(value, date) and _MONTH_ONLY.fullmatch(_WORDS.sub("", number_format.lower())):
        return f"{value.year}年{value.month}月"
    if isinstance(value, datetime):
        value = _to_second(value)
        # A contact at midnight is a moment where the sheet shows its clock, and a day where it does not.
        bare = value.time() == time(0) and not _DAY_AND_CLOCK.match(_WORDS.sub("", number_format.lower()))
        return value.strftime("%Y-%m-%d" if bare else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        moment = datetime.combine(date.min, value)
        return min(_to_second(moment), moment.replace(hour=23, minute=59)).strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(unescape(str(value)))


def _to_second(moment: datetime) -> datetime:
    """The nearest second: ten o'clock, written to six places of a day, would fall into the hour before."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def _worded(value: float, number_format: str) -> str:
    """A number with what its format says beyond a unit: "%" or "千" behind it, or "女" instead of it."""
    # Excel shows 15 digits of the 17 that a float has: 9.999999999999998 is a ten that was calculated.
    whole = float(value).is_integer() and abs(value) < _EXACT
    number = str(int(value)) if whole else f"{value:.15g}"
    if "%" in _WORDS.sub("", number_format):
        return f"{value * 100:.15g}%"
    if abroad := _ABROAD.search(number_format):
        return number + abroad[0]
    if not _QUOTED.search(number_format):
        return number
    sections = _SECTION.findall(number_format)
    section = _ASIDE.sub("", _chosen(value, sections))
    behind = _BEHIND.search(section)
    words = "".join(
        word or letter for word, letter in _QUOTED.findall(behind[1] if behind else section)
    ).strip()
    if behind is None:  # a dash or nothing at all stands for a nought
        return words if len(sections) > 1 and re.search(r"\w|[○×◯✓]", words) else number
    return number + words if _SCALE.search(words) and not _IN_ONES.search(section) else number


def _chosen(value: float, sections: Sequence[str]) -> str:
    """The part of a format that shows this number: by its own condition, else for positive; negative; nought."""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        fits = (
            section
            for section, condition in zip(sections, conditions, strict=True)
            if condition is None or _COMPARED[condition[1]](value, float(condition[2]))
        )
        return next(fits, "")
    place = 1 if value < 0 else 2 if value == 0 else 0
    return sections[place] if place < len(sections) else sections[0]


_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<>": operator.ne, "=": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip


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
        # A program that cannot calculate stores a nought and leaves the rest to Excel, which clears this when it saves.
        unsolved = (
            "xl/workbook.xml" in parts and _UNSOLVED.search(archive.read("xl/workbook.xml")) is not None
        )
        if any(b"<f" in archive.read(p) for p in parts if p.startswith("xl/worksheets/sheet")):
            source = openpyxl.load_workbook(io.BytesIO(content))[sheet.title]
            formulas = [c.coordinate for _, c in sorted(source._cells.items()) if c.data_type == "f"]
    hidden = [f"{n}行" for n, d in sheet.row_dimensions.items() if d.hidden]
    hidden += [
        f"{n}列" if d.max in (None, d.min) else f"{n}~{get_column_letter(d.max)}列"
        for n, d in sheet.column_dimensions.items()
        if d.hidden
    ]
    struck = [c.coordinate for _, c in sorted(sheet._cells.items()) if c.value is not None and c.font.strike]
    partly = [
        cell.coordinate
        for _, cell in sorted(sheet._cells.items())
        if isinstance(cell.value, CellRichText) and any(map(_is_aside, cell.value))
    ]
    noted = [
        cell.coordinate
        for _, cell in sorted(sheet._cells.items())
        if cell.comment and not re.search(r"[^\W\d]", str(cell.value or ""))
    ]
    others = [s for s in book.worksheets if s.sheet_state == "visible" and s is not sheet]
    return Facts(
        encoding="xlsx",
        merged=tuple(sorted(str(area) for area in sheet.merged_cells.ranges)),
        formulas=tuple(formulas),
        # A formula that made an empty text was worked out: its cell says so (t="str").
        stale=tuple(
            a for a in formulas if unsolved or (sheet[a].value is None and sheet[a].data_type != "str")
        ),
        from_1904=book.epoch == CALENDAR_MAC_1904,
        hidden=tuple(hidden),
        hidden_sheets=tuple(s.title for s in book.worksheets if s.sheet_state != "visible"),
        struck=tuple(struck),
        partly=tuple(partly),
        noted=tuple(noted),
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
