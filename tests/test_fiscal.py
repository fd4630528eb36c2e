"""The calendar: one text, one day, or a sentence that says why not."""

import re
import subprocess
import sys
from contextlib import nullcontext, suppress
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib import fiscal
from ujo_lib.fiscal import DateError, FiscalYear, Period


@pytest.mark.parametrize(
    "value",
    [
        2023,
        "2023",
        "2023年度",
        "R5",
        "r5",
        "R5年度",
        "令和5年度",
        "令和5(2023)年度",
        "FY2023",
        "\uff12\uff10\uff12\uff13",
    ],
)
def test_a_fiscal_year_is_read_in_every_spelling_a_clerk_uses(value):
    assert FiscalYear.parse(value) == FiscalYear(2023)


@pytest.mark.parametrize("value", ["5", "R5.4", "令和5(2022)年度", "来年度", "", True])
def test_a_doubtful_fiscal_year_is_refused_in_japanese(value):
    with pytest.raises(DateError, match="年度「"):
        FiscalYear.parse(value)


def test_labels_of_a_fiscal_year_use_both_calendars():
    assert FiscalYear(2023).label == "令和5(2023)年度"
    assert FiscalYear(2019).label == "令和元(2019)年度"
    assert FiscalYear(2018).label == "平成30(2018)年度"
    years = (2023, 2019, 2018, 1989, 1988, 1926, 1925, 1912, 1911, 1868)
    eras = ["R5", "R1", "H30", "H1", "S63", "S1", "T14", "T1", "M44", "M1"]
    assert [FiscalYear(year).wareki for year in years] == eras


def test_calendar_and_fiscal_basis_count_over_different_days():
    fy = FiscalYear.parse("R5")
    assert fiscal.period_for(fy, "calendar") == Period(date(2023, 1, 1), date(2023, 12, 31), "2023年(暦年)")
    assert fiscal.period_for(fy, "fiscal") == Period(date(2023, 4, 1), date(2024, 3, 31), "令和5(2023)年度")
    assert fiscal.period_for(fy, "fiscal").days == 366
    with pytest.raises(DateError, match="calendar"):
        fiscal.period_for(fy, "school")


@pytest.mark.parametrize(
    ("half", "before", "first", "last", "after"),
    [
        ("h1", date(2023, 3, 31), date(2023, 4, 1), date(2023, 9, 30), date(2023, 10, 1)),
        ("h2", date(2023, 9, 30), date(2023, 10, 1), date(2024, 3, 31), date(2024, 4, 1)),
    ],
)
def test_a_half_of_the_year_ends_where_the_other_begins(half, before, first, last, after):
    period = fiscal.period_for(FiscalYear(2023), half)
    assert [period.contains(day) for day in (before, first, last, after)] == [False, True, True, False]
    assert (
        period.label
        == {
            "h1": "令和5(2023)年度上半期(4〜9月)",
            "h2": "令和5(2023)年度下半期(10〜3月)",
        }[half]
    )


def test_a_day_belongs_to_the_fiscal_year_that_began_in_april():
    assert FiscalYear.containing(date(2024, 3, 31)) == FiscalYear(2023)
    assert FiscalYear.containing(date(2024, 4, 1)) == FiscalYear(2024)


# The vector of inconsistency I24 and the list of trap 7.
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("R5.12.8", date(2023, 12, 8)),
        ("R 5.12.8", date(2023, 12, 8)),
        ("令和5年12月8日", date(2023, 12, 8)),
        ("令和5年12月8日(金)", date(2023, 12, 8)),
        ("令和5年12月8日\uff08金\uff09", date(2023, 12, 8)),
        ("\uff12\uff10\uff12\uff13年\uff11\uff12月\uff18日", date(2023, 12, 8)),
        ("2023/12/8(金)", date(2023, 12, 8)),
        ("2023/12/8 金曜日", date(2023, 12, 8)),
        ("2023-12-08", date(2023, 12, 8)),
        ("2023-12-08 00:00:00", date(2023, 12, 8)),
        ("20231208", date(2023, 12, 8)),
        ("45268", date(2023, 12, 8)),
        ("H31.4.30", date(2019, 4, 30)),
        ("R元.5.1", date(2019, 5, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("㋿5年12月8日", date(2023, 12, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("2024/2/29", date(2024, 2, 29)),
    ],
)
def test_a_day_is_read_in_every_spelling_of_municipal_files(text, day):
    assert fiscal.parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5.12.8", "何年か決められません"),
        ("05/12/08", "何年か決められません"),
        ("R 6.1", "日がありません"),
        ("令和元年度", "月と日がありません"),
        ("12/8", "年がありません"),
        ("2023/12/8(土)", "2023-12-08 は金曜日です"),
        ("H31.5.1", "平成の期間"),
        ("R1.4.30", "令和の期間"),
        ("R0.1.1", "0年はありません"),
        ("2023-02-29", "暦にありません"),
        ("2023-12-08 13:30", "日付として読めません"),
        ("231208", "日付として読めません"),
        ("不明", "日付として読めません"),
        ("", "日付として読めません"),
    ],
)
def test_a_doubtful_day_is_refused_with_what_to_write_instead(text, reason):
    with pytest.raises(DateError, match=reason):
        fiscal.parse_date(text)


