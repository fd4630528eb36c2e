"""What a year does not have is declared by a person, with a reason; nothing is left out in silence."""

import pytest
import yaml

from ujo_lib import intake
from ujo_lib.intake import overview


def declare(tmp_path, declared):
    file = tmp_path / "inputs.yaml"
    file.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    return file


def test_check_goes_on_and_tells_what_is_missing(tmp_path):
    file = declare(tmp_path, {"not_supplied": {"ads": "広告を出していない"}})
    data = intake.check(file, ["ads"])
    assert data.ok
    assert overview.not_supplied(data)["reason"].tolist() == ["広告を出していない"]


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
        {"not_supplied": {"ads": "出していない"}, "ads": {"files": ["a.csv"]}},
    ],
    ids=["no reason", "unknown kind", "both supplied and not"],
)
def test_a_declaration_that_cannot_be_meant_is_refused(tmp_path, declared):
    assert not intake.check(declare(tmp_path, declared), ["ads"]).ok
