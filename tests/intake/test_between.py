"""What a disagreement between rows of several files, or between kinds, is told as."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from tests.intake.test_checks import daily, frame_of
from ujo_lib.intake import between
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import MAX_ROWS_LISTED, Notes, Problem
from ujo_lib.intake.schemas import SCHEMAS

BARE = Header(0, 1, (), {}, {}, {}, (), ())
"""The headings of a file whose columns are called as ours are."""


def doubles(loaded: between.Loaded, splits: Sequence[str] = ()) -> list[Problem]:
    notes = {name: Notes(name) for name in dict.fromkeys(loaded.files)}
    between.check_doubles(loaded, SCHEMAS["national_daily"], dict.fromkeys(notes, splits), notes)
    return [problem for one in notes.values() for problem in one.problems]


def disagreements(frames: Mapping[str, pd.DataFrame]) -> list[tuple[str, int | None]]:
    """File and row of what the rules between kinds find, one file of its own name per kind."""
    notes = {kind: Notes(kind) for kind in frames}
    kinds = {
        kind: between.Loaded(frame, np.array([kind] * len(frame), dtype=object), np.arange(2, len(frame) + 2))
        for kind, frame in frames.items()
    }
    between.check_between(kinds, notes)
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
    loaded = between.Loaded(frame, np.array(["a.csv"] * 3, dtype=object), np.arange(2, 5))
    between.check_doubles(loaded, SCHEMAS["media_use"], {"a.csv": ()}, notes)
    found = [(p.row, p.remedy.split("と同じ")[0]) for p in notes["a.csv"].problems]
    assert found == [(4, "a.csv 2行目")]


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
    loaded = between.Loaded(frame, np.array(files, dtype=object), np.array([2, 3]))
    between.check_twins(loaded, SCHEMAS["consultations"], notes, numbered=False)
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
    loaded = between.Loaded(pd.DataFrame(columns), np.array(["a", "b"], dtype=object), np.array([2, 3]))
    between.check_twins(loaded, SCHEMAS["consultations"], notes, numbered=True)
    assert [(p.file, p.row) for one in notes.values() for p in one.problems] == found
    assert all("番号だけが違う記録" in p.remedy for one in notes.values() for p in one.problems)


@pytest.mark.parametrize(
    ("points", "found"),
    [(["C2", None], []), (["C1", None], [2]), (["C3", None], [2]), ([None, "C1"], []), (["C2", "C1"], [])],
)
def test_a_double_points_to_another_case(points, found):
    frame = pd.DataFrame({"case_id": ["C1", "C2"], "duplicate_of": points}, dtype="string")
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


@pytest.mark.parametrize(("stated", "row"), [(0, 2), (1, None), (2, 2)])
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
