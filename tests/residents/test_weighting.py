"""The steps from those drawn to the population, each against a count by hand."""

import numpy as np
import pandas as pd
import pytest

from tests.residents.conftest import AGES
from ujo_lib.columns import Estimate
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec, mask
from ujo_lib.residents.tables import across, persons, sensitivity
from ujo_lib.residents.weighting import (
    TRIM,
    SampleError,
    _trimmed,
    answered_among,
    diagnostics,
    open_sample,
    response,
    response_by,
    said_how,
)


def test_design_weights_are_the_persons_of_the_district_for_each_one_drawn(drawn, register):
    sample = open_sample(drawn, register)
    own = pd.Series(sample.steps["抽出のまま"]).groupby(sample.answers["district"].astype(str)).first()
    assert own.to_dict() == pytest.approx({"東": 660 / 66, "西": 340 / 54})
    assert sample.persons == 1000
    assert sample.response == drawn["responded"].mean()
    assert list(sample.answers.columns) == list(drawn.columns)


def test_those_who_answered_carry_the_silent_of_their_sex_and_age(drawn, register):
    sample = open_sample(drawn, register)
    carried = pd.Series(sample.steps["無回答を補った後"])
    classes = [
        f"{sex} {age}" for sex, age in zip(sample.answers["sex"], sample.answers["age_band"], strict=True)
    ]
    of_all = drawn.assign(w=drawn["district"].astype(str).map({"東": 10.0, "西": 340 / 54}))
    expected = of_all.groupby(["sex", "age_band"], observed=True)["w"].sum()
    for (sex, age), size in expected.items():
        inside = [name == f"{sex} {age}" for name in classes]
        assert carried[inside].sum() == pytest.approx(size)


def test_the_last_weights_are_the_register_by_sex_and_age_and_by_district(drawn, register):
    sample = open_sample(drawn, register)
    final = sample.answers.assign(w=sample.design.weights)
    for names in (["sex", "age_band"], ["district"]):
        of_sample = final.groupby(names, observed=True)["w"].sum()
        of_register = register.groupby(names, observed=True)["n"].sum()
        assert of_sample.to_numpy() == pytest.approx(of_register.to_numpy(), rel=1e-9)


def test_the_finite_population_is_what_answered_of_each_district(drawn, register):
    sample = open_sample(drawn, register)
    east = (sample.answers["district"] == "東").to_numpy()
    assert sample.design.sampled[east][0] == east.sum() / 660
    assert sample.design.sampled[~east][0] == (~east).sum() / 340


@pytest.mark.parametrize(("least", "joined"), [(14, False), (15, True)])
def test_an_age_with_too_few_answers_joins_the_next_of_its_sex(drawn, register, least, joined):
    young_men = (drawn["sex"] == "男性") & (drawn["age_band"] == AGES[0]) & drawn["responded"]
    assert young_men.sum() == 14
    classes = set(open_sample(drawn, register, least=least).classes)
    assert ("男性 16~39歳・40歳以上" in classes) is joined
    assert ("男性 16~39歳" in classes) is not joined


@pytest.mark.parametrize(("heard", "joined"), [(0, True), (1, True), (2, False)])
def test_a_cell_that_nobody_or_one_answered_for_is_weighted_with_its_neighbour(
    drawn, register, heard, joined
):
    few = drawn.copy()
    young_men = few.index[(few["sex"] == "男性") & (few["age_band"] == AGES[0]) & few["responded"]]
    few.loc[young_men[heard:], "responded"] = False
    sample = open_sample(few, register, least=2)
    assert sample.joined == (("男性 16~39歳・40歳以上",) if joined else ())
    of_men = (sample.answers["sex"] == "男性").to_numpy()
    assert sample.design.weights[of_men].sum() == pytest.approx(500)
    assert (
        "2人に満たない(一人もいない場合を含む)年齢" in diagnostics(sample).schema["largest"].note
    ) is joined
    assert (
        "まとめて重みを付けました: 男性 16~39歳・40歳以上。" in diagnostics(sample).schema["largest"].note
    ) is joined


