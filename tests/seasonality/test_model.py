from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats as distributions

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib import glm
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.calendar import WAVE_TERM
from ujo_lib.seasonality.contrast import compare_hours
from ujo_lib.seasonality.forecast import forecast_months
from ujo_lib.seasonality.memory import Memory
from ujo_lib.seasonality.model import fit_calendar, quantiles
from ujo_lib.seasonality.staffing import slots
from ujo_lib.stats import side_of, significant

SUMMER = [Period(date(2023, 7, 21), date(2023, 8, 31), "夏休み")]


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(1)
    day = np.arange(365)
    summer = (day >= 201) & (day <= 242)
    mean = 200 * np.exp(0.2 * summer + 0.1 * (day % 7 == 0))
    return fit_calendar(counts_of(rng.poisson(mean)), SUMMER)


def test_planted_effects_stand_in_the_table_of_ratios(model):
    ratios = model.ratios().frame.set_index("level")
    assert ratios.loc["夏休み", "low"] < np.exp(0.2) < ratios.loc["夏休み", "high"]
    assert ratios.loc["夏休み", "p_value"] < 0.001
    assert ratios.loc["祝日", "low"] < 1 < ratios.loc["祝日", "high"]


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_no_ratio_is_clear_by_its_interval_and_not_by_its_p_as_printed(level):
    """Of waves too, whose joint test finds some that no interval from peak to trough does."""
    found = pd.concat(fit_calendar(noisy_year(8, seed), SUMMER).ratios(level).frame for seed in range(25))
    by_interval = [side_of(1, low, high) != 0 for low, high in zip(found["low"], found["high"], strict=True)]
    assert by_interval == significant(found["p_value"], 1 - level).tolist()
    assert 0 < sum(by_interval) < len(found)


def test_a_record_without_any_wave_has_a_ratio_of_one():
    wave = fit_calendar(counts_of(np.full(365, 8)), harmonics=1).ratios().frame.iloc[-1]
    assert (wave["term"], wave["low"]) == (WAVE_TERM, 1.0)
    assert wave["estimate"] == pytest.approx(1)
    assert wave["p_value"] >= 0.05


def test_seven_weekdays_are_reported_relative_to_the_week(model):
    weekdays = model.ratios().frame.query("term == '曜日'")
    assert weekdays["level"].tolist() == [f"{name}曜" for name in "日月火水木金土"]
    assert np.log(weekdays["estimate"].astype(float)).sum() == pytest.approx(0, abs=1e-9)
    assert weekdays.iloc[0]["estimate"] == pytest.approx(np.exp(0.1 * 6 / 7), rel=0.03)


def test_fitted_weeks_are_whole_weeks_and_most_lie_in_their_band(model):
    weekly = model.weekly_fit().frame
    assert len(weekly) == 51  # the 53rd Sunday makes the last block one of eight days
    inside = (weekly["low"] <= weekly["n"]) & (weekly["n"] <= weekly["high"])
    assert inside.mean() > 0.9


def test_residual_checks_are_values_with_sentences(model):
    checks = model.checks().frame
    assert checks["value"].notna().all()
    assert checks["format"].tolist() == ["ratio", "ratio", "p", "n"]  # no p of 0.00, no 0.00 days
    assert checks["finding"].isin({"問題なし", "注意"}).all()
    assert not checks["sentence"].str.contains(r"\d").any()


def test_a_wild_day_is_noticed():
    daily = noisy_year(50).daily.copy()
    daily[100] += 60
    outliers = (
        fit_calendar(counts_of(daily)).checks().frame.set_index("check").loc["モデルから大きく外れた日数"]
    )
    assert outliers["value"] >= 1
    assert outliers["finding"] == "注意"


