"""The command `pdf`: the pages of a report on A4 paper, by the browser that is there."""

import argparse

from ujo_lib.cli.common import DONE, FAULT, WRONG_PARAMETERS, AddCommand, explain, place_of


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    pdf = command("pdf", _pdf, "報告書のページをA4のPDFにする(ChromiumかChrome・Edgeを使う)")
    pdf.add_argument("--internal", action="store_true", help="公表用でなく、庁内用のページを印刷する")


def _pdf(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.printing import NoBrowserError, PrintingError, print_pages

    place = place_of(options)
    pages = place.internal if options.internal else place.release
    if not (pages / "index.html").is_file():
        return explain(
            f"ページがありません。先に `ujo run {place.site} {place.year}` を実行してください。",
            WRONG_PARAMETERS,
        )
    target = place.outputs / "pdf" / pages.name
    try:
        for file in print_pages(pages, target):
            print(file)
    except (NoBrowserError, PrintingError) as error:
        return explain(error, FAULT)
    return DONE
