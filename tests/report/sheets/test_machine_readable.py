"""The checker finds each of the fifteen faults in a workbook that has it: it must be able to fail."""

import io

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from tests.report.sheets.machine_readable import check
from ujo_lib.text import MACHINE_RULES

ABOUT = [("表題", "性別"), ("対象地域", "見本市"), ("単位", "件数: 件"), ("記号", "x: 秘匿")]
ROWS = [
    ["性別", "件数"],
    ["男性", 17],
    ["女性", "x"],
    ["不明", 2],
    ["無回答", 3],
    ["その他", 4],
    ["総数", 26],
]


def _sheet(rows=ROWS, about=ABOUT):
    book = Workbook()
    sheet = book.active
    for row in [*about, *rows]:
        sheet.append(row)
    sheet.freeze_panes = f"A{len(about) + 2}"
    return sheet


def _faults(sheet) -> set[str]:
    stream = io.BytesIO()
    sheet.parent.save(stream)
    return {fault.rule for fault in check(stream.getvalue())}


def _changed(row: int, column: int, value: object):
    rows = [list(line) for line in ROWS]
    rows[row][column] = value
    return _sheet(rows)


def test_a_clean_sheet_has_no_fault():
    assert _faults(_sheet()) == set()


def test_a_file_that_is_no_workbook_is_named():
    assert [fault.rule for fault in check(b"a,b\r\n1,2\r\n")] == ["1-1"]


@pytest.mark.parametrize(
    ("rule", "sheet"),
    [
        ("1-2", lambda: _changed(1, 1, "17(68.0%)")),
        ("1-2", lambda: _changed(1, 0, "61.7〜76.8")),
        ("1-3", lambda: _changed(1, 1, "17件")),
        ("1-3", lambda: _changed(1, 1, "不明")),
        ("1-5", lambda: _changed(1, 0, " 男 性")),
        ("1-5", lambda: _changed(1, 0, "男\n性")),
        ("1-6", lambda: _changed(0, 1, "性別")),
        ("1-7", lambda: _changed(1, 1, "=10+7")),
        ("1-9", lambda: _changed(0, 1, "数")),
        ("1-10", lambda: _changed(1, 0, "①男性")),
        ("1-11", lambda: _changed(1, 0, "令和5年度")),
        ("1-12", lambda: _sheet(about=[ABOUT[0], *ABOUT[2:]])),
        ("1-13", lambda: _sheet(about=ABOUT[:3])),
        ("2-1", lambda: _sheet([*ROWS[:3], [None, None], *ROWS[3:]])),
        ("2-2", lambda: _sheet([[*row, None, *row] for row in ROWS])),
    ],
)
def test_a_fault_is_found(rule, sheet):
    assert rule in _faults(sheet())
    assert rule in MACHINE_RULES


def test_merged_cells_are_found():
    sheet = _sheet()
    sheet.merge_cells("A6:A7")
    assert "1-4" in _faults(sheet)


def test_comments_and_pictures_are_found():
    sheet = _sheet()
    sheet["A6"].comment = Comment("要確認", "係")
    assert "1-8" in _faults(sheet)


def test_codes_are_names_and_need_no_unit():
    assert _faults(_sheet([["コード", "件数"], ["43213", 1], ["43100", 2]])) == set()
