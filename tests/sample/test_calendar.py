"""Months, weekdays and hours run as published; days stand on the right side of every edge."""

import numpy as np
import pandas as pd
import pytest

from tests.sample.conftest import in_2023
from ujo_lib.sample import calendar


def daily(city, scope: str) -> pd.Series:
    if scope == "kumamoto":
        return (
            city.kumamoto_2023["at"]
            .dt.normalize()
            .value_counts()
            .reindex(pd.date_range("2023-01-01", "2023-12-31"), fill_value=0)
        )
    return in_2023(city.national_daily).groupby("at")["n"].sum()


def hourly(city, scope: str) -> np.ndarray:
    if scope == "kumamoto":
        return np.bincount(city.kumamoto_2023["at"].dt.hour, minlength=24)
    return in_2023(city.national_hourly).groupby("hour")["n"].sum().to_numpy()


@pytest.mark.parametrize("scope", ["kumamoto", "nation"])
def test_august_leads_per_month_and_per_day(city, scope):
    counts = daily(city, scope)
    monthly = counts.groupby(counts.index.month)
    assert monthly.sum().idxmax() == 8
    assert monthly.mean().idxmax() == 8


@pytest.mark.parametrize("scope", ["kumamoto", "nation"])
def test_weekday_means_fall_strictly_from_sunday_to_saturday(city, scope):
    counts = daily(city, scope)
    means = counts.groupby((counts.index.day_of_week + 1) % 7).mean()
    assert means.is_monotonic_decreasing
    assert means.is_unique


@pytest.mark.parametrize("scope", ["kumamoto", "nation"])
def test_hours_peak_at_22_and_23_at_twice_the_morning(city, scope):
    hours = hourly(city, scope)
    morning = hours[6:12].mean()
    assert set(np.argsort(hours)[-2:]) == {22, 23}
    assert hours[[22, 23]].mean() / morning == pytest.approx(2, abs=0.1)
    assert hours[0] > morning
    assert hours[1] > morning
    assert hours[2] < morning


@pytest.mark.parametrize(
    ("day", "share"),
    [
        ("2023-04-30", 0),
        ("2023-05-01", 1 / 28),
        ("2023-05-27", 27 / 28),
        ("2023-05-28", 1),
        ("2023-05-29", 1),
    ],
)
def test_the_city_channel_is_found_over_four_weeks_from_its_first_day(day: str, share: float) -> None:
    assert calendar.city_ramp(pd.DatetimeIndex([day])) == pytest.approx([share])


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2024-02-19", False), ("2024-02-20", True), ("2024-03-14", True), ("2024-03-15", False)],
)
def test_the_window_of_the_campaigns_holds_its_first_and_its_last_day(day: str, inside: bool) -> None:
    assert calendar.in_window(pd.DatetimeIndex([day])) == [inside]


@pytest.mark.parametrize(
    ("day", "year_end"),
    [("2022-12-28", False), ("2022-12-29", True), ("2023-01-03", True), ("2023-01-04", False)],
)
def test_the_turn_of_the_year_is_six_days_long(day: str, year_end: bool) -> None:
    when = pd.DatetimeIndex([day])
    flat = calendar.Curves((1,) * 12, (1,) * 7, (1,) * 24, holiday=1.0, year_end=2.0)
    assert calendar.daily_level(when, flat) == [2.0 if year_end else 1.0]


def test_effects_of_a_day_multiply_and_weekdays_begin_on_sunday() -> None:
    when = pd.DatetimeIndex(
        ["2023-08-06", "2023-08-11", "2023-08-12"]
    )  # Sunday; Mountain Day, a Friday; Saturday
    curves = calendar.Curves(
        (*[1] * 7, 2, *[1] * 4), (3, 1, 1, 1, 1, 5, 7), (1,) * 24, holiday=11.0, year_end=1.0
    )
    assert calendar.daily_level(when, curves).tolist() == [2 * 3, 2 * 5 * 11, 2 * 7]


def test_the_service_grows_by_its_yearly_rates_without_a_jump_where_they_change() -> None:
    when = pd.DatetimeIndex(["2021-07-01", "2022-07-01", "2023-07-01", "2024-06-30"])
    level = dict(zip(when.year, calendar.growth(when), strict=True))
    assert level[2023] == 1
    assert level[2022] / level[2021] == pytest.approx(np.exp(0.16), rel=1e-3)
    assert level[2024] == pytest.approx(np.exp(0.07), rel=1e-3)
    steps = np.diff(np.log(calendar.growth(calendar.days()))) * 365.25
    assert steps.min() == pytest.approx(0.07)
    assert steps.max() == pytest.approx(0.16)
