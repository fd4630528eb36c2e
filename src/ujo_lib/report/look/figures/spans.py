"""Spans: what happened when, as bars along a time axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.patches import Rectangle

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.axes import day_ticks
from ujo_lib.report.look.figures.canvas import Figure, Sheet, text_width, widest, wrapped
from ujo_lib.report.look.figures.data import FigureError, days, few_enough, levels, shown_by, texts
from ujo_lib.report.look.figures.keys import Mark, draw_key, key_height
from ujo_lib.report.look.style import BLUE, HATCHES, PAPER, RULE, SERIES, Layout

_BAR: Final = 15.0


@dataclass(frozen=True)
class _Axis:
    """Where days lie on the sheet, in pixels."""

    left: float
    origin: pd.Timestamp
    scale: float

    def x(self, day: pd.Timestamp) -> float:
        """Left edge of a day."""
        return self.left + float((day - self.origin).days) * self.scale


@shown_by("y", "start", "end", "by")
def timeline(
    published: Published, *, y: str, start: str, end: str, finding: str, by: str | None = None
) -> Figure:
    """Bars along a time axis, one line per label; a span of a single day becomes a diamond.

    Args:
        published: the table, one row per span; rows with the same label share a line.
        y: column with the labels.
        start: column with the first day of each span.
        end: column with the last day, included.
        finding: sentence template.
        by: column with kinds of span, told apart by colour and pattern.

    Raises:
        FigureError: a span ends before it begins, or there are more kinds than can be told apart.
    """
    starts, ends = days(published, start), days(published, end)
    if (ends < starts).any():
        raise FigureError(f"{published.spec.id}: a span ends before it begins")
    names, kinds = levels(published, y), levels(published, by) if by else []
    few_enough(published, by or "", kinds)
    marks = [Mark(kind, SERIES[k], HATCHES[k]) for k, kind in enumerate(kinds)]
    of_row = list(
        zip(
            texts(published, y), texts(published, by) if by else [""] * len(starts), starts, ends, strict=True
        )
    )

    def draw(layout: Layout) -> Sheet:
        size = layout.font
        margin = text_width("12月30日", layout.small) / 2
        left = margin if layout.narrow else min(widest(names, size) + 12 + margin, layout.width * 0.36)
        label = size * 1.6 if layout.narrow else 0.0
        tiers = {
            name: _tiers([row for row in of_row if row[0] == name], starts.min(), layout) for name in names
        }
        tall = {name: label + _BAR + layout.small * 1.35 * (max(tiers[name]) + 1) + 16 for name in names}
        head = key_height(layout, kinds)
        sheet = Sheet(layout, head + sum(tall.values()) + layout.small * 3.4)
        draw_key(sheet, marks, 0.0)
        width = layout.width - left - margin
        axes = sheet.axes(left, head, width, sum(tall.values()))
        day_ticks(sheet, axes, starts.min(), ends.max(), width)
        axes.xaxis.grid(True, color=RULE, lw=0.8)
        axes.tick_params(axis="x", pad=6)
        axes.set_axisbelow(True)
        axes.set_yticks([])
        axis = _Axis(left, starts.min(), width / ((ends.max() - starts.min()).days + 1))
        top = head
        for name in names:
            bar = top + tall[name] - 8 - _BAR / 2
            if layout.narrow:
                sheet.text(0, top + size, name)
            else:
                sheet.text(left - margin - 4, bar, wrapped(name, size, left - margin - 4), ha="right")
            for tier, row in zip(tiers[name], [row for row in of_row if row[0] == name], strict=True):
                look = Mark("", BLUE) if not by else marks[kinds.index(row[1])]
                _draw_span(sheet, (row[2], row[3]), axis, bar, look, tier)
            top += tall[name]
            sheet.page.plot([0, layout.width], [top, top], color=RULE, lw=0.8)
        return sheet

    spans = "、".join(
        f"{name}{f'({kind})' if kind else ''} {_span_text(first, last)}" for name, kind, first, last in of_row
    )
    return Figure(draw, (published,), finding, f"時間軸に沿った帯の図。{spans}。")


def _tiers(
    rows: Sequence[tuple[str, str, pd.Timestamp, pd.Timestamp]], origin: pd.Timestamp, layout: Layout
) -> list[int]:
    """On which line above its bar each span's dates are written: the second where the first is taken."""
    last_end = max(row[3] for row in rows)
    scale = layout.width * 0.7 / max((last_end - origin).days + 1, 1)
    free: dict[int, float] = {}
    tiers = []
    for _, _, first, last in rows:
        begin = (first - origin).days * scale
        tier = next(tier for tier in range(len(rows)) if free.get(tier, -1.0) <= begin)
        free[tier] = begin + text_width(_span_text(first, last), layout.small) + 8
        tiers.append(tier)
    return tiers


def _draw_span(
    sheet: Sheet, span: tuple[pd.Timestamp, pd.Timestamp], axis: _Axis, middle: float, look: Mark, tier: int
) -> None:
    first, last = span
    begin, end = axis.x(first), axis.x(last + pd.Timedelta(days=1))
    if first == last:
        sheet.page.plot([(begin + end) / 2], [middle], "D", ms=10, color=look.colour)
    else:
        box = (begin, middle - _BAR / 2)
        sheet.page.add_artist(
            Rectangle(box, end - begin, _BAR, facecolor=look.colour, edgecolor=PAPER, hatch=look.hatch, lw=0)
        )
    text, size = _span_text(first, last), sheet.layout.small
    left = min(begin, sheet.layout.width - text_width(text, size))
    sheet.text(left, middle - _BAR / 2 - size * (0.75 + 1.35 * tier), text, size=size)


def _span_text(first: pd.Timestamp, last: pd.Timestamp) -> str:
    begin = f"{first.month}/{first.day}"
    return begin if first == last else f"{begin}〜{last.month}/{last.day}"
