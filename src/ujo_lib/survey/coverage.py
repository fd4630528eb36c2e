"""把握率: known cases against the number that national prevalence leads one to expect.

A ratio of ascertainment, not a prevalence: it says how much of the likely total the commissioners see, if
the city is like the country.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple

import pandas as pd
from numpy.typing import ArrayLike

from ujo_lib import stats
from ujo_lib.columns import Count, Dimension, Estimate, Share, interval
from ujo_lib.errors import InputError
from ujo_lib.stats import LEVEL
from ujo_lib.survey.city_total import dispersion_index
from ujo_lib.text import OPEN_END, age_range
from ujo_lib.typed import ANSWERED, Typed

ALL_AGES = "対象年齢の計"
"""Label of the row that adds up the age groups; people outside them are not in it."""


def in_age_groups(counts: Mapping[str, int], groups: Mapping[str, float]) -> dict[str, int]:
    """Add up counts by age band into wider age groups; bands outside every group are left out.

    Args:
        counts: age band label → count.
        groups: age group label → prevalence (only the labels matter here).

    Raises:
        InputError: a band that lies partly inside a group, or whose figures are no ages.
    """
    recode = age_recode([*counts], groups)
    return {group: sum(counts[band] for band in recode[group]) for group in groups}


def coverage(
    cases: pd.DataFrame,
    population: pd.DataFrame,
    prevalence: Mapping[str, float],
    source: str,
    *,
    level: float = LEVEL,
    known: ArrayLike = (),
) -> Typed:
    """Known cases per expected case, by age group.

    Args:
        cases: categorical column age_band, one row per distinct person.
        population: the city's population at one date, columns age_band and n (both sexes: rows by sex are
            added).
        prevalence: age group label → national share (0.0205 for 2.05 %).
        source: where the national shares come from.
        level: level of the intervals.
        known: cases per respondent: how much they bunch widens the intervals. Where fewer than two cases do not tell
            it, chance alone is left.

    Returns:
        A row per age group and their sum; columns age_group, n (known), population, prevalence, expected
        (population × prevalence), share (n / expected), low, high (exact Poisson on n over the index of
        dispersion; the prevalence is taken as given). NA where nobody is expected, or where of nobody known the age is.

    Raises:
        InputError: an age band that crosses the edge of a group, or a group of which the population lacks ages.
    """
    bands = _counted(cases["age_band"])
    told = cases.empty or any(age_range(band) for band in bands)
    of_group = in_age_groups(bands, prevalence)
    by_band = population.groupby("age_band", observed=True)["n"].sum().to_dict()
    people = in_age_groups(by_band, prevalence)
    _refuse_gaps(by_band, prevalence)
    rows = [
        (group, of_group[group], people[group], rate, people[group] * rate)
        for group, rate in prevalence.items()
    ]
    total, expected = sum(people.values()), sum(row[-1] for row in rows)
    rate = expected / total if total else math.nan
    rows.append((ALL_AGES, sum(of_group.values()), total, rate, expected))
    bunched = dispersion_index(known)
    categories = list(cases["age_band"].cat.categories)
    return Typed.of_rows(
        [(*row, *_share(row[1], row[-1] if told else 0.0, level, bunched)) for row in rows],
        {
            "age_group": Dimension(
                heading="年齢", variable="age_band", groups=age_recode(categories, prevalence)
            ),
            "n": Count(heading="把握された人数", unit="人"),
            "population": Count(heading="市の人口", unit="人", members=False, free=True),
            "prevalence": Share(heading="全国の割合", decimals=2, free=True),
            "expected": Estimate(heading="見込まれる人数", unit="人", free=True),
            "share": Share(heading="把握率", n="n", base="expected"),
            **interval("share", level),
        },
        where={"age_band": (ANSWERED,)},
        note=f"全国の割合は{prevalence_text(prevalence)}({source})です。"
        "年代の分からない人は、把握された人数に含みません。"
        "幅は、把握された人数が偶然に揺れる大きさで、"
        f"特定の委員に集中する程度{'は分からず、見込みません' if math.isnan(bunched) else 'だけ広げてあります'}。",
    )


def age_recode(bands: Sequence[str], prevalence: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    """Which age bands each row of `coverage` adds up, for whoever has to compare it with other tables.

    Args:
        bands: age band labels of the cases, in order.
        prevalence: age group label → national share.
    """
    home = {band: _group_of(band, prevalence) for band in bands}
    recode = {group: tuple(band for band in bands if home[band] == group) for group in prevalence}
    return recode | {ALL_AGES: tuple(band for band in bands if home[band] is not None)}


def prevalence_text(prevalence: Mapping[str, float]) -> str:
    """Spell the national shares for a note: 「15~39歳 2.05%、40~64歳 2.02%」."""
    return "、".join(
        f"{group} {stats.round_half_up(stats.in_percent(share), 2):g}%" for group, share in prevalence.items()
    )


def city_population(population: pd.DataFrame, area_code: str) -> pd.DataFrame:
    """Rows of one area, each person once (rows for both sexes together are left out).

    Args:
        population: of one source and date (`intake.of_source`).
        area_code: five digits.

    Raises:
        InputError: no population of that area.
    """
    of_area = population[population["area_code"] == area_code]
    if of_area.empty:
        raise InputError(
            f"使う資料の人口の表に、地域コード {area_code} の行がありません。その地域の人口を加えてください"
        )
    by_sex = of_area[of_area["sex"].isin(["男性", "女性"])]
    return of_area if by_sex.empty else by_sex


def _counted(ages: "pd.Series[str]") -> dict[str, int]:
    return {str(label): int(n) for label, n in ages.value_counts().items() if n}


def _share(n: int, expected: float, level: float, bunched: float) -> tuple[float | None, ...]:
    """Known per expected case with its limits; nothing where none is expected."""
    return (
        astuple(stats.poisson_interval(n, expected, level, bunched)) if expected > 0 else (None, None, None)
    )


def _refuse_gaps(bands: Collection[str], groups: Mapping[str, float]) -> None:
    """Ages that the population leaves out would make fewer people expected than known ones are held against."""
    there = {age for band in bands for age in _ages(band)}
    for group in groups if there else ():
        if lacking := [age for age in _ages(group) if age not in there]:
            raise InputError(
                f"使う資料の人口の表に、年齢区分「{group}」のうち{lacking[0]}歳の人の行がありません。"
                "その年代の人口を加えるか、prevalence の年齢区分を表にある年代に合わせてください"
            )


def _ages(label: str) -> range:
    first, last = age_range(label) or (0, -1)
    return range(first, min(last, OPEN_END) + 1)


def _group_of(label: str, groups: Mapping[str, float]) -> str | None:
    band = age_range(label)
    if band is None:
        if re.search(r"\d", label):  # ages, but which?
            raise InputError(f"年代「{label}」を読めません。「15~19歳」の形で書いてください")
        return None
    home = None
    for group in groups:
        edges = age_range(group)
        if edges is None or edges[0] > edges[1]:
            raise InputError(f"年齢区分「{group}」を読めません。「15~39歳」の形で書いてください")
        if edges[0] <= band[0] and band[1] <= edges[1]:
            if home:
                raise InputError(
                    f"年代「{label}」が年齢区分「{home}」と「{group}」の両方に入ります。重ならないように分けてください"
                )
            home = group
        elif band[0] <= edges[1] and edges[0] <= band[1]:
            raise InputError(f"年代「{label}」が年齢区分「{group}」の境をまたいでいます")
    return home
