"""Rules mean the same to our evaluator and to one written again, rule by rule, over the same tokens."""

from dataclasses import dataclass
from itertools import pairwise, permutations, product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.tagging import CodebookError, tag
from ujo_lib.tagging import khcoder as k
from ujo_lib.tagging.engine import ArrayEngine, Token
from ujo_lib.tagging.normalise import corpus

TEXTS = [
    "学校に行きたくない。母と話した。\n死ぬことばかり考える。死ぬ、死ぬ",
    "母も父も学校のことを知らない",
    "父と母がけんかした。学校へ行く",
    "死にたい。もう死にたい\n母に言えない",
    "",
    "今日は楽しい一日だった。猫と学校で遊んだ",
    "行く行く行く。母と父と母",
]
AGES = pd.DataFrame({"年代": ["10代", "20代", "10代", "30代", "10代", "20代", "10代"]})
WORDS = ["死ぬ", "学校", "母", "父", "行く", "たい", "猫"]


def rules(text: str, engine: ArrayEngine) -> k.RuleBook:
    return k.parse_rules(text, engine=engine)


def coded(text: str, engine: ArrayEngine, texts: list[str] = TEXTS) -> list[int]:
    """Numbers of the texts that get the last code."""
    frame = tag(texts, rules(text, engine), attributes=AGES).frame()
    return frame.index[frame.iloc[:, -1]].tolist()


def test_a_variable_that_is_not_there_is_named_with_its_line(arrays: ArrayEngine) -> None:
    book = rules("＊a\n母 or\n<>職業-->学生 or <>年代-->10代", arrays)
    with pytest.raises(CodebookError, match=r"3行目.*職業"):
        tag(TEXTS, book, attributes=AGES)


def test_63_codes_are_read(arrays: ArrayEngine) -> None:
    text = "\n".join(f"＊{i}\n母" for i in range(63))
    assert coded(text, arrays) == [0, 1, 2, 3, 6]


# --- the independent evaluator: lists of tokens, plain Python, no arrays


@dataclass
class Plain:
    """One text: paragraphs of sentences of tokens, and the sentences' characters."""

    number: int
    paragraphs: list[list[list[Token]]]
    sentences: list[str]
    age: str

    def words(self) -> list[tuple[Token, int, int]]:
        """Tokens with sentence and paragraph numbers."""
        found, number = [], 0
        for paragraph, sentences in enumerate(self.paragraphs):
            for sentence in sentences:
                found += [(token, number, paragraph) for token in sentence]
                number += 1
        return found


def plain_texts(engine: ArrayEngine) -> list[Plain]:
    found = []
    for number, (text, age) in enumerate(zip(TEXTS, AGES["年代"], strict=True), start=1):
        one = Plain(number, [], [], age)
        for line in text.splitlines():
            cleaned = corpus([line])
            one.paragraphs.append(list(engine.tokenise(cleaned.codepoints, cleaned.sentences).sentences()))
            one.sentences += [cleaned.sentence(i) for i in range(len(cleaned.sentences))]
        found.append(one)
    return found


KH_PARTS = {
    "動詞": lambda t: (
        t.part_of_speech.startswith("動詞,自立") and any("一" <= c <= "龠" for c in t.base_form)
    ),
    "動詞B": lambda t: (
        t.part_of_speech.startswith("動詞,自立") and all("ぁ" <= c <= "ん" for c in t.base_form)
    ),
    "名詞": lambda t: t.part_of_speech.startswith("名詞,一般") and len(t.base_form) > 1,
    "名詞C": lambda t: t.part_of_speech.startswith("名詞,一般") and len(t.base_form) == 1,
}
"""KH Coder's parts of speech as its manual words them, for the words of `TEXTS`."""


def of_part(token: Token, part: str) -> bool:
    if part in KH_PARTS:
        return KH_PARTS[part](token)
    return part in token.part_of_speech.split(",") or token.part_of_speech.startswith(f"{part},")


