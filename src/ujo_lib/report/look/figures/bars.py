"""Bars: one series, several, stacked to 100 %, side by side in panels, back to back as a pyramid.

Bars lie down, because Japanese labels are read along the line; every bar carries its value, so that no reader has
to measure. On a phone a long label moves above its bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.canvas import Figure, Sheet, text_width, widest, wrapped
from ujo_lib.report.look.figures.data import (
    HIDDEN_SIGN,
    FigureError,
    axis_title,
    few_enough,
    kept_back,
    levels,
    made,
    matrix,
    numbers,
    shown_by,
    texts,
    written,
)
from ujo_lib.report.look.figures.keys import Mark, draw_key, key_height
from ujo_lib.report.look.notation import MISSING, SMALL_BASE, count, in_cell
from ujo_lib.report.look.style import BANDS, BLUE, HATCHES, INK, MUTED, PAPER, RULE, SERIES, SOFT, Layout

_LABEL_SHARE: Final = 0.38
_GAP: Final = 8.0


@dataclass(frozen=True)
class _Bar:
    """One bar: what it stands for, how long, and what is written at its end."""

    label: str
    remark: str
    value: float
    low: float
    high: float
    text: str
    colour: str
    hatch: str = ""


@dataclass(frozen=True)
class _Lane:
    """Where the labels and the bars of one column of bars go, in pixels."""

    left: float
    labels: float
    width: float
    above: bool
    scale: float

    def x(self, value: float) -> float:
        """Pixel of a value."""
        return self.left + self.labels + value * self.scale


@shown_by("y")
def bars(
    published: Published,
    *,
    x: str,
    y: str,
    finding: str,
    n: str | None = None,
    low: str | None = None,
    high: str | None = None,
    highlight: Sequence[str] = (),
    sort: bool = False,
) -> Figure:
    """Horizontal bars, one per row of the table.

    Args:
        published: the table.
        x: column with the length of the bars.
        y: column with their labels.
        finding: sentence template, see `wording.sentence`.
        n: column with the number behind each bar, written beside the label.
        low: column with the lower bounds of an interval, drawn as a whisker.
        high: column with the upper bounds.
        highlight: labels to stand out from the others.
        sort: longest first, instead of the table's order.
    """
    rows = _bars_of(published, x, y, n, (low, high), highlight)
    if sort:
        rows = sorted(rows, key=lambda bar: -np.inf if np.isnan(bar.value) else bar.value, reverse=True)

    def draw(layout: Layout) -> Sheet:
        lane, heights = _lay_out(rows, layout, layout.width)
        sheet = Sheet(layout, sum(heights) + _title_height(layout, axis_title(published, x)))
        top = _draw_title(sheet, lane, axis_title(published, x))
        _draw_bars(sheet, rows, lane, heights, top)
        return sheet

    return made(published, f"横棒グラフ、{len(rows)}項目", draw, finding, value=x, names=texts(published, y))


@shown_by("y", "by")
def panels(
    published: Published,
    *,
    x: str,
    y: str,
    by: str,
    finding: str,
    n: str | None = None,
    low: str | None = None,
    high: str | None = None,
) -> Figure:
    """Small multiples: one panel of bars per value of `by`, all on one scale; other arguments as in `bars`."""
    groups = levels(published, by)
    rows = _bars_of(published, x, y, n, (low, high), ())
    of_row = texts(published, by)

    def draw(layout: Layout) -> Sheet:
        across = 1 if layout.narrow else 2
        width = (layout.width - _GAP * 3 * (across - 1)) / across
        # One scale for all panels: laid out together, then dealt out.
        lane, all_heights = _lay_out(rows, layout, width)
        dealt = {
            name: [
                pair
                for pair, own in zip(zip(rows, all_heights, strict=True), of_row, strict=True)
                if own == name
            ]
            for name in groups
        }
        head = layout.font * 1.9
        tiers = [groups[at : at + across] for at in range(0, len(groups), across)]
        tall = [
            head + max(sum(height for _, height in dealt[name]) for name in tier) + _GAP for tier in tiers
        ]
        sheet = Sheet(layout, sum(tall) + _title_height(layout, axis_title(published, x)))
        top = _draw_title(sheet, None, axis_title(published, x))
        for tier, height in zip(tiers, tall, strict=True):
            for at, name in enumerate(tier):
                left = at * (width + _GAP * 3)
                sheet.text(left, top + head * 0.4, name, size=layout.font + 0.5)
                sheet.page.plot([left, left + width], [top + head * 0.82] * 2, color=RULE, lw=1)
                panel, heights = zip(*dealt[name], strict=True)
                _draw_bars(sheet, panel, replace(lane, left=left), heights, top + head)
            top += height
        return sheet

    names = [
        f"{group}・{label}" for group, label in zip(texts(published, by), texts(published, y), strict=True)
    ]
    return made(published, f"横棒グラフ、{len(groups)}面", draw, finding, value=x, names=names)


@shown_by("y", "by")
def grouped_bars(
    published: Published,
    *,
    x: str,
    y: str,
    by: str,
    finding: str,
    low: str | None = None,
    high: str | None = None,
) -> Figure:
    """Bars of two to six series side by side under one label.

    Args:
        published: the table, one row per label and series.
        x: column with the length of the bars.
        y: column with the labels.
        by: column with the series.
        finding: sentence template.
        low: column with the lower bounds of an interval.
        high: column with the upper bounds.

    Raises:
        FigureError: more series than can be told apart.
    """
    names, series = levels(published, y), levels(published, by)
    few_enough(published, by, series)
    values, hidden = matrix(published, y, by, x)
    bounds = [
        matrix(published, y, by, column)[0] if column else np.full(values.shape, np.nan)
        for column in (low, high)
    ]
    rows = {
        name: [
            _Bar(name, "", values[at, k], bounds[0][at, k], bounds[1][at, k],
                 _end_text(published, x, values[at, k], bool(hidden[at, k])), SERIES[k], HATCHES[k])
            for k in range(len(series))
        ]
        for at, name in enumerate(names)
    }  # fmt: skip
    everything = [bar for group in rows.values() for bar in group]
    marks = [Mark(name, SERIES[k], HATCHES[k]) for k, name in enumerate(series)]

    def draw(layout: Layout) -> Sheet:
        lane, _ = _lay_out(everything, layout, layout.width)
        thin = layout.font * 1.35
        label = layout.font * 1.7 if lane.above else 0.0
        head = key_height(layout, series) + _title_height(layout, axis_title(published, x))
        sheet = Sheet(layout, head + len(names) * (label + thin * len(series) + _GAP * 1.6))
        draw_key(sheet, marks, 0.0)
        top = _draw_title(sheet, lane, axis_title(published, x), key_height(layout, series))
        for name in names:
            middle = top + label / 2 if lane.above else top + thin * len(series) / 2
            _draw_label(sheet, lane, name, "", middle)
            for k, bar in enumerate(rows[name]):
                _draw_bar(sheet, bar, lane, top + label + thin * (k + 0.5), thin * 0.84)
            top += label + thin * len(series) + _GAP * 1.6
        _draw_zero(sheet, lane, head, top - _GAP)
        return sheet

    full = [f"{a}・{b}" for a, b in zip(texts(published, y), texts(published, by), strict=True)]
    return made(
        published,
        f"横棒グラフ、{len(names)}項目を{'と'.join(series)}で比較",
        draw,
        finding,
        value=x,
        names=full,
    )


@shown_by("y", "by")
def stacked_bars(
    published: Published, *, x: str, y: str, by: str, finding: str, n: str | None = None
) -> Figure:
    """Bands of 100 %: shares of the answers `by` within each group `y`, printed in the bands.

    Args:
        published: the table, one row per group and answer; `x` a share of 0–1.
        x: column with the shares.
        y: column with the groups.
        by: column with the answers, in their order.
        finding: sentence template.
        n: column with the base of each group.

    Raises:
        FigureError: more answers than can be told apart.
    """
    groups, answers = levels(published, y), levels(published, by)
    few_enough(published, by, answers)
    shares, hidden = matrix(published, y, by, x)
    remarks = _bases(published, y, n)
    marks = [Mark(name, BANDS[k]) for k, name in enumerate(answers)]

    def draw(layout: Layout) -> Sheet:
        blank = [_Bar(name, remarks[name], 1.0, np.nan, np.nan, "", BLUE) for name in groups]
        lane, heights = _lay_out(blank, layout, layout.width)
        head = key_height(layout, answers) + _GAP
        sheet = Sheet(layout, head + sum(heights))
        draw_key(sheet, marks, 0.0)
        top = head
        for at, bar in enumerate(blank):
            middle, tall = _draw_row_label(sheet, bar, lane, top, heights[at])
            _draw_bands(sheet, lane, shares[at], hidden[at], middle, tall * 1.25)
            top += heights[at]
        return sheet

    full = [f"{a}・{b}" for a, b in zip(texts(published, y), texts(published, by), strict=True)]
    return made(
        published, f"100%帯グラフ、{len(groups)}群×{len(answers)}区分", draw, finding, value=x, names=full
    )


@shown_by("y", "by")
def pyramid(published: Published, *, x: str, y: str, by: str, finding: str) -> Figure:
    """Two series back to back over common labels in the middle, men and women by age say.

    Args:
        published: the table, one row per label and side.
        x: column with the length of the bars.
        y: column with the labels, drawn from the top down as given.
        by: column with the two sides: the first goes left.
        finding: sentence template.

    Raises:
        FigureError: `by` has not two values.
    """
    names, sides = levels(published, y), levels(published, by)
    if len(sides) != 2:
        raise FigureError(f"{published.spec.id}: a pyramid needs two values of {by}, there are {len(sides)}")
    values, hidden = matrix(published, y, by, x)
    reach = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0

    def draw(layout: Layout) -> Sheet:
        row, head = layout.font * 2.0, layout.font * 2.2
        middle = widest(names, layout.font) + 2 * _GAP
        room = widest([written(published, x, reach), HIDDEN_SIGN], layout.font) + _GAP
        scale = ((layout.width - middle) / 2 - room) / (reach or 1.0)
        sheet = Sheet(layout, head + row * len(names) + _title_height(layout, axis_title(published, x)))
        _draw_title(sheet, None, axis_title(published, x))
        top = _title_height(layout, axis_title(published, x))
        for side, (name, sign) in enumerate(zip(sides, (-1, 1), strict=True)):
            base = layout.width / 2 + sign * middle / 2
            anchor = "right" if sign < 0 else "left"
            sheet.text(base, top + head * 0.4, name, ha=anchor, size=layout.font + 0.5)
            for at in range(len(names)):
                y_at = top + head + row * (at + 0.5)
                length = 0.0 if np.isnan(values[at, side]) else values[at, side] * scale
                sheet.page.add_artist(
                    _area(base, y_at, sign * length, row * 0.76, SERIES[side], HATCHES[side])
                )
                text = _end_text(published, x, values[at, side], bool(hidden[at, side]))
                sheet.text(
                    base + sign * (length + 5), y_at, text, ha=anchor, color=_text_colour(values[at, side])
                )
            sheet.page.plot([base, base], [top + head, top + head + row * len(names)], color=SOFT, lw=0.8)
        for at, name in enumerate(names):
            sheet.text(layout.width / 2, top + head + row * (at + 0.5), name, ha="center")
        return sheet

    full = [f"{a}・{b}" for a, b in zip(texts(published, y), texts(published, by), strict=True)]
    return made(
        published,
        f"左右に{sides[0]}と{sides[1]}を置いたピラミッド型の棒グラフ",
        draw,
        finding,
        value=x,
        names=full,
    )


def _bars_of(
    published: Published,
    x: str,
    y: str,
    n: str | None,
    bounds: tuple[str | None, str | None],
    highlight: Sequence[str],
) -> list[_Bar]:
    values, hidden = numbers(published, x), kept_back(published, x)
    lows, highs = (numbers(published, name) if name else np.full(len(values), np.nan) for name in bounds)
    names = texts(published, y)
    if unknown := set(highlight) - set(names):
        raise FigureError(f"{published.spec.id}: no row {', '.join(sorted(unknown))} in {y} to highlight")
    remarks = _remarks(published, n)
    colours = [BLUE if not highlight or name in highlight else MUTED for name in names]
    return [
        _Bar(
            names[i],
            remarks[i],
            values[i],
            lows[i],
            highs[i],
            _end_text(published, x, values[i], bool(hidden[i])),
            colours[i],
        )
        for i in range(len(values))
    ]


def _remarks(published: Published, n: str | None) -> list[str]:
    """What stands after each label: how many are behind the bar, and that few are."""
    if n is None:
        return [""] * len(published.frame)
    behind, hidden = numbers(published, n), kept_back(published, n)
    said = []
    for value, hide in zip(behind, hidden, strict=True):
        text = "x" if hide else MISSING if np.isnan(value) else count(value)
        small = n == "base" and not hide and value < SMALL_BASE
        said.append(f"(n={text}{'、参考値' if small else ''})")
    return said


def _bases(published: Published, y: str, n: str | None) -> dict[str, str]:
    return dict(zip(texts(published, y), _remarks(published, n), strict=True))


def _end_text(published: Published, column: str, value: float, hidden: bool) -> str:
    if hidden:
        return HIDDEN_SIGN
    return f"{MISSING} 算出不能" if np.isnan(value) else written(published, column, value)


def _lay_out(rows: Sequence[_Bar], layout: Layout, width: float) -> tuple[_Lane, list[float]]:
    """Share the width between labels, bars and values, and give each row its height."""
    size = layout.font
    beside = max((text_width(bar.label + bar.remark, size) for bar in rows), default=0.0) + _GAP
    above = beside > width * _LABEL_SHARE and (layout.narrow or beside > width * _LABEL_SHARE * 1.6)
    labels = 0.0 if above else min(beside, width * _LABEL_SHARE + _GAP)
    # Each bar may use what its own value text leaves: the longest bar alone does not decide.
    room = [
        (width - labels - text_width(bar.text, size) - (6 if bar.text else 1)) / end
        for bar in rows
        if (end := max(np.nan_to_num(bar.value), np.nan_to_num(bar.high))) > 0
    ]
    lane = _Lane(0.0, labels, width, above, min(room, default=width - labels))
    heights = []
    for bar in rows:
        lines = wrapped(bar.label + bar.remark, size, width if above else labels - _GAP).count("\n") + 1
        heights.append(
            size * 1.35 * lines + size * 2.1 if above else max(size * 2.15, size * 1.35 * lines + 6)
        )
    return lane, heights


def _title_height(layout: Layout, title: str) -> float:
    return layout.small * 1.9 if title else 0.0


def _draw_title(sheet: Sheet, lane: _Lane | None, title: str, top: float = 0.0) -> float:
    """Write what the length of the bars means; returns where the bars begin."""
    left = 0.0 if lane is None else lane.left + lane.labels
    if title:
        sheet.text(left, top + sheet.layout.small * 0.8, title, size=sheet.layout.small, color=SOFT)
    return top + _title_height(sheet.layout, title)


def _draw_bars(sheet: Sheet, rows: Sequence[_Bar], lane: _Lane, heights: Sequence[float], top: float) -> None:
    start = top
    for bar, height in zip(rows, heights, strict=True):
        middle, tall = _draw_row_label(sheet, bar, lane, top, height)
        _draw_bar(sheet, bar, lane, middle, tall)
        top += height
    _draw_zero(sheet, lane, start, top)


def _draw_row_label(sheet: Sheet, bar: _Bar, lane: _Lane, top: float, height: float) -> tuple[float, float]:
    """Write the label of a row; returns the middle and the thickness of its bar."""
    size = sheet.layout.font
    tall = size * 1.3
    if lane.above:
        label = height - size * 2.1
        _draw_label(sheet, lane, bar.label, bar.remark, top + label / 2 + 2)
        return top + label + tall / 2 + 3, tall
    _draw_label(sheet, lane, bar.label, bar.remark, top + height / 2)
    return top + height / 2, tall


def _draw_label(sheet: Sheet, lane: _Lane, label: str, remark: str, middle: float) -> None:
    size = sheet.layout.font
    if lane.above:
        sheet.text(lane.left, middle, wrapped(label + remark, size, lane.width), linespacing=1.25)
        return
    end = lane.left + lane.labels - _GAP
    if text_width(label + remark, size) > lane.labels - _GAP:
        sheet.text(
            end, middle, wrapped(label + remark, size, lane.labels - _GAP), ha="right", linespacing=1.25
        )
        return
    sheet.text(end, middle, remark, ha="right", color=SOFT)
    sheet.text(end - text_width(remark, size), middle, label, ha="right")


def _draw_bar(sheet: Sheet, bar: _Bar, lane: _Lane, middle: float, tall: float) -> None:
    length = 0.0 if np.isnan(bar.value) else bar.value * lane.scale
    sheet.page.add_artist(_area(lane.x(0), middle, length, tall, bar.colour, bar.hatch))
    end = lane.x(0) + length
    if np.isfinite(bar.low) and np.isfinite(bar.high):
        sheet.page.errorbar(
            lane.x(bar.value), middle,
            xerr=[[(bar.value - bar.low) * lane.scale], [(bar.high - bar.value) * lane.scale]],
            ecolor=INK, elinewidth=1.3, capsize=3.5, capthick=1.3, fmt="none",
        )  # fmt: skip
        end = max(end, lane.x(bar.high) + 2)
    sheet.text(end + 5, middle, bar.text, color=_text_colour(bar.value))


def _text_colour(value: float) -> str:
    return SOFT if np.isnan(value) else INK


def _area(left: float, middle: float, length: float, tall: float, colour: str, hatch: str) -> Rectangle:
    return Rectangle(
        (left, middle - tall / 2),
        length,
        tall,
        facecolor=colour,
        edgecolor=PAPER if hatch else colour,
        hatch=hatch,
        lw=0,
    )


def _draw_zero(sheet: Sheet, lane: _Lane, top: float, bottom: float) -> None:
    if not lane.above:
        sheet.page.plot([lane.x(0)] * 2, [top, bottom], color=SOFT, lw=0.8)


def _draw_bands(
    sheet: Sheet,
    lane: _Lane,
    shares: NDArray[np.float64],
    hidden: NDArray[np.bool_],
    middle: float,
    tall: float,
) -> None:
    if hidden.any() or np.isnan(shares).all():
        sheet.text(lane.x(0) + 5, middle, HIDDEN_SIGN if hidden.any() else f"{MISSING} 算出不能", color=SOFT)
        return
    start, size = 0.0, sheet.layout.small
    for k, share in enumerate(np.nan_to_num(shares)):
        sheet.page.add_artist(
            Rectangle(
                (lane.x(start), middle - tall / 2),
                share * lane.scale,
                tall,
                facecolor=BANDS[k],
                edgecolor=PAPER,
                lw=1.2,
            )
        )
        text = in_cell(share, "share")
        if text_width(text, size) + 5 < share * lane.scale:
            ink = PAPER if k < 2 else INK
            sheet.text(lane.x(start + share / 2), middle, text, size=size, ha="center", color=ink)
        start += share
