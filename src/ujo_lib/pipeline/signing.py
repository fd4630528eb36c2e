"""From a sealed release to a signed one, under the lock of its place and year.

Everything that `ujo release` found is found again on the folder as it lies there: the same inputs, the same files, an
audit of the masks, the gate. Only then is the release remembered for all later plans, signed and packed, in this order
and each by one rename: a process that dies in between leaves an unsigned release at worst, never a signed one that
later plans do not know.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from ujo_lib.disclosure.packing import pack
from ujo_lib.disclosure.signature import (
    SIGN_OFF,
    SIGNATURES,
    SealError,
    changes,
    is_sealed,
    is_signed,
    public_pages,
    release_id,
)
from ujo_lib.disclosure.signoff import Approval, sign_off, verify
from ujo_lib.files import clear_away, open_to_readers, private_files, write_atomically
from ujo_lib.fiscal import now
from ujo_lib.params import NotebookSettings
from ujo_lib.pipeline.keys import Step, known_digest, plan_steps, summary_of
from ujo_lib.pipeline.knowledge import Knowledge, remember
from ujo_lib.pipeline.layout import YEARS, SiteYear
from ujo_lib.pipeline.manifest import Manifest
from ujo_lib.pipeline.readiness import require_decided
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.release import Masked, counted_tables
from ujo_lib.pipeline.review import review_files, review_masks, review_printed
from ujo_lib.pipeline.run import CHECKED, is_current, locked
from ujo_lib.pipeline.steps import Finished, Job, StepStore
from ujo_lib.report.door.masks import Masks

_AGAIN = "`ujo release` をやり直してから、もう一度承認してください。"


def sign_release(place: SiteYear, approval: Approval) -> Path:
    """Let the sealed release of a place and year go.

    Args:
        place: which one.
        approval: who and when.

    Returns:
        The ZIP.

    Raises:
        LockedError: a run is under way.
        SealError: nothing is sealed, or it was made from other inputs; an impossible day, no keys for real data.
        ReleaseRefusedError: a file changed since it was sealed, the masks can be undone, or a file leaks.
    """
    with locked(place):
        before = Manifest.read(place.manifest)
        if before is None or before.release_status != CHECKED or not is_sealed(place.release):
            raise SealError("審査済みの公表用ページがありません。先に `ujo release` を実行してください。")
        require_decided(place)
        steps = plan_steps(place)
        made_on = date.fromisoformat(before.finished[:10])
        _require_permission(approval, summary_of(steps).settings, made_on)
        if unsigned := _unsigned_before(place, steps):
            raise SealError(unsigned)
        _require_unchanged(place, steps, before)
        internal = _internal_steps(place, steps)
        masked = _masked(place, steps, internal, before.plan)
        with private_files():
            review_masks(place, masked)
            review_printed(place.release, internal, masked.masks)
            review_files(place, steps, place.release, masked.policy)
        files = sign_off(place.release, approval, f"{place.site}_fy{place.name}")
        with private_files():
            memory = remember(place.disclosed, before.run_id, masked.tables, masked.masks, masked.policy)
            # Of weighted numbers and earlier surveys it keeps what was printed: pages may be pruned.
            kept = memory.with_suffix("") / "tables"
            shutil.copytree(place.release / "tables", kept, copy_function=shutil.copyfile, dirs_exist_ok=True)
        return _put_in_place(place, files)


def unreleased(place: SiteYear) -> list[str]:
    """Which command comes next, when inputs and parameters are whole: release, signatures; empty when both are done.

    Raises:
        ParameterError, MissingInputError: inputs and parameters are not whole.
    """
    before = Manifest.read(place.manifest)
    if before is None or not is_current(before, plan_steps(place), (), place, CHECKED):
        state = "まだない" if before is None else "今の入力とパラメーターから作り、審査したものではない"
        return [f"公表用ページが、{state}(`ujo release {place.site} {place.name}` を実行する)"]
    if not is_signed(place.release):
        unsigned = _unsigned_before(place, plan_steps(place))
        return (
            [unsigned]
            if unsigned
            else [f"2人の承認と署名がない(`ujo sign {place.site} {place.name} 氏名 氏名` を実行する)"]
        )
    return list(verify(place.release).problems)


def waiting_beside(place: SiteYear) -> list[SiteYear]:
    """Other years and halves of the site that are sealed and wait for signatures: none of them knows of this one."""
    folders = [
        folder
        for name in (YEARS, f"{YEARS}-h[12]")
        for folder in sorted(place.outputs.parent.glob(f"{name}/{place.release.name}"))
    ]
    return [
        SiteYear.named(place.root, place.site, folder.parent.name.removeprefix("fy"))
        for folder in folders
        if folder != place.release and is_sealed(folder) and not is_signed(folder)
    ]


def _require_permission(approval: Approval, settings: NotebookSettings, made_on: date) -> None:
    """Refuse names without keys where the data are real; a day that cannot be."""
    printed = date.fromisoformat(settings.created_on) if settings.created_on else made_on
    approval.require_day(max(made_on, printed), now().date())
    if settings.synthetic:
        return
    if not approval.keys:
        raise SealError(
            "実データの公表には、2人の鍵による署名が要ります。`ujo key new 氏名` で鍵を作り、"
            "`ujo sign` に --key を2つ、氏名の順に付けてください。"
        )


def _unsigned_before(place: SiteYear, steps: Sequence[Step]) -> str:
    """That figures of earlier years are quoted from pages nobody signed, which may still change; empty if none are.

    Tables that no run has made were published before there were runs.
    """
    compared = getattr(summary_of(steps).settings, "compared_years", ())
    years = [SiteYear(place.root, place.site, int(year)) for year in compared]
    quoted = [(year, public_pages(year.outputs)) for year in years if year.manifest.is_file()]
    found = [year.title for year, pages in quoted if (pages / "tables").is_dir() and not is_signed(pages)]
    if not found:
        return ""
    return (
        f"まだ承認されていない{'、'.join(found)}の表と比べています。その表を後で直すと、二つの公表の差から、"
        "わずかな人の動きが分かることがあります。先にその年度を承認するか、まとめの compared_years から外してください。"
        f"そのあと、{_AGAIN}"
    )


def _require_unchanged(place: SiteYear, steps: Sequence[Step], before: Manifest) -> None:
    """Refuse when the folder, or anything that its pages were made from, is not what it was at the seal.

    The list of hashes in the folder can be written anew by whoever changes a page; the manifest lies outside it.
    """
    outside = [f"{name} が変わっている。" for name in before.changed(place.outputs)]
    if changed := [*changes(place.release), *outside]:
        raise ReleaseRefusedError("封をした後でファイルが変わったため、承認できません。", changed, _AGAIN)
    if before.known != known_digest(place, before.run_id):
        raise SealError(
            "封をした後で、この自治体のほかの年度か半年の公表に署名されたため、承認できません。"
            "2つの公表の差し引きで分かることがないか、確かめ直します。" + _AGAIN
        )
    if not is_current(before, steps, (), place, CHECKED):
        raise SealError(
            "封をした後で、入力・パラメーター・プログラムのどれかが変わったため、承認できません。" + _AGAIN
        )


def _internal_steps(place: SiteYear, steps: Sequence[Step]) -> Mapping[str, Finished]:
    """The finished steps that the release was made from, with their true counts."""
    store = StepStore(place)
    found = {step.notebook: store.find(Job("internal", step, step.key)) for step in steps}
    kept = {name: step for name, step in found.items() if step}
    if len(kept) < len(steps):
        raise _no_traces()
    return kept


def _masked(place: SiteYear, steps: Sequence[Step], internal: Mapping[str, Finished], plan: str) -> Masked:
    """The plan under which the pages were made, and what outsiders know today."""
    made = {record.key: record.digest for step in internal.values() for record in step.records()}
    # Tables of other numbers may have the same cells hidden: then their plans are alike, too.
    of_plan = [masks for masks in _readable(place.plans()) if masks.plan.digest == plan]
    masks = next((masks for masks in of_plan if masks.digests.items() <= made.items()), None)
    if masks is None:
        raise _no_traces()
    known = Knowledge.read(place, steps)
    tables = counted_tables(internal)
    same, corrected = known.earlier(tables)
    return Masked(tables, masks, known.policy, known.figures(tables, same), same, corrected)


def _readable(files: Iterable[Path]) -> Iterator[Masks]:
    """Plans as this version of the program writes them; no page of today was made by one of an earlier version."""
    for file in files:
        with suppress(ValueError):
            yield Masks.read(file)


def _no_traces() -> SealError:
    return SealError(
        f"審査をやり直すための途中の結果がないため、承認できません。`ujo run --force` のあと、{_AGAIN}"
    )


def _put_in_place(place: SiteYear, files: Mapping[str, bytes]) -> Path:
    """Rename signatures, record and ZIP into place; an earlier sign-off is void before the first."""
    packed = place.outputs / f"{place.site}_fy{place.name}_{release_id(place.release)}.zip"
    clear_away(place.signing)
    for name, content in files.items():
        write_atomically(place.signing / name, content)
    open_to_readers(place.signing)
    for name in (SIGN_OFF, *SIGNATURES):
        (place.release / name).unlink(missing_ok=True)
    for name in files:
        (place.signing / name).replace(place.release / name)
    write_atomically(place.signing / packed.name, pack(place.release))
    (place.signing / packed.name).replace(packed)
    shutil.rmtree(place.signing)
    return packed
