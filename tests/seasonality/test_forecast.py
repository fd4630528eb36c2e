from datetime import date

import numpy as np
import pytest

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.fiscal import FiscalYear, Period, period_for
from ujo_lib.seasonality.forecast import backtest, forecast_months, with_expected_growth
from ujo_lib.seasonality.model import fit_calendar

pytestmark = pytest.mark.slow

HISTORY = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
COMING = period_for(FiscalYear(2024), "fiscal")


def history(growth=0.1, mean=8.0, seed=1):
    day = np.arange(HISTORY.days)
    level = mean * np.exp(growth * day / 365 + 0.15 * np.cos(2 * np.pi * (day - 130) / 365))
    return counts_of(np.random.default_rng(seed).poisson(level), HISTORY)


@pytest.fixture(scope="module")
def made():
    return forecast_months(history(), COMING, (), seed=1)


def test_twelve_months_and_a_total_with_their_intervals(made):
    assert made.months.frame["month"].tolist()[0] == "2024年4月"
    assert made.months.frame["month"].tolist()[-1] == "合計"
    assert made.months.frame["n"].iloc[:-1].sum() == pytest.approx(made.months.frame["n"].iloc[-1])
    assert (made.months.frame["low"] < made.months.frame["n"]).all()
    assert (made.months.frame["n"] < made.months.frame["high"]).all()
    assert made.months.frame["days"].tolist() == [30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 365]


def test_the_same_seed_gives_the_same_forecast(made):
    assert forecast_months(history(), COMING, (), seed=1).months.frame.equals(made.months.frame)


def test_a_less_predictable_service_gets_wider_intervals(made):
    wild = forecast_months(history(), COMING, (), seed=1, yearly_change=0.4).months.frame.iloc[-1]
    total = made.months.frame.iloc[-1]
    assert wild["high"] - wild["low"] > 1.8 * (total["high"] - total["low"])


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


def test_one_year_of_history_says_what_it_takes_for_granted():
    assert (
        "増減の傾向がほとんど分からない"
        in forecast_months(noisy_year(), COMING, (), seed=1).months.schema.note
    )


def test_the_backtest_stands_beside_last_years_months():
    table = backtest(history(growth=0.15), (), seed=1).frame
    assert table["origin"].unique().tolist() == ["2023年4月"]
    assert table["method"].tolist() == ["回帰モデル", "前年同月"]
    model, naive = table["mase"].tolist()
    assert naive == pytest.approx(1.0)
    assert model < 1
    assert table["coverage"].iloc[0] >= 0.8


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
