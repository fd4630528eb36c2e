"""What a person has to mend is told to that person: as a sentence, not as the way through the program."""

import ast
import importlib
import re
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.conftest import REPOSITORY
from ujo_lib.errors import InputError

ROOMS = ("intake", "survey", "residents", "seasonality", "tagging", "outreach")
KANA = re.compile("[ぁ-ん]")
TOLD_BY_OTHERS = {
    *("ValueRefused", "UnreadableError", "RefusedError", "_refusal"),  # of a cell or a file: become problems
    *("ColumnNotFoundError", "UnreadableInputError", "OutputRefusedError"),  # of `ujo tag`, which tells them
    "self._error",  # of a line of rules, told with all others as a `CodebookError`
    "OSError",  # the place of the cache, told with the disk
}
"""Errors with Japanese words that no notebook meets, or that say the same to anybody."""


def raised() -> Iterator[tuple[str, str, str]]:
    """Module, line and name of every error that the rooms of the analysis raise with words for a person."""
    for file in sorted(path for room in ROOMS for path in (REPOSITORY / "src/ujo_lib" / room).rglob("*.py")):
        module = ".".join(file.relative_to(REPOSITORY / "src").with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                continue
            words = [one.value for one in ast.walk(node.exc) if isinstance(one, ast.Constant)]
            if any(isinstance(word, str) and KANA.search(word) for word in words):
                yield module, f"{file.name}:{node.lineno}", ast.unparse(node.exc.func)


def test_what_an_analysis_asks_a_person_to_mend_is_never_told_as_a_fault_of_the_program():
    found = [one for one in raised() if one[2] not in TOLD_BY_OTHERS]
    assert len(found) > 30
    assert [(place, name) for module, place, name in found if not _is_of_input(module, name)] == []


def _is_of_input(module: str, name: str) -> bool:
    if (module, name) == ("ujo_lib.intake.result", "KeyError"):
        return True  # of a kind that the notebook's own author did not load
    error = getattr(importlib.import_module(module), name.partition(".")[0], None)
    return error is not None and issubclass(error, InputError)


@pytest.mark.parametrize(
    ("error", "alone"), [(InputError("人口の表に行がありません"), True), (ValueError("x"), False)]
)
def test_a_notebook_shows_the_sentence_and_not_the_way_through_the_program(error, alone, capsys):
    try:
        raise error
    except ValueError:
        InteractiveShell.instance().showtraceback()
    shown = capsys.readouterr().out.strip().splitlines()
    assert (shown == [str(error)]) is alone


PAGE_ERRORS = {"FigureError", "WordingError", "ColumnError", "PublishError", "KeyError"}


def test_what_a_page_refuses_is_told_to_the_analyst_in_japanese():
    """A span that ends before it begins, or a table with two rows for one cell, were told in English."""
    files = [*(REPOSITORY / "src/ujo_lib/report").rglob("*.py")]
    files += [REPOSITORY / "src/ujo_lib" / f"{name}.py" for name in ("columns", "typed", "crosstab")]
    refusals = [
        (f"{file.name}:{node.lineno}", words)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if ast.unparse(node.exc.func) in PAGE_ERRORS
        and (words := [one.value for one in ast.walk(node.exc) if isinstance(one, ast.Constant)])
    ]
    assert len(refusals) > 30
    assert [place for place, words in refusals if not any(KANA.search(str(word)) for word in words)] == []
