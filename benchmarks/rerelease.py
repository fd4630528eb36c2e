"""A year is signed, then its records change a little: is the second release refused when it must be, and only then?

Invented people in two to four linked tables, masked as `ujo release` masks them. Twenty corrections of a single person
(added, removed, recoded in each variable in turn) must be refused; twenty further releases of the same records
(identical, in another order, under other names, with a table less or more) must not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tests.disclosure.people import table_of
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.revision import same_records, small_changes
from ujo_lib.disclosure.tables import CountTable, PastRelease, Policy

YEAR = "fy2023"
SIZES = {"性別": 2, "年代": 6, "職業": 5}
EDITS = ("added", "removed", *SIZES)
HARMLESS = ("identical", "another order", "other names", "a table less", "a table more")
People = Mapping[str, np.ndarray]


def rereleases(pairs: int = 20, seed: int = 15) -> dict[str, str]:
    """How many of so many single-person corrections, and of so many harmless releases, are refused."""
    refused = sum(_refused(first, second) for first, second in _corrections(pairs, seed))
    false = sum(_refused(first, second) for first, second in _harmless(pairs, seed))
    return {"rerelease_refused": f"{refused} of {pairs}", "rerelease_false": f"{false} of {pairs}"}


def _refused(first: Sequence[CountTable], second: Sequence[CountTable]) -> bool:
    policy = Policy()
    masks = plan(first, policy).hidden
    signed = [PastRelease(table, masks[table.id], f"{YEAR}/first") for table in first]
    same, corrected = same_records(second, signed, YEAR)
    hidden = plan(second, policy, previous=same).hidden
    return bool(small_changes(second, hidden, policy, [], same, corrected))


def _corrections(pairs: int, seed: int) -> Iterator[tuple[list[CountTable], list[CountTable]]]:
    for number in range(pairs):
        rng = np.random.default_rng([seed, number])
        people = _people(rng)
        yield _tables(people, number), _tables(_edited(people, EDITS[number % len(EDITS)], rng), number)


def _harmless(pairs: int, seed: int) -> Iterator[tuple[list[CountTable], list[CountTable]]]:
    for number in range(pairs):
        tables = _tables(_people(np.random.default_rng([seed, number])), number)
        yield {
            "identical": (tables, tables),
            "another order": (tables, tables[::-1]),
            "other names": (tables, [replace(table, id=f"new_{table.id}") for table in tables]),
            "a table less": (tables, tables[:-1]),
            "a table more": (tables[:-1], tables),
        }[HARMLESS[number % len(HARMLESS)]]


def _people(rng: np.random.Generator) -> People:
    n = int(np.exp(rng.uniform(np.log(60), np.log(1500))))
    return {
        name: np.array([f"{name}{i}" for i in range(size)])[
            np.r_[np.arange(size), rng.choice(size, n, p=rng.dirichlet(np.full(size, 1.5)))][:n]
        ]
        for name, size in SIZES.items()
    }


def _edited(people: People, edit: str, rng: np.random.Generator) -> People:
    """The same people, one of them changed, who is not the first to show a category."""
    who = int(rng.integers(max(SIZES.values()), len(people["性別"])))
    if edit == "added":
        return {name: np.append(values, values[who]) for name, values in people.items()}
    if edit == "removed":
        return {name: np.delete(values, who) for name, values in people.items()}
    values = people[edit].copy()
    values[who] = rng.choice([other for other in sorted(set(values)) if other != values[who]])
    return {**people, edit: values}


def _tables(people: People, number: int) -> list[CountTable]:
    """The cross of sex and age and the occupations, and up to two more that vary from report to report."""
    halves = {"年代": {"若年": ("年代0", "年代1", "年代2"), "高年": ("年代3", "年代4", "年代5")}}
    return [
        table_of("cross", people, ["性別", "年代"]),
        table_of("occupation", people, ["職業"]),
        *([table_of("broad", people, ["年代", "職業"], recode=halves)] if number % 2 else []),
        *([table_of("women", people, ["職業"], where={"性別": ("性別1",)})] if number % 3 else []),
    ]
