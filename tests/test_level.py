"""A level that is asked for reaches every interval below: none is left at its default on the way."""

import ast

import pytest

from tests.conftest import REPOSITORY

TREES = [
    (file, ast.parse(file.read_text(encoding="utf-8")))
    for file in sorted((REPOSITORY / "src/ujo_lib").rglob("*.py"))
]
FIXED = {0.01, 0.025, 0.05, 0.9, 0.95, 0.975, 0.99, 1.645, 1.96, 2.576}
"""Numbers that stand for a level of their own."""


def _parameters(function: ast.FunctionDef) -> set[str]:
    told = function.args
    return {one.arg for one in (*told.posonlyargs, *told.args, *told.kwonlyargs)}


FUNCTIONS = [
    (file, node) for file, tree in TREES for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
]
TAKING = [
    pytest.param(one, id=f"{file.parent.name}.{file.stem}.{one.name}")
    for file, one in FUNCTIONS
    if "level" in _parameters(one)
]
OF_MODULES = {id(node) for _, tree in TREES for node in tree.body}


def _meant(functions: list[ast.FunctionDef]) -> set[str]:
    """Names that mean a function with a level, whichever of these is called by them."""
    having, without = (
        {one.name for one in functions if ("level" in _parameters(one)) is asked} for asked in (True, False)
    )
    return having - without


BY_NAME = _meant([one for _, one in FUNCTIONS if id(one) in OF_MODULES])
OF_SOMETHING = _meant([one for _, one in FUNCTIONS])


@pytest.mark.parametrize("function", TAKING)
def test_a_level_that_is_asked_for_reaches_every_interval_below(function: ast.FunctionDef):
    body = [node for statement in function.body for node in ast.walk(statement)]
    assert "level" in {node.id for node in body if isinstance(node, ast.Name)}
    for call in (node for node in body if isinstance(node, ast.Call)):
        takes = (
            call.func.attr in OF_SOMETHING
            if isinstance(call.func, ast.Attribute)
            else isinstance(call.func, ast.Name) and call.func.id in BY_NAME
        )
        given = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
        given |= {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
        handed = [*call.args, *(word.value for word in call.keywords)]
        assert "LEVEL" not in {getattr(one, "id", "") for one in handed}, ast.unparse(call)
        assert not takes or "level" in given, ast.unparse(call)
    assert not FIXED & {node.value for node in body if isinstance(node, ast.Constant)}


def test_every_room_with_intervals_is_looked_at():
    assert len(TAKING) > 100
    assert {"wilson", "rate_ratio", "interval"} <= BY_NAME
