"""Files of rules are read as KH Coder reads them, and every mistake is told with its line."""

import pickle
from pathlib import Path

import pytest

from ujo_lib.tagging import CodebookError, load_codebook, tag
from ujo_lib.tagging import khcoder as k
from ujo_lib.tagging.engine import ArrayEngine

MALFORMED = [
    ("", 1, "コードなし"),
    ("# だけ", 1, "コードなし"),
    ("学校", 1, "名前なし"),
    ("＊\n学校", 1, "名前なし"),
    ("＊a", 1, "条件なし"),
    ("＊a\n母\n＊全体\n母", 3, "表示名"),
    ("＊ なし\n母", 1, "表示名"),
    ("＊a}\n母", 1, "表示名"),
    ("＊a\n# 学校\n＊b\n学校", 1, "条件なし"),
    ("＊a\n学校\n\n＊a\n友達", 4, "重複"),
    ("＊a\n学校\n友達", 3, "演算子"),
    ("＊a\n学校 or\nand 友達", 3, "演算子"),
    ("＊a\n学校 or", 2, "途中まで"),
    ("＊a\n( 学校", 2, "括弧"),
    ("＊a\n学校 )", 2, "演算子"),
    ("＊a\n) 学校", 2, "括弧"),
    ("＊a\n(学校 or 友達)", 2, "空白"),
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
    ("＊a\n学校\nor 学校-->ほげ", 3, "品詞"),
    ("＊a\n学校-->タグ", 2, "品詞"),
    ("＊a\n死ぬ->過去形", 2, "活用"),
    ("＊a\n学校 or\n死に", 3, "到達不能"),
    ("＊a\nnear(母-死に)[3]", 2, "到達不能"),
    ("＊a\n不登校-->名詞", 2, "到達不能"),
    ("＊a\nnear(母-父)[]", 2, "書式"),
    ("＊a\nnear(母-父)[3b]", 2, "書式"),
    ("＊a\n母|父", 2, "空白"),
    ("＊a\n!母", 2, "空白"),
    ("＊a\n母、父", 2, "到達不能"),
    ("＊a\n母＋父", 2, "到達不能"),
    ("＊a\nnear（母-父）", 2, "到達不能"),
    ("\n".join(f"＊{i}\n母" for i in range(64)), 127, "多すぎ"),
]


def test_a_code_that_stands_twice_names_the_other_line_too(arrays: ArrayEngine) -> None:
    with pytest.raises(CodebookError, match="は2行目にもある"):
        k.parse_rules("# 主題\n＊a\n学校\n\n＊a\n友達", engine=arrays)


def test_sixty_three_codes_are_not_too_many(arrays: ArrayEngine) -> None:
    assert len(k.parse_rules("\n".join(f"＊{i}\n母" for i in range(63)), engine=arrays).ids) == 63


@pytest.mark.parametrize(("text", "line", "cause"), MALFORMED)
def test_every_mistake_names_its_line_and_cause(
    arrays: ArrayEngine, text: str, line: int, cause: str
) -> None:
    with pytest.raises(CodebookError) as caught:
        k.parse_rules(text, engine=arrays)
    assert (line, cause) in {(problem.line, problem.cause) for problem in caught.value.problems}
    assert f"{line}行目" in str(caught.value)


