"""Janome's own dictionary as arrays, built once per user and Janome version. An edge module: it keeps a file.

Nothing is downloaded or copied into the project: the entries, connection costs, character classes and unknown-word
entries are read from the Janome that is installed, so the array engine can only ever say what that Janome says.
"""

import contextlib
import io
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from runpy import run_path
from typing import Any

import numpy as np
import numpy.typing as npt

from ujo_lib.files import write_atomically
from ujo_lib.tagging.cache import built_once, cache_folder
from ujo_lib.tagging.lattice import LONGEST_CHUNK, Lexicon
from ujo_lib.tagging.normalise import Int32, Int64
from ujo_lib.tagging.trie import Trie, build_trie

FORMAT = 3
"""Raise when the arrays change their meaning; older cache files are then not read."""

_COMPACT = re.compile(rb"(\d+):\(u'([^']*)', *(\d+), *(\d+), *(-?\d+)\)")
_EXTRA = re.compile(rb"(\d+):\(u'([^']*)',u'([^']*)',u'([^']*)',u'([^']*)',u'[^']*',u'[^']*'\)")


@dataclass(frozen=True)
class Dictionary:
    """The arrays of the lattice, and the words behind the numbers.

    Entry numbers are Janome's own, from 0; -1 - i stands for the unknown-word entry i.

    Attributes:
        lexicon: what the kernels read.
        base_of: (entries,) index of each entry's base form in `base_forms`.
        speech_of: index of each entry's "part of speech,inflection type,inflection form" in `speeches`.
        unknown_speech: the same text for each unknown-word entry.
        packed_surfaces: surface forms of all entries in UTF-8, one per line.
        packed_base_forms: distinct base forms, one per line.
        speeches: distinct part-of-speech texts.
    """

    lexicon: Lexicon
    base_of: Int32
    speech_of: Int32
    unknown_speech: tuple[str, ...]
    speeches: tuple[str, ...]
    packed_surfaces: bytes
    packed_base_forms: bytes

    @cached_property
    def surfaces(self) -> list[str]:
        """Surface form of each entry."""
        return self.packed_surfaces.decode().split("\n")

    @cached_property
    def base_forms(self) -> list[str]:
        """Distinct base forms; `base_of` points here."""
        return self.packed_base_forms.decode().split("\n")

    @cached_property
    def all_speeches(self) -> tuple[str, ...]:
        """`speeches`, and from the end those of unknown words."""
        return (*self.speeches, *reversed(self.unknown_speech))

    def speech_at(self, entries: Int32) -> Int64:
        """Place of each entry's speech in `all_speeches`."""
        unknown = len(self.all_speeches) + entries
        return np.where(entries >= 0, self.speech_of[entries], unknown).astype(np.int64)

    @cached_property
    def base_ids(self) -> dict[str, int]:
        """Index of each base form in `base_forms`."""
        return {base: index for index, base in enumerate(self.base_forms)}

    def surfaces_of(self, base_form: str) -> frozenset[str]:
        """Every surface form under which a base form can stand, the unknown word of that spelling included."""
        found = np.flatnonzero(self.base_of == self.base_ids.get(base_form, -1))
        return frozenset({base_form, *(self.surfaces[entry] for entry in found)})


@cache
def load_dictionary() -> Dictionary:
    """Return the installed Janome's dictionary, from this user's cache if it is there, else built and put there."""
    file = cache_folder() / f"janome-{version('janome')}-format{FORMAT}.npz"
    # A file cut short by a full disk is no reason to fail: it is built again.
    unreadable = contextlib.suppress(OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile)
    with built_once(file):
        with unreadable, np.load(file) as stored:
            return _from_arrays({name: stored[name] for name in stored.files})
        arrays = _exported()
        stored_whole = io.BytesIO()
        np.savez(stored_whole, **arrays)
        write_atomically(file, stored_whole.getvalue())
    return _from_arrays(arrays)


def _exported() -> dict[str, Any]:
    """Read everything from the data files of the installed Janome.

    They are Python modules, but importing them would compile thirty megabytes of literals and asking Janome word by
    word would take longer still, so the text of the files is read; `_entries` and `_costs` check what they find.
    """
    folder = Path(str(files("janome"))) / "sysdic"
    words: list[tuple[str, int, int, int]] = []
    speech_ids: defaultdict[str, int] = defaultdict(lambda: len(speech_ids))
    base_ids: defaultdict[str, int] = defaultdict(lambda: len(base_ids))
    base_of: list[int] = []
    speech_of: list[int] = []
    for bucket in range(len([*folder.glob("entries_compact*[0-9].py")])):
        surfaces, *costs = _entries(folder / f"entries_compact{bucket}.py", _COMPACT, len(words))
        words += zip(surfaces, *(map(int, column) for column in costs), strict=True)
        *speech, bases = _entries(folder / f"entries_extra{bucket}.py", _EXTRA, len(base_of))
        base_of += [base_ids[base] for base in bases]
        speech_of += [speech_ids[",".join(parts)] for parts in zip(*speech, strict=True)]
    trie, rows, numbers = _index(words)
    return {
        "codes": trie.codes,
        "units": trie.units,
        "entries": rows,
        "numbers": numbers,
        "connection": _costs(folder),
        "base_of": np.array(base_of, np.int32),
        "speech_of": np.array(speech_of, np.int32),
        "surfaces": _packed(surface for surface, *_ in words),
        "base_forms": _packed(base_ids),
        "speeches": _packed(speech_ids),
        **_unknown_words(folder),
    }


