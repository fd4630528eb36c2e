"""Figures drawn once more, for Word and PowerPoint: from the call that drew them and the published tables alone.

A page holds its figures as drawings for the screen. Rather than draw each one at 300 dpi in every run, the page keeps
the recipe: the name of the drawing function and what it was called with, each table by its name. Whoever wants the
files has them drawn from the recorded tables, in which a release's hidden cells are already gone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pandas as pd
import seaborn as sns

from ujo_lib.report.door.publish import Published, TableRecord
from ujo_lib.report.look import figures
from ujo_lib.text import told_apart

_TABLE, _SEABORN = "published table", "function of seaborn"


@dataclass(frozen=True)
class Recipe:
    """How to draw a figure: plain values only, so that it can be kept in a notebook's output.

    Attributes:
        draw: name of the function in `report.figures`.
        tables, options: its arguments; a published table stands there as its key and the rows that were taken,
            a function of seaborn as its name.
    """

    draw: str
    tables: Sequence[Any]
    options: Mapping[str, Any]

    @classmethod
    def of(cls, draw: str, args: Sequence[Any], options: Mapping[str, Any]) -> Self:
        """Write down a call."""
        return cls(
            draw, [_plain(value) for value in args], {name: _plain(value) for name, value in options.items()}
        )

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {"draw": self.draw, "tables": self.tables, "options": self.options}

    def figure(self, records: Mapping[str, TableRecord]) -> figures.Figure:
        """Draw it.

        Args:
            records: the published tables by key.

        Raises:
            KeyError: a table that is not among them.
        """
        args = [_filled(value, records) for value in self.tables]
        options = {name: _filled(value, records) for name, value in self.options.items()}
        drawn: figures.Figure = getattr(figures, self.draw)(*args, **options)
        return drawn

    @property
    def table_keys(self) -> list[str]:
        """Keys of the tables it shows; the first names it."""
        found = [value[_TABLE] for value in (*self.tables, *self.options.values()) if _is_table(value)]
        return list(dict.fromkeys(found))


def file_stems(recipes: Sequence[Recipe]) -> list[str]:
    """Names for the files of figures: number of the page and id of the table, counted on where a table has several."""
    return told_apart([re.sub(r"^(\d\d)[^/]*/", r"\1_", recipe.table_keys[0]) for recipe in recipes])


def draw_files(recipe: Recipe, records: Mapping[str, TableRecord], stem: Path) -> None:
    """Write a figure as SVG and as PNG.

    Args:
        recipe: how it is drawn.
        records: the published tables by key.
        stem: path of the files without suffix.
    """
    drawn = recipe.figure(records)
    stem.with_name(f"{stem.name}.svg").write_bytes(drawn.svg())
    stem.with_name(f"{stem.name}.png").write_bytes(drawn.png())


def _plain(value: Any) -> Any:
    if isinstance(value, Published):
        rows = None if value.rows is None else list(value.rows)
        return {_TABLE: value.key, "rows": rows, "orders": _orders(value)}
    if callable(value):
        return {_SEABORN: value.__name__}
    return list(value) if isinstance(value, tuple) else value


def _orders(table: Published) -> dict[str, list[str]]:
    """Labels of each ordered column in their order, which the recorded rows alone do not tell."""
    columns = {name: table.frame[name] for name in table.frame.columns}
    return {
        str(name): [str(label) for label in column.cat.categories if label in set(column.dropna())]
        for name, column in columns.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
    }


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and _TABLE in value


def _filled(value: Any, records: Mapping[str, TableRecord]) -> Any:
    if isinstance(value, dict) and _SEABORN in value:
        return getattr(sns, value[_SEABORN])
    if not _is_table(value):
        return value
    whole = records[value[_TABLE]].published()
    rows = range(len(whole.frame)) if value["rows"] is None else value["rows"]
    frame, hidden = (part.iloc[list(rows)].reset_index(drop=True) for part in (whole.frame, whole.hidden))
    for name, order in value["orders"].items():
        frame[name] = pd.Categorical(frame[name], order)
    return replace(whole, frame=frame, hidden=hidden, rows=tuple(rows))