@pytest.mark.parametrize(
    ("base", "speech", "part"),
    [
        ("学校", "名詞,一般,*,*", "名詞"),
        ("こころ", "名詞,一般,*,*", "名詞B"),
        ("母", "名詞,一般,*,*", "名詞C"),
        ("勉強", "名詞,サ変接続,*,*", "サ変名詞"),
        ("熊本", "名詞,固有名詞,地域,一般", "地名"),
        ("田中", "名詞,固有名詞,人名,姓", "人名"),
        ("今日", "名詞,副詞可能,*,*", "副詞可能"),
        ("私", "名詞,代名詞,一般,*", "代名詞"),
        ("つらい", "形容詞,自立,*,*", "形容詞B"),
        ("辛い", "形容詞,自立,*,*", "形容詞"),
        ("にくい", "形容詞,非自立,*,*", "形容詞（非自立）"),
        ("ない", "助動詞,*,*,*", "否定助動詞"),
        ("たい", "助動詞,*,*,*", "その他"),
        ("とても", "副詞,助詞類接続,*,*", "副詞B"),
        ("えーと", "フィラー,*,*,*", "感動詞"),
        ("する", "動詞,非自立,*,*", "その他"),
    ],
)
def test_parts_of_speech_are_those_of_kh_coder(base: str, speech: str, part: str) -> None:
    assert k.kh_part(base, speech) == part


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("*b", ("a", "b")),
        ("＊ b", ("a", "b")),
        ("*\u3000b", ("a", "b")),
        ("* 2 > 1", ("a",)),
        ("* 友達 > 0", ("a",)),
    ],
)
def test_an_asterisk_names_a_code_unless_a_blank_makes_it_a_sign_of_reckoning(
    arrays: ArrayEngine, line: str, ids: tuple[str, ...]
) -> None:
    assert k.parse_rules(f"＊a\n学校\n{line}\n" + "母\n" * (len(ids) - 1), engine=arrays).ids == ids


def test_rules_travel_to_another_process(arrays: ArrayEngine) -> None:
    book = k.parse_rules("＊a\n母\n＊b\nnear(父-母)[2]", engine=arrays)
    texts = ["母も猫も好き", "父と母がけんかした", "猫と遊んだ"]
    travelling = pickle.dumps(book)
    copy = pickle.loads(travelling)
    assert pickle.loads(travelling) is copy
    assert tag(texts, copy).masks.tolist() == tag(texts, book).masks.tolist() == [1, 3, 0]


def test_pages_name_rules_by_their_codes_and_count_their_terms(arrays: ArrayEngine) -> None:
    book = k.parse_rules("＊家族\n母 or 父 or ( 母 >= 2 )\n＊学校\n学校", engine=arrays)
    assert book.labels == book.labels_of("factor") == {"家族": "家族", "学校": "学校"}
    assert [len(theme.terms) for theme in book.themes] == [3, 1]


def test_operators_are_operators_and_words_are_words_in_letters_of_any_size(arrays: ArrayEngine) -> None:
    small, large = (k.parse_rules(f"＊a\n学校 {word} SNS", engine=arrays) for word in ("and", "AND"))
    for book in (small, large):
        assert tag(["学校のSNS", "学校", "SNS"], book).masks.tolist() == [1, 0, 0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_rule_files_of_windows_and_others_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.cod").write_bytes("＊学校\n学校 or 先生\n".encode(encoding))
    assert load_codebook(tmp_path / "a.cod").ids == ("学校",)


def test_a_mistake_in_a_rule_file_names_the_file_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "悩み.cod").write_text("＊学校\n学校 or\n", encoding="utf-8")
    with pytest.raises(CodebookError, match=r"悩み\.cod[^\n]*\n2行目"):
        load_codebook(tmp_path / "悩み.cod")


@pytest.mark.parametrize("name", ["a.cod", "a.yaml"])
@pytest.mark.parametrize("content", [b"\xff\xff\x00\x81", b"\xff\xfe\x00\x81\x00", b"\xb4\xc1\xbb\xfa\xff"])
def test_a_file_of_no_known_encoding_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CodebookError, match="文字コード"):
        load_codebook(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"a\.cod.*\n.*開けない"):
        load_codebook(tmp_path / "a.cod")


def test_a_code_whose_condition_changed_has_another_digest_and_one_that_moved_has_not(
    arrays: ArrayEngine,
) -> None:
    rules = "＊a\n学校 and <>年代-->10代\n＊b\n<＊a> or 母"
    old = k.parse_rules(rules, engine=arrays).digests
    assert k.parse_rules(f"# 注\n\n{rules}", engine=arrays).digests == old
    new = k.parse_rules(rules.replace("学校", "友達"), engine=arrays).digests
    assert all(new[code] != old[code] for code in ("a", "b"))
