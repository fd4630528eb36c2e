import csv
import functools
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sample.stream import iter_texts
from ujo_lib import delimited
from ujo_lib.tagging import Codebook, stream, tag
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.tagging.khcoder import parse_rules


@functools.cache
def rows() -> list[tuple[str, str]]:
    return [(text_id, text) for text_id, text, _ in iter_texts(60, seed=6)]


def write(path: Path, rows: list[tuple[str, str]], heading: tuple[str, str], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        csv.writer(file).writerows([("年代", *heading), *(("10代", *row) for row in rows)])
    return path


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1 << 12)
    monkeypatch.setattr(stream, "CHUNK_TEXTS", 7)


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("target", ["csv", "parquet"])
def test_files_come_out_in_order_with_the_tags_of_memory(
    tmp_path: Path, book: Codebook, source: str, target: str
) -> None:
    given = tmp_path / f"in.{source}"
    if source == "csv":
        write(given, rows(), ("相談ID", "相談本文"))
    else:
        pd.DataFrame(rows(), columns=["consult_id", "text"]).to_parquet(given)
    seen: list[int] = []
    summary = stream.tag_file(given, tmp_path / f"out.{target}", book, jobs=2, progress=seen.append)
    out = tmp_path / f"out.{target}"
    table = pd.read_csv(out, dtype={"consult_id": str}) if target == "csv" else pd.read_parquet(out)
    assert table["consult_id"].tolist() == [row[0] for row in rows()]
    assert (
        table[list(book.ids)].to_numpy().tolist()
        == tag([r[1] for r in rows()], book).matrix().astype(int).tolist()
    )
    assert (summary.texts, summary.characters) == (len(rows()), sum(len(text) for _, text in rows()))
    assert seen == sorted(seen)
    assert seen[-1] == len(rows())
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted({given.name, out.name})


def test_depth_is_written_in_three_decimals(tmp_path: Path, book: Codebook) -> None:
    """One of three letters into 雨学校, which is a third of a thousand for its length."""
    given = write(tmp_path / "in.csv", [("1", "雨学校")], ("相談ID", "相談本文"))
    stream.tag_file(given, tmp_path / "out.csv", book, jobs=1, deep=True)
    told = pd.read_csv(tmp_path / "out.csv").iloc[0]
    assert told[["school_hits", "school_density", "school_position"]].tolist() == [1, 333.333, 0.333]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_the_encoding_and_the_separator_are_found(
    tmp_path: Path, book: Codebook, encoding: str, separator: str
) -> None:
    text = f'相談ID{separator}相談本文\r\n\r\n1{separator}"学校に行けない\n2,行目"\r\n'
    (tmp_path / "in.csv").write_bytes(text.encode(encoding))
    done = stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book)
    assert pd.read_csv(tmp_path / "out.csv")["futoko"].tolist() == [1]
    assert (done.texts, done.remarks) == (1, ())


def test_an_executor_of_the_caller_is_used_and_left_open(tmp_path: Path, book: Codebook) -> None:
    file = write(tmp_path / "in.csv", rows()[:5], ("consult_id", "text"))
    with ThreadPoolExecutor(1) as pool:
        stream.tag_file(file, tmp_path / "out.csv", book, executor=pool)
        assert pool.submit(int, "1").result() == 1


def test_missing_texts_count_as_empty(tmp_path: Path, book: Codebook) -> None:
    frame = pd.DataFrame(
        {"consult_id": ["1", "2", "3"], "text": [None, "", "学校に行けない"]}, dtype="string"
    )
    frame.to_parquet(tmp_path / "in.parquet")
    done = stream.tag_file(tmp_path / "in.parquet", tmp_path / "out.csv", book)
    assert pd.read_csv(tmp_path / "out.csv")[list(book.ids)].sum(axis=1).gt(0).tolist() == [
        False,
        False,
        True,
    ]
    assert (done.texts, done.missing) == (3, 2)


def test_a_missing_column_is_named(tmp_path: Path, book: Codebook) -> None:
    file = write(tmp_path / "in.csv", rows()[:2], ("id", "body"))
    with pytest.raises(stream.ColumnNotFoundError, match="text/相談本文"):
        stream.tag_file(file, tmp_path / "out.csv", book)


