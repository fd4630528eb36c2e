"""The door: one pass, all problems, nothing parsed twice, nothing shared that a caller could spoil."""

import io
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib import delimited, intake
from ujo_lib.intake import loading
from ujo_lib.params import project_root
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import read_yaml

PROJECT = Path(__file__).parents[2]


def test_frames_carry_the_types_the_analyses_rely_on(desk: Desk):
    desk.put("commissioners", "c.csv", as_csv(table("commissioners")))
    desk.put("consultations", "s.csv", as_csv(table("consultations")))
    taken = desk.load()
    frame = taken["commissioners"]
    assert frame["target_group"].cat.ordered
    assert frame["district"].cat.categories.tolist() == ["東", "西"]
    assert str(frame["in_scope"].dtype) == "boolean"
    assert str(frame["n_cases_reported"].dtype) == "Int64"
    assert str(frame["distributed_on"].dtype) == "datetime64[us]"
    assert str(taken["consultations"]["received_at"].dtype) == "datetime64[us, Asia/Tokyo]"


def test_a_file_is_parsed_once_per_content_and_declaration(desk: Desk, monkeypatch):
    calls = []
    parse = loading._parse_file
    monkeypatch.setattr(loading, "_parse_file", lambda *a: calls.append(1) or parse(*a))
    path = desk.put("national_daily", "n.csv", as_csv(table("national_daily", {(1, "件数"): "777"})))
    desk.check()
    desk.check()
    assert len(calls) == 1
    desk.declared["national_daily"]["missing"] = {}
    desk.check()
    assert len(calls) == 2
    path.write_bytes(as_csv(table("national_daily", {(1, "件数"): "778"})))
    assert desk.check()["national_daily"]["n"].iloc[0] == 778


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("spoiled", ["", "\x80", "\u7e3a\u7e67\u7e5d"])
def test_the_size_of_the_parts_changes_neither_a_cell_nor_a_message(
    desk: Desk, monkeypatch, encoding: str, spoiled: str
):
    texts = [
        "佐藤です。\n\n090-1234-5678",
        f"髙校に{spoiled}\r\n行けない",
        "①",
        " ",
        "",
        'ｶﾅ,"引用"',
        "母さん\n",
    ]
    rows = table("consultations")
    rows += [[f"S{i}", "2023-08-04 22:15", *rows[1][2:6], text] for i, text in enumerate(texts, 4)]
    content = as_csv([*rows, ["S99"], [], ["S2", *rows[1][1:], "余り"]], "utf-8").decode()
    desk.put("consultations", "c.csv", content.encode(encoding))
    begins = np.cumsum([len(line.encode(encoding)) for line in content.splitlines(keepends=True)])
    seen = []
    for block in (1 << 23, 1, *(int(at) + n for at in begins[:3] for n in (-1, 0, 1))):
        monkeypatch.setattr(delimited, "_BLOCK", block)
        loading._parsed.clear()
        taken = desk.check()
        frames = {kind: frame.to_json(date_format="iso") for kind, frame in taken.frames.items()}
        seen.append((taken.json(), frames))
    assert seen == [seen[0]] * len(seen)
    assert ("文字化け" in seen[0][0]) == bool(spoiled)


def test_many_equal_faults_are_counted_and_not_all_printed(desk: Desk):
    rows = [
        ["日付", "都道府県", "件数"],
        *([f"2023-01-{d:02d}", p, "?"] for d in range(1, 29) for p in ("熊本県", "福岡県", "大分県")),
    ]
    desk.put("national_daily", "n.csv", as_csv(rows))
    taken = desk.check()
    assert len(taken.faults) == 51
    assert taken.problems[["rows", "count"]].values.tolist() == [["2・3・4・5・6…", 84]]


@pytest.mark.parametrize(
    ("change", "column", "remedy"),
    [
        ({"consultation": {"files": []}}, "consultation", "consultations"),
        ({"campaigns": {"files": ["k.csv"], "timezon": "UTC"}}, "campaigns.timezon", "timezone"),
        ({"campaigns": {"files": ["k.csv"], "missing": {"-": "nonne"}}}, "campaigns.missing.-", "none"),
        ({"campaigns": {"files": ["k.csv"], "header_rows": "二"}}, "campaigns.header_rows", ""),
        ({"campaigns": {"files": ["k.csv"], "header_rows": 0}}, "campaigns.header_rows", ""),
        ({"campaigns": {"files": ["k.csv"], "header_rows": 6}}, "campaigns.header_rows", ""),
        ({"campaigns": {"files": ["k.csv"], "columns": {"費用": "cost"}}}, "campaigns.columns", "cost_yen"),
        ({"campaigns": {"files": ["k.csv"], "per_file": {"x.csv": {}}}}, "campaigns.per_file", ""),
        (
            {"campaigns": {"files": ["k.csv"], "constants": {"note": None}}},
            "campaigns.constants.note",
            "空です",
        ),
        ({"campaigns": {}}, "campaigns.files", ""),
        ({"campaigns": {"files": []}}, "campaigns.files", ""),
        ({"labels": {"distrikt": ["東"]}}, "labels.distrikt", "district"),
        ({"labels": {"campaigns.medium": ["東"]}}, "labels.campaigns.medium", "media"),
    ],
)
def test_a_slip_in_the_declaration_is_a_problem_that_names_the_key(desk: Desk, change, column, remedy):
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    inputs = desk.folder / "inputs.yaml"
    inputs.write_text(
        yaml.safe_dump({"data_dir": ".", **desk.declared, **change}, allow_unicode=True), encoding="utf-8"
    )
    problems = intake.check(inputs, ["campaigns"]).problems
    mine = problems[problems["column"] == column]
    assert mine["file"].tolist() == ["inputs.yaml"]
    assert remedy in mine["remedy"].iloc[0]


