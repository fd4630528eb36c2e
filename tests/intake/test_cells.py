"""What a cell means: nothing is glued, converted or made up in silence."""

from contextlib import nullcontext, suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.conftest import Desk, as_csv, asked, table
from ujo_lib import fiscal, text
from ujo_lib.intake import cells
from ujo_lib.intake.cells import ValueRefused
from ujo_lib.intake.schemas import SCHEMAS, Column, Option, options
from ujo_lib.seasonality.usage import residents


@settings(deadline=None)
@given(st.text("0123456789", min_size=1, max_size=3), st.sampled_from("²³¹①⑨⑳⒈⒉㏠㍘₂"), st.booleans())
def test_a_digit_with_a_mark_never_reads_as_one_number(digits, mark, before):
    with pytest.raises(ValueRefused):
        cells.refuse_glued(mark + digits if before else digits + mark)


@pytest.mark.parametrize("text", ["12", "１２", "①", "12件", "令和5年", "40~49歳", "Ⅲ"])
def test_a_number_without_marks_is_not_refused(text):
    cells.refuse_glued(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1時間", 60),
        ("90秒", 1.5),
        ("1時間30分", 90),
        ("2.5h", 150),
        ("30分", 30),
        ("３０分", 30),
        ("30", 30),
    ],
)
def test_a_duration_becomes_minutes(text, minutes):
    assert cells.parse_measured(text, "分").value == minutes


@pytest.mark.parametrize(("text", "unit"), [
    ("3円", "人"), ("2年", "分"), ("3か月", "年"), ("3歳", "件"),
    ("2世帯", "人"), ("2戸", "人"), ("3人", "世帯"), ("3回", "戸"),
])  # fmt: skip
def test_a_number_of_another_unit_is_refused(text, unit):
    with pytest.raises(ValueRefused):
        cells.parse_measured(text, unit)


@pytest.mark.parametrize(("text", "unit"), [
    ("3名", "人"), ("3戸", "世帯"), ("3件", "回"), ("3件", "世帯"), ("3回", "人"), ("3円", ""),
])  # fmt: skip
def test_a_number_of_a_like_unit_is_read(text, unit):
    assert cells.parse_measured(text, unit).value == 3


@pytest.mark.parametrize(
    "text", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "######", "〃", "同上", '"', "''", "″", " 〃"]
)
def test_an_error_or_ditto_mark_is_neither_id_nor_word(text):
    for is_id in (True, False):
        with pytest.raises(ValueRefused):
            cells.parse_short(text, is_id=is_id)


@pytest.mark.parametrize(
    "text", ["1.23E+15", "-", "ー", "—", "なし", "不明", "N/A", "null", "匿名", "非通知", "Anonymous"]
)
def test_no_id_is_no_person(text):
    with pytest.raises(ValueRefused):
        cells.parse_short(text, is_id=True)


@pytest.mark.parametrize("text", ["K-001", "001", "E15", "A#1", "佐々木", "iPhone", "なし岳", "2023-08-01"])
def test_a_good_id_or_word_is_kept(text):
    assert cells.parse_short(text, is_id=True).value == text


def test_a_declared_dash_leaves_the_client_blank(desk: Desk):
    rows = table("consultations", {(i, "相談者ID"): "-" for i in (1, 2, 3)})
    desk.put("consultations", "a.csv", as_csv(rows), missing={"-": "unknown"})
    taken = desk.check()
    assert taken.ok
    assert taken["consultations"]["client_id"].isna().all()


def test_a_contact_in_a_short_column_is_refused_and_not_repeated(desk: Desk):
    rows = table("consultations", {(1, "端末"): "山田 090-1234-5678"})
    desk.put("consultations", "a.csv", as_csv(rows))
    (fault,) = desk.check().faults
    assert (fault.severity, fault.row, fault.column, fault.value) == ("error", 2, "端末", "")


@pytest.mark.parametrize(
    ("ids", "rows"),
    [
        (("0", "A1", "A2"), []),
        (("0", "0", "A1"), [2, 3]),
        (("000", "A1", "000"), [2, 4]),
        (("10", "10", "A1"), []),
    ],
)
def test_contacts_of_nobody_in_particular_are_not_one_person_without_a_word(desk: Desk, ids, rows):
    content = as_csv(table("consultations", {(i, "相談者ID"): one for i, one in enumerate(ids, 1)}))
    desk.put("consultations", "c.csv", content)
    told = desk.check().faults
    assert [(p.severity, p.row) for p in told] == [("warning", row) for row in rows]
    if rows:
        assert f'missing_in: {{client_id: {{"{told[0].value}": unknown}}}}' in told[0].remedy
        desk.declared["consultations"]["missing_in"] = {"client_id": {told[0].value: "unknown"}}
        loaded = desk.check()
        assert loaded.faults == ()
        assert loaded["consultations"]["client_id"].isna().tolist() == [one.strip("0") == "" for one in ids]


@pytest.mark.parametrize("heading", ["端末", "流入元", "市区町村", "相談者ID"])
@pytest.mark.parametrize("text", ["学校。", "もう無理です", "夜に眠れません", "誰?", "消えたい"])
def test_what_somebody_said_is_refused_in_a_column_of_words_and_not_repeated(desk: Desk, heading, text):
    desk.put("consultations", "a.csv", as_csv(table("consultations", {(1, heading): text})))
    (fault,) = desk.check().faults
    assert (fault.severity, fault.row, fault.column, fault.value) == ("error", 2, heading, "")
    assert text not in fault.remedy


