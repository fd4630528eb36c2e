import pandas as pd
import pytest

from tests.survey.conftest import ROOT
from ujo_lib import intake, survey
from ujo_lib.errors import InputError

EXAMPLES = ROOT / "params" / "examples"


@pytest.fixture(scope="module")
def elderly():
    return survey.read_questionnaire(EXAMPLES / "single_elderly_items.yaml")


@pytest.fixture
def raw():
    return survey.read_answers(EXAMPLES / "single_elderly_answers.csv")


@pytest.fixture
def read(elderly, raw, tmp_path):
    """Read the keyed answers as they stand now."""

    def answers(keyed=raw, encoding="utf-8-sig"):
        file = tmp_path / "answers.csv"
        keyed.to_csv(file, index=False, encoding=encoding)
        return intake.answers(file, elderly, "households")

    return answers


def test_another_survey_runs_by_its_files_alone(elderly, read):
    answers = read()
    assert survey.checked(answers, elderly, "households") is answers
    table = survey.all_items(answers, elderly, "households").frame
    assert list(table.columns[:4]) == ["item", "heading", "kind", "answer"]
    assert table.index.tolist() == list(range(len(table)))
    one, several = "単一回答", "複数回答"
    asked = ["age_band", "talk_frequency", "rely_on", "uses_service", "service_kind"]
    rows = table[["item", "kind"]].drop_duplicates().itertuples(index=False)
    assert list(rows) == list(zip(asked, [one, one, several, one, several], strict=True))
    service = table[table["item"] == "service_kind"].set_index("answer")
    assert (service.loc["配食", "n"], service.loc["配食", "base"], service.loc["非該当", "n"]) == (4, 8, 12)
    assert len(survey.crosstab(answers, "age_band", "rely_on", elderly))


def test_another_survey_is_read_as_any_file_is(elderly, raw, read):
    titled = raw.rename(columns={item.id: item.title for item in elderly.on("households")})
    pd.testing.assert_frame_equal(read(titled, "cp932"), read())


def test_circled_and_wide_numbers_are_read_as_the_clerk_meant_them(read):
    frame = read().set_index("household_id")
    ticked = [c for c in frame if c.startswith("rely_on_") and frame.loc["H004", c]]
    assert ticked == ["rely_on_別居の家族", "rely_on_民生委員", "rely_on_専門職"]
    assert frame.loc["H006", "rely_on_民生委員"]
    assert pd.isna(frame.loc["H019", "rely_on_友人"])


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("age_band", "7", "65~69歳"),
        ("age_band", "1,2", "65~69歳"),
        ("rely_on", "1,8", "1から6の番号"),
        ("outings_per_week", "9", "7 以下"),
        ("outings_per_week", "毎日", "数値"),
        ("household_id", "H002", "重なりがないこと"),
        ("household_id", None, "空欄でないこと"),
    ],
)
def test_a_wrong_cell_is_reported_with_its_row_and_nothing_is_counted(raw, read, column, value, expected):
    raw.loc[2, column] = value
    with pytest.raises(intake.DataProblems) as refused:
        read()
    [told] = [problem for problem in refused.value.problems if problem.severity == "error"]
    assert (told.row, told.column) == (4, column)
    assert expected in told.expected
    assert told.remedy


def test_an_answer_to_a_question_that_was_not_asked_is_reported_with_its_row(elderly, raw, read):
    raw.loc[2, "service_kind"] = "1"
    with pytest.raises(survey.QuestionnaireError, match=r"4行目「service_kind」.*無記入"):
        survey.checked(read(), elderly, "households")


@pytest.mark.parametrize(
    ("ticks", "rows"), [([False] * 4, []), ([pd.NA] * 4, []), ([False, pd.NA, False, True], [4])]
)
def test_a_box_that_was_left_unticked_is_no_answer_to_a_question_that_was_not_asked(
    elderly, read, ticks, rows
):
    answers = read()
    assert not elderly.asked(answers, "service_kind")[2]
    answers.loc[2, list(elderly.item("service_kind").columns)] = ticks
    assert survey.check_skips(answers, elderly, "households").frame["row"].tolist() == rows


