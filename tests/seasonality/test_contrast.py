from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks.habitual_callers import counted as habitual
from benchmarks.habitual_callers import year
from tests.seasonality.conftest import counted, counts_of, noisy_year, records_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.contrast import (
    _spread,
    compare_hours,
    day_effect,
    hours_against,
    hours_apart,
    hours_in_words,
    ratio_interval,
    ratio_p,
)
from ujo_lib.stats import LEVEL, holm, rate_ratio, round_half_up
from ujo_lib.variance import NOBODY, People

MORNING = [6, 7, 8, 9, 10, 11]


def compared(counts, hours, people=NOBODY):
    """The one row of the comparison with the morning."""
    return compare_hours(counts, hours, MORNING, people).frame.iloc[0]


def test_independent_contacts_give_nearly_the_exact_ratio_of_two_rates():
    exact = rate_ratio(336, 2, 513, 6)
    low, high = ratio_interval(np.array(336), np.array(513), 2 / 6, 1.0)
    assert (float(low), float(high)) == pytest.approx((exact.low, exact.high), rel=0.01)
    assert compared(noisy_year(20), [22, 23])["design_effect"] < 1.2


def test_ten_calls_on_one_night_weigh_as_one_night():
    hourly = noisy_year(5).hourly.copy()
    calm = compared(counts_of(hourly.sum(axis=1), hourly=hourly), [22, 23])
    hourly[10, 22] += 150
    wild = compared(counts_of(hourly.sum(axis=1), hourly=hourly), [22, 23])
    assert wild["design_effect"] > 5 * calm["design_effect"]
    assert wild["p_value"] > rate_ratio(int(wild["n"]), 2, int(wild["n_reference"]), 6).p_value


def test_one_night_owl_does_not_make_the_night_busy():
    times = [f"2023-01-{day:02d} 22:00" for day in range(1, 31)] + [
        f"2023-02-{day:02d} 08:00" for day in range(1, 29)
    ]
    many = records_of(times, client_id=[f"p{i}" for i in range(58)])
    owl = many.assign(client_id=["owl"] * 30 + [f"p{i}" for i in range(28)])
    night, quiet = (compared(counted(many), [22], People.of(records)) for records in (owl, many))
    assert night["design_effect"] > 10
    assert quiet["design_effect"] == pytest.approx(1, abs=0.1)
    assert quiet["p_value"] < 1e-4 < 0.05 < night["p_value"]
    assert night["high"] - night["low"] > quiet["high"] - quiet["low"]


def test_p_and_interval_agree():
    for seed in range(20):
        result = compared(noisy_year(1, seed), [3])
        assert (result["p_value"] < 0.05) == (result["low"] > 1 or result["high"] < 1)


