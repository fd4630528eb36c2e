"""One figure of every kind, as the tests of figures and pages use them, and what is on it."""

import re
from collections.abc import Callable
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.text import Text

from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Estimate, Rate
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.lettering import register_font
from ujo_lib.report.look.figures.sheet import Sheet, theme
from ujo_lib.report.look.style import WIDE, Layout


def drawing(figure: figures.Figure, layout: Layout = WIDE) -> Sheet:
    """The finished drawing, its artists to be looked at."""
    sheet = draft(figure, layout)
    with mpl.rc_context(theme(layout)):
        sheet.fit()
        sheet.mpl.draw_without_rendering()
    return sheet


def draft(figure: figures.Figure, layout: Layout = WIDE) -> Sheet:
    """The drawing before all that stands around its axes has its place, which takes most of the time."""
    with mpl.rc_context(theme(layout)):
        register_font()
        sheet = Sheet(layout)
        figure.draw(sheet)
    return sheet


def words(sheet: Sheet) -> list[str]:
    """All that is written on a drawing."""
    return [text.get_text() for text in sheet.mpl.findobj(Text) if text.get_visible() and text.get_text()]


def months(hide: tuple[int, ...] = ()) -> Published:
    """Twelve months with intervals."""
    n = [196, 176, 205, 198, 211, 204, 223, 264, 219, 214, 202, 224]
    columns = {
        "month": [f"{m}月" for m in range(1, 13)],
        "n": n,
        "low": [v - 28 for v in n],
        "high": [v + 30 for v in n],
    }
    return published(
        columns, [(row, "n") for row in hide], title="月別の相談", unit="件", dimensions={"month": "month"}
    )


def days() -> Published:
    """A hundred days with a fitted course; three days are missing."""
    when = pd.date_range("2023-12-01", periods=100).date
    fitted = 7 + np.sin(np.arange(100) / 9)
    observed = np.where(np.isin(np.arange(100), [40, 41, 42]), np.nan, np.round(fitted * 1.2))
    columns = {"date": when, "n": observed, "fitted": fitted, "low": fitted - 3, "high": fitted + 3}
    return published(
        columns,
        title="日別の相談",
        kinds={"n": Estimate(unit="件"), "fitted": Rate(unit="件", heading="見込み")},
        unit="件",
    )


def campaigns() -> Published:
    """Three campaigns, one of a single day."""
    columns = {
        "label": ["SNS", "テレビ", "チラシ"],
        "start": ["2024-02-20", "2024-02-28", "2024-03-01"],
        "end": ["2024-02-29", "2024-03-08", "2024-03-01"],
        "kind": ["広告", "広告", "紙"],
    }
    return published(columns, title="周知")


def ratios() -> Published:
    """Estimates: above one, around one, without upper bound, not estimable."""
    columns = {
        "label": ["日曜日", "祝日", "谷間の平日", "月末"],
        "estimate": [1.24, 1.05, 1.01, np.nan],
        "low": [1.10, 0.92, 0.80, np.nan],
        "high": [1.40, 1.20, np.inf, np.nan],
        "registered": [False, True, False, False],
    }
    return published(columns, title="率比")


def sexes_by_age() -> Published:
    """Ages by sex for a pyramid."""
    columns = {"age": ["30代", "30代", "40代", "40代"], "sex": ["男性", "女性"] * 2, "n": [4, 1, 6, 3]}
    return published(columns, title="年代と性別", dimensions={"age": "age", "sex": "sex"})


def hours() -> Published:
    """Seven weekdays by twenty-four hours."""
    rows = [(day, f"{hour}時", hour + at) for at, day in enumerate("日月火水木金土") for hour in range(24)]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("weekday", "hour", "n"))}
    return published(
        columns, title="曜日と時刻", unit="件", dimensions={"weekday": "weekday", "hour": "hour"}
    )


def themes() -> Published:
    """Four themes on a plane."""
    columns = {
        "theme": ["学校", "家族", "仕事", "体調"],
        "x": [0.0, 1.0, 1.1, 2.0],
        "y": [0.0, 1.0, 1.05, 0.5],
        "n": [50, 40, 9, 20],
    }
    return published(columns, title="主題")


