"""A notebook dropped into its folder, with a YAML for the year, is all it takes; roles decide, not places in a list."""

import json
import re
import shutil

import pytest

from tests.pipeline.conftest import write_notebook
from ujo_lib.cli import main
from ujo_lib.cli.common import DONE, WRONG_PARAMETERS
from ujo_lib.params import NotebookSettings, ParameterError
from ujo_lib.params.cell import written_cell
from ujo_lib.pipeline.keys import plan_steps
from ujo_lib.pipeline.layout import SiteYear

OWN = "least: int = 3  # この数以上を数える\n" + written_cell(NotebookSettings)
MEN = """\
import pandas as pd
from ujo_lib import report
from ujo_lib.columns import Count, Dimension
from ujo_lib.typed import Typed
from ujo_lib.params import settings_of
settings = settings_of("{name}", globals())
page = report.open_page(settings)
men = pd.DataFrame({{"sex": ["男性"], "n": [settings.seed % 100]}})
typed = Typed.of(men, {{"sex": Dimension(variable="sex"), "n": Count(unit="人")}})
subject = report.Subject("当事者", "合成データ", "cases_of_01_survey_descriptives")
shown = page.publish(typed, "men", "男性だけ", subject)
page.answer(f"{{settings.least}}人以上を数えた。")"""


def drop_in(project, name, *more, folder="notebooks", year="sample/fy2023", **says):
    """Put a seventh notebook and its parameters into a project; it says what nobody else knows about the survey."""
    about = {"role": "analysis", **says}
    write_notebook(project.root / folder / f"{name}.ipynb", about, OWN, MEN.format(name=name), *more)
    (project.root / "params" / year / f"{name}.yaml").write_text("least: 4\n", encoding="utf-8")


def _links(page: str) -> list[str]:
    nav = re.search(r"<nav.*?</nav>", page, re.DOTALL)
    assert nav
    return re.findall(r'href="(\w+)\.html"', nav[0])


def test_one_more_notebook_is_run_masked_with_the_others_listed_and_told_of_and_the_summary_keeps_its_place(
    project,
):
    drop_in(project, "07_housing")
    drop_in(project, "08_harbour", folder="params/sample/notebooks", role="appendix")
    project.add_cell("05_annual_summary", 'page.say("男性は{n}人。", page.recall("07", "men"))')
    assert main(["run", "--all"]) == DONE
    internal, release = project.place.internal, project.place.release
    order = ["05_annual_summary", "01_survey_descriptives", "02_consultation_seasonality"]
    order += [
        "03_content_tagging",
        "07_housing",
        "08_harbour",
        "00_data_quality",
    ]
    for folder in (internal, release):
        cover = (folder / "index.html").read_text(encoding="utf-8")
        assert _links(cover) == ["index", *order]
        assert "5つめの文。" in cover
        assert "4人以上を数えた。" in cover
        assert "4人以上を数えた。" in (folder / "07_housing.html").read_text(encoding="utf-8")
    assert (internal / "tables/07_men.csv").read_text("utf-8-sig").splitlines()[1:] == ["男性,23"]
    # Nothing in it is small; but the other notebook hides two women, whom it would give back.
    assert (release / "tables/07_men.csv").read_text("utf-8-sig").splitlines()[1:] == ["男性,x"]
    assert "男性は23人" in (internal / "05_annual_summary.html").read_text(encoding="utf-8")
    assert "男性は23人" not in (release / "05_annual_summary.html").read_text(encoding="utf-8")


def test_its_parameters_are_keyed_and_a_wrong_one_has_a_nearest_name(project):
    drop_in(project, "07_housing")
    before = {step.notebook: step.key for step in plan_steps(project.place)}
    project.set_parameter("07_housing", "least", 5)
    after = {step.notebook: step.key for step in plan_steps(project.place)}
    assert [name for name in after if after[name] != before[name]] == ["05_annual_summary", "07_housing"]
    project.set_parameter("07_housing", "leats", 5)
    with pytest.raises(ParameterError, match=r"07_housing\.yaml の\d+行目「leats」.*「least」の書き間違い"):
        plan_steps(project.place)


