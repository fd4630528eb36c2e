"""Estimates stand where their cells say, with what is open, without end or kept back told as such."""

from math import inf, nan

import pytest

from tests.report.look import drawn
from tests.report.look.drawn import draft, drawing, seen, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.style import BLUE, INK, NARROW, PAPER, SERIES, SOFT, WIDE


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
        (1.0049, 1.4, False),
        (1.005, 1.4, True),
        (0.999, 1.4, False),
        (0.7, 1.0, False),
        (0.7, 0.995, False),
        (0.7, 0.9949, True),
        (0.7, 1.001, False),
        (nan, nan, False),
    ],
)
def test_an_interval_that_as_printed_touches_no_effect_does_not_stand_out(low, high, filled) -> None:
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
    ("at", "side"), [(0, "left"), (3, "left"), (4, "center"), (16, "center"), (17, "right"), (19, "right")]
)
def test_the_registered_analysis_is_named_on_the_side_where_there_is_room(at: int, side: str) -> None:
    """Of twenty the first fifth and what lies behind four fifths are at the edge."""
    n = [0.5 + step / 10 for step in range(20)]
    columns = {"way": ["甲"] * 20, "estimate": n, "low": [v - 0.1 for v in n], "high": [v + 0.1 for v in n]}
    table = published({**columns, "chosen": [step == at for step in range(20)]})
    above, below = draft(
        figures.spec_curve(table, choices=("way",), marker="chosen", finding="示す。")
    ).mpl.axes
    (named,) = [text for text in above.texts if text.get_text() == "登録した選び方"]
    assert (named.xy, named.xyann, named.get_ha()) == ((at, 1), (0, 4), side)
    for axes in (above, below):
        (band,) = axes.patches
        assert (band.get_x(), band.get_width(), band.get_linewidth()) == (at - 0.5, 1, 0)
        assert band.get_zorder() < min(
            part.get_zorder() for part in [*axes.lines, *axes.collections] if part.get_zorder()
        )
    assert below.get_xlim() == (-0.5, 19.5)


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


def placebos(**more):
    return published(
        {"ratio": [1.0, 2.0, 1.2], "real": [False, False, True], "place": list("甲乙丙"), **more}
    )


@pytest.mark.parametrize(
    ("reference", "limits"), [(None, (0.95, 2.05)), (0.0, (-0.1, 2.1)), (3.0, (0.9, 3.1))]
)
def test_the_scale_of_placebos_holds_the_value_of_no_effect_where_one_is_told(reference, limits) -> None:
    figure = figures.distribution(placebos(), x="ratio", marker="real", reference=reference, finding="示す。")
    axes = draft(figure).mpl.axes[0]
    assert axes.get_xlim() == pytest.approx(limits)
    lines = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert lines == [1.2] if reference is None else [reference, 1.2]
    assert [text.get_text() for text in axes.texts] == ["実際の値 1.20"]
    assert (axes.get_ylabel(), list(axes.get_yticks())) == ("", [])


def test_names_of_several_real_values_stand_on_lines_of_their_own_above_the_dots() -> None:
    table = published(
        {"ratio": [1.0, 2.0, 1.4, 1.6], "real": [False, False, True, True], "place": list("甲乙丙丁")}
    )
    for layout in (WIDE, NARROW):
        figure = figures.distribution(table, x="ratio", marker="real", label="place", finding="示す。")
        axes = draft(figure, layout).mpl.axes[0]
        assert [(text.get_text(), text.xy, text.xyann) for text in axes.texts] == [
            ("丙 1.40", (1.4, 1), (0, 4)),
            ("丁 1.60", (1.6, 1), (0, pytest.approx(4 + 1.4 * layout.font))),
        ]
        assert len(axes.collections[0].get_offsets()) == 2  # the others alone are dots


def test_a_real_value_that_is_kept_back_is_named_at_the_left_end_and_marked_by_no_line() -> None:
    table = published({"ratio": [1.0, 2.0, 1.4], "real": [False, False, True]}, [(2, "ratio"), (2, "real")])
    axes = draft(figures.distribution(table, x="ratio", marker="real", finding="示す。")).mpl.axes[0]
    (text,) = axes.texts
    assert (text.xy, text.get_ha(), text.get_color()) == ((1.0, 1), "left", SOFT)
    assert not axes.lines
    with pytest.raises(figures.FigureError, match="真の行がありません"):
        figures.distribution(
            published({"ratio": [1.0], "real": [False]}), x="ratio", marker="real", finding="示す。"
        )


def test_where_nothing_is_known_the_scale_of_placebos_goes_from_zero_to_one() -> None:
    table = published({"ratio": [nan, nan], "real": [False, True]})
    axes = draft(figures.distribution(table, x="ratio", marker="real", finding="示す。")).mpl.axes[0]
    assert axes.get_xlim() == pytest.approx((-0.05, 1.05))


