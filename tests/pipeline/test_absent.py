"""A year that lacks a survey or a campaign still has a report; its pages say what is missing and why."""

import json
import re
from itertools import pairwise

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ujo_lib.params import Notebook, notebooks_of, project_root
from ujo_lib.params.notebooks import About
from ujo_lib.pipeline import keys
from ujo_lib.pipeline.absent import executed_form
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


@pytest.mark.slow
def test_a_year_without_a_survey_runs_and_its_page_gives_the_reason(first_run, year_without_survey):
    place = year_without_survey.place
    year_without_survey.run()
    assert Manifest.read(place.manifest).verdict == "complete"
    for folder in (place.internal, place.release):
        page = (folder / "01_survey_descriptives.html").read_text(encoding="utf-8")
        assert REASON in page
        assert "集計はありません" in page
        assert not list((folder / "tables").glob("01_*"))
    assert "集計はありません" in (place.release / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_without_a_dispensable_input_the_page_loses_the_cells_that_need_it_and_nothing_else(
    project, first_run
):
    file = project.place.params / "inputs.yaml"
    told = {"data_dir": "data", "not_supplied": {"waves": "初めての調査"}}
    file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    project.add_cell(
        "01_survey_descriptives", "page.publish(there_are_none, 'waves', '調査回')", tags=["needs-waves"]
    )
    project.add_cell("01_survey_descriptives", "raise ValueError('nor here')", tags=["needs-waves"])
    project.add_cell("05_annual_summary", CLAIM)
    project.run()
    for folder in (project.place.internal, project.place.release):
        page = (folder / "01_survey_descriptives.html").read_text(encoding="utf-8")
        assert page.count("これを使う集計はありません") == 1
        assert "「過去調査集計」(初めての調査)" in page
        assert (folder / "tables" / "01_by_sex.csv").is_file()
        assert "この年度にない: 資料がない: 「過去調査集計」(初めての調査)" in (
            folder / "05_annual_summary.html"
        ).read_text(encoding="utf-8")


def _made(tmp_path, audience, *cells):
    """What is executed of a notebook in a year without `ads` and `events`: its sources, and its cells."""
    file = tmp_path / "08_thing.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 題", id="title"), *cells]), file)
    about = About(role="analysis", dispensable=("ads", "events", "waves"))
    made = executed_form(Notebook(file, about, ()), audience, ["ads", "events"]).cells
    return [
        one.source.splitlines()[-1].removeprefix("page.section_not_supplied")
        if "no-" in one.id
        else one.source
        for one in made
    ], made


def _code(text, *tags):
    return new_code_cell(text, metadata={"tags": list(tags)})


def test_reasons_of_two_sections_are_two_cells(tmp_path):
    lost = (_code("page.say('A')", "needs-ads"), _code("page.say('B')", "needs-ads"))
    _, made = _made(tmp_path, "internal", lost[0], new_markdown_cell("## 節"), lost[1])
    assert [one.id for one in made if "no-" in one.id] == [f"no-{one.id}" for one in lost]


def test_each_section_says_once_what_it_lacks_and_which_tables_it_misses(tmp_path):
    sources, _ = _made(
        tmp_path,
        "internal",
        _code("nation = counts['全国']", "needs-ads"),
        new_markdown_cell("## 節"),
        _code("page.publish(x, 'one', 'A')", "needs-ads"),
        _code("page.publish(x, 'two', 'B')", "needs-ads", "needs-events"),
        _code("page.table(kept)"),
        new_markdown_cell("## 次の節"),
        _code("page.publish(x, 'four', 'D')", "needs-events"),
        _code("page.publish(x, 'five', 'E')", "needs-waves"),
    )
    assert sources == [
        "# 題",
        "## 節",
        '(_lacking(["ads", "events"]), {"one": _lacking(["ads"]), "two": _lacking(["ads", "events"])})',
        "page.table(kept)",
        "## 次の節",
        '(_lacking(["events"]), {"four": _lacking(["events"])})',
        "page.publish(x, 'five', 'E')",
    ]


