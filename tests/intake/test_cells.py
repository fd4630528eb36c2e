"""What a cell means: nothing is glued, converted or made up in silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.intake import values
from ujo_lib.intake.values import ValueRefused


@settings(deadline=None)
@given(st.text("0123456789", min_size=1, max_size=3), st.sampled_from("²³¹①⑨⑳⒈⒉㏠㍘₂"), st.booleans())
def test_a_digit_with_a_mark_never_reads_as_one_number(digits, mark, before):
    with pytest.raises(ValueRefused):
        values.refuse_glued(mark + digits if before else digits + mark)


@pytest.mark.parametrize("text", ["12", "１２", "①", "12件", "令和5年", "40~49歳", "Ⅲ"])
def test_a_number_without_marks_is_not_refused(text):
    values.refuse_glued(text)


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
    assert values.parse_measured(text, "分").value == minutes


@pytest.mark.parametrize(("text", "unit"), [("3円", "人"), ("2年", "分"), ("3か月", "年"), ("3歳", "件")])
def test_a_number_of_another_unit_is_refused(text, unit):
    with pytest.raises(ValueRefused):
        values.parse_measured(text, unit)


@pytest.mark.parametrize(("text", "unit"), [("3名", "人"), ("3戸", "世帯"), ("3件", "回"), ("3円", "")])
def test_a_number_of_a_like_unit_is_read(text, unit):
    assert values.parse_measured(text, unit).value == 3


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "######", "〃", "同上", '"'])
def test_an_error_or_ditto_mark_is_neither_id_nor_word(text):
    for is_id in (True, False):
        with pytest.raises(ValueRefused):
            values.parse_short(text, is_id=is_id)


@pytest.mark.parametrize("text", ["1.23E+15", "-", "ー", "—", "なし", "不明", "N/A", "null"])
def test_no_id_is_no_person(text):
    with pytest.raises(ValueRefused):
        values.parse_short(text, is_id=True)


@pytest.mark.parametrize("text", ["K-001", "001", "E15", "A#1", "佐々木", "iPhone", "なし岳", "2023-08-01"])
def test_a_good_id_or_word_is_kept(text):
    assert values.parse_short(text, is_id=True).value == text


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
        values.parse_day(text)
    with pytest.raises(ValueRefused):
        values.parse_stamp(f"{text} 22:15", "Asia/Tokyo")


@pytest.mark.parametrize("text", ["45268", "51301", "51200", "51232", "20231208"])
def test_a_bare_number_with_one_reading_is_a_day(text):
    assert values.parse_day(text).value


@pytest.mark.parametrize(
    ("heading", "ok"), [("対応時間(秒)", False), ("対応時間(時間)", False), ("対応時間(分)", True)]
)
def test_a_heading_with_another_unit_is_refused(desk: Desk, heading, ok):
    rows = table("consultations", {(i, heading): "30" for i in (1, 2, 3)})
    desk.put("consultations", "a.csv", as_csv(rows))
    assert desk.check().ok is ok


def test_an_age_of_99_is_asked_about(desk: Desk):
    desk.put("consultations", "a.csv", as_csv(table("consultations", {(1, "年代"): "99", (2, "年代"): "98"})))
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


def test_an_apostrophe_in_a_word_is_part_of_it():
    assert values.parse_short("'24春").value == "'24春"


@pytest.mark.parametrize("number", ["790.000", "1.000", "0.000"])
def test_a_point_that_may_part_thousands_is_refused(number):
    with pytest.raises(ValueRefused):
        values.parse_number(number)


@pytest.mark.parametrize(
    ("number", "value"), [("790.00", 790), ("1234.000", 1234), ("790.0000", 790), ("0.125", 0.125)]
)
def test_a_point_that_can_only_be_a_decimal_one_is_read(number, value):
    assert values.parse_number(number).value == value


@pytest.mark.parametrize(("age", "read"), [("119", True), ("120", True), ("121", False)])
def test_nobody_is_older_than_120(age, read):
    assert (values.age_range(age) is not None) is read


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
        ("2023/08/05 25:30", "01:30"),
    ],
)
def test_a_clock_of_twelve_hours_is_read_by_its_half_of_the_day(stamp, clock):
    assert values.parse_stamp(stamp, "Asia/Tokyo").value.strftime("%H:%M") == clock


@pytest.mark.parametrize("stamp", ["2023/08/05 13:13 PM", "2023/08/05 22:13 午後"])
def test_a_clock_of_both_kinds_is_refused(stamp):
    with pytest.raises(ValueRefused):
        values.parse_stamp(stamp, "Asia/Tokyo")


@pytest.mark.parametrize("text", ["Yahoo!", "覚えていない", "わからない", "答えたくない", "友だちから聞いた"])
def test_what_people_choose_from_a_list_is_no_sentence(text):
    assert values.parse_short(text, brief=True).value == text


@pytest.mark.parametrize(
    "text", ["どうしたらいいかわからない", "死ぬしかない", "助けて!", "誰も覚えていない"]
)
def test_a_sentence_that_ends_like_an_answer_is_a_sentence(text):
    with pytest.raises(ValueRefused):
        values.parse_short(text, brief=True)


@pytest.mark.parametrize("written", ["1001.0", "1,001", "12,345,678", "8月1日", "1-Aug", "Aug-01"])
def test_an_id_that_a_program_took_for_a_figure_or_a_day_is_refused(written):
    with pytest.raises(ValueRefused):
        values.parse_short(written, is_id=True)
    assert values.parse_short(written).value == written


@pytest.mark.parametrize("written", ["1001", "1.5版", "1,2", "8-1", "1.0.2", "A-1,001"])
def test_an_id_that_only_looks_like_one_is_kept(written):
    assert values.parse_short(written, is_id=True).value == written


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