@pytest.mark.parametrize("levels", [1, 5])
def test_headings_may_have_one_to_five_levels(desk: Desk, levels):
    rows = [[""] * 7] * (levels - 1) + table("campaigns")
    desk.put("campaigns", "k.csv", as_csv(rows), header_rows=levels)
    assert len(desk.load()["campaigns"]) == 3


@pytest.mark.parametrize("content", ["a: [", "- 1", "", "\x00"])
def test_a_broken_declaration_is_a_problem_and_no_traceback(tmp_path, content):
    (tmp_path / "inputs.yaml").write_text(content, encoding="utf-8")
    assert not intake.check(tmp_path / "inputs.yaml", ["campaigns"]).ok
    assert not intake.check(tmp_path / "absent.yaml", ["campaigns"]).ok


ONE_MORE = """
      - {id: wants_contact, title: 本人の相談の希望, wording: その方は市への相談を希望していますか, kind: single,
         options: {1: 希望する, 2: 希望しない, 9: わからない}, spellings: {希望する: [はい]}}
      - {id: worries, title: 心配なこと, wording: 心配なこと(すべて), kind: multiple, options: {1: 健康, 2: お金}}
      - {id: visits, title: 訪問の回数, wording: 1年に訪ねた回数, kind: number, whole: true, unit: 回, range: [0, 99]}
      - {id: remark, title: ひとこと, wording: ほかに, kind: text}
"""


def test_a_question_added_to_the_questionnaire_is_a_column_with_its_answers(desk: Desk):
    rows = table("cases")
    rows = [
        [*rows[0], "本人の相談の希望", "心配なこと", "訪問の回数", "ひとこと"],
        [*rows[1], "はい", "1,2", "3回", "佐藤さんは元気"],
        [*rows[2], "9", "お金", "0", ""],
        [*rows[3], "", "", "", ""],
    ]
    desk.put("cases", "z.csv", as_csv(rows))
    desk.ask(ONE_MORE)
    taken = desk.load()
    frame = taken["cases"]
    assert frame["wants_contact"].cat.categories.tolist() == ["希望する", "希望しない", "わからない"]
    assert frame["wants_contact"].astype(object).fillna("").tolist() == ["希望する", "わからない", ""]
    assert frame["worries_お金"].tolist() == [True, True, pd.NA]
    assert frame["visits"].tolist() == [3, 0, pd.NA]
    assert "佐藤" not in frame["remark"].iloc[0]
    assert taken.schemas["cases"].column("visits").unit == "回"


@pytest.mark.parametrize(("visits", "is_read"), [("-1", False), ("0", True), ("99", True), ("100", False)])
def test_a_number_outside_the_range_of_its_question_is_a_problem(desk: Desk, visits, is_read):
    rows = table("cases")
    rows = [[*rows[0], "訪問の回数"], *([*row, visits] for row in rows[1:])]
    desk.put("cases", "z.csv", as_csv(rows))
    desk.ask(ONE_MORE)
    assert desk.check().ok is is_read


def test_a_question_that_a_file_does_not_have_is_unanswered_and_said(desk: Desk):
    desk.put("cases", "z.csv", as_csv(table("cases")))
    desk.ask(ONE_MORE)
    taken = desk.load()
    assert taken["cases"][["wants_contact", "worries_健康", "visits", "remark"]].isna().all(axis=None)
    assert taken.problems["column"].tolist() == ["本人の相談の希望", "訪問の回数", "ひとこと", "心配なこと"]
    assert set(taken.problems["severity"]) == {"warning"}
    assert set(taken.problems["row"]) == {1}


@pytest.mark.parametrize(
    ("item", "named"),
    [
        ("{id: case_id, title: 番号の確認, wording: 番号, kind: text}", "case_id"),
        ("{id: number, title: 該当者番号, wording: 番号, kind: text}", "number"),
        ("{id: sex, title: 性, wording: 性, kind: text}", "(ファイル全体)"),
        ("{id: other, title: 性別, wording: 性, kind: text}", "(ファイル全体)"),
        (
            "{id: trigger_more, title: 経緯2, wording: 経緯, kind: multiple, options: {1: a}}",
            "(ファイル全体)",
        ),
    ],
)
def test_a_question_that_is_no_column_of_its_own_is_refused(desk: Desk, item, named):
    desk.put("cases", "z.csv", as_csv(table("cases")))
    desk.ask(f"\n      - {item}\n")
    problems = desk.check().problems
    assert named in problems["column"].tolist()


