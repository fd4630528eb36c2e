"""How good are the tags? A sample for two people to code by hand, and what their codes say.

The sample is stratified by the rarest theme of a text, so that small themes are seen often enough; weights bring every
number back to all texts. Agreement of the two coders comes first: a machine cannot agree with people more than they do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ujo_lib.tagging.analysis import WHOLE, Labels

NO_THEME = "なし"
LEAST_POSITIVES = 10
"""Themes with fewer true texts in the sample are marked 参考値 (`reference`)."""
_REPEATS = 1000
_LEVELS = (2.5, 97.5)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CodedSample:
    """What two people found in the sampled texts.

    Attributes:
        first, second: boolean, one row per text (index: ids), one column per theme id.
        stratum: stratum of each text.
        weight: number of texts of the whole that each stands for.
    """

    first: pd.DataFrame
    second: pd.DataFrame
    stratum: "pd.Series[str]"
    weight: "pd.Series[float]"


def coding_sample(tags: pd.DataFrame, labels: Labels, size: int, seed: int) -> pd.DataFrame:
    """Draw texts for hand coding, about the same number from every stratum.

    Args:
        tags: boolean themes of all texts; the index holds the ids.
        labels: theme id → label; a text's stratum is its rarest theme, or なし.
        size: number of texts wanted; small strata give all they have and the others fill up.
        seed: of the draw.

    Returns:
        `stratum`, `weight` (texts that each stands for), index: ids in random order.
    """
    themes = list(labels)
    totals = tags[themes].sum().to_numpy()
    rank = np.where(tags[themes].to_numpy(bool), totals, np.inf)
    rarest = np.where(np.isfinite(rank.min(axis=1)), rank.argmin(axis=1), len(themes))
    rng = np.random.default_rng(seed)
    quota = _quota(np.bincount(rarest, minlength=len(themes) + 1), min(size, len(tags)))
    names = [*labels.values(), NO_THEME]
    chosen = []
    for stratum, wanted in enumerate(quota):
        members = np.flatnonzero(rarest == stratum)
        drawn = rng.choice(members, wanted, replace=False)
        chosen += [(row, names[stratum], len(members) / wanted) for row in drawn]
    table = pd.DataFrame(chosen, columns=["row", "stratum", "weight"]).sample(frac=1, random_state=rng)
    return table.drop(columns="row").set_axis(tags.index[table["row"].to_numpy(int)])


def _quota(available: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """Share a size among strata as evenly as what is there allows."""
    quota = np.zeros(len(available), np.int64)
    while quota.sum() < size:
        open_strata = np.flatnonzero(quota < available)
        share = max((size - int(quota.sum())) // len(open_strata), 1)
        for stratum in open_strata[: size - int(quota.sum())] if share == 1 else open_strata:
            quota[stratum] += min(share, available[stratum] - quota[stratum])
    return quota


def agreement(tags: pd.DataFrame, coded: CodedSample, labels: Labels, seed: int) -> pd.DataFrame:
    """Compare the two coders with each other and the tags with what both agree on.

    Where the coders differ about a theme, that text says nothing about the tag and is left out for that theme; how
    often this happens is in `disagreed`. Intervals: percentile bootstrap within strata, 1,000 repeats.

    Returns:
        One row per theme and a last row 全体 (all decisions together, micro-average): `theme`, `n` (texts both coders
        found it in), `tagged`, `base` (texts the coders agree on), `disagreed`, and `precision`, `recall`, `f1`,
        `kappa` (Cohen), `alpha` (Krippendorff, nominal), each with `_low` and `_high`; `reference` (n below 10).
    """
    themes = list(labels)
    ids = coded.first.index
    first, second = coded.first[themes].to_numpy(bool), coded.second[themes].to_numpy(bool)
    tagged = tags.loc[ids, themes].to_numpy(bool)
    draws = _draws(coded.stratum.to_numpy(), coded.weight.to_numpy(float), seed)
    rows = []
    for place in [*range(len(themes)), slice(None)]:
        a, b, t = first[:, place], second[:, place], tagged[:, place]
        agreed = a == b
        row: dict[str, object] = {
            "theme": WHOLE if isinstance(place, slice) else labels[themes[place]],
            "n": int((a & b).sum()),
            "tagged": int((t & agreed).sum()),
            "base": int(agreed.sum()),
            "disagreed": int((~agreed).sum()),
        }
        for name, measure in _MEASURES.items():
            row |= _with_interval(name, measure, _cells(a, b, t, draws))
        rows.append(row | {"reference": bool((a & b).sum() < LEAST_POSITIVES)})
    table = pd.DataFrame(rows)
    table["theme"] = pd.Categorical(table["theme"], [*labels.values(), WHOLE], ordered=True)
    return table


def disagreements(coded: CodedSample, labels: Labels) -> pd.DataFrame:
    """List where the coders differ, for the talk about it: `id`, `theme`, `first`, `second` (あり or なし)."""
    rows = [
        (text, label, *("あり" if frame.at[text, theme] else "なし" for frame in (coded.first, coded.second)))
        for theme, label in labels.items()
        for text in coded.first.index
        if coded.first.at[text, theme] != coded.second.at[text, theme]
    ]
    return pd.DataFrame(rows, columns=["id", "theme", "first", "second"])


def scores(tags: pd.DataFrame, truth: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Compare tags with known themes: `theme`, `n`, `tagged`, `precision`, `recall`, `f1`; last row 全体 (micro)."""
    themes = list(labels)
    found, known = tags[themes].to_numpy(bool), truth.loc[tags.index, themes].to_numpy(bool)
    right, tagged, true = (found & known).sum(axis=0), found.sum(axis=0), known.sum(axis=0)
    right, tagged, true = (np.append(counts, counts.sum()).astype(float) for counts in (right, tagged, true))
    table = pd.DataFrame(
        {"theme": [*labels.values(), WHOLE], "n": true.astype(int), "tagged": tagged.astype(int)}
    )
    table["precision"] = _ratio(right, tagged)
    table["recall"] = _ratio(right, true)
    table["f1"] = _ratio(2 * right, tagged + true)
    return table


