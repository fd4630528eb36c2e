"""Counts of contacts per day and hour, from records or from aggregates.

Everything else in this room starts from a `Counts`: one period, every day of it, and for each day whether it
was observed at all. A day nobody recorded is a gap and never a zero: a month that is missing from an export
would otherwise be the quietest month of the year.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import Count, Rate, Text
from ujo_lib.fiscal import Period, spoken_span
from ujo_lib.stats import silences
from ujo_lib.typed import Typed

HOURS = 24
SILENCE_LIMIT = 1e-9
"""A run of empty days less likely than this at the source's own rate is a gap, not a quiet time."""


CONTACTS: Final = Count(unit="件")
DAYS: Final = Count(heading="日数", members=False)
"""Hidden with the contacts of its row: where few came, the days that count as recorded are those on which some did."""
_COUNTED: Final = ("date", "hour", "pref", "channel", "n")


@dataclass(frozen=True)
class Counts:
    """Contacts of one scope over one period.

    Attributes:
        period: the days covered, ends included.
        daily: contacts per day, shape (days,); 0 on days that were not observed.
        hourly: contacts per day and hour of arrival, shape (days, 24); None when the source has no hours.
        observed: whether the day was recorded at all, shape (days,).
        suppressed: cells of the source that were hidden before they came here; their contacts are not
            counted.
    """

    period: Period
    daily: NDArray[np.int64]
    hourly: NDArray[np.int64] | None
    observed: NDArray[np.bool_]
    suppressed: int = 0

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """Every day of the period, without time zone."""
        return pd.date_range(self.period.start, self.period.end, freq="D")

    @property
    def n(self) -> int:
        """All contacts of the observed days."""
        return int(self.daily.sum())

    @property
    def days(self) -> int:
        """Number of observed days."""
        return int(self.observed.sum())

    @property
    def by_hour(self) -> NDArray[np.int64]:
        """`hourly` of a source that has hours.

        Raises:
            ValueError: it has none.
        """
        if self.hourly is None:
            raise ValueError("the source has no hours")
        return self.hourly

    @property
    def recorded(self) -> str:
        """The period, as a page names it; where days were not recorded, how many were."""
        lacking = self.days < self.period.days
        return f"{self.period.label}のうち記録のある{self.days}日" if lacking else self.period.label

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        """Weekday of each day, Sunday 0 … Saturday 6."""
        return np.asarray((self.dates.day_of_week.to_numpy() + 1) % 7, dtype=np.int64)

    @cached_property
    def month_index(self) -> NDArray[np.int64]:
        """Calendar month of each day, counted from the month in which the period starts."""
        start = self.period.start
        dates = self.dates
        return np.asarray((dates.year - start.year) * 12 + dates.month - start.month, dtype=np.int64)

    @cached_property
    def month_labels(self) -> tuple[str, ...]:
        """Label of each month in order: 「8月」, with the year in front when a month occurs twice."""
        months = self.dates.to_period("M").unique()
        repeated = len(months) > 12
        return tuple(f"{m.year}年{m.month}月" if repeated else f"{m.month}月" for m in months)

    @property
    def whole_year(self) -> bool:
        """Whether twelve whole months were observed, each on at least half of its days."""
        return self.months_observed >= 12

    @cached_property
    def months_observed(self) -> int:
        """Number of calendar months of which at least half of the days were observed."""
        dates = self.dates
        seen = np.bincount(self.month_index, weights=self.observed)
        length = dates.to_period("M").unique().days_in_month.to_numpy()
        return int((seen * 2 >= length).sum())

    def within(self, period: Period) -> "Counts":
        """The part of these counts that lies in `period`; days of `period` outside are gaps."""
        inside = np.array([self.period.contains(day) for day in period], dtype=bool)
        position = np.array([(day - self.period.start).days for day in period], dtype=np.int64)[inside]

        def cut(values: NDArray[np.int64]) -> NDArray[np.int64]:
            part = np.zeros((period.days, *values.shape[1:]), dtype=values.dtype)
            part[inside] = values[position]
            return part

        hourly = None if self.hourly is None else cut(self.hourly)
        observed = np.zeros(period.days, dtype=bool)
        observed[inside] = self.observed[position]
        return replace(self, period=period, daily=cut(self.daily), hourly=hourly, observed=observed)

    def without(self, gaps: Sequence[tuple[date, date]]) -> "Counts":
        """Declare intervals of days (both ends included) as not observed."""
        observed = self.observed.copy()
        for start, end in gaps:
            observed &= ~((self.dates >= pd.Timestamp(start)) & (self.dates <= pd.Timestamp(end)))
        return self._on_days(observed)

    def on_days_of(self, other: "Counts") -> "Counts":
        """These counts on the days that another scope of the same period recorded, too."""
        return self._on_days(self.observed & other.observed)

    def _on_days(self, observed: NDArray[np.bool_]) -> "Counts":
        hourly = None if self.hourly is None else self.hourly * observed[:, None]
        return replace(self, daily=self.daily * observed, hourly=hourly, observed=observed)

    def gaps(self) -> pd.DataFrame:
        """Runs of days that were not observed: columns start, end (dates) and days."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (~self.observed).astype(np.int8), [0]])))
        first, after = edges[::2], edges[1::2]
        dates = self.dates
        return pd.DataFrame(
            {
                "start": dates[first].date,
                "end": dates[after - 1].date,
                "days": (after - first).astype("int64"),
            }
        )


def select(frame: pd.DataFrame, where: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The rows of one scope: every named column holds one of the given labels.

    Raises:
        KeyError: a named column is absent.
    """
    keep = np.ones(len(frame), dtype=bool)
    for column, labels in where.items():
        keep &= frame[column].isin(list(labels)).to_numpy()
    return frame.loc[keep]


