"""Crossing only what is combined must lose nothing against crossing everything."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from tests.disclosure.people import table_of
from ujo_lib.disclosure import system
from ujo_lib.disclosure.audit import audit
from ujo_lib.disclosure.audit.facts import among_three
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.system import Row, _triangles, build, components
from ujo_lib.disclosure.tables import (
    NO,
    PERIOD,
    YES,
    Cell,
    CountTable,
    Policy,
    PublicFigure,
    TableError,
)


def rows_of(*tables: CountTable) -> list[Row]:
    return [Row(t.region(i), c.value or 0, c.value or 0) for t in tables for i, c in enumerate(t.cells)]


def people(seed: int, n: int, **sizes: int) -> dict[str, list[str]]:
    rng = np.random.default_rng(seed)
    return {v: [f"{v}{i}" for i in rng.integers(0, size, n)] for v, size in sizes.items()}


def test_a_chain_of_tables_needs_far_fewer_atoms_than_the_full_cross() -> None:
    who = people(1, 80, a=4, b=5, c=6, d=7)
    tables = [table_of(f"{x}{y}", who, [x, y]) for x, y in ("ab", "bc", "cd")]
    system = build(rows_of(*tables))
    assert system.A.shape[1] == 4 * 5 + 5 * 6 + 6 * 7
    assert system.relaxed == ()


def test_a_ring_of_tables_is_closed_before_it_is_crossed() -> None:
    who = people(2, 60, a=3, b=3, c=3, d=3)
    tables = [table_of(x + y, who, [x, y]) for x, y in ("ab", "bc", "cd", "da")]
    system = build(rows_of(*tables))
    assert system.A.shape[1] == 27 + 27


def pairs_of_tags(count: int) -> CountTable:
    rng = np.random.default_rng(3)
    ticked = rng.random((200, count)) < 0.2
    pairs = combinations(range(count), 2)
    cells = [
        Cell((f"t{i:02d}", f"t{j:02d}"), "n", int((ticked[:, i] & ticked[:, j]).sum())) for i, j in pairs
    ]
    cells += [Cell((f"t{i:02d}", "総数"), "n", int(ticked[:, i].sum())) for i in range(count)]
    cells.append(Cell(("総数", "総数"), "n", 200))
    return CountTable("pairs", "c", {"x": "tag", "y": "tag"}, ("n",), tuple(cells), multiple=("tag",))


def test_twenty_two_tags_do_not_make_four_million_atoms() -> None:
    system = build(rows_of(pairs_of_tags(22)))
    cuts = system.A.shape[1] - 4 * 231  # an atom for the room that each inequality leaves; there are 6,160
    assert 0 < cuts < 6160
    assert system.A[:, -cuts:].nnz == 0
    assert len(system.relaxed) == 22


def test_plan_and_audit_say_where_they_could_not_cross_everything() -> None:
    table = pairs_of_tags(15)
    made = plan([table], Policy())
    assert len(made.relaxed) == 15
    report = audit([table], made.hidden, Policy())
    assert report.ok
    assert len(report.approximate) == 15


KINDS = np.array(list(product([False, True], repeat=4)))
"""Everybody by four themes."""

GROUPS = {
    # 20 of a's 30 have b, 14 have c: at least 4 have both; 17 of b's 21 have d, of whom none has c: at most 4
    "a hub": {"abc": 4, "abd": 16, "ac": 10, "bd": 1, "d": 13, "": 80},
    # everybody has a, b or c, which counts 4 too many; c has 14, of whom 10 have d, and nobody both b and d
    "nobody without": {"a": 40, "bc": 4, "b": 20, "cd": 10, "ad": 9},
}


def pairs_of(groups: Mapping[str, int]) -> CountTable:
    """Four themes a, b, c, d and their pairs, by how many people have exactly these."""

    def having(themes: str) -> int:
        return sum(n for group, n in groups.items() if set(themes) <= set(group))

    cells = [Cell(pair, "n", having("".join(pair))) for pair in combinations("abcd", 2)]
    cells += [Cell((one, "総数"), "n", having(one)) for one in "abcd"]
    cells.append(Cell(("総数", "総数"), "n", having("")))
    return CountTable("pairs", "c", {"x": "tag", "y": "tag"}, ("n",), tuple(cells), multiple=("tag",))


def placed(table: CountTable, hidden: Sequence[bool]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Least and greatest value of every hidden small count over all sixteen kinds of people, by another programme."""
    rows = np.array([
        np.all([KINDS[:, "abcd".index(label)] for label in cell.labels if label != "総数"] or [[True] * 16], axis=0)
        for cell in table.cells
    ], float)  # fmt: skip
    true = np.array([cell.value for cell in table.cells], float)
    gone = np.array(hidden)
    rule = LinearConstraint(rows, np.where(gone, np.minimum(true, 1), true), np.where(gone, np.inf, true))
    ends = {}
    for row, cell in ((rows[i], table.cells[i]) for i in np.flatnonzero(gone & (true < 5))):
        both = [milp(sign * row, constraints=rule, integrality=np.ones(16)) for sign in (1, -1)]
        ends[cell.labels] = round(both[0].fun), round(-both[1].fun)
    return ends


