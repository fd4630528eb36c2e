"""A broken copy for every trap of municipal files: the right value, or a problem that names file, row and column."""

import datetime as dt
import io
import os
import sys
from collections import Counter

import pandas as pd
import pytest

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib import intake
from ujo_lib.fiscal import FiscalYear, Period, holiday_name, period_for, sunday_weekday
from ujo_lib.intake import reading
from ujo_lib.text import fold_key


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="Asia/Tokyo")


SLOW = pytest.mark.slow
SEPTEMBER = dt.date(2023, 9, 1)

# id, kind, cell (data row, heading), what is written there, canonical column, what must come out
MENDED = [
    ("03-machine-dependent-circled", "consultations", (2, "発言数"), "⑫", "n_messages", 12),
    ("03-wave-dash", "campaigns", (2, "放送時間帯"), "20:00\u301c26:00", "zone", "20:00~26:00"),
    ("03-minus-sign-in-range", "cases", (2, "年代"), "40\u221249歳", "age_band", "40歳代"),
    ("05-full-width-digits", "consultations", (2, "発言数"), "\uff11\uff12", "n_messages", 12),
    ("05-half-width-kana", "campaigns", (2, "媒体"), "\uff83\uff9a\uff8b\uff9e", "media", "TV"),
    ("05-blank-around-a-label", "cases", (2, "家族構成"), "\u3000家族と同居 ", "household", "家族と同居"),
    ("06-thousands-comma", "campaigns", (2, "費用(円)"), "790,000", "cost_yen", 790000),
    ("06-yen-sign", "campaigns", (2, "費用(円)"), "\uffe5790,000", "cost_yen", 790000),
    ("06-unit-behind", "national_daily", (2, "件数"), "20件", "n", 20),
    ("06-unit-households", "commissioners", (2, "担当世帯数"), "1,120世帯", "households_charge", 1120),
    ("07-era-short", "commissioners", (2, "配布日"), "R5.9.1", "distributed_on", SEPTEMBER),
    ("07-era-long-weekday", "commissioners", (2, "配布日"), "令和5年9月1日(金)", "distributed_on", SEPTEMBER),
    ("07-slashes-weekday", "commissioners", (2, "配布日"), "2023/9/1(金)", "distributed_on", SEPTEMBER),
    ("07-compact", "commissioners", (2, "配布日"), "20230901", "distributed_on", SEPTEMBER),
    ("07-excel-serial", "commissioners", (2, "配布日"), "45170", "distributed_on", SEPTEMBER),
    ("07-full-width", "commissioners", (2, "配布日"), "\uff12\uff10\uff12\uff13年\uff19月\uff11日", "distributed_on",
     SEPTEMBER),
    ("08-fiscal-year-in-era", "waves", (2, "年度"), "令和2年度", "fiscal_year", 2020),
    ("08-fiscal-year-short", "waves", (1, "年度"), "R元年度", "fiscal_year", 2019),
    ("09-clock-past-midnight", "consultations", (2, "相談受付日時"), "2023-08-02 25:30", "received_at",
     at("2023-08-03 01:30")),
    ("09-clock-24", "consultations", (2, "相談受付日時"), "2023-08-02 24:00", "received_at",
     at("2023-08-03")),
    ("09-clock-in-words", "campaigns", (2, "放送時間帯"), "20時~26時", "zone", "20:00~26:00"),
    ("10-offset-given", "consultations", (2, "相談受付日時"), "2023-08-02T13:15:00Z", "received_at",
     at("2023-08-02 22:15")),
    ("10-offset-jst", "consultations", (2, "相談受付日時"), "2023-08-02T22:15:00+09:00", "received_at",
     at("2023-08-02 22:15")),
    ("14-none-is-zero", "national_daily", (2, "件数"), "\uff0d", "n", 0),
    ("14-unknown-is-missing", "national_daily", (2, "件数"), "・・・", "n", None),
    ("14-suppressed-is-missing", "national_daily", (2, "件数"), "X", "n", None),
    ("14-blank-is-not-answered", "cases", (2, "性別"), "", "sex", None),
    ("14-no-answer-in-words", "consultations", (2, "年代"), "無回答", "age_band", None),
    ("14-unknown-is-an-answer", "cases", (2, "年代"), "不明", "age_band", "不明"),
    ("14-unknown-place-is-an-answer", "consultations", (2, "都道府県"), "不明", "pref", "不明・無回答"),
    ("16-age-decade", "cases", (2, "年代"), "40代", "age_band", "40歳代"),
    ("16-age-range", "cases", (2, "年代"), "40\uff5e49歳", "age_band", "40歳代"),
    ("16-age-kanji", "cases", (2, "年代"), "四十代", "age_band", "40歳代"),
    ("16-age-and-over", "cases", (2, "年代"), "65歳以上", "age_band", "65歳以上"),
    ("16-age-not-known", "cases", (2, "年代"), "不詳", "age_band", "不明"),
    ("16-age-in-years", "cases", (2, "年代"), "43歳", "age_band", "40歳代"),
    ("17-leading-zeros", "commissioners", (2, "委員番号"), "002", "commissioner_id", "002"),
    ("26-emoji", "consultations", (2, "相談本文"), "つらい😢 café", "text", "つらい😢 café"),
]  # fmt: skip

