"""Which small faults the tests notice.

One fault at a time is planted in a module (a comparison moved by its edge, a constant by one, a sign turned, a
condition left out, a return emptied; never a word), and those tests of its room that run through the faulty line, as
coverage.py saw, are run until the first one fails. No file is changed. The tests of a room are collected once; each
fault is planted in a fork of that process, by giving the function its faulty code. What takes effect at import
(constants of a module, default values) needs a process of its own, with a loader that hands out the faulty module.
Faults are drawn by a seed, so that a run can be repeated; what no test notices is listed with its line, for a person to
judge, and so is what ran out of time: it counts as not noticed.

    python benchmarks/mutants.py [--rooms stats survey] [--per-room 60] [--seed 1] [--jobs 2] [--quick] [--json]
                                 [--kept noticed.json]

With `--kept`, what was noticed is noted in that file and not tried again until the module changes: an interrupted run
goes on, and after a new test only the survivors are tried.
"""

import argparse
import ast
import copy
import csv
import functools
import gc
import hashlib
import importlib
import importlib.abc
import importlib.util
import inspect
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import ModuleSpec
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
EQUIVALENT = ROOT / "tests" / "reference" / "equivalent_faults.csv"

ROOMS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "stats": (
        ["stats", "glm", "crosstab"],
        ["tests/test_stats.py", "tests/test_glm.py", "tests/test_crosstab.py"],
    ),
    "columns": (
        ["columns", "typed"],
        ["tests/test_columns.py", "tests/test_typed.py", "tests/report/door", "tests/report/look"],
    ),
    "survey": (["survey"], ["tests/survey"]),
    "residents": (["residents", "variance"], ["tests/residents", "tests/test_variance.py"]),
    "tagging": (["tagging"], ["tests/tagging"]),
    "params": (["params", "yamlfile"], ["tests/params", "tests/test_yamlfile.py"]),
    "ground": (
        ["fiscal", "text", "facts", "questionnaire"],
        [
            "tests/test_fiscal.py",
            "tests/test_text.py",
            "tests/test_questionnaire.py",
            "tests/disclosure/gate/test_facts.py",
        ],
    ),
    "look": (["report.look"], ["tests/report/look"]),
    "sheets": (["report.sheets"], ["tests/report/sheets"]),
    "setup": (["setup"], ["tests/setup"]),
    "seasonality": (["seasonality"], ["tests/seasonality"]),
    "outreach": (["outreach"], ["tests/outreach"]),
    "disclosure": (["disclosure"], ["tests/disclosure"]),
    "intake": (["intake", "delimited"], ["tests/intake", "tests/test_delimited.py"]),
    "annual": (["annual"], ["tests/annual"]),
    "door": (["report.door", "report.page"], ["tests/report/door", "tests/report/test_page.py"]),
    "keys": (
        ["pipeline.keys", "store", "files"],
        [
            "tests/pipeline/test_keys.py",
            "tests/pipeline/test_absent.py",
            "tests/test_store.py",
            "tests/test_files.py",
        ],
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
        lines: first and last line of the statement that it stands in, of a compound one its head.
        called: whether it stands in the body of a function; other faults work while the module is imported.
        told: what was written there and what stands there now.
    """

    module: str
    place: int
    line: int
    lines: tuple[int, int]
    called: bool
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


@dataclass(frozen=True)
class _Place:
    parent: ast.AST
    field: str
    at: int | None
    becomes: ast.AST
    lines: tuple[int, int]
    called: bool


def places(tree: ast.AST, lines: tuple[int, int] = (1, 1), called: bool = False) -> Iterator[_Place]:
    """Where faults can be planted; types and decorators are left alone."""
    for name, value in ast.iter_fields(tree):
        if name in _LEFT_ALONE:
            continue
        runs_when_called = called or (isinstance(tree, ast.FunctionDef | ast.Lambda) and name == "body")
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            within = _lines(child) if isinstance(child, ast.stmt) else lines
            if (other := faulty(child)) is not None:
                yield _Place(tree, name, at, other, within, runs_when_called)
            yield from places(child, within, runs_when_called)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, without the statements in it."""
    body = getattr(statement, "body", None)
    return statement.lineno, max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or 0


def faults_of(module: str) -> list[Fault]:
    """All faults that can be planted in a module."""
    tree = ast.parse(_file(module).read_text(encoding="utf-8"))
    found = []
    for number, place in enumerate(places(tree)):
        value = getattr(place.parent, place.field)
        before = value if place.at is None else value[place.at]
        told = f"{ast.unparse(before)}  →  {ast.unparse(place.becomes)}"
        found.append(Fault(module, number, before.lineno, place.lines, place.called, told))
    return found


def planted(fault: Fault) -> CodeType:
    """The module with the fault."""
    tree = ast.parse(_file(fault.module).read_text(encoding="utf-8"))
    place = list(places(tree))[fault.place]
    if place.at is None:
        setattr(place.parent, place.field, place.becomes)
    else:
        getattr(place.parent, place.field)[place.at] = place.becomes
    return compile(ast.fix_missing_locations(tree), str(_file(fault.module)), "exec")


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
    """Faults drawn by a seed, less those that are declared to change nothing.

    Each has its own lot, so that a line changed elsewhere leaves the draw as it is.
    """
    alike: Counter[tuple[str, str]] = Counter()

    def lot(fault: Fault) -> bytes:
        alike[fault.module, fault.told] += 1
        of_its_kind = alike[fault.module, fault.told]
        return hashlib.sha256(f"{seed} {fault.module} {fault.told} {of_its_kind}".encode()).digest()

    every = sorted((fault for module in modules for fault in faults_of(module)), key=lot)
    emptied = [
        fault for fault in every if fault.told.endswith(_EMPTIED) and not fault.told.startswith(_EMPTIED)
    ]
    others = [fault for fault in every if not fault.told.endswith(_EMPTIED)]
    few = number // _EMPTIED_AT_MOST
    return [fault for fault in (*others[: number - few], *emptied[:few]) if not _declared(fault)]


def _declared(fault: Fault) -> bool:
    """Whether a fault is declared, with its proof, to change nothing that anybody could notice."""
    line = _file(fault.module).read_text(encoding="utf-8").splitlines()[fault.line - 1]
    with EQUIVALENT.open(encoding="utf-8") as file:
        return any(
            (one["module"], one["fault"]) == (fault.module, fault.told) and one["code"] in line
            for one in csv.DictReader(file)
        )


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Hands out one module with its fault."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname != self._fault.module:
            return None
        return importlib.util.spec_from_file_location(fullname, _file(fullname), loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(planted(self._fault), module.__dict__)


Function = tuple[str, str, int]
"""File, name and first line of a function."""

_FIXTURE, _CONSTANT = "fixture ", "constant "


class Verdict(Enum):
    """What became of a fault; a run that is merely slow has noticed nothing."""

    NOTICED = "noticed"
    MISSED = "missed"
    OUT_OF_TIME = "ran out of time"


@dataclass(frozen=True)
class _Traced:
    """What a test runs through: its lines, fixtures included, its own CPU seconds, and its fixtures by name."""

    lines: set[tuple[str, int]]
    seconds: float
    fixtures: frozenset[str]


@dataclass(frozen=True)
class _Anew:
    """Tests that need a process of their own, and the CPU seconds that they may take."""

    tests: list[str]
    most: float


class _Collected:
    """The collected tests of a room (a pytest plugin): which lines each runs, and which of them notice a fault."""

    def __init__(self, faults: Sequence[Fault], jobs: int, tell: Connection) -> None:
        self._faults = faults
        self._jobs = jobs
        self._tell = tell
        self._files = {str(_file(fault.module)) for fault in faults}
        self._coverage: coverage.Coverage | None = None
        self._now = ""
        self._seconds: Counter[str] = Counter()
        self._constants: list[Any] = []
        self._uses: dict[str, set[str]] = {}
        self._collecting = 0.0
        self._failed: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.unfreeze()  # what was collected is what functions and memories are looked for in
        functions, self._collecting = _functions(self._files), time.process_time()
        told = _forked(lambda tell: tell.send(self._trace(session.items)), 3600)
        if not isinstance(told, tuple):
            self._tell.send(told)
            return True
        traced, self._seconds = told
        with ThreadPoolExecutor(self._jobs) as pool:
            for told in pool.map(
                lambda fault: self._noticed(fault, session.items, traced, functions), self._faults
            ):
                self._tell.send(told)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """A fixture is set up for one test and serves many: its lines are those of every test that uses it."""
        with self._traced_as(_FIXTURE + fixturedef.argname):
            return (yield)

    @contextmanager
    def _traced_as(self, name: str) -> Iterator[None]:
        """Lines and seconds of what runs now go by this name, and by the outer one again afterwards."""
        if self._coverage is None:
            yield
            return
        outer, self._now, begun = self._now, name, time.process_time()
        asked = [one.cache_info()[:2] for one in self._constants]
        self._coverage.switch_context(name)
        try:
            yield
        finally:
            self._now = outer
            self._coverage.switch_context(outer)
            spent = time.process_time() - begun
            self._seconds[name] += spent
            self._seconds[outer] -= spent
            self._uses.setdefault(name, set()).update(
                f"{_CONSTANT}{number}"
                for number, (one, before) in enumerate(zip(self._constants, asked, strict=False))
                if one.cache_info()[:2] != before
            )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def _run(self, item: pytest.Item, following: pytest.Item | None) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _trace(self, items: Sequence[pytest.Item]) -> tuple[list[_Traced], Counter[str]] | str:
        """What each test runs through and the seconds of fixtures; the first test that fails without a fault."""
        remembering = [
            one
            for one in gc.get_objects()
            if isinstance(one, functools._lru_cache_wrapper)
            and one.__module__.startswith(("ujo_lib", "tests"))
        ]
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=sorted(self._files), messages=False
        )
        self._coverage.start()
        # What is made once for all is traced by itself, and belongs to every test that asks for it.
        constants = [one for one in remembering if not inspect.signature(one).parameters]
        for number, constant in enumerate(constants):
            for memory in remembering:
                memory.cache_clear()
            with self._traced_as(f"{_CONSTANT}{number}"), suppress(Exception):
                constant()
        self._constants = constants
        for number, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True)):
            for memory in remembering:
                if memory not in constants:
                    memory.cache_clear()  # else a line would belong to the first test alone that asked for it
            with self._traced_as(str(number)):
                self._run(item, following)
            if self._failed:
                return self._failed[0]
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: dict[str, set[tuple[str, int]]] = {}
        for file in data.measured_files():
            for line, names in data.contexts_by_lineno(file).items():
                for name in names:
                    lines.setdefault(name, set()).add((file, line))
        found = []
        for number, item in enumerate(items):
            own, fixtures = str(number), [_FIXTURE + name for name in getattr(item, "fixturenames", ())]
            names = {own, *fixtures}.union(*(self._uses.get(name, ()) for name in (own, *fixtures)))
            through = set().union(*(lines.get(name, ()) for name in names))
            found.append(_Traced(through, self._seconds[own], frozenset(fixtures)))
        return found, self._seconds

    def _noticed(
        self,
        fault: Fault,
        items: Sequence[pytest.Item],
        traced: Sequence[_Traced],
        functions: dict[Function, list[FunctionType]],
    ) -> Verdict | _Anew:
        """Whether a test fails; for a fault that works at import, the tests of its module and then all others.

        A function that no test calls may have been called at import, and a field is read without running a line.
        """
        file, (first, last) = str(_file(fault.module)), fault.lines

        def running(near: range) -> list[tuple[float, int]]:
            return sorted(
                (one.seconds, number)
                for number, one in enumerate(traced)
                if any(where == file and line in near for where, line in one.lines)
            )

        everything = [(one.seconds, number) for number, one in enumerate(traced)]
        through = running(range(first, last + 1)) if fault.called else []
        called = bool(through)
        through = through or [*(near := running(range(10**6))), *sorted({*everything} - {*near})]
        chosen = [items[number] for _, number in through]
        fixtures = frozenset().union(*(traced[number].fixtures for _, number in through))
        seconds = sum(one for one, _ in through) + sum(self._seconds[name] for name in fixtures)
        anew = _Anew([item.nodeid for item in chosen], 20 + 5 * (self._collecting + seconds))
        if not called:
            return anew

        def notice(tell: Connection) -> None:
            faulty = [
                (function, code)
                for code in _codes(planted(fault))
                for function in functions.get((file, code.co_qualname, code.co_firstlineno), ())
            ]
            try:
                for function, code in faulty:
                    function.__code__ = code
            except ValueError:  # the faulty code closes over other names
                return tell.send(anew)
            if not faulty:  # a fault that is planted nowhere would not be noticed by the best of tests
                return tell.send(anew)
            for item, following in zip(chosen, [*chosen[1:], None], strict=False):
                self._run(item, following)
                if self._failed:
                    return tell.send(Verdict.NOTICED)
            return tell.send(Verdict.MISSED)

        return _forked(notice, 20 + 5 * seconds) or Verdict.NOTICED


