"""What the learned coder learns, and that no text is judged by a coder that has seen its code."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from ujo_lib.tagging import learning, words
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.reading import Reading

LABELS = {"school": "学校", "pet": "動物"}
SCHOOL = ["授業がつらい", "先生がこわい", "学校に行けない"]
PET = ["猫が心配", "犬と散歩"]


@pytest.fixture(scope="module")
def city(arrays: ArrayEngine) -> tuple[words.WordIndex, pd.DataFrame, np.ndarray]:
    """Texts of two themes; the codebook knows the word 学校 alone."""
    rng = np.random.default_rng(4)
    texts, truth = [], []
    for _ in range(120):
        has = rng.random(2) < 0.5
        said = [
            *([rng.choice(SCHOOL)] if has[0] else []),
            *([rng.choice(PET)] if has[1] else []),
            "今日は雨",
        ]
        texts.append("。".join(said))
        truth.append(has)
    found = pd.DataFrame({"school": ["学校" in text for text in texts], "pet": False})
    return words.index_words(texts, arrays), found, np.array(truth)


def test_words_teach_what_the_codebook_misses(
    city: tuple[words.WordIndex, pd.DataFrame, np.ndarray],
) -> None:
    index, tags, truth = city
    seen = learning.features(index, pd.DataFrame(index=tags.index))
    chance = learning.cross_fitted(seen, tags, np.arange(60), truth[:60], seed=1)
    judged = chance[60:] >= 0.5
    assert (judged == truth[60:]).mean() > 0.95
    read = Reading(tags, np.zeros(120, np.int64), np.arange(60), truth[:60], truth[:60])
    table = learning.telling_words(read, seen, index, LABELS, 9).frame
    assert set(table.loc[table["theme"] == "学校", "word"]) == {"授業", "つらい", "先生", "こわい"}
    assert (table["wrong"] == 0).all()
    assert learning.telling_words(None, seen, index, LABELS, 9).frame.empty
    chance_taught = learning.taught(read, seen, seed=1).chance
    assert chance_taught is not None
    assert (chance_taught == chance).all()


def test_no_text_is_judged_by_a_coder_that_has_seen_its_code(
    city: tuple[words.WordIndex, pd.DataFrame, np.ndarray],
) -> None:
    index, tags, truth = city
    seen = learning.features(index, pd.DataFrame(index=tags.index))
    read = np.arange(100)
    before = learning.cross_fitted(seen, tags, read, truth[:100], seed=1)
    for place in (0, 57):
        other = truth[:100].copy()
        other[place] = ~other[place]
        after = learning.cross_fitted(seen, tags, read, other, seed=1)
        assert after[place] == pytest.approx(before[place])
        assert not np.allclose(after, before)


def test_a_theme_that_one_reader_found_once_is_no_lesson(
    city: tuple[words.WordIndex, pd.DataFrame, np.ndarray],
) -> None:
    index, tags, _ = city
    seen = learning.features(index, pd.DataFrame(index=tags.index))
    once = np.zeros((50, 2), bool)
    once[0, 0] = True
    assert learning.chances(seen, tags, np.arange(50), once, np.arange(3))[:, 0] == pytest.approx(
        [1.5 / 51] * 3
    )


def test_what_the_record_says_is_seen(city: tuple[words.WordIndex, pd.DataFrame, np.ndarray]) -> None:
    index, tags, _ = city
    record = pd.DataFrame({"topic": pd.Categorical(["学校", "家族"] * 60)}, index=tags.index)
    bare = learning.features(index, record[[]])
    assert learning.features(index, record).shape[1] == bare.shape[1] + 2


def test_texts_chosen_to_teach_teach_every_coder_and_move_no_reading(
    city: tuple[words.WordIndex, pd.DataFrame, np.ndarray],
) -> None:
    """Twenty texts drawn and forty chosen teach as sixty do; a chosen text's code reaches the chance of every text."""
    index, tags, truth = city
    seen = learning.features(index, pd.DataFrame(index=tags.index))
    drawn = Reading(tags, np.zeros(120, np.int64), np.arange(20), truth[:20], truth[:20])
    helped = replace(drawn, further=(np.arange(20, 60), truth[20:60]))
    alone, better = (learning.taught(one, seen, seed=1) for one in (drawn, helped))
    assert alone.chance is not None
    assert better.chance is not None
    wrong = [np.abs(one[60:] - truth[60:]).mean() for one in (alone.chance, better.chance)]
    assert wrong[1] < 0.8 * wrong[0]
    other = truth[20:60].copy()
    other[0] = ~other[0]
    moved = learning.taught(replace(drawn, further=(np.arange(20, 60), other)), seen, seed=1).chance
    assert moved is not None
    assert (np.abs(moved - better.chance).max(axis=1) > 0).all()
    assert better.theme(0, 0.95) == drawn.theme(0, 0.95)
    table = learning.telling_words(helped, seen, index, LABELS, 9).frame
    few = learning.telling_words(drawn, seen, index, LABELS, 9).frame
    assert table["missed"].sum() > few["missed"].sum()


