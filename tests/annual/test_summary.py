"""The five sentences: short, plain, one figure each, and honest about what the year did not record."""

import math
import re
import unicodedata
from contextlib import nullcontext
from dataclasses import replace

import pandas as pd
import pytest

from tests.annual.entries import Cell, Claim
from ujo_lib import survey
from ujo_lib.annual import goals, summary
from ujo_lib.annual.claims import compare
from ujo_lib.columns import Count, Dimension, Rate, Ratio, Share, Text, Various, Withheld, interval
from ujo_lib.fiscal import FiscalYear, period_for
from ujo_lib.params import ParameterError
from ujo_lib.params.annual import Goal, KeyFigure
from ujo_lib.report.door.publish import NotRunError, NotSuppliedError, Subject, TableSpec, unmasked
from ujo_lib.report.look.wording import Line, english, text_of
from ujo_lib.typed import Typed

CASES, CHANGES = ("01_survey_descriptives", "overview"), ("01_survey_descriptives", "wave_changes")
MONTHS, VERDICTS = ("02_consultation_seasonality", "months"), ("02_consultation_seasonality", "verdicts")
LONELY, EFFECT = ("02_consultation_seasonality", "lonely"), ("04_outreach_effect", "city_effect")
OF_PREFECTURE = ("04_outreach_effect", "prefecture_effect")
WAVES, RESPONSE = ("01_survey_descriptives", "waves"), ("01_survey_descriptives", "response")
RESIDENTS = ("06_resident_survey", "lonely")
WEEKDAYS = ("02_consultation_seasonality", "weekdays")
TOTALS, BEFORE = (("02_consultation_seasonality", name) for name in ("totals", "totals_before"))

JARGON = (
    "周知", "流入", "母数", "PF", "プラットフォーム", "インプレッション", "KPI", "アウトリーチ", "スキーム",
    "エビデンス", "アジャイル", "ステークホルダー", "機運醸成", "横展開", "伴走", "実施主体",
    "当該", "鑑み", "資する", "図る",
)  # fmt: skip
"""Words of offices and of advertising that the five sentences do without."""


KINDS = {
    "value": Various(by="format"),
    "n": Count(unit="人"),
    "base": Count(unit="人"),
    "n_earlier": Count(unit="人"),
    "missing_days": Count(unit="日", members=False),
    "expected": Rate(per="期間"),
    "age_band": Dimension(),
    "weekday": Dimension(),
    "month": Dimension(),
    "per_day": Rate(per="1日"),
    "share": Share(),
    **interval("share", 0.95),
    "estimate": Ratio(),
}
UNITS = {"city_effect": {"n": Count(unit="回")}, "prefecture_effect": {"n": Count(unit="件")}}
ABOUT = {
    CASES: Subject("把握された当事者", period="令和5(2023)年度"),
    MONTHS: Subject("県内の人の相談", period="2023年(暦年)"),
    LONELY: Subject("県内の人の相談", period="2023年(暦年)"),
    OF_PREFECTURE: Subject(
        "熊本県の相談", period="2024年2月20日〜3月14日", days=("2024-02-20", "2024-03-14")
    ),
    EFFECT: Subject("市の窓口の相談", period="2024年2月20日〜3月14日", days=("2024-02-20", "2024-03-14")),
    RESIDENTS: Subject("回答のあった市民", period="令和5(2023)年度"),
    WEEKDAYS: Subject("県内の人の相談", period="令和5年度上半期"),
    TOTALS: Subject("相談", period="令和5年度上半期"),
    BEFORE: Subject("相談", period="令和4年度上半期"),
}
TITLES = {RESIDENTS: "孤独感が「時々ある以上」の人"}


RATES, COUNTS = "回答した委員1人あたりの人数の比", "人数そのものの比(参考)"


