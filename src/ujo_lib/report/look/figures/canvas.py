"""The paper figures are drawn on: sizes in CSS pixels, Japanese type, bytes that never change.

A `Figure` is a recipe, not a picture: it is drawn once for a wide page, once for a phone, once more for a file for
Word. Matplotlib is used without pyplot, so that no global state of a notebook leaks into a report or out of it.
"""

import base64
import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as MplFigure
from matplotlib.ft2font import FT2Font, LoadFlags

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.style import FONT, INK, NARROW, PAPER, RULE, SOFT, WIDE, Layout
from ujo_lib.report.look.tables import NUMBER_MARK, circumstances, table_html
from ujo_lib.report.look.wording import Said

_POINTS_PER_INCH: Final = 72
_RC: Final[dict[str, Any]] = {
    "font.family": FONT,
    "svg.fonttype": "path",
    "svg.hashsalt": "ujo",
    "axes.unicode_minus": False,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.color": INK,
    "hatch.linewidth": 0.7,
    "path.simplify": True,
}
_COMMENT: Final = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE[^>]*>|<\?xml[^>]*\?>", re.DOTALL)
# Scales are left alone: a glyph is drawn at 0.015625 of its own units.
_LONG_NUMBER: Final = re.compile(r"scale\([^)]*\)|(\d+\.\d{2})\d+")
# What must stay on one line: a run of letters or digits, or one character, each with the marks that close it.
_AFTER_DOT: Final = re.compile(r"(?<=・)|(?=\()")
_PIECE: Final = re.compile(
    r"[(「『(]*(?:[0-9A-Za-z.,=+%-]+|.)[、。))」』・ー〜%ーっゃゅょッャュョァィゥェォ]*"
)
# Names that nothing refers to, and groups that hold a single shape: half of a heat map's weight.
_IDENTITY: Final = re.compile(
    r' id="(?:figure|axes|patch|text|line2d|matplotlib\.axis|[xy]tick|'
    r'PathCollection|LineCollection|FillBetweenPolyCollection|QuadMesh)_\d+"'
)
_LONE_GROUP: Final = re.compile(r"<g>\n(<(?:path|use)\b[^>]*/>)\n</g>")
PHONE: Final = "screen and (max-width: 560px)"


