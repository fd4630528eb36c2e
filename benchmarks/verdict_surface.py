"""How often the verdicts about months and weekdays are wrong, by size, length and memory of the record: the surface
that ships.

Records without any pattern over months or weekdays, whose level wanders from day to day, from week to week or ever
longer, go through the verdicts of the consultation notebook. The table is part of the library: `seasonality.surface`
looks the reader's own record up in it. The simulator shares no code with `seasonality_calibration.py`.

    python benchmarks/verdict_surface.py [--records N] [--json] [--table FILE]
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from ujo_lib.seasonality.dispersion import ScaledTest
from ujo_lib.seasonality.verdicts import ALPHA, PatternTests

SIZES = {30: 0.15, 54: 0.15, 200: 0.13, 600: 0.12, 2536: 0.10, 20_000: 0.08, 337_943: 0.06, 1_000_000: 0.06}
"""Contacts a year, and standard deviation of the level's logarithm."""
SPREAD = dict(zip(SIZES, (0.10, 0.10, 0.08, 0.07, 0.05, 0.02, 0.003, 0.003), strict=True))
"""Negative-binomial dispersion of the days."""
LENGTHS = (1, 3, 6)
SHORT = {0.1: np.arange(28) % 7 < 4, 0.3: np.ones(91, dtype=bool)}
"""Records that tell weekdays alone, as days with and without a desk open: four weeks of four days, a quarter."""
TOGETHER = 5
"""Contacts that come at once where a memory is called classes."""
EFFECTS = (1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.7, 2.0, 2.5, 3.0)
"""Ratios planted, from the smallest on, until a verdict finds `FOUND` of them."""
FOUND = 0.8
CHEAP = 5
"""Times as many records of a year and less, which cost little."""
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


def wave(day: np.ndarray) -> np.ndarray:
    """One smooth wave a year: its top is the ratio times the middle."""
    return np.cos(2 * np.pi * (day - 225) / 365)


def two_days(day: np.ndarray) -> np.ndarray:
    """Two days of the week with the ratio times the contacts of the others."""
    return (day % 7 < 2).astype(float)


def slope(day: np.ndarray) -> np.ndarray:
    """A steady rise: Saturday has the ratio times the contacts of Wednesday."""
    return (day % 7 - 3) / 3


SHAPES = {"months": wave, "wave": wave, "weekdays": two_days, "slope": slope}


def counts(size: int, days: int, memory: str, records: int, planted: np.ndarray | float = 0.0) -> np.ndarray:
    """Daily counts of `records` records whose logarithm has the planted pattern, shape (days,)."""
    of_days, at_once = ("days 0.6", TOGETHER) if memory == "classes" else (memory, 1)
    rng = np.random.default_rng([size, days // 365, [*MEMORIES, "classes"].index(memory)])
    level, spread = SIZES[size] * MEMORIES[of_days](rng, records, days), SPREAD[size]
    mean = size / 365 / at_once * np.exp(level - SIZES[size] ** 2 / 2 + planted)
    return rng.poisson(mean * rng.gamma(1 / spread, spread, mean.shape)) * at_once


def calendar(observed: np.ndarray) -> PatternTests:
    """The verdicts' tests from a Sunday on; months only of whole years."""
    years = -(-len(observed) // 365)
    month = np.tile(np.repeat(np.arange(12), MONTH_DAYS), years)[: len(observed)]
    return PatternTests(np.arange(len(observed)) % 7, month, observed, np.ones(len(observed)))


def cells(
    size: int, years: float, memory: str, tests: PatternTests, records: int
) -> Iterator[dict[str, object]]:
    """Each verdict's false alarms and power in one cell and, of months, the autocorrelation that a reader would see."""
    days = len(tests.month)
    daily = counts(size, days, memory, records) * tests.observed
    node = {"contacts": size, "years": years, "memory": memory, "n": records}
    asked = {"weekdays": tests.weekdays, "slope": tests.week_slope}
    if years >= 1 and memory in MEMORIES:
        asked |= {"months": tests.months, "wave": tests.yearly_wave}
        low, high = np.quantile(tests.yearly_wave(daily).autocorrelation, [0.025, 0.975])
        node |= {"low": low, "high": high}
    for pattern, test in asked.items():
        shape = SHAPES[pattern](np.arange(days))
        found = (
            effect
            for effect in EFFECTS
            if share(test, counts(size, days, memory, records // 4, np.log(effect) * shape) * tests.observed)
            >= FOUND
        )
        yield {
            "pattern": pattern,
            **node,
            "false_alarm": share(test, daily),
            "detectable": next(found, np.nan),
        }


def share(test: Callable[[np.ndarray], ScaledTest], daily: np.ndarray) -> float:
    """Share of records in which the verdict finds a pattern."""
    return float((test(daily).p_value < ALPHA).mean())


def main() -> int:
    """Measure every cell, write the table, and print it by verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--records", type=int, default=2000, help="simulated records per cell of several years"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--table", type=Path, help="write the cells to this CSV file")
    options = parser.parse_args()
    lengths = SHORT | {years: np.ones(365 * years, dtype=bool) for years in LENGTHS}
    rows = []
    for years, observed in lengths.items():
        tests = calendar(observed)
        for size, memory in product(SIZES, (*MEMORIES, "classes")):
            rows += cells(size, years, memory, tests, options.records * (CHEAP if years <= 1 else 1))
    table = pd.DataFrame(rows)
    shown = table.pivot_table(index=["pattern", "years", "contacts"], columns="memory", values="false_alarm")
    print((100 * shown[[*MEMORIES, "classes"]]).round(1).to_string())
    if options.table:
        table.round(4).to_csv(options.table, index=False, lineterminator="\n")
    if options.json:
        year = partial(
            counts, 2536, 365, records=options.records, planted=np.log1p(0.15 * wave(np.arange(365)))
        )
        test = calendar(np.ones(365, dtype=bool)).yearly_wave
        power = {memory: share(test, year(memory=memory)) for memory in MEMORIES}
        print(json.dumps({"records": options.records, "power_wave15_prefecture": power}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
