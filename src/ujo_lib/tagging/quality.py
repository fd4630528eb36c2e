"""The coding loop: which texts people read, what their codes say of each other and of the machine's tags.

Shares need a random part, drawn in strata so that the group looked at closely has enough texts of its own; an extra
part lets coders see rare themes and never enters a share. Agreement of two coders comes first: a machine cannot agree
with people more than they do.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from ujo_lib.columns import WHOLE, Column, Count, Dimension, Statistic, interval
from ujo_lib.errors import InputError
from ujo_lib.stats import LEVEL
from ujo_lib.tagging.analysis import Labels
from ujo_lib.tagging.reading import Reading
from ujo_lib.tagging.shares import Bools, Floats, Ints
from ujo_lib.typed import Typed

FOCUS, REST = "くわしく見る相談", "ほかの相談"
"""The sampling strata."""
RANDOM, EXTRA = "無作為", "追加"
"""Parts of the texts to read: for shares, and for rare themes."""
LEAST_FOCUS = 100
"""Texts of the focus group in the random part, where there are so many and they are no more than half of it."""
LEAST_POSITIVES = 10
"""Themes with fewer true texts in the sample are marked 参考値 (`reference`)."""
_REPEATS = 1000
_LEVELS = (2.5, 97.5)


class CodesError(InputError):
    """Hand codes that cannot be read, or do not fit the texts; every problem in Japanese."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("人が付けた結果を使えません。\n" + "\n".join(f"  - {one}" for one in problems))


@dataclass(frozen=True)
class Codes:
    """What people found in the texts they read.

    Attributes:
        plan: `stratum`, `part` and `weight` (texts that each stands for; NA in the extra part), index: ids.
        first: boolean, one row per text that was read (index: ids), one column per theme id.
        second: the same by a second coder; None for one coder.
    """

    plan: pd.DataFrame
    first: pd.DataFrame
    second: pd.DataFrame | None = None

    @property
    def random(self) -> pd.DataFrame:
        """The plan of the random part that every coder has read."""
        read = self.plan.index.isin(self.first.index)
        if self.second is not None:
            read &= self.plan.index.isin(self.second.index)
        return self.plan[read & (self.plan["part"] == RANDOM).to_numpy()]


def coding_plan(
    tags: pd.DataFrame, focus: "pd.Series[bool]", size: int, seed: int, extra: int = 0
) -> pd.DataFrame:
    """Draw the texts to be read.

    Args:
        tags: boolean themes of all texts; the index holds the ids.
        focus: which texts are looked at closely, on the same index.
        size: texts of the random part; at most half of each stratum is drawn.
        seed: of the draw.
        extra: further texts with the rarest themes by the tags.

    Returns:
        `stratum`, `part`, `weight`, index: ids; the random part first, in random order, so that whoever reads from
        the top can stop anywhere.
    """
    rng = np.random.default_rng(seed)
    inside = focus.to_numpy(bool)
    groups = {FOCUS: np.flatnonzero(inside), REST: np.flatnonzero(~inside)}
    quota = _quota(len(groups[FOCUS]), len(groups[REST]), size)
    drawn = {name: rng.choice(groups[name], quota[name], replace=False) for name in groups}
    table = pd.DataFrame(
        [
            (row, name, RANDOM, len(groups[name]) / quota[name])
            for name, rows in drawn.items()
            for row in rows.tolist()
        ],
        columns=["row", "stratum", "part", "weight"],
    ).sample(frac=1, random_state=rng)
    rare = _rarest(tags, np.setdiff1d(np.arange(len(tags)), table["row"]), extra, rng)
    more = pd.DataFrame({"row": rare, "stratum": np.where(inside[rare], FOCUS, REST), "part": EXTRA})
    table = pd.concat([table, more], ignore_index=True) if extra else table
    return table.drop(columns="row").set_axis(tags.index[table["row"].to_numpy(int)])


