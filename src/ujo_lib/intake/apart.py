"""A workbook from standard input, read by calamine, as JSON on standard output.

This file is run as a program of its own (see ``other_books``) and imports nothing else of the project, so as to start
at once: what calamine cannot have of memory ends the process, and a damaged .xls asks for terabytes.
"""

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

_MOST_MEMORY = 2 << 30
"""Twice what the largest sheet of an .xls takes."""


def main() -> None:
    """Sheets of the workbook: whether each is shown, its merged cells, and [row, column, value] of what is filled."""
    _limit_memory()
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheets = [
        {
            "name": one.name,
            "visible": one.visible == SheetVisibleEnum.Visible,
            "merged": (sheet := book.get_sheet_by_name(one.name)).merged_cell_ranges or [],
            "cells": _cells(sheet),
        }
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet
    ]
    json.dump(sheets, sys.stdout, default=_tagged)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _cells(sheet: CalamineSheet) -> list[tuple[int, int, Any]]:
    left = sheet.start[1] + 1 if sheet.start else 1
    return [
        (row, column, value)
        for row, values in enumerate(sheet.iter_rows(), 1)
        for column, value in enumerate(values, left)
        if value != ""
    ]


def _tagged(value: date | time | timedelta) -> dict[str, str | float]:
    """What JSON has no form for; ``other_books`` makes it a day or a time again."""
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    kind = "datetime" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
    return {kind: value.isoformat()}


if __name__ == "__main__":
    main()