@settings(deadline=None, max_examples=200)
@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_a_day_written_in_its_era_comes_back_as_the_same_day(day):
    weekday = fiscal.WEEKDAYS_JA[fiscal.sunday_weekday(day)]
    assert fiscal.parse_date(f"{fiscal.format_wareki(day)}({weekday})") == day
    assert fiscal.parse_date(f"{day:%Y%m%d}") == day
    assert fiscal.parse_date(f"{day.year}/{day.month}/{day.day}") == day


@settings(deadline=None, max_examples=100)
@given(st.dates(date(1955, 1, 1), date(2060, 12, 31)))
def test_an_excel_serial_comes_back_as_the_same_day(day):
    assert fiscal.parse_date(str((day - fiscal.EXCEL_EPOCH).days)) == day


@pytest.mark.parametrize(
    ("number", "day"),
    [(19_999, None), (20_000, date(1954, 10, 3)), (59_999, date(2064, 4, 7)), (60_000, None)],
)
def test_five_digits_are_a_day_from_20000_to_59999(number, day):
    with nullcontext() if day else pytest.raises(DateError):
        assert fiscal.parse_date(str(number)) == day


@pytest.mark.parametrize("text", ["050808", "０５０８０８", "045268"])
def test_a_number_with_a_zero_in_front_is_no_serial(text):
    with pytest.raises(DateError):  # 令和5年8月8日 as old host systems write it, and not 2039-02-08
        fiscal.parse_date(text)


@pytest.mark.parametrize(("year", "read"), [(1867, False), (1868, True), (2200, True), (2201, False)])
def test_years_are_those_since_meiji_and_not_beyond_two_centuries_from_now(year, read):
    with nullcontext() if read else pytest.raises(DateError):
        assert fiscal.parse_date(f"{year}-04-01") == date(year, 4, 1)
    with nullcontext() if read else pytest.raises(DateError):
        assert FiscalYear.parse(f"{year}") == FiscalYear(year)


@pytest.mark.parametrize(
    ("last", "first", "day"),
    [
        ("M45.7.29", "T1.7.30", date(1912, 7, 30)),
        ("T15.12.24", "S1.12.25", date(1926, 12, 25)),
        ("S64.1.7", "H1.1.8", date(1989, 1, 8)),
        ("H31.4.30", "R1.5.1", date(2019, 5, 1)),
    ],
)
def test_an_era_ends_on_the_eve_of_the_next(last, first, day):
    """The proclamations: 1912-07-30, 1926-12-25, 1989-01-08, 2019-05-01."""
    assert (fiscal.parse_date(last), fiscal.parse_date(first)) == (day - timedelta(1), day)
    for written, of in ((last, day), (first, day - timedelta(1))):
        with pytest.raises(DateError, match="の期間"):
            fiscal.parse_date(f"{written.rsplit('.', 2)[0]}.{of.month}.{of.day}")


def test_the_first_day_that_has_an_era_is_that_of_meiji():
    assert fiscal.parse_date("M1.10.23") == date(1868, 10, 23)
    with pytest.raises(DateError, match="明治の期間"):
        fiscal.parse_date("M1.10.22")


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=12))
def test_no_text_makes_the_date_reader_fail_in_another_way(text):
    for read in (
        fiscal.parse_date,
        fiscal.parse_clock,
        fiscal.parse_zone,
        FiscalYear.parse,
    ):
        with suppress(DateError):
            read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20:00", (0, time(20))),
        ("24:00", (1, time(0))),
        ("26:00", (1, time(2))),
        ("25時30分", (1, time(1, 30))),
        ("25時", (1, time(1))),
        ("\uff12\uff16\uff1a\uff10\uff10", (1, time(2))),
        ("翌2:00", (1, time(2))),
        ("午後8時半", (0, time(20, 30))),
        ("0:05", (0, time(0, 5))),
        ("20:59", (0, time(20, 59))),
        ("23:59", (0, time(23, 59))),
        ("29:59", (1, time(5, 59))),
        ("30:00", (1, time(6))),
        ("翌6:00", (1, time(6))),
        ("午後11時59分", (0, time(23, 59))),
        ("午後0時10分", (0, time(12, 10))),
        ("午前11時", (0, time(11))),
    ],
)
def test_a_clock_past_midnight_belongs_to_the_next_day(text, expected):
    assert fiscal.parse_clock(text) == expected


