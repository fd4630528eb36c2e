"""The fast path over numbers must agree with the plain one over strings."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ujo_lib.disclosure.gate import shingles as table
from ujo_lib.disclosure.gate.shingles import LENGTH, ShingleSet, bare, distinct, hashes, shingles, words
from ujo_lib.text import strip_for_match

_END = 0xFFFFFFFE
_TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=5)


@settings(deadline=None, max_examples=150)
@given(texts=_TEXTS)
@example(texts=["ﾊﾟﾊﾞ", "は\u309a", "e\u036f", "\u1100\u1161\u11ff", "\u3098a", "\uff9dﾞ"])
@example(texts=["ｶﾞｯｺｳ", "ＡＢＣ①", "か\u3099", "㈱あ", "e\u0301", "", "ÅßⅣ", "각\u11a8"])
def test_table_normalisation_agrees_with_the_slow_one(texts: list[str]) -> None:
    codes, starts = bare(texts)
    parts = np.split(codes, starts[1:])
    assert [part[:-1].astype("<u4").tobytes().decode("utf-32-le") for part in parts] == [
        strip_for_match(text) for text in texts
    ]
    assert all(part[-1] == _END for part in parts)


@settings(deadline=None, max_examples=60)
@given(texts=_TEXTS, other=st.text("あいうえお", max_size=40))
def test_a_run_of_eight_is_found_exactly_when_both_sides_have_it(texts: list[str], other: str) -> None:
    index = shingles([*texts, other])
    words = strip_for_match(other)
    runs = {words[i : i + LENGTH] for i in range(len(words) - LENGTH + 1)}
    probe, _ = bare([other, "かきくけこかきくけこ"])
    hits, places = index.find(probe)
    assert len(hits) == max(0, len(words) - LENGTH + 1)
    assert len(set(places.tolist())) == len(runs)


def test_no_run_crosses_from_one_text_into_the_next() -> None:
    codes, _ = bare(["あいうえ", "かきくけ"])
    assert not hashes(codes).any()
    assert len(shingles(["あいうえ", "かきくけ"])) == 0


@pytest.mark.parametrize(("letters", "runs"), [(0, 0), (6, 0), (7, 0), (8, 1), (9, 2)])
def test_a_run_is_eight_letters_and_fewer_are_none(letters: int, runs: int) -> None:
    codes = np.arange(100, 100 + letters, dtype=np.uint32)
    assert len(hashes(codes)) == runs
    assert len(ShingleSet(hashes(codes))) == runs
    text = "あいうえおかきくけこ"[:letters]
    assert len(shingles([text])) == runs


@pytest.mark.parametrize("texts", [[], [""], ["あい"], ["あいうえおかきく"]])
@pytest.mark.parametrize("probe", ["", "ん", "かきくけこさしす", "あいうえおかきく"])
def test_a_set_without_runs_and_a_text_without_any_of_them_find_nothing(texts: list[str], probe: str) -> None:
    hits, places = shingles(texts).find(bare([probe])[0])
    assert hits.tolist() == places.tolist() == [0] * (probe in texts and len(probe) == LENGTH)


def test_a_run_taken_out_of_a_set_is_not_found_and_its_neighbours_are() -> None:
    whole = shingles(["あいうえおかきくけこ"])
    codes, _ = bare(["あいうえおかきくけこ"])
    left = whole.without(ShingleSet(hashes(codes)[1:2]))
    assert [len(whole), len(left)] == [3, 2]
    assert left.find(codes)[0].tolist() == [0, 2]
    assert len(whole.without(ShingleSet(hashes(codes)[:0]))) == len(whole)
    assert len(whole.without(whole)) == 0


@pytest.mark.parametrize("mark", ["\u3099", "\u309a", "ﾞ", "ﾟ"])
def test_a_mark_that_voices_the_letter_before_it_is_part_of_that_letter(mark: str) -> None:
    """A text typed in half-width letters would leave the city unseen."""
    said = {"\u3099": "ばび", "ﾞ": "ばび"}.get(mark, "ぱぴ")
    codes, _ = bare([f"は{mark}ひ{mark}"])
    assert words(codes[:-1]) == strip_for_match(said)


@pytest.mark.parametrize(("given", "kept"), [
    ([], []), ([0], []), ([0, 0], []), ([7], [7]), ([7, 7], [7]), ([3, 9, 3, 0, 9, 9, 5], [3, 5, 9]),
])  # fmt: skip
def test_each_hash_is_in_a_set_once_and_that_of_nothing_is_not(given: list[int], kept: list[int]) -> None:
    found = distinct(np.array(given, dtype=np.uint64))
    assert found.tolist() == kept
    assert len(ShingleSet(np.array(given, dtype=np.uint64))) == len(kept)


@pytest.mark.parametrize(
    ("edge", "before", "after"),
    [
        (0x0300, 1, 2),
        (0x0370, 2, 1),
        (0x1100, 1, 2),
        (0x1200, 2, 1),
        (0xD800, 1, 0),
        (0xE000, 0, 1),
        (0x30000, 1, 2),
    ],
)
def test_a_table_has_each_letter_but_halves_of_one_and_those_that_depend_on_their_neighbours(
    edge: int, before: int, after: int
) -> None:
    """0: nothing; 1: a letter by itself; 2: accents, Hangul pieces and what lies beyond the planes of letters."""
    forms = table._normal_forms()

    def kind(code: int) -> int:
        if forms[code] == table._SLOW:
            return 2
        alone = strip_for_match(chr(code)) if not 0xD800 <= code < 0xE000 else ""
        assert forms[code] == (ord(alone) if alone else 0)
        return int(bool(alone) or not 0xD800 <= code < 0xE000)

    assert (kind(edge - 1), kind(edge)) == (before, after)


@pytest.mark.parametrize(
    ("less", "left"),
    [
        ([], [1, 5, 9]),
        ([5], [1, 9]),
        ([0, 1], [5, 9]),
        ([9, 10], [1, 5]),
        ([1, 5, 9], []),
        ([2, 8], [1, 5, 9]),
    ],
)
def test_a_set_less_another_has_what_only_the_first_has_be_it_beyond_all_of_the_other(less, left) -> None:
    first, other = (ShingleSet(np.array(values, dtype=np.uint64)) for values in ([1, 5, 9], less))
    assert first.without(other).values.tolist() == left
