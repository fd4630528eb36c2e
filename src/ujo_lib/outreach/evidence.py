"""What people said and what happened: the year's record beside the estimates.

Voices and events illustrate; they do not show an effect. Every row carries its kind, and nothing here is
counted.
"""

from typing import Literal

import pandas as pd

from ujo_lib.columns import Text
from ujo_lib.fiscal import FiscalYear, Period
from ujo_lib.typed import Typed

Half = Literal["上期", "下期", "通年"]


def half_year(fiscal_year: FiscalYear, half: Half) -> Period:
    """上期 (April to September), 下期 (October to March) or 通年 of a fiscal year."""
    autumn = pd.Timestamp(fiscal_year.year, 10, 1).date()
    if half == "上期":
        return Period(fiscal_year.start, pd.Timestamp(fiscal_year.year, 9, 30).date(), "上期")
    if half == "下期":
        return Period(autumn, fiscal_year.end, "下期")
    return Period(fiscal_year.start, fiscal_year.end, "通年")


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
