"""Values compare, keys meet, and no invented person's data survives the masking."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib import text


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("\uff14\uff10歳代", "40歳代"),
        ("①", "1"),
        ("㈱丸", "(株)丸"),
        ("Ⅲ", "III"),
        ("40\u301c49歳", "40~49歳"),
        ("6か月\uff5e1年未満", "6か月~1年未満"),
        ("6か月\u301c1年未満", "6か月~1年未満"),
        ("\u22125", "-5"),
        ("090\u20101234", "090-1234"),
        ("3\u30fc5", "3-5"),
        ("\uff7b\uff70\uff8b\uff9e\uff7d", "サービス"),
        ("サービス", "サービス"),
        ("コーヒー\u20143杯", "コーヒー-3杯"),
        ("A\u3000 B\n", "A B"),
        ("\ufeff合計\u200b", "合計"),
        ("髙橋", "髙橋"),
    ],
)
def test_values_that_look_alike_become_alike(raw, plain):
    assert text.normalise_value(raw) == plain


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(raw):
    once = text.normalise_value(raw)
    assert text.normalise_value(once) == once


def test_variant_kanji_meet_as_keys_but_stay_on_the_page():
    assert text.fold_key("髙\ufa11 邦子") == text.fold_key("高崎邦子")
    assert text.normalise_value("髙\ufa11") == "髙\ufa11"
    assert text.fold_key("Abc") == text.fold_key("\uff41\uff22\uff23")


def test_the_leak_search_ignores_blanks_marks_and_width():
    assert text.strip_for_match("学校へ、行けない……(泣)") == "学校へ行けない泣"
    assert text.strip_for_match("\uff21B-c d") == "abcd"


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("連絡は090-1234-5678まで", "連絡は〔電話番号〕まで"),
        (
            "電話\uff10\uff19\uff10\uff0d\uff11\uff12\uff13\uff14\uff0d\uff15\uff16\uff17\uff18です",
            "電話〔電話番号〕です",
        ),
        ("0964(32)1111に電話", "〔電話番号〕に電話"),
        ("+81 90 1234 5678", "〔電話番号〕"),
        ("taro.y@example.jp に送って", "〔メール〕 に送って"),
        ("https://example.jp/a?b=1 を見て", "〔URL〕 を見て"),
        ("HTTP://localhost を見て", "〔URL〕 を見て"),
        ("www.example.jp を見て", "〔URL〕 を見て"),
        ("WWW.Example.JP を見て", "〔URL〕 を見て"),
        ("架空市中町大字上野123-4に住む", "〔住所〕に住む"),
        ("〒869-0000", "〔住所〕"),
        ("2丁目3番4号", "〔住所〕"),
        ("山田さんに言われた", "〔氏名〕さんに言われた"),
        ("タカハシくんが", "〔氏名〕くんが"),
        ("はなちゃんが", "〔氏名〕ちゃんが"),
        ("名前は架空花子です。", "名前は〔氏名〕です。"),
        ("佐藤が来た", "〔氏名〕が来た"),
        ("架空東中学校の2年", "〔学校名〕中学校の2年"),
        ("県立架空高校をやめた", "〔学校名〕高校をやめた"),
        ("LINE IDはabc_123です", "LINE IDは〔ID〕です"),
        ("@hanako_99 にDM", "〔ID〕 にDM"),
        ("番号は1234-5678-9012", "番号は〔番号〕"),
        ("平成15年4月1日生まれ", "〔生年月日〕生まれ"),
        ("令和元年1月1日 生", "〔生年月日〕 生"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(raw, masked):
    assert text.mask_personal(raw) == masked


@pytest.mark.parametrize(
    "raw",
    [
        "お母さんとお父さんがけんかする",
        "担任の先生に相談した。養護先生も",
        "皆さんに迷惑をかけた",
        "高校をやめて通信制高校に入った",
        "中学校に行けない。大学も",
        "今年私立高校に受かった",
        "私は主婦です。",
        "名前は大丈夫です。",
        "宇城市に住んでいます",
        "たくさん泣いた。22時30分まで眠れない",
        "3年前から10回以上、2023年8月に1人で",
        "看護師さんが優しい",
    ],
)
def test_words_the_analysis_needs_are_left_alone(raw):
    assert text.mask_personal(raw) == raw


def test_names_known_to_the_caller_are_masked_wherever_they_stand():
    assert (
        text.mask_personal("原と森にいた架空花子", names=["架空花子", "森"]) == "原と〔氏名〕にいた〔氏名〕"
    )


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_masking_a_masked_text_finds_nothing_new_to_fail_on(raw):
    assert isinstance(text.mask_personal(text.mask_personal(raw)), str)


@settings(deadline=None, max_examples=150)
@given(
    before=st.text(alphabet="あいうえおかきくけこ、。 ", max_size=10),
    number=st.from_regex(r"0[5789]0-\d{4}-\d{4}", fullmatch=True),
    after=st.text(alphabet="あいうえおかきくけこ、。 ", max_size=10),
)
def test_no_mobile_number_survives_between_any_words(before, number, after):
    assert number not in text.mask_personal(before + number + after)


NAMING = {
    "school": (text._SCHOOL_KIND, text._SCHOOL, text._mask_school),
    "stated": (text._STATING, text._NAME_STATED, text._mask_stated),
    "called": (text._TITLE, text._NAME_CALLED, text._mask_called),
}
PARTS = (
    "架空",
    "やまだ",
    "ヤマダ",
    "中学校",
    "大学",
    "さん",
    "先生",
    "名前は",
    "私は",
    "です",
    "。",
    "、",
    "\n",
    "あ",
    "の",
)


@settings(deadline=None, max_examples=200)
@given(
    rule=st.sampled_from(list(NAMING)),
    parts=st.lists(st.one_of(st.sampled_from(PARTS), st.integers(1, 60).map("あ".__mul__)), max_size=12),
)
def test_a_rule_tried_around_its_words_alone_masks_what_it_masks_in_the_whole_text(rule, parts):
    word, pattern, mask = NAMING[rule]
    told = "".join(parts)
    assert text._sub_near(word, pattern, mask, told) == pattern.sub(mask, told)


def test_columns_line_up_also_where_a_voiced_mark_is_a_character_of_its_own() -> None:
    assert [text.cells(words) for words in ("", "a", "か", "か\u3099", "ｶﾞ", "学校ab")] == [0, 1, 2, 2, 2, 6]


@pytest.mark.parametrize(
    ("names", "apart"),
    [
        ([], []),
        (["a", "b"], ["a", "b"]),
        (["a", "b", "a"], ["a_1", "b", "a_2"]),
        (["a", "a_1", "a"], ["a_2", "a_1", "a_3"]),  # one file would have been written over the other
        (["a", "a", "a_1", "a_1"], ["a_2", "a_3", "a_1_1", "a_1_2"]),
    ],
)
def test_names_that_stand_twice_can_be_told_apart(names, apart):
    assert text.told_apart(names) == apart


@given(st.lists(st.text("a_12", min_size=1, max_size=4), max_size=8))
def test_no_two_names_are_alike_once_they_are_told_apart(names):
    apart = text.told_apart(names)
    assert len(set(apart)) == len(names)
    assert all(new == name for name, new in zip(names, apart, strict=True) if names.count(name) == 1)


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("R6", ["R5"], None),  # next year's survey is no slip for this year's
        ("43213", ["43204"], None),  # nor a neighbour's code one for our own
        ("60代", ["50代", "40代"], None),
        ("5O代", ["50代"], None),
        ("50歳代", ["40歳代以下", "50代"], "50代"),
        ("全国の窓口", ["宇城市専用", "全国窓口"], "全国窓口"),
        ("abcd", ["ab"], "ab"),  # likeness 2·2/6 = 0.67
        ("abcde", ["aX"], None),  # 2·1/7 = 0.29
        ("ab", ["aX"], "aX"),  # 2·1/4 = 0.5, the least
        ("abc", ["aX"], None),  # 2·1/5 = 0.4
        ("", ["a"], None),
        ("a", [], None),
    ],
)
def test_a_word_may_be_a_slip_for_a_like_one_with_the_same_numbers(word, known, meant):
    assert text.likely_meant(word, known) == meant


def test_an_address_is_masked_in_a_text_that_holds_every_sign_of_one():
    signs = "@ D d T t アカウント アット あっと ☆ ★ ●"
    assert text.mask_personal(f"{signs} hanako@example.jp") == f"{signs} 〔メール〕"


@pytest.mark.parametrize(("age", "read"), [("119", True), ("120", True), ("121", False)])
def test_nobody_is_older_than_120(age, read):
    assert (text.age_range(age) is not None) is read


@pytest.mark.parametrize(
    ("written", "ages"),
    [
        ("四十代", (40, 49)),
        ("十代", (10, 19)),
        ("四十五歳", (45, 45)),
        ("十五~十九歳", (15, 19)),
        ("40歳代", (40, 49)),
        ("65歳以上", (65, 999)),
        ("14歳以下", (0, 14)),
        ("15歳未満", (0, 14)),
        ("15~39歳", (15, 39)),
        ("60〜64歳", (60, 64)),
        ("15-19", (15, 19)),
        ("10歳代(15~19)", (15, 19)),
        ("30代(29)", None),  # 29 of them, or a slip of the pen
        ("30代(30)", (30, 30)),
        ("30代(39歳)", (39, 39)),
        ("30代(40)", None),
        ("45(3)", None),
        ("四十代(3)", None),
        ("30歳代・10歳代(15~19)", None),
        ("十代前半(10~14)", (10, 14)),
        ("15~19歳(10代)", (10, 19)),
        ("高齢者(65歳以上)", (65, 999)),
        ("20代", (20, 29)),
        ("10代未満", (0, 9)),
        ("70代以上", (70, 999)),
        ("65以上", (65, 999)),
        ("39歳", (39, 39)),
        ("39", (39, 39)),
        ("20歳代前半", None),
        ("65+", None),
        ("不明", None),
    ],
)
def test_a_band_holds_the_ages_that_it_names(written, ages):
    assert text.age_range(written) == ages


@pytest.mark.parametrize(
    ("written", "ages"),
    [
        ("四十代", (40, 49)),
        ("十代", (10, 19)),
        ("三十五歳", (35, 35)),
        ("三五歳", None),
        ("五歳", (5, 5)),
        ("一歳", (1, 1)),
        ("十五歳以上", (15, 999)),
    ],
)
def test_ages_in_kanji_are_read_by_tens_and_ones_and_never_glued(written, ages):
    assert text.age_range(written) == ages
