import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.seasonality.circular import (
    bootstrap_mean,
    daily_peak,
    day_vectors,
    resample_days,
    summarise,
    uniformity_p,
)


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
    assert summarise([]).mean is None


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


def test_the_bootstrap_repeats_itself_with_the_same_seed_and_holds_the_mean():
    counts = noisy_year(20)
    peak = daily_peak(counts, seed=1, resamples=400)
    assert daily_peak(counts, seed=1, resamples=400).frame.equals(peak.frame)
    one = peak.frame.iloc[0]
    assert one["low"] < one["mean"] < one["high"] or one["low"] < one["mean"] + 24 < one["high"]
    assert one["n"] == counts.n


def test_days_that_repeat_one_call_many_times_do_not_narrow_the_interval():
    hourly = noisy_year(3, seed=2).hourly
    weights = resample_days(365, 500, np.random.default_rng(0))
    low, high = bootstrap_mean(day_vectors(hourly)[None], weights)
    low10, high10 = bootstrap_mean(day_vectors(hourly * 10)[None], weights)
    assert high10 - low10 == pytest.approx(high - low)


def test_a_flat_clock_is_not_called_a_peak_and_an_evening_is():
    rng = np.random.default_rng(3)
    assert uniformity_p(day_vectors(rng.poisson(0.3, (1, 365, 24))))[0] > 0.01
    assert uniformity_p(day_vectors(noisy_year(20).hourly[None]))[0] < 1e-6


def test_no_hours_no_peak():
    with pytest.raises(ValueError, match="no hours"):
        daily_peak(counts_of(np.ones(365)), seed=1)


def test_an_empty_year_has_no_peak():
    empty = counts_of(np.zeros(365), hourly=np.zeros((365, 24), dtype=np.int64))
    assert daily_peak(empty, seed=1).frame.loc[0, ["mean", "low", "high"]].isna().all()


def test_limits_of_the_mean_hour_are_hours_of_the_clock():
    hourly = np.zeros((3, 24), dtype=np.int64)
    hourly[[0, 1, 2], [20, 21, 22]] = 5
    # Three resamples, each of one day alone, an hour standing for its middle: 20:30, 21:30 and 22:30.
    low, high = bootstrap_mean(day_vectors(hourly)[None], np.eye(3) * 3, level=1.0)
    assert high[0] - low[0] == pytest.approx(2)
    assert (low[0] + high[0]) / 2 % 24 == pytest.approx(21.5)


def test_no_preferred_direction_has_hotellings_p():
    parts = np.random.default_rng(5).normal([0.3, -0.2], [1.0, 2.0], (12, 2))
    parts[:, 1] += 0.5 * parts[:, 0]
    t2 = 12 * parts.mean(axis=0) @ np.linalg.inv(np.cov(parts.T)) @ parts.mean(axis=0)
    expected = scipy_stats.f.sf(t2 * (12 - 2) / (2 * (12 - 1)), 2, 12 - 2)
    assert uniformity_p(parts[None])[0] == pytest.approx(expected, rel=1e-9)
