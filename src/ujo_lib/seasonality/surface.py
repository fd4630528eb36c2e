"""How often a verdict about months or weekdays is wrong for records like the reader's own: looked up, never simulated
in a run.

A year cannot tell a season from a level that wanders for weeks. How it wanders shows in a large record: the lag-one
correlation of the nation's weeks leaves some memories plausible and others not. A verdict about months is held to the
p-value below which 5 % of the records without any pattern fall under the worst plausible memory at the reader's size.
Weekdays are compared within their weeks, so every memory is as good as any other for them: they keep their p-values,
and the worst memory's false alarms are told. `benchmarks/verdict_surface.py --table` measured both.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

MOST_FALSE: float = 0.07
"""False alarms above which a verdict is withheld."""
LENDS: float = 200_000
"""Contacts a year from which on a record lends its weeks' autocorrelation to the tests of another: chance has no more
part in its weeks."""


@dataclass(frozen=True)
class Memory:
    """What a record shows of how long busy spells last.

    Attributes:
        contacts: of the record in a year.
        years: its length.
        autocorrelation: lag-one correlation of its weeks, from `PatternTests.yearly_wave`.
        lent: whether the judged record's tests take that correlation for their own.
    """

    contacts: float
    years: float
    autocorrelation: float
    lent: bool = False

    @property
    def loan(self) -> float | None:
        """That correlation, where it is lent."""
        return self.autocorrelation if self.lent else None


@dataclass(frozen=True)
class Rates:
    """What is known of a verdict for records like the reader's own.

    Attributes:
        false_alarm: share of records without a pattern in which one is found, at worst.
        level: p-value of the test below which a pattern is found, so that this share is not exceeded.
        detectable: the ratio found in four of five records: of the top of a yearly wave to its middle, of two days of
            the week to the others, of Saturday to Wednesday on a slope; NaN where three times is not enough.
    """

    false_alarm: float
    level: float
    detectable: float


def rates(pattern: str, contacts: float, years: float, seen: Memory | None) -> Rates | None:
    """How often a verdict is wrong, and what it finds, at worst; None where nothing was tried.

    Args:
        pattern: months, wave, weekdays or slope.
        contacts: of the judged record in a year.
        years: its length.
        seen: of the same service, the largest and longest record at hand; None leaves every memory possible.
    """
    tried = _table()["lent"]
    lent = int(tried[tried <= (seen.years if seen is not None and seen.lent else 0)].max())
    here = _around(pattern, lent, contacts, years)
    if seen is not None:
        known = _around(pattern, 0, seen.contacts, min(seen.years, float(_table()["years"].max())))
        found = max(seen.autocorrelation, known["low"].min())
        possible = known.loc[(known["low"] <= found) & (found <= known["high"]), "memory"]
        here = here[here["memory"].isin(possible)]
    if here.empty:
        return None
    false_alarm, detectable = (float(here[name].max(skipna=False)) for name in ("false_alarm", "detectable"))
    return Rates(false_alarm, float(here["level"].min()), detectable)


@cache
def _around(pattern: str, lent: int, contacts: float, years: float) -> pd.DataFrame:
    """The cells at a size, between two that were tried (linear in its logarithm), of the lengths on either side."""
    cells = _table()
    cells = cells[(cells["pattern"] == pattern) & (cells["lent"] == lent)]
    sizes, lengths = (np.sort(cells[name].unique()) for name in ("contacts", "years"))
    if not (sizes[0] <= contacts <= sizes[-1] and lengths[0] <= years <= lengths[-1]):
        return cells.iloc[:0]
    near = cells[cells["years"].between(lengths[lengths <= years].max(), lengths[lengths >= years].min())]
    smaller, larger = sizes[sizes <= contacts].max(), sizes[sizes >= contacts].min()
    above = float(np.interp(np.log(contacts), np.log([smaller, larger]), [0.0, 1.0]))
    cell = near.set_index(["contacts", "memory", "years"])[
        ["low", "high", "false_alarm", "level", "detectable"]
    ]
    return (cell.loc[smaller] * (1 - above) + cell.loc[larger] * above).reset_index()


@cache
def _table() -> pd.DataFrame:
    return pd.read_csv(str(files("ujo_lib.seasonality") / "surface.csv"))
