"""The workbook opens in a spreadsheet program as it is meant to, and every figure of the text is found in it."""

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook

from tests.report.sheets.machine_readable import check
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Count, PValue, Ratio, Text, interval
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look import wording
from ujo_lib.report.look.html import PageContext
from ujo_lib.report.sheets import xlsx
from ujo_lib.report.sheets.exports import Column, Table
from ujo_lib.report.sheets.workbook import CLAIMS, CONTENTS, _cell, units, workbook

ABOUT = PageContext(report_title="見本市 年次報告書", area="見本市", created_on="2024-10-31", run_id="abc")
NOTEBOOK = "01_survey_descriptives"


def _of_page(table: Published) -> Published:
    return table.record(NOTEBOOK).published()


def _written(*tables: Published, said: tuple[wording.Said, ...] = ()) -> bytes:
    exported = [Table.of(table.record(NOTEBOOK)) for table in tables]
    return workbook(exported, [("調査の集計", said)], ABOUT)


def _open(content: bytes):
    return load_workbook(io.BytesIO(content))


def test_a_sheet_describes_its_table_above_one_line_of_headings():
    sheet = _open(_written(by_sex()))["01_cases_by_sex"]
    about = {row[0].value: row[1].value for row in sheet.iter_rows(max_row=11)}
    assert about["表題"] == "当事者の性別"
    assert about["取扱い"] == "庁内限り(秘匿処理前の数値を含みます)"
    assert about["対象期間"] == "令和5(2023)年度"
    assert about["対象数(n)"] == 25
    assert about["出典"] == "該当者票"
    assert [cell.value for cell in sheet[12]][:3] == ["性別", "人数(人)", "回答者数(n)"]
    assert sheet.freeze_panes == "A13"
    assert not sheet.merged_cells.ranges


def test_the_list_of_sheets_says_each_thing_about_the_workbook_behind_its_own_word():
    sheet = _open(_written(by_sex()))[CONTENTS]
    about = {row[0].value: row[1].value for row in sheet.iter_rows(max_row=5)}
    assert about == {
        "表題": "見本市 年次報告書 統計表",
        "対象地域": "見本市",
        "取扱い": "庁内限り(秘匿処理前の数値を含みます)",
        "作成日": "2024-10-31",
        "実行番号": "abc",
    }


def test_numbers_are_numbers_with_the_decimals_of_the_page():
    sheet = _open(_written(published({"label": ["県"], "n": [2536], "share": [0.6978]})))["01_cases_by_sex"]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[13]][1:] == [
        (2536, "n", "#,##0"),
        (69.8, "n", "#,##0.0"),
    ]


