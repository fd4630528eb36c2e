"""A figure of seaborn's shows what the audience may see, and no number that stands in no table."""

import itertools
import re
import warnings
from contextlib import nullcontext

import matplotlib.pyplot as plt
import numpy as np
import pytest
import seaborn as sns
from matplotlib.colors import to_hex

from tests.report.look.drawn import draft, drawing, seen, words
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Statistic, Withheld
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.drawing import TableInsteadError
from ujo_lib.report.look.style import BLUE, INK, NARROW, SERIES, WIDE


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
    (plt.bar, {}, "描き直せません"), (sns.catplot, {}, "描き直せません"),
    (lambda data, ax: None, {}, "描き直せません"), (sns.barplot, {"estimator": np.mean}, "文字・数・真偽"),
])  # fmt: skip
def test_what_could_not_be_exported_again_is_refused_at_once(plot, options, why) -> None:
    with pytest.raises(figures.FigureError, match=why):
        figures.figure(by_sex(), plot, x="share", y="sex", finding="示す。", **options)


def test_what_seaborn_refuses_is_told_with_the_table_and_the_function() -> None:
    figure = figures.figure(by_sex(), sns.barplot, x="share", y="sex", finding="示す。", colr="red")
    with pytest.raises(figures.FigureError, match=r"barplot は、この列と指定では描けません.*colr"):
        drawing(figure)


@pytest.mark.parametrize(("second", "drawn"), [(3, False), (4, True)])
def test_what_seaborn_leaves_out_with_a_warning_is_no_figure(second, drawn) -> None:
    """The density of equal values was an empty figure, and a warning on the page."""
    table = published({"sex": ["男性", "女性"], "n": [3, second]}, dimensions={"sex": "sex"})
    figure = figures.figure(table, sns.kdeplot, x="n", finding="示す。")
    with nullcontext() if drawn else pytest.raises(TableInsteadError), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert drawing(figure)


@pytest.mark.parametrize(("plot", "y"), [(sns.stripplot, "answer"), (sns.regplot, "base")])
def test_nothing_is_drawn_by_chance(plot, y) -> None:
    """Dots were strewn, and limits of a line resampled, anew in each run."""
    once, again = (
        drawing(figures.figure(by_occupation(), plot, x="share", y=y, finding="示す。"))
        .mpl.axes[0]
        .collections
        for _ in range(2)
    )
    for one, other in zip(once, again, strict=True):
        assert np.array_equal(one.get_offsets(), other.get_offsets())
        assert [path.vertices.tolist() for path in one.get_paths()] == [
            path.vertices.tolist() for path in other.get_paths()
        ]


@pytest.mark.parametrize("plot", [sns.barplot, sns.pointplot, sns.lineplot])
def test_the_mean_of_several_rows_is_a_number_of_no_table_and_is_not_drawn(plot) -> None:
    rows = by_occupation()
    with pytest.raises(figures.FigureError, match="occupation の同じ行がいくつもあり"):
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


@pytest.mark.parametrize(("layout", "high"), [(WIDE, 340), (NARROW, 272)])
def test_a_figure_of_seaborn_is_half_as_high_as_wide_and_four_fifths_on_a_phone(layout, high: float) -> None:
    figure = figures.figure(by_sex(), sns.barplot, x="share", y="sex", finding="示す。")
    sheet = draft(figure, layout)
    assert sheet.tall == pytest.approx(high)
    (axes,) = sheet.mpl.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("割合(%)", "")
    assert axes.yaxis.get_tick_params()["labelcolor"] == INK
    assert not sheet.mpl.legends
    assert {to_hex(bar.get_facecolor()).upper() for bar in axes.patches} == {BLUE.upper()}
    assert not axes.lines  # no interval that seaborn would make up


def test_a_figure_of_seaborn_with_series_has_their_colours_and_its_key_above() -> None:
    figure = figures.figure(
        by_occupation(), sns.barplot, x="occupation", y="share", hue="answer", finding="示す。"
    )
    sheet = draft(figure)
    (axes,), (key,) = sheet.mpl.axes, sheet.mpl.legends
    assert axes.get_legend() is None
    assert [text.get_text() for text in key.get_texts()] == ["感じる", "感じない"]
    bars = [bar for part in axes.containers for bar in part]
    assert {to_hex(bar.get_facecolor()).upper() for bar in bars} == {colour.upper() for colour in SERIES[:2]}
    assert axes.get_title(loc="left") == "割合(%)"
    assert axes.get_xlabel() == ""
    assert "最小25.0%(学生 / 感じない)、最大75.0%(学生 / 感じる)" in figure.alt