@pytest.mark.parametrize("age", AGES)
def test_persons_of_a_cell_that_nobody_was_drawn_from_are_carried_by_their_neighbour(drawn, register, age):
    without = drawn[(drawn["sex"] != "女性") | (drawn["age_band"] != age)]
    sample = open_sample(without, register)
    assert sample.joined == ("女性 16~39歳・40歳以上",)
    of_women = (sample.answers["sex"] == "女性").to_numpy()
    assert sample.design.weights[of_women].sum() == pytest.approx(500)
    assert sample.persons == 1000


def test_ages_are_joined_with_the_next_older_one_and_no_further_than_needed(drawn, register):
    ages = ["16~29歳", "30~39歳", "40~64歳", "65歳以上"]
    thirds = drawn.assign(
        age_band=pd.Categorical([ages[i % 4] for i in range(len(drawn))], ages, ordered=True)
    )
    kept = thirds[(thirds["sex"] != "男性") | ~thirds["age_band"].isin([ages[0], ages[3]])]
    cells = pd.DataFrame([(sex, age, 100) for sex in ("男性", "女性") for age in ages])
    cells.columns = ["sex", "age_band", "n"]
    sample = open_sample(kept, cells, least=1)
    assert sample.joined == ("男性 16~29歳・30~39歳", "男性 40~64歳・65歳以上")
    weights = pd.Series(sample.design.weights).groupby(sample.classes.to_numpy()).sum()
    assert weights["男性 16~29歳・30~39歳"] == pytest.approx(200)
    assert weights["女性 40~64歳"] == pytest.approx(100)
    fewer = thirds[
        ~thirds["age_band"].isin(ages[:2]) & ((thirds["sex"] != "男性") | (thirds["age_band"] != ages[3]))
        | (thirds["sex"] == "男性") & thirds["age_band"].isin(ages[:2])
    ]
    joined = open_sample(fewer, cells, least=1).joined  # in the order of the register, however many they join
    assert joined == ("男性 40~64歳・65歳以上", "女性 16~29歳・30~39歳・40~64歳")


def test_a_register_of_one_row_names_the_district_that_it_is_of(drawn, register):
    of_one = drawn[(drawn["sex"] == "男性") & (drawn["age_band"] == AGES[0])]
    with pytest.raises(SampleError, match="西"):
        open_sample(of_one, register.iloc[[0]])
    assert open_sample(of_one[of_one["district"] == "東"], register.iloc[[0]]).persons == 200


def test_the_last_age_joins_the_one_before_it(drawn, register):
    few = drawn.copy()
    old_women = (few["sex"] == "女性") & (few["age_band"] == AGES[1])
    few.loc[few.index[old_women][2:], "responded"] = False
    assert "女性 16~39歳・40歳以上" in set(open_sample(few, register, least=5).classes)


@pytest.mark.parametrize(("times", "cut"), [(1.9, 0), (1.6, 0), (1.5, 4)])
def test_weights_far_above_the_median_are_cut_and_the_register_is_still_met(drawn, register, times, cut):
    weighted = drawn.assign(weight=1.0)
    heard = weighted.index[weighted["responded"]]
    weighted.loc[heard[:4], "weight"] = 1.6
    sample = open_sample(weighted[weighted["responded"]].drop(columns="responded"), register, trim=times)
    assert sample.cut == cut
    assert ("大きすぎる重みを抑えた後" in sample.steps) == bool(cut)
    assert sample.design.weights.sum() == pytest.approx(1000)


@pytest.mark.parametrize("blank", [True, False])
def test_only_those_who_answered_are_listed_and_no_rate_is_made_up(drawn, register, blank):
    listed = drawn[drawn["responded"]]
    silent = listed.assign(responded=pd.NA) if blank else listed.drop(columns="responded")
    sample = open_sample(silent, register)
    assert sample.response is None
    assert "無回答を補った後" not in sample.steps
    assert "無回答を補った後" in diagnostics(sample).schema.note


def test_without_a_register_there_are_shares_and_no_number_of_persons(drawn, register):
    sample = open_sample(drawn, register.iloc[:0])
    assert sample.persons is None
    assert set(sample.steps) == {"抽出のまま", "無回答を補った後"}
    assert sample.design.sampled.sum() == 0


