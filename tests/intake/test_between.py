"""Files that tell of the same things tell the same, nobody is counted twice, and what a disagreement is told as."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.intake.conftest import Desk, as_csv, table
from tests.intake.test_checks import daily, frame_of
from ujo_lib import intake
from ujo_lib.fiscal import Period
from ujo_lib.intake import between, checks
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import MAX_ROWS_LISTED, Notes, Problem
from ujo_lib.intake.schemas import NUMERIC, SCHEMAS
from ujo_lib.sample.places import PREFECTURES

BARE = Header(0, 1, (), {}, {}, {}, (), ())
"""The headings of a file whose columns are called as ours are."""


def doubles(loaded: between.Loaded, splits: Sequence[str] = ()) -> list[Problem]:
    between.check_doubles(loaded, SCHEMAS["national_daily"], dict.fromkeys(loaded.notes, splits))
    return [problem for one in loaded.notes.values() for problem in one.problems]


def disagreements(frames: Mapping[str, pd.DataFrame]) -> list[tuple[str, int | None]]:
    """File and row of what the rules between kinds find, one file of its own name per kind."""
    notes = {kind: Notes(kind) for kind in frames}
    kinds = {
        kind: between.Loaded(
            frame, np.array([kind] * len(frame), dtype=object), np.arange(2, len(frame) + 2), notes
        )
        for kind, frame in frames.items()
    }
    between.check_between(kinds)
    return [(p.file, p.row) for one in notes.values() for p in one.problems]


def test_every_later_row_of_a_key_is_told_with_the_first():
    day, other = "2023-08-01", "2023-08-02"
    rows = [
        (day, "熊本県", 1),
        (day, "福岡県", 1),
        (day, "熊本県", 2),
        (other, "熊本県", 1),
        (day, "熊本県", 1),
    ]
    found = doubles(daily(*rows, files=["a.csv", "a.csv", "a.csv", "b.csv", "b.csv"]))
    assert [(p.file, p.row, p.remedy.split("と同じ")[0]) for p in found] == [
        ("a.csv", 4, "a.csv 2行目"),
        ("b.csv", 6, "a.csv 2行目"),
    ]
    assert found[0].value == "2023-08-01 / 熊本県"


def test_of_rows_whose_key_is_blank_where_it_may_be_the_later_one_is_told_with_the_first():
    row = {"age_band": "10代", "medium": "LINE", "source": None, "share": 0.9}
    frame = frame_of("media_use", [row, row | {"source": "総務省"}, row])
    notes = {"a.csv": Notes("a.csv")}
    loaded = between.Loaded(frame, np.array(["a.csv"] * 3, dtype=object), np.arange(2, 5), notes)
    between.check_doubles(loaded, SCHEMAS["media_use"], {"a.csv": ()})
    found = [(p.row, p.remedy.split("と同じ")[0]) for p in notes["a.csv"].problems]
    assert found == [(4, "a.csv 2行目")]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_only_rows_of_counts_may_be_parts_to_be_added_up_and_never_people_or_shares(kind):
    schema = SCHEMAS[kind]
    named = [column for column in schema.columns if column.name in schema.key or column.type in NUMERIC]
    row = {column.name: pd.Timestamp("2023-08-01") if column.type == "date" else 1 for column in named}
    frame = frame_of(kind, [row, row])
    notes = {"a.csv": Notes("a.csv")}
    between.check_doubles(
        between.Loaded(frame, np.array(["a.csv"] * 2, dtype=object), np.arange(2, 4), notes),
        schema,
        {"a.csv": ()},
    )
    (found,) = notes["a.csv"].problems
    counts = {"consultations_hourly", "consultations_daily", "national_daily", "national_hourly"}
    counts |= {"national_attributes", "ads", "population", "residents_frame"}
    assert ("足し上げて" in found.remedy) == (kind in counts)
    split = checks.splitting_columns(frame, {"組": np.array([0, 1])}, schema)
    assert split == (["組"] if kind in counts else [])
    of_people = kind in ("commissioners", "cases")  # whose survey all rows share
    assert found.column == schema.column(schema.key[1 if of_people else 0]).heading


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_doubles_beyond_a_screenful_are_counted_and_called_an_overlap(more):
    n = MAX_ROWS_LISTED + more
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2023-04-01", periods=n)]
    found = doubles(daily(*[(day, "熊本県", 1) for day in days * 2]))
    assert [p.count for p in found] == [1] * min(n, MAX_ROWS_LISTED) + [1] * max(more, 0)
    assert [p.row for p in found] == [n + 2 + at for at in range(min(n, MAX_ROWS_LISTED))] + [None] * (
        more > 0
    )
    assert all(("片方のファイルを除いて" in p.remedy) == (more > 0) for p in found)


def test_rows_without_a_part_of_their_key_are_no_doubles():
    schema = SCHEMAS["national_daily"]
    needed = [name for name in schema.key if schema.column(name).filled]
    assert needed
    rows = [("2023-08-01", "熊本県", 1)] * 2
    for name in needed:
        loaded = daily(*rows)
        loaded.frame[name] = pd.Series([None, None], dtype=loaded.frame[name].dtype)
        assert doubles(loaded) == []


def test_rows_that_an_unread_column_divides_are_told_once_and_not_to_be_deleted():
    loaded = daily(*[("2023-08-01", "熊本県", n) for n in (1, 2, 3)])
    (found,) = doubles(loaded, ["性別"])
    assert (found.row, found.column, found.value) == (3, "性別", "2行")
    assert "消すと数が減ります" in found.remedy


@pytest.mark.parametrize(
    ("files", "second", "found"),
    [
        (("a", "b"), "2023-08-01 10:00", [("b", 3)]),
        (("a", "b"), "2023-08-01 10:01", []),
        (("a", "a"), "2023-08-01 10:00", []),  # one export says the same twice: two people may
    ],
)
def test_records_with_made_up_numbers_are_twins_only_across_files(files, second, found):
    stamps = pd.to_datetime(["2023-08-01 10:00", second]).tz_localize("Asia/Tokyo")
    frame = pd.DataFrame({SCHEMAS["consultations"].key[0]: ["S1", "S2"], "received_at": stamps})
    notes = {name: Notes(name) for name in ("a", "b")}
    loaded = between.Loaded(frame, np.array(files, dtype=object), np.array([2, 3]), notes)
    between.check_twins(loaded, SCHEMAS["consultations"], numbered=False)
    told = [(p.file, p.row) for one in notes.values() for p in one.problems]
    assert told == found


@pytest.mark.parametrize(
    ("number", "person", "text", "found"),
    [
        ("S02", None, None, []),  # two people of whom nothing is known may come in one minute
        ("S02", ("C1", "C1"), None, [("b", 3)]),
        ("S02", None, ("眠れない", "眠れない"), [("b", 3)]),
        ("S02", ("C1", "C2"), ("眠れない", "眠れない"), []),
        ("S02", ("C1", "C1"), ("眠れない", "つらい"), []),
        ("S2", ("C1", "C1"), None, []),  # the number itself is doubled, which another rule tells
    ],
)
def test_records_with_numbers_of_their_own_are_twins_where_a_person_or_a_text_is_the_same(
    number, person, text, found
):
    """S2 of one export and S02 of the next are one contact."""
    columns = {
        SCHEMAS["consultations"].key[0]: ["S2", number],
        "received_at": pd.to_datetime(["2023-08-01 10:00"] * 2).tz_localize("Asia/Tokyo"),
        "client_id": person or [None, None],
        "text": text or [None, None],
    }
    notes = {name: Notes(name) for name in ("a", "b")}
    loaded = between.Loaded(
        pd.DataFrame(columns), np.array(["a", "b"], dtype=object), np.array([2, 3]), notes
    )
    between.check_twins(loaded, SCHEMAS["consultations"], numbered=True)
    assert [(p.file, p.row) for one in notes.values() for p in one.problems] == found
    assert all("番号だけが違う記録" in p.remedy for one in notes.values() for p in one.problems)


@pytest.mark.parametrize(
    ("clients", "found"),
    [
        ("abab", []),  # two on end may be two
        ("abcabc", [5, 6, 7]),
        ("abcabxc", []),
        ("abcdbcd", [6, 7, 8]),
        ("aaaa", [3, 4, 5]),
        ("abc   ", []),  # of whom nothing is known
    ],
)
@pytest.mark.parametrize("numbered", [True, False])
def test_three_records_on_end_that_a_file_has_already_were_pasted_twice(clients, found, numbered):
    columns = {
        SCHEMAS["consultations"].key[0]: [f"S{i}" for i in range(len(clients))],
        "received_at": pd.to_datetime(["2023-08-01 10:00"] * len(clients)).tz_localize("Asia/Tokyo"),
        "client_id": [one.strip() or None for one in clients],
    }
    rows, notes = np.arange(2, 2 + len(clients)), {"a": Notes("a")}
    loaded = between.Loaded(pd.DataFrame(columns), np.array(["a"] * len(clients), dtype=object), rows, notes)
    between.check_twins(loaded, SCHEMAS["consultations"], numbered=numbered)
    assert [p.row for p in notes["a"].problems] == found


@pytest.mark.parametrize(
    ("points", "found"),
    [
        (["C2", None], []), (["C1", None], [2]), (["C3", None], [2]), ([None, "C1"], []), (["C2", "C1"], [2, 3]),
        (["C2", "C3", None], []), (["C2", "C3", "C1"], [2, 3, 4]), (["C2", "C1", "C1"], [2, 3, 4]),
        (["C2", "C1", None], [2, 3]), (["C9", "C1", "C2"], [2]),
    ],
)  # fmt: skip
def test_a_double_points_to_another_case_and_in_the_end_to_one_that_is_counted(points, found):
    """Two sheets that name each other were both left out, and nobody was counted."""
    ids = [f"C{number}" for number in range(1, len(points) + 1)]
    frame = pd.DataFrame({"case_id": ids, "duplicate_of": points}, dtype="string")
    assert disagreements({"cases": frame}) == [("cases", row) for row in found]


@pytest.mark.parametrize(("stamp", "early"), [("2023-08-01 00:00", False), ("2023-07-31 23:59", True)])
def test_nobody_contacts_a_desk_before_the_day_it_opens(stamp, early):
    contacts = pd.DataFrame(
        {
            "received_at": pd.to_datetime([stamp, stamp]).tz_localize("Asia/Tokyo"),
            "channel": ["市専用", "全国窓口"],
        }
    )
    desks = pd.DataFrame(
        {"channel": ["市専用", "全国窓口"], "opened_on": [pd.Timestamp("2023-08-01"), pd.NaT]}
    )
    found = disagreements({"consultations": contacts, "channels": desks})
    assert found == ([("consultations", 2)] if early else [])


@pytest.mark.parametrize(("stamp", "late"), [("2024-02-29 23:59", False), ("2024-03-01 00:00", True)])
def test_nobody_contacts_a_desk_after_its_last_day(stamp, late):
    contacts = pd.DataFrame(
        {
            "received_at": pd.to_datetime([stamp, stamp, None]).tz_localize("Asia/Tokyo"),
            "channel": ["市専用", "全国窓口", "市専用"],
        }
    )
    desks = pd.DataFrame(
        {"channel": ["市専用", "全国窓口"], "closed_on": [pd.Timestamp("2024-02-29"), pd.NaT]}
    )
    found = disagreements({"consultations": contacts, "channels": desks})
    assert found == ([("consultations", 2)] if late else [])


@pytest.mark.parametrize(("stated", "row"), [(None, 2), (0, 2), (1, None), (2, 2)])
def test_forms_of_cases_are_as_many_as_their_commissioner_says(stated, row):
    asked = pd.DataFrame(
        {
            "survey_id": ["R5", "R5", "R5"],
            "commissioner_id": ["001", "002", "003"],
            "n_cases_reported": pd.array([stated, None, 0], dtype="Int64"),
        }
    )
    cases = pd.DataFrame({"survey_id": ["R5"], "commissioner_id": ["001"], "case_id": ["C1"]})
    found = disagreements({"commissioners": asked, "cases": cases})
    assert found == ([("commissioners", row)] if row else [])


def test_a_place_is_a_file_and_a_row_as_excel_counts_it():
    assert daily(("2023-08-01", "熊本県", 1), ("2023-08-02", "熊本県", 1)).place(1) == "a.csv 3行目"


def national(desk: Desk, hours: int, prefectures=tuple(PREFECTURES), each="2"):
    daily = [["日付", "都道府県", "件数"], *(["2023-08-01", name, each] for name in prefectures)]
    hourly = [["日付", "時台", "件数"], *(["2023-08-01", f"{h}時台", "0"] for h in range(23))]
    hourly.append(["2023-08-01", "23時台", str(hours)])
    desk.put("national_daily", "d.csv", as_csv(daily))
    desk.put("national_hourly", "h.csv", as_csv(hourly))
    return [fault for fault in desk.check().faults if fault.rule == "照合"]


@pytest.mark.parametrize("hours", [93, 95])
def test_a_day_that_differs_between_prefectures_and_hours_is_an_error_with_both_numbers(desk, hours):
    (fault,) = national(desk, hours)
    assert fault.severity == "error"
    assert "94件(2023-08-01)" in fault.expected
    assert str(fault.value) == str(hours)


def test_days_that_agree_are_no_matter(desk):
    assert national(desk, 94) == []


@pytest.mark.parametrize("hours", [3, 5, 756])
def test_files_of_some_prefectures_that_speak_of_the_same_days_must_agree_too(desk, hours):
    fault = next(one for one in national(desk, hours, list(PREFECTURES)[:2]) if one.severity == "error")
    assert (fault.severity, fault.file, fault.row, fault.value) == ("error", "h.csv", 2, str(hours))
    assert "4件(2023-08-01)" in fault.expected
    assert "2都道府県" in fault.remedy


@pytest.mark.parametrize(("held", "told"), [(1, True), (46, True), (47, False)])
def test_files_of_some_prefectures_that_agree_are_no_nation(desk, held, told):
    """A city with the rows of its own prefecture alone read that this used the desk 73 times as much as the nation."""
    found = national(desk, 2 * held + 2, [*list(PREFECTURES)[:held], "海外"])
    assert [(one.severity, one.value, one.row) for one in found] == [("warning", f"{held}都道府県", 2)] * told


def test_an_earlier_survey_is_not_counted_as_this_one(desk):
    for kind in ("commissioners", "cases"):
        desk.put(kind, f"{kind}.csv", as_csv(table(kind)))
    assert desk.check().faults == ()
    last = {"調査ID": "R4"}
    for kind in ("commissioners", "cases"):
        earlier = table(kind, {(row, name): value for row in (1, 2, 3) for name, value in last.items()})
        desk.put(kind, f"{kind}_R4.csv", as_csv(earlier[:3]))
    found = [fault for fault in desk.check().faults if fault.column == "調査ID"]
    assert [(f.severity, f.file, f.row, f.value) for f in found] == [
        ("error", "commissioners_R4.csv", 2, "R4"),
        ("error", "cases_R4.csv", 2, "R4"),
    ]
    assert found[0].expected == "ほかの行と同じ「R5」"
    assert "2行あります" in found[0].remedy


def test_forms_about_other_people_are_named(desk):
    mixed = table("commissioners", {(2, "調査対象区分"): "単身高齢者"})
    desk.put("commissioners", "c.csv", as_csv(mixed))
    found = [fault for fault in desk.check().faults if fault.column == "調査対象区分"]
    assert [(f.severity, f.row, str(f.value)) for f in found] == [("warning", 3, "単身高齢者")]


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2023, 10, 2), date(2024, 10, 1), False),
        (date(2023, 10, 3), date(2024, 10, 2), True),
        (date(2024, 4, 1), date(2024, 9, 30), True),
        (date(2023, 10, 3), date(2024, 3, 31), False),  # half a year: the forms came back in the other half
    ],
)
def test_a_survey_that_came_back_before_the_year_is_told(desk, first, last, told):
    desk.put("commissioners", "c.csv", as_csv(table("commissioners")))
    taken = intake.check(desk._inputs(), ["commissioners"], period=Period(first, last, "…"))
    found = [fault for fault in taken.faults if "前の調査のファイル" in fault.remedy]
    assert [(f.severity, f.file, f.row, f.column, str(f.value)) for f in found] == (
        [("warning", "c.csv", 2, "回収日", "2023-10-02")] if told else []
    )


def test_files_that_share_no_day_have_nothing_to_disagree_on(desk):
    desk.put("national_daily", "d.csv", as_csv([["日付", "都道府県", "件数"], ["2023-08-02", "熊本県", "5"]]))
    desk.put("national_hourly", "h.csv", as_csv([["日付", "時台", "件数"], ["2023-08-01", "3時台", "9"]]))
    assert [fault for fault in desk.check().faults if fault.rule == "照合"] == []


@pytest.mark.parametrize(("n", "told"), [("4", []), ("5", ["県別の合計と同じ4件(2023-08-01〜2023-08-01)"])])
def test_answers_are_held_against_the_prefectures_where_no_hours_were_supplied(desk, n, told):
    daily = [["日付", "都道府県", "件数"], ["2023-08-01", "熊本県", "1"], ["2023-08-01", "福岡県", "3"]]
    heading = ["範囲", "期間開始", "期間終了", "項目", "職業", "値", "件数"]
    answers = [heading, ["全国", "2023-08-01", "2023-08-01", "孤独感", "", "常に", n]]
    desk.put("national_daily", "d.csv", as_csv(daily))
    desk.put("national_attributes", "a.csv", as_csv(answers))
    assert [fault.expected for fault in desk.check().faults if fault.rule == "照合"] == told


@pytest.mark.parametrize(
    ("counts", "last", "told"),
    [
        (("90", "4"), "無回答", []),
        (("90", "3"), "無回答", ["94件(2023-08-01〜2023-08-01)"]),
        (("90", "5"), "無回答", ["94件(2023-08-01〜2023-08-01)"]),
        (("90", "3"), "時々", []),  # nobody says how many gave no answer
        (("90", "5"), "時々", ["94件(2023-08-01〜2023-08-01)"]),
        (("90", "x"), "無回答", []),
    ],
)
def test_answers_of_a_period_are_as_many_as_its_contacts(desk, counts, last, told):
    heading = ["範囲", "期間開始", "期間終了", "項目", "職業", "値", "件数"]
    rows = [
        ["全国", "2023-08-01", "2023-08-01", "孤独感", "", value, n]
        for value, n in zip(("常に", last), counts, strict=True)
    ]
    elsewhere = [["熊本県", *rows[0][1:]]]
    next_day = [["全国", "2023-08-01", "2023-08-02", *rows[0][3:6], "99"]]  # reaches beyond the hours
    signs = {"x": "suppressed"}
    content = as_csv([heading, *elsewhere, *next_day, *rows])
    desk.put("national_attributes", "a.csv", content, missing=signs)
    found = [fault for fault in national(desk, 94) if "時台別" in fault.expected]
    assert [fault.expected.removeprefix("時台別の合計と同じ") for fault in found] == told
    assert all((fault.severity, fault.file, fault.row) == ("error", "a.csv", 4) for fault in found)


def test_a_day_with_a_suppressed_count_cannot_be_compared(desk):
    assert national(desk, 999, each="x") == []


PARTS = [
    ["地域コード", "地域名", "時点", "資料", "性別", "年齢階級", "人口", "世帯数"],
    ["43213", "若葉市", "2020-10-01", "国勢調査", "男性", "0~64歳", "1000", "900"],
    ["43213", "若葉市", "2020-10-01", "国勢調査", "女性", "0~64歳", "1010", "900"],
]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["43213", "若葉市計", "2020-10-01", "国勢調査", "", "", "2010", "900"], 0),
        (["43213", "若葉市計", "2020-10-01", "国勢調査", "", "", "2011", "900"], 1),
        (["43213", "若葉市", "2020-10-01", "国勢調査", "総数", "総数", "2009", "900"], 1),
        (["43213", "若葉市", "2021-10-01", "国勢調査", "", "", "2011", "900"], 0),  # the only row of its day
        (["00000", "全国", "2020-10-01", "国勢調査", "", "", "126146099", ""], 0),
        (["43213", "若葉市", "2020-10-01", "国勢調査", "男性", "65歳以上", "300", "900"], 0),
    ],
)
def test_all_people_are_the_sum_of_the_rows_they_are_divided_into(desk, row, told):
    desk.put("population", "p.csv", as_csv([*PARTS, row]))
    found = [fault for fault in desk.check().faults if fault.severity == "error"]
    assert len(found) == told
    assert all("2,010人" in fault.expected and fault.row == 4 for fault in found)


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (["若葉市計", "", "", "2010"], 2),
        (["若葉市", "男性", "", "1000"], 2),
        (["若葉市計", "", "", "2009"], 3),
        (["若葉市", "男性", "", "1001"], 3),
        (["若葉市", "総数", "総数", "2010"], 3),  # a word that every table of people expects
    ],
)
def test_people_are_not_counted_twice_whatever_their_total_is_called(desk, row, kept):
    name, sex, age, n = row
    rows = [*PARTS, ["43213", name, "2020-10-01", "国勢調査", sex, age, n, "900"]]
    desk.put("population", "p.csv", as_csv(rows))
    taken = desk.check()
    assert len(taken["population"]) == kept
    assert taken.sources.loc[0, ["rows_kept", "dropped"]].tolist() == [kept, "" if kept == 3 else "合計1"]
    assert taken.repairs["row"].eq(4).any() == (kept == 2)


@pytest.mark.parametrize("empty", ["性別", "年齢階級"])
def test_a_column_that_is_empty_throughout_makes_no_row_a_total(desk, empty):
    rows = [
        list(row) for row in [*PARTS, ["43213", "若葉市計", "2020-10-01", "国勢調査", "", "", "2010", "900"]]
    ]
    rows[2][5] = "65歳以上"
    for row in rows[1:]:
        row[PARTS[0].index(empty)] = ""
    desk.put("population", "p.csv", as_csv(rows))
    assert desk.check()["population"]["n"].tolist() == [1000, 1010]


def test_parts_of_another_area_are_no_parts(desk):
    rows = [*PARTS, ["43214", "隣市", "2020-10-01", "国勢調査", "", "", "2010", "900"]]
    desk.put("population", "p.csv", as_csv(rows))
    assert len(desk.check()["population"]) == 3


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["男性", "総数", "999"], "error"),
        (["男性", "総数", "1000"], None),
        (["男性", "総数", "1001"], "warning"),  # ages that nobody knows, or that this table leaves out
        (["総数", "0~64歳", "2009"], "error"),
        (["総数", "0~64歳", "2010"], None),
        (["総数", "0~64歳", "2011"], "warning"),
        (["女性", "総数", "1010"], None),
        (["総数", "65歳以上", "1"], None),
    ],
)
def test_a_total_of_one_sex_or_of_one_age_is_held_against_its_own_parts(desk, row, told):
    rows = [*PARTS, ["43213", "若葉市", "2020-10-01", "国勢調査", *row, "900"]]
    desk.put("population", "p.csv", as_csv(rows))
    found = [(fault.severity, fault.row, fault.column) for fault in desk.check().faults]
    assert found == ([(told, 4, "人口")] if told else [])


@pytest.mark.parametrize("without", [[4], [5], [4, 5]], ids=["no sex", "no age", "neither"])
def test_people_that_one_thing_or_nothing_divides_are_held_against_what_there_is(desk, without):
    rows = [*PARTS[:2], ["43213", "若葉市", "2020-10-01", "国勢調査", "総数", "総数", "1001", "900"]]
    if without == [4, 5]:
        rows = rows[:2]
    rows = [[cell for at, cell in enumerate(row) if at not in without] for row in rows]
    desk.put("population", "p.csv", as_csv(rows))
    told = [(fault.severity, fault.expected) for fault in desk.check().faults]
    assert told == ([] if without == [4, 5] else [("error", "内訳の合計と同じ1,000人")])


@pytest.mark.parametrize(("n", "told"), [("2009", False), ("2011", True)])
def test_people_of_unknown_age_are_asked_for_as_a_row_which_settles_the_total(desk, n, told):
    whole = ["43213", "若葉市", "2020-10-01", "国勢調査", "総数", "総数", n, "900"]
    file = desk.put("population", "p.csv", as_csv([*PARTS, whole]))
    (fault,) = desk.check().faults
    assert ("「不詳」などと書いて" in fault.remedy) is told
    if told:
        unknown = ["43213", "若葉市", "2020-10-01", "国勢調査", "女性", "不詳", "1", "900"]
        file.write_bytes(as_csv([*PARTS, whole, unknown]))
        assert desk.check().faults == ()


def test_a_total_beside_an_unknown_part_is_held_against_nothing(desk):
    rows = [[*row[:6], "" if row[4] == "女性" else row[6], row[7]] for row in PARTS]
    rows.append(["43213", "若葉市", "2020-10-01", "国勢調査", "総数", "0~64歳", "5", "900"])
    desk.put("population", "p.csv", as_csv(rows))
    assert not [fault for fault in desk.check().faults if "内訳" in fault.remedy]


@pytest.mark.parametrize(
    ("part", "whole"), [("回答数", "対象数"), ("男性", "該当者数"), ("女性", "該当者数")]
)
def test_a_part_of_an_earlier_survey_is_no_larger_than_its_whole_and_both_are_named(desk, part, whole):
    for more in (0, 1):
        n = int(table("waves")[1][table("waves")[0].index(whole)]) + more
        changes = {(1, part): str(n), **({(1, "男性"): "0"} if part == "女性" else {(1, "女性"): "0"})}
        changes |= {(1, part): str(n)}
        desk.declared.clear()
        desk.put("waves", f"w{more}.csv", as_csv(table("waves", changes)))
        told = [fault for fault in desk.check().faults if fault.column == part]
        assert [fault.expected for fault in told] == [f"{whole}以下"] * more


AD_HEADINGS = [
    "日",
    "プラットフォーム",
    "キャンペーン名",
    "広告名",
    "年齢",
    "デバイス",
    "インプレッション",
    "消化金額",
]


def ads(desk: Desk, *rows: str, name: str = "a.csv"):
    cells = [["2024-02-20", "Instagram", "春", *row.split(",")] for row in rows]
    desk.put("ads", name, as_csv([AD_HEADINGS, *cells]), timezone="Asia/Tokyo")
    taken = desk.check("ads")
    told = [(fault.file, fault.row, fault.expected) for fault in taken.faults if fault.severity == "error"]
    return taken["ads"]["impressions"].tolist(), told


UNSURE = "内訳の行だけか、内訳の和と一致する合計"
TWICE = "1つの広告の1日は1通りの分け方"


@pytest.mark.parametrize(
    ("subtotal", "kept", "told"),
    [
        ("1,,,300,30", [100, 200], []),
        ("1,,スマホ,300,30", [100, 200], []),
        (",,,300,30", [100, 200], []),
        ("1,,,299,29", [100, 200, 299], []),  # less than its parts: no total of theirs
        ("1,,,301,30", [100, 200, 301], [("a.csv", 4, UNSURE)]),
        ("1,,,300,31", [100, 200, 300], [("a.csv", 4, UNSURE), ("a.csv", 4, TWICE)]),
        ("1,,,300,30.5", [100, 200], []),  # as rounded
        ("1,,,300,29.5", [100, 200], []),
        ("1,,,301,29.5", [100, 200, 301], [("a.csv", 4, UNSURE)]),
        ("1,,,301,29.49", [100, 200, 301], []),
        ("1,,,300,30.51", [100, 200, 300], [("a.csv", 4, UNSURE), ("a.csv", 4, TWICE)]),
        ("2,,,300,30", [100, 200, 300], []),  # another advertisement
        ("1,不明,,300,30", [100, 200, 300], [("a.csv", 4, TWICE)]),
    ],
)
def test_a_subtotal_of_a_day_is_never_added_to_its_ages(desk, subtotal, kept, told):
    found = ads(desk, "1,18-24,スマホ,100,10", "1,25-34,スマホ,200,20", subtotal)
    assert found == (kept, told)


def test_totals_that_are_left_out_are_told_with_the_first_and_their_number(desk):
    ads(desk, "1,18-24,スマホ,100,10", "1,25-34,スマホ,200,20", "1,,,300,30", "1,,スマホ,300,30")
    told = [(one.row, one.count) for one in desk.check("ads").mended if "内訳の和と一致" in one.after]
    assert told == [(4, 2)]


def test_a_total_of_subtotals_is_the_sum_of_the_parts_once(desk):
    rows = [
        "1,18-24,スマホ,100,10",
        "1,25-34,スマホ,200,20",
        "1,,,300,30",
        "2,18-24,スマホ,50,5",
        ",,,350,35",
    ]
    assert ads(desk, *rows) == ([100, 200, 50], [])


def test_two_divisions_of_one_advertisement_are_not_added_up(desk):
    ads(desk, "1,18-24,,100,10", "1,25-34,,200,20")
    _, told = ads(desk, "1,,スマホ,180,18", "1,,PC,120,12", name="b.csv")
    assert [(file, row) for file, row, expected in told if expected == TWICE] == [("b.csv", 2)]


@pytest.mark.parametrize("n", [0, 1])
def test_two_divisions_of_what_nobody_was_shown_count_nothing_twice(desk, n):
    ads(desk, f"1,18-24,,{n},0", "1,25-34,,0,0")
    _, told = ads(desk, f"1,,スマホ,{n},0", "1,,PC,0,0", name="b.csv")
    assert [expected for _, _, expected in told if expected == TWICE] == [TWICE] * n


def test_two_divisions_with_other_sums_may_be_two_advertisements(desk):
    ads(desk, "1,18-24,,100,10", "1,25-34,,200,20")
    assert ads(desk, "1,,スマホ,180,18", "1,,PC,121,12", name="b.csv")[1] == []


def test_who_leaves_a_platform_blank_is_never_told_to_fill_in_a_total(desk):
    cells = (("A", "5"), ("", "9"))
    rows = [AD_HEADINGS, *(["2024-02-20", name, "春", "1", "", "", n, "1"] for name, n in cells)]
    desk.put("ads", "a.csv", as_csv(rows), timezone="Asia/Tokyo")
    [told] = [fault for fault in desk.check("ads").faults if fault.expected == "空欄でないこと"]
    assert told.row == 3
    assert "埋めずに行を消して" in told.remedy


@pytest.mark.parametrize(("male", "told"), [("19", 0), ("20", 0), ("21", 1)])
def test_men_and_women_are_not_more_than_all(desk, male, told):
    desk.put("waves", "w.csv", as_csv(table("waves", {(1, "男性"): male})))
    assert [(p.row, p.column) for p in desk.check().faults] == [(2, "該当者数")] * told


@pytest.mark.parametrize(
    ("young", "unknown", "told"), [("30", "2", 0), ("30", "3", 1), ("…", "32", 0), ("…", "33", 1)]
)
def test_ages_are_not_more_than_all(desk, young, unknown, told):
    rows = table("waves", {(1, "20歳代"): young, (1, "年代不明"): unknown})
    desk.put("waves", "w.csv", as_csv(rows), missing={"…": "unknown"})
    assert [(p.row, p.column) for p in desk.check().faults] == [(2, "該当者数")] * told


@pytest.mark.parametrize(("reach", "told"), [("999", 0), ("1000", 0), ("1001", 1)])
def test_nobody_is_reached_without_being_shown_something(desk, reach, told):
    heads = ["日", "プラットフォーム", "キャンペーン名", "インプレッション", "リーチ"]
    rows = [heads, ["2024-02-20", "Meta", "春", "1000", reach]]
    desk.put("ads", "a.csv", as_csv(rows), timezone="Asia/Tokyo")
    assert [(p.severity, p.row, p.column) for p in desk.check().faults] == [("warning", 2, "リーチ")] * told


@pytest.mark.parametrize(
    ("ages", "row"),
    [
        (["0~14歳", "15~64歳", "65歳以上", "不詳"], None),
        (["0~14歳", "15~64歳", "64歳以上"], 4),
        (["0~14歳", "15~64歳", "65歳以上", "65~74歳", "75歳以上"], 5),
        (["0~14歳", "15歳以上", "(再掲)65歳以上"], 4),
        (["0~14歳", "15歳以上", "うち75歳以上"], 4),
        (["総数", "0~14歳", "15歳以上"], None),
        (["14歳以下", "15歳以上"], None),
        (["15歳未満", "14歳以上"], 3),
        (["0~64歳", "65歳以上", "後期高齢者"], 4),
        (["0~64歳", "65歳以上", "うち外国人"], 4),
        (["0~64歳", "65歳以上", "年齢不詳"], None),
        (["年少人口", "生産年齢人口", "老年人口"], None),
        (["年少人口", "15歳以上", "老年人口"], 4),
        (["58", "59"], 2),
        (["59", "60"], None),
        (["1"], None),
        (["0~14歳", "16歳以上"], 3),  # people of 15 are in no row
        (["65歳以上", "0~9歳", "20~64歳"], 4),
        (["年齢不詳", "20歳以上", "0~19歳"], None),
        (["15~39歳"], None),
        (["15~64歳", "0~15歳"], 3),  # one age is shared, from below and from above
        (["0~15歳", "15~64歳"], 3),
    ],
)
def test_people_counted_again_or_of_ages_in_no_row_are_told_at_the_first_row_that_shows_it(desk, ages, row):
    heads = ["地域コード", "地域名", "時点", "資料", "性別", "年齢階級", "人口"]
    n = {"総数": str(len(ages) - 1)}
    people = [["43213", "市", "2023-10-01", "住基", "男", age, n.get(age, "1")] for age in ages]
    women = ["43213", "市", "2023-10-01", "住基", "女", "0歳以上", "9"]
    desk.put("population", "p.csv", as_csv([heads, *people, women]))
    assert [p.row for p in desk.check().faults] == ([row] if row else [])


@pytest.mark.parametrize(
    ("ages", "named"), [(["0~13歳", "15歳以上"], "14歳から14歳"), (["20歳以上", "0~9歳"], "10歳から19歳")]
)
def test_ages_in_no_row_are_named(desk, ages, named):
    heads = ["地域コード", "地域名", "時点", "資料", "年齢階級", "人口"]
    rows = [["43213", "市", "2023-10-01", "住基", age, "1"] for age in ages]
    desk.put("population", "p.csv", as_csv([heads, *rows]))
    (fault,) = desk.check().faults
    assert fault.remedy.startswith(named)
    assert fault.value in ("15歳以上", "20歳以上")


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["宇城市", "八代市", "八代市"], [3]),
        (["宇城市", "熊本県宇城市", "宇 城 市"], []),
        (["髙森町", "高森町", "熊本県高森町"], []),
    ],
)
def test_a_code_of_two_areas_is_told_once(desk, names, rows):
    heads = ["地域コード", "地域名", "時点", "資料", "人口"]
    people = [["43213", name, f"202{i}-10-01", "住基", "9"] for i, name in enumerate(names)]
    desk.put("population", "p.csv", as_csv([heads, *people]))
    assert [(p.severity, p.row) for p in desk.check().faults] == [("warning", row) for row in rows]


@pytest.mark.parametrize(
    ("clients", "rows"),
    [
        (["001", "1", "01"], [3, 4]),
        (["K1", "k1", "K2"], [3]),
        (["K01", "K1", "K1"], [3]),
        (["K10", "K1", "K100"], []),
        (["10", "1", ""], []),
        (["0", "000", "1"], [3]),
        (["A-1", "A 01", "aー1"], [3, 4]),
        (["A_1", "A1", "東 - 3"], [3]),
        (["東-3", "東3", "東 - 3"], [3, 4]),
        (["1-11", "11-1", "1 11"], [4]),
        (["K7", "K7※", "(K7)"], [3, 4]),
        (["17", "No.017", "17(注2)"], [3, 4]),
        (["17番", "#17", "ID:17"], [3, 4]),
        (["node1", "de1", "注1"], []),
    ],
)
def test_one_client_under_two_spellings_is_asked_about(desk, clients, rows):
    told = table("consultations", {(i, "相談者ID"): client for i, client in enumerate(clients, 1)})
    desk.put("consultations", "c.csv", as_csv(told))
    assert [(p.severity, p.row, p.value) for p in desk.check().faults] == [
        ("warning", row, "") for row in rows
    ]


def test_a_record_that_another_file_spells_otherwise_is_told_there(desk):
    later = [
        [cell.replace("S", "S0") for cell in row] for row in table("consultations", {(1, "発言数"): "7"})
    ]
    desk.put("consultations", "a.csv", as_csv(table("consultations")[:2]))
    desk.put("consultations", "b.csv", as_csv([table("consultations")[0], later[1]]))
    assert [(p.file, p.row, p.column) for p in desk.check().faults] == [("b.csv", 2, "相談ID")]


def test_people_that_nothing_divides_are_read(desk):
    rows = [["地域コード", "地域名", "時点", "資料", "人口"], ["43213", "市", "2023-10-01", "住基", "9"]]
    desk.put("population", "p.csv", as_csv(rows))
    assert desk.load()["population"]["n"].tolist() == [9]


def hours(n: int, *ways: dict[str, str]) -> list[list[str]]:
    """Counts of n hours, a row for each part of them."""
    head = ["日付", "時台", "都道府県", "窓口", "年代", "職業", "相談内容", "件数"]
    rows = [
        [
            "2023-08-01",
            str(hour),
            "熊本県",
            "全国窓口",
            *(way.get(name, "") for name in head[4:7]),
            way["件数"],
        ]
        for hour in range(n)
        for way in ways
    ]
    return [head, *rows]


BY_TOPIC = ({"相談内容": "家族", "件数": "2"}, {"相談内容": "学校", "件数": "1"})


@pytest.mark.parametrize(
    ("n", "ways", "severity"),
    [
        (4, [*BY_TOPIC, {"件数": "3"}], "warning"),
        (5, [*BY_TOPIC, {"件数": "3"}], "error"),
        (6, [*BY_TOPIC, {"件数": "3"}], "error"),
        (6, [*BY_TOPIC, {"件数": "2"}], None),
        (6, [*BY_TOPIC, {"年代": "20代", "件数": "3"}], "error"),
        (6, [{"年代": "20代", "件数": "3"}, {"職業": "無職", "件数": "3"}], "error"),
        (6, [*BY_TOPIC], None),
        (6, [{"相談内容": "家族", "件数": "1"}, {"件数": "1"}], "warning"),
        (6, [{"相談内容": "家族", "件数": "2"}, {"件数": "2"}], "error"),
        (6, [{"年代": "20代", "相談内容": "家族", "件数": "3"}, {"年代": "20代", "件数": "3"}], "error"),
    ],
)
def test_contacts_of_an_hour_in_two_ways_of_dividing_them_are_never_added_up(desk: Desk, n, ways, severity):
    desk.put("consultations_hourly", "h.csv", as_csv(hours(n, *ways)))
    told = [(p.severity, p.column, p.value) for p in desk.check().faults if "2重" in p.remedy]
    assert told == ([(severity, "件数", f"{n}の日時で同じ件数")] if severity else [])


@pytest.mark.parametrize(("topic", "total", "rows"), [("0", "0", [4]), ("0", "1", []), ("1", "0", [])])
def test_one_hour_of_another_sum_shows_that_two_ways_are_of_other_contacts(desk: Desk, topic, total, rows):
    counts = hours(6, *BY_TOPIC, {"件数": "3"})
    for row, n in zip(counts[-3:], (topic, "0", total), strict=True):
        row[-1] = n
    desk.put("consultations_hourly", "h.csv", as_csv(counts))
    assert [p.row for p in desk.check().faults if "2重" in p.remedy] == rows


@pytest.mark.parametrize(("n", "told"), [(0, []), (1, ["1の日時で同じ件数"])])
def test_hours_without_a_contact_show_nothing_of_how_contacts_are_divided(desk: Desk, n, told):
    rows = hours(3, {"相談内容": "家族", "件数": "0"}, {"件数": "0"})
    for row in rows[1:3]:
        row[-1] = str(n)
    desk.put("consultations_hourly", "h.csv", as_csv(rows))
    assert [p.value for p in desk.check().faults if "2重" in p.remedy] == told


@pytest.mark.parametrize("last", [["1"], []])
def test_unanswered_topics_that_equal_the_answered_ones_in_some_hours_are_no_total(
    desk: Desk, last: list[str]
):
    rows = hours(6, *BY_TOPIC, {"件数": "3"})
    rows[-1:] = [[*rows[-1][:-1], *last]] if last else []  # fewer unanswered in the last hour, or nobody
    desk.put("consultations_hourly", "h.csv", as_csv(rows))
    assert desk.check().faults == ()
