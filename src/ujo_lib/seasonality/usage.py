"""Use of the service per head: a place's share of the contacts against its share of the population."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.columns import Column, Count, Rate, Ratio, Share, Text, interval
from ujo_lib.errors import InputError
from ujo_lib.seasonality.counts import CONTACTS, Counts
from ujo_lib.seasonality.dispersion import BlockDesign
from ujo_lib.seasonality.verdicts import PatternTests
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed
from ujo_lib.variance import Array, deflated_share, small_sample

FEWEST_WEEKS_OF_A_SHARE = 4
"""Below this number of weeks their spread, and with it the interval, is not known."""

PEOPLE: Final = 100_000
"""Contacts are given per so many people."""


@dataclass(frozen=True)
class Usage:
    """Share of contacts, share of population, and their ratio.

    Attributes:
        n: contacts from the place.
        base: all contacts, those of unknown residence included.
        unknown: contacts whose residence is not known.
        share, share_low, share_high: n / base with its interval, scaled for the spread between weeks.
        estimate, low, high: share / share of the population, with its interval; also the ratio if nobody of the
            unknown lives in the place.
        known_ratio: the same among contacts of known residence (the unknown live where the known do); NaN without any.
        bound_high: the ratio if all of the unknown lived in the place.
        dispersion: variance relative to independent contacts.
        level: of the intervals.
    """

    n: int
    base: int
    unknown: int
    share: float
    share_low: float
    share_high: float
    estimate: float
    low: float
    high: float
    known_ratio: float
    bound_high: float
    dispersion: float
    level: float


def use_per_population(
    place: Counts,
    whole: Counts,
    unknown: int,
    population: int,
    population_whole: int,
    level: float = LEVEL,
) -> Usage:
    """Compare a place's share of the contacts with its share of the population.

    The interval conditions on the weekly counts of the whole and is scaled by how much the place's weekly
    share varies and remembers, so it is wider than that of 2,536 independent contacts.

    Args:
        place: contacts of the place.
        whole: all contacts over the same recorded days, those without known residence included.
        unknown: contacts in `whole` whose residence is not known.
        population: people living in the place.
        population_whole: people living in the whole area.
        level: confidence level.

    Raises:
        ValueError: different days (a record of three months is no small share of a year), or nothing to compare.
    """
    if place.period != whole.period or (place.observed != whole.observed).any():
        raise ValueError("place and whole must cover the same days")
    if not whole.n or min(population, population_whole) <= 0:
        raise ValueError("no contacts, or no population")
    spread, df = level_spread(PatternTests.of(place, whole), place.daily)
    low, high = deflated_share(
        np.array(place.n), np.array(whole.n), small_sample(spread, df, level)[0], level
    )
    people = population / population_whole
    share, known = place.n / whole.n, whole.n - unknown
    return Usage(
        n=place.n,
        base=whole.n,
        unknown=unknown,
        share=share,
        share_low=float(low),
        share_high=float(high),
        estimate=share / people,
        low=float(low) / people,
        high=float(high) / people,
        known_ratio=place.n / known / people if known > 0 else np.nan,
        bound_high=(place.n + unknown) / whole.n / people,
        dispersion=float(spread[0]),
        level=level,
    )


def residents(population: pd.DataFrame, area_code: str) -> int:
    """People living in an area: all sexes and ages as the source gives them together, else added up.

    Args:
        population: of one source and date (`intake.of_source`): area_code, n, and perhaps sex and age_band, blank or
            総数 in a row of everybody.
        area_code: five digits; 00000 is the whole country, a prefecture's code ends in 000.

    Raises:
        InputError: no such rows; the message is Japanese.
    """
    rows = population[population["area_code"] == area_code]
    if rows.empty:
        raise InputError(
            f"使う資料の人口の表に、地域コード {area_code} の行がありません。その地域の人口を加えてください"
        )
    for name in ("sex", "age_band"):
        if name in rows:
            whole = rows[name].isna() | rows[name].astype(object).eq("総数")
            rows = rows[whole] if whole.any() else rows
    return int(rows["n"].sum())


def by_area(areas: Mapping[str, tuple[int | None, int]], use: Usage | None = None) -> Typed:
    """Contacts and population side by side.

    Args:
        areas: area → contacts, None where nobody asked whether they came from there, and population; with `use`, the
            whole comes first and the place second.
        use: comparison of the place with the whole.

    Returns:
        One row per area: area, n, population, per_100k, and with `use` share (of all contacts), low, high,
        population_share, ratio.
    """
    n, people = zip(*areas.values(), strict=True)
    per_head = [None if one is None else one / living * PEOPLE for one, living in areas.values()]
    frame = pd.DataFrame(
        {"area": list(areas), "n": pd.array(n, dtype="Int64"), "population": people, "per_100k": per_head}
    )
    columns: dict[str, Column] = {
        "area": Text(heading="地域"),
        "n": replace(CONTACTS, heading="相談"),
        "population": Count(heading="人口", unit="人", members=False, free=True),
        "per_100k": Rate(per="人口10万人", unit="件", n="n", base="population", scale=PEOPLE),
    }
    if use:
        blank = [None] * (len(areas) - 2)
        frame = frame.assign(
            share=[1.0, use.share, *blank],
            low=[None, use.share_low, *blank],
            high=[None, use.share_high, *blank],
            population_share=[living / people[0] for living in people],
            ratio=[1.0, use.estimate, *blank],
        )
        columns |= {
            "share": Share(heading="相談に占める割合", decimals=2),
            **interval("share", use.level),
            "population_share": Share(heading="人口に占める割合", decimals=2, free=True),
            "ratio": Ratio(heading="人口に比べた利用", n="share", base="population_share"),
        }
    note = "居住する市町村は、本人が述べたときだけ分かるので、市の件数は空欄としました。"
    return Typed.of(frame, columns, note=note)


def bounds(result: Usage) -> Typed:
    """How far contacts of unknown residence can move the ratio: assumption, unknown, estimate, low, high.

    The interval belongs to the first row, which is the plain ratio; the others are consequences of an assumption.
    """
    rows = [
        ("不明の人は、みなほかの地域に住む", result.unknown, result.estimate, result.low, result.high),
        ("不明の人も、分かる人と同じ割合で住む", result.unknown, result.known_ratio, None, None),
        ("不明の人は、みなこの地域に住む(極端な仮定)", result.unknown, result.bound_high, None, None),
    ]
    columns = {
        "assumption": Text(heading="居住地の分からない人についての仮定"),
        "unknown": replace(CONTACTS, heading="居住地不明", members=False),
        "estimate": Ratio(heading="人口に比べた利用"),
        **interval("estimate", result.level),
    }
    return Typed.of(rows, columns)


def level_spread(tests: PatternTests, daily: Array) -> tuple[Array, Array]:
    """Variance of totals, given the baseline's weeks, relative to independent contacts, and degrees of
    freedom.

    Args:
        tests: made against the whole.
        daily: counts, shape (days,) or (series, days).
    """
    weeks = tests.weeks
    if weeks.count < FEWEST_WEEKS_OF_A_SHARE:
        unknown = np.full(len(np.atleast_2d(daily)), np.nan)
        return unknown, unknown
    level = np.ones((weeks.count, 1))
    design = BlockDesign(np.empty((weeks.count, 0)), level, weeks.exposure, weeks.position)
    result = design.test(tests.weekly_residuals(daily))
    return result.variance, result.df2
