"""Columns of the regression: what the calendar says about each day.

Terms worth their place: day of week, national holidays, bridge days between days off, school breaks (they
differ from city to city and are parameters), the turn of the year, smooth yearly waves, and a trend once
there are two years. Month length needs no term: the model speaks of days, and months are sums of their days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ujo_lib.fiscal import WEEKDAYS_JA, Period, holiday_name, is_bridge_day
from ujo_lib.variance import Array

YEAR = 365.25
HOLIDAY, BRIDGE, YEAR_END, TREND = "祝日", "休日の谷間の平日", "年末年始(12/29~1/3)", "1年あたりの増減"
WEEKDAY_TERM, WAVE_TERM, BREAK_TERM = "曜日", "1年周期の波", "学校の休み"


@dataclass(frozen=True)
class Terms:
    """What the model is told about the calendar.

    Attributes:
        breaks: school breaks; those with the same name share one effect.
        harmonics: number of smooth yearly waves, 0 when the record is shorter than a year.
        trend: whether a constant growth per year is fitted.
        origin: day from which waves and trend are counted.
        closed: weekdays (0 for Sunday) on which nobody is ever heard; they have no effect, as they are no part of the
            week.
    """

    breaks: tuple[Period, ...]
    harmonics: int
    trend: bool
    origin: date
    closed: tuple[int, ...] = ()

    def columns(self, dates: pd.DatetimeIndex) -> tuple[list[str], Array]:
        """Names and values of all columns for these days: shape (days, columns), the constant first.

        The open weekdays but the last are coded to sum to zero, so that the last one is minus their sum.
        """
        days = [stamp.date() for stamp in dates]
        *coded_days, last = self.open_weekdays
        by_weekday = np.zeros((7, len(coded_days)))
        by_weekday[coded_days] = np.eye(len(coded_days))
        by_weekday[last] = -1.0
        coded = by_weekday[weekdays_of(dates)]
        names = ["定数", *(f"{WEEKDAY_TERM}:{WEEKDAYS_JA[day]}" for day in coded_days)]
        parts = [np.ones(len(days)), *coded.T]
        for name, flags in (
            (HOLIDAY, [holiday_name(day) is not None for day in days]),
            (BRIDGE, [is_bridge_day(day) for day in days]),
            (YEAR_END, [(day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3) for day in days]),
            *((f"{BREAK_TERM}:{name}", _within(days, self.breaks, name)) for name in self.break_names),
        ):
            names.append(name)
            parts.append(np.array(flags, dtype=float))
        elapsed = np.array([(day - self.origin).days for day in days]) / YEAR
        for k in range(1, self.harmonics + 1):
            names += [f"{WAVE_TERM}{k}余弦", f"{WAVE_TERM}{k}正弦"]
            parts += [np.cos(2 * np.pi * k * elapsed), np.sin(2 * np.pi * k * elapsed)]
        if self.trend:
            names.append(TREND)
            parts.append(elapsed)
        return names, np.column_stack(parts)

    @property
    def open_weekdays(self) -> list[int]:
        """Weekdays with contacts, 0 for Sunday."""
        return [day for day in range(7) if day not in self.closed]

    @property
    def break_names(self) -> tuple[str, ...]:
        """Names of the school breaks in order of first appearance."""
        return tuple(dict.fromkeys(item.label for item in self.breaks))


def weekdays_of(dates: pd.DatetimeIndex) -> Array:
    """Weekday of each day, 0 for Sunday, shape (days,)."""
    return np.asarray((dates.day_of_week.to_numpy() + 1) % 7)


def _within(days: Sequence[date], breaks: Sequence[Period], name: str) -> list[bool]:
    chosen = [item for item in breaks if item.label == name]
    return [any(item.contains(day) for item in chosen) for day in days]
