import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from ujo_lib.outreach import funnel

ORACLES = {
    row["id"]: row
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "reference/outreach_oracles.csv").open(encoding="utf-8")
    )
}


def ads(rows: list[tuple[str, str, int, int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "platform", "impressions", "link_clicks", "spend_yen"])
    return frame.assign(date=pd.to_datetime(frame["date"]), landing_views=pd.NA)


@pytest.fixture
def published() -> pd.DataFrame:
    """The published totals of the year, as one row."""
    return ads([("2024-02-20", "Instagram", 2_361_423, 8_812, 990_000)])


@pytest.mark.parametrize(
    ("oracle", "column"),
    [("O1_share", "ctr"), ("O1_low", "low"), ("O1_high", "high"), ("O2_cpm", "cpm"), ("O2_cpc", "cpc")],
)
def test_published_totals_give_the_published_rates(published, oracle, column):
    expected = ORACLES[oracle]
    scale = 1 if column.startswith("cp") else 1000
    found = funnel.by(published, []).frame[column].item()
    assert found / scale == pytest.approx(float(expected["value"]), abs=float(expected["tolerance"]))


def test_wilson_limits_agree_with_statsmodels(published):
    total = funnel.by(published, []).frame
    low, high = proportion_confint(8_812, 2_361_423, method="wilson")
    assert (total["low"].item(), total["high"].item()) == pytest.approx((1000 * low, 1000 * high), abs=1e-9)


@pytest.mark.parametrize(("clicks", "bounded"), [(9, True), (10, True), (11, False)])
def test_more_clicks_than_impressions_are_a_rate_without_an_interval(clicks, bounded):
    """A click may follow on a later day than its impression; intake warns of the row."""
    days = [
        (f"2024-02-{day}", "A", shown, k, 100)
        for day, shown, k in ((20, 4, 4), (21, 3, 3), (22, 3, clicks - 7))
    ]
    table = funnel.by(ads(days), ["platform"]).frame
    assert table["ctr"].item() == pytest.approx(100 * clicks)
    for name in ("low", "high"):
        assert table[name].notna().item() is bounded
    assert table["low_day"].notna().item() is (clicks == 9)  # where everybody clicks, no day differs
    beside = ads([*days, ("2024-02-20", "B", 1000, 10, 100)])
    assert len(funnel.pairwise(beside, "platform").frame) == bounded


def test_ratios_come_from_summed_counts_not_from_averaged_ratios():
    table = funnel.by(
        ads([("2024-02-20", "A", 1000, 10, 100), ("2024-02-21", "A", 9000, 0, 0)]), ["platform"]
    ).frame
    assert table["ctr"].item() == pytest.approx(1.0)
    assert "reach" not in table


def test_groups_stand_in_the_order_of_their_labels_whatever_that_of_the_rows():
    rows = ads([("2024-02-20", name, 1000, 10, 100) for name in ("B", "C", "A")])
    assert funnel.by(rows, ["platform"]).frame["platform"].tolist() == ["A", "B", "C"]
    ordered = rows.assign(platform=pd.Categorical(rows["platform"], ["C", "D", "A", "B"]))
    assert funnel.by(ordered, ["platform"]).frame["platform"].tolist() == ["C", "A", "B"]


def test_rates_per_thousand_keep_three_digits_of_a_small_rate(published):
    table = funnel.by(published, []).frame
    assert table["ctr"].item() == pytest.approx(3.73165, abs=1e-5)
    assert table["low"].item() < table["ctr"].item() < table["high"].item()
    assert table["cpc"].item() == pytest.approx(112.3, abs=0.1)


def test_days_that_vary_widen_the_interval_and_raise_the_p_value():
    rng = np.random.default_rng(1)
    rows = [
        (f"2024-02-{20 + day}", platform, 100_000, int(rng.poisson(100_000 * rate * rng.gamma(10, 0.1))), 1)
        for platform, rate in (("A", 0.004), ("B", 0.0042))
        for day in range(10)
    ]
    table = funnel.by(ads(rows), ["platform"]).frame
    assert (table["dispersion"] > 5).all()
    assert (table["high_day"] - table["low_day"] > 2 * (table["high"] - table["low"])).all()
    pair = funnel.pairwise(ads(rows), "platform").frame
    _, plain = proportions_ztest(table["n"].to_numpy(int), table["base"].to_numpy(int))
    assert pair["p_value"].item() > plain


def test_steady_days_leave_the_interval_as_it_is():
    table = funnel.by(
        ads([(f"2024-02-{20 + day}", "A", 1000, 10, 1) for day in range(5)]), ["platform"]
    ).frame
    assert table["dispersion"].item() == 1.0
    assert table["low_day"].item() == pytest.approx(table["low"].item())


@pytest.mark.parametrize(
    ("clicks", "ratio"), [((30, 60), 0.5), ((45, 45), 1.0), ((0, 9), 0.0), ((9, 0), None)]
)
def test_a_pair_has_the_p_value_of_the_score_test(clicks, ratio):
    """Oracle: statsmodels, of three days that are alike."""
    each = zip("AB", clicks, strict=True)
    rows = [(f"2024-02-2{day}", name, 10_000, n, 1) for name, n in each for day in range(3)]
    pair = funnel.pairwise(ads(rows), "platform").frame
    _, p_value = proportions_ztest(3 * np.array(clicks), [30_000, 30_000])
    assert pair["p_value"].item() == pytest.approx(p_value)
    assert pair["estimate"].item() == ratio if ratio is not None else pd.isna(pair["estimate"].item())


@pytest.mark.parametrize("first", ["A", "B"])
def test_of_days_that_vary_the_p_value_is_that_of_the_statistic_over_the_root_of_the_larger_dispersion(first):
    clicks_of = {first: (30, 35, 100), "C": (40, 45, 50)}  # a day on which one of them was all the rage
    by_day = [
        (f"2024-02-2{day}", name, 5_000, n, 1)
        for name, found in clicks_of.items()
        for day, n in enumerate(found)
    ]
    days = funnel.pairwise(ads(by_day), "platform").frame
    shown = funnel.by(ads(by_day), ["platform"]).frame
    score, _ = proportions_ztest(shown["n"].to_numpy(int), shown["base"].to_numpy(int))
    assert days["p_value"].item() == pytest.approx(2 * t.sf(abs(score) / shown["dispersion"].max() ** 0.5, 2))


@pytest.mark.parametrize(("days", "known"), [(1, False), (2, False), (3, True)])
def test_of_fewer_than_three_days_no_p_value_allows_for_them(days, known):
    """It was the plain one: of days that vary by a fifth, 65 % of pairs without a difference were one."""
    rows = [(f"2024-02-2{day}", name, 5_000, 30 + day, 1) for name in "AB" for day in range(days)]
    found = funnel.pairwise(ads(rows), "platform")
    assert found.frame["p_value"].notna().item() is known
    assert ("日ごとの揺れが分からず" in found.schema.note) is not known


def test_limits_of_a_few_days_hold_the_rate_as_often_as_promised():
    """Days of 100,000 that vary by a half, three to ten of them: with the spread as if it were known, 77 to 90 %."""
    rng = np.random.default_rng(1)
    for days in (3, 5, 10):
        held = []
        for _ in range(150):
            clicks = rng.binomial(100_000, 0.004 * rng.gamma(4, 0.25, days))
            one = funnel.by(
                ads([(f"2024-02-{20 + at}", "A", 100_000, n, 1) for at, n in enumerate(clicks)]), []
            )
            held.append(one.frame["low_day"].item() <= 4 <= one.frame["high_day"].item())
        assert np.mean(held) >= 0.92


@pytest.mark.parametrize("clicks", [0, 10_000])
def test_where_nobody_clicks_or_everybody_two_platforms_have_no_p_value(clicks):
    rows = [("2024-02-20", name, 10_000, clicks, 1) for name in "AB"]
    pair = funnel.pairwise(ads(rows), "platform").frame
    assert pair[["estimate", "p_value"]].isna().to_numpy().tolist() == [[clicks == 0, True]]


def test_pairwise_is_holm_adjusted_over_all_pairs():
    each = (("A", 30), ("B", 45), ("C", 60))
    rows = [(f"2024-02-2{day}", name, 10_000, clicks, 1) for day in range(3) for name, clicks in each]
    table = funnel.pairwise(ads(rows), "platform").frame
    assert len(table) == 3
    alone = funnel.pairwise(ads([row for row in rows if row[1] != "B"]), "platform").frame["p_value"].item()
    together = table.set_index(["category", "other"]).loc[("A", "C"), "p_value"]
    assert together == pytest.approx(3 * alone)


@given(st.integers(1, 200), st.integers(1, 200), st.integers(201, 10_000), st.integers(201, 10_000))
@settings(deadline=None, max_examples=40)
def test_swapping_two_platforms_inverts_the_ratio_and_keeps_the_p_value(k1, k2, n1, n2):
    first, second = (
        funnel.pairwise(
            ads([(f"2024-02-2{day}", name, n, k, 1) for name, n, k in pair for day in range(3)]), "platform"
        ).frame
        for pair in ((("A", n1, k1), ("B", n2, k2)), (("A", n2, k2), ("B", n1, k1)))
    )
    assert first["estimate"].item() == pytest.approx(1 / second["estimate"].item())
    assert first["p_value"].item() == pytest.approx(second["p_value"].item())


def test_no_impressions_and_unreported_counts_are_not_numbers():
    table = funnel.by(
        ads([("2024-02-20", "A", 0, 0, 0), ("2024-02-20", "B", 100, 0, 50)]), ["platform"]
    ).frame
    nothing, unclicked = table.set_index("platform").loc["A"], table.set_index("platform").loc["B"]
    assert pd.isna(nothing["ctr"])
    assert pd.isna(nothing["cpm"])
    assert (unclicked["ctr"], unclicked["low"]) == (0.0, 0.0)
    assert pd.isna(unclicked["cpc"])
    assert table["landing"].isna().all()


def test_rows_that_report_no_clicks_or_costs_are_in_no_ratio_of_them():
    full = ads(
        [
            (f"2024-02-2{day}", name, 1000, clicks, 100)
            for day in range(4)
            for name, clicks in (("A", 10), ("B", 20))
        ]
    ).assign(age_band="18-24")
    silent = full.assign(platform="C", link_clicks=pd.NA, landing_views=5)
    free = full.assign(platform="D", spend_yen=pd.NA)
    ratios = ["ctr", "low", "high", "dispersion", "low_day", "high_day", "cpc"]

    def shown(rows: pd.DataFrame, *by: str) -> pd.Series:
        return funnel.by(rows, by).frame.iloc[0]

    without, beside = shown(full, "age_band"), shown(pd.concat([full, silent]), "age_band")
    assert beside["base"] == 2 * without["base"]
    assert list(beside[ratios]) == list(without[ratios])
    assert beside["landing_share"] is pd.NA
    assert (without["cpm"], beside["cpm"]) == (100, 100)
    assert list(shown(pd.concat([full, free]), "age_band")[["cpm", "cpc"]]) == [100, without["cpc"]]
    assert list(funnel.steps(pd.concat([full, silent]), None).frame["per_thousand"])[1] == 15
    assert "クリック数の記録がない行は" in funnel.steps(pd.concat([full, silent]), None).schema.note
    assert funnel.by(full, ["platform"]).schema.note == ""
    old = full.assign(age_band="25-34", link_clicks=full["link_clicks"] * 2)
    both = [
        funnel.pairwise(pd.concat([old, rows]), "age_band").frame
        for rows in (full, pd.concat([full, silent]))
    ]
    assert both[0].equals(both[1])


def test_contacts_in_the_funnel_are_recorded_ones_never_clicks(published):
    steps = funnel.steps(published, None).frame.set_index("step")
    assert steps.loc["クリック(流入)", "n"] == 8_812
    assert pd.isna(steps.loc["相談", "n"])
    assert "分かりません" in funnel.steps(published, None).schema.note
    recorded = funnel.steps(published, 12)
    assert recorded.frame.set_index("step").loc["相談", "n"] == 12
    assert recorded.schema.note == ""


def test_a_platform_nobody_planned_is_named(published):
    assert "ない媒体: Instagram。計画書と" in funnel.said_platforms(published, ["Facebook"])


def test_where_every_platform_was_planned_or_no_plan_is_known_nothing_is_said_to_be_out_of_step(published):
    """「計画書の媒体欄にない媒体: なし」 was followed by the advice to bring the names into line."""
    every = funnel.said_platforms(published, ["Instagram", "Facebook"])
    assert every == "配信実績にある媒体は、すべて計画書の媒体欄にあります。"
    assert "照合していません" in funnel.said_platforms(published, [])


def test_recomputed_sums_stand_beside_the_published_ones(published):
    table = funnel.against_stated(published, {"impressions": 2_361_000, "link_clicks": 8_812}).frame
    assert table["difference"].tolist() == [423, 0]


def test_frequency_says_when_delivery_went_beyond_the_city(published):
    people = pd.DataFrame(
        {
            "area_name": ["宇城市", "宇城市", "無人島", "一軒家"],
            "n": pd.array([27_001, 30_000, 0, 1], dtype="Int64"),
        }
    )
    table = funnel.frequencies(published, people).frame.set_index("area")
    assert table.loc["宇城市", "population"] == 57_001
    assert table.loc["宇城市", "ratio"] == pytest.approx(41.4, abs=0.1)
    assert pd.isna(table.loc["無人島", "ratio"])
    assert table.loc["一軒家", "ratio"] == 2_361_423


@pytest.mark.parametrize("whole", ["総数", None])
def test_all_people_beside_their_parts_are_not_counted_twice(published, whole):
    rows = [
        ("東市", whole, whole, 100),
        ("東市", whole, "0~64歳", 60),
        ("東市", "男性", whole, 48),
        ("東市", "男性", "0~64歳", 30),
        ("東市", "女性", "0~64歳", 30),
        ("西市", "男性", "0~64歳", 7),  # divided throughout: added up
        ("西市", "女性", "0~64歳", 8),
    ]
    people = pd.DataFrame(rows, columns=["area_name", "sex", "age_band", "n"])
    table = funnel.frequencies(published, people).frame
    assert dict(zip(table["area"], table["population"], strict=True)) == {"東市": 100, "西市": 15}


def test_media_use_is_carried_over_to_the_age_bands_of_the_platform():
    rows = [
        ads([("2024-02-20", "A", 1000, 10, 1)]).assign(age_band=band)
        for band in ("13-17", "18-24", "65+", "不明")
    ]
    other = ads([("2024-02-20", "表にない媒体", 1000, 10, 1)]).assign(age_band="13-17")
    use = pd.DataFrame(
        {
            "age_band": ["10代", "20代", "70代以上", "10代"],
            "medium": ["A"] * 3 + ["TV"],
            "share": [0.9, 0.2, 0.3, 0.5],
        }
    )
    table = funnel.media_and_clicks(pd.concat([*rows, other]), use).frame
    assert set(table["platform"]) == {"A"}
    found = table.set_index("age_band")
    assert found.loc["13-17", "use"] == pytest.approx(0.9)
    assert found.loc["18-24", "use"] == pytest.approx((2 * 0.9 + 5 * 0.2) / 7)
    assert found.loc["65+", "use"] == pytest.approx(0.3)
    assert pd.isna(found.loc["不明", "use"])
    assert found.loc["18-24", "ctr"] == pytest.approx(10)
    assert funnel.media_and_clicks(other, use).frame.empty


def test_landings_are_held_against_the_clicks_of_platforms_that_report_them(published):
    measured = published.assign(landing_views=6_000)
    steps = funnel.steps(pd.concat([published, measured]), None).frame.set_index("step")
    assert steps.loc["サイト到達", "per_thousand"] == pytest.approx(1000 * 6_000 / 8_812)
    assert steps.loc["クリック(流入)", "per_thousand"] == pytest.approx(3.73165, abs=1e-5)


def test_shares_of_landings_say_of_which_clicks_they_are(published):
    """2,195 landings stood below 8,812 clicks as 761 of a thousand."""
    measured = published.assign(landing_views=6_000)
    told = "「サイト到達」は、到達の計測がある広告のクリック1,000回あたりです。"
    assert told in funnel.steps(pd.concat([published, measured]), None).schema.note_on(["per_thousand"])
    assert told not in funnel.steps(measured, None).schema.note_on(["per_thousand"])
    share = funnel.by(measured, []).schema["landing_share"]
    assert (share.title, share.note) == (
        "到達の割合(%)",
        "到達の割合は、到達の計測がある広告のクリックを分母とします。",
    )


@pytest.mark.parametrize(
    ("shown", "clicks", "per_thousand"),
    [(0, 0, [None, None]), (0, 1, [None, 1000]), (1, 1, [1000, 1000]), (2, 1, [500, 1000])],
)
def test_a_step_has_a_rate_from_the_first_of_the_step_above_it_on(shown, clicks, per_thousand):
    rows = ads([("2024-02-20", "A", shown, clicks, 1)]).assign(landing_views=clicks)
    found = funnel.steps(rows, 1).frame["per_thousand"]
    assert [None if pd.isna(rate) else rate for rate in found] == [None, *per_thousand, None]


def test_landings_of_rows_without_clicks_are_in_no_ratio_of_clicks():
    """By hand: 5 landings of 10 clicks, whatever landed where nobody counted clicks."""
    rows = ads([("2024-02-20", "A", 1000, 10, 1), ("2024-02-21", "A", 1000, 0, 1)])
    unclicked = rows.assign(link_clicks=pd.array([10, pd.NA], "Int64"), landing_views=[5, 9])
    assert funnel.by(unclicked, []).frame[["landing", "landing_share"]].iloc[0].tolist() == [14, 0.5]
    steps = funnel.steps(unclicked, None).frame.set_index("step")
    assert steps.loc["サイト到達", ["n", "per_thousand"]].tolist() == [14, 500]


@pytest.mark.parametrize(("landed", "share"), [(9, 0.9), (10, 1.0), (11, None)])
def test_more_that_reached_the_site_than_clicked_are_no_share_of_the_clicks(landed, share):
    rows = ads([("2024-02-20", "A", 100, 10, 1)]).assign(landing_views=landed)
    found = funnel.by(rows, []).frame["landing_share"].item()
    assert (None if pd.isna(found) else found) == share


def test_a_new_channel_of_inflow_needs_no_new_code():
    table = funnel.inflow_by_source(pd.DataFrame({"utm_source": ["検索", None, "広報ラジオ", "検索"]})).frame
    assert table.set_index("utm_source")["n"].to_dict() == {"検索": 2, "記録なし": 1, "広報ラジオ": 1}


@pytest.mark.parametrize("days", [2, 3])
def test_three_days_are_enough_to_measure_how_much_days_differ(days):
    clicks = [10, 30, 20][:days]
    one = funnel.by(ads([(f"2024-02-{20 + day}", "A", 1000, n, 1) for day, n in enumerate(clicks)]), []).frame
    if days == 2:
        assert one[["dispersion", "low_day", "high_day"]].isna().all(axis=None)
        return
    # Pearson by hand: (10² + 10² + 0²) / (1000 · 0.02 · 0.98), over two degrees of freedom.
    assert one["dispersion"].item() == pytest.approx(200 / 19.6 / 2)
    worth = 200 / 39.2 * (t.ppf(0.975, 2) / norm.ppf(0.975)) ** 2
    low, high = proportion_confint(60 / worth, 3000 / worth, method="wilson")
    assert (one["low_day"].item(), one["high_day"].item()) == pytest.approx((1000 * low, 1000 * high))


@pytest.mark.parametrize(
    ("band", "ages"),
    [
        ("40歳代", (40, 49)),
        ("15~19歳", (15, 19)),
        ("10代未満", (0, 9)),
        ("65歳以上", (65, 99)),
        ("65+", (65, 99)),
        ("70代以上", (70, 99)),
        ("39", (39, 39)),
        ("不明", None),
    ],
)
def test_a_band_of_a_platform_is_read_as_the_years_of_age_that_it_names(band, ages):
    assert funnel._years(band) == ages


@pytest.mark.parametrize(("sources", "told"), [
    (["全国の調査A", None, "全国の調査B", "全国の調査A"],
     "媒体の利用率の出典: 全国の調査A、全国の調査B(同じ年齢に値が2つ以上あるところは平均)。"),
    (["全国の調査A"] * 4, "媒体の利用率の出典: 全国の調査A。"),
    ([None] * 4, ""),
])  # fmt: skip
def test_the_use_of_a_medium_says_where_it_was_read(sources, told):
    """It stood under the source of the advertising report alone."""
    use = pd.DataFrame({"age_band": ["10代", "20代", "30代", "40代"], "medium": "A", "share": 0.5})
    of_teens = ads([("2024-02-20", "A", 1000, 10, 1)]).assign(age_band="13-17")
    assert funnel.media_and_clicks(of_teens, use.assign(source=sources)).schema["use"].note == told


def test_the_share_of_landings_is_of_the_clicks_that_can_land(published):
    measured = published.assign(landing_views=6_000)
    found = funnel.by(pd.concat([published, measured]), []).frame["landing_share"].item()
    assert found == pytest.approx(6_000 / 8_812)


@pytest.mark.parametrize(
    ("clicks", "spread"),
    [([1, 9, 5, 5], 32 / 5 / 0.9 / 3), ([5, 5, 5, 5], 1.0), ([0, 0, 0, 0], None), ([50] * 4, None)],
)
def test_the_spread_of_days_is_pearsons_and_none_where_nobody_or_everybody_clicks(clicks, spread):
    """Of 50 a day 5 click: (16 + 16) / (50 · 0.1 · 0.9) over 3 degrees of freedom."""
    days = [(f"2024-02-{20 + at}", "A", 50, n, 1) for at, n in enumerate(clicks)]
    found = funnel.by(ads(days), ["platform"]).frame["dispersion"].item()
    assert (None if pd.isna(found) else found) == (spread if spread is None else pytest.approx(spread))


@pytest.mark.parametrize(("clicks", "pairs"), [(9, 3), (10, 3), (11, 1), (None, 1)])
def test_a_platform_with_more_clicks_than_impressions_or_without_a_count_is_in_no_pair(clicks, pairs):
    rows = ads([("2024-02-20", "A", 10, 1, 1), ("2024-02-20", "B", 10, 2, 1), ("2024-02-20", "C", 10, 0, 1)])
    rows["link_clicks"] = pd.array([1, 2, clicks], "Int64")
    assert len(funnel.pairwise(rows, "platform").frame) == pairs


@pytest.mark.parametrize(("shown", "pairs"), [(None, 1), (0, 1), (1, 3)])
def test_a_platform_without_impressions_is_in_no_pair(shown, pairs):
    rows = ads([("2024-02-20", "A", 10, 1, 1), ("2024-02-20", "B", 10, 2, 1), ("2024-02-20", "C", 10, 1, 1)])
    rows["impressions"] = pd.array([10, 10, shown], "Int64")
    assert len(funnel.pairwise(rows, "platform").frame) == pairs


@pytest.mark.parametrize(("shown", "counts"), [(0, False), (1, True)])
def test_a_day_counts_for_the_spread_of_days_from_its_first_impression_on(shown, counts):
    """Pearson by hand: of 101 impressions 20 are clicked; beside two days of 50 there is one of one."""
    days = [("2024-02-20", "A", 50, 5, 1), ("2024-02-21", "A", 50, 15, 1), ("2024-02-22", "A", shown, 0, 1)]
    found = funnel.by(ads(days), ["platform"]).frame["dispersion"].item()
    rate = 20 / 101
    chi_square = sum((k - n * rate) ** 2 / (n * rate * (1 - rate)) for n, k in ((50, 5), (50, 15), (1, 0)))
    assert found == pytest.approx(chi_square / 2) if counts else pd.isna(found)
