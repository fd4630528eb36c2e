"""Tables that are not shaped as the dictionary is are read as declared, and every message names what a clerk sees."""

import pandas as pd
import pytest

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib import intake
from ujo_lib.intake.cells import ValueRefused, parse_area
from ujo_lib.intake.declaration import READY
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.params.inputs import AdHeadings
from ujo_lib.yamlfile import read_yaml

SIGNS = {"x": "suppressed", "…": "unknown", "-": "none"}


def errors(taken: intake.Intake) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.column, p.value) for p in taken.faults if p.severity == "error"]


def by_prefecture(*more: list[str]) -> list[list[str]]:
    return [
        ["日別・県別の件数", "", "", ""],
        ["日付", "熊本県", "福岡", "合計"],
        ["2023-08-01", "10", "1,000", "1,010"],
        ["2023-08-02", "-", "x", ""],
        *more,
    ]


# --- one number in many columns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_number_in_a_column_per_prefecture_becomes_a_row_each(desk: Desk, suffix):
    make = as_csv if suffix == "csv" else as_xlsx
    desk.put("national_daily", f"n.{suffix}", make(by_prefecture()), melt={"n": "{pref}"}, missing=SIGNS)
    taken = desk.load()
    frame = taken["national_daily"]
    assert list(frame) == ["date", "pref", "n", "n_suppressed", "source"]
    assert frame["source"].isna().all()  # the file has no such column
    assert frame["date"].dt.day.tolist() == [1, 1, 2, 2]
    assert frame["pref"].tolist() == ["熊本県", "福岡県", "熊本県", "福岡県"]
    assert frame["n"].tolist() == [10, 1000, 0, pd.NA]
    assert frame["n_suppressed"].tolist() == [False, False, False, True]
    assert taken.sources.loc[0, ["rows_counted", "rows_kept", "columns_absent"]].tolist() == [4, 2, "出典"]
    assert "左の2列の和と一致" in taken.repairs.query("column == '合計'")["after"].iloc[0]


def test_the_signs_of_a_number_hold_in_each_column_that_has_it(desk: Desk):
    signs = {"n": {"-": "none", "x": "suppressed"}}
    desk.put("national_daily", "n.csv", as_csv(by_prefecture()), melt={"n": "{pref}"}, missing_in=signs)
    assert desk.load()["national_daily"]["n"].tolist() == [10, 1000, 0, pd.NA]


@pytest.mark.parametrize(("stated", "found"), [("10", []), ("11", [(5, "熊本県", "11")])])
def test_a_total_row_below_is_held_against_each_column(desk: Desk, stated, found):
    rows = by_prefecture(["合計", stated, "1000", ""])
    desk.put("national_daily", "n.csv", as_csv(rows), melt={"n": "{pref}"}, missing=SIGNS)
    taken = desk.check()
    assert errors(taken) == found
    assert len(taken["national_daily"]) == 4


@pytest.mark.parametrize(("written", "value"), [("いち", "いち"), ("-3", "-3"), ("2.5", "2.5")])
def test_a_bad_cell_is_named_with_the_heading_it_stands_under(desk: Desk, written, value):
    rows = by_prefecture(["2023-08-03", "1", written, ""])
    desk.put("national_daily", "n.csv", as_csv(rows), melt={"n": "{pref}"}, missing=SIGNS)
    assert errors(desk.check()) == [(5, "福岡", value)]


def test_hours_side_by_side_become_hours(desk: Desk):
    rows = [["日付", *(f"{h}時" for h in range(24))], ["2023-08-01", *(str(h) for h in range(24))]]
    desk.put("national_hourly", "h.csv", as_csv(rows), melt={"n": "{hour}"})
    frame = desk.load()["national_hourly"]
    assert frame["hour"].tolist() == frame["n"].tolist() == list(range(24))


