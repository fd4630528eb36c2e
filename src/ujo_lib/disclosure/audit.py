"""Can the masks be undone? An outsider's arithmetic, written apart from the plan.

For every hidden count the audit works out between which numbers an outsider can place it, first in fractions (linear
programme), then in whole people. It shares the meaning of a table (`tables`) with the plan and nothing else: people
are enumerated here as the plain cross of all linked variables, cut only where a single variable joins two parts.

It runs twice, with what was public before and with the release on top. What is exact from public knowledge alone is
listed as such (既公表); a release that narrows any other small count below the required width must not leave.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import combinations

import highspy
import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from ujo_lib.disclosure.tables import (
    AREA,
    PERIOD,
    YES,
    Cell,
    CountTable,
    PastRelease,
    Policy,
    PublicFigure,
    Region,
    TableError,
    cut_periods,
)

PUBLIC, SAFE, LEAK = "既公表", "保護", "漏えい"
COLUMNS = ("table", "cell", "low", "high", "width", "public_low", "public_high", "required", "verdict")

_CROSS_LIMIT = 20_000
_NODE_LIMIT = 5_000
_FEW = 30  # facts with which an outsider without the release is modelled by himself
COUNTABLE = (
    2_000  # kinds of people up to which they are whole (more than in a plan: the audit asks less often)
)
_ROOM = 50
_UNNAMED = "〔その他〕"
DIFFERENCE = "(表の差)"
_EPS = 1e-6


@dataclass(frozen=True)
class Promise:
    """What an audit found of every small count that is hidden.

    Attributes:
        values: how many values each can still have, at least (no more than the policy requires are claimed).
        narrowed: hidden small counts that are no part of this, as what was public before had left them fewer.
        approximate: variables for whose combinations an outsider with unlimited means might get a little further.
        zeros: nobody is among these values, although the rules print zeros: the plan hid those of some population.
    """

    values: int
    narrowed: int = 0
    approximate: tuple[str, ...] = ()
    zeros: bool = False


@dataclass(frozen=True)
class AuditReport:
    """What an outsider can work out.

    Attributes:
        frame: one row for each hidden count, each small count that is printed, and each small difference between
            printed counts. Columns: table, cell (its heading), low, high (what an outsider can still believe, in
            people; high may be infinite), width (high - low), public_low, public_high (the same without this
            release; missing for counts that are not small), required (the width it must have), verdict.
        approximate: variables whose full cross was too large; for their counts an outsider with unlimited means
            might get a little further than `low` and `high` say.
        zeros: populations of which an x may be a zero, whatever the rules say.
    """

    frame: pd.DataFrame
    approximate: tuple[str, ...] = ()
    zeros: tuple[str, ...] = ()

    @property
    def leaks(self) -> pd.DataFrame:
        """The rows for which the release must be refused."""
        return self.frame[self.frame["verdict"] == LEAK]

    @property
    def ok(self) -> bool:
        """Whether the tables may leave."""
        return len(self.leaks) == 0

    def promise(self, policy: Policy) -> Promise:
        """What a page may say of the hidden counts under the rules that were audited."""
        small = self.frame[self.frame["public_high"].notna() & (self.frame["verdict"] != PUBLIC)]
        narrowed = small["required"] < policy.required_width
        least = min([policy.required_width, *small.loc[~narrowed, "width"]])
        return Promise(int(least) + 1, int(narrowed.sum()), self.approximate, bool(self.zeros))


def audit(
    tables: Sequence[CountTable],
    hidden: Mapping[str, Sequence[bool]],
    policy: Policy,
    public: Sequence[PublicFigure] = (),
    previous: Sequence[PastRelease] = (),
    zeros: Collection[str] = (),
) -> AuditReport:
    """Work out what an outsider can place, and how closely.

    Args:
        tables: every table of the release with its true counts.
        hidden: table id → one flag per cell; a table that is missing is taken as printed in full.
        policy: the site's rules.
        public: figures anybody can look up.
        previous: tables of earlier releases as they were published, of the same records (`revision`).
        zeros: populations whose zeros are hidden with the small counts, so that an x may be one (`Plan.zeros`).

    Raises:
        TableError: tables that contradict each other.
    """
    rows: list[dict[str, object]] = []
    approximate: set[str] = set()
    for population in sorted({table.population for table in tables}):
        attack = _Attack(
            [table for table in tables if table.population == population],
            hidden,
            policy,
            [figure for figure in public if figure.population == population],
            [past for past in previous if past.table.population == population],
            zeros=population in zeros,
        )
        rows += attack.report()
        approximate |= attack.approximate
    return AuditReport(
        pd.DataFrame(rows, columns=list(COLUMNS)), tuple(sorted(approximate)), tuple(sorted(zeros))
    )


@dataclass(frozen=True)
class Known:
    """A linear fact: low <= sum of (factor × people in region) <= high."""

    parts: tuple[tuple[float, Region], ...]
    low: float
    high: float


@dataclass(frozen=True)
class _Suspect:
    """A count an outsider may go for."""

    table: str
    cell: str
    region: Region
    value: int
    small: bool
    printed: bool


class _Attack:
    """One population seen by an outsider."""

    def __init__(
        self,
        tables: Sequence[CountTable],
        hidden: Mapping[str, Sequence[bool]],
        policy: Policy,
        public: Sequence[PublicFigure],
        previous: Sequence[PastRelease],
        *,
        zeros: bool,
    ) -> None:
        self._policy = policy
        crossed = replace(policy, zero_rule="hide") if zeros else policy
        self._flags = {t.id: tuple(hidden.get(t.id, ())) or (False,) * len(t.cells) for t in tables}
        self._cut = Calendar.of(tables, public, previous).cut
        frame = [exactly(self._cut(t.region(i)), c.value) for t, i, c in valued(tables)]
        past = [
            exactly(self._cut(p.table.region(i)), c.value) for p in previous for _, i, c in valued([p.table])
        ]
        self._before = [f for p in previous for f in facts_of(p.table, p.hidden, self._cut)]
        told: dict[bool, list[Known]] = {True: [], False: []}
        for figure in public:
            told[figure.own].append(Known(((1.0, self._cut(figure.region)),), figure.low, figure.high))
        self._before += told[False]
        self._release = [f for table in tables for f in facts_of(table, self._flags[table.id], self._cut)]
        self._release += told[True]
        seen = [(t, self._flags[t.id]) for t in tables] + [(p.table, tuple(p.hidden)) for p in previous]
        self._crossed = [
            fact for table, flags in seen for fact in crossings_of(table, flags, crossed, self._cut)
        ]
        self._suspects = [*self._cells(tables, policy), *self._old_cells(previous, tables)]
        self._suspects += self._differences(tables, previous, frame + past)
        self._facts = [*frame, *past, *self._before, *told[True]]
        empty = {p[0][1] for f in [*self._before, *self._release] if f.high == 0 and len(p := f.parts) == 1}
        self._people = self._agreeing(empty)

        counts = {known.parts[0][1]: int(known.low) for known in frame + past}
        self._always = _among_three(counts) if self.approximate else []

    def _agreeing(self, nobody: Collection[Region]) -> "People":
        return People.agreeing_with(self._facts, [suspect.region for suspect in self._suspects], nobody)

    @property
    def approximate(self) -> set[str]:
        return self._people.approximate

    def report(self) -> list[dict[str, object]]:
        reader = Outsider(self._people, [*self._before, *self._release, *self._crossed, *self._always])
        return [self._verdict(suspect, reader) for suspect in self._suspects]

    def _without_release(self, suspect: _Suspect, own: int) -> tuple[float, float]:
        """Where somebody can place a count who knows only what was public before.

        A few facts need no more kinds of people than they tell apart. A category that they leave out stays possible,
        so that nobody is credited with knowledge that comes from the release.
        """
        facts = _linked(suspect.region, self._before)
        if not facts:
            return own, np.inf
        facts = _linked(suspect.region, [*self._before, *self._crossed])
        if len(facts) > _FEW:
            return self._everybody_before.interval(suspect.region, suspect.value, own)
        people = People([region for fact in facts for _, region in fact.parts] + [suspect.region])
        people.nobody = self._people.nobody_among(people)
        return Outsider(people, facts).interval(suspect.region, suspect.value, own)

    @cached_property
    def _everybody_before(self) -> "Outsider":
        # who has not seen the release does not know its zeros either
        people = self._agreeing(()) if self._people.thinned else self._people
        return Outsider(people, [*self._before, *self._crossed, *self._always])

    def _verdict(self, suspect: _Suspect, reader: "Outsider") -> dict[str, object]:
        # A difference is printed nowhere: for all that a reader knows, it may be nobody.
        known = self._policy.own_case if suspect.table == DIFFERENCE else self._policy.least_hidden
        own = int(known) if suspect.small and suspect.value > 0 else 0
        low, high = reader.interval(suspect.region, suspect.value, own)
        before: tuple[float, float] = (np.nan, np.nan)
        required: float = 1
        if suspect.small:
            before = self._without_release(suspect, own)
            required = min(self._policy.required_width, before[1] - before[0])
        verdict = SAFE if high - low >= required else LEAK
        if suspect.small and before[0] == before[1]:
            verdict = PUBLIC
        return dict(
            zip(
                COLUMNS,
                (suspect.table, suspect.cell, low, high, high - low, *before, required, verdict),
                strict=True,
            )
        )

    def _cells(self, tables: Sequence[CountTable], policy: Policy) -> list[_Suspect]:
        found = []
        for table, i, cell in valued(tables):
            exempt = any(rule.covers(table) for rule in policy.exemptions)
            gone = self._flags[table.id][i]
            small = policy.is_primary(cell) and not exempt
            if gone or small:
                region = self._cut(table.region(i))
                found.append(_Suspect(table.id, table.label(i), region, cell.value or 0, small, not gone))
        return found

    def _old_cells(self, previous: Sequence[PastRelease], tables: Sequence[CountTable]) -> list[_Suspect]:
        """Small counts that an earlier release hid must stay hidden."""
        now = {self._cut(table.region(i)) for table, i, _ in valued(tables)}
        return [
            _Suspect(past.table.id, past.table.label(i), region, cell.value or 0, small=True, printed=False)
            for past in previous
            for _, i, cell in valued([past.table])
            if past.hidden[i] and self._policy.is_primary(cell)
            if (region := self._cut(past.table.region(i))) not in now
        ]

    def _differences(
        self,
        tables: Sequence[CountTable],
        previous: Sequence[PastRelease],
        counts: Sequence[Known],
    ) -> list[_Suspect]:
        """Small groups that no table names: a count less the count of a subgroup, of another period or area."""
        framed: dict[Region, frozenset[str]] = {}
        in_full: dict[Region, int] = {}
        for table in [*tables, *(past.table for past in previous)]:
            total = self._policy.in_full(table)
            for _, i, _ in valued([table]):
                region = self._cut(table.region(i))
                framed[region] = framed.get(region, frozenset()) | table.frame
                in_full[region] = max(in_full.get(region, 0), total)
        values = {known.parts[0][1]: int(known.low) for known in counts}
        everything = atoms_of(values)
        found: dict[Region, _Suspect] = {}
        for large, small in combinations(sorted(values, key=_order), 2):
            for whole, part in ((large, small), (small, large)):
                left = subtract(whole, part, framed[whole] | framed[part], everything)
                size = values[whole] - values[part]
                if not left or not 0 < size < self._policy.threshold:
                    continue
                if left[0] == PERIOD and self._policy.rest_in_full(in_full[whole], in_full[part]):
                    continue
                if not _made_of(left, size, values):
                    found[left[1]] = _Suspect(DIFFERENCE, spoken(left[1]), left[1], size, True, printed=False)
        return list(found.values())


Trait = tuple[str, frozenset[str]]
Traits = frozenset[Trait]


def _trait(trait: Trait) -> tuple[str, list[str]]:
    return trait[0], sorted(trait[1])


def _among_three(counts: Mapping[Region, int]) -> list[Known]:
    """What three traits cannot help, whoever has them, where people are told apart by two of them at a time.

    Those with c and a, or c and b, are among those with c, and twice only with a and b; and who has one of the
    three is somebody. Where there is room for more than `_ROOM` people it says nothing of a small count.
    """
    known = {frozenset(region): region for region in counts}
    place = {t: n for n, t in enumerate(sorted({t for region in counts for t in region}, key=_trait))}
    beside: dict[Traits, set[Trait]] = {}
    for traits in known:
        for trait in traits:
            beside.setdefault(traits - {trait}, set()).add(trait)
    found = []
    for both in known:
        for a, b in combinations(sorted(both, key=place.__getitem__), 2):
            rest = both - {a, b}
            common = beside.get(rest | {a}, set()) & beside.get(rest | {b}, set())
            for c in sorted(common, key=place.__getitem__):
                one, two, three = rest | {c}, rest | {a, c}, rest | {b, c}
                if one in known:
                    found.append({two: 1.0, three: 1.0, one: -1.0, both: -1.0})
                singles = [rest | {trait} for trait in (a, b, c)]
                if place[c] > place[b] and rest in known and all(single in known for single in singles):
                    less = dict.fromkeys((both, two, three, rest), -1.0)
                    found.append(less | dict.fromkeys(singles, 1.0))
    rules = [[(sign, known[traits]) for traits, sign in rule.items()] for rule in found]
    return [
        Known(tuple(rule), -np.inf, 0.0)
        for rule in rules
        if -sum(sign * counts[region] for sign, region in rule) <= _ROOM
    ]


@dataclass(frozen=True)
class Calendar:
    """Overlapping runs of days, cut into common pieces; one run that all counts share restricts nobody."""

    pieces: Mapping[str, frozenset[str]]
    single: bool

    @classmethod
    def of(
        cls,
        tables: Sequence[CountTable],
        public: Sequence[PublicFigure] = (),
        previous: Sequence[PastRelease] = (),
    ) -> "Calendar":
        """The calendar of everything that is counted."""
        regions = [t.region(i) for t in [*tables, *(p.table for p in previous)] for i in range(len(t.cells))]
        regions += [figure.region for figure in public]
        spans = sorted({text for region in regions for v, atoms in region if v == PERIOD for text in atoms})
        dated = all(PERIOD in dict(region) for region in regions)
        return cls(cut_periods(spans), dated and len(spans) == 1)

    def cut(self, region: Region) -> Region:
        """The same people, their days in common pieces."""
        return tuple(
            (v, frozenset(piece for text in atoms for piece in self.pieces[text]) if v == PERIOD else atoms)
            for v, atoms in region
            if not (v == PERIOD and self.single)
        )


def facts_of(table: CountTable, flags: Sequence[bool], cut: Callable[[Region], Region]) -> list[Known]:
    """What a reader of a printed table learns.

    Args:
        table: with its true counts.
        flags: one per cell: is it hidden?
        cut: spells the region of a cell in the common pieces of a calendar.
    """
    whole_rows = {
        labels: not any(flags[i] for i, c in enumerate(table.cells) if c.labels == labels)
        for labels in {cell.labels for cell in table.cells}
    }
    facts = []
    for _, i, cell in valued([table]):
        region = cut(table.region(i))
        is_base = cell.column == table.printed.base
        stated = table.printed.base_shown if is_base else table.printed.counts
        if not flags[i] and (stated or table.printed.intervals):
            facts.append(exactly(region, cell.value))
        if not is_base and whole_rows[cell.labels]:
            facts += _percentage(table, i, cut)
    return facts


def crossings_of(
    table: CountTable, flags: Sequence[bool], policy: Policy, cut: Callable[[Region], Region]
) -> list[Known]:
    """What a reader knows of every x of a table where zeros are printed: it is none; arguments as in `facts_of`."""
    return [
        Known(((1.0, cut(table.region(i))),), policy.least_crossed(cell), np.inf)
        for _, i, cell in valued([table])
        if flags[i] and policy.least_crossed(cell)
    ]


def _percentage(table: CountTable, i: int, cut: Callable[[Region], Region]) -> list[Known]:
    """A printed percentage bounds count and denominator against each other."""
    digits, cell = table.printed.percent_digits, table.cells[i]
    base = next(
        (j for _, j, c in valued([table]) if c.labels == cell.labels and c.column == table.printed.base),
        None,
    )
    if digits is None or base is None or not table.cells[base].value:
        return []
    share = Decimal(100 * (cell.value or 0)) / Decimal(table.cells[base].value or 1)
    printed = float(share.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    half = 0.5 * 10.0**-digits
    n, d = cut(table.region(i)), cut(table.region(base))
    below = Known(((1.0, n), (-(printed + half) / 100, d)), -np.inf, 0)
    above = Known(((1.0, n), (-(printed - half) / 100, d)), 0, np.inf)
    return [below, above]


@dataclass(frozen=True)
class _Block:
    """The cross of some variables.

    Attributes:
        variables: those crossed.
        names: for each variable the numbers of the categories that are told apart.
        numbers: for each variable and each kind of people the number of its category.
    """

    variables: tuple[str, ...]
    names: Mapping[str, np.ndarray]
    numbers: Mapping[str, np.ndarray]

    @classmethod
    def full(cls, variables: tuple[str, ...], names: Mapping[str, np.ndarray]) -> "_Block":
        """Every combination of categories."""
        shape = tuple(int(names[v].max()) + 1 for v in variables)
        axes = zip(variables, np.indices(shape), strict=True)
        return cls(variables, names, {v: axis.ravel() for v, axis in axes})

    @classmethod
    def thinned(
        cls, variables: tuple[str, ...], atoms: Mapping[str, Sequence[str]], nobody: Iterable[Region]
    ) -> "_Block | None":
        """Combinations outside regions where nobody is; None where more than `_CROSS_LIMIT` remain."""
        rules = [dict(region) for region in nobody if region and {v for v, _ in region} <= set(variables)]
        kinds: list[tuple[str, ...]] = [()]
        for at, v in enumerate(variables):
            due = [rule for rule in rules if v in rule and rule.keys() <= set(variables[: at + 1])]
            ruled = [[(variables.index(w), rule[w]) for w in rule] for rule in due]
            longer = ((*kind, atom) for kind in kinds for atom in atoms[v])
            kinds = [
                k for k in longer if not any(all(k[i] in inside for i, inside in rule) for rule in ruled)
            ]
            if len(kinds) > _CROSS_LIMIT:
                return None
        names = {v: np.arange(len(atoms[v])) for v in variables}
        found = zip(variables, zip(*kinds, strict=True), strict=True)
        return cls(
            variables, names, {v: np.array([atoms[v].index(atom) for atom in own]) for v, own in found}
        )

    @property
    def size(self) -> int:
        """How many kinds of people there are."""
        return max((len(number) for number in self.numbers.values()), default=1)


class People:
    """Kinds of people: blocks of linked variables, each the full cross of its variables.

    Every variable has one unnamed category besides those that the counts name (no answer, an option not ticked,
    other days); `nobody` flags the kinds of people for whom it is taken not to exist.

    Args:
        regions: everything that is or may be counted.
        nobody: regions of which it is known that nobody is there; where a cross would be too large, it goes without.
    """

    def __init__(self, regions: Iterable[Region], nobody: Collection[Region] = ()) -> None:
        known = sorted(set(regions), key=_order)
        named: dict[str, set[str]] = {}
        for region in known:
            for variable, chosen in region:
                named.setdefault(variable, set()).update(chosen)
        self._atoms = {v: [*sorted(found - {_UNNAMED}), _UNNAMED] for v, found in named.items()}
        self.approximate: set[str] = set()
        self.thinned = False
        self._blocks = self._cross(known, nobody)
        self._starts = np.cumsum([0] + [block.size for block in self._blocks])
        self.size = int(self._starts[-1])
        self.joints = self._joints()
        self.nobody = np.zeros(self.size, dtype=bool)
        self._columns: dict[Region, np.ndarray] = {}

    @classmethod
    def agreeing_with(
        cls, facts: Sequence[Known], further: Sequence[Region], nobody: Collection[Region] = ()
    ) -> "People":
        """As few unnamed categories as the true counts allow: the outsider's best case."""
        regions = [*(region for fact in facts for _, region in fact.parts), *further]
        people = cls(regions, nobody)
        outsider = Outsider(people, facts)
        if not outsider.possible():
            raise TableError("公表する表どうしの件数が両立しない")
        unnamed = [people.unnamed(variable) for variable in people.doubtful(regions)]
        if outsider.possible(np.any([people.nobody, *unnamed], axis=0)):
            return people
        agreed = np.zeros(people.size, dtype=bool)
        for flags in unnamed:
            if outsider.possible(agreed | flags):
                agreed |= flags
        people.nobody = agreed
        return people

    def doubtful(self, regions: Sequence[Region]) -> list[str]:
        """Variables that need not have an unnamed category: neither options nor periods and areas."""
        options = {v for v in self._atoms if all(dict(r).get(v, {YES}) == {YES} for r in regions)}
        partly = {v for v in (PERIOD, AREA) if any(v not in dict(region) for region in regions)}
        return [v for v in self._atoms if v not in options | partly]

    def unnamed(self, variable: str) -> np.ndarray:
        """Flags of the kinds of people in the unnamed category of a variable."""
        last = len(self._atoms[variable]) - 1
        flags = [
            b.numbers[variable] == b.names[variable][last]
            if variable in b.variables
            else np.zeros(b.size, bool)
            for b in self._blocks
        ]
        return np.concatenate(flags)

    def nobody_among(self, others: "People") -> np.ndarray:
        """Flags of kinds of people that do not exist, for people told apart by fewer counts of the same report."""
        flags = np.zeros(others.size, dtype=bool)
        for variable, atoms in others._atoms.items():
            if atoms == self._atoms[variable] and np.all(self.nobody[self.unnamed(variable)]):
                flags |= others.unnamed(variable)
        return flags

    def columns(self, region: Region) -> np.ndarray:
        """Positions of the kinds of people in a region, within the smallest block that knows its variables."""
        if region not in self._columns:
            self._columns[region] = self._found(region)
        return self._columns[region]

    def _found(self, region: Region) -> np.ndarray:
        home = _home(region, [block.variables for block in self._blocks], self._atoms)
        block = self._blocks[home]
        inside = np.ones(block.size, dtype=bool)
        for variable, chosen in region:
            places = [self._atoms[variable].index(atom) for atom in chosen]
            inside &= np.isin(block.numbers[variable], block.names[variable][places])
        return np.flatnonzero(inside) + int(self._starts[home])

    def _cross(self, regions: Sequence[Region], nobody: Collection[Region]) -> list[_Block]:
        scopes = {frozenset(variable for variable, _ in region) for region in regions}
        parts: list[tuple[str, ...]] = []
        small: dict[tuple[str, ...], _Block] = {}
        for variables in _blocks(scopes):
            if math.prod(len(self._atoms[v]) for v in variables) <= _CROSS_LIMIT:
                parts.append(variables)
                continue
            if nobody and (block := _Block.thinned(variables, self._atoms, nobody)) is not None:
                parts.append(variables)
                small[variables] = block
                self.thinned = True
                continue
            self.approximate |= set(variables)
            inside = [scope for scope in scopes if scope <= set(variables)]
            parts += sorted(tuple(sorted(s)) for s in inside if not any(s < other for other in inside))
        own: dict[int, list[Region]] = {}
        for region in regions:
            own.setdefault(_home(region, parts, self._atoms), []).append(region)
        return [
            small.get(part) or _Block.full(part, self._names(part, own.get(i, [])))
            for i, part in enumerate(parts)
        ]

    def _names(self, variables: tuple[str, ...], regions: Sequence[Region]) -> dict[str, np.ndarray]:
        """Where not everything can be crossed, a block tells apart only what its own counts tell apart."""
        names = {}
        for v in variables:
            atoms = self._atoms[v]
            if v not in self.approximate:
                names[v] = np.arange(len(atoms))
                continue
            sets = [dict(region)[v] for region in regions if v in dict(region)]
            marks = [(atom == _UNNAMED, *(atom in chosen for chosen in sets)) for atom in atoms]
            names[v] = np.array([sorted(set(marks)).index(mark) for mark in marks])
        return names

    def _joints(self) -> sp.csr_matrix:
        """Rows that make blocks agree on what they share (at least on how many people there are)."""
        parts = [sp.csr_matrix((0, self.size))]
        common = {frozenset(a.variables) & frozenset(b.variables) for a, b in combinations(self._blocks, 2)}
        for shared in sorted(common, key=sorted):
            first, *others = [b for b, block in enumerate(self._blocks) if shared <= set(block.variables)]
            parts += [self._joint(first, other, sorted(shared)) for other in others]
        return sp.vstack(parts, format="csr")

    def _joint(self, first: int, second: int, shared: Sequence[str]) -> sp.csr_matrix:
        """One row for each combination of categories that both blocks tell apart."""
        numbers = {v: _both(self._blocks[first].names[v], self._blocks[second].names[v]) for v in shared}
        height = math.prod(int(number.max()) + 1 for number in numbers.values())
        sides = []
        for b in (first, second):
            block = self._blocks[b]
            key = np.zeros(block.size, dtype=int)
            for v in shared:
                of_name = np.zeros(int(block.names[v].max()) + 1, dtype=int)
                of_name[block.names[v]] = numbers[v]
                key = key * (int(numbers[v].max()) + 1) + of_name[block.numbers[v]]
            entries = (np.ones(block.size), (key, self._starts[b] + np.arange(block.size)))
            sides.append(sp.csr_matrix(entries, shape=(height, self.size)))
        return sides[0] - sides[1]


