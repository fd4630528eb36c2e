"""The command `diff`: what two years have released, side by side."""

import argparse
import csv
import sys
from collections.abc import Sequence

from ujo_lib.cli.common import DONE, WRONG_PARAMETERS, AddCommand, explain, place_of
from ujo_lib.fiscal import FiscalYear
from ujo_lib.text import cells


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    diff = command(
        "diff", _diff, "二つの年度の公表用の表を比べる(承認前の表も読み、データは読まない)", of_a_year=False
    )
    diff.add_argument("site", help="自治体のフォルダー名(params/ の下)")
    diff.add_argument("before", help="前の年度: 2022、R4、令和4年度")
    diff.add_argument("year", help="今の年度。比べる指標は、この年度の indicators.yaml による")
    diff.add_argument("--csv", action="store_true", help="表計算ソフト用に、カンマ区切りで出す")


def _diff(options: argparse.Namespace) -> int:
    from ujo_lib.annual import compare, released
    from ujo_lib.params.notebooks import with_role
    from ujo_lib.pipeline.layout import SiteYear

    place = place_of(options)
    before_year, now_year = FiscalYear.parse(options.before), FiscalYear.parse(options.year)
    if before_year.year >= now_year.year:
        return explain(
            "前の年度を先に、今の年度を後に書いてください(例: ujo diff sample 2022 2023)。", WRONG_PARAMETERS
        )
    settings = place.settings(with_role(place.notebooks, "summary"))
    folder = SiteYear(place.root, place.site, before_year.year).outputs
    indicators = settings.path("indicators_file")
    (before,) = released.read_years({before_year: folder}, compare.read_names(indicators))
    now = released.read_released(place.release / "tables", now_year)
    if not now:
        return explain(
            f"{now_year.label}の公表用の表がありません。"
            f"先に `ujo run {place.site} {now_year.year}` を実行してください。",
            WRONG_PARAMETERS,
        )
    if not before:
        print(
            f"{before_year.label}の公表用の表はありません。後の年度の表に記録のある値だけを比べます。",
            file=sys.stderr,
        )
    compared = compare.compare(compare.read_indicators(indicators), before, now)
    lines = compare.as_text(compared)
    if options.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
    else:
        print(_aligned(lines))
    return DONE


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns one below the other on a console, where a Japanese character is two cells wide."""
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + " " * (width - cells(text)) for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
