"""What is close stands close, and what belongs together looks alike."""

from math import nan

from tests.report.look.drawn import drawing
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import MUTED, SERIES


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
