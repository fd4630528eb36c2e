"""Published counts of one population as rows over common atoms.

An atom is a kind of person: one category for each variable. The full cross of every variable of a report
would be astronomically large (twenty-two tags alone make four million atoms), so only variables that some
count actually combines are crossed: the graph of variables that occur together is made chordal by
elimination, each of its cliques gets its own cross, and cliques agree on the variables they share. Over a
chordal graph this is exact, for whole numbers too: tables that agree on their common margins can always be
glued into one population (Vorob'ev 1962; Lauritzen 1996, ch. 2; for whole numbers because each gluing step is
a transport problem). Where a clique would exceed `MAX_ATOMS`, kinds of people whom a printed zero rules out are left
out of it: of sixteen themes with their pairs, 65,536 kinds, mostly some hundreds remain. Where even they are too many
the tables' own crosses are linked pair by pair and held to the triangle inequalities instead, which leaves the
outsider a little more room than he has; such variables are reported as `relaxed`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, milp

from ujo_lib.disclosure.tables import PERIOD, YES, Region, TableError, cut_periods, order_of, spoken

MAX_ATOMS = 6000
NEAR = 50
REST = "〔その他〕"
"""The category of those whom no table names."""


@dataclass(frozen=True)
class Row:
    """One count that somebody may know: who is counted, and between which numbers it lies.

    `less` is a group within the region that is not counted with it.
    """

    region: Region
    low: int
    high: int
    less: Region = ()

    @property
    def named(self) -> Region:
        """The narrowest group that has to be told apart from others."""
        return self.less or self.region


@dataclass(frozen=True)
class System:
    """Rows over atoms.

    Attributes:
        A: rows × atoms, 0/1, one row for each `Row`.
        E: links × atoms; `E @ x = 0` says that cliques agree.
        relaxed: variables whose full cross was too large.
        zeros: rows that count nobody and must be printed, as the people whom they rule out have no atom.
    """

    A: sp.csr_matrix
    E: sp.csr_matrix
    relaxed: tuple[str, ...]
    zeros: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Clique:
    """Crossed variables and, one row each, the numbers of the categories that make a kind of person."""

    variables: tuple[str, ...]
    kinds: np.ndarray

    @classmethod
    def of(
        cls,
        variables: tuple[str, ...],
        sizes: Mapping[str, int],
        nobody: Iterable[Mapping[str, set[int]]] = (),
        most: float = np.inf,
    ) -> "_Clique | None":
        """The cross of some variables without regions where nobody is; None when that is more than `most` kinds."""
        kinds, last = np.zeros((1, 0), dtype=np.int64), dict[str, list[Mapping[str, set[int]]]]()
        for region in nobody:
            if region and region.keys() <= set(variables):
                last.setdefault(max(region, key=variables.index), []).append(region)
        for v in variables:
            kinds = np.hstack(
                [np.repeat(kinds, sizes[v], axis=0), np.tile(np.arange(sizes[v]), len(kinds))[:, None]]
            )
            for region in last.get(v, ()):
                kinds = kinds[~_inside(kinds, variables, region)]
            if len(kinds) > most:
                return None
        return cls(variables, kinds)


def _inside(kinds: np.ndarray, variables: Sequence[str], region: Mapping[str, set[int]]) -> np.ndarray:
    """Flags of the kinds of people in a region."""
    inside = np.ones(len(kinds), dtype=bool)
    for v, chosen in region.items():
        inside &= np.isin(kinds[:, variables.index(v)], sorted(chosen))
    return inside


def with_common_periods(rows: Sequence[Row]) -> list[Row]:
    """Replace runs of days by the pieces that all runs have in common."""
    spans = sorted(
        {text for row in rows for variable, atoms in row.region if variable == PERIOD for text in atoms}
    )
    pieces = cut_periods(spans)
    return [Row(_cut(row.region, pieces), row.low, row.high) for row in rows]


def components(rows: Sequence[Row]) -> list[list[int]]:
    """Positions of rows that are linked by variables; rows over everybody belong to each group.

    Groups may be solved apart as long as the grand total is printed.
    """
    group: dict[str, set[str]] = {}
    for row in rows:
        joined = set().union(
            {variable for variable, _ in row.named}, *(group.get(v, ()) for v, _ in row.named)
        )
        for variable in joined:
            group[variable] = joined
    everybody = [i for i, row in enumerate(rows) if not row.named]
    found: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        if row.named:
            found.setdefault(tuple(sorted(group[row.named[0][0]])), []).append(i)
    return [sorted(everybody + members) for _, members in sorted(found.items())] or [everybody]


def build(rows: Sequence[Row], zeros: Sequence[int] = ()) -> System:
    """Atoms and matrices of linked rows.

    Only variables that the counts force to have one get a category for people whom no table names: whoever reads
    the tables may well suppose that everybody answered.

    Args:
        rows: what is or may become known.
        zeros: rows that count nobody and may be kept printed where that makes a cross small enough.

    Raises:
        TableError: no population agrees with all the rows.
    """
    needed = _variables_with_rest(rows)
    first = _assemble(rows, needed, zeros)
    if _agrees(first, rows):
        return first
    everyone = {variable for row in rows for variable, _ in row.region}
    everything = _assemble(rows, everyone, zeros)
    if not _agrees(everything, rows):
        raise TableError("公表する表どうしの件数が両立しない: " + _worst_row(everything, rows))
    with_rest = everyone
    for variable in sorted(everyone - needed):
        if _agrees(_assemble(rows, with_rest - {variable}, zeros), rows):
            with_rest = with_rest - {variable}
    return _assemble(rows, with_rest, zeros)


def _cut(region: Region, pieces: Mapping[str, frozenset[str]]) -> Region:
    return tuple(
        (variable, frozenset().union(*(pieces[text] for text in atoms)) if variable == PERIOD else atoms)
        for variable, atoms in region
    )


def _variables_with_rest(rows: Sequence[Row]) -> set[str]:
    """Variables with people outside every category that any table names (no answer, other days, …)."""
    rows = [row for row in rows if not row.less]
    domains = _domains(rows)
    yes_no = {v for v, atoms in domains.items() if atoms == {YES}}
    if PERIOD in domains and any(PERIOD not in dict(row.region) for row in rows):
        yes_no.add(PERIOD)
    known = {row.region: row for row in rows}
    lines: dict[tuple[Region, str], dict[frozenset[str], int]] = {}
    for row in rows:
        for variable, atoms in row.region:
            rest = tuple(pair for pair in row.region if pair[0] != variable)
            lines.setdefault((rest, variable), {})[atoms] = row.high
    short = {
        variable
        for (rest, variable), parts in lines.items()
        if rest in known
        for left, total in [covered(parts, domains[variable])]
        if not left and total < known[rest].low
    }
    return yes_no | short


def _domains(rows: Sequence[Row]) -> dict[str, set[str]]:
    domains: dict[str, set[str]] = {}
    for row in rows:
        for variable, atoms in row.region:
            domains.setdefault(variable, set()).update(atoms)
    return domains


def covered(parts: Mapping[frozenset[str], int], domain: Collection[str]) -> tuple[set[str], int]:
    """What disjoint parts, the smallest first, leave of a set of categories, and how many they count."""
    left, total = set(domain), 0
    for atoms, value in sorted(parts.items(), key=lambda part: (len(part[0]), sorted(part[0]))):
        if atoms <= left:
            left -= atoms
            total += value
    return left, total


def _assemble(rows: Sequence[Row], with_rest: set[str], zeros: Sequence[int]) -> System:
    classes = _classes(rows, with_rest)
    sizes = {variable: len(set(book.values())) for variable, book in classes.items()}

    def numbers(region: Region) -> dict[str, set[int]]:
        return {v: {classes[v][a] for a in atoms} for v, atoms in region if sizes[v] > 1}

    wanted, outer = [numbers(row.named) for row in rows], [numbers(row.region) for row in rows]
    cliques, links, relaxed, ruled_out = _tree(
        [frozenset(chosen) for chosen in wanted], sizes, [wanted[i] for i in zeros]
    )
    homes = [_home(chosen, cliques) for chosen in wanted]
    starts = np.cumsum([0] + [len(clique.kinds) for clique in cliques])
    columns = []
    for i, row, chosen, around in zip(homes, rows, wanted, outer, strict=True):
        inside = _inside(cliques[i].kinds, cliques[i].variables, around)
        if row.less:
            inside &= ~_inside(cliques[i].kinds, cliques[i].variables, chosen)
        columns.append(starts[i] + np.flatnonzero(inside))
    A = _stack(columns, int(starts[-1]))
    if not relaxed:
        names = [{v: np.arange(sizes[v]) for v in clique.variables} for clique in cliques]
        return System(
            A, _agreements(cliques, starts, names, links), relaxed, tuple(zeros) if ruled_out else ()
        )
    names = [
        _told_apart(
            clique.variables,
            sizes,
            [c for home, *both in zip(homes, wanted, outer, strict=True) if home == i for c in both],
        )
        for i, clique in enumerate(cliques)
    ]
    E = _agreements(cliques, starts, names, _hubs([clique.variables for clique in cliques], names))
    kept = _distinct_atoms(cliques, starts, names)
    A, E = A[:, kept], E[:, kept]
    cuts = _triangles(rows)
    if not cuts:
        return System(A, E, relaxed)
    signs = sp.csr_matrix(
        ([sign for cut in cuts for _, sign in cut],
         ([n for n, cut in enumerate(cuts) for _ in cut], [row for cut in cuts for row, _ in cut])),
        shape=(len(cuts), len(rows)),
    )  # fmt: skip
    # An atom of its own for each: how much room the inequality leaves.
    slack = sp.eye(len(cuts), format="csr")
    linked = sp.vstack([E, signs @ A])
    return System(
        sp.hstack([A, sp.csr_matrix((len(rows), len(cuts)))], format="csr"),
        sp.hstack([linked, sp.vstack([sp.csr_matrix((E.shape[0], len(cuts))), slack])], format="csr"),
        relaxed,
    )


def _triangles(rows: Sequence[Row]) -> list[list[tuple[int, float]]]:
    """Inequalities among any three traits, as signed rows that add up to no more than nobody.

    For traits a, b, c: ab + ac <= a + bc, and a + b + c <= all + ab + ac + bc, among everybody and within any group of
    which all these counts are known (Deza & Laurent 1997, *Geometry of Cuts and Metrics*, ch. 5). Where cliques are
    pairs, they are what a cross of three would add. Those with more than `NEAR` people of room place no small count.
    """
    groups: dict[Region, dict[Region, int]] = {}
    for i, row in enumerate(rows):
        for size in range(3) if row.low == row.high and not row.less else ():
            for traits in combinations(row.region, size):
                context = tuple(pair for pair in row.region if pair not in traits)
                groups.setdefault(context, {})[traits] = i
    found: list[list[tuple[int, float]]] = []
    for at in groups.values():
        pairs = sorted((traits for traits in at if len(traits) == 2), key=order_of)
        partners: dict[Region, list[Region]] = {}
        for first, second in pairs:
            partners.setdefault((first,), []).append((second,))
        for a, b in ((pair[:1], pair[1:]) for pair in pairs):
            for c in (c for c in partners.get(b, ()) if a + c in at):
                ab, ac, bc = at[a + b], at[a + c], at[b + c]
                singles = [at[one] for one in (a, b, c) if one in at]
                for hub, with_both, across in (a, (ab, ac), bc), (b, (ab, bc), ac), (c, (ac, bc), ab):
                    if hub in at:
                        found.append([*((i, 1.0) for i in with_both), (at[hub], -1.0), (across, -1.0)])
                if () in at and len(singles) == 3:
                    found.append([*((i, 1.0) for i in singles), *((i, -1.0) for i in (ab, ac, bc, at[()]))])
    return [cut for cut in found if -sum(sign * rows[i].low for i, sign in cut) <= NEAR]


def _told_apart(
    clique: tuple[str, ...], sizes: Mapping[str, int], wanted: Sequence[Mapping[str, set[int]]]
) -> dict[str, np.ndarray]:
    """For each variable of a clique the categories that its own rows tell apart, numbered."""
    found = {}
    for v in clique:
        sets = [chosen[v] for chosen in wanted if v in chosen]
        marks = [tuple(k in one for one in sets) for k in range(sizes[v])]
        number = {mark: i for i, mark in enumerate(dict.fromkeys(marks))}
        found[v] = np.array([number[mark] for mark in marks])
    return found


def _distinct_atoms(
    cliques: Sequence[_Clique], starts: np.ndarray, names: Sequence[Mapping[str, np.ndarray]]
) -> np.ndarray:
    """One atom for each combination of categories that its clique tells apart."""
    firsts = [
        start + np.unique(_keys(clique, own, clique.variables), return_index=True)[1]
        for clique, start, own in zip(cliques, starts[:-1], names, strict=True)
    ]
    return np.sort(np.concatenate(firsts))


def _home(wanted: Mapping[str, set[int]], cliques: Sequence[_Clique]) -> int:
    """The smallest clique that knows all variables of a row."""
    fitting = [i for i, clique in enumerate(cliques) if wanted.keys() <= set(clique.variables)]
    return min(fitting, key=lambda i: (len(cliques[i].kinds), i))


def _classes(rows: Sequence[Row], with_rest: set[str]) -> dict[str, dict[str, int]]:
    """Number the categories of each variable, those that no row tells apart under one number."""
    sets: dict[str, set[frozenset[str]]] = {}
    for row in rows:
        for variable, atoms in row.region:
            sets.setdefault(variable, set()).add(atoms)
    books: dict[str, dict[str, int]] = {}
    for variable, found in sorted(sets.items()):
        names = sorted(frozenset({REST} if variable in with_rest else ()).union(*found))
        ordered = sorted(found, key=sorted)
        marks = {atom: tuple(atom in one for one in ordered) for atom in names}
        number = {mark: i for i, mark in enumerate(dict.fromkeys(marks[atom] for atom in names))}
        books[variable] = {atom: number[marks[atom]] for atom in names}
    return books


def _tree(
    scopes: Sequence[frozenset[str]], sizes: Mapping[str, int], nobody: Sequence[Mapping[str, set[int]]]
) -> tuple[list[_Clique], list[tuple[int, int]], tuple[str, ...], bool]:
    """Cliques, which of them must agree, the variables given up on, and whether regions of nobody were left out.

    Where variables are given up on, which cliques agree follows from what each tells apart: see `_hubs`.
    """
    sets, links = _eliminate(scopes, sizes)
    whole = [_Clique.of(variables, sizes, most=MAX_ATOMS) for variables in sets]
    if all(whole):
        return [clique for clique in whole if clique], links, (), False
    peopled = [_Clique.of(variables, sizes, nobody, MAX_ATOMS) for variables in sets]
    if all(peopled):
        return [clique for clique in peopled if clique], links, (), True
    own = _maximal(scopes)
    crossed = [_Clique.of(variables, sizes) for variables in own]
    too_large = {v for variables, clique in zip(sets, whole, strict=True) if not clique for v in variables}
    return [clique for clique in crossed if clique], [], tuple(sorted(too_large)), False


def _hubs(
    cliques: Sequence[tuple[str, ...]], names: Sequence[Mapping[str, np.ndarray]]
) -> list[tuple[int, int]]:
    """For each set of variables that two cliques share, links from the one that tells most apart to the others.

    Two of the others meet in what the hub tells apart: one that knows blocks of hours would part all that know hours.
    """
    members = [set(clique) for clique in cliques]
    links = set()
    for variables in {frozenset(a & b) for a, b in combinations(members, 2)}:
        told = {
            i: prod(int(names[i][v].max()) + 1 for v in variables)
            for i, clique in enumerate(members)
            if variables <= clique
        }
        hub = max(told, key=told.__getitem__)
        links |= {(hub, other) for other in told if other != hub}
    return sorted(links)


def _eliminate(
    scopes: Sequence[frozenset[str]], sizes: Mapping[str, int]
) -> tuple[list[tuple[str, ...]], list[tuple[int, int]]]:
    """Junction tree by eliminating, again and again, the variable whose neighbourhood is smallest."""
    near: dict[str, set[str]] = {v: set() for scope in scopes for v in scope}
    for scope in scopes:
        for v in scope:
            near[v] |= scope - {v}
    bags: list[frozenset[str]] = []
    while near:
        v = min(near, key=lambda u: (prod(sizes[w] for w in near[u]), u))
        bags.append(frozenset(near[v] | {v}))
        for u in near[v]:
            near[u] |= near[v] - {u}
            near[u].discard(v)
        del near[v]
    cliques = _maximal(bags)
    return cliques, _spanning(cliques)


def _spanning(cliques: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Maximum-weight spanning tree over shared variables (Kruskal): for chordal graphs a junction tree."""
    edges = sorted(
        combinations(range(len(cliques)), 2), key=lambda e: (-len(set(cliques[e[0]]) & set(cliques[e[1]])), e)
    )
    root = list(range(len(cliques)))
    tree = []
    for a, b in edges:
        if root[a] != root[b]:
            tree.append((a, b))
            old, new = root[b], root[a]
            root = [new if r == old else r for r in root]
    return tree


