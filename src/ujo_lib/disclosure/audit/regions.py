"""Regions of people taken from one another."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations

from ujo_lib.disclosure.tables import Region, order_of

UNNAMED = "〔その他〕"
"""The category of those whom no count names: no answer, an option not ticked, other days."""


def atoms_of(regions: Iterable[Region]) -> dict[str, frozenset[str]]:
    """Variable → its categories: those that are named, and one for the rest."""
    found: dict[str, frozenset[str]] = {}
    for region in regions:
        for variable, atoms in region:
            found[variable] = found.get(variable, frozenset({UNNAMED})) | atoms
    return found


def subtract(
    whole: Region, part: Region, apart: frozenset[str], everything: Mapping[str, frozenset[str]]
) -> tuple[str, Region] | None:
    """The people of one region who are not in another that lies within it, when one frame variable parts them."""
    a, b = dict(whole), dict(part)
    unlike = [v for v in {*a, *b} if a.get(v) != b.get(v)]
    if len(unlike) != 1 or unlike[0] not in apart:
        return None
    v = unlike[0]
    outer, inner = a.get(v, everything[v]), b.get(v, everything[v])
    if not inner < outer:
        return None
    return v, tuple(sorted({**a, v: outer - inner}.items(), key=lambda pair: pair[0]))


def differences(
    frames: Mapping[Region, frozenset[str]],
) -> Iterator[tuple[Region, Region, tuple[str, Region]]]:
    """Every region and one within it that `subtract` can take away, with what that finds.

    Args:
        frames: region → frame variables of the tables that count it.
    """
    everything = atoms_of(frames)
    framing = sorted(frozenset().union(*frames.values()))
    lines: dict[tuple[str, Region], list[Region]] = {}
    for region in frames:
        for variable in framing:
            rest = tuple(pair for pair in region if pair[0] != variable)
            lines.setdefault((variable, rest), []).append(region)
    for line in lines.values():
        for whole, part in permutations(line, 2):
            if left := subtract(whole, part, frames[whole] | frames[part], everything):
                yield whole, part, left


def rests(frames: Mapping[Region, frozenset[str]]) -> Iterator[tuple[Region, Region]]:
    """Every region and one within it that several frame variables part at once: what is left is no region."""
    framing = frozenset().union(*frames.values())
    alike: dict[Region, list[Region]] = {}
    for region in frames:
        alike.setdefault(tuple(pair for pair in region if pair[0] not in framing), []).append(region)
    for group in alike.values():
        for whole, part in permutations(group, 2):
            own, apart = dict(part), {variable for variable, _ in {*part} - {*whole}}
            inside = all(own.get(v, atoms | {UNNAMED}) <= atoms for v, atoms in whole)
            if inside and len(apart) > 1 and apart <= frames[whole] | frames[part]:
                yield whole, part


def made_of(left: tuple[str, Region], size: int, counts: Mapping[Region, int]) -> bool:
    """Whether a difference is the sum of counts that are printed or hidden for themselves."""
    variable, region = left
    rest = {v: atoms for v, atoms in region if v != variable}
    open_atoms = set(dict(region)[variable])
    parts = [c for c in sorted(counts, key=order_of) if {v: a for v, a in c if v != variable} == rest]
    for part in parts:
        atoms = dict(part).get(variable, frozenset())
        if atoms and atoms <= open_atoms:
            open_atoms -= atoms
            size -= counts[part]
    return size == 0
