from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.fiscal import FiscalYear, Period, period_for
from ujo_lib.seasonality import forecast
from ujo_lib.seasonality.forecast import backtest, forecast_months, with_expected_growth
from ujo_lib.seasonality.model import fit_calendar

HISTORY = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
COMING = period_for(FiscalYear(2024), "fiscal")


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


@pytest.mark.slow
def test_growth_is_believed_as_far_as_the_record_is_long():
    model = fit_calendar(history(growth=0.4), (), trend=True)
    where = model.names.index("1年あたりの増減")
    doubtful, _ = with_expected_growth(model, 0.02)
    open_minded, V = with_expected_growth(model, 2.0)
    assert doubtful[where] < 0.5 * open_minded[where]
    assert open_minded[where] == pytest.approx(model.coefficients[where], rel=0.02)
    assert V[where, where] <= model.covariance[where, where]


def test_half_a_year_is_not_enough_and_the_page_is_told():
    half = Period(date(2023, 4, 1), date(2023, 9, 30), "上半期")
    made = forecast_months(noisy_year(period=half), COMING, (), seed=1)
    assert "1年分の記録がない" in made.reason
    assert len(made.months) == 0


def test_54_contacts_get_a_reason_and_no_number():
    made = forecast_months(noisy_year(54 / 365), COMING, (), seed=1)
    assert "推定しません" in made.reason


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


def test_one_year_has_no_backtest():
    assert len(backtest(noisy_year(), (), seed=1)) == 0


def test_the_limits_allow_for_a_level_that_has_drifted_before_and_drifts_on():
    """A record without noise has nothing else in its limits; the growth alone reaches 1.25 years from its middle."""
    made = forecast_months(
        counts_of(np.full(365, 3000)), Period(date(2024, 4, 1), date(2025, 3, 31), "翌年度"), (), 1
    )
    total = made.months.frame.iloc[-1]
    sd = np.log(total["high"] / total["low"]) / 2 / 1.645
    assert 0.1 * np.sqrt(1 / 3 + 1 / 3) < sd < 0.1 * np.sqrt(1.75**2 + 1 / 3 + 1 / 3)
    assert len(made.levels) == 9
    assert made.levels[4] == pytest.approx(1, abs=0.03)
    assert np.log(made.levels[-1] / made.levels[0]) / 2 == pytest.approx(1.593 * sd, rel=0.1)


def test_an_expectation_of_growth_is_combined_with_the_fit_as_two_normal_measurements_are():
    root = np.random.default_rng(7).normal(size=(3, 3))
    V, fitted = root @ root.T, np.array([1.0, 0.4, -0.2])
    model = SimpleNamespace(names=["定数", "1年あたりの増減", "祝日"], covariance=V, coefficients=fitted)
    found, covariance = with_expected_growth(model, 0.1)
    # Precisions add; the expectation of zero growth weighs 1/0.1².
    precision = np.linalg.inv(V) + np.diag([0, 1 / 0.1**2, 0])
    assert covariance == pytest.approx(np.linalg.inv(precision))
    assert found == pytest.approx(np.linalg.inv(precision) @ np.linalg.inv(V) @ fitted)


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
    assert table["days"].iloc[-1] == 17 + 29 + 20


def test_a_backtest_learns_up_to_the_eve_of_the_twelve_months_that_it_foretells(monkeypatch):
    asked = []

    def refusing(before, period, *_):
        asked.append((before.period.start, before.period.end, period.start, period.end))
        return SimpleNamespace(reason="学習しない")

    monkeypatch.setattr(forecast, "forecast_months", refusing)
    assert len(backtest(history(), (), seed=1)) == 0
    assert asked == [(date(2022, 4, 1), date(2023, 3, 31), date(2023, 4, 1), date(2024, 3, 31))]


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
