"""Weighted estimates with design-based variance.

An estimate is linearised: each respondent gets the amount by which the estimate would move with their weight. The
variance of the total of these amounts between clusters within strata is the variance of the estimate (Taylor
linearisation; Särndal, Swensson and Wretman 1992, chapter 5). Where weights were calibrated to known margins, only what
the margins do not explain still varies, so the residuals of the amounts on the margins take their place (Deville and
Särndal 1992).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from ujo_lib.stats import LEVEL, Interval, difference_of_estimates, side_of

Floats = NDArray[np.float64]
Margin = tuple[ArrayLike, "pd.Series[float]"]
"""A label per respondent, and the persons of the population by label."""

_ROUNDS = 1000
_MET = 1e-12
"""Relative distance from a margin at which it is met."""
_NO_ERROR = 1e-9
"""A standard error, as a part of its estimate, that is nothing but the rounding of the machine."""


class MarginError(ValueError):
    """Margins and respondents do not fit each other.

    Attributes:
        groups: labels without a respondent, or without persons; empty where the margins contradict each other.
    """

    def __init__(self, said: str, groups: Sequence[str] = ()):
        super().__init__(said)
        self.groups = tuple(groups)


@dataclass(frozen=True)
class Design:
    """How n respondents stand for a population.

    Attributes:
        weights: n final weights, persons of the population per respondent.
        strata: n labels within which the sample was drawn.
        clusters: n labels of what was drawn first; unique per respondent when persons were drawn.
        sampled: n shares of the stratum's clusters that were drawn, 0 when drawn with replacement.
        margins: n × k indicators that the weights were calibrated to; no columns when they were not.
        base: n weights before the calibration; the residuals are taken under these.
    """

    weights: Floats
    strata: NDArray[np.int_]
    clusters: NDArray[np.int_]
    sampled: Floats
    margins: Floats
    base: Floats = field(repr=False)

    @classmethod
    def of(
        cls,
        weights: ArrayLike,
        strata: ArrayLike,
        sampled: ArrayLike = 0.0,
        clusters: ArrayLike | None = None,
    ) -> Self:
        """A design whose weights have met no margin yet; without clusters, persons were drawn."""
        base = np.asarray(weights, float)
        codes = pd.factorize(np.asarray(strata))[0]
        drawn = np.arange(len(base)) if clusters is None else pd.factorize(np.asarray(clusters))[0]
        shares = np.broadcast_to(np.asarray(sampled, float), base.shape)
        return cls(base, codes, drawn, shares, np.empty((len(base), 0)), base)

    def calibrated(self, margins: Sequence[Margin]) -> Self:
        """The same respondents with weights raked to the margins.

        Raises:
            MarginError: as `rake`.
        """
        known = [np.asarray(labels)[:, None] == persons.index.to_numpy() for labels, persons in margins]
        return replace(self, weights=rake(self.base, margins), margins=np.hstack(known).astype(float))

    def degrees_of_freedom(self, inside: ArrayLike | None = None) -> int:
        """Clusters less strata, among those with a respondent in the domain."""
        kept = slice(None) if inside is None else np.asarray(inside, bool)
        clusters, strata = (int((np.bincount(of[kept]) > 0).sum()) for of in (self.clusters, self.strata))
        return clusters - strata

    @cached_property
    def _fit(self) -> Floats:
        """What turns amounts into their regression on the margins (k × n), some of which follow from others."""
        above = (self.margins * self.base[:, None]).T
        fit: Floats = np.linalg.pinv(above @ self.margins, hermitian=True) @ above
        return fit

    @cached_property
    def _of_clusters(self) -> tuple[NDArray[np.int_], NDArray[np.int_], Floats, Floats]:
        """Cluster of each respondent, stratum of each cluster, clusters and n(1 − f)/(n − 1) of each stratum."""
        _, first, cluster = np.unique(
            np.column_stack([self.strata, self.clusters]), axis=0, return_index=True, return_inverse=True
        )
        stratum = np.unique(self.strata[first], return_inverse=True)[1]
        n = np.bincount(stratum).astype(float)
        if (n < 2).any():
            raise ValueError("a stratum with one cluster has no variance")
        sampled = np.bincount(stratum, self.sampled[first]) / n
        return cluster.ravel(), stratum, n, (1 - sampled) * n / (n - 1)

    def variance(self, moves: ArrayLike) -> float:
        """Variance of the total of n amounts per unit of weight.

        Raises:
            ValueError: a stratum holds one cluster only.
        """
        z = np.asarray(moves, float)
        if self.margins.shape[1]:
            z = z - self.margins @ (self._fit @ z)
        cluster, stratum, n, factor = self._of_clusters
        totals = np.bincount(cluster, self.weights * z)
        off = totals - (np.bincount(stratum, totals) / n)[stratum]
        return float(factor @ np.bincount(stratum, off * off))


@dataclass(frozen=True)
class Estimate:
    """A point and its standard error, in the unit of what was estimated.

    Attributes:
        value: the point.
        se: its standard error.
        df: degrees of freedom of the standard error.
        moves: what one unit of weight of each respondent adds to it.
        certain: everybody whom it speaks of was asked and answered, this question, too.
        sampled: part of those whom it speaks of who answered, 0 when drawn with replacement.
    """

    value: float
    se: float
    df: int
    moves: Floats = field(repr=False)
    certain: bool = False
    sampled: float = 0.0

    @property
    def seen(self) -> bool:
        """Whether the standard error is more than nothing and the rounding of the machine."""
        return self.se > _NO_ERROR * max(1.0, abs(self.value))

    def interval(self, level: float = LEVEL) -> Interval:
        """The t interval."""
        half = float(-special.stdtrit(self.df, (1 - level) / 2)) * self.se if self.df > 0 else math.inf
        return Interval(self.value, self.value - half, self.value + half)


def rake(base: ArrayLike, margins: Sequence[Margin]) -> Floats:
    """Weights that meet every margin, reached by meeting one after the other (Deming and Stephan 1940).

    Args:
        base: n weights to begin from.
        margins: for each margin n labels and the population's persons by label; one margin is post-stratification.

    Raises:
        MarginError: a label without respondents or without population, or margins that contradict each other.
    """
    weights = np.asarray(base, float).copy()
    coded = []
    for labels, persons in margins:
        codes = persons.index.get_indexer(np.asarray(labels))
        unknown = sorted({str(label) for label in np.asarray(labels)[codes < 0]})
        empty = [
            str(label) for label in persons.index[np.bincount(codes[codes >= 0], minlength=len(persons)) == 0]
        ]
        if unknown or empty or (persons <= 0).any():
            groups = [*unknown, *empty, *map(str, persons.index[persons <= 0])]
            raise MarginError(f"a margin and the respondents do not name the same groups: {groups}", groups)
        coded.append((codes, persons.to_numpy(float)))
    for _ in range(_ROUNDS):
        for codes, persons in coded:
            weights *= (persons / np.bincount(codes, weights, len(persons)))[codes]
        off = max(np.abs(np.bincount(codes, weights, len(p)) / p - 1).max() for codes, p in coded)
        if off <= _MET:
            return weights
    raise MarginError("the margins contradict each other: raking does not settle")


def total(design: Design, y: ArrayLike) -> Estimate:
    """The population's total of y (n values)."""
    y = np.asarray(y, float)
    return Estimate(float(design.weights @ y), math.sqrt(design.variance(y)), design.degrees_of_freedom(), y)


