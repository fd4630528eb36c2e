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
    ("band", "father", "household", "is_one"),
    [
        ("39歳", True, "親と同居", False),
        ("40歳", True, "親と同居", True),
        ("41歳", True, "親と同居", True),
        ("40歳", False, "夫婦のみ", False),
        ("40歳", None, "親と同居", None),
        ("39歳", None, "親と同居", False),
        ("40歳", None, "一人暮らし", False),
        ("不明", True, "親と同居", None),
    ],
)
def test_forty_years_and_a_parent_make_the_household_and_who_lives_alone_has_none(
    band, father, household, is_one
):
    parents = dict.fromkeys(("household_members_父", "household_members_母"), pd.array([father], "boolean"))
    frame = pd.DataFrame({"age_band": [band], "household": [household], **parents})
    found = derived(frame, SCHEMAS["cases"])["economic_8050"].item()
    assert found is pd.NA if is_one is None else found == is_one


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