def test_another_citys_answers_stand_in_its_own_questionnaire_and_nowhere_else(desk: Desk):
    rows = table("cases", {(2, "家族構成"): "三世代"})
    desk.put("cases", "z.csv", as_csv(rows))
    assert not desk.check().ok
    options = "{1: 家族と同居, 2: 一人暮らし, 3: その他, 9: 不明}"
    desk.ask("", **{options: "{1: 家族と同居, 2: 三世代, 3: 一人暮らし, 9: 不明}"})
    taken = desk.load()
    assert taken["cases"]["household"].cat.categories.tolist() == [
        "家族と同居",
        "三世代",
        "一人暮らし",
        "不明",
    ]
    inputs = desk.folder / "inputs.yaml"
    said = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    said["labels"]["cases.household"] = ["三世代"]
    inputs.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    assert "survey_items.yaml" in intake.check(inputs, ["cases"]).problems["remedy"].iloc[0]


def test_labels_that_a_city_must_declare_are_asked_for(desk: Desk):
    desk.put("commissioners", "c.csv", as_csv(table("commissioners")))
    desk.labels = {}
    problems = desk.check("commissioners").problems
    assert problems["column"].tolist() == ["地区(圏域)"]
    assert "labels に district: [東]" in problems["remedy"].iloc[0]


# --- advertising exports --------------------------------------------------------------------------------------------

ADS = {
    "meta_ja": [
        ["日", "キャンペーン名", "広告の名前", "プラットフォーム", "インプレッション", "リーチ",
         "リンクのクリック", "消化金額 (JPY)",
         "CTR(すべて)"],
        ["2024-02-20", "春", "A", "Instagram", "1,000", "800", "10", "500", "1.0"],
        ["2024-02-21", "春", "A", "Facebook", "2,000", "900", "20", "700", "1.0"],
        ["", "合計", "", "", "3,000", "1,500", "30", "1,200", ""],
    ],
    "meta_en": [
        ["Reporting starts", "Reporting ends", "Campaign name", "Platform", "Impressions", "Link clicks",
         "Amount spent (JPY)", "CTR (all)"],
        ["2024-02-20", "2024-02-20", "春", "Instagram", "1000", "10", "500", "1.0"],
        ["2024-02-21", "2024-02-21", "春", "Facebook", "2000", "20", "700", "1.0"],
    ],
    "tiktok": [
        ["By Day", "Campaign name", "Ad group name", "Impressions", "Clicks (all)", "Clicks (destination)", "Cost"],
        ["2024-02-20", "春", "若者", "1000", "15", "10", "500"],
        ["2024-02-21", "春", "若者", "2000", "25", "20", "700"],
        ["Total", "-", "-", "3000", "40", "30", "1200"],
    ],
    "google_ja": [
        ["広告のレポート", "", "", "", "", ""],
        ["2024年2月20日~2024年2月21日", "", "", "", "", ""],
        ["日", "キャンペーン", "表示回数", "クリック数", "費用", "通貨コード"],
        ["2024/2/20", "春", "1,000", "10", "500", "JPY"],
        ["2024/2/21", "春", "2,000", "20", "700", "JPY"],
        ["合計: アカウント", " --", "3,000", "30", "1,200", "JPY"],
    ],
    "yahoo_ja": [
        ["日", "キャンペーン名", "広告グループ名", "デバイス", "インプレッション数", "クリック数", "クリック率",
         "コスト", "平均CPC"],
        ["2024/2/20", "春", "若者", "スマートフォン", "1,000", "10", "1.00%", "500", "50"],
        ["2024/2/21", "春", "若者", "パソコン", "2,000", "20", "1.00%", "700", "35"],
        ["合計", "--", "--", "--", "3,000", "30", "1.00%", "1,200", "40"],
    ],
    "line_ja": [
        ["キャンペーン名", "日", "OS", "コスト", "インプレッション", "クリック", "CTR"],
        ["春", "2024-02-20", "iPhone", "500", "1000", "10", "1%"],
        ["春", "2024-02-21", "Android", "700", "2000", "20", "1%"],
        ["合計", "", "", "1200", "3000", "30", "1%"],
    ],
}  # fmt: skip


def put_ads(desk: Desk, layout: str, rows: list[list[str]], **said: object) -> intake.Intake:
    content = as_csv(rows, "utf-16", "\t") if layout == "google_ja" else as_csv(rows)
    constants = {} if layout.startswith("meta") else {"platform": layout}
    desk.put(
        "ads",
        "a.tsv" if layout == "google_ja" else "a.csv",
        content,
        layout=layout,
        constants=constants,
        **said,
    )
    desk.declared["ad_headings"] = str(PROJECT / "params" / "ad_headings.yaml")
    return desk.check("ads")


@pytest.mark.parametrize("order", [1, -1], ids=["as exported", "backwards"])
@pytest.mark.parametrize("layout", ADS)
def test_each_platform_export_becomes_the_same_columns_in_whatever_order(desk: Desk, layout, order):
    taken = put_ads(desk, layout, [row[::order] for row in ADS[layout]], timezone="Asia/Tokyo")
    assert taken.ok, taken.problems.to_string()
    frame = taken["ads"]
    assert frame[["impressions", "link_clicks", "spend_yen"]].sum().tolist() == [3000, 30, 1200]
    assert frame["date"].dt.day.tolist() == [20, 21]
    assert not {"ctr", "cpc", "cpm"} & set(frame)


