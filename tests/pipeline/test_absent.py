"""A year that lacks a survey or a campaign still has a report; its pages say what is missing and why."""

import json

import pytest
import yaml

from ujo_lib.params import notebooks_of, project_root
from ujo_lib.pipeline.keys import plan_steps
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import Manifest

REASON = "調査は令和5年度だけに行った"
CLAIM = """\
from ujo_lib.report.door.publish import NotSuppliedError
try:
    page.recall("01_survey_descriptives", "waves")
except NotSuppliedError as reason:
    shown = page.callout("note", f"この年度にない: {reason}")
shown"""


@pytest.fixture
def year_without_survey(project):
    file = project.place.params / "inputs.yaml"
    file.write_text(
        json.dumps({"data_dir": "data", "not_supplied": {"cases": REASON}}, ensure_ascii=False),
        encoding="utf-8",
    )
    for _ in range(2):
        project.drop_last_cell("05_annual_summary")  # it insists on a table of the survey
    return project


def test_a_year_without_a_survey_runs_and_its_page_gives_the_reason(year_without_survey):
    place = year_without_survey.place
    year_without_survey.run()
    assert Manifest.read(place.manifest).verdict == "complete"
    for folder in (place.internal, place.release):
        page = (folder / "01_survey_descriptives.html").read_text(encoding="utf-8")
        assert REASON in page
        assert "集計はありません" in page
        assert not list((folder / "tables").glob("01_*"))
    assert "集計はありません" in (place.release / "index.html").read_text(encoding="utf-8")


def test_without_a_dispensable_input_the_page_loses_the_cells_that_need_it_and_nothing_else(project):
    file = project.place.params / "inputs.yaml"
    told = {"data_dir": "data", "not_supplied": {"waves": "初めての調査"}}
    file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    project.add_cell("01_survey_descriptives", "raise ValueError('there are no waves')", tags=["needs-waves"])
    project.add_cell("01_survey_descriptives", "raise ValueError('nor here')", tags=["needs-waves"])
    project.add_cell("05_annual_summary", CLAIM)
    project.run()
    for folder in (project.place.internal, project.place.release):
        page = (folder / "01_survey_descriptives.html").read_text(encoding="utf-8")
        assert page.count("この部分の集計はありません") == 1
        assert "過去調査集計(初めての調査)" in page
        assert (folder / "tables" / "01_by_sex.csv").is_file()
        assert "この年度にない: 初めての調査" in (folder / "05_annual_summary.html").read_text(
            encoding="utf-8"
        )


def test_every_input_that_a_notebook_can_do_without_has_cells_that_go_with_it():
    for notebook in notebooks_of(project_root(), "sample"):
        tags = [tag for cell in notebook.cells for tag in cell.tags if tag.startswith("needs-")]
        assert {tag.removeprefix("needs-") for tag in tags} == set(notebook.says.dispensable), notebook.name


def test_a_changed_reason_makes_the_page_anew_and_other_notebooks_keep_their_keys(year_without_survey):
    place = year_without_survey.place
    before = {step.notebook: step.key for step in plan_steps(place)}
    file = place.params / "inputs.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(REASON, "別の理由"), encoding="utf-8")
    after = {step.notebook: step.key for step in plan_steps(place)}
    changed = {name[:2] for name in after if after[name] != before[name]}
    assert "01" in changed
    assert "02" not in changed


def test_a_new_release_of_an_earlier_year_makes_the_summary_anew_and_nothing_else(project):
    before = {step.notebook: step.key for step in plan_steps(project.place)}
    tables = SiteYear(project.root, "sample", 2022).release / "tables"
    tables.mkdir(parents=True)
    (tables / "02_totals.csv").write_text("範囲,件数\n県,1\n", encoding="utf-8")
    after = {step.notebook: step.key for step in plan_steps(project.place)}
    assert [name for name in after if after[name] != before[name]] == ["05_annual_summary"]


def test_the_earlier_years_of_the_sample_declare_what_they_lack():
    for year in (2021, 2022):
        declared = yaml.safe_load(
            (project_root() / f"params/sample/fy{year}/inputs.yaml").read_text(encoding="utf-8")
        )
        assert set(declared["not_supplied"]) >= {"commissioners", "cases", "ads", "campaigns"}
        assert not set(declared["not_supplied"]) & (set(declared) - {"not_supplied"})
