"""Multiple answers survive every encoding, and nothing is made of a list that Excel destroyed."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.conftest import asked
from ujo_lib.intake.cells import ValueRefused
from ujo_lib.intake.multiple import parse_columns, parse_listed, read_answers
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import Multiple, Option, options
from ujo_lib.intake.values import Raw

ITEMS = {item.name: item for item in asked("cases").multiples}
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"


@st.composite
def ticked(draw):
    item = draw(st.sampled_from(list(ITEMS.values())))
    chosen = draw(st.lists(st.sampled_from(item.options), min_size=1, unique=True))
    return item, [o for o in item.options if o in chosen]


@settings(deadline=None, max_examples=200)
@given(ticked(), st.sampled_from([",", "、", "・", " ", "/", ";", "\uff0c", "\u3000", ", "]))
def test_codes_come_back_whatever_stands_between_them(answer, separator):
    item, options = answer
    assert read_answers(separator.join(o.code for o in options), item.options) == tuple(
        o.label for o in options
    )


@settings(deadline=None, max_examples=200)
@given(ticked(), st.sampled_from(["、", "・", ",", " "]))
def test_labels_come_back_though_some_hold_the_separator(answer, separator):
    item, options = answer
    assert read_answers(separator.join(o.label for o in options), item.options) == tuple(
        o.label for o in options
    )


@settings(deadline=None, max_examples=100)
@given(ticked())
def test_circled_digits_need_no_separator(answer):
    item, options = answer
    written = "".join(CIRCLED[int(o.code) - 1] for o in options)
    assert read_answers(written, item.options) == tuple(o.label for o in options)


@pytest.mark.parametrize(
    "written", ["13", "135", "1月3日", "2023-01-03", "45294", "3-Jan", "1,13", "1-3", "その他の理由"]
)
def test_a_destroyed_list_is_refused(written):
    with pytest.raises(ValueRefused) as refused:
        read_answers(written, ITEMS["trigger"].options)
    assert refused.value.rule == "15"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("6 家庭環境", ("家庭環境",)),
        ("⑥家庭環境①不登校", ("不登校", "家庭環境")),
        ("1,家庭環境", ("不登校", "家庭環境")),
        ("1 家庭環境", None),
        ("①家庭環境", None),
        ("3 1 家庭環境", None),
    ],
)
def test_a_label_behind_the_number_of_another_answer_is_not_read_as_two_answers(written, read):
    if read is None:
        with pytest.raises(ValueRefused) as refused:
            read_answers(written, ITEMS["trigger"].options)
        assert "「1」は「不登校」の番号です" in refused.value.remedy
    else:
        assert read_answers(written, ITEMS["trigger"].options) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("家族・友人", None),
        ("役所、家族・友人", None),
        ("家族、友人", ("家族", "友人")),  # no option is written so
        ("3", ("家族・友人",)),
        ("3 家族・友人", ("家族・友人",)),
        ("家族・同僚", ("家族・同僚",)),
    ],
)
def test_a_label_that_spells_out_other_answers_is_not_taken_for_either(written, read):
    labels = ("家族", "友人", "家族・友人", "家族・同僚", "役所")
    options = tuple(Option(label, str(code)) for code, label in enumerate(labels, start=1))
    if read is None:
        with pytest.raises(ValueRefused, match="一通りに読める答え") as refused:
            read_answers(written, options)
        assert "「家族」「友人」かが分かりません。番号で" in refused.value.remedy
    else:
        assert read_answers(written, options) == read


def test_an_answer_given_twice_counts_once():
    assert read_answers("1,1,3", ITEMS["trigger"].options) == ("不登校", "職場になじめなかった")


@pytest.mark.parametrize(
    ("written", "repaired"),
    [
        ("1,3", 0),
        ("1", 0),
        ("", 0),
        ("無回答", 1),
        ("3,1", 1),
        ("1,3,", 1),
        ("1、3", 1),
        ("①③", 1),
        ("1,1", 1),
    ],
)
def test_only_a_list_that_was_not_written_as_the_form_asks_is_told_as_mended(written, repaired):
    item = ITEMS["trigger"]
    notes = Notes("cases.csv")
    raw = Raw("経緯(複数回答)", pa.chunked_array([pa.array([written])]), np.array([2]))
    parse_listed(item, raw, notes)
    assert len(notes.repairs) == repaired


def test_a_mended_answer_is_told_with_its_first_row_and_how_often_it_stands():
    notes = Notes("cases.csv")
    raw = Raw("経緯", pa.chunked_array([pa.array(["1", "1、3", "2", "1、3"])]), np.array([2, 3, 5, 9]))
    parse_listed(ITEMS["trigger"], raw, notes)
    assert [(one.row, one.count) for one in notes.repairs] == [(3, 2)]


def test_who_answered_nothing_ticked_nothing_and_only_words_for_that_are_read_so():
    notes = Notes("cases.csv")
    raw = Raw("経緯", pa.chunked_array([pa.array(["未回答", "なし"])]), np.array([2, 3]))
    made = parse_listed(ITEMS["trigger"], raw, notes)
    assert all(column.isna().all() for column in made.values())
    assert [(p.row, "答えがなければ空欄" in p.remedy) for p in notes.problems] == [(3, True)]


@pytest.mark.parametrize(
    ("codes", "written", "ticked", "warned", "repaired"),
    [
        (13, "9", [9], False, 0),
        (13, "10", [10], False, 0),  # no answer has the number 0
        (13, "11", [11], True, 0),
        (13, "⑬", [13], True, 0),
        (13, "1,3", [1, 3], False, 0),
        (12, "12", [12], True, 0),
        (12, "12,1", [1, 12], False, 1),
    ],
)
def test_a_number_that_may_be_a_list_without_its_commas_is_asked_about(
    codes, written, ticked, warned, repaired
):
    item = Multiple("q", "問い", options("/".join("あいうえおかきくけこさしす"[:codes])), required=False)
    raw, notes = (
        Raw("問い", pa.chunked_array([pa.array(["", written, written])]), np.array([2, 4, 7])),
        Notes("a"),
    )
    made = parse_listed(item, raw, notes)
    read = [number for number, column in enumerate(made.values(), start=1) if column[1]]
    assert read == ticked
    assert [column.isna().tolist() for column in made.values()] == [[True, False, False]] * codes
    assert [(p.severity, p.row) for p in notes.problems] == [("warning", 4), ("warning", 7)] * warned
    assert all(",".join(written if written != "⑬" else "13") in p.remedy for p in notes.problems)
    assert [(one.row, one.count) for one in notes.repairs] == [(4, 2)] * repaired


@pytest.mark.parametrize(
    ("labels", "written", "told"),
    [
        ("2 い/10 と/9 は", "x", ("2から10の番号を , で区切ったもの", "「x」を")),
        ("2 い/10 と/9 は", "29", ("2から10の番号を , で区切ったもの", "Excelが 2,9 を 29 に変えた")),
        ("2 い/10 と/9 は", "28", ("2から10の番号を , で区切ったもの", "「28」を")),
        ("2 い/10 と/9 は", "2月9日", ("2から10の番号を , で区切ったもの", "日付に変えています")),
        (None, "29", ("選択肢の名称", "「29」を")),
    ],
)
def test_a_list_that_cannot_be_read_is_told_by_what_excel_may_have_made_of_it(labels, written, told):
    choices = options(labels) if labels else (Option("い"), Option("は"))
    with pytest.raises(ValueRefused) as refused:
        read_answers(written, choices)
    assert refused.value.expected == told[0]
    assert told[1] in refused.value.remedy


@pytest.mark.parametrize("encoding", ["dummies", "marks"])
@pytest.mark.parametrize(
    ("cells", "read", "repaired", "blanks"),
    [  # of はい and いいえ in a row; ほか has no column
        (("1", "0"), [True, False], [], 0),
        (("1", ""), [True, False], [], 1),
        (("", "0"), [False, False], [], 1),
        (("", " "), None, [], 0),
        (("○", "×"), [True, False], ["1", "0"], 0),
        (("はい", "いや"), [True, True], ["1", "1"], 0),
        (("", "いいえ"), [False, True], ["1"], 1),
        (("いいえ", "1"), [False, True], ["0"], 0),  # a word for no, below another option
        (("?", "1"), [False, True], [], 0),
    ],
)
def test_a_column_for_each_answer_is_ticked_by_a_mark_or_by_its_own_label(
    encoding, cells, read, repaired, blanks
):
    item = Multiple(
        "q", "問い", (Option("はい"), Option("いいえ", "", ("いや",)), Option("ほか")), required=False
    )
    notes, rows = Notes("a"), np.array([2, 5, 6])
    raws = {
        label: Raw(label, pa.chunked_array([pa.array(["", cell, cell])]), rows)
        for label, cell in zip(("はい", "いいえ"), cells, strict=True)
    }
    made = parse_columns(item, raws, encoding, notes)
    told = [None if column.isna()[1] else bool(column[1]) for column in made.values()]
    assert told == ([None] * 3 if read is None else [*read, False])
    assert all(column.isna()[0] and column[1:].nunique() <= 1 for column in made.values())
    assert [(one.after, one.row, one.count) for one in notes.repairs if one.before != "(空欄)"] == [
        (after, 5, 2) for after in repaired
    ]
    filled = [(one.after, one.row, one.count) for one in notes.repairs if one.before == "(空欄)"]
    assert filled == [("0", 5, 2)] * (blanks * (encoding == "dummies"))
    assert [one.row for one in notes.problems] == ([5, 6] if "?" in cells else [])
