"""How often do intervals around a theme's share hold the truth? Ours, hand codes alone and PPI++ on the same draws.

The texts are those of the synthetic city's year, written anew in five groups that share no template of any theme:
every chance of the learned coder comes from texts of other groups, so it cannot recognise a template. A draw is what
`ujo code sample` draws and a reader without fault would find. Coverage is the share of draws whose 95 % interval holds
the share that would be found if everything were read; its Monte Carlo error is printed.

- hand: the same readings without the machine (Wilson in each stratum, finite population, MOVER).
- ppi: `ppi-python` (PPI++ with the tag as prediction, weighted), where installed.
- machine: the tag's share with the interval of a sample, as if its labels were true.

    python benchmarks/theme_truth.py            # 2,000 draws (half an hour); --quick: 100;  --json: one line at the end
"""

import argparse
import importlib.util
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from ujo_lib import tagging  # noqa: E402  # after the path is set
from ujo_lib.sample import contacts, counts, planting, texts  # noqa: E402
from ujo_lib.sample.coders import MISSED, SEEN_WRONGLY  # noqa: E402
from ujo_lib.tagging import learning, words  # noqa: E402
from ujo_lib.tagging import reading as corrected  # noqa: E402
from ujo_lib.tagging.quality import Codes, coding_plan, reading_of  # noqa: E402
from ujo_lib.tagging.reading import LEAST_READ, Reading  # noqa: E402
from ujo_lib.tagging.shares import Shares, wilson_finite  # noqa: E402

CODEBOOK = ROOT / "params" / "codebook.yaml"
SEED = 2023
GROUPS = 5
LEVEL, Z = 0.95, 1.959963984540054
RECORD = ["topic", "occupation", "age", "loneliness", "ideation"]
LEARNED_TRIALS = 4
THRESHOLD = 0.2
"""A text has a theme for the learned coder from this chance on: between its precision and its recall."""
_WHO = re.compile(r" @(student|adult|female|male)")


class City(NamedTuple):
    """A year of texts: what is true, what the codebook says, what the coder sees."""

    frame: pd.DataFrame
    truth: pd.DataFrame
    hard: np.ndarray
    tags: pd.DataFrame
    focus: "pd.Series[bool]"
    group: np.ndarray
    seen: Any


def city() -> City:
    """Write the year in groups without a common template, and tag it."""
    national = counts.national_counts(SEED)
    records = contacts.all_contacts(SEED, national, counts.city_counts(SEED)).frame
    kept = (records["desk"] == contacts.NATIONAL_DESK) & (records["received_at"].dt.year == 2023)
    weights, speaker = planting.theme_weights(records)[kept], planting.speakers(records)[kept]
    frame = records[kept].set_index("consult_id")
    group = np.random.default_rng(7).permutation(len(frame)) % GROUPS
    written: dict[int, texts.Composed] = {}
    everything = texts.phrases()
    for number in range(GROUPS):
        rows = np.flatnonzero(group == number)
        texts.pools.cache_clear()
        texts.small_talk.cache_clear()
        rng = np.random.default_rng(100 + number)
        with patch.object(texts, "phrases", return_value=part(everything, number)):
            composed = texts.compose(
                rng, weights[rows], speaker[rows], seed=SEED + number, mean_chars=500, emoji=False
            )
            written |= dict(zip(rows.tolist(), composed, strict=True))
    texts.pools.cache_clear()
    texts.small_talk.cache_clear()
    planted = [dict(written[row].themes) for row in range(len(frame))]
    themes = list(planting.THEMES)
    truth = pd.DataFrame([[t in own for t in themes] for own in planted], index=frame.index, columns=themes)
    hard = np.array([[own.get(t) == texts.HARD for t in themes] for own in planted])
    chats, book = [written[row].text for row in range(len(frame))], tagging.load_codebook(CODEBOOK)
    tags = tagging.tag(chats, book).frame(frame.index)[themes]
    focus = (frame["age"] == "10代") & (frame["ideation"] == "強く")
    seen = learning.features(words.index_words(chats, book.engine), frame[RECORD])
    return City(frame, truth, hard, tags, focus, group, seen)


def part(source: Any, number: int) -> dict[str, Any]:
    """The phrases of one group: every fifth of each theme, said by anybody; small talk and idioms are common to all."""
    themes = {
        theme: {
            mention: phrases
            if mention == "not"
            else [_WHO.sub("", phrase) for phrase in phrases[number::GROUPS]]
            for mention, phrases in mentions.items()
        }
        for theme, mentions in source["themes"].items()
    }
    return {**source, "themes": themes}


def readings(place: City, size: int, draws: int) -> Iterator[tuple[Reading, np.random.Generator]]:
    """What one reader without fault finds in one draw after the other."""
    for draw in range(draws):
        plan = coding_plan(place.tags, place.focus, size, seed=draw)
        codes = Codes(plan, place.truth.loc[plan.index])
        yield reading_of(codes, place.tags, place.focus), np.random.default_rng(draw)


