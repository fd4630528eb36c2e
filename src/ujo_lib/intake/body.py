"""The rows that are data, told apart from notes, totals and blank lines; what is dropped is reported row by row.

A total is dropped only after its figures were added up again. A note ends the table: a row of data below it means a
second table on the sheet, which is a fault and not a guess.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils import get_column_letter, range_boundaries

from ujo_lib.intake.cells import TOTAL_WORDS, ValueRefused, fold_sign, parse_number, reads, tidy, vocabulary
from ujo_lib.intake.grid import Grid
from ujo_lib.intake.headers import Header, fold
from ujo_lib.intake.problems import MAX_ROWS_LISTED, Notes
from ujo_lib.intake.schemas import EXAMPLE_MARK, NUMERIC, Column, Schema
from ujo_lib.intake.values import SCALE, Raw, note_items_beside, note_refusal, note_units_beside, shown

_NOTE = re.compile(r"\(?(?:以上$|以下余白|注(?:[)\d:\s.、]|意|釈|記|$)|※|\*\s|出典|資料[)::]|備考[)::])")
_NOTE_RE2 = r"^\s*[(\x{FF08}]?(?:注|※|\*|出典|資料|備考)"
_TOTAL_RE2 = r"(?i)^\s*(?:総?合計|総計|小\s*計|計|集計|総\s*数|全\s*体|合\s+計|(?:grand )?totals?)"
_EXAMPLE_RE2 = (
    r"^[\pP\s]*(?:記入|記載|入力|回答)?(?:例|見本|サンプル)(?:[^\p{Han}\p{Hiragana}\p{Katakana}]|$)"
)
_NAMING_COLUMNS = 4
_ROUNDING = 0.5
_SUMMED = ("int", "number", "flag")
_LEFT_OUT = ("", "-", "…")


@dataclass(frozen=True, slots=True)
class Total:
    """A total row: its row number and its cells by canonical column name."""

    row: int
    label: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Body:
    """The data rows of a grid.

    Attributes:
        table: their cells.
        rows: their row numbers.
        totals: total rows that were taken out.
        n_read: rows of the file that hold anything, headings left out.
        dropped: of these, those that are no data, by what they are.
        blank_inside: blank rows between data rows.
    """

    table: pa.Table
    rows: np.ndarray
    totals: tuple[Total, ...]
    n_read: int
    dropped: Mapping[str, int]
    blank_inside: int
    _raws: dict[int, Raw] = field(default_factory=dict, repr=False)

    def raw(self, header: Header, place: int) -> Raw:
        """One column of texts, worked out once: the values and the rules on machine readability both ask for it."""
        if place not in self._raws:
            self._raws[place] = Raw(header.headings[place], self.table.column(place), self.rows)
        return self._raws[place]

    def has_words(self, header: Header, place: int) -> bool:
        """Whether some cell of a column holds neither a number nor nothing."""
        return any(text.strip() and not _is_number(text) for text in self.raw(header, place).texts)

    def without(self, totals: np.ndarray) -> "Body":
        """The same rows but those marked, which turned out to be totals once their figures were read."""
        dropped = {**self.dropped, "合計": self.dropped["合計"] + int(totals.sum())}
        return replace(
            self, table=_rows_of(self.table, ~totals), rows=self.rows[~totals], dropped=dropped, _raws={}
        )


def _rows_of(table: pa.Table, wanted: np.ndarray) -> pa.Table:
    """The wanted rows; a part of which all are wanted is not copied: one note below must not double a large file."""
    parts, at = [], 0
    for batch in table.to_batches():
        mine = wanted[at : at + len(batch)]
        parts.append(batch if mine.all() else batch.filter(pa.array(mine)))
        at += len(batch)
    return pa.Table.from_batches(parts, table.schema)


_NUMBERED_COLUMNS = 4
"""So many columns and more are filled with 1, 2, 3, 4 by no record."""


def find_body(grid: Grid, header: Header, schema: Schema, notes: Notes) -> Body:
    """Split the rows below the headings into data and the rest, and report the rest."""
    above = _report_above(grid, header, schema, notes)
    remarks = [(int(grid.rows[at]), cells) for at, cells in enumerate(grid.head()[: header.top])]
    table, rows = grid.table.slice(header.body), grid.rows[header.body :]
    filled = _filled(table)
    kinds = np.where(filled, "data", "blank").astype(object)
    # In a text file a stray line break can turn part of a free text into a row of its own: never show it.
    discreet = not grid.sheet and any(column.type == "text" for column in schema.columns)
    totals: list[Total] = []
    ended: int | None = None
    for position in np.flatnonzero(filled & _candidates(table, header, schema)):
        cells = [str(column[int(position)].as_py()).strip() for column in table.columns]
        kind = _kind_of(cells, header, schema, discreet)
        kinds[position] = kind
        if kind == "note":
            ended = int(position) if ended is None else ended
            remarks.append((int(rows[position]), cells))
            text = "" if discreet else next(c for c in cells if c)
            notes.repair(text, "注記として除外", "12", row=int(rows[position]))
        elif kind == "headings":
            notes.repair(cells[0], "見出しの繰り返しとして除外", "11", row=int(rows[position]))
        elif kind == "total":
            label = next((c for c in cells if TOTAL_WORDS.fullmatch(tidy(c))), "")
            totals.append(Total(int(rows[position]), label, {n: cells[i] for n, i in header.columns.items()}))
    _refuse_scale(remarks, table, header, schema, notes)
    data = kinds == "data"
    there = header.places(schema)
    ids = {place for column, place in there if column.type == "id"} | {0} - {*header.columns.values()}
    examples = _examples(table, rows, data, ids, schema.kind, notes)
    data &= ~examples
    _refuse_numbers_of_columns(table, header, rows, data, notes)
    wide = max(i for i, heading in enumerate(header.headings) if heading) + 1
    must = [place for column, place in there if column.filled or (column.required and column.type in NUMERIC)]
    needed = max(must, default=0) + 1
    widths = grid.widths[header.body :]
    # A comma without quotes moves what follows by a cell; where that is blank, nothing stands beyond the headings.
    longer = (widths > grid.widths[header.top : header.body].max()) & data & (needed < wide)
    slipped = longer & ~longer[data].all()
    needed = wide if discreet else needed
    if grid.sheet:
        _note_beside(table, wide, rows, data, notes)
        table, widths = table.select(range(min(wide, table.num_columns))), np.minimum(widths, wide)
    _note_headless(table, header, rows, data, notes)
    misfits = _misfits(table, widths, (needed, wide), rows, data, notes, slipped)
    data &= ~misfits
    if ended is not None and data[ended:].any() and data[:ended].any():
        after = int(rows[ended + int(np.argmax(data[ended:]))])
        notes.problem(
            "1シートに1つの表",
            f"注記({rows[ended]}行目)の下にもデータがあります。表ごとにシートを分けるか、注記を表の下に移してください。",
            "総務省2-2",
            row=after,
        )
    last = int(np.flatnonzero(data)[-1]) if data.any() else 0
    return Body(
        table=_rows_of(table, data),
        rows=rows[data],
        totals=tuple(totals),
        n_read=int(filled.sum()) + above,
        dropped={
            "注記": int((kinds == "note").sum()) + above,
            "見出し": int((kinds == "headings").sum()),
            "合計": len(totals),
            "記入例": int(examples.sum()),
            "くずれた行": int(misfits.sum()),
        },
        blank_inside=int((kinds[:last] == "blank").sum()),
    )


def _examples(
    table: pa.Table, rows: np.ndarray, data: np.ndarray, names: set[int], kind: str, notes: Notes
) -> np.ndarray:
    """Example rows of an empty form that somebody forgot to delete; noted as problems.

    A form of the city's own writes (例), 例C01 or 見本 for a number, or in a first column that nobody reads.
    """
    examples = np.zeros(len(rows), dtype=bool)
    for column in table.columns:
        examples |= pc.starts_with(column, EXAMPLE_MARK).to_numpy()
    for place in names:
        examples |= pc.match_substring_regex(table.column(place), _EXAMPLE_RE2).to_numpy()
    examples &= data
    notes.problem_rows(
        rows[examples],
        EXAMPLE_MARK,
        "記入例を消した、実際のデータ",
        "様式の記入例の行が残っています。この行を削除してください。"
        if (data & ~examples).any()
        else "様式のままです。データを書いてこの行を消すか、この年度にない資料なら inputs.yaml の not_supplied: の下に"
        f"「{kind}: 理由」を書いてください。",
        "12",
    )
    return examples


def _refuse_numbers_of_columns(
    table: pa.Table, header: Header, rows: np.ndarray, data: np.ndarray, notes: Notes
) -> None:
    """Refuse a row that numbers the columns, 1 to the last: where all of them hold codes it would pass for a record."""
    places = [place for place, heading in enumerate(header.headings) if heading]
    found = data & (len(places) >= _NUMBERED_COLUMNS)
    for number, place in enumerate(places, start=1):
        if found.any():
            found &= pc.equal(pc.utf8_trim_whitespace(table.column(place)), str(number)).to_numpy()
    remedy = "列の番号の行です。この行を消してください。"
    notes.problem_rows(rows[found], f"1~{len(places)}", "データの行", remedy, "12")


def _note_beside(table: pa.Table, wide: int, rows: np.ndarray, data: np.ndarray, notes: Notes) -> None:
    """Warn of what somebody wrote to the right of the table of a sheet: it is not read, and the row beside it is."""
    for place in range(wide, table.num_columns):
        column = table.column(place)
        at = np.flatnonzero(data & _holds(column))
        notes.warning_rows(
            rows[at],
            [shown(column[int(i)].as_py()) for i in at[:MAX_ROWS_LISTED]],
            "見出しのある列だけ",
            "表の右の書き込みは読んでいません(行はそのまま読みました)。データなら見出しを付け、覚え書きなら消してください。",
            "12",
            column=f"{get_column_letter(place + 1)}列",
        )


def _note_headless(table: pa.Table, header: Header, rows: np.ndarray, data: np.ndarray, notes: Notes) -> None:
    """Warn of a column within the table that has values and no heading: nobody can tell what they are."""
    last = max(i for i, heading in enumerate(header.headings) if heading)
    for place in (i for i in range(last) if not header.headings[i]):
        at = np.flatnonzero(data & _holds(table.column(place)))
        if len(at):
            notes.warning(
                "どの列にも見出し",
                "見出しのない列は読んでいません。データなら見出しを付けてください。番号だけの列などならこのままで構いません。",
                "11",
                row=int(rows[at[0]]),
                column=f"{get_column_letter(place + 1)}列",
            )


def _misfits(
    table: pa.Table,
    widths: np.ndarray,
    bounds: tuple[int, int],
    rows: np.ndarray,
    data: np.ndarray,
    notes: Notes,
    slipped: np.ndarray | bool = False,
) -> np.ndarray:
    """Rows with more cells than headings, or with fewer than a row must have, or slipped; noted as problems.

    Cells at the end of a row may be left out, with a warning, unless a free text, which breaks rows, or a figure that
    every row has stands there.
    """
    needed, wide = bounds
    wrong = (widths < needed) | slipped
    for column in table.columns[wide:]:
        wrong |= _holds(column)
    short = data & ~wrong & (widths < wide)
    notes.warning_rows(
        rows[short],
        [f"{n}列" for n in widths[short]],
        f"見出しと同じ{wide}列",
        "行の終わりのセルがありません。空欄として読みました。途中で切れた行でないか確かめてください。",
        "総務省1-2",
    )
    wrong &= data
    notes.problem_rows(
        rows[wrong],
        [f"{n}列" for n in widths[wrong]],
        f"見出しと同じ{wide}列",
        "合計などの行なら消してください。改行やコンマで行がくずれているなら、本文を引用符で囲んで書き出し直すか、"
        "Excelブックで受け取ってください。",
        "総務省1-2",
    )
    return wrong


def _report_above(grid: Grid, header: Header, schema: Schema, notes: Notes) -> int:
    above = 0
    rows = grid.head()[: header.top]
    if data := [at for at, cells in enumerate(rows) if _in_place(cells, header, schema) > 1]:
        told = (
            f"見出しとして読んだ{grid.rows[header.top]}行目の上にもデータがあります。上の表の見出しを様式どおりに直し、"
            "表がいくつもあるなら、シートを分けてください。"
        )
        notes.problem("1シートに1つの表", told, "総務省2-2", row=int(grid.rows[data[0]]))
    for position, cells in enumerate(rows):
        if text := next((cell for cell in cells if cell.strip()), ""):
            above += 1
            notes.repair(text, "表の上の注記として除外", "12", row=int(grid.rows[position]))
    return above


_TENS = rf"{SCALE}\s?(?:[人件円戸回枚]|世帯)"
_SCALE = re.compile(
    rf"(?<![率比合]の)単位\s*[:は、が]?\s*([^()]*?{SCALE}\s?+(?:[人件円世戸回]++(?!未満)|(?![^\s、,・/)])))(?!では)"
    r"|(?<![率比合]の)単位\s*[:は、が]?\s*([^()人件円世戸回]*[%‰](?!\s?[、,・/]\s?[人件円世戸回]))(?!では)"
    rf"|\(\s*({_TENS})\s*\)|({_TENS})単位(?!では)|^({_TENS})$"
)
"""Tens of what is counted, or nothing but shares: 「人、%」 stands above a table that has both."""


def _refuse_scale(
    remarks: list[tuple[int, list[str]]], table: pa.Table, header: Header, schema: Schema, notes: Notes
) -> None:
    """Refuse a table whose figures are thousands, as a word above or below it says: they would be read as ones.

    The same of shares that bear no sign of their own: one of a hundred would be read as all of them.
    """
    there = header.places(schema)
    counts = any(column.unit and column.type in NUMERIC for column, _ in there)
    shares = any(
        _is_number(text)
        for column, place in there
        if column.type == "share"
        for text in table.column(place).to_pylist()
    )
    if not (counts or shares):
        return
    for row, cells in remarks:
        found = (
            _SCALE.search(tidy(text)) for text in (*cells, " ".join(cells))
        )  # 単位 and 千人 in a cell each
        for scale in filter(None, found):
            if counts or "%" in scale[0]:
                remedy = "表の外に単位の書き込みがあります。値を単位どおりの数に直し、この書き込みも直してください。"
                value = next(filter(None, scale.groups()))
                expected = "件・人・円などそのままの数" if counts else "% の付いた割合か、0から1の割合"
                notes.problem(expected, remedy, "6", row=row, value=value)
                break


def _holds(column: pa.ChunkedArray) -> np.ndarray:
    """Which cells of a column hold more than blanks."""
    holds: np.ndarray = pc.not_equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    return holds


def _filled(table: pa.Table) -> np.ndarray:
    filled = np.zeros(table.num_rows, dtype=bool)
    for column in table.columns:
        filled |= _holds(column)
        if filled.all():
            break
    return filled


def _naming_columns(header: Header, schema: Schema) -> list[tuple[int, Column]]:
    """The leading columns that name a row (not counts), where 合計 is written, with their positions."""
    named = [(place, column) for column, place in header.places(schema) if column.type not in NUMERIC]
    return sorted(named, key=lambda pair: pair[0])[:_NAMING_COLUMNS]


def _candidates(table: pa.Table, header: Header, schema: Schema) -> np.ndarray:
    """Rows that may be no data: a key cell is blank, or a leading cell begins like a note or a total."""
    suspect = np.zeros(table.num_rows, dtype=bool)
    unnamed = np.ones(table.num_rows, dtype=bool)
    for name in (name for name in schema.key if name in header.columns):
        blank = ~_holds(table.column(header.columns[name]))
        unnamed &= blank
        if schema.column(name).filled:
            suspect |= blank
    suspect |= unnamed
    first = min(header.columns.values(), default=0)
    suspect |= pc.ends_with(table.column(first), _last_level(header.headings[first])).to_numpy()
    for place, _ in _naming_columns(header, schema):
        suspect |= pc.match_substring_regex(table.column(place), f"{_NOTE_RE2}|{_TOTAL_RE2}").to_numpy()
    return suspect


def _kind_of(cells: list[str], header: Header, schema: Schema, discreet: bool) -> str:
    written = [cell for cell in cells if cell]
    if _NOTE.match(tidy(written[0])) and len(set(written)) <= 2 and not _says_more(cells, header, schema):
        return "note"
    if [fold(cell.lstrip("\ufeff")) for cell in cells] == [fold(_last_level(h)) for h in header.headings]:
        return "headings"
    if len(written) == 1 and not discreet and len(header.columns) > 1 and _is_strange(cells, header, schema):
        return "note"
    if _is_total_row(cells, header, schema):
        return "total"
    named = [n for n in schema.key if n in header.columns]
    keys = [header.columns[n] for n in named if schema.column(n).filled]
    if (
        len(named) > 1
        and not any(cells[header.columns[n]] for n in named)
        and _adds_up(cells, header, schema)
    ):
        return "total"  # an export's own total: figures and the days of the report, under no name at all
    if keys and not any(cells[place] for place in keys):
        if len(set(written)) == 1 and not _is_number(written[0]):
            return "note"
        leading = _naming_columns(header, schema)
        if not any(cells[place] for place, _ in leading) and all(_is_number(cell) for cell in written):
            return "total"
    return "data"


def _says_more(cells: list[str], header: Header, schema: Schema) -> bool:
    """Whether a row that begins like a note has a figure, a day or a label in its place: ※福岡県, 20 is no note."""
    return _in_place(cells, header, schema) > 0


def _in_place(cells: list[str], header: Header, schema: Schema) -> int:
    """How many figures, days and labels of a row stand where the headings want such ones."""
    return sum(
        column.type not in ("id", "str", "text") and reads(column, cells[place])
        for column, place in header.places(schema)
        if cells[place]
    )


def _last_level(heading: str) -> str:
    return heading.rpartition("_")[2]


def _is_strange(cells: list[str], header: Header, schema: Schema) -> bool:
    """Whether the only words of a row stand where a day, an hour or a label is wanted and are none.

    Where nothing else is required, as of a desk, a row of one cell is a whole one and its label was mistyped.
    """
    column = next((column for column, place in header.places(schema) if cells[place]), None)
    if column is None or not any(other.required for other in schema.columns if other is not column):
        return False
    return column.type in _TELLING and not reads(column, cells[header.columns[column.name]])


_TELLING = ("date", "datetime", "hour", "cat")


def _is_total_row(cells: list[str], header: Header, schema: Schema) -> bool:
    """Whether a leading cell says 合計 and there is something to add up.

    Among free words 総数 may be a category (all ages): such a row is a total only if what every row must have is left
    out, or says 合計 too.
    """
    leading = _naming_columns(header, schema)
    says = [column for place, column in leading if _names_total(cells[place], column)]
    if not says or not _adds_up(cells, header, schema):
        return False
    return any(column.type != "str" for column in says) or any(
        fold_sign(cells[place]) in _LEFT_OUT or _names_total(cells[place], column)
        for place, column in leading
        if column.required
    )


def _adds_up(cells: list[str], header: Header, schema: Schema) -> bool:
    """Whether a row has a figure that could be the sum of others."""
    return any(_is_number(cells[header.columns[column.name]]) for column in _summed(header, schema))


def _summed(header: Header, schema: Schema) -> list[Column]:
    """Columns of the file whose total is the sum of their rows."""
    return [one for one, _ in header.places(schema) if one.additive and one.type in _SUMMED]


def _names_total(cell: str, column: Column) -> bool:
    plain = re.sub(r"(?<=[合総小全])\s+(?=[計数体])", "", tidy(cell))
    return TOTAL_WORDS.fullmatch(plain) is not None and plain not in vocabulary(column.options)


def _is_number(cell: str) -> bool:
    try:
        parse_number(cell)
    except ValueRefused:
        return False
    return True


def check_totals(body: Body, frame: pd.DataFrame, header: Header, schema: Schema, notes: Notes) -> None:
    """Compare every figure of the total rows with the sum of the rows they stand for."""
    start = 0
    for total in sorted(body.totals, key=lambda t: t.row):
        if "小計" in tidy(total.label):
            stands_for = [np.arange(start, start := int(np.searchsorted(body.rows, total.row)))]
        else:
            stands_for = [_sharing_keys(total, body, header, schema), np.arange(len(body.rows))]
        agreed, open_ = 0, 0
        for column in _summed(header, schema):
            if not _is_number(cell := total.cells[column.name]):
                continue
            stated, counts = parse_number(cell).value, frame[column.name].astype("Float64")
            sums = [float(counts.iloc[rows].sum()) for rows in stands_for]
            if _has_gaps(frame, column.name) and stated >= sums[0] - _ROUNDING:
                open_ += 1
            elif all(abs(added - stated) > _ROUNDING for added in sums):
                remedy = "合計行か明細のどちらかが違います。Excelで足し直し、抜けている行がないか確かめてください。"
                expected, heading = f"行の合計 {sums[0]:,.10g}", header.heading(column.name)
                notes.problem(expected, remedy, "13", row=total.row, column=heading, value=cell)
            else:
                agreed += 1
        unsure = f"、{open_}列は秘匿・不明を含むため確かめられず" if open_ else ""
        after = f"合計行として除外({agreed}列が明細の和と一致{unsure})"
        notes.repair(total.label or "(見出しのない合計行)", after, "13", row=total.row)


def _sharing_keys(total: Total, body: Body, header: Header, schema: Schema) -> np.ndarray:
    """Rows that a total is of: those with the day, say, that stands beside its word; all rows where none has it."""
    shares = np.ones(len(body.rows), dtype=bool)
    for name in schema.key:
        cell = total.cells.get(name, "")
        if fold_sign(cell) not in _LEFT_OUT and not TOTAL_WORDS.fullmatch(tidy(cell)):
            column = pc.utf8_trim_whitespace(body.table.column(header.columns[name]))
            shares &= pc.equal(column, cell).to_numpy()
    return np.flatnonzero(shares if shares.any() else ~shares)


def _has_gaps(frame: pd.DataFrame, name: str) -> bool:
    """Whether some cells were suppressed or unknown at source, so that a sum can only be a lower bound."""
    return any(f"{name}_{gap}" in frame for gap in ("suppressed", "unknown"))


def check_merged(grid: Grid, body: Body, header: Header, schema: Schema, notes: Notes) -> None:
    """A merged cell was read as if written in each of its rows and columns: fine for a name, never for a number."""
    numeric = {place for column, place in header.places(schema) if column.type in NUMERIC}
    for area in grid.facts.merged:
        left, top, right, bottom = range_boundaries(area)
        rows = [int(row) for row in body.rows if top <= row <= bottom]
        places = range(left - 1, right)
        several = len(rows) > 1 or len(numeric.intersection(places)) > 1
        for place in places if rows else ():
            heading = header.headings[place]
            if place in numeric and several:
                notes.problem(
                    "行と列ごとの数値",
                    f"結合セル({area})の数がどの行や列のものか分かりません。結合を解き、1つずつ書いてください。",
                    "11",
                    row=rows[0],
                    column=heading,
                )
            elif heading and len(rows) > 1:
                notes.repair(
                    f"結合セル {area}", "どの行も同じ値", "11", row=rows[0], column=heading, count=len(rows)
                )


def check_split_numbers(
    grid: Grid, body: Body, header: Header, schema: Schema, ignore: Sequence[str], notes: Notes
) -> None:
    """Three digits and nothing else beside each number of a text file: 1,234 without quotes was read as 1."""
    named = {place: column.type for column, place in header.places(schema)}
    left_out = set(map(fold, ignore))
    for column, place in header.places(schema):
        beside = place + 1
        if (
            grid.sheet
            or column.type not in ("int", "number")
            or column.maximum is not None
            or beside >= min(len(header.headings), body.table.num_columns)
            or named.get(beside, "str") not in ("str", "text")
            or fold(header.headings[beside]) in left_out
        ):
            continue
        holds = _holds(body.table.column(beside))
        both = pc.binary_join_element_wise(body.table.column(place), body.table.column(beside), ",").filter(
            holds
        )
        alike = pc.match_substring_regex(both, r"^[1-9]\d{0,2},\d{3}$").to_numpy()
        # Two counts of hundreds side by side are this year's and last year's.
        if holds.any() and alike.all() and pc.any(pc.match_substring_regex(both, r"^\d\d?,|,0")).as_py():
            heading = header.headings[beside] or f"{get_column_letter(beside + 1)}列"
            remedy = (
                f"右の「{heading}」が3けたの数だけです。1,234 のコンマで分かれた数なら、コンマを外して書き出し直し、"
                "別の数の列なら、列の順を変えるか、inputs.yaml の ignore に書いてください。"
            )
            told = both[:MAX_ROWS_LISTED].to_pylist()
            rows = body.rows[holds]
            notes.problem_rows(rows, told, "コンマで分かれていない数", remedy, "6", column=column.heading)


def check_serials(grid: Grid, body: Body, header: Header, schema: Schema, notes: Notes) -> None:
    """A day that stands as a number in a workbook that counts from 1904 would be read four years too early."""
    if not grid.facts.from_1904:
        return
    for column, place in header.places(schema):
        if column.type in ("date", "datetime"):
            raw = body.raw(header, place)
            for code, text in enumerate(raw.texts):
                if re.fullmatch(r"\d{5}(?:\.\d+|\s.*)?", tidy(text)):
                    refused = ValueRefused("日付として書かれた日", _COUNTED_FROM_1904, "7")
                    note_refusal(raw, code, refused, notes)


_COUNTED_FROM_1904 = (
    "日を1904年から数える設定のブックで、数のままの日付は4年ずれます。"
    "セルの表示形式を日付に直して保存し直してください。"
)


def check_unit_columns(body: Body, header: Header, schema: Schema, notes: Notes) -> None:
    """What a column of units says of the number of each row, though nobody reads that column."""
    number = next((c for c in schema.columns if c.required and c.type in ("int", "number")), None)
    for place in header.ignored:
        if number is not None and header.headings[place].casefold() in ("unit", "単位"):
            note_units_beside(number, body.raw(header, place), notes)
        elif number is not None and header.headings[place] == "表章項目":
            note_items_beside(number, body.raw(header, place), notes)


def note_grouped(body: Body, header: Header, schema: Schema, notes: Notes) -> None:
    """Warn of a column in which each word stands once, at the head of rows that are blank below it: as above.

    A blank cell that must not be one is an error already. A column of the key need not begin with a word: of the
    answers of the nation some have an occupation and others none. Number of a client: one person would be several.
    """
    for column, place in header.places(schema):
        is_key = column.name in schema.key
        if column.filled or not (column.type in ("cat", "age", "id") or is_key):
            continue
        raw = body.raw(header, place)
        at = np.flatnonzero(np.array([bool(text.strip()) for text in raw.texts])[raw.codes])
        blank = len(raw.codes) - len(at)
        if len(at) > 1 and (is_key or at[0] == 0) and len(np.unique(raw.codes[at])) == len(at) <= blank:
            remedy = (
                "どの値も1度だけで、下の行が空欄です。上の行と同じという意味の空欄なら、どの行にも書いてください"
                "(いまは無回答として読みました)。ほんとうに空欄ならこのままで構いません。"
            )
            first = int(body.rows[np.setdiff1d(np.arange(len(raw.codes)), at)[0]])
            notes.warning(
                "行ごとの値", remedy, "総務省1-6", row=first, column=raw.heading, value=f"空欄{blank}行"
            )


def check_subtotal_columns(body: Body, header: Header, notes: Notes) -> None:
    """Compare each total column with the sum of the number columns of its group, left of it."""
    for place in header.subtotals:
        raw = body.raw(header, place)
        stated = _numbers(raw)
        parts = _members(place, header, body, stated)
        heading = header.headings[place]
        if not parts:
            remedy = "何の合計か分かりません。列を消すか、inputs.yaml の ignore に書いてください。"
            notes.problem("足し上げる列が左にあること", remedy, "13", column=heading)
            continue
        sums = _sum(parts)
        wrong = np.flatnonzero(_differs(stated, sums))
        if len(wrong):
            notes.problem_rows(
                body.rows[wrong],
                [f"{stated[i]:g}(列の和は{sums[i]:g})" for i in wrong],
                "左の列の和",
                "合計の列か内訳のどちらかを直してください。",
                "13",
                column=heading,
            )
        else:
            notes.repair(heading, f"小計の列として除外(左の{len(parts)}列の和と一致)", "13", column=heading)


def _members(place: int, header: Header, body: Body, stated: np.ndarray) -> list[np.ndarray]:
    """Number columns a total column adds up: those of its heading group, or a run of columns to its left.

    Without a group the shortest run that adds up is taken, else the whole unbroken run.
    """
    group, _, _ = header.headings[place].rpartition("_")
    if group:
        return [
            _numbers(body.raw(header, i))
            for i, heading in enumerate(header.headings)
            if heading.startswith(f"{group}_") and i not in header.subtotals
        ]
    members: list[np.ndarray] = []
    for i in range(place - 1, -1, -1):
        values = _numbers(body.raw(header, i))
        if i in header.subtotals or np.isnan(values).all():
            break
        members.append(values)
        if len(members) > 1 and not _differs(stated, _sum(members)).any():
            break
    return members


def _sum(parts: list[np.ndarray]) -> np.ndarray:
    return np.asarray(np.sum([np.nan_to_num(values) for values in parts], axis=0))


def _differs(stated: np.ndarray, sums: np.ndarray) -> np.ndarray:
    return np.asarray(~np.isnan(stated) & (np.abs(stated - sums) > _ROUNDING))


def _numbers(raw: Raw) -> np.ndarray:
    values = np.full(len(raw.texts), np.nan)
    for code, text in enumerate(raw.texts):
        if text.strip() and _is_number(text):
            values[code] = parse_number(text).value
    column: np.ndarray = values[raw.codes]
    return column