@pytest.mark.parametrize(
    "text",
    # By the law of 1872 午後12時 is midnight and 午前12時 noon (太政官布告第337号); most take the first for noon.
    [*("30:01", "31:00", "20:60", "夜", "", "8", "翌6:01", "翌24:00", "翌26:00", "午後25時"),
     *("午後12時", "午前12:05", "午前15時", "午後24時")],
)  # fmt: skip
def test_an_impossible_clock_is_refused(text):
    with pytest.raises(DateError, match="時刻"):
        fiscal.parse_clock(text)


def test_a_broadcast_zone_may_end_after_midnight():
    assert fiscal.parse_zone("20:00~26:00") == ((0, time(20)), (1, time(2)))
    assert fiscal.parse_zone("20:00\u301c26:00") == ((0, time(20)), (1, time(2)))
    with pytest.raises(DateError, match="26:00"):
        fiscal.parse_zone("20:00~2:00")


def test_holidays_have_their_japanese_names_and_substitutes():
    assert fiscal.holiday_name(date(2024, 2, 23)) == "天皇誕生日"
    assert "振替休日" in fiscal.holiday_name(date(2024, 2, 12))
    assert fiscal.holiday_name(date(2024, 2, 22)) is None


def test_a_bridge_day_is_a_working_day_between_two_days_off():
    assert fiscal.is_bridge_day(date(2023, 11, 24)) is True  # Friday after 勤労感謝の日
    assert fiscal.is_bridge_day(date(2023, 11, 23)) is False
    assert fiscal.is_bridge_day(date(2023, 11, 22)) is False
    assert fiscal.is_bridge_day(date(2023, 5, 1)) is False  # Monday; Tuesday is a working day


@pytest.mark.parametrize(("day", "off"), [(9, True), (10, True), (11, False), (23, True)])
def test_days_off_are_both_days_of_the_weekend_and_holidays(day, off):
    assert fiscal.is_day_off(date(2023, 9 if day == 23 else 12, day)) is off  # 23 September: 秋分の日


def test_the_week_of_the_report_begins_on_sunday():
    assert fiscal.sunday_weekday(date(2023, 12, 10)) == 0
    assert fiscal.WEEKDAYS_JA[fiscal.sunday_weekday(date(2023, 12, 8))] == "金"


def test_a_period_counts_both_ends_and_refuses_to_run_backwards():
    sns = Period(date(2024, 2, 20), date(2024, 2, 29), "配信期間")
    assert sns.days == 10
    assert list(sns) == [date(2024, 2, day) for day in range(20, 30)]
    days = [date(2024, 2, 19), date(2024, 2, 20), date(2024, 2, 29), date(2024, 3, 1)]
    assert [sns.contains(day) for day in days] == [False, True, True, False]
    assert Period(days[0], days[0], "1日").days == 1
    with pytest.raises(DateError, match="前です"):
        Period(days[1], days[0], "逆")


def breaks_of(**years):
    """Summers from 21 July to 31 August and winters from 24 December to 7 January, of the years that are named."""
    days = {
        "summer": ((7, 21), (8, 31), 0),
        "winter": ((12, 24), (1, 7), 1),
        "autumn": ((10, 9), (10, 12), 0),
    }
    return [
        fiscal.Period(date(year, *days[name][0]), date(year + days[name][2], *days[name][1]), name)
        for name, held in years.items()
        for year in held
    ]


@pytest.mark.parametrize(
    ("start", "end", "lacking"),
    [
        ("2023-07-21", "2025-01-07", []),
        ("2023-07-21", "2025-07-20", []),
        ("2023-07-21", "2025-07-21", ["summer 2025"]),
        ("2025-08-31", "2025-12-23", ["summer 2025"]),
        ("2025-09-01", "2025-12-24", ["winter 2025"]),
        ("2023-01-07", "2023-12-31", ["winter 2022"]),
        ("2023-01-08", "2023-12-31", []),
        ("2026-01-01", "2027-01-01", ["winter 2025", "summer 2026", "winter 2026"]),
    ],
)
def test_breaks_that_a_list_does_not_reach_are_missed_from_their_first_to_their_last_day(start, end, lacking):
    period = Period(date.fromisoformat(start), date.fromisoformat(end), "")
    found = fiscal.unlisted_breaks(breaks_of(summer=[2023, 2024], winter=[2023, 2024]), period)
    assert [f"{each.label} {each.start.year}" for each in found] == lacking
    assert fiscal.unlisted_breaks([], period) == ()


