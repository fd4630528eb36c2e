"""Tables: what a reader of Japanese statistics expects, and nothing that was kept back."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Count, Difference, Dimension, Estimate, Share, Text, interval
from ujo_lib.report.door.publish import PublishError
from ujo_lib.report.look.figures.read import reference
from ujo_lib.report.look.tables import _Column, _legend, circumstances, row_texts, table_html, tiles_html


def cells(shown: str) -> list[list[str]]:
    """Texts of the body cells, row by row."""
    body = shown.split("<tbody>")[1].split("</tbody>")[0]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>") if row]


def test_caption_tells_title_period_area_base_unit_and_how_many() -> None:
    shown = table_html(by_sex())
    caption = shown.split("<caption>")[1].split("</caption>")[0]
    for part in ("当事者の性別", "令和5(2023)年度", "見本市", "把握された当事者(n=25)", "単位: 人"):
        assert part in caption
    assert "出典: 該当者票" in shown


@pytest.mark.parametrize(
    ("columns", "told"), [(["sex", "n"], True), (["sex", "n", "share"], True), (["sex", "share"], False)]
)
def test_the_unit_of_a_table_is_that_of_the_columns_which_are_printed(columns, told) -> None:
    """Percentages stood under 「単位: 人」 where their base was named in the caption."""
    assert ("単位: 人" in table_html(by_sex(), columns=columns)) is told


def test_cells_are_spelled_with_official_signs() -> None:
    assert cells(table_html(by_sex())) == [
        ["男性", "17", "68.0", "48.4〜82.8"],
        ["女性", "8", "32.0", "17.2〜51.6"],
        ["無回答", "-", "0.0", "0.0〜13.3"],
    ]


def test_the_legend_explains_the_signs_that_occur_and_no_others() -> None:
    shown = table_html(by_sex())
    assert "「-」該当なし" in shown
    assert "秘匿" not in shown
    assert "「x」秘匿" in table_html(by_sex(hide=[(1, "n")]))
    assert "「△」負の数" in table_html(published({"label": ["差"], "difference": [-7]}))


def test_on_paper_only_what_the_cover_says_once_for_all_tables_is_left_out_of_the_notes() -> None:
    shown = table_html(by_sex(hide=[(1, "n")]))
    general = re.findall(r'<li class="general">(.+?)</li>', shown)
    assert [note[:3] for note in general] == ["四捨五", "記号:"]
    own = re.findall(r"<li>(.+?)</li>", table_html(by_occupation()))
    assert any("参考値" in note for note in own)
    assert not any("四捨五入" in note or "記号" in note for note in own)


def test_an_exact_zero_is_not_called_a_small_number() -> None:
    assert "単位未満" not in table_html(by_sex())
    for share, told in ((0.0, False), (0.0004, True), (0.0005, False)):
        shown = table_html(published({"label": ["a", "b"], "share": [share, 0.5]}))
        assert ("「0.0」単位未満" in shown) is told, share


def test_a_hidden_number_appears_nowhere_in_the_table() -> None:
    hide = [(1, column) for column in ("n", "share", "low", "high")]
    shown = table_html(by_sex(hide=hide))
    assert cells(shown)[1] == ["女性", "x", "x", "x"]
    for trace in ("32.0", "17.2", "51.6"):
        assert trace not in shown


def test_row_and_column_headings_are_marked_for_screen_readers() -> None:
    shown = table_html(by_sex())
    assert shown.count('scope="col"') == 4
    assert shown.count('scope="row"') == 3
    assert 'tabindex="0"' in shown


def test_shares_of_fewer_than_thirty_are_called_reference_values() -> None:
    assert "参考値" in table_html(by_sex())
    marked = table_html(by_occupation(), across="answer", values="share")
    assert cells(marked)[2][0].startswith("無職<abbr")
    assert "<abbr" not in cells(marked)[0][0]


@pytest.mark.parametrize(
    ("shares", "adds_up"),
    [([0.315, 0.685], True), ([0.315, 0.684], False), ([0.315, 0.686], False), ([0.315], False)],
)
def test_only_parts_that_make_up_a_whole_are_said_not_to_after_rounding(shares, adds_up) -> None:
    """It stood under rates of districts and under the single share of a table, which are parts of nothing."""
    table = published({"sex": ["男性", "女性"][: len(shares)], "share": shares}, dimensions={"sex": "sex"})
    assert ("四捨五入" in table_html(table)) is adds_up


@pytest.mark.parametrize(("hide", "told"), [([], True), ([0], True), ([0, 1], True), ([0, 1, 2], False)])
def test_parts_of_which_none_is_shown_are_not_excused_for_their_sum(hide, told) -> None:
    table = published(
        {"sex": ["男性", "女性", "不明"], "share": [0.2, 0.315, 0.485]},
        [(row, "share") for row in hide],
        dimensions={"sex": "sex"},
    )
    assert ("四捨五入" in table_html(table)) is told


@pytest.mark.parametrize(("shown", "told"), [(0.0, False), (0.2, True)])
def test_a_part_of_nothing_beside_a_hidden_one_is_not_excused_for_its_sum(shown, told) -> None:
    table = published(
        {"sex": ["男性", "女性"], "share": [shown, 0.8]}, [(1, "share")], dimensions={"sex": "sex"}
    )
    assert ("四捨五入" in table_html(table)) is told


def test_an_interval_that_is_printed_alone_is_one_column() -> None:
    table = published(
        {"sex": ["男性"], "share": [0.1], "low": [0.05], "high": [0.2]}, dimensions={"sex": "sex"}
    )
    assert cells(table_html(table, columns=["low", "high"])) == [["5.0〜20.0"]]


def test_the_only_heading_of_a_row_never_steps_back() -> None:
    shown = table_html(published({"sex": ["男性", "男性"], "n": [5, 6]}, dimensions={"sex": "sex"}))
    assert shown.count('<th scope="row">男性</th>') == 2


def test_the_answers_of_each_group_are_parts_of_it_and_the_groups_are_not() -> None:
    columns = {
        "who": ["市", "市", "国", "国"],
        "answer": ["はい", "いいえ"] * 2,
        "share": [0.21, 0.79, 0.2, 0.8],
    }
    asked = {"answer": "answer"}
    assert "四捨五入" in table_html(published(columns, dimensions=asked))
    yes = published({name: cells[::2] for name, cells in columns.items()}, dimensions=asked)
    assert "四捨五入" not in table_html(yes)
    of_groups = {"sex": ["男性", "女性"], "answer": ["はい"] * 2, "share": [0.21, 0.3]}
    assert "四捨五入" not in table_html(published(of_groups, dimensions={"sex": "sex", **asked}))


@pytest.mark.parametrize(("of_women", "told"), [(0.484, False), (0.485, True), (0.486, False)])
def test_a_selection_of_the_answers_is_not_excused_by_rounding(of_women, told) -> None:
    """Four of nine topics were: with a cell of one group hidden, the hidden might have been the rest of it."""
    table = published(
        {
            "sex": ["女性", "女性", "男性", "男性"],
            "answer": ["はい", "いいえ"] * 2,
            "share": [0.515, of_women, 0.4, 0.2],
        },
        [(3, "share")],
        dimensions={"sex": "sex", "answer": "answer"},
    )
    assert ("四捨五入" in table_html(table)) is told
    assert "四捨五入" not in table_html(table, across="answer", values="share") or told


def test_multiple_answers_say_so_and_make_no_claim_about_rounding_sums() -> None:
    shown = table_html(by_sex(multiple=True))
    assert "複数回答" in shown
    assert "四捨五入" not in shown


def test_a_cross_table_puts_the_whole_first_and_the_bases_beside_it() -> None:
    shown = table_html(by_occupation(), across="answer", values="share")
    assert cells(shown)[0] == ["全体", "240", "60.0", "40.0"]
    assert [re.sub("<.*", "", row[0]) for row in cells(shown)] == ["全体", "学生", "無職"]
    assert 'class="total"' in shown


@pytest.mark.parametrize(
    ("values", "unit"), [("share", "割合 |</span> <span>単位: %"), ("base", "総数 |</span> <span>単位: 件")]
)
def test_a_cross_table_names_what_fills_it_and_its_unit(values: str, unit: str) -> None:
    """Its headings are categories: percentages stood under 「単位: 件」, residuals under 「単位: 人」."""
    caption = table_html(by_occupation(), across="answer", values=values).split("</caption>")[0]
    assert unit in caption
    assert caption.count("単位") == 1


def test_a_note_on_a_column_is_read_with_it_and_not_without_it() -> None:
    table = by_sex(kinds={"share": Share(n="n", base="base", note="割合の読み方。")})
    assert "割合の読み方。" in table_html(table)
    assert "割合の読み方。" in table.spec.note
    assert "割合の読み方。" not in table_html(table, columns=["sex", "n"])


def test_a_column_for_programs_is_on_a_page_only_where_it_is_asked_for() -> None:
    for aside in (False, True):
        columns = {"theme": ["学校", "家族"], "n": [40, 50], "made_by": ["0a1b2c3d", "4e5f6a7b"]}
        table = published(columns, kinds={"made_by": Text(heading="照合値", aside=aside)})
        assert ("0a1b2c3d" in table_html(table), "照合値" in table_html(table)) == (not aside, not aside)
        assert "0a1b2c3d" in table_html(table, columns=["theme", "made_by"])


def bold(*rows: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Those of some rows of labels that a table sets as totals."""
    columns = {name: list(labels) for name, labels in zip("ab", zip(*rows, strict=True), strict=False)}
    table = published({**columns, "n": [1] * len(rows)}, dimensions=dict(zip("ab", "AB", strict=True)))
    marks = re.findall(r"<tr( class=\"total\")?><th", table_html(table).split("<tbody>")[1])
    return [row for row, mark in zip(rows, marks, strict=True) if mark]


