"""Which variables are crossed."""

import pytest

from ujo_lib.disclosure.audit.people import _blocks


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
