"""Tables that are not shaped as the dictionary is: cells that make one value together, one number in many columns.

Nothing is guessed: `join` and `melt` of inputs.yaml say how it is. A table with a number in many columns is read as it
stands, with one column of the schema for each of them, so that every message names the column that a clerk sees; only
what was read is put into one column.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ujo_lib.intake.body import Body
from ujo_lib.intake.cells import reads
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.grid import Grid
from ujo_lib.intake.headers import Header, find_header, fold
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import Column, Schema
from ujo_lib.intake.values import Raw, Site, parse_column
from ujo_lib.params.inputs import Layout


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as it stands.

    Attributes:
        grid: its cells, with a column more for each value that is made of several cells.
        schema: the schema with one column for each of those that hold the melted number.
        spec: the declaration that reads it.
        value: canonical name of the melted number, empty when there is none.
        parts: heading → canonical name → text, for each column that holds it.
    """

    grid: Grid
    schema: Schema
    spec: FileSpec
    value: str = ""
    parts: Mapping[str, Mapping[str, str]] | None = None


def as_it_stands(grid: Grid, schema: Schema, spec: FileSpec, layout: Layout | None, notes: Notes) -> Shape:
    """What `join` and `melt` say about a table; its own shape where they say nothing."""
    shape = Shape(grid, schema, spec)
    if spec.join:
        shape = _joined(shape, layout, notes)
    if spec.melt:
        shape = _widened(shape, layout, notes)
    return shape


_PARTS = ("年", "年度", "月", "日", "時", "分")
"""What stands above a bare number and belongs to it: 1月 of 2023年度 is none of 2023."""


def _joined(shape: Shape, layout: Layout | None, notes: Notes) -> Shape:
    grid, spec = shape.grid, shape.spec
    firsts = {headings[0]: name for name, headings in spec.join.items()}
    header = _header(shape, layout, columns={**spec.columns, **firsts})
    if header is None:
        return shape
    places = {fold(heading): place for place, heading in enumerate(header.headings)}
    columns = dict(spec.columns)
    for name, headings in spec.join.items():
        if lacking := [heading for heading in headings if fold(heading) not in places]:
            remedy = "inputs.yaml の join の見出しを、ファイルの見出しに合わせてください。"
            notes.problem("join に書いた見出しの列", remedy, "11", column="join", value="、".join(lacking))
            continue
        cells = [
            pc.replace_substring_regex(cell, r"^\s*(\d+)\s*$", rf"\1{heading}") if heading in _PARTS else cell
            for heading in headings
            for cell in [grid.table.column(places[fold(heading)])]
        ]
        if any(column.name == name and column.type == "datetime" for column in shape.schema.columns):
            # Midnight beside a day is what a database adds; the clock stands in its own cell, or was not written.
            cells[0] = pc.replace_substring_regex(cells[0], r"[T ]0?0:00(:00(\.0+)?)?$", "")
        made = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*cells, " "))
        title = "+".join(headings)
        texts = pa.chunked_array(
            [pa.array([title] * header.body, pa.string()), *made.slice(header.body).chunks]
        )
        table = grid.table.append_column(f"c{grid.table.num_columns}", texts)
        grid = replace(grid, table=table, widths=grid.widths + 1)
        columns[title] = name
    ignore = (*spec.ignore, *(heading for headings in spec.join.values() for heading in headings))
    return replace(shape, grid=grid, spec=spec.model_copy(update={"columns": columns, "ignore": ignore}))


def _header(shape: Shape, layout: Layout | None, **update: Any) -> Header | None:
    """The headings as they are found without a word: what is wrong with them is said when they are read."""
    spec = shape.spec.model_copy(update=update)
    return find_header(shape.grid.head(), shape.schema, spec, layout, Notes(spec.name))


