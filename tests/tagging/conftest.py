"""Engines and codebooks are made once; texts are invented here or come from the generator."""

import random
from pathlib import Path

import numpy as np
import pytest

from ujo_lib.tagging import Codebook, load_codebook
from ujo_lib.tagging.engine import ArrayEngine, JanomeEngine, tokenise_texts

PROJECT = Path(__file__).parents[2]

_KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがざだばぱっゃー"
_KANJI = (
    "学校行死母父親友達仕事会社病院薬辛苦悩相談先生不安今日明日昨年月人間関係生活費借金家族夫妻子供育児介護"
)
_OTHER = "アイウカキクケサシスABCabc0123456789。、!?…「」 \n\t😢😂ｱｲｳ１２３〇一二三αβГД.,・~𠮷Ð"


def invented(seed: int, length: int) -> str:
    """Characters drawn at random: no sense, all the more corners."""
    rng = random.Random(seed)
    return "".join(rng.choice(rng.choice((_KANA, _KANA, _KANJI, _OTHER))) for _ in range(length))


def assert_same(arrays: ArrayEngine, janome: JanomeEngine, texts: list[str]) -> None:
    """Both engines find the same words."""
    fast, slow = tokenise_texts(arrays, texts), tokenise_texts(janome, texts)
    assert np.array_equal(fast.pointer, slow.pointer)
    assert np.array_equal(fast.rows, slow.rows)


@pytest.fixture(scope="session")
def arrays() -> ArrayEngine:
    return ArrayEngine()


@pytest.fixture(scope="session")
def janome() -> JanomeEngine:
    return JanomeEngine()


@pytest.fixture(scope="session")
def book() -> Codebook:
    return load_codebook(PROJECT / "params" / "codebook.yaml")


@pytest.fixture(scope="session")
def janome_book() -> Codebook:
    return load_codebook(PROJECT / "params" / "codebook.yaml", JanomeEngine())
