"""Figures: readable without seeing them, the same bytes every time, silent about what is hidden."""

import csv
import inspect
import re
from dataclasses import replace
from math import nan
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.look import drawn, rich
from tests.report.look.drawn import assert_legible, drawing, words
from tests.report.tables_of import published
from ujo_lib.columns import Count
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.style import BANDS, DEEP, INK, MUTED, NARROW, SEQUENTIAL, SERIES, SOFT, WIDE

DRAWINGS = Path(__file__).parents[2] / "reference" / "drawings.csv"


def brightness(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_with_white(colour: str) -> float:
    return 1.05 / (brightness(colour) + 0.05)


def test_every_kind_that_the_package_offers_is_tried_here() -> None:
    assert set(drawn.KINDS) == set(figures.__all__) - {"Figure", "FigureError"}


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_figure_says_its_finding_first_and_then_what_it_is(kind: str) -> None:
    figure = drawn.KINDS[kind]()
    assert figure.alt.startswith(figure.finding)
    assert figure.finding.endswith("。")
    assert len(figure.alt) > len(figure.finding) + 10
    assert re.search(r"図|グラフ", figure.description)


@pytest.mark.parametrize("name", rich.RICH)
def test_both_drawings_have_outlined_letters_and_nothing_else_and_look_as_somebody_has_seen_them(
    name: str,
) -> None:
    """Look at the drawings; if they are meant: `python -m tests.report.look.rich > tests/reference/drawings.csv`."""
    drawings = rich.drawings(name)
    for layout, svg in zip((WIDE, NARROW), drawings, strict=True):
        assert f'width="{layout.width}pt"' in svg
        for carrier in ("<text", "<!--", "<metadata", "<script", "<image", "font-family", 'href="http'):
            assert carrier not in svg
        ElementTree.fromstring(svg)
    with DRAWINGS.open(encoding="utf-8") as file:
        known = {figure: signs for figure, *signs in csv.reader(file)}
    assert rich.signs(drawings) == known[name]
    assert set(known) == {"figure", *rich.RICH}


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", drawn.KINDS)
def test_no_word_of_a_figure_is_cut_off_at_its_edge_or_covers_another(kind: str, layout) -> None:
    assert_legible(drawing(drawn.KINDS[kind](), layout))


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_the_longest_title_of_a_scale_breaks_before_the_edge_of_a_phone(kind: str, monkeypatch) -> None:
    monkeypatch.setattr(read, "axis_title", lambda *_: "回答のあった相談のうち、" * 8)
    assert_legible(drawing(drawn.KINDS[kind](), NARROW))


@pytest.mark.parametrize(("kind", "count"), [
    ("pyramid", 4), ("panels", 6), ("heat_map", 168), ("calendar_map", 97), ("scatter_map", 4), ("network", 3),
    ("timeline", 2), ("distribution", 3), ("curve", 4), ("spec_curve", 4),
])  # fmt: skip
def test_every_row_becomes_a_mark(kind: str, count: int) -> None:
    axes = [one for one in drawing(drawn.KINDS[kind]()).mpl.axes if one.get_label() != "<colorbar>"]
    found = {
        "pyramid": lambda: sum(len(one.patches) for one in axes),
        "panels": lambda: sum(len(one.patches) for one in axes),
        "heat_map": lambda: axes[0].collections[-1].get_array().count(),
        "calendar_map": lambda: axes[0].collections[-1].get_array().count(),
        "scatter_map": lambda: sum(len(part.get_offsets()) for part in axes[0].collections),
        "network": lambda: sum(len(part.get_offsets()) for part in axes[0].collections),
        "timeline": lambda: sum(len(part.get_paths()) for part in axes[0].collections),
        "distribution": lambda: sum(len(part.get_offsets()) for part in axes[0].collections) + 1,
        "curve": lambda: len(axes[0].lines[0].get_xdata()),
        "spec_curve": lambda: len(axes[1].collections[0].get_offsets()),
    }[kind]()
    assert found == count


def test_profiles_heat_maps_and_lines_mark_hidden_cells() -> None:
    profile = figures.profile(drawn.months(hide=(0, 7)), x="month", y="n", finding="示す。")
    assert "2か所は秘匿" in profile.alt
    assert words(drawing(profile)).count("x") == 2
    table = published(
        {"a": ["p", "p"], "b": ["q", "r"], "n": [5, 6]}, hide=[(0, "n")], dimensions={"a": "a", "b": "b"}
    )
    assert "x" in words(drawing(figures.heat_map(table, x="b", y="a", value="n", finding="示す。")))
    years = published({"year": ["2019", "2023"], "n": [32, 25]}, hide=[(0, "n")])
    assert "x" in words(drawing(figures.line(years, x="year", y="n", finding="示す。")))


@pytest.mark.parametrize("draw", [
    lambda table: figures.bars(table, x="n", y="name", finding="なし。"),
    lambda table: figures.profile(table, x="name", y="n", finding="なし。"),
    lambda table: figures.forest(table, x="n", y="name", low="n", high="n", finding="なし。"),
    lambda table: figures.heat_map(table, x="name", y="name", value="n", finding="なし。"),
])  # fmt: skip
def test_a_table_without_any_number_draws_without_nan_or_crash(draw) -> None:
    figure = draw(published({"name": ["甲", "乙"], "n": [nan] * 2}, kinds={"n": Count(unit="人")}))
    assert "示せる数値はない" in figure.alt
    svg = figure.svg(NARROW).decode()
    assert not re.search(r"\bnan\b", svg)


def test_colours_stay_in_order_in_greyscale() -> None:
    for ramp in (SEQUENTIAL, BANDS[:4]):
        light = [brightness(colour) for colour in ramp]
        assert light in (sorted(light), sorted(light, reverse=True))
    steps = np.diff(sorted(brightness(colour) for colour in SEQUENTIAL))
    assert steps.min() > 0.005


def test_letters_and_bars_stand_out_from_white() -> None:
    assert min(contrast_with_white(colour) for colour in (INK, SOFT, DEEP)) >= 4.5
    assert min(contrast_with_white(colour) for colour in (MUTED, *SERIES[:3])) >= 3.0


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_figure_of_a_table_without_rows_says_that_there_is_nothing_to_show(kind: str, monkeypatch) -> None:
    for name in drawn.TABLES:
        table = getattr(drawn, name)()
        empty = replace(table, frame=table.frame[:0], hidden=table.hidden[:0])
        monkeypatch.setattr(drawn, name, lambda empty=empty: empty)
    figure = drawn.KINDS[kind]()
    assert "示せる項目はありません" in figure.alt
    assert "示せる項目がありません" in words(drawing(figure, NARROW))


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_notebook_shows_what_a_figure_takes_and_explains_each(kind: str) -> None:
    draw = getattr(figures, kind)
    parameters = list(inspect.signature(draw).parameters)
    assert {"finding", "unless", "empty"} <= set(parameters)
    for name in parameters:
        assert re.search(rf"^ {{8}}{name}: ", draw.__doc__, re.MULTILINE), name
