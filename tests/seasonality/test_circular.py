import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from tests.seasonality.conftest import counted, counts_of, noisy_year, records_of
from ujo_lib.seasonality.circular import (
    CircularSummary,
    daily_peak,
    mean_limits,
    resultant,
    summarise,
    uniformity_p,
)
from ujo_lib.variance import People


def test_fishers_arrival_times_give_the_numbers_of_r(r, data):
    summary = summarise(data["fisherB1", "hour"].astype(float))
    assert summary.n == 254
    assert summary.mean == pytest.approx(r["fisherB1", "mean_hour"], abs=1e-4)
    assert summary.resultant == pytest.approx(r["fisherB1", "resultant"], abs=1e-5)
    assert (round(summary.mean, 2), round(summary.resultant, 5)) == (17.26, 0.3173)


def test_the_ants_of_fisher_b7_give_the_numbers_of_r(r, data):
    summary = summarise(data["fisherB7", "hour"].astype(float))
    assert summary.mean == pytest.approx(r["fisherB7", "mean_hour"], abs=1e-6)
    assert summary.resultant == pytest.approx(r["fisherB7", "resultant"], abs=1e-8)


def test_scipy_agrees_on_the_mean():
    hours = np.random.default_rng(1).uniform(18, 27, 200)
    assert summarise(hours).mean == pytest.approx(scipy_stats.circmean(hours, high=24), abs=1e-9)


def test_the_mean_of_eleven_at_night_and_one_in_the_morning_is_midnight():
    mean = summarise([23, 1]).mean
    assert min(mean, 24 - mean) == pytest.approx(0, abs=1e-9)


def test_times_that_cancel_out_have_no_mean():
    assert summarise([0, 6, 12, 18]).mean is None
    assert summarise([0, 12], [10**6, 10**6]).mean is None
    assert summarise([]) == CircularSummary(0, None, 0.0)
    assert summarise([7.5]) == CircularSummary(1, pytest.approx(7.5), pytest.approx(1.0))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 24), min_size=1, max_size=30), st.floats(0, 24))
def test_turning_the_clock_turns_the_mean_and_nothing_else(hours, turn):
    here, there = summarise(hours), summarise(np.array(hours) + turn)
    assert there.resultant == pytest.approx(here.resultant, abs=1e-9)
    if here.resultant > 1e-3:
        off = (there.mean - here.mean - turn) % 24
        assert min(off, 24 - off) == pytest.approx(0, abs=1e-5)


def test_repeating_an_hour_is_the_same_as_weighting_it():
    assert (
        summarise([1, 5], [2, 3]) == pytest.approx(summarise([1, 1, 5, 5, 5]))
        or summarise([1, 5], [2, 3]).n == 5
    )
    assert summarise([1, 5], [2, 3]).mean == pytest.approx(summarise([1, 1, 5, 5, 5]).mean)


def test_the_interval_holds_the_mean_and_is_a_whole_clock_where_no_hour_stands_out():
    one = daily_peak(noisy_year(20)).frame.iloc[0]
    assert one["low"] < one["mean"] < one["high"] < one["low"] + 3
    assert one["n"] == noisy_year(20).n
    flat = np.random.default_rng(3).poisson(0.3, (365, 24))
    none = daily_peak(counts_of(flat.sum(axis=1), hourly=flat)).frame.iloc[0]
    assert none["p_value"] > 0.2
    assert none["high"] - none["low"] == pytest.approx(24)


@pytest.mark.parametrize("peak", [0.0, 5.25, 13.5, 23.75])
@pytest.mark.parametrize(("along", "both", "across"), [(9, 0, 25), (9, 12, 25), (9, -12, 25), (100, 60, 120)])
def test_limits_are_the_directions_that_the_sum_does_not_exclude(peak, along, both, across):
    """30 sin o = t √(along sin² o ∓ 2 both sin o cos o + across cos² o), solved for tan o; to the next whole minute."""
    angle, t2 = peak * np.pi / 12, scipy_stats.t.ppf(0.975, 20) ** 2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    covariance = turn @ np.array([[along, both], [both, across]]) @ turn.T
    low, high = mean_limits(30 * turn[:, 0][None], covariance[None], np.array([20.0]))
    square = 900 - along * t2
    for limit, side in ((low, -1), (high, 1)):
        root = np.sqrt((both * t2) ** 2 + square * across * t2)
        edge = np.arctan((root - side * both * t2) / square) * 12 / np.pi
        assert side * (limit[0] - peak) * 60 == pytest.approx(np.ceil(edge * 60))


def test_limits_without_any_spread_are_a_minute_from_the_mean():
    low, high = mean_limits(np.array([[0.0, 30.0]]), np.zeros((1, 2, 2)), np.array([20.0]))
    assert (low[0], high[0]) == pytest.approx((6 - 1 / 60, 6 + 1 / 60))


def test_uniformity_of_one_series_is_hotellings_test():
    total, covariance, df = np.array([[4.0, 2.0]]), np.diag([4.0, 1.0])[None], np.array([30.0])
    assert uniformity_p(total, covariance, df)[0] == pytest.approx(scipy_stats.f.sf(8 * 29 / 60, 2, 29))


