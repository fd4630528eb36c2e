"""The three scopes of the page: the nation, the prefecture at the national desk, and the city's own desk.

Whether a day was recorded is judged on whole files: a day without a single contact at the city's desk is an ordinary
day, a day without any row in the file is a gap.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import Ratio, Text
from ujo_lib.errors import InputError
from ujo_lib.fiscal import FiscalYear, Period, period_for, spoken
from ujo_lib.seasonality.circular import daily_peak
from ujo_lib.seasonality.counts import (
    CONTACTS,
    DAYS,
    Counts,
    clock_shift,
    from_aggregate,
    select,
    span,
)
from ujo_lib.typed import Typed

NATION, PREFECTURE, CITY, BOTH = "全国", "県", "市", "県と市の計"
UNEVEN_DAYS = 7
"""Days from which two years that were recorded to different extents are not compared by their counts."""


@dataclass(frozen=True)
class Scopes:
    """Counts of the three scopes over everything that is known of them.

    Attributes:
        period: the period of the page.
        nation: counts over the whole history; None without national tables.
        prefecture: the same.
        city: the same, with gaps before its desk opened; None where the city has no desk of its own.
        opened_on: first day of the city's desk.
        closed_on: its last day; None when it is open still.
        other_desks: those that have records of people of the prefecture as well, and that no scope counts.
    """

    period: Period
    nation: Counts | None
    prefecture: Counts
    city: Counts | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    other_desks: tuple[str, ...] = ()

    @property
    def desk_days(self) -> str:
        """Since when, and until when, the city's desk was open, in Japanese."""
        closed = f"、廃止日は{spoken(self.closed_on)}" if self.closed_on else ""
        return f"窓口の開設日は{spoken(self.opened_on)}{closed}です。" if self.opened_on else ""

    def desk_gaps(self, shown: Collection[str]) -> str:
        """Which days of the period are gaps of the city's desk and no zeros, in Japanese; empty where none is shown."""
        late = self.opened_on and self.opened_on > self.period.start
        parts = [f"開設({spoken(self.opened_on)})前"] if self.opened_on and late else []
        if self.closed_on and self.closed_on < self.period.end:
            parts.append(f"廃止({spoken(self.closed_on)})後")
        return f"市の窓口の{'と'.join(parts)}は記録のない日です。" if parts and CITY in shown else ""

    @property
    def desks_apart(self) -> str:
        """Which desks the page leaves out, in Japanese: a total is read as that of all. Empty where there are none."""
        names = "、".join(self.other_desks)
        return f"ほかの窓口({names})への相談は、このページでは数えていません。" if names else ""

    @property
    def history(self) -> Period:
        """From the first to the last day of the record."""
        return self.prefecture.period

    @property
    def widest(self) -> Counts:
        """The largest and longest record, which shows best how long busy spells last."""
        return self.nation or self.prefecture

    def totals(self, *, city_apart: bool = False) -> dict[str, Counts]:
        """The scopes over the period of the page, and prefecture and city together; no nation where none is known, and
        no sum where the city's desk was recorded on days that lack the prefecture's contacts.

        Args:
            city_apart: leave the city out: the count of half a year tells by difference that of the other half, and
                a few contacts in all are few in whichever month they were.
        """
        prefecture = self.prefecture.within(self.period)
        nation = {NATION: self.nation.within(self.period)} if self.nation else {}
        if city_apart or not self.city:
            return {**nation, PREFECTURE: prefecture}
        city = self.city.within(self.period)
        parts = {**nation, PREFECTURE: prefecture, CITY: city}
        if (city.observed & ~prefecture.observed).any():
            return parts
        return {**parts, BOTH: added(prefecture, city)}

    def few_in_city(self, span: Period, least: int) -> bool:
        """Whether the year or the period of the page has contacts of the city's desk, and fewer than may be printed; or
        one has so many beyond the other, which a reader can subtract.
        """
        if not self.city:
            return False
        year, page = (self.city.within(days).n for days in (span, self.period))
        start, end = max(span.start, self.period.start), min(span.end, self.period.end)
        both = self.city.within(Period(start, end, "")).n if start <= end else 0
        return any(0 < n < least for n in (year, page, year - both, page - both))

    def city_days(self, span: Period) -> Period:
        """The days of a year or half on which the city's desk was open; all of them, said so, when it was on none."""
        assert self.opened_on  # asked only where the city has a desk
        last = self.closed_on or span.end
        if self.opened_on > span.end:
            return replace(span, label=f"{span.label}(窓口の開設前)")
        if last < span.start:
            return replace(span, label=f"{span.label}(窓口の廃止後)")
        # Key figures name the row of these days by the label: it is no other in the year in which a desk is closed.
        label = f"{span.label}(窓口の開設日以降)"
        return Period(max(self.opened_on, span.start), min(last, span.end), label)

    def city_periods(self, span: Period) -> list[Period]:
        """The days of the city's desk in a year or half, and the period of the page where that has other days."""
        same = (self.period.start, self.period.end) == (span.start, span.end)
        return [self.city_days(span), *([] if same else [self.period])]


