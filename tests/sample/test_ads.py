"""Ten days of advertising add up to the published totals in the published order."""

import numpy as np
import pytest

from ujo_lib.sample import ads


def test_display_has_the_highest_click_rate_and_women_and_smartphones_lead(city):
    sums = city.ads.groupby("platform")[["impressions", "link_clicks"]].sum()
    assert (sums["link_clicks"] / sums["impressions"]).idxmax() == "ディスプレイ"
    women = city.ads["sex"].isin(["女性", "Female"])
    phones = city.ads["device"].isin(["スマートフォン", "Mobile", "携帯電話"])
    for column in ("impressions", "link_clicks"):
        assert city.ads.loc[women, column].sum() > city.ads[column].sum() / 2
        assert city.ads.loc[phones, column].sum() > city.ads[column].sum() / 2
    assert sorted(city.ads["date"].unique()) == [f"2024-02-{d}" for d in range(20, 30)]


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_cells_of_the_advertising_add_up_for_every_seed_and_none_has_more_clicks_than_views(
    seed: int,
) -> None:
    cells = ads.cells(seed)
    assert cells[["impressions", "link_clicks", "spend"]].sum().tolist() == [2_361_423, 8_812, 990_000]
    assert (cells["impressions"] > 0).all()
    for less, more in (("landing", "link_clicks"), ("link_clicks", "clicks_all"), ("reach", "impressions")):
        assert (cells[less] <= cells[more]).all(), less
    assert (cells["video"] > 0).sum() <= (cells["format"] == "動画").sum()
    assert (cells.loc[cells["format"] != "動画", "video"] == 0).all()


@pytest.mark.parametrize(
    ("platform", "age", "device", "offered"),
    [
        ("TikTok", "18-24", "PC", False),
        ("TikTok", "13-17", "スマートフォン", True),
        ("ディスプレイ", "13-17", "スマートフォン", False),
        ("ディスプレイ", "18-24", "PC", True),
        ("Instagram", "13-17", "PC", True),
    ],
)
def test_no_platform_shows_what_it_does_not_offer(
    platform: str, age: str, device: str, offered: bool
) -> None:
    assert ads._offered(platform, age, device) is offered
    cells = ads.cells(2023)
    there = cells.query("platform == @platform and age == @age and device == @device")
    assert bool(len(there)) is offered


@pytest.mark.parametrize(("women", "drawn"), [(1, True), (0, False)])
def test_a_draw_in_which_women_are_no_majority_is_drawn_again(women: int, drawn: bool) -> None:
    """Two million views, of which women have half and `women` more."""
    cells = ads.cells(2023)
    totals = {"女性": 1_000_000 + women, "男性": 1_000_000 - women}
    rows = [
        (platform, sex, "スマートフォン", total // 2 + (total % 2) * (platform == "TikTok"), clicks)
        for sex, total in totals.items()
        for platform, clicks in (("TikTok", 10), ("ディスプレイ", 20 + (sex == "女性")))
    ]
    frame = cells.iloc[:0].reindex(range(4)).assign(spend=ads.SPEND_YEN // 4)
    frame[["platform", "sex", "device", "impressions", "link_clicks"]] = np.array(rows, object)
    frame = frame.astype({"impressions": int, "link_clicks": int})
    assert ads._orders_hold(frame) is drawn
