"""A table in a spreadsheet says what it says on the page, and nothing in it can run."""

import csv
import io
import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.report.tables_of import by_sex, published
from ujo_lib.columns import Count, Dimension, PValue, Ratio, Share, Withheld, interval
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.report.look.notation import as_printed, in_cell
from ujo_lib.report.sheets.exports import Table, defused, list_of_tables, pooled
from ujo_lib.typed import Schema

SPEC = TableSpec(
    "t", "性別", Subject(base="当事者", source="該当者票", population="cases"),
    Schema({"sex": Dimension(variable="sex"), "n": Count(unit="人"), "share": Share(n="n", base="n")}),
)  # fmt: skip
FRAME = pd.DataFrame({"sex": ["男性", "=HYPERLINK(1)"], "n": [1234, 2], "share": [0.998, 0.002]})


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def _csv(frame: pd.DataFrame = FRAME, spec: TableSpec = SPEC) -> list[list[str]]:
    return _rows(Table.of(TableRecord.of("01", spec, frame)).csv())


def _values(table: Published, column: str) -> tuple[object, ...]:
    columns = {found.name: found.values for found in Table.of(table.record("01")).columns}
    return columns[column]


@pytest.mark.parametrize(
    ("k", "n", "told"),
    [
        (22, 80, "27.5"),
        (23, 80, "28.8"),
        (41, 80, "51.3"),
        (51, 80, "63.8"),
        (82, 160, "51.3"),
        (22, 160, "13.8"),
    ],
)
def test_a_share_of_the_files_is_that_of_the_page(k, n, told):
    """By hand: 28.75 % is 28.8, though 100 * 0.2875 is 28.749999999999996."""
    frame = FRAME.iloc[:1].assign(share=k / n)
    assert (
        _csv(frame)[1][2] == in_cell(k / n, "share") == in_cell(as_printed(k / n, "share"), "share") == told
    )


def test_excel_recognises_the_encoding_and_the_numbers():
    assert Table.of(TableRecord.of("01", SPEC, FRAME)).csv().startswith(b"\xef\xbb\xbf")
    assert _csv()[:2] == [["性別", "人数(人)", "割合(%)"], ["男性", "1234", "99.8"]]


def test_what_the_door_hid_is_an_x_in_every_column_of_its_row():
    shown = mask(TableRecord.of("01", SPEC, FRAME), FRAME, {"n": [False, True]})
    assert _rows(Table.of(shown.record("01")).csv())[2][1:] == ["x", "x"]


def test_a_percentage_has_no_more_decimals_than_the_page():
    assert _csv(FRAME.assign(share=[0.123456, 0.5]))[1][2] == "12.3"


def test_a_label_that_looks_like_a_formula_is_text():
    assert _csv()[2][0] == "'=HYPERLINK(1)"
    assert [defused(text) for text in ("-", "-1", "=A")] == ["-", "'-1", "'=A"]
    assert defused("\uff1dSUM(A1)") == "'\uff1dSUM(A1)"  # a Japanese Excel takes the full-width sign for one
    assert defused("\n=1") == "'\n=1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", "2023-02-29"),
        ("2023-13-01", "2023-13-01"),
        ("0000-01-01", "0000-01-01"),
    ],
)
def test_words_in_the_form_of_a_day_are_a_day_only_where_it_exists(text, told):
    assert _values(published({"day": [text]}), "day") == (told,)


def test_a_table_without_a_row_is_its_headings():
    assert _csv(FRAME.iloc[:0]) == [["性別", "人数(人)", "割合(%)"]]


def test_a_count_beside_a_missing_one_stays_a_whole_number():
    assert _csv(FRAME.assign(n=[97, None]).astype({"n": "Int64"}))[1:][0][1] == "97"
    assert _csv(FRAME.assign(n=[97, None]).astype({"n": "Int64"}))[2][1] == "…"


def test_days_flags_open_bounds_and_small_p_values_are_written_as_their_kind():
    table = published(
        {
            "start": ["2024-03-01T00:00:00", "2024-03-08T00:00:00"],
            "chosen": [True, False],
            "high": [1.5, math.inf],
            "p_value": [0.0000123, 0.04567],
        },
        kinds={"p_value": PValue()},
    )
    assert _values(table, "start") == (date(2024, 3, 1), date(2024, 3, 8))
    assert _values(table, "chosen") == ("はい", "いいえ")
    assert _values(table, "high") == (1.5, "∞")
    assert _values(table, "p_value") == (0.000012, 0.046)


