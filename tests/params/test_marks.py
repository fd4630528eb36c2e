"""What is still to be decided is found in every file of a year and told with its line."""

import pytest

from ujo_lib.params import ParameterError
from ujo_lib.params.marks import marks_in


@pytest.fixture
def year(tmp_path):
    folder = tmp_path / "params/uki/fy2023"
    (folder / "h1").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("wave: R5  # 要確認", ""),
        ("wave: R5  # 要確認: この年度の調査か", "この年度の調査か"),
        ("wave: R5  #要確認:窓口", "窓口"),
        ("  要確認 番号", "番号"),
        ("wave: 確認済", None),
    ],
)
def test_a_mark_says_in_which_line_and_what_is_to_be_decided(year, line, what):
    (year / "common.yaml").write_text(f"site: uki\nseed: 1\n{line}\n", encoding="utf-8")
    found = [(one.file, one.line, one.what) for one in marks_in(year)]
    assert found == ([] if what is None else [(year / "common.yaml", 3, what)])


def test_marks_of_the_year_its_halves_and_its_place_count_and_those_of_another_year_do_not(year):
    other = year.with_name("fy2022")
    other.mkdir()
    for folder, name in ((year, "b"), (year / "h1", "a"), (year.parent, "z"), (other, "c")):
        (folder / f"{name}.yaml").write_text(f"x: 1 # 要確認: {name}\n", encoding="utf-8")
    assert [one.what for one in marks_in(year)] == ["b", "a", "z"]
    assert {one.line for one in marks_in(year)} == {1}


@pytest.mark.parametrize(("what", "told"), [("", "内容を確かめる"), ("窓口の名", "窓口の名")])
def test_a_mark_without_words_is_told_all_the_same(year, what, told):
    (year / "a.yaml").write_text(f"x: 1 # 要確認: {what}\n", encoding="utf-8")
    (mark,) = marks_in(year)
    assert str(mark) == f"{told}(確かめたら「# 要確認」を消す)"


def test_a_file_whose_marks_cannot_be_read_is_not_taken_for_decided(year):
    (year / "a.yaml").write_bytes("x: 1 # 要確認\n".encode("cp932"))
    with pytest.raises(ParameterError, match=r"a\.yaml.*UTF-8 の YAML"):
        marks_in(year)


def test_a_copy_that_an_editor_keeps_holds_no_decision(year):
    copies = year / ".ipynb_checkpoints"
    copies.mkdir()
    (copies / "common-checkpoint.yaml").write_text("wave: R5  # 要確認\n", encoding="utf-8")
    assert marks_in(year) == []
