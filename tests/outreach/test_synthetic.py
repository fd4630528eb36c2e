"""Weighted controls: California's Proposition 99 as published, and the prefecture's rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from scipy import stats as distributions

from tests.outreach.test_pretest import INSIDE, record
from ujo_lib.outreach import controlled, synthetic
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW
from ujo_lib.outreach.verdict import Refusal

SMOKING = pd.read_csv(Path(__file__).parents[1] / "reference/prop99.csv", index_col=0).to_numpy(float)


@pytest.mark.parametrize(
    ("design", "published", "tolerance"),
    [("did", -27.349, 5e-4), ("sc", -19.6, 0.15), ("sdid", -15.604, 5e-3)],
)
def test_proposition_99_has_the_published_effects(design, published, tolerance):
    """Arkhangelsky et al. 2021, Table 1; packs a head, 38 states and California, 19 years before and 12 after.

    Packs to one decimal as in `data/california_prop99.csv` of synth-inference/synthdid. The R package stops its search
    early (synthetic control −19.62); its weights miss California's past by 52.66 in squares, the optimum by 52.13.
    """
    assert synthetic.estimate(SMOKING, 19, design) == pytest.approx(published, abs=tolerance)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
@pytest.mark.parametrize("design", ["did", "sc", "sdid"])
def test_an_effect_is_the_same_in_whatever_unit_it_is_counted(design, unit):
    in_packs = synthetic.estimate(SMOKING, 19, design)
    assert synthetic.estimate(unit * SMOKING, 19, design) / unit == pytest.approx(in_packs, rel=1e-5)


def test_the_synthetic_controls_weights_are_the_optimum():
    """Oracle: scipy's sequential quadratic programming on the same 38 states."""
    past, aim = SMOKING[:-1, :19].T, SMOKING[-1, :19]

    def missed(weights: np.ndarray) -> float:
        return float(((past @ weights - aim) ** 2).sum())

    start = np.full(38, 1 / 38)
    found = optimize.minimize(
        missed,
        start,
        jac=lambda weights: 2 * past.T @ (past @ weights - aim),
        bounds=[(0, 1)] * 38,
        constraints={
            "type": "eq",
            "fun": lambda weights: weights.sum() - 1,
            "jac": lambda weights: np.ones(38),
        },
        options={"maxiter": 2000, "ftol": 1e-12},
    )
    own = synthetic._weights(past, aim, 1e-6, level=False)
    assert own.min() >= 0
    assert own.sum() == pytest.approx(1)
    assert missed(own) <= missed(found.x) + 1e-3
    assert missed(own) < 52.66


def test_controls_that_repeat_the_unit_exactly_leave_the_planted_effect():
    rng = np.random.default_rng(1)
    controls = rng.normal(0, 1, (12, 20)).cumsum(axis=1)
    reached = 0.3 * controls[2] + 0.7 * controls[5]
    reached[16:] += 2.0
    assert synthetic.estimate(np.vstack([controls, reached]), 16, "sc") == pytest.approx(2.0, abs=0.02)
    assert synthetic.estimate(np.vstack([controls, reached + 50]), 16, "sdid") == pytest.approx(2.0, abs=1.0)


@pytest.mark.parametrize(
    ("units", "before", "fits"), [(2, 3, False), (3, 2, True), (3, 1, False), (3, 5, False), (3, 4, True)]
)
def test_a_panel_too_small_for_weights_is_refused(units, before, fits):
    panel = np.random.default_rng(2).normal(size=(units, 5))
    if fits:
        assert np.isfinite(synthetic.estimate(panel, before, "sdid"))
    else:
        with pytest.raises(ValueError, match="two controls"):
            synthetic.estimate(panel, before, "sdid")


@pytest.mark.parametrize("method", synthetic.METHODS)
def test_a_planted_rise_of_half_is_found_and_its_absence_is_not(method):
    found = synthetic.effect(*record(1, np.where(INSIDE, 1.5, 1.0)), "熊本県", method)
    assert (found.area, found.method, found.code) == ("熊本県", method, "detected")
    assert found.low < 1.5 < found.high
    assert found.expected * found.estimate == pytest.approx(found.n)
    none = [synthetic.effect(*record(seed), "熊本県", method).code for seed in range(20)]
    assert none.count("detected") <= 3  # of 20 at 5 %: more by chance once in 60 times


