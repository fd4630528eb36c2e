"""Figures: readable without seeing them, the same bytes every time, silent about what is hidden."""

import inspect
import re
from dataclasses import replace
from math import inf, nan
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.text import Text
from PIL import Image

from tests.report.look import drawn
from tests.report.look.drawn import drawing, words
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Base, Count, Rate, Ratio, Share, Statistic, interval
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.lettering import register_font, text_width, wrapped
from ujo_lib.report.look.figures.sheet import Sheet, theme
from ujo_lib.report.look.style import BANDS, DEEP, INK, MUTED, NARROW, SEQUENTIAL, SERIES, SOFT, WIDE


def brightness(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_with_white(colour: str) -> float:
    return 1.05 / (brightness(colour) + 0.05)


def seen(figure: figures.Figure) -> str:
    """What a reader of the HTML may find in it besides places in drawings."""
    return re.sub(r"<svg.*?</svg>", "", figure.to_html(), flags=re.DOTALL)


def whiskers(axes) -> list[tuple[float, float]]:
    """Both ends of each interval drawn, in the order of drawing."""
    (bars,) = [part for part in axes.collections if type(part).__name__ == "LineCollection"]
    return [(min(line.flatten()[[0, 2]]), max(line.flatten()[[0, 2]])) for line in bars.get_segments()]


def test_every_kind_that_the_package_offers_is_tried_here() -> None:
    assert set(drawn.KINDS) == set(figures.__all__) - {"Figure", "FigureError"}


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_figure_says_its_finding_first_and_then_what_it_is(kind: str) -> None:
    figure = drawn.KINDS[kind]()
    assert figure.alt.startswith(figure.finding)
    assert figure.finding.endswith("。")
    assert len(figure.alt) > len(figure.finding) + 10
    assert re.search(r"図|グラフ", figure.description)


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_figure_is_drawn_for_both_widths_with_outlined_letters_and_nothing_else_inside(kind: str) -> None:
    figure = drawn.KINDS[kind]()
    for layout in (WIDE, NARROW):
        svg = figure.svg(layout).decode()
        assert f'width="{layout.width}pt"' in svg
        for carrier in ("<text", "<!--", "<metadata", "<script", "<image", "font-family", 'href="http'):
            assert carrier not in svg
        ElementTree.fromstring(svg)


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", drawn.KINDS)
def test_no_word_of_a_figure_is_cut_off_at_its_edge(kind: str, layout) -> None:
    _assert_whole(drawing(drawn.KINDS[kind](), layout))


@pytest.mark.parametrize("longest", range(4, 12))
def test_a_key_that_nearly_fills_a_phone_breaks_before_its_last_answer_is_cut_off(longest: int) -> None:
    answers = ["常に", "時々", "ほとんどない", "全" * (longest - 1) + "い"]
    table = published(
        {"y": ["県内"] * 4, "by": answers, "share": [0.4, 0.3, 0.2, 0.1]}, dimensions={"y": "y", "by": "by"}
    )
    sheet = drawing(figures.band(table, x="share", y="y", by="by", finding="示す。"), NARROW)
    _assert_whole(sheet)
    (key,) = sheet.mpl.legends
    assert key.get_window_extent().x1 <= sheet.mpl.bbox.x1


def _assert_whole(sheet) -> None:
    unseen = {tick.label1 for axes in sheet.mpl.axes for tick in beyond(axes)}
    for text in set(sheet.mpl.findobj(Text)) - unseen:
        if text.get_visible() and text.get_text().strip():
            box, paper = text.get_window_extent(), sheet.mpl.bbox
            assert box.x0 >= -1, text
            assert box.y0 >= -1, text
            assert box.x1 <= paper.x1 + 1, text
            assert box.y1 <= paper.y1 + 1, text


def beyond(axes) -> list:
    """Ticks outside the limits of their axis, which matplotlib keeps and does not draw."""
    return [
        tick
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    ]


def test_the_legend_of_hidden_cells_is_whole_on_a_phone() -> None:
    table = published(
        {"a": ["p", "p", "q"], "b": ["q", "r", "r"], "share": [0.5, 0.6, 0.1]}, [(0, "share")],
        dimensions={"a": "a", "b": "b"}, kinds={"share": Share(of="回答のあった相談")},
    )  # fmt: skip
    sheet = drawing(figures.heat_map(table, x="b", y="a", value="share", finding="示す。"), NARROW)
    said = "".join(words(sheet)).replace("\n", "")
    assert "回答のあった相談に占める割合(%) x 秘匿 … 不詳または計算の対象でないもの" in said


@pytest.mark.parametrize(
    "names",
    [
        ["10~12点", "7~9点", "4~6点", "3点"],
        *([f"{k}{'点' * size}" for k in range(4)] for size in range(1, 9)),
    ],
    ids=lambda names: names[0],
)
def test_a_key_breaks_before_its_last_answer_is_cut_on_a_phone(names: list[str]) -> None:
    with plt.rc_context(theme(NARROW)):
        register_font()
        sheet = Sheet(NARROW)
        sheet.axes(80)
        sheet.swatches(names, BANDS)
        sheet.fit()
        sheet.mpl.draw_without_rendering()
    said = {text.get_text(): text.get_window_extent() for text in sheet.mpl.legends[0].get_texts()}
    assert len(said) == 4
    assert max(box.x1 for box in said.values()) <= sheet.mpl.bbox.x1


def test_the_same_figure_gives_the_same_bytes_in_any_order_of_drawing() -> None:
    first = {kind: drawn.KINDS[kind]().to_html() for kind in ("bars", "heat_map", "line")}
    again = {kind: drawn.KINDS[kind]().to_html() for kind in ("line", "heat_map", "bars")}
    assert first == again


def test_drawing_leaves_the_settings_of_a_notebook_alone() -> None:
    before = dict(plt.rcParams)
    drawn.KINDS["bars"]().svg()
    assert dict(plt.rcParams) == before
    assert not plt.get_fignums()


def test_alt_text_tells_the_range_and_where_it_lies() -> None:
    alt = drawn.KINDS["profile"]().alt
    assert alt.startswith("8月が最多。縦棒グラフ、12区分。")
    assert "件数(件)は最小176(2月)、最大264(8月)" in alt


@pytest.mark.parametrize(("hide", "said"), [
    ((), "件数(件)は最小176(2月)、最大264(8月)"),
    ((1,), "件数(件)は伏せた欄を除いて最小"),
], ids=["none", "one"])  # fmt: skip
def test_alt_text_tells_a_range_of_what_is_shown_as_such(hide, said: str) -> None:
    alt = figures.profile(drawn.months(hide=hide), x="month", y="n", finding="示す。").alt
    assert said in alt
    assert ("か所は秘匿" in alt) == bool(hide)


@pytest.mark.parametrize(("values", "said"), [
    ([3], "件数は3(甲)。"),
    ([3, 3], "件数はどれも3。"),
    ([None, 3, 3], "件数はどれも3。"),
    ([None, 3], "件数は3(乙)。"),
    ([0, 3, 0], "件数は最小0(甲、丙)、最大3(乙)。"),
    ([0, 0, 0, 3], "件数は最小0(甲、乙、丙)、最大3(丁)。"),
    ([0, 0, 0, 0, 3], "件数は最小0(甲など4か所)、最大3(戊)。"),
    ([1, 2, 2], "件数は最小1(甲)、最大2(乙、丙)。"),
])  # fmt: skip
def test_alt_text_names_every_place_of_an_extreme_and_no_range_of_one_number(values, said) -> None:
    """Of five ages of nobody only the first was said to have the fewest, and one bar was smallest and largest."""
    table = published(
        {"name": list("甲乙丙丁戊")[: len(values)], "n": values}, kinds={"n": Count(heading="件数")}
    )
    assert said in figures.bars(table, x="n", y="name", finding="示す。").alt


@pytest.mark.parametrize(("by", "lines"), [("area", [[3, 5], [8, 9]]), (None, [[3, 8, 5, 9]])])
def test_each_curve_is_drawn_from_its_own_rows(by: str | None, lines: list[list[int]]) -> None:
    columns = {"x": [1, 1.5, 2, 2.5], "area": ["東", "西", "東", "西"], "n": [3, 8, 5, 9]}
    table = published(columns, dimensions={"area": "area"}, kinds={"x": Statistic(heading="倍率")})
    (axes,) = drawing(figures.curve(table, x="x", y="n", by=by, finding="上がる。")).mpl.axes
    assert [list(line.get_ydata()) for line in axes.lines if len(line.get_xdata()) > 1] == lines


def test_alt_text_of_several_curves_says_on_which_an_extreme_lies() -> None:
    table = published({"area": ["市", "市", "県", "県"], "x": [1.0, 1.1, 1.0, 1.1], "n": [2, 5, 3, 9]})
    alt = figures.curve(table, x="x", y="n", by="area", finding="上がる。").alt
    assert "最小2(市・1)、最大9(県・1.1)" in alt


def test_shares_that_are_printed_alike_are_no_smallest_and_largest() -> None:
    table = published({"name": ["甲", "乙"], "share": [0.3601, 0.3599]})
    assert "割合(%)はどれも36.0%。" in figures.bars(table, x="share", y="name", finding="示す。").alt


def test_bars_are_as_long_as_their_cells_and_say_them() -> None:
    (axes,) = drawing(drawn.KINDS["bars"]()).mpl.axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([68.0, 32.0, 0.0])
    assert [text.get_text() for text in axes.texts] == ["68.0%", "32.0%", "0.0%"]
    np.testing.assert_allclose(whiskers(axes), [(48.4, 82.8), (17.2, 51.6), (0.0, 13.3)], atol=1e-9)
    assert axes.get_yticklabels()[0].get_text() == "男性(n=17)"


def test_columns_are_as_high_as_their_cells_and_their_whiskers_reach_the_bounds() -> None:
    (axes,) = drawing(drawn.KINDS["profile"]()).mpl.axes
    n = drawn.months().frame["n"]
    assert [bar.get_height() for bar in axes.patches] == pytest.approx(n.tolist())
    assert [text.get_text() for text in axes.texts] == [str(value) for value in n]
    (bars,) = [part for part in axes.collections if type(part).__name__ == "LineCollection"]
    ends = [tuple(line[:, 1]) for line in bars.get_segments()]
    np.testing.assert_allclose(ends, [(value - 28, value + 30) for value in n])


def test_estimates_lie_between_their_bounds_open_where_they_include_no_effect() -> None:
    axes = drawing(drawn.KINDS["forest"]()).mpl.axes[0]
    drawn_ends = [tuple(line[:, 0]) for part in axes.containers for line in part[2][0].get_segments()]
    assert pytest.approx((1.10, 1.40)) in drawn_ends
    assert pytest.approx((0.92, 1.20)) in drawn_ends
    faces = {mark[0].get_markerfacecolor(): mark[0].get_xdata().tolist() for mark in axes.containers}
    assert faces == {"#ffffff": [1.05, 1.01], SERIES[0]: [1.24]}
    assert "推定できません" in words(drawing(drawn.KINDS["forest"]()))
    assert any(line.get_marker() == ">" for line in axes.lines)


def test_a_band_around_a_line_reaches_its_bounds_and_a_day_without_data_is_a_gap() -> None:
    axes = drawing(drawn.KINDS["line"]()).mpl.axes[0]
    table = drawn.days().frame
    band = next(part for part in axes.collections if "FillBetween" in type(part).__name__)
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((table["low"].min(), table["high"].max()))
    assert np.isnan(axes.lines[0].get_ydata()[40:43]).all()
    assert 'fill-opacity="0.16"' in drawn.KINDS["line"]().to_html()


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


@pytest.mark.parametrize(("kind", "count"), [
    ("pyramid", 4), ("panels", 6), ("heat_map", 168), ("calendar_map", 97), ("scatter_map", 4), ("network", 3),
    ("timeline", 2), ("distribution", 3), ("curve", 4), ("spec_curve", 4),
])  # fmt: skip
def test_every_row_becomes_a_mark(kind: str, count: int) -> None:
    axes = [one for one in drawing(drawn.KINDS[kind]()).mpl.axes if one.get_label() != "<colorbar>"]
    found = {
        "pyramid": lambda: sum(len(one.patches) for one in axes),
        "panels": lambda: sum(len(one.patches) for one in axes),
        "heat_map": lambda: axes[0].collections[-1].get_array().count(),
        "calendar_map": lambda: axes[0].collections[-1].get_array().count(),
        "scatter_map": lambda: sum(len(part.get_offsets()) for part in axes[0].collections),
        "network": lambda: sum(len(part.get_offsets()) for part in axes[0].collections),
        "timeline": lambda: sum(len(part.get_paths()) for part in axes[0].collections),
        "distribution": lambda: sum(len(part.get_offsets()) for part in axes[0].collections) + 1,
        "curve": lambda: len(axes[0].lines[0].get_xdata()),
        "spec_curve": lambda: len(axes[1].collections[0].get_offsets()),
    }[kind]()
    assert found == count


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


def test_axis_and_caption_say_the_unit_of_what_is_drawn_and_of_nothing_else() -> None:
    figure = drawn.KINDS["bars"]()
    (axes,) = drawing(figure).mpl.axes
    assert axes.get_xlabel() == "割合(%)、線は95%信頼区間"
    assert "単位: %" in figure.to_html().split("<details>")[0]
    assert "単位: 人" not in figure.to_html().split("<details>")[0]
    counts = figures.bars(by_sex(), x="n", y="sex", finding="示す。")
    assert drawing(counts).mpl.axes[0].get_xlabel() == "人数(人)"
    assert "単位: 人" in counts.to_html().split("<details>")[0]
    assert "単位" not in drawn.KINDS["timeline"]().to_html().split("<details>")[0]


@pytest.mark.parametrize(("level", "kind", "name"), [
    (0.8, "confidence", "線は80%信頼区間"), (0.9, "prediction", "線は90%予測区間"),
    (0.99, "simultaneous", "線は99%同時信頼区間"),
])  # fmt: skip
def test_an_interval_is_called_what_it_is(level: float, kind, name: str) -> None:
    columns = {"y": ["甲"], "share": [0.5], "low": [0.4], "high": [0.6]}
    table = published(columns, kinds={"share": Share(), **interval("share", level, kind)})
    figure = figures.bars(table, x="share", y="y", low="low", high="high", finding="示す。")
    assert drawing(figure).mpl.axes[0].get_xlabel().endswith(name)


def test_axes_have_round_ticks_and_counts_no_halves() -> None:
    few = published({"y": ["甲", "乙"], "n": [1, 2]})
    axes = drawing(figures.bars(few, x="n", y="y", finding="示す。")).mpl.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "1", "2"]
    many = published({"y": ["甲"], "n": [12_000]})
    axes = drawing(figures.bars(many, x="n", y="y", finding="示す。")).mpl.axes[0]
    assert "10,000" in [tick.get_text() for tick in axes.get_xticklabels()]


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


