"""Mistakes in a codebook are errors with their line; what compiles can be found."""

from collections import Counter

import pytest

from ujo_lib.tagging import Codebook, CodebookError, compile_codebook, evidence, parse_codebook, tag
from ujo_lib.tagging.codebook import CodebookSource, TermSource, ThemeSource
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.matching import THEME


def book_of(terms: str, more: str = "") -> str:
    """A codebook with one theme; the terms stand from line 6 on."""
    head = 'version: "1"\nthemes:\n  - id: a\n    label: A\n    role: factor\n'
    return f"{head}    terms: {terms}\n{more}"


GROUP = (
    "cancel:\n  - id: negation\n    label: 打ち消し\n    terms: [ない]\n    unless: [{unless}]\n"
    'version: "1"\nthemes:\n  - {{id: a, label: A, role: factor, terms: [学校], cancel: [{use}]}}\n'
)

MALFORMED = [
    ("themes: [", 1, "YAML"),
    ('version: "1"\nthemes: a: b', 2, "YAML"),
    ("\x01", 1, "YAML"),
    ("", 1, "書式"),
    ("- a", 1, "書式"),
    ('version: "1"', 1, "不足"),
    ('version: "1"\nthemes: []', 1, "テーマなし"),
    ('version: "1"\nthemes:\n  - {id: a, label: A, terms: [学校]}', 3, "不足"),
    ('version: "1"\nthemes:\n  - {id: a, label: A, role: cause, terms: [学校]}', 3, "役割"),
    ('version: "1"\nthemes:\n  - {id: a, label: A, role: factor, terms: [学校], colour: red}', 3, "項目名"),
    ('version: "1"\nversion: "2"\nthemes:\n  - {id: a, label: A, role: factor, terms: [学校]}', 2, "重複"),
    (book_of("学校"), 6, "書式"),
    (book_of("[学校, [友達]]"), 6, "書式"),
    (book_of("[]"), 3, "語なし"),
    (book_of("[学校, 友達, 学校]"), 6, "重複"),
    (book_of("\n      - 学校\n      - s:教室\n      - s:教室"), 9, "重複"),
    (book_of("[学校]") + "  - {id: a, label: B, role: factor, terms: [友達]}", 7, "重複"),
    (book_of("[学校]") + "  - {id: b, label: A, role: factor, terms: [友達]}", 7, "重複"),
    (book_of("[学校]") + "  - {id: b, label: 総数, role: factor, terms: [友達]}", 7, "表示名"),
    (book_of("[学校]") + "  - {id: b, label: なし, role: factor, terms: [友達]}", 7, "表示名"),
    (book_of("[学校]") + '  - {id: b, label: "a{b", role: factor, terms: [友達]}', 7, "表示名"),
    (book_of("[学校]") + '  - {id: b, label: "a\\nb", role: factor, terms: [友達]}', 7, "表示名"),
    (book_of("[学校*]"), 6, "到達不能"),
    (book_of("[登校？]"), 6, "到達不能"),
    (book_of("['near(*校-母)']"), 6, "到達不能"),
    (book_of("[学校]") + "  - {id: b, label: ' ', role: factor, terms: [友達]}", 7, "表示名"),
    (book_of("[学校]", "    exclude: [学校]"), 7, "矛盾"),
    (book_of("[親友]", "    exclude: [s:親友]"), 6, "矛盾"),
    (book_of("[s:死にた]", "    exclude: [s:死に, s:死にた]"), 7, "矛盾"),
    (book_of("[行っ+た]"), 6, "到達不能"),
    (book_of('["学校。友達"]'), 6, "到達不能"),
    (book_of('["s:つらい\\n学校"]'), 6, "到達不能"),
    (book_of("[学校+東京都知事選挙対策]"), 6, "到達不能"),
    (book_of("[親+友]"), 6, "到達不能"),
    (book_of("[s:い]"), 6, "広すぎ"),
    (book_of("[は]"), 6, "広すぎ"),
    (book_of('["s:"]'), 6, "到達不能"),
    (book_of('[" "]'), 6, "空"),
    (book_of('["near(学校)[3]"]'), 6, "書式"),
    (book_of("[{term: 学校, within: 近く}]"), 6, "書式"),
    (GROUP.format(unless="s:しかない", use="reassure"), 8, "未定義"),
    (GROUP.format(unless="ない", use="negation"), 5, "矛盾"),
]


