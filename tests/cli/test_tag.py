"""`ujo tag` as a clerk types it: what it reads, what it refuses, and what it says."""

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.intake.books import FORMATS
from ujo_lib.cli import main
from ujo_lib.cli.common import DATA_PROBLEMS, DONE, WRONG_PARAMETERS
from ujo_lib.tagging import load_codebook

BOOK = str(Path(__file__).parents[2] / "params" / "codebook.yaml")


def workbook(rows: list[list[object]], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active.title = "相談"
    for number in range(1, sheets):
        book.create_sheet(f"ほか{number}").append(["x"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def tagged(
    folder: Path, name: str, content: bytes, *further: str, output: str = "out.csv", book: str = BOOK
) -> int:
    (folder / name).write_bytes(content)
    return main(["tag", str(folder / name), str(folder / output), "--codebook", book, *further])


ROWS: list[list[object]] = [
    ["相談の記録"],
    ["相談本文", "年代", "相談ID"],
    ["学校に行けない。", "10代", 7],
    [],
    [None, "20代", "008"],
]


def test_a_workbook_is_read_below_its_title_and_missing_texts_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagged(tmp_path, "in.xlsx", workbook(ROWS)) == DONE
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").replace('"', "").splitlines()
    assert [line.split(",")[0] for line in lines] == ["consult_id", "7", "008"]
    assert "1" in lines[1].split(",")[1:]
    assert "1" not in lines[2].split(",")[1:]
    said = capsys.readouterr()
    assert "本文のない相談が 1 件" in said.err
    assert said.out.strip() == str(tmp_path / "out.csv")


def test_one_sheet_of_several_is_tagged_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = workbook(ROWS, sheets=2)
    assert tagged(tmp_path, "in.xlsx", book, "--sheet", "相談") == DONE
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == 3
    assert tagged(tmp_path, "in.xlsx", book, "--sheet", "ほか2") == DATA_PROBLEMS
    assert "シート「ほか2」があること" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "option", "told"),
    [
        ("in.csv", "--sheet", "--sheet はExcelブックのため"),
        ("in.parquet", "--sheet", "--sheet はExcelブックのため"),
        ("in.parquet", "--encoding", "--encoding はCSVのため"),
        ("in.xlsx", "--encoding", "--encoding はCSVのため"),
    ],
)
def test_an_option_that_the_file_has_no_use_for_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, option: str, told: str
) -> None:
    """The whole file was tagged as if its sheet had been found."""
    content = workbook(ROWS) if name == "in.xlsx" else "相談ID,相談本文\n1,学校\n".encode()
    assert tagged(tmp_path, name, content, option, "utf-8") == WRONG_PARAMETERS
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (workbook([*ROWS, ["あ", "", 7]]), "6行目: 相談ID が3行目と同じ"),
        (workbook(ROWS, sheets=2), "--sheet)に、次のどれかを書いてください: 相談、ほか1"),
        (workbook([["a", "b"], [1, 2]]), "相談ID"),
        (b"PK broken", "壊れて"),
        (b"", "0バイト"),
    ],
)
def test_a_workbook_that_cannot_be_tagged_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, told: str
) -> None:
    assert tagged(tmp_path, "in.xlsx", content) == DATA_PROBLEMS
    said = capsys.readouterr().err
    assert told in said
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("area", "code"), [("A1:C1", DONE), ("A2:A3", DATA_PROBLEMS), ("A3:A4", DATA_PROBLEMS)]
)
def test_a_text_in_merged_cells_is_not_that_of_two_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], area: str, code: int
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([*ROWS[:3], ["眠れない", "20代", 8]])))
    book.active.merge_cells(area)
    book.active["C3"].font = openpyxl.styles.Font(strike=True)
    book.save(tmp_path / "merged.xlsx")
    assert tagged(tmp_path, "in.xlsx", (tmp_path / "merged.xlsx").read_bytes()) == code
    said = capsys.readouterr().err
    assert ("結合を解く" in said) == (code == DATA_PROBLEMS)
    assert "取り消し線の値も読みました" in said


@pytest.mark.parametrize("suffix", list(FORMATS))
def test_a_workbook_of_another_format_is_read_and_what_it_does_not_show_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    assert tagged(tmp_path, f"in{suffix}", FORMATS[suffix]({"表": ROWS})) == DONE
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").replace('"', "").splitlines()
    assert [line.split(",")[0] for line in lines] == ["consult_id", "7", "008"]
    assert "取り消し線" in capsys.readouterr().err


