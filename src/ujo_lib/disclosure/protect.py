"""From the counts of one population to the cells that stay hidden."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ujo_lib.disclosure import suppress
from ujo_lib.disclosure.counts import Count
from ujo_lib.disclosure.merges import merge_advice
from ujo_lib.disclosure.programme import Ends, LimitError, Programme
from ujo_lib.disclosure.system import System, build, components
from ujo_lib.disclosure.tables import CountTable, Policy, Region, spoken

_LIMIT = "秘匿計画の計算が上限に達した({tables})。区分をまとめるか、表を外す。{advice}"
_EXPOSED = "{count} の件数は、公表済みの数値や必ず載る数値から逆算されるため守れない({tables})。{advice}"


class NarrowError(Exception):
    """As no x is a zero, sums that the release prints itself leave a small count too few values."""


class PlanError(ValueError):
    """No plan: what prevents it and what to merge or drop, in Japanese; `tables` names those involved."""

    def __init__(self, message: str, tables: Sequence[str]) -> None:
        super().__init__(message)
        self.tables = tuple(tables)


def protect(
    tables: Sequence[CountTable], counts: Sequence[Count], policy: Policy, *, narrow: bool = True
) -> tuple[set[tuple[str, int]], tuple[str, ...]]:
    """Hide the cheapest set of cells that protects every primary count of a population.

    Groups of counts without a common variable meet only in the grand total. As long as that is printed they
    are solved apart; if that leaves a count exposed, they are solved together and the total may be hidden.

    Args:
        tables: of the population.
        counts: of them.
        policy: the site's rules.
        narrow: whether a count may be left fewer values than the rules require, where no mask can give it more.

    Returns:
        (table id, position) of hidden cells, and the variables whose full cross was too large.

    Raises:
        NarrowError: one would be, although it is not by what was known before.
        PlanError: a count that cannot be protected, or a search that reached its limit.
    """
    counts = _without_constants(counts)
    everybody = next((count for count in counts if not count.row.named), None)
    apart = components([count.row for count in counts]) if everybody and not everybody.primary else []
    if len(apart) > 1:
        try:
            parts = [_solve([_kept(counts[i]) for i in part], policy, narrow) for part in apart]
            return set().union(*(cells for cells, _ in parts)), tuple(
                v for _, relaxed in parts for v in relaxed
            )
        except suppress.ExposedError:
            pass  # not a failure yet: the grand total, kept so far, may have to go
        except LimitError:
            raise _error(_LIMIT, tables, counts, policy) from None
    try:
        return _solve(counts, policy, narrow)
    except suppress.ExposedError as exposed:
        raise _error(_EXPOSED, tables, counts, policy, counts[exposed.row]) from None
    except LimitError:
        raise _error(_LIMIT, tables, counts, policy) from None


def _without_constants(counts: Sequence[Count]) -> list[Count]:
    """Drop restrictions that every count has (one period, say): they link nothing."""
    common = set.intersection(*(set(count.row.region) for count in counts)) if counts else set()

    def left(region: Region) -> Region:
        return tuple(pair for pair in region if pair not in common)

    return [
        replace(count, row=replace(count.row, region=left(count.row.region), less=left(count.row.less)))
        for count in counts
    ]


def _kept(count: Count) -> Count:
    return count if count.row.named else replace(count, shown=True)


def _solve(
    counts: Sequence[Count], policy: Policy, accept: bool
) -> tuple[set[tuple[str, int]], tuple[str, ...]]:
    if not any(count.primary and not count.public for count in counts):
        return set(), ()
    rows = [count.row for count in counts]
    whole = build(rows)
    if whole.relaxed:
        zeros = [
            i
            for i, count in enumerate(counts)
            if count.row.high == 0 and (count.public or (count.cells and not count.primary))
        ]
        peopled = build(rows, zeros)
        if peopled.zeros:
            try:
                return _hidden(counts, policy, peopled, whole, accept), ()
            except suppress.ExposedError:
                pass  # a zero may have to go
    return _hidden(counts, policy, whole, whole, accept), whole.relaxed


def _hidden(
    counts: Sequence[Count], policy: Policy, system: System, before: System, accept: bool
) -> set[tuple[str, int]]:
    """Cells to hide; `before` also knows the people whom only the zeros of this release rule out."""
    low = np.array([count.row.low for count in counts], float)
    high = np.array([count.row.high for count in counts], float)
    public = np.array([count.public for count in counts])
    floor = np.array([count.floor for count in counts], float)
    programme = Programme(system)
    earlier = programme if before is system else Programme(before)
    known = np.where(public, high, np.inf)
    open_secret = _open_secrets(counts, Ends(earlier, np.where(public, low, 0.0), known))
    at_least = np.where(public, low, floor)
    targets = _targets(counts, open_secret, policy, Ends(programme, at_least, known))
    if not accept and any(target.high - target.low < policy.required_width for target in targets):
        # Which counts are none, and what the release sums itself, nobody knew before.
        before_it = np.array([count.before for count in counts])
        known_before = np.where(before_it, high, np.inf)
        floor_before = np.where(before_it, low, [count.floor_before for count in counts])
        wider = _targets(counts, open_secret, policy, Ends(programme, floor_before, known_before))
        if any(
            other.high - other.low > own.high - own.low for other, own in zip(wider, targets, strict=True)
        ):
            raise NarrowError
    if before is not system:
        widths = {target.row: target.high - target.low for target in targets}
        narrow = [row for row, width in widths.items() if width < policy.required_width]
        others = open_secret | ~np.isin(np.arange(len(counts)), narrow)
        for target in _targets(counts, others, policy, Ends(earlier, at_least, known)):
            if target.high - target.low > widths[target.row]:
                raise suppress.ExposedError(target.row)
    protected = {target.row for target in targets}
    printed = np.array([bool(count.cells) for count in counts])
    fixed = public | open_secret | np.array([count.shown for count in counts])
    fixed[list(system.zeros)] = True
    problem = suppress.Problem(
        programme=programme,
        low=low,
        high=high,
        floor=floor,
        weight=np.array([count.weight for count in counts]),
        open=printed & ~fixed,
        closed=np.array([i in protected for i in range(len(counts))]) | (~printed & ~public & ~open_secret),
        targets=targets,
    )
    hidden = suppress.smallest_set(problem)
    return {cell for i in np.flatnonzero(hidden).tolist() for cell in counts[i].cells}


def _open_secrets(counts: Sequence[Count], before: Ends) -> np.ndarray:
    """Flags of small counts that everybody knows exactly who knows what was public before."""
    found = np.zeros(len(counts), dtype=bool)
    for i, count in enumerate(counts):
        n = count.row.low
        if count.primary and not count.public:
            found[i] = before.least(i, n - 1) == n == before.most(i, n + 1)
    return found


def _targets(
    counts: Sequence[Count], open_secret: np.ndarray, policy: Policy, ends: Ends
) -> list[suppress.Target]:
    """What must stay possible in outsiders' eyes."""
    targets = []
    for i, count in enumerate(counts):
        if not count.primary or count.public or open_secret[i]:
            continue
        floor = policy.least_hidden if count.row.low > 0 else 0
        bottom = ends.least(i, max(floor, count.row.low - 1))
        top = ends.most(i, bottom + policy.required_width)
        if top - bottom < policy.required_width:
            bottom = ends.least(i, max(floor, top - policy.required_width))
        targets.append(suppress.Target(i, int(bottom), int(max(top, count.row.low))))
    return targets


def _error(
    template: str,
    tables: Sequence[CountTable],
    counts: Sequence[Count],
    policy: Policy,
    count: Count | None = None,
) -> PlanError:
    small = {name for one in counts if one.primary for name, _ in one.cells}
    involved = [table for table in tables if table.id in small] or list(tables)
    names = [table.id for table in involved]
    advice = " ".join(text for table in involved for text in merge_advice(table, policy))
    subject = spoken(count.row.region, count.row.less) if count else ""
    return PlanError(template.format(tables="、".join(names), advice=advice, count=subject).strip(), names)
