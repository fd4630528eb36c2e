"""What notebook 00 tells about the files: read, dropped, mended, missing, machine-readable.

Tidy tables over the record that `load` and `check` keep. `repairs` and `problems` quote cells: no release has them.
"""

import pandas as pd

from ujo_lib.columns import Base, Count, Share, Text
from ujo_lib.intake.problems import RULES
from ujo_lib.intake.result import Intake
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.typed import Typed

_ROWS = {
    "rows_counted": Count(heading="数えた行", unit="行"),
    "heading_rows": Count(heading="見出し", unit="行"),
    "rows_blank": Count(heading="空の行", unit="行"),
    "rows_read": Count(heading="読んだ行", unit="行"),
    "rows_dropped": Count(heading="除いた行", unit="行"),
    "rows_kept": Count(heading="使う行", unit="行"),
}
_FILE = {
    "kind": Text(heading="種類"),
    "file": Text(heading="ファイル"),
    "sheet": Text(heading="シート"),
    "encoding": Text(heading="文字コード"),
    "header_row": Text(heading="見出しの行"),
    "dropped": Text(heading="除いた行の内訳"),
    "first_day": Text(heading="最初の日"),
    "last_day": Text(heading="最後の日"),
    "columns_absent": Text(heading="ない列"),
    "bytes": Count(heading="大きさ", unit="バイト"),
    "sha256": Text(heading="SHA-256"),
}
_PLACE = {"file": Text(heading="ファイル"), "sheet": Text(heading="シート"), "column": Text(heading="列")}
_CELLS = Count(heading="値の数", unit="件")


def totals(data: Intake) -> Typed:
    """One row: files, errors and warnings; of rows, or of cells mended in them, one could subtract other desks'."""
    severities = data.problems["severity"].tolist()
    return Typed.of(
        [(data.sources["file"].nunique(), severities.count("error"), severities.count("warning"))],
        {
            "files": Count(heading="ファイル数"),
            "errors": Count(heading="エラー", unit="件"),
            "warnings": Count(heading="注意", unit="件"),
        },
    )


def files(data: Intake) -> Typed:
    """One row per file and sheet: kind and encoding; the first and last day may be those of one contact each."""
    kinds = data.sources["kind"].map({name: schema.title for name, schema in SCHEMAS.items()})
    columns = ["kind", "file", "encoding"]
    return Typed.of(_places(data.sources).assign(kind=kinds)[columns], _FILE)


def account(data: Intake) -> Typed:
    """One row per file and sheet: its days, rows counted without the parser, and what became of each of them."""
    counts = ["rows_counted", "rows_kept", "heading_rows", "rows_dropped", "rows_blank", "dropped"]
    return Typed.of(_places(data.sources)[["file", "first_day", "last_day", *counts]], _FILE | _ROWS)


def columns_absent(data: Intake) -> Typed:
    """One row per file that lacks columns of the dictionary, with their headings."""
    lacking = data.sources[data.sources["columns_absent"] != ""].reset_index(drop=True)
    return Typed.of(_places(lacking)[["file", "columns_absent"]], _FILE)


def _places(sources: pd.DataFrame) -> pd.DataFrame:
    """The sources with the sheet named behind its file."""
    sheets = sources["sheet"].where(sources["sheet"] == "", "「" + sources["sheet"] + "」")
    return sources.assign(file=sources["file"] + sheets)


def not_supplied(data: Intake) -> Typed:
    """One row per kind of input that this year does not have: kind and reason."""
    rows = [(SCHEMAS[kind].title, reason) for kind, reason in data.not_supplied.items()]
    frame = pd.DataFrame(rows, columns=["kind", "reason"], dtype=object)
    return Typed.of(frame, _FILE | {"reason": Text(heading="理由")})


def repairs_by_rule(data: Intake) -> Typed:
    """One row per file and rule of repair, with the number of cells mended."""
    counted = data.repairs.groupby(["file", "rule"], sort=False)["count"].sum().reset_index()
    named = counted.assign(rule=counted["rule"].map(RULES).fillna(counted["rule"]))
    return Typed.of(named, _FILE | {"rule": Text(heading="読み替えの規則"), "count": _CELLS})


def missing(data: Intake) -> Typed:
    """Columns in which values are missing, the largest share first."""
    some = data.missing[data.missing["n_missing"] > 0]
    kinds = some["kind"].map({name: schema.title for name, schema in SCHEMAS.items()})
    tidy = some.assign(kind=kinds)[["kind", "heading", "n_missing", "base", "share"]]
    return Typed.of(
        tidy.sort_values("share", ascending=False, kind="stable").reset_index(drop=True),
        {
            "kind": Text(heading="種類"),
            "heading": Text(heading="列"),
            "n_missing": Count(heading="空欄", unit="件", members=False),
            "base": Base(heading="行", unit="行"),
            "share": Share(n="n_missing", base="base"),
        },
    )


def rules_by_item(data: Intake) -> Typed:
    """One row per item of the machine-readability rules: files that meet it, files that do not, an example."""
    sheets = data.rules.assign(
        met=data.rules["verdict"] == "適合",
        wanting=data.rules["verdict"] == "要改善",
    )
    judged = sheets.groupby(["rule", "title", "file"], sort=False)[["met", "wanting"]].any().reset_index()
    judged["met"] &= ~judged["wanting"]  # a file is no better than the worst of its sheets
    tidy = judged.groupby(["rule", "title"], sort=False)[["met", "wanting"]].sum().reset_index()
    first = judged[judged["wanting"]].groupby("rule")["file"].agg("、".join)
    return Typed.of(
        tidy.assign(where=tidy["rule"].map(first).fillna("")),
        {
            "rule": Text(heading="番号"),
            "title": Text(heading="項目"),
            "met": Count(heading="適合", unit="ファイル"),
            "wanting": Count(heading="要改善", unit="ファイル"),
            "where": Text(heading="要改善のファイル"),
        },
        note="あてはまらないファイル(CSVとTSVでのExcelだけの項目、日付や地域のない表など)は、その項目では数えません。",
    )


def sources(data: Intake) -> Typed:
    """One row per file and sheet: what it is, what was read of it, and the hash by which it can be known again."""
    columns = [
        "kind",
        "file",
        "sheet",
        "encoding",
        "header_row",
        "rows_read",
        "rows_dropped",
        "rows_kept",
        "bytes",
        "sha256",
    ]
    return Typed.of(data.sources[columns], _FILE | _ROWS)


def repairs(data: Intake, at_most: int) -> Typed:
    """The first cells that were read otherwise than written: place, before, after, rule, how often."""
    return Typed.of(
        data.repairs.head(at_most),
        _PLACE
        | {
            "row": Text(heading="最初の行"),
            "before": Text(heading="元の書き方"),
            "after": Text(heading="読み替え"),
            "rule": Text(heading="規則"),
            "count": _CELLS,
        },
    )


def problems(data: Intake, at_most: int) -> Typed:
    """The first causes that somebody should look at: place, values, what was expected, remedy, rule, places."""
    told = data.problems.head(at_most)
    return Typed.of(
        told.assign(rule=told["rule"].map(RULES)).drop(columns="row"),
        _PLACE
        | {
            "severity": Text(heading="重さ"),
            "rows": Text(heading="最初の行"),
            "value": Text(heading="値"),
            "expected": Text(heading="期待される内容"),
            "remedy": Text(heading="直し方"),
            "rule": Text(heading="規則"),
            "count": Count(heading="箇所"),
        },
    )
