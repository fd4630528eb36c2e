"""Bars are as long as their cells, carry their values, and are silent about what is hidden."""

import numpy as np
import pytest

from tests.report.look import drawn
from tests.report.look.drawn import drawing, seen, words
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.bars import _Lanes
from ujo_lib.report.look.style import NARROW, WIDE


def whiskers(axes) -> list[tuple[float, float]]:
    """Both ends of each interval drawn, in the order of drawing."""
    (bars,) = [part for part in axes.collections if type(part).__name__ == "LineCollection"]
    return [(min(line.flatten()[[0, 2]]), max(line.flatten()[[0, 2]])) for line in bars.get_segments()]


def test_bars_are_as_long_as_their_cells_and_say_them() -> None:
    (axes,) = drawing(drawn.KINDS["bars"]()).mpl.axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([68.0, 32.0, 0.0])
    assert [text.get_text() for text in axes.texts] == ["68.0%", "32.0%", "0.0%"]
    np.testing.assert_allclose(whiskers(axes), [(48.4, 82.8), (17.2, 51.6), (0.0, 13.3)], atol=1e-9)
    assert axes.get_yticklabels()[0].get_text() == "男性(n=17)"


def test_series_of_grouped_bars_differ_in_pattern_and_stand_where_their_values_are_written() -> None:
    (axes,) = drawing(drawn.KINDS["grouped_bars"]()).mpl.axes
    bars = [bar for part in axes.containers for bar in part]
    assert len({part[0].get_hatch() for part in axes.containers}) == 2
    at = {(round(bar.get_y() + bar.get_height() / 2, 6), round(bar.get_width(), 6)) for bar in bars}
    said = {(round(text.xy[1], 6), float(text.get_text().rstrip("%"))) for text in axes.texts}
    assert at == said


def test_the_parts_of_a_band_add_up_to_the_whole_and_are_joined_to_the_next() -> None:
    (axes,) = drawing(drawn.KINDS["band"]()).mpl.axes
    assert axes.get_xlim() == pytest.approx((0, 100))
    ends = [bar.get_x() + bar.get_width() for bar in axes.containers[-1]]
    assert ends == pytest.approx([100, 100, 100])
    joins = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    assert pytest.approx((60, 75)) in joins
    assert "無職(n=12、参考値)" in words(drawing(drawn.KINDS["band"]()))


def test_stacked_counts_are_drawn_as_long_as_they_are() -> None:
    columns = {"y": ["p", "p", "q", "q"], "by": ["a", "b"] * 2, "n": [5, 15, 10, 0]}
    table = published(columns, dimensions={"y": "y", "by": "by"})
    (axes,) = drawing(figures.stacked_bars(table, x="n", y="y", by="by", finding="示す。")).mpl.axes
    assert [bar.get_width() for part in axes.containers for bar in part] == [5, 10, 15, 0]
    assert axes.get_xlim()[1] == 20


def test_a_hidden_bar_is_said_to_be_hidden_and_leaves_no_number() -> None:
    hide = [(1, column) for column in ("n", "share", "low", "high")]
    figure = figures.bars(
        by_sex(hide=hide), x="share", y="sex", n="n", low="low", high="high", finding="女性は{share[女性]}。"
    )
    assert "1か所は秘匿" in figure.alt
    assert "示せません" in figure.finding
    for trace in ("32.0", "17.2", "51.6", ">8<"):
        assert trace not in seen(figure)
    (axes,) = drawing(figure).mpl.axes
    assert axes.patches[1].get_width() == 0
    assert [text.get_text() for text in axes.texts] == ["68.0%", "x 秘匿", "0.0%"]
    assert len(whiskers(axes)) == 2
    assert "女性(n=x)" in words(drawing(figure))


def test_the_drawing_of_a_hidden_bar_does_not_depend_on_its_value() -> None:
    def hidden(share: float) -> bytes:
        columns = {"sex": ["男性", "女性"], "share": [0.68, share]}
        table = published(columns, [(1, "share")], dimensions={"sex": "sex"})
        return figures.bars(table, x="share", y="sex", finding="示す。").svg()

    assert hidden(0.32) == hidden(0.99)


@pytest.mark.parametrize("kind", ["grouped_bars", "stacked_bars", "band", "panels"])
def test_two_way_figures_survive_hidden_cells(kind: str) -> None:
    table = by_occupation(hide=[(2, "share"), (3, "share")])
    sides = {"y": "answer", "by": "occupation"} if kind == "panels" else {"y": "occupation", "by": "answer"}
    figure = getattr(figures, kind)(table, x="share", finding="示す。", **sides)
    assert "2か所は秘匿" in figure.alt
    assert "x 秘匿" in words(drawing(figure, NARROW))


def test_one_hidden_part_of_a_band_hides_the_others_which_would_leave_it_as_the_rest() -> None:
    table = by_occupation(hide=[(2, "share")])
    (axes,) = drawing(figures.band(table, x="share", y="occupation", by="answer", finding="示す。")).mpl.axes
    assert [part[1].get_width() for part in axes.containers] == [0, 0]
    assert "25.0" not in words(
        drawing(figures.band(table, x="share", y="occupation", by="answer", finding="示す。"))
    )


