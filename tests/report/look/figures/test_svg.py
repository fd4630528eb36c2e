"""What the pen of the house draws stands where matplotlib's own SVG has it, and is written shorter."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from tests.report.look import drawn
from ujo_lib.report.look.figures import lettering, svg
from ujo_lib.report.look.figures.lettering import register_font
from ujo_lib.report.look.figures.sheet import Sheet, theme
from ujo_lib.report.look.style import NARROW, WIDE

_STEP = re.compile(r"([MLHVQCZmlhvqcz])([^MLHVQCZmlhvqcz]*)")
_LOOKS = ("fill", "stroke", "stroke-width")
_LINE = 4  # pixels from which on a line stands for the cells of a row
_AXES = {"h": (0,), "v": (1,)}


def paper(*artists, wide: float = 200, high: float = 100) -> str:
    figure = Figure(figsize=(wide / 72, high / 72), dpi=72, facecolor="none")
    for artist in artists:
        figure.add_artist(artist)
    return svg.drawing(figure)


def box(x: float, y: float, wide: float, high: float, **look) -> Rectangle:
    return Rectangle((x, y), wide, high, transform=Affine2D(), **{"fc": "#0072b2", "lw": 0} | look)


def points(d: str) -> list[np.ndarray]:
    """The corners of each part of a path, in absolute places; those that bend a curve are left out."""
    parts: list[list] = []
    at = np.zeros(2)
    for command, told in _STEP.findall(d):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", told)]
        if command in "zZ":
            at = np.array(parts[-1][0])
            continue
        axes = _AXES.get(command.lower(), (0, 1))
        size = {"q": 4, "c": 6}.get(command.lower(), len(axes))
        for first in range(0, len(numbers), size):
            end = at * command.islower()
            if command.lower() in "hv" and command.isupper():
                end = at.copy()
                end[axes[0]] = 0
            end[list(axes)] += numbers[first : first + size][-len(axes) :]
            if command in "mM":
                parts.append([])
            parts[-1].append(end)
            at = end
    return [np.array(part) for part in parts]


def boxes(drawing: str) -> np.ndarray:
    """Edges of every line, area and letter that is seen, with everything that is referred to put in its place."""
    root = ElementTree.fromstring(
        re.sub(r"<!--.*?-->", "", drawing.replace("xlink:href", "href"), flags=re.DOTALL)
    )
    known = {part.get("id"): part for part in root.iter() if part.get("id")}
    found = []

    def look(part, name: str) -> str | None:
        style = dict(re.findall(r"([\w-]+): ([^;]+)", part.get("style", "")))
        return style.get(name, part.get(name))

    def of(part, turned: Affine2D, *looks: str) -> None:
        tag = part.tag.rsplit("}")[-1]
        looks = [look(part, name) or known for name, known in zip(_LOOKS, looks, strict=True)]
        fill, stroke, thick = looks
        own = Affine2D()
        for kind, values in reversed(re.findall(r"(\w+)\(([^)]*)\)", part.get("transform", ""))):
            numbers = [float(value) for value in values.split()]
            own = own + (
                Affine2D().rotate_deg(*numbers) if kind == "rotate" else getattr(Affine2D(), kind)(*numbers)
            )
        moved = (
            Affine2D().translate(float(part.get("x", 0)), float(part.get("y", 0)))
            if tag == "use"
            else Affine2D()
        )
        turned = moved + own + turned
        if tag == "use":
            of(known[part.attrib["href"][1:]], turned, *looks)
        elif tag == "path" and (fill, stroke) != ("none", "none"):
            for corners in points(part.get("d", "")):
                placed = turned.transform(corners)
                half = np.array([0, float(thick) / 2 if float(thick) > _LINE else 0])
                found.append([*placed.min(axis=0) - half, *placed.max(axis=0) + half])
        elif tag in {"svg", "g"}:
            for child in part:
                of(child, turned, *looks)

    of(root, Affine2D(), "black", "none", "1")
    return np.array(sorted(found, key=lambda edges: np.round(edges).tolist()))


def nearest(edges: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far the nearest of the others is from each, at the edge that is farthest."""
    return np.array([np.abs(others - own).max(axis=1).min() for own in edges])


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", drawn.KINDS)
def test_all_that_matplotlib_draws_stands_where_it_draws_it(kind: str, layout) -> None:
    figure, stream = drawn.KINDS[kind](), io.StringIO()
    with rc_context(theme(layout) | {"svg.fonttype": "path"}):
        register_font()
        sheet = Sheet(layout)
        figure.draw(sheet)
        sheet.fit()
        own = svg.drawing(sheet.mpl)
        FigureCanvasSVG(sheet.mpl).print_svg(stream)
    ours, theirs = boxes(own), boxes(stream.getvalue())
    assert len(ours) > 20
    # A line of text that holds a bracket is as high as one that holds none: up to a pixel at a title's size.
    assert nearest(ours, theirs).max() < 1.2
    assert nearest(theirs, ours).max() < 1.2
    assert np.median(nearest(theirs, ours)) < 0.15


