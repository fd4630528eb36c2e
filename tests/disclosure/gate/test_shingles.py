"""The fast path over numbers must agree with the plain one over strings."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ujo_lib.disclosure.gate.shingles import LENGTH, bare, hashes, shingles
from ujo_lib.text import strip_for_match

_END = 0xFFFFFFFE
_TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=5)


@settings(deadline=None, max_examples=150)
@given(texts=_TEXTS)
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
