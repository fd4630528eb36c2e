from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.seasonality.conftest import YEAR, counted, counts_of, noisy_year, records_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.counts import (
    clock_shift,
    from_aggregate,
    month_end,
    months_later,
    observed_days,
    select,
    span,
    totals,
)

WEEK = Period(date(2023, 1, 1), date(2023, 1, 7), "一週間")


def test_records_are_counted_by_japanese_wall_clock():
    counts = counted(records_of(["2023-01-01 00:10", "2023-01-01 23:59", "2023-01-02 00:00"]), WEEK)
    assert counts.daily.tolist() == [2, 1, 0, 0, 0, 0, 0]
    assert counts.hourly[0, [0, 23]].tolist() == [1, 1]


def test_a_record_without_a_time_is_not_counted():
    times = pd.Series(pd.to_datetime(["2023-01-01 10:00", None])).dt.tz_localize("Asia/Tokyo")
    assert counted(pd.DataFrame({"received_at": times}), WEEK).n == 1


def test_25_o_clock_belongs_to_one_o_clock_of_the_next_day():
    table = pd.DataFrame(
        {"date": pd.to_datetime(["2023-01-01", "2023-01-07"]), "hour": [25, 24], "n": [3, 9]}
    )
    counts = from_aggregate(table, WEEK)
    assert counts.hourly[1, 1] == 3
    assert counts.n == 3  # midnight after the last day lies outside the period


def test_a_suppressed_cell_is_no_zero_and_is_reported():
    table = pd.DataFrame({"date": ["2023-01-01", "2023-01-02"], "n": pd.array([5, None], dtype="Int64")})
    counts = from_aggregate(table, WEEK)
    assert (counts.n, counts.suppressed) == (5, 1)


def test_an_aggregate_without_hours_has_no_hours():
    counts = from_aggregate(pd.DataFrame({"date": ["2023-01-03"], "n": [4]}), WEEK)
    assert counts.hourly is None
    assert counts.daily[2] == 4


def test_a_missing_month_of_a_busy_source_is_a_gap_and_not_a_quiet_month():
    daily = noisy_year().daily.copy()
    daily[31:59] = 0
    seen = observed_days(daily)
    assert not seen[31:59].any()
    assert seen.sum() == 365 - 28


def test_empty_days_of_a_city_with_a_contact_a_week_stay_zeros():
    daily = np.zeros(365, dtype=np.int64)
    daily[::7] = 1
    assert observed_days(daily).all()


def test_one_empty_day_in_a_national_source_is_a_gap():
    daily = np.full(365, 900)
    daily[100] = 0
    assert observed_days(daily).sum() == 364


def test_whether_a_day_was_recorded_can_be_judged_by_the_whole_file():
    seen = np.ones(7, dtype=bool)
    seen[3:] = False
    counts = counted(records_of(["2023-01-01 10:00"]), WEEK, seen)
    assert counts.days == 3
    assert counts.gaps().to_dict("records") == [
        {"start": date(2023, 1, 4), "end": date(2023, 1, 7), "days": 4}
    ]


def test_each_run_of_days_without_a_record_is_a_gap_of_its_own():
    seen = np.array([False, True, False, False, True, False, True])
    gaps = counted(records_of(["2023-01-02 10:00"]), WEEK, seen).gaps()
    assert gaps["start"].tolist() == [date(2023, 1, 1), date(2023, 1, 3), date(2023, 1, 6)]
    assert gaps["end"].tolist() == [date(2023, 1, 1), date(2023, 1, 4), date(2023, 1, 6)]
    assert gaps["days"].tolist() == [1, 2, 1]


def test_wrong_length_of_observed_is_refused():
    with pytest.raises(ValueError, match="3 days"):
        counted(records_of(["2023-01-01 10:00"]), WEEK, np.ones(3, dtype=bool))


def test_declared_gaps_remove_their_contacts():
    counts = noisy_year().without([(date(2023, 3, 1), date(2023, 3, 31))])
    assert counts.days == 334
    assert counts.daily[59:90].sum() == counts.hourly[59:90].sum() == 0


def test_a_part_of_the_period_keeps_its_days_and_marks_what_lies_outside():
    counts = noisy_year()
    half = counts.within(Period(date(2023, 10, 1), date(2024, 3, 31), "下半期"))
    assert half.n == counts.daily[273:].sum()
    assert half.days == 92
    assert half.hourly.sum() == half.n


@pytest.mark.parametrize(
    ("lacking", "named"), [(0, "2023年(暦年)"), (1, "2023年(暦年)のうち記録のある364日")]
)
def test_a_period_is_named_with_its_days_where_one_was_not_recorded(lacking, named):
    assert counts_of(np.ones(365), observed=np.arange(365) >= lacking).recorded == named