def _functions(files: set[str]) -> dict[Function, list[FunctionType]]:
    """All living functions of these files."""
    found: dict[Function, list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in files:
            key = one.__code__.co_filename, one.__code__.co_qualname, one.__code__.co_firstlineno
            found.setdefault(key, []).append(one)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of all functions in a piece of code."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


_STOPPED = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}


def _forked(work: Callable[[Connection], object], most: float) -> Any:
    """What a piece of work tells from a fork: the first thing it sends, None if it ends before.

    Ended for taking more CPU seconds than `most`, or twenty times as many by the clock, it ran out of time.
    """
    here, there = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        resource.setrlimit(resource.RLIMIT_CPU, (int(most), int(most) + 5))
        signal.alarm(int(20 * most))
        try:
            work(there)
        except Exception as error:
            there.send(error)
        finally:
            os._exit(0)
    there.close()
    try:
        told = here.recv()
    except EOFError:
        told = None
    _, status = os.waitpid(pid, 0)
    if told is None and os.WIFSIGNALED(status) and os.WTERMSIG(status) in _STOPPED:
        return Verdict.OUT_OF_TIME
    if isinstance(told, Exception):
        raise told
    return told


def _pytest(arguments: Sequence[str], *plugins: object) -> int:
    settings = [
        "-x",
        "-q",
        "-p",
        "no:xdist",
        "-m",
        "not slow and not full",
        "--hypothesis-profile",
        "unshrunk",
    ]
    return int(pytest.main([*settings, "--hypothesis-seed", "1", *arguments], plugins=plugins))


