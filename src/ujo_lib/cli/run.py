"""The command `run`: one report, or all of them, now or by a scheduler."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ujo_lib.cli.common import CODES, YEAR_OR_HALF, AddCommand, UnknownPlaceError, place_of, positive
from ujo_lib.fiscal import FiscalYear, now
from ujo_lib.params import project_root

if TYPE_CHECKING:
    from ujo_lib.pipeline.fleet import Result

AUTO = "auto"


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    run = command("run", _run, "ノートブックを実行し、庁内用と公表用のページを作る", of_a_year=False)
    run.add_argument("site", nargs="?", help="自治体のフォルダー名(params/ の下)")
    run.add_argument("year", nargs="?", help=YEAR_OR_HALF)
    run.add_argument(
        "--all", action="store_true", help="params/ にあるすべての自治体・年度を並行して実行する"
    )
    run.add_argument("--fiscal-year", metavar="YEAR", help="年度。auto は、終わったばかりの年度")
    run.add_argument("--today", type=date.fromisoformat, help="auto のときの今日の日付(例 2024-10-01)")
    run.add_argument(
        "--only", nargs="+", default=[], metavar="NN", help="この番号のノートブックの庁内用だけ(例 02)"
    )
    run.add_argument("--force", action="store_true", help="変更がなくてもすべて実行する")
    run.add_argument(
        "--jobs", type=positive, help="同時に実行する数。1件のときはノートブック、--all では自治体・年度の数"
    )
    run.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="--all を Dask のクラスターで実行する"
    )
    run.add_argument("--summary-json", type=Path, metavar="FILE", help="結果をメールに使える形で書き出す")
    run.set_defaults(usage=run.error)


def _run(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.fleet import worst

    _check_usage(options)
    started = now().isoformat(timespec="seconds")
    everything = _run_fleet(options) if options.all else _run_one(options)
    results = list(everything)
    code = CODES[worst(results)]
    _bear_witness(results, code, started, options.summary_json)
    if options.all:
        _print_table(results)
    elif results[0].good:
        print(results[0].report)
    return code


def _check_usage(options: argparse.Namespace) -> None:
    if options.all and options.site:
        options.usage("--all のときは自治体を書きません。年度を選ぶときは --fiscal-year を使います。")
    if not options.all and not options.site:
        options.usage("自治体と年度(例 sample 2023)か、--all を書いてください。")
    if not options.all and bool(options.year) == bool(options.fiscal_year):
        options.usage("年度を、2番目か --fiscal-year のどちらか一方に書いてください。")
    if options.scheduler and not options.all:
        options.usage("--scheduler は --all といっしょに使います。")


def _year(options: argparse.Namespace) -> FiscalYear | None:
    from ujo_lib.pipeline.fleet import just_closed

    asked = options.fiscal_year or options.year
    if asked == AUTO:
        return just_closed(options.today or now().date())
    return FiscalYear.parse(asked) if asked else None


def _run_one(options: argparse.Namespace) -> "Iterator[Result]":
    from ujo_lib.pipeline.fleet import attempt
    from ujo_lib.pipeline.progress import Progress

    if options.fiscal_year:
        from ujo_lib.pipeline.layout import SiteYear

        year = _year(options)
        place = SiteYear(project_root(), options.site, year.year if year else 0)
    else:
        place = place_of(options)
    progress = Progress(sys.stderr, place.log if place.params.is_dir() else None)
    try:
        result = attempt(place, progress, only=options.only, force=options.force, jobs=options.jobs)
    finally:
        progress.close()
    print(result, file=sys.stderr)
    yield result


def _run_fleet(options: argparse.Namespace) -> "Iterator[Result]":
    from ujo_lib.pipeline.executors import open_executor
    from ujo_lib.pipeline.fleet import imports_of, run_all, site_years

    places = site_years(project_root(), _year(options))
    if not places:
        raise UnknownPlaceError(
            "params/ の下に自治体がありません。新しい自治体は `ujo new-site` で作ります。"
        )
    processors = os.cpu_count() or 1
    workers = min(options.jobs or processors, len(places))
    # Kernels wait between cells: together one more than there are processors keeps all of these busy.
    inside = max(1, (processors + workers) // workers) if not options.scheduler else 2
    print(f"{len(places)} 件を、{workers} 件ずつ実行します。", file=sys.stderr)
    with open_executor(workers, options.scheduler, imports_of(places)) as executor:
        told = {"only": options.only, "force": options.force, "jobs": inside}
        for number, result in enumerate(run_all(places, executor, **told), 1):
            print(f"[{number}/{len(places)}] {result.in_full}", file=sys.stderr, flush=True)
            yield result


def _bear_witness(results: "Sequence[Result]", code: int, started: str, summary_file: Path | None) -> None:
    """Write the summary, when wanted, and the project's log: a disk that takes no log must leave no old summary."""
    from ujo_lib.files import write_atomically
    from ujo_lib.pipeline.fleet import paragraph, summary
    from ujo_lib.pipeline.progress import Progress

    if summary_file:
        told = summary(results, code, started, now().isoformat(timespec="seconds"))
        write_atomically(summary_file, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    log = Progress(None, project_root() / "logs" / "ujo.log")
    for result in results if len(results) > 1 else ():
        log.note(result.in_full)
    log.note(f"{paragraph(results)}(終了コード {code})")
    log.close()


def _print_table(results: "Sequence[Result]") -> None:
    from ujo_lib.pipeline.fleet import STATES

    for result in sorted(results, key=lambda result: (result.site, result.year, result.half)):
        year = f"{result.year}-{result.half}" if result.half else str(result.year)
        cells = (result.site, year, STATES[result.state], f"{result.seconds:.1f} 秒", result.report)
        print(*cells, sep="\t")
