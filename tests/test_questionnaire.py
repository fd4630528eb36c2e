"""A questionnaire that contradicts itself is refused, every mistake with its line, before anything follows from it."""

import pandas as pd
import pytest

from ujo_lib.errors import InputError
from ujo_lib.params import project_root
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import ParameterError, read_yaml

PARAMS = project_root() / "params"
START = """\
survey: R6
title: 見守りの調査
target_group: 高齢者
forms:
  homes:
    key: home_id
    items:
      - {id: alone, title: 一人暮らし, wording: 一人暮らしですか, kind: single, options: {1: はい, 2: いいえ}}
"""


def read(tmp_path, *items):
    file = tmp_path / "調査票.yaml"
    file.write_text(START + "".join(f"      - {item}\n" for item in items), encoding="utf-8")
    return read_yaml(Questionnaire, file)


def mistakes(tmp_path, *items):
    with pytest.raises(ParameterError) as caught:
        read(tmp_path, *items)
    return caught.value.problems


def test_the_questionnaires_of_the_project_are_valid_and_their_codes_are_as_written():
    main = read_yaml(Questionnaire, PARAMS / "survey_items.yaml")
    assert main.forms == ("commissioners", "cases")
    assert main.keys == {"commissioners": "commissioner_id", "cases": "case_id"}
    assert dict(main.item("sex").options) == {"1": "男性", "2": "女性", "9": "その他・わからない"}
    assert main.item("sex").form == "cases"
    assert main.item("outing").headings[0] == "該当者の状態(外出状況)"
    assert (main.item("households_charge").low, main.item("households_charge").high) == (0, 2000)
    assert read_yaml(Questionnaire, PARAMS / "examples" / "single_elderly_items.yaml").on("households")


def test_a_code_may_be_its_own_label(tmp_path):
    form = read(tmp_path, "{id: a, title: 甲, wording: 甲, kind: single, options: {1: '1', 2: '2'}}")
    assert form.item("a").labels == ("1", "2")


def test_codes_keep_their_leading_zeros(tmp_path):
    form = read(tmp_path, "{id: a, title: 甲, wording: 甲, kind: single, options: {01: 一, 010: 十}}")
    assert list(form.item("a").options) == ["01", "010"]


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("{id: a, title: 甲, wording: 甲, kind: singel, options: {1: x}}", "「single」の書き間違い"),
        ("{id: a, title: 甲, wording: 甲, kind: single}", "options は選択式の項目にだけ"),
        ("{id: a, title: 甲, wording: 甲, kind: text, options: {1: x}}", "options は選択式の項目にだけ"),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 2: x}}", "同じ選択肢が二度"),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: 総数}}", "表が加える行の名前"),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 9: 無回答}}",
            "答えのない人は空欄にします",
        ),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 9: 非該当}}", "表が加える行の名前"),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 9: 記入なし}}", "表が加える行の名前"),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: '2', 2: '1'}}",
            "「2」「1」が二つの選択肢を",
        ),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: x(y), 2: X（y）}}",
            "「X（y）」が二つの選択肢を",
        ),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 2: y}, spellings: {x: [y]}}",
            "「y」が二つの選択肢を",
        ),
        ("{id: a, title: 甲, wording: 甲, kind: multiple, options: {1: x, 2: 全体}}", "表が加える行の名前"),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 2: ' '}}", "表が加える行の名前"),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 9: 無回答}}", "答えのない人は空欄に"),
        ("{id: a, title: 甲, wording: 甲, kind: multiple, options: {1: x, 8: 非該当}}", "表が加える行の名前"),
        ("{id: a, title: 甲, wording: 甲, kind: single, options: {1: x, 1: y}}", "「1」は一度だけ"),
        ("{id: a, title: 甲, wording: '', kind: text}", "空でない文字列"),
        ("{id: a, title: '', wording: 甲, kind: text}", "空でない文字列"),
        ("{id: a, title: '甲{n}', wording: 甲, kind: text}", "{ } [ ] は、文の中で"),
        ("{id: a, title: '[甲]', wording: 甲, kind: text}", "{ } [ ] は、文の中で"),
        ("{id: a, title: 甲, kind: text}", "必須の項目"),
        (
            "{id: 甲, title: 甲, wording: 甲, kind: text}",
            "正しい値: 英小文字で始まる、英小文字・数字・_ だけの名前",
        ),
        ("{id: a, title: 甲, wording: 甲, kind: text, unit: 人}", "数値の項目にだけ"),
        ("{id: a, title: 甲, wording: 甲, kind: number, range: [2, 1]}", "小さい数から"),
        ("{id: a, title: 甲, wording: 甲, kind: number, range: [2]}", "必須の項目"),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: x}, spellings: {y: [z]}}",
            "「y」が選択肢に",
        ),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: x}, crosswalk: {R1: {旧: y}}}",
            "「y」が選択肢に",
        ),
        ("{id: alone, title: 甲, wording: 甲, kind: text}", "同じ id"),
        ("{id: share, title: 甲, wording: 甲, kind: text}", "share: 表の列の名前と同じ id です"),
        ("{id: a, title: 一人暮らし, wording: 甲, kind: text}", "見出し「一人暮らし」が二つ"),
        (
            "{id: a, title: 甲, wording: 甲, kind: text, asked_if: {item: nowhere, answers: [x]}}",
            "「nowhere」がありません",
        ),
        (
            "{id: a, title: 甲, wording: 甲, kind: text, asked_if: {item: alone, answers: [時々]}}",
            "「時々」がありません",
        ),
        (
            "{id: a, title: 甲, wording: 甲, kind: single, options: {1: x}, asked_if: {item: a, answers: [x]}}",
            "輪になって",
        ),
    ],
)
def test_a_mistake_in_a_question_is_told_with_its_remedy(tmp_path, item, told):
    assert any(told in str(problem) for problem in mistakes(tmp_path, item))


