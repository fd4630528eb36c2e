"""The gate: finished files on one side, confidential texts on the other.

The release is small and the texts are many, so the release is indexed (every run of eight bare characters in every
layer of every file) and the texts stream past it once. What a text shares with the release is judged by how many
people it could have come from: a phrase that fewer than k clients used points at somebody; a long passage always does.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ujo_lib.disclosure.gate.findings import Finding, Kind, Severity
from ujo_lib.disclosure.gate.layers import BLOCK, FILE_NAME, Layer, of_file
from ujo_lib.disclosure.gate.patterns import contacts, forbidden, forbidden_across_lines
from ujo_lib.disclosure.gate.records import CROWD, Shapes, originals
from ujo_lib.disclosure.gate.shingles import LENGTH, ShingleSet, bare, distinct, hashes, shingles, words
from ujo_lib.facts import named
from ujo_lib.files import digest
from ujo_lib.text import strip_for_match

LONG = 20
"""A shared passage of this many bare characters is somebody's, however many seem to have written it."""

_BATCH = 1000  # some million characters: the arrays of one batch stay near the processor
_AHEAD = 2  # batches looked up at the same time: numpy leaves the interpreter to the other
_RECORDS = 10  # named for one passage; more would not help anybody mend it
_UNIT = "(?:年度|年|か月|月|日|時台|時|分|人|名|件|回|歳|代|割強|割|倍|円|戸|世帯)?"
_NUMBERS = re.compile(rf"\d+{_UNIT}")
"""Numbers as generated sentences print them: what a `{placeholder}` of the wording may have become."""
_SEAM = re.compile(f"[{BLOCK},。\t\r\n<>]")
"""Where one piece of a layer or one sentence ends and the next begins; tags stand among the words until markup goes."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_PHRASE_END = re.compile(rf"(?:\{{[^{{}}]*\}}|\d+)[\W_]*{_UNIT}|[\W_]+")


class Confidential(NamedTuple):
    """One text that must not leave: who wrote it, what it says, and the number of its record."""

    client: str
    text: str
    record: str = ""


class Gate:
    """Looks for confidential text in finished files.

    Args:
        texts: (client, text) or (client, text, record); read once for each scan, so an iterator serves one scan.
        vocabulary: everything a page may say: templates, notebook markdown, wording, labels, questionnaire, codebook.
        k: a phrase that fewer than k clients used is theirs.
        ids: further numbers of records; clients and records of `texts` are known already.
        users: accounts on the machines where the report is made, and names that must not be named.
    """

    def __init__(
        self,
        texts: Iterable[tuple[str, str] | tuple[str, str, str]],
        vocabulary: str | Iterable[str],
        k: int,
        ids: Iterable[str] = (),
        users: Iterable[str] = (),
    ) -> None:
        self._texts = texts
        self._wording = vocabulary if isinstance(vocabulary, str) else "\n".join(vocabulary)
        self._k = k
        self._ids = frozenset(ids)
        self._public = _contacts_of(self._wording)
        self._names = named(name for name in users if len("".join(name.split())) > 1)

    @cached_property
    def _bare_wording(self) -> str:
        parted = _PLACEHOLDER.sub(BLOCK, self._wording)
        return strip_for_match(parted, keep=BLOCK)

    @cached_property
    def _phrases(self) -> str:
        return _PHRASE_END.sub(BLOCK, f" {unicodedata.normalize('NFKC', self._wording).casefold()} ")

    def scan(self, paths: Iterable[Path]) -> list[Finding]:
        """Findings in files and folders, errors first.

        Raises:
            FileNotFoundError: a path that does not exist or holds no file; nothing to scan is not a clean release.
        """
        release = _Release(paths)
        found = [*release.unreadable, *self._always(release)]
        found += self._shared(release)
        spoken = {finding.file for finding in found if finding.carrier == FILE_NAME}
        quiet = {replace(f, file=_alias(f.file)) if f.file in spoken else f for f in found}
        return sorted(quiet, key=lambda f: (f.severity, f))

    def _always(self, release: "_Release") -> Iterator[Finding]:
        for place in release.places:
            kinds = (
                forbidden_across_lines(place.plain, self._public)
                if place.layer.unfolded
                else forbidden(place.plain, self._public, self._names)
            )
            yield from (Finding(place.file, place.layer.carrier, kind) for kind in kinds)

    def _shared(self, release: "_Release") -> Iterator[Finding]:
        """One pass over the texts: record numbers that the release names, and words it shares with them."""
        index = release.index.without(_runs_of(self._wording))
        owners = _Owners(len(index), self._k)
        shared: dict[str, _Shared] = {}
        numbers = set(self._ids)
        for batch, met in _looked_up(_batches(self._texts), index):
            numbers.update(*((text.client, text.record) for text in batch))
            _collect(batch, met, owners, shared)
        yield from _records(release, numbers - {""})
        for said, passage in shared.items():
            severity = self._judge(said, passage, owners)
            if severity is None:
                continue
            for place, length in release.holding(said):
                if self._is_committed(said, place):
                    continue
                found: Severity = "warning" if self._meets_by_chance(said, place) else severity
                for record in passage.records:
                    yield Finding(place.file, place.layer.carrier, "text", found, record, length)

    def _judge(self, words: str, passage: "_Shared", owners: "_Owners") -> Severity | None:
        """An error for somebody's words, a warning for a rare phrase of the vocabulary, None for common words."""
        if len(words) < LONG and owners.fewest(passage.grams) >= self._k:
            return None
        between = [part for part in _NUMBERS.split(words) if part]
        return "warning" if all(part in self._bare_wording for part in between) else "error"

    def _is_committed(self, words: str, place: "_Place") -> bool:
        """Whether the page says nothing here but committed phrases, with numbers where they have placeholders.

        Then the passage is one of them, whole, or the end of one and the beginning of the next cell or paragraph; more
        than one such seam is no coincidence. What else a sentence puts into its placeholders (a name, a group) stands
        before that end and behind that beginning.
        """
        return words in place.words and all(
            len(seams) <= 1
            and (
                any(self._end_and_begin(words[:seam], words[seam:]) for seam in seams)
                or all(
                    self._is_phrase(run) for piece in place.pieces(start, start + len(words)) for run in piece
                )
            )
            for start, seams in place.occurrences(words)
        )

    def _end_and_begin(self, before: str, behind: str) -> bool:
        """Whether two parts are the end of a committed phrase and the beginning of one; between numbers, whole ones."""
        ends = [run for run in _NUMBERS.split(before) if run]
        begins = [run for run in _NUMBERS.split(behind) if run]
        return all(self._is_phrase(run, begun=at == 0) for at, run in enumerate(ends)) and all(
            self._is_phrase(run, ended=at == len(begins)) for at, run in enumerate(begins, 1)
        )

    def _is_phrase(self, run: str, begun: bool = False, ended: bool = False) -> bool:
        """Whether a run is a committed phrase, or one that has begun before it or ends behind it."""
        between = f"{BLOCK}?".join(map(re.escape, run))
        return (
            re.search(f"{'' if begun else BLOCK}{between}{'' if ended else BLOCK}", self._phrases) is not None
        )

    def _meets_by_chance(self, words: str, place: "_Place") -> bool:
        """Whether parts of two committed phrases that stand in neighbouring cells happen to read as somebody's."""
        return words in place.words and all(
            len(seams) == 1
            and all(part in self._bare_wording for part in (words[: seams[0]], words[seams[0] :]))
            for _, seams in place.occurrences(words)
        )


