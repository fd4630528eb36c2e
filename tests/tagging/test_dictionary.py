"""Janome's dictionary as arrays says of each word what Janome says."""

import os
import random
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from janome.system_dic import MMapSystemDictionary

from ujo_lib.tagging import dictionary as d


def test_every_surface_of_a_base_form_is_listed() -> None:
    words = d.load_dictionary()
    assert {"死な", "死に", "死ぬ", "死ね", "死の", "死ん"} <= words.surfaces_of("死ぬ")
    assert words.surfaces_of("ヤングケアラー") == {"ヤングケアラー"}


def _built(folder: str) -> tuple[int, int]:
    """Number of entries of the dictionary, and how many exports this process made for it."""
    os.environ["UJO_CACHE_DIR"] = folder
    d.load_dictionary.cache_clear()
    with mock.patch.object(d, "_exported", wraps=d._exported) as exported:
        return len(d.load_dictionary().base_of), exported.call_count


@pytest.mark.full
def test_of_two_processes_one_builds_the_dictionary_and_the_other_waits(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        sizes, exports = zip(*pool.map(_built, [str(tmp_path)] * 2), strict=True)
    assert set(sizes) == {len(d.load_dictionary().base_of)}
    assert sum(exports) == 1
    assert {file.suffix for file in tmp_path.iterdir()} == {".npz", ".lock"}


def test_the_export_says_of_each_word_what_janome_says() -> None:
    """Janome's own look-up by number is the oracle."""
    words, source = d.load_dictionary(), MMapSystemDictionary.instance()
    lexicon = words.lexicon
    for number in random.Random(0).sample(range(len(lexicon.numbers)), 500):
        surface, left, right, cost = source._find_entry(number)
        *speech, base, _, _ = source.lookup_extra(number)
        row = lexicon.entries[np.flatnonzero(lexicon.numbers == number)[0]]
        assert (words.surfaces[number], words.base_forms[words.base_of[number]]) == (surface, base)
        assert words.speeches[words.speech_of[number]] == ",".join(speech)
        assert (row[0] >> 16, row[0] & 0xFFFF, row[1]) == (left, right, cost)
    assert np.array_equal(lexicon.connection.T, np.array(source.connections))


def test_a_damaged_dictionary_file_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    d.load_dictionary()
    (whole,) = d.cache_folder().glob(f"janome-*-format{d.FORMAT}.npz")
    with np.load(whole) as stored:
        arrays = {name: stored[name] for name in stored.files}
    monkeypatch.setattr(d, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(d, "_exported", lambda: arrays)
    (tmp_path / whole.name).write_bytes(whole.read_bytes()[: 1 << 20])
    assert d.load_dictionary.__wrapped__().base_of.tolist() == arrays["base_of"].tolist()
    assert (tmp_path / whole.name).stat().st_size == whole.stat().st_size


def test_kinds_of_letters_and_unknown_words_are_those_of_the_janome_that_is_installed() -> None:
    """What was kept by an older export would hide that the present one has gone wrong."""
    words = d.load_dictionary()
    found = d._unknown_words(Path(str(files("janome"))) / "sysdic")
    for name in ("char_class", "class_categories", "in_category", "categories", "unknown"):
        assert np.array_equal(found[name], getattr(words.lexicon, name)), name
    assert tuple(found["unknown_speech"].tobytes().decode().split("\n")) == words.unknown_speech


@pytest.mark.full
def test_the_export_of_today_is_the_one_that_was_kept() -> None:
    words, found = d.load_dictionary(), d._exported()
    assert np.array_equal(found["base_of"], words.base_of)
    assert np.array_equal(found["speech_of"], words.speech_of)
    assert found["surfaces"].tobytes() == words.packed_surfaces
    assert found["base_forms"].tobytes() == words.packed_base_forms
    for name in ("codes", "units", "entries", "numbers", "connection"):
        assert np.array_equal(found[name], getattr(words.lexicon, name)), name


@pytest.mark.parametrize(("first", "whole"), [(0, True), (1, False)])
def test_a_data_file_of_janome_that_is_numbered_otherwise_is_not_read(
    tmp_path: Path, first: int, whole: bool
) -> None:
    """Else each word would get the parts of speech of its neighbour."""
    file = tmp_path / "entries_compact0.py"
    file.write_text("DATA={0:(u'\\u5b66',1,2,3),1:(u'\\u6821',4,5,-6),}", encoding="ascii")
    if whole:
        assert d._entries(file, d._COMPACT, first) == [["学", "校"], ["1", "4"], ["2", "5"], ["3", "-6"]]
    else:
        with pytest.raises(ValueError, match="written in another way"):
            d._entries(file, d._COMPACT, first)


def test_a_data_file_of_janome_with_a_gap_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "entries_compact0.py"
    file.write_text("DATA={0:(u'a',1,2,3),2:(u'b',4,5,6),}", encoding="ascii")
    with pytest.raises(ValueError, match="written in another way"):
        d._entries(file, d._COMPACT, 0)
