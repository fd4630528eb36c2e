"""Which variables are crossed."""

import itertools

import numpy as np
import pytest

from ujo_lib.disclosure.audit import people as people_room
from ujo_lib.disclosure.audit.people import People, _blocks, _both
from ujo_lib.disclosure.tables import PERIOD, YES, Region


@pytest.mark.parametrize(
    ("scopes", "blocks"),
    [
        ([], [()]),
        (["a", "b"], [("a",), ("b",)]),
        (["ab", "bc"], [("a", "b"), ("b", "c")]),
        (["ab", "ac", "ad"], [("a", "b"), ("a", "c"), ("a", "d")]),
        (["ab", "bc", "ca"], [("a", "b", "c")]),
        (["ab", "bc", "cd", "da", "de"], [("a", "b", "c", "d"), ("d", "e")]),
    ],
)
def test_variables_are_crossed_that_no_single_variable_parts(scopes, blocks):
    """The blocks of a graph between its articulation points; a ring has none."""
    assert _blocks([frozenset(scope) for scope in scopes]) == blocks


@pytest.mark.parametrize(("limit", "size", "variables"), [(11, 23, "abc"), (12, 21, ""), (13, 21, "")])
def test_where_not_all_can_be_crossed_a_block_tells_apart_what_its_own_counts_tell_apart(
    limit: int, size: int, variables: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: a ring of a, b and c, and d beside a; each has a category that no count names.

    Whole: 3 · 2 · 2 kinds of the ring and 3 · 3 beside it. Apart: a and b 2 · 2 (the two of a are counted together),
    b and c 2 · 2, c and a 2 · 3, and 3 · 3 beside.
    """

    def of(**chosen: str) -> Region:
        return tuple((v, frozenset(atoms)) for v, atoms in sorted(chosen.items()))

    monkeypatch.setattr(people_room, "_CROSS_LIMIT", limit)
    people = People([of(a="12", b="1"), of(b="1", c="1"), of(a="1", c="1"), of(a="1", d="12")])
    assert (people.size, people.approximate) == (size, set(variables))


@pytest.mark.parametrize("limit", [4, 5, 6, 7, 8])
@pytest.mark.parametrize(
    ("nobody", "left"),
    [
        ([], 8),
        ([{"a": "1", "b": "1"}], 6),
        ([{"a": "1", "b": "1"}, {"b": "1", "c": "1"}], 5),
        ([{"a": "1", "b": "1", "c": "1"}], 7),
        ([{"c": "1"}], 4),
        ([{}, {"d": "1"}, {"a": "1", "d": "1"}], 8),  # of others, and of no kind at all
    ],
)
def test_a_cross_that_is_too_large_goes_without_kinds_that_nobody_is_of(
    nobody: list[dict[str, str]], left: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ring of three traits, which a person has or has not: kind by kind."""
    monkeypatch.setattr(people_room, "_CROSS_LIMIT", limit)
    counted = [known(a="1", b="1"), known(b="1", c="1"), known(a="1", c="1")]
    people = People(counted, [known(**one) for one in nobody])
    assert people.thinned == (left <= limit < 8)
    assert people.approximate == (set("abc") if limit < min(left, 8) else set())
    if people.thinned:
        kinds = [dict(zip("abc", kind, strict=True)) for kind in itertools.product("10", repeat=3)]
        kinds = [kind for kind in kinds if not any(one and one.items() <= kind.items() for one in nobody)]
        assert people.size == len(kinds) == left
        for region in counted:
            inside = [all(kind[v] in chosen for v, chosen in region) for kind in kinds]
            assert len(people.columns(region)) == sum(inside)


def known(**chosen: str) -> Region:
    return tuple(sorted(({"period": PERIOD}.get(v, v), frozenset([atom])) for v, atom in chosen.items()))


@pytest.mark.parametrize(
    ("regions", "doubtful"),
    [
        ([known(sex="男性"), known(sex="女性")], ["sex"]),
        ([known(sex="男性"), known(topic=YES)], ["sex"]),  # of an option, who did not choose it is the rest
        ([known(sex="男性"), known(topic="家族")], ["sex", "topic"]),
        ([known(sex="男性", period="春"), known(sex="男性", period="夏")], ["sex", PERIOD]),
        ([known(sex="男性", period="春"), known(sex="男性")], ["sex"]),  # a whole year holds other days
    ],
)
def test_a_category_that_no_table_names_is_doubtful_but_of_options_and_of_parts_of_a_whole(
    regions, doubtful
) -> None:
    assert sorted(People(regions).doubtful(regions)) == sorted(doubtful)


@pytest.mark.parametrize(
    ("limit", "scopes", "size", "rank"),
    [
        (99, [""], 1, 0),  # everybody alike
        (99, ["a1", "b1"], 3 + 3, 1),  # how many there are
        (99, ["a1b1", "b1c1"], 9 + 9, 3),
        (99, ["a1b1", "a1c1", "a1d1"], 9 + 9 + 9, 3 + 3),
        (26, ["a1b1", "b1c1", "c1a1"], 9 + 9 + 9, 3 + 3 + 3 - 1),  # of the three, all agree if two pairs do
        (27, ["a1b1", "b1c1", "c1a1"], 27, 0),
        (26, ["a1b1", "b*c1", "c1a1"], 9 + 6 + 9, 2 + 3 + 3 - 1),  # who has b at all
        (26, ["a1b1c1"], 27, 0),  # counted together, they are crossed all the same
        (26, ["a1b1c1", "b1c1d1"], 27 + 27, 3 * 3),
        (26, ["a1b1c1", "b*c1d1"], 27 + 2 * 3 * 2, 2 * 3),
        (26, ["a1b1", "b1c1", "c1d1", "d1a1", "a1e1"], 5 * 9, 3 + 3 + 3 + 3 - 1 + 3),
    ],
)
def test_however_they_are_crossed_counts_are_those_of_the_people_and_blocks_agree_on_what_they_share(
    limit: int, scopes: list[str], size: int, rank: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty people of known traits are put where they belong; each trait has two names and a category without one."""
    monkeypatch.setattr(people_room, "_CROSS_LIMIT", limit)
    named = {"1": frozenset("1"), "2": frozenset("2"), "*": frozenset("12")}
    regions = [
        tuple(sorted((v, named[by]) for v, by in zip(one[::2], one[1::2], strict=True))) for one in scopes
    ]
    regions += [
        tuple((v, named["2"]) for v, _ in region)
        for region, one in zip(regions, scopes, strict=True)
        if "*" not in one
    ]
    people = People(regions)
    them = np.random.default_rng(1).integers(3, size=(60, 5))
    of = {v: them[:, i] for i, v in enumerate("abcde")}
    own = [
        {v: block.names[v][np.minimum(of[v], len(block.names[v]) - 1)] for v in block.variables}
        for block in people._blocks
    ]
    held = [
        np.all([block.numbers[v] == at[v][:, None] for v in at] or [np.ones((60, 1), dtype=bool)], axis=0)
        for block, at in zip(people._blocks, own, strict=True)
    ]
    assert all((one.sum(axis=1) == 1).all() for one in held)  # everybody has one place in each block
    counts = np.concatenate([one.sum(axis=0) for one in held])
    for region in regions:
        inside = [np.isin(of[v], [int(atom) - 1 for atom in chosen]) for v, chosen in region]
        assert counts[people.columns(region)].sum() == np.logical_and.reduce([np.ones(60), *inside]).sum()
    assert not (people.joints @ counts).any()
    assert (people.size, np.linalg.matrix_rank(people.joints.toarray())) == (size, rank)


@pytest.mark.parametrize(("named", "whole"), [((19, 24, 39), True), ((2, 58, 112), False)])
def test_twenty_thousand_kinds_are_crossed_and_one_more_are_not(named, whole) -> None:
    """20 · 25 · 40 = 20,000 and 3 · 59 · 113 = 20,001, with a category of each that has no name."""
    region = tuple((v, frozenset(map(str, range(n)))) for v, n in zip("abc", named, strict=True))
    assert (People([region]).approximate == set()) is whole


def test_two_blocks_meet_in_the_categories_that_both_tell_apart():
    """The first tells all four apart, the second two pairs; a third merges the pairs into one chain."""
    four, pairs = np.array([0, 1, 2, 3]), np.array([0, 0, 1, 1])
    for one, other in ((four, pairs), (pairs, four)):
        found = _both(one, other)
        assert [found[0] == found[1], found[1] == found[2], found[2] == found[3]] == [True, False, True]
    chained = _both(np.array([0, 1, 1, 2]), pairs)
    assert len(set(chained.tolist())) == 1


def test_the_unnamed_category_of_a_variable_is_its_last_and_of_one_that_a_block_lacks_nobody_s() -> None:
    people = People([known(a="1", b="1"), known(c="1"), known(c="2")])  # four kinds, and three beside
    for v in "ab":
        named = people.columns(known(**{v: "1"}))
        assert people.unnamed(v).tolist() == [at < 4 and at not in named for at in range(7)]
    assert people.unnamed("c").tolist() == [False] * 6 + [True]


def test_who_does_not_exist_among_all_does_not_among_people_told_apart_by_the_same_categories() -> None:
    x, y, z = ((("v", frozenset({name})),) for name in "xyz")
    known = People([x, y])
    for nobody, regions, expected in (
        (known.unnamed("v"), [x, y], [False, False, True]),
        (known.unnamed("v"), [x], [False] * 2),  # y has no name there
        (known.unnamed("v"), [x, y, z], [False] * 4),
        (np.zeros(3, dtype=bool), [x, y], [False] * 3),
    ):
        known.nobody = nobody
        assert known.nobody_among(People(regions)).tolist() == expected