@pytest.mark.parametrize("kind", sorted(drawn.KINDS))
def test_a_file_of_its_own_shows_what_the_page_shows(kind: str) -> None:
    page, alone = drawn.KINDS[kind]().drawings()[0], drawn.KINDS[kind]().svg().decode()
    np.testing.assert_allclose(boxes(alone), boxes(page), atol=1e-6)
    assert "xmlns=" in alone
    assert not re.search(r' href=|<g id="', alone)  # older programs follow no reference to a group
    assert "xmlns" not in page


@pytest.mark.parametrize(
    ("absolute", "relative"),
    [
        ("M2 -1L3 -1", "m2 1h1"),
        ("M2 -1L2 0", "m2 1v-1"),
        ("M2 -1L3 -2z", "m2 1l1 1z"),
        ("M2 -1L2 -1L3 -2", "m2 1l1 1"),  # a step of nothing
        ("M2 -1Q3 -1 3 -2Q4 -2 4 -3", "m2 1q1 0 1 1q1 0 1 1"),
        ("M2 -1C3 -1 4 -2 5 -3L6 -3", "m2 1c1 0 2 1 3 2h1"),
        ("M2 -1L3 -2zM0 0L1 -1z", "m2 1l1 1zm-2-1l1 1z"),  # a closed part ends where it began
        (".4 -.5L.6 -.5L1.4 -.5L1.6 -.5", "m0 0h1h1"),  # ends are rounded (half to even), not steps: no drift
    ],
)
def test_an_outline_goes_from_point_to_point(absolute: str, relative: str, monkeypatch) -> None:
    codes = {"M": [1], "L": [2], "Q": [3, 3], "C": [4] * 3, "z": [79]}
    steps = [
        (step[0], step[1:].split()) for step in re.findall(r"[MLQCz][^MLQCz]*", "M" + absolute.lstrip("M"))
    ]
    told = [(float(value) / svg._UNIT) for _, numbers in steps for value in (numbers or ["0", "0"])]
    outline = np.reshape(told, (-1, 2)), np.concatenate([codes[command] for command, _ in steps])
    monkeypatch.setattr(svg, "outline", lambda _: outline)
    assert svg._letter.__wrapped__("字") == relative


def test_a_blank_takes_room_and_leaves_no_mark() -> None:
    figure = Figure(figsize=(2, 1), dpi=72, facecolor="none")
    with rc_context(theme(WIDE)):
        register_font()
        figure.text(0, 0.5, "一 一", fontsize=10)
        first, last = boxes(svg.drawing(figure))
    font = TTFont(lettering._font_file())
    blank = font["hmtx"][font.getBestCmap()[ord(" ")]][0] / font["head"].unitsPerEm
    assert last[0] - first[0] == pytest.approx(10 + 10 * blank, abs=0.1)


def cells(*heights: float, **look) -> list[Rectangle]:
    return [box(20 * at, 90 - height, 15, height, **look) for at, height in enumerate(heights)]