def year(
    *,
    month="検出せず",
    weekday="検出せず",
    change="no_clear_decrease",
    code="not_detected",
    estimate=2.06,
    basis=RATES,
    second=1.05,
    high=3.36,
) -> dict:
    """A year; `second` is where the interval of the later month or day begins, `high` where that of the effect ends."""
    ratios = {"estimate": [0.84, 1.16], "low": [0.7, second], "high": [1.01, 1.3]}
    return {
        CASES: pd.DataFrame(
            {"label": ["回答率", "把握された当事者"], "value": [0.698, 25], "format": ["share", "n"]}
        ),
        CHANGES: pd.DataFrame(
            {
                "earlier": ["R1", "R2"],
                "later": ["R5", "R5"],
                "n": [25, 25],
                "n_earlier": [32.0, None],
                "basis": [basis, basis],
                "verdict": [change, "not_comparable"],
            }
        ),
        MONTHS: pd.DataFrame({"month": ["7月", "8月"], **ratios}),
        VERDICTS: pd.DataFrame({"pattern": ["月", "曜日による違い"], "finding": [month, weekday]}),
        WEEKDAYS: pd.DataFrame({"weekday": ["日", "月"], **ratios}),
        TOTALS: pd.DataFrame({"scope": ["全国", "県"], "n": [177430, 1329]}),
        BEFORE: pd.DataFrame({"scope": ["全国", "県"], "n": [170000, 1200]}),
        WAVES: pd.DataFrame({"wave": ["R1", "R2", "R5"], "fiscal_year": [2019, 2020, 2023]}),
        RESPONSE: pd.DataFrame({"district": ["全体", "北"], "n": [97, 40], "base": [139, 60]}),
        LONELY: pd.DataFrame({"share": [0.796], "base": [2335]}),
        EFFECT: pd.DataFrame(
            {
                "code": [code],
                "n": [10],
                "expected": [4.86],
                "estimate": [estimate],
                "low": [1.21],
                "high": [high],
            }
        ),
    }


def asked(tables: dict) -> dict:
    """The year with a survey of residents."""
    share = pd.DataFrame({"share": [0.21], "low": [0.184], "high": [0.239], "base": [1133]})
    return tables | {RESIDENTS: share}


WHY = {
    "06_resident_survey": {"市民調査": "市民には尋ねていない"},
    "01_survey_descriptives": {"該当者票": "調査は3年ごと"},
    "04_outreach_effect": {"周知施策": "広告は出していない。"},
}


def _recall(tables: dict):
    def recall(notebook, table):
        if (notebook, table) not in tables:
            raise NotSuppliedError(WHY[notebook]) if notebook in WHY else NotRunError(table)
        frame = tables[notebook, table]
        kinds = (
            KINDS
            | UNITS.get(table, {})
            | (interval("estimate", 0.95) if "estimate" in frame and "low" in frame else {})
        )
        typed = Typed.of(frame, {name: kinds.get(name, Text()) for name in frame})
        key = notebook, table
        spec = TableSpec(table, TITLES.get(key, table), ABOUT.get(key, Subject()), typed.schema)
        return unmasked(spec, frame)

    return recall


def told(tables: dict) -> list[str]:
    return [text_of(line.said()) for line in summary.five_sentences(_recall(tables))]


def bases(tables: dict) -> list[str]:
    return [text_of(line.rests_on()) for line in summary.five_sentences(_recall(tables))]


YEARS = [
    asked(year()),
    year(),
    year(month="検出", code="detected"),
    year(change="decreased", estimate=0.5),
    year(change="increased", code="not_estimable", estimate=None),
    year(change="increased", basis=COUNTS),
    year(basis=COUNTS),
    year(change="not_comparable", basis="比べられない"),
]


@pytest.mark.parametrize("tables", YEARS)
def test_five_sentences_of_at_most_sixty_characters_in_plain_words(tables):
    sentences = told(tables)
    assert len(sentences) == 5
    for text in sentences:
        assert len(text) <= 60, text
        assert not [word for word in JARGON if word in text], text
        assert unicodedata.normalize("NFC", text) == text


def test_each_sentence_has_one_figure_and_none_where_chance_explains_it():
    def figures(tables: dict) -> list[int]:
        return [len(re.findall(r"\d[\d,.]*", re.sub(r"\(令和.+?年度\)", "", text))) for text in told(tables)]

    assert figures(year(basis=COUNTS)) == [1, 1, 0, 1, 0]
    assert figures(year(month="検出", code="detected", basis=COUNTS)) == [1, 1, 1, 1, 1]
    assert figures(asked(year(basis=COUNTS))) == [1, 1, 1, 1, 0]


def test_where_residents_were_asked_their_answer_is_the_first_finding_and_the_month_gives_way():
    said = told(asked(year()))
    assert said[0] == "孤独感が「時々ある以上」の人は、市民調査からの推計で21.0%でした。"
    assert said[1:] == [text for at, text in enumerate(told(year())) if at != 2]
    assert bases(asked(year()))[0] == (
        "令和5(2023)年度の調査でこの問いに答えた市民1,133人から、市民全体の割合を推計(95%信頼区間 18.4〜23.9%)"
    )


