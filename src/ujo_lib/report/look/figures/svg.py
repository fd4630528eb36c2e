"""Drawings as text: the same bytes every time, short, and sharing their letters with all other drawings of a page.

Matplotlib writes SVG at length, and each drawing brings the outlines of its letters along. A page with twenty figures
would weigh megabytes. Here a drawing is written shorter without looking different, and what many drawings define is
taken out of them and defined once.
"""

import hashlib
import io
import re
from collections.abc import Sequence
from statistics import mode
from typing import Final

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from ujo_lib.report.look.style import FONT

_UNSEEN: Final = re.compile(
    r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE[^>]*>|<\?xml[^>]*\?>|<style.*?</style>", re.DOTALL
)
# A tenth of a pixel is enough for a place; a letter is drawn at 0.015625 of its own units.
_NUMBER: Final = re.compile(r"scale\([^)]*\)|opacity: [\d.]+|(\d+\.\d+)")
# Letters moved by a transform, names that nothing refers to, groups around a single thing, room inside a path.
_SHORTER: Final = (
    (re.compile(r"\s*\n\s*"), "\n"),
    (re.compile(r"(?<=[\d\"z\n])\s*([MLQCz])\s*(?=[-\d\"M])"), r"\1"),
    (re.compile(r'\n"'), '"'),
    (re.compile(r'(<use [^>]*)transform="translate\((\S+) 0\)"/>'), r'\1x="\2"/>'),
    (
        re.compile(r'(<use [^>]*href="#m\w+" [^>]*style="fill: #\w+); stroke: #\w+; stroke-width: [\d.]+"'),
        r'\1"',
    ),
    (re.compile(r'style="fill: (#\w+)"'), r'fill="\1"'),
    (re.compile(r'"#(\w)\1(\w)\2(\w)\3"'), r'"#\1\2\3"'),
    (re.compile(r'<path [^>]*style="fill: none"/>\n'), ""),
    (re.compile(r' id="[A-Za-z.0-9]+_\d+"'), ""),
    (re.compile(r"<defs>\n</defs>\n|<g/>\n"), ""),
    (re.compile(r"<g>\n(<(?:path|use)\b[^>]*/>)\n</g>"), r"\1"),
)
_OUTLINE: Final = re.compile(r'(?<= )d="([^"]+)" transform="scale\(0\.015625\)"')
_STROKE: Final = re.compile(r"([MLQCz])([^MLQCz]*)")
_COARSER: Final = 8
"""Parts of a letter's units that are one unit here: a letter is 800 wide and high, finer than any printer's dots."""
_LINES: Final = re.compile(r"([-\d.]+) ([-\d.]+)((?:L[-\d.]+ [-\d.]+)+)")
_STANDALONE: Final = re.compile(r' xmlns(?::xlink)?="[^"]*"| version="[^"]*"')
_DEFINITIONS: Final = re.compile(r"<defs>(.*?)</defs>\n?", re.DOTALL)
_DEFINITION: Final = re.compile(
    r'<(?:path|(clipPath|pattern|g)) id="([^"]+)"(?(1).*?</\1>|[^>]*/>)', re.DOTALL
)
_WORD: Final = re.compile(
    r'(<g>\n)?<g fill="(#\w+)" transform="translate\((\S+) (\S+)\) (scale\((\S+) \S+\))">\n*((?:<use [^>]*/>\n)+)</g>'
    r"(?(1)\n</g>)"
)
_GROUP: Final = re.compile(r"<g>\n((?:<use [^>]*/>\n)*)</g>\n")
_RUN: Final = re.compile(r'<use [^>]*( transform="scale[^"]*")/>\n(?:<use [^>]*\1/>\n)+')
_INK: Final = re.compile(r' fill="#\w+"')
_CELLS: Final = re.compile(r'(?:<path d="[\d.MHVz ]+" fill="#\w+"/>\n){3,}')
_CELL: Final = re.compile(r'd="(M[\d.]+ [\d.]+(?:[HV][\d.]+){3})[^"]*" fill="([^"]+)"')
_STYLE: Final = re.compile(r'style="[^"]*"')
_HALVES: Final = re.compile(r"(?<=:#)(\w)\1(\w)\2(\w)\3(?=[;\"])")
_CORNER: Final = [re.compile(f"{mark}([\\d.]+)") for mark in ("M", " ", "H", "V")]  # either way round
_ROUNDING: Final = 0.25  # pixels by which equal heights may differ, each end rounded to a tenth
_NAME: Final = re.compile(r'(?:(?<= id=")|(?<=href="#)|(?<=url\(#))([^")]+)')


def written(drawn: Figure) -> str:
    """A drawing as SVG with outlined letters.

    It holds neither date nor program, and its words as outlines only: matplotlib's comments repeat every text.
    """
    stream = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    FigureCanvasSVG(drawn).print_svg(stream, metadata=nothing)
    slim = _UNSEEN.sub("", stream.getvalue())
    slim = _NUMBER.sub(
        lambda found: f"{float(found[1]):.1f}".removesuffix(".0") if found[1] else found[0], slim
    )
    for pattern, shorter in _SHORTER:
        slim = pattern.sub(shorter, slim)
    slim = _LINES.sub(_straight, _OUTLINE.sub(_outline, slim))
    return slim.replace(f"{FONT}-", "G").replace("<svg ", '<svg stroke-linejoin="round" ', 1).strip()


