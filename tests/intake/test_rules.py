"""The 15 machine-readability rules: each is broken once and found by its number."""

import io

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from openpyxl.drawing.image import Image
from PIL import Image as Picture

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib.intake.rules import _units
from ujo_lib.intake.schemas import Column
from ujo_lib.intake.values import Raw
from ujo_lib.text import MACHINE_RULES


def verdicts(desk: Desk):
    return desk.check().rules.set_index("rule")["verdict"].to_dict()


def test_a_good_workbook_meets_every_rule_that_applies(desk: Desk):
    desk.put("national_daily", "n.xlsx", as_xlsx(table("national_daily")))
    assert list(verdicts(desk)) == list(MACHINE_RULES)
    assert len(MACHINE_RULES) == 15
    assert set(verdicts(desk).values()) == {"適合"}


@pytest.mark.parametrize(
    ("rule", "kind", "cell", "written", "example"),
    [
        ("1-2", "cases", (1, "経緯(複数回答)"), "1,3", "経緯(複数回答)「1,3」"),
        ("1-3", "national_daily", (1, "件数"), "10件", "件数「10件」"),
        ("1-5", "national_daily", (1, "都道府県"), " 熊本県", "列「都道府県」"),
        ("1-10", "campaigns", (1, "施策名"), "①広報", "2列目"),
        ("1-11", "campaigns", (1, "開始"), "R6.2.28", "開始「R6.2.28」"),
        ("1-12", "national_daily", (1, "都道府県"), "", "列「都道府県」に空欄"),
        ("1-13", "national_daily", (1, "件数"), "x", "件数「x」"),
    ],
)
def test_a_rule_that_a_cell_breaks_is_named_with_its_place(desk: Desk, rule, kind, cell, written, example):
    changed = table(kind, {cell: written})
    desk.put(kind, "f.csv", as_csv(changed))
    found = desk.check().rules.set_index("rule").loc[rule]
    assert found["verdict"] == "要改善"
    assert found["n"] >= 1
    assert found["example"] == example


def test_items_about_workbooks_do_not_apply_to_text_files(desk: Desk):
    desk.put("national_daily", "n.csv", as_csv(table("national_daily")))
    assert {verdicts(desk)[rule] for rule in ("1-7", "1-8")} == {"対象外"}


def test_a_blank_heading_and_a_second_table_beside_are_named(desk: Desk):
    rows = [[*row, "", "メモ" if i == 0 else ""] for i, row in enumerate(table("national_daily"))]
    desk.put("national_daily", "n.csv", as_csv(rows))
    assert {verdicts(desk)[rule] for rule in ("1-6", "2-2")} == {"要改善"}


def test_a_blank_row_inside_the_table_is_named(desk: Desk):
    rows = table("national_daily")
    desk.put("national_daily", "n.csv", as_csv([*rows[:2], ["", "", ""], *rows[2:]]))
    assert verdicts(desk)["2-1"] == "要改善"
    assert len(desk.load()["national_daily"]) == 3


def test_a_picture_on_the_sheet_is_named(desk: Desk):
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table("national_daily"))))
    picture = io.BytesIO()
    Picture.new("RGB", (2, 2)).save(picture, "PNG")
    book.active.add_image(Image(picture), "E5")
    out = io.BytesIO()
    book.save(out)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    assert verdicts(desk)["1-8"] == "要改善"


@pytest.mark.parametrize(
    ("n", "example"), [(2, "A2:A3、B2:B3"), (3, "A2:A3、B2:B3、C2:C3"), (4, "A2:A3、B2:B3、C2:C3")]
)
def test_three_merged_places_at_most_are_an_example(desk: Desk, n, example):
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table("campaigns"))))
    for column in "ABCD"[:n]:
        book.active.merge_cells(f"{column}2:{column}3")
    made = io.BytesIO()
    book.save(made)
    desk.put("campaigns", "f.xlsx", made.getvalue())
    found = desk.check().rules.set_index("rule").loc["1-4"]
    assert (found["n"], found["example"]) == (n, example)


@pytest.mark.parametrize(("n", "example"), [(2, "C2、C3"), (3, "C2、C3、C4"), (4, "C2、C3、C4")])
def test_three_formulas_at_most_are_an_example(desk: Desk, n, example):
    rows = [*table("national_daily"), ["2023-08-04", "熊本県", "40"]]
    for row in rows[1 : n + 1]:
        row[2] = "=1+1"
    desk.put("national_daily", "n.xlsx", as_xlsx(rows))
    found = desk.check().rules.set_index("rule").loc["1-7"]
    assert (found["n"], found["example"]) == (n, example)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["日付", "", "都道府県", "件数"], ["2023-08-01", "", "熊本県", "1"]],
         {"1-6": (1, "2列目の見出しが空"), "2-2": (1, "空の列で分かれた表")}),
        ([["", "", "日付", "都道府県", "件数"], ["", "", "2023-08-01", "熊本県", "1"]],
         {"1-6": (2, "1列目の見出しが空"), "2-2": (0, "")}),
        ([["日付", "都道府県", "件数"], *[["", "", ""]] * 2, ["2023-08-01", " 熊本県", "1 "]],
         {"2-1": (2, "表の途中に空の行が2行"), "1-5": (2, "列「都道府県」"), "1-6": (0, "")}),
        ([["日付", "都道府県", "件数", "出典"], ["R5.8.1", "熊本県", "-", "①"], ["R5.8.2", "熊本県", "x", "②"]],
         {"1-10": (2, "4列目"), "1-11": (2, "日付「R5.8.1」"), "1-13": (2, "件数「-」"), "1-3": (0, "")}),
        ([["日付", "都道府県", "件数"], ["45139", "熊本県", "1"], ["R5年(2023年)8月2日", "熊本県", "1"]],
         {"1-11": (0, "")}),
    ],
)  # fmt: skip
def test_places_are_counted_and_the_first_is_named(desk: Desk, rows, told):
    desk.put("national_daily", "n.csv", as_csv(rows))
    rules = desk.check().rules.set_index("rule")
    assert {rule: (rules.loc[rule, "n"], rules.loc[rule, "example"]) for rule in told} == told


@pytest.mark.parametrize(
    ("type", "unit", "heading", "bare"),
    [
        ("int", "", "得点", True),
        ("number", "", "ウエイト", True),
        ("int", "点", "得点", False),
        ("int", "", "得点(人)", False),
        ("int", "", "利用率", False),
        ("hour", "", "時台", False),  # a time of day and a year are counted in nothing
        ("year", "", "年度", False),
        ("share", "", "割合", False),
    ],
)
def test_a_count_or_a_measure_names_its_unit_in_the_heading_or_has_one_in_the_dictionary(
    type, unit, heading, bare
):
    raw = Raw(heading, pa.chunked_array([pa.array(["1"])]), np.array([2]))
    judged = _units([(Column("x", "x", type, unit=unit), raw)])
    assert (judged.verdict, judged.n, judged.example) == (("要改善", 1, heading) if bare else ("適合", 0, ""))
