"""What a year has released, read back the way a recipient would read it: the CSV files beside the pages.

Nothing here knows raw data, notebooks or hidden cells. A year that was released before this program existed can be
compared, too, if somebody writes its tables in the same plain form.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ujo_lib.delimited import EncodingError, find_encoding
from ujo_lib.disclosure.signature import changes, is_sealed, public_pages
from ujo_lib.errors import InputError
from ujo_lib.fiscal import FiscalYear
from ujo_lib.report.door.publish import TableRecord
from ujo_lib.report.look.notation import HIDDEN, MISSING, UNBOUNDED
from ujo_lib.report.sheets.exports import LIST, Table, list_of_tables

AREA: Final = "対象地域"
CALLED: Final = "対象地域の名前"
"""The area of a table as it was called, where that has changed."""
_UNIT: Final = re.compile(r"\([^()]*\)$")

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Released:
    """The released tables of one fiscal year.

    Attributes:
        year: the fiscal year.
        tables: table name (`02_totals`) → its rows, heading → cell as text.
        about: table name → its line in the list of tables (対象期間, 集計対象, 単位 …).
    """

    year: FiscalYear
    tables: Mapping[str, Rows]
    about: Mapping[str, Mapping[str, str]]

    def find(self, table: str, where: Mapping[str, str]) -> dict[str, str] | None:
        """The one row of a table with these cells; None when the year has no such table or row."""
        rows = [
            row
            for row in self.tables.get(table, [])
            if all(row.get(heading) == cell for heading, cell in where.items())
        ]
        return rows[0] if len(rows) == 1 else None

    def renamed(self, names: Mapping[str, str]) -> "Released":
        """The same with places called as today; the former name of a table's area stays beside it (`CALLED`).

        Args:
            names: former name → name of the same area today.
        """
        if not names:
            return self
        known = re.compile("|".join(map(re.escape, sorted({*names, *names.values()}, key=len, reverse=True))))

        def today(row: Mapping[str, str]) -> dict[str, str]:
            return {name: known.sub(lambda found: names.get(found[0], found[0]), row[name]) for name in row}

        tables = {name: [today(row) for row in rows] for name, rows in self.tables.items()}
        about = {name: today(told) for name, told in self.about.items()}
        for name, told in self.about.items():
            if told.get(AREA) != about[name].get(AREA):
                about[name][CALLED] = told[AREA]
        return Released(self.year, tables, about)

    def __bool__(self) -> bool:
        """Whether the year has released anything."""
        return bool(self.tables)


def read_years(
    outputs: Mapping[FiscalYear, Path], names: Mapping[str, str] = MappingProxyType({})
) -> list[Released]:
    """Read what readers have of several years, in order; see `public_pages`, `read_released` and `Released.renamed`.

    Raises:
        InputError: a table cannot be read, or is not as it was sealed.
    """
    found = []
    for year, folder in sorted(outputs.items(), key=lambda one: one[0].year):
        pages = public_pages(folder)
        if is_sealed(pages) and (told := [one for one in changes(pages) if one.startswith("tables/")]):
            raise InputError(
                f"{year.label}の公表用の表が、審査のときのままではありません: {''.join(told)}{_RESTORE}"
            )
        found.append(read_released(pages / "tables", year).renamed(names))
    return found


_RESTORE: Final = "控え(承認したときのZIP)から戻してください。"


def read_released(folder: Path, year: FiscalYear) -> Released:
    """Read the tables of a release.

    Args:
        folder: the folder `tables` of the release.
        year: its fiscal year.

    Returns:
        The tables; none, where the year has released nothing.

    Raises:
        InputError: a file is no table.
    """
    if not (folder / LIST).is_file():
        return Released(year, {}, {})
    read = {file.stem: _read(file) for file in sorted(folder.glob("*.csv"))}
    listed = read.pop(Path(LIST).stem)
    if any("ファイル" not in row for row in listed):
        raise InputError(f"{folder / LIST} に、見出し「ファイル」の列がありません。{_RESTORE}")
    return Released(year, read, _by_file(listed))


def _read(file: Path) -> Rows:
    """A table, also as a spreadsheet of Japan saves it."""
    content = file.read_bytes()
    with suppress(EncodingError, csv.Error):
        rows = _rows(content.decode(find_encoding(content)).removeprefix("\ufeff"))
        if all(None not in row and None not in row.values() for row in rows):
            return rows
    raise InputError(f"{file} を表として読めません(文字コード、または行ごとの列の数)。{_RESTORE}")


def as_released(records: Iterable[TableRecord], year: FiscalYear) -> Released:
    """The tables of the year in the making, in the form in which they will be released."""
    own = [Table.of(record) for record in records]
    tables = {table.name: _rows(table.csv().decode("utf-8-sig")) for table in own}
    return Released(year, tables, _by_file(_rows(list_of_tables(own).decode("utf-8-sig"))))


def number(cell: str | None) -> float | None:
    """The number in a cell; None when it is hidden, not known or absent.

    Raises:
        InputError: the cell holds something else.
    """
    if cell in (None, "", HIDDEN, MISSING):
        return None
    if cell == UNBOUNDED:
        return math.inf
    try:
        return float(str(cell).replace(",", ""))
    except ValueError:
        raise InputError(
            f"比べる年度の公表用の表に、数として読めない「{cell}」があります。数だけに直してください。"
        ) from None


def _rows(text: str) -> Rows:
    """Rows by heading; a heading that is the only one of its words answers without its unit, too.

    Whether a unit was printed has changed over the years; what is counted has not.
    """
    reader = csv.DictReader(io.StringIO(text))
    rows = list(reader)
    bare = {heading: _UNIT.sub("", heading) for heading in reader.fieldnames or ()}
    alone = {heading: words for heading, words in bare.items() if list(bare.values()).count(words) == 1}
    return [row | {words: row[heading] for heading, words in alone.items()} for row in rows]


def _by_file(listed: Rows) -> dict[str, Mapping[str, str]]:
    return {row["ファイル"].removesuffix(".csv"): row for row in listed}
