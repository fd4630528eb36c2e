"""Every command ends with an exit code and a sentence, also where the disk takes nothing more."""

import errno
import os
from pathlib import Path
from unittest import mock

import pytest

from ujo_lib.cli import main, report
from ujo_lib.cli.common import DISK
from ujo_lib.cli.run import CODES
from ujo_lib.pipeline.execute import NotebookFailedError
from ujo_lib.pipeline.fleet import STATES, attempt
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.run import NotebooksFailedError

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/仕事/a.html")


def failing(error: Exception):
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


def test_another_fault_of_the_program_still_comes_up(place):
    with pytest.raises(OSError, match="x"):
        attempt(place, Progress(None), work=failing(OSError(errno.ENOENT, "x")))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_that_takes_nothing_more_does_not_print_a_traceback_into_the_run(capsys):
    progress = Progress(None, Path("/dev/full"))
    progress.note("表を作りました")
    progress.close()
    assert capsys.readouterr().err == ""
