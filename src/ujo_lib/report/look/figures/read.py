"""What figures read from a published table: marks with their gaps, labels in their order, ranges in words."""

import functools
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ujo_lib.columns import Base
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.drawing import Figure, TableInsteadError
from ujo_lib.report.look.figures.lettering import wrapped
from ujo_lib.report.look.figures.sheet import Sheet, note, ticks
from ujo_lib.report.look.notation import HIDDEN, MISSING, SYMBOLS, count, in_prose
from ujo_lib.report.look.style import BLUE, MUTED, SERIES, SOFT, Layout
from ujo_lib.report.look.wording import Said, say, text_of
from ujo_lib.stats import SMALL_BASE

_ALL_ALIKE: Final = "どれも"
HIDDEN_SIGN: Final = f"{HIDDEN} {SYMBOLS[HIDDEN]}"
"""What stands where a bar would have been."""

UNKNOWN_SIGN: Final = f"{MISSING} 算出不能"
_NAMED_UP_TO: Final = 3
"""So many places that share an extreme are named in the alt text, more are counted."""
_ARGS: Final = re.compile(r"( {4}Args:\n(?: {8}.*\n)+)")
_TOLD: Final = """\
        finding: sentence template, see `wording.sentence`: what the figure shows.
        unless: why what it would show was not estimated: a page says this instead of drawing it.
        empty: what a page says when the table has no rows; "" for nothing, None for an empty figure.
"""


class FigureError(ValueError):
    """A figure is asked for something its table does not hold."""


class TooManySeriesError(FigureError, TableInsteadError):
    """A table has more series than the palette holds."""

    def __init__(self, published: Published, by: str, count: int) -> None:
        super().__init__(
            f"{published.spec.id}: {by} has {count} values, a figure tells {len(SERIES)} apart; merge some"
        )
        self.said = (
            f"「{published.spec.schema[by].name}」が{count}区分あり、図では見分けられないため、表で示します。"
        )


@dataclass(frozen=True)
class Drawing:
    """What a drawing function hands to its decorator.

    Attributes:
        kind: kind of figure, in Japanese.
        draw: draws it on a sheet.
        column: column whose numbers are drawn: the caption says its unit, the alt text its range; empty for none.
        names: the label of each row, to say where the extremes are.
        left_out: rows that are not drawn though their number is printed in the table; None where all are drawn.
    """

    kind: str
    draw: Callable[[Sheet], None]
    column: str = ""
    names: Sequence[str] = ()
    left_out: NDArray[np.bool_] | None = None


def house(*labels: str) -> Callable[[Callable[..., Drawing]], Callable[..., Figure]]:
    """Make a drawing function a figure of the house, safe for any table that may come through the door.

    Fills the finding from the tables before anything is drawn; leaves out rows whose place in the figure is kept
    back, and says how many; says in a figure without rows that there is nothing to show. Docstring and signature
    name what all figures are told besides what they draw (`_told`).

    Args:
        labels: parameters of the function that name columns with labels or places.
    """

    def decorate(draw: Callable[..., Drawing]) -> Callable[..., Figure]:
        signature = _with_told(inspect.signature(draw))

        @functools.wraps(draw)
        def safe(*args: Any, **kwargs: Any) -> Figure:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as slip:
                raise FigureError(
                    f"{draw.__name__}: 引数が合いません({slip})。使えるのは {'、'.join(signature.parameters)} です。"
                ) from None
            bound.apply_defaults()
            given = bound.arguments
            finding, *_ = [given.pop(name) for name in inspect.signature(_told).parameters]
            tables = tuple(value for value in given.values() if isinstance(value, Published))
            whole: Published = given["published"]
            said = _finding(whole, finding, tables)
            given["published"] = placed = _placed(whole, [given[name] for name in labels])
            if placed.frame.empty:
                return Figure(_nothing, tables, "", text_of(said), "示せる項目はありません。", said)
            made = draw(*bound.args, **bound.kwargs)
            left_out = len(whole.frame) - len(placed.frame)
            remark = f"{left_out}行は秘匿。" if left_out else ""
            return Figure(
                made.draw, tables, made.column, text_of(said), f"{_described(placed, made)}{remark}", said
            )

        safe.__dict__["__signature__"] = signature
        safe.__doc__ = _ARGS.sub(lambda found: found[1] + _TOLD, draw.__doc__ or "")
        return safe

    return decorate


