"""Many sites at once: one that fails stops no other, and the scheduler hears the worst."""

import errno
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from unittest import mock

import pytest

from tests.pipeline.conftest import HOUSE
from ujo_lib.cli import main
from ujo_lib.cli.common import CODES, DATA_PROBLEMS, DONE, FAULT, LOCKED, NOTEBOOK_FAILED, WRONG_PARAMETERS
from ujo_lib.cli.run import _bear_witness, _print_table
from ujo_lib.fiscal import FiscalYear
from ujo_lib.pipeline.executors import ProcessDiedError, open_executor
from ujo_lib.pipeline.fleet import (
    STATES,
    Result,
    attempt,
    attempt_alone,
    just_closed,
    paragraph,
    run_all,
    site_years,
    summary,
    worst,
)
from ujo_lib.pipeline.layout import LockedError, SiteYear
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.run import Outcome, locked

pytestmark = pytest.mark.slow


def _pid() -> int:
    return os.getpid()


def _interrupt() -> None:
    raise KeyboardInterrupt


def _fail() -> None:
    raise ValueError("こわれた")


def _kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _add_site(project, name, *years):
    for year in years:
        folder = project.root / "params" / name / f"fy{year}"
        shutil.copytree(project.place.params, folder)
        for file in folder.glob("*.yaml"):
            text = file.read_text(encoding="utf-8").replace("params/sample/fy2023", f"params/{name}/fy{year}")
            text = text.replace("site: sample", f"site: {name}")
            file.write_text(re.sub("(?m)^fiscal_year: .*$", f"fiscal_year: {year}", text), encoding="utf-8")


def test_every_task_has_a_process_of_its_own_and_its_error_comes_back():
    with open_executor(2) as executor:
        futures = [executor.submit(_pid) for _ in range(3)]
        assert len({future.result() for future in futures} | {os.getpid()}) == 4
        with pytest.raises(ValueError, match="こわれた"):
            executor.submit(_fail).result()


def test_a_killed_task_takes_no_other_with_it():
    with open_executor(2) as executor:
        killed, lives = executor.submit(_kill_myself), executor.submit(_pid)
        assert lives.result() > 0
        with pytest.raises(ProcessDiedError, match="途中で終了"):
            killed.result()
        assert executor.submit(_pid).result() > 0


def test_an_interrupted_fleet_begins_nothing_more_and_says_how_it_ended():
    with open_executor(1) as executor, pytest.raises(KeyboardInterrupt):
        executor.submit(_interrupt).result()
    begun: list[Future[int]] = []

    def interrupted() -> None:
        with open_executor(1) as executor:
            begun.extend(executor.submit(_pid) for _ in range(9))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert begun[-1].cancelled()


@pytest.mark.full
def test_one_failing_site_stops_no_other_and_the_worst_is_the_exit_code(project, first_run, capsys):
    _add_site(project, "a", 2023)
    _add_site(project, "b", 2023, 2024)
    broken = project.root / "params/a/fy2023/common.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("threshold", "treshold"), encoding="utf-8")
    code = main(["run", "--all", "--summary-json", "logs/summary.json"])
    assert code == WRONG_PARAMETERS
    told = json.loads((project.root / "logs/summary.json").read_text(encoding="utf-8"))
    states = {(one["site"], one["year"]): one["state"] for one in told["results"]}
    assert states == {
        ("a", 2023): "parameters",
        ("b", 2023): "done",
        ("b", 2024): "done",
        ("sample", 2023): "unchanged",
    }
    assert told["exit_code"] == WRONG_PARAMETERS
    assert "4 件の報告書のうち 3 件" in told["text"]
    assert "treshold" in next(one["message"] for one in told["results"] if one["site"] == "a")
    for site, year in (("b", 2023), ("b", 2024), ("sample", 2023)):
        assert (project.root / f"outputs/{site}/fy{year}/release/index.html").is_file()
    table = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:2] for line in table] == [[site, str(year)] for site, year in sorted(states)]
    log = (project.root / "logs/ujo.log").read_text(encoding="utf-8")
    assert re.search(r"4 件の報告書のうち 3 件.*\(終了コード 2\)", log)


