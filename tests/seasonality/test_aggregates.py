"""A city that has hourly or daily counts and no records gets the tables that its records would have given."""

from functools import cache

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ujo_lib import intake, seasonality
from ujo_lib.fiscal import FiscalYear, period_for
from ujo_lib.params import project_root
from ujo_lib.seasonality.counts import contacts
from ujo_lib.seasonality.scopes import open_scopes

PERIOD = period_for(FiscalYear(2023), "calendar")
DESKS = ("全国窓口", "宇城市専用")
KEY = ["date", "hour", "pref", "channel"]


@pytest.fixture(scope="module")
def sample(sample_data):
    inputs = project_root() / "params/sample/fy2023/inputs.yaml"
    kinds = ["consultations", "national_hourly", "channels"]
    return intake.load(inputs, kinds, root=sample_data.parents[1])


def counted_by_a_partner(records: pd.DataFrame, key=tuple(KEY), **more) -> pd.DataFrame:
    """What the contract asks of a partner, made without the library: one row per key, none for zero."""
    clock = records["received_at"].dt.tz_localize(None)
    rows = pd.DataFrame({"date": clock.dt.floor("D"), "hour": clock.dt.hour, **records[["pref", "channel"]]})
    made = rows.groupby(list(key), observed=True).size().rename("n").reset_index()
    return made.sample(frac=1, random_state=1).assign(n=lambda f: f["n"].astype("Int64"), **more)


def scopes_of(sample, frames):
    return open_scopes(
        contacts(frames), sample["national_hourly"], sample["channels"], PERIOD, "熊本県", DESKS
    )


@pytest.fixture(scope="module")
def of_records(sample):
    return scopes_of(sample, {"consultations": sample["consultations"]})


@pytest.fixture(scope="module")
def of_hours(sample):
    blank = sample["consultations"].iloc[:0]
    hourly = counted_by_a_partner(sample["consultations"])
    return scopes_of(sample, {"consultations": blank, "consultations_hourly": hourly})


@pytest.fixture(scope="module")
def of_days(sample):
    daily = counted_by_a_partner(sample["consultations"], ("date", "pref", "channel"))
    return scopes_of(sample, {"consultations_daily": daily})


COUNTED = {
    "totals": lambda s: seasonality.totals(s.totals()),
    "bases": lambda s: seasonality.both_bases(s, FiscalYear(2023)),
    "months": lambda s: seasonality.by_month(s.totals()["県"]),
    "weekdays": lambda s: seasonality.by_weekday(s.totals()["県"]),
    "city_months": lambda s: seasonality.by_month(s.totals()["市"]),
    "dates": lambda s: seasonality.by_date(s.totals()["県"]),
    "verdicts": lambda s: seasonality.verdict_table(seasonality.judge(s.totals()["県"])),
    "city_verdicts": lambda s: seasonality.verdict_table(seasonality.judge(s.totals()["市"])),
    "differences": lambda s: seasonality.verdict_table(
        seasonality.judge_difference(s.totals()["県"], s.totals()["全国"])
    ),
    "months_beside": lambda s: seasonality.shares_beside(s.totals()["県"], s.totals()["全国"]),
    "ratios": lambda s: seasonality.fit_calendar(s.totals()["県"], ()).ratios(),
    "forecast": lambda s: coming(s).months,
}
WITH_HOURS = {
    "hours": lambda s: seasonality.by_hour(s.totals()["県"]),
    "weekday_hours": lambda s: seasonality.by_weekday_hour(s.totals()["県"]),
    "night_morning": lambda s: seasonality.compare_hours(s.totals()["県"], [22, 23], [6, 7]),
    "late_hours": lambda s: seasonality.hours_against(s.totals()["県"], [0, 1], [6, 7]),
    "daily_peak": lambda s: seasonality.daily_peak(s.totals()["県"]),
    "staffing": lambda s: seasonality.slots(s.prefecture, coming(s), 1, 0.9),
    "staffing_tried": lambda s: seasonality.tried_on_last_year(s.prefecture, 0.9, (), 1),
}


@pytest.fixture(scope="module")
def from_records(of_records):
    """Each table as the records give it, made once for both kinds of counts."""
    return cache(lambda table: (COUNTED | WITH_HOURS)[table](of_records))


def coming(scopes):
    return seasonality.forecast_months(scopes.prefecture, period_for(FiscalYear(2024), "fiscal"), (), 1)


@pytest.mark.parametrize("table", [*COUNTED, *WITH_HOURS])
def test_hourly_counts_give_every_column_that_the_records_give(from_records, of_hours, table):
    one, other = from_records(table), (COUNTED | WITH_HOURS)[table](of_hours)
    assert len(one.frame)
    assert other.schema == one.schema
    assert_frame_equal(other.frame, one.frame, check_exact=True)


@pytest.mark.parametrize("table", COUNTED)
def test_daily_counts_give_every_table_that_needs_no_hour(from_records, of_days, table):
    assert_frame_equal(COUNTED[table](of_days).frame, from_records(table).frame, check_exact=True)


@pytest.mark.parametrize("table", ["hours", "weekday_hours", "night_morning", "daily_peak", "staffing"])
def test_daily_counts_give_no_table_of_hours(of_days, table):
    with pytest.raises(ValueError, match="no hours"):
        WITH_HOURS[table](of_days)


def test_a_desk_that_is_counted_by_day_stands_beside_one_that_is_counted_by_hour(sample, of_records):
    own = sample["consultations"]["channel"] == "宇城市専用"
    frames = {
        "consultations_hourly": counted_by_a_partner(sample["consultations"][~own]),
        "consultations_daily": counted_by_a_partner(sample["consultations"], ("date", "pref", "channel")),
    }
    mixed = scopes_of(sample, frames)
    assert mixed.city.hourly is None
    assert (mixed.city.daily == of_records.city.daily).all()
    assert (mixed.prefecture.hourly == of_records.prefecture.hourly).all()


def test_counts_by_attribute_add_up_to_the_counts_of_the_hour(sample, of_hours):
    whole = counted_by_a_partner(sample["consultations"])
    part = (
        whole.assign(n=whole["n"] // 2, topic="家族"),
        whole.assign(n=whole["n"] - whole["n"] // 2, topic="学校"),
    )
    split = scopes_of(sample, {"consultations_hourly": pd.concat(part)})
    assert (split.prefecture.hourly == of_hours.prefecture.hourly).all()


def test_where_the_partner_hid_one_cell_nothing_is_judged_or_forecast_and_the_table_says_how_many(sample):
    hourly = counted_by_a_partner(sample["consultations"])
    at = hourly.index[(hourly["channel"] == DESKS[0]) & (hourly["pref"] == "熊本県")][0]
    hourly.loc[at, "n"] = pd.NA
    scopes = scopes_of(sample, {"consultations_hourly": hourly})
    judged = seasonality.verdict_table(seasonality.judge(scopes.totals()["県"])).frame
    assert set(judged["finding"]) == {"判定しない"}
    assert judged["remark"].str.contains("伏せられた欄").all()
    assert "伏せられた欄" in coming(scopes).reason
    totals = seasonality.totals(scopes.totals()).frame.set_index("scope")
    assert totals.loc[["県", "市"], "suppressed"].tolist() == [1, 0]