def test_leap_day_is_a_day():
    leap = Period(date(2024, 1, 1), date(2024, 12, 31), "2024年")
    counts = counted(records_of(["2024-02-29 12:00"]), leap)
    assert counts.daily[59] == 1
    assert counts.period.days == 366
    assert counts.month_labels[1] == "2月"


def test_2023_has_53_sundays():
    assert np.bincount(counts_of(np.ones(365)).weekday).tolist() == [53, 52, 52, 52, 52, 52, 52]


def test_months_carry_their_year_only_when_a_month_occurs_twice():
    two_years = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
    labels = counts_of(np.ones(two_years.days), two_years).month_labels
    assert (labels[0], labels[-1], len(labels)) == ("2022年4月", "2024年3月", 24)
    assert counts_of(np.ones(365)).month_labels[7] == "8月"


def test_a_half_year_is_no_whole_year():
    half = Period(date(2024, 4, 1), date(2024, 9, 30), "上半期")
    assert counts_of(np.ones(half.days), half).months_observed == 6
    assert not counts_of(np.ones(half.days), half).whole_year
    assert counts_of(np.ones(365)).whole_year


def test_an_export_in_utc_shows_as_nine_hours():
    evening = noisy_year(50).hourly.sum(axis=0)
    assert clock_shift(np.roll(evening, -9), evening) == -9
    assert clock_shift(evening, evening) == 0


@settings(deadline=None, max_examples=50)
@given(st.integers(-11, 12))
def test_any_shift_of_the_clock_is_found(lag):
    profile = 100 + 50 * np.cos((np.arange(24) - 22) * 2 * np.pi / 24)
    assert clock_shift(np.roll(profile, lag), profile) == lag


def test_selection_by_several_columns():
    frame = pd.DataFrame({"channel": ["a", "a", "b"], "pref": ["x", "y", "x"]})
    assert select(frame, {"channel": ["a"], "pref": ["x"]}).index.tolist() == [0]


def test_a_span_names_its_days_and_one_of_no_dates_is_refused():
    whole = span(pd.Series(pd.to_datetime(["2023-02-01", "2023-01-05"])))
    assert (whole.days, whole.label) == (28, "記録のある全期間(2023年1月5日〜2023年2月1日)")
    with pytest.raises(ValueError, match="no dates"):
        span(pd.Series([], dtype="datetime64[ns]"))


def test_totals_name_the_days_that_are_missing():
    table = totals({"県": noisy_year().without([(date(2023, 1, 1), date(2023, 1, 31))])}).frame
    assert table.loc[0, ["days", "missing_days"]].tolist() == [334, 31]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 364), max_size=60))
def test_no_contact_is_lost_or_invented(days):
    times = [pd.Timestamp("2023-01-01") + pd.Timedelta(days=day, hours=day % 24) for day in days]
    counts = counted(records_of(pd.DatetimeIndex(times)), YEAR, np.ones(365, dtype=bool))
    assert counts.n == len(days) == counts.hourly.sum()


@pytest.mark.parametrize(("days", "months"), [(14, 11), (15, 12), (16, 12)])
def test_a_month_counts_when_half_of_its_days_were_observed(days, months):
    seen = np.ones(365, dtype=bool)
    seen[90 + days : 120] = False  # April has 30 days
    counts = counts_of(np.ones(365), observed=seen)
    assert (counts.months_observed, counts.whole_year) == (months, months == 12)


@pytest.mark.parametrize(("total", "gap"), [(2072, False), (2073, True)])
def test_an_empty_day_is_a_gap_where_chance_would_leave_it_empty_once_in_a_thousand_million(total, gap):
    """On 100 other days 20.72 and 20.73 a day: exp(-20.72) is 1.003e-9 and exp(-20.73) 0.993e-9."""
    daily = np.full(101, 20)
    daily[50], daily[0] = 0, total - 20 * 99
    assert observed_days(daily)[50] != gap


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2023, 12, 1), date(2023, 12, 31)),
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2023, 2, 1), date(2023, 2, 28)),
        (date(2023, 4, 30), date(2023, 4, 30)),
    ],
)
def test_a_month_ends_on_the_eve_of_the_next(day, end):
    assert month_end(day) == end
    assert months_later(day, 12) == date(day.year + 1, day.month, 1)


@pytest.mark.parametrize(
    ("last", "first_label"),
    [(date(2023, 11, 30), "1月"), (date(2023, 12, 31), "1月"), (date(2024, 1, 1), "2023年1月")],
)
def test_a_month_has_its_year_from_the_thirteenth_on(last, first_label):
    period = Period(date(2023, 1, 1), last, "")
    assert counts_of(np.ones(period.days), period).month_labels[0] == first_label


def test_pauses_between_classes_are_days_without_contacts_and_no_gaps():
    """A year of 200 contacts in classes of eight lost 80 of its days, and was told a third too many a day."""
    rng = np.random.default_rng(4)
    daily = np.array([rng.poisson(8, classes).sum() for classes in rng.poisson(25 / 365, 365)])
    assert observed_days(daily).all()
