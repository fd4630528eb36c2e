"""Published tables as HTML, the way Japanese statistics are read: caption above, notes and source below.

Everything a table needs to stand alone comes with it: number, title, unit, period, area, how many answered, the
symbols it uses and what they mean. Nothing is computed here beyond the spelling of a cell.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ujo_lib.columns import TOTAL_LABELS, Base, Count, Dimension, Flag, Share, Text, Various, Withheld
from ujo_lib.report.door.publish import Published, PublishError
from ujo_lib.report.look.notation import (
    BELOW_UNIT,
    HIDDEN,
    MISSING,
    NEGATIVE,
    NONE_COUNTED,
    NUMERIC_FORMATS,
    REFERENCE,
    SEVERAL_ANSWERS,
    SYMBOLS,
    count,
    in_cell,
    in_prose,
    interval_text,
)
from ujo_lib.stats import SMALL_BASE

NUMBER_MARK: Final = '<span class="number" data-of="{kind}"></span>'
"""Where 「表1」 or 「図1」 is written: by the page in the making, and anew by the finished one."""

NUMBER_WORDS: Final = {"table": "表", "figure": "図"}
LAB_STYLE: Final = (
    "<style>figure.table,figure.chart{margin:0;max-width:720px}figure.table table{margin:0}figure caption{"
    "text-align:left;caption-side:top}figure th,figure td[class]{text-align:left}figure td,figure th.num{"
    "text-align:right}figure :is(.circumstances,.finding){display:block}</style>"
)
"""Goes with a table or figure in a notebook, which has no style sheet of ours; a page leaves it out."""

_ROUNDING: Final = "四捨五入のため、内訳の合計が総数や100%に一致しないことがあります。"
_ALMOST: Final = 1e-6
_SHORT: Final = 8.5
_LONG: Final = 22.0
_KEY: Final = 40
_ASCII_RUN: Final = re.compile(r"[!-~]+")
_HYPHEN: Final = re.compile(r"[0-9]-[0-9]")
NO_ROWS: Final = "該当なし"


@dataclass(frozen=True)
class _Column:
    """One column of the printed table: heading, cell texts, and whether they are numbers."""

    title: str
    cells: tuple[str, ...]
    numeric: bool

    @cached_property
    def kind(self) -> str:
        """How the column is set: numbers to the right, short words unbroken, sentences with room, keys broken.

        On paper short words break between phrases, days and ages (13-17) nowhere: a browser would at the hyphen.
        """
        if self.numeric:
            return "num"
        words = [self.title, *self.cells]
        widest = max(map(_width, words))
        if widest <= _SHORT:
            return "short whole" if any(map(_HYPHEN.search, words)) else "short"
        if max((len(run) for word in words for run in _ASCII_RUN.findall(word)), default=0) > _KEY:
            return "key"
        return "long" if widest > _LONG else "text"


def _width(words: str) -> float:
    """Width in full-width characters."""
    return sum(0.5 if char.isascii() else 1.0 for char in words)


def table_html(
    published: Published,
    *,
    columns: Sequence[str] | None = None,
    across: str | None = None,
    values: str | None = None,
    compact: bool = False,
) -> str:
    """Write a published table as HTML.

    Args:
        published: the table as the audience may see it.
        columns: which columns, in which order; default all. `low` and `high` become one column.
        across: dimension whose categories become columns (a cross table).
        values: the column whose numbers fill the cross table.
        compact: without number and caption, as under a figure.

    Returns:
        A `<figure class="table">` (compact: the scrolling region and notes alone).

    Raises:
        ColumnError: a column that the table does not have.
        KeyError: a cell that a cross table needs twice.
    """
    if across is not None:
        printed = [values or "n"]
        heads, body, small = _cross(published, across, printed[0])
    else:
        printed = printed_columns(published, columns)
        heads, body = _plain(published, printed)
        small = _small(published, printed)
    name = html.escape(published.spec.title)
    told = _told(heads + body)
    headings = "".join(
        f'<th scope="col" class="{column.kind}">{html.escape(column.title)}</th>' for column in heads + body
    )
    caption = "" if compact else _caption(published, printed, printed[0] if across else "")
    grid = (
        f'<div class="scroll{" told" * told}" role="group" aria-label="表: {name}" tabindex="0"><table>'
        f"{caption}<thead><tr>{headings}</tr></thead>"
        f"<tbody>{_body_rows(heads, body, small, told=told)}</tbody></table></div>"
    )
    notes = _notes(published, printed, heads + body, small)
    return f"{grid}{notes}" if compact else f'<figure class="table">{grid}{notes}</figure>'


def printed_columns(published: Published, columns: Sequence[str] | None = None) -> list[str]:
    """The columns asked for, or all for people, less those of which the reader sees nothing."""
    asked = columns if columns is not None else _default_columns(published)
    return [name for name in asked if not isinstance(published.spec.schema[name], Withheld)]


def row_texts(published: Published) -> list[frozenset[str]]:
    """Everything that the cells of each row may say on a page, whichever columns are shown, in whatever layout."""
    schema = published.spec.schema
    names = [name for name, column in schema.columns.items() if not isinstance(column, Withheld)]
    pairs = dict.fromkeys(ends for name in names if (ends := schema.ends(name)))
    columns = [_column(published, name).cells for name in names]
    columns += [_interval_column(published, *ends).cells for ends in pairs]
    return [frozenset(cells) for cells in zip(*columns, strict=True)]


def tiles_html(
    published: Published,
    *,
    label: str = "label",
    value: str = "value",
    low: str | None = None,
    high: str | None = None,
    note: str | None = None,
    unit: str | None = None,
) -> str:
    """Write key figures as tiles, one per row.

    Args:
        published: one key figure per row.
        label: column with its name.
        value: column with the number; a `format` column may name the number format row by row.
        low: column with the lower bound of its interval.
        high: column with the upper bound.
        note: column with one short line (base, period).
        unit: column with the unit, or the unit itself.
    """
    column = published.spec.schema[value]
    tiles = []
    for record, hidden in zip(published.frame.to_dict("records"), published.hidden[value], strict=True):
        written = str(record[column.by]) if isinstance(column, Various) else column.format
        figure = HIDDEN if hidden else MISSING if pd.isna(record[value]) else in_prose(record[value], written)
        sign = "".join(char for char in ("%", "円") if figure.endswith(char))
        measure = sign or ("" if unit is None else str(record.get(unit, unit)))
        lines = []
        if low and high and pd.notna(record[low]) and pd.notna(record[high]):
            ends = interval_text(float(record[low]), float(record[high]), written)
            lines.append(f"{published.spec.schema[low].both} {ends}{'%' if sign == '%' else ''}")
        if hidden:
            lines.append(SYMBOLS[HIDDEN])
        if note is not None and pd.notna(record[note]) and str(record[note]):
            lines.append(str(record[note]))
        below = "".join(f'<dd class="tile-note">{html.escape(line)}</dd>' for line in lines)
        tiles.append(
            f'<div class="tile"><dt>{html.escape(str(record[label]))}</dt>'
            f'<dd class="tile-value">{html.escape(figure.removesuffix(sign))}<span>{html.escape(measure)}</span></dd>'
            f"{below}</div>"
        )
    return f'<div class="tiles-block"><dl class="tiles">{"".join(tiles)}</dl>{_source(published)}</div>'


def circumstances(published: Published, unit: str | None = None, filling: str = "") -> str:
    """HTML of one line on what is counted: period, area, base, unit, and that several answers were allowed.

    Args:
        published: the table.
        unit: of what a figure draws or a cross table holds; that of the table when None.
        filling: the column whose numbers fill a cross table, under headings that do not name it.
    """
    spec = published.spec
    parts = [spec.subject.period, spec.subject.area, _base_text(published)]
    if filling:
        parts.append(spec.schema[filling].name)
    if unit := spec.schema.unit if unit is None else unit:
        parts.append(f"単位: {unit}")
    if spec.schema.multiple:
        parts.append("複数回答")
    said = [html.escape(part) for part in parts if part]
    # The separator stays with what it follows, so that no line begins with one.
    return " ".join(
        f"<span>{part}{' |' if at < len(said) - 1 else ''}</span>" for at, part in enumerate(said)
    )


def _base_text(published: Published) -> str:
    """Who was counted, with their number where it is one and the same for every row and not kept back."""
    base, column = published.spec.subject.base, _base_column(published)
    if not column or published.hidden[column].any():
        return base
    bases = published.frame[column].dropna().unique()
    return f"{base}(n={count(bases[0])})" if len(bases) == 1 else base


def _base_column(published: Published) -> str:
    """The one column that says how many the shares of a table are of; empty where there is none or several."""
    bases = published.spec.schema.of_kind(Base)
    return bases[0] if len(bases) == 1 else ""


def _caption(published: Published, printed: Sequence[str], filling: str) -> str:
    schema = published.spec.schema
    # Of what is printed: a base that all rows share stands in the caption as n, beside percentages it is no unit.
    shown = replace(schema, columns={name: schema[name] for name in printed})
    unit = schema[filling].unit if filling else shown.unit
    return (
        f'<caption><span class="cap">{NUMBER_MARK.format(kind="table")}'
        f'<span class="title">{html.escape(published.spec.title)}</span>'
        f'<span class="circumstances">{circumstances(published, unit, filling)}</span></span></caption>'
    )


def _plain(published: Published, names: Sequence[str]) -> tuple[list[_Column], list[_Column]]:
    """Row headings and body columns of a table printed as it is."""
    heads: list[_Column] = []
    body: list[_Column] = []
    for name in names:
        ends = published.spec.schema.ends(name)
        whole = ends is not None and set(ends) <= set(names)
        if ends and whole and name == ends[1]:
            continue
        column = _interval_column(published, *ends) if ends and whole else _column(published, name)
        (body if body or column.numeric else heads).append(column)
    split = max(1, len([name for name in names if name in published.spec.schema.dimensions]))
    return heads[:split], heads[split:] + body


def _default_columns(published: Published) -> list[str]:
    """All columns for people; one base of all rows stands in the caption, one answer in the notes, 参考値 is a mark."""
    schema = published.spec.schema
    formats = [c.by for c in schema.columns.values() if isinstance(c, Various)]
    aside = [name for name, column in schema.columns.items() if isinstance(column, Text) and column.aside]
    left = {*_marks(published), *formats, *_alike(published), *aside}
    kept = [name for name in schema.columns if name not in left]
    base = _base_column(published)
    if base and published.frame[base].nunique() == 1 and len(published.frame) > 1:
        kept.remove(base)
    return kept


def _alike(published: Published) -> dict[str, str]:
    """Columns that say in each of several rows that the same answers were taken together → which."""
    schema, frame = published.spec.schema, published.frame
    found = {}
    for name in schema.of_kind(Dimension) if len(frame) > 1 else ():
        column, label = schema[name], frame[name].iloc[0]
        if isinstance(column, Dimension) and label in column.groups and frame[name].eq(label).all():
            found[name] = str(label)
    return found


def _marks(published: Published) -> list[str]:
    """Columns that say which shares are 参考値: shown as a mark at the row, not as words in a column."""
    return [name for name in published.spec.schema.of_kind(Flag) if name == "reference"]


def _column(published: Published, name: str) -> _Column:
    kind = published.spec.schema[name]
    return _Column(kind.title, tuple(_cell_texts(published, name)), kind.format in NUMERIC_FORMATS)


def _interval_column(published: Published, lower: str, upper: str) -> _Column:
    bounds = zip(published.frame[lower].tolist(), published.frame[upper].tolist(), strict=True)
    hidden = published.hidden[[lower, upper]].any(axis=1).tolist()
    cells = [
        HIDDEN if hide else MISSING if pd.isna([low, high]).any() else interval_text(low, high, written)
        for (low, high), hide, written in zip(bounds, hidden, _formats(published, lower, upper), strict=True)
    ]
    column = published.spec.schema[lower]
    return _Column(
        f"{column.both}({column.unit})" if column.unit else column.both, tuple(cells), numeric=True
    )


def _formats(published: Published, *columns: str) -> list[str]:
    """The number format of each row of a column, or of an interval; decimals in one row are decimals in all of them.

    A zero that was estimated or is a difference is a number: 「-」 says that nobody was counted.
    """
    frame, kind = published.frame, published.spec.schema.measured_as(columns[0])
    if isinstance(kind, Various):
        return [str(name) for name in frame[kind.by]]
    written = published.spec.schema[columns[0]].format
    if written in {"n", "count"}:
        if (frame[list(columns)].astype("Float64") % 1 > 0).any(axis=None):
            written = "rate"
        elif not isinstance(kind, Count):
            written = "whole"
    return [written] * len(frame)


def _cell_texts(published: Published, column: str) -> list[str]:
    """Spell the cells of a column: number or text, 「x」 when kept back, 「…」 when there is none."""
    values: list[Any] = published.frame[column].tolist()
    formats = _formats(published, column)
    return [
        HIDDEN if hide else MISSING if value is None or pd.isna(value) else _cell_text(value, written)
        for value, hide, written in zip(values, published.hidden[column].tolist(), formats, strict=True)
    ]


def _cell_text(value: Any, number_format: str) -> str:
    return str(value.date()) if isinstance(value, pd.Timestamp) else in_cell(value, number_format)


def _cross(
    published: Published, across: str, values: str
) -> tuple[list[_Column], list[_Column], list[bool | None]]:
    """Row headings, body columns (bases first, then one per category) and small rows of a cross table."""
    frame, totals = published.frame, set(TOTAL_LABELS)
    for name in (across, values):
        _ = published.spec.schema[name]
    keys = [name for name in published.spec.schema.dimensions if name != across]
    if not keys:
        raise PublishError(f"表「{published.spec.id}」の区分は「{across}」だけなので、クロス表にできません。")
    labels = [" / ".join(map(str, row)) for row in frame[keys].itertuples(index=False, name=None)]
    order = sorted(dict.fromkeys(labels), key=lambda label: not set(label.split(" / ")) & totals)
    place = {label: position for position, label in enumerate(order)}
    columns: dict[str, list[str]] = {}
    texts = _cell_texts(published, values)
    for label, category, text in zip(labels, frame[across].astype(str), texts, strict=True):
        cells = columns.setdefault(category, [""] * len(order))
        if cells[place[label]]:
            raise PublishError(
                f"表「{published.spec.id}」に「{label}」と「{category}」の行が二つあり、クロス表の一つの欄に入りません。"
            )
        cells[place[label]] = text
    by_column = _bases(published, frame[across].astype(str).tolist())
    by_row = _bases(published, labels)
    named = (
        {category: f"{category}(n={by_column[category]})" for category in columns}
        if not by_row and by_column
        else {}
    )
    body = [
        _Column(named.get(category, category), tuple(cell or NONE_COUNTED for cell in cells), numeric=True)
        for category, cells in columns.items()
    ]
    head = _Column(" / ".join(published.spec.schema[key].title for key in keys), tuple(order), numeric=False)
    first = {label: row for row, label in reversed(list(enumerate(labels)))}
    small = _small(published, [values])
    title = published.spec.schema[_base_column(published)].title if by_row else ""
    bases = [_Column(title, tuple(by_row[label] for label in order), numeric=True)] if by_row else []
    return [head], bases + body, [small[first[label]] for label in order] if small else []


def _bases(published: Published, labels: Sequence[str]) -> dict[str, str]:
    """The base of each group of rows with the same label; empty where a group has more than one, or there is none."""
    column = _base_column(published)
    if not column:
        return {}
    found = dict.fromkeys(labels, HIDDEN)
    for label, text in zip(labels, _cell_texts(published, column), strict=True):
        if found[label] not in {HIDDEN, text} and text != HIDDEN:
            return {}
        found[label] = text if text != HIDDEN else found[label]
    return found


def _told(columns: Sequence[_Column]) -> bool:
    """Whether a table is told rather than counted: sentences and no numbers, one row after the other on a phone."""
    return not any(column.numeric for column in columns) and any(column.kind == "long" for column in columns)


def _body_rows(
    heads: Sequence[_Column],
    body: Sequence[_Column],
    small: Sequence[bool | None],
    *,
    told: bool,
) -> str:
    count_of_rows = len((*heads, *body)[0].cells)
    if not count_of_rows:
        return f'<tr><td colspan="{len(heads) + len(body)}">{NO_ROWS}</td></tr>'
    # All rows small: said once in the notes, not at every row.
    marked = small if small and not _all_small(small) else [False] * count_of_rows
    labels = [tuple(head.cells[row] for head in heads) for row in range(count_of_rows)]
    rows = []
    for row in range(count_of_rows):
        kind = ' class="total"' if _is_total(labels[row], labels) else ""
        mark = f'<abbr class="mark" title="参考値">{REFERENCE}</abbr>' if marked[row] else ""
        cells = [
            _row_heading(head.cells[row], _heading_kind(heads, at, row), mark if head is heads[-1] else "")
            for at, head in enumerate(heads)
        ]
        cells += [f"<td{_class(column, told=told)}>{html.escape(column.cells[row])}</td>" for column in body]
        rows.append(f"<tr{kind}>{''.join(cells)}</tr>")
    return "".join(rows)


def _is_total(row: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row adds others up: men of all ages do, where the table has men of some age, and nowhere else."""
    if not set(row) & set(TOTAL_LABELS):
        return False
    return any(
        other != row and all(own in (part, *TOTAL_LABELS) for own, part in zip(row, other, strict=True))
        for other in rows
    )


