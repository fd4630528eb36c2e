"""How often the verdicts about months are wrong, by size, length and memory of the record: the surface that ships.

Years without any pattern over months, whose level wanders from day to day, from week to week or ever longer, go
through the verdicts of the consultation notebook. The table is part of the library: `seasonality.surface` looks the
reader's own record up in it. The simulator shares no code with `seasonality_calibration.py`.

    python benchmarks/month_verdicts.py [--years N] [--json] [--table FILE]
"""

import argparse
import json
import sys
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from ujo_lib.seasonality.verdicts import ALPHA, PatternTests

SIZES = {30: 0.15, 54: 0.15, 200: 0.13, 600: 0.12, 2536: 0.10, 20_000: 0.08, 337_943: 0.06, 1_000_000: 0.06}
"""Contacts a year, and standard deviation of the level's logarithm."""
SPREAD = dict(zip(SIZES, (0.10, 0.10, 0.08, 0.07, 0.05, 0.02, 0.003, 0.003), strict=True))
"""Negative-binomial dispersion of the days."""
LENGTHS = (1, 3)
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
DIFFERENCING = 0.4
"""Of the long memory (Granger & Joyeux 1980)."""


def by_day(memory: float, rng: np.random.Generator, years: int, days: int) -> np.ndarray:
    """First-order autoregression of the days, standard deviation 1."""
    shocks = rng.normal(0, np.sqrt(1 - memory**2), (years, days + 100))
    return lfilter([1.0], [1.0, -memory], shocks, axis=1)[:, 100:]


def by_week(memory: float, rng: np.random.Generator, years: int, days: int) -> np.ndarray:
    """The same of the weeks."""
    return np.repeat(by_day(memory, rng, years, days // 7 + 1), 7, axis=1)[:, :days]


def ever_longer(rng: np.random.Generator, years: int, days: int) -> np.ndarray:
    """Fractional noise of the weeks: the correlation falls as a power, not as a half-life."""
    lag = np.arange(1, 400)
    weights = np.concatenate([[1.0], np.cumprod((lag - 1 + DIFFERENCING) / lag)])
    shocks = rng.normal(0, 1 / np.sqrt((weights**2).sum()), (years, days // 7 + 1 + len(lag)))
    return np.repeat(lfilter(weights, [1.0], shocks, axis=1)[:, len(lag) :], 7, axis=1)[:, :days]


MEMORIES = {
    "none": partial(by_day, 0.0),
    "days 0.6": partial(by_day, 0.6),
    "weeks 0.5": partial(by_week, 0.5),
    "weeks 0.8": partial(by_week, 0.8),
    "long": ever_longer,
}


def counts(size: int, length: int, memory: str, years: int, wave: float = 0.0) -> np.ndarray:
    """Daily counts of `years` records of `length` years each, with a smooth yearly wave of ±`wave`."""
    rng = np.random.default_rng([size, length, list(MEMORIES).index(memory), round(100 * wave)])
    days, spread = 365 * length, SPREAD[size]
    level = SIZES[size] * MEMORIES[memory](rng, years, days)
    season = np.log1p(wave * np.cos(2 * np.pi * (np.arange(days) - 225) / 365))
    mean = size / 365 * np.exp(level - SIZES[size] ** 2 / 2 + season)
    return rng.poisson(mean * rng.gamma(1 / spread, spread, mean.shape))


def calendar(length: int) -> PatternTests:
    """The verdicts' tests over whole years from a Sunday on."""
    month = np.tile(np.repeat(np.arange(12), MONTH_DAYS), length)
    return PatternTests(
        np.arange(len(month)) % 7, month, np.ones(len(month), dtype=bool), np.ones(len(month))
    )


def cell(tests: PatternTests, size: int, length: int, memory: str, years: int) -> list[dict[str, object]]:
    """Rows of one cell: each verdict's false alarms, and the range of the autocorrelation that a reader would see."""
    daily = counts(size, length, memory, years)
    wave = tests.yearly_wave(daily)
    low, high = np.quantile(wave.autocorrelation, [0.025, 0.975])
    node = {"contacts": size, "years": length, "memory": memory, "low": low, "high": high, "n": years}
    return [
        {"pattern": name, **node, "false_alarm": float((test.p_value < ALPHA).mean())}
        for name, test in (("months", tests.months(daily)), ("wave", wave))
    ]


def main() -> int:
    """Measure every cell, write the table, and print it by verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--years", type=int, default=2000, help="simulated records per cell")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--table", type=Path, help="write the cells to this CSV file")
    options = parser.parse_args()
    rows = []
    for length in LENGTHS:
        tests = calendar(length)
        for size, memory in product(SIZES, MEMORIES):
            rows += cell(tests, size, length, memory, options.years)
    table = pd.DataFrame(rows)
    shown = table.pivot_table(index=["pattern", "years", "contacts"], columns="memory", values="false_alarm")
    print((100 * shown[list(MEMORIES)]).round(1).to_string())
    if options.table:
        table.round(4).to_csv(options.table, index=False, lineterminator="\n")
    if options.json:
        one, year = calendar(1), partial(counts, 2536, 1, years=options.years, wave=0.15)
        power = {
            memory: float((one.yearly_wave(year(memory=memory)).p_value < ALPHA).mean())
            for memory in MEMORIES
        }
        print(json.dumps({"years": options.years, "power_wave15_prefecture": power}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
