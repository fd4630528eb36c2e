"""The run: all notebooks for both audiences, from the files of one year to a report in its place.

Internal pages first, then one disclosure plan over every table they published, then the release pages under that
plan, then both sets of pages take the place of the old ones by renaming. Whatever has been finished before is
reused; the last good report stands until the new one is complete. `run` leaves a candidate for release; `release` goes
the same way, and has the pages reviewed and sealed before anything is put in place.
"""

import itertools
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ujo_lib.disclosure.signature import changes, is_sealed, is_signed, seal
from ujo_lib.files import clear_away, open_to_readers, private_files, replace_folder, written_at
from ujo_lib.fiscal import now
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.params.notebooks import chosen
from ujo_lib.pipeline.forkserver import Preload
from ujo_lib.pipeline.keys import Step, known_digest, plan_steps, read_by, run_id
from ujo_lib.pipeline.layout import LockedError, SiteYear
from ujo_lib.pipeline.manifest import Manifest, StepRecord, hashes, versions
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.readiness import CODEBOOKS, require_decided, require_known_answers
from ujo_lib.store import Store

if TYPE_CHECKING:
    from ujo_lib.pipeline.execute import NotebookFailedError
    from ujo_lib.pipeline.release import Masked
    from ujo_lib.pipeline.steps import Finished, Walk

CANDIDATE = "秘匿審査前・配布不可"
"""Status of release pages that nobody has reviewed."""

CHECKED = "秘匿審査済"
"""Status of release pages that passed audit and gate and were sealed; whether they are signed, the folder says."""

