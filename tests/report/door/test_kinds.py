"""Whoever knows every method and tries every world learns no small count from the numbers that a release prints."""

import numpy as np
import pytest

from tests.report.door import kinds
from ujo_lib.columns import KINDS, Bound, Difference, Rate, Ratio, Share


@pytest.fixture(scope="module")
def attacked():
    return kinds.attack(60, seed=15)


def test_every_kind_of_number_is_attacked():
    numeric = {
        name
        for name, kind in KINDS.items()
        if kind.written != "text" or kind in (Bound, Share, Rate, Difference)
    }
    assert {type(column).__name__ for column in kinds.COLUMNS.values()} >= numeric


def test_no_small_count_is_opened_by_what_is_printed_of_any_kind(attacked):
    assert attacked.cells > 60
    assert (attacked.recoverable, attacked.below_width) == (0, 0)
    assert all(attacked.printed[kind.__name__] for kind in (Share, Rate, Ratio, Difference, Bound))


def test_what_is_kept_back_would_have_opened_small_counts(attacked):
    """A rule that withheld columns for nothing would cost readers their tables; each of these gives counts away."""
    assert attacked.opened["size"] == 0  # the total stands there anyway
    assert {name for name, cells in attacked.opened.items() if cells} >= {"statistic", "various", "rank"}


def test_the_reader_recovers_a_pair_from_one_number_of_the_whole_table():
    """The attack itself: two hidden counts add up to 7, and a printed statistic says which is which."""
    gone = np.array([True, True, False])
    true = np.array([2, 5, 20])
    worlds = kinds.possible(true, gone)
    assert worlds.tolist() == [[a, 7 - a, 20] for a in range(1, 7)]
    assert kinds.agreeing(worlds, true, {"statistic": ~gone}).tolist() == [[2, 5, 20]]
    assert len(kinds.agreeing(worlds, true, {"share": ~gone})) == 6
