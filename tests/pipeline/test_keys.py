"""A page's key changes with everything the page depends on, and with nothing else."""

import re
from dataclasses import replace
from shutil import copytree

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.pipeline.conftest import HOUSE
from ujo_lib.params import ParameterError, PathOutsideProjectError
from ujo_lib.pipeline import keys, readiness
from ujo_lib.pipeline.keys import (
    MissingInputError,
    _sources_first,
    known_digest,
    named,
    plan_steps,
    run_id,
    summary_of,
)
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import versions


def _keys(project) -> dict[str, str]:
    return {step.notebook[:2]: step.key for step in plan_steps(project.place)}


def _changed(project, change) -> set[str]:
    before = _keys(project)
    change()
    after = _keys(project)
    return {name for name in after if after[name] != before[name]}


def test_planning_twice_gives_the_same_keys(project):
    assert _keys(project) == _keys(project)
    named = run_id(plan_steps(project.place))
    assert named == run_id(plan_steps(project.place))
    assert re.fullmatch("[0-9a-f]{12}", named)


def test_the_keys_are_those_of_the_place_that_is_asked_for_wherever_the_process_stands(project, monkeypatch):
    here = _keys(project)
    monkeypatch.chdir(REPOSITORY)  # another project, which has a city of the same name
    assert _keys(project) == here
    monkeypatch.setenv("UJO_ROOT", str(REPOSITORY))
    assert _keys(project) == here
    for step in plan_steps(project.place):
        assert all(file.is_relative_to(project.root) for file in step.settings.files.values())
        assert step.settings.tables_folder.is_relative_to(project.root)


def test_a_notebook_s_own_parameter_changes_it_and_the_summary(project):
    assert _changed(project, lambda: project.set_parameter("00_data_quality", "max_rows_shown", 9)) == {
        "00",
        "05",
    }


def test_a_common_parameter_changes_every_page(project):
    assert len(_changed(project, lambda: project.set_parameter("common", "threshold", 3))) == len(HOUSE)


def test_contact_points_in_another_order_change_every_page_for_they_are_printed_in_theirs(project):
    file = project.place.params / "common.yaml"
    told = yaml.safe_load(file.read_text("utf-8")) | {"contacts": {"窓口乙": "2", "窓口甲": "1"}}

    def write() -> None:
        file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")

    write()
    told["contacts"] = dict(reversed(told["contacts"].items()))
    assert len(_changed(project, write)) == len(HOUSE)


def test_a_comment_in_a_parameter_file_changes_nothing(project):
    file = project.place.params / "common.yaml"
    assert not _changed(
        project, lambda: file.write_text(file.read_text("utf-8") + "# 注\n", encoding="utf-8")
    )


def test_an_input_changes_the_notebooks_that_read_its_kind(project):
    changed = _changed(
        project, lambda: (project.root / "data/cases.csv").write_text("a\n3\n", encoding="utf-8")
    )
    assert {"00", "01", "05"} <= changed
    assert "02" not in changed


def test_how_an_input_is_declared_counts_as_well(project):
    inputs = project.place.params / "inputs.yaml"

    def change():
        declared = yaml.safe_load(inputs.read_text(encoding="utf-8"))
        declared["cases"]["sheet"] = "別のシート"
        inputs.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")

    assert {"00", "01", "05"} <= _changed(project, change)


def test_a_question_added_changes_the_notebooks_that_read_the_survey(project):
    items = project.root / "params" / "survey_items.yaml"
    changed = _changed(
        project, lambda: items.write_text(items.read_text("utf-8") + "# 注\n", encoding="utf-8")
    )
    assert {"00", "01", "05"} <= changed
    assert not {"02", "04"} & changed


def test_a_survey_that_is_tabulated_by_another_questionnaire_than_it_was_read_by_is_refused(project):
    inputs = project.place.params / "inputs.yaml"
    declared = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    declared["survey_items"] = "params/examples/single_elderly_items.yaml"
    inputs.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"01_survey_descriptives\.yaml の「survey_items」"):
        plan_steps(project.place)


def test_a_changed_notebook_changes_its_key(project):
    assert _changed(project, lambda: project.add_cell("03_content_tagging", "1")) == {"03", "05"}


@pytest.mark.parametrize("package", ["python", "ujo-lib", "pandas", "jpholiday", "highspy"])
def test_another_version_of_what_is_installed_changes_every_page(project, monkeypatch, package):
    other = versions() | {package: "99"}
    assert len(_changed(project, lambda: monkeypatch.setattr(keys, "versions", lambda: other))) == len(HOUSE)


def test_the_lock_file_changes_every_page(project):
    lock = project.root / "requirements.lock"
    assert len(
        _changed(project, lambda: lock.write_text(lock.read_text("utf-8") + "\n", encoding="utf-8"))
    ) == len(HOUSE)


def test_a_project_that_was_copied_without_its_lock_file_is_told_so(project):
    (project.root / "requirements.lock").unlink()
    with pytest.raises(MissingInputError, match=r"1 件見つかりません。\n  - requirements\.lock\n"):
        plan_steps(project.place)