def test_a_remark_may_be_a_sentence(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns", {(1, "備考"): "雨で延期しました。"})))
    assert desk.check().faults == ()


@pytest.mark.parametrize("text", ["51208", "50101", "51231", "30130"])
def test_a_bare_number_that_may_be_an_era_day_is_refused(text):
    with pytest.raises(ValueRefused):
        cells.parse_day(text)
    with pytest.raises(ValueRefused):
        cells.parse_stamp(f"{text} 22:15", "Asia/Tokyo")


@pytest.mark.parametrize("text", ["45268", "51301", "51200", "51232", "20231208"])
def test_a_bare_number_with_one_reading_is_a_day(text):
    assert cells.parse_day(text).value


@pytest.mark.parametrize(
    ("heading", "ok"),
    [
        ("対応時間(秒)", False),
        ("対応時間(時間)", False),
        ("対応時間(h)", False),
        ("対応時間(時:分)", False),
        ("対応時間(単位:秒)", False),
        ("対応時間(単位:分)", True),
        ("対応時間(分)", True),
        ("対応時間(休日・夜間)", True),
    ],
)
def test_a_heading_with_another_unit_is_refused(desk: Desk, heading, ok):
    rows = table("consultations", {(i, heading): "30" for i in (1, 2, 3)})
    desk.put("consultations", "a.csv", as_csv(rows))
    assert desk.check().ok is ok


def test_an_age_of_99_is_asked_about(desk: Desk):
    ages = {(1, "年代"): "99", (2, "年代"): "98", (3, "年代"): "97"}
    desk.put("consultations", "a.csv", as_csv(table("consultations", ages)))
    (fault,) = desk.check().faults
    assert (fault.severity, fault.row, fault.value) == ("warning", 2, "99")


def test_a_desk_without_an_opening_day_is_not_checked(desk: Desk):
    rows = [["窓口", "開設日"], ["全国窓口", ""], ["市専用", "2023-05-01"]]
    desk.put("channels", "c.csv", as_csv(rows))
    desk.put("consultations", "a.csv", as_csv(table("consultations")))
    assert desk.check().ok


@pytest.mark.parametrize("mark", ["以上", "以下余白"])
def test_the_last_line_of_a_form_is_no_row(desk: Desk, mark):
    rows = table("commissioners")
    desk.put("commissioners", "a.csv", as_csv([*rows, [mark, *[""] * (len(rows[0]) - 1)]]))
    taken = desk.check()
    assert taken.faults == ()
    assert len(taken["commissioners"]) == len(rows) - 1


@pytest.mark.parametrize(
    ("kind", "heading", "written", "rule"),
    [
        ("commissioners", "該当者数", "2²", "3"),
        ("consultations", "相談者ID", "1①", "3"),
        ("consultations", "相談者ID", "#N/A", "18"),
        ("consultations", "相談者ID", "-", "14"),
        ("campaigns", "備考", "〃", "14"),
        ("campaigns", "開始", "51208", "7"),
        ("cases", "委員番号", "1.23E+15", "17"),
    ],
)
def test_a_cell_that_means_nothing_is_one_error_at_its_row_and_nothing_follows_from_it(
    desk: Desk, kind, heading, written, rule
):
    desk.put(kind, "a.csv", as_csv(table(kind, {(1, heading): written})))
    faults = [(p.severity, p.row, p.column, p.value, p.rule) for p in desk.check().faults]
    assert faults == [("error", 2, heading, written, rule)]


def test_a_duration_in_hours_is_read_as_minutes_and_told(desk: Desk):
    desk.put("consultations", "a.csv", as_csv(table("consultations", {(1, "対応時間(分)"): "1時間"})))
    taken = desk.load()
    assert taken["consultations"]["duration_min"].iloc[0] == 60
    assert taken.repairs.query("column == '対応時間(分)'")[["row", "before", "after"]].values.tolist() == [
        [2, "1時間", "60.0"]
    ]


@pytest.mark.parametrize(
    ("ages", "asked"),
    [
        (["2", "3", "4"], [2, 3, 4]),
        (["9", "9", "10代"], [2, 3]),
        (["9", "9", "10"], []),
        (["9歳", "9歳", "10代"], []),
        (["1", "99", ""], [2]),
        (["99", "0", ""], []),
    ],
)
def test_numbers_below_ten_alone_may_be_those_of_the_bands_and_are_no_small_children(desk: Desk, ages, asked):
    rows = table("consultations", {(i, "年代"): age for i, age in enumerate(ages, 1)})
    desk.put("consultations", "c.csv", as_csv(rows))
    assert [p.row for p in desk.check().faults if p.severity == "error"] == asked


@pytest.mark.parametrize(
    ("ages", "asked"),
    [
        (["45", "46", "100"], []),
        (["45", "46", "40代"], [2, 3]),
        (["45", "40代", "5"], [2, 4]),
        (["45歳", "40代", ""], []),
    ],
)
def test_a_number_beside_bands_may_be_no_age(desk: Desk, ages, asked):
    rows = table("consultations", {(i, "年代"): age for i, age in enumerate(ages, 1)})
    desk.put("consultations", "c.csv", as_csv(rows))
    assert [(p.severity, p.row) for p in desk.check().faults] == [("warning", row) for row in asked]


def test_the_numbers_of_the_bands_are_declared_as_the_message_says(desk: Desk):
    desk.put("consultations", "c.csv", as_csv(table("consultations", {(1, "年代"): "2", (2, "年代"): "3"})))
    assert "labels に consultations.age_band: {10代未満: 1, 10代: 2, …}" in desk.check().faults[0].remedy
    desk.labels |= {"consultations.age_band": {"10代未満": 1, "10代": 2, "20代": 3}}
    assert desk.load()["consultations"]["age_band"].tolist() == ["10代", "20代", "10代"]


def test_years_are_no_codes_of_bands_of_years(desk: Desk):
    rows = table("cases", {(i, "ひきこもりの期間"): str(i + 4) for i in (1, 2)})
    rows[0][rows[0].index("ひきこもりの期間")] = "ひきこもりの期間(年)"
    desk.put("cases", "a.csv", as_csv(rows))
    (fault,) = [p for p in desk.check().faults if p.severity == "error"]
    assert (fault.column, fault.rule) == ("ひきこもりの期間(年)", "6")


def test_an_age_in_a_heading_of_years_of_age_is_read(desk: Desk):
    rows = table("cases")
    rows[0][rows[0].index("年代")] = "年代(歳)"
    desk.put("cases", "a.csv", as_csv(rows))
    assert [p for p in desk.check().faults if p.severity == "error"] == []


@pytest.mark.parametrize("written", ['="001"', "'001", '= "001"'])
def test_an_id_that_was_made_a_text_for_excel_is_read_as_excel_shows_it(desk: Desk, written):
    desk.put("commissioners", "c.csv", as_csv(table("commissioners", {(1, "委員番号"): written})))
    taken = desk.load()
    assert taken["commissioners"]["commissioner_id"].iloc[0] == "001"
    assert taken.repairs.query("column == '委員番号'")["row"].tolist() == [2]


@pytest.mark.parametrize("written", ["合計", "計", " 総計 ", "Total"])
def test_a_total_below_records_without_figures_is_no_record(written):
    with pytest.raises(ValueRefused, match="番号") as refused:
        cells.parse_short(written, is_id=True)
    assert "行を消してください" in refused.value.remedy


@pytest.mark.parametrize("written", ["計1", "T1", "小計課"])
def test_an_id_that_only_begins_like_a_total_is_one(written):
    assert cells.parse_short(written, is_id=True).value == written


def test_an_apostrophe_in_a_word_is_part_of_it():
    assert cells.parse_short("'24春").value == "'24春"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("秘", True), ("なし", True), ("不明", True), ("<5", True), ("5未満", True), ("4人以下", True), ("0~4", True),
        ("1-4", True), ("2~4", False), ("約12", False), ("12以上", False), ("x", True), ("12,3", False),
    ],
)  # fmt: skip
def test_what_stands_in_the_place_of_a_number_is_declared_and_not_only_blanked(desk: Desk, text, sign):
    rows = table("national_daily", {(2, "件数"): text})
    desk.put("national_daily", "n.csv", as_csv(rows), missing={})
    [told] = desk.check().faults
    assert (told.row, told.column, "missing:" in told.remedy) == (3, "件数", sign)
    desk.declared.clear()  # the remedy, followed
    desk.put("national_daily", "n.csv", as_csv(rows), missing={text: "suppressed"})
    frame = desk.load()["national_daily"]
    assert frame["n_suppressed"].tolist() == [False, True, False]