def test_54_contacts_a_year_get_no_model_but_a_reason():
    model = fit_calendar(noisy_year(54 / 365))
    assert not model.fitted
    assert "推定しません" in model.reason
    assert len(model.ratios()) == 0
    assert len(model.weekly_fit()) == 0
    assert model.checks().frame["sentence"].tolist() == [model.reason]


def test_a_half_year_has_no_yearly_wave_and_no_term_without_a_day():
    half = Period(date(2024, 4, 1), date(2024, 9, 30), "上半期")
    model = fit_calendar(noisy_year(30, period=half), SUMMER)
    assert not [name for name in model.names if "波" in name]
    assert not {"学校の休み:夏休み", "年末年始(12/29~1/3)"} & set(model.names)


def test_two_years_get_a_trend():
    two = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")
    growth = np.exp(0.3 * np.arange(two.days) / 365.25)
    counts = counts_of(np.random.default_rng(2).poisson(50 * growth), two)
    row = fit_calendar(counts).ratios().frame.set_index("term").loc["傾向"]
    assert row["low"] < np.exp(0.3) < row["high"]


def test_a_gap_is_left_out_of_the_fit():
    counts = noisy_year(40).without([(date(2023, 3, 1), date(2023, 4, 15))])
    model = fit_calendar(counts)
    assert len(model.residuals) == counts.days
    assert model.mean[70] == pytest.approx(40, rel=0.3)


def test_quantiles_are_those_of_the_poisson_when_the_variance_is_the_mean():
    low, high = quantiles(np.array([100.0]), np.array([100.0]), (0.025, 0.975))
    assert (low[0], high[0]) == (81, 120)
    assert quantiles(np.array([100.0]), np.array([400.0]), (0.975,))[0] > 135


COMING = Period(date(2024, 1, 1), date(2024, 12, 31), "2024年")
WINTER = [Period(date(2023, 12, 20), date(2023, 12, 31), "冬休み")]
SIZES = [250, 400, 800]


@pytest.mark.parametrize("contacts", SIZES)
def test_a_small_prefectures_year_ends_in_numbers_or_a_reason(contacts):
    for seed in range(3):
        ends_in_numbers_or_a_reason(contacts, seed)


@pytest.mark.full
@pytest.mark.parametrize("contacts", SIZES)
def test_two_hundred_small_years_end_in_numbers_or_a_reason(contacts):
    for seed in range(200):
        ends_in_numbers_or_a_reason(contacts, seed)


def ends_in_numbers_or_a_reason(contacts, seed):
    """What notebook 02 makes of a year without any pattern."""
    counts = noisy_year(contacts / 365, seed)
    model = fit_calendar(counts, WINTER)
    coming = forecast_months(counts, COMING, WINTER, seed)
    assert model.fitted or model.reason
    assert bool(coming.reason) != (len(coming.months) == 13)
    if not coming.reason:
        slots(counts, coming, 1, 0.9)
    limits = [*model.ratios().frame["high"], *coming.months.frame["high"]]
    assert all(limit < 1e4 for limit in limits if limit is not None and limit == limit)
    hours = compare_hours(counts, [22, 23], [6, 7, 8]).frame
    assert not ((hours["low"] == 0) & (hours["high"] == np.inf)).any()
    model.weekly_fit(), model.checks()


@pytest.mark.parametrize(("residual", "days"), [(3.999, 0), (4.0, 0), (-4.001, 1)])
def test_a_day_is_wild_beyond_four_standard_errors(model, residual, days):
    residuals = np.linspace(-1, 1, len(model.residuals))
    residuals[7] = residual
    told = replace(model, residuals=residuals).checks().frame.set_index("check")["value"]
    assert told["モデルから大きく外れた日数"] == days


