"""Contacts tried and not answered are counted by when they came; talks are as long as those that took place."""

import pandas as pd
import pytest

from ujo_lib.fiscal import WEEKDAYS_JA
from ujo_lib.seasonality import demand
from ujo_lib.typed import ANSWERED

MONTHS = ("8月", "9月")
STAMPS = [
    "2023-08-06 00:00",  # a Sunday
    "2023-08-06 02:59",
    "2023-08-07 03:00",
    "2023-08-12 22:15",
    "2023-09-04 23:59",
]


@pytest.fixture
def records() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "received_at": pd.to_datetime(STAMPS).tz_localize("Asia/Tokyo"),
            "client_id": ["a", "b", "c", "d", "e"],
            "status": pd.Categorical(
                ["応答なし", "完了", "完了", None, "応答なし"], ["完了", "中断", "応答なし"]
            ),
            "topic": pd.Categorical(["家族", "家族", "学校", "学校", "学校"], ["家族", "学校"]),
            "duration_min": pd.array([None, 10.0, 30.0, 50.0, 99.0], dtype="Float64"),
            "n_messages": pd.array([None, 4, 8, 6, 1], dtype="Int64"),
        }
    )
    return demand.with_times(frame, MONTHS)


def test_a_contact_belongs_to_the_hours_weekday_and_month_in_which_it_came(records):
    assert records["hours"].tolist() == ["0~2時台", "0~2時台", "3~5時台", "21~23時台", "21~23時台"]
    assert records["weekday"].tolist() == ["日", "日", "月", "土", "月"]
    assert records["weekday"].cat.categories.tolist() == list(WEEKDAYS_JA)
    assert records["month"].tolist() == ["8月", "8月", "8月", "8月", "9月"]
    assert all(records[name].cat.ordered for name in ("hours", "weekday", "month"))


def test_a_month_that_occurs_twice_keeps_its_year():
    stamps = pd.to_datetime(["2022-08-01", "2023-08-01", "2023-09-01"]).tz_localize("Asia/Tokyo")
    labels = ("2022年8月", "2023年8月", "2023年9月")
    assert demand.with_times(pd.DataFrame({"received_at": stamps}), labels)["month"].tolist() == list(labels)


def test_the_blocks_hold_every_hour_once():
    assert [hour for block in demand.BLOCKS.values() for hour in block] == [
        f"{hour}時台" for hour in range(24)
    ]


def test_unanswered_contacts_are_those_tried_whose_record_says_so(records):
    table = demand.unanswered(records, "hours", ["応答なし"])
    found = table.frame.set_index("hours")
    assert found.loc["全体", ["n", "base", "share"]].tolist() == [2, 4, 0.5]  # one has no status
    assert found.loc["0~2時台", ["n", "base"]].tolist() == [1, 2]
    assert found.loc["3~5時台", ["n", "base"]].tolist() == [0, 1]
    assert found.loc["21~23時台", ["n", "base"]].tolist() == [1, 1]
    assert table.schema.recode["hour"]["21~23時台"] == ("21時台", "22時台", "23時台")
    assert table.schema.where == {"status": (ANSWERED,)}
    assert table.schema.recode["status"] == {
        "応答なし": ("応答なし",),
        ANSWERED: ("完了", "中断", "応答なし"),
    }
    assert table.schema.bases == {"base": ("answers",)}
    by_month = demand.unanswered(records, "month", ["応答なし"]).frame.set_index("month")
    assert by_month.loc["9月", ["n", "base"]].tolist() == [1, 1]


def test_a_month_in_which_nobody_called_has_no_share_and_no_interval(records):
    three = demand.with_times(records, (*MONTHS, "10月"))
    rows = demand.unanswered(three, "month", ["応答なし"]).frame.set_index("month")
    nobody = rows[rows["base"] == 0]
    assert list(nobody.index) == ["10月"]
    assert nobody[["share", "low", "high"]].isna().all(axis=None)
    assert rows.loc[rows["base"] > 0, ["share", "low", "high"]].notna().all(axis=None)


def test_talks_are_measured_among_those_that_took_place(records):
    table = demand.talks(records, "topic", ["応答なし"]).frame.set_index("topic")
    assert table.loc["全体", ["n", "duration_min", "n_messages"]].tolist() == [3, 30.0, 6.0]
    assert table.loc["学校", ["n", "duration_min", "n_messages"]].tolist() == [2, 40.0, 7.0]


def test_the_plan_knows_that_no_talk_is_among_the_unanswered(records):
    """60 contacts with a status and 56 talks are 4 unanswered ones at most, whose number may be hidden elsewhere."""
    known = demand.talks(records, "hours", ["応答なし"]).schema.where
    missed = demand.unanswered(records, "hours", ["応答なし"]).schema.recode["status"]["応答なし"]
    assert known["status"] == ("完了", "中断", "無回答")
    assert not set(known["status"]) & set(missed)


def test_a_missing_row_does_not_tell_that_a_category_has_no_talk(records):
    none = demand.talks(records, "hours", ["応答なし"]).frame.set_index("hours")
    assert none["n"].to_dict() == {"全体": 3} | dict.fromkeys(demand.BLOCKS, 0) | {
        "0~2時台": 1,
        "3~5時台": 1,
        "21~23時台": 1,
    }
    assert none.loc["6~8時台", ["duration_min", "n_messages"]].isna().all()


def test_a_desk_that_times_nothing_has_no_row(records):
    assert demand.talks(
        records.drop(columns=["duration_min", "n_messages"]), "hours", ["応答なし"]
    ).frame.empty
    only = demand.talks(records.drop(columns="n_messages"), "hours", ["応答なし"]).frame
    assert list(only.columns) == ["hours", "n", "duration_min"]


def test_talks_say_by_what_they_are_split(records):
    by_topic = demand.talks(records, "topic", ["応答なし"]).schema
    assert (by_topic.dimensions, by_topic.recode) == ({"topic": "topic"}, {})
    assert [(kind.name, kind.unit) for kind in by_topic.columns.values()][2:] == [
        demand._TALKS[name][:2] for name in ("duration_min", "n_messages")
    ]
    by_hours = demand.talks(records, "hours", ["応答なし"]).schema
    assert by_hours.dimensions == {"hours": "hour"}
    assert by_hours.recode["hour"]["21~23時台"] == ("21時台", "22時台", "23時台")
