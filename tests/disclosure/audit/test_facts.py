"""What three traits cannot help, where people are told apart by two of them at a time."""

import math
from itertools import combinations

import pytest

from ujo_lib.disclosure.audit import facts
from ujo_lib.disclosure.audit.facts import among_three
from ujo_lib.disclosure.tables import Region


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
