"""Maps of cells have room for their rows and numbers on a screen, a phone and paper."""

import numpy as np
import pandas as pd
import pytest

from tests.report.look import drawn, rich
from tests.report.look.drawn import assert_legible, draft, drawing, words
from tests.report.tables_of import published
from ujo_lib.columns import Base, Count, Rate, Share
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.grids import _fitting, _ink
from ujo_lib.report.look.style import NARROW, PAPER, SOFT, WIDE


def test_the_legend_of_hidden_cells_is_whole_on_a_phone() -> None:
    table = published(
        {"a": ["p", "p", "q"], "b": ["q", "r", "r"], "share": [0.5, 0.6, 0.1]}, [(0, "share")],
        dimensions={"a": "a", "b": "b"}, kinds={"share": Share(of="回答のあった相談")},
    )  # fmt: skip
    sheet = drawing(figures.heat_map(table, x="b", y="a", value="share", finding="示す。"), NARROW)
    said = "".join(words(sheet)).replace("\n", "")
    assert "回答のあった相談に占める割合(%)、x 秘匿、… 不詳または計算の対象でないもの" in said


THEMES = (
    "学校・学業", "いじめ・仲間外れ", "親・きょうだいとの関係", "友人・人間関係", "恋愛・性・ジェンダー",
    "メンタル不調", "睡眠・からだの不調", "孤独・孤立・居場所",
)  # fmt: skip


@pytest.mark.parametrize("columns", [7, 8, 9])
def test_long_headings_and_the_legend_of_a_map_on_a_phone_neither_cover_each_other_nor_are_cut_off(
    columns: int,
) -> None:
    """Under 「きょうだいとの関係」, upright in three lines, the heading beside it could not be read on a phone."""
    across = (*THEMES, "医療・受診・支援につながらない")[:columns]
    cells = [(one, other, None if one == other else 0.111) for one in THEMES for other in across]
    table = published(
        dict(zip(("y", "x", "share"), zip(*cells, strict=True), strict=True)), [(1, "share")],
        dimensions={"y": "主題", "x": "主題"}, kinds={"share": Share(of="相談")},
    )  # fmt: skip
    assert_legible(drawing(figures.heat_map(table, x="x", y="y", value="share", finding="示す。"), NARROW))


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


@pytest.mark.parametrize(
    ("days", "fits"), [(378, True), (379, False)], ids=["fifty-four weeks", "a day more"]
)
def test_a_calendar_shows_fifty_four_weeks_and_no_more(days: int, fits: bool) -> None:
    """2023-04-02 is a Sunday: 54 x 7 days from there fill 54 columns."""
    table = published({"date": pd.date_range("2023-04-02", periods=days), "n": range(days)})
    if fits:
        axes = drawing(figures.calendar_map(table, date="date", value="n", finding="示す。")).mpl.axes[0]
        assert axes.get_xlim() == (0, 54)
    else:
        with pytest.raises(figures.FigureError, match="55週にわたります"):
            figures.calendar_map(table, date="date", value="n", finding="示す。")


