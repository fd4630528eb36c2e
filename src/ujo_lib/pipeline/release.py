"""From internal steps to release pages: the plan of what stays hidden, and the check at the door."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from ujo_lib.disclosure.plan import Plan
from ujo_lib.disclosure.plan import plan as plan_disclosure
from ujo_lib.disclosure.tables import Policy
from ujo_lib.files import write_atomically
from ujo_lib.pipeline.keys import Step, digest
from ujo_lib.pipeline.steps import Finished, Job
from ujo_lib.report.masks import Masks, count_tables, masks_for
from ujo_lib.report.page import DOOR


class ReleaseRefusedError(RuntimeError):
    """A release page would show something that did not come through the door.

    Attributes:
        findings: notebook and cell of each such output, with its kind; never its content.
    """

    def __init__(self, findings: Iterable[str]):
        self.findings = tuple(findings)
        lines = [
            "公表用ページを作れません。report.publish を通らない出力があります。",
            *(f"- {finding}" for finding in self.findings),
            "page.table・page.say などを通して表示するか、page.internal で庁内だけの表示にしてください。",
        ]
        super().__init__("\n".join(lines))


def plan_masks(finished: Mapping[str, Finished], policy: Policy) -> Masks:
    """Decide what the candidate for release keeps back, each table by itself.

    Every table is protected against being undone from its own totals. Tables are not yet held against each other, nor
    against earlier releases: that joint plan is the business of the review, and until then every page says
    「秘匿審査前・配布不可」.
    """
    records = [
        record for _, step in sorted(finished.items()) for record in step.records() if record.spec.population
    ]
    plans = [plan_disclosure([table], policy) for table in count_tables(records)]
    return masks_for(_together(plans), records)


def _together(plans: Sequence[Plan]) -> Plan:
    """Plans of different tables as one."""
    return Plan(
        hidden={name: flags for plan in plans for name, flags in plan.hidden.items()},
        primary={name: found for plan in plans for name, found in plan.primary.items()},
        exemptions=tuple(sorted(pair for plan in plans for pair in plan.exemptions)),
        suggestions=tuple(text for plan in plans for text in plan.suggestions),
    )


def write_masks(masks: Masks, folder: Path) -> Path:
    """Keep the plan under a name made of its content."""
    text = masks.to_json()
    file = folder / f"plan-{digest(text.encode())[:16]}.json"
    if not file.exists():
        write_atomically(file, text)
    return file


def release_jobs(
    steps: Sequence[Step], finished: Mapping[str, Finished], masks: Masks, plan: Path
) -> list[Job]:
    """Name the release steps: a page is made anew only when its content or its own masks have changed.

    The summary reads the other notebooks' tables, so their masks are its own, too.
    """
    hidden = {
        step.notebook: masks.digest_of(
            record.key for record in finished[step.notebook].records() if record.spec.population
        )
        for step in steps
    }
    jobs = []
    for step in steps:
        parts = {name: hidden[name] for name in (step.notebook, *step.needs)}
        key = digest(json.dumps([step.key, parts], sort_keys=True).encode())
        settings = step.settings.model_copy()
        jobs.append(Job("release", settings, key, step.needs, plan, step.absent))
    return jobs


def require_door(pages: Mapping[str, NotebookNode]) -> None:
    """Refuse pages with an output that the page object did not make.

    Raises:
        ReleaseRefusedError: a print, a bare frame, a figure drawn past the door, a warning on stderr.
    """
    findings = [
        f"{notebook} の {number} 番目のセル: {_kind(output)}"
        for notebook, executed in pages.items()
        for number, cell in enumerate(executed.cells, 1)
        if cell.cell_type == "code"
        for output in cell.outputs
        if DOOR not in output.get("data", {})
    ]
    if findings:
        raise ReleaseRefusedError(findings)


def _kind(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return "print などの文字出力" if output.name == "stdout" else "警告などの文字出力(stderr)"
    return "、".join(sorted(output.get("data", {}))) or str(output.output_type)
