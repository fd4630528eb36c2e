"""What outsiders know before a release leaves: figures already public, and every release that left before.

A release is remembered when it leaves, with its true counts and its masks, so that the next one can be held against it:
the next year's, and a second version of the same year's. The memory is confidential, lies beside the outputs and
outlives the pages it tells of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from ujo_lib.annual.claims import read_claims
from ujo_lib.annual.known import public_figures
from ujo_lib.columns import TOTAL_LABELS, Dimension
from ujo_lib.disclosure.revision import same_records
from ujo_lib.disclosure.signature import signed_pages
from ujo_lib.disclosure.tables import (
    Exemption,
    PastRelease,
    Policy,
    PublicFigure,
    as_printed,
    dump_tables,
    load_past,
    outside_months,
    sums_of,
)
from ujo_lib.errors import InputError
from ujo_lib.files import write_atomically
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.pipeline.keys import Step, run_id
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import Manifest
from ujo_lib.report.door.masks import Counted, Masks


@dataclass(frozen=True)
class Knowledge:
    """The rules of the site, and what is known without this release.

    Attributes:
        policy: the rules in force.
        declared: figures that the site says are public.
        claims: file of published statements that count people, if there is one.
        previous: tables of earlier releases as they were published.
        year: folder name of the year whose release is planned.
    """

    policy: Policy
    declared: tuple[PublicFigure, ...] = ()
    claims: Path | None = None
    previous: tuple[PastRelease, ...] = ()
    year: str = ""

    @classmethod
    def read(cls, place: SiteYear, steps: Sequence[Step]) -> "Knowledge":
        """Collect what is known before the release of a run.

        A release of the very same run that has left already is an earlier one like any other: what it printed stays
        printed.

        Args:
            place: which place and year.
            steps: the steps of the run.

        Raises:
            ParameterError: mistakes in `disclosure.yaml`.
            InputError: what a signed release told is not remembered any more, or cannot be read.
        """
        rules = DisclosureRules.read(place.rules)
        _require_memories(place, steps)
        claims = (step.settings.files.get("published_file") for step in steps)
        return cls(
            _policy(rules, steps[0].settings.threshold),
            tuple(_figure(rules)),
            next(filter(None, claims), None),
            tuple(past for file in place.memories() for past in _remembered(file, place.root, rules)),
            place.outputs.name,
        )

    def figures(self, tables: Sequence[Counted], same: Sequence[PastRelease] = ()) -> list[PublicFigure]:
        """What readers know besides the tables: declared figures, published statements, sums, and the calendar.

        How many were counted in all stands in overviews without a population, whatever the tables themselves hide. What
        is counted among another population tells how many of that there were at least.

        Args:
            tables: every table of the release.
            same: those of earlier releases of the same records, whose overviews printed sums, too.
        """
        claims = read_claims(self.claims) if self.claims and self.claims.stat().st_size else []
        sums = [figure for one in tables for figure in sums_of(one.table, self.policy.threshold)]
        sums += [replace(figure, own=False) for past in same for figure in past.sums(self.policy)]
        least = [figure for one in tables for figure in _at_least(one, tables, self.policy.threshold)]
        nobody = [figure for one in tables for figure in _nobody(one)]
        nobody += outside_months([*(one.table for one in tables), *(past.table for past in self.previous)])
        return [*self.declared, *public_figures(claims, tables), *sums, *least, *nobody]

    def earlier(self, tables: Sequence[Counted]) -> tuple[list[PastRelease], list[PastRelease]]:
        """Tables of earlier releases that tell of the same records, and of records that were corrected since."""
        return same_records([one.table for one in tables], self.previous, self.year)


def _require_memories(place: SiteYear, steps: Sequence[Step]) -> None:
    """Refuse to plan beside a signed release of the site that nobody remembers: subtracting it would be overlooked.

    That of this very run is left out, so that what was lost can be made anew from the same inputs.
    """
    for outputs in sorted(place.outputs.parent.glob("fy*")):
        manifest = Manifest.read(outputs / place.manifest.name)
        for pages in signed_pages(outputs):
            archived = pages.parent != outputs
            run = pages.name.partition("-")[0] if archived else manifest.run_id if manifest else ""
            if not any((outputs / place.disclosed.name).glob(f"{run}*.json")) and run != run_id(steps):
                raise InputError(
                    f"署名した公表 {pages.relative_to(place.root).as_posix()} の記録がありません"
                    f"({outputs.name}/{place.disclosed.name} の下のファイル)。これがないと、前の公表との差から"
                    "人の動きが分からないかを検査できません。控えから戻すか、入力とパラメーターを署名したときのものに戻して、"
                    "`ujo release` と `ujo sign` をやり直してください。"
                )


def _remembered(file: Path, root: Path, rules: DisclosureRules) -> list[PastRelease]:
    """What an earlier release told; without it nobody knows what a new one gives away.

    Raises:
        InputError: the file is damaged, or of a version of the program that writes another form.
    """
    try:
        name = f"{file.parent.parent.name}/{file.stem}"
        return load_past(file.read_text("utf-8"), name, zeros=rules.zero_rule == "hide")
    except ValueError:
        raise InputError(
            f"署名した公表の記録 {file.relative_to(root).as_posix()} を読めません"
            "(壊れているか、ほかの版のプログラムが書いたもの)。これがないと、前の公表との差から人の動きが分からないかを"
            "検査できません。消さずに、控えから戻すか、書いた版のプログラムを使ってください。"
        ) from None


def remember(folder: Path, identity: str, tables: Sequence[Counted], masks: Masks, policy: Policy) -> Path:
    """Remember a release that leaves, for all that come after it.

    Args:
        folder: where to: `disclosed` of its place and year.
        identity: run id of the release.
        tables: every table of it, with its true counts.
        masks: what was hidden.
        policy: the rules under which it leaves.
    """
    past = as_printed([one.table for one in tables], masks.plan.hidden, policy, masks.plan.zeros)
    file = folder / f"{identity}-{masks.plan.digest[:8]}.json"
    write_atomically(file, dump_tables(past))
    return file


def _at_least(one: Counted, tables: Sequence[Counted], threshold: int) -> Iterator[PublicFigure]:
    """How many of another population its tables by month count at least, in the months of a table counted among it."""
    subject = one.record.spec.subject
    days = [date.fromisoformat(day) for day in subject.among_days or subject.days]
    if not subject.among or not days:
        return
    months = {f"{day.year}年{day.month}月" for day in pd.date_range(*days)}
    for other in (other.table for other in tables if other.table.population == subject.among):
        if not other.period or days[0] < other.period[0] or other.period[1] < days[1]:
            continue
        counts = {
            atoms: cell.value or 0
            for at, cell in enumerate(other.cells)
            if (atoms := dict(other.region(at)).get("month")) and cell.value is not None
        }
        of_months = sum(counts.get(frozenset({month}), 0) for month in months)
        where = {"month": tuple(sorted(months))}
        # The cells are apart from each other, so together they tell of as many members as there are in all of them.
        if threshold <= (least := sum(cell.value or 0 for cell in one.table.cells)) <= of_months:
            yield PublicFigure(
                subject.among,
                where,
                least,
                of_months + least,
                one.table.id,
                period=other.period,
                own=True,
            )


def _nobody(one: Counted) -> Iterator[PublicFigure]:
    """That nobody gave one of several answers and none: those who gave none are at most all others."""
    for name, variable in one.table.dimensions.items():
        column = one.record.spec.schema[name]
        if not (isinstance(column, Dimension) and column.alone):
            continue
        for label in sorted({*one.record.frame[name]} - {*TOTAL_LABELS, column.alone}):
            where = {**one.table.where, variable: (label, column.alone)}
            about = one.table.population, where, 0, 0, one.table.id
            yield PublicFigure(*about, multiple=(variable,), period=one.table.period)


def _policy(rules: DisclosureRules, threshold: int) -> Policy:
    return Policy(
        threshold=threshold,
        exemptions=tuple(Exemption(**one.model_dump()) for one in rules.exemptions),
        **rules.model_dump(include={"zero_rule", "required_width", "own_case"}),
    )


def _figure(rules: DisclosureRules) -> list[PublicFigure]:
    return [
        PublicFigure(**one.model_dump() | {"high": one.low if one.high is None else one.high})
        for one in rules.public_figures
    ]
