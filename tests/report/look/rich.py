"""Figures whose drawings have every part that a figure can have, and a sign of all that stands in each drawing.

    python -m tests.report.look.rich > tests/reference/drawings.csv

makes the signs anew. Whoever has changed how a figure looks has looked at it; a sign that nobody meant to change is a
fault.
"""

import csv
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
import pandas as pd
import seaborn as sns

from tests.report.look import drawn
from tests.report.tables_of import published
from ujo_lib.columns import Base, Count, Estimate, Share
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import NARROW, WIDE, Layout


def _series(count: int, hide: Sequence[tuple[int, str]] = ()) -> Published:
    """Some series over four years with intervals, no two numbers alike."""
    rows = [
        (f"R{year}", f"名前のとても長い系列その{by}", 11 * by + 3 * year + 7)
        for by in range(count)
        for year in range(4)
    ]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("year", "by", "n"))}
    bounds = {"low": [n - 2 - n % 3 for n in columns["n"]], "high": [n + 3 + n % 5 for n in columns["n"]]}
    return published(columns | bounds, hide, dimensions={"year": "year", "by": "by"})


def _of_days(count: int) -> Published:
    """Some days with a band."""
    n = [5 + at % 7 for at in range(count)]
    when = pd.date_range("2023-11-20", periods=count).date
    return published(
        {"date": when, "n": n, "low": [v - 2 for v in n], "high": [v + 3 for v in n]}, [(4, "n")]
    )


def _long(times: int = 1) -> Published:
    """Labels that need lines of their own, with bounds below zero, one number hidden and one missing."""
    columns = {
        "y": [
            "頼れる人がいない・" * times,
            "短い",
            "孤独や孤立を感じることがあると答えた人",
            "無",
        ],
        "n": [31, 4, 12, 90],
        "value": [-1.5, 3.5, 2.0, np.nan],
        "low": [-3.0, 2.5, 1.0, np.nan],
        "high": [0.5, 5.0, 2.5, np.nan],
    }
    hide = [(2, name) for name in ("value", "low", "high", "n")]
    return published(columns, hide, kinds={"n": Base(unit="人"), "value": Estimate(unit="点")})


def _crossed(down: int, across: int, name: str = "列") -> Published:
    """Shares of few and many, one hidden, one missing."""
    cells = [(f"行の名{y}", f"{name}{x}", 40 * y + 9 * x + 8) for y in range(down) for x in range(across)]
    columns = {name: [cell[at] for cell in cells] for at, name in enumerate(("y", "x", "base"))}
    shares = [(at * 7 % 97) / 97 for at in range(len(cells))]
    shares[1], columns["n"] = np.nan, [7] * len(cells)
    return published(
        columns | {"share": shares},
        [(2, "share")],
        dimensions={"y": "y", "x": "x"},
        kinds={"n": Count(unit="件"), "base": Base(unit="件"), "share": Share(n="n", base="base")},
    )


def _spread() -> Published:
    """Twenty estimates by two choices."""
    at = np.arange(20)
    value = 0.4 + at * 7 % 20 / 15
    columns = {
        "label": [f"推定{k}" for k in at], "model": [f"方法{k % 3}" for k in at], "days": [f"{k // 10}日" for k in at],
        "estimate": value, "low": value - 0.3, "high": value + 0.4, "real": at == 8,
    }  # fmt: skip
    return published(columns)


def _plane() -> Published:
    """Sixteen points, some close together."""
    at = np.arange(16)
    columns = {
        "theme": [f"主題の名{k}" for k in at], "x": at * 5 % 16 / 40, "y": at * 3 % 4 / 9, "n": at * 11 % 16,
        "by": [f"群{k % 3}" for k in at], "gap": [np.nan, *(at[1:] * 7 % 16 + 1.0)],
    }  # fmt: skip
    return published(columns, dimensions={"by": "by"})


def _ties() -> Published:
    names = [f"主題の名{at}" for at in range(10)]
    return published({"a": names[:-1], "b": names[1:], "n": [3 + at * 4 % 9 for at in range(9)]}, unit="件")


