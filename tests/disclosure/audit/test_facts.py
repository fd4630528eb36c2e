"""What three traits cannot help, where people are told apart by two of them at a time."""

import math
from datetime import date
from itertools import combinations

import pytest

from ujo_lib.disclosure.audit import facts
from ujo_lib.disclosure.audit.facts import among_three
from ujo_lib.disclosure.tables import PERIOD, Cell, CountTable, PastRelease, Region


def _alone(*traits: str) -> Region:
    return tuple((trait, frozenset({"はい"})) for trait in traits)


def _counted(everybody: int, each: int, pair: int) -> dict[Region, int]:
    """How many have none, one or two of three traits asked for."""
    return {
        _alone(*traits): n
        for size, n in enumerate((everybody, each, pair))
        for traits in combinations("abc", size)
    }


def test_what_three_traits_cannot_help_holds_for_everybody_and_for_most_with_nothing_to_spare() -> None:
    rules = among_three(_counted(9, 3, 1))
    kinds = [set(kind) for size in range(4) for kind in combinations("abc", size)]
    assert len(rules) == 4
    for rule in rules:
        assert (rule.low, rule.high) == (-math.inf, 0)
        worth = [sum(sign for sign, region in rule.parts if {v for v, _ in region} <= kind) for kind in kinds]
        assert sorted(worth) == [-1, -1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("more", "each_more", "rules"), [(0, 0, 4), (1, 0, 3), (3, 1, 1)])
def test_a_ruleamong_three_traits_that_leaves_room_for_many_says_nothing(
    more: int, each_more: int, rules: int
) -> None:
    room = facts._ROOM
    counts = _counted(4 * room + more, room + each_more, 0)  # rooms: everybody less each, and each
    assert len(among_three(counts)) == rules


def test_a_ruleamong_three_traits_needs_each_count_that_it_speaks_of() -> None:
    counts = _counted(9, 3, 1)
    assert len(among_three({r: n for r, n in counts.items() if r != _alone("a", "b")})) == 0
    assert len(among_three({r: n for r, n in counts.items() if r != _alone("a")})) == 2
    assert len(among_three({r: n for r, n in counts.items() if r})) == 3


@pytest.mark.parametrize("hidden", [(False, False), (True, False), (False, True), (True, True)])
def test_a_reader_learns_the_counts_that_stand_there_and_no_others(hidden: tuple[bool, bool]) -> None:
    table = CountTable("t", "cases", {"v": "v"}, ("n",), (Cell(("a",), "n", 1), Cell(("b",), "n", 3)))
    known = [facts.exactly((("v", frozenset({atom})),), n) for atom, n in (("a", 1), ("b", 3))]
    told = facts.facts_of(PastRelease(table, hidden), lambda region: region)
    assert told == [fact for fact, gone in zip(known, hidden, strict=True) if not gone]


def test_facts_about_other_people_are_not_linked_and_those_about_everybody_are() -> None:
    a, b, c = (facts.exactly(_alone(name), 1) for name in "abc")
    both, everybody = facts.exactly(_alone("a", "b"), 1), facts.exactly((), 9)
    assert facts.linked(_alone("a"), [a, b, c, everybody]) == [a, everybody]
    assert set(facts.linked(_alone("a"), [a, b, c, both])) == {a, b, both}
    assert facts.linked(_alone("d"), [a, b, c, both]) == []


@pytest.mark.parametrize("single", [False, True])
def test_days_are_cut_into_common_pieces_and_left_out_where_all_counts_share_them(single: bool) -> None:
    calendar = facts.Calendar({"春": frozenset({"4月", "5月"}), "夏": frozenset({"6月"})}, single)
    days = [] if single else [(PERIOD, frozenset({"4月", "5月", "6月"}))]
    assert calendar.cut((*_alone("a"), (PERIOD, frozenset({"春", "夏"})))) == (*_alone("a"), *days)
    assert calendar.cut(_alone("a")) == _alone("a")


def test_a_count_is_known_from_below_and_above_and_an_x_is_known_to_be_somebody() -> None:
    table = CountTable("t", "cases", {"v": "v"}, ("n",), (Cell(("a",), "n", 0), Cell(("b",), "n", 3)))
    of_a, of_b = (((1.0, (("v", frozenset({atom})),)),) for atom in "ab")
    assert facts.facts_of(PastRelease(table, (False, False)), lambda region: region) == [
        facts.Known(of_a, 0.0, 0.0),
        facts.Known(of_b, 3.0, 3.0),
    ]
    assert facts.crossings_of(PastRelease(table, (True, True)), lambda region: region) == [
        facts.Known(of_b, 1, math.inf)
    ]


@pytest.mark.parametrize(
    ("periods", "single"),
    [
        ([("04-01", "09-30")], True),
        ([("04-01", "09-30")] * 2, True),
        ([("04-01", "09-30"), ("04-01", "12-31")], False),
        ([("04-01", "09-30"), None], False),  # the one without days may count others
        ([None], False),
    ],
)
def test_days_restrict_nobody_where_every_count_is_of_the_same_run_of_them(periods, single) -> None:
    tables = [
        CountTable(
            "t",
            "cases",
            {"v": "v"},
            ("n",),
            (Cell(("a",), "n", 3),),
            period=days and (date.fromisoformat(f"2023-{days[0]}"), date.fromisoformat(f"2023-{days[1]}")),
        )
        for days in periods
    ]
    assert facts.Calendar.of(tables).single is single
