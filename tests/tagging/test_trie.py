"""The trie finds each key with its entries, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.tagging.trie import (
    BASE,
    CHECK,
    COUNT_BITS,
    MOST_ENTRIES,
    VALUE,
    Trie,
    _free_base,
    build_trie,
)


def found(trie: Trie, text: str) -> tuple[int, int] | None:
    """First entry and number of entries of a key; None for what is none."""
    node = 0
    for letter in text:
        code = int(trie.codes[ord(letter)])
        cell = int(trie.units[node, BASE]) + code
        if code == 0 or trie.units[cell, CHECK] != node:
            return None
        node = cell
    value = int(trie.units[node, VALUE])
    return (value >> COUNT_BITS, value & MOST_ENTRIES) if value else None


@settings(deadline=None, max_examples=80)
@given(
    keys=st.dictionaries(st.text("あいう学校😢", min_size=1, max_size=5), st.integers(1, 255), max_size=25),
    others=st.lists(st.text("あいう学校え😢", max_size=6), max_size=20),
)
def test_a_key_has_its_own_entries_and_what_is_no_key_has_none(
    keys: dict[str, int], others: list[str]
) -> None:
    ordered = sorted(keys)
    count = np.array([keys[key] for key in ordered], np.int64)
    first = np.cumsum(count) - count
    trie = build_trie(ordered, first, count)
    expected = {key: (int(at), int(n)) for key, at, n in zip(ordered, first, count, strict=True)}
    for text in {*ordered, *others} - {""}:
        assert found(trie, text) == expected.get(text), text


@pytest.mark.parametrize(("entries", "fits"), [(254, True), (255, True), (256, False)])
def test_a_word_may_have_as_many_entries_as_its_value_can_hold(entries: int, fits: bool) -> None:
    first, count = np.array([7]), np.array([entries])
    if fits:
        assert found(build_trie(["学校"], first, count), "学校") == (7, entries)
    else:
        with pytest.raises(ValueError, match="too many dictionary entries"):
            build_trie(["学校"], first, count)


def test_a_trie_of_nothing_finds_nothing() -> None:
    nothing = np.zeros(0, np.int64)
    assert found(build_trie([], nothing, nothing), "あ") is None


@pytest.mark.parametrize(
    ("lowest", "taken", "base"),
    [
        (2, [], 1),  # cells 2 and 3 of 4
        (3, [], 2),  # cell 3, and the first beyond the end
        (4, [], 3),  # both beyond it
        (2, [3], 3),  # 2 and 3, 3 and 4 are not both free
        (1, [2], 2),
    ],
)
def test_children_go_where_all_of_them_find_a_free_cell_and_past_the_end_all_are_free(
    lowest: int, taken: list[int], base: int
) -> None:
    units = np.full((4, 4), -1, np.int32)
    units[taken, CHECK] = 0
    assert _free_base(units, np.array([1, 2], np.int32), 2, lowest) == base