def test_p_and_interval_agree_as_printed():
    """A contact a day by turns: p crosses a twentieth where the lower limit crosses 1, both by less than they print."""
    told = set()
    for n in range(1260, 1310):
        hourly = np.zeros((365, 24), dtype=np.int64)
        hourly[:, 8] = np.diff(np.arange(366) * 1190 // 365)
        hourly[:, 22] = np.diff(np.arange(366) * n // 365)
        counts = counts_of(hourly.sum(axis=1), hourly=hourly)
        result = compare_hours(counts, [22], [8]).frame.iloc[0]
        found = round_half_up(result["low"], 2) > 1
        assert found == (round_half_up(result["p_value"], 3) < 0.05)
        assert (result["low"] == 1) <= (result["p_value"] >= 1 - LEVEL)
        told.add(found)
    assert told == {False, True}


def test_a_quiet_morning_gives_an_open_interval_and_no_number():
    hourly = np.zeros((365, 24), dtype=np.int64)
    hourly[:30, 22] = 1
    result = compared(counts_of(hourly.sum(axis=1), hourly=hourly), [22])
    assert result["estimate"] is None
    assert result["high"] == np.inf


def test_each_late_hour_is_compared_by_itself():
    table = hours_against(noisy_year(20), [0, 1, 2], MORNING).frame
    assert table["hour"].tolist() == ["0時台", "1時台", "2時台"]


def test_overlapping_hours_are_refused():
    with pytest.raises(ValueError, match="must differ"):
        compare_hours(noisy_year(), [6], MORNING)
    with pytest.raises(ValueError, match="no hours"):
        compare_hours(counts_of(np.ones(365)), [22], MORNING)


def test_hours_in_words():
    assert hours_in_words([22, 23]) == "22時台・23時台"
    assert hours_in_words([11, 6, 7, 8, 9, 10, 22]) == "6〜11時台・22時台"


def test_the_ratio_is_of_contacts_per_hour_of_the_clock():
    hourly = np.zeros((365, 24), dtype=np.int64)
    hourly[:, [22, 23]], hourly[:, MORNING] = 3, 1
    row = compared(counts_of(hourly.sum(axis=1), hourly=hourly), [22, 23])
    assert (row["n"], row["n_reference"]) == (365 * 6, 365 * 6)
    assert row["estimate"] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.005, 2.0, "22時台・23時台に6〜11時台より多く"),
        (1.0049, 2.0, "はっきりした違いは見られません"),
        (0.99, 2.0, "はっきりした違いは見られません"),
        (0.5, 0.995, "はっきりした違いは見られません"),
        (0.5, 0.9949, "22時台・23時台に6〜11時台より少なく"),
    ],
)
def test_a_headline_on_hours_says_what_their_interval_establishes(low, high, said):
    row = pd.DataFrame({"low": [low], "high": [high]})
    assert said in hours_apart(row, [22, 23], [6, 7, 8, 9, 10, 11])


@pytest.mark.parametrize("missing", [None, pd.NA, float("nan")])
def test_of_hours_whose_interval_is_kept_back_the_headline_says_nothing(missing):
    row = pd.DataFrame({"low": [missing], "high": [missing]}, dtype=object)
    assert hours_apart(row, [22, 23], [6, 7]) == ""


def test_one_caller_on_four_nights_adds_what_two_way_clusters_give():
    """By hand: persons (1 + 4/16) · 5/4, visits 8/16 · 8/7, days nothing; independent contacts 1/4 + 1/4."""
    times = [f"2023-01-{day:02d} {hour}:00" for day in range(1, 5) for hour in ("22", "08")]
    names = [name for day in range(4) for name in ("owl", f"p{day}")]
    records = records_of(times, client_id=names)
    found = compare_hours(counted(records), [22], [8], People.of(records)).frame.iloc[0]
    assert found["design_effect"] == pytest.approx(1 + (1.25 * 5 / 4 - 0.5 * 8 / 7) / 0.5)


@pytest.mark.parametrize("times", [1, 2, 4])
def test_where_few_come_back_an_hour_is_held_against_the_others_as_of_so_few(times):
    """Five people as often each, of alike contacts: four degrees of freedom, where Student's t is 2.776 (table)."""
    at = [
        f"2023-01-{1 + 5 * time + who:02d} {8 if who % 2 else 1}:00"
        for time in range(times)
        for who in range(5)
    ]
    records = records_of(at, client_id=[*"abcde"] * times)
    counts, people = counted(records), People.of(records)
    days = counts.by_hour
    effect, widened = _spread(days[:, 1], days[:, 8], people, [1], [8], 0.95)
    assert float(widened / effect) == pytest.approx((2.776445 / 1.959964) ** 2, rel=1e-5) or times == 1
    assert times > 1 or float(widened / effect) < (2.776445 / 1.959964) ** 2


