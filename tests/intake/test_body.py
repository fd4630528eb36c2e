"""Rows that are data and rows that are not, and what totals are held against, each at its edge."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib.intake.body import (
    Body,
    Total,
    _kind_of,
    _naming_columns,
    _refuse_numbers_of_columns,
    check_merged,
    check_subtotal_columns,
    check_totals,
    find_body,
)
from ujo_lib.intake.grid import Facts, Grid
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import EXAMPLE_MARK, SCHEMAS

DAILY = SCHEMAS["national_daily"]
HEADINGS = ("日付", "都道府県", "件数")
HEADER = Header(0, 1, HEADINGS, {"date": 0, "pref": 1, "n": 2}, {}, {}, (), ())


def body_of(columns: Sequence[Sequence[str]], rows: Sequence[int] = (), totals: Sequence[Total] = ()) -> Body:
    """Data rows from row 2 on, or in the rows given."""
    cells = pa.table({f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)})
    return Body(cells, np.array(rows or range(2, 2 + len(columns[0]))), tuple(totals), 0, {}, 0)


def total(row: int, stated: str, label: str = "合計", day: str = "") -> Total:
    return Total(row, label, {"date": day, "pref": label, "n": stated})


def held(totals: Sequence[Total], rows: Sequence[int] = (2, 3, 4), gaps: bool = False) -> Notes:
    """What is said of totals of 10, 20 and 30 contacts on three days."""
    days = ["2023-08-01", "2023-08-02", "2023-08-03"]
    notes = Notes("f.csv")
    frame = pd.DataFrame({"n": pd.array([10, 20, 30], dtype="Int64")})
    if gaps:
        frame["n_suppressed"] = False
    body = body_of([days, ["熊本県"] * 3, ["10", "20", "30"]], rows, totals)
    check_totals(body, frame, HEADER, DAILY, notes)
    return notes


@pytest.mark.parametrize(
    ("stated", "wrong"), [("59.49", True), ("59.5", False), ("60", False), ("60.5", False), ("60.51", True)]
)
def test_a_total_may_differ_by_the_rounding_of_its_figures(stated, wrong):
    notes = held([total(5, stated)])
    assert [(p.row, p.column, p.value, p.expected) for p in notes.problems] == (
        [(5, "件数", stated, "行の合計 60")] if wrong else []
    )
    assert notes.repairs[0].after == f"合計行として除外({0 if wrong else 1}列が明細の和と一致)"


@pytest.mark.parametrize(
    ("stated", "wrong"), [("59.49", True), ("59.5", False), ("60", False), ("99", False)]
)
def test_a_sum_with_gaps_is_only_the_least_that_a_total_can_be(stated, wrong):
    notes = held([total(5, stated)], gaps=True)
    assert [p.value for p in notes.problems] == ([stated] if wrong else [])
    assert ("1列は秘匿・不明を含むため確かめられず" in notes.repairs[0].after) is not wrong


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [("30", "30", []), ("31", "30", [4]), ("30", "29", [6]), ("30", "60", [6])],
)
def test_a_subtotal_is_of_the_rows_since_the_last_one(first, second, wrong):
    totals = [total(6, second, "小計"), total(4, first, "小計"), total(7, "60")]  # in whatever order
    assert [p.row for p in held(totals, rows=(2, 3, 5)).problems] == wrong


@pytest.mark.parametrize(
    ("stated", "day", "expected"),
    [
        ("10", "2023-08-01", None),
        ("60", "2023-08-01", None),  # the day may be that of the report
        ("11", "2023-08-01", "行の合計 10"),
        ("60", "2023-08-09", None),  # of a day that no row has
        ("10", "2023-08-09", "行の合計 60"),
        ("60", "-", None),
        ("60", "計", None),
    ],
)
def test_a_total_beside_a_day_is_of_that_day_or_of_all(stated, day, expected):
    told = [p.expected for p in held([total(5, stated, day=day)]).problems]
    assert told == ([expected] if expected else [])


@pytest.mark.parametrize(("stated", "wrong"), [("9", True), ("10", False), ("60", False)])
def test_a_sum_with_gaps_of_one_day_is_the_least_of_that_day(stated, wrong):
    assert bool(held([total(5, stated, day="2023-08-01")], gaps=True).problems) == wrong


def test_a_total_without_a_figure_is_held_against_nothing():
    notes = held([total(5, "-")])
    assert notes.problems == []
    assert notes.repairs[0].after == "合計行として除外(0列が明細の和と一致)"


def beside(headings: Sequence[str], columns: Sequence[Sequence[str]], subtotals: Sequence[int]) -> Notes:
    """What is said of columns of totals."""
    notes = Notes("f.csv")
    header = Header(0, 1, tuple(headings), {}, {}, {}, tuple(subtotals), ())
    check_subtotal_columns(body_of(columns), header, notes)
    return notes


A, B, C = ["1", "2"], ["10", "20"], ["100", "200"]


@pytest.mark.parametrize(
    ("stated", "columns", "wrong"),
    [
        (["110", "220"], 2, []),  # of the two beside it
        (["111", "222"], 3, []),
        (["111", ""], 3, []),  # a blank says nothing
        (["111.5", "221.5"], 3, []),
        (["111.51", "222"], 0, [(2, "111.51(列の和は111)")]),
        (["111", "221.49"], 0, [(3, "221.49(列の和は222)")]),
    ],
)
def test_a_column_of_totals_is_of_the_fewest_columns_beside_it_that_add_up_or_of_all(stated, columns, wrong):
    notes = beside(["年度", "a", "b", "c", "計"], [["甲", "乙"], A, B, C, stated], [4])
    assert [(p.row, p.value) for p in notes.problems] == wrong
    told = [f"小計の列として除外(左の{columns}列の和と一致)"] if columns else []
    assert [r.after for r in notes.repairs] == told


def test_a_column_of_totals_ends_at_the_one_before():
    ones, twos = ["1", "1"], ["2", "2"]
    notes = beside(["a", "b", "計", "c", "d", "計2"], [A, B, ["11", "22"], ones, ones, twos], [2, 5])
    assert [r.after for r in notes.repairs] == ["小計の列として除外(左の2列の和と一致)"] * 2


@pytest.mark.parametrize(("stated", "wrong"), [("1", []), ("2", [2])])
def test_a_single_column_is_its_own_total(stated, wrong):
    assert [p.row for p in beside(["語", "a", "計"], [["甲"], ["1"], [stated]], [2]).problems] == wrong


def test_a_total_is_of_two_columns_even_where_one_of_them_holds_nothing_but_noughts():
    notes = beside(["a", "b", "計"], [["0", "0"], B, B], [2])
    assert [r.after for r in notes.repairs] == ["小計の列として除外(左の2列の和と一致)"]


def test_a_column_of_totals_with_no_figures_beside_it_is_asked_about():
    (problem,) = beside(["語", "計"], [["甲", "乙"], A], [1]).problems
    assert (problem.expected, problem.column) == ("足し上げる列が左にあること", "計")


def test_a_column_of_totals_of_a_group_is_of_its_group_wherever_that_stands():
    headings = ["内訳_a", "内訳_計", "内訳_b", "他_c"]
    assert beside(headings, [A, ["11", "22"], B, C], [1]).problems == []
    assert [p.row for p in beside(headings, [A, ["11", "222"], B, C], [1]).problems] == [3]


@pytest.mark.parametrize(
    ("area", "numeric", "named"),
    [
        ("A2:A3", [], [("日付", 2, 2)]),
        ("A1:A2", [], []),  # a heading and one row
        ("A1:A3", [], [("日付", 2, 2)]),
        ("A3:A9", [], [("日付", 3, 2)]),
        ("A4:A9", [], []),
        ("A2:B2", [], []),
        ("B2:C4", [("件数", 2)], [("都道府県", 2, 3)]),
        ("C3:D4", [("件数", 3)], []),  # column D has no heading
    ],
)
def test_a_merged_cell_is_one_value_of_its_rows_and_never_a_number_of_several(area, numeric, named):
    notes = Notes("f.xlsx")
    body = body_of([["x"] * 3] * 4)
    grid = Grid(body.table, body.rows, np.full(3, 4), 3, "表", Facts("xlsx", merged=(area,)))
    header = Header(0, 1, (*HEADINGS, ""), HEADER.columns, {}, {}, (), ())
    check_merged(grid, body, header, DAILY, notes)
    assert [(p.column, p.row) for p in notes.problems] == numeric
    assert [(r.column, r.row, r.count) for r in notes.repairs] == named


def test_without_some_rows_they_are_counted_as_totals_and_the_rest_is_read_anew():
    body = replace(body_of([["a", "b", "c"]]), n_read=4, dropped={"合計": 1})
    header = Header(0, 1, ("語",), {}, {}, {}, (), ())
    assert sorted(body.raw(header, 0).texts) == ["a", "b", "c"]
    left = body.without(np.array([False, True, False]))
    assert (left.table.column(0).to_pylist(), left.rows.tolist()) == (["a", "c"], [2, 4])
    assert (left.dropped, left.n_read) == ({"合計": 2}, 4)
    assert sorted(left.raw(header, 0).texts) == ["a", "c"]


@pytest.mark.parametrize("parts", [[3], [1, 2], [2, 1], [1, 1, 1]])
def test_rows_are_left_out_in_whatever_parts_a_table_lies(parts):
    body = replace(body_of([["a", "b", "c"]]), dropped={"合計": 0})
    begins = np.cumsum([0, *parts[:-1]])
    table = pa.concat_tables([body.table.slice(at, n) for at, n in zip(begins, parts, strict=True)])
    for gone in range(3):
        left = replace(body, table=table).without(np.arange(3) == gone)
        assert left.table.column(0).to_pylist() == [c for at, c in enumerate("abc") if at != gone]


DAY, BLANK = ["2023-08-01", "熊本県", "1"], [""] * 3


@pytest.mark.parametrize(
    ("rows", "inside"),
    [
        ([DAY], 0),
        ([DAY, DAY, BLANK, DAY, BLANK], 1),
        ([DAY, BLANK, BLANK, DAY, DAY], 2),
        ([BLANK, DAY], 1),
        ([DAY, BLANK], 0),
        ([BLANK, BLANK], 0),
    ],
)
def test_blank_rows_are_counted_down_to_the_last_row_of_data(rows, inside):
    columns = zip(HEADINGS, *rows, strict=True)
    cells = pa.table({f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)})
    grid = Grid(cells, np.arange(1, len(rows) + 2), np.full(len(rows) + 1, 3), 1, "表", Facts("xlsx"))
    body = find_body(grid, HEADER, DAILY, Notes("f.xlsx"))
    assert (body.blank_inside, len(body.rows)) == (inside, rows.count(DAY))


def test_a_total_is_looked_for_in_the_first_four_columns_of_names_as_they_stand():
    schema = SCHEMAS["consultations_hourly"]
    names = ["n", "topic", "channel", "pref", "date", "occupation", "hour"]
    header = Header(0, 1, tuple(names), {name: at for at, name in enumerate(names)}, {}, {}, (), ())
    found = [(place, column.name) for place, column in _naming_columns(header, schema)]
    assert found == [(1, "topic"), (2, "channel"), (3, "pref"), (4, "date")]


def sources(desk: Desk, rows: Sequence[Sequence[str]], make=as_csv) -> tuple[list[int], str]:
    """Rows read, dropped and kept of a table of days and prefectures, and what was dropped."""
    desk.put("national_daily", f"n.{'csv' if make is as_csv else 'xlsx'}", make(rows))
    taken = desk.check()
    row = taken.sources.iloc[0]
    return [int(row[name]) for name in ("rows_read", "rows_dropped", "rows_kept")], row["dropped"]


@pytest.mark.parametrize(
    ("last", "counts", "dropped"),
    [
        (["2023-08-04", "熊本県", "1"], [4, 0, 4], ""),
        (["注 速報値", "", ""], [4, 1, 3], "注記1"),
        (["注 速報値", "担当課", ""], [4, 1, 3], "注記1"),  # a note and who wrote it
        (["注 速報値", "担当課", "室"], [4, 0, 4], ""),  # three words are a row, whatever it begins with
        (["日付", "都道府県", "件数"], [4, 1, 3], "見出し1"),
        (["", "", ""], [3, 0, 3], ""),
        (["合計", "", "60"], [4, 1, 3], "合計1"),
        (["集計", "", "60"], [4, 1, 3], "合計1"),  # the total of a table of Excel's own
        ([f"{EXAMPLE_MARK}2023-08-04", "熊本県", "1"], [4, 1, 3], "記入例1"),
        (["2023-08-04", "熊本県", "1", "x"], [4, 1, 3], "くずれた行1"),
        (["2023-08-04", "熊本県", "1", ""], [4, 0, 4], ""),
        (["2023-08-04", "熊本県"], [4, 1, 3], "くずれた行1"),
    ],
)
def test_every_row_is_data_or_said_to_be_something_else(desk: Desk, last, counts, dropped):
    assert sources(desk, [*table("national_daily"), last]) == (counts, dropped)


@pytest.mark.parametrize("first", ["例S9", "(例)", "記入例", "【見本】S9", "※サンプル 1", "記載例:S9"])
@pytest.mark.parametrize("column", ["No", "相談ID"])
def test_the_example_of_a_city_s_own_form_is_no_record(desk, column, first):
    heading, *rows = table("consultations")
    numbered = [["No", *heading], *([str(i), *row] for i, row in enumerate(rows, 1))]
    numbered[1][numbered[0].index(column)] = first
    desk.put("consultations", "c.csv", as_csv(numbered))
    taken = desk.check()
    assert [(f.row, f.expected) for f in taken.faults if f.severity == "error"] == [
        (2, "記入例を消した、実際のデータ")
    ]
    assert len(taken["consultations"]) == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1 2 3", []),  # three codes may be an answer
        ("1 2 3 4", [3]),
        ("1 2 3 5", []),
        ("2 3 4 5", []),
        ("1 2 3 4 5", [3]),
    ],
)
def test_a_row_that_numbers_the_columns_is_no_record(row: str, told: list[int]):
    """Of a form whose columns all hold codes it would be one, and fit."""
    cells, notes = row.split(), Notes("v.csv")
    table = pa.table({f"c{i}": ["9", cell] for i, cell in enumerate(cells)})
    header = Header(0, 1, tuple(f"問{cell}" for cell in cells), {}, {}, {}, (), ())
    _refuse_numbers_of_columns(table, header, np.array([2, 3]), np.array([True, True]), notes)
    assert [p.row for p in notes.problems] == told


@pytest.mark.parametrize(
    ("place", "cell"), [("相談ID", "例年分"), ("相談ID", "S例1"), ("相談本文", "例1のとおり")]
)
def test_a_word_that_holds_the_sign_of_an_example_is_none(desk, place, cell):
    desk.put("consultations", "c.csv", as_csv(table("consultations", {(1, place): cell})))
    assert [f for f in desk.check().faults if f.severity == "error"] == []


@pytest.mark.parametrize(
    ("heads", "figures", "at"),
    [
        ("日付,都道府県,件数,出典", ["10,", "1,234,", "30,"], [3]),
        ("日付,都道府県,件数,出典", ["10,県,", "20,県,", "30,県,"], []),  # a comma at the end of every row
        ("日付,都道府県,件数,出典,", ["10,県", "20,県,", "30,県"], []),
        (
            "日付,都道府県,件数",
            ["10", "20,", "30"],
            [],
        ),  # the figure, which may not be blank, would have moved out
    ],
)
def test_a_row_that_a_comma_without_quotes_has_moved_is_refused(desk: Desk, heads, figures, at):
    lines = [heads, *(f"2023-08-0{i},熊本県,{one}" for i, one in enumerate(figures, 1))]
    desk.put("national_daily", "n.csv", "\n".join(lines).encode())
    assert [f.row for f in desk.check().faults if f.severity == "error"] == at


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ([["日付", "都 道府県名", "件数 1)"], ["2023-07-01", "熊本県", "5"]], 2),
        ([["", "", ""], ["2023-07-01", "熊本県", ""]], 2),
        ([["2023-08-31", "現在", "速報"]], None),
        ([["表1", "熊本県", "の件数"]], None),
    ],
)
def test_data_above_the_headings_are_no_remarks(desk: Desk, above, row):
    desk.put("national_daily", "n.xlsx", as_xlsx([*above, *table("national_daily")]))
    told = [(f.row, f.expected) for f in desk.check().faults if f.severity == "error"]
    assert told == ([(row, "1シートに1つの表")] if row else [])


@pytest.mark.parametrize(("cells", "severity"), [(3, "warning"), (4, ""), (2, "error")])
def test_a_row_may_end_before_the_columns_that_may_be_blank(desk: Desk, cells, severity):
    heading, *rows = table("national_daily")
    last = ["2023-08-04", "熊本県", "1", "市の資料"][:cells]
    desk.put("national_daily", "n.csv", as_csv([[*heading, "出典"], *([*row, "県"] for row in rows), last]))
    taken = desk.check()
    assert [(f.severity, f.row) for f in taken.faults] == ([(severity, 5)] if severity else [])
    assert len(taken["national_daily"]) == (3 if severity == "error" else 4)


def test_a_row_may_end_before_a_word_that_every_file_has_a_column_for(desk: Desk):
    head = ["施策ID", "施策名", "媒体", "開始", "終了"]
    rows = [["K1", "冬", "TV", "2024-02-28", "2024-03-08"], ["K2", "春", "TV", "2024-03-28"]]
    desk.put("campaigns", "k.csv", as_csv([head, *rows]))
    taken = desk.check()
    assert [(f.severity, f.row) for f in taken.faults] == [("warning", 3)]
    assert len(taken["campaigns"]) == 2


@pytest.mark.parametrize(("make", "shown"), [(as_csv, ""), (as_xlsx, "注 速報値")])
def test_of_a_text_file_with_words_of_people_no_line_is_repeated(desk: Desk, make, shown):
    """A stray line break can make a row of its own of what somebody said."""
    rows = table("consultations")
    suffix = "csv" if make is as_csv else "xlsx"
    desk.put(
        "consultations", f"c.{suffix}", make([*rows, ["注 速報値", *[""] * (len(rows[0]) - 1)], rows[0]])
    )
    told = [
        (repair.before, repair.after) for repair in desk.check().mended if repair.after.endswith("として除外")
    ]
    assert told == [(shown, "注記として除外"), ("相談ID", "見出しの繰り返しとして除外")]


@pytest.mark.parametrize(
    ("rows", "remedy"),
    [
        ([[f"{EXAMPLE_MARK}2023-08-01", "熊本県", "1"]], "様式のままです"),
        ([[f"{EXAMPLE_MARK}2023-08-01", "熊本県", "1"], ["2023-08-02", "熊本県", "1"]], "この行を削除して"),
    ],
)
def test_an_example_is_to_be_deleted_and_a_form_without_data_not_to_be_named(desk: Desk, rows, remedy):
    desk.put("national_daily", "n.csv", as_csv([list(HEADINGS), *rows]))
    (fault,) = desk.check().faults
    assert (fault.row, remedy in fault.remedy) == (2, True)


@pytest.mark.parametrize(
    ("above", "share", "told"),
    [
        ("(単位:%)", "80", True),
        ("(単位:千人)", "80", False),
        ("(千人)", "80", False),
        ("(単位:%)", "あり", False),
        ("(単位:回答者)", "80", False),
    ],
)
def test_shares_below_the_word_percent_bear_the_sign_themselves(desk: Desk, above, share, told):
    rows = [[above, "", ""], ["年代", "媒体", "利用率"], ["10代", "TV", share]]
    desk.put("media_use", "m.csv", as_csv(rows))
    found = [(f.row, f.value) for f in desk.check().faults if f.expected == "% の付いた割合か、0から1の割合"]
    assert found == ([(1, "%")] if told else [])


@pytest.mark.parametrize(("above", "told"), [(0, []), (1, [4])])
def test_a_note_parts_two_tables_only_where_there_are_data_above_it(desk: Desk, above, told):
    heading, *rows = table("national_daily")
    desk.put("national_daily", "n.csv", as_csv([heading, *rows[:above], ["注 速報", "", ""], *rows[above:]]))
    assert [fault.row for fault in desk.check().faults] == told


def test_what_stands_beside_a_sheet_s_table_is_told_and_its_row_read(desk: Desk):
    heading, *rows = table("national_daily")
    beside_it = [[*rows[0], "", "要確認"], *([*row, "", ""] for row in rows[1:])]
    counts, _ = sources(desk, [[*heading, "", ""], *beside_it], as_xlsx)
    assert counts == [3, 0, 3]
    (fault,) = desk.check().faults
    assert (fault.severity, fault.row, fault.column, fault.value) == ("warning", 2, "E列", "要確認")


@pytest.mark.parametrize(("cell", "told"), [("7", [("B列", 3)]), ("", [])])
def test_a_column_without_a_heading_is_told_where_it_holds_anything(desk: Desk, cell, told):
    rows = [[day, "", *rest] for day, *rest in table("national_daily")]
    rows[2][1] = cell
    desk.put("national_daily", "n.xlsx", as_xlsx(rows))
    found = [(f.column, f.row) for f in desk.check().faults if "見出し" in f.expected]
    assert found == told


@pytest.mark.parametrize(("keys", "kind"), [({"date": 0}, "data"), ({"date": 0, "pref": 1}, "total")])
def test_a_figure_under_none_of_several_names_is_an_exports_own_total(keys, kind):
    header = Header(0, 1, (*HEADINGS, "備考"), {**keys, "n": 2}, {}, {}, (3,), ())
    assert _kind_of(["", "", "60", "8月の計"], header, DAILY, discreet=False) == kind


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["", "", "60", ""], "total"),
        (["", "", "60", "12"], "total"),
        (["", "", "60", "概数"], "data"),
        (["", "熊本県", "60", ""], "data"),
        (["2023-08-01", "", "60", ""], "data"),
        (["", "", "", "概数"], "note"),
    ],
)
def test_a_row_without_its_day_is_a_total_where_it_has_numbers_alone_and_a_note_where_it_has_one_word(
    cells, kind
):
    header = Header(0, 1, (*HEADINGS, "備考"), {"date": 0, "n": 2}, {}, {}, (3,), ())
    assert _kind_of(cells, header, DAILY, discreet=False) == kind


@pytest.mark.parametrize(("columns", "kind"), [(1, "data"), (2, "note"), (3, "note")])
def test_a_single_word_is_a_note_from_two_columns_on(columns, kind):
    header = replace(HEADER, headings=HEADINGS[:columns], columns=dict([*HEADER.columns.items()][:columns]))
    assert _kind_of(["概数です", *[""] * (columns - 1)], header, DAILY, discreet=False) == kind


@pytest.mark.parametrize(
    ("last", "read"),
    [
        (["※福岡県", "20"], False),
        (["※10代", ""], True),
        (["* 福岡県", "1 人"], False),
        (["※", "速報"], True),
        (["※ 福岡県", "速報"], True),
    ],
)
def test_a_row_with_a_mark_of_a_note_and_a_figure_is_never_dropped(desk: Desk, last, read):
    rows = [["都道府県", "件数"], ["熊本県", "10"], last]
    desk.put("national_daily", "n.csv", as_csv(rows), constants={"date": "2023-08-01"})
    taken = desk.check()
    assert (len(taken["national_daily"]) == 1, taken.ok) == (read, read)


@pytest.mark.parametrize("desk_name", ["市専用窓口", "※市専用"])
def test_a_desk_whose_name_was_mistyped_is_no_note_though_nothing_else_stands_in_its_row(
    desk: Desk, desk_name
):
    rows = [["窓口", "開設日"], ["全国窓口", "2020-04-01"], [desk_name, "2023-09-01" * ("※" in desk_name)]]
    desk.put("channels", "c.csv", as_csv(rows))
    assert [(p.row, p.column) for p in desk.check().faults] == [(3, "窓口")]


@pytest.mark.parametrize(
    ("districts", "told"),
    [
        (["東", "", "西", ""], [3]),
        (["東", "西", "", ""], [4]),
        (["東", "", "西"], []),  # more words than blanks
        (["東", "", "東", ""], []),
        (["", "東", "西", ""], []),  # nothing stands above the first
        (["東", "", "", ""], []),
    ],
)
def test_a_word_at_the_head_of_blank_rows_may_be_meant_for_them(desk: Desk, districts, told):
    head, row = table("commissioners")[:2]
    rows = [[*row[:2], f"00{i}", row[3], one, *row[5:]] for i, one in enumerate(districts)]
    desk.put("commissioners", "c.csv", as_csv([head, *rows]))
    assert [(p.severity, p.row, p.column) for p in desk.check().faults] == [
        ("warning", at, "地区(圏域)") for at in told
    ]


@pytest.mark.parametrize(
    ("clients", "told"),
    [
        (["7", "", "8", ""], [3]),
        (["7", "", "8", "", ""], [3]),
        (["7", "", "8"], []),
        (["7", "", "7", ""], []),
        (["", "7", "8", ""], []),
    ],
)
def test_a_client_at_the_head_of_blank_rows_may_have_called_more_often(desk: Desk, clients, told):
    head, row = table("consultations", {(1, "相談者ID"): ""})[:2]
    rows = [
        dict(zip(head, row, strict=True)) | {"相談ID": f"S{i}", "相談者ID": one}
        for i, one in enumerate(clients)
    ]
    desk.put("consultations", "c.csv", as_csv([head, *([*one.values()] for one in rows)]))
    assert [(p.severity, p.row, p.column) for p in desk.check().faults] == [
        ("warning", at, "相談者ID") for at in told
    ]


def test_blank_rows_below_a_part_of_the_key_may_be_of_it_wherever_they_begin(desk: Desk):
    rows = [["範囲", "項目", "職業", "値", "件数"], ["全国", "孤独感", "", "常に", "9"]]
    rows += [["全国", "職業×相談内容", job, topic, "5"] for job, topic in (
        ("児童・学生", "学校"), ("", "家族"), ("無職", "学校"), ("", "健康"),
    )]  # fmt: skip
    desk.put("national_attributes", "a.csv", as_csv(rows))
    assert [(p.severity, p.row, p.column) for p in desk.check().faults] == [("warning", 2, "職業")]


@pytest.mark.parametrize(
    ("heading", "pairs", "refused"),
    [
        ("備考", [("1", "234"), ("12", "034")], [2, 3]),
        ("出典", [("1", "234"), ("12", "")], [2]),
        ("備考", [("1", "234"), ("12", "34")], []),
        ("備考", [("1", "234"), ("0", "123")], []),
        ("備考", [("1", "2345")], []),
        ("前年", [("120", "115")], []),
        ("前年", [("120", "015")], [2]),
        ("前年", [("99", "115")], [2]),
    ],
)
@pytest.mark.parametrize("how", ["csv", "xlsx", "ignored"])
def test_thousands_that_a_comma_has_cut_in_two_are_refused_in_a_text(
    desk: Desk, heading, pairs, refused, how
):
    rows = [[f"2023-08-{i:02}", "熊本県", *pair] for i, pair in enumerate(pairs, 1)]
    write = as_xlsx if how == "xlsx" else as_csv
    said = {"ignore": [heading]} if how == "ignored" else {}
    desk.put(
        "national_daily",
        "n.xlsx" if how == "xlsx" else "n.csv",
        write([["日付", "都道府県", "件数", heading], *rows]),
        **said,
    )
    told = [p.row for p in desk.check().faults if p.expected == "コンマで分かれていない数"]
    assert told == (refused if how == "csv" else [])