# One process may scan many times: a whole fleet of half years and years, what is made and what is signed.
@lru_cache(maxsize=2)
def _runs_of(wording: str) -> ShingleSet:
    return shingles([wording])


@lru_cache(maxsize=2)
def _contacts_of(wording: str) -> dict[Kind, frozenset[str]]:
    return contacts(unicodedata.normalize("NFKC", wording))


def _records(release: "_Release", numbers: set[str]) -> Iterator[Finding]:
    """Record numbers that a release names, each once a file, in its outermost coat."""
    shapes = Shapes(numbers)
    met = [(place, loud, quiet) for place in release.places for loud, quiet in [_numbers(shapes, place)]]
    known = originals(numbers, {word for _, loud, quiet in met for word in loud | quiet})
    told: set[tuple[str, str]] = set()
    for place, loud, quiet in met:
        named = loud & known.keys()
        if len(quiet & known.keys()) >= CROWD:
            named |= shapes.crowd(quiet, quiet & known.keys())
        for word in sorted(named):
            if (place.file, word) not in told:
                told.add((place.file, word))
                yield Finding(place.file, place.layer.carrier, "id", record=known[word])


def _numbers(shapes: Shapes, place: "_Place") -> tuple[set[str], set[str]]:
    """What looks like a record number in a layer: those that speak for themselves, and small ones."""
    seen = shapes.seen(place.plain)
    if place.layer.unfolded:  # digits at the end of one line and the beginning of the next are no number
        seen = {(bare, loud) for bare, loud in seen if not bare.isdigit()}
    return {bare for bare, loud in seen if loud}, {bare for bare, loud in seen if not loud}


