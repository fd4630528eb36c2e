"""Which words: counted from tokens, for groups of texts and for texts no theme was found in.

Content words only (nouns, verbs, adjectives, adverbs with a meaning of their own), by base form. Tables of words are
for analysts inside the city; a word few people used can point to one of them, so callers give a least number of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.stats import hypergeom

from ujo_lib.columns import Base, Count, PValue, Statistic, Text
from ujo_lib.stats import holm
from ujo_lib.tagging.engine import Engine, Tokens
from ujo_lib.tagging.normalise import Int64, corpus
from ujo_lib.typed import Typed

CONTENT = ("名詞", "動詞", "形容詞", "副詞")
_NO_CONTENT = (
    "名詞,非自立", "名詞,代名詞", "名詞,数", "名詞,接尾", "動詞,非自立", "動詞,接尾", "形容詞,非自立", "形容詞,接尾",
)  # fmt: skip
_EMPTY_WORDS = frozenset(
    {"する", "ある", "いる", "なる", "できる", "思う", "言う", "やる", "れる", "られる", "*"}
)
_WITH_WORD = Count(unit="件", heading="現れた相談")
_TEXTS = Base(unit="件", heading="相談")


@dataclass(frozen=True)
class WordIndex:
    """Content words of texts.

    Attributes:
        vocabulary: base forms.
        word: (occurrences,) index into `vocabulary`, in reading order.
        text: the text of each occurrence.
        sentence: the sentence of each occurrence, counted through all texts.
        place: its token number, so that neighbours differ by one.
        n_texts: number of texts.
    """

    vocabulary: tuple[str, ...]
    word: Int64
    text: Int64
    sentence: Int64
    place: Int64
    n_texts: int

    @cached_property
    def has(self) -> sparse.csr_matrix:
        """Whether a word occurs in a text: 1 or nothing, (texts, words)."""
        shape = (self.n_texts, len(self.vocabulary))
        has = sparse.csr_matrix((np.ones(len(self.word), np.int64), (self.text, self.word)), shape=shape)
        has.data[:] = 1
        return has

    def counts(self, texts: npt.NDArray[np.bool_]) -> Int64:
        """Occurrences of each word in the chosen texts."""
        return np.bincount(self.word[texts[self.text]], minlength=len(self.vocabulary))

    def text_counts(self, texts: npt.NDArray[np.bool_]) -> Int64:
        """Number of chosen texts each word occurs in."""
        return np.asarray(texts @ self.has)


def index_words(texts: Sequence[str], engine: Engine) -> WordIndex:
    """Tokenise texts and keep their content words."""
    cleaned = corpus(texts)
    tokens = engine.tokenise(cleaned.codepoints, cleaned.sentences)
    rows = np.flatnonzero(_content(tokens))
    names, name = _base_forms(tokens, rows)
    is_word = np.array([_is_word(base_form) for base_form in names], np.bool_)
    rows, name = rows[is_word[name]], name[is_word[name]]
    used, word = np.unique(name, return_inverse=True)
    vocabulary = [names[number] for number in used]
    sentence = np.searchsorted(tokens.pointer, rows, side="right") - 1
    text = cleaned.text_of[sentence].astype(np.int64)
    return WordIndex(tuple(vocabulary), word.astype(np.int64), text, sentence, rows, len(texts))


def distinctive_words(
    index: WordIndex, group: npt.NDArray[np.bool_], top: int, least_texts: int = 10
) -> Typed:
    """Rank words by how much more a group uses them than the others: log-odds with an informative Dirichlet prior.

    The prior is the word's frequency in all texts (Monroe, Colaresi & Quinn 2008, eq. 16–22), which keeps rare words
    from leading the list by chance. It draws ratio and z to none at all, and a text repeats its words: whether chance
    explains a word is asked of the texts that have it (Fisher's exact test, the smaller tail doubled).

    Args:
        index: words of all texts.
        group: which texts are the group.
        top: at most so many words.
        least_texts: leave out words that fewer texts contain.

    Returns:
        `word`, `n` (occurrences in the group), `n_other`, `texts` (texts of the group with the word), `base` (texts of
        the group), `estimate` (log-odds ratio), `z`, `p_value`, `p_holm` (over all words kept); most distinctive first.
    """
    inside, outside = index.counts(group).astype(float), index.counts(~group).astype(float)
    prior = inside + outside
    texts, texts_in = (index.text_counts(chosen) for chosen in (np.ones_like(group), group))
    kept, drawn = texts >= least_texts, (index.n_texts, texts, int(group.sum()))
    total_in, total_out, total_prior = inside.sum(), outside.sum(), prior.sum()
    odds_in = np.log((inside + prior) / (total_in + total_prior - inside - prior))
    odds_out = np.log((outside + prior) / (total_out + total_prior - outside - prior))
    estimate = odds_in - odds_out
    error = np.sqrt(1 / (inside + prior) + 1 / (outside + prior))
    tails = hypergeom.sf(texts_in - 1, *drawn), hypergeom.cdf(texts_in, *drawn)
    table = pd.DataFrame(
        {
            "word": index.vocabulary,
            "n": inside.astype(int),
            "n_other": outside.astype(int),
            "texts": texts_in,
            "base": int(group.sum()),
            "estimate": estimate,
            "z": estimate / error,
            "p_value": np.minimum(2 * np.minimum(*tails), 1),
        }
    )[kept]
    table["p_holm"] = holm(table["p_value"])
    columns = {
        "word": Text(heading="語"),
        "n": Count(unit="回", heading="出現数", members=False),
        "n_other": Count(unit="回", heading="ほかの相談での出現数", members=False),
        "texts": _WITH_WORD,
        "base": _TEXTS,
        "estimate": Statistic(heading="対数オッズ比"),
        "z": Statistic(heading="偏りの強さ"),
        "p_value": PValue(),
        "p_holm": PValue(adjusted="ホルム法"),
    }
    return Typed.of(
        table.sort_values(["z", "word"], ascending=[False, True], ignore_index=True).head(top),
        columns,
        note="対数オッズ比は全体の頻度を事前分布とし、p値は語の現れた相談の件数を比べたもの(フィッシャーの正確検定)。",
    )


def used_more(words: Typed) -> Typed:
    """Those of `distinctive_words` that the group uses more than the others, by chance or not."""
    return words.rows(lambda table: table["z"] > 0)


def frequent_words(index: WordIndex, texts: npt.NDArray[np.bool_], top: int) -> Typed:
    """List the words most texts of a choice contain: `word`, `n` (texts), `base`, `occurrences`."""
    table = pd.DataFrame(
        {
            "word": index.vocabulary,
            "n": index.text_counts(texts),
            "base": int(texts.sum()),
            "occurrences": index.counts(texts),
        }
    )
    columns = {
        "word": Text(heading="語"),
        "n": _WITH_WORD,
        "base": _TEXTS,
        "occurrences": Count(unit="回", heading="出現数", members=False),
    }
    return Typed.of(_most_texts(table, top), columns)


def frequent_bigrams(index: WordIndex, texts: npt.NDArray[np.bool_], top: int) -> Typed:
    """List the pairs of content words that most texts of a choice have side by side: `words`, `n` (texts), `base`.

    Side by side means no other content word stands between them in the sentence.
    """
    chosen = texts[index.text]
    word, text, sentence = index.word[chosen], index.text[chosen], index.sentence[chosen]
    joined = sentence[1:] == sentence[:-1]
    pairs = np.unique(np.column_stack((word[:-1][joined], word[1:][joined], text[1:][joined])), axis=0)
    names, counts = np.unique(pairs[:, :2], axis=0, return_counts=True)
    table = pd.DataFrame(
        {
            "words": [f"{index.vocabulary[a]} {index.vocabulary[b]}" for a, b in names],
            "n": counts,
            "base": int(texts.sum()),
        }
    )
    columns = {"words": Text(heading="二語"), "n": _WITH_WORD, "base": _TEXTS}
    return Typed.of(_most_texts(table, top), columns)


def _most_texts(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """The rows with most texts and at least one, ties in the order of the first column."""
    kept = table[table["n"] >= 1]
    return kept.sort_values(["n", table.columns[0]], ascending=[False, True], ignore_index=True).head(top)


def _content(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Mark the tokens that are content words, by part of speech."""
    content = np.array([_carries_meaning(speech) for speech in tokens.dictionary.all_speeches], np.bool_)
    return content[tokens.dictionary.speech_at(tokens.rows[:, 2])]


def _carries_meaning(speech: str) -> bool:
    return speech.startswith(CONTENT) and not speech.startswith(_NO_CONTENT)


def _is_word(base_form: str) -> bool:
    """Leave out verbs that say nothing by themselves and rows of signs, which IPADIC takes for nouns."""
    return base_form not in _EMPTY_WORDS and any(letter.isalpha() for letter in base_form)


def _base_forms(tokens: Tokens, rows: Int64) -> tuple[list[str], Int64]:
    """The base forms that occur, in order, and for each row which it is: few words make up most of a text."""
    dictionary, entry = tokens.dictionary, tokens.rows[rows, 2]
    known = np.where(entry >= 0, dictionary.base_of[entry], -1)
    occurring = np.unique(known[known >= 0])
    surfaces = [tokens.surface(row) for row in rows[known < 0]]
    names = sorted({*surfaces, *(dictionary.base_forms[number] for number in occurring)})
    place = {base_form: number for number, base_form in enumerate(names)}
    of_known = np.zeros(len(dictionary.base_forms), np.int64)
    of_known[occurring] = [place[dictionary.base_forms[number]] for number in occurring]
    number = of_known[known]
    number[known < 0] = [place[surface] for surface in surfaces]
    return names, number
