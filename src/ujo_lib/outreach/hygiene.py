"""What has to be in order before an effect may be estimated, and the refusals when it is not.

A comparison is made of a local series, a control series that the campaigns cannot have reached, a window and
a baseline. Whatever is missing is answered with a reason and never with a number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import Count, Dimension
from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period
from ujo_lib.outreach.series import NOT_A_PREFECTURE
from ujo_lib.outreach.verdict import Refusal
from ujo_lib.stats import silences
from ujo_lib.typed import Typed

Floats = NDArray[np.float64]

IN_WINDOW, BASELINE, LEFT_OUT = "実施期間", "比較期間", "除外"

SILENT_DAYS, SILENT_CONTACTS = 14, 20
"""A series with no contact for so many days, where so many were expected, has lost rows."""

_WHOLE_PREFECTURE = ("市", "県")

_ZERO_CONTROL = Refusal("zero_control", "比較地域の相談が0件の期間があり、見込みの件数を決められない")

_ROLE = Dimension(heading="期間", variable="outreach_role")

# Platforms that export in English name prefectures in Latin letters.
_ROMAN = {
    "hokkaido": "北海道", "aomori": "青森県", "iwate": "岩手県", "miyagi": "宮城県", "akita": "秋田県",
    "yamagata": "山形県", "fukushima": "福島県", "ibaraki": "茨城県", "tochigi": "栃木県",
    "gunma": "群馬県", "saitama": "埼玉県", "chiba": "千葉県", "tokyo": "東京都", "kanagawa": "神奈川県",
    "niigata": "新潟県", "toyama": "富山県", "ishikawa": "石川県", "fukui": "福井県", "yamanashi": "山梨県",
    "nagano": "長野県", "gifu": "岐阜県", "shizuoka": "静岡県", "aichi": "愛知県", "mie": "三重県",
    "shiga": "滋賀県", "kyoto": "京都府", "osaka": "大阪府", "hyogo": "兵庫県", "nara": "奈良県",
    "wakayama": "和歌山県", "tottori": "鳥取県", "shimane": "島根県", "okayama": "岡山県",
    "hiroshima": "広島県", "yamaguchi": "山口県", "tokushima": "徳島県", "kagawa": "香川県",
    "ehime": "愛媛県", "kochi": "高知県", "fukuoka": "福岡県", "saga": "佐賀県", "nagasaki": "長崎県",
    "kumamoto": "熊本県", "oita": "大分県", "miyazaki": "宮崎県", "kagoshima": "鹿児島県",
    "okinawa": "沖縄県",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A local and a control series over the same days, each day with its role.

    Attributes:
        area: whose contacts are counted.
        frame: index day; columns local (contacts), control (contacts), role (実施期間, 比較期間, 除外).
    """

    area: str
    frame: pd.DataFrame

    @property
    def expected(self) -> float:
        """Contacts expected in the window, from the baseline rate per control contact."""
        baseline, window = self.totals(BASELINE), self.totals(IN_WINDOW)
        return baseline.n / baseline.control * window.control

    def having(self, role: str) -> NDArray[np.bool_]:
        """Which days have this role."""
        return np.asarray(self.frame["role"].array == role, dtype=bool)

    def totals(self, role: str) -> "Totals":
        """Days, contacts and control contacts of one role."""
        days = self.having(role)
        local, control = self.frame["local"].to_numpy(float), self.frame["control"].to_numpy(float)
        return Totals(int(days.sum()), int(local[days].sum()), float(control[days].sum()))


@dataclass(frozen=True)
class Totals:
    """Days, contacts and control contacts of the window or of the baseline."""

    days: int
    n: int
    control: float


@dataclass(frozen=True)
class Baseline:
    """Rules for the days to compare with.

    Attributes:
        first: first day on record.
        opened: day the desk opened, None when it is older than the records.
        settling_days: days after the opening that are left out: a new desk's growth is not an effect.
        washout_days: days after the window that are left out: an effect may outlast its window.
        min_days: fewer days than this are no baseline.
        closed: last day on which the desk was open, None when it still is.
        others: windows of campaigns of other years; neither they nor their washouts are days without a campaign.
    """

    first: date
    opened: date | None = None
    settling_days: int = 0
    washout_days: int = 0
    min_days: int = 120
    closed: date | None = None
    others: tuple[Period, ...] = ()

    @property
    def settled(self) -> date:
        """First day on which the desk is no longer new."""
        return self.first if self.opened is None else self.opened + timedelta(days=self.settling_days)

    @property
    def start(self) -> date:
        """First day that may be compared with."""
        return max(self.first, self.settled)


