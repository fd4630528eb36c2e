"""A table and what its columns are: what every analysis hands on, and what a page publishes."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_any_real_numeric_dtype

from ujo_lib.columns import (
    FORMATS,
    KINDS,
    Base,
    Bound,
    Column,
    ColumnError,
    Count,
    Dimension,
    Flag,
    PValue,
    Share,
    Various,
)

_FUZZ: Final = 1e-9
"""How far a number may lie beyond where it must not, for the last digits of its computation."""

ANSWERED: Final = "〔有効回答〕"
"""In `Schema.where`: everybody who answered the variable. How many left a question out is treated as no secret."""


@dataclass(frozen=True)
class Schema:
    """What the columns of a table are.

    Attributes:
        columns: name → kind, in the order of the table.
        where: variable → categories, when the table counts a subgroup of its population only; `ANSWERED` alone for
            those who answered a question.
        note: a reading note that belongs to how the numbers were computed, whichever columns are shown.
        part: rows were left out after the numbers were computed, so that they speak of cells that are not here.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""
    part: bool = False

    def __post_init__(self) -> None:
        if bare := [name for name, column in self.columns.items() if not isinstance(column, Column)]:
            raise ColumnError(f'列 {bare} の種類は、Count(unit="人") や Dimension() のように書きます。')
        told = dict(self.columns)
        for name, column in self.columns.items():
            if isinstance(column, Bound) and (around := self.columns.get(column.of)):
                told[name] = replace(
                    column, like=column.like or around.format, unit=column.unit or around.unit
                )
        object.__setattr__(self, "columns", told)

    def __getitem__(self, column: str) -> Column:
        """The kind of a column.

        Raises:
            ColumnError: no such column; the message lists those that there are.
        """
        if column not in self.columns:
            raise ColumnError(f"列「{column}」はありません。あるのは {'、'.join(self.columns)} です。")
        return self.columns[column]

    def of_kind(self, kind: type[Column]) -> list[str]:
        """Names of the columns of a kind."""
        return [name for name, column in self.columns.items() if isinstance(column, kind)]

    @property
    def dimensions(self) -> dict[str, str]:
        """Column → variable of the population that it splits."""
        return {name: c.variable or name for name, c in self.columns.items() if isinstance(c, Dimension)}

    @property
    def counts(self) -> tuple[str, ...]:
        """Columns whose cells are members of the population."""
        return tuple(
            name for name, c in self.columns.items() if isinstance(c, Count) and (c.members or c.over)
        )

    @property
    def bases(self) -> dict[str, tuple[str, ...]]:
        """Count column → dimension columns over which it is summed."""
        return {name: c.over for name, c in self.columns.items() if isinstance(c, Count) and c.over}

    @property
    def free(self) -> tuple[str, ...]:
        """Columns that stay when the counts of their row are hidden."""
        return tuple(name for name, column in self.columns.items() if column.free)

    @property
    def of_table(self) -> tuple[str, ...]:
        """Columns that speak of cells in other rows, by no equation that plan and audit know; none that is free."""
        return tuple(name for name in self.columns if self._speaks_of_table(name))

    def _speaks_of_table(self, name: str) -> bool:
        column = self.columns[name]
        if isinstance(column, Base) and not column.over:
            return not column.free  # beside one row it may be the sum of all of them
        if column.free or column.rests in {"words", "counts"}:
            return False
        if isinstance(column, Bound):
            around = self.columns.get(column.of)
            own = column.interval in {"confidence", "assumption"} and around and around.rests != "counts"
            return not own or self._speaks_of_table(column.of)
        return not column.sources or any(
            source not in self.columns or self._speaks_of_table(source) for source in column.sources
        )

    @property
    def recode(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        """Variable → {published label: the finer categories that it stands for}."""
        return {
            c.variable or name: c.groups
            for name, c in self.columns.items()
            if isinstance(c, Dimension) and c.groups
        }

    @property
    def multiple(self) -> tuple[str, ...]:
        """Variables of which one person can name several categories, so that cells do not add up."""
        several = [
            c.variable or name for name, c in self.columns.items() if isinstance(c, Dimension) and c.multiple
        ]
        return tuple(dict.fromkeys(several))

    @property
    def unit(self) -> str:
        """What the table counts or measures: the units of its counts, else of its other numbers but percentages.

        Empty where every row has a unit of its own.
        """
        if any(isinstance(column, Various) for column in self.columns.values()):
            return ""
        counts = [c.unit for c in self.columns.values() if isinstance(c, Count) and not isinstance(c, Base)]
        others = [c.unit for c in self.columns.values() if c.numeric and c.unit != "%"]
        return "・".join(dict.fromkeys(unit for unit in counts or others if unit))

    def note_on(self, columns: Iterable[str]) -> str:
        """What a reader of these columns has to know, in Japanese."""
        return "".join(dict.fromkeys([self.note, *(self.columns[name].note for name in columns)]))

    def ends(self, bound: str) -> tuple[str, str] | None:
        """Both ends of the interval to which a bound belongs; None for other columns, or without the other end."""
        column = self.columns[bound]
        if not isinstance(column, Bound):
            return None
        pair = {
            c.side: name
            for name, c in self.columns.items()
            if isinstance(c, Bound) and replace(c, side=column.side) == column
        }
        return (pair["low"], pair["high"]) if set(pair) == {"low", "high"} else None

    def base_of(self, column: str) -> str:
        """The column that says how many a column is of: the one it names, for a share else the only base of the table.

        A weighted share follows from no count of its row and names none; its base is no less small for that.
        """
        kind, bases = self.columns[column], self.of_kind(Base)
        named = str(getattr(kind, "base", ""))
        return bases[0] if not named and isinstance(kind, Share) and len(bases) == 1 else named

    def measured_as(self, column: str) -> Column:
        """The column whose formats and units a column has: of a bound the one that it lies around, else its own."""
        kind = self.columns[column]
        return self.columns.get(kind.of, kind) if isinstance(kind, Bound) else kind

    def around(self, column: str) -> tuple[str, str] | None:
        """Both ends of the first interval around a column; None where there is none."""
        found = (name for name, c in self.columns.items() if isinstance(c, Bound) and c.of == column)
        return next(filter(None, map(self.ends, found)), None)

    def to_plain(self) -> dict[str, Any]:
        """The schema as plain JSON values: fields that differ from the kind's own, column by column."""
        return {
            "columns": {name: _to_plain(column) for name, column in self.columns.items()},
            "where": {variable: list(labels) for variable, labels in self.where.items()},
            "note": self.note,
            "part": self.part,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_plain` wrote."""
        columns = {name: _from_plain(column) for name, column in plain["columns"].items()}
        where = {name: tuple(labels) for name, labels in plain["where"].items()}
        return cls(columns, where, plain["note"], plain["part"])


@dataclass(frozen=True)
class Typed:
    """A tidy table and what its columns are.

    Attributes:
        frame: one row per cell or category.
        schema: one column of it for each of the frame.
        left: finds the fewest values that weighted numbers leave to a small count that no table prints, None without
            such. A search: it is asked only where a release is planned.
    """

    frame: pd.DataFrame
    schema: Schema
    left: Callable[[], int | None] | None = None

    def __post_init__(self) -> None:
        there, said = list(map(str, self.frame.columns)), list(self.schema.columns)
        if set(there) != set(said):
            raise ColumnError(f"表の列 {there} と、説明のある列 {said} が違います。")
        if len(there) > len(said):
            raise ColumnError(f"同じ名前の列が二つあります: {there}")
        for name in self.schema.of_kind(Count):
            numbers = self._numbers(name)
            if not (np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))).all():
                raise ColumnError(f"列「{name}」に、0以上の整数でない件数があります。")

    def _numbers(self, name: str) -> NDArray[np.float64]:
        """The numbers of a column; NaN where it holds others: a truth is 1, a text or a day may read as a number."""
        values = self.frame[name].dropna().infer_objects()
        plain = is_any_real_numeric_dtype(values)
        return np.asarray(values.to_numpy(dtype=float) if plain else np.full(len(values), np.nan))

    def _require_measured(self, name: str, column: Column) -> None:
        """Hold the numbers of a column against its kind: a share of 40 would be printed as 4,000 %."""
        numbers = self._numbers(name)
        if np.isnan(numbers).any():
            raise ColumnError(f"列「{name}」は{column.name}ですが、数でない値があります。")
        part = isinstance(column, PValue | Share) and not column.sources
        if part and ((numbers < 0) | (numbers > 1 + _FUZZ)).any():
            raise ColumnError(
                f"列「{name}」は{column.name}ですが、0から1までにない値があります(百分率にせずに渡します)。"
            )
        if (ends := self.schema.ends(name)) and name == ends[0]:
            both = self.frame[list(ends)].dropna().astype(float)
            if (both[ends[0]] > both[ends[1]] + _FUZZ * both[ends[1]].abs()).any():
                raise ColumnError(f"列「{name}」が、上限の列「{ends[1]}」より大きい行があります。")

    def require_following(self) -> None:
        """Hold numbers against their kind, and shares, rates, ratios and differences against their row, as plan, audit
        and reader will.

        Raises:
            ColumnError: a number is none of its kind, or not what the columns that it names give; an interval lies
                around no column of the table.
        """
        for name, column in self.schema.columns.items():
            if isinstance(column, Various):
                self.schema[column.by]
                if unknown := sorted({*map(str, self.frame[column.by].dropna())} - {*FORMATS}):
                    known = "、".join(FORMATS)
                    raise ColumnError(
                        f"列「{column.by}」の書式 {unknown} はありません。あるのは {known} です。"
                    )
            if isinstance(column, Bound) and column.of not in self.schema.columns:
                raise ColumnError(f"列「{name}」は列「{column.of}」の区間ですが、表にその列がありません。")
            if column.numeric and not isinstance(column, Count):
                self._require_measured(name, column)
            if not column.sources or not {*column.sources} <= {*self.schema.columns}:
                continue
            for row in self.frame[[name, *column.sources]].dropna().to_dict("records"):
                if not math.isclose(row[name], column.value(row), rel_tol=1e-6, abs_tol=1e-9):
                    told = ", ".join(f"{source} = {row[source]}" for source in column.sources)
                    raise ColumnError(f"列「{name}」の {row[name]} は、{told} から計算した値と違います。")

    @classmethod
    def of(
        cls,
        rows: Iterable[Any],
        columns: Mapping[str, Column],
        left: Callable[[], int | None] | None = None,
        **more: Any,
    ) -> Self:
        """Put a table and its columns together; columns that a frame lacks are left out.

        Args:
            rows: values in the order of `columns`, or by their names; also a frame.
            columns: name → kind, at least for every column of a frame.
            left: as the attribute.
            more: `where` and `note` of the schema.

        Raises:
            ColumnError: a column of the frame is not declared, or a count holds something else.

        Example:
            >>> Typed.of([(3,)], {"n": Count(unit="件")}).schema["n"].title
            '件数(件)'
        """
        frame = _frame(rows, columns)
        if undeclared := [name for name in map(str, frame.columns) if name not in columns]:
            raise ColumnError(
                f"列 {undeclared} の種類が書かれていません。書かれているのは {list(columns)} です。"
            )
        return cls(frame, Schema({name: columns[name] for name in map(str, frame.columns)}, **more), left)

    @classmethod
    def of_rows(cls, rows: Iterable[Any], columns: Mapping[str, Column], **more: Any) -> Self:
        """A table of rows in which values may be missing: counts are Int64, flags boolean, other numbers Float64.

        Args:
            rows: as in `of`; of a frame these columns are taken.
            columns: name → kind.
            more: as in `of`.

        Raises:
            ColumnError: a column is missing, its kind is none, or it holds values of another kind.
        """
        schema = Schema(columns)
        types = {name: "Float64" for name, column in schema.columns.items() if column.numeric}
        for kind, dtype in ((Count, "Int64"), (Flag, "boolean")):
            types |= dict.fromkeys(schema.of_kind(kind), dtype)
        frame = _frame(rows, columns)
        if lacking := [name for name in columns if name not in frame]:
            raise ColumnError(f"表に列 {lacking} がありません。あるのは {[*map(str, frame.columns)]} です。")
        frame = frame[list(columns)]
        for name, dtype in types.items():
            try:
                frame = frame.astype({name: dtype})
            except (TypeError, ValueError):
                asked = {"Int64": "整数", "boolean": "真偽(True か False)", "Float64": "数"}[dtype]
                raise ColumnError(f"列「{name}」に、{asked}でない値があります。") from None
        return cls.of(frame, columns, **more)

    def __len__(self) -> int:
        return len(self.frame)

    def select(self, *columns: str) -> Self:
        """These columns only, in this order."""
        kept = {name: self.schema[name] for name in columns}
        return replace(self, frame=self.frame[list(columns)], schema=replace(self.schema, columns=kept))

    def rows(self, keep: "pd.Series[bool] | Callable[[pd.DataFrame], pd.Series[bool]]") -> Self:
        """The rows of a mask, or those for which a function of the frame says so."""
        mask = keep(self.frame) if callable(keep) else keep
        frame = self.frame.loc[mask].reset_index(drop=True)
        part = self.schema.part or len(frame) < len(self.frame)
        return replace(self, frame=frame, schema=replace(self.schema, part=part))

    def change(self, **columns: Column) -> Self:
        """The same values under other kinds."""
        return replace(self, schema=replace(self.schema, columns={**self.schema.columns, **columns}))

    def rename(self, **names: str) -> Self:
        """Columns under new names (old=new); shares, bounds and bases that point to them follow."""
        for name in names:
            self.schema[name]  # refuses one that is not there
        columns = {
            names.get(name, name): _renamed(column, names) for name, column in self.schema.columns.items()
        }
        frame = self.frame.rename(columns=names)
        return replace(self, frame=frame, schema=replace(self.schema, columns=columns))

    def join(self, other: "Typed", on: Iterable[str]) -> Self:
        """The columns of another table beside these, where both agree in the columns `on`; every row here stays."""
        for name in (on := list(on)):
            _ = self.schema[name], other.schema[name]  # refuse one that is not there
        frame = self.frame.merge(other.frame, on=on, how="left", validate="many_to_one")
        columns = {**other.schema.columns, **self.schema.columns}
        return replace(self, frame=frame, schema=replace(self.schema, columns=columns))


def _frame(rows: Iterable[Any], columns: Mapping[str, Column]) -> pd.DataFrame:
    if not isinstance(rows, pd.DataFrame):
        try:
            return pd.DataFrame(list(rows), columns=list(columns))
        except ValueError as error:
            raise ColumnError(f"行の値は、列 {list(columns)} の順に一つずつ並べます({error})。") from None
    # What names the rows is a column: left in the index, it would be printed nowhere.
    named = [name for name in rows.index.names if name is not None and name not in rows.columns]
    return rows.reset_index(level=named) if named else rows


def _renamed(column: Column, names: Mapping[str, str]) -> Column:
    pointers = {
        key: str(getattr(column, key)) for key in ("n", "base", "of", "residual") if hasattr(column, key)
    }
    changed: dict[str, Any] = {key: names[old] for key, old in pointers.items() if old in names}
    if isinstance(column, Count):
        changed["over"] = tuple(names.get(name, name) for name in column.over)
    return replace(column, **changed)


def _to_plain(column: Column) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": type(column).__name__}
    for item in fields(column):
        value = getattr(column, item.name)
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        if value != default:
            plain[item.name] = dict(value) if isinstance(value, Mapping) else value
    return plain


def _from_plain(plain: Mapping[str, Any]) -> Column:
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()
    }
    if "groups" in given:
        given["groups"] = {label: tuple(atoms) for label, atoms in plain["groups"].items()}
    return KINDS[given.pop("kind")](**given)
