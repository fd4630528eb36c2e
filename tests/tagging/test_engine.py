"""The array engine has to say what Janome says, token for token, on anything."""

import os
import random
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from janome.system_dic import MMapSystemDictionary
from janome.tokenizer import Tokenizer

from tests.sample.stream import iter_texts
from tests.tagging.conftest import invented
from ujo_lib.tagging import dictionary as d
from ujo_lib.tagging.cache import kernel_cache_folder
from ujo_lib.tagging.engine import ArrayEngine, JanomeEngine, tokenise_texts
from ujo_lib.tagging.lattice import OWN, _splits
from ujo_lib.tagging.normalise import corpus, encode

WORDS = (
    d.UserEntry("ヤングケアラー", 1288, 1288, 3000, "名詞,固有名詞,一般,*", "*", "*", "ヤングケアラー"),
    d.UserEntry("不登校", 1285, 1285, 2000, "名詞,一般,*,*", "*", "*", "不登校"),
    d.UserEntry("学校", 1285, 1285, 4000, "名詞,一般,*,*", "*", "*", "学校"),
    d.UserEntry("行き", 0, 0, -100000, "カスタム,*,*,*", "*", "*", "ゆき"),
    d.UserEntry("𠮷野家", 1288, 1288, 100, "名詞,固有名詞,一般,*", "*", "*", "𠮷野家"),
)


def assert_same(arrays: ArrayEngine, janome: JanomeEngine, texts: list[str]) -> None:
    fast, slow = tokenise_texts(arrays, texts), tokenise_texts(janome, texts)
    assert np.array_equal(fast.pointer, slow.pointer)
    assert np.array_equal(fast.rows, slow.rows)


@pytest.mark.slow
def test_chats_give_the_same_tokens(arrays: ArrayEngine, janome: JanomeEngine) -> None:
    assert_same(arrays, janome, [text for _, text, _ in iter_texts(25)])


@pytest.mark.slow
def test_threads_that_share_plain_janome_get_the_tokens_of_one(arrays: ArrayEngine) -> None:
    """Where numba does not run, `ujo tag` shares one Janome among its threads: every other text got other words."""
    texts = [text for _, text, _ in iter_texts(10)]
    expected = tokenise_texts(arrays, texts).rows
    janome = JanomeEngine()  # with nothing remembered yet
    with ThreadPoolExecutor(3) as pool:
        rows = [tokens.rows for tokens in pool.map(lambda _: tokenise_texts(janome, texts), range(3))]
    assert all(np.array_equal(found, expected) for found in rows)


@pytest.mark.slow
def test_sentences_of_chats_give_the_same_tokens(arrays: ArrayEngine, janome: JanomeEngine) -> None:
    cleaned = corpus([text for _, text, _ in iter_texts(25, seed=1)])
    fast = arrays.tokenise(cleaned.codepoints, cleaned.sentences)
    slow = janome.tokenise(cleaned.codepoints, cleaned.sentences)
    assert np.array_equal(fast.rows, slow.rows)
    assert np.array_equal(fast.pointer, slow.pointer)


@pytest.mark.slow
@pytest.mark.parametrize(
    "length", [1, 2, 49, 50, 51, 498, 499, 500, 501, 502, 1022, 1023, 1024, 1025, 1026, 3000]
)
def test_chunks_end_where_janome_ends_them(arrays: ArrayEngine, janome: JanomeEngine, length: int) -> None:
    units = ("学校に行きたくない、", "あ", "ア", "1", "a", "う\n\n", "え\r\n\r\n", "。", "www.x", "親")
    texts = [(unit * length)[:length] for unit in units]
    assert_same(arrays, janome, [*texts, *(invented(seed, length) for seed in range(4))])


@pytest.mark.parametrize(
    "text", ["", " ", "　\n", "😢", "𠮷野家の𠮷", "a\x00b", "Ð", "\u3000学校\u3000", "ｶﾞ"]
)
def test_odd_texts_give_the_same_tokens(arrays: ArrayEngine, janome: JanomeEngine, text: str) -> None:
    assert_same(arrays, janome, [text])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=5))
