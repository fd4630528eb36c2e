"""What a figure reads from its table: marks, ranges for those who do not see it, titles; and what it refuses."""

from math import inf, nan

import pandas as pd
import pytest

from tests.report.look import drawn
from tests.report.look.drawn import assert_legible, draft, drawing, seen, words
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import ColumnError, Count, Ratio, Share, interval
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.read import flags, highlighted, levels, texts
from ujo_lib.report.look.style import BLUE, MUTED, NARROW, WIDE


@pytest.mark.parametrize(("slip", "told"), [
    ({"hue": "sex"}, "hue"), ({"findin": "示す。"}, "findin"), ({"finding": "示す。"}, "finding"),
    ({"n": "bas"}, "bas.*share"),
])  # fmt: skip
def test_a_misspelled_word_or_column_is_told_and_never_passed_over(slip, told: str) -> None:
    given = {"x": "share", "y": "sex", "finding": "示す。"} | slip
    if "finding" in slip:
        del given["finding"]
    with pytest.raises((figures.FigureError, ColumnError), match=told):
        figures.bars(by_sex(), **given)


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
    ([None, 3, 3], "件数は、値のあるものがどれも3。"),
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


def test_alt_text_of_several_curves_says_on_which_an_extreme_lies() -> None:
    table = published({"area": ["市", "市", "県", "県"], "x": [1.0, 1.1, 1.0, 1.1], "n": [2, 5, 3, 9]})
    alt = figures.curve(table, x="x", y="n", by="area", finding="上がる。").alt
    assert "最小2(市 / 1)、最大9(県 / 1.1)" in alt


def test_shares_that_are_printed_alike_are_no_smallest_and_largest() -> None:
    table = published({"name": ["甲", "乙"], "share": [0.3601, 0.3599]})
    assert "割合(%)はどれも36.0%。" in figures.bars(table, x="share", y="name", finding="示す。").alt


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


def test_mistakes_of_the_author_name_the_table_and_the_options() -> None:
    with pytest.raises(figures.FigureError, match=r"cases_by_sex: 列「rate」はありません.*share"):
        figures.bars(by_sex(), x="rate", y="sex", finding="示す。")
    with pytest.raises(figures.FigureError, match="3個です。二つになる"):
        figures.pyramid(by_occupation(), x="share", y="answer", by="occupation", finding="示す。")
    with pytest.raises(figures.FigureError, match=r"highlight の .*にありません。あるのは"):
        figures.bars(by_sex(), x="share", y="sex", highlight=["だれか"], finding="示す。")
    with pytest.raises(figures.FigureError, match="finding"):
        figures.bars(by_sex(), x="share", y="sex", finding="")
    with pytest.raises(figures.FigureError, match="の行が二つあります"):
        figures.heat_map(by_occupation(), x="answer", y="answer", value="share", finding="示す。")


def parts(answers: int, groups: int = 2):
    rows = [(f"群{group}", f"選択肢{answer}") for group in range(groups) for answer in range(answers)]
    whole = {"group": [group for group, _ in rows], "answer": [answer for _, answer in rows]}
    shares = {"n": range(1, len(rows) + 1), "share": [1 / answers] * len(rows)}
    return published(whole | shares, dimensions={"group": "区分", "answer": "回答"})


@pytest.mark.parametrize("answers", [6, 7, 12, 30])
@pytest.mark.parametrize("x", ["share", "n"])
def test_an_answer_more_than_there_are_colours_makes_bars_of_it_and_is_not_refused(x, answers):
    figure = figures.band(parts(answers), x=x, y="group", by="answer", finding="示す。")
    sheet = drawing(figure)
    assert len(sheet.mpl.axes) == (1 if answers == 6 else 2)
    if answers > 6:
        assert {axes.get_title(loc="left") for axes in sheet.mpl.axes} == {"群0", "群1"}
        assert all(len(axes.patches) == answers for axes in sheet.mpl.axes)
        assert "横棒グラフ、2面" in figure.alt
        assert_legible(sheet)


@pytest.mark.parametrize("levels", [7, 12, pytest.param(30, marks=pytest.mark.full)])
@pytest.mark.parametrize(("draw", "of"), [
    (figures.panels, {"x": "share", "y": "group", "by": "answer"}),
    (figures.heat_map, {"x": "answer", "y": "group", "value": "share"}),
    (figures.heat_map, {"y": "answer", "x": "group", "value": "share"}),
])  # fmt: skip
def test_figures_without_colours_for_series_hold_any_number_of_them(draw, of, levels):
    for layout in (WIDE, NARROW):
        assert_legible(drawing(draw(parts(levels), **of, finding="示す。"), layout))


@pytest.mark.parametrize("draw", [figures.line, figures.profile])
def test_more_lines_than_colours_are_refused_rather_than_repeated(draw) -> None:
    of = {"x": "group", "y": "share", "by": "answer", "finding": "示す。"}
    draw(parts(6), **of)
    with pytest.raises(figures.FigureError, match="tells 6 apart"):
        draw(parts(7), **of)


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


def test_six_series_are_told_apart_by_six_colours() -> None:
    table = published(
        {"y": ["a"] * 6, "by": [str(k) for k in range(6)], "n": range(6)}, dimensions={"y": "y", "by": "by"}
    )
    (axes,) = drawing(figures.line(table, x="y", y="n", by="by", finding="示す。")).mpl.axes
    assert len({line.get_color() for line in axes.lines}) == 6


