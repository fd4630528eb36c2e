"""The one door through which a number reaches a page.

A notebook hands a typed table to the door, with a name, a title and what it is about. The door records the table, so
that the disclosure plan can look at everything that is about to be published, and hands back a `Published`: all of
the table inside the city, the masked table in a release. Whatever is drawn, said or exported is made from the
`Published`, so nothing downstream can show what the door kept back.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from ujo_lib.columns import TOTAL_LABELS, Count, Mark, Withheld
from ujo_lib.errors import InputError
from ujo_lib.files import digest
from ujo_lib.report.door.marks import sure_marks
from ujo_lib.typed import ANSWERED, Schema, Typed

NOT_SUPPLIED = "not_supplied.json"
"""Left in place of tables by a notebook whose inputs the year does not have; it holds the reasons."""

DOOR = "application/vnd.ujo.door+json"
"""Media type of the mark on everything that came through the page."""

ANSWER, SENTENCES, TILES, FIGURE = "answer", "sentences", "tiles", "figure"
"""Kinds of output that other files than the page repeat: the cover the first three, the folder of figures the last."""

NOBODY: Final = ()
"""`Subject.computed_from` of numbers that rest on no count which a release may hide."""

_BACK = "伏せた数を逆算できないよう、{names}は示しません。"
_FEW = "小さな数を含むため、{names}は示しません。"
_UNSAID = "何から計算した数かの記載がないため、{names}は公表しません。"
_ID = re.compile(r"^[a-z][a-z0-9_]*$")


class PublishError(ValueError):
    """A table cannot go through the door: its description and its content do not agree."""


class NotSuppliedError(LookupError):
    """A table that another notebook would have published, had the year had its inputs.

    Attributes:
        why: the reasons alone, each once; the message names the inputs, too.
    """

    def __init__(self, reasons: Mapping[str, str], lacking: str = "資料がない"):
        super().__init__(f"{lacking}: {not_supplied(reasons)}")
        self.why = "。".join(dict.fromkeys(reason.removesuffix("。") for reason in reasons.values()))


class NotRunError(InputError):
    """A table of a notebook that has not been run yet, or that publishes no such table."""


class NotPublishedError(NotRunError):
    """A table that a notebook has not published, though it was run: its question is not asked, or has another name."""


def not_supplied(reasons: Mapping[str, str]) -> str:
    """Inputs that a year does not have, those of one reason together: 「A」「B」(未着)、「C」(廃止).

    Args:
        reasons: Japanese name of the input → why there is none.
    """
    alike: dict[str, str] = {}
    for kind, reason in reasons.items():
        alike[reason] = f"{alike.get(reason, '')}「{kind}」"
    return "、".join(f"{kinds}({reason.removesuffix('。')})" for reason, kinds in alike.items())


@dataclass(frozen=True)
class Subject:
    """Who or what was counted, when and where: what a notebook says once for a run of tables.

    Attributes:
        base: who or what was asked or counted.
        source: the input it comes from.
        population: what is counted, the same word in every table about the same people ("cases"); None when the
            table says nothing about persons or contacts that a release must protect.
        computed_from: what the numbers of a table without population rest on: populations, and tables by id (of
            another notebook: notebook/id). They stay inside the city while a release hides a count of one of these,
            or knows none of that name. `NOBODY` where they rest on no such count. None, nothing said: no release
            prints a number. Beside a population: what its statistics rest on besides.
        among: a population of which each one counted is a member, or several are one: in the months of these days it
            has at least as many.
        among_days: first and last day on which the table counts these, ISO, where it names its rows by shorter `days`.
        period, area: filled in by the page when empty.
        dated: whether the members of the population have dates (contacts do, survey cases do not).
        days: first and last day counted, ISO; filled in by the page for a dated population when empty.
        note: a reading note.
    """

    base: str = ""
    source: str = ""
    population: str | None = None
    computed_from: tuple[str, ...] | None = field(default=None, kw_only=True)
    among: str = field(default="", kw_only=True)
    among_days: tuple[str, ...] = field(default=(), kw_only=True)
    period: str = ""
    area: str = ""
    dated: bool = False
    days: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TableSpec:
    """Everything a reader and the disclosure plan have to know about one table.

    Attributes:
        id: name within the notebook, lower case with underscores.
        title: Japanese title.
        subject: who or what was counted.
        schema: what its columns are.
        weighted: its numbers tell of answers which no table counts.
        left: the fewest values that they leave to a small count of these; None without such, and in a release: its plan
            has been made.
        ranked: columns in whose order its rows stand, see `ranked_by`.
    """

    id: str
    title: str
    subject: Subject = Subject()
    schema: Schema = field(default_factory=Schema)
    weighted: bool = False
    left: int | None = None
    ranked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise PublishError(
                f"表の名前「{self.id}」は使えません。英小文字・数字・_ だけで、英字で始めます。"
            )

    @property
    def quoted(self) -> str:
        """The title as it stands within 「」: quotes of its own are inner ones there."""
        return self.title.translate(str.maketrans("「」", "『』"))

    @property
    def note(self) -> str:
        """What the notebook and the analysis say to the reader of all columns, as one string."""
        return self.note_on(self.schema.columns)

    def note_on(self, columns: Iterable[str]) -> str:
        """What they say to the reader of some columns."""
        return f"{self.subject.note}{self.schema.note_on(columns)}"

    @property
    def of_answers(self) -> bool:
        """Whether its numbers tell of answers which no table counts: nothing may tell them finer than in print."""
        return self.weighted or (ANSWERED,) in self.schema.where.values()

    @property
    def counts(self) -> tuple[str, ...]:
        """Columns that count members of the population; none where there is no population."""
        return self.schema.counts if self.subject.population is not None else ()

    def to_plain(self) -> dict[str, Any]:
        """The description as plain JSON values."""
        return {**asdict(replace(self, schema=Schema())), "schema": self.schema.to_plain()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_plain` wrote."""
        lists = {
            key: tuple(value) for key, value in plain["subject"].items() if isinstance(value, list | tuple)
        }
        subject = Subject(**{**plain["subject"], **lists})
        told = {"subject": subject, "schema": Schema.from_plain(plain["schema"])}
        return cls(**{**plain, **told, "ranked": tuple(plain["ranked"])})


