"""A workbook is unfolded only as far as a sheet can reasonably go."""

import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.intake.conftest import Desk, as_xlsx, table
from ujo_lib.intake.grid import RefusedError
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.workbooks import as_text, read_workbook, refuse_bombs

MB = 1 << 20


@pytest.mark.parametrize(
    ("size", "packed", "refused"),
    [
        (256 * MB, 20 * MB, False),
        (256 * MB + 1, 20 * MB, True),
        (16 * MB, 1, False),  # small enough to be whatever it likes
        (16 * MB + 1, 1, True),
        (100 * MB, 1 * MB, False),
        (100 * MB + 1, 1 * MB, True),
    ],
)
def test_a_part_is_refused_that_is_too_large_or_was_packed_too_tightly(size, packed, refused):
    part = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    part.file_size, part.compress_size = size, packed
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.filelist.append(part)
        if refused:
            with pytest.raises(RefusedError, match="256MBまで"):
                refuse_bombs(archive)
        else:
            refuse_bombs(archive)
        archive.filelist.clear()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3.0, "3"),
        (-3.0, "-3"),
        (9.999999999999998, "10"),
        (0.1 + 0.2, "0.3"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e15, "1e+15"),  # sixteen digits are more than Excel shows
        (-1e15, "-1e+15"),
        (timedelta(hours=26, minutes=5), "26:05"),
        (timedelta(seconds=29), "0:00"),
        (timedelta(seconds=31), "0:01"),
        (True, "TRUE"),
        (None, ""),
    ],
)
def test_a_number_is_read_as_excel_shows_it(value, shown):
    assert as_text(value, "General") == shown


def test_a_formula_without_a_result_is_warned_of_by_its_cell(desk: Desk):
    desk.put("national_daily", "n.xlsx", as_xlsx(table("national_daily", {(2, "件数"): "=1+1"})))
    told = desk.check().problems
    assert told.loc[told["value"] == "C3", "severity"].tolist() == ["warning"]


@pytest.mark.parametrize("saved", [True, False])
@pytest.mark.parametrize(("made", "value"), [(b' t="str"><f>', pd.NA), (b"><v>0</v><f>", 0)])
def test_a_formula_that_made_an_empty_text_or_a_nought_was_worked_out_where_excel_saved_it(
    desk: Desk, made: bytes, value: object, saved: bool
):
    content = as_xlsx(table("national_daily", {(2, "件数"): '=IF(1,"",1)'}))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w") as copy:
        for part in book.namelist():
            # As Excel writes it: the cell says what its result is, and the book asks for no calculation any more.
            text = book.read(part).replace(b'<c r="C3"><f>', b'<c r="C3"' + made)
            copy.writestr(part, text.replace(b' fullCalcOnLoad="1"', b"") if saved else text)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    taken = desk.check()
    assert [(p.severity, p.value) for p in taken.faults] == ([] if saved else [("warning", "C3")])
    assert taken["national_daily"]["n"].tolist() == [10, value, 30]


@pytest.mark.parametrize("shown_as_day", [True, False])
def test_a_day_shown_as_a_number_is_refused_where_days_are_counted_from_1904(desk: Desk, shown_as_day: bool):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["日付", "都道府県", "件数"])
    book.active.append([date(2023, 8, 1) if shown_as_day else 43677, "熊本県", 10])
    out = io.BytesIO()
    book.save(out)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    taken = desk.check()
    if shown_as_day:
        assert taken.ok
        assert taken["national_daily"]["date"].dt.strftime("%Y-%m-%d").tolist() == ["2023-08-01"]
    else:
        [fault] = taken.faults
        assert (fault.row, fault.column, fault.value) == (2, "日付", "43677")
        assert "1904年" in fault.remedy


@pytest.mark.parametrize(("more", "told"), [(0, "256MB"), (1, "257MB"), (800, "1,056MB")])
def test_a_part_that_is_too_large_is_told_with_its_name_and_its_size(more, told):
    part = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    part.file_size = part.compress_size = (256 + more) * MB + 1
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.filelist.append(part)
        with pytest.raises(RefusedError) as refused:
            refuse_bombs(archive)
        archive.filelist.clear()
    assert refused.value.where["value"] == f"xl/worksheets/sheet1.xml {told}"


@pytest.mark.parametrize(("first", "last", "told"), [("B", "B", "B列"), ("B", "C", "B~C列")])
def test_all_columns_that_are_hidden_together_are_named(desk: Desk, first, last, told):
    book = openpyxl.Workbook()
    for row in table("national_daily"):
        book.active.append(row)
    book.active.column_dimensions.group(first, last, hidden=True)
    out = io.BytesIO()
    book.save(out)
    desk.put("national_daily", "n.xlsx", out.getvalue())
    [fault] = desk.check().faults
    assert fault.value == told


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (-5, '0"千"', "-5千"),
        (0, '0"千"', "0千"),
        (0, '0"千";-0"百"', "0千"),
        (-5, '0"千";0"百"', "-5百"),
        (5, '0"千";0"百";0"万"', "5千"),
    ],
)
def test_a_format_without_a_part_for_a_number_shows_it_by_its_first(value, number_format, shown):
    assert as_text(value, number_format) == shown


@pytest.mark.parametrize(
    ("value", "told"), [(10, True), ("10", True), (None, True), ("―", True), ("市専用", False), ("a1", False)]
)
def test_a_note_is_told_at_a_figure_or_at_nothing_and_not_at_a_word(value, told):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B2"] = "件数", value
    book.active["B2"].comment = Comment("要確認", "")
    out = io.BytesIO()
    book.save(out)
    assert read_workbook(out.getvalue(), None, Notes("n.xlsx")).facts.noted == (("B2",) if told else ())


@pytest.mark.parametrize(("row", "told"), [(59, True), (60, True), (61, False)])
def test_what_other_sheets_begin_with_ends_with_the_sixtieth_row(row, told):
    book = openpyxl.Workbook()
    book.active.title, book.active["A1"] = "表", "件数"
    book.create_sheet("控え").cell(row, 2, "x")
    out = io.BytesIO()
    book.save(out)
    heads = read_workbook(out.getvalue(), "表", Notes("n.xlsx")).facts.heads
    assert heads == {"控え": [["x"]] if told else []}
