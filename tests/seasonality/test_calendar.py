from datetime import date

import numpy as np
import pandas as pd

from ujo_lib.fiscal import Period
from ujo_lib.seasonality.calendar import BRIDGE, HOLIDAY, TREND, YEAR_END, Terms, weekdays_of

BREAKS = (
    Period(date(2023, 1, 1), date(2023, 1, 7), "冬休み"),
    Period(date(2023, 7, 21), date(2023, 8, 31), "夏休み"),
    Period(date(2023, 12, 24), date(2024, 1, 7), "冬休み"),
)


def columns(start="2023-01-01", end="2024-12-31", **options):
    dates = pd.date_range(start, end)
    terms = Terms(**{"breaks": BREAKS, "harmonics": 2, "trend": True, "origin": date(2023, 1, 1)} | options)
    names, X = terms.columns(dates)
    return dates, pd.DataFrame(X, columns=names, index=dates)


def test_breaks_of_the_same_name_share_one_column_over_the_years():
    _, X = columns()
    assert [name for name in X if "冬休み" in name] == ["学校の休み:冬休み"]
    assert X["学校の休み:冬休み"].sum() == 7 + 15


def test_weekday_columns_sum_to_zero_over_a_week():
    _, X = columns("2023-01-01", "2023-01-07")
    assert np.allclose(X[[name for name in X if name.startswith("曜日")]].sum(), 0)


def test_holidays_bridges_and_the_turn_of_the_year():
    _, X = columns()
    assert X.loc["2023-08-11", HOLIDAY] == 1  # 山の日
    assert X.loc["2023-12-28", YEAR_END] == 0
    assert X.loc["2023-12-29", YEAR_END] == X.loc["2024-01-03", YEAR_END] == 1
    assert X.loc["2024-05-02", BRIDGE] == 0
    assert X[BRIDGE].sum() > 0


def test_the_leap_day_has_its_row_and_the_trend_counts_years():
    _, X = columns()
    assert len(X) == 731
    assert X.loc["2024-02-29", TREND] == np.float64(424 / 365.25)


def test_terms_that_were_not_asked_for_are_absent():
    _, X = columns(harmonics=0, trend=False, breaks=())
    assert not [name for name in X if "波" in name or "休み" in name or name == TREND]


def test_the_week_begins_with_sunday():
    assert weekdays_of(pd.date_range("2023-01-01", periods=8)).tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        0,
    ]  # a Sunday


def test_a_wave_turns_once_or_twice_in_a_year_of_365_and_a_quarter_days():
    _, X = columns("2023-01-01", "2027-01-01")
    yearly, twice = X["1年周期の波1余弦"], X["1年周期の波2余弦"]
    assert (yearly.iloc[0], round(yearly.iloc[4 * 365 + 1], 9)) == (1, 1)
    assert yearly.iloc[183] < -0.9999  # half a year on, at its lowest
    assert X["1年周期の波1正弦"].iloc[91] > 0.9999
    assert (twice.iloc[91] < -0.9999, twice.iloc[183] > 0.9999) == (True, True)
