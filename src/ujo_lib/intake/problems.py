"""What went wrong with a file and what was mended, in words for the clerk who can open that file.

A :class:`Problem` names file, sheet, row, column, value, what was expected and what to do. A :class:`Repair` says what
intake changed on its own. Both are collected in a :class:`Notes` while a file is read, so that one pass reports all.
"""

import html
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

Severity = Literal["error", "warning"]

MAX_ROWS_LISTED = 50
"""Rows listed one by one for the same fault in one column; what follows is counted in a single line."""

_MAX_SHOWN = 40
_HEADINGS = {
    "severity": "重さ",
    "file": "ファイル",
    "sheet": "シート",
    "row": "行",
    "column": "列",
    "value": "値",
    "expected": "期待される内容",
    "remedy": "直し方",
    "rule": "規則",
}
_SEVERITY_JA = {"error": "エラー", "warning": "注意"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault.

    Attributes:
        severity: an ``error`` keeps the file out of every analysis, a ``warning`` wants a look.
        file: path as declared in inputs.yaml.
        sheet: sheet name, empty for text files.
        row: row number as Excel shows it, ``None`` when the fault has no row.
        column: heading as it stands in the file.
        value: the offending value; empty for columns that hold free text.
        expected: what would have been right.
        remedy: what to do about it.
        rule: number of the trap it belongs to, or 「定義」 (data dictionary) or 「照合」 (files disagree).
    """

    severity: Severity
    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    expected: str
    remedy: str
    rule: str

    def __str__(self) -> str:
        value = f"値 {self.value} / " if self.value else ""
        return f"{_place(self)}: {value}期待: {self.expected} / 直し方: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Repair:
    """A change intake made, aggregated over equal changes in one column.

    Attributes:
        file: path as declared in inputs.yaml.
        sheet: sheet name, empty for text files.
        row: first row it happened in.
        column: heading, empty when the whole row is meant.
        before: what was written (an example when several values are meant).
        after: what it was read as.
        rule: number of the trap.
        count: cells changed.
    """

    file: str
    sheet: str
    row: int | None
    column: str
    before: str
    after: str
    rule: str
    count: int


PROBLEM_COLUMNS = tuple(f.name for f in fields(Problem))
REPAIR_COLUMNS = tuple(f.name for f in fields(Repair))


def shorten(value: object) -> str:
    """A value as a table shows it: one line, not too long."""
    text = " ".join(str(value).split())
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


@dataclass(slots=True)
class Notes:
    """Collector for one file (or for the declaration itself)."""

    file: str
    sheet: str = ""
    problems: list[Problem] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)

    def problem(
        self,
        expected: str,
        remedy: str,
        rule: str,
        *,
        row: int | None = None,
        column: str = "",
        value: object = "",
        severity: Severity = "error",
    ) -> None:
        """Note one fault."""
        self.problems.append(
            Problem(severity, self.file, self.sheet, row, column, shorten(value), expected, remedy, rule)
        )

    def problem_rows(
        self,
        rows: "Sequence[int] | np.ndarray",
        values: Sequence[object],
        expected: str,
        remedy: str,
        rule: str,
        *,
        column: str,
        severity: Severity = "error",
    ) -> None:
        """Note the same fault for many rows: the first ones each, the rest as one line with their number."""
        for row, value in zip(rows[:MAX_ROWS_LISTED], values[:MAX_ROWS_LISTED], strict=True):
            self.problem(expected, remedy, rule, row=int(row), column=column, value=value, severity=severity)
        rest = len(rows) - MAX_ROWS_LISTED
        if rest > 0:
            self.problem(expected, remedy, rule, column=column, value=f"ほか{rest:,}行", severity=severity)

    def repair(
        self,
        before: object,
        after: object,
        rule: str,
        *,
        row: int | None = None,
        column: str = "",
        count: int = 1,
    ) -> None:
        """Note a change that was made."""
        self.repairs.append(
            Repair(self.file, self.sheet, row, column, shorten(before), shorten(after), rule, count)
        )

    @contextmanager
    def bounded(self, check: str) -> Iterator[None]:
        """Whatever goes wrong in one check becomes a problem of this file: one strange file never hides the others."""
        try:
            yield
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            remedy = (
                f"形が想定と違い、「{check}」の検査だけが途中で止まりました(ほかの検査は済んでいます)。見出しと、"
                "止まる前の行までを確かめてください。直らなければ、個人情報を除いた数行と、次の印を知らせてください: "
                f"{type(error).__name__} {Path(at.filename).name} {at.lineno}"
            )
            self.problem(f"{check}の検査が最後まで済むこと", remedy, "定義")


def as_frame(items: Iterable[Problem] | Iterable[Repair], columns: tuple[str, ...]) -> pd.DataFrame:
    """One row per problem or repair, in these columns; ``row`` and ``count`` are Int64."""
    frame = pd.DataFrame([asdict(item) for item in items], columns=list(columns))
    whole: dict[str, str] = dict.fromkeys(("row", "count"), "Int64")
    return frame.astype({name: whole.get(name, "string[pyarrow]") for name in columns})


class DataProblems(Exception):  # noqa: N818 - read aloud it is the name of the table it carries
    """Raised when at least one problem is an error; carries all of them, warnings too.

    ``str()`` is a Japanese table for a terminal; a notebook shows HTML.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return as_text(self.problems)

    def _repr_html_(self) -> str:
        frame = as_frame(sorted(self.problems, key=lambda p: p.severity), PROBLEM_COLUMNS)
        told = frame.assign(severity=frame["severity"].map(_SEVERITY_JA))
        return html_table(summary_line(self.problems), _HEADINGS, told)

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows: the problems, without the way through the program that led to them."""
        return [str(self)]


def summary_line(problems: Sequence[Problem]) -> str:
    """「入力データの問題: エラー2件・注意1件」."""
    counts = {level: sum(problem.severity == level for problem in problems) for level in _SEVERITY_JA}
    if not any(counts.values()):
        return "入力データに問題はありません。"
    return "入力データの問題: " + "・".join(f"{_SEVERITY_JA[k]}{n:,}件" for k, n in counts.items() if n)


def as_text(problems: Sequence[Problem]) -> str:
    """Problems as indented Japanese lines, errors before warnings, in file order otherwise."""
    lines = [summary_line(problems)]
    for problem in sorted(problems, key=lambda p: p.severity):
        lines.append(f"[{_SEVERITY_JA[problem.severity]}] {_place(problem)}")
        if problem.value:
            lines.append(f"    値: {problem.value}")
        lines.append(f"    期待: {problem.expected}")
        lines.append(f"    直し方: {problem.remedy}(規則 {problem.rule})")
    return "\n".join(lines)


def _place(problem: Problem) -> str:
    parts = [problem.file]
    if problem.sheet:
        parts.append(f"シート「{problem.sheet}」")
    if problem.row is not None:
        parts.append(f"{problem.row}行目")
    if problem.column:
        parts.append(f"列「{problem.column}」")
    return " ".join(parts)


def html_table(caption: str, headings: dict[str, str], frame: pd.DataFrame) -> str:
    """An accessible HTML table: caption, column scopes, every text escaped, missing shown as blank."""
    shown = frame[list(headings)].rename(columns=headings).astype(object)
    with pd.option_context("display.max_colwidth", None):
        table: str = shown.to_html(index=False, na_rep="", border=0)
    table = table.replace("<th>", '<th scope="col">')
    return table.replace("<thead>", f"<caption>{html.escape(caption)}</caption><thead>", 1)
