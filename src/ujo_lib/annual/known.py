"""Figures of the claims that count people: what any reader knows before the release.

A city that has said "17 of 25 are men" and "8割強 for five years or more" has told its readers counts. Hiding them
again protects nobody, and set beside a table they can give a hidden count away; so the disclosure plan and its audit
start from them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ujo_lib.annual.claims import in_names, rounds_to, rows_of
from ujo_lib.disclosure.tables import PublicFigure, Region
from ujo_lib.params.annual import Cell, Claim
from ujo_lib.params.notebooks import beginning
from ujo_lib.report.door.masks import Counted
from ujo_lib.report.look.wording import agrees
from ujo_lib.stats import in_percent

_N, _BASE = "n", "base"


def public_figures(claims: Sequence[Claim], tables: Sequence[Counted]) -> list[PublicFigure]:
    """Read counts out of published statements.

    Args:
        claims: as read by `read_claims`.
        tables: the tables of the release, with their true counts.

    Returns:
        For a statement of a count that count; for a statement of a share ("70 %", "8割強") every count that fits it and
        its base, provided that the number of people it is a share of has been published, too. A statement that does
        not agree with the data tells nobody the truth and is left out.
    """
    asked = [
        (claim, in_names(claim.cell, one.record.published()), _Table(one))
        for claim in claims
        if claim.cell and (one := _meant(claim.cell, tables))
    ]
    exact = [figure for claim, cell, table in asked if (figure := table.count(claim, cell))]
    known = {(figure.population, figure.low) for figure in exact}
    return exact + [figure for claim, cell, table in asked for figure in table.share(claim, cell, known)]


def _meant(cell: Cell, tables: Sequence[Counted]) -> Counted | None:
    """The table of a cell, whose notebook may be named by its number as on the page."""
    named = [one for one in tables if one.record.spec.id == cell.table]
    alike = (one for one in named if one.record.notebook.startswith(beginning(cell.notebook)))
    return next((one for one in named if one.record.notebook == cell.notebook), next(alike, None))


class _Table:
    """A recorded table, and what its cells count."""

    def __init__(self, one: Counted) -> None:
        self._record, self._table, self._places = one.record, one.table, one.places

    def count(self, claim: Claim, cell: Cell) -> PublicFigure | None:
        """The count that a claim states, when it is true."""
        if claim.rule != "equal" or cell.column not in self._record.spec.counts:
            return None
        rows, region = self._people(cell, cell.column)
        if region is None or self._sum(rows, cell.column) != claim.published:
            return None
        return self._figure(claim, region, int(claim.published), int(claim.published))

    def share(self, claim: Claim, cell: Cell, known: set[tuple[str, int]]) -> list[PublicFigure]:
        """The counts that fit the share that a claim states, and its base, when it is true and its base is known."""
        fits = _FITS.get(claim.rule)
        if not fits or _N not in self._record.spec.counts or _BASE not in self._record.columns:
            return []
        rows, region = self._people(cell, _N)
        base = self._sum(rows[:1], _BASE)
        if region is None or not base or (self._table.population, base) not in known:
            return []
        base = int(base)
        possible = [n for n in range(base + 1) if fits(claim.published, n / base)]
        if self._sum(rows, _N) not in possible:
            return []
        figures = [self._figure(claim, region, possible[0], possible[-1])]
        if (rows[0], _BASE) in self._places:
            figures.append(self._figure(claim, self._table.region(self._places[rows[0], _BASE]), base, base))
        return figures

    def _figure(self, claim: Claim, region: Region, low: int, high: int) -> PublicFigure:
        where = {variable: tuple(sorted(atoms)) for variable, atoms in region}
        return PublicFigure(self._table.population, where, low, high, f"{claim.id} {claim.statement}")

    def _people(self, cell: Cell, column: str) -> tuple[list[int], Region | None]:
        """Rows of a cell, and who is counted in them together; None when no region says it."""
        rows = [int(row) for row in rows_of(self._record.published(), cell)]
        regions = [
            self._table.region(self._places[row, column]) for row in rows if (row, column) in self._places
        ]
        return rows, _together(regions) if len(regions) == len(rows) else None

    def _sum(self, rows: Sequence[int], column: str) -> float:
        """What some cells of a column count together; not a number where one of them is not known."""
        at = self._record.columns.index(column)
        counts = [self._record.rows[row][at] for row in rows]
        return math.nan if None in counts else float(sum(counts))


def _together(regions: Sequence[Region]) -> Region | None:
    """Regions that differ in one variable, as one."""
    first = dict(regions[0])
    unlike = {variable for region in regions for variable, atoms in region if first.get(variable) != atoms}
    if len(unlike) > 1 or any({v for v, _ in region} != set(first) for region in regions):
        return None
    for variable in unlike:
        first[variable] = frozenset().union(*(dict(region)[variable] for region in regions))
    return tuple(sorted(first.items()))


_FITS: Mapping[str, Callable[[Any, float], bool]] = {
    "percent": lambda published, share: rounds_to(published, in_percent(share)),
    "words": lambda published, share: agrees(str(published), share),
}
