"""Documents as arrays of words, and the value of KH Coder's conditions for each of them.

A document is one text, its paragraphs are its lines. Words are compared as numbers over all documents at once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ujo_lib.tagging.codebook import CodebookError, CodebookProblem
from ujo_lib.tagging.khcoder import (
    KH_PARTS,
    UNKNOWN,
    Attribute,
    Close,
    CodeReference,
    Condition,
    DocumentNumber,
    Length,
    Number,
    Operation,
    Pieces,
    RuleBook,
    Substring,
    Word,
    kh_part,
)
from ujo_lib.tagging.matching import BEGIN, END, TERM, find_hits
from ujo_lib.tagging.normalise import Int64, corpus, decode, encode

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Attributes = Mapping[str, npt.NDArray[np.str_]]

_NOWHERE = -2
_OPERATORS: Mapping[str, Callable[[Floats, Floats], npt.NDArray[np.generic]]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
}


def coded(texts: Sequence[str], book: RuleBook, attributes: Attributes, first: int = 1) -> Bools:
    """Evaluate the codes of a rule file.

    Args:
        texts: original texts.
        book: from `khcoder.parse_rules`.
        attributes: the value of each text for each variable that the rules ask for.
        first: number of the first text, for `No.`.

    Returns:
        (texts, codes) whether a text has a code.

    Raises:
        CodebookError: a code asks for an attribute that is not there.
    """
    documents = _Documents(texts, book, attributes, first)
    for code in book.codes:
        documents.found[code.name] = documents.value(code.condition) != 0
    return np.column_stack(list(documents.found.values()))


class _Documents:
    """Words of all documents as arrays, and the value of each kind of atom for every document."""

    def __init__(self, texts: Sequence[str], book: RuleBook, attributes: Attributes, first: int) -> None:
        lines = [(number, line) for number, text in enumerate(texts) for line in text.splitlines()]
        cleaned = corpus([line for _, line in lines])
        tokens = book.engine.tokenise(cleaned.codepoints, cleaned.sentences)
        self.found: dict[str, Bools] = {}
        self._n, self._first, self._attributes = len(texts), first, attributes
        self._book = book
        self._words = book.engine.dictionary
        self._codepoints, self._sentences, self._rows = cleaned.codepoints, cleaned.sentences, tokens.rows
        paragraph = cleaned.text_of.astype(np.int64)
        self._document_of_sentence = np.array([number for number, _ in lines], np.int64)[paragraph]
        per_sentence = np.diff(tokens.pointer)
        self._scopes = {
            "": np.repeat(self._document_of_sentence, per_sentence),
            "b": np.repeat(np.arange(len(per_sentence)), per_sentence),
            "d": np.repeat(paragraph, per_sentence),
        }
        self._new_words: dict[str, int] = {}
        self._base = self._base_forms()
        self._starts: dict[Pieces, Int64] = {}

    def _base_forms(self) -> Int64:
        """Number of each word's base form; an unknown word is its own and gets a number behind the dictionary's."""
        entries = self._rows[:, 2]
        base = self._words.base_of[entries].astype(np.int64)
        numbers, after = self._words.base_ids, len(self._words.base_forms)
        for row in np.flatnonzero(entries < 0):
            begin, end, _ = self._rows[row]
            written = decode(self._codepoints[begin:end])
            known = numbers.get(written)
            base[row] = (
                self._new_words.setdefault(written, after + len(self._new_words)) if known is None else known
            )
        return base

    def value(self, condition: Condition) -> Floats:
        """Value of a condition for every document; comparisons and logic give 0 and 1."""
        match condition:
            case Number(value):
                return np.full(self._n, value)
            case DocumentNumber():
                return np.arange(self._first, self._first + self._n, dtype=float)
            case Word():
                return self._per_document(self._places_of(condition))
            case Close():
                return self._per_document(self._close(condition))
            case Substring(text):
                return self._sentences_with(text)
            case CodeReference(name):
                return self.found[name].astype(float)
            case Attribute():
                return self._attribute(condition)
            case Length("lw"):
                return np.bincount(self._scopes[""], minlength=self._n).astype(float)
            case Length():
                lengths = np.diff(self._sentences).ravel().astype(float)
                return np.bincount(self._document_of_sentence, lengths, self._n).astype(float)
            case Operation(operator, operands):
                return _operate(operator, [self.value(operand) for operand in operands])

    def _per_document(self, places: Int64) -> Floats:
        return np.bincount(self._scopes[""][places], minlength=self._n).astype(float)

    def _places(self, pieces: Pieces) -> Int64:
        """Words at which a row of base forms begins, within one sentence."""
        if pieces not in self._starts:
            sentence = self._scopes["b"]
            places = np.flatnonzero(self._base == self._number(pieces[0]))
            for shift, piece in enumerate(pieces[1:], start=1):
                places = places[places + shift < len(self._base)]
                follows = self._base[places + shift] == self._number(piece)
                places = places[follows & (sentence[places + shift] == sentence[places])]
            self._starts[pieces] = places
        return self._starts[pieces]

    def _number(self, base: str) -> int:
        return self._words.base_ids.get(base, self._new_words.get(base, _NOWHERE))

    def _places_of(self, word: Word) -> Int64:
        """Words that fit a base form, part of speech, inflection form and surface."""
        places = self._places(word.base) if word.base else np.arange(len(self._base))
        if word.surface:
            letters = encode(word.surface)
            begin, end = self._rows[places, 0], self._rows[places, 1]
            places, begin = places[same := end - begin == len(letters)], begin[same]
            spans = self._codepoints[begin[:, None] + np.arange(len(letters))]
            places = places[(spans == letters).all(axis=1)]
        if word.inflection:
            fits = np.array([speech[-1] == word.inflection for speech in self._speeches], np.bool_)
            places = places[fits[self._speech_of[places]]]
        if word.speech in KH_PARTS:
            places = places[self._kh_parts[places] == word.speech]
        elif word.speech:
            wanted = word.speech.split(",")
            fits = np.array(
                [speech[: len(wanted)] == wanted or word.speech in speech[:4] for speech in self._speeches],
                np.bool_,
            )
            places = places[fits[self._speech_of[places]]]
        return places

    @cached_property
    def _speeches(self) -> list[list[str]]:
        """Parts of speech, inflection type and inflection form; those of unknown words from the end."""
        return [speech.split(",") for speech in self._words.all_speeches]

    @cached_property
    def _speech_of(self) -> Int64:
        """The place of each word's speech in `_speeches`."""
        return self._words.speech_at(self._rows[:, 2])

    @cached_property
    def _kh_parts(self) -> npt.NDArray[np.object_]:
        """KH Coder's part of speech of each word."""
        pairs = np.column_stack((self._base, self._speech_of))
        distinct, of_word = np.unique(pairs, axis=0, return_inverse=True)
        parts = [
            UNKNOWN
            if speech >= len(self._words.speeches)
            else kh_part(self._words.base_forms[base], ",".join(self._speeches[speech][:4]))
            for base, speech in distinct.tolist()
        ]
        return np.array(parts, object)[of_word.ravel()]

    def _close(self, close: Close) -> Int64:
        """The occurrences of the first word that are part of a chain of all words."""
        # Sentences, paragraphs or documents are moved apart, so that no chain reaches from one into the next.
        reach = close.reach or len(self._base)
        axis = np.arange(len(self._base)) + self._scopes[close.scope] * reach
        words = [axis[self._places(pieces)] for pieces in close.words]
        if close.ordered:
            found = words[-1]
            for here in reversed(words[:-1]):
                found = here[_within(found, here + 1, here + reach) > 0]
        elif len(words) == 2:
            first, second = words
            others = _within(second, first - reach, first + reach) - np.isin(first, second)
            found = first[others > 0]
        else:
            found = np.array([place for place in words[0] if _chained(place, words, reach)], np.int64)
        return np.searchsorted(axis, found)

    def _sentences_with(self, text: str) -> Floats:
        """Number of sentences of each document that contain some characters."""
        first, after = np.searchsorted(self._hits[:, 0], self._book.substrings[text] + np.arange(2))
        sentences = self._hits[first:after, 1]
        return np.bincount(self._document_of_sentence[sentences], minlength=self._n).astype(float)

    @cached_property
    def _hits(self) -> Int64:
        """(substring, sentence) of all substrings, ascending, each pair once."""
        n, hits = find_hits(
            self._codepoints, 0, len(self._codepoints), self._book.automaton, np.empty((256, 6), np.int32)
        )
        begin, end = hits[:n, BEGIN], hits[:n, END]
        sentence = np.searchsorted(self._sentences[:, 1], begin, "right")
        inside = end <= self._sentences[sentence, 1]
        return np.unique(np.column_stack((hits[:n, TERM], sentence))[inside], axis=0)

    def _attribute(self, attribute: Attribute) -> Floats:
        if attribute.variable not in self._attributes:
            message = f"変数「{attribute.variable}」がデータにない。列の名前を確かめる"
            raise CodebookError([CodebookProblem(attribute.line, "属性", message)], self._book.source.version)
        has: Bools = self._attributes[attribute.variable] == attribute.value
        return has.astype(float)