def test_only_a_row_that_adds_others_up_is_bold() -> None:
    whole, men, women, young = ("全体", "全体"), ("男性", "全体"), ("女性", "全体"), ("全体", "30代")
    assert bold(whole, men, women, young) == [whole]
    assert bold(whole, men, ("男性", "30代"), women) == [whole, men]
    assert bold(men, women) == []
    assert bold(whole) == []
    assert bold(("総数", "q1"), ("男性", "q1"), ("総数", "q2")) == [("総数", "q1")]


def test_a_cross_table_with_a_hidden_cell_keeps_its_place() -> None:
    shown = table_html(by_occupation(hide=[(2, "share")]), across="answer", values="share")
    assert cells(shown)[1] == ["学生", "80", "x", "25.0"]


def test_a_cross_table_of_too_fine_a_table_is_refused() -> None:
    table = published({"a": ["p", "p"], "b": ["q", "q"], "n": [1, 2]}, dimensions={"a": "a", "b": "b"})
    with pytest.raises(PublishError, match="一つの欄に入りません"):
        table_html(table, across="b", values="n")


def test_a_table_without_rows_says_that_there_is_none() -> None:
    table = published({"sex": [], "n": []}, dimensions={"sex": "sex"})
    assert "該当なし" in table_html(table)


def test_short_words_are_not_torn_into_columns_of_single_letters() -> None:
    table = published(
        {
            "項目": ["性別"],
            "種類": ["単一回答"],
            "選択肢": ["男性 / 女性 / その他・わからない / 不明・無回答"],
        }
    )
    shown = table_html(table)
    assert 'class="short" data-heading="種類">単一回答' in shown
    assert 'class="long" data-heading="選択肢">男性' in shown