def _told(*, finding: str, unless: str = "", empty: str | None = None) -> None:
    """What every figure is told besides what it draws; its docstring explains each."""


def _with_told(signature: inspect.Signature) -> inspect.Signature:
    """A signature with what every figure is told, before options of any name."""
    parameters = [*signature.parameters.values(), *inspect.signature(_told).parameters.values()]
    return signature.replace(
        parameters=sorted(parameters, key=lambda one: one.kind), return_annotation=Figure
    )


def _finding(published: Published, template: object, tables: Sequence[Published]) -> tuple[Said, ...]:
    said = say(str(template or ""), *tables)
    if not said:
        raise FigureError(f"{published.spec.id}: finding が空です。図が示すことを一文で書いてください。")
    last = said[-1]
    return said if last.text.endswith("。") else (*said[:-1], replace(last, text=f"{last.text}。"))


def _placed(published: Published, labels: Sequence[str | Sequence[str] | None]) -> Published:
    """The rows whose labels the audience may see."""
    columns = [name for label in labels if label for name in ([label] if isinstance(label, str) else label)]
    need(published, *columns)
    keep = ~published.hidden[columns].any(axis=1).to_numpy(dtype=bool)
    frame, hidden = (part.loc[keep].reset_index(drop=True) for part in (published.frame, published.hidden))
    return replace(published, frame=frame, hidden=hidden)


def _nothing(sheet: Sheet) -> None:
    """The drawing of a figure without rows."""
    axes = sheet.axes(sheet.layout.font * 2)
    axes.set_axis_off()
    note(axes, "示せる項目がありません", (0, 0.5), (0, 0), ha="left", faint=True)


def _described(published: Published, made: Drawing) -> str:
    if not made.column:
        return f"{made.kind}。"
    gone = kept_back(published, made.column)
    if made.left_out is not None:
        gone = gone | made.left_out
    amounts, hidden = np.where(gone, np.nan, numbers(published, made.column)), int(gone.sum())
    parts = [made.kind]
    if np.isfinite(amounts).any():
        title = published.spec.schema[made.column].title
        among = "伏せた欄を除いて" if hidden else ""
        told = _range(published, made, amounts)
        # Of a place without a value it is not said that it is like the others.
        blank = told.startswith(_ALL_ALIKE) and np.isnan(amounts).sum() > hidden
        parts.append(f"{title}は{among}{'、値のあるものが' * bool(blank)}{told}")
    else:
        parts.append("示せる数値はない")
    if hidden:
        parts.append(f"{hidden}か所は秘匿")
    return "。".join(parts) + "。"


def _range(published: Published, made: Drawing, amounts: NDArray[np.float64]) -> str:
    """The smallest and the largest number as printed, each with every place where it is printed."""
    order = np.argsort(amounts, kind="stable")[: int((~np.isnan(amounts)).sum())]
    texts = [written(published, made.column, amounts[at]) for at in order]
    if len(set(texts)) == 1 < len(texts):
        return f"{_ALL_ALIKE}{texts[0]}"

    def end(text: str) -> str:
        names = [
            made.names[at]
            for at, other in zip(order, texts, strict=True)
            if other == text and len(made.names)
        ]
        more = f"など{len(names)}か所" if len(names) > _NAMED_UP_TO else ""
        return text + (f"({'、'.join(names[:1] if more else names)}{more})" if names else "")

    return end(texts[0]) if len(texts) == 1 else f"最小{end(texts[0])}、最大{end(texts[-1])}"