@dataclass(frozen=True)
class _Place:
    """A layer of a file: its text in one width, where facts stand in it, and its bare words."""

    file: str
    layer: Layer
    plain: str
    words: str

    @cached_property
    def seams(self) -> list[int]:
        """Where in `words` one cell, paragraph or line ends and the next begins, in order."""
        text = self.layer.text if self.layer.words is None else self.layer.words
        codes, starts = bare(_SEAM.split(text))
        closed = np.arange(len(starts))  # each piece before it has left an end mark
        seams: list[int] = np.unique(np.append(starts - closed, len(codes) - len(starts))).tolist()
        return seams

    def occurrences(self, words: str) -> Iterator[tuple[int, list[int]]]:
        """Where `words` stand, and where in them a seam is."""
        for found in re.finditer(f"(?={re.escape(words)})", self.words):
            first = bisect_right(self.seams, found.start())
            last = bisect_left(self.seams, found.start() + len(words))
            yield found.start(), [seam - found.start() for seam in self.seams[first:last]]

    def pieces(self, start: int, end: int) -> Iterator[list[str]]:
        """For each cell or paragraph that a passage touches, the runs between its numbers that the passage touches."""
        first, last = bisect_right(self.seams, start) - 1, bisect_left(self.seams, end)
        for left, right in pairwise(self.seams[first : last + 1]):
            ends = [left, *(at for n in _NUMBERS.finditer(self.words, left, right) for at in n.span()), right]
            spans = zip(ends[::2], ends[1::2], strict=True)
            yield [self.words[a:b] for a, b in spans if a < b and a < end and b > start]


@dataclass
class _Shared:
    """A passage that texts and release share: its runs of eight, and the first records that have it."""

    grams: tuple[int, ...]
    records: list[str]


class _Owners:
    """For each run of eight, up to k different clients who wrote it."""

    def __init__(self, size: int, k: int) -> None:
        self._clients: dict[int, set[str]] = {}
        self._full = np.zeros(size, dtype=bool)
        self._k = k

    def add(self, grams: np.ndarray, clients: Sequence[str]) -> None:
        for i in np.flatnonzero(~self._full[grams]).tolist():
            gram = int(grams[i])
            known = self._clients.setdefault(gram, set())
            known.add(clients[i])
            self._full[gram] = len(known) >= self._k

    def fewest(self, grams: Sequence[int]) -> int:
        return min(len(self._clients[gram]) for gram in grams)