def test_labels_are_escaped() -> None:
    assert "<script>" not in table_html(
        published({"name": ["<script>"], "n": [1]}, dimensions={"name": "name"})
    )


def test_an_interval_around_numbers_of_several_kinds_is_written_row_by_row_like_them() -> None:
    table = published(
        {"label": ["回答率", "見込み"], "value": [0.698, 25.0], "format": ["share", "n"], "low": [0.617, 20.0],
         "high": [0.768, 31.0]},
    )  # fmt: skip
    shown = table_html(table)
    assert "61.7〜76.8" in shown
    assert "20〜31" in shown


def test_tiles_carry_interval_note_and_unit() -> None:
    table = published(
        {"label": ["回答率", "当事者"], "value": [0.698, 25], "format": ["share", "n"], "low": [0.617, None],
         "high": [0.768, None], "unit": ["", "人"], "note": ["139人のうち97人", ""]}
    )  # fmt: skip
    shown = tiles_html(table, low="low", high="high", note="note", unit="unit")
    assert "69.8<span>%</span>" in shown
    assert "95%信頼区間 61.7〜76.8%" in shown
    assert "25<span>人</span>" in shown


def test_a_hidden_key_figure_is_a_sign_and_not_a_number() -> None:
    table = published({"label": ["女性"], "value": [8]}, hide=[(0, "value")])
    shown = tiles_html(table, unit="人")
    assert "8" not in re.sub(r"<[^>]+>", "", shown)
    assert '<dd class="tile-value">x<span>人</span></dd>' in shown  # … would say that nobody knows
    assert "秘匿" in shown