def _class(column: _Column, *, told: bool) -> str:
    """Class of a cell; none for a number: most are, and a page holds thousands. What is told names its heading."""
    named = f' data-heading="{html.escape(column.title)}"' if told else ""
    return "" if column.kind == "num" else f' class="{column.kind}"{named}'


def _row_heading(words: str, kind: str, mark: str) -> str:
    # A heading without words would be announced as one; it is an empty cell.
    if not words.strip():
        return f'<td class="{kind}"></td>'
    own = kind.removeprefix("short").strip()  # short is what row headings are unless they say otherwise
    told = f' class="{own}"' if own else ""
    return f'<th scope="row"{told}>{html.escape(words)}{mark}</th>'


def _heading_kind(heads: Sequence[_Column], at: int, row: int) -> str:
    """Class of a row heading; one that repeats the row above steps back, so that groups of rows show."""
    above = [head.cells[row - 1] for head in heads[: at + 1]] if row else []
    repeats = len(heads) > at + 1 and above == [head.cells[row] for head in heads[: at + 1]]
    return f"{heads[at].kind} again" if repeats else heads[at].kind


def _small(published: Published, printed: Sequence[str]) -> list[bool | None]:
    """Which rows rest on too few for a share that is printed to be more than 参考値.

    None where the base is not known to the reader, or no share is shown; empty where small bases are no question.
    """
    frame, schema = published.frame, published.spec.schema
    shares = [name for name in printed if isinstance(schema[name], Share)]
    shown = frame[shares].notna().any(axis=1).tolist()
    if base := next((base for name in shares if (base := schema.base_of(name)) in frame), ""):
        small = [None if pd.isna(size) else bool(size < SMALL_BASE) for size in frame[base]]
    elif shares and (marks := _marks(published)):
        small = [None if pd.isna(flag) else bool(flag) for flag in frame[marks[0]]]
    else:
        return []
    return [flag if seen else None for flag, seen in zip(small, shown, strict=True)]


