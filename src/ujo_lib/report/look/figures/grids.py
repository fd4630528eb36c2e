"""Grids: a heat map of rows by columns, and a year of days.

Few is light and many is dark, in colour and in greyscale alike; where a number fits into its cell it is printed.
"""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ujo_lib.fiscal import WEEKDAYS_JA, sunday_weekday
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.canvas import Figure, Sheet, text_width, widest, wrapped
from ujo_lib.report.look.figures.data import (
    FigureError,
    axis_title,
    days,
    kept_back,
    levels,
    made,
    matrix,
    numbers,
    shown_by,
    texts,
    written,
)
from ujo_lib.report.look.notation import HIDDEN, MISSING, SYMBOLS, decimal_text, format_of
from ujo_lib.report.look.style import INK, PAPER, RULE, SEQUENTIAL, SOFT, Layout

_BLACK: Final = "#111111"
_EVEN: Final = 0.185
"""Relative luminance (WCAG 2.1) at which white and black letters stand out equally, at better than 4.4 to 1."""
_TURN_FROM: Final = 13


@shown_by("x", "y")
def heat_map(published: Published, *, x: str, y: str, value: str, finding: str) -> Figure:
    """Rows by columns, each cell coloured by its number; on a phone a very wide map is turned.

    Args:
        published: the table, one row per cell.
        x: column with the columns of the map.
        y: column with its rows.
        value: column with the number.
        finding: sentence template; say where the peak is.
    """
    across, down = levels(published, x), levels(published, y)
    cells, hidden = matrix(published, y, x, value)

    def draw(layout: Layout) -> Sheet:
        if layout.narrow and len(across) >= _TURN_FROM > len(down):
            return _draw_grid(layout, published, value, (down, across), cells.T, hidden.T)
        return _draw_grid(layout, published, value, (across, down), cells, hidden)

    names = [f"{row}・{column}" for row, column in zip(texts(published, y), texts(published, x), strict=True)]
    return made(
        published,
        f"{len(down)}行{len(across)}列の色分けの図(濃いほど大きい)",
        draw,
        finding,
        value=value,
        names=names,
    )


