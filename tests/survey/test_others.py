"""A question nobody wrote a section about has its table all the same, and no one person's answer stands in it."""

import itertools
import math
import shutil

import numpy as np
import pandas as pd
import pytest

from tests.survey.conftest import ROOT, categorical
from ujo_lib import intake, survey
from ujo_lib.errors import InputError
from ujo_lib.params import SurveySettings
from ujo_lib.report import Subject, open_page
from ujo_lib.stats import round_half_up
from ujo_lib.survey.others import ways_left
from ujo_lib.typed import Typed

ITEMS = """\
survey: R6
title: 調査
target_group: ひきこもり
forms:
  cases:
    key: case_id
    items:
      - {id: sex, title: 性別, wording: 性別, kind: single, options: {1: 男性, 2: 女性}}
      - {id: contact, title: 相談の希望, wording: 希望, kind: single, options: {1: はい, 2: いいえ},
         asked_if: {item: sex, answers: [男性]}}
      - {id: worry, title: 心配, wording: 心配, kind: multiple, options: {1: 健康, 2: お金}}
      - {id: visits, title: 訪問, wording: 訪問, kind: number, unit: 回, whole: true}
      - {id: remark, title: ひとこと, wording: ほかに, kind: text}
"""
FRAME = pd.DataFrame(
    {
        "sex": categorical(["男性", "男性", "男性", "女性"], ["男性", "女性"]),
        "contact": categorical(["はい", "いいえ", None, None], ["はい", "いいえ"]),
        "worry_健康": pd.array([True, True, pd.NA, False], dtype="boolean"),
        "worry_お金": pd.array([True, False, pd.NA, True], dtype="boolean"),
        "visits": pd.array([1, 2, 9, pd.NA], dtype="Int64"),
        "remark": pd.array(["元気", pd.NA, pd.NA, "静か"], dtype="string"),
    }
)


@pytest.fixture
def form(tmp_path):
    (tmp_path / "items.yaml").write_text(ITEMS, encoding="utf-8")
    return survey.read_questionnaire(tmp_path / "items.yaml")


@pytest.fixture
def tables(form) -> dict[str, Typed]:
    return {one.id: one.table for one in survey.other_items(FRAME, form, "cases", ["sex"])}


def test_every_question_not_shown_has_a_table_under_its_own_id_and_title(form, tables):
    assert list(tables) == ["contact", "worry", "visits", "remark"]
    asked = survey.other_items(FRAME, form, "cases", [*tables], prefix="extra_")
    assert [(one.id, one.title) for one in asked] == [("extra_sex", "性別")]
    assert survey.other_items(FRAME, form, "cases", ["sex", *tables]) == []


def test_choices_are_counted_among_those_who_were_asked_and_answered(tables):
    contact = tables["contact"].frame.set_index("contact")
    assert contact["n"].to_dict() == {"総数": 2, "はい": 1, "いいえ": 1}
    assert "男性" in tables["contact"].schema.note
    worry = tables["worry"].frame.set_index("worry")
    assert worry["n"].to_dict() == {"総数": 3, "健康": 2, "お金": 2}
    assert worry["share"].round(4).to_dict() == {"総数": 1, "健康": 0.6667, "お金": 0.6667}
    assert tables["worry"].schema["worry"].multiple


def test_a_number_is_told_by_mean_and_median_never_by_its_ends(tables):
    assert tables["visits"].frame.to_dict("records") == [{"n": 3, "mean": 4.0, "median": 2.0}]
    assert tables["visits"].schema["mean"].title == "訪問の平均(回)"


@pytest.mark.parametrize(
    ("numbers", "highest", "left"),
    [
        ([0, 0, 0, 0, 1], 7, 1),  # 0.2: one went out, on one day
        ([7, 7, 7, 7, 7, 6], 7, 1),  # 6.8
        ([0] * 22 + [1], 7, 2),  # 0.0 of 23: nobody, or one on one day
        ([0] * 20 + [1, 2, 5], 7, 4),
        ([0] * 5, 7, None),  # nobody is one of few
        ([3, 3, 4, 5, 5, 6, 7, 9], math.inf, 4),
        ([2] + [4] * 6 + [5] * 5, 5, 3),  # 4.25 is printed as 4.3, and 4.2 of 50 in all is another number
        ([1, 2] + [3] * 18, 3, 3),  # 2.85 as 2.9
        ([0] * 17 + [1] * 3, 1, 2),  # 0.15 as 0.2, and so is 0.2
        ([0] * 21 + [1], 7, 2),  # one of 22 is 0.045
        ([500, 1000, 1500], 1500, 2),  # all three gave the one in the middle, or one of them did
        ([0.5, 0.5, 2.5], 7, 1),  # 1.2 and 0.5: whole units away there is no other
    ],
)
def test_mean_and_median_leave_so_many_ways_to_answer(numbers, highest, left):
    assert ways_left(np.array(numbers, dtype=float), 5, (0, highest)) == left


