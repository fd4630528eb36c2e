import numpy as np
import pandas as pd
import pytest

from ujo_lib import survey
from ujo_lib.report.look.notation import in_prose
from ujo_lib.survey.city_total import counts_per_commissioner
from ujo_lib.survey.response import pooled


def test_the_response_rate_is_97_of_139(commissioners):
    table = survey.response_rate(commissioners).frame
    whole = table.iloc[0]
    assert (whole["district"], whole["n"], whole["base"]) == ("全体", 97, 139)
    assert (whole["low"], whole["high"]) == pytest.approx((0.617029647, 0.768012626), abs=1e-8)
    assert table["n"][1:].sum() == 97


def test_the_key_figures_count_people_and_commissioners_apart(commissioners, cases):
    table = survey.overview(commissioners, cases).frame.set_index("label")
    assert table.loc["回答した民生委員", "value"] == 97
    assert table.loc["把握された当事者", "value"] == 25
    assert table.loc["回答率", "value"] == pytest.approx(97 / 139)


def test_people_outside_the_survey_do_not_lower_the_rate(commissioners):
    commissioners["in_scope"] = [False] * 39 + [True] * 100
    assert survey.response_rate(commissioners).frame["base"][0] == 100


def test_a_silent_district_has_a_rate_of_zero_and_is_pooled_before_weighting(commissioners, cases):
    silent = commissioners["district"] == "豊野"
    commissioners.loc[silent, "responded"] = False
    rate = survey.response_rate(commissioners).frame.set_index("district")
    assert rate.loc["豊野", "n"] == 0
    assert rate.loc["豊野", "low"] == 0
    table = survey.weights(commissioners, counts_per_commissioner(commissioners, cases)).frame
    pool = table[table["district"].str.contains("豊野")]
    assert pool["district"].str.contains("+", regex=False).all()
    assert pool["base"].iloc[0] > silent.sum()
    assert table["estimate"].notna().all()


def test_weights_bring_each_district_to_its_size(commissioners, cases):
    table = survey.weights(commissioners, counts_per_commissioner(commissioners, cases)).frame
    districts = table[table["district"] != "全体"]
    assert (districts["weight"] * districts["responded"]).tolist() == pytest.approx(
        districts["base"].tolist()
    )
    whole = table.iloc[0]
    assert whole["estimate"] == pytest.approx(districts["estimate"].sum())
    assert whole["unweighted"] == pytest.approx(139 * 25 / 97)
    assert whole["weight"] == pytest.approx(139 / 97)


def test_nobody_answered_is_a_table_without_numbers_not_an_error(commissioners, cases):
    commissioners["responded"] = False
    none = cases.iloc[:0]
    assert survey.response_rate(commissioners).frame["share"][0] == 0
    assert (
        survey.weights(commissioners, counts_per_commissioner(commissioners, none))
        .frame["estimate"]
        .isna()
        .all()
    )
    assert survey.scenarios(0, 0, 139).frame["estimate"].isna().all()
    total = survey.city_total(commissioners, none).frame
    assert total["estimate"].isna().all()
    assert survey.total_sentence(total) == "回答した委員がいないため、推計できません。"
    assert survey.commissioners_with_cases(commissioners, none).frame["high"][0] == 139


def test_scenarios_span_from_the_known_to_twice_the_mean():
    table = survey.scenarios(25, 97, 139).frame
    mean = 25 / 97
    assert table["estimate"].tolist() == pytest.approx([25, 25 + 21 * mean, 25 + 42 * mean, 25 + 84 * mean])
    assert table["added"].tolist() == pytest.approx([0, 21 * mean, 42 * mean, 84 * mean])
    assert survey.scenarios(25, 139, 139).frame["estimate"].tolist() == [25.0] * 4


def test_commissioners_without_a_district_are_not_lost(commissioners):
    commissioners.loc[:4, "district"] = None
    table = survey.response_rate(commissioners).frame
    assert table["base"][1:].sum() == 139
    assert "無回答" in set(table["district"])