@dataclass(frozen=True)
class TableRecord:
    """A published table as the door wrote it down: description, columns and rows of plain values.

    Attributes:
        notebook: the notebook that published it.
        spec: its description.
        columns: names of the columns.
        rows: one list per row; numbers, texts, booleans or None.
        hidden: column → one flag per row, for the columns in which a release keeps something back.
    """

    notebook: str
    spec: TableSpec
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    hidden: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, notebook: str, spec: TableSpec, frame: pd.DataFrame) -> Self:
        """Write down a frame."""
        columns = tuple(str(column) for column in frame.columns)
        rows = tuple(
            tuple(_plain(value) for value in row)
            for row in frame.astype(object).itertuples(index=False, name=None)
        )
        return cls(notebook, spec, columns, rows)

    @property
    def key(self) -> str:
        """Name that is unique over the whole report: `notebook/id`."""
        return f"{self.notebook}/{self.spec.id}"

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a frame; dimensions are text in the order of publication."""
        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    @property
    def digest(self) -> str:
        """SHA-256 over description and content, the same for both audiences."""
        told = replace(self, spec=replace(self.spec, left=None))
        return digest(told.to_json())

    def to_json(self) -> str:
        """Spell the record as JSON; the same record gives the same bytes."""
        content = {
            "notebook": self.notebook,
            "spec": self.spec.to_plain(),
            "columns": self.columns,
            "rows": self.rows,
            "hidden": dict(self.hidden),
        }
        return json.dumps(content, ensure_ascii=False, indent=1)  # the order of dimensions has a meaning

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read back what `to_json` wrote."""
        content = json.loads(text)
        rows = tuple(tuple(row) for row in content["rows"])
        hidden = {column: tuple(flags) for column, flags in content["hidden"].items()}
        spec = TableSpec.from_plain(content["spec"])
        return cls(content["notebook"], spec, tuple(content["columns"]), rows, hidden)

    def published(self) -> "Published":
        """The table as it was shown when the record was written."""
        frame = self.frame
        hidden = pd.DataFrame(False, index=frame.index, columns=list(frame.columns))
        for column, flags in self.hidden.items():
            hidden[column] = list(flags)
        return Published(self.spec, frame, hidden, self.notebook)


