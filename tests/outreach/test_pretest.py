"""What must have held before the window: each failure by its name, and its bound at one step on either side."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats as distributions

from tests.outreach.conftest import TWO_YEARS, WINDOW
from ujo_lib.outreach import controlled, hygiene, pretest
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Baseline, Comparison
from ujo_lib.outreach.verdict import Refusal

DAYS = pd.date_range(TWO_YEARS.start, TWO_YEARS.end)
INSIDE = (pd.Timestamp(WINDOW.start) <= DAYS) & (pd.Timestamp(WINDOW.end) >= DAYS)
RECENT = (pd.Timestamp("2024-01-03") <= DAYS) & (pd.Timestamp(WINDOW.start) > DAYS)
RULES = Baseline(TWO_YEARS.start, washout_days=14)


def record(
    seed: int = 1, home: float | np.ndarray = 1.0, **controls: np.ndarray
) -> tuple[Comparison, pd.DataFrame]:
    """A home of 70 contacts a day and twelve controls of 100, each times a factor by day."""
    rng = np.random.default_rng(seed)
    names = [f"県{each:02d}" for each in range(12)]
    wide = pd.DataFrame(
        {name: rng.poisson(100 * controls.get(name, np.ones(len(DAYS)))).astype(float) for name in names},
        DAYS,
    )
    local = pd.Series(rng.poisson(70 * np.broadcast_to(home, len(DAYS))), DAYS)
    found = hygiene.compare("熊本県", local, wide.sum(axis=1), WINDOW, RULES, TWO_YEARS.end)
    assert isinstance(found, Comparison)
    return found, wide


def code(found: Comparison | Refusal) -> str:
    return found.code if isinstance(found, Refusal) else ""


@pytest.mark.parametrize("seed", range(12))
def test_a_prefecture_that_follows_its_controls_passes(seed):
    comparison, controls = record(seed)
    assert pretest.passed(comparison, controls) is comparison


def test_an_effect_of_any_size_is_no_failed_test():
    comparison, controls = record(2, np.where(INSIDE, 3.0, 1.0))
    assert pretest.passed(comparison, controls) is comparison


def test_one_year_alone_cannot_tell_the_season_from_the_effect():
    comparison, controls = record()
    short = Comparison("熊本県", comparison.frame.loc["2023-03-16":])
    refusal = pretest.passed(short, controls)
    assert code(refusal) == "no_earlier_season"
    assert "前の年度の日別件数" in refusal.reason


@pytest.mark.parametrize(("size", "expected"), [(1.3, "break_local"), (0.7, "break_local"), (1.0, "")])
def test_a_change_just_before_the_window_is_told_with_its_day_and_size(size, expected):
    refusal = pretest.passed(*record(3, np.where(RECENT | INSIDE, size, 1.0)))
    assert code(refusal) == expected
    if expected:
        assert "2024-01-03から" in refusal.reason
        assert ("増えて" if size > 1 else "減って") in refusal.reason


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_change_before_the_window_counts_from_its_level_on(step, monkeypatch):
    """The p-value by statsmodels: what the other blocks lead one to expect of the latest two, and their own error."""
    comparison, controls = record(3, np.where(RECENT | INSIDE, 1.04, 1.0))
    found = controlled.blocks(comparison)
    baseline = found[found["role"] == BASELINE]
    recent = np.arange(28) >= 26
    X = np.column_stack([np.ones(28), baseline["years"], baseline["season"]]).astype(float)
    logs = np.log(baseline["share"].to_numpy())
    others, ahead = sm.OLS(logs[~recent], X[~recent]).fit(), X[recent].mean(axis=0)
    error = np.sqrt(others.mse_resid * (0.5 + ahead @ others.normalized_cov_params @ ahead))
    p_value = 2 * distributions.t.sf(abs(logs[recent].mean() - ahead @ others.params) / error, 23)
    assert pretest.BREAK == 0.001  # docs/outreach.md
    monkeypatch.setattr(pretest, "BREAK", p_value * (1 + step * 1e-6))
    assert code(pretest.passed(comparison, controls)) == ("break_local" if step > 0 else "")


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_share_may_scatter_up_to_its_bound(step, monkeypatch):
    comparison, controls = record()
    found = controlled.blocks(comparison)
    logs = np.log(found.loc[found["role"] == BASELINE, "share"].to_numpy())
    spread = float(controlled.design(found).spread(logs))
    assert round(100 * np.expm1(pretest.WIDEST_SPREAD)) == 28  # docs/outreach.md
    monkeypatch.setattr(pretest, "WIDEST_SPREAD", spread * (1 - step * 1e-6))
    assert code(pretest.passed(comparison, controls)) == ("poor_fit" if step > 0 else "")


@pytest.mark.parametrize(("spread", "told"), [(0.2501, "29%"), (0.4, "50%"), (1.0, "172%")])
def test_what_scatters_too_much_is_never_told_as_what_may_be_used(spread, told):
    """0.2501 was told as 28 %, of which 28 % may be used."""
    refusal = pretest._poor_fit(SimpleNamespace(spread=lambda _: spread), np.zeros(1))
    assert f"{told}ほども食い違っていて(使えるのは28%まで)" in refusal.reason


def test_a_share_that_scatters_by_a_third_tells_nothing():
    rng = np.random.default_rng(5)
    noisy = np.repeat(np.exp(rng.normal(0, 0.4, len(DAYS) // 24 + 1)), 24)[: len(DAYS)]
    refusal = pretest.passed(*record(5, noisy))
    assert code(refusal) == "poor_fit"
    assert "28%まで" in refusal.reason


def test_a_control_that_falls_on_the_first_day_is_named_and_listing_the_others_mends_it():
    comparison, controls = record(6, 県03=np.where(pd.Timestamp(WINDOW.start) <= DAYS, 0.4, 1.0) * 6)
    refusal = pretest.passed(comparison, controls)
    assert code(refusal) == "broken_control"
    assert "県03(" in refusal.reason
    assert "比較地域からその地域を除けば" in refusal.reason
    others = controls.drop(columns="県03")
    mended = Comparison("熊本県", comparison.frame.assign(control=others.sum(axis=1)))
    assert pretest.passed(mended, others) is mended


def test_a_small_control_that_breaks_moves_nothing_and_is_no_matter():
    tiny = np.where(pd.Timestamp(WINDOW.start) <= DAYS, 0.4, 1.0) * 0.1
    comparison, controls = record(6, 県03=tiny)
    assert pretest.passed(comparison, controls) is comparison


@pytest.mark.parametrize("step", [-1, 0, 1])
@pytest.mark.parametrize(
    ("bound", "documented", "name"),
    [("ONE_MOVES", 1.0, "one_control"), ("BROKEN_MOVE", 0.25, "broken_control")],
)
def test_a_control_may_move_the_estimate_up_to_its_bound(bound, documented, name, step, monkeypatch):
    """By hand: the estimate without each control, in standard errors of the estimate with all."""
    assert getattr(pretest, bound) == documented  # docs/outreach.md
    comparison, controls = record(8, 県03=np.where(INSIDE, 0.7, 1.0) * 6)
    found = controlled.blocks(comparison)
    of, earlier = controlled.design(found), found["role"].to_numpy() == BASELINE
    logs = np.log(found["share"].to_numpy())[earlier]
    error = float(of.spread(logs) * np.sqrt(of.covariance[0, 0]))
    counts = controls.to_numpy()[controlled.block_days(comparison)].sum(axis=1)

    def without(each: int) -> float:
        log = np.log((counts.sum(axis=1) + 0.5) / (counts.sum(axis=1) - counts[:, each] + 0.5))
        return abs(float(log[~earlier].item() - of.weights[0] @ log[earlier])) / error

    most = without(3) if bound == "BROKEN_MOVE" else max(map(without, range(12)))
    monkeypatch.setattr(pretest, "ONE_MOVES", np.inf)
    monkeypatch.setattr(pretest, "CONTROL_BREAK", 0.0 if bound == "ONE_MOVES" else 0.01)
    monkeypatch.setattr(pretest, bound, most * (1 - step * 1e-6))
    assert code(pretest.passed(comparison, controls)) == (name if step > 0 else "")


@pytest.mark.parametrize("size", [1.0, 8.0])
def test_of_many_controls_one_may_scatter_by_chance_the_less_the_more_contacts_it_has(size, monkeypatch):
    """A p-value counts as often as the control's contacts go into those of all: twelvefold for one among equals."""
    comparison, controls = record(4, 県03=np.full(len(DAYS), size))
    found = controlled.blocks(comparison)
    of, earlier = controlled.design(found), found["role"].to_numpy() == BASELINE
    counts = controls.to_numpy()[controlled.block_days(comparison)].sum(axis=1)
    logs = np.log(counts + 0.5).T
    logs = logs - logs.mean(axis=1, keepdims=True)
    logs = logs - np.median(logs, axis=0)
    moved = logs[:, ~earlier][:, 0] - logs[:, earlier] @ of.weights[0]
    errors = of.spread(logs[:, earlier]) * np.sqrt(of.covariance[0, 0])
    p_values = 2 * distributions.t.sf(np.abs(moved) / errors, of.degrees)
    first = float((p_values * counts.sum() / counts.sum(axis=0)).min())
    assert pretest.CONTROL_BREAK == 0.05  # docs/outreach.md
    monkeypatch.setattr(pretest, "BROKEN_MOVE", 0.0)
    monkeypatch.setattr(pretest, "ONE_MOVES", np.inf)
    for level, expected in ((first * (1 - 1e-6), ""), (first * (1 + 1e-6), "broken_control")):
        monkeypatch.setattr(pretest, "CONTROL_BREAK", level)
        assert code(pretest.passed(comparison, controls)) == expected


def test_two_controls_that_part_are_both_named():
    comparison, controls = record(9)
    two = pd.DataFrame({"県A": controls["県00"], "県B": controls["県01"] * np.where(INSIDE, 0.5, 1.0)})
    pair = Comparison("熊本県", comparison.frame.assign(control=two.sum(axis=1)))
    refusal = pretest.passed(pair, two)
    assert code(refusal) == "broken_control"
    assert "県A(" in refusal.reason
    assert "県B(" in refusal.reason
    assert pair.having(IN_WINDOW).sum() == 24
