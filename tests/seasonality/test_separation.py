"""Few contacts, and days on which nobody was heard: no crash, no ratio of nothing, a reason in the row."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from tests.seasonality.conftest import counts_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.calendar import BREAK_TERM, BRIDGE, HOLIDAY, YEAR_END
from ujo_lib.seasonality.circular import daily_peak
from ujo_lib.seasonality.comparison import judge_difference, shares_beside
from ujo_lib.seasonality.contrast import compare_hours
from ujo_lib.seasonality.forecast import forecast_months
from ujo_lib.seasonality.model import CONTACTS_PER_COLUMN, fit_calendar
from ujo_lib.seasonality.profiles import by_hour, by_month, by_weekday
from ujo_lib.seasonality.staffing import slots
from ujo_lib.seasonality.verdicts import descriptive_tests, judge
from ujo_lib.variance import People

FISCAL = Period(date(2023, 4, 1), date(2024, 3, 31), "令和5(2023)年度")
COMING = Period(date(2024, 4, 1), date(2025, 3, 31), "令和6(2024)年度")
BREAKS = [
    Period(date(2023, 7, 21), date(2023, 8, 31), "夏休み"),
    Period(date(2023, 12, 24), date(2024, 1, 7), "冬休み"),
    Period(date(2024, 3, 25), date(2024, 4, 7), "春休み"),
    Period(date(2024, 7, 21), date(2024, 8, 31), "夏休み"),
]
DAYS = pd.date_range(FISCAL.start, FISCAL.end)
SUNDAY = DAYS.day_of_week == 6
TURN = np.asarray((DAYS >= "2023-12-29") & (DAYS <= "2024-01-03"))


def record(a_year: float, seed: int, silent=(), heard=()):
    """A year of Poisson contacts with hours; nobody on the `silent` days, one contact on each of the `heard`."""
    share = np.where(np.arange(24) >= 20, 2.0, 1.0)
    rng = np.random.default_rng([int(a_year), seed])
    hourly = rng.poisson(a_year / len(DAYS) * share / share.sum(), (len(DAYS), 24))
    hourly[np.asarray(silent, dtype=bool) if len(silent) else []] = 0
    for day in heard:
        hourly[day, 12] = 1
    return counts_of(hourly.sum(axis=1), FISCAL, hourly=hourly)


def rows(model):
    return model.ratios().frame.set_index("level")


@pytest.mark.parametrize(("heard", "estimated"), [((), False), ((273,), True)])
def test_a_turn_of_the_year_without_a_contact_has_no_ratio_and_the_reason(heard, estimated):
    model = fit_calendar(record(2500, 1, TURN, heard), BREAKS)
    assert TURN[273]
    row = rows(model).loc[YEAR_END]
    assert pd.notna(row["estimate"]) == estimated
    assert row[["estimate", "low", "high", "p_value"]].isna().all() != estimated
    assert row["reference"].startswith("推定できません") != estimated
    assert model.unheard == (() if estimated else (YEAR_END,))


@pytest.mark.parametrize("heard", [0, 1])
@pytest.mark.parametrize("a_year", [400, 2500])
def test_a_break_whose_only_contacts_fall_on_the_turn_of_the_year_costs_those_two_ratios_and_no_more(
    a_year, heard
):
    winter = np.asarray((DAYS >= "2023-12-24") & (DAYS <= "2024-01-07"))
    lonely = [np.flatnonzero(winter)[2]] if heard else []  # 26 December
    model = fit_calendar(record(a_year, 1, winter & ~TURN, lonely), BREAKS)
    assert model.counts.daily[TURN].sum() > 0
    table = rows(model)
    lost = {f"{BREAK_TERM}:冬休み", YEAR_END}
    assert lost.isdisjoint(model.unheard) if heard else lost <= set(model.unheard)
    assert table.loc[["冬休み", YEAR_END], "estimate"].notna().all() == bool(heard)
    assert table.loc[["夏休み", "春休み", HOLIDAY, "日曜"], "estimate"].notna().all()
    # What nobody can tell apart is still fitted together: the mean of the turn of the year is what was counted.
    assert model.mean[TURN].sum() == pytest.approx(model.counts.daily[TURN].sum(), rel=0.35)


def test_a_break_without_any_contact_takes_the_turn_of_the_year_with_it():
    winter = np.asarray((DAYS >= "2023-12-24") & (DAYS <= "2024-01-07"))
    model = fit_calendar(record(2500, 1, winter), BREAKS)
    assert set(model.unheard) == {f"{BREAK_TERM}:冬休み", YEAR_END}
    assert rows(model).loc[["夏休み", "春休み", HOLIDAY], "estimate"].notna().all()


def test_contacts_on_the_days_of_a_break_only_have_no_ratio_either():
    summer = np.asarray((DAYS >= "2023-07-21") & (DAYS <= "2023-08-31"))
    model = fit_calendar(record(9000, 1, ~summer), BREAKS[:1], harmonics=0)
    assert not model.fitted or pd.isna(rows(model).loc["夏休み", "estimate"])


def test_many_silent_days_are_forecast_as_nearly_empty_and_one_nearly_as_the_others():
    many = forecast_months(record(2500, 2, TURN), COMING, BREAKS, 1)
    days = pd.date_range(COMING.start, COMING.end)
    turn = np.asarray((days >= "2024-12-29") | (days <= "2024-01-03"))
    assert (
        many.daily_mean[turn & (days.year == 2024)].max() < 1 < 2500 / 366 < many.daily_mean[~turn].mean() + 1
    )
    one = np.zeros(len(DAYS), dtype=bool)
    alone = fit_calendar(record(400, 3), BREAKS)
    bridge = alone.columns(DAYS)[:, alone.names.index(BRIDGE)] > 0
    one[bridge] = True
    few = fit_calendar(record(400, 3, one), BREAKS)
    assert few.unheard == (BRIDGE,)
    ratio = np.exp(few.coefficients[few.names.index(BRIDGE)])
    expected = 400 / 366 * bridge.sum()
    assert 1 / (1 + 3 * expected) < ratio < 1  # drawn towards none the less, the more contacts were missed


def test_a_desk_that_is_closed_on_sundays_is_compared_with_its_own_week():
    counts = record(2500, 4, SUNDAY)
    model = fit_calendar(counts, (), harmonics=0)
    table = rows(model)
    assert table.loc["日曜", "estimate"] is None or pd.isna(table.loc["日曜", "estimate"])
    assert table.loc["日曜", "reference"] == "推定できません(相談が1件もない曜日)"
    week = table.loc[[f"{name}曜" for name in "月火水木金土"]]
    assert np.log(week["estimate"].astype(float)).sum() == pytest.approx(0, abs=1e-9)
    assert set(week["reference"]) == {"相談のある曜日の平均"}
    # The same from statsmodels, which never saw a Sunday.
    X = model.columns(DAYS)[~SUNDAY]
    family = sm.families.NegativeBinomial(alpha=model.alpha) if model.alpha > 0 else sm.families.Poisson()
    peer = sm.GLM(counts.daily[~SUNDAY], X, family=family).fit()
    assert model.coefficients == pytest.approx(peer.params, abs=1e-6)
    assert (model.mean[SUNDAY] == 0).all()
    assert model.checks().frame["value"].notna().all()
    weekly = model.weekly_fit().frame
    assert weekly["expected"].sum() == pytest.approx(weekly["n"].sum(), rel=0.02)
    coming = forecast_months(counts, COMING, (), 1)
    sundays = pd.date_range(COMING.start, COMING.end).day_of_week == 6
    assert (coming.daily_mean[sundays] == 0).all()
    assert coming.months.frame["n"].iloc[-1] == pytest.approx(counts.n, rel=0.05)
    staffing = slots(counts, coming, 3, 0.975).frame
    assert (staffing.loc[staffing["weekday"] == "日", "expected"] == 0).all()


@pytest.mark.parametrize(("open_days", "fitted"), [(1, False), (2, True), (6, True), (7, True)])
def test_a_week_needs_two_days_with_contacts(open_days, fitted):
    silent = (DAYS.day_of_week.to_numpy() + 1) % 7 >= open_days
    model = fit_calendar(record(9000, 5, silent), (), harmonics=0)
    assert model.fitted == fitted
    assert model.fitted or model.ratios().frame.empty
    assert not fitted or len(model.terms.closed) == 7 - open_days


@pytest.mark.parametrize("spare", [-1, 0, 1])
def test_the_least_number_of_contacts_is_ten_a_column(spare):
    probe = fit_calendar(record(2500, 6), ())
    wanted = CONTACTS_PER_COLUMN * len(probe.names) + spare
    daily = np.zeros(len(DAYS), dtype=np.int64)
    daily[np.linspace(0, len(DAYS) - 1, wanted).astype(int)] += 1
    made = fit_calendar(counts_of(daily, FISCAL), ())
    assert made.counts.n == wanted
    assert made.fitted == (spare >= 0)


def test_hours_without_a_contact_have_an_open_interval_and_none_at_all_without_any():
    hourly = np.zeros((len(DAYS), 24), dtype=np.int64)
    hourly[:, 9] = 1
    counts = counts_of(hourly.sum(axis=1), FISCAL, hourly=hourly)
    row = compare_hours(counts, [22, 23], [9]).frame.iloc[0]
    assert row["estimate"] == 0
    assert row["low"] == 0
    assert 0 < row["high"] < 0.05
    back = compare_hours(counts, [9], [22, 23]).frame.iloc[0]
    assert pd.isna(back["estimate"])
    assert back["low"] > 20
    assert back["high"] == np.inf
    neither = compare_hours(counts, [1], [2]).frame.iloc[0]
    assert neither[["estimate", "low", "high", "p_value"]].isna().all()


def through_all(counts):
    model = fit_calendar(counts, BREAKS)
    ratios = model.ratios().frame
    assert model.fitted
    assert ratios[["estimate", "high"]].astype(float).max().max() < 1000
    assert ratios["estimate"].astype(float).min() > 1e-3
    model.checks()
    model.weekly_fit()
    coming = forecast_months(counts, COMING, BREAKS, 1)
    assert np.isfinite(coming.months.frame[["n", "low", "high"]].to_numpy(dtype=float)).all()
    slots(counts, coming, 3, 0.975)
    compare_hours(counts, [22, 23], [6, 7, 8, 9, 10, 11])
    return model


def on(days, hour, n):
    """`n` contacts in one hour of each of these days."""
    hourly = np.zeros((len(DAYS), 24), dtype=np.int64)
    hourly[days, hour] = n
    return counts_of(hourly.sum(axis=1), FISCAL, hourly=hourly)


def nasty(n):
    """Years of about `n` contacts that nobody would think of."""
    record_of_n = record(n, 2)
    summer, half = (date(2023, 6, 1), date(2023, 8, 31)), (date(2023, 10, 1), date(2024, 3, 31))
    return {
        "all on one day": on(100, 12, n),
        "one Sunday a week": on(slice(1, None, 7), 12, n // 52),
        "every day the same": on(slice(None), 9, max(n // 366, 1)),
        "a gap of three months": record_of_n.without([summer]),
        "three silent months": record(n, 2, (DAYS >= "2023-06-01") & (DAYS <= "2023-08-31")),
        "half a year": record_of_n.without([half]),
        "every other day": record_of_n.without([(day.date(), day.date()) for day in DAYS[::2]]),
        "no hours": counts_of(record_of_n.daily, FISCAL),
        "nobody at all": on(0, 0, 0),
    }


@pytest.mark.full
@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # what others left to the collector
@pytest.mark.parametrize("kind", nasty(400))
@pytest.mark.parametrize("callers", ["nobody known", "one client"])
def test_no_year_is_so_odd_that_a_table_of_the_page_ends_in_an_error(kind, callers):
    counts, nation = nasty(400)[kind], counts_of(np.full(len(DAYS), 900), FISCAL)
    people = People.of(pd.DataFrame({"received_at": pd.to_datetime([]).tz_localize("Asia/Tokyo")}))
    if callers != "nobody known" and counts.hourly is not None:
        day, hour = np.nonzero(counts.hourly)
        at = np.repeat(DAYS.to_numpy()[day].astype("datetime64[h]") + hour, counts.hourly[day, hour])
        people = People(np.zeros(len(at), dtype=np.int64), at)
    verdicts = judge(counts, people, nation) + judge(counts, people) + judge_difference(counts, nation)
    assert all(verdict.detected is not None or "ため" in verdict.remark for verdict in verdicts)
    tables = [by_month(counts, people), by_weekday(counts, people), descriptive_tests(counts)]
    if counts.hourly is not None:
        tables += [
            by_hour(counts, people),
            daily_peak(counts, people),
            compare_hours(counts, [22, 23], [6, 7], people),
        ]
    if callers == "nobody known":  # what knows nothing of people
        model = fit_calendar(counts, BREAKS)
        tables += [shares_beside(counts, nation), model.ratios(), model.checks()]
    for table in tables:
        if {"estimate", "low", "high"} <= set(table.frame):
            known = table.frame[["low", "estimate", "high"]].astype(float).dropna()
            assert ((known["low"] <= known["estimate"]) & (known["estimate"] <= known["high"])).all()


@pytest.mark.slow
@pytest.mark.parametrize("a_year", [250, 400, 800])
def test_small_years_go_through_whole(a_year):
    made = [through_all(record(a_year, seed)) for seed in range(4)]
    assert all(model.fitted for model in made)


@pytest.mark.full
@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # what others left to the collector
@pytest.mark.parametrize("a_year", [250, 400, 800])
def test_two_hundred_small_years_of_each_size_go_through_whole(a_year):
    made = [through_all(record(a_year, seed)) for seed in range(200)]
    assert any(HOLIDAY in model.unheard or BRIDGE in model.unheard for model in made)
