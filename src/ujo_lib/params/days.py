"""Types of parameters: days."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from ujo_lib.fiscal import parse_date
from ujo_lib.yamlfile import such


def _day(value: Any) -> Any:
    return parse_date(value) if isinstance(value, str) else value


IsoDay = Annotated[
    str,
    such(
        lambda day: not day or date.fromisoformat(day).isoformat() == day, "2023-04-01 の形の、実在する日付"
    ),
]
"""A day as text, in the form 2023-04-01; or nothing."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day: 2023-04-01, 令和5年4月1日 …"""