@pytest.mark.parametrize(
    ("heading", "ignore", "cell", "ok"),
    [
        ("24時", [], "3", False),
        ("25時", [], "0", False),
        ("25時", ["25時"], "3", True),
        ("25時", [], "", True),
        ("天気", [], "晴れ", True),
        ("25時", [], "3件", False),
        ("25時", [], "3|x", False),  # one of two is a number
        ("天気", [], "3|x|晴れ", True),
        ("合計", [], "3", True),
    ],
)
def test_numbers_under_a_heading_that_is_no_part_are_not_left_out_without_a_word(
    desk: Desk, heading, ignore, cell, ok
):
    rows = [["日付", "22時", "23時", heading]]
    rows += [[f"2023-08-0{day}", "1", "2", one] for day, one in enumerate(cell.split("|"), 1)]
    desk.put("national_hourly", "h.csv", as_csv(rows), melt={"n": "{hour}"}, ignore=ignore)
    assert [p.column for p in desk.check().faults if p.severity == "error"] == ([] if ok else [heading])


def test_two_levels_of_headings_may_be_two_columns(desk: Desk):
    rows = [
        ["", "男", "", "女", ""],
        ["地域コード", "0~4歳", "5歳以上", "0~4歳", "5歳以上"],
        ["43213", "1", "2", "3", "4"],
    ]
    said = {"header_rows": 2, "melt": {"n": "{sex}_{age_band}"}, "ignore": ["男_計"]}
    constants = {"area_name": "市", "as_of": "2023-10-01", "source": "住民基本台帳"}
    desk.put("population", "p.xlsx", as_xlsx(rows, ("B1:C1", "D1:E1")), constants=constants, **said)
    frame = desk.load()["population"]
    assert frame[["sex", "age_band", "n"]].values.tolist() == [
        ["男性", "0~4歳", 1], ["男性", "5歳以上", 2], ["女性", "0~4歳", 3], ["女性", "5歳以上", 4],
    ]  # fmt: skip


def test_a_group_above_the_headings_is_no_part_of_them(desk: Desk):
    rows = [["", "九州", ""], ["日付", "熊本県", "福岡県"], ["2023-08-01", "1", "2"]]
    desk.put("national_daily", "n.csv", as_csv(rows), melt={"n": "{pref}"}, header_rows=2)
    assert desk.load()["national_daily"]["pref"].tolist() == ["熊本県", "福岡県"]


def test_a_form_that_no_heading_has_is_named(desk: Desk):
    desk.put("national_daily", "n.csv", as_csv(table("national_daily")), melt={"n": "{pref}の件数"})
    assert errors(desk.check()) == [(None, "melt", "{pref}の件数")]


def test_a_double_day_in_a_wide_table_is_named_with_its_row(desk: Desk):
    rows = by_prefecture(["2023-08-01", "1", "2", "3"])
    desk.put("national_daily", "n.csv", as_csv(rows), melt={"n": "{pref}"}, missing=SIGNS)
    assert {row for row, *_ in errors(desk.check())} == {5}


# --- several cells, one value ---------------------------------------------------------------------------------------


def day_and_clock(*clocks: object) -> list[list[object]]:
    heads, *rows = table("consultations")
    at = heads.index("相談受付日時")
    days = ("2023/8/1(火)", "R5.8.2", "2023年8月3日")
    split = [
        [*row[:at], day, clock, *row[at + 1 :]] for row, day, clock in zip(rows, days, clocks, strict=True)
    ]
    return [[*heads[:at], "受付日", "受付 時刻", *heads[at + 1 :]], *split]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_day_and_a_clock_of_their_own_become_one_moment(desk: Desk, suffix):
    make = as_csv if suffix == "csv" else as_xlsx
    said = {"join": {"received_at": ["受付日", "受付時刻"]}}
    desk.put("consultations", f"c.{suffix}", make(day_and_clock("22:15", "25時30分", "9:05")), **said)
    taken = desk.load()
    stamps = taken["consultations"]["received_at"].dt.strftime("%d %H:%M").tolist()
    assert stamps == ["01 22:15", "03 01:30", "03 09:05"]
    assert taken.faults == ()


def test_a_day_without_its_clock_is_an_error_at_its_row(desk: Desk):
    desk.put(
        "consultations",
        "c.csv",
        as_csv(day_and_clock("22:15", "", "9:05")),
        join={"received_at": ["受付日", "受付時刻"]},
    )
    assert errors(desk.check()) == [(3, "受付日+受付時刻", "R5.8.2")]