@pytest.mark.parametrize(("size", "label"), [
    (29, "甲(n=29、参考値)"), (30, "甲(n=30)"), (31, "甲(n=31)"), (None, "甲(n=…)"),
])  # fmt: skip
def test_a_bar_of_few_is_said_to_be_for_reference_and_a_count_of_few_is_not(size, label: str) -> None:
    table = published({"y": ["甲", "乙"], "base": [size, 99], "share": [0.5, 0.4]})
    assert label in words(drawing(figures.bars(table, x="share", y="y", n="base", finding="示す。")))
    counts = published({"y": ["甲", "乙"], "n": [size, 99]})
    shown = words(drawing(figures.bars(counts, x="n", y="y", n="n", finding="示す。")))
    assert label.replace("、参考値", "") in shown


def test_a_hidden_base_is_not_said_to_be_small() -> None:
    table = published({"y": ["甲", "乙"], "base": [12, 99], "share": [0.5, 0.4]}, [(0, "base")])
    assert "甲(n=x)" in words(drawing(figures.bars(table, x="share", y="y", n="base", finding="示す。")))


def test_labels_stand_in_their_own_order_and_without_the_answers_that_nobody_gave() -> None:
    ages = pd.Categorical(["40代", "20代", "40代"], ["20代", "30代", "40代"])
    table = published({"age": ages, "n": [1, 2, 3]})
    assert levels(table, "age") == ["20代", "40代"]
    assert levels(published({"age": ["40代", "20代", "40代"], "n": [1, 2, 3]}), "age") == ["40代", "20代"]


def test_a_year_that_became_a_number_is_a_label_without_a_point() -> None:
    table = published({"year": [2019.0, nan, 2023.5], "day": pd.to_datetime(["2024-02-29"] * 3)})
    assert texts(table, "year") == ["2019", "…", "2023.5"]
    assert texts(table, "day") == ["2024-02-29"] * 3


@pytest.mark.parametrize("missing", [None, pd.NA, nan])
def test_a_mark_that_is_missing_marks_nothing(missing) -> None:
    table = published({"n": range(5), "real": pd.Series([True, False, missing, 1, 0], dtype=object)})
    assert flags(table, "real").tolist() == [True, False, False, True, False]
    assert flags(published({"real": pd.array([True, pd.NA], "boolean")}), "real").tolist() == [True, False]


def test_the_place_of_a_row_is_no_column_of_its_table() -> None:
    with pytest.raises(figures.FigureError, match="列「index」はありません"):
        figures.bars(by_sex(), x="index", y="sex", finding="示す。")


@pytest.mark.parametrize(
    ("finding", "said"), [("多い", "多い。"), ("多い。", "多い。"), ("多い。少ない", "多い。少ない。")]
)
def test_a_finding_ends_as_a_sentence(finding: str, said: str) -> None:
    assert figures.bars(by_sex(), x="n", y="sex", finding=finding).finding == said


@pytest.mark.parametrize(("values", "said"), [
    ([1.0, inf], "最小1.00(甲)、最大∞(乙)"), ([inf, inf], "示せる数値はない"), ([nan, nan], "示せる数値はない"),
])  # fmt: skip
def test_alt_text_tells_an_end_that_is_open_as_such(values, said: str) -> None:
    table = published({"label": ["甲", "乙"], "estimate": values, "low": values, "high": values})
    assert said in figures.bars(table, x="estimate", y="label", finding="示す。").alt


@pytest.mark.parametrize(
    ("values", "hide", "said"),
    [
        ([0.095, 0.095], [], "はどれも9.5%"),
        ([0.095, 0.095, nan], [], "は、値のあるものがどれも9.5%"),
        ([0.095, 0.095, 0.2], [2], "は伏せた欄を除いてどれも9.5%"),
        ([0.095, 0.095, nan, 0.2], [3], "は伏せた欄を除いて、値のあるものがどれも9.5%"),
    ],
)
def test_alt_text_of_bars_that_are_alike_does_not_speak_of_those_that_are_not_there(
    values, hide, said
) -> None:
    """Of a desk that is open in the evening all nine times of the day had the share of one of them."""
    columns = {"label": list("甲乙丙丁")[: len(values)], "share": values}
    table = published(columns, [(at, "share") for at in hide])
    assert said in figures.bars(table, x="share", y="label", finding="示す。").alt


def test_a_whisker_is_drawn_only_where_value_and_both_bounds_are_known() -> None:
    columns = {"y": list("甲乙丙丁"), "value": [3.0, 4.0, None, 5.0], "low": [2.0, None, 1.0, 4.0]}
    table = published({**columns, "high": [6.0, 5.0, 2.0, None]})
    (axes,) = draft(figures.bars(table, x="value", y="y", low="low", high="high", finding="示す。")).mpl.axes
    (bars,) = [part for part in axes.collections if type(part).__name__ == "LineCollection"]
    assert [segment.tolist() for segment in bars.get_segments()] == [[[2, 0], [6, 0]]]


@pytest.mark.parametrize(("highlight", "stands_out"), [([], [True] * 3), (["男性"], [True, False, False])])
def test_where_something_is_highlighted_all_else_is_pale(highlight, stands_out: list[bool]) -> None:
    assert highlighted(by_sex(), "sex", highlight) == [BLUE if own else MUTED for own in stands_out]