_CORRECTED = (
    "署名して公表した数のもとの記録が、その後変わっています。`ujo release` が前の公表との差を検査します。"
)


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
    def errors(self) -> frozenset[str]:
        """Names of the errors that stopped them."""
        return frozenset(error.error for error in self.failures.values())


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        place: what was run.
        run_id: hash of everything that went in.
        executed: (audience, notebook) of the steps that were executed.
        unchanged: nothing had changed, so no file was touched.
    """

    place: SiteYear
    run_id: str
    executed: tuple[tuple[str, str], ...]
    unchanged: bool


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
    return _bring_up_to_date(place, only, force, jobs, progress or Progress(None), CANDIDATE)


def release(place: SiteYear, *, jobs: int | None = None, progress: Progress | None = None) -> Outcome:
    """Bring the report up to date, review its release pages and seal them; arguments and errors as in `run`.

    Raises:
        ReleaseRefusedError: a person has still to decide something, the masks can be undone, or a file leaks; the
            release in place is left untouched.
    """
    require_decided(place)
    return _bring_up_to_date(place, (), False, jobs, progress or Progress(None), CHECKED)


def _bring_up_to_date(
    place: SiteYear, only: Sequence[str], force: bool, jobs: int | None, progress: Progress, status: str
) -> Outcome:
    started = now().isoformat(timespec="seconds")
    with locked(place), private_files():
        steps = plan_steps(place)
        only = [one.name for one in chosen([step.about for step in steps], only)] if only else ()
        before = Manifest.read(place.manifest)
        if not force and before and is_current(before, steps, only, place, status):
            return Outcome(place, before.run_id, (), unchanged=True)
        store = Store(place.kept)
        asked = _with_sources(set(only), steps)
        with _walk(place, asked or steps, jobs, force, progress) as walk:
            require_known_answers(place)
            clear_away(place.staging)
            if force:
                store.forget()
            records = before.internal if before else {}
            made = _make_pages(walk, steps, asked, {name: one.seconds for name, one in records.items()})
        _stage(place, steps, made, sealed=status == CHECKED)
        _put_in_place(place, made, before, run_id(steps), progress)
        manifest = _witness(place, steps, made, before or Manifest.of_nothing(status), status, started)
        manifest.write(place.manifest)
        if made.release:
            from ujo_lib.pipeline.steps import StepStore

            StepStore(place).forget_all_but(made.all)
        store.bound()
    executed = tuple((step.job.audience, step.job.notebook) for step in made.all if not step.reused)
    return Outcome(place, manifest.run_id, executed, unchanged=False)


@dataclass(frozen=True)
class _Made:
    """Finished steps by notebook for the two audiences, and the plan between them with what it was made from.

    `known` is the digest of the releases that had left before the plan was made.
    """

    internal: Mapping[str, "Finished"]
    release: Mapping[str, "Finished"]
    masked: "Masked | None" = None
    known: str = ""

    @property
    def all(self) -> list["Finished"]:
        return [*self.internal.values(), *self.release.values()]


def _make_pages(
    walk: "Walk", steps: Sequence[Step], asked: Sequence[Step], seconds: Mapping[str, float]
) -> _Made:
    """Execute what has to be executed, for one audience after the other.

    Internal pages are written beside their target while the notebooks of the release are executed: this process only
    waits for them.

    Args:
        walk: executes steps.
        steps: all steps of the year.
        asked: those to be made for the city alone; when empty all are made, and the release.
        seconds: notebook → how long it took last time, as far as that is known.
    """
    from ujo_lib.pipeline.knowledge import Knowledge
    from ujo_lib.pipeline.pages import write_pages
    from ujo_lib.pipeline.release import (
        Masked,
        advised,
        counted_tables,
        notices,
        plan_masks,
        release_jobs,
        require_cells,
        require_door,
        write_masks,
    )
    from ujo_lib.pipeline.steps import Job

    jobs = [Job("internal", step, step.key) for step in asked or steps]
    internal, failures = walk.finish(jobs, seconds)
    if failures:
        raise NotebooksFailedError(failures, walk.place)
    if asked:
        return _Made(internal, {})
    left = known_digest(walk.place, run_id(steps))  # first: what is signed from here on makes the plan anew
    known = Knowledge.read(walk.place, steps)
    tables = counted_tables(internal)
    same, corrected = known.earlier(tables)
    public = known.figures(tables, same)
    if corrected:
        walk.progress.note(_CORRECTED)
    masks = plan_masks(tables, known.policy, public, same, Store(walk.place.kept))
    for _, advice in advised(tables, masks):
        walk.progress.note(advice)
    plan = write_masks(masks, walk.place.steps)
    with ThreadPoolExecutor(1) as beside:
        said = notices(tables, masks, "internal")
        target = walk.place.staging / "internal"
        pages = beside.submit(write_pages, "internal", steps, internal, run_id(steps), target, said)
        took = {name: step.seconds for name, step in internal.items()}
        release, failures = walk.finish(release_jobs(steps, internal, masks, plan), took)
        pages.result()
    if failures:
        raise NotebooksFailedError(failures, walk.place)
    executed = {name: step.notebook for name, step in release.items()}
    require_door(executed)
    require_cells(internal, executed, masks)
    return _Made(internal, release, Masked(tables, masks, known.policy, public, same, corrected), left)


def _with_sources(names: set[str], steps: Sequence[Step]) -> list[Step]:
    """The steps of these notebooks, and of those whose tables they read, and so on."""
    needs = {step.notebook: step.needs for step in steps}
    while more := {source for name in names for source in needs[name]} - names:
        names = names | more
    return [step for step in steps if step.notebook in names]


def _stage(place: SiteYear, steps: Sequence[Step], made: _Made, *, sealed: bool) -> None:
    """Write what is not yet written of both sets of pages beside their targets; review and seal a release there."""
    from ujo_lib.pipeline.pages import Rules, refresh_pages, write_pages
    from ujo_lib.pipeline.release import notices

    masked, internal = made.masked, made.internal
    if masked is None:
        refresh_pages(place, steps, internal, place.staging / "internal")
        return
    folder = place.staging / "release"
    checks: dict[str, Mapping[str, Any]] = {}
    promise = None
    if sealed:
        from ujo_lib.pipeline.review import review_files, review_masks, review_printed, review_reprints

        checks, promise = review_masks(place, masked)
    rules = Rules(masked.policy, promise, DisclosureRules.read(place.rules).licence)
    said = notices(masked.tables, masked.masks, "release")
    write_pages("release", steps, made.release, run_id(steps), folder, said, rules)
    if sealed:
        door = {"ok": True, "pages": len(made.release)}  # a page with anything else on it was refused before
        checks |= review_printed(folder, internal, masked.masks)
        review_reprints(place, folder, internal, masked.policy.threshold)
        checks |= review_files(place, steps, folder, masked.policy)
        seal(folder, {"door": door, **checks})
        open_to_readers(folder)


def _put_in_place(
    place: SiteYear, made: _Made, before: Manifest | None, identity: str, progress: Progress
) -> None:
    """Rename both sets of pages into place."""
    replace_folder(place.staging / "internal", place.internal)
    if made.release:
        kept = _keep_old_as(place, before, identity)
        replace_folder(place.staging / "release", place.release, keep_old_as=kept)
        if kept and is_sealed(kept):
            progress.note(f"審査済みの前の公表用ページは {kept.relative_to(place.root)} に残しました。")
    shutil.rmtree(place.staging, ignore_errors=True)
    shutil.rmtree(place.failed, ignore_errors=True)


def _keep_old_as(place: SiteYear, before: Manifest | None, identity: str) -> Path | None:
    """Where the release that is about to be replaced goes: one made of other inputs, and any that was sealed."""
    if not before or not place.release.is_dir():
        return None
    if before.run_id == identity and not is_sealed(place.release):
        return None
    further = (f"{before.run_id}-{number}" for number in itertools.count(2))
    names = itertools.chain([before.run_id], further)
    return next(folder for name in names if not (folder := place.archive / name).exists())


def _witness(
    place: SiteYear, steps: Sequence[Step], made: _Made, before: Manifest, status: str, started: str
) -> Manifest:
    """What vouches for the pages that stand in their place now; of what was not made anew it says what it said."""
    parts = {step.notebook: step.parts for step in steps}
    manifest = replace(
        before,
        started=started,
        finished=now().isoformat(timespec="seconds"),
        settings={step.notebook: step.settings.model_dump() for step in steps},
        internal={
            **before.internal,
            **{name: _record(one, parts[name]) for name, one in made.internal.items()},
        },
        files=hashes(place.outputs, [place.internal, place.release]),
        versions=versions(),
    )
    if made.masked is None:
        return manifest
    plan = made.masked.masks.plan
    return replace(
        manifest,
        run_id=run_id(steps),
        verdict="complete",
        release_status=status,
        release={name: _record(one, {}) for name, one in made.release.items()},
        plan=plan.digest,
        advice=plan.suggestions,
        known=made.known,
    )


def _record(step: "Finished", parts: Mapping[str, str]) -> StepRecord:
    return StepRecord(step.job.key, parts, round(step.seconds, 2), step.reused)


def is_current(
    before: Manifest, steps: Sequence[Step], only: Sequence[str], place: SiteYear, status: str
) -> bool:
    """Whether everything asked for stands, made from the same inputs, unaltered; a checked release serves as both."""
    same = all(
        before.internal.get(step.notebook, StepRecord("")).key == step.key
        for step in steps
        if not only or step.notebook in only
    )
    identity = run_id(steps)
    whole = bool(only) or (
        before.verdict == "complete"
        and before.run_id == identity
        and before.known == known_digest(place, identity)
    )
    # What has come into a sealed folder hinders its sign-off, until another is sealed.
    sealed = before.release_status == CHECKED and (is_signed(place.release) or not changes(place.release))
    enough = status == CANDIDATE or sealed
    return same and whole and enough and before.stands(place.outputs)


@contextmanager
def locked(place: SiteYear) -> Iterator[None]:
    """Hold the lock of a place and year; it falls with the process that holds it."""
    place.outputs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LockedError(
            f"{place.site} の {place.name} 年度は別の実行が進行中です。終わってから、もう一度実行してください。"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _walk(
    place: SiteYear, steps: Sequence[Step], jobs: int | None, force: bool, progress: Progress
) -> "Iterator[Walk]":
    """Offer a walk whose kernels are forked where the system can fork, and started where it cannot.

    Forks find loaded what the steps that are not finished want; where only the release is to be made, what all want.
    """
    from ujo_lib.pipeline.kernels import ForkServer, can_fork, forked_manager, started_manager

    threads = jobs or (os.cpu_count() or 1) + 1  # one more than processors: kernels wait between cells
    place.steps.mkdir(parents=True, exist_ok=True)
    written = {step.notebook: {file: written_at(file) for file in read_by(step.settings)} for step in steps}
    if not can_fork():
        from ujo_lib.pipeline.steps import Walk

        yield Walk(place, started_manager, threads, force, progress, written)
        return
    unfinished = [
        step for step in steps if force or not place.step("internal", step.notebook, step.key).is_dir()
    ]
    with ForkServer(_preload(unfinished or steps)) as server:
        # While the server loads its libraries on one processor, load ours on the other.
        from ujo_lib.pipeline import pages, release  # noqa: F401
        from ujo_lib.pipeline.steps import Walk

        yield Walk(place, lambda: forked_manager(server), threads, force, progress, written)


def _preload(steps: Sequence[Step]) -> Preload:
    """What the notebooks of these steps will want."""
    books = {str(file) for step in steps for name, file in step.settings.files.items() if name in CODEBOOKS}
    return Preload(
        str(steps[0].settings.inputs_file),
        [*dict.fromkeys(kind for step in steps for kind in step.settings.kinds)],
        sorted(books),
        [*dict.fromkeys(name for step in steps for name in step.about.imports)],
    )