def test_a_damaged_workbook_of_the_old_format_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagged(tmp_path, "in.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == DATA_PROBLEMS
    assert "壊れて" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_file_of_any_encoding_is_tagged_and_remarks_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    assert tagged(tmp_path, "in.csv", '相談ID,相談本文\n1,5" の学校\n'.encode(encoding)) == DONE
    assert "注意: in.csv の2行目" in capsys.readouterr().err


def test_an_unclosed_quote_ends_with_the_code_for_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagged(tmp_path, "in.csv", '相談ID,相談本文\n1,"学校\n2,あ\n'.encode()) == DATA_PROBLEMS
    assert "閉じ忘れ" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["in.csv", "out.xlsx"])
def test_an_output_that_may_not_be_written_ends_with_the_code_for_parameters(
    tmp_path: Path, output: str
) -> None:
    content = "相談ID,相談本文\n1,あ\n".encode()
    assert tagged(tmp_path, "in.csv", content, output=output) == WRONG_PARAMETERS
    assert (tmp_path / "in.csv").read_bytes() == content


def test_an_output_in_no_folder_is_told_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "相談ID,相談本文\n1,あ\n".encode()
    assert tagged(tmp_path, "in.csv", content, output="no/out.csv") == WRONG_PARAMETERS
    assert "no" in capsys.readouterr().err


def rule_file(folder: Path, text: str) -> str:
    (folder / "悩み.cod").write_bytes(text.encode("cp932"))
    return str(folder / "悩み.cod")


@pytest.mark.parametrize("name", ["in.xlsx", "in.csv"])
def test_rules_of_kh_coder_give_their_codes_with_variables_and_numbers(tmp_path: Path, name: str) -> None:
    text = "相談本文,年代,相談ID\n学校に行けない。,10代,7\n学校,20代,008\n,20代,009\n"
    rows = [line.split(",") for line in text.splitlines()]
    content = workbook(rows) if name.endswith("xlsx") else text.encode("cp932")
    rules = rule_file(tmp_path, "＊学校\n学校\n\n＊若者\n<>年代-->10代\n\n＊二番目から\nNo. >= 2\n")
    assert tagged(tmp_path, name, content, book=rules) == DONE
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").replace('"', "").splitlines()
    assert lines == ["consult_id,学校,若者,二番目から", "7,1,1,0", "008,1,0,1", "009,0,0,1"]


def test_a_rule_that_is_not_understood_is_told_by_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = rule_file(tmp_path, "＊学校\n学校 or\n学校-->めいし\n")
    assert tagged(tmp_path, "in.csv", "相談ID,相談本文\n1,学校\n".encode(), book=rules) == WRONG_PARAMETERS
    said = capsys.readouterr().err
    assert "悩み.cod" in said
    assert "3行目" in said
    assert "めいし" in said


def test_a_variable_without_its_column_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = rule_file(tmp_path, "＊若者\n<>年代-->10代\n")
    assert tagged(tmp_path, "in.csv", "相談ID,相談本文\n1,学校\n".encode(), book=rules) == DATA_PROBLEMS
    assert "年代" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_a_codebook_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = str(tmp_path / "ない.yaml")
    assert tagged(tmp_path, "in.csv", "相談ID,相談本文\n1,学校\n".encode(), book=book) == WRONG_PARAMETERS
    assert "ない.yaml" in capsys.readouterr().err


def test_outside_of_the_project_the_missing_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("UJO_ROOT", raising=False)
    assert main(["tag", "in.csv", "out.csv"]) == WRONG_PARAMETERS
    assert "プロジェクトのフォルダーが見つかりません" in capsys.readouterr().err


def test_depth_tells_a_main_concern_from_a_word_in_passing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "相談ID,相談本文\n1,学校の話。学校と学校。\n2,雨と学校\n3,\n4,雨学校\n".encode()
    (tmp_path / "in.csv").write_bytes(text)
    asked = ["tag", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), "--depth", "--codebook"]
    assert main([*asked, BOOK]) == DONE
    table = pd.read_csv(tmp_path / "out.csv", index_col="consult_id")
    school = table[[column for column in table if column.startswith("school")]]
    assert list(school) == ["school", "school_hits", "school_density", "school_position", "school_main"]
    assert school.loc[1].tolist() == [1, 3, 272.727, 0, 1]
    assert school.loc[2].tolist() == [1, 1, 250, 0.5, 0]
    assert school.loc[3, ["school", "school_hits", "school_density", "school_main"]].tolist() == [0, 0, 0, 0]
    assert pd.isna(school.loc[3, "school_position"])
    assert school.loc[4, ["school_density", "school_position"]].tolist() == [333.333, 0.333]
    assert table.shape[1] == 5 * len(load_codebook(BOOK).ids)
    (tmp_path / "rules.cod").write_text("＊学校\n学校\n", encoding="utf-8")
    assert main([*asked, str(tmp_path / "rules.cod")]) == WRONG_PARAMETERS
    assert "--depth は YAML" in capsys.readouterr().err