def ratio(design: Design, y: ArrayLike, x: ArrayLike) -> Estimate:
    """The total of y over the total of x; a mean when x is 1, a domain's when x marks it and y is 0 outside.

    Raises:
        ValueError: the total of x is not positive.
    """
    y, x = np.asarray(y, float), np.asarray(x, float)
    below = float(design.weights @ x)
    if below <= 0:
        raise ValueError("nobody to estimate for: the total of x is not positive")
    value = float(design.weights @ y) / below
    moves = (y - value * x) / below
    certain = bool((design.sampled[x != 0] >= 1).all())
    sampled = float((design.weights * design.sampled) @ x) / below
    freedom = design.degrees_of_freedom(x != 0)
    return Estimate(value, math.sqrt(design.variance(moves)), freedom, moves, certain, sampled)


def mean(design: Design, y: ArrayLike, inside: ArrayLike | None = None) -> Estimate:
    """Mean of y over the respondents of a domain who have a value; a share when y is true or false.

    Who is in the domain without a value (NaN) kept silent, so that the mean is not certain.

    Raises:
        ValueError: nobody in the domain has a value.
    """
    values = np.asarray(y, float)
    asked = np.ones(len(values), dtype=bool) if inside is None else np.asarray(inside, bool)
    known = ~np.isnan(values) & asked
    found = ratio(design, np.where(known, values, 0.0), known)
    return replace(found, certain=found.certain and bool((known == asked).all()))