def hand(reading: Reading, place: int) -> Shares:
    """The same readings without the machine: Wilson's limits in each stratum, put together."""
    strata = [reading.stratum == one for one in range(int(reading.stratum.max()) + 1)]
    size = np.array([float(own.sum()) for own in strata])
    read = np.array([float(own[reading.read].sum()) for own in strata])
    found = np.array([float(reading.both[own[reading.read], place].sum()) for own in strata])
    parts, weight = wilson_finite(found, read, size, Z), size / size.sum()
    share = (weight * parts.share).sum()
    down = np.sqrt(((weight * (parts.share - parts.low)) ** 2).sum())
    up = np.sqrt(((weight * (parts.high - parts.share)) ** 2).sum())
    return Shares(share, share - down, share + up)


def ppi(reading: Reading, place: int) -> Shares | None:
    """PPI++ with the tag as prediction, weighted by the design; None where the peer is not installed."""
    if importlib.util.find_spec("ppi_py") is None:
        return None
    from ppi_py import ppi_mean_ci

    stratum = reading.stratum[reading.read]
    weight = np.bincount(reading.stratum)[stratum] / np.bincount(stratum)[stratum]
    tag = reading.tags.iloc[:, place].to_numpy(float)
    low, high = ppi_mean_ci(
        reading.both[:, place].astype(float),
        tag[reading.read],
        tag,
        alpha=1 - LEVEL,
        w=weight / weight.mean(),
    )
    return Shares(np.nan, np.ravel(low)[0], np.ravel(high)[0])