class _Release:
    """Every layer of every file, indexed."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.places: list[_Place] = []
        self.unreadable: list[Finding] = []
        grams = [np.zeros(0, dtype=np.uint64)]
        for root in paths:
            for file, name in _files(root):
                grams.append(self._read(name, file.read_bytes()))
        self.index = ShingleSet(np.concatenate(grams))

    def _read(self, name: str, content: bytes) -> np.ndarray:
        """Open a file, note what it says, and give the hashes of its runs of eight."""
        layers: dict[str, Layer] = {}
        for found in of_file(name, content):
            if isinstance(found, Layer):
                layers.setdefault(found.text, found)
            else:
                severity: Severity = "error" if found.fatal else "warning"
                self.unreadable.append(
                    Finding(name, found.carrier, "unreadable", severity, note=found.reason)
                )
        spoken = [text if layer.words is None else layer.words for text, layer in layers.items()]
        codes, starts = bare(spoken)
        for (text, layer), said in zip(layers.items(), np.split(codes, starts[1:]), strict=True):
            plain = unicodedata.normalize("NFKC", text) if layer.facts else ""
            self.places.append(_Place(name, layer, plain, words(said[:-1])))
        return distinct(hashes(codes))

    def holding(self, words: str) -> list[tuple[_Place, int]]:
        """Places that hold a shared passage, and how much of it.

        A passage may be stitched together: every eight characters of it stand in the release, yet nowhere all of
        them in a row. Then each place counts that holds any part.
        """
        whole = [(place, len(words)) for place in self.places if words in place.words]
        if whole:
            return whole
        parts = ((place, _longest_part(words, place.words)) for place in self.places)
        return [(place, length) for place, length in parts if length >= LENGTH]


def _alias(name: str) -> str:
    """Another name for a file whose own name must not be repeated."""
    return f"名前に問題のあるファイル {digest(name)[:8]}"


def _longest_part(words: str, text: str) -> int:
    """Length of the longest run of `words` that stands in a text."""
    longest = 0
    for start in range(len(words)):
        while start + longest < len(words) and words[start : start + longest + 1] in text:
            longest += 1
    return longest


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    if not root.exists():
        raise FileNotFoundError(f"検査する場所がない: {root.name}")
    if root.is_file():
        yield root, root.name
        return
    files = [file for file in sorted(root.rglob("*")) if not file.is_dir()]
    if not files:
        raise FileNotFoundError(f"検査するファイルがない: {root.name}")
    for file in files:
        yield file, file.relative_to(root).as_posix()


def _batches(texts: Iterable[tuple[str, str] | tuple[str, str, str]]) -> Iterator[list[Confidential]]:
    stream = (text if isinstance(text, Confidential) else Confidential(*text) for text in texts)
    while batch := list(islice(stream, _BATCH)):
        yield batch


class _Met(NamedTuple):
    """Where runs of eight of the release begin in a batch of bare texts laid end to end, and which they are."""

    codes: np.ndarray
    starts: np.ndarray
    hits: np.ndarray
    grams: np.ndarray


def _looked_up(
    batches: Iterable[list[Confidential]], index: ShingleSet
) -> Iterator[tuple[list[Confidential], _Met]]:
    """Batches with what of the release stands in them, in order; one is looked up while the next is read."""

    def met(batch: list[Confidential]) -> _Met:
        codes, starts = bare([text.text for text in batch])
        return _Met(codes, starts, *index.find(codes))

    ahead: deque[tuple[list[Confidential], Future[_Met]]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        for batch in batches:
            ahead.append((batch, pool.submit(met, batch)))
            if len(ahead) > _AHEAD:
                first, found = ahead.popleft()
                yield first, found.result()
        yield from ((batch, found.result()) for batch, found in ahead)


def _collect(batch: Sequence[Confidential], met: _Met, owners: _Owners, shared: dict[str, _Shared]) -> None:
    """Add the longest passages of which every eight characters stand in the release."""
    codes, starts, hits, grams = met
    whose = np.searchsorted(starts, hits, side="right") - 1
    owners.add(grams, [batch[i].client for i in whose])
    for part in np.split(np.arange(len(hits)), np.flatnonzero(np.diff(hits) != 1) + 1):
        if not len(part):
            continue
        first, last = int(hits[part[0]]), int(hits[part[-1]]) + LENGTH
        passage = shared.setdefault(words(codes[first:last]), _Shared(tuple(grams[part].tolist()), []))
        text = batch[int(whose[part[0]])]
        record = text.record or text.client
        if len(passage.records) < _RECORDS and record not in passage.records:
            passage.records.append(record)