def test_profiles_heat_maps_and_lines_mark_hidden_cells() -> None:
    profile = figures.profile(drawn.months(hide=(0, 7)), x="month", y="n", finding="示す。")
    assert "2か所は秘匿" in profile.alt
    assert words(drawing(profile)).count("x") == 2
    table = published(
        {"a": ["p", "p"], "b": ["q", "r"], "n": [5, 6]}, hide=[(0, "n")], dimensions={"a": "a", "b": "b"}
    )
    assert "x" in words(drawing(figures.heat_map(table, x="b", y="a", value="n", finding="示す。")))
    years = published({"year": ["2019", "2023"], "n": [32, 25]}, hide=[(0, "n")])
    assert "x" in words(drawing(figures.line(years, x="year", y="n", finding="示す。")))


def test_a_map_of_many_rows_still_stands_on_one_sheet_of_paper() -> None:
    def tall(rows: int) -> float:
        columns = {"a": [f"主題{at}" for at in range(rows)], "b": ["r"] * rows, "n": range(1, rows + 1)}
        table = published(columns, dimensions={"a": "a", "b": "b"})
        return drawing(figures.heat_map(table, x="b", y="a", value="n", finding="示す。")).tall

    assert tall(18) == pytest.approx(18 * 2.6 * WIDE.font)  # 37.7 pixels a row, as for few
    assert tall(19) == tall(30) == pytest.approx(700)
    assert tall(40) == pytest.approx(40 * 1.25 * WIDE.font)  # no lower than a line of letters


