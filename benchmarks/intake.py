"""What `ujo check` notices of files that were damaged, what it suspects of files that were not, and how long it takes.

Named operators damage the sample city's own CSV and Excel files, each with its own seed. Whether a careful reader of
the file could know of the damage is written beside the operator, before anything is run: nobody can see that one valid
answer took the place of another. A damage is *told* when a new problem or warning appears, or the account of the file
names a column that is missing now; *harmless* when every frame is as it was; *silent* when a frame changed and nothing
was said. Clean variants say the same in another way and must raise nothing. Byte-mutated files may be refused, never
end in a traceback. The national year is checked in a process of its own, beside pandas reading the same file.

    python benchmarks/intake.py --json            # everything (about 20 minutes)
    python benchmarks/intake.py --json --quick    # fewer mutated bytes, a national year of 20,000 records
"""
# ruff: noqa: ARG001  # every operator has the same arguments

import argparse
import csv
import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from ujo_lib import intake, sample
from ujo_lib.fiscal import FiscalYear, period_for
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.params.inputs import KINDS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.sample.stream import iter_texts  # noqa: E402  # after the path is set

INPUTS = "params/sample/fy2023/inputs.yaml"
PERIOD = period_for(FiscalYear(2023), "fiscal")
NATIONAL, QUICK = 337_943, 20_000
CHARACTERS = 1000
ROUNDS = 9
"""How often each operator is tried, on another file or another place each time."""

CSV_FILES = {
    "fy2023/consultations.csv": "consultations",
    "fy2023/national_daily.csv": "national_daily",
    "fy2023/national_hourly.csv": "national_hourly",
    "fy2023/national_attributes.csv": "national_attributes",
    "site/population.csv": "population",
    "site/campaigns.csv": "campaigns",
    "site/events.csv": "events",
    "site/survey_waves.csv": "waves",
    "fy2023/residents.csv": "residents",
    "fy2023/voices.csv": "voices",
    "site/media_use.csv": "media_use",
}
BOOKS = {"fy2023/commissioners.xlsx": "commissioners", "fy2023/cases.xlsx": "cases"}

HEADINGS = (
    "相談ID",
    "相談者ID",
    "相談受付日時",
    "窓口",
    "都道府県",
    "年代",
    "発言数",
    "対応時間(分)",
    "相談本文",
)

Rows = list[list[str]]
Chance = random.Random


@dataclass
class City:
    """A copy of the sample project in which one file at a time is replaced."""

    root: Path
    clean: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def made(cls, root: Path) -> "City":
        """The parameters of the repository and a freshly made city."""
        shutil.copytree(ROOT / "params", root / "params")
        sample.write_city(root)
        city = cls(root)
        for name in (*CSV_FILES, *BOOKS):
            city.clean[name] = (root / "data/sample" / name).read_bytes()
        return city

    def check(self, name: str = "", content: bytes = b"", kinds: Sequence[str] = KINDS) -> intake.Intake:
        """Check the city, or some of its kinds, with one file replaced."""
        if not name:
            return intake.check(self.root / INPUTS, kinds, period=PERIOD)
        file = self.root / "data/sample" / name
        file.write_bytes(content)
        try:
            return intake.check(self.root / INPUTS, kinds, period=PERIOD)
        finally:
            file.write_bytes(self.clean[name])

    def text(self, name: str) -> tuple[str, str]:
        """A file's text and encoding."""
        content = self.clean[name]
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp932"
        return content.decode(encoding), encoding


def rows_of(text: str) -> Rows:
    """Rows of a CSV text."""
    return list(csv.reader(io.StringIO(text, newline="")))