# id, kind, cell, what is written there, fragment of the remedy, rule
REFUSED = [
    ("06-comma-misplaced", "campaigns", (2, "費用(円)"), "79,00", "カンマ", "6"),
    ("06-brackets-two-meanings", "campaigns", (2, "費用(円)"), "(25)", "負の数にも内数にも", "6"),
    ("06-negative-count", "national_daily", (2, "件数"), "▲3", "直して", "定義"),
    ("06-percent-in-a-count", "national_daily", (2, "件数"), "25%", "%", "6"),
    ("06-words-in-a-count", "national_daily", (2, "件数"), "約20", "数字だけ", "6"),
    ("06-half-a-case", "national_daily", (2, "件数"), "2.5", "整数", "6"),
    ("07-year-not-known", "commissioners", (2, "配布日"), "5.9.1", "何年か決められません", "7"),
    ("07-weekday-wrong", "commissioners", (2, "配布日"), "2023/9/1(土)", "金曜日", "7"),
    ("07-outside-its-era", "commissioners", (2, "配布日"), "H31.5.1", "元号", "7"),
    ("07-no-such-day", "commissioners", (2, "配布日"), "2023-02-29", "暦にありません", "7"),
    ("07-no-day", "commissioners", (2, "配布日"), "R5.9", "日がありません", "7"),
    ("07-no-year", "commissioners", (2, "配布日"), "9/1", "年がありません", "7"),
    ("08-no-fiscal-year", "waves", (2, "年度"), "前年度", "令和5年度", "8"),
    ("09-no-such-clock", "consultations", (2, "相談受付日時"), "2023-08-02 31:00", "30:00", "9"),
    ("09-zone-backwards", "campaigns", (2, "放送時間帯"), "20:00~2:00", "26:00", "9"),
    ("14-sign-not-declared", "commissioners", (2, "担当世帯数"), "*", "missing", "6"),
    ("15-excel-glued-answers", "cases", (2, "経緯(複数回答)"), "13", "1,3 を 13", "15"),
    ("15-excel-made-a-date", "cases", (2, "経緯(複数回答)"), "1月3日", "日付", "15"),
    ("15-answer-out-of-range", "cases", (2, "経緯(複数回答)"), "1,77", "選択肢", "15"),
    ("16-age-in-two-bands", "cases", (2, "年代"), "35~45歳", "1つ", "16"),
    ("17-zero-lost", "cases", (2, "委員番号"), "1", "先頭の0", "照合"),
    ("25-same-key-twice", "consultations", (2, "相談ID"), "S1", "2行目", "25"),
    ("00-not-an-option", "cases", (2, "性別"), "男子", "「男性」", "定義"),
    ("00-key-blank", "consultations", (2, "相談ID"), "", "書き入れて", "定義"),
    ("00-more-answers-than-asked", "commissioners", (2, "対象"), "0", "直して", "照合"),
    ("00-returned-before-sent", "commissioners", (2, "回収日"), "2023-08-01", "日付", "照合"),
    ("00-responded-more-than-scope", "waves", (2, "回答数"), "140", "直して", "照合"),
    ("00-ends-before-it-starts", "campaigns", (2, "終了"), "2024-02-01", "日付", "照合"),
    ("00-double-of-nobody", "cases", (2, "重複先"), "C9", "番号", "照合"),
]  # fmt: skip


def only(frame: pd.DataFrame, file: str, row: int, heading: str) -> pd.DataFrame:
    return frame[(frame["file"] == file) & (frame["row"] == row) & (frame["column"] == heading)]


@pytest.mark.parametrize(
    ("kind", "cell", "written", "column", "expected"), [c[1:] for c in MENDED], ids=[c[0] for c in MENDED]
)
@pytest.mark.parametrize("suffix", ["csv", pytest.param("tsv", marks=SLOW), pytest.param("xlsx", marks=SLOW)])
def test_a_mendable_cell_is_read_as_what_was_meant(desk: Desk, suffix, kind, cell, written, column, expected):
    rows = table(kind, {cell: written})
    make = {"csv": as_csv, "tsv": lambda r: as_csv(r, "utf-16", "\t"), "xlsx": as_xlsx}[suffix]
    desk.put(kind, f"{kind}.{suffix}", make(rows))
    taken = desk.load()
    value = taken[kind][column].iloc[cell[0] - 1]
    if expected is None:
        assert pd.isna(value)
    elif isinstance(expected, dt.date) and not isinstance(expected, pd.Timestamp):
        assert value.date() == expected
    else:
        assert value == expected


@pytest.mark.parametrize(
    ("kind", "cell", "written", "column", "expected"),
    [
        c[1:]
        for c in MENDED
        if c[0][:2] in ("03", "05", "06", "07", "08", "09", "14") and c[3] not in ("", "無回答", "不明")
    ],
)
def test_every_change_of_a_cell_is_listed_with_its_row(desk: Desk, kind, cell, written, column, expected):
    desk.put(kind, f"{kind}.csv", as_csv(table(kind, {cell: written})))
    listed = only(desk.check().repairs, f"{kind}.csv", cell[0] + 1, cell[1])
    assert len(listed) == 1
    assert listed["before"].iloc[0] == " ".join(written.split())


