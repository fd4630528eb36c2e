"""The city's readers: the careful one is the planted truth, the other two err as people do."""

from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.sample.coders import NEVER_PLANTED
from ujo_lib.sample.planting import THEMES
from ujo_lib.tagging import load_codebook
from ujo_lib.tagging.quality_file import read_codes

PROJECT = Path(__file__).parents[2]
LABELS = dict.fromkeys((*THEMES, *NEVER_PLANTED), "")


@pytest.fixture(scope="module")
def truth(sample_data: Path) -> pd.DataFrame:
    mentions = pd.read_csv(sample_data / "truth/themes.csv")
    table = pd.crosstab(mentions["consult_id"], mentions["theme"]).astype(bool)
    return table.reindex(columns=list(LABELS), fill_value=False)


def test_readers_have_looked_for_every_theme_of_the_codebook() -> None:
    assert set(load_codebook(PROJECT / "params" / "codebook.yaml").ids) == set(LABELS)


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_the_careful_reader_finds_what_was_planted(sample_data: Path, truth: pd.DataFrame, year: int) -> None:
    codes = read_codes(sample_data / f"fy{year}/coding/codes.csv", LABELS)
    assert codes.second is None
    assert len(codes.first) > 100
    assert (codes.first == truth.loc[codes.first.index]).all(axis=None)


def test_two_readers_miss_a_tenth_and_differ(sample_data: Path, truth: pd.DataFrame) -> None:
    codes = read_codes(sample_data / "fy2023/coding/codes_of_two.csv", LABELS)
    planted = truth.loc[codes.first.index].to_numpy()
    assert codes.second is not None
    for coder in (codes.first, codes.second):
        found = coder.to_numpy()
        assert (planted & ~found).sum() / planted.sum() == pytest.approx(0.10, abs=0.03)
        assert (found & ~planted).sum() / (~planted).sum() == pytest.approx(0.01, abs=0.004)
    assert (codes.first != codes.second).any(axis=None)
