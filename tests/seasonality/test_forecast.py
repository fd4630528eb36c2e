import inspect
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats as distributions
from statsmodels.tsa.statespace.structural import UnobservedComponents

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.fiscal import FiscalYear, Period, period_for
from ujo_lib.seasonality import forecast
from ujo_lib.seasonality.calendar import TREND
from ujo_lib.seasonality.forecast import _limits, at_the_end, backtest, forecast_months
from ujo_lib.seasonality.model import fit_calendar

HISTORY = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
COMING = period_for(FiscalYear(2024), "fiscal")
ONE_YEAR = Period(date(2023, 4, 2), date(2024, 3, 31), "1年")
AFTER = Period(date(2024, 4, 1), date(2025, 3, 31), "翌年度")


def history(growth=0.1, mean=8.0, seed=1):
    day = np.arange(HISTORY.days)
    level = mean * np.exp(growth * day / 365 + 0.15 * np.cos(2 * np.pi * (day - 130) / 365))
    return counts_of(np.random.default_rng(seed).poisson(level), HISTORY)


@pytest.fixture(scope="module")
def made():
    return forecast_months(history(), COMING, (), seed=1)


@pytest.mark.slow
def test_twelve_months_and_a_total_with_their_intervals(made):
    assert made.months.frame["month"].tolist()[0] == "2024年4月"
    assert made.months.frame["month"].tolist()[-1] == "合計"
    assert made.months.frame["n"].iloc[:-1].sum() == pytest.approx(made.months.frame["n"].iloc[-1])
    assert (made.months.frame["low"] < made.months.frame["n"]).all()
    assert (made.months.frame["n"] < made.months.frame["high"]).all()
    assert made.months.frame["days"].tolist() == [30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 365]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_forecast(made):
    assert forecast_months(history(), COMING, (), seed=1).months.frame.equals(made.months.frame)


@pytest.mark.slow
def test_a_less_predictable_service_gets_wider_intervals(made):
    wild = forecast_months(history(), COMING, (), seed=1, yearly_change=0.4).months.frame.iloc[-1]
    total = made.months.frame.iloc[-1]
    assert wild["high"] - wild["low"] > 1.8 * (total["high"] - total["low"])


def test_growth_is_believed_as_far_as_the_record_is_long():
    model = fit_calendar(history(growth=0.4), (), trend=True)
    where = model.names.index("1年あたりの増減")
    doubtful, V = at_the_end(model, 0.05)
    open_minded, W = at_the_end(model, 2.0)
    assert 0 < doubtful[where] < 0.7 * open_minded[where]
    assert V[where, where] < 0.05**2 < W[where, where]


def test_a_level_that_does_not_change_is_the_mean_of_the_record():
    fell = np.repeat([12, 8], [182, 183])
    still = forecast_months(counts_of(fell, ONE_YEAR), AFTER, (), 1, harmonics=0, yearly_change=0)
    moved = forecast_months(counts_of(fell, ONE_YEAR), AFTER, (), 1, harmonics=0, yearly_change=0.4)
    assert still.months.frame["n"].iloc[-1] == pytest.approx(fell.mean() * 365, rel=0.02)
    assert moved.months.frame["n"].iloc[-1] == pytest.approx(8 * 365, rel=0.04)


def test_half_a_year_is_not_enough_and_the_page_is_told():
    half = Period(date(2023, 4, 1), date(2023, 9, 30), "上半期")
    made = forecast_months(noisy_year(period=half), COMING, (), seed=1)
    assert "1年分の記録がない" in made.reason
    assert len(made.months) == 0


def test_54_contacts_get_a_reason_and_no_number():
    made = forecast_months(noisy_year(54 / 365), COMING, (), seed=1)
    assert "推定しません" in made.reason
    assert (len(made.months), len(made.daily_mean), len(made.levels)) == (0, 0, 0)


def test_where_cells_were_hidden_there_is_a_reason_and_no_number():
    made = forecast_months(replace(history(), suppressed=1), COMING, (), seed=1)
    assert "伏せられた欄" in made.reason
    assert (len(made.months), len(made.daily_mean), len(made.levels)) == (0, 0, 0)


@pytest.mark.slow
def test_one_year_of_history_says_what_it_takes_for_granted():
    assert (
        "増減の傾向がほとんど分からない"
        in forecast_months(noisy_year(), COMING, (), seed=1).months.schema.note
    )


