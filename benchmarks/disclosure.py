"""Masks for random sets of linked tables: can anything be recovered, what do they cost, how long do they take?

Invented people get two to four variables (one of them ordered and recoded, sometimes a question with multiple
answers, sometimes a subgroup); several tables are counted from them, as one report would. `ujo` plans the masks
jointly and the audit tries to undo them; on sets small enough every possible population is tried as well. `attack`
shares no code with either: it reads what is printed, marks of cross tables included, and solves integer programs;
`tests.report.door.kinds` prints a number of every kind and tries every world. Each part is printed as it is known, and
`--only` measures some of them.

Peers, in the same run, where a Python has them: pytauargus (optimal method) solves the first table of each set alone,
with the same cells to protect, the same protection levels and costs as `ujo` for that table; acro masks it, and its
own one-way tables are held against it. pytauargus is in `requirements-bench.lock` (`make bench`). acro needs an older
pandas and so a Python of its own: `python -m venv .venv-acro`, then
`.venv-acro/bin/pip install --require-hashes -r requirements-acro.lock`.
"""

import argparse
import csv
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import attack  # noqa: E402  # after the path is set
from benchmarks.rerelease import rereleases  # noqa: E402
from tests.disclosure.people import every_interval, grid, table_of  # noqa: E402
from tests.report.door import kinds  # noqa: E402
from ujo_lib.disclosure import suppress  # noqa: E402
from ujo_lib.disclosure.audit import audit  # noqa: E402
from ujo_lib.disclosure.counts import INNER_WEIGHT, TOTAL_WEIGHT  # noqa: E402
from ujo_lib.disclosure.plan import PlanError, plan  # noqa: E402
from ujo_lib.disclosure.signature import is_sealed  # noqa: E402
from ujo_lib.disclosure.tables import Cell, CountTable, PastRelease, Policy  # noqa: E402
from ujo_lib.pipeline.keys import plan_steps  # noqa: E402
from ujo_lib.pipeline.knowledge import Knowledge  # noqa: E402
from ujo_lib.pipeline.layout import SiteYear  # noqa: E402
from ujo_lib.pipeline.manifest import Manifest  # noqa: E402
from ujo_lib.pipeline.release import counted_tables  # noqa: E402
from ujo_lib.pipeline.steps import Job, StepStore  # noqa: E402
from ujo_lib.report.door.masks import Counted, Masks  # noqa: E402
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec  # noqa: E402
from ujo_lib.report.look.notation import HIDDEN  # noqa: E402
from ujo_lib.report.sheets.exports import Table  # noqa: E402
from ujo_lib.seasonality import crosstab  # noqa: E402

TOTAL = "総数"


@dataclass(frozen=True)
class TableSet:
    """Tables of one invented report."""

    people: dict[str, np.ndarray]
    tables: list[CountTable]
    policy: Policy


def table_sets(count: int, seed: int) -> Iterator[TableSet]:
    """Random sets; the same seed gives the same sets."""
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
    return TableSet(
        people, _tables(rng, people, names), Policy(threshold, required_width=min(3, threshold - 1))
    )


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
        dimensions = (
            ["年代"] if rng.random() < 0.5 else ["年代", str(rng.choice([x for x in names if x != "年代"]))]
        )
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


@dataclass(frozen=True)
class Outcome:
    """One set; CPU seconds of its plan."""

    hidden: int
    recoverable: int
    leaks: int
    seconds: float


def protect(one: TableSet) -> Outcome | None:
    """Plan and audit a set; None when the plan ended in a named failure."""
    start = time.process_time()
    try:
        made = plan(one.tables, one.policy)
    except PlanError:
        return None
    seconds = time.process_time() - start
    report = audit(one.tables, made.hidden, one.policy)
    hidden = sum(sum(flags) for flags in made.hidden.values())
    exact = report.frame.query("table != '(表の差)' and width == 0")
    return Outcome(hidden, len(exact), len(report.leaks), seconds)


