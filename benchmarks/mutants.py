"""Which small faults the tests notice.

One fault at a time is planted in a module (a comparison moved by its edge, a constant by one, a sign turned, a
condition left out, a return emptied; never a word), and the tests of its room are run until the first one fails. No
file is changed: each run is a fork of one process, with a loader that hands out the faulty module. Faults are drawn by
a seed, so that a run can be repeated; what no test notices is listed with its line, for a person to judge.

    python benchmarks/mutants.py [--rooms stats survey] [--per-room 60] [--seed 1] [--jobs 2] [--quick] [--json]
"""

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"

ROOMS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "stats": (
        ["stats", "glm", "crosstab"],
        ["tests/test_stats.py", "tests/test_glm.py", "tests/test_crosstab.py"],
    ),
    "columns": (["columns"], ["tests/test_columns.py", "tests/report/door", "tests/report/look"]),
    "survey": (["survey"], ["tests/survey"]),
    "seasonality": (["seasonality"], ["tests/seasonality"]),
    "outreach": (["outreach"], ["tests/outreach"]),
    "disclosure": (["disclosure"], ["tests/disclosure"]),
    "intake": (["intake", "delimited"], ["tests/intake", "tests/test_delimited.py"]),
    "door": (["report.door", "report.page"], ["tests/report/door", "tests/report/test_page.py"]),
    "keys": (
        ["pipeline.keys", "store", "files"],
        ["tests/pipeline/test_keys.py", "tests/test_store.py", "tests/test_files.py"],
    ),
}
"""Room → its modules, below `ujo_lib`; and where its tests are."""

HEAVY = (
    "numpy", "pandas", "scipy.stats", "scipy.optimize", "statsmodels.api", "pyarrow.csv", "hypothesis", "openpyxl",
    "xlsxwriter", "pydantic", "yaml", "nbformat", "seaborn", "matplotlib.figure", "pytest",
)  # fmt: skip
"""Imported once, before anything of ours."""

_NEIGHBOUR: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_LEFT_ALONE = {"annotation", "returns", "decorator_list"}
_EMPTIED = "return None"
_EMPTIED_AT_MOST = 8
"""One fault of eight: an emptied return is noticed by anything."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        module: name of the module.
        place: its number among all places of the module where a fault can be planted.
        line: the line it stands in.
        told: what was written there and what stands there now.
    """

    module: str
    place: int
    line: int
    told: str