def _widened(shape: Shape, layout: Layout | None, notes: Notes) -> Shape:
    [(value, form)] = shape.spec.melt.items()
    schema = shape.schema
    pattern = re.compile(
        "".join(
            f"(?P<{part[1:-1]}>.+)" if part.startswith("{") else re.escape(fold(part))
            for part in re.split(r"(\{\w+\})", form)
        )
    )
    names = list(pattern.groupindex)
    header = _header(shape, layout)
    unread = (*shape.spec.ignore, *(layout.ignore if layout else ()))
    left_out = {fold(heading) for heading in unread}
    parts: dict[str, Mapping[str, str]] = {}
    # A column named after the number itself may be one of its parts: 人口(男性) is found under 人口, too.
    taken = {at for name, at in header.columns.items() if name != value} if header else set()
    for place, heading in enumerate(header.headings if header else ()):
        if place not in taken and fold(heading) not in left_out and (said := _said(heading, pattern, schema)):
            parts[heading] = said
    if not parts:
        remedy = f"inputs.yaml の melt の「{form}」を、ファイルの見出しの形に合わせてください。"
        notes.problem("melt に書いた形の見出しの列", remedy, "11", column="melt", value=form)
        return shape
    number = schema.column(value)
    columns = [column for column in schema.columns if column.name not in (value, *names)]
    columns += [
        replace(number, name=heading, heading=heading, aliases=(), required=False) for heading in parts
    ]
    key = tuple(name for name in schema.key if name not in names)
    own = shape.spec.missing_in
    signs = {**own, **dict.fromkeys(parts, own.get(value, {}))}
    spec = shape.spec.model_copy(update={"missing_in": signs, "ignore": unread})
    wide = replace(schema, columns=tuple(columns), key=key)
    return replace(shape, schema=wide, spec=spec, value=value, parts=parts)


def _said(heading: str, pattern: re.Pattern[str], schema: Schema) -> Mapping[str, str]:
    """What a heading, or its lower levels, says of the columns that its form names."""
    levels = heading.split("_")
    for start in range(len(levels)):
        match = pattern.fullmatch(fold("_".join(levels[start:])))
        if match and all(reads(schema.column(name), text) for name, text in match.groupdict().items()):
            return match.groupdict()
    return {}


def gathered(
    shape: Shape, schema: Schema, frame: pd.DataFrame, body: Body, header: Header, site: Site, notes: Notes
) -> tuple[pd.DataFrame, Body, Header]:
    """A table that was read with its number in many columns, one row for each of them.

    Returns:
        Frame, body and headings with the columns of the kind; a column per heading of ``shape.parts`` before.
    """
    parts = shape.parts or {}
    headings = list(parts)
    _refuse_unread(shape.spec, schema.column(shape.value), body, header, notes)
    names = list(parts[headings[0]])
    height, each = len(frame), len(headings)
    row, part = np.repeat(np.arange(height), each), np.tile(np.arange(each), height)
    made = [name for heading in headings for name in (heading, *(f"{heading}_{s}" for s in _SIGNS))]
    long = frame.drop(columns=made, errors="ignore").iloc[row].reset_index(drop=True)
    where = np.repeat(body.rows[:1], each)
    for name in names:
        texts = pa.chunked_array([pa.array([parts[heading][name] for heading in headings])])
        column = parse_column(
            schema.column(name), Raw(shape.spec.melt[shape.value], texts, where), site, notes
        )
        long[name] = column[name].take(part).reset_index(drop=True)
    at = part * height + row
    long[shape.value] = _stacked([frame[heading] for heading in headings], at)
    for sign in _SIGNS:
        flags = [frame.get(f"{heading}_{sign}") for heading in headings]
        if any(flag is not None for flag in flags):
            never = pd.Series(False, range(height), dtype="boolean")
            long[f"{shape.value}_{sign}"] = _stacked([never if flag is None else flag for flag in flags], at)
    here = [schema.column(name) for name in (*names, shape.value)]
    columns = {name: place for name, place in header.columns.items() if name not in parts}
    columns |= {column.name: len(header.headings) + i for i, column in enumerate(here)}
    return (
        long,
        replace(body, table=body.table.take(pa.array(row)), rows=body.rows[row], _raws={}),
        replace(header, headings=(*header.headings, *(c.heading for c in here)), columns=columns),
    )


def _refuse_unread(spec: FileSpec, number: Column, body: Body, header: Header, notes: Notes) -> None:
    """A column of numbers beside those that were read may be one of them: 25時, or the other prefectures.

    Signs and ditto marks among the numbers make no column of words of it.
    """
    ignore = {fold(heading) for heading in spec.ignore}
    for place in header.ignored:
        heading = header.headings[place]
        texts = [text for text in body.raw(header, place).texts if text.strip()]
        some = texts and not body.has_words(header, place)
        numbers = some or sum(reads(number, text) for text in texts) * 2 >= len(texts) > 0
        if heading and numbers and not {fold(heading), fold(heading.rpartition("_")[2])} & ignore:
            remedy = (
                "この列の数は、melt の区分として読めません。区分の1つなら見出しを直し(翌日の時刻は翌日の行に移します)、"
                "区分でない列か合計なら inputs.yaml の ignore に書いてください。"
            )
            notes.problem("melt で読める見出し", remedy, "11", column=heading)


_SIGNS = ("suppressed", "unknown")


def _stacked(columns: Sequence[pd.Series], at: np.ndarray) -> pd.Series:
    return pd.concat(columns, ignore_index=True).take(at).reset_index(drop=True)