def test_rows_of_different_kinds_are_each_written_in_their_own_unit():
    table = published(
        {"label": ["回答", "回答率"], "value": [97.0, 0.6978], "format": ["n", "share"], "unit": ["人", ""]}
    )
    assert _values(table, "value") == (97, 69.8)
    assert _values(table, "unit") == ("人", "%")
    assert "format" not in [column.name for column in Table.of(table.record("01")).columns]


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("n", 97.0, "97"), ("n", 2.5, "2.5"), ("n", 2.25, "2.3"), ("n", -math.inf, "-∞"), ("n", math.inf, "∞"),
        ("share", 0.5, "50.0"), ("share", 1.0, "100.0"), ("percent2", 0.5, "50.0"), ("share", 0.0005, "0.1"),
        ("rate", 3.0, "3.0"), ("ratio", 1.0, "1.0"), ("ratio", 1.125, "1.13"), ("yen", 1234.0, "1234.0"),
        ("p", 0.0, "0.0"), ("p", 0.00099, "0.00099"), ("p", 0.0004321, "0.00043"), ("p", 0.001, "0.001"),
        ("p", 0.00149, "0.001"), ("p", 1.0, "1.0"),
    ],
)  # fmt: skip
def test_whole_numbers_have_no_point_where_their_kind_rounds_to_none(kind, value, written):
    table = published({"label": ["a"], "value": [value], "format": [kind], "unit": [""]})
    assert [str(one) for one in _values(table, "value")] == [written]


def test_a_ratio_beside_them_is_written_as_a_ratio_and_an_interval_like_the_number_it_lies_around():
    """1.01 of two shares stood as 101.4, and 1.08 of two counts as 1.1, in CSV and workbook alone."""
    table = published(
        {
            "label": ["相談", "割合"],
            "value": [2519.0, 0.796],
            "format": ["n", "share"],
            "low": [None, 0.778],
            "high": [None, 0.813],
            "estimate": [1.0816, 1.0139],
            "ratio_low": [1.0075, 0.9811],
            "ratio_high": [1.1611, 1.0478],
            "p_value": [0.0312, 0.4149],
        },
        kinds={
            "estimate": Ratio(),
            **interval("value", 0.95),
            **interval("estimate", 0.95, low="ratio_low", high="ratio_high"),
            "p_value": PValue(),
        },
    )
    assert _values(table, "estimate") == (1.08, 1.01)
    assert _values(table, "ratio_low") == (1.01, 0.98)
    assert _values(table, "ratio_high") == (1.16, 1.05)
    assert _values(table, "p_value") == (0.031, 0.415)
    assert _values(table, "low") == ("…", 77.8)


def test_numbers_with_a_unit_behind_them_become_numbers_with_a_unit():
    table = Table.of(published({"window": ["90日", "120日"]}).record("01"))
    assert (table.columns[0].values, table.columns[0].unit) == ((90, 120), "日")


def test_two_columns_with_the_same_heading_can_be_told_apart():
    table = published({"a": [1], "b": [2]}, kinds={"a": Count(heading="件数"), "b": Count(heading="件数")})
    assert [column.heading for column in Table.of(table.record("01")).columns] == ["件数_1", "件数_2"]


def test_a_column_that_is_kept_back_as_a_whole_is_no_column_of_the_file():
    kept = published({"label": ["県"], "estimate": [None]}, kinds={"estimate": Withheld(heading="比")})
    assert [column.name for column in Table.of(kept.record("01")).columns] == ["label"]


def test_the_list_of_tables_says_what_each_is_about():
    header, line = _rows(list_of_tables([Table.of(by_sex().record("01"))]))
    assert header[:2] == ["ファイル", "表題"]
    assert line[:2] == ["01_cases_by_sex.csv", "当事者の性別"]


def test_the_list_of_tables_says_each_thing_under_its_own_heading():
    about = Subject("数えた人", "出した所", period="数えた間", area="数えた地", note="読み方")
    header, line = _rows(
        list_of_tables([Table.of(TableRecord.of("01", replace(SPEC, subject=about), FRAME))])
    )
    told = dict(zip(header, line, strict=True))
    names = ("対象期間", "対象地域", "集計対象", "出典", "注", "単位")
    assert [told[name] for name in names] == ["数えた間", "数えた地", "数えた人", "出した所", "読み方", "人"]


def test_the_list_of_tables_says_what_wider_categories_stand_for_in_any_order():
    told = {
        "item": Dimension(groups={"家": ("出ない", "室から出ない"), "外": ("出る",)}),
        "month": Dimension(variable="month", groups={"2023年4月": ("4月",)}),
    }
    table = published({"item": ["家"], "month": ["2023年4月"], "n": [1]}, kinds={**told, "n": Count()})
    header, line = _rows(list_of_tables([Table.of(table.record("01"))]))
    assert dict(zip(header, line, strict=True))["まとめ方"] == "外=出る、家=出ない・室から出ない"
    turned = replace(told["item"], groups={"外": ("出る",), "家": ("室から出ない", "出ない")})
    assert pooled(Schema({"item": turned})) == "外=出る、家=出ない・室から出ない"
    assert pooled(Schema({"n": Count()})) == ""


@pytest.mark.parametrize(
    ("p", "written"),
    [(0.00099, 0.00099), (0.000994, 0.00099), (0.001, 0.001), (0.00106, 0.001), (0.0, 0.0), (1.0, 1.0)],
)
def test_a_small_p_value_is_no_nought_and_from_a_thousandth_on_has_three_decimals(p, written):
    table = published({"p_value": [p]}, kinds={"p_value": PValue()})
    assert _values(table, "p_value") == (written,)


def test_a_share_with_two_decimals_on_the_page_has_two_in_the_file():
    table = published({"share": [0.020449, 0.0205]}, kinds={"share": Share(decimals=2)})
    assert _values(table, "share") == (2.04, 2.05)
