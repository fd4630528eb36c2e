"""Crossing only what is combined must lose nothing against crossing everything."""

from itertools import combinations

import numpy as np
import pytest

from tests.disclosure.people import table_of
from ujo_lib.disclosure.audit import audit
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.system import Row, build, components, reach
from ujo_lib.disclosure.tables import NO, YES, Cell, CountTable, Policy, TableError


def rows_of(*tables: CountTable) -> list[Row]:
    return [Row(t.region(i), c.value or 0, c.value or 0) for t in tables for i, c in enumerate(t.cells)]


def people(seed: int, n: int, **sizes: int) -> dict[str, list[str]]:
    rng = np.random.default_rng(seed)
    return {v: [f"{v}{i}" for i in rng.integers(0, size, n)] for v, size in sizes.items()}


def test_a_chain_of_tables_needs_far_fewer_atoms_than_the_full_cross() -> None:
    who = people(1, 80, a=4, b=5, c=6, d=7)
    tables = [table_of(f"{x}{y}", who, [x, y]) for x, y in ("ab", "bc", "cd")]
    system = build(rows_of(*tables))
    assert system.A.shape[1] == 4 * 5 + 5 * 6 + 6 * 7
    assert system.relaxed == ()


def test_a_ring_of_tables_is_closed_before_it_is_crossed() -> None:
    who = people(2, 60, a=3, b=3, c=3, d=3)
    tables = [table_of(x + y, who, [x, y]) for x, y in ("ab", "bc", "cd", "da")]
    system = build(rows_of(*tables))
    assert system.A.shape[1] == 27 + 27


def pairs_of_tags(count: int) -> CountTable:
    rng = np.random.default_rng(3)
    ticked = rng.random((200, count)) < 0.2
    pairs = combinations(range(count), 2)
    cells = [
        Cell((f"t{i:02d}", f"t{j:02d}"), "n", int((ticked[:, i] & ticked[:, j]).sum())) for i, j in pairs
    ]
    cells += [Cell((f"t{i:02d}", "総数"), "n", int(ticked[:, i].sum())) for i in range(count)]
    cells.append(Cell(("総数", "総数"), "n", 200))
    return CountTable("pairs", "c", {"x": "tag", "y": "tag"}, ("n",), tuple(cells), multiple=("tag",))


def test_twenty_two_tags_do_not_make_four_million_atoms() -> None:
    system = build(rows_of(pairs_of_tags(22)))
    assert system.A.shape[1] == 4 * 231
    assert len(system.relaxed) == 22


def test_plan_and_audit_say_where_they_could_not_cross_everything() -> None:
    table = pairs_of_tags(15)
    made = plan([table], Policy())
    assert len(made.relaxed) == 15
    report = audit([table], made.hidden, Policy())
    assert report.ok
    assert len(report.approximate) == 15


def test_people_outside_every_category_are_assumed_only_when_the_totals_ask_for_them() -> None:
    whole = table_of("t", {"a": ["x"] * 6 + ["y"] * 4}, ["a"])
    assert build(rows_of(whole)).A.shape[1] == 2
    short = CountTable("t", "cases", {"a": "a"}, ("n",), (*whole.cells[:2], Cell(("総数",), "n", 12)))
    assert build(rows_of(short)).A.shape[1] == 3


def test_an_option_has_people_who_did_not_tick_it() -> None:
    table = CountTable("t", "cases", {"a": "a"}, ("n",), (Cell(("x",), "n", 3),), multiple=("a",))
    assert table.region(0) == (("a=x", frozenset({YES})),)
    assert NO not in table.region(0)[0][1]
    assert build(rows_of(table)).A.shape[1] == 2


def test_counts_that_no_population_can_have_are_named() -> None:
    wrong = CountTable("t", "cases", {"a": "a"}, ("n",), (Cell(("x",), "n", 9), Cell(("総数",), "n", 5)))
    with pytest.raises(TableError, match="両立しない"):
        build(rows_of(wrong))


def test_tables_without_a_common_variable_are_solved_apart() -> None:
    who = people(4, 50, a=3, b=3)
    parts = components(rows_of(table_of("a", who, ["a"]), table_of("b", who, ["b"])))
    assert [len(part) for part in parts] == [5, 5]  # three categories and the two grand totals


def test_what_is_known_reaches_as_far_as_whole_people_allow() -> None:
    table = table_of("t", {"a": ["x"] * 6 + ["y"] * 4}, ["a"])
    system, rows = build(rows_of(table)), rows_of(table)
    values = np.array([row.low for row in rows], float)
    assert reach(system, values, values, np.array([False, False, True]), 0) == (0, 10)
    assert reach(system, values, values, np.array([False, False, False]), 0) == (0, np.inf)