@pytest.mark.parametrize(("heights", "path"), [
    ((12, 12, 12), '<path d="M0 16H15M20 16H35M40 16H55" fill="none" stroke="#0072b2" stroke-width="12"/>'),
    ((12, 12.2, 12), '<path d="M0 16H15M20 16.1H35M40 16H55" fill="none" stroke="#0072b2" stroke-width="12.2"/>'),
    ((12, 12.3, 12), '<path d="M0 22H15V10H0zM20 22.3H35V10H20zM40 22H55V10H40z" fill="#0072b2"/>'),
    ((12, 12), '<path d="M0 22H15V10H0zM20 22H35V10H20z" fill="#0072b2"/>'),
], ids=["equal", "equal but for rounding", "bars", "two"])  # fmt: skip
def test_cells_of_one_colour_are_strokes_where_they_are_equally_high(heights, path: str) -> None:
    assert path in paper(*cells(*heights))


def test_a_cell_may_be_drawn_either_way_round_and_ends_at_its_edges() -> None:
    corners = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]
    other = [Path(np.array(corners) * (15, 12) + (20 * at, 78), closed=True) for at in range(3)]
    pen = svg.Pen(Figure(figsize=(200 / 72, 100 / 72), dpi=72))
    gc = pen.new_gc()
    gc.set_linewidth(0)
    for path in other:
        pen.draw_path(gc, path, Affine2D(), (0, 0.447, 0.698))
    assert 'd="M0 16H15M20 16H35M40 16H55"' in str(pen)


def test_a_bar_of_nothing_beside_others_is_no_row_of_a_table() -> None:
    assert "stroke-width" not in paper(*cells(12, 12, 0))


def test_the_cells_of_a_map_are_grouped_by_colour() -> None:
    figure = Figure(figsize=(200 / 72, 100 / 72), dpi=72, facecolor="none")
    axes = figure.add_axes((0, 0, 1, 1), frameon=False)
    axes.set_axis_off()
    axes.pcolormesh([[0, 1, 0, 1], [1, 0, 1, 0]], cmap="Greys")
    shown = svg.drawing(figure)
    lines = re.findall(r'<path d="([^"]+)" fill="none"[^>]* stroke-width="50"', shown)
    assert lines == ["M0 75H50M100 75H150M50 25H100M150 25H200", "M50 75H100M150 75H200M0 25H50M100 25H150"]
    assert shown.count("<path") == 2


def test_what_overlaps_and_is_seen_through_or_has_an_edge_is_not_drawn_as_one() -> None:
    assert paper(*cells(9, 8, fc="none", ec="red", lw=1)).count("<path") == 1
    assert paper(*cells(9, 8, ec="red", lw=1)).count("<path") == 2
    assert paper(*cells(9, 8, fc=(0, 0, 1, 0.5))).count("<path") == 2
    assert paper(*cells(9, 8, alpha=0.5)).count("<path") == 2


def test_neighbours_of_another_look_stay_apart_and_in_order() -> None:
    shown = paper(box(0, 0, 5, 5), box(9, 0, 5, 5, fc="red"), box(18, 0, 5, 5))
    assert re.findall(r'fill="(#[^"]+)"', shown) == ["#0072b2", "#f00", "#0072b2"]


def test_what_is_not_seen_is_not_written() -> None:
    assert "<path" not in paper(box(0, 0, 5, 5, fc="none"))


@pytest.mark.parametrize("signs", [1, 2])
def test_signs_that_end_at_an_edge_are_cut_there_and_not_where_they_are_moved_to(signs: int) -> None:
    line = Line2D([10, 50][:signs], [50, 50][:signs], marker="o", ls="", transform=Affine2D(), clip_on=True)
    line.set_clip_path(box(0, 0, 100, 100))
    shown = paper(line)
    # A reference's own place would move what cuts it along with it.
    assert not re.search(r"<use[^>]*clip-path", shown)
    assert shown.count("<use") == signs
    assert re.search(r'<g [^>]*clip-path="url\(#p', shown)


def test_a_round_patch_is_cut_along_its_outline() -> None:
    inner = box(0, 0, 50, 50)
    inner.set_clip_path(Circle((25, 25), 20, transform=Affine2D()))
    (cut,) = re.findall(r"<clipPath[^>]*><path d=\"([^\"]+)\"", paper(inner))
    (corners,) = points(cut)
    np.testing.assert_allclose([corners.min(axis=0), corners.max(axis=0)], [[5, 55], [45, 95]], atol=0.1)


