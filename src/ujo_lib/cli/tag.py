"""The command `tag`: give every text of a file its themes."""

import argparse
import sys
import time
from contextlib import nullcontext

from ujo_lib.cli.common import DATA_PROBLEMS, DONE, WRONG_PARAMETERS, AddCommand, explain, positive
from ujo_lib.params import project_root


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    tag = command("tag", _tag, "相談の本文に主題を付ける(CSV または Parquet)", of_a_year=False)
    tag.add_argument("input", help="相談ID と 相談本文 の列があるファイル")
    tag.add_argument("output", help="結果のファイル(相談IDと、主題ごとの0/1。本文は書かない)")
    tag.add_argument("--codebook", default=None, help="主題の定義(既定は params/codebook.yaml)")
    tag.add_argument("--jobs", type=positive, default=None, help="同時に使うCPUの数(既定はすべて)")
    tag.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="Dask のクラスターで実行する(スケジューラーの場所)"
    )
    tag.add_argument("--encoding", default="utf-8", help="CSVの文字コード(cp932 など。既定は utf-8)")


def _tag(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.executors import NoClusterError, open_executor
    from ujo_lib.tagging import CodebookError, load_codebook
    from ujo_lib.tagging.stream import ColumnNotFoundError, UnreadableInputError, tag_file

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
            done = tag_file(
                options.input, options.output, codebook, options.jobs or 0, told, executor, options.encoding
            )
    except (CodebookError, NoClusterError) as error:
        return explain(error, WRONG_PARAMETERS)
    except (ColumnNotFoundError, UnreadableInputError, FileNotFoundError) as error:
        return explain(error, DATA_PROBLEMS)
    seconds = time.monotonic() - begun
    print(
        f"\r{done.texts:,} 件({done.characters:,} 字)を {seconds:.1f} 秒で読み、{done.tagged:,} 件に主題を付けました。",
        file=sys.stderr,
    )
    print(options.output)
    return DONE
