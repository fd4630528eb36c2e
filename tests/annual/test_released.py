"""Figures of earlier years are read as they were printed: what was not printed is no number, least of all zero."""

import math
import re

import pandas as pd
import pytest

from ujo_lib.annual.released import Released, as_released, number, read_released, read_years
from ujo_lib.columns import Count, Dimension, Share
from ujo_lib.disclosure.signature import seal
from ujo_lib.errors import InputError
from ujo_lib.fiscal import FiscalYear
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec
from ujo_lib.report.sheets.exports import LIST, Table, list_of_tables
from ujo_lib.typed import Schema

YEAR = FiscalYear(2022)


def released(folder, text: str) -> Released:
    """A year with one table, and a list that names it."""
    (folder / LIST).write_text("ファイル,単位\r\n02_t.csv,件\r\n", encoding="utf-8-sig")
    (folder / "02_t.csv").write_text(text, encoding="utf-8-sig")
    return read_released(folder, YEAR)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (None, None),
        ("", None),
        ("x", None),
        ("…", None),
        ("0", 0),
        ("-3", -3),
        ("12.5", 12.5),
        ("1,234,567", 1_234_567),  # as somebody writes it who puts an older report into this form
        ("∞", math.inf),
    ],
)
def test_a_cell_that_is_hidden_unknown_or_absent_is_no_number(cell, told):
    assert number(cell) == told


@pytest.mark.parametrize("cell", ["x件", "増えた", "X", "..."])
def test_a_cell_that_holds_words_is_refused_and_not_passed_over(cell):
    with pytest.raises(InputError, match=f"数として読めない「{re.escape(cell)}」"):
        number(cell)


def test_a_table_that_a_spreadsheet_has_saved_in_its_own_encoding_is_read(tmp_path):
    released(tmp_path, "件数\r\n9\r\n")
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes().decode("utf-8-sig").encode("cp932"))
    year = read_released(tmp_path, YEAR)
    assert (year.tables, year.about["02_t"]["単位"]) == ({"02_t": [{"件数": "9"}]}, "件")


@pytest.mark.parametrize(
    "content",
    [b"a\r\n\x81", "範囲,件数\r\n県".encode(), "範囲,件数\r\n県,1,2".encode(), b"a\r1\n"],
    ids=["no letters", "a row that is cut", "a row that is too long", "a line end within a line"],
)
@pytest.mark.parametrize("name", ["02_t.csv", LIST])
def test_a_damaged_table_is_named_with_the_remedy(tmp_path, content, name):
    released(tmp_path, "件数\r\n9\r\n")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{re.escape(name)}.*控え"):
        read_released(tmp_path, YEAR)


def test_a_list_of_tables_without_their_names_is_named_and_an_empty_one_tells_nothing_about_them(tmp_path):
    released(tmp_path, "件数\r\n9\r\n")
    (tmp_path / LIST).write_text("表題\n相談\n", encoding="utf-8")
    with pytest.raises(InputError, match="見出し「ファイル」"):
        read_released(tmp_path, YEAR)
    (tmp_path / LIST).write_bytes(b"")
    assert read_released(tmp_path, YEAR).about == {}


def test_a_table_that_was_changed_since_it_was_sealed_is_compared_with_nothing(tmp_path):
    pages = tmp_path / "release"
    (pages / "tables").mkdir(parents=True)
    released(pages / "tables", "件数\r\n9\r\n")
    (pages / "index.html").write_text("", encoding="utf-8")
    seal(pages, {"gate": {"ok": True}})
    (pages / "index.html").write_text("。", encoding="utf-8")  # a page, which nobody reads here
    (year,) = read_years({YEAR: tmp_path})
    assert year.tables == {"02_t": [{"件数": "9"}]}
    (pages / "tables/02_t.csv").write_text("件数\r\n8\r\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"令和4\(2022\)年度.*02_t.csv が変わっている"):
        read_years({YEAR: tmp_path})


@pytest.mark.parametrize(
    ("headings", "answers"),
    [
        ("件数(件)", {"件数(件)": "1", "件数": "1"}),
        ("件数", {"件数": "1"}),
        ("件数(件),割合(%)", {"件数(件)": "1", "件数": "1", "割合(%)": "2", "割合": "2"}),
        ("値(件),値(%)", {"値(件)": "1", "値(%)": "2"}),
        ("値(件),値", {"値(件)": "1", "値": "2"}),
        ("幅(下限)(%)", {"幅(下限)(%)": "1", "幅(下限)": "1"}),
    ],
)
def test_a_heading_answers_without_its_unit_where_no_other_has_its_words(tmp_path, headings, answers):
    year = released(tmp_path, f"{headings}\r\n{','.join('12'[: headings.count(',') + 1])}\r\n")
    assert year.tables == {"02_t": [answers]}


@pytest.mark.parametrize(
    ("where", "n"),
    [
        ({"範囲": "市"}, "7"),
        ({"範囲": "県", "年": "4"}, "9"),
        ({"範囲": "県"}, None),
        ({"範囲": "国"}, None),
        ({"地区": "市"}, None),
        ({}, None),
    ],
)
def test_a_row_is_found_where_its_cells_name_it_alone(tmp_path, where, n):
    year = released(tmp_path, "範囲,年,件数\r\n県,4,9\r\n県,5,8\r\n市,5,7\r\n")
    assert (year.find("02_t", where) or {}).get("件数") == n
    assert year.find("02_u", where) is None


def test_a_folder_without_a_list_of_tables_has_released_nothing(tmp_path):
    year = released(tmp_path, "件数\r\n9\r\n")
    assert (bool(year), set(year.tables), year.about["02_t"]["単位"]) == (True, {"02_t"}, "件")
    (tmp_path / LIST).unlink()
    year = read_released(tmp_path, YEAR)
    assert (bool(year), year.tables, year.about) == (False, {}, {})


def test_years_come_in_their_order(tmp_path):
    folders = {FiscalYear(year): tmp_path / str(year) for year in (2023, 2021, 2022)}
    assert [one.year.year for one in read_years(folders)] == [2021, 2022, 2023]


def test_the_year_in_the_making_reads_as_it_will_when_it_is_released(tmp_path):
    schema = Schema(
        {"scope": Dimension(heading="範囲"), "n": Count(unit="件"), "share": Share(n="n", base="n")}
    )
    spec = TableSpec("totals", "件数", Subject(base="相談", source="記録", period="2022年度"), schema)
    frame = pd.DataFrame({"scope": ["県", "市"], "n": [1536, 3], "share": [0.98, None]})
    record = TableRecord.of("02_consultation_seasonality", spec, frame)
    (tmp_path / "02_totals.csv").write_bytes(Table.of(record).csv())
    (tmp_path / LIST).write_bytes(list_of_tables([Table.of(record)]))
    made = as_released([record], YEAR)
    assert made == read_released(tmp_path, YEAR)
    assert [number(row["割合"]) for row in made.tables["02_totals"]] == [98, None]
