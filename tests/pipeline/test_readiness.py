"""What is wrong with a year's parameters is told before any notebook runs."""

import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from ujo_lib.intake import check
from ujo_lib.params import ParameterError, notebooks_of, project_root, read_flat_yaml, settings_model
from ujo_lib.params.common import Answers
from ujo_lib.params.inputs import GUIDE
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.readiness import contradicted, require_known_answers, unread, unusable, unweighable

REPOSITORY = project_root()
FOLDER = REPOSITORY / "params/sample/fy2023"
REPEATED = sorted(
    (file.name, name)
    for notebook in notebooks_of(REPOSITORY, "sample")
    for file in (FOLDER / f"{notebook.name}.yaml", FOLDER / "common.yaml")
    for name, field in settings_model(notebook).model_fields.items()
    for mark in field.metadata
    if isinstance(mark, Answers) and name in read_flat_yaml(file) and mark.kind in notebook.kinds
)

UNLISTED = {"area_code", "controls", "wave", "earlier_wave"}
DECLARED = [one for one in sorted(set(REPEATED)) if one[1] not in UNLISTED]
"""Without those whose answers no file lists beforehand, and those that are empty."""


@pytest.fixture
def place(tmp_path, monkeypatch) -> SiteYear:
    for folder in ("params", "notebooks", "benchmarks"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return SiteYear(tmp_path, "sample", 2023)


def _change(place: SiteYear, file: str, name: str) -> str:
    """Misspell the first answer that a parameter repeats."""
    path = place.params / file
    content = read_flat_yaml(path)
    value = content[name]
    first = next(iter(value)) if value and not isinstance(value, str) else value
    wrong = f"{first}違い"
    changed = {
        str: lambda: wrong,
        list: lambda: [wrong, *value[1:]],
        dict: lambda: {wrong: "x", **value},
    }[type(value)]()
    path.write_text(yaml.safe_dump(content | {name: changed}, allow_unicode=True), encoding="utf-8")
    return wrong


def test_the_samples_own_parameters_are_known(place):
    require_known_answers(place)
    assert len(set(REPEATED)) > 12


@pytest.mark.parametrize(("file", "name"), DECLARED)
def test_every_answer_that_a_parameter_repeats_is_held_against_those_there_are(place, file, name):
    wrong = _change(place, file, name)
    with pytest.raises(ParameterError) as refused:
        require_known_answers(place)
    (problem,) = [one for one in refused.value.problems if one.value == wrong]
    assert (problem.file, problem.key) == (file, name)
    assert problem.line
    assert problem.remedy.startswith(f"「{wrong.removesuffix('違い')}」")


def test_a_desk_that_is_declared_and_that_nobody_wrote_to_is_told_once_the_data_are_read(place):
    frames = {
        "consultations": pd.DataFrame({"channel": ["宇城市専用"], "pref": ["熊本県"]}),
        "population": pd.DataFrame({"area_code": ["43213"]}),
    }
    with pytest.raises(ParameterError) as refused:
        require_known_answers(place, SimpleNamespace(frames=frames))
    assert {(one.key, one.value) for one in refused.value.problems} == {("desk", "全国窓口")}
    frames["consultations"].loc[1] = ["全国窓口", "熊本県"]
    require_known_answers(place, SimpleNamespace(frames=frames))
    frames["population"]["area_code"] = "43204"
    with pytest.raises(ParameterError) as refused:
        require_known_answers(place, SimpleNamespace(frames=frames))
    assert {one.remedy for one in refused.value.problems} == {
        "データにある値のどれかに直すか、その値をデータに足す"
    }


def test_an_answer_that_is_declared_and_was_given_is_named_once(place):
    wrong = _change(place, "01_survey_descriptives.yaml", "outing_groups")
    given = "自室からほとんど出ない"
    with pytest.raises(ParameterError) as refused:
        require_known_answers(place, SimpleNamespace(frames={"cases": pd.DataFrame({"outing": [given]})}))
    (problem,) = [one for one in refused.value.problems if one.value == wrong]
    assert problem.expected.count(given) == 1


@pytest.mark.parametrize(
    ("named", "strange"),
    [
        (["R1", "R5"], []),
        (["R5"], [("earlier_wave", "R1")]),
        (["H27"], [("earlier_wave", "R1"), ("wave", "R5")]),
    ],
)
def test_a_wave_that_the_table_of_waves_does_not_have_is_told_by_the_check(place, named, strange):
    frames = {"waves": pd.DataFrame({"wave": named})}
    found = []
    try:
        require_known_answers(place, SimpleNamespace(frames=frames))
    except ParameterError as error:
        found = [(one.key, one.value) for one in error.problems]
    assert sorted(found) == strange


def test_a_kind_that_the_year_does_not_have_is_not_asked(place):
    inputs = place.params / "inputs.yaml"
    text = inputs.read_text(encoding="utf-8") + "not_supplied:\n  cases: この年度は調査がない\n"
    inputs.write_text(text, encoding="utf-8")
    _change(place, "01_survey_descriptives.yaml", "age_groups")
    require_known_answers(place)


def test_the_wave_of_a_year_without_a_survey_is_no_mistake(place):
    frames = {"waves": pd.DataFrame({"wave": ["R1"]})}
    with pytest.raises(ParameterError, match="R5"):
        require_known_answers(place, SimpleNamespace(frames=frames))
    inputs = place.params / "inputs.yaml"
    text = inputs.read_text(encoding="utf-8") + "not_supplied:\n  cases: この年度は調査がない\n"
    inputs.write_text(text, encoding="utf-8")
    require_known_answers(place, SimpleNamespace(frames=frames))


@pytest.mark.parametrize(
    ("told", "year", "found"),
    [
        (1, 2023, []),
        (0, 2023, ["該当者数は0"]),
        (2, 2023, ["該当者数は2"]),
        (pd.NA, pd.NA, []),
        (1, 2022, ["年度は2022ですが、ページには令和5(2023)年度に調査した"]),
        (1, 2024, ["年度は2024ですが"]),
    ],
)
def test_counts_and_year_in_the_table_of_waves_are_held_against_the_forms_they_were_made_of(
    place, told, year, found
):
    frames = {
        "commissioners": pd.DataFrame({"in_scope": [True, True], "responded": [True, False]}),
        "cases": pd.DataFrame({"case_id": ["1"], "duplicate_of": [None]}),
        "waves": pd.DataFrame(
            {
                "wave": ["R1", "R5"],
                "fiscal_year": [2019, year],
                "n_in_scope": [9, 2],
                "n_responded": [9, 1],
                "n_cases": [9, told],
            }
        ),
    }
    doubts = contradicted(place, SimpleNamespace(frames=frames))
    assert len(doubts) == len(found)
    assert all(part in doubt and "「R5」" in doubt for part, doubt in zip(found, doubts, strict=True))


CONTACTS = [("2023-06-01", 2), ("2023-06-02", 0), ("2023-06-03", 1)]
"""Days and contacts of a prefecture."""


@pytest.mark.parametrize(
    ("nation", "told"),
    [
        ([("2023-06-01", 2), ("2023-06-03", 1)], []),
        ([("2023-06-01", 2), ("2023-06-03", 2)], ["3件", "4件"]),
        ([("2023-06-01", 2), ("2023-06-02", 1), ("2023-06-03", 1)], ["3件", "4件"]),
        ([("2023-06-01", 1), ("2023-06-03", 1)], ["3件", "2件"]),
        ([("2023-06-01", pd.NA), ("2023-06-03", 1)], []),  # kept back by the nation: nothing to compare
        ([("2022-12-31", 7), ("2023-06-01", 2), ("2023-06-03", 1), ("2024-01-01", 7)], []),  # another year's
        ([("2023-06-01", 2), ("2023-06-03", 1), ("2023-07-31", 7)], []),  # a gap that is declared
        ([("2023-06-01", 2), ("2023-06-03", 1), ("2023-08-01", 1)], ["3件", "4件"]),
    ],
)
def test_records_and_the_nations_table_that_count_a_prefecture_differently_are_told(place, nation, told):
    own = place.params / "02_consultation_seasonality.yaml"
    content = read_flat_yaml(own) | {"gaps": ["2023-07-01~2023-07-31"]}
    own.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    days = [day for day, n in CONTACTS for _ in range(n)]
    records = {
        "received_at": pd.to_datetime([*days, "2023-06-01", "2023-06-01"]).tz_localize("Asia/Tokyo"),
        "pref": ["熊本県"] * 4 + ["福岡県"],
        "channel": ["全国窓口"] * 3 + ["宇城市専用", "全国窓口"],
    }
    table = {
        "date": pd.to_datetime([day for day, _ in nation]),
        "pref": "熊本県",
        "n": pd.array([n for _, n in nation], "Int64"),
    }
    frames = {"consultations": pd.DataFrame(records), "national_daily": pd.DataFrame(table)}
    doubts = contradicted(place, SimpleNamespace(frames=frames))
    assert len(doubts) == bool(told)
    assert all(part in doubts[0] for part in told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, True),
        ({"data_dir": "data/copied"}, False),
        ({"commissioners": {"files": ["own.csv"]}, "cases": None, "residents": None, "voices": None}, False),
        ({"data_dir": 1}, False),  # cannot be read, which that place's own check tells
    ],
)
def test_answers_that_another_places_parameters_read_too_are_told(place, change, told):
    """Records and a nation's figures may be given for several places at once; what people filled in is of one."""
    assert contradicted(place, SimpleNamespace(frames={})) == []
    other = place.root / "params" / "copied" / place.params.name
    other.mkdir(parents=True)
    content = yaml.safe_load((place.params / "inputs.yaml").read_text(encoding="utf-8")) | change
    kept = {name: value for name, value in content.items() if value is not None}
    (other / "inputs.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    doubts = contradicted(place, SimpleNamespace(frames={}))
    assert any("commissioners.xlsx は" in doubt and "params/copied" in doubt for doubt in doubts) is told
    assert bool(doubts) is told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "B09"}, True),
        ({"published": 26}, False),
        ({"statement": "令和4年度に把握された当事者の数"}, False),
        ({"cell": None, "rule": "none"}, False),
    ],
)
def test_statements_copied_from_another_year_are_told_for_a_release_takes_them_for_public(
    place, change, told
):
    """Eight women of this year are no public figure because last year's list said eight."""
    cell = {"notebook": "01_survey_descriptives", "table": "blanks"}
    claim = {"id": "S07", "statement": "当事者の数", "published": 25, "rule": "equal", "cell": cell}
    for year, content in (("fy2022", claim), ("fy2023", {**claim, **change})):
        file = place.params.parent / year / "published.yaml"
        file.write_text(yaml.safe_dump({"claims": [content]}, allow_unicode=True), encoding="utf-8")
    doubts = contradicted(place, SimpleNamespace(frames={}))
    own = {**claim, **change}["id"]
    assert [f"fy2023/published.yaml の {own} は、params/sample/fy2022/" in doubt for doubt in doubts] == [
        True
    ] * told


