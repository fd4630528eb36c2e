import pandas as pd
import pytest

from tests.survey.conftest import categorical
from ujo_lib.errors import InputError
from ujo_lib.survey import Questionnaire


def test_options_stand_in_the_order_of_the_sheet(questionnaire):
    assert questionnaire.item("sex").labels == ("男性", "女性", "その他・わからない")
    assert questionnaire.item("trigger").columns[0] == "trigger_不登校"
    assert len(questionnaire.contents()) == len(questionnaire.items)
    assert questionnaire.forms == ("commissioners", "cases")


def test_a_column_of_answers_is_headed_as_the_sheet_is_and_says_whether_one_person_gives_several(
    questionnaire,
):
    assert questionnaire.dimension("household_members").title == "同居している家族"
    assert questionnaire.dimension("household_members").multiple
    assert not questionnaire.dimension("sex").multiple
    groups = {"40歳未満": ("20歳代", "30歳代")}
    assert questionnaire.dimension("age_band", groups).groups == groups


def test_the_reader_is_told_who_was_asked(questionnaire):
    note = "「家族構成」に「家族と同居」と答えた人だけに尋ねました。ほかの人は「非該当」です。"
    assert questionnaire.asked_note("household_members") == note
    assert questionnaire.asked_note("sex") == ""


def test_the_crosswalk_tells_of_the_waves_that_the_place_has_had(questionnaire):
    assert questionnaire.crosswalk(["R6"]).frame.empty
    table = questionnaire.crosswalk(["R1", "R6"])
    household = {"item": "household", "title": "家族構成", "wave": "R1"}
    assert household | {"old": "単身", "new": "一人暮らし"} in table.frame.to_dict("records")


def test_a_skip_rule_on_a_multiple_answer_looks_at_its_tick(questionnaire):
    frame = pd.DataFrame({"trigger_その他": pd.array([True, False, None], dtype="boolean")})
    assert questionnaire.asked(frame, "trigger_other").tolist() == [True, False, False]
    assert questionnaire.asked(frame, "sex").all()
    frame["household"] = categorical(["家族と同居", None, "その他"], questionnaire.item("household").labels)
    assert questionnaire.asked(frame, "household_members").tolist() == [True, False, False]


def test_a_table_of_a_question_for_some_says_whose_answers_it_counts(questionnaire):
    assert questionnaire.reached("sex") == {}
    assert questionnaire.reached("household_members") == {"household": ("家族と同居",)}
    assert questionnaire.reached("trigger_other") == {"trigger=その他": ("はい",)}


def test_a_question_behind_two_skip_rules_is_asked_of_those_who_passed_both():
    yes_no = {"title": "t", "wording": "w", "kind": "single", "options": {"1": "はい", "2": "いいえ"}}
    rules = {"b": {"item": "a", "answers": ["はい"]}, "c": {"item": "b", "answers": ["いいえ"]}}
    items = [
        {**yes_no, "id": id, "title": id, **({"asked_if": rules[id]} if id in rules else {})} for id in "abc"
    ]
    sheet = {"form": {"key": "id", "items": items}}
    form = Questionnaire.model_validate({"survey": "s", "title": "t", "target_group": "g", "forms": sheet})
    assert form.reached("c") == {"a": ("はい",), "b": ("いいえ",)}
    answers = pd.DataFrame({"a": ["はい", "いいえ", None], "b": ["いいえ"] * 3})
    assert form.asked(answers, "c").tolist() == [True, False, False]


def test_a_misspelt_item_names_the_ones_there_are(questionnaire):
    with pytest.raises(InputError, match="age_band"):
        questionnaire.item("age")
