"""Every estimate of the synthetic survey, weighted from its files alone, against R and what is true of everybody.

R (`tests/reference/residents.R`) adjusts and rakes by itself; after a change of the sample it must be run again.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.residents import tables
from ujo_lib.residents.linearised import Estimate, difference, mean, share_interval
from ujo_lib.residents.weighting import Sample, open_sample

R = pd.read_csv(Path(__file__).parents[1] / "reference" / "residents_r.csv").set_index(["id", "what"])[
    "value"
]
SEXES = ["男性", "女性"]
AGES = ["16~29歳", "30~49歳", "50~69歳", "70歳以上"]
COLUMNS = {
    "性別": "sex",
    "年齢": "age_band",
    "地区": "district",
    "人口": "n",
    "回答": "responded",
    "孤独感(直接質問)": "direct",
    "人とのつきあいがない": "u1",
    "取り残されている": "u2",
    "孤立している": "u3",
    "ひきこもりの状態": "withdrawn",
    "市の支援の認知": "support",
}


def read(file: Path) -> pd.DataFrame:
    frame = pd.read_csv(file, encoding="utf-8-sig").rename(columns=COLUMNS)
    return frame.assign(
        sex=pd.Categorical(frame["sex"], SEXES),
        age_band=pd.Categorical(frame["age_band"], AGES, ordered=True),
        district=frame["district"].astype("category"),
    )


def weighted(folder: Path, name: str) -> Sample:
    return open_sample(everybody_drawn(folder / name), read(folder / "fy2023/residents_frame.csv"))


def everybody_drawn(file: Path) -> pd.DataFrame:
    return read(file).assign(responded=lambda d: d["responded"].astype(bool))


@pytest.fixture(scope="module")
def sample(sample_data: Path) -> Sample:
    return weighted(sample_data, "fy2023/residents.csv")


@pytest.fixture(scope="module")
def truth(sample_data: Path) -> dict[str, float]:
    return json.loads((sample_data / "truth/residents.json").read_text(encoding="utf-8"))


def same(found: Estimate, id: str) -> None:
    assert found.value == pytest.approx(R[id, "estimate"], rel=1e-8), id
    assert found.se == pytest.approx(R[id, "se"], rel=1e-6), id


def test_shares_and_their_intervals_are_those_of_r(sample):
    direct = sample.answers["direct"]
    for code in range(1, 6):
        found = mean(sample.design, direct == code, direct.notna())
        same(found, f"city direct {code}")
        inside = share_interval(found, int(direct.notna().sum()))
        # R counts blank answers among those that the degrees of freedom are taken from.
        assert inside.low == pytest.approx(R[f"city direct {code}", "beta_low"], rel=1e-5)
        assert inside.high == pytest.approx(R[f"city direct {code}", "beta_high"], rel=1e-5)
    for column, codes, id in (("withdrawn", [1], "city withdrawn"), ("support", [1, 2], "city known")):
        same(mean(sample.design, sample.answers[column].isin(codes), sample.answers[column].notna()), id)


def test_every_domain_of_sex_and_age_has_the_errors_of_r(sample):
    answers = sample.answers
    trait, known = answers["direct"] <= 2, answers["direct"].notna()
    score = answers["u1"] + answers["u2"] + answers["u3"]
    same(mean(sample.design, trait, known), "city lonely")
    same(mean(sample.design, score), "city score")
    for s, sex in enumerate(SEXES, 1):
        of_sex = answers["sex"] == sex
        same(mean(sample.design, trait, known & of_sex), f"city lonely {s} 0")
        same(mean(sample.design, score, of_sex), f"city score {s} 0")
        for a, age in enumerate(AGES, 1):
            same(
                mean(sample.design, trait, known & of_sex & (answers["age_band"] == age)),
                f"city lonely {s} {a}",
            )
    for a, age in enumerate(AGES, 1):
        of_age = answers["age_band"] == age
        same(mean(sample.design, trait, known & of_age), f"city lonely 0 {a}")
        same(mean(sample.design, score, of_age), f"city score 0 {a}")
    men, women = (mean(sample.design, trait, known & (answers["sex"] == sex)) for sex in SEXES)
    same(difference(sample.design, men, women), "city men less women")


def test_cells_with_nobody_drawn_or_one_answer_weigh_as_r_weighs_their_joined_classes(sample_data):
    drawn = everybody_drawn(sample_data / "fy2023/residents.csv")
    few = drawn[(drawn["sex"] == "男性") | (drawn["age_band"] != AGES[0])].copy()
    old_men = (few["sex"] == "男性") & (few["age_band"] == AGES[3]) & few["responded"]
    few.loc[few.index[old_men][1:], "responded"] = False
    sample = open_sample(few, read(sample_data / "fy2023/residents_frame.csv"))
    assert sample.joined == ("男性 50~69歳・70歳以上", "女性 16~29歳・30~49歳")
    answers = sample.answers
    trait, known = answers["direct"] <= 2, answers["direct"].notna()
    same(mean(sample.design, trait, known), "joined lonely")
    for s, sex in enumerate(SEXES, 1):
        same(mean(sample.design, trait, known & (answers["sex"] == sex)), f"joined lonely {s}")
    same(mean(sample.design, answers["u1"] + answers["u2"] + answers["u3"]), "joined score")


def test_what_is_true_of_everybody_lies_in_the_intervals(sample, truth):
    sample.answers["score"] = sample.answers[["u1", "u2", "u3"]].sum(axis=1, skipna=False)
    for column in ("direct", "withdrawn", "support"):
        sample.answers[f"{column}_"] = pd.Categorical(sample.answers[column])
    often = tables.across(sample, "direct_", "孤独", [1, 2]).frame.iloc[0]
    assert often["low"] < truth["lonely_often_or_sometimes"] < often["high"]
    score = tables.means(sample, "score", "点", tables.SCORES).frame.iloc[0]
    assert score["low"] < truth["ucla_mean"] < score["high"]
    people = tables.persons(sample, {"状態": ("withdrawn_", [1])}, 0.01).frame.iloc[0]
    assert people["low"] < truth["withdrawn_persons"] < people["high"]
    known = tables.across(sample, "support_", "知っている", [1, 2]).frame.iloc[0]
    assert known["low"] < truth["support_known"] < known["high"]
    assert sample.persons == truth["persons"]


def test_where_the_lonely_keep_silent_weighting_misses_and_the_stated_bounds_hold(sample_data, truth):
    silent = weighted(sample_data, "truth/residents_lonely_silent.csv")
    silent.answers["direct_"] = pd.Categorical(silent.answers["direct"])
    table = tables.sensitivity(silent, "direct_", "孤独", [1, 2]).frame
    assert table["high"].iloc[0] < truth["lonely_often_or_sometimes"]
    assert table["low"].iloc[0] < truth["lonely_often_or_sometimes"] < table["high"].iloc[-1]
