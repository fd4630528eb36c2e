from pathlib import Path

import krippendorff
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score, precision_score, recall_score

from ujo_lib.tagging import quality as q
from ujo_lib.tagging import quality_file as qf

LABELS = {"school": "学校", "family": "家族"}
IDS = [f"C{i:03d}" for i in range(120)]


def random_tags(seed: int, shares: tuple[float, float] = (0.3, 0.05)) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.random((len(IDS), 2)) < shares, index=IDS, columns=list(LABELS))


def coded(first: pd.DataFrame, second: pd.DataFrame) -> q.CodedSample:
    return q.CodedSample(first, second, pd.Series("一", first.index), pd.Series(1.0, first.index))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
@settings(deadline=None, max_examples=100)
def test_kappa_and_alpha_agree_with_other_implementations(pairs: list[tuple[bool, bool]]) -> None:
    a, b = np.array(pairs).T
    cells = [np.array([float(part.sum())]) for part in (a & b, a & ~b, ~a & b, ~a & ~b)]
    if len({*a, *b}) > 1:
        assert q.cohen_kappa(*cells)[0] == pytest.approx(cohen_kappa_score(a, b))
        expected = krippendorff.alpha(np.array([a, b]).astype(int), level_of_measurement="nominal")
        assert q.krippendorff_alpha(*cells)[0] == pytest.approx(expected)
    else:
        assert np.isnan(q.cohen_kappa(*cells)[0])
        assert np.isnan(q.krippendorff_alpha(*cells)[0])


def test_scores_are_those_of_scikit_learn() -> None:
    found, truth = random_tags(1), random_tags(2)
    table = q.scores(found, truth, LABELS).set_index("theme")
    for theme, label in LABELS.items():
        assert table.loc[label, "precision"] == pytest.approx(precision_score(truth[theme], found[theme]))
        assert table.loc[label, "recall"] == pytest.approx(recall_score(truth[theme], found[theme]))
    assert table.loc["全体", "f1"] == pytest.approx(f1_score(truth, found, average="micro"))


def test_coders_who_agree_with_the_tags_give_full_marks() -> None:
    tags = random_tags(3)
    table = q.agreement(tags, coded(tags, tags), LABELS, seed=1).set_index("theme")
    assert table.loc["学校", ["precision", "recall", "f1", "kappa", "alpha"]].tolist() == pytest.approx(
        [1.0] * 5
    )
    assert table.loc["家族", "reference"]
    assert not table.loc["学校", "reference"]


def test_where_coders_differ_the_text_says_nothing_of_the_tag() -> None:
    tags = random_tags(4)
    second = tags.copy()
    second.iloc[:10, 0] = ~second.iloc[:10, 0]
    table = q.agreement(tags, coded(tags, second), LABELS, seed=1).set_index("theme")
    assert table.loc["学校", ["base", "disagreed"]].tolist() == [110, 10]
    assert table.loc["学校", "precision"] == 1.0
    assert table.loc["学校", "kappa"] < 1.0
    assert len(q.disagreements(coded(tags, second), LABELS)) == 10


def test_intervals_hold_the_estimate_and_the_seed_repeats_them() -> None:
    tags, coder = random_tags(5), random_tags(6)
    once, again = (q.agreement(tags, coded(coder, coder), LABELS, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    assert (once["f1_low"] <= once["f1"]).all()
    assert (once["f1"] <= once["f1_high"]).all()


def test_weights_bring_the_sample_back_to_all_texts() -> None:
    tags = random_tags(7)
    sample = q.coding_sample(tags, LABELS, 40, seed=1)
    assert len(sample) == 40
    assert sample["weight"].sum() == pytest.approx(len(tags))
    assert sample.index.is_unique
    rare = tags["family"].sum()
    assert (sample["stratum"] == "家族").sum() == min(rare, 14)


def test_a_sample_larger_than_the_texts_takes_all() -> None:
    assert len(q.coding_sample(random_tags(8), LABELS, 1000, seed=1)) == len(IDS)


def test_sheets_go_out_masked_and_come_back(tmp_path: Path) -> None:
    tags = random_tags(9)
    texts = pd.Series("佐藤花子さんは学校がいや。電話は090-1234-5678", index=IDS)
    sample = q.coding_sample(tags, LABELS, 20, seed=1)
    file = tmp_path / "coding.xlsx"
    qf.write_coding_sheets(file, sample, texts, LABELS)
    book = openpyxl.load_workbook(file)
    shown = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "花子" not in shown
    assert "1234" not in shown
    for coder in ("コーダーA", "コーダーB"):
        for row in book[coder].iter_rows(min_row=2):
            row[3].value = "○" if tags.at[row[1].value, "school"] else None
    book.save(file)
    back = qf.read_coding_sheets(file, LABELS)
    assert back.first["school"].equals(tags.loc[back.first.index, "school"])
    assert not back.second["family"].any()
    assert back.weight.sum() == pytest.approx(len(tags))


def test_a_wrong_mark_names_sheet_row_and_column(tmp_path: Path) -> None:
    sample = q.coding_sample(random_tags(9), LABELS, 5, seed=1)
    file = tmp_path / "coding.xlsx"
    qf.write_coding_sheets(file, sample, pd.Series("学校", index=IDS), LABELS)
    book = openpyxl.load_workbook(file)
    book["コーダーA"]["D3"] = "たぶん"
    book["コーダーB"]["B2"] = "C999"
    book.save(file)
    with pytest.raises(qf.CodingSheetError) as caught:
        qf.read_coding_sheets(file, LABELS)
    assert "シート「コーダーA」3行目「学校」: 1 か空欄にする" in caught.value.problems
    assert any("コーダーB" in problem for problem in caught.value.problems)
