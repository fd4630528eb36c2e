"""Whose words a shared passage is, how much of it stands where, and which records are named for it."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ujo_lib.disclosure.gate import Confidential, Gate
from ujo_lib.disclosure.gate.layers import Layer
from ujo_lib.disclosure.gate.scan import _alias, _longest_part, _Owners, _Place, _Release

PHRASE = "夜になると眠れない"


@given(st.text("あいう", max_size=9), st.text("あいう", max_size=9))
def test_the_longest_part_is_the_longest_run_that_both_have(words: str, text: str) -> None:
    runs = [words[a:b] for a, b in combinations(range(len(words) + 1), 2)]
    assert _longest_part(words, text) == max((len(run) for run in runs if run in text), default=0)


@pytest.mark.parametrize(("together", "found"), [(7, False), (8, True), (9, True)])
def test_a_passage_that_stands_nowhere_whole_counts_where_eight_of_its_characters_stand(
    tmp_path: Path, together: int, found: bool
) -> None:
    (tmp_path / "a.txt").write_text(PHRASE[:together], encoding="utf-8")
    (tmp_path / "b.txt").write_text("ほかのことば", encoding="utf-8")
    held = _Release([tmp_path]).holding(PHRASE + "のです")
    assert {(place.file, length) for place, length in held} == ({("a.txt", together)} if found else set())


def test_a_passage_that_stands_somewhere_whole_counts_there_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PHRASE[:8], encoding="utf-8")
    (tmp_path / "b.txt").write_text(PHRASE, encoding="utf-8")
    assert {(place.file, n) for place, n in _Release([tmp_path]).holding(PHRASE)} == {("b.txt", len(PHRASE))}


@pytest.mark.parametrize("people", [1, 9, 10, 11])
def test_up_to_ten_records_are_named_for_one_passage_each_once(tmp_path: Path, people: int) -> None:
    (tmp_path / "a.txt").write_text(PHRASE, encoding="utf-8")
    texts = [Confidential(f"c{i}", PHRASE, f"R{i:02}") for i in range(people)]
    found = Gate([*texts, *texts], "", people + 1).scan([tmp_path])
    assert sorted(one.record for one in found) == [f"R{i:02}" for i in range(min(people, 10))]


def test_a_text_without_a_record_of_its_own_is_named_by_its_client(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PHRASE, encoding="utf-8")
    assert [one.record for one in Gate([("c1", PHRASE)], "", 2).scan([tmp_path])] == ["c1"]


def test_a_run_has_as_many_owners_as_clients_wrote_it_and_no_more_than_are_asked_about() -> None:
    owners = _Owners(2, 2)
    owners.add(np.array([0, 0, 1]), ["a", "a", "a"])
    assert (owners.fewest([0]), owners.fewest([0, 1])) == (1, 1)
    owners.add(np.array([0, 0]), ["b", "c"])
    assert (owners.fewest([0]), owners.fewest([0, 1])) == (3, 1)  # both of one batch are taken
    owners.add(np.array([0]), ["d"])
    assert owners.fewest([0]) == 3


@pytest.mark.parametrize(
    ("start", "end", "pieces"),
    [
        (0, 2, [["あい"]]),
        (2, 4, [["うえ"]]),
        (1, 3, [["あい"], ["うえ"]]),
        (4, 7, [["お", "か"]]),  # cut at its number
        (4, 6, [["お"]]),
        (3, 5, [["うえ"], ["お"]]),
        (5, 7, [["か"]]),
    ],
)
def test_a_passage_touches_the_runs_between_numbers_of_its_cells(
    start: int, end: int, pieces: list[list[str]]
) -> None:
    place = _Place("a.txt", Layer("本文", "あい\tうえ\tお3か"), "", "あいうえお3か")
    assert place.seams == [0, 2, 4, 7]
    assert list(place.pieces(start, end)) == pieces


def test_what_a_layer_says_is_searched_in_its_words_where_it_has_any(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<p>{PHRASE[:4]}<b>{PHRASE[4:]}</b></p>", encoding="utf-8")
    assert any(PHRASE in place.words for place in _Release([tmp_path]).places)


def test_two_passages_of_one_text_end_where_the_page_leaves_them(tmp_path: Path) -> None:
    first, second = "朝から晩まで同じことばかり", "昼は窓の外を見て過ごしています"
    (tmp_path / "a.txt").write_text(first, encoding="utf-8")
    (tmp_path / "b.txt").write_text(second, encoding="utf-8")
    found = Gate([Confidential("c1", f"{first}ぬぬ{second}", "R1")], "", 5).scan([tmp_path])
    assert {(one.file, one.length) for one in found} == {("a.txt", len(first)), ("b.txt", len(second))}


def test_a_file_whose_name_is_not_repeated_has_a_name_of_eight_signs_of_its_own() -> None:
    names = [_alias("R001.csv"), _alias("R002.csv")]
    assert all(re.fullmatch("名前に問題のあるファイル [0-9a-f]{8}", name) for name in names)
    assert names[0] != names[1]
    assert _alias("R001.csv") == names[0]
