"""Who answered, who kept silent, and how much that could matter.

The commissioners asked are a finite population (139); those who answered are not a random sample of it. So
the page shows the response of every district, what weighting by district changes, and what would follow if
the silent ones knew none, half, as many or twice as many cases as those who answered.
"""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib import stats
from ujo_lib.columns import (
    WHOLE,
    Base,
    Count,
    Dimension,
    Estimate,
    Flag,
    Rate,
    Ratio,
    Share,
    Text,
    Various,
    interval,
)
from ujo_lib.questionnaire import NOT_ANSWERED
from ujo_lib.stats import LEVEL, SMALL_BASE
from ujo_lib.typed import Typed

SCENARIOS = (0.0, 0.5, 1.0, 2.0)
"""How many cases a silent commissioner knows, as a multiple of the mean of those who answered."""

KNOWN = Count(unit="人", heading="把握された人数")
RESPONDED = Count(unit="人", heading="回答した委員")
IN_SCOPE = Base(unit="人", heading="対象の委員")
PER_COMMISSIONER = Rate(per="委員1人", unit="人", decimals=2, n="n", base="responded")
"""What the tables of the commissioners count, and the rate that follows."""

_JOIN = "+"
_LEAST_RESPONDENTS = 2
"""A stratum needs two respondents before its spread can be estimated."""


def response_rate(commissioners: pd.DataFrame, level: float = LEVEL) -> Typed:
    """Response by district.

    Args:
        commissioners: columns in_scope, responded and the categorical district; those without a value stand under
            無回答.
        level: level of the intervals.

    Returns:
        Rows 全体, then each district; columns district, n (responded), base (in scope), share, low, high
        (Wilson), reference. Districts without anybody in scope are left out.
    """
    asked = asked_commissioners(commissioners)
    answered = asked["responded"].to_numpy(dtype=bool)
    groups = {WHOLE: np.ones(len(asked), dtype=bool), **strata(asked)}
    rates = [(label, *_rate(answered[members], level)) for label, members in groups.items()]
    return Typed.of_rows(
        [(*rate, rate[2] < SMALL_BASE) for rate in rates],
        {
            "district": Dimension(variable="district"),
            "n": RESPONDED,
            "base": IN_SCOPE,
            "share": Share(heading="回答率", n="n", base="base"),
            **interval("share", level),
            "reference": Flag(heading="参考値"),
        },
    )


def overview(commissioners: pd.DataFrame, cases: pd.DataFrame, level: float = LEVEL) -> Typed:
    """Key figures of the survey, one per row.

    Args:
        commissioners: columns in_scope and responded.
        cases: one row per distinct person.
        level: level of the interval.

    Returns:
        Columns label, value, format (n or share), unit, low, high (Wilson, for the response rate only).
    """
    answered = asked_commissioners(commissioners)["responded"].to_numpy(dtype=bool)
    n, base, share, *limits = _rate(answered, level)
    return Typed.of_rows(
        [
            ("調査した民生委員", base, "n", "人", None, None),
            ("回答した民生委員", n, "n", "人", None, None),
            ("回答率", share, "share", "", *limits),
            ("把握された当事者", len(cases), "n", "人", None, None),
        ],
        {
            "label": Text(heading="項目"),
            "value": Various(by="format"),
            "format": Text(heading="書式"),
            "unit": Text(heading="単位"),
            **interval("value", level),
        },
    )


