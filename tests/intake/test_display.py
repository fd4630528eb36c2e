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
        (10**15 - 1, "0", "9" * 15),
        (1234567890123450, "0", "1.23456789012345e+15"),
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
    ("value", "read"),
    [("熊本県_x000D_\n", "熊本県\r\n"), ("_x005F_x000D_", "_x000D_"), ("K_x1", "K_x1")],
)
def test_a_line_end_that_a_program_escaped_is_no_part_of_a_number_or_label(value, read):
    assert as_text(value, "General") == as_text(CellRichText(value), "General") == read


@pytest.mark.parametrize(
    ("microseconds", "read", "clock"),
    [(499_999, "2023-08-05 21:59:59", "21:59"), (500_000, "2023-08-05 22:00:00", "22:00")],
)
def test_ten_o_clock_written_to_a_few_places_of_a_day_is_not_the_hour_before(microseconds, read, clock):
    moment = dt.datetime(2023, 8, 5, 21, 59, 59, microseconds)
    assert as_text(moment, "yyyy/m/d h:mm") == read
    assert as_text(moment.time(), "h:mm") == clock
    assert as_text(dt.time(23, 59, 59, microseconds), "h:mm") == "23:59"


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
     (123456789012345.0, "123456789012345"), (1e15, "1e+15"), (10**15 - 1, "9" * 15), (10**15, "1e+15")],
)  # fmt: skip
def test_a_calculated_number_is_read_to_the_fifteen_digits_that_a_sheet_shows(value, read):
    assert as_text(value, "General") == read


@pytest.mark.parametrize(
    ("above", "scale"),
    [("(単位:千件)", "千件"), ("単位 百件", "百件"), ("(単位：万円、%)", "万円"),
     ("単位:%", "%"), ("(単位:件)", None), ("(単位:人、%)", None), ("単位:%、件", None), ("単位:すべて%", "すべて%"),
     ("利用率の単位は%", None), ("単位は千人ではなく人", None), ("単位は千人", "千人"), ("千人単位ではない", None),
     ("単位:人、世帯", None), ("千件を超えた月", None),
     ("(千件)", "千件"), ("相談の推移(千件単位)", "千件"), ("(件)", None), ("(千人会議の資料)", None),
     ("千件", "千件"), ("千件の声", None), ("単位:件 千葉県", None), ("単位:件、百歳以上を含む", None),
     ("単位:件、千件未満切捨て", None), ("単位:1,000件", "1,000件"), ("(1000件)", "1000件"), ("単位:件 21,000件", None),
     ("単位:千", "千"), ("(100件)", None)],
)  # fmt: skip
def test_a_table_of_thousands_is_refused_by_what_stands_above_it(desk: Desk, above, scale):
    desk.put("national_daily", "n.csv", as_csv([["全国", "", above], *table("national_daily")]))
    assert [(p.severity, p.row, p.value) for p in desk.check().faults] == (
        [("error", 1, scale)] if scale else []
    )


@pytest.mark.parametrize(
    ("at", "row", "told"),
    [(0, ["単位", "千件", ""], "千件"), (0, ["単位", "件", "千葉県"], None),
     (1, ["", "", "千件"], "千件"), (1, ["", "", "(千件)"], "千件"), (1, ["", "", "(件)"], None)],
)  # fmt: skip
def test_a_table_of_thousands_is_refused_by_two_cells_or_a_row_of_units(desk: Desk, at, row, told):
    rows = table("national_daily")
    desk.put("national_daily", "n.xlsx", as_xlsx([*rows[:at], row, *rows[at:]]))
    assert [(p.severity, p.row, p.value) for p in desk.check().faults] == (
        [("error", at + 1, told)] if told else []
    )


@pytest.mark.parametrize(
    ("below", "scale"), [("※ 単位は千件", "千件"), ("(注) 単位:百件", "百件"), ("※ 単位は件", None)]
)
def test_a_table_of_thousands_is_refused_by_the_note_below_it(desk: Desk, below, scale):
    desk.put("national_daily", "n.xlsx", as_xlsx([*table("national_daily"), [below]]))
    assert [(p.severity, p.row, p.value) for p in desk.check().faults] == (
        [("error", 5, scale)] if scale else []
    )


@pytest.mark.parametrize(
    ("above", "shares", "ok"),
    [("単位:%", ("1", "0.5"), False), ("単位:%", ("1%", "0.5%"), True), ("単位:千人", ("1", "0.5"), True)],
)
def test_bare_shares_below_a_word_of_percent_are_not_those_of_everybody(desk: Desk, above, shares, ok):
    rows = [["年代", "媒体", "利用率"], *([f"{i}0代", "TV", share] for i, share in enumerate(shares, 1))]
    desk.put("media_use", "m.csv", as_csv([[above, "", ""], *rows]))
    assert [p.row for p in desk.check().faults] == ([] if ok else [1])


@pytest.mark.parametrize(
    ("number_format", "read"),
    [
        ("$#,##0.00", "12$"),
        ("[$$-409]#,##0", "12$"),
        ('_("$"* #,##0_)', "12$"),
        ("[$€-2] #,##0", "12€"),
        ("[$USD] 0", "12USD"),
        ("[$JPY] 0", "12"),
        ("[$¥-411]#,##0", "12"),
        ("[$-411]0", "12"),
        ('"¥"#,##0', "12"),
    ],
)
def test_money_that_a_sheet_shows_in_another_currency_is_no_bare_number(number_format, read):
    assert as_text(12, number_format) == read