def tiny_sets(count: int, seed: int) -> Iterator[tuple[list[CountTable], Policy, dict[str, list[str]]]]:
    """Sets for which every population can be tried."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        rows, columns = ["1", "2", "3"], ["F", "M"]
        counts = rng.multinomial(int(rng.integers(6, 21)), rng.dirichlet(np.ones(6))).reshape(3, 2)
        table = grid("cross", rows, columns, counts.tolist())
        people = {"row": np.repeat(rows, counts.sum(axis=1)).tolist()}
        recode = {"row": {"12": ("1", "2"), "3": ("3",)}}
        broad = table_of("broad", people, ["row"], recode=recode)
        domains = {"row": rows, "column": columns}
        yield [table, broad], Policy(int(rng.choice([3, 5])), required_width=2), domains


def enumerated(count: int, seed: int) -> tuple[int, int]:
    """Hidden cells of tiny sets, and how many of them have one value in every population that fits."""
    hidden = recoverable = 0
    for tables, policy, domains in tiny_sets(count, seed):
        made = plan(tables, policy)
        if any(made.mask(t.id)[-1] for t in tables):
            continue  # without the grand total there are infinitely many populations
        present = {
            v: [a for a in atoms if any(a in c.labels for c in tables[0].cells)]
            for v, atoms in domains.items()
        }
        for low, high in every_interval(tables, made.hidden, present).values():
            hidden += 1
            recoverable += int(low == high)
    return hidden, recoverable


@dataclass(frozen=True)
class Attacked:
    """What integer programs made of hidden counts.

    Attributes:
        cells: hidden counts below the threshold, from 1 up: those that were promised `required_width`.
        recoverable: those with one value left.
        below_width: those with fewer values from 1 up than promised.
    """

    cells: int = 0
    recoverable: int = 0
    below_width: int = 0

    def __add__(self, other: "Attacked") -> "Attacked":
        """Both together."""
        return Attacked(
            self.cells + other.cells,
            self.recoverable + other.recoverable,
            self.below_width + other.below_width,
        )

    def and_of(self, policy: Policy, true: int, ends: tuple[int, int]) -> "Attacked":
        """With one more hidden count."""
        if not 1 <= true < policy.threshold:
            return self
        values = ends[1] - max(ends[0], 1) + 1
        return Attacked(
            self.cells + 1,
            self.recoverable + int(ends[0] == ends[1]),
            self.below_width + int(values < policy.required_width + 1),
        )


def attack_sets(sets: Sequence[TableSet], largest: int = 400) -> Attacked:
    """Sets of at most so many kinds of people, without questions of several answers (no linear equations)."""
    found = Attacked()
    for one in sets:
        tables = [table for table in one.tables if not table.multiple]
        if np.prod([len(set(values)) for values in one.people.values()]) > largest:
            continue
        try:
            made = plan(tables, one.policy)
        except PlanError:
            continue
        for true, ends in attack.linked(tables, made.hidden, zeros=bool(made.zeros)):
            found = found.and_of(one.policy, true, ends)
    return found


def crosses(count: int, seed: int) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, Policy]]:
    """Random cross tables of contacts: all of it, what a release prints, and the rules."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        size, n = rng.integers(3, 9, size=2), int(np.exp(rng.uniform(np.log(60), np.log(3000))))
        lean = rng.dirichlet(np.full(size[1], 1.0), size=size[0])
        rows = rng.choice(size[0], n, p=rng.dirichlet(np.full(size[0], 1.5)))
        columns = [int(rng.choice(size[1], p=lean[row])) for row in rows]
        frame = pd.DataFrame(
            {"occupation": [f"職業{i}" for i in rows], "topic": [f"相談{j}" for j in columns]}
        )
        table = crosstab(frame.assign(client_id=[str(i) for i in range(n)]), "occupation", "topic")
        policy = Policy(int(rng.choice([3, 5, 10])), required_width=2)
        record = TableRecord.of(
            "02", TableSpec("t", "t", Subject(population="contacts"), table.schema), table.frame
        )
        if shown := kinds.released(record, table.frame, policy):
            yield table.frame, shown.frame, policy


