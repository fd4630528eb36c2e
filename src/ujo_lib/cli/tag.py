"""The command `tag`: give every text of a file its themes."""

import argparse
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ujo_lib.cli.common import DATA_PROBLEMS, DONE, WRONG_PARAMETERS, AddCommand, explain, positive
from ujo_lib.params import project_root

if TYPE_CHECKING:
    from ujo_lib.tagging.codebook import Book
    from ujo_lib.tagging.stream import Records


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    tag = command("tag", _tag, "相談の本文に主題を付ける(CSV・Excelブック・Parquet)", of_a_year=False)
    tag.add_argument("input", help="相談ID と 相談本文 の列があるファイル")
    tag.add_argument("output", help="結果のファイル(相談IDと、主題ごとの0/1。本文は書かない)")
    tag.add_argument(
        "--codebook", default=None, help="主題の定義(既定は params/codebook.yaml。KH Coder の .cod も使える)"
    )
    tag.add_argument("--jobs", type=positive, default=None, help="同時に使うCPUの数(既定はすべて)")
    tag.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="Dask のクラスターで実行する(スケジューラーの場所)"
    )
    tag.add_argument(
        "--depth",
        action="store_true",
        help="主題ごとに、語の数(_hits)、1,000字あたりの数(_density)、最初の語の位置(_position、0=書き出し)、中心の悩みか"
        "(_main、コードブックの main か所以上)も書く",
    )
    tag.add_argument("--sheet", default=None, help="ブックのシート(表示されたシートが一枚なら要らない)")
    tag.add_argument("--encoding", default=None, help="CSVの文字コード(cp932 など。既定は自動で見分ける)")


def _tag(options: argparse.Namespace) -> int:
    from ujo_lib.intake.reading import BOOK_SUFFIXES
    from ujo_lib.pipeline.executors import open_executor
    from ujo_lib.tagging import load_codebook
    from ujo_lib.tagging.stream import (
        PARQUET_SUFFIXES,
        ColumnNotFoundError,
        OutputRefusedError,
        UnreadableInputError,
        tag_file,
    )

    suffix = Path(options.input).suffix.lower()
    is_book, is_text = suffix in BOOK_SUFFIXES, suffix not in (*BOOK_SUFFIXES, *PARQUET_SUFFIXES)
    for name, fits, kind in (("sheet", is_book, "Excelブック"), ("encoding", is_text, "CSV")):
        if getattr(options, name) is not None and not fits:
            refusal = f"--{name} は{kind}のためのものです。{options.input} には付けずに実行してください。"
            return explain(refusal, WRONG_PARAMETERS)
    begun = time.monotonic()

    def told(texts: int) -> None:
        print(
            f"\r{texts:,} 件({texts / (time.monotonic() - begun):,.0f} 件/秒)",
            end="",
            file=sys.stderr,
            flush=True,
        )

    try:
        codebook = load_codebook(options.codebook or project_root() / "params" / "codebook.yaml")
        # On this machine threads do: the kernels release the interpreter's lock.
        with open_executor(scheduler=options.scheduler) if options.scheduler else nullcontext() as executor:
            source = Path(options.input)
            given = _of_workbook(source, options.sheet, codebook) if is_book else source
            done = tag_file(
                given,
                options.output,
                codebook,
                options.jobs or 0,
                told,
                executor,
                options.encoding,
                options.depth,
            )
    except (FileNotFoundError, OutputRefusedError) as error:
        return explain(error, WRONG_PARAMETERS)
    except (ColumnNotFoundError, UnreadableInputError) as error:
        return explain(error, DATA_PROBLEMS)
    seconds = time.monotonic() - begun
    print(
        f"\r{done.texts:,} 件({done.characters:,} 字)を {seconds:.1f} 秒で読み、{done.tagged:,} 件に主題を付けました。",
        file=sys.stderr,
    )
    if done.missing:
        print(f"本文のない相談が {done.missing:,} 件ありました(主題なしとしました)。", file=sys.stderr)
    for remark in done.remarks:
        print(f"注意: {remark}", file=sys.stderr)
    print(options.output)
    return DONE


def _of_workbook(source: Path, sheet: str | None, codebook: "Book") -> "Records":
    """The records of a workbook, read as `ujo check` reads it.

    Raises:
        ColumnNotFoundError: no row holds the two headings.
        UnreadableInputError: the workbook cannot be read, it is open which of its sheets is meant, or cells below the
            headings are merged.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from openpyxl.utils import range_boundaries

    from ujo_lib.intake.grid import UnreadableError
    from ujo_lib.intake.loading import warn_of_workbook
    from ujo_lib.intake.problems import Notes
    from ujo_lib.intake.reading import read_grid, readable
    from ujo_lib.tagging.stream import ColumnNotFoundError, Records, UnreadableInputError, columns_of
    from ujo_lib.tagging.tagger import CHUNK_TEXTS

    notes = Notes(source.name)
    try:
        with readable(source, notes) as file:
            content = file.read()
        grid = read_grid(source.name, content, sheet, None, notes)
        warn_of_workbook(grid, notes)
    except UnreadableError:
        raise UnreadableInputError("\n".join(map(str, notes.problems))) from None
    for warning in notes.problems:
        print(f"注意: {warning}", file=sys.stderr)
    for top, headings in enumerate(grid.head()):
        try:
            places = columns_of([heading.strip() for heading in headings], source.name, codebook)
        except ColumnNotFoundError:
            if top + 1 == len(grid.head()):
                raise
        else:
            break
    if merged := [area for area in grid.facts.merged if range_boundaries(area)[3] > grid.rows[top]]:
        told = "結合セルの値は、結合したすべての行にあるものとして読まれる。結合を解く"
        raise UnreadableInputError(f"{source.name} {merged[0]}: {told}")
    table = grid.table.select(places).slice(top + 1)
    filled = pc.or_(*(pc.not_equal(pc.utf8_trim_whitespace(column), "") for column in table.columns[:2]))
    rows = grid.rows[top + 1 :][filled.to_numpy()]
    batches = pa.table(table.filter(filled)).combine_chunks().to_batches(CHUNK_TEXTS)
    return Records(source.name, iter(batches), rows)
