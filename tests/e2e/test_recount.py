"""Every count of people and contacts on the pages, counted again over the rows as they were read.

A table says of each of its cells which people it counts (`CountTable.region`); the plan of what stays hidden rests on
that. Here those people are counted with nothing but pandas, so that a cell of a notebook that hands over another
column, group, desk, year or population is noticed, whichever page it stands on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.e2e.conftest import Report
from ujo_lib import intake
from ujo_lib.columns import Quotient
from ujo_lib.disclosure.tables import PERIOD, CountTable, Region
from ujo_lib.report.door.masks import counted
from ujo_lib.report.door.publish import NOT_SUPPLIED, TableRecord
from ujo_lib.typed import ANSWERED

pytestmark = pytest.mark.slow

Frames = Mapping[str, pd.DataFrame]
KINDS = ["cases", "commissioners", "consultations", "residents", "voices"]
ELSEWHERE = {
    "01_survey_descriptives/opinion_themes": "what a codebook finds",
    "01_survey_descriptives/household_members": "whom a skip rule leaves out, counted in tests/survey",
    "03_content_tagging/untagged": "what a codebook finds",
    "04_outreach_effect/city_counts": "episodes, which are counted in tests/outreach",
    "04_outreach_effect/city_effect": "episodes",
    "04_outreach_effect/price": "episodes",
    "06_resident_survey/per_population": "people whom others know of, over two inputs",
}
"""Tables that count what is no value of a column, and what that is."""


FIRST_DAY = pd.Timestamp(2023, 1, 1)
WITHDRAWN = "市民(「ひきこもりの状態」に「はい」と答えた人)"
WITHOUT = {
    "no slip and no change in the sample": {"skips", "codebook_changes", "seasons_apart"},
    "one year of records and of residents": {"decomposition", "change"},
    "the nation has printed no groups": {"group_nation", "ucla_group_nation"},
    "no year has been released before": {"course_counts", "year_counts", "year_shares"},
    "files of text have no sheets": {"sources"},
    "one coder": {"agreement"},
    "every pair and every choice can be reckoned": {"tests", "city_curve", "prefecture_curve"},
    "one day has no spread between days": {"by_day"},
    "perhaps no contact more": {"price", "price_sensitivity"},
}
"""Why tables of the sample are empty, or have a column that is."""
NO_PERSON_IN_IT = {
    "広告の配信実績", "施策の一覧", "分析計画", "模擬データ", "入力ファイル", "全国の時間別件数", "各公表資料の値",
    "各ページの表", "各年度の公表用の表", "公表資料(要約)、各ページの表", "公表値と計算値の照合",
}  # fmt: skip
"""Sources without people of the city, and pages that are quoted as they were masked."""
OF_ALL_TOGETHER = {"overview", "scenarios"}
"""Tables of the survey that say no more than how many were asked, answered and are known in all."""
BLANKS = {"無回答", "記入なし"}


@pytest.fixture(scope="module")
def records(report: Report) -> dict[str, TableRecord]:
    files = report.outputs.glob(".steps/internal-*/tables/*/*.json")
    read = [
        TableRecord.from_json(one.read_text(encoding="utf-8")) for one in files if one.name != NOT_SUPPLIED
    ]
    return {record.key: record for record in read}


@pytest.fixture(scope="module")
def people(report: Report) -> Frames:
    """Who stands behind each population, one row each; columns are variables, blank answers the word for them."""
    frames = intake.load(report.root / "params/sample/fy2023/inputs.yaml", KINDS).frames
    cases, asked = frames["cases"], frames["commissioners"]
    contacts = frames["consultations"]
    when = contacts["received_at"].dt.tz_localize(None)
    since = (when.dt.normalize() - FIRST_DAY).dt.days
    contacts = contacts.assign(
        day=when.dt.date,
        week=(when.dt.normalize() - pd.to_timedelta(since % 7, "D")).dt.strftime("%Y-%m-%dT00:00:00"),
        month=when.dt.strftime("%Y") + "年" + when.dt.month.astype(str) + "月",
        weekday=when.dt.day_of_week.map(dict(enumerate("月火水木金土日"))),
        hour=when.dt.hour.astype(str) + "時台",
    )
    at_desk = {name: contacts[contacts["channel"] == name] for name in ("全国窓口", "宇城市専用")}
    nationwide = at_desk["全国窓口"]
    residents = frames["residents"]
    came_back = residents[residents["responded"].fillna(False).astype(bool)]
    withdrawn = came_back[came_back["withdrawn"] == "はい"]
    voices = pd.concat(
        [came_back.assign(voice="市民"), withdrawn.assign(voice=WITHDRAWN), frames["voices"]],
        ignore_index=True,
    )
    return {
        "cases": cases[cases["duplicate_of"].isna()],
        "commissioners": asked[asked["in_scope"] & asked["responded"]],
        "consultations": nationwide[nationwide["pref"] == "熊本県"],
        "city_contacts": at_desk["宇城市専用"],
        "residents": came_back.assign(ucla_band=_bands(came_back), wave=came_back["wave"].astype("string")),
        "voices": voices.assign(onset_age=_ages(voices["onset_age"])),
    }


def _bands(residents: pd.DataFrame) -> "pd.Series[Any]":
    """Three answers, each 1 to 4, added up by hand."""
    points = {"決してない": 1, "ほとんどない": 2, "時々ある": 3, "常にある": 4}
    items = residents[["ucla_company", "ucla_left_out", "ucla_isolated"]].astype(object)
    score = sum(items[name].map(points) for name in items)
    names = {3: "3点", **dict.fromkeys((4, 5, 6), "4~6点"), **dict.fromkeys((7, 8, 9), "7~9点")}
    return score.map({**names, **dict.fromkeys((10, 11, 12), "10~12点")})


def _ages(years: "pd.Series[Any]") -> "pd.Series[Any]":
    names = ["10歳代まで", "20歳代", "30歳代", "40歳代", "50歳代", "60歳以上"]
    return pd.cut(years.astype(float), [0, 20, 30, 40, 50, 60, 200], right=False, labels=names)


def _options(people: pd.DataFrame, item: str) -> list[str]:
    return [name for name in people if name.startswith(f"{item}_") and people[name].dtype == "boolean"]


def _members(people: pd.DataFrame, region: Region) -> int:
    inside = np.ones(len(people), dtype=bool)
    for variable, atoms in region:
        name, _, option = variable.partition("=")
        if variable == PERIOD:
            (days,) = atoms
            first, last = map(date.fromisoformat, days.split("/"))
            inside &= people["day"].between(first, last).to_numpy()
        elif option and option != ANSWERED:
            options = [f"{name}_{option}"] if option not in BLANKS else _options(people, name)
            inside &= people[options].fillna(False).any(axis=1).to_numpy() != (option in BLANKS)
        elif option and name in people:
            inside &= people[name].notna().to_numpy()
        elif option:
            inside &= people[_options(people, name)].fillna(False).any(axis=1).to_numpy()
        elif name.endswith("の記録"):
            inside &= people[name.removesuffix("の記録")].notna().to_numpy()
        else:
            blank = people[name].isna() if atoms & BLANKS else False
            inside &= (people[name].astype(object).isin(atoms) | blank).to_numpy()
    return int(inside.sum())


def _wrong(tables: Sequence[CountTable], people: Frames) -> list[tuple[str, str, int | None, int]]:
    """Cells with what they print and how many there are, where it is another number."""
    return [
        (table.id, table.label(at), cell.value, found)
        for table in tables
        for at, cell in enumerate(table.cells)
        if (found := _members(people[table.population], table.region(at))) != cell.value
    ]


def test_every_cell_counts_the_people_that_it_says_it_counts(records, people):
    tables = [one.table for one in counted(list(records.values())) if one.table.id not in ELSEWHERE]
    assert _wrong(tables, people) == []
    assert len(tables) > 50


def test_every_cell_for_the_city_alone_counts_the_people_that_it_says_it_counts(records, people):
    """No plan hides anything of them, so they name no population; they are of the cases, as their base says."""
    inside = [
        replace(one, spec=replace(one.spec, subject=replace(one.spec.subject, population="cases")))
        for one in records.values()
        if one.key not in ELSEWHERE
        and one.spec.subject.population is None
        and one.spec.subject.base == "把握された当事者"
        and one.spec.schema.dimensions
    ]
    tables = [one.table for one in counted(inside)]
    assert _wrong(tables, people) == []
    assert len(tables) >= 5


def test_every_share_and_rate_is_the_quotient_of_the_numbers_beside_it(records):
    checked = 0
    for record in records.values():
        frame, schema = record.frame, record.spec.schema
        for name, kind in schema.columns.items():
            if isinstance(kind, Quotient) and {kind.n, kind.base} <= {*frame}:
                known = frame[[kind.n, kind.base, name]].astype(float).dropna()
                known = known[known[kind.base] != 0]
                expected = known[kind.n] / known[kind.base] * kind.scale
                assert known[name].to_numpy() == pytest.approx(expected.to_numpy()), (record.key, name)
                checked += len(known)
    assert checked > 500


def test_no_two_tables_hold_the_same_and_none_says_the_days_of_another_period(records):
    """A cell that was copied shows the table of its neighbour under a title of its own."""
    tables: dict[object, list[str]] = {}
    days: dict[str, set[tuple[str, ...]]] = {}
    for record in records.values():
        if record.rows:
            tables.setdefault((record.columns, record.rows), []).append(record.key)
        if record.spec.subject.days:
            days.setdefault(record.spec.subject.period, set()).add(record.spec.subject.days)
    assert [keys for keys in tables.values() if len(keys) > 1] == []
    assert {period: len(spans) for period, spans in days.items()} == dict.fromkeys(days, 1)


def test_a_statistic_that_says_it_rests_on_nobody_is_of_a_source_with_nobody_in_it(report, records):
    """Else a release prints what can be solved for a hidden count: a standard error, a test, an estimate."""
    left = {
        f"{file.parent.name}/{file.stem}" for file in report.outputs.glob(".steps/release-*/tables/*/*.json")
    }
    found = {
        record.spec.id
        for key, record in records.items()
        if key in left
        and record.spec.subject.population is None
        and record.spec.subject.computed_from == ()
        and record.spec.subject.source not in NO_PERSON_IN_IT
        and any(kind.rests == "table" for kind in record.spec.schema.columns.values())
    }
    assert found == OF_ALL_TOGETHER


def test_no_table_or_column_is_empty_but_where_the_sample_has_nothing_to_say(records):
    """Another period, desk or age has nobody in it, and a page without numbers looks like a page without findings."""
    empty = {
        record.spec.id
        for record in records.values()
        if record.frame.replace("", None).isna().all().any() or not record.rows
    }
    assert empty == set().union(*WITHOUT.values())
