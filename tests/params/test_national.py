"""A published figure without its page, or copied wrongly, is refused."""

from pathlib import Path

import pytest

from ujo_lib.params.national import read_national
from ujo_lib.yamlfile import ParameterError

GOOD = """\
surveys:
  R4: {title: 調査, publisher: 内閣府, asked: 令和4年12月, population: 16歳以上, mode: 郵送}
figures:
  - survey: R4
    item: lonely
    n: 100
    percent: {はい: 40.0, いいえ: 59.0}
    source: 報告書
    page: 3頁
    read_on: 2026-11-27
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "nation.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_figure_becomes_a_row_for_each_answer_with_its_page(tmp_path):
    found = read_national(written(tmp_path, GOOD))
    assert found.frame[["answer", "percent"]].to_numpy().tolist() == [["はい", 40.0], ["いいえ", 59.0]]
    assert found.frame["source"].tolist() == ["報告書 3頁"] * 2
    assert found.definitions["survey"].tolist() == ["R4"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    page: 3頁\n", "", "page"),
        ("いいえ: 59.0", "いいえ: 58.9", "合計が100前後"),
        ("いいえ: 59.0", "いいえ: 61.1", "合計が100前後"),
        ("survey: R4", "survey: R5", "surveys にある名前"),
        ("n: 100", "n: 0", "n"),
    ],
)
def test_what_is_missing_or_does_not_add_up_is_told(tmp_path, old, new, told):
    with pytest.raises(ParameterError, match=told):
        read_national(written(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize("share", ["59.0", "61.0"])
def test_rounding_of_a_point_is_accepted(tmp_path, share):
    assert len(read_national(written(tmp_path, GOOD.replace("59.0", share))).frame) == 2