@pytest.mark.parametrize(
    ("midnight", "read"),
    [
        (" 00:00:00", "2023/8/3"),
        ("T00:00:00.000", "2023/8/3"),
        (" 0:00", "2023/8/3"),
        (" 10:00", "2023/8/3 10:00"),
    ],
)
def test_midnight_beside_a_day_is_no_clock_where_that_has_its_own_cell(desk: Desk, midnight, read):
    rows = day_and_clock("22:15", "22:16", "")
    place = rows[0].index("受付日")
    for row, day in zip(rows[1:], ("2023-08-01 00:00:00", "2023/8/2", f"2023/8/3{midnight}"), strict=True):
        row[place] = day
    desk.put("consultations", "c.csv", as_csv(rows), join={"received_at": ["受付日", "受付時刻"]})
    taken = desk.check()
    assert taken["consultations"]["received_at"].dt.strftime("%d %H:%M").tolist()[:2] == [
        "01 22:15",
        "02 22:16",
    ]
    assert errors(taken) == ([] if "10" in midnight else [(4, "受付日+受付時刻", read)])


@pytest.mark.parametrize(
    ("heads", "cells", "read"),
    [
        (("年", "月", "日"), ("2023", "4", "１"), "2023-04-01"),
        (("年", "月", "日"), ("令和5年", "12月", " 31 "), "2023-12-31"),
        (("年", "月日"), ("2023", "4月1日"), "2023-04-01"),
        (("年度", "月", "日"), ("2023", "1", "5"), None),  # a day of 2024
        (("年", "月", "日"), ("", "1", "5"), None),
    ],
)
def test_year_month_and_day_in_a_cell_each_are_joined_by_their_headings(desk: Desk, heads, cells, read):
    rows = [[*heads, "都道府県", "件数"], [*cells, "熊本県", "3"]]
    desk.put("national_daily", "n.csv", as_csv(rows), join={"date": list(heads)})
    taken = desk.check()
    assert [str(day.date()) for day in taken["national_daily"]["date"].dropna()] == ([read] if read else [])
    assert bool(errors(taken)) is (read is None)


@pytest.mark.parametrize("short", [0, 1, 2, 3])
def test_a_row_cut_short_is_told_beside_joined_cells_too(desk: Desk, short):
    rows = day_and_clock("22:15", "22:16", "9:05")
    rows[2] = rows[2][: len(rows[2]) - short]
    desk.put("consultations", "c.csv", as_csv(rows), join={"received_at": ["受付日", "受付時刻"]})
    assert [told[:2] for told in errors(desk.check())][:1] == [(3, "(行全体)")] * bool(short)


def test_one_part_may_be_all_that_a_table_has_and_a_column_that_is_named_is_none(desk: Desk):
    rows = [["日付", "熊本県", "福岡県"], ["2023-08-01", "1", "2"]]
    desk.put("national_daily", "n.csv", as_csv(rows), melt={"n": "{pref}"}, columns={"福岡県": "source"})
    frame = desk.load()["national_daily"]
    assert frame[["pref", "n", "source"]].to_numpy().tolist() == [["熊本県", 1, "2"]]


def test_a_heading_to_be_joined_that_is_not_there_is_named(desk: Desk):
    desk.put("consultations", "c.csv", as_csv(table("consultations")), join={"received_at": ["日", "時刻"]})
    assert (None, "join", "日、時刻") in errors(desk.check())


# --- numbers that are made up ---------------------------------------------------------------------------------------


def test_records_without_a_number_are_told_apart_by_file_and_row(desk: Desk):
    for month in (7, 8):
        rows = [row[1:] for row in table("consultations", {(1, "相談本文"): f"{month}月です。"})]
        desk.put("consultations", f"相談_{month}.csv", as_csv(rows), constants={"consult_id": "{file}/{row}"})
    ids = desk.load()["consultations"]["consult_id"].tolist()
    assert ids == [f"相談_{month}/{row}" for month in (7, 8) for row in (2, 3, 4)]