@pytest.mark.parametrize(("unit", "read"), [("円", 12), ("件", None), ("回", None), ("", 12)])
def test_an_amount_of_yen_is_no_count(unit, read):
    if read is None:
        with pytest.raises(ValueRefused):
            cells.parse_measured("¥12", unit, whole=True)
    else:
        assert cells.parse_measured("¥12", unit, whole=True).value == read


@pytest.mark.parametrize("code", ["USD", "EUR", "jpn"])
def test_nobody_is_told_to_write_the_code_of_yen_over_that_of_dollars(code):
    currency = SCHEMAS["ads"].column("currency")
    with pytest.raises(ValueRefused) as refused:
        cells.parser_of(currency, None)(code)
    assert "円に直してから" in refused.value.remedy
    assert cells.parser_of(currency, None)("JPY").value == "JPY"


@pytest.mark.parametrize("number", ["790.000", "1.000", "0.000"])
def test_a_point_that_may_part_thousands_is_refused(number):
    with pytest.raises(ValueRefused):
        cells.parse_number(number)


@pytest.mark.parametrize(
    ("number", "value"), [("790.00", 790), ("1234.000", 1234), ("790.0000", 790), ("0.125", 0.125)]
)
def test_a_point_that_can_only_be_a_decimal_one_is_read(number, value):
    assert cells.parse_number(number).value == value


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("79万円", "1つずつの数"),
        ("790 千円", "1つずつの数"),
        ("12,5", "点に直し"),
        ("1.234,50", "点に直し"),
        ("1,234,56", "点に直し"),
        ("$12.50", "円に直した数"),
        ("12.5 EUR", "円に直した数"),
        ("790,000円(税込)", "数字だけ"),
        ("1,000JPY", "数字だけ"),
        ("999.999", "区切りなら点を外し"),
        ("1234.567", "小数を整数に"),
        ("12.50", "小数を整数に"),
    ],
)
def test_who_does_what_is_said_of_a_number_that_was_refused_writes_no_other_number(written, remedy):
    with pytest.raises(ValueRefused) as refused:
        cells.parse_int(written)
    assert remedy in refused.value.remedy


