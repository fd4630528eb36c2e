"""Key figures of the year, taken from the cells of tables that other notebooks have published."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ujo_lib.report import notation
from ujo_lib.report.claims import Cell, Recall, is_withheld, rows_of

COLUMNS = ("label", "value", "format", "unit", "low", "high", "note")


def read_key_figures(path: Path) -> list[dict[str, Any]]:
    """Read `key_figures.yaml`: label, cell, unit, note, and the columns of the interval."""
    figures: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["key_figures"]
    return figures


def key_figures(entries: list[dict[str, Any]], recall: Recall) -> pd.DataFrame:
    """Look up every key figure.

    Args:
        entries: as read by `read_key_figures`.
        recall: usually `page.recall`.

    Returns:
        One row per figure with the columns `COLUMNS`; value and bounds are None where the door keeps the figure back
        or there is none, and the note says which.
    """
    return pd.DataFrame([_row(entry, recall) for entry in entries], columns=COLUMNS)


def _row(entry: dict[str, Any], recall: Recall) -> dict[str, Any]:
    cell = Cell(**entry["cell"])
    table = recall(cell.notebook, cell.table)
    row = {
        "label": entry["label"],
        "value": None,
        "format": notation.format_of(table, cell.column),
        "unit": entry.get("unit", ""),
        "low": None,
        "high": None,
        "note": entry.get("note", ""),
    }
    if is_withheld(table, cell):
        return row | {"note": "人数が少ないため秘匿"}
    rows = rows_of(table, cell)
    names = {"value": cell.column} | {name: entry[name] for name in ("low", "high") if name in entry}
    for name, column in names.items():
        values = pd.to_numeric(table.frame.loc[rows, column]).dropna()
        row[name] = float(values.sum()) if len(values) else None
    return row
