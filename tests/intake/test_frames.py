"""Columns that follow from others."""

import pandas as pd
import pytest

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.intake.frames import derived, settle_flags
from ujo_lib.intake.schemas import SCHEMAS


def test_the_8050_household_is_derived_and_unknown_stays_unknown(desk: Desk):
    changes = {
        (1, "同居家族(複数)"): "1,2",
        (2, "同居家族(複数)"): "",
        (3, "同居家族(複数)"): "5",
        (3, "年代"): "不明",
    }
    desk.put(
        "cases",
        "z.csv",
        as_csv(table("cases", changes)),
        multiple_answers={"trigger": "listed", "household_members": "listed"},
    )
    assert desk.load()["cases"]["economic_8050"].tolist() == [True, pd.NA, False]


@pytest.mark.parametrize(
    ("age", "alone", "father", "mother", "is_one"),
    [
        ("30~39歳", False, True, False, False),
        ("40~49歳", False, True, False, True),
        ("41~49歳", False, False, True, True),
        ("40~49歳", False, False, False, False),
        ("40~49歳", False, pd.NA, True, True),
        ("40~49歳", False, pd.NA, False, pd.NA),
        ("40~49歳", True, pd.NA, pd.NA, False),
        ("39歳以下", False, pd.NA, pd.NA, False),
        (None, False, True, False, pd.NA),
        (None, False, False, False, False),
    ],
)
def test_a_household_of_8050_has_somebody_of_forty_who_lives_with_a_parent(
    age, alone, father, mother, is_one
):
    frame = pd.DataFrame({"age_band": [age], "household": ["一人暮らし" if alone else "家族と同居"]})
    for name, lives in (("父", father), ("母", mother)):
        frame[f"household_members_{name}"] = pd.array([lives], "boolean")
    assert derived(frame, SCHEMAS["cases"])["economic_8050"].tolist() == [is_one]


@pytest.mark.parametrize(
    ("start", "end", "day"), [("2024-03-01", "2024-03-01", True), ("2024-03-01", "2024-03-02", False)]
)
def test_an_advertising_row_of_a_single_day_has_it_as_its_day(start, end, day):
    frame = pd.DataFrame({"period_start": pd.to_datetime([start]), "period_end": pd.to_datetime([end])})
    found = derived(frame, SCHEMAS["ads"])
    assert found["date"].notna().item() is day
    assert not {"period_start", "period_end"} & set(found)


def test_a_number_that_no_file_calls_hidden_is_not_and_a_column_without_a_number_is_left():
    frame = pd.DataFrame({"n": [1, 2], "n_suppressed": [True, None], "other_unknown": [None, None]})
    settle_flags(frame)
    assert frame["n_suppressed"].tolist() == [True, False]
    assert frame["other_unknown"].isna().all()
