"""Every rule between the columns of a row at its edge, the clock, and rows that are there twice."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from tests.intake.conftest import Desk, as_csv
from ujo_lib.intake import between, checks
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import Notes, Problem
from ujo_lib.intake.schemas import DTYPES, SCHEMAS

BARE = Header(0, 1, (), {}, {}, {}, (), ())
"""The headings of a file whose columns are called as ours are."""


def frame_of(kind: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of a kind with the types that reading gives them."""
    frame = pd.DataFrame(rows)
    types = {column.name: DTYPES.get(column.type) for column in SCHEMAS[kind].columns}
    return frame.astype({name: types[name] for name in frame if types.get(name)})


def broken(kind: str, *rows: Mapping[str, object]) -> list[tuple[int | None, str, str]]:
    """Row (from 2), column and severity of what the rules of a kind find in rows."""
    notes = Notes("f.csv")
    frame = frame_of(kind, rows)
    checks.check_rows(frame, np.arange(2, len(rows) + 2), BARE, SCHEMAS[kind], notes)
    return [(p.row, p.column, p.severity) for p in notes.problems]


SAID: dict[str, object] = {
    "in_scope": True,
    "responded": True,
    "knows_case": "いる",
    "n_cases_reported": 1,
    "distributed_on": pd.Timestamp("2023-09-01"),
    "returned_on": pd.Timestamp("2023-09-01"),
}


@pytest.mark.parametrize(
    ("changes", "column", "severity"),
    [
        ({}, "", ""),
        ({"in_scope": False}, "in_scope", "error"),
        ({"n_cases_reported": 0}, "n_cases_reported", "error"),
        ({"n_cases_reported": None}, "n_cases_reported", "error"),
        ({"knows_case": "いない"}, "n_cases_reported", "error"),
        ({"knows_case": "いない", "n_cases_reported": 0}, "", ""),
        ({"knows_case": "いない", "n_cases_reported": None}, "", ""),
        ({"knows_case": None}, "knows_case", "warning"),
        ({"responded": False, "knows_case": None}, "n_cases_reported", "error"),
        ({"responded": False, "knows_case": None, "n_cases_reported": 0}, "", ""),
        ({"responded": False, "in_scope": False, "knows_case": None, "n_cases_reported": None}, "", ""),
        ({"returned_on": pd.Timestamp("2023-08-31")}, "returned_on", "error"),
        ({"returned_on": pd.NaT}, "", ""),
    ],
)
def test_an_answer_of_a_commissioner_agrees_with_itself(changes, column, severity):
    found = [(3, column, severity)] if column else []
    assert broken("commissioners", SAID, SAID | changes) == found


def test_an_answer_without_days_has_no_order_of_days():
    undated = {name: value for name, value in SAID.items() if not name.endswith("_on")}
    assert broken("commissioners", undated) == []


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("n_responded", "n_in_scope"),
        ("male", "n_cases"),
        ("female", "n_cases"),
        ("n_valid_outing", "n_cases"),
    ],
)
@pytest.mark.parametrize(("n", "told"), [(31, False), (32, False), (33, True), (None, False)])
def test_a_part_of_an_earlier_survey_is_at_most_its_whole(part, whole, n, told):
    row = {"n_in_scope": 32, "n_cases": 32, "female": 0, "male": 0} | {part: n}
    over = [(2, part, "error")] if told else []
    if told and whole == "n_cases" and part != "n_valid_outing":
        over.append((2, "n_cases", "error"))  # men and women together are too many as well
    assert broken("waves", row) == over
    assert broken("waves", {"n_cases": 32, "female": 33}) == [(2, "female", "error"), (2, "n_cases", "error")]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2024-03-01", "2024-02-29", [(2, "end", "error")]),
        ("2024-03-01", "2024-03-01", []),
        ("2024-03-01", "2025-03-02", []),
        ("2024-03-01", "2025-03-03", [(2, "end", "warning")]),
        ("2024-03-01", None, []),
        (None, "2024-03-01", [(2, "start", "warning")]),
    ],
)
def test_a_campaign_ends_on_the_day_it_begins_at_the_earliest_and_within_the_year(start, end, found):
    assert broken("campaigns", {"start": pd.Timestamp(start), "end": pd.Timestamp(end)}) == found


