"""Files of any size through the tagger with flat memory. An edge module: it reads and writes files.

One thread reads, the executor's workers tag, results are written in the order of the input; never more than a few
chunks are alive. The output carries the record's id and one 0/1 column per theme, and no text.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from ujo_lib.tagging.codebook import Codebook
from ujo_lib.tagging.tagger import CHUNK_TEXTS, TagResult, tag_part

TEXT_COLUMNS = ("text", "相談本文")
ID_COLUMNS = ("consult_id", "相談ID")
_BLOCK_BYTES = 4 << 20
_AHEAD = 2


class ColumnNotFoundError(Exception):
    """The input has no column of the names sought."""


class UnreadableInputError(Exception):
    """The input is no CSV or Parquet file of the encoding given. The message never repeats a line of it."""


@dataclass(frozen=True)
class StreamSummary:
    """What went through: texts, characters, texts with at least one theme."""

    texts: int
    characters: int
    tagged: int


def tag_file(
    input_path: str | Path,
    output_path: str | Path,
    codebook: Codebook,
    jobs: int = 0,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
    encoding: str = "utf-8",
) -> StreamSummary:
    """Tag a CSV or Parquet file into a CSV or Parquet file (by the ending of the names).

    Args:
        input_path: has a column `text` (相談本文) and a column `consult_id` (相談ID).
        output_path: written beside its place and renamed when whole.
        codebook: a compiled codebook.
        jobs: number of threads; 0 means one per processor.
        progress: called with the number of texts done so far.
        executor: used instead of threads of our own, for instance one of a cluster.
        encoding: of a CSV input.

    Raises:
        ColumnNotFoundError: the input lacks one of the two columns.
        UnreadableInputError: the input cannot be read.
    """
    source, target = Path(input_path), Path(output_path)
    jobs = jobs or os.cpu_count() or 1
    part = target.with_name(f".{target.name}.part")
    texts = characters = tagged = 0
    own = nullcontext(executor) if executor else ThreadPoolExecutor(jobs)
    try:
        with (
            own as pool,
            closing(_batches(source, encoding)) as batches,
            _Writer(part, target.suffix, codebook) as out,
        ):
            for batch, result in _in_order(pool, batches, codebook, _AHEAD * jobs):
                out.write(batch.column(0), result)
                texts += len(batch)
                characters += int(pa.compute.sum(pa.compute.utf8_length(batch.column(1))).as_py() or 0)
                tagged += int((result.masks != 0).sum())
                if progress:
                    progress(texts)
        part.replace(target)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        # Arrow quotes the offending row, which may be what somebody told the desk.
        raise UnreadableInputError(
            f"{source.name} を読めない。文字コード({encoding})と列の数を確かめる"
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return StreamSummary(texts, characters, tagged)


def _in_order(
    pool: Executor, batches: Iterator[pa.RecordBatch], codebook: Codebook, ahead: int
) -> Iterator[tuple[pa.RecordBatch, TagResult]]:
    """Hand batches to the workers and give results back in the order of the input, `ahead` batches in flight."""
    waiting: deque[tuple[pa.RecordBatch, Future[TagResult]]] = deque()
    for batch in batches:
        waiting.append((batch, pool.submit(_tag_batch, batch.column(1), codebook)))
        if len(waiting) >= ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    while waiting:
        first, future = waiting.popleft()
        yield first, future.result()


def _tag_batch(texts: pa.Array, codebook: Codebook) -> TagResult:
    return tag_part([text or "" for text in texts.to_pylist()], codebook)


def _batches(source: Path, encoding: str) -> Generator[pa.RecordBatch, None, None]:
    """Yield batches of the id and text columns."""
    if source.suffix.lower() in {".parquet", ".pq"}:
        with pa.parquet.ParquetFile(source) as file:
            columns = _columns(file.schema_arrow.names, source)
            for batch in file.iter_batches(CHUNK_TEXTS, columns=columns):
                yield batch.select(columns)
        return
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    read = pa.csv.ReadOptions(block_size=_BLOCK_BYTES, encoding=encoding)
    with pa.csv.open_csv(source, read_options=read, parse_options=parse) as heading:
        columns = _columns(heading.schema.names, source)
    convert = pa.csv.ConvertOptions(
        include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
    )
    with pa.csv.open_csv(source, read_options=read, parse_options=parse, convert_options=convert) as reader:
        yield from reader


def _columns(names: list[str], source: Path) -> list[str]:
    found = [next((name for name in wanted if name in names), "") for wanted in (ID_COLUMNS, TEXT_COLUMNS)]
    if not all(found):
        wanted = " と ".join("/".join(names) for names in (ID_COLUMNS, TEXT_COLUMNS))
        raise ColumnNotFoundError(f"{source.name} に列 {wanted} が見つからない")
    return found


class _Writer:
    """Writes ids and 0/1 columns to CSV or Parquet."""

    def __init__(self, path: Path, suffix: str, codebook: Codebook) -> None:
        self._names = codebook.ids
        self._schema = pa.schema([("consult_id", pa.string()), *((name, pa.int8()) for name in self._names)])
        parquet = suffix.lower() in {".parquet", ".pq"}
        self._writer = (pa.parquet.ParquetWriter if parquet else pa.csv.CSVWriter)(path, self._schema)

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, ids: pa.Array, result: TagResult) -> None:
        matrix = result.matrix().astype("int8")
        columns = [ids.cast(pa.string()), *(pa.array(matrix[:, i]) for i in range(len(self._names)))]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))