def _outline(found: re.Match[str]) -> str:
    """The outline of a letter from each point to the next, in coarser units."""
    parts, start, at = [], (0, 0), (0, 0)
    for stroke, numbers in _STROKE.findall(found[1]):
        ends = [round(float(number) / _COARSER) for number in numbers.split()]
        steps = [end - at[i % 2] for i, end in enumerate(ends)]
        at = start if stroke == "z" else (ends[-2], ends[-1])
        start = at if stroke == "M" else start
        if stroke == "L" and 0 in steps:
            parts += [f"h{steps[0]}"] if steps[0] else [f"v{steps[1]}"] if steps[1] else []
        else:
            parts.append(stroke.lower() + " ".join(map(str, steps)).replace(" -", "-"))
    return f'd="{"".join(parts)}" transform="scale({_COARSER / 64})"'


def _straight(found: re.Match[str]) -> str:
    """A run of lines, those that lie or stand named by one number."""
    x, y, lines = found.groups()
    parts = [f"{x} {y}"]
    for point in lines[1:].split("L"):
        across, up = point.split(" ")
        parts.append(f"H{across}" if up == y else f"V{up}" if across == x else f"L{point}")
        x, y = across, up
    return "".join(parts)


def inline(svg: str) -> str:
    """A drawing as part of a page: words that occur twice, there or on a phone, are defined by what they are."""
    known: dict[str, str] = {}

    def word(found: re.Match[str]) -> str:
        _, ink, x, y, scale, size, letters = found.groups()
        name = f"w{hashlib.sha256(letters.encode()).hexdigest()}"
        known[name] = f'<g id="{name}">{letters}</g>'.replace("\n", "")
        at = f'x="{float(x) / float(size):.0f}" y="{-float(y) / float(size):.0f}"'
        return f'<use href="#{name}" {at} fill="{ink}" transform="{scale}"/>'

    def together(cells: re.Match[str]) -> str:
        fills: dict[str, list[str]] = {}
        for place, fill in _CELL.findall(cells[0]):
            fills.setdefault(fill, []).append(place)
        return "".join(_cells(places, fill) for fill, places in fills.items())

    def line(words: re.Match[str]) -> str:
        ink = mode(_INK.findall(words[0]))
        return f"<g{words[1]}{ink}>{words[0].replace(words[1], '').replace(ink, '')}</g>\n"

    drawn = _taken(_STANDALONE.sub("", svg).replace("xlink:href", "href").replace('pt"', '"', 2), known)
    drawn = _CELLS.sub(together, _WORD.sub(word, drawn))
    drawn = _RUN.sub(line, _GROUP.sub(r"\1", drawn))
    drawn = _STYLE.sub(
        lambda style: _HALVES.sub(r"\1\2\3", style[0].replace(": ", ":").replace("; ", ";")), drawn
    )
    drawn = drawn.replace(">", f"><defs>{''.join(known.values())}</defs>", 1)
    return drawn.replace(">\n<", "><")


def _cells(places: Sequence[str], fill: str) -> str:
    """Cells of one colour as one path; rows of a table are strokes as thick as a row is high."""
    corners = [[float(found[1]) for mark in _CORNER if (found := mark.search(place))] for place in places]
    heights = [abs(corner[3] - corner[1]) for corner in corners if len(corner) == len(_CORNER)]
    flat = len(heights) < len(places)  # a bar of nothing
    if flat or max(heights) - min(heights) > _ROUNDING:
        return f'<path d="{"".join(places)}" fill="{fill}"/>\n'
    lines = "".join(f"M{x:g} {round((top + bottom) / 2, 1):g}H{end:g}" for x, top, end, bottom in corners)
    return f'<path d="{lines}" stroke="{fill}" stroke-width="{round(max(heights), 1):g}"/>\n'


class Shared:
    """What the drawings of one page define, each thing once and under a short name."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def without(self, shown: str) -> str:
        """HTML whose drawings refer to the definitions of the page instead of their own."""
        return self._renamed(_taken(shown, self._known))

    @property
    def definitions(self) -> str:
        """All that was defined so far."""
        return self._renamed("".join(self._known.values()))

    def _renamed(self, svg: str) -> str:
        names = {name: f"g{at}" for at, name in enumerate(self._known)}
        return _NAME.sub(lambda found: names.get(found[1], found[1]), svg)


def _taken(shown: str, known: dict[str, str]) -> str:
    """Take definitions out of drawings. A name is made from its content, so it never means two things."""

    def take(found: re.Match[str]) -> str:
        known.update((one[2], one[0]) for one in _DEFINITION.finditer(found[1]))
        return ""

    return _DEFINITIONS.sub(take, shown)