@pytest.mark.parametrize(
    ("kind", "first", "later"),
    [(kind, *pair) for kind, pairs in checks.DAYS_IN_ORDER.items() for pair in pairs],
)
@pytest.mark.parametrize(("days", "told"), [(-1, True), (0, False), (1, False), (None, False)])
def test_what_ends_has_begun(kind, first, later, days, told):
    begun = pd.Timestamp("2024-03-01")
    ended = pd.NaT if days is None else begun + pd.Timedelta(days=days)
    given = {column.name: pd.NA for column in SCHEMAS[kind].columns} | {first: begun, later: ended}
    found = broken(kind, (SAID if kind == "commissioners" else given) | {first: begun, later: ended})
    assert ((2, later, "error") in found) == told


def test_every_two_days_of_a_row_stand_in_an_order_or_are_one_day():
    """A desk that was closed before it was opened, and a campaign prepared to before its beginning, loaded unasked."""
    for kind, schema in SCHEMAS.items():
        days = {column.name for column in schema.columns if column.type == "date"}
        ordered = {name for pair in checks.DAYS_IN_ORDER.get(kind, ()) for name in pair}
        assert len(days) < 2 or days == ordered or kind == "ads", kind  # there the report is of one day


@pytest.mark.parametrize(("households", "told"), [(999, False), (1000, False), (1001, True), (None, False)])
@pytest.mark.parametrize("whole", [{}, {"sex": None, "age_band": "総数"}, {"sex": "総数", "age_band": None}])
def test_no_area_has_more_households_than_people(households, whole, told):
    found = broken("population", {"n": 1000, "households": households} | whole)
    assert found == ([(2, "households", "error")] if told else [])


@pytest.mark.parametrize("part", [{"sex": "女性"}, {"sex": "総数", "age_band": "65歳以上"}])
def test_some_of_the_people_may_stand_beside_all_households(part):
    assert broken("population", {"n": 300, "households": 900} | part) == []


@pytest.mark.parametrize(("cost", "told"), [(99, False), (100, False), (101, True), (None, False)])
def test_a_campaign_costs_no_more_than_its_limit(cost, told):
    day = pd.Timestamp("2024-03-01")
    row = {"start": day, "end": day, "cost_yen": cost, "cost_cap_yen": 100}
    assert broken("campaigns", row) == ([(2, "cost_yen", "warning")] if told else [])


@pytest.mark.parametrize("column", ["clicks_all", "link_clicks", "reach"])
@pytest.mark.parametrize(("n", "told"), [(9, False), (10, False), (11, True)])
def test_no_more_people_click_than_impressions_were_made(column, n, told):
    row = {"date": pd.Timestamp("2024-03-01"), "impressions": 10, column: n}
    assert broken("ads", row) == ([(2, column, "warning")] if told else [])


def test_an_advertisement_has_a_day_and_a_count():
    rows = [{"date": pd.NaT, "impressions": 5}, {"date": pd.Timestamp("2024-03-01"), "impressions": None}]
    assert broken("ads", *rows) == [(2, "date", "error"), (3, "impressions", "error")]


@pytest.mark.parametrize(
    ("campaigns", "adset", "told"),
    [
        (("春", None, "春"), "乙", [3]),
        (("春", None, "春"), None, []),  # what is not divided is a total, or a campaign without a name
        ((None, None, None), "乙", []),  # a platform that tells of no campaign, or no such column
    ],
)
def test_a_set_of_advertisements_is_of_some_campaign(campaigns, adset, told):
    rows = [
        {"date": "2024-02-20", "campaign": name, "adset": adset if i == 1 else "甲", "impressions": 9}
        for i, name in enumerate(campaigns)
    ]
    assert broken("ads", *rows) == [(row, "campaign", "error") for row in told]


@pytest.mark.parametrize(
    ("responded", "answer", "found"),
    [
        (True, "x", False),
        (True, None, False),
        (False, "x", True),
        (False, None, False),
        (None, "x", True),
        (None, None, False),
    ],
)
def test_only_who_answered_has_answers(responded, answer, found):
    drawn = {"wave": "1回目", "mode": "紙"}  # says nothing of an answer, whoever fills it in
    frame = pd.DataFrame([{"responded": True, "q1": "x", **drawn}, {"responded": responded, "q1": answer}])
    frame["responded"] = frame["responded"].astype("boolean")
    notes = Notes("f.csv")
    checks.check_rows(frame, np.arange(2, 4), BARE, SCHEMAS["residents"], notes)
    assert [(p.row, p.column) for p in notes.problems] == ([(3, "responded")] if found else [])