def test_a_hidden_point_is_counted_below_a_figure_whose_numbers_stand_upright() -> None:
    figure = figures.figure(by_sex(hide=[(1, "share")]), sns.barplot, x="sex", y="share", finding="示す。")
    (axes,) = draft(figure).mpl.axes
    assert axes.get_xlabel() == "x 秘匿 1か所"
    with pytest.raises(figures.FigureError, match="x と y に、数の列がありません"):
        figures.figure(by_sex(), sns.barplot, x="sex", y="sex", finding="示す。")


@pytest.mark.parametrize("hide", [[], [(1, "n"), (1, "share")]])
@pytest.mark.parametrize(("plot", "place"), [
    *((plot, {"x": "n", "y": "sex"}) for plot in (
        sns.barplot, sns.pointplot, sns.boxplot, sns.boxenplot, sns.violinplot, sns.stripplot, sns.swarmplot,
        sns.lineplot, sns.histplot, sns.rugplot,
    )),
    *((plot, {"x": "n", "y": "share"}) for plot in (
        sns.scatterplot, sns.regplot, sns.residplot, sns.kdeplot, sns.lineplot, sns.barplot,
    )),
    *((plot, {"y": "share", "hue": "sex"}) for plot in (sns.histplot, sns.ecdfplot, sns.rugplot, sns.boxplot)),
    (sns.kdeplot, {"x": "share"}), (sns.countplot, {"x": "sex"}),
    (sns.heatmap, {"x": "sex", "y": "district", "hue": "share"}),
])  # fmt: skip
def test_every_axes_level_function_of_seaborn_draws_for_both_audiences_and_writes_japanese(
    plot, place, hide
) -> None:
    """Those that take one column, or a grid, could not be called; a place that is kept back was a double row."""
    rows = published(
        {
            "sex": ["男性", "女性", "無回答", "その他", "不明"],
            "district": ["北", "北", "南", "南", "南"],
            "n": [17, 3, 9, 11, 12],
            "share": [0.3, 0.06, 0.25, 0.2, 0.4],
        },
        [*hide, *((2, column) for _, column in hide)],
    )
    figure = figures.figure(rows, plot, **place, finding="示す。")
    assert ("2か所は秘匿" in figure.alt) == bool(hide and plot is not sns.countplot)
    written = words(drawing(figure))
    assert not [text for text in written if re.search("[A-Za-wyz]", text)]
    if plot is sns.heatmap:
        assert ("6.0%" in written) == (not hide)


@pytest.mark.parametrize(
    "place", [{"x": "n", "y": "share"}, {"x": "share", "y": "n"}, {"x": "n", "size": "share"}]
)
def test_a_figure_shows_nothing_where_one_of_its_columns_is_kept_back_as_a_whole(place) -> None:
    """It stopped the release, or stood empty under the range of the other column."""
    rows = by_sex([(row, "share") for row in range(3)], kinds={"share": Withheld(heading="割合")})
    assert figures.figure(rows, sns.scatterplot, **place, finding="示す。").is_blank


def test_a_fitted_line_has_no_band_that_nobody_named() -> None:
    figure = figures.figure(by_occupation(), sns.regplot, x="share", y="base", finding="示す。")
    assert len(drawing(figure).mpl.axes[0].collections) == 1  # the dots


def test_series_are_told_apart_by_style_and_size_under_the_headings_of_their_columns() -> None:
    figure = figures.figure(
        by_occupation(),
        sns.scatterplot,
        x="share",
        y="base",
        hue="answer",
        style="occupation",
        finding="示す。",
    )
    (key,) = drawing(figure).mpl.legends
    assert {"孤独感", "職業", "感じる", "学生"} <= {text.get_text() for text in key.get_texts()}


@pytest.mark.parametrize(
    ("order", "left"),
    [(["女性", "男性", "無回答"], ""), (["女性", "男性"], "無回答"), ([], "男性、女性、無回答")],
)
def test_an_order_that_leaves_a_label_out_is_refused_as_the_words_would_speak_of_it(order, left) -> None:
    def drawn():
        return figures.figure(by_sex(), sns.barplot, x="n", y="sex", order=order, finding="示す。")

    if not left:
        assert drawn()
        return
    with pytest.raises(figures.FigureError, match=f"order に {left} がありません"):
        drawn()


