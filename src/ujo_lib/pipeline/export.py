"""A finished report for Word and PowerPoint: its figures as SVG and as PNG at 300 dpi, its 概要版 as a document.

They are drawn when somebody asks for them, not in every run: a hundred pictures of that size take longer than all
the notebooks. What is drawn is what the pages show, from the tables that the run recorded for the same audience.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ujo_lib.errors import InputError
from ujo_lib.files import clear_away, replace_folder, write_atomically
from ujo_lib.pipeline.extracts import OVERVIEW, overview
from ujo_lib.pipeline.keys import plan_steps
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import Manifest, StepRecord
from ujo_lib.pipeline.pages import marks_on
from ujo_lib.pipeline.run import locked
from ujo_lib.pipeline.steps import Finished, Job, StepStore
from ujo_lib.report.look.drawings import Recipe, draw_files, file_stems
from ujo_lib.report.sheets.word import document


class NothingToExportError(InputError):
    """There is no finished report of this year, or it is not the one that its manifest vouches for."""

    def __init__(self, place: SiteYear):
        super().__init__(
            f"{place.site} の{place.title}の報告書がそろっていません。"
            f"先に `ujo run {place.site} {place.name}` を実行してください。"
        )


@dataclass(frozen=True)
class Exported:
    """What was written for one audience: the folder and the number of figures in it."""

    folder: Path
    figures: int


def export_figures(place: SiteYear, jobs: int | None = None) -> list[Exported]:
    """Write every figure of both audiences, each to a folder of its own beside the pages.

    Args:
        place: which report.
        jobs: figures drawn at the same time; as many as there are processors when None.

    Returns:
        One entry per audience. Earlier files of figures are replaced when all are drawn.

    Raises:
        NothingToExportError: no complete, unaltered report.
        LockedError: a run is under way.
    """
    with locked(place), ProcessPoolExecutor(jobs) as pool:
        manifest = whole_report(place)
        made = (("internal", manifest.internal), ("release", manifest.release))
        return [
            _export(_finished(place, audience, steps), place.figures / audience, pool)
            for audience, steps in made
        ]


def export_overview(place: SiteYear) -> Path:
    """Write the 概要版 as a Word document, from the page and the tables that outsiders may see.

    Raises:
        NothingToExportError: no complete, unaltered report, or one without a 概要版.
        LockedError: a run is under way.
    """
    with locked(place):
        manifest = whole_report(place)
        steps, finished = plan_steps(place), _finished(place, "release", manifest.release)
        page = place.release / OVERVIEW.file
        if not page.is_file():
            raise NothingToExportError(place)
        short = overview(steps, {done.job.notebook: done.notebook for done in finished})
        records = {record.key: record for done in finished for record in done.records()}
        recipes = [Recipe(**mark["recipe"]) for mark in marks_on(short) if "recipe" in mark]
        pictures = [recipe.figure(records).png() for recipe in recipes]
        written = dated(steps[0].settings.created_on, manifest.finished)
        file = place.outputs / "word" / f"{OVERVIEW.title}.docx"
        write_atomically(file, document(page.read_text(encoding="utf-8"), pictures, written))
        return file


def dated(created_on: str, finished: str) -> datetime:
    """The time that a document gives as its own: 作成日, without one the day on which the pages were finished."""
    return datetime.fromisoformat(created_on or finished[:10])


def whole_report(place: SiteYear) -> Manifest:
    """What vouches for the finished pages of a year.

    Raises:
        NothingToExportError: a notebook failed or is missing, or a file is not as the run left it.
    """
    manifest = Manifest.read(place.manifest)
    if manifest is None or manifest.verdict != "complete" or not manifest.stands(place.outputs):
        raise NothingToExportError(place)
    return manifest


class PrunedError(NothingToExportError):
    """The pages stand, and what they were made of is gone; a run that finds them whole makes nothing anew."""

    def __init__(self, place: SiteYear):
        InputError.__init__(
            self,
            "ページのもとになった途中の結果がありません(`ujo prune` で消えます)。"
            f"`ujo run {place.site} {place.name} --force` で作り直してから、もう一度実行してください。"
            "審査や署名をした公表用ページは releases/ に移り、release/ は審査前の候補になります。",
        )


def _finished(place: SiteYear, audience: str, made: Mapping[str, StepRecord]) -> list[Finished]:
    """The steps that the pages of an audience were made of, in the order of the pages."""
    store, found = StepStore(place), []
    for step in plan_steps(place):
        if step.notebook not in made:  # added since
            raise NothingToExportError(place)
        finished = store.find(Job(audience, step, made[step.notebook].key))
        if finished is None:
            raise PrunedError(place)
        found.append(finished)
    return found


def _export(finished: Sequence[Finished], folder: Path, pool: Executor) -> Exported:
    records = {record.key: record for step in finished for record in step.records()}
    marks = [mark for step in finished for mark in marks_on(step.notebook)]
    recipes = [Recipe(**mark["recipe"]) for mark in marks if "recipe" in mark]
    new = folder.with_name(f".{folder.name}")
    clear_away(new)
    new.mkdir(parents=True)
    waiting = [
        pool.submit(draw_files, recipe, {key: records[key] for key in recipe.table_keys}, new / stem)
        for recipe, stem in zip(recipes, file_stems(recipes), strict=True)
    ]
    for drawing in waiting:
        drawing.result()
    replace_folder(new, folder)
    return Exported(folder, len(recipes))