def test_rows_that_are_kept_back_do_not_scatter_reference_marks_over_the_others() -> None:
    hide = [(1, column) for column in ("n", "base", "share", "low", "high")]
    shown = table_html(by_sex(hide=hide))
    assert "<abbr" not in shown
    assert "参考値" in shown


def test_an_empty_label_is_an_empty_cell_and_no_heading_without_words() -> None:
    shown = table_html(published({"left": ["", "前"], "word": ["甲", "乙"]}))
    assert '<td class="short"></td>' in shown
    assert not re.search(r"<th[^>]*>\s*</th>", shown)


def test_bases_that_belong_to_the_columns_of_a_cross_table_stand_in_its_headings() -> None:
    turned = table_html(by_occupation(), across="occupation", values="share")
    assert "学生(n=80)" in turned
    assert "回答者数" not in turned
    assert cells(turned)[0][1:] == ["60.0", "75.0", "50.0"]


@pytest.mark.parametrize(("base", "marked"), [(29, True), (30, False), (31, False)])
def test_a_weighted_share_of_few_is_one_for_reference_too(base: int, marked: bool) -> None:
    """It follows from no count of its row, and names no base."""
    table = published(
        {"sex": ["男性", "女性"], "n": [8, 9], "base": [base, 99], "share": [0.31, 0.12]},
        dimensions={"sex": "sex"},
        kinds={"share": Share(heading="重み付きの割合")},
    )
    assert ("†" in table_html(table)) is marked
    assert reference(table, "share") == [marked, False]


@pytest.mark.parametrize(("base", "marked"), [(29, True), (30, False), (31, False)])
def test_a_small_base_is_told_only_under_the_shares_that_rest_on_it(base: int, marked: bool) -> None:
    table = published(
        {"sex": ["男性", "女性"], "n": [8, base - 8], "base": [base] * 2, "share": [8 / base, 1 - 8 / base]},
        dimensions={"sex": "sex"},
    )
    assert ("参考値" in table_html(table, columns=["sex", "n", "share"])) is marked
    for without in (
        table_html(table, columns=["sex", "n"]),
        table_html(by_occupation(), across="answer", values="base"),
    ):
        assert "参考値" not in without
        assert "四捨五入" not in without