@pytest.mark.full
@pytest.mark.parametrize(("contacts", "each"), [(200, 30), (600, 30), (600, 8)])
def test_habits_of_a_few_are_rarely_told_as_an_hour_of_the_many(contacts, each):
    """No hour is preferred; before, one of the three was told in 7 to 24 % of such years (of 200 to 2,536 contacts)."""
    found = []
    for seed in range(150):
        records = year(
            np.random.default_rng([seed, contacts, each]), contacts, (0.4, each), np.full(24, 1 / 24)
        )
        late = hours_against(habitual(records), [0, 1, 2], MORNING, People.of(records)).frame["p_value"]
        found.append((holm(late.to_numpy(float)) < 0.05).any())
    assert np.mean(found) <= 0.07 + 2 * 0.02  # the error of 150 years


def test_days_are_clusters_of_the_hours_compared():
    """By hand: 2 and 0 of 2 against 1 and 1 of 2 lie ±1/2 apart; (1/4 + 1/4) · 2/1 over 1/2 + 1/2."""
    assert day_effect(np.array([[2, 0]]), np.array([[1, 1]])) == pytest.approx([1.0])
    assert day_effect(np.array([[3, 0, 0]]), np.array([[1, 1, 1]])) == pytest.approx(
        [2 / 3 * 3 / 2 / (2 / 3)]
    )


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_single_contact_counts_for_what_it_is_on_either_side(n):
    """By hand, n on one of two days and one on each: 2/4 · 2/1 over 1/n + 1/2; without n, equal days."""
    one, many = np.array([[n, 0]]), np.array([[1, 1]])
    expected = 1 / (1 / n + 1 / 2) if n else 0.0
    assert day_effect(one, many) == pytest.approx([expected]) == day_effect(many, one)


@pytest.mark.parametrize(("n", "m", "effect"), [(30, 20, 1.0), (2, 5, 1.0), (40, 90, 2.5)])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_the_p_value_of_a_ratio_at_the_end_of_its_interval_is_what_the_level_leaves(n, m, effect, level):
    for end in ratio_interval(np.array(n), np.array(m), 1.0, effect, level):
        assert ratio_p(np.array(n), np.array(m), float(end), effect) == pytest.approx(1 - level)


@pytest.mark.parametrize(("part", "base"), [(0, 3), (3, 0), (0, 0)])
def test_hours_without_a_contact_leave_the_spread_to_the_others(part, base):
    assert _spread(np.full(9, part), np.full(9, base), NOBODY, [22], MORNING, 0.95)[0] == 1.0


def test_of_hours_beside_hours_without_a_contact_a_day_is_a_cluster_still():
    """By hand: 2 of 2 on one of two days lie ±1/2 from one a day; (1/4 + 1/4) · 2/1 over 1/2. One day shows nothing."""
    two, none = np.array([[2, 0]]), np.array([[0, 0]])
    assert day_effect(two, none) == pytest.approx([2.0]) == day_effect(none, two)
    assert np.isnan(day_effect(two[:, :1], none[:, :1])).all()


@pytest.mark.parametrize(("dates", "said"), [
    (["2023-03-01"] * 4, "はっきりした違いは見られません"),
    ([f"2023-03-{day:02d}" for day in range(1, 5)], "より多く"),
])  # fmt: skip
def test_four_calls_of_one_night_beside_none_in_the_morning_prove_nothing(dates, said):
    records = records_of([f"{day} 22:30" for day in dates], client_id=[*"abcd"])
    year = counted(records, Period(date(2023, 1, 1), date(2023, 12, 31), "2023年"))
    found = compare_hours(year, [22, 23], MORNING, People.of(records)).frame
    assert said in hours_apart(found, [22, 23], MORNING)


def test_a_single_day_has_no_interval_and_no_headline(recwarn):
    records = records_of(["2024-02-29 22:10", "2024-02-29 23:10"], client_id=["a", "b"])
    found = compare_hours(counted(records), [22, 23], MORNING, People.of(records)).frame
    assert hours_apart(found, [22, 23], MORNING) == ""
    assert not recwarn.list  # a release takes no output but that of the door
