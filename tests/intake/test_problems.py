"""One strange file never hides what is wrong with the others, and one cause is told once."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib import intake
from ujo_lib.intake import account, between, checks, loading, overview, problems
from ujo_lib.intake.problems import RULES, Notes, Problem, as_text, by_cause
from ujo_lib.intake.schemas import DTYPES, SCHEMAS

WHOLE = "の検査が最後まで済むこと"
PLACES = [
    (loading, "warn_of_workbook", "見た目"),
    (loading, "judge", "機械判読性"),
    (loading, "_splits", "読まない列"),
    (loading, "check_merged", "結合セル"),
    (loading, "check_totals", "合計の行"),
    (loading, "check_subtotal_columns", "小計の列"),
    (loading, "note_grouped", "上と同じ空欄"),
    (account, "note_unread_sheets", "読まないシート"),
    (account, "note_private_letters", "外字"),
    (account, "note_lonely_columns", "ファイルごとの列"),
    (checks, "check_schema", "値の範囲"),
    (checks, "check_rows", "行の中のつじつま"),
    (checks, "check_clock", "時刻のずれ"),
    (between, "check_doubles", "重なり"),
    (loading, "find_body", "ファイル全体"),
]


def of(row: int | None, expected: str, remedy: str, value: str = "", **other: object) -> Problem:
    return replace(Problem("error", "a.csv", "", row, "件数", value, expected, remedy, "6"), **other)


def test_what_one_remedy_mends_is_one_entry_with_its_first_rows_values_and_places():
    remedy = "「{}」ではありませんか。直してください。"
    places = [of(i, f"行の合計 {i}", remedy.format(f"語{i}"), f"値{i % 6}") for i in range(1, 8)]
    [cause] = by_cause([*places, of(None, "行の合計 9", remedy.format("語9"), count=40)])
    assert (cause.row, cause.rows, cause.count) == (1, "1・2・3・4・5…", 47)
    assert cause.value == "値1、値2、値3、値4、値5…"
    assert cause.expected == "行の合計 1、2、3、4、5…"
    assert cause.remedy == "「語1」、「語2」、「語3」、「語4」、「語5」…ではありませんか。直してください。"
    [cause] = by_cause([places[3], of(None, "行の合計 9", remedy.format("語9")), *places[1::-1]])
    assert (cause.row, cause.rows, cause.value) == (
        1,
        "1・2・4",
        "値1、値2、値4",
    )  # as they are found in the file
    [cause] = by_cause(places[:5])
    assert (cause.rows, cause.value) == ("1・2・3・4・5", "値1、値2、値3、値4、値5")


@pytest.mark.parametrize(
    "other",
    [
        {"severity": "warning"},
        {"file": "b.csv"},
        {"sheet": "4月"},
        {"column": "人口"},
        {"rule": "5"},
        {"expected": "整数"},
        {"expected": "数値 3"},
        {"remedy": "消してください。"},
    ],
)
def test_problems_of_two_causes_are_two_entries(other):
    first = of(2, "数値", "直してください。")
    assert [cause.count for cause in by_cause([first, first, replace(first, **other)])] == [2, 1]


def test_errors_are_told_before_warnings_and_places_only_where_they_are_more(desk):
    told = [
        of(3, "1", "注意。", severity="warning"),
        of(2, "数値", "直す。", "x"),
        of(4, "数値", "直す。", "y"),
    ]
    assert as_text(told).splitlines() == [
        "入力データの問題: エラー1件(2か所)・注意1件",
        "[エラー] a.csv 列「件数」 2・4行目 (全2か所)",
        "    値: x、y",
        "    期待: 数値",
        "    直し方: 直す。(規則6: 数の書き方(桁区切り・単位・負数))",
        "[注意] a.csv 列「件数」 3行目",
        "    期待: 1",
        "    直し方: 注意。(規則6: 数の書き方(桁区切り・単位・負数))",
    ]
    assert as_text([]) == "入力データに問題はありません。"


def test_every_rule_that_a_message_names_is_explained():
    sources = [file.read_text(encoding="utf-8") for file in Path(loading.__file__).parent.glob("*.py")]
    named = {
        rule
        for text in sources
        for rule in re.findall(r'"(\d{1,2}|総務省\d-\d+|照合|定義)",?\s*[\n,)]', text)
    }
    assert len(named) > 15
    assert named - {"0", "99", "9"} <= set(RULES)


def test_the_notebook_and_json_tell_causes_too(desk):
    desk.put(
        "national_daily", "d.csv", as_csv(table("national_daily", {(n, "件数"): "?" for n in (1, 2, 3)}))
    )
    taken = desk.check()
    [cause] = json.loads(taken.json())["problems"]
    assert (cause["row"], cause["rows"], cause["value"], cause["count"]) == (2, "2・3・4", "?", 3)
    row = overview.problems(taken, 10).frame.loc[0]
    assert (row["rows"], row["count"], row["rule"]) == ("2・3・4", 3, RULES["6"])
    assert overview.totals(taken).frame.loc[0, "errors"] == 1
    assert "エラー1件(3か所)" in taken._repr_html_()


def test_a_check_that_breaks_is_told_with_the_line_at_which_it_did():
    notes = Notes("a.csv")
    with notes.bounded("見た目"):
        fail()
    (problem,) = notes.problems
    assert problem.remedy.endswith(f"ZeroDivisionError test_problems.py {fail.__code__.co_firstlineno + 1}")


def test_a_table_in_html_has_no_lines_of_its_own():
    assert "border" not in problems.html_table("表", {"a": "列"}, pd.DataFrame({"a": [1]}))


def fail(*_: object) -> None:
    raise ZeroDivisionError


def faulty(desk: Desk) -> None:
    """Two files, each with faults of its own: a negative count, a doubled row, a total that is wrong."""
    rows = table("national_daily", {(1, "件数"): "-4"})
    desk.put("national_daily", "d.csv", as_csv([*rows, rows[2], ["合計", "", "99"]]))
    desk.put("waves", "w.csv", as_csv(table("waves", {(1, "回答数"): "140"})))


def told(taken: intake.Intake) -> set[tuple[str, str]]:
    return {(fault.file, fault.expected) for fault in taken.faults}


@pytest.mark.parametrize(("module", "name", "check"), PLACES, ids=[name for _, name, _ in PLACES])
def test_a_check_that_breaks_is_one_problem_and_the_others_still_run(desk, monkeypatch, module, name, check):
    faulty(desk)
    before = told(desk.check())
    loading._parsed.clear()
    monkeypatch.setattr(module, name, fail)
    taken = desk.check()
    new = {(file, expected) for file, expected in told(taken) if WHOLE in expected}
    assert new in ({("d.csv", check + WHOLE), ("w.csv", check + WHOLE)}, {("d.csv", check + WHOLE)})
    assert all("ZeroDivisionError" in f.remedy for f in taken.faults if WHOLE in f.expected)
    assert not taken.ok
    if name != "find_body":
        assert len(before - told(taken)) <= 2  # what that one check would have found
        assert told(taken) - new <= before
    with pytest.raises(intake.DataProblems):
        desk.load()


@pytest.mark.parametrize("broken", range(len(between._BETWEEN)))
def test_a_rule_between_files_that_breaks_leaves_the_others(monkeypatch, broken: int):
    ran: list[str] = []
    rules = [
        (kinds, fail if i == broken else lambda *_, title=title: ran.append(title), title)
        for i, (kinds, _, title) in enumerate(between._BETWEEN)
    ]
    monkeypatch.setattr(between, "_BETWEEN", rules)
    notes = {kind: Notes(kind) for kind in SCHEMAS}
    kinds = {
        kind: between.Loaded(pd.DataFrame(index=[0]), np.array([kind], dtype=object), np.array([2]), notes)
        for kind in SCHEMAS
    }
    between.check_between(kinds)
    titles = [title for *_, title in rules]
    assert ran == [title for i, title in enumerate(titles) if i != broken]
    problems = [problem for note in notes.values() for problem in note.problems]
    assert [(p.file, p.expected) for p in problems] == [(rules[broken][0][0], titles[broken] + WHOLE)]


CELLS: dict[str, list[object]] = {
    "date": [pd.Timestamp("2023-04-01"), pd.Timestamp("2023-04-02")],
    "int": [-1, 0, 1, 2, 3],
    "number": [0.0, 0.5, 3.0],
    "flag": [True, False],
    "hour": [0, 23],
}
KINDS = ("national_daily", "national_hourly", "national_attributes", "population", "ads", "channels", "cases")


def made_up(kind: str, chance: random.Random) -> pd.DataFrame:
    """A frame of a kind as the reading hands it over: any cell may be missing."""
    height = chance.randint(1, 6)
    columns = {}
    for column in SCHEMAS[kind].columns:
        blank = chance.choice([0, 0, 0.3, 1])
        known = CELLS.get(column.type, ["甲", "総数", "全国"])
        cells = [None if chance.random() < blank else chance.choice(known) for _ in range(height)]
        if column.type in ("cat", "age"):
            columns[column.name] = pd.Series(pd.Categorical(cells, ["甲", "総数", "全国"], ordered=True))
        elif column.type == "date":
            columns[column.name] = pd.Series(pd.to_datetime(cells)).astype("datetime64[us]")
        else:
            columns[column.name] = pd.Series(pd.array(cells, dtype=DTYPES[column.type]))
    return pd.DataFrame(columns)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**9))
@example(54)  # sheets without a number
def test_no_rule_between_files_breaks_on_any_cells_that_may_be_read(seed: int):
    chance = random.Random(seed)
    kinds, notes = {}, {kind: Notes(kind) for kind in KINDS}
    for kind in KINDS:
        frame = made_up(kind, chance)
        files = np.array([kind] * len(frame), dtype=object)
        kinds[kind] = between.Loaded(frame, files, np.arange(2, len(frame) + 2), notes)
    between.check_between(kinds)
    for kind, loaded in kinds.items():
        between.check_doubles(loaded, SCHEMAS[kind], {kind: ()})
    for kind in ("ads", "population"):
        again, unsure = checks.counted_again(kinds[kind].frame, SCHEMAS[kind])
        assert not (again & unsure).any()
    assert [p for note in notes.values() for p in note.problems if WHOLE in p.expected] == []


def test_a_check_that_broke_off_is_told_with_the_innermost_place():
    notes = Notes("f.csv")
    with notes.bounded("合計の行"):
        json.loads("{")
    assert re.search(r"JSONDecodeError decoder\.py \d+$", notes.problems[0].remedy)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (pd.Timestamp("2023-08-01"), "2023-08-01"),
        (pd.Timestamp("2023-08-01 00:01"), "2023-08-01 00:01:00"),
        ("a\n b", "a b"),
        ("x" * (problems._MAX_SHOWN - 1), "x" * (problems._MAX_SHOWN - 1)),
        ("x" * problems._MAX_SHOWN, "x" * problems._MAX_SHOWN),
        ("x" * (problems._MAX_SHOWN + 1), "x" * (problems._MAX_SHOWN - 1) + "…"),
    ],
)
def test_a_value_is_shown_on_one_line_of_a_limited_length(value, shown):
    assert problems.shorten(value) == shown


@pytest.mark.parametrize("more", [-1, 0, 1, 2])
def test_rows_beyond_those_that_are_listed_are_one_line_with_their_number(more):
    n = problems.MAX_ROWS_LISTED + more
    notes = Notes("a.csv", "4月")
    notes.problem_rows(range(2, n + 2), [""] * n, "数値", "直す。", "6", column="件数", severity="warning")
    listed, rest = notes.problems[: problems.MAX_ROWS_LISTED], notes.problems[problems.MAX_ROWS_LISTED :]
    assert [p.row for p in listed] == list(range(2, min(n, problems.MAX_ROWS_LISTED) + 2))
    assert [(p.row, p.count, p.value) for p in rest] == [(None, more, "")] * (more > 0)
    assert {(p.severity, p.sheet, p.column) for p in notes.problems} == {("warning", "4月", "件数")}


def test_a_repair_stands_with_its_place_and_counts_once_unless_told_otherwise():
    notes = Notes("a.csv", "4月")
    notes.repair("1", "1", "5", row=3, column="件数")
    notes.repair("あ", "い", "5", count=2)
    assert [(r.sheet, r.row, r.column, r.count) for r in notes.repairs] == [
        ("4月", 3, "件数", 1),
        ("4月", None, "", 2),
    ]


def test_a_problem_says_its_sheet_its_row_and_how_many_places_there_are():
    whole = Problem("error", "a.csv", "", None, "", "", "数値", "直す。", "6")
    assert str(whole) == "a.csv: 期待: 数値 / 直し方: 直す。"
    full = replace(whole, sheet="4月", column="件数", row=3, value="x", count=2)
    assert str(full) == ("a.csv シート「4月」 列「件数」 3行目 (全2か所): 値 x / 期待: 数値 / 直し方: 直す。")
