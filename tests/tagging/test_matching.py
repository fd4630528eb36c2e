"""Every pattern is found wherever it stands, and owners of one pattern each hear of it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ujo_lib.tagging.matching import (
    ANY_THEME,
    BEGIN,
    BY,
    CANCEL,
    CANCELLED,
    END,
    EXCLUDE,
    EXCLUDED,
    FOUND,
    STATUS,
    STOP,
    SUBSTRING,
    TERM,
    THEME,
    UNLESS,
    VALID,
    Rules,
    Words,
    build_automaton,
    decide,
    find_hits,
    themes_in,
)
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


# Role, owner, bits of the cancel groups, reach: what decides about a hit.
TERMS = [
    (THEME, 0, 0b01, 0), (THEME, 1, 0b10, 0), (THEME, 1, 0b11, 0), (EXCLUDE, 0, 0, 0), (EXCLUDE, 1, 0, 0),
    (EXCLUDE, ANY_THEME, 0, 0), (CANCEL, 0, 0, 2), (CANCEL, 1, 0, 4), (UNLESS, 0, 0, 0), (UNLESS, 1, 0, 0),
    (STOP, ANY_THEME, 0, 0),
]  # fmt: skip
RULES = Rules(
    *build_automaton([]),
    themes_at=np.zeros(1, np.uint64),
    terms=np.array([(SUBSTRING, *one) for one in TERMS], np.int32),
    **dict.fromkeys(("words_at", "word_base", "word_text_at", "word_text"), np.zeros(1, np.int32)),
)
Hit = tuple[int, int, int, int]
"""Number of its term, begin, end, and where its pattern ended."""


def judged(hits: list[Hit]) -> tuple[list[tuple[int, int]], int]:
    """Status of each hit and the hit that caused it, and the themes: every hit held against every other."""

    def first(role: int, held: range, owners: set[int]) -> int | None:
        """The first hit of a role and owner whose span holds another."""
        for other, (term, begin, end, _) in enumerate(hits):
            fits = TERMS[term][:2] in {(role, owner) for owner in owners}
            if fits and begin <= held.start and held.stop <= end:
                return other
        return None

    def undoing(term: int, after: int) -> int | None:
        for other, (cancel, begin, end, _) in enumerate(hits):
            role, group, _, within = TERMS[cancel]
            if role != CANCEL or not TERMS[term][2] >> group & 1 or not 0 <= begin - after <= within:
                continue
            stopped = any(TERMS[stop][0] == STOP and after <= at < begin for stop, at, _, _ in hits)
            if not stopped and first(UNLESS, range(begin, end), {group}) is None:
                return other
        return None

    told, themes = [(VALID, -1)] * len(hits), 0
    for number, (term, begin, end, _) in enumerate(hits):
        role, theme, _, _ = TERMS[term]
        if role != THEME:
            continue
        if (by := first(EXCLUDE, range(begin, end), {theme, ANY_THEME})) is not None:
            told[number] = EXCLUDED, by
        elif (by := undoing(term, end)) is not None:
            told[number] = CANCELLED, by
        else:
            themes |= 1 << theme
    return told, themes


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(TERMS) - 1), st.integers(0, 9), st.integers(1, 4), st.integers(-3, 3)
        ).map(lambda one: (one[0], one[1], one[1] + one[2], one[1] + one[2] + one[3])),
        max_size=9,
    )
)
@example([(0, 0, 2, 5), (6, 4, 6, 6)])  # a reach of two
@example([(0, 0, 2, 5), (6, 5, 7, 7)])
@example([(6, 3, 4, 3), (0, 0, 2, 5)])  # what undoes was found before what it undoes
@example([(3, 0, 2, 2), (0, 0, 2, 3)])
@example([(0, 0, 1, 1), (10, 1, 2, 2), (6, 2, 3, 3)])  # a stop at once behind
@example([(0, 0, 1, 1), (6, 2, 3, 3), (10, 2, 4, 4)])  # and one that begins with what it would stop
def test_a_hit_counts_as_if_it_had_been_held_against_every_other(hits: list[Hit]) -> None:
    """Hits come in the order in which their patterns ended; what words confirm may begin and end elsewhere."""
    hits = sorted(hits, key=lambda hit: hit[3])
    table = np.zeros((len(hits), 6), np.int32)
    for row, hit in zip(table, hits, strict=True):
        row[[TERM, BEGIN, END, FOUND]] = hit
    table[:, BY] = -1
    none = np.zeros(1, np.int32)
    themes = decide(Words(none, 0, np.empty((0, 3), np.int32), none, none), RULES, table)
    assert (list(map(tuple, table[:, [STATUS, BY]].tolist())), int(themes)) == judged(hits)
