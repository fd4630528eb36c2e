"""Estimates: forest plots, specification curves, and where an estimate stands among placebos.

Whether an interval includes the value of no effect shows by a filled or an open mark, never by colour alone.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.axes import ratio_scale
from ujo_lib.report.look.figures.canvas import Figure, Sheet, text_width, widest, wrapped
from ujo_lib.report.look.figures.data import (
    HIDDEN_SIGN,
    FigureError,
    axis_title,
    kept_back,
    made,
    need,
    numbers,
    shown_by,
    texts,
    written,
)
from ujo_lib.report.look.notation import MISSING, format_of, interval_text
from ujo_lib.report.look.style import BLUE, DEEP, INK, MUTED, PALE, PAPER, RULE, SOFT, VERMILLION, Layout

_Array = NDArray[np.float64]
_FOOT: Final = 2.6
_EDGE: Final = 14.0
_REAL_INK: Final = "#a84300"
"""Vermillion, darkened until letters in it can be read on white."""
_REGISTERED: Final = "登録した選び方"
_EXPLAINED: Final = "●区間が{reference:g}を含まない ○区間が{reference:g}を含む"


@shown_by("y")
def forest(
    published: Published,
    *,
    finding: str,
    x: str = "estimate",
    y: str = "label",
    low: str = "low",
    high: str = "high",
    reference: float = 1.0,
    log: bool = True,
) -> Figure:
    """Estimates with intervals, one line each, numbers at the right.

    Args:
        published: the table, one row per estimate.
        finding: sentence template.
        x: column with the estimates.
        y: column with their labels.
        low: column with the lower bounds of the intervals.
        high: column with the upper bounds; an infinite one becomes an arrow.
        reference: value of no effect.
        log: logarithmic scale, right for ratios.
    """
    values, lows, highs = (numbers(published, column) for column in (x, low, high))
    names, said = texts(published, y), _estimate_texts(published, x, low, high)
    limits = _limits(values, lows, highs, reference, log=log)

    def draw(layout: Layout) -> Sheet:
        size = layout.font
        right = 0.0 if layout.narrow else widest(said, size) + 12
        left = 0.0 if layout.narrow else min(widest(names, size) + 12, layout.width * 0.36)
        row = size * (3.6 if layout.narrow else 2.2)
        rows = [
            max(row, size * 1.3 * (wrapped(name, size, left - 12).count("\n") + 1) + 8) if left else row
            for name in names
        ]
        head = layout.small * 2.0
        sheet = Sheet(layout, head + sum(rows) + layout.small * _FOOT)
        sheet.text(0, layout.small, _EXPLAINED.format(reference=reference), size=layout.small, color=SOFT)
        edge = _EDGE if layout.narrow else 0.0
        axes = sheet.axes(left + edge, head, layout.width - left - right - 2 * edge, sum(rows))
        ratio_scale(axes, *limits, log=log)
        axes.set_ylim(sum(rows), 0)
        axes.set_yticks([])
        axes.axvline(reference, color=INK, lw=1)
        top = 0.0
        for at, name in enumerate(names):
            middle = top + (rows[at] * 0.72 if layout.narrow else rows[at] / 2)
            _draw_estimate(axes, values[at], lows[at], highs[at], middle, reference, limits)
            if layout.narrow:
                clear = {"facecolor": PAPER, "lw": 0, "pad": 1}
                sheet.text(0, head + top + rows[at] * 0.32, name, bbox=clear)
                sheet.text(layout.width, head + top + rows[at] * 0.32, said[at], ha="right", bbox=clear)
            else:
                sheet.text(
                    left - 12, head + middle, wrapped(name, size, left - 12), ha="right", linespacing=1.2
                )
                sheet.text(layout.width, head + middle, said[at], ha="right")
            top += rows[at]
        title = axis_title(published, x)
        sheet.text(left, sheet.height - layout.small * 0.6, title, size=layout.small, color=SOFT)
        return sheet

    return made(published, f"推定値とその幅の図、{len(names)}本", draw, finding, value=x, names=names)


@shown_by("choices")
def spec_curve(
    published: Published,
    *,
    choices: Sequence[str],
    finding: str,
    x: str = "estimate",
    low: str = "low",
    high: str = "high",
    marker: str | None = None,
    reference: float = 1.0,
    log: bool = True,
) -> Figure:
    """All defensible analyses in one figure: estimates in order above, the choices behind each below.

    Args:
        published: the table, one row per analysis.
        choices: columns with the choices made.
        finding: sentence template.
        x: column with the estimates.
        low: column with the lower bounds of the intervals.
        high: column with the upper bounds.
        marker: boolean column, true for the analysis that was registered beforehand.
        reference: value of no effect.
        log: logarithmic scale.

    Raises:
        FigureError: no choices are named.
    """
    need(published, *choices)
    if not choices:
        raise FigureError(f"{published.spec.id}: name the columns with the choices")
    values, lows, highs = (numbers(published, column) for column in (x, low, high))
    order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")
    need(published, marker)
    registered = np.zeros(len(values), dtype=bool)
    if marker:
        registered = published.frame[marker].fillna(False).to_numpy(dtype=bool)[order]
    limits = _limits(values, lows, highs, reference, log=log)
    options = [(column, option) for column in choices for option in dict.fromkeys(texts(published, column))]

    def draw(layout: Layout) -> Sheet:
        size = layout.small
        left = min(widest([option for _, option in options], size) + 12, layout.width * 0.45)
        width, upper = layout.width - left - 4, layout.width * 0.3 + 40
        line, head = size * 1.75, size * (3.6 if registered.any() else 2.0)
        titles = layout.font * 1.5 * len(choices)
        sheet = Sheet(layout, head + upper + line * len(options) + titles + 10)
        sheet.text(
            0,
            size,
            f"{axis_title(published, x)} {_EXPLAINED.format(reference=reference)}",
            size=size,
            color=SOFT,
        )
        axes = sheet.axes(left, head, width, upper)
        _vertical_estimates(axes, values[order], lows[order], highs[order], reference, limits, log=log)
        _mark_registered(sheet, axes, registered, (left, head, width, upper), line * len(options) + titles)
        _choice_matrix(sheet, published, choices, options, order, (left, head + upper + 8, width, line))
        return sheet

    return made(
        published, f"分析の選び方{len(values)}通りの推定値を小さい順に並べた図", draw, finding, value=x
    )


@shown_by()
def distribution(
    published: Published,
    *,
    x: str,
    marker: str,
    finding: str,
    label: str | None = None,
    reference: float | None = None,
) -> Figure:
    """Dots of many values (placebos) piled up along a line, with the one that matters standing out.

    Args:
        published: the table, one row per value.
        x: column with the values.
        marker: boolean column, true for the value(s) that matter.
        finding: sentence template.
        label: column with the name of the value that matters.
        reference: value of no effect.

    Raises:
        FigureError: `marker` marks no row.
    """
    values = numbers(published, x)
    need(published, marker, label)
    # A kept-back mark belongs to the row that matters: all others are not about the place.
    real = np.array([flag is True or flag == 1 for flag in published.frame[marker]]) | kept_back(
        published, marker
    )
    if not real.any():
        raise FigureError(f"{published.spec.id}: {marker} marks no row as the real one")
    said = [
        HIDDEN_SIGN if hide else MISSING if np.isnan(value) else written(published, x, value)
        for value, hide in zip(values[real], kept_back(published, x)[real], strict=True)
    ]
    names = texts(published, label) if label else ["実際の値"] * len(values)

    def draw(layout: Layout) -> Sheet:
        dot = 9.0 if layout.narrow else 11.0
        finite = values[np.isfinite(values)]
        ends = [*finite, *([] if reference is None else [reference])] or [0.0, 1.0]
        pad = (max(ends) - min(ends)) * 0.06 or 1.0
        limits = min(ends) - pad, max(ends) + pad
        bins = int(layout.width / dot)
        column = np.clip(((values - limits[0]) / (limits[1] - limits[0]) * bins), 0, bins - 1)
        level = _piles(column)
        tall = max(dot * (level.max(initial=0) + 2), 70.0)
        head = layout.font * (1 + 1.4 * len(said))
        sheet = Sheet(layout, head + tall + layout.small * (_FOOT + 0.6))
        axes = sheet.axes(_EDGE, head, layout.width - 2 * _EDGE, tall)
        ratio_scale(axes, *limits, log=False)
        axes.set_ylim(0, tall)
        axes.set_yticks([])
        axes.spines["bottom"].set(visible=True, color=SOFT)
        if reference is not None:
            axes.axvline(reference, color=INK, lw=1)
        axes.scatter(values[~real], level[~real] * dot + dot / 2, s=(dot * 0.82) ** 2, color=MUTED, lw=0)
        _draw_real(sheet, axes, values[real], [names[at] for at in np.flatnonzero(real)], said)
        sheet.text(
            0, sheet.height - layout.small * 0.6, axis_title(published, x), size=layout.small, color=SOFT
        )
        return sheet

    return made(
        published,
        f"点を積み上げた分布の図、{len(values)}点",
        draw,
        finding,
        value=x,
        names=texts(published, label) if label else (),
    )


def _draw_real(sheet: Sheet, axes: Axes, values: _Array, names: Sequence[str], said: Sequence[str]) -> None:
    """Lines at the values that matter, each named above the dots."""
    size = sheet.layout.font
    for at, (value, name, text) in enumerate(zip(values, names, said, strict=True)):
        words, middle = f"{name} {text}", size * (1 + 1.4 * at)
        if np.isnan(value):
            sheet.text(0, middle, words, color=SOFT)
            continue
        axes.axvline(value, color=VERMILLION, lw=2.4)
        half = text_width(words, size) / 2
        place = min(max(axes.transData.transform((value, 0))[0], half), sheet.layout.width - half)
        sheet.text(place, middle, words, ha="center", color=_REAL_INK)


def _piles(column: _Array) -> _Array:
    """Level of each dot when dots that fall into one place are piled up."""
    level = np.zeros(len(column))
    seen: dict[int, int] = {}
    for at in np.argsort(column, kind="stable"):
        if np.isfinite(column[at]):
            place = int(column[at])
            level[at] = seen.get(place, 0)
            seen[place] = seen.get(place, 0) + 1
    return level


def _estimate_texts(published: Published, x: str, low: str, high: str) -> list[str]:
    values, lows, highs = (numbers(published, column) for column in (x, low, high))
    number_format, said = format_of(published, x), []
    for at, hide in enumerate(kept_back(published, x)):
        if hide:
            said.append(HIDDEN_SIGN)
        elif np.isnan(values[at]):
            said.append("推定できません")
        else:
            bounds = "" if np.isnan(lows[at]) else f"({interval_text(lows[at], highs[at], number_format)})"
            said.append(f"{written(published, x, values[at])}{bounds}")
    return said


def _limits(
    values: _Array, lows: _Array, highs: _Array, reference: float, *, log: bool
) -> tuple[float, float]:
    everything = np.concatenate([values, lows, highs, [reference]])
    usable = everything[np.isfinite(everything) & ((everything > 0) | (not log))]
    low, high = float(usable.min()), float(usable.max())
    if log:
        spread = max((high / low) ** 0.06, 1.05)
        return low / spread, high * spread
    pad = (high - low) * 0.06 or 1.0
    return low - pad, high + pad


def _draw_estimate(
    axes: Axes,
    value: float,
    low: float,
    high: float,
    at: float,
    reference: float,
    limits: tuple[float, float],
) -> None:
    if np.isnan(value):
        return
    includes = not (low > reference or high < reference)
    if not np.isnan(low):
        ends = max(low, limits[0]), min(high, limits[1])
        axes.plot(ends, [at, at], color=BLUE, lw=2, solid_capstyle="butt")
        if high > limits[1]:
            axes.plot([limits[1]], [at], marker=">", color=BLUE, ms=7, clip_on=False)
    axes.plot([value], [at], "o", ms=8, mfc=PAPER if includes else BLUE, mec=BLUE, mew=2)


def _vertical_estimates(
    axes: Axes,
    values: _Array,
    lows: _Array,
    highs: _Array,
    reference: float,
    limits: tuple[float, float],
    *,
    log: bool,
) -> None:
    # The scale is made lying down and then turned: one rule for ticks of ratios.
    ratio_scale(axes, *limits, log=log)
    ticks, names = axes.get_xticks(), [text.get_text() for text in axes.get_xticklabels()]
    axes.set_xscale("linear")
    axes.xaxis.grid(False)
    axes.set_xticks([])
    axes.set_yscale("log" if log else "linear")
    axes.set_ylim(limits)
    axes.yaxis.set_minor_locator(axes.xaxis.get_minor_locator())
    axes.set_yticks(ticks, names)
    axes.minorticks_off()
    axes.yaxis.grid(True, color=RULE, lw=0.8)
    axes.set_xlim(-0.5, len(values) - 0.5)
    axes.axhline(reference, color=INK, lw=1)
    includes = ~((lows > reference) | (highs < reference))
    at = np.arange(len(values))
    axes.vlines(at, np.maximum(lows, limits[0]), np.minimum(highs, limits[1]), color=MUTED, lw=1.6)
    size = float(np.clip(260 / len(values), 2.5, 6.5))
    for filled in (False, True):
        own = includes != filled
        axes.plot(at[own], values[own], "o", ms=size, mfc=BLUE if filled else PAPER, mec=BLUE, mew=1.4)


def _mark_registered(
    sheet: Sheet,
    axes: Axes,
    registered: NDArray[np.bool_],
    box: tuple[float, float, float, float],
    below: float,
) -> None:
    """Shade the analysis that was registered before the outcome was read, from its name down to its choices."""
    left, top, width, upper = box
    pitch, size = width / len(registered), sheet.layout.small
    for at in np.flatnonzero(registered):
        axes.axvspan(at - 0.5, at + 0.5, facecolor=PALE, lw=0, zorder=0)
        strip = Rectangle((left + at * pitch, top + upper), pitch, below + 8, facecolor=PALE, lw=0, zorder=0)
        sheet.page.add_artist(strip)
        half = text_width(_REGISTERED, size) / 2
        middle = min(max(left + (at + 0.5) * pitch, half), sheet.layout.width - half)
        sheet.text(middle, top - size * 0.8, _REGISTERED, size=size, ha="center", color=DEEP)


def _choice_matrix(
    sheet: Sheet,
    published: Published,
    choices: Sequence[str],
    options: Sequence[tuple[str, str]],
    order: NDArray[np.intp],
    box: tuple[float, float, float, float],
) -> None:
    left, top, width, line = box
    size = sheet.layout.small
    for column in choices:
        sheet.text(
            0, top + sheet.layout.font * 0.8, axis_title(published, column) or column, size=size, color=SOFT
        )
        top += sheet.layout.font * 1.5
        chosen = np.array(texts(published, column))[order]
        for _, option in (pair for pair in options if pair[0] == column):
            middle = top + line / 2
            name = wrapped(option, size, left - 10).split("\n")[0]
            sheet.text(left - 10, middle, name, size=size, ha="right")
            sheet.page.plot([left, left + width], [middle, middle], color="#e3e6ea", lw=0.8)
            at = np.flatnonzero(chosen == option)
            dot = float(np.clip(width / len(order) * 0.7, 2.0, 6.0))
            sheet.page.plot(
                left + (at + 0.5) * width / len(order),
                np.full(len(at), middle),
                "s",
                ms=dot,
                color=INK,
                mew=0,
            )
            top += line
