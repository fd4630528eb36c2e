"""Drawings as text: the same bytes every time, short, and sharing their letters with all other drawings of a page.

Matplotlib's own SVG is long, measures every text anew and brings the outlines of its letters along; a page with twenty
figures would weigh megabytes. Here a pen of the house draws: places to a tenth of a pixel, neighbours of one look
together, letters, words and signs once and under names made from what they are, so that a page can define them once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import mode
from typing import Any, Final

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

from ujo_lib.files import digest
from ujo_lib.report.look.figures.lettering import advance, line_heights, outline, text_width

_MIRRORED: Final = Affine2D().scale(1, -1)
_HATCH: Final = 72
"""Side in pixels of the square that a pattern repeats."""
_UNIT: Final = 8
"""Parts of a hundredth of the font's size that an outline is told in: finer than any printer's dots."""
_EM: Final = 100
"""Units of the place of a letter or a word: both are drawn at a hundredth of the font's size."""
_POINTS: Final = {"Q": 2, "C": 3}
_STROKES: Final = {
    Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "z",
}  # fmt: skip
_CELL: Final = re.compile(
    r"M([\d.]+) ([\d.]+)(?:H([\d.]+)V([\d.]+)H\1(?:V\2)?|V([\d.]+)H([\d.]+)V\2(?:H\1)?)z?"
)
_CELLS: Final = 3
"""Neighbours of one colour that may be the cells of a table."""
_ROUNDING: Final = 0.25  # pixels by which equal heights may differ, each end rounded to a tenth
_SEE_THROUGH: Final = {"opacity", "fill-opacity", "stroke-opacity"}
_DEFINITIONS: Final = re.compile(r"<defs>(.*?)</defs>", re.DOTALL)
_DEFINITION: Final = re.compile(
    r'<(?:path|(clipPath|pattern|g)) id="([^"]+)"(?(1).*?</\1>|[^>]*/>)', re.DOTALL
)
_WORD: Final = re.compile(r'<use href="#(w\w+)"( x="[-\d]+" y="[-\d]+")?([^/]*)/>')
_NAME: Final = re.compile(r'(?:(?<= id=")|(?<=href="#)|(?<=url\(#))([^")]+)')
_HALVES: Final = re.compile(r"#(\w)\1(\w)\2(\w)\3")


class Canvas(FigureCanvasBase):
    """What a figure of the house is laid out on: texts are as wide there as they will be drawn."""

    def get_renderer(self) -> "Pen":
        """What to measure with; matplotlib's layout engine asks for it."""
        return Pen(self.figure)


@dataclass(frozen=True)
class _Run:
    """Neighbours of one look: lines and areas, or things that are defined elsewhere.

    Attributes:
        kind: their element.
        look: attributes that they have in common.
        parts: what each is besides, and the ink it has for itself.
    """

    kind: str
    look: dict[str, str]
    parts: list[tuple[str, str]]

    def __str__(self) -> str:
        if self.kind == "path" and self._is_one:
            return self._together()
        inks = [ink for _, ink in self.parts]
        look = self.look | ({"fill": mode(inks)} if inks[0] else {})
        if len(self.parts) == 1 and "clip-path" not in look:  # which would be moved along
            return f"<{self.kind} {self.parts[0][0]}{_attributes(look)}/>"
        own = [_attributes({"fill": ink} if ink not in ("", look["fill"]) else {}) for ink in inks]
        inner = (f"<{self.kind} {part}{ink}/>" for (part, _), ink in zip(self.parts, own, strict=True))
        return f"<g{_attributes(look)}>{''.join(inner)}</g>"

    @property
    def _is_one(self) -> bool:
        """Whether all lines or areas look the same if they are drawn as one."""
        either = "none" in (self.look["fill"], self.look.get("stroke", "none"))
        return either and not self.look.keys() & _SEE_THROUGH

    def _together(self) -> str:
        drawn = [part.removeprefix('d="').removesuffix('"') for part, _ in self.parts]
        cells = _cells(drawn) if "stroke" not in self.look else None
        if cells is None:
            return f'<path d="{"".join(drawn)}"{_attributes(self.look)}/>'
        lines, width = cells
        look = self.look | {"fill": "none", "stroke": self.look["fill"], "stroke-width": width}
        return f'<path d="{lines}"{_attributes(look)}/>'


