"""An outsider with an integer program: what can a hidden count still be, given everything that is printed?

Nothing here is taken from the planner, the audit or the door: cells are read as a reader would read them, statistics
are computed anew for every total that a column could have; HiGHS finds the least and the greatest value of each cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix
from scipy.stats import norm

from ujo_lib.disclosure.tables import PERIOD, CountTable, Policy, cut_periods

TOTAL = "総数"
Ends = tuple[int, int]
Equation = tuple[np.ndarray, float, float]
"""Coefficients of the unknowns, least and greatest value of their sum."""


def ends(unknowns: int, equations: Sequence[Equation], goals: Iterable[np.ndarray]) -> list[Ends]:
    """Least and greatest value of each goal over whole numbers from 0 that fit the equations."""
    rule = LinearConstraint(np.array([row for row, _, _ in equations]),
                            [low for _, low, _ in equations], [high for _, _, high in equations])  # fmt: skip
    found = []
    for goal in goals:
        both = []
        for sign in (1, -1):
            done = milp(
                sign * goal, constraints=rule, integrality=np.ones(unknowns), bounds=Bounds(0, 10_000)
            )
            if done.x is None:
                raise RuntimeError(f"the printed numbers fit no world: {done.message}")
            both.append(round(float(done.x @ goal)))
        found.append((both[0], both[1]))
    return found


def regions_of(tables: Sequence[CountTable]) -> list[list[dict[str, frozenset[str]]]]:
    """Who is counted in each cell of each table: variable and labels, days in pieces that all tables share."""
    regions = [[dict(table.region(at)) for at in range(len(table.cells))] for table in tables]
    spans = {text for own in regions for region in own for text in region.get(PERIOD, ())}
    pieces = cut_periods(sorted(spans))
    return [
        [
            {
                variable: frozenset().union(*(pieces[text] for text in labels))
                if variable == PERIOD
                else labels
                for variable, labels in region.items()
            }
            for region in own
        ]
        for own in regions
    ]


def labels_of(tables: Sequence[CountTable]) -> dict[str, list[str]]:
    """Every variable that the tables name, with its finest labels."""
    found: dict[str, set[str]] = {}
    for own in regions_of(tables):
        for region in own:
            for variable, labels in region.items():
                found.setdefault(variable, set()).update(labels)
    return {variable: sorted(labels) for variable, labels in sorted(found.items())}


def linked(
    tables: Sequence[CountTable],
    hidden: Mapping[str, Sequence[bool]],
    others: bool = False,
    zeros: bool = False,
) -> list[tuple[int, Ends]]:
    """True value and ends of every hidden cell of tables of one population; questions with several answers left out.

    With `others` there may be people in no category of a variable that any table names. With `zeros` any x may stand
    for nobody; else zeros are printed, and nobody takes an x for one.
    """
    tables = [table for table in tables if not table.multiple]
    atoms = labels_of(tables)
    if others:
        atoms = {variable: [*labels, "…"] for variable, labels in atoms.items()}
    kinds = list(product(*atoms.values()))
    column = {variable: np.array([kind[at] for kind in kinds]) for at, variable in enumerate(atoms)}
    equations: list[Equation] = []
    goals, true = [], []
    for table, regions in zip(tables, regions_of(tables), strict=True):
        for cell, region, gone in zip(table.cells, regions, hidden[table.id], strict=True):
            if cell.value is None:
                continue
            row = np.ones(len(kinds))
            for variable, labels in region.items():
                row *= np.isin(column[variable], sorted(labels))
            if gone:
                goals.append(row)
                true.append(cell.value)
                if cell.value and not zeros:
                    equations.append((row, 1, np.inf))
            else:
                equations.append((row, cell.value, cell.value))
    return list(zip(true, ends(len(kinds), equations, goals), strict=True)) if goals else []


def themes(table: CountTable, hidden: Sequence[bool], policy: Policy) -> list[tuple[int, Ends]]:
    """True value and ends of the small hidden counts of a question with several answers, over every set of answers.

    Ends are those of the worlds that were found. One that leaves a count fewer values than the policy asks for was
    sought as far as there are worlds.
    """
    labels = sorted({label for cell in table.cells for label in cell.labels} - {TOTAL})
    sets = np.array(list(product((False, True), repeat=len(labels))))
    rows = csr_matrix(
        [sets[:, [labels.index(a) for a in cell.labels if a != TOTAL]].all(axis=1) for cell in table.cells],
        dtype=float,
    )
    true, gone = np.array([cell.value for cell in table.cells]), np.array(hidden)
    nobody = (
        np.asarray(rows[~gone & (true == 0)].sum(axis=0)).ravel() > 0
    )  # sets with a pair that a printed 0 excludes
    rows = rows[:, ~nobody]
    rule = LinearConstraint(rows, np.where(gone, np.minimum(true, 1), true), np.where(gone, np.inf, true))
    small = np.flatnonzero(gone & (true >= 1) & (true < policy.threshold))
    low, high = true.copy(), true.copy()  # the true world is one of those that fit

    def seek(goals: np.ndarray, sign: int) -> None:
        goal = sign * np.asarray(rows[goals].sum(axis=0)).ravel()
        done = milp(goal, constraints=rule, integrality=np.ones(rows.shape[1]), bounds=Bounds(0, 10_000))
        counts = np.rint(rows @ done.x).astype(int)
        np.minimum(low, counts, out=low)
        np.maximum(high, counts, out=high)

    for sign in (1, -1):
        if len(small):
            seek(small, sign)
        for at in small:
            if high[at] - low[at] < policy.required_width:
                seek(np.array([at]), sign)
    return [(int(true[at]), (int(low[at]), int(high[at]))) for at in small]


def cross(
    printed: pd.DataFrame, statistic: str | None, zeros: Iterable[tuple[str, str]] = ()
) -> dict[tuple[str, str], Ends]:
    """Ends of the hidden cells of a cross table, by its first two columns.

    Args:
        printed: columns row, column, n, base (total of the row) as printed, missing where hidden; and the statistic.
        statistic: `mark` (＋, －, ・), `residual` (two decimals); None for the counts alone.
        zeros: hidden cells that are zero; no other x is taken for one.
    """
    row, column = printed.columns[:2]
    gone = printed.loc[printed["n"].isna(), [row, column]].astype(str).itertuples(index=False, name=None)
    unknown = {cell: at for at, cell in enumerate(gone)}
    equations: list[Equation] = [
        (one, 1, np.inf)
        for cell, one in zip(unknown, np.eye(len(unknown)), strict=True)
        if cell not in set(zeros)
    ]
    lines = printed.groupby(row, observed=True, sort=False)
    for label, line in lines:
        if line["base"].notna().all():
            beside = line["base"].iloc[0] - line["n"].sum()
            equations.append((_sum(unknown, 0, str(label)), beside, beside))
    bases = lines["base"].first()
    if statistic and bases.notna().all():
        everybody = int(bases.sum())
        beside = printed.groupby(column, observed=True)["n"].sum()
        for _, cell in printed[printed["n"].notna() & printed[statistic].notna()].iterrows():
            totals = np.arange(cell["n"], everybody - (cell["base"] - cell["n"]) + 1)
            z = residuals(cell["n"], cell["base"], totals, everybody)
            fits = _says(cell[statistic], z)
            sums = totals[fits] - beside[cell[column]]
            equations.append((_sum(unknown, 1, str(cell[column])), sums.min(), sums.max()))
    return dict(zip(unknown, ends(len(unknown), equations, np.eye(len(unknown))), strict=True))


def _sum(unknown: Mapping[tuple[str, str], int], side: int, label: str) -> np.ndarray:
    return np.array([float(cell[side] == label) for cell in unknown])


def _says(printed: str | float, z: np.ndarray) -> np.ndarray:
    """Which residuals a printed statistic allows. A mark of a test of many cells says at least what one of 5 % says."""
    if isinstance(printed, str):
        edge = norm.isf(0.025)
        return {"＋": z > edge, "－": z < -edge}.get(printed, np.ones_like(z, dtype=bool))
    return np.abs(z - printed) <= 0.0051


def residuals(n: float, row: float, columns: np.ndarray, everybody: int) -> np.ndarray:
    """Residuals of a cell for several totals of its column, from the four cells of its two-by-two table."""
    four = np.array([n + 0 * columns, row - n + 0 * columns, columns - n, everybody - row - columns + n])
    p, q = row / everybody, columns / everybody
    weights = np.array([(1 - p) * (1 - q), (p - 1) * q, -p * (1 - q), p * q])
    excess = (four * weights).sum(axis=0)
    spread = ((four * weights**2).sum(axis=0) - excess**2 / everybody) * everybody / (everybody - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = excess / np.sqrt(np.maximum(spread, everybody * p * (1 - p) * q * (1 - q)))
    return np.where(np.isfinite(found), found, 0.0)
