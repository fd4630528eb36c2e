"""Invented consultation texts with known themes, fast enough to stream a national year.

A small grammar (`phrases.yaml`) is expanded once into pools of finished sentences: slots filled, politeness chosen,
spellings and typing errors as people make them. A text is then a walk over pools, so that making one costs
microseconds. The texts are written without knowledge of any codebook.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import cycle
from typing import Any, Final, NamedTuple

import numpy as np
import yaml

from ujo_lib.sample.calendar import Floats, Ints
from ujo_lib.sample.counts import generator
from ujo_lib.sample.planting import THEMES

Planted = tuple[tuple[str, str], ...]

EASY: Final = "easy"
HARD: Final = "hard"
HARD_SHARE: Final = 0.40
MIN_CHARS: Final = 150
MAX_OVER_MEAN: Final = 2.4
LENGTH_LOG_SD: Final = 0.45
VARIANTS: Final = 24
ORDERS: Final = 8
TAPES_PER_ORDER: Final = 6
BLOCK: Final = 2_048
DISTRACTED: Final = 0.30
WITH_PERSONAL_DATA: Final = 0.01
SPELLING_CHANCE: Final = 0.15
TYPO_CHANCE: Final = 0.03
MARK_CHANCE: Final = 0.06

_SLOT: Final = re.compile(r"\{([^}]+)\}")
_STYLED: Final = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")
_WHO: Final = re.compile(r" @(student|adult|female|male)")
_ALSO: Final = re.compile(r" \+(\w+)")


SPEAKERS: Final = (
    frozenset({"student", "female"}),
    frozenset({"student", "male"}),
    frozenset({"adult", "female"}),
    frozenset({"adult", "male"}),
)
"""Who speaks decides which phrases fit; the index into this tuple is the speaker's number."""


class Sentence(NamedTuple):
    """A finished sentence and the theme it speaks of beside its own, if any."""

    text: str
    also: str | None


class Composed(NamedTuple):
    """One text and what was planted in it.

    Attributes:
        text: the text.
        themes: (theme id, "easy" or "hard") pairs, each theme once.
        distractors: theme ids whose words occur without the theme being meant.
        personal: the invented personal data that masking has to remove.
    """

    text: str
    themes: Planted
    distractors: tuple[str, ...]
    personal: tuple[str, ...]


@dataclass(frozen=True)
class Pools:
    """Finished sentences for one style (polite or plain) of one kind of speaker.

    Attributes:
        themed: (theme, mention) → sentences; mention is "easy", "hard" or "not".
        tapes: neutral sentences in blocks of two to four; tapes of one order run through the same phrases in
            the same sequence, so that a text that stays on one order never says a thing twice.
        greetings, closings: first and last sentences.
        personal: (sentence, the data in it).
    """

    themed: Mapping[tuple[str, str], Sequence[Sentence]]
    tapes: Sequence[Sequence[Sequence[str]]]
    greetings: Sequence[str]
    closings: Sequence[str]
    personal: Sequence[tuple[str, tuple[str, ...]]]


class Grammar:
    """Expands phrases to sentences; all choices come from the generator it is given."""

    def __init__(
        self, source: Mapping[str, Any], rng: np.random.Generator, *, plain: bool, emoji: bool
    ) -> None:
        self._source = source
        self._rng = rng
        self._side = 2 if plain else 1
        self._marks = source["marks"]["cp932"] + (source["marks"]["emoji"] if emoji else [])

    def sentence(self, phrase: str, *, connect: bool = False) -> Sentence:
        """One variant of a phrase, ended with punctuation."""
        also = _ALSO.search(phrase)
        words = _ALSO.sub("", _WHO.sub("", phrase))
        text = self._fill(words, self._source["slots"])
        text = self._typed(_STYLED.sub(lambda m: m.group(self._side), text))
        if connect:
            text = self._pick(self._source["connectors"]) + text
        return Sentence(text + self._ending(), also.group(1) if also else None)

    def personal(self, phrase: str) -> tuple[str, tuple[str, ...]]:
        """A sentence with personal data, and the data in it."""
        text = _STYLED.sub(lambda m: m.group(self._side), phrase)
        given = [self._pick(self._source["personal"]["slots"][name]) for name in _SLOT.findall(text)]
        waiting = iter(given)
        text = _SLOT.sub(lambda _: next(waiting), text)
        return text + "。", tuple(given)

    def _pick(self, options: Sequence[str]) -> str:
        return options[int(self._rng.integers(len(options)))]

    def _fill(self, text: str, slots: Mapping[str, Sequence[str]]) -> str:
        return _SLOT.sub(lambda m: self._pick(slots[m.group(1)]), text)

    def _typed(self, text: str) -> str:
        for usual, spelled in self._source["spellings"].items():
            if usual in text and self._rng.random() < SPELLING_CHANCE:
                text = text.replace(usual, self._pick(spelled))
        for usual, typed in self._source["typos"].items():
            if usual in text and self._rng.random() < TYPO_CHANCE:
                text = text.replace(usual, self._pick(typed), 1)
        return text

    def _ending(self) -> str:
        mark = self._pick(self._marks) if self._rng.random() < MARK_CHANCE else ""
        return mark + self._pick(self._source["endings"])


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, Any]:
    """The phrase file of this package."""
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("ujo_lib.sample").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return dict(fast(text).get_single_data())