def test_what_is_hidden_on_the_page_is_an_x_with_a_legend_and_nowhere_else_in_the_file():
    content = _written(by_sex(hide=[(0, "n"), (0, "share")]))
    sheet = _open(content)["01_cases_by_sex"]
    assert [cell.value for cell in sheet[13]][1] == "x"
    assert "x: 秘匿" in {row[0].value: row[1].value for row in sheet.iter_rows(max_row=10)}["記号"]
    values = [cell.value for page in _open(content) for row in page.iter_rows() for cell in row]
    assert not {17, "17", 68.0, "68.0", 0.68} & set(values)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_text_that_looks_like_a_formula_stays_text(start):
    sheet = _open(_written(published({"label": [f"{start}1+1"], "n": [1]})))["01_cases_by_sex"]
    cell = sheet["A13"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (f"{start}1+1", "s", True)


def test_every_value_of_a_sentence_leads_to_the_cell_it_was_read_from():
    table = _of_page(by_sex())
    women = table.where(sex=["女性", "無回答"])  # a part of the table: rows must still be those of the whole
    said = wording.say("女性は{n[女性]}人({share[女性]}、{share[女性]|ci})。{word}", women, word="以上。")
    book = _open(_written(table, said=said))
    claims = book[CLAIMS]
    rows = [[cell.value for cell in row] for row in claims.iter_rows(min_row=claims.max_row - 3)]
    assert [row[2] for row in rows] == ["「8」", "「32.0%」", *["「95%信頼区間 17.2〜51.6%」"] * 2]
    assert [row[6] for row in rows] == ["人数(人)", "割合(%)", "95%信頼区間の下限(%)", "95%信頼区間の上限(%)"]
    source = book["01_cases_by_sex"]
    assert [source[row[4]].value for row in rows] == [8, 32.0, 17.2, 51.6]
    assert claims[f"E{claims.max_row}"].hyperlink.location == f"'01_cases_by_sex'!{rows[-1][4]}"


def test_a_sentence_with_a_hidden_value_quotes_nothing():
    table = _of_page(by_sex(hide=[(0, "n"), (0, "share")]))
    said = wording.say("男性は{n[男性]}人、女性は{n[女性]}人。", table)
    claims = _open(_written(table, said=said))[CLAIMS]
    assert "秘匿" in said[0].text
    assert claims.max_row == 6  # the heading, no row


def test_the_contents_lead_to_every_sheet():
    book = _open(_written(by_sex(), by_occupation()))
    assert book.sheetnames == [CONTENTS, CLAIMS, "01_cases_by_sex", "01_loneliness"]
    cells = (cell for row in book[CONTENTS].iter_rows() for cell in row)
    targets = {cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert {"'01_cases_by_sex'!A1", "'01_loneliness'!A1", f"'{CLAIMS}'!A1"} <= targets


def test_the_same_tables_give_the_same_bytes():
    assert _written(by_sex()) == _written(by_sex())


def test_nothing_in_the_file_tells_of_the_machine_the_clock_or_a_person():
    with zipfile.ZipFile(io.BytesIO(_written(by_sex()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in properties
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties)) == {"1980-01-01T00:00:00Z"}


@pytest.mark.parametrize("unit", [True, False])
def test_numbers_whose_unit_differs_by_row_are_not_said_to_have_none(unit):
    """People, contacts and percentages stood as 「値: 単位なし」."""
    columns = {"label": ["人", "割合"], "value": [25.0, 0.5], "format": ["n", "share"], "low": [None, 0.4]}
    told = {"unit": ["人", "%"]} if unit else {}
    kinds = {"unit": Text(heading="単位"), **interval("value", 0.95)}
    sheet = _open(_written(published(columns | told, kinds=kinds)))["01_cases_by_sex"]
    differs = "行ごとに異なる" + "(「単位」の列)" * unit
    assert sheet["B6"].value == f"値: {differs}、95%信頼区間の下限: {differs}"
    written = [(cell.value, cell.number_format) for cell in (sheet["B13"], sheet["B14"])]
    assert written == [(25, "#,##0"), (50, "#,##0.0")]


def test_a_count_whose_unit_differs_by_row_is_not_said_to_have_that_of_its_heading():
    """Households of a leaflet stood as 「届けた数: 見出しのとおり」."""
    columns = {"label": ["チラシ", "広報"], "n": [23193, 500], "p": [0.2, 0.3], "what": ["戸", "部"]}
    kinds = {
        "n": Count(heading="届けた数", unit_by="what"),
        "p": PValue(),
        "what": Text(heading="届けた数の単位"),
    }
    sheet = _open(_written(published(columns, kinds=kinds)))["01_cases_by_sex"]
    assert sheet["B6"].value == "届けた数: 行ごとに異なる(「届けた数の単位」の列)、p値: 単位なし"


def test_a_ratio_beside_them_has_none():
    columns = {"label": ["人"], "value": [25.0], "format": ["n"], "estimate": [1.5]}
    sheet = _open(_written(published(columns, kinds={"estimate": Ratio(unit="", heading="比")})))[
        "01_cases_by_sex"
    ]
    assert sheet["B6"].value == "値: 行ごとに異なる、比: 単位なし"


def test_days_are_not_said_to_be_without_a_unit():
    days = published(
        {"label": ["夏"], "n": [90], "p": [0.2]}, kinds={"n": Count(heading="日数"), "p": PValue()}
    )
    assert _open(_written(days))["01_cases_by_sex"]["B6"].value == "日数: 見出しのとおり、p値: 単位なし"


def test_a_base_that_differs_by_row_is_said_to():
    sheet = _open(_written(by_occupation()))["01_loneliness"]
    assert "行ごとに異なる" in sheet["B5"].value


def test_our_own_workbook_passes_all_fifteen_items():
    content = _written(by_sex(hide=[(1, "n")]), by_occupation())
    assert check(content) == []


def test_characters_that_xml_forbids_do_not_break_the_file():
    sheet = _open(_written(published({"label": ["a\x0bb & <c>"], "n": [1]})))["01_cases_by_sex"]
    assert sheet["A13"].value == "a b & <c>"


@pytest.mark.parametrize(
    ("value", "kind", "decimals"),
    [
        (3, "n", 0),
        (3.0, "other", 0),
        (2.5, "other", 1),
        (69.8, "share", 1),
        (2.05, "percent2", 2),
        (1.23, "ratio", 2),
        (0.0009, "p", None),
        (0.001, "p", 3),
        (0.0, "p", 3),
        (5, "text", None),
    ],
)
def test_a_number_has_the_decimals_of_its_kind_and_a_small_p_value_as_many_as_it_needs(value, kind, decimals):
    assert _cell(value, kind) == xlsx.Number(value, decimals)


@pytest.mark.parametrize(
    ("labels", "n", "dimensions", "size"),
    [
        (["男性", "女性", "総数"], [17, 8, 25], {"label": "sex"}, 25),
        (["総数", "男性", "女性"], [25, 17, 8], {"label": "sex"}, 25),
        (["男性", "女性"], [17, 8], {"label": "sex"}, "該当なし"),
        (["男性", "総数", "総数"], [17, 25, 8], {"label": "sex"}, "該当なし"),
        (["男性", "女性", "総数"], [17, 8, 25], {"label": "sex", "other": "age"}, "該当なし"),
        (["男性", "女性", "総数"], [17, 8, 25], {}, "該当なし"),
    ],
)
def test_how_many_were_counted_is_the_one_total_of_one_dimension(labels, n, dimensions, size):
    columns = {"label": labels, **({"other": labels} if "other" in dimensions else {}), "n": n}
    table = published(columns, dimensions=dimensions, population="cases")
    sheet = _open(_written(table))["01_cases_by_sex"]
    assert {row[0].value: row[1].value for row in sheet.iter_rows(max_row=10)}["対象数(n)"] == size


def test_the_contents_tell_of_each_table_what_its_page_says():
    table = by_sex()
    book = _open(_written(table))
    row = next(row for row in book[CONTENTS].iter_rows(values_only=True) if row[0] == "01_cases_by_sex")
    subject = table.spec.subject
    area = subject.area or "該当なし"
    rows = len(table.frame)
    assert row == ("01_cases_by_sex", "当事者の性別", "令和5(2023)年度", area, subject.base, rows)


def test_columns_are_as_wide_as_their_longest_text_where_japanese_letters_count_twice():
    """「あ」 twenty times takes forty half-width characters, and two beside them."""
    sheet = _open(_written(published({"label": ["あ" * 20], "n": [1]})))["01_cases_by_sex"]
    assert round(sheet.column_dimensions["A"].width) in (42, 43)  # Excel adds the rim of a cell


@pytest.mark.parametrize(
    ("kind", "heading", "unit", "told"),
    [
        (Text(heading="期間"), "期間", "日", "期間: 日"),  # 「90日」 in each row
        (Count(heading="人数", unit="人"), "人数", "", "人数: 人"),
        (Count(heading="人数", unit="人"), "人数(人)", "", "見出しに記載"),
        (Count(heading="人数", unit="人"), "人数", "世帯", "人数: 世帯"),
        (Count(heading="日数"), "日数", "", "日数: 見出しのとおり"),
        (PValue(), "p値", "", "p値: 単位なし"),
    ],
)
def test_the_unit_of_a_column_is_that_of_its_cells_else_of_its_kind(kind, heading, unit, told) -> None:
    assert units([Column("c", heading, kind, "n", (90, 30), ("n", "n"), unit)]) == told
    assert units([Column("c", heading, kind, "text", ("a", "b"), ("text",) * 2)]) == "該当なし"
