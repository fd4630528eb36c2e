"""Any axes-level figure of seaborn, drawn from what the door gave back, under the theme of the house."""

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import seaborn as sns

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.read import Drawing, FigureError, house
from ujo_lib.report.look.figures.sheet import Sheet
from ujo_lib.report.look.notation import HIDDEN, SYMBOLS
from ujo_lib.report.look.style import BLUE, INK, SERIES


@house()
def figure(
    published: Published,
    plot: Callable[..., Any],
    *,
    x: str,
    y: str,
    finding: str,  # noqa: ARG001  # the decorator reads it
    hue: str | None = None,
    unless: str = "",  # noqa: ARG001  # the page reads it
    empty: str | None = None,  # noqa: ARG001  # the page reads it
    **options: Any,
) -> Drawing:
    """Draw an axes-level figure of seaborn: `page.figure(table, sns.pointplot, x="share", y="sex", finding=…)`.

    Args:
        published: the table; hidden cells are NaN in what is drawn, shares are percentages.
        plot: a function of seaborn that draws on `ax`: barplot, lineplot, scatterplot, boxplot …
        x: column along the bottom.
        y: column along the side.
        finding: sentence template, see `wording.sentence`: what the figure shows.
        hue: column with series.
        unless: why what it would show was not estimated: a page says this instead of drawing it.
        empty: what a page says when the table has no rows; "" for nothing, None for an empty figure.
        options: plain values for the function of seaborn; `errorbar=None` unless told otherwise.

    Raises:
        FigureError: not such a function of seaborn, an option that is no plain value or that it refuses, no column
            with numbers, or several rows at one place, of which seaborn would draw the mean: a number that no table
            holds.
    """
    takes = _parameters(published, plot, options)
    used, schema = list(filter(None, (y, x, hue))), published.spec.schema
    read.need(published, *used)
    series = read.few_enough(published, hue)
    measured = [column for column in (y, x) if schema[column].numeric]
    if not measured:
        raise FigureError(f"{published.spec.id}: neither {x} nor {y} holds numbers")
    data = pd.DataFrame({column: _column(published, column) for column in dict.fromkeys(used)})
    if "estimator" in takes:
        _require_one_row_each(published, plot, data, [column for column in data if column != measured[0]])
    hidden = int(published.hidden[used].any(axis=1).sum())
    look: dict[str, Any] = {"hue": hue, "palette": SERIES[: len(series)]} if hue else {"color": BLUE}
    look |= {option: value for option, value in _OURS.items() if option in takes}
    if hidden and plot is sns.lineplot:
        data[_PIECE] = _pieces(data, y if x == measured[0] else x, measured[0], hue)
        look |= {"units": _PIECE, "estimator": None, "marker": "o"}

    def draw(sheet: Sheet) -> None:
        layout = sheet.layout
        axes = sheet.axes(layout.width * (0.8 if layout.narrow else 0.5))
        try:
            plot(data=data, x=x, y=y, ax=axes, **(look | options))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise FigureError(
                f"{published.spec.id}: {plot.__name__} of seaborn refuses this: {error}"
            ) from error
        for column, axis in ((x, axes.xaxis), (y, axes.yaxis)):
            if column in measured:
                read.scale(axis, layout, published, column)
            else:
                axis.set_label_text("")
                axis.set_tick_params(labelcolor=INK)
        if legend := axes.get_legend():
            sheet.key(legend.legend_handles, [text.get_text() for text in legend.get_texts()])
            legend.remove()
        if hidden:
            title = f"{axes.get_xlabel()}\n{HIDDEN} {SYMBOLS[HIDDEN]} {hidden}か所"
            axes.set_xlabel(title.strip(), loc="left")

    labels = [column for column in used if not schema[column].numeric]
    names = read.joined(published, *labels) if labels else ()
    return Drawing(f"seabornの{plot.__name__}によるグラフ", draw, measured[0], names)


_OURS: Mapping[str, Any] = {"errorbar": None, "saturation": 1, "seed": 0, "jitter": False}
"""Options of seaborn that are other than its own unless somebody asks: nothing is resampled or strewn by chance."""
_PIECE = "piece of a line"


def _parameters(
    published: Published, plot: Callable[..., Any], options: Mapping[str, Any]
) -> Mapping[str, inspect.Parameter]:
    """What a function of seaborn takes that can be called again, for an export, from plain values alone."""
    name = getattr(plot, "__name__", str(plot))
    takes = inspect.signature(plot).parameters if getattr(sns, name, None) is plot else {}
    if "ax" not in takes:
        raise FigureError(
            f"{published.spec.id}: {name} は、図だけを書き出すときに描き直せません。"
            "軸の上に描く seaborn の関数(sns.barplot、sns.lineplot、sns.scatterplot など)を使ってください。"
        )
    try:
        json.dumps(options)
    except TypeError as error:
        raise FigureError(f"{published.spec.id}: options of {name} must be plain values: {error}") from None
    return takes


def _require_one_row_each(
    published: Published, plot: Callable[..., Any], data: pd.DataFrame, places: list[str]
) -> None:
    """Refuse several rows at one place: seaborn would draw their mean."""
    if data.duplicated(places).any():
        raise FigureError(
            f"{published.spec.id}: {'・'.join(places)} の同じ行がいくつもあり、{plot.__name__} はその平均(表にない数)を"
            "描いてしまいます。where で行を絞るか、hue で分けてください。"
        )


def _pieces(data: pd.DataFrame, along: str, value: str, hue: str | None) -> "pd.Series[int]":
    """Numbers of the pieces into which hidden values part each line: seaborn would draw on to the next one shown."""
    hidden = data.sort_values(along, kind="stable")[value].isna()
    return (hidden.groupby(data[hue], observed=True) if hue else hidden).cumsum()


def _column(published: Published, column: str) -> Any:
    """A column as seaborn gets it: numbers as drawn, days, or labels in their order."""
    if published.spec.schema[column].numeric:
        return read.numbers(published, column) * read.scale_of(published, column)
    try:
        return read.days(published, column)
    except FigureError:
        return pd.Categorical(read.texts(published, column), read.levels(published, column))
