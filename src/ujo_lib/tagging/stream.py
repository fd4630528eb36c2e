"""Files of any size through the tagger with flat memory. An edge module: it reads and writes files.

One thread reads, the executor's workers tag, results are written in the order of the input; never more than a few
chunks are alive. The output carries the record's id and one 0/1 column per theme, and no text. A text file is counted
before it is read: what would lose or mix up records is refused, with its lines, before anything is written.
"""

import os
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from ujo_lib.delimited import (
    EncodingError,
    Scan,
    countable,
    find_encoding,
    read_columns,
    scan_as,
    split_record,
)
from ujo_lib.tagging.codebook import Book, Codebook
from ujo_lib.tagging.tagger import CHUNK_TEXTS, TagResult, tag_part

TEXT_COLUMNS = ("text", "相談本文")
ID_COLUMNS = ("consult_id", "相談ID")
PARQUET_SUFFIXES = (".parquet", ".pq")
_NO_ID = re.compile(
    rf"{'|'.join(ID_COLUMNS)}|[合総小]?計|[※*].*|\(?注(?![^\W\d]).*|[(【]?(?:記入)?例(?![^\W\d]).*"
)
"""What stands in the place of an id in a row that is no record: its text would be counted as somebody's."""
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
_IDS = (*_TEXTS, pa.types.is_integer, pa.types.is_floating)
"""What a column of a Parquet file may be; of categories, what they are."""
_AHEAD = 2
_DEEP = {
    "": pa.int8(),
    "_hits": pa.int32(),
    "_density": pa.float64(),
    "_position": pa.float64(),
    "_main": pa.int8(),
}
_SHOWN = 5


class ColumnNotFoundError(Exception):
    """The input has no column of the names sought."""


class UnreadableInputError(Exception):
    """The input cannot be read without losing or mixing up records. The message never repeats a line of it."""


class OutputRefusedError(Exception):
    """The output would overwrite the input, or its ending promises what is not written."""


@dataclass(frozen=True)
class StreamSummary:
    """What went through: texts, characters, texts with at least one theme, texts that were missing, and remarks."""

    texts: int
    characters: int
    tagged: int
    missing: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Records:
    """Records to be tagged.

    Attributes:
        name: of the file, for messages.
        batches: ids, texts and the variables that the rules ask for, in this order.
        rows: line or row of each record, for messages; ``None`` where they are simply numbered.
        remarks: what the reader should know although everything could be read.
    """

    name: str
    batches: Iterator[pa.RecordBatch]
    rows: np.ndarray | None = None
    remarks: tuple[str, ...] = ()

    def place(self, record: int) -> str:
        """Where a record stands."""
        return f"{record + 1}件目" if self.rows is None else f"{self.rows[record]}行目"


def tag_file(
    input_path: str | Path | Records,
    output_path: str | Path,
    codebook: Book,
    jobs: int = 0,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
    encoding: str | None = None,
    deep: bool = False,
) -> StreamSummary:
    """Tag a CSV or Parquet file into a CSV or Parquet file (by the ending of the names).

    Args:
        input_path: has a column `text` (相談本文) and a column `consult_id` (相談ID); or records read elsewhere.
        output_path: written beside its place and renamed when whole.
        codebook: a compiled codebook or rule file.
        jobs: number of threads; 0 means one per processor.
        progress: called with the number of texts done so far.
        executor: used instead of threads of our own, for instance one of a cluster.
        encoding: of a CSV input; found out when not given.
        deep: write the columns of `depth`, too: for each theme the places, their density, the first one's position,
            and whether there are so many that it is a main concern (the codebook's `main`).

    Raises:
        ColumnNotFoundError: the input lacks one of the two columns.
        OutputRefusedError: the output may not be written under that name, or rules of KH Coder are asked for places.
        UnreadableInputError: the input cannot be read, or an id is empty or occurs twice.
    """
    target = Path(output_path)
    _require_writable(target, input_path)
    if deep and not isinstance(codebook, Codebook):
        raise OutputRefusedError(
            "--depth は YAML のコードブックでだけ使える(.cod の条件には、語の位置がない)"
        )
    name = input_path.name if isinstance(input_path, Records) else Path(input_path).name
    jobs = jobs or os.cpu_count() or 1
    part = target.with_name(f".{target.name}.part")
    texts = characters = tagged = missing = 0
    writer = pa.parquet.ParquetWriter if target.suffix.lower() in PARQUET_SUFFIXES else pa.csv.CSVWriter
    schema = _schema(codebook, deep)
    own = nullcontext(executor) if executor else ThreadPoolExecutor(jobs)
    try:
        records = (
            input_path if isinstance(input_path, Records) else _open(Path(input_path), encoding, codebook)
        )
        with (
            own as pool,
            closing(_distinct(records)) as batches,
            pa.OSFile(
                str(part), "wb"
            ) as file,  # Arrow's writer of CSV leaves a file open that it opened itself
            writer(file, schema) as out,
        ):
            for batch, tagged_batch in _in_order(pool, batches, codebook, _AHEAD * jobs, deep):
                columns = [batch.column(0).cast(pa.string()), *tagged_batch.columns]
                out.write_batch(pa.record_batch(columns, schema=schema))
                texts += len(batch)
                missing += sum(not text for text in batch.column(1).to_pylist())
                characters += int(pa.compute.sum(pa.compute.utf8_length(batch.column(1))).as_py() or 0)
                tagged += int(tagged_batch.any_theme.sum())
                if progress:
                    progress(texts)
        part.replace(target)
    except pa.ArrowInvalid:
        # Arrow quotes the offending row, which may be what somebody told the desk.
        raise UnreadableInputError(f"{name} が壊れている。元のシステムからもう一度書き出す") from None
    except OSError as error:
        told = error.strerror or type(error).__name__
        raise UnreadableInputError(f"{name} を最後まで読めないか、{target.name} を書けない({told})") from None
    finally:
        part.unlink(missing_ok=True)
    return StreamSummary(texts, characters, tagged, missing, records.remarks)


