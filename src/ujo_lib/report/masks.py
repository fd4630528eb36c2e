"""Between the door and the disclosure room: what a recorded table counts, and what the plan hides of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from ujo_lib.disclosure.plan import Plan
from ujo_lib.disclosure.tables import Cell, CountTable, Printed
from ujo_lib.report.publish import PublishError, TableRecord

PERCENT_DIGITS = 1
"""Decimals of every percentage on a page."""


@dataclass(frozen=True)
class Masks:
    """A disclosure plan together with the tables it was made for.

    Attributes:
        plan: which cells stay hidden.
        digests: table key → digest of the record that the plan saw.
    """

    plan: Plan
    digests: Mapping[str, str]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the plan of a release.

        Raises:
            FileNotFoundError: there is no plan, so there can be no release page.
        """
        if not file.is_file():
            raise FileNotFoundError(
                f"秘匿計画 {file.name} がありません。公表用ページは `ujo run` で作ってください。"
            )
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls(Plan.from_json(json.dumps(content["plan"])), content["digests"])

    def to_json(self) -> str:
        """The plan and the digests as text; the same plan gives the same bytes."""
        content = {"plan": json.loads(self.plan.to_json()), "digests": dict(self.digests)}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def cells_of(self, record: TableRecord) -> dict[str, list[bool]]:
        """Which counts of a table are hidden: count column → one flag per row.

        Raises:
            PublishError: the table is not the one that the plan was made for, or the plan does not know it.
        """
        flags = {column: [False] * len(record.rows) for column in record.spec.counts}
        if record.spec.population is None:
            return flags
        if self.digests.get(record.key) != record.digest:
            raise PublishError(
                f"{record.key}: the disclosure plan was not made for this table; run `ujo run` again"
            )
        hidden = self.plan.mask(record.key)
        for (row, column), hide in zip(_positions(record), hidden, strict=True):
            flags[column][row] = hide
        return flags


def masks_for(plan: Plan, records: Sequence[TableRecord]) -> Masks:
    """Bind a plan to the records it was made for."""
    return Masks(
        plan, {record.key: record.digest for record in records if record.spec.population is not None}
    )


def count_table(record: TableRecord) -> CountTable:
    """Say in the disclosure room's words what a recorded table with a population counts."""
    spec = record.spec
    columns = {name: index for index, name in enumerate(record.columns)}
    cells = tuple(
        Cell(
            labels=tuple(str(record.rows[row][columns[name]]) for name in spec.dimensions),
            column=column,
            value=int(record.rows[row][columns[column]]),
        )
        for row, column in _positions(record)
    )
    return CountTable(
        id=record.key,
        population=str(spec.population),
        dimensions=dict(spec.dimensions),
        counts=spec.counts,
        cells=cells,
        bases=dict(spec.bases),
        where=dict(spec.where),
        recode=dict(spec.recode),
        total_labels=spec.total_labels,
        multiple=spec.multiple_variables,
        period=(date.fromisoformat(spec.days[0]), date.fromisoformat(spec.days[1])) if spec.days else None,
        printed=Printed(percent_digits=PERCENT_DIGITS if "share" in record.columns else None),
    )


def _positions(record: TableRecord) -> list[tuple[int, str]]:
    """Row and column of every count that has a value, in the order in which the plan numbers its cells."""
    columns = {name: index for index, name in enumerate(record.columns)}
    return [
        (row, column)
        for row, values in enumerate(record.rows)
        for column in record.spec.counts
        if values[columns[column]] is not None
    ]