@pytest.mark.slow
def test_the_backtest_stands_beside_last_years_months():
    table = backtest(history(growth=0.15), (), seed=1).frame
    assert table["origin"].unique().tolist() == ["2023年4月"]
    assert table["method"].tolist() == ["回帰モデル", "前年同月"]
    model, naive = table["mase"].tolist()
    assert naive == pytest.approx(1.0)
    assert model < 1
    assert table["coverage"].iloc[0] >= 0.8


@pytest.mark.slow
def test_the_naive_forecast_is_the_month_a_year_earlier():
    past = history()
    table = backtest(past, (), seed=1).frame
    sums = np.bincount(past.month_index, weights=past.daily)
    assert table.loc[1, "mae"] == pytest.approx(np.abs(sums[12:] - sums[:12]).mean())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "days", "months"), [("2023-02-28", 1, 11), ("2023-06-30", 2, 10), ("2023-06-05", 1, 11)]
)
def test_a_month_with_a_day_that_was_not_recorded_is_not_foretold_too_high(first, days, months):
    """Its contacts are too few by those of that day, whichever of the two years lacks it; a gap is no zero."""
    last = date.fromisoformat(first) + timedelta(days - 1)
    past = history().without([(date.fromisoformat(first), last)])
    table = backtest(past, (), seed=1).frame
    sums = np.bincount(past.month_index, weights=past.daily)
    whole = np.bincount(past.month_index, weights=~past.observed) == 0
    kept = whole[12:] & whole[:12]
    assert table["months"].tolist() == [months, months] == [kept.sum()] * 2
    assert table.loc[1, "mae"] == pytest.approx(np.abs(sums[12:] - sums[:12])[kept].mean())


def test_two_years_that_never_recorded_the_same_month_have_no_backtest():
    odd = [(date(year, month, 1), date(year, month, 1)) for year in (2022, 2023) for month in range(1, 13)]
    assert len(backtest(history().without(odd), (), seed=1)) == 0


def test_one_year_has_no_backtest():
    assert len(backtest(noisy_year(), (), seed=1)) == 0


def test_the_limits_allow_for_a_level_that_drifts_on():
    """A record without noise, of many contacts: its last day's level is known but for half a month of the walk and
    what is a month's own; to come are the walk, of variance 1/3 in the mean of a year, and months of their own."""
    made = forecast_months(counts_of(np.full(365, 30_000), ONE_YEAR), AFTER, (), 1, harmonics=0)
    total = made.months.frame.iloc[-1]
    sd = np.log(total["high"] / total["low"]) / 2 / 1.645
    assert 0.1 * np.sqrt(1 / 3) < sd < 0.1 * np.sqrt(1 / 3 + 1 / 12 + 0.03**2 / 0.1**2)
    assert len(made.levels) == 9
    assert made.levels[4] == pytest.approx(1, abs=0.03)
    assert np.log(made.levels[-1] / made.levels[0]) / 2 == pytest.approx(1.593 * sd, rel=0.1)


def test_days_between_record_and_forecast_let_the_level_walk_further():
    late = Period(date(2026, 4, 1), date(2027, 3, 31), "2年後")
    soon, later = (
        forecast_months(counts_of(np.full(365, 30_000), ONE_YEAR), period, (), 1, harmonics=0).months.frame
        for period in (AFTER, late)
    )
    soon, later = ((np.log(made["high"] / made["low"]).iloc[-1] / 2 / 1.645) ** 2 for made in (soon, later))
    assert later - soon == pytest.approx(0.1**2 * 730 / 365.25, rel=0.12)


