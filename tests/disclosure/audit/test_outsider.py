"""Somebody with facts and a solver: whole people up to a limit, and never an interval that is too wide."""

import math
from contextlib import nullcontext
from itertools import combinations
from unittest import mock

import highspy
import numpy as np
import pytest

from ujo_lib.disclosure import programme
from ujo_lib.disclosure.audit import outsider
from ujo_lib.disclosure.audit.facts import Known
from ujo_lib.disclosure.audit.outsider import Outsider, Patience
from ujo_lib.disclosure.audit.people import People
from ujo_lib.disclosure.tables import Region


@pytest.mark.parametrize(("more", "most"), [(-1, 2), (0, 1), (1, 1)])
def test_up_to_a_limit_people_are_whole_and_beyond_an_end_in_fractions_is_rounded_inwards(
    more: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(*atoms: str) -> Region:
        return (("topic", frozenset(atoms)),)

    # Of no two of five topics more than one person: in halves there are two and a half people, and one in whole ones.
    pairs = [Known(((1.0, of(*pair)),), 0, 1) for pair in combinations("abcde", 2)]
    people = People([of(topic) for topic in "abcde"])
    monkeypatch.setattr("ujo_lib.disclosure.audit.outsider.COUNTABLE", people.size + more)
    assert Outsider(people, pairs).interval(of(*"abcde"), 1, 0) == (0, most)


def test_an_outsider_whose_solver_gets_lost_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    settled, lost, begin = highspy.Highs.getModelStatus, [True], highspy.Highs.clearSolver
    unknown = highspy.HighsModelStatus.kUnknown
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda solver: unknown if lost else settled(solver))
    monkeypatch.setattr(outsider, "COUNTABLE", 0)  # nor is there another search
    monkeypatch.setattr(highspy.Highs, "clearSolver", lambda solver: (lost.clear(), begin(solver)))
    region: Region = (("topic", frozenset("a")),)
    assert Outsider(People([region]), [Known(((1.0, region),), 3, 8)]).interval(region, 4, 1) == (3, 8)


def test_who_finds_nobody_within_all_that_is_known_is_taken_to_know_the_count() -> None:
    """Of at most eight people there are no nine: an interval would say that the count is safe."""
    region: Region = (("topic", frozenset("a")),)
    knowing = Outsider(People([region]), [Known(((1.0, region),), 3, 8)])
    assert knowing.interval(region, 4, at_least=9) == (4, 4)


@pytest.mark.parametrize(("steps", "ended"), [(4, True), (5, False), (6, False)])
def test_a_search_ends_with_the_first_step_for_which_there_is_no_patience(steps: int, ended: bool) -> None:
    patience = Patience(steps)
    for taken in (2, None, -1, 0):  # solvers that took none say so in several ways
        patience.spend(taken)
    with pytest.raises(programme.LimitError) if ended else nullcontext():
        patience.spend(3)


def test_steps_in_fractions_and_in_whole_people_are_taken_from_one_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = [Known(((1.0, (("topic", frozenset(pair)),)),), 0, 1) for pair in combinations("abcde", 2)]
    people = People([(("topic", frozenset(topic)),) for topic in "abcde"])
    taken = {}
    for countable in (0, people.size):
        monkeypatch.setattr(outsider, "COUNTABLE", countable)
        patience = mock.Mock()
        Outsider(people, pairs, patience).interval((("topic", frozenset("abcde")),), 1, 0)
        taken[countable] = patience.spend.call_count
    # The least is nobody, in whole people too; of the most, two and a half, the whole number is searched for.
    assert taken == {0: 2, people.size: 3}


def test_whatever_is_planned_in_whole_people_is_audited_in_whole_people() -> None:
    assert programme.COUNTABLE <= outsider.COUNTABLE


def of(*topics: str) -> Region:
    return (("topic", frozenset(topics)),)


@pytest.mark.parametrize(("pair", "most"), [(1, 1), (3, 6)])
def test_whole_people_are_searched_for_and_not_taken_for_the_count(pair: int, most: int) -> None:
    """Of no two of five topics more than one or three people (all but one are 1 then), and of a sixth nobody."""
    pairs = [Known(((1.0, of(*two)),), 0, pair) for two in combinations("abcde", 2)]
    people = People([of(topic) for topic in "abcdefg"])
    people.nobody[people.columns(of("f"))] = True
    somebody = Outsider(people, [*pairs, Known(((1.0, of("g")),), 2, math.inf)])
    assert somebody.interval(of(*"abcdef"), 0) == (0, most)
    assert somebody.interval(of("f"), 0) == (0, 0)
    assert somebody.interval(of("g"), 9, 3) == (3, math.inf)
    assert somebody.interval(of("f", "g"), 9) == (2, math.inf)  # what was asked before binds nobody


