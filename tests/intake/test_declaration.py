"""What is declared wrongly is told with its key, and with the word that was probably meant."""

import pytest

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.intake.declaration import Declaration, FileSpec, read_declaration
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import Option
from ujo_lib.params import project_root

LIKE = "「{}」ではありませんか。"
UNKNOWN = "項目の名前を確かめてください。"


def told(desk: Desk, *kinds: str) -> list[tuple[str, str, str]]:
    """Key, value and remedy of everything that is wrong with a declaration."""
    _, notes = declared(desk, *kinds)
    return [(problem.column, problem.value, problem.remedy) for problem in notes.problems]


def declared(desk: Desk, *kinds: str) -> tuple[Declaration, Notes]:
    notes = Notes("inputs.yaml")
    return read_declaration(desk._inputs(), kinds, desk.folder, notes), notes


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("campaigns.medium", "medium", LIKE.format("media")),
        ("campaings.media", "campaings", LIKE.format("campaigns")),
        ("zzz.media", "zzz", UNKNOWN),
        ("campaigns.zzz", "zzz", UNKNOWN),
        ("distrikt", "distrikt", LIKE.format("district")),
        (
            "cases.outing",
            "cases.outing",
            "調査票の項目です。選択肢は params/survey_items.yaml に書いてください。",
        ),
        ("outing", "outing", "調査票の項目です。選択肢は params/survey_items.yaml に書いてください。"),
    ],
)
def test_options_of_an_unknown_column_name_the_part_of_the_key_that_is_wrong(desk: Desk, key, value, remedy):
    desk.put("cases", "c.csv", as_csv(table("cases")))
    desk.labels = {key: ["東"]}
    assert told(desk, "cases") == [(f"labels.{key}", value, remedy)]


@pytest.mark.parametrize(("name", "found"), [("case_id", True), ("該当者番号", True), ("該当者番号2", False)])
def test_a_question_may_not_be_called_like_a_column_that_is_none(desk: Desk, name, found):
    desk.put("cases", "c.csv", as_csv(table("cases")))
    item = "{{id: {}, title: {}, wording: ほかに, kind: text}}"
    desk.ask("\n      - " + item.format(*((name, "番号") if name.isascii() else ("more", name))) + "\n")
    columns = [column for column, value, _ in told(desk, "cases") if value == name]
    assert columns == ([name if name.isascii() else "more"] if found else [])


def test_an_export_of_advertisements_needs_the_table_of_its_headings(desk: Desk):
    desk.put("ads", "a.csv", b"", layout="meta_ja")
    assert told(desk, "ads") == [
        ("ad_headings", "(なし)", "ad_headings: params/ad_headings.yaml を書いてください。")
    ]
    (desk.folder / "h.yaml").write_text("meta_ja: {columns: {impresions: [表示]}}\n", encoding="utf-8")
    desk.declared["ad_headings"] = "h.yaml"
    assert told(desk, "ads") == [("h.yaml: meta_ja", "impresions", LIKE.format("impressions"))]
    del desk.declared["ads"]["layout"], desk.declared["ad_headings"]
    assert told(desk, "ads") == []


@pytest.mark.parametrize(
    ("sheet", "sheets", "label"),
    [
        (None, (), "a.xlsx"),
        ("4月", (), "a.xlsx"),
        (None, ("4月",), "a.xlsx"),
        (None, ("4月", "5月"), "a.xlsx シート「4月」"),
        ("4月", ("5月",), "a.xlsx シート「4月」"),
    ],
)
def test_a_sheet_is_named_where_several_of_its_file_are_read(sheet, sheets, label):
    spec = FileSpec(
        kind="waves", name="a.xlsx", path=project_root(), worksheet="4月", sheet=sheet, sheets=sheets
    )
    assert spec.label == label


@pytest.mark.parametrize(
    ("said", "told_of"),
    [
        ({}, ["events"]),
        ({"events": {"files": ["e.csv"]}}, []),
        ({"not_supplied": {"events": "会議がなかった"}}, []),
        ({"not_supplied": {"ads": "広告がない"}}, ["events"]),
    ],
)
def test_a_kind_has_files_or_a_reason_why_there_are_none(desk: Desk, said, told_of):
    desk.declared = said
    assert [key for key, _, _ in told(desk, "events")] == told_of


def test_a_label_has_its_number_and_its_other_spellings(desk: Desk):
    desk.labels = {"district": {"東": ["ひがし", "1", "01"], "西": []}}
    desk.put("commissioners", "c.csv", b"")
    found, _ = declared(desk, "commissioners")
    assert found.schemas["commissioners"].column("district").options == (
        Option("東", "1", ("ひがし", "01")),
        Option("西"),
    )


@pytest.mark.parametrize(
    ("said", "constants"),
    [
        ({}, {"consult_id": "{file}/{row}"}),
        ({"constants": {"channel": "全国窓口"}}, {"consult_id": "{file}/{row}", "channel": "全国窓口"}),
        ({"constants": {"consult_id": "{row}"}}, {"consult_id": "{row}"}),
    ],
)
def test_a_layout_says_of_a_kind_what_the_city_does_not_say_itself(desk: Desk, said, constants):
    desk.put("consultations", "c.csv", b"", layout="google_forms", **said)
    [spec] = declared(desk, "consultations")[0].files
    assert spec.constants == constants


@pytest.mark.parametrize(
    ("said", "worksheets"),
    [({}, [None]), ({"sheet": "4月"}, ["4月"]), ({"sheets": ["4月", "5月"]}, ["4月", "5月"])],
)
def test_each_sheet_that_is_named_is_a_file_of_its_own(desk: Desk, said, worksheets):
    desk.put("national_daily", "n.xlsx", b"", **said)
    assert [spec.worksheet for spec in declared(desk, "national_daily")[0].files] == worksheets


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({}, None),
        ({"columns": {"数": "n"}}, None),
        ({"columns": {"数": "m"}}, "columns"),
        ({"constants": {"m": "1"}}, "constants"),
        ({"join": {"m": ["a", "b"]}}, "join"),
        ({"melt": {"n": "{pref}"}}, None),
        ({"melt": {"n": "{prefs}"}}, "melt"),
        ({"melt": {"m": "{pref}"}}, "melt"),
        ({"missing_in": {"m": {"-": "none"}}}, "missing_in"),
        ({"multiple_answers": {"n": "listed"}}, "multiple_answers"),
    ],
)
def test_a_file_of_which_something_is_said_that_its_kind_does_not_have_is_not_read(desk: Desk, said, key):
    desk.put("national_daily", "n.csv", b"", **said)
    found, notes = declared(desk, "national_daily")
    assert [one.column for one in notes.problems] == ([f"national_daily.{key}"] if key else [])
    assert len(found.files) == (not key)
