"""What another year's files say about dates must be right without anybody reading them again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ujo_lib.fiscal import FiscalYear, is_day_off, parse_date
from ujo_lib.setup.moving import move_day, move_text, move_working_day


@pytest.mark.parametrize(
    ("day", "years", "moved"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2023, 2, 28), 1, date(2024, 2, 29)),
        (date(2024, 2, 28), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 4, 1), 1, date(2024, 4, 1)),
        (date(2024, 3, 31), 1, date(2025, 3, 31)),
    ],
)
def test_a_month_end_stays_one_over_leap_years(day, years, moved):
    assert move_day(day, years) == moved


@given(st.integers(2000, 2090), st.integers(-9, 9))
def test_a_fiscal_year_moved_is_a_fiscal_year(year, years):
    old, new = FiscalYear(year), FiscalYear(year + years)
    assert (move_day(old.start, years), move_day(old.end, years)) == (new.start, new.end)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 5))
def test_an_office_signs_on_a_working_day(day, years):
    signed = move_working_day(day, years)
    assert not is_day_off(signed)
    assert signed <= move_day(day, years)


def test_a_saturday_becomes_the_friday_before():
    assert move_working_day(date(2024, 10, 31), 2) == date(2026, 10, 30)  # 31 October 2026 is a Saturday


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("令和6年3月4日(月)", "令和7年3月4日(火)"),
        ("令和6年2月29日(木)", "令和7年2月28日(金)"),
        ("R6.2.29", "R7.2.28"),
        ("2024-02-29", "2025-02-28"),
        ("2023/04/01", "2024/04/01"),
        ("令和5(2023)年度(窓口の開設日以降)", "令和6(2024)年度(窓口の開設日以降)"),
        ("令和5年度", "令和6年度"),
        ("平成元年1月8日", "平成2年1月8日"),
        ("平成元年の調査", "平成2年の調査"),
        ("平成29年の調査", "平成30年の調査"),
        ("平成30年の調査", "令和元年の調査"),
        ("令和元年の調査", "令和2年の調査"),
        ("平成30年4月30日", "平成31年4月30日"),
        ("平成30年5月1日", "令和元年5月1日"),
        ("令和元年5月1日", "令和2年5月1日"),
        ("2023年度", "2024年度"),
        ("H30年度", "R1年度"),
        ("H29年10月", "H30年10月"),
        ("where: {wave: R5}", "where: {wave: R6}"),
        ("params/sample/fy2023/inputs.yaml", "params/sample/fy2024/inputs.yaml"),
        (
            "[fy2022/consultations.csv, fy2023/consultations.csv]",
            "[fy2023/consultations.csv, fy2024/consultations.csv]",
        ),
    ],
)
def test_dates_in_a_text_move_and_keep_their_notation(text, moved):
    assert move_text(text, 1) == moved


@pytest.mark.parametrize(
    "text",
    [
        "調査した139人のうち",
        "43213",
        "UTF-8 → cp932",
        "1から5年以上",
        "PR5",
        "0.0205",
        "R1a",
        "H30",
        "PH30年",
    ],
)
def test_a_number_that_is_no_date_stays(text):
    assert move_text(text, 1) == text


def test_a_year_before_an_era_takes_the_era_before():
    assert move_text("令和元年度", -1) == "平成30年度"


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(1, 3))
def test_a_moved_era_day_reads_back_as_the_moved_day(day, years):
    from ujo_lib.fiscal import format_wareki

    assert parse_date(move_text(format_wareki(day), years)) == move_day(day, years)
