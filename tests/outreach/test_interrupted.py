from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ujo_lib.outreach.interrupted import rate_ratio

SICILY = pd.read_csv(Path(__file__).parents[1] / "reference/sicily.csv")
"""Acute coronary events by month from January 2002, the smoking ban in January 2005 (Lopez Bernal et al. 2017)."""


def test_the_smoking_ban_of_sicily_has_the_published_rate_ratio():
    found = rate_ratio(SICILY["aces"], SICILY["stdpop"], since=36, harmonics=2)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.885072, 0.839401, 0.933227), abs=1e-6)


def test_without_a_season_the_published_poisson_interval_is_widened_by_the_dispersion():
    found = rate_ratio(SICILY["aces"], SICILY["stdpop"], since=36)
    time = np.arange(59)
    poisson = sm.GLM(
        SICILY["aces"],
        np.column_stack([np.ones(59), time >= 36, time]),
        family=sm.families.Poisson(),
        offset=np.log(SICILY["stdpop"]),
    ).fit()
    wider = np.sqrt(poisson.pearson_chi2 / 56)
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


@pytest.mark.parametrize(("periods", "told"), [(2, False), (3, False), (4, True)])
def test_a_spread_takes_a_period_more_than_columns(periods, told):
    counts = np.array([50, 40, 60, 45])[:periods]
    if told:
        assert np.isfinite(rate_ratio(counts, np.ones(periods), 1).high)
    else:
        with pytest.raises(ValueError, match="no spread"):
            rate_ratio(counts, np.ones(periods), 1)
