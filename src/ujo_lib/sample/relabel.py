"""The synthetic city under another name: the same files, with the names of another place wherever a place is named.

A new site can so be tried out before its own data have come. Prefectures change places rather than being renamed:
counts of the whole country stay whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import openpyxl
import pandas as pd

from ujo_lib.delimited import find_encoding
from ujo_lib.sample.files import save_workbook, table, write_csv
from ujo_lib.sample.people import DISTRICTS

CITY: Final = "宇城市"
PREFECTURE: Final = "熊本県"
AREA_CODE: Final = "43213"
_ROMAN: Final = "Kumamoto"


@dataclass(frozen=True)
class Place:
    """Names of a place.

    Attributes:
        city: name of the city, such as 「若葉市」.
        prefecture: name of its prefecture.
        area_code: five digits.
        districts: names of its districts; those of the synthetic city are given them in turn.
    """

    city: str
    prefecture: str
    area_code: str
    districts: tuple[str, ...]


def relabel(folder: Path, place: Place) -> None:
    """Rename the place in every file of a folder that `write_city` has made, each in its own encoding."""
    names = {
        CITY: place.city,
        PREFECTURE: place.prefecture,
        place.prefecture: PREFECTURE,
        _ROMAN: place.prefecture,
    }
    codes = {AREA_CODE: place.area_code, f"{AREA_CODE[:2]}000": f"{place.area_code[:2]}000"}
    given = place.districts or tuple(DISTRICTS)
    districts = {old: given[n % len(given)] for n, old in enumerate(DISTRICTS)}
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".xlsx":
            _workbook(file, names | districts)
        elif file.suffix in {".csv", ".tsv"}:
            # Elsewhere than in the table of population, the digits of a code are just a number, and a district's name
            # may be anything.
            more = codes if file.name == "population.csv" else {}
            _text(file, names | (districts if file.name.startswith("residents") else more))
            if file.name == "residents_frame.csv":
                _put_together(file)


def _text(file: Path, names: Mapping[str, str]) -> None:
    content = file.read_bytes()
    encoding = find_encoding(content)
    file.write_bytes(_replaced(content.decode(encoding), names).encode(encoding))


def _put_together(file: Path) -> None:
    """Add up the inhabitants of rows that are alike in all else, as districts are that were given one name."""
    rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig").astype({"人口": int})
    alike = [name for name in rows if name != "人口"]
    merged = rows.groupby(alike, sort=False, as_index=False).sum()
    write_csv(file, table(merged[list(rows)]))


def _workbook(file: Path, names: Mapping[str, str]) -> None:
    book = openpyxl.load_workbook(file)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value in names:
                    cell.value = names[cell.value]
    save_workbook(book, file)


def _replaced(text: str, names: Mapping[str, str]) -> str:
    """All names at once, so that two that change places do not meet half-way."""
    pattern = "|".join(re.escape(old) for old in sorted(names, key=len, reverse=True))
    return re.sub(pattern, lambda found: names[found[0]], text)