def text_of(rows: Rows, quoting: int = csv.QUOTE_MINIMAL, end: str = "\r\n") -> str:
    """The text of rows."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()


def columns(kind: str, headings: list[str], *types: str, required: bool = False) -> list[int]:
    """Positions of the columns of these types."""
    known = {name: c for c in SCHEMAS[kind].columns for name in (c.name, c.heading, *c.aliases)}
    found = ((i, known.get(heading)) for i, heading in enumerate(headings))
    return [i for i, c in found if c and (c.type in types or not types) and (c.filled or not required)]


# --- operators on text: (text, kind, chance) → text or None where they do not apply ---------------------------------

TextOperator = Callable[[str, str, Chance], str | None]
TEXT: dict[str, tuple[bool, TextOperator]] = {}
BOOK: dict[str, tuple[bool, Callable[[openpyxl.Workbook, str, Chance], bool]]] = {}
BYTES: dict[str, tuple[bool, Callable[[bytes, Chance], bytes]]] = {}


def on_text(knowable: bool) -> Callable[[TextOperator], TextOperator]:
    """Enter an operator in the list, with the judgement made beforehand."""

    def enter(operator: TextOperator) -> TextOperator:
        TEXT[operator.__name__] = (knowable, operator)
        return operator

    return enter


def on_rows(knowable: bool) -> Callable[[Callable[[Rows, str, Chance], bool]], object]:
    """The same for an operator that changes rows in place and says whether it could."""

    def enter(operator: Callable[[Rows, str, Chance], bool]) -> object:
        def on(text: str, kind: str, chance: Chance) -> str | None:
            rows = rows_of(text)
            return text_of(rows) if operator(rows, kind, chance) else None

        TEXT[operator.__name__] = (knowable, on)
        return operator

    return enter


def line_starts(text: str) -> list[str]:
    """Lines with their ends."""
    return text.splitlines(keepends=True)


@on_text(knowable=True)
def quote_opens_a_cell(text: str, kind: str, chance: Chance) -> str:
    """A stray mark before the last cell of a line."""
    lines = line_starts(text)
    at = chance.randrange(1, len(lines))
    head, comma, tail = lines[at].rpartition(",")
    lines[at] = f'{head}{comma}"{tail}'
    return "".join(lines)


@on_text(knowable=True)
def two_quotes_around_records(text: str, kind: str, chance: Chance) -> str | None:
    """Two stray marks that make one cell of several records."""
    lines = line_starts(text)
    if len(lines) < 5 or '"' in text:
        return None
    at = chance.randrange(1, len(lines) - 3)
    last = at + chance.randrange(1, 3)
    head, comma, tail = lines[at].rpartition(",")
    lines[at] = f'{head}{comma}"{tail}'
    lines[last] = lines[last].rstrip("\r\n") + '"\r\n'
    return "".join(lines)


@on_text(knowable=True)
def closing_quote_lost(text: str, kind: str, chance: Chance) -> str | None:
    """A quoted cell that is not closed."""
    places = [
        i for i in range(1, len(text) - 1) if text[i] == '"' and text[i + 1] in ",\r\n" and text[i - 1] != '"'
    ]
    if not places:
        return None
    at = chance.choice(places)
    return text[:at] + text[at + 1 :]


@on_text(knowable=True)
def opening_quote_lost(text: str, kind: str, chance: Chance) -> str | None:
    """A quoted cell with line breaks or commas that is not opened."""
    places = [
        i for i in range(1, len(text) - 1) if text[i] == '"' and text[i - 1] in ",\n" and text[i + 1] != '"'
    ]
    if not places:
        return None
    at = chance.choice(places)
    return text[:at] + text[at + 1 :]


@on_text(knowable=True)
def cut_in_a_record(text: str, kind: str, chance: Chance) -> str:
    """A copy that broke off in the middle of a record."""
    lines = line_starts(text)
    at = chance.randrange(len(lines) // 2, len(lines))
    return "".join(lines[:at]) + lines[at].split(",")[0]


@on_text(knowable=True)
def line_break_lost(text: str, kind: str, chance: Chance) -> str:
    """Two records on one line."""
    lines = line_starts(text)
    at = chance.randrange(1, len(lines) - 1)
    lines[at] = lines[at].rstrip("\r\n")
    return "".join(lines)


@on_text(knowable=True)
def letter_replaced(text: str, kind: str, chance: Chance) -> str | None:
    """A letter that was lost in a conversion."""
    places = [i for i, c in enumerate(text) if not c.isascii()]
    at = chance.choice(places)
    return f"{text[:at]}\ufffd{text[at + 1 :]}"


@on_text(knowable=True)
def nothing_left(text: str, kind: str, chance: Chance) -> str:
    """The headings and nothing else."""
    return line_starts(text)[0]


@on_text(knowable=True)
def pasted_twice(text: str, kind: str, chance: Chance) -> str:
    """The file behind itself, headings and all."""
    return text + text


@on_rows(knowable=True)
def cells_cut_off(rows: Rows, kind: str, chance: Chance) -> bool:
    """A row without its last cells."""
    row = rows[chance.randrange(1, len(rows))]
    needed = columns(kind, rows[0], "int", "number") or [len(row) - 1]
    del row[max(1, needed[-1]) :]
    return True


@on_rows(knowable=True)
def cell_too_many(rows: Rows, kind: str, chance: Chance) -> bool:
    """A comma too many."""
    row = rows[chance.randrange(1, len(rows))]
    row.insert(chance.randrange(len(row)), "x")
    return True


@on_rows(knowable=True)
def record_twice(rows: Rows, kind: str, chance: Chance) -> bool:
    """A record that was exported twice."""
    at = chance.randrange(1, len(rows))
    rows.insert(chance.randrange(at, len(rows) + 1), list(rows[at]))
    return True


@on_rows(knowable=True)
def heading_mistyped(rows: Rows, kind: str, chance: Chance) -> bool:
    """A heading with another word in it."""
    at = chance.choice(columns(kind, rows[0]))
    rows[0][at] += "改"
    return True


@on_rows(knowable=True)
def heading_blank(rows: Rows, kind: str, chance: Chance) -> bool:
    """A heading that was deleted."""
    rows[0][chance.choice(columns(kind, rows[0]))] = ""
    return True


@on_rows(knowable=True)
def column_deleted(rows: Rows, kind: str, chance: Chance) -> bool:
    """A column that was left out of the export."""
    at = chance.choice(columns(kind, rows[0]))
    for row in rows:
        del row[at]
    return True


@on_rows(knowable=True)
def key_blank(rows: Rows, kind: str, chance: Chance) -> bool:
    """A cell that every record has."""
    places = columns(kind, rows[0], required=True)
    if not places:
        return False
    rows[chance.randrange(1, len(rows))][chance.choice(places)] = ""
    return True


def in_cells(
    name: str, knowable: bool, types: tuple[str, ...], change: Callable[[str, Chance], str | None]
) -> None:
    """Enter an operator that writes something else into one filled cell of a type."""

    def on(rows: Rows, kind: str, chance: Chance) -> bool:
        for _ in range(50):
            places = columns(kind, rows[0], *types)
            if not places:
                return False
            row, place = chance.choice(rows[1:]), chance.choice(places)
            if row[place].strip() and (new := change(row[place], chance)) not in (None, row[place]):
                row[place] = str(new)
                return True
        return False

    on.__name__ = name
    on_rows(knowable)(on)


NUMBERS, DAYS, LABELS = ("int", "number"), ("date", "datetime"), ("cat", "age", "pref")
in_cells("letter_in_a_number", True, NUMBERS, lambda cell, _: f"{cell}O")
in_cells("words_in_a_number", True, NUMBERS, lambda cell, _: f"約{cell}")
in_cells("minus_before_a_count", True, ("int",), lambda cell, _: f"-{cell}" if cell != "0" else None)
in_cells("half_a_count", True, ("int",), lambda cell, _: f"{cell}.5" if "." not in cell else None)
in_cells(
    "error_value_for_a_number", True, NUMBERS, lambda _, chance: chance.choice(["#REF!", "#N/A", "#DIV/0!"])
)
in_cells("ditto_for_a_number", True, NUMBERS, lambda _, chance: chance.choice(["〃", "同上"]))
in_cells("circled_number_behind", True, NUMBERS, lambda cell, _: f"{cell}①")
in_cells("hashes_for_a_day", True, DAYS, lambda _, __: "########")
in_cells("day_that_is_none", True, DAYS, lambda cell, _: f"2023-02-30{cell[10:]}")
in_cells("month_thirteen", True, DAYS, lambda cell, _: f"2023-13-01{cell[10:]}")
in_cells("year_mistyped", True, DAYS, lambda cell, _: f"2203{cell[4:]}" if cell[:2] == "20" else None)
in_cells("unknown_label", True, LABELS, lambda cell, _: f"{cell}等")
in_cells("error_value_for_a_label", True, LABELS, lambda _, __: "#NAME?")
in_cells("number_ten_times", False, ("int",), lambda cell, _: f"{cell}0" if cell not in ("0", "") else None)


@on_rows(knowable=False)
def another_valid_label(rows: Rows, kind: str, chance: Chance) -> bool:
    """An answer in the place of another."""
    places = columns(kind, rows[0], *LABELS)
    if not places:
        return False
    place = chance.choice(places)
    values = sorted({row[place] for row in rows[1:] if row[place]})
    row = chance.choice(rows[1:])
    row[place] = chance.choice([value for value in values if value != row[place]] or [row[place]])
    return True


@on_rows(knowable=False)
def record_lost(rows: Rows, kind: str, chance: Chance) -> bool:
    """One record that was deleted, without a trace."""
    del rows[chance.randrange(1, len(rows))]
    return True


@on_rows(knowable=True)
def month_lost(rows: Rows, kind: str, chance: Chance) -> bool:
    """All records of a month between others."""
    places = columns(kind, rows[0], *DAYS)
    if kind not in ("consultations", "national_daily", "national_hourly"):
        return False
    month = f"2023-{chance.randrange(6, 12):02d}"
    rows[1:] = [row for row in rows[1:] if month not in row[places[0]].replace("/", "-")]
    return True


@on_rows(knowable=True)
def another_kind_of_file(rows: Rows, kind: str, chance: Chance) -> bool:
    """The wrong file under the right name."""
    rows[:] = [["品名", "数量"], ["机", "2"]]
    return True


@on_rows(knowable=True)
def unlabelled_total(rows: Rows, kind: str, chance: Chance) -> bool:
    """A sum below the figures that is not the sum of them."""
    places = columns(kind, rows[0], "int")
    if kind not in ("national_daily", "national_hourly"):
        return False
    rows.append(["合計", *[""] * (len(rows[0]) - 1)])
    rows[-1][places[-1]] = "1"
    return True


in_cells(
    "sign_nobody_declared",
    True,
    NUMBERS,
    lambda _, chance: chance.choice(["?", "n/a", "***", "欠測", "△"]),
)
in_cells("thousands_of_a_unit", True, NUMBERS, lambda cell, _: f"{cell}千人")
in_cells(
    "two_values_in_a_cell", True, NUMBERS, lambda cell, chance: chance.choice([f"{cell}、2", f"{cell}\n2"])
)
in_cells("kanji_number", True, NUMBERS, lambda _, chance: chance.choice(["十二", "数十", "若干名"]))
in_cells("decimal_comma", True, NUMBERS, lambda cell, _: f"{cell},5" if cell.isdigit() else None)
in_cells("ditto_for_a_day", True, DAYS, lambda _, chance: chance.choice(["〃", "同上", "々"]))
in_cells("serial_far_off", True, DAYS, lambda _, chance: chance.choice(["99", "7", "999999"]))
in_cells("year_of_the_heian", True, DAYS, lambda cell, _: f"1023{cell[4:]}" if cell[:2] == "20" else None)
in_cells("era_that_never_was", True, DAYS, lambda _, __: "昭和99年4月1日")
in_cells("ditto_for_a_label", True, LABELS, lambda _, chance: chance.choice(["〃", "同上", '"']))
in_cells("two_answers_for_one", True, LABELS, lambda cell, _: f"{cell}、{cell}か")


def ids(kind: str, headings: list[str]) -> list[int]:
    """Positions of the texts that name a record."""
    known = {name: c for c in SCHEMAS[kind].columns for name in (c.name, c.heading, *c.aliases)}
    return [
        i
        for i, name in enumerate(headings)
        if (c := known.get(name)) and c.type in ("id", "str") and c.name in SCHEMAS[kind].key
    ]


def in_ids(name: str, new: Callable[[Chance], str], *types: str) -> None:
    """Enter an operator that writes something else for the number of a record, or the word that names it."""

    def on(rows: Rows, kind: str, chance: Chance) -> bool:
        places = [i for i in ids(kind, rows[0]) if not types or i in columns(kind, rows[0], *types)]
        if places:
            rows[chance.randrange(1, len(rows))][chance.choice(places)] = new(chance)
        return bool(places)

    on.__name__ = name
    on_rows(knowable=True)(on)


in_ids("id_in_powers_of_ten", lambda chance: f"{chance.randrange(100_000, 999_999) / 1e5:.5f}E+15")
in_ids("error_value_for_an_id", lambda chance: chance.choice(["#N/A", "#VALUE!", "#REF!"]))
in_ids("ditto_for_an_id", lambda chance: chance.choice(["〃", "同上"]))
in_ids("sentence_for_an_id", lambda _: "母から電話があり、息子のことで相談したいとのことでした。", "id")
in_ids(
    "telephone_for_an_id", lambda chance: f"090-{chance.randrange(1000, 9999)}-{chance.randrange(1000, 9999)}"
)


@on_rows(knowable=True)
def unit_in_a_heading(rows: Rows, kind: str, chance: Chance) -> bool:
    """Figures under a heading that says they are thousands, hours, shares, last year's."""
    places = [i for i in columns(kind, rows[0], *NUMBERS) if "(" not in rows[0][i]]
    if places:
        rows[0][chance.choice(places)] += chance.choice(["(千人)", "(%)", "(百件)", "(前年同月)", "(時間)"])
    return bool(places)


