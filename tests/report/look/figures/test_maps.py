"""What is close stands close, and what belongs together looks alike."""

from itertools import combinations
from math import nan

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.report.look import drawn
from tests.report.look.drawn import assert_legible, draft, drawing, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.lettering import text_width
from ujo_lib.report.look.figures.maps import _areas, _layout, _unjoined
from ujo_lib.report.look.style import INK, MUTED, NARROW, SERIES, WIDE


def test_a_tree_joins_the_closest_rows_first_and_colours_what_is_of_one_group() -> None:
    columns = {"word": list("甲乙丙丁"), "x": [nan, 1.0, 3.0, 2.0], "by": list("aabb")}
    table = published(columns, dimensions={"by": "by"})
    figure = figures.tree(table, label="word", distance="x", by="by", finding="分かれる。")
    (axes,) = drawing(figure).mpl.axes
    joins = [(line.get_xdata(), line.get_ydata(), line.get_color()) for line in axes.lines]
    assert [(list(x), list(y)) for x, y, _ in joins] == [
        ([0, 1, 1, 0], [0, 0, 1, 1]),
        ([0, 2, 2, 0], [2, 2, 3, 3]),
        ([1, 3, 3, 2], [0.5, 0.5, 2.5, 2.5]),
    ]
    assert [colour for *_, colour in joins] == [SERIES[0], SERIES[1], MUTED]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list("甲乙丙丁")


def test_a_network_tells_groups_apart_and_names_them() -> None:
    nodes = published({"theme": list("甲乙丙"), "n": [3, 2, 1], "by": list("aab")}, dimensions={"by": "by"})
    ties = published({"a": list("甲乙"), "b": list("乙丙"), "n": [2, 1]})
    figure = figures.network(ties, source="a", target="b", weight="n", nodes=nodes, by="by", finding="示す。")
    sheet = drawing(figure)
    assert [len(part.get_offsets()) for part in sheet.mpl.axes[0].collections] == [2, 1]
    assert [text.get_text() for text in sheet.mpl.legends[0].get_texts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("alone", "said"),
    [
        (0, ""),
        (1, "線で結ばれない項目: 0"),
        (6, "線で結ばれない項目: 0、1、2、3、4、5"),
        (7, "ほかの7項目は線で結ばれません。"),
    ],
)
def test_up_to_six_names_that_nothing_joins_are_named_and_more_are_counted(alone: int, said: str) -> None:
    assert _unjoined([str(name) for name in range(alone)]) == said


def test_a_pair_that_never_occurs_is_joined_by_no_line() -> None:
    ties = published({"a": list("甲甲丙"), "b": list("乙丁丁"), "n": [4, 0, None]})
    axes = drawing(figures.network(ties, source="a", target="b", weight="n", finding="示す。")).mpl.axes[0]
    assert len(axes.lines) == 1
    assert len(axes.collections[0].get_offsets()) == 2
    assert axes.get_xlabel() == "線で結ばれない項目: 丙、丁"


def test_the_largest_number_has_the_largest_point_and_none_the_smallest() -> None:
    table = published({"theme": list("甲乙丙丁"), "n": [0, 5, 10, None]})
    assert _areas(table, "n").tolist() == [40, 250, 460, 40]
    assert _areas(published({"theme": ["甲"], "n": [0]}), "n").tolist() == [40]


def test_a_point_without_a_place_is_left_out_with_its_name() -> None:
    table = published({"theme": list("甲乙丙"), "x": [0.0, nan, 1.0], "y": [0.0, 1.0, 1.0]})
    sheet = drawing(figures.scatter_map(table, x="x", y="y", label="theme", finding="示す。"))
    assert len(sheet.mpl.axes[0].collections[0].get_offsets()) == 2
    assert {"甲", "丙"} == set("甲乙丙") & set(words(sheet))


def test_a_pair_that_occurs_half_as_often_stands_farther_apart_and_those_that_never_do_farthest() -> None:
    """Distances are 1 / (0.35 + part of the strongest): 0.74 and 1.18, and along both where nothing else joins."""
    places = _layout(list("甲乙丙"), [("甲", "乙", 2), ("乙", "丙", 1)])
    apart = [float(np.hypot(*(places[one] - places[other]))) for one, other in ((0, 1), (1, 2), (0, 2))]
    assert apart == pytest.approx([0.74, 1.18, 1.92], abs=0.01)
    assert places.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize(("names", "pairs"), [([], []), (["甲"], [])])