@settings(deadline=None, max_examples=80)
def test_any_text_gives_the_same_tokens(arrays: ArrayEngine, janome: JanomeEngine, texts: list[str]) -> None:
    assert_same(arrays, janome, texts)


@given(st.text("学校にがはをもへの行死親くきたいなのて。、アイウー1aあ 😢", max_size=200))
@settings(deadline=None, max_examples=120)
def test_japanese_soup_gives_the_same_tokens(arrays: ArrayEngine, janome: JanomeEngine, text: str) -> None:
    assert_same(arrays, janome, [text])


def test_tokens_carry_what_janome_prints(arrays: ArrayEngine) -> None:
    text = "学校に行きたくなくて、ヤングケアラーの友達も死んだ😢"
    (tokens,) = tokenise_texts(arrays, [text]).sentences()
    expected = [
        (t.surface, t.base_form, t.part_of_speech, t.infl_type, t.infl_form)
        for t in Tokenizer().tokenize(text)
    ]
    assert [(t.surface, t.base_form, t.part_of_speech, t.infl_type, t.infl_form) for t in tokens] == expected


@pytest.mark.slow
def test_user_words_act_as_in_janome() -> None:
    arrays, janome = ArrayEngine(WORDS), JanomeEngine(WORDS)
    texts = [
        "不登校の学校に行きたい",
        "ヤングケアラーです",
        "𠮷野家に行き行き",
        *(invented(s, 300) for s in range(6)),
    ]
    texts += [text.replace("ー", "不登校").replace("あ", "学校") for text in texts]
    assert_same(arrays, janome, texts)
    (tokens,) = tokenise_texts(arrays, ["不登校です"]).sentences()
    assert tokens[0].base_form == "不登校"


@pytest.mark.parametrize("changed", [{"left_id": 5000}, {"right_id": -1}, {"cost": 10**7}, {"surface": ""}])
def test_impossible_user_words_are_refused(changed: dict[str, object]) -> None:
    fields = {name: getattr(WORDS[0], name) for name in WORDS[0].__dataclass_fields__}
    with pytest.raises(ValueError, match="ユーザー辞書"):
        d.load_dictionary().with_words([d.UserEntry(**fields | changed)])


def test_threads_may_share_one_engine(arrays: ArrayEngine) -> None:
    parts = [[invented(seed, 400) for seed in range(at, at + 20)] for at in range(0, 80, 20)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda part: tokenise_texts(arrays, part).rows, parts))
    for part, rows in zip(parts, together, strict=True):
        assert np.array_equal(tokenise_texts(arrays, part).rows, rows)


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


@pytest.mark.slow
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
    for number in random.Random(0).sample(range(lexicon.n_system), 500):
        surface, left, right, cost = source._find_entry(number)
        *speech, base, _, _ = source.lookup_extra(number)
        row = lexicon.entries[np.flatnonzero(lexicon.numbers == number)[0]]
        assert (words.surfaces[number], words.base_forms[words.base_of[number]]) == (surface, base)
        assert words.speeches[words.speech_of[number]] == ",".join(speech)
        assert (row[0] >> 16, row[0] & (OWN - 1), row[1]) == (left, right, cost)
    assert np.array_equal(lexicon.connection.T, np.array(source.connections))


