"""Files in a wrong encoding: every line that shows it is named, and a line is looked at once."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.books import zipped
from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib import delimited
from ujo_lib.delimited import MAX_CELLS, Scan
from ujo_lib.intake import reading
from ujo_lib.intake.grid import RefusedError
from ujo_lib.intake.schemas import EXAMPLE_MARK

SOUND, BROKEN = "令和5年度,相談,熊本県", "令和5年度".encode().decode("cp932", errors="replace")
lines = st.lists(
    st.sampled_from([SOUND, "", "縺れた糸", BROKEN, f"{BROKEN},{BROKEN}", "\ufffd", "a\x81b"]), max_size=12
)


@given(lines, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_line_that_shows_a_wrong_encoding_is_named_and_no_other(rows, end, closed):
    text = end.join(rows) + end * closed
    found, ends = reading._mojibake_lines(text.encode())
    assert found == [at for at, row in enumerate(text.split("\n"), start=1) if reading.is_mojibake(row)]
    assert ends == text.count("\n")


def test_a_line_is_looked_at_once_however_often_it_is_suspect(monkeypatch):
    looked = []
    monkeypatch.setattr(reading, "is_mojibake", lambda text: looked.append(len(text)) is None)
    text = f"{BROKEN * 40}\n" * 50
    assert reading._mojibake_lines(text.encode())[0] == list(range(1, 51))
    assert sum(looked) <= len(text)


def test_a_fault_below_a_title_is_told_by_the_heading_of_its_column(desk: Desk):
    content = as_csv([["全国の件数"], *table("national_daily")]).replace(
        "熊本県".encode(), '"熊本県'.encode(), 1
    )
    desk.put("national_daily", "d.csv", content)
    assert [(fault.row, fault.column) for fault in desk.check().faults if fault.severity == "error"] == [
        (3, "都道府県")
    ]


@pytest.mark.parametrize(("row", "form"), [(19, True), (20, True), (21, False)])
def test_an_example_is_looked_for_in_the_first_twenty_rows_of_a_workbook(tmp_path, row, form):
    file = tmp_path / "a.xlsx"
    file.write_bytes(as_xlsx([["件数"]] * (row - 1) + [[f"{EXAMPLE_MARK}12"]]))
    assert reading.has_example(file) == form


@pytest.mark.parametrize("n", [0, 4, 5, 6])
def test_of_what_lies_in_the_folder_of_a_missing_file_the_first_five_are_named(tmp_path: Path, n: int):
    for letter in "fedcba"[6 - n :]:
        (tmp_path / f"{letter}.csv").touch()
    told = reading._missing_remedy(tmp_path / "x.csv")
    named = "、".join(f"{letter}.csv" for letter in "abcdef"[: min(n, 5)])
    assert (f"フォルダーにあるのは {named} です。" if n else "フォルダーも見当たりません。") in told


@pytest.mark.parametrize("n", [2, 3, 4])
def test_of_what_lies_in_an_archive_the_first_three_are_named(n: int):
    content = zipped({f"{letter}.csv": b"a" for letter in "abcd"[:n]})
    with pytest.raises(RefusedError) as refused:
        reading._refuse_container(".csv", content)
    assert (
        f"中の {'、'.join(f'{letter}.csv' for letter in 'abcd'[: min(n, 3)])} を取り出し"
        in refused.value.told[1]
    )


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Index/Document.iwa", "表でない書類です(Apple の Numbers"),
        ("word/document.xml", "表でない書類です"),
        ("a.CSV", "中の a.CSV を"),
    ],
)
def test_a_document_without_a_table_is_sent_back_to_its_own_program(part: str, told: str):
    with pytest.raises(RefusedError) as refused:
        reading._refuse_container(".xlsx", zipped({part: b"a"}))
    assert told in refused.value.told[1]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("size", "end", "told"), [(1022, "1", 0), (1024, "1", 1), (1026, "1", 0), (1024, "\n", 0)]
)
def test_a_text_that_breaks_off_behind_a_whole_block_is_told(desk: Desk, codec, size, end, told):
    text = "日付,名称,種別,内容\r\n2023-05-01,会,会議,"
    filler = (size - len((text + end).encode(codec))) // (2 if codec == "utf-16" else 1)
    desk.put("events", "e.csv", (text + "x" * filler + end).encode(codec))
    told_of = [p for p in desk.check().faults if p.expected == "改行で終わる最後の行"]
    assert len(told_of) == told


@pytest.mark.parametrize(("cut", "told"), [(1, True), (2, True), (3, False)])
def test_a_text_cut_within_its_last_letter_is_told_as_cut(desk: Desk, cut: int, told: bool):
    desk.put("events", "e.csv", "日付,名称,種別,内容\n2023-05-01,会,会議,市と県".encode()[:-cut])
    assert any("途中で切れた" in p.remedy for p in desk.check().faults) == told


@pytest.mark.parametrize("windows", [False, True])
def test_what_lies_in_an_archive_is_named_as_windows_and_others_write_it(windows: bool):
    """As Windows writes it: in cp932, and without the mark of UTF-8 (bit 11 of the flags, APPNOTE 4.4.4)."""
    name = "相談表"
    content = zipped({f"{name if not windows else 'x' * len(name.encode('cp932'))}.csv": b"a"})
    if windows:
        content = content.replace(b"x" * 6, name.encode("cp932"))
    with pytest.raises(RefusedError) as refused:
        reading._refuse_container(".csv", content)
    assert f"中の {name}.csv を取り出し" in refused.value.told[1]


@pytest.mark.parametrize(("blank", "page"), [(0, True), (59, True), (60, False)])
def test_a_page_of_the_web_begins_as_one_within_64_bytes(blank: int, page: bool):
    with pytest.raises(RefusedError, match="Webの画面") if page else nullcontext():
        reading._refuse_container(".csv", b"\n" * blank + b"<HTML>")


@pytest.mark.parametrize(
    ("widest", "records", "row"),
    [
        (MAX_CELLS, 1, None),
        (MAX_CELLS + 1, 1, 1),
        (MAX_CELLS + 1, 3, 3),
        (10_000, 20_000, None),  # 200,000,000 cells
        (10_000, 20_001, 20_001),
    ],
)
def test_a_record_run_wild_is_refused_where_it_stands(widest: int, records: int, row: int | None):
    nothing = np.empty(0, np.int64)
    found = Scan(",", nothing, nothing, np.append(np.ones(records - 1, np.int64), widest), records, ())
    with pytest.raises(RefusedError) if row else nullcontext() as refused:
        reading._refuse_shape(found)
    if row:
        assert (refused.value.where["row"], refused.value.where["value"]) == (row, f"{widest:,}列")


@pytest.mark.parametrize(
    ("lines", "counted", "blank"),
    [
        (["d,p,n", "2023-08-01,熊本県,1"], 2, 0),
        (["d,p,n", "", "2023-08-01,熊本県,1", ""], 2, 0),
        (["概要", "d,p,n", ",,", "2023-08-01,熊本県,1"], 4, 1),
    ],
)
def test_lines_with_nothing_in_them_are_not_counted_and_those_with_empty_cells_are(
    desk: Desk, lines: list[str], counted: int, blank: int
):
    text = "\n".join(lines).replace("d,p,n", "日付,都道府県,件数")
    desk.put("national_daily", "n.csv", text.encode())
    row = desk.check().sources.iloc[0]
    assert (row["rows_counted"], row["rows_blank"]) == (counted, blank)
    assert (row["header_row"], row["heading_rows"], row["rows_kept"]) == (1 + lines.index("d,p,n"), 1, 1)
    assert (row["first_day"], row["last_day"]) == ("2023-08-01", "2023-08-01")


@pytest.mark.parametrize(
    ("text", "spoiled"),
    [
        ("相談\ufffd", True),
        ("a\x80", True),
        ("a\x85b", False),  # a line end of old hosts
        ("縺ゅ繧い繝", True),
        ("縺れた糸と繧", False),
        ("､ｱｲｳｴｵｶｷ", True),
        ("､ｱｲｳｴｵｶ", False),
        ("ｱｲｳｴｵｶｷｸ", False),  # a name in half-width letters
        ("ｧｱｲｳｴｵｶｷ", False),
        ("ｱｲｳｴｵｶｷ\ue000", True),
        ("､ｱｲｳｴｵｶｷ" + "県" * 7, True),
        ("､ｱｲｳｴｵｶｷ" + "県" * 8, False),
    ],
)
def test_a_text_read_in_a_wrong_encoding_is_told_by_its_letters(text: str, spoiled: bool):
    assert reading.is_mojibake(text) == spoiled


@pytest.mark.parametrize("block", [1, 40, 1 << 23])
def test_lines_in_a_wrong_encoding_are_numbered_from_the_top_of_the_file(desk: Desk, monkeypatch, block: int):
    monkeypatch.setattr(delimited, "_BLOCK", block)
    rows = [f"2023-08-0{day},{BROKEN if day in (2, 4) else '熊本県'},1" for day in range(1, 6)]
    desk.put("national_daily", "n.csv", "\n".join(["日付,都道府県,件数", *rows]).encode())
    assert [fault.row for fault in desk.check().faults] == [3, 5]


def test_a_mark_in_a_cell_beyond_the_headings_is_told_without_one(desk: Desk):
    rows = ["日付,都道府県,件数", *(f"2023-08-0{day},熊本県,1" for day in (1, 2)), '2023-08-03,熊本県,1,x"']
    desk.put("national_daily", "n.csv", "\n".join(rows).encode())
    (fault,) = [one for one in desk.check().faults if "引用符" in one.expected]
    assert (fault.row, fault.column, fault.severity) == (4, "", "warning")
