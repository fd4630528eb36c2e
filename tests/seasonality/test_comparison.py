from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.seasonality.conftest import calm_nation, counts_of, noisy_year
from tests.seasonality.test_decomposition import TWO_YEARS
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.comparison import judge_difference, shares_beside
from ujo_lib.seasonality.profiles import by_month
from ujo_lib.seasonality.verdicts import judge


def nation_and_place(effect=0.0):
    rng = np.random.default_rng(1)
    nation = rng.poisson(900 * np.exp(0.2 * np.cos(np.arange(365) / 58)))
    august = (np.arange(365) >= 212) & (np.arange(365) < 243)
    hours = np.full(24, 1 / 24)
    place = rng.poisson((nation * 0.008 * np.exp(effect * august))[:, None] * hours)
    return counts_of(place.sum(axis=1), hourly=place), counts_of(
        nation, hourly=rng.poisson(nation[:, None] * hours)
    )


def test_a_place_that_follows_the_nation_is_not_called_different_however_strong_the_season():
    place, nation = nation_and_place()
    assert judge(nation, beside=calm_nation())[1].detected
    assert [verdict.detected for verdict in judge_difference(place, nation, calm_nation())] == [False, False]


def test_a_month_of_its_own_is_found_and_stands_in_the_table():
    place, nation = nation_and_place(0.7)
    assert judge_difference(place, nation, calm_nation())[0].detected
    table = shares_beside(place, nation).frame
    assert table.loc[table["estimate"].idxmax(), "month"] == "8月"
    assert table.loc[7, "low"] > 1


def test_shares_add_up_and_lie_in_their_intervals():
    table = shares_beside(*nation_and_place()).frame
    assert table["month"].tolist() == [f"{month}月" for month in range(1, 13)]
    assert table["month"].cat.ordered
    assert table["share"].sum() == pytest.approx(1)
    assert ((table["low"] <= table["estimate"]) & (table["estimate"] <= table["high"])).all()


@pytest.mark.parametrize(("days", "blank"), [(30, False), (31, True)])
def test_a_month_without_a_recorded_day_is_no_quiet_month(days, blank):
    place, nation = nation_and_place()
    gap = [(date(2023, 1, 1), date(2023, 1, days))]
    table = shares_beside(place.without(gap), nation).frame
    assert table.drop(columns="month").isna().all(axis=1).tolist() == [blank] + [False] * 11
    assert table["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(("contacts", "blank"), [(0, False), (1, True)])
def test_a_month_is_not_told_beside_a_nation_that_lacks_a_day_with_contacts(contacts, blank):
    """The months by themselves count those contacts, too: one number of the two would give the other's away."""
    place, nation = nation_and_place()
    day = date(2023, 5, 4)
    daily = place.daily.copy()
    daily[(day - place.period.start).days] = contacts
    table = shares_beside(replace(place, daily=daily), nation.without([(day, day)])).frame
    assert table.drop(columns="month").isna().all(axis=1).tolist() == [False] * 4 + [blank] + [False] * 7
    assert table["share"].sum() == pytest.approx(1)
    told = by_month(replace(place, daily=daily)).frame["n"]
    assert (table["n"].isna() | (table["n"] == told)).all()


def test_different_periods_cannot_be_compared():
    place, nation = nation_and_place()
    with pytest.raises(ValueError, match="same days"):
        shares_beside(place, nation.within(TWO_YEARS))


def test_too_few_contacts_are_not_compared():
    place = counts_of(np.r_[np.ones(20), np.zeros(345)])
    assert judge_difference(place, noisy_year(900))[0].detected is None


@pytest.mark.parametrize(("last", "told"), [(date(2023, 5, 13), False), (date(2023, 5, 20), True)])
def test_months_beside_the_nation_have_an_interval_only_where_weeks_show_their_spread(last, told):
    days = Period(date(2023, 1, 1), last, "20週")  # 19 and 20 weeks: as for months by themselves
    place, nation = noisy_year(period=days), noisy_year(700, 1, days)
    assert shares_beside(place, nation).frame[["low", "high"]].notna().to_numpy().all() == told
    assert by_month(place).frame["low"].notna().all() == told


@pytest.mark.parametrize(("days", "judged"), [(1, False), (21, False), (28, True)])
def test_weekdays_are_held_against_the_nation_after_four_weeks_and_never_on_one_day(days, judged, recwarn):
    some = Period(date(2023, 1, 1), date(2023, 1, days), "数日")  # from a Sunday
    place, nation = noisy_year(70, period=some), noisy_year(700, 1, some)
    assert ("4週間分" not in judge_difference(place, nation)[1].remark) == judged
    assert (shares_beside(place, nation).frame["low"].isna().all(), recwarn.list) == (True, [])


@pytest.mark.parametrize(("contacts", "few"), [(29, True), (30, False), (31, False)])
def test_a_place_of_thirty_contacts_may_be_held_against_the_whole(contacts, few):
    daily = np.zeros(365, dtype=int)
    daily[:: 365 // contacts][:contacts] = 1
    place = counts_of((np.cumsum(daily) <= contacts) * daily)
    assert place.n == contacts
    remarks = [verdict.remark for verdict in judge_difference(place, calm_nation().within(place.period))]
    assert all(("30件に満たないため" in remark) == few for remark in remarks)
