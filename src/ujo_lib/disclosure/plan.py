"""Which cells stay hidden, decided once and jointly for every published table.

A count below the threshold is hidden on its own account (primary). That is never enough: totals, recodes,
subgroup tables, last year's release and figures already public are equations in which a single gap can be
filled. All of them become rows over common atoms (`system`), and the cheapest further set is hidden so that
each primary count keeps the required uncertainty (`suppress`). A count that is public already is printed:
hiding it would protect nobody.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from pydantic import TypeAdapter

from ujo_lib.disclosure.counts import gather
from ujo_lib.disclosure.merges import suggest
from ujo_lib.disclosure.protect import NarrowError, PlanError, protect
from ujo_lib.disclosure.tables import CountTable, PastRelease, Policy, PublicFigure, TableError
from ujo_lib.files import digest

__all__ = ["Plan", "PlanError", "plan"]


@dataclass(frozen=True)
class Plan:
    """Which cells of which tables stay hidden.

    Attributes:
        hidden: table id → one flag per cell, in the order of `CountTable.cells`.
        primary: table id → positions of cells hidden on their own account. Kept inside the city; pages use
            one symbol for every hidden cell.
        exemptions: (table id, reason) of tables printed in full.
        suggestions: Japanese sentences that begin with the table: what to merge where more than half of it would
            vanish.
        relaxed: variables combined in so many tables that their full cross could not be formed (see
            `system`).
        zeros: populations whose zeros are hidden with the small counts, although the rules print them: sums that the
            release prints itself would leave a small count too few values if no x were a zero.
    """

    hidden: Mapping[str, tuple[bool, ...]]
    primary: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    exemptions: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    zeros: tuple[str, ...] = ()

    def mask(self, table_id: str) -> tuple[bool, ...]:
        """Flags of one table; a table the plan does not know raises KeyError."""
        return self.hidden[table_id]

    def to_json(self) -> str:
        """The plan as text; equal plans give equal bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Read what `to_json` wrote."""
        return TypeAdapter(cls).validate_json(text, strict=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole plan."""
        return digest(self.to_json())


def plan(
    tables: Sequence[CountTable],
    policy: Policy,
    public: Sequence[PublicFigure] = (),
    previous: Sequence[PastRelease] = (),
) -> Plan:
    """Decide which cells stay hidden.

    Args:
        tables: every table of the release, of all notebooks.
        policy: the site's rules.
        public: figures anybody can look up.
        previous: tables of earlier releases as they were published, of the same records (`revision`).

    Raises:
        TableError: tables that contradict each other or a public figure.
        PlanError: a count that cannot be protected, or a search that reached its limit.
    """
    ordered = sorted(tables, key=lambda table: table.id)
    if len({table.id for table in ordered}) < len(ordered):
        raise TableError("同じ id の表が2つ以上ある")
    exempt = {t.id: rule.reason for t in ordered for rule in reversed(policy.exemptions) if rule.covers(t)}
    masks: dict[str, tuple[bool, ...]] = {}
    relaxed: set[str] = set()
    zeros: list[str] = []
    for population in sorted({table.population for table in ordered}):
        members = [table for table in ordered if table.population == population]
        known = (
            [figure for figure in public if figure.population == population],
            [release for release in previous if release.table.population == population],
        )
        counts = gather(members, exempt, policy, *known)
        # A zero printed beside x that may have been zeros says of all others that they are none.
        veiled = policy.zero_rule == "show" and any(
            past.zeros and _same_days(past.table, table) for past in known[1] for table in members
        )
        try:
            if veiled:
                raise NarrowError
            hidden, given_up = protect(members, counts, policy, narrow=policy.zero_rule == "hide")
        except NarrowError:
            # Values are counted from 1 up all the same, as the audit does.
            wary = replace(policy, zero_rule="hide", own_case=True)
            try:
                hidden, given_up = protect(
                    members, gather(members, exempt, wary, *known, before=policy), wary
                )
                zeros.append(population)
            except PlanError:
                if veiled:
                    raise
                # the audit will say what is left too narrow
                hidden, given_up = protect(members, counts, policy)
        masks |= {table.id: _mask(table, hidden) for table in members}
        relaxed |= set(given_up)
    return Plan(
        hidden={table.id: masks[table.id] for table in ordered},
        primary={t.id: () if t.id in exempt else _primary(t, policy) for t in ordered},
        exemptions=tuple(sorted(exempt.items())),
        suggestions=tuple(text for table in ordered for text in suggest(table, masks[table.id], policy)),
        relaxed=tuple(sorted(relaxed)),
        zeros=tuple(zeros),
    )


def _primary(table: CountTable, policy: Policy) -> tuple[int, ...]:
    return tuple(i for i, cell in enumerate(table.cells) if policy.is_primary(cell))


def _same_days(one: CountTable, other: CountTable) -> bool:
    return not (one.period and other.period) or (
        one.period[0] <= other.period[1] and other.period[0] <= one.period[1]
    )


def _mask(table: CountTable, hidden: set[tuple[str, int]]) -> tuple[bool, ...]:
    """A count that the source itself suppressed stays hidden."""
    return tuple(cell.value is None or (table.id, i) in hidden for i, cell in enumerate(table.cells))