def test_a_day_stands_in_the_row_of_its_weekday_with_sunday_on_top() -> None:
    when = pd.to_datetime(["2023-12-30", "2023-12-31", "2024-01-01", "2024-01-03"])  # Saturday to Wednesday
    table = published({"date": when, "n": [1, 2, 3, 4]})
    axes = drawing(figures.calendar_map(table, date="date", value="n", finding="示す。")).mpl.axes[0]
    cells = axes.collections[-1].get_array().reshape(7, -1)
    filled = np.argwhere(~np.ma.getmaskarray(cells)).tolist()
    assert [(row, week, cells[row, week]) for row, week in filled] == [
        (0, 1, 2),
        (1, 1, 3),
        (3, 1, 4),
        (6, 0, 1),
    ]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["日", "火", "木", "土"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["12月", "2024年\n1月"]


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_the_name_of_a_month_is_not_written_over_by_the_next(layout) -> None:
    """A year from the twentieth of November: two weeks of it, and from January to February four."""
    assert_legible(drawing(rich.RICH["calendar_map, year"](), layout))


def test_a_calendar_of_one_year_does_not_repeat_it() -> None:
    table = published({"date": pd.date_range("2023-01-01", periods=40), "n": range(40)})
    axes = drawing(figures.calendar_map(table, date="date", value="n", finding="示す。")).mpl.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1月", "2月"]


def test_two_numbers_of_one_day_are_not_drawn_over_each_other() -> None:
    table = published({"date": ["2023-04-01", "2023-04-01"], "n": [1, 2]})
    with pytest.raises(figures.FigureError, match="同じ日が二度"):
        figures.calendar_map(table, date="date", value="n", finding="示す。")


@pytest.mark.parametrize(
    ("columns", "rows", "turned"), [(12, 3, False), (13, 3, True), (13, 12, True), (13, 13, False)]
)
def test_a_wide_map_lies_on_its_side_on_a_phone_alone(columns: int, rows: int, turned: bool) -> None:
    cells = [(f"行{row}", f"列{column}", 1) for row in range(rows) for column in range(columns)]
    table = published(
        {name: [cell[at] for cell in cells] for at, name in enumerate(("y", "x", "n"))},
        dimensions={"y": "y", "x": "x"},
    )
    figure = figures.heat_map(table, x="x", y="y", value="n", finding="示す。")
    for layout, side in ((WIDE, "行"), (NARROW, "列" if turned else "行")):
        assert drawing(figure, layout).mpl.axes[0].get_yticklabels()[0].get_text() == f"{side}0"


def test_letters_are_light_on_dark_cells_and_dark_on_light_ones() -> None:
    table = published({"y": ["行"] * 2, "x": ["少", "多"], "n": [0, 100]}, dimensions={"y": "y", "x": "x"})
    axes = drawing(figures.heat_map(table, x="x", y="y", value="n", finding="示す。")).mpl.axes[0]
    inks = {text.get_text(): text.get_color() for text in axes.texts}
    assert inks == {"0": "#111111", "100": PAPER}


def test_the_colours_of_a_map_are_explained_without_lines_across_them() -> None:
    sheet = drawing(drawn.KINDS["heat_map"]())
    (key,) = [axes for axes in sheet.mpl.axes if axes.get_label() == "<colorbar>"]
    assert not any(line.get_visible() for line in [*key.get_xgridlines(), *key.get_ygridlines()])
    assert not key.spines["outline"].get_visible()


def grid(columns: int, rows: int, *, heads: str = "{}", names: str = "行", hide=(), n=None):
    cells = [(f"{names}{row}", heads.format(column)) for row in range(rows) for column in range(columns)]
    table = published(
        {
            "y": [row for row, _ in cells],
            "x": [column for _, column in cells],
            "n": n or range(1, len(cells) + 1),
        },
        hide,
        dimensions={"y": "y", "x": "x"},
    )
    return figures.heat_map(table, x="x", y="y", value="n", finding="示す。")


def test_white_lines_part_the_cells_of_a_map_and_end_at_its_edges() -> None:
    (axes, _) = draft(grid(3, 2)).mpl.axes
    lying, upright = axes.lines
    parts = np.isfinite(lying.get_xdata())
    assert list(zip(lying.get_xdata()[parts], lying.get_ydata()[parts], strict=True)) == [
        (end, at) for at in range(3) for end in (0, 3)
    ]
    parts = np.isfinite(upright.get_ydata())
    assert list(zip(upright.get_xdata()[parts], upright.get_ydata()[parts], strict=True)) == [
        (at, end) for at in range(4) for end in (0, 2)
    ]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 3), (2, 0))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("", "")