@pytest.mark.parametrize(("text", "line", "cause"), MALFORMED)
def test_every_mistake_names_its_line_and_cause(text: str, line: int, cause: str) -> None:
    with pytest.raises(CodebookError) as caught:
        compile_codebook(parse_codebook(text))
    assert (line, cause) in {(problem.line, problem.cause) for problem in caught.value.problems}
    assert f"{line}行目" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (book_of("[学校]") + "  - {id: a, label: B, role: factor, terms: [友達]}", "「a」は3行目にもある"),
        (book_of("[学校]") + "  - {id: b, label: A, role: factor, terms: [友達]}", "「A」は3行目にもある"),
        (book_of("\n      - 学校\n      - s:教室\n      - s:教室"), "「s:教室」は8行目にもある"),
        (book_of("[学校]", "    exclude: [学校]"), "「学校」は6行目では反対の役目になっている"),
    ],
)
def test_a_mistake_that_two_lines_make_names_the_other_line_too(text: str, message: str) -> None:
    with pytest.raises(CodebookError, match=message):
        compile_codebook(parse_codebook(text))


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(CodebookError) as caught:
        compile_codebook(parse_codebook(book_of("[s:い, は, 学校, 学校]")))
    assert Counter(problem.cause for problem in caught.value.problems) == {"広すぎ": 2, "重複": 1}


def test_a_compound_is_found_although_the_dictionary_cuts_it() -> None:
    book = compile_codebook(parse_codebook(book_of("[不登校, 人間関係, 奨学金]")))
    assert tag(["うちの子は不登校です", "人間関係がいや", "奨学金を返す", "登校"], book).masks.tolist() == [
        1,
        1,
        1,
        0,
    ]


def test_near_words_are_found_in_either_order_within_their_reach() -> None:
    book = compile_codebook(parse_codebook(book_of('["near(学校-怖い)[3]"]')))
    texts = ["学校が怖い", "怖い学校", "学校というところが本当に怖い", "学校です。怖い", "怖いから学校を"]
    assert tag(texts, book).masks.tolist() == [1, 1, 0, 0, 1]
    spans = [
        (one.begin, one.end) for text in ("学校が怖い", "怖い学校") for one in evidence(f"私は{text}", book)
    ]
    assert spans == [(2, 7), (2, 6)]  # from the first letter of the one to the last of the other


def test_the_project_codebook_is_large_enough_to_be_a_fair_load(book: Codebook) -> None:
    assert len(book.themes) >= 20
    assert sum(term.role == THEME for term in book.terms) >= 150
    assert {theme.role for theme in book.themes} == {"factor", "state", "contact"}


def test_every_theme_finds_its_own_examples(book: Codebook) -> None:
    for theme in book.themes:
        assert len(theme.examples) >= 2
        assert tag(theme.examples, book).frame()[theme.id].all(), theme.id


def test_codebooks_travel_to_other_processes_as_text(book: Codebook) -> None:
    import pickle

    travelling = pickle.dumps(book)
    again = pickle.loads(travelling)
    assert pickle.loads(travelling) is again  # compiled once, however many parts of a file a process tags
    assert again.ids == book.ids
    assert tag(["学校に行けない"], again).masks.tolist() == tag(["学校に行けない"], book).masks.tolist()


@pytest.mark.parametrize("word", ["ギガジャバ", "思い出す"])
def test_a_base_form_is_a_word_by_itself_or_one_of_the_dictionary(word: str) -> None:
    assert compile_codebook(parse_codebook(book_of(f"[学校, 学校+{word}]")))


@pytest.mark.parametrize(
    "term",
    [
        *("seq(学校-母)[3]", "near(学校-母)[b]", "near(学校-母)[d3]", "学校|母", "学校 ｜ 母", "母 & 父"),
        *("<>年代-->10代", "学校-->名詞", "No.", "'学校'", "死ぬ >= 2", "死ぬ == 2"),
    ],
)
def test_what_only_kh_coder_understands_is_refused_with_its_line(term: str) -> None:
    theme = ThemeSource("a", "あ", "factor", (TermSource("学校", 2), TermSource(term, 3)), line=1)
    with pytest.raises(CodebookError, match=r"3行目 \[書式\]"):
        compile_codebook(CodebookSource("1", (theme,)))


WRITTEN = (
    "cancel:\n  - id: negation\n    label: 打ち消し\n    within: 6\n    terms: [ない]\n    unless: [s:しかない]\n"
    'version: "1"\nexclude: [s:学校給食費]\nthemes:\n'
    "  - {id: a, label: A, role: factor, terms: [学校, 友達], exclude: [s:自動車学校], cancel: [negation]}\n"
    "  - {id: b, label: B, role: factor, terms: [母]}\n"
)