@pytest.mark.full
def test_a_fleet_makes_the_same_bytes_as_a_single_run_and_a_second_one_finds_them_unchanged(
    project, first_run
):
    single = project.bytes_of(project.place.release)
    shutil.rmtree(project.root / "outputs")
    _add_site(project, "b", 2023)
    assert main(["run", "--all"]) == DONE
    assert project.bytes_of(project.place.release) == single
    assert sorted((one.site, one.state, one.executed) for one in _all(project)) == [
        ("b", "unchanged", 0),
        ("sample", "unchanged", 0),
    ]


@pytest.mark.parametrize(
    ("number", "ended"),
    [(errno.ENOSPC, "disk"), (errno.EROFS, "disk"), (errno.EACCES, "disk"), (errno.EMFILE, "fault")],
)
def test_a_disk_that_does_not_even_take_the_log_is_told_like_one_that_takes_no_page(project, number, ended):
    """Read-only outputs were a fault of the program (1) of a whole fleet, and the disk (7) of a single run."""
    refused = OSError(number, "words of the system", "outputs")
    with (
        mock.patch.dict(os.environ),  # a task has a process of its own elsewhere
        mock.patch("ujo_lib.pipeline.fleet.Progress", side_effect=refused),
        ThreadPoolExecutor(1) as executor,
    ):
        (result,) = run_all([project.place], executor)
    assert result.state == ended
    assert ("もう一度実行してください" in result.message) == (ended == "disk")


@pytest.mark.parametrize(
    ("error", "ended"),
    [(LockedError("x"), "locked"), (OSError(errno.ENOSPC, "x"), "disk"), (KeyError("x"), "fault")],
)
def test_a_run_that_failed_tells_how_long_it_took(project, error, ended, capsys):
    """A run that had failed after minutes was listed with 0.0 seconds."""
    clock = mock.Mock(monotonic=mock.Mock(side_effect=(10.0, 10.0, 12.5)))
    failing = mock.Mock(side_effect=error)
    with mock.patch.dict(os.environ), mock.patch("ujo_lib.pipeline.fleet.time", clock):
        failed = attempt_alone(str(project.root), "sample", "2023", work=failing)
    assert (failed.state, failed.seconds) == (ended, 2.5)
    _print_table([failed])
    assert capsys.readouterr().out.split("\t")[3] == "2.5 秒"


def test_a_disk_that_takes_no_log_leaves_no_summary_of_another_day(project):
    """The mail of the morning read yesterday's summary: everything in order."""
    file = project.place.root / "mail.json"
    file.write_text("yesterday", encoding="utf-8")
    with (
        mock.patch("ujo_lib.pipeline.progress.Progress.note", side_effect=OSError(errno.ENOSPC, "full")),
        pytest.raises(OSError, match="full"),
    ):
        _bear_witness([_result("data")], DATA_PROBLEMS, "", file)
    assert json.loads(file.read_text(encoding="utf-8"))["exit_code"] == DATA_PROBLEMS


def test_the_years_of_a_site_run_in_their_order(project):
    order: list[tuple[str, str]] = []

    class Recorder(ThreadPoolExecutor):
        def submit(self, fn, /, root, site, year, **options):
            return super().submit(lambda: order.append((site, year)) or _result("done", site))

    places = [SiteYear(project.root, site, year) for site in "ab" for year in (2023, 2021, 2022)]
    with Recorder(4) as executor:
        assert len(list(run_all(places, executor))) == 6
    for site in "ab":
        assert [year for name, year in order if name == site] == ["2021", "2022", "2023"]


def _all(project):
    with open_executor(2) as executor:
        return list(run_all(site_years(project.root), executor))


def test_a_locked_site_is_told_and_can_be_tried_again(project, first_run, capsys):
    with locked(project.place):
        assert main(["run", "sample", "2023"]) == LOCKED
    assert "別の実行" in capsys.readouterr().err
    assert main(["run", "sample", "2023"]) == DONE