def marks(
    published: Published,
    value: str,
    *,
    low: str | None = None,
    high: str | None = None,
    n: str | None = None,
    **labels: str | None,
) -> pd.DataFrame:
    """What is to be drawn, one row per row of the table.

    Args:
        published: the table.
        value: column with the number.
        low: column with the lower end of an interval.
        high: column with the upper end.
        n: column with the number behind each mark.
        labels: name in the result → column with labels; None leaves it out.

    Returns:
        The labels as ordered categories; `value`, `low` and `high` as drawn (shares in percent, NaN where hidden or
        missing); `gone` where there is no value, `hidden` where it is kept back; `said`, what is written at the mark;
        `n`, what is written behind the label.
    """
    amounts, hidden = numbers(published, value), kept_back(published, value)
    ends = {
        side: numbers(published, name) if name else np.nan for side, name in (("low", low), ("high", high))
    }
    named = {name: column for name, column in labels.items() if column}
    drawn = pd.DataFrame(
        {
            name: pd.Categorical(texts(published, column), levels(published, column))
            for name, column in named.items()
        },
        index=published.frame.index,
    ).assign(value=amounts, **ends)
    drawn[["value", "low", "high"]] *= scale_of(published, value)
    said = [
        HIDDEN_SIGN if hide else UNKNOWN_SIGN if np.isnan(amount) else written(published, value, amount)
        for amount, hide in zip(amounts, hidden, strict=True)
    ]
    return drawn.assign(
        gone=np.isnan(amounts), hidden=hidden, said=said, n=_behind(published, n) if n else ""
    )


def _behind(published: Published, n: str) -> list[str]:
    """How many are behind each mark, and that they are few."""
    small = isinstance(published.spec.schema[n], Base)
    return [
        f"(n={HIDDEN if hide else MISSING if np.isnan(size) else count(size)}"
        f"{'、参考値' if small and not hide and size < SMALL_BASE else ''})"
        for size, hide in zip(numbers(published, n), kept_back(published, n), strict=True)
    ]


def reference(published: Published, value: str) -> list[bool]:
    """Which numbers of a column are shares of so few that they are 参考値."""
    base = published.spec.schema.base_of(value)
    return [bool(size < SMALL_BASE) for size in numbers(published, base)] if base in published.frame else []


def crossed(published: Published, rows: pd.DataFrame, value: str, across: str = "by") -> pd.DataFrame:
    """Marks as a table of `y` by `across`; absent combinations are NaN.

    Raises:
        FigureError: two rows of the table for one cell.
    """
    twice = rows[rows.duplicated(["y", across])]
    if len(twice):
        cell = "、".join(twice.iloc[0][["y", across]])
        raise FigureError(f"{published.spec.id}: {cell} の行が二つあります。where で行を絞ります。")
    return rows.pivot(index="y", columns=across, values=value)


def scale_of(published: Published, column: str) -> float:
    """What the numbers of a column are multiplied by to be drawn: what is kept as 0–1 is drawn in percent."""
    return 100.0 if published.spec.schema[column].format.startswith(("share", "percent")) else 1.0


def scale(
    axis: Any,
    layout: Layout,
    published: Published,
    column: str,
    low: str | None = None,
    mark: str = "線",
    beside: float = 60.0,
) -> None:
    """Give an axis the ticks of a column and its title, which stands above a vertical axis.

    Args:
        axis: of matplotlib.
        layout: of the sheet.
        published: the table.
        column: what is drawn along the axis.
        low: column with the lower ends of the intervals drawn, which the title then names.
        mark: what the intervals are drawn as.
        beside: pixels of the sheet's width that the title leaves to what stands beside it.
    """
    ticks(axis, layout, whole=published.spec.schema[column].format == "n")
    entitle(
        axis, layout, wrapped(axis_title(published, column, low, mark), layout.small, layout.width - beside)
    )


def entitle(axis: Any, layout: Layout, title: str) -> None:
    """Give an axis its title, which stands above a vertical one."""
    if axis.axis_name == "x":
        axis.axes.set_xlabel(title, loc="left")
    else:
        axis.axes.set_title(title, fontsize=layout.small, color=SOFT)
        axis.axes.set_ylabel("")


def axis_title(published: Published, column: str, low: str | None = None, mark: str = "線") -> str:
    """What a column holds and in which unit, and what the interval around it is."""
    schema = published.spec.schema
    return schema[column].title + (f"、{mark}は{schema[low].both}" if low else "")


