"""Bars are as long as their cells, carry their values, and are silent about what is hidden."""

from itertools import pairwise

import numpy as np
import pytest

from tests.report.look import drawn
from tests.report.look.drawn import draft, drawing, seen, words
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.bars import _Lanes
from ujo_lib.report.look.style import INK, NARROW, PAPER, WIDE


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


def test_the_parts_of_a_band_add_up_to_the_whole_and_are_joined_to_the_next() -> None:
    (axes,) = drawing(drawn.KINDS["band"]()).mpl.axes
    assert axes.get_xlim() == pytest.approx((0, 100))
    ends = [bar.get_x() + bar.get_width() for bar in axes.containers[-1]]
    assert ends == pytest.approx([100, 100, 100])
    joins = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    assert pytest.approx((60, 75)) in joins
    assert "無職(n=12、参考値)" in words(drawing(drawn.KINDS["band"]()))


def test_the_parts_of_counts_are_drawn_as_long_as_they_are() -> None:
    columns = {"y": ["p", "p", "q", "q"], "by": ["a", "b"] * 2, "n": [5, 15, 10, 0]}
    table = published(columns, dimensions={"y": "y", "by": "by"})
    (axes,) = drawing(figures.band(table, x="n", y="y", by="by", finding="示す。")).mpl.axes
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


@pytest.mark.parametrize("kind", ["band", "panels"])
def test_two_way_figures_survive_hidden_cells(kind: str) -> None:
    table = by_occupation(hide=[(2, "share"), (3, "share")])
    sides = {"y": "answer", "by": "occupation"} if kind == "panels" else {"y": "occupation", "by": "answer"}
    figure = getattr(figures, kind)(table, x="share", finding="示す。", **sides)
    assert "2か所は秘匿" in figure.alt
    assert "x 秘匿" in words(drawing(figure, NARROW))


@pytest.mark.parametrize(
    ("kind", "across"),
    [("bars", True), ("panels", True), ("pyramid", True), ("profile", False)],
)
def test_a_hidden_bar_has_no_length_whatever_kind_of_bar_it_is(kind: str, across: bool) -> None:
    """Ages by sex where there are two series, else the first two rows of them."""
    table = drawn.sexes_by_age()
    two = kind not in {"bars", "profile"}
    frame = {name: table.frame[name][: 4 if two else 2] for name in ("age" if two else "sex", "sex", "n")}
    split = {name: name for name in frame if name != "n"}
    hidden = published(frame, [(1, "n")], dimensions=split)
    label, length = ("y", "x") if across else ("x", "y")
    sides = {label: "age", "by": "sex"} if two else {label: "sex"}
    axes = draft(getattr(figures, kind)(hidden, **{length: "n"}, **sides, finding="示す。")).mpl.axes
    bars = [bar.get_width() if across else bar.get_height() for one in axes for bar in one.patches]
    assert sorted(bars) == ([0, 3, 4, 6] if two else [0, 4])


def test_one_hidden_part_of_a_band_hides_the_others_which_would_leave_it_as_the_rest() -> None:
    table = by_occupation(hide=[(2, "share")])
    (axes,) = drawing(figures.band(table, x="share", y="occupation", by="answer", finding="示す。")).mpl.axes
    assert [part[1].get_width() for part in axes.containers] == [0, 0]
    figure = figures.band(table, x="share", y="occupation", by="answer", finding="示す。")
    assert "25.0" not in words(drawing(figure))
    # Nor does the text for those who do not see it tell of a part that is not drawn: 75 % of 学生 would be the most.
    assert "伏せた欄を除いて最小40.0%(全体 / 感じない)、最大60.0%(全体 / 感じる)。2か所は秘匿。" in figure.alt


def test_all_zero_counts_draw_as_zero() -> None:
    figure = figures.bars(published({"name": ["甲"], "n": [0]}), x="n", y="name", finding="いない。")
    assert "は0(甲)。" in figure.alt
    assert "0" in words(drawing(figure))


def test_panels_share_one_scale() -> None:
    # 75 % in one panel and 60 % in another: the bars must stand 75 to 60, whatever their panel.
    axes = drawing(drawn.KINDS["panels"]()).mpl.axes
    pixels = sorted((bar.get_window_extent().width for one in axes for bar in one.patches), reverse=True)
    assert pixels[0] / pixels[1] == pytest.approx(0.75 / 0.6, rel=0.01)


