"""Records, sheets, columns and months that are there and would not be read: each is told, none is lost unseen."""

import io
import json
import random
import zipfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.intake.books import rewritten
from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib.fiscal import Period
from ujo_lib.intake import Intake, account, reading
from ujo_lib.intake import check as check_inputs
from ujo_lib.intake.between import Loaded
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.grid import UnreadableError
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import Notes, Problem
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.sample.places import PREFECTURES as SAMPLE_PREFECTURES


def told(taken: Intake, severity: str = "error") -> list[tuple[str, int | None, str, str]]:
    return [(p.file, p.row, p.column, p.remedy) for p in taken.faults if p.severity == severity]


def only(taken: Intake, severity: str = "error") -> tuple[str, int | None, str, str]:
    assert len(taken.faults) == 1, taken.faults
    [one] = told(taken, severity)
    return one


def contacts(n: int = 6, month: int = 8) -> list[list[str]]:
    heading, first = table("consultations")[:2]
    rows = [
        [f"S{month}{i:02d}", f"2023-{month:02d}-{i:02d} 22:15", *first[2:-1], f"眠れません{i}。"]
        for i in range(1, n + 1)
    ]
    return [heading, *rows]


# --- text files -----------------------------------------------------------------------------------------------------


def test_a_stray_quote_is_an_error_at_its_record_and_never_fewer_consultations(desk: Desk) -> None:
    content = as_csv(contacts()).replace("眠れません2".encode(), '"眠れません2'.encode())
    desk.put("consultations", "a.csv", content)
    file, row, column, remedy = only(desk.check())
    assert (file, row, column) == ("a.csv", 3, "相談本文")
    assert "閉じ忘れ" in remedy


def test_a_stray_quote_in_the_headings_shows_no_word_of_a_record(desk: Desk) -> None:
    content = as_csv(contacts()).decode("utf-8-sig").replace("相談本文", '"相談本文', 1)
    desk.put("consultations", "a.csv", content.encode())
    assert only(desk.check())[:3] == ("a.csv", 1, "相談本文")
    assert "眠れません" not in str(desk.check().faults)


@pytest.mark.parametrize("end", [b"\x1a", b"\x1a\r\n", b"\n\x1a\x1a\n"])
def test_the_end_mark_of_old_host_systems_is_no_record(desk: Desk, end: bytes) -> None:
    desk.put("consultations", "a.csv", as_csv(contacts()) + end)
    assert len(desk.load()["consultations"]) == 6


def test_a_stray_quote_before_megabytes_of_text_is_no_traceback(desk: Desk) -> None:
    rows = [[*row[:-1], "眠れない日が続いています。" * 400] for row in contacts(200)[1:]]
    content = as_csv([contacts()[0], *rows]).replace("眠れない".encode(), '"眠れない'.encode(), 1)
    desk.put("consultations", "a.csv", content)
    assert only(desk.check())[:3] == ("a.csv", 2, "相談本文")


@pytest.mark.parametrize("kind", ["national_daily", "consultations"])
def test_a_row_that_was_cut_short_is_an_error_with_its_row(desk: Desk, kind: str) -> None:
    rows = table(kind)
    rows[2] = rows[2][:2]
    desk.put(kind, "a.csv", as_csv(rows))
    taken = desk.check()
    assert [(p.file, p.row, p.value) for p in taken.faults] == [("a.csv", 3, "2列")]
    assert taken.sources.loc[0, "dropped"] == "くずれた行1"


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
def test_the_separator_is_found_whatever_the_suffix_says(desk: Desk, suffix: str, separator: str) -> None:
    desk.put("consultations", f"a.{suffix}", as_csv(contacts(), delimiter=separator))
    assert len(desk.load()["consultations"]) == 6


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_letter_made_by_the_city_is_read_and_told_with_its_row(desk: Desk, encoding: str) -> None:
    desk.put(
        "consultations",
        "a.csv",
        as_csv(table("consultations", {(2, "相談本文"): "店の名は\ue000"}), encoding),
    )
    taken = desk.check()
    assert taken.ok
    assert [(p.row, p.column, p.value) for p in taken.faults] == [(3, "相談本文", "U+E000")]
    assert taken["consultations"]["text"][1] == "店の名は\ue000"


@pytest.mark.parametrize(("cells", "refused"), [(16_384, False), (16_385, True)])
def test_a_record_of_more_cells_than_excel_has_is_refused_before_it_is_parsed(
    cells: int, refused: bool
) -> None:
    notes = Notes("a.csv")
    rows = [*table("national_daily"), ["2023-08-09", "熊本県", "1", *[""] * (cells - 3)]]
    with pytest.raises(UnreadableError) if refused else nullcontext():
        reading.read_grid("a.csv", as_csv(rows), None, None, notes)
    assert ("16,384列まで" in str(notes.problems)) is refused


@pytest.mark.parametrize(("room", "refused"), [(39, True), (40, False), (41, False)])
def test_one_row_run_wild_does_not_unfold_a_long_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, room: int, refused: bool
) -> None:
    monkeypatch.setattr(reading, "_MAX_GRID", room)
    desk.put("national_daily", "a.csv", as_csv([*table("national_daily"), ["x"] * 8]))
    [problem] = desk.check().faults
    assert problem.row == 5
    assert ("16,384列まで" in problem.expected) is refused


def test_thousands_of_widths_are_read_in_one_go(desk: Desk) -> None:
    rows = [
        *table("national_daily"),
        *(["2023-08-09", "熊本県", "1", *["x"] * (n % 300)] for n in range(900)),
    ]
    desk.put("national_daily", "a.csv", as_csv(rows))
    assert desk.check().sources.loc[0, "dropped"] == "くずれた行897"


def test_two_million_columns_are_refused_at_once(desk: Desk) -> None:
    desk.put("national_daily", "a.csv", b"," * 2_000_000)
    assert only(desk.check())[1] == 1