@pytest.mark.parametrize(
    ("first", "told"),
    [("2021-01-06", True), ("2021-01-07", True), ("2021-01-08", False), ("2023-06-01", False)],
)
def test_school_breaks_of_recorded_years_that_the_list_does_not_have_are_told(place, first, told):
    """The list begins in March 2021; the winter's break of the year after ended on 7 January."""
    records = pd.DataFrame(
        {
            "received_at": pd.to_datetime([f"{first} 23:30", "2023-06-01 00:00"]).tz_localize("Asia/Tokyo"),
            "pref": "熊本県",
            "channel": "全国窓口",
        }
    )
    doubts = contradicted(place, SimpleNamespace(frames={"consultations": records}))
    assert [("2020年の冬休み" in doubt, "school_breaks.yaml に" in doubt) for doubt in doubts] == (
        [(True, True)] * told
    )


@pytest.mark.parametrize(
    ("day", "declared", "told"),
    [
        ("2022-12-31", True, False),  # a desk that was closed before the year
        ("2023-01-01", True, True),
        ("2023-12-31", True, True),
        ("2024-01-01", True, False),
        ("2023-01-01", False, False),
    ],
)
def test_contacts_with_a_desk_that_the_year_says_it_does_not_have_are_not_dropped_in_silence(
    place, day, declared, told
):
    file = place.params / "inputs.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    absent = {"not_supplied": {"channels": "村に専用の相談窓口はない"}} if declared else {}
    file.write_text(yaml.safe_dump(content | absent, allow_unicode=True), encoding="utf-8")
    records = pd.DataFrame(
        {
            "received_at": pd.to_datetime([f"{day} 23:30", "2023-06-01 00:00"]).tz_localize("Asia/Tokyo"),
            "pref": "熊本県",
            "channel": ["宇城市専用", "全国窓口"],
        }
    )
    doubts = contradicted(place, SimpleNamespace(frames={"consultations": records}))
    assert ["「宇城市専用」" in doubt for doubt in doubts] == [True] * told


