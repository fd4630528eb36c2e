"""Settings at the edges of what they may be."""

from collections.abc import Iterable
from typing import Any

import pytest

from ujo_lib.params import NotebookSettings, ParameterError


def takes(model: type[NotebookSettings], name: str, values: Iterable[Any]) -> None:
    """Each value is one that the parameter may have."""
    for value in values:
        assert getattr(model.from_cell({name: value}), name) == value, (name, value)


def refuses(model: type[NotebookSettings], name: str, values: Iterable[Any]) -> None:
    """Each value is told as a mistake of that parameter."""
    for value in values:
        with pytest.raises(ParameterError) as refused:
            model.from_cell({name: value})
        assert [problem.key for problem in refused.value.problems] == [name], (name, value)
