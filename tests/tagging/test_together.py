"""Words that go together: held against R (igraph 2, hclust) and against counts made by hand."""

import numpy as np
import pandas as pd
import pytest

from ujo_lib.tagging import together
from ujo_lib.tagging.analysis import correspondence_map
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.words import WordIndex, index_words

# Zachary (1977): who met whom outside the karate club, as R's igraph has it.
KARATE = {
    1: "2 3 4 5 6 7 8 9 11 12 13 14 18 20 22 32", 2: "3 4 8 14 18 20 22 31", 3: "4 8 28 29 33 10 9 14", 4: "8 13 14",
    5: "7 11", 6: "7 11 17", 7: "17", 9: "31 33 34", 10: "34", 14: "34", 15: "33 34", 16: "33 34", 19: "33 34",
    20: "34", 21: "33 34", 23: "33 34", 24: "26 28 33 34 30", 25: "26 28 32", 26: "32", 27: "30 34", 28: "34",
    29: "32 34", 30: "33 34", 31: "33 34", 32: "33 34", 33: "34",
}  # fmt: skip
# igraph: cluster_fast_greedy(make_graph("Zachary")), modularity 0.3806706.
KARATE_GROUPS = "1 3 3 3 1 1 1 3 2 3 1 1 3 3 2 2 1 3 2 1 2 3 2 2 2 2 2 2 2 2 2 2 2 2"


def index_of(has: np.ndarray, vocabulary: str) -> WordIndex:
    """Texts in which given words stand, once each, (texts, words)."""
    text, word = np.nonzero(has)
    return WordIndex(tuple(vocabulary), word, text, text, np.arange(len(text)), len(has))


def modularity(weight: np.ndarray, group: np.ndarray) -> float:
    """Newman (2004), equation 5, written out."""
    total, degree = weight.sum(), weight.sum(axis=1)
    same = group[:, None] == group
    return float(((weight - np.outer(degree, degree) / total) * same).sum() / total)


def same_groups(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(((one[:, None] == one) == (other[:, None] == other)).all())


def test_communities_are_those_that_igraph_finds_in_the_karate_club() -> None:
    weight = np.zeros((34, 34))
    for one, others in KARATE.items():
        for other in map(int, others.split()):
            weight[one - 1, other - 1] = weight[other - 1, one - 1] = 1
    assert weight.sum() == 2 * 78
    found = together.communities(weight)
    assert same_groups(found, np.array(KARATE_GROUPS.split(), int))
    assert modularity(weight, found) == pytest.approx(0.3806706, abs=5e-8)
    assert np.bincount(found)[1:].tolist() == [17, 9, 8]


def test_weights_of_the_ties_count() -> None:
    weight = np.zeros((6, 6))
    for a, b, w in ((0, 1, 0.8), (1, 2, 0.6), (0, 2, 0.5), (2, 3, 0.2), (3, 4, 0.9), (4, 5, 0.7)):
        weight[a, b] = weight[b, a] = w
    found = together.communities(weight)
    assert found.tolist() == [1, 1, 1, 2, 2, 2]
    assert modularity(weight, found) == pytest.approx(0.4426589, abs=5e-8)  # igraph
    # A bridge as strong as all else makes one more of it than two groups: pairs.
    path = np.diag(np.ones(3), 1)
    assert together.communities(path + path.T).tolist() == [1, 1, 2, 2]
    assert together.communities(np.empty((0, 0))).tolist() == []


def test_the_tree_is_that_of_hclust() -> None:
    """R: hclust(sqrt(dist(m, "binary")), "ward.D2"), cophenetic distances and cutree(h, 3)."""
    rows = ["11001010", "11001000", "00110100", "00110001", "10010011"]
    has = np.array([[letter == "1" for letter in row] for row in rows]).T
    table = together.word_tree(index_of(has, "甲乙丙丁戊")).frame
    assert set(table["word"]) == set("甲乙丙丁戊")
    assert table["n"].tolist() == [rows["甲乙丙丁戊".index(word)].count("1") for word in table["word"]]
    assert np.isnan(table["distance"].iloc[0])
    near = {"甲乙": 0.5, "丙丁": 0.7071067812, "丙戊": 0.8881941730, "丁戊": 0.8881941730}
    for above, below, gap in zip(table["word"], table["word"][1:], table["distance"][1:], strict=False):
        expected = near.get(above + below, near.get(below + above, 1.2387269451))
        assert gap == pytest.approx(expected, abs=1e-9)
    assert sorted(table["distance"][1:]) == pytest.approx([0.5, 0.7071067812, 0.8881941730, 1.2387269451])


def test_the_tree_is_cut_into_six_groups_numbered_from_above() -> None:
    rng = np.random.default_rng(3)
    has = np.hstack([rng.random((400, 8)) < 0.3] * 2) ^ (rng.random((400, 16)) < 0.05)
    table = together.word_tree(index_of(has, "あいうえおかきくけこさしすせそた")).frame
    group = table["group"].str.removeprefix("群").astype(int)
    assert group.iloc[0] == 1
    assert group.diff().dropna().isin([0, 1]).all()
    assert group.nunique() == together.MOST_GROUPS
    # Between groups the tree joins later than anywhere within them.
    apart = group.diff() == 1
    assert table.loc[apart, "distance"].min() > table.loc[~apart, "distance"].max()


@pytest.mark.parametrize(("words", "rows"), [("あい", 0), ("あいう", 3)])
def test_a_tree_needs_three_words(words: str, rows: int) -> None:
    has = np.tile([[True] * len(words), [False] * len(words)], (2, 1))
    assert len(together.word_tree(index_of(has, words)).frame) == rows


def test_what_more_than_half_of_the_texts_contain_joins_nothing() -> None:
    has = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], bool)
    assert together.present(index_of(has, "多半少"), 9)[0] == ["半", "少"]
    assert together.present(index_of(has, "多半少"), 1)[0] == ["半"]


