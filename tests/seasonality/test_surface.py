from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ujo_lib.seasonality import surface
from ujo_lib.seasonality.surface import Memory, Rates, rates

TABLE = pd.DataFrame(
    [
        (
            pattern,
            contacts,
            years,
            memory,
            lent,
            low + 10 * lent,  # a lent memory is known by itself
            high + 10 * lent,
            rate + contacts / 1e5 + (years == 3) / 100 + lent / 1000,
            0.1 - rate / 2 - contacts / 1e5 - (years == 3) / 100,
            2 - contacts / 1000,
        )
        for contacts in (100, 1000)
        for years in (1, 3)
        for memory, low, high, rate in (("none", -0.2, 0.2, 0.02), ("weeks", 0.1, 0.6, 0.10))
        for pattern, lents in (("months", (0, 1, 3)), ("wave", (0, 1, 3)), ("weekdays", (0,)))
        for lent in lents
    ],
    columns=[
        "pattern",
        "contacts",
        "years",
        "memory",
        "lent",
        "low",
        "high",
        "false_alarm",
        "level",
        "detectable",
    ],
)
CALM = Memory(1000, 1, 0.0)


def false_alarm(pattern: str, contacts: float, years: float, seen: Memory | None) -> float | None:
    found = rates(pattern, contacts, years, seen)
    return found and found.false_alarm


@pytest.fixture(autouse=True)
def small_table(monkeypatch):
    surface._around.cache_clear()
    monkeypatch.setattr(surface, "_table", lambda: TABLE)
    yield
    surface._around.cache_clear()


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


def test_weekdays_are_held_to_the_worst_memory_of_all_whatever_the_reference_shows():
    assert false_alarm("weekdays", 100, 1, None) == pytest.approx(0.101)


@pytest.mark.parametrize(("autocorrelation", "level"), [(0.0, 0.089), (0.1, 0.049), (0.21, 0.049)])
def test_the_lowest_level_of_the_memories_left_possible_counts(autocorrelation, level):
    assert rates("months", 100, 1, Memory(100, 1, autocorrelation)).level == pytest.approx(level)


def test_the_level_lies_between_two_sizes_and_is_the_stricter_of_two_lengths():
    assert rates("wave", 10**2.5, 1, CALM).level == pytest.approx((0.089 + 0.08) / 2)
    assert rates("wave", 1000, 2, CALM).level == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("lent", "years", "added"),
    [(False, 3, 0), (True, 1, 1), (True, 2.9, 1), (True, 3, 3), (True, 12, 3)],
)
def test_a_memory_that_was_lent_is_looked_up_by_the_length_of_the_record_that_lends_it(lent, years, added):
    found = false_alarm("months", 100, 1, Memory(1000, years, 0.0, lent))
    assert found == pytest.approx(0.021 + added / 1000)


def test_what_is_found_lies_between_two_sizes_and_is_unknown_where_one_memory_hides_it(monkeypatch):
    assert rates("weekdays", 1000, 1, None) == Rates(pytest.approx(0.11), pytest.approx(0.04), 1.0)
    assert rates("weekdays", 10**2.5, 1, None).detectable == pytest.approx((1.9 + 1.0) / 2)
    surface._around.cache_clear()
    monkeypatch.setattr(
        surface, "_table", lambda: TABLE.assign(detectable=[np.nan] + [2.0] * (len(TABLE) - 1))
    )
    assert np.isnan(rates("months", 100, 1, Memory(1000, 1, 0.15)).detectable)


def test_the_table_that_ships_is_whole_and_was_made_with_two_thousand_records_a_cell():
    table = pd.read_csv(Path(surface.__file__).with_name("surface.csv"))
    cells = table.groupby(["pattern", "years"])["memory"].agg(["size", "nunique"])
    of_months = cells.loc[["months", "wave"]].to_numpy().tolist()
    of_weekdays = cells.loc[["weekdays", "slope"]].to_numpy().tolist()
    assert (of_months, of_weekdays) == ([[8 * 5 * 3, 5]] * 6, [[8 * 6, 6]] * 10)
    assert sorted(table.loc[table["pattern"] == "wave", "lent"].unique()) == [0, 1, 3]
    assert table["level"].between(1e-5, 0.2).all()
    assert table["n"].min() == 2000
    assert table["false_alarm"].between(0, 0.5).all()
    assert (table["low"] < table["high"])[table["pattern"].isin(["months", "wave"])].all()


def test_weekday_verdicts_are_wrong_in_at_most_six_and_a_half_percent_wherever_they_were_tried():
    table = pd.read_csv(Path(surface.__file__).with_name("surface.csv"))
    assert table.loc[table["pattern"].isin(["weekdays", "slope"]), "false_alarm"].max() <= 0.065