def judged(faults: Sequence[Fault], tests: Sequence[str], jobs: int) -> Iterator[tuple[Fault, Verdict]]:
    """Plant every fault and say whether a test of the room notices it.

    Raises:
        SystemExit: a test fails without any fault.
    """
    here, there = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        _pytest(tests, _Collected(faults, jobs, there))
        os._exit(0)
    there.close()
    for fault in faults:
        told = here.recv()
        if not isinstance(told, Verdict | _Anew):
            sys.exit(f"a test fails without any fault: {told}")
        yield fault, told if isinstance(told, Verdict) else _judged_at_import(fault, told)
    os.waitpid(pid, 0)


def _judged_at_import(fault: Fault, anew: _Anew) -> Verdict:
    def notice(tell: Connection) -> None:
        sys.meta_path.insert(0, _Loader(fault))
        tell.send(Verdict.NOTICED if _pytest(anew.tests) else Verdict.MISSED)

    return _forked(notice, anew.most) or Verdict.NOTICED


def _mark(fault: Fault) -> str:
    """A fault, for as long as its module stays as it is."""
    return hashlib.sha256(
        f"{fault.place} {_file(fault.module).read_text(encoding='utf-8')}".encode()
    ).hexdigest()


def main() -> None:
    """Plant, run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", nargs="*", default=list(ROOMS), choices=list(ROOMS))
    parser.add_argument("--per-room", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="ten faults a room")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--kept", type=Path, help="file that keeps what was noticed")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # machine code out of the cache would be without the fault
    sys.path[:0] = [str(SOURCE), str(ROOT)]
    for name in HEAVY:
        importlib.import_module(name)
    hypothesis.settings.register_profile(
        "unshrunk",
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    kept = set(options.kept.read_text().split()) if options.kept and options.kept.exists() else set()
    noticed: dict[str, float] = {}
    for room in options.rooms:
        names, tests = ROOMS[room]
        faults = drawn(modules_of(names), 10 if options.quick else options.per_room, options.seed)
        left = []
        for fault, verdict in judged([one for one in faults if _mark(one) not in kept], tests, options.jobs):
            if verdict is not Verdict.NOTICED:
                left.append((fault, verdict))
            elif options.kept:
                with options.kept.open("a") as file:
                    file.write(_mark(fault) + "\n")
        noticed[room] = 1 - len(left) / len(faults)
        print(
            f"{room:12} {len(faults) - len(left):3} of {len(faults):3} noticed, {noticed[room]:.0%}",
            flush=True,
        )
        for fault, verdict in left:
            where = f"{_file(fault.module).relative_to(ROOT)}:{fault.line}"
            print(f"    {where}  {fault.told}" + "  (ran out of time)" * (verdict is Verdict.OUT_OF_TIME))
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
