"""What intake hands over: validated frames, and the record of how they came about."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ujo_lib.intake.problems import (
    PROBLEM_COLUMNS,
    REPAIR_COLUMNS,
    DataProblems,
    Problem,
    Repair,
    as_frame,
    by_cause,
    html_table,
    summary_line,
)
from ujo_lib.intake.rules import RULE_COLUMNS
from ujo_lib.intake.schemas import Schema


@dataclass(frozen=True)
class Intake:
    """Validated frames with the record of how they came about.

    Attributes:
        frames: kind → frame with canonical columns.
        sources: one row per file (``loading.SOURCE_COLUMNS``).
        missing: blank cells per kind and column (``loading.MISSING_COLUMNS``).
        faults: errors and warnings, one per place.
        mended: what intake changed on its own.
        verdicts: the 15 machine-readability items, file by file (``rules.RULE_COLUMNS``).
        schemas: kind → what its columns are, with the questions of this survey and the options of this site.
        not_supplied: kinds asked for that the year is declared not to have, with the reason.
    """

    frames: Mapping[str, pd.DataFrame]
    sources: pd.DataFrame
    missing: pd.DataFrame
    faults: tuple[Problem, ...]
    mended: Sequence[Repair]
    verdicts: Sequence[pd.DataFrame]
    schemas: Mapping[str, Schema]
    not_supplied: Mapping[str, str]

    @cached_property
    def repairs(self) -> pd.DataFrame:
        """What intake changed on its own (``problems.REPAIR_COLUMNS``)."""
        return as_frame(self.mended, REPAIR_COLUMNS)

    @cached_property
    def problems(self) -> pd.DataFrame:
        """Errors and warnings, one row per cause (``problems.PROBLEM_COLUMNS``)."""
        return as_frame(by_cause(self.faults), PROBLEM_COLUMNS)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """The 15 machine-readability items per file (``rules.RULE_COLUMNS``)."""
        none = pd.DataFrame(columns=list(RULE_COLUMNS))
        return pd.concat(self.verdicts, ignore_index=True) if self.verdicts else none

    def __getitem__(self, kind: str) -> pd.DataFrame:
        """A copy of one kind's frame, free to be changed."""
        try:
            return self.frames[kind].copy()
        except KeyError:
            raise KeyError(
                f"「{kind}」は読み込まれていません。読み込んだのは {'、'.join(self.frames)} です。"
            ) from None

    def __contains__(self, kind: object) -> bool:
        return kind in self.frames

    def __iter__(self) -> Any:
        return iter(self.frames)

    @property
    def ok(self) -> bool:
        """Whether no problem is an error."""
        return not any(fault.severity == "error" for fault in self.faults)

    def json(self) -> str:
        """Sources, problems, repairs, missing cells and rules as one JSON object."""
        tables = ("sources", "problems", "repairs", "missing", "rules")
        records = {name: json.loads(getattr(self, name).to_json(orient="records")) for name in tables}
        return json.dumps(records, ensure_ascii=False)

    def _repr_html_(self) -> str:
        headings = {
            "kind": "種類",
            "file": "ファイル",
            "sheet": "シート",
            "encoding": "文字コード",
            "rows_read": "読んだ行",
            "rows_dropped": "除いた行",
            "rows_kept": "使う行",
        }
        table = html_table("読み込んだファイル", headings, self.sources)
        return f"<p>{html.escape(summary_line(self.faults))}</p>{table}" + (
            DataProblems(self.faults)._repr_html_() if self.faults else ""
        )