def pairs() -> Published:
    """Themes that occur together; 体調 stays alone."""
    return published(
        {"a": ["学校", "家族"], "b": ["家族", "仕事"], "n": [12, 5]}, title="一緒に現れる主題", unit="件"
    )


TABLES = (
    "by_sex",
    "by_occupation",
    "months",
    "days",
    "campaigns",
    "ratios",
    "sexes_by_age",
    "hours",
    "themes",
    "pairs",
)
KINDS: dict[str, Callable[[], figures.Figure]] = {
    "bars": lambda: figures.bars(
        by_sex(), x="share", y="sex", n="n", low="low", high="high", finding="男性が{share[男性]}。"
    ),
    "band": lambda: figures.band(
        by_occupation(), x="share", y="occupation", by="answer", n="base", finding="多い。"
    ),
    "figure": lambda: figures.figure(by_sex(), sns.barplot, x="share", y="sex", finding="男性が多い。"),
    "panels": lambda: figures.panels(
        by_occupation(), x="share", y="answer", by="occupation", finding="多い。"
    ),
    "pyramid": lambda: figures.pyramid(sexes_by_age(), x="n", y="age", by="sex", finding="40代が多い。"),
    "profile": lambda: figures.profile(
        months(),
        x="month",
        y="n",
        low="low",
        high="high",
        highlight=["8月"],
        finding="{month[max n]}が最多。",
    ),
    "line": lambda: figures.line(
        days(),
        x="date",
        y="n",
        fitted="fitted",
        low="low",
        high="high",
        spans=campaigns(),
        finding="変わらない。",
    ),
    "heat_map": lambda: figures.heat_map(hours(), x="hour", y="weekday", value="n", finding="夜に多い。"),
    "calendar_map": lambda: figures.calendar_map(days(), date="date", value="n", finding="むらがある。"),
    "forest": lambda: figures.forest(ratios(), finding="日曜日が高い。"),
    "spec_curve": lambda: figures.spec_curve(
        ratios(), choices=("label",), marker="registered", finding="1を含む。"
    ),
    "distribution": lambda: figures.distribution(
        ratios(), x="estimate", marker="registered", label="label", reference=1.0, finding="中ほど。"
    ),
    "curve": lambda: figures.curve(themes(), x="x", y="n", target=30, finding="上がらない。"),
    "timeline": lambda: figures.timeline(
        campaigns(), y="label", start="start", end="end", by="kind", finding="重なる。"
    ),
    "scatter_map": lambda: figures.scatter_map(
        themes(), x="x", y="y", label="theme", size="n", by="theme", finding="近い。"
    ),
    "network": lambda: figures.network(
        pairs(), source="a", target="b", weight="n", nodes=themes(), by="theme", finding="つながる。"
    ),
    "tree": lambda: figures.tree(themes(), label="theme", distance="x", by="theme", finding="分かれる。"),
}


def seen(figure: figures.Figure) -> str:
    """What a reader of the HTML may find in it besides places in drawings."""
    return re.sub(r"<svg.*?</svg>", "", figure.to_html(), flags=re.DOTALL)


def assert_legible(sheet: Sheet) -> None:
    """No word of a drawing is cut off at its edge, and none covers another."""
    unseen = {tick.label1 for axes in sheet.mpl.axes for tick in beyond(axes)}
    boxes, paper = [], sheet.mpl.bbox
    for text in set(sheet.mpl.findobj(Text)) - unseen:
        if text.get_visible() and text.get_text().strip():
            boxes.append((box := text.get_window_extent(), text))
            assert box.x0 >= -1, text
            assert box.y0 >= -1, text
            assert box.x1 <= paper.x1 + 1, text
            assert box.y1 <= paper.y1 + 1, text
    for (one, text), (other, covered) in combinations(boxes, 2):
        wide, high = (
            min(one.x1, other.x1) - max(one.x0, other.x0),
            min(one.y1, other.y1) - max(one.y0, other.y0),
        )
        assert min(wide, high) <= 1, (text, covered)


def beyond(axes: Axes) -> list[Tick]:
    """Ticks outside the limits of their axis, which matplotlib keeps and does not draw."""
    return [
        tick
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    ]
