"""Cells: what is written comes back as it was meant, whatever the clerk's way of writing."""

from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.intake.conftest import asked
from ujo_lib import fiscal, text
from ujo_lib.intake import values
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import SCHEMAS, Column, Option
from ujo_lib.intake.values import Raw, Site, ValueRefused

FULL_WIDTH = str.maketrans("0123456789,.-", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789,.-"))
COLUMNS = [column for schema in map(asked, SCHEMAS) for column in schema.columns]


@settings(deadline=None, max_examples=200)
@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_the_way_through_its_era(day):
    weekday = fiscal.WEEKDAYS_JA[fiscal.sunday_weekday(day)]
    written = f"{fiscal.format_wareki(day)}({weekday})"
    assert values.parse_day(written).value == day
    assert values.parse_day(written.translate(FULL_WIDTH)).value == day


@settings(deadline=None, max_examples=200)
@given(st.integers(-(10**9), 10**9), st.sampled_from(["", "件", "人", "円", "世帯"]), st.booleans())
def test_a_whole_number_survives_commas_units_and_full_width(number, unit, wide):
    written = f"{number:,}{unit}"
    if number < 0:
        written = written.replace("-", "▲")
    assert values.parse_int(written.translate(FULL_WIDTH) if wide else written).value == number


@settings(deadline=None, max_examples=100)
@given(st.decimals(0, 1, places=3))
def test_a_share_may_be_a_percentage(share):
    assert values.parse_share(f"{share * 100:.1f}%").value == pytest.approx(float(share))


@settings(deadline=None, max_examples=200)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.booleans())
def test_a_moment_survives_extended_clocks_and_offsets(moment, extended):
    moment = moment.replace(second=0, microsecond=0)
    expected = moment.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    day, hour = moment.date(), moment.hour
    if extended and hour <= 5 and day > date(1990, 1, 1):
        day, hour = date.fromordinal(day.toordinal() - 1), hour + 24
    assert values.parse_stamp(f"{day} {hour}:{moment.minute:02d}", "Asia/Tokyo").value == expected
    utc = expected.astimezone(ZoneInfo("UTC"))
    assert values.parse_stamp(f"{utc:%Y-%m-%dT%H:%M:%S}Z", None).value == expected


@pytest.mark.parametrize(
    "column", [c for c in COLUMNS if c.options], ids=lambda c: f"{c.name}-{len(c.options)}"
)
def test_every_label_and_code_of_the_dictionary_is_read_as_itself(column: Column):
    read = values.parse_age if column.type == "age" else values.parse_category
    for option in column.options:
        for written in (option.label, option.code, *option.aliases, f"{option.code} {option.label}"):
            if written.strip():
                assert read(written, column.options).value == option.label


def test_no_two_options_share_a_spelling():
    for column in COLUMNS:
        spelled = [values.tidy(s) for o in column.options for s in {o.label, o.code, *o.aliases} if s]
        assert len(spelled) == len(set(spelled)), column.name


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=15))
def test_no_text_makes_a_parser_fail_in_another_way(text):
    options = asked("cases").column("age_band").options
    parsers = (
        values.parse_number,
        values.parse_int,
        values.parse_share,
        values.parse_hour,
        values.parse_year,
        values.parse_flag,
        values.parse_day,
        values.parse_broadcast_zone,
        lambda t: values.parse_stamp(t, "Asia/Tokyo"),
        lambda t: values.parse_age(t, options),
        lambda t: values.parse_category(t, options),
    )
    for parse in parsers:
        with suppress(ValueRefused):
            parse(text)


@pytest.mark.parametrize(
    ("sign", "folded"),
    [
        ("\uff0d", "-"),
        ("\u2014", "-"),
        ("\u30fc", "-"),
        ("--", "-"),
        ("…", "…"),
        ("・・・", "…"),
        ("...", "…"),
        ("X", "x"),
        ("\uff38", "x"),
        ("***", "*"),
        ("\uff0a", "*"),
        ("n/a", "n/a"),
    ],
)
def test_spellings_of_a_missing_sign_meet(sign, folded):
    assert values.fold_sign(sign) == folded


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