@pytest.mark.parametrize("number", ["0,125", "0,500", "00,125", "01,234"])
def test_a_comma_behind_a_nought_parts_no_thousands(number):
    with pytest.raises(ValueRefused):
        cells.parse_number(number)


@pytest.mark.parametrize(
    ("number", "unit", "read"),
    [
        ("1.500", "円", None),
        ("999.125", "円", None),
        ("¥1.500", "円", None),
        ("1.50", "円", 1.5),
        ("1.5000", "円", 1.5),
        ("0.125", "円", 0.125),
        ("1000.125", "円", 1000.125),
        ("1,500", "円", 1500),
        ("1.500", "分", 1.5),
    ],
)
def test_thousandths_of_a_yen_may_be_thousands_of_yen(number, unit, read):
    if read is None:
        with pytest.raises(ValueRefused):
            cells.parse_measured(number, unit)
    else:
        assert cells.parse_measured(number, unit).value == read


@pytest.mark.parametrize(
    ("stamp", "clock"),
    [
        ("2023/08/05 10:13:05 午後 GMT+9", "22:13"),
        ("2023/08/05 10:13:05 AM GMT+9", "10:13"),
        ("2023/08/05 1:13:05 AM GMT+0", "10:13"),
        ("2023/08/05 午後10:13", "22:13"),
        ("2023/08/05 12:05 AM", "00:05"),
        ("2023/08/05 12:05 pm", "12:05"),
        ("令和5年8月5日 午前9:05", "09:05"),
        ("2023/8/5 午後3時", "15:00"),
        ("2023/8/5 午後 3時5分", "15:05"),
        ("2023/8/5 午前0時", "00:00"),
        ("2023/8/5 15時半", "15:30"),
        ("2023/08/05 25:30", "01:30"),
    ],
)
def test_a_clock_of_twelve_hours_is_read_by_its_half_of_the_day(stamp, clock):
    assert cells.parse_stamp(stamp, "Asia/Tokyo").value.strftime("%H:%M") == clock


@pytest.mark.parametrize(
    "stamp", ["2023/08/05 13:13 PM", "2023/08/05 22:13 午後", "2023/8/5 午後12時", "2023/8/5 午前15:05"]
)
def test_a_clock_of_both_kinds_is_refused(stamp):
    with pytest.raises(ValueRefused):
        cells.parse_stamp(stamp, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("stamp", "clock"),
    [
        ("2023-08-05T06:13:00-07:00", "22:13"),
        ("2023-08-05 06:13:00-07:00", "22:13"),
        ("2023-08-05T06:13:00.125-07:00", "22:13"),
        ("2023-08-05 22:13+09:00", "22:13"),
        ("2023-08-05 22:13:00+14:00", "17:13"),
        ("2023-08-05 22:13:00+15:00", None),
        ("2023-08-05 22:13:00+09:15", None),
        ("2023-08-05 08:30-09:00", None),
        ("2023-08-05 22:13\uff0d23:05", None),
        ("2023-08-05 22:13:59", "22:13"),
        ("2023-08-05 22:13:60", None),
    ],
)
def test_the_end_of_a_talk_is_no_distance_from_greenwich_and_no_minute_has_sixty_seconds(stamp, clock):
    if clock is None:
        with pytest.raises(ValueRefused):
            cells.parse_stamp(stamp, "Asia/Tokyo")
    else:
        assert cells.parse_stamp(stamp, "Asia/Tokyo").value.strftime("%H:%M") == clock


@pytest.mark.parametrize(
    ("clients", "rows"),
    [
        (("2-45", "2023-02-03", "2024-02-03"), [3, 4]),
        (("2-45", "2023年2月", "2023/2/3 0:00:00"), [3, 4]),
        (("2-45", "2023-2", "2023-02-03A"), []),
        (("", "2023-02-03", "2024-02-03"), []),
    ],
)
def test_a_day_among_numbers_that_are_none_was_made_of_a_number(desk: Desk, clients, rows):
    changes = {(i, "相談者ID"): client for i, client in enumerate(clients, 1)}
    desk.put("consultations", "c.csv", as_csv(table("consultations", changes)))
    assert [(p.row, p.column, p.rule) for p in desk.check().faults] == [
        (row, "相談者ID", "17") for row in rows
    ]


@pytest.mark.parametrize("text", ["Yahoo!", "覚えていない", "わからない", "答えたくない", "友だちから聞いた"])
def test_what_people_choose_from_a_list_is_no_sentence(text):
    assert cells.parse_short(text, brief=True).value == text


@pytest.mark.parametrize(
    "text", ["どうしたらいいかわからない", "死ぬしかない", "助けて!", "誰も覚えていない"]
)
def test_a_sentence_that_ends_like_an_answer_is_a_sentence(text):
    with pytest.raises(ValueRefused):
        cells.parse_short(text, brief=True)


@pytest.mark.parametrize("written", ["1001.0", "1,001", "12,345,678", "8月1日", "1-Aug", "Aug-01"])
def test_an_id_that_a_program_took_for_a_figure_or_a_day_is_refused(written):
    with pytest.raises(ValueRefused):
        cells.parse_short(written, is_id=True)
    assert cells.parse_short(written).value == written


