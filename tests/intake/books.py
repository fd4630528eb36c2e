"""The same table as a workbook of each format that is not .xlsx: .xls by xlwt, .ods and .xlsb part by part.

Rows hold texts, numbers, days, ``None`` for a blank cell and :class:`Error` for an error value.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

import xlwt

Cell = object
Rows = Sequence[Sequence[Cell]]
Area = tuple[int, int, int, int]
"""First and last row, first and last column, from 0."""


class Error(str):
    """An error value, 「#N/A」."""


_FROM = date(1899, 12, 30)
_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def as_xls(sheets: Mapping[str, Rows], merged: Sequence[Area] = (), hidden: Sequence[str] = ()) -> bytes:
    """A workbook of Excel 97 to 2003."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy/m/d")
    for title, rows in sheets.items():
        sheet = book.add_sheet(title)
        sheet.visibility = int(title in hidden)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, Error):
                    sheet.row(at).set_cell_error(column, _CODES[cell])
                elif cell is not None and cell != "":
                    sheet.write(at, column, cell, *([day] if isinstance(cell, date) else []))
        for area in merged:
            sheet.merge(*area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- .xlsb ----------------------------------------------------------------------------------------------------------


def as_xlsb(sheets: Mapping[str, Rows], merged: Sequence[Area] = (), hidden: Sequence[str] = ()) -> bytes:
    """A binary workbook, with the parts that Excel itself could not do without (MS-XLSB 2.1.7)."""
    names = b"".join(
        as_record(156, struct.pack("<II", int(title in hidden), n) + _text(f"rId{n}") + _text(title))
        for n, title in enumerate(sheets, 1)
    )
    styles = b"".join(
        as_record(47, struct.pack("<6H4B", 0, form, 0, 0, 0, 0, 0, 0, 0, 0)) for form in (0, 14)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        f' Target="worksheets/sheet{n}.bin"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/_rels/workbook.bin.rels": f'<?xml version="1.0"?><Relationships>{links}</Relationships>'.encode(),
        "xl/workbook.bin": as_record(131) + as_record(143) + names + as_record(144) + as_record(132),
        "xl/styles.bin": as_record(278)
        + as_record(617, struct.pack("<I", 2))
        + styles
        + as_record(618)
        + as_record(279),
    }
    for n, rows in enumerate(sheets.values(), 1):
        cells = {(at, column): cell for at, row in enumerate(rows) for column, cell in enumerate(row)}
        parts[f"xl/worksheets/sheet{n}.bin"] = binary_sheet(cells, merged)
    return zipped(parts)


def binary_sheet(cells: Mapping[tuple[int, int], Cell], merged: Sequence[Area] = ()) -> bytes:
    """The part of one sheet, its cells by row and column from 0."""
    rows = {at for at, _ in cells}
    wide = max((column for _, column in cells), default=0)
    body = [
        as_record(129),
        as_record(148, struct.pack("<4I", 0, max(rows, default=0), 0, wide)),
        as_record(145),
    ]
    for row in sorted(rows):
        body.append(as_record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0)))
        body += [_cell(column, cell) for (at, column), cell in sorted(cells.items()) if at == row]
    areas = [as_record(176, struct.pack("<4I", *area)) for area in merged]
    return b"".join([*body, as_record(146), *areas, as_record(130)])


def _cell(column: int, cell: Cell) -> bytes:
    head = struct.pack("<II", column, int(isinstance(cell, date)))
    if isinstance(cell, Error):
        return as_record(3, head + bytes([_CODES[cell]]))
    if isinstance(cell, date):
        return as_record(5, head + struct.pack("<d", (cell - _FROM).days))
    if isinstance(cell, int | float):
        return as_record(5, head + struct.pack("<d", cell))
    return as_record(6, head + _text(str(cell))) if cell else as_record(1, head)


def as_record(kind: int, content: bytes = b"") -> bytes:
    """A record of a binary workbook: its number, the length of its content, and that."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size, rest = b"", len(content)
    while rest > 127:
        size, rest = size + bytes([rest & 127 | 128]), rest >> 7
    return number + size + bytes([rest]) + content


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


# --- .ods -----------------------------------------------------------------------------------------------------------

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
) + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip
_HIDDEN = (
    '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style>"
)
_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def as_ods(sheets: Mapping[str, Rows], merged: Sequence[Area] = (), hidden: Sequence[str] = ()) -> bytes:
    """A workbook of LibreOffice."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, bottom, left, right in merged}
    tables = []
    for title, rows in sheets.items():
        lines = "".join(
            "<table:table-row>"
            + "".join(open_cell(cell, spans.get((at, column), (1, 1))) for column, cell in enumerate(row))
            + "</table:table-row>"
            for at, row in enumerate(rows)
        )
        style = ' table:style-name="h"' if title in hidden else ""
        tables.append(f'<table:table table:name="{title}"{style}>{lines}</table:table>')
    return ods_of("".join(tables))


def ods_of(tables: str) -> bytes:
    """The workbook around the XML of its tables."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}><office:automatic-styles>{_HIDDEN}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/></manifest:manifest>'
    )
    parts = {"mimetype": _MIME, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped({name: part.encode() for name, part in parts.items()})


def open_cell(cell: Cell, span: tuple[int, int] = (1, 1)) -> str:
    """The XML of one cell."""
    spans = (
        f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"'
        if span != (1, 1)
        else ""
    )
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, Error):
        said = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    elif isinstance(cell, date):
        said = f'office:value-type="date" office:date-value="{cell}"'
    elif isinstance(cell, int | float):
        said = f'office:value-type="float" office:value="{cell}"'
    else:
        said = 'office:value-type="string"'
    return f"<table:table-cell {said}{spans}><text:p>{escape(str(cell))}</text:p></table:table-cell>"


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """An archive of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def rewritten(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with other words (old: a pattern) in one of its parts, or in all ("*")."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == part or part == "*":
                assert part == "*" or re.search(old, content)
                content = re.sub(old, new, content)
            target.writestr(name, content)
    return out.getvalue()


FORMATS: dict[str, Callable[..., bytes]] = {".xls": as_xls, ".xlsb": as_xlsb, ".ods": as_ods}
