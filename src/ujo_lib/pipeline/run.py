"""The run: all notebooks for both audiences, from the files of one year to a report in its place.

Internal pages first, then one disclosure plan over every table they published, then the release pages under that
plan, then both sets of pages take the place of the old ones by renaming. Whatever has been finished before is
reused; the last good report stands until the new one is complete. `run` leaves a candidate for release; `release` goes
the same way, and has the pages reviewed and sealed before anything is put in place.
"""

import itertools
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from ujo_lib.disclosure.signature import is_sealed, seal
from ujo_lib.files import open_to_readers, private_files
from ujo_lib.params.notebooks import chosen
from ujo_lib.pipeline.keys import Step, known_digest, plan_steps, run_id
from ujo_lib.pipeline.layout import SiteYear, replace_folder
from ujo_lib.pipeline.manifest import Manifest, StepRecord, hashes, versions
from ujo_lib.pipeline.progress import Progress

if TYPE_CHECKING:
    from ujo_lib.pipeline.execute import NotebookFailedError
    from ujo_lib.pipeline.release import Masked
    from ujo_lib.pipeline.steps import Finished, Job, Walk

CANDIDATE = "秘匿審査前・配布不可"
"""Status of release pages that nobody has reviewed."""

CHECKED = "秘匿審査済"
"""Status of release pages that passed audit and gate and were sealed; whether they are signed, the folder says."""


class LockedError(RuntimeError):
    """Another run of the same place and year is under way."""


class NotebooksFailedError(RuntimeError):
    """Some notebooks did not run to their end; the previous report is untouched.

    Attributes:
        failures: notebook → what happened.
    """

    def __init__(self, failures: Mapping[str, "NotebookFailedError"], place: SiteYear):
        self.failures = failures
        lines = [
            f"{len(failures)} 冊のノートブックが最後まで動きませんでした。前回の報告書はそのまま残っています。",
            *(f"- {error}" for error in failures.values()),
            f"途中まで実行したノートブック: {place.failed}",
        ]
        super().__init__("\n".join(lines))

    @property
    def from_data(self) -> bool:
        """Whether the input data are to blame for every failure."""
        return all(error.reason.startswith("DataProblems") for error in self.failures.values())


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        place: what was run.
        run_id: hash of everything that went in.
        executed: (audience, notebook) of the steps that were executed.
        unchanged: nothing had changed, so no file was touched.
        seconds: wall time.
    """

    place: SiteYear
    run_id: str
    executed: tuple[tuple[str, str], ...]
    unchanged: bool
    seconds: float


def run(
    place: SiteYear,
    *,
    only: Sequence[str] = (),
    force: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Bring the report of one place and year up to date.

    Args:
        place: which one.
        only: numbers or names of notebooks; just their internal pages are brought up to date.
        force: execute every step, finished or not.
        jobs: notebooks executed at the same time; one more than there are processors when None.
        progress: where to tell what happens.

    Raises:
        ParameterError, MissingInputError: the run cannot begin; there is no notebook of a number, say.
        LockedError: another run is under way.
        NotebooksFailedError: some notebooks failed; the others were finished and will be reused.
        ReleaseRefusedError: a release page shows something that did not come through the door.
    """
    return _bring_up_to_date(place, only, force, jobs, progress or Progress.silent(), CANDIDATE)


def release(place: SiteYear, *, jobs: int | None = None, progress: Progress | None = None) -> Outcome:
    """Bring the report up to date, review its release pages and seal them; arguments and errors as in `run`.

    Raises:
        ReleaseRefusedError: the masks can be undone, or a file leaks; the release in place is left untouched.
    """
    return _bring_up_to_date(place, (), False, jobs, progress or Progress.silent(), CHECKED)


def _bring_up_to_date(
    place: SiteYear, only: Sequence[str], force: bool, jobs: int | None, progress: Progress, status: str
) -> Outcome:
    begun, started = time.monotonic(), _now()
    with locked(place), private_files():
        steps = plan_steps(place)
        only = [one.name for one in chosen([step.about for step in steps], only)] if only else ()
        before = Manifest.read(place.manifest) or Manifest()
        task = _Task(place, steps, only, before, status, force, progress)
        if not force and task.is_current():
            return Outcome(place, before.run_id, (), unchanged=True, seconds=time.monotonic() - begun)
        shutil.rmtree(task.staging, ignore_errors=True)
        with _walk(task, jobs) as walk:
            made = task.make_pages(walk)
        task.stage(made)
        manifest = task.put_in_place(made, started)
    executed = tuple((step.job.audience, step.job.notebook) for step in made.all if not step.reused)
    return Outcome(place, manifest.run_id, executed, unchanged=False, seconds=time.monotonic() - begun)