def test_a_row_over_several_days_is_a_problem(desk: Desk):
    rows = [list(row) for row in ADS["meta_en"]]
    rows[2][1] = "2024-02-29"
    problem = put_ads(desk, "meta_en", rows, timezone="Asia/Tokyo").problems.iloc[0]
    assert problem["row"] == 3
    assert "日別" in problem["remedy"]


def test_money_in_another_currency_is_never_taken_for_yen(desk: Desk):
    rows = [list(row) for row in ADS["meta_ja"]]
    rows[0][7] = "消化金額 (USD)"
    taken = put_ads(desk, "meta_ja", rows, timezone="Asia/Tokyo")
    assert "spend_yen" not in taken["ads"]
    assert "消化金額(USD)" in taken.problems["column"].tolist()


def test_the_account_clock_must_be_declared(desk: Desk):
    problem = put_ads(desk, "tiktok", ADS["tiktok"], timezone=None).problems.iloc[0]
    assert (problem["file"], problem["rule"]) == ("a.csv", "10")


# --- whatever comes -------------------------------------------------------------------------------------------------

quiet = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quiet
@given(content=st.binary(max_size=300), suffix=st.sampled_from(["csv", "tsv", "xlsx"]))
def test_no_bytes_make_the_check_fail(desk: Desk, content, suffix):
    desk.declared.clear()
    desk.put("campaigns", f"k.{suffix}", content)
    assert not desk.check().ok


@pytest.mark.slow
@quiet
@given(
    cells=st.lists(st.lists(st.text(max_size=8), min_size=12, max_size=12), min_size=1, max_size=5),
    kind=st.sampled_from(["commissioners", "cases", "consultations", "national_daily", "campaigns", "waves"]),
)
def test_no_cells_below_good_headings_make_the_check_fail(desk: Desk, cells, kind):
    desk.declared.clear()
    head = table(kind)[0]
    rows = [head, *[row[: len(head)] for row in cells]]
    desk.put(kind, "k.csv", as_csv([[c.encode("utf-8", "ignore").decode() for c in row] for row in rows]))
    taken = desk.check()
    assert taken.problems["count"].sum() == sum(fault.count for fault in taken.faults)
    assert taken.json()


def test_an_empty_sheet_is_a_problem(desk: Desk):
    desk.put("campaigns", "k.xlsx", as_xlsx([]))
    assert "空です" in desk.check().problems["remedy"].iloc[0]


# --- what must not slip through -------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["朝から泣いて\nばかりです。", "つらい,ねむれない"])
def test_a_text_that_breaks_its_row_is_a_problem_and_is_shown_nowhere(desk: Desk, broken):
    content = as_csv(table("consultations", {(2, "相談本文"): "HERE"})).replace(b"HERE", broken.encode())
    desk.put("consultations", "s.csv", content)
    taken = desk.check()
    assert taken.problems["column"].iloc[0] == "(行全体)"
    assert taken.problems["row"].iloc[0] in (3, 4)
    for part in ("泣", "ばかり", "つらい", "ねむれない"):
        assert part not in taken.json()


def test_a_note_below_consultations_is_dropped_unread(desk: Desk):
    content = as_csv(table("consultations")) + "※ ひみつの続き\r\n".encode()
    desk.put("consultations", "s.csv", content)
    taken = desk.load()
    assert taken.sources["rows_dropped"].tolist() == [1]
    assert "ひみつ" not in taken.json()


def test_rows_without_their_last_blank_cells_are_padded(desk: Desk):
    rows = [row[:-1] if i == 2 else row for i, row in enumerate(table("waves", {(2, "出典"): ""}))]
    desk.put("waves", "w.csv", as_csv(rows))
    taken = desk.load()
    assert taken["waves"]["source"].isna().tolist() == [False, True, False]
    assert [(p.severity, p.row, p.value) for p in taken.faults] == [("warning", 3, "9列")]


def test_a_total_over_suppressed_counts_is_no_error_but_said_to_be_unsure(desk: Desk):
    desk.put(
        "national_daily", "n.csv", as_csv([*table("national_daily", {(2, "件数"): "x"}), ["合計", "", "60"]])
    )
    taken = desk.load()
    assert "確かめられず" in taken.repairs[taken.repairs["rule"] == "13"]["after"].iloc[0]


def test_a_total_below_what_is_visible_is_an_error_even_then(desk: Desk):
    desk.put(
        "national_daily", "n.csv", as_csv([*table("national_daily", {(2, "件数"): "x"}), ["合計", "", "39"]])
    )
    assert desk.check().problems["row"].tolist() == [5]


META = ["レポート開始日", "日", "キャンペーン名", "プラットフォーム", "インプレッション", "リーチ", "掲載面"]


def meta(desk: Desk, *rows: list[str]) -> intake.Intake:
    return put_ads(desk, "meta_ja", [META, *rows], timezone="Asia/Tokyo")