def test_supplied_weights_are_used_and_give_the_persons(drawn, register):
    weighted = drawn.assign(weight=np.where(drawn["district"] == "東", 10.0, 340 / 54))
    sample = open_sample(weighted, register.iloc[:0])
    assert sample.persons == pytest.approx(1000)


def test_weights_of_those_who_answered_alone_are_enough_and_carry_nobody(drawn, register):
    weighted = drawn.assign(weight=pd.Series(10.0, drawn.index).where(drawn["responded"]))
    sample = open_sample(weighted, register)
    assert "無回答を補った後" not in sample.steps
    assert sample.response == drawn["responded"].mean()


def test_a_register_without_districts_is_one_stratum(drawn, register):
    whole = register.groupby(["sex", "age_band"], observed=True)["n"].sum().reset_index()
    sample = open_sample(drawn, whole)
    assert sample.design.degrees_of_freedom() == len(sample.answers) - 1
    assert sample.persons == 1000


def test_a_census_in_which_all_answer_leaves_nothing_to_chance(drawn, register):
    everybody = drawn.assign(responded=True).drop(columns="responded")
    size = everybody.groupby(["sex", "age_band", "district"], observed=True).size().reset_index(name="n")
    sample = open_sample(everybody, size)
    assert sample.design.weights == pytest.approx(1.0)
    assert sample.design.variance(np.arange(len(everybody))) == pytest.approx(0, abs=1e-9)
    lonely = everybody.assign(lonely=pd.Categorical(["はい", "いいえ", "いいえ"] * 40, ["はい", "いいえ"]))
    table = persons(open_sample(lonely, size), {"孤独": ("lonely", ["はい"])}, 0.0).frame
    assert table.loc[0, ["n", "estimate", "low", "high"]].tolist() == [40, 40, 40, 40]


@pytest.mark.parametrize(("missing", "told"), [(0, True), (1, False)])
def test_a_census_in_which_some_keep_silent_says_that_only_silence_is_left(drawn, missing, told):
    size = drawn.groupby(["sex", "age_band", "district"], observed=True).size().reset_index(name="n")
    size.loc[0, "n"] += missing
    sample = open_sample(drawn, size)
    assert ("母集団の全員を調べました" in diagnostics(sample).schema.note) is told
    share = across(sample, "lonely", "孤独", ["はい"], [()]).frame.iloc[0]
    assert share["low"] < share["share"] < share["high"]


def test_without_weights_and_margins_shares_are_those_of_the_answers_and_no_persons_are_told(drawn, register):
    sample = open_sample(drawn[drawn["responded"]].drop(columns="responded"), register.iloc[:0])
    row = across(sample, "lonely", "孤独", ["はい"], [()]).frame.iloc[0]
    assert row["share"] == pytest.approx(row["n"] / row["base"])
    assert "そのまま数えた" in said_how(sample)  # it was called corrected
    assert "偏りを直した" in said_how(open_sample(drawn, register.iloc[:0]))  # for silence, at least
    people = persons(sample, {"孤独": ("lonely", ["はい"])}, 0.01).frame
    assert people[["estimate", "low", "high"]].isna().all(axis=None)
    assert sensitivity(sample, "lonely", "孤独", ["はい"]).frame.empty
    assert "行わなかった段階: 無回答を補った後、人口に合わせた後" in diagnostics(sample).schema.note


@pytest.mark.parametrize("blank", [0, 1, 119, 120])
def test_districts_are_of_all_who_were_drawn_or_of_nobody(drawn, register, blank):
    """One blank cell had the rates of drawing of all districts forgotten without a word."""
    some = drawn.assign(district=drawn["district"].where(drawn.index >= blank))
    if 0 < blank < 120:
        with pytest.raises(SampleError, match=f"地区が空欄の人が{blank}人"):
            open_sample(some, register)
        return
    told = diagnostics(open_sample(some, register)).schema.note
    assert ("地区では合わせていません" in told) is (blank == 120)


def test_a_register_with_some_districts_blank_is_refused(drawn, register):
    register["district"] = pd.Series(register["district"]).where(register.index > 1)
    with pytest.raises(SampleError, match="地区が空欄の行が2行"):
        open_sample(drawn, register)


