"""What the plan is told that a table counts: months with their year, bases over those who answered."""

import pandas as pd
import pytest

from ujo_lib.columns import Base, Count, Dimension, Schema
from ujo_lib.report.door.masks import counted
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec

N = Count(unit="件")


def one(frame: pd.DataFrame, columns, days=()):
    subject = Subject(population="contacts", dated=bool(days), days=days)
    record = TableRecord.of("02", TableSpec("table", "表", subject, Schema(columns)), frame)
    return counted([record])[0].table


@pytest.mark.parametrize(
    ("first", "last", "april"),
    [
        ("2023-04-30", "2024-03-31", ("2023年4月",)),  # one day of it is enough
        ("2023-05-01", "2024-03-31", ()),
        ("2023-05-01", "2024-04-01", ("2024年4月",)),
        ("2023-04-01", "2024-04-30", ("2023年4月", "2024年4月")),
    ],
)
def test_the_april_of_a_table_is_that_of_the_years_it_counts(first, last, april):
    frame = pd.DataFrame({"month": ["4月", "12月"], "n": [40, 50]})
    table = one(frame, {"month": Dimension(), "n": N}, (first, last))
    assert table.recode["month"]["4月"] == april
    assert table.recode["month"]["12月"] == ("2023年12月",)
    assert table.period == (pd.Timestamp(first).date(), pd.Timestamp(last).date())


def test_people_without_dates_have_neither_months_nor_a_period():
    table = one(pd.DataFrame({"month": ["4月"], "n": [40]}), {"month": Dimension(), "n": N})
    assert table.period is None
    assert "month" not in table.recode


@pytest.mark.parametrize(
    ("labels", "multiple", "whom"),
    [
        (["男性", "女性", "無回答"], False, "回答あり"),
        (["男性", "女性"], False, "総数"),
        (["家族", "学校", "無回答"], True, "総数"),
    ],
)
def test_a_base_stands_for_those_who_answered_where_somebody_did_not_and_each_gave_one_answer(
    labels, multiple, whom
):
    from ujo_lib.report.door import masks

    frame = pd.DataFrame({"answer": labels, "n": [40] * len(labels), "base": [80] * len(labels)})
    columns = {"answer": Dimension(multiple=multiple), "n": N, "base": Base(over=("answer",))}
    of_base = {cell.labels for cell in one(frame, columns).cells if cell.column == "base"}
    assert of_base == {(masks.ANSWERED,) if whom == "回答あり" else ("総数",)}