def test_a_damaged_dictionary_file_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    d.load_dictionary()
    (whole,) = d.cache_folder().glob(f"janome-*-format{d.FORMAT}.npz")
    with np.load(whole) as stored:
        arrays = {name: stored[name] for name in stored.files}
    monkeypatch.setattr(d, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(d, "_exported", lambda: arrays)
    (tmp_path / whole.name).write_bytes(whole.read_bytes()[: 1 << 20])
    assert d.load_dictionary.__wrapped__().lexicon.n_system == len(arrays["base_of"])
    assert (tmp_path / whole.name).stat().st_size == whole.stat().st_size


def test_without_numba_janome_steps_in_with_a_notice_and_the_same_tags() -> None:
    code = (
        "from ujo_lib.tagging import tag, parse_codebook, compile_codebook\n"
        "from ujo_lib.tagging.engine import JanomeEngine\n"
        'book = compile_codebook(parse_codebook(\'version: "1"\\nthemes:\\n'
        "  - {id: a, label: A, role: factor, terms: [学校, s:眠れな]}\\n'))\n"
        "assert isinstance(book.engine, JanomeEngine)\n"
        "print(tag(['学校です', '眠れない', '猫'], book).masks.tolist())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[1, 1, 0]", done.stderr
    assert "Janome で形態素解析" in done.stderr


@pytest.mark.slow
def test_kernels_stay_within_their_arrays() -> None:
    """With numba's bounds checks on, a stray index would raise."""
    code = (
        "from tests.tagging.conftest import invented\n"
        "from ujo_lib.tagging.engine import ArrayEngine, tokenise_texts\n"
        "from ujo_lib.tagging.normalise import corpus\n"
        "texts = [invented(s, n) for s in range(3) for n in (0, 1, 499, 1024, 2500)] + ['ア' * 3000, '1' * 1500]\n"
        "print(len(tokenise_texts(ArrayEngine(), texts).rows), len(corpus(texts).sentences) > 0)\n"
    )
    environment = os.environ | {
        "NUMBA_BOUNDSCHECK": "1",
        "NUMBA_CACHE_DIR": str(kernel_cache_folder() / "checked"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.endswith("True\n"), done.stderr


@pytest.mark.parametrize(
    ("before", "may"),
    [(f"あ{mark}", True) for mark in "、。,.？?！!"]
    + [("あ\n\n", True), ("\r\n\r\n", True), ("\n\r\n", False), ("あ\r\n", False), ("あいう\n", False)]
    + [(f"あ{letter}", False) for letter in "あa1 ;；・…」\r　"],
)
def test_a_long_text_may_be_cut_behind_the_punctuation_of_janome_and_behind_an_empty_line(
    before: str, may: bool
) -> None:
    codepoints = encode(f"ああああ{before}い")
    assert bool(_splits(codepoints, len(codepoints) - 1)) is may
    assert bool(Tokenizer._Tokenizer__splittable(Tokenizer(), f"ああああ{before}")) is may


def test_kinds_of_letters_and_unknown_words_are_those_of_the_janome_that_is_installed() -> None:
    """What was kept by an older export would hide that the present one has gone wrong."""
    words = d.load_dictionary()
    found = d._unknown_words(Path(str(files("janome"))) / "sysdic")
    for name in ("char_class", "class_categories", "in_category", "categories", "unknown"):
        assert np.array_equal(found[name], getattr(words.lexicon, name)), name
    assert tuple(found["unknown_speech"].tobytes().decode().split("\n")) == words.unknown_speech


@pytest.mark.slow
def test_the_export_of_today_is_the_one_that_was_kept() -> None:
    words, found = d.load_dictionary(), d._exported()
    assert np.array_equal(found["base_of"], words.base_of)
    assert np.array_equal(found["speech_of"], words.speech_of)
    assert found["surfaces"].tobytes() == words.packed_surfaces
    assert found["base_forms"].tobytes() == words.packed_base_forms
    for name in ("codes", "units", "entries", "numbers", "connection"):
        assert np.array_equal(found[name], getattr(words.lexicon, name)), name


@pytest.mark.parametrize(
    ("cost", "good"), [(1_000_000, True), (-1_000_000, True), (1_000_001, False), (-1_000_001, False)]
)
def test_a_word_of_the_city_costs_at_most_a_million_either_way(cost: int, good: bool) -> None:
    word = replace(WORDS[0], cost=cost)
    if good:
        assert d.load_dictionary().with_words([word]).surfaces[-1] == word.surface
    else:
        with pytest.raises(ValueError, match="コストが使えない値"):
            d.load_dictionary().with_words([word])