def test_pooling_keeps_every_commissioner_once(commissioners, cases):
    rng = np.random.default_rng(3)
    for _ in range(20):
        commissioners["responded"] = rng.random(139) < rng.choice([0.02, 0.1, 0.6])
        table = survey.weights(commissioners, pd.Series(0, index=commissioners.index)).frame
        assert table["base"][1:].sum() == 139


@pytest.mark.parametrize(
    ("respondents", "left"),
    [
        ({"a": 2, "b": 2, "c": 3}, {"a": 2, "b": 2, "c": 3}),
        ({"a": 1, "b": 2, "c": 3}, {"a+b": 3, "c": 3}),
        ({"a": 3, "b": 0, "c": 1}, {"a+b+c": 4}),
        ({"a": 1, "b": 1, "c": 9}, {"a+b": 2, "c": 9}),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_a_stratum_of_two_respondents_stands_alone_and_one_of_fewer_joins_the_next_smallest(
    respondents, left
):
    """Each stratum has ten members; one that is joined and still has a single respondent is joined again."""
    member = np.repeat(list(respondents), 10)
    answered = np.tile(np.arange(10), len(respondents)) < np.repeat(list(respondents.values()), 10)
    found = pooled({name: member == name for name in respondents}, answered)
    assert {name: int((flags & answered).sum()) for name, flags in found.items()} == left
    assert sum(int(flags.sum()) for flags in found.values()) == len(member)


@pytest.mark.parametrize(("asked", "reference"), [(29, True), (30, False), (31, False)])
def test_a_rate_of_fewer_than_thirty_is_for_reference(commissioners, asked, reference):
    commissioners["in_scope"] = commissioners.index < asked
    assert survey.response_rate(commissioners).frame["reference"].iloc[0] == reference


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_a_single_district_is_weighted_by_whoever_answered_there(commissioners, answered):
    """Ten in scope, each who answered knows three: 3 · 10 / answered · answered = 30, of nobody nothing."""
    one = commissioners[:10].assign(district=commissioners["district"].iloc[0])
    one["responded"] = one.index < answered
    whole, district = survey.weights(one, pd.Series(3, index=one.index)).frame.to_dict("records")
    for row in (whole, district):
        assert (row["n"], row["base"]) == (3 * answered, 10)
        if answered:
            assert (row["weight"], row["rate"], row["estimate"]) == (10 / answered, 3, 30)
        else:
            assert pd.isna([row["weight"], row["rate"], row["estimate"]]).all()


def test_cases_of_a_commissioner_are_told_with_two_decimals(commissioners, cases):
    """Of 25 in 97 a single decimal would tell 0.3, and of 32 in 97 the same."""
    table = survey.weights(commissioners, counts_per_commissioner(commissioners, cases))
    assert in_prose(table.frame["rate"][0], table.schema["rate"].format) == "0.26"


@pytest.mark.parametrize(("column", "base", "n"), [("in_scope", 138, 96), ("responded", 139, 96)])
def test_of_whom_it_is_not_known_whether_they_were_asked_or_answered_neither_is_taken(
    commissioners, column, base, n
):
    commissioners[column] = commissioners[column].astype("boolean")
    commissioners.loc[0, column] = pd.NA
    whole = survey.response_rate(commissioners).frame.iloc[0]
    assert (whole["base"], whole["n"]) == (base, n)


def test_where_nobody_was_asked_nothing_is_estimated_rather_than_nought(commissioners, cases):
    nobody = commissioners.assign(in_scope=False)
    table = survey.weights(nobody, counts_per_commissioner(nobody, cases)).frame
    assert table[["n", "responded", "base"]].to_numpy().tolist() == [[0, 0, 0]]
    assert table[["weight", "rate", "estimate", "unweighted"]].isna().all(axis=None)