@pytest.mark.parametrize(
    ("answers", "hide", "once"),
    [
        (["行政・医療"] * 2, [], True),
        (["行政・医療", "総数"], [], False),
        (["行政"] * 2, [], False),  # an answer as it was given is no collection of answers
        (["行政・医療"], [], False),  # one row says it itself
        (["行政・医療"] * 2, [(0, "answer")], False),
    ],
)
def test_answers_that_every_row_takes_together_are_told_once_below_the_table(
    answers: list[str], hide: list[tuple[int, str]], once: bool
) -> None:
    table = published(
        {"topic": ["家族", "学校"][: len(answers)], "answer": answers, "n": [8, 9][: len(answers)]},
        hide,
        dimensions={"topic": "topic"},
        kinds={
            "answer": Dimension(
                heading="つなぎ先", variable="referral", groups={"行政・医療": ("行政", "医療")}
            )
        },
    )
    shown = table_html(table)
    note = "「つなぎ先」は、どの行も「行政・医療」です。"
    assert (note in shown) is once
    assert ("<th" in shown and ">つなぎ先</th>" in shown) is not once
    assert note not in table_html(table, columns=["topic", "answer", "n"])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"label": ["目標"], "goal": ["あ" * 23]}, True),
        ({"label": ["目標"], "goal": ["あ" * 22]}, False),
        ({"label": ["目標"], "goal": ["あ" * 23], "n": [7]}, False),
    ],
)
def test_a_table_of_sentences_names_each_cell_for_a_phone_and_a_table_of_numbers_stays_a_grid(
    columns: dict[str, list[object]], told: bool
) -> None:
    shown = table_html(published(columns))
    assert ('class="scroll told"' in shown) is told
    assert ("data-heading=" in shown) is told


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("あ" * 8 + "a", "short"),  # eight and a half letters
        ("あ" * 9, "text"),
        ("あ" * 22, "text"),
        ("あ" * 22 + "a", "long"),
        ("a" * 17, "short"),
        ("2024-02-20", "short whole"),
        ("13-17", "short whole"),
        ("1-a", "short"),
        ("2024-02-20" + "あ" * 4, "text"),
        ("a" * 40, "text"),
        ("a" * 41, "key"),
        ("a" * 40 + " あ " + "a" * 40, "long"),  # no run of them is a key
        ("あ" * 23 + "a" * 41, "key"),
    ],
)
@pytest.mark.parametrize("title", [False, True])
def test_words_are_set_by_the_widest_of_their_column_its_heading_included(words: str, kind: str, title: bool):
    column = _Column(*((words, ("あ",)) if title else ("あ", ("あ", words))), numeric=False)
    assert column.kind == kind
    assert _Column(words, (words,), numeric=True).kind == "num"


def test_a_row_heading_that_repeats_the_one_above_steps_back_and_the_last_of_a_row_never_does() -> None:
    columns = {"a": ["市", "市", "県", "県"], "b": ["x", "y", "y", "y"], "c": list("pqqr"), "n": [1, 2, 3, 4]}
    shown = table_html(published(columns, dimensions={name: name for name in "abc"}))
    heads = re.findall(r"<th scope=\"row\"( class=\"again\")?>(.)</th>", shown)
    assert [(word, bool(again)) for again, word in heads] == [
        ("市", False), ("x", False), ("p", False),
        ("市", True), ("y", False), ("q", False),
        ("県", False), ("y", False), ("q", False),
        ("県", True), ("y", True), ("r", False),
    ]  # fmt: skip


def test_a_combination_that_nobody_has_is_told_as_none_in_a_cross_table() -> None:
    columns = {"a": ["市", "県", "県"], "b": ["x", "x", "y"], "c": ["p", "p", "q"], "n": [1, 2, 3]}
    shown = table_html(published(columns, dimensions={name: name for name in "abc"}), across="c", values="n")
    assert cells(shown) == [["市 / x", "1", "-"], ["県 / x", "2", "-"], ["県 / y", "-", "3"]]
    with pytest.raises(PublishError, match="クロス表にできません"):
        table_html(published({"a": ["市"], "n": [1]}, dimensions={"a": "a"}), across="a", values="n")


