"""Sheets as a file: texts stay texts, numbers show their decimals, names and widths are what programs accept."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from ujo_lib.report.sheets import xlsx


def _open(content: bytes):
    return load_workbook(io.BytesIO(content))


def _sheet(name: str = "a", *rows: list[xlsx.Cell], headings: tuple[str, ...] = ("n",)) -> xlsx.Sheet:
    return xlsx.Sheet(name, [("表題", "x")], headings, rows)


def test_two_sheets_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        xlsx.write([_sheet("a"), _sheet("A")], "t")


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("a" * 31, "a" * 31),
        ("a" * 32, "a" * 24 + "_3ba3f5"),  # printf of 32 a | sha256sum
        ("a/b:c*d?e[f]g\\h", "a_b_c_d_e_f_g_h"),
        ("'年齢'", "_年齢_"),
        ("a" * 29 + "'s'", "a" * 24 + "_04a7e9"),
        ("市's", "市's"),
    ],
)
def test_a_name_is_made_one_that_spreadsheet_programs_accept(name: str, accepted: str) -> None:
    assert xlsx.sheet_name(name) == accepted
    assert _open(xlsx.write([_sheet(accepted)], "t")).sheetnames == [accepted]
    if name != accepted:
        with pytest.raises(ValueError, match="no names for a sheet"):
            xlsx.write([_sheet(name)], "t")


def test_long_names_that_begin_alike_are_names_of_different_sheets() -> None:
    one, other = (
        xlsx.sheet_name(f"02_contacts_by_occupation_and_topic_of_{who}") for who in ("women", "men")
    )
    assert _open(xlsx.write([_sheet(one), _sheet(other)], "t")).sheetnames == [one, other]


def test_a_sheet_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no names for a sheet"):
        xlsx.write([_sheet("")], "t")


@pytest.mark.parametrize(
    ("decimals", "written"),
    [(None, "General"), (0, "#,##0"), (1, "#,##0.0"), (2, "#,##0.00"), (3, "#,##0.000")],
)
def test_a_number_is_kept_whole_and_shown_with_its_decimals(decimals: int | None, written: str) -> None:
    (page,) = _open(xlsx.write([_sheet("a", [xlsx.Number(1234.56789, decimals)])], "t"))
    assert (page["A3"].value, page["A3"].number_format) == (1234.56789, written)


def test_days_are_days_and_signs_stand_where_numbers_would() -> None:
    row = [date(2024, 2, 29), xlsx.Symbol("x"), None, "- 備考", "-"]
    (page,) = _open(xlsx.write([_sheet("a", row, headings=tuple("abcde"))], "t"))
    day, sign, blank, remark, dash = page[3]
    assert (day.value.date(), day.number_format) == (date(2024, 2, 29), r"yyyy\-mm\-dd")
    assert (sign.value, sign.alignment.horizontal, sign.quotePrefix) == ("x", "right", False)
    assert blank.value is None
    assert [(cell.value, cell.quotePrefix) for cell in (remark, dash)] == [("- 備考", True), ("-", False)]


@pytest.mark.parametrize("text", ["\t=1+1", "=1+1", "a=1", " =1+1", "＝1+1"])
def test_only_what_a_program_would_take_for_a_formula_is_marked_as_text(text: str) -> None:
    (page,) = _open(xlsx.write([_sheet("a", [text])], "t"))
    assert (page["A3"].value, page["A3"].data_type) == (text, "s")
    assert page["A3"].quotePrefix is (text[0] in "=＝\t")


def test_a_link_leads_to_a_sheet_whose_name_holds_an_apostrophe() -> None:
    linked = _sheet("a", [xlsx.Link("表へ", "市's 表", "B7")])
    page = _open(xlsx.write([linked, _sheet("市's 表")], "t"))["a"]
    assert (page["A3"].value, page["A3"].hyperlink.location) == ("表へ", "'市''s 表'!B7")
    assert (page["A3"].font.underline, page["A2"].border.bottom.style) == ("single", "thin")


def test_the_address_of_a_cell_counts_from_below_the_headings_and_goes_on_behind_z() -> None:
    sheet = xlsx.Sheet("a", [("表題", "x"), ("出典", "y")], ["n"] * 28, [[xlsx.Number(k) for k in range(28)]])
    (page,) = _open(xlsx.write([sheet], "t"))
    assert [sheet.address(0, column) for column in (0, 25, 26, 27)] == ["A4", "Z4", "AA4", "AB4"]
    assert sheet.address(3, 1) == "B7"
    assert [page[sheet.address(0, column)].value for column in (0, 25, 26, 27)] == [0, 25, 26, 27]
    assert page.freeze_panes == "A4"


@pytest.mark.parametrize(
    ("cell", "width"),
    [
        ("あ" * 4, 11),  # eight half-width letters and two beside them are less than the narrowest
        ("あ" * 5, 12),
        ("a" * 57, 59),
        ("あ" * 29, 60),
        ("あ" * 40, 60),  # the widest
        (xlsx.Number(12_345_678.25, 2), 15),
        (xlsx.Link("あ" * 10, "a"), 22),
        (xlsx.Symbol("x" * 10), 12),
        (date(2024, 2, 29), 12),
    ],
)
def test_a_column_is_as_wide_as_its_longest_cell_within_limits(cell: xlsx.Cell, width: int) -> None:
    assert xlsx._widths(_sheet("a", ["x"], [cell])) == [width, 11]


@pytest.mark.parametrize(("row", "width"), [(299, 22), (300, 22), (301, 11)])
def test_the_first_three_hundred_rows_say_how_wide_a_column_is(row: int, width: int) -> None:
    rows = [["x"]] * (row - 1) + [["a" * 20]]
    assert xlsx._widths(_sheet("a", *rows)) == [width, 11]


def test_a_sheet_is_printed_across_an_a4_paper_as_wide_as_it_is_and_its_first_line_is_its_title() -> None:
    sheet = xlsx.Sheet("a", [("表題", "相談"), ("出典", "y")], ["n"], [["x"]])
    (page,) = _open(xlsx.write([sheet], "見本"))
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert (page.print_title_rows, page.oddFooter.left.text, page.oddFooter.right.text) == (
        "$3:$3",
        "&A",
        "&P / &N",
    )
    assert page.sheet_format.defaultRowHeight == 18
    bold = {cell.value: cell.font.b for row in page.iter_rows() for cell in row if cell.value}
    assert bold == {"表題": False, "相談": True, "出典": False, "y": False, "n": True, "x": False}
    assert {cell.font.name for row in page.iter_rows() for cell in row if cell.value} == {"游ゴシック"}
    assert {cell.font.sz for row in page.iter_rows() for cell in row if cell.value} == {11}


def test_a_workbook_tells_its_title_and_no_clock() -> None:
    book = _open(xlsx.write([_sheet()], "見本"))
    assert book.properties.title == "見本"
    assert book.properties.created.isoformat() == "1980-01-01T00:00:00"
    assert xlsx.write([_sheet()], "見本") == xlsx.write([_sheet()], "見本")