@pytest.mark.parametrize("at", [0, 2])
def test_an_export_s_own_total_without_a_name_is_dropped_and_never_to_be_filled_in(desk: Desk, at):
    rows = [["2024-02-20", f"2024-02-2{day}", "春", "Instagram", "1000", "800", ""] for day in (0, 1)]
    rows.insert(at, ["2024-02-20", "", "", "", "2000", "900", ""])
    taken = meta(desk, *rows)
    assert [p for p in taken.faults if p.severity == "error"] == []
    assert taken["ads"]["impressions"].tolist() == [1000, 1000]
    assert taken.repairs.loc[taken.repairs["row"] == at + 2, "after"].str.contains("合計行として除外").all()
    assert taken.sources.loc[0, "dropped"] == "合計1"


def test_an_export_s_own_total_is_dropped_where_the_platform_is_declared(desk: Desk):
    rows = [["日", "レポート開始日", "キャンペーン名", "広告セット名", "インプレッション"]]
    rows += [["", "2024-02-20", "", "", "3000"], ["2024-02-20", "2024-02-20", "春", "A", "3000"]]
    desk.put(
        "ads", "a.csv", as_csv(rows), layout="meta_ja", timezone="Asia/Tokyo", constants={"platform": "Meta"}
    )
    desk.declared["ad_headings"] = str(PROJECT / "params" / "ad_headings.yaml")
    assert desk.check("ads")["ads"]["impressions"].tolist() == [3000]


def test_a_total_without_a_name_that_is_not_the_sum_is_an_error(desk: Desk):
    day = ["2024-02-20", "2024-02-20", "春", "Instagram", "1000", "800", ""]
    errors = [
        p
        for p in meta(desk, day, ["2024-02-20", "", "", "", "1001", "800", ""]).faults
        if p.severity == "error"
    ]
    assert [(p.row, p.expected) for p in errors] == [(3, "行の合計 1,000")]


def test_rows_split_by_a_column_that_nobody_reads_are_not_to_be_deleted(desk: Desk):
    rows = [
        ["2024-02-20", "2024-02-20", "春", "Instagram", "1000", "800", place]
        for place in ("フィード", "発見")
    ]
    [error] = [p for p in meta(desk, *rows).faults if p.severity == "error"]
    assert (error.row, error.column, error.value) == (3, "掲載面", "1行")
    assert "行は消さず" in error.remedy


@pytest.mark.parametrize("places", [("フィード", "フィード"), ("1", "2"), ("", "")])
def test_rows_that_no_column_of_words_tells_apart_are_doubles(desk: Desk, places):
    rows = [["2024-02-20", "2024-02-20", "春", "Instagram", "1000", "800", place] for place in places]
    [error] = [p for p in meta(desk, *rows).faults if p.severity == "error"]
    assert "a.csv 2行目と同じです" in error.remedy
    assert "番号の列などで分けた行なら、消さずに足し上げてください" in error.remedy


def test_a_double_consultation_is_one_whatever_a_memo_beside_it_says(desk: Desk):
    rows = table("consultations")
    rows = [[*rows[0], "覚え書き"], [*rows[1], "甲"], [*rows[1], "乙"]]
    desk.put("consultations", "c.csv", as_csv(rows))
    [error] = [p for p in desk.check().faults if p.severity == "error"]
    assert "どちらかを消してください" in error.remedy
    assert "足し上げて" not in error.remedy


def test_a_note_beside_a_table_is_named_and_its_row_is_kept(desk: Desk):
    rows = table("commissioners")
    rows[2] = [*rows[2], "", "←要確認"]
    desk.put("commissioners", "c.xlsx", as_xlsx(rows))
    taken = desk.check()
    [told] = [p for p in taken.faults if p.value == "←要確認"]
    assert (told.severity, told.row, told.column) == ("warning", 3, f"{get_column_letter(len(rows[2]))}列")
    assert taken.ok
    assert len(taken["commissioners"]) == len(rows) - 1


def test_a_long_note_beside_a_table_may_be_somebody_s_words_and_is_not_repeated(desk: Desk):
    rows = table("commissioners")
    rows[1] = [*rows[1], "眠れないと話していました。" * 9]
    desk.put("commissioners", "c.xlsx", as_xlsx(rows))
    assert "眠れない" not in str(desk.check().faults)


def test_all_ages_together_is_a_category_and_no_total_row(desk: Desk):
    rows = [["地域コード", "地域名", "時点", "資料", "年齢階級", "人口"]]
    rows += [
        ["43213", "市", "2020-10-01", "国勢調査", age, n]
        for age, n in (("総数", "30"), ("0~14歳", "10"), ("15歳以上", "20"))
    ]
    desk.put("population", "p.csv", as_csv(rows))
    assert desk.load()["population"]["n"].tolist() == [30, 10, 20]


def test_a_number_merged_over_rows_is_never_counted_twice(desk: Desk):
    rows = table("national_daily")
    rows[2][2] = ""
    desk.put("national_daily", "n.xlsx", as_xlsx(rows, ("C2:C3",)))
    problem = desk.check().problems.iloc[0]
    assert (problem["row"], problem["column"], problem["rule"]) == (2, "件数", "11")