def test_nobody_and_one_alone_stand_in_the_middle(names: list[str], pairs: list) -> None:
    assert _layout(names, pairs).tolist() == [[0.0, 0.0]] * len(names)


def test_the_title_of_a_tree_s_scale_breaks_before_the_edge_of_a_phone(monkeypatch) -> None:
    monkeypatch.setattr(read, "axis_title", lambda *_: "全" * 90)
    assert_legible(drawing(drawn.KINDS["tree"](), NARROW))


def test_names_that_no_line_joins_are_drawn_as_if_a_tenth_farther_apart_than_any_that_one_does() -> None:
    """Two pairs of equal strength: 1 / 1.35 within each, 1.1 times that across, as nearly as a rectangle can."""
    places = _layout(list("甲乙丙丁"), [("甲", "乙", 3), ("丙", "丁", 3)])
    near, far = 1 / 1.35, 1.1 / 1.35

    def stress(sides) -> float:
        return (sides[0] / near - 1) ** 2 + (sides[1] / far - 1) ** 2 + (np.hypot(*sides) / far - 1) ** 2

    sides = minimize(stress, [0.7, 0.7], tol=1e-12).x
    apart = [
        float(np.hypot(*(places[one] - places[other]))) for one, other in ((0, 1), (2, 3), (1, 2), (0, 2))
    ]
    assert apart == pytest.approx([sides[0], sides[0], sides[1], np.hypot(*sides)], abs=1e-4)


def named(table, layout=WIDE, **columns):
    """Offset of each name from its point in pixels, and whether a line ties it there."""
    figure = figures.scatter_map(table, x="x", y="y", label="theme", finding="示す。", **columns)
    axes = draft(figure, layout).mpl.axes[0]
    return {text.get_text(): (text.xyann, text.arrow_patch is not None) for text in axes.texts}


@pytest.mark.parametrize(("letters", "side"), [(4, 1), (5, 1), (6, -1)])
def test_a_name_stands_to_the_right_of_its_point_unless_the_sheet_ends_there(letters: int, side: int) -> None:
    """Of 676 pixels, 16 / 132 lie beyond the outer points: 81.9. A point of 90 has a radius of 5.4, the name begins 2
    after it, with 2 more at either end: 5 letters of 13 need 76.4 pixels, 6 need 89.4."""
    table = published({"theme": ["甲", "全" * letters], "x": [0.0, 1.0], "y": [0.0, 0.0]})
    ((across, up), tied) = named(table)["全" * letters]
    radius = (90 / np.pi) ** 0.5
    assert (across, up) == pytest.approx((side * (radius + 2 + 2 + letters * 13 / 2), 0))
    assert not tied


@pytest.mark.parametrize(("letters", "side"), [(2, 1), (3, -1)])
def test_a_name_covers_no_other_point(letters: int, side: int) -> None:
    """The next point begins 45.9 pixels to the right: 2 letters reach 37.4, 3 letters 50.4."""
    table = published({"theme": ["全" * letters, "乙", "丙"], "x": [0.0, 0.1, 1.0], "y": [0.0, 0.0, 0.0]})
    assert np.sign(named(table)["全" * letters][0][0]) == side


def test_the_name_of_the_larger_point_chooses_first() -> None:
    """The points stand 102 pixels apart, with room for one name of 82 between them and none after the last."""
    columns = {"theme": ["甲" * 6, "乙" * 6, "端"], "x": [0.8, 1.0, 0.0], "y": [0.0, 0.0, 0.0]}
    for sizes, across in (([1, 9, 5], (-1, -1)), ([9, 1, 5], (1, 0))):
        offsets = named(published({**columns, "n": sizes}), size="n")
        assert (np.sign(offsets["甲" * 6][0][0]), np.sign(offsets["乙" * 6][0][0])) == across


def test_names_of_points_at_one_place_make_room_for_each_other_and_far_ones_are_tied_to_it() -> None:
    many = [f"主題{at:02}" for at in range(24)]
    found = named(published({"theme": many, "x": [0.0] * 24, "y": [0.0] * 24}))
    half, radius = np.array([text_width(many[0], 13) / 2 + 2, 13 * 0.65]), (90 / np.pi) ** 0.5
    gaps = [np.linalg.norm(np.maximum(np.abs(away) - half, 0)) - radius for away, _ in found.values()]
    assert min(gaps) == pytest.approx(2)
    assert max(gaps) > 20
    assert all(
        tied is bool(gap > 14)
        for gap, (_, tied) in zip(gaps, found.values(), strict=True)
        if abs(gap - 14) > 1e-6
    )
    boxes = [np.array([away - half, away + half]) for away, _ in found.values()]
    cover = [
        np.prod(np.maximum(np.minimum(one[1], other[1]) - np.maximum(one[0], other[0]), 0))
        for one, other in combinations(boxes, 2)
    ]
    assert max(cover) < 0.1 * np.prod(2 * half)


