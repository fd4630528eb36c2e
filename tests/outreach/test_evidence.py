from datetime import date

import pandas as pd

from ujo_lib.fiscal import FiscalYear
from ujo_lib.outreach import evidence


def test_halves_of_a_fiscal_year_meet_without_gap():
    year = FiscalYear(2023)
    first, second = evidence.half_year(year, "上期"), evidence.half_year(year, "下期")
    assert (first.start, first.end) == (date(2023, 4, 1), date(2023, 9, 30))
    assert (second.start, second.end) == (date(2023, 10, 1), date(2024, 3, 31))
    assert evidence.half_year(year, "通年").days == first.days + second.days


def test_the_timeline_is_in_order_and_within_the_half_year(campaigns):
    events = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-03-05", "2023-05-01", "2023-12-08"]),
            "name": ["声(1)", "開設", "会議"],
            "kind": ["声", "窓口", "会議"],
            "text": ["ほっとした", "", ""],
        }
    )
    table = evidence.timeline(events, campaigns, evidence.half_year(FiscalYear(2023), "下期")).frame
    assert table["name"].tolist() == ["会議", "SNS広告", "TV", "チラシ", "声(1)"]
    assert table.loc[table["name"] == "TV", "kind"].item() == "施策の開始"