@pytest.mark.parametrize("kind", ["parent", "absolute", "link"])
def test_an_input_outside_the_project_is_refused_unless_inputs_yaml_allows_it(project, tmp_path, kind):
    outside = tmp_path / "共有" / "cases.csv"
    outside.parent.mkdir()
    outside.write_text("a\n1\n", encoding="utf-8")
    (project.root / "data" / "link.csv").symlink_to(outside)
    name = {"parent": "../../共有/cases.csv", "absolute": str(outside), "link": "link.csv"}[kind]
    inputs = project.place.params / "inputs.yaml"
    declared = {"data_dir": "data", "cases": {"files": [name]}}
    inputs.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PathOutsideProjectError, match="プロジェクトのフォルダーの外"):
        plan_steps(project.place)
    inputs.write_text(yaml.safe_dump(declared | {"outside_project": True}), encoding="utf-8")
    parts = plan_steps(project.place)[1].parts
    assert [part for part in parts if part.startswith("input:")]
    assert not any(str(outside.parent) in part for part in parts)


def test_comparing_keys_does_not_import_pandas():
    import subprocess
    import sys

    code = "import sys, ujo_lib.cli, ujo_lib.pipeline.run; print(sorted({'pandas', 'papermill'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_what_left_before_counts_whichever_year_it_was_but_not_the_run_s_own_release(project):
    place = project.place
    nothing = known_digest(place, "aaaa")
    place.disclosed.mkdir(parents=True)
    (place.disclosed / "aaaa-tables.json").write_text("1")
    assert known_digest(place, "aaaa") == nothing
    assert known_digest(place, "bbbb") != nothing
    earlier = place.outputs.with_name("fy2022") / "disclosed"
    earlier.mkdir(parents=True)
    (earlier / "cccc-tables.json").write_text("2")
    both = known_digest(place, "bbbb")
    assert known_digest(place, "aaaa") not in (nothing, both)
    (earlier / "cccc-tables.json").write_text("3")
    assert known_digest(place, "bbbb") != both


@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
def test_each_table_that_a_compared_year_has_released_changes_the_summary_and_no_other_page(project, name):
    project.set_parameter("05_annual_summary", "compared_years", ["2022"])
    tables = replace(project.place, year=2022).release / "tables"
    tables.mkdir(parents=True)
    for one in ("a.csv", "b.csv"):
        (tables / one).write_text("1")
    assert _changed(project, lambda: (tables / name).write_text("2")) == {"05"}


def test_released_tables_that_change_their_names_change_the_summary(project):
    project.set_parameter("05_annual_summary", "compared_years", ["2022"])
    tables = replace(project.place, year=2022).release / "tables"
    tables.mkdir(parents=True)
    (tables / "a.csv").write_text("1")
    assert _changed(project, lambda: (tables / "a.csv").rename(tables / "b.csv")) == {"05"}


def test_one_mistake_in_the_common_parameters_is_told_once_for_all_notebooks(project):
    project.set_parameter("common", "level", 2)
    with pytest.raises(ParameterError) as refused:
        plan_steps(project.place)
    assert len(refused.value.problems) == 1


def test_the_page_that_opens_the_report_is_that_of_the_summary(project):
    assert summary_of(plan_steps(project.place)).notebook == "05_annual_summary"


def test_other_rules_of_disclosure_change_the_summary_and_so_the_run_but_no_other_page(project):
    def change():
        project.place.rules.parent.mkdir(parents=True, exist_ok=True)
        project.place.rules.write_text("threshold: 3\n", encoding="utf-8")

    assert _changed(project, change) == {"05"}


def test_what_a_year_does_not_have_counts_for_the_pages_that_read_it_but_not_for_that_on_the_data(project):
    inputs = project.place.params / "inputs.yaml"
    told = {"data_dir": "data", "cases": {"files": ["cases.csv"]}, "not_supplied": {"waves": "初めての調査"}}
    inputs.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    absent = {step.notebook[:2]: dict(step.absent) for step in plan_steps(project.place)}
    assert absent == {name: {"waves": "初めての調査"} if name == "01" else {} for name in absent}


def _declare(project, **told) -> None:
    common = {"data_dir": "data", "cases": {"files": ["cases.csv"]}}
    text = yaml.safe_dump(common | told, allow_unicode=True)
    (project.place.params / "inputs.yaml").write_text(text, encoding="utf-8")


def test_another_reason_why_the_year_lacks_something_changes_the_page_on_the_data_which_prints_it(project):
    _declare(project, not_supplied={"media_use": "広告を出さなかった"})
    changed = _changed(project, lambda: _declare(project, not_supplied={"media_use": "別の理由"}))
    assert {"00", "05"} <= changed
    assert not {"01", "02"} & changed


def test_a_file_of_what_the_year_is_said_to_lack_is_looked_at_when_it_arrives(project):
    _declare(project, events={"files": ["late.csv"]}, not_supplied={"events": "まだ届いていない"})
    assert "00" in _changed(project, lambda: (project.root / "data/late.csv").write_text("a\n1\n"))


