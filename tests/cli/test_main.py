"""Every command ends with an exit code and a sentence, also where the disk takes nothing more."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from ujo_lib.cli import main, report
from ujo_lib.cli.common import CODES, DISK, DONE, FAULT, INTERRUPTED, WRONG_PARAMETERS
from ujo_lib.errors import InputError
from ujo_lib.intake.problems import DataProblems
from ujo_lib.params import project_root
from ujo_lib.pipeline.execute import NotebookFailedError
from ujo_lib.pipeline.fleet import _TO_BLAME, STATES, attempt
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.run import NotebooksFailedError
from ujo_lib.residents.weighting import SampleError
from ujo_lib.survey.questionnaire import QuestionnaireError
from ujo_lib.tagging.cache import CacheFolderError
from ujo_lib.tagging.codebook import CodebookError
from ujo_lib.tagging.quality import CodesError
from ujo_lib.yamlfile import ParameterError

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/仕事/a.html")


def failing(error: BaseException):
    def command(*_: object, **__: object) -> int:
        raise error

    return command


@pytest.fixture
def place(tmp_path) -> SiteYear:
    place = SiteYear(tmp_path, "wakaba", 2023)
    place.params.mkdir(parents=True)
    return place


def test_a_command_on_a_full_disk_says_so_and_leaves_no_traceback(capsys):
    with mock.patch.object(report, "_prune", failing(FULL)):
        assert main(["prune", "sample", "2023"]) == DISK
    told = capsys.readouterr().err
    assert told.startswith("/仕事/a.html: ディスクの空きが足りず")
    assert "Traceback" not in told


def test_a_command_that_somebody_interrupts_leaves_no_traceback(capsys):
    with mock.patch.object(report, "_prune", failing(KeyboardInterrupt())):
        assert main(["prune", "sample", "2023"]) == INTERRUPTED
    told = capsys.readouterr().err
    assert told.startswith("中断しました。")
    assert "Traceback" not in told


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes streams")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_command_without_standard_streams_ends_as_it_does_with_them(closed):
    command = f'"{sys.executable}" -m ujo_lib.cli params sample 2023 {closed}'
    done = subprocess.run(command, shell=True, cwd=project_root(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (DONE, b"")


def test_whoever_reads_only_the_first_lines_of_a_command_gets_no_traceback():
    command = "from ujo_lib.cli import main; raise SystemExit(main(['params', 'sample', '2023']))"
    with subprocess.Popen(
        [sys.executable, "-c", command], cwd=project_root(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == FAULT


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "書かれていないもの: COMMAND。"),
        (["runn", "sample", "2023"], "はありません。あるのは 'run', "),
        (["run", "sample", "2023", "--foo"], "この命令にないもの: --foo。"),
        (["sign", "sample", "2023", "a"], "書かれていないもの: NAME。"),
        (["sign", "sample", "2023", "a", "b", "--on", "20241031"], "--on の値 '20241031' は読めません。"),
        (["release", "sample", "2023", "--jobs", "0"], "--jobs: 1以上の整数ではありません: 0。"),
        (["code", "report", "sample", "2023", "--width", "6"], "--width: 0と1の間の小数ではありません: 6。"),
        (["code", "report", "sample", "2023", "--width", "0"], "--width: 0と1の間の小数ではありません: 0。"),
        (["code", "report", "sample", "2023", "--width", "1"], "--width: 0と1の間の小数ではありません: 1。"),
        (
            ["code", "report", "sample", "2023", "--width", "六"],
            "--width: 0と1の間の小数ではありません: 六。",
        ),
        (["code", "sample", "sample", "2023", "--extra", "-5"], "--extra: 1以上の整数ではありません: -5。"),
        (["sample", "--site"], "--site のあとに値がありません。"),
    ],
)
def test_a_mistyped_command_is_told_in_japanese_with_how_it_is_written(capsys, arguments, told):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == WRONG_PARAMETERS
    said = capsys.readouterr().err
    assert told in said
    assert "書き方: ujo" in said
    assert not re.search(r"usage|argument|error|invalid|required|unrecognized", said)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["sample", "--help"]])
def test_help_has_no_english_heading(capsys, arguments):
    with pytest.raises(SystemExit):
        main(arguments)
    said = capsys.readouterr().out
    assert said.startswith("書き方: ujo")
    assert not re.search(r"usage|options:|positional|show this", said)


@pytest.mark.parametrize(
    ("site", "year", "told"),
    [
        (
            "sample",
            "2099",
            "params/sample/fy2099 がありません(あるのは sample 2021、sample 2022、sample 2023",
        ),
        ("sample", "2099", "`ujo new-year sample 2099` で作ります"),
        ("wakaba", "2024", "`ujo new-site wakaba 2024` で作ります"),
        ("SAMPLE", "2023", "「SAMPLE」は読めません。使えるのは英小文字"),
    ],
)
def test_a_place_or_year_that_is_not_there_is_told_with_the_command_that_makes_it(capsys, site, year, told):
    assert main(["params", site, year]) == WRONG_PARAMETERS
    assert told in capsys.readouterr().err


def test_a_fault_that_is_not_the_disks_is_not_hidden():
    with (
        mock.patch.object(report, "_prune", failing(OSError(errno.ENOENT, "x"))),
        pytest.raises(OSError, match="x"),
    ):
        main(["prune", "sample", "2023"])


def test_a_run_on_a_full_disk_ends_in_a_state_of_its_own(place):
    result = attempt(place, Progress(None), work=failing(FULL))
    assert (result.state, result.good) == ("disk", False)
    assert "ujo prune" in result.message
    assert CODES[result.state] == DISK
    assert list(CODES) == list(STATES)


def test_a_notebook_that_met_a_full_disk_is_told_as_the_disk_not_as_a_faulty_notebook(place):
    error = NotebookFailedError("02_season", 3, f"OSError: {FULL}")
    other = NotebookFailedError("03_tags", 3, "ValueError: x")
    failed = NotebooksFailedError({"03_tags": other, "02_season": error}, place)
    assert attempt(place, Progress(None), work=failing(failed)).state == "disk"
    failed = NotebooksFailedError({"03_tags": other}, place)
    assert attempt(place, Progress(None), work=failing(failed)).state == "notebook"


@pytest.mark.parametrize(
    ("reasons", "state", "last"),
    [
        (["ParameterError: 2 件\n  1. a.yaml の「x」"], "parameters", "  1. a.yaml の「x」"),
        (["ParameterError: 1 件", "ParameterError: 1 件"], "parameters", "1 件"),
        (["DataProblems: 相談者 123"], "data", ""),
        (["SampleError: 地区「甲」の 1 人", "DataProblems: 相談者 123", "CodesError: 相談 7"], "data", ""),
        (["CodebookError: 主題 m01 の行", "ParameterError: 1 件"], "parameters", "1 件"),
        (["DataProblems: 相談者 123", "ParameterError: 1 件"], "notebook", "1 件"),
        (["ValueError: 相談者 123"], "notebook", ""),
    ],
)
def test_what_is_wrong_with_parameters_is_told_in_full_and_no_other_error_in_its_words(
    place, reasons, state, last
):
    errors = {f"0{i}_page": NotebookFailedError(f"0{i}_page", 3, reason) for i, reason in enumerate(reasons)}
    result = attempt(place, Progress(None), work=failing(NotebooksFailedError(errors, place)))
    first, *rest = result.message.splitlines()
    assert result.state == state
    assert first.startswith("止まったノートブック: 00_page の 3 番目のセル(")
    assert ("failed フォルダー" in first) is (state != "parameters")
    assert (rest[-1] if rest else "") == last
    assert len(rest) <= 2
    assert "123" not in result.message


def test_every_error_that_ends_a_run_by_its_name_bears_that_name():
    of_parameters = (ParameterError, CodebookError, QuestionnaireError)
    known = (*of_parameters, InputError, DataProblems, SampleError, CodesError, CacheFolderError)
    assert all(issubclass(error, InputError) for error in known)
    of_no_cell = {"InputChangedError"}  # the run says it of a step that no cell of its own has stopped
    assert frozenset().union(*_TO_BLAME.values()) == {error.__name__ for error in known} | of_no_cell


def test_another_fault_of_the_program_still_comes_up(place):
    with pytest.raises(OSError, match="x"):
        attempt(place, Progress(None), work=failing(OSError(errno.ENOENT, "x")))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_that_takes_nothing_more_does_not_print_a_traceback_into_the_run(capsys):
    progress = Progress(None, Path("/dev/full"))
    progress.note("表を作りました")
    progress.close()
    assert capsys.readouterr().err == ""
