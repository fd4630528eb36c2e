import inspect
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib import text as masking
from ujo_lib.tagging import normalise as n

TEXTS = st.text(
    st.one_of(
        st.characters(max_codepoint=0x30FF),
        st.sampled_from(
            "学校死にたいｶﾞｷﾞﾊﾟｰ。。！？!?…・~〜−ー  \r\n\u3099\u309a\u0301か゛は゜ﾞ😢👨‍👩‍👧각\u1100\u1161"
        ),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        ("ｶﾞｯｺｳに　行けない", ["ガッコウに 行けない"]),
        ("か\u3099っこう", ["がっこう"]),
        ("か゛っこう", ["がっこう"]),
        ("もう無理！！！？誰か", ["もう無理!?", "誰か"]),
        ("「死にたい。」と言った。", ["「死にたい。」", "と言った。"]),
        ("つらい・・・もう。。。", ["つらい…もう。"]),
        ("しんど〜い", ["しんどーい"]),
        ("は゜あ゜", ["ぱあ"]),
        (
            "ぁ−ヾ—\u3040−・−一−",
            ["ぁーヾー\u3040-・-一-"],
        ),  # drawn out after kana, from the first to the last
        ("10〜12時", ["10~12時"]),
        ("ほんと−", ["ほんとー"]),
        ("ＯＤした", ["odした"]),
        ("学\u200b校\ufeff", ["学校"]),
        ("〔学校名〕の〔氏名〕", ["〔 〕の〔 〕"]),
        ("〔一〕〔八字までの伏せ字〕", ["〔 〕〔 〕"]),
        ("〔〕〔九字からは伏せ字か〕", ["〔〕〔九字からは伏せ字か〕"]),
        ("〔学〔校〕", ["〔学〔 〕"]),
        ("一行目\r\n二行目\u2028三行目", ["一行目", "二行目", "三行目"]),
        (" \n　\t", []),
        ("", []),
        ("3.14と1.5", ["3.14と1.5"]),
        ("\x00a\x07b\ud800c", ["abc"]),
    ],
)
def test_spelling_is_evened_out_and_sentences_are_cut(written: str, sentences: list[str]) -> None:
    assert n.normalise(written).split("\n") == (sentences or [""])


def test_nobody_is_taken_at_the_words_of_a_mask() -> None:
    """Whatever kinds of masks are set, none is a word of the person who wrote; the way back stays as it was."""
    kinds = set(re.findall("〔[^〔〕{]+〕", inspect.getsource(masking)))
    assert {"〔学校名〕", "〔電話番号〕"} < kinds
    assert {n.normalise(kind) for kind in kinds} == {"〔 〕"}
    traced = n.trace("〔学校名〕へ")
    assert traced.span(3, 4) == (5, 6)


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_table_and_unicodedata_agree(text: str) -> None:
    """A text of mixed characters gives the same as the text composed as a whole beforehand."""
    assert n.normalise(text) == n.normalise(n.compose(text))


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = n.normalise(text)
    assert n.normalise(once) == once


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_every_normalised_character_knows_where_it_came_from(text: str) -> None:
    traced = n.trace(text)
    fast = n.corpus([text])
    assert traced.corpus.codepoints.tolist() == fast.codepoints.tolist()
    for place, codepoint in enumerate(traced.corpus.codepoints):
        begin, end = traced.span(place, place + 1)
        assert 0 <= begin < end <= len(text)
        if 0x4E00 <= codepoint <= 0x9FFF:
            assert chr(codepoint) in unicodedata.normalize("NFKC", text[begin:end])


@pytest.mark.parametrize("marks", [29, 30, 31, 32, 400])
def test_marks_piled_up_on_a_letter_are_read_alike_by_tags_and_evidence(marks: int) -> None:
    text = "学校。a" + ("\u0307\u0323" * marks)[:marks] + "が\u3099校"
    assert n.trace(text).corpus.codepoints.tolist() == n.corpus([text]).codepoints.tolist()
    assert n.normalise(text).startswith("学校。\n")