@pytest.mark.parametrize(
    ("parse", "written", "meant"),
    [
        *((values.parse_number, f"{sign}1,234.5", -1234.5) for sign in "-−▲△"),
        (values.parse_number, "+3", 3.0),
        (values.parse_number, "1.000", None),
        (values.parse_number, "1234.000", 1234.0),
        (values.parse_number, "999999999999999", 999_999_999_999_999.0),
        (values.parse_number, "1000000000000000", 1e15),
        (values.parse_number, "1000000000000001", None),
        (values.parse_number, "12.5%", None),
        (values.parse_number, "(25)", None),
        *((values.parse_flag, yes, True) for yes in ("1", "○", "✔", "有", "はい", "YES")),
        *((values.parse_flag, no, False) for no in ("0", "×", "無", "いいえ", "対象外", "False")),
        *((values.parse_flag, unclear, None) for unclear in ("2", "△", "", "?")),
        (values.parse_area, "43213", "43213"),
        (values.parse_area, "432130", "43213"),
        (values.parse_area, "432131", None),
        (values.parse_area, "432139", None),
        (values.parse_area, "131016", "13101"),
        (values.parse_area, "47100", "47100"),
        (values.parse_area, "48100", None),
        (values.parse_area, "43099", None),
        (values.parse_area, "43000", "43000"),
        (values.parse_area, "3213", None),
        (values.parse_area, "不明", None),
        (values.parse_area, "4.3E+04", None),
        (values.parse_area, "43,213", None),
        (values.parse_area, "4321300", "4321300"),  # no code of an area, but one of somebody's own
    ],
)
def test_each_way_of_writing_is_read_as_it_was_meant_or_not_at_all(parse, written, meant):
    if meant is None:
        with pytest.raises(ValueRefused):
            parse(written)
    else:
        assert parse(written).value == meant


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("1時間30分", 90.0), ("90秒", 1.5), ("2時間", 120.0), ("1分1秒", 61 / 60), ("45分", 45.0), ("45", 45.0)],
)
def test_durations_are_minutes(written, minutes):
    assert values.parse_measured(written, "分").value == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("written", "ages"),
    [
        ("四十代", (40, 49)),
        ("十代", (10, 19)),
        ("四十五歳", (45, 45)),
        ("十五~十九歳", (15, 19)),
        ("40歳代", (40, 49)),
        ("65歳以上", (65, 999)),
        ("14歳以下", (0, 14)),
        ("15歳未満", (0, 14)),
        ("15~39歳", (15, 39)),
        ("不明", None),
    ],
)
def test_a_band_holds_the_ages_that_it_names(written, ages):
    assert values.age_range(written) == ages


@pytest.mark.parametrize("word", ["全国", "合計", "総数", "計", "Total"])
def test_a_total_among_labels_is_to_be_dropped_and_not_to_be_renamed(word):
    with pytest.raises(ValueRefused) as refused:
        values.parse_category(word, (Option("熊本県"), Option("海外")))
    assert "行を消してください" in refused.value.remedy
    assert "ではありませんか" not in refused.value.remedy


def test_a_short_word_is_never_a_rounded_number():
    with pytest.raises(ValueRefused) as refused:
        values.parse_short("1.23E+15")
    assert refused.value.rule == "17"


NO_FEWER_THAN = {  # by hand from the paper forms; every other number that is checked begins at 0
    ("consultations", "ucla3_1"): (1, 4),
    ("consultations", "ucla3_2"): (1, 4),
    ("consultations", "ucla3_3"): (1, 4),
    ("consultations_hourly", "hour"): (0, 23),
    ("national_hourly", "hour"): (0, 23),
    ("media_use", "share"): (0, 1),
    ("residents", "wave"): (1, None),
    ("residents_frame", "n"): (1, None),
}


def test_nothing_counted_is_refused_because_it_is_none_and_nothing_below_none_is_taken():
    bounds = {
        (kind, column.name): (column.minimum, column.maximum)
        for kind, schema in SCHEMAS.items()
        for column in schema.columns
        if (column.minimum, column.maximum) not in [(None, None), (0, None)]
    }
    assert bounds == NO_FEWER_THAN


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("四十代", (40, 49)),
        ("十代", (10, 19)),
        ("三十五歳", (35, 35)),
        ("三五歳", None),
        ("十五歳以上", (15, 999)),
    ],
)
def test_ages_in_kanji_are_read_by_tens_and_ones_and_never_glued(text, ages):
    assert values.age_range(text) == ages


@pytest.mark.parametrize(("length", "repeated"), [(29, True), (30, True), (31, False)])
def test_what_is_longer_than_a_value_may_be_somebody_s_words(length, repeated):
    text = "あ" * length
    assert values.shown(text) == (text if repeated else f"({length}字の文字列)")


@given(st.text(st.sampled_from("aB1 \tア\uff11~\u3000"), max_size=6))
def test_a_text_is_tidied_as_any_value_is(text_):
    assert values.tidy(text_) == text.normalise_value(text_)


@pytest.mark.parametrize(
    ("length", "free", "told"), [(200, False, True), (200, True, False), (3, False, False), (3, True, False)]
)
def test_a_long_text_that_was_refused_is_told_as_that_unless_it_may_be_somebody_s_words(length, free, told):
    raw, notes = Raw("年代", pa.chunked_array([["x" * length]]), np.array([7])), Notes("f.csv")
    values.note_refusal(raw, 0, ValueRefused("年代", "直してください。", "16"), notes, free_text=free)
    (found,) = notes.problems
    assert ("長い文字列です" in found.remedy) == told
    assert (found.value == "") == free


