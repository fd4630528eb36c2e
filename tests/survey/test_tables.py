import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.survey.conftest import asking, categorical
from ujo_lib import stats, survey
from ujo_lib.errors import InputError
from ujo_lib.typed import ANSWERED, Typed

LABELS = ["はい", "いいえ", "不明"]
FORM = asking(q=LABELS)
answers = st.lists(st.sampled_from([*LABELS, None]), max_size=40)


def row(table: Typed, **labels: str) -> pd.Series:
    frame = table.frame
    for column, label in labels.items():
        frame = frame[frame[column] == label]
    assert len(frame) == 1
    return frame.iloc[0]


def test_the_two_people_without_an_answer_stay_on_the_page(cases, questionnaire):
    table = survey.tally(cases, "outing", questionnaire)
    assert row(table, outing="無回答")["n"] == 2
    assert row(table, outing="総数")["n"] == 25
    assert set(table.frame["base"]) == {23}
    assert row(table, outing="自室からほとんど出ない")["share"] == pytest.approx(2 / 23)
    assert row(table, outing="自室からほとんど出ない")["share_all"] == pytest.approx(2 / 25)


def test_options_nobody_chose_are_listed_in_the_order_of_the_sheet(cases, questionnaire):
    table = survey.tally(cases, "age_band", questionnaire)
    assert table.frame["age_band"].tolist() == ["総数", *questionnaire.item("age_band").labels, "無回答"]
    assert row(table, age_band="60~64歳")["n"] == 0


@settings(deadline=None, max_examples=60)
@given(answers)
def test_shares_of_a_single_answer_add_up_to_one_and_none_is_nan(values):
    table = survey.tally(pd.DataFrame({"q": categorical(values, LABELS)}), "q", FORM, basis="sampled")
    proper = table.frame[table.frame["q"].isin(LABELS)]
    answered = sum(v is not None for v in values)
    assert proper["n"].sum() == answered
    assert row(table, q="無回答")["n"] == len(values) - answered
    if answered:
        assert proper["share"].sum() == pytest.approx(1)
        assert ((proper["low"] <= proper["share"]) & (proper["share"] <= proper["high"])).all()
    else:
        assert proper["share"].isna().all()
    assert not any(
        isinstance(v, float) and np.isnan(v) for v in table.frame.astype(object).to_numpy().ravel()
    )


def test_known_cases_are_described_not_sampled(cases, questionnaire):
    assert "low" not in survey.tally(cases, "sex", questionnaire).schema.columns


def test_shares_of_the_139_use_the_finite_population(commissioners):
    commissioners["knows"] = categorical(["いる"] * 19 + ["いない"] * 78 + [None] * 42, ["いる", "いない"])
    responded, form = commissioners[commissioners["responded"]], asking(knows=["いる", "いない"])
    knows = row(survey.tally(responded, "knows", form, basis=139), knows="いる")
    assert (knows["low"] * 139, knows["high"] * 139) == pytest.approx((22, 34))
    sampled = row(survey.tally(responded, "knows", form, basis="sampled"), knows="いる")
    assert sampled["low"] == pytest.approx(stats.wilson(19, 97).low)


def test_multiple_answers_are_shares_of_people_who_answered(cases, questionnaire):
    table = survey.tally(cases, "trigger", questionnaire)
    ticks = cases[[c for c in cases if c.startswith("trigger_")]].fillna(False).astype(bool)
    answered = int(ticks.any(axis=1).sum())
    assert set(table.frame["base"]) == {answered}
    assert row(table, trigger="無回答")["n"] == 25 - answered
    assert row(table, trigger="総数")["n"] == 25
    assert row(table, trigger="不登校")["n"] == ticks["trigger_不登校"].sum()


def test_blanks_are_counted_once_for_all_items(cases, questionnaire):
    table = survey.blanks(cases, ["outing", "trigger", "sex"], questionnaire)
    counted = survey.tally(cases, "trigger", questionnaire)
    assert table.frame["title"].tolist() == ["外出の状況", "ひきこもりのきっかけ", "性別"]
    assert table.frame["n"].tolist() == [2, row(counted, trigger="無回答")["n"], 0]
    assert set(table.frame["base"]) == {25}
    narrowed = survey.among_answered(cases, "trigger", questionnaire)
    assert "無回答" not in set(narrowed.frame["trigger"])
    assert row(narrowed, trigger="総数")["n"] == row(counted, trigger="不登校")["base"]
    assert row(narrowed, trigger="総数")["share"] == 1
    assert row(counted, trigger="総数")["n"] == 25
    nobody = survey.among_answered(cases.iloc[:0], "sex", questionnaire)
    assert row(nobody, sex="総数")["share"] is pd.NA


