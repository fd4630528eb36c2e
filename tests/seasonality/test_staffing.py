from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats as distributions

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.fiscal import FiscalYear, Period, period_for
from ujo_lib.seasonality import staffing
from ujo_lib.seasonality.forecast import forecast_months
from ujo_lib.seasonality.staffing import (
    _mixture_cdf,
    _mixture_quantile,
    hour_shares,
    hourly_spread,
    short_handed,
    slots,
    tried_on_last_year,
)

COMING = period_for(FiscalYear(2024), "fiscal")


@pytest.fixture(scope="module")
def busy():
    history = noisy_year(200, seed=3)
    return history, forecast_months(history, COMING, (), seed=1)


def test_the_evening_needs_more_than_the_capacity_and_the_morning_does_not(busy):
    history, coming = busy
    table = slots(history, coming, capacity=12, quantile=0.9)
    assert len(table) == 168
    assert set(short_handed(table).frame["hour"]) == {"20時台", "21時台", "22時台", "23時台"}
    assert short_handed(table).frame["over"].is_monotonic_decreasing


def test_an_hour_that_needs_just_the_capacity_does_not_exceed_it(busy):
    upper = slots(*busy, capacity=12, quantile=0.9).frame["upper"].astype(int)
    capacity = int(upper.median())
    found = slots(*busy, capacity, 0.9).frame["exceeds"]
    assert found.tolist() == (upper > capacity).tolist()
    assert (upper == capacity).any()


def test_hours_that_are_as_likely_stand_in_the_order_of_the_week(busy):
    table = slots(*busy, capacity=12, quantile=0.9)
    alike = replace(table, frame=table.frame.assign(over=0.5, exceeds=True))
    assert short_handed(alike).frame["hour"].tolist() == table.frame["hour"].tolist()


def test_expected_counts_add_up_to_the_forecast(busy):
    history, coming = busy
    days = np.bincount((np.arange(365) + 1) % 7, minlength=7)  # 1 April 2024 is a Monday
    table = slots(history, coming, capacity=12, quantile=0.9).frame
    total = (table["expected"].to_numpy().reshape(7, 24).sum(axis=1) * days).sum()
    assert total == pytest.approx(coming.daily_mean.sum(), rel=1e-9)


def test_nine_in_ten_hours_of_the_year_held_back_lie_within_the_quantile():
    two_years = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
    tried = tried_on_last_year(noisy_year(200, seed=4, period=two_years), 0.9, (), seed=1).frame.iloc[0]
    assert tried["hours"] == 366 * 24
    assert 0.88 < tried["reached"] < 0.97


@pytest.mark.parametrize(("first", "tried"), [
    (date(2023, 4, 1), 0), (date(2023, 3, 31), 0), (date(2022, 10, 1), 0), (date(2022, 4, 1), 1),
])  # fmt: skip
def test_less_than_a_year_before_the_last_leaves_nothing_to_try_the_table_on(first, tried):
    history = noisy_year(20, period=Period(first, date(2024, 3, 31), "記録"))
    assert len(tried_on_last_year(history, 0.9, (), seed=1)) == tried
    assert len(tried_on_last_year(replace(history, hourly=None), 0.9, (), seed=1)) == 0


@pytest.mark.parametrize("per_day", [3, 200])
def test_quantile_and_excess_are_those_of_the_mixture_of_days_and_levels(per_day):
    """Oracle: scipy's negative binomial (Poisson where hours vary no more), every count from 0 on, slot by slot."""
    history = noisy_year(per_day, seed=3)
    coming = forecast_months(history, COMING, (), seed=1)
    table = slots(history, coming, capacity=2, quantile=0.9).frame
    shares = hour_shares(history)
    alpha = hourly_spread(history, shares)
    weekday = (pd.date_range(COMING.start, COMING.end).day_of_week.to_numpy() + 1) % 7
    for day, hour in ((0, 3), (3, 21), (6, 12)):
        mean = np.outer(coming.daily_mean[weekday == day], coming.levels).ravel() * shares[day, hour]
        law = (
            distributions.nbinom(1 / alpha, 1 / (1 + alpha * mean))
            if alpha > 0
            else distributions.poisson(mean)
        )
        reached = [law.cdf(count).mean() for count in range(200)]
        row = table.iloc[day * 24 + hour]
        assert row["upper"] == np.argmax(np.array(reached) >= 0.9)
        assert row["over"] == pytest.approx(1 - reached[2])
        assert row["exceeds"] == (row["upper"] > 2)


