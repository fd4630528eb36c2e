"""The same person may write many times: how contacts spread over clients, and shares whose intervals allow for it.

Where `client_id` exists, the client is the unit that is independent; a record without id counts as its own client.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import Count, Rate, Text
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.counts import CONTACTS, Counts
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed
from ujo_lib.variance import (
    Array,
    clustered_covariance,
    deflated_share,
    effective_df,
    persons_effect,
    small_sample,
)

SEEN_OF = 2
"""Of how many persons who weigh and gave the rarer answer it is seen how alike one person's contacts are."""


@dataclass(frozen=True)
class ClusteredShare:
    """A share with an interval that respects clients; nothing valid gives neither estimate nor limits."""

    n: int
    base: int
    estimate: float | None
    low: float | None
    high: float | None
    design_effect: float

    @property
    def cells(self) -> tuple[float | None, ...]:
        """What a table prints of it: n, base, estimate, low, high."""
        return self.n, self.base, self.estimate, self.low, self.high


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
    row = (len(records), known.sum(), len(per_client), per_client.max() if len(per_client) else 0, remark)
    return Typed.of_rows([row], columns)


def clients_by_period(
    records: pd.DataFrame, periods: Sequence[Period], counts: Counts, least: int = 1
) -> Typed:
    """Contacts and clients in periods, one at least: basis (label), n (contacts), identified, clients, per_client.

    A period with a count of 1 to `least` - 1 is left blank, one that has so many more or less than an earlier of the
    periods, which a reader can subtract, and one of which `counts` has no recorded day; so are the clients of a period
    none of whose contacts has an id.
    """
    day = pd.to_datetime(records["received_at"]).dt.date
    inside = [(day >= period.start) & (day <= period.end) for period in periods]
    parts = [repeats(records.loc[days]) for days in inside]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    numbers = frame[["contacts", "identified", "clients"]].astype("Int64")
    blank = ((numbers > 0) & (numbers < least)).any(axis=1)
    blank |= pd.Series([not counts.within(period).days for period in periods])
    for earlier, later in combinations(range(len(periods)), 2):
        apart = [(inside[one] & ~inside[other]).sum() for one, other in ((later, earlier), (earlier, later))]
        told = [*apart, *(numbers.iloc[later] - numbers.iloc[earlier]).abs()]
        blank[later] |= not blank[earlier] and any(0 < n < least for n in told)
    # Contacts of whom nobody knows who they were are not contacts of nobody.
    unknown = (numbers["contacts"] > 0) & (numbers["identified"] == 0)
    numbers["clients"] = numbers["clients"].mask(unknown)
    frame[[*numbers]] = numbers.mask(blank)
    frame.insert(0, "basis", [period.label for period in periods])
    frame["per_client"] = (frame["identified"] / frame["clients"]).where(frame["clients"] > 0)
    columns = {
        **parts[0].schema.columns,
        "basis": Text(heading="期間"),
        "per_client": Rate(per="1人", unit="件", n="identified", base="clients"),
    }
    return Typed.of(frame.drop(columns=["most", "remark"]), columns).rename(contacts="n")


def answers_effect(answers: pd.Series, clients: NDArray[np.int64]) -> float:
    """Design effect of all answers to a question together, in whole percents, of contacts by these clients.

    How alike the contacts of one client are is seen of those who write most, once several gave either of two answers:
    where fewer than `SEEN_OF` would have given the rarer, contacts of one client are taken to be as alike as can be.
    """
    given = pd.get_dummies(answers).to_numpy(dtype=float)
    effect = persons_effect(given, clients)
    if len(given):
        rarer = float(np.minimum(given.mean(axis=0), 1 - given.mean(axis=0)).max())
        if float(effective_df(clients, np.array(np.inf)) + 1) * rarer < SEEN_OF:
            effect = max(effect, float((np.bincount(clients) ** 2).sum() / len(clients)))
    return round(effect, 2)


def share(
    trait: Array, clients: NDArray[np.int64], level: float = LEVEL, at_least: float = 1.0
) -> ClusteredShare:
    """Share of records with a trait, its interval deflated by the clients' design effect.

    Args:
        trait: whether each valid record has it, shape (records,).
        clients: from `client_codes`, same shape.
        level: confidence level.
        at_least: of the question, from `answers_effect`: of an answer that those few who write most happen not to give,
            how alike their contacts are cannot be seen.
    """
    n, k = len(trait), int(np.sum(trait))
    if n == 0:
        return ClusteredShare(0, 0, None, None, None, 1.0)
    influence = np.asarray(trait, dtype=float)[:, None] - k / n
    spread = float((influence**2).sum())
    together = float(clustered_covariance(influence, clients)[0, 0])
    # Where all answers agree, nothing is measured: the effect is then that of so many contacts a client.
    effect = max(together / spread, 1.0) if spread > 0 else n / len(np.unique(clients))
    own = small_sample(effect, effective_df(clients, np.array(effect)), level)
    widened = np.maximum(own, at_least)
    low, high = deflated_share(np.array(k), np.array(n), widened, level)
    return ClusteredShare(k, n, k / n, float(low), float(high), effect)


def _ids(records: pd.DataFrame) -> pd.Series:
    if "client_id" in records:
        return records["client_id"]
    return pd.Series(pd.NA, index=records.index, dtype="string")