class Pen(RendererBase):
    """Draws a matplotlib figure as SVG with outlined letters; it holds neither date nor program nor words.

    Args:
        figure: what will be drawn, at 72 dots per inch: a point is a pixel.
    """

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self._width, self._height = (float(side) for side in figure.bbox.size)
        self._upright = Affine2D().scale(1, -1).translate(0, self._height)
        self._known: dict[str, str] = {}
        self._runs: list[_Run] = []

    def __str__(self) -> str:
        """What was drawn so far, as part of a page."""
        wide, high = _short(self._width), _short(self._height)
        paper = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" stroke-linejoin="round"'
        known, drawn = "".join(self._known.values()), "".join(map(str, self._runs))
        return f"<svg {paper}><defs>{known}</defs>{drawn}</svg>"

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Size of the paper in pixels."""
        return self._width, self._height

    def get_text_width_height_descent(
        self,
        s: str,
        prop: FontProperties,
        ismath: Any,  # noqa: ARG002 as matplotlib calls it
    ) -> tuple[float, float, float]:
        """Size of a line of text in pixels; how high it is depends on its font alone."""
        size = float(prop.get_size_in_points())
        above, below = line_heights()
        return text_width(s, size), (above + below) * size, below * size

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        # Matplotlib reads the tables of the font anew for every text, unless its renderer says what they hold.
        above, below = line_heights()
        size = float(prop.get_size_in_points())
        return above * size, below * size, 0.0

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None
    ) -> None:
        """Draw lines and areas."""
        line = rgbFace is None and gc.get_hatch() is None
        d = _path(
            path.cleaned(
                transform + self._upright,
                remove_nans=True,
                clip=(0.0, 0.0, self._width, self._height) if line else None,
                simplify=line and path.should_simplify,
                curves=True,
            )
        )
        look = self._look(gc, rgbFace)
        if d and (look["fill"] != "none" or "stroke" in look):
            self._add("path", look, f'd="{d}"')

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        """Draw a sign at many points."""
        sign = _path(marker_path.cleaned(marker_trans + _MIRRORED, curves=True))
        name, look = self._define("m", f'<path id="{{}}" d="{sign}"/>'), self._look(gc, rgbFace)
        for points, _ in path.iter_segments(trans + self._upright, simplify=False):
            self._add("use", look, f'href="#{name}" x="{_short(points[-2])}" y="{_short(points[-1])}"')

    def draw_quad_mesh(self, *mesh: Any) -> None:
        """Draw the cells of a table, those of one colour together: none lies over another."""
        below, self._runs = self._runs, []
        super().draw_quad_mesh(*mesh)
        cells: dict[tuple[tuple[str, str], ...], list[tuple[str, str]]] = {}
        for run in self._runs:
            cells.setdefault(tuple(run.look.items()), []).extend(run.parts)
        self._runs = [*below, *(_Run("path", dict(look), parts) for look, parts in cells.items())]

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,  # noqa: ARG002 as matplotlib calls it
        mtext: Any = None,  # noqa: ARG002
    ) -> None:
        """Draw a line of text by the outlines of its letters."""
        letters, right = [], 0.0
        for character in s:
            if d := _letter(character):
                name = self._define("G", f'<path id="{{}}" d="{d}" transform="scale({1 / _UNIT})"/>')
                letters.append(f'<use href="#{name}"{_attributes({"x": _short(right)} if right else {})}/>')
            right += advance(character) * _EM
        scale = float(prop.get_size_in_points()) / _EM
        place, look = f'x="{x / scale:.0f}" y="{y / scale:.0f}"', f"scale({scale:.6g})"
        if angle:
            place, look = "", f"translate({_short(x)} {_short(y)}) rotate({-angle:g}) {look}"
        if letters:
            word = self._define("w", f'<g id="{{}}">{"".join(letters)}</g>')
            self._add("use", {"transform": look}, f'href="#{word}" {place}'.rstrip(), _colour(gc.get_rgb()))

    def _add(self, kind: str, look: dict[str, str], part: str, ink: str = "") -> None:
        last = self._runs[-1] if self._runs else None
        if last is None or (last.kind, last.look) != (kind, look):
            self._runs.append(last := _Run(kind, look, []))
        last.parts.append((part, ink))

    def _define(self, kind: str, element: str) -> str:
        """Define something once, under a name made from what it is: so a name never means two things."""
        name = kind + digest(element)[:16]
        self._known.setdefault(name, element.format(name))
        return name

    def _look(self, gc: GraphicsContextBase, face: Any) -> dict[str, str]:
        """Attributes for how something is drawn and where it ends."""
        forced = gc.get_forced_alpha()
        look = {"fill": "none" if face is None else _colour(face)}
        if gc.get_hatch() is not None:
            look["fill"] = f"url(#{self._hatch(gc, look['fill'])})"
        if face is not None and len(face) > 3 and face[3] != 1 and not forced:
            look["fill-opacity"] = f"{face[3]:g}"
        if forced and gc.get_alpha() != 1:
            look["opacity"] = f"{gc.get_alpha():g}"
        if width := gc.get_linewidth():
            look |= {"stroke": _colour(gc.get_rgb()), "stroke-width": f"{width:g}"}
            if gc.get_rgb()[3] != 1 and not forced:
                look["stroke-opacity"] = f"{gc.get_rgb()[3]:g}"
            begin, dashes = gc.get_dashes()
            if dashes is not None:
                look["stroke-dasharray"] = ",".join(f"{dash:g}" for dash in np.asarray(dashes).tolist())
                look["stroke-dashoffset"] = f"{begin:g}"
            if (join := str(gc.get_joinstyle())) != "round":
                look["stroke-linejoin"] = join
            if (cap := str(gc.get_capstyle())) != "butt":
                look["stroke-linecap"] = "square" if cap == "projecting" else cap
        return look | self._clip(gc)

    def _clip(self, gc: GraphicsContextBase) -> dict[str, str]:
        box, (path, transform) = gc.get_clip_rectangle(), gc.get_clip_path()
        if isinstance(path, Path) and transform is not None:
            shape = f'<path d="{_path(transform.transform_path(path).cleaned(self._upright, curves=True))}"/>'
        elif box is not None:
            corner = f'x="{_short(box.x0)}" y="{_short(self._height - box.y1)}"'
            shape = f'<rect {corner} width="{_short(box.width)}" height="{_short(box.height)}"/>'
        else:
            return {}
        name = self._define("p", f'<clipPath id="{{}}">{shape}</clipPath>')
        return {"clip-path": f"url(#{name})"}

    def _hatch(self, gc: GraphicsContextBase, ground: str) -> str:
        ink = _colour(gc.get_hatch_color())
        lines = gc.get_hatch_path().cleaned(
            Affine2D().scale(_HATCH, -_HATCH).translate(0, _HATCH), curves=True
        )
        square = f'width="{_HATCH}" height="{_HATCH}"'
        look = f'fill="{ink}" stroke="{ink}" stroke-width="{gc.get_hatch_linewidth():g}"'
        pattern = f'<pattern id="{{}}" patternUnits="userSpaceOnUse" {square}>'
        shown = f'<rect {square} fill="{ground}"/><path d="{_path(lines)}" {look}/>'
        return self._define("h", f"{pattern}{shown}</pattern>")


def drawing(figure: Figure) -> str:
    """A figure as a drawing that is part of a page."""
    pen = Pen(figure)
    figure.draw(pen)
    return str(pen)


def standalone(drawn: str) -> str:
    """A drawing as a file of its own, for programs older than browsers: words stand there letter by letter."""
    words = {found[2]: found[0] for found in _DEFINITION.finditer(drawn) if found[1] == "g"}
    known = {name: re.sub(r"^<g [^>]*>|</g>$", "", word) for name, word in words.items()}

    def spelt(use: re.Match[str]) -> str:
        name, place, look = use.groups()
        moved = f' transform="translate({" ".join(re.findall(r"-?[0-9]+", place))})"' if place else ""
        return f"<g{look}><g{moved}>{known[name]}</g></g>"

    for word in words.values():
        drawn = drawn.replace(word, "")
    drawn = _WORD.sub(spelt, drawn).replace(" href=", " xlink:href=")
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return re.sub(
        r'^<svg width="([\d.]+)" height="([\d.]+)"', rf'<svg {names} width="\1pt" height="\2pt"', drawn
    )


def _path(cleaned: Path) -> str:
    """What to draw, point after point: lines that lie or stand are named by one number."""
    points = (np.round(np.asarray(cleaned.vertices), 1) + 0.0).tolist()
    parts: list[str] = []
    x, y, left = 0.0, 0.0, 0
    for code, point in zip(np.asarray(cleaned.codes).tolist(), points, strict=True):
        across, up = point
        if left:
            parts.append(f" {across:g} {up:g}")
            left -= 1
        elif code == Path.STOP:
            break
        elif code == Path.CLOSEPOLY:
            parts.append("z")
            continue
        elif code == Path.LINETO and across == x:
            parts.append(f"V{up:g}")
        elif code == Path.LINETO and up == y:
            parts.append(f"H{across:g}")
        else:
            parts.append(f"{_STROKES[code]}{across:g} {up:g}")
            left = _POINTS.get(_STROKES[code], 1) - 1
        x, y = point
    return "".join(parts)


@lru_cache(maxsize=8192)
def _letter(character: str) -> str:
    """The outline of a letter from each point to the next; empty for a blank."""
    points, codes = outline(character)
    ends = np.rint(points * (_UNIT, -_UNIT)).astype(int).tolist()
    parts: list[str] = []
    start = at = (0, 0)
    left = 0
    for code, (x, y) in zip(codes.tolist(), ends, strict=True):
        if code == Path.CLOSEPOLY:
            parts.append("z")
            at = start
            continue
        step = (x - at[0], y - at[1])
        if left:
            parts.append(f" {step[0]} {step[1]}")
            left -= 1
        elif code == Path.LINETO and 0 in step:
            parts += [f"h{step[0]}"] if step[0] else [f"v{step[1]}"] if step[1] else []
        else:
            parts.append(f"{_STROKES[code].lower()}{step[0]} {step[1]}")
            left = _POINTS.get(_STROKES[code], 1) - 1
        at = at if left else (x, y)
        start = at if code == Path.MOVETO else start
    return "".join(parts).replace(" -", "-")


def _cells(drawn: Sequence[str]) -> tuple[str, str] | None:
    """Cells of a table as lines as thick as its rows are high, and that width, if that is what they are."""
    found = [cell.groups() for d in drawn if (cell := _CELL.fullmatch(d))]
    cells = [
        (float(x), float(y), float(across or across_last), float(up or up_first))
        for x, y, across, up, up_first, across_last in found
    ]
    heights = [abs(bottom - top) for _, top, _, bottom in cells]
    if len(cells) < max(len(drawn), _CELLS) or max(heights) - min(heights) > _ROUNDING:
        return None
    lines = (f"M{x:g} {round((top + bottom) / 2, 1):g}H{end:g}" for x, top, end, bottom in cells)
    return "".join(lines), f"{round(max(heights), 1):g}"


def _attributes(look: Mapping[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in look.items())


def _colour(colour: Any) -> str:
    return _HALVES.sub(r"#\1\2\3", to_hex(colour))


def _short(number: float) -> str:
    return f"{round(float(number), 1) + 0.0:g}"


class Shared:
    """What the drawings of one page define, each thing once and under a short name."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def without(self, shown: str) -> str:
        """HTML whose drawings refer to the definitions of the page instead of their own."""

        def take(found: re.Match[str]) -> str:
            self._known.update((one[2], one[0]) for one in _DEFINITION.finditer(found[1]))
            return ""

        return self._renamed(_DEFINITIONS.sub(take, shown))

    @property
    def definitions(self) -> str:
        """All that was defined so far."""
        return self._renamed("".join(self._known.values()))

    def _renamed(self, svg: str) -> str:
        names = {name: f"g{at}" for at, name in enumerate(self._known)}
        return _NAME.sub(lambda found: names.get(found[1], found[1]), svg)
