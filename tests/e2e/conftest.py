"""The real command in a fresh folder, run once for all the tests that look at what it made."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ujo_lib.params import notebooks_of, project_root

REPOSITORY = project_root(Path(__file__).parent)
HOUSE = [notebook.name for notebook in notebooks_of(REPOSITORY, "sample")]
PARTS = ("notebooks", "params", "data", "benchmarks", "requirements.lock")


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
    """Copy what a run needs into a new folder whose name has a space and Japanese in it."""
    for name in PARTS:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy(source, target)
    return target


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of the synthetic city, made by the real command."""
    root = tmp_path_factory.mktemp("e2e") / "宇城市 報告書"
    root.mkdir()
    copy_project(root)
    made = ujo("sample", cwd=root)
    assert made.returncode == 0, made.stderr
    done = ujo("run", "sample", "2023", cwd=root)
    assert done.returncode == 0, done.stderr
    return Report(root, done.stdout)
