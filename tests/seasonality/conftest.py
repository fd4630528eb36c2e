"""Small years of contacts with known patterns, and the numbers that R printed."""

import importlib.util
import sys
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ujo_lib.fiscal import Period
from ujo_lib.seasonality.counts import Counts, contacts, from_aggregate

REFERENCE = Path(__file__).parents[1] / "reference"
YEAR = Period(date(2023, 1, 1), date(2023, 12, 31), "2023年(暦年)")


def counts_of(daily, period: Period = YEAR, observed=None, hourly=None) -> Counts:
    """Counts from an array of days."""
    daily = np.asarray(daily, dtype=np.int64)
    seen = np.ones(period.days, dtype=bool) if observed is None else observed
    return Counts(period, daily * seen, hourly, seen)


def noisy_year(mean=7.0, seed=0, period: Period = YEAR) -> Counts:
    """Poisson counts with hours, the evening twice as busy as the morning."""
    share = np.ones(24)
    share[20:] = 2.0
    rng = np.random.default_rng(seed)
    hourly = rng.poisson(mean * share / share.sum(), (period.days, 24))
    return counts_of(hourly.sum(axis=1), period, hourly=hourly)


@cache
def calm_nation() -> Counts:
    """Three years of many contacts whose weeks know nothing of one another."""
    period = Period(date(2021, 1, 1), date(2023, 12, 31), "3年")
    return counts_of(np.random.default_rng(7).poisson(900, 1095), period)


def records_of(times, **columns) -> pd.DataFrame:
    """Records at these local times."""
    return pd.DataFrame({"received_at": pd.to_datetime(times).tz_localize("Asia/Tokyo"), **columns})


def counted(records: pd.DataFrame, period: Period = YEAR, observed=None) -> Counts:
    """Counts of records, wherever they came from."""
    told = {"pref": "熊本県", "channel": "全国窓口"} | dict(records)
    return from_aggregate(contacts({"consultations": records.assign(**told)}), period, observed)


def printed_by_r():
    """What R printed, by case and name."""
    table = pd.read_csv(REFERENCE / "seasonality_r.csv")
    return {(row.case, row.name_): row.value for row in table.rename(columns={"name": "name_"}).itertuples()}


def given_to_r():
    """The data that R used, by case and variable."""
    table = pd.read_csv(REFERENCE / "seasonality_data.csv", dtype=str)
    return {key: part["value"].to_numpy() for key, part in table.groupby(["case", "variable"])}


r = pytest.fixture(printed_by_r, scope="session", name="r")
data = pytest.fixture(given_to_r, scope="session", name="data")


@pytest.fixture(scope="session")
def calibration():
    """The calibration benchmark as a module."""
    file = Path(__file__).parents[2] / "benchmarks" / "seasonality_calibration.py"
    spec = importlib.util.spec_from_file_location("seasonality_calibration", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(file.parent))
        spec.loader.exec_module(module)
    return module