@pytest.mark.parametrize(("persons", "refused"), [(27, True), (28, False), (29, False)])
@pytest.mark.parametrize("weights", [{}, {"weight": 7.0}])
def test_no_more_are_drawn_of_a_sex_and_age_than_there_are_whoever_made_the_weights(
    drawn, register, persons, refused, weights
):
    """28 young men were drawn; a register in thousands ended in the root of a negative number."""
    young_men = (register["sex"] == "男性") & (register["age_band"] == AGES[0])
    register.loc[young_men, "n"] = [persons - 8, 8]
    if refused:
        with pytest.raises(SampleError, match=r"名簿の人口より多い区分\(男性 16~39歳\)"):
            open_sample(drawn.assign(**weights), register)
    else:
        assert open_sample(drawn.assign(**weights), register).persons == register["n"].sum()


def test_answers_that_no_weights_bring_to_both_margins_are_told_with_the_remedy(drawn, register):
    """Men answered in the east alone and women in the west alone: 500 men cannot be the 660 of the east."""
    apart = drawn["district"].astype(str) == drawn["sex"].map({"男性": "東", "女性": "西"}).astype(str)
    with pytest.raises(SampleError, match="広い区分にまとめてください"):
        open_sample(drawn.assign(responded=drawn["responded"] & apart), register)


def test_mistakes_are_told_in_japanese_with_their_groups(drawn, register):
    with pytest.raises(SampleError, match="一人もいません"):
        open_sample(drawn.assign(responded=False), register)
    with pytest.raises(SampleError, match="母集団だけ: 西"):
        open_sample(drawn[drawn["district"] == "東"], register)
    with pytest.raises(SampleError, match="標本だけ: 男性 40歳以上"):
        open_sample(drawn, register[(register["sex"] != "男性") | (register["age_band"] != AGES[1])])
    with pytest.raises(SampleError, match="空欄か0の人が2人"):
        open_sample(drawn.assign(weight=[None, 0.0, *[1.0] * (len(drawn) - 2)]), register)
    with pytest.raises(SampleError, match="名簿の人口より多い区分\\(東\\)"):
        open_sample(drawn, register.assign(n=register["n"].where(register["district"] == "西", 16)))
    few = drawn["responded"] & ((drawn["district"] == "東") | (drawn.index == 66))
    with pytest.raises(SampleError, match="1人だけの地区\\(西\\)"):
        open_sample(drawn.assign(responded=few), register)
    text = register.astype({"sex": str, "age_band": str})
    with pytest.raises(
        SampleError, match="母集団だけ: 女性 40才以上"
    ):  # no list of ages gives it a neighbour
        open_sample(drawn, text.replace({"age_band": {AGES[1]: "40才以上"}}))
    with pytest.raises(SampleError, match="母集団だけ: その他 16~39歳"):
        open_sample(drawn, pd.concat([text, text.iloc[:1].assign(sex="その他")]))
    with pytest.raises(SampleError, match="男性に回答が一件もありません"):
        open_sample(drawn.assign(responded=drawn["responded"] & (drawn["sex"] != "男性")), register)


def test_the_response_is_counted_once_and_its_parts_are_told_in_whole_percent(drawn):
    heard = int(drawn["responded"].sum())
    assert response(drawn).frame.loc[0, ["n", "base", "share"]].tolist() == [heard, 120, heard / 120]
    table = response_by(drawn)
    assert (
        "n" not in table.frame
    )  # a base of 13 beside 14 answers would tell of the one who left the question blank
    young_men = table.frame[(table.frame["sex"] == "男性") & (table.frame["age_band"] == AGES[0])].iloc[0]
    assert young_men[["base", "share", "low", "high"]].tolist() == [28, 0.5, 0.33, 0.67]  # Wilson, 14 of 28
    assert table.schema["share"].format == "percent0"


def test_a_file_without_districts_has_no_row_of_them(drawn):
    assert response_by(drawn.drop(columns="district"), ["district"]).frame.empty
    assert len(response_by(drawn, ["district"]).frame) == 2


@pytest.mark.parametrize(("persons", "refused"), [(66, False), (65, True)])
def test_as_many_may_be_drawn_as_there_are(drawn, register, persons, refused):
    east = register["district"] == "東"
    exact = register.assign(n=register["n"].where(~east, [17, 0, 17, 0, 16, 0, persons - 50, 0]))
    if refused:
        with pytest.raises(SampleError, match="名簿の人口より多い"):
            open_sample(drawn, exact)
    else:
        assert open_sample(drawn, exact).persons == 66 + 340


