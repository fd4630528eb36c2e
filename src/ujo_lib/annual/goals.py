"""The goals of the programme, each with the figure that measures it, or the plain statement that nothing does."""

from pathlib import Path

import pandas as pd
import yaml

from ujo_lib.annual.claims import Cell, Recall, is_withheld, rows_of
from ujo_lib.columns import Text, Typed
from ujo_lib.report.door.publish import NotSuppliedError
from ujo_lib.report.look import notation

MEASURED, UNMEASURED = "測定済", "未測定"


def read_goals(path: Path) -> list[dict[str, object]]:
    """Read `goals.yaml`: goal, indicator, the cell that measures it (or none), a note."""
    goals: list[dict[str, object]] = yaml.safe_load(path.read_text(encoding="utf-8"))["goals"]
    return goals


def measure(goals: list[dict[str, object]], recall: Recall) -> Typed:
    """Hold every goal against the published tables.

    Returns:
        One row per goal: goal, indicator, value (as text), status, note.
    """
    rows = []
    for goal in goals:
        cell = Cell(**goal["cell"]) if goal.get("cell") else None  # type: ignore[arg-type]  # a YAML mapping
        value, status, note = notation.MISSING, UNMEASURED, goal.get("note", "")
        if cell:
            try:
                value, status = _value(cell, recall), MEASURED
            except NotSuppliedError as reason:
                note = str(reason)
        rows.append((goal["goal"], goal["indicator"], value, status, note))
    columns = {
        "goal": Text(heading="目標(要約)"),
        "indicator": Text(heading="指標"),
        "value": Text(heading="値"),
        "status": Text(heading="測定"),
        "note": Text(heading="説明"),
    }
    return Typed.of(pd.DataFrame(rows, columns=list(columns), dtype=object), columns)


def _value(cell: Cell, recall: Recall) -> str:
    table = recall(cell.notebook, cell.table)
    if is_withheld(table, cell):
        return notation.HIDDEN
    values = table.frame.loc[rows_of(table, cell), cell.column].dropna()
    if values.empty:
        return notation.MISSING
    return notation.in_cell(values.iloc[0], notation.format_of(table, cell.column))
