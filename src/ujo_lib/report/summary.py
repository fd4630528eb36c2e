"""Key figures of the year, taken from the cells of tables that other notebooks have published."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ujo_lib.report import notation
from ujo_lib.report.claims import Cell, Recall, is_withheld, rows_of
from ujo_lib.report.publish import Published

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


def change_sentence(changes: Published, earlier: str) -> str:
    """Say in plain words what the survey's count did since an earlier wave; a template for `page.say`.

    Args:
        changes: table with the columns n, n_earlier, low, high and the dimension-like column `earlier`.
        earlier: the earlier wave.
    """
    row = changes.frame.index[changes.frame["earlier"] == earlier][0]
    before, low, high = (changes.frame.loc[row, name] for name in ("n_earlier", "low", "high"))
    if changes.hidden.loc[row].any():
        return "前回の調査と比べた増減は、人数が少ないため公表できません。"
    if any(pd.isna(value) for value in (before, low, high)):
        return "前回の調査の記録が足りず、増えたか減ったかは分かりません。"
    if low <= 1 <= high:
        return f"前回の{notation.count(before)}人から増えたとも減ったとも、言い切れません。"
    return f"前回の{notation.count(before)}人から{'増えました' if low > 1 else '減りました'}。"


def effect_sentence(effect: Published) -> str:
    """Say in plain words what may be said of the campaigns; a template for `page.say`.

    Args:
        effect: one row with the columns code, estimate, low, high.
    """
    if effect.hidden.to_numpy().any():
        return "お知らせで市の窓口への相談が増えたかは、件数が少ないため公表できません。"
    code, estimate = effect.frame.iloc[0]["code"], effect.frame.iloc[0]["estimate"]
    match code:
        case "detected" if estimate > 1:
            return f"お知らせの期間に、市の窓口への相談は{notation.ratio(estimate)}倍に増えました。"
        case "detected":
            return f"お知らせの期間に、市の窓口への相談は{notation.ratio(estimate)}倍に減りました。"
        case "not_detected":
            return "お知らせで市の窓口への相談が増えたかどうかは、はっきりしません。"
        case _:
            return "お知らせで市の窓口への相談が増えたかどうかは、推定できません。"