def _maximal(scopes: Iterable[frozenset[str]]) -> list[tuple[str, ...]]:
    distinct = sorted(set(scopes), key=lambda scope: (-len(scope), sorted(scope)))
    kept: list[frozenset[str]] = []
    for scope in distinct:
        if not any(scope <= other for other in kept):
            kept.append(scope)
    return [tuple(sorted(scope)) for scope in kept] or [()]


def _agreements(
    cliques: Sequence[_Clique],
    starts: np.ndarray,
    names: Sequence[Mapping[str, np.ndarray]],
    links: Sequence[tuple[int, int]],
) -> sp.csr_matrix:
    """Rows saying that linked cliques count the same people.

    Two cliques are compared in the finest categories of the variables they share that both of them tell apart;
    `names` numbers for each clique the categories that it does.
    """
    rows, columns, signs, height = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)], 0
    for a, b in links:
        shared = [v for v in cliques[a].variables if v in cliques[b].variables]
        common = {v: _common(names[a][v], names[b][v]) for v in shared}
        for i, sign in ((a, 1.0), (b, -1.0)):
            full = {v: common.get(v, names[i][v]) for v in cliques[i].variables}
            key = _keys(cliques[i], full, shared)
            rows.append(height + key)
            columns.append(starts[i] + np.arange(len(key)))
            signs.append(np.full(len(key), sign))
        height += prod(int(common[v].max()) + 1 for v in shared)
    entries = (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns)))
    return sp.csr_matrix(entries, shape=(height, int(starts[-1])))