@pytest.mark.parametrize("written", ["1001", "1.5版", "1,2", "8-1", "1.0.2", "A-1,001"])
def test_an_id_that_only_looks_like_one_is_kept(written):
    assert cells.parse_short(written, is_id=True).value == written


@pytest.mark.parametrize(
    ("cells", "ok"), [(("0.9", "1.0"), False), (("0.9", "95%"), False), (("90%", "95%"), True)]
)
def test_a_share_below_a_heading_of_percent_says_percent_itself(desk: Desk, cells, ok):
    rows = [
        ["年代", "媒体", "利用率(%)", "資料"],
        *([f"{i}0代", "TV", cell, "調査"] for i, cell in enumerate(cells, 1)),
    ]
    desk.put("media_use", "m.csv", as_csv(rows))
    assert desk.check().ok is ok


@pytest.mark.parametrize(
    ("shares", "asked"),
    [
        (["1%", "1", "0.5"], [3, 4]),
        (["1％", "0", "0.0"], []),
        (["1%", "0.5%", ""], []),
        (["1", "0.5", "0"], []),
    ],
)
def test_beside_shares_with_their_sign_a_bare_one_has_two_readings(desk: Desk, shares, asked):
    rows = [["年代", "媒体", "利用率"], *([f"{i}0代", "TV", share] for i, share in enumerate(shares, 1))]
    desk.put("media_use", "m.csv", as_csv(rows))
    assert [p.row for p in desk.check().faults] == asked


def test_a_spreadsheet_error_is_told_as_one_in_a_column_of_any_type(desk: Desk):
    errors = {(1, "日付"): "#N/A", (2, "都道府県"): "#REF!", (3, "件数"): "#DIV/0!"}
    desk.put("national_daily", "n.csv", as_csv(table("national_daily", errors)))
    told = {(p.column, p.remedy) for p in desk.check().faults if p.value.startswith("#")}
    assert told == {(name, "Excelの計算エラーです。元の表で値を直してください。") for _, name in errors}


@pytest.mark.parametrize(
    ("code", "guess"), [("8", "「茨城県」"), ("1", "「北海道」"), ("83", "選択肢の"), ("0", "選択肢の")]
)
def test_a_code_is_near_to_none_but_the_one_whose_first_zero_it_lost(desk: Desk, code: str, guess: str):
    desk.put("national_daily", "n.csv", as_csv(table("national_daily", {(1, "都道府県"): code})))
    [fault] = [p for p in desk.check().faults if p.value == code]
    assert fault.remedy.startswith(guess)


def test_files_that_were_joined_keep_the_day_behind_a_byte_order_mark(desk: Desk):
    more = as_csv([["2023-08-09", "熊本県", "7"]])
    desk.put("national_daily", "n.csv", as_csv(table("national_daily")) + more)
    assert desk.load()["national_daily"]["date"].dt.day.tolist() == [1, 2, 3, 9]


FULL_WIDTH = str.maketrans("0123456789,.-", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789,.-"))


COLUMNS = [column for schema in map(asked, SCHEMAS) for column in schema.columns]


def _options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(label, str(n)) for n, label in enumerate(labels, 1))


@settings(deadline=None, max_examples=200)
@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_the_way_through_its_era(day):
    weekday = fiscal.WEEKDAYS_JA[fiscal.sunday_weekday(day)]
    written = f"{fiscal.format_wareki(day)}({weekday})"
    assert cells.parse_day(written).value == day
    assert cells.parse_day(written.translate(FULL_WIDTH)).value == day


@settings(deadline=None, max_examples=200)
@given(st.integers(-(10**9), 10**9), st.sampled_from(["", "件", "人", "円", "世帯"]), st.booleans())
def test_a_whole_number_survives_commas_units_and_full_width(number, unit, wide):
    written = f"{number:,}{unit}"
    if number < 0:
        written = written.replace("-", "▲")
    assert cells.parse_int(written.translate(FULL_WIDTH) if wide else written).value == number


@settings(deadline=None, max_examples=100)
@given(st.decimals(0, 1, places=3))
def test_a_share_may_be_a_percentage(share):
    assert cells.parse_share(f"{share * 100:.1f}%").value == pytest.approx(float(share))


@settings(deadline=None, max_examples=200)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.booleans())
def test_a_moment_survives_extended_clocks_and_offsets(moment, extended):
    moment = moment.replace(second=0, microsecond=0)
    expected = moment.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    day, hour = moment.date(), moment.hour
    if extended and hour <= 5 and day > date(1990, 1, 1):
        day, hour = date.fromordinal(day.toordinal() - 1), hour + 24
    assert cells.parse_stamp(f"{day} {hour}:{moment.minute:02d}", "Asia/Tokyo").value == expected
    utc = expected.astimezone(ZoneInfo("UTC"))
    assert cells.parse_stamp(f"{utc:%Y-%m-%dT%H:%M:%S}Z", None).value == expected


@pytest.mark.parametrize(
    "column", [c for c in COLUMNS if c.options], ids=lambda c: f"{c.name}-{len(c.options)}"
)
def test_every_label_and_code_of_the_dictionary_is_read_as_itself(column: Column):
    read = cells.parse_age if column.type == "age" else cells.parse_category
    for option in column.options:
        for written in (option.label, option.code, *option.aliases, f"{option.code} {option.label}"):
            if written.strip():
                assert read(written, column.options).value == option.label


