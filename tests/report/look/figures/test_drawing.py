"""A figure is the same everywhere it is shown: page, file, export, and for a reader who cannot see it."""

import io
import re
from contextlib import nullcontext

import matplotlib.pyplot as plt
import pytest
from PIL import Image

from tests.report.look import drawn
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.drawing import TooHighError
from ujo_lib.report.look.style import LEAST, NARROW, WIDE, Layout


def test_the_same_figure_gives_the_same_bytes_in_any_order_of_drawing() -> None:
    first = {kind: drawn.KINDS[kind]().to_html() for kind in ("bars", "heat_map", "line")}
    again = {kind: drawn.KINDS[kind]().to_html() for kind in ("line", "heat_map", "bars")}
    assert first == again


def test_drawing_leaves_the_settings_of_a_notebook_alone() -> None:
    before = dict(plt.rcParams)
    drawn.KINDS["bars"]().svg()
    assert dict(plt.rcParams) == before
    assert not plt.get_fignums()


def test_the_settings_of_a_notebook_or_a_matplotlibrc_leave_a_drawing_alone() -> None:
    figure = drawn.KINDS["bars"]()
    asked = figure.svg(), figure.png(dpi=72)
    with plt.rc_context(
        {"xtick.direction": "in", "lines.linewidth": 9, "axes.linewidth": 9, "axes.xmargin": 0.4}
    ):
        assert (figure.svg(), figure.png(dpi=72)) == asked


@pytest.mark.parametrize(("hide", "empty"), [([(0, "n")], False), ([(0, "n"), (1, "n")], True)])
def test_a_figure_is_known_to_show_nothing_once_its_last_number_is_kept_back(hide, empty) -> None:
    table = published({"y": ["p", "q"], "n": [5, 6]}, hide=hide, dimensions={"y": "y"})
    assert figures.bars(table, x="n", y="y", finding="示す。").is_blank == empty


def test_exports_for_word_are_sharp_and_carry_no_traces_of_the_program() -> None:
    figure = drawn.KINDS["bars"]()
    with Image.open(io.BytesIO(figure.png(dpi=300))) as picture:
        assert picture.size[0] == pytest.approx(680 / 72 * 300, abs=2)
        assert "Software" not in picture.info


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


@pytest.mark.parametrize(("width", "narrow"), [(499, True), (500, False), (501, False)])
def test_a_drawing_less_than_500_pixels_wide_is_one_for_a_phone(width: int, narrow: bool) -> None:
    layout = Layout(width, 14.5)
    assert layout.narrow is narrow
    assert layout.small == 13.0


@pytest.mark.parametrize(("hide", "blank"), [([], False), ([(0, "start")], False)])
def test_a_figure_without_numbers_of_its_own_is_never_blank(hide, blank: bool) -> None:
    columns = {"label": ["紙", "放送"], "start": ["2024-03-01"] * 2, "end": ["2024-03-02"] * 2}
    figure = figures.timeline(published(columns, hide), y="label", start="start", end="end", finding="示す。")
    assert figure.is_blank is blank


def test_a_figure_of_no_rows_is_empty_and_not_kept_back() -> None:
    table = published({"y": [], "n": []}, dimensions={"y": "y"})
    assert not figures.bars(table, x="n", y="y", finding="示す。").is_blank


def test_no_letter_of_a_figure_is_smaller_than_nine_points() -> None:
    assert min(layout.small for layout in (WIDE, NARROW)) == LEAST == 9 / 72 * 96


def test_a_figure_that_leaves_numbers_out_for_want_of_room_says_so_to_the_page_and_to_no_reader() -> None:
    columns = {"a": ["行"] * 24, "b": [f"{at}" for at in range(24)], "n": [1_234_567] * 24}
    table = published(columns, dimensions={"a": "a", "b": "b"})
    figure = figures.heat_map(table, x="b", y="a", value="n", finding="示す。")
    wide, narrow = figure.drawings()
    assert [drawing.startswith('<svg class="cramped" ') for drawing in (wide, narrow)] == [True, False]
    assert drawn.KINDS["bars"]().drawings()[0].startswith("<svg width=")


def test_a_figure_is_drawn_as_long_as_its_smallest_letters_are_9_points_on_a_sheet_that_holds_it_whole() -> (
    None
):
    told = {}
    for rows in range(28, 33):
        table = published({"y": [f"項目{k}" for k in range(rows)], "n": [9] * rows}, dimensions={"y": "y"})
        figure = figures.bars(table, x="n", y="y", finding="示す。")
        height = drawn.drawing(figure).mpl.get_figheight() * 72
        points = WIDE.small * 235 / height / 25.4 * 72
        try:
            told[points >= 9] = bool(figure.drawings())
        except TooHighError:
            assert points < 9
            told[False] = False
    assert told == {True: True, False: False}


@pytest.mark.parametrize(("room", "fits"), [(-1, False), (0, True), (1, True)])
def test_a_figure_as_high_as_a_sheet_of_paper_fits_it(room: int, fits: bool, monkeypatch) -> None:
    figure = drawn.KINDS["tree"]()
    (high,) = re.findall(r'viewBox="0 0 [0-9.]+ ([0-9.]+)"', figure.drawings()[0])
    monkeypatch.setattr("ujo_lib.report.look.figures.drawing._HIGHEST", float(high) + room)
    with nullcontext() if fits else pytest.raises(TooHighError):
        figure.drawings()
