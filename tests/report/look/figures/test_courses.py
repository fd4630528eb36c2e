"""Courses stand where their days and cells say; texts above a timeline cover none of each other."""

import numpy as np
import pandas as pd
import pytest

from tests.report.look import drawn
from tests.report.look.drawn import drawing, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.courses import _span, _tiers


@pytest.mark.parametrize(
    ("places", "lefts", "widths", "tiers"),
    [
        ([0, 0], [0, 9], [10, 10], [0, 1]),
        ([0, 0], [0, 10], [10, 10], [0, 0]),  # where one ends the next may begin
        ([0, 0], [0, 11], [10, 10], [0, 0]),
        ([0, 1], [0, 0], [10, 10], [0, 0]),  # each place has lines of its own
        ([0, 0, 0], [0, 5, 10], [10, 10, 10], [0, 1, 0]),
        ([0, 0, 0], [0, 0, 0], [10, 10, 10], [0, 1, 2]),
        ([], [], [], []),
    ],
)
def test_a_text_stands_on_the_lowest_line_on_which_none_before_it_reaches_so_far(
    places, lefts, widths, tiers
):
    assert _tiers(places, lefts, widths) == tiers


@pytest.mark.parametrize(
    ("last", "told"), [("2024-02-29", "2/29"), ("2024-03-01", "2/29〜3/1"), ("2025-02-28", "2/29〜2/28")]
)
def test_a_span_of_one_day_is_told_as_that_day(last, told):
    assert _span(pd.Timestamp("2024-02-29"), pd.Timestamp(last)) == told


def test_columns_are_as_high_as_their_cells_and_their_whiskers_reach_the_bounds() -> None:
    (axes,) = drawing(drawn.KINDS["profile"]()).mpl.axes
    n = drawn.months().frame["n"]
    assert [bar.get_height() for bar in axes.patches] == pytest.approx(n.tolist())
    assert [text.get_text() for text in axes.texts] == [str(value) for value in n]
    (bars,) = [part for part in axes.collections if type(part).__name__ == "LineCollection"]
    ends = [tuple(line[:, 1]) for line in bars.get_segments()]
    np.testing.assert_allclose(ends, [(value - 28, value + 30) for value in n])


def test_a_band_around_a_line_reaches_its_bounds_and_a_day_without_data_is_a_gap() -> None:
    axes = drawing(drawn.KINDS["line"]()).mpl.axes[0]
    table = drawn.days().frame
    band = next(part for part in axes.collections if "FillBetween" in type(part).__name__)
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((table["low"].min(), table["high"].max()))
    assert np.isnan(axes.lines[0].get_ydata()[40:43]).all()
    assert 'fill-opacity="0.16"' in drawn.KINDS["line"]().to_html()


def test_a_year_is_a_label_and_not_the_first_of_january() -> None:
    table = published({"year": ["2019", "2023"], "n": [32, 25]})
    figure = figures.line(table, x="year", y="n", finding="減少とは言えない。")
    assert {"2019", "2023"} <= set(words(drawing(figure)))


def test_dates_lie_where_they_belong_whatever_the_order_of_the_rows() -> None:
    when = pd.to_datetime(["2023-04-03", "2023-04-01", "2023-04-02"])
    table = published({"date": when, "n": [3, 1, 2]})
    line = drawing(figures.line(table, x="date", y="n", finding="示す。")).mpl.axes[0].lines[0]
    assert list(line.get_ydata()) == [1, 2, 3]