@pytest.mark.parametrize(("count", "size"), [(40, 6.5), (80, 3.25), (104, 2.5), (200, 2.5)])
def test_marks_of_many_analyses_shrink_until_they_can_just_be_seen(count: int, size: float) -> None:
    """260 pixels are shared by them, between 2.5 and 6.5 each."""
    n = [1 + step / 100 for step in range(count)]
    table = published({"way": ["甲"] * count, "estimate": n, "low": n, "high": n})
    above, below = draft(figures.spec_curve(table, choices=("way",), finding="示す。")).mpl.axes
    assert {mark[0].get_markersize() for mark in above.containers} == {size}
    (squares,) = below.collections[0].get_sizes()
    assert squares**0.5 == pytest.approx(min(6, 272 / count) if count < 136 else 2)
    assert not above.patches  # none was registered


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "phone"])
def test_choices_stand_below_their_heading_each_on_a_line_of_its_own(layout) -> None:
    columns = {
        "window": ["7日", "14日", "7日"],
        "model": ["あり", "あり", "なし"],
        "estimate": [1.1, 1.2, 1.3],
    }
    table = published({**columns, "low": [1.0, 1.1, 1.2], "high": [1.2, 1.3, 1.4]})
    sheet = draft(figures.spec_curve(table, choices=("window", "model"), finding="示す。"), layout)
    above, below = sheet.mpl.axes
    labels = below.get_yticklabels()
    assert [label.get_text() for label in labels] == ["window", "7日", "14日", "model", "あり", "なし"]
    assert [label.get_color() for label in labels] == [SOFT, INK, INK, SOFT, INK, INK]
    assert list(below.get_yticks()) == [*range(6)]
    assert below.get_ylim() == (5.5, -0.5)
    lines = [part for part in below.collections if type(part).__name__ == "LineCollection"]
    assert [segment[:, 1].tolist() for part in lines for segment in part.get_segments()] == [
        [at] * 2 for at in (1, 2, 4, 5)
    ]
    assert [segment[:, 0].tolist() for segment in lines[0].get_segments()] == [[-0.5, 2.5]] * 4
    assert sheet.tall == pytest.approx(layout.width * 0.3 + 40 + 6 * 1.7 * layout.small)
    assert not any(axes.spines["bottom"].get_visible() for axes in (above, below))
    assert list(below.get_xticks()) == []
    with pytest.raises(figures.FigureError, match="choices が空です"):
        figures.spec_curve(table, choices=(), finding="示す。")


@pytest.mark.parametrize(("letters", "phone"), [(11, 11), (12, 11)])
def test_a_long_choice_is_written_as_far_as_two_fifths_of_the_width_hold_it(letters: int, phone: int) -> None:
    """42 hundredths of 340 pixels are 142.8: 11 letters of 12; 36 of 680 are 244.8: 18 of 13."""
    for layout, most in ((NARROW, phone), (WIDE, letters)):
        table = published({"way": ["全" * letters], "estimate": [1.1], "low": [1.0], "high": [1.2]})
        below = draft(figures.spec_curve(table, choices=("way",), finding="示す。"), layout).mpl.axes[1]
        assert below.get_yticklabels()[1].get_text() == "全" * most


def test_intervals_of_many_analyses_stand_upright_between_their_bounds_and_without_arrows() -> None:
    table = published({"way": list("甲乙"), "estimate": [1.2, 1.5], "low": [1.1, 0.9], "high": [1.4, inf]})
    above, _ = draft(figures.spec_curve(table, choices=("way",), finding="示す。")).mpl.axes
    ends = sorted(tuple(line.flatten()) for part in above.containers for line in part[2][0].get_segments())
    top = above.get_ylim()[1]
    assert ends == [pytest.approx((0, 1.1, 0, 1.4)), pytest.approx((1, 0.9, 1, top))]
    assert not [line for line in above.lines if line.get_marker() == ">"]
    assert [line.get_ydata()[0] for line in above.lines if len(line.get_ydata()) == 2] == [1]
    assert above.get_yscale() == "log"
    assert not above.get_yticks(minor=True).size


@pytest.mark.parametrize(("low", "high", "text"), [
    (1.1, 1.4, "1.20(1.10〜1.40)"), (nan, nan, "1.20"), (1.1, nan, "1.20"), (nan, 1.4, "1.20"),
])  # fmt: skip
def test_an_estimate_without_an_interval_is_written_alone(low: float, high: float, text: str) -> None:
    table = published({"label": ["夏"], "estimate": [1.2], "low": [low], "high": [high]})
    axes = draft(figures.forest(table, finding="示す。")).mpl.axes[0]
    assert [note.get_text() for note in axes.texts] == [text]


def test_estimates_stand_beside_their_numbers_and_on_a_phone_below_label_and_numbers() -> None:
    for layout, places in ((WIDE, [((1, 0), (10, 0))]), (NARROW, [((0, 0), (0, 10)), ((1, 0), (0, 10))])):
        table = published({"label": ["夏"], "estimate": [1.2], "low": [1.1], "high": [1.4]})
        axes = draft(figures.forest(table, finding="示す。"), layout).mpl.axes[0]
        assert [(note.xy, note.xyann) for note in axes.texts] == places
        sides = [note.get_ha() for note in axes.texts]
        assert sides == (["left", "right"] if layout.narrow else ["left"])


@pytest.mark.parametrize(("letters", "lines"), [(31, 1), (32, 2)])
def test_the_title_of_estimates_breaks_at_six_tenths_of_the_width(
    letters: int, lines: int, monkeypatch
) -> None:
    """408 pixels hold 31 letters of 13."""
    monkeypatch.setattr(read, "axis_title", lambda *_: "全" * letters)
    axes = draft(drawn.KINDS["forest"]()).mpl.axes[0]
    assert axes.get_xlabel().count("\n") + 1 == lines


@pytest.mark.parametrize("ratio", [0.0101, 900.0])
def test_a_scale_of_ratios_has_its_steps_however_small_or_large(ratio: float) -> None:
    table = published({"label": ["夏"], "estimate": [ratio], "low": [ratio], "high": [ratio]})
    axes = draft(figures.forest(table, finding="示す。")).mpl.axes[0]
    seen = [tick for tick in axes.get_xticks() if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]]
    assert seen == (
        [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] if ratio < 1 else [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    )