@pytest.mark.parametrize(
    ("days", "share", "expected"),
    [
        (1, 0.5, 1.2 * 5.0),
        (3, 0.0, 1.2 * 5.0),
        (3, 0.5, 1.2 * 5.0 * (1 + 2 * 0.5 * (0.8 * 2 / 3 + 0.64 * 1 / 3))),  # Cov by lag, by hand
    ],
)
def test_a_sum_of_days_varies_by_its_dispersion_and_by_what_the_days_share(model, days, share, expected):
    lasting = Memory(np.array([share]), np.array([0.8]), np.array([1.2]))
    assert replace(model, alpha=0.4, memory=lasting).scale_of_sums(days, 10.0) == pytest.approx(expected)
    calm = replace(lasting, scale=np.array([0.1]))
    assert replace(model, alpha=0.0, memory=calm).scale_of_sums(days, 10.0) == 1.0  # never below a lottery


def test_residuals_that_follow_each_other_are_told_however_small_they_are(model):
    wave = 0.1 * np.sin(np.arange(len(model.residuals)) / 5)
    told = [
        replace(model, residuals=residuals).checks().frame.set_index("check")["value"]
        for residuals in (wave, 0 * wave)
    ]
    assert [values["残差の自己相関の検定(p値)"] < 1e-6 for values in told] == [True, False]
    assert told[1]["残差の自己相関の検定(p値)"] == 1.0


def test_the_portmanteau_test_is_that_of_ljung_and_box_over_two_weeks(model):
    """By hand: n (n + 2) Σ r² / (n - k), fourteen lags, none of them lost to parameters."""
    e = model.residuals - model.residuals.mean()
    n = len(e)
    r = np.array([(e[k:] * e[:-k]).sum() for k in range(1, 15)]) / (e**2).sum()
    q = n * (n + 2) * (r**2 / (n - np.arange(1, 15))).sum()
    told = model.checks().frame.set_index("check")["value"]["残差の自己相関の検定(p値)"]
    assert told == pytest.approx(distributions.chi2.sf(q, 14))


def test_a_break_without_a_contact_is_held_by_a_normal_law_of_one_and_a_half():
    """Its score: what the other days lead one to expect is what a normal law of the logarithm, SD 1.5, takes back."""
    counts = noisy_year(7)
    silent = np.isin(counts.dates.date, pd.date_range("2023-12-20", "2023-12-31").date)
    found = fit_calendar(replace(counts, daily=np.where(silent, 0, counts.daily), hourly=None), WINTER)
    (at,) = [i for i, name in enumerate(found.names) if name in found.unheard]
    expected = found.mean[silent]
    assert (expected / (1 + found.alpha * expected)).sum() == pytest.approx(
        -found.coefficients[at] / 1.5**2, rel=1e-3
    )


def test_each_week_of_the_fit_is_named_by_its_first_day(model):
    weeks = model.weekly_fit().frame["week"]
    assert weeks.tolist() == pd.date_range("2023-01-01", periods=51, freq="7D").tolist()


@pytest.mark.parametrize("peak", [0, 120, 300, 350])
def test_a_wave_is_measured_from_its_highest_to_its_lowest_day_wherever_in_the_year_they_are(peak):
    """The closed form of one wave: e to twice its amplitude."""
    day = np.arange(365)
    mean = 200 * np.exp(0.3 * np.cos(2 * np.pi * (day - peak) / 365.25))
    fit = fit_calendar(counts_of(np.random.default_rng(2).poisson(mean)), harmonics=1)
    amplitude = np.hypot(*fit.coefficients[[name.startswith(WAVE_TERM) for name in fit.names]])
    wave = fit.ratios().frame.query("term == @WAVE_TERM").iloc[0]
    assert wave["estimate"] == pytest.approx(np.exp(2 * amplitude), rel=1e-4)
    assert wave["low"] < np.exp(0.6) < wave["high"]


