"""Any axes-level figure of seaborn, drawn from what the door gave back, under the theme of the house."""

import inspect
import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import seaborn as sns

from ujo_lib.columns import Withheld
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.drawing import TableInsteadError
from ujo_lib.report.look.figures.lettering import widest, wrapped
from ujo_lib.report.look.figures.read import Drawing, FigureError, house
from ujo_lib.report.look.figures.sheet import Sheet
from ujo_lib.report.look.notation import HIDDEN, SYMBOLS
from ujo_lib.report.look.style import BLUE, INK, SERIES, Layout


class CrowdedError(TableInsteadError):
    """Labels stand so close along the bottom that not one letter of each has room."""

    said = "区分が多く、図では名前が重なるため、表で示します。"


class NotDrawnError(TableInsteadError):
    """Seaborn has left out of a figure what it could not draw: a density of equal values, say."""

    said = "値が少ないかすべて同じで図にできないため、表で示します。"


@house()
def figure(
    published: Published,
    plot: Callable[..., Any],
    *,
    x: str | None = None,
    y: str | None = None,
    hue: str | None = None,
    **options: Any,
) -> Drawing:
    """Draw an axes-level figure of seaborn: `page.figure(table, sns.pointplot, x="share", y="sex", finding=…)`.

    Args:
        published: the table; hidden cells are NaN in what is drawn, shares are percentages.
        plot: a function of seaborn that draws on `ax`: barplot, lineplot, scatterplot, boxplot …
        x: column along the bottom; a function that places rows by one column (histplot, ecdfplot, countplot) takes one.
        y: column along the side.
        hue: column with series, also of numbers; for heatmap the numbers that fill it.
        options: plain values for the function of seaborn, names of columns for `style`, `size` and `weights`;
            `errorbar=None` and `ci=None` unless told otherwise.

    Raises:
        FigureError: not such a function of seaborn, an option that is no plain value or that it refuses, neither x nor
            y, no column with numbers, or several rows at one place, of which seaborn would draw the mean: a number that
            no table holds.
        CrowdedError: labels have no room along the bottom; a page shows the table instead.
        NotDrawnError: seaborn warns that it leaves something out; a page shows the table instead.
    """
    takes = _parameters(published, plot, options)
    schema, crossed = published.spec.schema, "x" not in takes
    style, size, weights = (
        options[name] if name in takes and isinstance(options.get(name), str) else None
        for name in ("style", "size", "weights")
    )
    used = list(dict.fromkeys(filter(None, (y, x, hue, style, size, weights))))
    read.need(published, *used)
    # What a release keeps back as a whole was a number inside the city.
    numbers = [
        column
        for column in dict.fromkeys(filter(None, (hue,) if crossed else (y, x, size, weights)))
        if schema[column].numeric or isinstance(schema[column], Withheld)
    ]
    measured = [column for column in numbers if crossed or column in (x, y)]
    if not measured and plot is not sns.countplot:
        raise FigureError(
            f"{published.spec.id}: {plot.__name__} の {'hue' if crossed else 'x と y'} に、数の列がありません。"
        )
    series = [] if crossed else read.few_enough(published, hue)
    data = pd.DataFrame({column: _column(published, column, column in numbers) for column in used})
    if series and hue and hue not in numbers:
        data[hue] = pd.Categorical(read.texts(published, hue), series)  # numbers, too, name series here
    if "estimator" in takes:
        places = [column for column in used if column not in (measured[0], weights)]
        _require_one_row_each(published, plot, data, places)
    placed = next((column for column in (y, x) if column and column not in measured), None)
    _require_whole(published, {"order": placed, "hue_order": hue}, options)
    hidden = int(published.hidden[used].any(axis=1).sum())
    look: dict[str, Any] = {"hue": hue, "palette": SERIES[: len(series)]} if hue else {"color": BLUE}
    look |= {"x": x, "y": y} | {option: value for option, value in _OURS.items() if option in takes}
    if "errorbar" in takes:
        look.pop("ci", None)  # its former name
    if hidden and plot is sns.lineplot and x and y:
        by = [column for column in used if column not in (x, y)]
        data[_PIECE] = _pieces(data, y if x == measured[0] else x, measured[0], by)
        look |= {"units": _PIECE, "estimator": None, "marker": "o"}
    if crossed:
        data, look = _crossed(published, x, y, hue)

    given = "、".join(
        f"{name}={column}({'数' if column in numbers else '区分か日付'})"
        for name, column in (("x", x), ("y", y), ("hue", hue))
        if column
    )

    def draw(sheet: Sheet) -> None:
        layout = sheet.layout
        beside = [] if y is None or y in measured else read.levels(published, y)
        lines = [wrapped(name, layout.small, layout.width / 3) for name in beside]
        high = sum(1.3 * (line.count("\n") + 1) for line in lines) * layout.small
        axes = sheet.axes(max(layout.width * (0.8 if layout.narrow else 0.5), high))
        try:
            with warnings.catch_warnings():
                # What seaborn says to programmers would stand on the page, and keep a release back.
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", UserWarning)
                plot(data=data, ax=axes, **(look | options))
        except UserWarning as warning:
            raise NotDrawnError(str(warning)) from None
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise FigureError(
                f"{published.spec.id}: seaborn の {plot.__name__} は、この列と指定では描けません({error})。"
                f"渡したのは {given} です。どの軸に数の列が要り、x と y の一方だけを取るかは、"
                f"sns.{plot.__name__}? で確かめられます。"
            ) from error
        for column, axis in ((x, axes.xaxis), (y, axes.yaxis)):
            if column is None:
                own = axis.get_label_text()
                read.entitle(axis, layout, _OF_ROWS.get(own.lower(), own))
            elif column in measured:
                read.scale(axis, layout, published, column)
            else:
                axis.set_label_text("")
                axis.set_tick_params(labelcolor=INK)
                _label(axis, layout, widest(lines, layout.small))
        if legend := axes.get_legend():
            words = [text.get_text() for text in legend.get_texts()]
            sheet.key(legend.legend_handles, [schema[word].name if word in used else word for word in words])
            legend.remove()
        if hidden:
            title = f"{axes.get_xlabel()}\n{HIDDEN} {SYMBOLS[HIDDEN]} {hidden}か所"
            axes.set_xlabel(title.strip(), loc="left")

    labels = [column for column in used if column not in numbers and not schema[column].numeric]
    names = read.joined(published, *labels) if labels else ()
    # Where one of several is kept back as a whole, no row has a place.
    told = min(numbers, key=lambda column: bool(published.frame[column].notna().any()), default="")
    return Drawing(f"seabornの{plot.__name__}によるグラフ", draw, told, names)