def test_a_cell_that_was_refused_is_not_held_against_others():
    notes = Notes("f.csv")
    notes.problem("数", "直してください。", "6", row=2, column="n_cases_reported")
    frame = frame_of("commissioners", [SAID | {"n_cases_reported": None}] * 2)
    checks.check_rows(frame, np.array([2, 3]), BARE, SCHEMAS["commissioners"], notes)
    assert [p.row for p in notes.problems if p.rule == "照合"] == [3]


@pytest.mark.parametrize(("total", "asked"), [(479, False), (480, True)])
def test_a_clock_is_judged_from_twenty_contacts_an_hour_on(total, asked):
    """Nobody from 13 to 15 o'clock, all others spread over the other hours: a flat day with one gap."""
    hours = [h for h in range(24) if h not in (13, 14, 15)]
    stamps = [pd.Timestamp("2023-08-01") + pd.Timedelta(hours=hours[i % 21]) for i in range(total)]
    assert bool(clock(pd.DataFrame({"received_at": stamps}))) is asked
    counts = pd.Series(stamps).dt.hour.value_counts()
    assert bool(clock(pd.DataFrame({"hour": counts.index, "n": counts.to_numpy()}))) is asked


@pytest.mark.parametrize(("quiet", "asked"), [(13, True), (14, False), (15, False)])
def test_hours_are_quiet_below_seven_tenths_of_an_average_one(quiet, asked):
    """Three hours of `quiet` each, 21 of 20.9 or so: 14 of 20 are exactly seven tenths."""
    rest = 480 - 3 * quiet
    counts = [quiet if h in (13, 14, 15) else rest / 21 for h in range(24)]
    frame = pd.DataFrame({"hour": range(24), "n": np.round(counts).astype(int)})
    frame.loc[0, "n"] += 480 - frame["n"].sum()
    assert bool(clock(frame)) is asked


@pytest.mark.parametrize(("between", "asked"), [(13, True), (14, False)])
def test_a_day_has_24_hours_also_where_nobody_calls_in_the_last_one(between, asked):
    """Three hours with 41 or 42 contacts together: seven tenths of three average hours of 20 are 42."""
    counts = np.full(24, 22)
    counts[[13, 14, 15, 23]] = 14, between, 14, 0
    counts[0] += 480 - counts.sum()
    stamps = np.repeat([pd.Timestamp("2023-08-01") + pd.Timedelta(hours=h) for h in range(24)], counts)
    assert bool(clock(pd.DataFrame({"received_at": stamps}))) is asked
    assert bool(clock(pd.DataFrame({"hour": range(24), "n": counts}))) is asked


def test_the_quietest_hour_lies_between_the_one_before_and_the_one_after_it():
    counts = [0 if h in (13, 14) else 30 for h in range(24)]
    assert ["13時台" in p.remedy for p in clock(pd.DataFrame({"hour": range(24), "n": counts}))] == [True]


def clock(frame: pd.DataFrame) -> list[Problem]:
    notes = Notes("f.csv")
    checks.check_clock(frame, BARE, None, notes)
    assert all((p.severity, p.rule) == ("warning", "10") for p in notes.problems)
    return notes.problems


def daily(*rows: tuple[str, str | None, int], files: Sequence[str] = ()) -> between.Loaded:
    frame = frame_of("national_daily", [dict(zip(("date", "pref", "n"), row, strict=True)) for row in rows])
    frame["date"] = pd.to_datetime(frame["date"])
    names = np.array(files or ["a.csv"] * len(rows), dtype=object)
    notes = {name: Notes(name) for name in dict.fromkeys(names)}
    return between.Loaded(frame, names, np.arange(2, len(rows) + 2), notes)


@pytest.mark.parametrize(
    ("codes", "splits"), [([0, 1, 0, 1], ["性別"]), ([0, 0, 0, 0], []), ([0, 0, 1, 1], [])]
)
def test_an_unread_column_divides_where_it_leaves_fewer_rows_alike(codes, splits):
    rows = [("2023-08-01", "熊本県", 1), ("2023-08-01", "熊本県", 1), ("2023-08-02", "熊本県", 1)]
    rows.append(rows[-1])
    told = checks.splitting_columns(daily(*rows).frame, {"性別": np.array(codes)}, SCHEMAS["national_daily"])
    assert told == splits


