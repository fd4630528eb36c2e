"""What the commands share: exit codes, the place a command is about, arguments that occur in several."""

import argparse
import re
import sys
from collections.abc import Callable

from ujo_lib.params import project_root
from ujo_lib.pipeline.keys import MissingInputError
from ujo_lib.pipeline.layout import SiteYear

DONE, FAULT, WRONG_PARAMETERS, DATA_PROBLEMS, NOTEBOOK_FAILED, LOCKED, REFUSED, DISK = range(8)
INTERRUPTED = 130
"""As shells say it of a program that was sent SIGINT."""

CODES = {
    "unchanged": DONE,
    "done": DONE,
    "locked": LOCKED,
    "parameters": WRONG_PARAMETERS,
    "data": DATA_PROBLEMS,
    "notebook": NOTEBOOK_FAILED,
    "refused": REFUSED,
    "disk": DISK,
    "fault": FAULT,
}
"""How a run ends, from good to bad → exit code; of several runs the worst counts."""

_SITE = re.compile(r"^[a-z0-9_-]+$")


YEAR = "年度: 2023、R5、令和5年度"
YEAR_OR_HALF = f"{YEAR}。半年の報告書は 2023-h1(4〜9月)、2023-h2(10〜3月)"
"""How a year is written, in the help of the commands of a year and of a report."""

Command = Callable[[argparse.Namespace], int]
"""A function that carries out one command and returns its exit code."""

AddCommand = Callable[..., argparse.ArgumentParser]
"""Adds a command (name, function, text) and returns its parser; `of_a_year` gives it the arguments SITE and YEAR."""


def explain(message: object, code: int) -> int:
    """Say on standard error what happened; return the exit code."""
    print(message, file=sys.stderr)
    return code


class UnknownPlaceError(MissingInputError):
    """There are no parameters for a place and year; the message is Japanese and says how to make them."""

    def __init__(self, told: str) -> None:
        FileNotFoundError.__init__(self, told)


def place_of(options: argparse.Namespace) -> SiteYear:
    """The place and year a command names.

    Raises:
        UnknownPlaceError: there are no parameters for it.
        DateError: the year cannot be read.
    """
    if not _SITE.match(options.site):
        raise UnknownPlaceError(
            f"自治体のフォルダー名「{options.site}」は読めません。使えるのは英小文字・数字・_・- です。"
        )
    place = SiteYear.named(project_root(), options.site, options.year)
    if not place.params.is_dir():
        known = sorted(f"{path.parent.name} {path.name[2:]}" for path in place.root.glob("params/*/fy*"))
        make = (
            f"この年度は `ujo new-year {place.site} {place.year}` で作ります。"
            if place.params.parent.is_dir()
            else f"新しい自治体は `ujo new-site {place.site} {place.year}` で作ります。"
        )
        raise UnknownPlaceError(
            f"params/{place.site}/fy{place.year} がありません(あるのは {'、'.join(known)})。{make}"
        )
    return place


def positive(text: str) -> int:
    """An argument that is a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"1以上の整数ではありません: {text}")
    return int(text)