@pytest.mark.parametrize(("blank", "told"), [(0, True), (1, False)])
def test_a_question_that_nobody_answered_may_not_have_been_asked(cases, questionnaire, blank, told):
    """Intake fills the column of a question that was dropped: 25 of 25 were said to have been asked and silent."""
    answered = cases["sex"].where(cases.index < blank)
    note = survey.blanks(cases.assign(sex=answered.astype(cases["sex"].dtype)), ["sex"], questionnaire)
    assert ("「性別」は全員が空欄です。尋ねていない" in note.schema.note) == told
    assert survey.blanks(cases.iloc[:0], ["sex"], questionnaire).schema.note == ""


def test_how_many_a_skip_rule_asks_is_not_told_beside_the_blanks(cases, questionnaire):
    """Of 25 the 18 who live with family are asked who lives with them: 18 is a count of that answer."""
    ticks = {f"household_members_{label}": False for label in questionnaire.item("household_members").labels}
    told = survey.blanks(cases.assign(**ticks), ["household_members", "sex"], questionnaire)
    assert told.frame["n"].tolist() == [pd.NA, 0]
    assert told.frame["base"].tolist() == [pd.NA, 25]
    assert "一部の人だけに尋ねた設問" in told.schema.note
    assert survey.blanks(cases, ["sex"], questionnaire).schema.note == ""


def test_the_disclosure_plan_is_told_what_a_table_of_those_who_answered_counts(cases, questionnaire):
    table = survey.among_answered(cases, "outing", questionnaire, {"自室からほとんど出ない": "家から出ない"})
    assert table.schema.dimensions == {"outing": "outing"}
    assert set(table.schema.counts) == {"n", "base"}
    assert table.schema.bases == {"base": ("outing",)}
    assert table.schema.where == {"outing": (ANSWERED,)}
    assert table.schema.recode == {"outing": {"家から出ない": ("自室からほとんど出ない",)}}
    assert survey.among_answered(cases, "trigger", questionnaire).schema.multiple == ("trigger",)


def test_an_item_that_is_not_in_the_data_is_named(cases, questionnaire):
    with pytest.raises(InputError, match="「support_now」がありません"):
        survey.tally(cases, "support_now", questionnaire)
    with pytest.raises(InputError, match="「q」は選択肢のない質問"):
        survey.tally(pd.DataFrame({"q": ["a"]}), "q", FORM)


def test_people_who_were_not_asked_are_neither_blank_nor_in_the_base(questionnaire, cases):
    for label in questionnaire.item("household_members").labels:
        lives_with = (cases["household"] == "家族と同居") & (label == "母")
        cases[f"household_members_{label}"] = lives_with.astype("boolean")
    table = survey.tally(cases, "household_members", questionnaire)
    assert row(table, household_members="非該当")["n"] == 7
    assert row(table, household_members="無回答")["n"] == 0
    mother = row(table, household_members="母")
    assert (mother["n"], mother["base"], mother["share_all"]) == (18, 18, 18 / 25)


def test_a_crosstab_starts_with_everybody_and_its_cells_add_up(cases, questionnaire):
    table = survey.crosstab(cases, "sex", "outing", questionnaire)
    assert table.frame.columns[:3].tolist() == ["sex", "outing", "n"]
    assert table.frame["sex"].iloc[0] == "全体"
    assert row(table, sex="全体", outing="総数")["n"] == 25
    for label in table.frame["outing"].unique():
        groups = table.frame[(table.frame["outing"] == label) & (table.frame["sex"] != "全体")]
        assert groups["n"].sum() == row(table, sex="全体", outing=label)["n"]
    male = table.frame[(table.frame["sex"] == "男性") & table.frame["share"].notna()]
    assert male["share"].sum() == pytest.approx(1)


