"""How much less contacts tell than as many independent ones: the same people come back, and days have much in common.

One model for every question of a scope. A question is an influence, what each contact moves the answer by (`1 − p` or
`−p` for a share, a sine for a direction), and the variance is estimated for that very influence: by day from the
counts, and on top of it by person over different days (two-way clusters; Cameron, Gelbach & Miller 2011). Persons
tell as much about it as there are persons who weigh (Satterthwaite 1946). Counts whose variance is k times that of
independent draws are then worth 1/k of their number (Rao & Scott 1992).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from ujo_lib.stats import LEVEL

Array = NDArray[Any]


@dataclass(frozen=True)
class People:
    """Who is behind the contacts of a scope, and when they came; without contacts, nobody is known.

    Attributes:
        person: number of the person behind each contact, from `client_codes`, shape (contacts,).
        at: clock hour of each contact, datetime64[h], shape (contacts,).
    """

    person: NDArray[np.int64]
    at: NDArray[np.datetime64]

    @classmethod
    def of(cls, records: pd.DataFrame) -> "People":
        """The people behind records with received_at and, where it is known, client_id."""
        local = records["received_at"].dt.tz_localize(None)
        return cls(client_codes(records), local.to_numpy().astype("datetime64[h]"))

    @property
    def day(self) -> NDArray[np.int64]:
        """Days since 1970-01-01, shape (contacts,)."""
        return self.at.astype("datetime64[D]").astype(np.int64)

    @property
    def hour(self) -> NDArray[np.int64]:
        """Clock hour 0–23, shape (contacts,)."""
        return self.at.astype(np.int64) % 24

    def across_days(self, influence: Array) -> Array:
        """Covariance of the totals of influences that persons who come back on other days add, (columns, columns)."""
        if not len(influence):
            return np.zeros((influence.shape[1],) * 2)
        _, visit = np.unique(self.person * (np.ptp(self.day) + 1) + self.day, return_inverse=True)
        added = clustered_covariance(influence, self.person) - clustered_covariance(influence, visit)
        roots, vectors = np.linalg.eigh(added)
        return np.asarray(vectors * np.maximum(roots, 0.0) @ vectors.T)

    def with_days(
        self, by_day: Array, days: int, across: Array, independent: Array | float
    ) -> tuple[Array, Array]:
        """Variance relative to independent contacts, at least 1, and its degrees of freedom; none (0, NaN) of one day.

        Args:
            by_day: variance with days as clusters, any shape.
            days: how many.
            across: what persons add to it, from `across_days`, same shape.
            independent: variance of as many independent contacts, same shape.
        """
        day, more = np.maximum(by_day / independent, 1.0), across / independent
        of_people = effective_df(self.person, 1 + more) if len(self.person) else np.inf
        with np.errstate(divide="ignore"):
            of_days = day**2 / np.float64(days - 1)
        return day + more, (day + more) ** 2 / (of_days + more**2 / of_people)


NOBODY = People(np.zeros(0, dtype=np.int64), np.zeros(0, dtype="datetime64[h]"))
"""For counts that nobody can tie to persons."""


def client_codes(records: pd.DataFrame) -> NDArray[np.int64]:
    """Number of the client behind each record, shape (records,); records without id get numbers of their own."""
    ids = records["client_id"] if "client_id" in records else pd.Series(pd.NA, records.index, dtype="string")
    codes, uniques = pd.factorize(ids)
    codes = np.asarray(codes, dtype=np.int64)
    unknown = codes < 0
    codes[unknown] = len(uniques) + np.arange(int(unknown.sum()))
    return codes


def clustered_covariance(influence: Array, cluster: NDArray[np.int64]) -> Array:
    """Covariance of the totals of influences, with the small-sample factor C / (C − 1); shape (columns, columns).

    Args:
        influence: shape (records, columns).
        cluster: number of the cluster of each record, shape (records,).
    """
    sums = np.stack([np.bincount(cluster, weights=column) for column in influence.T])
    clusters = len(np.unique(cluster))
    return np.asarray(sums @ sums.T * clusters / max(clusters - 1, 1))


def persons_effect(influence: Array, person: NDArray[np.int64]) -> float:
    """Variance with persons as clusters relative to independent contacts, at least 1.

    Args:
        influence: shape (contacts, columns); the columns, centred here, count together (the first-order correction
            of Rao & Scott).
        person: number of the person behind each contact, shape (contacts,).
    """
    if not influence.size:
        return 1.0
    centred = influence - influence.mean(axis=0)
    independent = float((centred**2).sum())
    together = float(np.trace(clustered_covariance(centred, person)))
    return max(together / independent, 1.0) if independent > 0 else 1.0


def effective_df(person: NDArray[np.int64], ratio: Array) -> Array:
    """Degrees of freedom of a variance with persons as clusters, fewer the more of it a few of them carry.

    Satterthwaite's, for contacts of one person that are alike to the degree that makes the variance `ratio` times that
    of independent ones.
    """
    size = np.bincount(person)[np.unique(person)].astype(float)
    pairs = float((size * (size - 1)).sum())
    alike = np.clip((np.asarray(ratio, dtype=float) - 1) * len(person) / max(pairs, 1.0), 0.0, 1.0)[..., None]
    variance = size + alike * size * (size - 1)
    return np.asarray(np.maximum(variance.sum(axis=-1) ** 2 / (variance**2).sum(axis=-1) - 1, 1.0))


def deflated_share(k: Array, n: Array, variance_ratio: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Interval for a share when counts vary `variance_ratio` times as much as independent draws.

    Jeffreys' interval (Brown, Cai & DasGupta 2001) at the counts that independent draws would have needed to
    be this informative; 0 stays the lower limit of 0 of n, and 1 the upper limit of n of n.

    Args:
        k: counts with the trait, any shape.
        n: counts in all, same shape.
        variance_ratio: variance of the count relative to the binomial, taken as 1 when smaller; where it is not known
            (NaN), neither is the interval.
        level: confidence level.
    """
    scale = np.maximum(variance_ratio, 1.0)
    tail = (1 - level) / 2
    low = distributions.beta.ppf(tail, k / scale + 0.5, (n - k) / scale + 0.5)
    high = distributions.beta.ppf(1 - tail, k / scale + 0.5, (n - k) / scale + 0.5)
    known = ~np.isnan(scale)
    return np.where((k == 0) & known, 0.0, low), np.where((k == n) & known, 1.0, high)


def small_sample(variance_ratio: Array | float, df: Array | float, level: float = LEVEL) -> Array:
    """Widen an estimated variance ratio so that normal quantiles do the work of Student's t with `df`."""
    upper = (1 + level) / 2
    wider = distributions.t.ppf(upper, df) / distributions.norm.ppf(upper)
    return np.asarray(np.maximum(variance_ratio, 1.0) * wider**2)
