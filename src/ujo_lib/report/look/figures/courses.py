"""Courses: how a number runs over months, weekdays, hours or days, and power curves.

One series over a few ordered categories stands as columns; two or more, and anything over days, run as lines that
differ in dash and marker as well as in hue. A day without data is a gap, never a zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.axes import category_ticks, day_number, day_ticks, scale_room, vertical_scale
from ujo_lib.report.look.figures.canvas import Figure, Sheet, text_width
from ujo_lib.report.look.figures.data import (
    FigureError,
    are_days,
    axis_title,
    days,
    few_enough,
    kept_back,
    levels,
    made,
    need,
    numbers,
    shown_by,
    texts,
    written,
)
from ujo_lib.report.look.figures.keys import LineMark, draw_line_key, key_height
from ujo_lib.report.look.notation import HIDDEN, MISSING, format_of
from ujo_lib.report.look.style import (
    BLUE,
    DASHES,
    INK,
    MARKERS,
    MUTED,
    PALE,
    SERIES,
    SOFT,
    VERMILLION,
    Layout,
)

_Array = NDArray[np.float64]
_FOOT: Final = 2.1
_FOOT_TWO_LINES: Final = 3.6
_HEAD: Final = 1.8
_EDGE: Final = 14.0
_MARKERS_UP_TO: Final = 40
_WHISKERS_UP_TO: Final = 12


@dataclass(frozen=True)
class _Course:
    """One line of a figure: where it runs, its band, and how it looks."""

    mark: LineMark
    at: _Array
    height: _Array
    low: _Array | None = None
    high: _Array | None = None
    thick: float = 2.0


@shown_by("x", "by")
def profile(
    published: Published,
    *,
    x: str,
    y: str,
    finding: str,
    low: str | None = None,
    high: str | None = None,
    by: str | None = None,
    highlight: Sequence[str] = (),
) -> Figure:
    """A number over ordered categories (month, weekday, hour): columns, or lines when `by` names several series.

    Args:
        published: the table, one row per category (and series).
        x: column with the categories, in their order.
        y: column with the number.
        finding: sentence template.
        low: column with the lower bounds of an interval: whiskers on columns, a band around lines.
        high: column with the upper bounds.
        by: column with the series.
        highlight: categories to stand out (columns only).

    Raises:
        FigureError: an unknown category is to be highlighted, or there are too many series.
    """
    need(published, x, y, low, high, by)
    if by is not None and len(levels(published, by)) > 1:
        return _lines(published, x, y, finding, (low, high), by, None, None)
    names, values, hidden = texts(published, x), numbers(published, y), kept_back(published, y)
    if unknown := set(highlight) - set(names):
        raise FigureError(f"{published.spec.id}: no row {', '.join(sorted(unknown))} in {x} to highlight")
    lows, highs = (
        numbers(published, column) if column else np.full(len(values), np.nan) for column in (low, high)
    )
    colours = [BLUE if not highlight or name in highlight else MUTED for name in names]
    limits = _limits([values, lows, highs], 1.12)

    def draw(layout: Layout) -> Sheet:
        sheet, axes, width = _frame(published, layout, y, limits, [])
        axes.bar(range(len(names)), np.nan_to_num(values), width=0.74, color=colours)
        _whiskers(axes, np.arange(len(values)), values, (lows, highs), INK)
        category_ticks(sheet, axes, names, width)
        _column_texts(sheet, axes, published, y, values, hidden, highs, width / len(names))
        return sheet

    return made(published, f"縦棒グラフ、{len(names)}区分", draw, finding, value=y, names=names)


@shown_by("x", "by")
def line(
    published: Published,
    *,
    x: str,
    y: str,
    finding: str,
    fitted: str | None = None,
    low: str | None = None,
    high: str | None = None,
    by: str | None = None,
    spans: Published | None = None,
) -> Figure:
    """A time series, with a fitted line and its band, and shaded spans of time.

    Args:
        published: the table, one row per day, week, month or year (and series).
        x: column with dates; texts that are no dates are taken as ordered categories.
        y: column with the observed number.
        finding: sentence template.
        fitted: column with a fitted or counterfactual number (one series only).
        low: column with the lower edge of a band, around `fitted` if there is one.
        high: column with its upper edge.
        by: column with several observed series.
        spans: table with `label`, `start`, `end`: periods to shade on an axis of dates.

    Raises:
        FigureError: too many series, or `fitted` together with several series.
    """
    need(published, x, y, fitted, low, high, by)
    if fitted and by:
        raise FigureError(f"{published.spec.id}: fitted and by together; show one series at a time")
    return _lines(published, x, y, finding, (low, high), by, fitted, spans)


@shown_by("x", "by")
def curve(
    published: Published,
    *,
    x: str,
    y: str,
    finding: str,
    by: str | None = None,
    target: float | None = None,
) -> Figure:
    """Smooth curves over a number, power over the size of an effect say.

    Args:
        published: the table, one row per point.
        x: column with the number along the bottom.
        y: column with the height.
        finding: sentence template.
        by: column with several curves.
        target: height of a level to mark, 0.8 say.

    Raises:
        FigureError: more curves than can be told apart.
    """
    need(published, x, y, by)
    across, up = numbers(published, x), numbers(published, y)
    courses = _courses(published, across, by, {"height": up}, markers=False)
    limits = _limits([up, np.array([target if target is not None else 0.0])], 1.03)

    def draw(layout: Layout) -> Sheet:
        marks = [course.mark for course in courses] if by else []
        sheet, axes, _ = _frame(published, layout, y, limits, marks, foot=_FOOT_TWO_LINES)
        for course in courses:
            _draw_course(axes, course, whiskers=False)
        axes.set_xlim(np.nanmin(across), np.nanmax(across))
        if target is not None:
            axes.axhline(target, color=INK, lw=1, ls=(0, (4, 3)))
            words = f"目安 {written(published, y, target)}"
            axes.text(np.nanmax(across), target, words, fontsize=layout.small, ha="right", va="top")
        axes.spines["bottom"].set(visible=True, color=SOFT, linewidth=0.8)
        middle = sheet.height - layout.small * 0.8
        title = axis_title(published, x)
        sheet.text(layout.width, middle, title, ha="right", size=layout.small, color=SOFT)
        return sheet

    return made(published, "曲線のグラフ", draw, finding, value=y, names=texts(published, x))


def _lines(
    published: Published,
    x: str,
    y: str,
    finding: str,
    bounds: tuple[str | None, str | None],
    by: str | None,
    fitted: str | None,
    spans: Published | None,
) -> Figure:
    dated = are_days(published, x)
    names = levels(published, x)
    at = (
        np.array([day_number(day) for day in days(published, x)])
        if dated
        else np.array([float(names.index(label)) for label in texts(published, x)])
    )
    columns = {"height": y, **({} if fitted else {"low": bounds[0], "high": bounds[1]})}
    amounts = {role: numbers(published, column) for role, column in columns.items() if column}
    courses = _courses(
        published, at, by, amounts, markers=len(names) <= _MARKERS_UP_TO, title=axis_title(published, y)
    )
    if fitted:
        courses = [*_muted(courses), _fitted_course(published, at, fitted, bounds)]
    everything = [
        part for course in courses for part in (course.height, course.low, course.high) if part is not None
    ]
    limits = _limits(everything, 1.08)

    def draw(layout: Layout) -> Sheet:
        marks = [course.mark for course in courses] if len(courses) > 1 else []
        tiers = _span_tiers(spans, days(published, x), layout) if spans is not None and dated else []
        room = layout.small * 1.4 * (max(tiers, default=-1) + 1)
        foot = _FOOT_TWO_LINES if dated else _FOOT
        sheet, axes, width = _frame(published, layout, y, limits, marks, room, foot)
        if dated:
            day_ticks(sheet, axes, days(published, x).min(), days(published, x).max(), width)
        else:
            category_ticks(sheet, axes, names, width)
            _mark_gaps(axes, courses, len(names), layout)
        if spans is not None and dated:
            _shade(sheet, axes, spans, tiers)
        for course in courses:
            _draw_course(
                axes, course, whiskers=not dated and len(courses) == 1 and len(names) <= _WHISKERS_UP_TO
            )
        return sheet

    series = [course.mark.name for course in courses if course.mark.name]
    kind = "折れ線グラフ" + (f"、{'と'.join(series)}" if len(series) > 1 else "")
    places = texts(published, x)
    if by:
        places = [f"{own}・{place}" for own, place in zip(texts(published, by), places, strict=True)]
    return made(published, kind, draw, finding, value=y, names=places)


def _courses(
    published: Published,
    at: _Array,
    by: str | None,
    amounts: Mapping[str, _Array],
    *,
    markers: bool,
    title: str = "",
) -> list[_Course]:
    """One course per series, its points in order."""
    series = levels(published, by) if by else [title]
    few_enough(published, by or "", series)
    own_series = np.array(texts(published, by) if by else series * len(at))
    courses = []
    for k, name in enumerate(series):
        own = np.flatnonzero(own_series == name)
        own = own[np.argsort(at[own], kind="stable")]
        mark = LineMark(name, SERIES[k], DASHES[k], MARKERS[k] if markers else "")
        low, high = (amounts[role][own] if role in amounts else None for role in ("low", "high"))
        courses.append(_Course(mark, at[own], amounts["height"][own], low, high))
    return courses


def _muted(courses: Sequence[_Course]) -> list[_Course]:
    """Observed numbers step back behind the fitted line."""
    return [
        _Course(
            LineMark(course.mark.name or "実測", MUTED, "-", course.mark.marker),
            course.at,
            course.height,
            thick=1.2,
        )
        for course in courses
    ]


def _fitted_course(
    published: Published, at: _Array, fitted: str, bounds: tuple[str | None, str | None]
) -> _Course:
    order = np.argsort(at, kind="stable")
    mark = LineMark(axis_title(published, fitted) or "見込み", VERMILLION, DASHES[1], "")
    low, high = (numbers(published, column)[order] if column else None for column in bounds)
    return _Course(mark, at[order], numbers(published, fitted)[order], low, high, thick=2.2)


def _draw_course(axes: Axes, course: _Course, *, whiskers: bool) -> None:
    mark = course.mark
    if course.low is not None and course.high is not None:
        if whiskers:
            _whiskers(axes, course.at, course.height, (course.low, course.high), mark.colour)
        else:
            axes.fill_between(course.at, course.low, course.high, color=mark.colour, alpha=0.16, lw=0)
    size = 7.0 if whiskers else 4.8
    axes.plot(
        course.at,
        course.height,
        color=mark.colour,
        lw=course.thick,
        ls=mark.dash,
        marker=mark.marker,
        ms=size,
    )


def _mark_gaps(axes: Axes, courses: Sequence[_Course], categories: int, layout: Layout) -> None:
    """Say at a category without any number that there is none to show."""
    known = {int(at) for course in courses for at in course.at[np.isfinite(course.height)]}
    for at in set(range(categories)) - known:
        axes.annotate(
            MISSING, (at, 0), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=layout.font
        )


def _frame(
    published: Published,
    layout: Layout,
    y: str,
    limits: tuple[float, float],
    marks: Sequence[LineMark],
    room: float = 0.0,
    foot: float = _FOOT,
) -> tuple[Sheet, Axes, float]:
    """Sheet with key, title of the vertical axis and axes under them; returns also the width of the axes."""
    number_format = format_of(published, y)
    left = scale_room(layout, number_format, limits)
    names = [mark.name for mark in marks]
    head = key_height(layout, names) + layout.small * _HEAD + room
    tall = layout.width * (0.62 if layout.narrow else 0.38)
    sheet = Sheet(layout, head + tall + layout.small * foot)
    draw_line_key(sheet, marks, 0.0)
    title = axis_title(published, y)
    sheet.text(0, head - room - layout.small, title, size=layout.small, color=SOFT)
    width = layout.width - left - _EDGE
    axes = sheet.axes(left, head, width, tall)
    vertical_scale(axes, number_format, *limits)
    axes.tick_params(axis="x", pad=6)
    return sheet, axes, width


def _span_tiers(spans: Published, when: Any, layout: Layout) -> list[int]:
    """On which line above the plot each span is named, so that no two names overlap."""
    starts, ends, names = days(spans, "start"), days(spans, "end"), texts(spans, "label")
    scale = layout.width * 0.9 / ((when.max() - when.min()).days + 1)
    tiers: list[int] = []
    taken: dict[int, float] = {}
    for k in np.argsort([day.toordinal() for day in starts], kind="stable"):
        middle = ((starts.iloc[k] - when.min()).days + (ends.iloc[k] - when.min()).days) / 2 * scale
        half = text_width(names[k], layout.small) / 2 + 4
        tier = next(tier for tier in range(len(names)) if taken.get(tier, -1e9) <= middle - half)
        taken[tier] = middle + half
        tiers.append(tier)
    return tiers


def _shade(sheet: Sheet, axes: Axes, spans: Published, tiers: Sequence[int]) -> None:
    """Shade periods and name each over itself."""
    starts, ends, names = days(spans, "start"), days(spans, "end"), texts(spans, "label")
    for tier, k in zip(tiers, np.argsort([day.toordinal() for day in starts], kind="stable"), strict=True):
        left, right = day_number(starts.iloc[k]) - 0.5, day_number(ends.iloc[k]) + 0.5
        axes.axvspan(left, right, facecolor=PALE, edgecolor=MUTED, lw=0.6, zorder=0)
        axes.annotate(
            names[k],
            ((left + right) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3 + sheet.layout.small * 1.4 * tier),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=sheet.layout.small,
            color=INK,
        )


def _limits(columns: Sequence[_Array], headroom: float) -> tuple[float, float]:
    """Limits of a vertical scale that starts at zero unless something lies below."""
    finite = np.concatenate([column[np.isfinite(column)] for column in columns])
    if not len(finite) or not finite.any():
        return 0.0, 1.0
    return min(0.0, float(finite.min()) * headroom), max(0.0, float(finite.max()) * headroom)


def _whiskers(
    axes: Axes, at: NDArray[Any], values: _Array, bounds: tuple[_Array, _Array], colour: str
) -> None:
    low, high = bounds
    own = np.flatnonzero(np.isfinite(low) & np.isfinite(high) & np.isfinite(values))
    if len(own):
        reach = [values[own] - low[own], high[own] - values[own]]
        axes.errorbar(
            at[own],
            values[own],
            yerr=reach,
            fmt="none",
            ecolor=colour,
            elinewidth=1.3,
            capsize=3,
            capthick=1.3,
        )


def _column_texts(
    sheet: Sheet,
    axes: Axes,
    published: Published,
    y: str,
    values: _Array,
    hidden: NDArray[np.bool_],
    highs: _Array,
    pitch: float,
) -> None:
    """Write values over columns where they fit, else over the highest only; say what is hidden or missing."""
    size = sheet.layout.small
    said = [
        HIDDEN if hide else MISSING if np.isnan(value) else written(published, y, value)
        for value, hide in zip(values, hidden, strict=True)
    ]
    fit = max((text_width(text, size) for text in said), default=0.0) + 3 <= pitch
    for at, text in enumerate(said):
        missing = np.isnan(values[at])
        if not (fit or missing or values[at] == np.nanmax(values)):
            continue
        height = 0.0 if missing else float(np.nanmax([values[at], highs[at]]))
        style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": size}
        axes.annotate(
            text,
            (at, height),
            xytext=(0, 3),
            textcoords="offset points",
            color=SOFT if missing else INK,
            **style,
        )
