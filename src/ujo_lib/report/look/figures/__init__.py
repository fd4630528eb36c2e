"""Figures of the report: each function takes published tables and returns a `Figure`.

A figure carries its finding in words, both of its widths and its numbers as a table; see `canvas.Figure`.
"""

from ujo_lib.report.look.figures.bars import bars, grouped_bars, panels, pyramid, stacked_bars
from ujo_lib.report.look.figures.canvas import Figure
from ujo_lib.report.look.figures.courses import curve, line, profile
from ujo_lib.report.look.figures.data import FigureError
from ujo_lib.report.look.figures.estimates import distribution, forest, spec_curve
from ujo_lib.report.look.figures.grids import calendar_map, heat_map
from ujo_lib.report.look.figures.maps import network, scatter_map
from ujo_lib.report.look.figures.spans import timeline

__all__ = [
    "Figure",
    "FigureError",
    "bars",
    "calendar_map",
    "curve",
    "distribution",
    "forest",
    "grouped_bars",
    "heat_map",
    "line",
    "network",
    "panels",
    "profile",
    "pyramid",
    "scatter_map",
    "spec_curve",
    "stacked_bars",
    "timeline",
]