@pytest.mark.parametrize(
    ("kind", "cell", "written", "remedy", "rule"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
@pytest.mark.parametrize("suffix", ["csv", pytest.param("xlsx", marks=SLOW)])
def test_a_doubtful_cell_is_a_problem_with_file_row_column_and_remedy(
    desk: Desk, suffix, kind, cell, written, remedy, rule
):
    name = f"{kind}.{suffix}"
    rows = table(kind, {cell: written})
    desk.put(kind, name, as_csv(rows) if suffix == "csv" else as_xlsx(rows))
    if kind == "cases":
        desk.put("commissioners", "c.csv", as_csv(table("commissioners")))
    taken = desk.check()
    found = only(taken.problems, name, cell[0] + 1, cell[1])
    assert found["severity"].tolist() == ["error"], taken.problems.to_string()
    assert remedy in found["remedy"].iloc[0]
    assert found["rule"].iloc[0] == rule
    assert found["expected"].iloc[0]
    with pytest.raises(intake.DataProblems) as raised:
        desk.load()
    assert f"{name}" in str(raised.value)
    assert f"{cell[0] + 1}行目" in str(raised.value)


# --- 1, 2: encodings and mojibake -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_trap_01_the_encoding_is_found_and_recorded(desk: Desk, encoding):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns", {(2, "施策名"): "①㈱髙木"}), encoding))
    taken = desk.load()
    assert taken.sources["encoding"].iloc[0] == encoding
    assert taken["campaigns"]["name"].iloc[1] == "1(株)髙木"


def test_trap_01_a_declared_encoding_that_fails_is_a_problem(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns"), "cp932"), encoding="utf-8")
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["row"], problem["rule"]) == ("k.csv", 1, "2")
    assert "CSV UTF-8" in problem["remedy"]


@pytest.mark.parametrize(
    "garbage",
    [
        "相談\ufffd内容",
        "ã\x81\x82ã\x81\x84",
        "これは施策です".encode().decode("cp932", "ignore"),
        "施策名です".encode("euc-jp"),
    ],
    ids=["replacement", "latin-1", "utf-8-as-cp932", "euc-jp"],
)
def test_trap_02_mojibake_is_refused_with_its_line(desk: Desk, garbage):
    rows = table("campaigns")
    rows[2][1] = "HERE"
    content = as_csv(rows, "cp932" if isinstance(garbage, bytes) else "utf-8")
    desk.put(
        "campaigns",
        "k.csv",
        content.replace(b"HERE", garbage if isinstance(garbage, bytes) else garbage.encode()),
    )
    taken = desk.check()
    problem = taken.problems.iloc[0]
    assert (problem["file"], problem["row"], problem["rule"]) == ("k.csv", 3, "2")
    assert "campaigns" not in taken


def test_trap_02_half_width_kana_alone_is_no_mojibake():
    assert not reading.is_mojibake("ﾃﾚﾋﾞｺﾏｰｼｬﾙ 市内放送")
    assert not reading.is_mojibake("縺れた糸")


@pytest.mark.parametrize(
    ("beside", "suspect"),
    [("", True), ("漢字漢字漢字漢", True), ("漢字漢字漢字漢字", False), ("漢字漢字漢字漢字漢", False)],
)
def test_trap_02_euc_is_told_where_most_letters_are_half_width_and_it_does_not_begin_like_a_word(
    beside, suspect
):
    assert reading.is_mojibake("､ｳ､ﾎｳﾊｰｻ" + beside + "ab") == suspect


@pytest.mark.parametrize(("quietest", "warned"), [(4, 0), (11, 0), (12, 1), (21, 1), (22, 0)])
def test_trap_10_the_quietest_hour_after_noon_is_suspected_of_another_time_zone(desk: Desk, quietest, warned):
    counts = {hour: 5 if (hour - quietest) % 24 in (23, 0, 1) else 30 for hour in range(24)}
    counts[quietest] = 1
    rows = [["日付", "時台", "件数"], *(["2023-08-01", f"{hour}時台", str(n)] for hour, n in counts.items())]
    desk.put("national_hourly", "h.csv", as_csv(rows))
    assert sum(fault.rule == "10" for fault in desk.check().faults) == warned


# --- 4, 8, 19, 20, 26: kept on the ground floor ---------------------------------------------------------------------


def test_trap_04_variant_kanji_stay_as_written_and_meet_as_keys(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns", {(2, "施策名"): "髙\ufa11"})))
    assert desk.load()["campaigns"]["name"].iloc[1] == "髙\ufa11"
    assert fold_key("髙\ufa11") == fold_key("高崎")


def test_trap_08_calendar_and_fiscal_years_are_never_mixed_up():
    fy = FiscalYear.parse("令和5年度")
    assert (period_for(fy, "calendar").start.month, period_for(fy, "fiscal").start.month) == (1, 4)


def test_trap_19_and_20_weeks_begin_on_sunday_and_breaks_are_data():
    assert sunday_weekday(dt.date(2023, 12, 10)) == 0
    assert holiday_name(dt.date(2024, 2, 12)) is not None
    assert Period(dt.date(2023, 7, 21), dt.date(2023, 8, 31), "夏休み").contains(dt.date(2023, 8, 1))


# --- 10: clocks -----------------------------------------------------------------------------------------------------


def test_trap_10_naive_stamps_without_a_declared_zone_are_a_problem(desk: Desk):
    desk.put("consultations", "s.csv", as_csv(table("consultations")), timezone=None)
    problems = desk.check().problems
    assert problems[["column", "rows", "count"]].values.tolist() == [["相談受付日時", "2・3・4", 3]]
    assert "timezone: Asia/Tokyo" in problems["remedy"].iloc[0]


def test_trap_10_a_nine_hour_shift_is_suspected(desk: Desk):
    quiet_at_five = [h for h in range(24) for _ in range(5 if 3 <= h <= 7 else 40)]
    rows = [["相談ID", "相談受付日時", "窓口", "都道府県", "年代"]]
    rows += [
        [f"S{i}", f"2023-08-01 {h:02d}:00", "全国窓口", "熊本県", "10代"] for i, h in enumerate(quiet_at_five)
    ]
    desk.put("consultations", "s.csv", as_csv(rows))
    assert desk.check().problems.empty
    desk.declared["consultations"]["timezone"] = "UTC"
    problem = desk.check().problems.iloc[0]
    assert (problem["severity"], problem["rule"], problem["column"]) == ("warning", "10", "相談受付日時")
    assert "9時間" in problem["remedy"]


def test_trap_10_an_unknown_zone_is_a_problem_of_the_declaration(desk: Desk):
    desk.put("consultations", "s.csv", as_csv(table("consultations")), timezone="Tokyo")
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["column"]) == ("inputs.yaml", "consultations.timezone")


# --- 11: headings ---------------------------------------------------------------------------------------------------


def two_level_rows(kind="commissioners"):
    heads, *rows = table(kind)
    upper = ["調査", "", "委員", "", "", "配布・回収", "", "", "", "回答内容", "", ""]
    return [upper, heads, *rows]


def test_trap_11_merged_two_level_headings_are_joined_and_matched(desk: Desk):
    merge = ("A1:B1", "C1:E1", "F1:I1", "J1:L1")
    desk.put("commissioners", "c.xlsx", as_xlsx(two_level_rows(), merge), header_rows=2)
    taken = desk.load()
    assert taken["commissioners"]["commissioner_id"].tolist() == ["001", "002", "003"]
    assert taken.sources["header_row"].tolist() == [1]


def test_trap_11_two_level_headings_in_csv_are_filled_from_the_left(desk: Desk):
    desk.put("commissioners", "c.csv", as_csv(two_level_rows()), header_rows=2)
    assert len(desk.load()["commissioners"]) == 3


def test_trap_11_a_merged_cell_in_the_data_counts_for_all_its_rows(desk: Desk):
    rows = table("commissioners")
    rows[2][3] = rows[3][3] = ""
    desk.put("commissioners", "c.xlsx", as_xlsx(rows, ("D2:D4",)))
    taken = desk.load()
    assert taken["commissioners"]["district"].tolist() == ["東", "東", "東"]
    merged = taken.rules[taken.rules["rule"] == "1-4"].iloc[0]
    assert (merged["verdict"], merged["example"]) == ("要改善", "D2:D4")


def test_trap_11_a_missing_heading_names_the_nearest_one(desk: Desk):
    rows = table("consultations")
    rows[0][1] = "受け付け日時"
    desk.put("consultations", "s.csv", as_csv(rows))
    problems = desk.check().problems.set_index("column")
    assert "受け付け日時" in problems.loc["相談受付日時", "remedy"]
    assert problems.loc["相談受付日時", "row"] == 1
    assert problems.loc["受け付け日時", "severity"] == "warning"
    desk.declared["consultations"]["columns"] = {"受け付け日時": "received_at"}
    assert len(desk.load()["consultations"]) == 3


def test_trap_11_the_same_heading_twice_is_a_problem(desk: Desk):
    rows = [[*row, row[5]] for row in table("consultations")]
    desk.put("consultations", "s.csv", as_csv(rows))
    assert "同じ項目" in desk.check().problems["remedy"].iloc[0]


def test_trap_11_a_file_of_another_kind_is_recognised_as_such(desk: Desk):
    desk.put("consultations", "s.csv", as_csv([["商品", "個数"], ["りんご", "3"]]))
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["rule"]) == ("s.csv", "11")
    assert "header_rows" in problem["remedy"]


# --- 12, 13: notes and totals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    ["注 速報値。", "※ 欠員を除く。", "出典: 市の資料", "\uff08注\uff09速報値", "資料: 市", "(注1) 速報値"],
)
@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_trap_12_notes_above_and_below_are_dropped_and_reported(desk: Desk, note, make):
    rows = [
        ["令和5年度 日別件数", "", ""],
        ["", "", ""],
        *table("national_daily"),
        ["", "", ""],
        [note, "", ""],
    ]
    name = f"n.{'csv' if make is as_csv else 'xlsx'}"
    desk.put("national_daily", name, make(rows))
    taken = desk.load()
    assert taken["national_daily"]["n"].tolist() == [10, 20, 30]
    dropped = taken.repairs[taken.repairs["rule"] == "12"]
    assert dropped["row"].tolist() == [1, 8]
    assert taken.sources[["rows_read", "rows_dropped", "rows_kept"]].iloc[0].tolist() == [5, 2, 3]