REFUSED = {
    "ragged": ("相談ID,相談本文\n1,ひみつ\n2,ひみつの,相談\n3\n", ["見出し(2列)", "3行目(3列)、4行目(1列)"]),
    "open quote": (
        '相談ID,相談本文\n1,"二行の\n本文"\n2,"ひみつ\n3,ひみつ\n',
        ["4行目(3件目の2列目)", "閉じ忘れ"],
    ),
    "swallowed": ('相談ID,相談本文\n1,ひみつ\n2,"ひみつ\n3,ひみつ"\n4,か\n', ["3行目", "余分な引用符"]),
    "empty id": ("相談ID,相談本文\n1,ひみつ\n\n  ,ひみつ\n", ["4行目", "相談ID が空"]),
    "double id": ('相談ID,相談本文\n1,"ひ\nみつ"\n2,あ\n1,ひみつ\n', ["5行目", "2行目と同じ"]),
    "no line": ("", ["0バイト"]),
}


@pytest.mark.parametrize(("content", "told"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_would_lose_records_is_refused_by_line_and_leaves_nothing(
    tmp_path: Path, book: Codebook, content: str, told: list[str]
) -> None:
    (tmp_path / "in.csv").write_text(content, encoding="utf-8")
    with pytest.raises(stream.UnreadableInputError) as caught:
        stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book)
    assert all(words in str(caught.value) for words in told)
    assert "ひみつ" not in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("name", ["in.csv", "folder", "damaged.parquet"])
def test_what_cannot_be_opened_is_named(tmp_path: Path, book: Codebook, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and nothing behind it")
    with pytest.raises(stream.UnreadableInputError, match=name):
        stream.tag_file(tmp_path / name, tmp_path / "out.csv", book)


@pytest.mark.parametrize("texts", [[1.5, 2.0], [1, 2], [True, False], [b"a", b"b"], [["a"], ["b"]]], ids=str)
def test_a_column_of_a_parquet_file_that_holds_no_text_is_named_and_never_a_traceback(
    tmp_path: Path, book: Codebook, texts: list[object]
) -> None:
    good = ["a", "b"]
    for column, ids, given in (("text", good, texts), ("consult_id", [[1], [2]], good)):
        pd.DataFrame({"consult_id": ids, "text": given}).to_parquet(tmp_path / "in.parquet")
        with pytest.raises(stream.UnreadableInputError, match=f"in.parquet の列 {column} は文字の列ではない"):
            stream.tag_file(tmp_path / "in.parquet", tmp_path / "out.csv", book)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "categories", "nothing"])
def test_every_way_in_which_parquet_holds_words_is_read(tmp_path: Path, book: Codebook, kind: str) -> None:
    words = pa.array(["学校に行けない", None])
    given = {"categories": words.dictionary_encode(), "nothing": pa.nulls(2)}
    texts = given[kind] if kind in given else words.cast(getattr(pa, kind)())
    pq.write_table(pa.table({"consult_id": [1, 2], "text": texts}), tmp_path / "in.parquet")
    done = stream.tag_file(tmp_path / "in.parquet", tmp_path / "out.csv", book)
    empty = kind == "nothing"
    assert (done.texts, done.characters, done.missing) == (2, 0 if empty else 7, 2 if empty else 1)


def test_an_output_in_the_place_of_the_input_is_refused(tmp_path: Path, book: Codebook) -> None:
    file = write(tmp_path / "in.csv", rows()[:2], ("consult_id", "text"))
    before = file.read_bytes()
    (tmp_path / "link.csv").hardlink_to(file)
    for target in (file, tmp_path / "x" / ".." / "in.csv", tmp_path / "link.csv"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(stream.OutputRefusedError, match="入力と同じ"):
            stream.tag_file(file, target, book)
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["out.xlsx", "out.tsv", "out"])
def test_an_output_is_never_another_kind_than_its_name_says(
    tmp_path: Path, book: Codebook, name: str
) -> None:
    file = write(tmp_path / "in.csv", rows()[:2], ("consult_id", "text"))
    with pytest.raises(stream.OutputRefusedError, match=r"\.csv か \.parquet"):
        stream.tag_file(file, tmp_path / name, book)


def test_a_quote_that_is_a_letter_is_a_remark(tmp_path: Path, book: Codebook) -> None:
    (tmp_path / "in.csv").write_text('相談ID,相談本文\n1,5" の学校\n', encoding="utf-8")
    [remark] = stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book).remarks
    assert "2行目(2件目の2列目)" in remark