@on_rows(knowable=True)
def heading_twice(rows: Rows, kind: str, chance: Chance) -> bool:
    """One heading over two columns."""
    a, b = chance.sample(columns(kind, rows[0]), 2)
    rows[0][a] = rows[0][b]
    return True


@on_rows(knowable=True)
def headings_of_day_and_number_swapped(rows: Rows, kind: str, chance: Chance) -> bool:
    """The names of two columns that hold different things."""
    days, numbers = columns(kind, rows[0], *DAYS), columns(kind, rows[0], *NUMBERS)
    if not days or not numbers:
        return False
    a, b = chance.choice(days), chance.choice(numbers)
    rows[0][a], rows[0][b] = rows[0][b], rows[0][a]
    return True


@on_rows(knowable=False)
def headings_of_two_numbers_swapped(rows: Rows, kind: str, chance: Chance) -> bool:
    """The names of two columns that hold the same kind of thing."""
    places = columns(kind, rows[0], *NUMBERS)
    if len(places) < 2:
        return False
    a, b = chance.sample(places, 2)
    rows[0][a], rows[0][b] = rows[0][b], rows[0][a]
    return True


@on_rows(knowable=True)
def note_between_records(rows: Rows, kind: str, chance: Chance) -> bool:
    """A remark in the middle of a table."""
    rows.insert(chance.randrange(2, len(rows)), ["※ここから速報値", *[""] * (len(rows[0]) - 1)])
    return True


