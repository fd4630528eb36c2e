"""The 15 items that make a table machine-readable (`text.MACHINE_RULES`), file by file.

They judge the file as it came, not what intake made of it: a file may be read without fault and still be worth
mending at its source. Items 1-7 and 1-8 ask about workbooks only; an item that cannot apply says so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc

from ujo_lib.intake.body import Body
from ujo_lib.intake.cells import fold_sign
from ujo_lib.intake.grid import Grid
from ujo_lib.intake.headers import Header
from ujo_lib.intake.reading import BOOK_SUFFIXES
from ujo_lib.intake.schemas import NUMERIC, Column, Schema
from ujo_lib.intake.values import Raw, shown
from ujo_lib.text import MACHINE_DEPENDENT, MACHINE_RULES

RULE_COLUMNS = ("file", "sheet", "rule", "title", "verdict", "n", "example")

_SEPARATED = re.compile(r"\S[,、・/]\S|[①-⑳].*[①-⑳]")
_PAD = r"^\s|\s$|\n|\S[ \x{3000}]{2,}\S"
_HAS_UNIT = re.compile(r"[(_][^()]*(?:人|件|円|世帯|戸|回|分|%|時)[^()]*\)?$|率|JPY", re.IGNORECASE)
_ERA = re.compile(r"\s*(?:令和|平成|昭和|[RHS]\s?\.?\d|[RHS]元)")
_WESTERN = re.compile(r"(?:19|20)\d\d")
_AREA_COLUMNS = ("area_code", "area_name", "pref", "district", "region")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One item for one file: 適合, 要改善 or 対象外, with the number of places and one example."""

    verdict: str
    n: int = 0
    example: str = ""


def judge(grid: Grid, header: Header, body: Body, schema: Schema, name: str) -> pd.DataFrame:
    """All 15 items for one file, columns :data:`RULE_COLUMNS`."""
    raws = {column.name: body.raw(header, place) for column, place in header.places(schema)}
    numeric = [(c, raws[c.name]) for c in schema.columns if c.name in raws and c.type in NUMERIC]
    facts = grid.facts
    is_book = Path(name).suffix.lower() in BOOK_SUFFIXES
    verdicts = {
        "1-1": Verdict("適合"),  # of any other format not one cell would have been read
        "1-2": _one_datum(body, header),
        "1-3": _texts(numeric, lambda text: not _is_bare_number(text) and fold_sign(text) not in _SIGNS),
        "1-4": _count(len(facts.merged), "、".join(facts.merged[:3])),
        "1-5": _padding(body, header, schema),
        "1-6": _headings(header),
        "1-7": _count(len(facts.formulas), "、".join(facts.formulas[:3])) if is_book else Verdict("対象外"),
        "1-8": _count(facts.objects, f"図・画像など{facts.objects}個") if is_book else Verdict("対象外"),
        "1-9": _units(numeric),
        "1-10": _dependent(grid),
        "1-11": _calendar(raws, schema),
        "1-12": _areas(raws),
        "1-13": _texts(numeric, lambda text: fold_sign(text) in _SIGNS),
        "2-1": _count(body.blank_inside, f"表の途中に空の行が{body.blank_inside}行"),
        "2-2": _count(_side_by_side(header), "空の列で分かれた表"),
    }
    rows = [
        (name, grid.sheet, rule, title, verdicts[rule].verdict, verdicts[rule].n, verdicts[rule].example)
        for rule, title in MACHINE_RULES.items()
    ]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


_SIGNS = frozenset({"-", "…", "x", "*"})


def _count(n: int, example: str) -> Verdict:
    return Verdict("要改善", n, example) if n else Verdict("適合")


def _example(bad: list[tuple[str, str]]) -> str:
    return f"{bad[0][0]}「{shown(bad[0][1].strip())}」" if bad else ""


def _is_bare_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text, re.ASCII) is not None


def _texts(numeric: list[tuple[Column, Raw]], is_bad: Callable[[str], bool]) -> Verdict:
    bad = [
        (raw.heading, text)
        for _, raw in numeric
        for text in raw.texts
        if text.strip() and is_bad(text.strip())
    ]
    return _count(len(bad), _example(bad))


def _one_datum(body: Body, header: Header) -> Verdict:
    """Several answers in one cell: the lists of multiple-answer items."""
    bad = [
        (raw.heading, text)
        for raw in (body.raw(header, place) for place in header.lists.values())
        for text in raw.texts
        if _SEPARATED.search(text)
    ]
    return _count(len(bad), _example(bad))


def _padding(body: Body, header: Header, schema: Schema) -> Verdict:
    """Cells (free text left out) with blanks at their ends, double blanks inside, or line breaks."""
    places = [place for column, place in header.places(schema) if column.type != "text"]
    hits = {p: int(pc.sum(pc.match_substring_regex(body.table.column(p), _PAD)).as_py() or 0) for p in places}
    first = next((p for p in places if hits[p]), None)
    return _count(sum(hits.values()), "" if first is None else f"列「{header.headings[first]}」")


def _headings(header: Header) -> Verdict:
    """Blank headings above columns that are used."""
    last = max(i for i, heading in enumerate(header.headings) if heading)
    blank = [i + 1 for i, heading in enumerate(header.headings[: last + 1]) if not heading]
    return _count(len(blank), f"{blank[0]}列目の見出しが空" if blank else "")


def _units(numeric: list[tuple[Column, Raw]]) -> Verdict:
    """Number columns whose heading names no unit and for which the dictionary has none either."""
    counts = [(column, raw) for column, raw in numeric if column.type in ("int", "number")]
    bare = [raw.heading for column, raw in counts if not column.unit and not _HAS_UNIT.search(raw.heading)]
    return _count(len(bare), bare[0] if bare else "")


def _dependent(grid: Grid) -> Verdict:
    odd = (column.filter(which) for column, which in zip(grid.table.columns, grid.odd, strict=True))
    hits = [pc.sum(pc.match_substring_regex(texts, MACHINE_DEPENDENT)).as_py() or 0 for texts in odd]
    place = next((i for i, n in enumerate(hits) if n), None)
    return _count(sum(hits), "" if place is None else f"{place + 1}列目")


def _calendar(raws: Mapping[str, Raw], schema: Schema) -> Verdict:
    days = [raws[c.name] for c in schema.columns if c.name in raws and c.type in ("date", "datetime", "year")]
    if not days:
        return Verdict("対象外")
    bad = [
        (raw.heading, text)
        for raw in days
        for text in raw.texts
        if _ERA.match(text) and not _WESTERN.search(text)
    ]
    return _count(len(bad), _example(bad))


def _areas(raws: Mapping[str, Raw]) -> Verdict:
    named = [name for name in _AREA_COLUMNS if name in raws]
    if not named:
        return Verdict("対象外")
    blank = sum(not text.strip() for name in named for text in raws[name].texts)
    return _count(blank, f"列「{raws[named[0]].heading}」に空欄")


def _side_by_side(header: Header) -> int:
    """Blank headings with headings on both sides: tables standing next to each other."""
    shape = "".join("x" if heading else " " for heading in header.headings).strip()
    return len(re.findall(r" +", shape))