def _require_writable(target: Path, source: str | Path | Records) -> None:
    """Refuse an output of another kind, into no folder, or over the input."""
    if target.suffix.lower() not in (*PARQUET_SUFFIXES, ".csv"):
        raise OutputRefusedError(f"結果のファイルの名前は .csv か .parquet で終わる: {target.name}")
    if not target.parent.is_dir():
        raise OutputRefusedError(f"結果を置くフォルダーがない: {target.parent}")
    if not isinstance(source, Records) and target.exists() and target.samefile(source):
        raise OutputRefusedError(f"結果のファイルが入力と同じ({target.name})。別の名前にする")


@dataclass(frozen=True)
class _Tagged:
    """What is written of a batch: its columns after the id, and which texts have a theme."""

    columns: list[pa.Array]
    any_theme: np.ndarray


def _in_order(
    pool: Executor, batches: Iterator[pa.RecordBatch], codebook: Book, ahead: int, deep: bool
) -> Iterator[tuple[pa.RecordBatch, _Tagged]]:
    """Hand batches to the workers and give results back in the order of the input, `ahead` batches in flight."""
    waiting: deque[tuple[pa.RecordBatch, Future[_Tagged]]] = deque()
    seen = 1
    for batch in batches:
        waiting.append((batch, pool.submit(_tag_batch, batch.columns[1:], codebook, seen, deep)))
        seen += len(batch)
        if len(waiting) >= ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    while waiting:
        first, future = waiting.popleft()
        yield first, future.result()


def _tag_batch(columns: Sequence[pa.Array], codebook: Book, first: int, deep: bool) -> _Tagged:
    texts, *values = (column.cast(pa.string()).fill_null("").to_pylist() for column in columns)
    if deep:
        return _deeply(texts, codebook)
    attributes = {name: np.array(given) for name, given in zip(codebook.variables, values, strict=True)}
    has = TagResult(tag_part(texts, codebook, attributes, first), codebook.ids).matrix()
    return _Tagged([pa.array(column) for column in has.T.astype(np.int8)], np.asarray(has.any(axis=1)))


def _deeply(texts: Sequence[str], codebook: Book) -> _Tagged:
    from ujo_lib.tagging.depth import depth  # with pandas, a quarter of the start of `ujo tag`

    assert isinstance(codebook, Codebook)  # `tag_file` refuses others
    found = depth(texts, codebook)
    has, main = found.hits > 0, found.main([theme.main for theme in codebook.themes])
    shown = (has, found.hits, found.density.round(3), found.position.round(3), main)
    columns = [
        pa.array(values[:, place], kind, from_pandas=True)
        for place in range(has.shape[1])
        for values, kind in zip(shown, _DEEP.values(), strict=True)
    ]
    return _Tagged(columns, np.asarray(has.any(axis=1)))


def _distinct(records: Records) -> Generator[pa.RecordBatch, None, None]:
    """The batches, as long as every record has an id of its own: what comes out is joined by it."""
    seen: dict[str, int] = {}
    for batch in records.batches:
        for name in batch.column(0).cast(pa.string()).to_pylist():
            here = len(seen)
            if not (name or "").strip():
                raise UnreadableInputError(
                    f"{records.name} の{records.place(here)}: 相談ID が空。番号を書き入れる"
                )
            # As clerks and spreadsheets read them: without outer blanks, full-width figures as plain ones.
            plain = unicodedata.normalize("NFKC", name).strip()
            if _NO_ID.fullmatch(plain):
                raise UnreadableInputError(
                    f"{records.name} の{records.place(here)}: 相談ID でなく、見出し・合計・注記・記入例。行を消す"
                )
            if (first := seen.setdefault(plain, here)) != here:
                raise UnreadableInputError(
                    f"{records.name} の{records.place(here)}: 相談ID が{records.place(first)}と同じ"
                    "(前後の空白と全角・半角は区別しない)。二重の行を除くか、番号を付け直す"
                )
        yield batch