def test_no_two_options_share_a_spelling():
    for column in COLUMNS:
        spelled = [cells.tidy(s) for o in column.options for s in {o.label, o.code, *o.aliases} if s]
        assert len(spelled) == len(set(spelled)), column.name


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=15))
def test_no_text_makes_a_parser_fail_in_another_way(text):
    options = asked("cases").column("age_band").options
    parsers = (
        cells.parse_number,
        cells.parse_int,
        cells.parse_share,
        cells.parse_hour,
        cells.parse_year,
        cells.parse_flag,
        cells.parse_day,
        cells.parse_broadcast_zone,
        lambda t: cells.parse_stamp(t, "Asia/Tokyo"),
        lambda t: cells.parse_age(t, options),
        lambda t: cells.parse_category(t, options),
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
    assert cells.fold_sign(sign) == folded


@pytest.mark.parametrize(
    ("parse", "written", "meant"),
    [
        *((cells.parse_number, f"{sign}1,234.5", -1234.5) for sign in "-−▲△"),
        (cells.parse_number, "+3", 3.0),
        (cells.parse_number, "1.000", None),
        (cells.parse_number, "1234.000", 1234.0),
        (cells.parse_number, "999999999999999", 999_999_999_999_999.0),
        (cells.parse_number, "1000000000000000", 1e15),
        (cells.parse_number, "1000000000000001", None),
        (cells.parse_number, "12.5%", None),
        (cells.parse_number, "(25)", None),
        *((cells.parse_flag, yes, True) for yes in ("1", "○", "✔", "有", "はい", "YES")),
        *((cells.parse_flag, no, False) for no in ("0", "×", "無", "いいえ", "対象外", "False")),
        *((cells.parse_flag, unclear, None) for unclear in ("2", "△", "", "?")),
        (cells.parse_area, "43213", "43213"),
        (cells.parse_area, "432130", "43213"),
        (cells.parse_area, "432131", None),
        (cells.parse_area, "432139", None),
        (cells.parse_area, "131016", "13101"),
        (cells.parse_area, "47100", "47100"),
        (cells.parse_area, "48100", None),
        (cells.parse_area, "43001", None),
        (cells.parse_area, "43099", None),
        (cells.parse_area, "43100", "43100"),
        (cells.parse_area, "43000", "43000"),
        (cells.parse_area, "3213", None),
        (cells.parse_area, "不明", None),
        (cells.parse_area, "4.3E+04", None),
        (cells.parse_area, "43,213", None),
        (cells.parse_area, "4321300", "4321300"),  # no code of an area, but one of somebody's own
    ],
)
def test_each_way_of_writing_is_read_as_it_was_meant_or_not_at_all(parse, written, meant):
    if meant is None:
        with pytest.raises(ValueRefused):
            parse(written)
    else:
        assert parse(written).value == meant


SEXES = options("男性/女性")
RULES = [
    (cells.parse_number, {"12": None, " 12 ": None, "-3": None, "１２": "5", "12件": "6", "▲3": "6", "1,234": "6"}),
    (cells.parse_int, {"12": None, "１２": "5", "12件": "6"}),
    (cells.parse_hour, {"22": None, "22時": "9", "２２": "9", "22:00": "9"}),
    (cells.parse_year, {"2023": None, "R5": "8", "２０２３": "8"}),
    (cells.parse_flag, {"1": None, "0": None, "○": "15", "１": "15", "×": "15", "０": "15"}),
    (cells.parse_day, {"2023-08-01": None, "2023/8/1": None, "R5.8.1": "7"}),
    (cells.parse_broadcast_zone, {"20:00~26:00": None, "20:00-26:00": "9"}),
    (cells.parse_area, {"43213": None, "４３２１３": "5", "432130": "17"}),
    (cells.parse_short, {"iPhone": None, "ｉPhone": "5"}),
    (cells.parse_ages, {"総数": None, "15~19歳": None, "計": "16", "15歳から19歳": "16"}),
    (lambda text: cells.parse_stamp(text, "Asia/Tokyo"),
     {"2023-08-05 22:13": None, "2023-08-05 25:13": "9", "R5.8.5 22:13": "7"}),
    (lambda text: cells.parse_category(text, SEXES), {"男性": None, "1": "5", "1 男性": "5"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parse", "written", "rule"),
    [(parse, text, rule) for parse, told in RULES for text, rule in told.items()],
)
def test_what_was_not_written_plainly_is_told_by_its_rule_and_nothing_else_is(parse, written, rule):
    assert parse(written).rule == rule


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("1時間30分", 90.0), ("90秒", 1.5), ("2時間", 120.0), ("1分1秒", 61 / 60), ("45分", 45.0), ("45", 45.0)],
)
def test_durations_are_minutes(written, minutes):
    assert cells.parse_measured(written, "分").value == pytest.approx(minutes)


@pytest.mark.parametrize("word", ["全国", "合計", "総数", "計", "Total"])
def test_a_total_among_labels_is_to_be_dropped_and_not_to_be_renamed(word):
    with pytest.raises(ValueRefused) as refused:
        cells.parse_category(word, (Option("熊本県"), Option("海外")))
    assert "行を消してください" in refused.value.remedy
    assert "ではありませんか" not in refused.value.remedy


def test_a_short_word_is_never_a_rounded_number():
    with pytest.raises(ValueRefused) as refused:
        cells.parse_short("1.23E+15")
    assert refused.value.rule == "17"


@given(st.text(st.sampled_from("aB1 \tア\uff11~\u3000"), max_size=6))
def test_a_text_is_tidied_as_any_value_is(text_):
    assert cells.tidy(text_) == text.normalise_value(text_)


@pytest.mark.parametrize(("written", "tidied"), [("a  b", "a b"), ("a b", "a b"), (" a", "a")])
def test_ascii_is_left_alone_where_there_is_nothing_to_tidy(written, tidied):
    assert cells.tidy(written) == tidied


@pytest.mark.parametrize(
    ("written", "hour"),
    [("0", 0), ("23", 23), ("23:00", 23), ("22時台", 22), ("24", None), ("22:30", None), ("-1", None)],
)
def test_an_hour_is_one_of_the_24_of_a_day(written, hour):
    if hour is None:
        with pytest.raises(ValueRefused) as refused:
            cells.parse_hour(written)
        assert ("1から24の番号" in refused.value.remedy) == (written == "24")
    else:
        assert cells.parse_hour(written).value == hour


@pytest.mark.parametrize(("many", "told"), [(11, "10番/11番"), (12, "11番/12番"), (13, "4番/…(全13種)")])
def test_up_to_twelve_choices_are_listed_and_of_more_the_first_four(many, told):
    with pytest.raises(ValueRefused) as refused:
        cells.parse_category("?", _options(*(f"{n}番" for n in range(1, many + 1))))
    assert refused.value.expected.startswith("1番/2番/3番/4番/")
    assert refused.value.expected.endswith(told)
    assert "調査票の項目なら調査票のファイルに" in refused.value.remedy


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
            cells.parse_category(written, options)
    else:
        assert cells.parse_category(written, options).value == label


@pytest.mark.parametrize("word", ["全国", "総数", "合計"])
def test_a_row_of_everybody_is_to_be_dropped(word):
    with pytest.raises(ValueRefused) as refused:
        cells.parse_category(word, _options("東京都", "熊本県"))
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
            cells.parse_age(written, options)
    else:
        assert cells.parse_age(written, options).value == band


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
    assert cells.parse_age(written, options).value in {"16~29歳", "70歳以上"}  # of one person it is true
    if read:
        assert cells.parse_age(written, options, whole=True).value == written
    else:
        with pytest.raises(cells.ValueRefused):
            cells.parse_age(written, options, whole=True)


def test_ten_to_nineteen_is_the_youngest_band_of_a_survey_that_begins_at_fifteen():
    assert cells.parse_age("10代", _options("15~19歳", "20~29歳")).value == "15~19歳"
    with pytest.raises(ValueRefused):
        cells.parse_age("20代", _options("15~19歳", "20~24歳"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("15~19歳", "15~19歳"),
        ("15〜19", "15~19"),
        ("20代", "20代"),
        ("65歳以上", "65歳以上"),
        ("0~14歳(年少人口)", "0~14歳(年少人口)"),
        ("15歳~19歳", "15~19歳"),
        ("15才~19才", "15~19歳"),
        ("15歳から19歳", "15~19歳"),
        ("十五~十九歳", "15~19歳"),
        ("八十五歳以上", "85歳以上"),
        ("5才", "5~5歳"),
        ("5歳", "5歳"),
        ("100才~120才", "100~120歳"),
        ("二十代", "20~29歳"),
        ("15歳未満", "0~14歳"),
        ("年少人口(0~14歳)", "0~14歳"),
        ("計", "総数"),
        ("合 計", "総数"),
        ("全年齢", "総数"),
        ("全年代", "総数"),
        ("総年齢", "総数"),
        ("年少人口", "0~14歳"),
        ("生産年齢人口", "15~64歳"),
        ("老年", "65歳以上"),
        ("高齢者人口", "65歳以上"),
        ("後期高齢者", "後期高齢者"),
        ("総数", "総数"),
        ("不詳", "不詳"),
        ("再掲 65歳以上", "再掲 65歳以上"),
    ],
)
def test_ages_that_people_are_counted_of_are_written_as_every_analysis_reads_them(written, read):
    assert cells.parse_ages(written).value == read


@pytest.mark.parametrize(
    "written",
    ["85+", "85歳~", "15歳以上20歳未満", "19~15歳", "121歳", "10月14日", "2020-10-14", "20代(n=200)", "小計"],
)
def test_figures_that_are_no_ages_are_refused_and_their_people_never_left_out(written):
    with pytest.raises(ValueRefused, match="年齢の区分"):
        cells.parse_ages(written)


@pytest.mark.parametrize(
    ("total", "n", "faults"),
    [("計", 30, []), ("合 計", 30, []), ("全体", 30, []), ("計", 29, [("error", 4)])],
)
def test_people_of_all_ages_are_counted_once_whatever_they_are_called(desk: Desk, total: str, n: int, faults):
    people = [("男性", "0~14歳", 10), ("男性", "15歳以上", 20), ("男性", total, n), ("女性", total, 25)]
    rows = [["43213", "宇城市", "2020-10-01", "国勢調査", *map(str, row)] for row in people]
    head = ["地域コード", "地域名", "時点", "資料", "性別", "年齢階級", "人口"]
    desk.put("population", "p.csv", as_csv([head, *rows]))
    taken = desk.check()
    assert [(p.severity, p.row) for p in taken.faults] == faults
    assert residents(taken["population"], "43213") == n + 25


@pytest.mark.parametrize("sign", ["-", "ー", "…", "*", "NaN", "NULL", "None", "N/A"])
def test_a_sign_among_ages_is_neither_all_ages_nor_an_age_of_its_own(sign):
    with pytest.raises(cells.ValueRefused) as refused:
        cells.parse_ages(sign)
    assert refused.value.remedy == "年齢が分からない人なら 不詳、すべての年齢なら 総数 と書いてください。"
    assert [cells.parse_ages(word).value for word in ("不詳", "総数", "不明")] == ["不詳", "総数", "不明"]


@pytest.mark.parametrize(
    ("stamp", "rule"),
    [("2023-08-05 49:00", "9"), ("2023-08-05 22:75", "9"), ("2023-13-05 22:00", "7"), ("2023-08-05", "7")],
)
def test_of_a_moment_that_is_none_the_part_that_is_wrong_is_told_by_its_rule(stamp, rule):
    with pytest.raises(ValueRefused) as refused:
        cells.parse_stamp(stamp, "Asia/Tokyo")
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("written", "read", "plain"),
    [
        ("0:00~24:00", "0:00~24:00", True),
        ("23:30~24:30", "23:30~24:30", True),
        ("25:00~26:15", "25:00~26:15", True),
        ("22時~26時", "22:00~26:00", False),
    ],
)
def test_hours_of_a_broadcast_are_counted_on_past_midnight_at_both_ends(written, read, plain):
    assert cells.parse_broadcast_zone(written) == cells.Read(read, None if plain else "9")


