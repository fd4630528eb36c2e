"""What the door hides stays hidden, in the cell, in its row, in the record and in whatever is made from it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.columns import Bound, Count, Dimension, Schema, Share
from ujo_lib.report.door.publish import PublishError, Subject, TableRecord, TableSpec, mask, unmasked

COLUMNS = {
    "sex": Dimension(variable="sex"),
    "n": Count(unit="人"),
    "share": Share(),
    "low": Bound(of="share", side="low", level=0.95),
}
ABOUT = Subject(base="当事者", source="該当者票", population="cases")
SPEC = TableSpec("cases_by_sex", "性別", ABOUT, Schema(COLUMNS))
FRAME = pd.DataFrame(
    {
        "sex": pd.Categorical(["男性", "女性", "総数"], ["男性", "女性", "総数"]),
        "n": [17, 8, 25],
        "share": [0.68, 0.32, 1.0],
        "low": [0.48, 0.17, np.nan],
    }
)


def _masked(hide: list[bool]):
    record = TableRecord.of("01", SPEC, FRAME)
    return mask(record, FRAME, {"n": hide})


def test_a_hidden_count_takes_its_share_and_its_interval_with_it():
    shown = _masked([False, True, False])
    assert [shown.value(column, sex="女性") for column in ("n", "share", "low")] == [None, None, None]
    assert shown.value("share", sex="男性") == pytest.approx(0.68)


def test_a_hidden_cell_is_known_to_be_hidden_and_a_missing_one_is_not():
    shown = _masked([False, True, False])
    assert shown.is_hidden("low", sex="女性")
    assert shown.value("low", sex="総数") is None
    assert not shown.is_hidden("low", sex="総数")


def test_the_record_of_a_masked_table_does_not_contain_the_hidden_figures():
    text = _masked([False, True, False]).record("01").to_json()
    assert "0.32" not in text
    assert [row[1] for row in json.loads(text)["rows"]] == [17, None, 25]


def test_a_recalled_table_is_masked_as_its_readers_saw_it():
    again = TableRecord.from_json(_masked([False, True, False]).record("01").to_json()).published()
    assert again.is_hidden("n", sex="女性")
    assert again.value("n", sex="男性") == 17


def test_a_free_column_stays_when_the_count_of_its_row_is_hidden():
    free = Schema({**COLUMNS, "low": replace(COLUMNS["low"], free=True)})
    spec = replace(SPEC, schema=free)
    shown = mask(TableRecord.of("01", spec, FRAME), FRAME, {"n": [True, False, False]})
    assert shown.value("low", sex="男性") == pytest.approx(0.48)


def test_the_same_table_gives_the_same_bytes_and_the_same_digest():
    records = [TableRecord.of("01", SPEC, FRAME.copy()) for _ in range(2)]
    assert records[0].to_json() == records[1].to_json()
    assert records[0].digest == records[1].digest


def test_the_order_of_dimensions_survives_writing_because_the_first_may_hold_several_answers():
    frame = pd.DataFrame({"theme": ["学校"], "age": ["10代"], "n": [7]})
    schema = Schema({"theme": Dimension(multiple=True), "age": Dimension(), "n": Count(unit="件")})
    again = TableRecord.from_json(TableRecord.of("03", replace(SPEC, schema=schema), frame).to_json())
    assert list(again.spec.schema.dimensions) == ["theme", "age"]
    assert again.spec.schema.multiple == ("theme",)


def test_a_changed_figure_changes_the_digest():
    other = FRAME.assign(n=[16, 9, 25])
    assert TableRecord.of("01", SPEC, FRAME).digest != TableRecord.of("01", SPEC, other).digest


def test_a_table_about_no_population_has_no_counts_to_protect():
    assert SPEC.counts == ("n",)
    assert replace(SPEC, subject=replace(ABOUT, population=None)).counts == ()


@pytest.mark.parametrize("name", ["Sex", "1st", "a-b", ""])
def test_an_id_that_is_no_file_name_is_refused(name):
    with pytest.raises(PublishError, match="lower case"):
        TableSpec(name, "性別")


def test_what_is_said_of_a_table_survives_writing_and_reading():
    schema = Schema(
        {**COLUMNS, "sex": Dimension(groups={"男女": ("男性", "女性")})}, {"wish": ("強く", "少し")}, "読み方"
    )
    spec = TableSpec("a", "題", replace(ABOUT, dated=True, days=("2023-04-01", "2024-03-31")), schema)
    assert TableSpec.from_plain(json.loads(json.dumps(spec.to_plain()))) == spec


def test_a_cell_that_is_not_unique_is_no_cell():
    with pytest.raises(KeyError, match="0 rows"):
        unmasked(SPEC, FRAME).value("n", sex="不明")


def test_a_panel_keeps_its_part_of_the_mask():
    part = _masked([False, True, False]).where(sex=["女性", "総数"])
    assert list(part.hidden["n"]) == [True, False]
    assert list(part.frame["sex"]) == ["女性", "総数"]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_whatever_is_hidden_no_figure_of_its_row_can_be_read(hide):
    shown = _masked(hide)
    for row, flag in enumerate(hide):
        values = shown.frame[["n", "share", "low"]].iloc[row]
        assert values.isna().all() if flag else values["n"] == FRAME["n"].iloc[row]
