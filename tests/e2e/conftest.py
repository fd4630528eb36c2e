"""The real command in a fresh folder, run once for all the tests that look at what it made.

The report is there to be read: a test that runs a command in its project takes a copy.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, MakeOnce
from ujo_lib.params import notebooks_of

HOUSE = [notebook.name for notebook in notebooks_of(REPOSITORY, "sample")]
NAME = "宇城市 報告書"
"""A folder with a space and Japanese in its name."""
PARTS = ("notebooks", "params", "benchmarks", "requirements.lock")


@dataclass(frozen=True)
class Report:
    """A finished report.

    Attributes:
        root: the folder of the project it was made in.
        printed: what `ujo run` printed on standard output.
    """

    root: Path
    printed: str

    @property
    def outputs(self) -> Path:
        return self.root / "outputs" / "sample" / "fy2023"

    @property
    def release(self) -> Path:
        return self.outputs / "release"

    @property
    def pages(self) -> list[Path]:
        return sorted(self.release.glob("*.html"))


def ujo(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a person would."""
    command = Path(sys.executable).with_name("ujo")
    environment = {name: value for name, value in os.environ.items() if name != "UJO_ROOT"}
    return subprocess.run(
        [str(command), *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def copy_project(target: Path) -> Path:
    """Copy what a run needs besides data into a new folder."""
    target.mkdir()
    for name in PARTS:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy(source, target)
    return target


@pytest.fixture(scope="session")
def report(make_once: MakeOnce) -> Report:
    """The report of the synthetic city, made by the real command."""
    folder = make_once("report", _write_report)
    return Report(folder / NAME, (folder / "printed.txt").read_text(encoding="utf-8"))


def _write_report(folder: Path) -> None:
    root = copy_project(folder / NAME)
    made = ujo("sample", cwd=root)
    assert made.returncode == 0, made.stderr
    done = ujo("run", "sample", "2023", cwd=root)
    assert done.returncode == 0, done.stderr
    (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")


@pytest.fixture
def copied(report: Report, tmp_path: Path) -> Report:
    """A copy of the report's project, in which commands may be run."""
    return replace(report, root=shutil.copytree(report.root, tmp_path / NAME))