def test_trap_12_notes_of_another_width_are_dropped_too(desk: Desk):
    content = "表1\r\n".encode() + as_csv(table("national_daily"), "utf-8") + "※ 速報\r\n".encode()
    desk.put("national_daily", "n.csv", content)
    taken = desk.load()
    assert taken["national_daily"]["n"].tolist() == [10, 20, 30]
    assert taken.repairs[taken.repairs["rule"] == "12"]["row"].tolist() == [1, 6]


def test_trap_12_data_below_a_note_are_a_problem_and_not_lost(desk: Desk):
    rows = [*table("national_daily"), ["注 ここまで県分", "", ""], ["2023-08-04", "福岡県", "5"]]
    desk.put("national_daily", "n.csv", as_csv(rows))
    problem = desk.check().problems.iloc[0]
    assert (problem["row"], problem["rule"]) == (6, "総務省2-2")
    assert "注記(5行目)" in problem["remedy"]


@pytest.mark.parametrize("word", ["合計", "計", "総計", "総数", "合 計", "Total", "Total of 3 results"])
def test_trap_13_a_total_row_is_dropped_when_it_adds_up(desk: Desk, word):
    desk.put("national_daily", "n.csv", as_csv([*table("national_daily"), [word, "", "60"]]))
    taken = desk.load()
    assert taken["national_daily"]["n"].sum() == 60
    assert "明細の和と一致" in taken.repairs[taken.repairs["rule"] == "13"]["after"].iloc[0]


