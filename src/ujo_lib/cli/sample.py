"""The command `sample`: make the synthetic city."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ujo_lib.cli.common import DONE, WRONG_PARAMETERS, AddCommand, explain
from ujo_lib.params import project_root

if TYPE_CHECKING:
    from ujo_lib.sample import Place


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    sample = command("sample", _sample, "合成データを data/ の下に作る", of_a_year=False)
    sample.add_argument("--quiet", action="store_true", help="そろっているときは何も言わない")
    sample.add_argument(
        "--site", default="sample", help="この自治体の名前で作る(`ujo new-site NAME --synthetic` の後で)"
    )


def _sample(options: argparse.Namespace) -> int:
    from ujo_lib.files import package_digest, write_atomically

    root = project_root()
    target = root / "data" / options.site
    place = None
    if options.site != "sample":
        place = _synthetic_place(root, options.site)
        if place is None:
            return explain(
                f"params/{options.site}/ に synthetic: true の年度がありません。実データの場所には作りません。",
                WRONG_PARAMETERS,
            )
    stamp = target / ".made_by"
    maker = package_digest("sample") + (repr(place) if place else "")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == maker:
        return DONE if options.quiet else explain(f"合成データはそろっています: {target}", DONE)
    if place and not stamp.exists() and _holds_data(target):
        return explain(f"{target} に、合成データでないファイルがあります。上書きしません。", WRONG_PARAMETERS)
    from ujo_lib import sample

    sample.write_city(root, site=options.site, place=place)
    write_atomically(stamp, maker)
    print(f"合成データを作りました: {target}", file=sys.stderr)
    return DONE


def _holds_data(folder: Path) -> bool:
    """Whether anything but forms that nobody has filled in lies there."""
    from ujo_lib.intake.reading import has_example

    files = [file for file in folder.rglob("*") if file.suffix in {".csv", ".tsv", ".xlsx"}]
    return not all(has_example(file) for file in files)


def _synthetic_place(root: Path, site: str) -> "Place | None":
    """The names of a site that says of itself that it is synthetic; None when it does not."""
    from ujo_lib import sample
    from ujo_lib.params import read_flat_yaml, read_yaml
    from ujo_lib.params.inputs import Inputs

    for common in sorted((root / "params" / site).glob("fy*/common.yaml"), reverse=True):
        said = read_flat_yaml(common)
        if said.get("synthetic") is True:
            districts = tuple(read_yaml(Inputs, root / said["inputs"]).labels.get("district", ()))
            return sample.Place(said["site_name"], said["prefecture"], said["area_code"], districts)
    return None
