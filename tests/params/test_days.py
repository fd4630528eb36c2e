"""A day among the parameters is written in one form, because days are compared and printed as they are written."""

from datetime import date
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from ujo_lib.params.days import Day, IsoDay
from ujo_lib.yamlfile import such


@pytest.mark.parametrize("day", ["2023-04-01", "2024-02-29", ""])
def test_a_day_in_the_usual_form_or_none_is_taken_as_it_is(day: str) -> None:
    assert TypeAdapter(IsoDay).validate_python(day) == day


@pytest.mark.parametrize(
    "day", ["20230401", "2023-W13-6", "2023W136", "2023-4-1", "2023/04/01", "2023-02-29", "2023-04", " "]
)
def test_a_day_in_another_form_is_refused_although_python_may_read_it(day: str) -> None:
    """「20230401」 stands before 「2023-01-01」 where days are compared as texts, and a week is no day on a page."""
    with pytest.raises(ValidationError, match="2023-04-01 の形"):
        TypeAdapter(IsoDay).validate_python(day)


@pytest.mark.parametrize("written", ["2023-04-01", "令和5年4月1日", "R5.4.1", "20230401", date(2023, 4, 1)])
def test_a_day_that_is_not_printed_is_read_in_any_form(written: object) -> None:
    assert TypeAdapter(Day).validate_python(written) == date(2023, 4, 1)


@pytest.mark.parametrize(("value", "holds"), [("5", True), ("0", False), ("五", False)])
def test_a_condition_that_cannot_be_tried_does_not_hold(value: str, holds: bool) -> None:
    kind = TypeAdapter(Annotated[str, such(int, "1以上の数")])
    if holds:
        assert kind.validate_python(value) == value
    else:
        with pytest.raises(ValidationError, match="1以上の数"):
            kind.validate_python(value)
