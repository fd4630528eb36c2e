"""A figure of the report: not a picture but what draws it, with all that a reader who cannot see it needs."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.sheet import Sheet, register_font, theme
from ujo_lib.report.look.style import FONT, NARROW, WIDE, Layout
from ujo_lib.report.look.tables import NUMBER_MARK, circumstances, table_html
from ujo_lib.report.look.wording import Said

_COMMENT: Final = re.compile(
    r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE[^>]*>|<\?xml[^>]*\?>|<style.*?</style>", re.DOTALL
)
# Scales are left alone: a glyph is drawn at 0.015625 of its own units.
_LONG_NUMBER: Final = re.compile(r"scale\([^)]*\)|(\d+\.\d{1,2})\d*")
# Names that nothing refers to, and groups that hold a single shape: half of a heat map's weight.
_IDENTITY: Final = re.compile(r' id="[A-Za-z.0-9]+_\d+"')
_LONE_GROUP: Final = re.compile(r"<g>\n(<(?:path|use)\b[^>]*/>)\n</g>")
_STANDALONE: Final = re.compile(r' xmlns(?::xlink)?="[^"]*"| version="[^"]*"')
_DEFINITIONS: Final = re.compile(r"<defs>(.*?)</defs>", re.DOTALL)
_DEFINITION: Final = re.compile(r'<(path|clipPath|pattern|g) id="([^"]+)".*?(?:/>|</\1>)', re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """What draws a figure, and what it says.

    Attributes:
        draw: draws it on a sheet.
        published: the tables it shows; the first one names it.
        column: the column whose numbers are drawn; empty where positions mean nothing by themselves.
        finding: what it shows, in one sentence.
        description: kind of figure and range of its values.
        said: the finding sentence by sentence, with the cells its values were read from.
    """

    draw: Callable[[Sheet], None]
    published: tuple[Published, ...]
    column: str
    finding: str
    description: str
    said: tuple[Said, ...] = ()

    @property
    def alt(self) -> str:
        """Text for those who do not see the figure: finding, kind and range."""
        return f"{self.finding}{self.description}"

    def to_html(self) -> str:
        """The figure with caption, a drawing for each width, notes, source, and its numbers as a table to unfold."""
        spec = self.published[0].spec
        unit = spec.schema[self.column].unit if self.column else ""
        tables = "".join(table_html(item, compact=True) for item in self.published)
        # The drawing for the phone is hidden where no style sheet of a page knows better: in a notebook.
        return (
            f'<figure class="chart"><figcaption>{NUMBER_MARK.format(kind="figure")}'
            f'<span class="title">{html.escape(spec.title)}</span>'
            f'<span class="circumstances">{circumstances(self.published[0], unit)}</span>'
            f'<span class="finding">{html.escape(self.finding)}</span></figcaption>'
            f'<div class="drawing" role="img" aria-label="{html.escape(self.alt)}">'
            f'<div class="wide">{self._inline(WIDE)}</div><div class="narrow" hidden>{self._inline(NARROW)}</div></div>'
            f"<details><summary>数値を表で見る</summary>{tables}</details></figure>"
        )

    def svg(self, layout: Layout = WIDE) -> bytes:
        """The drawing as SVG with outlined letters; the same figure gives the same bytes."""
        stream = io.StringIO()
        with mpl.rc_context(theme(layout)):
            sheet = self._sheet(layout)
            nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
            FigureCanvasSVG(sheet.mpl).print_svg(stream, metadata=nothing)
        # matplotlib repeats every text as a comment and writes six decimals of a pixel: weight, and a second carrier.
        slim = _LONG_NUMBER.sub(lambda found: found[1] or found[0], _COMMENT.sub("", stream.getvalue()))
        slim = _LONE_GROUP.sub(r"\1", _IDENTITY.sub("", re.sub(r"\s*\n\s*", "\n", slim)))
        slim = slim.replace(f"{FONT}-", "G").replace("<svg ", '<svg stroke-linejoin="round" ', 1)
        return slim.replace("<defs>\n</defs>", "").strip().encode("utf-8")

    def to_svg(self, path: Path) -> None:
        """Write the wide drawing as an SVG file."""
        path.write_bytes(self.svg())

    def to_png(self, path: Path, dpi: int = 300) -> None:
        """Write the wide drawing as a PNG file for Word or PowerPoint."""
        with mpl.rc_context(theme(WIDE)):
            sheet = self._sheet(WIDE)
            sheet.mpl.set_dpi(dpi)
            FigureCanvasAgg(sheet.mpl).print_png(path, metadata={"Software": None})

    def _repr_html_(self) -> str:
        return self.to_html()

    def _sheet(self, layout: Layout) -> Sheet:
        register_font()
        sheet = Sheet(layout)
        self.draw(sheet)
        sheet.fit()
        return sheet

    def _inline(self, layout: Layout) -> str:
        drawn = self.svg(layout).decode().replace("xlink:href", "href")
        return _STANDALONE.sub("", drawn).replace('pt"', '"', 2)


def gathered(shown: str, known: dict[str, str]) -> str:
    """Take the definitions of letters, marks and patterns out of drawings, so that a page holds each of them once.

    Args:
        shown: HTML with drawings.
        known: name → definition; new ones are added. A name is made from its content, so it never means two things.
    """

    def taken(found: re.Match[str]) -> str:
        known.update((one[2], one[0]) for one in _DEFINITION.finditer(found[1]))
        return ""

    return _DEFINITIONS.sub(taken, shown)