def _common(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The finest numbering in which categories are one whenever either of two numberings makes them one."""
    merged = first.copy()
    for group in range(int(second.max()) + 1):
        together = np.unique(merged[second == group])
        merged[np.isin(merged, together)] = together[0]
    return np.unique(merged, return_inverse=True)[1]


def _keys(clique: _Clique, names: Mapping[str, np.ndarray], shared: Sequence[str]) -> np.ndarray:
    """For each atom of a clique the number of its combination of categories of some variables."""
    key = np.zeros(len(clique.kinds), dtype=np.int64)
    for v in shared:
        key = key * (int(names[v].max()) + 1) + names[v][clique.kinds[:, clique.variables.index(v)]]
    return key


def _stack(rows: Sequence[np.ndarray], width: int) -> sp.csr_matrix:
    pointers = np.cumsum([0] + [len(columns) for columns in rows])
    columns = np.concatenate(rows)
    return sp.csr_matrix((np.ones(len(columns)), columns, pointers), shape=(len(rows), width))


def _agrees(system: System, rows: Sequence[Row]) -> bool:
    low, high = np.array([r.low for r in rows], float), np.array([r.high for r in rows], float)
    limits = [LinearConstraint(system.A, low, high), LinearConstraint(system.E, 0, 0)]
    return bool(milp(np.zeros(system.A.shape[1]), constraints=limits).status == 0)


def _worst_row(system: System, rows: Sequence[Row]) -> str:
    """The count that has to bend most for the others to hold."""
    m, n = system.A.shape
    low, high = np.array([r.low for r in rows], float), np.array([r.high for r in rows], float)
    eye = sp.eye(m, format="csr")
    limits = [
        LinearConstraint(sp.hstack([system.A, -eye]), -np.inf, high),
        LinearConstraint(sp.hstack([system.A, eye]), low, np.inf),
        LinearConstraint(sp.hstack([system.E, sp.csr_matrix((system.E.shape[0], m))]), 0, 0),
    ]
    found = milp(np.concatenate([np.zeros(n), np.ones(m)]), constraints=limits)
    worst = rows[int(np.argmax(found.x[n:]))]
    return f"{spoken(worst.region)} の {worst.low} が他の表と合わない"
