"""Rows lost within a month: what shows them, and what must not be taken for it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.seasonality.conftest import calm_nation, counted, counts_of, records_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.comparison import judge_difference
from ujo_lib.seasonality.thinned import lost_rows
from ujo_lib.seasonality.verdicts import judge
from ujo_lib.variance import People

JUNE = (np.arange(365) >= 151) & (np.arange(365) < 181)
NATION = counts_of(np.full(365, 900))


def year(june: float, mean: int = 10):
    """`mean` contacts on every day, in June the part of them that is given."""
    return counts_of(np.where(JUNE, np.round(mean * june), mean))


def test_half_of_the_rows_of_a_month_are_missed_and_no_month_is_judged():
    found = lost_rows(year(0.5), beside=NATION)
    assert found.startswith("6月の相談は、全体の動きとほかの月から見込まれる数の3分の2もありません。")
    months, wave, weekdays, _ = judge(year(0.5), beside=calm_nation())
    assert (months.detected, wave.detected, weekdays.detected) == (None, None, False)
    assert "行が欠けたのか本当に減ったのか" in months.remark
    assert judge_difference(year(0.5), NATION)[0].detected is None
    assert judge_difference(year(0.5), NATION)[1].detected is not None


@pytest.mark.parametrize(("june", "named"), [(64, True), (65, False), (66, False)])
def test_a_month_with_two_thirds_of_its_contacts_may_be_a_season(june, named):
    assert bool(lost_rows(year(june / 100, 100), beside=counts_of(np.full(365, 9000)))) == named


@pytest.mark.parametrize(("june", "named"), [(32, True), (33, False), (34, False)])
def test_a_month_is_named_only_where_chance_would_not_make_it(june, named):
    """Of 60 expected: four standard deviations on the root scale, 2·(√60.4 − √(n + 3/8)) = 4, lie at 32.9."""
    daily = np.full(365, 2)
    daily[JUNE] = np.arange(30) < june - 30
    daily[JUNE] += 1
    assert bool(lost_rows(counts_of(daily), beside=NATION)) == named


def test_a_place_whose_months_always_differ_from_the_nation_loses_none_of_them():
    """Every other month has half as many contacts: no month lies far below what the months usually do."""
    month = counts_of(np.zeros(365)).month_index
    assert lost_rows(counts_of(np.where(month % 2, 10, 20)), beside=NATION) == ""


def test_a_month_in_which_the_whole_nation_wrote_half_as_much_lost_nothing():
    assert lost_rows(year(0.5), beside=counts_of(np.where(JUNE, 450, 900))) == ""


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # what others left to the collector
def test_a_nation_known_of_other_years_alone_says_nothing_of_this_one():
    assert lost_rows(year(0.5), beside=NATION.without([(date(2023, 1, 1), date(2023, 12, 31))])) == ""
    before = Period(date(2022, 1, 1), date(2022, 12, 31), "前の年")
    assert lost_rows(year(0.5), beside=counts_of(np.full(365, 900), before)) == ""


@pytest.mark.parametrize(("times", "known"), [(9, False), (10, True)])
def test_only_a_record_ten_times_as_large_says_how_a_month_should_have_been(times, known):
    record = year(0.5)
    beside = counts_of(np.r_[np.full(364, times * 10), times * record.n - 3640 * times])
    assert bool(lost_rows(record, beside=beside)) == known


def test_years_before_the_judged_one_make_no_record_larger():
    period = Period(date(2021, 1, 1), date(2023, 12, 31), "3年")
    three_years = counts_of(np.full(1095, 10 * 9), period)
    assert three_years.n > 10 * year(0.5).n
    assert lost_rows(year(0.5), beside=three_years) == ""


def test_two_records_that_share_no_day_or_no_contact_say_nothing():
    nobody = counts_of(np.zeros(365))
    assert lost_rows(nobody, beside=nobody) == ""
    first = [(date(2023, 1, 1), date(2023, 6, 30))]
    assert (
        lost_rows(year(1).without([(date(2023, 7, 1), date(2023, 12, 31))]), beside=NATION.without(first))
        == ""
    )


def test_without_a_larger_record_a_low_month_is_a_season():
    assert lost_rows(year(0.5)) == ""


def test_a_month_that_the_larger_record_does_not_have_is_not_judged_by_it():
    assert lost_rows(year(0.5), beside=NATION.without([(date(2023, 6, 1), date(2023, 6, 30))])) == ""


def test_only_days_that_both_records_have_are_compared():
    nation = NATION.without([(date(2023, 6, 1), date(2023, 6, 15))])
    assert lost_rows(year(1), beside=nation) == ""
    assert "6月" in lost_rows(year(0.5), beside=nation)


def test_contacts_before_and_after_the_period_are_nobody_of_a_month():
    times = pd.date_range("2022-12-31", "2024-01-01", tz=None) + pd.Timedelta(hours=12)
    records = records_of(times.repeat(10), client_id=[f"p{i}" for i in range(10 * len(times))])
    assert lost_rows(year(0.5), People.of(records), NATION) == ""


def test_a_caller_who_stops_for_a_month_loses_no_rows():
    """Five clients a day as ever, and one more who makes half of the contacts, but not in June."""
    day = np.r_[np.repeat(np.arange(365), 5), np.repeat(np.flatnonzero(~JUNE), 5)]
    names = [*(f"p{i}" for i in range(5 * 365)), *["caller"] * int(5 * (~JUNE).sum())]
    records = records_of(pd.Timestamp("2023-01-01 12:00") + pd.to_timedelta(day, unit="D"), client_id=names)
    counts = counted(records)
    assert "6月" in lost_rows(counts, beside=NATION)
    assert lost_rows(counts, People.of(records), NATION) == ""
    thin = records[~((records["received_at"].dt.month == 6) & (np.arange(len(records)) % 2 == 0))]
    assert "6月" in lost_rows(counted(thin), People.of(thin), NATION)


def hours_of(empty_in_june: list[int], mean: int = 1):
    hourly = np.full((365, 24), mean)
    hourly[np.ix_(JUNE, empty_in_june)] = 0
    return counts_of(hourly.sum(axis=1), hourly=hourly)


def test_a_night_without_a_row_in_one_month_is_named_across_midnight():
    assert lost_rows(hours_of([20, 21, 22, 23, 0, 1]))
    found = lost_rows(hours_of([22, 23, 0, 1, 2, 3]))
    assert found.startswith("6月は、ほかの月に相談の多い時間帯が、6時間以上続けて空です。行が欠けたのか")


@pytest.mark.parametrize(("hours", "named"), [(5, False), (6, True), (7, True)])
def test_fewer_than_six_empty_hours_in_a_row_are_the_habit_of_a_caller(hours, named):
    assert bool(lost_rows(hours_of(list(range(9, 9 + hours))))) == named


@pytest.mark.parametrize(("noon", "named"), [(0, True), (1, False)])
def test_an_hour_with_a_single_contact_ends_a_run_of_empty_ones(noon, named):
    hourly = np.ones((365, 24), dtype=int)
    hourly[JUNE, 9:16] = 0
    hourly[151, 12] = noon
    assert bool(lost_rows(counts_of(hourly.sum(axis=1), hourly=hourly))) == named


@pytest.mark.parametrize(
    ("left", "usual", "named"),
    [(100, 19, False), (100, 20, True), (100, 21, True), (200, 19, False), (95, 21, False), (96, 21, True)],
)
def test_empty_hours_are_named_from_twenty_missed_contacts_on(left, usual, named):
    """So many in June at noon; every other month has a hundred then and `usual` in six hours that June leaves empty."""
    hourly = np.zeros((365, 24), dtype=int)
    first = pd.date_range("2023-01-01", periods=12, freq="MS").day_of_year - 1
    hourly[first, 12], hourly[first, 3] = 100, usual
    hourly[151, [3, 12]] = 0, left
    counts = counts_of(hourly.sum(axis=1), hourly=hourly)
    assert ("6月" in lost_rows(counts)) == named


@pytest.mark.parametrize("contacts", [30, 54, 100])
def test_months_of_a_few_contacts_leave_hours_empty_without_a_row_lost(contacts):
    """Of twenty clean years 19, 13 and 1 were said to have lost rows, and no month of them was judged."""
    hourly = np.random.default_rng(3).poisson(contacts / 365 / 24, (20, 365, 24))
    assert [lost_rows(counts_of(one.sum(axis=1), hourly=one)) for one in hourly] == [""] * 20


def test_clients_of_the_first_day_are_those_of_its_month():
    """As many clients in January as ever, most on its first day, and without the caller of the other months."""
    later = np.repeat(np.arange(31, 365), 5)
    day = np.r_[np.zeros(125, dtype=int), np.arange(1, 31), later, later]
    names = [*(f"p{i}" for i in range(155 + len(later))), *["caller"] * len(later)]
    records = records_of(pd.Timestamp("2023-01-01 12:00") + pd.to_timedelta(day, unit="D"), client_id=names)
    counts = counted(records)
    assert "1月" in lost_rows(counts, beside=NATION)
    assert lost_rows(counts, People.of(records), NATION) == ""


def test_empty_hours_across_midnight_are_one_run_where_no_hour_of_the_month_has_two_contacts():
    """Seven hours: three before midnight, four after."""
    hourly = np.full((365, 24), 50)
    hourly[:, 4:21] = 10
    hourly[JUNE] = 0
    hourly[151, 4:21] = 1
    assert "6月" in lost_rows(counts_of(hourly.sum(axis=1), hourly=hourly))


def monthly(*contacts: int):
    """All contacts of a month on its first day."""
    daily = np.zeros(365, dtype=int)
    daily[pd.date_range("2023-01-01", periods=12, freq="MS").day_of_year - 1] = contacts
    return counts_of(daily)


@pytest.mark.parametrize(("june", "named"), [(21, True), (22, True), (23, False)])
def test_how_far_a_month_lies_below_is_judged_on_the_root_scale_of_anscombe(june, named):
    """Of 45 expected: 2·(√45.375 − √(n + 3/8)) = 4 lies at 22.06."""
    contacts = [45] * 12
    contacts[5] = june
    assert bool(lost_rows(monthly(*contacts), beside=monthly(*[9000] * 12))) == named


@pytest.mark.parametrize(("june", "named"), [(196, True), (197, True), (198, False)])
def test_months_that_scatter_more_than_chance_are_judged_by_their_own_scatter(june, named):
    """By hand: nine months lie 2·(√400.375 − √361.375) = 1.999 from 400, the middle of all.

    Four times 1.4826 times that is 11.855, and 2·(√400.375 − √(n + 3/8)) = 11.855 lies at 197.92.
    """
    contacts = [361, 441, 361, 441, 361, june, 441, 361, 441, 400, 441, 400]
    assert bool(lost_rows(monthly(*contacts), beside=monthly(*[10_000] * 12))) == named
