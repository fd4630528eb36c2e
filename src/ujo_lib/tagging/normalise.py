"""Spelling made even and text cut into sentences, with the way back to the original characters.

Chats mix half-width kana, wave dashes, rows of exclamation marks and invisible characters. All of it is evened out
once, before any dictionary or rule sees the text; the sentence (up to 。!? or a line end) is then the unit of all
that follows.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ujo_lib.tagging.compiled import kernel

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_DASHES = "\u2010\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u23af"
_WAVES = "~\u301c\u223c\u223e\u3030"
_CLOSERS = "」』)】》〉]}\"'”’"
_REPEATED = "、ー^-"
_DROPPED_MARKS = "\u3099\u309a" + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_VOICED_MARKS = {0x309B: "\u3099", 0x309C: "\u309a"}
_MOST_MARKS = 30
"""More combining marks in a row stand in no language (UAX #15, Stream-Safe Text Format)."""
_MASK = re.compile("〔[^〔〕]{1,8}〕")
"""What stands for something that could name a person (`ujo_lib.text.mask_personal`, or the city's own hand): nobody who
wrote the text wrote its words."""
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs"})

KEEP, DROP, SPACE, LINE, DASH, WAVE, STOP, CLOSER, DOT, REPEAT, CAPITAL = range(11)
_KANA_FIRST, _KANA_LAST = 0x3041, 0x30FE
_LONG, _HYPHEN, _TILDE, _ELLIPSIS, _MIDDLE_DOT, _BLANK = 0x30FC, 0x2D, 0x7E, 0x2026, 0x30FB, 0x20
_BMP = 0x10000
_CASE = 32


class Tables(NamedTuple):
    """What the kernel knows of each character: its NFKC form, whether it joins its neighbour, its kind."""

    expansion_at: Int32
    expansion: Int32
    joins: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Corpus:
    """Normalised texts as arrays.

    Attributes:
        codepoints: the characters of every text, one after the other.
        origin: for each of them its index among the characters of all source texts.
        sentences: (n, 2) begin and end of each sentence in `codepoints`; outer spaces lie outside.
        text_of: the text a sentence belongs to, ascending.
        n_texts: number of texts, with or without sentences.
    """

    codepoints: Int32
    origin: Int32
    sentences: Int64
    text_of: Int32
    n_texts: int

    def sentence(self, index: int) -> str:
        """The characters of one sentence."""
        begin, end = self.sentences[index]
        return decode(self.codepoints[begin:end])


@dataclass(frozen=True)
class Traced:
    """One text with the way back: `span(begin, end)` gives original character positions of normalised ones."""

    corpus: Corpus
    source: Int32

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Begin and end in the original text of the normalised characters [begin, end), which must not be empty."""
        first, last = self.corpus.origin[begin], self.corpus.origin[end - 1]
        return int(self.source[first, 0]), int(self.source[last, 1])


def corpus(texts: Sequence[str]) -> Corpus:
    """Normalise texts and cut them into sentences.

    Nearly all Japanese text can be normalised character by character from a table. A text with combining marks,
    half-width voiced marks or ornamental letters goes through `unicodedata` as a whole first.
    """
    texts = list(map(_emptied, texts))
    tables = _tables()
    codepoints, bounds = _joined(texts)
    awkward = np.flatnonzero(joining_texts(codepoints, bounds, tables.joins))
    if awkward.size:
        for index in awkward:
            text = texts[index]
            # Putting a row of marks in order takes the square of its length.
            apart = np.flatnonzero(~tables.joins[codepoints[slice(*bounds[index : index + 2])]])
            piled = np.diff(apart, prepend=-1, append=len(text)).max() > _MOST_MARKS + 1
            texts[index] = "".join(map(compose, _clusters(text))) if piled else compose(text)
        codepoints, bounds = _joined(texts)
    return Corpus(*clean(codepoints, bounds, tables), n_texts=len(texts))


def trace(text: str) -> Traced:
    """Normalise one text and keep, for every character, where it came from in the original."""
    pieces = list(_clusters(_emptied(text)))
    composed = [compose(piece) for piece in pieces]
    ends = list(accumulate(map(len, pieces)))
    source = [
        (end - len(piece), end)
        for piece, result, end in zip(pieces, composed, ends, strict=True)
        for _ in result
    ]
    whole = "".join(composed)
    codepoints, bounds = _joined([whole])
    return Traced(
        Corpus(*clean(codepoints, bounds, _tables()), n_texts=1),
        np.array(source, np.int32).reshape(-1, 2),
    )


def normalise(text: str) -> str:
    """Return the normalised sentences of a text, one per line."""
    cleaned = corpus([text])
    return "\n".join(cleaned.sentence(index) for index in range(len(cleaned.sentences)))


def compose(text: str) -> str:
    """NFKC, after spacing voiced marks (か゛) have been made combining ones."""
    return unicodedata.normalize("NFKC", text.translate(_VOICED_MARKS))


def _emptied(text: str) -> str:
    """The text with blanks for the words of its masks, as long as before."""
    return _MASK.sub(lambda mask: f"〔{' ' * (len(mask[0]) - 2)}〕", text) if "〔" in text else text


def decode(codepoints: Int32) -> str:
    """Turn code points into text."""
    return codepoints.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def encode(text: str) -> Int32:
    """Turn text into code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32)


