"""From the text of a cell to its value, one parser per column type; each distinct text is read once.

A parser takes the text and returns the value, or raises :class:`ValueRefused` with what was expected and what to write
instead. :func:`parse_column` maps it over the distinct texts of a column, notes every refusal with its rows and every
change it made, and hands back columns in the frame's types.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ujo_lib.facts import named
from ujo_lib.fiscal import DateError, FiscalYear, parse_clock, parse_date, parse_zone
from ujo_lib.intake.patience import LOG
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import DTYPES, NUMERIC, Column, Option
from ujo_lib.params.inputs import MissingSign
from ujo_lib.text import MAY_NAME_RE2, mask_personal, normalise_value

JST = ZoneInfo("Asia/Tokyo")

_DISTINCT_LISTED = 5
# No code, label, date or number is longer; what is may be free text that slipped into the wrong column.
_MAX_SHOWN = 30


class ValueRefused(ValueError):  # noqa: N818 - a verdict, not a malfunction
    """A text that does not fit its column: what was expected, what to write instead, and the rule's number."""

    def __init__(self, expected: str, remedy: str, rule: str) -> None:
        self.expected, self.remedy, self.rule = expected, remedy, rule
        super().__init__(expected)


@dataclass(frozen=True)
class Raw:
    """One column of texts; told apart only where somebody asks, for free texts are too large to stand here twice.

    Attributes:
        heading: as it stands in the file.
        cells: the texts, an Arrow string per row.
        rows: row numbers as Excel shows them.
    """

    heading: str
    cells: pa.ChunkedArray
    rows: np.ndarray

    @cached_property
    def _encoded(self) -> pa.DictionaryArray:
        return self.cells.combine_chunks().dictionary_encode()

    @cached_property
    def codes(self) -> np.ndarray:
        """Position in ``texts`` per row."""
        codes: np.ndarray = self._encoded.indices.to_numpy(zero_copy_only=False)
        return codes

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts, in the order of their first rows."""
        distinct: list[str] = self._encoded.dictionary.to_pylist()
        return distinct

    def rows_of(self, code: int) -> np.ndarray:
        """Row numbers that hold the text of this code."""
        rows: np.ndarray = self.rows[self.codes == code]
        return rows


@dataclass(frozen=True, slots=True)
class Site:
    """What the site declares about a file's values.

    Attributes:
        missing: meaning of missing-value signs, by :func:`fold_sign`.
        missing_in: the same for single columns, by their names.
        timezone: zone of naive time stamps, ``None`` when not declared.
        names: names to mask in free text; None where nobody will look at it, so that it is not read at all.
    """

    missing: Mapping[str, MissingSign]
    missing_in: Mapping[str, Mapping[str, MissingSign]] = field(default_factory=dict)
    timezone: str | None = None
    names: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A value and, when the text was not in plain form, the number of the rule that mended it."""

    value: Any
    rule: str | None = None


TOTAL_WORDS = re.compile(
    r"(?:総?合計|総計|小計|計|総数|全体|男女計|(?:Grand )?Totals?)(?:\s*:.*)?", re.IGNORECASE
)
"""What a total row or column is called (tidied text)."""


def tidy(text: str) -> str:
    """:func:`ujo_lib.text.normalise_value`, skipped for texts that are plainly in that form already."""
    if text.isascii() and text.isprintable() and text == text.strip() and "  " not in text:
        return text
    return normalise_value(text)


_DASH_SIGN = re.compile("[-\uff0d\u2010-\u2015\u2212\u30fc\uff70\u2500]+")
_DOT_SIGN = re.compile(r"[\u2026\u2025]+|\.{2,}|[\u30fb\uff65]{2,}")


def fold_sign(text: str) -> str:
    """One form for the spellings of a missing-value sign: dashes ``-``, dots ``…``, ``x``, ``*``; else as tidied."""
    bare = text.strip()
    if _DASH_SIGN.fullmatch(bare):
        return "-"
    if _DOT_SIGN.fullmatch(bare):
        return "…"
    plain = tidy(bare)
    if plain in {"x", "X", "×", "✕"}:
        return "x"
    return "*" if plain and set(plain) == {"*"} else plain


_BLANK_ANSWERS = frozenset({"無回答", "未回答", "回答なし"})


# --- numbers --------------------------------------------------------------------------------------------------------

_LARGEST = 1e15
_UNITS = "件|人|名|円|戸|世帯|回|歳|個|枚|分|時間|年度?|か月|%"
_NUMBER = re.compile(
    rf"(?P<sign>[-+▲△]?)\s?[¥\\]?\s?(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<part>\.\d+)?\s?(?P<unit>{_UNITS})?"
)


