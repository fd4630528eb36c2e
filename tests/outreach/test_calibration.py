"""A small, fixed-seed run of the calibration benchmark, so that a change of method cannot pass unseen."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

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
        {"level": "prefecture"},
        {"level": "prefecture", "rate_ratio": 1.25, "years": 3},
    ],
    ids=[
        "new desk, clustered clients",
        "clients who return late, effect",
        "prefecture",
        "prefecture, effect",
    ],
)
def test_the_verdict_keeps_its_promise_where_it_makes_one(bench, cell):
    world = bench.World(phi=0.6, dispersion="high", **cell)
    assert world.in_scope
    measured = bench.measure(world, REPLICATES)
    assert measured["refused"] == 0
    assert bench.holds(measured), measured


def test_contacts_as_they_come_would_break_it(bench):
    measured = bench.measure(bench.World("city", contacts=2.5), REPLICATES, gap=0)
    assert measured["detected"] > 0.1
    assert not bench.holds(measured)


def test_a_contaminated_control_or_a_local_surge_is_outside_the_promise(bench):
    assert not bench.World("prefecture", contaminated=0.3).in_scope
    assert not bench.World("city", bump=1.5).in_scope
    surge = bench.measure(bench.World("prefecture", bump=1.5), 40)
    assert surge["detected"] > 0.5


def test_the_usual_segmented_regression_cries_wolf_on_the_same_records(bench):
    world = bench.World("prefecture", phi=0.6, dispersion="high")
    peers = bench.measure_peers([world], 60, 3).set_index("tool")["false_alarm"]
    assert peers["Newey-West ITS"] > 0.12


def test_the_state_space_peer_sums_its_forecast_variance_exactly(bench):
    record = bench.draw(bench.World("prefecture"), np.random.default_rng([5, 5]))
    extra, low, high = bench.state_space(record)
    assert low < extra < high
    assert (high - extra) == pytest.approx(extra - low)