@pytest.mark.full
def test_a_run_killed_half_way_is_finished_by_the_next_one(project):
    project.add_cell("05_annual_summary", "import time; time.sleep(30)")
    with open_executor(1) as executor:
        pids: list[int] = []
        future = executor.submit(_run_and_tell, str(project.root), str(project.root / "pid"))
        threading.Thread(target=_kill_when_half_way, args=(project, pids), daemon=True).start()
        with pytest.raises(ProcessDiedError):
            future.result()
    project.drop_last_cell("05_annual_summary")
    (result,) = _all(project)
    assert result.state == "done"
    assert result.executed < 2 * len(HOUSE)


def _run_and_tell(root: str, where: str) -> None:
    from pathlib import Path

    Path(where).write_text(str(os.getpid()))
    attempt_alone(root, "sample", "2023")


def _kill_when_half_way(project, pids) -> None:
    finished = project.place.steps
    for _ in range(3000):
        time.sleep(0.1)
        done = [folder for folder in finished.glob("internal-0*") if not folder.name.endswith(".work")]
        if len(done) == len(HOUSE) - 1 and any(finished.glob("internal-05*.work")):
            os.kill(int((project.root / "pid").read_text()), signal.SIGKILL)
            return


def test_a_failing_notebook_is_named_without_a_word_of_the_data(project, first_run, capsys):
    project.add_cell("03_content_tagging", "raise ValueError('もう消えてしまいたい')")
    assert main(["run", "--all", "--summary-json", "summary.json"]) == NOTEBOOK_FAILED
    told = (project.root / "summary.json").read_text(encoding="utf-8")
    assert "03_content_tagging の 5 番目のセル(ValueError)" in told
    log = (project.root / "logs/ujo.log").read_text(encoding="utf-8")
    assert "消えて" not in told + log + capsys.readouterr().err


@pytest.mark.parametrize(
    ("today", "year"),
    [
        ("2024-03-31", 2022),
        ("2024-04-01", 2023),
        ("2024-10-01", 2023),
        ("2025-03-31", 2023),
        ("2025-04-01", 2024),
    ],
)
def test_auto_is_the_year_that_has_just_closed(today, year):
    assert just_closed(date.fromisoformat(today)) == FiscalYear(year)


def test_auto_runs_the_closed_year_and_asks_politely_for_one_that_is_not_prepared(project, first_run, capsys):
    assert main(["run", "sample", "--fiscal-year", "auto", "--today", "2024-04-01"]) == DONE
    assert capsys.readouterr().out == f"{project.place.release / 'index.html'}\n"
    assert main(["run", "sample", "--fiscal-year", "auto", "--today", "2026-04-01"]) == WRONG_PARAMETERS
    assert "ujo new-year sample 2025" in capsys.readouterr().err
    assert not (project.root / "outputs/sample/fy2025").exists()


def test_all_sites_of_the_closed_year_include_the_one_that_is_not_prepared(project, first_run):
    _add_site(project, "b", 2022)
    summary = ["--summary-json", "summary.json"]
    assert (
        main(["run", "--all", "--fiscal-year", "auto", "--today", "2024-05-01", *summary]) == WRONG_PARAMETERS
    )
    told = json.loads((project.root / "summary.json").read_text(encoding="utf-8"))
    assert {one["site"]: one["state"] for one in told["results"]} == {
        "b": "parameters",
        "sample": "unchanged",
    }


@pytest.mark.parametrize("year", [[], ["--fiscal-year", "auto"]])
def test_a_project_without_a_place_is_told_how_to_make_one(project, year, capsys):
    """A scheduled run ended in a ZeroDivisionError."""
    shutil.rmtree(project.root / "params/sample")
    assert main(["run", "--all", *year]) == WRONG_PARAMETERS
    assert "ujo new-site" in capsys.readouterr().err


def test_a_memory_of_releases_that_cannot_be_read_ends_one_run_and_no_other(project, first_run):
    project.place.disclosed.mkdir(exist_ok=True)
    (project.place.disclosed / "0123-4567.json").write_text("[", encoding="utf-8")
    result = attempt(project.place, Progress(None), force=True)
    assert (result.state, "消さずに、控えから戻す" in result.message) == ("parameters", True)


