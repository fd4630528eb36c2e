"""What to merge when a table would lose most of its cells."""

from collections.abc import Sequence
from itertools import pairwise

from ujo_lib.columns import TOTAL_LABELS
from ujo_lib.disclosure.tables import CountTable, Policy

_LOST = "表「{table}」は {cells} セルのうち {hidden} セルが伏せられます。{advice}"
_MERGE = "「{column}」の「{first}」と「{second}」をまとめると、伏せるもとになる小さな数が{spared}つ減ります。"
_ONE_WAY = "「{columns}」の掛け合わせをやめ、一元表に分けることを勧めます。"
_DROP = "この表を外すことを勧めます。"


def suggest(table: CountTable, hidden: Sequence[bool], policy: Policy) -> tuple[str, ...]:
    """One sentence when more than half of a table would vanish."""
    lost = sum(hidden)
    if 2 * lost <= len(hidden):
        return ()
    advice = " ".join(merge_advice(table, policy))
    return (_LOST.format(table=table.id, cells=len(hidden), hidden=lost, advice=advice),)


def merge_advice(table: CountTable, policy: Policy) -> tuple[str, ...]:
    """Neighbouring categories whose merger spares most small cells; else fewer dimensions; else no table."""
    merges = [
        (spared, column, first, second)
        for axis, column in enumerate(table.dimensions)
        if table.dimensions[column] not in table.multiple
        for first, second, spared in _neighbours(table, axis, policy)
    ]
    best = max(merges, key=lambda merge: merge[0], default=None)
    if best and best[0] > 0:
        return (_MERGE.format(column=best[1], first=best[2], second=best[3], spared=best[0]),)
    if len(table.dimensions) > 1:
        return (_ONE_WAY.format(columns="×".join(table.dimensions)),)
    return (_DROP,)


def _neighbours(table: CountTable, axis: int, policy: Policy) -> list[tuple[str, str, int]]:
    """Neighbouring categories, with how many small cells a merger spares; two alone would make the total."""
    lines: dict[str, dict[tuple[str, ...], int]] = {}
    for cell in table.cells:
        label = cell.labels[axis]
        if label not in TOTAL_LABELS and cell.value is not None:
            others = (*cell.labels[:axis], *cell.labels[axis + 1 :], cell.column)
            lines.setdefault(label, {})[others] = cell.value
    labels, found = list(lines), []
    book = table.recode.get(list(table.dimensions.values())[axis], {})
    for first, second in pairwise(labels) if len(labels) > 2 else ():
        if {*book.get(first, (first,))} & {*book.get(second, (second,))}:
            continue  # one holds the other: a sum is no neighbour of its parts
        a, b = lines[first], lines[second]
        before = sum(0 < value < policy.threshold for value in [*a.values(), *b.values()])
        after = sum(0 < a.get(key, 0) + b.get(key, 0) < policy.threshold for key in {*a, *b})
        found.append((first, second, before - after))
    return found
