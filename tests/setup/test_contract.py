"""The partners' contract says what intake reads: every column, every code, nothing by hand."""

from html import unescape

import pytest

from ujo_lib.fiscal import FiscalYear
from ujo_lib.intake.schemas import DTYPES, SCHEMAS
from ujo_lib.setup.contract import NOTES, PARTNER_KINDS, TYPES, contract_page
from ujo_lib.setup.forms import forms


@pytest.fixture
def page(root) -> str:
    inputs = root / "params/sample/fy2023/inputs.yaml"
    return contract_page("若葉市", FiscalYear(2024), 5, forms(root, inputs, FiscalYear(2023)))


@pytest.mark.parametrize("kind", PARTNER_KINDS)
def test_every_column_and_every_answer_is_in_the_contract(page, kind):
    text = unescape(page)
    for column in SCHEMAS[kind].columns:
        assert f'<th scope="row">{column.heading}</th>' in text, column.heading
        for option in column.options:
            assert f"{option.code} {option.label}".strip() in text


def test_the_desks_of_the_site_are_listed_also_for_the_tables_of_counts(page):
    assert page.count("宇城市専用") == 3


def test_the_contract_names_the_year_its_days_and_the_threshold(page):
    assert "令和6(2024)年度" in page
    assert "2024年4月1日〜2025年3月31日" in page
    assert "5 に満たない" in page


def test_the_contract_stands_alone(page):
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
