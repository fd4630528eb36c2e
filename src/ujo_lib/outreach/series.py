"""Daily counts out of records and of the national table.

A day on which nobody wrote is a zero only when the desk was recording on that day; a day missing from the
national table is missing. Contacts that follow one another from the same person are one event for a test that
assumes independent events, so they are joined into episodes here.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period
from ujo_lib.outreach.campaigns import day_index

NOT_A_PREFECTURE = ("海外", "不明・無回答")


def episode_starts(consultations: pd.DataFrame, gap_days: int) -> pd.DataFrame:
    """First contacts of episodes: contacts with none from the same person in the `gap_days` before.

    Args:
        consultations: client_id (may be NA), received_at.
        gap_days: silence in days after which a further contact is a new episode; 0 keeps every contact.

    Returns:
        The kept rows in order of time. Contacts without a client id cannot be joined and are all kept.
    """
    ordered = consultations.sort_values("received_at", kind="stable")
    if gap_days == 0:
        return ordered
    client = pd.factorize(ordered["client_id"])[0]  # -1: no id
    by_client = np.argsort(client, kind="stable")  # in order of time within each client
    client, at = client[by_client], ordered["received_at"].dt.tz_localize(None).to_numpy()[by_client]
    silence = np.diff(at)
    follows = np.zeros(len(ordered), dtype=bool)
    follows[by_client[1:]] = (
        (client[1:] >= 0) & (client[1:] == client[:-1]) & (silence <= np.timedelta64(gap_days, "D"))
    )
    return ordered[~follows]


def per_day(consultations: pd.DataFrame, days: Period) -> pd.Series:
    """Contacts on each of the days, zeros included; index: day without time zone."""
    index = day_index(days)
    received = consultations["received_at"].dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    day = (received - np.datetime64(days.start)).astype(int)
    counted = np.bincount(day[(day >= 0) & (day < len(index))], minlength=len(index))
    return pd.Series(counted, index=index, name="n")


def by_prefecture(national_daily: pd.DataFrame) -> pd.DataFrame:
    """National table as days × prefectures, 47 columns at most.

    Days that the table does not mention at all are NA in every column; a prefecture not listed on a day that
    others are listed on had no contact. A count suppressed at source stays NA.
    """
    frame = national_daily[~national_daily["pref"].astype(str).isin(NOT_A_PREFECTURE)]
    frame = frame.assign(date=pd.to_datetime(frame["date"]), pref=frame["pref"].astype(str))
    # Listed-but-NA is suppressed, not listed is zero: mark the first before the pivot fills the second.
    known = frame.assign(n=frame["n"].astype("float64").fillna(np.inf))
    wide = known.pivot_table(index="date", columns="pref", values="n", aggfunc="sum", fill_value=0.0)
    whole = pd.date_range(wide.index.min(), wide.index.max(), freq="D")
    return wide.replace(np.inf, np.nan).reindex(whole)


def total(wide: pd.DataFrame, prefectures: Sequence[str]) -> pd.Series:
    """Daily sum over prefectures; NA where any of them is."""
    return wide[list(prefectures)].sum(axis=1, skipna=False)


def recorded_through(consultations: pd.DataFrame, national_daily: pd.DataFrame) -> date:
    """Last day up to which both the records and the national table reach; that of the table where there are no records.

    Judged on all records, not on one desk's: a small desk is silent for days.
    """
    last = (*consultations["received_at"].nlargest(1), national_daily["date"].max())
    return min(date(day.year, day.month, day.day) for day in last)


def opened_on(channels: pd.DataFrame, channel: str) -> date | None:
    """Day a desk opened, None when that is not recorded or there is no list of desks.

    Raises:
        InputError: no such desk.
    """
    return _day_of(channels, channel, "opened_on")


def closed_on(channels: pd.DataFrame, channel: str) -> date | None:
    """Last day on which a desk was open, None when it is open still.

    Raises:
        InputError: no such desk.
    """
    return _day_of(channels, channel, "closed_on") if "closed_on" in channels else None


def _day_of(channels: pd.DataFrame, channel: str, column: str) -> date | None:
    if channels.empty:
        return None
    days = channels.loc[channels["channel"].astype(str) == channel, column]
    if days.empty:
        raise InputError(f"窓口の一覧(channels)に「{channel}」がありません")
    day = days.iloc[0]
    return None if pd.isna(day) else date(day.year, day.month, day.day)
