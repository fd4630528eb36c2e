import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.sample import iter_texts
from ujo_lib.tagging import Codebook, stream, tag

ROWS = [(text_id, text) for text_id, text, _ in iter_texts(60, seed=6)]


def write(path: Path, rows: list[tuple[str, str]], heading: tuple[str, str], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        csv.writer(file).writerows([("年代", *heading), *(("10代", *row) for row in rows)])
    return path


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_BLOCK_BYTES", 1 << 15)
    monkeypatch.setattr(stream, "CHUNK_TEXTS", 7)


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("target", ["csv", "parquet"])
def test_files_come_out_in_order_with_the_tags_of_memory(
    tmp_path: Path, book: Codebook, source: str, target: str
) -> None:
    given = tmp_path / f"in.{source}"
    if source == "csv":
        write(given, ROWS, ("相談ID", "相談本文"))
    else:
        pd.DataFrame(ROWS, columns=["consult_id", "text"]).to_parquet(given)
    seen: list[int] = []
    summary = stream.tag_file(given, tmp_path / f"out.{target}", book, jobs=2, progress=seen.append)
    out = tmp_path / f"out.{target}"
    table = pd.read_csv(out, dtype={"consult_id": str}) if target == "csv" else pd.read_parquet(out)
    assert table["consult_id"].tolist() == [row[0] for row in ROWS]
    assert (
        table[list(book.ids)].to_numpy().tolist()
        == tag([r[1] for r in ROWS], book).matrix().astype(int).tolist()
    )
    assert (summary.texts, summary.characters) == (len(ROWS), sum(len(text) for _, text in ROWS))
    assert seen == sorted(seen)
    assert seen[-1] == len(ROWS)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted({given.name, out.name})


def test_cp932_files_are_read(tmp_path: Path, book: Codebook) -> None:
    file = write(tmp_path / "in.csv", [("1", "学校に行けない\n2行目")], ("相談ID", "相談本文"), "cp932")
    stream.tag_file(file, tmp_path / "out.csv", book, encoding="cp932")
    assert pd.read_csv(tmp_path / "out.csv")["futoko"].tolist() == [1]


def test_an_executor_of_the_caller_is_used_and_left_open(tmp_path: Path, book: Codebook) -> None:
    file = write(tmp_path / "in.csv", ROWS[:5], ("consult_id", "text"))
    with ThreadPoolExecutor(1) as pool:
        stream.tag_file(file, tmp_path / "out.csv", book, executor=pool)
        assert pool.submit(int, "1").result() == 1


def test_missing_texts_count_as_empty(tmp_path: Path, book: Codebook) -> None:
    pd.DataFrame({"consult_id": ["1"], "text": [None]}, dtype="string").to_parquet(tmp_path / "in.parquet")
    stream.tag_file(tmp_path / "in.parquet", tmp_path / "out.csv", book)
    assert pd.read_csv(tmp_path / "out.csv")[list(book.ids)].to_numpy().sum() == 0


def test_a_missing_column_is_named(tmp_path: Path, book: Codebook) -> None:
    file = write(tmp_path / "in.csv", ROWS[:2], ("id", "body"))
    with pytest.raises(stream.ColumnNotFoundError, match="text/相談本文"):
        stream.tag_file(file, tmp_path / "out.csv", book)


def test_an_unreadable_file_gives_no_line_of_itself_away_and_leaves_nothing(
    tmp_path: Path, book: Codebook
) -> None:
    (tmp_path / "in.csv").write_text("consult_id,text\n1,ひみつの相談,余分な列\n", encoding="utf-8")
    with pytest.raises(stream.UnreadableInputError) as caught:
        stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book)
    assert "ひみつ" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_a_heading_in_another_encoding_is_reported_and_no_traceback(tmp_path: Path, book: Codebook) -> None:
    file = tmp_path / "texts.csv"
    file.write_bytes("相談ID,相談本文\nA1,学校に行けない。\n".encode("cp932"))
    with pytest.raises(stream.UnreadableInputError, match="utf-8"):
        stream.tag_file(file, tmp_path / "tags.csv", book)
    assert stream.tag_file(file, tmp_path / "tags.csv", book, encoding="cp932").tagged == 1