def test_a_break_that_was_forgotten_in_between_is_missed_and_one_that_is_new_or_given_up_is_not():
    years = Period(date(2020, 4, 1), date(2025, 3, 31), "")

    def lacking(**held):
        whole = {"summer": range(2020, 2025), "winter": range(2019, 2025)}
        return [
            (one.label, one.start.year) for one in fiscal.unlisted_breaks(breaks_of(**whole, **held), years)
        ]

    assert lacking() == lacking(autumn=[2022, 2023]) == lacking(autumn=range(2021, 2025)) == []
    assert lacking(autumn=[2020, 2022, 2023, 2024]) == [("autumn", 2021)]
    moved = fiscal.Period(date(2024, 9, 1), date(2024, 9, 20), "summer")
    others = [one for one in breaks_of(summer=range(2020, 2025)) if one.start.year != 2024]
    assert fiscal.unlisted_breaks([*others, moved], years) == ()


def lacking_in(first: str, last: str, **held: list[str]) -> list[str]:
    """First days of what a list lacks in a period; it has breaks of ten days that begin on these days."""
    breaks = [
        fiscal.Period(day := date.fromisoformat(start), day + timedelta(days=9), name)
        for name, starts in held.items()
        for start in starts
    ]
    period = Period(date.fromisoformat(first), date.fromisoformat(last), "")
    return [str(one.start) for one in fiscal.unlisted_breaks(breaks, period)]


@pytest.mark.parametrize(
    ("other", "lacking"),
    [
        (["2022-07-22", "2023-07-22", "2024-07-22"], ["2021-07-22"]),  # begins 366 days after the list
        (["2022-07-23", "2023-07-23", "2024-07-23"], []),
        (["2020-07-20", "2021-07-20", "2022-07-20"], ["2023-07-20"]),  # ends 366 days before it
        (["2020-07-19", "2021-07-19", "2022-07-19"], []),
    ],
)
def test_a_break_is_new_or_given_up_where_it_is_more_than_a_year_from_either_end_of_the_list(other, lacking):
    summer = ["2021-07-21", "2022-07-21", "2023-07-21"]
    assert lacking_in("2021-04-01", "2023-11-01", summer=summer, other=other) == lacking


@pytest.mark.parametrize(("moved", "lacking"), [("2025-03-23", []), ("2025-03-24", ["2024-12-24"])])
def test_a_break_may_begin_ninety_days_from_where_it_began_in_other_years(moved, lacking):
    winter = ["2022-12-24", "2023-12-24", moved]
    assert lacking_in("2024-04-01", "2025-03-31", winter=winter) == lacking


def test_a_break_that_a_list_does_not_reach_is_expected_where_it_was_in_the_nearest_year():
    assert lacking_in("2024-04-01", "2025-03-31", summer=["2022-07-21", "2023-07-25"]) == ["2024-07-25"]
    assert lacking_in("2025-02-01", "2025-12-31", spring=["2024-02-29"], late=["2024-03-29"]) == [
        "2025-02-28",
        "2025-03-29",
    ]


@pytest.mark.parametrize(("text", "told"), [
    ("2201-04-01", "「2201-04-01」の年(2201)は扱えません"), ("R0.4.1", "「R0.4.1」に0年はありません"),
])  # fmt: skip
def test_a_year_that_there_is_not_is_told_with_the_whole_day(text, told):
    with pytest.raises(DateError, match=re.escape(told)):
        fiscal.parse_date(text)


@pytest.mark.parametrize(("day", "written"), [
    (date(2019, 4, 30), "平成31年4月30日"), (date(2019, 5, 1), "令和元年5月1日"), (date(2020, 1, 1), "令和2年1月1日"),
    (date(1868, 10, 23), "明治元年10月23日"),
])  # fmt: skip
def test_a_day_is_written_in_the_era_that_it_belongs_to(day, written):
    assert fiscal.format_wareki(day) == written


def test_the_ground_floor_imports_without_pandas_and_without_holidays():
    heavy = ("pandas", "numpy", "jpholiday")
    code = f"import sys, ujo_lib.fiscal, ujo_lib.text; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("zone", "good"),
    [("20:00~20:00", False), ("20:00~20:01", True), ("20:01~20:00", False), ("0:00~24:00", True)],
)
def test_a_broadcast_zone_ends_after_it_begins(zone, good):
    if good:
        start, end = fiscal.parse_zone(zone)
        assert start < end
    else:
        with pytest.raises(DateError, match="終わりが始まりより前"):
            fiscal.parse_zone(zone)


def test_a_day_is_said_without_noughts_and_of_one_day_there_is_no_span():
    assert fiscal.spoken(date(2024, 2, 3)) == "2024年2月3日"
    assert fiscal.spoken(date(2024, 12, 31), with_year=False) == "12月31日"
    assert fiscal.spoken_span(date(2024, 2, 3), date(2024, 3, 4)) == "2024年2月3日〜2024年3月4日"
    assert fiscal.spoken_span(date(2024, 2, 3), date(2024, 2, 3)) == "2024年2月3日"
