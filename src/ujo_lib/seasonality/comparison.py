"""A place beside the nation: where do their months and weekdays differ?"""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from ujo_lib.columns import Dimension, Ratio, Share, interval
from ujo_lib.seasonality.counts import CONTACTS, Counts
from ujo_lib.seasonality.profiles import FEWEST_WEEKS_OF_MONTHS
from ujo_lib.seasonality.thinned import lost_rows
from ujo_lib.seasonality.verdicts import (
    MIN_EVENTS,
    PatternTests,
    Verdict,
    memory_seen,
    settled,
    too_brief,
    too_short,
)
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed
from ujo_lib.variance import deflated_share, small_sample

_NAMES = {"month": "月別の構成が全国と異なるか", "weekday": "曜日の構成が全国と異なるか"}


def shares_beside(place: Counts, whole: Counts, level: float = LEVEL) -> Typed:
    """Share of each month in a place and in the whole, and the ratio of the two shares.

    A ratio above 1 means that this part of the year weighs more here than in the whole. The interval conditions on the
    whole and allows for the spread of the place's weeks around it. The place is part of the whole, which draws the
    ratio towards 1 by its share (under 1 % for a prefecture).

    Args:
        place: one scope.
        whole: the scope it is part of.
        level: confidence level.

    Returns:
        One row per month: month, n, share, n_reference, share_reference, estimate, low, high (blank where too few
        weeks were observed to know their spread); all blank, and left out of the shares, in a month of which the two
        recorded no day together, or in which the place had contacts on a day that the whole lacks: another table
        counts them, and the difference would be theirs.

    Raises:
        ValueError: place and whole do not cover the same days.
    """
    if place.period.start != whole.period.start or place.period.end != whole.period.end:
        raise ValueError("place and whole must cover the same days")
    labels, both = place.month_labels, place.observed & whole.observed
    n, n_whole = (
        np.bincount(place.month_index[both], weights=scope.daily[both], minlength=len(labels)).astype(
            np.int64
        )
        for scope in (place, whole)
    )
    days = np.bincount(place.month_index[both], minlength=len(labels))
    alike = (days > 0) & (n == np.bincount(place.month_index, weights=place.daily))
    n, n_whole = n * alike, n_whole * alike
    tests = PatternTests.of(place, whole)
    low = high = np.full(len(n), np.nan)
    if tests.weeks.count >= FEWEST_WEEKS_OF_MONTHS:
        test = tests.months(place.daily)
        spread = np.broadcast_to(small_sample(test.variance, test.df2, level), n.shape)
        low, high = deflated_share(n, np.full(len(n), n.sum()), spread, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        reference = n_whole / n_whole.sum()
        frame = pd.DataFrame(
            {
                "month": pd.Categorical(labels, labels, ordered=True),
                "n": n,
                "share": n / n.sum(),
                "n_reference": n_whole,
                "share_reference": reference,
                "estimate": n / n.sum() / reference,
                "low": low / reference,
                "high": high / reference,
            }
        )
    numbers = frame.columns.drop("month")
    frame = frame.astype({"n": "Int64", "n_reference": "Int64"})
    frame.loc[~alike, numbers] = pd.NA
    columns = {
        "month": Dimension(variable="month"),
        "n": CONTACTS,
        "share": Share(heading="県の構成比"),
        "n_reference": replace(CONTACTS, heading="全国の件数", members=False),
        "share_reference": Share(heading="全国の構成比"),
        "estimate": Ratio(heading="全国に対する比", n="share", base="share_reference"),
        **interval("estimate", level),
    }
    return Typed.of(frame, columns)


def judge_difference(place: Counts, whole: Counts, beside: Counts | None = None) -> tuple[Verdict, ...]:
    """Judge whether the months and the weekdays of a place differ from those of the whole.

    Args:
        place: one scope.
        whole: the scope it is part of, over the same days.
        beside: as in `verdicts.judge`; the whole where nothing is longer.
    """
    tests = PatternTests.of(place, whole)
    few = f"相談が{MIN_EVENTS}件に満たないため、判定しません" if min(place.n, whole.n) < MIN_EVENTS else ""
    short = too_short(place) or too_short(whole) or lost_rows(place, beside=whole)
    seen = None if few or short else memory_seen(beside or whole)
    same = "全国の同じ週・同じ日と比べます"
    months, weekdays = partial(tests.months, place.daily), partial(tests.weekdays, place.daily)
    return (
        settled(_NAMES["month"], place, months, few or short, same, "months", seen),
        settled(_NAMES["weekday"], place, weekdays, few or too_brief(tests), same, "weekdays"),
    )
