"""Invented people, the tables one would publish about them, and an outsider who tries every possibility."""

from collections.abc import Collection, Mapping, Sequence
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
    tables: Sequence[CountTable],
    hidden: Mapping[str, Sequence[bool]],
    domains: Mapping[str, Sequence[str]],
    zeros_printed: bool = True,
    veiled: Collection[str] = (),
) -> dict[tuple[str, int], tuple[int, int]]:
    """Least and greatest value of each hidden cell over every whole-number population that fits what is shown.

    Where zeros are printed, but for the tables `veiled`, no hidden cell is taken for one, unless it is. Goes through
    all of them; a grand total must be shown, and the tables be tiny.
    """
    kinds = [dict(zip(domains, combination, strict=True)) for combination in product(*domains.values())]
    cells = [(t.id, i, t.region(i), c.value) for t in tables for i, c in enumerate(t.cells)]
    inside = np.array([[_within(kind, region) for kind in kinds] for _, _, region, _ in cells])
    shown = [k for k, (name, i, _, _) in enumerate(cells) if not hidden[name][i]]
    limits = np.array([cells[k][3] for k in shown])
    gone = [k for k in range(len(cells)) if k not in set(shown)]
    counts = _worlds(inside[shown], limits) @ inside[gone].T
    if zeros_printed:
        maybe = np.array([cells[k][3] == 0 or cells[k][0] in veiled for k in gone], dtype=bool)
        counts = counts[np.all((counts > 0) | maybe, axis=1)]
    ends = zip(counts.min(axis=0).tolist(), counts.max(axis=0).tolist(), strict=True)
    return {cells[k][:2]: both for k, both in zip(gone, ends, strict=True)}


def _within(kind: Mapping[str, str], region: Region) -> bool:
    return all(kind[variable] in atoms for variable, atoms in region)


def _worlds(inside: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """All non-negative integer vectors x with inside @ x == limits, one in each row."""
    last = np.array([max(np.flatnonzero(row), default=-1) for row in inside])
    assert not np.any(limits[last == -1])
    worlds, left = np.zeros((1, 0), dtype=int), limits[None, :]
    for k, mine in enumerate(inside.T):
        values = left[:, mine].min(axis=1) + 1  # from none to as many as there is room for
        parent = np.repeat(np.arange(len(values)), values)
        value = np.arange(len(parent)) - np.repeat(np.cumsum(values) - values, values)
        left = left[parent] - value[:, None] * mine
        fits = ~np.any(left[:, last == k], axis=1)
        worlds, left = np.column_stack([worlds[parent], value])[fits], left[fits]
    return worlds
