"""What a release promises about hidden counts is what its rules made the audit check; what its contents quote."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ujo_lib.disclosure.audit import Promise
from ujo_lib.disclosure.tables import Policy
from ujo_lib.pipeline.pages import Rules, _area, _entry
from ujo_lib.report.door.publish import ANSWER, DOOR
from ujo_lib.report.look.html import PageContext


@pytest.mark.parametrize("values", [3, 4, 5])
def test_the_promise_names_the_values_that_the_audit_counted(values: int) -> None:
    printed = Rules(Policy(), Promise(values)).on(PageContext()).notices
    assert f"1以上で少なくとも{values}通りの値があり得ます" in printed[-1]
    assert "人数・件数・割合・しるし(＋・－)と公表済みの数を合わせても" in printed[-1]  # what the audit reads
    assert "を除く" not in printed[-1]
    hidden = Rules(Policy(zero_rule="hide"), Promise(values)).on(PageContext()).notices
    assert f"、少なくとも{values}通りの値があり得ます" in hidden[-1]
    by_the_plan = Rules(Policy(), Promise(values, zeros=True)).on(PageContext()).notices
    assert by_the_plan[-1] == hidden[-1]
    assert by_the_plan[0] == printed[0]
    assert "0も伏せます" in hidden[0]


def test_the_promise_leaves_out_what_was_narrower_before_and_says_what_was_not_tried_in_full() -> None:
    told = Rules(Policy(), Promise(4, before=True, approximate=("a", "b", "c"))).on(PageContext()).notices
    assert "公表された数だけでこれより絞られていたものを除く" in told[-2]
    assert told[-1].startswith("多くの表で組み合わされている3項目は、一度に3つまでの組み合わせで")


def test_pages_that_nobody_audited_promise_nothing() -> None:
    notices = Rules(Policy(threshold=4), None).on(PageContext()).notices
    assert notices[0].startswith(
        "1以上4未満の人数・件数は伏せ、「x」と表します(0は、ほかの数を守るときのほかは示します"
    )
    assert "設問に答えなかった人の数は" in notices[1]  # a base of 23 among 25 tells of two
    assert "同じ人の何度もの相談も、それぞれ1件" in notices[2]  # five of one caller are printed
    assert not [notice for notice in notices if "あり得ます" in notice]


@pytest.mark.parametrize(
    ("answer", "quoted"),
    [("2件です。多いとは言えません。", "2件です。"), ("2件", "2件"), ("", "何件か。")],
)
def test_the_contents_quote_one_sentence_of_a_page_or_else_its_question(answer: str, quoted: str) -> None:
    shown = {"text/html": f'<div class="answer"><p>{answer}</p></div>', DOOR: {"kind": ANSWER}}
    output = new_output("display_data", shown)
    cells = [
        new_markdown_cell("# 頁\n\n**問い: 何件か。**"),
        new_code_cell(outputs=[output] if answer else []),
    ]
    assert _entry(new_notebook(cells=cells)) == quoted


@pytest.mark.parametrize(
    ("prefecture", "municipality", "told"),
    [
        ("熊本県", "宇城市", ""),
        ("熊本県", "美里町", "(この資料の「市」は美里町のことです)"),
        ("大阪府", "大阪市", "(この資料の「県」は大阪府のことです)"),
        ("東京都", "港区", "(この資料の「県」は東京都、「市」は港区のことです)"),
        ("北海道", "初山別村", "(この資料の「県」は北海道、「市」は初山別村のことです)"),
    ],
)
def test_a_place_that_is_no_city_of_a_ken_says_whom_these_words_mean(prefecture, municipality, told):
    assert _area(prefecture, municipality) == f"{prefecture}{municipality}{told}"
