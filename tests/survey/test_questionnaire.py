import copy

import pandas as pd
import pytest
import yaml

from tests.survey.conftest import ROOT, categorical
from ujo_lib import survey
from ujo_lib.survey import Questionnaire, QuestionnaireError

CONTENT = yaml.safe_load((ROOT / "params" / "survey_items.yaml").read_text(encoding="utf-8"))


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
    note = "「家族構成」が家族と同居の人だけに尋ねました。ほかの人は「非該当」です。"
    assert questionnaire.asked_note("household_members") == note
    assert questionnaire.asked_note("sex") == ""


def test_answers_of_an_earlier_wave_are_brought_to_todays_options(questionnaire):
    old = pd.DataFrame({"household": ["同居あり", "単身", "家族と同居", None]})
    new = questionnaire.modernise(old, "R1")
    assert new["household"].astype(object).where(new["household"].notna(), None).tolist() == [
        "家族と同居",
        "一人暮らし",
        "家族と同居",
        None,
    ]
    with pytest.raises(QuestionnaireError, match="下宿"):
        questionnaire.modernise(pd.DataFrame({"household": ["下宿"]}), "R1")


def test_the_crosswalk_is_a_table(questionnaire):
    table = questionnaire.crosswalk()
    household = {"item": "household", "title": "家族構成", "wave": "R1"}
    assert household | {"old": "単身", "new": "一人暮らし"} in table.frame.to_dict("records")


def test_a_skip_rule_on_a_multiple_answer_looks_at_its_tick(questionnaire):
    frame = pd.DataFrame({"trigger_その他": pd.array([True, False, None], dtype="boolean")})
    assert questionnaire.asked(frame, "trigger_other").tolist() == [True, False, False]
    assert questionnaire.asked(frame, "sex").all()
    frame["household"] = categorical(["家族と同居", None, "その他"], questionnaire.item("household").labels)
    assert questionnaire.asked(frame, "household_members").tolist() == [True, False, False]


def test_a_misspelt_item_names_the_ones_there_are(questionnaire):
    with pytest.raises(KeyError, match="age_band"):
        questionnaire.item("age")


def edited(path: list[str | int], value: object) -> dict:
    content = copy.deepcopy(CONTENT)
    place = content["forms"]["cases"]["items"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ([0, "kind"], "tick", "kind は"),
        ([0, "options"], {}, "options は"),
        ([0, "options"], {1: "男性", 2: "男性"}, "二度"),
        ([0, "wording"], "", "wording"),
        ([1, "id"], "sex", "同じ id"),
        ([3, "asked_if"], {"item": "nowhere", "answers": ["x"]}, "「nowhere」がありません"),
        ([3, "asked_if"], {"item": "household", "answers": ["下宿"]}, "「下宿」がありません"),
        ([2, "crosswalk"], {"R1": {"旧": "新"}}, "対応先「新」"),
    ],
)
def test_a_questionnaire_that_contradicts_itself_is_refused_in_japanese(path, value, message):
    with pytest.raises(QuestionnaireError, match=message):
        Questionnaire.from_mapping(edited(path, value))


def test_all_mistakes_are_told_at_once():
    content = edited([0, "kind"], "tick")
    content["forms"]["cases"]["items"][1]["wording"] = ""
    with pytest.raises(QuestionnaireError) as caught:
        Questionnaire.from_mapping(content)
    assert str(caught.value).count("  - ") >= 2
    with pytest.raises(QuestionnaireError, match="survey"):
        Questionnaire.from_mapping({})


def test_an_unreadable_file_is_named(tmp_path):
    broken = tmp_path / "調査票.yaml"
    for text in ("a: [1", "- 1"):
        broken.write_text(text, encoding="utf-8")
        with pytest.raises(QuestionnaireError, match=r"調査票\.yaml"):
            survey.read_questionnaire(broken)
    broken.write_bytes("題名: 調査".encode("cp932"))
    with pytest.raises(QuestionnaireError, match="UTF-8"):
        survey.read_questionnaire(broken)