def reached_prefectures(
    campaigns: pd.DataFrame,
    home: str,
    every: Sequence[str],
    ads: pd.DataFrame | None = None,
) -> dict[str, str]:
    """Prefectures that the campaigns could have reached, with the reason.

    Args:
        campaigns: one row a campaign, with its name and area (市, 県 or 全国). A campaign of the city counts
            for the prefecture, for newspapers, waves and feeds do not stop at a city's border.
        home: the prefecture of the city.
        every: all prefectures of the national table.
        ads: advertising rows with a `region` column, if the platforms report one: impressions delivered in
            another prefecture have reached it whatever the plan said.

    Raises:
        InputError: an area that is none of the three.
    """
    reached: dict[str, str] = {}
    for row in campaigns.itertuples():
        area = str(row.area)
        if area in _WHOLE_PREFECTURE:
            reached.setdefault(home, f"{row.name}の対象地域({area})")
        elif area == "全国":
            for prefecture in every:
                reached.setdefault(prefecture, f"{row.name}の対象地域(全国)")
        else:
            raise InputError(f"campaigns の area「{area}」は 市・県・全国 のどれかで書いてください")
    if ads is not None and "region" in ads:
        delivered = ads.groupby(ads["region"].map(_prefecture))["impressions"].sum()
        for prefecture in delivered[delivered > 0].index.intersection(list(every)):
            reached.setdefault(str(prefecture), "広告の配信実績(region 列)")
    return reached


def said_regions(ads: pd.DataFrame, every: Sequence[str]) -> str:
    """Which regions the advertising exports name in words that the national table does not know, in order."""
    regions = _regions(ads)
    if not regions:
        return "広告の配信地域の記録がないため、ほかの県に配信されたかどうかは分かりません。"
    if not (strange := sorted(regions - set(every))):
        return "記録のある広告の配信地域は、すべて都道府県名と照合できました。"
    return (
        f"広告の配信地域のうち、都道府県名と照合できない名称: {'、'.join(strange)}。"
        "ほかの県への配信は、比較地域から除く理由になります。"
    )


def delivered_in(ads: pd.DataFrame, home: str) -> str:
    """Where the advertisements were shown, as far as the exports name regions; the home prefecture where none does."""
    regions = sorted(_regions(ads))
    return "、".join(regions[:3]) + f"など{len(regions)}の地域" * (len(regions) > 3) if regions else home


def _regions(ads: pd.DataFrame) -> set[str]:
    return set(ads["region"].dropna().map(_prefecture)) if "region" in ads else set()


def clean_controls(
    wanted: Sequence[str], every: Sequence[str], reached: dict[str, str]
) -> tuple[str, ...] | Refusal:
    """The prefectures to compare with.

    Args:
        wanted: prefectures asked for; empty: all that were not reached.
        every: prefectures of the national table.
        reached: what `reached_prefectures` found.

    Returns:
        Their names in the order of the table, or the refusal: contaminated, unknown or fewer than two.
    """
    contaminated = [name for name in wanted if name in reached]
    if contaminated:
        why = "、".join(f"{name}({reached[name]})" for name in contaminated)
        return Refusal(
            "contaminated_control", f"比較地域に、施策が届いたおそれのある地域が含まれている: {why}"
        )
    unknown = [name for name in wanted if name not in every]
    if unknown:
        return Refusal("unknown_control", f"全国の日別件数に見当たらない比較地域がある: {'、'.join(unknown)}")
    chosen = wanted or [name for name in every if name not in reached and name not in NOT_A_PREFECTURE]
    if not chosen:
        return Refusal("no_control", "施策が届いていない都道府県が1つもなく、比べる相手がない")
    if len(chosen) == 1:
        return Refusal(
            "one_prefecture", f"比較地域が{chosen[0]}だけで、その地域に固有の増減と施策の効果を区別できない"
        )
    return tuple(chosen)