@pytest.mark.parametrize(("lost", "told"), [(False, []), (True, ["地区の区分が母集団の表と標本で違います"])])
def test_answers_that_cannot_stand_for_the_population_are_told_before_anything_is_run(
    place, sample_data, lost, told
):
    shutil.copytree(sample_data, place.root / "data/sample")
    data = check(place.params / "inputs.yaml", ["residents", "residents_frame"])
    register = data.frames["residents_frame"]
    first = register["district"].iloc[0]
    frames = {**data.frames, "residents_frame": register[(register["district"] != first) | (not lost)]}
    found = unweighable(place, SimpleNamespace(frames=frames))
    assert len(found) == len(told)
    assert all(text.startswith("市民調査(residents)と母集団(residents_frame): ") for text in found)
    assert all(part in text and f"標本だけ: {first}" in text for part, text in zip(told, found, strict=True))


def test_an_answer_of_the_residents_that_was_renamed_is_told_before_anything_is_run(place, sample_data):
    shutil.copytree(sample_data, place.root / "data/sample")
    data = check(place.params / "inputs.yaml", ["residents", "residents_frame"])
    asked = data.frames["residents"]["support_known"].cat.rename_categories({"知らない": "知りません"})
    frames = data.frames | {"residents": data.frames["residents"].assign(support_known=asked)}
    assert unweighable(place, SimpleNamespace(frames=frames)) == []
    named = asked.cat.rename_categories({"利用したことがある": "使った"})
    frames |= {"residents": frames["residents"].assign(support_known=named)}
    assert (
        "「利用したことがある」は、質問「support_known」の選択肢"
        in unweighable(place, SimpleNamespace(frames=frames))[0]
    )


