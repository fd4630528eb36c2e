"""Every pattern is found wherever it stands, and owners of one pattern each hear of it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ujo_lib.tagging.matching import BEGIN, END, FOUND, TERM, build_automaton, find_hits, themes_in
from ujo_lib.tagging.normalise import encode

LETTERS = "あいう学校"


def places(text: str, pattern: str) -> list[tuple[int, int]]:
    return [(at, at + len(pattern)) for at in range(len(text)) if text.startswith(pattern, at)]


@settings(deadline=None, max_examples=150)
@given(
    text=st.text(LETTERS + "え", max_size=25),
    patterns=st.lists(
        st.tuples(st.text(LETTERS, min_size=1, max_size=4), st.integers(0, 3)), min_size=1, max_size=9
    ),
    inside=st.tuples(st.integers(0, 25), st.integers(0, 25)),
)
@example(text="ああああ", patterns=[("ああ", 0), ("あ", 1), ("ああ", 1)], inside=(0, 25))
@example(text="あいうあ", patterns=[("あいう", 0), ("い", 1), ("うあ", 2)], inside=(1, 4))
def test_hits_are_those_of_trying_every_pattern_at_every_place(
    text: str, patterns: list[tuple[str, int]], inside: tuple[int, int]
) -> None:
    """Within a stretch only what stands in it whole; the table begins too small and grows."""
    begin, end = (min(one, len(text)) for one in sorted(inside))
    n, hits = find_hits(encode(text), begin, end, build_automaton(patterns), np.empty((1, 6), np.int32))
    found = sorted(map(tuple, hits[:n][:, [TERM, BEGIN, END]].tolist()))
    assert found == sorted(
        (owner, a, b)
        for word, owner in set(patterns)
        for a, b in places(text, word)
        if begin <= a and b <= end
    )
    assert hits[:n, FOUND].tolist() == sorted(hits[:n, END].tolist())


@pytest.mark.parametrize(
    ("text", "bits"), [("", 0), ("学校", 0b01), ("校学", 0), ("親校", 0b10), ("学校と親校", 0b11), ("学", 0)]
)
def test_the_themes_of_a_sentence_are_those_of_the_patterns_in_it(text: str, bits: int) -> None:
    automaton = build_automaton([("学校", 0), ("親校", 1)])
    themes_at = np.zeros(len(automaton.goto), np.uint64)
    for state in range(len(automaton.goto)):
        for owner, _ in automaton.outputs[automaton.output_at[state] : automaton.output_at[state + 1]]:
            themes_at[state] |= np.uint64(1 << owner)
    found = themes_in(encode(text), 0, len(text), automaton.codes, automaton.goto, themes_at)
    assert int(found) == bits