def _entries(file: Path, pattern: re.Pattern[bytes], first: int) -> list[list[str]]:
    """Columns of the entries of one data file, which must be numbered from `first` on without a gap."""
    numbers, *columns = zip(*pattern.findall(file.read_bytes()), strict=True)
    if list(map(int, numbers)) != list(range(first, first + len(numbers))):
        raise ValueError(f"{file.name} of this Janome is written in another way than the export can read")
    return [b"\n".join(column).decode("unicode_escape").split("\n") for column in columns]


def _costs(folder: Path) -> npt.NDArray[np.int16]:
    """The connection costs, turned so that (left id of a word, right id of the word before it) is the place."""
    text = b",".join((folder / f"connections{part}.py").read_bytes().rstrip() for part in (1, 2))
    costs = np.array(text.translate(None, b"DAT=[] \n").split(b","), np.int16)
    size = math.isqrt(len(costs))
    return np.ascontiguousarray(costs.reshape(size, size).T)


def _unknown_words(folder: Path) -> dict[str, Any]:
    """Export character classes and unknown-word entries.

    Janome asks its list of ranges for every character; the answer can change only where a range begins or ends.
    """
    from janome.dic import UnknownsDictionary

    source = UnknownsDictionary(*(run_path(str(folder / f"{n}.py"))["DATA"] for n in ("chardef", "unknowns")))
    categories = list(source.char_categories)
    cuts = {0, 0x110000}
    for reach in source.char_ranges:
        cuts |= {ord(reach["from"]), ord(reach["to"]) + 1}
    classes: dict[tuple[tuple[str, tuple[str, ...]], ...], int] = {}
    char_class = np.zeros(0x110000, np.uint8)
    ordered = sorted(cuts)
    for first, after in pairwise(ordered):
        found = source.get_char_categories(chr(first))
        key = tuple((name, tuple(compatible)) for name, compatible in found.items())
        char_class[first:after] = classes.setdefault(key, len(classes))
    if len(classes) > np.iinfo(np.uint8).max:
        raise ValueError("this Janome has more character classes than the export can hold")
    class_categories = np.full((len(classes), max(map(len, classes)) + 1), -1, np.int8)
    in_category = np.zeros((len(classes), len(categories)), np.bool_)
    for key, index in classes.items():
        for place, (name, compatible) in enumerate(key):
            class_categories[index, place] = categories.index(name)
            in_category[index, [categories.index(c) for c in (name, *compatible)]] = True
    unknown = [(*entry, name) for name in categories for entry in source.unknowns.get(name, [])]
    stops = list(accumulate(len(source.unknowns.get(name, [])) for name in categories))
    table = [
        (
            source.unknown_invoked_always(name),
            LONGEST_CHUNK if source.unknown_grouping(name) else source.unknown_length(name),
            first,
            stop,
        )
        for name, first, stop in zip(categories, [0, *stops[:-1]], stops, strict=True)
    ]
    return {
        "char_class": char_class,
        "class_categories": class_categories,
        "in_category": in_category,
        "categories": np.array(table, np.int32),
        "unknown": np.array([entry[:3] for entry in unknown], np.int32),
        "unknown_speech": _packed(f"{entry[3]},*,*" for entry in unknown),
    }


def _index(words: Sequence[tuple[str, int, int, int]]) -> tuple[Trie, Int32, Int32]:
    """Order (surface, left id, right id, cost) by surface, pack them, and build the trie over them."""
    order = np.array(sorted(range(len(words)), key=lambda place: words[place][0]))
    surfaces = [words[place][0] for place in order]
    fields = np.array([word[1:] for word in words], np.int64)[order]
    ids = fields[:, 0] << 16 | fields[:, 1]
    first = [i for i, surface in enumerate(surfaces) if i == 0 or surface != surfaces[i - 1]]
    bounds = np.array([*first, len(surfaces)], np.int64)
    trie = build_trie([surfaces[i] for i in first], bounds[:-1], bounds[1:] - bounds[:-1])
    return trie, np.column_stack((ids, fields[:, 2])).astype(np.int32), order.astype(np.int32)


def _packed(words: Iterable[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _from_arrays(arrays: dict[str, Any]) -> Dictionary:
    own = {name: arrays[name] for name in Lexicon._fields if name in arrays}
    return Dictionary(
        lexicon=Lexicon(**own),
        base_of=arrays["base_of"],
        speech_of=arrays["speech_of"],
        unknown_speech=tuple(arrays["unknown_speech"].tobytes().decode().split("\n")),
        speeches=tuple(arrays["speeches"].tobytes().decode().split("\n")),
        packed_surfaces=arrays["surfaces"].tobytes(),
        packed_base_forms=arrays["base_forms"].tobytes(),
    )
