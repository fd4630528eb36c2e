"""Where a long text is cut, and which of the cheapest paths is taken: as Janome does it."""

import pytest
from janome.tokenizer import Tokenizer

from tests.tagging.conftest import assert_same, invented
from ujo_lib.tagging.engine import ArrayEngine, JanomeEngine
from ujo_lib.tagging.lattice import _splits
from ujo_lib.tagging.normalise import encode


@pytest.mark.slow
@pytest.mark.parametrize(
    "length", [1, 2, 49, 50, 51, 498, 499, 500, 501, 502, 1022, 1023, 1024, 1025, 1026, 3000]
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
