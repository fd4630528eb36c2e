"""Days in parameter files: written as municipal files write them, kept as dates."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from ujo_lib.fiscal import parse_date


def _day(value: Any) -> Any:
    return parse_date(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
"""A day: 2023-04-01, 令和5年4月1日 …"""
