"""Rules mean the same to our evaluator and to one written again, rule by rule, over the same tokens."""

from dataclasses import dataclass
from itertools import pairwise, permutations, product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.tagging import Codebook, tag
from ujo_lib.tagging import khcoder as k
from ujo_lib.tagging.engine import ArrayEngine, Token
from ujo_lib.tagging.khcoder_file import load_rules
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

MALFORMED = [
    ("", 1, "コードなし"),
    ("# だけ", 1, "コードなし"),
    ("学校", 1, "名前なし"),
    ("＊\n学校", 1, "名前なし"),
    ("＊a", 1, "条件なし"),
    ("＊a\n# 学校\n＊b\n学校", 1, "条件なし"),
    ("＊a\n学校\n\n＊a\n友達", 4, "重複"),
    ("＊a\n学校\n友達", 3, "演算子"),
    ("＊a\n学校 or\nand 友達", 3, "演算子"),
    ("＊a\n学校 or", 2, "途中まで"),
    ("＊a\n( 学校", 2, "括弧"),
    ("＊a\n学校 )", 2, "演算子"),
    ("＊a\n) 学校", 2, "括弧"),
    ("＊a\n(学校 or 友達)", 2, "括弧"),
    ("＊a\n学校\nor 'とじない", 3, "引用符"),
    ("＊a\n<＊b>", 2, "参照"),
    ("＊a\n<＊b>\n＊b\n学校", 2, "参照"),
    ("＊a\n<>年代=10代", 2, "属性"),
    ("＊a\n<学校>", 2, "未対応"),
    ("＊a\nnear(学校)[3]", 2, "書式"),
    ("＊a\nnear(学校-友達)[x3]", 2, "書式"),
    ("＊a\n学校+", 2, "空"),
    ("＊a\n''", 2, "到達不能"),
    ("＊a\n学校==>友達=>母", 2, "未対応"),
]


@pytest.mark.parametrize(("text", "line", "cause"), MALFORMED)
def test_every_mistake_names_its_line_and_cause(text: str, line: int, cause: str) -> None:
    with pytest.raises(k.RuleError) as caught:
        k.parse_rules(text)
    assert (line, cause) in {(problem.line, problem.cause) for problem in caught.value.problems}
    assert f"{line}行目" in str(caught.value)


def test_an_attribute_that_is_not_there_is_named(arrays: ArrayEngine) -> None:
    with pytest.raises(k.RuleError, match=r"行目.*職業"):
        k.code_texts(TEXTS, k.parse_rules("＊a\n<>職業-->学生"), arrays, attributes=AGES)


# --- the independent evaluator: lists of tokens, plain Python, no arrays


@dataclass
class Plain:
    """One unit: paragraphs of sentences of tokens, and the sentences' characters."""

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


def plain_units(texts: list[str], engine: ArrayEngine, unit: str) -> list[Plain]:
    units = []
    for text, age in zip(texts, AGES["年代"], strict=True):
        paragraphs = []
        for line in text.splitlines() or [""]:
            cleaned = corpus([line])
            tokens = list(engine.tokenise(cleaned.codepoints, cleaned.sentences).sentences())
            paragraphs.append((tokens, [cleaned.sentence(i) for i in range(len(cleaned.sentences))]))
        if unit == "document":
            units.append(Plain([p for p, _ in paragraphs], [s for _, ss in paragraphs for s in ss], age))
        elif unit == "paragraph":
            units += [Plain([p], ss, age) for p, ss in paragraphs]
        else:
            units += [Plain([[t]], [s], age) for p, ss in paragraphs for t, s in zip(p, ss, strict=True)]
    return units


