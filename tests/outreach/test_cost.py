import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.outreach import cost
from ujo_lib.outreach.verdict import Effect, Refusal, judged, refused


def effect(estimate: float, low: float, high: float, expected: float = 10.0) -> Effect:
    return judged(
        "宇城市",
        "方法",
        0.95,
        n=round(estimate * expected),
        expected=expected,
        ratio=(estimate, low, high),
        p_value=0.5 if low <= 1 <= high else 0.01,
    )


def test_the_price_inverts_the_interval_of_extra_contacts():
    price = cost.per_extra_contact(effect(2.0, 1.5, 4.0), 300_000)
    assert (price.estimate, price.low, price.high) == (30_000, 10_000, 60_000)


def test_an_interval_that_reaches_one_has_no_upper_price():
    price = cost.per_extra_contact(effect(1.5, 0.8, 3.0), 300_000)
    assert price.high == math.inf
    assert price.low == 15_000


@given(st.floats(0, 1), st.floats(0, 3), st.floats(0, 5), st.floats(1, 1e7))
@settings(deadline=None, max_examples=50)
def test_the_price_lies_between_its_bounds_whatever_the_effect(low, up, further, yen):
    price = cost.per_extra_contact(effect(low + up, low, low + up + further), yen)
    if price is None:
        assert low + up + further <= 1
    else:
        assert 0 <= price.low <= price.high
        assert (price.estimate is None) == (low <= 1)
        assert price.estimate is None or price.low <= price.estimate <= price.high


@pytest.mark.parametrize(("high", "there"), [(0.999, False), (1.0, False), (1.001, True)])
def test_where_no_limit_has_an_extra_contact_there_is_no_price_and_the_note_says_so(high, there, campaigns):
    """The cell was 上限なし以上, and its note that no extra contact could not be ruled out."""
    fewer = effect(0.5, 0.3, high)
    for table in (cost.headline(fewer, campaigns), cost.sensitivity(fewer, campaigns, [1.0])):
        assert table.frame[["low", "high"]].notna().all(axis=None) == there
    assert ("相談は増えていない" in cost.headline(fewer, campaigns).schema.note) is not there
    assert ("可能性を除けない" in cost.headline(fewer, campaigns).schema.note) is there


@pytest.mark.parametrize(("low", "price"), [(0.99, None), (1.0, None), (1.01, 30_000)])
def test_a_single_price_is_printed_only_where_there_were_extra_contacts(low, price, campaigns):
    assert cost.per_extra_contact(effect(2.0, low, 4.0), 300_000).estimate == price
    for table in (
        cost.headline(effect(2.0, low, 4.0), campaigns),
        cost.sensitivity(effect(2.0, low, 4.0), campaigns, [1.0]),
    ):
        assert table.frame["estimate"].isna().all() == (price is None)
        assert table.frame["low"].notna().all()


def test_no_estimate_has_no_price(campaigns):
    unknown = refused("宇城市", "方法", 0.95, Refusal("empty_window", "データがない"))
    assert cost.per_extra_contact(unknown, 1) is None
    table = cost.sensitivity(unknown, campaigns, [1.0]).frame
    assert table["estimate"].isna().all()
    assert table["spend"].notna().all()


def test_actual_money_and_ceilings_are_kept_apart_and_named(campaigns):
    table = cost.bundle(campaigns).frame.set_index("basis")
    assert table.loc["実績(分かる分だけ)", "spend"] == 990_000
    assert table.loc["実績がなければ上限", "spend"] == 1_940_000
    assert table.loc["実績(分かる分だけ)", "note"] == "実績が不明: チラシ、TV"
    assert table.loc["実績がなければ上限", "note"] == ""
    both, one = (
        campaigns.assign(cost_cap_yen=pd.array([first, *rest], dtype="Int64"))
        for first, *rest in ((1_090_000, 160_000, 790_000), (None, None, None))
    )
    assert cost.bundle(both).frame["spend"].tolist() == [990_000, 1_940_000, 2_040_000]
    assert cost.bundle(one).frame["spend"].tolist() == [990_000] * 3
    assert cost.headline(effect(2.0, 1.5, 4.0), both).frame["spend"].item() == 1_940_000


def test_what_counts_as_media_cost_scales_the_price(campaigns):
    table = cost.sensitivity(effect(2.0, 1.5, 4.0), campaigns, [1.0, 0.5]).frame
    rows = table[table["basis"] == "実績がなければ上限"]
    assert rows["spend"].tolist() == [1_940_000, 970_000]
    assert rows["estimate"].tolist() == pytest.approx([194_000, 97_000])


@pytest.mark.parametrize(("yen", "half"), [(1000, 500), (1001, 501), (1002, 501), (1003, 502)])
def test_half_a_yen_is_rounded_up(yen, half):
    campaigns = pd.DataFrame({"name": ["TVCM"], "cost_yen": [yen], "cost_cap_yen": [pd.NA]})
    found = cost.sensitivity(effect(1.2, 1.1, 1.3), campaigns, [0.5]).frame
    assert found["spend"].tolist() == [half] * 3
    assert found["estimate"].tolist() == [(yen + 2) // 4] * 3


def test_the_headline_price_stands_on_the_count_it_is_made_of(campaigns):
    row = cost.headline(effect(2.0, 1.5, 4.0), campaigns).frame.iloc[0]
    assert (row["n"], row["spend"]) == (20, 1_940_000)
    assert row["estimate"] == pytest.approx(194_000)
    assert row["high"] == pytest.approx(388_000)
    assert cost.headline(effect(2.0, 0.5, 4.0), campaigns).frame.iloc[0]["high"] == math.inf
    # The way to read 「以上」 stands where there is one, alone.
    noted = [
        "以上" in cost.headline(effect(2.0, low, 4.0), campaigns).schema.note for low in (0.99, 1.0, 1.01)
    ]
    assert noted == [True, True, False]
    unknown = cost.headline(
        refused("宇城市", "方法", 0.95, Refusal("empty_window", "データがない")), campaigns
    ).frame
    assert unknown[["n", "estimate", "low", "high"]].isna().all(axis=None)


def test_money_of_which_nobody_knows_some_has_a_lower_bound_alone(campaigns):
    """990,000 yen are known for 10 (5 to 30) extra contacts, and the television cost something besides."""
    some = campaigns.assign(cost_cap_yen=pd.array([None, 160_000, None], dtype="Int64"))
    row = cost.headline(effect(2.0, 1.5, 4.0), some)
    assert row.frame.loc[0, ["spend", "low", "high"]].tolist() == [1_150_000, round(1_150_000 / 30), math.inf]
    assert pd.isna(row.frame.loc[0, "estimate"])
    assert "分からない施策(TV)がある" in row.schema.note
    table = cost.sensitivity(effect(2.0, 1.5, 4.0), some, [1.0]).frame.set_index("basis")
    assert table["estimate"].isna().tolist() == [False, True, True]


def test_no_money_at_all_is_not_a_price_of_nothing(campaigns):
    none = campaigns.assign(
        **dict.fromkeys(("cost_yen", "cost_cap_yen"), pd.array([None] * 3, dtype="Int64"))
    )
    assert cost.bundle(none).frame["spend"].isna().all()
    numbers = ["spend", "estimate", "low", "high"]
    assert cost.headline(effect(2.0, 1.5, 4.0), none).frame[numbers].isna().all(axis=None)
    assert cost.sensitivity(effect(2.0, 1.5, 4.0), none, [1.0, 0.5]).frame[numbers].isna().all(axis=None)
