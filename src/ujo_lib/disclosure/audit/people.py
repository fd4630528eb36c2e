"""The people an outsider reckons with: every kind of them that the counts of a report can tell apart.

They are enumerated as the plain cross of all linked variables, cut only where a single variable joins two parts.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ujo_lib.disclosure.audit.regions import UNNAMED
from ujo_lib.disclosure.tables import PERIOD, YES, Region, order_of

_CROSS_LIMIT = 20_000


@dataclass(frozen=True)
class _Block:
    """The cross of some variables.

    Attributes:
        variables: those crossed.
        names: for each variable the numbers of the categories that are told apart.
        numbers: for each variable and each kind of people the number of its category.
    """

    variables: tuple[str, ...]
    names: Mapping[str, np.ndarray]
    numbers: Mapping[str, np.ndarray]

    @classmethod
    def full(cls, variables: tuple[str, ...], names: Mapping[str, np.ndarray]) -> "_Block":
        """Every combination of categories."""
        shape = tuple(int(names[v].max()) + 1 for v in variables)
        axes = zip(variables, np.indices(shape), strict=True)
        return cls(variables, names, {v: axis.ravel() for v, axis in axes})

    @classmethod
    def thinned(
        cls, variables: tuple[str, ...], atoms: Mapping[str, Sequence[str]], nobody: Iterable[Region]
    ) -> "_Block | None":
        """Combinations outside regions where nobody is; None where more than `_CROSS_LIMIT` remain."""
        rules = [dict(region) for region in nobody]
        kinds: list[tuple[str, ...]] = [()]
        for at, v in enumerate(variables):
            due = [rule for rule in rules if v in rule and rule.keys() <= set(variables[: at + 1])]
            ruled = [[(variables.index(w), rule[w]) for w in rule] for rule in due]
            longer = ((*kind, atom) for kind in kinds for atom in atoms[v])
            kinds = [
                k for k in longer if not any(all(k[i] in inside for i, inside in rule) for rule in ruled)
            ]
            if len(kinds) > _CROSS_LIMIT:
                return None
        names = {v: np.arange(len(atoms[v])) for v in variables}
        found = zip(variables, zip(*kinds, strict=True), strict=True)
        return cls(
            variables, names, {v: np.array([atoms[v].index(atom) for atom in own]) for v, own in found}
        )

    @property
    def size(self) -> int:
        """How many kinds of people there are."""
        return max((len(number) for number in self.numbers.values()), default=1)


class People:
    """Kinds of people: blocks of linked variables, each the full cross of its variables.

    Every variable has one unnamed category besides those that the counts name (no answer, an option not ticked,
    other days); `nobody` flags the kinds of people for whom it is taken not to exist.

    Args:
        regions: everything that is or may be counted.
        nobody: regions of which it is known that nobody is there; where a cross would be too large, it goes without.
    """

    def __init__(self, regions: Iterable[Region], nobody: Collection[Region] = ()) -> None:
        known = sorted(set(regions), key=order_of)
        named: dict[str, set[str]] = {}
        for region in known:
            for variable, chosen in region:
                named.setdefault(variable, set()).update(chosen)
        self._atoms = {v: [*sorted(found - {UNNAMED}), UNNAMED] for v, found in named.items()}
        self.approximate: set[str] = set()
        self.thinned = False
        self._blocks = self._cross(known, nobody)
        self._starts = np.cumsum([0] + [block.size for block in self._blocks])
        self.size = int(self._starts[-1])
        self.joints = self._joints()
        self.nobody = np.zeros(self.size, dtype=bool)
        self._columns: dict[Region, np.ndarray] = {}

    def doubtful(self, regions: Sequence[Region]) -> list[str]:
        """Variables that need not have an unnamed category: neither options nor days, where some count all."""
        always = {v for v in self._atoms if all(dict(r).get(v, {YES}) == {YES} for r in regions)}
        if any(PERIOD not in dict(region) for region in regions):
            always.add(PERIOD)
        return [v for v in self._atoms if v not in always]

    def unnamed(self, variable: str) -> np.ndarray:
        """Flags of the kinds of people in the unnamed category of a variable."""
        last = len(self._atoms[variable]) - 1
        flags = [
            b.numbers[variable] == b.names[variable][last]
            if variable in b.variables
            else np.zeros(b.size, bool)
            for b in self._blocks
        ]
        return np.concatenate(flags)

    def nobody_among(self, others: "People") -> np.ndarray:
        """Flags of kinds of people that do not exist, for people told apart by fewer counts of the same report."""
        flags = np.zeros(others.size, dtype=bool)
        for variable, atoms in others._atoms.items():
            if atoms == self._atoms[variable] and np.all(self.nobody[self.unnamed(variable)]):
                flags |= others.unnamed(variable)
        return flags

    def columns(self, region: Region) -> np.ndarray:
        """Positions of the kinds of people in a region, within the smallest block that knows its variables."""
        if region not in self._columns:
            self._columns[region] = self._found(region)
        return self._columns[region]

    def _found(self, region: Region) -> np.ndarray:
        home = _home(region, [block.variables for block in self._blocks], self._atoms)
        block = self._blocks[home]
        inside = np.ones(block.size, dtype=bool)
        for variable, chosen in region:
            places = [self._atoms[variable].index(atom) for atom in chosen]
            inside &= np.isin(block.numbers[variable], block.names[variable][places])
        return np.flatnonzero(inside) + int(self._starts[home])

    def _cross(self, regions: Sequence[Region], nobody: Collection[Region]) -> list[_Block]:
        scopes = {frozenset(variable for variable, _ in region) for region in regions}
        parts: list[tuple[str, ...]] = []
        small: dict[tuple[str, ...], _Block] = {}
        for variables in _blocks(scopes):
            if math.prod(len(self._atoms[v]) for v in variables) <= _CROSS_LIMIT:
                parts.append(variables)
                continue
            if nobody and (block := _Block.thinned(variables, self._atoms, nobody)) is not None:
                parts.append(variables)
                small[variables] = block
                self.thinned = True
                continue
            self.approximate |= set(variables)
            inside = [scope for scope in scopes if scope <= set(variables)]
            parts += sorted(tuple(sorted(s)) for s in inside if not any(s < other for other in inside))
        own: dict[int, list[Region]] = {}
        for region in regions:
            own.setdefault(_home(region, parts, self._atoms), []).append(region)
        return [
            small.get(part) or _Block.full(part, self._names(part, own.get(i, [])))
            for i, part in enumerate(parts)
        ]

    def _names(self, variables: tuple[str, ...], regions: Sequence[Region]) -> dict[str, np.ndarray]:
        """Where not everything can be crossed, a block tells apart only what its own counts tell apart."""
        names = {}
        for v in variables:
            atoms = self._atoms[v]
            if v not in self.approximate:
                names[v] = np.arange(len(atoms))
                continue
            sets = [dict(region)[v] for region in regions if v in dict(region)]
            marks = [(atom == UNNAMED, *(atom in chosen for chosen in sets)) for atom in atoms]
            names[v] = np.array([sorted(set(marks)).index(mark) for mark in marks])
        return names

    def _joints(self) -> sp.csr_matrix:
        """Rows that make blocks agree on what they share (at least on how many people there are)."""
        parts = [sp.csr_matrix((0, self.size))]
        common = {frozenset(a.variables) & frozenset(b.variables) for a, b in combinations(self._blocks, 2)}
        for shared in sorted(common, key=sorted):
            first, *others = [b for b, block in enumerate(self._blocks) if shared <= set(block.variables)]
            parts += [self._joint(first, other, sorted(shared)) for other in others]
        return sp.vstack(parts, format="csr")

    def _joint(self, first: int, second: int, shared: Sequence[str]) -> sp.csr_matrix:
        """One row for each combination of categories that both blocks tell apart."""
        numbers = {v: _both(self._blocks[first].names[v], self._blocks[second].names[v]) for v in shared}
        heights = {v: int(number.max()) + 1 for v, number in numbers.items()}
        sides = []
        for b in (first, second):
            block = self._blocks[b]
            key = np.zeros(block.size, dtype=int)
            for v in shared:
                _, of_name = np.unique(block.names[v], return_index=True)
                key = key * heights[v] + numbers[v][of_name][block.numbers[v]]
            entries = (np.ones(block.size), (key, self._starts[b] + np.arange(block.size)))
            sides.append(sp.csr_matrix(entries, shape=(math.prod(heights.values()), self.size)))
        return sides[0] - sides[1]


def _home(region: Region, blocks: Sequence[tuple[str, ...]], atoms: Mapping[str, Sequence[str]]) -> int:
    wanted = {variable for variable, _ in region}
    fitting = [b for b, variables in enumerate(blocks) if wanted <= set(variables)]
    return min(fitting, key=lambda b: math.prod(len(atoms[v]) for v in blocks[b]))


def _both(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Number the categories that two numberings both tell apart: chains of categories either of them merges."""
    pairs = sp.csr_matrix(
        (np.ones(len(first)), (first, second)), shape=(int(first.max()) + 1, int(second.max()) + 1)
    )
    links = sp.bmat([[None, pairs], [pairs.T, None]])
    return np.asarray(connected_components(links)[1][first])


def _blocks(scopes: Iterable[frozenset[str]]) -> list[tuple[str, ...]]:
    """Sets of variables that must be crossed; two sets share at most one variable."""
    near: dict[str, set[str]] = {v: set() for scope in scopes for v in scope}
    for scope in scopes:
        for v in scope:
            near[v] |= scope - {v}
    return sorted(tuple(sorted(block)) for block in _split(set(near), near)) or [()]


def _split(variables: set[str], near: Mapping[str, set[str]]) -> list[set[str]]:
    for joint in [set[str](), *({v} for v in sorted(variables))]:
        parts = _connected(variables - joint, near)
        if len(parts) > 1:
            return [block for part in parts for block in _split(part | joint, near)]
    return [variables] if variables else []


def _connected(variables: set[str], near: Mapping[str, set[str]]) -> list[set[str]]:
    left, parts = set(variables), []
    while left:
        part, edge = set(), {min(left)}
        while edge:
            part |= edge
            edge = {w for v in edge for w in near[v] & variables} - part
        parts.append(part)
        left -= part
    return parts