def test_numbers_headings_and_names_stand_in_the_middle_of_their_cells_columns_and_rows() -> None:
    (axes, _) = draft(grid(3, 2)).mpl.axes
    assert [(text.get_position(), text.get_text()) for text in axes.texts] == [
        ((column + 0.5, row + 0.5), str(3 * row + column + 1)) for row in range(2) for column in range(3)
    ]
    assert [(tick, text.get_text()) for tick, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)] == [
        (0.5, "0"), (1.5, "1"), (2.5, "2"),
    ]  # fmt: skip
    assert [(tick, text.get_text()) for tick, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)] == [
        (0.5, "行0"), (1.5, "行1"),
    ]  # fmt: skip
    looks = axes.xaxis.get_tick_params()
    assert (looks["labeltop"], looks["labelbottom"], looks["top"], looks["bottom"]) == (
        True,
        False,
        False,
        False,
    )


@pytest.mark.parametrize(("columns", "tall"), [(10, 37.7), (16, 32.22), (24, 27.55)])
def test_rows_of_a_map_are_four_fifths_of_the_width_of_a_column_within_limits(
    columns: int, tall: float
) -> None:
    """Beside 「行」 and a digit, 23.63 pixels, and 12 there are 644.37 for the columns; 1.9 to 2.6 letters of 14.5."""
    assert draft(grid(columns, 3)).tall / 3 == pytest.approx(tall, abs=0.005)


@pytest.mark.parametrize(("letters", "lines"), [(14, 1), (15, 2), (16, 2), (31, 3)])
def test_the_name_of_a_row_takes_no_more_than_a_third_of_the_width(letters: int, lines: int) -> None:
    """33 hundredths of 680 are 224.4: 15 letters of 14.5, the digit among them."""
    axes = draft(grid(2, 2, names="全" * letters)).mpl.axes[0]
    assert axes.get_yticklabels()[0].get_text().count("\n") + 1 == lines


@pytest.mark.parametrize(
    ("columns", "heads", "every"),
    [(12, "{}時から", 1), (13, "{}時から", 3), (24, "{}時から", 3), (24, "{}", 1)],
)
def test_of_thirteen_headings_that_have_no_room_every_third_is_written(
    columns: int, heads: str, every: int
) -> None:
    axes = draft(grid(columns, 3, heads=heads)).mpl.axes[0]
    assert list(axes.get_xticks()) == [at + 0.5 for at in range(0, columns, every)]
    assert [text.get_text().replace("\n", "") for text in axes.get_xticklabels()] == [
        heads.format(at) for at in range(0, columns, every)
    ]


@pytest.mark.parametrize(("letters", "angle"), [(4, 0), (5, 90)])
def test_a_heading_whose_word_is_wider_than_its_column_stands_upright(letters: int, angle: int) -> None:
    """Twelve columns of 644.4 pixels are 53.7 wide: four letters of 13 or 12 lie in them, five do not."""
    axes = draft(grid(12, 3, heads="カ" * letters + "\u3000{}")).mpl.axes[0]
    assert {text.get_rotation() for text in axes.get_xticklabels()} == {angle}


@pytest.mark.parametrize(("room", "air", "size"), [
    (26, 0, 13), (25.9, 0, 12), (24, 0, 12), (23.9, 0, 0), (29, 3, 13), (28.9, 3, 12), (24, 3, 12), (23.9, 3, 0),
])  # fmt: skip
def test_letters_shrink_to_nine_points_and_no_further(room: float, air: float, size: float) -> None:
    """Numbers of 13 pixels that all but touched the next cell's read as one: 11.2 11.0."""
    assert _fitting(13, 2, room, air) == size


