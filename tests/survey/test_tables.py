import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.survey.conftest import categorical
from ujo_lib import stats, survey

LABELS = ["はい", "いいえ", "不明"]
answers = st.lists(st.sampled_from([*LABELS, None]), max_size=40)


def row(table: pd.DataFrame, **labels: str) -> pd.Series:
    for column, label in labels.items():
        table = table[table[column] == label]
    assert len(table) == 1
    return table.iloc[0]


def test_the_two_people_without_an_answer_stay_on_the_page(cases):
    table = survey.single_answer(cases, "outing")
    assert row(table, outing="無回答")["n"] == 2
    assert row(table, outing="総数")["n"] == 25
    assert set(table["base"]) == {23}
    assert row(table, outing="自室からほとんど出ない")["share"] == pytest.approx(2 / 23)
    assert row(table, outing="自室からほとんど出ない")["share_all"] == pytest.approx(2 / 25)


def test_options_nobody_chose_are_listed_in_the_order_of_the_sheet(cases, questionnaire):
    table = survey.single_answer(cases, "age_band")
    assert table["age_band"].tolist() == ["総数", *questionnaire.item("age_band").labels, "無回答"]
    assert row(table, age_band="60~64歳")["n"] == 0


@settings(deadline=None, max_examples=60)
@given(answers)
def test_shares_of_a_single_answer_add_up_to_one_and_none_is_nan(values):
    table = survey.single_answer(pd.DataFrame({"q": categorical(values, LABELS)}), "q", basis="sampled")
    proper = table[table["q"].isin(LABELS)]
    answered = sum(v is not None for v in values)
    assert proper["n"].sum() == answered
    assert row(table, q="無回答")["n"] == len(values) - answered
    if answered:
        assert proper["share"].sum() == pytest.approx(1)
        assert ((proper["low"] <= proper["share"]) & (proper["share"] <= proper["high"])).all()
    else:
        assert proper["share"].isna().all()
    assert not any(isinstance(v, float) and np.isnan(v) for v in table.astype(object).to_numpy().ravel())


def test_known_cases_are_described_not_sampled(cases):
    assert "low" not in survey.single_answer(cases, "sex")


def test_shares_of_the_139_use_the_finite_population(commissioners):
    commissioners["knows"] = categorical(["いる"] * 19 + ["いない"] * 78 + [None] * 42, ["いる", "いない"])
    responded = commissioners[commissioners["responded"]]
    knows = row(survey.single_answer(responded, "knows", basis=139), knows="いる")
    assert (knows["low"] * 139, knows["high"] * 139) == pytest.approx((22, 34))
    sampled = row(survey.single_answer(responded, "knows", basis="sampled"), knows="いる")
    assert sampled["low"] == pytest.approx(stats.wilson(19, 97).low)


def test_multiple_answers_are_shares_of_people_who_answered(cases):
    table = survey.multiple_answer(cases, "trigger")
    ticks = cases[[c for c in cases if c.startswith("trigger_")]].fillna(False).astype(bool)
    answered = int(ticks.any(axis=1).sum())
    assert set(table["base"]) == {answered}
    assert row(table, trigger="無回答")["n"] == 25 - answered
    assert row(table, trigger="総数")["n"] == 25
    assert row(table, trigger="不登校")["n"] == ticks["trigger_不登校"].sum()


def test_blanks_are_counted_once_for_all_items(cases):
    table = survey.blanks(cases, {"outing": "外出", "trigger": "きっかけ", "sex": "性別"})
    counted = survey.multiple_answer(cases, "trigger")
    assert table["n"].tolist() == [2, row(counted, trigger="無回答")["n"], 0]
    assert set(table["base"]) == {25}
    narrowed = survey.among_answered(counted)
    assert "無回答" not in set(narrowed["trigger"])
    assert row(narrowed, trigger="総数")["n"] == row(counted, trigger="不登校")["base"]
    assert row(narrowed, trigger="総数")["share"] == 1
    assert row(counted, trigger="総数")["n"] == 25
    nobody = survey.among_answered(survey.single_answer(cases.iloc[:0], "sex"))
    assert row(nobody, sex="総数")["share"] is pd.NA


def test_a_multiple_answer_cannot_be_tabulated_as_a_single_one(cases):
    with pytest.raises(TypeError, match="multiple"):
        survey.single_answer(cases, "trigger")
    with pytest.raises(TypeError, match="single"):
        survey.multiple_answer(cases, "sex")
    with pytest.raises(KeyError, match="「no_such_item」がありません"):
        survey.single_answer(cases, "no_such_item")
    with pytest.raises(TypeError, match="categorical"):
        survey.single_answer(pd.DataFrame({"q": ["a"]}), "q")


def test_people_who_were_not_asked_are_neither_blank_nor_in_the_base(questionnaire, cases):
    for label in questionnaire.item("household_members").labels:
        lives_with = (cases["household"] == "家族と同居") & (label == "母")
        cases[f"household_members_{label}"] = lives_with.astype("boolean")
    table = survey.multiple_answer(
        cases, "household_members", asked=questionnaire.asked(cases, "household_members")
    )
    assert row(table, household_members="非該当")["n"] == 7
    assert row(table, household_members="無回答")["n"] == 0
    mother = row(table, household_members="母")
    assert (mother["n"], mother["base"], mother["share_all"]) == (18, 18, 18 / 25)