@pytest.mark.parametrize(
    ("area", "told"), [("F2:G2", ["男性", "女性"]), ("G2:H2", []), ("E2:G2", ["該当者数", "男性", "女性"])]
)
def test_a_number_merged_over_columns_is_never_counted_twice(desk: Desk, area: str, told: list[str]):
    order = ["調査回", "年度", "調査名", "出典", "該当者数", "男性", "女性", "備考", "比較可能性"]
    row = dict(zip(order, ["R1", "2019", "調査", "報告書", "32", "16", "16", "", "可"], strict=True))
    desk.put("waves", "w.xlsx", as_xlsx([order, list(row.values())], (area,)), ignore=["備考"])
    faults = [(p.severity, p.row, p.column) for p in desk.check().faults if area in p.remedy]
    assert faults == [("error", 2, heading) for heading in told]


def test_a_number_merged_over_two_hours_of_a_wide_table_is_told_with_both(desk: Desk):
    rows = [["日付", *(f"{hour}時" for hour in range(24))], ["2023-08-01", *["5"] * 24]]
    desk.put("national_hourly", "h.xlsx", as_xlsx(rows, ("C2:D2",)), melt={"n": "{hour}"})
    assert [(p.severity, p.row, p.column) for p in desk.check().faults] == [
        ("error", 2, "1時"),
        ("error", 2, "2時"),
    ]


def test_a_number_format_of_zeros_gives_its_zeros(desk: Desk):
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table("commissioners"))))
    for row, number in enumerate((1, 2, 3), start=2):
        book.active.cell(row, 3, number).number_format = "000"
    out = io.BytesIO()
    book.save(out)
    desk.put("commissioners", "c.xlsx", out.getvalue())
    assert desk.load()["commissioners"]["commissioner_id"].tolist() == ["001", "002", "003"]


def test_overlaps_of_whole_years_are_counted_and_not_all_printed(desk: Desk):
    rows = [
        ["日付", "都道府県", "件数"],
        *([f"2023-{m:02d}-{d:02d}", "熊本県", str(m)] for m in (1, 3) for d in range(1, 31)),
    ]
    rows[30:31] = [["2023-01-31", "熊本県", "1"]]
    desk.put("national_daily", "a.csv", as_csv(rows))
    desk.put("national_daily", "b.csv", as_csv([*rows, ["2023-04-01", "熊本県", "9"]]))
    overlap, gap = desk.check().problems.itertuples()
    assert gap.value == "2023年2月"  # the month between
    assert (overlap.file, overlap.row, overlap.count) == ("b.csv", 2, 60)
    assert overlap.remedy.startswith("a.csv 2、3、4、5、6…行目と同じです")


def test_a_shift_of_hourly_counts_is_suspected_too(desk: Desk):
    rows = [
        ["日付", "時台", "件数"],
        *(["2023-08-01", f"{h}時台", "1" if 13 <= h <= 17 else "50"] for h in range(24)),
    ]
    desk.put("national_hourly", "h.csv", as_csv(rows))
    problem = desk.check().problems.iloc[0]
    assert (problem["severity"], problem["rule"], problem["column"]) == ("warning", "10", "時台")


def test_aggregates_may_stand_in_for_records(desk: Desk):
    rows = [
        ["日付", "時台", "都道府県", "窓口", "年代", "職業", "相談内容(主)", "件数"],
        ["2023-08-01", "22", "熊本県", "全国窓口", "10代", "児童・学生", "学校", "12"],
        ["2023-08-01", "23", "熊本県", "全国窓口", "10代", "児童・学生", "学校", "x"],
    ]
    desk.put("consultations_hourly", "h.csv", as_csv(rows), missing={"x": "suppressed"})
    frame = desk.load()["consultations_hourly"]
    assert frame["n"].tolist() == [12, pd.NA]
    assert frame["n_suppressed"].tolist() == [False, True]


def test_a_notebook_may_run_from_its_own_folder(desk: Desk, monkeypatch):
    (desk.folder / "params" / "town").mkdir(parents=True)
    (desk.folder / "notebooks").mkdir()
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    text = yaml.safe_dump({"data_dir": ".", **desk.declared}, allow_unicode=True)
    (desk.folder / "params" / "town" / "inputs.yaml").write_text(text, encoding="utf-8")
    monkeypatch.delenv("UJO_ROOT", raising=False)
    for folder in (desk.folder, desk.folder / "notebooks"):
        monkeypatch.chdir(folder)
        assert len(intake.load("params/town/inputs.yaml", ["campaigns"])["campaigns"]) == 3


def test_a_share_for_everybody_is_no_total_row(desk: Desk):
    rows = [["年代", "媒体", "利用率"], ["全体", "TV", "80%"], ["10代", "TV", "60%"]]
    desk.put("media_use", "m.csv", as_csv(rows))
    assert desk.load()["media_use"]["share"].tolist() == [0.8, 0.6]