@pytest.mark.parametrize("item", ["lonely_direct", "ucla_left_out", "support_known"])
def test_a_question_of_page_06_that_was_taken_out_is_told_and_is_no_fault_of_the_program(
    place, sample_data, item
):
    shutil.copytree(sample_data, place.root / "data/sample")
    file = place.root / "params/resident_items.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for form in content["forms"].values():
        form["items"] = [one for one in form["items"] if one["id"] != item]
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    data = check(place.params / "inputs.yaml", ["residents", "residents_frame"])
    (told,) = unweighable(place, data)
    assert told.startswith(f"調査票に項目「{item}」はありません")


def test_without_a_register_there_is_no_population_to_stand_for(place):
    assert unweighable(place, SimpleNamespace(frames={"residents": pd.DataFrame()})) == []


CONTACT = pd.DataFrame(
    {
        "received_at": pd.to_datetime(["2023-08-05 22:15"]).tz_localize("Asia/Tokyo"),
        "pref": "熊本県",
        "channel": "全国窓口",
        "age_band": "10代",
        "suicidal_ideation": "強く",
    }
)


@pytest.mark.parametrize(
    ("source", "wish", "ran", "told"),
    [
        ("国勢調査(2020年)", "強く", "2024-03-31", []),
        ("令和2年国勢調査", "強く", "2023-04-01", ["「国勢調査」で始まる行がありません"]),
        ("国勢調査(2020年)", None, "2023-04-01", ["「suicidal_ideation: 強く」では、相談を絞り込めません"]),
        (
            "国勢調査(2020年)",
            "強く",
            "2023-03-31",
            ["令和5(2023)年度に実施した、開始日の分かる施策がありません"],
        ),
    ],
)
def test_what_a_notebook_would_stop_for_is_told_before_it_runs_and_once(place, source, wish, ran, told):
    frames = {
        "population": pd.DataFrame(
            {
                "area_code": ["43213", "43000"],
                "as_of": pd.Timestamp("2020-10-01"),
                "source": source,
                "n": [5, 9],
            }
        ),
        "consultations": CONTACT.assign(suicidal_ideation=wish),
        "campaigns": pd.DataFrame({"start": pd.to_datetime([ran]), "end": pd.to_datetime([None])}),
    }
    found = unusable(place, SimpleNamespace(frames=frames))
    assert len(found) == len(told)
    assert all(part in text for part, text in zip(told, found, strict=True))
    assert unusable(place, SimpleNamespace(frames={})) == []


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (None, []),
        ("2023-08-05", []),
        ("2022-12-31", ["記録がある日に、全国の件数がありません"]),
    ],
)
def test_a_nation_whose_table_has_ended_is_told_before_page_02_stops_for_it(place, day, told):
    frames = {"consultations": CONTACT}
    if day:
        frames["national_hourly"] = pd.DataFrame({"date": pd.to_datetime([day]), "hour": [22], "n": [9]})
    found = unusable(place, SimpleNamespace(frames=frames))
    assert all(part in text for part, text in zip(told, found, strict=True))


