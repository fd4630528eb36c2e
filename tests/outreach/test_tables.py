"""The room's tables as a reader gets them: each column is what its schema says, at whatever level the city asks for."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats as distributions
from statsmodels.stats.proportion import proportion_confint

from tests.outreach.conftest import YEAR
from tests.outreach.test_funnel import ads
from tests.outreach.test_specification import PLAN
from tests.outreach.test_study import contacts, nation, opened
from ujo_lib.columns import Bound
from ujo_lib.outreach import (
    calibration,
    campaigns,
    controlled,
    cost,
    evidence,
    funnel,
    hygiene,
    placebo,
    power,
    verdict,
)
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW
from ujo_lib.outreach.study import Study
from ujo_lib.typed import Typed

LEVELS = (0.8, 0.9, 0.95, 0.99)
DENIALS = ("効果なし", "効果はありません", "効果がありません")
ADS = ads(
    [
        (f"2024-02-{20 + day}", name, 50_000, clicks + 40 * day, 20_000)
        for name, clicks in (("A", 150), ("B", 210))
        for day in range(4)
    ]
).assign(age_band="18-24", landing_views=100)
MEDIA_USE = pd.DataFrame({"age_band": ["20代"], "medium": ["A"], "share": [0.4]})
PEOPLE = pd.DataFrame(
    {"area_name": ["宇城市"], "as_of": pd.to_datetime(["2020-10-01"]), "n": pd.array([57_001], dtype="Int64")}
)
CELLS = pd.DataFrame(
    {
        "level": ["city"],
        "rate_ratio": [1.0],
        "in_scope": [True],
        "contaminated": [0.0],
        "bump": [1.0],
        "phi": [0.0],
        "per_year": [54.0],
        "together": [1],
        "detected": [0.03],
        "coverage": [0.97],
        "n": [2000],
        "refused": [0],
        "years": [1],
        "growth": [0.0],
        "march": [1.0],
        "january": [1.0],
        "falls": [0.0],
        "all_fall": [0.0],
        "silent": [0],
    }
)
EVENTS = pd.DataFrame({"date": [pd.Timestamp("2024-03-05")], "name": ["声"], "kind": ["声"], "text": ["…"]})


@pytest.fixture(scope="module")
def room(campaigns, carry_over):
    return cache(lambda level: tables(level, campaigns, carry_over))


def tables(level: float, planned: pd.DataFrame, carry_over: Mapping) -> tuple[Study, dict[str, Typed]]:
    """Every table that notebook 04 publishes, for a small world."""
    records = contacts(1, 4.0)
    study = opened(planned, records, nation(1, 1.5), replace(PLAN, level=level))
    city, prefecture = study.city_effect(), study.prefecture_effect()
    space = placebo.in_space(study.wide, study.prefecture(), PLAN.prefecture, study.controls)
    designs = [power.exact_design("宇城市", 54, 24, 204, level)]
    supplied = planned.assign(reach_n=pd.array([None, 23_193, None], dtype="Int64"), reach_unit="戸")
    return study, {
        "steps": funnel.steps(ADS, None),
        "stated": funnel.against_stated(ADS, {"impressions": 399_999, "link_clicks": 2_000}),
        "by_platform": funnel.by(ADS, ["platform"], level=level),
        "by_day": funnel.by(ADS, ["date"], level=level),
        "pairs": funnel.pairwise(ADS, "platform"),
        "media_use": funnel.media_and_clicks(ADS, MEDIA_USE, level),
        "frequency": funnel.frequencies(ADS, PEOPLE),
        "inflow": funnel.inflow_by_source(pd.DataFrame({"utm_source": ["検索", None, "検索"]})),
        "campaigns": campaigns.listing(supplied),
        "window": campaigns.spans(PLAN.window, "実施"),
        "calendar": campaigns.calendar(planned, carry_over),
        "overlaps": campaigns.overlaps(planned, carry_over, YEAR),
        "separability": campaigns.separability(planned, carry_over, YEAR, 7),
        "registered_plan": study.plan.table(),
        "power": power.curves(designs, [1.0, 2.0]),
        "mde": power.summary(designs),
        "dilution": power.dilution(50.0, 2500.0, [2.0]),
        "city_counts": hygiene.counts(study.city()),
        "city_effect": hygiene.of_window(verdict.table(city, unit="回")),
        "separate_effects": verdict.table(
            *study.separate_effects(planned, carry_over, 7), unit="回", of="施策"
        ),
        "prefecture_effect": verdict.table(*study.prefecture_effects(), unit="件"),
        "prefecture_blocks": controlled.counterfactual(study.prefecture(), prefecture),
        "spill": controlled.if_spilled(prefecture),
        "autocorrelation": controlled.residual_autocorrelation(study.prefecture(), level),
        "placebo_space": placebo.distribution(space),
        "placebo": placebo.summary(space, placebo.in_time(study.prefecture(), level)),
        "city_curve": study.city_curve(["県00"]),
        "prefecture_curve": study.prefecture_curve(["県00"]),
        "calibration": calibration.summary(CELLS),
        "bundle": cost.bundle(planned),
        "price": cost.headline(city, planned),
        "price_sensitivity": cost.sensitivity(city, planned, [1.0, 0.5]),
        "evidence": evidence.timeline(EVENTS, planned, YEAR),
    }


def test_every_share_rate_ratio_and_difference_follows_from_its_row(room):
    checked = set()
    for id, table in room(0.9)[1].items():
        for name, column in table.schema.columns.items():
            if not column.sources:
                continue
            known = table.frame.dropna(subset=[name, *column.sources])
            expected = [column.value(row) for row in known.to_dict("records")]
            assert known[name].astype(float).tolist() == pytest.approx(expected, rel=1e-9), (id, name)
            checked.update({(id, name)} if len(known) else ())
    assert {
        ("stated", "difference"),
        ("by_platform", "ctr"),
        ("media_use", "ctr"),
        ("frequency", "ratio"),
        ("inflow", "share"),
        ("city_effect", "estimate"),
        ("city_effect", "extra"),
        ("separate_effects", "estimate"),
        ("separate_effects", "extra"),
        ("prefecture_effect", "estimate"),
        ("prefecture_effect", "extra"),
    } == {pair for pair in checked if pair[0] != "by_day"}


@pytest.mark.parametrize("level", LEVELS)
def test_every_interval_says_the_level_that_it_was_computed_at(room, level):
    of_chance = {"prefecture_blocks", "autocorrelation"}
    with_interval = set()
    for id, table in room(level)[1].items():
        for name in table.schema.of_kind(Bound):
            bound = table.schema[name]
            words = "が偶然に収まる範囲" if id in of_chance else "信頼区間"
            assert bound.both.startswith(f"{100 * level:g}%{words}"), (id, name)
            assert table.schema.ends(name), (id, name)
            with_interval.add(id)
    assert with_interval == of_chance | {
        *("by_platform", "by_day", "media_use", "city_effect", "separate_effects", "prefecture_effect"),
        *("city_curve", "prefecture_curve", "price", "price_sensitivity"),
    }


@pytest.mark.parametrize("level", LEVELS)
def test_click_rates_are_bounded_by_wilson_with_and_without_the_days(room, level):
    frame, tail = room(level)[1]["by_platform"].frame, (1 + level) / 2
    error = distributions.t.ppf(tail, 3) / distributions.norm.ppf(tail)  # of a spread that four days tell
    for row in frame.itertuples():
        plain = proportion_confint(row.n, row.base, 1 - level, "wilson")
        worth = row.dispersion * error**2
        daily = proportion_confint(row.n / worth, row.base / worth, 1 - level, "wilson")
        assert (row.low, row.high) == pytest.approx([1000 * end for end in plain])
        assert (row.low_day, row.high_day) == pytest.approx([1000 * end for end in daily])
    assert (frame["dispersion"] > 1).all()


@pytest.mark.parametrize("level", LEVELS)
def test_the_citys_ratio_its_extra_contacts_and_their_price_share_one_exact_interval(room, level):
    study, found = room(level)
    window, baseline = (study.city().totals(role) for role in (IN_WINDOW, BASELINE))
    odds = baseline.control / window.control
    tail = (1 - level) / 2
    shares = (
        distributions.beta.ppf(tail, window.n, baseline.n + 1),
        distributions.beta.isf(tail, window.n + 1, baseline.n),
    )
    low, high = (share / (1 - share) * odds for share in shares)
    row = found["city_effect"].frame.iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low, high), rel=1e-6)
    extra = [(ratio - 1) * row["expected"] for ratio in (low, high)]
    assert (row["extra_low"], row["extra_high"]) == pytest.approx(extra, rel=1e-6)
    price = found["price"].frame.iloc[0]
    assert (price["low"], price["high"]) == pytest.approx((1_940_000 / extra[1], 1_940_000 / extra[0]), abs=1)
    chosen = found["city_curve"].frame.query("chosen").iloc[0]
    assert chosen[["low", "high"]].tolist() == row[["low", "high"]].tolist()
    whole = found["price_sensitivity"].frame.query("basis == @price.basis and media_share == 1").iloc[0]
    assert whole[["low", "high"]].tolist() == price[["low", "high"]].tolist()


@pytest.mark.parametrize("level", LEVELS)
def test_the_prefectures_band_is_its_interval_turned_over(room, level):
    found = room(level)[1]
    first = found["prefecture_effect"].frame.iloc[0]
    chosen = found["prefecture_curve"].frame.query("chosen").iloc[0]
    assert chosen[["low", "high"]].tolist() == first[["low", "high"]].tolist()
    band = found["prefecture_blocks"].frame
    ends = [first["estimate"] / first["high"], first["estimate"] / first["low"]]
    assert (band["low"] / band["expected"]).tolist() == pytest.approx([ends[0]] * len(band))
    assert (band["high"] / band["expected"]).tolist() == pytest.approx([ends[1]] * len(band))
    assert band.query("role == @IN_WINDOW", local_dict={"IN_WINDOW": IN_WINDOW})[
        "expected"
    ].item() == pytest.approx(first["expected"])


@pytest.mark.parametrize("level", LEVELS)
def test_independent_days_stay_within_the_printed_range_as_often_as_it_says(room, level):
    study, found = room(level)
    days = study.prefecture().totals(BASELINE).days
    frame = found["autocorrelation"].frame
    assert 2 * distributions.norm.cdf(frame["high"] * np.sqrt(days)) - 1 == pytest.approx(
        [level] * len(frame)
    )
    assert (frame["low"] == -frame["high"]).all()


def test_every_column_has_a_heading_and_no_word_says_there_was_no_effect(room):
    for id, table in room(0.95)[1].items():
        titles = [column.title for column in table.schema.columns.values()]
        assert all(titles), (id, titles)
        assert len(titles) == len(set(titles)), (id, titles)
        assert not any(denied in table.schema.note + "".join(titles) for denied in DENIALS)


def test_only_what_counts_contacts_clicks_or_cells_is_a_count_of_them(room):
    """Lengths, inhabitants and numbers of tests were no people, and would be hidden as such."""
    counted = {id: table.schema.counts for id, table in room(0.95)[1].items() if table.schema.counts}
    effects = (
        "city_counts",
        "city_effect",
        "separate_effects",
        "prefecture_effect",
        "prefecture_blocks",
        "price",
    )
    assert counted == dict.fromkeys((*effects, "steps", "media_use", "frequency", "inflow"), ("n",)) | {
        "stated": ("stated", "n"),
        **dict.fromkeys(("by_platform", "by_day"), ("n", "landing")),
        "calibration": ("cells", "replicates"),
    }
    decimals = [(id, name) for id, name in (("by_platform", "ctr"), ("steps", "per_thousand"))]
    assert [room(0.95)[1][id].schema[name].decimals for id, name in decimals] == [2, 2]


def test_only_the_citys_counts_of_the_window_and_the_baseline_are_protected(room):
    found = room(0.95)[1]
    for id in ("city_counts", "city_effect", "price"):
        schema = found[id].schema
        assert (schema.dimensions, schema.counts) == ({"role": "outreach_role"}, ("n",)), id
    assert found["city_counts"].schema.free == ("role", "days", "control")
    # Labels of rows tell no count: この市 and the view of costs were printed as x.
    assert found["city_effect"].schema.free == ("area", "method", "role")
    assert found["price"].schema.free == ("basis", "role")