def test_words_that_stand_together_are_written_together_each_in_its_ink() -> None:
    figure = Figure(figsize=(200 / 72, 100 / 72), dpi=72, facecolor="none")
    with rc_context(theme(WIDE)):
        register_font()
        for x, ink in ((0.06, "#333333"), (0.12, "#333333"), (0.18, "#ffffff")):
            figure.text(x, 0.5, "一", fontsize=12, color=ink)
        shown = svg.drawing(figure)
    assert shown.count("scale(0.12)") == 1
    assert re.findall(r'<use [^>]*x="(\d+)"', shown) == ["100", "200", "300"]
    assert re.findall(r'fill="([^"]+)"', shown) == ["#333", "#fff"]


_DASHED = {"ec": "#334456", "lw": 1, "ls": (2, (3, 1))}
_FAINT = {"ec": (1, 0, 0, 0.25), "lw": 1, "joinstyle": "round", "capstyle": "projecting"}


@pytest.mark.parametrize(("look", "written"), [
    ({"ec": "#333333", "lw": 1.3}, 'fill="none" stroke="#333" stroke-width="1.3" stroke-linejoin="miter"'),
    (_DASHED, 'stroke="#334456" stroke-width="1" stroke-dasharray="3,1" stroke-dashoffset="2"'),
    (_FAINT, 'stroke="#f00" stroke-width="1" stroke-opacity="0.25" stroke-linecap="square"'),
])  # fmt: skip
def test_how_a_line_looks_is_told_by_attributes(look, written: str) -> None:
    assert written in paper(box(0, 0, 5, 5, fc="none", **look))


@pytest.mark.parametrize(("look", "written", "absent"), [
    ({"alpha": 0.5}, ['opacity="0.5"'], ["fill-opacity", "stroke-opacity"]),
    ({"fc": (0, 0, 1, 0.5)}, ['fill="#00f"', 'fill-opacity="0.5"'], [" opacity", "stroke-opacity"]),
    ({"alpha": 1.0}, [], ["opacity"]),
    ({"fc": (0, 0, 1, 1.0)}, [], ["opacity"]),
    ({"lw": 0}, [], ["stroke-width", "stroke="]),
    ({"ec": "red", "lw": 1, "capstyle": "round"}, ['stroke-linecap="round"'], []),
    ({"ec": "red", "lw": 1, "capstyle": "butt"}, [], ["stroke-linecap"]),
])  # fmt: skip
def test_what_is_seen_through_says_how_far_and_what_is_not_says_nothing(look, written, absent) -> None:
    shown = paper(box(0, 0, 5, 5, **look)).replace('stroke-linejoin="round"', "")
    assert all(part in shown for part in written)
    assert not any(part in shown for part in absent)


@pytest.mark.parametrize(("angle", "turned"), [(0, ""), (90, "rotate(-90)"), (45, "rotate(-45)")])
def test_words_are_turned_about_their_place(angle: float, turned: str) -> None:
    figure = Figure(figsize=(200 / 72, 100 / 72), dpi=72, facecolor="none")
    with rc_context(theme(WIDE)):
        register_font()
        figure.text(0.5, 0.5, "一二三", fontsize=10, rotation=angle)
        shown = svg.drawing(figure)
    assert ("rotate" in shown) is bool(turned)
    assert turned in shown
    edges = boxes(shown)
    wide, high = edges[:, 2].max() - edges[:, 0].min(), edges[:, 3].max() - edges[:, 1].min()
    if angle == 45:
        assert wide == pytest.approx(high, rel=0.25)
    else:
        assert bool(high > 2 * wide) is bool(angle)


def test_the_paper_is_as_large_as_the_figure_to_a_tenth_of_a_pixel() -> None:
    shown = paper(wide=200.26, high=99.94)
    assert 'width="200.3" height="99.9" viewBox="0 0 200.3 99.9"' in shown