def value(condition: k.Condition, unit: Plain) -> float:
    words = unit.words()
    if isinstance(condition, k.Number):
        return condition.value
    if isinstance(condition, k.DocumentNumber):
        return unit.number
    if isinstance(condition, k.Word) and len(condition.base) > 1:
        size = len(condition.base)
        return sum(
            [t.base_form for t, _, _ in words[i : i + size]] == list(condition.base)
            and len({s for _, s, _ in words[i : i + size]}) == 1
            for i in range(len(words))
        )
    if isinstance(condition, k.Word):
        return sum(
            (not condition.base or (t.base_form,) == condition.base)
            and (not condition.surface or t.surface == condition.surface)
            and (not condition.inflection or t.infl_form == condition.inflection)
            and (not condition.speech or of_part(t, condition.speech))
            for t, _, _ in words
        )
    if isinstance(condition, k.Substring):
        return sum(condition.text in sentence for sentence in unit.sentences)
    if isinstance(condition, k.Attribute):
        return unit.age == condition.value
    if isinstance(condition, k.Length):
        return len(words) if condition.of == "lw" else sum(map(len, unit.sentences))
    if isinstance(condition, k.Close):
        return close_value(condition, words)
    assert isinstance(condition, k.Operation)
    given = [value(operand, unit) for operand in condition.operands]
    left, right = given[0], given[-1]
    match condition.operator:
        case "not":
            return not left
        case "and":
            return bool(left) and bool(right)
        case "or":
            return bool(left) or bool(right)
        case "/":
            return left / right if right else 0.0
        case operator:
            return {
                "+": left + right, "-": left - right, "*": left * right, ">": left > right, ">=": left >= right,
                "<": left < right, "<=": left <= right, "==": left == right,
            }[operator]  # fmt: skip


def close_value(close: k.Close, words: list[tuple[Token, int, int]]) -> int:
    """Try every choice of places and, unless ordered, every order."""
    scope = {"": lambda w: 0, "b": lambda w: w[1], "d": lambda w: w[2]}[close.scope]
    places = [[i for i, w in enumerate(words) if (w[0].base_form,) == word] for word in close.words]
    orders = [tuple(range(len(places)))] if close.ordered else list(permutations(range(len(places))))
    good = set()
    for chosen in product(*places):
        if len({scope(words[i]) for i in chosen}) > 1:
            continue
        for order in orders:
            line = [chosen[i] for i in order]
            if all(0 < b - a <= (close.reach or 1000) for a, b in pairwise(line)):
                good.add(chosen[0])
    return len(good)


word = st.sampled_from(WORDS)


atoms = st.one_of(
    word,
    word,
    st.sampled_from(["0", "1", "2", "3", "0.5", "-1", "No."]),
    st.sampled_from(
        [
            "lw",
            "lc",
            "'楽し'",
            "'母と'",
            "<>年代-->10代",
            "-->動詞",
            "-->動詞B",
            "-->名詞C",
            "行く-->動詞",
            "-->助詞",
            "-->名詞-固有名詞",
            "死ぬ->基本形",
            "行く=>行き",
            "-->名詞,一般",
        ]
    ),
    st.tuples(word, word).map("+".join),
    st.tuples(
        st.sampled_from(["near", "seq"]),
        st.lists(word, min_size=2, max_size=3).map("-".join),
        st.sampled_from(["", "[1]", "[3]", "[b4]", "[d8]", "[b]", "[d]", "[b0]", "[0]"]),
    ).map(lambda parts: f"{parts[0]}({parts[1]}){parts[2]}"),
)


operators = st.sampled_from(
    ["and", "or", "&", "|", "&!", "|!", ">", ">=", "<", "<=", "==", "+", "-", "*", "/"]
)


conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, operators, inner).map(" ".join),
        inner.map("( {} )".format),
        inner.map("( not ( {} ) )".format),
    ),
    max_leaves=5,
)


@given(conditions)
@settings(deadline=None, max_examples=300)
def test_rules_mean_what_they_say(arrays: ArrayEngine, condition: str) -> None:
    text = f"＊a\n{condition}"
    (code,) = rules(text, arrays).codes
    wanted = [one.number - 1 for one in plain_texts(arrays) if value(code.condition, one)]
    assert coded(text, arrays) == wanted


@pytest.mark.parametrize(
    ("condition", "texts"),
    [
        ("死ぬ >= 2", [0, 3]),
        ("死ぬ + 母 >= 3", [0, 3]),
        ("not 母", [4, 5]),
        ("母 and not 父", [0, 3]),
        ("母 | 猫 & 学校", [0, 1, 2, 3, 5, 6]),
        ("学校\nor\n猫", [0, 1, 2, 5]),
        ("死ぬ+たい", [3]),
        ("seq(父-母)[2]", [2, 6]),
        ("'死にたい' >= 2", [3]),
        ("<>年代-->10代 and lw > 0", [0, 2, 6]),
        ("No. <= 2 or No. == 7", [0, 1, 6]),
        ("lw / lc > 0.9", []),
        ("死ぬ / 母 >= 1", [0, 3]),
        ("死ぬ / 猫 < 1", [0, 1, 2, 3, 4, 5, 6]),  # a division by zero is 0
        ("near(母-死ぬ)[b]", []),
        ("near(母-死ぬ)[b0]", []),
        ("near(学校-母)[d]", [0, 1, 2]),
        ("near(学校-死ぬ)[0]", [0]),
        ("near(学校-母)[3]", []),
        ("near(学校-母)[4]", [1]),
        ("near(学校-母)[5]", [1]),
        ("near(母-学校)[3]", []),
        ("near(母-学校)[4]", [1]),
        ("near(母-学校)[6]", [0, 1, 2]),
        ("seq(母-学校)[3]", []),
        ("seq(母-学校)[4]", [1]),
        ("seq(母-学校)[6]", [1, 2]),
        ("near(父-母-学校)[5]", [1]),
        ("near(父-母-学校)[6]", [1, 2]),
        ("'たい母'", []),
    ],
)
def test_examples_by_hand(arrays: ArrayEngine, condition: str, texts: list[int]) -> None:
    assert coded(f"＊a\n{condition}", arrays) == texts