def test_kinds_that_nobody_is_of_hold_no_part_of_a_person_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outsider, "COUNTABLE", 0)
    topics = "abcdefghijklmnopqrst"
    for begun in (True, False):
        people = People([of(topic) for topic in topics])
        gone = np.zeros(people.size, dtype=bool)
        gone[people.columns(of(*topics))] = True
        somebody = Outsider(people, [])
        assert not begun or somebody.possible()
        assert somebody.possible(gone)
        assert somebody.interval(of(*topics), 0) == (0, 0)


@pytest.mark.parametrize(("last", "told"), [(98, 1998), (99, math.inf), (100, math.inf)])
def test_an_end_beyond_ten_times_all_that_is_known_and_a_thousand_is_none(last: int, told: float) -> None:
    """Of 19 topics up to 100 people each and of one up to `last`: 1,900 and those; 1000 + 10 · 100 are the limit."""
    topics = "abcdefghijklmnopqrst"
    most = [Known(((1.0, of(t)),), 0, last if t == "t" else 100) for t in topics]
    somebody = Outsider(People([of(t) for t in [*topics, "z"]]), [*most, Known(((1.0, of("z")),), 0, 0)])
    assert somebody.interval(of(*topics), 0) == (0, told)
    assert somebody.ends([of(*topics)]) == [(0, told)]


@pytest.mark.parametrize("order", [list, reversed])
def test_several_counts_are_worked_out_at_once_each_as_if_it_were_asked_alone(order: type) -> None:
    """By hand: of a there are three to eight, of b two, of c as many as anybody likes, of d nobody or one."""
    facts = [Known(((1.0, of(t)),), low, high) for t, low, high in (("a", 3, 8), ("b", 2, 2), ("d", 0, 1))]
    told = {"a": (3, 8), "b": (2, 2), "ab": (5, 10), "c": (0, math.inf), "d": (0, 1), "ad": (3, 9)}
    somebody = Outsider(People([of(topic) for topic in "abcd"]), facts)
    asked = list(order(list(told)))
    assert dict(zip(asked, somebody.ends([of(*topics) for topics in asked]), strict=True)) == told
    assert somebody.ends([]) == []


@pytest.mark.parametrize(("enough", "solved"), [(4, 2), (5, 2), (6, 4), (math.inf, 4)])
def test_a_count_is_worked_out_only_where_populations_found_before_do_not_lie_far_enough_apart(
    enough: float, solved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a there were three in one population and eight in the other: five apart, and so it is with a and b."""
    facts = [Known(((1.0, of("a")),), 3, 8), Known(((1.0, of("b")),), 2, 2)]
    somebody = Outsider(People([of(topic) for topic in "ab"]), facts)
    asked, search = [], somebody._extreme
    monkeypatch.setattr(somebody, "_extreme", lambda *how: asked.append(how) or search(*how))
    assert somebody.ends([of("a"), of("a", "b")], enough) == [(3, 8), (5, 10)]
    assert len(asked) == solved


def test_kinds_that_nobody_is_of_are_counted_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    people = People([of(topic) for topic in "abc"])
    people.nobody[people.columns(of("a", "b"))] = True
    somebody = Outsider(people, [Known(((1.0, of("c")),), 0, 4)])
    assert somebody.ends([of("a"), of("a", "c"), of("c")]) == [(0, 0), (0, 4), (0, 4)]
    monkeypatch.setattr(somebody, "_extreme", None)
    assert somebody.ends([of("a"), of("a", "b")]) == [(0, 0), (0, 0)]


def test_where_the_facts_fit_nobody_a_count_has_no_ends() -> None:
    """An end without a limit would say that it is safe."""
    facts = [Known(((1.0, of("a")),), 3, 3), Known(((1.0, of("a")),), 4, 4)]
    assert np.isnan(Outsider(People([of("a"), of("b")]), facts).ends([of("a"), of("b")])).all()


def test_a_search_prints_nothing_among_the_pages(capfd: pytest.CaptureFixture[str]) -> None:
    Outsider(People([of("a")]), [Known(((1.0, of("a")),), 3, 8)]).interval(of("a"), 4)
    assert capfd.readouterr() == ("", "")
