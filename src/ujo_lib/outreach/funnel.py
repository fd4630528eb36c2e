"""From impression to contact: the advertising funnel, recomputed from counts.

Ratios that a platform reports are never read; reach is never summed; rows are people who met an advertisement
(広告接触者), not people who asked for help. A day's audience is served together, so clicks vary more between
days than
a binomial allows: a day-clustered interval stands beside the Wilson one and is the wider of the two in
practice.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats as distributions

from ujo_lib.columns import (
    Base,
    Column,
    Count,
    Difference,
    Dimension,
    Money,
    PValue,
    Rate,
    Ratio,
    Share,
    Statistic,
    Text,
    interval,
)
from ujo_lib.stats import LEVEL, holm, wilson
from ujo_lib.text import OPEN_END, age_range
from ujo_lib.typed import Typed

_MEASURES = {"impressions": "表示回数(視聴数)", "link_clicks": "クリック(流入)"}

_SPLIT_BY = {"creative_format": "広告の形", "age_band": "年齢", "device": "端末"}


def by(ads: pd.DataFrame, dimensions: Sequence[str], *, level: float = LEVEL) -> Typed:
    """Funnel by the given columns of the advertising frame.

    Args:
        ads: rows of the ad platforms' daily exports; total rows have been dropped.
        dimensions: columns to group by, such as platform, creative_format, age_band, sex, device, date; none:
            total.
        level: confidence level.

    Returns:
        dimensions, base (impressions), n (clicks), landing, spend, ctr (clicks per thousand impressions), low,
        high (Wilson), dispersion (of clicks between days), low_day, high_day (with that dispersion and its own error),
        landing_share, cpm, cpc (yen). A group without impressions has no ratio (NA), one with more clicks than
        impressions no interval, one that was reached more often than clicked no share of that;
        a count that the platform does not report is NA, and its rows are in no ratio of it.
    """
    rows = []
    for key, part in _groups(ads, dimensions):
        shown, clicked = _total(part, "impressions"), _total(part, "link_clicks")
        landed, spent = _total(part, "landing_views"), _total(part, "spend_yen")
        row = dict(zip(dimensions, key, strict=True)) | {
            "base": shown, "n": clicked, "landing": landed, "spend": spent
        }  # fmt: skip
        rows.append(row | _rates(part, level))
    split = {name: Dimension(variable=name, heading=_SPLIT_BY.get(name, "")) for name in dimensions}
    counts = {
        "base": Base(heading="表示", unit="回"),
        "n": Count(heading="クリック", unit="回"),
        "landing": Count(heading="サイト到達", unit="回"),
        "spend": Money(),
    }
    rates: dict[str, Column] = {
        "ctr": Rate(
            heading="表示1,000回あたりのクリック", unit="回", decimals=2, n="n", base="base", scale=1000
        ),
        **interval("ctr", level),
        "dispersion": Statistic(heading="日ごとのばらつき(1なら偶然の範囲)"),
        **interval("ctr", level, low="low_day", high="high_day", remark="日ごとの揺れを考慮"),
        "landing_share": Share(
            heading="到達の割合", note="到達の割合は、到達の計測がある広告のクリックを分母とします。"
        ),
        "cpm": Money(heading="表示1,000回の費用"),
        "cpc": Money(heading="1クリックの費用"),
    }
    frame = pd.DataFrame(rows, columns=[*split, *counts, *rates])
    whole = dict.fromkeys(counts, "Int64") | dict.fromkeys(rates, "Float64")
    return Typed.of(frame.astype(whole), {**split, **counts, **rates}, note=_left_out(ads))


def pairwise(ads: pd.DataFrame, dimension: str) -> Typed:
    """Pairs of click-through rates compared, Holm-adjusted, with the variation between days.

    The p-value is the largest of the score test of two proportions and, of each side of which the days are known, that
    of its statistic over the root of the dispersion in the t distribution. The plain one alone calls any difference of
    millions of impressions significant, so there is none where no days are known.

    Args:
        ads: as in `by`.
        dimension: one column.

    Returns:
        category, other, estimate (ratio of the rates), p_value (NA where neither was shown on three days).
    """
    clicking = _reporting(ads, "link_clicks")
    found = by(clicking, [dimension])
    shown, clicked = found.frame["base"], found.frame["n"]
    # More clicks than impressions are no share of them, and no two proportions to compare.
    table = found.rows(((shown > 0) & (clicked <= shown)).fillna(False)).frame
    between = {name: _between_days(part) for (name,), part in _groups(clicking, [dimension])}
    rows = [
        (
            a[dimension],
            b[dimension],
            *_compare(a, b, [*filter(None, map(between.get, (a[dimension], b[dimension])))]),
        )
        for a, b in combinations((table.loc[i] for i in table.index), 2)
    ]
    heading = found.schema[dimension].name
    columns = {
        "category": Text(heading=heading),
        "other": Text(heading=f"比べる{heading}"),
        "estimate": Ratio(heading="率比"),
        "p_value": PValue(adjusted="ホルム法、日ごとの揺れを考慮"),
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    frame["p_value"] = holm(frame["p_value"])
    unknown = "表示が3日に満たない組や、クリックのない組では、日ごとの揺れが分からず、p値はありません。"
    return Typed.of(
        frame,
        columns,
        note="p値は、組の数に応じて補正しました。" + unknown * bool(frame["p_value"].isna().any()),
    )


def frequencies(ads: pd.DataFrame, population: pd.DataFrame) -> Typed:
    """Impressions per inhabitant: above what a person plausibly sees, delivery reached beyond the area.

    Args:
        ads: as in `by`.
        population: of one source and date (`intake.of_source`): area_name, n by sex and age. Where an area has rows of
            all sexes or ages together (blank or 総数), they are taken and their parts left out.

    Returns:
        area, population, n (impressions), ratio.
    """
    for name in ("sex", "age_band"):
        if name in population:
            whole = population[name].isna() | population[name].astype(object).eq("総数")
            population = population[whole | ~whole.groupby(population["area_name"]).transform("any")]
    people = population.groupby("area_name", sort=False)["n"].sum()
    frame = people.rename_axis("area").rename("population").reset_index()
    frame["n"] = _total(ads, "impressions")
    frame["ratio"] = (frame["n"].astype("Float64") / frame["population"]).where(frame["population"] > 0)
    columns = {
        "area": Text(heading="地域"),
        "population": Count(heading="人口", unit="人", members=False),
        "n": Count(heading="表示", unit="回"),
        "ratio": Rate(heading="1人あたりの表示", unit="回", n="n", base="population"),
    }
    note = "回数が大きすぎるときは、配信が地域の外に及んだか、同じ人に繰り返し表示されています。"
    return Typed.of(frame, columns, note=note)


def steps(ads: pd.DataFrame, n_consultations: int | None) -> Typed:
    """The funnel from top to bottom: step, definition, n, per_thousand (of the step above; NA when not
    comparable).

    Args:
        ads: as in `by`.
        n_consultations: contacts in the same days that name the advertisement as their source; None when
            sources are not recorded. Contacts are never inferred from clicks.
    """
    shown = _total(_reporting(ads, "link_clicks"), "impressions")
    counted = [
        ("表示", "広告が画面に出た回数(インプレッション)", _total(ads, "impressions")),
        ("クリック(流入)", "広告のリンクが押された回数", _total(ads, "link_clicks")),
        ("サイト到達", "リンク先のページが開いた回数(計測のある媒体だけ)", _total(ads, "landing_views")),
        ("相談", "流入元に広告が記録された相談の件数", n_consultations),
    ]
    frame = pd.DataFrame(counted, columns=["step", "definition", "n"]).astype({"n": "Int64"})
    # Not every platform reports landings: their share is taken over the clicks of those that do.
    landed, landing_clicks = _landed(ads)
    above = pd.array([pd.NA, shown, landing_clicks, pd.NA], dtype="Float64")
    passed = frame["n"].mask(frame["step"] == "サイト到達", landed).astype("Float64")
    frame["per_thousand"] = (1000 * passed / above).where(above > 0)
    partly = landing_clicks is not None and landing_clicks != _total(ads, "link_clicks")
    told = "「サイト到達」は、到達の計測がある広告のクリック1,000回あたりです。" if partly else ""
    columns = {
        "step": Text(heading="段階"),
        "definition": Text(heading="定義"),
        "n": Count(unit="回"),
        "per_thousand": Rate(heading="前の段階1,000回あたり", unit="回", decimals=2, note=told),
    }
    note = "相談の流入元は広告ごとに記録されていないため、広告から始まった相談の件数は分かりません。"
    unknown = "" if n_consultations is not None else note
    return Typed.of(frame, columns, note=f"{unknown}{_left_out(ads)}")


def said_platforms(ads: pd.DataFrame, planned: Sequence[str]) -> str:
    """Which platforms of the exports the campaign plan does not name, in alphabetical order."""
    if not planned:
        return "計画書の媒体は登録されていないため、配信実績の媒体とは照合していません。"
    if not (strange := sorted(set(ads["platform"].dropna().astype(str)) - set(planned))):
        return "配信実績にある媒体は、すべて計画書の媒体欄にあります。"
    return (
        f"配信実績にあって計画書の媒体欄にない媒体: {'、'.join(strange)}。"
        "計画書と契約の媒体名をそろえておく必要があります。"
    )


def against_stated(ads: pd.DataFrame, stated: dict[str, int]) -> Typed:
    """Recomputed sums beside figures already published: measure, stated, n, difference.

    Args:
        ads: as in `by`.
        stated: published figure by column name: impressions, link_clicks.
    """
    rows = [(_MEASURES[name], value, _total(ads, name)) for name, value in stated.items()]
    frame = pd.DataFrame(rows, columns=["measure", "stated", "n"]).astype({"n": "Int64", "stated": "Int64"})
    frame["difference"] = frame["n"] - frame["stated"]
    columns = {
        "measure": Text(heading="項目"),
        "stated": Count(heading="公表値", unit="回"),
        "n": Count(heading="再集計", unit="回"),
        "difference": Difference(unit="回", n="n", base="stated"),
    }
    note = "媒体の管理画面の合計行があれば、照合したうえで除いて集計します。"
    return Typed.of(frame, columns, note=note)


def media_and_clicks(ads: pd.DataFrame, media_use: pd.DataFrame, level: float = LEVEL) -> Typed:
    """Use of a medium by age beside the click-through rate at that age, for media that both sides know.

    Surveys of media use and advertising platforms cut ages differently; use is carried over to the platform's
    bands in proportion to the years of age they share.

    Args:
        ads: as in `by`, with age_band such as 18-24 or 65+.
        media_use: age_band such as 20代 or 70代以上, medium, share (0-1), as supplied; source, if any, is told.
        level: confidence level.

    Returns:
        platform, age_band (the platform's), use (0-1, NA when the survey knows no such age), base, n, ctr, low_day,
        high_day.
    """
    known = media_use["medium"].astype(str)
    both_know = ads[ads["platform"].astype(str).isin(known)].dropna(subset=["age_band"])
    clicks = by(both_know, ["platform", "age_band"], level=level)
    use = []
    for row in clicks.frame.itertuples():
        supplied = media_use[known == row.platform]
        shares = [(_years(str(each.age_band)), float(each.share)) for each in supplied.itertuples()]
        use.append(_carried_over(_years(str(row.age_band)), shares))
    sources = media_use.reindex(columns=["source"])["source"].dropna().unique()
    mean = "(同じ年齢に値が2つ以上あるところは平均)" if len(sources) > 1 else ""
    note = f"媒体の利用率の出典: {'、'.join(map(str, sources))}{mean}。" if len(sources) else ""
    columns = {**clicks.schema.columns, "use": Share(heading="媒体の利用率", of="その年齢の人", note=note)}
    frame = clicks.frame.assign(use=pd.array(use, dtype="Float64"))
    return Typed.of(frame, columns).select(
        "platform", "age_band", "use", "base", "n", "ctr", "low_day", "high_day"
    )


def inflow_by_source(consultations: pd.DataFrame) -> Typed:
    """Contacts by recorded source: utm_source, n, base, share; a new source is a new value, not new code."""
    known = consultations["utm_source"].astype("string").fillna("記録なし")
    counted = known.value_counts().rename_axis("utm_source").reset_index(name="n")
    base = int(counted["n"].sum())
    columns = {
        "utm_source": Dimension(heading="流入元"),
        "n": Count(unit="件"),
        "base": Base(heading="相談の総数", unit="件"),
        "share": Share(n="n", base="base", of="相談"),
    }
    return Typed.of(counted.assign(base=base, share=counted["n"] / base if base else pd.NA), columns)


def _groups(ads: pd.DataFrame, dimensions: Sequence[str]) -> list[tuple[tuple[object, ...], pd.DataFrame]]:
    if not dimensions:
        return [((), ads)]
    return list(ads.groupby(list(dimensions), observed=True, sort=True))


def _years(band: str) -> tuple[int, int] | None:
    """First and last year of age of a band, as platforms write it, too (65+); None when it names no age."""
    ages = age_range(band.replace("+", "以上"))
    return ages and (ages[0], min(ages[1], OPEN_END))


def _carried_over(
    band: tuple[int, int] | None, known: Sequence[tuple[tuple[int, int] | None, float]]
) -> float | None:
    """Average of the known shares, weighted by the years of age each has in common with the band."""
    if band is None:
        return None
    shared = [
        (max(min(band[1], years[1]) - max(band[0], years[0]) + 1, 0), share)
        for years, share in known
        if years
    ]
    total = sum(years for years, _ in shared)
    return sum(years * share for years, share in shared) / total if total else None


def _total(ads: pd.DataFrame, column: str) -> int | None:
    """Sum of a count; None when the column is absent or not reported at all."""
    if column not in ads or ads[column].isna().all():
        return None
    return int(ads[column].sum())


def _reporting(ads: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The rows that report counts: what a platform does not report is no zero, and its rows belong to no ratio."""
    return ads[ads.reindex(columns=[*columns]).notna().all(axis=1)]


def _left_out(ads: pd.DataFrame) -> str:
    """What the ratios leave out, in Japanese."""
    parts = [
        told
        for column, told in (("link_clicks", "クリック数"), ("spend_yen", "費用"))
        if column in ads and ads[column].isna().any() and not ads[column].isna().all()
    ]
    return f"{'と'.join(parts)}の記録がない行は、それを使う割合から除きました。" if parts else ""


def _landed(ads: pd.DataFrame) -> tuple[int | None, int | None]:
    """Landings and clicks of the rows that report both."""
    both = _reporting(ads, "landing_views", "link_clicks")
    return _total(both, "landing_views"), _total(both, "link_clicks")


def _rates(part: pd.DataFrame, level: float) -> dict[str, float | None]:
    clicking, paid = _reporting(part, "link_clicks"), _reporting(part, "spend_yen")
    shown, clicked = _total(clicking, "impressions") or 0, _total(clicking, "link_clicks")
    spent, (landed, able) = _total(paid, "spend_yen"), _landed(part)
    rates: dict[str, float | None] = dict.fromkeys(
        ("ctr", "low", "high", "dispersion", "low_day", "high_day", "landing_share", "cpm", "cpc")
    )
    if shown and clicked is not None:
        rates["ctr"] = 1000 * (clicked / shown)
    # A click may follow on a later day; more of them than impressions are no share of these.
    if shown and clicked is not None and clicked <= shown:
        plain = wilson(clicked, shown, level)
        rates |= {"low": 1000 * plain.low, "high": 1000 * plain.high}
        if found := _between_days(clicking):
            # Wilson's interval at the number of impressions that tells as much; the spread is an estimate itself.
            tail, (spread, degrees) = (1 + level) / 2, found
            error = float(distributions.t.ppf(tail, degrees) / distributions.norm.ppf(tail))
            worth = max(1.0, spread * error**2)
            by_day = wilson(clicked / worth, shown / worth, level)
            rates |= {
                "dispersion": max(1.0, spread),
                "low_day": 1000 * by_day.low,
                "high_day": 1000 * by_day.high,
            }
    if landed is not None and able and landed <= able:
        rates["landing_share"] = landed / able
    if spent is not None:
        seen, both = _total(paid, "impressions"), _reporting(paid, "link_clicks")
        clicks_paid, spent_on_them = _total(both, "link_clicks"), _total(both, "spend_yen")
        rates["cpm"] = 1000 * spent / seen if seen else None
        rates["cpc"] = spent_on_them / clicks_paid if clicks_paid and spent_on_them is not None else None
    return rates


def _between_days(part: pd.DataFrame) -> tuple[float, int] | None:
    """Pearson dispersion of daily clicks about one rate, and its degrees of freedom; None with fewer than three days,
    or where nobody or everybody clicks.
    """
    daily = part.groupby("date", observed=True)[["impressions", "link_clicks"]].sum()
    daily = daily[daily["impressions"] > 0]
    if len(daily) < 3:
        return None
    shown, clicked = daily["impressions"].to_numpy(float), daily["link_clicks"].to_numpy(float)
    rate, degrees = clicked.sum() / shown.sum(), len(daily) - 1
    if rate in (0.0, 1.0):
        return None
    return float(np.sum((clicked - shown * rate) ** 2 / (shown * rate * (1 - rate))) / degrees), degrees


def _compare(
    a: pd.Series, b: pd.Series, between: Sequence[tuple[float, int]]
) -> tuple[float | None, float | None]:
    """Ratio of two rates and its p-value, None where no spread between days is known of either."""
    pooled = (a["n"] + b["n"]) / (a["base"] + b["base"])
    error = np.sqrt(pooled * (1 - pooled) * (1 / a["base"] + 1 / b["base"]))
    of_a, of_b = a["n"] / a["base"], b["n"] / b["base"]
    score = abs(of_a - of_b) / error if error > 0 else 0.0
    ratio = float(of_a / of_b) if of_b > 0 else None
    by_day = [
        2 * distributions.t.sf(score / np.sqrt(spread), degrees) for spread, degrees in between if spread
    ]
    return ratio, float(max([2 * distributions.norm.sf(score), *by_day])) if between else None
