"""Places, populations and campaigns are those that were published, and shares of a whole are whole."""

import numpy as np
import pytest

from tests.sample.conftest import in_2023
from ujo_lib.sample.places import PREFECTURES, rounded_to


def test_national_places_are_47_prefectures_abroad_and_unknown(city):
    by_place = in_2023(city.national_daily).groupby("都道府県")["n"].sum()
    assert len(by_place) == 49
    assert by_place["不明・無回答"] / by_place.sum() == pytest.approx(0.12, abs=0.01)
    assert by_place["海外"] > 0


def test_campaigns_carry_the_published_dates_households_and_caps(city):
    rows = city.read("site/campaigns.csv", "cp932").set_index("媒体")
    assert rows.loc["SNS", ["開始", "終了", "費用(円)"]].tolist() == ["R6.2.20", "R6.2.29", "990,000"]
    assert rows.loc["チラシ", ["到達数", "費用上限(円)"]].tolist() == ["23,193", "160,000"]
    assert rows.loc["TV", ["開始", "終了", "放送時間帯"]].tolist() == [
        "令和6年2月28日(水)",
        "R6.3.8",
        "20:00～26:00",
    ]


def test_population_adds_up_to_the_census(city):
    frame = city.read("site/population.csv")
    totals = frame.assign(n=frame["人口"].astype(int)).groupby("地域名")["n"].sum()
    assert totals.to_dict() == {"宇城市": 57_001, "熊本県": 1_738_301, "全国": 126_146_099}
    assert frame.query("地域名 == '宇城市'")["世帯数"].unique().tolist() == ["23193"]


def test_waves_keep_what_is_unknown_unknown(city):
    waves = city.read("site/survey_waves.csv").set_index("調査回")
    counted = waves.loc[:, "対象数":"家から出ない"]
    assert waves.loc["R1", "該当者数"] == "32"
    assert (counted.loc["R1"].drop("該当者数") == "…").all()
    assert (counted.loc["R2"] == "…").all()
    wave = city.truth["survey"]
    assert counted.loc["R5"].astype(int).to_dict() == {k: wave[k] for k in counted.columns}


def test_rounding_to_a_total_changes_no_cell_by_one_or_more():
    weights = np.random.default_rng(2).random(37)
    parts = np.array(rounded_to(weights, 57_001))
    assert parts.sum() == 57_001
    assert np.abs(parts - weights / weights.sum() * 57_001).max() < 1


def test_prefectures_add_up_to_the_census():
    assert len(PREFECTURES) == 47
    assert sum(PREFECTURES.values()) == 126_146_099


@pytest.mark.parametrize(
    ("weights", "total", "parts"),
    [
        ([1, 1, 1], 3, [1, 1, 1]),
        ([1, 1, 1], 4, [2, 1, 1]),  # the first of equal remainders
        ([1, 1, 1], 5, [2, 2, 1]),
        ([5, 3, 2], 1, [1, 0, 0]),
        ([0.4, 0.35, 0.25], 10, [4, 4, 2]),
        ([1, 0], 7, [7, 0]),
        ([2, 3], 0, [0, 0]),
    ],
)
def test_what_is_left_of_a_whole_goes_to_the_largest_remainders(weights, total, parts) -> None:
    assert rounded_to(np.array(weights, float), total) == parts