def difference(design: Design, one: Estimate, other: Estimate) -> Estimate:
    """One estimate less another of the same respondents: what both share in cannot be told apart by chance."""
    moves = one.moves - other.moves
    freedom = min(one.df, other.df)
    return Estimate(one.value - other.value, math.sqrt(design.variance(moves)), freedom, moves)


def share_interval(share: Estimate, n: int, level: float = LEVEL) -> Interval:
    """Interval of a weighted share that stays inside 0 to 1 and holds in small domains (Korn and Graubard 1998).

    Clopper–Pearson's for as many independent answers as the standard error is worth (R's `svyciprop(method="beta")`),
    yet no more than there are (Parker et al. 2017, Vital and Health Statistics 2(175)): of a rare trait that few of a
    heavy district happened to have, the standard error is far too small. Where nobody or everybody has the trait, or
    the strata and margins tell who has it, so that no error is left to be seen, each of the n answers counts as one.
    Where everybody was asked and answered there is no chance.

    Args:
        share: a `mean` of true and false.
        n: respondents in its domain.
        level: confidence level.
    """
    p, freedom = share.value, share.df
    tail = (1 - level) / 2
    if share.certain:
        return Interval(p, p, p)
    if freedom <= 0:
        return Interval(p, 0.0, 1.0)
    worth = float(n)
    if share.seen and 0 < p < 1:
        worth = min(p * (1 - p) / share.se**2, n / (1 - share.sampled))
    worth *= (special.stdtrit(max(n - 1, 1), tail) / special.stdtrit(freedom, tail)) ** 2
    low = special.betaincinv(worth * p, worth * (1 - p) + 1, tail) if p > 0 else 0.0
    high = special.betainccinv(worth * p + 1, worth * (1 - p), tail) if p < 1 else 1.0
    return Interval(p, float(low), float(high))


def worded(low: float, high: float, above: str, below: str, undecided: str) -> str:
    """The word on a difference in points whose limits are these."""
    return (undecided, above, below)[side_of(0, low, high, 1)]


def share_difference(
    design: Design, one: Estimate, other: Estimate, sizes: tuple[int, int], level: float = LEVEL
) -> Interval:
    """Interval of one weighted share less another of the same respondents.

    Where nobody or everybody of a side has the trait, or strata and margins tell who has it, its linearised error is 0,
    which claims certainty; the limits of both shares then take the place of their errors (Newcombe 1998, method 10). So
    they do where no error is known. No difference is more than one.

    Args:
        design: of both.
        one: a `mean` of true and false.
        other: the one that is taken away.
        sizes: respondents in the domain of each.
        level: confidence level.
    """
    found = difference(design, one, other).interval(level)
    if min(one.df, other.df) > 0 and all(
        0 < share.value < 1 and (share.certain or share.seen) for share in (one, other)
    ):
        return Interval(found.estimate, max(found.low, -1.0), min(found.high, 1.0))
    return difference_of_estimates(
        share_interval(one, sizes[0], level), share_interval(other, sizes[1], level)
    )


def kish_effect(weights: ArrayLike) -> float:
    """By how much unequal weights alone multiply the variance of a mean: n Σw² / (Σw)² (Kish 1965, 11.7)."""
    w = np.asarray(weights, float)
    return float(len(w) * (w @ w) / w.sum() ** 2)
