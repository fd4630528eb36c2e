"""Nothing that is declared of a file can be read two ways, and questions become the columns they ask for."""

from collections import Counter
from itertools import chain

import pytest

from tests.intake.conftest import FORMS
from ujo_lib.intake.headers import fold
from ujo_lib.intake.schemas import DTYPES, NUMERIC, PREFECTURES, SCHEMAS, Option, options, uncoded
from ujo_lib.questionnaire import Item

WHOLE = {
    kind: schema.with_questions(item for form in FORMS for item in form.on(kind))
    for kind, schema in SCHEMAS.items()
}


@pytest.mark.parametrize("kind", WHOLE)
def test_no_heading_and_no_name_means_two_columns_of_one_file(kind: str) -> None:
    schema = WHOLE[kind]
    columns = (*schema.columns, *schema.multiples)
    headings = Counter(
        chain.from_iterable({*map(fold, (column.heading, *column.aliases))} for column in columns)
    )
    split = [multiple.column(option) for multiple in schema.multiples for option in multiple.options]
    names = Counter([*(column.name for column in columns), *split])
    for told in (headings, names):
        assert [what for what, times in told.items() if times > 1] == []


@pytest.mark.parametrize("kind", WHOLE)
def test_no_spelling_means_two_answers_of_one_question(kind: str) -> None:
    for column in (*WHOLE[kind].columns, *WHOLE[kind].multiples):
        spelled = [{option.label, *option.aliases, option.code} - {""} for option in column.options]
        twice = [what for what, times in Counter(chain.from_iterable(spelled)).items() if times > 1]
        assert twice == [], column.name


@pytest.mark.parametrize("kind", SCHEMAS)
def test_rows_are_told_apart_by_columns_that_the_file_has(kind: str) -> None:
    schema = SCHEMAS[kind]
    assert schema.kind == kind
    assert schema.key
    assert all(schema.column(name).name == name for name in schema.key)
    with pytest.raises(KeyError):
        schema.column("no such column")


@pytest.mark.parametrize("kind", WHOLE)
def test_a_column_declares_only_what_its_type_can_hold(kind: str) -> None:
    for column in WHOLE[kind].columns:
        assert column.type in {*DTYPES, "cat", "age"}, column.name
        assert column.required or not column.filled, column.name
        assert column.type in NUMERIC or (column.minimum, column.maximum) == (None, None), column.name
        assert column.type in ("cat", "age") or not column.options, column.name
        assert column.type == "str" or not column.brief, column.name
        assert column.type == "age" or not column.whole, column.name


ASKED_FOR = {
    "commissioners": ("survey_id target_group commissioner_id in_scope responded", "", ""),
    "cases": ("survey_id case_id commissioner_id", "", ""),
    "waves": ("wave fiscal_year", "survey_name n_cases comparable source", ""),
    "consultations": ("consult_id received_at channel pref", "age_band", "channel"),
    "consultations_hourly": ("date hour pref channel", "n", "channel"),
    "consultations_daily": ("date pref channel", "n", "channel"),
    "national_daily": ("date pref", "n", ""),
    "national_hourly": ("date hour", "n", ""),
    "national_attributes": ("scope variable value", "n", ""),
    "ads": ("platform", "campaign impressions", ""),
    "campaigns": ("campaign_id name media", "start end", ""),
    "population": ("area_code area_name as_of source", "n", ""),
    "channels": ("channel", "", "channel"),
    "events": ("date name", "kind", ""),
    "media_use": ("age_band medium", "share", ""),
    "residents": ("resident_id sex age_band", "", "age_band"),
    "residents_frame": ("sex age_band n", "", "age_band"),
    "voices": ("answer_id voice", "", ""),
}
"""Kind → columns that each row fills, those that a file has though cells may be blank (suppressed, unknown), and those
of which a city says what may stand there; of districts always."""


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_file_has_what_counts_and_comparisons_cannot_do_without(kind: str) -> None:
    columns = SCHEMAS[kind].columns
    filled = [column.name for column in columns if column.filled]
    there = [column.name for column in columns if column.required and not column.filled]
    local = [column.name for column in columns if column.from_labels and column.name != "district"]
    assert (filled, there, local) == tuple(names.split() for names in ASKED_FOR[kind])
    assert all(column.from_labels for column in columns if column.name == "district")
    assert SCHEMAS[kind].may_be_empty == (kind == "cases")  # nobody was found


BOUNDS = {
    "ucla3_1": (1, 4),
    "ucla3_2": (1, 4),
    "ucla3_3": (1, 4),
    "hour": (0, 23),
    "share": (0, 1),
    "wave": (1, None),
}
"""UCLA's three items have four answers, a day 24 hours, reminders begin after a first wave."""


