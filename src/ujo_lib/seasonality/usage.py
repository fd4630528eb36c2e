"""Use of the service per head: a place's share of the contacts against its share of the population."""

from dataclasses import dataclass

import numpy as np

from ujo_lib.seasonality.counts import Counts
from ujo_lib.seasonality.dispersion import Array, BlockDesign, deflated_share, small_sample
from ujo_lib.seasonality.verdicts import PatternTests


@dataclass(frozen=True)
class Usage:
    """Share of contacts, share of population, and their ratio.

    Attributes:
        n: contacts from the place.
        base: all contacts, those of unknown residence included.
        unknown: contacts whose residence is not known.
        share, share_low, share_high: n / base with its 95 % interval, scaled for the spread between weeks.
        population_share: the place's share of the population.
        estimate, low, high: share / population_share with its interval; also the ratio if nobody of the
            unknown lives in the place.
        known_ratio: the same among contacts of known residence (the unknown live where the known do).
        bound_high: the ratio if all of the unknown lived in the place.
        dispersion: variance relative to independent contacts.
    """

    n: int
    base: int
    unknown: int
    share: float
    share_low: float
    share_high: float
    population_share: float
    estimate: float
    low: float
    high: float
    known_ratio: float
    bound_high: float
    dispersion: float


def usage(place: Counts, whole: Counts, unknown: int, population: int, population_whole: int) -> Usage:
    """Compare a place's share of the contacts with its share of the population.

    The interval conditions on the weekly counts of the whole and is scaled by how much the place's weekly
    share varies and remembers, so it is wider than that of 2,536 independent contacts.

    Args:
        place: contacts of the place.
        whole: all contacts over the same period, those without known residence included.
        unknown: contacts in `whole` whose residence is not known.
        population: people living in the place.
        population_whole: people living in the whole area.

    Raises:
        ValueError: different periods, or nothing to compare.
    """
    if place.period.start != whole.period.start or place.period.end != whole.period.end:
        raise ValueError("place and whole must cover the same days")
    if whole.n <= unknown or min(population, population_whole) <= 0:
        raise ValueError("no contacts of known residence, or no population")
    spread, df = level_spread(PatternTests.of(place, whole), place.daily)
    low, high = deflated_share(np.array(place.n), np.array(whole.n), small_sample(spread, df)[0])
    people = population / population_whole
    share = place.n / whole.n
    return Usage(
        n=place.n,
        base=whole.n,
        unknown=unknown,
        share=share,
        share_low=float(low),
        share_high=float(high),
        population_share=people,
        estimate=share / people,
        low=float(low) / people,
        high=float(high) / people,
        known_ratio=place.n / (whole.n - unknown) / people,
        bound_high=(place.n + unknown) / whole.n / people,
        dispersion=float(spread[0]),
    )


def level_spread(tests: PatternTests, daily: Array) -> tuple[Array, Array]:
    """Variance of totals, given the baseline's weeks, relative to independent contacts, and degrees of freedom.

    Args:
        tests: made against the whole.
        daily: counts, shape (days,) or (series, days).
    """
    weeks = tests.weeks
    weekly = weeks.add_up(np.atleast_2d(daily))
    expected = weekly.sum(axis=1, keepdims=True) * weeks.exposure / weeks.exposure.sum()
    level = np.ones((weeks.count, 1))
    design = BlockDesign(np.empty((weeks.count, 0)), level, weeks.exposure, weeks.position)
    result = design.test((weekly - expected) / np.sqrt(np.maximum(expected, np.finfo(float).tiny)))
    return result.dispersion * result.inflation, result.df2