@dataclass(frozen=True)
class _Made:
    """What a run has made.

    Attributes:
        internal, release: finished steps by notebook; no release when only some pages were asked for.
        identity: the run id.
        status: what may be done with the release pages.
        masked: the plan between the audiences, with what it was made from.
    """

    internal: Mapping[str, "Finished"]
    release: Mapping[str, "Finished"]
    identity: str
    status: str
    masked: "Masked | None" = None

    @property
    def all(self) -> list["Finished"]:
        return [*self.internal.values(), *self.release.values()]


@dataclass(frozen=True)
class _Task:
    """What is asked of a run.

    Attributes:
        place: one place and year.
        steps: all steps of the year.
        only: the notebooks asked for; all when empty.
        before: the manifest of the last run, with nothing in it when there was none.
        status: what may be done with the release pages in the end.
        force: execute every step, finished or not.
        progress: where to tell what happens.
    """

    place: SiteYear
    steps: Sequence[Step]
    only: Sequence[str]
    before: Manifest
    status: str
    force: bool
    progress: Progress

    @property
    def staging(self) -> Path:
        """Where pages wait, beside their target, until all of them are written."""
        return self.place.outputs / ".staging"

    def is_current(self) -> bool:
        """Whether all of it stands, made from the same inputs, unaltered; a checked release serves as both."""
        before, identity = self.before, run_id(self.steps)
        same = all(
            before.internal.get(step.notebook, StepRecord("")).key == step.key
            for step in self.steps
            if not self.only or step.notebook in self.only
        )
        whole = bool(self.only) or (
            before.verdict == "complete"
            and before.run_id == identity
            and before.known == known_digest(self.place, identity)
        )
        enough = self.status == CANDIDATE or before.release_status == CHECKED
        return same and whole and enough and before.stands(self.place.outputs)

    def make_pages(self, walk: "Walk") -> _Made:
        """Execute what has to be executed, for one audience after the other.

        Internal pages are written beside their target while the notebooks of the release are executed: this process
        only waits for them.
        """
        from ujo_lib.pipeline.knowledge import Knowledge
        from ujo_lib.pipeline.pages import write_pages
        from ujo_lib.pipeline.release import (
            Masked,
            counted_tables,
            notices,
            plan_masks,
            release_jobs,
            require_door,
            write_masks,
        )
        from ujo_lib.pipeline.steps import Job

        place, steps, before = self.place, self.steps, self.before
        asked = {step.notebook for step in steps if not self.only or step.notebook in self.only}
        needed = _with_sources(asked, steps)
        jobs = [Job("internal", step.settings, step.key, step.needs, absent=step.absent) for step in needed]
        internal = self._finished(walk, jobs, {name: step.seconds for name, step in before.internal.items()})
        if self.only:
            return _Made(internal, {}, before.run_id, before.release_status or self.status)
        known = Knowledge.read(place, steps)
        public = known.figures(counted_tables(internal))
        masks = plan_masks(
            internal, known.policy, public, known.previous, None if self.force else place.steps
        )
        for advice in masks.plan.suggestions:
            self.progress.note(advice)
        plan, identity = write_masks(masks, place.steps), run_id(steps)
        with ThreadPoolExecutor(1) as beside:
            said, target = notices(internal, masks, "internal"), self.staging / "internal"
            pages = beside.submit(write_pages, "internal", steps, internal, identity, target, said)
            took = {name: step.seconds for name, step in internal.items()}
            release = self._finished(walk, release_jobs(steps, internal, masks, plan), took)
            pages.result()
        require_door({name: step.notebook for name, step in release.items()})
        masked = Masked(masks, known.policy, public, known.previous)
        return _Made(internal, release, identity, self.status, masked)

    def _finished(
        self, walk: "Walk", jobs: Sequence["Job"], seconds: Mapping[str, float]
    ) -> dict[str, "Finished"]:
        finished, failures = walk.finish(jobs, seconds)
        if failures:
            raise NotebooksFailedError(failures, self.place)
        return finished

    def stage(self, made: _Made) -> None:
        """Write what is not yet written of both sets of pages; review and seal a release."""
        from ujo_lib.pipeline.pages import Rules, refresh_page, write_pages
        from ujo_lib.pipeline.release import notices

        place, steps, masked = self.place, self.steps, made.masked
        if masked is None:
            refresh_page(place, steps, made.internal, list(made.internal), self.staging / "internal")
            return
        checks: dict[str, Any] = {}
        if checked := self.status == CHECKED:
            from ujo_lib.pipeline.review import review_files, review_masks

            # A page with anything else on it was refused before.
            checks = {"door": {"ok": True, "pages": len(made.release)}}
            checks |= review_masks(place, made.internal, masked)
        folder, rules = self.staging / "release", Rules(masked.policy, reviewed=checked)
        said = notices(made.internal, masked.masks, "release")
        write_pages("release", steps, made.release, made.identity, folder, said, rules)
        if checked:
            seal(folder, checks | review_files(place, steps, folder, masked.policy))
            open_to_readers(folder)

    def put_in_place(self, made: _Made, started: str) -> Manifest:
        """Rename both sets of pages into place, and bear witness."""
        from ujo_lib.pipeline.knowledge import remember
        from ujo_lib.pipeline.release import counted_tables
        from ujo_lib.pipeline.steps import StepStore

        place = self.place
        replace_folder(self.staging / "internal", place.internal)
        if made.masked:
            kept = self._keep_old_as(made.identity)
            replace_folder(self.staging / "release", place.release, keep_old_as=kept)
            if kept and is_sealed(kept):
                old = kept.relative_to(place.root)
                self.progress.note(f"審査済みの前の公表用ページは {old} に残しました。")
            shutil.rmtree(place.leaving, ignore_errors=True)
            if made.status == CHECKED:  # what outsiders will know once it is signed
                remember(place.leaving, made.identity, counted_tables(made.internal), made.masked.masks)
        shutil.rmtree(self.staging, ignore_errors=True)
        shutil.rmtree(place.failed, ignore_errors=True)
        manifest = self._manifest(made, started)
        manifest.write(place.manifest)
        if made.release:
            StepStore(place).forget_all_but(made.all)
        return manifest

    def _keep_old_as(self, identity: str) -> Path | None:
        """Where the release to be replaced goes: one made of other inputs, and any that was sealed."""
        place, before = self.place, self.before.run_id
        if not before or not place.release.is_dir():
            return None
        if before == identity and not is_sealed(place.release):
            return None
        names = itertools.chain([before], (f"{before}-{number}" for number in itertools.count(2)))
        return next(folder for name in names if not (folder := place.archive / name).exists())

    def _manifest(self, made: _Made, started: str) -> Manifest:
        place, before, masked = self.place, self.before, made.masked
        parts = {step.notebook: step.parts for step in self.steps}
        internal, release = (
            {
                name: StepRecord(step.job.key, told.get(name, {}), round(step.seconds, 2), step.reused)
                for name, step in finished.items()
            }
            for finished, told in ((made.internal, parts), (made.release, {}))
        )
        return Manifest(
            run_id=made.identity,
            verdict="complete" if masked or before.verdict == "complete" else "internal",
            release_status=made.status,
            started=started,
            finished=_now(),
            settings={step.notebook: step.settings.model_dump() for step in self.steps},
            internal={**before.internal, **internal},
            release=release or before.release,
            plan=masked.masks.plan.digest if masked else before.plan,
            advice=masked.masks.plan.suggestions if masked else before.advice,
            known=known_digest(place, made.identity) if masked else before.known,
            files=hashes(place.outputs, filter(Path.is_dir, (place.internal, place.release))),
            versions=versions(),
        )


