"""A sheet is unfolded up to its last cell, and refused where nearly all of it would be blank."""

import pytest

from tests.intake.conftest import Desk, as_xlsx, table
from ujo_lib.delimited import MAX_CELLS
from ujo_lib.intake.grid import (
    Facts,
    RefusedError,
    choose_sheet,
    refuse_far,
    refuse_merged,
    unfolded,
    written_as,
)

FACTS = Facts(encoding="xlsx")


@pytest.mark.parametrize("top", [1, 5_000, 1_000_000])
def test_merged_cells_are_refused_by_their_size_and_not_by_where_they_stand(top: int) -> None:
    refuse_merged((top, 3, top, 2 + MAX_CELLS))
    refuse_merged((top, 3, top + MAX_CELLS - 1, 3))
    with pytest.raises(RefusedError) as refused:
        refuse_merged((top, 3, top, 3 + MAX_CELLS))
    assert f"C{top}:" in refused.value.told[1]
    with pytest.raises(RefusedError):
        refuse_merged((top, 3, top + 1, 2 + MAX_CELLS // 2 + 1))


@pytest.mark.parametrize(
    ("height", "width", "filled", "refused"),
    [
        (1000, 1000, 1, False),
        (1000, 1001, 15_641, False),
        (1000, 1001, 15_640, True),
        (9901, 101, 1, True),  # 1,000,001 cells
        (1024, 1024, 16_384, False),
        (1024, 1024, 16_383, True),
        (1_048_576, 16_384, 2, True),
    ],
)
def test_a_far_cell_is_refused_where_one_cell_in_64_holds_something_at_most(
    height: int, width: int, filled: int, refused: bool
) -> None:
    if not refused:
        return refuse_far(height, width, filled, (height, width))
    with pytest.raises(RefusedError) as told:
        refuse_far(height, width, filled, (1_048_576, 16_384))
    assert "XFD1048576" in told.value.told[1]
    return None


def test_cells_stand_in_their_rows_and_columns_and_merged_ones_in_all_of_theirs() -> None:
    grid = unfolded({(1, 1): "a", (3, 2): "b"}, [(3, 2, 4, 3)], "表", FACTS)
    assert grid.head() == [["a", "", ""], ["", "", ""], ["", "b", "b"], ["", "b", "b"]]
    assert grid.rows.tolist() == [1, 2, 3, 4]
    assert grid.widths.tolist() == [3, 3, 3, 3]
    assert grid.counted == 3
    assert written_as((3, 2, 4, 3)) == "B3:C4"


def test_merged_cells_that_hold_nothing_make_no_rows() -> None:
    assert unfolded({(1, 1): "a"}, [(5, 1, 9, 9)], "表", FACTS).head() == [["a"]]


@pytest.mark.parametrize(
    ("visible", "filled", "wanted", "taken"),
    [
        ({"4月": True}, [], None, "4月"),
        ({"4月": True, "Sheet2": True}, ["4月"], None, "4月"),
        ({"4月": True, "5月": False}, ["4月", "5月"], None, "4月"),
        ({"4月": True, "5月": False}, ["5月"], None, "4月"),
        ({"4月": True, "5月": False}, ["4月"], "5月", "5月"),
        ({" 4月": True, "5月": True}, [], "４月", " 4月"),
        ({"4月": True, "4月 ": True, "５月": True}, [], "4月", "4月"),  # a copy of it has nearly its name
        ({"4月": True, "4月 ": True}, [], "４月", None),
        ({"4月": True, "5月": True}, ["4月", "5月"], None, None),
        ({"4月": True, "5月": True}, [], None, None),
        ({"4月": True}, ["4月"], "6月", None),
    ],
)
def test_a_sheet_is_taken_where_there_is_no_choice(
    visible: dict[str, bool], filled: list[str], wanted: str | None, taken: str | None
) -> None:
    if taken is not None:
        assert choose_sheet(visible, filled, wanted) == taken
        return
    with pytest.raises(RefusedError) as refused:
        choose_sheet(visible, filled, wanted)
    assert all(title in refused.value.told[1] for title, shown in visible.items() if shown)


@pytest.mark.parametrize(("title", "read"), [(57, True), (58, True), (59, False)])
def test_headings_and_a_record_below_them_are_looked_for_in_the_first_sixty_rows(
    desk: Desk, title: int, read: bool
) -> None:
    rows = [[f"説明{i}"] for i in range(title)] + table("national_daily")
    desk.put("national_daily", "n.xlsx", as_xlsx(rows))
    assert (not [fault for fault in desk.check().faults if fault.severity == "error"]) == read
