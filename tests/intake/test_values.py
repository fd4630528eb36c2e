"""Columns: each text is read once, every refusal and repair is told, nobody is named."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.intake.conftest import Desk, as_csv, table
from tests.intake.test_cells import COLUMNS
from ujo_lib import text
from ujo_lib.intake import values
from ujo_lib.intake.cells import ValueRefused
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.intake.values import Raw, Site

# What the rules for personal data look for, and what may stand beside it.
PIECES = (
    "@ aA dD tT iI \u0130 \u0131 1 0 5 a X ( [ 生 日 〒 - ー ・ . : 。 、 の は が で を 々 山 田 東 丘 第 ア "
    "ラ さ く \uff41 \uff11 \uff20 \uff0d \u2212 \u3000 \x0b \x1c \x85 \u2028 \n \u0661 さん さま くん ちゃん "
    "先生 君 様 氏 殿 子 佐藤 髙橋 田中 名前 氏名 本名 私は わたしは 僕は 俺は 校の 学の 部の と申し と言い "
    "と言う者 という者 という といい といいま っていい です だ 丁目 番地 番 号 号室 小学校 中学校 高校 大学院 "
    "短大 学園 学院 幼稚園 こども園 女子 私立 母 はなこ タロウ 市 町 大字 昭和 平成5年 https:// http:/ www. "
    "WWW. ftp:// x.jp アカウント LINE ID id at) 090 1234 5678 03 +81 2023 12 25 花子 一二三四五六七八九十"
)
TEXTS = st.lists(st.sampled_from(PIECES.split(" ")) | st.text(max_size=3), max_size=12).map("".join)


@settings(deadline=None, max_examples=150)
@given(st.lists(TEXTS, max_size=30), st.integers(0, 30), st.sampled_from([(), ("架空花子", "森", "アラタ")]))
@example(
    [
        "私は一二三四 いろはにほと申し",
        "僕はアイウエオカキクと言い",
        "僕は山田佐藤です",
        "1\x0b生",
        "1990.1.1 生まれ",
        "ー" * 9,
        "架空 花子",
    ],
    1,
    ("架空花子",),
)
def test_a_column_is_masked_as_its_texts_are_one_by_one(texts, cut, names):
    column = pa.chunked_array([texts[:cut], texts[cut:]], pa.string())
    assert values.mask_column("本文", column, names).to_pylist() == [
        text.mask_personal(t, names) for t in texts
    ]


def test_free_texts_are_masked_and_counted_by_distinct_text_and_blank_ones_are_missing():
    column = SCHEMAS["consultations"].column("text")
    cells = [
        "",
        "電話は090-1234-5678",
        " \u3000\x1c\n",
        "名前を言わない",
        "電話は090-1234-5678",
        "佐藤です",
        " 空 ",
    ]
    raw, notes = Raw("相談本文", pa.chunked_array([cells[:3], cells[3:]]), np.arange(2, 9)), Notes("a.csv")
    (made,) = values.parse_column(column, raw, Site({}), notes).values()
    assert made.isna().tolist() == [True, False, True, False, False, False, False]
    assert made.dropna().tolist() == [
        "電話は〔電話番号〕",
        "名前を言わない",
        "電話は〔電話番号〕",
        "〔氏名〕です",
        " 空 ",
    ]
    assert [(r.row, r.before, r.after, r.count) for r in notes.repairs] == [
        (3, "", "個人情報を伏せた", 2),
        (7, "", "個人情報を伏せた", 1),
    ]


@pytest.mark.parametrize(("distinct", "told"), [(4, [2] * 4), (5, [2] * 5), (6, [12])])
def test_up_to_five_masked_texts_are_counted_one_by_one(distinct: int, told: list[int]):
    column = SCHEMAS["consultations"].column("text")
    cells = pa.chunked_array([[f"{n}の佐藤です" for n in range(distinct)]] * 2)
    raw, notes = Raw("相談本文", cells, np.arange(2 * distinct)), Notes("a.csv")
    values.parse_column(column, raw, Site({}), notes)
    assert [repair.count for repair in notes.repairs] == told


def test_a_number_declared_to_mean_missing_is_no_id():
    column = SCHEMAS["consultations"].column("client_id")
    raw = Raw("相談者ID", pa.chunked_array([["K1", "999", "998", "1E5", "k 2"]]), np.arange(5))
    (made,) = values.parse_column(column, raw, Site({"999": "unknown"}), Notes("a.csv")).values()
    assert made.fillna("").tolist() == ["K1", "", "998", "1E5", "k 2"]


@pytest.mark.parametrize(("length", "repeated"), [(29, True), (30, True), (31, False)])
def test_what_is_longer_than_a_value_may_be_somebody_s_words(length, repeated):
    text = "あ" * length
    assert values.shown(text) == (text if repeated else f"({length}字の文字列)")


@pytest.mark.parametrize(
    ("length", "free", "told"), [(200, False, True), (200, True, False), (3, False, False), (3, True, False)]
)
def test_a_long_text_that_was_refused_is_told_as_that_unless_it_may_be_somebody_s_words(length, free, told):
    raw, notes = Raw("年代", pa.chunked_array([["x" * length]]), np.array([7])), Notes("f.csv")
    values.note_refusal(raw, 0, ValueRefused("年代", "直してください。", "16"), notes, free_text=free)
    (found,) = notes.problems
    assert ("長い文字列です" in found.remedy) == told
    assert (found.value == "") == free


@pytest.mark.parametrize(("distinct", "told"), [(4, 4), (5, 5), (6, 1)])
def test_up_to_five_ways_of_writing_are_told_one_by_one_and_more_in_one_line(distinct, told):
    column = next(c for c in COLUMNS if c.type == "int")
    cells = pa.chunked_array([[f"{n},000" for n in range(1, distinct + 1)] * 2])
    raw, notes = Raw(column.heading, cells, np.arange(2 * distinct)), Notes("a.csv")
    (made,) = values.parse_column(column, raw, Site({}), notes).values()
    assert made.tolist() == [1000 * n for n in range(1, distinct + 1)] * 2
    assert len(notes.repairs) == told
    assert sum(repair.count for repair in notes.repairs) == 2 * distinct
    assert [(one.row, one.before, one.after) for one in notes.repairs] == [
        (n, f"{n + 1},000", f"{n + 1}000") for n in range(told)
    ]


@pytest.mark.parametrize(
    ("minutes", "rows"),
    [
        (["0.0625", "0.99", "0"], [2, 3]),
        (["0.0625", "1", "0"], []),
        (["30秒", "0.5", ""], []),
        (["0", "0", "0"], []),
    ],
)
def test_minutes_that_are_all_less_than_one_are_parts_of_a_day(desk: Desk, minutes, rows):
    changes = {(i, "対応時間(分)"): one for i, one in enumerate(minutes, 1)}
    desk.put("consultations", "c.csv", as_csv(table("consultations", changes)))
    assert [(p.severity, p.row, p.column) for p in desk.check().faults] == [
        ("error", row, "対応時間(分)") for row in rows
    ]


@pytest.mark.parametrize(
    ("texts", "severity", "rows"),
    [
        (["あ" * 100, "い" * 100, "う" * 100], "warning", [2, 3, 4]),
        (["あ" * 99, "い" * 99, "う" * 99], "", []),
        (["あ" * 100, "い" * 100, "う" * 99], "", []),
        (["あ" * 100, "い" * 100, "い" * 100], "", []),  # the same words again
        (["あ" * 101, "い" * 100, "う" * 100], "", []),
        (["#NAME?", "#N/A", "#つらい"], "error", [2, 3]),
    ],
)
def test_of_what_somebody_said_nothing_is_lost_without_a_word(desk: Desk, texts, severity, rows):
    changes = {(i, "相談本文"): one for i, one in enumerate(texts, 1)}
    desk.put("consultations", "c.csv", as_csv(table("consultations", changes)))
    told = [(p.severity, p.row, p.column, p.value) for p in desk.check().faults]
    assert told == [(severity, row, "相談本文", "") for row in rows]
