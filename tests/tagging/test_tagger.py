"""Tagging is exact: leaving sentences out, stopping early and working in parallel change no tag."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample.stream import iter_texts
from ujo_lib.tagging import Codebook, evidence, tag, tagger
from ujo_lib.tagging.compiled import COMPILED
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.judging import judged_hits
from ujo_lib.tagging.khcoder import parse_rules
from ujo_lib.tagging.matching import OWNER, ROLE, STATUS, TERM, THEME, VALID
from ujo_lib.tagging.normalise import corpus

PIECES = [
    *("学校に行きたくない", "死にたくない", "死にたい", "親友", "親", "は好き", "けど", "、", "。", "いじめ"),
    *("られていない", "ない", "わけではない", "大丈夫", "夫", "病院の先生", "主治医", "お金の心配はない"),
    *("眠れ", "ません", "ガッコウ", "うつ伏せ", "\n", "😢"),
]


def exhaustive(texts: list[str], book: Codebook) -> list[int]:
    """Tokenise every sentence, judge every hit of every theme."""
    cleaned = corpus(texts)
    masks = [0] * len(texts)
    for text, hits in zip(cleaned.text_of, judged_hits(cleaned, book.rules, book.engine), strict=True):
        for hit in hits[hits[:, STATUS] == VALID]:
            if book.rules.terms[hit[TERM], ROLE] == THEME:
                masks[text] |= 1 << int(book.rules.terms[hit[TERM], OWNER])
    return masks


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), max_size=4))
@settings(deadline=None, max_examples=150)
def test_prefilter_and_early_stop_change_no_tag(book: Codebook, texts: list[str]) -> None:
    assert tag(texts, book).masks.tolist() == exhaustive(texts, book)


@pytest.mark.slow
def test_tags_are_those_of_plain_janome(book: Codebook, janome_book: Codebook) -> None:
    texts = [text for _, text, _ in iter_texts(40, seed=3)] + ["".join(PIECES)]
    assert np.array_equal(tag(texts, book).masks, tag(texts, janome_book).masks)


def test_many_parts_and_threads_give_the_same_tags(book: Codebook, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for _, text, _ in iter_texts(30, seed=4)]
    whole = tag(texts, book)
    monkeypatch.setattr(tagger, "CHUNK_TEXTS", 7)
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda _: tag(texts, book).masks, range(3)))
    assert all(np.array_equal(whole.masks, masks) for masks in together)


@pytest.mark.parametrize("number", [1, 7, 8, 14, 15])
def test_documents_and_their_attributes_are_counted_through_all_parts(
    arrays: ArrayEngine, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagger, "CHUNK_TEXTS", 7)
    rules = parse_rules(f"＊a\nNo. == {number}\n＊b\n<>年代-->10代", engine=arrays)
    ages = ["10代" if at == number else "20代" for at in range(1, 16)]
    assert tag(["雨"] * 15, rules, {"年代": ages}).masks.tolist() == [
        3 * (at == number) for at in range(1, 16)
    ]


def test_no_texts_and_empty_texts_have_no_themes(book: Codebook) -> None:
    assert tag([], book).frame().shape == (0, len(book.themes))
    assert not tag(["", "  ", "\n"], book).frame().to_numpy().any()


def test_evidence_points_at_the_words_in_the_original(book: Codebook) -> None:
    text = "  きのう。ｶﾞｯｺｳの先生に\n「死にたい！！」と言った"
    found = {(place.theme, text[place.begin : place.end], place.status) for place in evidence(text, book)}
    assert ("school", "ｶﾞｯｺｳ", "採用") in found
    assert ("suicidal", "死にたい", "採用") in found


def test_evidence_says_what_undid_a_hit(book: Codebook) -> None:
    (place,) = (p for p in evidence("不安はありません", book) if p.theme == "mental")
    assert (place.status, place.because) == ("打ち消し", "s:はありません")


@pytest.mark.slow
def test_valid_evidence_and_tags_agree(book: Codebook) -> None:
    for _, text, _ in iter_texts(15, seed=5):
        row = tag([text], book).frame().iloc[0]
        valid = {place.theme for place in evidence(text, book) if place.status == "採用"}
        assert set(row.index[row]) == valid


@pytest.mark.skipif(not COMPILED, reason="in plain Python a million letters take a minute")
@pytest.mark.parametrize("unit", ["死にたくないけど学校に行きたくない、", "親友は好き、"])
def test_a_million_letters_on_one_line_are_tagged_like_a_few(book: Codebook, unit: str) -> None:
    """Every hit against every other would be hours here."""
    long = unit * (1_000_000 // len(unit))
    assert tag([long], book).masks.tolist() == tag([unit * 2], book).masks.tolist()


def test_the_evidence_of_a_long_line_is_that_of_its_parts(book: Codebook) -> None:
    unit = "死にたくないけど、お金の心配はない、学校に行きたくない、"
    first, second = (evidence(unit * n, book) for n in (10, 5000))
    per_unit = len([place for place in first if len(unit) <= place.begin < 2 * len(unit)])
    middle = [place for place in second if len(unit) <= place.begin < 4999 * len(unit)]
    assert per_unit > 2
    assert len(middle) == per_unit * 4998
    assert {(p.term, p.status, p.because) for p in middle} == {(p.term, p.status, p.because) for p in first}