@pytest.mark.parametrize(
    ("type", "name", "text", "read"),
    [
        ("int", "n", "2", True),
        ("int", "n", "2.5", False),
        ("number", "n", "2.5", True),
        ("share", "n", "5%", True),
        ("number", "n", "5%", False),
        ("id", "area_code", "1100", False),
        ("id", "answer_id", "1100", True),
        ("id", "answer_id", "なし", False),
        ("str", "age_band", "総数", True),
        ("str", "age_band", "20代", True),
        ("str", "sex", "男性", False),  # any word would do
        ("flag", "heard", "2", False),
        ("hour", "hour", "24時", False),
        ("date", "date", "8月1日", False),
        ("datetime", "at", "2023-08-01 9:00", True),
    ],
)
def test_a_heading_stands_for_what_its_column_can_read(type, name, text, read):
    assert cells.reads(Column(name, "見出し", type), text) is read


@pytest.mark.parametrize(("band", "written"), [("21~29歳", "20代"), ("22~29歳", "20代"), ("18~19歳", "10代")])
def test_a_decade_is_the_band_that_begins_in_it_and_ends_with_it(band, written):
    assert cells.parse_age(written, (Option(band), Option("30~39歳"))).value == band


@pytest.mark.parametrize(
    ("text", "labels", "blank"),
    [
        ("無回答", "はい/いいえ", True),
        (" 未回答 ", "はい/いいえ", True),
        ("無回答", "はい/無 回答", False),
        ("はい", "はい/いいえ", False),
        ("不明", "はい/いいえ", False),
    ],
)
def test_words_for_no_answer_are_none_unless_they_are_an_answer(text, labels, blank):
    assert cells.is_no_answer(text, options(labels)) is blank