@pytest.mark.parametrize("marks", [29, 30, 31, 32, 61, 62])
def test_thirty_marks_on_a_letter_are_put_in_order_and_what_follows_begins_anew(marks: int) -> None:
    """Thirty is the most of UAX #15, Stream-Safe Text Format; the order is that of `unicodedata`."""
    pile = ("\u0307\u0323" * marks)[:marks]
    letter, rest = "a" + pile[:30], [pile[at : at + 31] for at in range(30, marks, 31)]
    expected = [unicodedata.normalize("NFKC", piece) for piece in (letter, *rest)]
    assert n.normalise(letter + "".join(rest)) == "".join(expected)


def test_span_points_at_the_original_characters() -> None:
    text = "  ｶﾞｯｺｳ！！！いきたくない"
    traced = n.trace(text)
    begin = traced.corpus.sentences[0, 0]
    assert text[slice(*traced.span(begin, begin + 4))] == "ｶﾞｯｺｳ"
    assert text[slice(*traced.span(*traced.corpus.sentences[1]))] == "いきたくない"


def test_texts_keep_their_sentences_apart() -> None:
    cleaned = n.corpus(["一。二", "", "三\n四"])
    assert [cleaned.sentence(i) for i in range(4)] == ["一。", "二", "三", "四"]
    assert cleaned.text_of.tolist() == [0, 0, 2, 2]
    assert cleaned.n_texts == 3


@pytest.mark.parametrize(
    ("before", "after", "begun"),
    [("あ", "−1", "-1"), ("あ", "〜い", "~い"), ("あー", "ーい", "ーい"), ("1-", "-1", "-1"), ("1〜", "〜2", "~2"),
     ("あ…", "…い", "…い"), ("あ・", "・い", "・い"), ("3.", ".5", ".5"), ("あ。", "。", "。"), ("あ!", "!?", "!?"),
     ("あ、", "、い", "、い")],
)  # fmt: skip
def test_a_sentence_begins_as_if_none_stood_before_it(before: str, after: str, begun: str) -> None:
    assert n.normalise(f"{before}\n{after}").split("\n")[1:] == [begun]
    cleaned = n.corpus([before, after])
    assert [cleaned.sentence(at) for at in (0, 1)] == [n.normalise(before), begun]


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_marks_melt_into_their_letters_whichever_text_they_stand_in(at: int) -> None:
    texts = ["学校"] * 4
    texts[at] = "か\u3099っこう"
    cleaned = n.corpus(texts)
    assert [cleaned.sentence(i) for i in range(4)] == ["がっこう" if i == at else "学校" for i in range(4)]


@pytest.mark.parametrize(
    ("mark", "left"),
    [
        ("\ufe00", ""),
        ("\ufe0f", ""),
        ("\ufe10", ","),  # a vertical comma
        ("\U000e00ff", "\U000e00ff"),
        ("\U000e0100", ""),
        ("\U000e01ef", ""),
        ("\U000e01f0", "\U000e01f0"),
    ],
)
def test_what_chooses_the_shape_of_a_letter_is_left_out_and_its_neighbours_are_not(
    mark: str, left: str
) -> None:
    assert n.normalise(f"葛{mark}城") == f"葛{left}城"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("\U0001d400と", "aと"),  # letters of formulas and in squares, as chats have them
        ("\U0001f100", "0."),
        ("\U0001f14a", "hv"),
        ("\U0002f800", "丽"),  # compatibility ideographs, the first and the last
        ("\U0002fa1d", "\U0002a600"),
        ("😢と", "😢と"),
        ("\ufffd\U00010000", "\ufffd\U00010000"),  # the last letter of the basic plane and the first beyond
        ("\U00020000", "\U00020000"),
        ("\U0002f7ff", "\U0002f7ff"),
    ],
)
def test_characters_beyond_the_basic_plane_are_evened_out_where_unicode_does_so(
    written: str, plain: str
) -> None:
    assert n.normalise(written) == plain
