"""A double-array trie over characters: the fastest way from a text position to every dictionary word starting there.

Characters are first given small codes, the most frequent the smallest, so that siblings lie close together. A step from
node `s` by code `c` looks at one cell, `base[s] + c`, and is right if that cell's check is `s` (Aoe 1989).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ujo_lib.tagging.compiled import kernel
from ujo_lib.tagging.normalise import Int32, Int64, encode

BASE, CHECK, VALUE = 0, 1, 2
COUNT_BITS = 8
MOST_ENTRIES = (1 << COUNT_BITS) - 1
"""Largest number of entries one surface form may have."""

_UNICODE = 0x110000


class Trie(NamedTuple):
    """A built trie.

    Attributes:
        codes: small code of each character, 0 for those in no key.
        units: (n, 4) base, check and value of each node; the root is node 0. The value of a node where a key ends is
            `first << 8 | count`: the key's run of entries. It is 0 elsewhere. The fourth column fills a cache line.
    """

    codes: npt.NDArray[np.uint16]
    units: Int32


def build_trie(keys: Sequence[str], first: Int64, count: Int64) -> Trie:
    """Build the trie of distinct, sorted, non-empty keys; key i owns entries first[i] .. first[i] + count[i] - 1.

    Raises:
        ValueError: a key with 256 entries or more, which the value cannot hold.
    """
    if len(keys) and count.max() > MOST_ENTRIES:
        raise ValueError("a surface form has too many dictionary entries")
    characters = encode("".join(keys))
    codes = np.zeros(_UNICODE, np.uint16)
    distinct, frequency = np.unique(characters, return_counts=True)
    codes[distinct[np.argsort(-frequency, kind="stable")]] = np.arange(1, len(distinct) + 1)
    offsets = np.cumsum([0, *map(len, keys)], dtype=np.int64)
    values = (first << COUNT_BITS | count).astype(np.int32)
    units = _place(codes[characters].astype(np.int32), offsets, values, len(distinct) + 1)
    return Trie(codes, np.ascontiguousarray(units))


@kernel
def _place(coded: Int32, offsets: Int64, values: Int32, n_codes: int) -> Int32:
    """Give every node a base at which all its children find a free cell, parents before children."""
    n_keys = len(values)
    units = _with_blank_cells(np.zeros((0, 4), np.int32), len(coded) + 2 * n_codes)
    units[0, CHECK] = 0
    # First and last key, depth and cell of nodes without children yet.
    waiting = np.zeros((n_keys + 1, 4), np.int64)
    waiting[0, 1] = n_keys
    n_waiting = min(n_keys, 1)
    children = np.empty(n_codes, np.int32)
    starts = np.empty(n_codes + 1, np.int64)
    lowest_free = 1
    highest_base = 0
    while n_waiting:
        n_waiting -= 1
        low, high = waiting[n_waiting, 0], waiting[n_waiting, 1]
        depth, node = waiting[n_waiting, 2], waiting[n_waiting, 3]
        if offsets[low + 1] - offsets[low] == depth:
            units[node, VALUE] = values[low]
            low += 1
        n_children = 0
        for key in range(low, high):
            code = coded[offsets[key] + depth]
            if n_children == 0 or children[n_children - 1] != code:
                children[n_children] = code
                starts[n_children] = key
                n_children += 1
        if n_children == 0:
            continue
        starts[n_children] = high
        while units[lowest_free, CHECK] >= 0:
            lowest_free += 1
        base = _free_base(units, children, n_children, lowest_free)
        if base + 2 * n_codes >= len(units):
            units = _with_blank_cells(units, len(units) // 4 + 2 * n_codes)
        units[node, BASE] = base
        highest_base = max(highest_base, base)
        for child in range(n_children):
            cell = base + children[child]
            units[cell, CHECK] = node
            waiting[n_waiting, 0] = starts[child]
            waiting[n_waiting, 1] = starts[child + 1]
            waiting[n_waiting, 2] = depth + 1
            waiting[n_waiting, 3] = cell
            n_waiting += 1
    return units[: highest_base + n_codes + 1]


@kernel
def _free_base(units: Int32, children: Int32, n_children: int, lowest_free: int) -> int:
    """Find the lowest base from `lowest_free` on whose children all fall on free cells; past the end all are free."""
    smallest = children[0]
    for i in range(1, n_children):
        smallest = min(smallest, children[i])
    cell = max(lowest_free, smallest)
    while True:
        if cell >= len(units) or units[cell, CHECK] < 0:
            base = int(cell - smallest)
            fits = True
            for i in range(n_children):
                if base + children[i] < len(units) and units[base + children[i], CHECK] >= 0:
                    fits = False
                    break
            if fits:
                return base
        cell += 1


@kernel
def _with_blank_cells(units: Int32, n: int) -> Int32:
    """Copy cells and add `n` free ones."""
    larger = np.zeros((len(units) + n, 4), np.int32)
    # A slice would compile numba's report of unequal shapes, five seconds of it.
    for row in range(len(units)):
        for column in range(4):
            larger[row, column] = units[row, column]
    larger[len(units) :, CHECK] = -1
    return larger
