"""A small world shared by the tests of the room: three campaigns, 46 control prefectures, a city desk."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ujo_lib.fiscal import Period
from ujo_lib.outreach.campaigns import CarryOver

WINDOW = Period(date(2024, 2, 20), date(2024, 3, 14), "実施期間")
YEAR = Period(date(2023, 4, 1), date(2024, 3, 31), "年度")
TWO_YEARS = Period(date(2022, 4, 1), date(2024, 3, 31), "2年度")


@pytest.fixture(scope="session")
def campaigns() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["SNS広告", "チラシ", "TV"],
            "media": ["SNS", "チラシ", "TV"],
            "area": ["県", "市", "県"],
            "prep_start": pd.to_datetime(["2024-01-09", "2024-01-15", "2024-02-01"]),
            "prep_end": pd.to_datetime(["2024-02-19", "2024-02-28", "2024-02-27"]),
            "start": pd.to_datetime(["2024-02-20", "2024-03-01", "2024-02-28"]),
            "end": pd.to_datetime(["2024-02-29", "2024-03-01", "2024-03-08"]),
            "zone": [None, None, "20:00~26:00"],
            "cost_yen": pd.array([990_000, None, None], dtype="Int64"),
            "cost_cap_yen": pd.array([None, 160_000, 790_000], dtype="Int64"),
        }
    )


@pytest.fixture(scope="session")
def carry_over() -> dict[str, CarryOver]:
    return {"チラシ": CarryOver(13)}


@pytest.fixture
def control() -> pd.Series:
    """A flat control of 920 contacts a day."""
    return pd.Series(920.0, index=pd.date_range(YEAR.start, YEAR.end))


def daily(base: int, window: int) -> pd.Series:
    """Flat local counts by day, with another level in the window."""
    days = pd.date_range(YEAR.start, YEAR.end)
    inside = (days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))
    return pd.Series(np.where(inside, window, base), index=days)
