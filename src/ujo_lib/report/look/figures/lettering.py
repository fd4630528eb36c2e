"""The letters of the figures: a Japanese font, how wide its words are, and where they may break."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

_EM: Final = 100
"""Font size at which letters are measured."""
POINTS_PER_INCH: Final = 72
"""Of a drawing for the screen: one point is one CSS pixel."""

# Where a label may break, best first: phrases, words with the endings that belong to them, runs of one script, letters;
# each with the marks that open or close it.
_RUN: Final = r"[ァ-ヺー]+|[㐀-鿿々]+|[0-9A-Za-z.,=+%-]+"
_BREAKS: Final = (
    r"\(?[^・、/(]*[・、/]*",
    rf"[(「『(●○]*(?:[0-9A-Za-z]+[㐀-鿿々]+|{_RUN}|.)[ぁ-ん]*[、。))」』・/〜%]*",
    rf"[(「『(●○]*(?:{_RUN}|.)[、。))」』・/〜%ーっゃゅょ]*",
    r".",
)


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
def _font() -> FT2Font:
    font = FT2Font(str(_font_file()))
    font.set_size(_EM, POINTS_PER_INCH)
    return font


@lru_cache(maxsize=1)
def line_heights() -> tuple[float, float]:
    """What a line takes above and below its base at a font size of 1, whatever stands in it."""
    table, units = _font().get_sfnt_table("OS/2"), _font().get_sfnt_table("head")
    if table is None or units is None:
        raise ValueError("the font of the figures does not say how high its lines are")
    return table["sTypoAscender"] / units["unitsPerEm"], -table["sTypoDescender"] / units["unitsPerEm"]


@lru_cache(maxsize=8192)
def advance(character: str) -> float:
    """Width of one character at a font size of 1."""
    glyph = _font().load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / _EM


@lru_cache(maxsize=8192)
def outline(character: str) -> tuple[np.ndarray, np.ndarray]:
    """Outline of one character, from its base upwards.

    Returns:
        Points (n x 2), in hundredths of the font's size, and what matplotlib's paths do there (n).
    """
    _font().load_char(ord(character), flags=LoadFlags.NO_HINTING)
    points, codes = _font().get_path()
    return points, codes


def text_width(words: str, size: float) -> float:
    """Width in pixels of one line of text at a font size."""
    return sum(map(advance, printable(words))) * size


def widest(words: Iterable[str], size: float) -> float:
    """Width in pixels of the longest of several lines or texts."""
    return max((text_width(line, size) for text in words for line in text.split("\n")), default=0.0)


def longest_run(names: Iterable[str]) -> float:
    """Width at a font size of 1 of the longest word in katakana, kanji or letters: what must stay whole."""
    return widest([run for name in names for run in re.findall(rf"[0-9]+[㐀-鿿々]+|{_RUN}", name)], 1)


def printable(words: str) -> str:
    """Words as the figures' font can show them: it draws an ASCII tilde as a stroke above the line."""
    return words.replace("~", "〜")


def wrapped(words: str, size: float, width: float) -> str:
    """Break Japanese text into lines of at most `width` pixels: between phrases, else words, else letters."""
    lines = [""]
    for piece in _pieces(printable(words), size, width, _BREAKS):
        if not lines[-1] or text_width(lines[-1] + piece, size) <= width:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return "\n".join(lines)


def _pieces(words: str, size: float, width: float, breaks: Sequence[str]) -> list[str]:
    """Parts that fit a line, each as long as possible."""
    if not breaks or text_width(words, size) <= width:
        return [words]
    parts = filter(None, re.findall(breaks[0], words, re.DOTALL))
    return [piece for part in parts for piece in _pieces(part, size, width, breaks[1:])]
