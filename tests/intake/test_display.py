"""A workbook's cell is read as a person reads it: its format counts, what is struck out does not."""

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib.intake.workbooks import as_text


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [
        (1, '"K"000', "K001"),
        (1234, '"K"000', "K1234"),
        (0, "000", "000"),
        (7, "000", "007"),
        (1234567, r"000\-0000", "123-4567"),
        (67, r"000\-0000", "000-0067"),
        (1234567, "000-0000", "123-4567"),
        (5, '"令和"0"年"', "令和5年"),
        (12, '0"人"', "12人"),
        (12, "0", "12"),
        (12, "General", "12"),
        (1200, "#,##0", "1200"),
        (12, "0.00", "12"),
        (12, '"K"#', "12"),
        (-3, "000", "-3"),
        (3, '"約"', "3"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
    ],
)
def test_a_format_of_zeros_and_words_is_part_of_what_is_read(value, number_format, read):
    assert as_text(value, number_format) == read


def block(text: str, **font) -> TextBlock:
    return TextBlock(InlineFont(**font), text)


@pytest.mark.parametrize(
    ("parts", "read"),
    [
        ([block("1", strike=True), "2"], "2"),
        (["2", block("1", vertAlign="superscript")], "2"),
        (["2", block("1", vertAlign="subscript")], "2"),
        ([block("1", b=True), "2"], "12"),
        ([block("12", strike=True)], ""),
        (["山", block("田", color="FFFF0000")], "山田"),
    ],
)
def test_what_is_struck_out_or_raised_within_a_cell_is_never_glued_to_the_rest(parts, read):
    assert as_text(CellRichText(*parts), "General") == read


def test_a_number_corrected_within_its_cell_is_read_without_the_old_one_and_named(desk: Desk):
    book = openpyxl.Workbook()
    for row in table("commissioners"):
        book.active.append(row)
    heading = [cell.value for cell in book.active[1]].index("該当者数") + 1
    right = str(book.active.cell(2, heading).value)
    book.active.cell(2, heading).value = CellRichText(block("9", strike=True), right)
    out = io.BytesIO()
    book.save(out)
    desk.put("commissioners", "c.xlsx", out.getvalue())
    checked = desk.check()
    (told,) = [fault for fault in checked.faults if "取り消し線" in fault.remedy]
    assert told.severity == "warning"
    assert book.active.cell(2, heading).coordinate in str(told.value)
    assert str(desk.load()["commissioners"]["n_cases_reported"].iloc[0]) == right


def test_numbers_that_the_sheet_shows_with_a_letter_are_read_with_it(desk: Desk):
    book = openpyxl.Workbook()
    for row in table("campaigns"):
        book.active.append(row)
    for n in (1, 2, 3):
        cell = book.active.cell(n + 1, 1, n)
        cell.number_format = '"K"000'
    out = io.BytesIO()
    book.save(out)
    desk.put("campaigns", "k.xlsx", out.getvalue())
    assert desk.load()["campaigns"]["campaign_id"].tolist() == ["K001", "K002", "K003"]


@pytest.mark.parametrize(
    ("number_format", "read"),
    [
        ('yyyy"年"m"月"', "2024年2月"),
        ("mmm-yy", "2024年2月"),
        ('[$-411]ggge"年"m"月"', "2024年2月"),
        ('[$-411]ggge"年"m"月"d"日"', "2024-02-01"),
        ("yyyy/m/d", "2024-02-01"),
        ("h:mm", "2024-02-01"),
        ("yyyy", "2024-02-01"),
        ("General", "2024-02-01"),
    ],
)
def test_a_date_that_is_shown_as_a_month_names_no_day(number_format, read):
    assert as_text(dt.datetime(2024, 2, 1), number_format) == read
    assert as_text(dt.date(2024, 2, 1), number_format) == read


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [(7, "000_ ", "007"), (7, "000;-000", "007"), (7, "[Red]000", "007"), (7, "000_);[赤](000)", "007"),
     (7, "[<=9]000", "7")],
)  # fmt: skip
def test_gaps_colours_and_negative_numbers_of_a_format_hide_no_zeros(value, number_format, read):
    assert as_text(value, number_format) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [(9.999999999999998, "10"), (0.1 + 0.2, "0.3"), (9.99999999999998, "9.99999999999998"), (1234567.5, "1234567.5"),
     (123456789012345.0, "123456789012345"), (1e15, "1e+15")],
)  # fmt: skip
def test_a_calculated_number_is_read_to_the_fifteen_digits_that_a_sheet_shows(value, read):
    assert as_text(value, "General") == read


@pytest.mark.parametrize(
    ("above", "scale"),
    [("(単位:千件)", "千件"), ("単位 百件", "百件"), ("(単位：万円、%)", "万円"),
     ("単位:%", "%"), ("(単位:件)", None),
     ("単位:人、世帯", None), ("千件を超えた月", None)],
)  # fmt: skip
def test_a_table_of_thousands_is_refused_by_what_stands_above_it(desk: Desk, above, scale):
    desk.put("national_daily", "n.csv", as_csv([["全国", "", above], *table("national_daily")]))
    assert [(p.severity, p.row, p.value) for p in desk.check().faults] == (
        [("error", 1, scale)] if scale else []
    )


def test_a_duration_of_two_readings_is_told_as_that(desk: Desk):
    desk.put("consultations", "c.csv", as_csv(table("consultations", {(1, "対応時間(分)"): "1:30"})))
    (fault,) = desk.check().faults
    assert "分と秒か" in fault.remedy


def test_a_ticked_box_is_no_count_of_one(desk: Desk):
    desk.put(
        "national_daily", "n.xlsx", as_xlsx([["日付", "都道府県", "件数"], ["2023-08-01", "熊本県", True]])
    )
    [fault] = desk.check().faults
    assert (fault.row, fault.column, fault.value) == (2, "件数", "TRUE")


def test_a_ticked_box_is_a_yes(desk: Desk):
    rows: list[list[object]] = [list(row) for row in table("commissioners")]
    rows[1][rows[0].index("対象")] = True
    desk.put("commissioners", "c.xlsx", as_xlsx(rows))
    assert desk.load()["commissioners"]["in_scope"].tolist() == [True] * 3
