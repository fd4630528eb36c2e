"""From impression to contact: the advertising funnel, recomputed from counts.

Ratios that a platform reports are never read; reach is never summed; rows are people who met an advertisement
(広告接触者), not people who asked for help. A day's audience is served together, so clicks vary more between
days than
a binomial allows: a day-clustered interval stands beside the Wilson one and is the wider of the two in
practice.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats as distributions

from ujo_lib.stats import holm, wilson

_MEASURES = {"impressions": "表示回数(視聴数)", "link_clicks": "クリック(流入)", "spend_yen": "費用(円)"}


def by(
    ads: pd.DataFrame, dimensions: Sequence[str], *, clicks: str = "link_clicks", level: float = 0.95
) -> pd.DataFrame:
    """Funnel by the given columns of the advertising frame.

    Args:
        ads: rows of the ad platforms' daily exports; total rows have been dropped.
        dimensions: columns to group by, such as platform, creative_format, age_band, sex, device, date; none:
            total.
        clicks: the column that counts as click.
        level: confidence level.

    Returns:
        dimensions, base (impressions), n (clicks), landing, spend, share (CTR, 0-1), low, high (Wilson),
        dispersion (of clicks between days), low_day, high_day (with that dispersion), landing_share, cpm, cpc
        (yen). A group without impressions has no ratio (NA); a count that the platform does not report is NA.
    """
    rows = []
    for key, part in _groups(ads, dimensions):
        shown, clicked = _total(part, "impressions"), _total(part, clicks)
        landed, spent = _total(part, "landing_views"), _total(part, "spend_yen")
        row = dict(zip(dimensions, key, strict=True)) | {
            "base": shown, "n": clicked, "landing": landed, "spend": spent
        }  # fmt: skip
        rows.append(row | _rates(part, clicks, level))
    ratios = ["share", "low", "high", "dispersion", "low_day", "high_day", "landing_share", "cpm", "cpc"]
    frame = pd.DataFrame(rows, columns=[*dimensions, "base", "n", "landing", "spend", *ratios])
    whole = ["base", "n", "landing", "spend"]
    return frame.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(ratios, "Float64"))


def per_thousand(table: pd.DataFrame) -> pd.DataFrame:
    """Click-through rates of a table of `by` per thousand impressions: ctr, low, high, low_day, high_day."""
    columns = {"share": "ctr", "low": "low", "high": "high", "low_day": "low_day", "high_day": "high_day"}
    return table.rename(columns=columns).assign(
        **{name: 1000 * table[old] for old, name in columns.items() if old in table}
    )


def pairwise(
    ads: pd.DataFrame, dimension: str, *, clicks: str = "link_clicks", reference: str | None = None
) -> pd.DataFrame:
    """Pairs of click-through rates compared, Holm-adjusted, with and without the variation between days.

    The test is the score test of two proportions; the second p-value divides its statistic by the larger of
    the two dispersions (and 1), because with millions of impressions the plain one calls any difference
    significant.

    Args:
        ads: as in `by`.
        dimension: one column.
        clicks: the column that counts as click.
        reference: compare only with this category; default every pair.

    Returns:
        category, other, estimate (ratio of the rates), p_value, p_day (both Holm-adjusted).
    """
    table = by(ads, [dimension], clicks=clicks)
    table = table[(table["base"].fillna(0) > 0) & table["n"].notna()].reset_index(drop=True)
    rows = []
    for i in range(len(table)):
        for j in range(i + 1, len(table)):
            a, b = table.loc[i], table.loc[j]
            if reference is not None and reference not in (a[dimension], b[dimension]):
                continue
            if b[dimension] != reference and a[dimension] == reference:
                a, b = b, a
            rows.append((a[dimension], b[dimension], *_compare(a, b)))
    frame = pd.DataFrame(rows, columns=["category", "other", "estimate", "p_value", "p_day"])
    if len(frame):
        frame["p_value"] = holm(frame["p_value"].to_numpy())
        frame["p_day"] = holm(frame["p_day"].to_numpy())
    return frame


def frequencies(ads: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Impressions per inhabitant: above what a person plausibly sees, delivery reached beyond the area.

    Args:
        ads: as in `by`.
        population: area_name, n by sex and age; several dates are not added up, the latest is taken.

    Returns:
        area, population, n (impressions), ratio.
    """
    latest = population[population["as_of"] == population.groupby("area_name")["as_of"].transform("max")]
    people = latest.groupby("area_name", sort=False)["n"].sum()
    frame = people.rename_axis("area").rename("population").reset_index()
    frame["n"] = _total(ads, "impressions")
    frame["ratio"] = (frame["n"].astype("Float64") / frame["population"]).where(frame["population"] > 0)
    return frame


