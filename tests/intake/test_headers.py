"""Headings that name one thing twice are told with what is to be done."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib import intake
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.headers import _join, _narrowing, _note_double, find_header
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import SCHEMAS, Column, Multiple, Schema, options
from ujo_lib.params.inputs import Layout


@pytest.mark.parametrize(("second", "levels"), [("件数", True), ("相談件数", False)])
def test_only_headings_that_are_the_same_may_be_the_lower_level_of_two(second, levels):
    notes = Notes("a.csv")
    _note_double("件数", second, notes)
    [told] = notes.problems
    assert f"列「件数」と「{second}」が同じ項目を指します" in told.remedy
    assert ("header_rows: 2" in told.remedy) == levels
    assert ("ignore" in told.remedy) == (not levels)  # a heading there would leave out both


@pytest.mark.parametrize(("declared", "read"), [({"速報件数": "n"}, [1, 2, 3]), ({}, [10, 20, 30])])
def test_a_heading_that_the_city_declares_is_the_one_meant_and_not_that_of_the_dictionary(
    desk: Desk, declared, read
):
    rows = [[*row, str(at) if at else "速報件数"] for at, row in enumerate(table("national_daily"))]
    desk.put("national_daily", "d.csv", as_csv(rows), columns=declared)
    assert desk.check()["national_daily"]["n"].tolist() == read


@pytest.mark.parametrize("above", [0, 1, 3])
def test_a_column_that_is_not_there_is_told_with_the_row_of_the_headings_and_the_likeliest_of_the_others(
    desk: Desk, above
):
    rows = [["日付", "都道府県", "相談件数の計"], *([*row[:2], "5"] for row in table("national_daily")[1:])]
    desk.put("national_daily", "d.csv", as_csv([["日別の件数", "", ""]] * above + rows))
    [told] = [one for one in desk.check().faults if one.severity == "error"]
    assert (told.row, told.column, told.expected) == (above + 1, "件数", "列「件数」があること")
    assert "「相談件数の計」がこれなら、columns: {相談件数の計: n}" in told.remedy


@pytest.mark.parametrize(
    ("heading", "ok"),
    [
        ("件数(千件)", False),
        ("件数(単位:千件)", False),
        ("件数(単位百件)", False),
        ("件数(延べ・千件)", False),
        ("件数(千件単位)", False),
        ("件数(1,000件)", False),
        ("件数(×1000)", False),
        ("件数(100)", True),
        ("件数(パーセント)", False),
        ("件数(累計)", False),
        ("件数(前年)", False),
        ("件数(対前年増減)", False),
        ("件数(前月比)", False),
        ("件数(構成比)", False),
        ("件数(うち電話)", False),
        ("件数(うち電話を含む)", True),
        ("件数(再掲)", False),
        ("件数(内数)", False),
        ("件数(内訳:電話)", False),
        ("件数(再掲を除く)", True),
        ("件数(前月)", False),
        ("前年_件数", False),
        ("全国_前年_件数", False),
        ("件数(単位:件)", True),
        ("件数(件)", True),
        ("件数(延べ)", True),
        ("件数(速報)", True),
        ("令和5年_件数", True),
    ],
)
def test_a_count_of_thousands_or_of_something_else_is_never_read_as_the_count(desk: Desk, heading, ok):
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows))
    assert [(p.severity, p.column) for p in desk.check().faults] == ([] if ok else [("error", heading)])


@pytest.mark.parametrize(
    ("said", "warned"),
    [
        ("電話", True),
        ("新規", True),
        ("内科", True),
        ("前橋市", True),
        ("電話を除く", True),
        ("電話を含む", False),
        ("重複除く", False),
        ("実人数", False),
        ("1)", False),
        ("R6年度", False),
        ("合計", False),
        ("件", False),
        ("台", False),
        ("台風", True),
    ],
)
def test_what_stands_behind_a_number_and_may_make_it_a_part_is_told_until_the_city_declares_it(
    desk: Desk, said, warned
):
    heading = f"件数({said.strip(')')})"
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows))
    taken = desk.check()
    assert [(p.severity, p.column) for p in taken.faults] == [("warning", heading)] * warned
    assert taken["national_daily"]["n"].tolist() == [int(row[2]) for row in rows[1:]]
    if warned:  # the remedy, followed
        [line] = re.findall(r"columns: \{.*?\}", taken.faults[0].remedy)
        desk.declared.clear()
        desk.put("national_daily", "d.csv", as_csv(rows), **yaml.safe_load(line))
        assert not desk.check().faults


@pytest.mark.parametrize("heading", ["相談【千件】", "相談[千件]", "相談千件"])
def test_a_heading_that_the_city_declares_hides_no_thousands(desk: Desk, heading):
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows), columns={heading: "n"})
    [told] = desk.check().faults
    assert (told.severity, told.column, "千件" in told.remedy) == ("error", heading, True)


def test_a_unit_in_the_upper_level_of_the_headings_is_seen(desk: Desk):
    rows = [["日付", "都道府県", "件数(千件)"], ["", "", "件数"], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows), header_rows=2)
    assert [(p.severity, p.column) for p in desk.check().faults] == [("error", "件数(千件)_件数")]


@pytest.mark.parametrize(
    ("heading", "near"), [("相談のあった件数の合計", True), ("相談のあった件数のご合計", False)]
)
def test_the_likeliest_of_other_headings_shares_three_letters_of_ten(desk: Desk, heading, near):
    """Twice the two letters of 件数 over those of both: 4 of 13, and 4 of 14."""
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows))
    [told] = [one for one in desk.check().faults if one.severity == "error"]
    assert (f"「{heading}」がこれなら" in told.remedy) == near


@pytest.mark.parametrize(("more", "told"), [(4, 4), (5, 5), (6, 1)])
def test_up_to_five_columns_that_are_not_read_are_named_one_by_one(desk: Desk, more, told):
    rows = [
        [*row, *(f"追加{chr(65 + i)}" if not at else "1" for i in range(more))]
        for at, row in enumerate(table("national_daily"))
    ]
    desk.put("national_daily", "d.csv", as_csv(rows))
    faults = desk.check().faults
    assert len(faults) == told
    if told == 1:
        assert faults[0].value == f"{more}列: 追加A、追加B、追加C、追加D、追加E…"


def populated(desk: Desk, headings: list[str], numbers: list[str], **said: object) -> intake.Intake:
    rows = [
        ["地域コード", "地域名", "時点", "資料", *headings],
        ["43213", "宇城市", "2024-01-01", "住基", *numbers],
    ]
    desk.declared.clear()
    desk.put("population", "p.csv", as_csv(rows), **said)
    return desk.check()


@pytest.mark.parametrize(
    ("heading", "declared"),
    [
        ("人口(男性)", "sex: 男性"),
        ("人口(女)", "sex: 女性"),
        ("65歳以上_人口", "age_band: 65歳以上"),
        ("全国_65歳以上_人口", "age_band: 65歳以上"),
        ("人口(15~64歳)", "age_band: 15~64歳"),
        ("人口(総数)", ""),
        ("人口(男女計)", ""),
        ("人口(1)", ""),
        ("人口(人)", ""),
        ("人口(推計)", ""),
    ],
)
def test_a_number_of_which_the_heading_names_a_part_is_not_taken_for_that_of_everybody(
    desk: Desk, heading, declared
):
    told = populated(desk, [heading], ["100"]).faults
    assert [(p.severity, p.column) for p in told] == ([("error", heading)] if declared else [])
    if declared:  # the remedy, followed
        assert f"constants: {{{declared}}}" in told[0].remedy
        name, label = declared.split(": ")
        taken = populated(desk, [heading], ["100"], constants={name: label})
        assert taken.ok
        assert taken["population"][[name, "n"]].to_numpy().tolist() == [[label, 100]]


@pytest.mark.parametrize(("sex", "ok"), [("男性", True), ("女性", False), ("", False)])
def test_a_part_in_the_heading_is_what_the_column_of_it_says_in_every_row(desk: Desk, sex, ok):
    taken = populated(desk, ["人口(男性)", "性別"], ["100", sex])
    assert taken.ok is ok
    assert ok or "列「性別」の値と食い違っています" in taken.faults[0].remedy


@pytest.mark.parametrize("heading", ["件数(男性)", "10代_件数", "件数(65歳以上)"])
def test_a_part_for_which_the_kind_has_no_column_has_to_be_left_out(desk: Desk, heading):
    rows = [["日付", "都道府県", heading], *table("national_daily")[1:]]
    desk.put("national_daily", "d.csv", as_csv(rows))
    [told] = desk.check().faults
    assert (told.severity, told.column, "ignore" in told.remedy) == ("error", heading, True)


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        (["人口(男性)", "人口(女性)"], 'melt: {n: "人口({sex})"}'),
        (["男性人口", "女性人口"], 'melt: {n: "{sex}人口"}'),
        (["男_人口", "女_人口"], 'melt: {n: "{sex}_人口"}'),
        (["65歳以上人口", "75歳以上人口"], 'melt: {n: "{age_band}人口"}'),
    ],
)
def test_of_columns_of_parts_none_is_dropped_and_the_line_that_is_proposed_reads_them_all(
    desk: Desk, headings, line
):
    told = [p.remedy for p in populated(desk, headings, ["100", "120"]).faults if p.severity == "error"]
    assert any(line in remedy for remedy in told)
    assert not any("どちらかを消す" in remedy or "columns:" in remedy for remedy in told)
    taken = populated(desk, headings, ["100", "120"], melt=yaml.safe_load(line)["melt"])
    assert taken["population"]["n"].tolist() == [100, 120]


def test_one_column_of_a_part_is_read_with_the_constant_that_says_so(desk: Desk):
    told = [p for p in populated(desk, ["65歳以上人口"], ["30"]).faults if p.severity == "error"]
    assert "columns: {65歳以上人口: n} と constants: {age_band: 65歳以上}" in told[0].remedy
    said = {"columns": {"65歳以上人口": "n"}, "constants": {"age_band": "65歳以上"}}
    assert populated(desk, ["65歳以上人口"], ["30"], **said).ok


@pytest.mark.parametrize(
    ("unit", "ok"),
    [
        ("USD", False),
        ("US$", False),
        ("米ドル", False),
        ("€", False),
        ("JPY", True),
        ("円", True),
        ("税込", True),
    ],
)
def test_an_amount_in_another_currency_is_not_read_as_yen_because_its_column_was_named(desk: Desk, unit, ok):
    heading = f"金額({unit})"
    rows = [[heading if cell == "費用(円)" else cell for cell in row] for row in table("campaigns")]
    desk.put("campaigns", "c.csv", as_csv(rows), columns={heading: "cost_yen"})
    assert [(p.severity, p.column) for p in desk.check().faults] == ([] if ok else [("error", heading)])


def test_answers_in_a_column_each_are_put_together_as_the_message_says(desk: Desk):
    rows = [[*row[:-1], *cells] for row, cells in zip(
        table("cases"), [["経緯1", "経緯2", "経緯3"], ["1", "3", ""], ["", "2", ""], ["", "", ""]], strict=True
    )]  # fmt: skip
    desk.put("cases", "c.csv", as_csv(rows))
    [told] = [p for p in desk.check().faults if p.severity == "error"]
    [line] = re.findall(r"join: \{.*?\}", told.remedy)
    desk.declared.clear()
    desk.put("cases", "c.csv", as_csv(rows), **yaml.safe_load(line))
    ticked = desk.load()["cases"].filter(regex="^trigger_(不登校|職場になじめなかった)$").astype(object)
    assert ticked.where(ticked.notna(), None).values.tolist() == [[True, True], [False, False], [None, None]]


@pytest.mark.parametrize(
    ("heading", "timezone", "severity"),
    [
        ("相談受付日時(UTC)", "Asia/Tokyo", "error"),
        ("相談受付日時(協定世界時)", "Asia/Tokyo", "error"),
        ("相談受付日時(UTC)", "UTC", None),
        ("相談受付日時(UTC+9)", "Asia/Tokyo", None),
        ("相談受付日時(JST)", "Asia/Tokyo", None),
        ("相談受付日時(終了)", "Asia/Tokyo", "warning"),
        ("年代(家族)", "Asia/Tokyo", "warning"),
        ("年代(2番目)", "Asia/Tokyo", "warning"),
        ("年代(選択)", "Asia/Tokyo", None),
        ("年代(2023年度)", "Asia/Tokyo", None),
        ("父_年代", "Asia/Tokyo", "warning"),
        ("ご家族の状況_年代", "Asia/Tokyo", "warning"),
        ("前年度_相談受付日時", "Asia/Tokyo", "warning"),
        ("本人_年代", "Asia/Tokyo", None),
        ("家族構成_年代", "Asia/Tokyo", None),
    ],
)
def test_what_makes_another_thing_of_a_day_or_a_label_is_told_until_the_city_declares_it(
    desk: Desk, heading, timezone, severity
):
    rows = table("consultations")
    rows[0] = [heading if cell == re.sub(r"\(.*|.*_", "", heading) else cell for cell in rows[0]]
    desk.put("consultations", "c.csv", as_csv(rows), timezone=timezone)
    told = [(severity, heading)] if severity else []
    assert [(p.severity, p.column) for p in desk.check().faults] == told
    if severity == "warning":  # the remedy, followed
        name = "received_at" if "日時" in heading else "age_band"
        desk.declared["consultations"]["columns"] = {heading: name}
        assert desk.check().faults == ()


def test_the_hours_of_greenwich_are_not_those_of_japan(desk: Desk):
    desk.put("national_hourly", "h.csv", as_csv([["日付", "時台(UTC)", "件数"], ["2023-08-01", "1", "5"]]))
    assert [(p.severity, p.column) for p in desk.check().faults] == [("error", "時台(UTC)")]


@pytest.mark.parametrize(
    ("levels", "joined"),
    [
        ([["件数", " "]], ("件数", "")),
        ([["件数", "", ""], ["a", "b", "c"]], ("件数_a", "件数_b", "件数_c")),
        ([["", "件数", "", "人数"], ["a", "b", "c", "d"]], ("a", "件数_b", "件数_c", "人数_d")),
        ([["件数", ""], ["件数", ""]], ("件数", "")),
        ([["件数"], ["男", "女"], ["", "計"]], ("件数_男", "件数_女_計")),
        ([["件 数", ""], ["", "男"], ["男", "男"]], ("件数_男", "件数_男")),
    ],
)
def test_a_blank_cell_above_a_heading_belongs_to_the_group_on_its_left(levels, joined):
    assert _join(levels) == joined


def spec_of(schema: Schema, **said: object) -> FileSpec:
    return FileSpec(kind=schema.kind, name="a.csv", path=Path("a.csv"), **said)


@pytest.mark.parametrize(
    ("kind", "layout", "read"),
    [  # which of three headings in a row is the number
        ("ads", {}, ""),
        ("ads", {"spend_yen": ("料金",)}, "料金"),
        ("ads", None, "消化金額(円)"),
        ("national_daily", {}, "件数(件)"),
        ("national_daily", {"n": ("料金",)}, "料金"),
    ],
)
def test_an_export_of_advertising_is_read_by_the_headings_of_its_layout_alone(kind, layout, read):
    schema = SCHEMAS[kind]
    name = "spend_yen" if kind == "ads" else "n"
    header = find_header(
        [["日", "料金", "消化金額(円)", "件数(件)"], [""] * 4],
        schema,
        spec_of(schema),
        None if layout is None else Layout(columns={"date": ("日",), **layout}),
        Notes("a"),
    )
    assert header is not None
    assert (header.heading(name) if name in header.columns else "") == read


@pytest.mark.parametrize("height", [1, 2, 3])
def test_the_headings_are_found_where_they_are_all_there_is(height):
    schema = SCHEMAS["national_daily"]
    levels = [["日付", "都道府県", ""], ["", "", "件数"], ["", "", "件"]][:height]
    header = find_header(levels, schema, spec_of(schema, header_rows=height), None, Notes("a"))
    assert header is not None
    assert (header.top, header.body) == (0, height)


def test_what_stands_beside_the_columns_is_a_total_left_out_or_told():
    schema, notes = SCHEMAS["national_daily"], Notes("a")
    row = ["日付", "都道府県", "件数", "", "総計", "備考", "合計", "天気"]
    spec = spec_of(schema, ignore=("備考", "合計"))
    header = find_header([row, ["1"] * 8], schema, spec, None, notes)
    assert header is not None
    assert (header.subtotals, header.ignored) == ((4,), (3, 5, 6, 7))
    assert [one.column for one in notes.problems] == ["天気"]


ONE, ASKED = Column("q", "問い", "str"), Column("q", "問い", "str", asked=True)
MUST = Column("q", "問い", "str", asked=True, required=True)
SOME = Multiple("q", "問い", options("はい/いいえ"), required=False)
MUST_SOME = replace(SOME, required=True)
LISTED, MARKS = {"multiple_answers": {"q": "listed"}}, {"multiple_answers": {"q": "marks"}}
WORDS = ("multiple_answers から q を消して", "dummies か marks", "join:", "columns:", "選択肢を加える")


@pytest.mark.parametrize(
    ("made", "said", "headings", "told"),
    [
        (ONE, {}, [], []),
        (ASKED, {}, [], ["warning"]),
        (MUST, {}, [], ["error"]),
        (MUST, {"constants": {"q": "a"}}, [], []),
        (MUST, {}, ["問1"], ["error columns:", "warning"]),
        (MUST, {}, ["問1", "問2"], ["error columns:", "warning", "warning"]),
        (SOME, {}, [], ["warning"]),
        (SOME, {}, ["問い"], []),
        (SOME, LISTED, [], ["error multiple_answers から q を消して"]),
        (MUST_SOME, {}, [], ["error"]),
        (MUST_SOME, LISTED, [], ["error"]),
        (MUST_SOME, {}, ["問い"], []),
        (MUST_SOME, {}, ["問1"], ["error columns:", "warning"]),
        (MUST_SOME, {}, ["問1", "問2"], ["error join:", "warning", "warning"]),
        (MUST_SOME, {}, ["問い_はい"], ["error dummies か marks", "warning"]),
        (MUST_SOME, MARKS, ["問い_はい"], []),
        (MUST_SOME, MARKS, ["問い_はい", "問い_別"], ["error 選択肢を加える", "warning"]),
        (MUST_SOME, MARKS, ["問い_はい", "問い_その他の内容"], ["warning"]),
        (MUST_SOME, {**MARKS, "ignore": ["問い_別"]}, ["問い_はい", "問い_別"], []),
    ],
)
def test_a_question_that_a_file_lacks_is_told_with_the_way_to_mend_it(made, said, headings, told):
    columns, multiples = ((made,), ()) if isinstance(made, Column) else ((), (made,))
    schema = Schema("x", "題", "row", (Column("n", "件数", "int"), *columns), (), multiples)
    row, notes = ["件数", *headings], Notes("a")
    assert find_header([row, ["1"] * len(row)], schema, spec_of(schema, **said), None, notes)
    found = [" ".join((one.severity, *(w for w in WORDS if w in one.remedy))) for one in notes.problems]
    assert sorted(one.removesuffix(" columns:") if one[0] == "w" else one for one in found) == told
    assert {one.row for one in notes.problems if "問い" in one.column and "_" not in one.column} <= {1, None}


@pytest.mark.parametrize(
    ("heading", "said"),
    [("父_年齢", "父"), ("内訳_父_年齢", "父"), ("父_内訳_年齢", "父"), ("年齢_父", ""), ("年齢", "")],
)
def test_whoever_a_level_above_the_last_names_is_somebody_else(heading, said):
    assert _narrowing(heading, {}) == said


@pytest.mark.parametrize(
    ("heading", "read"),
    [
        ("1.性別", True),
        ("１．性別", True),
        ("(2)性別", True),
        ("問3 性別", True),
        ("問3-2.性別(単一回答)", True),
        ("Q4.性別", True),
        ("性別*", True),
        ("性別※", True),
        ("1性別", False),
        ("性別2", False),
        ("問性別", False),
        ("1.性別2", False),
    ],
)
def test_the_number_of_a_question_makes_its_heading_no_other(desk: Desk, heading: str, read: bool):
    """The column is optional: without it nobody would have answered."""
    top, *rows = table("consultations")
    desk.put("consultations", "d.csv", as_csv([[*top, heading], *([*row, "女性"] for row in rows)]))
    frame = desk.check()["consultations"]
    assert ("sex" in frame and frame["sex"].eq("女性").all()) == read


@pytest.mark.parametrize(("first", "second"), [("1.件数", "2.件数"), ("件数", "2.件数")])
def test_two_headings_that_only_their_numbers_tell_apart_are_asked_about(desk: Desk, first, second):
    rows = [
        [*row[:2], row[2] if at else first, row[2] if at else second]
        for at, row in enumerate(table("national_daily"))
    ]
    desk.put("national_daily", "d.csv", as_csv(rows))
    assert [one.expected for one in desk.check().faults if one.severity == "error"] == ["1つの項目に1つの列"]