@on_rows(knowable=True)
def second_table_below(rows: Rows, kind: str, chance: Chance) -> bool:
    """Another table under the first."""
    rows.extend([[""] * len(rows[0]), ["参考", "前年"], ["4月", "12"]])
    return True


@on_rows(knowable=True)
def total_beside_its_parts(rows: Rows, kind: str, chance: Chance) -> bool:
    """The sum of a day over all prefectures as one prefecture more."""
    if kind != "national_daily":
        return False
    day = chance.choice(rows[1:])[0]
    of_day = [row for row in rows[1:] if row[0] == day]
    label = chance.choice(["全国", "合計", "総数"])
    rows.append([day, label, str(sum(int(row[2]) for row in of_day if row[2].isdigit())), *of_day[0][3:]])
    return True


@on_rows(knowable=True)
def total_of_sexes_beside_them(rows: Rows, kind: str, chance: Chance) -> bool:
    """A row for both sexes under those of each, one person too many."""
    if kind != "population":
        return False
    row = chance.choice([row for row in rows[1:] if row[4] in ("男性", "女性")])
    same = [r for r in rows[1:] if [*r[:4], r[5]] == [*row[:4], row[5]] and r[4] in ("男性", "女性")]
    rows.append(
        [*row[:4], chance.choice(["総数", "計"]), row[5], str(sum(int(r[6]) for r in same) + 1), row[7]]
    )
    return True


