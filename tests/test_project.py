"""The three ways to set the project up agree, and the locks tell nobody where anything was fetched."""

import ast
import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from rattler import MatchSpec

from tests.conftest import MARKS
from ujo_lib.params import project_root

ROOT = project_root(Path(__file__).parent)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))
OWN_LOCKS = [
    lock for lock in LOCKS if lock.name != "requirements-acro.lock"
]  # that peer lives in a place of its own

CONDA_NAMES = {
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
    "tzdata": "python-tzdata",
}
"""PyPI name → conda-forge name, where they differ."""


def _conda_specs() -> dict[str, str]:
    plain = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]
    specs = [MatchSpec(entry, strict=True) for entry in plain]
    return {spec.name.normalized: str(spec.version) for spec in specs if spec.version is not None}


def _pip_specs() -> dict[str, str]:
    (pip,) = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    return {Requirement(line).name: str(Requirement(line).specifier) for line in pip}


def _wanted() -> dict[str, str]:
    lines = (
        PROJECT["project"]["dependencies"]
        + PROJECT["dependency-groups"]["lab"]
        + PROJECT["dependency-groups"]["build"]
    )
    return {Requirement(line).name: str(Requirement(line).specifier) for line in lines}


def test_every_line_of_the_conda_environment_is_a_strict_match_spec():
    assert _conda_specs()


def test_the_conda_environment_holds_what_pyproject_asks_for_with_the_same_bounds():
    told = _conda_specs() | _pip_specs()
    for name, bound in _wanted().items():
        assert told.get(CONDA_NAMES.get(name, name)) == bound, name


def test_the_conda_environment_holds_nothing_that_pyproject_does_not_ask_for():
    known = {CONDA_NAMES.get(name, name) for name in _wanted()} | {"python", "pip"}
    assert set(_conda_specs()) | set(_pip_specs()) <= known


def test_every_place_that_says_which_python_is_needed_says_the_same():
    """None later than the lock has wheels for: pip would try to compile, on a machine without a compiler."""
    bounds = PROJECT["project"]["requires-python"]
    assert _conda_specs()["python"] == bounds
    first, beyond = map(int, re.fullmatch(r">=3\.(\d+),<3\.(\d+)", bounds).groups())
    for name, told in (
        ("README.md", f"Python 3.{first} to 3.{beyond - 1} "),
        ("README.ja.md", f"Python 3.{first}〜3.{beyond - 1}を"),
        ("Makefile", f"(3, {first}) <= sys.version_info < (3, {beyond})"),
    ):
        assert told in (ROOT / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address_and_hashes_every_package(lock):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    for package in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in package, package.splitlines()[0]


@pytest.mark.parametrize("lock", OWN_LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_everything_that_pyproject_asks_for_within_its_bounds(lock):
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE
    ):
        pins.setdefault(name, []).append(version)
    for line in PROJECT["project"]["dependencies"]:
        requirement = Requirement(line)
        assert pins.get(requirement.name), requirement.name
        assert all(version in requirement.specifier for version in pins[requirement.name]), requirement


def test_no_date_is_written_with_a_format_that_windows_does_not_know():
    for file in [*(ROOT / "src").rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")]:
        assert not re.search(r"%-[mdHIMSy]", file.read_text(encoding="utf-8")), file.name


def test_rows_of_equal_values_stand_in_an_order_that_no_processor_decides():
    """numpy sorts with other instructions on other processors, and leaves equal values as they come."""
    for file in (ROOT / "src").rglob("*.py"):
        for call in (
            node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)
        ):
            if getattr(call.func, "attr", "") in ("sort_values", "argsort"):
                told = ast.unparse(call)
                by_several = bool(call.args) and len(getattr(call.args[0], "elts", ())) > 1
                assert "kind='stable'" in told or by_several, f"{file.name}:{call.lineno} {told}"


def test_the_report_environment_has_no_jupyterlab_because_its_import_costs_seconds():
    assert not re.search(
        r"^jupyterlab==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_the_workspace_of_jupyterlab_opens_the_notebooks_in_order() -> None:
    workspace = json.loads((ROOT / "docs" / "jupyterlab" / "ujo.jupyterlab-workspace").read_text("utf-8"))
    main = workspace["data"]["layout-restorer:data"]["main"]
    notebooks = [f"notebook:notebooks/{file.name}" for file in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    assert main["dock"]["widgets"] == notebooks
    assert main["current"] == notebooks[0]
    assert {name for name in workspace["data"] if name.startswith("notebook:")} == set(notebooks)
    assert f"/lab/workspaces/{workspace['metadata']['id']}" in (ROOT / "Makefile").read_text("utf-8")


def test_every_test_is_run_by_make_test_or_by_make_test_full_and_never_by_both(
    pytestconfig,
):
    marks = pytestconfig.stash[MARKS]
    quick, test, full = (_selected(target, marks) for target in ("test-quick", "tests", "test-full"))
    assert quick <= test
    assert not test & full
    assert test | full == set(marks)


def _selected(target: str, marks: dict[str, set[str]]) -> set[str]:
    """Tests that a target of the Makefile runs: those of its own `-m`, or else of pyproject's."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    (own,) = re.findall(r"^\t\$\(PYTEST\)(.*)$", recipe, re.MULTILINE)
    options = shlex.split(PROJECT["tool"]["pytest"]["ini_options"]["addopts"] + own)
    wanted = [options[at + 1] for at, option in enumerate(options) if option == "-m"][-1]
    every = {mark for of_one in marks.values() for mark in of_one} | {"slow", "full"}
    return {name for name, has in marks.items() if eval(wanted, {mark: mark in has for mark in every})}


def test_no_finding_says_how_an_interval_is_drawn_where_the_figure_decides_that():
    """A forecast of twelve months was captioned with a band, and drawn with lines."""
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            code = "".join(cell["source"])
            if re.search(r"page\.(line|profile)\(", code) and "fitted=" not in code:
                assert not re.search("[帯線]は", code), (file.name, code)