@pytest.mark.parametrize(("away", "spread"), [(10, "問題なし"), (11, "注意")])
@pytest.mark.parametrize(("share", "carry"), [(0.2, "問題なし"), (0.21, "注意")])
def test_a_check_is_raised_where_days_vary_a_fifth_more_than_a_lottery_or_a_tenth_is_carried_over(
    model, away, spread, share, carry
):
    """Of 100 expected each day has 10 or 11 more or less: a hundredth of their square, over the degrees of freedom."""
    daily = 100 + away * np.where(np.arange(len(model.mean)) % 2, 1, -1)
    memory = replace(model.memory, share=np.array([share]), persistence=np.array([0.5]))
    told = replace(
        model,
        counts=replace(model.counts, daily=daily, hourly=None),
        mean=np.full(len(daily), 100.0),
        residuals=np.zeros(len(daily)),
        memory=memory,
    ).checks()
    days = int((model.counts.observed & (model.open_on(model.counts.dates) > 0)).sum())
    values = told.frame["value"].tolist()
    assert values == pytest.approx([away**2 / 100 * days / (days - len(model.names)), share / 2, 1.0, 0.0])
    assert told.frame["finding"].tolist() == [spread, carry, "問題なし", "問題なし"]


def test_the_year_is_fitted_with_two_waves_unless_others_are_asked_for(model):
    waves = [name for name in model.names if WAVE_TERM in name]
    assert len(waves) == 4  # a cosine and a sine each


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_band_of_a_week_leaves_as_much_below_as_above_and_says_how_much(level):
    """Every week lies in the band that its own mean and variance give so large a part of such weeks."""
    model = fit_calendar(noisy_year(60), [])
    weekly = model.weekly_fit(level)
    mean = weekly.frame["expected"].to_numpy()
    variance = mean * model.scale_of_sums(7, float(np.mean(model.mean)))
    size = mean**2 / (variance - mean)
    for end, below in (("low", (1 - level) / 2), ("high", (1 + level) / 2)):
        law = distributions.nbinom(size, mean / variance)
        reached = weekly.frame[end].to_numpy()
        assert (law.cdf(reached) >= below).all()
        assert (law.cdf(reached - 1) < below).all()
        assert weekly.schema[end].both == f"{level:.0%}の週が収まる範囲"


@pytest.mark.parametrize(("contacts", "closed"), [(0, (0,)), (1, ()), (2, ())])
def test_a_weekday_of_a_single_contact_is_open(contacts, closed):
    daily = np.random.default_rng(1).poisson(7, 365)
    daily[::7] = 0
    daily[: 7 * contacts : 7] = 1  # 2023 begins on a Sunday
    assert fit_calendar(counts_of(daily), ()).terms.closed == closed


@pytest.mark.parametrize(
    ("days", "n", "why"),
    [
        ([0, 2], 2000, ""),
        ([2], 2000, "曜日が一つだけ"),
        ([2], 60, "曜日が一つだけ"),
        ([2], 59, "少なく"),  # few: their weekday is not told
        ([2], 0, "少なく"),
    ],
)
def test_a_desk_of_one_weekday_has_no_model_however_many_contact_it(days, n, why):
    """「件数または日数が…少なく」 was said of 2,000 contacts."""
    period = Period(date(2023, 4, 1), date(2024, 3, 31), "")
    is_open = np.isin(pd.date_range(period.start, period.end).day_of_week, days)
    daily = np.bincount(np.resize(np.flatnonzero(is_open), n), minlength=len(is_open))
    daily = daily + is_open * (np.arange(len(is_open)) % 3) * (n == 2000)
    reason = fit_calendar(counts_of(daily, period), ()).reason or ""
    assert (bool(reason), why in reason) == (bool(why), True)


def test_where_the_fit_does_not_settle_that_is_said(monkeypatch):
    fit = glm.fit_negative_binomial
    monkeypatch.setattr(
        glm, "fit_negative_binomial", lambda *a, **k: replace(made := fit(*a, **k), converged=~made.converged)
    )
    model = fit_calendar(noisy_year(), ())
    assert (model.fitted, model.reason) == (False, "計算の値が一つに定まらず、回帰モデルは推定しません")