def _joined(texts: Sequence[str]) -> tuple[Int32, Int64]:
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=bounds[1:])
    return encode("".join(texts)), bounds


def _clusters(text: str) -> list[str]:
    """Cut a text where normalising the parts gives the same as normalising the whole; a row of marks, if too long."""
    pieces: list[str] = []
    for character in text:
        if pieces and len(pieces[-1]) <= _MOST_MARKS and _interact(pieces[-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _interact(before: str, character: str) -> bool:
    if not _joins(character):
        return False
    # Marks of one row may change places, even across one that stays where it is.
    row = all(unicodedata.combining(compose(c)[0]) for c in (before[-1], character))
    return row or compose(before + character) != compose(before) + compose(character)


@cache
def _second_letters() -> frozenset[str]:
    """Characters that can melt into the one before them although they are no combining marks."""
    decompositions = map(unicodedata.decomposition, map(chr, range(0x20000)))  # none beyond
    parts = (decomposition.split() for decomposition in decompositions if decomposition)
    seconds = {chr(int(p[1], 16)) for p in parts if len(p) == 2 and not p[0].startswith("<")}
    hangul = map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)))
    return frozenset({*seconds, *hangul})


def _joins(character: str) -> bool:
    first = compose(character)[0]
    return unicodedata.combining(first) != 0 or first in _second_letters()


@cache
def _tables() -> Tables:
    forms = [unicodedata.normalize("NFKC", chr(c)) for c in range(0x20000)]
    for mark in _VOICED_MARKS:
        forms[mark] = compose(chr(mark))
    expansion_at = np.cumsum([0, *map(len, forms[:_BMP])], dtype=np.int32)
    joins = np.zeros(0x110000, np.bool_)
    seconds = _second_letters()
    joins[: len(forms)] = [unicodedata.combining(form[0]) != 0 or form[0] in seconds for form in forms]
    # Beyond the basic plane the kernel keeps characters as they are: right for emoji and rare kanji, not for these.
    joins[_BMP : len(forms)] |= [form != chr(c) for c, form in enumerate(forms[_BMP:], start=_BMP)]
    joins[0x2F800:0x2FA20] = True
    return Tables(expansion_at, encode("".join(forms[:_BMP])), joins, _kinds())


def _kinds() -> npt.NDArray[np.uint8]:
    kind = np.full(0x110000, KEEP, np.uint8)
    for character in map(chr, (*range(0x20000), *range(0xE0000, 0xE0200))):
        if character.isprintable() and character != " ":
            continue
        c = ord(character)
        if character.isspace():
            kind[c] = LINE if character in _LINE_ENDS else SPACE
        elif unicodedata.category(character) in _NOT_SHOWN:
            kind[c] = DROP
    kind[[ord(mark) for mark in _DROPPED_MARKS]] = DROP
    for marks, meaning in ((_DASHES, DASH), (_WAVES, WAVE), (_CLOSERS, CLOSER), (_REPEATED, REPEAT)):
        kind[[ord(mark) for mark in marks]] = meaning
    kind[[ord(mark) for mark in "。!?"]] = STOP
    kind[[ord(mark) for mark in ".・…"]] = DOT
    kind[ord("A") : ord("Z") + 1] = CAPITAL
    return kind


