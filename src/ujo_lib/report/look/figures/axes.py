"""Axes that several kinds of figure share: gridlines, ticks that fit their room, days along the bottom."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from ujo_lib.report.look.figures.canvas import Sheet, printable, text_width
from ujo_lib.report.look.notation import decimal_text
from ujo_lib.report.look.style import RULE, SOFT, Layout

_LOG_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def _steps(low: float, high: float) -> list[float]:
    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low <= tick <= high * 1.0001]


def _written(number_format: str, ticks: Sequence[float]) -> list[str]:
    """The numbers along an axis, as short as the step between them allows."""
    percent = number_format in {"share", "percent"}
    shown = [tick * 100 if percent else tick for tick in ticks]
    digits = next((d for d in (0, 1, 2, 3) if all(abs(tick - round(tick, d)) < 1e-9 for tick in shown)), 4)
    return [f"{decimal_text(round(tick, 6), digits)}{'%' if percent else ''}" for tick in shown]


def vertical_scale(axes: Axes, number_format: str, low: float, high: float) -> None:
    """Give axes a vertical scale with light gridlines."""
    axes.set_ylim(low, high)
    ticks = _steps(low, high)
    axes.set_yticks(ticks, _written(number_format, ticks))
    axes.yaxis.grid(True, color=RULE, lw=0.8)
    axes.set_axisbelow(True)


def scale_room(layout: Layout, number_format: str, limits: tuple[float, float]) -> float:
    """Room in pixels that the numbers of a vertical scale will take."""
    return max(text_width(text, layout.small) for text in _written(number_format, _steps(*limits))) + 8


def category_ticks(sheet: Sheet, axes: Axes, names: Sequence[str], width: float) -> None:
    """Label categories along the bottom; every second, third… where not all have room."""
    pitch = width / len(names)
    need = max(text_width(name, sheet.layout.small) for name in names) + 4
    step = max(1, int(np.ceil(need / pitch)))
    axes.set_xlim(-0.5, len(names) - 0.5)
    shown = range(0, len(names), step)
    axes.set_xticks(list(shown), [printable(names[at]) for at in shown])
    axes.spines["bottom"].set(visible=True, color=SOFT, linewidth=0.8)


def day_ticks(sheet: Sheet, axes: Axes, first: pd.Timestamp, last: pd.Timestamp, width: float) -> None:
    """Label days along the bottom: months over longer spans, single days over shorter; the year where it begins."""
    span = (last - first).days or 1
    room = width / (text_width("12月30日", sheet.layout.small) + 10)
    if span <= 75:
        every = next(step for step in (1, 2, 3, 5, 7, 10, 14, 28) if span / step <= room or step == 28)
        ticks = list(pd.date_range(first, last, freq=f"{every}D"))
        names = [f"{tick.month}月{tick.day}日" for tick in ticks]
    else:
        months = pd.date_range(first.to_period("M").to_timestamp(), last, freq="MS")
        room = width / (text_width("2023年", sheet.layout.small) + 8)
        every = next(step for step in (1, 2, 3, 6, 12, 24) if len(months) / step <= room or step == 24)
        ticks = [month for month in months if month >= first and (month.month - 1) % min(every, 12) == 0]
        years = {tick.year: tick for tick in reversed(ticks)}
        names = [
            f"{tick.month}月" + (f"\n{tick.year}年" if years[tick.year] == tick else "") for tick in ticks
        ]
    axes.set_xlim(day_number(first) - 0.5, day_number(last) + 0.5)
    axes.set_xticks([day_number(tick) for tick in ticks], names)
    axes.spines["bottom"].set(visible=True, color=SOFT, linewidth=0.8)


def day_number(day: pd.Timestamp) -> float:
    """Position of a day along an axis."""
    return float(day.toordinal())


def ratio_scale(axes: Axes, low: float, high: float, *, log: bool) -> None:
    """A horizontal scale of ratios along the bottom, logarithmic with round ticks."""
    if log:
        axes.set_xscale("log")
        ticks: list[float] = [tick for tick in _LOG_STEPS if low <= tick <= high]
        if len(ticks) < 3:
            ticks = [
                tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high and tick > 0
            ]
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        ticks = [tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.grid(True, color=RULE, lw=0.8)
    axes.set_axisbelow(True)