@dataclass(frozen=True)
class Published:
    """A table as this audience may see it.

    Attributes:
        spec: its description.
        frame: the table; what is hidden is NA.
        hidden: a boolean frame of the same shape, true where a value is kept back.
        notebook: the notebook that published it; empty outside a page.
        rows: place of each row in the table as it was published; None for the whole table.
        without: what its notebook went without this year (input → reason), where it was recalled.
    """

    spec: TableSpec
    frame: pd.DataFrame
    hidden: pd.DataFrame
    notebook: str = ""
    rows: tuple[int, ...] | None = None
    without: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name that is unique over the whole report: `notebook/id`."""
        return f"{self.notebook}/{self.spec.id}"

    def place(self, row: int) -> int:
        """Place of a row in the table as it was published."""
        return row if self.rows is None else self.rows[row]

    def row(self, **dimensions: str) -> int:
        """Position of the one row whose dimension columns hold these labels.

        Raises:
            KeyError: no such row, or more than one.
        """
        matches = np.ones(len(self.frame), dtype=bool)
        for column, label in dimensions.items():
            self.spec.schema[column]  # refuses one that is not there
            matches &= (self.frame[column].astype(object) == label).to_numpy(dtype=bool)
        found = np.flatnonzero(matches)
        if len(found) != 1:
            told = "、".join(f"{column} = {label}" for column, label in dimensions.items())
            raise KeyError(
                f"{self.spec.id}: {told} の行が{len(found)}個あります。一つに決まるように区分を指定します。"
            )
        return int(found[0])

    def value(self, column: str, **dimensions: str) -> Any:
        """The value in one cell; None when it is hidden or missing."""
        self.spec.schema[column]  # refuses one that is not there
        value = self.frame[column].iloc[self.row(**dimensions)]
        return None if _is_missing(value) else _plain(value)

    def is_hidden(self, column: str, **dimensions: str) -> bool:
        """Whether this cell is kept back from the audience."""
        return bool(self.hidden[column].iloc[self.row(**dimensions)])

    def record(self, notebook: str) -> TableRecord:
        """Write down what is shown, masks and all."""
        shown = TableRecord.of(notebook, self.spec, self.frame)
        flags = {column: tuple(self.hidden[column]) for column in self.hidden.columns[self.hidden.any()]}
        return replace(shown, hidden=flags)

    def where(self, **dimensions: str | Sequence[str]) -> Self:
        """The rows that hold these labels, with their mask: for one panel of a figure.

        Raises:
            ColumnError: no such column.
        """
        keep = np.ones(len(self.frame), dtype=bool)
        for column, labels in dimensions.items():
            _ = self.spec.schema[column]
            wanted = [labels] if isinstance(labels, str) else list(labels)
            keep &= self.frame[column].astype(object).isin(wanted).to_numpy()
        return replace(
            self,
            frame=self.frame.loc[keep].reset_index(drop=True),
            hidden=self.hidden.loc[keep].reset_index(drop=True),
            rows=tuple(self.place(int(row)) for row in np.flatnonzero(keep)),
        )


def mask(
    record: TableRecord,
    frame: pd.DataFrame,
    cells: Mapping[str, Sequence[bool]],
    whole: Collection[str] = (),
    least: int = 1,
) -> Published:
    """Hide counts, and with each hidden count whatever else in its row was computed from it.

    A column that speaks of the whole table (`Schema.of_table`) is kept back as a whole as soon as a count that it rests
    on is hidden: the shown values of a test statistic are equations for the hidden cells. In a table without population
    every number speaks of counts that stand elsewhere; a small count of its own, made from them, is printed no more
    than theirs. Words in a row without any count may tell why there is none (nobody on Sundays): they go where the
    population, or the one of which it is a part, hides a count. Where rows stand in the order of a number, those that
    hide it go to the end, in the order of their labels: between a 6 and a 5 everybody would know them.

    Args:
        record: the table as recorded.
        frame: the table as published, for its column types.
        cells: count column → one boolean per row, true where the plan hides the count.
        whole: populations, and tables (notebook/id), of which the release prints every count; of a table of those who
            answered a question, also all that others count by it.
        least: count from which on one is printed.
    """
    spec = record.spec
    hidden = pd.DataFrame(False, index=range(len(frame)), columns=list(frame.columns))
    for column, flags in cells.items():
        hidden[column] = list(flags)
    row_hidden = (
        hidden[list(spec.counts)].any(axis=1) if spec.counts else pd.Series(False, index=hidden.index)
    )
    within = {spec.subject.population, spec.subject.among or spec.subject.population}
    telling = bool(spec.counts) and not within <= {*whole}
    silent = frame[list(spec.counts)].isna().to_numpy().all(axis=1) & telling
    for column in _followers(spec, frame):
        words = not spec.schema[column].numeric
        hidden[column] = row_hidden | (silent & frame[column].notna().to_numpy()) if words else row_hidden
    shown = frame.reset_index(drop=True).copy()
    few = _counts_few(spec, frame, least)
    if few or _rests_on_hidden(record, hidden, whole):
        spec = _without_statistics(spec, shown, hidden, _FEW if few else _BACK)
    for column in shown.columns[hidden.any()]:
        # An NA beside a hidden cell would leave a column of numbers a column of objects.
        told = shown[column].notna() & ~hidden[column]
        shown[column] = shown[column].astype(object).where(told, None).infer_objects()
    lost = row_hidden | hidden[list(spec.ranked)].any(axis=1)
    if spec.ranked and lost.any():
        names = list(_naming(spec.schema))
        shown[names] = shown[names].astype(object)  # figures follow the order of the rows
        totals = _totals(shown, names)
        moved, behind = lost & ~totals, totals[::-1].cummin()[::-1]
        labels = shown.loc[moved, names].astype(str).sort_values(names, kind="stable")
        order = [*shown.index[~moved & ~behind], *labels.index, *shown.index[behind]]
        shown, hidden = (part.loc[order].reset_index(drop=True) for part in (shown, hidden))
    return Published(spec, shown, hidden, record.notebook)


def ranked_by(table: Typed) -> tuple[str, ...]:
    """Columns in whose order rows stand (`value_counts`, `sort_values`), all rows or those of each label.

    Numbers rise or fall from row to row, three or more of which not all are alike; one or two rows at the end may be
    out of order (その他, 不明), totals stand anywhere. Labels in the order of a declared set of categories, or of their
    letters, tell nothing. Counts alone where rows stand in the order of one; else rates, shares and all that follows
    from counts: between a rate of 5.1 and one of 4.9 stands one of 5.0.
    """
    schema, names = table.schema, _naming(table.schema)
    counts = [name for name in schema.counts if name not in schema.bases]
    others = [
        name
        for name, column in schema.columns.items()
        if column.numeric and not column.free and not isinstance(column, Count)
    ]
    rows = table.frame[~_totals(table.frame, names)]
    found = []
    for by in ([], *([name] for name in names)):
        lines = [part for _, part in rows.groupby(by, observed=True)] if by else [rows]
        if all(all(_in_order(line[name]) for line in lines) for name in names if name not in by):
            continue
        found += [name for name in (*counts, *others) if _stand_in_order([line[name] for line in lines])]
    return tuple(dict.fromkeys([name for name in found if name in counts] or found))


def _stand_in_order(lines: "Sequence[pd.Series[Any]]") -> bool:
    told = [line.iloc[: max(3, len(line) - 2)].dropna() for line in lines]
    return any(len(line) > 2 and line.nunique() > 1 for line in told) and (
        all(line.is_monotonic_decreasing for line in told)
        or all(line.is_monotonic_increasing for line in told)
    )


def _naming(schema: Schema) -> Sequence[str]:
    """Columns that name the rows: dimensions, or words where there are none, but no words that stand in any case."""
    words = [name for name, column in schema.columns.items() if not (column.numeric or column.free)]
    return [*schema.dimensions] or words


def _totals(frame: pd.DataFrame, dimensions: Sequence[str]) -> "pd.Series[bool]":
    return frame[list(dimensions)].isin(TOTAL_LABELS).any(axis=1)


def _in_order(labels: "pd.Series[Any]") -> bool:
    declared = isinstance(labels.dtype, pd.CategoricalDtype)
    return bool((labels.cat.codes if declared else labels.astype(str)).is_monotonic_increasing)


def _rests_on_hidden(record: TableRecord, hidden: pd.DataFrame, whole: Collection[str]) -> bool:
    """Whether statistics of the table rest on a hidden count, its own or another's, or may do so for all it says."""
    subject = record.spec.subject
    elsewhere = not all(
        name in whole or f"{record.notebook}/{name}" in whole for name in subject.computed_from or ()
    )
    if subject.population is None:
        return subject.computed_from is None or elsewhere
    schema = record.spec.schema
    # Answers are weighted by sex, age and place of those who gave them, which other tables of the question count.
    weighted = record.spec.of_answers and record.key not in whole
    beside = weighted or (schema.part and subject.population not in whole)
    return elsewhere or beside or bool(hidden.to_numpy().any())


