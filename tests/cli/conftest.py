"""What the tests of commands share: the sample city's files, of which each test has a copy, parsed once."""

from typing import Any

import pytest

from ujo_lib.intake import loading

PARSED: dict[str, loading._Parsed] = {}


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By content and declaration, as a process does itself for a file that stays in its place."""
    parse = loading._parse_file

    def once(grid: Any, size: int, sha: str, spec: Any, *declared: Any) -> loading._Parsed:
        (schema, *rest), notes = declared[:-1], declared[-1]
        key = repr((sha, spec.model_copy(update={"path": None}), schema.columns, schema.multiples, rest))
        if key not in PARSED:
            PARSED[key] = parse(grid, size, sha, spec, schema, *rest, notes)
        return PARSED[key]

    monkeypatch.setattr(loading, "_parse_file", once)
