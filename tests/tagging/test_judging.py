"""What is made of all judged hits together says the same as tagging, which stops at the first."""

import numpy as np
import pytest

from ujo_lib.tagging import Codebook, tag
from ujo_lib.tagging.judging import Places, theme_places
from ujo_lib.tagging.normalise import corpus

TEXTS = ["学校に行きたくない。死にたい", "", "死にたくない", "親友と親の話。学校、学校", "今日は晴れ"]


def test_the_places_of_all_themes_give_each_text_the_themes_that_its_tag_has(book: Codebook) -> None:
    found = theme_places(corpus(TEXTS), book.rules, book.engine)
    assert found.masks(len(TEXTS)).tolist() == tag(TEXTS, book).masks.tolist()
    assert len(found.text) > len(set(zip(found.text.tolist(), found.theme.tolist(), strict=True)))


@pytest.mark.parametrize("theme", [0, 1, 62])
def test_the_first_and_the_last_theme_a_codebook_can_have_keep_their_bits(theme: int) -> None:
    text, nothing = np.array([1, 1]), np.zeros(2, np.int64)
    places = Places(text, np.full(2, theme), nothing, nothing)
    assert places.masks(3).tolist() == [0, 1 << theme, 0]
