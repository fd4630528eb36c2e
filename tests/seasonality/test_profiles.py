from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.seasonality.conftest import calm_nation, counted, counts_of, noisy_year, records_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.profiles import (
    by_date,
    by_hour,
    by_month,
    by_weekday,
    by_weekday_hour,
    order_in_words,
    share_effect,
)
from ujo_lib.seasonality.verdicts import PatternTests, memory_seen
from ujo_lib.variance import People, deflated_share, effective_df, small_sample


def test_a_short_month_with_fewer_contacts_is_not_a_quiet_month():
    months = by_month(counts_of(np.full(365, 7))).frame
    assert months.loc[1, "n"] == 196
    assert months["per_day"].tolist() == [7.0] * 12
    assert months["estimate"].to_numpy(dtype=float) == pytest.approx(1.0)


def test_a_nation_lends_the_memory_of_its_weeks_to_the_months_of_a_place():
    counts = noisy_year()
    tests, lent = PatternTests.of(counts), memory_seen(calm_nation()).autocorrelation
    alone, beside = (by_month(counts, beside=other).frame for other in (None, calm_nation()))
    assert tests.months(counts.daily, memory=lent).variance[0] < tests.months(counts.daily).variance[0]
    assert ((beside["high"] - beside["low"]) < (alone["high"] - alone["low"])).all()
    assert beside["estimate"].tolist() == alone["estimate"].tolist()


@pytest.mark.parametrize(("last", "lends"), [(date(2021, 12, 15), False), (date(2021, 12, 16), True)])
def test_a_nation_lends_from_twelve_months_on_each_known_by_half(last, lends):
    counts, short = noisy_year(), calm_nation().within(Period(date(2021, 1, 1), last, "全国"))
    assert by_month(counts, beside=short).frame.equals(by_month(counts).frame) != lends


def test_a_missing_month_stays_in_the_table_without_numbers():
    months = by_month(noisy_year().without([(date(2023, 5, 1), date(2023, 5, 31))])).frame
    may = months.loc[4]
    assert may["days"] == 0
    assert may[["n", "per_day", "estimate", "low", "high"]].isna().all()
    assert months["n"].sum() == noisy_year().without([(date(2023, 5, 1), date(2023, 5, 31))]).n


def test_weekdays_start_on_sunday_and_are_divided_by_their_own_number():
    daily = np.zeros(365, dtype=int)
    daily[::7] = 2
    weekdays = by_weekday(counts_of(daily)).frame
    assert weekdays["weekday"].tolist() == list("日月火水木金土")
    assert weekdays.loc[0, ["n", "days", "per_day"]].tolist() == [106, 53, 2.0]


def test_hours_add_up_and_their_ratio_is_to_the_mean_hour():
    hours = by_hour(noisy_year(20)).frame
    assert hours["share"].sum() == pytest.approx(1)
    assert hours["estimate"].mean() == pytest.approx(1)
    assert (hours["low"] < hours["estimate"]).all()


def test_the_heat_map_has_every_hour_of_the_week_and_loses_nothing():
    counts = noisy_year()
    grid = by_weekday_hour(counts).frame
    assert len(grid) == 168
    assert grid["n"].sum() == counts.n
    assert grid.loc[0, ["weekday", "hour", "days"]].tolist() == ["日", "0時台", 53]


def test_the_calendar_leaves_a_gap_blank():
    calendar = by_date(noisy_year().without([(date(2023, 3, 1), date(2023, 3, 2))])).frame
    assert calendar.loc[59:60, "n"].isna().all()
    assert calendar.loc[58, "n"] is not pd.NA


def test_a_day_of_the_calendar_is_held_against_the_mean_of_those_recorded():
    week = Period(date(2023, 1, 1), date(2023, 1, 7), "週")
    seen = np.array([True, True, True, True, False, False, True])
    assert by_date(counts_of([4, 0, 2, 1, 0, 0, 3], week, seen)).frame["estimate"].tolist() == pytest.approx(
        [2, 0, 1, 0.5, np.nan, np.nan, 1.5], nan_ok=True
    )
    assert by_date(counts_of([0] * 7, week)).frame["estimate"].isna().all()


def test_an_interval_of_months_needs_enough_weeks():
    short = Period(date(2023, 1, 1), date(2023, 3, 31), "四半期")
    months = by_month(noisy_year(period=short)).frame
    assert months["estimate"].notna().all()
    assert months["low"].isna().all()


def test_each_profile_widens_as_much_as_its_own_callers_repeat_themselves():
    """Everybody calls six times: in one month, on one weekday or at one hour, and spread over the rest."""
    rng = np.random.default_rng(5)
    n, k = 300, 6
    same = np.repeat(rng.integers(0, 12, n), k), np.repeat(rng.integers(0, 24, n), k)
    for_each = rng.integers(0, 12, n * k), rng.integers(0, 24, n * k)
    for profile, kept in ((by_month, 0), (by_hour, 1)):
        month, hour = (same[i] if i == kept else for_each[i] for i in (0, 1))
        days = zip(month + 1, rng.integers(1, 29, n * k), hour, strict=True)
        times = [f"2023-{m:02d}-{d:02d} {h:02d}:10" for m, d, h in days]
        records = records_of(times, client_id=np.repeat(np.arange(n), k).astype(str))
        counts = counted(records)
        alone, together = profile(counts).frame, profile(counts, People.of(records)).frame
        ratio = (together["high"] - together["low"]).mean() / (alone["high"] - alone["low"]).mean()
        assert ratio > (1.8 if profile is by_hour else 1.0)
        other = by_hour if profile is by_month else by_month
        wide, plain = other(counts, People.of(records)).frame, other(counts).frame
        assert (wide["high"] - wide["low"]).mean() < 1.25 * (plain["high"] - plain["low"]).mean()


