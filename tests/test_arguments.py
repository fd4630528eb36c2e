"""No argument stands in the place of its neighbour: `dilution(prefecture_per_year, city_per_year)` runs, and lies."""

import ast
import re
from collections.abc import Iterator
from itertools import combinations

from tests.sources import cells, library


def _parameters() -> dict[str, list[str]]:
    """Function → its parameters, for names that mean the same ones wherever they stand."""
    found: dict[str, list[list[str]]] = {}
    for tree in library().values():
        for node in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
            names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
            found.setdefault(node.name, []).append(names[names[:1] in (["self"], ["cls"]) :])
    return {name: lists[0] for name, lists in found.items() if all(one == lists[0] for one in lists)}


def _words(name: str) -> set[str]:
    """What a name says; letters of formulas say nothing."""
    return {word for word in re.split(r"\W|_", name) if len(word) > 2}


def _pairs(trees: list[tuple[str, ast.Module]]) -> Iterator[tuple[int, int, str]]:
    """How many words two arguments of a call share with their own parameters, and with those of one another."""
    parameters = _parameters()
    for place, tree in trees:
        for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            given = [
                (parameter, argument)
                for parameter, argument in zip(parameters.get(name, ()), call.args, strict=False)
                if isinstance(argument, ast.Name | ast.Attribute)
            ]
            for (one, first), (other, second) in combinations(given, 2):
                if type(first) is type(second):
                    said = [
                        _words(argument.attr if isinstance(argument, ast.Attribute) else argument.id)
                        for argument in (first, second)
                    ]
                    own = len(_words(one) & said[0]) + len(_words(other) & said[1])
                    crossed = len(_words(one) & said[1]) + len(_words(other) & said[0])
                    yield own, crossed, f"{place}:{call.lineno} {ast.unparse(call)}"


def test_no_argument_stands_in_the_place_of_its_neighbour():
    pairs = [*_pairs(list(library().items())), *_pairs(cells())]
    assert [told for own, crossed, told in pairs if crossed > own] == []
    assert sum(own > crossed for own, crossed, _ in pairs) > 1500