def _within(places: Int64, first: Int64, last: Int64) -> Int64:
    """How many of some ascending places lie in each stretch from `first` to `last`, both included."""
    return np.searchsorted(places, last, "right") - np.searchsorted(places, first)


def _chained(first: int, words: Sequence[Int64], reach: int) -> bool:
    """Tell whether all words can be lined up in any order, each at most `reach` from the one before it.

    Depth first over chains that hold the occurrence `first` and grow to the left or right of the words taken so far.
    """
    stack = [(first, first, frozenset(range(1, len(words))))]
    seen = set(stack)
    while stack:
        low, high, missing = stack.pop()
        if not missing:
            return True
        for word in missing:
            begin, end = np.searchsorted(words[word], (low - reach, high + reach + 1))
            for place in words[word][begin:end].tolist():
                state = (min(low, place), max(high, place), missing - {word})
                if not low <= place <= high and state not in seen:
                    seen.add(state)
                    stack.append(state)
    return False


def _operate(operator: str, values: Sequence[Floats]) -> Floats:
    """SQL's operators; unlike there a division by zero is 0, which a comparison may find small enough."""
    left, right = values[0], values[-1]
    result: Floats
    if operator == "not":
        result = (left == 0).astype(float)
    elif operator == "/":
        result = np.divide(left, right, out=np.zeros(len(left)), where=right != 0)
    else:
        result = _OPERATORS[operator](left, right).astype(float)
    return result