def test_equal_ends_of_a_range_are_a_range(tmp_path):
    assert read(tmp_path, "{id: a, title: 甲, wording: 甲, kind: number, range: [2, 2]}").item("a").high == 2


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path):
    found = mistakes(
        tmp_path,
        "{id: a, title: 甲, wording: 甲, kind: number, ragne: [0, 7]}",
        "{id: b, wording: 乙, kind: text}",
        "{id: c, title: 丙, wording: 丙, kind: single}",
    )
    assert [problem.line for problem in found] == [9, 10, 11]
    assert "「range」の書き間違い" in found[0].remedy


def test_a_multiple_answer_whose_columns_would_be_those_of_another_is_refused(tmp_path):
    one = "{id: need, title: 支援, wording: 支援, kind: multiple, options: {1: x}}"
    other = "{id: need_home, title: 家の支援, wording: 支援, kind: multiple, options: {1: x}}"
    assert "紛れます" in str(mistakes(tmp_path, one, other)[0])
    assert read(tmp_path, one, other.replace("need_home", "needs"))


def test_a_file_that_is_no_questionnaire_is_named(tmp_path):
    file = tmp_path / "調査票.yaml"
    for text in ("a: [1", "- 1", "", "題名: 調査".encode("cp932")):
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ParameterError, match=r"調査票\.yaml"):
            read_yaml(Questionnaire, file)


SECOND = "  kin:\n    key: kin_id\n    items:\n      - {}\n"


@pytest.mark.parametrize(("second", "refused"), [("*alone", False), ("{<<: *alone, title: 独居}", True)])
def test_a_question_may_stand_on_two_forms_when_it_is_the_same(tmp_path, second, refused):
    file = tmp_path / "調査票.yaml"
    file.write_text(
        START.replace("- {id: alone", "- &alone {id: alone") + SECOND.format(second), encoding="utf-8"
    )
    if refused:
        with pytest.raises(ParameterError, match=r"同じ id の項目が二つあります\(alone\)"):
            read_yaml(Questionnaire, file)
    else:
        form = read_yaml(Questionnaire, file)
        assert [item.form for item in form.items] == ["homes", "kin"]
        assert form.item("alone").title == form.on("kin")[0].title == "一人暮らし"


