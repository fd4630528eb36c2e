"""Figures: readable without seeing them, the same bytes every time, silent about what is hidden."""

import base64
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.report.look import drawn
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.canvas import text_width, wrapped
from ujo_lib.report.look.style import BANDS, DEEP, INK, MUTED, NARROW, SEQUENTIAL, SERIES, SOFT, WIDE


def brightness(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_with_white(colour: str) -> float:
    return 1.05 / (brightness(colour) + 0.05)


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
        for carrier in ("<text", "<!--", "<metadata", "<script", "font-family", 'href="http'):
            assert carrier not in svg


def test_the_same_figure_gives_the_same_bytes_in_any_order_of_drawing() -> None:
    first = {kind: drawn.KINDS[kind]().svg() for kind in ("bars", "heat_map", "line")}
    again = {kind: drawn.KINDS[kind]().svg() for kind in ("line", "heat_map", "bars")}
    assert first == again


def test_alt_text_tells_the_range_and_where_it_lies() -> None:
    alt = drawn.KINDS["profile"]().alt
    assert alt.startswith("8月が最多。縦棒グラフ、12区分。")
    assert "最小176(2月)、最大264(8月)" in alt


def test_a_hidden_bar_is_said_to_be_hidden_and_leaves_no_number() -> None:
    hide = [(1, column) for column in ("n", "share", "low", "high")]
    figure = figures.bars(by_sex(hide=hide), x="share", y="sex", n="n", finding="女性は{share[女性]}。")
    shown = re.sub(r"base64,[A-Za-z0-9+/=]+", "", figure.to_html())
    assert "1か所は秘匿" in figure.alt
    assert "示せません" in figure.finding
    for trace in ("32.0", "17.2", "51.6", ">8<"):
        assert trace not in shown


def test_the_drawing_of_a_hidden_bar_does_not_depend_on_its_value() -> None:
    figure = figures.bars(by_sex(hide=[(1, "share")]), x="share", y="sex", finding="示す。")
    missing = by_sex(hide=[(1, "share")])
    assert np.isnan(missing.frame["share"].iloc[1])
    assert figure.svg() == figures.bars(missing, x="share", y="sex", finding="示す。").svg()


@pytest.mark.parametrize("kind", ["grouped_bars", "stacked_bars", "panels"])
def test_two_way_figures_survive_hidden_cells(kind: str) -> None:
    table = by_occupation(hide=[(2, "share"), (3, "share")])
    sides = {"y": "answer", "by": "occupation"} if kind == "panels" else {"y": "occupation", "by": "answer"}
    figure = getattr(figures, kind)(table, x="share", finding="示す。", **sides)
    assert "2か所は秘匿" in figure.alt
    assert figure.svg(NARROW)


def test_profiles_heat_maps_and_maps_survive_hidden_cells() -> None:
    assert "2か所は秘匿" in figures.profile(drawn.months(hide=(0, 7)), x="month", y="n", finding="示す。").alt
    table = published(
        {"a": ["p", "p"], "b": ["q", "r"], "n": [5, 6]}, hide=[(0, "n")], dimensions={"a": "a", "b": "b"}
    )
    assert figures.heat_map(table, x="b", y="a", value="n", finding="示す。").svg()


@pytest.mark.parametrize("draw", [
    lambda table: figures.bars(table, x="n", y="name", finding="なし。"),
    lambda table: figures.profile(table, x="name", y="n", finding="なし。"),
    lambda table: figures.forest(table, x="n", y="name", low="n", high="n", finding="なし。"),
    lambda table: figures.heat_map(table, x="name", y="name", value="n", finding="なし。"),
])  # fmt: skip
def test_a_table_without_any_number_draws_without_nan_or_crash(draw) -> None:
    figure = draw(published({"name": ["甲", "乙"], "n": [float("nan")] * 2}))
    assert "示せる数値はない" in figure.alt
    svg = figure.svg(NARROW).decode()
    assert not re.search(r"\bnan\b", svg)


def test_all_zero_counts_draw_as_zero() -> None:
    figure = figures.bars(published({"name": ["甲"], "n": [0]}), x="n", y="name", finding="いない。")
    assert "最大0(甲)" in figure.alt
    assert figure.svg()


def test_panels_share_one_scale() -> None:
    # 75 % in one panel and 60 % in another: the bars must stand 75 to 60, whatever their panel.
    svg = drawn.KINDS["panels"]().svg(WIDE).decode()
    shapes = re.findall(r'<path d="([^"]*)"[^>]*fill: #0072b2', svg)
    corners = [[float(number) for number in re.findall(r"[ML] ([\d.]+) ", shape)] for shape in shapes]
    widths = sorted((max(across) - min(across) for across in corners), reverse=True)
    assert widths[0] / widths[1] == pytest.approx(0.75 / 0.6, rel=0.01)


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
    assert figures.line(table, x="year", y="n", finding="減少とは言えない。").svg()


def test_colours_stay_in_order_in_greyscale() -> None:
    for ramp in (SEQUENTIAL, BANDS[:4]):
        light = [brightness(colour) for colour in ramp]
        assert light in (sorted(light), sorted(light, reverse=True))
    steps = np.diff(sorted(brightness(colour) for colour in SEQUENTIAL))
    assert steps.min() > 0.005


def test_letters_and_bars_stand_out_from_white() -> None:
    assert min(contrast_with_white(colour) for colour in (INK, SOFT, DEEP)) >= 4.5
    assert min(contrast_with_white(colour) for colour in (MUTED, *SERIES[:3])) >= 3.0


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


def test_a_figure_shows_its_numbers_as_a_table_below() -> None:
    shown = drawn.KINDS["bars"]().to_html()
    assert "<details><summary>" in shown
    assert "48.4〜82.8" in shown
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', shown)
    assert picture is not None
    assert base64.b64decode(picture[1]).startswith(b"<svg")


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_figure_of_a_table_without_rows_says_that_there_is_nothing_to_show(kind: str, monkeypatch) -> None:
    for name in drawn.TABLES:
        table = getattr(drawn, name)()
        empty = replace(table, frame=table.frame[:0], hidden=table.hidden[:0])
        monkeypatch.setattr(drawn, name, lambda empty=empty: empty)
    figure = drawn.KINDS[kind]()
    assert "示せる項目はありません" in figure.alt
    assert figure.svg(NARROW)


def test_rows_whose_label_is_kept_back_are_left_out_and_counted() -> None:
    table = published(
        {"label": ["日曜日", "祝日"], "estimate": [1.2, 1.1], "low": [1.1, 0.9], "high": [1.4, 1.3]},
        hide=[(1, column) for column in ("label", "estimate", "low", "high")],
    )
    figure = figures.forest(table, finding="{estimate[日曜日]}倍。")
    assert figure.alt.startswith("1.20倍。")
    assert "1行は秘匿" in figure.alt
    assert "0.9" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", figure.to_html())


def test_a_placebo_figure_whose_real_value_is_kept_back_says_so() -> None:
    table = published(
        {"place": ["甲", "乙", "丙"], "ratio": [1.0, 1.1, 2.5], "real": [False, False, True]},
        hide=[(2, "place"), (2, "ratio"), (2, "real")],
    )
    figure = figures.distribution(table, x="ratio", marker="real", label="place", finding="中ほど。")
    assert "1か所は秘匿" in figure.alt
    assert "2.5" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", figure.to_html())
