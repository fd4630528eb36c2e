"""Sheets as an .xlsx file, written straight as SpreadsheetML: the same sheets give the same bytes.

A year has some hundred sheets for each of two audiences, written in every run. Without a model of each cell in
memory this takes a tenth of the time of a general library, and there is no clock, no author and no machine in the
file. A sheet is one table: lines that describe it, one line of headings, rows. Nothing is merged, nothing is computed
by the reader's program, and a text is a text whatever it begins with.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

NAME_LIMIT: Final = 31
"""Longest name of a sheet that spreadsheet programs accept."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH: Final = date(1899, 12, 30)
_NARROWEST, _WIDEST, _MEASURED_ROWS = 11, 60, 300
_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)
_NUMBER_FORMATS: Final = ("#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "yyyy\\-mm\\-dd")
_PLAIN, _DEFUSED, _LABEL, _TITLE, _HEADING, _SYMBOL, _LINK, _FIRST_FORMAT = range(8)
_DATE: Final = "yyyy\\-mm\\-dd"


@dataclass(frozen=True)
class Number:
    """A number and how many decimals the reader sees; None shows it as it is."""

    value: float
    decimals: int | None = 0


@dataclass(frozen=True)
class Symbol:
    """A sign that stands where a number would be."""

    text: str


@dataclass(frozen=True)
class Link:
    """A text that leads to a cell of another sheet."""

    text: str
    sheet: str
    cell: str = "A1"


Cell = str | Number | Symbol | Link | date | None


@dataclass(frozen=True)
class Sheet:
    """One table on a sheet of its own.

    Attributes:
        name: name of the sheet.
        about: lines above the table, a label and what is said; the first is the title.
        headings: one per column.
        rows: the cells; None leaves one empty.
    """

    name: str
    about: Sequence[tuple[str, Cell]]
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def heading_row(self) -> int:
        """Row of the headings, counted from 1; everything above stays in view."""
        return len(self.about) + 1

    def address(self, row: int, column: int) -> str:
        """Address of a cell of the table, both counted from 0: `B12`."""
        return f"{column_letters(column)}{self.heading_row + 1 + row}"


def column_letters(column: int) -> str:
    """Name of a column counted from 0: A, B, …, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def sheet_name(text: str) -> str:
    """A name that spreadsheet programs accept, cut to what they allow."""
    return _FORBIDDEN_IN_NAME.sub("_", text)[:NAME_LIMIT]


def write(sheets: Sequence[Sheet], title: str) -> bytes:
    """Write sheets as one workbook.

    Args:
        sheets: in the order of their tabs; names must differ.
        title: title of the document in its properties.

    Raises:
        ValueError: two sheets have the same name (capitals do not count), or a name is not allowed.
    """
    names = [sheet.name for sheet in sheets]
    if wrong := [name for name in names if name != sheet_name(name) or not name]:
        raise ValueError(f"no names for a sheet: {', '.join(wrong)}")
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError("two sheets have the same name")
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _RELATIONSHIPS,
        "docProps/core.xml": _CORE.format(title=_text(title)),
        "xl/workbook.xml": _workbook(names),
        "xl/_rels/workbook.xml.rels": _workbook_relationships(len(sheets)),
        "xl/styles.xml": _styles(),
    }
    parts |= {f"xl/worksheets/sheet{at}.xml": _sheet(sheet, at == 1) for at, sheet in enumerate(sheets, 1)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _TIMESTAMP)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, content, compresslevel=6)
    return stream.getvalue()


def _sheet(sheet: Sheet, selected: bool) -> str:
    """XML of one sheet, in the order of elements that the standard prescribes."""
    about = [
        _row(1 + at, [(_LABEL, label), (_PLAIN if at else _TITLE, said)])
        for at, (label, said) in enumerate(sheet.about)
    ]
    headings = _row(sheet.heading_row, [(_HEADING, heading) for heading in sheet.headings])
    body = [
        _row(sheet.heading_row + 1 + at, [(_PLAIN, cell) for cell in row])
        for at, row in enumerate(sheet.rows)
    ]
    below = f"A{sheet.heading_row + 1}"
    tab = ' tabSelected="1"' if selected else ""
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView{tab} workbookViewId="0">'
        f'<pane ySplit="{sheet.heading_row}" topLeftCell="{below}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{below}" sqref="{below}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="18"/>{_columns(sheet)}'
        f"<sheetData>{''.join([*about, headings, *body])}</sheetData>{_links(sheet)}"
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _row(number: int, cells: Sequence[tuple[int, Cell]]) -> str:
    written = "".join(
        _cell(f"{column_letters(at)}{number}", style, cell) for at, (style, cell) in enumerate(cells)
    )
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, style: int, cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Number(value, decimals):
            style = _PLAIN if decimals is None else _FIRST_FORMAT + decimals
            return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'
        case date():
            style = _FIRST_FORMAT + _NUMBER_FORMATS.index(_DATE)
            return f'<c r="{place}" s="{style}"><v>{(cell - _EPOCH).days}</v></c>'
        case Symbol(text):
            return _inline(place, _SYMBOL, text)
        case Link(text):
            return _inline(place, _LINK, text)
        case _:
            risky = style == _PLAIN and cell.startswith(_FORMULA_STARTS)
            return _inline(place, _DEFUSED if risky else style, cell)


def _inline(place: str, style: int, text: str) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(text)}</t></is></c>'


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("", text))


def _columns(sheet: Sheet) -> str:
    widths = [_NARROWEST] * max(2, len(sheet.headings))
    for row in (sheet.headings, *sheet.rows[:_MEASURED_ROWS]):
        for at, cell in enumerate(row):
            widths[at] = max(widths[at], min(_WIDEST, _width(cell) + 2))
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    return f"<cols>{columns}</cols>"


def _width(cell: Cell) -> int:
    """Width of a cell in half-width characters."""
    match cell:
        case Number(value, decimals):
            return len(str(value) if decimals is None else f"{value:,.{decimals}f}")
        case Symbol(text) | Link(text):
            words = text
        case str():
            words = cell
        case _:
            return 10
    return sum(2 if east_asian_width(char) in "WFA" else 1 for char in words)


def _links(sheet: Sheet) -> str:
    above = [(f"B{1 + at}", said) for at, (_, said) in enumerate(sheet.about)]
    below = [
        (sheet.address(row, column), cell)
        for row, cells in enumerate(sheet.rows)
        for column, cell in enumerate(cells)
    ]
    links = "".join(
        f'<hyperlink ref="{place}" location={quoteattr(_location(cell))} display={quoteattr(cell.text)}/>'
        for place, cell in [*above, *below]
        if isinstance(cell, Link)
    )
    return f"<hyperlinks>{links}</hyperlinks>" if links else ""


def _location(link: Link) -> str:
    return "'{}'!{}".format(link.sheet.replace("'", "''"), link.cell)


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_RELATIONSHIPS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
_CORE: Final = (
    f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>ja</dc:language>'
    "</cp:coreProperties>"
)


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = [
        ("/xl/workbook.xml", f"{kind}.sheet.main+xml"),
        ("/xl/styles.xml", f"{kind}.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        *((f"/xl/worksheets/sheet{at}.xml", f"{kind}.worksheet+xml") for at in range(1, sheets + 1)),
    ]
    listed = "".join(f'<Override PartName="{part}" ContentType="{name}"/>' for part, name in overrides)
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
    )
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        f'<bookViews><workbookView tabRatio="800"/></bookViews><sheets>{sheets}</sheets></workbook>'
    )


def _workbook_relationships(sheets: int) -> str:
    kinds = [("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, sheets + 1)]
    listed = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate([*kinds, ("styles", "styles.xml")], 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


_FONT: Final = '<name val="游ゴシック"/><family val="3"/><charset val="128"/>'
_FONTS: Final = (
    '<sz val="11"/>',
    '<b/><sz val="11"/>',
    '<sz val="11"/><color rgb="FF595959"/>',
    '<u/><sz val="11"/><color rgb="FF0B5394"/>',
)
_FILLS: Final = (
    '<patternFill patternType="none"/>',
    '<patternFill patternType="gray125"/>',
    '<patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill>',
)
_BORDERS: Final = (
    "<left/><right/><top/><bottom/><diagonal/>",
    '<left/><right/><top/><bottom style="thin"><color rgb="FF7F7F7F"/></bottom><diagonal/>',
)
_OWN_FORMATS_FROM: Final = 164
"""Numbers below belong to the program's own number formats."""


def _styles() -> str:
    """Fonts, fills and the formats of cells; their order is that of the constants `_PLAIN` to `_FIRST_FORMAT`."""
    formats = [
        f'<numFmt numFmtId="{_OWN_FORMATS_FROM + at}" formatCode={quoteattr(code)}/>'
        for at, code in enumerate(_NUMBER_FORMATS)
    ]
    cells = [
        _style(),
        _style('quotePrefix="1"'),
        _style(font=2),
        _style(font=1),
        _style(font=1, fill=2, border=1),
        _style('applyAlignment="1"', inside='<alignment horizontal="right"/>'),
        _style(font=3),
        *(
            _style('applyNumberFormat="1"', number=_OWN_FORMATS_FROM + at)
            for at in range(len(_NUMBER_FORMATS))
        ),
    ]
    parts = {
        "numFmts": formats,
        "fonts": [f"<font>{font}{_FONT}</font>" for font in _FONTS],
        "fills": [f"<fill>{fill}</fill>" for fill in _FILLS],
        "borders": [f"<border>{border}</border>" for border in _BORDERS],
        "cellStyleXfs": ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'],
        "cellXfs": cells,
        "cellStyles": ['<cellStyle name="標準" xfId="0" builtinId="0"/>'],
    }
    listed = "".join(f'<{name} count="{len(of)}">{"".join(of)}</{name}>' for name, of in parts.items())
    return f'{_XML}<styleSheet xmlns="{_MAIN}">{listed}</styleSheet>'


def _style(
    more: str = "", *, number: int = 0, font: int = 0, fill: int = 0, border: int = 0, inside: str = ""
) -> str:
    numbers = f'numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
    return f"<xf {numbers} {more}>{inside}</xf>"