@pytest.mark.parametrize(("second", "refused"), [("*some", False), ("{id: b, asked_if: *rule}", True)])
def test_a_rule_stands_beside_the_question_that_it_names(tmp_path, second, refused):
    """A question of two forms obeys its rule on one of them; one that only stands elsewhere would obey none."""
    common = "title: 相手, wording: 相手, kind: text"
    some = f"      - &some {{id: who, {common}, asked_if: &rule {{item: alone, answers: [はい]}}}}\n"
    file = tmp_path / "調査票.yaml"
    file.write_text(
        START + some + SECOND.format(second.replace("id: b", f"id: b, {common}")), encoding="utf-8"
    )
    if refused:
        with pytest.raises(ParameterError, match="項目「alone」は別の様式「homes」にあります"):
            read_yaml(Questionnaire, file)
    else:
        form = read_yaml(Questionnaire, file)
        assert form.asked(pd.DataFrame({"alone": ["はい", "いいえ"]}), "who").tolist() == [True, False]
        assert form.asked(pd.DataFrame({"who": ["友", None]}), "who").tolist() == [True, True]


def test_each_option_of_several_has_a_column_and_a_question_of_one_answer_has_its_own(tmp_path):
    form = read(
        tmp_path, "{id: need, title: 支援, wording: 支援, kind: multiple, options: {1: 食事, 2: 通院}}"
    )
    assert form.item("need").columns == ("need_食事", "need_通院")
    assert form.item("alone").columns == ("alone",)


def test_those_whom_a_rule_sends_to_a_question_passed_the_rules_before_it(tmp_path):
    form = read(
        tmp_path,
        "{id: need, title: 支援, wording: 支援, kind: multiple, options: {1: 食事, 2: 通院},"
        " asked_if: {item: alone, answers: [はい]}}",
        "{id: who, title: 相手, wording: 相手, kind: text, asked_if: {item: need, answers: [食事, 通院]}}",
        "{id: since, title: 年, wording: 年, kind: number, asked_if: {item: alone, answers: [はい, いいえ]}}",
    )
    assert form.reached("alone") == {}
    assert form.reached("need") == {"alone": ("はい",)}
    assert form.reached("who") == {"alone": ("はい",), "need=食事・通院": ("はい",)}
    assert form.reached("since") == {"alone": ("はい", "いいえ")}


def test_whoever_gave_one_of_the_answers_that_a_rule_names_was_asked_and_a_blank_is_no_answer(tmp_path):
    form = read(
        tmp_path,
        "{id: need, title: 支援, wording: 支援, kind: multiple, options: {1: 食事, 2: 通院, 3: なし},"
        " asked_if: {item: alone, answers: [はい]}}",
        "{id: who, title: 相手, wording: 相手, kind: text, asked_if: {item: need, answers: [食事, 通院]}}",
    )
    ticks = {"食事": [1, 0, 0, None, 1, None], "通院": [1, 1, 0, None, 1, 1], "なし": [0, 0, 1, None, 0, 0]}
    frame = pd.DataFrame(
        {"alone": ["はい", "はい", "はい", "はい", "いいえ", None]}
        | {f"need_{label}": pd.array(cells, "boolean") for label, cells in ticks.items()},
        index=list("abcdef"),
    )
    assert form.asked(frame, "alone").to_dict() == dict.fromkeys("abcdef", True)
    assert form.asked(frame, "need").tolist() == [True] * 4 + [False] * 2
    assert form.asked(frame, "who").tolist() == [True, True, False, False, False, False]
    assert form.asked_of("alone") == ""
    assert form.asked_of("who") == "「支援」に「食事」か「通院」と答えた人"
    with pytest.raises(
        InputError, match=r"項目「age」はありません。ある項目: .*need, who。.*調査票に残します"
    ):
        form.item("age")
    assert form.on("nowhere") == ()
