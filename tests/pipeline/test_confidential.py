"""Nothing that people said, and no number of a record, may be missing on the confidential side of the gate."""

from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.intake.books import rewritten
from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.cli import main
from ujo_lib.disclosure.gate import Confidential
from ujo_lib.intake.schemas import ASKED, SCHEMAS
from ujo_lib.pipeline import confidential
from ujo_lib.pipeline.confidential import (
    PERSONAL,
    UnreadableTextsError,
    account,
    files_below,
    read_confidential,
    secrets_of,
    some_texts,
)

SPOKEN = frozenset({"相談本文", "自由記述"})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def secrets(desk: Desk) -> confidential.Secrets:
    return secrets_of([SimpleNamespace(settings=SimpleNamespace(inputs_file=desk._inputs()))])


def test_every_kind_that_people_fill_in_is_personal_and_tells_them_apart_by_a_column_of_numbers() -> None:
    assert set(PERSONAL) == ASKED | {"consultations"}
    for kind, person in PERSONAL.items():
        assert SCHEMAS[kind].column(person).type == "id", kind


def test_what_residents_families_and_agencies_wrote_is_confidential_with_their_numbers(desk: Desk) -> None:
    items = desk.folder / "params" / "resident_items.yaml"
    wish = "\n      - {id: wish, title: 望むこと, wording: 市に望むこと, kind: text}\n"
    items.write_text(items.read_text(encoding="utf-8").rstrip() + wish, encoding="utf-8")
    desk.labels |= {"residents.age_band": ["16~29歳"]}
    desk.put("residents", "r.csv", as_csv([["対象者番号", "性別", "年齢"], ["R-0001", "男性", "16~29歳"]]))
    desk.put(
        "voices", "v.csv", as_csv([["回答番号", "立場", "望むこと"], ["V-0001", "家族", "夜も電話がほしい"]])
    )
    found = secrets(desk)
    assert [tuple(text) for text in found.texts] == [("V-0001", "夜も電話がほしい", "V-0001")]
    assert found.ids == {"R-0001", "V-0001"}


def test_a_contact_is_its_own_person_where_nobody_or_no_column_tells_who_wrote(desk: Desk) -> None:
    heading, *rows = table("consultations")
    desk.put("consultations", "a.csv", as_csv([heading, rows[0]]))
    assert [tuple(text) for text in secrets(desk).texts] == [("S1", "学校に行けません。", "S1")]
    desk.put("consultations", "b.csv", as_csv([[*heading, "相談者ID"], [*rows[1], "P1"], [*rows[2], ""]]))
    found = secrets(desk)
    assert [(text[0], text[2]) for text in found.texts] == [("S1", "S1"), ("P1", "S2"), ("S3", "S3")]
    assert found.ids == {"S1", "S2", "S3", "P1"}


@pytest.mark.parametrize(("user", "names"), [("tanaka", {"tanaka"}), ("Root", set()), ("jovyan", set())])
def test_an_account_that_names_nobody_is_no_name(monkeypatch, user, names) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: user)
    assert account() == names


def book(path: Path, *sheets: list[list[str]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for rows in sheets:
        sheet = made.create_sheet()
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def told(file: Path) -> list[str]:
    return [text[1] for text in read_confidential(file, SPOKEN)]


MONTHS = [
    [["相談ID", "相談本文"], ["S1", "眠れません"]],
    [["相談本文", "相談ID"], ["学校に行けません", "S2"]],
    [["作成者"], ["担当者のメモ"]],
]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_each_sheet_of_a_workbook_has_its_own_headings(tmp_path: Path, order: tuple[int, ...]) -> None:
    found = told(book(tmp_path / "a.xlsx", *(MONTHS[at] for at in order)))
    assert {"眠れません", "学校に行けません", "担当者のメモ"} <= set(found)
    assert {"S1", "S2"}.isdisjoint(found)


@pytest.mark.parametrize("declared", [b"A1", b"A1:B1", b"A1:A9"])
def test_a_sheet_that_declares_itself_smaller_than_it_is_keeps_no_text_from_the_gate(
    tmp_path: Path, declared: bytes
) -> None:
    file = book(tmp_path / "a.xlsx", [*MONTHS[0], ["S2", "学校に行けません"]])
    size = b'ref="%s"' % declared
    file.write_bytes(rewritten(file.read_bytes(), "xl/worksheets/sheet1.xml", b'ref="A1:B3"', size))
    assert told(file) == ["眠れません", "学校に行けません"]


@pytest.mark.parametrize(("above", "by_column"), [(0, True), (59, True), (60, False)])
def test_headings_are_looked_for_in_sixty_rows_and_without_any_every_cell_is_a_text(
    tmp_path: Path, above: int, by_column: bool
) -> None:
    lines = ["題,"] * above + ["番号,相談本文", "S1,眠れません"]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    found = told(file)
    assert "眠れません" in found
    assert ("S1" in found) == (not by_column)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_text_is_read_in_whatever_encoding_it_was_saved(tmp_path: Path, suffix: str, encoding: str) -> None:
    file = tmp_path / f"a{suffix}"
    file.write_text("眠れません。\n学校に行けません。\n", encoding=encoding)
    assert told(file) == ["眠れません。", "学校に行けません。"]


@pytest.mark.parametrize(("name", "content"), [("a.docx", b"PK"), ("a.txt", b"\x81\xff\xfe\x00\xff")])
def test_a_file_that_cannot_be_read_is_refused_and_not_passed_over(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableTextsError, match=name):
        told(tmp_path / name)


def test_an_empty_side_of_the_gate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files_below(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").touch()
    assert files_below(tmp_path) == [tmp_path / "a" / "b.txt"] == files_below(tmp_path / "a" / "b.txt")


@pytest.mark.parametrize("texts", [[], [""], [" ", "\u3000"]])
def test_pages_held_against_no_text_are_not_said_to_be_without_a_leak(texts: list[str]) -> None:
    with pytest.raises(UnreadableTextsError, match="本文が一つもありません"):
        list(some_texts(Confidential("1行目", text) for text in texts))
    given = [Confidential("1行目", text) for text in [*texts, "眠れません"]]
    assert list(some_texts(given)) == given


@pytest.mark.parametrize(("said", "code"), [("", 3), ("眠れません", 0)])
def test_the_gate_refuses_a_file_of_blank_texts(tmp_path: Path, capsys, said: str, code: int) -> None:
    (tmp_path / "page.html").write_text("<p>集計</p>", encoding="utf-8")
    (tmp_path / "texts.csv").write_text(f"相談ID,相談本文\nS1,{said}\n", encoding="utf-8")
    assert main(["gate", str(tmp_path / "page.html"), "--confidential", str(tmp_path / "texts.csv")]) == code
    assert ("漏えいは見つからない" in capsys.readouterr().out) is bool(said)


@pytest.mark.parametrize("rows", [3999, 4000, 4001])
def test_a_table_of_columns_is_read_to_its_last_row_by_its_headings(tmp_path: Path, rows: int) -> None:
    said = [f"眠れません{at}" for at in range(rows - 1)]
    made = pa.table({"相談ID": [f"S{at}" for at in range(rows)], "相談本文": [*said, None]})
    pq.write_table(made, tmp_path / "a.parquet")
    found = list(read_confidential(tmp_path / "a.parquet", SPOKEN))
    assert [text[1] for text in found] == said
    assert found[-1][2] == f"S{rows - 2}"