def steps(ads: pd.DataFrame, n_consultations: int | None, *, clicks: str = "link_clicks") -> pd.DataFrame:
    """The funnel from top to bottom: step, definition, n, per_thousand (of the step above; NA when not
    comparable).

    Args:
        ads: as in `by`.
        n_consultations: contacts in the same days that name the advertisement as their source; None when
            sources are not recorded. Contacts are never inferred from clicks.
        clicks: the column that counts as click.
    """
    counted = [
        ("表示", "広告が画面に出た回数(インプレッション)", _total(ads, "impressions")),
        ("クリック(流入)", "広告のリンクが押された回数", _total(ads, clicks)),
        ("サイト到達", "リンク先のページが開いた回数(計測のある媒体だけ)", _total(ads, "landing_views")),
        ("相談", "流入元に広告が記録された相談の件数", n_consultations),
    ]
    frame = pd.DataFrame(counted, columns=["step", "definition", "n"]).astype({"n": "Int64"})
    # Not every platform reports landings: their share is taken over the clicks of those that do.
    landing_clicks = _clicks_with_landing(ads, clicks)
    above = pd.array([pd.NA, frame["n"][0], landing_clicks, pd.NA], dtype="Float64")
    frame["per_thousand"] = (1000 * frame["n"].astype("Float64") / above).where(above > 0)
    return frame


def unplanned_platforms(ads: pd.DataFrame, planned: Sequence[str]) -> list[str]:
    """Platforms in the exports that the campaign plan does not name, in alphabetical order."""
    return sorted(set(ads["platform"].dropna().astype(str)) - set(planned))


def against_stated(ads: pd.DataFrame, stated: dict[str, int]) -> pd.DataFrame:
    """Recomputed sums beside figures already published: measure, stated, n, difference.

    Args:
        ads: as in `by`.
        stated: published figure by column name, such as {"impressions": 2361423}.
    """
    rows = [(_MEASURES.get(name, name), value, _total(ads, name)) for name, value in stated.items()]
    frame = pd.DataFrame(rows, columns=["measure", "stated", "n"]).astype({"n": "Int64", "stated": "Int64"})
    frame["difference"] = frame["n"] - frame["stated"]
    return frame


def media_and_clicks(ads: pd.DataFrame, media_use: pd.DataFrame) -> pd.DataFrame:
    """Use of a medium by age beside the click-through rate at that age, for media that both sides know.

    Surveys of media use and advertising platforms cut ages differently; use is carried over to the platform's
    bands in proportion to the years of age they share.

    Args:
        ads: as in `by`, with age_band such as 18-24 or 65+.
        media_use: age_band such as 20代 or 70代以上, medium, share (0-1), as supplied.

    Returns:
        platform, age_band (the platform's), use (0-1, NA when the survey knows no such age), base, n, share
        (CTR), low, high.
    """
    known = media_use["medium"].astype(str)
    clicks = by(
        ads[ads["platform"].astype(str).isin(known)].dropna(subset=["age_band"]), ["platform", "age_band"]
    )
    use = []
    for row in clicks.itertuples():
        supplied = media_use[known == row.platform]
        shares = [(_years(str(each.age_band)), float(each.share)) for each in supplied.itertuples()]
        use.append(_carried_over(_years(str(row.age_band)), shares))
    columns = ["platform", "age_band", "use", "base", "n", "share", "low", "high"]
    return clicks.assign(use=pd.array(use, dtype="Float64"))[columns]


def inflow_by_source(consultations: pd.DataFrame) -> pd.DataFrame:
    """Contacts by recorded source: utm_source, n, base, share; a new source is a new value, not new code."""
    known = consultations["utm_source"].astype("string").fillna("記録なし")
    counted = known.value_counts().rename_axis("utm_source").reset_index(name="n")
    base = int(counted["n"].sum())
    return counted.assign(base=base, share=counted["n"] / base if base else pd.NA)


def _groups(ads: pd.DataFrame, dimensions: Sequence[str]) -> list[tuple[tuple[object, ...], pd.DataFrame]]:
    if not dimensions:
        return [((), ads)]
    grouped = ads.groupby(list(dimensions), observed=True, sort=True)
    return [(key if isinstance(key, tuple) else (key,), part) for key, part in grouped]


