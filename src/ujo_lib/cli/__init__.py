"""`ujo`: the command line, a module for each group of commands.

Exit codes: 0 done; 1 a fault of the program, or nobody read its output to the end; 2 wrong parameters or arguments;
3 problems in the input data; 4 a notebook did not run to its end; 5 another run is under way; 6 a release was refused;
7 a file could not be written or read; 130 somebody interrupted it.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from ujo_lib.cli import code, notebooks, pdf, release, report, run, sample, sites, tag, years
from ujo_lib.cli.common import (
    DISK,
    FAULT,
    INTERRUPTED,
    LOCKED,
    WRONG_PARAMETERS,
    YEAR_OR_HALF,
    Command,
    explain,
)
from ujo_lib.disclosure.signature import KeyFileError
from ujo_lib.errors import InputError
from ujo_lib.files import disk_trouble
from ujo_lib.fiscal import DateError
from ujo_lib.params import NoProjectError, PathOutsideProjectError
from ujo_lib.pipeline.keys import MissingInputError
from ujo_lib.pipeline.layout import LockedError

GROUPS = (run, release, report, years, pdf, sites, notebooks, tag, code, sample)
"""Modules that add commands, in the order in which `ujo --help` lists them."""

_TOLD = (NoProjectError, InputError, PathOutsideProjectError, MissingInputError, DateError, KeyFileError)
"""Errors whose text says all that a person needs to put them right."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    _open_streams()
    options = _parser().parse_args(arguments)
    try:
        ended = int(options.command(options))
        sys.stdout.flush()
        return ended
    except _TOLD as error:
        return explain(error, WRONG_PARAMETERS)
    except LockedError as error:
        return explain(error, LOCKED)
    except BrokenPipeError:  # `ujo check … | head` has seen enough; what is left in the buffer goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except KeyboardInterrupt:
        return explain("中断しました。必要なら、もう一度実行してください。", INTERRUPTED)
    except OSError as error:
        if not (told := disk_trouble(str(error))):
            raise
        return explain(told, DISK)


_SLIPS: Final = (
    (r"the following arguments are required: (.+)", r"書かれていないもの: \1"),
    (r"unrecognized arguments: (.+)", r"この命令にないもの: \1"),
    (r"argument \S+: invalid choice: (\S+) \(choose from (.+)\)", r"\1 はありません。あるのは \2 です"),
    (
        r"argument (\S+): invalid \S+ value: (.+)",
        r"\1 の値 \2 は読めません。書き方は --help で確かめてください",
    ),
    (r"argument (\S+): expected .+", r"\1 のあとに値がありません"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 は \2 といっしょには書けません"),
    (r"argument (\S+): ", r"\1: "),
)
"""What argparse says of a slip of the pen, and how a clerk is told."""

_HEADINGS: Final = {
    "usage:": "書き方:",
    "positional arguments:": "引数:",
    "options:": "オプション:",
    "show this help message and exit": "この説明を示して終わる",
}
"""What argparse says of itself in `--help`."""


class Parser(argparse.ArgumentParser):
    """A parser that speaks Japanese: what is wrong with a command, and how it is written."""

    def format_help(self) -> str:
        """The text of `--help`."""
        told = super().format_help()
        for heading, instead in _HEADINGS.items():
            told = told.replace(heading, instead, 1)
        return told

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how the command is written; exit code 2, as argparse has it."""
        for told, instead in _SLIPS:
            message = re.sub(f"^{told}", instead, message)
        usage = self.format_usage().replace("usage:", "書き方:", 1)
        self.exit(WRONG_PARAMETERS, f"{self.prog}: {message.rstrip('。')}。\n{usage}")


def _open_streams() -> None:
    """Have all three, also where whoever started this closed one: a file would be opened in its place.

    And never let a cp932 console turn a message into a traceback.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            free = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(free, True)
            setattr(sys, name, os.fdopen(free, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="ujo", description="孤独・孤立対策の年次報告書を作る")
    commands = parser.add_subparsers(title="コマンド", required=True, metavar="COMMAND")

    def command(
        name: str, function: Command, text: str, *, of_a_year: bool = True
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=function)
        if of_a_year:
            added.add_argument("site", help="自治体のフォルダー名(params/ の下)")
            added.add_argument("year", help=YEAR_OR_HALF)
        return added

    for group in GROUPS:
        group.add_commands(command)
    return parser
