"""Every benchmark starts and ends: what nobody runs between two releases breaks unnoticed.

Left out are those that run whole reports (`report`, `scale`, `kills`), whose commands other tests run.
"""

import csv
import importlib
import json
import re
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import REPOSITORY

SMALLEST = [
    ("disclosure", "--sets", "2", "--only", "sets", "linked", "rereleases"),
    ("gate", "--quick"),
    ("habitual_callers", "--years", "2"),
    ("intake", "--quick", "--only", "clean"),
    ("outreach_calibration", "--quick", "--replicates", "2"),
    ("resident_survey", "--surveys", "5"),
    ("seasonality_calibration", "--years", "2", "--only", "weeks 0.8"),
    ("tagging", "--quick"),
    ("theme_truth", "--draws", "2"),
    ("verdict_surface", "--records", "8", "--only", "week"),
]


@pytest.mark.full
@pytest.mark.parametrize("command", SMALLEST, ids=lambda command: command[0])
def test_a_benchmark_measures_and_prints(command: tuple[str, ...]) -> None:
    """The one of the residents' survey ended in a traceback once a function that it calls had one argument more."""
    name, *arguments = command
    script = [sys.executable, str(REPOSITORY / "benchmarks" / f"{name}.py"), *arguments]
    done = subprocess.run(script, capture_output=True, text=True, encoding="utf-8", check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1)  # 1: a bound is missed, as it is with so few draws
    assert done.stdout.strip()


def test_all_that_the_frozen_peer_declares_is_installed_with_the_benchmarks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ended in a traceback from the day on which the suite itself needed one package less."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "benchmarks"))
    frozen = importlib.import_module("report").FROZEN
    shown = subprocess.run(
        ["git", "show", f"{frozen}:pyproject.toml"], cwd=REPOSITORY, capture_output=True, check=False
    )
    if shown.returncode:
        pytest.skip("the history of the project is not here")
    declared = tomllib.loads(shown.stdout.decode("utf-8"))["project"]["dependencies"]
    lock = (REPOSITORY / "requirements-bench.lock").read_text(encoding="utf-8")
    assert {re.match(r"[\w-]+", one)[0] for one in declared} <= {*re.findall(r"(?m)^([\w-]+)==", lock)}


@pytest.mark.full
def test_planted_faults_are_noticed() -> None:
    """None was, once what was collected was kept from all who look for garbage: no function was found to plant in."""
    script = [sys.executable, str(REPOSITORY / "benchmarks" / "mutants.py")]
    options = ["--rooms", "ground", "--per-room", "6", "--seed", "36", "--json"]
    done = subprocess.run([*script, *options], capture_output=True, text=True, encoding="utf-8", check=True)
    assert json.loads(done.stdout.splitlines()[-1])["noticed_ground"] >= 5 / 6, done.stdout


@pytest.mark.full
def test_a_fault_that_is_said_to_change_nothing_can_be_planted_where_it_is_said_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four were declared of lines that were gone; of reasons with a comma, without its quotes, half was read."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "benchmarks"))
    mutants = importlib.import_module("mutants")
    with mutants.EQUIVALENT.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert not [row for row in rows if len(row) != 4 or None in row.values()]
    declared = [(row["module"], row["code"], row["fault"]) for row in rows]
    faults = {module: mutants.faults_of(module) for module, *_ in declared}
    for module, code, told in declared:
        lines = mutants._file(module).read_text(encoding="utf-8").splitlines()
        assert any(one.told == told and code in lines[one.line - 1] for one in faults[module]), (module, code)