def test_records_without_a_number_in_two_overlapping_exports_are_told(desk: Desk):
    rows = [row[1:] for row in table("consultations", {(1, "相談本文"): "前の月です。"})]
    later = [row[1:] for row in table("consultations", {(3, "相談本文"): "次の月です。"})]
    for name, made in (("a.csv", rows), ("b.csv", later)):
        desk.put("consultations", name, as_csv(made), constants={"consult_id": "{file}/{row}"})
    told = [(p.severity, p.file, p.row) for p in desk.check().faults]
    assert told == [("warning", "b.csv", 3)]


def test_the_same_record_twice_in_one_file_may_be_two(desk: Desk):
    rows = [row[1:] for row in table("consultations")]
    desk.put("consultations", "a.csv", as_csv([*rows, rows[1]]), constants={"consult_id": "{file}/{row}"})
    assert desk.check().faults == ()


def test_the_sheet_may_be_the_desk(desk: Desk):
    rows = [row[:2] + row[3:] for row in table("consultations")]
    desk.put("consultations", "c.xlsx", as_xlsx(rows, title="市専用"), constants={"channel": "{sheet}"})
    assert set(desk.load()["consultations"]["channel"]) == {"市専用"}


# --- signs, codes and areas -----------------------------------------------------------------------------------------


def test_a_sign_means_missing_in_its_own_column_alone(desk: Desk):
    rows = table("consultations", {(1, "年代"): "99", (1, "発言数"): "99"})
    desk.put("consultations", "c.csv", as_csv(rows), missing_in={"age_band": {"99": "unknown"}})
    frame = desk.load()["consultations"]
    assert frame["age_band"].isna().tolist() == [True, False, False]
    assert frame["n_messages"].iloc[0] == 99


def test_a_sign_of_one_column_wins_over_that_of_all(desk: Desk):
    rows = [
        ["調査回", "年度", "調査名", "該当者数", "男性", "比較可能性", "出典"],
        ["R1", "R1", "調査", "-", "-", "可", "報告書"],
    ]
    desk.put("waves", "w.csv", as_csv(rows), missing={"-": "unknown"}, missing_in={"male": {"-": "none"}})
    frame = desk.load()["waves"]
    assert (frame["n_cases"].isna().tolist(), frame["male"].tolist()) == ([True], [0])


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"missing_in": {"agebnd": {"99": "unknown"}}}, "consultations.missing_in"),
        ({"join": {"recieved_at": ["a", "b"]}}, "consultations.join"),
        ({"join": {"received_at": ["a"]}}, "consultations.join.received_at"),
        ({"melt": {"n": "{pref}"}}, "consultations.melt"),
        ({"melt": {"n_messages": "{prefecture}"}}, "consultations.melt"),
        ({"melt": {"n_messages": "県"}}, "consultations.melt.n_messages"),
        ({"melt": {"n_messages": "{pref}{sex}"}}, "consultations.melt.n_messages"),
    ],
)
def test_a_slip_in_a_declared_shape_names_its_key(desk: Desk, said, key):
    desk.put("consultations", "c.csv", as_csv(table("consultations")), **said)
    assert {p.column for p in desk.check().faults} == {key}


@pytest.mark.parametrize(("written", "topic"), [("010", "学校"), ("8", None), ("10", None)])
def test_a_code_that_is_declared_with_a_nought_is_that_code_and_no_octal_number(desk: Desk, written, topic):
    desk.put("consultations", "c.csv", as_csv(table("consultations", {(1, "相談内容(主)"): written})))
    path = desk._inputs()
    told = "labels:\n  district: [東]\n  channel: [全国窓口]\n  consultations.topic: {家族: 009, 学校: 010}\n"
    said = "consultations: {files: [c.csv], timezone: Asia/Tokyo}\n"
    path.write_text(f"data_dir: .\n{told}{said}", encoding="utf-8")
    taken = intake.check(path, ("consultations",))
    assert taken["consultations"]["topic"].astype(object).where(lambda label: label.notna(), None)[0] == topic
    assert taken.ok is (topic is not None)