def _open(source: Path, encoding: str | None, codebook: Book) -> Records:
    """The records of a file.

    Raises:
        ColumnNotFoundError: it lacks one of the two columns.
        UnreadableInputError: it cannot be read.
    """
    try:
        if source.suffix.lower() in PARQUET_SUFFIXES:
            return _of_parquet(source, codebook)
        if not source.stat().st_size:
            raise UnreadableInputError(f"{source.name} は空(0バイト)")
        return _of_text(source, np.memmap(source, np.uint8, "r").data, encoding, codebook)
    except OSError as error:
        raise UnreadableInputError(
            f"{source.name} がない"
            if isinstance(error, FileNotFoundError)
            else f"{source.name} を開けない。Excelで開いていれば閉じ、読み取りの権限を確かめる"
        ) from None


def _of_parquet(source: Path, codebook: Book) -> Records:
    file = pa.parquet.ParquetFile(source)
    names = file.schema_arrow.names
    columns = [names[place] for place in columns_of(names, source.name, codebook)]
    for column, kinds in zip(columns, (_IDS, _TEXTS), strict=False):
        kind = file.schema_arrow.field(column).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not any(is_such(kind) for is_such in kinds):
            raise UnreadableInputError(
                f"{source.name} の列 {column} は文字の列ではない({kind})。列を確かめる"
            )

    def batches() -> Iterator[pa.RecordBatch]:
        with file:
            for batch in file.iter_batches(CHUNK_TEXTS, columns=columns):
                words = [batch.column(column).cast(pa.string()) for column in columns]
                yield pa.record_batch(words, names=columns)

    return Records(source.name, batches())


def _of_text(source: Path, content: memoryview, encoding: str | None, codebook: Book) -> Records:
    name = source.name
    try:
        codec = find_encoding(content, encoding)
    except EncodingError as error:
        line = f" {error.line}行目を確かめる" if error.line else ""
        raise UnreadableInputError(f"{name}: {error}。{line}") from None
    content, codec = countable(content, codec)
    found = scan_as(content, source.suffix.lower(), codec)
    told = [
        f"{name} の{fault.line}行目({fault.record}件目の{fault.cell + 1}列目): {fault.expected}。{fault.remedy}"
        for fault in found.faults
    ]
    if lost := [line for line, fault in zip(told, found.faults, strict=True) if fault.fatal]:
        raise UnreadableInputError("\n".join(lost[:_SHOWN]))
    top = int(np.argmax(found.cells > 0))
    _refuse_ragged(name, found, int(found.cells[top]))
    headings = split_record(content[found.starts[top] : found.starts[top + 1]], found.delimiter, codec)
    places = columns_of(headings, name, codebook)
    tables = read_columns(content, found, codec, places, top + 1)
    batches = (batch for table in tables for batch in table.combine_chunks().to_batches(CHUNK_TEXTS))
    return Records(name, batches, found.lines[found.cells > 0][1:], tuple(told))


def _refuse_ragged(name: str, found: Scan, wide: int) -> None:
    ragged = np.flatnonzero((found.cells != wide) & (found.cells > 0))
    if len(ragged):
        shown = "、".join(f"{found.lines[i]}行目({found.cells[i]}列)" for i in ragged[:_SHOWN])
        rest = f" ほか{len(ragged) - _SHOWN:,}行" if len(ragged) > _SHOWN else ""
        raise UnreadableInputError(
            f"{name}: 見出し({wide}列)と列の数が違う行がある: {shown}{rest}。本文を引用符で囲んで書き出し直す"
        )


def columns_of(names: Sequence[str], source: str, codebook: Book) -> list[int]:
    """Positions of the columns with ids and texts, and of the variables that the rules ask for.

    Raises:
        ColumnNotFoundError: one of them is missing or stands there twice.
    """
    names = [name.strip() for name in names]
    sought = [ID_COLUMNS, TEXT_COLUMNS, *((variable,) for variable in codebook.variables)]
    found = [[place for place, name in enumerate(names) if name in wanted] for wanted in sought]
    if missing := ["/".join(wanted) for wanted, places in zip(sought, found, strict=True) if not places]:
        raise ColumnNotFoundError(
            f"{source} に列 {' と '.join(missing)} が見つからない。見出しの行と、CSV なら区切り(コンマかタブ)と"
            "文字コード(UTF-8 か CP932)を確かめる"
        )
    for wanted, places in zip(sought, found, strict=True):
        if len(places) > 1:
            where = "、".join(f"{at + 1}列目" for at in places)
            raise ColumnNotFoundError(
                f"{source} に列 {'/'.join(wanted)} が{len(places)}つある({where})。使わない列の見出しを変える"
            )
    return [place for (place,) in found]


def _schema(codebook: Book, deep: bool) -> pa.Schema:
    of_theme = _DEEP if deep else {"": pa.int8()}
    columns = [(name + ending, kind) for name in codebook.ids for ending, kind in of_theme.items()]
    return pa.schema([("consult_id", pa.string()), *columns])
