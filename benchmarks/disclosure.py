"""Masks for random sets of linked tables: can anything be recovered, what do they cost, how long do they take?

Invented people get two to four variables (one of them ordered and recoded, sometimes a question with multiple
answers); several tables are counted from them, as one report would. `ujo` plans the masks jointly and the audit tries
to undo them; where the set is small enough every possible population is tried as well. The same tables go to
pytauargus (its optimal method, cell by cell the same cost) and to acro in the same run.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.disclosure.people import every_interval, table_of
from ujo_lib.disclosure.audit import LEAK, audit
from ujo_lib.disclosure.plan import Plan, PlanError, plan
from ujo_lib.disclosure.tables import Cell, CountTable, Policy

TOTAL = "総数"


@dataclass(frozen=True)
class TableSet:
    """Tables of one invented report."""

    people: dict[str, np.ndarray]
    tables: list[CountTable]
    policy: Policy


def table_sets(count: int, seed: int) -> Iterator[TableSet]:
    for number in range(count):
        yield _table_set(np.random.default_rng([seed, number]))


def _table_set(rng: np.random.Generator) -> TableSet:
    n = int(np.exp(rng.uniform(np.log(20), np.log(3000))))
    names = ["性別", "年代", "職業", "相談"][: int(rng.integers(2, 5))]
    sizes = {"性別": 2 + int(rng.integers(2)), "年代": int(rng.integers(4, 8)), "職業": int(rng.integers(3, 7)),
             "相談": int(rng.integers(3, 7))}  # fmt: skip
    people = {
        name: np.array([f"{name}{i}" for i in range(sizes[name])])[
            rng.choice(sizes[name], n, p=rng.dirichlet(np.full(sizes[name], 1.5)))
        ]
        for name in names
    }
    threshold = int(rng.choice([3, 5, 10]))
    return TableSet(people, _tables(rng, people, names), Policy(threshold, required_width=min(3, threshold - 1)))


def _tables(rng: np.random.Generator, people: dict[str, np.ndarray], names: list[str]) -> list[CountTable]:
    tables = [table_of("t0", people, names[:2])]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]][1:]
    for a, b in pairs:
        if rng.random() < 0.5:
            tables.append(table_of(f"t{len(tables)}", people, [a, b]))
    if len(names) > 2 and rng.random() < 0.1:
        tables.append(table_of(f"t{len(tables)}", people, names[:3]))
    ages = sorted(set(people["年代"]))
    if len(ages) > 2 and rng.random() < 0.6:
        half = int(rng.integers(1, len(ages)))
        recode = {"年代": {"若年": tuple(ages[:half]), "高年": tuple(ages[half:])}}
        dimensions = ["年代"] if rng.random() < 0.5 else ["年代", str(rng.choice([x for x in names if x != "年代"]))]
        tables.append(table_of(f"t{len(tables)}", people, dimensions, recode=recode))
    if rng.random() < 0.3:
        group = str(rng.choice(ages))
        other = str(rng.choice([name for name in names if name != "年代"]))
        tables.append(table_of(f"t{len(tables)}", people, [other], where={"年代": (group,)}))
    if rng.random() < 0.4:
        tables.append(_multiple(rng, people, f"t{len(tables)}"))
    return tables


def _multiple(rng: np.random.Generator, people: dict[str, np.ndarray], name: str) -> CountTable:
    """A question with several answers, by sex."""
    sexes = sorted(set(people["性別"]))
    cells = []
    for option in range(int(rng.integers(3, 8))):
        ticked = rng.random(len(people["性別"])) < rng.beta(1, 4)
        for sex in [*sexes, TOTAL]:
            inside = ticked & (np.ones_like(ticked) if sex == TOTAL else people["性別"] == sex)
            cells.append(Cell((f"選択肢{option}", sex), "n", int(inside.sum())))
    cells += [Cell((TOTAL, sex), "n", int((people["性別"] == sex).sum())) for sex in sexes]
    cells.append(Cell((TOTAL, TOTAL), "n", len(people["性別"])))
    return CountTable(
        name, "cases", {"経緯": "経緯", "性別": "性別"}, ("n",), tuple(cells), multiple=("経緯",)
    )