@dataclass
class Sheet:
    """One drawing in the making: a matplotlib figure addressed in pixels from the top left corner."""

    layout: Layout
    height: float
    mpl: MplFigure = field(init=False)

    def __post_init__(self) -> None:
        size = (self.layout.width / _POINTS_PER_INCH, self.height / _POINTS_PER_INCH)
        self.mpl = MplFigure(figsize=size, dpi=_POINTS_PER_INCH, facecolor=PAPER)
        # Above all other axes: words and bars stand before gridlines.
        self._page = self.mpl.add_axes((0, 0, 1, 1), frame_on=False, zorder=5)
        self._page.set(xlim=(0, self.layout.width), ylim=(self.height, 0))
        self._page.set_axis_off()

    @property
    def page(self) -> Axes:
        """Axes over the whole sheet whose units are pixels, y downwards."""
        return self._page

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes in a rectangle given in pixels, without frame and ticks."""
        box = (
            left / self.layout.width,
            1 - (top + height) / self.height,
            width / self.layout.width,
            height / self.height,
        )
        axes = self.mpl.add_axes(box, facecolor="none")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=self.layout.small, pad=4)
        return axes

    def text(self, x: float, y: float, words: str, *, size: float | None = None, **style: Any) -> None:
        """Write words at a pixel position; vertically centred unless told otherwise."""
        style = {"va": "center", "color": INK} | style
        self._page.text(x, y, printable(words), fontsize=size or self.layout.font, **style)


@dataclass(frozen=True)
class Figure:
    """A figure of the report, with all that a reader who cannot see it needs.

    Attributes:
        draw: draws it for a layout.
        published: the tables it shows; the first one names it.
        finding: what it shows, in one sentence.
        description: kind of figure and range of its values.
        said: the finding sentence by sentence, with the cells its values were read from.
    """

    draw: Callable[[Layout], Sheet]
    published: tuple[Published, ...]
    finding: str
    description: str
    said: tuple[Said, ...] = ()

    @property
    def alt(self) -> str:
        """Text for those who do not see the figure: finding, kind and range."""
        return f"{self.finding}{self.description}"

    def to_html(self) -> str:
        """The figure with caption, both widths, notes, source, and its numbers as a table to unfold."""
        spec = self.published[0].spec
        wide, narrow = (self._drawn(layout) for layout in (WIDE, NARROW))
        tables = "".join(table_html(item, compact=True) for item in self.published)
        return (
            f'<figure class="chart"><figcaption>{NUMBER_MARK.format(kind="figure")}'
            f'<span class="title">{html.escape(spec.title)}</span>'
            f'<span class="circumstances">{circumstances(self.published[0])}</span>'
            f'<span class="finding">{html.escape(self.finding)}</span></figcaption>'
            f'<picture><source media="{PHONE}" srcset="{narrow[0]}" width="{NARROW.width}" height="{narrow[1]:.0f}">'
            f'<img alt="{html.escape(self.alt)}" src="{wide[0]}" width="{WIDE.width}" height="{wide[1]:.0f}"></picture>'
            f"<details><summary>数値を表で見る</summary>{tables}</details></figure>"
        )

    def svg(self, layout: Layout = WIDE) -> bytes:
        """The drawing as SVG with outlined letters; the same figure gives the same bytes."""
        with mpl.rc_context(_RC):
            register_font()
            return _svg(self.draw(layout))

    def to_svg(self, path: Path) -> None:
        """Write the wide drawing as an SVG file."""
        path.write_bytes(self.svg())

    def to_png(self, path: Path, dpi: int = 300) -> None:
        """Write the wide drawing as a PNG file for Word or PowerPoint."""
        with mpl.rc_context(_RC):
            register_font()
            sheet = self.draw(WIDE)
            sheet.mpl.set_dpi(dpi)
            FigureCanvasAgg(sheet.mpl).print_png(path, metadata={"Software": None})

    def _repr_html_(self) -> str:
        return self.to_html()

    def _drawn(self, layout: Layout) -> tuple[str, float]:
        with mpl.rc_context(_RC):
            register_font()
            sheet = self.draw(layout)
            data = base64.b64encode(_svg(sheet)).decode("ascii")
        return f"data:image/svg+xml;base64,{data}", sheet.height


def _svg(sheet: Sheet) -> bytes:
    for artist in sheet.page.get_children():
        artist.set_clip_on(False)
    stream = io.StringIO()
    FigureCanvasSVG(sheet.mpl).print_svg(
        stream, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    # matplotlib repeats every text as a comment and writes six decimals of a pixel: weight, and a second carrier.
    slim = _LONG_NUMBER.sub(lambda found: found[1] or found[0], _COMMENT.sub("", stream.getvalue()))
    slim = _LONE_GROUP.sub(r"\1", _IDENTITY.sub("", re.sub(r"\s*\n\s*", "\n", slim)))
    return slim.replace(f"{FONT}-", "G").strip().encode("utf-8")


@lru_cache(maxsize=1)
def _font_file() -> Path:
    # Found without importing matplotlib_fontja, which would change the fonts of every figure of the process.
    place = find_spec("matplotlib_fontja")
    if place is None or place.origin is None:
        raise ModuleNotFoundError(
            "matplotlib-fontja, which carries the Japanese font of the figures, is not installed"
        )
    return Path(place.origin).parent / "fonts" / "ipaexg.ttf"


@lru_cache(maxsize=1)
def register_font() -> None:
    """Make the Japanese font known to matplotlib, once per process."""
    font_manager.fontManager.addfont(_font_file())


@lru_cache(maxsize=1)
def _measure() -> FT2Font:
    font = FT2Font(str(_font_file()))
    font.set_size(100, _POINTS_PER_INCH)
    return font


@lru_cache(maxsize=8192)
def _advance(character: str) -> float:
    """Width of one character at a font size of 1; measuring whole texts again and again cost more than drawing."""
    glyph = _measure().load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def text_width(words: str, size: float) -> float:
    """Width in pixels of one line of text at a font size."""
    return sum(map(_advance, printable(words))) * size


def printable(words: str) -> str:
    """Words as the figures' font can show them: it draws an ASCII tilde as a stroke above the line."""
    return words.replace("~", "〜")


def wrapped(words: str, size: float, width: float) -> str:
    """Break Japanese text into lines of at most `width` pixels, never before a closing mark."""
    whole = [part for part in _AFTER_DOT.split(words) if part]
    # Where the parts between middle dots fit a line each, they are kept whole.
    pieces = whole if all(text_width(part, size) <= width for part in whole) else _PIECE.findall(words)
    lines = [""]
    for piece in pieces:
        if not lines[-1] or text_width(lines[-1] + piece, size) <= width:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return "\n".join(lines)


def widest(words: Sequence[str], size: float) -> float:
    """Width in pixels of the longest of several lines or texts."""
    return max((text_width(line, size) for text in words for line in text.split("\n")), default=0.0)
