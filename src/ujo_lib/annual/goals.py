"""The goals of the programme, each with the figure that measures it, or the plain statement that nothing does."""

from pathlib import Path

import pandas as pd

from ujo_lib.annual.claims import Recall, answered, is_withheld, period_of, rows_of, value_of
from ujo_lib.columns import Text
from ujo_lib.params import read_yaml
from ujo_lib.params.annual import Cell, Goal, Goals
from ujo_lib.report.door.publish import NotSuppliedError, Published
from ujo_lib.report.look import notation
from ujo_lib.report.look.wording import interval_phrase
from ujo_lib.typed import Typed

MEASURED, UNMEASURED = "測定済", "未測定"


def read_goals(path: Path) -> list[Goal]:
    """Read `goals.yaml`.

    Raises:
        ParameterError: whatever is wrong with it.
    """
    return list(read_yaml(Goals, path).goals)


def measure(goals: list[Goal], recall: Recall) -> Typed:
    """Hold every goal against the published tables.

    Returns:
        One row per goal: goal, indicator, value (as text, with its unit and interval), period, status, note.

    Raises:
        ParameterError: goals that name a cell that is not there.
    """
    rows = answered("goals.yaml", [(goal.goal, goal) for goal in goals], recall, _row)
    columns = {
        "goal": Text(heading="目標(要約)"),
        "indicator": Text(heading="指標"),
        "value": Text(heading="値"),
        "period": Text(heading="期間"),
        "status": Text(heading="測定"),
        "note": Text(heading="説明"),
    }
    return Typed.of(rows, columns)


def _row(goal: Goal, recall: Recall) -> tuple[str, ...]:
    value, period, status, note = notation.MISSING, notation.MISSING, UNMEASURED, goal.note
    if goal.cell:
        try:
            table = recall(goal.cell.notebook, goal.cell.table)
            value, period = _value(goal.cell, table), period_of(table, goal.cell)
            status = UNMEASURED if value == notation.MISSING else MEASURED
        except NotSuppliedError as reason:
            note = str(reason)
    return goal.goal, goal.indicator, value, period, status, note


def _value(cell: Cell, table: Published) -> str:
    if is_withheld(table, cell):
        return notation.HIDDEN
    value = value_of(table, cell)
    if value is None:
        return notation.MISSING
    schema = table.spec.schema
    kind = schema[cell.column]
    told = notation.in_prose(value, kind.format).removesuffix(kind.unit) + kind.unit
    rows = rows_of(table, cell)
    if (ends := schema.around(cell.column)) and len(rows) == 1:
        low, high = table.frame.loc[rows[0], [*ends]]
        if pd.notna(low) and pd.notna(high):
            told += f"({interval_phrase(schema[ends[0]].both, low, high, kind.format)})"
    return told
