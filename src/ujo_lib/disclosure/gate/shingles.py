"""Bare texts as numbers, fast: normalisation by table, and a rolling hash of every eight characters.

A national year is 337,943 texts with some 325 million characters. Each character costs one table look-up, three short
multiplications and one probe into a table that says whether the release may contain such a run of eight at all; the
whole hash is worked out for the few that it may.
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
_BASE = 0x9E3779B97F4A7C15
_MOST_BITS = 26


@cache
def _normal_forms() -> np.ndarray:
    """Codepoint → codepoint of its normal form, 0 when it vanishes, `_SLOW` when it takes `strip_for_match`."""
    table = np.full(0x110000, _SLOW, dtype=np.uint32)
    alone = [chr(code) for code in range(_PLANES) if not 0xD800 <= code < 0xE000 and code != ord("\n")]
    # One call: a newline touches no neighbour.
    forms = strip_for_match("\n".join(alone), keep="\n").split("\n")
    table[[ord(c) for c in alone]] = [_SLOW if len(form) > 1 else ord(form) if form else 0 for form in forms]
    table[ord("\n")] = 0
    table[0xD800:0xE000] = 0
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
    forms = table[codes]
    slow = forms == _SLOW
    if slow.any():
        clumsy = np.unique(np.searchsorted(starts, np.flatnonzero(slow), side="right") - 1)
        mended = list(texts)
        for i in clumsy:
            mended[i] = strip_for_match(texts[i])
        codes, starts = _raw(mended)
        forms = table[codes]
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
    value = _rolled(codes, np.uint64)
    ends = np.flatnonzero(codes == _END)
    crossing = (ends[:, None] - np.arange(LENGTH)).ravel()
    value[crossing[(crossing >= 0) & (crossing < len(value))]] = 0
    return value


def _rolled(codes: np.ndarray, width: type[np.uint32] | type[np.uint64]) -> np.ndarray:
    """Polynomial of each run of eight; in 32 bits it is the lower half of what it is in 64."""
    if len(codes) < LENGTH:
        return np.zeros(0, dtype=width)
    value: np.ndarray = codes.astype(width)
    value += 1
    for step in (1, 2, 4):  # runs of 1 become runs of 2, of 4, of 8
        value = value[:-step] * _power(step).astype(width) + value[step:]
    return value


def _power(exponent: int) -> np.uint64:
    return np.uint64(pow(_BASE, exponent, 1 << 64))


class ShingleSet:
    """Sorted hashes behind a table that is probed twice, so that nearly every miss costs one look."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = distinct(values)
        self._shift = np.uint32(32 - min(_MOST_BITS, self.values.size.bit_length() + 4))
        self._probe = np.zeros(1 << (32 - int(self._shift)), dtype=bool)
        low = self.values.astype(np.uint32)
        self._probe[self._first_slot(low)] = True
        self._probe[self._second_slot(low)] = True

    def __len__(self) -> int:
        return int(self.values.size)

    def find(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions in `codes` at which a run of the set begins, and where in the set each is."""
        low = _rolled(codes, np.uint32)
        likely = np.flatnonzero(self._probe[self._first_slot(low)])
        likely = likely[self._probe[self._second_slot(low[likely])]]
        whole = np.zeros(len(likely), dtype=np.uint64)
        for step in range(LENGTH):
            whole = whole * _power(1) + codes[likely + step] + np.uint64(1)
        place = self._nearest(whole)
        sure = self.values[place] == whole
        return likely[sure], place[sure]

    def without(self, other: "ShingleSet") -> "ShingleSet":
        """The set less the hashes of another."""
        if not len(other):
            return self
        return ShingleSet(self.values[other.values[other._nearest(self.values)] != self.values])

    def _nearest(self, wanted: np.ndarray) -> np.ndarray:
        """Where in the set each hash is, if it is in it at all."""
        return np.minimum(np.searchsorted(self.values, wanted), len(self.values) - 1)

    def _first_slot(self, low: np.ndarray) -> np.ndarray:
        slot: np.ndarray = low >> self._shift
        return slot

    def _second_slot(self, low: np.ndarray) -> np.ndarray:
        return self._first_slot((low ^ (low >> np.uint32(15))) * np.uint32(0x85EBCA6B))


def distinct(values: np.ndarray) -> np.ndarray:
    """Sorted distinct hashes without 0 (by sorting: half the time of `numpy.unique` on tens of millions)."""
    ordered = np.sort(values)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, bool)
    kept: np.ndarray = ordered[first & (ordered != 0)]
    return kept


def words(codes: np.ndarray) -> str:
    """Codepoints as a text."""
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def shingles(texts: Sequence[str]) -> ShingleSet:
    """All runs of eight bare characters of some texts."""
    codes, _ = bare(texts) if texts else (np.zeros(0, dtype=np.uint32), None)
    return ShingleSet(hashes(codes))
