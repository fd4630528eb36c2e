from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.seasonality import surface
from ujo_lib.seasonality.surface import Memory, false_alarm

TABLE = pd.DataFrame(
    [
        (pattern, contacts, years, memory, low, high, 2000, rate + contacts / 1e5 + (years == 3) / 100)
        for contacts in (100, 1000)
        for years in (1, 3)
        for memory, low, high, rate in (("none", -0.2, 0.2, 0.02), ("weeks", 0.1, 0.6, 0.10))
        for pattern in ("months", "wave")
    ],
    columns=["pattern", "contacts", "years", "memory", "low", "high", "n", "false_alarm"],
)


@pytest.fixture(autouse=True)
def small_table(monkeypatch):
    monkeypatch.setattr(surface, "_table", lambda: TABLE)


@pytest.mark.parametrize(
    ("autocorrelation", "rate"),
    [(-0.9, 0.021), (0.0, 0.021), (0.1, 0.101), (0.2, 0.101), (0.21, 0.101), (0.6, 0.101), (0.61, None)],
)
def test_the_worst_memory_that_the_reference_leaves_possible_counts(autocorrelation, rate):
    found = false_alarm("months", 100, 1, Memory(100, 1, autocorrelation))
    assert found == (rate and pytest.approx(rate))


def test_between_two_sizes_the_rate_lies_between_and_between_two_lengths_the_worse_counts():
    assert false_alarm("wave", 10**2.5, 1, Memory(1000, 1, 0.0)) == pytest.approx((0.021 + 0.03) / 2)
    assert false_alarm("wave", 1000, 2, Memory(1000, 1, 0.0)) == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("contacts", "years", "tried"),
    [(99, 1, False), (100, 1, True), (1000, 1, True), (1001, 1, False), (100, 0.9, False), (100, 3.1, False)],
)
def test_outside_the_grid_nothing_is_promised(contacts, years, tried):
    assert (false_alarm("months", contacts, years, Memory(1000, 1, 0.0)) is not None) == tried


def test_a_reference_longer_than_any_tried_is_taken_for_the_longest():
    assert false_alarm("months", 100, 1, Memory(1000, 12, 0.0)) == pytest.approx(0.021)


def test_a_reference_of_a_size_that_was_not_tried_promises_nothing():
    assert false_alarm("months", 100, 1, Memory(5000, 1, 0.0)) is None


def test_the_table_that_ships_is_whole_and_was_made_with_two_thousand_records_a_cell():
    table = pd.read_csv(Path(surface.__file__).with_name("surface.csv"))
    cells = table.groupby(["pattern", "contacts", "years"])["memory"].nunique()
    assert (len(cells), set(cells), table["n"].min()) == (32, {5}, 2000)
    assert table["false_alarm"].between(0, 0.5).all()
    assert (table["low"] < table["high"]).all()
