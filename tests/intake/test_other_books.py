"""Workbooks that are no .xlsx: the same table gives the same frame, and what nobody has seen of it is said."""

import io
import re
import struct
import subprocess
import zipfile
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
import xlwt

from tests.intake.books import (
    FORMATS,
    Error,
    Rows,
    as_ods,
    as_record,
    as_xls,
    as_xlsb,
    binary_sheet,
    ods_of,
    open_cell,
    zipped,
)
from tests.intake.conftest import Desk, as_xlsx, table
from ujo_lib.intake import Intake
from ujo_lib.intake.grid import HEAD_ROWS, RefusedError
from ujo_lib.intake.other_books import (
    _read_apart,
    _records,
    _Seen,
    _seen_in_ods,
    _seen_in_part,
    _Sheet,
)
from ujo_lib.intake.problems import Problem

SUFFIXES = tuple(FORMATS)
DAY = date(2023, 8, 1)
DAYS: list[list[object]] = [
    ["日付", "都道府県", "件数"],
    [DAY, "熊本県", 10],
    [date(2023, 8, 2), "熊本県", 20.0],
]


def book(suffix: str, rows: Rows, **said: object) -> bytes:
    return FORMATS[suffix]({"表": rows}, **said)


def errors(taken: Intake) -> list[Problem]:
    return [fault for fault in taken.faults if fault.severity == "error"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_table_gives_the_same_frame_and_account_in_any_format(
    desk: Desk, tmp_path: Path, suffix: str
) -> None:
    rows = table("commissioners")
    desk.put("commissioners", "a.xlsx", as_xlsx(rows))
    before = desk.load()
    desk.declared.clear()
    desk.put("commissioners", f"a{suffix}", book(suffix, rows))
    taken = desk.load()
    assert taken["commissioners"].equals(before["commissioners"])
    told = ["sheet", "header_row", "rows_counted", "rows_read", "rows_kept"]
    assert taken.sources[told].equals(before.sources[told])
    assert taken.sources["encoding"].tolist() == [suffix[1:]]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_days_are_days_and_whole_numbers_have_no_point(desk: Desk, suffix: str) -> None:
    desk.put("national_daily", f"a{suffix}", book(suffix, DAYS))
    frame = desk.load()["national_daily"]
    assert frame["n"].tolist() == [10, 20]
    assert [f"{day:%Y-%m-%d}" for day in frame["date"]] == ["2023-08-01", "2023-08-02"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_that_begins_in_the_middle_of_the_sheet_keeps_its_rows_and_columns(
    desk: Desk, suffix: str
) -> None:
    rows = [[None] * 4, ["", "", "日付", "件数"], ["", "", "2023-08-01", "10人くらい"]]
    desk.put("national_daily", f"a{suffix}", book(suffix, rows), constants={"pref": "熊本県"})
    [fault] = errors(desk.check())
    assert (fault.row, fault.column, fault.value) == (3, "件数", "10人くらい")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_such_workbook_says_once_what_could_not_be_seen_of_it(desk: Desk, suffix: str) -> None:
    desk.put("national_daily", f"a{suffix}", book(suffix, DAYS))
    [fault] = desk.check().faults
    assert (fault.severity, fault.sheet, fault.rule) == ("warning", "表", "18")
    for unseen in (suffix, "取り消し線", "表示形式", "上付き", "非表示の行"):
        assert unseen in fault.remedy
    assert ("#N/A" in fault.remedy) == (suffix == ".xls")


def test_an_xlsx_says_nothing_of_that(desk: Desk) -> None:
    desk.put("national_daily", "a.xlsx", as_xlsx(DAYS))
    assert not desk.check().faults


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_merged_names_stand_in_each_of_their_rows(desk: Desk, suffix: str) -> None:
    rows = [DAYS[0], DAYS[1], [DAYS[2][0], "", 20]]
    desk.put("national_daily", f"a{suffix}", book(suffix, rows, merged=[(1, 2, 1, 1)]))
    taken = desk.load()
    assert taken["national_daily"]["pref"].tolist() == ["熊本県", "熊本県"]
    assert "B2:B3" in " ".join(taken.repairs["before"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_merged_numbers_are_refused(desk: Desk, suffix: str) -> None:
    rows = [DAYS[0], DAYS[1], [DAYS[2][0], "熊本県", ""]]
    desk.put("national_daily", f"a{suffix}", book(suffix, rows, merged=[(1, 2, 2, 2)]))
    assert any("C2:C3" in fault.remedy for fault in errors(desk.check()))


@pytest.mark.parametrize("suffix", [".xlsb", ".ods"])
@pytest.mark.parametrize("error", ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"])
def test_an_error_value_is_refused_and_not_read_as_blank(desk: Desk, suffix: str, error: str) -> None:
    rows = table("commissioners")
    rows[2][rows[0].index("地区(圏域)")] = Error(error)
    desk.put("commissioners", f"a{suffix}", book(suffix, rows))
    [fault] = errors(desk.check())
    assert (fault.row, fault.column, fault.value) == (3, "地区(圏域)", error)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_several_sheets_are_read_and_those_left_out_are_told(desk: Desk, suffix: str) -> None:
    months = {
        "4月": DAYS,
        "5月": [DAYS[0], [date(2023, 8, 3), "熊本県", 30]],
        "メモ": [["作成者"]],
        "旧": DAYS,
    }
    content = FORMATS[suffix](months, hidden=["旧"])
    desk.put("national_daily", f"a{suffix}", content, sheet="4月")
    told = [fault for fault in desk.check().faults if fault.column == "sheets"]
    assert [fault.value for fault in told] == ["5月"]
    assert any("非表示のシート" in fault.remedy and fault.value == "旧" for fault in desk.check().faults)
    del desk.declared["national_daily"]["sheet"]
    desk.declared["national_daily"]["sheets"] = ["4月", "5月"]
    assert desk.load()["national_daily"]["n"].tolist() == [10, 20, 30]
    desk.declared["national_daily"]["sheets"] = ["9月"]
    assert "4月、5月、メモ" in errors(desk.check())[0].remedy


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_sheets_of_a_new_workbook_ask_no_question(desk: Desk, suffix: str) -> None:
    desk.put("national_daily", f"a{suffix}", FORMATS[suffix]({"表": DAYS, "Sheet2": [], "Sheet3": []}))
    assert desk.load()["national_daily"]["n"].tolist() == [10, 20]


# --- what is no such workbook, or would not fit -----------------------------------------------------------------------


def swapped(content: bytes, part: str, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, part: new})


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CELL = open_cell("x")
GOOD = {suffix: book(suffix, DAYS) for suffix in SUFFIXES}
BEGUN = GOOD[".xls"][512:534]
"""The first record of an .xls, and the number of the second: encrypted contents have another one there."""

LOCKED_ODS = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    b'manifest:full-path="content.xml" manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>'
    b"</manifest:manifest>"
)


def rows_of(cells: str, repeated: int) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def wide(cell: str, repeated: int) -> str:
    return re.sub("<table:table-cell", f'<table:table-cell table:number-columns-repeated="{repeated}"', cell)


FAR_ROW = rows_of("<table:table-cell/>", 1_048_575) + rows_of(wide("<table:table-cell/>", 16_383) + CELL, 1)
REFUSED = {
    **{f"empty {s}": (f"a{s}", b"", "このデバイス上で") for s in SUFFIXES},
    **{f"cut {s}": (f"a{s}", content[: len(content) // 2], "壊れています") for s, content in GOOD.items()},
    **{f"text as {s}": (f"a{s}", b"a,b", "名前だけ") for s in SUFFIXES},
    **{f"page as {s}": (f"a{s}", b"<html><table>", "Webの画面") for s in SUFFIXES},
    **{f"{s} as xlsx": ("a.xlsx", content, f"拡張子を {s} に直し") for s, content in GOOD.items()},
    **{f"{s} as csv": ("a.csv", content, f"拡張子を {s} に直し") for s, content in GOOD.items()},
    **{f"xlsx as {s}": (f"a{s}", as_xlsx(DAYS), "拡張子を .xlsx に直し") for s in SUFFIXES},
    **{f"archive as {s}": (f"a{s}", zipped({"4月.csv": b"a"}), "4月.csv を取り出し") for s in SUFFIXES},
    **{f"no cell in {s}": (f"a{s}", book(s, []), "空です") for s in SUFFIXES},
    "no workbook in .xls": ("a.xls", OLE + bytes(600), "壊れています"),
    "locked .xlsb": ("a.xlsb", OLE + "EncryptedPackage".encode("utf-16-le"), "パスワードを使用して"),
    "locked .xls": ("a.xls", GOOD[".xls"].replace(BEGUN, BEGUN[:-2] + b"\x2f\x00"), "パスワードを使用して"),
    "locked .ods": ("a.ods", swapped(GOOD[".ods"], "META-INF/manifest.xml", LOCKED_ODS), "パスワード"),
    "far .xlsb": (
        "a.xlsb",
        swapped(GOOD[".xlsb"], "xl/worksheets/sheet1.bin", binary_sheet({(0, 0): "x", (1_048_575, 16_383): "x"})),
        "XFD1048576",
    ),
    "far .ods": ("a.ods", ods_of(f'<table:table table:name="表">{FAR_ROW}</table:table>'), "XFD1048576"),
    "far .xls": ("a.xls", as_xls({"表": [*DAYS, *[[]] * 65_532, [None] * 255 + ["x"]]}), "IV65536"),
    "full .ods": (
        "a.ods",
        ods_of(f'<table:table table:name="表">{rows_of(wide(CELL, 4096), 4097)}</table:table>'),
        "大きすぎます",
    ),
    "merged .ods": ("a.ods", as_ods({"表": DAYS}, merged=[(1, 200_000, 0, 99)]), "結合を解いて"),
    "bomb .ods": ("a.ods", zipped({"content.xml": b" " * (1 << 25)}), "大きすぎ"),
    "bomb .xlsb": ("a.xlsb", zipped({"xl/workbook.bin": b" " * (1 << 25)}), "大きすぎ"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_such_workbook_gets_what_a_clerk_can_do_about_it(
    desk: Desk, name: str, content: bytes, remedy: str
) -> None:
    desk.put("national_daily", name, content)
    [fault] = errors(desk.check())
    assert (fault.file, fault.row) == (name, None)
    assert remedy in fault.remedy


def test_the_largest_sheet_that_an_xls_can_hold_is_read_of_an_ods(desk: Desk) -> None:
    blank = rows_of(wide("<table:table-cell/>", 16_384), 1_000_000)
    lines = "".join(rows_of("".join(map(open_cell, row)), 1) for row in DAYS)
    desk.put("national_daily", "a.ods", ods_of(f'<table:table table:name="表">{lines}{blank}</table:table>'))
    assert desk.load()["national_daily"]["n"].tolist() == [10, 20]


def test_a_note_at_a_cell_is_no_part_of_its_value(desk: Desk) -> None:
    note = "<office:annotation><text:p>要確認 9</text:p></office:annotation>"
    lines = "".join(rows_of("".join(map(open_cell, row)), 1) for row in DAYS).replace(
        "<text:p>10</text:p>", f"{note}<text:p>10</text:p>"
    )
    desk.put("national_daily", "a.ods", ods_of(f'<table:table table:name="表">{lines}</table:table>'))
    assert desk.load()["national_daily"]["n"].tolist() == [10, 20]


def test_formats_without_values_far_below_are_no_cells(desk: Desk) -> None:
    cells = {(at, column): cell for at, row in enumerate(DAYS) for column, cell in enumerate(row)}
    part = binary_sheet({**cells, (1_048_575, 16_383): ""})
    desk.put("national_daily", "a.xlsb", swapped(as_xlsb({"表": DAYS}), "xl/worksheets/sheet1.bin", part))
    assert desk.load()["national_daily"]["n"].tolist() == [10, 20]


@pytest.mark.parametrize(
    ("head", "kind"), [(b"\x7f", 127), (b"\x80\x01", 128), (b"\x81\x01", 129), (b"\xff\x02", 383)]
)
def test_records_of_an_xlsb_have_numbers_of_seven_bits_a_byte(head: bytes, kind: int) -> None:
    """[MS-XLSB] 2.1.4: a byte whose high bit is set is followed by one more."""
    assert [(number, bytes(content)) for number, content in _records(head + b"\x02ab")] == [(kind, b"ab")]


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_records_of_an_xlsb_have_lengths_of_seven_bits_a_byte(size: int) -> None:
    """[MS-XLSB] 2.1.4: up to four bytes, of which all but the last have their high bit set."""
    part = as_record(1, bytes(size)) + as_record(2, b"x")
    assert [(number, len(content)) for number, content in _records(part)] == [(1, size), (2, 1)]


@pytest.mark.parametrize(("height", "refused"), [(4095, False), (4096, False), (4097, True)])
def test_no_sheet_unfolds_into_more_than_an_xls_can_hold(height: int, refused: bool) -> None:
    sheet = _Seen(filled=1 << 24, height=height, width=4096, last=(height, 4096))
    with pytest.raises(RefusedError) if refused else nullcontext():
        sheet.refuse()


def test_the_head_of_a_sheet_ends_with_the_sixtieth_row() -> None:
    written = {(1, 2): "b", (HEAD_ROWS, 1): "c", (HEAD_ROWS, 3): "d", (HEAD_ROWS + 1, 1): "e"}
    assert _Sheet(True, written, []).head() == [["b"], ["c", "d"]]


@pytest.mark.parametrize(
    ("span", "area"),
    [((1, 1), []), ((1, 2), [(2, 2, 2, 3)]), ((2, 1), [(2, 2, 3, 2)]), ((2, 2), [(2, 2, 3, 3)])],
)
def test_cells_that_are_merged_in_an_ods_are_told_and_no_others(
    span: tuple[int, int], area: list[object]
) -> None:
    lines = rows_of(open_cell("a"), 1) + rows_of("<table:table-cell/>" + open_cell("b", span), 1)
    with zipfile.ZipFile(
        io.BytesIO(ods_of(f'<table:table table:name="表">{lines}</table:table>'))
    ) as archive:
        assert _seen_in_ods(archive)["表"].areas == area


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 1), (1, 3), (2, 3)])
def test_cells_that_an_ods_repeats_are_counted_as_often(rows: int, columns: int) -> None:
    lines = rows_of(wide("<table:table-cell/>", 2) + wide(CELL, columns), rows) + rows_of(CELL, 1)
    with zipfile.ZipFile(
        io.BytesIO(ods_of(f'<table:table table:name="表">{lines}</table:table>'))
    ) as archive:
        seen = _seen_in_ods(archive)["表"]
    assert (seen.filled, seen.height, seen.width) == (rows * columns + 1, rows + 1, 2 + columns)
    assert (seen.last, seen.passed) == ((rows + 1, 1), rows + 1)


@pytest.mark.parametrize("length", [0, 998, 999, 1000])
def test_of_what_a_reader_said_before_it_broke_off_the_last_thousand_letters_are_told(
    monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    done = subprocess.CompletedProcess([], 1, b"", b"x" * length + b"!")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    with pytest.raises(ValueError, match=f"^{'x' * min(length, 999)}!$"):
        _read_apart(b"")


@pytest.mark.parametrize(
    ("kind", "filled", "error"),
    [(1, 0, ""), (2, 1, ""), (3, 1, "#REF!"), (4, 1, ""), (10, 1, ""), (11, 1, "#REF!"), (12, 0, ""), (61, 0, ""),
     (62, 1, ""), (63, 0, "")],
)  # fmt: skip
def test_cells_and_errors_of_an_xlsb_are_told_by_the_numbers_of_their_records(
    kind: int, filled: int, error: str
) -> None:
    """[MS-XLSB] 2.3: 1 is blank, 2 to 7 hold values, 8 to 11 what formulas gave, 3 and 11 errors, 62 rich text."""
    row, cell = struct.pack("<IIHBBBI", 4, 0, 300, 0, 0, 0, 0), struct.pack("<II", 2, 0) + b"\x17"
    seen = _seen_in_part(b"\x00" + bytes([len(row)]) + row + bytes([kind, len(cell)]) + cell)
    assert (seen.filled, seen.last) == (filled, (5, 3) if filled else (0, 0))
    assert seen.errors == ({(5, 3): error} if error else {})


def counting_from(suffix: str, first: int) -> bytes:
    """A workbook that counts its days from 1900 or from 1904 and holds one of them as a bare number."""
    rows = [DAYS[0], [43677, "熊本県", 10]]
    if suffix == ".xls":
        book = xlwt.Workbook(encoding="utf-8")
        book.dates_1904 = first == 1904
        sheet = book.add_sheet("表")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    if suffix == ".ods":
        lines = "".join(f"<table:table-row>{''.join(map(open_cell, row))}</table:table-row>" for row in rows)
        day = {1900: "1899-12-30", 1904: "1904-01-01"}[first]
        first_day = f'<table:null-date table:date-value="{day}"/>'
        settings = f"<table:calculation-settings>{first_day}</table:calculation-settings>"
        return ods_of(f'{settings}<table:table table:name="表">{lines}</table:table>')
    with zipfile.ZipFile(io.BytesIO(as_xlsb({"表": rows}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    told = bytes([153 & 127 | 128, 153 >> 7, 12]) + struct.pack("<III", first == 1904, 0, 0)
    opening = b"\x83\x01\x00"  # BrtBeginBook
    parts["xl/workbook.bin"] = parts["xl/workbook.bin"].replace(opening, opening + told, 1)
    return zipped(parts)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("first", [1900, 1904])
def test_a_day_that_is_a_bare_number_is_refused_where_days_are_counted_from_1904(
    desk: Desk, suffix: str, first: int
) -> None:
    desk.put("national_daily", f"n{suffix}", counting_from(suffix, first))
    told = [(p.row, p.column, p.value) for p in errors(desk.check())]
    assert told == ([(2, "日付", "43677")] if first == 1904 else [])