@pytest.mark.parametrize(
    ("bases", "column"), [([30, 30], False), ([30, 31], True), ([30], True)], ids=["one", "two", "single row"]
)
def test_one_base_of_several_rows_stands_in_the_caption_instead_of_a_column(bases: list[int], column: bool):
    columns = {"sex": ["男性", "女性"][: len(bases)], "n": [8, 9][: len(bases)], "base": bases}
    shown = table_html(published(columns, dimensions={"sex": "sex"}))
    assert [len(row) for row in cells(shown)] == [3 if column else 2] * len(bases)
    assert ("(n=30)" in shown) is (len(set(bases)) == 1)


@pytest.mark.parametrize(
    ("value", "written", "said"),
    [
        (1234.0, "n", "1,234<span>件</span>"),
        (0.5, "share", "50.0<span>%</span>"),
        (1234.0, "yen", "1,234<span>円</span>"),
        (None, "n", "…<span>件</span>"),
    ],
)
def test_a_tile_has_the_sign_of_its_number_or_the_unit_that_is_named(value, written: str, said: str) -> None:
    table = published({"label": ["甲"], "value": [value], "format": [written], "note": [None]})
    shown = tiles_html(table, unit="件", note="note")
    assert f'<dd class="tile-value">{said}</dd>' in shown
    assert "tile-note" not in shown


@pytest.mark.parametrize(("low", "high", "told"), [(0.1, 0.2, True), (None, 0.2, False), (0.1, None, False)])
def test_a_tile_tells_an_interval_of_which_both_ends_are_known(low, high, told: bool) -> None:
    table = published(
        {
            "label": ["甲", "乙"],
            "value": [0.15, 2.0],
            "format": ["share", "n"],
            "low": [low, 1],
            "high": [high, 3],
        }
    )
    shown = re.findall(r'tile-note">([^<]*)<', tiles_html(table, low="low", high="high"))
    assert shown == ["95%信頼区間 10.0〜20.0%"] * told + ["95%信頼区間 1〜3"]
    assert "tile-note" not in tiles_html(table, low="low")


@pytest.mark.parametrize("shown", [True, False])
def test_a_column_of_intervals_stands_for_both_ends_and_one_end_alone_for_itself(shown: bool) -> None:
    columns = ["sex", "share", "low", "high"] if shown else ["sex", "share", "low"]
    assert cells(table_html(by_sex(), columns=columns))[0] == [
        "男性",
        "68.0",
        "48.4〜82.8" if shown else "48.4",
    ]


def test_an_interval_of_which_one_end_is_hidden_is_hidden_and_one_that_lacks_an_end_is_missing() -> None:
    table = published(
        {
            "sex": ["男性", "女性", "不明"],
            "share": [0.5, 0.4, 0.1],
            "low": [0.4, 0.3, None],
            "high": [0.6, 0.5, 0.2],
        },
        [(1, "high")],
        dimensions={"sex": "sex"},
    )
    assert [row[-1] for row in cells(table_html(table))] == ["40.0〜60.0", "x", "…"]


def test_everything_that_a_row_may_say_is_what_its_cells_and_its_interval_say() -> None:
    texts = row_texts(by_sex(hide=[(1, "n")]))
    assert texts == [
        {"男性", "17", "25", "68.0", "48.4", "82.8", "48.4〜82.8"},
        {"女性", "x", "25", "32.0", "17.2", "51.6", "17.2〜51.6"},
        {"無回答", "-", "25", "0.0", "13.3", "0.0〜13.3"},
    ]


def test_a_table_under_a_figure_has_neither_caption_nor_number_and_the_same_cells() -> None:
    compact, whole = table_html(by_sex(), compact=True), table_html(by_sex())
    assert cells(compact) == cells(whole)
    assert ("<caption>" in whole, "<caption>" in compact, "<figure" in compact) == (True, False, False)
    assert "出典: 該当者票" in compact


