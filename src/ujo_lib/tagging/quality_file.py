"""The sheets for hand coding, written and read back. An edge module.

The workbook holds masked texts of real consultations: it belongs in the city's protected folders, never in a release.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation

from ujo_lib.tagging.analysis import Labels
from ujo_lib.tagging.quality import CodedSample, read_mark
from ujo_lib.text import mask_personal

_CODERS = ("コーダーA", "コーダーB")
_PLAN = "標本"
_GUIDE = "説明"
_HEADINGS = ("番号", "相談ID", "本文(伏せ字済み)")
_TEXT_WIDTH = 80


class CodingSheetError(Exception):
    """A coding workbook that cannot be read; every problem with sheet, row and column."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("コーディングの表を直してください。\n" + "\n".join(problems))


def write_coding_sheets(
    path: str | Path, sample: pd.DataFrame, texts: "pd.Series[str]", labels: Labels, names: Sequence[str] = ()
) -> None:
    """Write a workbook with one sheet per coder.

    Args:
        path: .xlsx to write.
        sample: from `coding_sample`; its index holds the ids.
        texts: original texts by id; they are masked here.
        labels: theme id → label; one column each to mark with 1.
        names: names to mask besides the usual patterns.
    """
    book = Workbook()
    guide = book.active
    guide.title = _GUIDE
    for line in (
        "それぞれのコーダーのシートで、本文に書かれているテーマの欄に 1 を入れてください(いくつでも)。",
        "書かれていなければ空欄のままにします。",
        "二人は互いの結果を見ずに付けてください。語の有無ではなく、意味で判断します。",
        "本文には相談の内容が含まれます。庁内の決められた場所の外に持ち出さないでください。",
    ):
        guide.append([line])
    plan = book.create_sheet(_PLAN)
    plan.append(["相談ID", "層", "重み"])
    for text_id, stratum, weight in sample[["stratum", "weight"]].itertuples():
        plan.append([str(text_id), stratum, float(weight)])
    for coder in _CODERS:
        _coder_sheet(book.create_sheet(coder), sample, texts, labels, names)
    book.save(path)


def _coder_sheet(
    sheet: Any, sample: pd.DataFrame, texts: "pd.Series[str]", labels: Labels, names: Sequence[str]
) -> None:
    sheet.append([*_HEADINGS, *labels.values()])
    for number, text_id in enumerate(sample.index, start=1):
        sheet.append([number, str(text_id), mask_personal(str(texts[text_id]), names)])
    sheet.freeze_panes = "D2"
    sheet.column_dimensions["C"].width = _TEXT_WIDTH
    for row in sheet.iter_rows(min_row=2, min_col=3, max_col=3):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    marks = DataValidation(type="list", formula1='"1"', allow_blank=True)
    sheet.add_data_validation(marks)
    last = sheet.cell(row=max(len(sample) + 1, 2), column=len(_HEADINGS) + max(len(labels), 1)).coordinate
    marks.add(f"D2:{last}")


def read_coding_sheets(path: str | Path, labels: Labels) -> CodedSample:
    """Read a filled workbook back.

    Raises:
        CodingSheetError: sheets or columns missing, marks that are neither yes nor no, ids that differ between sheets.
    """
    book = load_workbook(path, read_only=True, data_only=True)
    missing = [f"シート「{name}」がない" for name in (_PLAN, *_CODERS) if name not in book.sheetnames]
    if missing:
        raise CodingSheetError(missing)
    rows = list(book[_PLAN].iter_rows(min_row=2, values_only=True))
    plan = pd.DataFrame([row[:3] for row in rows if row[0]], columns=["id", "stratum", "weight"]).set_index(
        "id"
    )
    problems: list[str] = []
    first, second = (_marks(book[coder], coder, labels, plan.index, problems) for coder in _CODERS)
    if problems:
        raise CodingSheetError(problems)
    return CodedSample(first, second, plan["stratum"], plan["weight"].astype(float))


def _marks(sheet: Any, name: str, labels: Labels, ids: pd.Index, problems: list[str]) -> pd.DataFrame:
    rows = list(sheet.iter_rows(values_only=True))
    heading = [str(cell) for cell in rows[0]] if rows else []
    absent = [label for label in (_HEADINGS[1], *labels.values()) if label not in heading]
    if absent:
        problems.extend(f"シート「{name}」に列「{label}」がない" for label in absent)
        return pd.DataFrame()
    found: dict[str, list[bool]] = {}
    for number, row in enumerate(rows[1:], start=2):
        text_id = str(row[heading.index(_HEADINGS[1])] or "")
        if not text_id:
            continue
        marks = []
        for label in labels.values():
            mark = read_mark(row[heading.index(label)])
            if mark is None:
                problems.append(f"シート「{name}」{number}行目「{label}」: 1 か空欄にする")
            marks.append(bool(mark))
        found[text_id] = marks
    if set(found) != set(ids):
        problems.append(f"シート「{name}」の相談IDが「{_PLAN}」のシートと合わない")
        return pd.DataFrame()
    return pd.DataFrame.from_dict(found, orient="index", columns=list(labels)).loc[ids]