@pytest.mark.parametrize(("columns", "across"), [(7, False), (8, False), (9, True)])
def test_a_map_that_has_no_room_for_its_numbers_in_a_column_goes_across_the_sheet(columns, across) -> None:
    """Eight cells of 26 pixels, the width of 「11.4」, stand beside a third of the column for the row's name."""
    table = published(
        {
            "a": ["孤独・孤立・居場所"] * columns,
            "b": [f"{at}" for at in range(columns)],
            "n": [11.4] * columns,
        },
        dimensions={"a": "a", "b": "b"},
        kinds={"n": Rate(unit="件", per="1日", decimals=1)},
    )
    shown = figures.heat_map(table, x="b", y="a", value="n", finding="示す。").to_html()
    assert ('class="drawing across"' in shown) == across


@pytest.mark.parametrize(("hide", "empty"), [([(0, "n")], False), ([(0, "n"), (1, "n")], True)])
def test_a_figure_is_known_to_show_nothing_once_its_last_number_is_kept_back(hide, empty) -> None:
    table = published({"y": ["p", "q"], "n": [5, 6]}, hide=hide, dimensions={"y": "y"})
    assert figures.bars(table, x="n", y="y", finding="示す。").is_blank == empty


@pytest.mark.parametrize(("least", "marked"), [(28, 1), (29, 1), (30, 0)])
def test_a_share_of_few_is_marked_in_its_cell_of_a_heat_map(least, marked) -> None:
    table = published(
        {"a": ["p", "p"], "b": ["q", "r"], "n": [14, 40], "base": [least, 80], "share": [0.481, 0.5]},
        dimensions={"a": "a", "b": "b"},
        kinds={"n": Count(unit="件"), "base": Base(unit="件"), "share": Share(n="n", base="base")},
    )
    figure = figures.heat_map(table, x="b", y="a", value="share", finding="示す。")
    said = words(drawing(figure))
    assert ("48.1†" in said, "48.1" in said) == (bool(marked), not marked)
    assert "50.0" in said
    assert ("†対象が30に満たない参考値" in "".join(said).replace(" ", "").replace("\n", "")) == bool(marked)
    assert ("、参考値1欄" in figure.alt) == bool(marked)


