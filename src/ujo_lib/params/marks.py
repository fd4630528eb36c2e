"""What a person has still to decide: lines of a place's parameter files that carry the mark 「要確認」."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ujo_lib.files import is_trace
from ujo_lib.yamlfile import ParameterError

TO_CHECK: Final = "要確認"
"""The mark; `ujo new-site` and `ujo new-year` leave it, and whoever has looked deletes it."""

_MARK = re.compile(rf"#?\s*{TO_CHECK}[::]?\s*(.*)$")


@dataclass(frozen=True)
class Mark:
    """One mark: the file, the number of its line from 1, and what is to be decided there."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.what or '内容を確かめる'}(確かめたら「# {TO_CHECK}」を消す)"


def marks_in(params: Path) -> list[Mark]:
    """Every mark that concerns a year: in its own parameter files, and in those of its place for all years.

    Args:
        params: folder of the year, `params/<site>/fy<year>`.

    Raises:
        ParameterError: a file is not in UTF-8; its marks cannot be read, so nobody may take it for decided.
    """
    found = [*sorted(params.rglob("*.yaml")), *sorted(params.parent.glob("*.yaml"))]
    files = [file for file in found if not is_trace(file)]
    return [
        Mark(file, number, told[1])
        for file in files
        for number, line in enumerate(_text(file).splitlines(), 1)
        if (told := _MARK.search(line))
    ]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        told = ("(ファイル)", "(読めない)", "UTF-8 の YAML", "UTF-8 で保存し直す")
        raise ParameterError.of(file.name, *told) from None
