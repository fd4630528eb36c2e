"""Maps of cells have room for their rows and numbers on a screen, a phone and paper."""

import pytest

from tests.report.look.drawn import drawing, words
from tests.report.tables_of import published
from ujo_lib.columns import Base, Count, Rate, Share
from ujo_lib.report.look import figures
from ujo_lib.report.look.style import NARROW, WIDE


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