def _all_small(small: Sequence[bool | None]) -> bool:
    """Whether all rows of known base are small, which is then said once instead of at every row."""
    known = [flag for flag in small if flag is not None]
    return bool(known) and all(known)


def _notes(
    published: Published, printed: Sequence[str], columns: Sequence[_Column], small: Sequence[bool | None]
) -> str:
    spec = published.spec
    shares = set(printed) & set(spec.schema.of_kind(Share))
    cells = {cell for column in columns if column.numeric for cell in column.cells}
    notes = [note] if (note := spec.note_on(printed)) else []
    notes += [
        f"「{spec.schema[name].name}」は、どの行も「{label}」です。"
        for name, label in _alike(published).items()
        if name not in printed
    ]
    if _all_small(small):
        notes.append(f"対象が{SMALL_BASE}に満たないため、割合は参考値です。")
    elif any(small):
        notes.append(f"{REFERENCE} 対象が{SMALL_BASE}に満たないため、割合は参考値です。")
    if shares and spec.schema.multiple:
        notes.append(SEVERAL_ANSWERS)
    if not _any_below_unit(published, printed):
        cells -= {BELOW_UNIT}
    decimals = any("." in cell for cell in cells) and not spec.schema.multiple
    rounded = decimals and any(_adds_up(published, name) for name in shares)
    general = [_ROUNDING] * bool(rounded) + [legend for legend in [_legend(cells)] if legend]
    lines = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    lines += "".join(f'<li class="general">{note}</li>' for note in general)
    return f'<div class="notes">{f"<p>注</p><ul>{lines}</ul>" if lines else ""}{_source(published)}</div>'


