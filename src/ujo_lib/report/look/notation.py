"""How numbers are written in the report: one width, three-digit commas, half-up rounding, official symbols.

Tables, figures and sentences all take their numerals from here, so that one value never appears in two spellings.
Python's own rounding is to even, which readers of Japanese statistics would call an error; everything here goes
through `decimal` on the shortest decimal form of the number.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, Final

import numpy as np

from ujo_lib.fiscal import spoken
from ujo_lib.stats import in_percent, round_half_up

HIDDEN: Final = "x"
MISSING: Final = "…"
NONE_COUNTED: Final = "-"
NEGATIVE: Final = "△"
UNBOUNDED: Final = "∞"
BELOW_UNIT: Final = "0.0"

SYMBOLS: Final[Mapping[str, str]] = {
    BELOW_UNIT: "単位未満",
    NONE_COUNTED: "該当なし",
    MISSING: "不詳または計算の対象でないもの",
    HIDDEN: "秘匿",
    NEGATIVE: "負の数",
    UNBOUNDED: "上限なし",
}
"""Symbols of official statistics and what the legend says about each."""

_P_FLOOR: Final = 0.001
_YEN_FRACTIONS_BELOW: Final = 1000
_WHOLE_FROM: Final = 100
"""Ratios from here on are written without decimals."""

REFERENCE: Final = "†"
"""The mark of a share of a small base."""

SEVERAL_ANSWERS: Final = "複数回答のため、割合の合計は100%になるとは限りません。"
"""What stands under shares of a question with several answers."""

_MYRIAD: Final = 10_000


def decimal_text(value: float, digits: int) -> str:
    """Write a number with a fixed number of decimals, half-up, commas in groups of three, △ for negatives.

    Example:
        >>> decimal_text(1234.25, 1), decimal_text(-0.5, 0)
        ('1,234.3', '△1')
    """
    if math.isinf(value):
        return UNBOUNDED if value > 0 else f"{NEGATIVE}{UNBOUNDED}"
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{NEGATIVE if rounded < 0 else ''}{abs(rounded):,}"


def count(value: float) -> str:
    """Write a number of persons or contacts: `2,536`; a mean keeps one decimal."""
    return decimal_text(value, 0 if float(value).is_integer() else 1)


def percent_figure(share: float, digits: int = 1) -> str:
    """Write a share of 0–1 as a percentage without its sign, as table cells do: 0.698 → `69.8`."""
    return decimal_text(in_percent(share), digits)


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


PERCENTAGES: Final[Mapping[str, int]] = {"share": 1, "percent": 1, "percent0": 0, "percent2": 2}
"""Formats of shares of 0–1 that are written in percent, and their decimals."""
DECIMALS: Final[Mapping[str, int]] = {**PERCENTAGES, "rate": 1, "ratio": 2, "p": 3, "yen": 1}
"""Decimals of the number formats that round."""
_PROSE: Final[Mapping[str, Callable[[float], str]]] = {
    "n": count,
    "count": count,
    "ratio": ratio,
    "rate": rate,
    "yen": yen,
    "p": p_value,
    **{name: partial(percent, digits=digits) for name, digits in PERCENTAGES.items()},
}
_CELL: Final[Mapping[str, Callable[[float], str]]] = {
    **_PROSE,
    "whole": partial(decimal_text, digits=0),
    "yen": yen_figure,
    "p": p_figure,
    **{name: partial(percent_figure, digits=digits) for name, digits in PERCENTAGES.items()},
}
NUMERIC_FORMATS: Final = frozenset(_CELL)


def as_printed(value: float, number_format: str) -> float:
    """A number in one of the formats that round, as its readers have it; what is below the unit is not nothing."""
    digits, percentage = DECIMALS[number_format], number_format in PERCENTAGES
    rounded = round_half_up(in_percent(value) if percentage else value, digits)
    told = rounded or math.copysign(0.1 ** (digits + 1), value) * bool(value)
    return told / 100 if percentage else told


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
