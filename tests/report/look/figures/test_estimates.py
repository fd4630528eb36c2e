"""Estimates stand where their cells say, with what is open, without end or kept back told as such."""

from math import inf, nan

import pytest

from tests.report.look import drawn
from tests.report.look.drawn import draft, drawing, seen, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import BLUE, NARROW, PAPER, SERIES, WIDE


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


@pytest.mark.parametrize(
    ("ends", "log", "limits"),
    [
        (
            (1.0, 0.5, 2.0),
            True,
            (0.5 / 4**0.06, 2 * 4**0.06),
        ),  # 6 % of the way from end to end, on its own scale
        ((1.0, 1.0, 1.0), True, (1 / 1.05, 1.05)),  # and no less than 5 % where there is no way to go
        ((1.0, 0.9, 2.0), True, (0.9 / 1.05, 2 * 1.05)),  # (2 / 0.9) ** 0.06 is 1.049
        ((0.0, -3.0, 2.0), False, (-3.3, 2.3)),
        ((1.0, 1.0, 1.0), False, (0.0, 2.0)),
    ],
)
def test_a_scale_of_estimates_leaves_a_little_room_at_either_end(ends, log: bool, limits) -> None:
    estimate, low, high = ([end] for end in ends)
    table = published({"label": ["夏"], "estimate": estimate, "low": low, "high": high})
    reference = 1.0 if log or ends[0] else 0.0
    axes = draft(figures.forest(table, reference=reference, log=log, finding="示す。")).mpl.axes[0]
    assert axes.get_xlim() == pytest.approx(limits)


@pytest.mark.parametrize(("low", "known"), [(0.52, None), (0.21, [0.2, 0.5, 1.0])], ids=["two", "three"])
def test_a_scale_of_ratios_has_steps_of_one_two_and_five_where_three_of_them_lie_on_it(low, known) -> None:
    """With room at its ends it goes from 0.49 to 1.6, or from 0.19 to 1.7."""
    table = published({"label": ["夏"], "estimate": [1.2], "low": [low], "high": [1.5]})
    axes = draft(figures.forest(table, finding="示す。")).mpl.axes[0]
    left, right = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if left <= tick <= right]
    assert ticks == known if known else len(ticks) > 2
    assert not axes.get_xticks(minor=True).size


@pytest.mark.parametrize(
    ("layout", "label", "pitch"),
    [
        (NARROW, "夏", 3.0),
        (WIDE, "夏", 2.1),
        (WIDE, "夏" * 16, 1.3 * 2 + 0.5),
        (WIDE, "夏" * 31, 1.3 * 3 + 0.5),
    ],
)
def test_a_line_of_estimates_is_high_enough_for_its_label(layout, label: str, pitch: float) -> None:
    """A third of 680 pixels holds 15 letters of 14.5; on a phone the label stands above its line."""
    columns = {"label": [label, "冬"], "estimate": [1.2, 1.1], "low": [1.1, 0.9], "high": [1.3, 1.3]}
    sheet = draft(figures.forest(published(columns), finding="示す。"), layout)
    assert sheet.tall == pytest.approx(2 * pitch * layout.font)
    bottom, top = sheet.mpl.axes[0].get_ylim()
    assert (bottom, top) == pytest.approx((1.3, -0.7) if layout.narrow else (1.5, -0.5))
    said = [text.get_text() for text in sheet.mpl.axes[0].texts]
    both = ["1.20(1.10〜1.30)", "1.10(0.90〜1.30)"]
    assert said == ([label, both[0], "冬", both[1]] if layout.narrow else both)


@pytest.mark.parametrize(
    ("at", "side"), [(0, "left"), (1, "left"), (2, "center"), (8, "center"), (9, "right")]
)
def test_the_registered_analysis_is_named_on_the_side_where_there_is_room(at: int, side: str) -> None:
    """Of ten the first fifth and the last one are at the edge."""
    n = [0.5 + step / 10 for step in range(10)]
    columns = {"way": ["甲"] * 10, "estimate": n, "low": [v - 0.1 for v in n], "high": [v + 0.1 for v in n]}
    table = published({**columns, "chosen": [step == at for step in range(10)]})
    above, below = draft(
        figures.spec_curve(table, choices=("way",), marker="chosen", finding="示す。")
    ).mpl.axes
    (named,) = [text for text in above.texts if text.get_text() == "登録した選び方"]
    assert (named.xy, named.get_ha()) == ((at, 1), side)
    for axes in (above, below):
        (band,) = axes.patches
        assert (band.get_x(), band.get_width()) == (at - 0.5, 1)
    assert below.get_xlim() == (-0.5, 9.5)


@pytest.mark.parametrize(
    ("real", "side"), [(1.29, "left"), (1.31, "center"), (1.69, "center"), (1.71, "right")]
)
def test_the_real_value_among_placebos_is_named_on_the_side_where_there_is_room(real, side: str) -> None:
    """Values go from 1 to 2: three tenths at either end are its edges, and a twentieth of their way lies beyond."""
    table = published({"ratio": [1.0, 2.0, real], "real": [False, False, True], "place": list("甲乙丙")})
    axes = draft(
        figures.distribution(table, x="ratio", marker="real", label="place", reference=1.5, finding="示す。")
    ).mpl.axes[0]
    assert axes.get_xlim() == pytest.approx((0.95, 2.05))
    assert [text.get_ha() for text in axes.texts] == [side]
    assert [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1] == [1.5, real]


def test_one_value_alone_stands_in_the_middle_of_a_scale_of_two() -> None:
    table = published({"ratio": [1.0], "real": [True]})
    axes = draft(figures.distribution(table, x="ratio", marker="real", finding="示す。")).mpl.axes[0]
    assert axes.get_xlim() == (0.0, 2.0)
    assert [text.get_ha() for text in axes.texts] == ["left"]
