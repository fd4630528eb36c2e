"""What went wrong with a file and what was mended, in words for the clerk who can open that file.

A :class:`Problem` names file, sheet, row, column, value, what was expected and what to do. A :class:`Repair` says what
intake changed on its own. Both are collected in a :class:`Notes` while a file is read, so that one pass reports all.
"""

import html
import math
import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partialmethod
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from ujo_lib.errors import InputError
from ujo_lib.text import MACHINE_RULES

Severity = Literal["error", "warning"]

MAX_ROWS_LISTED = 50
"""Rows listed one by one for the same fault in one column; what follows is counted in a single line."""

_MAX_SHOWN = 40
_SHOWN_OF_A_CAUSE = 5
"""Rows, values and figures shown of one cause; the rest is a number."""

RULES = {
    "1": "文字コード・文字化け",
    "2": "行と引用符の区切り",
    "3": "機種依存文字・外字",
    "4": "異体字",
    "5": "全角数字・選択肢の書き方",
    "6": "数の書き方(桁区切り・単位・負数)",
    "7": "和暦などの日付",
    "8": "年度の書き方",
    "9": "24時を超える時刻",
    "10": "時間帯(UTCと日本時間)",
    "11": "見出し・結合セル",
    "12": "表の上下の注記",
    "13": "合計の行・小計の列",
    "14": "値がないことを表す符号(-・…・x など)",
    "15": "複数回答の書き方",
    "16": "年代の書き方",
    "17": "先頭の0・丸められた番号",
    "18": "見たままと違う値(数式・非表示・取り消し線)",
    "21": "ファイルの置き場所",
    "23": "個人情報",
    "25": "重複",
    "照合": "行どうし・ファイルどうしのつじつま",
    "定義": "データ辞書・inputs.yaml の決まり",
    **{f"総務省{number}": title for number, title in MACHINE_RULES.items()},
}
"""What each rule is about, by the number that messages name."""

_HEADINGS = {
    "severity": "重さ",
    "file": "ファイル",
    "sheet": "シート",
    "rows": "行",
    "column": "列",
    "value": "値",
    "expected": "期待される内容",
    "remedy": "直し方",
    "rule": "規則",
    "count": "箇所",
}
_SEVERITY_JA = {"error": "エラー", "warning": "注意"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, in one place or, as :func:`by_cause` makes it, in many.

    Attributes:
        severity: an ``error`` keeps the file out of every analysis, a ``warning`` wants a look.
        file: path as declared in inputs.yaml.
        sheet: sheet name, empty for text files.
        row: row number as Excel shows it, ``None`` when the fault has no row.
        column: heading as it stands in the file.
        value: the offending value; empty for columns that hold free text.
        expected: what would have been right.
        remedy: what to do about it.
        rule: key of :data:`RULES`.
        count: places.
        rows: the first rows, 「2・5・9」; empty when the fault has no row.
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
    count: int = 1
    rows: str = ""

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
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        value = value.date()
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
        values: "str | Sequence[object] | np.ndarray",
        expected: str,
        remedy: str,
        rule: str,
        *,
        column: str = "(行全体)",
        severity: Severity = "error",
    ) -> None:
        """Note the same fault for many rows: the first ones each, the rest as one line with their number.

        The values are one for each row, or a text that stands for all of them.
        """
        if isinstance(values, str):
            values = [values] * len(rows)
        for row, value in zip(rows[:MAX_ROWS_LISTED], values[:MAX_ROWS_LISTED], strict=True):
            self.problem(expected, remedy, rule, row=int(row), column=column, value=value, severity=severity)
        rest = len(rows) - MAX_ROWS_LISTED
        if rest > 0:
            self.rest(rest, expected, remedy, rule, column=column, severity=severity)

    warning = partialmethod(problem, severity="warning")
    warning_rows = partialmethod(problem_rows, severity="warning")

    def rest(
        self, count: int, expected: str, remedy: str, rule: str, *, column: str, severity: Severity = "error"
    ) -> None:
        """Note how many more places a fault has than are listed one by one."""
        self.problems.append(
            Problem(severity, self.file, self.sheet, None, column, "", expected, remedy, rule, count)
        )

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
                "止まる前の行までを確かめてください。直らなければ、個人情報を除いた数行と、この印を知らせてください: "
                f"{type(error).__name__} {Path(at.filename).name} {at.lineno}"
            )
            self.problem(f"{check}の検査が最後まで済むこと", remedy, "定義")