def test_residuals_of_a_crosstab_are_those_of_the_answers_alone(cases, questionnaire):
    table = survey.crosstab(cases, "sex", "household", questionnaire)
    counts = pd.crosstab(cases["sex"], cases["household"], dropna=False).to_numpy()
    expected = stats.adjusted_residuals(counts)
    assert row(table, sex="男性", household="家族と同居")["residual"] == pytest.approx(expected[0, 0])
    assert table.frame[table.frame["sex"] == "全体"]["residual"].isna().all()


def test_any_two_items_can_be_crossed_even_two_multiple_ones(cases, questionnaire):
    triggers = list(questionnaire.item("trigger").labels)
    cases["needs_医療"] = pd.array([True, False] * 12 + [True], dtype="boolean")
    form = asking(trigger=("multiple", triggers), needs=("multiple", ["医療"]), sex=["男性"])
    table = survey.crosstab(cases, "trigger", "needs", form)
    expected = int((cases["trigger_不登校"].fillna(False) & cases["needs_医療"]).sum())
    assert row(table, trigger="不登校", needs="医療")["n"] == expected
    with pytest.raises(ValueError, match="「sex」自身と"):
        survey.crosstab(cases, "sex", "sex", form)


def test_a_single_sex_or_nobody_at_all_gives_a_table_not_an_error(cases, questionnaire):
    men = cases[cases["sex"] == "男性"]
    for frame in (men, cases.iloc[:0]):
        crossed = survey.crosstab(frame, "sex", "age_band", questionnaire, basis="sampled")
        assert row(crossed, sex="女性", age_band="総数")["n"] == 0
        assert row(crossed, sex="女性", age_band="40歳代")["share"] is pd.NA
        assert (
            not crossed.frame.astype(object)
            .map(lambda v: isinstance(v, float) and np.isnan(v))
            .to_numpy()
            .any()
        )
        assert survey.pyramid(frame, questionnaire).frame["n"].sum() == len(frame)


def test_the_pyramid_counts_everybody_once(cases, questionnaire):
    table = survey.pyramid(cases, questionnaire)
    assert table.frame["n"].sum() == 25
    assert set(table.frame["sex"]) == {"男性", "女性"}
    assert "無回答" not in set(table.frame["age_band"])
    cases.loc[0, "age_band"] = None
    assert survey.pyramid(cases, questionnaire).frame["n"].sum() == 25


def test_a_question_that_has_become_one_of_several_answers_is_not_put_into_groups(cases, questionnaire):
    with pytest.raises(InputError, match="「trigger」は調査票で複数回答なので"):
        survey.tally(cases, "trigger", questionnaire, {"不登校": "学校"})


def test_wider_groups_take_the_place_of_their_options(cases, questionnaire):
    home = {"自室からは出るが家からは出ない": "家から出ない", "自室からほとんど出ない": "家から出ない"}
    table = survey.tally(cases, "outing", questionnaire, home)
    assert row(table, outing="家から出ない")["n"] == 7
    assert row(table, outing="家から出ない")["share"] == pytest.approx(7 / 23)
    assert row(table, outing="無回答")["n"] == 2
    assert table.frame["n"].iloc[1:].sum() == 25
    with pytest.raises(InputError, match="下宿"):
        survey.tally(cases, "outing", questionnaire, {"下宿": "x"})
    assert table.schema["outing"].groups == {
        "家から出ない": ("自室からは出るが家からは出ない", "自室からほとんど出ない")
    }


def test_ties_share_the_top_and_hidden_counts_keep_it_open():
    labels = ["総数", "40歳代", "50歳代", "60歳代", "無回答"]
    assert survey.modal_labels(labels, [9, 4, 4, 1, 0]) == ("40歳代", "50歳代")
    assert survey.modal_labels(labels, [9, 6, None, 1, None]) is None
    assert survey.modal_labels(labels, [9, 6, pd.NA, 1, 0]) is None
    assert survey.modal_labels(labels, [0, 0, 0, 0, 0]) == survey.modal_labels(["総数"], [9]) == ()
    assert survey.modal_labels(labels, [1, 0, 1, 0, 0]) == ("50歳代",)
    with pytest.raises(ValueError, match="shorter"):
        survey.modal_labels(labels, [9, 4, 4, 1])
    assert (
        survey.mode_sentence(("40歳代", "50歳代"), "年代")
        == "年代では40歳代と50歳代が同数で最も多くなっています。"
    )
    assert "示せません" in survey.mode_sentence(None, "年代")
    assert survey.mode_sentence((), "年代") == "年代の回答はありませんでした。"
    assert survey.mode_sentence(("40歳代",), "年代") == "年代では40歳代が最も多くなっています。"


