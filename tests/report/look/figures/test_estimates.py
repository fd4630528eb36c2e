"""Estimates stand where their cells say, with what is open, without end or kept back told as such."""

from math import inf, nan

import pytest

from tests.report.look import drawn
from tests.report.look.drawn import drawing, seen, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import BLUE, PAPER, SERIES


def test_estimates_lie_between_their_bounds_open_where_they_include_no_effect() -> None:
    axes = drawing(drawn.KINDS["forest"]()).mpl.axes[0]
    drawn_ends = [tuple(line[:, 0]) for part in axes.containers for line in part[2][0].get_segments()]
    assert pytest.approx((1.10, 1.40)) in drawn_ends
    assert pytest.approx((0.92, 1.20)) in drawn_ends
    faces = {mark[0].get_markerfacecolor(): mark[0].get_xdata().tolist() for mark in axes.containers}
    assert faces == {"#ffffff": [1.05, 1.01], SERIES[0]: [1.24]}
    assert "推定できません" in words(drawing(drawn.KINDS["forest"]()))
    assert any(line.get_marker() == ">" for line in axes.lines)


def test_a_placebo_figure_whose_real_value_is_kept_back_says_so() -> None:
    table = published(
        {"place": ["甲", "乙", "丙"], "ratio": [1.0, 1.1, 2.5], "real": [False, False, True]},
        hide=[(2, "place"), (2, "ratio"), (2, "real")],
    )
    figure = figures.distribution(table, x="ratio", marker="real", label="place", finding="中ほど。")
    assert "1か所は秘匿" in figure.alt
    assert "2.5" not in seen(figure)
    assert any("x 秘匿" in text for text in words(drawing(figure)))


def test_an_interval_without_end_is_said_and_ends_in_an_arrow() -> None:
    table = published({"label": ["谷"], "estimate": [1.01], "low": [0.8], "high": [inf]})
    assert "1.01(0.80以上)" in words(drawing(figures.forest(table, finding="示す。")))


@pytest.mark.parametrize(
    ("low", "high", "filled"),
    [
        (1.0, 1.4, False),
        (1.001, 1.4, True),
        (0.999, 1.4, False),
        (0.7, 1.0, False),
        (0.7, 0.999, True),
        (0.7, 1.001, False),
        (nan, nan, False),
    ],
)
def test_an_interval_that_only_touches_no_effect_does_not_stand_out(low, high, filled) -> None:
    table = published(
        {"label": ["夏"], "estimate": [1.2 if low > 0.9 else 0.8], "low": [low], "high": [high]}
    )
    axes = drawing(figures.forest(table, finding="示す。")).mpl.axes[0]
    (mark,) = [part[0] for part in axes.containers if len(part[0].get_xdata())]
    assert (mark.get_markerfacecolor() == BLUE) is filled


def test_a_difference_is_measured_from_zero_on_an_even_scale() -> None:
    table = published({"label": ["a", "b"], "estimate": [-2.0, 1.0], "low": [-3.0, 0.0], "high": [-1.0, 2.0]})
    axes = drawing(figures.forest(table, reference=0, log=False, finding="示す。")).mpl.axes[0]
    assert axes.get_xscale() == "linear"
    assert {mark[0].get_markerfacecolor(): mark[0].get_xdata().tolist() for mark in axes.containers} == {
        BLUE: [-2.0],
        PAPER: [1.0],
    }
    assert "区間が0を含まない" in axes.get_title(loc="left")


def test_an_interval_without_end_reaches_the_edge_where_its_arrow_stands() -> None:
    table = published({"label": ["谷", "山"], "estimate": [1.0, 1.2], "low": [0.8, 0.9], "high": [inf, 1.6]})
    axes = drawing(figures.forest(table, finding="示す。")).mpl.axes[0]
    edge = axes.get_xlim()[1]
    ends = [line[1, 0] for part in axes.containers for line in part[2][0].get_segments()]
    assert ends == pytest.approx([edge, 1.6])
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == ">"] == [edge]


def test_all_analyses_stand_in_order_with_their_own_choices_below() -> None:
    columns = {"way": list("甲乙甲丙"), "estimate": [1.3, nan, 0.9, 1.1], "low": [1.1, nan, 0.8, 0.9]}
    table = published({**columns, "high": [1.5, nan, 1.0, 1.3], "chosen": [False, False, False, True]})
    figure = figures.spec_curve(table, choices=("way",), marker="chosen", finding="示す。")
    above, below = drawing(figure).mpl.axes
    marks = sorted(point for part in above.containers for point in zip(*part[0].get_data(), strict=True))
    assert marks == [(0, 0.9), (1, 1.1), (2, 1.3)]
    assert [tick.get_text() for tick in below.get_yticklabels()][1:] == ["甲", "乙", "丙"]
    # In the order of the estimates, what is not estimable last: 甲, 丙, 甲, 乙.
    assert sorted(map(tuple, below.collections[0].get_offsets())) == [(0, 1), (1, 3), (2, 1), (3, 2)]
    (named,) = [text for text in above.texts if text.get_text() == "登録した選び方"]
    assert named.xy[0] == 1


def test_an_interval_from_zero_leaves_a_scale_of_ratios_readable() -> None:
    table = published({"label": ["夏", "冬"], "estimate": [0.5, 1.2], "low": [0.0, 0.9], "high": [2.0, 1.6]})
    axes = drawing(figures.forest(table, finding="示す。")).mpl.axes[0]
    low, high = axes.get_xlim()
    assert 0.4 < low < 0.5
    assert 2.0 < high < 2.5