def _quota(focus: int, rest: int, size: int) -> dict[str, int]:
    """How many of each stratum: in proportion, but at least 100 of the focus group and never over half for it alone.

    No more than half of a stratum is read: what has been read whole is no estimate but a count, and a count of few
    people must not be printed bare.
    """
    fair = round(size * focus / (focus + rest)) if focus + rest else 0
    own = min(focus // 2, max(fair, min(LEAST_FOCUS, size // 2)))
    return {FOCUS: own, REST: min(rest // 2, size - own)}


def _rarest(tags: pd.DataFrame, unread: Ints, extra: int, rng: np.random.Generator) -> Ints:
    """Unread texts with rare themes by the tags."""
    has = tags.to_numpy(bool)
    waiting = [rng.permutation(unread[has[unread, theme]]) for theme in range(has.shape[1])]
    return _in_turn(waiting, has, extra)


def next_texts(reading: Reading, ids: pd.Index, plan: pd.DataFrame, size: int) -> pd.DataFrame:
    """Choose the texts that would teach most: where tag and learned coder contradict each other, unread so far.

    Theme after theme from the rarest on, the strongest contradiction first (chance below or above a half, against
    the tag). They lie in the extra part: chosen for what the machine says of them, they enter no share.

    Args:
        reading: what was found, with the chances of a learned coder.
        ids: of all texts, in the order of the reading.
        plan: of all texts drawn so far; its index holds ids.
        size: at most so many texts; fewer where tag and coder agree about the rest.

    Returns:
        Rows to be put below the plan.
    """
    tags, chance = reading.tags.to_numpy(bool), reading.chance
    assert chance is not None  # taught by the caller
    against = np.where(tags, 0.5 - chance, chance - 0.5)
    unread = np.flatnonzero(~ids.isin(plan.index))
    waiting = []
    for theme in against.T:
        order = unread[np.argsort(-theme[unread], kind="stable")]
        waiting.append(order[theme[order] > 0])
    chosen = _in_turn(waiting, tags, size)
    return pd.DataFrame(
        {"stratum": np.where(reading.stratum[chosen] == 0, FOCUS, REST), "part": EXTRA, "weight": np.nan},
        index=ids[chosen],
    )


def _in_turn(waiting: Sequence[Ints], has: Bools, size: int) -> Ints:
    """Texts that wait for each theme, one for each in turn, beginning with the theme of the fewest tags."""
    order = np.argsort(has.sum(axis=0), kind="stable")
    queues = [waiting[theme].tolist()[::-1] for theme in order]
    chosen: dict[int, None] = {}
    while len(chosen) < size and any(queues):
        for texts in filter(None, queues):
            chosen.setdefault(texts.pop())
    return np.array(list(chosen)[:size], np.int64)


def fitting_strata(codes: Codes, focus: "pd.Series[bool]") -> "pd.Series[str]":
    """The sampling stratum of every text, if the codes are of these texts.

    Args:
        codes: what people found.
        focus: which texts are looked at closely now; its index holds the ids of all.

    Raises:
        CodesError: texts that are not there, a focus group other than the one that was drawn from, or so many texts
            more or fewer than then (over 5 %) that the sample is none of these.
    """
    plan = codes.random
    problems = []
    if len(absent := plan.index.difference(focus.index)):
        problems.append(
            f"相談ID {absent[0]} など{len(absent)}件が、集計する期間と窓口にない。期間(period_basis など)と窓口(desk)を"
            "標本を引いたときのものに戻すか、`ujo code sample` で引き直す"
        )
    if not len(plan):
        problems.append("無作為の部分で読み終えた相談がない。`ujo code read` をもう一度実行する")
    if problems:
        raise CodesError(problems)
    strata = pd.Series(np.where(focus, FOCUS, REST), focus.index)
    moved = plan.index[(strata[plan.index] != plan["stratum"]).to_numpy()]
    if len(moved):
        problems.append(
            f"相談ID {moved[0]} など{len(moved)}件が、標本を引いたときと別の層にある。"
            "focus を元に戻すか、`ujo code sample` で引き直す"
        )
    for name, group in codes.plan[codes.plan["part"] == RANDOM].groupby("stratum"):
        then, now = float(group["weight"].sum()), int((strata == name).sum())
        if abs(now - then) > 0.05 * then:
            problems.append(
                f"「{name}」は標本を引いたとき{then:.0f}件、いまは{now}件。`ujo code sample` で引き直す"
            )
    if problems:
        raise CodesError(problems)
    return strata


def reading_of(codes: Codes, tags: pd.DataFrame, focus: "pd.Series[bool]") -> Reading:
    """Put hand codes and tags together.

    Args:
        codes: what people found; only the random part counts.
        tags: boolean themes of all texts; the index holds the ids.
        focus: which texts are looked at closely now, on the same index.

    Raises:
        CodesError: as `fitting_strata`.
    """
    strata = fitting_strata(codes, focus)
    plan = codes.random
    first = codes.first.loc[plan.index, list(tags.columns)].to_numpy(bool)
    second = (
        first if codes.second is None else codes.second.loc[plan.index, list(tags.columns)].to_numpy(bool)
    )
    return Reading(
        tags.reset_index(drop=True),
        (strata == REST).to_numpy(np.int64),
        tags.index.get_indexer(plan.index).astype(np.int64),
        first & second,
        first | second,
        1 if codes.second is None else 2,
        further=_further(codes, tags),
    )


def _further(codes: Codes, tags: pd.DataFrame) -> tuple[Ints, Bools]:
    """Texts of the extra part that have been read and are still there, and what every coder of theirs found."""
    extra = codes.plan.index[codes.plan["part"] == EXTRA].intersection(tags.index, sort=False)
    first = codes.first.reindex(index=extra, columns=list(tags.columns)).dropna()
    found = first.to_numpy(bool)
    if codes.second is not None:
        second = codes.second.reindex(index=first.index, columns=list(tags.columns))
        found = found & second.fillna(True).to_numpy(bool)
    return tags.index.get_indexer(first.index).astype(np.int64), found


def agreement(tags: pd.DataFrame, codes: Codes, labels: Labels, seed: int) -> pd.DataFrame:
    """Compare the two coders with each other and the tags with what both agree on, in the random part.

    Where the coders differ about a theme, that text says nothing about the tag and is left out for that theme; how
    often this happens is in `disagreed`. Intervals: Bayesian bootstrap within strata (Rubin 1981), 1,000 repeats, with
    Jeffreys' half a text for everything that coders and tag can say of one: where no error was seen there may be some.
    With one coder, who has nobody to agree with, `kappa`, `alpha` and `disagreed` are missing; the first two also where
    both found a theme in no text, or neither missed it in any: `disagreed` says all that is known of it.

    Returns:
        One row per theme and a last row 全体 (all decisions together, micro-average): `theme`, `n` (texts both coders
        found it in), `tagged`, `base` (texts the coders agree on), `disagreed`, and `precision`, `recall`,
        `kappa` (Cohen), `alpha` (Krippendorff, nominal), each with `_low` and `_high`; `reference` (n below 10).
    """
    themes = list(labels)
    plan = codes.random
    first = codes.first.loc[plan.index, themes].to_numpy(bool)
    second = first if codes.second is None else codes.second.loc[plan.index, themes].to_numpy(bool)
    tagged = tags.loc[plan.index, themes].to_numpy(bool)
    draws = _draws(plan["stratum"].to_numpy(), plan["weight"].to_numpy(float), seed)
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
        if not (a & b).any() or (a | b).all():
            row |= dict.fromkeys((name for name in row if name.startswith(("kappa", "alpha"))), np.nan)
        rows.append(row | {"reference": bool((a & b).sum() < LEAST_POSITIVES)})
    table = pd.DataFrame(rows)
    if codes.second is None:
        table[[column for column in table if column.startswith(("kappa", "alpha"))]] = np.nan
        table["disagreed"] = pd.array([pd.NA] * len(table), "Int64")
    table["theme"] = pd.Categorical(table["theme"], [*labels.values(), WHOLE], ordered=True)
    return table


def agreement_table(codes: Codes | None, tags: pd.DataFrame, labels: Labels, seed: int) -> Typed:
    """`agreement` to be printed, theme by theme: coders with each other, tags with what they agree on.

    Returns:
        `theme`, `n`, `disagreed`, and `kappa`, `precision`, `recall` each with `_low` and `_high`; empty without codes.
    """
    measures = {"kappa": "コーダーの一致(κ)", "precision": "適合率", "recall": "再現率"}
    columns: dict[str, Column] = {
        "theme": Dimension(variable="theme"),
        "n": Count(unit="件", heading=found_by(codes), members=False),
        "disagreed": Count(unit="件", heading="判断が分かれた相談", members=False),
    }
    for name, heading in measures.items():
        columns[name] = Statistic(heading=heading)
        columns |= interval(name, LEVEL, low=f"{name}_low", high=f"{name}_high", remark=heading)
    if codes is None:
        return Typed.of([], columns)
    return Typed.of(agreement(tags, codes, labels, seed)[list(columns)], columns)


def found_by(codes: Codes | None) -> str:
    """Heading of the number of texts in which every coder found a theme."""
    return "二人とも付けた相談" if codes and codes.second is not None else "人が付けた相談"


def disagreements(codes: Codes, labels: Labels) -> pd.DataFrame:
    """List where the coders differ, for the talk about it: `id`, `theme`, `first`, `second` (あり or なし)."""
    columns = ["id", "theme", "first", "second"]
    if codes.second is None:
        return pd.DataFrame(columns=columns)
    both = codes.first.index.intersection(codes.second.index, sort=False)
    rows = [
        (text, label, *("あり" if frame.at[text, theme] else "なし" for frame in (codes.first, codes.second)))
        for theme, label in labels.items()
        for text in both
        if codes.first.at[text, theme] != codes.second.at[text, theme]
    ]
    return pd.DataFrame(rows, columns=columns)


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
    "kappa": lambda c: cohen_kappa(c["both"], c["only_first"], c["only_second"], c["neither"]),
    "alpha": lambda c: krippendorff_alpha(c["both"], c["only_first"], c["only_second"], c["neither"]),
}


_SAID = np.array([*product((False, True), repeat=3)]).T
"""Everything that two coders and the tag can say of a text."""


def _kinds(a: Bools, b: Bools, tagged: Bools) -> dict[str, Bools]:
    return {
        "both": a & b,
        "only_first": a & ~b,
        "only_second": ~a & b,
        "neither": ~a & ~b,
        "hit": tagged & a & b,
        "tagged": tagged & (a == b),
    }


def _cells(a: Bools, b: Bools, tagged: Bools, draws: Floats) -> dict[str, Floats]:
    """Weighted counts for the sample itself (first) and every bootstrap draw; several themes at once are added up."""
    seen, strata = _kinds(a, b, tagged), (draws.shape[1] - len(a)) // _SAID.shape[1]
    return {
        name: draws
        @ np.concatenate([seen[name].reshape(len(a), -1).sum(axis=1), *[said] * strata]).astype(float)
        for name, said in _kinds(*_SAID).items()
    }


def _draws(stratum: npt.NDArray[np.object_], weight: Floats, seed: int) -> Floats:
    """Weights of the sample (first row) and of bootstrap draws, each stratum keeping its size: (1 + repeats, texts).

    Behind the texts stand for each stratum those of `_SAID`, which the sample and the first half of the draws do not
    know.
    """
    rng = np.random.default_rng(seed)
    of = np.concatenate([stratum, np.repeat(names := list(dict.fromkeys(stratum)), _SAID.shape[1])])
    imagined = len(of) - len(stratum)
    drawn = rng.gamma(np.repeat([1.0, 0.5], [len(stratum), imagined]), size=(2 * _REPEATS, len(of)))
    drawn[:_REPEATS, len(stratum) :] = 0
    for name in names:
        own = drawn[:, of == name]
        drawn[:, of == name] = own / own.sum(axis=1, keepdims=True) * weight[stratum == name].sum()
    return np.vstack([np.append(weight, np.zeros(imagined)), drawn])


def _with_interval(
    name: str, measure: Callable[[dict[str, Floats]], Floats], cells: dict[str, Floats]
) -> dict[str, float]:
    """The measure of the sample, with limits around those of both halves of the draws; none without a value."""
    value, *drawn = measure(cells).tolist()
    low, high = np.percentile(np.reshape(drawn, (2, -1)), _LEVELS, axis=1) + 0 * value
    return {name: value, f"{name}_low": min(*low, value), f"{name}_high": max(*high, value)}


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    result: Floats = np.divide(
        numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=np.asarray(denominator) != 0
    )
    return result


def read_mark(mark: object) -> bool | None:
    """Read one mark of a coding sheet, whatever its width; None if it is neither yes nor no."""
    text = "" if mark is None else unicodedata.normalize("NFKC", str(mark)).strip().upper()
    # x and × are neither: some tick with them, others strike out.
    if text in {"1", "1.0", "○", "〇", "◯", "あり", "TRUE", "✓"}:
        return True
    return False if text in {"", "0", "0.0", "なし", "FALSE", "-"} else None
