"""The residents' survey of the city: who was drawn, who answered, and the truth beside it."""

import json

import pandas as pd
import pytest

from ujo_lib.sample.residents import DRAWN, HAZARDS, VOICES


def answered(frame: pd.DataFrame) -> "pd.Series[float]":
    return frame.assign(heard=frame["回答"] == "1").groupby(["性別", "年齢"])["heard"].mean()


def test_three_thousand_are_drawn_and_about_twelve_hundred_answer(city):
    drawn = city.read("fy2023/residents.csv")
    assert len(drawn) == DRAWN == drawn["対象者番号"].nunique()
    assert 1100 <= (drawn["回答"] == "1").sum() <= 1300
    silent = drawn[drawn["回答"] == "0"].drop(columns=["対象者番号", "性別", "年齢", "地区", "回答"])
    assert (silent == "").all(axis=None)


def test_each_sex_and_age_answers_as_often_as_its_mailings_say(city):
    rates = answered(city.read("fy2023/residents.csv"))
    for key, hazards in HAZARDS.items():
        silent = 1.0
        for hazard in hazards:
            silent *= 1 - hazard
        assert rates[key] == pytest.approx(1 - silent, abs=0.07)


def test_the_register_holds_everybody_and_the_truth_is_of_them(city):
    register = city.read("fy2023/residents_frame.csv")
    truth = json.loads((city.folder / "truth/residents.json").read_text(encoding="utf-8"))
    assert register["人口"].astype(int).sum() == truth["persons"] == 49_419
    assert truth["mark"] == "合成データ"


def test_in_the_second_version_the_lonely_are_heard_less(city):
    first, second = (
        city.read(name).query("回答 == '1'")
        for name in ("fy2023/residents.csv", "truth/residents_lonely_silent.csv")
    )
    share = [frame["孤独感(直接質問)"].isin(["1", "2"]).mean() for frame in (first, second)]
    assert share[1] < share[0] - 0.01


def test_three_other_voices_answer_the_same_questions_and_agencies_alone_count_persons(city):
    sheets = city.read("fy2023/voices.csv")
    assert sheets["立場"].value_counts().to_dict() == {voice: n for voice, (n, _) in VOICES.items()}
    assert set(sheets.loc[sheets["把握している人数"] != "", "立場"]) == {"支援機関"}
    assert sheets["回答番号"].str.startswith("SYN-V").all()
    assert sheets["回答番号"].is_unique
    for heading in ("最も必要な支援", "始まった年齢"):
        assert heading in city.read("fy2023/residents.csv")
        assert 0 < (sheets[heading] == "").mean() < 0.3
