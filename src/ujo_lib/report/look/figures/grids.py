"""Grids: a heat map of rows by columns, and a year of days.

Few is light and many is dark, in colour and in greyscale alike; where a number fits into its cell it is printed.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize

from ujo_lib.fiscal import WEEKDAYS_JA, sunday_weekday
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.lettering import longest_run, widest, wrapped
from ujo_lib.report.look.figures.read import Drawing, FigureError, house
from ujo_lib.report.look.figures.sheet import Sheet, ticks
from ujo_lib.report.look.notation import HIDDEN, MISSING, REFERENCE, SYMBOLS, decimal_text
from ujo_lib.report.look.style import INK, LEAST, PAPER, SEQUENTIAL, SOFT
from ujo_lib.stats import SMALL_BASE

_COLOURS: Final = LinearSegmentedColormap.from_list("ujo", SEQUENTIAL, N=24)
_BLACK: Final = "#111111"
_EMPTY: Final = ListedColormap(["#efefef"])
_EVEN: Final = 0.185
"""Relative luminance (WCAG 2.1) at which white and black letters stand out equally, at better than 4.4 to 1."""
_MANY: Final = 13
"""From so many columns on, a map is turned on a phone, and only every third heading may be written."""
_HIGHEST: Final = 700.0
"""Pixels that all rows of a map may be high: with its caption, it stands on one sheet of paper."""
_HEADS: Final[dict[str, Any]] = {"length": 0, "labeltop": True} | dict.fromkeys(
    ("top", "bottom", "labelbottom"), False
)


@house("x", "y")
def heat_map(published: Published, *, x: str, y: str, value: str) -> Drawing:
    """Rows by columns, each cell coloured by its number; on a phone a very wide map is turned.

    Args:
        published: the table, one row per cell.
        x: column with the columns of the map.
        y: column with its rows.
        value: column with the number.
    """
    rows = read.marks(published, value, x=x, y=y)
    few = pd.Series(read.reference(published, value) or False, rows.index) & ~rows["gone"]
    rows["said"] = rows["said"].str.removesuffix("%").mask(rows["gone"], rows["said"].str[:1])
    rows["mark"] = few.map({True: REFERENCE, False: ""})
    both = [read.crossed(published, rows, name, "x") for name in ("value", "said", "mark")]
    down, across = both[0].shape

    def draw(sheet: Sheet) -> None:
        layout, small = sheet.layout, sheet.layout.small
        turned = layout.narrow and across >= _MANY > down
        cells, said, mark = (part.T if turned else part for part in both)
        said, mark = said.astype(object).fillna(MISSING), mark.astype(object).fillna("")
        names, heads = cells.index.tolist(), cells.columns.tolist()
        room = min(widest(names, layout.font), layout.width * 0.33)
        wide = (layout.width - room - 12) / len(heads)
        labels = [wrapped(name, layout.font, room) for name in names]
        lines = max(label.count("\n") + 1 for label in labels)
        tall = min(max(wide * 0.8, layout.font * 1.9), layout.font * 2.6, _HIGHEST / len(names))
        tall = max(tall, lines * layout.font * 1.25)
        axes = sheet.axes(tall * len(names))
        letters = _fitting(small, widest((said + mark).to_numpy().ravel(), 1), wide - 1, 3)
        if not letters:
            said = said.mask(
                cells.notna(), cells.map(lambda amount: decimal_text(amount, 1), na_action="ignore")
            )
            letters = _fitting(small, widest((said + mark).to_numpy().ravel(), 1), wide - 1, 3)
        sheet.cramped = not letters
        said = said.where(cells.isna() | (letters > 0), "") + mark
        _cells(axes, cells, said, rows["value"], letters or small, 1.4)
        step = 3 if len(heads) >= _MANY and widest(heads, small) > wide else 1
        size = small if step > 1 else _fitting(small, longest_run(heads), wide - 2)
        lying = max(wide - 2, size * 3 * step) if size else _lying(heads, small, wide)
        shown = [wrapped(name, size or small, lying) for name in heads]
        style: dict[str, Any] = {"rotation": 0 if size else 90, "fontsize": size or small, "linespacing": 1.1}
        axes.set_xticks(np.arange(0, len(heads), step) + 0.5, shown[::step], **style)
        axes.set_yticks(np.arange(len(names)) + 0.5, labels, rotation=0, color=INK, fontsize=layout.font)
        axes.tick_params(**_HEADS)
        _key(sheet, [axes], published, value, rows, said, layout.width - room - 12)

    names = read.joined(published, y, x)
    remark = f"、参考値{few.sum()}欄" if few.any() else ""
    return Drawing(f"{down}行{across}列の色分けの図(濃いほど大きい{remark})", draw, value, names)


def _fitting(small: float, width: float, room: float, air: float = 0) -> float:
    """The size at which something fits that is so wide at a size of 1: small with air, else least; 0 at neither."""
    return next((size for size, left in ((small, room - air), (LEAST, room)) if size * width <= left), 0.0)


def _lying(heads: list[str], small: float, wide: float) -> float:
    """How long headings on their side have to be for all their lines to stand over columns that are so wide."""

    def stand(length: float) -> bool:
        return all((wrapped(head, small, length).count("\n") + 1) * small * 1.1 <= wide for head in heads)

    return next((small * long for long in (7, 9, 12) if stand(small * long)), small * 99)


@house("date")
def calendar_map(published: Published, *, date: str, value: str) -> Drawing:
    """A year of days as a calendar: one column per week, Sunday on top.

    Args:
        published: the table, one row per day; a day without a row is drawn as a gap.
        date: column with the days.
        value: column with the number.

    Raises:
        FigureError: a day occurs twice, or the days span more than 54 weeks.
    """
    when = read.days(published, date)
    if when.duplicated().any():
        raise FigureError(
            f"{published.spec.id}: 列「{date}」に同じ日が二度あります。日ごとに合計してから渡します。"
        )
    first = when.min() - pd.Timedelta(days=sunday_weekday(when.min().date()))
    since = (when - first).dt.days
    rows = read.marks(published, value).assign(y=since % 7, by=since // 7)
    rows["said"] = rows["said"].str[:1].where(rows["gone"], "")
    weeks = int(rows["by"].max()) + 1
    if weeks > 54:
        raise FigureError(
            f"{published.spec.id}: 列「{date}」が{weeks}週にわたります。where で1年分に絞ります。"
        )
    both = [rows.pivot(index="y", columns="by", values=name) for name in ("value", "said")]
    turns = when.min().year != when.max().year
    starts = {
        max((month - first).days // 7, 0): f"{month.year}年\n" * (turns and month.month == 1)
        + f"{month.month}月"
        for month in pd.date_range(when.min().to_period("M").to_timestamp(), when.max(), freq="MS")
    }

    def draw(sheet: Sheet) -> None:
        bands = 2 if sheet.layout.narrow else 1
        per_band = -(-weeks // bands)
        side = (sheet.layout.width - 30) / per_band
        grid = [row[0] for row in sheet.grid([side * 7] * bands)]
        for at, axes in enumerate(grid):
            own = range(at * per_band, (at + 1) * per_band)
            cells, said = (part.reindex(index=range(7), columns=own) for part in both)
            _cells(axes, cells, said.astype(object).fillna(""), rows["value"], LEAST, 0.8)
            named = [week for week in own if week in starts]
            if len(named) > 1 and (named[1] - named[0]) * side < widest(
                [starts[named[0]]], sheet.layout.font
            ):
                del named[0]  # of a month that had all but passed: the next name would be written over it
            names = [starts[week] for week in named]
            axes.set_xticks([week - own[0] for week in named], names, ha="left", rotation=0)
            size = min(sheet.layout.small, side * 1.7)
            axes.set_yticks(np.arange(0, 7, 2) + 0.5, WEEKDAYS_JA[::2], rotation=0, fontsize=size)
            axes.tick_params(**_HEADS)
        _key(sheet, grid, published, value, rows, both[1], side * per_band)

    return Drawing("1日を1マスとした暦の図(濃いほど大きい)", draw, value, read.texts(published, date))


def _cells(
    axes: Axes, cells: pd.DataFrame, said: pd.DataFrame, amounts: "pd.Series[float]", size: float, gap: float
) -> None:
    """Cells coloured by their number within all amounts, grey where something else is said."""
    told, fills = cells.isna() & (said != ""), ScalarMappable(_norm(amounts), _COLOURS)
    off = dict.fromkeys(("xticklabels", "yticklabels", "cbar", "clip_on"), False)
    amount = cells.astype(float).fillna(0)
    for mask, colours in ((~told, _EMPTY), (cells.isna(), _COLOURS)):
        if not mask.to_numpy().all():
            sns.heatmap(amount, ax=axes, cmap=colours, mask=mask, norm=fills.norm, **off)
    for count, length, turn in ((len(cells), cells.shape[1], 1), (cells.shape[1], len(cells), -1)):
        along, place = np.tile([0, length, np.nan], count + 1), np.repeat(np.arange(count + 1), 3)
        axes.plot(*(along, place)[::turn], color=PAPER, lw=gap, clip_on=False)
    for (row, column), text in np.ndenumerate(said.to_numpy()):
        if text:
            ink = SOFT if told.iat[row, column] else _ink(fills.to_rgba(cells.iat[row, column]))
            centred: dict[str, Any] = {"ha": "center", "va": "center", "in_layout": False}
            axes.text(column + 0.5, row + 0.5, text, fontsize=size, color=ink, **centred)
    axes.set(xlabel="", ylabel="", xlim=(0, cells.shape[1]), ylim=(len(cells), 0))


def _norm(amounts: "pd.Series[float]") -> Normalize:
    """From the smallest to the largest of some numbers."""
    return Normalize(*np.nan_to_num([amounts.min(), amounts.max()]))


def _ink(fill: Any) -> str:
    """Letters that stand out on a fill."""
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in fill[:3]]
    return PAPER if float(np.dot((0.2126, 0.7152, 0.0722), linear)) < _EVEN else _BLACK


def _key(
    sheet: Sheet,
    grid: list[Axes],
    published: Published,
    value: str,
    rows: pd.DataFrame,
    said: pd.DataFrame,
    room: float,
) -> None:
    """The colours with their numbers, and what a grey cell means, in the middle of axes that are so wide."""
    steps = ScalarMappable(_norm(rows["value"]), _COLOURS)
    bar = sheet.mpl.colorbar(steps, ax=grid, location="bottom", shrink=0.6, aspect=28, pad=0.03)
    bar.outline.set_visible(False)
    for part in bar.ax.collections:
        part.set_clip_on(False)
    ticks(bar.ax.xaxis, sheet.layout)
    bar.ax.grid(visible=False)
    legend = "".join(
        f"、{sign} {SYMBOLS[sign]}" for sign in (HIDDEN, MISSING) if (said == sign).to_numpy().any()
    )
    if said.apply(lambda column: column.str.endswith(REFERENCE)).to_numpy().any():
        legend += f"、{REFERENCE} 対象が{SMALL_BASE}に満たない参考値"
    title = read.axis_title(published, value) + legend
    bar.set_label(wrapped(title, sheet.layout.small, room))
