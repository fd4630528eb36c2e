"""Commands that come before the first run: `new-site`, `new-year`."""

import argparse
import sys
from typing import TYPE_CHECKING

from ujo_lib.cli.common import DONE, YEAR, AddCommand
from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import project_root

if TYPE_CHECKING:
    from ujo_lib.setup import Created


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    new_year = command(
        "new-year", _new_year, "新しい年度のパラメーターと入力様式を作り、足りないものを示す", of_a_year=False
    )
    new_year.add_argument("site", help="自治体のフォルダー名(params/ の下)")
    new_year.add_argument("year", help=YEAR)
    site = command("new-site", _new_site, "別の自治体のパラメーターと入力様式を作る", of_a_year=False)
    site.add_argument("site", metavar="NAME", help="フォルダー名(英小文字・数字・-・_)")
    site.add_argument("year", metavar="YEAR", help="はじめの年度: 2024、R6、令和6年度")
    site.add_argument("--area-code", required=True, help="全国地方公共団体コード(検査数字を除く5桁)")
    site.add_argument("--site-name", required=True, help="自治体の名称(例 若葉市)")
    site.add_argument("--prefecture", required=True, help="都道府県の名称(例 岡山県)")
    site.add_argument("--districts", nargs="+", default=[], metavar="地区", help="地区の名前(調査票の順)")
    site.add_argument("--channel", default="", help="市の窓口の、相談記録での名前(既定は「名称+専用」)")
    site.add_argument(
        "--contact",
        action="append",
        type=_contact,
        default=[],
        metavar="名称=連絡先",
        help="ページに載せる相談窓口。くり返し書ける(既定は全国の窓口)",
    )
    site.add_argument("--synthetic", action="store_true", help="合成データで試すための自治体とする")


def _contact(text: str) -> tuple[str, str]:
    name, equals, how = text.partition("=")
    if not (name and equals and how):
        raise argparse.ArgumentTypeError(f"「名称=連絡先」の形ではありません: {text}")
    return name, how


def _new_year(options: argparse.Namespace) -> int:
    from ujo_lib.setup import set_up_year

    year = FiscalYear.parse(options.year).year
    _tell(set_up_year(project_root(), options.site, year), options.site, year)
    return DONE


def _new_site(options: argparse.Namespace) -> int:
    from ujo_lib.setup import NewSite, set_up_site

    year = FiscalYear.parse(options.year).year
    site = NewSite(
        name=options.site,
        site_name=options.site_name,
        prefecture=options.prefecture,
        area_code=options.area_code,
        year=year,
        districts=tuple(options.districts),
        channel=options.channel,
        contacts=dict(options.contact),
        synthetic=options.synthetic,
    )
    _tell(set_up_site(project_root(), site), options.site, year)
    if options.synthetic:
        print(f"合成データで試すには: ujo sample --site {options.site}", file=sys.stderr)
    return DONE


def _tell(made: "Created", site: str, year: int) -> None:
    """What was made, and what is still to be done."""
    from ujo_lib.setup import open_points

    if made.new:
        print(f"{made.copied_from} をもとに、{len(made.new)} 件のファイルを作りました。")
        for name in made.new:
            print(f"  {name}")
    else:
        print("新しく作るファイルはありません。")
    if made.kept:
        print(f"すでにある {len(made.kept)} 件のファイルには触れていません。")
    points = open_points(project_root(), site, year)
    if not points:
        print(f"\nそろいました。次は: ujo check {site} {year}")
        return
    print(f"\n残っていること: {len(points)} 件")
    for point in points:
        print(point)
    print(
        f"\n様式に書き、上の行を一つずつ済ませます。残りは `ujo doctor {site} {year}` が、する順に示します。"
    )
