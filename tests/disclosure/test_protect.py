"""Which counts of a population are targets, between which ends, and what is said when one cannot be protected."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from tests.disclosure.people import table_of
from ujo_lib.disclosure import protect, suppress
from ujo_lib.disclosure.counts import Count
from ujo_lib.disclosure.programme import LimitError
from ujo_lib.disclosure.suppress import ExposedError, Problem
from ujo_lib.disclosure.system import Row
from ujo_lib.disclosure.tables import CountTable, Policy

FIVE = Policy(5, required_width=3)


def count(n: int, *atoms: str, high: int | None = None, variable: str = "v", **more: object) -> Count:
    """People with one of these categories; nobody restricted where none is named."""
    region = ((variable, frozenset(atoms)),) if atoms else ()
    told = {
        "primary": 0 < n < 5 and not more.get("public"),
        "cells": [("t", sum(map(ord, "".join(atoms))))],
        "weight": 2,
    }
    told["floor"] = min(n, 1)
    return Count(Row(region, n, n if high is None else high), **{**told, **more})  # type: ignore[arg-type]


def problem_of(counts: Sequence[Count], policy: Policy, monkeypatch: pytest.MonkeyPatch) -> Problem:
    """What the search is asked."""
    asked: list[Problem] = []

    def nothing(problem: Problem) -> np.ndarray:
        asked.append(problem)
        return problem.closed

    monkeypatch.setattr(suppress, "smallest_set", nothing)
    protect.protect([], counts, policy)
    return asked[-1]


def ends_of(
    counts: Sequence[Count], monkeypatch: pytest.MonkeyPatch, **more: object
) -> Mapping[int, tuple[int, int]]:
    targets = problem_of(counts, Policy(5, required_width=3, **more), monkeypatch).targets  # type: ignore[arg-type]
    return {target.row: (target.low, target.high) for target in targets}


@pytest.mark.parametrize(("n", "ends"), [(1, (1, 4)), (2, (1, 4)), (3, (2, 5)), (4, (3, 6))])
def test_a_small_count_must_stay_possible_from_one_less_over_the_required_width(
    n: int, ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = [count(n, "a"), count(30, "b"), count(30 + n)]
    assert ends_of(counts, monkeypatch) == {0: ends}
    if n == 1:
        assert ends_of([count(1, "a", floor=0), *counts[1:]], monkeypatch, zero_rule="hide") == {0: (0, 3)}


@pytest.mark.parametrize(
    ("limit", "earlier", "kinds", "may_go"),
    [
        (4, {}, 4, True),  # the cross is small enough
        (3, {}, 3, False),  # the printed 0 stays, and nobody needs a place there
        (2, {}, 4, True),  # what an earlier release kept back is nobody's knowledge
        (2, {"public": True}, 2, False),
    ],
)
def test_only_zeros_that_readers_see_make_a_cross_smaller(
    limit: int, earlier: Mapping[str, bool], kinds: int, may_go: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", limit)
    before = count(0, "c", cells=[], **earlier)
    counts = [count(3, "a"), count(0, "b"), before, count(40, "d"), count(43)]
    problem = problem_of(counts, FIVE, monkeypatch)
    assert problem.programme.A.shape[1] == kinds
    assert problem.open[1] == may_go


@pytest.mark.parametrize(("n", "ends"), [(0, (0, 3)), (1, (1, 4)), (2, (1, 4))])
def test_who_is_counted_knows_that_there_is_one_and_of_nobody_nothing(
    n: int, ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = [count(n, "a", primary=True, floor=0), count(30, "b"), count(30 + n)]
    assert ends_of(counts, monkeypatch, zero_rule="hide", own_case=True) == {0: ends}


@pytest.mark.parametrize(("most", "ends"), [(4, (1, 4)), (5, (2, 5)), (6, (3, 6)), (7, (3, 6))])
def test_where_everybody_knows_how_many_there_are_at_most_the_lower_end_gives_way(
    most: int, ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = count(0, "a", high=most, public=True, cells=[], floor=0)
    assert ends_of([count(4, "a"), count(30, "b"), count(34), known], monkeypatch) == {0: ends}


def test_a_count_that_everybody_knows_exactly_is_no_secret_and_one_known_but_for_one_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = {"public": True, "cells": [], "floor": 0}
    both, one = count(33, "a", "b", **public), count(30, "b", **public)
    counts = [count(3, "a"), both, count(60, "c"), count(93)]
    assert ends_of([*counts, one], monkeypatch) == {}
    for low, high in ((29, 30), (30, 31)):
        known = count(low, "b", high=high, **public)
        assert set(ends_of([*counts, known], monkeypatch)) == {0}


def test_what_is_public_or_must_be_shown_is_never_offered_for_hiding(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [
        count(3, "a"),
        count(30, "b"),
        count(20, "c", public=True),
        count(25, "d", shown=True),
        count(9, "e", cells=[]),  # printed nowhere
        count(87),
    ]
    problem = problem_of(counts, FIVE, monkeypatch)
    assert problem.open.tolist() == [True, True, False, False, False, True]
    assert problem.closed.tolist() == [True, False, False, False, True, False]


def test_nothing_is_asked_where_no_count_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppress, "smallest_set", None)
    assert protect.protect([], [count(5, "a"), count(6, "b"), count(11)], FIVE) == (set(), ())
    public = count(3, "a", public=True, primary=True)
    assert protect.protect([], [public, count(6, "b"), count(9)], FIVE) == (set(), ())


def test_groups_that_share_only_the_printed_total_are_solved_apart_and_together_when_that_exposes_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    solve = suppress.smallest_set

    def spy(problem: Problem) -> np.ndarray:
        sizes.append(len(problem.low))
        return solve(problem)

    monkeypatch.setattr(suppress, "smallest_set", spy)
    v = [count(3, "a"), count(9, "b"), count(20, "c")]
    w = [count(2, "x", variable="w"), count(10, "y", variable="w"), count(20, "z", variable="w")]
    hidden, _ = protect.protect([], [*v, *w, count(32)], FIVE)
    assert sizes == [4, 4]
    assert len(hidden) == 4
    sizes.clear()
    alone = [count(3, "a"), count(29, "b", shown=True)]
    hidden, _ = protect.protect([], [*alone, *w, count(32)], FIVE)
    assert sizes[-1] == 6
    assert set(count(32).cells) <= hidden


def test_a_restriction_that_all_counts_share_links_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    year = ("year", frozenset({"2023"}))
    counts = [count(3, "a"), count(9, "b"), count(20, "c"), count(32)]
    framed = [
        Count(Row((*one.row.region, year), one.row.low, one.row.high), one.cells, one.weight, one.primary,
              floor=one.floor)
        for one in counts
    ]  # fmt: skip
    plain, longer = (problem_of(each, FIVE, monkeypatch) for each in (counts, framed))
    assert (plain.programme.A != longer.programme.A).nnz == 0


@pytest.mark.parametrize(
    ("failure", "said"), [(ExposedError(0), "逆算される"), (LimitError(), "上限に達した")]
)
def test_a_failure_names_the_tables_with_small_counts_and_what_to_merge(
    failure: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(problem: Problem) -> np.ndarray:
        raise failure

    monkeypatch.setattr(suppress, "smallest_set", fails)
    small = table_of("small", {"性別": ["男"] * 3 + ["女"] * 30}, ["性別"])
    large = table_of("large", {"年代": ["若"] * 13 + ["高"] * 20}, ["年代"])
    counts = [
        Count(Row(table.region(i), cell.value, cell.value), [(table.id, i)], 2, FIVE.is_primary(cell))
        for table in (small, large)
        for i, cell in enumerate(table.cells)
        if cell.value is not None and (table is small or not table.totals_in(i))
    ]
    with pytest.raises(protect.PlanError, match=said) as error:
        protect.protect([small, large], counts, FIVE)
    assert error.value.tables == ("small",)
    assert "large" not in str(error.value)


def test_the_count_that_cannot_be_protected_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tables: list[CountTable] = [table_of("t", {"性別": ["男"] * 3 + ["女"] * 30}, ["性別"])]
    counts = [
        count(3, "男", variable="性別"),
        count(30, "女", variable="性別", shown=True),
        count(33, shown=True),
    ]
    with pytest.raises(protect.PlanError, match="男") as error:
        protect.protect(tables, counts, FIVE)
    assert isinstance(error.value.tables, tuple)
