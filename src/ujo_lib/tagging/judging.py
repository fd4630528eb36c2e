"""Every hit of a codebook in a text with what became of it: for evidence, depth, and the check of the codebook itself.

Slower than tagging, which stops at the first valid hit of a theme, but the judgement is the same function.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ujo_lib.tagging.engine import Engine, Tokens
from ujo_lib.tagging.matching import (
    BEGIN,
    END,
    OWNER,
    ROLE,
    STATUS,
    TERM,
    THEME,
    VALID,
    Rules,
    UInt64,
    candidates,
    judge_sentences,
)
from ujo_lib.tagging.normalise import Corpus, Int32, Int64


class Places(NamedTuple):
    """Where terms of themes count, one entry per place: number of text and theme, span in the normalised characters."""

    text: Int64
    theme: Int64
    begin: Int64
    end: Int64

    def masks(self, n_texts: int) -> UInt64:
        """The bits of the themes of each text."""
        masks = np.zeros(n_texts, np.uint64)
        np.bitwise_or.at(masks, self.text, np.uint64(1) << self.theme.astype(np.uint64))
        return masks


def theme_places(texts: Corpus, rules: Rules, engine: Engine) -> Places:
    """All places of all themes; a sentence in which none could stand is not tokenised."""
    found = candidates(texts.codepoints, texts.sentences, rules)
    sentences = texts.sentences[found]
    tokens = engine.tokenise(texts.codepoints, sentences)
    return places_in(tokens, sentences, texts.text_of[found], rules)


def places_in(tokens: Tokens, sentences: Int64, text_of: Int32, rules: Rules) -> Places:
    """The places of themes in sentences that have been tokenised."""
    hits, hits_at = _judged(tokens, sentences, rules)
    terms = rules.terms[hits[:, TERM]]
    valid = (hits[:, STATUS] == VALID) & (terms[:, ROLE] == THEME)
    text = np.repeat(text_of, np.diff(hits_at))
    columns = (text, terms[:, OWNER], hits[:, BEGIN], hits[:, END])
    return Places(*(column[valid].astype(np.int64) for column in columns))


def judged_hits(texts: Corpus, rules: Rules, engine: Engine) -> Iterator[Int32]:
    """Yield for each sentence the table of hits with its judgement (columns as in `matching`)."""
    hits, hits_at = _judged(engine.tokenise(texts.codepoints, texts.sentences), texts.sentences, rules)
    for first, after in pairwise(hits_at):
        yield hits[first:after]


def _judged(tokens: Tokens, sentences: Int64, rules: Rules) -> tuple[Int32, Int64]:
    base_of = tokens.dictionary.base_of
    return judge_sentences(tokens.codepoints, sentences, tokens.rows, tokens.pointer, rules, base_of)
