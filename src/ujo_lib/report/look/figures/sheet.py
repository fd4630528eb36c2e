"""The paper figures are drawn on: the house theme, sizes in CSS pixels, Japanese type.

Seaborn and matplotlib draw on real axes and the layout engine finds their place; a `Sheet` only knows how wide the
paper is and how high its axes shall be. Nothing here touches pyplot or the settings of the process, so that no global
state of a notebook leaks into a report or out of it.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ujo_lib.report.look.figures.lettering import POINTS_PER_INCH, printable, text_width, widest
from ujo_lib.report.look.figures.svg import Canvas
from ujo_lib.report.look.style import FONT, INK, PAPER, RULE, SOFT, Layout

_PAD: Final = 3 / POINTS_PER_INCH
_ROOM: Final = 320
"""Height in pixels that any axes and what stands around them fit into, until it is known how high they are."""
_SWATCH, _APART = 2.4, 2.0
"""Width of a sign of the key with the space after it, and the space between two entries, in font sizes."""


def theme(layout: Layout) -> dict[str, Any]:
    """Settings of matplotlib and seaborn for one drawing; to be used in a context only."""
    plain = {f"axes.spines.{side}": False for side in ("top", "right", "left")}
    soft = dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), SOFT)
    small = dict.fromkeys(("axes.labelsize", "xtick.labelsize", "ytick.labelsize"), layout.small)
    font = dict.fromkeys(("font.size", "axes.titlesize", "legend.fontsize"), layout.font)
    legend = {"frameon": False, "handlelength": 1.6, "borderpad": 0.3, "borderaxespad": 0}
    return {
        **(plain | soft | small | font | {f"legend.{name}": value for name, value in legend.items()}),
        "font.family": FONT,
        "axes.titlelocation": "left",
        "axes.facecolor": "none",
        "axes.axisbelow": True,
        "figure.facecolor": PAPER,
        "grid.color": RULE,
        "ytick.major.size": 0,
        "text.color": INK,
        "hatch.linewidth": 0.7,
        "lines.solid_capstyle": "butt",
    }


class Sheet:
    """One drawing in the making.

    Attributes:
        layout: how wide it is and how large its letters are.
        mpl: the matplotlib figure.
        cramped: whether numbers were left out for want of room.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout, self.cramped = layout, False
        self._engine = ConstrainedLayoutEngine(w_pad=_PAD, h_pad=_PAD, hspace=0.03, wspace=0.03)
        self.mpl = Figure(dpi=POINTS_PER_INCH, layout=self._engine)
        self._column: list[Axes] = []
        self._heights: list[float] = []

    @property
    def tall(self) -> float:
        """Height of all axes in pixels."""
        return sum(self._heights)

    def axes(self, height: float) -> Axes:
        """The only axes of the sheet, so many pixels high."""
        return self.grid([height])[0][0]

    def grid(self, heights: Sequence[float], columns: int = 1, **options: Any) -> list[list[Axes]]:
        """Axes in rows of these heights in pixels; further options as in `Figure.subplots`."""
        self._heights = list(heights)
        self._resize(max(self.tall + 40 * len(heights), _ROOM))
        rows: list[list[Axes]] = self.mpl.subplots(
            len(heights), columns, squeeze=False, height_ratios=list(heights), **options
        ).tolist()
        self._column = [row[0] for row in rows]
        return rows

    def key(self, handles: Sequence[Any], names: Sequence[str]) -> None:
        """Explain colours, dashes and patterns above the axes, in as many columns as fit."""
        font = self.layout.font
        widths = [(_SWATCH + _APART) * font + text_width(name, font) for name in names]
        room = self.layout.width - 2 * _PAD * POINTS_PER_INCH + _APART * font
        columns = len(names) if sum(widths) <= room else max(min(int(room // max(widths)), len(names)), 1)
        self.mpl.legend(handles, names, loc="outside upper left", ncols=columns)

    def swatches(
        self, names: Sequence[str], colours: Sequence[str], hatches: Sequence[str] | None = None
    ) -> None:
        """Explain filled areas."""
        looks = zip(names, colours, hatches or [""] * len(names), strict=False)
        self.key(
            [Patch(facecolor=colour, hatch=hatch, edgecolor=PAPER, lw=0) for _, colour, hatch in looks], names
        )

    def fit(self) -> None:
        """Make the paper as high as its axes and all that stands around them, which keeps its size."""
        # Not before: seaborn draws the whole of a figure that has one, to look at its labels.
        Canvas(self.mpl)
        for text in self.mpl.findobj(Text):
            text.set_text(printable(text.get_text()))
        self._engine.execute(self.mpl)
        tall = self.mpl.get_figheight() * POINTS_PER_INCH
        boxes = [axes.get_position() for axes in reversed(self._column)]
        edges = np.array([0.0, *(edge for box in boxes for edge in (box.y0, box.y1)), 1.0]) * tall
        parts = np.diff(edges)
        parts[1::2] = self._heights[::-1]
        moved = np.concatenate([[0.0], np.cumsum(parts)])
        self._resize(moved[-1])
        for axes in self.mpl.axes:
            box = axes.get_position()
            low, high = np.interp([box.y0 * tall, box.y1 * tall], edges, moved) / moved[-1]
            axes.set_position((box.x0, low, box.width, high - low))
        self.mpl.set_layout_engine("none")

    def _resize(self, height: float) -> None:
        self.mpl.set_size_inches(self.layout.width / POINTS_PER_INCH, round(height) / POINTS_PER_INCH)


def note(
    axes: Axes,
    words: str,
    at: tuple[Any, Any],
    away: tuple[float, float],
    *,
    within: str = "data",
    faint: bool = False,
    **style: Any,
) -> None:
    """Write words beside a point.

    Args:
        axes: where.
        words: what.
        at: the point, in the units of the axes.
        away: pixels from the point, to the right and up; the words are set on that side of it.
        within: `row` if the point lies at a part of the width, `column` if it lies at a part of the height.
        faint: whether they stand for something that is not there.
        style: of matplotlib's text.
    """
    frames: dict[str, Any] = {
        "data": "data",
        "row": axes.get_yaxis_transform(),
        "column": axes.get_xaxis_transform(),
    }
    side = "left" if away[0] > 0 else "right" if away[0] < 0 else "center"
    level = "bottom" if away[1] > 0 else "top" if away[1] < 0 else "center"
    style = {"ha": side, "va": level, "color": SOFT if faint else INK} | style
    axes.annotate(words, at, away, xycoords=frames[within], textcoords="offset points", **style)


def ticks(axis: Any, layout: Layout, *, whole: bool = False) -> None:
    """Give an axis of numbers round ticks and light lines across; at whole numbers only where it counts."""
    most = 5 if layout.narrow or axis.axis_name == "y" else 8
    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=whole))
    axis.set_major_formatter(FuncFormatter(lambda tick, _: f"{'△' if tick < 0 else ''}{abs(tick):,.10g}"))
    axis.grid(visible=True, clip_on=False)


def category_ticks(axes: Axes, layout: Layout, names: Sequence[str]) -> None:
    """Label categories along the bottom; every second, third… where not all have room."""
    step = max(1, int(np.ceil((widest(names, layout.small) + 5) / ((layout.width - 40) / len(names)))))
    axes.set_xticks(range(0, len(names), step), [printable(name) for name in names[::step]])
    axes.set(xlim=(-0.5, len(names) - 0.5), xlabel="")
