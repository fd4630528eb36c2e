"""What is left of a region when another is taken from it."""

import random
from itertools import permutations

import pytest

from ujo_lib.disclosure.audit.regions import atoms_of, differences, made_of, rests, subtract
from ujo_lib.disclosure.tables import Region


@pytest.mark.parametrize(
    ("whole", "part", "left"),
    [
        ({}, {"月": "4"}, "5他"),
        ({"月": "45"}, {"月": "4"}, "5"),
        ({"月": "45"}, {"月": "45"}, None),
        ({"月": "4"}, {"月": "45"}, None),
        ({"月": "4"}, {"月": "5"}, None),
        ({"年": "1"}, {"年": "1", "月": "4"}, "5他"),
        ({"月": "45", "年": "1"}, {"月": "4", "年": "2"}, None),
        ({}, {"年": "1"}, None),
        ({}, {"月": "45他"}, None),  # all of them, named one by one: nobody is left
    ],
)
def test_one_region_is_subtracted_from_another_only_when_it_lies_within_and_one_variable_parts_them(
    whole: dict[str, str], part: dict[str, str], left: str | None
) -> None:
    outer, inner = (tuple(sorted((v, frozenset(atoms)) for v, atoms in one.items())) for one in (whole, part))
    found = subtract(outer, inner, frozenset({"月"}), {"月": frozenset("45他"), "年": frozenset("12")})
    if left is None:
        assert found is None
    else:
        assert found == ("月", tuple(sorted((dict(outer) | {"月": frozenset(left)}).items())))


def test_what_is_left_of_a_region_names_its_variables_in_order_whichever_was_added() -> None:
    whole: Region = (("性", frozenset({"男"})),)
    part: Region = (("区", frozenset({"甲"})), *whole)
    everything = {"区": frozenset({"甲", "乙"}), "性": frozenset({"男", "女"})}
    assert subtract(whole, part, frozenset({"区"}), everything) == ("区", (("区", frozenset({"乙"})), *whole))
    later = (
        (("性", frozenset({"男"})), ("齢", frozenset({"若"}))),
        {"性": everything["性"], "齢": frozenset("若老")},
    )
    assert subtract(whole, later[0], frozenset({"齢"}), later[1]) == ("齢", (*whole, ("齢", frozenset("老"))))


@pytest.mark.parametrize(
    ("whole", "part", "framed", "found"),
    [
        ({}, {"月": "4", "区": "1"}, "月区", True),
        ({}, {"月": "4", "区": "1"}, "月", False),  # the other is a category that a cell names
        ({"区": "1"}, {"月": "4", "区": "1"}, "月区", False),  # one variable alone parts them
        ({"区": "12"}, {"月": "4", "区": "1"}, "月区", True),
        ({"区": "2"}, {"月": "4", "区": "1", "齢": "1"}, "月区齢", False),
        ({"区": "1", "月": "4"}, {"区": "1", "月": "4"}, "月区", False),
        ({"月": "4", "性": "男"}, {"月": "4", "区": "1", "齢": "1"}, "月区齢", False),
    ],
)
def test_a_region_is_taken_from_another_that_several_frame_variables_part_from_it(
    whole: dict[str, str], part: dict[str, str], framed: str, found: bool
) -> None:
    outer, inner = (tuple(sorted((v, frozenset(atoms)) for v, atoms in one.items())) for one in (whole, part))
    frames = {region: frozenset(framed) & {v for v, _ in region} for region in (outer, inner)}
    assert ((outer, inner) in {*rests(frames)}) is found


@pytest.mark.parametrize("seed", range(5))
def test_no_region_that_lies_within_another_is_left_out_of_the_differences(seed: int) -> None:
    """Against every pair there is."""
    draw = random.Random(seed)
    frames: dict[Region, frozenset[str]] = {}
    for _ in range(60):
        named = sorted(draw.sample(["月", "区", "性", "齢"], draw.randint(0, 3)))
        region = tuple((v, frozenset(draw.sample("1234", draw.randint(1, 3)))) for v in named)
        frames[region] = frozenset(v for v in named if draw.random() < 0.6)
    every = atoms_of(frames)
    pairs = ((a, b, subtract(a, b, frames[a] | frames[b], every)) for a, b in permutations(frames, 2))
    expected = {(a, b, left) for a, b, left in pairs if left}
    found = list(differences(frames))
    assert len(found) == len(expected) > 10
    assert set(found) == expected


@pytest.mark.parametrize(
    ("months", "size", "made"),
    [
        ({"4": 3, "5": 2}, 5, True),
        ({"4": 3, "5": 2}, 4, False),
        ({"4": 3, "5": 2}, 6, False),
        ({"45": 5}, 5, True),
        ({"456": 5}, 5, False),  # others are among them
        ({"6": 5}, 5, False),
        ({}, 5, False),
        ({}, 0, True),
    ],
)
def test_a_difference_is_made_of_counts_that_stand_for_themselves_of_the_same_people_otherwise(
    months: dict[str, int], size: int, made: bool
) -> None:
    def of(atoms: str, **others: str) -> Region:
        parts = {"月": frozenset(atoms)} | {v: frozenset({a}) for v, a in others.items()}
        return tuple(sorted(parts.items()))

    counts = {of(atoms, 性="男"): n for atoms, n in months.items()}
    other = {of("45", 性="女"): size, of("45"): size, of("45", 性="男", 齢="若"): size}
    assert made_of(("月", of("45", 性="男")), size, counts | other) == made
