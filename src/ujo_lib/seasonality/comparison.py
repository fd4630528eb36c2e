"""A place beside the nation: where do their months, weekdays or hours differ?"""

from typing import Literal

import numpy as np
import pandas as pd

from ujo_lib.fiscal import WEEKDAYS_JA
from ujo_lib.seasonality.counts import Counts
from ujo_lib.seasonality.dispersion import deflated_share, small_sample
from ujo_lib.seasonality.profiles import HOUR_LABELS, share_effect
from ujo_lib.seasonality.verdicts import (
    MIN_EVENTS,
    PatternTests,
    Verdict,
    judged,
    not_judged,
    too_short,
)

By = Literal["month", "weekday", "hour"]
_NAMES = {"month": "月別の構成が全国と異なるか", "weekday": "曜日の構成が全国と異なるか"}


def shares_beside(place: Counts, whole: Counts, by: By) -> pd.DataFrame:
    """Share of each month, weekday or hour in a place and in the whole, and the ratio of the two shares.

    A ratio above 1 means that this part of the year weighs more here than in the whole. The interval
    conditions on the
    whole and allows for the spread of the place around it: weeks for months, days within weeks for weekdays,
        days for
    hours. The place is part of the whole, which draws the ratio towards 1 by its share (under 1 % for a
    prefecture).

    Args:
        place: one scope.
        whole: the scope it is part of, over the same period.
        by: what to compare.

    Returns:
        One row per category: `by`, n, share, n_reference, share_reference, estimate, low, high.
    """
    labels, n, n_whole = _totals(place, whole, by)
    if by == "hour":
        assert place.hourly is not None  # _totals has refused sources without hours
        spread = np.maximum(share_effect(place.hourly[place.observed]), 1.0)
    else:
        tests = PatternTests.of(place, whole)
        test = (tests.months if by == "month" else tests.weekdays)(place.daily)
        spread = small_sample(test.dispersion * test.inflation, test.df2)
    total, total_whole = n.sum(), n_whole.sum()
    low, high = deflated_share(n, np.full(len(n), total), np.broadcast_to(spread, n.shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        reference = n_whole / total_whole
        return pd.DataFrame(
            {
                by: pd.Categorical(labels, labels, ordered=True),
                "n": n,
                "share": n / total,
                "n_reference": n_whole,
                "share_reference": reference,
                "estimate": n / total / reference,
                "low": low / reference,
                "high": high / reference,
            }
        )


def judge_difference(place: Counts, whole: Counts) -> tuple[Verdict, ...]:
    """Judge whether the months and the weekdays of a place differ from those of the whole."""
    tests = PatternTests.of(place, whole)
    few = f"相談が{MIN_EVENTS}件に満たないため、判定しません" if min(place.n, whole.n) < MIN_EVENTS else ""
    short = too_short(place) or too_short(whole)
    plan = ((_NAMES["month"], tests.months, few or short), (_NAMES["weekday"], tests.weekdays, few))
    return tuple(
        not_judged(name, place.n, reason)
        if reason
        else judged(name, test(place.daily), place.n, "全国の同じ週・同じ日と比べます")
        for name, test, reason in plan
    )


def _totals(
    place: Counts, whole: Counts, by: By
) -> tuple[
    tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]
]:
    if place.period.start != whole.period.start or place.period.end != whole.period.end:
        raise ValueError("place and whole must cover the same days")
    both = place.observed & whole.observed
    if by == "hour":
        if place.hourly is None or whole.hourly is None:
            raise ValueError("the source has no hours")
        return HOUR_LABELS, place.hourly[both].sum(axis=0), whole.hourly[both].sum(axis=0)
    labels, group = (place.month_labels, place.month_index) if by == "month" else (WEEKDAYS_JA, place.weekday)
    size = len(labels)
    n = np.bincount(group[both], weights=place.daily[both], minlength=size)
    n_whole = np.bincount(group[both], weights=whole.daily[both], minlength=size)
    return labels, np.rint(n).astype(np.int64), np.rint(n_whole).astype(np.int64)
