"""How high the letters of a PDF are: those of its text, and those that figures draw as outlines.

A size is what Tf says times what all transformations make of it. A letter is drawn in units of 1/8 of a hundredth of
its size, so an outline filled at a scale far below any other shape is a letter.
"""

import math
from pathlib import Path
from typing import Final

import pikepdf

LEAST: Final = 9.0
"""Points that a letter on paper is high at least."""
_UNITS: Final = 8 * 100
_OUTLINE: Final = 0.08
"""Scale below which a filled shape is a letter; a letter of 64 pt reaches it."""


def smallest(pdf: Path) -> dict[str, tuple[float, int]]:
    """The smallest letter of each kind, `text` and `drawn`: its height in points and the sheet it stands on first."""
    found: dict[str, tuple[float, int]] = {}
    with pikepdf.open(pdf) as opened:
        for number, sheet in enumerate(opened.pages, 1):
            for kind, size in _letters(sheet):
                found[kind] = min(found.get(kind, (math.inf, 0)), (round(size, 2), number))
    return found


def _letters(sheet: pikepdf.Page) -> list[tuple[str, float]]:
    above, now = [], pikepdf.Matrix()
    font, line = 0.0, pikepdf.Matrix()
    found = []
    for operands, operator in pikepdf.parse_content_stream(sheet):
        match str(operator):
            case "q":
                above.append(now)
            case "Q":
                now = above.pop()
            case "cm":
                now = pikepdf.Matrix(*map(float, operands)) @ now
            case "Tf":
                font = float(operands[1])
            case "Tm":
                line = pikepdf.Matrix(*map(float, operands))
            case "Tj" | "TJ":
                found.append(("text", font * _scale(line @ now)))
            case "f" | "f*" if _scale(now) < _OUTLINE:
                found.append(("drawn", _scale(now) * _UNITS))
    return found


def _scale(matrix: pikepdf.Matrix) -> float:
    return math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
