"""A level that is asked for reaches every interval below: none is left at its default on the way."""

import ast
import functools
from collections.abc import Iterator

from tests.sources import library

FIXED = {0.01, 0.025, 0.05, 0.9, 0.95, 0.975, 0.99, 1.645, 1.96, 2.576}
"""Numbers that stand for a level of their own."""


def _parameters(function: ast.FunctionDef) -> set[str]:
    told = function.args
    return {one.arg for one in (*told.posonlyargs, *told.args, *told.kwonlyargs)}


@functools.cache
def _functions() -> dict[str, list[ast.FunctionDef]]:
    return {
        file: [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for file, tree in library().items()
    }


def _meant(functions: list[ast.FunctionDef]) -> set[str]:
    """Names that mean a function with a level, whichever of these is called by them."""
    having, without = (
        {one.name for one in functions if ("level" in _parameters(one)) is asked} for asked in (True, False)
    )
    return having - without


@functools.cache
def _by_name() -> set[str]:
    of_modules = {id(node) for tree in library().values() for node in tree.body}
    return _meant([one for of_file in _functions().values() for one in of_file if id(one) in of_modules])


@functools.cache
def _of_something() -> set[str]:
    return _meant([one for of_file in _functions().values() for one in of_file])


def _taking(file: str) -> list[ast.FunctionDef]:
    return [one for one in _functions()[file] if "level" in _parameters(one)]


def _lost(function: ast.FunctionDef) -> Iterator[str]:
    """Where in a function the level that it is given goes astray."""
    body = [node for statement in function.body for node in ast.walk(statement)]
    if "level" not in {node.id for node in body if isinstance(node, ast.Name)}:
        yield "is never used"
    for call in (node for node in body if isinstance(node, ast.Call)):
        takes = (
            call.func.attr in _of_something()
            if isinstance(call.func, ast.Attribute)
            else isinstance(call.func, ast.Name) and call.func.id in _by_name()
        )
        given = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
        given |= {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
        handed = [*call.args, *(word.value for word in call.keywords)]
        if "LEVEL" in {getattr(one, "id", "") for one in handed} or (takes and "level" not in given):
            yield ast.unparse(call)
    if FIXED & {node.value for node in body if isinstance(node, ast.Constant)}:
        yield "is a number of its own"


def test_a_level_that_is_asked_for_reaches_every_interval_below():
    assert [
        f"{file} {function.name}: {told}"
        for file in library()
        for function in _taking(file)
        for told in _lost(function)
    ] == []


def test_every_room_with_intervals_is_looked_at():
    assert sum(len(_taking(file)) for file in library()) > 100
    assert {"wilson", "rate_ratio", "interval"} <= _by_name()