def test_the_order_of_the_week_is_said_as_it_is():
    falling = pd.DataFrame({"per_day": [7.0, 6, 5, 4, 3, 2, 1]})
    assert order_in_words(falling) == "どの日も前の日より少なくなっています"
    assert "1か所で増えています" in order_in_words(falling.iloc[[1, 0, 2, 3, 4, 5, 6]])
    assert "述べません" in order_in_words(falling.replace(4.0, np.nan))
    assert order_in_words(pd.DataFrame({"per_day": [0.0, 0, 1, 0, 0, 0, 0]})).endswith("1か所で増えています")
    assert order_in_words(pd.DataFrame({"per_day": [1.0] * 7})) == "一様には減っていません"


def test_a_source_without_hours_is_refused():
    with pytest.raises(ValueError, match="no hours"):
        by_hour(counts_of(np.ones(365)))


def test_an_empty_year_gives_a_table_and_no_ratio():
    months = by_month(counts_of(np.zeros(365))).frame
    assert months["n"].sum() == 0
    assert months["estimate"].isna().all()


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # what others left to the collector
def test_an_hour_without_a_contact_has_a_finite_interval_where_people_come_back():
    """A small town: forty people call in four hours of the day and come back on other days."""
    rng = np.random.default_rng(3)
    days, hours = rng.integers(0, 365, 120), rng.choice([9, 13, 20, 22], 120)
    hourly = np.zeros((365, 24), dtype=np.int64)
    np.add.at(hourly, (days, hours), 1)
    at = np.datetime64("2023-01-01T00", "h") + (24 * days + hours).astype("timedelta64[h]")
    frame = by_hour(
        counts_of(hourly.sum(axis=1), hourly=hourly), People(np.repeat(np.arange(40), 3), at)
    ).frame
    quiet = frame[frame["n"] == 0]
    assert len(quiet) == 20
    assert (quiet["low"] == 0).all()
    assert quiet["high"].between(0.1, 24, inclusive="neither").all()


def test_hours_that_fill_up_together_tell_as_much_as_their_days():
    """By hand: of 2 and 2 contacts both in one hour and then both in another, (1 + 1) · 2/1 over 4 · 1/4."""
    hourly = np.zeros((2, 24), dtype=np.int64)
    hourly[0, 3] = hourly[1, 5] = 2
    found = share_effect(hourly)
    assert found[[3, 5]] == pytest.approx([4.0, 4.0])
    assert (np.delete(found, [3, 5]) == 1).all()
    mixed = np.array([[[1, 1] + [0] * 22, [2, 0] + [0] * 22, [0, 1] + [0] * 22]])
    share, sizes = 3 / 5, np.array([2, 2, 1])
    expected = ((mixed[0, :, 0] - share * sizes) ** 2).sum() * 3 / 2 / (5 * share * (1 - share))
    assert share_effect(mixed)[0, 0] == pytest.approx(expected)


def test_people_who_come_back_at_their_hour_widen_it_by_what_their_second_visits_add():
    """By hand: 60 people come twice, half of them at three, half at twenty; influences are plus or minus a half.

    Persons (30 + 30) · 1 · 60/59, visits 120 · 1/4 · 120/119, independent contacts 120 · 1/4; days 365/364 times that.
    """
    days, hours = np.arange(120), np.tile([3, 20], 60)
    person = np.tile(np.arange(60), 2)
    hourly = np.zeros((365, 24), dtype=np.int64)
    hourly[days, hours] = 1
    at = np.datetime64("2023-01-01T00", "h") + (24 * days + hours).astype("timedelta64[h]")
    found = by_hour(counts_of(hourly.sum(axis=1), hourly=hourly), People(person, at)).frame.iloc[3]
    day, more = 365 / 364, (60 * 60 / 59 - 30 * 120 / 119) / 30
    df = (day + more) ** 2 / (day**2 / 364 + more**2 / effective_df(person, 1 + more))
    low, high = deflated_share(np.array(60), np.array(120), small_sample(day + more, df))
    assert [found["low"], found["high"]] == pytest.approx([24 * low, 24 * high])


@pytest.mark.parametrize("profile", [by_month, by_weekday, by_hour])
def test_of_nobody_s_contacts_there_are_none_and_no_ratio(profile, recwarn):
    frame = profile(counts_of(np.zeros(365), hourly=np.zeros((365, 24), dtype=int))).frame
    assert (frame["n"] == 0).all()
    assert frame[["estimate", "low", "high"]].isna().all(axis=None)
    assert not recwarn.list


@pytest.mark.parametrize(("profile", "weeks"), [(by_weekday, 8), (by_month, 20)])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_profile_has_intervals_from_so_many_weeks_on(profile, weeks, more):
    seen = np.arange(365) < 7 * (weeks + more)
    frame = profile(counts_of(noisy_year(40).daily, observed=seen)).frame.dropna(subset="estimate")
    assert len(frame) > 1
    assert frame[["low", "high"]].notna().all(axis=None) == (more >= 0)