@pytest.mark.parametrize("column", ["rely_on", "talk_frequency", "household_id"])
def test_a_missing_column_is_named(raw, read, elderly, column):
    heading = "household_id" if column == "household_id" else elderly.item(column).title
    with pytest.raises(intake.DataProblems, match=f"列「{heading}」があること"):
        read(raw.drop(columns=column))


def test_labels_are_accepted_where_codes_are_expected(raw, read):
    raw.loc[0, "talk_frequency"] = "週に1回"
    assert read()["talk_frequency"][0] == "週に1回"


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
    with pytest.raises(InputError, match="wish"):
        survey.compare_entries(raw, raw.drop(columns="wish"), "household_id")


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        (4, "2・3・4・5行目(全4行)"),
        (5, "2・3・4・5・6行目(全5行)"),
        (6, "2・3・4・5・6行目(全6行)"),
    ],
)
def test_up_to_five_rows_without_a_key_of_their_own_are_named(sheets, told):
    entry = pd.DataFrame({"household_id": [None] * sheets + ["H1"], "wish": "1"})
    with pytest.raises(InputError) as refused:
        survey.compare_entries(entry, entry, "household_id")
    assert f"一つ目の入力の{told}は「household_id」が空欄か" in str(refused.value)


def test_answers_keep_the_order_of_the_sheet(elderly, read):
    answers = read()["talk_frequency"].cat
    assert answers.ordered
    assert tuple(answers.categories) == elderly.item("talk_frequency").labels


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


def test_only_a_blank_cell_is_no_answer_and_codes_keep_their_zeros(tmp_path):
    """pandas takes NA, null and None for missing: somebody's words are an answer, and 001 is no 1."""
    file = tmp_path / "answers.csv"
    file.write_text("id,wish\n001,NA\n002,\n003,null\n004,None\n005, \n", encoding="utf-8-sig")
    read = survey.read_answers(file)
    assert read["id"].tolist() == ["001", "002", "003", "004", "005"]
    assert read["wish"].fillna("<>").tolist() == ["NA", "<>", "null", "None", " "]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_key_in_is_read_as_excel_saves_it(tmp_path, encoding, separator):
    file = tmp_path / "answers.csv"
    file.write_text(f"id{separator}wish\n001{separator}集まる場\n", encoding=encoding)
    assert survey.read_answers(file).to_dict("records") == [{"id": "001", "wish": "集まる場"}]


@pytest.mark.parametrize(
    "content", [None, b"", b"PK\x03\x04\x81\x00\xff", b"id,wish\n1,2,3,4\n5\n6,7,8,9,10\n"]
)
def test_a_key_in_that_is_no_table_is_told_in_a_sentence(tmp_path, content):
    file = tmp_path / "answers.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=r"answers\.csv を"):
        survey.read_answers(file)


@pytest.mark.parametrize(
    ("keys", "rows"),
    [(["1", "2"], ""), (["1", "1"], "2・3行目"), (["1", None], "3行目"), ([None, None], "2・3行目")],
)
def test_sheets_that_two_key_ins_cannot_be_told_by_are_named(keys, rows):
    good, entry = (pd.DataFrame({"id": ids, "wish": ["a", "b"]}) for ids in (["1", "2"], keys))
    if not rows:
        assert survey.compare_entries(good, entry, "id").empty
        return
    for one, other, which in ((good, entry, "二"), (entry, good, "一")):
        with pytest.raises(InputError, match=f"{which}つ目の入力の{rows}"):
            survey.compare_entries(one, other, "id")


def test_a_key_in_without_its_key_is_named():
    with pytest.raises(InputError, match="二つ目の入力に、列「id」"):
        survey.compare_entries(pd.DataFrame({"id": ["1"]}), pd.DataFrame({"no": ["1"]}), "id")


def test_who_alone_answers_a_question_is_told_in_the_words_of_the_form(cases, questionnaire):
    ticked = cases.assign(
        household=cases["household"].where(cases["household"] != "家族と同居", "一人暮らし")
    )
    for label in questionnaire.item("household_members").labels:
        ticked[f"household_members_{label}"] = pd.array([True] * len(cases), dtype="boolean")
    told = set(survey.check_skips(ticked, questionnaire, "cases").frame["expected"])
    assert told == {"無記入(「家族構成」が「家族と同居」の人だけが答える)"}
