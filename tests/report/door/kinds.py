"""A table with a number of every kind, and a reader who tries every world that could have printed it.

The reader knows the method: statistics are worked out anew here, for each way in which the hidden counts can add up,
and a world stays possible when everything that the release prints would have been printed in it, too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm

from ujo_lib.columns import (
    Base,
    Bound,
    Column,
    Count,
    Difference,
    Dimension,
    Estimate,
    Money,
    PValue,
    Rate,
    Ratio,
    Residual,
    Share,
    Statistic,
    Various,
    interval,
)
from ujo_lib.disclosure.plan import PlanError, plan
from ujo_lib.disclosure.tables import Policy
from ujo_lib.report.door.masks import counted, masks_for
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.typed import Schema

Worlds = np.ndarray
"""One world a row, the count of each category of the table in it."""

COLUMNS: dict[str, Column] = {
    "topic": Dimension(variable="topic"),
    "n": Count(unit="件"),
    "base": Count(unit="件", over=("topic",)),
    "size": Base(unit="件"),
    "share": Share(n="n", base="base"),
    **interval("share", 0.95),
    "part": Share(n="n", base="size"),
    "days": Count(unit="日", members=False, free=True),
    "per_day": Rate(n="n", base="days", decimals=2),
    "expected": Rate(unit="件"),
    "times": Ratio(n="n", base="expected"),
    "per_case": Ratio(n="base", base="n"),
    "others": Difference(n="n", base="base"),
    "excess": Difference(n="n", base="expected", like="rate"),
    "estimate": Estimate(),
    **interval("estimate", 0.9, "prediction", "least", "most"),
    **interval("n", 0.95, "acceptance", "few", "many"),
    "p": PValue(),
    "holm": PValue(adjusted="ホルム法"),
    "residual": Residual(),
    "statistic": Statistic(),
    "rank": Statistic(heading="順位", decimals=0),
    "cost": Money(),
    "various": Various(),
}
"""At least one column of every kind that holds numbers, and both ways to declare those that have two."""

_PLACES = {
    "share": 3,
    "low": 3,
    "high": 3,
    "part": 3,
}  # in percent one less two; the others as they are declared


@dataclass
class Attacked:
    """What the reader got.

    Attributes:
        cells: hidden counts from 1 to threshold - 1.
        recoverable, below_width: of these, with what is printed.
        printed: kind → printed values of tables that hide a count.
        opened: column → small counts below their width, had the column been printed.
    """

    cells: int = 0
    recoverable: int = 0
    below_width: int = 0
    printed: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)


def released(record: TableRecord, frame: pd.DataFrame, policy: Policy) -> Published | None:
    """One table as a release prints it; None where no plan protects it."""
    known = counted([record])
    try:
        masks = masks_for(plan([known[0].table], policy), known)
    except PlanError:
        return None
    return mask(record, frame, masks.cells_of(record), masks.whole)


def attack(count: int, seed: int) -> Attacked:
    """Publish so many random tables, and try every world on each."""
    found = Attacked()
    for true, shown, policy in releases(count, seed):
        gone = shown.hidden["n"].to_numpy(dtype=bool)
        worlds = possible(true, gone)
        told = {name: ~shown.hidden[name].to_numpy(dtype=bool) for name in COLUMNS if name != "topic"}
        for name, cells in told.items():
            found.printed[type(COLUMNS[name]).__name__] += int(cells.sum())
        left = agreeing(worlds, true, told)
        small = np.flatnonzero(gone & (true >= 1) & (true < policy.threshold))
        for cell in small:
            values = len(set(left[:, cell]))
            found.cells += 1
            found.recoverable += int(values == 1)
            found.below_width += int(values < policy.required_width + 1)
        for name in (name for name, cells in told.items() if not cells.any()):
            more = agreeing(left, true, {name: ~gone})
            found.opened[name] += sum(len(set(more[:, c])) < policy.required_width + 1 for c in small)
    return found


def releases(count: int, seed: int) -> Iterator[tuple[np.ndarray, Published, Policy]]:
    """Random tables that hide a count: true counts, what a release prints, and the rules."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        true = rng.multinomial(
            int(rng.integers(12, 60)), rng.dirichlet(np.full(int(rng.integers(3, 7)), 0.8))
        )
        policy = Policy(int(rng.choice([3, 5, 10])), required_width=2)
        schema = Schema(COLUMNS)
        record = TableRecord.of(
            "02", TableSpec("t", "t", Subject(population="contacts"), schema), _frame(true)
        )
        shown = released(record, record.frame, policy)
        if shown and shown.hidden["n"].any() and not shown.hidden["base"].any():
            yield true, shown, policy