def test_a_city_s_own_codes_are_declared_and_read(desk: Desk):
    desk.labels = {**desk.labels, "consultations.topic": {"家族": [1], "学校": [7, "学業"]}}
    rows = table(
        "consultations", {(1, "相談内容(主)"): "7", (2, "相談内容(主)"): "1", (3, "相談内容(主)"): "学業"}
    )
    desk.put("consultations", "c.csv", as_csv(rows))
    assert desk.load()["consultations"]["topic"].tolist() == ["学校", "家族", "学校"]


@pytest.mark.parametrize(
    ("written", "code"),
    [("432130", "43213"), ("43213", "43213"), ("011002", "01100"), ("000000", "00000"), ("00000", "00000"),
     ("４３２１３０", "43213"), ("430005", "43000"), ("131016", "13101"), ("43213-01", "43213-01")],
)  # fmt: skip
def test_an_area_has_five_digits_whether_the_last_checks_or_not(written, code):
    assert parse_area(written).value == code


@pytest.mark.parametrize("written", ["432131", "1100", "11002", "48213", "481000", "4321", "43099", "#REF!"])
def test_an_area_that_was_mistyped_or_lost_its_zero_is_refused(written):
    with pytest.raises(ValueRefused):
        parse_area(written)


# --- ready layouts --------------------------------------------------------------------------------------------------


def test_every_name_in_a_ready_layout_is_a_column_of_some_kind():
    known = {column.name for schema in SCHEMAS.values() for column in schema.columns}
    for name, layout in read_yaml(AdHeadings, READY).root.items():
        assert {*layout.columns, *layout.constants, *layout.melt} <= known, name


@pytest.mark.parametrize("layout", ["google_forms", "microsoft_forms", "kintone"])
def test_an_export_of_a_form_numbers_the_records_of_every_kind_that_a_form_is_filled_in_for(layout):
    numbered = read_yaml(AdHeadings, READY).root[layout]
    for kind in ("consultations", "cases", "residents", "voices"):
        assert SCHEMAS[kind].key[-1] in {*numbered.columns, *numbered.constants}, kind


@pytest.mark.parametrize(
    ("layout", "extra", "number"),
    [
        ("google_forms", {"タイムスタンプ": "2024/01/05 9:03:11 午前 GMT+9"}, "v/2"),
        ("microsoft_forms", {"ID": "7", "名前": "", "メール": "anonymous"}, "7"),
        ("kintone", {"レコードの開始行": "*", "レコード番号": "7"}, "7"),
    ],
)
def test_the_answers_of_families_are_read_from_a_form(desk: Desk, layout, extra, number):
    row = {**extra, "立場": "家族", "把握している人数": "2"}
    desk.put("voices", "v.csv", as_csv([list(row), list(row.values())]), layout=layout)
    frame = desk.load()["voices"]
    assert frame[["answer_id", "voice", "persons"]].to_numpy().tolist() == [[number, "家族", 2]]


def test_the_open_data_form_of_population_is_read(desk: Desk):
    heads = ["全国地方公共団体コード", "地域コード", "都道府県名", "市区町村名", "調査年月日", "地域名",
             "総人口", "男性", "女性", "0-84歳の男性", "0-84歳の女性", "85歳以上の男性", "85歳以上の女性",
             "世帯数", "備考"]  # fmt: skip
    rows = [
        heads,
        [
            "432130",
            "",
            "熊本県",
            "みどり市",
            "2023-10-01",
            "みどり市",
            "10",
            "4",
            "6",
            "1",
            "2",
            "3",
            "4",
            "5",
            "",
        ],
    ]
    rows = [[cell for i, cell in enumerate(row) if i != 1] for row in rows]
    desk.put("population", "p.csv", as_csv(rows, "utf-8"), layout="open_data_population")
    taken = desk.load()
    frame = taken["population"]
    assert taken.faults == ()
    assert frame[["sex", "age_band", "n"]].values.tolist() == [
        ["男性", "0-84歳", 1], ["女性", "0-84歳", 2], ["男性", "85歳以上", 3], ["女性", "85歳以上", 4],
    ]  # fmt: skip
    assert set(frame["area_code"]) == {"43213"}
    assert set(frame["households"]) == {5}