def _years(band: str) -> tuple[int, int] | None:
    """First and last year of age of a band, None when it names no age; open bands end at 99, 10代未満 at 9."""
    ages = [int(number) for number in re.findall(r"\d+", band)]
    if not ages:
        return None
    if "未満" in band:
        return 0, ages[0] - 1
    if "以上" in band or "+" in band:
        return ages[0], 99
    return (ages[0], ages[1]) if len(ages) > 1 else (ages[0], ages[0] + 9)


def _carried_over(
    band: tuple[int, int] | None, known: Sequence[tuple[tuple[int, int] | None, float]]
) -> float | None:
    """Average of the known shares, weighted by the years of age each has in common with the band."""
    if band is None:
        return None
    weighted = [
        (min(band[1], years[1]) - max(band[0], years[0]) + 1, share) for years, share in known if years
    ]
    shared = [(years, share) for years, share in weighted if years > 0]
    total = sum(years for years, _ in shared)
    return sum(years * share for years, share in shared) / total if total else None


def _total(ads: pd.DataFrame, column: str) -> int | None:
    """Sum of a count; None when the column is absent or not reported at all."""
    if column not in ads or ads[column].isna().all():
        return None
    return int(ads[column].sum())


def _clicks_with_landing(ads: pd.DataFrame, clicks: str) -> int | None:
    """Clicks of the rows that report landings."""
    return None if "landing_views" not in ads else _total(ads[ads["landing_views"].notna()], clicks)


def _rates(part: pd.DataFrame, clicks: str, level: float) -> dict[str, float | None]:
    shown, clicked = _total(part, "impressions") or 0, _total(part, clicks)
    landed, spent = _total(part, "landing_views"), _total(part, "spend_yen")
    rates: dict[str, float | None] = dict.fromkeys(
        ("share", "low", "high", "dispersion", "low_day", "high_day", "landing_share", "cpm", "cpc")
    )
    if shown and clicked is not None:
        plain = wilson(clicked, shown, level)
        spread = _dispersion_between_days(part, clicks)
        # The dispersed interval is Wilson's with the effective number of impressions.
        wide = _wilson_real(clicked / spread, shown / spread, level) if spread is not None else (None, None)
        rates |= {"share": clicked / shown, "low": plain.low, "high": plain.high, "dispersion": spread}
        rates |= {"low_day": wide[0], "high_day": wide[1]}
    if landed is not None and (able := _clicks_with_landing(part, clicks)):
        rates["landing_share"] = landed / able
    if spent is not None:
        rates["cpm"] = 1000 * spent / shown if shown else None
        rates["cpc"] = spent / clicked if clicked else None
    return rates


def _dispersion_between_days(part: pd.DataFrame, clicks: str) -> float | None:
    """Pearson dispersion of daily clicks about one rate, at least 1; None with fewer than three days."""
    daily = part.groupby("date", observed=True)[["impressions", clicks]].sum()
    daily = daily[daily["impressions"] > 0]
    if len(daily) < 3:
        return None
    shown, clicked = daily["impressions"].to_numpy(float), daily[clicks].to_numpy(float)
    rate = clicked.sum() / shown.sum()
    if rate in (0.0, 1.0):
        return None
    return max(
        1.0, float(np.sum((clicked - shown * rate) ** 2 / (shown * rate * (1 - rate))) / (len(daily) - 1))
    )


def _wilson_real(k: float, n: float, level: float) -> tuple[float, float]:
    """Wilson interval of an effective, possibly fractional, number of successes in trials."""
    z = float(distributions.norm.ppf((1 + level) / 2))
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * float(np.sqrt(k * (n - k) / n + z * z / 4))
    return max(0.0, centre - half), min(1.0, centre + half)


def _compare(a: pd.Series, b: pd.Series) -> tuple[float | None, float, float]:
    pooled = (a["n"] + b["n"]) / (a["base"] + b["base"])
    spread = max(1.0, *(float(x) for x in (a["dispersion"], b["dispersion"]) if pd.notna(x)), 1.0)
    error = np.sqrt(pooled * (1 - pooled) * (1 / a["base"] + 1 / b["base"]))
    score = float((a["share"] - b["share"]) / error) if error > 0 else 0.0
    ratio = float(a["share"] / b["share"]) if b["share"] > 0 else None
    p, p_day = 2 * distributions.norm.sf(np.abs([score, score / np.sqrt(spread)]))
    return ratio, float(p), float(p_day)