@shown_by("date")
def calendar_map(published: Published, *, date: str, value: str, finding: str) -> Figure:
    """A year of days as a calendar: one column per week, Sunday on top.

    Args:
        published: the table, one row per day; a day without a row is drawn as a gap.
        date: column with the days.
        value: column with the number.
        finding: sentence template.

    Raises:
        FigureError: a day occurs twice, or the days span more than 54 weeks.
    """
    when = days(published, date)
    if when.duplicated().any():
        raise FigureError(f"{published.spec.id}: a day occurs twice in {date}; add the numbers up first")
    first = when.min() - pd.Timedelta(days=sunday_weekday(when.min().date()))
    weeks = int((when.max() - first).days // 7) + 1
    if weeks > 54:
        raise FigureError(f"{published.spec.id}: {date} spans {weeks} weeks; a calendar shows one year")
    amounts, hidden = numbers(published, value), kept_back(published, value)
    scale = _Scale(amounts)

    def draw(layout: Layout) -> Sheet:
        bands = 2 if layout.narrow else 1
        per_band = -(-weeks // bands)
        left = text_width("日", layout.small) + 8
        side = (layout.width - left) / per_band
        head = layout.small * 1.8
        band = head + side * 7 + layout.small
        sheet = Sheet(layout, band * bands + _legend_height(layout))
        for at in range(bands):
            for k, name in enumerate(WEEKDAYS_JA):
                if k % 2 == 0:
                    sheet.text(
                        left - 6,
                        at * band + head + side * (k + 0.5),
                        name,
                        size=min(layout.small, side * 1.5),
                        ha="right",
                        color=SOFT,
                    )
            _months(
                sheet,
                first,
                when,
                (at * per_band, (at + 1) * per_band),
                (left, at * band + layout.small * 0.8, side),
            )
        weekly = [divmod((day - first).days, 7) for day in when]
        corner = [(divmod(week, per_band), row) for week, row in weekly]
        across = np.array([left + (column + 0.5) * side for (_, column), _ in corner])
        down = np.array([at * band + head + (row + 0.5) * side for (at, _), row in corner])
        _squares(sheet, across, down, side, scale, amounts)
        _legend(sheet, scale, published, value, band * bands, bool(hidden.any()))
        return sheet

    return made(
        published,
        "1日を1マスとした暦の図(濃いほど大きい)",
        draw,
        finding,
        value=value,
        names=texts(published, date),
    )


class _Scale:
    """Colours for the numbers of one figure, from the smallest to the largest."""

    def __init__(self, amounts: NDArray[np.float64]) -> None:
        finite = amounts[np.isfinite(amounts)]
        self.low = float(finite.min()) if len(finite) else 0.0
        self.high = float(finite.max()) if len(finite) else 1.0
        self._map = LinearSegmentedColormap.from_list("ujo", SEQUENTIAL)

    def place(self, amount: float) -> float:
        """Position of a number between the smallest (0) and the largest (1)."""
        return 0.5 if self.high == self.low else (amount - self.low) / (self.high - self.low)

    def colour(self, place: float) -> tuple[float, ...]:
        """Fill at a position."""
        return tuple(self._map(place))

    def ink(self, place: float) -> str:
        """Letters that stand out on the fill at a position."""
        linear = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in self.colour(place)[:3]
        ]
        return PAPER if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < _EVEN else _BLACK


def _squares(
    sheet: Sheet,
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    side: float,
    scale: _Scale,
    amounts: NDArray[np.float64],
) -> None:
    """Equal squares at once: one shape repeated weighs a tenth of as many rectangles."""
    known = np.isfinite(amounts)
    colours = [scale.colour(scale.place(amount)) for amount in amounts[known]]
    area = (side - 1.4) ** 2
    sheet.page.scatter(
        across[known], down[known], s=area, marker="s", c=colours, lw=0.3, edgecolors="#8fa3b8"
    )
    gaps = ~known
    sheet.page.scatter(
        across[gaps], down[gaps], s=area, marker="s", c="#f3f3f3", lw=0.5, edgecolors="#8a8a8a"
    )
    sheet.page.scatter(across[gaps], down[gaps], s=area * 0.16, marker="x", c=SOFT, lw=0.8)


def _draw_grid(
    layout: Layout,
    published: Published,
    value: str,
    names: tuple[list[str], list[str]],
    cells: NDArray[np.float64],
    hidden: NDArray[np.bool_],
) -> Sheet:
    across, down = names
    scale, size = _Scale(cells), layout.small
    left = min(widest(down, layout.font) + 8, layout.width * 0.34)
    wide = (layout.width - left) / len(across)
    said = [
        [_cell_text(published, value, cells[r, c], bool(hidden[r, c])) for c in range(len(across))]
        for r in range(len(down))
    ]
    need = widest([text for row in said for text in row], size)
    fits = need + 4 <= wide or widest([text for row in said for text in row], size - 2) + 3 <= wide
    letters = size if need + 4 <= wide else size - 2
    tall = min(max(wide * 0.8, layout.font * 1.9), layout.font * 2.6)
    heads = [wrapped(name, size, max(wide - 4, size)) for name in across]
    upright = max(text_width(name, size) for name in across) + 4 <= wide or len(across) < _TURN_FROM
    head = size * 1.35 * (max(text.count("\n") for text in heads) + 1) + 6 if upright else size * 2
    sheet = Sheet(layout, head + tall * len(down) + 8 + _legend_height(layout))
    for c, text in enumerate(heads):
        if upright:
            sheet.text(
                left + wide * (c + 0.5), head - 4, text, size=size, ha="center", va="bottom", linespacing=1.15
            )
        elif c % 3 == 0:
            sheet.text(left + wide * (c + 0.5), head - 4, across[c], size=size, ha="center", va="bottom")
    for r, name in enumerate(down):
        middle = head + tall * (r + 0.5)
        sheet.text(left - 6, middle, wrapped(name, layout.font, left - 6), ha="right", linespacing=1.1)
        for c in range(len(across)):
            text = said[r][c] if fits or np.isnan(cells[r, c]) else ""
            _cell(sheet, (left + c * wide, head + r * tall), (wide, tall), scale, cells[r, c], text, letters)
    _legend(sheet, scale, published, value, head + tall * len(down) + 8, bool(hidden.any()))
    return sheet


def _cell_text(published: Published, value: str, amount: float, hidden: bool) -> str:
    if hidden:
        return HIDDEN
    if np.isnan(amount):
        return MISSING
    if format_of(published, value) == "share":
        return decimal_text(amount * 100, 1)
    return written(published, value, amount)


def _cell(
    sheet: Sheet,
    place: tuple[float, float],
    size: tuple[float, float],
    scale: _Scale,
    amount: float,
    text: str,
    letters: float | None = None,
) -> None:
    """One cell: filled by its number, or empty and crossed out where there is none to show."""
    (left, top), (wide, tall) = place, size
    gap = 0.6 if wide < 20 else 1.0
    box = Rectangle((left + gap, top + gap), wide - 2 * gap, tall - 2 * gap, lw=0)
    if np.isnan(amount):
        box.set(
            facecolor="#f3f3f3",
            edgecolor="#8a8a8a",
            hatch="" if text and wide > 20 else "////",
            linewidth=0.5,
        )
        ink = SOFT
    else:
        box.set(facecolor=scale.colour(scale.place(amount)))
        ink = scale.ink(scale.place(amount))
    sheet.page.add_artist(box)
    if text and wide > 14:
        sheet.text(
            left + wide / 2, top + tall / 2, text, size=letters or sheet.layout.small, ha="center", color=ink
        )


def _months(
    sheet: Sheet,
    first: pd.Timestamp,
    when: pd.Series,
    weeks: tuple[int, int],
    place: tuple[float, float, float],
) -> None:
    """Names of the months over the week in which each begins."""
    left, top, side = place
    for month in pd.date_range(when.min().to_period("M").to_timestamp(), when.max(), freq="MS"):
        week = max(int((month - first).days // 7), 0)
        if weeks[0] <= week < weeks[1]:
            name = (
                f"{month.year}年{month.month}月"
                if month.month == 1 and when.min().year != when.max().year
                else f"{month.month}月"
            )
            sheet.text(left + (week - weeks[0]) * side, top, name, size=sheet.layout.small, color=SOFT)


def _legend_height(layout: Layout) -> float:
    return layout.small * 2.6


def _legend(sheet: Sheet, scale: _Scale, published: Published, value: str, top: float, hidden: bool) -> None:
    """A strip of the colours with the smallest and the largest number, and what an empty cell means."""
    size, steps, step = sheet.layout.small, 24, 5.0
    middle = top + size * 1.3
    title = f"{axis_title(published, value)} " if axis_title(published, value) else ""
    low = f"{title}{written(published, value, scale.low)}"
    left = text_width(low, size) + 8
    sheet.text(0, middle, low, size=size, color=SOFT)
    for k in range(steps):
        colour = scale.colour(k / (steps - 1))
        sheet.page.add_artist(
            Rectangle((left + k * step, middle - 6), step + 0.3, 12, facecolor=colour, lw=0)
        )
    sheet.page.add_artist(Rectangle((left, middle - 6), steps * step, 12, fill=False, edgecolor=RULE, lw=0.8))
    end = f"{written(published, value, scale.high)}{f'  {HIDDEN} {SYMBOLS[HIDDEN]}' if hidden else ''}"
    sheet.text(left + steps * step + 8, middle, end, size=size, color=INK)
