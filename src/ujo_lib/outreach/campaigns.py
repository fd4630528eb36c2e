"""The campaign calendar: which days belong to which campaign, and whether any can be told from the others.

A campaign's window is its delivery (`start`..`end`), not its preparation, stretched by the carry-over of its
medium. Correlation and variance inflation are shown because people ask for them; what decides is the number
of days on which a campaign ran alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from ujo_lib.columns import Count, Flag, Money, Statistic, Text
from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period, parse_zone, spoken_span
from ujo_lib.typed import Typed

Shape = Literal["rectangular", "half_life"]


_COLUMNS = {
    "name": Text(heading="施策"),
    "media": Text(heading="媒体"),
    "start": Text(heading="開始"),
    "end": Text(heading="終了"),
    "correlation": Statistic(heading="相関"),
}


@dataclass(frozen=True)
class CarryOver:
    """How long a medium goes on working after its last delivery day.

    Attributes:
        days: rectangular: further days at full strength; half_life: days in which the strength halves.
        shape: rectangular or half_life.
    """

    days: float = 0
    shape: Shape = "rectangular"

    def __post_init__(self) -> None:
        if self.days < 0:
            raise InputError(f"持続日数は0以上で指定してください: {self.days}")

    @property
    def tail(self) -> int:
        """Further days at work: a halving effect is followed for two half-lives, then counted as gone."""
        return int(self.days * (2 if self.shape == "half_life" else 1))

    def strength(self, days_after_end: np.ndarray) -> np.ndarray:
        """Strength, 0 to 1, by days since the last delivery day (0 or less: still running)."""
        since = np.maximum(days_after_end, 0)
        faded = 0.5 ** (since / self.days) if self.shape == "half_life" and self.days else 1.0
        return np.where(since <= self.tail, faded, 0.0)


def spans(period: Period, label: str) -> Typed:
    """A period to shade in a figure: label, start, end."""
    frame = pd.DataFrame({"label": [label], "start": [period.start], "end": [period.end]})
    return Typed.of(frame, {**_COLUMNS, "label": Text(heading="期間")})


def listing(campaigns: pd.DataFrame) -> Typed:
    """The campaigns as they were supplied, for a reader: medium, name, days, reach and money of each.

    What was assumed of those without a first or last day is told beside them.
    """
    columns = {
        "media": _COLUMNS["media"],
        "name": _COLUMNS["name"],
        "area": Text(heading="対象地域"),
        "start": _COLUMNS["start"],
        "end": _COLUMNS["end"],
        "zone": Text(heading="時間帯"),
        "reach_n": Count(heading="届けた数", members=False, unit_by="reach_unit"),
        "reach_unit": Text(heading="届けた数の単位"),
        "cost_yen": Money(heading="費用の実績"),
        "cost_cap_yen": Money(heading="費用の上限"),
    }
    undated, unended = campaigns["start"].isna(), campaigns["end"].isna() & campaigns["start"].notna()
    note = "".join(
        f"{what}の分からない施策({'、'.join(campaigns.loc[which, 'name'].astype(str))})は、{taken}。"
        for what, which, taken in (
            ("終了日", unended, "開始日だけの施策とみなしました"),
            ("開始日", undated, "日程と効果の計算に入れず、費用にだけ入れています"),
        )
        if which.any()
    )
    return Typed.of(campaigns[list(columns)], columns, note=note)


def of_year(campaigns: pd.DataFrame, year: Period) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The campaigns delivered on days of a fiscal year, and those of other years; without a start one counts as the
    year's. A record may reach into the next year: days under its campaigns are none without a campaign.

    Raises:
        InputError: none with a start is the year's.
    """
    start = pd.to_datetime(campaigns["start"])
    end = pd.to_datetime(campaigns["end"]).fillna(start)
    own = (start <= pd.Timestamp(year.end)) & (end >= pd.Timestamp(year.start))
    if not own.any():
        raise InputError(
            f"{year.label}に実施した、開始日の分かる施策がありません。"
            "campaigns のファイルに、この年度の施策を書き加えてください。"
            "施策のない年度なら、inputs.yaml の not_supplied に「campaigns: 理由」と書き、"
            "「campaigns:」の行から files などの行まで、項目ごと消してください。"
        )
    return campaigns[own | start.isna()], campaigns[~own & start.notna()]


