"""The residents' survey: drawn and silent ones, a register, questions of its own questionnaire."""

import pytest

from tests.intake.conftest import Desk, as_csv
from ujo_lib.intake import DataProblems

HEAD = [
    "対象者番号",
    "性別",
    "年齢",
    "地区",
    "回答",
    "回収の段階",
    "回答方法",
    "孤独感(直接質問)",
    "始まった年齢",
]
ROWS = [
    ["R1", "男", "16~29歳", "東", "1", "1", "オンライン", "2", ""],
    ["R2", "女性", "30歳以上", "西", "0", "", "", "", ""],
    ["R3", "女性", "30歳以上", "西", "1", "2", "郵送", "決してない", "45"],
]
REGISTER = [
    ["性別", "年齢", "地区", "人口"],
    ["男性", "16~29歳", "東", "1,200"],
    ["女性", "30歳以上", "西", "3400"],
]


@pytest.fixture
def asked(desk: Desk) -> Desk:
    bands = ["16~29歳", "30歳以上"]
    desk.labels |= {"residents.age_band": bands, "residents_frame.age_band": bands}
    return desk


def changed(row: int, heading: str, value: str) -> bytes:
    rows = [list(one) for one in ROWS]
    rows[row][HEAD.index(heading)] = value
    return as_csv([HEAD, *rows])


def test_drawn_and_silent_are_read_with_the_answers_of_their_own_questionnaire(asked: Desk) -> None:
    asked.put("residents", "r.csv", as_csv([HEAD, *ROWS]))
    asked.put("residents_frame", "f.csv", as_csv(REGISTER))
    found = asked.load()
    frame = found["residents"]
    assert frame["responded"].tolist() == [True, False, True]
    assert frame["sex"].tolist() == ["男性", "女性", "女性"]
    assert frame["mode"].tolist()[0] == "Web"
    assert frame["lonely_direct"].tolist()[::2] == ["時々ある", "決してない"]
    assert frame["lonely_direct"].isna().tolist() == [False, True, False]
    assert found["residents_frame"]["n"].tolist() == [1200, 3400]


def test_a_file_of_answers_alone_needs_no_column_of_the_office(asked: Desk) -> None:
    asked.put("residents", "r.csv", as_csv([["対象者番号", "性別", "年齢"], ["R1", "男性", "16~29歳"]]))
    assert asked.load()["residents"]["responded"].isna().all()


@pytest.mark.parametrize(
    ("row", "heading", "value", "told"),
    [
        (1, "孤独感(直接質問)", "1", "回答の列を1に"),
        (1, "回収の段階", "1", "回答の列を1に"),
        (1, "始まった年齢", "30", "回答の列を1に"),
        (0, "回収の段階", "0", "1 以上"),
        (0, "年齢", "15歳", "16~29歳"),
        (2, "孤独感(直接質問)", "6", "しばしばある・常にある"),
        (2, "始まった年齢", "111", "110 以下"),
        (2, "性別", "", "空欄でないこと"),
        (2, "対象者番号", "R1", "R1"),
    ],
)
def test_a_mistake_is_told_with_its_row(asked: Desk, row: int, heading: str, value: str, told: str) -> None:
    asked.put("residents", "r.csv", changed(row, heading, value))
    with pytest.raises(DataProblems) as refused:
        asked.load()
    assert told in str(refused.value)


@pytest.mark.parametrize(("age", "onset", "told"), [
    ("16~29歳", "29", []), ("16~29歳", "30", []), ("16~29歳", "31", ["いまの年齢まで"]), ("70歳以上", "110", []),
])  # fmt: skip
def test_nothing_began_at_an_age_that_is_yet_to_come(
    asked: Desk, age: str, onset: str, told: list[str]
) -> None:
    row = [*ROWS[0]]
    row[HEAD.index("年齢")], row[HEAD.index("始まった年齢")] = age, onset
    asked.put("residents", "r.csv", as_csv([HEAD, row, *ROWS[1:]]))
    assert [p.expected for p in asked.check().faults if p.severity == "error"] == told


def test_a_column_that_says_nothing_means_that_all_listed_answered(asked: Desk) -> None:
    asked.put("residents", "r.csv", as_csv([HEAD, *([*row[:4], "", *row[5:]] for row in ROWS)]))
    assert asked.load()["residents"]["responded"].isna().all()


def test_a_register_without_persons_in_a_group_is_refused(asked: Desk) -> None:
    asked.put("residents_frame", "f.csv", as_csv([REGISTER[0], ["男性", "16~29歳", "東", "0"]]))
    with pytest.raises(DataProblems, match="1 以上"):
        asked.load()


def test_sheets_of_other_voices_are_read_with_the_questions_that_the_residents_had(asked: Desk) -> None:
    head = ["回答番号", "立場", "把握している人数", "最も必要な支援", "気づいたきっかけ", "始まった年齢"]
    rows = [["V1", "家族", "", "2", "3", "24"], ["V2", "関係機関", "3", "居場所", "", ""]]
    asked.put("voices", "v.csv", as_csv([head, *rows]))
    frame = asked.load()["voices"]
    assert frame["voice"].tolist() == ["家族", "支援機関"]
    assert frame["most_needed"].tolist() == ["家族への支援", "居場所"]
    assert frame["persons"].isna().tolist() == [True, False]
    assert frame["onset_age"].tolist()[0] == 24


def test_a_voice_that_nobody_has_declared_is_refused(asked: Desk) -> None:
    asked.put("voices", "v.csv", as_csv([["回答番号", "立場"], ["V1", "議員"]]))
    with pytest.raises(DataProblems, match="議員"):
        asked.load()


def test_two_years_of_the_survey_have_their_year_by_declaration_and_may_number_alike(asked: Desk) -> None:
    asked.put("residents", "r4.csv", as_csv([HEAD, *ROWS]))
    years = {"r4.csv": {"constants": {"fiscal_year": "R4"}}, "r5.csv": {"constants": {"fiscal_year": "2023"}}}
    asked.put("residents", "r5.csv", changed(0, "孤独感(直接質問)", "5"), per_file=years)
    assert asked.load()["residents"]["fiscal_year"].tolist() == [2022] * 3 + [2023] * 3


def test_two_files_without_a_year_are_one_survey_with_people_twice(asked: Desk) -> None:
    asked.put("residents", "r4.csv", as_csv([HEAD, *ROWS]))
    asked.put("residents", "r5.csv", changed(0, "孤独感(直接質問)", "5"))
    with pytest.raises(DataProblems, match="R1"):
        asked.load()