def parse_number(text: str, *, percent: bool = False) -> Read:
    """A number with what clerks put around it: full-width digits, ``1,234``, ``¥``, 件, ``▲3``.

    Args:
        text: the cell.
        percent: whether ``12.5%`` may stand for 0.125.

    Raises:
        ValueRefused: not a number; or ``(25)``, which may mean minus 25 or "25 of these".
    """
    plain = tidy(text).replace("\u2212", "-")
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise ValueRefused("数値", _number_remedy(plain), "6")
    if match["unit"] == "%" and not percent:
        raise ValueRefused("割合ではない数値", "% を外し、割合ではなく数そのものを書いてください。", "6")
    if match["part"] == ".000" and len(match["digits"]) <= 3:
        remedy = "点が小数点か3けたごとの区切りか分かりません。区切りなら点を外し、小数点なら .000 を外してください。"
        raise ValueRefused("数値", remedy, "6")
    value = float(match["digits"].replace(",", "") + (match["part"] or ""))
    if value > _LARGEST:
        raise ValueRefused(
            "15けたまでの数値", "けた数を確かめてください。番号なら文字列の列に書きます。", "6"
        )
    if match["sign"] in {"-", "▲", "△"}:
        value = -value
    if match["unit"] == "%":
        value /= 100
    if re.fullmatch(r"-?\d+(?:\.\d+)?", plain):
        return Read(value, None if plain == text.strip() else "5")
    return Read(value, "6")


def _number_remedy(plain: str) -> str:
    if re.fullmatch(r"\(\s?[\d,.]+\s?\)", plain):
        return "かっこ付きの数は、負の数にも内数にも読めます。-25 か 25 のように書いてください。"
    if fold_sign(plain) in {"-", "…", "x", "*"}:
        return (
            f'符号「{plain}」の意味を、inputs.yaml に missing: {{"{plain}": unknown}} のように書いてください'
            "(none / unknown / suppressed)。"
        )
    if re.fullmatch(r"\d+:\d\d(?::\d\d)?", plain):
        return f"時間と分か、分と秒か分かりません。{plain} でなく、90 か 1時間30分 のように書いてください。"
    if re.search(r"\d\s?,\s?\d", plain):
        return "3けたごとのカンマの位置を確かめるか、カンマを外してください。"
    if re.fullmatch(r"[#＃].*", plain):
        return _ERROR_REMEDY
    return "数字だけを書いてください。数えていないときは空欄にします。"


def parse_int(text: str) -> Read:
    """A whole number; see :func:`parse_number`."""
    read = parse_number(text)
    if not float(read.value).is_integer():
        raise ValueRefused("整数", "小数を整数に直してください。", "6")
    return Read(int(read.value), read.rule)


def parse_share(text: str) -> Read:
    """A share between 0 and 1, ``12.5%`` allowed."""
    return parse_number(text, percent=True)


def parse_hour(text: str) -> Read:
    """An hour of the day: ``22``, ``22時``, ``22時台``, ``22:00``."""
    match = re.fullmatch(r"(\d{1,2})(?:時台?|:00(?::00)?)?", tidy(text))
    if match is None or int(match[1]) > 23:
        raise ValueRefused(
            "0から23の時台", "22 か 22時台 のように書いてください。翌日の1時は日付を翌日にします。", "9"
        )
    return Read(int(match[1]), None if text == match[1] else "9")


def parse_year(text: str) -> Read:
    """A fiscal year as its western number."""
    try:
        year = FiscalYear.parse(text).year
    except DateError as error:
        raise ValueRefused("年度(2023、R5、令和5年度)", str(error), "8") from None
    return Read(year, None if text == str(year) else "8")


# --- units ----------------------------------------------------------------------------------------------------------

_DURATION = re.compile(
    r"(?:(?P<h>\d+(?:\.\d+)?)\s?(?:時間|h))?\s?(?:(?P<m>\d+(?:\.\d+)?)\s?分)?\s?(?:(?P<s>\d+(?:\.\d+)?)\s?秒)?",
    re.IGNORECASE,
)
_DIMENSIONS = (
    {"件", "人", "名", "戸", "世帯", "回", "個", "枚"},
    {"年", "年度"},
    *({unit} for unit in ("円", "歳", "分", "時間", "か月", "点")),
)
_HEADING_UNIT = re.compile(r"\(([^()]*)\)$")
_SCALED = re.compile(r"(?:十|百|千|万|億)+(?:人|件|円|世帯|戸|回)?|秒|分|時間|日|か月|年|%|‰|前年.*|対前年.*")


def parse_measured(text: str, unit: str, *, whole: bool = False) -> Read:
    """A number of the column's unit; ``1時間30分`` and ``90秒`` become minutes where the unit is 分.

    Raises:
        ValueRefused: not a number, or one of another unit (``3円`` among persons).
    """
    plain = tidy(text)
    if unit == "分" and not whole and (spell := _DURATION.fullmatch(plain)) and any(spell.groups()):
        hours, minutes, seconds = (float(part or 0) for part in spell.groups())
        return Read(hours * 60 + minutes + seconds / 60, "6")
    read = parse_int(text) if whole else parse_number(text)
    match = _NUMBER.fullmatch(plain.replace("\u2212", "-"))
    written = match["unit"] if match else None
    if unit and written and not any({unit, written} <= alike for alike in _DIMENSIONS):
        raise ValueRefused(f"単位が「{unit}」の数値", f"「{written}」の数です。{unit}に直してください。", "6")
    return read


