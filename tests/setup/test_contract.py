"""The partners' contract and the clerk's handbook say what is read: every column, every code, nothing by hand."""

import re
from html import unescape

import pytest

from ujo_lib.fiscal import FiscalYear
from ujo_lib.intake.schemas import DTYPES, SCHEMAS
from ujo_lib.params import notebooks_of_year
from ujo_lib.setup.contract import NOTES, PARTNER_KINDS, TYPES, contract_page, handbook_page
from ujo_lib.setup.forms import forms


@pytest.fixture
def page(root) -> str:
    inputs = root / "params/sample/fy2023/inputs.yaml"
    return contract_page("若葉市", FiscalYear(2024), 5, forms(root, inputs, FiscalYear(2023)))


@pytest.fixture
def handbook(root) -> str:
    made = forms(root, root / "params/sample/fy2023/inputs.yaml", FiscalYear(2023))
    return unescape(
        handbook_page("若葉市", "wakaba", FiscalYear(2023), made, notebooks_of_year(root, "sample", 2023))
    )


def row_of(page: str, kind: str, name: str) -> list[str]:
    """Cells of a column in the table of a kind, in the order of the headings."""
    section = page.partition(f'<h3 id="{kind}">')[2].partition("<h3")[0]
    (row,) = [one for one in section.split("<tr>") if f"<code>{name}</code>" in one]
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_clerk_finds_every_column_of_every_kind_with_its_codes_unit_and_other_headings(handbook, kind):
    for column in SCHEMAS[kind].columns:
        cells = row_of(handbook, kind, column.name)
        assert cells[:3] == [column.heading, "、".join(column.aliases), column.name]
        assert column.unit in cells[3]
        if not column.from_labels:
            for option in column.options:
                assert f"{option.code} {option.label}".strip() in cells[5]


def test_the_handbook_has_the_questions_codes_and_examples_of_the_site(handbook):
    heading, _, _, kind, must, answers, example, _ = row_of(handbook, "cases", "trigger")
    assert (heading, kind, must, example) == ("経緯(複数回答)", "複数回答(1,3,5)", "列が必要", "1")
    assert answers.startswith("1 不登校、2 ")
    assert "宇城市専用" in row_of(handbook, "consultations_daily", "channel")[5]
    assert row_of(handbook, "consultations", "received_at")[6] == "2023-04-01 21:30"


def test_the_handbook_says_what_each_page_asks_and_which_files_it_reads(handbook):
    pages, _, kinds = handbook.partition("<h2>2. ")
    assert pages.count("問い: ") == 7
    assert "**" not in pages
    page = pages.partition("<h3>03 ")[2].partition("<h3>")[0]
    assert "読む資料: 相談記録。" in page
    row = kinds.partition('href="#ads"')[2].partition("</tr>")[0]
    assert "fy2023/ads_meta_ja.csv" in row
    assert "<td>周知の効果 / データの状態</td>" in row
    assert "(なし)" in kinds.partition('href="#consultations_hourly"')[2].partition("</tr>")[0]


@pytest.mark.parametrize("kind", PARTNER_KINDS)
def test_every_column_and_every_answer_is_in_the_contract(page, kind):
    text = unescape(page)
    for column in SCHEMAS[kind].columns:
        assert f'<th scope="row">{column.heading}</th>' in text, column.heading
        for option in column.options:
            assert f"{option.code} {option.label}".strip() in text


def test_the_desks_of_the_site_are_listed_also_for_the_tables_of_counts(page):
    assert page.count("宇城市専用") == 3
    assert "16~29歳" not in page  # an age band of the residents' questionnaire


def test_the_contract_names_the_year_its_days_and_the_threshold(page):
    assert "令和6(2024)年度" in page
    assert "2024年4月1日〜2025年3月31日" in page
    assert "5 に満たない" in page


@pytest.mark.parametrize("made", ["page", "handbook"])
def test_the_contract_and_the_handbook_stand_alone(request, made):
    page = request.getfixturevalue(made)
    assert page.startswith("<!DOCTYPE html>")
    assert "http" not in page
    assert "<script" not in page


def test_every_type_of_column_has_a_japanese_name():
    assert set(TYPES) == {*DTYPES, "cat", "age"}


def test_explanations_belong_to_columns_that_exist_and_cover_those_the_dictionary_explains():
    for kind, name in NOTES:
        assert name in {column.name for column in SCHEMAS[kind].columns}
    for kind in PARTNER_KINDS:
        explained = {column.name for column in SCHEMAS[kind].columns if column.note}
        assert explained - {"channel"} <= {name for known, name in NOTES if known == kind}


def test_a_name_with_signs_of_html_stays_a_name(root):
    made = forms(root, root / "params/sample/fy2023/inputs.yaml", FiscalYear(2023))
    page = contract_page("<b>若葉</b>&市", FiscalYear(2024), 5, made)
    assert "<b>若葉" not in page
    assert "&lt;b&gt;若葉&lt;/b&gt;&amp;市" in page
