"""Finished steps, and the walk that finishes the missing ones.

A step is one notebook executed for one audience. Its folder under `.steps/` bears its key and appears there by one
rename when everything in it is whole; so what is found can be reused without asking how the last run ended.
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from ujo_lib.files import clear_away, written_at
from ujo_lib.pipeline.absent import executed_form
from ujo_lib.pipeline.execute import PROFILE, NotebookFailedError, execute, stable_copy
from ujo_lib.pipeline.keys import Step, named
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import hashes
from ujo_lib.pipeline.progress import Progress
from ujo_lib.report.door.publish import NOT_SUPPLIED, TableRecord

EXECUTED = "notebook.ipynb"
_RECORD = "step.json"
"""How long a finished step took, and the hashes of all its other files."""


@dataclass(frozen=True)
class Job:
    """A step to be finished.

    Attributes:
        audience: internal or release.
        step: the notebook with its parameters, of which audience, plan and tables_dir are decided by the walk.
        key: hash over everything that this audience's page depends on.
        plan: the disclosure plan, for a release.
    """

    audience: str
    step: Step
    key: str
    plan: Path | None = None

    @property
    def notebook(self) -> str:
        """Name of the notebook."""
        return self.step.notebook


@dataclass(frozen=True)
class Finished:
    """A step that is whole.

    Attributes:
        job: what was to be done.
        folder: where its files are.
        seconds: how long its execution took.
        reused: whether it was found finished.
    """

    job: Job
    folder: Path
    seconds: float
    reused: bool

    @property
    def notebook(self) -> NotebookNode:
        """The executed notebook."""
        return nbformat.read(self.folder / EXECUTED, as_version=4)

    @property
    def tables(self) -> Path:
        """Folder with the records of the tables that this notebook published."""
        return self.folder / "tables" / self.job.notebook

    def records(self) -> list[TableRecord]:
        """The published tables, by id."""
        return [
            TableRecord.from_json(file.read_text(encoding="utf-8"))
            for file in sorted(self.tables.glob("*.json"))
            if file.name != NOT_SUPPLIED
        ]


class StepStore:
    """The folder of finished steps of one place and year."""

    def __init__(self, place: SiteYear):
        self._place = place

    def find(self, job: Job) -> Finished | None:
        """Return the step if it has been finished before and is still whole: a deletion may have ended half-way."""
        folder = self._folder(job)
        try:
            told = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            seconds, whole = told["seconds"], told["files"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        files = hashes(folder, [folder])
        files.pop(_RECORD)
        return Finished(job, folder, seconds, reused=True) if files == whole else None

    def work_folder(self, job: Job, upstream: Mapping[str, Finished]) -> Path:
        """Make an empty folder to work in, holding the tables that the step needs."""
        folder = self._place.steps / f"{job.audience}-{job.notebook}.work"
        clear_away(folder)
        for name in job.step.needs:
            shutil.copytree(upstream[name].tables, folder / "tables" / name)
        (folder / "tables" / job.notebook).mkdir(parents=True)
        return folder

    def keep(self, job: Job, work: Path, executed: NotebookNode, seconds: float) -> Finished:
        """Give a finished step its place."""
        for name in job.step.needs:
            shutil.rmtree(work / "tables" / name)
        for name in ("short", PROFILE):
            shutil.rmtree(work / name, ignore_errors=True)
        nbformat.write(stable_copy(executed), work / EXECUTED)
        record = json.dumps({"seconds": seconds, "files": hashes(work, [work])})
        (work / _RECORD).write_text(record, encoding="utf-8")
        folder = self._folder(job)
        clear_away(folder)
        work.rename(folder)
        return Finished(job, folder, seconds, reused=False)

    def forget_all_but(self, finished: Sequence[Finished]) -> None:
        """Delete steps that no page stands for any more."""
        keep = {step.folder for step in finished}
        for folder in self._place.steps.iterdir():
            if folder.is_dir() and folder not in keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, job: Job) -> Path:
        return self._place.step(job.audience, job.notebook, job.key)


@dataclass
class Walk:
    """Finishes steps, several at a time, each as soon as those it needs are finished.

    Attributes:
        place: one place and year.
        new_manager: makes a kernel manager for one notebook.
        threads: notebooks executed at the same time.
        force: execute steps that are finished already.
        progress: where to tell what happens.
        written: notebook → the files that it reads, and when they were written as its key was computed.
    """

    place: SiteYear
    new_manager: Callable[[], AsyncKernelManager]
    threads: int
    force: bool
    progress: Progress
    written: Mapping[str, Mapping[Path, tuple[int, ...]]] = field(default_factory=dict)

    def finish(
        self, jobs: Sequence[Job], seconds: Mapping[str, float] = MappingProxyType({})
    ) -> tuple[dict[str, Finished], dict[str, NotebookFailedError]]:
        """Finish all jobs of one audience.

        Args:
            jobs: what is to be done, in reading order.
            seconds: notebook → how long it took before. The longest begin first, lest one is left alone at the end.

        Returns:
            The finished steps and the failures, by notebook. A notebook whose needs failed is in neither: it was
            not tried.
        """
        finished: dict[str, Finished] = {}
        failures: dict[str, NotebookFailedError] = {}
        waiting = sorted(jobs, key=lambda job: -seconds.get(job.notebook, 0.0))
        running: dict[Future[Finished], Job] = {}
        with ThreadPoolExecutor(self.threads) as pool:
            while waiting or running:
                for job in [job for job in waiting if set(job.step.needs) <= set(finished)]:
                    waiting.remove(job)
                    running[pool.submit(self._finish_one, job, dict(finished))] = job
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    try:
                        finished[job.notebook] = future.result()
                    except NotebookFailedError as error:
                        failures[job.notebook] = error
                        self.progress.failed(job.audience, job.notebook, str(error), error.kind)
        return finished, failures

    def _finish_one(self, job: Job, upstream: Mapping[str, Finished]) -> Finished:
        store = StepStore(self.place)
        if not self.force and (found := store.find(job)):
            self.progress.reused(job.audience, job.notebook)
            return found
        self.progress.started(job.audience, job.notebook)
        work = store.work_folder(job, upstream)
        begun = time.monotonic()
        try:
            executed = execute(
                self._source(job, work),
                work / "running.ipynb",
                self._parameters(job, work),
                self.new_manager(),
                lambda done, total: self.progress.cell(job.audience, job.notebook, done, total),
            )
            self._require_same_files(job)
        except NotebookFailedError:
            self._keep_half(job, work)
            self._require_same_files(job)
            raise
        (work / "running.ipynb").unlink()
        step = store.keep(job, work, executed, time.monotonic() - begun)
        self.progress.finished(job.audience, job.notebook, step.seconds)
        return step

    def _require_same_files(self, job: Job) -> None:
        """Keep no result of a file that was being written, under the key of the whole one for ever.

        Raises:
            NotebookFailedError: a file was written anew since the key was computed.
        """
        for file, before in self.written.get(job.notebook, {}).items():
            if written_at(file) != before:
                told = f"{named(file, self.place.root)} が実行中に書き換えられました。"
                again = "書き終わっていることを確かめて、もう一度実行してください。"
                raise NotebookFailedError(job.notebook, None, f"InputChangedError: {told}{again}")

    def _source(self, job: Job, work: Path) -> Path:
        """The notebook to execute: another than the stored one for some audiences and years."""
        notebook = job.step.about
        short = executed_form(notebook, job.audience, job.step.absent)
        if short is None:
            return notebook.file
        (work / "short").mkdir()
        nbformat.write(short, work / "short" / notebook.file.name)
        return work / "short" / notebook.file.name

    def _parameters(self, job: Job, work: Path) -> dict[str, Any]:
        decided = {"audience": job.audience, "tables_dir": self._relative(work / "tables")}
        decided["plan"] = self._relative(job.plan) if job.plan else ""
        return job.step.settings.model_dump() | decided

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.place.root).as_posix()

    def _keep_half(self, job: Job, work: Path) -> None:
        """Keep the half-run notebook where a person can open it."""
        self.place.failed.mkdir(parents=True, exist_ok=True)
        half = work / "running.ipynb"
        if half.exists():
            half.replace(self.place.failed / f"{job.audience}-{job.notebook}.ipynb")
