from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm

from tests.seasonality.conftest import counts_of, noisy_year
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.decomposition import decompose, why_not

TWO_YEARS = Period(date(2022, 4, 1), date(2024, 3, 31), "2年")


def two_years(seed=1):
    day = np.arange(TWO_YEARS.days)
    mean = 50 * np.exp(0.2 * day / 365 + 0.3 * np.cos(2 * np.pi * (day - 130) / 365))
    return counts_of(np.random.default_rng(seed).poisson(mean), TWO_YEARS)


def test_one_year_is_not_taken_apart_and_the_page_is_told_why():
    assert "2年を超える記録がない" in why_not(noisy_year())
    assert len(decompose(noisy_year())) == 0


def test_the_state_space_numbers_of_r_are_those_of_the_library():
    """Nile, local level: R's StructTS(Nile, type = "level") gives 15098.58 and 1469.15 (case B2)."""
    fitted = sm.tsa.UnobservedComponents(sm.datasets.nile.load_pandas().data["volume"], "local level").fit(
        disp=False
    )
    assert fitted.params.to_numpy() == pytest.approx([15098.58, 1469.15], rel=0.02)


def test_level_and_yearly_wave_add_up_with_the_rest():
    parts = decompose(two_years()).frame
    assert len(parts) == 24
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
    }


def test_a_lost_month_stops_it_and_a_lost_day_does_not():
    counts = two_years()
    assert "記録のない期間" in why_not(counts.without([(date(2023, 1, 1), date(2023, 1, 31))]))
    assert len(decompose(counts.without([(date(2023, 1, 1), date(2023, 1, 1))]))) == 24