@pytest.mark.parametrize("values", [[2021, 2022, 2022], [0.25, 0.5, 0.5]])
def test_numbers_tell_series_apart_as_labels_do(values) -> None:
    """Every function refused them: "'tuple' object is not callable"."""
    rows = published(
        {"sex": ["男性", "女性", "無回答"], "n": [3, 5, 7], "of": values}, kinds={"of": Statistic()}
    )
    figure = figures.figure(rows, sns.scatterplot, x="n", y="sex", hue="of", finding="示す。")
    (key,) = drawing(figure).mpl.legends
    assert [text.get_text() for text in key.get_texts()] == list(dict.fromkeys(map(str, values)))


def test_a_function_that_takes_no_table_is_no_figure_of_a_page() -> None:
    with pytest.raises(figures.FigureError, match="描き直せません"):
        figures.figure(by_sex(), sns.distplot, x="n", finding="示す。")


@pytest.mark.parametrize(("plot", "place", "given"), [
    (sns.regplot, {"y": "n"}, "y=n(数)"), (sns.countplot, {"x": "n", "y": "sex"}, "x=n(数)、y=sex(区分か日付)"),
])  # fmt: skip
def test_what_seaborn_refuses_is_told_with_what_it_was_given_and_where_to_look(plot, place, given) -> None:
    figure = figures.figure(by_sex(), plot, **place, finding="示す。")
    with pytest.raises(figures.FigureError) as told:
        drawing(figure)
    assert f"渡したのは {given} です" in str(told.value)
    assert f"sns.{plot.__name__}?" in str(told.value)


LONG = "要介護・要支援の認定を受けた家族と同居し、経済的にも支えている五十歳以上の単身に準ずる世帯の人"


@pytest.mark.parametrize("layout", [WIDE, NARROW])
@pytest.mark.parametrize(("name", "count"), [(LONG, 5), ("区", 24), ("区", 2)], ids=["long", "many", "few"])
@pytest.mark.parametrize(("plot", "place"), [
    (sns.barplot, {"x": "label", "y": "n"}), (sns.barplot, {"x": "n", "y": "label"}),
    (sns.heatmap, {"x": "half", "y": "label", "hue": "n"}),
])  # fmt: skip
def test_no_label_covers_another_or_leaves_the_sheet(plot, place, name: str, count: int, layout) -> None:
    """A row had no height of its own, and long names stood across each other, or outside of the drawing."""
    rows = published({
        "label": [f"{name}{row}" for row in range(count)], "half": [f"{row % 2}期" for row in range(count)],
        "n": range(count),
    })  # fmt: skip
    sheet = drawing(figures.figure(rows, plot, **place, finding="示す。"), layout)
    (axes,), wide = sheet.mpl.axes, sheet.mpl.bbox.width
    for axis in [axis for axis in (axes.xaxis, axes.yaxis) if place[axis.axis_name] != "n"]:
        boxes = [text.get_window_extent() for text in axis.get_ticklabels() if text.get_text()]
        low, top = ("x0", "x1") if axis.axis_name == "x" else ("y0", "y1")
        boxes.sort(key=lambda box: getattr(box, low))
        assert all(getattr(a, top) <= getattr(b, low) + 1 for a, b in itertools.pairwise(boxes))
        assert all(box.x0 >= -1 and box.x1 <= wide + 1 and box.y0 >= -1 for box in boxes)
    names = axes.get_yticklabels() if place["y"] == "label" else axes.get_xticklabels()
    assert {text.get_text().replace("\n", "") for text in names} == {f"{name}{row}" for row in range(count)}


@pytest.mark.parametrize("count", [23, 24, 25])
def test_more_labels_than_letters_have_room_along_the_bottom_are_a_table(count: int) -> None:
    """The narrow drawing leaves 340 - 48 pixels to letters of 12."""
    rows = published({"label": [f"{row}" for row in range(count)], "n": range(count)})
    figure = figures.figure(rows, sns.barplot, x="label", y="n", finding="示す。")
    if count <= (340 - 48) / 12:
        assert figure.drawings()
        return
    with pytest.raises(TableInsteadError) as found:
        figure.drawings()
    assert "表で示します" in found.value.said
