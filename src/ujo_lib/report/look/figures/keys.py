"""The key of a figure with several series: swatches and names in a row that wraps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.patches import Rectangle

from ujo_lib.report.look.figures.canvas import Sheet, text_width
from ujo_lib.report.look.style import PAPER, Layout

_SWATCH: Final = 22.0
_SPACE: Final = 18.0
_LINE: Final = 1.7


@dataclass(frozen=True)
class Mark:
    """How the bars of a series look."""

    name: str
    colour: str
    hatch: str = ""


@dataclass(frozen=True)
class LineMark:
    """How the line of a series looks."""

    name: str
    colour: str
    dash: Any
    marker: str


def _flow(layout: Layout, names: Sequence[str]) -> list[tuple[float, int]]:
    """Left edge and line number of each entry."""
    places, left, line = [], 0.0, 0
    for name in names:
        width = _SWATCH + 6 + text_width(name, layout.font)
        if left and left + width > layout.width:
            left, line = 0.0, line + 1
        places.append((left, line))
        left += width + _SPACE
    return places


def key_height(layout: Layout, names: Sequence[str]) -> float:
    """Height in pixels that the key takes."""
    return (_flow(layout, names)[-1][1] + 1) * layout.font * _LINE + 6 if names else 0.0


def draw_key(sheet: Sheet, marks: Sequence[Mark], top: float) -> None:
    """Draw the key as filled swatches."""
    for mark, (left, line) in zip(marks, _flow(sheet.layout, [mark.name for mark in marks]), strict=True):
        middle = top + sheet.layout.font * _LINE * (line + 0.5)
        swatch = Rectangle(
            (left, middle - 6), _SWATCH, 12, facecolor=mark.colour, edgecolor=PAPER, hatch=mark.hatch, lw=0
        )
        sheet.page.add_artist(swatch)
        sheet.text(left + _SWATCH + 6, middle, mark.name)


def draw_line_key(sheet: Sheet, marks: Sequence[LineMark], top: float) -> None:
    """Draw the key as pieces of line with their dash and marker."""
    for mark, (left, line) in zip(marks, _flow(sheet.layout, [mark.name for mark in marks]), strict=True):
        middle = top + sheet.layout.font * _LINE * (line + 0.5)
        across = [left, left + _SWATCH / 2, left + _SWATCH]
        sheet.page.plot(across, [middle] * 3, color=mark.colour, ls=mark.dash, lw=2)
        sheet.page.plot(across[1:2], [middle], color=mark.colour, marker=mark.marker, ms=5)
        sheet.text(left + _SWATCH + 6, middle, mark.name)