@pytest.mark.parametrize(("before", "now", "other"), [
    ("学校, 友達", "学校, 友達, 教室", {"a"}), ("学校, 友達", "友達", {"a"}), ("[母]", "[母, 父]", {"b"}),
    ("[s:自動車学校]", "[s:料理学校]", {"a"}), (", cancel: [negation]", "", {"a"}),
    ("[母]", "[{term: 母, cancel: [negation]}]", {"b"}), ("within: 6", "within: 7", {"a", "b"}),
    ("[s:学校給食費]", "[s:学校給食]", {"a", "b"}), ("[s:しかない]", "[]", {"a", "b"}),
    ("学校, 友達", "友達, 学校", set()), ("label: A", "label: 学校", set()), ("themes:\n", "\nthemes:\n\n", set()),
    ('"1"', '"2"', set()),
])  # fmt: skip
def test_a_theme_whose_words_changed_under_the_same_name_has_another_digest(
    before: str, now: str, other: set
):
    assert WRITTEN.count(before) == 1
    old, new = (
        compile_codebook(parse_codebook(text)).digests for text in (WRITTEN, WRITTEN.replace(before, now))
    )
    assert {theme for theme in old if old[theme] != new[theme]} == other
    # The tables of other years hold them: from another version of this library they would be of other words.
    assert old == {"a": "98953d8b", "b": "495de5d2"}


@pytest.mark.parametrize(
    ("rule", "of_all", "tagged"),
    [
        ("", "", [1, 1, 1, 1]),
        ("exclude: [自動車学校]", "", [0, 1, 1, 1]),
        ("exclude: [s:自動車学校]", "", [0, 1, 1, 1]),
        ("exclude: [学校給食]", "", [1, 1, 1, 0]),
        ("", "exclude: [自動車学校]", [0, 1, 1, 1]),
        ("", "exclude: [s:自動車学校]", [0, 1, 1, 1]),
        ("cancel: [no]", "cancel: [{id: no, label: 打ち消し, within: 6, terms: [ない]}]", [1, 1, 0, 1]),
        ("", "cancel: [{id: no, label: 打ち消し, within: 6, terms: [ない]}]", [1, 1, 1, 1]),
    ],
)
def test_words_are_read_where_a_rule_needs_them_though_the_theme_does_not(
    arrays: ArrayEngine, rule: str, of_all: str, tagged: list[int]
) -> None:
    """The theme itself is found letter by letter."""
    theme = f"{{id: a, label: A, role: factor, terms: [s:学校], {rule}}}"
    book = compile_codebook(parse_codebook(f'version: "1"\n{of_all}\nthemes:\n  - {theme}\n'), arrays)
    texts = ["自動車学校に行く", "学校に行く", "学校には行かない", "学校給食の話"]
    assert tag(texts, book).masks.tolist() == tagged


@pytest.mark.parametrize("excluding", [0, 1, 2, None])
def test_an_exclusion_of_one_theme_leaves_the_others_alone_and_one_of_all_none(
    arrays: ArrayEngine, excluding: int | None
) -> None:
    themes = "".join(
        f"  - {{id: t{at}, label: T{at}, role: factor, terms: [s:学校]"
        f"{', exclude: [s:自動車学校]' if at == excluding else ''}}}\n"
        for at in range(3)
    )
    of_all = "exclude: [s:自動車学校]\n" if excluding is None else ""
    book = compile_codebook(parse_codebook(f'version: "1"\n{of_all}themes:\n{themes}'), arrays)
    left = 0 if excluding is None else 0b111 & ~(1 << excluding)
    assert tag(["自動車学校に通う", "学校に通う"], book).masks.tolist() == [left, 0b111]


@pytest.mark.parametrize("themes", [62, 63, 64])
def test_a_codebook_has_at_most_sixty_three_themes_and_the_last_is_found(
    arrays: ArrayEngine, themes: int
) -> None:
    words = [chr(ord("亜") + at) * 2 for at in range(themes)]
    source = CodebookSource(
        "1",
        tuple(
            ThemeSource(f"t{at}", f"T{at}", "factor", (TermSource(f"s:{word}", at + 1),), line=at + 1)
            for at, word in enumerate(words)
        ),
    )
    if themes > 63:
        with pytest.raises(CodebookError, match=r"64行目 \[多すぎ\]"):
            compile_codebook(source, arrays)
        return
    book = compile_codebook(source, arrays)
    assert tag([words[-1], words[0]], book).masks.tolist() == [1 << (themes - 1), 1]
    assert int(book.all_themes) == (1 << themes) - 1


@pytest.mark.parametrize("digits", [1, 8, 9, 10, 11, 12, 13])
def test_a_reach_has_nine_digits_at_most_and_one_that_is_refused_is_told_by_its_first_twelve(
    digits: int,
) -> None:
    reach = "1234567890123"[:digits]
    text = book_of(f"[{{term: 学校, within: {reach}}}]")
    if digits <= 9:
        assert parse_codebook(text).themes[0].terms[0].within == int(reach)
        return
    with pytest.raises(CodebookError, match=f"6行目.*「{reach[:12]}」は0以上、9桁までの整数ではない"):
        parse_codebook(text)
