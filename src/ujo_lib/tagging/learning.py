"""A coder that learns from what people found: which words, beside the codebook's, go with a theme.

Logistic regression per theme on the words of a text, what the codebook found in it, and what the record says of the
contact. Its chances make shares steadier; they never stand in the place of a reading. Nothing is
kept: to learn anew takes a second or two, and the hand codes are the only truth.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import expit, logit
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from ujo_lib.columns import Count, Dimension, Statistic, Text
from ujo_lib.tagging.reading import Reading
from ujo_lib.tagging.shares import Bools, Floats, Ints
from ujo_lib.tagging.words import WordIndex
from ujo_lib.typed import Typed

FOLDS = 5
RECORD = ("topic", "occupation", "age_band", "loneliness", "suicidal_ideation")
"""What the record says of a contact, as far as it helps to guess what its text is about."""
LEAST_TEXTS = 3
"""Words of fewer texts teach nothing."""
_OWN_TAG, _RECORD, _C = 3.0, 0.5, 3.0
_LEAST_FOUND = 2


def features(index: WordIndex, record: pd.DataFrame) -> sparse.csr_matrix:
    """What a coder sees of each text: its words (tf-idf, length one), then what the record says.

    Args:
        index: words of all texts.
        record: categorical columns about the contacts; none is allowed.
    """
    texts = index.text_counts(np.ones(index.n_texts, np.bool_))
    words = TfidfTransformer().fit_transform(index.has @ sparse.diags((texts >= LEAST_TEXTS).astype(float)))
    said = pd.get_dummies(record.astype(str)).to_numpy(np.float64) if len(record.columns) else None
    return sparse.csr_matrix(
        words if said is None else sparse.hstack([words, _RECORD * sparse.csr_matrix(said)])
    )


def cross_fitted(
    seen: sparse.csr_matrix,
    tags: pd.DataFrame,
    read: Ints,
    truth: Bools,
    seed: int,
    folds: Ints | None = None,
) -> Floats:
    """Chances of each theme for every text, none from a coder that has learned from that text.

    Coded texts get their chances from the coder taught by the other folds, all others the mean of the five coders.

    Args:
        seen: features of all texts.
        tags: themes of all texts by the codebook.
        read: places of the coded texts.
        truth: what was found in them, (read, themes).
        seed: of the folds.
        folds: the fold of every text, where they are given: then texts of a fold never learn from their own; -1 for
            texts that teach every coder.

    Returns:
        (texts, themes), 0–1.
    """
    texts = len(tags)
    own = _folds(texts, read, seed) if folds is None else folds
    total, times = np.zeros((texts, truth.shape[1])), np.zeros((texts, 1))
    for fold in range(int(own.max()) + 1):
        taught = own[read] != fold
        judged = np.flatnonzero((own == fold) | (own == -1))
        total[judged] += chances(seen, tags, read[taught], truth[taught], judged)
        times[judged] += 1
    return total / times


def chances(seen: sparse.csr_matrix, tags: pd.DataFrame, read: Ints, truth: Bools, judged: Ints) -> Floats:
    """Learn from the texts at `read` and judge those at `judged`: (judged, themes)."""
    shown, known = seen[read], tags.to_numpy(np.float64)
    words = np.zeros((seen.shape[1], truth.shape[1]))
    own, base = np.zeros(truth.shape[1]), np.zeros(truth.shape[1])
    for theme, found in enumerate(truth.T):
        if min(found.sum(), (~found).sum()) < _LEAST_FOUND:
            # Nothing to learn: everybody has the chance that was seen, and neither never nor always.
            base[theme] = logit((found.sum() + 0.5) / (len(found) + 1))
            continue
        model = _taught(shown, known[read, theme], found)
        (weights,), (base[theme],) = model.coef_, model.intercept_
        words[:, theme], own[theme] = weights[:-1], weights[-1]
    chance: Floats = expit(seen[judged] @ words + _OWN_TAG * known[judged] * own + base)
    return chance


def _folds(texts: int, read: Ints, seed: int) -> Ints:
    """A fold for each text at `read`, -1 for all others."""
    folds = np.full(texts, -1)
    folds[read] = np.random.default_rng(seed).permutation(len(read)) % FOLDS
    return folds


def taught(reading: Reading, seen: sparse.csr_matrix, seed: int) -> Reading:
    """The same readings with the chances of a coder that has learned from them and from the further texts."""
    read, truth = _lessons(reading)
    # A further text lies in no fold: it teaches all five coders and corrects none of them.
    folds = _folds(len(reading.tags), reading.read, seed)
    return replace(reading, chance=cross_fitted(seen, reading.tags, read, truth, seed, folds))


def _lessons(reading: Reading) -> tuple[Ints, Bools]:
    """All texts that were read, at random or chosen, and what all coders found in them."""
    if reading.further is None:
        return reading.read, reading.both
    places, found = reading.further
    return np.concatenate([reading.read, places]), np.concatenate([reading.both, found])


def telling_words(
    reading: Reading | None, seen: sparse.csr_matrix, index: WordIndex, labels: Mapping[str, str], top: int
) -> Typed:
    """Words that speak for a theme beyond what its codebook says: candidates for its terms.

    Args:
        reading: what people found; None gives an empty table.
        seen: from `features`.
        index: words of all texts.
        labels: theme id → label.
        top: so many words for each theme, with positive weight only.

    Returns:
        `theme`, `word`, `weight` (log-odds), `missed` (coded texts with word and theme that the codebook has missed),
        `wrong` (coded texts with the word and without the theme).
    """
    rows = [] if reading is None else _telling(reading, seen, index, labels, top)
    columns = {
        "theme": Dimension(variable="theme"),
        "word": Text(heading="語"),
        "weight": Statistic(heading="重み"),
        "missed": Count(unit="件", heading="コードブックが拾わず、人が付けた相談", members=False),
        "wrong": Count(unit="件", heading="語はあるが、人が付けなかった相談", members=False),
    }
    return Typed.of(rows, columns)


def _telling(
    reading: Reading, seen: sparse.csr_matrix, index: WordIndex, labels: Mapping[str, str], top: int
) -> list[tuple[str, str, float, int, int]]:
    rows = []
    read, truth = _lessons(reading)
    shown = seen[read]
    has = shown[:, : len(index.vocabulary)] > 0
    for theme, label in labels.items():
        found = truth[:, list(reading.tags.columns).index(theme)]
        tagged = reading.tags[theme].to_numpy(bool)[read]
        if min(found.sum(), (~found).sum()) < _LEAST_FOUND:
            continue
        weight = _taught(shown, tagged.astype(np.float64), found).coef_[0, : len(index.vocabulary)]
        missed = np.asarray(has[found & ~tagged].sum(axis=0)).ravel()
        wrong = np.asarray(has[~found].sum(axis=0)).ravel()
        strongest = [at for at in np.argsort(-weight, kind="stable") if weight[at] > 0 and missed[at]]
        rows += [
            (label, index.vocabulary[at], float(weight[at]), int(missed[at]), int(wrong[at]))
            for at in strongest[:top]
        ]
    return rows


def _taught(shown: sparse.csr_matrix, tag: Floats, found: Bools) -> LogisticRegression:
    """A coder of one theme: what it sees of the texts, and the codebook's word on the theme, which weighs most."""
    own = sparse.hstack([shown, sparse.csr_matrix(_OWN_TAG * tag[:, None])]).tocsr()
    return LogisticRegression(C=_C, solver="liblinear", random_state=0).fit(own, found)