class Tally:
    """Hits and widths of intervals, by name and cell."""

    def __init__(self) -> None:
        self.held: dict[str, dict[Any, list[bool]]] = defaultdict(lambda: defaultdict(list))
        self.width: dict[str, dict[Any, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, name: str, cell: Any, found: Shares | None, truth: float) -> None:
        """Note one interval."""
        if found is not None:
            self.held[name][cell].append(bool(found.low <= truth <= found.high))
            self.width[name][cell].append(float(found.high - found.low))

    def coverage(self, name: str, least: int = 1) -> dict[Any, float]:
        """Coverage of each cell seen at least so often."""
        return {cell: float(np.mean(held)) for cell, held in self.held[name].items() if len(held) >= least}

    def mean_width(self, name: str) -> float:
        """Mean width over all cells."""
        return float(np.mean([np.mean(widths) for widths in self.width[name].values()]))


def at_200(place: City, draws: int) -> dict[str, Any]:
    """Whole, focus, crosses, ranking and coders' errors at 200 texts."""
    tally, ruled_out, named = Tally(), [], []
    truth, focus = place.truth.to_numpy(), place.focus.to_numpy()
    labels = {theme: theme for theme in place.truth.columns}
    jobs = place.frame["occupation"].to_numpy()
    members = {job: jobs == job for job in dict.fromkeys(jobs)}
    first = list(labels)[int(truth.mean(axis=0).argmax())]
    for reading, rng in readings(place, 200, draws):
        two = [
            np.where(
                reading.both,
                rng.random(reading.both.shape) >= MISSED,
                rng.random(reading.both.shape) < SEEN_WRONGLY,
            )
            for _ in range(2)
        ]
        one_coder = replace(reading, both=two[0], either=two[0])
        two_coders = replace(reading, both=two[0] & two[1], either=two[0] | two[1], coders=2)
        close = reading.within(focus)
        for theme in range(truth.shape[1]):
            share = truth[:, theme].mean()
            for name, found in (
                ("ours", reading.best(theme, LEVEL)),
                ("hand", hand(reading, theme)),
                ("ppi", ppi(reading, theme)),
                ("one_coder", one_coder.theme(theme, LEVEL)),
                ("two_coders", two_coders.theme(theme, LEVEL)),
            ):
                tally.add(name, theme, found, share)
            tally.add("focus", theme, close.theme(theme, LEVEL), truth[focus, theme].mean())
            tally.add("focus_hand", theme, hand(close, theme), truth[focus, theme].mean())
        for job, own in members.items():
            if own[reading.read].sum() < LEAST_READ:
                continue
            inside = reading.within(own)
            for theme in range(truth.shape[1]):
                share = truth[own, theme].mean()
                tally.add("cross", (job, theme), inside.theme(theme, LEVEL), share)
                tally.add("cross_hand", (job, theme), hand(inside, theme), share)
        kept = corrected.maybe_first(reading, labels)
        ruled_out.append(first not in kept)
        named.append(len(kept) == 1)
    often = max(draws // 10, 1)
    cross, cross_hand = tally.coverage("cross", often), tally.coverage("cross_hand", often)
    machine = wilson_finite(place.tags.sum().to_numpy(), len(truth), np.inf, Z)
    machine_holds = (machine.low <= truth.mean(axis=0)) & (truth.mean(axis=0) <= machine.high)
    summary: dict[str, Any] = {}
    for name, key in (
        ("ours", ""),
        ("hand", "hand_"),
        ("ppi", "ppi_"),
        ("focus", "focus_"),
        ("focus_hand", "focus_hand_"),
        ("one_coder", "one_coder_"),
        ("two_coders", "two_coders_"),
    ):
        if covered := tally.coverage(name):
            summary |= {
                f"{key}coverage_min": min(covered.values()),
                f"{key}coverage_mean": float(np.mean(list(covered.values()))),
                f"{key}width": tally.mean_width(name),
            }
    return summary | {
        "coverage_cross_mean": float(np.mean(list(cross.values()))),
        "coverage_cross_hand_mean": float(np.mean(list(cross_hand.values()))),
        "coverage_cross_worst_against_hand": min(cross[cell] - cross_hand[cell] for cell in cross),
        "coverage_cross_min": min(cross.values()),
        "cross_width_ratio": tally.mean_width("cross") / tally.mean_width("cross_hand"),
        "width_ratio_to_hand": tally.mean_width("ours") / tally.mean_width("hand"),
        "false_ranking": float(np.mean(ruled_out)),
        "first_named": float(np.mean(named)),
        "machine_coverage_min": float(machine_holds.min()),
        "machine_coverage_mean": float(machine_holds.mean()),
    }


def at_400(place: City, draws: int) -> dict[str, Any]:
    """Shares at 400 texts, where the learned coder corrects the frequent themes."""
    tally, truth = Tally(), place.truth.to_numpy()
    for number, (reading, _) in enumerate(readings(place, 400, draws)):
        chance = learning.cross_fitted(
            place.seen, place.tags, reading.read, reading.both, number, place.group
        )
        taught = replace(reading, chance=chance)
        for theme in range(truth.shape[1]):
            share = truth[:, theme].mean()
            tally.add("ours", theme, taught.best(theme, LEVEL), share)
            tally.add("tag", theme, reading.theme(theme, LEVEL), share)
            tally.add("hand", theme, hand(reading, theme), share)
            tally.add("ppi", theme, ppi(reading, theme), share)
    often = max(draws // 10, 1)
    found = {
        f"{name}_coverage_min_400": min(tally.coverage(name, often).values())
        for name in ("ours", "tag", "hand", "ppi")
        if tally.coverage(name, often)
    }
    return found | {
        "coverage_mean_400": float(np.mean(list(tally.coverage("ours").values()))),
        "width_ratio_to_hand_400": tally.mean_width("ours") / tally.mean_width("hand"),
        "tag_width_ratio_to_hand_400": tally.mean_width("tag") / tally.mean_width("hand"),
    }


def learned(place: City) -> dict[str, float]:
    """How well a coder taught by 400 texts finds the themes of texts whose templates it has never seen."""
    truth, tags, hits = place.truth.to_numpy(), place.tags.to_numpy(), np.zeros(3)
    hard = np.zeros(2)
    for trial in range(LEARNED_TRIALS):
        for group in range(GROUPS):
            others, own = np.flatnonzero(place.group != group), np.flatnonzero(place.group == group)
            read = np.random.default_rng((trial, group)).choice(others, 400, replace=False)
            chance = learning.chances(place.seen, place.tags, read, truth[read], own)
            judged = chance >= THRESHOLD
            hits += (judged & truth[own]).sum(), judged.sum(), truth[own].sum()
            hard += (judged & place.hard[own]).sum(), place.hard[own].sum()
    book = 2 * (tags & truth).sum() / (tags.sum() + truth.sum())
    return {
        "learned_f1": 2 * hits[0] / (hits[1] + hits[2]),
        "codebook_f1": float(book),
        "hard_recall": hard[0] / hard[1],
        "codebook_hard_recall": float((tags & place.hard).sum() / place.hard.sum()),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 draws")
    parser.add_argument("--draws", type=int, default=2000, help="number of draws")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    draws = 100 if options.quick else options.draws
    place = city()
    figures: dict[str, Any] = {"draws": draws, "monte_carlo_error": float(np.sqrt(0.95 * 0.05 / draws))}
    figures |= {"texts": len(place.frame), "focus_texts": int(place.focus.sum())}
    figures |= learned(place)
    with ProcessPoolExecutor(2) as pool:
        parts = [pool.submit(measure, place, draws) for measure in (at_200, at_400)]
        figures |= {name: value for part_ in parts for name, value in part_.result().items()}
    figures = {
        name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()
    }
    for name, value in figures.items():
        print(f"{name:38} {value}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
