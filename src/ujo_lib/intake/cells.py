"""From the text of a cell to its value: one parser per column type.

A parser takes the text and returns the value, or raises :class:`ValueRefused` with what was expected and what to write
instead.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from ujo_lib.fiscal import JAPAN, DateError, FiscalYear, parse_clock, parse_date, parse_zone
from ujo_lib.intake.schemas import Column, Option
from ujo_lib.text import OLDEST, age_range, likely_meant, normalise_value


class ValueRefused(ValueError):  # noqa: N818 - a verdict, not a malfunction
    """A text that does not fit its column: what was expected, what to write instead, and the rule's number."""

    def __init__(self, expected: str, remedy: str, rule: str) -> None:
        self.expected, self.remedy, self.rule = expected, remedy, rule
        super().__init__(expected)


@dataclass(frozen=True, slots=True)
class Read:
    """A value and, when the text was not in plain form, the number of the rule that mended it."""

    value: Any
    rule: str | None = None


TOTAL_WORDS = re.compile(
    r"(?:総?合計|総計|小計|計|集計|総数|全体|男女計|(?:Grand )?Totals?(?: of \d+ results?)?)(?:\s*:.*)?",
    re.IGNORECASE,
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
_TWO_POINTS = "点が小数点か3けたごとの区切りか分かりません。区切りなら点を外し、"
_UNITS = "件|人|名|円|戸|世帯|回|歳|個|枚|分|時間|年度?|か月|%"
_NUMBER = re.compile(
    r"(?P<sign>[-+▲△]?)\s?(?P<yen>[¥\\]?)\s?(?P<digits>[1-9]\d{0,2}(?:,\d{3})+|\d+)(?P<part>\.\d+)?\s?"
    rf"(?P<unit>{_UNITS})?"
)


_IN_PLACE_OF_A_NUMBER = re.compile(r"\D+|[<≦≤]\s?\d+|\d+[人件]?(?:未満|以下)|[01]\s?[~-]\s?\d+")
"""A word, or what stands for a small number that its source hides: 秘, 5未満, 1~4."""


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
        raise ValueRefused("数値", f"{_TWO_POINTS}小数点なら .000 を外してください。", "6")
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
    if re.fullmatch(r"\d+:\d\d(?::\d\d)?", plain):
        return f"時間と分か、分と秒か分かりません。{plain} でなく、90 か 1時間30分 のように書いてください。"
    if re.search("[$€£₩]|USD|EUR|GBP|KRW|CNY|TWD|ドル|ユーロ", plain):
        return "ほかの通貨の金額です。円に直した数を書いてください。"
    if re.search(r"\d\s?[十百千万億]", plain) or re.fullmatch(
        f"[〇一二三四五六七八九十百千万]+(?:{_UNITS})?", plain
    ):
        return "漢数字や千・万を使わず、790000 のように1つずつの数に直してください。"
    if re.search(r"\d\s?,\s?\d", re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)):
        return "カンマが小数点なら 1234.5 のように点に直し、3けたごとの区切りなら位置を確かめてください。"
    if re.fullmatch(r"[#＃].*", plain):
        return ERROR_REMEDY
    meaning = "のように意味を書いてください(none / unknown / suppressed = なし(0)・不明・秘匿)。"
    if fold_sign(plain) in {"-", "…", "x", "*"}:
        return f'符号「{plain}」は、inputs.yaml に missing: {{"{plain}": unknown}} {meaning}'
    told = "数字だけを書いてください。数えていないときは空欄にします。"
    if _IN_PLACE_OF_A_NUMBER.fullmatch(plain):
        told += (
            f'数に代わる印なら、inputs.yaml に missing: {{"秘": suppressed, "5未満": suppressed}} {meaning}'
        )
    return told


def parse_int(text: str) -> Read:
    """A whole number; see :func:`parse_number`."""
    read = parse_number(text)
    if not float(read.value).is_integer():
        remedy = "小数を整数に直してください。"
        if re.fullmatch(r"\D*[1-9]\d{0,2}\.\d{3}\D*", tidy(text)):
            remedy = f"{_TWO_POINTS}小数点なら整数に直してください。"
        raise ValueRefused("整数", remedy, "6")
    return Read(int(read.value), read.rule)


def parse_share(text: str) -> Read:
    """A share between 0 and 1, ``12.5%`` allowed."""
    return parse_number(text, percent=True)