def possible(true: np.ndarray, gone: np.ndarray) -> Worlds:
    """Every way in which the hidden counts add up to what is left; zeros are printed, so no hidden one is zero."""
    hidden = np.flatnonzero(gone & (true > 0))
    left = int(true[hidden].sum())
    cuts = np.array(list(combinations(range(1, left), len(hidden) - 1)), dtype=int)
    worlds = np.tile(true, (len(cuts), 1))
    edges = np.column_stack([np.zeros(len(cuts), int), cuts, np.full(len(cuts), left)])
    worlds[:, hidden] = np.diff(edges, axis=1)
    return worlds


def statistics(n: Worlds) -> dict[str, np.ndarray]:
    """Every column in every world, shape (worlds, categories)."""
    n = n.astype(float)
    base = np.broadcast_to(n.sum(axis=1, keepdims=True), n.shape)
    days = np.broadcast_to(np.arange(28.0, 28 + n.shape[1]), n.shape)
    expected, share, z = base * days / days.sum(axis=1, keepdims=True), n / base, norm.isf(0.025)
    middle = (share + z**2 / (2 * base)) / (1 + z**2 / base)
    half = z * np.sqrt(share * (1 - share) / base + z**2 / (4 * base**2)) / (1 + z**2 / base)
    estimate = (n + expected) / 2
    residual = (n - expected) / np.sqrt(expected * (1 - days / days.sum(axis=1, keepdims=True)))
    p = 2 * norm.sf(np.abs(residual))
    order = np.argsort(p, axis=1, kind="stable")
    steps = np.maximum.accumulate(
        np.take_along_axis(p, order, 1) * np.arange(n.shape[1], 0, -1), axis=1
    ).clip(max=1)
    holm = np.empty_like(p)
    np.put_along_axis(holm, order, steps, axis=1)
    with np.errstate(divide="ignore"):
        per_case, cost = base / n, 1e6 / n
    whole = np.broadcast_to(((n - expected) ** 2 / expected).sum(axis=1, keepdims=True), n.shape)
    spread = 1.6449 * np.sqrt(estimate)
    return {
        "n": n, "base": base, "size": base, "share": share, "low": middle - half, "high": middle + half,
        "part": share, "days": days, "per_day": n / days, "expected": expected, "times": n / expected,
        "per_case": per_case, "others": n - base, "excess": n - expected, "estimate": estimate,
        "least": estimate - spread, "most": estimate + spread,
        "few": n - z * np.sqrt(expected), "many": n + z * np.sqrt(expected),
        "p": p, "holm": holm, "residual": residual, "statistic": whole,
        "rank": 1 + (n[:, None, :] > n[:, :, None]).sum(axis=2), "cost": cost,
        "various": np.where(np.arange(n.shape[1]) % 2, base / np.maximum(n.max(axis=1, keepdims=True), 1), whole),
    }  # fmt: skip


def _frame(true: np.ndarray) -> pd.DataFrame:
    values = {name: column[0] for name, column in statistics(true[None, :]).items()}
    frame = pd.DataFrame({"topic": [f"内容{i}" for i in range(len(true))], **values})
    whole = [name for name, column in COLUMNS.items() if isinstance(column, Count)]
    frame[whole] = frame[whole].astype(int)
    return frame[list(COLUMNS)]


def agreeing(worlds: Worlds, true: np.ndarray, told: dict[str, Sequence[bool]]) -> Worlds:
    """The worlds in which the cells that are told would have been printed as they were."""
    everywhere, here = statistics(worlds), statistics(true[None, :])
    fits = np.ones(len(worlds), dtype=bool)
    for name, cells in told.items():
        places = _PLACES.get(name, COLUMNS[name].decimals)
        if isinstance(around := COLUMNS[name], Bound) and places is None:
            places = COLUMNS[around.of].decimals
        both = (np.round(values[name], 1 if places is None else places) for values in (everywhere, here))
        with np.errstate(invalid="ignore"):
            alike = np.equal(*both)
        fits &= alike[:, np.asarray(cells)].all(axis=1)
    return worlds[fits]
