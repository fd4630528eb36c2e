"""The commands `pdf` and `word`: the pages of a report on A4 paper, its 概要版 as a document to go on writing in."""

import argparse

from ujo_lib.cli.common import DONE, FAULT, WRONG_PARAMETERS, AddCommand, explain, place_of


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    pdf = command(
        "pdf", _pdf, "報告書・技術付録・概要版を、しおり付きのA4のPDFにする(Chromium・Chrome・Edgeで)"
    )
    pdf.add_argument("--internal", action="store_true", help="公表用でなく、庁内用のページを印刷する")
    command("word", _word, "公表用の概要版をWordの文書にする")


def _pdf(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.export import whole_report
    from ujo_lib.pipeline.printing import NoBrowserError, PrintingError, print_report

    place = place_of(options)
    if not options.internal:
        whole_report(place)
    pages = place.internal if options.internal else place.release
    if not (pages / "index.html").is_file():
        return explain(
            f"ページがありません。先に `ujo run {place.site} {place.name}` を実行してください。",
            WRONG_PARAMETERS,
        )
    target = place.outputs / "pdf" / pages.name
    try:
        for file in print_report(pages, target):
            print(file)
    except (NoBrowserError, PrintingError) as error:
        return explain(error, FAULT)
    return DONE


def _word(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.export import export_overview

    print(export_overview(place_of(options)))
    return DONE