def weights(commissioners: pd.DataFrame, counts: "pd.Series[int]") -> Typed:
    """Post-stratification by district: what each answer stands for, and what the weighting changes.

    Districts with fewer than two answers have no spread of their own; they are pooled with the next smallest
    ones until two answers are there, and the pool carries both names.

    Args:
        commissioners: columns in_scope, responded and district.
        counts: cases known to each commissioner, on the index of `commissioners`.

    Returns:
        Rows 全体 and each (pooled) district; columns district, n (cases reported), responded, base (in scope),
        weight (base / responded), rate (cases per respondent), estimate (cases expected in the district, each
        answer weighted), unweighted (the same with the mean of all respondents).
    """
    asked = asked_commissioners(commissioners)
    answered = asked["responded"].to_numpy(dtype=bool)
    known = counts.reindex(asked.index).to_numpy(dtype=int)
    groups = {WHOLE: np.ones(len(asked), dtype=bool), **pooled(strata(asked), answered)}
    table = pd.DataFrame(
        {
            "district": list(groups),
            "n": [known[members & answered].sum() for members in groups.values()],
            "responded": [(members & answered).sum() for members in groups.values()],
            "base": [members.sum() for members in groups.values()],
        }
    )
    each_of = table["responded"].where(table["responded"] > 0)
    table = table.assign(weight=table["base"] / each_of, rate=table["n"] / each_of)
    table["estimate"] = table["base"] * table["rate"]
    table.loc[0, "estimate"] = table["estimate"][1:].sum(skipna=False) if len(groups) > 1 else np.nan
    return Typed.of_rows(
        table.assign(unweighted=table["base"] * table["rate"][0]),
        {
            "district": Dimension(variable="district"),
            "n": KNOWN,
            "responded": RESPONDED,
            "base": IN_SCOPE,
            "weight": Ratio(heading="重み", unit="", n="base", base="responded"),
            "rate": PER_COMMISSIONER,
            "estimate": Estimate(heading="重みを付けた推計", unit="人"),
            "unweighted": Estimate(heading="付けない推計", unit="人"),
        },
        note="回答者が2人に満たない地区があれば、次に少ない地区とまとめます。",
    )


def scenarios(
    n_cases: int, n_responded: int, n_in_scope: int, multiples: Sequence[float] = SCENARIOS
) -> Typed:
    """What the city total would be under plain assumptions about the silent commissioners.

    Args:
        n_cases: cases reported.
        n_responded: commissioners who answered.
        n_in_scope: commissioners asked.
        multiples: cases a silent commissioner knows, relative to the mean of those who answered.

    Returns:
        One row per multiple; columns multiple, n (reported), silent (commissioners), added (cases the silent
        would know), estimate (their sum). NA when nobody answered: there is no mean to multiply.
    """
    silent = n_in_scope - n_responded
    mean = n_cases / n_responded if n_responded else np.nan
    added = [multiple * mean * silent for multiple in multiples]
    return Typed.of_rows(
        [
            (multiple, n_cases, silent, more, n_cases + more)
            for multiple, more in zip(multiples, added, strict=True)
        ],
        {
            "multiple": Ratio(to="回答した委員の平均"),
            "n": KNOWN,
            "silent": Count(unit="人", heading="回答しなかった委員"),
            "added": Estimate(heading="加わる人数", unit="人"),
            "estimate": Estimate(heading="合計", unit="人"),
        },
    )


def asked_commissioners(commissioners: pd.DataFrame) -> pd.DataFrame:
    """Commissioners who were asked, with `responded` as plain booleans (a missing one did not respond)."""
    inside = commissioners["in_scope"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    kept = commissioners.loc[inside].copy()
    kept["responded"] = kept["responded"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    return kept


def strata(asked: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Members of each district that has anybody in it, in the order of the categories; 無回答 last."""
    labels = asked["district"].astype("category").cat.add_categories(NOT_ANSWERED).fillna(NOT_ANSWERED)
    found = {str(label): (labels == label).to_numpy(dtype=bool) for label in labels.cat.categories}
    return {label: members for label, members in found.items() if members.any()}


def pooled(groups: dict[str, NDArray[np.bool_]], answered: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """Join strata with fewer than two respondents to the next smallest ones, until each has two."""
    joined = dict(groups)
    while len(joined) > 1:
        by_size = sorted(joined, key=lambda label: int((joined[label] & answered).sum()))
        weakest, next_one = by_size[0], by_size[1]
        if (joined[weakest] & answered).sum() >= _LEAST_RESPONDENTS:
            break
        first, second = sorted((weakest, next_one), key=list(joined).index)
        members = joined.pop(first) | joined[second]
        joined = {
            (f"{first}{_JOIN}{second}" if x == second else x): (members if x == second else m)
            for x, m in joined.items()
        }
    return joined


def _rate(answered: NDArray[np.bool_], level: float) -> tuple[Any, ...]:
    """Responded, in scope, share and its limits; no share of nobody."""
    n, base = int(answered.sum()), len(answered)
    return n, base, *(astuple(stats.wilson(n, base, level)) if base else (None, None, None))
