import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from tests.survey.conftest import asking, categorical
from ujo_lib import stats, survey

FORM = asking(
    **{id: ["x", "y"] for id in ("sex", "household", "outing", "age_band", "a", "b")},
    trigger=("multiple", ["x"]),
)


def test_the_family_is_corrected_as_one(cases):
    table = survey.association_family(
        cases, [("sex", "household"), ("sex", "outing"), ("age_band", "household")], FORM
    )
    assert len(table) == 3
    assert table.frame["p_holm"].tolist() == pytest.approx(
        stats.holm(table.frame["p_value"].to_numpy()).tolist()
    )
    answered = cases[cases["outing"].notna()]
    counts = pd.crosstab(answered["sex"], answered["outing"]).to_numpy()
    assert table.frame["p_value"][1] == pytest.approx(stats.fisher_freeman_halton(counts))
    assert table.frame["n"].tolist() == [25, 23, 25]


def test_every_option_of_a_multiple_answer_joins_the_family(cases, questionnaire):
    table = survey.association_family(cases, [("sex", "trigger")], FORM)
    assert table.frame["columns"].tolist() == [
        f"trigger({label})" for label in questionnaire.item("trigger").labels
    ]


def test_an_option_is_tested_against_not_having_been_ticked_among_those_who_ticked_any():
    """Ten ticked 母 or 父 or both, two nothing: of six men five ticked 母, of four women one."""
    ticks = {
        "a_母": [1] * 5 + [0] + [1] + [0] * 3 + [0] * 2,
        "a_父": [1] + [0] * 4 + [1] + [1] + [1] * 3 + [0] * 2,
    }
    sexes = categorical(["男性"] * 6 + ["女性"] * 4 + ["男性", "女性"], ["男性", "女性"])
    frame = pd.DataFrame({name: pd.array(cells, "boolean") for name, cells in ticks.items()} | {"sex": sexes})
    found = survey.association_family(frame, [("a", "sex"), ("sex", "a")], FORM).frame
    mother, father = (
        scipy_stats.fisher_exact(table).pvalue for table in ([[5, 1], [1, 3]], [[2, 4], [4, 0]])
    )
    assert found["p_value"].tolist() == pytest.approx([mother, father] * 2)
    assert set(found["n"]) == {10}
    assert [*found] == [
        "rows",
        "columns",
        "n",
        "p_value",
        "p_holm",
        "associated",
        "reason",
    ]  # as they are printed


@pytest.mark.parametrize("pair", [("sex", "household"), ("household", "sex")])
def test_a_crosstab_with_one_sex_is_not_tested_rather_than_not_significant(cases, pair):
    table = survey.association_family(cases[cases["sex"] == "男性"], [pair], FORM)
    assert table.frame["p_value"].isna().all()
    assert table.frame["associated"].isna().all()
    assert "比べる相手がない" in table.frame["reason"][0]
    assert survey.family_verdict(table) == "not_estimable"
    assert survey.family_sentence(table) == "検定できる組み合わせはありませんでした。"


def test_no_association_found_is_not_called_proof_of_none(cases):
    table = survey.association_family(cases, [("sex", "outing")], FORM)
    assert not table.frame["associated"].any()
    assert survey.family_verdict(table) == "not_detected"
    assert "証拠ではありません" in survey.family_sentence(table)


def test_a_planted_association_is_found():
    frame = pd.DataFrame(
        {"a": categorical(["x", "y"] * 12, ["x", "y"]), "b": categorical(["u", "v"] * 12, ["u", "v"])}
    )
    table = survey.association_family(frame, [("a", "b")], FORM)
    assert table.frame["associated"].all()
    assert survey.family_verdict(table) == "detected"
    assert "1組です" in survey.family_sentence(table)