def test_a_crosstab_starts_with_everybody_and_its_cells_add_up(cases):
    table = survey.crosstab(cases, "sex", "outing")
    assert table["sex"].iloc[0] == "全体"
    assert row(table, sex="全体", outing="総数")["n"] == 25
    for label in table["outing"].unique():
        groups = table[(table["outing"] == label) & (table["sex"] != "全体")]
        assert groups["n"].sum() == row(table, sex="全体", outing=label)["n"]
    male = table[(table["sex"] == "男性") & table["share"].notna()]
    assert male["share"].sum() == pytest.approx(1)


def test_residuals_of_a_crosstab_are_those_of_the_answers_alone(cases):
    table = survey.crosstab(cases, "sex", "household")
    counts = pd.crosstab(cases["sex"], cases["household"], dropna=False).to_numpy()
    expected = stats.adjusted_residuals(counts)
    assert row(table, sex="男性", household="家族と同居")["residual"] == pytest.approx(expected[0, 0])
    assert table[table["sex"] == "全体"]["residual"].isna().all()


def test_any_two_items_can_be_crossed_even_two_multiple_ones(cases):
    cases["needs_医療"] = pd.array([True, False] * 12 + [True], dtype="boolean")
    table = survey.crosstab(cases, "trigger", "needs")
    expected = int((cases["trigger_不登校"].fillna(False) & cases["needs_医療"]).sum())
    assert row(table, trigger="不登校", needs="医療")["n"] == expected
    with pytest.raises(ValueError, match="itself"):
        survey.crosstab(cases, "sex", "sex")


def test_a_single_sex_or_nobody_at_all_gives_a_table_not_an_error(cases):
    men = cases[cases["sex"] == "男性"]
    for frame in (men, cases.iloc[:0]):
        crossed = survey.crosstab(frame, "sex", "age_band", basis="sampled")
        assert row(crossed, sex="女性", age_band="総数")["n"] == 0
        assert row(crossed, sex="女性", age_band="40歳代")["share"] is pd.NA
        assert not crossed.astype(object).map(lambda v: isinstance(v, float) and np.isnan(v)).to_numpy().any()
        assert survey.pyramid(frame)["n"].sum() == len(frame)


def test_the_pyramid_counts_everybody_once(cases):
    table = survey.pyramid(cases)
    assert table["n"].sum() == 25
    assert set(table["sex"]) == {"男性", "女性"}
    assert "無回答" not in set(table["age_band"])
    cases.loc[0, "age_band"] = None
    assert survey.pyramid(cases)["n"].sum() == 25


def test_wider_groups_take_the_place_of_their_options(cases):
    home = {"自室からは出るが家からは出ない": "家から出ない", "自室からほとんど出ない": "家から出ない"}
    table = survey.collapsed(cases, "outing", home)
    assert row(table, outing="家から出ない")["n"] == 7
    assert row(table, outing="家から出ない")["share"] == pytest.approx(7 / 23)
    assert row(table, outing="無回答")["n"] == 2
    assert table["n"].iloc[1:].sum() == 25
    with pytest.raises(KeyError, match="下宿"):
        survey.collapsed(cases, "outing", {"下宿": "x"})
    assert survey.group_recode(home) == {
        "家から出ない": ("自室からは出るが家からは出ない", "自室からほとんど出ない")
    }


def test_a_small_base_is_marked_as_reference(commissioners, cases):
    assert survey.single_answer(cases, "sex")["reference"].all()
    commissioners["q"] = categorical(["はい"] * 139, LABELS)
    assert not survey.single_answer(commissioners, "q")["reference"].any()


def test_ties_share_the_top_and_hidden_counts_keep_it_open():
    labels = ["総数", "40歳代", "50歳代", "60歳代", "無回答"]
    assert survey.modal_labels(labels, [9, 4, 4, 1, 0]) == ("40歳代", "50歳代")
    assert survey.modal_labels(labels, [9, 6, None, 1, None]) is None
    assert survey.modal_labels(labels, [0, 0, 0, 0, 0]) == ()
    assert (
        survey.mode_sentence(("40歳代", "50歳代"), "年代")
        == "年代では40歳代と50歳代が同数で最も多くなっています。"
    )
    assert "示せません" in survey.mode_sentence(None, "年代")
    assert survey.mode_sentence((), "年代") == "年代の回答はありませんでした。"


def test_opinions_without_a_theme_were_still_written():
    flags = pd.DataFrame({"family": [True, True, False], "place": [False, True, False]})
    frame = survey.themed(flags, {"family": "家族への支援", "place": "居場所"})
    table = survey.multiple_answer(frame, "theme")
    assert row(table, theme="家族への支援")["n"] == 2
    assert row(table, theme="どの主題にも当てはまらない")["n"] == 1
    assert row(table, theme="無回答")["n"] == 0
    assert set(table["base"]) == {3}
    assert row(survey.multiple_answer(frame.iloc[:0], "theme"), theme="居場所")["share"] is pd.NA


def test_numbers_without_answers_have_no_mean():
    empty = survey.numbers(pd.DataFrame({"x": pd.array([None, None], dtype="Float64")}), "x").iloc[0]
    assert (empty["n"], empty["base_all"]) == (0, 2)
    assert empty["mean"] is pd.NA
