"""The same person may write many times: how much less informative contacts are than as many different people.

Where `client_id` exists, the client is the unit that is independent. Design effects compare the variance with
clients as clusters to that of independent contacts (Kish 1965; Rao & Scott 1992); a record without id counts
as its own client.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ujo_lib.columns import Count, Rate, Text, Typed
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.counts import CONTACTS
from ujo_lib.seasonality.dispersion import Array, deflated_share, small_sample
from ujo_lib.stats import LEVEL


@dataclass(frozen=True)
class ClusteredShare:
    """A share with an interval that respects clients; `estimate` is None when nothing was valid."""

    n: int
    base: int
    estimate: float | None
    low: float
    high: float
    design_effect: float


def repeats(records: pd.DataFrame) -> Typed:
    """How contacts spread over clients, and whether the analyses can be clustered.

    Returns:
        One row: contacts, identified (with a client id), clients (distinct ones among them), most (contacts of the most
        frequent client), remark (what that means for the analyses).
    """
    ids = _ids(records)
    known = ids.notna()
    per_client = ids[known].value_counts()
    if not known.any():
        remark = (
            "相談者IDがないため、同じ人のくり返しの相談を区別できません。区間は実際より狭い可能性があります"
        )
    elif known.all():
        remark = "同じ人のくり返しの相談をまとめて、ばらつきを計算しました"
    else:
        remark = "相談者IDのない相談は、1件を1人とみなしました。区間は実際より狭い可能性があります"
    columns = {
        "contacts": CONTACTS,
        "identified": replace(CONTACTS, heading="相談者の分かる件数"),
        "clients": Count(heading="実人数", unit="人"),
        "most": replace(CONTACTS, heading="1人の最多件数"),
        "remark": Text(heading="扱い"),
    }
    row = (
        len(records),
        int(known.sum()),
        len(per_client),
        int(per_client.max()) if len(per_client) else 0,
        remark,
    )
    return Typed.of(pd.DataFrame([row], columns=list(columns)), columns)


def clients_by_period(records: pd.DataFrame, periods: Sequence[Period]) -> Typed:
    """Contacts and clients in periods, one at least: basis (label), n (contacts), identified, clients, per_client."""
    day = pd.to_datetime(records["received_at"]).dt.date
    parts = [repeats(records.loc[(day >= period.start) & (day <= period.end)]) for period in periods]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    frame.insert(0, "basis", [period.label for period in periods])
    frame["per_client"] = (frame["identified"] / frame["clients"]).where(frame["clients"] > 0)
    columns = {
        **parts[0].schema.columns,
        "basis": Text(heading="期間"),
        "per_client": Rate(per="1人", unit="件", n="identified", base="clients"),
    }
    return Typed.of(frame.drop(columns=["most", "remark"]), columns).rename(contacts="n")


def client_codes(records: pd.DataFrame) -> NDArray[np.int64]:
    """Number of the client behind each record, shape (records,); records without id get numbers of their own."""
    codes, uniques = pd.factorize(_ids(records))
    codes = np.asarray(codes, dtype=np.int64)
    unknown = codes < 0
    codes[unknown] = len(uniques) + np.arange(int(unknown.sum()))
    return codes


def design_effect(groups: ArrayLike, clients: NDArray[np.int64]) -> float:
    """By how much clients who come back inflate the variance of a profile, at least 1.

    Args:
        groups: the category of each record, month or weekday say, as codes; shape (records,).
        clients: from `client_codes`.

    Returns:
        Clustered over independent variance, summed over the categories (the first-order correction of Rao &
        Scott).
    """
    labels, codes = np.unique(np.asarray(groups), return_inverse=True)
    n = len(codes)
    clustered = independent = 0.0
    for category in range(len(labels)):
        influence = (codes == category) - (codes == category).mean()
        clustered += clustered_variance(influence, clients)
        independent += float(influence @ influence)
    return max(clustered / independent, 1.0) if n and independent > 0 else 1.0


def hour_effect(records: pd.DataFrame, hours: list[int], reference: list[int]) -> float:
    """The same for the ratio of two sets of hours, at least 1."""
    clock = pd.to_datetime(records["received_at"]).dt.hour.to_numpy()
    part, base = np.isin(clock, hours), np.isin(clock, reference)
    if not part.any() or not base.any():
        return 1.0
    influence = part / part.sum() - base / base.sum()
    return max(clustered_variance(influence, client_codes(records)) / float(influence @ influence), 1.0)


def clustered_variance(influence: Array, clients: NDArray[np.int64]) -> float:
    """Variance of a total of influences with clients as clusters, with the small-sample factor C / (C − 1)."""
    sums = np.bincount(clients, weights=influence)
    clusters = int(np.count_nonzero(np.bincount(clients)))
    return float(sums @ sums) * clusters / max(clusters - 1, 1)


def share(trait: Array, clients: NDArray[np.int64], level: float = LEVEL) -> ClusteredShare:
    """Share of records with a trait, its interval deflated by the clients' design effect.

    Args:
        trait: whether each valid record has it, shape (records,).
        clients: from `client_codes`, same shape.
        level: confidence level.
    """
    n, k = len(trait), int(np.sum(trait))
    if n == 0:
        return ClusteredShare(0, 0, None, 0.0, 1.0, 1.0)
    influence = np.asarray(trait, dtype=float) - k / n
    spread = float(influence @ influence)
    effect = max(clustered_variance(influence, clients) / spread, 1.0) if spread > 0 else _mean_size(clients)
    df = max(len(np.unique(clients)) - 1, 1)
    low, high = deflated_share(np.array(k), np.array(n), small_sample(np.array(effect), df, level), level)
    return ClusteredShare(k, n, k / n, float(low), float(high), effect)


def _mean_size(clients: NDArray[np.int64]) -> float:
    """Contacts per client: the design effect to assume where all answers agree and none can be measured."""
    return len(clients) / len(np.unique(clients))


def _ids(records: pd.DataFrame) -> pd.Series:
    if "client_id" in records:
        return records["client_id"]
    return pd.Series(pd.NA, index=records.index, dtype="string")
