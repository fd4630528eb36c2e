"""Several voices beside each other: weighted residents, sheets as they are, and the voices that are missing."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.residents.conftest import categorical
from ujo_lib.questionnaire import Item, Questionnaire
from ujo_lib.residents.tables import persons
from ujo_lib.residents.voices import _labelled, per_population, voices, voices_heard
from ujo_lib.residents.weighting import open_sample
from ujo_lib.stats import wilson

NEED = {
    "id": "need",
    "title": "必要な支援",
    "wording": "何が必要か",
    "kind": "single",
    "options": {"1": "居場所", "2": "就労"},
}
FOUND = {
    "id": "found",
    "title": "きっかけ",
    "wording": "何で気づいたか",
    "kind": "single",
    "options": {"1": "家族", "2": "近所"},
}
ONSET = {
    "id": "onset",
    "title": "始まった年齢",
    "wording": "何歳か",
    "kind": "number",
    "unit": "歳",
    "asked_if": {"item": "lonely", "answers": ["はい"]},
}
LONELY = {
    "id": "lonely",
    "title": "孤独",
    "wording": "孤独か",
    "kind": "single",
    "options": {"1": "はい", "2": "いいえ"},
}
FORM = Questionnaire.model_validate(
    {
        "survey": "s",
        "title": "調査",
        "target_group": "その他",
        "forms": {
            "residents": {"key": "resident_id", "items": [LONELY, ONSET, NEED]},
            "voices": {"key": "answer_id", "items": [NEED, FOUND, ONSET]},
        },
    }
)


@pytest.fixture
def sample(drawn, register):
    answers = ["居場所" if i % 5 else None for i in range(len(drawn))]
    need = pd.Series(categorical(answers, ["居場所", "就労"]), drawn.index)
    onset = pd.Series(20, drawn.index, dtype="Int64").where(drawn["lonely"] == "はい")
    heard = drawn["responded"]
    return open_sample(drawn.assign(need=need.where(heard), onset=onset.where(heard)), register)


@pytest.fixture
def others():
    kinds = ["家族", "民生委員", "支援機関"]
    return pd.DataFrame(
        {
            "voice": categorical(["家族"] * 4 + ["支援機関"] * 3, kinds),
            "need": categorical(
                ["居場所", "居場所", "就労", None, "就労", "就労", "居場所"], ["居場所", "就労"]
            ),
            "found": categorical(["家族", "近所", "家族", "家族", None, None, None], ["家族", "近所"]),
            "onset": pd.Series([19, 20, 29, 30, 59, 60, None], dtype="Int64"),
            "persons": pd.Series([None] * 4 + [0, 2, 3], dtype="Int64"),
        }
    )


def told(sample, others, id):
    [table] = [table for name, _, table in voices(sample, others, FORM) if name == id]
    return table


def test_each_voice_is_shared_among_its_own_and_residents_are_weighted(sample, others):
    table = told(sample, others, "voices_need")
    frame = table.frame
    assert table.schema["base"].name == "対象の回答者"  # nobody knows how many of the others were asked
    assert frame["voice"].drop_duplicates().tolist() == ["市民", "家族", "支援機関"]
    family = frame[frame["voice"] == "家族"]
    assert family[["need", "n", "base", "share"]].to_numpy().tolist() == [
        ["居場所", 2, 4, 0.5],
        ["就労", 1, 4, 0.25],
        ["記入なし", 1, 4, 0.25],
    ]
    assert family.iloc[0]["low"] == pytest.approx(wilson(2, 4).low)
    residents = frame[frame["voice"] == "市民"].set_index("need")
    given = sample.answers["need"].astype(object) == "居場所"
    weights = sample.design.weights
    assert residents.loc["居場所", "share"] == pytest.approx(weights[given].sum() / weights.sum())
    assert residents["n"].sum() == len(sample.answers)
    assert residents.loc["記入なし", "n"] == (~given).sum()
    assert residents["share"].sum() == pytest.approx(1)


def test_a_voice_that_was_not_asked_or_said_nothing_is_named(sample, others):
    note = told(sample, others, "voices_found").schema.note
    assert note.endswith("立場(尋ねていないものを含む): 市民、民生委員、支援機関。")
    everyone = pd.concat([others, others.iloc[:1].assign(voice="民生委員")])
    everyone["voice"] = pd.Categorical(everyone["voice"], others["voice"].cat.categories)
    assert "尋ねていない" not in told(sample, everyone, "voices_need").schema.note


def test_ages_are_told_by_decades_of_those_who_were_to_answer(sample, others):
    frame = told(sample, others, "voices_onset").frame
    counts = frame[~frame["voice"].str.startswith("市民")].groupby(["voice", "onset"], sort=False)["n"].sum()
    assert counts[counts > 0].to_dict() == {
        ("家族", "10歳代まで"): 1,
        ("家族", "20歳代"): 2,
        ("家族", "30歳代"): 1,
        ("支援機関", "50歳代"): 1,
        ("支援機関", "60歳以上"): 1,
        ("支援機関", "記入なし"): 1,
    }
    residents = frame[frame["voice"] == "市民(「孤独」に「はい」と答えた人)"].set_index("onset")
    lonely = int((sample.answers["lonely"] == "はい").sum())
    assert residents["base"].unique().tolist() == [lonely]
    assert residents.loc["20歳代", "n"] == lonely
    assert residents.loc["記入なし", "n"] == 0


def test_without_other_voices_there_is_the_residents_row_and_the_names_of_the_missing(sample, others):
    table = told(sample, others.iloc[:0], "voices_need")
    assert set(table.frame["voice"]) == {"市民"}
    assert "家族、民生委員、支援機関。" in table.schema.note


def test_persons_per_100000_are_of_the_register_and_only_those_of_residents_have_a_width(sample, others):
    people = persons(sample, {"孤独": ("lonely", ["はい"])}, 0.0)
    cases = pd.DataFrame({"case_id": range(7)})
    table = per_population(people, "孤独", cases, others, 1000).frame.set_index("voice")
    row = people.frame.iloc[0]
    assert table.loc["市民", ["rate", "low", "high"]].tolist() == [
        100 * row["estimate"],
        100 * row["low"],
        100 * row["high"],
    ]
    assert table.loc["支援機関", ["n", "rate"]].tolist() == [5, 500]
    assert table.loc["民生委員", ["n", "rate"]].tolist() == [7, 700]
    assert table.loc[["支援機関", "民生委員"], ["low", "high"]].isna().all(axis=None)
    assert "家族" not in table.index  # families were not asked how many they know
    assert per_population(people, "孤独", cases.iloc[:0], others, 1000).frame["voice"].tolist() == [
        "市民",
        "支援機関",
    ]
    assert per_population(people, "孤独", cases, others, None).frame.empty


def test_persons_of_whom_some_sheets_say_nothing_are_said_to_be_without_them(sample, others):
    people = persons(sample, {"孤独": ("lonely", ["はい"])}, 0.0)
    cases = pd.DataFrame({"case_id": range(7)})
    asked_nothing = others.replace({"voice": {"家族": "民生委員"}}).astype({"voice": others["voice"].dtype})
    told = per_population(people, "孤独", cases, asked_nothing, 1000)
    assert "書かなかった" not in told.schema.note  # commissioners hand in cases, every agency has answered
    agencies = others.index[others["voice"] == "支援機関"]
    some = others.assign(persons=others["persons"].where(others.index != agencies[-1]))
    table = per_population(people, "孤独", others.iloc[:0], some, 1000)
    assert table.frame.set_index("voice").loc["支援機関", "n"] == 2
    assert table.schema.note.endswith("人数を書かなかった回答の分を含まない立場: 支援機関。")
    one = asked_nothing.assign(persons=asked_nothing["persons"].where(asked_nothing.index > 0, 9))
    assert "書かなかった" not in per_population(people, "孤独", cases, one, 1000).schema.note
    assert (
        "分を含まない立場: 民生委員。"
        in per_population(people, "孤独", cases.iloc[:0], one, 1000).schema.note
    )
    nobody = per_population(people, "孤独", cases, others.drop(columns="persons"), 1000).frame
    assert nobody["voice"].tolist() == ["市民", "民生委員"]


def test_the_residents_that_a_skip_rule_left_are_others_than_all_and_known_from_the_tables_of_the_residents(
    sample, others
):
    assert told(sample, others, "voices_onset").schema["base"].told == ("市民(「孤独」に「はい」と答えた人)",)
    assert told(sample, others, "voices_need").schema["base"].told == ("市民",)
    assert told(sample, others, "voices_found").schema["base"].told == ()
    of_residents = [told(sample, others, name).left is not None for name in ("voices_need", "voices_found")]
    assert of_residents == [True, False]  # shares that are weighted tell more than their counts


@pytest.mark.parametrize(
    ("table", "rests"), [("persons", '("lonely", "withdrawn")'), ("per_population", '("withdrawn",)')]
)
def test_numbers_of_persons_go_with_the_answers_that_they_were_estimated_from(table, rests):
    """Withdrawn residents per 100,000, times the register, over the weight: the three who said so."""
    notebook = Path(__file__).parents[2] / "notebooks/06_resident_survey.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    (source,) = [text for cell in cells if f'"{table}",' in (text := "".join(cell["source"]))]
    assert f"computed_from={rests}" in source.split(f'"{table}",')[1].partition("page.table")[0]


def test_only_the_voices_that_answered_are_named_in_their_order(others):
    """Of three declared, the commissioners sent no sheet; a city may declare others."""
    assert voices_heard(others) == "市民・家族・支援機関"
    own = others.assign(voice=categorical(["学校"] * 6 + ["医療機関"], ["医療機関", "学校"]))
    assert voices_heard(own) == "市民・医療機関・学校"
    assert voices_heard(others.iloc[:0]) == "市民"


def test_a_rule_on_a_question_of_several_answers_leaves_only_those_who_were_sent(sample, others):
    ticks = {
        "id": "asks",
        "title": "頼む",
        "wording": "頼むか",
        "kind": "multiple",
        "options": {"1": "買物", "2": "通院"},
    }
    need = NEED | {"asked_if": {"item": "asks", "answers": ["通院"]}}
    forms = {"residents": {"key": "r", "items": [ticks, need]}, "voices": {"key": "v", "items": [need]}}
    form = Questionnaire.model_validate(
        {"survey": "s", "title": "調査", "target_group": "その他", "forms": forms}
    )
    some = pd.array([i % 2 == 0 for i in range(len(sample.answers))], "boolean")
    answers = sample.answers.assign(asks_買物=~some, asks_通院=some)
    [(_, _, table)] = voices(replace(sample, answers=answers), others, form)
    rows = table.frame.set_index("voice")
    whom = "市民(「頼む」に「通院」と答えた人)"
    assert rows.loc[whom, "base"].tolist() == [int(some.sum())] * 3
    assert rows.loc["家族", "base"].tolist() == [4] * 3  # their sheets do not ask what they ask for


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "10歳代まで"),
        (19, "10歳代まで"),
        (20, "20歳代"),
        (59, "50歳代"),
        (60, "60歳以上"),
        (199, "60歳以上"),
        (None, "記入なし"),
    ],
)
def test_an_age_from_birth_on_is_of_its_decade(age, band):
    item = Item(id="onset", title="始まった年齢", wording="何歳か", kind="number", unit="歳", whole=True)
    assert _labelled(pd.Series([age], dtype="Int64"), item).tolist() == [band]