def test_the_diagnostics_tell_what_each_step_costs(drawn, register):
    table = diagnostics(open_sample(drawn, register)).frame
    weights = open_sample(drawn, register).design.weights
    last = table.iloc[-1]
    assert last["effect"] == pytest.approx(len(weights) * (weights**2).sum() / weights.sum() ** 2)
    assert last["worth"] == round(len(weights) / last["effect"])
    assert last["largest"] == pytest.approx(weights.max() / np.median(weights))


def test_where_only_answers_are_listed_nobody_knows_how_many_were_drawn(drawn):
    heard = drawn[drawn["responded"]]
    for listed in (
        heard.drop(columns="responded"),
        heard.assign(responded=pd.array([pd.NA] * len(heard), "boolean")),
    ):
        assert response(listed).frame.empty
        assert response_by(listed).frame.empty
    assert len(response(heard).frame) == 1


def test_who_was_joined_is_told_no_longer_once_a_release_keeps_the_weights_back(drawn, register):
    """Joined with a known base beside it, "fewer than ten" would narrow the hidden one."""
    table = diagnostics(open_sample(drawn, register, least=15))
    spec = TableSpec("weights", "重み", Subject(computed_from=("residents",)), table.schema)
    record = TableRecord.of("06", spec, table.frame)
    for whole, told in ((["residents"], True), ([], False)):
        shown = mask(record, table.frame, {}, whole)
        assert ("まとめて重みを付けました" in shown.spec.note) is told
        assert ("抑えた重みは" in shown.spec.note) is told


@pytest.mark.parametrize(
    ("weights", "cut", "expected"),
    [
        ([1, 1, 1, 9], 1, [1.5, 1.5, 1.5, 7.5]),  # cut to 5, and 12 persons are still 12
        ([1, 1, 1, 5.01], 1, [8.01 / 8, 8.01 / 8, 8.01 / 8, 8.01 * 5 / 8]),
        ([1, 1, 1, 5], 0, [1, 1, 1, 5]),
        ([2, 2, 2, 2], 0, [2, 2, 2, 2]),
        ([2, 2, 2, 18], 1, [3, 3, 3, 15]),  # cut to 10
    ],
)
def test_a_weight_is_cut_to_five_times_the_median_and_the_sum_is_kept(weights, cut, expected):
    lowered, found = _trimmed(np.array(weights, float), TRIM)
    assert found == cut
    assert lowered == pytest.approx(expected)


@pytest.mark.parametrize(("other", "words"), [(1.0, "そのまま数えた"), (1.1, "偏りを直した")])
def test_equal_weights_correct_nothing_and_are_not_said_to(drawn, other, words):
    heard = drawn[drawn["responded"]].reset_index(drop=True)
    weights = [1.0] * (len(heard) - 1) + [other]
    sample = open_sample(
        heard.drop(columns="responded").assign(weight=weights), pd.DataFrame(columns=["sex", "age_band", "n"])
    )
    assert words in said_how(sample)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ([True, False, pd.NA], [True, False, False]),
        ([pd.NA] * 3, [True] * 3),
        ([False, pd.NA, pd.NA], [False] * 3),
    ],
)
def test_who_is_not_said_to_have_answered_has_not_unless_nothing_is_said_of_anybody(said, heard):
    assert answered_among(pd.DataFrame({"responded": pd.array(said, "boolean")})).tolist() == heard


@pytest.mark.parametrize(("districts", "told"), [(None, True), (["東"], False), (["東", "西"], True)])
def test_that_no_district_was_met_is_told_where_there_may_be_several(drawn, register, districts, told):
    here = drawn.drop(columns="district") if districts is None else drawn[drawn["district"].isin(districts)]
    of_all = register.groupby(["sex", "age_band"], observed=True, as_index=False)["n"].sum()
    schema = diagnostics(open_sample(here, of_all)).schema
    assert ("地区では合わせていません" in schema.note) is told
    assert schema["worth"] == Estimate(heading="同じ重みなら何人分か", unit="人", decimals=0)