@pytest.mark.parametrize("draw", [
    lambda table: figures.bars(table, x="n", y="name", finding="なし。"),
    lambda table: figures.profile(table, x="name", y="n", finding="なし。"),
    lambda table: figures.forest(table, x="n", y="name", low="n", high="n", finding="なし。"),
    lambda table: figures.heat_map(table, x="name", y="name", value="n", finding="なし。"),
])  # fmt: skip
def test_a_table_without_any_number_draws_without_nan_or_crash(draw) -> None:
    figure = draw(published({"name": ["甲", "乙"], "n": [nan] * 2}, kinds={"n": Count(unit="人")}))
    assert "示せる数値はない" in figure.alt
    svg = figure.svg(NARROW).decode()
    assert not re.search(r"\bnan\b", svg)


def test_all_zero_counts_draw_as_zero() -> None:
    figure = figures.bars(published({"name": ["甲"], "n": [0]}), x="n", y="name", finding="いない。")
    assert "は0(甲)。" in figure.alt
    assert "0" in words(drawing(figure))


def test_panels_share_one_scale() -> None:
    # 75 % in one panel and 60 % in another: the bars must stand 75 to 60, whatever their panel.
    axes = drawing(drawn.KINDS["panels"]()).mpl.axes
    pixels = sorted((bar.get_window_extent().width for one in axes for bar in one.patches), reverse=True)
    assert pixels[0] / pixels[1] == pytest.approx(0.75 / 0.6, rel=0.01)