def test_words_of_as_many_texts_stand_in_the_order_of_the_alphabet_and_repeats_count_once(
    arrays: ArrayEngine,
) -> None:
    words, has = together.present(index_words(["猫と犬と猫", "犬と鳥", "雨", "雪", "鳥"], arrays), 9)
    assert words == ["犬", "鳥", "猫", "雨", "雪"]
    assert has.sum(axis=0).tolist() == [2, 2, 1, 1, 1]


def test_a_network_keeps_the_strongest_ties_and_leaves_out_words_without_one() -> None:
    rows = ["1100000", "1100000", "1000000", "0011000", "0011000", "0001000", "0000100"] + ["0000000"] * 5
    found = together.word_network(
        index_of(np.array([list(map(int, row)) for row in rows], bool), "あいうえおかき")
    )
    pairs = found.pairs.frame
    assert pairs[["word", "with_word", "n"]].to_numpy().tolist() == [["あ", "い", 2], ["え", "う", 2]]
    assert pairs["jaccard"].tolist() == pytest.approx([2 / 3, 2 / 3])
    words = found.words.frame.set_index("word")
    assert words["n"].to_dict() == {"あ": 3, "い": 2, "う": 2, "え": 3}
    assert words.groupby("community", observed=True).groups.keys() == {"群1", "群2"}
    assert words.loc["あ", "community"] == words.loc["い", "community"] != words.loc["う", "community"]


def test_communities_beyond_the_colours_become_one() -> None:
    pairs = np.repeat(np.eye(7, dtype=bool), 2, axis=1).repeat(2, axis=0)
    has = np.vstack([pairs, np.zeros((14, 14), bool)])
    words = together.word_network(index_of(has, "あいうえおかきくけこさしすせ")).words.frame
    assert words["community"].value_counts().to_dict() == {"ほか": 4, **{f"群{n}": 2 for n in range(1, 6)}}


def test_words_are_counted_in_the_texts_of_each_group() -> None:
    has = np.array([[1, 0], [1, 1], [0, 1], [0, 0], [0, 0]], bool)
    by = pd.Series(pd.Categorical(["甲", "乙", "乙", "甲", None], ["甲", "乙", "丙"]), index=[5, 4, 3, 2, 1])
    table = together.words_by(index_of(has, "猫犬"), by)
    assert table.loc["猫"].to_dict() == {"甲": 1, "乙": 1, "丙": 0}
    assert table.loc["犬"].to_dict() == {"甲": 0, "乙": 2, "丙": 0}


def test_the_map_of_words_is_that_of_corresp() -> None:
    """R: MASS::corresp(m, nf = 2), canonical correlations 0.5543400620 and 0.3882325726."""
    counts = pd.DataFrame([[20, 5, 3], [4, 18, 6], [3, 7, 25], [9, 9, 9]], list("猫犬鳥魚"), list("甲乙丙"))
    shares = correspondence_map(counts, "語", "職業").inertia.frame["share"]
    assert shares.tolist() == pytest.approx([0.670919666, 0.329080334])


@pytest.mark.parametrize(("words", "shown", "ties"), [(11, 11, 55), (12, 12, 60), (40, 40, 60), (41, 40, 60)])
def test_a_network_shows_forty_words_and_sixty_ties_at_most(words: int, shown: int, ties: int) -> None:
    """All words stand in the one text of two: k words share k(k-1)/2 ties of equal strength, 55 of 11 and 66 of 12."""
    has = np.zeros((2, words), bool)
    has[0] = True
    network = together.word_network(index_of(has, "".join(chr(0x4E00 + i) for i in range(words))))
    pairs = network.pairs.frame
    assert len(pairs) == ties
    assert len(together.present(index_of(has, "あ" * words), 40)[0]) == shown
    assert len(network.words.frame) <= shown
