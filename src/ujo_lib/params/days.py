"""Types of parameters: days, and values that fulfil a condition."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from ujo_lib.fiscal import parse_date


def _day(value: Any) -> Any:
    return parse_date(value) if isinstance(value, str) else value


def such(holds: Callable[[Any], object], expected: str) -> AfterValidator:
    """A condition on a value.

    Args:
        holds: the condition; one that raises a ValueError does not hold.
        expected: what to tell where it does not hold.
    """

    def check(value: Any) -> Any:
        with suppress(ValueError):
            if holds(value):
                return value
        raise ValueError(expected)

    return AfterValidator(check)


IsoDay = Annotated[
    str,
    such(
        lambda day: not day or date.fromisoformat(day).isoformat() == day, "2023-04-01 の形の、実在する日付"
    ),
]
"""A day as text, in the form 2023-04-01; or nothing."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day: 2023-04-01, 令和5年4月1日 …"""