def test_codes_may_refer_to_codes_above_them(arrays: ArrayEngine) -> None:
    assert coded("＊親\n母 or 父\n# 説明\n＊親と学校\n<＊親> and 学校\n", arrays) == [0, 1, 2]


def test_a_word_that_users_of_kh_coder_extract_by_force_is_found_where_the_dictionary_cuts_it(
    arrays: ArrayEngine,
) -> None:
    texts = ["不登校です", "登校した", "不安で登校しない", "母が不登校を心配する"]
    assert coded("＊a\n不登校", arrays, texts) == [0, 3]
    assert coded("＊a\nnear(母-不登校)[2]", arrays, texts) == [3]
    assert coded("＊a\n不登校+を", arrays, texts) == [3]


def test_words_that_are_in_no_dictionary_are_found_and_are_unknown_words(arrays: ArrayEngine) -> None:
    texts = ["ゔぁげろんが来た", "ゔぁげろんとゔぁげろん", "母が来た"]
    assert coded("＊a\nゔぁげろん-->未知語 >= 1", arrays, texts) == coded("＊a\nゔぁげろん", arrays, texts)
    assert coded("＊a\n-->未知語", arrays, texts) == [0, 1]
    assert coded("＊a\n母-->未知語", arrays, texts) == []


def test_numbers_of_texts_go_on_from_part_to_part(
    arrays: ArrayEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ujo_lib.tagging.tagger.CHUNK_TEXTS", 2)
    assert coded("＊a\nNo. >= 3 and <>年代-->10代", arrays) == [2, 4, 6]


@pytest.mark.parametrize(
    ("condition", "texts"),
    [
        ("たい+母", []),  # the one ends a line, the other begins the next
        ("死ぬ+母", []),  # and a text
        ("near(たい-母)[1]", [3]),  # a chain may go on over lines
        ("near(死ぬ-母)[1]", []),  # and over no text, however near its first word stands
        ("near(たい-母)[b1]", []),
        ("near(たい-母)[d1]", []),
        ("seq(死ぬ-母-父)[2]", []),
        ("'死ぬ' == 2", [0]),  # sentences, not places: the third stands beside the second
        ("死ぬ == 3", [0]),
        ("near(母-母)[1]", []),
        ("near(母-母)[4]", [6]),  # a word is not near itself
        ("near(母-母)[3]", []),
        ("行く=>行か", []),  # as long as 行く and 行き, and other letters
        ("行く=>行き", [0]),
        ("-->係助詞", [1, 5]),  # も and は, by the finer part alone
        ("-->助詞-係助詞", [1, 5]),
    ],
)
def test_what_stands_together_stands_in_one_text_and_one_line_where_that_is_asked(
    arrays: ArrayEngine, condition: str, texts: list[int]
) -> None:
    assert coded(f"＊a\n{condition}", arrays) == texts


@pytest.mark.parametrize("texts", [[], [""], ["", "\n"], ["母", ""], ["", "母"]], ids=repr)
@pytest.mark.parametrize("condition", ["母", "'母'", "near(母-父)[2] or 母", "母=>母", "-->名詞C", "lc == 1"])
def test_texts_without_a_word_have_no_code_and_shift_no_other(
    arrays: ArrayEngine, condition: str, texts: list[str]
) -> None:
    frame = tag(texts, rules(f"＊a\n{condition}", arrays)).frame()
    assert frame["a"].tolist() == ["母" in text for text in texts]


@pytest.mark.parametrize("times", [255, 256, 257, 600])
def test_characters_are_counted_however_often_they_stand(arrays: ArrayEngine, times: int) -> None:
    """Room for 256 places is allotted at first."""
    texts = ["死。" * times, "死" * times]
    assert coded(f"＊a\n'死' == {times}", arrays, texts) == [0]
    assert coded("＊a\n'死' == 1", arrays, texts) == [1]
