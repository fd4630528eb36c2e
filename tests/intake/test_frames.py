"""Columns that follow from others."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.intake.body import Body
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.frames import derived, settle_flags, typed_frame, whole
from ujo_lib.intake.headers import find_header
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import SCHEMAS, Column, Multiple, Schema, options
from ujo_lib.intake.values import Site


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
        ("35~44歳", False, True, False, False),
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
    ("lacking", "derived_as"),
    [
        ("age_band", None),
        ("household_members_父", None),
        ("household_members_母", None),
        ("household", [True]),
    ],
)
def test_a_questionnaire_that_asks_for_no_age_or_parents_tells_of_no_8050_household(lacking, derived_as):
    """The page of cases stopped with a KeyError, told as a fault of the file."""
    frame = pd.DataFrame({"case_id": ["a"], "age_band": ["40歳代"], "household": ["家族と同居"]})
    frame["household_members_父"] = pd.array([True], "boolean")
    frame["household_members_母"] = pd.array([False], "boolean")
    found = derived(frame.drop(columns=lacking), SCHEMAS["cases"])
    assert (found["economic_8050"].tolist() if "economic_8050" in found else None) == derived_as


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


FORM = Schema(
    "x",
    "題",
    "row",
    (
        Column("n", "件数", "int", required=True),
        Column("place", "地区", "cat", from_labels=True),
        Column("sure", "確か", "cat", required=True, options=options("はい/いいえ")),
        Column("asked", "年代", "age", asked=True, options=options("10代/20代")),
        Column("other", "その他", "str"),
    ),
    (),
    (Multiple("q", "問い", options("父/母"), required=False),),
)


def framed(headings: list[str], *rows: list[str], **said: object) -> tuple[pd.DataFrame, Notes]:
    """The frame of a file with these headings and rows, the second row of the file the first of them."""
    notes, spec = Notes("f.csv", "一"), FileSpec(kind="x", name="a/f.csv", path=Path("f.csv"), **said)
    header = find_header([headings, *rows], FORM, spec, None, Notes("f.csv"))
    assert header is not None
    cells = pa.table({str(at): list(column) for at, column in enumerate(zip(*rows, strict=True))})
    body = Body(cells, np.arange(2, 2 + len(rows)), (), len(rows), {}, 0)
    return typed_frame(spec, FORM, header, body, Site({}), notes), notes


def test_what_a_file_lacks_is_blank_where_it_is_required_or_asked_and_is_no_column_elsewhere():
    frame, notes = framed(["件数"], ["1"], ["2"])
    assert frame.columns.tolist() == ["n", "sure", "asked", "q_父", "q_母"]
    assert frame["n"].tolist() == [1, 2]
    assert frame.drop(columns="n").isna().to_numpy().all()
    assert [frame[name].cat.categories.tolist() for name in ("sure", "asked")] == [
        ["はい", "いいえ"],
        ["10代", "20代"],
    ]
    assert frame["asked"].cat.ordered
    assert frame["q_父"].dtype == "boolean"
    assert notes.problems == []


@pytest.mark.parametrize("n", [1, 9, 10, 11])
def test_up_to_ten_labels_that_a_city_has_not_declared_are_proposed(n):
    labels = [f"{letter}区" for letter in "あいうえおかきくけこさ"[:n]]
    frame, notes = framed(["件数", "地区"], ["1", ""], *(["1", f" {label}"] for label in reversed(labels)))
    assert frame["place"].isna().all()
    [told] = notes.problems
    assert f"place: [{'、'.join(labels[:10])}]" in told.remedy


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("固定", ["固定", "固定"]),
        ("{file}", ["f", "f"]),
        ("{sheet}", ["一", "一"]),
        ("{file}/{row}", ["f/2", "f/3"]),
    ],
)
def test_what_is_declared_for_every_row_may_name_its_file_sheet_and_row(text, read):
    assert framed(["件数"], ["1"], ["2"], constants={"other": text})[0]["other"].tolist() == read
    here = framed(["件数", "その他"], ["1", "a"], ["2", "b"], constants={"other": text})[0]
    assert here["other"].tolist() == ["a", "b"]  # the file knows better


@pytest.mark.parametrize(
    ("headings", "said", "read"),
    [
        (["問い"], None, [True, False]),
        (["問い"], "listed", [True, False]),
        (["問い_父", "問い_母"], "dummies", [True, False]),
        (["問い_父", "問い_母"], "marks", [True, False]),
        (["問い_父"], "marks", [True, False]),
        (["問い_父", "問い_母"], None, [pd.NA, pd.NA]),
    ],
)
def test_several_answers_are_read_as_they_are_declared_and_blank_elsewhere(headings, said, read):
    rows = [["1", *("1", "0")[: len(headings)]]]
    frame, _ = framed(["件数", *headings], *rows, **({"multiple_answers": {"q": said}} if said else {}))
    assert frame[["q_父", "q_母"]].iloc[0].tolist() == read


def test_a_frame_has_every_column_of_its_kind():
    frame = whole(pd.DataFrame({"n": pd.array([3], "Int64")}), FORM)
    assert frame.columns.tolist() == ["n", "place", "sure", "asked", "other"]
    assert frame.iloc[0].isna().tolist() == [False, True, True, True, True]
    assert frame["other"].dtype == "string"