def test_all_zero_counts_draw_as_zero() -> None:
    figure = figures.bars(published({"name": ["甲"], "n": [0]}), x="n", y="name", finding="いない。")
    assert "は0(甲)。" in figure.alt
    assert "0" in words(drawing(figure))


def test_panels_share_one_scale() -> None:
    # 75 % in one panel and 60 % in another: the bars must stand 75 to 60, whatever their panel.
    axes = drawing(drawn.KINDS["panels"]()).mpl.axes
    pixels = sorted((bar.get_window_extent().width for one in axes for bar in one.patches), reverse=True)
    assert pixels[0] / pixels[1] == pytest.approx(0.75 / 0.6, rel=0.01)


def test_bars_that_are_sorted_begin_with_the_longest_and_end_with_the_hidden() -> None:
    table = published({"y": list("甲乙丙丁"), "n": [3, 9, 7, 3]}, [(1, "n")])
    (axes,) = drawing(figures.bars(table, x="n", y="y", sort=True, finding="示す。")).mpl.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list("丙甲丁乙")
    assert [bar.get_width() for bar in axes.patches] == [7, 3, 3, 0]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top


@pytest.mark.parametrize(("hide", "joins"), [((), 2), ((0,), 1), ((2,), 0), ((4,), 1)])
def test_no_band_is_joined_to_one_that_is_kept_back(hide: tuple[int, ...], joins: int) -> None:
    table = by_occupation(hide=[(row, "share") for row in hide])
    (axes,) = drawing(figures.band(table, x="share", y="occupation", by="answer", finding="示す。")).mpl.axes
    assert (
        len([line for line in axes.lines if len(set(line.get_ydata())) == 2 and line.get_lw() < 0.8]) == joins
    )
    assert words(drawing(figures.stacked_bars(
        table, x="share", y="occupation", by="answer", finding="示す。"
    ))).count("x 秘匿") == len(hide)  # fmt: skip


def test_the_first_side_of_a_pyramid_grows_to_the_left_and_both_on_one_scale() -> None:
    left, right = drawing(drawn.KINDS["pyramid"]()).mpl.axes
    assert (left.get_title(loc="right"), right.get_title(loc="left")) == ("男性", "女性")
    assert [bar.get_width() for bar in left.patches] == [4, 6]
    assert [bar.get_width() for bar in right.patches] == [1, 3]
    assert left.get_xlim() == right.get_xlim()[::-1] == (6, 0)
    assert [tick.get_text() for tick in right.get_yticklabels()] == ["30代", "40代"]


@pytest.mark.parametrize(("layout", "width"), [(WIDE, 239.0625), (NARROW, 420.5882352941176)])
@pytest.mark.parametrize(("wider", "above"), [(-1, True), (0, False), (1, False)])
def test_a_label_goes_above_its_bar_where_it_takes_more_than_its_part_of_the_width(
    layout, width: float, wider: int, above: bool
) -> None:
    """Ten letters of 14.5 and 8 pixels beside are 64 % of 239.06; on a phone 10 of 13.5 and 8, 34 % of 420.59."""
    lanes = _Lanes(["全" * 10], layout, width + wider)
    assert lanes.above is above
    beside = 10 * layout.font + 8
    assert lanes.room == (0 if above else pytest.approx(min(beside, 0.46 * (width + wider))))


@pytest.mark.parametrize(("letters", "lines"), [(20, 1), (21, 1), (22, 2)])
def test_labels_beside_their_bars_take_no_more_than_46_percent_of_the_width(letters: int, lines: int) -> None:
    """Of 680 pixels 312.8, with 8 to the bar: 21 letters of 14.5 stand on one line."""
    lanes = _Lanes(["全" * letters], WIDE, 680)
    assert not lanes.above
    assert lanes.room == pytest.approx(min(letters * 14.5 + 8, 312.8))
    assert [label.count("\n") + 1 for label in lanes.wrap(["全" * letters])] == [lines]
    # A line takes 1.3 of a letter's size, as a bar does, with 6 pixels to the next label or 0.8 to the next bar.
    assert lanes.pitch == pytest.approx({1: 2.1 * 14.5, 2: 2.6 * 14.5 + 6}[lines])
    assert lanes.height == pytest.approx(lanes.pitch)


@pytest.mark.parametrize(("series", "bar"), [(1, 1.3), (2, 2.4), (3, 3.6)])
def test_bars_of_several_series_share_the_row_of_their_label(series: int, bar: float) -> None:
    """A bar alone is 1.3 letters thick, of several each is 1.2; 0.8 of a letter parts the rows."""
    lanes = _Lanes(["全"], WIDE, 680, series)
    assert (lanes.pitch, lanes.thick) == pytest.approx(((bar + 0.8) * 14.5, bar / (bar + 0.8)))


def test_labels_above_their_bars_stand_over_them_with_room_for_each() -> None:
    """Label and bar are 1.3 letters high each, and half a letter parts the rows; 12 pixels stand over the first."""
    lanes = _Lanes(["全" * 12, "全" * 3], NARROW, 340)
    assert lanes.above
    assert lanes.pitch == pytest.approx((1.3 + 1.3 + 0.5) * 13.5)
    assert lanes.height == pytest.approx(lanes.pitch + 1.3 * 13.5 + 1.3 * 13.5 + 12)