def test_trap_13_a_total_row_that_does_not_add_up_is_a_problem(desk: Desk):
    desk.put("national_daily", "n.csv", as_csv([*table("national_daily"), ["合計", "", "61"]]))
    problem = desk.check().problems.iloc[0]
    assert (problem["row"], problem["column"], problem["value"], problem["rule"]) == (5, "件数", "61", "13")
    assert "60" in problem["expected"]


def test_trap_13_a_total_without_a_word_is_recognised_by_its_sum(desk: Desk):
    desk.put("national_daily", "n.csv", as_csv([*table("national_daily"), ["", "", "60"]]))
    assert desk.load()["national_daily"]["n"].sum() == 60


def test_trap_13_subtotals_stand_for_the_rows_above_them(desk: Desk):
    head, first, second, third = table("national_daily")
    rows = [head, first, second, ["小計", "", "30"], third, ["小計", "", "30"], ["合計", "", "60"]]
    desk.put("national_daily", "n.csv", as_csv(rows))
    assert desk.load()["national_daily"]["n"].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("day", "stated", "told"),
    [
        ("2023-08-01", "15", None),
        ("2023-08-01", "16", "15"),
        ("2023-08-02", "20", None),
        ("2023-08-02", "35", None),  # the last day of the report, beside a total of all days
        ("2023-08-09", "35", None),
        ("2023-08-09", "36", "35"),
        ("-", "35", None),
    ],
)
def test_trap_13_a_total_of_a_day_is_held_against_that_day(desk: Desk, day, stated, told):
    rows = [
        ["日付", "都道府県", "件数"],
        ["2023-08-01", "熊本県", "10"],
        ["2023-08-01", "福岡県", "5"],
        ["2023-08-02", "熊本県", "20"],
        [day, "合計", stated],
    ]
    desk.put("national_daily", "n.csv", as_csv(rows))
    taken = desk.check()
    assert taken["national_daily"]["n"].tolist() == [10, 5, 20]
    found = [(fault.row, fault.expected) for fault in taken.faults]
    assert found == ([(5, f"行の合計 {told}")] if told else [])


def test_trap_13_a_subtotal_column_is_checked_and_dropped(desk: Desk):
    rows = [[*row[:8], "男女計" if i == 0 else "32", *row[8:]] for i, row in enumerate(table("waves"))]
    desk.put("waves", "w.csv", as_csv(rows))
    taken = desk.load()
    assert len(taken["waves"]) == 3
    assert "左の2列の和と一致" in taken.repairs["after"].iloc[0]


@pytest.mark.parametrize(("stated", "wrong"), [("30", []), ("31", [3])])
def test_trap_13_a_total_column_of_a_group_must_add_up(desk: Desk, stated, wrong):
    rows = [
        ["", "", "", "内訳", "", ""],
        ["日付", "都道府県", "件数", "窓口A", "窓口B", "計"],
        ["2023-08-01", "熊本県", "30", "10", "20", stated],
    ]
    desk.put("national_daily", "n.csv", as_csv(rows), header_rows=2, ignore=["内訳_窓口A", "内訳_窓口B"])
    problems = desk.check().problems
    assert problems["row"].tolist() == wrong
    assert set(problems["column"]) <= {"内訳_計"}


# --- 14: missing values ---------------------------------------------------------------------------------------------


def test_trap_14_four_kinds_of_nothing_stay_apart(desk: Desk):
    desk.put(
        "national_daily",
        "n.csv",
        as_csv(table("national_daily", {(1, "件数"): "-", (2, "件数"): "…", (3, "件数"): "x"})),
    )
    frame = desk.load()["national_daily"]
    assert frame["n"].tolist() == [0, pd.NA, pd.NA]
    assert frame["n_unknown"].tolist() == [False, True, False]
    assert frame["n_suppressed"].tolist() == [False, False, True]


def test_trap_14_an_undeclared_sign_is_never_guessed(desk: Desk):
    desk.put("national_daily", "n.csv", as_csv(table("national_daily", {(2, "件数"): "-"})), missing={})
    problem = desk.check().problems.iloc[0]
    assert (problem["row"], problem["column"], problem["value"]) == (3, "件数", "-")
    assert "none / unknown / suppressed" in problem["remedy"]