def attack_crosses(count: int, seed: int) -> dict[str, Any]:
    """Hidden cells of cross tables, attacked with what is printed and, for comparison, with residuals and p-values."""
    found, undone, printed, strength = Attacked(), Attacked(), 0, 0
    for whole, shown, policy in crosses(count, seed):
        if not shown["n"].isna().any():
            continue
        told = shown[["occupation", "topic", "n", "base", "mark"]]
        residuals = told.assign(residual=whole["residual"].astype(float).round(2))
        true = whole.assign(n=whole["n"].astype(int)).set_index(["occupation", "topic"])["n"]
        zeros = list(true.index[true == 0])
        said = attack.cross(told, "mark", zeros)
        weaker = attack.cross(residuals, "residual", zeros)
        printed += int(shown["mark"].notna().sum())
        strength += int((shown["mark"].isin(["＋", "－"])).sum())
        for cell in said:
            found = found.and_of(policy, true[cell], said[cell])
            undone = undone.and_of(policy, true[cell], weaker[cell])
    return {
        "found": found,
        "printed_statistics_attacked": printed,
        "of_them_plus_or_minus": strength,
        "recoverable_with_residuals": undone.recoverable,
        "below_width_with_residuals": undone.below_width,
    }


def _job(one: TableSet) -> dict[str, Any]:
    return {
        "people": {name: values.tolist() for name, values in one.people.items()},
        "dimensions": list(one.tables[0].dimensions),
        "threshold": one.policy.threshold,
        "width": one.policy.required_width,
        "inner": INNER_WEIGHT,
        "total": TOTAL_WEIGHT,
    }


