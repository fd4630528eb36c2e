"""The chain keeps its promises: nothing lost, nothing redone, nothing shown that did not come through the door."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from openpyxl import load_workbook

from tests.pipeline.conftest import HOUSE
from tests.report.sheets.machine_readable import check
from ujo_lib.cli import main
from ujo_lib.cli.common import DATA_PROBLEMS, DONE
from ujo_lib.files import digest, digest_file
from ujo_lib.params import ParameterError
from ujo_lib.pipeline import kernels, printing
from ujo_lib.pipeline.export import NothingToExportError, export_figures, export_overview
from ujo_lib.pipeline.keys import MissingInputError
from ujo_lib.pipeline.layout import LockedError
from ujo_lib.pipeline.manifest import Manifest
from ujo_lib.pipeline.pages import WORKBOOK
from ujo_lib.pipeline.release import ReleaseRefusedError
from ujo_lib.pipeline.run import NotebooksFailedError, locked
from ujo_lib.setup.notebooks import new_notebook_for

pytestmark = pytest.mark.slow


def test_a_first_run_leaves_both_sets_of_pages_and_a_manifest_that_vouches_for_them(project):
    outcome = project.run()
    assert len(outcome.executed) == 2 * len(HOUSE)
    assert (project.place.release / "index.html").is_file()
    assert len(list(project.place.internal.glob("0*.html"))) == len(HOUSE)
    manifest = Manifest.read(project.place.manifest)
    assert (manifest.verdict, manifest.run_id) == ("complete", outcome.run_id)
    assert manifest.stands(project.place.outputs)


def test_an_unchanged_rerun_executes_nothing_and_touches_no_file(project, first_run):
    before = {file: file.stat().st_mtime_ns for file in project.place.outputs.rglob("*") if file.is_file()}
    assert project.run().unchanged
    after = {file: file.stat().st_mtime_ns for file in project.place.outputs.rglob("*") if file.is_file()}
    assert before == after


def test_one_changed_parameter_re_executes_its_notebook_and_the_summary_only(project, first_run):
    project.set_parameter("00_data_quality", "max_rows_shown", 7)
    executed = project.run().executed
    assert [name for audience, name in executed if audience == "internal"] == [
        "00_data_quality",
        "05_annual_summary",
    ]


def test_a_report_from_before_a_notebook_was_added_is_told_to_be_made_again_and_not_exported(
    project, first_run
):
    new_notebook_for(project.root, "07_housing", "sample", 2023, "cases")
    for write in (export_overview, export_figures):
        with pytest.raises(NothingToExportError, match="先に `ujo run sample 2023`"):
            write(project.place)


def test_pages_that_are_no_longer_as_the_run_left_them_are_not_printed(
    project, first_run, monkeypatch, capsys
):
    """A page that an editor had touched went onto paper as the city's own."""
    printed = []
    monkeypatch.setattr(printing, "print_report", lambda pages, target: printed.append(pages.name) or ())
    monkeypatch.chdir(project.root)
    assert main(["pdf", "sample", "2023"]) == DONE
    page = project.place.release / "index.html"
    page.write_text(page.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert main(["pdf", "sample", "2023"]) != DONE
    assert "先に `ujo run sample 2023`" in capsys.readouterr().err
    assert main(["pdf", "--internal", "sample", "2023"]) == DONE  # for one's own desk nobody vouches
    assert printed == ["release", "internal"]


def test_kernels_find_loaded_what_unfinished_steps_want_and_for_a_release_alone_what_all_want(
    project, first_run, monkeypatch
):
    preloads, start = [], kernels._start_server
    monkeypatch.setattr(
        kernels, "_start_server", lambda preload, folder: preloads.append(preload) or start(preload, folder)
    )
    project.set_parameter("02_consultation_seasonality", "staffing_quantile", 0.7)
    project.run(only=["02"])
    project.run(force=True)
    shutil.rmtree(project.place.release)
    project.run()
    alone, forced, release = preloads
    national = {"national_attributes", "national_daily", "national_hourly"}
    assert ({*alone.kinds}, alone.codebooks) == ({"channels", "consultations", "population"} | national, [])
    assert len(forced.codebooks) == 2
    assert release == forced


def test_a_changed_input_re_executes_only_the_notebooks_that_read_it(project, first_run):
    (project.root / "data" / "cases.csv").write_text("a\n2\n", encoding="utf-8")
    internal = {name[:2] for audience, name in project.run().executed if audience == "internal"}
    assert "01" in internal
    assert "02" not in internal


def test_cover_and_summary_name_the_data_of_every_notebook_they_tell_of(project, first_run):
    """A footer that hashes no file at all would vouch for nothing."""
    of_one_file = digest(digest_file(project.root / "data" / "cases.csv"))[:16]
    for page in ("index", "05_annual_summary"):
        assert of_one_file in (project.place.internal / f"{page}.html").read_text(encoding="utf-8")


def test_a_file_somebody_altered_is_made_again(project, first_run):
    page = project.place.release / "01_survey_descriptives.html"
    good = page.read_bytes()
    page.write_bytes(good + b"<!-- changed -->")
    assert not project.run().unchanged
    assert page.read_bytes() == good


def test_two_forced_runs_give_the_same_bytes(project, first_run):
    first = project.bytes_of(project.place.outputs, ".html", ".csv", ".ipynb")
    project.run(force=True)
    assert project.bytes_of(project.place.outputs, ".html", ".csv", ".ipynb") == first


def test_a_failing_cell_keeps_the_old_report_and_the_finished_notebooks_and_says_where(project, first_run):
    old = project.bytes_of(project.place.release)
    project.set_parameter("common", "seed", 2077)
    project.add_cell("03_content_tagging", "raise ValueError('こわれた')")
    with pytest.raises(NotebooksFailedError, match=r"03_content_tagging: 5 番目のセル.*こわれた"):
        project.run()
    assert project.bytes_of(project.place.release) == old
    assert (project.place.failed / "internal-03_content_tagging.ipynb").is_file()
    project.drop_last_cell("03_content_tagging")
    executed = project.run().executed
    assert [name for audience, name in executed if audience == "internal"] == [
        "03_content_tagging",
        "05_annual_summary",
    ]
    assert not project.place.failed.exists()


@pytest.mark.parametrize("file", ["data/cases.csv", "notebooks/01_survey_descriptives.ipynb"])
def test_no_result_is_kept_of_a_file_that_was_written_while_it_may_have_been_read(project, capsys, file):
    """Half of a file that an export was writing would have stood under the key of the whole one for ever."""
    cell = f"import pathlib; file = pathlib.Path({str(project.root / file)!r}); file.write_bytes(file.read_bytes())"
    project.add_cell("01_survey_descriptives", cell)
    assert main(["run", "sample", "2023"]) == DATA_PROBLEMS
    assert f"{file} が実行中に書き換えられました" in capsys.readouterr().err
    assert f"{file} が実行中に書き換えられました" in project.place.log.read_text(encoding="utf-8")
    assert not list(project.place.steps.glob("internal-01_survey_descriptives-*"))
    assert list(project.place.steps.glob("internal-02_consultation_seasonality-*")), "which does not read it"


def test_a_kernel_that_dies_is_a_failure_although_papermill_calls_its_cells_completed(project):
    project.add_cell("02_consultation_seasonality", "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(NotebooksFailedError, match=r"02_consultation_seasonality: 5 番目のセル.*カーネル"):
        project.run()
    assert not project.place.release.exists()


def test_an_output_past_the_door_refuses_the_release(project, first_run):
    old = project.bytes_of(project.place.release)
    project.add_cell("01_survey_descriptives", "print(frame)")
    with pytest.raises(ReleaseRefusedError, match="01_survey_descriptives の 4 番目のセル"):
        project.run()
    assert project.bytes_of(project.place.release) == old


def test_a_small_cell_is_hidden_in_its_own_page_and_in_the_summary_that_quotes_it(project, first_run):
    for name in ("01_survey_descriptives", "05_annual_summary"):
        internal = (project.place.internal / f"{name}.html").read_text(encoding="utf-8")
        release = (project.place.release / f"{name}.html").read_text(encoding="utf-8")
        assert "秘匿" in release
        assert "女性は2人" not in release
        if name.startswith("05"):
            assert "女性は2人" in internal


def test_the_release_says_that_it_may_not_be_distributed_yet(project, first_run):
    for page in project.place.release.glob("*.html"):
        assert "秘匿審査前・配布不可" in page.read_text(encoding="utf-8"), page.name


def test_only_one_notebook_leaves_every_other_file_alone(project, first_run):
    others = project.bytes_of(project.place.outputs, ".html", ".csv")
    project.set_parameter("common", "seed", 2041)
    executed = project.run(only=["02"]).executed
    assert executed == (("internal", "02_consultation_seasonality"),)
    now = project.bytes_of(project.place.outputs, ".html", ".csv")
    changed = {name for name in now if now[name] != others[name]}
    assert changed == {"internal/02_consultation_seasonality.html", "internal/tables/02_by_sex.csv"}


def test_a_table_that_a_notebook_no_longer_publishes_goes_with_its_page(project, first_run):
    tables = project.place.internal / "tables"
    for name in ("01_former.csv", "02_former.csv"):
        (tables / name).touch()
    project.set_parameter("02_consultation_seasonality", "night_hours", [21, 22])
    project.run(only=["02"])
    assert (tables / "01_former.csv").is_file()
    assert not (tables / "02_former.csv").exists()
    assert (tables / "02_by_sex.csv").is_file()


def test_the_workbook_traces_the_text_and_goes_when_only_some_pages_are_new(project, first_run):
    book = load_workbook(project.place.internal / WORKBOOK)
    quoted = [[cell.value for cell in row] for row in book["本文の数値"].iter_rows(min_row=7)]
    assert [row[2:5] for row in quoted] == [
        ["「2」", "01_by_sex", "B14"],
        ["「23」", "01_by_sex", "B13"],
    ]
    assert (book["01_by_sex"]["B14"].value, book["01_by_sex"]["B13"].value) == (2, 23)
    assert check((project.place.release / WORKBOOK).read_bytes()) == []
    assert load_workbook(project.place.release / WORKBOOK)["01_by_sex"]["B14"].value == "x"
    project.set_parameter("02_consultation_seasonality", "night_hours", [21, 22])
    project.run(only=["02"])
    assert not (project.place.internal / WORKBOOK).exists()
    project.run()
    assert (project.place.internal / WORKBOOK).is_file()


def test_an_old_release_is_kept_under_its_run_id(project, first_run):
    old = project.bytes_of(project.place.release)
    project.set_parameter("00_data_quality", "max_rows_shown", 7)
    project.run()
    assert project.bytes_of(project.place.archive / first_run.run_id) == old


def test_a_second_run_of_the_same_year_waits_for_nobody(project):
    with locked(project.place), pytest.raises(LockedError, match="別の実行"):
        project.run()


def test_wrong_parameters_of_several_notebooks_are_told_together(project):
    project.set_parameter("common", "treshold", 3)
    project.set_parameter("00_data_quality", "max_rows_shown", "many")
    with pytest.raises(ParameterError) as caught:
        project.run()
    assert {problem.key for problem in caught.value.problems} == {"treshold", "max_rows_shown"}


def test_missing_files_are_told_together_with_the_lines_that_name_them(project):
    (project.root / "data" / "cases.csv").unlink()
    project.set_parameter("03_content_tagging", "codebook", "params/none.yaml")
    with pytest.raises(MissingInputError) as caught:
        project.run()
    assert str(caught.value).splitlines()[:3] == [
        "ファイルが 2 件見つかりません。",
        "  - data/cases.csv(inputs.yaml の cases)",
        "  - params/none.yaml(03_content_tagging.yaml の codebook)",
    ]


def test_a_run_killed_in_the_middle_leaves_the_report_intact_and_is_resumed(project, first_run):
    old = project.bytes_of(project.place.release)
    project.set_parameter("common", "seed", 2055)
    command = [
        sys.executable,
        "-c",
        "import sys; from ujo_lib.cli import main; sys.exit(main(['run', 'sample', '2023']))",
    ]
    runner = subprocess.Popen(command, cwd=project.root, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not any(project.place.steps.glob("*.work")) and runner.poll() is None:
        time.sleep(0.02)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    assert project.bytes_of(project.place.release) == old
    project.run()
    assert (
        json.loads(project.place.manifest.read_text(encoding="utf-8"))["settings"]["00_data_quality"]["seed"]
        == 2055
    )