def said_of_others(others: Iterable[Period], first_day: date, washout_days: int, own: Period) -> str:
    """Which days from the first on are not compared with, because campaigns of other years ran; empty without any.

    On days of `own`, the window in which the effect is looked for, their effect cannot be told from this year's.
    """
    met = [window for window in others if window.end + timedelta(days=washout_days) >= first_day]
    if not met:
        return ""
    spans = "、".join(spoken_span(window.start, window.end) for window in met)
    shared = any(window.start <= own.end and window.end >= own.start for window in met)
    return (
        f"ほかの年度の施策の期間({spans}。続くとみなす日を含む)と、あとの{washout_days}日は、比べる日から除きます。"
        + "そのうち効果をみる期間と重なる日は除けず、どちらの年度の施策の効果かは区別できません。" * shared
    )


def carry_overs(days: Mapping[str, int], shape: Shape) -> dict[str, CarryOver]:
    """The same shape of carry-over for every medium, each with its own days."""
    return {medium: CarryOver(each, shape) for medium, each in days.items()}


def windows(campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver]) -> dict[str, Period]:
    """Delivery window with carry-over, by campaign name.

    Args:
        campaigns: one row a campaign: name, media, start, end (a missing end is the start; without a start it is in no
            table of days). Where several have one name, the day of each stands beside it.
        carry_over: carry-over by medium; a medium not named has none.
    """
    found = {}
    for row in _dated(campaigns).itertuples():
        tail = carry_over.get(str(row.media), CarryOver()).tail
        found[str(row.name)] = Period(row.start, row.end + timedelta(days=tail), str(row.name))
    return found


def joint_window(campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver]) -> Period:
    """The smallest window that holds every campaign's window.

    Raises:
        InputError: no campaign with a start is given.
    """
    each = windows(campaigns, carry_over).values()
    if not each:
        raise InputError(
            "開始日の分かる施策がありません。campaigns に、開始日を書いた行を1行以上入れてください"
        )
    return Period(min(window.start for window in each), max(window.end for window in each), "施策の期間")


def day_index(period: Period) -> pd.DatetimeIndex:
    """The days of a period as an index."""
    return pd.date_range(period.start, period.end, freq="D")


def intensity(campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver], days: Period) -> pd.DataFrame:
    """Strength of each campaign (columns, by name) on each day (rows), between 0 and 1."""
    index = day_index(days)
    columns = {}
    for row in _dated(campaigns).itertuples():
        since_start = (index - pd.Timestamp(row.start)).days.to_numpy()
        since_end = (index - pd.Timestamp(row.end)).days.to_numpy()
        strength = carry_over.get(str(row.media), CarryOver()).strength(since_end)
        columns[str(row.name)] = np.where(since_start >= 0, strength, 0.0)
    return pd.DataFrame(columns, index=index)


def calendar(campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver]) -> Typed:
    """Bars for a timeline: name, media, stage (準備 | 実施 | 持続とみなす期間), start, end, zone_end.

    `zone_end` is the clock at which the last programme zone really ends: a zone until 26:00 ends at 2:00 next
    day.
    """
    reach = windows(campaigns, carry_over)
    rows = []
    for row in _dated(campaigns).itertuples():
        start, end = row.start, row.end
        prep_start = getattr(row, "prep_start", None)
        if pd.notna(prep_start):
            prep_end = getattr(row, "prep_end", None)
            prepared = pd.Timestamp(prep_end).date() if pd.notna(prep_end) else start - timedelta(days=1)
            rows.append((row.name, row.media, "準備", pd.Timestamp(prep_start).date(), prepared, pd.NaT))
        rows.append((row.name, row.media, "実施", start, end, _zone_end(end, getattr(row, "zone", None))))
        if reach[str(row.name)].end > end:
            tail = (end + timedelta(days=1), reach[str(row.name)].end)
            rows.append((row.name, row.media, "持続とみなす期間", *tail, pd.NaT))
    frame = pd.DataFrame(rows, columns=["name", "media", "stage", "start", "end", "zone_end"])
    frame = frame.astype(dict.fromkeys(["start", "end", "zone_end"], "datetime64[ns]"))
    to_midnight = (frame["zone_end"].dt.normalize() > frame["end"]).any()
    # A day alone would be read as the end of it.
    frame["zone_end"] = frame["zone_end"].dt.strftime("%Y-%m-%d %H:%M")
    columns = {**_COLUMNS, "stage": Text(heading="段階"), "zone_end": Text(heading="最後の放送の終わり")}
    faded = any(after.shape == "half_life" and after.days for after in carry_over.values())
    note = "24時以降まで続く放送は、終了の翌日に終わります。" if to_midnight else ""
    if faded:
        note += "持続とみなす期間の終わりは、効果が4分の1になると仮定した日です。"
    # Misspelt, a medium's days would be left out and nobody told.
    met = set(campaigns["media"].dropna().astype(str))
    if idle := [medium for medium, after in carry_over.items() if after.days and medium not in met]:
        note += f"続くとみなす日数を決めた媒体のうち、「{'」「'.join(idle)}」の施策はこの年度にありません。"
    run = dict.fromkeys(_dated(campaigns)["media"].astype(str))
    if unset := [medium for medium in run if medium not in carry_over]:
        note += f"続くとみなす日数を決めていない媒体(「{'」「'.join(unset)}」)は、0日とみなしました。"
    return Typed.of(frame, columns, note=note)