@pytest.mark.parametrize(("unit", "told"), [(None, "単位: 人"), ("件", "単位: 件"), ("", "")])
def test_the_line_below_a_title_parts_what_it_says_and_ends_without_a_stroke(
    unit: str | None, told: str
) -> None:
    said = re.findall("<span>([^<]+)</span>", circumstances(by_sex(), unit))
    assert [part.removesuffix(" |") for part in said] == [
        "令和5(2023)年度", "見本市", "把握された当事者(n=25)", *([told] if told else []),
    ]  # fmt: skip
    assert [part.endswith(" |") for part in said] == [True] * (len(said) - 1) + [False]


@pytest.mark.parametrize(
    ("bases", "hide", "told"),
    [([25, 25], [], "(n=25)"), ([25, 26], [], ""), ([25, None], [], "(n=25)"), ([25, 25], [(0, "base")], "")],
)
def test_who_was_counted_is_told_with_their_number_where_it_is_one_and_shown(bases, hide, told: str) -> None:
    table = published({"sex": ["男性", "女性"], "n": [8, 9], "base": bases}, hide, dimensions={"sex": "sex"})
    assert f"把握された当事者{told}" in re.findall("<span>([^<]+)</span>", circumstances(table))[
        2
    ].removesuffix(" |")
    assert ("(n=" in circumstances(table)) is bool(told)


@pytest.mark.parametrize(
    ("bases", "hide", "heads"),
    [
        ([80, 80, 40, 40], [], ["80", "40"]),
        ([80, 80, 40, 40], [(0, "base")], ["80", "40"]),  # the other cell of the group tells it
        ([80, 80, 40, 40], [(0, "base"), (1, "base")], ["x", "40"]),
        ([80, 81, 40, 40], [], None),
    ],
)
def test_the_base_of_a_row_of_a_cross_table_is_what_its_cells_agree_on(bases, hide, heads) -> None:
    columns = {"a": list("ppqq"), "b": list("xyxy"), "share": [0.5] * 4, "base": bases}
    shown = cells(
        table_html(published(columns, hide, dimensions={"a": "a", "b": "b"}), across="b", values="share")
    )
    plain = [[re.sub("<abbr.*", "", cell) for cell in row] for row in shown]
    assert [row[1] for row in plain] == (heads or ["50.0", "50.0"])
    assert {len(row) for row in plain} == {4 if heads else 3}


def test_a_share_of_few_is_explained_below_its_table_once_for_all_or_by_its_mark() -> None:
    for bases, said in (
        ([29, 29], "<li>対象が30"),
        ([29, 30], "<li>† 対象が30"),
        ([30, 30], None),
        ([None, 29], "<li>対象が30"),
    ):
        table = published(
            {"sex": ["男性", "女性"], "share": [0.5, 0.4], "base": bases}, dimensions={"sex": "sex"}
        )
        shown = table_html(table)
        assert (said in shown) if said else ("参考値" not in shown)
        assert shown.count("<abbr") == (bases == [29, 30])


def test_a_table_names_its_source_where_it_has_one() -> None:
    assert 'class="source"' not in table_html(by_sex(source=""))
    assert 'class="notes"' in table_html(by_sex(source=""))


@pytest.mark.parametrize(
    ("share", "told"), [(0.99999899, False), (0.9999991, True), (1.0000009, True), (1.0000011, False)]
)
def test_parts_make_up_a_whole_where_they_miss_it_by_less_than_one_in_a_million(
    share: float, told: bool
) -> None:
    table = published({"sex": ["男性", "女性"], "share": [0.315, share - 0.315]}, dimensions={"sex": "sex"})
    assert ("四捨五入" in table_html(table)) is told


def test_the_table_of_one_total_has_no_parts_that_might_not_add_up() -> None:
    table = published(
        {"sex": ["総数", "男性", "女性"], "share": [1.0, 0.685, 0.315]}, dimensions={"sex": "sex"}
    )
    assert "四捨五入" in table_html(table)
    whole = published({"sex": ["総数", "男性"], "share": [1.0, 1.0]}, dimensions={"sex": "sex"})
    assert "四捨五入" not in table_html(whole)
    none = published(
        {"sex": ["男性", "女性"], "share": [0.0, 0.0]}, [(0, "share")], dimensions={"sex": "sex"}
    )
    assert "四捨五入" not in table_html(none)


