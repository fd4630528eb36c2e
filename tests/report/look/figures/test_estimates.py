"""Estimates stand where their cells say, with what is open, without end or kept back told as such."""

from math import inf

import pytest

from tests.report.look import drawn
from tests.report.look.drawn import drawing, seen, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import SERIES


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
