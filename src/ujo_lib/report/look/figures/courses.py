"""Courses: how a number runs over months, weekdays, hours or days; power curves; what happened when.

One series over a few ordered categories stands as columns; two or more, and anything over days, run as lines that
differ in dash and marker as well as in hue. A day without data is a gap, never a zero.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.lettering import text_width, wrapped
from ujo_lib.report.look.figures.read import Drawing, FigureError, house
from ujo_lib.report.look.figures.sheet import Sheet, category_ticks, note
from ujo_lib.report.look.notation import HIDDEN, MISSING
from ujo_lib.report.look.style import (
    BLUE,
    DASHES,
    HATCHES,
    INK,
    MARKERS,
    MUTED,
    PALE,
    PAPER,
    SERIES,
    VERMILLION,
)

_MARKERS_UP_TO: Final = 40
_WHISKERS_UP_TO: Final = 12
_DAYS_UP_TO: Final = 75
"""Spans of time up to so many days are labelled by the day, longer ones by the month."""
_SPAN: Final = 15.0
"""Thickness in pixels of a span of a timeline, and the room below it."""


@house("x", "by")
def profile(
    published: Published,
    *,
    x: str,
    y: str,
    low: str | None = None,
    high: str | None = None,
    by: str | None = None,
    highlight: Sequence[str] = (),
) -> Drawing:
    """A number over ordered categories (month, weekday, hour): columns, or lines when `by` names several series.

    Args:
        published: the table, one row per category (and series).
        x: column with the categories, in their order.
        y: column with the number.
        low: column with the lower bounds of an interval: whiskers on columns, a band around lines.
        high: column with the upper bounds.
        by: column with the series.
        highlight: categories to stand out (columns only).

    Raises:
        FigureError: an unknown category is to be highlighted, or there are too many series.
    """
    if by is not None and len(read.levels(published, by)) > 1:
        return _lines(published, x, y, low, high, by=by)
    colours, names = read.highlighted(published, x, highlight), read.texts(published, x)
    rows, at = read.marks(published, y, low=low, high=high), np.arange(len(names))
    said = rows["said"].where(~rows["gone"], rows["said"].str[:1])

    def draw(sheet: Sheet) -> None:
        axes, small = _plot(sheet), sheet.layout.small
        axes.bar(at, rows["value"].fillna(0), 0.74, color=colours, clip_on=False)
        read.whiskers(axes, at, rows, INK)
        fit = max(text_width(text, small) for text in said) + 3 <= (sheet.layout.width - 50) / len(at)
        highest = rows["value"] == rows["value"].max()
        tops = rows[["value", "high"]].max(axis=1).fillna(0)
        for place in np.flatnonzero(rows["gone"] | highest | fit):
            note(axes, said[place], (place, tops[place]), (0, 3), faint=rows["gone"][place], fontsize=small)
        category_ticks(axes, sheet.layout, names)
        _upright(axes, sheet, published, y, rows, low)

    return Drawing(f"縦棒グラフ、{len(names)}区分", draw, y, names)


@house("x", "by")
def line(
    published: Published,
    *,
    x: str,
    y: str,
    fitted: str | None = None,
    low: str | None = None,
    high: str | None = None,
    by: str | None = None,
    spans: Published | None = None,
) -> Drawing:
    """A time series, with a fitted line and its band, and shaded spans of time.

    Args:
        published: the table, one row per day, week, month or year (and series).
        x: column with dates; texts that are no dates are taken as ordered categories.
        y: column with the observed number.
        fitted: column with a fitted or counterfactual number (one series only).
        low: column with the lower edge of a band, around `fitted` if there is one.
        high: column with its upper edge.
        by: column with several observed series.
        spans: table with `label`, `start`, `end`: periods to shade on an axis of dates.

    Raises:
        FigureError: too many series, or `fitted` together with several series.
    """
    if fitted and by:
        raise FigureError(
            f"{published.spec.id}: fitted と by は一緒に使えません。where で一つの系列に絞り、by を外します。"
        )
    return _lines(published, x, y, low, high, by=by, fitted=fitted, spans=spans)


@house("x", "by")
def curve(
    published: Published,
    *,
    x: str,
    y: str,
    by: str | None = None,
    target: float | None = None,
) -> Drawing:
    """Smooth curves over a number, power over the size of an effect say.

    Args:
        published: the table, one row per point.
        x: column with the number along the bottom.
        y: column with the height.
        by: column with several curves.
        target: height of a level to mark, 0.8 say, as the table holds it.

    Raises:
        FigureError: more curves than can be told apart.
    """
    series = read.few_enough(published, by)
    rows = read.marks(published, y, by=by).assign(at=read.numbers(published, x))
    level = np.nan if target is None else target * read.scale_of(published, y)

    def draw(sheet: Sheet) -> None:
        axes = _plot(sheet)
        for k, name in enumerate(series):
            _course(axes, rows[rows["by"] == name] if by else rows, SERIES[k], DASHES[k], "", name)
        axes.margins(x=0)
        read.scale(axes.xaxis, sheet.layout, published, x)
        axes.xaxis.grid(visible=False)
        if target is not None:
            axes.axhline(level, color=INK, lw=1, ls=(0, (4, 3)))
            words = f"目安 {read.written(published, y, target)}"
            note(axes, words, (1, level), (0, -3), within="row", ha="right", fontsize=sheet.layout.small)
        _upright(axes, sheet, published, y, rows.assign(high=level))
        if by:
            sheet.key(*axes.get_legend_handles_labels())

    return Drawing("曲線のグラフ", draw, y, read.joined(published, by, x) if by else read.texts(published, x))


@house("y", "start", "end", "by")
def timeline(published: Published, *, y: str, start: str, end: str, by: str | None = None) -> Drawing:
    """Bars along a time axis, one line per label; a span of a single day becomes a diamond.

    Args:
        published: the table, one row per span; rows with the same label share a line.
        y: column with the labels.
        start: column with the first day of each span.
        end: column with the last day, included.
        by: column with kinds of span, told apart by colour and pattern.

    Raises:
        FigureError: a span ends before it begins, or there are more kinds than can be told apart.
    """
    names, kinds = read.levels(published, y), read.few_enough(published, by)
    first, last = read.days(published, start), read.days(published, end)
    if late := "、".join(
        dict.fromkeys(
            name for name, turned in zip(read.texts(published, y), last < first, strict=True) if turned
        )
    ):
        raise FigureError(
            f"{published.spec.id}: 列「{end}」が列「{start}」より前の行({late})があります。日付を直します。"
        )
    said = [_span(*ends) for ends in zip(first, last, strict=True)]
    places = [names.index(name) for name in read.texts(published, y)]
    looks = [kinds.index(kind) for kind in (read.texts(published, by) if by else [""] * len(said))]

    def draw(sheet: Sheet) -> None:
        layout, small = sheet.layout, sheet.layout.small
        room = layout.width * (1.0 if layout.narrow else 0.7)
        per_day = room / ((last.max() - first.min()).days + 1)
        widths = [text_width(text, small) + 8 for text in said]
        tiers = _tiers(places, (first - first.min()).dt.days * per_day, widths)
        over = small * 1.35 * (max(tiers) + 1) + (layout.font * 1.5 if layout.narrow else 0)
        pitch = 2 * _SPAN + over
        axes = sheet.axes(pitch * len(names))
        begins, lengths = date2num(first), (last - first).dt.days + 1
        for begin, length, place, k, tier, text in zip(
            begins, lengths, places, looks, tiers, said, strict=True
        ):
            if length == 1:
                axes.plot(begin + 0.5, place, "D", ms=10, color=SERIES[k])
            else:
                box = (place - _SPAN / pitch / 2, _SPAN / pitch)
                axes.broken_barh(
                    [(begin, length)], box, facecolor=SERIES[k], hatch=HATCHES[k], edgecolor=PAPER, lw=0
                )
            away = (0, _SPAN / 2 + 3 + small * 1.35 * tier)
            note(axes, text, (begin, place), away, ha="left", fontsize=small)
        for place, name in enumerate(names) if layout.narrow else ():
            note(axes, name, (0, place), (0, over + 9 - layout.font * 1.3), within="row", ha="left")
        lines = ["" if layout.narrow else wrapped(name, layout.font, layout.width * 0.33) for name in names]
        axes.set_yticks(range(len(names)), lines, fontsize=layout.font, color=INK, linespacing=1.15)
        axes.set_ylim(len(names) - 1 + _SPAN / pitch, -(over + _SPAN) / pitch)
        _days(axes, first.min(), last.max(), small, room)
        axes.set_xlim(date2num(first.min()), date2num(last.max()) + 1)
        axes.xaxis.grid(visible=True)
        if by:
            sheet.swatches(kinds, SERIES, HATCHES)

    labels = read.joined(published, y, by) if by else read.texts(published, y)
    told = "、".join(f"{label} {text}" for label, text in zip(labels, said, strict=True))
    return Drawing(f"時間軸に沿った帯の図。{told}", draw)


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    begin = f"{first.month}/{first.day}"
    return begin if first == last else f"{begin}〜{last.month}/{last.day}"


def _tiers(places: Sequence[int], lefts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """On which line above its place each text is written, so that none covers another."""
    free: dict[tuple[int, int], float] = {}
    tiers = []
    for place, left, width in zip(places, lefts, widths, strict=True):
        tier = next(tier for tier in range(len(widths)) if free.get((place, tier), -np.inf) <= left)
        free[place, tier] = left + width
        tiers.append(tier)
    return tiers


def _lines(
    published: Published,
    x: str,
    y: str,
    low: str | None,
    high: str | None,
    *,
    by: str | None = None,
    fitted: str | None = None,
    spans: Published | None = None,
) -> Drawing:
    names, series, when = read.levels(published, x), read.few_enough(published, by), _when(published, x)
    places = date2num(when) if when is not None else [names.index(name) for name in read.texts(published, x)]
    bounds = {} if fitted else {"low": low, "high": high}
    rows = read.marks(published, y, by=by, **bounds).assign(at=places)
    model = read.marks(published, fitted, low=low, high=high).assign(at=places) if fitted else rows.iloc[:0]
    whiskers = when is None and len(series) == 1 and len(names) <= _WHISKERS_UP_TO
    marks = MARKERS if len(names) <= _MARKERS_UP_TO else [""] * len(MARKERS)
    called = published.spec.schema

    def draw(sheet: Sheet) -> None:
        axes = _plot(sheet)
        if fitted:
            _course(axes, rows, MUTED, "-", marks[0], called[y].name, thick=1.2)
            _course(axes, model, VERMILLION, DASHES[1], "", called[fitted].name)
        for k, name in enumerate([] if fitted else series):
            own = rows[rows["by"] == name] if by else rows
            _course(axes, own, SERIES[k], DASHES[k], marks[k], name, band=not whiskers)
        if whiskers:
            read.whiskers(axes, rows["at"], rows, BLUE)
        if when is None:
            category_ticks(axes, sheet.layout, names)
            for at in set(range(len(names))) - set(rows["at"][~rows["gone"]]):
                kept = rows["hidden"][rows["at"] == at].any()
                note(axes, HIDDEN if kept else MISSING, (at, 0), (0, 3))
        else:
            _days(axes, when.min(), when.max(), sheet.layout.small, sheet.layout.width - 40)
        _upright(axes, sheet, published, y, pd.concat([rows, model]), low, "線" if whiskers else "帯")
        if spans is not None and when is not None:
            _shade(axes, spans)
        handles, labels = axes.get_legend_handles_labels()
        if len(labels) > 1:
            sheet.key(handles, labels)

    kind = "折れ線グラフ" + (f"、{'と'.join(series)}" if len(series) > 1 else "")
    return Drawing(kind, draw, y, read.joined(published, by, x) if by else read.texts(published, x))


def _when(published: Published, x: str) -> "pd.Series[pd.Timestamp] | None":
    """The days of an axis; None where the column holds other labels."""
    try:
        return read.days(published, x)
    except FigureError:
        return None


def _course(
    axes: Axes,
    rows: pd.DataFrame,
    colour: str,
    dash: Any,
    marker: str,
    name: str,
    *,
    thick: float = 2.0,
    band: bool = True,
) -> None:
    """One line with the band around it."""
    rows = rows.sort_values("at", kind="stable")
    if band and rows["low"].notna().any():
        axes.fill_between(rows["at"], rows["low"], rows["high"], color=colour, alpha=0.16, lw=0)
    look: dict[str, Any] = {"color": colour, "ls": dash, "lw": thick, "marker": marker, "ms": 4.8}
    # The first and the last marker stand on the edge of the axes, whole.
    axes.plot(rows["at"], rows["value"], label=name, clip_on=False, **look)


def _plot(sheet: Sheet) -> Axes:
    return sheet.axes(sheet.layout.width * (0.6 if sheet.layout.narrow else 0.37))


def _upright(
    axes: Axes,
    sheet: Sheet,
    published: Published,
    y: str,
    rows: pd.DataFrame,
    low: str | None = None,
    mark: str = "線",
) -> None:
    """A vertical scale, which begins at zero unless something lies below."""
    read.scale(axes.yaxis, sheet.layout, published, y, low, mark)
    ends = rows[["value", "low", "high"]].to_numpy(dtype=float)
    ends = ends[np.isfinite(ends)]
    axes.set_ylim(ends.min(initial=0.0) * 1.1, ends.max(initial=0.0) * 1.1 or 1.0)


def _days(axes: Axes, first: pd.Timestamp, last: pd.Timestamp, size: float, room: float) -> None:
    """Label days along the bottom: months over longer spans, single days over shorter; the year where it begins."""
    span, most = (last - first).days or 1, int(room / (text_width("12月30日", size) + 8))
    if span <= _DAYS_UP_TO:
        every = next(step for step in (1, 2, 3, 5, 7, 10, 14, 28) if span / step <= most or step == 28)
        days = list(pd.date_range(first, last, freq=f"{every}D"))
        names = [f"{day.month}月{day.day}日" for day in days]
    else:
        months = pd.date_range(first, last, freq="MS")
        every = next(step for step in (1, 2, 3, 6, 12) if len(months) / step <= most + 1 or step == 12)
        days = [month for month in months if (month.month - 1) % every == 0]
        opens = {day.year: day for day in reversed(days)}
        names = [f"{day.month}月" + (f"\n{day.year}年" if opens[day.year] == day else "") for day in days]
    axes.set_xticks(date2num(days), names)
    axes.set_xlim(date2num(first) - 0.5, date2num(last) + 0.5)


def _shade(axes: Axes, spans: Published) -> None:
    """Shade periods; each name goes into the key once, with a pattern of its own."""
    names, seen = read.texts(spans, "label"), read.few_enough(spans, "label")
    ends = zip(names, read.days(spans, "start"), read.days(spans, "end"), strict=True)
    look: dict[str, Any] = {"facecolor": PALE, "edgecolor": MUTED, "lw": 0.6, "zorder": 0}
    for at, (name, first, last) in enumerate(ends):
        label = name if names.index(name) == at else None
        axes.axvspan(
            date2num(first) - 0.5, date2num(last) + 0.5, label=label, **look, hatch=HATCHES[seen.index(name)]
        )
