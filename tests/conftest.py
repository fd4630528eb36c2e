"""What the tests of every room share: the synthetic city, written once.

What takes long to make is kept in pytest's own cache folder under the hash of all it is made from, so that both workers
of a run, and the next run after a change of tests alone, find it made. It is there to be read: who writes takes a copy.
"""

import errno
import gc
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from ujo_lib.params import project_root
from ujo_lib.sample import write_city

REPOSITORY = project_root(Path(__file__).parent)
SOURCES = ("src", "notebooks", "params", "benchmarks", "requirements.lock")

settings.register_profile("patient", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("patient")
gc.disable()  # until all is collected: a third of the time of that went into looking for garbage


def _refuse_as_windows_does(event: str, told: tuple[str, ...]) -> None:
    """Neither rename nor replace nor delete what this process has open: Linux would, an analyst's Windows does not."""
    if event not in ("os.rename", "os.remove"):
        return
    paths = [os.path.realpath(path) for path in told[: 1 + (event == "os.rename")]]
    for entry in os.scandir("/proc/self/fd"):
        opened = ""
        with suppress(OSError):  # the listing itself
            opened = os.readlink(entry.path)  # noqa: PTH115 (asked whenever a file goes: a `Path` takes four times as long)
        if any(opened == path or opened.startswith(f"{path}/") for path in paths):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), told[0])


if sys.platform == "linux":
    sys.addaudithook(_refuse_as_windows_does)

MakeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def make_once(pytestconfig: pytest.Config) -> MakeOnce:
    """Give the folder of a name, which the function fills unless that was done before from these very sources."""
    kept = pytestconfig.cache.mkdir("made")
    sources = _digest([REPOSITORY / name for name in SOURCES])

    def made(name: str, fill: Callable[[Path], object]) -> Path:
        folder = kept / f"{name}-{sources}-{_digest([Path(fill.__code__.co_filename)])}"
        whole = folder / ".whole"
        with FileLock(kept / f"{name}.lock"):
            if not whole.exists():
                for old in kept.glob(f"{name}-*"):
                    shutil.rmtree(old)
                folder.mkdir()
                fill(folder)
                whole.touch()
        return folder

    return made


@cache
def _installed() -> bytes:
    """Python and all that is installed."""
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    return "\n".join([sys.version, *packages]).encode()


def _digest(sources: list[Path]) -> str:
    """Hash of files and folders, of Python and of all that is installed."""
    total = hashlib.sha256(_installed())
    for path in sources:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(file.relative_to(REPOSITORY).as_posix().encode())
                total.update(file.read_bytes())
    return total.hexdigest()[:16]


@pytest.fixture(scope="session")
def sample_data(make_once: MakeOnce) -> Path:
    """The synthetic city as `ujo sample` writes it to data/sample."""
    return make_once("city", write_city) / "data" / "sample"


@pytest.hookimpl(optionalhook=True)  # the runner of planted faults does without xdist
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: a third of their time, workers wait for kernels, browsers and commands."""
    return (os.cpu_count() or 1) + 1


MARKS = pytest.StashKey[dict[str, set[str]]]()
"""The marks of every test that was collected, before any of them was left out."""


def pytest_collection_finish() -> None:
    """Look for garbage in what tests make, not in what was collected: each search of that took a second."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests, and end with the smallest: all workers are then busy to the end.

    One of them makes the report that those of `e2e` look at; the others wait until it is there.
    """
    config.stash[MARKS] = {item.nodeid: {mark.name for mark in item.iter_markers()} for item in items}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    first = REPOSITORY / "tests" / "e2e" / "test_report.py"

    def turn(path: Path) -> int:
        return 3 if path not in slow else 0 if path == first else 2 if path.parent == first.parent else 1

    turns = {path: (turn(path), -path.stat().st_size) for path in {item.path for item in items}}
    items.sort(key=lambda item: turns[item.path])