def _note_heading_unit(column: Column, raw: Raw, notes: Notes) -> None:
    """A heading whose unit is not the dictionary's: its numbers would be wrong by a factor, its codes no codes."""
    match = _HEADING_UNIT.search(tidy(raw.heading))
    unit = match[1].strip() if match else ""
    if unit == column.unit or f"({unit})" in column.heading or not _SCALED.fullmatch(unit):
        return
    numbers = column.type in ("int", "number") or (
        column.type in ("cat", "share")
        and any(tidy(text).replace(".", "", 1).isdecimal() for text in raw.texts)
    )
    if numbers:
        right = f"単位が「{column.unit}」の列" if column.unit else "単位のない見出し"
        remedy = f"見出しの単位は「{unit}」です。値を直してから、見出しの単位も直してください。"
        notes.problem(right, remedy, "6", column=raw.heading)


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


def refuse_glued(text: str) -> None:
    """Refuse a digit with a superscript, circled or numbered sign beside it: 3² is not 32, 2① is not 21.

    Raises:
        ValueRefused: there is such a pair.
    """
    if text.isascii():
        return
    for pair in pairwise(text):
        folds = [_folded(char) for char in pair]
        signs = [len(f) > 1 or unicodedata.category(c) == "No" for c, f in zip(pair, folds, strict=True)]
        if any(signs) and all(any(c.isdecimal() for c in fold) for fold in folds):
            remedy = "数字に、上付きや丸囲みの数字が付いています。注の番号なら消してください。"
            raise ValueRefused("続けて読める数字", remedy, "3")


# --- names and numbers of things ------------------------------------------------------------------------------------

_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)", re.IGNORECASE)
_ERROR_REMEDY = "Excelの計算エラーです。元の表で値を直してください。"
_DITTO = frozenset({"〃", "々", "同上", "同じ", '"', "''", "”", "″"})
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_CALCULATED = re.compile(
    r"\d+\.0+|\d{1,3}(?:,\d{3})+|\d{1,2}月\d{1,2}日|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{1,2}"
)
"""A number of a person or a record that a program took for a figure or a day: 1001.0, 1,001, 1-Aug for 8-1."""

_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|(?<!\d)0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)")
_SENTENCE = re.compile(r"。|(?<![A-Za-z])[!?]$|(?:です|ます|ました|ません|たい|ない)$")
_NO_SENTENCE = re.compile(
    "(?:わから|分から|知ら|覚えてい|特に|どれでも|(?:回答|該当)し|(?:答え|言い)たく)ない"
)
"""What people choose in a list: no sentence, and neither is Yahoo!."""

_PLAIN_ID = re.compile("[A-Z]{0,3}[0-9]{1,15}")
"""An id in which :func:`parse_short` finds nothing to mend or refuse."""

_NO_ID = frozenset({"-", "…", "*", "なし", "無し", "不明", "n/a", "na", "null", "none", "nan"})


_FORMULA = re.compile(r'=\s*"([^"]*)"')


def _as_shown(text: str, *, is_id: bool) -> str:
    """What Excel shows of ``="001"``, and of an id behind ``'``: both only keep its zeros."""
    formula = _FORMULA.fullmatch(text)
    return formula[1] if formula else text.removeprefix("'") if is_id else text


def parse_short(text: str, *, is_id: bool = False, brief: bool = False) -> Read:
    """A short text or an id, tidied.

    Raises:
        ValueRefused: an error of the spreadsheet, a ditto mark, a contact, a rounded number; for an id or a brief word
            also a sentence; for an id also a sign of missing that was not declared.
    """
    plain = tidy(_as_shown(text, is_id=is_id))
    expected = "番号" if is_id else "短い語"
    if _ERROR_VALUE.fullmatch(plain):
        raise ValueRefused(expected, _ERROR_REMEDY, "18")
    if plain in _DITTO or text in _DITTO:
        raise ValueRefused(expected, "「同上」の印です。上の行と同じ値を書いてください。", "14")
    if _CONTACT.search(plain):
        raise ValueRefused(
            expected, "連絡先のようです。列がずれていないか確かめ、個人情報なら消してください。", "23"
        )
    if (is_id or brief) and _SENTENCE.search(plain) and not _NO_SENTENCE.fullmatch(plain):
        remedy = "文章のようです。列がずれていないか確かめ、相談の文なら消し、そうでなければ短い語に直してください。"
        raise ValueRefused(expected, remedy, "23")
    if _ROUNDED.fullmatch(plain):
        remedy = "Excelが番号を丸めました。元の書き出しを、列を文字列にして開き直してください。"
        raise ValueRefused(expected, remedy, "17")
    if is_id and _CALCULATED.fullmatch(plain):
        remedy = (
            "番号が小数・桁区切り・日付に変わっています。元の書き出しを、列を文字列にして開き直してください。"
        )
        raise ValueRefused(expected, remedy, "17")
    if is_id and fold_sign(plain).casefold() in _NO_ID:
        remedy = (
            f'番号がないなら空欄にするか、inputs.yaml に missing: {{"{plain}": unknown}} と書いてください。'
        )
        raise ValueRefused(expected, remedy, "14")
    return Read(plain, None if plain == text else "5")