def contacts(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The contacts of all desks as counts: out of records, or as a partner has counted them.

    Args:
        frames: by kind; `consultations` (received_at, pref, channel; rows without a time are not counted), or
            `consultations_hourly`, and `consultations_daily` for desks that the hourly counts do not have.

    Returns:
        date (without time zone), hour (NA where only the day is known), pref, channel, n (NA where suppressed).
    """
    counted = [frames[kind] for kind in ("consultations_hourly", "consultations_daily") if kind in frames]
    if not counted:
        records = frames["consultations"][["received_at", "pref", "channel"]].dropna(subset="received_at")
        when = _local(records["received_at"])
        counted = [records.assign(date=when.dt.normalize(), hour=when.dt.hour, n=1)]
    hourly, *daily = counted
    of_days = [table.loc[~table["channel"].isin(hourly["channel"].unique())] for table in daily]
    return pd.concat([hourly, *of_days], ignore_index=True).reindex(columns=list(_COUNTED))


def from_aggregate(table: pd.DataFrame, period: Period, observed: NDArray[np.bool_] | None = None) -> Counts:
    """Add up an aggregate with `date`, `n` and, when the source has it, `hour`.

    Hours past midnight (25 for one o'clock) go to the following day; where any hour is missing, no hours are known.
    A missing `n` is a cell the source suppressed; it is counted in `Counts.suppressed`, not as zero contacts.

    Args:
        table: one row per cell.
        period: the days to cover.
        observed: whether each day of the period was recorded, usually from `observed_days` of the whole source;
            without it the days are judged from this table alone.
    """
    known = table["n"].notna().to_numpy()
    rows = table.loc[known]
    day = (_local(rows["date"]).dt.normalize() - pd.Timestamp(period.start)).dt.days.to_numpy()
    timed = "hour" in rows and bool(rows["hour"].notna().all())
    hour = rows["hour"].to_numpy(dtype=np.int64) if timed else np.zeros(len(rows), dtype=np.int64)
    cell = day * HOURS + hour
    inside = (cell >= 0) & (cell < period.days * HOURS)
    n = np.bincount(cell[inside], rows["n"].to_numpy(float)[inside], period.days * HOURS)
    hourly = np.rint(n).astype(np.int64).reshape(period.days, HOURS)
    daily = hourly.sum(axis=1)
    seen = observed_days(daily) if observed is None else np.asarray(observed, dtype=bool)
    if len(seen) != period.days:
        raise ValueError(f"observed has {len(seen)} days, the period {period.days}")
    whole = np.ones(period.days, dtype=bool)
    return Counts(period, daily, hourly if timed else None, whole, int((~known).sum()))._on_days(seen)


def observed_days(daily: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell gaps from quiet days in the daily totals of a whole source.

    A run of empty days counts as a gap when its probability under a Poisson count at the rate of all other
    days lies below `SILENCE_LIMIT`, and so does that of days with any contact (`stats.silences`). So one empty
    day is a gap in a national table, thirty empty days are one in a prefecture's file, and a source with a
    contact a week has no recognisable gaps: declare those by hand with `Counts.without`.
    """
    observed = np.ones(len(daily), dtype=bool)
    for first, after in silences(daily, -math.log(SILENCE_LIMIT)):
        observed[first:after] = False
    return observed


def clock_shift(hours: NDArray[np.int64], reference: NDArray[np.int64]) -> int:
    """By how many hours a profile lags its reference, −11 … 12, by the best circular correlation.

    A file exported in UTC and read as Japanese time shows −9: its evening peak stands at noon.

    Args:
        hours: contacts per hour of the day, shape (24,).
        reference: the same for a source whose clock is trusted.
    """
    centred, base = hours - hours.mean(), reference - reference.mean()
    fit = [float(np.roll(base, lag) @ centred) for lag in range(HOURS)]
    lag = int(np.argmax(fit))
    return lag - HOURS if lag > HOURS // 2 else lag


def _local(times: pd.Series) -> pd.Series:
    """Naive local time: aware values are on Asia/Tokyo already, the wall clock is what counts."""
    times = pd.to_datetime(times)
    return times.dt.tz_localize(None) if times.dt.tz is not None else times


def span(dates: pd.Series) -> Period:
    """The days from the first to the last of these dates, ends included; the label names them.

    Raises:
        ValueError: no dates.
    """
    known = _local(dates.dropna())
    if known.empty:
        raise ValueError("no dates")
    first, last = known.min().date(), known.max().date()
    return Period(first, last, f"記録のある全期間({spoken_span(first, last)})")


def totals(scopes: Mapping[str, Counts]) -> Typed:
    """Totals of several scopes over one period: scope, n, days (observed), missing_days, per_day, suppressed.

    A scope of which no day was recorded has no number: it is not 0.
    """
    rows = [
        (
            name,
            c.n if c.days else None,
            c.days,
            c.period.days - c.days,
            c.n / c.days if c.days else None,
            c.suppressed,
        )
        for name, c in scopes.items()
    ]
    columns = {
        "scope": Text(heading="範囲"),
        "n": CONTACTS,
        "days": replace(DAYS, heading="記録のある日数"),
        "missing_days": replace(DAYS, heading="記録のない日数"),
        "per_day": Rate(per="1日", unit="件", n="n", base="days"),
        "suppressed": Count(heading="秘匿された欄の数", members=False),
    }
    return Typed.of_rows(rows, columns)


def months_later(day: date, months: int) -> date:
    """First day of the month that lies `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month of `day`."""
    return months_later(day, 1) - timedelta(days=1)
