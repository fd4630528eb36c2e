"""A page of the report as a Word document: headings, real tables, figures as pictures that say what they show.

It is made from the finished page, so it can hold nothing that the door kept back or the gate has not read.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import html

from ujo_lib.disclosure.packing import archive

_FONT: Final = "游ゴシック"
_WIDTH: Final = Mm(170)
_NARROWEST, _WIDEST = 12, 40
"""Characters that a column of a table counts for, at least and at most, when columns share the width of the sheet."""
_PARTS: Final = (
    "//header//p[@class='report'] | //header//h1 | //header//dl | //header//ul[@class='banners'] | //main | "
    "//footer/section"
)
_HANDLING: Final = "//header//ul[@class='banners']//strong/text()"
_LEFT_OUT: Final = frozenset({"script", "style", "svg", "nav", "details"})
_SAID: Final = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "figcaption": "Caption", "p": "Normal"}
_LINES: Final = frozenset({"p", "b"})
"""What begins a line of its own within a point or a caption: what a sentence rests on, what is to be done."""
_STRONG: Final = frozenset({"strong", "b"})
_SIZES: Final = {"Title": 20.0, "Heading 1": 14.0, "Heading 2": 12.0, "Caption": 10.0}
_BODY: Final = ("Normal", "List Bullet", "List Number")
_INK: Final = RGBColor(0x1A, 0x1A, 0x1A)


def document(page: str, pictures: Sequence[bytes], written: datetime) -> bytes:
    """Write a page as a Word document.

    Args:
        page: the HTML of the page.
        pictures: PNG of each of its figures, in order.
        written: the time that the document gives as its own.

    Returns:
        The .docx file; the same page and pictures give the same bytes.

    Raises:
        ValueError: not one picture for each figure.
    """
    root = html.fromstring(page)
    figures = root.xpath("//div[@role='img']")
    shown = dict(zip(figures, pictures, strict=True))
    writer = _Writer(shown)
    for part in root.xpath(_PARTS):
        writer.write(part)
    return writer.file(root.findtext(".//title", ""), root.xpath(_HANDLING), written)


class _Writer:
    """A document that grows by one element of the page after the other."""

    def __init__(self, pictures: Mapping[Any, bytes]):
        self._made = Document()
        self._pictures = pictures
        section = self._made.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
        for name, size in {**_SIZES, **dict.fromkeys(_BODY, 10.5)}.items():
            style = self._made.styles[name]
            style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), _INK
            fonts = style.element.rPr.rFonts
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme"):  # a font of the theme would win
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:eastAsia"), _FONT)

    def write(self, node: Any) -> None:
        """Write an element of the page and all within it."""
        if node.tag in _LEFT_OUT or not isinstance(node.tag, str):
            return
        if node in self._pictures:
            self._picture(node)
        elif node.tag == "table":
            self._table(node)
        elif node.tag in _SAID:
            self._say(node, _SAID[node.tag])
        elif node.tag == "li":
            self._say(node, "List Number" if node.getparent().tag == "ol" else "List Bullet")
        elif node.tag == "dl":
            for term in node.findall(".//dt"):
                said = [_words(one) for one in term.itersiblings("dd")]
                self._made.add_paragraph(f"{_words(term)}: {'、'.join(said)}", "List Bullet")
        else:
            for child in node:
                self.write(child)

    def _say(self, node: Any, style: str) -> None:
        said = self._made.add_paragraph("", style)
        said.paragraph_format.keep_with_next = style == "Caption" or None
        for part in node.xpath(".//text()[normalize-space()]"):
            around = part.getparent() if part.is_text else part.getparent().getparent()
            if said.runs and (around.tag in _LINES or around.get("class") == "finding"):
                said.runs[-1].add_break()
            said.add_run(f"{part.strip()} ").bold = around.tag in _STRONG or None

    def _picture(self, node: Any) -> None:
        picture = self._made.add_picture(io.BytesIO(self._pictures[node]), _WIDTH)
        picture._inline.docPr.set("descr", node.get("aria-label"))

    def _table(self, node: Any) -> None:
        for caption in node.findall("caption"):
            self._say(caption, "Caption")
        rows = [row.xpath("th | td") for row in node.iter("tr")]
        table = self._made.add_table(len(rows), len(rows[0]), "Table Grid")
        for cells, row in zip(table.rows, rows, strict=True):
            cells._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # a row stays on one sheet
            for cell, found in zip(cells.cells, row, strict=True):
                cell.text = _words(found)
        longest = [max(len(cell.text) for cell in column.cells) for column in table.columns]
        shares = [min(max(length, _NARROWEST), _WIDEST) for length in longest]
        for column, share in zip(table.columns, shares, strict=True):
            for part in (column, *column.cells):  # Word goes by the cells, other programs by the columns
                part.width = int(_WIDTH * share / sum(shares))
        # Repeated at the head of each sheet, and read out before its column.
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self._made.add_paragraph()

    def file(self, title: str, handling: Sequence[str], written: datetime) -> bytes:
        """The document as bytes; each sheet says what it is of, how it may be handled and its number."""
        self._made.sections[0].header.paragraphs[0].text = " | ".join([title, *handling])
        number = self._made.sections[0].footer.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for field, before in (("PAGE", ""), ("NUMPAGES", " / ")):
            number.add_run(before)
            counted = OxmlElement("w:fldSimple")
            counted.set(qn("w:instr"), field)
            number._p.append(counted)
        for language in self._made.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "ja-JP")
        about = self._made.core_properties
        about.title = title
        about.author, about.comments, about.language = "", "", "ja-JP"
        about.created = about.modified = written
        made = io.BytesIO()
        self._made.save(made)
        with zipfile.ZipFile(made) as parts:
            return archive((name, parts.read(name)) for name in parts.namelist())


def _words(node: Any) -> str:
    """The text of an element: of parts that stand apart on the page, each set off by a space."""
    texts = [text.strip() for text in node.itertext()]
    return " ".join(text for text in texts if text)