def test_a_map_says_what_was_not_counted_and_what_is_kept_back_in_grey_and_explains_both() -> None:
    (axes, key) = draft(grid(2, 2, hide=[(0, "n")], n=[1, None, 3, 4])).mpl.axes
    assert {text.get_position(): text.get_text() for text in axes.texts} == {
        (0.5, 0.5): "x", (1.5, 0.5): "…", (0.5, 1.5): "3", (1.5, 1.5): "4",
    }  # fmt: skip
    assert [text.get_color() == SOFT for text in axes.texts] == [True, True, False, False]
    grey, coloured = axes.collections
    assert np.ma.getmaskarray(grey.get_array()).tolist() == [[False, False], [True, True]]
    assert np.ma.getmaskarray(coloured.get_array()).tolist() == [[True, True], [False, False]]
    assert (coloured.norm.vmin, coloured.norm.vmax) == (3, 4)
    assert key.get_xlabel() == "人数(人)、x 秘匿、… 不詳または計算の対象でないもの"
    assert draft(grid(2, 2)).mpl.axes[1].get_xlabel() == "人数(人)"


@pytest.mark.parametrize(("fill", "light"), [
    ((0.467,) * 3, True), ((0.468,) * 3, False),  # (0.522 / 1.055) ** 2.4 is 0.1848, (0.523 / 1.055) ** 2.4 is 0.1856
    ((0, 0, 1), True), ((1, 0, 0), False), ((0.9, 0, 0), True), ((0, 0.5, 0), True), ((0, 0.6, 0), False),
    ((0.03, 0.03, 0.03), True),
])  # fmt: skip
def test_letters_change_their_colour_where_a_fill_has_that_brightness(fill, light: bool) -> None:
    assert (_ink(fill) == PAPER) is light


@pytest.mark.parametrize(("days", "weeks", "on_phone"), [(14, 2, 1), (15, 3, 2), (21, 3, 2), (22, 4, 2)])
def test_a_calendar_has_a_column_a_week_and_two_halves_on_a_phone(
    days: int, weeks: int, on_phone: int
) -> None:
    """30 pixels are kept for the weekdays; a day is as high as wide."""
    table = published({"date": pd.date_range("2023-04-02", periods=days), "n": range(days)})
    figure = figures.calendar_map(table, date="date", value="n", finding="示す。")
    wide, phone = draft(figure, WIDE), draft(figure, NARROW)
    assert wide.tall == pytest.approx(7 * 650 / weeks)
    assert phone.tall == pytest.approx(2 * 7 * 310 / on_phone)
    assert [axes.get_xlim() for axes in phone.mpl.axes[:2]] == [(0, on_phone)] * 2
    first, second = (axes.collections[-1].get_array().reshape(7, -1) for axes in phone.mpl.axes[:2])
    assert (first[0, 0], second[0, 0]) == (0, 7 * on_phone)  # the first Sunday of each half


def test_a_month_is_named_above_the_week_of_its_first_day() -> None:
    """1 April 2023 is a Saturday, 1 May a Monday five weeks on, 1 June a Thursday."""
    table = published({"date": pd.date_range("2023-04-15", "2023-06-10"), "n": range(57)})
    figure = figures.calendar_map(table, date="date", value="n", finding="示す。")
    (axes, _) = draft(figure).mpl.axes
    told = [
        (tick, text.get_text()) for tick, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    ]
    assert told == [(0, "4月"), (3, "5月"), (7, "6月")]
    assert list(axes.get_yticks()) == [0.5, 2.5, 4.5, 6.5]
    assert not axes.texts  # numbers of days are colours


def test_a_hidden_day_and_one_without_a_record_are_told_apart_in_a_calendar() -> None:
    table = published({"date": pd.date_range("2023-04-02", periods=4), "n": [3, 4, None, 8]}, [(1, "n")])
    (axes, key) = draft(figures.calendar_map(table, date="date", value="n", finding="示す。")).mpl.axes
    assert {text.get_position(): text.get_text() for text in axes.texts} == {(0.5, 1.5): "x", (0.5, 2.5): "…"}
    assert "x 秘匿、… 不詳" in key.get_xlabel()
