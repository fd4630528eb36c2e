"""Maps of cells have room for their rows and numbers on a screen, a phone and paper."""

import numpy as np
import pandas as pd
import pytest

from tests.report.look import drawn
from tests.report.look.drawn import drawing, words
from tests.report.tables_of import published
from ujo_lib.columns import Base, Count, Rate, Share
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import NARROW, PAPER, WIDE


def test_the_legend_of_hidden_cells_is_whole_on_a_phone() -> None:
    table = published(
        {"a": ["p", "p", "q"], "b": ["q", "r", "r"], "share": [0.5, 0.6, 0.1]}, [(0, "share")],
        dimensions={"a": "a", "b": "b"}, kinds={"share": Share(of="回答のあった相談")},
    )  # fmt: skip
    sheet = drawing(figures.heat_map(table, x="b", y="a", value="share", finding="示す。"), NARROW)
    said = "".join(words(sheet)).replace("\n", "")
    assert "回答のあった相談に占める割合(%) x 秘匿 … 不詳または計算の対象でないもの" in said


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
        with pytest.raises(figures.FigureError, match="spans 55 weeks"):
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
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["12月", "2024年1月"]


def test_a_calendar_of_one_year_does_not_repeat_it() -> None:
    table = published({"date": pd.date_range("2023-01-01", periods=40), "n": range(40)})
    axes = drawing(figures.calendar_map(table, date="date", value="n", finding="示す。")).mpl.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1月", "2月"]


def test_two_numbers_of_one_day_are_not_drawn_over_each_other() -> None:
    table = published({"date": ["2023-04-01", "2023-04-01"], "n": [1, 2]})
    with pytest.raises(figures.FigureError, match="a day occurs twice"):
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
