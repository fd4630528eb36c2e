"""Every hit of a codebook in a text with what became of it: for evidence, explanations, the check of the codebook.

Slower than tagging, which stops at the first valid hit of a theme, but the judgement is the same function.
"""

from collections.abc import Iterator

import numpy as np

from ujo_lib.tagging.engine import Engine
from ujo_lib.tagging.matching import Rules, decide, find_hits, index_rows, longest
from ujo_lib.tagging.normalise import Corpus, Int32


def judged_hits(texts: Corpus, rules: Rules, engine: Engine) -> Iterator[Int32]:
    """Yield for each sentence the table of hits with its judgement (columns as in `matching`)."""
    tokens = engine.tokenise(texts.codepoints, texts.sentences)
    row_at = np.empty(longest(texts.sentences), np.int32)
    hits = np.empty((256, 5), np.int32)
    for sentence, (begin, end) in enumerate(texts.sentences):
        first, after = tokens.pointer[sentence], tokens.pointer[sentence + 1]
        n, hits = find_hits(texts.codepoints, begin, end, rules, hits)
        index_rows(tokens.rows, first, after, begin, end - begin, row_at)
        base_of = engine.dictionary.base_of
        decide(texts.codepoints, begin, tokens.rows, first, after, row_at, base_of, rules, hits, n)
        yield hits[:n].copy()