@pytest.mark.parametrize(("audience", "told"), [("internal", True), ("release", False)])
def test_words_on_a_method_go_where_nothing_of_their_section_remains(tmp_path, audience, told):
    sources, _ = _made(
        tmp_path,
        audience,
        new_markdown_cell("## 効果\n\n比べる相手は、ほかの県の件数です。"),
        _code("page.publish(x, 'one', 'A')", "needs-ads"),
        _code("page.table(own)", "internal"),
        new_markdown_cell("## 限界\n\n- 一つ目。"),
        new_markdown_cell("- 二つ目。", metadata={"tags": ["needs-ads"]}),
    )
    assert ("比べる相手は" in sources[1]) == told
    assert sources[1].startswith("## 効果")
    assert sources[-1] == "## 限界\n\n- 一つ目。"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("# 題\n\n**問い: 何人か。**\n\n名簿から選んだ市民への調査です。", "# 題\n\n**問い: 何人か。**"),
        ("# 題\n\n**大切な**調査です。", "# 題"),
        ("# 題", "# 題"),
    ],
)
def test_a_page_without_what_it_is_about_tells_no_method(tmp_path, words, left):
    """A city that had asked nobody read how its residents had been drawn."""
    file = tmp_path / "08_thing.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell(words, id="title"), _code("page.say('A')")]), file)
    made = executed_form(
        Notebook(file, About(role="analysis", inputs=("ads",)), ()), "release", ["ads"]
    ).cells
    assert [made[0].source, len(made)] == [left, 2]


@pytest.mark.parametrize("audience", ["internal", "release"])
def test_a_place_without_a_desk_of_its_own_reads_no_words_on_one(audience):
    """Under the two headings that name the desk the reason stands alone."""
    for notebook in notebooks_of(project_root(), "sample"):
        if notebook.says.role == "quality":
            continue  # it runs whatever there is
        absent = ["channels"] if "channels" in notebook.kinds else []
        form = executed_form(notebook, audience, absent) or nbformat.read(notebook.file, as_version=4)
        desk = [
            (cell.source, after.source)
            for cell, after in pairwise(form.cells)
            if cell.cell_type == "markdown" and re.search("市専用|市の窓口|市の図", cell.source)
        ]
        assert len(desk) == len(absent)
        assert all(words in ("## 市専用の窓口", "## 市の窓口への効果") for words, _ in desk)
        assert all("section_not_supplied" in after for _, after in desk)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ((["appendix"], ["appendix", "internal"]), ["appendix"]),
        ((["appendix"], []), []),
        (([], ["appendix"]), []),
        ((["internal"], ["internal"]), ["internal"]),
    ],
)
def test_the_reason_stands_where_the_lost_cells_would_stand(tmp_path, tags, told):
    cells = [_code(f"page.publish(x, 'a{at}', 'A')", "needs-ads", *of) for at, of in enumerate(tags)]
    _, made = _made(tmp_path, "internal", new_markdown_cell("## 節"), *cells)
    assert made[-1].metadata.get("tags", []) == told


def test_what_is_about_a_year_gives_way_to_the_reason_in_a_report_on_half_of_one():
    notebooks = {one.name: one for one in notebooks_of(project_root(), "sample")}
    whole = executed_form(notebooks["01_survey_descriptives"], "internal", ["whole_year"])
    assert "'1年分の集計': '半年の報告書には載せず、年次報告書に載せます'" in whole.cells[-1].source
    assert len(whole.cells) == 3
    part = executed_form(notebooks["05_annual_summary"], "internal", ["whole_year"])
    sources = "\n".join(cell.source for cell in part.cells)
    assert "five_sentences" in sources
    assert not any(
        word in sources for word in ("compare.compare", "read_claims", "summary.abstract", "read_limits")
    )


def test_the_year_is_lacking_in_a_half_and_nowhere_else(monkeypatch):
    monkeypatch.setattr(keys, "input_files", lambda *_: [])  # what they hold is no matter
    monkeypatch.setattr(keys, "_digest_once", lambda *_: "")
    lacking = {}
    for name in ("2023", "2023-h1"):
        steps = plan_steps(SiteYear.named(project_root(), "sample", name))
        lacking[name] = {step.notebook[:2] for step in steps if "whole_year" in step.absent}
    assert lacking == {"2023": set(), "2023-h1": {"01", "02", "03", "04", "05", "06"}}


@pytest.mark.parametrize(
    ("year", "giving_way"),
    [("2021", {"01", "04"}), ("2023", set()), ("2023-h1", {"01", "03", "04", "06"})],
)
def test_a_page_gives_way_where_it_lacks_what_it_cannot_do_without_and_for_nothing_else(year, giving_way):
    """2021 had no survey and no campaign; in a half year, 02 and 05 lose some cells and 00 runs whatever there is."""
    settings = keys.all_settings(SiteYear.named(project_root(), "sample", year))
    assert {name[:2] for name, one in settings.items() if keys.gives_way(one)} == giving_way


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
