"""Colours, type sizes and line widths of figures: one place, so that a report looks like one report.

The hues are Okabe and Ito's set for colour-vision diversity. Because three of them are too light against white on
their own, every area also has a dark outline, and neighbouring series differ in pattern as well as in hue.
"""

from dataclasses import dataclass
from typing import Final

INK: Final = "#333333"
SOFT: Final = "#5c5c5c"
RULE: Final = "#c9ced6"
PAPER: Final = "#ffffff"
BLUE: Final = "#0072B2"
DEEP: Final = "#00437a"
MUTED: Final = "#7592ad"
PALE: Final = "#d9e6f2"
VERMILLION: Final = "#D55E00"
SERIES: Final = (BLUE, VERMILLION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe–Ito, darkest first; never more than six series in one figure."""

HATCHES: Final = ("", "////", "\\\\\\\\", "xxxx", "----", "||||")
DASHES: Final = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (3, 3)), (0, (8, 2)))
MARKERS: Final = ("o", "s", "^", "D", "v", "P")
BANDS: Final = ("#00437a", "#2f78b3", "#7fb0d6", "#c3dbee", "#ebe7db", "#cfc6ae")
"""Steps of a 100 % band, dark to light and on into a warm tint: they stay apart in greyscale."""
SEQUENTIAL: Final = ("#eef4fa", "#c3dbee", "#7fb0d6", "#2f78b3", "#00437a", "#00264a")
"""Colours of heat maps from few to many: one hue, evenly darker, so that greyscale keeps the order."""

FONT: Final = "IPAexGothic"


@dataclass(frozen=True)
class Layout:
    """How wide a figure is shown and how large its letters then are, in CSS pixels.

    A figure is drawn once for each width: shrinking a wide one onto a phone would leave letters of seven pixels.
    """

    width: int
    font: float

    @property
    def small(self) -> float:
        """Size of axis numbers and remarks."""
        return self.font - 1.5

    @property
    def narrow(self) -> bool:
        """Whether labels go above bars instead of beside them."""
        return self.width < 500


WIDE: Final = Layout(680, 14.5)
NARROW: Final = Layout(340, 13.5)
LEAST: Final = 12.0
"""Size below which no letter goes, in pixels: 9 pt on paper, where a column is as wide as the narrow drawing."""