def open_scopes(
    contacts: pd.DataFrame,
    national_hourly: pd.DataFrame,
    channels: pd.DataFrame,
    period: Period,
    place: str,
    desks: tuple[str, str],
    gaps: Sequence[tuple[date, date]] = (),
) -> Scopes:
    """Count the three scopes.

    Args:
        contacts: of all desks, from `counts.contacts`.
        national_hourly: date, hour, n for the nation; no row where there is no such table.
        channels: channel, opened_on, and closed_on where a desk has been closed; no row where the city has no desk of
            its own.
        period: the period of the page.
        place: name of the prefecture.
        desks: the national desk's and the city desk's name in `channel`.
        gaps: intervals of days to be taken as not recorded.

    Raises:
        InputError: the city's desk is not in `channels` or has no day of opening, or nothing was recorded in the
            period, or nothing of the nation on the days of the others, or less than of the prefecture; the message is
            Japanese.
    """
    desk, city_desk = desks
    columns = channels.reindex(columns=["channel", "opened_on", "closed_on"])
    known = columns.drop_duplicates("channel").set_index("channel").apply(pd.to_datetime)
    opened_on, closed_on = (None, None) if known.empty else _own_days(known, city_desk)
    recorded = span(contacts["date"])
    if period.end < recorded.start or period.start > recorded.end:
        raise InputError(
            f"集計期間({period.label})に相談の記録がありません。記録があるのは {recorded.start}~{recorded.end} です。"
            "fiscal_year、period_start、period_end を確かめてください。相談が1件もなかった年度なら、"
            "inputs.yaml の not_supplied に consultations を理由とともに書くと、このページのない報告書を作れます"
        )
    # Where contacts are few, the days around the first and the last were quiet, and say nothing of when these came.
    edges = pd.Series(pd.to_datetime([period.start, period.end]))
    history = span(pd.concat([contacts["date"], national_hourly["date"], edges]))
    days = pd.date_range(history.start, history.end)

    def is_open(name: str) -> NDArray[np.bool_]:
        opened, closed = known.loc[name] if name in known.index else (pd.NaT, pd.NaT)
        return np.asarray(~(days < opened) & ~(days > closed))

    seen = from_aggregate(contacts, history).without(gaps).observed
    of_desk = select(contacts, {"channel": [desk]})
    # A desk that has not opened, or whose records are lacking, was not heard because another was.
    heard = seen & from_aggregate(of_desk, history).observed & is_open(desk)
    local = select(of_desk, {"pref": [place]})
    own = select(contacts, {"channel": [city_desk]})
    # The city's few contacts tell no gap, but where one of them came while the others were silent, its desk was
    # recorded: its days without contacts are no more lost than those with.
    others = contacts[contacts["channel"] != city_desk]
    silent = from_aggregate(contacts if others.empty else others, history).gaps()
    lost = [
        (start, end)
        for start, end in zip(silent["start"], silent["end"], strict=True)
        if not own["date"].between(pd.Timestamp(start), pd.Timestamp(end)).any()
    ]
    # Of the whole record: whether a desk was heard in one half of a year is a count of that half.
    known_at = select(contacts, {"pref": [place]})["channel"].astype(str).unique()
    prefecture = from_aggregate(local, history, heard)
    nation = None if national_hourly.empty else from_aggregate(national_hourly, history).without(gaps)
    if nation:
        here, whole = prefecture.within(period), nation.within(period)
        shared, common = here.on_days_of(whole), whole.on_days_of(here)
        if not shared.days:
            raise InputError(
                f"集計期間({period.label})のうち相談の記録がある日に、全国の件数がありません。"
                "national_hourly のファイルの期間を確かめてください。その年の全国の件数がまだなければ、"
                "inputs.yaml の not_supplied に national_daily・national_hourly・national_attributes を"
                "理由とともに書くと、全国と比べずにページを作れます"
            )
        if common.n < shared.n:
            raise InputError(
                f"集計期間({period.label})の全国の件数が、その一部である{place}の件数より少なくなっています。"
                "national_hourly のファイルが全国のものか、相談の記録が2度入っていないかを確かめてください"
            )
    return Scopes(
        period=period,
        nation=nation,
        prefecture=prefecture,
        city=from_aggregate(own, history, is_open(city_desk)).without([*gaps, *lost]) if opened_on else None,
        opened_on=opened_on,
        closed_on=closed_on,
        other_desks=tuple(sorted({*known_at} - {desk, *([city_desk] if opened_on else [])})),
    )


