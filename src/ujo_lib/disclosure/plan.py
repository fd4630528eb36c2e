"""Which cells stay hidden, decided once and jointly for every published table."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ujo_lib.disclosure.tables import CountTable, PastRelease, Policy, PublicFigure


@dataclass(frozen=True)
class Plan:
    """Which cells of which tables stay hidden.

    Attributes:
        hidden: table id → one flag per cell, in the order of `CountTable.cells`.
        primary: table id → positions of cells hidden on their own account. Kept inside the city; pages use
            one symbol for every hidden cell.
        exemptions: (table id, reason) of tables printed in full.
        suggestions: Japanese sentences, one for each table of which more than half would vanish.
    """

    hidden: Mapping[str, tuple[bool, ...]]
    primary: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    exemptions: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[str, ...] = ()

    def mask(self, table_id: str) -> tuple[bool, ...]:
        """Flags of one table; a table the plan does not know raises KeyError."""
        return self.hidden[table_id]

    def to_json(self) -> str:
        """The plan as text; equal plans give equal bytes."""
        content = {
            "hidden": {
                name: [i for i, flag in enumerate(flags) if flag] for name, flags in self.hidden.items()
            },
            "cells": {name: len(flags) for name, flags in self.hidden.items()},
            "primary": {name: list(found) for name, found in self.primary.items()},
            "exemptions": [list(pair) for pair in self.exemptions],
            "suggestions": list(self.suggestions),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Read what `to_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        return cls(
            hidden={n: _flags(content["hidden"][n], size) for n, size in content["cells"].items()},
            primary={name: tuple(found) for name, found in content["primary"].items()},
            exemptions=tuple((name, reason) for name, reason in content["exemptions"]),
            suggestions=tuple(content["suggestions"]),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the whole plan."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def mask_digest(self, table_ids: Iterable[str]) -> str:
        """SHA-256 of what the plan means for some tables: a page is made anew only when its own tables change."""
        wanted = sorted(set(table_ids))
        reasons = dict(self.exemptions)
        content = [[name, [int(flag) for flag in self.hidden[name]], reasons.get(name)] for name in wanted]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


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
        previous: tables of earlier releases as they were published.
    """
    ordered = sorted(tables, key=lambda table: table.id)
    exemptions = {
        table.id: rule.reason
        for table in ordered
        for rule in reversed(policy.exemptions)
        if rule.covers(table)
    }
    primary = {
        table.id: tuple(
            i for i, cell in enumerate(table.cells) if table.id not in exemptions and policy.is_primary(cell)
        )
        for table in ordered
    }
    return Plan(
        hidden={table.id: _flags(primary[table.id], len(table.cells)) for table in ordered},
        primary=primary,
        exemptions=tuple(sorted(exemptions.items())),
    )


def _flags(positions: Sequence[int], size: int) -> tuple[bool, ...]:
    found = set(positions)
    return tuple(i in found for i in range(size))
