"""Numbers of records, found however they are typed.

What a number looks like is learned from the numbers themselves: letters, then how many digits, then more. The release
is searched for everything of that look, with or without dashes, dots, slashes and blanks, in any case; what was found
counts when it is one of the numbers. A small bare number could be any count, so it counts only after a word such as
番号 or ID, or in such a crowd that chance is no explanation.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from scipy.stats import binom

MIN_LENGTH = 4
"""Characters without separators below which a record number cannot be told from anything."""

TELLING_DIGITS = 7
"""Digits from which a bare number is nobody's count."""

_PLAIN = re.compile(r"(?:[a-z]*9*(?:[\W_]+|$))*|.*[^\W\d_a-z].*")
"""A look whose parts are letters, then digits, or that has a letter which is no Latin one (第99号); a hash is none."""
_MOST_SHAPES = 64
CROWD = 3
"""Small bare numbers of records in one place from which chance is asked."""

_CHANCE = 1e-6
_SPARSE = 0.01
_DIGITS = str.maketrans("0123456789", "9" * 10)
_SEPARATOR = re.compile(r"[\W_ー]+")
_MARKS = r"[-‐-―−ー./_#:・]"
_GAP = rf"[ \u3000]?(?:{_MARKS}|[(（「、]){{0,2}}[ \u3000]?"
# A dot would be a decimal point, a blank alone the next number.
_GAP_OF_DIGITS = r"(?: ?[-‐-―−ー/_・]{1,2} ?)?"
_SMALL = re.compile(r"[0-9](?<![0-9a-z_].)(?<![0-9][-.,/].)[0-9]{3,5}(?![0-9a-z_]|[-.,/][0-9])")
_LABELLED = re.compile(
    r"(?:番号|no\.?|id)[\"'”]?[ \u3000]*[:=#はが.]?[ \u3000]*[\"'「(]?([0-9]{4,6}(?![0-9a-z_]|[-.,/][0-9]))"
)
_COUNTED = re.compile(r"[ \u3000]?(?:[%件人名回割歳年月日時分円倍校戸]|世帯)")


Seen = tuple[str, bool]
"""What looks like a record number: its characters without separators, and whether it speaks alone."""


def bare(number: str) -> str:
    """A record number without width, case and separators."""
    return _SEPARATOR.sub("", _folded(number))


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