# --- 15: multiple answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "1,3",
        "1、3",
        "1・3",
        "①③",
        "1 3",
        "\uff11\uff0c\uff13",
        "3,1",
        "1;3",
        "1/3",
        "不登校、職場になじめなかった",
        "1,3,",
    ],
)
def test_trap_15_every_way_to_list_answers_is_read(desk: Desk, written):
    desk.put("cases", "z.csv", as_csv(table("cases", {(2, "経緯(複数回答)"): written})))
    row = desk.load()["cases"].filter(regex="^trigger_").iloc[1]
    assert row.index[row.fillna(False)].tolist() == ["trigger_不登校", "trigger_職場になじめなかった"]


def test_trap_15_a_blank_list_is_not_answered_in_every_option(desk: Desk):
    desk.put("cases", "z.csv", as_csv(table("cases", {(2, "経緯(複数回答)"): ""})))
    taken = desk.load()
    assert (
        taken["cases"]
        .filter(like="trigger_")
        .drop(columns="trigger_other", errors="ignore")
        .iloc[1]
        .isna()
        .all()
    )
    missing = taken.missing.set_index("column").loc["trigger"]
    assert (missing["n_missing"], missing["base"]) == (1, 3)


@pytest.mark.parametrize("heading", ["経緯_{}", "経緯[{}]"])
@pytest.mark.parametrize(
    ("encoding", "yes", "no"),
    [("dummies", "1", "0"), ("marks", "○", ""), ("marks", "レ", ""), ("marks", "{}", "")],
)
def test_trap_15_a_column_per_option_is_read(desk: Desk, encoding, yes, no, heading):
    rows = table("cases")
    head = [*rows[0][:-1], heading.format("不登校"), heading.format("家庭環境")]
    rows = [
        head,
        *[
            [
                *row[:-1],
                *(tick.format(option) for tick, option in zip(ticks, ("不登校", "家庭環境"), strict=True)),
            ]
            for row, ticks in zip(rows[1:], ((yes, no), (yes, yes), ("", "")), strict=True)
        ],
    ]
    desk.put("cases", "z.csv", as_csv(rows), multiple_answers={"trigger": encoding})
    frame = desk.load()["cases"]
    assert frame["trigger_家庭環境"].tolist() == [False, True, pd.NA]
    assert frame["trigger_受験・進学"].tolist() == [False, False, pd.NA]


@pytest.mark.parametrize(
    ("heading", "ignore", "ok"),
    [
        ("経緯_介護", [], False),
        ("経緯[介護]", [], False),
        ("経緯_介護", ["経緯_介護"], True),
        ("経緯_その他の詳細", [], True),
        ("介護", [], True),
    ],
)
def test_trap_15_who_ticked_only_what_nobody_reads_is_not_taken_for_silent(desk: Desk, heading, ignore, ok):
    rows = [[*row[:-1], *ticks] for row, ticks in zip(
        table("cases"), [("経緯_不登校", heading), ("1", ""), ("", "1"), ("", "")], strict=True
    )]  # fmt: skip
    desk.put("cases", "z.csv", as_csv(rows), multiple_answers={"trigger": "marks"}, ignore=ignore)
    told = [p.column for p in desk.check().faults if p.severity == "error"]
    assert told == ([] if ok else [heading])


@pytest.mark.parametrize("encoding", ["dummies", "marks"])
@pytest.mark.parametrize(
    ("ticks", "at"),
    [
        (["×", ""], "経緯_不登校"),
        (["", "✕"], "経緯_家庭環境"),
        (["×", "0"], None),  # whoever chose neither
        (["×", "○"], None),
        (["0", ""], None),
    ],
)
def test_trap_15_a_cross_beside_blanks_may_be_a_tick(desk: Desk, encoding, ticks, at):
    lines = [("経緯_不登校", "経緯_家庭環境"), ("○", ""), ticks, ("", "")]
    rows = [[*row[:-1], *line] for row, line in zip(table("cases"), lines, strict=True)]
    desk.put("cases", "z.csv", as_csv(rows), multiple_answers={"trigger": encoding})
    told = [(p.row, p.column) for p in desk.check().faults if p.severity == "error"]
    assert told == ([(3, at)] if at else [])


def test_trap_15_a_date_cell_in_a_list_is_a_problem(desk: Desk):
    rows = [list(row) for row in table("cases")]
    rows[2][-1] = dt.datetime(2023, 1, 3)
    desk.put("cases", "z.xlsx", as_xlsx(rows))
    problem = desk.check().problems.iloc[0]
    assert (problem["row"], problem["column"], problem["rule"]) == (3, "経緯(複数回答)", "15")
    assert "文字列" in problem["remedy"]


def test_trap_15_twelve_may_be_one_and_two(desk: Desk):
    rows = [list(row) for row in table("cases")]
    rows[2][-1] = 12
    desk.put("cases", "z.xlsx", as_xlsx(rows))
    problem = desk.check().problems.iloc[0]
    assert (problem["severity"], problem["row"], problem["value"]) == ("warning", 3, "12")


def test_trap_15_one_column_can_only_be_a_list_and_needs_no_declaration(desk: Desk):
    desk.put("cases", "z.csv", as_csv(table("cases")), multiple_answers={})
    assert desk.load()["cases"]["trigger_不登校"].all()


def test_a_question_of_several_answers_that_was_not_asked_this_year_is_told_to_go_from_the_declaration(
    desk: Desk,
):
    rows = pd.DataFrame(table("cases")).pipe(lambda cells: cells.loc[:, cells.iloc[0] != "同居家族(複数)"])
    asked = as_csv(rows.to_numpy().tolist())
    desk.put("cases", "z.csv", asked, multiple_answers={"household_members": "listed"})
    [remedy] = desk.check().problems.query("severity == 'error'")["remedy"]
    assert "multiple_answers から household_members を消してください" in remedy