def as_frame(items: Iterable[Problem] | Iterable[Repair], columns: tuple[str, ...]) -> pd.DataFrame:
    """One row per problem or repair, in these columns; ``row`` and ``count`` are Int64."""
    frame = pd.DataFrame([asdict(item) for item in items], columns=list(columns))
    whole: dict[str, str] = dict.fromkeys(("row", "count"), "Int64")
    return frame.astype({name: whole.get(name, "string[pyarrow]") for name in columns})


_VARYING = re.compile(r"(「[^「」]*」|\d[\d,.:-]*)")


def by_cause(problems: Iterable[Problem]) -> list[Problem]:
    """Problems that one remedy mends, as one each: errors first, in order of file and of first appearance otherwise.

    Two problems have one cause when they differ in row, value, figures and quoted words only.
    """
    causes: dict[tuple[str, ...], list[Problem]] = {}
    for one in sorted(problems, key=lambda p: p.severity):
        told = (_VARYING.sub("\0", text) for text in (one.expected, one.remedy))
        causes.setdefault((one.severity, one.file, one.sheet, one.column, one.rule, *told), []).append(one)
    return [_one(places) for places in causes.values()]


def _one(places: Sequence[Problem]) -> Problem:
    places = sorted(places, key=lambda place: math.inf if place.row is None else place.row)
    rows = list(dict.fromkeys(str(place.row) for place in places if place.row is not None))
    values = list(dict.fromkeys(place.value for place in places if place.value))
    return replace(
        places[0],
        rows=_few(rows, "・"),
        value=_few(values, "、"),
        expected=_told([place.expected for place in places]),
        remedy=_told([place.remedy for place in places]),
        count=sum(place.count for place in places),
    )


def _few(items: Sequence[str], between: str) -> str:
    more = "…" if len(items) > _SHOWN_OF_A_CAUSE else ""
    return between.join(items[:_SHOWN_OF_A_CAUSE]) + more


def _told(texts: Sequence[str]) -> str:
    """Texts that differ in figures and quoted words as one text: these stand side by side where they differ."""
    pieces = zip(*map(_VARYING.split, dict.fromkeys(texts)), strict=True)
    return "".join(_few(list(dict.fromkeys(piece)), "、") for piece in pieces)


class DataProblems(InputError):  # noqa: N818 - read aloud it is the name of the table it carries
    """Raised when at least one problem is an error; carries all of them, warnings too.

    ``str()`` is a Japanese table for a terminal; a notebook shows HTML.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return as_text(self.problems)

    def _repr_html_(self) -> str:
        frame = as_frame(by_cause(self.problems), PROBLEM_COLUMNS)
        told = frame.assign(severity=frame["severity"].map(_SEVERITY_JA), rule=frame["rule"].map(RULES))
        return html_table(summary_line(self.problems), _HEADINGS, told)


def summary_line(problems: Iterable[Problem]) -> str:
    """「入力データの問題: エラー2件(31か所)・注意1件」: causes, and places where they are more."""
    told = []
    for severity, ja in _SEVERITY_JA.items():
        counts = [cause.count for cause in by_cause(problems) if cause.severity == severity]
        places = f"({sum(counts):,}か所)" if sum(counts) > len(counts) else ""
        told += [f"{ja}{len(counts):,}件{places}"] if counts else []
    return "入力データの問題: " + "・".join(told) if told else "入力データに問題はありません。"


def as_text(problems: Sequence[Problem]) -> str:
    """One entry of indented Japanese lines per cause, errors before warnings."""
    lines = [summary_line(problems)]
    for cause in by_cause(problems):
        lines.append(f"[{_SEVERITY_JA[cause.severity]}] {_place(cause)}")
        if cause.value:
            lines.append(f"    値: {cause.value}")
        lines.append(f"    期待: {cause.expected}")
        lines.append(f"    直し方: {cause.remedy}(規則{cause.rule}: {RULES[cause.rule]})")
    return "\n".join(lines)


def _place(problem: Problem) -> str:
    parts = [problem.file]
    if problem.sheet:
        parts.append(f"シート「{problem.sheet}」")
    if problem.column:
        parts.append(f"列「{problem.column}」")
    if rows := problem.rows or (problem.row and str(problem.row)):
        parts.append(f"{rows}行目")
    if problem.count > 1:
        parts.append(f"(全{problem.count:,}か所)")
    return " ".join(parts)


def html_table(caption: str, headings: dict[str, str], frame: pd.DataFrame) -> str:
    """An accessible HTML table: caption, column scopes, every text escaped, missing shown as blank."""
    shown = frame[list(headings)].rename(columns=headings).astype(object)
    with pd.option_context("display.max_colwidth", None):
        table: str = shown.to_html(index=False, na_rep="", border=0)
    table = table.replace("<th>", '<th scope="col">')
    return table.replace("<thead>", f"<caption>{html.escape(caption)}</caption><thead>", 1)
