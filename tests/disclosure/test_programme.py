"""Populations that fit limits, in fractions and in whole people."""

import highspy
import numpy as np
import pytest

from ujo_lib.disclosure import programme
from ujo_lib.disclosure.programme import Ends, LimitError, Programme
from ujo_lib.disclosure.system import Row, build

PAIRS = [("a", "b"), ("b", "c"), ("a", "c")]


def _row(*atoms: str) -> Row:
    return Row((("topic", frozenset(atoms)),), 0, 99)


@pytest.fixture
def odd_cycle() -> Programme:
    """Three topics of which every two add up to one person: half a person each, and no whole ones."""
    return Programme(build([*(_row(*pair) for pair in PAIRS), _row("a")]))


@pytest.fixture
def two_and_all() -> Programme:
    """Two topics and their sum."""
    return Programme(build([_row("a"), _row("b"), _row("a", "b")]))


def test_fractions_reach_what_whole_people_do_not(odd_cycle: Programme) -> None:
    limits = np.array([1.0, 1, 1, 0]), np.array([1.0, 1, 1, 5])
    x, _ = odd_cycle.fractions([3], 1, *limits)
    assert (odd_cycle.A @ x).tolist() == pytest.approx([1, 1, 1, 0.5])
    assert odd_cycle.whole([3], 1, *limits) is None


def test_where_there_are_too_many_kinds_of_people_fractions_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*(_row(*pair) for pair in PAIRS), _row("a")]
    kinds = build(rows).A.shape[1]
    limits = np.array([1.0, 1, 1, 0]), np.array([1.0, 1, 1, 5])
    for most, countable in ((kinds - 1, False), (kinds, True), (kinds + 1, True)):
        monkeypatch.setattr(programme, "COUNTABLE", most)
        asked = Programme(build(rows))
        assert asked.countable == countable
        assert (asked.whole([3], 1, *limits) is None) == countable


def test_a_price_says_by_how_much_a_shown_count_holds_the_sum_back(two_and_all: Programme) -> None:
    low, high = np.array([0.0, 4, 10]), np.array([9.0, 4, 10])
    x, price = two_and_all.fractions([0], 1, low, high)
    assert (two_and_all.A @ x).tolist() == pytest.approx([6, 4, 10])
    assert price.tolist() == pytest.approx([0, 1, -1])


def test_nobody_fits_limits_that_contradict_each_other(two_and_all: Programme) -> None:
    low, high = np.array([0.0, 4, 3]), np.array([9.0, 4, 3])
    with pytest.raises(LimitError):
        two_and_all.fractions([0], 1, low, high)
    assert two_and_all.whole([0], 1, low, high) is None


@pytest.mark.parametrize(("lost", "answered"), [(0, True), (1, True), (2, False)])
def test_a_solver_that_gets_lost_is_asked_once_more_from_the_beginning(
    two_and_all: Programme, monkeypatch: pytest.MonkeyPatch, lost: int, answered: bool
) -> None:
    settled, told = highspy.Highs.getModelStatus, iter([highspy.HighsModelStatus.kUnknown] * lost)
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda solver: next(told, None) or settled(solver))
    limits = np.zeros(two_and_all.A.shape[0]), np.full(two_and_all.A.shape[0], 5.0)
    if answered:
        people, _ = two_and_all.fractions([0], 1, *limits)
        assert (two_and_all.A @ people)[0] == 5
    else:
        with pytest.raises(LimitError):
            two_and_all.fractions([0], 1, *limits)


def test_the_same_questions_in_the_same_order_get_the_same_answers() -> None:
    rows = [_row(*"abc"[:n]) for n in (1, 2, 3)]
    answers = []
    for _ in range(2):
        asked = Programme(build(rows))
        limits = np.array([0.0, 0, 7]), np.array([5.0, 7, 7])
        answers.append(
            [asked.fractions([row], side, *limits)[0].tolist() for row in (0, 1) for side in (1, -1)]
        )
    assert answers[0] == answers[1]


@pytest.mark.parametrize(("hoped", "found"), [(5, 5), (6, 6), (7, 6)])
def test_a_count_rises_as_far_as_is_hoped_or_as_the_others_let_it(
    two_and_all: Programme, hoped: int, found: int
) -> None:
    assert Ends(two_and_all, np.array([0.0, 4, 10]), np.array([np.inf, 4, 10])).most(0, hoped) == found


@pytest.mark.parametrize(("hoped", "found"), [(3, 4), (4, 4), (5, 5)])
def test_a_count_falls_as_far_as_is_hoped_or_as_the_others_let_it(
    two_and_all: Programme, hoped: int, found: int
) -> None:
    assert Ends(two_and_all, np.array([0.0, 0, 10]), np.array([np.inf, 6, 10])).least(0, hoped) == found


def test_a_population_that_was_found_answers_for_other_counts(
    two_and_all: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = Ends(two_and_all, np.array([0.0, 0, 10]), np.array([np.inf, np.inf, 10]))
    assert ends.most(0, 8) == 8
    monkeypatch.setattr(two_and_all, "whole", None)
    assert ends.least(1, 2) == 2
    with pytest.raises(TypeError):
        ends.least(1, 1)


def test_an_end_in_fractions_is_rounded_inwards(
    odd_cycle: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odd_cycle, "countable", False)
    ends = Ends(odd_cycle, np.array([1.0, 1, 1, 0]), np.array([1.0, 1, 1, 5]))
    assert (ends.least(3, 0), ends.most(3, 1)) == (1, 0)