@pytest.mark.parametrize("heading", ["相談受付日時", "年代", "発言数", "都道府県"])
def test_free_text_in_a_wrong_column_is_not_repeated_in_the_problem(desk: Desk, heading):
    words = "きのうの夜からずっと眠れなくて、だれにも言えないまま朝になってしまいました。"
    desk.put("consultations", "s.csv", as_csv(table("consultations", {(2, heading): words})))
    taken = desk.check()
    assert only_row(taken)["column"] == heading
    assert "眠れな" not in taken.json() + str(intake.DataProblems(taken.faults)) + taken._repr_html_()


def only_row(taken: intake.Intake) -> pd.Series:
    assert len(taken.problems) == 1
    return taken.problems.iloc[0]


@pytest.mark.parametrize("number", ["9" * 18, "1" * 400, "0001-01-01 00:00"])
def test_absurd_numbers_and_years_are_problems_and_no_overflow(desk: Desk, number):
    heading = "相談受付日時" if "-" in number else "発言数"
    desk.put("consultations", "s.csv", as_csv(table("consultations", {(2, heading): number})))
    assert only_row(desk.check())["row"] == 3


def test_of_two_headings_for_one_column_the_choice_is_listed_and_can_be_changed(desk: Desk):
    rows = [[*row, text] for row, text in zip(table("consultations"), ["時間", "1", "2", "3"], strict=True)]
    rows = [[*row, text] for row, text in zip(rows, ["対応時間(分)", "10", "20", "30"], strict=True)]
    desk.put("consultations", "s.csv", as_csv(rows))
    taken = desk.load()
    assert taken["consultations"]["duration_min"].tolist() == [10, 20, 30]
    assert taken.repairs["column"].tolist() == ["時間"]
    desk.declared["consultations"]["ignore"] = ["対応時間(分)"]
    taken = desk.load()
    assert taken["consultations"]["duration_min"].tolist() == [1, 2, 3]
    assert taken.repairs.empty


@pytest.mark.parametrize("name", ["../共有/waves.csv", "link.csv"])
def test_a_file_outside_the_project_is_a_problem_unless_it_is_allowed(tmp_path, name):
    root, shared = tmp_path / "project", tmp_path / "共有" / "waves.csv"
    (root / "params").mkdir(parents=True)
    shared.parent.mkdir()
    shared.write_text("調査回\nR1\n", encoding="utf-8")
    (root / "link.csv").symlink_to(shared)
    inputs = root / "params" / "inputs.yaml"
    inputs.write_text(f'waves: {{files: ["{name}"]}}\n', encoding="utf-8")
    outside = "プロジェクトの中のファイル"
    assert outside in {fault.expected for fault in intake.check(inputs, ["waves"]).faults}
    inputs.write_text(f'waves: {{files: ["{name}"]}}\noutside_project: true\n', encoding="utf-8")
    assert outside not in {fault.expected for fault in intake.check(inputs, ["waves"]).faults}


@pytest.mark.parametrize("lacking", ["age_band", "rely_on"])
def test_the_answers_to_another_questionnaire_lack_none_of_its_questions(tmp_path, lacking):
    examples = project_root() / "params" / "examples"
    form = read_yaml(Questionnaire, examples / "single_elderly_items.yaml")
    keyed = pd.read_csv(examples / "single_elderly_answers.csv", dtype=str)
    file = tmp_path / "answers.csv"
    keyed.drop(columns=[name for name in keyed if name.startswith(lacking)]).to_csv(file, index=False)
    (heading,) = [item.title for item in form.items if item.id == lacking]
    with pytest.raises(intake.DataProblems, match=heading):
        intake.answers(file, form, "households")


@pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2\n"])
def test_answers_that_cannot_be_read_are_told_and_not_a_table_without_rows(tmp_path, content):
    form = read_yaml(Questionnaire, project_root() / "params" / "examples" / "single_elderly_items.yaml")
    file = tmp_path / "answers.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(intake.DataProblems, match=re.escape(file.name)):
        intake.answers(file, form, "households")


@pytest.mark.parametrize("blank", [True, False], ids=["blank in a row", "not there"])
def test_answers_without_the_number_of_their_sheet_are_refused(tmp_path, blank):
    examples = project_root() / "params" / "examples"
    form = read_yaml(Questionnaire, examples / "single_elderly_items.yaml")
    keyed = pd.read_csv(examples / "single_elderly_answers.csv", dtype=str)
    key = form.keys["households"]
    file = tmp_path / "answers.csv"
    (keyed.assign(**{key: [None, *keyed[key][1:]]}) if blank else keyed.drop(columns=key)).to_csv(
        file, index=False
    )
    with pytest.raises(intake.DataProblems) as refused:
        intake.answers(file, form, "households")
    assert key in {problem.column for problem in refused.value.problems if problem.severity == "error"}


def test_answers_are_read_sheet_by_sheet_and_never_twice(tmp_path):
    examples = project_root() / "params" / "examples"
    form = read_yaml(Questionnaire, examples / "single_elderly_items.yaml")
    keyed = pd.read_csv(examples / "single_elderly_answers.csv", dtype=str)
    file = tmp_path / "answers.csv"
    keyed.to_csv(file, index=False)
    read = intake.answers(file, form, "households")
    assert read[form.keys["households"]].tolist() == keyed.iloc[:, 0].tolist()
    pd.concat([keyed, keyed.iloc[[2]]]).to_csv(file, index=False)
    with pytest.raises(intake.DataProblems) as refused:
        intake.answers(file, form, "households")
    assert [problem.row for problem in refused.value.problems] == [len(keyed) + 2]


