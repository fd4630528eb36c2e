"""What is still to be done is told in sentences, and doing what they say is enough."""

import pytest

from ujo_lib import intake
from ujo_lib.cli import main
from ujo_lib.pipeline.keys import input_files
from ujo_lib.setup import open_points, set_up_year
from ujo_lib.setup.checklist import wrong_parameters


def _inputs(root, *changes):
    file = root / "params/sample/fy2024/inputs.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("header_rows: 2", "header_rows: two"), "整数"),
        (("header_rows: 2", "haeder_rows: 2"), "「header_rows」の書き間違い"),
        (("trigger: listed", "triger: listed"), "「trigger」ではありませんか"),
        (("survey_items: params/survey_items.yaml", "survey_items: params/none.yaml"), "ファイルがあること"),
        (("data_dir: data/sample", "data_dir: ["), "字下げ"),
    ],
)
def test_a_wrong_declaration_is_told_in_a_sentence_by_the_command_and_on_the_list(root, capsys, change, told):
    set_up_year(root, "sample", 2024)
    _inputs(root, change)
    assert any(told in str(point) for point in open_points(root, "sample", 2024))
    assert main(["new-year", "sample", "2024"]) == 2
    said = "".join(capsys.readouterr())
    assert told in said
    assert "Problem(" not in said
    assert "Error" not in said


def test_a_kind_declared_as_not_supplied_in_the_words_of_the_guide_is_settled(root):
    set_up_year(root, "sample", 2024)
    before = [str(point) for point in open_points(root, "sample", 2024)]
    file = root / "params/sample/fy2024/inputs.yaml"
    text = (
        file.read_text(encoding="utf-8")
        + "\nnot_supplied:\n  ads: 広告を出していない\n  waves: 初めての調査\n"
    )
    file.write_text(text, encoding="utf-8")
    after = [str(point) for point in open_points(root, "sample", 2024)]
    assert len([point for point in before if "ads_" in point]) == 3
    assert not [point for point in after if "ads_" in point or "survey_waves" in point]
    assert input_files(root, file, ["ads", "waves"]) == []
    found = intake.check(file, ["ads", "waves"], root)
    assert found.ok
    assert found.not_supplied == {"ads": "広告を出していない", "waves": "初めての調査"}


def test_a_file_that_parameters_name_is_on_the_list_until_it_is_there(root):
    (point,) = wrong_parameters(root, "sample", 2023)
    assert (point.where, point.what) == (
        "data/sample/fy2023/coding/codes.csv",
        "ファイルがない(03_content_tagging.yaml の hand_codes)",
    )
    file = root / point.where
    file.parent.mkdir(parents=True)
    file.touch()
    assert wrong_parameters(root, "sample", 2023) == []
