"""The command `sample`: make the synthetic city."""

import argparse
import sys

from ujo_lib.cli.common import DONE, AddCommand, explain
from ujo_lib.params import project_root


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    sample = command("sample", _sample, "合成データを data/sample に作る", of_a_year=False)
    sample.add_argument("--quiet", action="store_true", help="そろっているときは何も言わない")


def _sample(options: argparse.Namespace) -> int:
    from ujo_lib.files import write_atomically
    from ujo_lib.pipeline.keys import package_digest

    root = project_root()
    target = root / "data" / "sample"
    stamp = target / ".made_by"
    maker = package_digest("sample")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == maker:
        return DONE if options.quiet else explain(f"合成データはそろっています: {target}", DONE)
    from ujo_lib import sample

    sample.write_city(root)
    write_atomically(stamp, maker)
    print(f"合成データを作りました: {target}", file=sys.stderr)
    return DONE
