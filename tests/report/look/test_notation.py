"""How a number is written: rounding half up, signs, units, at the edges of every rule."""

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.report.look import notation


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (97 / 139, "69.8%"),
        (0.0005, "0.1%"),
        (0.2925, "29.3%"),
        (0.125, "12.5%"),
        (1.0, "100.0%"),
        (0.0004, "0.0%"),
    ],
)
def test_percentages_are_rounded_half_up_as_official_statistics_are(share: float, text: str) -> None:
    assert notation.percent(share) == text


@given(st.integers(0, 2000), st.integers(1, 2000))
@settings(deadline=None, max_examples=200)
def test_a_share_of_counts_is_rounded_like_its_fraction_unless_the_fraction_is_no_decimal(
    k: int, n: int
) -> None:
    exact = (Decimal(100 * k) / Decimal(n)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    shown = Decimal(notation.percent_figure(k / n).replace(",", ""))
    assert abs(shown - exact) <= Decimal("0.1")
    if Decimal(1000 * k) % n == 0:
        assert shown == exact


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (notation.count, 2536, "2,536"),
        (notation.count, 337943, "337,943"),
        (notation.count, -7, "△7"),
        (notation.ratio, 0.546, "0.55"),
        (notation.ratio, 2.125, "2.13"),
        (notation.ratio, 99.994, "99.99"),
        (notation.ratio, 100, "100"),
        (notation.ratio, -100, "△100"),
        (notation.ratio, math.inf, "∞"),
        (notation.ratio, -math.inf, "△∞"),
        (notation.rate, -0.04, "0.0"),
        (notation.rate, -0.05, "△0.1"),
        (notation.count, 2.5, "2.5"),
        (notation.rate, 6.948, "6.9"),
        (notation.yen, 990000, "99万円"),
        (notation.yen, 112.345, "112.3円"),
        (notation.yen, 10_000, "1万円"),
        (notation.yen, 10_001, "10,001円"),
        (notation.yen, 9_999, "9,999円"),
        (notation.yen, 12_000, "12,000円"),
        (notation.yen, 0, "0円"),
        (notation.yen, 999.5, "999.5円"),
        (notation.yen, 1000.5, "1,001円"),
        (notation.yen, 12345, "12,345円"),
        (notation.yen_figure, 990_000, "990,000円"),
        (notation.yen_figure, 7, "7円"),
        (notation.yen_figure, math.inf, "上限なし"),
        (notation.yen, math.inf, "上限なし"),
        (lambda share: notation.in_prose(share, "percent2"), 0.0075042, "0.75%"),
        (lambda day: notation.in_prose(day, "text"), pd.Timestamp("2023-08-01"), "2023年8月1日"),
        (notation.p_value, 0.0123, "p=0.012"),
        (notation.p_value, 0.0004, "p<0.001"),
        (notation.p_value, 0.00099, "p<0.001"),
        (notation.p_value, 0.001, "p=0.001"),
        (notation.p_figure, 0.001, "0.001"),
        (notation.p_figure, 1, "1.000"),
        (notation.percent, math.inf, "∞%"),
    ],
)
def test_numbers_are_written_the_one_way_the_report_writes_them(write, value, text) -> None:
    assert write(value) == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0, "n", "-"),
        (1, "n", "1"),
        (0, "count", "-"),
        (0, "rate", "0.0"),
        (0.0, "share", "0.0"),
        (0.5, "share", "50.0"),
        (0.005, "percent0", "1"),
        (0.0049, "percent0", "0"),
        (0.00125, "percent2", "0.13"),
        (True, "n", "はい"),
        (np.bool_(False), "n", "いいえ"),
        ("男性", "text", "男性"),
    ],
)
def test_a_cell_has_no_unit_and_a_sign_where_nobody_is_counted(value, number_format, text) -> None:
    assert notation.in_cell(value, number_format) == text


@pytest.mark.parametrize(
    ("low", "high", "number_format", "text"),
    [
        (0.617, 0.768, "share", "61.7〜76.8"),
        (5, 9, "n", "5〜9"),
        (5.5, 9, "n", "5.5〜9.0"),
        (5, 9.5, "n", "5.0〜9.5"),
        (0.44, math.inf, "ratio", "0.44以上"),
        (1, 2, "unknown", "1.00〜2.00"),
    ],
)
def test_an_interval_is_written_as_its_numbers_are_and_an_open_end_is_said(
    low, high, number_format, text
) -> None:
    assert notation.interval_text(low, high, number_format) == text


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
@settings(deadline=None, max_examples=200)
def test_a_written_number_lies_within_half_a_unit_of_its_last_digit(value: float, digits: int) -> None:
    told = notation.decimal_text(value, digits).replace(",", "").replace("△", "-")
    assert abs(Decimal(told) - Decimal(repr(value))) <= Decimal(1).scaleb(-digits) / 2


@pytest.mark.parametrize(("value", "number_format", "printed"), [
    (0.1235, "share", 0.124), (0.0005, "share", 0.001), (0.0004, "share", 0.0001), (-0.0004, "share", -0.0001),
    (0.0, "share", 0.0), (0.005, "percent0", 0.01), (0.004, "percent0", 0.001), (1.25, "rate", 1.3),
    (0.05, "rate", 0.1), (0.04, "rate", 0.01), (-0.04, "rate", -0.01), (0.0, "rate", 0.0),
])  # fmt: skip
def test_a_number_as_it_is_printed_is_rounded_half_up_and_what_is_below_the_unit_is_not_nothing(
    value: float, number_format: str, printed: float
) -> None:
    assert notation.as_printed(value, number_format) == pytest.approx(printed, abs=1e-12)
