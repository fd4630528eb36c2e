"""Main concern against mention: places are counted, placed and held against what people found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample.stream import iter_texts
from ujo_lib.tagging import Codebook, CodebookError, evidence, parse_codebook, tag
from ujo_lib.tagging import depth as deep
from ujo_lib.tagging.codebook import MAIN, compile_codebook
from ujo_lib.tagging.depth import depth, depth_table, thresholds
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.khcoder import parse_rules
from ujo_lib.tagging.reading import LEAST_OF_EACH, Reading
from ujo_lib.tagging.tagger import STATUS_LABELS, VALID

SMALL = """
version: "1"
themes:
  - {id: school, label: 学校, role: factor, terms: [学校, 学校+生活, s:校]}
  - {id: pet, label: 動物, role: factor, main: 2, terms: [猫, 犬]}
"""
PIECES = [
    "学校",
    "学校生活",
    "校庭",
    "猫",
    "犬",
    "死にたい",
    "死にたくない",
    "いじめられていない",
    "です",
    "。",
    "、",
    "\n",
    " ",
]


@pytest.fixture(scope="module")
def small(arrays: ArrayEngine) -> Codebook:
    return compile_codebook(parse_codebook(SMALL), arrays)


def test_places_are_counted_measured_and_placed_by_hand(small: Codebook) -> None:
    found = depth(["雨の日。猫と犬と学校生活、学校", "", " \n校", "雨"], small)
    assert found.themes == ("school", "pet")
    # 学校, 学校生活 and 校 overlap: one place. 4 + 11 characters are read of the first text.
    assert found.hits.tolist() == [[2, 2], [0, 0], [1, 0], [0, 0]]
    assert found.density == pytest.approx(np.array([[2000 / 15, 2000 / 15], [0, 0], [1000, 0], [0, 0]]))
    assert found.position[0] == pytest.approx([8 / 15, 4 / 15])
    assert found.position[2, 0] == 0
    assert np.isnan(found.position[[1, 1, 2, 3], [0, 1, 1, 0]]).all()


@pytest.mark.parametrize(
    "texts", [["猫と学校"], ["学校と猫"], ["猫", "学校"], ["学校", "猫"], ["学校", "", "学校"]]
)
def test_the_last_place_of_one_theme_and_the_first_of_the_next_are_two(
    texts: list[str], small: Codebook
) -> None:
    found = depth(texts, small)
    assert found.hits.tolist() == [[text.count("学校"), text.count("猫")] for text in texts]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), max_size=4))
@settings(deadline=None, max_examples=100)
def test_a_theme_has_places_just_where_it_is_tagged_and_where_evidence_shows_them(
    book: Codebook, texts: list[str]
) -> None:
    found = depth(texts, book)
    assert np.array_equal(found.hits > 0, tag(texts, book).matrix())
    for row, text in enumerate(texts):
        places: dict[str, list[tuple[int, int]]] = {}
        for one in evidence(text, book):
            if one.status == STATUS_LABELS[VALID]:
                places.setdefault(one.theme, []).append((one.begin, one.end))
        for column, theme in enumerate(book.ids):
            count, reach = 0, -1
            for begin, end in sorted(places.get(theme, [])):
                count += begin >= reach
                reach = max(reach, end)
            assert found.hits[row, column] == count


def test_texts_taken_in_parts_keep_their_places(book: Codebook, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for _, text, _ in iter_texts(20, seed=4)]
    whole = depth(texts, book)
    monkeypatch.setattr(deep, "CHUNK_TEXTS", 7)
    parts = depth(texts, book)
    assert np.array_equal(whole.hits, parts.hits)
    assert np.array_equal(whole.position, parts.position, equal_nan=True)
    assert depth([], book).hits.shape == (0, len(book.themes))


def test_a_main_concern_begins_at_the_number_of_the_codebook(small: Codebook) -> None:
    assert [theme.main for theme in small.themes] == [MAIN, 2] == [3, 2]
    found = depth([f"{'学校と' * n}{'猫と' * n}" for n in (1, 2, 3, 4)], small)
    least = [number for number, _ in thresholds(small, found, None)]
    assert found.main(least).T.tolist() == [[False, False, True, True], [False, True, True, True]]


@pytest.mark.parametrize("number", ["0", "-1", "三"])
def test_a_number_of_places_that_is_none_is_refused_with_its_line(number: str) -> None:
    with pytest.raises(CodebookError, match="5行目"):
        parse_codebook(SMALL.replace("main: 2", f"main: {number}"))


def reading(
    truth: np.ndarray, either: np.ndarray | None = None, stratum: np.ndarray | None = None
) -> Reading:
    """Readings of a first part of the texts, of which the codebook says nothing here."""
    tags = pd.DataFrame({"school": np.zeros(len(truth), bool), "pet": False})
    both = np.column_stack([truth, truth])
    wide = both if either is None else np.column_stack([either, either])
    strata = np.zeros(len(truth), np.int64) if stratum is None else stratum
    return Reading(tags, strata, np.arange(len(truth)), both, wide)


def places(hits: np.ndarray) -> deep.Depth:
    both = np.column_stack([hits, hits])
    return deep.Depth(("school", "pet"), both, both.astype(float), both.astype(float))


def test_the_threshold_is_that_at_which_the_machine_agrees_best_with_the_readers(small: Codebook) -> None:
    hits = np.repeat([0, 1, 2, 3, 4], 20)
    for least in (1, 2, 3, 4):
        learned = thresholds(small, places(hits), reading(hits >= least))
        assert learned == [(least, True)] * 2
    # Beyond what is asked nothing is learned but the most that is asked.
    many = np.repeat([0, 4, 6, 7], 30)
    assert thresholds(small, places(many), reading(many >= 7))[0] == (deep.MOST_ASKED, True)


@pytest.mark.parametrize("few", [LEAST_OF_EACH - 1, LEAST_OF_EACH, LEAST_OF_EACH + 1])
def test_too_few_readings_of_either_kind_leave_the_number_of_the_codebook(small: Codebook, few: int) -> None:
    expected = [(1, True)] * 2 if few >= LEAST_OF_EACH else [(3, False), (2, False)]
    for truth in (np.arange(90) < few, np.arange(90) >= few):
        assert thresholds(small, places(truth.astype(np.int64)), reading(truth)) == expected


def test_texts_in_dispute_and_texts_of_a_thin_stratum_weigh_what_they_should(small: Codebook) -> None:
    # 40 texts with two places have the theme, 40 with one are disputed: they speak neither for nor against.
    hits = np.repeat([0, 1, 2], 40)
    assert thresholds(small, places(hits), reading(hits == 2, either=hits >= 1))[0] == (1, True)
    assert thresholds(small, places(hits), reading(hits == 2))[0] == (2, True)
    # One place is right 30 times in a stratum of which all was read, wrong 20 times where each reading stands for 9.
    hits = np.concatenate([np.repeat([1, 2], [30, 30]), np.repeat([1, 0], [20, 20]), np.zeros(320, np.int64)])
    truth = np.arange(420) < 60
    stratum = (np.arange(420) >= 60).astype(np.int64)
    whole = reading(truth, stratum=stratum)
    read = np.arange(100)
    part = Reading(whole.tags, stratum, read, whole.both[read], whole.either[read])
    # F1 at one place: 2·60 / (2·60 + 20·9) = 0.40; at two: 2·30 / (2·30 + 30) = 0.67. Unweighted: 0.86 and 0.67.
    assert thresholds(small, places(hits), part)[0] == (2, True)


def test_the_table_tells_main_concerns_from_mentions_and_who_says_so(small: Codebook) -> None:
    table = depth_table(["学校", "学校と学校と学校", "猫。犬", "雨"], small, None).frame
    assert table["theme"].tolist() == ["学校", "動物"]
    assert table[["n", "main", "least"]].to_numpy().tolist() == [[2, 1, 3], [1, 1, 2]]
    assert table["basis"].tolist() == ["コードブック"] * 2
    assert table["hits"].tolist() == [2.0, 2.0]
    assert table["density"].tolist() == [437.5, 2000 / 3]
    assert table["position"].tolist() == [0, 0]
    none = depth_table(["雨"], small, None).frame
    assert none["main"].tolist() == [0, 0]
    assert none[["hits", "density", "position"]].isna().all(axis=None)
    truth = np.arange(90) < 30
    learned = depth_table(["学校。犬" if has else "雨" for has in truth], small, reading(truth)).frame
    assert learned["basis"].tolist() == ["人の読み"] * 2
    assert learned["main"].tolist() == learned["n"].tolist() == [30, 30]


def test_rules_of_kh_coder_have_no_places_to_show(arrays: ArrayEngine) -> None:
    rules = parse_rules("＊学校\n学校 | 校庭\n", "rules.cod", arrays)
    assert depth_table(["学校"], rules, None).frame.empty
