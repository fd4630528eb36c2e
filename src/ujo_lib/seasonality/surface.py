"""How often a verdict about months is wrong for records like the reader's own: looked up, never simulated in a run.

A year cannot tell a season from a level that wanders for weeks. How it wanders shows in a large record: the lag-one
correlation of the nation's weeks leaves some memories plausible and others not. The verdict's false alarms are those
of the worst plausible memory at the reader's size; `benchmarks/month_verdicts.py --table` measured them.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

MOST_FALSE: float = 0.07
"""False alarms above which a verdict is withheld."""


@dataclass(frozen=True)
class Memory:
    """What a record shows of how long busy spells last.

    Attributes:
        contacts: of the record in a year.
        years: its length.
        autocorrelation: lag-one correlation of its weeks, from `PatternTests.yearly_wave`.
    """

    contacts: float
    years: float
    autocorrelation: float


def false_alarm(pattern: str, contacts: float, years: float, seen: Memory) -> float | None:
    """Share of records without a pattern over months in which one is found, at worst; None where nothing was tried.

    Args:
        pattern: months or wave.
        contacts: of the judged record in a year.
        years: its length.
        seen: of the same service, the largest and longest record at hand.
    """
    known = _around(seen.contacts, min(seen.years, _table()["years"].max()))
    found = max(seen.autocorrelation, known["low"].min())
    possible = known[(known["low"] <= found) & (found <= known["high"])]
    here = _around(contacts, years)
    rates = here.loc[(here["pattern"] == pattern) & here["memory"].isin(possible["memory"]), "false_alarm"]
    return float(rates.max()) if len(rates) else None


def _around(contacts: float, years: float) -> pd.DataFrame:
    """The cells at a size, between two that were tried (linear in its logarithm), of the lengths on either side."""
    table = _table()
    sizes, lengths = (np.sort(table[name].unique()) for name in ("contacts", "years"))
    if not (sizes[0] <= contacts <= sizes[-1] and lengths[0] <= years <= lengths[-1]):
        return table.iloc[:0]
    near = table[table["years"].between(lengths[lengths <= years].max(), lengths[lengths >= years].min())]
    smaller, larger = sizes[sizes <= contacts].max(), sizes[sizes >= contacts].min()
    above = float(np.log(contacts / smaller) / np.log(larger / smaller)) if larger > smaller else 0.0
    cell = near.set_index(["contacts", "pattern", "memory", "years"])[["low", "high", "false_alarm"]]
    return (cell.loc[smaller] * (1 - above) + cell.loc[larger] * above).reset_index()


@cache
def _table() -> pd.DataFrame:
    return pd.read_csv(str(files("ujo_lib.seasonality") / "surface.csv"))
