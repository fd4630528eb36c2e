"""The planted calendar: how many contacts a day and an hour may expect, before chance.

Every curve here is known to the truth file, so a test can ask whether an analysis finds it again.
Weekdays start on Sunday, as in the city's report.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ujo_lib.fiscal import holiday_name

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SERIES_START: Final = date(2021, 4, 1)
SERIES_END: Final = date(2024, 3, 31)
CONDITIONED_YEAR: Final = 2023

CITY_OPENED_ON: Final = date(2023, 5, 1)
CITY_RAMP_DAYS: Final = 28
JOINT_WINDOW: Final = (date(2024, 2, 20), date(2024, 3, 14))
CITY_RATE_RATIO: Final = 2.5
# A city of 3 % of the prefecture's people moves the prefecture by about 3 % when its own rate grows 2.5-fold.
PREFECTURE_RATE_RATIO: Final = 1.03


@dataclass(frozen=True)
class Curves:
    """Multiplicative effects on the expected number of contacts.

    Attributes:
        month: January..December, relative to an ordinary day.
        weekday: Sunday..Saturday.
        hour: 0..23 o'clock, relative to the mean of the hours 6 to 11.
        holiday: factor on national holidays.
        year_end: factor from 29 December to 3 January.
    """

    month: tuple[float, ...]
    weekday: tuple[float, ...]
    hour: tuple[float, ...]
    holiday: float
    year_end: float


NATION: Final = Curves(
    month=(1.00, 0.98, 1.01, 1.02, 1.04, 1.00, 1.05, 1.21, 1.08, 1.00, 0.96, 0.94),
    weekday=(1.170, 1.110, 1.055, 1.000, 0.945, 0.890, 0.830),
    hour=(
        *(1.58, 1.30, 0.80, 0.62, 0.50, 0.48, 0.62, 0.85, 0.98, 1.08, 1.20, 1.27),
        *(1.25, 1.24, 1.24, 1.30, 1.40, 1.46, 1.48, 1.52, 1.60, 1.70, 2.02, 1.98),
    ),
    holiday=1.03,
    year_end=1.06,
)
PREFECTURE: Final = Curves(
    month=(0.99, 0.97, 1.02, 1.03, 1.03, 0.99, 1.04, 1.25, 1.07, 0.99, 0.96, 0.95),
    weekday=(1.180, 1.120, 1.060, 1.000, 0.940, 0.880, 0.815),
    hour=NATION.hour,
    holiday=1.03,
    year_end=1.06,
)


def days() -> pd.DatetimeIndex:
    """All days of the series, fiscal 2021 to 2023."""
    return pd.date_range(SERIES_START, SERIES_END, freq="D")


def in_year(index: pd.DatetimeIndex, year: int) -> Bools:
    """Which of the days lie in the calendar year."""
    return np.asarray(index.year == year)


def in_window(index: pd.DatetimeIndex) -> Bools:
    """Which of the days lie in the joint campaign window."""
    return np.asarray((index >= pd.Timestamp(JOINT_WINDOW[0])) & (index <= pd.Timestamp(JOINT_WINDOW[1])))


def sunday_first(index: pd.DatetimeIndex) -> Ints:
    """Weekday numbers 0 (Sunday) to 6 (Saturday)."""
    return (np.asarray(index.day_of_week) + 1) % 7


def growth(index: pd.DatetimeIndex) -> Floats:
    """A service that becomes known: 16 % a year at first, 7 % a year from October 2022 (1 on 2023-07-01)."""
    years = np.asarray((index - pd.Timestamp(2023, 7, 1)).days, dtype=float) / 365.25
    knee = -0.75
    log_level = np.where(years > knee, 0.07 * years, 0.07 * knee + 0.16 * (years - knee))
    return np.exp(log_level)


def daily_level(index: pd.DatetimeIndex, curves: Curves) -> Floats:
    """Expected contacts per day relative to an ordinary day, from month, weekday, holidays and year-end."""
    month = np.array(curves.month)[np.asarray(index.month) - 1]
    weekday = np.array(curves.weekday)[sunday_first(index)]
    holiday = np.where([holiday_name(day.date()) is not None for day in index], curves.holiday, 1.0)
    month_day = np.asarray(index.month) * 100 + np.asarray(index.day)
    year_end = np.where((month_day >= 1229) | (month_day <= 103), curves.year_end, 1.0)
    return np.asarray(month * weekday * holiday * year_end, dtype=float)


def city_ramp(index: pd.DatetimeIndex) -> Floats:
    """A new channel is found gradually: zero before opening, then linear up to full use within four weeks."""
    open_days = np.asarray((index - pd.Timestamp(CITY_OPENED_ON)).days, dtype=float) + 1
    return np.clip(open_days / CITY_RAMP_DAYS, 0.0, 1.0)