class Shapes:
    """What record numbers look like.

    Args:
        numbers: all of them, as the data have them.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        looks = Counter(_folded(number).translate(_DIGITS) for number in numbers)
        small = {
            len(look): many
            for look, many in looks.items()
            if set(look) == {"9"} and len(look) < TELLING_DIGITS
        }
        self._share = {
            width: many / (9 * 10 ** (width - 1)) for width, many in small.items() if width >= MIN_LENGTH
        }
        self._sparse = any(share <= _SPARSE for share in self._share.values())
        large = [look for look, _ in looks.most_common() if len(look) >= TELLING_DIGITS or set(look) != {"9"}]
        plain = [look for look in large if _PLAIN.fullmatch(look)][:_MOST_SHAPES]
        shapes = (_Shape.of(look) for look in plain)
        self._shapes = list(dict.fromkeys(shape for shape in shapes if shape is not None))
        self._irregular = _irregular({len(_SEPARATOR.sub("", look)) for look in set(large) - set(plain)})

    def seen(self, text: str) -> set[Seen]:
        """Everything in a text that looks like a record number.

        Args:
            text: one layer, NFKC-normalised.
        """
        folded = text.casefold()
        seen = {one for shape in self._shapes for one in shape.seen(folded)}
        if self._share:
            seen |= {(number, True) for number in _LABELLED.findall(folded)}
        if self._sparse:
            small = set(_SMALL.findall(folded))
            seen |= {(number, number[0] == "0" and len(number) == TELLING_DIGITS - 1) for number in small}
        if self._irregular is not None:
            words = {_SEPARATOR.sub("", word) for word in set(self._irregular.findall(folded))}
            seen |= {
                (word, not word.isdigit() or len(word) >= TELLING_DIGITS)
                for word in words
                if any(map(str.isdigit, word))
            }
        return seen

    def crowd(self, quiet: set[str], known: set[str]) -> set[str]:
        """Those of the known small numbers of one file that are too many to stand there by chance.

        Numbers of a width that mostly are record numbers (1 to 6,928) say nothing: any count would be one.
        """
        telling: set[str] = set()
        for width, share in self._share.items():
            hits = {number for number in known if len(number) == width and not _reads_as_date([number])}
            if len(hits) < CROWD or share > _SPARSE:
                continue
            looked = sum(len(number) == width for number in quiet)
            if binom.sf(len(hits) - 1, looked, share) < _CHANCE:
                telling |= hits
        return telling


@dataclass(frozen=True)
class _Shape:
    """One look: the pattern that finds it, and whether it has letters."""

    pattern: re.Pattern[str]
    lettered: bool

    @classmethod
    def of(cls, look: str) -> "_Shape | None":
        """The shape of a look such as ``syn-9999999``; None when it is too short or has no digit."""
        parts = re.findall(r"9+|[^\W9_]+", look)
        if len("".join(parts)) < MIN_LENGTH or "9" not in look:
            return None
        lettered = any(part[0] != "9" for part in parts)
        between_digits = rf"(?:{_GAP_OF_DIGITS}|\.)" if "." in look else _GAP_OF_DIGITS
        pattern = _part(parts[0]) + _alone_before(parts[0], lettered)
        for before, part in pairwise(parts):
            pattern += (between_digits if before[0] == part[0] == "9" else _GAP) + _part(part)
        after = (
            "" if not parts[-1].isascii() else "(?![0-9a-z_])" if lettered else "(?![0-9a-z_]|[-.,/][0-9])"
        )
        return cls(re.compile(pattern + after), lettered)

    def seen(self, folded: str) -> Iterator[Seen]:
        for found in self.pattern.finditer(folded):
            word = _SEPARATOR.sub("", found[0])
            yield word, self._speaks(found, word)

    def _speaks(self, found: re.Match[str], word: str) -> bool:
        groups = re.findall(r"\d+", found[0])
        padded = any(group[0] == "0" and len(group) > 2 for group in groups)
        marked = re.search(_MARKS, found[0]) is not None
        if self.lettered:
            ascii_glued = found[0][0].isascii() and " " not in found[0]
            return padded or marked or (ascii_glued and _COUNTED.match(found.string, found.end()) is None)
        if _reads_as_date(groups):
            return False
        return len(word) >= TELLING_DIGITS or (padded and (marked or len(word) == TELLING_DIGITS - 1))


def _part(part: str) -> str:
    return rf"[0-9]{{{len(part)}}}" if part[0] == "9" else re.escape(part)


def _alone_before(first: str, lettered: bool) -> str:
    """That nothing longer ends in the first part; looked up behind it, so that a search can leap to its first sign."""
    if not first.isascii():
        return ""
    width = "." * len(first)  # a look-behind has one width
    return f"(?<![0-9a-z_#]{width})" if lettered else f"(?<![0-9a-z_#]{width})(?<![0-9][-.,/]{width})"


def _irregular(lengths: set[int]) -> re.Pattern[str] | None:
    """Pattern of words that could be numbers without a common look, such as hashes."""
    lengths = {length for length in lengths if length >= MIN_LENGTH}
    if not lengths:
        return None
    return re.compile(
        rf"[0-9a-z](?<![0-9a-z_#-].)[0-9a-z_-]{{{min(lengths) - 1},{2 * max(lengths)}}}(?![0-9a-z_-])"
    )


def _reads_as_date(groups: Sequence[str]) -> bool:
    """Whether digits are a year and a month, a day, or a span of years."""
    digits = "".join(groups)
    if [len(group) for group in groups] == [4, 4]:
        return all(1900 <= int(group) < 2100 for group in groups)
    if len(digits) not in (6, 8) or not 1900 <= int(digits[:4]) < 2100:
        return False
    if len(groups) > 1 and len(groups[0]) != 4:
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:] or 1))
    except ValueError:
        return False
    return True


def originals(numbers: Iterable[str], looked_for: set[str]) -> dict[str, str]:
    """The record numbers among what was found: bare form → as the data have it."""
    found: dict[str, str] = defaultdict(str)
    for number in numbers:
        if (word := bare(number)) in looked_for:
            found[word] = min(found[word] or number, number)
    return dict(found)