def faulty(node: ast.AST) -> ast.AST | None:
    """What stands there instead; None where no fault can be planted."""
    other = copy.copy(node)
    if isinstance(node, ast.Compare) and isinstance(other, ast.Compare) and type(node.ops[0]) in _NEIGHBOUR:
        other.ops = [_NEIGHBOUR[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(other, ast.BinOp | ast.BoolOp) and type(other.op) in _NEIGHBOUR and not _words(node):
        other.op = _NEIGHBOUR[type(other.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        return node.operand
    elif isinstance(other, ast.Constant) and isinstance(other.value, bool):
        other.value = not other.value
    elif isinstance(other, ast.Constant) and isinstance(other.value, int):
        other.value += 1
    elif isinstance(other, ast.Constant) and isinstance(other.value, float):
        other.value = other.value * 1.1 or 0.1
    elif isinstance(other, ast.Return) and other.value is not None:
        other.value = ast.copy_location(ast.Constant(None), node)
    else:
        return None
    return ast.copy_location(other, node)


def _words(node: ast.AST) -> bool:
    """Whether a sum puts words together."""
    return any(
        isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in ast.walk(node)
    )


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Where faults can be planted: parent, field, place in it, what it becomes; types and decorators are left alone."""
    for parent in _walk(tree):
        for name, value in ast.iter_fields(parent):
            if name in _LEFT_ALONE:
                continue
            listed = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for at, child in listed:
                if isinstance(child, ast.AST) and (other := faulty(child)) is not None:
                    yield parent, name, at, other


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    for name, value in ast.iter_fields(tree):
        for child in () if name in _LEFT_ALONE else value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def faults_of(module: str) -> list[Fault]:
    """All faults that can be planted in a module."""
    tree = ast.parse(_file(module).read_text(encoding="utf-8"))
    found = []
    for place, (parent, name, at, other) in enumerate(places(tree)):
        before = getattr(parent, name) if at is None else getattr(parent, name)[at]
        told = f"{ast.unparse(before)}  →  {ast.unparse(other)}"
        found.append(Fault(module, place, before.lineno, told))
    return found


def planted(fault: Fault) -> ast.Module:
    """The module with the fault."""
    tree = ast.parse(_file(fault.module).read_text(encoding="utf-8"))
    parent, name, at, other = list(places(tree))[fault.place]
    if at is None:
        setattr(parent, name, other)
    else:
        getattr(parent, name)[at] = other
    return ast.fix_missing_locations(tree)


def _file(module: str) -> Path:
    file = SOURCE.joinpath(*module.split("."))
    return file / "__init__.py" if file.is_dir() else file.with_suffix(".py")


def modules_of(names: Sequence[str]) -> list[str]:
    """The modules below these names."""
    found = []
    for name in names:
        path = SOURCE / "ujo_lib" / Path(*name.split("."))
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        kept = [file for file in files if file.stem != "__init__"]
        found += [".".join(file.relative_to(SOURCE).with_suffix("").parts) for file in kept]
    return found


def drawn(modules: Sequence[str], number: int, seed: int) -> list[Fault]:
    """Faults drawn by a seed."""
    every = [fault for module in modules for fault in faults_of(module)]
    random.Random(seed).shuffle(every)
    emptied = [fault for fault in every if fault.told.endswith(_EMPTIED)]
    others = [fault for fault in every if not fault.told.endswith(_EMPTIED)]
    few = number // _EMPTIED_AT_MOST
    return [*others[: number - few], *emptied[:few]]


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Hands out one module with its fault."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname != self._fault.module:
            return None
        return importlib.util.spec_from_file_location(fullname, _file(fullname), loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(planted(self._fault), str(_file(self._fault.module)), "exec"), module.__dict__)


def own_first(module: str, tests: Sequence[str]) -> list[str]:
    """The tests of a room, those of the module first."""
    stem = f"test_{module.rpartition('.')[2]}.py"
    own = [str(file.relative_to(ROOT)) for test in tests for file in ROOT.joinpath(test).rglob(stem)]
    return list(dict.fromkeys([*own, *(test for test in tests if ROOT.joinpath(test).exists())]))


def run(fault: Fault | None, tests: Sequence[str], most: float) -> tuple[bool, float]:
    """Run tests in a fork until one fails.

    Returns:
        Whether all passed (an endless one counts as failed), and the seconds it took.
    """
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _test_and_end(fault, tests, most)
    _, status, _ = os.wait4(pid, 0)
    return status == 0, time.monotonic() - begun


def _test_and_end(fault: Fault | None, tests: Sequence[str], most: float) -> NoReturn:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_CPU, (int(most), int(most) + 5))
    signal.alarm(int(4 * most))
    if fault:
        sys.meta_path.insert(0, _Loader(fault))
    import pytest

    os._exit(int(pytest.main(["-x", "-q", "-p", "no:xdist", "-m", "not slow and not full", *tests])))


def main() -> None:
    """Plant, run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", nargs="*", default=list(ROOMS), choices=list(ROOMS))
    parser.add_argument("--per-room", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="ten faults a room")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in HEAVY:
        importlib.import_module(name)
    noticed: dict[str, float] = {}
    for room in options.rooms:
        names, tests = ROOMS[room]
        passed, usual = run(None, own_first("", tests), 900)
        if not passed:
            sys.exit(f"{room}: its tests fail without any fault")
        faults = drawn(modules_of(names), 10 if options.quick else options.per_room, options.seed)
        with ThreadPoolExecutor(options.jobs) as pool:
            told = [(fault, own_first(fault.module, tests), 60 + 3 * usual) for fault in faults]
            survived = [passed for passed, _ in pool.map(lambda one: run(*one), told)]
        left = [fault for fault, alive in zip(faults, survived, strict=True) if alive]
        noticed[room] = 1 - len(left) / len(faults)
        print(
            f"{room:12} {len(faults) - len(left):3} of {len(faults):3} noticed, {noticed[room]:.0%}",
            flush=True,
        )
        for fault in left:
            print(f"    {_file(fault.module).relative_to(ROOT)}:{fault.line}  {fault.told}", flush=True)
    mean = sum(noticed.values()) / len(noticed)
    print(f"mean {mean:.0%}, worst {min(noticed.values()):.0%}")
    if options.json:
        figures = {f"noticed_{room}": round(share, 3) for room, share in noticed.items()}
        print(
            json.dumps(
                {**figures, "noticed_mean": round(mean, 3), "noticed_min": round(min(noticed.values()), 3)}
            )
        )


if __name__ == "__main__":
    main()
