"""Courses stand where their days and cells say; texts above a timeline cover none of each other."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure

from tests.report.look import drawn
from tests.report.look.drawn import draft, drawing, words
from tests.report.tables_of import published
from ujo_lib.columns import Estimate, Share, Statistic
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.courses import _days, _span, _tiers
from ujo_lib.report.look.figures.lettering import text_width
from ujo_lib.report.look.style import MUTED, NARROW, VERMILLION, WIDE


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
    with pytest.raises(figures.FigureError, match="より前の行"):
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


@pytest.mark.parametrize(("most", "said"), [(99_999, True), (100_000, False)])
@pytest.mark.parametrize("hide", [(), (0,)])
def test_columns_carry_their_numbers_where_each_has_room_with_three_pixels_beside(
    most: int, said: bool, hide: tuple[int, ...]
) -> None:
    """Thirteen columns have 630 / 13 = 48.5 pixels each: 「99,999」 of 44.4 fits, 「100,000」 of 52.6 does not."""
    n = [*range(1, 13), most]
    table = published({"hour": [f"{at}時" for at in range(13)], "n": n}, [(row, "n") for row in hide])
    axes = draft(figures.profile(table, x="hour", y="n", finding="示す。")).mpl.axes[0]
    assert len(axes.texts) == (13 if said else 1 + len(hide))


@pytest.mark.parametrize(("columns", "said"), [(13, True), (14, False)])
def test_a_number_of_six_digits_has_room_in_the_thirteenth_part_of_a_sheet(columns: int, said: bool) -> None:
    """44.4 pixels and 3 beside are a 13.3rd of 630."""
    table = published({"hour": [f"{at}時" for at in range(columns)], "n": [*range(1, columns), 99_999]})
    axes = draft(figures.profile(table, x="hour", y="n", finding="示す。")).mpl.axes[0]
    assert len(axes.texts) == (columns if said else 1)


def test_a_number_stands_three_pixels_above_its_column_or_the_end_of_its_interval() -> None:
    table = published(
        {"month": ["4月", "5月", "6月"], "n": [5, 7, None], "low": [4, None, None], "high": [9, None, None]}
    )
    (axes,) = draft(
        figures.profile(table, x="month", y="n", low="low", high="high", finding="示す。")
    ).mpl.axes
    assert [(text.xy, text.xyann, text.get_text()) for text in axes.texts] == [
        ((0, 9), (0, 3), "5"),
        ((1, 7), (0, 3), "7"),
        ((2, 0), (0, 3), "…"),
    ]
    assert [bar.get_height() for bar in axes.patches] == [5, 7, 0]
    assert [bar.get_x() + bar.get_width() / 2 for bar in axes.patches] == pytest.approx([0, 1, 2])
    assert axes.get_ylim() == pytest.approx((0, 9.9))
    assert axes.get_xlim() == (-0.5, 2.5)


@pytest.mark.parametrize(("columns", "lines"), [(1, 0), (2, 2)])
def test_one_series_is_drawn_as_columns_and_two_as_lines(columns: int, lines: int) -> None:
    names = ["市", "県"][:columns]
    table = published({"month": ["4月", "5月"] * columns, "by": np.repeat(names, 2), "n": range(2 * columns)})
    axes = draft(figures.profile(table, x="month", y="n", by="by", finding="示す。")).mpl.axes[0]
    assert (len(axes.lines), len(axes.patches)) == (lines, 0 if lines else 2)


@pytest.mark.parametrize(("values", "ends"), [
    ([0, 0], (0, 1)), ([None, None], (0, 1)), ([-2, 4], (-2.2, 4.4)),
])  # fmt: skip
def test_a_scale_of_nothing_goes_from_zero_to_one(values, ends) -> None:
    table = published({"year": ["R1", "R2"], "n": values}, kinds={"n": Estimate(unit="件")})
    axes = draft(figures.line(table, x="year", y="n", finding="示す。")).mpl.axes[0]
    assert axes.get_ylim() == pytest.approx(ends)


def test_several_series_over_labels_have_bands_and_a_key_and_one_has_neither() -> None:
    columns = {"year": ["R1", "R2"] * 2, "by": ["市", "市", "県", "県"], "n": [5, 6, 7, 8]}
    table = published({**columns, "low": [4] * 4, "high": [9] * 4})
    shown = {"x": "year", "y": "n", "low": "low", "high": "high", "finding": "示す。"}
    sheet = draft(figures.line(table, by="by", **shown))
    axes = sheet.mpl.axes[0]
    assert [type(part).__name__ for part in axes.collections] == ["FillBetweenPolyCollection"] * 2
    assert [text.get_text() for text in sheet.mpl.legends[0].get_texts()] == ["市", "県"]
    assert axes.get_title(loc="left").startswith("人数(人)、帯は")
    assert len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 2
    one = draft(
        figures.line(published({"year": ["R1", "R2"], "n": [5, 6]}), x="year", y="n", finding="示す。")
    )
    assert not one.mpl.legends
    alone = replace(table, frame=table.frame[:2], hidden=table.hidden[:2])
    assert (
        len(draft(figures.line(alone, **shown)).mpl.axes[0].lines) == 3
    )  # the line and both ends of its whiskers
    assert not draft(figures.line(alone, by="by", **shown)).mpl.legends


def test_a_label_that_only_one_series_lacks_is_no_gap_and_one_that_all_lack_is() -> None:
    columns = {"year": ["R1", "R2", "R1", "R2"], "by": ["市", "市", "県", "県"]}
    for n, gaps in (([5, None, 7, 8], {}), ([5, None, 7, None], {1: "…"})):
        table = published({**columns, "n": n})
        axes = draft(figures.line(table, x="year", y="n", by="by", finding="示す。")).mpl.axes[0]
        assert {text.xy[0]: text.get_text() for text in axes.texts} == gaps
        assert all(text.xyann == (0, 3) and text.xy[1] == 0 for text in axes.texts)


def test_the_observed_is_thin_and_grey_beside_its_fitted_course_which_alone_has_the_band() -> None:
    sheet = draft(drawn.KINDS["line"]())
    observed, fitted = sheet.mpl.axes[0].lines
    assert observed.get_linewidth() < fitted.get_linewidth()
    assert (observed.get_color(), fitted.get_color()) == (MUTED, VERMILLION)
    (band,) = [part for part in sheet.mpl.axes[0].collections if "FillBetween" in type(part).__name__]
    assert band.get_facecolor()[0][:3] == pytest.approx(to_rgb(VERMILLION))
    with pytest.raises(figures.FigureError, match="fitted と by は一緒に"):
        figures.line(drawn.days(), x="date", y="n", fitted="fitted", by="date", finding="示す。")


@pytest.mark.parametrize(("first", "last"), [("2024-02-01", "2024-02-01"), ("2024-02-01", "2024-04-16"),
                                             ("2024-02-01", "2025-04-16")])  # fmt: skip
def test_an_axis_of_days_begins_with_the_first_and_ends_with_the_last_in_whole(first: str, last: str) -> None:
    axes = Figure().add_subplot()
    _days(axes, pd.Timestamp(first), pd.Timestamp(last), 12, 600)
    assert axes.get_xlim() == (date2num(pd.Timestamp(first)) - 0.5, date2num(pd.Timestamp(last)) + 0.5)


@pytest.mark.parametrize(("room", "labels"), [(311.2, 6), (310.9, 3)])
def test_labels_of_days_leave_eight_pixels_between_them(room: float, labels: int) -> None:
    """At 12 pixels a digit is 7.56 wide and a letter 12: 「12月30日」 takes 54.2, five of them 311.2 with 8 each."""
    axes = Figure().add_subplot()
    _days(axes, pd.Timestamp("2024-02-01"), pd.Timestamp("2024-02-06"), 12, room)
    assert len(axes.get_xticks()) == labels


def spans(*rows: tuple[str, str, str]) -> figures.Figure:
    columns = dict(zip(("label", "start", "end"), map(list, zip(*rows, strict=True)), strict=True))
    return figures.timeline(published(columns), y="label", start="start", end="end", finding="示す。")


@pytest.mark.parametrize(("layout", "over"), [(WIDE, 13 * 1.35), (NARROW, 12 * 1.35 + 13.5 * 1.5)])
@pytest.mark.parametrize("tiers", [1, 2])
def test_a_line_of_a_timeline_has_room_for_its_span_and_the_texts_above_it(
    layout, over: float, tiers: int
) -> None:
    """A span of 15 pixels and 15 below it; each row of texts is 1.35 letters high, on a phone a name stands above."""
    sheet = draft(spans(*[("紙", "2024-03-01", f"2024-03-{30 - at}") for at in range(tiers)]), layout)
    (axes,) = sheet.mpl.axes
    assert sheet.tall == pytest.approx(30 + over + (tiers - 1) * layout.small * 1.35)
    pixel = np.ptp(axes.get_ylim()) / sheet.tall
    # From the middle of a span there are 15 pixels and the texts to the top, and 15 to the bottom.
    assert axes.get_ylim()[0] / pixel == pytest.approx(15)
    said = [text for text in axes.texts if "/" in text.get_text()]
    assert [text.xyann for text in said] == [
        (0, pytest.approx(7.5 + 3 + at * layout.small * 1.35)) for at in range(tiers)
    ]
    assert {text.get_ha() for text in said} == {"left"}
    for path in [path for part in axes.collections for path in part.get_paths()]:
        ends = path.vertices[:, 1] / pixel
        assert (ends.min(), ends.max()) == pytest.approx((-7.5, 7.5))


@pytest.mark.parametrize(("gap", "tiers"), [(9, 2), (10, 1), (11, 1)])
def test_a_text_of_a_timeline_goes_above_another_that_would_reach_into_it(gap: int, tiers: int) -> None:
    """A span of 65 days takes 680 · 0.7 = 476 pixels, 7.3 a day; 「3/1〜3/2」 takes 63 pixels and 8 to the next."""
    second = pd.Timestamp("2024-03-01") + pd.Timedelta(days=gap)
    end = pd.Timestamp("2024-03-01") + pd.Timedelta(days=64)
    sheet = draft(spans(("紙", "2024-03-01", "2024-03-02"), ("紙", str(second.date()), str(end.date()))))
    assert sheet.tall == pytest.approx(30 + tiers * 13 * 1.35)


def test_spans_of_several_labels_lie_in_the_order_of_the_table_each_named_once() -> None:
    figure = spans(
        ("放送", "2024-03-01", "2024-03-03"),
        ("紙", "2024-03-05", "2024-03-05"),
        ("放送", "2024-03-07", "2024-03-08"),
    )
    (axes,) = draft(figure).mpl.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["放送", "紙"]
    boxes = [path.vertices for part in axes.collections for path in part.get_paths()]
    assert [(box[:, 0].min(), box[:, 0].max()) for box in boxes] == [
        (date2num(pd.Timestamp(first)), date2num(pd.Timestamp(first)) + days)
        for first, days in (("2024-03-01", 3), ("2024-03-07", 2))
    ]
    (diamond,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert (diamond.get_xdata()[0], diamond.get_ydata()[0]) == (date2num(pd.Timestamp("2024-03-05")) + 0.5, 1)
    assert figure.description.endswith("放送 3/1〜3/3、紙 3/5、放送 3/7〜3/8。")
    (phone,) = draft(figure, NARROW).mpl.axes
    named = {text.get_text(): text.xy for text in phone.texts if "/" not in text.get_text()}
    assert named == {"放送": (0, 0), "紙": (0, 1)}
    assert not any(tick.get_text() for tick in phone.get_yticklabels())


@pytest.mark.parametrize(("layout", "high"), [(WIDE, 680 * 0.37), (NARROW, 340 * 0.6)])
def test_a_course_is_higher_for_its_width_on_a_phone(layout, high: float) -> None:
    assert draft(drawn.KINDS["curve"](), layout).tall == pytest.approx(high)


def test_the_level_to_reach_is_named_below_its_line_at_the_right_edge_and_curves_fill_the_width() -> None:
    table = published({"x": [1.0, 2.0], "share": [0.2, 0.5]}, kinds={"share": Share(heading="検出力")})
    sheet = draft(figures.curve(table, x="x", y="share", target=0.8, finding="示す。"))
    (axes,) = sheet.mpl.axes
    (text,) = axes.texts
    assert (text.xy, text.xyann, text.get_ha()) == ((1, 80), (0, -3), "right")
    assert axes.get_xlim() == (1, 2)
    assert not any(line.get_visible() for line in axes.get_xgridlines())
    assert not sheet.mpl.legends
    plain = draft(figures.curve(table, x="x", y="share", finding="示す。")).mpl.axes[0]
    assert (plain.get_ylim()[1], len(plain.lines), len(plain.texts)) == (pytest.approx(55), 1, 0)
