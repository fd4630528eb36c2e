"""A room that breaks the order of the house does not pass, whoever adds it and whatever it is called."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ujo_lib.params import project_root

ROOT = project_root(Path(__file__).parent)

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path) -> Path:
    """A copy of the library and of its contracts."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def contracts(house: Path) -> tuple[int, str]:
    """Exit code and words of import-linter on a copy."""
    script = "import sys; from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_house_as_it_stands_keeps_its_contracts(house):
    code, told = contracts(house)
    assert code == 0, told
    assert re.search(r"\d+ kept, 0 broken", told)


def test_what_holds_for_analyses_holds_for_every_room_of_their_floor():
    """A room that stood among the layers alone could draw figures and read parameters, and no contract said so."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (floor,) = (
        set(one.split(" | ")) for one in linter["contracts"][0]["layers"] if "survey" in one.split(" | ")
    )
    analyses = {f"ujo_lib.{room}" for room in floor - {"intake"}}
    for contract in linter["contracts"]:
        for side in ("source_modules", "forbidden_modules"):
            named = analyses & set(contract.get(side, ()))
            assert named in (set(), analyses), f"{contract['name']}: {side} lacks {sorted(analyses - named)}"


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("housing/__init__.py", "from ujo_lib import cli, pipeline, report, sample, survey\n"),
        ("housing/__init__.py", ""),
        ("report/poster.py", ""),
        ("survey/drawn.py", "import matplotlib\n"),
        ("survey/other.py", "from ujo_lib import seasonality\n"),
        ("report/look/counting.py", "from ujo_lib import survey\n"),
        ("stats_of_pages.py", "from ujo_lib import report\n"),
    ],
    ids=[
        "a room that imports everything",
        "a room without a floor",
        "a part of the report without a layer",
        "an analysis that draws",
        "an analysis that knows another",
        "a figure that counts",
        "a module on no floor",
    ],
)
def test_what_breaks_the_order_fails(house, file, source):
    target = house / "src/ujo_lib" / file
    target.parent.mkdir(exist_ok=True)
    target.write_text(f'"""New."""\n{source}', encoding="utf-8")
    code, told = contracts(house)
    assert code == 1, told
    assert "broken" in told