def test_records_that_are_one_thing_each_have_no_breakdown():
    frame = pd.DataFrame({SCHEMAS["consultations"].key[0]: ["S1", "S1"]})
    unread = {"性別": np.array([0, 1])}
    assert len(SCHEMAS["consultations"].key) == 1
    assert checks.splitting_columns(frame, unread, SCHEMAS["consultations"]) == []


@pytest.mark.parametrize("pair", [("male", "female"), checks._WAVE_AGES[:2], checks._WAVE_AGES[-2:]])
@pytest.mark.parametrize(("n", "told"), [(15, False), (16, False), (17, True), (None, False)])
def test_the_parts_of_an_earlier_survey_are_together_at_most_its_whole(pair, n, told):
    row = {"n_responded": 40, "n_in_scope": 40, "n_cases": 32, pair[0]: 16, pair[1]: n}
    assert broken("waves", row) == ([(2, "n_cases", "error")] if told else [])


@pytest.mark.parametrize(("hour", "asked"), [(11, False), (12, True), (21, True), (22, False), (0, False)])
def test_a_quietest_hour_from_noon_to_nine_in_the_evening_is_no_japanese_night(hour, asked):
    """Nobody in the hour, the one before and the one after it; thirty in every other."""
    near = {(hour + step) % 24 for step in (-1, 0, 1)}
    found = clock(pd.DataFrame({"hour": range(24), "n": [0 if h in near else 30 for h in range(24)]}))
    assert [f"最も少ないのが{hour}時台" in p.remedy for p in found] == [True] * asked
    assert [("いま 未宣言" in p.remedy, p.column) for p in found] == [(True, "hour")] * asked


def test_the_time_zone_that_was_declared_is_named_and_contacts_without_a_moment_are_not_counted():
    hours = [h for h in range(24) if h not in (13, 14, 15)]
    stamps = [pd.Timestamp("2023-08-01") + pd.Timedelta(hours=hours[i % 21]) for i in range(480)]
    notes = Notes("f.csv")
    checks.check_clock(pd.DataFrame({"received_at": stamps}), BARE, "UTC", notes)
    assert ["いま UTC" in p.remedy for p in notes.problems] == [True]
    assert clock(pd.DataFrame({"received_at": [*stamps[1:], pd.NaT]})) == []
    assert clock(pd.DataFrame({"hour": [1] * 480})) == []  # hours of which nobody knows how many


BOUNDED = [
    (kind, column.name, side)
    for kind, schema in SCHEMAS.items()
    for column in schema.columns
    for side in ("minimum", "maximum")
    if getattr(column, side) is not None
]


@pytest.mark.parametrize(("kind", "name", "side"), BOUNDED)
def test_a_number_may_be_its_bound_and_is_told_beyond_it(kind, name, side):
    column = SCHEMAS[kind].column(name)
    bound, step = getattr(column, side), 1 if DTYPES[column.type] == "Int64" else 0.25
    outward = -step if side == "minimum" else step
    frame = frame_of(kind, [{name: bound + outward}, {name: bound}, {name: bound - outward}])
    notes = Notes("f.csv")
    checks.check_schema(frame, np.array([5, 7, 9]), BARE, SCHEMAS[kind], notes)
    word = "以上" if side == "minimum" else "以下"
    assert [(p.row, p.column, p.expected) for p in notes.problems] == [(5, name, f"{bound:g} {word}")]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([(1, 1), (1, 1), (1, 1)], []),
        ([(1, 1), (1, 1), (0, 0)], [4]),
        (
            [(1, 1), (0, 0), (0, 0)],
            [3, 4],
        ),  # written once at the head of a quarter: the first would be everybody's
        ([(1, 1), (1, 0), (0, 1)], [3, 4]),
        ([(0, 0), (0, 0), (0, 0)], []),  # the source has no slices
    ],
)
def test_an_answer_of_the_nation_without_days_does_not_vanish_beside_those_that_have_some(days, told):
    day = {0: pd.NaT, 1: pd.Timestamp("2023-08-01")}
    rows = [
        {"variable": "loneliness", "value": value, "period_start": day[start], "period_end": day[end]}
        for value, (start, end) in zip(("常に", "時々", "全くない"), days, strict=True)
    ]
    assert broken("national_attributes", *rows) == [(row, "period_start", "error") for row in told]


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_a_blank_that_must_be_filled_is_told_once_and_never_of_a_column_that_is_not_there(there, refused):
    notes = Notes("f.csv")
    column = "日"
    header = Header(0, 1, (column,), {"date": 0}, {}, {}, (), ()) if there else BARE
    frame = frame_of("national_daily", [{"date": pd.Timestamp("2023-08-01")}, {"date": pd.NaT}])
    if refused:
        notes.problem("数", "直してください。", "6", row=3, column=column)
    checks.check_schema(frame, np.array([2, 3]), header, SCHEMAS["national_daily"], notes)
    told = [(p.row, p.column, p.expected) for p in notes.problems if p.rule == "定義"]
    assert told == ([(3, column, "空欄でないこと")] if there and not refused else [])


