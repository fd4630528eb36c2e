from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from tests.tagging.conftest import invented
from ujo_lib.tagging import words as w
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.normalise import corpus

TEXTS = ["学校の先生がこわい。学校!!", "猫と猫", "学校に猫が来た", "犬の散歩"]


@pytest.fixture(scope="module")
def index(arrays: ArrayEngine) -> w.WordIndex:
    return w.index_words(TEXTS, arrays)


def test_content_words_are_counted_by_base_form_and_by_text(index: w.WordIndex) -> None:
    everything = np.ones(4, bool)
    counts = dict(zip(index.vocabulary, index.counts(everything), strict=True))
    texts = dict(zip(index.vocabulary, index.text_counts(everything), strict=True))
    assert (counts["学校"], texts["学校"]) == (3, 2)
    assert (counts["猫"], texts["猫"]) == (3, 2)
    assert "の" not in counts
    assert "!" not in counts
    assert "来る" in counts


def test_log_odds_follow_the_published_formula(index: w.WordIndex) -> None:
    """Monroe, Colaresi & Quinn (2008), equations 16 and 19-22, written out for one word."""
    group = np.array([True, False, True, False])
    row = w.distinctive_words(index, group, 20, least_texts=1).frame.set_index("word").loc["学校"]
    inside, outside = index.counts(group), index.counts(~group)
    y1, y2, prior = 3, 0, 3
    n1, n2, n0 = inside.sum(), outside.sum(), inside.sum() + outside.sum()
    delta = np.log((y1 + prior) / (n1 + n0 - y1 - prior)) - np.log((y2 + prior) / (n2 + n0 - y2 - prior))
    assert row["estimate"] == pytest.approx(delta)
    assert row["z"] == pytest.approx(delta / np.sqrt(1 / (y1 + prior) + 1 / (y2 + prior)))


def test_a_table_of_distinctive_words_is_counted_tested_and_sorted(index: w.WordIndex) -> None:
    """Counted by hand; p-values from scipy's one-sided tests of Fisher, Holm's from statsmodels."""
    table = w.distinctive_words(index, np.array([True, False, True, False]), 20, 1).frame
    found = table.set_index("word")
    assert (table["base"] == 2).all()
    assert found.loc[["学校", "猫", "犬"], ["n", "n_other", "texts"]].to_numpy().tolist() == [
        [3, 0, 2], [1, 2, 1], [0, 1, 0],
    ]  # fmt: skip
    assert table["z"].abs().min() > 0
    for word, inside, outside in (("学校", 2, 0), ("猫", 1, 1), ("犬", 0, 1)):
        counts = [[inside, outside], [2 - inside, 2 - outside]]
        tails = [fisher_exact(counts, side).pvalue for side in ("greater", "less")]
        assert found.at[word, "p_value"] == pytest.approx(min(2 * min(tails), 1))
    assert table["p_holm"].to_numpy() == pytest.approx(multipletests(table["p_value"], method="holm")[1])
    order = sorted(zip(-table["z"], table["word"], strict=True))
    assert table["word"].tolist() == [word for _, word in order]


@pytest.mark.parametrize(("texts", "sure"), [(5, False), (6, True), (7, True)])
def test_a_word_is_more_than_chance_by_the_texts_that_have_it_however_often_they_say_it(
    arrays: ArrayEngine, texts: int, sure: bool
) -> None:
    """By hand: that all of 6 texts with 猫 are of the 10 among 20 has the chance 210 / 38760, with 5 252 / 15504."""
    for often in (1, 9):
        index = w.index_words(["猫と" * often + "犬"] * texts + ["犬"] * (20 - texts), arrays)
        found = w.distinctive_words(index, np.arange(20) < 10, 20, 1).frame.set_index("word")
        assert (found.at["猫", "p_holm"] < 0.05) is np.bool_(sure)


@pytest.mark.parametrize("top", [0, 1, 2, 3])
def test_a_list_of_words_ends_with_so_many_and_ties_stand_in_the_order_of_their_letters(
    index: w.WordIndex, top: int
) -> None:
    everything = np.ones(4, bool)
    words = w.frequent_words(index, everything, top).frame
    assert words[["word", "n", "occurrences"]].to_numpy().tolist() == [
        ["学校", 2, 3], ["猫", 2, 3], ["こわい", 1, 1],
    ][:top]  # fmt: skip
    assert (words["base"] == 4).all()
    pairs = w.frequent_bigrams(index, everything, 20).frame
    assert pairs["words"].tolist() == sorted(pairs["words"])  # each in one text
    assert pairs["n"].tolist() == [1] * len(pairs)
    assert len(w.distinctive_words(index, everything, top, 1).frame) == top
    few = index.text_counts(everything)
    for least in (1, 2, 3):
        assert len(w.distinctive_words(index, everything, 99, least).frame) == (few >= least).sum()


def test_words_of_few_texts_are_left_out(index: w.WordIndex) -> None:
    group = np.array([True, True, False, False])
    assert set(w.distinctive_words(index, group, 20, least_texts=2).frame["word"]) == {"学校", "猫"}
    assert w.frequent_words(index, np.zeros(4, bool), 10).frame.empty


def test_bigrams_stay_within_sentences(index: w.WordIndex) -> None:
    found = set(w.frequent_bigrams(index, np.ones(4, bool), 20).frame["words"])
    assert "先生 こわい" in found
    assert "こわい 学校" not in found


def test_unknown_words_are_content_by_what_janome_takes_them_for(arrays: ArrayEngine) -> None:
    """The rule of IPADIC's parts of speech, token by token, on texts full of what no dictionary has."""
    cleaned = corpus([invented(seed, 400) for seed in range(4)])
    tokens = arrays.tokenise(cleaned.codepoints, cleaned.sentences)
    speeches = [tokens.token(row).part_of_speech.split(",") for row in range(len(tokens.rows))]
    assert len({tuple(one) for one, row in zip(speeches, tokens.rows, strict=True) if row[2] < 0}) > 3
    bare = {"非自立", "代名詞", "数", "接尾"}
    expected = [one[0] in {"名詞", "動詞", "形容詞", "副詞"} and one[1] not in bare for one in speeches]
    assert w._content(tokens).tolist() == expected


def test_only_words_that_a_group_uses_more_are_listed_as_such(arrays: ArrayEngine) -> None:
    """Of twice four texts, those of the group alone speak of school; the others alone of cats; both of dogs."""
    index = w.index_words(["学校の犬"] * 4 + ["猫と犬"] * 4, arrays)
    group = np.arange(8) < 4
    words = w.distinctive_words(index, group, 20, least_texts=1)
    assert words.frame["word"].tolist() == ["学校", "犬", "猫"]
    assert words.frame["z"].round(9).tolist()[1] == 0
    assert w.used_more(words).frame["word"].tolist() == ["学校"]
    nobody = w.distinctive_words(index, np.zeros(8, bool), 20, least_texts=1)
    assert len(nobody) == 3
    assert w.used_more(nobody).frame.empty


def test_words_without_a_base_form_and_the_first_of_all_base_forms_keep_their_own() -> None:
    rows = np.array([[0, 0, 0], [0, 0, 1], [0, 0, -1], [0, 0, 2]])
    dictionary = SimpleNamespace(base_of=np.array([0, 1, -1]), base_forms=["乙", "甲", "己"])
    tokens = SimpleNamespace(dictionary=dictionary, rows=rows, surface=lambda row: "丙丁"[int(row == 3)])
    names, number = w._base_forms(tokens, np.arange(4))
    assert names == sorted("丙丁乙甲")
    assert [names[place] for place in number] == ["乙", "甲", "丙", "丁"]