def test_mistakes_of_the_author_name_the_table_and_the_options() -> None:
    with pytest.raises(figures.FigureError, match=r"cases_by_sex: no column rate.*share"):
        figures.bars(by_sex(), x="rate", y="sex", finding="示す。")
    with pytest.raises(figures.FigureError, match="two values"):
        figures.pyramid(by_occupation(), x="share", y="answer", by="occupation", finding="示す。")
    with pytest.raises(figures.FigureError, match="to highlight"):
        figures.bars(by_sex(), x="share", y="sex", highlight=["だれか"], finding="示す。")
    with pytest.raises(figures.FigureError, match="finding"):
        figures.bars(by_sex(), x="share", y="sex", finding="")
    with pytest.raises(figures.FigureError, match="two rows for"):
        figures.heat_map(by_occupation(), x="answer", y="answer", value="share", finding="示す。")


def test_more_series_than_colours_are_refused_rather_than_repeated() -> None:
    many = published(
        {"y": ["a"] * 7, "by": [str(k) for k in range(7)], "n": range(7)}, dimensions={"y": "y", "by": "by"}
    )
    with pytest.raises(figures.FigureError, match="tells 6 apart"):
        figures.grouped_bars(many, x="n", y="y", by="by", finding="示す。")


def test_a_year_is_a_label_and_not_the_first_of_january() -> None:
    table = published({"year": ["2019", "2023"], "n": [32, 25]})
    figure = figures.line(table, x="year", y="n", finding="減少とは言えない。")
    assert {"2019", "2023"} <= set(words(drawing(figure)))