@pytest.mark.parametrize("n", [1, 2, 4, 5, 6])
def test_the_ways_found_are_those_of_every_possible_answer(n):
    rng = np.random.default_rng(n)
    for highest in (1, 3, 5):
        answers = rng.binomial(highest, 0.3, n)
        counted = {}
        for world in itertools.combinations_with_replacement(range(highest + 1), n):
            told = (round_half_up(np.mean(world), 1), np.median(world))  # as pages are printed
            counted.setdefault(told, []).append(np.array(world))
        true = np.sort(answers)
        alike = counted[round_half_up(np.mean(true), 1), np.median(true)]
        few = [value for value in set(true) if (true == value).sum() < 5]
        ways = [{((w == v).sum(), *w[true == v]) for w in alike} for v in few]
        left = min(4, *map(len, ways)) if few else None
        assert ways_left(answers.astype(float), 5, (0, highest)) == left


@pytest.mark.parametrize(("alike", "few"), [(4, True), (5, False), (6, False)])
def test_numbers_given_by_fewer_than_the_threshold_are_those_of_few(alike, few):
    assert (ways_left(np.zeros(alike), 5, (0, 7)) is not None) == few


def test_a_number_that_was_kept_from_the_ends_asks_how_much_its_mean_tells(form):
    frame = FRAME.assign(visits=pd.array([0, 0, 1, pd.NA], dtype="Int64"))
    (number,) = [one.table for one in survey.other_items(frame, form, "cases") if one.id == "visits"]
    assert number.left() == 1


def test_a_number_without_ends_may_be_none_at_all(form):
    """Three who gave a one each, or none, one and two."""
    frame = FRAME.assign(visits=pd.array([1, 1, 1, pd.NA], dtype="Int64"))
    (number,) = [one.table for one in survey.other_items(frame, form, "cases") if one.id == "visits"]
    assert number.left() == 2


def test_a_free_answer_is_told_by_how_many_wrote_and_never_by_its_words(tables):
    remark = tables["remark"].frame.set_index("remark")
    assert remark["n"].to_dict() == {"総数": 4, "記入あり": 2}
    assert remark["share"].to_dict() == {"総数": 1.0, "記入あり": 0.5}
    assert not tables["remark"].frame.isin(["元気", "静か"]).any(axis=None)


def test_every_share_follows_from_its_row(tables):
    for table in tables.values():
        for name, column in table.schema.columns.items():
            for row in table.frame.to_dict("records") if column.sources else ():
                assert column.value(row) == pytest.approx(row[name])


def test_nobody_at_all_has_no_share(form):
    for one in survey.other_items(FRAME.iloc[:0], form, "cases"):
        assert one.table.frame["n"].eq(0).all()
        assert "share" not in one.table.frame or one.table.frame["share"].isna().all()


def test_a_misspelt_question_is_named_with_those_there_are(form):
    with pytest.raises(InputError, match=r"「gender」.*sex"):
        survey.other_items(FRAME, form, "cases", ["gender"])


def test_the_example_of_another_survey_has_a_table_for_each_of_its_questions():
    form = survey.read_questionnaire(ROOT / "params" / "examples" / "single_elderly_items.yaml")
    file = ROOT / "params" / "examples" / "single_elderly_answers.csv"
    answers = survey.checked(intake.answers(file, form, "households"), form, "households")
    made = survey.other_items(answers, form, "households", prefix="extra_")
    assert [one.title for one in made] == [item.title for item in form.items]
    assert all(one.table.frame["n"].iloc[0] > 0 for one in made)


def test_on_a_page_each_is_a_recorded_table_that_claims_can_name(form, tmp_path, monkeypatch, capsys):
    (tmp_path / "params").mkdir()
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    shown = []
    monkeypatch.setattr("ujo_lib.report.page.display", shown.append)
    page = open_page(SurveySettings(tables_dir="tables"))
    page.each(survey.other_items(FRAME, form, "cases", ["sex"]), Subject("当事者", "該当者票", "cases"))
    kinds = [(one.kind, one.tables) for one in shown]
    assert kinds == [
        ("figure", ("contact",)),
        ("figure", ("worry",)),
        ("table", ("visits",)),
        ("table", ("remark",)),
    ]
    assert "相談の希望" in shown[0].html
    assert page.recall("01_survey_descriptives", "worry").value("n", worry="お金") == 2