def test_a_coder_sees_words_by_how_rare_they_are_and_none_that_fewer_than_three_texts_have() -> None:
    """By hand, of four texts: log(5 / 5) + 1 for a word of all, log(5 / 4) + 1 for one of three, 0 for one of two."""
    word, text = np.array([0, 1, 0, 1, 0, 1, 2, 2, 0, 2]), np.array([0, 0, 1, 1, 2, 2, 2, 2, 3, 3])
    place = np.arange(10)
    index = words.WordIndex(("all", "three", "two"), word, text, text, place, 4)
    record = pd.DataFrame({"topic": ["学校", "家族", "学校", "学校"]})
    rare = np.log(5 / 4) + 1
    both = [1 / np.hypot(1, rare), rare / np.hypot(1, rare), 0]
    seen = learning.features(index, record).toarray()
    assert seen[:, :3] == pytest.approx(np.array([both, both, both, [1, 0, 0]]))
    assert seen[:, 3:].tolist() == [
        [0.5 * (topic == one) for one in ("学校", "家族")] for topic in record["topic"]
    ]
    bare = learning.features(index, record[[]]).toarray()
    assert bare == pytest.approx(seen[:, :3])


def test_a_text_without_a_word_that_teaches_is_a_row_of_noughts() -> None:
    index = words.WordIndex(("rare",), np.array([0, 0]), np.array([0, 1]), np.array([0, 1]), np.arange(2), 3)
    assert not learning.features(index, pd.DataFrame(index=range(3))).toarray().any()


@pytest.mark.parametrize(
    ("found", "learns"), [(0, False), (1, False), (2, True), (4, True), (5, False), (6, False)]
)
def test_a_theme_that_two_texts_have_and_two_have_not_is_a_lesson_and_else_all_have_one_chance(
    found: int, learns: bool
) -> None:
    """Six texts, of which those with the theme share a word; else the chance is (found + ½) / 7 for each."""
    has = np.arange(6) < found
    seen = sparse.csr_matrix(has.astype(float)[:, None])
    tags = pd.DataFrame({"theme": np.zeros(6, bool)})
    chance = learning.chances(seen, tags, np.arange(6), has[:, None], np.arange(6))[:, 0]
    if learns:
        assert chance[has].min() > chance[~has].max()
    else:
        assert chance == pytest.approx([(found + 0.5) / 7] * 6)


def test_a_coder_is_a_ridge_of_three_in_which_the_codebook_s_word_is_three_times_as_large_as_another() -> (
    None
):
    """Against scikit-learn's own `predict_proba`, the features put together by hand."""
    rng = np.random.default_rng(7)
    seen = sparse.csr_matrix(rng.random((30, 4)))
    tags = pd.DataFrame({"theme": rng.random(30) < 0.5})
    truth = seen.toarray()[:20, 0] + tags["theme"].to_numpy()[:20] > 0.8
    whole = np.column_stack([seen.toarray(), 3.0 * tags["theme"]])
    peer = LogisticRegression(C=3.0, solver="liblinear", random_state=0).fit(whole[:20], truth)
    judged = np.arange(15, 30)
    found = learning.chances(seen, tags, np.arange(20), truth[:, None], judged)
    assert found[:, 0] == pytest.approx(peer.predict_proba(whole[judged])[:, 1])


@pytest.mark.parametrize("given", [False, True])
def test_five_coders_judge_what_they_have_not_seen_and_an_unread_text_gets_their_mean(
    city: tuple[words.WordIndex, pd.DataFrame, np.ndarray], given: bool
) -> None:
    index, tags, truth = city
    tags, truth, read = tags[["school"]], truth[:, :1], np.arange(0, 80, 2)
    seen = learning.features(index, pd.DataFrame(index=tags.index))
    fold = np.full(len(tags), -1)
    fold[read] = np.arange(40) % 3 if given else np.random.default_rng(1).permutation(40) % 5
    found = learning.cross_fitted(seen, tags, read, truth[read], 1, fold if given else None)
    coders = np.stack([
        learning.chances(seen, tags, read[kept], truth[read[kept]], np.arange(len(tags)))
        for kept in (fold[read] != one for one in range(fold.max() + 1))
    ])  # fmt: skip
    assert found[read] == pytest.approx(coders[fold[read], read])
    unread = np.setdiff1d(np.arange(len(tags)), read)
    assert found[unread] == pytest.approx(coders[:, unread].mean(axis=0))


@pytest.mark.parametrize(
    ("found", "top", "told"),
    [
        (4, 9, [("sure", 3, 0), ("likely", 2, 1)]),
        (4, 1, [("sure", 3, 0)]),
        (1, 9, []),
        (2, 9, [("sure", 2, 1)]),
        (8, 9, [("likely", 3, 0), ("sure", 3, 0), ("against", 4, 1)]),
        (9, 9, []),
    ],
)
def test_words_that_tell_are_those_with_a_missed_text_the_weightiest_first(
    found: int, top: int, told: list[tuple[str, int, int]]
) -> None:
    """Ten texts, the first `found` of them with the theme; the codebook has found it in one. Counted by hand.

    A word that goes against the theme tells nothing.
    """
    of_word = {"sure": [0, 1, 2], "likely": [1, 2, 3, 4], "against": [0, 5, 6, 7, 8]}
    pairs = [(number, text) for number, texts in enumerate(of_word.values()) for text in texts]
    word, text = (np.array(part) for part in zip(*pairs, strict=True))
    index = words.WordIndex(tuple(of_word), word, text, text, np.arange(len(pairs)), 10)
    tags = pd.DataFrame({"theme": np.arange(10) == 3})
    truth = (np.arange(10) < found)[:, None]
    reading = Reading(tags, np.zeros(10, np.int64), np.arange(10), truth, truth)
    seen = learning.features(index, pd.DataFrame(index=tags.index))
    table = learning.telling_words(reading, seen, index, {"theme": "主題"}, top)
    assert list(table.frame[["word", "missed", "wrong"]].itertuples(index=False, name=None)) == told
    assert table.frame["weight"].is_monotonic_decreasing
    assert not any(table.schema[name].members for name in ("missed", "wrong"))