@pytest.mark.parametrize(("names", "wide", "phone"), [
    (2, 0.36, 0.36), (6, 0.60, 0.60), (7, 0.66, 0.66), (8, 0.66, 0.72), (14, 0.66, 1.08), (15, 0.66, 1.1),
])  # fmt: skip
def test_a_network_of_few_names_is_low_and_none_is_higher_than_a_sheet_or_a_phone(names, wide, phone) -> None:
    """A quarter of the width and six hundredths more for each name, at most 0.66 of it, on a phone 1.1."""
    ends = [f"名{at}" for at in range(names)]
    table = published({"a": ends[:1] * (names - 1), "b": ends[1:], "n": [1] * (names - 1)})
    figure = figures.network(table, source="a", target="b", weight="n", finding="示す。")
    assert draft(figure, WIDE).tall == pytest.approx(680 * wide)
    assert draft(figure, NARROW).tall == pytest.approx(340 * phone)


def test_a_line_is_the_thicker_and_darker_the_more_often_both_occur_and_the_weak_lie_below() -> None:
    ties = published({"a": list("甲甲乙"), "b": list("乙丙丙"), "n": [6, 3, 12]})
    axes = draft(figures.network(ties, source="a", target="b", weight="n", finding="示す。")).mpl.axes[0]
    assert [line.get_linewidth() for line in axes.lines] == pytest.approx([2.1, 3.6, 6.6])
    assert [line.get_alpha() for line in axes.lines] == pytest.approx([0.375, 0.5, 0.75])
    assert all(line.get_zorder() < part.get_zorder() for line in axes.lines for part in axes.collections)
    assert not any(spine.get_visible() for spine in axes.spines.values())


def test_a_name_without_a_size_has_the_smallest_point_and_all_are_alike_where_no_size_is_told() -> None:
    ties = published({"a": ["甲"], "b": ["乙"], "n": [2]})
    nodes = published({"theme": ["甲"], "n": [3]})
    for sizes, areas in ((nodes, [460, 40]), (None, [90, 90])):
        figure = figures.network(ties, source="a", target="b", weight="n", nodes=sizes, finding="示す。")
        (points,) = draft(figure).mpl.axes[0].collections
        assert points.get_sizes().tolist() == areas


@pytest.mark.parametrize(("by", "inks", "branch"), [(None, [INK] * 2, SERIES[0]), ("by", SERIES[:2], MUTED)])
def test_the_leaves_of_a_tree_have_the_colour_of_their_group_and_a_line_each(by, inks, branch: str) -> None:
    table = published({"word": ["甲", "乙"], "x": [nan, 2.0], "by": ["a", "b"]}, dimensions={"by": "by"})
    sheet = draft(figures.tree(table, label="word", distance="x", by=by, finding="分かれる。"))
    (axes,) = sheet.mpl.axes
    assert [tick.get_color() for tick in axes.get_yticklabels()] == list(inks)
    assert [line.get_color() for line in axes.lines] == [branch]
    assert sheet.tall == pytest.approx(2 * 14.5 * 1.35)
    assert (axes.get_ylim(), axes.get_xlim()[0]) == ((1.5, -0.5), 0)


@pytest.mark.parametrize(("layout", "high"), [(WIDE, 680 * 0.62), (NARROW, 340 * 1.05)])
def test_a_plane_is_framed_and_higher_than_wide_on_a_phone_alone(layout, high: float) -> None:
    sheet = draft(drawn.KINDS["scatter_map"](), layout)
    assert sheet.tall == pytest.approx(high)
    (axes,) = sheet.mpl.axes
    assert all(spine.get_visible() for spine in axes.spines.values())
    assert not len(axes.get_xticks()) + len(axes.get_yticks())
    # 16 parts of a hundred beyond the outer points across, 12 upwards.
    assert axes.get_xlim() == pytest.approx((-0.32, 2.32))
    assert axes.get_ylim() == pytest.approx((-0.126, 1.176))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("", "")