def test_the_form_of_the_residents_register_is_read_and_its_sums_are_checked(desk: Desk):
    rows = [
        ["団体コード", "都道府県名", "市区町村名", "性別", "総数", "0歳~4歳", "5歳~99歳", "100歳以上"],
        ["432130", "熊本県", "みどり市", "計", "21", "5", "7", "9"],
        ["432130", "熊本県", "みどり市", "男", "9", "2", "3", "4"],
        ["432130", "熊本県", "みどり市", "女", "12", "3", "4", "5"],
    ]
    said = {"layout": "juki_population", "constants": {"as_of": "2024-01-01"}}
    desk.put("population", "p.xlsx", as_xlsx(rows), **said)
    taken = desk.load()
    assert taken.faults == ()
    assert len(taken["population"]) == 12
    rows[1][4] = "22"
    desk.declared.clear()
    desk.put("population", "q.xlsx", as_xlsx(rows), **said)
    assert errors(desk.check()) == [(2, "人口", "22")]


def test_a_list_of_e_stat_is_read(desk: Desk):
    heads = [
        "tab_code",
        "表章項目",
        "cat01_code",
        "男女",
        "area_code",
        "地域",
        "time_code",
        "時間軸(年次)",
        "unit",
        "value",
    ]
    rows = [["020", "人口", "000", sex, "43213", "みどり市", "2020000000", "2020年", "人", n]
            for sex, n in (("総数", "30"), ("男", "10"), ("女", "20"))]  # fmt: skip
    said = {"layout": "estat_population", "constants": {"as_of": "2020-10-01"}}
    desk.put("population", "p.csv", as_csv([["統計名:", "国勢調査"], [], heads, *rows]), **said)
    taken = desk.load()
    assert taken.faults == ()
    assert taken["population"]["n"].tolist() == [30, 10, 20]
    assert set(taken["population"]["source"]) == {"国勢調査"}


@pytest.mark.parametrize(
    ("layout", "before", "after", "ids"),
    [
        ("google_forms", {"タイムスタンプ": "2023/08/05 22:13:05", "メールアドレス": ""}, {},
         ["回答/2", "回答/3", "回答/4"]),
        ("microsoft_forms", {"ID": "#", "開始時刻": "8/5/23 22:13:05", "完了時刻": "8/5/23 22:14:05",
                             "メール": "anonymous", "名前": ""}, {}, ["1", "2", "3"]),
        ("kintone", {"レコードの開始行": "*", "レコード番号": "#"}, {"作成者": "A", "更新日時": "2023/08/05 22:13"},
         ["1", "2", "3"]),
    ],
)  # fmt: skip
def test_an_export_of_a_form_is_read_without_its_own_columns(desk: Desk, layout, before, after, ids):
    rows = [row[1:] for row in table("consultations")]
    made = [
        [*(v.replace("#", str(i)) for v in before.values()), *row, *after.values()]
        for i, row in enumerate(rows)
    ]
    made[0] = [*before, *rows[0], *after]
    desk.put("consultations", "回答.csv", as_csv(made), layout=layout)
    taken = desk.load()
    assert taken["consultations"]["consult_id"].tolist() == ids
    assert taken.faults == ()


# --- what the check proposes ----------------------------------------------------------------------------------------


HOURS = [["日付", *(f"{h}時" for h in range(24))], ["2023-08-01", *(str(h) for h in range(24))]]


