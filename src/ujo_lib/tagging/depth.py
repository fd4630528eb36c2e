"""How much of a text is about a theme: a main concern, or a word in passing?

`tag` asks whether a term stands in a text at all and stops at the first. Here all places are counted: how many there
are, how densely they stand and where the first one is. From how many places on people see a theme in a text is learned,
theme by theme, from what they found; where too little was read, the codebook says from how many on it counts as a main
concern.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ujo_lib.columns import Count, Dimension, Statistic, Text
from ujo_lib.tagging.codebook import Book, Codebook
from ujo_lib.tagging.judging import theme_places
from ujo_lib.tagging.normalise import corpus
from ujo_lib.tagging.reading import LEAST_OF_EACH, Reading
from ujo_lib.tagging.shares import Floats, Ints
from ujo_lib.tagging.tagger import CHUNK_TEXTS
from ujo_lib.typed import Typed

MOST_ASKED = 5
"""A learned threshold is at most so many places."""
_PER = 1000
_LEARNED, _STATED = "人の読み", "コードブック"


@dataclass(frozen=True)
class Depth:
    """Themes of a list of texts, in depth; arrays of shape (texts, themes).

    Attributes:
        themes: theme ids, the columns.
        hits: places where a term of the theme stands; terms that overlap are one place.
        density: places per 1,000 characters (normalised).
        position: where the first place begins, 0 (the text's first character) to 1; NaN where there is none.
    """

    themes: tuple[str, ...]
    hits: Ints
    density: Floats
    position: Floats

    def main(self, least: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Whether a theme is a main concern: at least so many places, theme by theme."""
        return np.asarray(self.hits >= np.array(least), np.bool_)


def depth(texts: Sequence[str], codebook: Codebook) -> Depth:
    """Count and place all terms of all themes; a theme that `tag` finds has at least one place, any other has none.

    Args:
        texts: original texts.
        codebook: a compiled codebook; rules of KH Coder have conditions, and no places.
    """
    places = range(0, max(len(texts), 1), CHUNK_TEXTS)
    parts = [_of_part(texts[at : at + CHUNK_TEXTS], codebook) for at in places]
    hits, density, position = map(np.concatenate, zip(*parts, strict=True))
    return Depth(codebook.ids, hits, density, position)


def _of_part(texts: Sequence[str], codebook: Codebook) -> tuple[Ints, Floats, Floats]:
    """Hits, density and position of some texts."""
    cleaned = corpus(texts)
    shape = (len(texts), len(codebook.themes))
    text, theme, begin, end = theme_places(cleaned, codebook.rules, codebook.engine)
    cell = text * shape[1] + theme
    order = np.lexsort((end, begin, cell))
    begin, end, cell = begin[order], end[order], cell[order]
    # One line of numbers on which the places of every cell lie apart: a place that begins within the reach of those
    # before it is the same one.
    apart = cell * len(cleaned.codepoints)
    reach = np.maximum.accumulate(end + apart)
    new = np.ones(len(cell), np.bool_)
    new[1:] = begin[1:] + apart[1:] >= reach[:-1]
    hits = np.bincount(cell[new], minlength=shape[0] * shape[1]).reshape(shape)
    length = np.bincount(cleaned.text_of, np.diff(cleaned.sentences)[:, 0], shape[0])
    starts = np.zeros(shape[0], np.int64)
    starts[cleaned.text_of[::-1]] = cleaned.sentences[::-1, 0]
    position = np.full(shape[0] * shape[1], np.nan)
    position[cell[::-1]] = begin[::-1]
    length = np.maximum(length, 1)[:, None]
    return hits, _PER * hits / length, (position.reshape(shape) - starts[:, None]) / length


def thresholds(codebook: Codebook, found: Depth, reading: Reading | None) -> list[tuple[int, bool]]:
    """From how many places on each theme counts, and whether that was learned.

    Learned is the number, up to 5, at which the machine agrees best (F1, weighted by the design) with what people
    found; texts about which two coders differ say nothing. Too little was read if fewer than 20 texts have the theme
    or fewer than 20 have it not: then the number is the codebook's (`main`).

    Args:
        codebook: of which the places are.
        found: of all texts.
        reading: of the same texts; None where nobody has read any.
    """
    least = [(theme.main, False) for theme in codebook.themes]
    if reading is None:
        return least
    asked, weight = np.arange(1, MOST_ASKED + 1), reading.weight
    for place in range(len(least)):
        truth, none = reading.both[:, place], ~reading.either[:, place]
        if min(truth.sum(), none.sum()) < LEAST_OF_EACH:
            continue
        judged = found.hits[reading.read, place] >= asked[:, None]
        right, wrong = judged @ (weight * truth), judged @ (weight * none)
        least[place] = (int(asked[np.argmax(right / (right + wrong + (weight * truth).sum()))]), True)
    return least


def depth_table(texts: Sequence[str], codebook: Book, reading: Reading | None) -> Typed:
    """Main concern against mention, theme by theme.

    Returns:
        `theme`, `n` (texts with a term), `least` (places from which the theme counts), `basis` (who says so), `main`
        (texts with as many), and of the texts with a term the medians of `hits`, `density` and `position`. Empty for
        rules of KH Coder, which have conditions and no places.
    """
    rows = list(_in_depth(texts, codebook, reading)) if isinstance(codebook, Codebook) else []
    columns = {
        "theme": Dimension(variable="theme"),
        "n": Count(unit="件", heading="語が現れた相談"),
        "least": Count(unit="か所", heading="主題とみる語の数", members=False),
        "basis": Text(heading="その根拠"),
        "main": Count(unit="件", heading="うち、主題とみる数以上"),
        "hits": Statistic(heading="語の数(中央値)"),
        "density": Statistic(heading="1,000字あたり(中央値)"),
        "position": Statistic(heading="最初の語の位置(中央値)"),
    }
    return Typed.of(rows, columns, note="位置は、0が書き出し、1が終わり。")


def _in_depth(
    texts: Sequence[str], codebook: Codebook, reading: Reading | None
) -> Iterator[tuple[str | float, ...]]:
    """The rows of `depth_table`."""
    found = depth(texts, codebook)
    least = thresholds(codebook, found, reading)
    main = found.main([number for number, _ in least])
    for place, (theme, (number, learned)) in enumerate(zip(codebook.themes, least, strict=True)):
        has = found.hits[:, place] > 0
        middle = [
            float(np.median(values[has, place])) if has.any() else np.nan
            for values in (found.hits, found.density, found.position)
        ]
        basis = _LEARNED if learned else _STATED
        yield theme.label, int(has.sum()), number, basis, int(main[:, place].sum()), *middle