def compare(
    area: str, local: pd.Series, control: pd.Series, window: Period, rules: Baseline, recorded_through: date
) -> Comparison | Refusal:
    """Line up a local series and its control, or say why there is nothing to compare.

    Args:
        area: whose contacts `local` counts.
        local: contacts by day (index: day), zeros included.
        control: contacts by day of the control region.
        window: the campaign window.
        rules: which other days count as baseline.
        recorded_through: last day up to which contacts are known.

    Returns:
        The comparison, or the first refusal met: no data in the window, a window that begins before the desk has
        settled (days before it opened are no zeros), days missing, baseline too short, nothing counted in the
        baseline.
    """
    through = min(recorded_through, rules.closed or recorded_through)
    ended = f"窓口が{through}で廃止され" if through < recorded_through else f"相談のデータが{through}で終わり"
    if through < window.start:
        return Refusal("empty_window", f"{ended}、施策の期間({window.start}〜{window.end})のデータがない")
    if through < window.end:
        return Refusal(
            "incomplete_window",
            f"{ended}、施策の期間({window.start}〜{window.end})の終わりまで届かない",
        )
    if rules.opened and window.start < rules.settled:
        until = f"から慣らしの{rules.settling_days}日が過ぎる" if rules.settling_days else "より"
        return Refusal(
            "unsettled_window",
            f"施策の期間({window.start}〜{window.end})が、窓口の開設({rules.opened}){until}前に始まり、"
            "開いたばかりの窓口の利用の動きと施策の効果を区別できない",
        )
    days = pd.date_range(min(rules.start, window.start), through, freq="D")
    role = _roles(days, window, rules)
    counted = local.reindex(days).to_numpy(float, na_value=np.nan)
    elsewhere = control.reindex(days).to_numpy(float, na_value=np.nan)
    problem = _first_problem(days, counted, elsewhere, role, rules)
    if problem is not None:
        return problem
    return Comparison(area, pd.DataFrame({"local": counted, "control": elsewhere, "role": role}, index=days))


def heard(comparison: Comparison, controls: pd.DataFrame) -> Comparison | Refusal:
    """The comparison, unless one of its series falls silent: absent rows are not zero contacts.

    Args:
        comparison: the local series and the days; silence wholly on days left out does not matter.
        controls: contacts by day of each control prefecture, days × prefectures.

    Returns:
        The comparison, or a refusal that names every silent series with its first and last silent day.
    """
    days = comparison.frame.index
    used = ~comparison.having(LEFT_OUT)

    def silent(series: pd.Series) -> list[str]:
        runs = silences(series.reindex(days), SILENT_CONTACTS, SILENT_DAYS)
        return [
            f"{days[first].date()}〜{days[after - 1].date()}"
            for first, after in sorted(runs)
            if used[first:after].any()
        ]

    lost = f"{SILENT_CONTACTS}件以上あるはずの期間に相談が1件もなく、ファイルの行が欠けたとみられる"
    if local := silent(comparison.frame["local"]):
        return Refusal(
            "silent_local",
            f"{lost}: {comparison.area}({'、'.join(local)})。ファイルに欠けた行を補えば計算できる",
        )
    known = controls.reindex(days)
    with_empty_days = known.columns[(known.to_numpy() == 0).sum(axis=0) >= SILENT_DAYS]
    elsewhere = {str(name): found for name in with_empty_days if (found := silent(known[name]))}
    if elsewhere:
        named = "、".join(f"{name}({'、'.join(found)})" for name, found in elsewhere.items())
        return Refusal(
            "silent_control",
            f"比較地域に、{lost}ところがある: {named}。欠けた行を補うか、"
            "比較地域からその地域を除けば計算できる",
        )
    return comparison