@pytest.mark.parametrize(
    ("kind", "rows", "column", "line"),
    [
        ("national_daily", by_prefecture(), "件数", 'melt: {n: "{pref}"}'),
        ("national_hourly", HOURS, "時台", 'melt: {n: "{hour}"}'),
        ("consultations", day_and_clock("22:15", "25時", "9:05"), "相談受付日時",
         "join: {received_at: [受付日, 受付時刻]}"),
        ("consultations", [row[1:] for row in table("consultations")], "相談ID",
         'constants: {consult_id: "{file}/{row}"}'),
        ("consultations", [row[:2] + row[3:] for row in table("consultations")], "窓口", "constants: {channel: 値}"),
        ("campaigns", [[c.replace("施策名", "施策の名称") for c in row] for row in table("campaigns")], "施策名",
         "columns: {施策の名称: name}"),
    ],
)  # fmt: skip
def test_the_line_of_yaml_that_would_read_the_file_is_proposed_once_per_column(
    desk: Desk, kind, rows, column, line
):
    desk.put(kind, "a.csv", as_csv(rows), missing=SIGNS)
    found = {p.column: p for p in desk.check().faults if p.severity == "error"}
    assert len(found) == sum(p.severity == "error" for p in desk.check().faults)
    assert line in found[column].remedy


@pytest.mark.parametrize("clocks", [("22:15", "夜", "9:05"), ("", "", "")])
def test_no_clock_is_proposed_where_the_cells_are_none(desk: Desk, clocks):
    desk.put("consultations", "c.csv", as_csv(day_and_clock(*clocks)))
    assert "join" not in str(desk.check().faults)


@pytest.mark.parametrize(("hours", "told"), [(5, 5), (6, 1)])
def test_many_columns_that_nobody_reads_are_one_line(desk: Desk, hours, told):
    rows = [
        [*row, *(f"{h}時" if not i else "1" for h in range(hours))]
        for i, row in enumerate(table("national_daily"))
    ]
    desk.put("national_daily", "n.csv", as_csv(rows))
    warned = [p for p in desk.check().faults if p.severity == "warning"]
    assert len(warned) == told
    assert ("6列: 0時、1時、2時、3時、4時…" in str(warned)) is (told == 1)


def test_the_time_stamp_of_a_form_may_be_declared_to_be_the_moment(desk: Desk):
    rows = [[row[1], *row[2:]] for row in table("consultations")]
    rows[0][0] = "タイムスタンプ"
    for row in rows[1:]:
        row[0] = "2023/08/05 10:13:05 午後 GMT+9"
    said = {"layout": "google_forms", "columns": {"タイムスタンプ": "received_at"}}
    desk.put("consultations", "回答.csv", as_csv(rows), **said)
    assert desk.load()["consultations"]["received_at"].dt.hour.tolist() == [22, 22, 22]


@pytest.mark.parametrize(
    ("unit", "ok"),
    [("人", True), ("", True), ("千人", False), ("百人", False), ("%", False), ("千世帯", False),
     ("世帯", False), ("戸", False), ("件", False), ("名", True)],
)  # fmt: skip
@pytest.mark.parametrize(
    ("heading", "layout"), [("unit", "estat_population"), ("単位", "estat_population"), ("単位", None)]
)
def test_a_column_of_units_beside_the_numbers_is_looked_at_though_it_is_not_read(
    desk: Desk, heading, layout, unit, ok
):
    rows = [["地域コード", "地域", "時点", "value", heading], ["43213", "宇城市", "2020-10-01", "57", unit]]
    columns = {} if layout else {"地域": "area_name", "value": "n"}
    desk.put(
        "population", "p.csv", as_csv(rows), layout=layout, columns=columns, constants={"source": "国勢調査"}
    )
    assert errors(desk.check()) == ([] if ok else [(2, heading, unit)])


@pytest.mark.parametrize(
    ("item", "ok"),
    [
        ("人口", True),
        ("人口【人】", True),
        ("総人口(男女別)", True),
        ("", True),
        ("世帯数【世帯】", False),
        ("一般世帯人員", False),
        ("人口密度【人/km2】", False),
        ("昼間人口", False),
        ("人口増減率", False),
    ],
)
def test_a_table_of_e_stat_is_read_for_people_only_where_its_items_are_people(desk: Desk, item, ok):
    rows = [
        ["表章項目", "area_code", "地域", "男女", "年齢", "value"],
        [item, "43213", "みどり市", "総数", "総数", "57"],
    ]
    said = {"layout": "estat_population", "constants": {"as_of": "2020-10-01"}}
    desk.put("population", "p.csv", as_csv(rows), **said)
    assert errors(desk.check()) == ([] if ok else [(2, "表章項目", item)])