def whiskers(axes: Axes, at: Any, rows: pd.DataFrame, colour: str, *, lying: bool = False) -> None:
    """Draw the intervals of marks that have one."""
    own = rows[["value", "low", "high"]].notna().all(axis=1).to_numpy()
    if own.any():
        value = rows["value"][own]
        reach = [value - rows["low"][own], rows["high"][own] - value]
        thin = {"elinewidth": 1.3, "capthick": 1.3, "capsize": 3.5}
        look: dict[str, Any] = {"fmt": "none", "ecolor": colour, **thin}
        place = np.asarray(at)[own]
        if lying:
            axes.errorbar(value, place, xerr=reach, **look)
        else:
            axes.errorbar(place, value, yerr=reach, **look)


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
        kinds = published.spec.schema.columns.items()
        there = "、".join(name for name, kind in kinds if kind.numeric) or "ありません"
        raise FigureError(
            f"{published.spec.id}: 列「{column}」は数ではありません。数の列: {there}。"
        ) from None


def kept_back(published: Published, column: str) -> NDArray[np.bool_]:
    """Which cells of a column are hidden from the audience."""
    return np.asarray(published.hidden[column].to_numpy(dtype=bool))


def flags(published: Published, column: str) -> NDArray[np.bool_]:
    """Which cells of a column say yes; hidden and missing ones do not."""
    need(published, column)
    return np.array([not pd.isna(flag) and flag == 1 for flag in published.frame[column]], dtype=bool)


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


def joined(published: Published, *columns: str) -> list[str]:
    """The labels of several columns, row by row: 「学生 / 感じる」; labels themselves hold 「・」 (「夫婦・離婚」)."""
    return [
        " / ".join(labels) for labels in zip(*(texts(published, column) for column in columns), strict=True)
    ]


def days(published: Published, column: str) -> pd.Series:
    """A column of dates as naive timestamps.

    Raises:
        FigureError: a value that is no date.
    """
    need(published, column)
    given = published.frame[column].astype(str).str.slice(0, 10)
    try:
        # A bare year is a label, not the first of January: the whole form is asked for.
        return pd.to_datetime(given, format="%Y-%m-%d")
    except (ValueError, TypeError):
        raise FigureError(
            f"{published.spec.id}: 列「{column}」に、2023-04-01 のような日付でない値があります。"
        ) from None


def levels(published: Published, column: str) -> list[str]:
    """Distinct labels: in the order of the categories if there is one, else as they first appear."""
    present = list(dict.fromkeys(texts(published, column)))
    dtype = published.frame[column].dtype
    if isinstance(dtype, pd.CategoricalDtype):
        order = [_label(category) for category in dtype.categories]
        return [label for label in order if label in present]
    return present


def few_enough(published: Published, by: str | None) -> list[str]:
    """The series of a figure, `levels` of a column; one without a name when there is no such column.

    Raises:
        TooManySeriesError: there are more than the palette holds.
    """
    series = levels(published, by) if by else [""]
    if by and len(series) > len(SERIES):
        raise TooManySeriesError(published, by, len(series))
    return series


def highlighted(published: Published, column: str, names: Sequence[str]) -> list[str]:
    """A colour for each row: those with these labels stand out.

    Raises:
        FigureError: no row has one of them.
    """
    there = texts(published, column)
    if unknown := "、".join(sorted(set(names) - set(there))):
        known = "、".join(dict.fromkeys(there))
        raise FigureError(
            f"{published.spec.id}: highlight の {unknown} は、列「{column}」にありません。あるのは {known} です。"
        )
    return [BLUE if not names or name in names else MUTED for name in there]


def need(published: Published, *columns: str | None) -> None:
    """Check that columns exist.

    Raises:
        FigureError: one does not; the message lists those that do.
    """
    for column in columns:
        if column is not None and column not in published.frame.columns:
            there = ", ".join(map(str, published.frame.columns))
            raise FigureError(f"{published.spec.id}: 列「{column}」はありません。あるのは {there} です。")


def written(published: Published, column: str, value: float) -> str:
    """A number as the figure prints it."""
    return in_prose(value, published.spec.schema[column].format)