def _long_campaigns() -> Published:
    """Spans over half a year, two of one label close together."""
    columns = {
        "label": [
            "街頭での声かけ",
            "街頭での声かけ",
            "街頭での声かけ",
            "相談窓口のカードを学校で配る取り組み",
        ],
        "start": ["2023-10-01", "2023-10-08", "2023-10-10", "2023-11-01"],
        "end": ["2023-10-05", "2023-10-08", "2024-03-20", "2023-12-24"],
        "kind": ["広告", "広告", "紙", "人"],
    }
    return published(columns, title="周知")


_SIDES = {"low": "low", "high": "high", "finding": "示す。"}
RICH: dict[str, Callable[[], figures.Figure]] = drawn.KINDS | {
    "bars, long": lambda: figures.bars(_long(4), x="value", y="y", n="n", highlight=["短い"], **_SIDES),
    "panels, seven": lambda: figures.panels(
        _series(7, [(2, "n"), (2, "low"), (2, "high")]), x="n", y="by", by="year", **_SIDES
    ),
    "band, hidden": lambda: figures.band(
        _series(6, [(2, "n")]), x="n", y="year", by="by", n="n", finding="示す。"
    ),
    "band, panels": lambda: figures.band(_crossed(3, 7), x="share", y="y", by="x", n="base", finding="示す。"),
    "profile, six": lambda: figures.profile(_series(6, [(5, "n")]), x="year", y="n", by="by", **_SIDES),
    "line, one": lambda: figures.line(_series(1, [(2, "n")]), x="year", y="n", **_SIDES),
    "line, days": lambda: figures.line(_of_days(60), x="date", y="n", **_SIDES),
    "line, months": lambda: figures.line(_of_days(200), x="date", y="n", **_SIDES),
    "curve, six": lambda: figures.curve(
        published({"x": [*range(4)] * 6, "by": np.repeat(list("甲乙丙丁戊己"), 4), "value": np.arange(24) % 7 - 1}),
        x="x", y="value", by="by", target=4, finding="示す。",
    ),
    "timeline, long": lambda: figures.timeline(
        _long_campaigns(), y="label", start="start", end="end", by="kind", finding="示す。"
    ),
    "heat_map, shares": lambda: figures.heat_map(
        _crossed(5, 9, "オンライン"), x="x", y="y", value="share", finding="示す。"
    ),
    "heat_map, wide": lambda: figures.heat_map(_crossed(4, 40), x="x", y="y", value="share", finding="示す。"),
    "calendar_map, year": lambda: figures.calendar_map(_of_days(366), date="date", value="n", finding="示す。"),
    "forest, even": lambda: figures.forest(
        _long(), x="value", y="y", low="low", high="high", reference=0, log=False, finding="示す。"
    ),
    "spec_curve, two": lambda: figures.spec_curve(
        _spread(), choices=("model", "days"), marker="real", log=False, finding="示す。"
    ),
    "distribution, one": lambda: figures.distribution(
        _spread(), x="estimate", marker="real", label="label", finding="示す。"
    ),
    "scatter_map, close": lambda: figures.scatter_map(
        _plane(), x="x", y="y", label="theme", size="n", by="by", finding="示す。"
    ),
    "network, groups": lambda: figures.network(
        _ties(), source="a", target="b", weight="n", nodes=_plane(), by="by", finding="示す。"
    ),
    "tree, groups": lambda: figures.tree(_plane(), label="theme", distance="gap", by="by", finding="示す。"),
    "figure, hue": lambda: figures.figure(
        _series(3, [(1, "n")]), sns.lineplot, x="year", y="n", hue="by", finding="示す。"
    ),
}  # fmt: skip
"""One figure of every kind, and those whose drawings have parts that these lack."""


def _uneven(layout: Layout) -> Layout:
    """A hair larger: places half-way between two tenths of a pixel would fall by the last bit of a processor."""
    return Layout(layout.width + 2**0.5 / 41, layout.font + 3**0.5 / 700)


def drawings(name: str) -> list[str]:
    """The wide and the narrow drawing of a figure as SVG."""
    figure = RICH[name]()
    return [figure.svg(_uneven(layout)).decode() for layout in (WIDE, NARROW)]


def signs(drawings: Sequence[str]) -> list[str]:
    """A sign of all places, sizes, widths and colours in each drawing."""
    return [sha256(drawing.encode()).hexdigest()[:12] for drawing in drawings]


if __name__ == "__main__":
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("figure", "wide", "narrow"))
    table.writerows((name, *signs(drawings(name))) for name in RICH)
