"""Demand before and after capacity: contacts that were tried, those that nobody answered, and how long talks took.

What a desk counts is those who got through. Where the record tells that nobody answered, the share by hour, weekday and
month says when capacity, and not need, made the count.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.columns import Count, Dimension, Estimate, Share
from ujo_lib.fiscal import WEEKDAYS_JA
from ujo_lib.questionnaire import NOT_ANSWERED
from ujo_lib.seasonality.attributes import answers_in, shares_by
from ujo_lib.seasonality.counts import HOURS
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed

BLOCK: Final = 3
"""Hours put together, so that the unanswered of a block are more than a few."""
BLOCKS: Final = {
    f"{first}~{first + BLOCK - 1}時台": tuple(f"{hour}時台" for hour in range(first, first + BLOCK))
    for first in range(0, HOURS, BLOCK)
}

_HOURS: Final = Dimension(heading="時間帯", variable="hour", groups=BLOCKS)
_TALKS: Final = {"duration_min": ("対応時間の中央値", "分"), "n_messages": ("発言数の中央値", "回")}


def with_times(records: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    """Add when a contact came: `hours` (blocks of three), `weekday` (Sunday first), `month`.

    Args:
        records: column received_at.
        months: labels of the months, with the year where one occurs twice.
    """
    at = records["received_at"].dt
    plain = (at.month.astype(str) + "月").to_numpy(object)
    dated = (at.year.astype(str) + "年").to_numpy(object) + plain
    labels = np.where(np.isin(dated, months), dated, plain)
    return records.assign(
        hours=pd.Categorical.from_codes(at.hour // BLOCK, list(BLOCKS), ordered=True),
        weekday=pd.Categorical.from_codes((at.day_of_week + 1) % 7, list(WEEKDAYS_JA), ordered=True),
        month=pd.Categorical(labels, list(months), ordered=True),
    )


def unanswered(records: pd.DataFrame, by: str, silent: Sequence[str], level: float = LEVEL) -> Typed:
    """Contacts that nobody answered, among all that were tried.

    Args:
        records: columns status and `by`, see `with_times`.
        by: what to split by.
        silent: statuses that mean that nobody answered.
        level: level of the intervals, widened for people who try again and again.

    Returns:
        One row per category, 全体 first: `by`, answers (the statuses), n (not answered), base (tried, with a status),
        share, low, high.
    """
    table = shares_by(records, by, "status", silent, level)
    return table.change(
        **({by: _HOURS} if by == "hours" else {}),
        n=replace(table.schema["n"], heading="応答できなかった件数"),
        share=Share(heading="応答できなかった割合", n="n", base="base"),
    )


def talks(records: pd.DataFrame, by: str, silent: Sequence[str]) -> Typed:
    """How long the talks took that took place.

    Args:
        records: columns status, `by` and, where the desk records them, duration_min and n_messages.
        by: what to split by.
        silent: statuses that mean that nobody answered.

    Returns:
        One row per category, 全体 first: `by`, n (talks with a length), and the medians of minutes and of messages (NaN
        without a talk); no row where neither is recorded.
    """
    held = records[~records["status"].isin(list(silent))]
    known = [name for name in _TALKS if name in held and held[name].notna().any()]
    held = held[held[known].notna().all(axis=1)]
    # A category without a row would say that it has no talk, even where its 0 is to be hidden.
    groups = [("全体", held), *((str(label), rows) for label, rows in held.groupby(by, observed=False))]
    rows = [
        {by: label, "n": len(part), **{name: part[name].astype(float).median() for name in known}}
        for label, part in groups
        if known
    ]
    kinds = {
        by: _HOURS if by == "hours" else Dimension(variable=by),
        "n": Count(unit="件", heading="応答した件数"),
        **{name: Estimate(heading=_TALKS[name][0], unit=_TALKS[name][1]) for name in known},
    }
    # None of these is among the unanswered: by subtraction they tell how many those are at most.
    statuses = (*[one for one in answers_in(records["status"]) if one not in silent], NOT_ANSWERED)
    where = {"status": statuses, "duration_minの記録": ("あり",)}
    return Typed.of(rows, kinds, where=where)