_AREA_WEIGHTS = (6, 5, 4, 3, 2)


def parse_area(text: str) -> Read:
    """The code of an area; of the six digits of 全国地方公共団体コード the last, which only checks, is left out.

    Raises:
        ValueRefused: the last digit does not fit, a first zero was lost, or no id at all.
    """
    plain = tidy(text)
    if not plain.isdecimal() or len(plain) > 6:
        return parse_short(text, is_id=True)
    code = plain[:5]
    if len(plain) < 5 or int(code[:2]) > 47 or 0 < int(code[2:]) < 100:
        remedy = (
            "先頭の0が落ちていないか確かめ、43213 のような5けたか、432130 のような6けたで書いてください。"
        )
        raise ValueRefused("地方公共団体コード", remedy, "17")
    if len(plain) == 6:
        weighed = sum(int(digit) * weight for digit, weight in zip(code, _AREA_WEIGHTS, strict=True))
        if code != "00000" and int(plain[5]) != (11 - weighed % 11) % 10:
            raise ValueRefused(
                "地方公共団体コード", "6けた目(検査数字)が合いません。写し違いを確かめてください。", "17"
            )
        return Read(code, "17")
    return Read(code, None if plain == text else "5")


# --- flags, dates, clocks -------------------------------------------------------------------------------------------

_TRUE = frozenset({*"1○〇◯●✓✔レ有", "あり", "はい", "対象", "回答", "回答あり", "true", "yes"})
_FALSE = frozenset({"0", "×", "✕", "無", "なし", "いいえ", "対象外", "未回答", "回答なし", "false", "no"})


def parse_flag(text: str) -> Read:
    """Yes or no: 1/0, ○/×, 有/無, はい/いいえ."""
    plain = tidy(text).casefold()
    if plain in _TRUE:
        return Read(True, None if text == "1" else "15")
    if plain in _FALSE:
        return Read(False, None if text == "0" else "15")
    raise ValueRefused("1(はい)か0(いいえ)", "1 か 0 を書いてください。", "定義")


_PLAIN_DATE = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}")