def test_numbers_too_long_for_the_cells_of_a_map_are_written_shorter_rather_than_left_out() -> None:
    columns = {
        "day": ["日"] * 24,
        "hour": [f"{hour}時台" for hour in range(24)],
        "rate": [57.404] * 23 + [73.231],
    }
    kinds = {"rate": Rate(unit="件", per="1日", decimals=2)}
    table = published(columns, dimensions={"day": "d", "hour": "h"}, kinds=kinds)
    said = words(drawing(figures.heat_map(table, x="hour", y="day", value="rate", finding="示す。")))
    assert said.count("57.4") == 23
    assert "73.2" in said


def test_any_figure_of_seaborn_is_drawn_from_what_the_audience_may_see() -> None:
    figure = figures.figure(by_sex(hide=[(1, "share")]), sns.barplot, x="share", y="sex", finding="示す。")
    (axes,) = drawing(figure).mpl.axes
    assert max(bar.get_width() for bar in axes.patches) == pytest.approx(68.0)
    assert axes.get_xlabel() == "割合(%)\nx 秘匿 1か所"
    assert "1か所は秘匿" in figure.alt
    assert "32.0" not in seen(figure)
    two = figures.figure(
        by_occupation(), sns.pointplot, x="share", y="occupation", hue="answer", finding="示す。"
    )
    assert {"感じる", "感じない"} <= set(words(drawing(two)))


@pytest.mark.parametrize(("plot", "options", "why"), [
    (plt.bar, {}, "cannot be drawn again"), (sns.catplot, {}, "cannot be drawn again"),
    (lambda data, ax: None, {}, "cannot be drawn again"), (sns.barplot, {"estimator": np.mean}, "plain values"),
])  # fmt: skip
def test_what_could_not_be_exported_again_is_refused_at_once(plot, options, why) -> None:
    with pytest.raises(figures.FigureError, match=why):
        figures.figure(by_sex(), plot, x="share", y="sex", finding="示す。", **options)


@pytest.mark.parametrize("plot", [sns.barplot, sns.pointplot, sns.lineplot])
def test_the_mean_of_several_rows_is_a_number_of_no_table_and_is_not_drawn(plot) -> None:
    rows = by_occupation()
    with pytest.raises(figures.FigureError, match="mean of several rows with the same occupation"):
        figures.figure(rows, plot, x="occupation", y="share", finding="示す。")
    assert figures.figure(rows, plot, x="occupation", y="share", hue="answer", finding="示す。")
    assert figures.figure(rows, sns.stripplot, x="occupation", y="share", finding="示す。")


@pytest.mark.parametrize("hue", [None, "sex"])
@pytest.mark.parametrize(
    ("hidden", "pieces"),
    [
        ([], [[0, 1, 2, 3]]),
        ([0], [[1, 2, 3]]),
        ([1], [[0], [2, 3]]),
        ([3], [[0, 1, 2]]),
        ([1, 2], [[0], [3]]),
    ],
)
def test_no_line_of_seaborn_is_drawn_on_through_a_hidden_value(hidden, pieces, hue) -> None:
    months = ["4月", "5月", "6月", "7月"]
    split = {"month": months} if hue is None else {"month": months * 2, "sex": ["男"] * 4 + ["女"] * 4}
    rows = published(
        {**split, "n": [20, 30, 25, 40] * (1 if hue is None else 2)},
        hide=[(row, "n") for row in hidden],
        dimensions={name: name for name in split},
    )
    (axes,) = drawing(
        figures.figure(rows, sns.lineplot, x="month", y="n", hue=hue, finding="示す。")
    ).mpl.axes
    drawn_pieces = [line.get_xdata().tolist() for line in axes.lines if len(line.get_xdata())]
    assert drawn_pieces == pieces + ([[0, 1, 2, 3]] if hue else [])


def test_colours_stay_in_order_in_greyscale() -> None:
    for ramp in (SEQUENTIAL, BANDS[:4]):
        light = [brightness(colour) for colour in ramp]
        assert light in (sorted(light), sorted(light, reverse=True))
    steps = np.diff(sorted(brightness(colour) for colour in SEQUENTIAL))
    assert steps.min() > 0.005


