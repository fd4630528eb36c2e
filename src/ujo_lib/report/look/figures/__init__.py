"""Figures of the report: each function takes published tables and returns a `Figure`.

A figure carries its finding in words, both of its widths and its numbers as a table; see `drawing.Figure`.
"""

from ujo_lib.report.look.figures.bars import band, bars, panels, pyramid
from ujo_lib.report.look.figures.courses import curve, line, profile, timeline
from ujo_lib.report.look.figures.drawing import Figure
from ujo_lib.report.look.figures.estimates import distribution, forest, spec_curve
from ujo_lib.report.look.figures.free import figure
from ujo_lib.report.look.figures.grids import calendar_map, heat_map
from ujo_lib.report.look.figures.maps import network, scatter_map, tree
from ujo_lib.report.look.figures.read import FigureError

__all__ = [
    "Figure",
    "FigureError",
    "band",
    "bars",
    "calendar_map",
    "curve",
    "distribution",
    "figure",
    "forest",
    "heat_map",
    "line",
    "network",
    "panels",
    "profile",
    "pyramid",
    "scatter_map",
    "spec_curve",
    "timeline",
    "tree",
]