def _home(region: Region, blocks: Sequence[tuple[str, ...]], atoms: Mapping[str, Sequence[str]]) -> int:
    wanted = {variable for variable, _ in region}
    fitting = [b for b, variables in enumerate(blocks) if wanted <= set(variables)]
    return min(fitting, key=lambda b: math.prod(len(atoms[v]) for v in blocks[b]))


def _both(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Number the categories that two numberings both tell apart: chains of categories either of them merges."""
    pairs = sp.csr_matrix(
        (np.ones(len(first)), (first, second)), shape=(int(first.max()) + 1, int(second.max()) + 1)
    )
    links = sp.bmat([[None, pairs], [pairs.T, None]])
    return np.asarray(connected_components(links, directed=False)[1][first])


class Outsider:
    """Somebody who knows some facts and can solve linear programmes."""

    def __init__(self, people: People, facts: Sequence[Known]) -> None:
        distinct = list(dict.fromkeys(facts))
        inside = [[people.columns(region) for _, region in fact.parts] for fact in distinct]
        factors = [
            np.repeat([f for f, _ in fact.parts], [*map(len, of)])
            for fact, of in zip(distinct, inside, strict=True)
        ]
        rows = np.repeat(np.arange(len(distinct)), [*map(len, factors)])
        columns = np.concatenate([np.zeros(0, dtype=int), *(one for of in inside for one in of)])
        entries = (np.concatenate([np.zeros(0), *factors]), (rows, columns))
        known = sp.csr_matrix(entries, shape=(len(distinct), people.size))
        self._people = people
        self._worlds: list[np.ndarray] = []
        self._rules = sp.vstack([known, people.joints], format="csr")
        self._low = np.concatenate([[fact.low for fact in distinct], np.zeros(people.joints.shape[0])])
        self._high = np.concatenate([[fact.high for fact in distinct], np.zeros(people.joints.shape[0])])
        self._ceiling = 1000 + 10 * max((fact.high for fact in distinct if fact.high < np.inf), default=0)
        self._solver: highspy.Highs | None = None
        self._asked: dict[bytes, int] = {}

    def possible(self, nobody: np.ndarray | None = None) -> bool:
        """Whether any population fits the facts; with `nobody`, one without these kinds of people from now on."""
        if nobody is not None:
            self._people.nobody = nobody
            if self._solver:
                ends = np.where(nobody, 0.0, np.inf)
                self._solver.changeColsBounds(
                    len(ends), np.arange(len(ends), dtype=np.int32), 0 * nobody, ends
                )
        return self._fractions(np.zeros(self._people.size), 1, 0) is not None

    def interval(self, region: Region, truth: int, at_least: int = 0) -> tuple[float, float]:
        """Least and greatest whole number of people in a region; `at_least` is what the outsider knows of himself.

        Where the search for whole people stops at its limit, the narrower end found so far counts.
        """
        aim = np.zeros(self._people.size)
        aim[self._people.columns(region)] = 1
        return self._end(aim, 1, truth, at_least), self._end(aim, -1, truth, at_least)

    def change(self, more: Region, less: Region) -> tuple[float, float]:
        """Least and greatest number of people in one region less those in another.

        Infinite without a limit, not a number where the search found nobody within its own.
        """
        aim = np.zeros(self._people.size)
        aim[self._people.columns(more)] += 1
        aim[self._people.columns(less)] -= 1
        ends = []
        for side in (1, -1):
            x = self._extreme(aim, side, -self._ceiling)
            end = np.nan if x is None else math.ceil(side * float(aim @ x) - 1e-4)
            ends.append(side * end if abs(end) < self._ceiling - 1 else -side * np.inf)
        return ends[0], ends[1]

    def _end(self, aim: np.ndarray, side: int, truth: int, at_least: int) -> float:
        if side > 0 and any(abs(float(aim @ x) - at_least) < _EPS for x in self._worlds):
            return float(at_least)  # fewer than that there cannot be
        x = self._extreme(aim, side, at_least)
        if x is None:
            return float(truth)
        self._remember(x)
        count = side * math.ceil(side * float(aim @ x) - 1e-4)
        return np.inf if count >= self._ceiling - 1 else float(count)

    def _remember(self, x: np.ndarray) -> None:
        """Keep a population that fits the facts: it may answer for other counts, too."""
        if self._people.size > COUNTABLE or np.all(np.abs(x - np.round(x)) < _EPS):
            self._worlds.append(x)

    def _extreme(self, aim: np.ndarray, side: int, at_least: float) -> np.ndarray | None:
        """The population with the least (side 1) or most (side -1) of an aim; whole people, if they are few enough."""
        x = self._fractions(aim, side, at_least)
        if self._people.size > COUNTABLE or (x is not None and np.all(np.abs(x - np.round(x)) < _EPS)):
            return x
        found = milp(
            side * aim,
            constraints=[
                LinearConstraint(self._rules, self._low, self._high),
                LinearConstraint(aim, at_least, self._ceiling),
            ],
            integrality=np.ones(len(aim)),
            bounds=Bounds(0, np.where(self._people.nobody, 0, np.inf)),
            options={"node_limit": _NODE_LIMIT},
        )
        return None if found.x is None else np.asarray(found.x)

    def _fractions(self, aim: np.ndarray, side: int, at_least: float) -> np.ndarray | None:
        """The same in fractions. The solver goes on from its last answer; what was asked once stays as a free row."""
        self._solver = self._solver or self._model()
        row = self._asked.get(aim.tobytes())
        if row is None:
            row = self._asked[aim.tobytes()] = len(self._low) + len(self._asked)
            own = np.flatnonzero(aim)
            self._solver.addRow(-np.inf, np.inf, len(own), own.astype(np.int32), aim[own])
        self._solver.changeRowBounds(row, at_least, self._ceiling)
        self._solver.changeColsCost(len(aim), np.arange(len(aim), dtype=np.int32), side * aim)
        self._solver.run()
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # lost on the way from the last answer
            self._solver.clearSolver()
            self._solver.run()
        found = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        x = np.array(self._solver.getSolution().col_value) if found else None
        self._solver.changeRowBounds(row, -np.inf, np.inf)
        return x

    def _model(self) -> highspy.Highs:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._people.size, len(self._low)
        model.col_cost_, model.col_lower_ = np.zeros(self._people.size), np.zeros(self._people.size)
        model.col_upper_ = np.where(self._people.nobody, 0.0, np.inf)
        model.row_lower_, model.row_upper_ = self._low, self._high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = self._rules.indptr, self._rules.indices
        model.a_matrix_.value_ = self._rules.data
        solver = highspy.Highs()
        for option, value in {"output_flag": False, "threads": 1, "simplex_strategy": 4}.items():
            solver.setOptionValue(option, value)
        solver.passModel(model)
        return solver


def _linked(region: Region, facts: Sequence[Known]) -> list[Known]:
    """Facts that say something about the people of a region, directly or through one another."""
    variables, linked, left = {v for v, _ in region}, list[Known](), list(dict.fromkeys(facts))
    while near := [fact for fact in left if any(not r or variables & dict(r).keys() for _, r in fact.parts)]:
        linked += near
        left = [fact for fact in left if fact not in near]
        variables |= {v for fact in near for _, r in fact.parts for v, _ in r}
    return linked


def valued(tables: Iterable[CountTable]) -> list[tuple[CountTable, int, Cell]]:
    """Every cell whose count is known, with its table and position."""
    return [(t, i, cell) for t in tables for i, cell in enumerate(t.cells) if cell.value is not None]


def exactly(region: Region, value: int | None) -> Known:
    """The fact that a region has so many people."""
    return Known(((1.0, region),), float(value or 0), float(value or 0))


def _blocks(scopes: Iterable[frozenset[str]]) -> list[tuple[str, ...]]:
    """Sets of variables that must be crossed; two sets share at most one variable."""
    near: dict[str, set[str]] = {v: set() for scope in scopes for v in scope}
    for scope in scopes:
        for v in scope:
            near[v] |= scope - {v}
    return sorted(tuple(sorted(block)) for block in _split(set(near), near)) or [()]


def _split(variables: set[str], near: Mapping[str, set[str]]) -> list[set[str]]:
    for joint in [set[str](), *({v} for v in sorted(variables))]:
        parts = _connected(variables - joint, near)
        if len(parts) > 1:
            return [block for part in parts for block in _split(part | joint, near)]
    return [variables] if variables else []


def _connected(variables: set[str], near: Mapping[str, set[str]]) -> list[set[str]]:
    left, parts = set(variables), []
    while left:
        part, edge = set(), {min(left)}
        while edge:
            part |= edge
            edge = {w for v in edge for w in near[v] & variables} - part
        parts.append(part)
        left -= part
    return parts


def atoms_of(regions: Iterable[Region]) -> dict[str, frozenset[str]]:
    """Variable → its categories: those that are named, and one for the rest."""
    found: dict[str, frozenset[str]] = {}
    for region in regions:
        for variable, atoms in region:
            found[variable] = found.get(variable, frozenset({_UNNAMED})) | atoms
    return found


def subtract(
    whole: Region, part: Region, apart: frozenset[str], everything: Mapping[str, frozenset[str]]
) -> tuple[str, Region] | None:
    """The people of one region who are not in another that lies within it, when one frame variable parts them."""
    a, b = dict(whole), dict(part)
    unlike = [v for v in {*a, *b} if a.get(v) != b.get(v)]
    if len(unlike) != 1 or unlike[0] not in apart:
        return None
    v = unlike[0]
    outer, inner = a.get(v, everything[v]), b.get(v, everything[v])
    if not inner < outer:
        return None
    return v, tuple(sorted({**a, v: outer - inner}.items(), key=lambda pair: pair[0]))


def _made_of(left: tuple[str, Region], size: int, counts: Mapping[Region, int]) -> bool:
    """Whether a difference is the sum of counts that are printed or hidden for themselves."""
    variable, region = left
    rest = {v: atoms for v, atoms in region if v != variable}
    open_atoms = set(dict(region)[variable])
    parts = [c for c in sorted(counts, key=_order) if {v: a for v, a in c if v != variable} == rest]
    for part in parts:
        atoms = dict(part).get(variable, frozenset())
        if atoms and atoms <= open_atoms:
            open_atoms -= atoms
            size -= counts[part]
    return size == 0


def spoken(region: Region) -> str:
    """A region as a person would say it."""
    return "・".join(f"{variable}={'/'.join(sorted(atoms))}" for variable, atoms in region)


def _order(region: Region) -> tuple[int, list[tuple[str, list[str]]]]:
    return len(region), [(variable, sorted(atoms)) for variable, atoms in region]
