from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats as distributions

from ujo_lib.outreach.interrupted import rate_ratio

SICILY = pd.read_csv(Path(__file__).parents[1] / "reference/sicily.csv")
"""Acute coronary events by month from January 2002, the smoking ban in January 2005 (Lopez Bernal et al. 2017)."""


def test_the_smoking_ban_of_sicily_has_the_published_rate_ratio():
    """Published with normal quantiles; the dispersion is an estimate with 59 - 7 degrees of freedom."""
    found = rate_ratio(SICILY["aces"], SICILY["stdpop"], since=36, harmonics=2)
    wider = distributions.t.ppf(0.975, 52) / distributions.norm.ppf(0.975)
    low, high = 0.885072 * (np.array([0.839401, 0.933227]) / 0.885072) ** wider
    assert (found.estimate, found.low, found.high) == pytest.approx((0.885072, low, high), abs=2e-6)


def test_without_a_season_the_published_poisson_interval_is_widened_by_the_dispersion():
    found = rate_ratio(SICILY["aces"], SICILY["stdpop"], since=36)
    time = np.arange(59)
    poisson = sm.GLM(
        SICILY["aces"],
        np.column_stack([np.ones(59), time >= 36, time]),
        family=sm.families.Poisson(),
        offset=np.log(SICILY["stdpop"]),
    ).fit()
    t = distributions.t.ppf(0.975, 56) / distributions.norm.ppf(0.975)
    wider = t * np.sqrt(poisson.pearson_chi2 / 56)
    low, middle, high = np.log([0.864686, 0.894377, 0.925086])
    expected = np.exp([middle, middle + wider * (low - middle), middle + wider * (high - middle)])
    assert (found.estimate, found.low, found.high) == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize(("since", "told"), [(0, False), (1, True), (23, True), (24, False)])
def test_a_change_needs_periods_on_both_sides(since, told):
    counts = np.random.default_rng(1).poisson(50, 24)
    if told:
        assert rate_ratio(counts, np.ones(24), since).low > 0
    else:
        with pytest.raises(ValueError, match="before and after"):
            rate_ratio(counts, np.ones(24), since)


@pytest.mark.parametrize("periods", [8, 12, 24])
def test_a_short_record_without_a_change_is_told_as_one_no_more_often_than_the_level_says(periods):
    """1,000 records of chance alone: 5 %, with a Monte-Carlo error of 0.7 points; normal quantiles made 8 to 10 %."""
    rng = np.random.default_rng(1)
    draws = rng.poisson(50, (1000, periods))
    found = [rate_ratio(counts, np.ones(periods), periods // 2) for counts in draws]
    assert np.mean([not one.low <= 1 <= one.high for one in found]) <= 0.07


@pytest.mark.parametrize(("periods", "told"), [(2, False), (3, False), (4, True)])
def test_a_spread_takes_a_period_more_than_columns(periods, told):
    counts = np.array([50, 40, 60, 45])[:periods]
    if told:
        assert np.isfinite(rate_ratio(counts, np.ones(periods), 1).high)
    else:
        with pytest.raises(ValueError, match="no spread"):
            rate_ratio(counts, np.ones(periods), 1)