def test_letters_and_bars_stand_out_from_white() -> None:
    assert min(contrast_with_white(colour) for colour in (INK, SOFT, DEEP)) >= 4.5
    assert min(contrast_with_white(colour) for colour in (MUTED, *SERIES[:3])) >= 3.0


@pytest.mark.parametrize(("words", "em", "lines"), [
    ("パート・アルバイト", 6, ["パート・", "アルバイト"]),
    ("医療・受診・支援につながらない(n=267)", 10, ["医療・受診・", "支援につながらない", "(n=267)"]),
    ("自室からは出るが家からは出ない", 8, ["自室からは出るが", "家からは出ない"]),
    ("10代未満", 5, ["10代未満"]),
    ("線は95%信頼区間 ●区間が1を含まない", 10, ["線は95%信頼区間 ", "●区間が1を含まない"]),
    ("Facebook広告", 5, ["Facebook", "広告"]),
])  # fmt: skip
def test_a_label_breaks_between_words_and_never_inside_one_that_fits_a_line(words, em, lines) -> None:
    assert wrapped(words, 14, 14 * em).split("\n") == lines


def test_japanese_text_is_broken_within_its_width_and_not_before_closing_marks() -> None:
    lines = wrapped("自室からは出るが、家からは出ない(n=1,234)", 14, 90).split("\n")
    assert all(text_width(line, 14) <= 90 + 14 for line in lines)
    assert not any(line[0] in "、。)" for line in lines)
    assert any("1,234" in line for line in lines)


def test_exports_for_word_are_sharp_and_carry_no_traces_of_the_program(tmp_path) -> None:
    figure = drawn.KINDS["bars"]()
    figure.to_png(tmp_path / "a.png", dpi=300)
    figure.to_svg(tmp_path / "a.svg")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size[0] == pytest.approx(680 / 72 * 300, abs=2)
        assert "Software" not in picture.info
    assert (tmp_path / "a.svg").read_bytes() == figure.svg()


def test_a_figure_shows_its_numbers_as_a_table_below_and_is_one_image_for_a_reader_who_cannot_see() -> None:
    shown = drawn.KINDS["bars"]().to_html()
    assert "<details><summary>" in shown
    assert "48.4〜82.8" in shown
    assert re.search(
        r'<div class="drawing" role="img" aria-label="男性が68.0%。横棒グラフ[^"]+"><div class="wide"><svg',
        shown,
    )
    assert '<div class="narrow" hidden><svg' in shown


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_figure_of_a_table_without_rows_says_that_there_is_nothing_to_show(kind: str, monkeypatch) -> None:
    for name in drawn.TABLES:
        table = getattr(drawn, name)()
        empty = replace(table, frame=table.frame[:0], hidden=table.hidden[:0])
        monkeypatch.setattr(drawn, name, lambda empty=empty: empty)
    figure = drawn.KINDS[kind]()
    assert "示せる項目はありません" in figure.alt
    assert "示せる項目がありません" in words(drawing(figure, NARROW))


def test_rows_whose_label_is_kept_back_are_left_out_and_counted() -> None:
    table = published(
        {"label": ["日曜日", "祝日"], "estimate": [1.2, 1.1], "low": [1.1, 0.9], "high": [1.4, 1.3]},
        hide=[(1, column) for column in ("label", "estimate", "low", "high")],
        kinds={"estimate": Ratio()},
    )
    figure = figures.forest(table, finding="{estimate[日曜日]}倍。")
    assert figure.alt.startswith("1.20倍。")
    assert "1行は秘匿" in figure.alt
    assert "0.9" not in seen(figure)


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


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_notebook_shows_what_a_figure_takes_and_explains_each(kind: str) -> None:
    draw = getattr(figures, kind)
    parameters = list(inspect.signature(draw).parameters)
    assert {"finding", "unless", "empty"} <= set(parameters)
    for name in parameters:
        assert re.search(rf"^ {{8}}{name}: ", draw.__doc__, re.MULTILINE), name


def test_dates_lie_where_they_belong_whatever_the_order_of_the_rows() -> None:
    when = pd.to_datetime(["2023-04-03", "2023-04-01", "2023-04-02"])
    table = published({"date": when, "n": [3, 1, 2]})
    line = drawing(figures.line(table, x="date", y="n", finding="示す。")).mpl.axes[0].lines[0]
    assert list(line.get_ydata()) == [1, 2, 3]
