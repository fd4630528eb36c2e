"""Maps of themes: points that lie near each other belong together, and networks of what occurs together.

Positions are computed, never drawn from a random number: the same table gives the same map.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures.canvas import Figure, Sheet, text_width, wrapped
from ujo_lib.report.look.figures.data import few_enough, levels, made, need, numbers, shown_by, texts
from ujo_lib.report.look.figures.keys import Mark, draw_key, key_height
from ujo_lib.report.look.style import BLUE, INK, MUTED, PAPER, RULE, SERIES, SOFT, Layout

_Array = NDArray[np.float64]
_PASSES: Final = 300
_NAMED_UP_TO: Final = 6
_REACHES: Final = (0.0, 12.0, 26.0, 42.0, 62.0, 86.0)
"""How far beyond its point a name may move, in pixels; a name that moved is tied to its point by a line."""
_PLACES: Final = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))


@shown_by("x", "y", "label", "by")
def scatter_map(
    published: Published,
    *,
    x: str,
    y: str,
    label: str,
    finding: str,
    size: str | None = None,
    by: str | None = None,
) -> Figure:
    """Labelled points on a plane.

    Args:
        published: the table, one row per point.
        x: column with the position across.
        y: column with the position upwards.
        label: column with the names.
        finding: sentence template.
        size: column whose number sets the area of the points.
        by: column with up to six groups, told apart by colour.

    Raises:
        FigureError: more groups than can be told apart.
    """
    need(published, x, y, label, size, by)
    points = np.column_stack([numbers(published, x), numbers(published, y)])
    shown = np.flatnonzero(np.isfinite(points).all(axis=1))
    names, areas = texts(published, label), _areas(published, size)
    groups = levels(published, by) if by else []
    few_enough(published, by or "", groups)
    own = texts(published, by) if by else []
    colours = [SERIES[groups.index(own[at])] if by else BLUE for at in range(len(names))]

    def draw(layout: Layout) -> Sheet:
        marks = [Mark(group, SERIES[k]) for k, group in enumerate(groups)]
        head, tall = key_height(layout, groups), layout.width * (1.05 if layout.narrow else 0.62)
        sheet = Sheet(layout, head + tall)
        draw_key(sheet, marks, 0.0)
        sheet.page.add_artist(
            Rectangle((1, head + 1), layout.width - 2, tall - 2, fill=False, edgecolor=RULE, lw=1)
        )
        places = _on_sheet(points[shown], layout, head, tall)
        _draw_points(sheet, places, [names[at] for at in shown], areas[shown], [colours[at] for at in shown])
        return sheet

    return made(
        published, f"{len(names)}点の散布図(近いほど似ている)", draw, finding, value=size or x, names=names
    )


@shown_by("source", "target")
def network(
    published: Published,
    *,
    source: str,
    target: str,
    weight: str,
    finding: str,
    nodes: Published | None = None,
    node: str = "theme",
    size: str = "n",
) -> Figure:
    """What occurs together: names joined by lines, the thicker the more often.

    Args:
        published: the table of pairs.
        source: column with one name of each pair.
        target: column with the other.
        weight: column with the strength of each pair.
        finding: sentence template.
        nodes: table with the size of each name.
        node: its column with the names.
        size: its column with the sizes.
    """
    need(published, source, target, weight)
    ends, strength = (texts(published, source), texts(published, target)), numbers(published, weight)
    names = list(dict.fromkeys([*(texts(nodes, node) if nodes else []), *ends[0], *ends[1]]))
    pairs = np.array([(names.index(a), names.index(b)) for a, b in zip(*ends, strict=True)]).reshape(-1, 2)
    shown = np.flatnonzero(np.isfinite(strength) & (strength > 0))
    joined = sorted(set(pairs[shown].ravel().tolist()))
    alone = [name for at, name in enumerate(names) if at not in joined]
    rank = {at: k for k, at in enumerate(joined)}
    ranked = np.array([[rank[a], rank[b]] for a, b in pairs[shown].tolist()]).reshape(-1, 2)
    places = _layout(len(joined), ranked, strength[shown])
    areas = np.full(len(names), 90.0)
    if nodes is not None:
        of_name = dict(zip(texts(nodes, node), _areas(nodes, size), strict=True))
        areas = np.array([of_name.get(name, 40.0) for name in names])

    def draw(layout: Layout) -> Sheet:
        # Few names need no large sheet.
        tall = layout.width * min(0.24 + 0.06 * len(joined), 1.1 if layout.narrow else 0.66)
        words = wrapped(_unjoined(alone), layout.small, layout.width - 8)
        foot = layout.small * (1.5 * (words.count("\n") + 1) + 1) if alone else 0.0
        sheet = Sheet(layout, tall + foot)
        at = _on_sheet(places, layout, 0.0, tall)
        thickest = max(strength[shown], default=1.0)
        for k in sorted(shown, key=lambda k: strength[k]):
            a, b = (at[rank[end]] for end in pairs[k].tolist())
            share = strength[k] / thickest
            sheet.page.plot(
                [a[0], b[0]],
                [a[1], b[1]],
                color="#5b7f9f",
                lw=0.6 + 6 * share,
                alpha=0.25 + 0.5 * share,
                zorder=1,
            )
        _draw_points(sheet, at, [names[k] for k in joined], areas[joined], [BLUE] * len(joined))
        if alone:
            sheet.text(0, tall + foot / 2, words, size=layout.small, color=SOFT, linespacing=1.4)
        return sheet

    pair_names = [f"{a}と{b}" for a, b in zip(*ends, strict=True)]
    return made(
        published,
        f"{len(names)}項目のつながりの図(線が太いほど一緒に現れる)",
        draw,
        finding,
        value=weight,
        names=pair_names,
    )


def _unjoined(names: Sequence[str]) -> str:
    """A remark on the names that no line joins: named if they are few, else counted."""
    if len(names) > _NAMED_UP_TO:
        return f"ほかの{len(names)}項目は線で結ばれません。"
    return f"線で結ばれない項目: {'、'.join(names)}" if names else ""


def _areas(published: Published, size: str | None) -> _Array:
    if size is None:
        return np.full(len(published.frame), 90.0)
    amounts = np.nan_to_num(numbers(published, size))
    areas: _Array = 40.0 + 420.0 * amounts / (amounts.max() or 1.0)
    return areas


def _on_sheet(points: _Array, layout: Layout, top: float, tall: float) -> _Array:
    """Pixel positions, with room at the edges for names."""
    if not len(points):
        return points
    side, edge = 0.13 * layout.width, 0.1 * tall
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    span[span == 0] = 1.0
    scaled = (points - low) / span
    return np.column_stack(
        [side + scaled[:, 0] * (layout.width - 2 * side), top + edge + (1 - scaled[:, 1]) * (tall - 2 * edge)]
    )


def _draw_points(
    sheet: Sheet, at: _Array, names: Sequence[str], areas: _Array, colours: Sequence[str]
) -> None:
    """Points, and their names where they cover least: the larger the point, the earlier it chooses."""
    size = sheet.layout.small
    radii = np.sqrt(areas / np.pi) if len(areas) else areas
    if len(at):
        sheet.page.scatter(
            at[:, 0], at[:, 1], s=areas, c=list(colours), edgecolors=PAPER, linewidths=1.2, zorder=2
        )
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(at, radii, strict=True)]
    for k in np.argsort(-areas, kind="stable"):
        boxes = [
            _label_box(at[k], radii[k] + reach, names[k], size, place)
            for reach in _REACHES
            for place in _PLACES
        ]
        costs = [_cost(box, taken, sheet) + 0.6 * _gap(at[k], box) for box in boxes]
        box = boxes[int(np.argmin(costs))]
        taken.append(box)
        if _gap(at[k], box) > radii[k] + _REACHES[1]:
            ends = np.clip(at[k], box[:2], box[2:])
            sheet.page.plot([at[k][0], ends[0]], [at[k][1], ends[1]], color=MUTED, lw=0.7, zorder=1.5)
        middle = (box[1] + box[3]) / 2
        sheet.page.text(
            (box[0] + box[2]) / 2, middle, names[k], fontsize=size, ha="center", va="center", color=INK, zorder=3,
            bbox={"facecolor": PAPER, "alpha": 0.75, "pad": 0.6, "lw": 0},
        )  # fmt: skip


def _label_box(
    at: _Array, radius: float, name: str, size: float, place: tuple[int, int]
) -> tuple[float, float, float, float]:
    wide, tall = text_width(name, size) + 4, size * 1.3
    across, down = place
    reach = radius + 2
    x = at[0] + across * (reach * (0.75 if down else 1) + wide / 2)
    y = at[1] + down * (reach * (0.75 if across else 1) + tall / 2)
    return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def _gap(at: _Array, box: tuple[float, float, float, float]) -> float:
    """Distance in pixels from a point to a box."""
    return float(np.hypot(*(at - np.clip(at, box[:2], box[2:]))))


def _cost(
    box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]], sheet: Sheet
) -> float:
    """Area covered, and leaving the sheet, which is worse than any cover."""
    covered = sum(
        max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
        * max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
        for other in taken
    )
    outside = max(0.0, -box[0], -box[1], box[2] - sheet.layout.width, box[3] - sheet.height)
    return covered + outside * 1000


def _layout(count: int, pairs: NDArray[np.intp], strength: _Array) -> _Array:
    """Positions of names by stress majorisation (Gansner, Koren and North 2004) of distances along the lines.

    Strong pairs are near; names that no line joins are put at the largest distance. Starts from a circle.
    """
    if count <= 1:
        return np.zeros((count, 2))
    distance = np.full((count, count), np.inf)
    np.fill_diagonal(distance, 0.0)
    for (a, b), amount in zip(pairs, strength, strict=True):
        near = 1.0 / (0.35 + amount / strength.max())
        distance[a, b] = distance[b, a] = min(distance[a, b], near)
    for via in range(count):
        distance = np.minimum(distance, distance[:, [via]] + distance[[via], :])
    finite = distance[np.isfinite(distance)]
    distance[np.isinf(distance)] = (finite.max() or 1.0) * 1.1
    angle = 2 * np.pi * np.arange(count) / count
    places = np.column_stack([np.cos(angle), np.sin(angle)]) * distance.max() / 2
    weights = np.where(distance > 0, 1 / np.maximum(distance, 1e-9) ** 2, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    for _ in range(_PASSES):
        gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
        pull = np.where(gaps > 0, -weights * distance / np.maximum(gaps, 1e-9), 0.0)
        np.fill_diagonal(pull, 0.0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        places = inverse @ pull @ places
    centred: _Array = places - places.mean(axis=0)
    return centred
