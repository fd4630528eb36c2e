"""Where a long text is cut, and which of the cheapest paths is taken: as Janome does it."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from janome.tokenizer import Tokenizer

from tests.tagging.conftest import assert_same, invented
from ujo_lib.tagging.dictionary import _index
from ujo_lib.tagging.engine import ArrayEngine, JanomeEngine
from ujo_lib.tagging.lattice import (
    CHUNK,
    LONGEST_CHUNK,
    Lexicon,
    _splits,
    new_nodes,
    new_scratch,
    tokenise,
)
from ujo_lib.tagging.normalise import encode


@pytest.mark.slow
@pytest.mark.parametrize(
    "length",
    [1, 49, 50, 51, 499, 500, 501, 1023, 1024, 1025]
    + [pytest.param(length, marks=pytest.mark.full) for length in (2, 498, 502, 1022, 1026, 3000)],
)
def test_chunks_end_where_janome_ends_them(arrays: ArrayEngine, janome: JanomeEngine, length: int) -> None:
    units = ("学校に行きたくない、", "あ", "ア", "1", "a", "う\n\n", "え\r\n\r\n", "。", "www.x", "親")
    texts = [(unit * length)[:length] for unit in units]
    assert_same(arrays, janome, [*texts, *(invented(seed, length) for seed in range(4))])


@pytest.mark.parametrize(
    ("before", "may"),
    [(f"あ{mark}", True) for mark in "、。,.？?！!"]
    + [("あ\n\n", True), ("\r\n\r\n", True), ("\n\r\n", False), ("あ\r\n", False), ("あいう\n", False)]
    + [(f"あ{letter}", False) for letter in "あa1 ;；・…」\r　"],
)
def test_a_long_text_may_be_cut_behind_the_punctuation_of_janome_and_behind_an_empty_line(
    before: str, may: bool
) -> None:
    codepoints = encode(f"ああああ{before}い")
    assert bool(_splits(codepoints, len(codepoints) - 1)) is may
    assert bool(Tokenizer._Tokenizer__splittable(Tokenizer(), f"ああああ{before}")) is may


Word = tuple[str, int, int, int]
"""Surface, left id, right id, cost."""
UNKNOWN: Word = ("", 1, 1, 6)


def lexicon(words: list[Word], *, connection=((0, 0), (0, 0)), invoke=False, longest=0) -> Lexicon:
    """A dictionary of a few words and one kind of letters."""
    trie, entries, numbers = _index(words)
    return Lexicon(
        codes=trie.codes,
        units=trie.units,
        entries=entries,
        numbers=numbers,
        connection=np.array(connection, np.int16),
        char_class=np.zeros(0x110000, np.uint8),
        class_categories=np.array([[0, -1]], np.int8),
        in_category=np.ones((1, 1), np.bool_),
        categories=np.array([[invoke, longest, 0, 1]], np.int32),
        unknown=np.array([UNKNOWN[1:]], np.int32),
    )


def cut(text: str, dictionary: Lexicon) -> list[tuple[str, int]]:
    """The words of a text and their numbers."""
    tokens = np.empty((len(text), 3), np.int32)
    n, _ = tokenise(encode(text), 0, len(text), dictionary, new_scratch(dictionary), new_nodes(), tokens, 0)
    return [(text[begin:end], entry) for begin, end, entry in tokens[:n].tolist()]


def every_cut(text: str, words: list[Word], longest: int, invoke: bool) -> Iterator[list[Word]]:
    """All ways to cut a text: known words, and a run of unknown letters where there are none or it always stands."""
    if not text:
        yield []
        return
    here = [word for word in words if text.startswith(word[0])]
    run = text[: 1 + longest]
    for word in here + ([(run, *UNKNOWN[1:])] if invoke or not here else []):
        for rest in every_cut(text[len(word[0]) :], words, longest, invoke):
            yield [word, *rest]


def cost(path: list[Word], connection: list[list[int]]) -> int:
    """Own costs, and the cost of each word's left side after the right side of the word before it, 0 at both ends."""
    rights, lefts = [0, *(word[2] for word in path)], [*(word[1] for word in path), 0]
    joints = sum(connection[left][right] for left, right in zip(lefts, rights, strict=True))
    return sum(word[3] for word in path) + joints


small = st.integers(-9, 9)
entries = st.tuples(st.text("あい", min_size=1, max_size=3), st.integers(0, 1), st.integers(0, 1), small)


@given(
    text=st.text("あいう", min_size=1, max_size=7),
    words=st.lists(entries, min_size=1, max_size=6, unique_by=lambda word: word[0]),
    connection=st.lists(st.lists(small, min_size=2, max_size=2), min_size=2, max_size=2),
    longest=st.integers(0, 3),
    invoke=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_no_way_to_cut_a_text_is_cheaper_than_the_one_that_is_taken(
    text: str, words: list[Word], connection: list[list[int]], longest: int, invoke: bool
) -> None:
    dictionary = lexicon(words, connection=connection, invoke=invoke, longest=longest)
    taken = [
        words[entry] if entry >= 0 else (surface, *UNKNOWN[1:]) for surface, entry in cut(text, dictionary)
    ]
    assert "".join(word[0] for word in taken) == text
    ways = list(every_cut(text, words, longest, invoke))
    assert taken in ways
    assert cost(taken, connection) == min(cost(way, connection) for way in ways)


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ([("あ", 0, 0, 1), ("ああ", 0, 0, 2)], ["あ", "あ"]),
        ([("ああ", 0, 0, 2), ("あ", 0, 0, 1)], ["ああ"]),
    ],
)
def test_of_equally_cheap_ways_that_of_the_lower_dictionary_number_is_taken(
    words: list[Word], taken: list[str]
) -> None:
    assert [surface for surface, _ in cut("ああ", lexicon(words))] == taken


@pytest.mark.parametrize(
    ("words", "taken"),
    [([("あ", 1, 1, 3)], [("ああ", -1)]), ([("あ", 1, 1, 9), ("ああ", 1, 1, 6)], [("ああ", 1)])],
    ids=["unknown", "known"],
)
def test_between_a_known_and_an_unknown_word_as_cheap_the_first_that_came_stays(
    words: list[Word], taken: list[tuple[str, int]]
) -> None:
    assert cut("ああ", lexicon(words, invoke=True, longest=1)) == taken


@pytest.mark.parametrize(("letters", "found"), [(49, True), (50, True), (51, False)])
def test_a_word_of_more_letters_than_janome_looks_up_is_not_found(letters: int, found: bool) -> None:
    word = "あ" * letters
    taken = cut(word + "い", lexicon([(word, 0, 0, -1000), ("い", 0, 0, 0)]))
    assert ((word, 0) in taken) is found


@pytest.mark.parametrize(
    ("entries_each", "letters"), [(3, CHUNK), (4, LONGEST_CHUNK), (9, LONGEST_CHUNK), (250, 40)]
)
def test_a_text_in_which_more_words_could_stand_than_there_is_room_for_is_cut_all_the_same(
    entries_each: int, letters: int
) -> None:
    """4,096 nodes are allotted at first; words are listed anew in twice as many."""
    words = [("あ", 0, 0, entries_each - k) for k in range(entries_each)]
    assert cut("あ" * letters, lexicon(words)) == [("あ", entries_each - 1)] * letters
