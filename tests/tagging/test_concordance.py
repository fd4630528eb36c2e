import pandas as pd
import pytest

from ujo_lib.tagging import Codebook, CodebookError, parse_codebook, tag
from ujo_lib.tagging import concordance as c
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.text import cells

TEXTS = pd.Series(
    {
        "A1": "家には居場所がない。佐藤花子さんにも言えない",
        "A2": "電話は090-1234-5678です。学校にも\n居場所がほしい！",
        "A3": "ABC 居場所",
    }
)


def test_kwic_lines_up_in_a_fixed_width_font(book: Codebook) -> None:
    table = c.kwic(TEXTS, "居場所", book.engine, width=6).frame
    assert table["keyword"].tolist() == ["居場所"] * 3
    assert {cells(left) for left in table["left"]} == {12}
    assert table["left"].tolist()[0].strip() == "家には"
    assert all("\n" not in text for text in table["left"] + table["right"])


def test_kwic_masks_before_it_looks(book: Codebook) -> None:
    table = c.kwic(TEXTS, "居場所", book.engine, width=40).frame
    shown = "".join(table["left"] + table["right"])
    assert "花子" not in shown
    assert "1234" not in shown
    assert c.kwic(TEXTS, "s:花子", book.engine).frame.empty


@pytest.mark.parametrize("term", ["", "near(a"])
def test_a_term_that_cannot_be_read_is_no_fault_of_the_codebook(book: Codebook, term: str) -> None:
    with pytest.raises(CodebookError, match=r"前後の文脈を見る語.*パラメーター.*を直して"):
        c.kwic(TEXTS, term, book.engine)


@pytest.mark.parametrize(
    ("around", "shown"),
    [
        ("", ""),
        ("あ", "あ"),
        ("ああ", "ああ"),
        ("あああ", "ああ"),
        ("aああ", "aあ"),
        ("aaaa", "aaaa"),
        ("aaaaa", "aaaa"),
    ],
)
def test_as_much_is_shown_on_either_side_as_fits_into_its_columns(
    book: Codebook, around: str, shown: str
) -> None:
    """Two full-width letters or four of half the width."""
    text = f"{around[::-1]}。学校。{around}"
    (row,) = c.kwic(pd.Series({"A1": text}), "s:学校", book.engine, width=3).frame.itertuples()
    left, right = (cut.replace("。", "") for cut in (row.left.lstrip(), row.right))
    assert (left, right) == (shown[::-1], shown)


def test_a_word_may_be_one_that_no_theme_is_called(book: Codebook) -> None:
    table = c.kwic(pd.Series({"A1": "家の全体がつらい"}), "全体", book.engine).frame
    assert table["keyword"].tolist() == ["全体"]


def test_kwic_takes_conjugated_words_and_stops_at_the_limit(book: Codebook) -> None:
    table = c.kwic(pd.Series({"B": "死にたい。死にたくなる。死ぬ"}), "死ぬ+たい", book.engine, top=1).frame
    assert table["keyword"].tolist() == ["死にたい"]
    with pytest.raises(CodebookError):
        c.kwic(TEXTS, "s:い", book.engine)


def test_why_tells_what_spoke_for_and_against_a_theme(book: Codebook) -> None:
    table = c.why(
        "学校は好き。でも死にたくない。親友に話した", book, ["school", "suicidal", "family_parent", "money"]
    )
    told = {(row.theme, row.status): row.because for row in table.itertuples()}
    assert told[("学校・学業", "打ち消し")] == "好き"
    assert told[("希死念慮・自殺念慮(語り)", "除外語の中")] == "死ぬ+たい+ない"
    assert ("親・きょうだいとの関係", "別の語の一部") in told
    assert ("経済・生活", "該当する語がない") in told
    assert not table["tagged"].any()


def test_why_shows_only_masked_surroundings(book: Codebook) -> None:
    table = c.why("熊本県立山田中学校の佐藤花子です。090-1234-5678。学校がいや", book, ["school"])
    shown = "".join(table["context"])
    assert "【学校】" in shown
    assert not any(secret in shown for secret in ("山田", "花子", "1234"))


def test_a_new_codebook_shows_what_it_changed() -> None:
    from ujo_lib.tagging import compile_codebook

    head = 'version: "1"\nthemes:\n  - {{id: a, label: A, role: factor, terms: [{}]}}\n'
    old, new = (parse_codebook(head.format(terms)) for terms in ("学校, 友達", "学校, 猫"))
    texts = ["学校", "友達", "猫", "犬"]
    ids = pd.Index(["1", "2", "3", "4"])
    before, after = (tag(texts, compile_codebook(source)).frame(ids) for source in (old, new))
    changes = c.tag_changes(before, after, {"a": "A"})
    assert changes.frame.iloc[0].tolist() == ["A", 2, 2, 1, 1]
    assert changes.schema["theme"].multiple  # texts have several: they are no parts of a whole
    assert not len(c.tag_changes(after, after, {"a": "A"}))


