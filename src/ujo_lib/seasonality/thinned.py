"""A month that lost half its rows looks like a season: it is named, and months are not judged.

Whole days without a contact are gaps already. Rows lost here and there show beside the nation, whose month did not
halve, in the clients, who thin out with the contacts, and in hours of the day that only this month leaves empty.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from ujo_lib.seasonality.counts import HOURS, Counts
from ujo_lib.seasonality.dispersion import ratio_or_zero
from ujo_lib.variance import NOBODY, Array, People

THIN: Final = 0.65
"""A month's share of what the whole and the other months lead one to expect, below which half may be missing."""
FAR: Final = 4.0
"""Standard deviations of the months by which such a share lies below them."""
LARGER: Final = 10
"""Times as many contacts as the judged record must a record have to be taken for the whole."""
MISSED: Final = 20
"""Contacts that the other months lead one to expect in the hours of the day that a month leaves empty, by what it has
in the other hours and by what they have in these."""
IN_A_ROW: Final = 6
"""Hours of such a run: a caller who always writes at three leaves one hour empty when they stop."""


def lost_rows(counts: Counts, people: People = NOBODY, beside: Counts | None = None) -> str:
    """Which months seem to have lost rows, and by what one sees it, in Japanese; empty where none does.

    No number is named: the page may be one that hides it.

    Args:
        counts: one scope.
        people: those behind its contacts, where they can be told apart; a caller who stops takes contacts away, but
            one client.
        beside: a record of such contacts over the same days; a month may be low by itself where it is not `LARGER`.
    """
    labels = counts.month_labels
    told = [
        f"{labels[month]}は、ほかの月に相談の多い時間帯が、{IN_A_ROW}時間以上続けて空です"
        for month in _empty(counts)
    ]
    whole = beside.within(counts.period) if beside else None
    if whole is not None and whole.n >= LARGER * counts.n:
        told += [
            f"{labels[month]}の相談は、全体の動きとほかの月から見込まれる数の3分の2もありません"
            for month in _thin(counts, people, whole)
        ]
    if not told:
        return ""
    return f"{'。'.join(told)}。行が欠けたのか本当に減ったのか、この記録からは区別できないため、判定しません"


def _thin(counts: Counts, people: People, whole: Counts) -> Iterable[int]:
    """Months, by position, with clearly fewer contacts than the whole and the middle month lead one to expect.

    How far a month lies below is judged on the root scale, where counts of any size scatter alike, by its clients where
    they are known: a caller who writes a hundred times makes no month.
    """
    both = counts.observed & whole.observed
    base, n = (_by_month(counts, scope.daily * both) for scope in (whole, counts))
    if not base.any():
        return ()
    heads = n
    if len(people.at):
        day = people.day - np.datetime64(counts.period.start, "D").astype(np.int64)
        inside = (day >= 0) & (day < len(both))
        month = counts.month_index[day[inside]]
        visits = np.unique(np.column_stack([month, people.person[inside]]), axis=0)
        heads = np.bincount(visits[:, 0], minlength=len(n))
    share = ratio_or_zero(n, _expected(n, base))
    below = 2 * (np.sqrt(_expected(heads, base) + 3 / 8) - np.sqrt(heads + 3 / 8))
    spread = max(1.4826 * float(np.median(np.abs(below[base > 0]))), 1.0)
    return np.flatnonzero((share < THIN) & (below > FAR * spread))


def _expected(n: Array, base: Array) -> Array:
    """What the month in the middle leads one to expect of each."""
    return np.asarray(np.median(n[base > 0] / base[base > 0]) * base)


def _by_month(counts: Counts, values: Array) -> Array:
    """Totals of each month, shape (months, …); values by day."""
    return np.asarray(np.eye(len(counts.month_labels))[counts.month_index].T @ values)


def _empty(counts: Counts) -> Iterator[int]:
    """Months, by position, with hours in a row that they leave empty against the habit of the others."""
    if counts.hourly is None:
        return
    hours = _by_month(counts, counts.hourly)
    for month, here in enumerate(hours):
        others = hours.sum(axis=0) - here
        order = np.roll(np.arange(HOURS), -int(np.argmax(here > 0)))  # begins with an hour that is not empty
        run = np.cumsum(here[order] > 0)
        for row in np.unique(run):
            empty = order[(run == row) & (here[order] == 0)]
            usual = others[empty].sum()
            missed = here.sum() * usual / max(others.sum() - usual, 1)
            # By what little is left alone, a month of three contacts would have missed any number of them.
            if len(empty) >= IN_A_ROW and min(missed, usual / (len(hours) - 1)) >= MISSED:
                yield month
