"""Estimates: forest plots, specification curves, and where an estimate stands among placebos.

Whether an interval includes the value of no effect shows by a filled or an open mark, never by colour alone.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.lettering import wrapped
from ujo_lib.report.look.figures.read import Drawing, FigureError, house
from ujo_lib.report.look.figures.sheet import Sheet, note, ticks
from ujo_lib.report.look.notation import DECIMALS, interval_text
from ujo_lib.report.look.style import BLUE, DEEP, INK, MUTED, PALE, PAPER, RULE, SOFT, VERMILLION, Layout
from ujo_lib.stats import side_of

_LOG_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_REAL_INK: Final = "#a84300"
"""Vermillion, darkened until letters in it can be read on white."""
_REGISTERED: Final = "登録した選び方"
_EXPLAINED: Final = "●区間が{reference:g}を含まない ○区間が{reference:g}を含む"


@house("y")
def forest(
    published: Published,
    *,
    x: str = "estimate",
    y: str = "label",
    low: str = "low",
    high: str = "high",
    reference: float = 1.0,
    log: bool = True,
) -> Drawing:
    """Estimates with intervals, one line each, numbers at the right.

    Args:
        published: the table, one row per estimate.
        x: column with the estimates.
        y: column with their labels.
        low: column with the lower bounds of the intervals.
        high: column with the upper bounds; an infinite one becomes an arrow.
        reference: value of no effect.
        log: logarithmic scale, right for ratios.
    """
    rows, names = read.marks(published, x, low=low, high=high), read.texts(published, y)
    number_format = published.spec.schema[x].format
    digits = DECIMALS.get(number_format, 1)
    said = rows["said"].replace(read.UNKNOWN_SIGN, "推定できません")
    for at in np.flatnonzero(rows[["value", "low", "high"]].notna().all(axis=1)):
        ends = read.numbers(published, low)[at], read.numbers(published, high)[at]
        said[at] += f"({interval_text(*ends, number_format)})"

    def draw(sheet: Sheet) -> None:
        layout, small = sheet.layout, sheet.layout.small
        labels = ["" if layout.narrow else wrapped(name, layout.font, layout.width * 0.33) for name in names]
        lines = max(label.count("\n") + 1 for label in labels)
        pitch = layout.font * (3.0 if layout.narrow else max(2.1, 1.3 * lines + 0.5))
        axes = sheet.axes(len(names) * pitch)
        bottom = len(names) - (0.7 if layout.narrow else 0.5)
        axes.set_ylim(bottom, bottom - len(names))
        _estimates(axes, rows, np.arange(len(names)), reference, layout, digits=digits, log=log)
        title = wrapped(read.axis_title(published, x, low), small, layout.width * 0.6)
        axes.set_xlabel(title, loc="left")
        axes.set_title(_EXPLAINED.format(reference=reference), fontsize=small, color=SOFT)
        axes.set_yticks(range(len(names)), labels, fontsize=layout.font, color=INK)
        for at, (name, text) in enumerate(zip(names, said, strict=True)):
            if layout.narrow:
                clear = {"facecolor": PAPER, "lw": 0, "pad": 1}
                note(axes, name, (0, at), (0, 10), within="row", ha="left", bbox=clear)
                note(axes, text, (1, at), (0, 10), within="row", ha="right", bbox=clear)
            else:
                note(axes, text, (1, at), (10, 0), within="row")

    return Drawing(f"推定値とその幅の図、{len(names)}本", draw, x, names)


@house("choices")
def spec_curve(
    published: Published,
    *,
    choices: Sequence[str],
    marker: str | None = None,
    log: bool = True,
) -> Drawing:
    """All defensible analyses in one figure: estimates in order above, the choices behind each below.

    Args:
        published: the table, one row per analysis: `estimate`, `low` and `high`, of which 1 is no effect.
        choices: columns with the choices made.
        marker: boolean column, true for the analysis that was registered beforehand.
        log: logarithmic scale.

    Raises:
        FigureError: no choices are named.
    """
    if not choices:
        raise FigureError(f"{published.spec.id}: choices が空です。分析の選び方を表す列の名前を並べます。")
    rows = read.marks(published, "estimate", low="low", high="high").assign(
        chosen=read.flags(published, marker) if marker else False,
        **{column: read.texts(published, column) for column in choices},
    )
    rows = rows.sort_values("value", kind="stable", ignore_index=True)
    options = [(column, option) for column in choices for option in ("", *read.levels(published, column))]
    lines = [at for at, (_, option) in enumerate(options) if option]
    schema = published.spec.schema
    digits = DECIMALS.get(schema["estimate"].format, 1)

    def draw(sheet: Sheet) -> None:
        layout, small = sheet.layout, sheet.layout.small
        room = layout.width * (0.42 if layout.narrow else 0.36)
        (above,), (below,) = sheet.grid([layout.width * 0.3 + 40, small * 1.7 * len(options)], sharex=True)
        size = float(np.clip(260 / len(rows), 2.5, 6.5))
        every = np.arange(len(rows))
        _estimates(above, rows, every, 1.0, layout, digits=digits, log=log, upright=True, size=size)
        title = f"{read.axis_title(published, 'estimate', 'low')} {_EXPLAINED.format(reference=1)}"
        words = wrapped(title, small, layout.width - room - 20)
        above.set_title(words, fontsize=small, color=SOFT, pad=small * 2)
        down, across = np.nonzero([(rows[column] == option).tolist() for column, option in options])
        dot = np.clip(layout.width * 0.4 / len(rows), 2, 6) ** 2
        below.scatter(across, down, s=dot, marker="s", color=INK, lw=0)
        below.hlines(lines, -0.5, len(rows) - 0.5, color=RULE, lw=0.8, zorder=0)
        labels = [
            wrapped(option, small, room).split("\n")[0] if option else schema[column].title
            for column, option in options
        ]
        below.set_yticks(range(len(options)), labels, color=SOFT)
        for at in lines:
            below.get_yticklabels()[at].set_color(INK)
        below.set(xlim=(-0.5, len(rows) - 0.5), ylim=(len(options) - 0.5, -0.5), xticks=[])
        for place in np.flatnonzero(rows["chosen"]):
            side = "left" if place < 0.2 * len(rows) else "right" if place > 0.8 * len(rows) else "center"
            note(above, _REGISTERED, (place, 1), (0, 4), within="column", ha=side, fontsize=small, color=DEEP)
        for axes in (above, below):
            axes.spines["bottom"].set_visible(False)
            for place in np.flatnonzero(rows["chosen"]):
                axes.axvspan(place - 0.5, place + 0.5, facecolor=PALE, lw=0, zorder=0)

    return Drawing(f"分析の選び方{len(rows)}通りの推定値を小さい順に並べた図", draw, "estimate")


@house()
def distribution(
    published: Published,
    *,
    x: str,
    marker: str,
    label: str | None = None,
    reference: float | None = None,
) -> Drawing:
    """Dots of many values (placebos) swarming around a line, with the one that matters standing out.

    Args:
        published: the table, one row per value.
        x: column with the values.
        marker: boolean column, true for the value(s) that matter.
        label: column with the name of the value that matters.
        reference: value of no effect.

    Raises:
        FigureError: `marker` marks no row.
    """
    # A kept-back mark belongs to the row that matters: all others are not about the place.
    real = read.flags(published, marker) | read.kept_back(published, marker)
    if not real.any():
        raise FigureError(
            f"{published.spec.id}: 列「{marker}」が真の行がありません。実際の値の行を一つ真にします。"
        )
    rows = read.marks(published, x).assign(name=read.texts(published, label) if label else "実際の値")
    others = rows["value"][~real].dropna()
    ends = [*rows["value"].dropna(), *([] if reference is None else [reference])] or [0.0, 1.0]
    low, pad = min(ends), (max(ends) - min(ends)) * 0.05 or 1.0

    def draw(sheet: Sheet) -> None:
        axes = sheet.axes(110)
        axes.set(xlim=(low - pad, max(ends) + pad))
        sns.swarmplot(x=others, ax=axes, color=MUTED, size=8 if sheet.layout.narrow else 9, linewidth=0)
        if reference is not None:
            axes.axvline(reference, color=INK, lw=1)
        for at, row in enumerate(rows[real].itertuples()):
            place = low if row.gone else row.value
            if not row.gone:
                axes.axvline(place, color=VERMILLION, lw=2.4)
            share = (place - low) / (max(ends) - low or 1.0)
            side = "left" if share < 0.3 else "right" if share > 0.7 else "center"
            away = (0, 4 + sheet.layout.font * 1.4 * at)
            ink = SOFT if row.gone else _REAL_INK
            note(axes, f"{row.name} {row.said}", (place, 1), away, within="column", ha=side, color=ink)
        read.scale(axes.xaxis, sheet.layout, published, x, beside=0)
        axes.set(yticks=[], ylabel="")

    names = read.texts(published, label) if label else ()
    return Drawing(f"点を並べた分布の図、{len(rows)}点", draw, x, names)


def _estimates(
    axes: Axes,
    rows: pd.DataFrame,
    at: Any,
    reference: float,
    layout: Layout,
    *,
    digits: int,
    log: bool,
    upright: bool = False,
    size: float = 8,
) -> None:
    """Marks with their intervals along a scale, open where the interval, as printed, includes the reference.

    An interval without end runs into an arrow at the edge.
    """
    ends = np.append(rows[["value", "low", "high"]].to_numpy(dtype=float), reference)
    ends = ends[np.isfinite(ends) & ((ends > 0) | (not log))]
    low, high = float(ends.min()), float(ends.max())
    spread = max((high / low) ** 0.06, 1.05) if log else (high - low) * 0.06 or 1.0
    low, high = (low / spread, high * spread) if log else (low - spread, high + spread)
    sides = [side_of(reference, *ends, digits) for ends in zip(rows["low"], rows["high"], strict=True)]
    for filled in (False, True):
        own = rows[((np.array(sides) != 0) == filled) & ~rows["gone"]]
        reach = [
            (own["value"] - own["low"]).fillna(0),
            (own["high"].clip(upper=high) - own["value"]).fillna(0),
        ]
        face = BLUE if filled else PAPER
        look: dict[str, Any] = {"fmt": "o", "ms": size, "mec": BLUE, "mfc": face, "mew": size / 5}
        place, endless = at[own.index], np.isinf(own["high"].to_numpy())
        if upright:
            axes.errorbar(place, own["value"], yerr=reach, ecolor=MUTED, elinewidth=1.6, **look)
        else:
            axes.errorbar(own["value"], place, xerr=reach, ecolor=BLUE, elinewidth=2, **look)
            for row in place[endless]:
                axes.plot(high, row, ">", color=BLUE, ms=7, clip_on=False)
    (axes.axhline if upright else axes.axvline)(reference, color=INK, lw=1, zorder=0.9)
    side, axis = ("y", axes.yaxis) if upright else ("x", axes.xaxis)
    axes.set(**{f"{side}scale": "log" if log else "linear", f"{side}lim": (low, high)})
    ticks(axis, layout)
    steps = [step for step in _LOG_STEPS if low <= step <= high]
    if log and len(steps) >= 3:
        axis.set_major_locator(FixedLocator(steps))
    axis.set_minor_locator(NullLocator())