def _own_days(known: pd.DataFrame, city_desk: str) -> tuple[date, date | None]:
    """When the city's desk was opened and closed, by the list of desks."""
    if city_desk not in known.index:
        raise InputError(
            f"窓口の一覧に「{city_desk}」がありません。名称と開設日の1行を足すか、city_desk を直してください。"
            "市の窓口をまだ開いていなければ、開設の予定日を書きます(それより前は、記録のない日になります)。"
            "市に専用の窓口がなければ、channels のファイルの代わりに、inputs.yaml の not_supplied に channels を"
            "その理由とともに書きます"
        )
    opened_on, closed_on = known.loc[city_desk]
    if pd.isna(opened_on):
        raise InputError(
            f"窓口の一覧に「{city_desk}」の開設日がなく、相談が0件の日と窓口のない日を区別できません。開設日を書いてください"
        )
    return opened_on.date(), None if pd.isna(closed_on) else closed_on.date()


def within(records: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The records received in a period."""
    day = records["received_at"].dt.tz_localize(None).dt.normalize()
    return records.loc[(day >= pd.Timestamp(period.start)) & (day <= pd.Timestamp(period.end))]


def added(one: Counts, other: Counts) -> Counts:
    """Two scopes over the same days as one; a day counts as observed when either was."""
    hourly = None if one.hourly is None or other.hourly is None else one.hourly + other.hourly
    observed = one.observed | other.observed
    return Counts(one.period, one.daily + other.daily, hourly, observed, one.suppressed + other.suppressed)


def both_bases(scopes: Scopes, year: FiscalYear) -> Typed:
    """The same contacts counted over the calendar and over the fiscal year.

    Returns:
        One row per scope: scope, n_calendar, n_fiscal (NA where no day was recorded), ratio (fiscal over calendar; NA
        where one of them lacks many more days), missing_calendar, missing_fiscal (days that were not recorded; a count
        with such days is too low).
    """
    rows = []
    known = {NATION: scopes.nation} if scopes.nation else {}
    for name, counts in {**known, PREFECTURE: scopes.prefecture}.items():
        calendar, fiscal = parts = [
            counts.within(period_for(year, basis)) for basis in ("calendar", "fiscal")
        ]
        missing = [part.period.days - part.days for part in parts]
        alike = calendar.n and abs(missing[0] - missing[1]) < UNEVEN_DAYS
        n = [part.n if part.days else None for part in parts]
        rows.append((name, *n, fiscal.n / calendar.n if alike else None, *missing))
    columns = {
        "scope": Text(heading="範囲"),
        "n_calendar": replace(CONTACTS, heading="暦年(1~12月)"),
        "n_fiscal": replace(CONTACTS, heading="年度(4~3月)"),
        "ratio": Ratio(heading="年度÷暦年", n="n_fiscal", base="n_calendar"),
        "missing_calendar": replace(DAYS, heading="暦年で記録のない日数"),
        "missing_fiscal": replace(DAYS, heading="年度で記録のない日数"),
    }
    return Typed.of_rows(rows, columns)


_BASES: Final = {"calendar": "暦年", "fiscal": "年度"}


def counted_sentence(bases: pd.DataFrame, scope: str, named: str) -> str:
    """Template of the counts of a scope on each basis that has any, with the days of it that have no record."""
    (row,) = bases[bases["scope"] == scope].to_dict("records")
    told = [
        f"{name}で数えると{{n_{basis}[{scope}]}}件"
        + f"(記録のない{{missing_{basis}[{scope}]}}日を除く)" * bool(row[f"missing_{basis}"])
        for basis, name in _BASES.items()
        if pd.notna(row[f"n_{basis}"])
    ]
    return f"{named}は、{'、'.join(told)}です。" if told else ""


def bases_sentence(bases: pd.DataFrame) -> str:
    """Template of what `both_bases` found in the prefecture; a year that was recorded in part is not compared."""
    prefecture = bases.loc[bases["scope"] == PREFECTURE].iloc[0]
    counted = counted_sentence(bases, PREFECTURE, "県の相談")
    if blank := "と".join(name for basis, name in _BASES.items() if pd.isna(prefecture[f"n_{basis}"])):
        return f"{counted}{blank}に数える日には、記録がありません。このページの集計期間は{{basis}}です。"
    uneven = (
        "記録のない日数が違うので、この二つは比べられません。"
        if prefecture["n_calendar"]
        else ""  # nothing is so many times none
    )
    compared = uneven if pd.isna(prefecture["ratio"]) else "年度の件数は、暦年の{ratio[県]}倍です。"
    return (
        counted
        + compared
        + "公表された数と比べるときは、数え方をそろえる必要があります。このページの集計期間は{basis}です。"
    )


def clock_sentence(scopes: Scopes) -> str:
    """Whether the prefecture's clock agrees with the nation's, in Japanese.

    A file in another time zone (UTC, nine hours behind) shifts the whole daily profile; a lag of one or two hours can
    be chance, and so can any within half the interval of the mean hour.
    """
    lag = clock_lag(scopes)
    low, high = daily_peak(scopes.prefecture).frame.loc[0, ["low", "high"]].astype(float)
    reach = float(np.nan_to_num((high - low) / 2, nan=np.inf))
    if max(abs(lag), 2) <= reach:
        return "県の相談が少ないため、1日の山と谷が全国とずれているかどうかは、分かりません。"
    if abs(lag) <= 2:
        return "県と全国の1日の山と谷のずれは、2時間以内です。時刻のずれたファイルが混じっている様子はありません。"
    return f"県の1日の山と谷は、全国と{abs(lag)}時間ずれています。ファイルの時刻が日本時間かどうかを確かめてください。"


def clock_lag(scopes: Scopes) -> int:
    """Hours by which the prefecture's daily profile lags the nation's, over the whole history."""
    assert scopes.nation is not None  # asked only where there are national tables
    return clock_shift(scopes.prefecture.by_hour.sum(axis=0), scopes.nation.by_hour.sum(axis=0))
