"""What notebook 00 tells about the files: read, dropped, mended, missing, machine-readable.

Tidy tables over the record that `load` and `check` keep. None of them holds a value of a cell about a person.
"""

import pandas as pd

from ujo_lib.intake.loading import Intake
from ujo_lib.intake.schemas import SCHEMAS

TRAPS = {
    "3": "機種依存文字・異体字",
    "4": "異体字",
    "5": "全角数字・選択肢の書き方",
    "6": "桁区切り・単位・負数の書き方",
    "7": "和暦などの日付",
    "9": "24時を超える時刻",
    "10": "時間帯(UTCと日本時間)",
    "11": "結合セル・2段の見出し",
    "12": "表の上下の注記",
    "13": "合計の行・小計の列",
    "14": "符号(-・…・x など)",
    "15": "複数回答の書き方",
    "16": "年代の書き方",
    "17": "先頭の0",
    "23": "個人情報",
    "25": "重複",
}
"""What each rule of repair is about, by its number."""


def totals(data: Intake) -> pd.DataFrame:
    """One row: files, rows read, kept and dropped, cells mended, errors and warnings."""
    severities = [fault.severity for fault in data.faults]
    return pd.DataFrame(
        {
            "files": [len(data.sources)],
            "rows_read": [int(data.sources["rows_read"].sum())],
            "rows_kept": [int(data.sources["rows_kept"].sum())],
            "rows_dropped": [int(data.sources["rows_dropped"].sum())],
            "repairs": [int(data.repairs["count"].sum())],
            "errors": [severities.count("error")],
            "warnings": [severities.count("warning")],
        }
    )


def files(data: Intake) -> pd.DataFrame:
    """One row per file: kind, encoding, rows read, dropped and kept."""
    kinds = data.sources["kind"].map({name: schema.title for name, schema in SCHEMAS.items()})
    columns = ["file", "encoding", "rows_read", "rows_dropped", "rows_kept"]
    return data.sources[columns].assign(kind=kinds)[["kind", *columns]]


def not_supplied(data: Intake) -> pd.DataFrame:
    """One row per kind of input that this year does not have: kind and reason."""
    rows = [(SCHEMAS[kind].title, reason) for kind, reason in data.not_supplied.items()]
    return pd.DataFrame(rows, columns=["kind", "reason"], dtype=object)


def repairs_by_rule(data: Intake) -> pd.DataFrame:
    """One row per file and rule of repair, with the number of cells mended."""
    counted = data.repairs.groupby(["file", "rule"], sort=False)["count"].sum().reset_index()
    return counted.assign(rule=counted["rule"].map(TRAPS).fillna(counted["rule"]))


def missing(data: Intake) -> pd.DataFrame:
    """Columns in which values are missing, the largest share first."""
    some = data.missing[data.missing["n_missing"] > 0]
    kinds = some["kind"].map({name: schema.title for name, schema in SCHEMAS.items()})
    tidy = some.assign(kind=kinds)[["kind", "heading", "n_missing", "base", "share"]]
    return tidy.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def rules_by_item(data: Intake) -> pd.DataFrame:
    """One row per item of the machine-readability rules: files that meet it, files that do not, an example."""
    judged = data.rules.assign(
        met=data.rules["verdict"] == "適合",
        wanting=data.rules["verdict"] == "要改善",
    )
    tidy = judged.groupby(["rule", "title"], sort=False)[["met", "wanting"]].sum().reset_index()
    first = judged[judged["wanting"]].groupby("rule")["file"].agg("、".join)
    return tidy.assign(where=tidy["rule"].map(first).fillna(""))