def test_panels_say_what_their_whiskers_are_as_bars_do() -> None:
    (bars,) = drawing(drawn.KINDS["bars"]()).mpl.axes
    table = by_sex().frame.assign(answer=["はい"] * 3)
    columns = {name: list(table[name]) for name in ("sex", "answer", "share", "low", "high")}
    shown = published(columns, dimensions={"sex": "sex", "answer": "answer"})
    figure = figures.panels(shown, x="share", y="answer", by="sex", low="low", high="high", finding="示す。")
    assert "線は95%信頼区間" in bars.get_xlabel()
    assert bars.get_xlabel() in {axes.get_xlabel() for axes in drawing(figure).mpl.axes}


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
    assert [text.get_text() for text in axes.texts].count("x 秘匿") == len(hide)


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


def test_labels_above_their_bars_stand_over_them_with_room_for_each() -> None:
    """Label and bar are 1.3 letters high each, and half a letter parts the rows; 12 pixels stand over the first."""
    lanes = _Lanes(["全" * 12, "全" * 3], NARROW, 340)
    assert lanes.above
    assert lanes.pitch == pytest.approx((1.3 + 1.3 + 0.5) * 13.5)
    assert lanes.height == pytest.approx(lanes.pitch + 1.3 * 13.5 + 1.3 * 13.5 + 12)


@pytest.mark.parametrize(("values", "bounds", "ends"), [
    ([3, 5], None, (0, 5)), ([-2, 5], None, (-2, 5)), ([0, 0], None, (0, 1)),
    ([None, None], None, (0, 1)), ([3, 5], ([-1, 2], [4, 9]), (-1, 9)),
])  # fmt: skip
def test_a_scale_of_bars_holds_zero_every_bar_and_every_interval(values, bounds, ends) -> None:
    low, high = bounds or ([None, None], [None, None])
    table = published({"y": ["甲", "乙"], "value": values, "low": low, "high": high})
    (axes,) = draft(figures.bars(table, x="value", y="y", low="low", high="high", finding="示す。")).mpl.axes
    assert axes.get_xlim() == ends


def test_a_value_stands_five_pixels_behind_its_bar_or_its_interval_and_one_below_zero_behind_the_line() -> (
    None
):
    table = published({"y": list("甲乙丙丁"), "value": [3.0, 4.0, -2.0, None], "low": [2.0, None, None, None],
                       "high": [6.0, None, None, None]})  # fmt: skip
    (axes,) = draft(figures.bars(table, x="value", y="y", low="low", high="high", finding="示す。")).mpl.axes
    assert [(text.xy, text.xyann) for text in axes.texts] == [
        ((6, 0), (5, 0)),
        ((4, 1), (5, 0)),
        ((0, 2), (5, 0)),
        ((0, 3), (5, 0)),
    ]
    assert axes.texts[3].get_color() != axes.texts[0].get_color()


