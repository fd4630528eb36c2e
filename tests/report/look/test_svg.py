"""Drawings are written shorter without looking different."""

import re

import pytest

from ujo_lib.report.look.figures import svg

UNIT = 8  # a letter's outline is written in eighths of what matplotlib writes


def outline(d: str) -> str:
    found = svg._OUTLINE.search(f'<path d="{d}" transform="scale(0.015625)"/>')
    assert found
    return svg._outline(found)


@pytest.mark.parametrize(
    ("absolute", "relative"),
    [
        ("M16 8L24 8", "m2 1h1"),
        ("M16 8L16 0", "m2 1v-1"),
        ("M16 8L24 16z", "m2 1l1 1z"),
        ("M16 8L16 8L24 16", "m2 1l1 1"),  # a step of nothing
        ("M16 8Q24 8 24 16Q32 16 32 24", "m2 1q1 0 1 1q1 0 1 1"),
        ("M16 8L24 16zM0 0L8 8z", "m2 1l1 1zm-2-1l1 1z"),  # a closed part ends where it began
        ("M3 4L5 4L11 4L13 4", "m0 0h1h1"),  # ends are rounded (half to even), not steps: no drift
    ],
)
def test_an_outline_goes_from_point_to_point(absolute: str, relative: str) -> None:
    assert outline(absolute) == f'd="{relative}" transform="scale(0.125)"'


def test_a_blank_has_no_outline_and_keeps_its_name() -> None:
    blank = '<path id="G3" transform="scale(0.015625)"/>'
    assert svg._OUTLINE.sub(svg._outline, blank) == blank


def test_a_long_outline_ends_where_it_ended() -> None:
    points = [(9 * n, 13 * n) for n in range(200)]
    drawn = outline("M" + "L".join(f"{x} {y}" for x, y in points))
    steps = [(int(x), int(y)) for x, y in re.findall(r"[ml](-?\d+)[ ]?(-?\d+)", drawn)]
    assert [sum(along) for along in zip(*steps, strict=True)] == [round(end / UNIT) for end in points[-1]]


def cells(*heights: float) -> str:
    return "".join(
        f'<path d="M{20 * n} 10H{20 * n + 15}V{10 + height}H{20 * n}z" fill="#0072b2"/>\n'
        for n, height in enumerate(heights)
    )


def drawing(inner: str) -> str:
    return svg.inline(f'<svg width="340pt" height="246pt" viewBox="0 0 340 246">\n{inner}</svg>')


@pytest.mark.parametrize(
    ("heights", "path"),
    [
        ((12, 12, 12), '<path d="M0 16H15M20 16H35M40 16H55" stroke="#0072b2" stroke-width="12"/>'),
        ((12, 12.2, 12), '<path d="M0 16H15M20 16.1H35M40 16H55" stroke="#0072b2" stroke-width="12.2"/>'),
        (
            (12, 12.3, 12),
            '<path d="M0 10H15V22H0M20 10H35V22.3H20M40 10H55V22H40" fill="#0072b2"/>',
        ),
    ],
    ids=["equal", "equal but for rounding", "bars"],
)
def test_cells_of_one_colour_are_strokes_where_they_are_equally_high(
    heights: tuple[float, ...], path: str
) -> None:
    assert path in drawing(cells(*heights))


def test_cells_far_down_and_high_ones_keep_their_tenth_of_a_pixel() -> None:
    far = "".join(
        f'<path d="M{20 * n} 1200.3H{20 * n + 15}V1324.7H{20 * n}z" fill="#0072b2"/>\n' for n in range(3)
    )
    expected = '<path d="M0 1262.5H15M20 1262.5H35M40 1262.5H55" stroke="#0072b2" stroke-width="124.4"/>'
    assert expected in drawing(far)


def test_a_cell_may_be_drawn_either_way_round() -> None:
    upright = cells(12, 12, 12).replace("H15V22H0z", "V22H15V10z")
    assert drawing(upright) == drawing(cells(12, 12, 12))


def test_a_bar_of_nothing_beside_others_is_no_row_of_a_table() -> None:
    flat = '<path d="M60 10H75H60H60z" fill="#0072b2"/>\n'
    assert "stroke-width" not in drawing(cells(12, 12) + flat)


def test_two_cells_stay_as_they_are() -> None:
    assert drawing(cells(12, 12)).count("<path") == 2


def test_words_in_groups_of_their_own_are_written_together() -> None:
    word = '<g fill="#333" transform="translate({x} 20) scale(0.12 -0.12)">\n<use href="#G1"/>\n</g>\n'
    grouped = "".join(f"<g>\n<g>\n{word.format(x=x)}</g>\n</g>\n" for x in (12, 24, 36))
    shown = drawing(grouped)
    assert shown.count("scale(0.12 -0.12)") == 1
    assert re.findall(r'x="(\d+)"', shown) == ["100", "200", "300"]


@pytest.mark.parametrize(
    ("style", "shorter"),
    [
        ("fill: none; stroke: #333333; stroke-width: 1.3", "fill:none;stroke:#333;stroke-width:1.3"),
        ("fill: none; stroke: #334455", "fill:none;stroke:#345"),
        ("fill: none; stroke: #334456", "fill:none;stroke:#334456"),
    ],
)
def test_a_style_is_written_without_room(style: str, shorter: str) -> None:
    assert f'style="{shorter}"' in drawing(f'<path d="M0 0H9" style="{style}"/>\n')