@pytest.mark.parametrize("kind", SCHEMAS)
def test_numbers_begin_with_nothing_and_only_people_seen_twice_are_not_added_up(kind: str) -> None:
    for column in SCHEMAS[kind].columns:
        if column.type in {*NUMERIC, "hour"} - {"year"}:
            least = 1 if (kind, column.name) == ("residents_frame", "n") else 0  # a stratum of nobody is none
            bounds = BOUNDS.get(column.name, (least, None))
            assert (column.minimum, column.maximum) == bounds, column.name
        assert column.additive != (column.name in ("reach", "households", "share")), column.name
        assert column.brief == (column.type == "str" and column.name in ("city", "utm_source", "device")), (
            column.name
        )
        assert column.whole == ((kind, column.name) == ("residents_frame", "age_band")), column.name


def test_prefectures_have_the_codes_of_jis_x_0401_and_may_be_written_without_their_last_letter() -> None:
    known = {option.label: (option.code, option.aliases) for option in PREFECTURES}
    assert len(known) == 49
    assert [known[name] for name in ("北海道", "青森県", "東京都", "沖縄県")] == [
        ("01", ()),
        ("02", ("青森",)),
        ("13", ("東京",)),
        ("47", ("沖縄",)),
    ]


@pytest.mark.parametrize("ages", [(13, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64)])
def test_ages_of_advertisements_are_known_however_a_platform_writes_them(ages: tuple[int, int]) -> None:
    first, last = ages
    (option,) = [one for one in SCHEMAS["ads"].column("age_band").options if one.label == f"{first}-{last}"]
    assert option.aliases == tuple(
        form.format(first, last) for form in ("{}~{}", "{}~{}歳", "{}-{}歳", "AGE_{}_{}")
    )


def test_codes_count_from_one_unless_they_stand_before_the_label() -> None:
    assert options("父/母/9 不明/その他") == (
        Option("父", "1"),
        Option("母", "2"),
        Option("不明", "9"),
        Option("その他", "4"),
    )
    assert options("3年未満/10 代") == (Option("3年未満", "1"), Option("代", "10"))
    assert uncoded("男性/9 不明") == (Option("男性"), Option("不明"))


def test_other_spellings_belong_to_a_label_that_is_there() -> None:
    assert options("男性/女性", {"女性": ("女", "F")}) == (
        Option("男性", "1"),
        Option("女性", "2", ("女", "F")),
    )
    with pytest.raises(ValueError, match="女"):
        options("男性/女性", {"女": ("F",)})


def _item(**more: object) -> Item:
    return Item.model_validate({"id": "q", "title": "問", "wording": "お尋ねします", "kind": "text"} | more)


@pytest.mark.parametrize(
    ("asked", "type", "bounds"),
    [
        ({"kind": "text"}, "text", (None, None)),
        ({"kind": "number", "unit": "回", "whole": True, "range": [0, 9]}, "int", (0, 9)),
        ({"kind": "number", "unit": "時間", "range": [0.5, 9]}, "number", (0.5, 9)),
        ({"kind": "single", "options": {"1": "はい", "2": "いいえ"}}, "cat", (None, None)),
        ({"kind": "single", "options": {"1": "10代", "2": "20代"}, "id": "age_band"}, "age", (None, None)),
    ],
)
def test_a_question_is_read_by_its_kind_within_its_bounds(asked: dict, type: str, bounds: tuple) -> None:
    (column,) = SCHEMAS["cases"].with_questions([_item(**asked)]).columns[len(SCHEMAS["cases"].columns) :]
    assert (column.type, column.minimum, column.maximum, column.asked) == (type, *bounds, True)
    assert [(option.code, option.label) for option in column.options] == list(
        asked.get("options", {}).items()
    )


def test_several_answers_become_a_column_each_behind_the_columns_of_the_file() -> None:
    asked = {"kind": "multiple", "options": {"1": "父", "2": "母"}, "spellings": {"母": ["お母さん"]}}
    schema = SCHEMAS["cases"].with_questions([_item(**asked, heading="同居家族", required=True)])
    (multiple,) = schema.multiples[len(SCHEMAS["cases"].multiples) :]
    assert [multiple.column(option) for option in multiple.options] == ["q_父", "q_母"]
    assert (multiple.heading, multiple.required) == ("同居家族", True)
    assert multiple.options[1].aliases == ("お母さん",)
    assert schema.columns == SCHEMAS["cases"].columns
