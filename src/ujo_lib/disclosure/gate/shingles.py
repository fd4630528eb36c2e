"""Bare texts as numbers, fast: normalisation by table, and a rolling hash of every eight characters.

A national year is 337,943 texts with some 325 million characters. Each character costs one table look-up, three
multiplications and one probe into a bit table that says whether the release contains such a run of eight at all.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from ujo_lib.text import strip_for_match

LENGTH = 8
"""Characters in a shingle: the shortest run that counts as a piece of somebody's text."""

_PLANES = 0x30000  # the planes in which letters live
_SLOW = 0xFFFFFFFF  # marks characters whose normal form is not one character, or depends on the neighbours
_END = 0xFFFFFFFE  # stands between texts; no run crosses it
_BASE = np.uint64(0x9E3779B97F4A7C15)
_DOUBLINGS = [(step, np.uint64(pow(int(_BASE), step, 1 << 64))) for step in (1, 2, 4)]
_MOST_BITS = 26


@cache
def _normal_forms() -> np.ndarray:
    """Codepoint → codepoint of its normal form, 0 when it vanishes, `_SLOW` when it takes `strip_for_match`."""
    table = np.full(0x110000, _SLOW, dtype=np.uint32)
    for code in range(_PLANES):
        form = strip_for_match(chr(code)) if not 0xD800 <= code < 0xE000 else ""
        table[code] = _SLOW if len(form) > 1 else ord(form) if form else 0
    table[[0x3099, 0x309A, 0xFF9E, 0xFF9F]] = _SLOW  # voicing marks merge with the letter before them
    table[0x0300:0x0370] = _SLOW  # so do accents
    table[0x1100:0x1200] = _SLOW  # and Hangul pieces
    return table


def bare(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Normalise texts and lay them end to end.

    Returns:
        Codepoints, each text closed by an end mark, and the position at which each text starts.
    """
    codes, starts = _raw(texts)
    table = _normal_forms()
    forms = table[np.minimum(codes, 0x10FFFF)]
    slow = forms == _SLOW
    if slow.any():
        clumsy = np.unique(np.searchsorted(starts, np.flatnonzero(slow), side="right") - 1)
        mended = list(texts)
        for i in clumsy:
            mended[i] = strip_for_match(texts[i])
        codes, starts = _raw(mended)
        forms = table[np.minimum(codes, 0x10FFFF)]
        forms = np.where(forms == _SLOW, codes, forms)
    forms[starts[1:] - 1] = _END
    forms[-1:] = _END
    kept = forms != 0
    sizes = np.add.reduceat(kept, starts, dtype=np.int64)
    return forms[kept], np.cumsum(sizes) - sizes


def _raw(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    joined = "\0".join(texts) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    ends = np.cumsum(np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts)))
    return codes, np.concatenate([[0], ends[:-1]])


def hashes(codes: np.ndarray) -> np.ndarray:
    """Hash of the run of eight that starts at each position; runs that cross an end mark hash to 0."""
    if len(codes) < LENGTH:
        return np.zeros(0, dtype=np.uint64)
    value = codes.astype(np.uint64) + np.uint64(1)
    for step, factor in _DOUBLINGS:  # runs of 1 become runs of 2, of 4, of 8
        value = value[:-step] * factor + value[step:]
    ends = np.flatnonzero(codes == _END)
    crossing = (ends[:, None] - np.arange(LENGTH)).ravel()
    value[crossing[(crossing >= 0) & (crossing < len(value))]] = 0
    return value


class ShingleSet:
    """Sorted hashes behind a bit table that is probed twice, so that nearly every miss costs one look."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = _distinct(values)
        self._bits = min(_MOST_BITS, self.values.size.bit_length() + 4)
        self._probe = np.zeros(1 << self._bits, dtype=bool)
        self._probe[self._first_slot(self.values)] = True
        self._probe[self._second_slot(self.values)] = True

    def __len__(self) -> int:
        return int(self.values.size)

    def find(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions in `values` that are in the set, and where in the set each is."""
        likely = np.flatnonzero(self._probe[self._first_slot(values)])
        likely = likely[self._probe[self._second_slot(values[likely])]]
        if not len(self.values) or not len(likely):
            return likely[:0], likely[:0]
        place = np.searchsorted(self.values, values[likely])
        place = np.minimum(place, len(self.values) - 1)
        sure = self.values[place] == values[likely]
        return likely[sure], place[sure]

    def without(self, values: np.ndarray) -> "ShingleSet":
        """The set less some hashes."""
        return ShingleSet(self.values[~np.isin(self.values, values, kind="sort")])

    def _first_slot(self, values: np.ndarray) -> np.ndarray:
        slot: np.ndarray = (values >> np.uint64(64 - self._bits)).astype(np.intp)
        return slot

    def _second_slot(self, values: np.ndarray) -> np.ndarray:
        return self._first_slot((values ^ (values >> np.uint64(31))) * _BASE)


def _distinct(values: np.ndarray) -> np.ndarray:
    """Sorted distinct hashes without 0 (by sorting: half the time of `numpy.unique` on tens of millions)."""
    ordered = np.sort(values)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, bool)
    distinct: np.ndarray = ordered[first & (ordered != 0)]
    return distinct


def shingles(texts: Sequence[str]) -> ShingleSet:
    """All runs of eight bare characters of some texts."""
    codes, _ = bare(texts) if texts else (np.zeros(0, dtype=np.uint32), None)
    return ShingleSet(hashes(codes))