def test_a_higher_capacity_never_lengthens_the_list(busy):
    history, coming = busy
    lengths = [len(short_handed(slots(history, coming, capacity, 0.9))) for capacity in (5, 12, 18, 30)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] == 0


def test_weekdays_share_one_clock_when_they_cannot_be_told_apart():
    shares = hour_shares(noisy_year(0.3, seed=5))
    assert np.ptp(shares, axis=0).max() < 0.03
    assert shares.sum(axis=1) == pytest.approx(1)


def test_a_weekday_with_its_own_clock_keeps_it():
    hourly = noisy_year(100, seed=6).hourly.copy()
    hourly[::7] = np.roll(hourly[::7], 10, axis=1)
    shares = hour_shares(counts_of(hourly.sum(axis=1), hourly=hourly))
    assert shares[0].argmax() != shares[1].argmax()


def test_no_forecast_no_table():
    half = Period(date(2023, 4, 1), date(2023, 9, 30), "上半期")
    history = noisy_year(period=half)
    coming = forecast_months(history, COMING, (), seed=1)
    assert len(slots(history, coming, 1, 0.9)) == len(short_handed(slots(history, coming, 1, 0.9))) == 0


def test_weekdays_are_drawn_to_the_common_clock_by_the_moments_of_their_law():
    """Mosimann (1962): counts of N that vary C times as much as a lottery are Dirichlet with (N - C) / (C - 1)."""
    hourly = np.full((7, 24), 20)
    hourly[[0, 3], [5, 9]] = 90
    found = hour_shares(
        counts_of(hourly.sum(axis=1), Period(date(2023, 1, 1), date(2023, 1, 7), ""), hourly=hourly)
    )
    n = hourly.sum(axis=1, keepdims=True)
    profile = (hourly.sum(axis=0) + 0.5) / (hourly.sum() + 12)
    chance = ((hourly - n * profile) ** 2 / (n * profile)).sum() / (6 * 23)
    weight = (n.mean() - chance) / (chance - 1)
    assert weight > 0
    assert found == pytest.approx((hourly + weight * profile) / (n + weight))


def test_the_spread_of_hours_is_what_makes_their_squares_as_many_as_hours_less_what_was_fitted():
    """The moment equation of Breslow (1984): seven levels and a clock of twenty-four hours are known from the data."""
    rng = np.random.default_rng(4)
    hourly = rng.poisson(rng.gamma(4, 5, (56, 24)))
    history = counts_of(hourly.sum(axis=1), Period(date(2023, 1, 1), date(2023, 2, 25), ""), hourly=hourly)
    shares = hour_shares(history)
    alpha = hourly_spread(history, shares)
    weekday = np.arange(56) % 7  # 1 January 2023 is a Sunday
    level = np.array([hourly[weekday == day].sum(axis=1).mean() for day in range(7)])
    mean = level[weekday, None] * shares[weekday]
    assert 0.1 < alpha < 0.5
    assert ((hourly - mean) ** 2 / (mean + alpha * mean**2)).sum() == pytest.approx(56 * 24 - 7 - 24)


def test_hours_that_were_checked_are_no_people():
    assert tried_on_last_year(noisy_year(), 0.9, (), seed=1).schema.counts == ()


@pytest.mark.parametrize("alpha", [0.0, 0.1, 2.0, 9.0])
@pytest.mark.parametrize("level", [0.1, 0.9, 0.9999])
def test_the_quantile_of_one_level_is_that_of_the_law_and_found_in_few_looks(alpha, level, monkeypatch):
    looks = iter(range(40))  # to double and to halve, 20 times each, reaches a million
    monkeypatch.setattr(staffing, "_mixture_cdf", lambda *of: (next(looks), _mixture_cdf(*of))[1])
    mean = np.array([0.01, 1.0, 5.0, 300.0])
    law = distributions.nbinom(1 / alpha, 1 / (1 + alpha * mean)) if alpha else distributions.poisson(mean)
    assert _mixture_quantile(mean[:, None], alpha, level).tolist() == law.ppf(level).tolist()