def test_opinions_without_a_theme_were_still_written():
    flags = pd.DataFrame({"family": [True, True, False], "place": [False, True, False]})
    labels = {"family": "家族への支援", "place": "居場所"}
    table = survey.themes(flags, labels)
    assert row(table, theme="家族への支援")["n"] == 2
    assert row(table, theme="どの主題にも当てはまらない")["n"] == 1
    assert table.schema["theme"].alone == "どの主題にも当てはまらない"  # as the plan knows
    assert "無回答" not in set(table.frame["theme"])
    assert set(table.frame["base"]) == {3}
    assert table.schema.dimensions == {"theme": "opinion_theme"}
    assert table.schema.where == {"opinion": (ANSWERED,)}
    assert row(survey.themes(flags.iloc[:0], labels), theme="居場所")["share"] is pd.NA


def test_rows_that_are_no_answers_are_not_drawn_as_bars(cases, questionnaire):
    table = survey.crosstab(cases, "sex", "outing", questionnaire).frame
    assert survey.answer_labels(table["outing"]) == list(questionnaire.item("outing").labels)
    assert survey.answer_labels(table["sex"]) == list(questionnaire.item("sex").labels)


@pytest.mark.parametrize(("n", "marked"), [(29, True), (30, False), (31, False)])
def test_shares_of_fewer_than_thirty_are_marked_as_reference(n, marked):
    frame = pd.DataFrame({"q": categorical(["はい"] * n, LABELS)})
    assert survey.tally(frame, "q", FORM).frame["reference"].eq(marked).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_one_answer_has_limits_and_none_has_not(n):
    table = survey.tally(pd.DataFrame({"q": categorical(["はい"] * n, LABELS)}), "q", FORM, basis="sampled")
    yes = row(table, q="はい")
    if n == 0:
        assert (yes["low"] is pd.NA, yes["high"] is pd.NA) == (True, True)
        return
    inside = stats.wilson(n, n)
    assert (yes["low"], yes["high"]) == pytest.approx((inside.low, inside.high))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_those_who_answered_are_all_of_themselves_as_soon_as_there_is_one(n):
    frame = pd.DataFrame({"q": categorical(["はい"] * n + [None], LABELS)})
    whole = row(survey.among_answered(frame, "q", FORM), q="総数")
    assert (whole["n"], whole["base"]) == (n, n)
    assert pd.isna(whole["share"]) if n == 0 else whole["share"] == 1.0


@pytest.mark.parametrize(
    ("groups", "counts", "members"),
    [
        ({"不明": "いいえ"}, {"はい": 3, "いいえ": 3}, {"いいえ": ("いいえ", "不明")}),
        ({"いいえ": "はい", "不明": "はい"}, {"はい": 6}, {"はい": LABELS}),
        ({"はい": "いいえ", "いいえ": "甲"}, {"いいえ": 3, "甲": 2, "不明": 1}, {"いいえ": ["はい"], "甲": ["いいえ"]}),
        ({"不明": "不明"}, {"はい": 3, "いいえ": 2, "不明": 1}, {"不明": ("不明",)}),
        ({}, {"はい": 3, "いいえ": 2, "不明": 1}, {}),
    ],
)  # fmt: skip
def test_a_group_that_has_the_name_of_an_option_is_said_to_add_up_what_it_counts(groups, counts, members):
    """The plan reads what a group is: named after one of its two options, it was taken for the other alone."""
    frame = pd.DataFrame({"q": categorical(["はい"] * 3 + ["いいえ"] * 2 + ["不明", None], LABELS)})
    table = survey.among_answered(frame, "q", FORM, groups)
    assert dict(zip(table.frame["q"], table.frame["n"], strict=True)) == {"総数": 6, **counts}
    assert table.schema["q"].groups == {name: tuple(labels) for name, labels in members.items()}
