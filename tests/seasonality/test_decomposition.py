from datetime import date, timedelta

import numpy as np
import pytest
import statsmodels.api as sm

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.decomposition import decompose, why_not

TWO_YEARS = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
THREE_YEARS = Period(date(2022, 4, 1), date(2025, 3, 31), "3年")


def three_years(seed=1):
    day = np.arange(THREE_YEARS.days)
    mean = 50 * np.exp(0.2 * day / 365 + 0.3 * np.cos(2 * np.pi * (day - 130) / 365))
    return counts_of(np.random.default_rng(seed).poisson(mean), THREE_YEARS)


@pytest.mark.parametrize(("days", "enough"), [(730, False), (1094, False), (1095, True), (1096, True)])
def test_a_wave_that_was_not_seen_three_times_is_not_called_yearly(days, enough):
    counts = noisy_year(20, period=Period(date(2021, 4, 1), date(2021, 4, 1) + timedelta(days - 1), ""))
    assert ("3年分の記録がない" in why_not(counts)) != enough
    assert decompose(counts).frame[["level", "yearly", "rest"]].notna().all(axis=None) == enough
    assert decompose(counts).frame[["level", "yearly", "rest"]].isna().all(axis=None) != enough


def test_the_state_space_numbers_of_r_are_those_of_the_library():
    """Nile, local level: R's StructTS(Nile, type = "level") gives 15098.58 and 1469.15 (case B2)."""
    fitted = sm.tsa.UnobservedComponents(sm.datasets.nile.load_pandas().data["volume"], "local level").fit(
        disp=False
    )
    assert fitted.params.to_numpy() == pytest.approx([15098.58, 1469.15], rel=0.02)


def test_level_and_yearly_wave_add_up_with_the_rest():
    parts = decompose(three_years()).frame
    assert len(parts) == 36
    total = parts["level"] + parts["yearly"] + parts["rest"]
    assert total.to_numpy() == pytest.approx(
        parts["per_day"].to_numpy(), abs=1.5
    )  # the week averages out over a month
    assert parts["level"].iloc[-1] > parts["level"].iloc[0]
    assert parts.loc[parts["yearly"].idxmax(), "month"] in {
        "2022年7月",
        "2022年8月",
        "2023年7月",
        "2023年8月",
        "2022年9月",
        "2023年9月",
        "2024年7月",
        "2024年8月",
        "2024年9月",
    }


def test_a_lost_month_stops_it_and_a_lost_day_does_not():
    counts = three_years()
    assert "記録のない期間" in why_not(counts.without([(date(2023, 1, 1), date(2023, 1, 31))]))
    assert len(decompose(counts.without([(date(2023, 1, 1), date(2023, 1, 1))]))) == 36


def test_the_contacts_of_each_month_are_counted_with_their_days_as_plan_and_audit_know_them():
    """A rate of two decimals over 31 days tells the count: months of earlier years stood beside no count at all."""
    counts = three_years().without([(date(2023, 1, 1), date(2023, 1, 2))])
    parts = decompose(counts)
    assert list(parts.frame)[:4] == ["month", "n", "days", "per_day"]
    assert parts.schema.counts == ("n",)
    of_january = parts.frame.set_index("month").loc["2023年1月"]
    came = counts.daily[(counts.dates >= "2023-01-03") & (counts.dates <= "2023-01-31")].sum()
    assert (of_january["n"], of_january["days"], of_january["per_day"]) == (came, 29, came / 29)
    parts.require_following()


@pytest.mark.parametrize("days", [1, 31, 32, 730, 1094, 1095])
def test_every_month_that_a_forecast_rests_on_is_counted_however_short_the_record(days):
    """Of 24 months twelve stood in no table: their hidden counts changed the printed forecast, and no mask knew."""
    period = Period(date(2021, 1, 1), date(2021, 1, 1) + timedelta(days - 1), "")
    counts = counts_of(np.random.default_rng(2).poisson(1.0, days), period)
    parts = decompose(counts)
    came = [counts.daily[counts.month_index == at].sum() for at in range(counts.month_index.max() + 1)]
    assert parts.frame["n"].tolist() == came
    parts.require_following()


def test_a_month_without_a_recorded_day_has_no_count_rather_than_none():
    counts = counts_of(np.ones(TWO_YEARS.days), TWO_YEARS).without([(date(2023, 2, 1), date(2023, 2, 28))])
    of_february = decompose(counts).frame.set_index("month").loc["2023年2月"]
    assert of_february["days"] == 0
    assert of_february[["n", "per_day"]].isna().all()


@pytest.mark.parametrize(("days", "bridged"), [(6, True), (7, True), (8, False)])
def test_a_gap_is_bridged_up_to_a_week(days, bridged):
    counts = three_years().without([(date(2023, 1, 1), date(2023, 1, days))])
    assert (why_not(counts) == "") == bridged


def test_parts_of_the_contacts_of_a_day_are_told_with_two_decimals():
    kinds = decompose(counts_of(np.ones(100), Period(date(2022, 4, 1), date(2022, 7, 9), ""))).schema.columns
    parts = ("per_day", "level", "yearly", "rest")
    assert {name: kinds[name].decimals for name in parts} == dict.fromkeys(parts, 2)
