"""What the tests of commands share: the sample city's files, of which each test has a copy, parsed once."""

from typing import Any

import pytest

from ujo_lib.intake import loading

PARSED: dict[str, loading._Parsed] = {}


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By content and declaration, as a process does itself for a file that stays in its place."""
    parse = loading._parse_file

    def once(grid: Any, one: loading._Parsed, spec: Any, schema: Any, *declared: Any) -> loading._Parsed:
        told = (spec.model_copy(update={"path": None}), schema.columns, schema.multiples, declared)
        key = repr((one.source["sha256"], told))
        if key not in PARSED:
            PARSED[key] = parse(grid, one, spec, schema, *declared)
        return PARSED[key]

    monkeypatch.setattr(loading, "_parse_file", once)
