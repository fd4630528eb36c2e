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
    offsets = np.zeros(len(keys) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, keys), np.int64, len(keys)), out=offsets[1:])
    values = (first << COUNT_BITS | count).astype(np.int32)
    return Trie(codes, _place(codes[characters].astype(np.int32), offsets, values, len(distinct) + 1))


@kernel
def _place(coded: Int32, offsets: Int64, values: Int32, n_codes: int) -> Int32:
    """Give every node a base at which all its children find a free cell, parents before children."""
    n_keys = len(values)
    units = _blank_units(len(coded) + 2 * n_codes)
    units[0, CHECK] = 0
    stack = np.empty((n_keys + 1, 4), np.int64)  # ranges of keys below one node; they are disjoint
    stack[0] = (0, n_keys, 0, 0)
    depth_of_stack = 1 if n_keys else 0
    children = np.empty(n_codes, np.int32)
    starts = np.empty(n_codes + 1, np.int64)
    lowest_free = 1
    while depth_of_stack:
        depth_of_stack -= 1
        low, high, depth, node = stack[depth_of_stack]
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
        base = _free_base(units, children[:n_children], lowest_free)
        if base + 2 * n_codes >= len(units):
            units = np.concatenate((units, _blank_units(len(units) // 4 + 2 * n_codes)))
        units[node, BASE] = base
        for child in range(n_children):
            cell = base + children[child]
            units[cell, CHECK] = node
            stack[depth_of_stack] = (starts[child], starts[child + 1], depth + 1, cell)
            depth_of_stack += 1
    used: Int32 = units[: units[:, BASE].max() + n_codes + 1].copy()
    return used


@kernel
def _free_base(units: Int32, children: Int32, lowest_free: int) -> int:
    """Find the lowest base from `lowest_free` on whose children all fall on free cells; past the end all are free."""
    smallest = children.min()
    cell = max(lowest_free, smallest)
    while True:
        if cell >= len(units) or units[cell, CHECK] < 0:
            base = cell - smallest
            fits = True
            for child in children:
                if base + child < len(units) and units[base + child, CHECK] >= 0:
                    fits = False
                    break
            if fits:
                return int(base)
        cell += 1


@kernel
def _blank_units(n: int) -> Int32:
    units = np.zeros((n, 4), np.int32)
    units[:, CHECK] = -1
    return units
