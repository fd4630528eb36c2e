"""A small, fixed-seed run of the calibration benchmark, so that a change of method cannot pass unseen."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

pytestmark = pytest.mark.slow

REPLICATES = 120


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    file = Path(__file__).parents[2] / "benchmarks" / "outreach_calibration.py"
    spec = importlib.util.spec_from_file_location("outreach_calibration", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["outreach_calibration"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "cell",
    [
        {"level": "city", "contacts": 2.5, "ramp": 45.0},
        {"level": "city", "contacts": 2.5, "wait": 15.0, "rate_ratio": 2.5},
        pytest.param({"level": "prefecture", "years": 2}, marks=pytest.mark.full),
        pytest.param({"level": "prefecture", "years": 2, "growth": 0.2}, marks=pytest.mark.full),
        pytest.param({"level": "prefecture", "years": 2, "march": 1.2}, marks=pytest.mark.full),
        pytest.param({"level": "prefecture", "rate_ratio": 1.25, "years": 3}, marks=pytest.mark.full),
    ],
    ids=[
        "new desk, clustered clients",
        "clients who return late, effect",
        "prefecture",
        "prefecture whose share grows",
        "prefecture with a March of its own",
        "prefecture, effect",
    ],
)
def test_the_verdict_keeps_its_promise_where_it_makes_one(bench, cell):
    world = bench.World(phi=0.6, dispersion="high", **cell)
    assert world.in_scope
    measured = bench.measure(world, REPLICATES)
    assert measured["refused"] <= 0.02 * REPLICATES
    assert bench.holds(measured), measured


def test_contacts_as_they_come_are_held_by_the_spread_of_their_own_blocks(bench):
    measured = bench.measure(bench.World("city", contacts=2.5), REPLICATES, gap=0)
    assert bench.holds(measured)


def test_a_contaminated_control_or_a_local_surge_is_outside_the_promise(bench):
    assert not bench.World("prefecture", contaminated=0.3).in_scope
    assert not bench.World("city", bump=1.5).in_scope
    surge = bench.measure(bench.World("prefecture", bump=1.5, years=2), 40)
    assert surge["detected"] > 0.5


@pytest.mark.parametrize(
    "lost",
    [{"silent": 1}, {"silent": 3}, {"years": 1}],
    ids=["one control", "three controls", "the year before"],
)
def test_no_verdict_is_given_where_rows_or_the_year_before_are_missing(bench, lost):
    measured = bench.measure(bench.World("prefecture", **({"years": 2} | lost)), 10)
    assert (measured["refused"], measured["detected"]) == (10, None)
    assert bench.holds(measured)


@pytest.mark.full
def test_the_usual_segmented_regression_cries_wolf_on_the_same_records(bench):
    world = bench.World("prefecture", phi=0.6, dispersion="high", years=2)
    measured = bench.measure(world, 60)
    assert measured["newey_west_detected"] > 0.12
    assert measured["detected"] < measured["newey_west_detected"]


def test_a_peer_without_records_has_no_rate_in_the_table(bench):
    cells = [
        bench.measure(bench.World("city", ramp=30.0), 3),
        bench.measure(bench.World("prefecture", years=2), 3),
    ]
    table = bench.table(cells)
    assert table.loc[0, bench.PEER_COLUMNS].isna().all()
    assert table.loc[1, bench.PEER_COLUMNS].notna().all()


@pytest.mark.parametrize("level", ["city", "prefecture"])
def test_the_state_space_peer_agrees_with_the_kalman_filter_of_statsmodels(bench, level):
    """Oracle: statsmodels' UnobservedComponents, diffuse coefficients, forecast variance summed by hand.

    Tolerance: a hundredth of the interval's width, for statsmodels stops where its likelihood is flat.
    """
    record = bench.draw(bench.World(level, phi=0.6, dispersion="high"), np.random.default_rng([5, 5]))
    n, h = int((record.days < pd.Timestamp(bench.WINDOW.start)).sum()), bench.WINDOW.days
    x = record.control / record.control[:n].mean() - 1
    X = np.column_stack([x, np.eye(7)[record.days.day_of_week][:, 1:]])
    start = record.local.var() * np.array([0.9, 0.01])
    model = sm.tsa.UnobservedComponents(record.local[:n], "llevel", exog=X[:n], mle_regression=False)
    fitted = model.fit(start_params=start, disp=0, method="lbfgs", maxiter=200)
    total = np.r_[h, X[n : n + h].sum(axis=0)]
    spread = total @ fitted.predicted_state_cov[:, :, -1] @ total
    irregular, steps = fitted.params[:2]
    reach = 1.96 * np.sqrt(spread + h * irregular + steps * np.sum((h - np.arange(1, h)) ** 2.0))
    extra = record.local[n : n + h].sum() - total @ fitted.predicted_state[:, -1]
    low, high = bench.state_space(record)
    assert low == pytest.approx(extra - reach, abs=0.02 * reach)
    assert high == pytest.approx(extra + reach, abs=0.02 * reach)
