"""What is close stands close, and what belongs together looks alike."""

from math import nan

import numpy as np
import pytest

from tests.report.look import drawn
from tests.report.look.drawn import assert_legible, drawing, words
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.maps import _areas, _layout, _unjoined
from ujo_lib.report.look.style import MUTED, NARROW, SERIES


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