def test_adding_a_term_lowers_the_number_of_untagged_texts() -> None:
    from ujo_lib.tagging import compile_codebook

    head = 'version: "1"\nthemes:\n  - {{id: a, label: A, role: factor, terms: [{}]}}\n'
    counts = []
    for terms in ("学校", "学校, 猫"):
        frame = tag(["学校", "猫", "犬"], compile_codebook(parse_codebook(head.format(terms)))).frame()
        counts.append(int(c.untagged(frame, {"a": "A"}).sum()))
    assert counts == [2, 1]


def test_contexts_of_several_terms_stand_below_each_other_in_one_piece(arrays: ArrayEngine) -> None:
    texts = pd.Series(["猫が学校にいる", "夜に眠れない"], index=["a", "b"])
    found = c.kwic_all(texts, ["s:眠れな", "学校", "犬"], arrays).frame
    assert found.to_numpy().tolist() == [
        ["s:眠れな", "b", "夜に【眠れな】い"],
        ["学校", "a", "猫が【学校】にいる"],
    ]
    assert found.index.tolist() == [0, 1]


def test_contexts_of_a_term_that_nobody_wrote_are_an_empty_table(arrays: ArrayEngine) -> None:
    found = c.kwic_all(pd.Series(["猫"], index=["a"]), ["犬"], arrays).frame
    assert list(found.columns) == ["term", "id", "context"]
    assert found.empty


@pytest.mark.parametrize("texts", [1, 29, 30, 31, 99, 100, 101, 205])
def test_contexts_are_found_in_all_texts_up_to_thirty_in_their_order(arrays: ArrayEngine, texts: int) -> None:
    """Texts are looked through a hundred at a time."""
    everywhere = c.kwic(pd.Series(["学校"] * texts), "学校", arrays).frame
    assert everywhere["id"].tolist() == list(range(min(texts, 30)))
    last = pd.Series(["雨"] * (texts - 1) + ["学校と学校"])
    found = c.kwic(last, "学校", arrays, width=3).frame
    assert found[["id", "left", "right"]].to_numpy().tolist() == [
        [texts - 1, " " * 6, "と学校"], [texts - 1, "学校と", ""],
    ]  # fmt: skip
    assert len(c.kwic(last, "学校", arrays, top=1)) == 1


def test_twenty_letters_of_context_stand_on_either_side_where_nothing_else_is_asked(
    arrays: ArrayEngine,
) -> None:
    text = pd.Series(["あ" * 21 + "学校" + "い" * 21])
    (row,) = c.kwic(text, "s:学校", arrays).frame.itertuples()
    assert (row.left, row.right) == ("あ" * 20, "い" * 20)
    assert c.kwic_all(text, ["s:学校"], arrays).frame["context"].tolist() == [
        f"{row.left}【学校】{row.right}"
    ]


def test_each_place_is_shown_with_its_own_twenty_letters_on_either_side(book: Codebook) -> None:
    text = "あ" * 21 + "学校" + "い" * 21 + "\n" + "う" * 19 + "学校" + "え" * 19
    table = c.why(text, book)
    found = table[(table["theme"] == "学校・学業") & (table["term"] == "学校")]
    assert found["context"].tolist() == [
        f"{'あ' * 20}【学校】{'い' * 20}", f" {'う' * 19}【学校】{'え' * 19}",
    ]  # fmt: skip
    assert found["tagged"].all()


@pytest.mark.parametrize(
    ("text", "contexts"),
    [
        ("学校と学校がいや", ["【学校】と学校がいや", "学校と【学校】がいや"]),
        ("電話は090-1234-5678。学校がいや", ["電話は〔電話番号〕。【学校】がいや"]),
        ("佐藤学校さんと学校がいや", ["", ""]),  # the first is a name now
        ("学校がいや。佐藤学校さんも", ["", ""]),
        (
            "熊本県立山田中学校。学校がいや",
            ["〔学校名〕中【学校】。学校がいや", "〔学校名〕中学校。【学校】がいや"],
        ),
    ],
)
def test_a_place_has_its_own_context_or_none(book: Codebook, text: str, contexts: list[str]) -> None:
    """Of what masking swallowed, and of the words that it sets, no context is made for another place."""
    table = c.why(text, book, ["school"])
    assert table.loc[table["term"] == "学校", "context"].tolist() == contexts
