"""How numbers are written in the report: one width, three-digit commas, half-up rounding, official symbols.

Tables, figures and sentences all take their numerals from here, so that one value never appears in two spellings.
Python's own rounding is to even, which readers of Japanese statistics would call an error; everything here goes
through `decimal` on the shortest decimal form of the number.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import numpy as np

from ujo_lib.fiscal import spoken
from ujo_lib.report.door.publish import Published, TableSpec

HIDDEN: Final = "x"
MISSING: Final = "…"
NONE_COUNTED: Final = "-"
NEGATIVE: Final = "△"

SYMBOLS: Final[Mapping[str, str]] = {
    "0.0": "単位未満",
    NONE_COUNTED: "該当なし",
    MISSING: "不詳または計算の対象でないもの",
    HIDDEN: "秘匿",
    NEGATIVE: "負の数",
}
"""Symbols of official statistics and what the legend says about each."""

_P_FLOOR: Final = 0.001
_YEN_FRACTIONS_BELOW: Final = 1000
_WHOLE_FROM: Final = 100
"""Ratios from here on are written without decimals."""

SMALL_BASE: Final = 30
"""A share of fewer than this many is marked 参考値."""

_FORMATS: Final[Mapping[str, str]] = {
    "n": "n",
    "base": "n",
    "share": "share",
    "estimate": "ratio",
    "p_value": "p",
    "p_holm": "p",
    "prevalence": "share",
    "share_all": "share",
    "ratio": "ratio",
    "rate": "rate",
}
_HEADINGS: Final[Mapping[str, str]] = {
    "label": "項目",
    "sex": "性別",
    "age_band": "年齢層",
    "occupation": "職業",
    "topic": "相談内容",
    "theme": "主題",
    "month": "月",
    "weekday": "曜日",
    "hour": "時刻",
    "date": "日付",
    "district": "地区",
    "platform": "媒体",
    "base": "回答者数(n)",
    "share": "割合(%)",
    "estimate": "推定値",
    "low": "下限",
    "high": "上限",
    "p_value": "p値",
    "rate": "率",
    "ratio": "比",
    "reference": "参考値",
    "share_all": "総数に占める割合(%)",
    "difference_low": "差の下限",
    "difference_high": "差の上限",
    "value": "値",
    "unit": "単位",
    "kind": "種類",
    "file": "ファイル",
    "sheet": "シート",
    "encoding": "文字コード",
    "header_row": "見出しの行",
    "rows_read": "読んだ行",
    "rows_kept": "使う行",
    "rows_dropped": "除いた行",
    "bytes": "大きさ(バイト)",
    "sha256": "SHA-256",
    "id": "番号",
    "item": "項目のid",
    "verdict": "判定",
    "severity": "重さ",
    "start": "開始",
    "end": "終了",
    "media": "媒体",
    "size": "組の大きさ",
    "occurrences": "出現数",
    "associated": "関連",
    "separable": "分けられるか",
    "prevalence": "全国の割合(%)",
    "p_holm": "補正後のp値",
}
_MYRIAD: Final = 10_000


def decimal_text(value: float, digits: int) -> str:
    """Write a number with a fixed number of decimals, half-up, commas in groups of three, △ for negatives.

    Example:
        >>> decimal_text(1234.25, 1), decimal_text(-0.5, 0)
        ('1,234.3', '△1')
    """
    if math.isinf(value):
        return "∞" if value > 0 else f"{NEGATIVE}∞"
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{NEGATIVE if rounded < 0 else ''}{abs(rounded):,}"


def count(value: float) -> str:
    """Write a number of persons or contacts: `2,536`; a mean keeps one decimal."""
    return decimal_text(value, 0 if float(value).is_integer() else 1)


def percent_figure(share: float, digits: int = 1) -> str:
    """Write a share of 0–1 as a percentage without its sign, as table cells do: 0.698 → `69.8`."""
    if math.isinf(share):
        return decimal_text(share, digits)
    return decimal_text(float(Decimal(repr(float(share))) * 100), digits)


def percent(share: float, digits: int = 1) -> str:
    """Write a share of 0–1 as a percentage: 0.698 → `69.8%`."""
    return f"{percent_figure(share, digits)}%"


def ratio(value: float) -> str:
    """Write a ratio: two decimals, none from 100 on (`0.55`, `2.13`, `140`)."""
    return decimal_text(value, 0 if not math.isinf(value) and abs(value) >= _WHOLE_FROM else 2)


def rate(value: float) -> str:
    """Write a rate per some base (per day, per 100,000): one decimal."""
    return decimal_text(value, 1)


def yen(value: float) -> str:
    """Write an amount of money: `99万円`, `112.3円`, `12,345円`.

    Only exact multiples of ten thousand are written with 万, so that nothing is rounded away.
    """
    if math.isinf(value):
        return "上限なし"
    if value and value % _MYRIAD == 0:
        return f"{count(value / _MYRIAD)}万円"
    return yen_figure(value)


def yen_figure(value: float) -> str:
    """Write an amount of money for a table cell, digits in full so that a column can be compared: `990,000円`."""
    if math.isinf(value):
        return "上限なし"
    return f"{decimal_text(value, 1 if abs(value) < _YEN_FRACTIONS_BELOW and value % 1 else 0)}円"


def p_value(value: float) -> str:
    """Write a p value: `p=0.012`, `p<0.001`; never p=0.000."""
    return f"p{p_figure(value) if value < _P_FLOOR else '=' + p_figure(value)}"


def p_figure(value: float) -> str:
    """Write a p value for a table cell: `0.012`, `<0.001`."""
    return "<0.001" if value < _P_FLOOR else decimal_text(value, 3)


_PROSE: Final[Mapping[str, Callable[[float], str]]] = {
    "n": count,
    "count": count,
    "share": percent,
    "percent": percent,
    "percent2": lambda share: percent(share, 2),
    "ratio": ratio,
    "rate": rate,
    "yen": yen,
    "p": p_value,
}
_CELL: Final[Mapping[str, Callable[[float], str]]] = {
    **_PROSE,
    "share": percent_figure,
    "percent": percent_figure,
    "percent2": lambda share: percent_figure(share, 2),
    "yen": yen_figure,
    "p": p_figure,
}
NUMERIC_FORMATS: Final = frozenset(_CELL)


def in_prose(value: Any, number_format: str) -> str:
    """Write one value for a sentence, with its sign or unit where the format has one."""
    if isinstance(value, date):
        return spoken(value)
    return _PROSE[number_format](value) if number_format in _PROSE else str(value)


def in_cell(value: Any, number_format: str) -> str:
    """Write one value for a table cell or an axis label; zero persons are 「-」."""
    if isinstance(value, bool | np.bool_):
        return "はい" if value else "いいえ"
    if number_format not in _CELL:
        return str(value)
    if number_format in {"n", "count"} and value == 0:
        return NONE_COUNTED
    return _CELL[number_format](value)


def interval_text(low: float, high: float, number_format: str) -> str:
    """Write both bounds of an interval for a table cell: `61.7〜76.8`; an open bound is said."""
    write = _CELL.get(number_format, ratio)
    if number_format in {"n", "count"} and not (float(low).is_integer() and float(high).is_integer()):
        write = rate
    if math.isinf(high):
        return f"{write(low)}以上"
    return f"{write(low)}〜{write(high)}"


def format_of(published: Published, column: str) -> str:
    """Name the number format of a column: what the spec says, else what its name or its content means.

    An interval bound is written like the estimate it belongs to.
    """
    spec, frame = published.spec, published.frame
    if column in spec.formats:
        return spec.formats[column]
    if column in spec.dimensions:
        return "text"
    if column in spec.counts:
        return "n"
    if column in {"low", "high"}:
        owner = next((name for name in ("share", "estimate", "rate", "ratio") if name in frame.columns), None)
        return format_of(published, owner) if owner else "ratio"
    if column.endswith("_yen"):
        return "yen"
    if column.endswith("share"):
        return "share"
    return _FORMATS.get(column) or {"f": "rate", "i": "n", "u": "n"}.get(frame[column].dtype.kind, "text")


def heading(spec: TableSpec, column: str) -> str:
    """The Japanese heading of a column."""
    if column in spec.labels:
        return spec.labels[column]
    if column == "n" or (column in spec.counts and column != "base"):
        return {"人": "人数(人)", "名": "人数(名)", "件": "件数(件)"}.get(
            spec.unit, f"数({spec.unit})" if spec.unit else "数"
        )
    return _HEADINGS.get(column) or ("区分" if column in spec.dimensions else column)
