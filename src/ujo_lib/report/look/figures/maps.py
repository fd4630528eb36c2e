"""Maps of themes and words: points that lie near each other belong together, networks and trees of what goes together.

Positions are computed, never drawn from a random number: the same table gives the same map.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.figures.lettering import text_width, wrapped
from ujo_lib.report.look.figures.read import Drawing, house
from ujo_lib.report.look.figures.sheet import Sheet
from ujo_lib.report.look.style import INK, MARKERS, MUTED, PAPER, RULE, SERIES

_Array = NDArray[np.float64]
_PASSES: Final = 300
_NAMED_UP_TO: Final = 6
_REACHES: Final = (2.0, 14.0, 28.0, 44.0, 64.0, 88.0)
"""How far beyond its point a name may move, in pixels; a name that moved is tied to its point by a line."""
_PLACES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


@house("x", "y", "label", "by")
def scatter_map(
    published: Published,
    *,
    x: str,
    y: str,
    label: str,
    size: str | None = None,
    by: str | None = None,
) -> Drawing:
    """Labelled points on a plane.

    Args:
        published: the table, one row per point.
        x: column with the position across.
        y: column with the position upwards.
        label: column with the names.
        size: column whose number sets the area of the points.
        by: column with up to six groups, told apart by colour and form.

    Raises:
        FigureError: more groups than can be told apart.
    """
    read.need(published, x, y, label, size, by)
    points = np.column_stack([read.numbers(published, x), read.numbers(published, y)])
    shown = np.isfinite(points).all(axis=1)
    names, areas = np.array(read.texts(published, label)), _areas(published, size)
    groups = read.few_enough(published, by)
    own = np.array(read.texts(published, by) if by else [""] * len(points))

    def draw(sheet: Sheet) -> None:
        axes = _plane(sheet, 1.05 if sheet.layout.narrow else 0.62)
        axes.spines[:].set(visible=True, color=RULE)
        _points(sheet, axes, points[shown], names[shown], areas[shown], own[shown], groups)
        if by:
            sheet.key(*axes.get_legend_handles_labels())

    return Drawing(f"{len(names)}点の散布図(近いほど似ている)", draw, size or "", names.tolist())


@house("source", "target")
def network(
    published: Published,
    *,
    source: str,
    target: str,
    weight: str,
    nodes: Published | None = None,
    node: str = "theme",
    size: str = "n",
    by: str | None = None,
) -> Drawing:
    """What occurs together: names joined by lines, the thicker the more often.

    Args:
        published: the table of pairs.
        source: column with one name of each pair.
        target: column with the other.
        weight: column with the strength of each pair.
        nodes: table with the size of each name.
        node: its column with the names.
        size: its column with the sizes.
        by: its column with up to six groups, told apart by colour and form.

    Raises:
        FigureError: more groups than can be told apart.
    """
    ends = (read.texts(published, source), read.texts(published, target))
    strength = np.nan_to_num(read.numbers(published, weight))
    pairs = [(a, b, amount) for a, b, amount in zip(*ends, strength, strict=True) if amount > 0]
    of_node = dict(zip(read.texts(nodes, node), _areas(nodes, size), strict=True)) if nodes else {}
    names = list(dict.fromkeys([*of_node, *ends[0], *ends[1]]))
    joint = [name for name in names if any(name in pair[:2] for pair in pairs)]
    alone = [name for name in names if name not in joint]
    places = _layout(joint, pairs)
    areas = np.array([of_node.get(name, 40.0 if nodes else 90.0) for name in joint])
    groups, group_of = [""], dict.fromkeys(joint, "")
    if nodes and by:
        groups = read.few_enough(nodes, by)
        group_of |= dict(zip(read.texts(nodes, node), read.texts(nodes, by), strict=True))

    def draw(sheet: Sheet) -> None:
        layout = sheet.layout
        # Few names need no large sheet.
        axes = _plane(sheet, min(0.24 + 0.06 * len(joint), 1.1 if layout.narrow else 0.66))
        axes.spines[:].set_visible(False)
        for a, b, amount in sorted(pairs, key=lambda pair: pair[2]):
            share = amount / strength.max()
            tie = places[[joint.index(a), joint.index(b)]]
            axes.plot(*tie.T, color="#5b7f9f", lw=0.6 + 6 * share, alpha=0.25 + 0.5 * share, zorder=1)
        own = np.array([group_of[name] for name in joint])
        _points(sheet, axes, places, np.array(joint), areas, own, groups)
        if by:
            sheet.key(*axes.get_legend_handles_labels())
        axes.set_xlabel(wrapped(_unjoined(alone), layout.small, layout.width - 8), loc="left", visible=True)

    kind = f"{len(names)}項目のつながりの図(線が太いほど一緒に現れる)"
    return Drawing(kind, draw, weight, [f"{a}と{b}" for a, b in zip(*ends, strict=True)])


@house("label")
def tree(published: Published, *, label: str, distance: str, by: str | None = None) -> Drawing:
    """A dendrogram: rows joined step by step, the closest first.

    Args:
        published: the table, rows in the order of the leaves.
        label: column with the names of the leaves.
        distance: column with the distance at which a row joins the one above it.
        by: column with up to six groups, told apart by colour.

    Raises:
        FigureError: more groups than can be told apart.
    """
    names, groups = read.texts(published, label), read.few_enough(published, by)
    own = read.texts(published, by) if by else [""] * len(names)
    gaps = read.numbers(published, distance)[1:]

    def draw(sheet: Sheet) -> None:
        layout = sheet.layout
        axes = sheet.axes(len(names) * layout.font * 1.35)
        # Of each leaf the branch it has grown into: its height, how far it reaches, and its leaves.
        branch = [(float(at), 0.0, {at}) for at in range(len(names))]
        for gap in np.argsort(gaps, kind="stable"):
            parts, reach = (branch[gap], branch[gap + 1]), gaps[gap]
            leaves = parts[0][2] | parts[1][2]
            of_one = {own[leaf] for leaf in leaves}
            colour = SERIES[groups.index(of_one.pop()) if by else 0] if len(of_one) == 1 else MUTED
            (upper, near, _), (lower, far, _) = parts
            axes.plot([near, reach, reach, far], [upper, upper, lower, lower], color=colour, lw=1.4)
            for leaf in leaves:
                branch[leaf] = ((upper + lower) / 2, reach, leaves)
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", labelsize=layout.small)
        axes.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, None))
        for leaf, tick in enumerate(axes.get_yticklabels()):
            tick.set_color(SERIES[groups.index(own[leaf])] if by else INK)
        read.scale(axes.xaxis, layout, published, distance)

    return Drawing(f"{len(names)}項目の樹形図(左で結ばれる組ほど近い)", draw, distance, names)


def _unjoined(names: Sequence[str]) -> str:
    """A remark on the names that no line joins: named if they are few, else counted."""
    if len(names) > _NAMED_UP_TO:
        return f"ほかの{len(names)}項目は線で結ばれません。"
    return f"線で結ばれない項目: {'、'.join(names)}" if names else ""


def _areas(published: Published, size: str | None) -> _Array:
    if size is None:
        return np.full(len(published.frame), 90.0)
    amounts = np.nan_to_num(read.numbers(published, size))
    areas: _Array = 40.0 + 420.0 * amounts / (amounts.max() or 1.0)
    return areas


def _plane(sheet: Sheet, share: float) -> Axes:
    """Axes without scales that fill the width, so many times as high as wide."""
    axes = sheet.axes(sheet.layout.width * share)
    axes.set(xticks=[], yticks=[])
    return axes


def _points(
    sheet: Sheet, axes: Axes, places: _Array, names: Any, areas: _Array, own: Any, groups: Sequence[str]
) -> None:
    """Points, and their names where they cover least: the larger the point, the earlier it chooses."""
    if not len(places):
        return
    for k, group in enumerate(groups):
        mine = own == group
        sns.scatterplot(
            x=places[mine, 0], y=places[mine, 1], s=areas[mine], ax=axes, color=SERIES[k], marker=MARKERS[k],
            edgecolor=PAPER, linewidth=1.2, zorder=2, label=group or None, legend=False,
        )  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.margins(0.16, 0.12)
    # In pixels of the finished sheet: its width is known, and nothing but a frame stands around the axes.
    wide, tall = sheet.layout.width - 4, sheet.tall
    low, high = np.transpose([axes.get_xlim(), axes.get_ylim()])
    at = (places - low) / (high - low) * (wide, tall)
    radii = np.sqrt(areas / np.pi)
    taken = np.column_stack([at - radii[:, None], at + radii[:, None]])
    size = sheet.layout.small
    for k in np.argsort(-areas, kind="stable"):
        half = np.array([text_width(names[k], size) / 2 + 2, size * 0.65])
        tries = np.array([
            at[k] + place * ((radii[k] + reach) * (0.75 if all(place) else 1.0) + half)
            for reach in _REACHES for place in np.array(_PLACES)
        ])  # fmt: skip
        boxes = np.column_stack([tries - half, tries + half])
        away = np.linalg.norm(np.maximum(np.abs(tries - at[k]) - half, 0), axis=1)
        cover = np.prod(
            np.maximum(
                np.minimum(boxes[:, None, 2:], taken[:, 2:]) - np.maximum(boxes[:, None, :2], taken[:, :2]), 0
            ),
            axis=2,
        )
        outside = np.maximum(np.maximum(-boxes[:, :2], boxes[:, 2:] - (wide, tall)).max(axis=1), 0)
        best = int(np.argmin(np.round(cover.sum(axis=1) + 0.6 * away + 1000 * outside, 6)))
        taken = np.vstack([taken, boxes[best]])
        axes.annotate(
            names[k], places[k], tries[best] - at[k], textcoords="offset points", ha="center", va="center",
            fontsize=size, color=INK, zorder=3, bbox={"facecolor": PAPER, "alpha": 0.75, "pad": 0.6, "lw": 0},
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.7} if away[best] > radii[k] + _REACHES[1] else None,
        )  # fmt: skip


def _layout(names: Sequence[str], pairs: Sequence[tuple[str, str, float]]) -> _Array:
    """Positions of names by stress majorisation (Gansner, Koren and North 2004) of distances along the lines.

    Strong pairs are near; names that no line joins are put at the largest distance. Starts from a circle.
    """
    count = len(names)
    if count <= 1:
        return np.zeros((count, 2))
    ties, strongest = np.zeros((count, count)), max(amount for *_, amount in pairs)
    for a, b, amount in pairs:
        ties[names.index(a), names.index(b)] = 1.0 / (0.35 + amount / strongest)
    distance = shortest_path(ties, directed=False)
    distance[np.isinf(distance)] = distance[np.isfinite(distance)].max() * 1.1
    angle = 2 * np.pi * np.arange(count) / count
    places: _Array = np.column_stack([np.cos(angle), np.sin(angle)])
    np.fill_diagonal(distance, np.inf)  # nobody pulls at himself
    weights = 1 / distance**2
    inverse = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights)
    for _ in range(_PASSES):
        gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
        pull = np.divide(-1 / distance, gaps, out=np.zeros_like(gaps), where=gaps > 0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        places = inverse @ pull @ places
    return places