@lru_cache(maxsize=16)
def pools(seed: int, *, speaker: int, plain: bool, emoji: bool) -> Pools:
    """Expand the phrase file for one style of one kind of speaker (an index into ``SPEAKERS``)."""
    source = phrases()
    rng = generator(seed, f"phrases-{speaker}-{plain}-{emoji}")
    grammar = Grammar(source, rng, plain=plain, emoji=emoji)
    themed = {}
    for theme in THEMES:
        for mention, listed in source["themes"][theme].items():
            said = [p for p in listed if set(_WHO.findall(p)) <= SPEAKERS[speaker]]
            connect = mention != "not"
            themed[theme, mention] = [
                grammar.sentence(p, connect=connect) for p in said for _ in range(VARIANTS)
            ]
    return Pools(
        themed,
        small_talk(seed, plain=plain, emoji=emoji),
        [grammar.sentence(p).text for p in source["greetings"] for _ in range(4)] + [""] * 20,
        [grammar.sentence(p).text for p in source["closings"] for _ in range(4)] + [""] * 20,
        [grammar.personal(p) for p in source["personal"]["sentences"] for _ in range(4)],
    )


@lru_cache(maxsize=4)
def small_talk(seed: int, *, plain: bool, emoji: bool) -> list[list[list[str]]]:
    """The neutral sentences of one style as ``ORDERS`` sets of tapes."""
    source = phrases()
    rng = generator(seed, f"small-talk-{plain}-{emoji}")
    grammar = Grammar(source, rng, plain=plain, emoji=emoji)
    return [_tapes(grammar, rng, source["fillers"]) for _ in range(ORDERS)]


def _tapes(grammar: Grammar, rng: np.random.Generator, phrases: Sequence[str]) -> list[list[str]]:
    """Tapes of one order: the same cuts of the same shuffled phrases, each with variants of its own."""
    order = rng.permutation(len(phrases)).tolist()
    cuts = np.cumsum(rng.integers(2, 5, len(order))).tolist()
    ends = [end for end in cuts if end <= len(order)]
    pieces = list(zip([0, *ends[:-1]], ends, strict=True))
    return [
        ["".join(grammar.sentence(phrases[k]).text for k in order[start:end]) for start, end in pieces]
        for _ in range(TAPES_PER_ORDER)
    ]


def compose(
    rng: np.random.Generator,
    weights: Floats,
    speaker: Ints,
    *,
    seed: int,
    mean_chars: int,
    emoji: bool,
) -> Iterator[Composed]:
    """Texts for rows of theme chances.

    Args:
        rng: where this block's randomness comes from.
        weights: chance of each theme, n x 22 in the order of ``THEMES``.
        speaker: who writes, n indices into ``SPEAKERS``.
        seed: seed of the sentence pools.
        mean_chars: mean length aimed at; lengths lie between 150 and 2.4 times the mean.
        emoji: whether emoji outside cp932 may occur.
    """
    n = len(weights)
    planted = rng.random(weights.shape) < weights
    silent = np.flatnonzero(~planted.any(axis=1))
    planted[silent, (weights[silent] * rng.random((len(silent), weights.shape[1]))).argmax(axis=1)] = True
    hard = (rng.random(weights.shape) < HARD_SHARE).tolist()
    plain = (rng.random(n) < np.where(speaker < 2, 0.55, 0.30)).tolist()
    targets = _target_lengths(rng, n, mean_chars).tolist()
    longest = int(MAX_OVER_MEAN * mean_chars)
    draws = rng.random((n, 48)).tolist()
    at, theme_numbers = np.nonzero(planted)
    starts = np.searchsorted(at, np.arange(n + 1)).tolist()
    numbers = theme_numbers.tolist()
    voices = {
        (who, style): pools(seed, speaker=who, plain=style, emoji=emoji)
        for who in range(len(SPEAKERS))
        for style in (False, True)
    }
    speakers = speaker.tolist()
    for i in range(n):
        mentions = [(THEMES[t], HARD if hard[i][t] else EASY) for t in numbers[starts[i] : starts[i + 1]]]
        yield _one_text(voices[speakers[i], plain[i]], mentions, cycle(draws[i]), targets[i], longest)