@pytest.mark.parametrize(
    ("there", "beside"),
    [
        (["43213", "43000"], ["national_daily"]),
        (["43213"], []),
        (["43000"], []),
        (["43213", "43000"], ["national_daily", "national_hourly"]),
        (["43213", "43000", "00000"], ["national_daily", "national_hourly"]),
    ],
)
def test_people_that_page_02_sets_contacts_against_are_asked_for_before_it_stops(place, there, beside):
    """Those of the nation, too, where both of its tables are there: the check said nothing and the run stopped."""
    people = {"area_code": there, "as_of": pd.Timestamp("2020-10-01"), "source": "国勢調査", "n": 5}
    frames = {"population": pd.DataFrame(people)} | dict.fromkeys(beside)
    found = unusable(place, SimpleNamespace(frames=frames))
    lacking = {"43213", "43000", *["00000"] * (len(beside) > 1)} - set(there)
    assert [text for code in lacking for text in found if f"地域コード {code} の行" in text] == found
    assert len(found) == len(lacking)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("item", ["sex", "household_members", "outing", "support_needed"])
def test_a_question_of_the_page_that_was_taken_out_of_the_questionnaire_is_told_before_the_page_stops(
    place, item, kept
):
    file = place.root / "params/survey_items.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for form in content["forms"].values():
        form["items"] = [one for one in form["items"] if kept or one["id"] != item]
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    found = unusable(place, SimpleNamespace(frames={}))
    assert [text.split("。")[0] for text in found] == (
        [] if kept else [f"調査票に項目「{item}」はありません"]
    )


def test_a_question_that_no_page_names_may_be_taken_out(place):
    file = place.root / "params/survey_items.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for form in content["forms"].values():
        form["items"] = [one for one in form["items"] if one["id"] != "note"]
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert unusable(place, SimpleNamespace(frames={})) == []


def test_tables_beside_the_inputs_that_no_year_declares_are_named(project):
    folder = project.root / "data"
    assert unread(project.place) == []
    for name in (
        "cases - コピー.xlsx",
        "10月分.CSV",
        "~$cases.xlsx",
        ".cases.csv",
        "メモ.md",
        "写し/cases.csv",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    assert unread(project.place) == ["data/10月分.CSV", "data/cases - コピー.xlsx"]


def test_a_form_of_what_the_year_does_not_have_and_the_guide_are_not_forgotten(project):
    inputs = project.place.params / "inputs.yaml"
    for name in ("ads.csv", GUIDE, f"写し{GUIDE}"):
        (project.root / "data" / name).touch()
    assert unread(project.place) == ["data/ads.csv", f"data/写し{GUIDE}"]
    told = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    told |= {"ads": {"files": ["ads.csv"]}, "not_supplied": {"ads": "広告を出していない"}}
    inputs.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    assert unread(project.place) == [f"data/写し{GUIDE}"]


def test_what_another_year_reads_is_not_forgotten(project):
    (project.root / "data" / "cases_2022.csv").touch()
    assert unread(project.place) == ["data/cases_2022.csv"]
    earlier = project.place.params.with_name("fy2022") / "inputs.yaml"
    earlier.parent.mkdir()
    earlier.write_text('{"data_dir": "data", "cases": {"files": ["cases_*.csv"]}}', encoding="utf-8")
    assert unread(project.place) == []