def test_a_year_without_parameters_for_it_and_another_place_go_without_it(project):
    drop_in(project, "07_housing")
    drop_in(project, "08_harbour", folder="params/sample/notebooks")
    shutil.copytree(project.place.params, project.root / "params/b/fy2023")
    (project.root / "params/b/fy2023/08_harbour.yaml").unlink()
    for file in (project.root / "params/b/fy2023").glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("site: sample", "site: b")
        file.write_text(text.replace("params/sample/", "params/b/"), encoding="utf-8")
    names = [step.notebook for step in plan_steps(SiteYear(project.root, "b", 2023))]
    assert names[-1] == "07_housing"
    (project.place.params / "07_housing.yaml").unlink()
    names = [step.notebook for step in plan_steps(project.place)]
    assert names[-2:] == ["05_annual_summary", "08_harbour"]


def test_a_house_notebook_without_its_parameters_is_a_mistake_and_no_shorter_report(project):
    (project.place.params / "03_content_tagging.yaml").unlink()
    with pytest.raises(ParameterError, match=r"03_content_tagging\.yaml"):
        plan_steps(project.place)


def test_a_second_summary_stops_the_run_before_anything_is_made(project, capsys):
    drop_in(project, "07_housing", role="summary")
    assert main(["run", "sample", "2023"]) == WRONG_PARAMETERS
    assert "05_annual_summary、07_housing" in capsys.readouterr().err
    assert not project.place.internal.exists()


def test_notebooks_that_read_each_other_are_named(project):
    drop_in(project, "07_housing", reads=["08_harbour"])
    drop_in(project, "08_harbour", reads=["07_housing"])
    with pytest.raises(ParameterError, match=r"07_housing、08_harbour|08_harbour、07_housing"):
        plan_steps(project.place)


def test_a_cell_for_the_inside_is_not_executed_for_a_release_and_leaves_nothing_there(project):
    project.add_cell(
        "01_survey_descriptives", "told_inside = '庁内の' + 'ひみつ'\nprint(told_inside)", tags=["internal"]
    )
    loaded = "import sys\nassert not {'statsmodels.api', 'ujo_lib.tagging'} & set(sys.modules)"
    project.add_cell("01_survey_descriptives", loaded)  # nothing that these notebooks do not import
    told = {"data_dir": "data", "not_supplied": {"waves": "初めての調査"}}
    (project.place.params / "inputs.yaml").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    shown = "page.raise_an_error()"
    project.add_cell("01_survey_descriptives", shown, tags=["internal", "needs-waves"])
    project.run()
    internal, release = (
        (folder / "01_survey_descriptives.html").read_text(encoding="utf-8")
        for folder in (project.place.internal, project.place.release)
    )
    assert "庁内のひみつ" in internal
    assert "庁内の" not in release
    assert "told_inside" not in release
    for page, reasons in ((internal, 1), (release, 0)):
        assert page.count("これを使う集計はありません") == reasons
    made = project.bytes_of(project.place.steps, ".ipynb")
    (executed,) = (text for name, text in made.items() if name.startswith("release-01"))
    assert "ひみつ".encode() not in executed


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "sample", "2023", "--only", "99"],
        ["run", "sample", "2023", "--only", "02", "9"],
        ["params", "sample", "2023", "--notebook", "9"],
    ],
)
def test_an_unknown_number_is_told_with_what_there_is(project, capsys, arguments):
    assert main(arguments) == WRONG_PARAMETERS
    assert (
        f"「{arguments[-1]}」というノートブックはありません。あるのは 00_data_quality、01"
        in capsys.readouterr().err
    )


def test_two_means_02(project, capsys):
    assert main(["params", "sample", "2023", "--notebook", "2"]) == DONE
    assert capsys.readouterr().out.startswith("# 02_consultation_seasonality\n")
    assert main(["run", "sample", "2023", "--only", "2"]) == DONE
    assert [page.name for page in project.place.internal.glob("*.html")] == [
        "02_consultation_seasonality.html"
    ]
