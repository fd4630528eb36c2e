"""What figures read from a published table: numbers with their gaps, labels in their order, ranges in words."""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, ParamSpec

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.canvas import Figure, Sheet
from ujo_lib.report.look.notation import HIDDEN, MISSING, SYMBOLS, format_of, heading, in_prose
from ujo_lib.report.look.style import SERIES, SOFT, Layout
from ujo_lib.report.look.wording import Said, say, text_of

HIDDEN_SIGN: Final = f"{HIDDEN} {SYMBOLS[HIDDEN]}"
"""What stands where a bar would have been."""


P = ParamSpec("P")


class FigureError(ValueError):
    """A figure is asked for something its table does not hold."""


def shown_by(*labels: str) -> Callable[[Callable[P, Figure]], Callable[P, Figure]]:
    """Make a drawing function safe for any table that may come through the door.

    Fills the finding from the tables before anything is drawn; leaves out rows whose place in the figure is kept
    back, and says how many; says in a figure without rows that there is nothing to show.

    Args:
        labels: parameters of the function that name columns with labels or places.
    """

    def decorate(draw: Callable[P, Figure]) -> Callable[P, Figure]:
        signature = inspect.signature(draw)

        @functools.wraps(draw)
        def safe(*args: P.args, **kwargs: P.kwargs) -> Figure:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = bound.arguments
            tables = tuple(value for value in given.values() if isinstance(value, Published))
            said = _finding(given["finding"], tables)
            given["finding"] = finding = text_of(said)
            whole: Published = given["published"]
            placed = _placed(whole, [given[name] for name in labels])
            given["published"] = placed
            if placed.frame.empty:
                return Figure(_nothing, tables, finding, "示せる項目はありません。", said)
            figure = draw(*bound.args, **bound.kwargs)
            left_out = len(whole.frame) - len(placed.frame)
            remark = f"{left_out}行は秘匿。" if left_out else ""
            return replace(figure, published=tables, description=f"{figure.description}{remark}", said=said)

        return safe

    return decorate


def _finding(template: str, tables: Sequence[Published]) -> tuple[Said, ...]:
    said = say(template, *tables)
    if not said:
        raise FigureError(f"{tables[0].spec.id}: finding is empty; say in one sentence what the figure shows")
    last = said[-1]
    return said if last.text.endswith("。") else (*said[:-1], replace(last, text=f"{last.text}。"))


def _placed(published: Published, labels: Sequence[str | Sequence[str] | None]) -> Published:
    """The rows whose labels the audience may see."""
    columns = [name for label in labels if label for name in ([label] if isinstance(label, str) else label)]
    need(published, *columns)
    keep = ~published.hidden[columns].any(axis=1).to_numpy(dtype=bool)
    frame, hidden = (part.loc[keep].reset_index(drop=True) for part in (published.frame, published.hidden))
    return replace(published, frame=frame, hidden=hidden)


def _nothing(layout: Layout) -> Sheet:
    """The drawing of a figure without rows."""
    sheet = Sheet(layout, layout.font * 3)
    sheet.text(0, layout.font * 1.5, "示せる項目がありません", color=SOFT)
    return sheet


def numbers(published: Published, column: str) -> NDArray[np.float64]:
    """The numbers of a column; hidden and missing ones are NaN.

    Raises:
        FigureError: no such column, or no numbers in it.
    """
    need(published, column)
    try:
        values = pd.to_numeric(published.frame[column]).astype("Float64")
        return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))
    except (ValueError, TypeError):
        raise FigureError(
            f"{published.spec.id}: column {column} holds texts, a figure needs numbers there"
        ) from None


def kept_back(published: Published, column: str) -> NDArray[np.bool_]:
    """Which cells of a column are hidden from the audience."""
    return np.asarray(published.hidden[column].to_numpy(dtype=bool))


def texts(published: Published, column: str) -> list[str]:
    """The labels of a column, row by row; dates as ISO days."""
    need(published, column)
    return [_label(value) for value in published.frame[column]]


