"""The array engine has to say what Janome says, token for token, on anything."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from janome.tokenizer import Tokenizer

from tests.sample.stream import iter_texts
from tests.tagging.conftest import assert_same, invented
from ujo_lib.tagging.cache import kernel_cache_folder
from ujo_lib.tagging.engine import ArrayEngine, JanomeEngine, tokenise_texts
from ujo_lib.tagging.normalise import corpus


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


def test_threads_may_share_one_engine(arrays: ArrayEngine) -> None:
    parts = [[invented(seed, 400) for seed in range(at, at + 20)] for at in range(0, 80, 20)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda part: tokenise_texts(arrays, part).rows, parts))
    for part, rows in zip(parts, together, strict=True):
        assert np.array_equal(tokenise_texts(arrays, part).rows, rows)


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
