"""What an outsider makes of a release: each hidden count with and without it, and whether that is too close.

It runs twice, with what was public before and with the release on top. What is exact from public knowledge alone is
listed as such (既公表); a release that narrows any other small count below the required width must not leave.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ujo_lib.disclosure.audit.facts import (
    Calendar,
    Known,
    among_three,
    crossings_of,
    exactly,
    facts_of,
    linked,
    valued,
)
from ujo_lib.disclosure.audit.outsider import Outsider, people_agreeing_with
from ujo_lib.disclosure.audit.people import People
from ujo_lib.disclosure.audit.regions import differences, made_of, rests
from ujo_lib.disclosure.tables import (
    PERIOD,
    Cell,
    CountTable,
    PastRelease,
    Policy,
    PublicFigure,
    Region,
    as_printed,
    spoken,
)

PUBLIC, SAFE, LEAK = "既公表", "保護", "漏えい"
COLUMNS = ("table", "cell", "low", "high", "width", "public_low", "public_high", "required", "verdict")
DIFFERENCE = "(表の差)"

_FEW = 30  # facts with which an outsider without the release is modelled by himself


@dataclass(frozen=True)
class Promise:
    """What an audit found of every small count that is hidden.

    Attributes:
        values: how many values each can still have, at least (no more than the policy requires are claimed).
        before: something was public before, and may have left some fewer. How many, nobody is told: an x that was known
            to be 4, 5 or 6 is a 4 if it is among the small ones.
        approximate: variables for whose combinations an outsider with unlimited means might get a little further.
        zeros: nobody is among these values, although the rules print zeros: the plan hid those of some population.
    """

    values: int
    before: bool = False
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
        before: whether something was public before.
    """

    frame: pd.DataFrame
    approximate: tuple[str, ...] = ()
    zeros: tuple[str, ...] = ()
    before: bool = False

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
        return Promise(int(least) + 1, self.before, self.approximate, bool(self.zeros))


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
    rows: list[tuple[object, ...]] = []
    approximate: set[str] = set()
    for population in sorted({table.population for table in tables}):
        attack = _Attack(
            [table for table in tables if table.population == population],
            hidden,
            policy,
            [figure for figure in public if figure.population == population],
            [past for past in previous if past.table.population == population],
            zeros=zeros,
        )
        rows += attack.report()
        approximate |= attack.approximate
    before = bool(previous) or not all(figure.own for figure in public)
    return AuditReport(
        pd.DataFrame(rows, columns=list(COLUMNS)), tuple(sorted(approximate)), tuple(sorted(zeros)), before
    )


