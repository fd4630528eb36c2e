"""A figure of the report: not a picture but what draws it, with all that a reader who cannot see it needs."""

import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.lettering import register_font
from ujo_lib.report.look.figures.sheet import Sheet, theme
from ujo_lib.report.look.figures.svg import drawing, standalone
from ujo_lib.report.look.style import NARROW, WIDE, Layout
from ujo_lib.report.look.tables import NUMBER_MARK, circumstances, table_html
from ujo_lib.report.look.wording import Said

_TALLER, _TALL = 2.2, 900
_HIGHEST = WIDE.small * 235 / (9 * 25.4 / 72)
"""Pixels of a wide drawing that the style sheet makes 235 mm high on paper, its smallest letters then 9 pt."""
_CRAMPED = '<svg class="cramped" '
_HEIGHT = re.compile(r'viewBox="0 0 [\d.]+ ([\d.]+)"')


class TableInsteadError(ValueError):
    """A table holds more than a figure can show: it has to be shown as a table.

    Attributes:
        said: why, as a sentence of the page.
    """

    said: str


class TooHighError(TableInsteadError):
    """A figure is higher than a sheet of paper with letters that can be read."""

    said = "図にすると紙1枚に収まらないため、表で示します。"


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

    @property
    def is_blank(self) -> bool:
        """Whether every number that it would show is kept back or was not computed, so that it would show nothing."""
        frame = self.published[0].frame
        return bool(self.column and len(frame) and frame[self.column].isna().all())

    def drawings(self) -> list[str]:
        """The drawing for each width, wide and narrow, as parts of a page: what takes long.

        Raises:
            TooHighError: on paper its letters would be too small.
        """
        wide = self._drawn(WIDE)
        if _height(wide) > _HIGHEST:
            raise TooHighError(f"{self.published[0].spec.id}: the figure does not fit a sheet of paper")
        return [wide, self._drawn(NARROW)]

    def to_html(self, drawings: Sequence[str] | None = None) -> str:
        """The figure with caption, a drawing for each width, notes, source, and its numbers as a table to unfold.

        Args:
            drawings: its `drawings`, if they are at hand.
        """
        spec = self.published[0].spec
        unit = spec.schema[self.column].unit if self.column else ""
        wide, narrow = drawings or self.drawings()
        # In print, a column of the sheet takes the drawing for the phone, unless that is tall or lacks numbers.
        tall = _height(narrow) > min(_TALLER * _height(wide), _TALL)
        across = " across" if tall or (_CRAMPED in narrow and _CRAMPED not in wide) else ""
        tables = "".join(table_html(item, compact=True) for item in self.published)
        # The drawing for the phone is hidden where no style sheet of a page knows better: in a notebook.
        return (
            f'<figure class="chart"><figcaption>{NUMBER_MARK.format(kind="figure")}'
            f'<span class="title">{html.escape(spec.title)}</span>'
            f'<span class="circumstances">{circumstances(self.published[0], unit)}</span>'
            f'<span class="finding">{html.escape(self.finding)}</span></figcaption>'
            f'<div class="drawing{across}" role="img" aria-label="{html.escape(self.alt)}">'
            f'<div class="wide">{wide}</div><div class="narrow" hidden>{narrow}</div></div>'
            f"<details><summary>数値を表で見る</summary>{tables}</details></figure>"
        )

    def svg(self, layout: Layout = WIDE) -> bytes:
        """The drawing as SVG with outlined letters; the same figure gives the same bytes."""
        return standalone(self._drawn(layout).replace(_CRAMPED, "<svg ", 1)).encode("utf-8")

    def png(self, dpi: int = 300) -> bytes:
        """The wide drawing as PNG, for Word or PowerPoint."""
        drawn = io.BytesIO()
        with _only(theme(WIDE)):
            sheet = self._sheet(WIDE)
            sheet.mpl.set_dpi(dpi)
            FigureCanvasAgg(sheet.mpl).print_png(drawn, metadata={"Software": None})
        return drawn.getvalue()

    def _repr_html_(self) -> str:
        return self.to_html()

    def _drawn(self, layout: Layout) -> str:
        with _only(theme(layout)):
            sheet = self._sheet(layout)
            drawn = drawing(sheet.mpl)
        return drawn.replace("<svg ", _CRAMPED, 1) if sheet.cramped else drawn

    def _sheet(self, layout: Layout) -> Sheet:
        register_font()
        sheet = Sheet(layout)
        self.draw(sheet)
        sheet.fit()
        return sheet


def _only(settings: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Draw by these settings and matplotlib's own, whatever a `matplotlibrc` or a cell above has set."""
    return matplotlib.style.context(["default", settings])


def _height(drawing: str) -> float:
    found = _HEIGHT.search(drawing)
    return float(found[1]) if found else 0.0
