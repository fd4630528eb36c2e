"""Several years taken apart into level, yearly wave and week (MSTL, Bandara, Hyndman & Bergmeir 2021)."""

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import MSTL

from ujo_lib.columns import Dimension, Rate
from ujo_lib.seasonality.counts import CONTACTS, DAYS, Counts
from ujo_lib.typed import Typed

DAYS_OF_YEAR = 365
FEWEST_YEARS = 3
"""Two cycles that resemble each other may be chance; a wave that comes back has been seen three times."""

LONGEST_GAP = 7
"""Days in a row that may be bridged by straight lines; MSTL takes no gaps."""

_COLUMNS = {
    "month": Dimension(variable="month"),
    "n": CONTACTS,
    "days": DAYS,
    "per_day": Rate(per="1日", unit="件", decimals=2, n="n", base="days"),
    "level": Rate(heading="1日あたりの水準", unit="件", decimals=2),
    "yearly": Rate(heading="1日あたりの、年ごとにくり返す増減", unit="件", decimals=2),
    "rest": Rate(heading="1日あたりの、残りの増減", unit="件", decimals=2),
}


def decompose(counts: Counts) -> Typed:
    """Decompose daily counts and report monthly means per day.

    The months are counted however short the record is: forecast and backtest rest on those of every year, and a release
    knows of a small count only where a table prints it.

    Args:
        counts: one scope; for the parts, over three years or more, without gaps longer than a week.

    Returns:
        One row per month: month, n, days (observed), per_day, level, yearly (added by the time of year), rest. The last
        three are missing when the record is too short or too full of gaps; `why_not` says so.
    """
    labels = pd.Categorical(counts.month_labels, counts.month_labels, ordered=True)
    n, days = (np.bincount(counts.month_index, of).astype(int) for of in (counts.daily, counts.observed))
    frame = pd.DataFrame({"month": labels, "n": pd.arrays.IntegerArray(n, days == 0), "days": days})
    frame["per_day"] = frame["n"].astype("float64") / days
    parts = np.full((counts.period.days, 3), np.nan)
    if not why_not(counts):
        daily = pd.Series(np.where(counts.observed, counts.daily.astype(float), np.nan), index=counts.dates)
        found = MSTL(daily.interpolate(limit_direction="both"), periods=(7, DAYS_OF_YEAR)).fit()
        parts = np.column_stack([found.trend, found.seasonal[f"seasonal_{DAYS_OF_YEAR}"], found.resid])
    monthly = pd.DataFrame(parts, columns=["level", "yearly", "rest"]).groupby(counts.month_index).mean()
    return Typed.of(frame.join(monthly), _COLUMNS)


def why_not(counts: Counts) -> str:
    """Why there is no decomposition, in Japanese; empty when there is one."""
    if len(counts.daily) < FEWEST_YEARS * DAYS_OF_YEAR:
        return f"{FEWEST_YEARS}年分の記録がないため、年ごとにくり返す変動と水準の変化を分けて示すことはできません"
    gaps = counts.gaps()
    if len(gaps) and int(gaps["days"].max()) > LONGEST_GAP:
        return "記録のない期間が長いため、年ごとにくり返す変動と水準の変化を分けて示すことはできません"
    return ""