def test_a_city_that_never_had_a_page_on_residents_is_told_of_its_months():
    def recall(notebook, table):
        if notebook.startswith("06"):
            raise NotRunError(notebook)
        return _recall(year())(notebook, table)

    assert [text_of(line.said()) for line in summary.five_sentences(recall)] == told(year())


@pytest.mark.parametrize("tables", YEARS)
def test_every_sentence_says_which_period_and_whom_it_is_about(tables):
    for said, about in zip(told(tables), bases(tables), strict=True):
        assert re.search(r"2023|2024", about), said


def test_the_bases_of_the_sentences_are_those_of_their_tables():
    assert bases(year()) == [
        "令和5(2023)年度に調査した民生委員139人のうち、回答した97人が知っている人",
        "令和5(2023)年度の調査の25人と以前の32人を、それぞれ回答した委員の数で割って比べた結果",
        "2023年(暦年)の、県内の人の相談",
        "2023年(暦年)の県内の人の相談のうち、この問いに答えのあった2,335件",
        "2024年2月20日〜3月14日の市の窓口の相談10回を、お知らせがない場合に見込まれる4.9回と比べた結果"
        "(比の95%信頼区間 1.21〜3.36)",
    ]


def test_a_line_on_the_base_keeps_its_period_where_a_number_of_it_is_hidden():
    frame = pd.DataFrame({"share": [0.5], "base": [8]})
    typed = Typed.of(frame, {"share": Share(), "base": Count(unit="件")})
    shown = unmasked(TableSpec("lonely", "t", ABOUT[LONELY], typed.schema), frame)
    hidden = replace(shown, hidden=shown.hidden.assign(base=True))
    assert text_of(Line("s{share}。", (shown,), "{base}件").rests_on()) == "8件"
    assert text_of(Line("s{share}。", (hidden,), "{base}件").rests_on()) == "2023年(暦年)の、県内の人の相談"
    assert text_of(Line("s{share}。", (hidden,), "令和5年度").rests_on()) == "令和5年度"


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_a_person_whose_sex_was_left_blank_is_counted_on_the_cover_as_on_the_page_of_the_survey(blank):
    sex = pd.Categorical([None] * blank + ["男性"] * (25 - blank), ["男性", "女性"])
    commissioners = pd.DataFrame({"in_scope": [True] * 139, "responded": [True] * 97 + [False] * 42})
    known = survey.overview(commissioners, pd.DataFrame({"sex": sex}))
    assert (
        told(year() | {CASES: known.frame})[0] == "民生委員が知っている、ひきこもりの状態の人は25人でした。"
    )
    abroad = summary.abstract(
        _recall(year() | {CASES: known.frame}), FiscalYear(2023), period_for(FiscalYear(2023), "fiscal")
    )
    assert "know of 25 people" in text_of([said for line in abroad for said in line.said()])


THEN, PER_ANSWER = "以前の調査(令和元(2019)年度)", "回答した委員一人あたりの人数は、"


@pytest.mark.parametrize(
    ("change", "basis", "said"),
    [
        ("decreased", RATES, f"{PER_ANSWER}{THEN}から減りました。"),
        ("increased", RATES, f"{PER_ANSWER}{THEN}から増えました。"),
        ("no_clear_increase", RATES, f"{PER_ANSWER}{THEN}から増えたとも減ったとも言い切れません。"),
        ("no_clear_decrease", COUNTS, f"{THEN}の32人から、増えたとも減ったとも言い切れません。"),
        ("decreased", COUNTS, f"{THEN}の32人より少ないものの、減ったとは言い切れません。"),
        ("increased", COUNTS, f"{THEN}の32人より多いものの、増えたとは言い切れません。"),
        ("not_comparable", "比べられない", f"{THEN}の32人とは、記録や方法が違うため比べられません。"),
    ],
)
def test_a_change_is_told_of_what_was_compared_people_per_answer_or_bare_counts(change, basis, said):
    tables = year(change=change, basis=basis)
    assert told(tables)[1] == said
    assert ("何人に尋ねたかの記録がそろわない" in bases(tables)[1]) == ("もの" in said)
    assert ("それぞれ回答した委員の数で割って" in bases(tables)[1]) == (PER_ANSWER in said)


