"""What is left of a region when another is taken from it."""

import pytest

from ujo_lib.disclosure.audit.regions import subtract
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
