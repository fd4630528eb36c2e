"""Steps are finished once, each after those whose tables it reads, and one that fails stops only those that need it."""

import os
import threading
from collections.abc import Sequence
from types import SimpleNamespace

import nbformat
import pytest

from ujo_lib.pipeline.execute import NotebookFailedError
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.steps import EXECUTED, Job, StepStore, Walk


def job(name: str, *needs: str, key: str = "k") -> Job:
    return Job("internal", SimpleNamespace(notebook=name, needs=needs), key)  # type: ignore[arg-type]  # its name is asked


class Recorder(Walk):
    """Finishes a step by writing down that it began, and fails where it is told to."""

    def __init__(self, failing: Sequence[str] = (), threads: int = 1) -> None:
        super().__init__(None, None, threads, False, Progress(None))  # type: ignore[arg-type]  # nothing is run
        self.failing, self.begun, self.lock = failing, [], threading.Lock()

    def _finish_one(self, job, upstream):
        with self.lock:
            self.begun.append((job.notebook, tuple(sorted(upstream))))
        if job.notebook in self.failing:
            raise NotebookFailedError(job.notebook, 1, "x")
        return job


JOBS = [job("00"), job("01"), job("05", "00", "01"), job("06", "05")]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_a_step_begins_when_all_that_it_reads_are_finished(threads):
    walk = Recorder(threads=threads)
    finished, failures = walk.finish(JOBS)
    assert (set(finished), failures) == ({"00", "01", "05", "06"}, {})
    assert walk.begun[2:] == [("05", ("00", "01")), ("06", ("00", "01", "05"))]


@pytest.mark.parametrize(
    ("failing", "finished"), [("00", {"01"}), ("05", {"00", "01"}), ("06", {"00", "01", "05"})]
)
def test_what_needs_a_failed_step_is_not_tried_and_everything_else_is(failing, finished):
    walk = Recorder([failing])
    done, failures = walk.finish(JOBS)
    assert (set(done), set(failures)) == (finished, {failing})
    assert {name for name, _ in walk.begun} == finished | {failing}


def test_a_step_that_needs_what_nobody_makes_is_not_tried():
    walk = Recorder()
    assert walk.finish([job("05", "09")]) == ({}, {})
    assert walk.begun == []


def test_the_longest_begins_first_and_one_of_unknown_length_last():
    walk = Recorder()
    walk.finish([job("00"), job("01"), job("02"), job("03")], {"02": 9.0, "01": 3.0})
    assert [name for name, _ in walk.begun] == ["02", "01", "00", "03"]


@pytest.fixture
def store(tmp_path):
    return StepStore(SiteYear(tmp_path, "uki", 2023))


def kept(store, one, upstream=None, seconds=1.5):
    work = store.work_folder(one, upstream or {})
    (work / "tables" / one.notebook / "t.json").write_text("{}")
    return store.keep(one, work, nbformat.v4.new_notebook(), seconds)


def test_a_finished_step_is_found_under_its_key_alone(store):
    made = kept(store, job("00"))
    found = store.find(job("00"))
    assert (found.folder, found.seconds, found.reused) == (made.folder, 1.5, True)
    assert not made.reused
    assert store.find(job("00", key="other")) is None
    assert store.find(job("01")) is None


def _flipped(file):
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])


@pytest.mark.parametrize(
    "hurt",
    [
        lambda folder: (folder / "tables" / "00" / "t.json").unlink(),
        lambda folder: _flipped(folder / "tables" / "00" / "t.json"),
        lambda folder: (folder / "tables" / "00" / "t (1).json").write_text("{}"),
        lambda folder: os.truncate(folder / EXECUTED, 9),
        lambda folder: (folder / "step.json").unlink(),
        lambda folder: os.truncate(folder / "step.json", 9),
        lambda folder: (folder / "step.json").write_text("{}"),
        lambda folder: (folder / "step.json").write_text("[]"),
    ],
)
def test_a_step_of_which_a_file_is_gone_hurt_or_doubled_is_made_again(store, hurt):
    """A prune that was killed half-way left a page without one of its tables, and nobody was told."""
    hurt(kept(store, job("00")).folder)
    assert store.find(job("00")) is None
    kept(store, job("00"))
    assert store.find(job("00"))


def test_a_step_works_beside_the_tables_that_it_reads_and_keeps_its_own_alone(store):
    first = kept(store, job("00"))
    second = kept(store, job("05", "00"), {"00": first})
    assert [path.name for path in (second.folder / "tables").iterdir()] == ["05"]
    work = store.work_folder(job("06", "00", "05"), {"00": first, "05": second})
    assert sorted(path.name for path in (work / "tables").iterdir()) == ["00", "05", "06"]
    (work / "half").touch()
    assert not (store.work_folder(job("06", "00"), {"00": first}) / "half").exists()


def test_a_step_made_again_takes_the_place_of_the_old_one_whole(store):
    old = kept(store, job("00"))
    (old.folder / "old").touch()
    new = kept(store, job("00"), seconds=2.5)
    assert new.folder == old.folder
    assert not (new.folder / "old").exists()
    assert store.find(job("00")).seconds == 2.5
    assert (new.folder / EXECUTED).is_file()


def test_steps_that_no_page_stands_for_are_forgotten(store):
    made = [kept(store, job(name)) for name in ("00", "01")]
    work = store.work_folder(job("02"), {})
    (work.parent / "note").touch()
    store.forget_all_but(made[:1])
    assert store.find(job("00"))
    assert store.find(job("01")) is None
    assert sorted(path.name for path in work.parent.iterdir()) == sorted([made[0].folder.name, "note"])
