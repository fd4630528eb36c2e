"""Sentences: words for shares, and that nothing hidden is ever said."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Estimate, Ratio, Withheld
from ujo_lib.report.look import wording


@pytest.mark.parametrize(
    ("phrase", "share", "holds"),
    [
        ("7割強", 0.72, True),
        ("7割強", 0.70, False),
        ("7割強", 0.75, False),
        ("7割強", 0.76, False),
        ("8割強", 0.84, True),
        ("8割強", 0.80, False),
        ("3割強", 7 / 23, True),
        ("3割強", 8 / 23, True),
        ("約7割", 0.675, True),
        ("約7割", 0.726, False),
        ("7割以上", 0.70, True),
        ("7割以上", 0.6999, False),
        ("8割弱", 0.78, True),
        ("6割未満", 0.6, False),
    ],
)
def test_the_words_of_the_city_hold_exactly_within_their_bounds(
    phrase: str, share: float, holds: bool
) -> None:
    assert wording.agrees(phrase, share) is holds


_STEP = 0.0001
_BOUNDS = {
    "7割強": (0.70, 0.75, "()"),
    "7割弱": (0.65, 0.70, "()"),
    "約7割": (0.675, 0.725, "[]"),
    "7割以上": (0.70, 1.0, "[]"),
    "7割超": (0.70, 1.0, "(]"),
    "7割以下": (0.0, 0.70, "[]"),
    "7割未満": (0.0, 0.70, "[)"),
    "7割": (0.70, 0.70, "[]"),
}
"""Phrase → the shares between which it holds, and which of the two belong to it."""


@pytest.mark.parametrize("phrase", _BOUNDS)
@pytest.mark.parametrize("share", sorted({round(end + step, 4) for low, high, _ in _BOUNDS.values()
                                          for end in (low, high) for step in (-_STEP, 0, _STEP)
                                          if 0 <= end + step <= 1}))  # fmt: skip
def test_each_phrase_holds_from_its_first_share_to_its_last_and_at_them_as_it_says(
    phrase: str, share: float
) -> None:
    low, high, (first, last) = _BOUNDS[phrase]
    begun = share > low or (share == low and first == "[")
    within = begun and (share < high or (share == high and last == "]"))
    assert wording.agrees(phrase, share) is within
    assert {rule.words.replace("{d}", "7") for rule in wording.SHARE_RULES} == set(_BOUNDS)


def test_a_phrase_without_a_rule_is_refused_rather_than_judged() -> None:
    with pytest.raises(wording.WordingError, match="決まりはありません"):
        wording.agrees("かなりの割合", 0.7)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.72, "7割強"),
        (0.70, "7割"),
        (0.78, "8割弱"),
        (0.75, "7割5分"),
        (0.07, "1割弱"),
        (0.03, "5%未満"),
        (0.98, "ほぼすべて"),
        (1.0, "すべて"),
        (0.0, "なし"),
    ],
)
def test_a_share_is_put_into_the_words_its_rule_gives(share: float, words: str) -> None:
    assert wording.tenths(share) == words


@given(st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=200)
def test_generated_words_always_agree_with_their_own_rule(share: float) -> None:
    words = wording.tenths(share)
    assert words.endswith("5分") or wording.agrees(words, share)


def test_slots_take_their_numbers_from_the_table() -> None:
    said = wording.sentence(
        "男性は{n[男性]}人({share[男性]}、{share[男性]|ci})、最多は{sex[max n]}。", by_sex()
    )
    assert said == "男性は17人(68.0%、95%信頼区間 48.4〜82.8%)、最多は男性。"


def test_several_dimensions_and_several_tables_are_told_apart() -> None:
    said = wording.sentence(
        "{loneliness.share[occupation=学生, answer=感じる]|about}、{cases_by_sex.n[女性]}人、{place}。",
        by_occupation(),
        by_sex(),
        place="見本市",
    )
    assert said == "7割5分、8人、見本市。"


def test_a_sentence_with_a_hidden_number_says_so_and_its_neighbours_stay() -> None:
    said = wording.sentence("女性は{n[女性]}人。男性は{n[男性]}人。", by_sex(hide=[(1, "n")]))
    assert said == "「当事者の性別」のうち、この記述に使う数値は秘匿のため示せません。男性は17人。"
    assert "8" not in said


def test_quotes_of_a_title_are_inner_ones_where_it_is_quoted() -> None:
    shown = by_sex(hide=[(1, "n")])
    shown = replace(shown, spec=replace(shown.spec, title="年齢層が「10代」の相談"))
    assert wording.sentence("女性は{n[女性]}人。", shown).startswith("「年齢層が『10代』の相談」のうち、")


def test_a_remark_in_brackets_goes_with_its_sentence_where_a_number_of_it_is_hidden() -> None:
    told = "女性は{n[女性]}人です(減少は△。幅も同じ)。ほかは別の表にあります(注。参照)。"
    kept = "「当事者の性別」のうち、この記述に使う数値は秘匿のため示せません。"
    assert wording.sentence(told, by_sex(hide=[(1, "n")])) == f"{kept}ほかは別の表にあります(注。参照)。"


@pytest.mark.parametrize(("hidden", "named", "other"), [(1, "男性", "女性"), (0, "女性", "男性")])
def test_the_largest_of_the_shown_is_named_as_that_while_a_rival_is_hidden(hidden, named, other) -> None:
    said = wording.sentence("最多は{sex[max n]}。", by_sex(hide=[(hidden, "n")]))
    assert said == f"伏せた欄を除くと、最多は{named}。"
    assert other not in said


def test_no_largest_is_named_where_all_are_hidden() -> None:
    said = wording.sentence("最多は{sex[max n]}。", by_sex(hide=[(0, "n"), (1, "n")]))
    assert said == "「当事者の性別」のうち、この記述に使う数値は秘匿のため示せません。"


def test_the_interval_of_the_largest_of_the_shown_says_so_too() -> None:
    said = wording.sentence("最多の幅は{share[max n]|ci}。", by_sex(hide=[(1, "n")]))
    assert said == "伏せた欄を除くと、最多の幅は95%信頼区間 48.4〜82.8%。"


def test_no_smallest_is_named_while_one_is_hidden() -> None:
    said = wording.sentence("最少は{sex[min n]}。", by_sex(hide=[(1, "n")]))
    assert said == "「当事者の性別」のうち、この記述に使う数値は秘匿のため示せません。"


def test_a_shown_maximum_whose_name_is_hidden_is_not_named() -> None:
    said = wording.sentence("最多は{sex[max n]}。", by_sex(hide=[(0, "sex")]))
    assert "男性" not in said


def test_a_hidden_interval_hides_its_sentence_even_if_the_estimate_is_shown() -> None:
    said = wording.sentence("{share[女性]|ci}。", by_sex(hide=[(1, "low")]))
    assert "17.2" not in said
    assert "51.6" not in said


def test_ties_for_the_largest_are_all_named() -> None:
    table = published({"age": ["30代", "40代", "総数"], "n": [9, 9, 18]}, dimensions={"age": "age"})
    assert wording.sentence("{age[max n]}が{n[max n]}人。", table) == "30代、40代が9人。"


def test_ties_within_quotes_are_not_read_as_one_name() -> None:
    for n, said in (
        ([9, 9, 9], "「A」「B」「C」が9人。"),
        ([9, 9, 8], "「A」「B」が9人。"),
        ([9, 8, 8], "「A」が9人。"),
    ):
        table = published({"age": ["A", "B", "C"], "n": n}, dimensions={"age": "age"})
        assert wording.sentence("「{age[max n]}」が{n[max n]}人。", table) == said
    assert wording.sentence("「{share[女性]|ci}」。", by_sex()).count("95%信頼区間") == 1
    assert wording.sentence("「{place}」。", by_sex(), place="県") == "「県」。"


@pytest.mark.parametrize(
    ("n", "said"), [([0, 0], "「表」には、該当するものがありません。"), ([0, 1], "40代が1人。")]
)
def test_where_nobody_is_counted_nothing_is_the_largest(n: list[int], said: str) -> None:
    table = published({"age": ["30代", "40代"], "n": n}, dimensions={"age": "age"})
    title = table.spec.title
    assert wording.sentence("{age[max n]}が{n[max n]}人。", table) == said.replace("表", title)


def test_the_smallest_may_be_nobody() -> None:
    table = published({"age": ["30代", "40代"], "n": [0, 1]}, dimensions={"age": "age"})
    assert wording.sentence("{age[min n]}が{n[min n]}人。", table) == "30代が0人。"


def test_an_empty_table_is_said_to_give_no_number() -> None:
    table = published({"age": ["30代"], "share": [float("nan")]}, dimensions={"age": "age"})
    assert "算出できません" in wording.sentence("{share[30代]}。", table)


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        ("{share[だれか]}", "0行あります。.*ある行: .*女性"),
        ("{nothing[男性]}", "「nothing」のある表が0個"),
        ("{share}", "\\[行の名前\\] で1行を指す"),
        ("{}", "対になる括弧"),
        ("{share[男性]|parcent}", "「parcent」はありません。あるのは about、ci"),
        ("{sex[男性]|percent}", "数の列でない"),
        ("{share[男性]", "{ に、対になる括弧"),
        ("share[男性]}", "} に、対になる括弧"),
        ("{share[max nn]}", "列「nn」はありません"),
        ("{share[max n of home=一人]}", "列「home」はありません"),
        ("{share[sex=男性, 読書]}", "列「読書」はありません"),
    ],
)
def test_a_slot_that_fits_no_cell_is_an_error_of_the_author(slot: str, told: str) -> None:
    with pytest.raises(wording.WordingError, match=told):
        wording.sentence(slot, by_sex())


def test_a_label_that_holds_a_sign_of_the_slots_is_found_as_it_stands() -> None:
    table = published({"pet": ["いない=なし", "犬"], "n": [3, 7]}, dimensions={"pet": "pet"})
    assert wording.sentence("{n[いない=なし]}人、{n[pet=いない=なし]}人。", table) == "3人、3人。"


def test_words_of_the_caller_may_hold_braces() -> None:
    assert wording.sentence("{word}の{n[男性]}人。", by_sex(), word="{集合}").startswith("{集合}の")


def test_markup_in_labels_does_not_become_markup_on_the_page() -> None:
    table = published({"name": ["<b>甲</b>"], "n": [3]}, dimensions={"name": "name"})
    assert "<b>" not in wording.paragraph(wording.sentence("{name}は{n}人。", table))


@pytest.mark.parametrize("verdict", ["detected", "not_detected", "not_estimable", "note"])
def test_a_verdict_is_told_in_words_besides_colour_and_sign(verdict: str) -> None:
    shown = wording.callout(verdict, "本文。")
    words = {
        "detected": "検出",
        "not_detected": "検出されず",
        "not_estimable": "推定できません",
        "note": "留意点",
    }
    assert f"<strong>{words[verdict]}</strong>" in shown
    assert 'aria-hidden="true"' in shown


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(wording.WordingError, match="not_detected"):
        wording.callout("no_effect", "本文。")


def test_an_open_interval_is_said_to_be_open() -> None:
    assert wording.interval_phrase("95%信頼区間", 1.2, math.inf, "ratio") == "95%信頼区間 1.20以上、上限なし"
    assert wording.interval_phrase("90%信頼区間", 0.617, 0.768) == "90%信頼区間 61.7〜76.8%"


def test_terms_are_explained_or_refused() -> None:
    assert '<dt id="term-2">希死念慮</dt>' in wording.glossary("希死念慮")
    with pytest.raises(wording.WordingError):
        wording.glossary("未知の語")


def test_a_row_whose_label_is_kept_back_is_said_to_be_hidden_and_not_to_be_unknown() -> None:
    table = published({"label": ["回答率", "当事者"], "value": [0.7, 8]}, hide=[(1, "label"), (1, "value")])
    assert "秘匿" in wording.sentence("{value[当事者]}人。", table)
    assert wording.sentence("{value[回答率]|percent}。", table) == "70.0%。"


def test_a_table_without_rows_is_said_to_give_no_number() -> None:
    table = published({"sex": [], "n": []}, dimensions={"sex": "sex"})
    assert "算出できません" in wording.sentence("{n[男性]}人。", table)


def test_an_interval_that_a_release_kept_back_as_a_whole_is_said_to_be_kept_back() -> None:
    """Its columns are no ends any more; a sentence about it was told to be mistyped."""
    kinds = {"estimate": Ratio(), "low": Withheld(), "high": Withheld()}
    table = published({"estimate": [1.2], "low": [None], "high": [None]}, kinds=kinds)
    assert "秘匿のため示せません" in wording.sentence("{estimate|ci}", table)


def test_an_english_line_with_a_hidden_figure_says_so_in_english() -> None:
    line = wording.Line("Commissioners know of {n[男性]} men.", (by_sex(),))
    assert wording.english(line)[0].text == "Commissioners know of 17 men."
    kept = wording.Line(line.template, (by_sex(hide=[(0, "n")]),))
    assert [part.text for part in wording.english(kept)] == ["One figure is withheld or was not recorded."]
    assert [part.text for part in wording.english(wording.Line("No figure."))] == ["No figure."]


def test_a_paragraph_in_english_is_read_out_as_english() -> None:
    assert wording.paragraph("a < b", "en") == '<p class="say" lang="en">a &lt; b</p>'
    assert wording.paragraph("文") == '<p class="say">文</p>'


def test_the_largest_of_some_rows_is_looked_for_among_them_alone():
    columns = {"job": ["学生", "無職", "主婦"], "n": [9, 30, 7], "mark": ["＋", "・", "＋"]}
    table = published(columns, dimensions={"job": "occupation"})
    assert wording.sentence("{job[max n of mark=＋]}は{n[max n of mark=＋]}人。", table) == "学生は9人。"
    assert wording.sentence("{job[min n of mark=＋]}。", table) == "主婦。"
    assert "算出できません" in wording.sentence("{job[max n of mark=－]}。", table)


def test_a_hidden_cell_outside_of_the_rows_asked_for_is_no_reason_to_speak_of_it():
    columns = {"job": ["学生", "無職", "主婦"], "n": [9, 3, 7], "mark": ["＋", "・", "＋"]}
    table = published(columns, hide=[(1, "n")], dimensions={"job": "occupation"})
    assert wording.sentence("{job[max n of mark=＋]}。", table) == "学生。"
    assert wording.sentence("{job[max n]}。", table) == "伏せた欄を除くと、学生。"


@pytest.mark.parametrize(
    ("largest", "said"),
    [(0, "秘匿のため示せません"), (1, "伏せた欄を除くと、学生"), (2, "伏せた欄を除くと、学生")],
)
def test_beside_a_hidden_count_the_largest_of_the_others_is_named_from_one_on(
    largest: int, said: str
) -> None:
    """What is hidden is small: beside nobody it is more, beside somebody it may be."""
    table = published(
        {"job": ["学生", "無職"], "n": [largest, 3]}, [(1, "n")], dimensions={"job": "occupation"}
    )
    assert said in wording.sentence("{job[max n]}。", table)


@pytest.mark.parametrize(
    ("about", "hide", "told"),
    [
        ("今年の調査の結果", [], "今年の調査の結果"),
        ("{n[女性]}人の調査の結果", [], "8人の調査の結果"),
        ("{n[女性]}人の調査の結果", [(1, "n")], "令和5年の、当事者"),
        ("今年の調査の結果", [(1, "n")], "今年の調査の結果"),
    ],
)
def test_what_a_sentence_rests_on_is_its_period_alone_where_a_number_of_it_is_hidden(
    about: str, hide: list[tuple[int, str]], told: str
) -> None:
    columns = {"sex": ["男性", "女性"], "n": [17, 8]}
    table = published(columns, hide, dimensions={"sex": "sex"}, period="令和5年", base="当事者")
    assert wording.text_of(wording.Line("…", (table,), about).rests_on()) == told


def test_a_point_without_a_next_step_says_nothing_of_one() -> None:
    shown = wording.points([("件数", "記録がない", ""), ("年代", "空欄が多い", "様式を改める")])
    assert shown.count("次にすること") == 1
    assert "記録がない</span></li>" in shown


def test_a_row_whose_mark_is_kept_back_may_be_the_largest_of_those_so_marked_and_no_mark_at_all_is_no_finding():
    """Of half a year a release that withheld all marks said that no age group stands out."""
    columns = {"job": ["学生", "無職", "主婦"], "n": [9, 30, 7], "mark": ["＋", "＋", "・"]}
    hide = [(1, "n"), (1, "mark")]
    table = published(columns, hide=hide, dimensions={"job": "occupation"})
    assert wording.sentence("{job[max n of mark=＋]}。", table) == "伏せた欄を除くと、学生。"
    none = published(columns, hide=[*hide, (0, "mark")], dimensions={"job": "occupation"})
    assert "秘匿のため示せません" in wording.sentence("{job[max n of mark=＋]}。", none)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0001, "5%未満"), (0.0499, "5%未満"), (0.05, "5分"), (0.0501, "1割弱"), (0.0999, "1割弱"), (0.1, "1割"),
        (0.1001, "1割強"), (0.1499, "1割強"), (0.15, "1割5分"), (0.1501, "2割弱"), (0.949, "9割強"), (0.95, "9割5分"),
        (0.9501, "ほぼすべて"), (0.9999, "ほぼすべて"),
    ],
)  # fmt: skip
def test_the_words_for_a_share_change_at_every_fifth_and_tenth_percent(share: float, words: str) -> None:
    assert wording.tenths(share) == words


@pytest.mark.parametrize(
    ("number_format", "said"),
    [
        ("share", "61.7〜76.8%"), ("percent", "61.7〜76.8%"), ("percent0", "62〜77%"), ("percent2", "61.70〜76.80%"),
        ("ratio", "0.62〜0.77"), ("rate", "0.6〜0.8"),
    ],
)  # fmt: skip
def test_an_interval_of_a_percentage_has_its_sign_however_many_decimals_it_has(
    number_format, said: str
) -> None:
    """Of a share with none or two decimals the interval was said without 「%」."""
    assert wording.interval_phrase("幅", 0.617, 0.768, number_format) == f"幅 {said}"


def test_quotes_in_a_sentence_stay_as_they_are_and_markup_is_none() -> None:
    assert "<p>\"甲\" &lt;b&gt; &amp; '乙'</p></div>" in wording.callout("note", "\"甲\" <b> & '乙'")
    assert wording.paragraph("\"甲\" <b> & '乙'") == '<p class="say">"甲" &lt;b&gt; &amp; \'乙\'</p>'


@pytest.mark.parametrize("verdict", ["detected", "not_detected", "not_estimable", "note"])
def test_a_verdict_has_a_style_of_its_own(verdict: str) -> None:
    assert f'<div class="callout callout-{verdict.replace("_", "-")}">' in wording.callout(verdict, "本文。")


def test_a_numbered_sentence_has_the_line_on_what_it_rests_on_below_it_where_there_is_one() -> None:
    shown = wording.numbered([("一つめ。", "令和5年度、25人"), ("二つめ。", "")])
    assert shown == (
        '<ol class="five"><li><div><p class="say">一つめ。</p><p class="circumstances">令和5年度、25人</p></div></li>'
        '<li><div><p class="say">二つめ。</p></div></li></ol>'
    )


def test_a_page_or_a_section_without_its_inputs_says_which_and_why() -> None:
    assert "<li><strong>広告&lt;1&gt;</strong>: 行わなかった</li>" in wording.not_supplied(
        {"広告<1>": "行わなかった"}
    )
    told = "次のものがないため、これを使う集計はありません: 「広告」(行わなかった)。"
    assert wording.section_not_supplied({"広告": "行わなかった"}) == told


def test_a_sentence_said_twice_in_a_row_is_said_once() -> None:
    table = by_sex(hide=[(0, "n"), (1, "n")])
    kept = "「当事者の性別」のうち、この記述に使う数値は秘匿のため示せません。"
    assert wording.sentence("男性{n[男性]}人。女性{n[女性]}人。", table) == kept
    assert wording.sentence("同じ。違う。同じ。", table) == "同じ。違う。同じ。"


@pytest.mark.parametrize("label", ["a=b", "a=b=c", "="])
def test_a_label_may_hold_signs_of_equality(label: str) -> None:
    table = published({"sex": ["男性", label], "n": [17, 8]}, dimensions={"sex": "sex"})
    assert wording.sentence(f"{{n[sex={label}]}}人。", table) == "8人。"


def test_a_value_that_is_said_knows_its_cell() -> None:
    (said,) = wording.say("女性は{share[女性]}、最多は{sex[max n]}。", by_sex())
    assert [(value.text, value.column, value.row) for value in said.values] == [
        ("32.0%", "share", 1),
        ("男性", "sex", 0),
    ]
    assert not said.among_shown
    (said,) = wording.say("幅は{share[女性]|ci}。", by_sex())
    assert [(value.column, value.row) for value in said.values] == [("low", 1), ("high", 1)]


@pytest.mark.parametrize(
    ("slot", "why"),
    [
        ("{n[sex=男性, home=一人]}", "列「home」はありません"), ("{n[男]}", "の行が0行"), ("{n}", "の行が3行"),
        ("{other.n}", "「other.n」のある表が0個"),
        ("{n[男性]|ci}", None), ("{N.n.n}", r"読めません。{列}"),
    ],
)  # fmt: skip
def test_a_slot_that_names_no_cell_is_told_apart_by_what_is_wrong(slot: str, why: str | None) -> None:
    if why:
        with pytest.raises(wording.WordingError, match=why):
            wording.sentence(slot, by_sex())
    else:
        with pytest.raises(wording.WordingError, match="「n」には、区間の列がありません"):
            wording.sentence(slot, published({"sex": ["男性"], "n": [3]}, dimensions={"sex": "sex"}))


@pytest.mark.parametrize("value", [3, 3.0, None, by_sex().frame["n"]])
def test_a_word_for_a_sentence_is_a_word_and_no_number_past_the_door(value: object) -> None:
    with pytest.raises(wording.WordingError, match=r"{few} に.*表のセル"):
        wording.sentence("女性は{few}人。", by_sex(), few=value)


@pytest.mark.parametrize(("hide", "told"), [([], "30代が△2人。"), ([(1, "n")], "秘匿のため示せません")])
def test_the_smallest_of_numbers_below_zero_is_named_and_none_beside_a_hidden_one(hide, told: str) -> None:
    kinds = {"n": Estimate(decimals=0)}
    table = published({"age": ["30代", "40代"], "n": [-2, 3]}, hide, dimensions={"age": "age"}, kinds=kinds)
    assert told in wording.sentence("{age[min n]}が{n[min n]}人。", table)


@pytest.mark.parametrize(
    ("rows", "named"), [(5, "0、1、2、3、4"), (6, "0、1、2、3、4、ほか1"), (7, "0、1、2、3、4、ほか2")]
)
def test_of_many_that_are_largest_together_a_few_are_named_and_the_others_counted(
    rows: int, named: str
) -> None:
    table = published({"age": [str(n) for n in range(rows)], "n": [2] * rows}, dimensions={"age": "age"})
    assert wording.sentence("{age[max n]}が{n[max n]}人。", table) == f"{named}が2人。"
    quoted = "」「".join(named.split("、"))
    assert wording.sentence("「{age[max n]}」が最多。", table) == f"「{quoted}」が最多。"


def test_the_largest_of_a_table_without_rows_is_nobody_and_of_chosen_rows_unknown() -> None:
    none = published({"sex": [], "n": []}, dimensions={"sex": "sex"})
    assert wording.sentence("{sex[max n]}。", none) == "「当事者の性別」には、該当するものがありません。"
    assert "算出できません" in wording.sentence("{sex[max n]}。", by_sex().where(sex="だれか"))


@pytest.mark.parametrize(("n", "told"), [
    (0, "know of 0 people, 0 times, 0 answers; there were 0, where"),
    (1, "know of 1 person, 1 time, 1 answer; there was 1, where"),
    (2, "know of 2 people, 2 times, 2 answers; there were 2, where"),
    (11, "know of 11 people, 11 times, 11 answers; there were 11, where"),
    (1001, "know of 1,001 people, 1,001 times, 1,001 answers; there were 1,001, where"),
])  # fmt: skip
def test_one_in_english_is_no_plural(n: int, told: str) -> None:
    table = published({"sex": ["男性"], "n": [n]}, dimensions={"sex": "sex"})
    line = wording.Line("know of {n} people, {n} times, {n} answers; there were {n}, where", (table,))
    assert wording.english(line)[0].text == told


def test_a_ratio_of_one_is_still_so_many_times_in_english() -> None:
    table = published({"label": ["市"], "estimate": [1.0]})
    line = wording.Line("Contacts were {estimate} times the expected contacts.", (table,))
    assert "were 1.00 times the" in wording.english(line)[0].text
