"""Two tokenisers behind one face: plain Janome, the reference, and the array engine that says the same much faster.

Both take normalised characters with sentence bounds and give rows (begin, end, entry). The entry numbers are Janome's
own, so results of the two can be compared number by number.
"""

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ujo_lib.tagging.compiled import COMPILED, kernel
from ujo_lib.tagging.dictionary import Dictionary, load_dictionary
from ujo_lib.tagging.lattice import Lexicon, new_nodes, new_scratch, tokenise
from ujo_lib.tagging.normalise import Int32, Int64, decode, encode


@dataclass(frozen=True)
class Token:
    """One word of a text."""

    surface: str
    base_form: str
    part_of_speech: str
    infl_type: str
    infl_form: str


@dataclass(frozen=True)
class Tokens:
    """Words of many sentences.

    Attributes:
        codepoints: the characters tokenised.
        rows: (n, 3) begin and end in `codepoints`, and entry number.
        pointer: (sentences + 1,) rows pointer[i] … pointer[i + 1] - 1 belong to sentence i.
        dictionary: what the numbers mean.
    """

    codepoints: Int32
    rows: Int32
    pointer: Int64
    dictionary: Dictionary

    def surface(self, row: int) -> str:
        """The word as written."""
        begin, end, _ = self.rows[row]
        return decode(self.codepoints[begin:end])

    def token(self, row: int) -> Token:
        """The word with everything the dictionary says of it; an unknown word is its own base form."""
        words, entry, surface = self.dictionary, int(self.rows[row, 2]), self.surface(row)
        if entry < 0:
            base, speech = surface, words.unknown_speech[-1 - entry]
        else:
            base, speech = words.base_forms[words.base_of[entry]], words.speeches[words.speech_of[entry]]
        part_of_speech, infl_type, infl_form = speech.rsplit(",", 2)
        return Token(surface, base, part_of_speech, infl_type, infl_form)

    def sentences(self) -> Iterator[list[Token]]:
        """The tokens of each sentence in turn."""
        for first, after in zip(self.pointer[:-1], self.pointer[1:], strict=True):
            yield [self.token(row) for row in range(first, after)]


class Engine(ABC):
    """A tokeniser; threads may share one, processes load their own from the user's cache."""

    def __init__(self) -> None:
        self.dictionary = load_dictionary()

    def __reduce__(self) -> tuple[object, ...]:
        return _loaded_once, (type(self),)

    @abstractmethod
    def tokenise(self, codepoints: Int32, bounds: Int64) -> Tokens:
        """Tokenise each stretch [bounds[i, 0], bounds[i, 1]); none has white space at either end."""


@cache
def _loaded_once(kind: type[Engine]) -> Engine:
    return kind()


class ArrayEngine(Engine):
    """The lattice on arrays."""

    def tokenise(self, codepoints: Int32, bounds: Int64) -> Tokens:
        """See `Engine.tokenise`."""
        rows, pointer = tokenise_all(codepoints, bounds, self.dictionary.lexicon)
        return Tokens(codepoints, rows, pointer, self.dictionary)


class JanomeEngine(Engine):
    """Plain Janome, sentence by sentence: the reference, and the way out where numba does not run.

    One thread at a time: threads that look words up together spoil the matches that Janome remembers.
    """

    def __init__(self) -> None:
        from janome.tokenizer import Tokenizer

        super().__init__()
        self._tokenizer = Tokenizer()
        self._one_thread = threading.Lock()
        lexicon, speech = self.dictionary.lexicon, self.dictionary.unknown_speech
        self._unknown = {
            (*map(int, row), speech[i].rsplit(",", 2)[0]): -1 - i for i, row in enumerate(lexicon.unknown)
        }

    def tokenise(self, codepoints: Int32, bounds: Int64) -> Tokens:
        """See `Engine.tokenise`."""
        rows: list[tuple[int, int, int]] = []
        pointer = [0]
        for begin, end in bounds:
            place = int(begin)
            with self._one_thread:
                found = list(self._tokenizer.tokenize(decode(codepoints[begin:end])))
            for token in found:
                after = place + len(token.surface)
                rows.append((place, after, self._entry(token.node)))
                place = after
            pointer.append(len(rows))
        return Tokens(
            codepoints, np.array(rows, np.int32).reshape(-1, 3), np.array(pointer, np.int64), self.dictionary
        )

    def _entry(self, node: object) -> int:
        kind = node.node_type  # type: ignore[attr-defined]  # Janome ships no types
        if kind == "SYS_DICT":
            return int(node.num)  # type: ignore[attr-defined]  # as above
        key = (node.left_id, node.right_id, node.cost, node.part_of_speech)  # type: ignore[attr-defined]  # as above
        return self._unknown[key]


def tokenise_texts(engine: Engine, texts: Sequence[str]) -> Tokens:
    """Tokenise texts as they are, each as one stretch stripped of outer white space, as Janome's `tokenize` does."""
    stripped = [text.strip() for text in texts]
    ends = np.cumsum([0, *map(len, stripped)], dtype=np.int64)
    return engine.tokenise(encode("".join(stripped)), np.column_stack((ends[:-1], ends[1:])))


def words_of(engine: Engine, text: str) -> list[Token]:
    """The words of one text, as `tokenise_texts` finds them."""
    (words,) = tokenise_texts(engine, [text]).sentences()
    return words


@cache
def default_engine() -> Engine:
    """Return the array engine, or Janome with a notice where numba is missing."""
    if COMPILED:
        return ArrayEngine()
    sys.stderr.write(
        "お知らせ: numba が使えないため Janome で形態素解析をします(結果は同じ、速さは約100分の1)。\n"
    )
    return JanomeEngine()


@kernel
def tokenise_all(codepoints: Int32, bounds: Int64, lexicon: Lexicon) -> tuple[Int32, Int64]:
    """Tokenise every stretch; return all rows and where each stretch's rows begin."""
    total = 0
    for i in range(len(bounds)):
        total += bounds[i, 1] - bounds[i, 0]
    rows = np.empty((total, 3), np.int32)
    pointer = np.zeros(len(bounds) + 1, np.int64)
    scratch = new_scratch(lexicon)
    nodes = new_nodes()
    n = int(np.int64(0))  # as in `tag_texts`: one type, one compilation
    for i in range(len(bounds)):
        n, nodes = tokenise(codepoints, bounds[i, 0], bounds[i, 1], lexicon, scratch, nodes, rows, n)
        pointer[i + 1] = n
    return rows[:n].copy(), pointer
