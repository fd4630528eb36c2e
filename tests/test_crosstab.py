"""The cross table against a published one, against R's residuals, and against counts by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from ujo_lib.crosstab import crosstab

PARTY = {"女性": (762, 327, 468), "男性": (484, 239, 477)}
"""Agresti (2007), An Introduction to Categorical Data Analysis, 2nd ed., table 2.5; the example of R's `chisq.test`."""
EXPECTED = (703.7, 319.6, 533.7, 542.3, 246.4, 411.3)
STDRES = (4.5020535, 0.6994517, -5.3159455, -4.5020535, -0.6994517, 5.3159455)


def answers(values: list[str | None], labels: str | list[str], name: str) -> pd.Series:
    return pd.Series(pd.Categorical(values, list(labels)), name=name)


def test_counts_expectations_and_residuals_are_those_of_a_published_table():
    parties = ("民主", "無所属", "共和")
    people = [
        (sex, party)
        for sex, cells in PARTY.items()
        for party, n in zip(parties, cells, strict=True)
        for _ in range(n)
    ]
    sex, party = zip(*people, strict=True)
    table = crosstab(
        answers(list(sex), list(PARTY), "sex"), answers(list(party), list(parties), "party"), "人"
    )
    assert table.frame["n"].tolist() == [*PARTY["女性"], *PARTY["男性"]]
    assert table.frame["base"].tolist() == [1557] * 3 + [1200] * 3
    assert table.frame["expected"].tolist() == pytest.approx(EXPECTED, abs=0.05)
    assert table.frame["residual"].tolist() == pytest.approx(STDRES, abs=1e-7)


def test_somebody_who_left_one_question_blank_is_in_no_cell_and_no_base():
    side = answers(["x", "x", "y", None, "y"], "xyz", "side")
    head = answers(["a", "b", "a", "a", None], "ab", "head")
    frame = crosstab(side, head, "件").frame
    assert frame["n"].tolist() == [1, 1, 1, 0, 0, 0]
    assert frame["base"].tolist() == [2, 2, 1, 1, 0, 0]
    assert frame["expected"].tolist() == pytest.approx([4 / 3, 2 / 3, 2 / 3, 1 / 3, 0, 0])
    assert frame["share"].tolist()[:4] == [0.5, 0.5, 1.0, 0.0]
    assert frame["share"].iloc[4:].isna().all()  # an option nobody chose stays, without a share
    assert frame["residual"].iloc[4:].isna().all()


def test_several_answers_of_one_person_are_held_against_the_people():
    side = answers(["x"] * 6 + ["y"] * 4, "xy", "side")
    ticks = pd.DataFrame({"a": [True] * 5 + [False] * 3 + [True] * 2, "b": [True, False] * 5}).rename_axis(
        columns="q"
    )
    table = crosstab(side, ticks, "人")
    assert table.frame["n"].tolist() == [5, 3, 2, 2]
    assert table.frame["base"].tolist() == [6, 6, 4, 4]
    # Root of chi-square of the table of two by two, 5 1 / 2 2.
    by_hand = (5 * 2 - 1 * 2) * math.sqrt(10) / math.sqrt(6 * 4 * 7 * 3)
    assert table.frame["residual"].tolist() == pytest.approx([by_hand, 0, -by_hand, 0])
    assert table.schema.multiple == ("q",)


def test_people_without_ticks_are_counted_unless_they_are_missing():
    side = answers(["x", "x", "y"], "xy", "side")
    ticks = pd.DataFrame({"a": pd.array([False, None, True], "boolean")}).rename_axis(columns="q")
    assert crosstab(side, ticks, "人").frame["base"].tolist() == [1, 1]


def test_both_questions_may_have_several_answers():
    one = pd.DataFrame({"a": [True, True, False], "b": [True, False, False]}).rename_axis(columns="p")
    other = pd.DataFrame({"c": [True, False, True]}).rename_axis(columns="q")
    table = crosstab(one, other, "人")
    assert table.frame["n"].tolist() == [1, 1]
    assert table.frame["base"].tolist() == [2, 1]
    assert table.schema.multiple == ("p", "q")


def test_nobody_at_all_is_a_table_of_zeros_not_an_error():
    frame = crosstab(answers([], "xy", "side"), answers([], "ab", "head"), "人").frame
    assert frame["n"].tolist() == frame["base"].tolist() == frame["expected"].tolist() == [0] * 4
    assert frame[["share", "residual"]].isna().all(axis=None)


def test_what_is_printed_follows_from_the_counts_beside_it():
    rng = np.random.default_rng(1)
    table = crosstab(
        answers(list(rng.choice(list("xyz"), 50)), "xyz", "side"),
        answers(list(rng.choice(["a", "b"], 50)), "ab", "head"),
        "件",
    )
    share = table.schema["share"]
    assert [share.value(row) for row in table.frame.to_dict("records")] == table.frame["share"].tolist()
    assert table.schema.bases == {"base": ("head",)}
    assert (
        table.frame.groupby("side", observed=True)["n"].sum().tolist()
        == table.frame["base"].iloc[::2].tolist()
    )
    assert [table.schema[name].title for name in ("n", "expected", "residual")] == [
        "件数(件)",
        "無関係な場合に見込まれる数(件)",
        "調整済み残差",
    ]


def test_a_question_cannot_be_crossed_with_itself_or_with_other_people():
    side = answers(["x"], "x", "side")
    with pytest.raises(ValueError, match="自身と"):
        crosstab(side, side, "人")
    with pytest.raises(ValueError, match="同じ人や件"):
        crosstab(side, answers(["a", "a"], "a", "head"), "人")
