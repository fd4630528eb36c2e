"""Texts in, themes out: the pure heart of the room. Everything a caller needs for tagging in memory is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ujo_lib.tagging.codebook import Book, Codebook
from ujo_lib.tagging.compiled import compiled_once
from ujo_lib.tagging.documents import Attributes, coded
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.judging import judged_hits, theme_places
from ujo_lib.tagging.khcoder import RuleBook
from ujo_lib.tagging.matching import (
    BEGIN,
    BY,
    CANCELLED,
    END,
    EXCLUDED,
    STATUS,
    TERM,
    THEME,
    UNCONFIRMED,
    VALID,
    UInt64,
    tag_texts,
)
from ujo_lib.tagging.normalise import corpus, trace

if TYPE_CHECKING:
    import pandas as pd

CHUNK_TEXTS = 2000
"""Texts handled at once. Working memory grows with it; beyond a thousand or so speed does not."""

STATUS_LABELS = {
    VALID: "採用",
    EXCLUDED: "除外語の中",
    CANCELLED: "打ち消し",
    UNCONFIRMED: "別の語の一部",
}


@dataclass(frozen=True)
class TagResult:
    """Themes of a list of texts.

    Attributes:
        masks: (texts,) bit i is theme i.
        themes: theme ids in the order of the bits.
    """

    masks: UInt64
    themes: tuple[str, ...]

    def matrix(self) -> npt.NDArray[np.bool_]:
        """(texts, themes) whether a text has a theme."""
        bits = np.arange(len(self.themes), dtype=np.uint64)
        return (self.masks[:, None] >> bits & np.uint64(1)).astype(np.bool_)

    def frame(self, index: "pd.Index | None" = None) -> "pd.DataFrame":
        """One boolean column per theme id, one row per text."""
        import pandas as pd  # a quarter of the start of `ujo tag`, which needs none of it

        return pd.DataFrame(self.matrix(), columns=list(self.themes), index=index)


@dataclass(frozen=True)
class Evidence:
    """One place in a text where a term stands, and what became of it.

    Attributes:
        theme: theme id.
        term: the term as the codebook has it.
        line: its line in the codebook.
        sentence: number of the sentence.
        begin, end: characters of the original text.
        status: one of `STATUS_LABELS`' values; only 採用 gives the theme.
        because: the term that excluded or cancelled it, else "".
    """

    theme: str
    term: str
    line: int
    sentence: int
    begin: int
    end: int
    status: str
    because: str


def tag(
    texts: Sequence[str],
    book: Book,
    attributes: "Mapping[str, Sequence[object]] | pd.DataFrame | None" = None,
) -> TagResult:
    """Find the themes of texts.

    Args:
        texts: original texts; "" has no themes.
        book: a compiled codebook, or the rules of KH Coder.
        attributes: of each text, for rules that ask for variables of the record (`<>変数-->値`).

    Raises:
        CodebookError: a rule asks for a variable that is not there.
    """
    known = {} if attributes is None else attributes
    asked = {
        name: np.array([str(value) for value in known[name]]) for name in book.variables if name in known
    }
    parts = (slice(at, at + CHUNK_TEXTS) for at in range(0, len(texts), CHUNK_TEXTS))
    masks = [
        tag_part(texts[part], book, {name: values[part] for name, values in asked.items()}, part.start + 1)
        for part in parts
    ]
    return TagResult(np.concatenate([np.empty(0, np.uint64), *masks]), book.ids)


def tag_part(texts: Sequence[str], book: Book, attributes: Attributes, first: int) -> UInt64:
    """Tag texts, of which the first is number `first`, in one go in this thread; return the bits of their themes."""
    if isinstance(book, RuleBook):
        bits = np.uint64(1) << np.arange(len(book.codes), dtype=np.uint64)
        found: UInt64 = coded(texts, book, attributes, first) @ bits
        return found
    assert isinstance(book, Codebook)
    cleaned = corpus(texts)
    if not isinstance(book.engine, ArrayEngine):
        return theme_places(cleaned, book.rules, book.engine).masks(cleaned.n_texts)
    dictionary = book.engine.dictionary
    with compiled_once("tagger"):
        return tag_texts(
            cleaned.codepoints,
            cleaned.sentences,
            cleaned.text_of,
            cleaned.n_texts,
            book.rules,
            dictionary.lexicon,
            dictionary.base_of,
            book.all_themes,
        )


def evidence(text: str, codebook: Codebook) -> list[Evidence]:
    """List every place where a term of a theme stands or seems to stand, in reading order, with its judgement."""
    traced = trace(text)
    found: dict[Evidence, None] = {}
    for sentence, hits in enumerate(judged_hits(traced.corpus, codebook.rules, codebook.engine)):
        for hit in hits:
            term = codebook.terms[hit[TERM]]
            if term.role != THEME:
                continue
            begin, end = traced.span(int(hit[BEGIN]), int(hit[END]))
            cause = codebook.terms[hits[hit[BY], TERM]].source.text if hit[BY] >= 0 else ""
            theme = codebook.themes[term.owner].id
            status = STATUS_LABELS[int(hit[STATUS])]
            place = Evidence(theme, term.source.text, term.source.line, sentence, begin, end, status, cause)
            found[place] = None
    return sorted(found, key=lambda place: (place.begin, place.end))