def test_a_table_too_large_to_enumerate_is_said_to_be_untested(monkeypatch):
    monkeypatch.setattr(stats, "MAX_PATHS", 20_000)
    labels = [str(i) for i in range(6)]
    frame = pd.DataFrame(
        {
            "a": categorical([labels[i % 6] for i in range(720)], labels),
            "b": categorical([labels[(i // 6) % 6] for i in range(720)], labels),
        }
    )
    table = survey.association_family(frame, [("a", "b")], FORM)
    assert table.frame["p_value"].isna().all()
    assert "正確な検定を計算していない" in table.frame["reason"][0]


@pytest.mark.parametrize("table", [[[6, 1], [0, 1]], [[6, 0], [1, 1]]])
def test_an_answer_given_by_one_person_takes_part_in_the_test(table):
    pairs = [("xy"[i], "uv"[j]) for i, j in np.ndindex(2, 2) for _ in range(table[i][j])]
    a, b = zip(*pairs, strict=True)
    frame = pd.DataFrame({"a": categorical(list(a), ["x", "y"]), "b": categorical(list(b), ["u", "v"])})
    found = survey.association_family(frame, [("a", "b")], FORM).frame["p_value"][0]
    assert found == pytest.approx(scipy_stats.fisher_exact(table).pvalue)


def test_a_pair_that_could_not_be_tested_is_no_association_that_was_found(cases):
    """One pair tested and not found, one that cannot be tested: nothing was found, and one pair was tested."""
    alone = cases.assign(household=categorical(["一人暮らし"] * len(cases), ["一人暮らし", "その他"]))
    table = survey.association_family(alone, [("sex", "outing"), ("sex", "household")], FORM)
    assert table.frame["associated"].tolist() == [False, pd.NA]
    assert survey.family_verdict(table) == "not_detected"
    assert survey.family_sentence(table).startswith("1組を検定し")
    assert "関連があると言える組はありません" in survey.family_sentence(table)


@pytest.mark.parametrize(("people", "found"), [(19, False), (20, False), (21, True)])
def test_a_p_value_of_exactly_a_twentieth_is_no_association(people, found):
    """One person answers x, one answers u, and they are one: the chance of that is one in as many as there are."""
    answered = categorical(["x"] + ["y"] * (people - 1), ["x", "y"])
    table = survey.association_family(pd.DataFrame({"a": answered, "b": answered}), [("a", "b")], FORM)
    assert table.frame["p_value"][0] == pytest.approx(1 / people)
    assert table.frame["associated"].tolist() == [found or pd.NA]  # of 20 nothing else could have been found


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        (0, "両方の項目に回答のあった人がいない"),
        (1, "回答が一つの区分に集まり、比べる相手がない"),
        (2, "人数が少なく、どのように分かれても関連があるとは言えない"),
    ],
)
def test_a_pair_that_nobody_answered_is_not_said_to_be_answered_alike(answered, reason):
    second = [*["u", "v"][:answered], *[None] * (2 - answered)]
    frame = pd.DataFrame({"a": categorical(["x", "y"], ["x", "y"]), "b": categorical(second, ["u", "v"])})
    assert survey.association_family(frame, [("a", "b")], FORM).frame["reason"].tolist() == [reason]


@pytest.mark.parametrize("tests", [1, 2])
@pytest.mark.parametrize("people", [8, 24])
def test_only_of_several_tests_it_is_said_that_they_were_corrected_for(tests, people):
    side, head = ["x", "y"] * (people // 2), (["u", "v"] if people == 24 else ["u", "u", "v", "v"])
    head = head * (people // len(head))
    frame = pd.DataFrame({"a": categorical(side, ["x", "y"]), "b": categorical(head, ["u", "v"])})
    table = survey.association_family(frame, [("a", "b"), ("b", "a")][:tests], FORM)
    told = survey.family_sentence(table)
    assert [word in told for word in ("ホルム法", "補正")] == [tests > 1] * 2
    assert told.startswith(f"{tests}組を検定し")
    assert ("言えるのは" in told) is (people == 24)


@pytest.mark.parametrize(("of_x", "of_y", "least"), [(3, 3, 1 / 10), (3, 4, 1 / 35), (4, 4, 1 / 35)])
def test_where_nothing_could_be_found_it_is_not_said_that_nothing_was_found(of_x, of_y, least):
    """Of 3 and 3 people the most unlike answers have p = 2/20 (two-sided, by hand): no test at 5 % finds them."""
    side = categorical(["x"] * of_x + ["y"] * of_y, ["x", "y"])
    apart = categorical(["u"] * of_x + ["v"] * of_y, ["u", "v"])
    mixed = categorical(["v", *["u"] * (of_x - 1), "u", *["v"] * (of_y - 1)], ["u", "v"])
    counts = pd.crosstab(side, mixed).to_numpy()
    assert stats.fisher_freeman_halton(counts, extreme=True) == pytest.approx(least)
    assert scipy_stats.fisher_exact(pd.crosstab(side, apart)).pvalue == pytest.approx(least)
    frame = pd.DataFrame({"a": side, "b": mixed})
    found = survey.association_family(frame, [("a", "b")], FORM)
    assert survey.family_verdict(found) == ("not_detected" if least < 0.05 else "not_estimable")
    frame["household"] = categorical(["一人暮らし"] * len(side), ["一人暮らし", "その他"])
    pairs = [("a", "b"), ("a", "household")]
    told = survey.family_sentence(survey.association_family(frame, pairs, FORM))
    assert ("ほかの1組は" in told) == (least < 0.05)


def test_people_whom_a_skip_rule_does_not_ask_take_no_part_in_a_test(questionnaire):
    """Ten live with family; of two who live alone the sheet names a mother all the same, as page 01 says elsewhere."""
    sexes = categorical(["男性", "女性"] * 6, questionnaire.item("sex").labels)
    home = categorical(["家族と同居"] * 10 + ["一人暮らし"] * 2, questionnaire.item("household").labels)
    frame = pd.DataFrame({"sex": sexes, "household": home})
    for label in questionnaire.item("household_members").labels:
        frame[f"household_members_{label}"] = pd.array([label == "母"] * 12, "boolean")
    found = survey.association_family(frame, [("sex", "household_members")], questionnaire)
    assert set(found.frame["n"]) == {10}
    crossed = survey.crosstab(frame, "sex", "household_members", questionnaire).frame
    assert crossed.query("sex == '全体' and household_members == '母'")["n"].tolist() == [10]


@pytest.mark.parametrize("untestable", [0, 1, 2])
def test_a_test_that_could_find_nothing_does_not_weigh_on_the_others(untestable):
    """Eight and eight people told apart wholly: p = 2/12870 (by hand); beside 15 of 16 no answer of one differs."""
    side = categorical(["x"] * 8 + ["y"] * 8, ["x", "y"])
    one = categorical(["u"] + ["v"] * 15, ["u", "v"])
    frame = pd.DataFrame({"a": side, "b": side, "sex": one, "outing": one})
    pairs = [("a", "b"), ("a", "sex"), ("a", "outing")][: 1 + untestable]
    found = survey.association_family(frame, pairs, FORM)
    assert found.frame["p_holm"][0] == found.frame["p_value"][0] == pytest.approx(2 / 12870)
    assert found.frame["p_holm"][1:].isna().all()
    assert found.frame["p_value"][1:].tolist() == pytest.approx([1.0] * untestable)
    assert survey.family_sentence(found).startswith("1組を検定しました")