def _adds_up(published: Published, share: str) -> bool:
    """Whether some shares of a column are parts of one whole, as far as a reader can tell: two that make up 100 %.

    Where parts are hidden everywhere, those that are shown may leave room for them; a selection of the categories
    shows in the groups of which none is.
    """
    schema, frame, hidden = published.spec.schema, published.frame, published.hidden[share]
    words = [name for name, column in schema.columns.items() if not column.numeric]
    for name in schema.dimensions:
        # What stands before the categories says whose they are; words behind them are remarks.
        before = words[: words.index(name)]
        others = [other for other in words if other != name and other in {*before, *schema.dimensions}]
        parts = frame[~frame[name].isin(TOTAL_LABELS)]
        groups = [one for _, one in parts.groupby(others, observed=True)] if others else [parts]
        groups = [one for one in groups if len(one) > 1 and one[name].is_unique]
        partly = [bool(hidden[one.index].any()) for one in groups]
        known = [one[share].astype("Float64").sum() for one in groups]
        # Weighted shares come in tenths of a percent (`Page.publish`), each half of one from the truth.
        near = [_ALMOST + len(one) * 0.0005 * published.spec.of_answers for one in groups]
        if any(abs(sum_ - 1) < room for sum_, room in zip(known, near, strict=True)):
            return True
        if partly and all(partly) and any(0 < sum_ < 1 for sum_ in known):
            return True
    return False


def _any_below_unit(published: Published, printed: Sequence[str]) -> bool:
    """Whether a number that is not zero is printed as 0.0."""
    return any(
        value and in_cell(value, published.spec.schema[name].format) == BELOW_UNIT
        for name in printed
        if is_numeric_dtype(published.frame[name])
        for value in published.frame[name].dropna()
    )


def _source(published: Published) -> str:
    source = published.spec.subject.source
    return f'<p class="source">出典: {html.escape(source)}</p>' if source else ""


def _legend(cells: set[str]) -> str:
    used = [symbol for symbol in SYMBOLS if symbol in cells]
    if any(cell.startswith(NEGATIVE) for cell in cells) and NEGATIVE not in used:
        used.append(NEGATIVE)
    return "記号: " + "、".join(f"「{symbol}」{SYMBOLS[symbol]}" for symbol in used) + "。" if used else ""
