"""A figure is the same everywhere it is shown: page, file, export, and for a reader who cannot see it."""

import re

import matplotlib.pyplot as plt
import pytest
from PIL import Image

from tests.report.look import drawn
from tests.report.tables_of import published
from ujo_lib.report.look import figures


def test_the_same_figure_gives_the_same_bytes_in_any_order_of_drawing() -> None:
    first = {kind: drawn.KINDS[kind]().to_html() for kind in ("bars", "heat_map", "line")}
    again = {kind: drawn.KINDS[kind]().to_html() for kind in ("line", "heat_map", "bars")}
    assert first == again


def test_drawing_leaves_the_settings_of_a_notebook_alone() -> None:
    before = dict(plt.rcParams)
    drawn.KINDS["bars"]().svg()
    assert dict(plt.rcParams) == before
    assert not plt.get_fignums()


@pytest.mark.parametrize(("hide", "empty"), [([(0, "n")], False), ([(0, "n"), (1, "n")], True)])
def test_a_figure_is_known_to_show_nothing_once_its_last_number_is_kept_back(hide, empty) -> None:
    table = published({"y": ["p", "q"], "n": [5, 6]}, hide=hide, dimensions={"y": "y"})
    assert figures.bars(table, x="n", y="y", finding="示す。").is_blank == empty


def test_exports_for_word_are_sharp_and_carry_no_traces_of_the_program(tmp_path) -> None:
    figure = drawn.KINDS["bars"]()
    figure.to_png(tmp_path / "a.png", dpi=300)
    figure.to_svg(tmp_path / "a.svg")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size[0] == pytest.approx(680 / 72 * 300, abs=2)
        assert "Software" not in picture.info
    assert (tmp_path / "a.svg").read_bytes() == figure.svg()


def test_a_figure_shows_its_numbers_as_a_table_below_and_is_one_image_for_a_reader_who_cannot_see() -> None:
    shown = drawn.KINDS["bars"]().to_html()
    assert "<details><summary>" in shown
    assert "48.4〜82.8" in shown
    assert re.search(
        r'<div class="drawing" role="img" aria-label="男性が68.0%。横棒グラフ[^"]+"><div class="wide"><svg',
        shown,
    )
    assert '<div class="narrow" hidden><svg' in shown


def _svg(height: int, cramped: bool = False) -> str:
    return f'<svg {"class=" + chr(34) + "cramped" + chr(34) + " " if cramped else ""}viewBox="0 0 680 {height}"></svg>'


@pytest.mark.parametrize(
    ("wide", "narrow", "across"),
    [
        (_svg(100), _svg(220), False),
        (_svg(100), _svg(221), True),  # more than 2.2 times as high as beside each other
        (_svg(500), _svg(900), False),
        (_svg(500), _svg(901), True),  # too high for a column of the sheet
        (_svg(100), _svg(100, cramped=True), True),  # which would lack numbers
        (_svg(100, cramped=True), _svg(100, cramped=True), False),
        (_svg(100, cramped=True), _svg(100), False),
    ],
)
def test_on_paper_a_figure_goes_across_the_sheet_where_a_column_would_lose_something(
    wide: str, narrow: str, across: bool
) -> None:
    shown = drawn.KINDS["bars"]().to_html([wide, narrow])
    assert ('class="drawing across"' in shown) is across
