"""Bars: one series, side by side in panels, as bands of 100 %, back to back as a pyramid.

Bars lie down, because Japanese labels are read along the line; every bar carries its value, so that no reader has
to measure. On a phone a long label moves above its bar.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.lettering import printable, text_width, widest, wrapped
from ujo_lib.report.look.figures.read import Drawing, FigureError, house
from ujo_lib.report.look.figures.sheet import Sheet, note
from ujo_lib.report.look.notation import in_cell
from ujo_lib.report.look.style import BANDS, BLUE, HATCHES, INK, PAPER, SERIES, SOFT, Layout

_ABOVE: Final = {True: 0.34, False: 0.64}
"""Share of the width from which labels go above their bars, on a phone and else."""
_LABELS: Final = 0.46
"""Share of the width that labels may take beside their bars."""
_LINE: Final = 1.3
"""Height of a line of text, and of a bar, in font sizes."""


@house("y")
def bars(
    published: Published,
    *,
    x: str,
    y: str,
    n: str | None = None,
    low: str | None = None,
    high: str | None = None,
    highlight: Sequence[str] = (),
    sort: bool = False,
) -> Drawing:
    """Horizontal bars, one per row of the table.

    Args:
        published: the table.
        x: column with the length of the bars.
        y: column with their labels.
        n: column with the number behind each bar, written beside the label.
        low: column with the lower bounds of an interval, drawn as a whisker.
        high: column with the upper bounds.
        highlight: labels to stand out from the others.
        sort: longest first, instead of the table's order.
    """
    rows = read.marks(published, x, low=low, high=high, n=n, y=y)
    rows["colour"] = read.highlighted(published, y, highlight)
    if sort:
        rows = rows.sort_values("value", ascending=False, kind="stable", ignore_index=True)

    def draw(sheet: Sheet) -> None:
        lanes = _Lanes(rows["y"].astype(str) + rows["n"], sheet.layout, sheet.layout.width)
        axes = sheet.axes(lanes.height)
        _lie(axes, rows, lanes)
        _scale(axes, rows, lanes, published, x, low)

    return Drawing(f"横棒グラフ、{len(rows)}項目", draw, x, read.texts(published, y))


@house("y", "by")
def panels(
    published: Published,
    *,
    x: str,
    y: str,
    by: str,
    n: str | None = None,
    low: str | None = None,
    high: str | None = None,
) -> Drawing:
    """Small multiples: one panel of bars per value of `by`, all on one scale.

    Args:
        published: the table, one row per panel and bar.
        x: column with the length of the bars.
        y: column with their labels.
        by: column with the panels.
        n: column with the number behind each bar.
        low: column with the lower bounds of an interval.
        high: column with the upper bounds.
    """
    return _side_by_side(published, x, y, by, n, low, high)


@house("y", "by")
def band(published: Published, *, x: str, y: str, by: str, n: str | None = None) -> Drawing:
    """帯グラフ: each group a band of 100 %, its answers in order, joined by lines to the band below.

    More than six answers stand as bars in a panel per group.

    Args:
        published: the table, one row per group and answer.
        x: column with the shares of the answers, which make up 100 % of each group.
        y: column with the groups.
        by: column with the answers, in their order.
        n: column with the base of each group.
    """
    answers, groups = read.levels(published, by), read.levels(published, y)
    if len(answers) > len(BANDS):
        return _side_by_side(published, x, by, y, base=n)
    rows = read.marks(published, x, n=n, y=y, by=by)
    sizes, hidden = (read.crossed(published, rows, name) for name in ("value", "hidden"))
    # One hidden part hides them all: the others would leave it as the rest.
    kept = hidden.eq(other=True).any(axis=1)
    sizes[kept] = np.nan
    gone = sizes.isna().all(axis=1)
    ends, parts = sizes.fillna(0).cumsum(axis=1), sizes.fillna(0)
    whole = float(ends.to_numpy().max()) or 1.0
    labels = (rows["y"].astype(str) + rows["n"])[~rows["y"].duplicated()].set_axis(
        rows["y"].drop_duplicates()
    )
    percent = read.scale_of(published, x)

    def draw(sheet: Sheet) -> None:
        lanes, size = _Lanes(labels[groups], sheet.layout, sheet.layout.width), sheet.layout.small
        axes, pixels = sheet.axes(lanes.height), (sheet.layout.width - lanes.room) / whole
        for k, answer in enumerate(answers):
            own = parts[answer]
            look: dict[str, Any] = {"color": BANDS[k], "edgecolor": PAPER, "linewidth": 1}
            drawn = axes.barh(range(len(groups)), own, lanes.thick, ends[answer] - own, **look)
            said = [in_cell(part / percent, published.spec.schema[x].format) for part in own]
            fit = [
                text if text_width(text, size) + 4 < part * pixels else ""
                for text, part in zip(said, own, strict=True)
            ]
            axes.bar_label(drawn, fit, label_type="center", fontsize=size, color=PAPER if k < 2 else INK)
        for row in np.flatnonzero(gone):
            note(
                axes, read.HIDDEN_SIGN if kept.iloc[row] else read.UNKNOWN_SIGN, (0, row), (5, 0), faint=True
            )
        for at in range(len(groups) - 1) if not lanes.above else ():
            if not gone.iloc[at : at + 2].any():
                edges = [at + lanes.thick / 2, at + 1 - lanes.thick / 2]
                axes.plot(ends[answers[:-1]].iloc[at : at + 2], edges, color=SOFT, lw=0.7)
        lanes.name(axes)
        read.scale(axes.xaxis, sheet.layout, published, x, beside=lanes.room + 10)
        axes.set(xlim=(0, whole), ylabel="")
        sheet.swatches(answers, BANDS)

    left_out = rows["y"].map(kept).to_numpy(dtype=bool)
    kind = f"100%帯グラフ、{len(groups)}群×{len(answers)}区分"
    return Drawing(kind, draw, x, read.joined(published, y, by), left_out)


def _side_by_side(
    published: Published,
    x: str,
    y: str,
    by: str,
    n: str | None = None,
    low: str | None = None,
    high: str | None = None,
    *,
    base: str | None = None,
) -> Drawing:
    """A panel of bars per value of `by`, which holds what a palette cannot tell apart.

    The numbers of `n` stand behind the bars, those of `base` behind the titles of the panels.
    """
    rows = read.marks(published, x, low=low, high=high, n=base or n, y=y, by=by).assign(colour=BLUE)
    if base:
        behind = rows.groupby("by", observed=True)["n"].first()
        rows["by"] = rows["by"].cat.rename_categories(
            {name: f"{name}{behind[name]}" for name in behind.index}
        )
        rows["n"] = ""
    groups = [(str(name), own.reset_index(drop=True)) for name, own in rows.groupby("by", observed=True)]

    def draw(sheet: Sheet) -> None:
        across = 1 if sheet.layout.narrow else 2
        lanes = _Lanes(rows["y"].astype(str) + rows["n"], sheet.layout, sheet.layout.width / across)
        tiers = [groups[at : at + across] for at in range(0, len(groups), across)]
        most = [max(len(own) for _, own in tier) for tier in tiers]
        grid = sheet.grid([lanes.span(count) * lanes.pitch for count in most], across, sharex=True)
        every = [(axes, count) for row, count in zip(grid, most, strict=True) for axes in row]
        for (name, own), (axes, count) in zip(groups, every, strict=False):
            _lie(axes, own, lanes, count)
            axes.set_title(name)
            _scale(axes, rows, lanes, published, x, None)
            axes.set_xlabel("")
            axes.tick_params(labelbottom=True)
        for axes, _ in every[len(groups) :]:
            axes.set_axis_off()
        room = sheet.layout.width / across - lanes.room - 10
        title = wrapped(read.axis_title(published, x, low), sheet.layout.small, room)
        grid[-1][0].set_xlabel(title, loc="left")

    return Drawing(f"横棒グラフ、{len(groups)}面", draw, x, read.joined(published, by, y))


@house("y", "by")
def pyramid(published: Published, *, x: str, y: str, by: str) -> Drawing:
    """Two series back to back over common labels in the middle, men and women by age say.

    Args:
        published: the table, one row per label and side.
        x: column with the length of the bars.
        y: column with the labels, drawn from the top down as given.
        by: column with the two sides: the first goes left.

    Raises:
        FigureError: `by` has not two values.
    """
    names, sides = read.levels(published, y), read.levels(published, by)
    if len(sides) != 2:
        raise FigureError(
            f"{published.spec.id}: 左右に分ける列「{by}」の区分が{len(sides)}個です。"
            "二つになるよう where で行を絞ります。"
        )
    rows = read.marks(published, x, y=y, by=by)

    def draw(sheet: Sheet) -> None:
        layout = sheet.layout
        pair = sheet.grid([layout.font * 2.0 * len(names)], 2, sharey=True)[0]
        for k, (side, axes) in enumerate(zip(sides, pair, strict=True)):
            own = rows[rows["by"] == side].fillna({"value": 0})
            places = own["y"].cat.codes
            axes.barh(places, own["value"], 0.76, color=SERIES[k], hatch=HATCHES[k], edgecolor=PAPER, lw=0)
            for row, place in zip(own.itertuples(), places, strict=True):
                note(axes, row.said, (row.value, place), (5 if k else -5, 0), faint=row.gone)
            read.scale(axes.xaxis, layout, published, x, beside=layout.width / 2)
            axes.set(xlim=(0, rows["value"].max() or 1), xlabel=axes.get_xlabel() if k else "")
            axes.set_title(side, loc="left" if k else "right")
            axes.axvline(0, color=SOFT, lw=0.8)
        pair[0].invert_xaxis()
        pair[0].tick_params(axis="y", labelleft=False)
        pair[0].set_ylim(len(names) - 0.5, -0.5)
        labels = [printable(name) for name in names]
        pair[1].set_yticks(range(len(names)), labels, ha="center", fontsize=layout.font, color=INK)
        pair[1].tick_params(axis="y", labelleft=True, pad=widest(names, layout.font) / 2 + 6)

    kind = f"左右に{sides[0]}と{sides[1]}を置いたピラミッド型の棒グラフ"
    return Drawing(kind, draw, x, read.joined(published, y, by))


class _Lanes:
    """Where labels and bars go: beside each other, or longer labels above their bars.

    Attributes:
        above: whether labels go above.
        room: pixels that labels take beside the bars.
        pitch: pixels from one row to the next.
        thick: share of a row that its bars take.
    """

    def __init__(self, labels: Sequence[str], layout: Layout, width: float) -> None:
        size, beside = layout.font, widest(labels, layout.font) + 8
        self.layout, self._width, self.above = layout, width, beside > width * _ABOVE[layout.narrow]
        self.room = 0.0 if self.above else min(beside, width * _LABELS)
        self._labels = self.wrap(labels)
        self._label = max((label.count("\n") + 1 for label in self._labels), default=1) * size * _LINE
        bar = size * _LINE
        self.pitch = self._label + bar + size * 0.5 if self.above else max(bar + size * 0.8, self._label + 6)
        self.thick = bar / self.pitch

    def wrap(self, labels: Sequence[str]) -> list[str]:
        """Labels on as many lines as they need."""
        return [wrapped(label, self.layout.font, (self.room or self._width + 4) - 8) for label in labels]

    def span(self, count: int) -> float:
        """Height of so many rows, in rows."""
        return count - 1 + self.thick + (self._label + 12) / self.pitch if self.above else count

    @property
    def height(self) -> float:
        """Height of all rows in pixels."""
        return self.span(len(self._labels)) * self.pitch

    def name(self, axes: Axes, labels: Sequence[str] | None = None, count: int = 0) -> None:
        """Write the labels of these rows, and give the axes room for so many."""
        labels = self._labels if labels is None else self.wrap(labels)
        count = count or len(labels)
        bottom = count - 1 + (self.thick / 2 + 4 / self.pitch if self.above else 0.5)
        look: dict[str, Any] = {"color": INK, "fontsize": self.layout.font, "linespacing": 1.15}
        axes.set_yticks(range(len(labels)), [""] * len(labels) if self.above else labels, **look)
        for at, label in enumerate(labels) if self.above else ():
            note(axes, label, (0, at - self.thick / 2), (0, 3), within="row", ha="left", **look)
        axes.axvline(0, color=SOFT, lw=0.8)
        axes.set(ylim=(bottom, bottom - self.span(count)), ylabel="")


def _lie(axes: Axes, rows: pd.DataFrame, lanes: _Lanes, count: int = 0) -> None:
    """Draw bars with whiskers, labels, and the value of each behind its end."""
    at = np.arange(len(rows))
    axes.barh(at, rows["value"].fillna(0), lanes.thick, color=rows["colour"], clip_on=False)
    read.whiskers(axes, at, rows, INK, lying=True)
    ends = rows[["value", "high"]].max(axis=1).fillna(0).clip(lower=0)
    for place, end, row in zip(at, ends, rows.itertuples(), strict=True):
        note(axes, row.said, (end, place), (5, 0), faint=row.gone)
    lanes.name(axes, rows["y"].astype(str) + rows["n"], count)


def _scale(
    axes: Axes, rows: pd.DataFrame, lanes: _Lanes, published: Published, x: str, low: str | None
) -> None:
    read.scale(axes.xaxis, lanes.layout, published, x, low, beside=lanes.room + 10)
    axes.xaxis.grid(visible=not lanes.above)
    ends = rows[["value", "low", "high"]].to_numpy(dtype=float)
    axes.set(xlim=(np.nanmin(ends, initial=0.0), np.nanmax(ends, initial=0.0) or 1.0), ylabel="")