@pytest.mark.parametrize(("written", "tidied"), [("a  b", "a b"), ("a b", "a b"), (" a", "a")])
def test_ascii_is_left_alone_where_there_is_nothing_to_tidy(written, tidied):
    assert values.tidy(written) == tidied


@pytest.mark.parametrize(
    ("written", "hour"),
    [("0", 0), ("23", 23), ("23:00", 23), ("22時台", 22), ("24", None), ("22:30", None), ("-1", None)],
)
def test_an_hour_is_one_of_the_24_of_a_day(written, hour):
    if hour is None:
        with pytest.raises(ValueRefused):
            values.parse_hour(written)
    else:
        assert values.parse_hour(written).value == hour


def _options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(label, str(n)) for n, label in enumerate(labels, 1))


@pytest.mark.parametrize(("many", "told"), [(11, "10番/11番"), (12, "11番/12番"), (13, "4番/…(全13種)")])
def test_up_to_twelve_choices_are_listed_and_of_more_the_first_four(many, told):
    with pytest.raises(ValueRefused) as refused:
        values.parse_category("?", _options(*(f"{n}番" for n in range(1, many + 1))))
    assert refused.value.expected.startswith("1番/2番/3番/4番/")
    assert refused.value.expected.endswith(told)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("1", "家族"),
        ("1 家族", "家族"),
        ("2.友人", "友人"),
        ("1 友人", None),
        ("3 家族", None),
        ("家族", "家族"),
    ],
)
def test_a_number_beside_a_label_must_be_its_own(written, label):
    options = _options("家族", "友人")
    if label is None:
        with pytest.raises(ValueRefused):
            values.parse_category(written, options)
    else:
        assert values.parse_category(written, options).value == label


@pytest.mark.parametrize("word", ["全国", "総数", "合計"])
def test_a_row_of_everybody_is_to_be_dropped(word):
    with pytest.raises(ValueRefused) as refused:
        values.parse_category(word, _options("東京都", "熊本県"))
    assert refused.value.remedy.startswith("合計の行なら、行を消してください")


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("15", "15~39歳"),
        ("39歳", "15~39歳"),
        ("20代", "15~39歳"),
        ("14", None),
        ("65", None),
        ("30~49歳", None),  # lies in no single band
        ("40~64歳", "40~64歳"),
        ("10代", None),  # 10 to 19 is no band cut off below: the youngest ends at 39
    ],
)
def test_an_age_is_of_the_band_that_holds_it_whole(written, band):
    options = _options("15~39歳", "40~64歳")
    if band is None:
        with pytest.raises(ValueRefused):
            values.parse_age(written, options)
    else:
        assert values.parse_age(written, options).value == band


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("16~29歳", True),
        ("17~29歳", False),
        ("16~28歳", False),
        ("70歳以上", True),
        ("80歳以上", False),
        ("20", False),
    ],
)
def test_a_row_that_counts_everybody_of_an_age_is_not_read_as_one_of_a_wider_age(written, read):
    """A register without those of 16 and 17, read as that of all from 16 on, weighs nobody for them."""
    options = _options("16~29歳", "30~69歳", "70歳以上")
    assert values.parse_age(written, options).value in {"16~29歳", "70歳以上"}  # of one person it is true
    if read:
        assert values.parse_age(written, options, whole=True).value == written
    else:
        with pytest.raises(values.ValueRefused):
            values.parse_age(written, options, whole=True)


def test_ten_to_nineteen_is_the_youngest_band_of_a_survey_that_begins_at_fifteen():
    assert values.parse_age("10代", _options("15~19歳", "20~29歳")).value == "15~19歳"
    with pytest.raises(ValueRefused):
        values.parse_age("20代", _options("15~19歳", "20~24歳"))


@pytest.mark.parametrize(("distinct", "told"), [(4, 4), (5, 5), (6, 1)])
def test_up_to_five_ways_of_writing_are_told_one_by_one_and_more_in_one_line(distinct, told):
    column = next(c for c in COLUMNS if c.type == "int")
    cells = pa.chunked_array([[f"{n},000" for n in range(1, distinct + 1)] * 2])
    raw, notes = Raw(column.heading, cells, np.arange(2 * distinct)), Notes("a.csv")
    (made,) = values.parse_column(column, raw, Site({}), notes).values()
    assert made.tolist() == [1000 * n for n in range(1, distinct + 1)] * 2
    assert len(notes.repairs) == told
    assert sum(repair.count for repair in notes.repairs) == 2 * distinct
