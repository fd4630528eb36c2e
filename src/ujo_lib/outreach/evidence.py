"""What people said and what happened: the year's record beside the estimates.

Voices and events illustrate; they do not show an effect. Every row carries its kind, and nothing here is
counted.
"""

from dataclasses import replace
from typing import Literal

import pandas as pd

from ujo_lib.columns import Text
from ujo_lib.fiscal import Basis, FiscalYear, Period, period_for
from ujo_lib.typed import Typed

Half = Literal["上期", "下期", "通年"]


def half_year(fiscal_year: FiscalYear, half: Half) -> Period:
    """上期 (April to September), 下期 (October to March) or 通年 of a fiscal year."""
    basis: dict[Half, Basis] = {"上期": "h1", "下期": "h2", "通年": "fiscal"}
    return replace(period_for(fiscal_year, basis[half]), label=half)


def timeline(events: pd.DataFrame, campaigns: pd.DataFrame, period: Period) -> Typed:
    """Events and campaign starts of a period in order: date, kind, name, text.

    Args:
        events: date, name, kind, text.
        campaigns: name, media, start.
        period: days to show.
    """
    happened = events[["date", "kind", "name", "text"]].astype({"kind": "string", "name": "string"})
    started = pd.DataFrame(
        {
            "date": pd.to_datetime(campaigns["start"]),
            "kind": "施策の開始",
            "name": campaigns["name"].astype("string"),
            "text": campaigns["media"].astype("string"),
        }
    )
    both = pd.concat([happened.assign(date=pd.to_datetime(happened["date"])), started], ignore_index=True)
    inside = both["date"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    columns = {
        "date": Text(heading="日付"),
        "kind": Text(heading="種別"),
        "name": Text(heading="名称"),
        "text": Text(heading="内容"),
    }
    return Typed.of(both[inside].sort_values("date", kind="stable", ignore_index=True), columns)
