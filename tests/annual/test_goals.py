"""A goal is measured by one figure as the page shows it, or it says that nothing measures it."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from tests.annual.entries import Cell
from tests.annual.test_claims import FRAME, SPEC
from ujo_lib.annual.goals import MEASURED, UNMEASURED, measure, read_goals
from ujo_lib.columns import Count, Money, Ratio, Share, Text, interval
from ujo_lib.params import ParameterError
from ujo_lib.params.annual import Goal
from ujo_lib.report.door.publish import NotSuppliedError, Subject, TableSpec, unmasked
from ujo_lib.typed import Schema


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (Count(unit="件"), 2536, "2,536件"),
        (Count(unit="件"), 0, "0件"),
        (Share(free=True), 0.318, "31.8%"),
        (Money(), 12_345, "12,345円"),
        (Ratio(heading="比", unit="倍", free=True), 2.06, "2.06倍"),
        (Text(heading="答え"), "なし", "なし"),
    ],
)
def test_what_a_goal_was_measured_as_has_its_unit_once(column, value, told):
    spec = TableSpec("t", "t", schema=Schema({"v": column}))
    goal = Goal(goal="a", indicator="b", cell=Cell("02", "t", column="v"))
    frame = measure([goal], lambda *_: unmasked(spec, pd.DataFrame({"v": [value]}))).frame
    assert list(frame["value"]) == [told]


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.92, 4.15, "2.06倍(90%信頼区間 0.92〜4.15)"), (0.92, None, "2.06倍"), (0.92, math.inf, None)],
)
def test_an_estimate_that_measures_a_goal_stands_with_its_interval(low, high, told):
    columns = {"v": Ratio(heading="比", unit="倍", free=True), **interval("v", 0.9)}
    spec = TableSpec("t", "t", schema=Schema(columns))
    frame = pd.DataFrame({"v": [2.06], "low": [low], "high": [high]})
    goal = Goal(goal="a", indicator="b", cell=Cell("02", "t", column="v"))
    measured = measure([goal], lambda *_: unmasked(spec, frame)).frame["value"]
    assert list(measured) == [told or "2.06倍(90%信頼区間 0.92以上、上限なし)"]


def test_a_figure_that_could_not_be_computed_leaves_its_goal_unmeasured():
    spec = TableSpec("t", "t", schema=Schema({"v": Ratio(heading="比", unit="倍", free=True)}))
    goal = Goal(goal="a", indicator="b", cell=Cell("02", "t", column="v"))
    frame = measure([goal], lambda *_: unmasked(spec, pd.DataFrame({"v": [None]}, dtype="Float64"))).frame
    assert (list(frame["value"]), list(frame["status"])) == (["…"], [UNMEASURED])


@pytest.mark.parametrize(
    ("row", "period"), [("令和5(2023)年度", "令和5(2023)年度"), ("県", "2023年と令和5(2023)年度")]
)
def test_a_goal_says_in_which_period_it_was_measured(row, period):
    about = Subject(period="2023年と令和5(2023)年度")
    spec = TableSpec("t", "t", about, Schema({"basis": Text(), "v": Count(unit="件")}))
    shown = unmasked(spec, pd.DataFrame({"basis": ["令和5(2023)年度", "県"], "v": [1, 2]}))
    goal = Goal(goal="a", indicator="b", cell=Cell("02", "t", column="v", where={"basis": row}))
    assert list(measure([goal], lambda *_: shown).frame["period"]) == [period]


def test_a_goal_without_a_figure_stays_unmeasured():
    goals = [
        Goal(goal="a", indicator="b", cell=Cell("02", "hours", where={"hour": "総数"})),
        Goal(goal="c", indicator="d", note="設問がない"),
    ]
    frame = measure(goals, lambda *_: unmasked(SPEC, FRAME)).frame
    assert list(frame["status"]) == [MEASURED, UNMEASURED]
    assert list(frame["value"]) == ["102件", "…"]
    assert list(frame["period"])[1] == "…"


RATIO = Schema({"v": Ratio(heading="比", unit="倍", free=True), **interval("v", 0.9)})
GOAL = Goal(goal="減らす", indicator="比", cell=Cell("02", "t", column="v"), note="補足")


def row_of(table, goal=GOAL) -> dict[str, str]:
    (row,) = measure([goal], lambda *_: table).frame.to_dict("records")
    return row


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(0.9, 4.2, True), (None, 4.2, False), (0.9, None, False), (None, None, False)],
)
def test_an_interval_is_told_only_where_both_of_its_ends_are_known(low, high, ends):
    frame = pd.DataFrame({"v": [2.0], "low": [low], "high": [high]}, dtype="Float64")
    told = row_of(unmasked(TableSpec("t", "t", schema=RATIO), frame))["value"]
    assert told.startswith("2.00倍")
    assert ("90%信頼区間" in told) is ends


def test_a_figure_that_a_release_hides_was_measured_and_takes_its_interval_along():
    shown = unmasked(
        TableSpec("t", "t", schema=RATIO), pd.DataFrame({"v": [2.0], "low": [1.0], "high": [3.0]})
    )
    row = row_of(replace(shown, hidden=shown.hidden.assign(v=True)))
    assert (row["value"], row["status"], row["note"]) == ("x", MEASURED, "補足")


def test_a_goal_of_a_page_that_the_year_lacks_gives_the_reason_in_the_place_of_its_note():
    def recall(*_):
        raise NotSuppliedError({"該当者票": "調査のない年度"})

    (row,) = measure([GOAL], recall).frame.to_dict("records")
    assert (row["goal"], row["indicator"], row["value"], row["period"], row["status"], row["note"]) == (
        "減らす", "比", "…", "…", UNMEASURED, "資料がない: 「該当者票」(調査のない年度)",
    )  # fmt: skip


def test_goals_are_told_in_the_order_of_their_file_and_all_mistakes_of_it_at_once(tmp_path):
    file = tmp_path / "goals.yaml"
    file.write_text(
        "goals:\n- {goal: b, indicator: i}\n- {goal: a, indicator: j, note: n}\n", encoding="utf-8"
    )
    assert [(goal.goal, goal.cell, goal.note) for goal in read_goals(file)] == [
        ("b", None, ""),
        ("a", None, "n"),
    ]
    file.write_text("goals:\n- {goal: b}\n- {indicator: j}\n", encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        read_goals(file)
    assert [one.key for one in refused.value.problems] == ["goals.1番目.indicator", "goals.2番目.goal"]