@dataclass(frozen=True)
class _Suspect:
    """A count an outsider may go for."""

    table: str
    cell: str
    region: Region
    value: int
    small: bool
    less: Region = ()


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
        zeros: Collection[str],
    ) -> None:
        self._policy, self._cut = policy, Calendar.of(tables, public, previous).cut
        printed = {t.id: hidden.get(t.id) or (False,) * len(t.cells) for t in tables}
        now = as_printed(tables, printed, policy, zeros)
        exact = [exactly(region, cell.value) for _, _, cell, region in self._counted([*now, *previous])]
        told: dict[bool, list[Known]] = {True: [], False: []}
        for figure in public:
            told[figure.own].append(Known(((1.0, self._cut(figure.region)),), figure.low, figure.high))
        self._before = [*(f for past in previous for f in facts_of(past, self._cut)), *told[False]]
        self._release = [*(f for past in now for f in facts_of(past, self._cut)), *told[True]]
        # What was no zero on an earlier page is none for all that this release hides; not the other way round.
        of_now, self._crossed_before = (
            [f for past in releases for f in crossings_of(past, self._cut)] for releases in (now, previous)
        )
        self._crossed = [*of_now, *self._crossed_before]
        counts = {known.parts[0][1]: int(known.low) for known in exact}
        self._suspects = [*self._cells(now), *self._old_cells(previous, now)]
        self._suspects += self._differences([*now, *previous], counts)
        self._facts = [*exact, *self._before, *told[True]]
        empty = {fact.parts[0][1] for fact in [*self._before, *self._release] if fact.high == 0}
        self._people = self._agreeing(empty)
        self._always = among_three(counts) if self.approximate else []

    def _counted(self, releases: Iterable[PastRelease]) -> Iterator[tuple[PastRelease, int, Cell, Region]]:
        """Every cell whose count is known, with its table, its position and its people."""
        for past in releases:
            for table, i, cell in valued([past.table]):
                yield past, i, cell, self._cut(table.region(i))

    def _agreeing(self, nobody: Collection[Region]) -> "People":
        return people_agreeing_with([self._facts], [suspect.region for suspect in self._suspects], nobody)

    @property
    def approximate(self) -> set[str]:
        return self._people.approximate

    def report(self) -> list[tuple[object, ...]]:
        reader = Outsider(self._people, [*self._before, *self._release, *self._crossed, *self._always])
        return [self._verdict(suspect, reader) for suspect in self._suspects]

    def _without_release(self, suspect: _Suspect, own: int) -> tuple[float, float]:
        """Where somebody can place a count who knows only what was public before.

        A few facts need no more kinds of people than they tell apart. A category that they leave out stays possible,
        so that nobody is credited with knowledge that comes from the release.
        """
        aim = suspect.region, suspect.value, own, suspect.less
        facts = linked(suspect.less or suspect.region, self._before)
        if not facts:
            return own, np.inf
        facts = linked(suspect.less or suspect.region, [*self._before, *self._crossed_before])
        if len(facts) > _FEW:
            return self._everybody_before.interval(*aim)
        regions = [region for fact in facts for _, region in fact.parts]
        people = People([*regions, suspect.region, *[suspect.less] * bool(suspect.less)])
        people.nobody = self._people.nobody_among(people)
        return Outsider(people, facts).interval(*aim)

    @cached_property
    def _everybody_before(self) -> "Outsider":
        # who has not seen the release does not know its zeros either
        people = self._agreeing(()) if self._people.thinned else self._people
        return Outsider(people, [*self._before, *self._crossed_before, *self._always])

    def _verdict(self, suspect: _Suspect, reader: "Outsider") -> tuple[object, ...]:
        """A row of the report, as `COLUMNS` name it."""
        # A difference is printed nowhere: for all that a reader knows, it may be nobody.
        known = self._policy.own_case if suspect.table == DIFFERENCE else self._policy.least_hidden
        own = int(known) if suspect.small and suspect.value > 0 else 0
        low, high = reader.interval(suspect.region, suspect.value, own, suspect.less)
        before: tuple[float, float] = (np.nan, np.nan)
        required: float = 1
        if suspect.small:
            before = self._without_release(suspect, own)
            required = min(self._policy.required_width, before[1] - before[0])
        verdict = SAFE if high - low >= required else LEAK
        if suspect.small and before[0] == before[1]:
            verdict = PUBLIC
        return suspect.table, suspect.cell, low, high, high - low, *before, required, verdict

    def _cells(self, now: Sequence[PastRelease]) -> list[_Suspect]:
        found = []
        for one, i, cell, region in self._counted(now):
            exempt = any(rule.covers(one.table) for rule in self._policy.exemptions)
            small = self._policy.is_primary(cell) and not exempt
            if one.hidden[i] or small:
                found.append(_Suspect(one.table.id, one.table.label(i), region, cell.value or 0, small))
        return found

    def _old_cells(self, previous: Sequence[PastRelease], now: Sequence[PastRelease]) -> list[_Suspect]:
        """Small counts that an earlier release hid must stay hidden."""
        told = {region for _, _, _, region in self._counted(now)}
        return [
            _Suspect(past.table.id, past.table.label(i), region, cell.value or 0, small=True)
            for past, i, cell, region in self._counted(previous)
            if past.hidden[i] and self._policy.is_primary(cell) and region not in told
        ]

    def _differences(self, releases: Sequence[PastRelease], values: Mapping[Region, int]) -> list[_Suspect]:
        """Small groups that no table names: a count less the count of a subgroup or of another period."""
        framed: dict[Region, frozenset[str]] = {}
        in_full: dict[Region, int] = {}
        for past, i, _, region in self._counted(releases):
            framed[region] = framed.get(region, frozenset()) | past.table.frame
            printed = 0 if past.hidden[i] else self._policy.in_full(past.table)
            in_full[region] = max(in_full.get(region, 0), printed)
        found: dict[Region, _Suspect] = {}
        for whole, part, left in differences(framed):
            size = values[whole] - values[part]
            if not 0 < size < self._policy.threshold:
                continue
            if left[0] == PERIOD and self._policy.rest_in_full(in_full[whole], in_full[part]):
                continue
            if not made_of(left, size, values):
                found[left[1]] = _Suspect(DIFFERENCE, spoken(left[1]), left[1], size, small=True)
        several = [
            _Suspect(DIFFERENCE, spoken(whole, part), whole, size, small=True, less=part)
            for whole, part in rests(framed)
            if 0 < (size := values[whole] - values[part]) < self._policy.threshold
        ]
        return [*found.values(), *several]
