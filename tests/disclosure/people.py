"""Invented people, the tables one would publish about them, and an outsider who tries every possibility."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from ujo_lib.disclosure.tables import Cell, CountTable, Region

TOTAL = "総数"


def table_of(
    name: str,
    people: Mapping[str, Sequence[str]],
    dimensions: Sequence[str],
    *,
    totals: bool = True,
    recode: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    where: Mapping[str, tuple[str, ...]] | None = None,
    **extra: object,
) -> CountTable:
    """Count people (variable → one value per person) over some variables, with totals."""
    recode, where = recode or {}, where or {}
    columns = {variable: np.asarray(values) for variable, values in people.items()}
    kept = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for variable, allowed in where.items():
        kept &= np.isin(columns[variable], allowed)
    labels = [
        [*(recode.get(d) or dict.fromkeys(sorted(set(columns[d])))), *([TOTAL] if totals else [])]
        for d in dimensions
    ]
    cells = []
    for combination in product(*labels):
        inside = kept.copy()
        for variable, label in zip(dimensions, combination, strict=True):
            if label != TOTAL:
                inside &= np.isin(columns[variable], recode.get(variable, {}).get(label, (label,)))
        cells.append(Cell(combination, "n", int(inside.sum())))
    return CountTable(
        id=name,
        population="cases",
        dimensions={variable: variable for variable in dimensions},
        counts=("n",),
        cells=tuple(cells),
        recode=recode,
        where=where,
        **extra,  # type: ignore[arg-type]  # CountTable's own fields
    )


def grid(
    name: str, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> CountTable:
    """A table of variables "row" and "column" with its totals."""
    people: dict[str, list[str]] = {"row": [], "column": []}
    for row, line in zip(rows, counts, strict=True):
        for column, n in zip(columns, line, strict=True):
            people["row"] += [row] * n
            people["column"] += [column] * n
    return table_of(name, people, ["row", "column"])


def every_interval(
    tables: Sequence[CountTable], hidden: Mapping[str, Sequence[bool]], domains: Mapping[str, Sequence[str]]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Least and greatest value of each hidden cell over every whole-number population that fits what is shown.

    Goes through all of them; a grand total must be shown, and the tables be tiny.
    """
    kinds = [dict(zip(domains, combination, strict=True)) for combination in product(*domains.values())]
    cells = [(t.id, i, t.region(i), c.value) for t in tables for i, c in enumerate(t.cells)]
    inside = np.array([[_within(kind, region) for kind in kinds] for _, _, region, _ in cells])
    shown = [k for k, (name, i, _, _) in enumerate(cells) if not hidden[name][i]]
    limits = np.array([cells[k][3] for k in shown])
    found: dict[int, tuple[int, int]] = {}
    gone = [k for k in range(len(cells)) if k not in set(shown)]
    for world in _worlds(inside[shown], limits):
        for k, count in zip(gone, inside[gone] @ world, strict=True):
            low, high = found.get(k, (count, count))
            found[k] = (min(low, int(count)), max(high, int(count)))
    return {(cells[k][0], cells[k][1]): ends for k, ends in found.items()}


def _within(kind: Mapping[str, str], region: Region) -> bool:
    return all(kind[variable] in atoms for variable, atoms in region)


def _worlds(inside: np.ndarray, limits: np.ndarray) -> Iterator[np.ndarray]:
    """All non-negative integer vectors x with inside @ x == limits."""
    size = inside.shape[1]
    last = np.array([max(np.flatnonzero(row), default=-1) for row in inside])
    x = np.zeros(size, dtype=int)

    def fill(k: int, left: np.ndarray) -> Iterator[np.ndarray]:
        if k == size:
            yield x.copy()
            return
        mine = inside[:, k]
        room = int(left[mine].min())
        for value in range(room + 1):
            rest = left - value * mine
            if not np.any(rest[last == k]):
                x[k] = value
                yield from fill(k + 1, rest)
        x[k] = 0

    if not np.any(limits[last == -1]):
        yield from fill(0, limits)
