"""Sheets as a file: texts stay texts, numbers show their decimals, names and widths are what programs accept."""

import io

import pytest
from openpyxl import load_workbook

from ujo_lib.report.sheets import xlsx


def _open(content: bytes):
    return load_workbook(io.BytesIO(content))


def test_two_sheets_of_one_name_are_refused():
    sheet = xlsx.Sheet("a", [("表題", "x")], ["n"], [[xlsx.Number(1)]])
    with pytest.raises(ValueError, match="same name"):
        xlsx.write([sheet, xlsx.Sheet("A", sheet.about, sheet.headings, sheet.rows)], "t")
