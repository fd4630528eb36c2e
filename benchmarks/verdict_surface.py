"""How often the verdicts about months and weekdays are wrong, by size, length and memory of the record: the surface
that ships.

Records without any pattern over months or weekdays, whose level wanders from day to day, from week to week or ever
longer, go through the verdicts of the consultation notebook. A verdict about months is held to the p-value below which
5 % of such records fall, with its own weeks' autocorrelation or with the one that a nation lends it. The table is part
of the library: `seasonality.surface` looks the reader's own record up in it. The simulator shares no code with
`seasonality_calibration.py`.

    python benchmarks/verdict_surface.py [--records N] [--only months|week] [--json] [--table FILE]
"""

import argparse
import json
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache, partial
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
NATION = 337_943
LENT = (0, 1, 3)
"""Years of the nation's record that lends its autocorrelation; 0: the record's own is estimated."""
SHORT = {0.1: np.arange(28) % 7 < 4, 0.3: np.ones(91, dtype=bool)}
"""Records that tell weekdays alone, as days with and without a desk open: four weeks of four days, a quarter."""
TOGETHER = 5
"""Contacts that come at once where a memory is called classes."""
EFFECTS = (1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.7, 2.0, 2.5, 3.0)
"""Ratios planted, from the smallest on, until a verdict finds `FOUND` of them."""
FOUND = 0.8
CHEAP = 5
"""Times as many records of a year and less for verdicts about the week, which cost little."""
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


def cell(pattern: str, size: int, years: float, memory: str, records: int) -> dict[str, object]:
    """What every row of the surface begins with: of which verdict, in which records."""
    return {"pattern": pattern, "contacts": size, "years": years, "memory": memory, "n": records}


def week_cells(
    size: int, years: float, memory: str, tests: PatternTests, records: int
) -> Iterator[dict[str, object]]:
    """False alarms and power of the verdicts about the week in one cell."""
    days = len(tests.month)
    daily = counts(size, days, memory, records) * tests.observed
    for pattern, test in {"weekdays": tests.weekdays, "slope": tests.week_slope}.items():
        shape = SHAPES[pattern](np.arange(days))
        found = (
            effect
            for effect in EFFECTS
            if share(test, counts(size, days, memory, records // 4, np.log(effect) * shape) * tests.observed)
            >= FOUND
        )
        yield {
            **cell(pattern, size, years, memory, records),
            "lent": 0,
            "false_alarm": share(test, daily),
            "level": ALPHA,
            "detectable": next(found, np.nan),
        }


def month_cells(size: int, years: int, tests: PatternTests, records: int) -> Iterator[dict[str, object]]:
    """The level of each verdict about months under each memory, alone and with a nation's autocorrelation, the
    autocorrelation that a reader would see, and what is found at the strictest level of all memories.
    """
    days = len(tests.month)
    asked = {"months": tests.months, "wave": tests.yearly_wave}
    shown, level = {}, {}
    for memory in MEMORIES:
        daily = counts(size, days, memory, records)
        shown[memory] = np.quantile(tests.yearly_wave(daily).autocorrelation, [0.025, 0.975])
        for (pattern, test), lent in product(asked.items(), LENT):
            p_value = test(daily, memory=seen(memory, lent, records)).p_value
            level[pattern, lent, memory] = float(np.quantile(p_value, ALPHA))
    strictest = {
        (pattern, lent): min(level[pattern, lent, memory] for memory in MEMORIES)
        for pattern, lent in product(asked, LENT)
    }
    for memory in MEMORIES:
        planted = cache(partial(planted_wave, size, days, memory, records // 4))
        found = {}
        for (pattern, lent), line in strictest.items():
            test = partial(asked[pattern], memory=seen(memory, lent, records // 4))
            finds = partial(found_at, test, planted, line)
            place = bisect_left(EFFECTS, True, key=finds)
            found[pattern, lent] = EFFECTS[place] if place < len(EFFECTS) else np.nan
        for pattern, lent in strictest:
            yield {
                **cell(pattern, size, years, memory, records),
                "lent": lent,
                "low": shown[memory][0],
                "high": shown[memory][1],
                "false_alarm": ALPHA,
                "level": level[pattern, lent, memory],
                "detectable": found[pattern, lent],
            }


def found_at(
    test: Callable[[np.ndarray], ScaledTest],
    planted: Callable[[float], np.ndarray],
    line: float,
    effect: float,
) -> bool:
    """Whether a p-value below the line is what most records with this effect have."""
    return bool((test(planted(effect)).p_value < line).mean() >= FOUND)


def planted_wave(size: int, days: int, memory: str, records: int, effect: float) -> np.ndarray:
    """Records with a yearly wave whose top is `effect` times its middle."""
    return counts(size, days, memory, records, np.log(effect) * wave(np.arange(days)))


def seen(memory: str, years: int, records: int) -> np.ndarray | None:
    """The autocorrelation that so many other nations' records of this length show; None of no length."""
    return np.resize(np.roll(_shown(memory, years), 1), records) if years else None


@cache
def _shown(memory: str, years: int) -> np.ndarray:
    days = 365 * years
    whole = calendar(np.ones(days, dtype=bool))
    return whole.yearly_wave(counts(NATION, days, memory, 2000)).autocorrelation


def share(test: Callable[[np.ndarray], ScaledTest], daily: np.ndarray) -> float:
    """Share of records in which the verdict finds a pattern."""
    return float((test(daily).p_value < ALPHA).mean())


def main() -> int:
    """Measure every cell, write the table, and print it by verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--records", type=int, default=2000, help="simulated records per cell")
    parser.add_argument(
        "--only", choices=("months", "week"), help="measure these verdicts; the table keeps its other rows"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--table", type=Path, help="write the cells to this CSV file")
    options = parser.parse_args()
    rows = []
    for years, observed in (SHORT | {years: np.ones(365 * years, dtype=bool) for years in LENGTHS}).items():
        tests = calendar(observed)
        for size in SIZES:
            if options.only != "months":
                for memory in (*MEMORIES, "classes"):
                    records = options.records * (CHEAP if years <= 1 else 1)
                    rows += week_cells(size, years, memory, tests, records)
            if options.only != "week" and years >= 1:
                rows += month_cells(size, years, tests, options.records)
    table = pd.DataFrame(rows)
    of_months = table["pattern"].isin(["months", "wave"])
    for part, value in ((table[of_months], "level"), (table[~of_months], "false_alarm")):
        if part.empty:
            continue
        index = ["pattern", "years", "contacts", *(["lent"] if value == "level" else [])]
        print((100 * part.pivot_table(index=index, columns="memory", values=value)).round(2).to_string())
    if options.table:
        kept = pd.read_csv(options.table) if options.only else table.iloc[:0]
        kept = kept[~kept["pattern"].isin(table["pattern"])]
        pd.concat([kept, table]).round(6).to_csv(options.table, index=False, lineterminator="\n")
    if options.json:
        whole = pd.read_csv(options.table) if options.table else table
        week = whole[whole["pattern"].isin(["weekdays", "slope"])]
        worst = None if week.empty else round(float(week["false_alarm"].max()), 4)
        print(json.dumps({"records": options.records, "week_false_alarm_max": worst}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
