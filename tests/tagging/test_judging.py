"""Each hit is judged as the rules say; what is made of all of them is what tagging says, which stops at the first."""

import random
import re

import numpy as np
import pytest

from ujo_lib.tagging import Codebook, compile_codebook, parse_codebook, tag
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.judging import Places, judged_hits, theme_places
from ujo_lib.tagging.matching import BEGIN, BY, CANCELLED, EXCLUDED, ROLE, STATUS, TERM, THEME, VALID
from ujo_lib.tagging.normalise import corpus

TEXTS = ["学校に行きたくない。死にたい", "", "死にたくない", "親友と親の話。学校、学校", "今日は晴れ"]

RULES = """
version: "1"
exclude: [s:丁丙甲]
stops: [s:戊, s:丙甲]
cancel:
  - {id: one, label: 一, within: 1, terms: [s:丙], unless: [s:丙丁, s:乙丙]}
  - {id: two, label: 二, within: 2, terms: [s:丁乙]}
themes:
  - {id: a, label: A, role: factor, terms: [s:甲], exclude: [s:甲乙甲, s:己甲], cancel: [one]}
  - {id: b, label: B, role: factor, terms: [s:乙, s:甲甲], exclude: [s:乙甲], cancel: [two]}
  - {id: c, label: C, role: factor, terms: [s:戊丁], cancel: [one, two]}
"""


def said(text: str) -> set[tuple[str, int, int, frozenset[tuple[str, int]]]]:
    """Each hit of a theme by the words of `RULES`: word, place, what became of it, every word and place to blame."""

    def places(*words: str) -> list[tuple[str, int]]:
        return [(word, found.start()) for word in words for found in re.finditer(f"(?={word})", text)]

    def covered(by: list[tuple[str, int]], first: int, after: int) -> set[tuple[str, int]]:
        return {(word, at) for word, at in by if at <= first and after <= at + len(word)}

    told, stops = set(), places("戊", "丙甲")
    for words, excluded, one, two in (
        (["甲"], ["甲乙甲", "己甲"], True, False),
        (["乙", "甲甲"], ["乙甲"], False, True),
        (["戊丁"], [], True, True),
    ):
        undoing = [
            (place, 1)
            for place in places("丙")
            if one and not covered(places("丙丁", "乙丙"), place[1], place[1] + 1)
        ]
        undoing += [(place, 2) for place in places("丁乙") if two]
        for word, at in places(*words):
            after = at + len(word)
            over = covered(places("丁丙甲", *excluded), at, after)
            undone = {
                place
                for place, within in undoing
                if 0 <= place[1] - after <= within and not any(after <= at < place[1] for _, at in stops)
            }
            status = EXCLUDED if over else CANCELLED if undone else VALID
            told.add((word, at, status, frozenset(over or undone)))
    return told


def test_each_hit_is_excluded_undone_or_counted_as_the_rules_say(arrays: ArrayEngine) -> None:
    """Texts of few letters, against the rules in plain words: every reach, order and overlap."""
    book = compile_codebook(parse_codebook(RULES), arrays)
    rng = random.Random(1)
    texts = ["".join(rng.choices("甲乙丙丁戊己", k=rng.randint(1, 9))) for _ in range(400)]
    words, terms = [term.substring for term in book.terms], book.rules.terms
    cleaned = corpus(texts)
    for sentence, hits in enumerate(judged_hits(cleaned, book.rules, book.engine)):
        hits[:, BEGIN] -= cleaned.sentences[sentence, 0]
        named = [(words[hit[TERM]], int(hit[BEGIN])) for hit in hits]
        expected = {told[:3]: told[3] for told in said(texts[cleaned.text_of[sentence]])}
        found = {
            (*named[i], int(hit[STATUS])): None if hit[STATUS] == VALID else named[hit[BY]]
            for i, hit in enumerate(hits)
            if terms[hit[TERM], ROLE] == THEME
        }
        assert found.keys() == expected.keys()
        assert all(by is None or by in expected[hit] for hit, by in found.items())


def test_the_places_of_all_themes_give_each_text_the_themes_that_its_tag_has(book: Codebook) -> None:
    found = theme_places(corpus(TEXTS), book.rules, book.engine)
    assert found.masks(len(TEXTS)).tolist() == tag(TEXTS, book).masks.tolist()
    assert len(found.text) > len(set(zip(found.text.tolist(), found.theme.tolist(), strict=True)))


@pytest.mark.parametrize("theme", [0, 1, 62])
def test_the_first_and_the_last_theme_a_codebook_can_have_keep_their_bits(theme: int) -> None:
    text, nothing = np.array([1, 1]), np.zeros(2, np.int64)
    places = Places(text, np.full(2, theme), nothing, nothing)
    assert places.masks(3).tolist() == [0, 1 << theme, 0]