# --- containers -----------------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


BOOK = as_xlsx(table("commissioners"))
TRANSITIONAL = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"

REFUSED = {
    "nothing": ("a.xlsx", b"", "このデバイス上で"),
    "nothing in text": ("a.csv", b"", "このデバイス上で"),
    "not downloaded": ("a.csv", b"\0" * 4096, "4,096バイト"),
    "password": ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
    "old workbook": ("a.xlsx", OLE + b"Workbook", "拡張子を .xls に直"),
    "old workbook as text": ("a.csv", OLE + b"Workbook", "拡張子を .xls に直"),
    "web page": ("a.xlsx", b"<html><table>", "Webの画面"),
    "web page as text": ("a.csv", b"\xef\xbb\xbf\n<!DOCTYPE html>", "Webの画面"),
    "text as workbook": ("a.xlsx", b"a,b", "名前だけ"),
    "archive": ("a.zip", zipped(**{"4月.csv": b"a"}), "4月.csv を取り出し"),
    "archive as workbook": ("a.xlsx", zipped(**{"4月.csv": b"a"}), "4月.csv を取り出し"),
    "workbook as text": ("a.csv", BOOK, "拡張子を .xlsx に直し"),
    "strict": (
        "a.xlsx",
        rewritten(BOOK, "*", TRANSITIONAL, b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        "Excel ブック(.xlsx)",
    ),
    "empty fill": ("a.xlsx", rewritten(BOOK, "xl/styles.xml", rb"<patternFill ?/>", b""), "壊れています"),
    "cut": ("a.xlsx", BOOK[:-200], "壊れています"),
    "one byte": ("a.xlsx", BOOK[:900] + b"\xff" + BOOK[901:], "壊れています"),
    "picture": ("a.jpg", b"\xff\xd8\xff", "xlsx か CSV"),
    "bomb": ("a.xlsx", zipped(**{"[Content_Types].xml": b"", "xl__sheet1.xml": b" " * (1 << 25)}), "大きすぎ"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_gets_what_a_clerk_can_do_about_it(
    desk: Desk, name: str, content: bytes, remedy: str
) -> None:
    desk.put("commissioners", name, content)
    file, row, _, said = only(desk.check())
    assert (file, row) == (name, None)
    assert remedy in said


def test_a_folder_is_told_how_its_files_are_named(desk: Desk) -> None:
    (desk.folder / "months").mkdir()
    desk.declared["consultations"] = {"files": ["months"], "timezone": "Asia/Tokyo"}
    assert "months/*.csv" in only(desk.check())[3]


def far(coordinate: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book.active[coordinate] = "x"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_one_cell_in_the_far_corner_is_refused_and_not_unfolded(desk: Desk) -> None:
    desk.put("commissioners", "a.xlsx", far("XFD1048576"))
    assert "XFD1048576" in only(desk.check())[3]


def test_empty_sheets_of_a_new_workbook_ask_no_question(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book.create_sheet("Sheet2")
    book.create_sheet("隠し")["A1"] = "x"
    book["隠し"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    desk.put("commissioners", "a.xlsx", out.getvalue())
    assert len(desk.load()["commissioners"]) == 3


def test_formats_without_values_far_below_are_no_cells(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book.active["A1048576"].font = openpyxl.styles.Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    desk.put("commissioners", "a.xlsx", out.getvalue())
    assert len(desk.load()["commissioners"]) == 3


def test_a_merged_range_over_the_whole_sheet_is_refused(desk: Desk) -> None:
    area = rewritten(
        as_xlsx(table("commissioners"), merge=["A9:B9"]),
        "xl/worksheets/sheet1.xml", b'ref="A9:B9"', b'ref="A9:XFD1048576"',
    )  # fmt: skip
    desk.put("commissioners", "a.xlsx", area)
    assert "結合を解いて" in only(desk.check())[3]


def test_whatever_a_parser_raises_becomes_a_problem_of_that_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RecursionError

    desk.put("consultations", "a.csv", as_csv(contacts()))
    monkeypatch.setattr(reading, "read_table", broken)
    assert "RecursionError" in only(desk.check())[3]


def test_a_fault_of_a_check_hides_no_other_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(account, "note_private_letters", broken)
    desk.put("consultations", "a.csv", as_csv(contacts(5)))
    desk.put("consultations", "b.xlsx", b"")
    assert [(p.file, p.severity) for p in desk.check().faults] == [("a.csv", "error"), ("b.xlsx", "error")]


# --- declared shapes ------------------------------------------------------------------------------------------------


def months(*names: str, hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for month, name in enumerate(names, 4):
        sheet = book.create_sheet(name)
        for row in contacts(4, month):
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    book.create_sheet("説明").append(["相談ID", "番号です"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_sheets_with_the_same_headings_that_nobody_reads_are_told(desk: Desk) -> None:
    desk.put("consultations", "a.xlsx", months("4月", "5月", "6月"), sheet="4月")
    file, _, column, remedy = only(desk.check(), "warning")
    assert (file, column) == ("a.xlsx", "sheets")
    assert "sheets: [4月, 5月, 6月]" in remedy


def test_a_sheet_that_was_renamed_is_told_once_and_the_list_proposed_can_be_read(desk: Desk) -> None:
    desk.put("consultations", "a.xlsx", months("4月", "5月分", "6月"), sheets=["4月", "5月", "6月"])
    told = desk.check().problems.query("column == 'sheets'")
    assert told["value"].tolist() == ["5月分"]
    assert "sheets: [4月, 6月, 5月分] と" in told["remedy"].iloc[0]
    desk.declared["consultations"]["sheets"] = ["4月", "6月", "5月分"]
    assert desk.check().problems.empty


def test_a_month_without_a_record_goes_from_its_list_and_takes_no_other_month_with_it(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(months("4月", "5月", "6月")))
    book["5月"].delete_rows(2, 9)
    out = io.BytesIO()
    book.save(out)
    desk.put("consultations", "a.xlsx", out.getvalue(), sheets=["4月", "5月", "6月"])
    [remedy] = desk.check().problems.query("severity == 'error'")["remedy"]
    assert "sheets からこのシートを消します" in remedy
    file = desk.put("consultations", "b.csv", as_csv(contacts(4, 7)[:1]))
    assert "files からこのファイルを消します" in " ".join(
        desk.check().problems.query(f"file == '{file.name}'")["remedy"]
    )


def test_several_sheets_are_read_as_one_and_each_has_its_account(desk: Desk) -> None:
    desk.put("consultations", "a.xlsx", months("4月", "5月", "6月"), sheets=["4月", "5月", "6月"])
    taken = desk.load()
    assert len(taken["consultations"]) == 12
    assert taken.faults == ()
    assert taken.sources[["sheet", "rows_kept"]].to_numpy().tolist() == [["4月", 4], ["5月", 4], ["6月", 4]]


def test_one_sheet_in_a_list_is_enough_and_a_missing_one_names_those_there_are(desk: Desk) -> None:
    desk.put("consultations", "a.xlsx", months("4月", "5月"), sheets="4月")
    assert len(desk.check()["consultations"]) == 4
    desk.declared["consultations"]["sheets"] = ["4月", "7月"]
    [(_, _, column, remedy)] = told(desk.check())
    assert column == "sheet"
    assert "4月、5月、説明" in remedy


def test_a_double_between_two_sheets_names_the_sheet(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(months("4月", "5月")))
    book["5月"]["A2"] = "S401"
    out = io.BytesIO()
    book.save(out)
    desk.put("consultations", "a.xlsx", out.getvalue(), sheets=["4月", "5月"])
    [problem] = desk.check().faults
    assert (problem.sheet, problem.row) == ("5月", 2)
    assert "シート「4月」 2行目" in problem.remedy


def test_one_file_name_is_a_list_of_one(desk: Desk) -> None:
    desk.put("consultations", "c.csv", as_csv(contacts()))
    desk.declared["consultations"]["files"] = "c.csv"
    assert len(desk.load()["consultations"]) == 6


def test_a_form_of_names_stands_for_every_file_of_that_form(desk: Desk) -> None:
    for month in (4, 5):
        desk.put("consultations", f"相談_{month:02d}.csv", as_csv(contacts(month=month)))
    june = [[*row, "覚え書き" if i == 0 else ""] for i, row in enumerate(contacts(month=6))]
    desk.put("consultations", "相談_06.CSV", as_csv(june))
    for left in ("~$相談_05.csv", "._相談_05.csv", ".相談_07.csv"):
        (desk.folder / left).write_bytes(b"")
    (desk.folder / "ほか.csv").write_bytes(b"")
    desk.declared["consultations"] |= {
        "files": ["*談_*.csv"],
        "per_file": {"相談_06.csv": {"ignore": ["覚え書き"]}},
    }
    taken = desk.check()
    assert taken.sources["file"].tolist() == ["相談_04.csv", "相談_05.csv", "相談_06.CSV"]
    assert (len(taken["consultations"]), [p.rule for p in taken.faults]) == (
        18,
        ["21"],
    )  # 05 is open in Excel


def test_a_form_that_no_file_has_is_a_missing_file(desk: Desk) -> None:
    desk.put("consultations", "c.csv", as_csv(contacts()))
    desk.declared["consultations"]["files"] = ["相談_*.csv"]
    file, _, _, remedy = only(desk.check())
    assert file == "相談_*.csv"
    assert "c.csv" in remedy


@pytest.mark.parametrize("files", [{"a": "b"}, 7.5, [], True, None])
def test_a_shape_that_is_no_list_of_names_is_named_with_its_key(desk: Desk, files: object) -> None:
    desk.declared["consultations"] = {"files": files, "timezone": "Asia/Tokyo"}
    taken = desk.check()
    assert not taken.ok
    assert all("files" in p.column for p in taken.faults)


# --- between files --------------------------------------------------------------------------------------------------


def test_a_column_that_one_file_lacks_is_told_there(desk: Desk) -> None:
    rows = contacts(month=4)
    desk.put(
        "consultations", "a.csv", as_csv([[*row, "ない" if i else "希死念慮"] for i, row in enumerate(rows)])
    )
    desk.put("consultations", "b.csv", as_csv(contacts(month=5)))
    file, _, column, remedy = only(desk.check(), "warning")
    assert (file, column) == ("b.csv", "希死念慮")
    assert "無回答は違います" in remedy


@pytest.mark.parametrize(
    ("have", "said"),
    [((4, 5, 6), None), ((4, 6), "2023年5月"), ((4, 8, 10), "2023年5月〜2023年7月、2023年9月"), ((4,), None)],
)
def test_months_without_a_record_between_months_with_some_are_named(
    desk: Desk, have: tuple[int, ...], said: str | None
) -> None:
    for month in have:
        desk.put("consultations", f"c{month}.csv", as_csv(contacts(month=month)))
    assert [p.value for p in desk.check().faults] == ([said] if said else [])


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2023-08-01", "2023-08-31", []),
        ("2023-07-31", "2023-08-31", ["2023年7月"]),
        ("2023-08-05", "2023-10-01", ["2023年9月〜2023年10月"]),
        ("2023-07-01", "2023-09-30", ["2023年7月、2023年9月"]),
    ],
)
def test_months_of_the_period_without_a_record_are_named(
    desk: Desk, start: str, end: str, said: list[str]
) -> None:
    """A file of another year, one that broke off, and a month that nobody sent."""
    desk.put("consultations", "c.csv", as_csv(contacts()))
    period = Period(date.fromisoformat(start), date.fromisoformat(end), "期間")
    taken = check_inputs(desk._inputs(), ["consultations"], period=period)
    assert [p.value for p in taken.faults if "どの月にも" in p.expected] == said


# --- the account ----------------------------------------------------------------------------------------------------


def test_every_row_of_a_file_is_accounted_for(desk: Desk) -> None:
    rows = [
        ["全国の件数"], [], *table("national_daily"), ["", "", ""], ["合計", "", "60"], ["注: 速報", "", ""],
    ]  # fmt: skip
    desk.put("national_daily", "a.csv", as_csv(rows))
    taken = desk.load()
    source = taken.sources.iloc[0]
    parts = ["rows_kept", "heading_rows", "rows_dropped", "rows_blank"]
    assert source[["rows_counted", *parts]].tolist() == [8, 3, 1, 3, 1]
    assert source["dropped"] == "注記2・合計1"
    assert account.told(taken.sources) == [
        "a.csv(utf-8-sig): 8行 = 使う3 + 見出し1 + 除いた3(注記2・合計1) + 空の行1。読み替え3か所。"
        "2023-08-01〜2023-08-03。ない列: 出典\n    月ごと: 2023-08 60\n    都道府県ごと: 熊本県 60"
    ]
    assert json.loads(taken.json())["sources"][0]["rows_counted"] == 8


@pytest.mark.parametrize(
    ("make", "above", "areas", "counts"),
    [
        (as_csv, [], (), [4, 1, 0]),  # a line with nothing in it is not counted anywhere
        (as_csv, ["", ""], (), [5, 1, 1]),
        (as_csv, ["区分", ""], (), [5, 2, 0]),
        (as_xlsx, [], (), [4, 1, 0]),
        (as_xlsx, ["日付", "都道府県", "件数"], ("A1:A2", "B1:B2", "C1:C2"), [5, 2, 0]),
    ],
)
def test_a_heading_row_counts_where_it_holds_anything(desk: Desk, make, above, areas, counts) -> None:
    content = make([above, *table("national_daily")], *([areas] if areas else []))
    desk.put("national_daily", f"n.{'csv' if make is as_csv else 'xlsx'}", content, header_rows=2)
    source = desk.load().sources.iloc[0]
    assert source[["rows_counted", "heading_rows", "rows_blank"]].tolist() == counts
    assert source["rows_kept"] == 3


def test_a_file_that_could_not_be_read_says_so_in_the_account(desk: Desk) -> None:
    desk.put("national_daily", "a.csv", b"")
    assert account.told(desk.check().sources) == ["a.csv: 読めませんでした"]


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.parametrize("seed", range(4))
def test_no_damage_of_bytes_ends_in_a_traceback(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    originals = {
        "a.xlsx": BOOK,
        "a.csv": as_csv(table("commissioners")),
        "b.csv": as_csv(table("commissioners"), "cp932"),
    }
    for trial in range(100):
        name = chance.choice(list(originals))
        content = bytearray(originals[name])
        for _ in range(chance.choice([1, 3, 30])):
            at = chance.randrange(len(content))
            content[at : at + chance.choice([0, 1, 1, 40])] = chance.randbytes(chance.choice([0, 1, 1, 4]))
        desk.declared.clear()
        desk.put("commissioners", name, bytes(content))
        assert not any("検査が最後まで済む" in p.expected for p in desk.check().faults), (seed, trial)


@pytest.mark.parametrize(
    ("day", "rows", "gaps"),
    [
        ("2024-07-31", [], ["2023年9月〜2024年6月"]),
        ("2024-08-05", [], ["2023年9月〜2024年7月"]),
        ("2024-09-05", [8], []),
        ("2033-08-05", [8], []),
        ("2022-08-05", [], ["2022年9月〜2023年7月"]),
        ("2022-07-05", [8], []),
        ("1923-08-05", [8], []),
    ],
)
def test_a_record_a_year_from_all_others_is_named_with_its_row_and_opens_no_gap(desk: Desk, day, rows, gaps):
    lines = contacts()
    lines.append(["S999", f"{day} 22:13", *lines[1][2:]])
    desk.put("consultations", "a.csv", as_csv(lines))
    told = [p for p in desk.check().faults if p.rule == "照合"]
    assert [p.row for p in told if p.column == "相談受付日時"] == rows
    assert [p.value for p in told if p.column == "consultations.files"] == gaps
    assert {p.severity for p in told} == {"warning"}


# --- rows that are no data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_headings_in_the_middle_of_two_files_laid_together_are_no_record(desk: Desk, mark: str) -> None:
    heads, *rows = table("national_daily")
    again = [mark + heads[0], *heads[1:]]
    desk.put("national_daily", "n.csv", as_csv([heads, *rows, again, ["2023-08-04", "熊本県", "5"]]))
    taken = desk.load()
    assert taken["national_daily"]["n"].tolist() == [10, 20, 30, 5]
    assert taken.sources.loc[0, "dropped"] == "見出し1"
    assert taken.repairs["row"].tolist() == [5]


def test_a_row_that_only_begins_like_the_headings_is_data(desk: Desk) -> None:
    heads, *rows = table("national_daily")
    desk.put("national_daily", "n.csv", as_csv([heads, *rows, [heads[0], "熊本県", "5"]]))
    assert only(desk.check())[:3] == ("n.csv", 5, "日付")


@pytest.mark.parametrize("words", ["作成日 2024-04-01", "担当 福祉課", "-----", "【9月】"])
def test_words_alone_in_a_row_where_a_day_is_wanted_are_a_note(desk: Desk, words: str) -> None:
    desk.put("national_daily", "n.csv", as_csv([*table("national_daily"), [words, "", ""]]))
    taken = desk.load()
    assert len(taken["national_daily"]) == 3
    assert taken.repairs[["row", "before"]].to_numpy().tolist() == [[5, words]]


@pytest.mark.parametrize("row", [["2023-08-04", "", ""], ["8月4日", "熊本県", ""], ["", "熊本県", ""]])
def test_a_record_that_was_not_filled_in_is_no_note(desk: Desk, row: list[str]) -> None:
    desk.put("national_daily", "n.csv", as_csv([*table("national_daily"), row]))
    assert {p.row for p in desk.check().faults if p.severity == "error"} == {5}


def test_a_line_of_a_broken_text_is_never_dropped_as_a_note(desk: Desk) -> None:
    rows = [
        ["日付", "名称", "種別", "内容"],
        ["2023-08-01", "会", "会議", "はじめ"],
        ["つづきの話", "", "", ""],
    ]
    desk.put("events", "e.csv", as_csv(rows))
    assert {p.row for p in desk.check().faults} == {3}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
def test_semicolons_part_the_cells_where_the_records_agree_on_them(desk: Desk, suffix: str) -> None:
    desk.put("national_daily", f"n.{suffix}", as_csv(table("national_daily"), delimiter=";"))
    taken = desk.load()
    assert len(taken["national_daily"]) == 3
    assert "セミコロン" in taken.repairs["after"].iloc[0]


def daily(*days: str, desk: str = "全国窓口", each: int = 1, start: int = 0) -> list[list[str]]:
    all_days = enumerate((day for day in days for _ in range(each)), start)
    rows = [[f"S{i}", f"{day} 22:15", desk, "熊本県", "10代"] for i, day in all_days]
    return [["相談ID", "相談受付日時", "窓口", "都道府県", "年代"], *rows]


def test_contacts_are_counted_per_month_desk_and_prefecture(desk: Desk) -> None:
    days = ("2023-08-01", "2023-08-02", "2023-09-01")
    rows = daily(*days, each=5) + daily("2023-09-02", desk="市専用", start=99)[1:]
    desk.put("consultations", "c.csv", as_csv(rows))
    source = desk.load().sources.iloc[0]
    assert source[["by_month", "by_desk", "by_pref"]].tolist() == [
        "2023-08 10、2023-09 6", "全国窓口 15、市専用 1", "熊本県 16",
    ]  # fmt: skip


def test_a_prefecture_with_a_dot_in_its_name_and_many_of_them_are_told_by_the_largest(desk: Desk) -> None:
    names = ["不明・無回答", *list(SAMPLE_PREFECTURES)[:14]]
    rows = [
        ["日付", "都道府県", "件数"],
        *(["2023-08-01", name, str(99 - i)] for i, name in enumerate(names)),
    ]
    desk.put("national_daily", "n.csv", as_csv(rows))
    [line] = account.told(desk.load().sources)
    assert "都道府県ごと: 不明・無回答 99、" in line
    assert line.endswith(" 87、…(全15)")


def test_aggregates_of_other_things_are_not_counted_by_month(desk: Desk) -> None:
    desk.put("campaigns", "k.csv", as_csv(table("campaigns")))
    assert desk.load().sources.loc[0, ["by_month", "by_desk", "by_pref"]].tolist() == ["", "", ""]


@pytest.mark.parametrize(
    ("next_day", "each", "told"),
    [
        ("2023-08-24", 4, []),  # thirteen days without any
        ("2023-08-25", 4, ["2023-08-11〜2023-08-24"]),
        ("2023-08-25", 3, ["2023-08-11〜2023-08-24"]),
        ("2023-08-25", 2, []),  # too few to expect twenty in fourteen days
    ],
)
def test_half_a_month_without_a_contact_is_told(
    desk: Desk, next_day: str, each: int, told: list[str]
) -> None:
    days = [f"2023-08-{i:02d}" for i in range(1, 11)]
    after = [str(day.date()) for day in pd.date_range(next_day, periods=10)]
    desk.put("consultations", "c.csv", as_csv(daily(*days, *after, each=each)))
    assert [p.value for p in desk.check().faults] == told
    assert all(p.severity == "warning" for p in desk.check().faults)


@pytest.mark.parametrize(
    ("last", "following", "told"),
    [
        ("2023-02-28", "2023-04-01", []),  # March, which is told as a month
        ("2023-02-28", "2023-03-31", ["2023-03-01〜2023-03-30"]),
        ("2023-03-01", "2023-04-01", ["2023-03-02〜2023-03-31"]),
        ("2023-02-20", "2023-04-05", []),
    ],
)
def test_a_silence_that_holds_a_whole_month_is_told_as_that(last, following, told):
    days = pd.Series(pd.to_datetime([*["2023-01-01"] * 500, last, following]))
    notes = Notes("f.csv")
    account.note_quiet(pd.DataFrame(index=days.index), days, SCHEMAS["consultations"], notes)
    assert [p.value for p in notes.problems if not p.value.startswith("2023-01")] == told


@pytest.mark.parametrize("given", [{}, {"source": "県"}])
@pytest.mark.parametrize(("having", "named"), [(3, "a0.csv、a1.csv、a2.csv に"), (4, "a2.csv ほか1 に")])
def test_a_column_that_some_files_lack_and_nobody_gives_is_told_with_three_that_have_it(having, named, given):
    columns = {"date": 0, "pref": 1, "n": 2}
    full = Header(0, 1, (), columns | {"source": 3}, {}, {}, (), ())
    names = [f"a{i}.csv" for i in range(having)]
    specs = [FileSpec(kind="national_daily", name=name, path=Path(name)) for name in names]
    last = FileSpec(kind="national_daily", name="b.csv", path=Path("b.csv"), constants=given)
    files = [*((spec, full) for spec in specs), (last, replace(full, columns=columns))]
    notes = {name: Notes(name) for name in (*names, "b.csv")}
    account.note_lonely_columns(files, SCHEMAS["national_daily"], notes)
    assert [named in p.expected for p in notes["b.csv"].problems] == ([] if given else [True])
    assert not any(notes[name].problems for name in names)


def test_a_desk_that_fell_silent_for_a_while_is_told_by_name_and_the_others_are_not(desk: Desk) -> None:
    days = [str(day.date()) for day in pd.date_range("2023-08-01", "2023-09-30")]
    quiet = [day for day in days if not "2023-08-16" <= day <= "2023-09-04"]
    rows = daily(*days, each=3) + daily(*quiet, each=3, desk="市専用", start=999)[1:]
    desk.put("consultations", "c.csv", as_csv(rows))
    [warning] = desk.check().faults
    assert "市専用" in warning.expected
    assert warning.value == "2023-08-16〜2023-09-04"


@pytest.mark.parametrize(
    ("silent", "closed", "told"),
    [
        (13, None, []),
        (14, None, ["2023-10-18〜2023-10-31"]),
        (15, None, ["2023-10-17〜2023-10-31"]),
        (45, "2023-09-30", ["2023-09-17〜2023-09-30"]),
        (45, "2023-09-29", []),
        (45, pd.NaT, ["2023-09-17〜2023-10-31"]),
    ],
)
def test_a_desk_that_fell_silent_for_good_is_told_up_to_the_last_day_of_the_others_or_its_own(
    silent, closed, told
) -> None:
    """Two records a day until so many days before the end of the other desk's: a file that broke off."""
    days = pd.date_range("2023-08-01", "2023-10-31").repeat(2)
    ours = days[days <= pd.Timestamp("2023-10-31") - pd.Timedelta(days=silent)]
    frame = pd.DataFrame({"date": [*days, *ours], "channel": ["全国"] * len(days) + ["市"] * len(ours)})
    channels = pd.DataFrame({"channel": ["市"], "closed_on": pd.to_datetime([closed])})
    own = Notes("inputs.yaml")
    account.note_quiet(frame, frame["date"], SCHEMAS["consultations"], own, channels)
    assert [p.value for p in own.problems] == told
    assert all("「市」" in p.expected for p in own.problems)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_values_without_a_heading_within_a_table_are_told_and_shown_nowhere(desk: Desk, suffix: str) -> None:
    rows = [["", *row[:2], "", *row[2:]] for row in table("national_daily")]
    rows[2][3] = "ひみつ"
    desk.put("national_daily", f"n.{suffix}", as_csv(rows) if suffix == "csv" else as_xlsx(rows))
    taken = desk.check()
    assert [(p.severity, p.row, p.column, p.value) for p in taken.faults] == [("warning", 3, "D列", "")]
    assert taken["national_daily"]["n"].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("days", "found"),
    [([], None), ([None], None), (["2023-08-02"], (2, 2)), (["2023-08-03", None, "2023-08-01"], (1, 3))],
)
def test_first_and_last_day_are_those_of_the_rows_that_have_one(days, found) -> None:
    frame = pd.DataFrame({"date": pd.to_datetime(pd.Series(days, dtype="object"))})
    expected = found and tuple(pd.Timestamp(2023, 8, day) for day in found)
    assert account.day_range(frame, SCHEMAS["national_daily"]) == expected
    assert account.day_range(frame.assign(period_end=pd.Timestamp(2024, 1, 1)), SCHEMAS["ads"]) == expected


def quiet(days: list[pd.Timestamp], **more: object) -> list[str]:
    own = Notes("inputs.yaml")
    frame = pd.DataFrame({"date": days, **more})
    account.note_quiet(frame, frame["date"], SCHEMAS["national_daily"], own)
    assert all((p.rule, p.severity) == ("照合", "warning") for p in own.problems)
    return [p.value for p in own.problems]


@pytest.mark.parametrize(("step", "told"), [(14, False), (15, True), (16, True)])
def test_a_silence_is_told_from_fourteen_whole_days_on(step, told) -> None:
    first = pd.Timestamp("2023-08-01")
    days = [first, first + pd.Timedelta(days=step)] * 100
    assert quiet(days) == ([f"2023-08-02〜2023-08-{step:02d}"] if told else [])


@pytest.mark.parametrize(("n", "told"), [(21, False), (22, True), (23, True)])
def test_a_silence_is_told_where_twenty_contacts_were_to_be_expected(n, told) -> None:
    """Twenty days without any between two of 22 in all: n a day would have been 20 n / 22."""
    first = pd.Timestamp("2023-08-01")
    days = [first] * (n - 1) + [first + pd.Timedelta(days=21)]
    assert quiet(days) == (["2023-08-02〜2023-08-21"] if told else [])


def test_the_silence_of_the_only_desk_is_told_once_and_days_unknown_are_no_end_of_it() -> None:
    first = pd.Timestamp("2023-08-01")
    days = [first] * 30 + [first + pd.Timedelta(days=21), pd.NaT]
    assert quiet(days, channel=["市"] * 32) == ["2023-08-02〜2023-08-21"]
    assert quiet([pd.NaT], channel=["市"]) == []


@pytest.mark.parametrize(
    ("last", "until", "told"),
    [
        ("2023-03-31", "2024-03-31", True),
        ("2023-04-01", "2024-03-31", False),
        ("2023-04-02", "2024-03-31", False),
        (None, "2024-03-31", False),
    ],
)
def test_a_survey_whose_last_form_is_older_than_the_period_is_told(last, until, told) -> None:
    assert outdated(last, date(2023, 4, 1), until) is told


@pytest.mark.parametrize(
    ("until", "told"), [("2024-04-01", False), ("2024-04-02", True), ("2024-04-03", True)]
)
def test_of_half_a_year_at_most_the_fiscal_year_counts(until, told) -> None:
    """From 1 October 2023 to 1 April 2024 are 184 days, of a fiscal year that began in April."""
    assert outdated("2023-09-30", date(2023, 10, 1), until) is told


@pytest.mark.parametrize(("slips", "told"), [(0, True), (2, True), (3, False), (4, False)])
def test_most_forms_tell_whose_year_a_survey_is_so_that_slips_of_the_pen_silence_nothing(slips, told) -> None:
    """Of six forms, three are no longer most."""
    days = ["2022-09-20"] * (6 - slips) + ["2023-09-20"] * slips
    said = [p for p in survey_days(days) if p.expected.startswith("2023-04-01以後")]
    assert [(p.row, p.column, p.value) for p in said] == ([(2, "回収日", "2022-09-20")] if told else [])
    assert all(f"{6 - slips}行の回収日" in p.remedy and "6行のうち" in p.remedy for p in said)


@pytest.mark.parametrize(
    ("slip", "told"),
    [("2024-03-10", False), ("2024-04-10", True), ("2024-09-20", True), ("2032-09-20", True)],
)
def test_a_survey_day_half_a_year_from_all_others_is_told_by_its_row(slip, told) -> None:
    """Seven steps from September to April, six to March."""
    said = survey_days(["2023-09-20", None, slip, "2023-09-21"])
    assert [(p.row, p.column, p.value) for p in said] == ([(4, "回収日", slip)] if told else [])


def test_the_day_of_giving_out_counts_where_no_form_has_come_back() -> None:
    frame = pd.DataFrame({"returned_on": [pd.NaT], "distributed_on": pd.to_datetime(["2022-09-01"])})
    assert [(p.row, p.column) for p in notes_of_survey(frame)] == [(2, "配布日")]
    assert not notes_of_survey(frame[["returned_on"]])


def outdated(last: str | None, start: date, until: str) -> bool:
    said = survey_days([None, last], Period(start, date.fromisoformat(until), "期間"))
    assert {(p.row, p.column, p.value) for p in said} <= {(3, "回収日", last)}
    return bool(said)


YEAR = Period(date(2023, 4, 1), date(2024, 3, 31), "期間")


def survey_days(returned: Sequence[str | None], period: Period = YEAR) -> list[Problem]:
    frame = pd.DataFrame({"distributed_on": pd.NaT, "returned_on": pd.to_datetime(list(returned))})
    return notes_of_survey(frame, period)


def notes_of_survey(frame: pd.DataFrame, period: Period = YEAR) -> list[Problem]:
    """What is told of a survey's days; without a period nothing is said of whose year it is."""
    files, rows = np.array(["a.csv"] * len(frame), dtype=object), np.arange(2, len(frame) + 2)
    told, undated = Notes("a.csv"), Notes("a.csv")
    for noted, asked in ((told, period), (undated, None)):
        account.note_outdated({"commissioners": Loaded(frame, files, rows, {"a.csv": noted})}, asked)
    account.note_outdated({}, period)
    assert [p for p in told.problems if "以後に" not in p.expected] == undated.problems
    return told.problems


SOURCE: dict[str, object] = {
    "file": "a.csv", "sheet": "", "header_row": 1, "rows_kept": 1200, "heading_rows": 1, "rows_dropped": 0,
    "dropped": "", "rows_blank": 0, "encoding": "utf-8", "rows_counted": 1201, "repaired": 0, "first_day": "",
    "last_day": "", "columns_absent": "", "by_month": "", "by_desk": "", "by_pref": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "a.csv(utf-8): 1,201行 = 使う1,200 + 見出し1"),
        ({"sheet": "4月"}, "a.csv シート「4月」(utf-8): 1,201行 = 使う1,200 + 見出し1"),
        ({"header_row": None}, "a.csv: 読めませんでした"),
        (
            {"rows_dropped": 1, "dropped": "合計1", "rows_blank": 1},
            "a.csv(utf-8): 1,201行 = 使う1,200 + 見出し1 + 除いた1(合計1) + 空の行1",
        ),
        (
            {"repaired": 1, "first_day": "2023-04-01", "last_day": "2024-03-31", "columns_absent": "性別"},
            "a.csv(utf-8): 1,201行 = 使う1,200 + 見出し1。読み替え1か所。2023-04-01〜2024-03-31。ない列: 性別",
        ),
        ({"by_desk": "市 3"}, "a.csv(utf-8): 1,201行 = 使う1,200 + 見出し1\n    窓口ごと: 市 3"),
    ],
)
def test_the_account_of_a_file_names_what_there_is_and_nothing_else(changes, line) -> None:
    assert account.told(pd.DataFrame([SOURCE | changes])) == [line]


@pytest.mark.parametrize("n", [12, 13, 14])
def test_of_more_than_thirteen_months_the_number_is_told(n) -> None:
    months = [f"m{i} 1" for i in range(n)]
    (said,) = account.told(pd.DataFrame([SOURCE | {"by_month": "、".join(months)}]))
    more = "、…(全14)" if n == 14 else ""
    assert said.splitlines()[1] == f"    月ごと: {'、'.join(months[:13])}{more}"


@pytest.mark.parametrize(
    ("mine", "other", "alike"),
    [
        ("abcde", "abcde", True),
        ("abcde", "abcdx", True),
        ("abcde", "abcxy", False),
        ("abcd", "abcde", True),
        ("abcde", "abcd", True),
        ("abc", "abcd", False),
        ("abcd", "abcdef", False),
        ("abcdefghi", "abcdefgxy", False),
    ],
)
def test_two_sheets_are_alike_where_four_in_five_of_the_larger_ones_headings_are(mine, other, alike) -> None:
    assert account._alike(set(mine), set(other)) is alike


def not_daily(days: pd.DatetimeIndex, n: list[int], kind: str = "national_daily") -> list[str]:
    """What is told of these counts: the sign of a week or month, of a sum to date, or nothing."""
    frame = pd.DataFrame({"date": days, "n": pd.array(n, dtype="Int64")})
    files = np.array(["n.csv", *["m.csv"] * (len(days) - 1)], dtype=object)
    notes = Notes("n.csv")
    loaded = Loaded(frame, files, np.arange(2, len(days) + 2), {"n.csv": notes})
    account.note_not_daily({kind: loaded}, SCHEMAS)
    assert all((p.severity, p.row, p.column) == ("warning", 2, "件数") for p in notes.problems)
    return ["累計" if "累計" in p.remedy else "週や月" for p in notes.problems]


@pytest.mark.parametrize(
    ("first", "step", "n", "told"),
    [
        ("2023-04-02", "7D", 4, False),
        ("2023-04-02", "7D", 5, True),
        ("2023-04-01", "MS", 4, False),
        ("2023-04-01", "MS", 5, True),
        ("2023-04-30", "ME", 4, False),
        ("2023-04-30", "ME", 5, True),
        ("2023-04-01", "6D", 20, False),
    ],
)
def test_counts_of_weeks_and_months_are_told_from_five_of_them_on(first, step, n, told):
    days = pd.date_range(first, periods=n, freq=step)
    assert not_daily(days, [70] * n) == (["週や月"] if told else [])


@pytest.mark.parametrize(("days", "told"), [(30, False), (31, True), (32, True)])
def test_counts_that_rise_thirty_times_are_told_as_sums_to_date(days, told):
    n = [7 * day for day in range(days)]
    assert not_daily(pd.date_range("2023-04-01", periods=days), n) == (["累計"] if told else [])
    # Days without a contact neither rise nor fall: beside them it is a sum, and alone it is none.
    still = pd.date_range("2023-04-01", periods=days + 40)
    assert not_daily(still, [*n, *[n[-1]] * 40]) == (["累計"] if told else [])
    assert not_daily(still, [7] * len(still)) == []


@pytest.mark.parametrize(
    ("rises", "falls", "told"), [(40, 2, True), (39, 2, False), (40, 3, False), (30, 1, True)]
)
def test_sums_that_begin_anew_now_and_then_fall_once_in_twenty_rises_at_most(rises, falls, told):
    n = np.cumsum([0, *[9] * rises, *[-1] * falls]).tolist()
    assert not_daily(pd.date_range("2023-04-01", periods=len(n)), n) == (["累計"] if told else [])


def test_advertising_of_months_is_told_as_contacts_of_months_are():
    days = pd.date_range("2023-04-01", periods=5, freq="MS")
    frame = pd.DataFrame({"date": days, "impressions": pd.array([9] * 5, dtype="Int64")})
    notes = Notes("a.csv")
    loaded = Loaded(frame, np.full(5, "a.csv", dtype=object), np.arange(2, 7), {"a.csv": notes})
    account.note_not_daily({"ads": loaded}, SCHEMAS)
    assert [(p.severity, p.column) for p in notes.problems] == [("warning", "インプレッション")]


def test_the_prefectures_and_hours_of_a_day_are_one_day_and_unknown_counts_are_none():
    days = pd.date_range("2023-04-01", periods=40).repeat(2)
    assert not_daily(days, [3, 5] * 40) == []
    frame = pd.DataFrame({"date": days[:8], "n": pd.array([None] * 8, dtype="Int64")})
    notes = Notes("n.csv")
    loaded = Loaded(frame, np.full(8, "n.csv", dtype=object), np.arange(2, 10), {"n.csv": notes})
    account.note_not_daily({"national_daily": loaded}, SCHEMAS)
    assert notes.problems == []


def test_weekly_counts_in_a_daily_file_are_told_where_the_file_is_checked(desk: Desk):
    days = pd.date_range("2023-04-02", periods=20, freq="7D")
    rows = [["日付", "都道府県", "件数"], *([f"{day:%Y-%m-%d}", "熊本県", "70"] for day in days)]
    desk.put("national_daily", "n.csv", as_csv(rows))
    assert [(p.severity, p.file, p.row, p.column) for p in desk.check().faults] == [
        ("warning", "n.csv", 2, "件数")
    ]


DAYS = pd.date_range("2023-08-01", "2023-09-30")  # from a Tuesday on


@pytest.mark.parametrize(
    ("lacking", "n", "told"),
    [
        ([], [20], []),
        (["2023-08-16"], [20], []),  # of all days, 19.7 each
        (["2023-08-16"], [21], ["2023-08-16〜2023-08-16"]),
        (["2023-08-16"], [1], []),
        (["2023-08-16"], [1, 0], ["2023-08-16〜2023-08-16"]),  # who writes noughts has one for this day, too
        (["2023-08-16", "2023-08-17"], [11], ["2023-08-16〜2023-08-17"]),
        ([d for d in DAYS if d.day_of_week > 4], [40], []),
        ([d for d in DAYS if d.day_of_week > 4 or d.day_of_year == 223], [40], ["2023-08-11〜2023-08-13"]),
    ],
)
def test_a_day_without_a_count_is_told_where_each_has_one(lacking, n, told) -> None:
    days = DAYS.drop(pd.to_datetime(lacking))
    assert quiet([*days], n=[n[at % len(n)] for at in range(len(days))]) == told


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2023-08-01", "2023-09-30", []),
        ("2023-08-02", "2023-09-29", ["2023-08-01〜2023-08-01", "2023-09-30〜2023-09-30"]),
        ("2023-09-01", "2023-09-30", []),  # August is told as a month
        ("2023-07-31", "2023-10-01", []),
    ],
)
def test_the_first_and_the_last_day_of_the_period_have_a_count_as_well(first, last, told) -> None:
    days = pd.date_range(first, last)
    frame, own = pd.DataFrame({"date": days, "n": 50}), Notes("inputs.yaml")
    period = Period(date(2023, 8, 1), date(2023, 9, 30), "期間")
    account.note_quiet(frame, frame["date"], SCHEMAS["national_daily"], own, period=period)
    assert [p.value for p in own.problems] == told