def _label(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return MISSING if pd.isna(value) else str(value)


def days(published: Published, column: str) -> pd.Series:
    """A column of dates as naive timestamps.

    Raises:
        FigureError: a value that is no date.
    """
    need(published, column)
    given = published.frame[column].astype(str).str.slice(0, 10)
    try:
        # A bare year is a label, not the first of January: the whole form is asked for.
        dates = pd.to_datetime(given, format="%Y-%m-%d")
    except (ValueError, TypeError):
        raise FigureError(f"{published.spec.id}: column {column} must hold dates like 2023-04-01") from None
    return dates


def are_days(published: Published, column: str) -> bool:
    """Whether a column holds nothing but dates."""
    try:
        days(published, column)
    except FigureError:
        return False
    return True


def levels(published: Published, column: str) -> list[str]:
    """Distinct labels: in the order of the categories if there is one, else as they first appear."""
    present = list(dict.fromkeys(texts(published, column)))
    dtype = published.frame[column].dtype
    if isinstance(dtype, pd.CategoricalDtype):
        order = [_label(category) for category in dtype.categories]
        return [label for label in order if label in present]
    return present


def matrix(
    published: Published, rows: str, columns: str, value: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cells of a two-way table, with a mask of the hidden ones; absent combinations are NaN.

    Raises:
        FigureError: two rows of the table for one cell.
    """
    row_of = {label: at for at, label in enumerate(levels(published, rows))}
    column_of = {label: at for at, label in enumerate(levels(published, columns))}
    cells = np.full((len(row_of), len(column_of)), np.nan)
    hidden = np.zeros(cells.shape, dtype=bool)
    filled = set()
    given = zip(
        texts(published, rows),
        texts(published, columns),
        numbers(published, value),
        kept_back(published, value),
        strict=True,
    )
    for row, column, number, hide in given:
        at = row_of[row], column_of[column]
        if at in filled:
            raise FigureError(
                f"{published.spec.id}: two rows for {rows}={row}, {columns}={column}; filter the table first"
            )
        filled.add(at)
        cells[at], hidden[at] = number, hide
    return cells, hidden


def few_enough(published: Published, by: str, series: Sequence[str]) -> None:
    """Check that series can be told apart.

    Raises:
        FigureError: there are more than the palette holds.
    """
    if len(series) > len(SERIES):
        raise FigureError(
            f"{published.spec.id}: {by} has {len(series)} values, a figure tells {len(SERIES)} apart; merge some"
        )


def need(published: Published, *columns: str | None) -> None:
    """Check that columns exist.

    Raises:
        FigureError: one does not; the message lists those that do.
    """
    for column in columns:
        if column is not None and column not in published.frame.columns:
            there = ", ".join(map(str, published.frame.columns))
            raise FigureError(f"{published.spec.id}: no column {column}; the table has {there}")


def written(published: Published, column: str, value: float) -> str:
    """A number as the figure prints it."""
    return in_prose(value, format_of(published, column))


def axis_title(published: Published, column: str) -> str:
    """Title of an axis: heading of the column; nothing where the heading is the bare column name."""
    title = heading(published.spec, column)
    return "" if title == column else title


def made(
    published: Published,
    kind: str,
    draw: Any,
    finding: str,
    *,
    value: str,
    names: Sequence[str] = (),
) -> Figure:
    """Put a figure together: its description says kind, range and gaps.

    Args:
        published: the table shown.
        kind: kind of figure, in Japanese.
        draw: draws it for a layout.
        finding: what it shows, as `shown_by` filled it in.
        value: column whose range is told.
        names: the label of each row, to say where the extremes are.
    """
    return Figure(draw, (published,), finding, _description(published, kind, value, names))


def _description(published: Published, kind: str, value: str, names: Sequence[str]) -> str:
    amounts, hidden = numbers(published, value), int(kept_back(published, value).sum())
    parts = [f"{kind}"]
    if np.isfinite(amounts).any():
        low, high = int(np.nanargmin(amounts)), int(np.nanargmax(amounts))
        title = axis_title(published, value) or "値"
        place = [f"({names[at]})" if names else "" for at in (low, high)]
        parts.append(
            f"{title}は最小{written(published, value, amounts[low])}{place[0]}、"
            f"最大{written(published, value, amounts[high])}{place[1]}"
        )
    else:
        parts.append("示せる数値はない")
    if hidden:
        parts.append(f"{hidden}か所は秘匿")
    return "。".join(parts) + "。"