def test_a_question_of_several_answers_that_no_page_can_do_without_is_not_said_to_be_dispensable(desk: Desk):
    desk.put(
        "cases", "z.csv", as_csv([row[:-1] for row in table("cases")]), multiple_answers={"trigger": "listed"}
    )
    [remedy] = desk.check().problems.query("severity == 'error'")["remedy"]
    assert "multiple_answers から" not in remedy


@pytest.mark.parametrize("headings", [("経緯_不登校", "経緯_家庭環境"), ("経緯[不登校]", "経緯[家庭環境]")])
def test_trap_15_columns_per_option_that_were_not_declared_are_a_problem(desk: Desk, headings):
    rows = table("cases")
    rows = [[*rows[0][:-1], *headings], *([*row[:-1], "1", "0"] for row in rows[1:])]
    desk.put("cases", "z.csv", as_csv(rows), multiple_answers={})
    problems = desk.check().problems
    assert problems[problems["severity"] == "error"][["column", "rule"]].values.tolist() == [
        ["経緯(複数回答)", "15"]
    ]


# --- 17, 18, 21: codes, workbooks, files ----------------------------------------------------------------------------


def test_trap_17_codes_stay_text_in_workbooks_and_text_files(desk: Desk):
    desk.put("commissioners", "c.xlsx", as_xlsx(table("commissioners")))
    assert desk.load()["commissioners"]["commissioner_id"].tolist() == ["001", "002", "003"]


def test_trap_18_what_only_the_eye_sees_is_warned_about(desk: Desk):
    import io

    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table("national_daily"))))
    sheet = book.active
    sheet["C1"].comment, sheet["C3"].comment = Comment("数を書く", "市"), Comment("二重に数えた", "市")
    sheet.row_dimensions[3].hidden = True
    sheet["C4"].font = Font(strike=True)
    sheet["C2"] = "=5+5"
    out = io.BytesIO()
    book.save(out)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    taken = desk.check()
    assert {"C2", "3行", "C4", "C3"} == set(taken.problems["value"])
    assert set(taken.problems["severity"]) == {"warning"}
    formulas = taken.rules[taken.rules["rule"] == "1-7"].iloc[0]
    assert (formulas["verdict"], formulas["n"]) == ("要改善", 1)


def test_trap_18_the_sheet_must_be_clear(desk: Desk):
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table("national_daily"), title="件数")))
    book.create_sheet("説明")["A1"] = "件数は速報値"
    out = io.BytesIO()
    book.save(out)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    assert "件数、説明" in desk.check().problems["remedy"].iloc[0]
    desk.declared["national_daily"]["sheet"] = "件数"
    assert desk.load().sources["sheet"].tolist() == ["件数"]


def test_trap_21_a_missing_file_says_what_is_there(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    desk.declared["campaigns"]["files"] = ["施策.csv"]
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["rule"]) == ("施策.csv", "21")
    assert "k.csv" in problem["remedy"]


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="needs file modes"
)
def test_trap_21_a_file_without_permission_is_a_problem(desk: Desk):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns"))).chmod(0)
    assert "Excelで開いていれば閉じ" in desk.check().problems["remedy"].iloc[0]


class CloudFile(io.RawIOBase):
    """A file that opens and cannot be read, as that of a cloud that is not there."""

    def readable(self):
        return True

    def readinto(self, _):
        raise OSError(22, "The cloud file provider is not running")


def locked():
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("open_it", [locked, CloudFile])
def test_trap_21_a_file_that_cannot_be_opened_or_read_is_a_friendly_problem(desk: Desk, monkeypatch, open_it):
    path = desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    opened = type(path).open
    monkeypatch.setattr(
        type(path),
        "open",
        lambda self, *how, **more: open_it() if self == path else opened(self, *how, **more),
    )
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["rule"]) == ("k.csv", "21")
    assert "Excelで開いていれば閉じ" in problem["remedy"]


def test_trap_21_a_file_open_in_excel_is_a_warning(desk: Desk):
    desk.put("campaigns", "k.xlsx", as_xlsx(table("campaigns")))
    (desk.folder / "~$k.xlsx").write_bytes(b"x")
    problem = desk.check().problems.iloc[0]
    assert (problem["severity"], problem["rule"]) == ("warning", "21")


def test_trap_21_names_in_mac_form_and_with_backslashes_are_found(desk: Desk):
    (desk.folder / "受付").mkdir()
    desk.put("campaigns", "受付/カ\u3099イト\u3099.csv", as_csv(table("campaigns")))
    desk.declared["campaigns"]["files"] = ["受付\\ガイド.csv"]
    assert len(desk.load()["campaigns"]) == 3


def test_trap_21_lines_may_end_in_any_way(desk: Desk):
    content = as_csv(table("campaigns"), "utf-8")
    for i, bytes_ in enumerate((content.replace(b"\r\n", b"\n"), content.replace(b"\r\n", b"\r"), content)):
        desk.declared.clear()
        desk.put("campaigns", f"k{i}.csv", bytes_)
        assert len(desk.load()["campaigns"]) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [("k.xls", b"\xd0\xcf\x11\xe0"), ("k.xlsx", b"PK broken"), ("k.pdf", b"%PDF"), ("k.csv", b"")],
)
def test_trap_21_a_file_that_is_no_table_is_a_problem(desk: Desk, name, content):
    desk.put("campaigns", name, content)
    problem = desk.check().problems.iloc[0]
    assert problem["file"] == name
    assert problem["remedy"]