@pytest.mark.parametrize(
    ("cases", "answers", "said"), [(25, 27, "から増えました"), (25, 400, "から減りました")]
)
def test_fewer_people_from_far_fewer_answers_are_never_told_as_a_count_that_rose(cases, answers, said):
    """Then 40 people were known to 130; the count fell either way, and only people per answer may be told."""
    waves = pd.DataFrame({"wave": ["R1", "R5"], "fiscal_year": [2019, 2023], "n_cases": [40, cases]})
    waves = waves.assign(n_in_scope=500, n_responded=[130, answers], comparable="可", comparability_note="")
    changes = survey.wave_changes(waves, "R5")
    line = summary.change_of_count(_recall(year() | {CHANGES: changes.frame}))
    assert text_of(line.said()) == f"{PER_ANSWER}{THEN}{said}。"


def test_a_wave_of_nobody_is_left_behind_as_on_its_own_page():
    """The interval has no upper end then; the page of the survey says that people per answer rose."""
    waves = pd.DataFrame({"wave": ["R1", "R5"], "fiscal_year": [2019, 2023], "n_cases": [0, 10]})
    waves = waves.assign(n_in_scope=139, n_responded=97, comparable="可", comparability_note="")
    line = summary.change_of_count(_recall(year() | {CHANGES: survey.wave_changes(waves, "R5").frame}))
    assert text_of(line.said()).endswith("から増えました。")
    assert "増加しました" in survey.change_sentence(survey.compare_waves(waves, "R1", "R5"))


def test_a_month_that_leads_by_chance_is_not_told_as_a_season():
    assert "はっきりした違いは見られません" in told(year(month="検出せず"))[2]
    assert "8月に最も多く" in told(year(month="検出", second=1.02))[2]
    assert "月によって違いました" in told(year(month="検出", second=1.01))[2]
    assert told(year(month="判定しない"))[2].endswith("この記録からは判断できません。")


def test_an_effect_that_was_not_detected_is_never_told_as_a_rise():
    assert told(year())[4].endswith("増えたかどうかは、明らかではありません。")


def test_a_year_without_a_survey_or_campaign_says_so_once_for_each_reason_and_tells_more_of_contacts():
    tables = {name: table for name, table in year(weekday="検出").items() if name[0].startswith("02")}
    assert told(tables) == [
        "県内からの相談は1,329件でした。",
        "県内からの相談の多さに、月によるはっきりした違いは見られません。",
        "孤独感に答えのあった県内からの相談のうち、79.6%が孤独を感じると答えました。",
        "ひきこもりの状態の人の数、以前の調査からの増減は、この報告書では分かりません。理由: 調査は3年ごと。",
        "お知らせで相談が増えたかは、この報告書では分かりません。理由: 広告は出していない。",
    ]


def test_a_half_year_tells_of_its_contacts_beside_the_year_before_and_gives_its_one_reason_once():
    later = {"06_resident_survey", "01_survey_descriptives", "04_outreach_effect"}
    tables = {name: table for name, table in year(weekday="検出").items() if name[0].startswith("02")}

    def recall(notebook, table):
        if notebook in later:
            raise NotSuppliedError({"a": "年次で"})
        return _recall(tables)(notebook, table)

    lines = summary.five_sentences(recall)
    assert [text_of(line.said()) for line in lines] == [
        "県内からの相談は1,329件でした。",
        "県内からの相談の多さに、月によるはっきりした違いは見られません。",
        "県内からの一日あたりの相談は、月曜日に最も多くなりました。",
        "孤独感に答えのあった県内からの相談のうち、79.6%が孤独を感じると答えました。",
        "ひきこもりの状態の人の数、以前の調査からの増減、お知らせで相談が増えたかは、この報告書では分かりません。"
        "理由: 年次で。",
    ]
    whose = "2023年(暦年)の、県内の人の相談"  # of the desk that the table of months names
    assert text_of(lines[0].rests_on()) == f"{whose}、令和4年度上半期は1,200件"
    del tables[BEFORE]
    assert text_of(summary.five_sentences(recall)[0].rests_on()) == whose


