from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.seasonality.conftest import counts_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.usage import bounds, by_area, residents, use_per_population
from ujo_lib.stats import wilson


def pair():
    rng = np.random.default_rng(1)
    nation = rng.poisson(926, 365)
    return counts_of(rng.binomial(nation, 0.0075)), counts_of(nation)


def test_published_shares_are_reproduced():
    spread = np.diff(np.linspace(0, 2536, 366).round()), np.diff(np.linspace(0, 337943, 366).round())
    place, nation = (counts_of(daily) for daily in spread)
    result = use_per_population(place, nation, 40560, 1_738_301, 126_146_099)
    assert round(100 * result.share, 2) == 0.75
    assert result.estimate == pytest.approx(0.545, abs=1e-3)
    areas = by_area(result, ("全国", "県", "市"), (126_146_099, 1_738_301, 57_001)).frame
    assert areas.loc[2, "population"] == 57_001


def test_independent_contacts_give_nearly_wilsons_interval():
    place, nation = pair()
    result = use_per_population(place, nation, 0, 1, 100)
    exact = wilson(place.n, nation.n)
    assert result.share_low == pytest.approx(exact.low, rel=0.03)
    assert result.share_high == pytest.approx(exact.high, rel=0.03)


def test_uneven_weeks_widen_the_interval():
    place, nation = pair()
    rng = np.random.default_rng(2)
    lumpy = counts_of(place.daily * np.repeat(rng.choice([0, 2], 53), 7)[:365])
    assert use_per_population(lumpy, nation, 0, 1, 100).dispersion > 3


def test_unknown_residence_bounds_the_ratio_from_both_sides():
    place, nation = pair()
    result = use_per_population(place, nation, 1000, 1, 100)
    table = bounds(result).frame
    assert table["estimate"].is_monotonic_increasing
    assert table["unknown"].tolist() == [1000] * 3
    assert table["low"].notna().tolist() == [True, False, False]


def test_a_fortnight_gives_a_share_and_no_interval():
    fortnight = Period(date(2023, 1, 1), date(2023, 1, 14), "2週間")
    place, nation = (counts.within(fortnight) for counts in pair())
    result = use_per_population(place, nation, 0, 1, 100)
    assert result.share > 0
    assert np.isnan(result.share_low)


def test_no_unknown_leaves_one_ratio():
    place, nation = pair()
    assert bounds(use_per_population(place, nation, 0, 1, 100)).frame["estimate"].nunique() == 1


def test_population_is_added_up_over_sex_and_age_of_one_source():
    population = pd.DataFrame(
        {
            "area_code": ["43000", "43000", "43000", "00000"],
            "source": ["国勢調査(2020年)", "国勢調査(2020年)", "推計人口", "国勢調査(2020年)"],
            "n": [3, 4, 100, 50],
        }
    )
    assert residents(population, "43000", "国勢調査") == 7
    with pytest.raises(ValueError, match="13000"):
        residents(population, "13000", "国勢調査")


def test_different_periods_are_refused():
    place, nation = pair()
    other = Period(date(2023, 4, 1), date(2024, 3, 31), "年度")
    with pytest.raises(ValueError, match="same days"):
        use_per_population(place.within(other), nation, 0, 1, 100)
    with pytest.raises(ValueError, match="no contacts"):
        use_per_population(place, nation, nation.n, 1, 100)