def parse_hour(text: str) -> Read:
    """An hour of the day: ``22``, ``22時``, ``22時台``, ``22:00``, ``午後10時``; 午後12時 may be noon or midnight."""
    halved = r"(?:(?P<half>午前|午後)\s?(?=(?:\d|1[01])(?!\d)))?"
    match = re.fullmatch(halved + r"(?P<hour>\d{1,2})(?:時台?|:00(?::00)?)?", tidy(text))
    if match is None or int(match["hour"]) > 23:
        remedy = "22 か 22時台 のように書いてください。翌日の1時は日付を翌日にします。"
        if match and match["hour"] == "24":
            remedy += "1から24の番号なら、どれも1を引いてください。"
        raise ValueRefused("0から23の時台", remedy, "9")
    hour = int(match["hour"]) + (12 if match["half"] == "午後" else 0)
    return Read(hour, None if text == match["hour"] else "9")


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
    {"件", "人", "名", "回", "個", "枚"},
    {"件", "戸", "世帯", "枚"},
    {"年", "年度"},
    *({unit} for unit in ("円", "歳", "分", "時間", "か月", "点")),
)


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
    written = (match["unit"] or (match["yen"] and "円")) if match else None
    if unit and written and not any({unit, written} <= alike for alike in _DIMENSIONS):
        raise ValueRefused(f"単位が「{unit}」の数値", f"「{written}」の数です。{unit}に直してください。", "6")
    # Nobody pays thousandths of a yen: 1.500 is fifteen hundred in the export of a European account.
    if (
        unit == "円"
        and match
        and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", match["digits"] + (match["part"] or ""))
    ):
        raise ValueRefused("数値", f"{_TWO_POINTS}小数点なら2けたまでにしてください。", "6")
    return read


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

ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)", re.IGNORECASE)
ERROR_REMEDY = "Excelの計算エラーです。元の表で値を直してください。"
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


_NO_VALUE = frozenset({"-", "…", "*", "n/a", "na", "null", "none", "nan"})
_NO_ID = _NO_VALUE | {
    *("なし", "無し", "不明", "不詳", "匿名", "非通知", "非公開", "未登録", "unknown", "anonymous"),
}  # fmt: skip


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
    if ERROR_VALUE.fullmatch(plain):
        raise ValueRefused(expected, ERROR_REMEDY, "18")
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
    if is_id and TOTAL_WORDS.fullmatch(plain):
        raise ValueRefused(expected, "合計の行なら、行を消してください(1つの記録として数えます)。", "13")
    if is_id and fold_sign(plain).casefold() in _NO_ID:
        remedy = (
            f'番号がないなら空欄にするか、inputs.yaml に missing: {{"{plain}": unknown}} と書いてください。'
        )
        raise ValueRefused(expected, remedy, "14")
    return Read(plain, None if plain == text else "5")


_ALL_AGES = re.compile("総?合計|総計|計|総数|全体|年齢計|[全総]年[齢代]|全世代|総人口")
_AGES_BY_NAME = {"年少": "0~14歳", "生産年齢": "15~64歳", "老年": "65歳以上", "高齢者": "65歳以上"}
"""The three groups of the census, which are parts of one another's ages like any other."""
_PLAIN_AGES = re.compile(r"\d{1,3}(?:[~-]\d{1,3}|歳?代)?歳?|\d{1,3}歳?以上")
_AGAIN = re.compile(r"^\W*(?:再掲|うち)\W*|\W*再掲\W*$")
_NOT_AGES = re.compile(r"\([^()\d]*\)$")


def once(text: str) -> str:
    """Ages without the words that say that their people are counted in another row, too."""
    return _AGAIN.sub("", text)


def parse_ages(text: str) -> Read:
    """Ages that a count or a share is of, written as every analysis reads them; 総数 for all, 不詳 as it is.

    Raises:
        ValueRefused: figures that are no ages, so that these people would be left out: 85+, or 10月14日 for 10-14; a
            sign that may stand for all ages as well as for none that is known.
    """
    read = parse_short(text)
    plain = str(read.value)
    bare = re.sub(r"\s", "", _NOT_AGES.sub("", plain))
    if _ALL_AGES.fullmatch(bare):
        return read if plain == "総数" else Read("総数", "16")
    if named := _AGES_BY_NAME.get(bare.removesuffix("人口")):
        return Read(named, "16")
    if once(plain) != plain:
        return read
    ages = age_range(bare)
    if ages and ages[0] <= ages[1]:
        written = f"{ages[0]}歳以上" if ages[1] > OLDEST else f"{ages[0]}~{ages[1]}歳"
        return read if _PLAIN_AGES.fullmatch(bare) else Read(written, "16")
    if fold_sign(text).casefold() in _NO_VALUE:
        remedy = "年齢が分からない人なら 不詳、すべての年齢なら 総数 と書いてください。"
        raise ValueRefused("年齢の区分", remedy, "14")
    if bare == "小計" or re.search(r"\d", plain):
        remedy = (
            "15~19歳、20代、65歳以上 のように書いてください。Excelが 10-14 などを日付に変えていないか、小計や参考の行で"
            "ないかも確かめてください。"
        )
        raise ValueRefused("年齢の区分", remedy, "16")
    return read


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
    plain = tidy(text).casefold().removesuffix(".0")  # as of a code
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


