"""The project's own code, parsed once by whoever asks: not while tests are collected, which each process does."""

import ast
import functools

from tests.conftest import REPOSITORY
from ujo_lib.params import notebooks_of


@functools.cache
def library() -> dict[str, ast.Module]:
    """Path of a source file → what stands in it."""
    files = sorted((REPOSITORY / "src/ujo_lib").rglob("*.py"))
    return {
        file.relative_to(REPOSITORY).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files
    }


@functools.cache
def cells() -> list[tuple[str, ast.Module]]:
    """Notebook and code of each of its cells."""
    return [
        (notebook.name, ast.parse(cell.source))
        for notebook in notebooks_of(REPOSITORY, "sample")
        for cell in notebook.cells
        if cell.kind == "code"
    ]