def _with_sources(names: set[str], steps: Sequence[Step]) -> list[Step]:
    """The steps of these notebooks, and of those whose tables they read, and so on."""
    needs = {step.notebook: step.needs for step in steps}
    while more := {source for name in names for source in needs[name]} - names:
        names = names | more
    return [step for step in steps if step.notebook in names]


@contextmanager
def locked(place: SiteYear) -> Iterator[None]:
    """Hold the lock of a place and year; it falls with the process that holds it."""
    place.outputs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LockedError(
            f"{place.site} の {place.year} 年度は別の実行が進行中です。終わってから、もう一度実行してください。"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _walk(task: _Task, jobs: int | None) -> "Iterator[Walk]":
    """Offer a walk whose kernels are forked where the system can fork, and started where it cannot."""
    from ujo_lib.pipeline.kernels import ForkServer, can_fork, forked_manager, started_manager

    place, steps = task.place, task.steps
    threads = jobs or (os.cpu_count() or 1) + 1  # one more than processors: kernels wait between cells
    place.steps.mkdir(parents=True, exist_ok=True)
    if not can_fork():
        from ujo_lib.pipeline.steps import Walk

        yield Walk(place, started_manager, threads, task.force, task.progress)
        return
    kinds = dict.fromkeys(kind for step in steps for kind in step.settings.kinds)
    modules = dict.fromkeys(name for step in steps for name in step.about.imports)
    with ForkServer(steps[0].settings.inputs_file, kinds, modules) as server:
        # While the server loads its libraries on one processor, load ours on the other.
        from ujo_lib.pipeline import pages, release  # noqa: F401
        from ujo_lib.pipeline.steps import Walk

        yield Walk(place, lambda: forked_manager(server), threads, task.force, task.progress)


def _now() -> str:
    return datetime.now(ZoneInfo("Asia/Tokyo")).isoformat(timespec="seconds")