def _label(axis: Any, layout: Layout, beside: float) -> None:
    """Break the labels of an axis so that none covers its neighbour; labels of the other take `beside` pixels."""
    low, high = sorted(axis.get_view_interval())
    names = {
        at: text.get_text()
        for at, text in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        if low <= at <= high
    }
    room = layout.width / 3
    if axis.axis_name == "x":
        room = (layout.width - max(beside, 40) - 8) / max(len(names), 1)
        if room < layout.small:
            raise CrowdedError(f"{len(names)} labels have {room:.1f} pixels each")
    axis.set_ticks([*names], [wrapped(name, layout.small, room - 2) for name in names.values()], rotation=0)


_OURS: Mapping[str, Any] = {"errorbar": None, "ci": None, "saturation": 1, "seed": 0, "jitter": False}
"""Options of seaborn that are other than its own unless somebody asks: nothing is resampled or strewn by chance."""
_OF_ROWS: Mapping[str, str] = {
    "count": "表の行の数",
    "percent": "表の行に占める割合(%)",
    "proportion": "表の行に占める割合",
    "probability": "表の行に占める割合",
    "density": "表の行の密度",
}
"""What seaborn itself puts along an axis: it counts rows of a table, whoever they speak of."""
_PIECE = "piece of a line"


def _parameters(
    published: Published, plot: Callable[..., Any], options: Mapping[str, Any]
) -> Mapping[str, inspect.Parameter]:
    """What a function of seaborn takes that can be called again, for an export, from plain values alone."""
    name = getattr(plot, "__name__", str(plot))
    takes = inspect.signature(plot).parameters if getattr(sns, name, None) is plot else {}
    if not {"ax", "data"} <= {*takes}:
        raise FigureError(
            f"{published.spec.id}: {name} は、図だけを書き出すときに描き直せません。"
            "軸の上に描く seaborn の関数(sns.barplot、sns.lineplot、sns.scatterplot など)を使ってください。"
        )
    try:
        json.dumps(options)
    except TypeError as error:
        raise FigureError(
            f"{published.spec.id}: {name} の引数は、文字・数・真偽とそのリストだけです({error})。"
        ) from None
    return takes


def _require_one_row_each(
    published: Published, plot: Callable[..., Any], data: pd.DataFrame, places: list[str]
) -> None:
    """Refuse several rows at one place: seaborn would draw their mean."""
    placed = data.dropna(subset=places)  # a row whose place a release keeps back is drawn nowhere
    if placed.duplicated(places).any() if places else len(data) > 1:
        alike = f"{'・'.join(places)} の同じ行" if places else "行"
        raise FigureError(
            f"{published.spec.id}: {alike}がいくつもあり、{plot.__name__} はその平均(表にない数)を"
            "描いてしまいます。where で行を絞るか、hue で分けてください。"
        )


def _require_whole(
    published: Published, columns: Mapping[str, str | None], options: Mapping[str, Any]
) -> None:
    """Refuse an order that leaves labels out: what is said of the figure would speak of rows that are not in it."""
    for option, column in columns.items():
        order = options.get(option)
        if column and isinstance(order, list | tuple):
            left = [label for label in read.levels(published, column) if label not in order]
            if left:
                raise FigureError(
                    f"{published.spec.id}: {option} に {'、'.join(left)} がありません。"
                    "すべて並べるか、where で行を絞ってください。"
                )


def _pieces(data: pd.DataFrame, along: str, value: str, by: list[str]) -> "pd.Series[int]":
    """Numbers of the pieces into which hidden values part each line: seaborn would draw on to the next one shown."""
    hidden = data.sort_values(along, kind="stable")[value].isna()
    return (hidden.groupby([data[column] for column in by], observed=True) if by else hidden).cumsum()


def _crossed(
    published: Published, x: str | None, y: str | None, value: str | None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Numbers as seaborn's heat map gets them, a row for each label of y, and what it writes into its cells."""
    if not (x and y and value):
        raise FigureError(f"{published.spec.id}: heatmap には x と y(区分の列)と hue(数の列)を渡します。")
    rows = read.marks(published, value, y=y, by=x)
    look = {"annot": read.crossed(published, rows, "said"), "fmt": "", "cbar": False}
    look |= {"xticklabels": True, "yticklabels": True}  # by itself seaborn leaves out every second
    return read.crossed(published, rows, "value"), look


def _column(published: Published, column: str, counts: bool) -> Any:
    """A column as seaborn gets it: numbers as drawn, days, or labels in their order."""
    if counts or published.spec.schema[column].numeric:
        return read.numbers(published, column) * read.scale_of(published, column)
    try:
        return read.days(published, column)
    except FigureError:
        return pd.Categorical(read.texts(published, column), read.levels(published, column))
