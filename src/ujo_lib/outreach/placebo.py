"""Placebo tests: what the same sum gives where, and when, no campaign ran.

In space every other prefecture plays the city's part in turn; in time every earlier block plays the window's.
The p-value is the rank of the real one among all, so it is honest without any model, and no smaller than one
over their
number: with too few placebos there is no verdict to give.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ujo_lib.columns import Count, Flag, PValue, Ratio, Statistic, Text
from ujo_lib.outreach.controlled import blocks
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison
from ujo_lib.outreach.verdict import Refusal
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed

_COLUMNS = {
    "place": Text(heading="都道府県"),
    "estimate": Ratio(heading="見かけの効果"),
    "statistic": Statistic(heading="標準化した値"),
    "real": Flag(heading="施策のあった県"),
}


@dataclass(frozen=True)
class Placebo:
    """Placebo distribution with the real value in it.

    Attributes:
        frame: place (prefecture or first day of a block), estimate (rate ratio), statistic (studentised log
            ratio), real.
        p_value: share of all statistics, the real one included, that are at least as far from 0 as the real
            one.
        smallest_p: the smallest p-value that so many placebos can give.
        reason: why there is none, as in a refusal: empty.
    """

    frame: pd.DataFrame
    p_value: float
    smallest_p: float
    reason: ClassVar[str] = ""


def in_space(
    wide: pd.DataFrame,
    comparison: Comparison | Refusal,
    home: str,
    controls: Sequence[str] | Refusal,
    level: float = LEVEL,
) -> Placebo | Refusal:
    """Every control prefecture in turn against the others, and the home prefecture against all of them.

    Args:
        wide: days × prefectures.
        comparison: the home prefecture's comparison; its window and baseline days are used.
        home: the prefecture that was reached.
        controls: prefectures that were not.
        level: too few prefectures for this confidence level are a refusal.
    """
    if isinstance(comparison, Refusal):
        return comparison
    if isinstance(controls, Refusal):
        return controls
    total = len(controls) + 1
    if 1 / total > 1 - level + 1e-12:
        return Refusal(
            "few_placebos", f"比べる地域が{total}しかなく、{100 * level:.10g}%の水準では何も言えない"
        )
    names = [home, *controls]
    counts = wide.loc[comparison.frame.index, names].to_numpy(float)
    inside, outside = counts[comparison.having(IN_WINDOW)], counts[comparison.having(BASELINE)]
    others_in, others_out = _of_the_others(inside), _of_the_others(outside)
    # Half a contact on each count keeps a silent prefecture finite and moves a hundred by half a per cent.
    in_sum, out_sum = inside.sum(axis=0) + 0.5, outside.sum(axis=0) + 0.5
    log_ratio = np.log(in_sum / out_sum) - np.log(others_in.sum(axis=0) / others_out.sum(axis=0))
    expected = others_out * out_sum / others_out.sum(axis=0)
    spread = np.maximum(1.0, ((outside - expected) ** 2 / expected).mean(axis=0))
    statistic = log_ratio / np.sqrt(spread * (1 / in_sum + 1 / out_sum))
    return _ranked(names, log_ratio, statistic, total)


def in_time(comparison: Comparison | Refusal, level: float = LEVEL) -> Placebo | Refusal:
    """Every baseline block in turn against the other baseline blocks, and the window against all of them."""
    if isinstance(comparison, Refusal):
        return comparison
    found = blocks(comparison)
    baseline = found[found["role"] == BASELINE]
    total = len(baseline) + 1
    if 1 / total > 1 - level + 1e-12:
        least = 1 / total
        return Refusal(
            "few_placebos",
            f"同じ長さの区切りが{len(baseline)}個しかなく、最小のp値が{least:.3f}で水準に届かない",
        )
    found = pd.concat([found[found["role"] == IN_WINDOW], baseline])
    logs = np.log((found["n"].to_numpy(float) + 0.5) / found["expected"].to_numpy(float))
    own = np.where(np.arange(total) > 0, logs, 0.0)  # a baseline block is no part of what it is compared with
    difference = logs - (logs[1:].sum() - own) / (len(baseline) - (np.arange(total) > 0))
    names = [f"{start:%Y-%m-%d}" for start in found["start"]]
    return _ranked(names, difference, difference, total)


def summary(space: Placebo | Refusal, time: Placebo | Refusal) -> Typed:
    """The two placebo tests in two rows: test, n (placebos), p_value, smallest_p, finding."""
    rows: list[tuple[str, int | None, float | None, float | None, str]] = []
    for name, found in (("ほかの都道府県で", space), ("ほかの時期で", time)):
        if isinstance(found, Refusal):
            rows.append((name, None, None, None, f"判定できません。理由: {found.reason}。"))
            continue
        outlying = "最も極端です" if found.p_value == found.smallest_p else "最も極端とは言えません"
        said = f"施策のあった所・時期の値は、並べた{len(found.frame)}個のなかで{outlying}。"
        rows.append((name, len(found.frame) - 1, found.p_value, found.smallest_p, said))
    columns = {
        "test": Text(heading="どこで試したか"),
        "n": Count(heading="試した数", members=False),
        "p_value": PValue(heading="順位によるp値"),
        "smallest_p": PValue(heading="この数で出せる最小のp値"),
        "finding": Text(heading="結果"),
    }
    return Typed.of_rows(rows, columns)


def reading(found: Placebo | Refusal) -> str:
    """How the real value stands among the placebos, in a sentence; the reason after a refusal."""
    if isinstance(found, Refusal):
        return found.reason
    place = found.frame.loc[found.frame["real"], "place"].item()
    rank = round(found.p_value * len(found.frame))
    outlying = "最も極端です" if rank == 1 else f"極端さは{rank}番目です"
    others = len(found.frame) - 1
    return f"{place}の値は、施策が届いていない{others}の都道府県で同じ計算をした値(丸)と並べて、{outlying}。"


def distribution(found: Placebo | Refusal) -> Typed:
    """The placebos in space, empty after a refusal: place, estimate, statistic, real."""
    frame = found.frame if isinstance(found, Placebo) else pd.DataFrame(columns=list(_COLUMNS))
    return Typed.of(frame, _COLUMNS)


def _of_the_others(counts: np.ndarray) -> np.ndarray:
    """For each column the sum of the control columns without it; column 0 is home and in no sum."""
    controls = counts[:, 1:].sum(axis=1, keepdims=True)
    return np.hstack([controls, controls - counts[:, 1:]])


def _ranked(names: Sequence[str], log_ratio: np.ndarray, statistic: np.ndarray, total: int) -> Placebo:
    frame = pd.DataFrame(
        {
            "place": list(names),
            "estimate": np.exp(log_ratio),
            "statistic": statistic,
            "real": np.arange(total) == 0,
        }
    )
    p_value = float(np.mean(np.abs(statistic) >= abs(statistic[0]) - 1e-12))
    return Placebo(frame.sort_values("estimate", kind="stable", ignore_index=True), p_value, 1 / total)