@pytest.mark.parametrize(
    ("kind", "zero"),
    [
        (Count(unit="人"), "-"),
        (Estimate(unit="人", decimals=0), "0"),
        (Difference(unit="人", n="n", base="n"), "0"),
    ],
)
def test_nobody_is_a_sign_where_people_were_counted_and_a_number_where_they_were_estimated(
    kind, zero
) -> None:
    shown = table_html(published({"label": ["甲", "乙"], "m": [0, 1200], "n": [1, 1]}, kinds={"m": kind}))
    assert [row[1] for row in cells(shown)] == [zero, "1,200"]


@pytest.mark.parametrize(("last", "column"), [(3.0, ["1", "3"]), (3.25, ["1.0", "3.3"])])
def test_decimals_in_one_row_of_a_column_are_decimals_in_all(last: float, column: list[str]) -> None:
    kinds = {"m": Estimate(unit="人", decimals=0), **interval("m", 0.95)}
    values = {"label": ["甲", "乙"], "m": [1.0, last], "low": [1.0, 1.0], "high": [2.0, 4.0 + last % 1]}
    shown = cells(table_html(published(values, kinds=kinds)))
    assert [row[1] for row in shown] == column
    assert [row[2] for row in shown] == (["1.0〜2.0", "1.0〜4.3"] if last % 1 else ["1〜2", "1〜4"])


@pytest.mark.parametrize(
    ("shares", "noted"), [([math.nan] * 2, False), ([math.nan, 0.5], True), ([0.5, 0.5], True)]
)
def test_a_share_that_is_not_there_is_no_reference_value(shares, noted: bool) -> None:
    columns = {"sex": ["男性", "女性"], "n": [0, 0], "base": [0, 0], "share": shares}
    assert ("参考値" in table_html(published(columns, dimensions={"sex": "sex"}))) is noted


@pytest.mark.parametrize(
    ("shown", "kinds"),
    [
        (lambda: table_html(by_occupation()), ["short", "short", "num", "num"]),
        (
            lambda: table_html(by_occupation(), across="answer", values="share"),
            ["short", "num", "num", "num"],
        ),
        (lambda: table_html(by_occupation(), across="occupation", values="share"), ["short", *["num"] * 3]),
        (lambda: table_html(by_sex()), ["short", *["num"] * 3]),
    ],
)
def test_every_column_of_numbers_is_set_as_one(shown: Callable[[], str], kinds: list[str]) -> None:
    """Bases beside crossed shares and intervals, too."""
    assert re.findall(r'<th scope="col" class="(\w+)"', shown()) == kinds


@pytest.mark.parametrize(
    ("cells", "told"),
    [(set(), ""), ({"5"}, ""), ({"△5"}, "「△」負の数"), ({"5", "x"}, "「x」秘匿"), ({"△"}, "「△」負の数")],
)
def test_a_minus_is_explained_once_where_one_stands(cells: set[str], told: str) -> None:
    assert _legend(cells).removeprefix("記号: ").removesuffix("。") == told


def test_an_interval_stands_where_its_lower_bound_does() -> None:
    table = published({"label": ["a"], "low": [1.0], "n": [2], "high": [3.0]})
    assert cells(table_html(table)) == [["a", "1〜3", "2"]]


@pytest.mark.parametrize(
    ("last", "adds_up"), [(0.686, True), (0.687, False), (0.5, False), (0.684, True), (0.683, False)]
)
def test_weighted_shares_make_up_a_whole_within_half_a_tenth_of_a_percent_each(
    last: float, adds_up: bool
) -> None:
    """Two in tenths of a percent: their sum is off by a tenth at most; what else is off is no whole."""
    table = published({"sex": ["男性", "女性"], "share": [0.315, last]}, dimensions={"sex": "sex"})
    table = replace(table, spec=replace(table.spec, weighted=True))
    assert ("四捨五入" in table_html(table)) is adds_up
