"""Workbooks for coders go out masked, come back with every slip named, and leave nothing but ids and codes."""

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from openpyxl.styles import Font

from tests.intake.books import rewritten
from ujo_lib.tagging import quality as q
from ujo_lib.tagging import quality_file as qf

LABELS = {"school": "学校", "family": "家族"}
IDS = ["101", "102", "103", "C-4"]
PLAN = pd.DataFrame(
    {
        "stratum": [q.FOCUS, q.REST, q.REST, q.REST],
        "part": [q.RANDOM] * 3 + [q.EXTRA],
        "weight": [2, 3.5, 3.5, None],
    },
    index=IDS,
)
TEXTS = pd.Series(
    ["=1+1 と書いた", "佐藤花子さん。電話は090-1234-5678", "音\x07と\r\n改行", "@家"], index=IDS
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file = tmp_path / "coding_A.xlsx"
    qf.write_coding_book(file, PLAN, TEXTS, LABELS)
    return file


def fill(book: Path, marks: dict[str, object]) -> None:
    """Write into cells of the sheet, as a coder does in Excel."""
    opened = openpyxl.load_workbook(book)
    for address, mark in marks.items():
        opened["コーディング"][address] = mark
    opened.save(book)


READ = {"E2": 1, "F2": 1, "E3": "○", "G3": "あり", "E4": 1}


def test_texts_are_masked_and_stay_texts_whatever_they_begin_with(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["コーディング"]
    shown = [row[3].value for row in sheet.iter_rows(min_row=2)]
    assert shown[0] == "=1+1 と書いた"
    assert sheet["D2"].data_type == "s"
    assert "花子" not in shown[1]
    assert "1234" not in shown[1]
    assert shown[2] == "音と\n改行"
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == IDS
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == PLAN["part"].tolist()


def test_texts_are_in_no_file_but_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    qf.write_coding_book(tmp_path / "coding_A.xlsx", PLAN, TEXTS, LABELS)


def test_the_guide_and_the_texts_stand_in_columns_as_wide_as_they_are_read(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    wide = {
        sheet.title: {column: int(one.width) for column, one in sheet.column_dimensions.items()}
        for sheet in opened
    }
    assert wide == {"説明": {"A": 110}, "コーディング": {"C": 14, "D": 70}}
    assert [cell.column for row in opened["説明"] for cell in row] == [1] * 6


@pytest.mark.parametrize("label", ["番号", "本文(伏せ字済み)", "読んだ", "番号(控え)"])
def test_a_theme_called_as_another_column_is_told_before_anybody_reads(tmp_path: Path, label: str) -> None:
    with pytest.raises(q.CodesError, match=re.escape(f"主題「{label}」は、読む表のほかの列と同じ名前")):
        qf.write_coding_book(tmp_path / "a.xlsx", PLAN, TEXTS, LABELS | {"school": label})
    assert not (tmp_path / "a.xlsx").exists()


def test_marks_are_chosen_from_a_list_in_every_row_and_column(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["コーディング"]
    (rule,) = sheet.data_validations.dataValidation
    assert str(rule.sqref) == "E2:G5"
    assert (rule.type, rule.formula1) == ("list", '"1"')


@pytest.mark.parametrize(("texts", "cells"), [(0, "E2:G2"), (1, "E2:G2"), (2, "E2:G3")])
def test_a_list_to_choose_from_ends_with_the_last_text(texts: int, cells: str, tmp_path: Path) -> None:
    qf.write_coding_book(tmp_path / "a.xlsx", PLAN[:texts], TEXTS, LABELS)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["コーディング"]
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == [cells]


def test_a_coder_reads_whole_texts_under_headings_that_stay(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["コーディング"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.font.bold] == [cell.coordinate for cell in sheet[1]]
    assert all(cell.alignment.wrap_text and cell.alignment.vertical == "top" for cell in cells)
    assert [cell.coordinate for cell in cells if cell.quotePrefix] == ["D2", "D5"]  # = and @
    assert sheet.freeze_panes == "F2"
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [1, 2, 3, 4]
    assert [row[-1].value for row in sheet.iter_rows(min_row=2)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 2), ("あ" * 69, 2), ("あ" * 70, 3), ("あ\n\n", 3), ("あ" * 34 + "\n" + "あ" * 35, 3), ("あ" * 840, 25),
     ("あ" * 875, 25)],
)  # fmt: skip
def test_a_row_is_as_high_as_its_text_up_to_a_screen(text: str, lines: int, tmp_path: Path) -> None:
    qf.write_coding_book(tmp_path / "a.xlsx", PLAN[:1], pd.Series([text], index=IDS[:1]), LABELS)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["コーディング"]
    assert sheet.row_dimensions[2].height == pytest.approx(16 * lines, abs=0.4)  # whole pixels


def test_the_same_plan_gives_the_same_bytes(book: Path, tmp_path: Path) -> None:
    qf.write_coding_book(tmp_path / "again.xlsx", PLAN, TEXTS, LABELS)
    assert book.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_what_coders_found_comes_back_also_where_excel_made_numbers_of_ids(book: Path) -> None:
    fill(book, READ | {"C2": 101, "C3": 102.0})
    found = qf.read_coding_book(book, PLAN, LABELS)
    assert found.index.tolist() == IDS[:3]
    assert found.to_numpy().tolist() == [[True, False], [False, True], [False, False]]


@pytest.mark.parametrize("declared", ["A1", "A1:H2", "A1:H3", "A1:E9"])
def test_a_sheet_that_declares_itself_smaller_than_it_is_is_read_whole(book: Path, declared: str) -> None:
    fill(book, READ)
    size = f'ref="{declared}"'.encode()
    book.write_bytes(rewritten(book.read_bytes(), "xl/worksheets/sheet2.xml", b'ref="A1:H5"', size))
    assert qf.read_coding_book(book, PLAN, LABELS).index.tolist() == IDS[:3]


def test_a_mark_that_a_formula_made_is_one(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "coding_A.xlsx") as made:
        sheet = made.add_worksheet("コーディング")
        sheet.write_row(0, 0, ["相談ID", "読んだ", *LABELS.values()])
        sheet.write_row(1, 0, ["101", 1])
        for column, mark in ((2, 1), (3, "")):
            sheet.write_formula(1, column, f'=IF({column}=2,1,"")', None, mark)
    found = qf.read_coding_book(tmp_path / "coding_A.xlsx", PLAN, LABELS)
    assert found.to_numpy().tolist() == [[True, False]]


def test_every_slip_is_named_with_its_place(book: Path) -> None:
    fill(book, READ | {"F3": "たぶん", "C4": "103番", "F5": 1})
    with pytest.raises(q.CodesError) as caught:
        qf.read_coding_book(book, PLAN, LABELS)
    assert caught.value.problems == (
        "coding_A.xlsx シート「コーディング」 3行目「学校」: 「たぶん」は読めない。1 か空欄にする",
        "coding_A.xlsx シート「コーディング」 4行目「相談ID」: 103番 は標本にない。書き換えずに使う",
        "coding_A.xlsx シート「コーディング」 5行目「読んだ」: 主題に 1 があるのに空欄。読んだなら 1 にする",
    )


@pytest.mark.parametrize(("how", "address"), [("merged", "F2:F3"), ("struck", "E3")])
def test_a_mark_of_two_texts_or_one_taken_back_is_named(book: Path, how: str, address: str) -> None:
    fill(book, READ)
    opened = openpyxl.load_workbook(book)
    if how == "merged":
        opened["コーディング"].merge_cells(address)
    else:
        opened["コーディング"][address].font = Font(strike=True)
    opened.save(book)
    with pytest.raises(q.CodesError, match=f"{address} は結合セルか取り消し線の値"):
        qf.read_coding_book(book, PLAN, LABELS)


def test_a_text_coded_twice_is_named(book: Path) -> None:
    fill(book, READ | {"C4": "101"})
    with pytest.raises(q.CodesError, match="4行目「相談ID」: 101 が二度ある"):
        qf.read_coding_book(book, PLAN, LABELS)


def test_marks_in_a_row_that_has_lost_its_id_are_named_and_not_left_out(book: Path) -> None:
    fill(book, READ | {"C4": None})
    with pytest.raises(q.CodesError, match="4行目「相談ID」: 空欄"):
        qf.read_coding_book(book, PLAN, LABELS)
    fill(book, {"E4": None})
    assert qf.read_coding_book(book, PLAN, LABELS).index.tolist() == IDS[:2]


@pytest.mark.parametrize(
    ("read", "passed_over"),
    [("", ""), ("2", ""), ("23", ""), ("234", ""), ("5", ""), ("3", "101"), ("24", "102")],
)
def test_whoever_passes_over_drawn_texts_and_reads_later_ones_has_no_random_sample(
    book: Path, read: str, passed_over: str
) -> None:
    """Rows 2 to 4 are the random part; the order of the extra part is free."""
    fill(book, {f"E{row}": 1 for row in read})
    if passed_over:
        with pytest.raises(q.CodesError, match=f"相談ID {passed_over} を読まずに"):
            qf.read_coding_books([book], PLAN, LABELS)
    else:
        assert len(qf.read_coding_books([book], PLAN, LABELS)) == len(read)


def test_a_sheet_that_was_sorted_and_read_whole_is_a_random_sample(book: Path) -> None:
    fill(book, {"A2": 3, "C2": "103", "H2": 3, "A4": 1, "C4": "101", "H4": 1, "E2": 1, "E3": 1, "E4": 1})
    assert sorted(qf.read_coding_books([book], PLAN, LABELS).index) == IDS[:3]


@pytest.mark.parametrize(
    ("moved", "rows"),
    [
        ({}, 0),
        ({"C2": "103", "C4": "101"}, 2),  # ids alone
        ({"C2": "103", "A2": 3, "C4": "101", "A4": 1}, 2),  # all but the marks and what stands behind them
        ({"H2": 3, "H4": 1}, 2),  # the marks alone, to their end
        ({"A2": None}, 1),
        ({f"{column}{row}": None for column in "AH" for row in range(1, 6)}, 0),  # nobody can tell any more
        ({f"A{row}": None for row in range(1, 6)}, 0),
        ({f"H{row}": None for row in range(2, 6)}, 0),
        ({f"H{row}": 20 - row for row in range(2, 6)}, 3),  # turned round, but for the first
    ],
)
def test_marks_of_which_only_some_columns_were_sorted_are_not_taken_for_those_of_other_texts(
    book: Path, moved: dict[str, object], rows: int
) -> None:
    fill(book, READ | moved)
    if not rows:
        assert len(qf.read_coding_book(book, PLAN, LABELS)) == 3
        return
    with pytest.raises(q.CodesError, match=rf"[23]行目など{rows}行: 「番号」と「相談ID」の組が"):
        qf.read_coding_book(book, PLAN, LABELS)


def test_a_coder_writes_nothing_but_marks(book: Path) -> None:
    """Marks that were sorted or moved alone could not be told from those of the texts beside which they stand."""
    sheet = openpyxl.load_workbook(book)["コーディング"]
    assert sheet.protection.sheet
    assert sheet.protection.sort
    assert sheet.protection.insertColumns
    free = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert free == {f"{column}{row}" for column in "EFG" for row in range(2, 6)}


@pytest.mark.parametrize(
    ("heading", "marks", "refused"),
    [("健康", [1], True), (None, [None, "○"], True), ("メモ", ["迷った", 0], False), ("メモ", [], False)],
)
def test_a_theme_of_a_coders_own_is_not_left_out_without_a_word(
    book: Path, heading: str | None, marks: list[object], refused: bool
) -> None:
    fill(book, READ | {"I1": heading} | {f"I{row}": mark for row, mark in enumerate(marks, start=2)})
    if refused:
        with pytest.raises(q.CodesError, match=rf"9列目\({heading or '見出しなし'}\)にも 1 がある"):
            qf.read_coding_book(book, PLAN, LABELS)
    else:
        assert len(qf.read_coding_book(book, PLAN, LABELS)) == 3


@pytest.mark.parametrize("both", [0, 1, 2])
def test_a_text_that_was_read_in_two_workbooks_is_named(tmp_path: Path, both: int) -> None:
    files = [tmp_path / "coding_A.xlsx", tmp_path / "coding_A_2.xlsx"]
    for file, marks in zip(
        files, ({"E2": 1, "E3": 1}, {f"E{row}": 1 for row in range(4 - both, 5)}), strict=True
    ):
        qf.write_coding_book(file, PLAN, TEXTS, LABELS)
        fill(file, marks)
    if not both:
        assert sorted(qf.read_coding_books(files, PLAN, LABELS).index) == IDS[:3]
        return
    with pytest.raises(q.CodesError, match=rf"coding_A.xlsx、coding_A_2.xlsx: 相談ID {IDS[2 - both]} を二つ"):
        qf.read_coding_books(files, PLAN, LABELS)


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_the_numbers_of_texts_chosen_later_begin_anew(tmp_path: Path, left_out: int) -> None:
    file = tmp_path / "coding_A_2.xlsx"
    qf.write_coding_book(file, PLAN[left_out:], TEXTS, LABELS)
    fill(file, {"E2": 1})
    assert qf.read_coding_book(file, PLAN, LABELS).index.tolist() == [IDS[left_out]]


@pytest.mark.parametrize(
    ("mark", "read"),
    [
        ("○", True),
        ("1", True),
        (1.0, True),
        ("×", None),
        ("-", False),
        ("x", None),
        ("X", None),
        ("△", None),
        ("１", True),
        ("－", False),
        ("１１", None),
    ],
)
def test_a_mark_that_some_tick_with_and_others_strike_out_with_is_none(
    mark: object, read: bool | None
) -> None:
    assert q.read_mark(mark) is read


def test_a_missing_column_sheet_or_workbook_is_named(book: Path, tmp_path: Path) -> None:
    fill(book, {"F1": "学校生活"})
    with pytest.raises(q.CodesError, match="列「学校」がない"):
        qf.read_coding_book(book, PLAN, LABELS)
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    with pytest.raises(q.CodesError, match=r"other.xlsx: シート「コーディング」がない"):
        qf.read_coding_book(other, PLAN, LABELS)
    other.write_bytes(b"not a workbook")
    with pytest.raises(q.CodesError, match="Excel のファイルとして読めない"):
        qf.read_coding_book(other, PLAN, LABELS)


@pytest.mark.parametrize(("heading", "refused"), [("相談ID", True), ("相談 ID", False), (None, False)])
def test_marks_on_a_copy_of_the_sheet_are_not_passed_over(
    book: Path, heading: str | None, refused: bool
) -> None:
    fill(book, READ)
    opened = openpyxl.load_workbook(book)
    opened.create_sheet("コーディング (2)").append(["番号", heading])
    opened.save(book)
    if refused:
        with pytest.raises(q.CodesError, match=r"シート「コーディング \(2\)」にも「相談ID」の列がある"):
            qf.read_coding_book(book, PLAN, LABELS)
    else:
        assert len(qf.read_coding_book(book, PLAN, LABELS)) == 3


def test_a_sheet_that_somebody_has_emptied_lacks_all_its_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "コーディング"
    book.save(tmp_path / "coding_A.xlsx")
    with pytest.raises(q.CodesError) as told:
        qf.read_coding_book(tmp_path / "coding_A.xlsx", PLAN, LABELS)
    assert len(told.value.problems) == 2 + len(LABELS)


@pytest.mark.parametrize(("length", "cut"), [(32_766, False), (32_767, False), (32_768, True)])
def test_a_text_longer_than_a_cell_is_cut_visibly(length: int, cut: bool) -> None:
    shown = qf.cell_text("あ" * length)
    assert len(shown) <= qf.CELL_LIMIT
    assert shown.endswith("省きました〕") is cut
    if cut:
        assert shown.split("\n") == [
            "あ" * (qf.CELL_LIMIT - 60),
            "〔以下61字は、表に入りきらないため省きました〕",
        ]


def test_excel_counts_an_emoji_as_two() -> None:
    assert qf.cell_text("😢" * 16_383) == "😢" * 16_383
    shown = qf.cell_text("😢" * 16_384)
    assert len(shown.encode("utf-16-le")) <= 2 * qf.CELL_LIMIT
    assert shown.startswith("😢")
    assert "省きました" in shown


@pytest.mark.parametrize("coders", [1, 2])
def test_codes_hold_no_text_and_come_back_as_they_went(coders: int, tmp_path: Path) -> None:
    first = pd.DataFrame([[True, False]] * 3, index=IDS[:3], columns=list(LABELS))
    codes = q.Codes(PLAN, first, ~first if coders == 2 else None)
    file = tmp_path / "codes.csv"
    qf.write_codes(file, codes, LABELS)
    back = qf.read_codes(file, LABELS)
    pd.testing.assert_frame_equal(back.first, first)
    pd.testing.assert_frame_equal(back.random, PLAN.iloc[:3], check_dtype=False)
    assert (back.second is None) is (coders == 1)
    if back.second is not None:
        pd.testing.assert_frame_equal(back.second, ~first)


@pytest.mark.parametrize("second", [None, 1, 3])
def test_codes_of_a_sample_read_in_part_tell_how_many_texts_it_was_drawn_from(
    second: int | None, tmp_path: Path
) -> None:
    found = pd.DataFrame([[True, False]] * 3, index=IDS[:3], columns=list(LABELS))
    codes = q.Codes(PLAN, found[:2], None if second is None else found[:second])
    qf.write_codes(tmp_path / "codes.csv", codes, LABELS)
    back = qf.read_codes(tmp_path / "codes.csv", LABELS)
    pd.testing.assert_frame_equal(back.plan.loc[PLAN.index], PLAN, check_dtype=False)
    lines = (tmp_path / "codes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert {line.count(",") for line in lines} == {4 + len(LABELS)}
    assert back.random.index.tolist() == IDS[: 2 if second is None else min(2, second)]
    pd.testing.assert_frame_equal(back.first, codes.first)
    assert (back.second is None) is (second is None)


def test_codes_of_nobody_are_named(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    qf.write_codes(file, q.Codes(PLAN, pd.DataFrame(columns=list(LABELS))), LABELS)
    with pytest.raises(q.CodesError, match="コーダーが0人いる"):
        qf.read_codes(file, LABELS)
    qf.write_codes(
        file, q.Codes(PLAN, pd.DataFrame([[True, False]], index=IDS[:1], columns=list(LABELS))), LABELS
    )
    file.write_text(file.read_text(encoding="utf-8-sig").replace(",A,", ",,"), encoding="utf-8-sig")
    with pytest.raises(q.CodesError) as told:
        qf.read_codes(file, LABELS)
    assert told.value.problems == ("codes.csv 2行目「コーダー」: 空欄。書き戻す",)


def test_a_text_that_a_coder_has_twice_and_a_third_coder_are_named(tmp_path: Path) -> None:
    first = pd.DataFrame([[True, False]] * 3, index=IDS[:3], columns=list(LABELS))
    file = tmp_path / "codes.csv"
    qf.write_codes(file, q.Codes(PLAN, first, first), LABELS)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    file.write_text("\n".join([*lines, lines[1]]), encoding="utf-8-sig")
    with pytest.raises(q.CodesError, match=rf"codes.csv 9行目: コーダーAの相談ID {IDS[0]} が二度ある"):
        qf.read_codes(file, LABELS)
    file.write_text("\n".join([*lines, lines[1].replace(",A,", ",C,")]), encoding="utf-8-sig")
    with pytest.raises(q.CodesError, match="コーダーが3人いる"):
        qf.read_codes(file, LABELS)


def test_codes_that_are_none_or_lack_a_theme_are_named(tmp_path: Path) -> None:
    first = pd.DataFrame([[True, False]] * 3, index=IDS[:3], columns=list(LABELS))
    file = tmp_path / "codes.csv"
    qf.write_codes(file, q.Codes(PLAN, first), LABELS)
    with pytest.raises(q.CodesError, match="主題「経済」"):
        qf.read_codes(file, LABELS | {"money": "経済"})
    file.write_text(file.read_text(encoding="utf-8-sig").replace("A,1,0", "A,1,9", 1), encoding="utf-8-sig")
    with pytest.raises(q.CodesError, match=r"codes.csv 2行目「family」: 「9」"):
        qf.read_codes(file, LABELS)
    file.write_text("番号\n1\n", encoding="utf-8-sig")
    with pytest.raises(q.CodesError, match="列「相談ID」がない"):
        qf.read_codes(file, LABELS)


@pytest.mark.parametrize(
    ("named", "read", "told"),
    [
        ({"school": "学校", "family": "家族"}, ["school", "family"], ""),
        ({"family": "家族", "school": "学校"}, ["family", "school"], ""),  # another order
        ({"school": "学校"}, ["school"], ""),  # a theme given up
        (
            {"school": "家族", "family": "学校"},
            [],
            "列「school:学校」の主題(school)は、コードブックではいま「家族」",
        ),
        (
            {"school": "学校生活", "family": "家族"},
            [],
            "見出しを「school:学校生活」に書き換え、違うなら読み直す",
        ),
        ({"scho": "学校", "family": "家族"}, [], "主題「学校」(scho)の列がない。この主題も読んで付ける"),
    ],
)
def test_what_was_read_under_one_name_is_not_shown_under_another(
    tmp_path: Path, named: dict[str, str], read: list[str], told: str
) -> None:
    first = pd.DataFrame([[True, False]], index=IDS[:1], columns=list(LABELS))
    file = tmp_path / "codes.csv"
    qf.write_codes(file, q.Codes(PLAN, first), LABELS)
    if told:
        with pytest.raises(q.CodesError, match=re.escape(told)):
            qf.read_codes(file, named)
    else:
        pd.testing.assert_frame_equal(qf.read_codes(file, named).first, first[read])


def test_codes_that_do_not_say_under_which_names_they_were_read_are_read_by_their_ids(tmp_path: Path) -> None:
    first = pd.DataFrame([[True, False]], index=IDS[:1], columns=list(LABELS))
    qf.write_codes(tmp_path / "codes.csv", q.Codes(PLAN, first), {"school": "学校"})
    text = (tmp_path / "codes.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "相談ID,層,部分,重み,コーダー,school:学校,family"
    pd.testing.assert_frame_equal(qf.read_codes(tmp_path / "codes.csv", LABELS).first, first)


def test_a_plan_comes_back_as_it_went(tmp_path: Path) -> None:
    qf.write_plan(tmp_path / "plan.csv", PLAN)
    pd.testing.assert_frame_equal(qf.read_plan(tmp_path / "plan.csv"), PLAN, check_dtype=False)


@pytest.mark.parametrize(
    ("row", "at", "value", "told"),
    [
        (2, 3, "3.5", ""),
        (2, 3, "3.50", ""),
        (2, 3, "3.6", "相談ID 103"),  # one of two of a stratum; the other is as it was drawn
        (2, 3, "", "相談ID 102"),
        (2, 2, "", "相談ID 102"),
        (2, 2, "追加", "相談ID 102"),
        (4, 2, "無作為", "相談ID C-4"),
        (4, 3, "3.5", "相談ID C-4"),
        (3, 0, "", "相談ID nan"),
        (3, 0, "101", "相談ID 101"),
    ],
)
def test_a_plan_in_which_somebody_has_written_is_not_the_one_that_was_drawn(
    tmp_path: Path, row: int, at: int, value: str, told: str
) -> None:
    path = tmp_path / "plan.csv"
    qf.write_plan(path, PLAN)
    lines = [line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines()]
    lines[row][at] = value
    path.write_text("\n".join(map(",".join, lines)), encoding="utf-8-sig")
    if not told:
        assert qf.read_plan(path)["weight"].tolist()[:3] == [2, 3.5, 3.5]
    else:
        with pytest.raises(q.CodesError, match=f"{told} の「層」"):
            qf.read_plan(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_plan_that_excel_has_saved_is_no_reason_to_draw_another_sample(
    tmp_path: Path, encoding: str
) -> None:
    qf.write_plan(tmp_path / "plan.csv", PLAN)
    text = (tmp_path / "plan.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "plan.csv").write_text(text, encoding=encoding)
    pd.testing.assert_frame_equal(qf.read_plan(tmp_path / "plan.csv"), PLAN, check_dtype=False)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "がない。先に `ujo code sample`"),
        ("", "表として読めない"),
        ("相談ID,層,部分,重み\n1,くわしく見る相談,無作為,2.5\n2,a,b,2,9\n", "表として読めない"),
        ("相談ID,層,部分\n1,くわしく見る相談,無作為\n", "列「重み」がない"),
        ("相談ID,層,部分,重み\n1,くわしく見る相談,無作為,二\n", "相談ID 1 の「重み」(二)"),
    ],
)
def test_a_plan_that_is_none_is_told_and_never_a_traceback(
    tmp_path: Path, content: str | None, told: str
) -> None:
    path = tmp_path / "plan.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8-sig")
    with pytest.raises(q.CodesError, match=re.escape(told)):
        qf.read_plan(path)