def counts(comparison: Comparison | Refusal) -> Typed:
    """What the estimate is a function of: role, days, n, control; all NA when there is no comparison."""
    frame = pd.DataFrame({"role": [IN_WINDOW, BASELINE], "days": pd.NA, "n": pd.NA, "control": pd.NA})
    if isinstance(comparison, Comparison):
        found = [comparison.totals(role) for role in frame["role"]]
        frame[["days", "n", "control"]] = [(total.days, total.n, round(total.control)) for total in found]
    columns = {
        "role": _ROLE,
        "days": Count(heading="長さ", unit="日", members=False, free=True),
        "n": Count(heading="相談", unit="回"),
        "control": Count(heading="比較地域の相談", unit="件", members=False, free=True),
    }
    return Typed.of_rows(frame, columns)


def days_compared(comparison: Comparison | Refusal) -> tuple[str, ...]:
    """First and last day of window and baseline, ISO; none when there is no comparison."""
    if isinstance(comparison, Refusal):
        return ()
    days = comparison.frame.index[comparison.having(IN_WINDOW) | comparison.having(BASELINE)]
    return days.min().date().isoformat(), days.max().date().isoformat()


def of_window(table: Typed) -> Typed:
    """A table whose row is a function of the window's count, said to be that cell: column role besides.

    With it a release hides the row whenever it hides the window's count in `counts`.
    """
    columns = {**table.schema.columns, "role": _ROLE}
    return Typed.of(table.frame.assign(role=IN_WINDOW), columns, note=table.schema.note)


def restricted(comparison: Comparison, days: pd.DatetimeIndex) -> Comparison | Refusal:
    """The same comparison with only these days of its window, or the refusal when the control has none on them."""
    roles = comparison.frame["role"].copy()
    roles[comparison.having(IN_WINDOW) & ~roles.index.isin(days)] = LEFT_OUT
    kept = Comparison(comparison.area, comparison.frame.assign(role=roles))
    return kept if kept.totals(IN_WINDOW).control > 0 else _ZERO_CONTROL


def _prefecture(region: str) -> str:
    """The Japanese name of a prefecture that may be spelled Kumamoto, Kumamoto Prefecture or kumamoto-ken."""
    stem = re.sub(r"[\s-]*(prefecture|ken|fu|to)$", "", str(region).strip(), flags=re.IGNORECASE)
    return _ROMAN.get(stem.casefold()) or _ROMAN.get(str(region).strip().casefold()) or str(region)


def _roles(days: pd.DatetimeIndex, window: Period, rules: Baseline) -> pd.Categorical:
    """The role of each day. Arrays, not frames: a specification curve lines up a hundred comparisons."""
    day = days.to_numpy()
    start, end = np.datetime64(window.start), np.datetime64(window.end)
    left_out = day < np.datetime64(rules.start)
    for one in (window, *rules.others):
        until = np.datetime64(one.end) + np.timedelta64(rules.washout_days, "D")
        left_out |= (day >= np.datetime64(one.start)) & (day <= until)
    codes = np.where(left_out, 2, 1)
    codes[(day >= start) & (day <= end)] = 0
    return pd.Categorical.from_codes(codes, [IN_WINDOW, BASELINE, LEFT_OUT])


def _first_problem(
    days: pd.DatetimeIndex, local: Floats, control: Floats, role: pd.Categorical, rules: Baseline
) -> Refusal | None:
    baseline, inside = np.asarray(role == BASELINE), np.asarray(role == IN_WINDOW)
    if baseline.sum() < rules.min_days:
        new = rules.settled > rules.first
        since = f"窓口の開設({rules.opened})から" if new else f"比較に使う最初の日({rules.first})から"
        settling = f"、慣らしの{rules.settling_days}日を除くと" if new and rules.settling_days else ""
        return Refusal(
            "short_baseline",
            f"{since}比較に使える日が{settling}{baseline.sum()}日しかなく、必要な{rules.min_days}日に足りない",
        )
    missing = days[(baseline | inside) & (np.isnan(local) | np.isnan(control))]
    if len(missing):
        return Refusal(
            "missing_days",
            f"日別件数に欠けた日が{len(missing)}日ある(最初は{missing[0].date()})",
        )
    if local[baseline].sum() == 0:
        return Refusal("zero_baseline", "比較期間の相談が0件で、何倍になったかを決められない")
    if control[baseline].sum() <= 0 or control[inside].sum() <= 0:
        return _ZERO_CONTROL
    return None