def _counts_few(spec: TableSpec, frame: pd.DataFrame, least: int) -> bool:
    """Whether a table without population, computed from one, has a count that is too small to be printed."""
    if spec.subject.population is not None or not spec.subject.computed_from:
        return False
    own = [
        name
        for name, column in spec.schema.columns.items()
        if isinstance(column, Count) and column.members and not column.free
    ]
    return any(frame[name].between(1, least - 1).any() for name in own)


def _without_statistics(spec: TableSpec, shown: pd.DataFrame, hidden: pd.DataFrame, reason: str) -> TableSpec:
    """Keep columns of the whole table back, in `hidden` and in the schema; put marks that can be told into `shown`."""
    columns = dict(spec.schema.columns)
    back = list(spec.schema.of_table)
    if spec.subject.population is None:
        back = [name for name, column in columns.items() if column.numeric and not column.free]
    for name in spec.schema.of_kind(Mark):
        marks = None if spec.schema.part else sure_marks(spec.schema, name, shown, hidden)
        if marks is None:
            back.append(name)
        else:
            shown[name] = marks
    for name in back:
        hidden[name] = True
        columns[name] = Withheld(heading=columns[name].name)
    if not back:
        return spec
    names = "".join(f"「{columns[name].name}」" for name in back)
    unsaid = spec.subject.population is None and spec.subject.computed_from is None
    why = (_UNSAID if unsaid else reason).format(names=names)
    # What the analysis notes is about nothing once no number is left.
    left = replace(spec.schema, columns=columns)
    note = f"{spec.schema.note if tells_numbers(left) else ''}{why}"
    return replace(spec, schema=replace(left, note=note))


def tells_numbers(schema: Schema) -> bool:
    """Whether a table holds a number of its own: not kept back, free for everybody, or a mere length in days."""
    lengths = [
        name for name, column in schema.columns.items() if type(column) is Count and not column.members
    ]
    numbers = [name for name, column in schema.columns.items() if column.numeric and not column.free]
    return bool({*numbers} - {*lengths})


def unmasked(spec: TableSpec, frame: pd.DataFrame, notebook: str = "") -> Published:
    """All of the table, for readers inside the city."""
    shown = frame.reset_index(drop=True).copy()
    nothing = pd.DataFrame(False, index=shown.index, columns=list(shown.columns))
    return Published(spec, shown, nothing, notebook)


def _followers(spec: TableSpec, frame: pd.DataFrame) -> list[str]:
    """Columns that give a hidden count away: all but other counts and what is declared free."""
    stay = {*spec.counts, *spec.schema.free}
    return [column for column in frame.columns if column not in stay]


def _is_missing(value: Any) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))
    )


def _plain(value: Any) -> Any:
    """Spell a cell as a plain JSON value."""
    if _is_missing(value):
        return None
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, str | bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