@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize(("room", "held"), [(-1, False), (0, True), (50, True)])
def test_themes_told_apart_in_pairs_give_no_small_pair_back(
    monkeypatch: pytest.MonkeyPatch, groups: Mapping[str, int], room: int, held: bool
) -> None:
    """Where the cross is too large, plan and audit know what three themes cannot help; without it both let go."""
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", 4)
    monkeypatch.setattr("ujo_lib.disclosure.audit.people._CROSS_LIMIT", 4)
    monkeypatch.setattr("ujo_lib.disclosure.system.NEAR", room)
    monkeypatch.setattr("ujo_lib.disclosure.audit.facts._ROOM", room)
    table, policy = pairs_of(groups), Policy(threshold=5, required_width=3)
    only = tuple(cell.value == 4 for cell in table.cells)
    assert placed(table, only) == {("b", "c"): (4, 4)}
    assert audit([table], {"pairs": only}, policy).ok is not held
    made = plan([table], policy)
    assert made.relaxed
    assert audit([table], made.hidden, policy).ok
    low, high = placed(table, made.mask("pairs"))["b", "c"]
    assert (high - max(low, 1) >= policy.required_width) is held


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_table_of_blocks_does_not_part_two_that_know_the_hours(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Where the cross is too large, the largest table linked all others, and in no more than its own categories."""
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", 20)
    rng = np.random.default_rng(seed)
    who = {
        "weekday": rng.choice(list("日月火水"), 150).tolist(),
        "hour": rng.choice(list("012345"), 150, p=[0.4, 0.3, 0.04, 0.16, 0.05, 0.05]).tolist(),
        "status": rng.choice(["応答", "応答なし"], 150, p=[0.8, 0.2]).tolist(),
        "kind": rng.choice(list("abc"), 150).tolist(),
        "length": rng.choice(["あり", "なし"], 150, p=[0.7, 0.3]).tolist(),
    }
    blocks = {"hour": {"早": ("0", "1", "2"), "遅": ("3", "4", "5")}}
    tables = [
        table_of("weekday_hours", who, ["hour", "weekday"]),
        table_of("hours", who, ["hour"]),
        table_of("missed", who, ["hour", "kind", "status"], recode=blocks),
        table_of("talks", who, ["hour", "length"], recode=blocks),
    ]
    policy = Policy(threshold=5, required_width=3)
    made = plan(tables, policy)
    assert made.relaxed
    assert audit(tables, made.hidden, policy).ok


@pytest.mark.parametrize("missing", ["", "a", "ab", None])
def test_plan_and_audit_know_the_same_of_three_themes_and_nothing_of_counts_that_do_not_stand(
    missing: str | None,
) -> None:
    """Each has its own code for it; `missing` is a count that no table has, None where all stand."""
    counts = {
        tuple((theme, frozenset({YES})) for theme in themes): n
        for size, n in enumerate((9, 3, 1))
        for themes in combinations("abc", size)
        if "".join(themes) != missing
    }
    rows = [Row(region, n, n) for region, n in counts.items()]
    planned = {frozenset((sign, rows[i].region) for i, sign in rule) for rule in _triangles(rows)}
    assert planned == {frozenset(rule.parts) for rule in among_three(counts)}
    assert len(planned) == {None: 4, "": 3, "a": 2, "ab": 0}[missing]


KINDS_LEFT = 1 + 4 + 3  # nobody, one theme, or two of which somebody has both: {ab, bc, bd} are shared
"""Kinds of people whom the zeros of `LINKED` leave, of sixteen: three themes at once always hold a pair of nobody's."""

LINKED = {"ab": 9, "bc": 3, "bd": 12, "a": 30, "c": 20, "d": 25, "": 60}


@pytest.mark.parametrize(("limit", "exact"), [(KINDS_LEFT - 1, False), (KINDS_LEFT, True), (15, True)])
def test_printed_zeros_make_a_cross_small_enough(
    monkeypatch: pytest.MonkeyPatch, limit: int, exact: bool
) -> None:
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", limit)
    monkeypatch.setattr("ujo_lib.disclosure.audit.people._CROSS_LIMIT", limit)
    table, policy = pairs_of(LINKED), Policy(threshold=5, required_width=3)
    zeros = [i for i, cell in enumerate(table.cells) if cell.value == 0]
    assert build(rows_of(table), zeros).zeros == (tuple(zeros) if exact else ())
    made = plan([table], policy)
    report = audit([table], made.hidden, policy)
    assert (made.relaxed == (), report.approximate == ()) == (exact, exact)
    assert report.ok
    low, high = placed(table, made.mask("pairs"))["b", "c"]
    assert (high - low >= policy.required_width) is exact


def test_a_cross_that_is_small_enough_keeps_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", 16)
    table = pairs_of(LINKED)
    system = build(rows_of(table), [i for i, cell in enumerate(table.cells) if cell.value == 0])
    assert (system.A.shape[1], system.zeros, system.relaxed) == (16, (), ())


def test_a_zero_is_hidden_where_nothing_else_protects_its_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 and 0 share 24 with 20 that everybody knows: only an x at the 0 leaves 1 to 4."""
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", 2)
    monkeypatch.setattr("ujo_lib.disclosure.audit.people._CROSS_LIMIT", 2)
    values = {"少": 4, "無": 0, "多": 20, "総数": 24}
    cells = tuple(Cell((label,), "n", n) for label, n in values.items())
    table = CountTable("t", "c", {"v": "v"}, ("n",), cells)
    known = [PublicFigure("c", where, n, n, "統計書") for where, n in (({"v": ("多",)}, 20), ({}, 24))]
    made = plan([table], Policy(threshold=5, required_width=3), known)
    assert made.mask("t")[:2] == (True, True)
    assert audit([table], made.hidden, Policy(threshold=5, required_width=3), known).ok


def test_people_outside_every_category_are_assumed_only_when_the_totals_ask_for_them() -> None:
    whole = table_of("t", {"a": ["x"] * 6 + ["y"] * 4}, ["a"])
    assert build(rows_of(whole)).A.shape[1] == 2
    short = CountTable("t", "cases", {"a": "a"}, ("n",), (*whole.cells[:2], Cell(("総数",), "n", 12)))
    assert build(rows_of(short)).A.shape[1] == 3


def test_an_option_has_people_who_did_not_tick_it() -> None:
    table = CountTable("t", "cases", {"a": "a"}, ("n",), (Cell(("x",), "n", 3),), multiple=("a",))
    assert table.region(0) == (("a=x", frozenset({YES})),)
    assert NO not in table.region(0)[0][1]
    assert build(rows_of(table)).A.shape[1] == 2


def test_counts_that_no_population_can_have_are_named() -> None:
    wrong = CountTable("t", "cases", {"a": "a"}, ("n",), (Cell(("x",), "n", 9), Cell(("総数",), "n", 5)))
    with pytest.raises(TableError, match="両立しない"):
        build(rows_of(wrong))


def test_tables_without_a_common_variable_are_solved_apart() -> None:
    who = people(4, 50, a=3, b=3)
    parts = components(rows_of(table_of("a", who, ["a"]), table_of("b", who, ["b"])))
    assert [len(part) for part in parts] == [5, 5]  # three categories and the two grand totals


@pytest.mark.parametrize(("limit", "exact"), [(2, False), (3, True), (4, True)])
def test_a_zero_over_all_variables_of_one_table_thins_that_table_alone(
    monkeypatch: pytest.MonkeyPatch, limit: int, exact: bool
) -> None:
    """a × b and b × c each have four kinds of people and one empty cell."""
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", limit)
    people = {"a": ["a1", "a2", "a2"], "b": ["b2", "b1", "b2"], "c": ["c1", "c1", "c1"]}
    more = {"a": ["a1", "a2"], "b": ["b2", "b1"], "c": ["c1", "c2"]}
    who = {v: people[v] + more[v] for v in people}
    rows = rows_of(table_of("ab", who, ["a", "b"]), table_of("bc", who, ["b", "c"]))
    zeros = [i for i, row in enumerate(rows) if row.high == 0]
    assert [dict(rows[i].region).keys() for i in zeros] == [{"a", "b"}, {"b", "c"}]
    system = build(rows, zeros)
    assert (system.relaxed == (), system.zeros) == (exact, tuple(zeros) if limit == 3 else ())
    assert system.A.shape[1] == (6 if limit == 3 else 8)


@pytest.mark.parametrize(
    ("counts", "named"),
    [([("x", 9), ("", 5), ("", 5)], "a=x の 9 が"), ([("x", 9), ("x", 9), ("", 5)], "全体 の 5 が")],
)
def test_of_counts_that_do_not_agree_the_one_that_has_to_bend_most_is_named(counts, named):
    """Said twice by others, a count bends at twice the price."""
    rows = [Row((("a", frozenset({label})),) if label else (), n, n) for label, n in counts]
    with pytest.raises(TableError, match=named):
        build(rows)


def test_groups_are_linked_through_others_and_everybody_belongs_to_each():
    def row(*variables: str) -> Row:
        return Row(tuple((v, frozenset({"x"})) for v in variables), 1, 1)

    assert components([row("a", "b"), row("c", "d"), row(), row("e"), row("b", "c")]) == [
        [0, 1, 2, 4],
        [2, 3],
    ]
    assert components([row(), row()]) == [[0, 1]]
    assert components([]) == [[]]


@pytest.mark.parametrize(("whole", "atoms"), [(9, 2), (10, 2), (11, 3), (12, 3)])
def test_others_are_supposed_from_the_first_person_whom_no_category_holds(whole, atoms):
    """Ten in two categories; a whole known as `whole` at least."""
    one = [Row((("a", frozenset({label})),), 5, 5) for label in "xy"]
    assert build([*one, Row((), whole, max(whole, 10))]).A.shape[1] == atoms


@pytest.mark.parametrize(
    ("of_b", "of_c", "with_rest"),
    [(9, 10, "b"), (10, 10, ""), (11, 10, "ac"), (10, 9, "c"), (9, 9, "bc"), (10, 11, "ab"), (9, 11, "ab")],
)
def test_without_a_total_those_are_supposed_to_have_others_whose_parts_are_too_few(
    of_b: int, of_c: int, with_rest: str
) -> None:
    """Ten in two categories of a, the same people by b and by c: who is more than another shows its others."""
    parts = {"a1": 5, "a2": 5, "b1": 4, "b2": of_b - 4, "c1": 3, "c2": of_c - 3}
    rows = [Row(((name[0], frozenset({name})),), n, n) for name, n in parts.items()]
    made = build(rows)
    assert made.A.shape == (6, 6 + len(with_rest))
    atoms = dict.fromkeys("abc", 2) | dict.fromkeys(with_rest, 3)
    assert [made.A[i].nonzero()[1].tolist() for i in range(6)] == [
        [sum(list(atoms.values())[:at]) + n] for at in range(3) for n in range(2)
    ]


@pytest.mark.parametrize(
    ("parts", "left", "total"),
    [
        ({"x": 1, "y": 2, "z": 4}, "", 7),
        ({"xy": 3, "z": 4}, "", 7),
        ({"x": 1, "yz": 6, "xy": 9}, "", 7),  # of parts that overlap the smaller
        ({"x": 1, "y": 2}, "z", 3),
        ({"xyz": 8}, "", 8),
    ],
)
def test_parts_add_up_and_whom_they_leave_out_is_known(parts, left, total):
    named = {frozenset(atoms): n for atoms, n in parts.items()}
    assert system.covered(named, "xyz") == (set(left), total)


@pytest.mark.parametrize(
    ("parts", "short"),
    [
        ({"男": 6, "女": 4}, False),
        ({"男": 6, "女": 3}, True),
        ({"男": 6}, False),  # of the women nothing is told: whoever is no man may be one
    ],
)
def test_only_parts_that_are_all_told_can_leave_somebody_of_no_category(parts, short):
    told = [Row((("sex", frozenset({sex})),), n, n) for sex, n in parts.items()]
    old_women = Row((("age", frozenset({"70歳以上"})), ("sex", frozenset({"女"}))), 1, 1)
    assert ("sex" in system._variables_with_rest([Row((), 10, 10), *told, old_women])) == short


@pytest.mark.parametrize(
    ("first", "second", "common"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]),
        ([0, 0, 1, 2], [0, 1, 1, 2], [0, 0, 0, 1]),  # a chain of two likenesses
        ([0, 1, 2, 3], [0, 1, 1, 0], [0, 1, 1, 0]),
        ([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0]),
    ],
)
def test_two_numberings_have_in_common_what_neither_makes_one(first, second, common):
    assert system._common(np.array(first), np.array(second)).tolist() == common


def test_cliques_that_share_variables_are_linked_from_the_one_that_tells_most_apart_of_them():
    cliques = [("a", "b"), ("b", "c"), ("a", "c"), ("b", "d")]
    names = [{v: np.arange(2) for v in clique} for clique in cliques]
    assert system._hubs(cliques, names) == [(0, 1), (0, 2), (0, 3), (1, 2)]  # by b and a, by nothing, and c
    finer = [*names[:3], {"b": np.arange(3), "d": np.arange(2)}]
    assert system._hubs(cliques, finer) == [(0, 1), (0, 2), (0, 3), (1, 2), (3, 0), (3, 1)]
    assert system._spanning([("a", "b", "c"), ("c", "d"), ("b", "c", "e")]) == [(0, 2), (0, 1)]
    assert system._maximal([frozenset("ab"), frozenset("b"), frozenset("ab"), frozenset("cd")]) == [
        ("a", "b"),
        ("c", "d"),
    ]
    assert system._maximal([]) == [()]


@pytest.mark.parametrize(("most", "kinds"), [(3, None), (4, 4), (5, 4)])
def test_a_cross_is_given_up_beyond_the_kinds_that_are_allowed(most, kinds):
    crossed = system._Clique.of(("a", "b"), {"a": 2, "b": 2}, most=most)
    assert (crossed and len(crossed.kinds)) == kinds
    left = system._Clique.of(("a", "b"), {"a": 2, "b": 2}, [{"a": {0}, "b": {1}}, {"c": {0}}, {}], 3)
    assert left is not None
    assert left.kinds.tolist() == [[0, 0], [1, 0], [1, 1]]


def test_people_of_other_days_are_supposed_only_beside_a_count_that_names_none() -> None:
    parts = [Row(((PERIOD, frozenset({name})),), n, n) for name, n in (("a", 3), ("b", 4))]
    assert system._variables_with_rest(parts) == set()
    assert system._variables_with_rest([*parts, Row((), 7, 7)]) == {PERIOD}
    assert build(parts).A.shape == (2, 2)


@pytest.mark.parametrize(
    ("first", "second", "hub"), [((2, 5), (3, 3), 0), ((3, 3), (1, 8), 0), ((1, 8), (3, 3), 1)]
)
def test_the_hub_is_the_clique_with_the_most_kinds_of_people_not_with_the_most_categories(
    first, second, hub
) -> None:
    names = [{v: np.arange(size) for v, size in zip("ab", sizes, strict=True)} for sizes in (first, second)]
    assert system._hubs([("a", "b", "c"), ("a", "b", "d")], names) == [(hub, 1 - hub)]


@pytest.mark.parametrize("sizes", [(2,), (2, 3)])
def test_cliques_agree_in_one_row_for_each_combination_of_what_they_share(sizes: tuple[int, ...]) -> None:
    shared = dict(zip("bc", sizes, strict=False))
    who = {v: [f"{v}{at % size}" for at in range(12)] for v, size in {"a": 2, **shared, "d": 2}.items()}
    made = build(rows_of(table_of("one", who, ["a", *shared]), table_of("two", who, [*shared, "d"])))
    assert made.E.shape == (np.prod(sizes), 4 * np.prod(sizes))
    assert abs(made.E).sum(axis=1).tolist() == [[4]] * int(np.prod(sizes))


def test_a_variable_of_one_category_is_no_reason_to_give_up_another_and_is_not_given_up(monkeypatch) -> None:
    monkeypatch.setattr("ujo_lib.disclosure.system.MAX_ATOMS", 3)
    who = {"a": ["a1", "a2"] * 4, "b": ["b1", "b1", "b2", "b2"] * 2, "c": ["c1"] * 8}
    assert build(rows_of(table_of("abc", who, ["a", "b", "c"]))).relaxed == ("a", "b")