def test_days_that_repeat_one_call_many_times_do_not_narrow_the_interval():
    hourly = noisy_year(3, seed=2).hourly[None]
    low, high = mean_limits(*resultant(hourly))
    low10, high10 = mean_limits(*resultant(hourly * 10))
    assert (low10[0], high10[0]) == pytest.approx((low[0], high[0]))


def test_one_caller_every_night_is_no_peak_of_the_night():
    everyone = [
        f"2023-{month:02d}-{day:02d} {3 * (day % 8):02d}:00" for month in range(1, 13) for day in range(1, 9)
    ]
    owl = [f"2023-{month:02d}-{day:02d} 22:00" for month in range(1, 7) for day in range(10, 26)]
    one = records_of(everyone + owl, client_id=[f"p{i}" for i in range(96)] + ["owl"] * 96)
    many = one.assign(client_id=[f"p{i}" for i in range(192)])
    counts = counted(one)
    assert daily_peak(counts, People.of(many)).frame.loc[0, "p_value"] < 1e-6
    alone = daily_peak(counts, People.of(one)).frame.iloc[0]
    assert alone["p_value"] > 0.05
    assert alone["high"] - alone["low"] == pytest.approx(24)


def test_a_flat_clock_is_not_called_a_peak_and_an_evening_is():
    rng = np.random.default_rng(3)
    assert uniformity_p(*resultant(rng.poisson(0.3, (1, 365, 24))))[0] > 0.01
    assert uniformity_p(*resultant(noisy_year(20).hourly[None]))[0] < 1e-6


def test_no_hours_no_peak():
    with pytest.raises(ValueError, match="no hours"):
        daily_peak(counts_of(np.ones(365)))


def test_an_empty_year_has_no_peak():
    empty = counts_of(np.zeros(365), hourly=np.zeros((365, 24), dtype=np.int64))
    assert daily_peak(empty).frame.loc[0, ["mean", "low", "high"]].isna().all()


def test_no_preferred_direction_has_hotellings_p():
    parts = np.random.default_rng(5).normal([0.3, -0.2], [1.0, 2.0], (12, 2))
    parts[:, 1] += 0.5 * parts[:, 0]
    t2 = 12 * parts.mean(axis=0) @ np.linalg.inv(np.cov(parts.T)) @ parts.mean(axis=0)
    expected = scipy_stats.f.sf(t2 * (12 - 2) / (2 * (12 - 1)), 2, 12 - 2)
    found = uniformity_p(parts.sum(axis=0)[None], 12 * np.cov(parts.T)[None], np.array([11.0]))
    assert found[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("days", "trace"), [([1, 3], 4.0), ([1, 2, 3], 3.0), ([2, 2], 0.0)])
def test_the_variance_of_the_sum_of_times_is_that_between_few_days(days, trace):
    """By hand, all contacts at one hour: D / (D − 1) times the squared distances of the days from their mean."""
    hourly = np.zeros((1, len(days), 24), dtype=np.int64)
    hourly[0, :, 6] = days
    total, covariance, _ = resultant(hourly)
    assert np.trace(covariance[0]) == pytest.approx(trace)
    assert np.linalg.norm(total[0]) == pytest.approx(sum(days))
    assert np.arctan2(*total[0, ::-1]) * 12 / np.pi == pytest.approx(6.5)  # an hour counts at its middle
    year = np.concatenate([hourly[0], np.zeros((365 - len(days), 24), dtype=np.int64)])
    counts = counts_of(year.sum(axis=1), observed=np.arange(365) < len(days), hourly=year)
    assert daily_peak(counts).frame.loc[0, "mean"] == pytest.approx(6.5)
    at = np.repeat(np.arange(len(days)) * 24 + 6, days).astype("datetime64[h]")
    one = People(np.zeros(len(at), dtype=np.int64), at)
    assert resultant(hourly, one)[1] == pytest.approx(
        covariance
    )  # whoever calls at the one hour adds nothing
    turned = np.roll(hourly, 6, axis=2)
    for together, by_itself in zip(
        resultant(np.concatenate([hourly, turned])), resultant(turned), strict=True
    ):
        assert together[1] == pytest.approx(by_itself[0])


@pytest.mark.parametrize(
    ("days", "bounded", "tested"), [(1, False, False), (2, True, False), (3, True, True)]
)
def test_one_day_does_not_tell_how_days_differ_and_two_give_no_test_of_a_plane(days, bounded, tested):
    hourly = np.zeros((365, 24), dtype=int)
    hourly[:days, 20:23] = [[2, 3, 1], [1, 3, 2], [2, 2, 2]][:days]
    seen = np.arange(365) < days
    row = daily_peak(counts_of(hourly.sum(axis=1), observed=seen, hourly=hourly)).frame.iloc[0]
    assert row[["low", "high"]].notna().tolist() == [bounded] * 2
    assert pd.notna(row["p_value"]) == tested