@on_rows(knowable=True)
def month_doubled_in_one_file(rows: Rows, kind: str, chance: Chance) -> bool:
    """Counts of a month that no longer agree with the other file of the same contacts."""
    if kind not in ("national_daily", "national_hourly"):
        return False
    month = f"2023-{chance.randrange(5, 12):02d}-"
    at = columns(kind, rows[0], "int")[-1]
    for row in rows[1:]:
        if f"{pd.Timestamp(row[0]):%Y-%m-}" == month and row[at].isdigit():
            row[at] = str(2 * int(row[at]))
    return True


@on_rows(knowable=True)
def last_months_cut_off(rows: Rows, kind: str, chance: Chance) -> bool:
    """An export that ended with November."""
    if kind not in ("consultations", "national_daily", "national_hourly"):
        return False
    at = columns(kind, rows[0], *DAYS)[0]
    rows[1:] = [
        row for row in rows[1:] if pd.Timestamp(row[at]).tz_localize(None) < pd.Timestamp("2023-12-01")
    ]
    return True


@on_rows(knowable=True)
def more_answers_than_asked(rows: Rows, kind: str, chance: Chance) -> bool:
    """A part larger than its whole."""
    if kind != "waves":
        return False
    asked, answered = rows[0].index("対象数"), rows[0].index("回答数")
    row = chance.choice([row for row in rows[1:] if row[asked].isdigit() and row[answered].isdigit()])
    row[answered] = str(int(row[asked]) + chance.randrange(1, 30))
    return True


@on_rows(knowable=True)
def sexes_beyond_their_sum(rows: Rows, kind: str, chance: Chance) -> bool:
    """Men and women who are more than all."""
    if kind != "waves":
        return False
    whole, men = rows[0].index("該当者数"), rows[0].index("男性")
    row = chance.choice([row for row in rows[1:] if row[whole].isdigit() and row[men].isdigit()])
    row[men] = str(int(row[whole]) + 1)
    return True


@on_rows(knowable=True)
def area_code_with_a_wrong_digit(rows: Rows, kind: str, chance: Chance) -> bool:
    """A code of six digits whose last does not check the others."""
    if kind != "population":
        return False
    for row in rows[1:]:
        row[0] = "432139" if row[0] == "43213" else row[0]
    return True


# --- operators on bytes ---------------------------------------------------------------------------------------------


def on_bytes(content: bytes, chance: Chance, name: str) -> bytes:
    """Damage of the container: what a synchronised folder or a mail program makes of a file."""
    half = len(content) // 2
    return {
        "emptied": b"",
        "zeroed": b"\0" * len(content),
        "second_half_zeroed": content[:half] + b"\0" * (len(content) - half),
        "replaced_by_a_picture": b"\x89PNG\r\n\x1a\n" + chance.randbytes(200),
        "replaced_by_a_web_page": b"<html><body><table><tr><td>Login</td></tr></table></body></html>",
        "password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "replaced_by_an_old_workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }[name]


CONTAINER = (
    "emptied", "zeroed", "second_half_zeroed", "replaced_by_a_picture", "replaced_by_a_web_page", "password",
    "replaced_by_an_old_workbook",
)  # fmt: skip


def mojibake(text: str) -> bytes | None:
    """UTF-8 that somebody opened as cp932 and saved."""
    return text.encode().decode("cp932", errors="replace").encode()


# --- operators on workbooks -----------------------------------------------------------------------------------------

BookOperator = Callable[[openpyxl.Workbook, str, Chance], bool]


def on_book(knowable: bool) -> Callable[[BookOperator], BookOperator]:
    """Enter an operator that changes a workbook and says whether it could."""

    def enter(operator: BookOperator) -> BookOperator:
        BOOK[operator.__name__] = (knowable, operator)
        return operator

    return enter


SHEETS = {"commissioners": ("回答一覧", 6), "cases": ("該当者票", 4)}
"""Sheet, and the row of its first record."""


def _record(
    book: openpyxl.Workbook, kind: str, chance: Chance
) -> tuple[openpyxl.worksheet.worksheet.Worksheet, int]:
    name, first = SHEETS[kind]
    sheet = book[name]
    rows = [n for n in range(first, sheet.max_row + 1) if sheet.cell(n, 3).value]
    return sheet, chance.choice(rows[2:-2])