@pytest.mark.parametrize("method", synthetic.METHODS)
def test_the_interval_and_the_p_value_are_of_a_t_with_one_degree_less_than_the_blocks_before(method):
    """28 blocks: between two levels the interval grows as the quantiles of a t with 27 degrees of freedom."""
    given = record(1, np.where(INSIDE, 1.1, 1.0))
    found = [synthetic.effect(*given, "熊本県", method, level) for level in (0.95, 0.8)]
    logs = np.log([[effect.low, effect.estimate, effect.high] for effect in found])
    quantiles = distributions.t.ppf([0.975, 0.9], 27)
    errors = np.diff(logs, axis=1) / quantiles[:, None]
    assert errors == pytest.approx(np.full((2, 2), errors[0, 0]))
    expected = 2 * distributions.t.sf(logs[0, 1] / errors[0, 0], 27)
    assert [effect.p_value for effect in found] == pytest.approx([expected, expected])


@pytest.mark.parametrize("method", synthetic.METHODS)
def test_the_error_is_what_the_weights_of_the_other_blocks_miss_each_block_by(method):
    """By hand: of 28 blocks each is left out, and the gap that the other 27 lead one to expect taken from its own."""
    comparison, wide = record(1, np.where(INSIDE, 1.1, 1.0))
    blocks, days = controlled.blocks(comparison), controlled.block_days(comparison)
    days = np.vstack([days[blocks["role"] == BASELINE], days[blocks["role"] == IN_WINDOW]])
    counted = np.vstack(
        [wide.to_numpy()[days].sum(axis=1).T, comparison.frame["local"].to_numpy()[days].sum(axis=1)]
    )
    logs, design = np.log(counted + 0.5), synthetic.METHODS[method]

    def missed(block: int, others: list[int]) -> float:
        own = logs[:, [*others, block]] - logs[:, others].mean(axis=1, keepdims=True)
        gap, weights = synthetic._gap(own, len(others), design)
        return float(gap[-1] - weights @ gap[:-1])

    by_block = [missed(left, [*range(left + 1, 28), *range(left)]) for left in range(28)]
    found = synthetic.effect(comparison, wide, "熊本県", method)
    error = np.sqrt(np.mean(np.square(by_block)))
    assert np.log(found.high / found.estimate) == pytest.approx(distributions.t.ppf(0.975, 27) * error)
    assert np.log(found.estimate) == pytest.approx(missed(28, [*range(28)]))


def test_many_controls_that_fit_the_past_by_chance_promise_no_more_than_they_hold():
    """46 controls, 28 blocks: the scatter of the gaps that were fitted is less than Poisson's of the window alone."""
    comparison, wide = record(5)
    rng = np.random.default_rng(4)
    more = pd.DataFrame(rng.poisson(30, (len(wide), 34)).astype(float), wide.index).add_prefix("他")
    many = pd.concat([wide, more], axis=1)
    found = synthetic.effect(comparison, many, "熊本県", synthetic.METHOD_CONTROL)
    chance = distributions.t.ppf(0.975, 27) * np.sqrt(1 / found.n)  # of the window's own contacts alone
    assert np.log(found.high / found.estimate) > chance


def test_a_control_that_is_the_reached_one_has_no_spread_to_judge_by():
    comparison, wide = record(1)
    same = controlled.Comparison("熊本県", comparison.frame.assign(local=wide.iloc[:, 3]))
    assert synthetic.effect(same, wide, "熊本県", synthetic.METHOD_CONTROL).reason_code == "no_spread"


@pytest.mark.parametrize(("controls", "code"), [(9, "few_controls"), (10, ""), (11, "")])
def test_ten_controls_are_enough_and_nine_are_not(controls, code):
    comparison, wide = record(3)
    effect = synthetic.effect(comparison, wide.iloc[:, :controls], "熊本県", synthetic.METHOD)
    assert effect.reason_code == code
    assert (effect.estimate is None) == bool(code)


def test_a_refusal_stays_a_refusal_and_one_year_is_one():
    comparison, wide = record(1)
    for given, code in (
        (Refusal("empty_window", "データがない"), "empty_window"),
        (controlled.Comparison("熊本県", comparison.frame.loc["2023-03-16":]), "no_earlier_season"),
    ):
        assert synthetic.effect(given, wide, "熊本県", synthetic.METHOD).reason_code == code
