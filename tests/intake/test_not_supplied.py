"""What a year does not have is declared by a person, with a reason; nothing is left out in silence."""

import pandas as pd
import pytest
import yaml

from tests.intake.conftest import as_csv, table
from ujo_lib import intake
from ujo_lib.intake import overview
from ujo_lib.intake.schemas import SCHEMAS


def declare(tmp_path, declared):
    file = tmp_path / "inputs.yaml"
    file.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    return file


def test_check_goes_on_and_tells_what_is_missing(tmp_path):
    file = declare(tmp_path, {"not_supplied": {"ads": "広告を出していない"}})
    data = intake.check(file, ["ads"])
    assert data.ok
    assert overview.not_supplied(data).frame["reason"].tolist() == ["広告を出していない"]


def test_who_loads_it_is_told_the_reason(tmp_path):
    file = declare(tmp_path, {"not_supplied": {"ads": "広告を出していない"}})
    with pytest.raises(intake.DataProblems, match="広告を出していない"):
        intake.load(file, ["ads"])


def test_a_dispensable_kind_comes_as_a_frame_without_rows(tmp_path):
    file = declare(tmp_path, {"not_supplied": {"ads": "広告を出していない", "waves": "初めての調査"}})
    with pytest.raises(intake.DataProblems, match="初めての調査"):
        intake.load(file, ["ads", "waves"], dispensable=["ads"])
    data = intake.load(file, ["ads", "waves"], dispensable=["ads", "waves"])
    assert data["ads"].empty
    assert {"date", "platform", "impressions", "link_clicks"} <= set(data["ads"])
    assert data.not_supplied == {"ads": "広告を出していない", "waves": "初めての調査"}


def test_a_kind_that_is_neither_declared_nor_excused_is_still_a_problem(tmp_path):
    assert not intake.check(declare(tmp_path, {"not_supplied": {}}), ["ads"]).ok


@pytest.mark.parametrize(
    "declared",
    [
        {"not_supplied": {"ads": ""}},
        {"not_supplied": {"adds": "広告を出していない"}},
        {"not_supplied": ["ads"]},
    ],
    ids=["no reason", "unknown kind", "a list"],
)
def test_a_declaration_that_cannot_be_meant_is_refused(tmp_path, declared):
    assert not intake.check(declare(tmp_path, declared), ["ads"]).ok


BOTH = {"not_supplied": {"events": "会議がなかった"}, "events": {"files": ["e.csv"]}}


@pytest.mark.parametrize(
    "content", [None, "日付,名称,種別\n【記入例】2023-04-01,例,会議\n"], ids=["absent", "form"]
)
def test_a_reason_is_all_it_takes_whatever_else_the_declaration_says_of_the_kind(tmp_path, content):
    if content:
        (tmp_path / "e.csv").write_text(content, encoding="utf-8-sig")
    data = intake.load(declare(tmp_path, BOTH), ["events"], dispensable=["events"])
    assert data.not_supplied == {"events": "会議がなかった"}
    assert data["events"].empty


@pytest.mark.parametrize(
    ("rows", "said"), [("", "not_supplied"), ("2023-05-01,定例会,会議\n", "削除してください")]
)
def test_who_left_an_example_is_told_to_delete_it_or_that_a_kind_may_be_absent(tmp_path, rows, said):
    (tmp_path / "e.csv").write_text(
        f"日付,名称,種別\n【記入例】2023-04-01,例,会議\n{rows}", encoding="utf-8-sig"
    )
    (fault,) = intake.check(declare(tmp_path, {"events": {"files": ["e.csv"]}}), ["events"]).faults
    assert said in fault.remedy
    assert fault.row == 2


def test_a_file_that_is_there_and_declared_absent_is_a_contradiction(tmp_path):
    (tmp_path / "e.csv").write_text("日付,名称,種別\n2023-04-01,定例会,会議\n", encoding="utf-8-sig")
    found = intake.check(declare(tmp_path, BOTH), ["events"])
    assert [(fault.column, fault.expected) for fault in found.faults] == [
        ("not_supplied.events", "not_supplied か files の一方")
    ]


@pytest.mark.parametrize(("there", "told"), [
    (["fy2024/e.csv"], []), (["fy2025/e.csv"], ["fy2025/e.csv"]), (["fy2024/e.csv", "fy2025/e.csv"], ["fy2025/e.csv"]),
    (["e.csv"], ["e.csv"]),
])  # fmt: skip
def test_files_of_the_year_before_are_no_contradiction_to_what_this_year_lacks(tmp_path, there, told):
    for name in there:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("日付,名称,種別\n2023-04-01,定例会,会議\n", encoding="utf-8-sig")
    files = ["e.csv", "fy2024/e.csv", "fy2025/e.csv", "fy2025/f.csv"]
    found = intake.check(declare(tmp_path, BOTH | {"events": {"files": files}}), ["events"])
    assert [fault.remedy.split()[1] for fault in found.faults] == told


def test_a_year_that_has_what_the_year_before_lacked_is_told_how_to_name_its_own_file_alone(tmp_path):
    (tmp_path / "fy2026").mkdir()
    (tmp_path / "fy2026/e.csv").write_text("日付,名称,種別\n2026-05-01,定例会,会議\n", encoding="utf-8-sig")
    files = ["fy2025/e.csv", "fy2026/e.csv"]
    (fault,) = intake.check(declare(tmp_path, {"events": {"files": files}}), ["events"]).faults
    assert fault.file == files[0]
    assert "files からこの名前を消します" in fault.remedy
    assert len(intake.load(declare(tmp_path, {"events": {"files": files[1:]}}), ["events"])["events"]) == 1


@pytest.mark.parametrize("headings", [("費用上限(円)",), ("費用上限(円)", "地域", "備考")])
def test_a_column_that_no_file_has_is_blank_as_if_nobody_had_filled_it_in(desk, headings):
    whole = table("campaigns")
    blank = [[*whole[0], *headings], *([*row, *[""] * len(headings)] for row in whole[1:])]
    file = desk.put("campaigns", "whole.csv", as_csv(blank))
    as_blank = desk.load()["campaigns"]
    file.write_bytes(as_csv(whole))
    lacking = desk.load()["campaigns"]
    assert {column.name for column in SCHEMAS["campaigns"].columns} <= set(lacking)
    pd.testing.assert_frame_equal(lacking[list(as_blank)], as_blank)


def test_what_follows_from_other_columns_is_worked_out_before_the_rest_is_left_blank(desk):
    desk.put("cases", "cases.csv", as_csv(table("cases")))
    desk.put("commissioners", "all.csv", as_csv(table("commissioners")))
    checked, loaded = desk.check()["cases"], desk.load()["cases"]
    assert checked["economic_8050"].equals(loaded["economic_8050"])
    assert not desk.check().missing["column"].isin(set(loaded) - set(checked)).any()
