"""Weighted estimates with design-based variance.

An estimate is linearised: each respondent gets the amount by which the estimate would move with their weight. The
variance of the total of these amounts between clusters within strata is the variance of the estimate (Taylor
linearisation; Särndal, Swensson and Wretman 1992, chapter 5). Where weights were calibrated to known margins, only what
the margins do not explain still varies, so the residuals of the amounts on the margins take their place (Deville and
Särndal 1992).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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

    @property
    def degrees_of_freedom(self) -> int:
        """Clusters less strata."""
        return len(np.unique(self.clusters)) - len(np.unique(self.strata))


@dataclass(frozen=True)
class Estimate:
    """A point and its standard error, in the unit of what was estimated."""

    value: float
    se: float


def rake(
    base: ArrayLike, margins: list[tuple[ArrayLike, "pd.Series[float]"]], tolerance: float = 1e-12
) -> Floats:
    """Weights that meet every margin, reached by meeting one after the other (Deming and Stephan 1940).

    Args:
        base: n weights to begin from.
        margins: for each margin n labels and the population's persons by label; one margin is post-stratification.
        tolerance: largest relative distance from any margin at which to stop.

    Raises:
        ValueError: a label without respondents or without population, or margins that contradict each other.
    """
    weights = np.asarray(base, float).copy()
    coded = []
    for labels, persons in margins:
        codes = persons.index.get_indexer(np.asarray(labels))
        if (codes < 0).any() or len(np.unique(codes)) < len(persons):
            raise ValueError("a margin and the respondents do not name the same groups")
        coded.append((codes, persons.to_numpy(float)))
    for _ in range(1000):
        for codes, persons in coded:
            weights *= (persons / np.bincount(codes, weights, len(persons)))[codes]
        off = max(np.abs(np.bincount(codes, weights, len(p)) / p - 1).max() for codes, p in coded)
        if off <= tolerance:
            return weights
    raise ValueError("the margins contradict each other: raking does not settle")


def total(design: Design, y: ArrayLike) -> Estimate:
    """The population's total of y (n values)."""
    y = np.asarray(y, float)
    return Estimate(float(design.weights @ y), _se(design, y))


def ratio(design: Design, y: ArrayLike, x: ArrayLike) -> Estimate:
    """The total of y over the total of x; a mean when x is 1, a domain's when x marks it and y is 0 outside."""
    y, x = np.asarray(y, float), np.asarray(x, float)
    below = float(design.weights @ x)
    if below <= 0:
        raise ValueError("nobody to estimate for: the total of x is not positive")
    value = float(design.weights @ y) / below
    return Estimate(value, _se(design, (y - value * x) / below))


def kish_effect(weights: ArrayLike) -> float:
    """By how much unequal weights alone multiply the variance of a mean: n Σw² / (Σw)² (Kish 1965, 11.7)."""
    w = np.asarray(weights, float)
    return float(len(w) * (w @ w) / w.sum() ** 2)


def _se(design: Design, moves: Floats) -> float:
    if design.margins.shape[1]:
        root = np.sqrt(design.base)
        fit = np.linalg.lstsq(design.margins * root[:, None], moves * root, rcond=None)[0]
        moves = moves - design.margins @ fit
    frame = pd.DataFrame(
        {"h": design.strata, "c": design.clusters, "z": design.weights * moves, "f": design.sampled}
    )
    clusters = frame.groupby(["h", "c"]).agg(z=("z", "sum"), f=("f", "first")).groupby("h")
    parts = clusters.agg(n=("z", "size"), s=("z", "var"), f=("f", "first"))
    if (parts["n"] < 2).any():
        raise ValueError("a stratum with one cluster has no variance")
    return float(np.sqrt(((1 - parts["f"]) * parts["n"] * parts["s"]).sum()))