def value(condition: k.Condition, unit: Plain) -> float:
    words = unit.words()
    if isinstance(condition, k.Number):
        return condition.value
    if isinstance(condition, k.Word):
        return sum(
            (not condition.base or t.base_form == condition.base)
            and (not condition.surface or t.surface == condition.surface)
            and (not condition.inflection or t.infl_form == condition.inflection)
            and (not condition.speech or condition.speech in (*t.part_of_speech.split(","), t.part_of_speech))
            for t, _, _ in words
        )
    if isinstance(condition, k.Substring):
        return sum(condition.text in sentence for sentence in unit.sentences)
    if isinstance(condition, k.Attribute):
        return unit.age == condition.value
    if isinstance(condition, k.Length):
        return len(words) if condition.of == "lw" else sum(map(len, unit.sentences))
    if isinstance(condition, k.Adjacent):
        size = len(condition.words)
        return sum(
            [t.base_form for t, _, _ in words[i : i + size]] == list(condition.words)
            and len({s for _, s, _ in words[i : i + size]}) == 1
            for i in range(len(words))
        )
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
    places = [[i for i, w in enumerate(words) if w[0].base_form == word] for word in close.words]
    orders = [tuple(range(len(places)))] if close.ordered else list(permutations(range(len(places))))
    good = set()
    for chosen in product(*places):
        if len({scope(words[i]) for i in chosen}) > 1:
            continue
        for order in orders:
            line = [chosen[i] for i in order]
            if all(0 < b - a <= close.reach for a, b in pairwise(line)):
                good.add(chosen[0])
    return len(good)


word = st.sampled_from(WORDS)
atoms = st.one_of(
    word,
    word,
    st.integers(0, 3).map(str),
    st.sampled_from(
        [
            "lw",
            "lc",
            "'楽し'",
            "'母と'",
            "<>年代-->10代",
            "-->動詞",
            "死ぬ->基本形",
            "行く=>行き",
            "-->名詞,一般",
        ]
    ),
    st.tuples(word, word).map("+".join),
    st.tuples(
        st.sampled_from(["near", "seq"]),
        st.lists(word, min_size=2, max_size=3).map("-".join),
        st.sampled_from(["", "[1]", "[3]", "[b4]", "[d8]"]),
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


@given(conditions, st.sampled_from(["sentence", "paragraph", "document"]))
@settings(deadline=None, max_examples=200)
def test_rules_mean_what_they_say(arrays: ArrayEngine, condition: str, unit: k.Unit) -> None:
    (code,) = k.parse_rules(f"＊a\n{condition}")
    found = k.code_texts(TEXTS, [code], arrays, unit, AGES).frame["a"].tolist()
    assert found == [bool(value(code.condition, one)) for one in plain_units(TEXTS, arrays, unit)]


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
    ],
)
def test_examples_by_hand(arrays: ArrayEngine, condition: str, texts: list[int]) -> None:
    frame = k.code_texts(TEXTS, k.parse_rules(f"＊a\n{condition}"), arrays, attributes=AGES).frame
    assert frame.index[frame["a"]].tolist() == texts


def test_codes_may_refer_to_codes_above_them(arrays: ArrayEngine) -> None:
    rules = k.parse_rules("＊親\n母 or 父\n# 説明\n＊親と学校\n<＊親> and 学校\n")
    frame = k.code_texts(TEXTS, rules, arrays).frame
    assert frame.index[frame["親と学校"]].tolist() == [0, 1, 2]


def test_words_the_tokeniser_cuts_are_named(arrays: ArrayEngine) -> None:
    (note,) = k.never_matching(k.parse_rules("＊a\n不登校 or 学校\n"), arrays)
    assert note.line == 1
    assert "不+登校" in note.message


def test_our_codebook_written_as_rules_finds_the_same_where_it_can(
    book: Codebook, arrays: ArrayEngine
) -> None:
    written = k.write_rules(book)
    rules = k.parse_rules(written.text)
    assert [rule.name for rule in rules] == list(book.labels.values())
    assert any("除外語" in note for note in written.left_out)
    assert any("取り消し" in note for note in written.left_out)
    texts = ["学校の先生が怒る", "眠れません", "バイトをやめたい", "借金がある", "猫がいる", "不登校の子"]
    coded = k.code_texts(texts, rules, arrays).frame
    assert coded.to_numpy().tolist() == tag(texts, book).matrix().tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_rule_files_of_windows_and_others_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.cod").write_bytes("＊学校\n学校 or 先生\n".encode(encoding))
    assert load_rules(tmp_path / "a.cod")[0].name == "学校"


def test_a_file_of_no_known_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.cod").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(k.RuleError, match="文字コード"):
        load_rules(tmp_path / "a.cod")