@pytest.mark.parametrize(("layout", "grid"), [(WIDE, [(2, 680 / 2)]), (NARROW, [(1, 340)])])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_panels_stand_in_two_columns_and_on_a_phone_in_one_each_as_high_as_its_rows(
    layout, grid, count: int
) -> None:
    rows = [(f"群{at}", f"選{k}", 2 * count - at - k) for at in range(count) for k in range(at + 2)]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("by", "y", "n"))}
    table = published(columns, dimensions={"by": "by", "y": "y"})
    sheet = draft(figures.panels(table, x="n", y="y", by="by", finding="示す。"), layout)
    across = grid[0][0]
    tiers = -(-count // across)
    shown = [axes for axes in sheet.mpl.axes if axes.axison]
    assert (len(sheet.mpl.axes), len(shown)) == (tiers * across, count)
    assert [axes.get_title(loc="left") for axes in shown] == [f"群{at}" for at in range(count)]
    # 2.1 letters a row; a tier is as high as the panel with most rows.
    most = [max(at + 2 for at in range(count)[first : first + across]) for first in range(0, count, across)]
    assert sheet.tall == pytest.approx(sum(most) * 2.1 * layout.font)
    assert {tuple(axes.get_xlim()) for axes in shown} == {(0, 2 * count)}
    for at, axes in enumerate(shown):
        assert axes.get_ylim() == (most[at // across] - 0.5, -0.5)
        assert [tick.get_text() for tick in axes.get_yticklabels()] == [f"選{k}" for k in range(at + 2)]
    titled = [axes.get_xlabel() for axes in sheet.mpl.axes]
    assert titled == ["" if at != (tiers - 1) * across else "人数(人)" for at in range(len(titled))]
    # Of two panels above each other both say their scale.
    assert all(axes.xaxis.get_tick_params()["labelbottom"] for axes in shown)


def test_the_lines_between_bands_go_from_the_edge_of_one_to_that_of_the_next() -> None:
    (axes,) = draft(drawn.KINDS["band"]()).mpl.axes
    bars = axes.containers[0]
    lines = [line for line in axes.lines if len(set(line.get_ydata())) == 2 and line.get_lw() < 0.8]
    assert [tuple(line.get_ydata()) for line in lines] == [
        pytest.approx((upper.get_y() + upper.get_height(), lower.get_y())) for upper, lower in pairwise(bars)
    ]
    assert [tuple(line.get_xdata()) for line in lines] == [pytest.approx((60, 75)), pytest.approx((75, 50))]
    labels = ["全" * 20, "件" * 20]
    columns = {"y": np.repeat(labels, 2), "by": list("abab"), "share": [0.5] * 4}
    table = published(columns, dimensions={"y": "y", "by": "by"})
    figure = figures.band(table, x="share", y="y", by="by", finding="示す。")
    assert (
        len(draft(figure, NARROW).mpl.axes[0].lines) == 1
    )  # where labels stand between bands, only the zero


@pytest.mark.parametrize(("share", "said"), [(0.07, True), (0.06, False)])
def test_a_part_of_a_band_carries_its_number_where_it_fits_with_four_pixels(share: float, said: bool) -> None:
    """Beside a label of one letter, 14.5 and 8, a hundredth is 6.575 pixels wide; 「7.0」 takes 19.8 at 13."""
    parts = {0.07: 0.037, 0.06: 0.036}[share]
    columns = {"y": ["全"] * 2, "by": ["a", "b"], "share": [parts, 1 - parts]}
    table = published(columns, dimensions={"y": "y", "by": "by"})
    (axes,) = draft(figures.band(table, x="share", y="y", by="by", finding="示す。")).mpl.axes
    written = {text.get_text() for text in axes.texts}
    assert (f"{100 * parts:.1f}" in written) is said
    assert f"{100 * (1 - parts):.1f}" in written


def test_numbers_in_the_two_darkest_parts_of_a_band_are_light_and_in_the_others_dark() -> None:
    columns = {"y": ["全"] * 4, "by": list("abcd"), "share": [0.1, 0.2, 0.3, 0.4]}
    table = published(columns, dimensions={"y": "y", "by": "by"})
    (axes,) = draft(figures.band(table, x="share", y="y", by="by", finding="示す。")).mpl.axes
    assert [text.get_color() for text in axes.texts] == [PAPER, PAPER, INK, INK]
    assert [text.get_text() for text in axes.texts] == ["10.0", "20.0", "30.0", "40.0"]


def test_bands_that_are_kept_back_and_those_that_were_not_counted_say_which_at_their_place() -> None:
    columns = {
        "y": np.repeat(["甲", "乙", "丙"], 2),
        "by": list("ababab"),
        "share": [0.5, 0.5, 0.4, 0.6, None, None],
    }
    table = published(columns, [(2, "share")], dimensions={"y": "y", "by": "by"})
    (axes,) = draft(figures.band(table, x="share", y="y", by="by", finding="示す。")).mpl.axes
    said = {text.xy: text.get_text() for text in axes.texts if getattr(text, "xyann", None) == (5, 0)}
    assert said == {(0, 1): "x 秘匿", (0, 2): "… 算出不能"}


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "phone"])
def test_a_pyramid_has_its_labels_between_two_sides_that_meet_at_zero(layout) -> None:
    sheet = draft(drawn.KINDS["pyramid"](), layout)
    left, right = sheet.mpl.axes
    assert sheet.tall == pytest.approx(2 * 2.0 * layout.font)
    assert left.get_ylim() == right.get_ylim() == (1.5, -0.5)
    assert [(text.xy, text.xyann, text.get_text()) for text in left.texts] == [
        ((4, 0), (-5, 0), "4"),
        ((6, 1), (-5, 0), "6"),
    ]
    assert [(text.xy, text.xyann) for text in right.texts] == [((1, 0), (5, 0)), ((3, 1), (5, 0))]
    for axes in (left, right):
        assert [bar.get_y() + bar.get_height() / 2 for bar in axes.patches] == pytest.approx([0, 1])
        assert [line.get_xdata()[0] for line in axes.lines] == [0]
    assert (left.get_xlabel(), right.get_xlabel()) == ("", "人数(人)")
    ticks = [
        [bool(tick.label1.get_visible()) for tick in axes.yaxis.get_major_ticks()] for axes in (left, right)
    ]
    assert ticks == [[False] * 2, [True] * 2]


@pytest.mark.parametrize(("values", "end"), [([0, 0, 0, 0], 1), ([0, 0, 0, 2], 2)])
def test_a_pyramid_of_nobody_has_a_scale_to_one(values: list[int], end: int) -> None:
    columns = {"y": ["甲", "甲", "乙", "乙"], "by": ["a", "b"] * 2, "n": values}
    table = published(columns, dimensions={"y": "y", "by": "by"})
    left, right = draft(figures.pyramid(table, x="n", y="y", by="by", finding="示す。")).mpl.axes
    assert (left.get_xlim(), right.get_xlim()) == ((end, 0), (0, end))


@pytest.mark.parametrize(("more", "lines"), [("", 1), ("x", 1), ("xx", 2), ("全", 2)])
def test_a_label_above_its_bar_takes_the_whole_width_of_a_phone_but_four_pixels(
    more: str, lines: int
) -> None:
    """24 letters of 13.5 are 324 pixels of 336; an x is 6.6."""
    label = "全" * 24 + more
    lanes = _Lanes([label], NARROW, 340)
    assert lanes.wrap([label])[0].count("\n") + 1 == lines
    assert lanes.pitch == pytest.approx((lines * 1.3 + 1.3 + 0.5) * 13.5)


def test_labels_above_their_bars_stand_three_pixels_over_them_with_four_pixels_below_the_last() -> None:
    table = published({"y": ["全" * 12, "件" * 12], "n": [3, 2]})
    sheet = draft(figures.bars(table, x="n", y="y", finding="示す。"), NARROW)
    (axes,) = sheet.mpl.axes
    pixel = np.ptp(axes.get_ylim()) / sheet.tall
    bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.patches]
    labels = [text for text in axes.texts if "全" in text.get_text() or "件" in text.get_text()]
    assert [(text.xy, text.xyann, text.get_ha()) for text in labels] == [
        ((0, pytest.approx(top)), (0, 3), "left") for top, _ in bars
    ]
    bottom, top = axes.get_ylim()
    assert (bottom - bars[-1][1]) / pixel == pytest.approx(4)
    # Over the first bar there is its label, 1.3 letters high, with 3 pixels below it and 5 above.
    assert (bars[0][0] - top) / pixel == pytest.approx(1.3 * 13.5 + 8)
    assert {tick.get_text() for tick in axes.get_yticklabels()} == {""}
    assert not any(line.get_visible() for line in axes.get_xgridlines())


