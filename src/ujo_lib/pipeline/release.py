"""From internal steps to release pages: the plan of what stays hidden, and the check at the door."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nbformat import NotebookNode

from ujo_lib.disclosure.audit import AuditReport, audit
from ujo_lib.disclosure.plan import Plan, PlanError
from ujo_lib.disclosure.plan import plan as plan_disclosure
from ujo_lib.disclosure.revision import SmallChange, small_changes
from ujo_lib.disclosure.tables import (
    CountTable,
    PastRelease,
    Policy,
    PublicFigure,
    TableError,
    dump_tables,
)
from ujo_lib.files import digest, write_atomically
from ujo_lib.pipeline.keys import Step
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.steps import Finished, Job
from ujo_lib.report.door.masks import Counted, Masks, counted, masks_for
from ujo_lib.report.door.publish import DOOR, TableRecord
from ujo_lib.report.look.wording import Said
from ujo_lib.report.page import said_in
from ujo_lib.store import Store

_IN_FULL = "次の表は、小さな数も伏せずに載せています({reason}): {titles}。"
_FORMATTING = re.compile(r"\b[fF]['\"]|\bformat\b|\bstr\(|['\"] *%")
"""What turns a number into text in a cell: an f-string, `format`, `str`, a percent sign behind a text."""


class NoPlanError(ReleaseRefusedError):
    """Nothing can be released, because no plan protects every small count; the message says what to merge or drop."""

    def __init__(self, reason: str):
        super().__init__("公表用ページを作れません。秘匿計画が立ちません。", [reason])


@dataclass(frozen=True)
class Masked:
    """Every table that counts people or contacts, a plan for them, and what it was made from.

    That is the rules, and what outsiders know without the release: what earlier releases told of the same records
    enters the plan (`previous`); what they told before records were `corrected` is held against it.
    """

    tables: Sequence[Counted]
    masks: Masks
    policy: Policy
    public: Sequence[PublicFigure] = ()
    previous: Sequence[PastRelease] = ()
    corrected: Sequence[PastRelease] = ()

    def audit(self) -> AuditReport:
        """Try to undo the masks with everything that an outsider knows."""
        hidden, zeros = self.masks.plan.hidden, self.masks.plan.zeros
        return audit(_counts(self.tables), hidden, self.policy, self.public, self.previous, zeros)

    def small_changes(self) -> list[SmallChange]:
        """Subtract every earlier release that was made before records were added, removed or changed."""
        known, plan = (self.public, self.previous, self.corrected), self.masks.plan
        return small_changes(_counts(self.tables), plan.hidden, self.policy, *known, plan.zeros)


def _counts(tables: Sequence[Counted]) -> list[CountTable]:
    return [one.table for one in tables]


def counted_tables(finished: Mapping[str, Finished]) -> list[Counted]:
    """Every table of a run that counts people or contacts, whichever notebook published it."""
    return counted([record for _, step in sorted(finished.items()) for record in step.records()])


def plan_masks(
    tables: Sequence[Counted],
    policy: Policy,
    public: Sequence[PublicFigure] = (),
    previous: Sequence[PastRelease] = (),
    keep: Store | None = None,
) -> Masks:
    """Decide jointly over all tables of all notebooks what a release keeps back.

    Args:
        tables: every one of a run, with its true counts.
        policy: the site's rules.
        public: figures that anybody can look up.
        previous: tables of earlier releases of the same records as they were published.
        keep: where a plan is kept; one that was made of the same before is used again.

    Raises:
        NoPlanError: tables contradict each other or a public figure, a count cannot be protected, or the search for
            the best plan reached its limit.
    """
    asked = json.dumps(
        [
            dump_tables(_counts(tables)),
            asdict(policy),
            [asdict(figure) for figure in public],
            dump_tables(previous),
        ],
        default=str,
    )

    def make() -> str:
        return plan_disclosure(_counts(tables), policy, public, previous).to_json()

    try:
        made = keep.kept("plan", asked, make) if keep else make()
    except (PlanError, TableError) as error:
        raise NoPlanError(str(error)) from None
    return masks_for(Plan.from_json(made), tables, policy.required_width)


def notices(tables: Sequence[Counted], masks: Masks, audience: str) -> dict[str, list[str]]:
    """What the readers of a notebook's page are told about the plan, of notebooks with something to tell.

    Everybody reads which tables are printed in full and why; readers inside the city also what to merge where most of
    a table vanishes.
    """
    told: dict[str, list[str]] = defaultdict(list)
    titles = {one.record.key: one.record.spec.title for one in tables}
    in_full: dict[tuple[str, str], list[str]] = {}
    for key, reason in masks.plan.exemptions:
        in_full.setdefault((key.partition("/")[0], reason), []).append(f"「{titles[key]}」")
    for (notebook, reason), named in in_full.items():
        told[notebook].append(_IN_FULL.format(reason=reason, titles="".join(named)))
    if audience == "internal":
        for notebook, advice in advised(tables, masks):
            told[notebook].append(f"公表用ページでは、{advice}")
    return told


def advised(tables: Sequence[Counted], masks: Masks) -> Iterator[tuple[str, str]]:
    """Notebook and what to merge or drop, with the names that tables, columns and days have on a page."""
    records = {one.record.key: one.record for one in tables}
    for advice in masks.plan.suggestions:
        for key in (key for key in records if advice.startswith(f"表「{key}」")):
            spec, said = records[key].spec, advice.removeprefix(f"表「{key}」").replace("T00:00:00", "")
            for name in spec.schema.dimensions:
                said = re.sub(rf"(?<=[「×]){name}(?=[」×])", spec.schema[name].name, said)
            yield key.partition("/")[0], f"表「{spec.title}」{said}"


def write_masks(masks: Masks, folder: Path) -> Path:
    """Keep the plan under a name made of its content."""
    text = masks.to_json()
    file = folder / f"plan-{digest(text)[:16]}.json"
    write_atomically(file, text)  # one that is there already may be hurt
    return file


def release_jobs(
    steps: Sequence[Step], finished: Mapping[str, Finished], masks: Masks, plan: Path
) -> list[Job]:
    """Name the release steps: a page is made anew only when its content or its own masks have changed.

    The summary reads the other notebooks' tables, so their masks are its own, too.
    """
    hidden = {
        step.notebook: masks.digest_of(
            record.key for record in finished[step.notebook].records() if record.spec.subject.population
        )
        for step in steps
    }
    jobs = []
    for step in steps:
        parts = {name: hidden[name] for name in (step.notebook, *step.needs)}
        key = digest(json.dumps([step.key, parts], sort_keys=True))
        jobs.append(Job("release", step, key, plan))
    return jobs


def require_door(pages: Mapping[str, NotebookNode]) -> None:
    """Refuse pages with an output that the page object did not make.

    Raises:
        ReleaseRefusedError: a print, a bare frame, a figure drawn past the door, a warning on stderr.
    """
    findings = [
        f"{notebook} の {number} 番目のセル: {_kind(output)}"
        for notebook, executed in sorted(pages.items())
        for number, cell in enumerate(executed.cells, 1)
        if cell.cell_type == "code"
        for output in cell.outputs
        if DOOR not in output.get("data", {})
    ]
    if findings:
        raise ReleaseRefusedError(
            "公表用ページを作れません。report.publish を通らない出力があります。",
            findings,
            "page.table・page.say などを通して表示するか、セルにタグ internal を付けて庁内だけの表示にしてください。",
        )


def require_cells(internal: Mapping[str, Finished], pages: Mapping[str, NotebookNode], masks: Masks) -> None:
    """Refuse sentences into which a cell formatted a number itself, where a table of its page hides that number.

    A cell can read the frame behind a table: ``page.say(f"{frame.n.min()}人")`` says what the table beside it masks.

    Raises:
        ReleaseRefusedError: such a sentence; it is not quoted.
    """
    findings = []
    for notebook, executed in sorted(pages.items()):
        hidden = {told for record in internal[notebook].records() for told in _hidden(record, masks)}
        for number, cell in enumerate(executed.cells, 1):
            if cell.cell_type != "code" or not _FORMATTING.search(cell.source):
                continue
            marks = (output["data"][DOOR] for output in cell.outputs if DOOR in output.get("data", {}))
            if any(hidden & _unread(said) for mark in marks for said in said_in(mark)):
                findings.append(f"{notebook} の {number} 番目のセル: 伏せた数と同じ数のある文")
    if findings:
        raise ReleaseRefusedError(
            "公表用ページを作れません。表のセルから取っていない数のある文があります。",
            findings,
            "文の中の数は、page.publish が返した表を渡して {n[男性]} のように書いてください。",
        )


def _hidden(record: TableRecord, masks: Masks) -> set[str]:
    frame, schema = record.published().frame, record.spec.schema
    return {
        f"{value}{schema[column].unit}"
        for column, flags in masks.flags.get(record.key, {}).items()
        for value in frame.loc[list(flags), column].dropna().astype(int)
    }


def _unread(said: Said) -> set[str]:
    """Numbers with their units that a sentence says and that were read from no cell."""
    text = said.text
    for value in said.values:
        text = text.replace(value.text, "", 1)
    return set(re.findall(r"(?<![\d.])\d+[^\d\s、。]", text.replace(",", "")))


def _kind(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return "print などの文字出力" if output.name == "stdout" else "警告などの文字出力(stderr)"
    return "、".join(sorted(output.get("data", {}))) or str(output.output_type)