def _ask(python: str, script: str, jobs: Sequence[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]] | None:
    """Answers of a peer, or None when it is not there."""
    if not Path(python).exists():
        return None
    lines = "".join(json.dumps(job, ensure_ascii=False) + "\n" for job in jobs)
    done = subprocess.run(
        [python, str(ROOT / "benchmarks" / script)], input=lines, capture_output=True, text=True, check=False
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return (answers[0]["version"], answers[1:]) if len(answers) == len(jobs) + 1 else None


def against_tauargus(sets: Sequence[TableSet], python: str) -> dict[str, Any] | None:
    """Cost of both masks for the same single tables, and how many of the peer's leak beside the other tables."""
    asked = _ask(python, "peer_tauargus.py", [_job(one) for one in sets])
    if asked is None:
        return None
    ours = theirs = tables = leaking = refused = 0
    for one, answer in zip(sets, asked[1], strict=True):
        if "hidden" not in answer:
            continue
        first = one.tables[0]
        gone = {
            tuple(TOTAL if label == "Total" else label for label in labels) for labels in answer["hidden"]
        }
        flags = tuple(cell.labels in gone for cell in first.cells)
        tables += 1
        ours += _cost(first, plan([first], one.policy).mask(first.id))
        theirs += _cost(first, flags)
        refused += int(not audit([first], {first.id: flags}, one.policy).ok)
        shown_beside = {t.id: plan([t], one.policy).mask(t.id) for t in one.tables[1:]}
        leaking += int(not audit(one.tables, {**shown_beside, first.id: flags}, one.policy).ok)
    return {
        "version": asked[0],
        "tables": tables,
        "ratio": ours / theirs,
        "refused_alone": refused,
        "leaking_beside_others": leaking,
        "seconds_median": statistics.median(answer["seconds"] for answer in asked[1]),
    }


def _cost(table: CountTable, flags: Sequence[bool]) -> int:
    return sum(INNER_WEIGHT + TOTAL_WEIGHT * table.totals_in(i) for i, flag in enumerate(flags) if flag)


def against_acro(sets: Sequence[TableSet], python: str) -> dict[str, Any] | None:
    """Cells that acro hides, and how many of them its own one-way tables give back."""
    asked = _ask(python, "peer_acro.py", [_job(one) for one in sets])
    if asked is None:
        return None
    hidden = recovered = small = 0
    for one, answer in zip(sets, asked[1], strict=True):
        if "hidden" not in answer:
            continue
        table = one.tables[0]
        gone = {tuple(labels) for labels in answer["hidden"]["both"]}
        gone |= {(labels[0], TOTAL) for labels in answer["hidden"]["rows"]}
        gone |= {(TOTAL, labels[0]) for labels in answer["hidden"]["columns"]}
        # acro drops lines that are empty altogether and prints no grand total: neither is held against it
        printed = [i for i, cell in enumerate(table.cells) if set(cell.labels) != {TOTAL}]
        shown = replace(table, cells=tuple(table.cells[i] for i in printed))
        flags = tuple(cell.labels in gone for cell in shown.cells)
        report = audit([shown], {shown.id: flags}, one.policy).frame.query("public_low == public_low")
        small += int(sum(flags))
        hidden += len(report)
        recovered += int((report["width"] == 0).sum())
    return {"version": asked[0], "hidden": small, "small": hidden, "recovered": recovered}


def attack_kinds(count: int, seed: int) -> dict[str, Any]:
    """Hidden counts of tables with a number of every kind, attacked by trying every world."""
    found = kinds.attack(count, seed)
    statistics = {kind: printed for kind, printed in found.printed.items() if kind != "Count"}
    return {
        "found": Attacked(found.cells, found.recoverable, found.below_width),
        "kinds_attacked": len(found.printed),
        "kinds_printed": sum(map(bool, found.printed.values())),
        "printed_of_kinds": sum(statistics.values()),
        "below_width_with_kinds_kept_back": sum(found.opened.values()),
    }


def linked_themes(sets: int, themes: int, seed: int) -> dict[str, Any]:
    """Pairs of too many themes to be crossed, attacked over every set of themes; four fix one of their pairs."""
    found = Attacked()
    policy = Policy(required_width=3)
    fixing = ["012"] * 4 + ["013"] * 16 + ["02"] * 10 + ["13"] + ["3"] * 13
    for number in range(sets):
        rng = np.random.default_rng([seed, number])
        has = rng.random((int(rng.integers(60, 300)), themes)) < rng.beta(1, 6, size=themes) + 0.02
        four = rng.permutation(themes)[:4]
        has[:, four] = False
        more = np.zeros((len(fixing), themes), dtype=bool)
        more[:, four] = [[str(i) in group for i in range(4)] for group in fixing]
        table = _pairs(np.vstack([has, more]))
        for true, ends in attack.themes(table, plan([table], policy).mask(table.id), policy):
            found = found.and_of(policy, true, ends)
    return {
        "found": found,
        "linked_exact": f"{found.recoverable} of {found.cells} in {sets} sets of {themes} themes",
    }


def _pairs(has: np.ndarray) -> CountTable:
    """Who has which themes, people by themes: how many have each, each pair, and how many people there are."""
    names = [f"主題{i:02}" for i in range(has.shape[1])]
    cells = [
        Cell((names[i], names[j]), "n", int((has[:, i] & has[:, j]).sum()))
        for i, j in combinations(range(len(names)), 2)
    ]
    cells += [Cell((name, TOTAL), "n", int(n)) for name, n in zip(names, has.sum(axis=0), strict=True)]
    cells.append(Cell((TOTAL, TOTAL), "n", len(has)))
    return CountTable("themes", "cases", {"a": "主題", "b": "主題"}, ("n",), tuple(cells), multiple=("主題",))


def protected(sets: Sequence[TableSet]) -> dict[str, Any]:
    """Sets planned and audited."""
    outcomes = [protect(one) for one in sets]
    done = [outcome for outcome in outcomes if outcome is not None]
    return {
        "sets": len(sets),
        "failed_by_name": len(sets) - len(done),
        "hidden": sum(outcome.hidden for outcome in done),
        "found": Attacked(0, sum(outcome.recoverable + outcome.leaks for outcome in done)),
        "seconds_median": round(statistics.median(outcome.seconds for outcome in done), 3),
        "seconds_max": round(max(outcome.seconds for outcome in done), 1),
    }


class UnknownError(Exception):
    """A search was cut short, so nobody knows the optimum."""


def beside_the_optimum(sets: Sequence[TableSet]) -> dict[str, Any]:
    """What plans cost beside plans whose search went on, ten times as long, until nothing cheaper can exist."""
    ours = best = known = 0
    for one in sets:
        try:
            made = plan(one.tables, one.policy)
            with (
                patch.object(suppress, "WORK", 10 * suppress.WORK),
                patch.object(suppress, "_completed", side_effect=UnknownError),
            ):
                cheapest = plan(one.tables, one.policy)
        except (PlanError, UnknownError):
            continue
        known += 1
        ours += sum(_cost(table, made.mask(table.id)) for table in one.tables)
        best += sum(_cost(table, cheapest.mask(table.id)) for table in one.tables)
    return {"loss_ratio_to_optimum": round(ours / best, 3), "optimum_known": f"{known} of {len(sets)}"}


def sized(ways: tuple[int, int, int], people: int) -> dict[str, Any]:
    """CPU seconds for one large table with all its totals, after three earlier releases of two ways each."""
    rng = np.random.default_rng(1)
    columns = {
        f"v{i}": np.array([f"{k:02}" for k in range(size)])[
            rng.choice(size, people, p=rng.dirichlet(np.full(size, 2.0)))
        ]
        for i, size in enumerate(ways)
    }
    policy = Policy(5, required_width=3)
    earlier = []
    for pair in combinations(columns, 2):
        table = table_of("".join(pair), columns, pair)
        earlier.append(PastRelease(table, plan([table], policy).mask(table.id), "fy2022/1"))
    table = table_of("t", columns, list(columns))
    start = time.process_time()
    plan([table], policy, previous=earlier)
    return {f"cells_{round(len(table.cells), -2)}_s": round(time.process_time() - start, 1)}


def tried(count: int, seed: int) -> dict[str, Any]:
    """Tiny sets of which every population is tried."""
    hidden, recoverable = enumerated(count, seed)
    return {
        "enumerated_hidden": hidden,
        "enumerated_recoverable": recoverable,
        "found": Attacked(0, recoverable),
    }


def finished_release(place: SiteYear, largest: int = 20_000) -> dict[str, Any]:
    """A release of the sample, its CSV files read back; hidden counts attacked by what is printed.

    Variables that no table crosses share totals only, and these are printed: each group of crossed variables is
    attacked alone. Questions of several answers, and groups of more than so many kinds of people, are not attacked.
    """
    steps = plan_steps(place)
    found = {step.notebook: StepStore(place).find(Job("internal", step, step.key)) for step in steps}
    if not is_sealed(place.release) or None in found.values():
        raise SystemExit(f"first: ujo release {place.site} {place.name}")
    policy = Knowledge.read(place, steps).policy
    hidden = {one.table.id: _read_back(one, place.release / "tables") for one in counted_tables(found)}
    counts = [one.table for one in counted_tables(found)]
    plans = [Masks.read(file).plan for file in place.plans()]
    zeros = {
        name for made in plans if made.digest == Manifest.read(place.manifest).plan for name in made.zeros
    }
    attacked, left_out = Attacked(), 0
    for group in _crossed(counts):
        kinds_of_people = np.prod([len(labels) for labels in attack.labels_of(group).values()])
        if group[0].multiple or kinds_of_people > largest:
            left_out += sum(sum(hidden[table.id]) for table in group)
            continue
        wary = group[0].population in zeros
        try:
            found_ends = attack.linked(group, hidden, zeros=wary)
        except RuntimeError:  # not everybody has a category that a table names
            found_ends = attack.linked(group, hidden, others=True, zeros=wary)
        for true, ends in found_ends:
            attacked = attacked.and_of(policy, true, ends)
    lines = [line for file in sorted((place.release / "tables").glob("*.csv")) for line in _lines(file)]
    return {
        "found": attacked,
        "release_hidden_counts": sum(map(sum, hidden.values())),
        "release_printed_x": sum(line.count(HIDDEN) for line in lines),
        "release_not_attacked": left_out,
    }


def _lines(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def _read_back(one: Counted, folder: Path) -> tuple[bool, ...]:
    """Which cells of a table its CSV file does not print; all, where there is no such file or column."""
    spelt = Table.of(one.record)
    file = folder / spelt.file_name
    heads, *rows = _lines(file) if file.is_file() else [[]]
    headings = {column.name: column.heading for column in spelt.columns}
    gone = [True] * len(one.table.cells)
    for (row, column), at in one.places.items():
        if rows and headings[column] in heads:
            text = rows[row][heads.index(headings[column])]
            gone[at] = text == HIDDEN
            assert gone[at] or int(text) == one.table.cells[at].value, (file.name, row, column, text)
    return tuple(gone)


def _crossed(tables: Sequence[CountTable]) -> Iterator[list[CountTable]]:
    """Tables of one population whose variables are joined by tables; those with several answers one by one."""
    yield from ([table] for table in tables if table.multiple)
    groups: list[tuple[set[tuple[str, str]], list[CountTable]]] = []
    for table in tables:
        if table.multiple:
            continue
        names = {(table.population, name) for name in (*table.dimensions.values(), *table.where)}
        joined = [group for group in groups if group[0] & names]
        groups = [group for group in groups if group not in joined]
        groups.append(
            (names.union(*(group[0] for group in joined)), [t for g in joined for t in g[1]] + [table])
        )
    yield from (group for _, group in groups)


def beside_peers(sets: Sequence[TableSet], tauargus: str, acro: str) -> dict[str, Any]:
    """The peers, where they are installed."""
    tau = against_tauargus(sets, tauargus)
    ratio = round(tau["ratio"], 3) if tau else None
    return {"loss_ratio_to_pytauargus": ratio, "pytauargus": tau, "acro": against_acro(sets, acro)}


def main() -> None:
    """Measure part by part, print each as it is known, and with --json end in one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60 sets instead of 1,000")
    parser.add_argument("--only", nargs="+", metavar="PART", help="measure these parts alone")
    parser.add_argument("--sets", type=int, help="number of sets")
    parser.add_argument(
        "--tauargus-python", default=sys.executable, help="Python that has pytauargus (default: this one)"
    )
    parser.add_argument(
        "--acro-python", default=str(ROOT / ".venv-acro/bin/python"), help="Python that has acro"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    count = options.sets or (60 if options.quick else 1000)
    sets = list(table_sets(count, seed=1))
    some = 1 if options.quick or options.sets else 10
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "sets": lambda: protected(sets),
        "optimum": lambda: beside_the_optimum(sets[: 6 * some]),
        "400": lambda: sized((10, 8, 3), 4_000),
        "2000": lambda: sized((20, 10, 8), 20_000),
        "tiny": lambda: tried(30 if some == 1 else 150, seed=2),
        "linked": lambda: {"found": attack_sets(sets[: 12 * some])},
        "crosses": lambda: attack_crosses(60 * some, seed=3),
        "kinds": lambda: attack_kinds(100 * some, seed=4),
        "themes": lambda: linked_themes(3 if some == 1 else 50, 13 if some == 1 else 16, seed=5),
        "rereleases": rereleases,
        "release": lambda: finished_release(SiteYear(ROOT, "sample", 2023)),
        "peers": lambda: beside_peers(sets[: 20 * some], options.tauargus_python, options.acro_python),
    }
    result: dict[str, Any] = {}
    attacked = Attacked()
    for part in [parts[name] for name in options.only or parts]:
        start, told = time.perf_counter(), part()
        if (found := told.pop("found", None)) is not None:
            attacked = attacked + found
        result |= told
        for name, value in told.items():
            print(f"{name:34} {value if value is not None else 'not measured'}")
        print(f"  ({time.perf_counter() - start:.0f} s; so far: {attacked})", flush=True)
    result |= {
        "recoverable": attacked.recoverable,
        "below_width": attacked.below_width,
        "attacked_hidden": attacked.cells,
    }
    print(f"recoverable {attacked.recoverable}, below_width {attacked.below_width} of {attacked.cells}")
    if options.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
