"""Somebody with facts and a solver: whole people up to a limit, and never an interval that is too wide."""

from itertools import combinations

import highspy
import pytest

from ujo_lib.disclosure import programme
from ujo_lib.disclosure.audit import outsider
from ujo_lib.disclosure.audit.facts import Known
from ujo_lib.disclosure.audit.outsider import Outsider
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
    settled, told = highspy.Highs.getModelStatus, iter([highspy.HighsModelStatus.kUnknown])
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda solver: next(told, None) or settled(solver))
    region: Region = (("topic", frozenset("a")),)
    assert Outsider(People([region]), [Known(((1.0, region),), 3, 8)]).interval(region, 4, 1) == (3, 8)


def test_who_finds_nobody_within_all_that_is_known_is_taken_to_know_the_count() -> None:
    """Of at most eight people there are no nine: an interval would say that the count is safe."""
    region: Region = (("topic", frozenset("a")),)
    knowing = Outsider(People([region]), [Known(((1.0, region),), 3, 8)])
    assert knowing.interval(region, 4, at_least=9) == (4, 4)


def test_whatever_is_planned_in_whole_people_is_audited_in_whole_people() -> None:
    assert programme.COUNTABLE <= outsider.COUNTABLE