def test_a_parameter_moved_to_another_file_changes_the_page_that_says_where_it_was_written(project):
    file = project.place.params / "common.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))

    def move() -> None:
        project.set_parameter("00_data_quality", "seed", told.pop("seed"))
        file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")

    assert "00" in _changed(project, move)


@pytest.mark.parametrize(
    ("declared", "there"),
    [
        ("受付/ガイド.csv", "受付/カ\u3099イト\u3099.csv"),
        ("受付/カ\u3099イト\u3099.csv", "受付/ガイド.csv"),
        ("受付\\ガイド.csv", "受付/ガイド.csv"),
        ("受付\\*.csv", "受付/カ\u3099イト\u3099.csv"),
    ],
)
def test_a_run_finds_a_file_under_every_name_under_which_it_is_checked(project, declared, there):
    file = project.root / "data" / there
    file.parent.mkdir()
    file.write_text("a\n1\n", encoding="utf-8")
    _declare(project, cases={"files": [declared]})
    assert {"00", "01", "05"} <= _changed(project, lambda: file.write_text("a\n2\n", encoding="utf-8"))
    assert not readiness.unread(project.place)


def test_a_file_is_named_by_its_place_in_the_project_and_else_only_by_its_name(tmp_path):
    inside, outside = tmp_path / "a" / "data" / "x.csv", tmp_path / "b" / "y.csv"
    assert named(inside, tmp_path / "a") == "data/x.csv"
    assert named(outside, tmp_path / "a") == "y.csv"


def test_the_order_in_which_inputs_are_declared_changes_nothing(project):
    inputs = project.place.params / "inputs.yaml"
    declared = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    turned = dict(reversed(declared.items()))
    assert list(turned) != list(declared)
    assert not _changed(
        project,
        lambda: inputs.write_text(
            yaml.safe_dump(turned, allow_unicode=True, sort_keys=False), encoding="utf-8"
        ),
    )


def test_notebooks_that_read_each_other_are_named_to_whoever_made_them_do_so():
    with pytest.raises(ParameterError, match=r"07_子育て.*08_介護|08_介護.*07_子育て"):
        _sources_first({"07_子育て": ["08_介護"], "08_介護": ["07_子育て"], "01": []})
    assert _sources_first({"05": ["01", "03"], "03": ["01"], "01": []}) == ["01", "03", "05"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("disclosures.yaml", "disclosure.yaml"),  # the release would be protected by the defaults
        ("02_consultation_seasonalty.yaml", "02_consultation_seasonality.yaml"),
        ("goals.yml", "goals.yaml"),
        ("common - コピー.yaml", "common.yaml"),
        ("h1/commn.yaml", "common.yaml"),
    ],
)
def test_parameters_that_nothing_would_read_are_told_with_the_name_they_are_near_to(project, name, meant):
    file = project.place.params / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("threshold: 10\n", encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        plan_steps(project.place)
    (problem,) = refused.value.problems
    assert (problem.file, problem.remedy) == (name, f"「{meant}」の書き間違いではありませんか")
    assert meant in problem.expected.split("、")


@pytest.mark.parametrize(
    "name",
    [
        "disclosure.yaml",
        "h1/common.yaml",
        "h2/common.yaml",
        "~$common.yaml",
        ".common.yaml",
        ".ipynb_checkpoints/common-checkpoint.yaml",
        "メモ.txt",
    ],
)
def test_files_that_are_read_and_traces_of_an_editor_are_no_mistakes(project, name):
    file = project.place.params / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("", encoding="utf-8")
    plan_steps(project.place)


def test_a_copied_folder_whose_files_still_name_the_one_it_was_copied_from_is_told_so(project):
    """To move the copies away, as of files that nobody knows, would leave the other place's in use."""
    copied = SiteYear(project.root, "copied", project.place.year)
    copytree(project.place.params, copied.params)
    of_first = project.place.params.relative_to(project.root).as_posix()
    common = copied.params / "common.yaml"
    common.write_text(
        common.read_text(encoding="utf-8").replace(f"site: {project.place.site}", "site: copied"),
        encoding="utf-8",
    )
    with pytest.raises(ParameterError) as refused:
        plan_steps(copied)
    told = {problem.file: problem.remedy for problem in refused.value.problems}
    assert f"代わりに {of_first}/inputs.yaml が読まれています" in told["inputs.yaml"]
    for file in copied.params.glob("*.yaml"):
        file.write_text(
            file.read_text(encoding="utf-8").replace(
                of_first, copied.params.relative_to(project.root).as_posix()
            ),
            encoding="utf-8",
        )
    plan_steps(copied)


def test_a_questionnaire_beside_the_parameters_is_read_when_the_inputs_name_it(project):
    inputs, own = project.place.params / "inputs.yaml", project.place.params / "市民調査.yaml"
    own.write_bytes((project.root / "params/resident_items.yaml").read_bytes())
    with pytest.raises(ParameterError, match=r"市民調査\.yaml.*ほかのフォルダーへ移す"):
        plan_steps(project.place)
    declared = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    declared["resident_items"] = own.relative_to(project.root).as_posix()
    inputs.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    plan_steps(project.place)
