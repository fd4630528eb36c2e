"""Advice must name categories that are really neighbours and really help."""

import pytest

from tests.disclosure.people import grid, table_of
from ujo_lib.disclosure.merges import merge_advice, suggest
from ujo_lib.disclosure.tables import Cell, CountTable, Policy


def test_the_merger_that_spares_most_small_cells_is_named() -> None:
    table = grid("t", ["10代", "20代", "30代"], ["男性", "女性"], [[3, 2], [4, 3], [30, 20]])
    assert merge_advice(table, Policy()) == (
        "「row」の「10代」と「20代」をまとめると、伏せるもとになる小さな数が4つ減ります。",
    )


def test_a_table_that_no_merger_helps_is_to_be_split_or_dropped() -> None:
    assert "一元表" in merge_advice(grid("t", ["a"], ["x"], [[2]]), Policy())[0]
    assert merge_advice(table_of("t", {"x": ["a", "a"]}, ["x"]), Policy()) == (
        "この表を外すことを勧めます。",
    )


@pytest.mark.parametrize(
    ("whole", "advice"), [(("a", "b"), "この表を外す"), (("b",), "この表を外す"), (("c",), "「全年齢」")]
)
def test_a_sum_is_not_merged_with_its_parts(whole, advice) -> None:
    """40~64歳 was to be merged with 対象年齢の計, which holds it."""
    cells = tuple(Cell((label,), "n", n) for label, n in (("a", 0), ("b", 3), ("全年齢", 3)))
    table = CountTable("t", "cases", {"age": "age"}, ("n",), cells, recode={"age": {"全年齢": whole}})
    assert advice in merge_advice(table, Policy())[0]


def test_options_of_one_question_are_not_merged() -> None:
    cells = (Cell(("不登校",), "n", 3), Cell(("退職",), "n", 3))
    table = CountTable("t", "cases", {"経緯": "trigger"}, ("n",), cells, multiple=("trigger",))
    assert merge_advice(table, Policy()) == ("この表を外すことを勧めます。",)


def test_no_advice_for_a_table_that_stays_readable() -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[3, 9], [8, 12]])
    flags = [cell.value == 3 for cell in table.cells]
    assert suggest(table, flags, Policy()) == ()
    assert "9 セルのうち 9 セル" in suggest(table, [True] * 9, Policy())[0]


def test_more_than_half_must_vanish_before_advice_is_given() -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[3, 9], [8, 12]])
    for hidden, sentences in ((3, 0), (4, 0), (5, 1)):
        assert len(suggest(table, [True] * hidden + [False] * (8 - hidden), Policy())) == sentences


def test_a_merger_spares_cells_from_one_to_below_the_threshold_and_no_zeros() -> None:
    threshold = Policy().threshold
    zeros = [[0, 99], [0, 99]]
    for value, helped in ((1, True), (threshold - 1, True), (threshold, False), (0, False)):
        table = grid("t", list("abcd"), ["x", "y"], [*zeros, [value, 99], [value + threshold, 99]])
        assert ("「c」と「d」" in merge_advice(table, Policy())[0]) == helped


def test_one_person_and_nobody_are_as_few_together_as_before() -> None:
    table = grid("t", ["a", "b", "c"], ["x"], [[1], [0], [99]])
    assert "一元表" in merge_advice(table, Policy())[0]


@pytest.mark.parametrize("columns", ["nm", "mn"])
def test_a_cell_without_a_count_adds_nobody_to_its_neighbour(columns: str) -> None:
    values = {"n": Policy().threshold - 1, "m": 50}
    cells = tuple(Cell((label,), column, values[column]) for label, column in zip("ab", columns, strict=True))
    cells += tuple(Cell(("c",), column, 99) for column in columns)
    table = CountTable("t", "cases", {"row": "row"}, ("n", "m"), cells)
    assert "「a」と「b」" not in merge_advice(table, Policy())[0]


@pytest.mark.parametrize(("values", "spared"), [
    ([[3, 0], [1, 0]], True),  # two small ones become one; nobody and nobody stay nobody
    ([[3, 0], [0, 1]], False),
    ([[2, 0], [3, 0]], True),
    ([[1, 0], [0, 0]], False),
])  # fmt: skip
def test_nobody_and_nobody_together_are_no_small_count(values: list[list[int]], spared: bool) -> None:
    cells = tuple(
        Cell((label,), column, n)
        for label, line in zip("abc", [*values, [0, 0]], strict=True)
        for column, n in zip("nm", line, strict=True)
    )
    table = CountTable("t", "cases", {"row": "row"}, ("n", "m"), cells)
    assert ("まとめる" in merge_advice(table, Policy())[0]) is spared


def test_of_two_mergers_that_spare_as_many_the_first_is_named() -> None:
    cells = tuple(Cell((label,), "n", n) for label, n in zip("abcd", (3, 3, 9, 4), strict=True))
    table = CountTable("t", "cases", {"row": "row"}, ("n",), cells)
    assert "「a」と「b」" in merge_advice(table, Policy())[0]
    turned = CountTable("t", "cases", {"row": "row"}, ("n",), cells[::-1])
    assert "「b」と「a」" in merge_advice(turned, Policy())[0]


@pytest.mark.parametrize(("labels", "advised"), [("a", False), ("ab", False), ("abc", True)])
def test_what_would_leave_the_total_alone_is_no_merger(labels: str, advised: bool) -> None:
    cells = tuple(Cell((label,), "n", 1 if label == "a" else 9) for label in labels)
    table = CountTable("t", "cases", {"row": "row"}, ("n",), cells)
    assert ("まとめる" in merge_advice(table, Policy())[0]) is advised


def test_what_a_merger_spares_is_counted_and_no_more_is_promised() -> None:
    """Three and twenty-one together are no small count; the one person who is left still is."""
    cells = tuple(
        Cell((label,), "n", n) for label, n in zip(("5年未満", "5年以上", "不明"), (3, 21, 1), strict=True)
    )
    (told,) = merge_advice(CountTable("t", "cases", {"row": "row"}, ("n",), cells), Policy())
    assert "1つ減ります" in told
    assert "読める" not in told