@kernel
def joining_texts(codepoints: Int32, bounds: Int64, joins: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark the texts in which some character may melt into its neighbour."""
    found = np.zeros(len(bounds) - 1, np.bool_)
    for text in range(len(found)):
        for i in range(bounds[text], bounds[text + 1]):
            if joins[codepoints[i]]:
                found[text] = True
                break
    return found


@kernel
def room_for(codepoints: Int32, n_texts: int, tables: Tables) -> tuple[int, int]:
    """Number of characters once each has its NFKC form, and a bound for the number of sentences."""
    characters, sentences = 0, n_texts
    for c in codepoints:
        characters += tables.expansion_at[c + 1] - tables.expansion_at[c] if c < _BMP else 1
        if c < _BMP:
            for i in range(tables.expansion_at[c], tables.expansion_at[c + 1]):
                kind = tables.kind[tables.expansion[i]]
                sentences += 1 if kind in (STOP, LINE) else 0
    return characters, sentences


@kernel
def clean(codepoints: Int32, bounds: Int64, tables: Tables) -> tuple[Int32, Int32, Int64, Int32]:
    """Replace characters, even out rows of marks, cut at sentence ends; see `Corpus` for what comes back.

    A dash or a wave after kana is a drawn-out vowel, elsewhere a hyphen or a tilde; rows of dots become one ellipsis.
    """
    room, most_sentences = room_for(codepoints, len(bounds) - 1, tables)
    out = np.empty(room, np.int32)
    origin = np.empty(room, np.int32)
    sentences = np.empty((most_sentences, 2), np.int64)
    text_of = np.empty(most_sentences, np.int32)
    # A bare 0 has a type of its own in numba and would double the compiling.
    used = n_sentences = int(np.int64(0))
    for text in range(len(bounds) - 1):
        begin = used
        # Whether the sentence has had its 。!? and only more of them, or closing brackets, may follow.
        stopped = False
        for i in range(bounds[text], bounds[text + 1]):
            source = codepoints[i]
            first, last = 0, 1
            if source < _BMP:
                first, last = tables.expansion_at[source], tables.expansion_at[source + 1]
            for j in range(first, last):
                c = tables.expansion[j] if source < _BMP else source
                kind = tables.kind[c]
                if kind == DROP:
                    continue
                if kind == LINE or (stopped and kind != STOP and kind != CLOSER):
                    used = _closed(out, begin, used, sentences, text_of, n_sentences, text)
                    n_sentences += 1 if used > begin else 0
                    begin = used
                    stopped = False
                    if kind == LINE:
                        continue
                previous = out[used - 1] if used > begin else np.int32(0)
                if kind == SPACE:
                    if used == begin or previous == _BLANK:
                        continue
                    c = np.int32(_BLANK)
                elif kind == STOP:
                    stopped = True
                    if previous == c:
                        continue
                elif kind in (DASH, WAVE):
                    if _KANA_FIRST <= previous <= _KANA_LAST and previous != _MIDDLE_DOT:
                        c = np.int32(_LONG)
                    else:
                        c = np.int32(_HYPHEN if kind == DASH else _TILDE)
                    if previous == c:
                        continue
                elif kind == REPEAT:
                    if previous == c:
                        continue
                elif kind == DOT:
                    if tables.kind[previous] == DOT:
                        out[used - 1] = _ELLIPSIS
                        continue
                elif kind == CAPITAL:
                    c = np.int32(c + _CASE)
                out[used] = c
                origin[used] = i
                used += 1
        used = _closed(out, begin, used, sentences, text_of, n_sentences, text)
        n_sentences += 1 if used > begin else 0
    return out[:used], origin[:used], sentences[:n_sentences].copy(), text_of[:n_sentences].copy()


@kernel
def _closed(
    out: Int32, begin: int, used: int, sentences: Int64, text_of: Int32, n_sentences: int, text: int
) -> int:
    """Write down the sentence [begin, used) unless it is blank; return `used` without a trailing space."""
    if used > begin and out[used - 1] == _BLANK:
        used -= 1
    if used > begin:
        sentences[n_sentences, 0] = begin
        sentences[n_sentences, 1] = used
        text_of[n_sentences] = text
    return used