def _target_lengths(rng: np.random.Generator, n: int, mean_chars: int) -> Floats:
    """Log-normal lengths with the mean asked for, cut at both ends."""
    log_mean = np.log(mean_chars) - LENGTH_LOG_SD**2 / 2
    lengths = np.exp(rng.normal(log_mean, LENGTH_LOG_SD, n))
    return np.asarray(lengths.clip(MIN_CHARS + 25, MAX_OVER_MEAN * mean_chars - 15))


def _one_text(
    pool: Pools, mentions: list[tuple[str, str]], draws: Iterator[float], target: float, longest: int
) -> Composed:
    """The themed sentences; longer texts come back to their themes more often."""
    themes: dict[str, str] = {}
    spoken: list[str] = []
    room = longest - 160
    per_theme = min(1 + int(target / (150 * len(mentions)) * (0.4 + 0.9 * next(draws))), 7)
    for theme, mention in mentions:
        sentences = pool.themed[theme, mention]
        phrases = len(sentences) // VARIANTS
        phrase = int(next(draws) * phrases)
        for turn in range(per_theme):
            sentence = sentences[(phrase + turn) % phrases * VARIANTS + int(next(draws) * VARIANTS)]
            room -= len(sentence.text)
            if room < 0:
                break
            spoken.append(sentence.text)
            themes[theme] = EASY if themes.get(theme) == EASY else mention
            if sentence.also is not None:
                themes.setdefault(sentence.also, mention)
    return _dress(pool, themes, spoken, draws, target, longest)


def _dress(
    pool: Pools,
    themes: dict[str, str],
    spoken: list[str],
    draws: Iterator[float],
    target: float,
    longest: int,
) -> Composed:
    """Greeting, small talk between the themed sentences, a distractor now and then, closing."""
    distractors: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    if next(draws) < DISTRACTED:
        theme = THEMES[int(next(draws) * len(THEMES))]
        if theme not in themes:
            spoken.insert(int(next(draws) * (len(spoken) + 1)), _pick(pool.themed[theme, "not"], draws).text)
            distractors = (theme,)
    if next(draws) < WITH_PERSONAL_DATA:
        sentence, personal = _pick(pool.personal, draws)
        spoken.append(sentence)
    parts = [_pick(pool.greetings, draws)]
    last = _pick(pool.closings, draws)
    length = len(parts[0]) + len(last) + sum(map(len, spoken))
    tapes = _pick(pool.tapes, draws)
    at, tape = int(next(draws) * len(tapes[0])), int(next(draws) * TAPES_PER_ORDER)
    waiting = iter(spoken)
    sentence = next(waiting, "")
    while sentence or length < target - 25:
        parts.append(sentence)
        sentence = next(waiting, "")
        if length < target - 25:
            at, tape = (at + 1) % len(tapes[0]), (tape + 1) % TAPES_PER_ORDER
            block = tapes[tape][at]
            if length + len(block) > longest:
                target = 0.0
                continue
            parts.append(block)
            length += len(block)
    parts.append(last)
    return Composed("".join(parts), tuple(themes.items()), distractors, personal)


def _pick(options: Sequence[Any], draws: Iterator[float]) -> Any:
    return options[int(next(draws) * len(options))]


def texts_of(weights: Floats, speaker: Ints, seed: int, mean_chars: int) -> list[Composed]:
    """Texts for the city's records, without characters that cp932 lacks."""
    rng = generator(seed, "texts")
    return list(compose(rng, weights, speaker, seed=seed, mean_chars=mean_chars, emoji=False))