@on_book(knowable=True)
def book_record_twice(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A record below itself."""
    sheet, row = _record(book, kind, chance)
    for column in range(1, sheet.max_column + 1):
        sheet.cell(row + 1, column).value = sheet.cell(row, column).value
    return True


@on_book(knowable=True)
def book_struck_through(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A cell that was struck through, and its value changed."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, 2).font = Font(strike=True)
    sheet.cell(row, 2).value = "X99"
    return True


@on_book(knowable=True)
def book_error_value(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A reference that broke, in the number of the record."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, 3).value = "#REF!"
    return True


@on_book(knowable=True)
def book_sheet_renamed(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """Another name for the sheet."""
    book[SHEETS[kind][0]].title = "新しいシート"
    return True


@on_book(knowable=True)
def book_second_sheet(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """Half of the records moved to a sheet of their own."""
    name, first = SHEETS[kind]
    copy = book.copy_worksheet(book[name])
    copy.title = f"{name}(2)"
    copy.delete_rows(first, 5)
    book[name].delete_rows(first + 5, 5)
    return True


@on_book(knowable=True)
def book_far_cell(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A letter in the last cell of the sheet."""
    book[SHEETS[kind][0]]["XFD1048576"] = "x"
    return True


@on_book(knowable=True)
def book_formula_without_result(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A formula that was never calculated."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, 6).value = "=1+1"
    return True


@on_book(knowable=True)
def book_unknown_label(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A strange label in a column of labels."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, 5).value = "???"
    return True


@on_book(knowable=True)
def book_raised_note(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A raised number behind the number of the record, as of a footnote."""
    sheet, row = _record(book, kind, chance)
    raised = TextBlock(InlineFont(vertAlign="superscript"), "2")
    sheet.cell(row, 3).value = CellRichText(str(sheet.cell(row, 3).value), raised)
    return True


@on_book(knowable=True)
def book_partly_struck(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """An old value struck through before the new one in the same cell."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, 3).value = CellRichText(
        TextBlock(InlineFont(strike=True), "9"), str(sheet.cell(row, 3).value)
    )
    return True


@on_book(knowable=True)
def book_numbers_merged(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """The number of the record merged with the one below."""
    sheet, row = _record(book, kind, chance)
    sheet.merge_cells(start_row=row, end_row=row + 1, start_column=3, end_column=3)
    return True


@on_book(knowable=True)
def book_note_at_the_right(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A remark in a column without heading."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, sheet.max_column + 2).value = "要確認"
    return True


@on_book(knowable=True)
def book_row_hidden(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A record that nobody sees, and that is read."""
    sheet, row = _record(book, kind, chance)
    sheet.cell(row, 5).value = None
    sheet.row_dimensions[row].hidden = True
    return True


@on_book(knowable=True)
def book_heading_gone(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A heading that was overwritten with a blank."""
    name, first = SHEETS[kind]
    for row in range(1, first):
        if not isinstance(book[name].cell(row, 3), openpyxl.cell.cell.MergedCell):
            book[name].cell(row, 3).value = None
    return True


@on_book(knowable=False)
def book_record_lost(book: openpyxl.Workbook, kind: str, chance: Chance) -> bool:
    """A record that was deleted."""
    sheet, row = _record(book, kind, chance)
    sheet.delete_rows(row)
    return True


MANY_LINES = (
    "はい\n1,2,3\n「そう」\n- 朝, 夜",
    '彼は"死"と\r\n言う',
    "A1,x\n2023-08-01,雨,です\n\n終わり",
    "その日のこと\n7:00,起きる,顔を洗う,食べる,着る,出る,戻る,寝る,終わり",
)

# --- clean variants -------------------------------------------------------------------------------------------------


def clean_variants(city: City, chance: Chance) -> Iterator[tuple[str, str, bytes]]:
    """Name of the variant, file, content: the same said in another way."""
    for name in CSV_FILES:
        text, encoding = city.text(name)
        rows = rows_of(text)
        order = chance.sample(range(len(rows[0])), len(rows[0]))
        yield "other column order", name, text_of([[row[i] for i in order] for row in rows]).encode(encoding)
        for other in ("utf-8", "utf-8-sig", "cp932", "utf-16"):
            if other != "cp932" or text.encode("cp932", errors="ignore").decode("cp932") == text:
                yield f"encoding {other}", name, text.encode(other)
        yield "all cells quoted", name, text_of(rows, csv.QUOTE_ALL).encode(encoding)
        yield "line feeds only", name, text_of(rows, end="\n").encode(encoding)
        yield "blank lines at the end", name, (text + "\r\n\r\n").encode(encoding)
        yield "no end of the last line", name, text.rstrip("\r\n").encode(encoding)
        yield "blank columns at the right", name, text_of([[*row, "", ""] for row in rows]).encode(encoding)
        yield "a title and a blank line above", name, text_of([["一覧"], [], *rows]).encode(encoding)
        yield "tabs", name, text.encode(encoding) if "\t" in text else _tabbed(rows).encode(encoding)
        if "相談本文" in rows[0]:
            at = rows[0].index("相談本文")
            for lines in MANY_LINES:
                changed = [row if i % 7 or not i else _set(row, at, lines) for i, row in enumerate(rows)]
                yield "texts over several lines", name, text_of(changed).encode("utf-8-sig")
        yield "other order of rows", name, text_of([rows[0], *reversed(rows[1:])]).encode(encoding)
    for name in BOOKS:
        for _ in range(4):
            book = openpyxl.load_workbook(io.BytesIO(city.clean[name]))
            sheet = book[SHEETS[BOOKS[name]][0]]
            sheet.cell(1_000_000, chance.randrange(1, 9)).font = Font(bold=True)
            book.create_sheet("メモ").append(["作成者", "課"])
            yield "formats far below and another sheet", name, _saved(book)


def _tabbed(rows: Rows) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t").writerows(rows)
    return out.getvalue()


def _set(row: list[str], at: int, value: str) -> list[str]:
    return [value if i == at else cell for i, cell in enumerate(row)]


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- measuring ------------------------------------------------------------------------------------------------------


def damages(city: City, seed: int) -> Iterator[tuple[str, bool, str, bytes]]:
    """Operator, whether it can be known, file, content."""
    names = list(CSV_FILES)
    for operator, (knowable, change) in TEXT.items():
        for number in range(ROUNDS):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                text, encoding = city.text(name)
                chance = random.Random(f"{seed} {operator} {number}")
                changed = change(text, CSV_FILES[name], chance)
                if changed is not None and changed != text:
                    yield (
                        operator,
                        knowable,
                        name,
                        changed.encode(encoding, errors="ignore")
                        if ("\ufffd" not in changed)
                        else changed.encode("utf-8-sig"),
                    )
                    break
    for name in names:
        yield "mojibake", True, name, mojibake(city.text(name)[0])
    for operator in CONTAINER:
        for name in (*names[:4], *BOOKS):
            yield operator, True, name, on_bytes(city.clean[name], random.Random(seed), operator)
    for operator, (knowable, book_change) in BOOK.items():
        for number in range(ROUNDS // 2):
            for name, kind in BOOKS.items():
                book = openpyxl.load_workbook(io.BytesIO(city.clean[name]))
                if book_change(book, kind, random.Random(f"{seed} {operator} {number}")):
                    yield operator, knowable, name, _saved(book)


def outcome(taken: intake.Intake, before: intake.Intake) -> str:
    """told, harmless or silent; escaped where a check did not come to its end."""
    new = {str(fault) for fault in taken.faults} - {str(fault) for fault in before.faults}
    if any("検査が最後まで済む" in fault for fault in new):
        return "escaped"
    if new or list(taken.sources["columns_absent"]) != list(before.sources["columns_absent"]):
        return "told"
    same = set(taken.frames) == set(before.frames) and all(
        taken.frames[kind].equals(before.frames[kind]) for kind in before.frames
    )
    return "harmless" if same else "silent"


def measure_damage(city: City, seed: int) -> dict[str, object]:
    """Every operator with its outcomes."""
    before = city.check()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    known: dict[str, bool] = {}
    silent: list[str] = []
    for operator, knowable, name, content in damages(city, seed):
        known[operator] = knowable
        try:
            what = outcome(city.check(name, content), before)
        except Exception as error:  # the figure that is measured
            what = "escaped"
            print(operator, name, repr(error), file=sys.stderr)
        found[operator][what] += 1
        if what == "silent" and knowable:
            silent.append(f"{operator} {name}")
    damaging = {
        name: sum(n for what, n in counts.items() if what != "harmless") for name, counts in found.items()
    }
    knowable_n = sum(n for name, n in damaging.items() if known[name])
    return {
        "mutations": sum(sum(counts.values()) for counts in found.values()),
        "damaging": sum(damaging.values()),
        "not_knowable_share": round(1 - knowable_n / sum(damaging.values()), 3),
        "silent_share": round(len(silent) / knowable_n, 4),
        "tracebacks": sum(counts["escaped"] for counts in found.values()),
        "silent": silent,
        "operators": {name: {"knowable": known[name], **counts} for name, counts in found.items()},
    }


def measure_clean(city: City, seed: int) -> dict[str, object]:
    """Variants that must raise nothing and lose no row."""
    before = city.check()
    told = {str(fault) for fault in before.faults}
    alarms: list[str] = []
    n = 0
    for variant, name, content in clean_variants(city, random.Random(seed)):
        n += 1
        taken = city.check(name, content)
        new = [str(fault) for fault in taken.faults if str(fault) not in told]
        rows = {kind: len(frame) for kind, frame in taken.frames.items()}
        if new or rows != {kind: len(frame) for kind, frame in before.frames.items()}:
            alarms.append(f"{variant} {name}: {new[:1]}")
    return {"clean_variants": n, "false_alarms": len(alarms), "alarms": alarms}


def measure_bytes(city: City, seed: int, files: int) -> dict[str, object]:
    """Files with bytes changed, cut and repeated: outside, and within the parts of a workbook."""
    chance = random.Random(seed)
    names = ["site/population.csv", "site/campaigns.csv", "site/events.csv", *BOOKS]
    escaped, slowest = [], 0.0
    for number in range(files):
        name = chance.choice(names)
        content = city.clean[name]
        inside = name in BOOKS and chance.random() < 0.7
        begun = time.perf_counter()
        try:
            changed = _inner(content, chance) if inside else _mutated(content, chance)
            taken = city.check(name, changed, [(CSV_FILES | BOOKS)[name]])
            if any("検査が最後まで済む" in fault.expected for fault in taken.faults):
                escaped.append(f"{number} {name}")
        except Exception as error:  # the figure that is measured
            escaped.append(f"{number} {name} {error!r}")
        slowest = max(slowest, time.perf_counter() - begun)
    return {
        "byte_mutated": files,
        "escaped": len(escaped),
        "escaped_files": escaped[:10],
        "slowest_s": round(slowest, 2),
        "largest_mb": _peak_mb(),
    }


def _mutated(content: bytes, chance: Chance) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 3, 20])):
        at = chance.randrange(len(changed))
        changed[at : at + chance.choice([0, 1, 1, 30])] = chance.choice(
            [chance.randbytes(1), b"", bytes(changed[at : at + 20]) * 2, b'"', b"\0", b"9" * 12]
        )
    return bytes(changed)


def _inner(content: bytes, chance: Chance) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        parts = source.namelist()
        hit = chance.choice(parts)
        for part in parts:
            inner = source.read(part)
            target.writestr(part, _mutated(inner, chance) if part == hit and inner else inner)
    return out.getvalue()


def _peak_mb() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


CHECK = """
import resource, sys, time
from ujo_lib import intake
begun = time.perf_counter()
taken = intake.check(sys.argv[1], ["consultations"])
seconds = time.perf_counter() - begun
assert not taken.faults, taken.faults[:3]
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, len(taken.frames["consultations"]))
"""
PANDAS = """
import sys, time
import pandas as pd
begun = time.perf_counter()
frame = pd.read_csv(sys.argv[1], dtype=str)
print(time.perf_counter() - begun, 0, len(frame))
"""


def measure_national(folder: Path, records: int) -> dict[str, object]:
    """A national year with texts through `intake.check`, and through pandas, each in a process of its own."""
    file = folder / "national.csv"
    texts = [text for _, text, _ in iter_texts(min(records, 5000), 3, CHARACTERS)]
    stamps = pd.date_range("2023-04-01", "2024-03-31 23:59", periods=records).strftime("%Y-%m-%d %H:%M")
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(HEADINGS)
        for i, stamp in enumerate(stamps):
            # A number of its own makes each text a distinct one.
            text = f"{texts[i % len(texts)]}{i}"
            writer.writerow(
                [f"N{i:07d}", f"K{i % 90_000}", stamp, "全国窓口", "熊本県", "20代", i % 90, i % 60, text]
            )
    (folder / "params").mkdir()
    shutil.copy(ROOT / "params/survey_items.yaml", folder / "params")
    declared = "labels: {channel: [全国窓口]}\nconsultations: {files: [national.csv], timezone: Asia/Tokyo}\n"
    (folder / "inputs.yaml").write_text(declared, encoding="utf-8")
    seconds, peak, rows = _run(CHECK, folder / "inputs.yaml")
    peer, _, _ = _run(PANDAS, file)
    return {
        "national_records": int(rows),
        "national_mb": file.stat().st_size >> 20,
        "check_s": round(seconds, 1),
        "check_peak_mb": int(peak),
        "pandas_s": round(peer, 1),
        "check_x_pandas": round(seconds / peer, 2),
    }


def _run(code: str, argument: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(argument)], check=True, capture_output=True, text=True
    )
    return [float(number) for number in done.stdout.split()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--json", action="store_true", help="all figures as JSON, every operator with its outcomes"
    )
    parser.add_argument("--quick", action="store_true", help="300 byte-mutated files, 20,000 records")
    parser.add_argument(
        "--files", type=int, default=10_000, help="byte-mutated files (a piece with each --seed)"
    )
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--only", choices=["damage", "clean", "bytes", "national"], nargs="+", default=None)
    options = parser.parse_args()
    only = options.only or ["damage", "clean", "bytes", "national"]
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        city = City.made(Path(folder) / "city")
        if "damage" in only:
            found |= measure_damage(city, options.seed)
        if "clean" in only:
            found |= measure_clean(city, options.seed)
        if "bytes" in only:
            found |= measure_bytes(city, options.seed, 300 if options.quick else options.files)
        if "national" in only:
            (Path(folder) / "national").mkdir()
            found |= measure_national(Path(folder) / "national", QUICK if options.quick else NATIONAL)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(*(f"{name}: {value}" for name, value in found.items() if not isinstance(value, dict)), sep="\n")


if __name__ == "__main__":
    main()