@pytest.mark.parametrize(
    ("of_prefecture", "said"),
    [
        ("detected", "お知らせの期間、県内からの相談は、見込まれる数の0.48倍でした。"),
        ("not_detected", "お知らせで市の窓口への相談が増えたかどうかは、推定できません。"),
        ("not_estimable", "お知らせで市の窓口への相談が増えたかどうかは、推定できません。"),
    ],
)
def test_a_fall_in_the_prefecture_is_not_passed_over_where_nothing_can_be_told_of_the_desk(
    of_prefecture, said
):
    """A city whose desk had lost rows read 推定できません on the cover, above a page that found a fall to the half."""
    city, prefecture = year(code="not_estimable")[EFFECT], year(code=of_prefecture, estimate=0.48)[EFFECT]
    both = year() | {EFFECT: city, OF_PREFECTURE: prefecture.assign(method="登録した方法")}
    assert told(both)[-1] == said
    assert ("0.48 times" in abstract(both)[4]) == (of_prefecture == "detected")
    assert (
        told(year() | {EFFECT: city})[-1] == "お知らせで市の窓口への相談が増えたかどうかは、推定できません。"
    )


@pytest.mark.parametrize(("lost", "said"), [(0, ""), (1, "(記録のない1日を除く)")])
def test_contacts_of_a_period_that_is_not_all_there_are_not_told_as_those_of_the_period(lost, said):
    tables = year()
    tables[TOTALS] = tables[TOTALS].assign(missing_days=[0, lost])
    del tables[BEFORE]
    told = summary.contacts(_recall(tables)).rests_on()
    assert text_of(told) == f"2023年(暦年)の、県内の人の相談{said}"
    abroad = english(summary._contacts(_recall(tables)))
    assert abroad[0].text.endswith(f"the prefecture{' (days without a record, left out: 1)' * lost}.")


def test_a_weekday_that_leads_by_chance_is_not_told():
    for verdict, second, said in (
        ("検出", 1.02, "月曜日に最も多く"),
        ("検出", 1.01, "曜日によって違いました"),
        ("検出せず", 1.02, "はっきりした違いは見られません"),
        ("判定しない", 1.02, "この記録からは判断できません"),
    ):
        line = summary.busiest_weekday(_recall(year(weekday=verdict, second=second)))
        assert said in text_of(line.said()), second


def without_a_desk(**effect) -> dict:
    """The year of a place that has no desk: the prefecture's effect, by the registered method and another."""
    tables = year(**effect)
    registered = tables.pop(EFFECT).assign(method="登録した方法")
    other = registered.assign(method="ほかの方法", code="detected", estimate=9.0)
    return tables | {OF_PREFECTURE: pd.concat([registered, other], ignore_index=True)}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("detected", "お知らせの期間、県内からの相談は、見込まれる数の2.06倍でした。"),
        ("not_detected", "お知らせで県内からの相談が増えたかどうかは、明らかではありません。"),
        ("not_estimable", "お知らせで県内からの相談が増えたかどうかは、推定できません。"),
    ],
)
def test_a_place_without_a_desk_tells_of_the_prefectures_contacts_by_the_registered_method(code, said):
    tables = without_a_desk(code=code)
    assert told(tables)[-1] == said
    assert not [text for text in (*told(tables), *bases(tables)) if "市の窓口" in text]
    if code != "not_estimable":
        assert "熊本県の相談10件を、お知らせがない場合に見込まれる4.9件と比べた結果" in bases(tables)[-1]
    assert not [text for text in abstract(tables) if "local desk" in text]
    assert ("from the prefecture" in abstract(tables)[4]) == (code != "not_estimable")


def test_goals_claims_and_key_figures_of_a_missing_page_give_the_reason():
    def recall(notebook, table):
        raise NotSuppliedError({"該当者票": "調査のない年度"})

    cell = {"notebook": "01_survey_descriptives", "table": "cases_by_sex"}
    (goal,) = goals.measure([Goal(goal="g", indicator="i", cell=Cell(**cell))], recall).frame.to_dict(
        "records"
    )
    assert (goal["status"], goal["note"]) == (goals.UNMEASURED, "資料がない: 「該当者票」(調査のない年度)")
    claim = Claim("S01", "人数", 25, "人", "equal", Cell(**cell))
    (verdict,) = compare([claim], recall).frame.to_dict("records")
    assert verdict["verdict"] == "計算不可"
    assert "調査のない年度" in verdict["note"]
    (figure,) = summary.key_figures([KeyFigure(label="人数", cell=Cell(**cell))], recall).frame.to_dict(
        "records"
    )
    assert figure["value"] is None
    assert figure["note"] == "資料がない: 「該当者票」(調査のない年度)"