_BARE_ERA_DAY = re.compile(r"\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def _refuse_two_readings(text: str) -> None:
    """51208 is a serial of 2040 and 令和5年12月8日: neither is taken."""
    if _BARE_ERA_DAY.fullmatch(plain := tidy(text)):
        remedy = f"「{plain}」は和暦にも通し番号にも読めます。R5.12.8 か 2023-12-08 のように書いてください。"
        raise ValueRefused("日付", remedy, "7")


def parse_day(text: str) -> Read:
    """A day; see :func:`ujo_lib.fiscal.parse_date`."""
    _refuse_two_readings(text)
    try:
        day = parse_date(text)
    except DateError as error:
        raise ValueRefused("日付", str(error), "7") from None
    return Read(day, None if _PLAIN_DATE.fullmatch(text) else "7")


_ISO_STAMP = re.compile(r"(?:19|20)\d\d([-/])\d{1,2}\1\d{1,2}[T ]\d{1,2}:\d{2}(?::\d{2})?")
_HALF_DAY = re.compile(
    r"(?P<before>AM|PM|午前|午後)?\s?(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2})?)\s?(?P<after>AM|PM|午前|午後)?",
    re.IGNORECASE,
)
_GMT = re.compile(r"\s*GMT([+-]\d{1,2})$")
_OFFSET = re.compile(r"(?P<stamp>.+?)\s*(?P<offset>Z|[+-]\d{2}:?\d{2})")
_STAMP = re.compile(
    r"(?P<day>.+?)(?:T|\s+|(?<=[日)]))(?P<clock>\d{1,2}(?::\d{2}(?::\d{2})?|時(?:\d{1,2}分)?)(?:\.\d+)?)"
)


def _whole_day(match: re.Match[str]) -> str:
    """A clock of twelve hours as one of twenty-four: 10:13 午後 is 22:13, 12:05 AM is 0:05."""
    half, hour = match["before"] or match["after"], int(match["hour"])
    if half is None or hour > 12:
        return match[0]
    return f" {hour % 12 + (12 if half.upper() in ('PM', '午後') else 0)}{match['rest']}"


def parse_stamp(text: str, timezone: str | None) -> Read:
    """A day and clock as a moment in Asia/Tokyo; a clock past 24:00 belongs to the next day.

    Args:
        text: ISO with or without offset, or a municipal date followed by a clock.
        timezone: zone of a stamp without offset.

    Raises:
        ValueRefused: not a moment, or no offset and no declared zone.
    """
    plain = _GMT.sub(lambda gmt: f"{int(gmt[1]):+03d}:00", _HALF_DAY.sub(_whole_day, tidy(text)))
    with_offset = _OFFSET.fullmatch(plain)
    match = _STAMP.fullmatch(with_offset["stamp"] if with_offset else plain)
    if match is None:
        raise ValueRefused("日付と時刻", "2023-08-05 22:13 のように、日付と時刻を書いてください。", "7")
    _refuse_two_readings(match["day"])
    try:
        day = parse_date(match["day"])
        hours, seconds = (
            match["clock"].rsplit(":", 1) if match["clock"].count(":") == 2 else (match["clock"], "0")
        )
        shift, clock = parse_clock(hours)
    except DateError as error:
        raise ValueRefused("日付と時刻", str(error), "9" if "時刻" in str(error) else "7") from None
    naive = datetime.combine(day + timedelta(days=shift), clock) + timedelta(seconds=float(seconds))
    rule = "9" if shift else (None if _PLAIN_DATE.fullmatch(match["day"]) else "7")
    if with_offset:
        offset = datetime.strptime(with_offset["offset"], "%z").tzinfo
        return Read(naive.replace(tzinfo=offset).astimezone(JST), rule)
    if timezone is None:
        remedy = "inputs.yaml のこのファイルに timezone: Asia/Tokyo か timezone: UTC を書いてください。"
        raise ValueRefused("時差付きの時刻か、時間帯の宣言", remedy, "10")
    return Read(naive.replace(tzinfo=ZoneInfo(timezone)).astimezone(JST), rule)


def parse_broadcast_zone(text: str) -> Read:
    """A clock range in the form ``20:00~26:00``."""
    try:
        (d0, t0), (d1, t1) = parse_zone(text)
    except DateError as error:
        raise ValueRefused("時間帯(20:00~26:00)", str(error), "9") from None
    plain = f"{t0.hour + 24 * d0}:{t0.minute:02d}~{t1.hour + 24 * d1}:{t1.minute:02d}"
    return Read(plain, None if text == plain else "9")


# --- categories -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def vocabulary(options: tuple[Option, ...]) -> Mapping[str, str]:
    """Every accepted spelling of these options (folded) → label."""
    known: dict[str, str] = {}
    for option in options:
        for spelling in (*option.aliases, option.code, option.label):
            if spelling:
                known[_fold_label(spelling)] = option.label
    return known


def _fold_label(text: str) -> str:
    return re.sub(r"\s+", "", tidy(text)).casefold()


_NUMBERED = re.compile(r"(?P<code>\d{1,2})(?:[\s.:、)]+|(?=\D))(?P<label>\S.*)")


def parse_category(text: str, options: tuple[Option, ...]) -> Read:
    """The label of an answer given as label, code, 「1 男性」 or a known alias.

    Raises:
        ValueRefused: not among the options; the nearest label is proposed.
    """
    known = vocabulary(options)
    folded = _fold_label(text)
    label = known.get(folded)
    numbered = _NUMBERED.fullmatch(tidy(text))
    if (
        label is None
        and numbered
        and known.get(numbered["code"]) == known.get(_fold_label(numbered["label"]))
    ):
        label = known.get(numbered["code"])
    if label is None:
        raise ValueRefused(_choices(options), _nearest(folded, options), "定義")
    return Read(label, None if text == label else "5")


def _choices(options: tuple[Option, ...]) -> str:
    labels = [option.label for option in options]
    return "/".join(labels if len(labels) <= 12 else [*labels[:4], f"…(全{len(labels)}種)"])


def _nearest(folded: str, options: tuple[Option, ...]) -> str:
    from difflib import get_close_matches

    if folded == "全国" or TOTAL_WORDS.fullmatch(folded):
        return "合計の行なら、行を消してください(2重に数えます)。そうでなければ選択肢の名称かコードを書いてください。"
    known = vocabulary(options)
    # A number is near to none but the code whose first zero it has lost: 8 is 08, and nothing like 38.
    near = (
        [code for code in (folded.zfill(2),) if code in known]
        if folded.isdecimal()
        else get_close_matches(folded, list(known), n=1, cutoff=0.5)
    )
    hint = f"「{known[near[0]]}」ではありませんか。" if near else ""
    return f"{hint}選択肢の名称かコードを書いてください。新しい選択肢なら inputs.yaml の labels に加えます。"


_KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile("([二三四五六七八九])?(十)?([一二三四五六七八九])?")
_OLDEST = 120
_BAND = re.compile(
    r"(?P<low>\d{1,3})(?:歳?(?:~|-|から)(?P<high>\d{1,3}))?(?P<unit>歳代|歳台|代|歳)?(?P<open>以上|以下|未満)?"
)


def _kanji_to_digits(text: str) -> str:
    def number(match: re.Match[str]) -> str:
        if not match[0]:
            return ""
        tens = (_KANJI_DIGITS[match[1]] if match[1] else 1) * 10 if match[2] else 0
        if not match[2] and match[1] and match[3]:
            return match[0]
        ones = match[3] or ("" if match[2] else match[1])
        return str(tens + (_KANJI_DIGITS[ones] if ones else 0))

    return _KANJI_NUMBER.sub(number, text)


@lru_cache(maxsize=4096)
def age_range(text: str) -> tuple[int, int] | None:
    """Ages a band covers, both ends included: 「40歳代」「四十代」「40~49歳」 → (40, 49), 「65歳以上」 → (65, 999)."""
    plain = re.sub(r"\s+", "", tidy(text)).replace("\u301c", "~")
    within = re.fullmatch(r".+\((.+)\)", plain)
    match = _BAND.fullmatch(_kanji_to_digits(within[1] if within else plain))
    if match is None or (low := int(match["low"])) > _OLDEST:
        return None
    if match["high"]:
        return (low, int(match["high"]))
    if match["open"] == "以上":
        return (low, 999)
    if match["open"]:
        return (0, low - (match["open"] == "未満"))
    if match["unit"] in ("歳代", "歳台", "代"):
        return (low, low + 9)
    return (low, low)


def parse_age(text: str, options: tuple[Option, ...], whole: bool = False) -> Read:
    """An age band, however written, or a plain age, as one of the bands; a `whole` one as no wider band than itself.

    Raises:
        ValueRefused: no such band, or a range that lies in no single band.
    """
    try:
        return parse_category(text, options)
    except ValueRefused:
        return _age_in(text, options, whole)


def _age_in(text: str, options: tuple[Option, ...], whole: bool) -> Read:
    ages = age_range(text)
    bands = {option.label: band for option in options if (band := age_range(option.label))}
    fits = [label for label, (low, high) in bands.items() if ages and low <= ages[0] and ages[1] <= high]
    if whole and fits and bands[fits[0]] != ages:
        remedy = (
            f"「{fits[0]}」の一部の年齢です。区分の全員の数になるように、行を足すか、区分を直してください。"
        )
        raise ValueRefused(_choices(options), remedy, "16")
    # 10代 in a survey that begins at 15 means its youngest band.
    decade = [label for label, (low, high) in bands.items() if ages == (low // 10 * 10, high)]
    chosen = fits or decade
    if len(chosen) != 1:
        raise ValueRefused(_choices(options), "年代の区分のどれか1つに直してください。", "16")
    return Read(chosen[0], "16")


# --- whole columns --------------------------------------------------------------------------------------------------


def _parser(column: Column, site: Site) -> Callable[[str], Read]:
    parsers: dict[str, Callable[[str], Read]] = {
        "cat": lambda text: parse_category(text, column.options),
        "age": lambda text: parse_age(text, column.options, column.whole),
        "int": lambda text: parse_measured(text, column.unit, whole=True),
        "number": lambda text: parse_measured(text, column.unit),
        "share": parse_share,
        "flag": parse_flag,
        "date": parse_day,
        "datetime": lambda text: parse_stamp(text, site.timezone),
        "hour": parse_hour,
        "zone": parse_broadcast_zone,
        "year": parse_year,
        "id": parse_area if column.name == "area_code" else lambda text: parse_short(text, is_id=True),
        "str": lambda text: parse_short(text, brief=column.brief),
    }
    return parsers[column.type]


_MISSING: Mapping[MissingSign, str] = {"none": "(空欄)", "unknown": "不明(欠測)", "suppressed": "秘匿"}


def reads(column: Column, text: str) -> bool:
    """Whether a heading may stand for a value of a column; of free words the ages of a population alone."""
    if column.type == "str":
        return age_range(text) is not None or text == "総数"
    try:
        _parser(column, Site({}, timezone="Asia/Tokyo"))(text)
    except ValueRefused:
        return False
    return True


def parse_column(column: Column, raw: Raw, site: Site, notes: Notes) -> dict[str, pd.Series]:
    """Parse one column.

    Args:
        column: its definition.
        raw: its texts.
        site: missing-value signs, time zone and names declared for the file.
        notes: receives refusals (row by row) and repairs (by distinct text).

    Returns:
        The column, and ``<name>_suppressed`` / ``<name>_unknown`` when such signs occur; all with a default index.
    """
    if column.type == "text":
        return {column.name: _free_text(raw, site, notes)}
    parse = _parser(column, site)
    _note_heading_unit(column, raw, notes)
    meanings = {**site.missing, **site.missing_in.get(column.name, {})}
    values: list[Any] = [None] * len(raw.texts)
    signs: dict[str, list[int]] = {"suppressed": [], "unknown": []}
    changed: list[tuple[int, str, str, str]] = []
    stamps = _iso_stamps(raw.texts if column.type == "datetime" else [], site)
    plain = set(stamps.index)
    for code, text in enumerate(raw.texts):
        if code in plain or not text or not (bare := text.strip()):
            continue
        if (
            column.type == "id"
            and column.name != "area_code"
            and _PLAIN_ID.fullmatch(text)
            and text not in meanings
        ):
            values[code] = text
            continue
        if (meaning := meanings.get(fold_sign(bare))) is not None:
            values[code] = 0 if meaning == "none" and column.type in NUMERIC else None
            if meaning != "none":
                signs[meaning].append(code)
            changed.append((code, text, "0" if values[code] == 0 else _MISSING[meaning], "14"))
            continue
        if column.type in ("cat", "age") and _is_no_answer(bare, column):
            changed.append((code, text, "無回答(欠測)", "14"))
            continue
        try:
            if column.type not in ("id", "str"):
                refuse_glued(bare)
            read = parse(bare)
        except ValueRefused as refused:
            if _ERROR_VALUE.fullmatch(tidy(bare)):
                refused.remedy = _ERROR_REMEDY
            note_refusal(raw, code, refused, notes, free_text=refused.rule == "23")
            continue
        if column.type == "age" and tidy(bare) in _UNKNOWN_AGES and read.rule == "16":
            _note_unknown_age(column, raw, code, notes)
        values[code] = read.value
        if (rule := read.rule or ("5" if text != bare else None)) is not None:
            changed.append((code, text, str(read.value), rule))
    _note_repairs(column, raw, changed, notes)
    made = {column.name: _series(column, raw.codes, values, stamps)}
    if column.type in NUMERIC:
        for sign, codes in signs.items():
            if codes:
                made[f"{column.name}_{sign}"] = pd.Series(np.isin(raw.codes, codes), dtype="boolean")
    return made


def by_part(column: pa.ChunkedArray, look: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> pa.ChunkedArray:
    """What Arrow makes of a column, each processor looking at a part of it; in order."""
    share = max(1, -(-column.num_chunks // (os.cpu_count() or 1)))
    cuts = range(0, max(1, column.num_chunks), share)
    parts = [pa.chunked_array(column.chunks[at : at + share], column.type) for at in cuts]
    with ThreadPoolExecutor(len(parts)) as pool:
        made = list(pool.map(look, parts))
    return pa.chunked_array([chunk for part in made for chunk in part.chunks], made[0].type)


def mask_column(heading: str, texts: pa.ChunkedArray, names: Iterable[str] = ()) -> pa.ChunkedArray:
    """:func:`mask_personal` for a column of strings; most of them name nobody and never become Python strings."""
    given = tuple(names)
    suspect = by_part(texts, lambda part: pc.match_substring_regex(part, MAY_NAME_RE2)).to_numpy()
    if listed := named(given):
        suspect = suspect | np.array([bool(listed.search(text)) for text in texts.to_pylist()], bool)
    masked: list[pa.Array] = []
    done = 0
    for chunk in texts.chunks:
        masked.append(_mask_texts(chunk, suspect[done : done + len(chunk)], given))
        done += len(chunk)
        LOG.info("%s: %s件中%s件まで、個人情報を伏せました", heading, f"{len(texts):,}", f"{done:,}")
    return pa.chunked_array(masked, pa.string())


def _mask_texts(texts: pa.StringArray, suspect: np.ndarray, names: tuple[str, ...]) -> pa.StringArray:
    at = np.flatnonzero(suspect)
    pairs = zip(at.tolist(), texts.take(pa.array(at)).to_pylist(), strict=True)
    masked = {i: new for i, text in pairs if (new := mask_personal(text, names)) != text}
    if not masked:
        return texts
    source = np.arange(len(texts))
    source[list(masked)] = len(texts) + np.arange(len(masked))
    # Taking from both is ten times as fast as Arrow's replace_with_mask.
    return pa.concat_arrays([texts, pa.array(masked.values(), pa.string())]).take(pa.array(source))


def _free_text(raw: Raw, site: Site, notes: Notes) -> pd.Series:
    """A column of free texts without what could name a person; blank ones are missing."""
    if site.names is None:
        return pd.Series(pd.arrays.ArrowStringArray(pa.chunked_array([pa.nulls(len(raw.rows), pa.string())])))
    masked = mask_column(raw.heading, raw.cells, site.names)
    differs = pc.not_equal(raw.cells, masked).to_numpy()
    few = _few_texts(raw.cells, differs)
    for hits in [differs] if few is None else [pc.equal(raw.cells, text).to_numpy() for text in few]:
        rows = raw.rows[hits]
        notes.repair("", "個人情報を伏せた", "23", row=int(rows[0]), column=raw.heading, count=len(rows))
    blank = pc.or_(pc.equal(pc.binary_length(masked), 0), pc.utf8_is_space(masked))
    if pc.any(blank).as_py():
        masked = pc.if_else(blank, None, masked)
    return pd.Series(pd.arrays.ArrowStringArray(masked))


def _few_texts(cells: pa.ChunkedArray, chosen: np.ndarray) -> list[str] | None:
    """The distinct texts among those chosen; None where there are more than are listed one by one."""
    known: dict[str, None] = {}
    for i in np.flatnonzero(chosen).tolist():
        known[cells[i].as_py()] = None
        if len(known) > _DISTINCT_LISTED:
            return None
    return list(known)


_UNKNOWN_AGES = frozenset({"0", "99"})


def _note_unknown_age(column: Column, raw: Raw, code: int, notes: Notes) -> None:
    rows = raw.rows_of(code)
    line = f'missing_in: {{{column.name}: {{"{tidy(raw.texts[code])}": unknown}}}}'
    remedy = f"不明の符号なら、inputs.yaml に {line} と書いてください。実際の年齢ならこのままで構いません。"
    values = [raw.texts[code]] * len(rows)
    notes.problem_rows(rows, values, "年齢", remedy, "14", column=raw.heading, severity="warning")


def _is_no_answer(text: str, column: Column) -> bool:
    return tidy(text) in _BLANK_ANSWERS and _fold_label(text) not in vocabulary(column.options)


def shown(text: str) -> str:
    """A text as a table may repeat it: what is too long for a value may be somebody's words."""
    return text if len(text) <= _MAX_SHOWN else f"({len(text)}字の文字列)"


def note_refusal(
    raw: Raw, code: int, refused: ValueRefused, notes: Notes, *, free_text: bool = False
) -> None:
    """Note a refused text for each of its rows; a text that may be somebody's words is not repeated."""
    rows, remedy = raw.rows_of(code), refused.remedy
    text = "" if free_text else shown(raw.texts[code])
    if not free_text and text != raw.texts[code]:
        remedy = f"長い文字列です。列がずれていないか確かめ、{refused.expected}に直してください。"
    notes.problem_rows(rows, [text] * len(rows), refused.expected, remedy, refused.rule, column=raw.heading)


def _note_repairs(
    column: Column, raw: Raw, changed: Sequence[tuple[int, str, str, str]], notes: Notes
) -> None:
    """Equal changes are one line; many different ones in a column are one line with an example."""
    for rule in sorted({rule for *_, rule in changed}):
        mine = [change for change in changed if change[3] == rule]
        groups = [[change] for change in mine] if len(mine) <= _DISTINCT_LISTED else [mine]
        for group in groups:
            codes = [change[0] for change in group]
            hits = np.flatnonzero(np.isin(raw.codes, codes))
            first = int(hits[0])
            _, before, after, _ = next(change for change in group if change[0] == raw.codes[first])
            private = column.type == "id" or len(before) > _MAX_SHOWN
            notes.repair(
                "" if private else before,
                "" if private else after,
                rule,
                row=int(raw.rows[first]),
                column=raw.heading,
                count=len(hits),
            )


def _iso_stamps(texts: list[str], site: Site) -> pd.Series:
    """Stamps in plain ISO or slashed form by code, read in one sweep; the others are left to :func:`parse_stamp`."""
    codes = [code for code, text in enumerate(texts) if _ISO_STAMP.fullmatch(text)]
    if site.timezone is None:
        return pd.Series(dtype=DTYPES["datetime"])
    stamps = pd.to_datetime(pd.Series([texts[c] for c in codes], codes), format="ISO8601", errors="coerce")
    return stamps.dt.as_unit("us").dt.tz_localize(site.timezone).dt.tz_convert("Asia/Tokyo").dropna()


def _series(column: Column, codes: np.ndarray, values: list[Any], stamps: pd.Series) -> pd.Series:
    if column.type in ("cat", "age"):
        labels = [option.label for option in column.options]
        place = {label: i for i, label in enumerate(labels)}
        position = np.array([place.get(value, -1) for value in values], dtype=np.int64)
        dtype = pd.CategoricalDtype(labels, ordered=True)
        return pd.Series(pd.Categorical.from_codes(position[codes], dtype=dtype))
    if column.type == "datetime":
        others = {code: value for code, value in enumerate(values) if value is not None}
        moments = pd.to_datetime(pd.Series(others, dtype=object), utc=True).dt.tz_convert("Asia/Tokyo")
        distinct = pd.concat([stamps, moments.dt.as_unit("us")]).reindex(range(len(values)))
    elif column.type == "date":
        distinct = pd.Series(pd.to_datetime(values)).astype("datetime64[us]")
    else:
        distinct = pd.Series(pd.array(values, dtype=DTYPES[column.type]))
    return distinct.take(codes).reset_index(drop=True)
