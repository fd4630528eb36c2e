from datetime import date, timedelta

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
    areas = {"全国": (result.base, 126_146_099), "県": (2536, 1_738_301), "市": (None, 57_001)}
    table = by_area(areas, result)
    assert table.schema.counts == ("n",)  # who lives there is no contact
    assert table.schema["share"].format == table.schema["population_share"].format == "percent2"
    shown = table.frame.set_index("area")
    assert shown.loc["市", "population"] == 57_001
    assert shown["per_100k"].round(1).tolist()[:2] == [267.9, 145.9]
    assert shown.loc["県", "ratio"] == result.estimate


def test_without_a_nation_the_prefecture_still_has_its_contacts_per_head_and_no_column_to_compare_them():
    shown = by_area({"県": (2536, 1_738_301), "市": (None, 57_001)}).frame
    assert shown.columns.tolist() == ["area", "n", "population", "per_100k"]
    assert shown["per_100k"].round(1).tolist()[:1] == [145.9]


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


@pytest.mark.parametrize("known", [2, 1, 0, -1])
def test_the_ratio_among_the_known_needs_somebody_whose_residence_is_known(known):
    place, nation = pair()
    found = bounds(use_per_population(place, nation, nation.n - known, 1, 100)).frame["estimate"]
    assert found.isna().tolist() == [False, known <= 0, False]


@pytest.mark.parametrize(("weeks", "bounded"), [(2, False), (3, False), (4, True), (5, True)])
def test_less_than_four_weeks_give_a_share_and_no_interval(weeks, bounded):
    days = Period(date(2023, 1, 1), date(2022, 12, 31) + timedelta(weeks=weeks), "")
    place, nation = (counts.within(days) for counts in pair())
    result = use_per_population(place, nation, 0, 1, 100)
    assert result.share > 0
    assert np.isnan(result.share_low) != bounded


def test_no_unknown_leaves_one_ratio():
    place, nation = pair()
    assert bounds(use_per_population(place, nation, 0, 1, 100)).frame["estimate"].nunique() == 1


def test_population_is_added_up_over_sex_and_age_of_one_area():
    population = pd.DataFrame({"area_code": ["43000", "43000", "00000"], "n": [3, 4, 50]})
    assert residents(population, "43000") == 7
    with pytest.raises(ValueError, match="13000"):
        residents(population, "13000")


def test_different_periods_are_refused():
    place, nation = pair()
    other = Period(date(2023, 4, 1), date(2024, 3, 31), "年度")
    with pytest.raises(ValueError, match="same days"):
        use_per_population(place.within(other), nation, 0, 1, 100)
    silent = counts_of(np.zeros(365))
    for counted, people in (((silent, silent), (1, 100)), (pair(), (0, 100)), (pair(), (1, 0))):
        with pytest.raises(ValueError, match="no contacts, or no population"):
            use_per_population(*counted, 0, *people)


def test_a_record_of_three_months_is_no_small_share_of_a_year():
    place, nation = pair()
    quarter = place.without([(date(2023, 4, 1), date(2023, 12, 31))])
    with pytest.raises(ValueError, match="same days"):
        use_per_population(quarter, nation, 0, 1, 100)
    shared, whole = quarter.on_days_of(nation), nation.on_days_of(quarter)
    assert (shared.n, whole.n) == (place.daily[:90].sum(), nation.daily[:90].sum())
    assert shared.recorded == "2023年(暦年)のうち記録のある90日"
    assert place.recorded == "2023年(暦年)"
    result = use_per_population(shared, whole, 0, 1, 100)
    assert result.share == pytest.approx(0.0075, rel=0.1)


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        ([("男性", "0~64歳", 10), ("女性", "0~64歳", 12)], 22),
        ([("男性", "0~64歳", 10), ("女性", "0~64歳", 12), (None, None, 22)], 22),
        ([("男性", "0~64歳", 10), ("女性", "0~64歳", 12), ("総数", "総数", 22)], 22),
        (
            [
                ("総数", "0~64歳", 20),
                ("総数", "65歳以上", 5),
                ("男性", "0~64歳", 10),
                ("男性", "65歳以上", 2),
            ],
            25,
        ),
        ([("男性", "総数", 12), ("女性", "総数", 13), ("男性", "0~64歳", 10)], 25),
    ],
)
def test_nobody_is_counted_twice_where_totals_stand_beside_their_parts(rows, people):
    frame = pd.DataFrame(rows, columns=["sex", "age_band", "n"]).assign(area_code="43213")
    assert residents(frame, "43213") == people