def cohen_kappa(both: Floats, only_first: Floats, only_second: Floats, neither: Floats) -> Floats:
    """Cohen's (1960) kappa of two coders from (weighted) counts; NaN when both always say the same one thing."""
    total = both + only_first + only_second + neither
    observed = (both + neither) / total
    first, second = (both + only_first) / total, (both + only_second) / total
    chance = first * second + (1 - first) * (1 - second)
    return _ratio(observed - chance, 1 - chance)


def krippendorff_alpha(both: Floats, only_first: Floats, only_second: Floats, neither: Floats) -> Floats:
    """Krippendorff's (2011) alpha for two coders, two values, nothing missing, from (weighted) counts."""
    values = 2 * (both + only_first + only_second + neither)
    ones = 2 * both + only_first + only_second
    zeros = values - ones
    disagreement = (only_first + only_second) * 2 / values
    expected = 2 * ones * zeros / (values * (values - 1))
    return 1 - _ratio(disagreement, expected)


_MEASURES: dict[str, Callable[[dict[str, Floats]], Floats]] = {
    "precision": lambda c: _ratio(c["hit"], c["tagged"]),
    "recall": lambda c: _ratio(c["hit"], c["both"]),
    "f1": lambda c: _ratio(2 * c["hit"], c["tagged"] + c["both"]),
    "kappa": lambda c: cohen_kappa(c["both"], c["only_first"], c["only_second"], c["neither"]),
    "alpha": lambda c: krippendorff_alpha(c["both"], c["only_first"], c["only_second"], c["neither"]),
}


def _cells(
    a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_], tagged: npt.NDArray[np.bool_], draws: Floats
) -> dict[str, Floats]:
    """Weighted counts for the sample itself (first) and every bootstrap draw; several themes at once are added up."""
    kinds = {
        "both": a & b,
        "only_first": a & ~b,
        "only_second": ~a & b,
        "neither": ~a & ~b,
        "hit": tagged & a & b,
        "tagged": tagged & (a == b),
    }
    return {
        name: draws @ (kind if kind.ndim == 1 else kind.sum(axis=1)).astype(float)
        for name, kind in kinds.items()
    }


def _draws(stratum: npt.NDArray[np.object_], weight: Floats, seed: int) -> Floats:
    """Weights of the sample (first row) and of bootstrap draws within strata: (1 + repeats, texts)."""
    rng = np.random.default_rng(seed)
    counts = np.ones((1 + _REPEATS, len(weight)))
    for name in dict.fromkeys(stratum):
        members = np.flatnonzero(stratum == name)
        share = np.full(len(members), 1 / len(members))
        counts[1:, members] = rng.multinomial(len(members), share, size=_REPEATS)
    return counts * weight


def _with_interval(
    name: str, measure: Callable[[dict[str, Floats]], Floats], cells: dict[str, Floats]
) -> dict[str, float]:
    values = measure(cells)
    known = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(known, _LEVELS) if len(known) else (np.nan, np.nan)
    return {name: float(values[0]), f"{name}_low": float(low), f"{name}_high": float(high)}


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    result: Floats = np.divide(
        numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=np.asarray(denominator) != 0
    )
    return result


def mark_problems(marks: Sequence[object]) -> list[int]:
    """Positions of marks that are neither a yes (1, ○, あり, TRUE) nor a no (0, ×, なし, FALSE, blank)."""
    return [place for place, mark in enumerate(marks) if read_mark(mark) is None]


def read_mark(mark: object) -> bool | None:
    """Read one mark of a coding sheet; None if it is neither yes nor no."""
    text = "" if mark is None else str(mark).strip().upper()
    if text in {"1", "1.0", "○", "〇", "◯", "あり", "TRUE", "X", "✓"}:
        return True
    return False if text in {"", "0", "0.0", "×", "なし", "FALSE", "-"} else None
