import pandas as pd
import pytest

from tests.survey.conftest import ROOT
from ujo_lib import survey

EXAMPLES = ROOT / "params" / "examples"


@pytest.fixture(scope="module")
def elderly():
    return survey.read_questionnaire(EXAMPLES / "single_elderly_items.yaml")


@pytest.fixture
def raw():
    return survey.read_answers(EXAMPLES / "single_elderly_answers.csv")


def test_another_survey_runs_by_its_files_alone(elderly, raw):
    decoded = survey.decode(raw, elderly, "households")
    assert decoded.problems.empty
    assert decoded.checked() is decoded.frame
    table = survey.all_items(decoded.frame, elderly, "households").frame
    assert list(table.columns[:4]) == ["item", "heading", "kind", "answer"]
    assert table.index.tolist() == list(range(len(table)))
    assert set(table["item"]) == {"age_band", "talk_frequency", "rely_on", "uses_service", "service_kind"}
    service = table[table["item"] == "service_kind"].set_index("answer")
    assert (service.loc["配食", "n"], service.loc["配食", "base"], service.loc["非該当", "n"]) == (4, 8, 12)
    assert len(survey.crosstab(decoded.frame, "age_band", "rely_on", elderly))


def test_circled_and_wide_numbers_are_read_as_the_clerk_meant_them(elderly, raw):
    frame = survey.decode(raw, elderly, "households").frame.set_index("household_id")
    ticked = [c for c in frame if c.startswith("rely_on_") and frame.loc["H004", c]]
    assert ticked == ["rely_on_別居の家族", "rely_on_民生委員", "rely_on_専門職"]
    assert frame.loc["H006", "rely_on_民生委員"]
    assert pd.isna(frame.loc["H019", "rely_on_友人"])


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("age_band", "7", "1 65~69歳"),
        ("age_band", "1,2", "一つだけ"),
        ("rely_on", "1,8", "6 頼れる人はいない"),
        ("outings_per_week", "9", "0〜7"),
        ("outings_per_week", "毎日", "0〜7"),
        ("household_id", "H002", "違う番号"),
        ("service_kind", "1", "無記入"),
    ],
)
def test_a_wrong_cell_is_reported_with_its_row_and_left_out(elderly, raw, column, value, expected):
    raw.loc[2, column] = value
    decoded = survey.decode(raw, elderly, "households")
    told = decoded.problems[decoded.problems["column"] == column]
    assert 4 in told["row"].tolist()
    assert told["expected"].str.contains(expected, regex=False).all()
    assert told["remedy"].str.len().min() > 0
    with pytest.raises(survey.QuestionnaireError, match=f"4行目「{column}」"):
        decoded.checked()


def test_a_missing_column_is_named(elderly, raw):
    with pytest.raises(KeyError, match="rely_on"):
        survey.decode(raw.drop(columns="rely_on"), elderly, "households")


def test_labels_are_accepted_where_codes_are_expected(elderly, raw):
    raw.loc[0, "talk_frequency"] = "週に1回"
    assert survey.decode(raw, elderly, "households").frame["talk_frequency"][0] == "週に1回"


def test_two_key_ins_are_compared_cell_by_cell(raw):
    second = raw.sample(frac=1, random_state=1).copy()
    second.loc[second["household_id"] == "H007", "outings_per_week"] = "1"
    second = second[second["household_id"] != "H020"]
    found = survey.compare_entries(raw, second, "household_id")
    assert found.to_dict("records") == [
        {"household_id": "H020", "column": "household_id", "first": "あり", "second": "なし"},
        {"household_id": "H007", "column": "outings_per_week", "first": "7", "second": "1"},
    ]
    assert survey.compare_entries(raw, raw, "household_id").empty
    with pytest.raises(KeyError, match="wish"):
        survey.compare_entries(raw, raw.drop(columns="wish"), "household_id")


def test_a_stated_number_that_differs_from_the_sheets_is_listed(commissioners, cases):
    assert survey.check_reported(commissioners, cases).empty
    commissioners.loc[0, "n_cases_reported"] = 1
    assert survey.check_reported(commissioners, cases.iloc[1:]).to_dict("records") == [
        {"commissioner_id": "000", "reported": 1, "sheets": 0},
        {"commissioner_id": "078", "reported": 1, "sheets": 0},
    ]


def test_who_has_not_said_whether_they_answered_is_not_held_against_their_sheets(commissioners, cases):
    commissioners["responded"] = commissioners["responded"].astype("boolean")
    silent = commissioners.index[-1]
    commissioners.loc[silent, ["responded", "n_cases_reported"]] = [pd.NA, 3]
    assert survey.check_reported(commissioners, cases).empty


def test_answers_keep_the_order_of_the_sheet(elderly, raw):
    decoded = survey.decode(raw, elderly, "households").frame["talk_frequency"].cat
    assert decoded.ordered
    assert tuple(decoded.categories) == elderly.item("talk_frequency").labels


def test_a_skip_rule_is_checked_on_frames_from_elsewhere(questionnaire, cases):
    for label in questionnaire.item("household_members").labels:
        cases[f"household_members_{label}"] = pd.array([True] * 25, dtype="boolean")
    found = survey.check_skips(cases, questionnaire, "cases").frame
    assert len(found) == 7
    assert set(found["column"]) == {"household_members"}


def test_differences_stand_in_the_order_of_the_form():
    first = pd.DataFrame({"id": ["1"], "wish": ["a"], "age": ["b"]})
    found = survey.compare_entries(first, first.assign(wish="x", age="y"), "id")
    assert found["column"].tolist() == ["wish", "age"]
