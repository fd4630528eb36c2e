from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ujo_lib.outreach import verdict
from ujo_lib.outreach.verdict import Refusal, judged, refused

FORBIDDEN = ("効果なし", "効果がない", "効果はない", "効果がなかった", "効果はなかった", "影響なし")


def effect(low: float, estimate: float, high: float) -> verdict.Effect:
    return judged("宇城市", "方法", 0.95, n=8, expected=4.0, ratio=(estimate, low, high), p_value=0.03)


@pytest.mark.parametrize(
    ("bounds", "code", "words"),
    [
        ((1.2, 2.0, 3.0), "detected", "増加が検出されました"),
        ((0.2, 0.5, 0.9), "detected", "減少が検出されました"),
        ((0.8, 1.5, 3.0), "not_detected", "検出されませんでした"),
        ((0.0, 0.0, 3.0), "not_detected", "検出されませんでした"),
        (
            (1.0, 2.0, 3.0),
            "not_detected",
            "検出されませんでした",
        ),  # an interval that ends at no change holds it
        ((0.2, 0.5, 1.0), "not_detected", "検出されませんでした"),
        # Printed as 1.00 it is no change; and 0.0124 of four contacts are none as printed.
        ((1.0049, 2.0, 3.0), "not_detected", "検出されませんでした"),
        ((1.0124, 2.0, 3.0), "not_detected", "検出されませんでした"),
        ((1.013, 2.0, 3.0), "detected", "増加が検出されました"),
        ((0.2, 0.5, 0.995), "not_detected", "検出されませんでした"),
        ((0.2, 0.5, 0.9876), "not_detected", "検出されませんでした"),
        ((0.2, 0.5, 0.987), "detected", "減少が検出されました"),
    ],
)
def test_the_verdict_follows_the_interval(bounds, code, words):
    found = effect(*bounds)
    assert found.code == code
    assert words in verdict.finding(found)


@pytest.mark.parametrize(
    ("ratio", "p", "told"),
    [
        ((2.0, 1.0049, 3.0), 0.049, (1.0, 3.0, 0.05, (0.0, 200.0))),
        ((2.0, 1.005, 3.0), 0.049, (1.005, 3.0, 0.049, (0.5, 200.0))),
        ((2.0, 1.005, 3.0), 0.0494999, (1.005, 3.0, 0.0494999, (0.5, 200.0))),
        ((2.0, 1.005, 3.0), 0.0495, (1.0, 3.0, 0.05, (0.0, 200.0))),  # p is printed as 0.050
        ((2.0, 1.0049, 3.0), 0.051, (1.0, 3.0, 0.051, (0.0, 200.0))),
        ((0.5, 0.2, 0.995), 0.049, (0.2, 1.0, 0.05, (-80.0, 0.0))),
        ((0.5, 0.2, 0.9949), 0.049, (0.2, 0.9949, 0.049, (-80.0, -0.51))),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_limits_p_and_further_contacts_tell_what_the_verdict_tells(ratio, p, told, apart):
    """Of a hundred expected; the limits of further contacts are those of the ratio, or given apart."""
    limits = ((ratio[1] - 1) * 100, (ratio[2] - 1) * 100) if apart else None
    found = judged("県", "方法", 0.95, n=200, expected=100.0, ratio=ratio, p_value=p, extra_limits=limits)
    assert (found.low, found.high, found.p_value) == pytest.approx(told[:3])
    assert found.extra[1:] == pytest.approx(told[3])
    assert (found.code == "detected") == (found.p_value < 0.05)


def test_a_refusal_gives_its_reason_and_no_number():
    found = refused("宇城市", "方法", 0.95, Refusal("empty_window", "データがない"))
    row = verdict.table(found, unit="回").frame.iloc[0]
    assert row["label"] == "推定できません"
    assert row["finding"] == "効果は推定できません。理由: データがない"
    assert (
        row[["n", "expected", "estimate", "low", "high", "p_value", "extra", "extra_low", "extra_high"]]
        .isna()
        .all()
    )


@given(st.floats(0, 5), st.floats(0, 5), st.floats(0, 5))
def test_no_verdict_ever_says_that_there_was_no_effect(a, b, c):
    low, estimate, high = sorted((a, b, c))
    said = verdict.finding(effect(low, estimate, high)) + verdict.statement(effect(low, estimate, high), "t")
    assert not any(words in said for words in FORBIDDEN)


def test_extra_contacts_are_those_beyond_the_expected_and_never_fewer_than_none_came():
    found = effect(0.0, 1.5, 3.0)
    assert found.extra == (2.0, -4.0, 8.0)


def test_an_unlimited_interval_stays_unlimited_in_the_table():
    row = verdict.table(effect(0.5, 2.0, float("inf")), unit="回").frame.iloc[0]
    assert row["high"] == float("inf")
    assert row["extra_high"] == float("inf")


@pytest.mark.parametrize(
    ("code", "free"),
    [
        ("empty_window", True),
        ("contaminated_control", True),
        ("zero_baseline", False),
        ("silent_control", True),
        ("silent_local", False),
    ],
)
def test_only_a_reason_that_tells_no_count_survives_hidden_counts(code, free):
    found = refused("宇城市", "方法", 0.95, Refusal(code, "理由"))
    names = ("area", "method")  # whose effect it is and how it was estimated tell no count
    told = (*names, "code", "label", "finding") if free else names
    assert verdict.table(found, unit="回").schema.free == told
    assert verdict.table(found, effect(1.2, 2.0, 3.0), unit="回").schema.free == names


def test_effects_at_several_levels_are_no_table():
    with pytest.raises(ValueError, match="too many values"):
        verdict.table(effect(0.8, 1.5, 3.0), replace(effect(0.8, 1.5, 3.0), level=0.9), unit="回")


def test_a_statement_has_places_for_numbers_only_when_there_are_numbers():
    refusal = refused("宇城市", "方法", 0.95, Refusal("empty_window", "データがない"))
    assert verdict.statement(refusal, "city_effect") == "{city_effect.finding}。"
    assert "{city_effect.estimate|ci}" in verdict.statement(effect(0.8, 1.5, 3.0), "city_effect")


def test_only_an_undetected_effect_leaves_open_what_its_interval_holds():
    open_, settled = (
        verdict.statement(effect(*bounds), "t") for bounds in ((0.8, 1.5, 3.0), (1.2, 2.0, 3.0))
    )
    assert open_.startswith("{t.finding}。")
    assert "あったともなかったとも言えません" in open_
    assert "あったともなかったとも" not in settled