def test_where_everybody_listed_answered_no_answer_is_out_of_place():
    notes = Notes("f.csv")
    frame = pd.DataFrame({"q1": ["x"], "responded": pd.array([None], dtype="boolean")})
    checks.check_rows(frame, np.array([2]), BARE, SCHEMAS["residents"], notes)
    checks.check_rows(frame[["q1"]], np.array([2]), BARE, SCHEMAS["residents"], notes)
    assert notes.problems == []


@pytest.mark.parametrize(
    ("item", "answer", "severity"),
    [
        ("topic", "家族", None),
        ("topic", "無回答", None),
        ("occupation_topic", "家族", None),
        ("loneliness", "常に", None),
        ("loneliness", "家族", "warning"),
        ("topic", "経済", "warning"),
        ("topic", "2", "warning"),
        ("topic", "合計", "error"),
        ("death_wish", "計", "error"),
        ("death_wish", "総数", "error"),
        (None, "家族", None),
    ],
)
def test_an_answer_of_the_nation_is_one_of_its_item_and_never_their_sum(item, answer, severity):
    told = broken("national_attributes", {"variable": item, "value": answer})
    assert told == ([(2, "value", severity)] if severity else [])


@pytest.mark.parametrize(
    ("item", "occupation", "told"),
    [
        ("topic", "無職", True),
        ("loneliness", "無職", True),
        ("topic", None, False),
        ("occupation_topic", "無職", False),
        ("occupation_topic", None, False),
    ],
)
def test_answers_of_one_occupation_are_never_added_to_those_of_everybody(item, occupation, told):
    answer = "常に" if item == "loneliness" else "家族"
    faults = broken("national_attributes", {"variable": item, "occupation": occupation, "value": answer})
    assert faults == ([(2, "variable", "error")] if told else [])


@pytest.mark.parametrize(
    ("end", "told"), [("2023-03-31", True), ("2023-04-01", False), ("2023-04-02", False)]
)
def test_answers_of_the_nation_are_of_a_period_that_ends_after_it_begins(end, told):
    days = {"period_start": pd.Timestamp("2023-04-01"), "period_end": pd.Timestamp(end)}
    faults = broken("national_attributes", {"variable": "topic", "value": "家族", **days})
    assert faults == ([(2, "period_end", "error")] if told else [])


@pytest.mark.parametrize(
    ("wave", "name", "year", "told"),
    [
        ("R5", "調査", 2023, False),
        ("R5", "調査", 2019, True),
        ("Ｒ元", "調査", 2019, False),
        ("第3回", "平成30年度調査", 2019, True),
        ("第3回", "2019年調査", 2019, False),
        ("R5", "令和4年度調査(R5.2)", 2022, False),
        ("第3回", "調査", 2019, False),
        ("R5", "調査", pd.NA, False),
        ("VHR5", "R0", 2019, False),
    ],
)
def test_a_survey_that_is_named_after_another_year_is_asked_about(wave, name, year, told):
    row = {"wave": wave, "survey_name": name, "fiscal_year": year}
    assert broken("waves", row) == ([(2, "fiscal_year", "warning")] if told else [])


@pytest.mark.parametrize(
    ("ages", "told"),
    [
        ([5, 9, 9], [2, 3, 4]),
        ([5, 9, 10], []),
        ([5, 9, 9, 10, 10], [2, 3, 4]),
        ([5, 9, 9, 10, 10, 10], []),
        ([5, 9], []),
        ([5, "", 9, 9, ""], [2, 4, 5]),
    ],
)
def test_ages_of_which_most_are_of_single_digits_may_be_numbers_of_people(desk: Desk, ages, told):
    rows = [[f"V{i}", "家族", 20, age] for i, age in enumerate(ages)]
    desk.put("voices", "v.csv", as_csv([["回答番号", "立場", "把握している人数", "始まった年齢"], *rows]))
    assert [p.row for p in desk.check().faults if p.expected == "人数や年数でなく年齢"] == told