# --- 23, 24, 25, 26 ---------------------------------------------------------------------------------------------


def test_trap_23_personal_data_are_masked_before_anybody_sees_the_frame(desk: Desk):
    secret = "私は架空花子です。090-0000-1234、hanako@example.jp、架空市みどり町1-2-3、若葉小学校。"
    desk.put("consultations", "s.csv", as_csv(table("consultations", {(2, "相談本文"): secret})))
    taken = desk.load()
    text = taken["consultations"]["text"].iloc[1]
    for leaked in ("花子", "090", "hanako", "みどり町", "若葉"):
        assert leaked not in text
        assert leaked not in taken.json()
    assert taken.repairs[taken.repairs["rule"] == "23"]["count"].tolist() == [1]


def test_trap_23_declared_names_are_masked(desk: Desk):
    desk.put("consultations", "s.csv", as_csv(table("consultations", {(2, "相談本文"): "森に会った"})))
    desk.declared["names_to_mask"] = ["森"]
    assert desk.load("consultations")["consultations"]["text"].iloc[1] == "〔氏名〕に会った"


def test_trap_23_problem_tables_never_show_free_text(desk: Desk):
    rows = table("consultations", {(2, "相談本文"): "ひみつの話"})
    rows[2][0] = ""
    desk.put("consultations", "s.csv", as_csv(rows))
    taken = desk.check()
    assert not taken.ok
    assert "ひみつ" not in taken.json() + taken._repr_html_()


def test_trap_24_a_count_suppressed_at_source_never_becomes_zero(desk: Desk):
    desk.put(
        "national_daily",
        "n.csv",
        as_csv(table("national_daily", {(2, "件数"): "***"})),
        missing={"*": "suppressed"},
    )
    frame = desk.load()["national_daily"]
    assert frame["n"].sum() == 40
    assert frame["n"].isna().tolist() == frame["n_suppressed"].tolist() == [False, True, False]


def test_trap_25_the_same_export_twice_is_a_problem(desk: Desk):
    content = as_csv(table("consultations"))
    desk.put("consultations", "s.csv", content)
    desk.put("consultations", "コピー.csv", content)
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["rule"]) == ("コピー.csv", "25")
    assert "s.csv" in problem["remedy"]
    # A pattern names both, so that neither can be left out of the list: one has to go.
    assert "* で指しているなら一方のファイルを消してください" in problem["remedy"]


def test_trap_25_overlapping_exports_name_both_rows(desk: Desk):
    desk.put("consultations", "a.csv", as_csv(table("consultations")))
    desk.put(
        "consultations", "b.csv", as_csv(table("consultations", {(1, "相談ID"): "T1", (3, "相談ID"): "T3"}))
    )
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["row"], problem["value"]) == ("b.csv", 3, "S2")
    assert "a.csv 3行目" in problem["remedy"]


# --- files against files --------------------------------------------------------------------------------------------


def test_counts_of_two_forms_must_agree(desk: Desk):
    desk.put("commissioners", "c.csv", as_csv(table("commissioners", {(1, "該当者数"): "3"})))
    desk.put("cases", "z.csv", as_csv(table("cases")))
    problem = desk.check().problems.iloc[0]
    assert (problem["file"], problem["row"], problem["column"], problem["value"]) == (
        "c.csv",
        2,
        "該当者数",
        "3",
    )
    assert "2" in problem["expected"]


def test_the_good_files_have_no_problem_at_all(desk: Desk):
    for kind in ("commissioners", "cases", "consultations", "national_daily", "campaigns", "waves"):
        desk.put(kind, f"{kind}.csv", as_csv(table(kind)))
    taken = desk.load()
    assert taken.problems.empty
    assert set(taken) == {"commissioners", "cases", "consultations", "national_daily", "campaigns", "waves"}


def test_all_problems_come_at_once(desk: Desk):
    for kind, heading in (("national_daily", "件数"), ("campaigns", "費用(円)"), ("consultations", "発言数")):
        changes = {(1, heading): "いち", (3, heading): "さん"}
        desk.put(kind, f"{kind}.csv", as_csv(table(kind, changes)))
    with pytest.raises(intake.DataProblems) as raised:
        desk.load()
    assert Counter(problem.file for problem in raised.value.problems) == {
        "campaigns.csv": 2,
        "consultations.csv": 2,
        "national_daily.csv": 2,
    }


def test_trap_2_a_stray_quotation_mark_is_told_by_the_row_of_excel_and_the_line_of_an_editor(desk: Desk):
    """Above it stands a cell of two lines, so that the two differ."""
    lines = [",".join(row) for row in table("national_daily")]
    lines[1:] = ['2023-08-01,"熊本\n県",10', '2023-08-02,"熊本"県,20']
    desk.put("national_daily", "n.csv", "\r\n".join(lines).encode())
    problems = desk.check().problems
    (found,) = problems[problems["rule"] == "総務省1-2"].to_dict("records")
    assert (found["row"], found["value"], found["column"]) == (3, "ファイルの4行目", "都道府県")
