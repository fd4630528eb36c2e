"""Courses stand where their days and cells say; texts above a timeline cover none of each other."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure

from tests.report.look import drawn
from tests.report.look.drawn import draft, drawing, words
from tests.report.tables_of import published
from ujo_lib.columns import Share, Statistic
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.courses import _days, _span, _tiers
from ujo_lib.report.look.figures.lettering import text_width
from ujo_lib.report.look.style import NARROW, WIDE


@pytest.mark.parametrize(
    ("places", "lefts", "widths", "tiers"),
    [
        ([0, 0], [0, 9], [10, 10], [0, 1]),
        ([0, 0], [0, 10], [10, 10], [0, 0]),  # where one ends the next may begin
        ([0, 0], [0, 11], [10, 10], [0, 0]),
        ([0, 1], [0, 0], [10, 10], [0, 0]),  # each place has lines of its own
        ([0, 0, 0], [0, 5, 10], [10, 10, 10], [0, 1, 0]),
        ([0, 0, 0], [0, 0, 0], [10, 10, 10], [0, 1, 2]),
        ([], [], [], []),
    ],
)
def test_a_text_stands_on_the_lowest_line_on_which_none_before_it_reaches_so_far(
    places, lefts, widths, tiers
):
    assert _tiers(places, lefts, widths) == tiers


@pytest.mark.parametrize(
    ("last", "told"), [("2024-02-29", "2/29"), ("2024-03-01", "2/29〜3/1"), ("2025-02-28", "2/29〜2/28")]
)
def test_a_span_of_one_day_is_told_as_that_day(last, told):
    assert _span(pd.Timestamp("2024-02-29"), pd.Timestamp(last)) == told


def test_columns_are_as_high_as_their_cells_and_their_whiskers_reach_the_bounds() -> None:
    (axes,) = drawing(drawn.KINDS["profile"]()).mpl.axes
    n = drawn.months().frame["n"]
    assert [bar.get_height() for bar in axes.patches] == pytest.approx(n.tolist())
    assert [text.get_text() for text in axes.texts] == [str(value) for value in n]
    (bars,) = [part for part in axes.collections if type(part).__name__ == "LineCollection"]
    ends = [tuple(line[:, 1]) for line in bars.get_segments()]
    np.testing.assert_allclose(ends, [(value - 28, value + 30) for value in n])


def test_a_band_around_a_line_reaches_its_bounds_and_a_day_without_data_is_a_gap() -> None:
    axes = drawing(drawn.KINDS["line"]()).mpl.axes[0]
    table = drawn.days().frame
    band = next(part for part in axes.collections if "FillBetween" in type(part).__name__)
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((table["low"].min(), table["high"].max()))
    assert np.isnan(axes.lines[0].get_ydata()[40:43]).all()
    assert 'fill-opacity="0.16"' in drawn.KINDS["line"]().to_html()


def test_a_year_is_a_label_and_not_the_first_of_january() -> None:
    table = published({"year": ["2019", "2023"], "n": [32, 25]})
    figure = figures.line(table, x="year", y="n", finding="減少とは言えない。")
    assert {"2019", "2023"} <= set(words(drawing(figure)))


def test_dates_lie_where_they_belong_whatever_the_order_of_the_rows() -> None:
    when = pd.to_datetime(["2023-04-03", "2023-04-01", "2023-04-02"])
    table = published({"date": when, "n": [3, 1, 2]})
    line = drawing(figures.line(table, x="date", y="n", finding="示す。")).mpl.axes[0].lines[0]
    assert list(line.get_ydata()) == [1, 2, 3]


@pytest.mark.parametrize(("span", "by_day"), [(74, True), (75, True), (76, False)])
def test_up_to_seventy_five_days_are_labelled_by_the_day_and_longer_spans_by_the_month(span, by_day) -> None:
    when = pd.date_range("2023-05-01", periods=span + 1).date
    table = published({"date": when, "n": range(span + 1)})
    axes = drawing(figures.line(table, x="date", y="n", finding="示す。")).mpl.axes[0]
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    assert all(("日" in label) is by_day for label in labels)
    assert labels[0] == ("5月1日" if by_day else "5月\n2023年")


def test_a_month_names_its_year_where_the_year_begins_on_the_axis() -> None:
    when = pd.date_range("2023-11-15", "2024-04-20").date
    table = published({"date": when, "n": range(len(when))})
    axes = drawing(figures.line(table, x="date", y="n", finding="示す。")).mpl.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [
        "12月\n2023年",
        "1月\n2024年",
        "2月",
        "3月",
        "4月",
    ]


@pytest.mark.parametrize(("lowest", "bottom"), [(5, 0), (0, 0), (-2, -2.2)])
def test_a_scale_begins_at_zero_unless_something_lies_below(lowest: float, bottom: float) -> None:
    table = published({"x": [1.0, 2.0], "value": [lowest, 10]})
    (axes,) = drawing(figures.curve(table, x="x", y="value", finding="示す。")).mpl.axes
    assert axes.get_ylim() == pytest.approx((bottom, 11))


def test_the_level_to_reach_stands_where_the_scale_says_it() -> None:
    table = published({"x": [1.0, 2.0], "share": [0.2, 0.5]}, kinds={"share": Share(heading="検出力")})
    (axes,) = drawing(figures.curve(table, x="x", y="share", target=0.8, finding="示す。")).mpl.axes
    assert 80.0 in [line.get_ydata()[0] for line in axes.lines]
    assert "目安 80.0%" in words(
        drawing(figures.curve(table, x="x", y="share", target=0.8, finding="示す。"))
    )
    assert axes.get_ylim()[1] == pytest.approx(88)


@pytest.mark.parametrize(("labels", "lines"), [(11, True), (12, True), (13, False)])
def test_few_labels_carry_their_intervals_as_lines_and_many_as_a_band(labels: int, lines: bool) -> None:
    n = list(range(10, 10 + labels))
    columns = {"year": [f"R{k}" for k in range(labels)], "n": n, "low": n, "high": [v + 5 for v in n]}
    axes = drawing(
        figures.line(published(columns), x="year", y="n", low="low", high="high", finding="示す。")
    ).mpl.axes[0]
    kinds = {type(part).__name__ for part in axes.collections}
    assert ("LineCollection" in kinds, any("FillBetween" in kind for kind in kinds)) == (lines, not lines)
    assert axes.get_title(loc="left").startswith("人数(人)、線は" if lines else "人数(人)、帯は")


@pytest.mark.parametrize(("labels", "marked"), [(39, True), (40, True), (41, False)])
def test_each_value_has_a_mark_as_long_as_they_can_be_told_apart(labels: int, marked: bool) -> None:
    table = published({"year": [f"R{k}" for k in range(labels)], "n": range(labels)})
    line = drawing(figures.line(table, x="year", y="n", finding="示す。")).mpl.axes[0].lines[0]
    assert (line.get_marker() not in ("", "None")) is marked


def test_a_label_without_a_number_says_whether_it_is_kept_back_or_missing() -> None:
    table = published({"year": ["R1", "R2", "R3"], "n": [4, None, 6]}, [(0, "n")])
    axes = drawing(figures.line(table, x="year", y="n", finding="示す。")).mpl.axes[0]
    assert {text.xy[0]: text.get_text() for text in axes.texts} == {0: "x", 1: "…"}


def test_columns_too_narrow_for_their_numbers_keep_that_of_the_highest_and_of_the_hidden() -> None:
    hours = [f"{hour}時" for hour in range(24)]
    n = [10_000 + hour for hour in range(24)]
    table = published({"hour": hours, "n": n}, [(3, "n")])
    axes = drawing(figures.profile(table, x="hour", y="n", finding="示す。"), NARROW).mpl.axes[0]
    assert {text.xy[0]: text.get_text() for text in axes.texts} == {3: "x", 23: "10,023"}


@pytest.mark.parametrize(("end", "length"), [("2024-03-01", 1), ("2024-03-02", 2)])
def test_the_last_day_of_a_span_belongs_to_it_and_a_single_day_is_a_diamond(end: str, length: int) -> None:
    table = published({"label": ["紙", "紙"], "start": ["2024-03-01"] * 2, "end": [end, "2024-03-09"]})
    (axes,) = drawing(figures.timeline(table, y="label", start="start", end="end", finding="示す。")).mpl.axes
    widths = [np.ptp(path.vertices[:, 0]) for part in axes.collections for path in part.get_paths()]
    assert widths == ([9] if length == 1 else [2, 9])
    assert [line.get_marker() for line in axes.lines] == ["D"] * (length == 1)
    assert np.ptp(axes.get_xlim()) == 9


def test_a_span_that_ends_the_day_before_it_begins_is_refused() -> None:
    table = published({"label": ["紙"], "start": ["2024-03-01"], "end": ["2024-02-29"]})
    with pytest.raises(figures.FigureError, match="ends before it begins"):
        figures.timeline(table, y="label", start="start", end="end", finding="示す。")


def test_shaded_spans_cover_their_days_and_stand_once_in_the_key() -> None:
    spans = published(
        {"label": ["広告", "紙", "広告"], "start": ["2023-12-05", "2023-12-20", "2024-01-05"],
         "end": ["2023-12-05", "2023-12-22", "2024-01-07"]}
    )  # fmt: skip
    sheet = drawing(figures.line(drawn.days(), x="date", y="n", spans=spans, finding="示す。"))
    assert [patch.get_width() for patch in sheet.mpl.axes[0].patches] == [1, 3, 3]
    begins = [patch.get_x() for patch in sheet.mpl.axes[0].patches]
    assert begins == [date2num(pd.Timestamp(day)) - 0.5 for day in ("2023-12-05", "2023-12-20", "2024-01-05")]
    named = [text.get_text() for text in sheet.mpl.legends[0].get_texts()]
    assert (named.count("広告"), named.count("紙")) == (1, 1)
    assert len({patch.get_hatch() for patch in sheet.mpl.axes[0].patches}) == 2


@pytest.mark.parametrize(("by", "lines"), [("area", [[3, 5], [8, 9]]), (None, [[3, 8, 5, 9]])])
def test_each_curve_is_drawn_from_its_own_rows(by: str | None, lines: list[list[int]]) -> None:
    columns = {"x": [1, 1.5, 2, 2.5], "area": ["東", "西", "東", "西"], "n": [3, 8, 5, 9]}
    table = published(columns, dimensions={"area": "area"}, kinds={"x": Statistic(heading="倍率")})
    (axes,) = drawing(figures.curve(table, x="x", y="n", by=by, finding="上がる。")).mpl.axes
    assert [list(line.get_ydata()) for line in axes.lines if len(line.get_xdata()) > 1] == lines


def labelled(first: str, last: str, most: int) -> list[pd.Timestamp]:
    """The days that are labelled along an axis that has room for so many labels."""
    axes = Figure().add_subplot()
    _days(axes, pd.Timestamp(first), pd.Timestamp(last), 12, most * (text_width("12月30日", 12) + 8) + 0.1)
    return [pd.Timestamp(day) for day in num2date(axes.get_xticks())]


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (7, 1),
        (8, 2),
        (14, 2),
        (15, 3),
        (21, 3),
        (22, 5),
        (35, 5),
        (36, 7),
        (49, 7),
        (50, 10),
        (70, 10),
        (71, 14),
    ],
)
def test_of_more_days_than_have_room_every_second_third_or_fifth_is_labelled(span: int, step: int) -> None:
    last = pd.Timestamp("2024-02-01") + pd.Timedelta(days=span)
    days = labelled("2024-02-01", str(last.date()), 7)
    assert {(later - day).days for day, later in pairwise(days)} == {step}
    assert len(days) == span // step + 1


@pytest.mark.parametrize(
    ("months", "step"), [(8, 1), (9, 2), (16, 2), (17, 3), (24, 3), (25, 6), (48, 6), (49, 12)]
)
def test_of_more_months_than_have_room_every_second_or_each_quarter_is_labelled(
    months: int, step: int
) -> None:
    first = pd.Timestamp("2020-01-01")
    last = first + pd.DateOffset(months=months, days=-1)
    found = [(day.year - 2020) * 12 + day.month - 1 for day in labelled("2020-01-01", str(last.date()), 7)]
    assert found == list(range(0, months, step))


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "phone"])
def test_the_last_span_of_a_timeline_ends_half_its_thickness_above_the_axis(layout) -> None:
    """A span is 15 pixels thick: from its middle to the end of the axes there are 15, however far lines are apart."""
    table = published(
        {"label": ["紙", "放送"], "start": ["2024-03-01"] * 2, "end": ["2024-03-08", "2024-03-09"]}
    )
    sheet = draft(figures.timeline(table, y="label", start="start", end="end", finding="示す。"), layout)
    (axes,) = sheet.mpl.axes
    pitch = sheet.tall / 2
    assert (axes.get_ylim()[0] - 1) * pitch == pytest.approx(15)
    assert np.ptp(axes.get_ylim()) * pitch == pytest.approx(sheet.tall)