def _walks(days_a_month=30, months=24, sd=0.3, own=0.05, seed=3):
    """Counts on a level that walks from month to month, with the model of a constant mean for them."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0, sd / np.sqrt(12), months)) + rng.normal(0, own, months)
    daily = np.repeat(np.exp(level), days_a_month) * 400
    period = Period(date(2022, 1, 1), date(2022, 1, 1) + timedelta(days=len(daily) - 1), "")
    month = np.repeat(np.arange(months), days_a_month)
    return SimpleNamespace(
        counts=SimpleNamespace(
            daily=daily, period=period, month_index=month, observed=np.ones(len(daily), bool), dates=month
        ),
        names=("定数",),
        unheard=(),
        coefficients=np.array([np.log(daily.mean())]),
        mean=np.full(len(daily), daily.mean()),
        columns=lambda dates: np.ones((len(dates), 1)),
        open_on=lambda dates: np.ones(len(dates)),
        scale_of_sums=lambda days, mean: 2.0,
    )


@pytest.mark.parametrize(("sd", "own"), [(0.1, 0.01), (0.3, 0.05), (0.05, 0.09)])
def test_the_level_at_the_end_is_that_of_the_kalman_filter(sd, own):
    """`statsmodels`' local level with the same known variances, of the months' means of the working values."""
    model = _walks()
    daily, mean = model.counts.daily, model.mean[0]
    months = ((daily - mean) / mean + model.coefficients[0]).reshape(-1, 30).mean(axis=1)
    noise, step = 2.0 / (30 * mean) + own**2, sd**2 * 30 / 365.25
    local = UnobservedComponents(months, "llevel")
    filtered = local.filter([noise, step])
    b, V = at_the_end(model, sd, own)
    assert b[0] == pytest.approx(filtered.filtered_state[0, -1], abs=1e-6)
    # From the middle of the last month to its last day the level walks on.
    rest = sd**2 * 14.5 / 365.25
    assert V[0, 0] == pytest.approx(filtered.filtered_state_cov[0, 0, -1] + rest, rel=1e-4)


def test_the_interval_of_a_sum_has_the_variance_that_the_model_gives_such_sums():
    model = SimpleNamespace(scale_of_sums=lambda days, mean: 3.0)
    low, high = forecast._limits(model, np.full((40_000, 10), 10.0), np.random.default_rng(8), 0.95)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(3 * 100), rel=0.04)


@pytest.mark.parametrize(("days", "origins"), [(729, 0), (730, 1), (731, 1), (730 + 91, 2)])
def test_a_backtest_begins_where_a_year_lies_before_and_another_behind(days, origins):
    first = date(2021, 4, 1)
    period = Period(first, first + timedelta(days=days - 1), "")
    found = forecast._origins(counts_of(np.ones(days), period), 12)
    assert found == [date(2022, 4, 1), date(2022, 7, 1)][:origins]


def test_months_of_a_forecast_follow_each_other_and_the_last_ends_with_the_period():
    limits = [(0.0, 1.0)] * 4
    period = Period(date(2024, 1, 15), date(2024, 3, 20), "")
    table = forecast._monthly(period, [1.0, 2.0, 3.0, 6.0], limits, 0.9, "").frame
    assert table["month"].tolist() == ["2024年1月", "2024年2月", "2024年3月", "合計"]
    assert table["days"].tolist() == [17, 29, 20, 17 + 29 + 20]


@pytest.mark.parametrize(("days", "known"), [(729, False), (730, True), (731, True)])
def test_from_two_years_on_a_forecast_follows_the_growth_of_the_record_and_says_so(days, known):
    record = noisy_year(1, period=Period(date(2022, 4, 1), date(2022, 3, 31) + timedelta(days), ""))
    growth, level = "これまでの増減がおおむね続く", "増減の傾向がほとんど分からないため"
    assert (growth in forecast._remark(record), level in forecast._remark(record)) == (known, not known)


def test_a_backtest_is_a_forecast_made_on_the_eve_of_the_twelve_months_that_it_foretells(monkeypatch):
    asked, told = [], []
    of = inspect.signature(forecast_months).parameters

    def refusing(before, period, breaks, seed, harmonics, yearly_change, level):
        asked.append((before.period.start, before.period.end, period.start, period.end))
        told.append((harmonics, yearly_change, level))
        return SimpleNamespace(reason="学習しない")

    monkeypatch.setattr(forecast, "forecast_months", refusing)
    assert len(backtest(history(), (), seed=1)) == 0
    assert asked == [(date(2022, 4, 1), date(2023, 3, 31), date(2023, 4, 1), date(2024, 3, 31))]
    assert told == [tuple(of[name].default for name in ("harmonics", "yearly_change", "level"))]


def test_months_of_a_fiscal_year_stand_in_the_order_of_the_calendar():
    groups = forecast._month_groups(COMING)
    assert [len(days) for days in groups] == [30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31]
    assert np.concatenate(groups).tolist() == list(range(365))


@pytest.mark.parametrize(("days", "enough"), [(363, False), (364, True), (365, True)])
def test_a_forecast_takes_a_year_of_which_one_day_may_lack(days, enough):
    history = noisy_year(20, period=Period(date(2023, 1, 1), date(2022, 12, 31) + timedelta(days), ""))
    made = forecast_months(history, COMING, (), seed=1)
    assert ("1年分の記録がない" in made.reason) != enough
    assert (len(made.months) > 0) == enough


@pytest.mark.parametrize(("yearly_change", "sd"), [(0.0, 1e-6), (0.1, 0.1), (0.5, 0.5)])
def test_a_growth_of_which_a_record_says_nothing_is_expected_to_be_as_large_as_levels_change(
    yearly_change, sd
):
    """And no larger: its mean stays 0, its standard deviation that of the walk over a year."""
    model = _walks()
    model.names = ("定数", TREND)
    model.coefficients = np.array([model.coefficients[0], 0.0])
    model.columns = lambda dates: np.column_stack([np.ones(len(dates)), np.zeros(len(dates))])
    b, V = at_the_end(model, yearly_change)
    assert b[1] == pytest.approx(0, abs=1e-9)
    assert np.sqrt(V[1, 1]) == pytest.approx(sd, rel=1e-6)


@pytest.mark.parametrize(
    ("last", "origins"), [(date(2023, 4, 29), 0), (date(2023, 4, 30), 1), (date(2023, 7, 31), 2)]
)
def test_a_record_that_begins_within_a_month_is_tried_from_the_month_that_has_a_whole_year_before_it(
    last, origins
):
    period = Period(date(2021, 4, 15), last, "")
    found = forecast._origins(counts_of(np.ones(period.days), period), 12)
    assert found == [date(2022, 5, 1), date(2022, 8, 1)][:origins]


@pytest.mark.parametrize("first", [date(2021, 5, 1), date(2021, 4, 15)])
def test_a_month_that_the_record_holds_in_part_is_no_yardstick_for_the_forecast(first, monkeypatch):
    """Ten a day, twenty from May 2022 on: in the year before May 2023 each month had ten a day more than a year ago."""
    days = pd.date_range(first, "2024-04-30")
    period = Period(first, date(2024, 4, 30), "")
    record = counts_of(np.where(days < "2022-05-01", 10, 20), period)
    ahead = np.array([31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 366]) * 20

    def one_too_many(before, period, *_):
        frame = pd.DataFrame({"n": ahead + 1.0, "low": ahead * 1.0, "high": ahead * 1.0})
        return SimpleNamespace(reason="", months=SimpleNamespace(frame=frame))

    monkeypatch.setattr(forecast, "forecast_months", one_too_many)
    table = backtest(record, (), seed=1).frame
    model, naive = table[table["origin"] == "2023年5月"].to_dict("records")
    scale = 3650 / 12
    assert (model["mae"], model["coverage"]) == (1, 1)
    assert naive["mae"] == pytest.approx(20 / 12)  # of 29 February
    assert (model["mase"], naive["mase"]) == pytest.approx((1 / scale, 20 / 12 / scale))


@pytest.mark.parametrize(("more", "mase"), [(0, None), (1, 12.0), (11, 12 / 11), (12, 1.0), (13, 12 / 13)])
def test_a_forecast_is_held_against_the_steps_from_year_to_year_however_small_but_not_against_none(
    more, mase, monkeypatch
):
    """Ten a day, and so many more in June 2022: a twelfth of them a month, of a forecast with one too many a month."""
    period = Period(date(2021, 5, 1), date(2024, 4, 30), "")
    days = pd.date_range(period.start, period.end)
    record = counts_of(10 + more * (days == "2022-06-10"), period)
    ahead = np.append(np.array([31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30]) * 10 + 1.0, 0)
    months = SimpleNamespace(frame=pd.DataFrame(dict.fromkeys(("n", "low", "high"), ahead)))
    monkeypatch.setattr(forecast, "forecast_months", lambda *_: SimpleNamespace(reason="", months=months))
    table = backtest(record, (), seed=1).frame.query("origin == '2023年5月'")
    assert table["mae"].iloc[0] == 1
    assert table["mase"].iloc[0] == (mase and pytest.approx(mase)) or (
        mase is None and table["mase"].isna().all()
    )


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_sum_of_days_that_vary_as_chance_has_makes_them_has_the_limits_of_poisson(level):
    chance = SimpleNamespace(scale_of_sums=lambda days, mean: 1.0)
    found = _limits(chance, np.full((20_000, 9), 100.0), np.random.default_rng(0), level)
    assert found == pytest.approx(distributions.poisson(900).interval(level), abs=2)


@pytest.mark.parametrize("draws", [999, 1000, 1001])
def test_limits_of_contacts_to_come_are_whole_contacts(draws):
    """Between the 25th and the 26th of a thousand draws lies no number of contacts: 2,185.0 stood beside 3,067."""
    model = SimpleNamespace(scale_of_sums=lambda days, mean: 2.0)
    ends = [
        _limits(model, np.full((draws, 9), 100.0), np.random.default_rng(seed), 0.95) for seed in range(20)
    ]
    assert all(end.is_integer() for both in ends for end in both)