def overlaps(campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver], observed: Period) -> Typed:
    """Days on which two campaigns ran together, and their correlation over the observed days.

    Returns:
        One row a pair: name, other, n (days), start, end (NaT when none), correlation.
    """
    reach = windows(campaigns, carry_over)
    together = intensity(campaigns, carry_over, observed).corr()
    rows = []
    for name, other in combinations(reach, 2):
        start = max(reach[name].start, reach[other].start)
        end = min(reach[name].end, reach[other].end)
        both = max(0, (end - start).days + 1)
        shared = (start, end) if both else (None, None)
        rows.append((name, other, both, *shared, float(together.loc[name, other])))
    frame = pd.DataFrame(rows, columns=["name", "other", "n", "start", "end", "correlation"])
    columns = _COLUMNS | {
        "other": Text(heading="重なる施策"),
        "n": Count(heading="重なり", unit="日", members=False),
        "start": Text(heading="重なりの始まり"),
        "end": Text(heading="重なりの終わり"),
    }
    note = f"相関は、{observed.label}を通じた日ごとの実施状況の相関係数です。"
    return Typed.of(frame.astype(dict.fromkeys(["start", "end"], "datetime64[ns]")), columns, note=note)


_NAMED = 3
"""Pairs that a sentence names; of more it says how many, and the table names them."""


def overlap_reading(table: pd.DataFrame) -> str:
    """What `overlaps` found, in a sentence."""
    shared = table[table["n"] > 0]
    if table.empty:
        return "開始日の分かる施策は一つだけです。"
    if shared.empty:
        return "施策の期間は、互いに重なっていません。"
    pairs = "、".join(f"{row.name}と{row.other}が{row.n}日" for row in shared.itertuples(index=False))
    if len(shared) > _NAMED:
        pairs = f"{len(shared)}組。長いもので{shared['n'].max()}日"
    return f"施策の期間が重なっています({pairs})。"


def exclusive_days(
    campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver], others: Iterable[Period] = ()
) -> dict[str, pd.DatetimeIndex]:
    """Days on which a campaign, and no other, was at work; by campaign name. `others`: windows of other years' ones."""
    running = intensity(campaigns, carry_over, joint_window(campaigns, carry_over)) > 0
    alone = running.sum(axis=1) == 1
    for window in others:
        alone &= ~running.index.isin(day_index(window))
    return {name: running.index[alone & running[name]] for name in running.columns}


def separability(
    campaigns: pd.DataFrame,
    carry_over: Mapping[str, CarryOver],
    observed: Period,
    min_exclusive_days: int,
    others: Iterable[Period] = (),
) -> Typed:
    """Can a campaign be told from the others by its days?

    Args:
        campaigns: one row a campaign.
        carry_over: carry-over by medium.
        observed: days over which correlation and variance inflation are taken.
        min_exclusive_days: fewer days alone than this do not identify an effect.
        others: windows of campaigns of other years.

    Returns:
        One row a campaign: name, media, start, end, n (days), exclusive (days alone), correlation (largest
        with another), vif (1 without another; infinite when collinear), separable, reason.
    """
    strength = intensity(campaigns, carry_over, observed)
    alone = exclusive_days(campaigns, carry_over, others)
    reach = windows(campaigns, carry_over)
    largest = _largest_correlation(strength)
    inflation = _vif(strength)
    rows = []
    for row in _dated(campaigns).itertuples():
        name = str(row.name)
        exclusive = len(alone[name])
        separable = exclusive >= min_exclusive_days
        rows.append(
            {
                "name": name,
                "media": row.media,
                "start": pd.Timestamp(reach[name].start),
                "end": pd.Timestamp(reach[name].end),
                "n": reach[name].days,
                "exclusive": exclusive,
                "correlation": largest[name],
                "vif": inflation[name],
                "separable": separable,
                "reason": "" if separable else _why_not_separable(name, exclusive, min_exclusive_days),
            }
        )
    columns = _COLUMNS | {
        "n": Count(heading="期間", unit="日", members=False),
        "exclusive": Count(heading="その施策だけ", unit="日", members=False),
        "correlation": Statistic(heading="ほかの施策との相関(最大)"),
        "vif": Statistic(heading="VIF"),
        "separable": Flag(heading="単独で評価できる"),
        "reason": Text(heading="単独で評価できない理由"),
    }
    note = "日程の相関が小さくても安心できません。判断を決めるのは、その施策だけの日数です。"
    return Typed.of(pd.DataFrame(rows), columns, note=note)