@pytest.mark.parametrize(
    ("text", "hour"),
    [("午前0時", 0), ("午前11時台", 11), ("午後0時", 12), ("午後 3時", 15), ("午後11:00", 23), ("午後12時", None),
     ("午前12時", None), ("午後13時", None), ("午後3時30分", None)],
)  # fmt: skip
def test_an_hour_of_half_a_day_is_read_but_for_the_twelfth_which_may_be_noon_or_midnight(text, hour):
    if hour is None:
        with pytest.raises(ValueRefused):
            cells.parse_hour(text)
    else:
        assert cells.parse_hour(text).value == hour


@pytest.mark.parametrize(("text", "label"), [("2.0", "女性"), ("2.00", None), ("2.1", None), ("3.0", None)])
def test_a_code_that_a_blank_in_its_column_made_a_decimal_is_that_code(text, label):
    sexes = options("男性/女性")
    if label is None:
        with pytest.raises(ValueRefused):
            cells.parse_category(text, sexes)
    else:
        assert cells.parse_category(text, sexes).value == label


@pytest.mark.parametrize(
    ("text", "told"),
    [("十二", True), ("〇", True), ("2千", True), ("十件", True), ("秘", False), ("一部", False)],
)
def test_a_number_in_kanji_is_no_sign_that_stands_for_a_number(text, told):
    with pytest.raises(ValueRefused) as refused:
        cells.parse_number(text)
    assert ("漢数字" in refused.value.remedy, "suppressed" in refused.value.remedy) == (told, not told)


@pytest.mark.parametrize(
    ("text", "flag"), [("1.0", True), ("0.0", False), ("1.00", None), ("2.0", None), ("10", None)]
)
def test_a_flag_that_a_blank_in_its_column_made_a_decimal_is_that_flag(text, flag):
    with pytest.raises(ValueRefused) if flag is None else nullcontext():
        assert cells.parse_flag(text).value is flag