def _answers(groups: int, answers: int):
    rows = [(f"第{group}群", f"答{answer}") for group in range(groups) for answer in range(answers)]
    columns = {
        "y": [group for group, _ in rows],
        "by": [answer for _, answer in rows],
        "share": [1 / answers] * len(rows),
        "base": [50 + int(group[1]) for group, _ in rows],
    }
    return published(columns, dimensions={"y": "y", "by": "by"})


def test_the_base_of_a_group_with_a_seventh_answer_stands_once_at_its_panel_and_not_behind_every_bar() -> (
    None
):
    banded = figures.band(_answers(2, 7), x="share", y="y", by="by", n="base", finding="示す。")
    axes = draft(banded).mpl.axes
    assert [one.get_title(loc="left") for one in axes] == ["第0群(n=50)", "第1群(n=51)"]
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == [f"答{k}" for k in range(7)]


def test_the_base_of_a_panel_is_hidden_where_it_is_hidden() -> None:
    columns = {"y": ["甲"] * 7, "by": [f"答{k}" for k in range(7)], "share": [1 / 7] * 7, "base": [7] * 7}
    table = published(columns, [(row, "base") for row in range(7)], dimensions={"y": "y", "by": "by"})
    banded = figures.band(table, x="share", y="y", by="by", n="base", finding="示す。")
    assert draft(banded).mpl.axes[0].get_title(loc="left") == "甲(n=x)"
