"""The survey of commissioners has the published margins, whoever knows whom."""

from datetime import date

import numpy as np
import pytest

from ujo_lib.sample import people


def test_how_many_people_each_commissioner_knows_is_the_published_distribution(city):
    answered = city.commissioners.query("回答 == 1")["該当者数"].astype(int)
    assert answered.value_counts().to_dict() == {0: 78, 1: 15, 2: 3, 4: 1}
    per_case = city.cases["委員番号"].value_counts()
    reported = answered.set_axis(city.commissioners.query("回答 == 1")["委員番号"])
    assert per_case.to_dict() == reported[reported > 0].to_dict()


def test_forty_somethings_are_the_mode_without_a_tie(city):
    ages = city.cases["年代"].str.normalize("NFKC").str.replace("歳代", "代").value_counts()
    assert ages.index[0] == "40代"
    assert ages.iloc[0] > ages.iloc[1]


def test_seven_or_eight_stay_at_home(city):
    assert city.cases["該当者の状態(外出状況)"].isin([3, 4]).sum() in (7, 8)


@pytest.mark.parametrize("seed", range(5))
def test_margins_of_the_survey_are_exact_for_every_seed(seed: int) -> None:
    drawn = people.survey(seed)
    cases, asked = drawn.cases, drawn.commissioners
    for column, margin in (("性別", people.SEX), ("年代", people.AGE), ("ひきこもりの期間", people.DURATION)):
        assert cases[column].value_counts().to_dict() == margin
    for column, margin in (("経緯(複数回答)", people.TRIGGERS), ("必要な支援(複数)", people.NEEDS)):
        ticks = cases[column].explode().value_counts()
        assert {code: ticks[code] for code in margin} == margin
    assert (asked["対象"].sum(), asked["回答"].sum(), len(asked)) == (139, 97, 143)
    assert set(drawn.opinion_themes) <= set(asked.loc[asked["回答"] == 1, "委員番号"])


@pytest.mark.parametrize("seed", range(5))
def test_nobody_says_something_beside_an_answer_that_excludes_it(seed: int) -> None:
    cases = people.survey(seed).cases
    for column, alone in (("経緯(複数回答)", {12}), ("必要な支援(複数)", {9, 10})):
        chosen = cases[column].tolist()
        assert all(len(set(answer)) == len(answer) for answer in chosen)
        assert all(len(answer) == 1 for answer in chosen if alone & set(answer))
    assert (cases["必要な支援(複数)"].map(len) == 0).sum() == people.NEEDS_BLANK
    at_home = cases["家族構成"] == "家族と同居"
    assert (cases["同居家族(複数)"].map(len) > 0).equals(at_home)
    teenager = cases.loc[cases["年代"] == "10歳代(15~19)", "ひきこもりの期間"].item()
    assert teenager == "1～3年未満"


def test_forms_come_back_after_they_were_given_out_and_two_people_keyed_them() -> None:
    asked = people.survey(2023).commissioners
    answered = asked[asked["回答"] == 1]
    assert all(date(2023, 9, 15) <= day < date(2023, 10, 30) for day in answered["回収日"])
    assert (answered["入力者"] != answered["照合者"]).all()
    silent = asked[(asked["対象"] == 1) & (asked["回答"] == 0)]
    assert (silent[["入力者", "照合者", "該当者の有無"]] == "").all(axis=None)
    assert silent[["回収日", "該当者数"]].isna().all(axis=None)


def test_answers_to_a_question_with_several_are_spread_over_everybody_who_answered() -> None:
    rng = np.random.default_rng(0)
    answers = people._multiple(rng, {1: 3, 2: 2}, alone={9: 1}, n=5, blank=1)
    assert sorted(map(len, answers)) == [0, 1, 1, 2, 2]
    assert sorted(code for answer in answers for code in answer) == [1, 1, 1, 2, 2, 9]
    assert (9,) in answers