def conclusion(table: pd.DataFrame) -> tuple[str, str]:
    """What `separability` means, as a verdict code and a Japanese sentence: which campaigns stand alone,
    which not.
    """
    reach = table[["start", "end"]].sort_values("start", kind="stable")
    until = reach["end"].cummax().shift()
    idle = int(((reach["start"] - until).dt.days - 1).clip(lower=0).sum())
    joint = f"(そのなかには、どの施策も動いていない日が{idle}日あります)" * (idle > 0)
    if len(table) == 1:
        return "note", "開始日の分かる施策は1つなので、その期間の効果をみます。"
    together = table.loc[~table["separable"], "name"].astype(str)
    if together.empty:
        return (
            "note",
            "どの施策にも単独の日が足りており、日程のうえでは、施策ごとの効果も分けてみることができます。"
            + f"はじめに、すべての施策をまとめた期間の効果をみます{joint}。" * bool(joint),
        )
    none = table.loc[table["exclusive"] == 0, "name"].astype(str)
    never = f"{'、'.join(none)}には、その施策だけの日が1日もありません。" if len(none) else ""
    return "not_estimable", (
        f"{never}{'、'.join(together)}の効果は、単独では推定できません。以下では、すべての施策をまとめた期間の効果をみます{joint}。"
    )


def _why_not_separable(name: str, exclusive: int, wanted: int) -> str:
    if exclusive == 0:
        return f"{name}だけが動いていた日が1日もないため、ほかの施策と区別できない"
    return f"{name}だけが動いていた日が{exclusive}日しかなく、必要な{wanted}日に足りない"


def _dated(campaigns: pd.DataFrame) -> pd.DataFrame:
    """The campaigns with a start, each under a name of its own: a newsletter may be one measure a month.

    A campaign without an end is over on its first day.
    """
    kept = campaigns[campaigns["start"].notna()]
    names = kept["name"].astype(str)
    days = pd.to_datetime(kept["start"])
    told = [f"{name}({day.year}年{day.month}月{day.day}日)" for name, day in zip(names, days, strict=True)]
    names = names.where(~names.duplicated(keep=False), told)
    number = names.groupby(names).cumcount() + 1
    return kept.assign(
        name=names.where(number == 1, names + "その" + number.astype(str)),
        start=days.dt.date,
        end=pd.to_datetime(kept["end"]).fillna(days).dt.date,
    )


def _zone_end(end: date, zone: object) -> pd.Timestamp:
    """When the last programme zone (20:00~26:00) ends on the clock of the wall."""
    if zone is None or pd.isna(zone) or not str(zone).strip():
        return pd.NaT
    _, (offset, time) = parse_zone(str(zone))
    return pd.Timestamp.combine(end + timedelta(days=offset), time)


def _largest_correlation(strength: pd.DataFrame) -> dict[str, float]:
    if strength.shape[1] < 2:
        return dict.fromkeys(strength.columns, float("nan"))
    matrix = strength.corr().mask(np.eye(strength.shape[1], dtype=bool))
    return {str(name): float(value) for name, value in matrix.max(axis=1).items()}


def _vif(strength: pd.DataFrame) -> dict[str, float]:
    """Variance inflation 1/(1-R²) of each column on the others and a constant."""
    values = strength.to_numpy()
    found = {}
    for j, name in enumerate(strength.columns):
        others = np.column_stack([np.ones(len(values)), np.delete(values, j, axis=1)])
        fitted = others @ np.linalg.lstsq(others, values[:, j], rcond=None)[0]
        total = np.sum((values[:, j] - values[:, j].mean()) ** 2)
        left = np.sum((values[:, j] - fitted) ** 2)
        found[str(name)] = float(total / left) if left > 1e-9 else float("inf")
    return found
