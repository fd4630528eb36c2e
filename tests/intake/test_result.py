"""What intake hands over."""

import json
from dataclasses import replace

import pytest

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib import intake
from ujo_lib.intake.problems import PROBLEM_COLUMNS, REPAIR_COLUMNS, Problem
from ujo_lib.intake.rules import RULE_COLUMNS


def test_a_caller_cannot_spoil_the_frames_of_the_next(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    first = desk.load()
    mine = first["campaigns"]
    mine.loc[0, "name"] = "こわした"
    assert first["campaigns"]["name"].iloc[0] == "施策1"
    assert ("campaigns" in first, "cases" in first) == (True, False)
    assert desk.load()["campaigns"]["name"].iloc[0] == "施策1"


def test_a_kind_that_was_not_loaded_is_named(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    with pytest.raises(KeyError, match="campaigns"):
        desk.load()["cases"]


def test_everything_is_also_json_and_html(desk: Desk):
    rows = table("campaigns", {(1, "施策名"): "<b>太字</b>", (2, "費用(円)"): "<script>"})
    desk.put("campaigns", "k.csv", as_csv(rows))
    taken = desk.check()
    data = json.loads(taken.json())
    assert "費用(円)" in taken.json()  # to be read by people, too
    assert list(data) == ["sources", "problems", "repairs", "missing", "rules"]
    assert list(data["problems"][0]) == list(PROBLEM_COLUMNS)
    page = taken._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<caption>" in page
    assert 'scope="col"' in page
    with pytest.raises(intake.DataProblems) as raised:
        desk.load()
    assert raised.value.problems[0].row == 3
    assert "エラー1件" in str(raised.value)
    assert list(taken.repairs.columns) == list(REPAIR_COLUMNS)


@pytest.mark.parametrize(
    ("severities", "ok"), [((), True), (("warning",), True), (("warning", "error"), False)]
)
def test_warnings_alone_hinder_nothing(desk: Desk, severities, ok):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    faults = tuple(Problem(one, "k.csv", "", None, "", "", "", "", "定義") for one in severities)
    assert replace(desk.check(), faults=faults).ok is ok


def test_without_a_file_that_could_be_judged_the_rules_have_their_columns(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    taken = desk.check()
    assert list(replace(taken, verdicts=()).rules) == list(RULE_COLUMNS)
    twice = replace(taken, verdicts=(taken.rules, taken.rules)).rules
    assert twice.index.tolist() == list(range(2 * len(taken.rules)))