def test_reasons_of_several_inputs_stay_apart_and_one_reason_of_several_is_said_once():
    reasons = {"A": "県から未着。", "B": "広告はない", "C": "県から未着。"}
    missing = NotSuppliedError(reasons)
    assert str(missing) == "資料がない: 「A」「C」(県から未着)、「B」(広告はない)"
    assert missing.why == "県から未着。広告はない"


@pytest.mark.parametrize("asked", [139, 84])
def test_the_denominator_in_the_note_of_a_key_figure_is_read_and_never_typed(asked):
    frame = pd.DataFrame({"sex": ["総数"], "n": [60], "base": [asked]})
    typed = Typed.of(frame, {"sex": Dimension(), "n": Count(unit="人"), "base": Count(unit="人")})
    subject = Subject(period="令和5(2023)年度")
    shown = unmasked(TableSpec("response", "回答", subject, typed.schema), frame)
    cell = Cell(notebook="01_survey_descriptives", table="response")
    entry = KeyFigure(label="回答", cell=cell, note="調査した{base}人のうち")
    (figure,) = summary.key_figures([entry], lambda *_: shown).frame.to_dict("records")
    assert figure["note"] == f"令和5(2023)年度。調査した{asked}人のうち"


@pytest.mark.parametrize(("level", "there"), [(0.95, True), (0.90, True), (0.90, False)])
def test_an_interval_of_another_level_than_the_headings_is_told_and_not_printed(level, there):
    bounds = [0.2, 0.4] if there else [None, None]
    frame = pd.DataFrame([[0.3, *bounds]], columns=["share", "low", "high"]).astype(float)
    typed = Typed.of(frame, {"share": Share(), **interval("share", level)})
    shown = unmasked(TableSpec("lonely", "割合", Subject(period="2023年"), typed.schema), frame)
    cell = Cell(notebook="02", table="lonely", column="share")
    entry = KeyFigure(label="割合", cell=cell, low="low", high="high")
    (figure,) = summary.key_figures([entry], lambda *_: shown).frame.to_dict("records")
    assert (figure["low"], figure["high"]) == ((0.2, 0.4) if level == 0.95 else (None, None))
    assert ("90%信頼区間で、ほかの項目と種類が違うため、元の表に" in figure["note"]) == (
        there and level != 0.95
    )


@pytest.mark.parametrize(
    ("n", "told"), [(54, "令和5(2023)年度"), (None, "令和5(2023)年度。元の表に値がない")]
)
def test_a_key_figure_of_one_of_two_periods_says_which_one_and_that_there_is_none(n, told):
    """Of a desk with four clients the page gives no number: the tile has to say so, as its dots may mean anything."""
    frame = pd.DataFrame({"basis": ["2023年(暦年)", "令和5(2023)年度"], "n": [40, n]}).astype({"n": "Int64"})
    typed = Typed.of(frame, {"basis": Text(), "n": Count(unit="人")})
    subject = Subject(period="2023年(暦年)と令和5(2023)年度")
    shown = unmasked(TableSpec("city_clients", "人", subject, typed.schema), frame)
    cell = Cell(notebook="02", table="city_clients", where={"basis": "令和5(2023)年度"})
    (figure,) = summary.key_figures([KeyFigure(label="人数", cell=cell)], lambda *_: shown).frame.to_dict(
        "records"
    )
    assert (figure["value"], figure["note"]) == (n, told)


@pytest.mark.parametrize(
    ("sex", "told"),
    [
        ("全国", "表に、区分が 全国 の行がない(資料がないためか、名前が違うため)"),
        ("市", "元の表に値がない(資料がないためか、推定できないため)"),
    ],
)
def test_a_cell_that_a_year_cannot_have_gives_the_reason_and_a_misspelled_one_is_still_a_mistake(sex, told):
    """What was not supplied is no reason for an effect that cannot be estimated: its row is there and blank."""
    frame = pd.DataFrame({"sex": ["県", "市"], "n": [60, None]}).astype({"n": "Int64"})
    typed = Typed.of(frame, {"sex": Dimension(), "n": Count(unit="件")})
    shown = unmasked(TableSpec("totals", "件数", schema=typed.schema), frame)
    claim = Claim("T02", "全国", 5, "件", "equal", Cell("02", "totals", where={"sex": sex}))
    without = replace(shown, without={"全国の集計": "未着"})
    (row,) = compare([claim], lambda *_: without).frame.to_dict("records")
    assert (row["verdict"], row["note"]) == (
        "計算不可",
        f"{told}。この年度にない資料: 「全国の集計」(未着)。",
    )
    with pytest.raises(ParameterError) if sex == "全国" else nullcontext():
        compare([claim], lambda *_: shown)


