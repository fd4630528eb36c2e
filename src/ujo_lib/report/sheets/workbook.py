"""The workbook of a year: a sheet for each published table, and a sheet that traces every figure in the text.

It is made from what the door let through, never from the data: a cell that a page shows as 「x」 is an 「x」 here. The
sheet 「本文の数値」 lists the sentences of the pages with each value they say and a link to the cell it was read from,
so that whoever answers for a sentence can look its numbers up.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from ujo_lib.columns import TOTAL_LABELS, Base, Count
from ujo_lib.report.look.html import PageContext
from ujo_lib.report.look.notation import DECIMALS, HIDDEN, MISSING, SEVERAL_ANSWERS, SYMBOLS, UNBOUNDED
from ujo_lib.report.look.wording import Quoted, Said
from ujo_lib.report.sheets import xlsx
from ujo_lib.report.sheets.exports import BY_ROW, SIGNS, Column, Table, one_line

CONTENTS: Final = "目次"
CLAIMS: Final = "本文の数値"
NOT_APPLICABLE: Final = "該当なし"

_ABOUT: Final = ("表題", "対象期間", "対象地域", "集計対象")
_NO_UNIT: Final = "単位なし"
_AS_HEADED: Final = "見出しのとおり"


def workbook(
    tables: Sequence[Table], pages: Sequence[tuple[str, Sequence[Said]]], about: PageContext
) -> bytes:
    """Write the workbook of a year.

    Args:
        tables: every table of the audience, in the order of the pages.
        pages: title of each page and its sentences in reading order, with the values they say.
        about: what the pages say about themselves: title, area, handling, day and run.

    Returns:
        The .xlsx file; the same tables and sentences give the same bytes.
    """
    sheets = {table.record.key: _TableSheet(table, about) for table in tables}
    written = [
        _contents(list(sheets.values()), about),
        _claims(pages, sheets, about),
        *(sheet.sheet for sheet in sheets.values()),
    ]
    return xlsx.write(written, about.report_title)


class _TableSheet:
    """A published table as a sheet, which says how it may be handled: it is printed and passed on by itself."""

    def __init__(self, table: Table, about: PageContext):
        self.spec = table.record.spec
        self._handling = _handling(about)
        self.columns = table.columns
        self._places = {column.name: at for at, column in enumerate(self.columns)}
        rows = [list(row) for row in zip(*map(_cells, self.columns), strict=True)]
        name, headings = xlsx.sheet_name(table.name), [column.heading for column in self.columns]
        self.sheet = xlsx.Sheet(name, self._about(), headings, rows)

    def address(self, column: str, row: int) -> str:
        """Address of a value of the published table."""
        return self.sheet.address(row, self._places[column])

    @property
    def described(self) -> list[str]:
        """Title, period, area and who was counted."""
        spec = self.spec
        about = (spec.title, spec.subject.period, spec.subject.area, spec.subject.base)
        return [one_line(text) or NOT_APPLICABLE for text in about]

    def _about(self) -> list[tuple[str, xlsx.Cell]]:
        return [
            *zip(_ABOUT, self.described, strict=True),
            ("対象数(n)", self._size()),
            ("単位", units(self.columns)),
            ("注", self._note()),
            ("記号", legend(self.columns)),
            ("出典", one_line(self.spec.subject.source) or NOT_APPLICABLE),
            self._handling,
            ("目次", xlsx.Link("目次へ戻る", CONTENTS)),
        ]

    def heading(self, column: str) -> str:
        """Heading of a column of the published table."""
        return self.columns[self._places[column]].heading

    def _size(self) -> xlsx.Cell:
        """How many were counted: the one base of all rows, else the row of the total."""
        if bases := self.spec.schema.of_kind(Base):
            base = self.columns[self._places[bases[0]]]
            sizes = list(dict.fromkeys(base.values))
            return _cell(sizes[0], "n") if len(sizes) == 1 else f"{BY_ROW}(「{base.heading}」の列)"
        if len(self.spec.schema.dimensions) != 1 or not self.spec.counts:
            return NOT_APPLICABLE
        labels = self.columns[self._places[next(iter(self.spec.schema.dimensions))]].values
        counts = self.columns[self._places[self.spec.counts[0]]].values
        totals = [n for label, n in zip(labels, counts, strict=True) if label in TOTAL_LABELS]
        return _cell(totals[0], "n") if len(totals) == 1 else NOT_APPLICABLE

    def _note(self) -> str:
        notes = [one_line(self.spec.note)] if self.spec.note else []
        if self.spec.schema.multiple:
            notes.append(SEVERAL_ANSWERS)
        return "".join(notes) or NOT_APPLICABLE


def units(columns: Sequence[Column]) -> str:
    """Say the unit of every column of numbers whose heading does not: 「費用: 円、p値: 単位なし」."""
    numeric = [column for column in columns if column.is_numeric]
    found = [
        f"{column.heading}: {column.unit_by_row or _unit(column)}"
        for column in numeric
        if not column.kind.unit or f"({column.kind.unit})" not in column.heading
    ]
    return "、".join(found) or ("見出しに記載" if numeric else NOT_APPLICABLE)


def _unit(column: Column) -> str:
    """Days are counted as days (日数) where no other unit is named."""
    named = column.unit or column.kind.unit
    return named or (_AS_HEADED if isinstance(column.kind, Count) else _NO_UNIT)


def legend(columns: Sequence[Column]) -> str:
    """Explain the symbols that stand among the numbers."""
    used = {value for column in columns for value in column.values if isinstance(value, str)}
    return spelt_out([sign for sign in SYMBOLS if sign in used]) or NOT_APPLICABLE


def spelt_out(signs: Sequence[str]) -> str:
    """Say what signs mean: 「x: 秘匿、…: 不明」."""
    return "、".join(f"{sign}: {SYMBOLS[sign]}" for sign in signs)


def _cells(column: Column) -> list[xlsx.Cell]:
    return [_cell(value, kind) for value, kind in zip(column.values, column.row_formats, strict=True)]


def _cell(value: int | float | str | date, number_format: str) -> xlsx.Cell:
    if isinstance(value, str):
        return xlsx.Symbol(value) if value in SIGNS else value
    if isinstance(value, date):
        return value
    whole = isinstance(value, int) or float(value).is_integer()
    decimals = DECIMALS.get(number_format, 0 if whole else 1)
    as_it_is = number_format == "text" or (number_format == "p" and 0 < value < 0.001)
    return xlsx.Number(value, None if as_it_is else decimals)


def _contents(tables: Sequence[_TableSheet], about: PageContext) -> xlsx.Sheet:
    rows: list[list[xlsx.Cell]] = [
        [
            xlsx.Link(table.sheet.name, table.sheet.name),
            *table.described,
            xlsx.Number(len(table.sheet.rows)),
        ]
        for table in tables
    ]
    return xlsx.Sheet(
        CONTENTS,
        [
            *_heading(about, f"{about.report_title} 統計表"),
            ("作成日", about.created_on or NOT_APPLICABLE),
            ("実行番号", about.run_id or NOT_APPLICABLE),
            ("記号", spelt_out((HIDDEN, MISSING, UNBOUNDED))),
            ("本文の数値", xlsx.Link("文の中の数値と、その元のセル", CLAIMS)),
        ],
        ["シート", *_ABOUT, "行数(行)"],
        rows,
    )


def _heading(about: PageContext, title: str) -> list[tuple[str, xlsx.Cell]]:
    return [
        ("表題", title),
        ("対象地域", about.area or NOT_APPLICABLE),
        _handling(about),
    ]


def _handling(about: PageContext) -> tuple[str, xlsx.Cell]:
    told = "、".join(f"{banner.word}({banner.meaning})" for banner in about.banners)
    return "取扱い", told or NOT_APPLICABLE


def _claims(
    pages: Sequence[tuple[str, Sequence[Said]]], tables: Mapping[str, _TableSheet], about: PageContext
) -> xlsx.Sheet:
    """Every value that a sentence says, with a link to its cell."""
    rows = [
        _claim(title, sentence.text, value, tables[value.table])
        for title, sentences in pages
        for sentence in sentences
        for value in sentence.values
    ]
    note = (
        "ページの文が述べる値を一行ずつ示します。信頼区間は、下限と上限のセルを一行ずつ示します。"
        "秘匿のため述べなかった値は載りません。"
    )
    return xlsx.Sheet(
        CLAIMS,
        [
            *_heading(about, "本文の数値と、その元のセル"),
            ("注", note),
            ("目次", xlsx.Link("目次へ戻る", CONTENTS)),
        ],
        ["ページ", "文", "文の中の値", "シート", "セル", "表題", "列"],
        rows,
    )


def _claim(page: str, sentence: str, value: Quoted, table: _TableSheet) -> list[xlsx.Cell]:
    place = table.address(value.column, value.row)
    return [
        page,
        one_line(sentence),
        f"「{value.text}」",
        table.sheet.name,
        xlsx.Link(place, table.sheet.name, place),
        one_line(table.spec.title),
        table.heading(value.column),
    ]