def test_the_log_of_the_project_does_not_grow_without_end(project, monkeypatch):
    from ujo_lib.pipeline import progress

    monkeypatch.setattr(progress, "_LOG_BYTES", 2000)
    for _ in range(60):
        main(["run", "nowhere", "--fiscal-year", "2023"])
    files = sorted((project.root / "logs").iterdir())
    assert [file.name for file in files] == ["ujo.log", "ujo.log.1", "ujo.log.2", "ujo.log.3"]
    # The handler counts the characters of the line to come, each of which may be three bytes.
    assert all(file.stat().st_size <= 2000 + 500 for file in files)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "sample"],
        ["run", "--all", "sample"],
        ["run", "sample", "2023", "--fiscal-year", "2023"],
        ["run", "sample", "2023", "--scheduler", "tcp://127.0.0.1:1"],
    ],
)
def test_arguments_that_contradict_each_other_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == WRONG_PARAMETERS


def _result(state, site="a"):
    return Result(
        site, 2023, f"{site} 令和5(2023)年度", state, "" if state in ("done", "unchanged") else "理由"
    )


@pytest.mark.parametrize(("options", "folder"), [({}, "release"), ({"only": ["02"]}, "internal")])
def test_a_result_leads_to_the_pages_that_were_brought_up_to_date(project, options, folder):
    outcome = Outcome(project.place, "abc", (), unchanged=False)
    done = attempt(project.place, Progress(None), work=lambda *_, **__: outcome, **options)
    assert (done.state, done.report) == ("done", str(project.place.outputs / folder / "index.html"))


@pytest.mark.parametrize(("half", "told"), [("", "2023"), ("h1", "2023-h1"), ("h2", "2023-h2")])
def test_a_half_is_told_from_its_year_in_the_table_and_in_the_summary(project, half, told, capsys):
    """Three rows of 2023 told nobody which of them had failed."""
    place = replace(project.place, half=half)
    outcome = Outcome(place, "a", (), unchanged=True)
    result = attempt(place, Progress(None), work=lambda *_, **__: outcome)
    assert summary([result], 0, "", "")["results"][0]["half"] == half
    _print_table([result])
    assert capsys.readouterr().out.split("\t")[1] == told


def test_the_worst_counts():
    assert set(CODES) == set(STATES)
    assert worst([_result("done"), _result("locked"), _result("unchanged")]) == "locked"
    assert worst([_result("refused"), _result("fault"), _result("data")]) == "fault"
    assert CODES[worst([_result("data"), _result("locked")])] == DATA_PROBLEMS
    assert CODES["fault"] == FAULT


def test_the_paragraph_names_what_failed_and_why():
    text = paragraph([_result("done"), _result("unchanged", "b"), _result("data", "c")])
    assert "3 件の報告書のうち 2 件" in text
    assert "c 令和5(2023)年度: 入力データの問題(理由)" in text
    assert "\n" not in text


@pytest.mark.parametrize(("mistakes", "left"), [(1, ""), (5, ""), (6, " ほか1行"), (7, " ほか2行")])
@pytest.mark.parametrize("alone", [True, False])
def test_a_mail_names_file_and_remedy_of_what_a_person_has_to_mend(mistakes, left, alone):
    lines = [f"  {at}. common.yaml の{at}行目: 直し方{at}" for at in range(1, mistakes + 1)]
    message = "\n".join(["パラメーターに誤りがあります。", *lines])
    results = [replace(_result("parameters"), message=message), *([] if alone else [_result("done", "b")])]
    text = paragraph(results)
    shown = " ".join(line.strip() for line in lines[:5])
    assert f"(パラメーターに誤りがあります。 {shown}{left})" in text
    assert ("直し方6" in text, "\n" in text) == (False, False)


@pytest.mark.parametrize("state", ["refused", "data", "fault"])
def test_a_mail_does_not_quote_what_may_come_from_a_record(state):
    assert "委員004" not in paragraph([replace(_result(state), message="差し止めました。\n  委員004")])


def test_without_dask_the_scheduler_option_says_what_to_install(project, capsys):
    with mock.patch.dict(sys.modules, {"distributed": None}):
        assert main(["run", "--all", "--scheduler", "tcp://127.0.0.1:1"]) == WRONG_PARAMETERS
    assert '-e ".[cluster]"' in capsys.readouterr().err