def test_of_each_column_is_told_how_many_cells_and_which_share_are_blank(desk: Desk):
    """Of a question of several answers once: whoever left one option blank left all."""
    desk.put(
        "cases",
        "z.csv",
        as_csv(table("cases", {(2, "経緯(複数回答)"): "", (2, "年代"): "", (3, "年代"): ""})),
    )
    missing = desk.check().missing.set_index("column")
    told = {
        name: tuple(missing.loc[name, ["n_missing", "base", "share"]])
        for name in ("sex", "age_band", "trigger")
    }
    assert told == {
        "sex": (0, 3, 0),
        "age_band": (2, 3, pytest.approx(2 / 3)),
        "trigger": (1, 3, pytest.approx(1 / 3)),
    }
    assert list(missing.index).count("trigger") == 1
    desk.declared.clear()
    desk.put("cases", "none.csv", as_csv(table("cases")[:1]))
    assert desk.check().missing["share"].isna().all()


@pytest.mark.parametrize(
    ("constants", "told"), [({"consult_id": "{file}/{row}"}, "番号のない"), ({}, "番号だけが違う")]
)
def test_records_of_two_files_are_twins_by_the_numbers_of_their_own_kind(desk: Desk, constants, told):
    for name in "ab":
        rows = [
            [cell for at, cell in enumerate(row) if at or not constants]
            for row in table("consultations")[: 2 + (name == "b")]
        ]
        if not constants:
            rows[1][0] = name
        desk.put("consultations", f"{name}.csv", as_csv(rows), constants=constants)
    desk.put(
        "national_daily",
        "n.csv",
        as_csv(table("national_daily")),
        constants={"source": "{row}"} if not constants else {},
    )
    (twin,) = [fault for fault in desk.check().faults if "ほかの行にない" in fault.expected]
    assert (twin.file, twin.row) == ("b.csv", 2)
    assert twin.remedy.startswith(told)


@pytest.mark.parametrize("n", [4, 5, 6])
def test_of_struck_cells_the_first_five_are_named(desk: Desk, n):
    book = openpyxl.Workbook()
    for row in table("national_daily"):
        book.active.append(row)
    places = ["A2", "B2", "A3", "B3", "A4", "B4"][:n]
    for place in places:
        book.active[place].font = Font(strike=True)
    out = io.BytesIO()
    book.save(out)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    (fault,) = [one for one in desk.check().faults if "取り消し線" in one.remedy]
    assert fault.value == "、".join(places[:5])


@pytest.mark.parametrize(
    ("content", "counted"), [(None, 0), (b"", 0), (b"a,b\n1,2\n", 2)], ids=["absent", "empty", "headings"]
)
def test_of_a_file_that_was_not_read_nothing_is_counted_but_its_rows(desk: Desk, content, counted):
    path = desk.put("national_daily", "n.csv", content or b"")
    if content is None:
        path.unlink()
    row = desk.check().sources.iloc[0]
    numbers = row.filter(regex="^rows_|heading_rows|repaired").to_dict()
    assert numbers == dict.fromkeys(numbers, 0) | {"rows_counted": counted}
    assert pd.isna(row["header_row"])
    assert (row["first_day"], row["dropped"], row["columns_absent"]) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "there", "found"),
    [
        ("inputs.yaml", True, "inputs.yaml"),
        ("inputs.yaml", False, "{root}/inputs.yaml"),
        ("{here}/inputs.yaml", True, "{here}/inputs.yaml"),
        ("{here}/inputs.yaml", False, "{here}/inputs.yaml"),
    ],
)
def test_a_declaration_is_looked_for_where_it_is_said_and_below_the_project(
    tmp_path, monkeypatch, name, there, found
):
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / "inputs.yaml").touch()
    folders = {"here": str(tmp_path), "root": str(tmp_path / "project")}
    assert loading._locate(Path(name.format(**folders)), folders["root"]) == Path(found.format(**folders))


def test_of_a_file_that_is_not_there_nothing_is_counted(desk: Desk):
    desk.declared["waves"] = {"files": ["none.csv"]}
    source = desk.check().sources.iloc[0]
    assert source[["file", "bytes", "sha256"]].tolist() == ["none.csv", 0, ""]
    assert source.filter(like="rows").tolist() == [0] * 6


@pytest.mark.parametrize("kinds", [("national_daily", "waves"), ("national_daily", "national_daily")])
def test_columns_are_compared_between_files_of_one_kind(desk: Desk, kinds):
    for at, kind in enumerate(kinds):
        rows = table(kind)
        more = [[*row, "a" if i else "出典"] for i, row in enumerate(rows)] if at == 0 else rows
        desk.put(kind, f"{at}.csv", as_csv([more[0], *more[1 + at :]]))
    told = [p.column for p in desk.check().faults if "無回答は違います" in p.remedy]
    assert told == ["出典"] * (kinds[0] == kinds[1])