_HALF_DAY = re.compile(
    r"(?P<before>AM|PM|午前|午後)?\s?(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2})?)\s?(?P<after>AM|PM|午前|午後)?",
    re.IGNORECASE,
)
_GMT = re.compile(r"\s*GMT([+-]\d{1,2})$")
_OFFSET = re.compile(
    r"(?P<stamp>.+?)\s*(?P<offset>Z|(?:\+|(?<=:\d\d:\d\d)-|(?<=\.\d{3})-|(?<=\.\d{6})-|(?<=T\d\d:\d\d)-)"
    r"(?:0\d|1[0-4]):?(?:00|30|45))"
)
"""How far from Greenwich a clock is, where it can be nothing else: 8:30-09:00 is a talk of half an hour."""

_STAMP = re.compile(
    r"(?P<day>.+?)(?:T|\s+|(?<=[日)]))(?P<clock>(?:(?:午前|午後)\s?)?\d{1,2}"
    r"(?::\d{2}(?::[0-5]\d)?|時(?:\d{1,2}分|半)?)(?:\.\d+)?)"
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
        return Read(naive.replace(tzinfo=offset).astimezone(JAPAN), rule)
    if timezone is None:
        remedy = "inputs.yaml のこのファイルに timezone: Asia/Tokyo か timezone: UTC を書いてください。"
        raise ValueRefused("時差付きの時刻か、時間帯の宣言", remedy, "10")
    return Read(naive.replace(tzinfo=ZoneInfo(timezone)).astimezone(JAPAN), rule)


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
    label = known.get(folded, known.get(folded.removesuffix(".0")))  # a column with blanks, written by pandas
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


def parse_currency(text: str, options: tuple[Option, ...]) -> Read:
    """The code of the currency of a row.

    Raises:
        ValueRefused: another one; with its code corrected alone, dollars would pass for yen.
    """
    try:
        return parse_category(text, options)
    except ValueRefused:
        remedy = "ほかの通貨の金額です。金額を円に直してから、JPY と書いてください。"
        raise ValueRefused(_choices(options), remedy, "6") from None


def _choices(options: tuple[Option, ...]) -> str:
    labels = [option.label for option in options]
    return "/".join(labels if len(labels) <= 12 else [*labels[:4], f"…(全{len(labels)}種)"])


def _nearest(folded: str, options: tuple[Option, ...]) -> str:
    if folded == "全国" or TOTAL_WORDS.fullmatch(folded):
        return "合計の行なら、行を消してください(2重に数えます)。そうでなければ選択肢の名称かコードを書いてください。"
    known = vocabulary(options)
    # A number is near to none but the code whose first zero it has lost: 8 is 08, and nothing like 38.
    near = folded.zfill(2) if folded.isdecimal() else likely_meant(folded, known)
    hint = f"「{known[near]}」ではありませんか。" if near and near in known else ""
    new = (
        "新しい選択肢は、調査票の項目なら調査票のファイルに、ほかの列なら inputs.yaml の labels に加えます。"
    )
    return f"{hint}選択肢の名称かコードを書いてください。{new}"


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


# --- by the type of the column --------------------------------------------------------------------------------------


def parser_of(column: Column, timezone: str | None) -> Callable[[str], Read]:
    """What reads the texts of a column; `timezone` is that of naive time stamps."""
    parsers: dict[str, Callable[[str], Read]] = {
        "cat": lambda text: (parse_currency if column.name == "currency" else parse_category)(
            text, column.options
        ),
        "age": lambda text: parse_age(text, column.options, column.whole),
        "int": lambda text: parse_measured(text, column.unit, whole=True),
        "number": lambda text: parse_measured(text, column.unit),
        "share": parse_share,
        "flag": parse_flag,
        "date": parse_day,
        "datetime": lambda text: parse_stamp(text, timezone),
        "hour": parse_hour,
        "zone": parse_broadcast_zone,
        "year": parse_year,
        "id": parse_area if column.name == "area_code" else lambda text: parse_short(text, is_id=True),
        "str": parse_ages
        if column.name == "age_band"
        else lambda text: parse_short(text, brief=column.brief),
    }
    return parsers[column.type]


def reads(column: Column, text: str) -> bool:
    """Whether a heading may stand for a value of a column; of free words the ages of a population alone."""
    if column.type == "str":
        return age_range(text) is not None or text == "総数"
    try:
        parser_of(column, "Asia/Tokyo")(text)
    except ValueRefused:
        return False
    return True


def is_no_answer(text: str, options: tuple[Option, ...]) -> bool:
    """Whether a text says that nobody answered, and is none of the answers itself."""
    return tidy(text) in _BLANK_ANSWERS and _fold_label(text) not in vocabulary(options)
