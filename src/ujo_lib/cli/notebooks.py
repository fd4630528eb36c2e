"""Commands about notebooks themselves: `notebook new`, `notebook sync`."""

import argparse

from ujo_lib.cli.common import DONE, AddCommand, explain
from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import PATTERN_SITE, project_root


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    notebook = command(
        "notebook", _new, "ノートブックを新しく作る、パラメーターのセルを書き直す", of_a_year=False
    )
    ways = notebook.add_subparsers(title="すること", required=True, metavar="WAY")
    new = ways.add_parser("new", help="動く見本を、パラメーターのYAMLといっしょに作る")
    new.add_argument("name", metavar="NAME", help="番号と名前(例 07_housing)")
    new.add_argument("site", nargs="?", default=PATTERN_SITE, help="自治体のフォルダー名(既定は sample)")
    new.add_argument("year", nargs="?", help="年度(既定は、その自治体のいちばん新しい年度)")
    new.add_argument(
        "--input", default="consultations", metavar="KIND", help="読む入力の種類(既定は consultations)"
    )
    new.add_argument(
        "--own", action="store_true", help="その自治体だけのノートブックにする(params/SITE/notebooks/)"
    )
    sync = ways.add_parser("sync", help="すべてのノートブックのパラメーターのセルを、設定のとおりに書き直す")
    sync.set_defaults(command=_sync)


def _new(options: argparse.Namespace) -> int:
    from ujo_lib.setup import new_notebook_for, newest_year

    root = project_root()
    year = FiscalYear.parse(options.year).year if options.year else newest_year(root, options.site)
    for file in new_notebook_for(root, options.name, options.site, year, options.input, own=options.own):
        print(file.relative_to(root).as_posix())
    return explain(f"次は: ujo run {options.site} {year} --only {options.name[:2]}", DONE)


def _sync(_: argparse.Namespace) -> int:
    from ujo_lib.setup import synchronise

    for file in synchronise(project_root()):
        print(file)
    return DONE
