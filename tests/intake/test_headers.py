"""Headings that name one thing twice are told with what is to be done."""

import pytest

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.intake.headers import _note_double
from ujo_lib.intake.problems import Notes


@pytest.mark.parametrize(("second", "levels"), [("件数", True), ("相談件数", False)])
def test_only_headings_that_are_the_same_may_be_the_lower_level_of_two(second, levels):
    notes = Notes("a.csv")
    _note_double("件数", second, notes)
    [told] = notes.problems
    assert f"列「件数」と「{second}」が同じ項目を指します" in told.remedy
    assert ("header_rows: 2" in told.remedy) == levels


@pytest.mark.parametrize(("declared", "read"), [({"速報件数": "n"}, [1, 2, 3]), ({}, [10, 20, 30])])
def test_a_heading_that_the_city_declares_is_the_one_meant_and_not_that_of_the_dictionary(
    desk: Desk, declared, read
):
    rows = [[*row, str(at) if at else "速報件数"] for at, row in enumerate(table("national_daily"))]
    desk.put("national_daily", "d.csv", as_csv(rows), columns=declared)
    assert desk.check()["national_daily"]["n"].tolist() == read


@pytest.mark.parametrize("above", [0, 1, 3])
def test_a_column_that_is_not_there_is_told_with_the_row_of_the_headings_and_the_likeliest_of_the_others(
    desk: Desk, above
):
    rows = [["日付", "都道府県", "相談件数の計"], *([*row[:2], "5"] for row in table("national_daily")[1:])]
    desk.put("national_daily", "d.csv", as_csv([["日別の件数", "", ""]] * above + rows))
    [told] = [one for one in desk.check().faults if one.severity == "error"]
    assert (told.row, told.column, told.expected) == (above + 1, "件数", "列「件数」があること")
    assert "「相談件数の計」がこれなら、columns: {相談件数の計: n}" in told.remedy


@pytest.mark.parametrize(
    ("heading", "ok"),
    [
        ("件数(千件)", False),
        ("件数(単位:千件)", False),
        ("件数(単位百件)", False),
        ("件数(延べ・千件)", False),
        ("件数(千件単位)", False),
        ("件数(パーセント)", False),
        ("件数(累計)", False),
        ("件数(前年)", False),
        ("件数(対前年増減)", False),
        ("件数(前月比)", False),
        ("件数(構成比)", False),
        ("件数(うち電話)", False),
        ("件数(うち電話を含む)", True),
        ("件数(再掲)", False),
        ("件数(内数)", False),
        ("件数(内訳:電話)", False),
        ("件数(内科)", True),
        ("件数(再掲を除く)", True),
        ("件数(前月)", False),
        ("件数(前橋市)", True),
        ("前年_件数", False),
        ("件数(単位:件)", True),
        ("件数(件)", True),
        ("件数(延べ)", True),
        ("件数(速報)", True),
        ("令和5年_件数", True),
    ],
)
def test_a_count_of_thousands_or_of_something_else_is_never_read_as_the_count(desk: Desk, heading, ok):
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows))
    assert [(p.severity, p.column) for p in desk.check().faults] == ([] if ok else [("error", heading)])


@pytest.mark.parametrize("heading", ["相談【千件】", "相談[千件]", "相談千件"])
def test_a_heading_that_the_city_declares_hides_no_thousands(desk: Desk, heading):
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows), columns={heading: "n"})
    [told] = desk.check().faults
    assert (told.severity, told.column, "千件" in told.remedy) == ("error", heading, True)


def test_a_unit_in_the_upper_level_of_the_headings_is_seen(desk: Desk):
    rows = [["日付", "都道府県", "件数(千件)"], ["", "", "件数"], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows), header_rows=2)
    assert [(p.severity, p.column) for p in desk.check().faults] == [("error", "件数(千件)_件数")]