def test_a_duration_of_two_readings_is_told_as_that(desk: Desk):
    desk.put("consultations", "c.csv", as_csv(table("consultations", {(1, "対応時間(分)"): "1:30"})))
    (fault,) = desk.check().faults
    assert "分と秒か" in fault.remedy


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [(1, "0%", "100%"), (12, "#,##0.0%", "1200%"), (0.125, "0%", "12.5%"), (0, "0%", "0%"), (0.29, "0%;-0%", "29%"),
     (12, '#,##0"%"', "12%"), (12, "0\\%", "12%"), (12, '"5%"#,##0', "12")],
)  # fmt: skip
def test_a_number_that_the_sheet_shows_in_percent_is_read_in_percent(value, number_format, read):
    assert as_text(value, number_format) == read


def test_a_count_that_the_sheet_shows_in_percent_is_never_read_as_ones(desk: Desk):
    book = openpyxl.load_workbook(
        io.BytesIO(as_xlsx([*table("national_daily")[:3], ["2023-08-03", "熊本県", 30]]))
    )
    book.active["C4"].number_format = "0%"
    book.save(out := io.BytesIO())
    desk.put("national_daily", "n.xlsx", out.getvalue())
    assert [(p.severity, p.row, p.value) for p in desk.check().faults] == [("error", 4, "3000%")]


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


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [(12, '#,##0"千件"', "12千件"), (12.5, 'General"万"', "12.5万"), (4, "0\\千", "4千"),
     (-12, '#,##0"千";-#,##0"千"', "-12千"), (3, '0;0;"千"', "3"),
     (12345, '#,##0,"千円"', "12345"), (12345, '[>=10000]#"万"####;0', "12345"),  # both are shown of ones
     (12, '#,##0"人"', "12"), (12, '"千人中"#,##0', "12")],
)  # fmt: skip
def test_a_number_behind_which_the_sheet_shows_thousands_is_read_with_that_word(value, number_format, read):
    assert as_text(value, number_format) == read


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [(1, '[=1]"女性";[=2]"男性";General', "女性"), (2, '[=1]"女性";[=2]"男性";General', "男性"),
     (3, '[=1]"女性";[=2]"男性";General', "3"), (1.0, '"○";;"×"', "○"), (0, '"○";;"×"', "×"), (-1, '"○";;"×"', "-1"),
     (49, '[<50]"若い";"年配"', "若い"), (50, '[<50]"若い";"年配"', "年配"), (51, '[<50]"若い";"年配"', "年配"),
     (50, '[<=50]"若い";"年配"', "若い"), (50, '[>50]"年配";"若い"', "若い"), (50, '[>=50]"年配";"若い"', "年配"),
     (50, '[<>50]"ほか";"五十"', "五十"),
     (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "0"), (0, '0;"△"0;', "0"), (5, '"";"";""', "5")],
)  # fmt: skip
def test_a_code_that_the_sheet_shows_as_a_word_is_that_word(value, number_format, read):
    assert as_text(value, number_format) == read


def shown(kind: str, heading: str, cells: list[object], number_format: str) -> bytes:
    """A good table with these cells under a heading, in this format."""
    book = openpyxl.Workbook()
    for row in table(kind):
        book.active.append(row)
    column = [cell.value for cell in book.active[1]].index(heading) + 1
    for at, value in enumerate(cells, 2):
        book.active.cell(at, column, value).number_format = number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_counts_that_the_sheet_shows_in_thousands_are_an_error_and_never_ones(desk: Desk):
    desk.put("national_daily", "n.xlsx", shown("national_daily", "件数", [12, 13, 14], '#,##0"千件"'))
    assert [(p.severity, p.row, p.column, p.value) for p in desk.check().faults] == [
        ("error", row, "件数", f"{row + 10}千件") for row in (2, 3, 4)
    ]


def test_codes_that_the_sheet_shows_the_other_way_round_are_read_as_shown(desk: Desk):
    desk.put("cases", "c.xlsx", shown("cases", "性別", [1, 2, 1], '[=1]"女性";[=2]"男性"'))
    assert desk.check()["cases"]["sex"].tolist() == ["女性", "男性", "女性"]


def test_a_contact_at_midnight_is_a_moment_where_the_sheet_shows_the_clock(desk: Desk):
    moments = [dt.datetime(2023, 8, 1), dt.datetime(2023, 8, 2, 22, 15), dt.datetime(2023, 8, 3)]
    content = shown("consultations", "相談受付日時", moments, "yyyy/m/d h:mm")
    desk.put("consultations", "s.xlsx", content)
    read = desk.load()["consultations"]["received_at"]
    assert read.dt.tz_localize(None).tolist() == moments


def test_a_day_that_the_sheet_shows_with_midnight_is_that_day(desk: Desk):
    days = [dt.datetime(2023, 8, n) for n in (1, 2, 3)]
    desk.put("national_daily", "n.xlsx", shown("national_daily", "日付", days, "yyyy/m/d h:mm"))
    assert desk.load()["national_daily"]["date"].tolist() == days
