"""Every hit of a codebook in a text with what became of it: for evidence, explanations, the check of the codebook.

Slower than tagging, which stops at the first valid hit of a theme, but the judgement is the same function.
"""

from collections.abc import Iterator
from itertools import pairwise

from ujo_lib.tagging.engine import Engine
from ujo_lib.tagging.matching import Rules, judge_sentences
from ujo_lib.tagging.normalise import Corpus, Int32


def judged_hits(texts: Corpus, rules: Rules, engine: Engine) -> Iterator[Int32]:
    """Yield for each sentence the table of hits with its judgement (columns as in `matching`)."""
    tokens = engine.tokenise(texts.codepoints, texts.sentences)
    base_of = engine.dictionary.base_of
    hits, hits_at = judge_sentences(
        texts.codepoints, texts.sentences, tokens.rows, tokens.pointer, rules, base_of
    )
    for first, after in pairwise(hits_at):
        yield hits[first:after]