def abstract(tables: dict) -> list[str]:
    frames = tables | {TOTALS: pd.DataFrame({"scope": ["全国", "県"], "n": [337943, 2536]})}
    year = FiscalYear(2023)
    lines = summary.abstract(_recall(frames), year, period_for(year, "calendar"))
    return [part.text for line in lines for part in english(line)]


def test_the_abstract_tells_the_year_in_english_with_the_figures_of_the_tables():
    said = abstract(asked(year(code="detected")))
    assert "fiscal year 2023" in said[0]
    assert "2023-01-01 to 2023-12-31" in said[0]
    assert [re.findall(r"[\d,.]*\d%?", text) for text in said[1:6]] == [
        ["1,133", "21.0%", "95%", "18.4%", "23.9%"],
        ["97", "139", "25"],
        ["2,536"],
        ["2,335", "79.6%"],
        ["2024", "02", "20", "2024", "03", "14", "2.06", "95%", "1.21", "3.36"],
    ]
    assert not [text for text in said if not text.isascii()]


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("detected", "expected contacts (95% confidence interval: 1.21 to 3.36)."),
        (
            "not_detected",
            "is not clear: there were 10, where 4.9 were expected without them "
            "(2.06 times as many; 95% confidence interval: 1.21 to 3.36).",
        ),
        ("not_estimable", "cannot be told."),
    ],
)
def test_the_abstract_claims_an_effect_only_where_one_was_detected(code, ending):
    assert abstract(year(code=code))[4].endswith(ending)


def test_an_effect_on_the_cover_says_at_which_level_it_was_detected():
    """A rise found at 80 % stood there as one found at 99 % would."""
    recall = _recall(year(code="detected"))

    def loosely(notebook, table):
        shown = recall(notebook, table)
        columns = shown.spec.schema.columns | interval("estimate", 0.8)
        return replace(shown, spec=replace(shown.spec, schema=replace(shown.spec.schema, columns=columns)))

    assert text_of(summary.campaign_effect(loosely).rests_on()).endswith("(比の80%信頼区間 1.21〜3.36)")
    told = [
        part.text
        for line in summary.abstract(loosely, FiscalYear(2023), period_for(FiscalYear(2023), "fiscal"))
        for part in english(line)
    ]
    assert told[4].endswith("(80% confidence interval: 1.21 to 3.36).")


def test_an_effect_without_an_upper_end_is_told_in_english_too():
    assert abstract(year(code="detected", high=math.inf))[4].endswith(
        "(95% confidence interval: 1.21 or more)."
    )


@pytest.mark.parametrize("code", ["detected", "not_detected"])
def test_contacts_during_the_campaigns_are_not_told_as_those_of_the_calendar_year(code):
    """All contacts were said to be of 2023; those of the campaigns are of February and March 2024."""
    said = abstract(year(code=code))
    assert said[0].endswith("where no other days are given.")
    assert "campaigns (2024-02-20 to 2024-03-14)" in said[4]


@pytest.mark.parametrize("code", ["detected", "not_detected"])
def test_the_abstract_tells_no_verdict_that_the_japanese_keeps_back(code):
    untold = "Whether the campaigns brought more contacts cannot be told."
    assert abstract(year(code=code, estimate=None))[4] == untold
    recall = _recall(year(code=code))

    def hiding(notebook, table):
        shown = recall(notebook, table)
        return replace(shown, hidden=shown.hidden | ((notebook, table) == EFFECT))

    assert "公表できません" in text_of(summary.campaign_effect(hiding).said())
    lines = summary.abstract(hiding, FiscalYear(2023), period_for(FiscalYear(2023), "calendar"))
    assert untold in [part.text for line in lines for part in english(line)]