def test_a_declared_encoding_that_does_not_fit_is_told_with_its_line(tmp_path: Path, book: Codebook) -> None:
    file = tmp_path / "texts.csv"
    file.write_bytes("id,a\n相談ID,相談本文\n".encode("cp932"))
    with pytest.raises(stream.UnreadableInputError, match=r"utf-8 で読めること。 2行目"):
        stream.tag_file(file, tmp_path / "tags.csv", book, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("相談ID", False),
        (" 合計 ", False),
        ("計", False),
        ("※本文は伏せた", False),
        ("注1", False),
        ("(記入例)", False),
        ("例", False),
        ("計1", True),
        ("注文1", True),
        ("例会3", True),
        ("A-計", True),
    ],
)
def test_a_row_that_is_no_record_is_refused_and_its_text_is_nobodys(
    tmp_path: Path, book: Codebook, name: str, record: bool
) -> None:
    (tmp_path / "in.csv").write_text(f"相談ID,相談本文\n7,学校\n{name},家\n", encoding="utf-8")
    with (
        nullcontext() if record else pytest.raises(stream.UnreadableInputError, match="3行目: 相談ID でなく")
    ):
        stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book)
    assert (tmp_path / "out.csv").exists() == record


@pytest.mark.parametrize("other", [" 7", "7 ", "７", "7"])
def test_ids_that_a_clerk_takes_for_the_same_are_refused(tmp_path: Path, book: Codebook, other: str) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f"相談ID,相談本文\n7,学校\n8,家\n{other},雨\n", encoding="utf-8")
    with pytest.raises(stream.UnreadableInputError, match="4行目: 相談ID が2行目と同じ"):
        stream.tag_file(file, tmp_path / "out.csv", book)
    assert not (tmp_path / "out.csv").exists()


def test_headings_may_stand_between_blanks(tmp_path: Path, book: Codebook) -> None:
    (tmp_path / "in.csv").write_text(" 相談ID ,\u3000相談本文\n07,学校に行けない\n", encoding="utf-8")
    assert stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book).tagged == 1
    assert pd.read_csv(tmp_path / "out.csv", dtype=str)["consult_id"].tolist() == ["07"]


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("相談ID,相談本文,相談本文", r"相談本文 が2つある\(2列目、3列目\)"),
        ("相談ID,text,相談本文", r"相談本文 が2つある\(2列目、3列目\)"),
        ("consult_id,相談ID,text", r"相談ID が2つある\(1列目、2列目\)"),
        ("相談ID,本文,年代", "text/相談本文 が見つからない"),
    ],
)
def test_columns_that_are_missing_or_doubled_are_told_with_their_places(
    tmp_path: Path, book: Codebook, headings: str, told: str
) -> None:
    row = headings.translate(str.maketrans(dict.fromkeys("相談本文年代IDconsult_idtext", "1")))
    (tmp_path / "in.csv").write_text(f"{headings}\n{row}\n", encoding="utf-8")
    with pytest.raises(stream.ColumnNotFoundError, match=told):
        stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book)


@pytest.mark.parametrize(("ragged", "rest"), [(4, ""), (5, ""), (6, " ほか1行"), (1006, " ほか1,001行")])
def test_of_many_lines_with_other_columns_five_are_named_and_the_others_counted(
    tmp_path: Path, book: Codebook, ragged: int, rest: str
) -> None:
    (tmp_path / "in.csv").write_text("相談ID,相談本文\n1,学校\n" + "2\n" * ragged, encoding="utf-8")
    with pytest.raises(stream.UnreadableInputError) as caught:
        stream.tag_file(tmp_path / "in.csv", tmp_path / "out.csv", book)
    shown = "、".join(f"{line}行目(1列)" for line in range(3, 3 + min(ragged, 5)))
    assert f"違う行がある: {shown}{rest}。" in str(caught.value)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["1", "2", " "], "3件目: 相談ID が空"),
        ([None, "2", "3"], "1件目: 相談ID が空"),
        (["1", "2", "3", "2"], "4件目: 相談ID が2件目と同じ"),
        ([str(at) for at in [*range(9), 0]], "10件目: 相談ID が1件目と同じ"),
    ],
)
def test_a_record_of_a_parquet_file_is_named_by_its_number(
    tmp_path: Path, book: Codebook, ids: list[str | None], told: str
) -> None:
    pd.DataFrame({"consult_id": ids, "text": "学校"}).to_parquet(tmp_path / "in.parquet")
    with pytest.raises(stream.UnreadableInputError, match=told):
        stream.tag_file(tmp_path / "in.parquet", tmp_path / "out.csv", book)


@pytest.mark.parametrize("number", [1, 7, 8, 14, 15])
def test_documents_are_numbered_through_all_parts_of_a_file(
    tmp_path: Path, arrays: ArrayEngine, number: int
) -> None:
    rule = parse_rules(f"＊a\nNo. == {number}", engine=arrays)
    file = write(tmp_path / "in.csv", rows()[:15], ("consult_id", "text"))
    done = stream.tag_file(file, tmp_path / "out.csv", rule, jobs=2)
    assert pd.read_csv(tmp_path / "out.csv")["a"].tolist() == [int(at == number) for at in range(1, 16)]
    assert done.tagged == 1