@pytest.mark.parametrize(
    ("code", "finding", "japanese", "english_"),
    [
        ("detected", "実施期間の増加が検出されました", "増加が検出されました。", "were more than expected;"),
        ("detected", "実施期間の減少が検出されました", "減少が検出されました。", "were fewer than expected;"),
        ("not_detected", "増減は検出されませんでした", "増減は検出されませんでした。", "is not clear;"),
    ],
)
def test_a_verdict_that_page_04_tells_without_its_numbers_is_told_on_the_cover_too(
    code, finding, japanese, english_
):
    tables = year(code=code)
    tables[EFFECT] = tables[EFFECT].assign(finding=finding)
    recall = _recall(tables)

    def hiding(notebook, table):
        shown = recall(notebook, table)
        back = ["expected", "estimate", "low", "high"] if (notebook, table) == EFFECT else []
        return replace(shown, hidden=shown.hidden.assign(**dict.fromkeys(back, True)))

    line = summary.campaign_effect(hiding)
    assert text_of(line.said()) == f"お知らせの期間、市の窓口への相談の{japanese}"
    assert text_of(line.rests_on()).endswith("数は公表できません")
    lines = summary.abstract(hiding, FiscalYear(2023), period_for(FiscalYear(2023), "calendar"))
    said = text_of(english(lines[4]))
    assert said.endswith(f"{english_} the figures are withheld.")
    assert "2.06" not in said


def _kept_back(shown, names):
    """A table as a release has it whose columns of numbers were kept back as a whole."""
    back = dict.fromkeys(names, Withheld())
    schema = replace(shown.spec.schema, columns={**shown.spec.schema.columns, **back})
    return replace(
        shown,
        spec=replace(shown.spec, schema=schema),
        frame=shown.frame.astype(object).assign(**dict.fromkeys(names)),
        hidden=shown.hidden.assign(**dict.fromkeys(names, True)),
    )


@pytest.mark.parametrize(
    "lost", [["high"], ["low", "high"], ["share", "low", "high"], ["share", "low", "high", "base"]]
)
def test_an_interval_that_is_withheld_is_told_as_withheld_in_english(lost):
    recall = _recall(asked(year()))

    def hiding(notebook, table):
        shown = recall(notebook, table)
        return _kept_back(shown, lost) if (notebook, table) == RESIDENTS else shown

    lines = summary.abstract(hiding, FiscalYear(2023), period_for(FiscalYear(2023), "calendar"))
    assert text_of(english(lines[1])) == "One figure is withheld or was not recorded."


@pytest.mark.parametrize("name", asked(year()), ids="/".join)
@pytest.mark.parametrize("code", ["detected", "not_detected", "not_estimable"])
def test_whichever_table_lost_all_its_numbers_the_cover_is_written_and_tells_none_of_them(name, code):
    tables = asked(year(code=code))
    tables[EFFECT] = tables[EFFECT].assign(finding="実施期間の増加が検出されました")
    recall = _recall(tables)

    def hiding(notebook, table):
        shown = recall(notebook, table)
        if (notebook, table) != name:
            return shown
        return _kept_back(shown, shown.frame.select_dtypes("number").columns.difference(["fiscal_year"]))

    fiscal = FiscalYear(2023)
    lines = summary.abstract(hiding, fiscal, period_for(fiscal, "calendar"))
    texts = [text_of(english(line)) for line in lines]
    texts += [text_of(line.said()) + text_of(line.rests_on()) for line in summary.five_sentences(hiding)]
    assert not [text for text in texts if re.search("None|nan|NA", text)]


def test_the_abstract_of_a_year_without_survey_or_campaign_leaves_them_out():
    without = {name: table for name, table in asked(year()).items() if not name[0].startswith("02")}
    recall, fiscal = _recall(without), FiscalYear(2023)
    lines = summary.abstract(recall, fiscal, period_for(fiscal, "calendar"))
    assert next(part.text for line in lines for part in english(line)).endswith("2023 (April to March).")
    said = abstract({name: table for name, table in year().items() if name[0].startswith("02")})
    assert len(said) == len(abstract(year())) - 2
    assert not [text for text in said if "commissioners know" in text or "campaigns" in text]


def test_what_cannot_be_said_stands_with_its_next_action_where_one_is_known(tmp_path):
    file = tmp_path / "limits.yaml"
    file.write_text("limits:\n  - {about: a, why: b, next: c}\n  - {about: d, why: e}\n", encoding="utf-8")
    assert summary.read_limits(file) == [("a", "b", "c"), ("d", "e", "")]


@pytest.mark.parametrize("column", ["n", "n_earlier", "verdict"])
def test_a_change_of_which_a_number_is_hidden_is_not_told(column):
    shown = _recall(year())(*CHANGES)
    hidden = replace(shown, hidden=shown.hidden.assign(**{column: True}))
    line = summary.change_of_count(lambda *name: hidden if name == CHANGES else _recall(year())(*name))
    assert text_of(line.said()) == "以前の調査と比べた増減は、人数が少ないため公表できません。"
