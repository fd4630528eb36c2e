from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.seasonality.conftest import counts_of, records_of
from ujo_lib.fiscal import FiscalYear, Period, period_for, spoken
from ujo_lib.seasonality.counts import contacts, totals
from ujo_lib.seasonality.scopes import (
    added,
    bases_sentence,
    both_bases,
    clock_lag,
    clock_sentence,
    counted_sentence,
    open_scopes,
    within,
)

PERIOD = period_for(FiscalYear(2023), "calendar")


def world(shift=0, gaps=(), period=PERIOD, nation_from="2023-01-01", own_days=("2023-06-01", "2024-02-25"),
          lacking=None, opened=("2020-03-01", "2023-05-01"), closed=(None, None)):  # fmt: skip
    rng = np.random.default_rng(1)
    days = pd.date_range("2023-01-01", "2024-03-31")
    evening = 1 + np.cos((np.arange(24) - 22) * 2 * np.pi / 24)
    times = [
        day + pd.Timedelta(hours=int(hour))
        for day in days
        for hour in rng.choice(24, 7, p=evening / evening.sum())
    ]
    times = [time for time in times if not lacking or not lacking[0] <= str(time.date()) <= lacking[1]]
    desk = records_of(pd.DatetimeIndex(times) + pd.Timedelta(hours=shift), channel="全国窓口", pref="熊本県")
    own = records_of(
        pd.DatetimeIndex([f"{day} 21:00" for day in own_days]), channel="宇城市専用", pref="熊本県"
    )
    grid = pd.MultiIndex.from_product([days, range(24)], names=["date", "hour"]).to_frame(index=False)
    national = grid.assign(n=np.rint(40 * evening[grid["hour"]]).astype(int))
    national = national[national["date"] >= nation_from]
    channels = pd.DataFrame(
        {
            "channel": ["全国窓口", "宇城市専用"],
            "opened_on": pd.to_datetime(list(opened)),
            "closed_on": pd.to_datetime(list(closed)),
        }
    )
    desks = ("全国窓口", "宇城市専用")
    return open_scopes(
        contacts({"consultations": pd.concat([desk, own])}), national, channels, period, "熊本県", desks, gaps
    )


@pytest.mark.parametrize(
    ("day", "lacking"), [("2023-06-30", 31), ("2023-07-01", 0), ("2023-07-31", 0), ("2023-08-01", 31)]
)
def test_a_desk_that_was_heard_while_the_other_was_silent_has_no_gap(day, lacking):
    """Its days with contacts were kept and those without left out: too many a day."""
    scopes = world(own_days=[day], lacking=("2023-07-01", "2023-07-31"))
    july = scopes.city.within(Period(date(2023, 7, 1), date(2023, 7, 31), "7月"))
    assert july.period.days - july.days == lacking
    assert not scopes.prefecture.within(july.period).days
    assert ("県と市の計" in scopes.totals()) == (lacking > 0)  # of July the sum would be the city's alone


def test_the_citys_desk_is_not_part_of_the_prefecture_and_both_totals_are_shown():
    totals = world().totals()
    assert totals["県"].n == 365 * 7
    assert totals["市"].n == 1
    assert totals["県と市の計"].n == 365 * 7 + 1


@pytest.mark.parametrize(("least", "few"), [(1, False), (2, True)])
def test_a_desk_with_fewer_contacts_than_may_be_printed_is_left_out_of_the_overview(least, few):
    scopes = world()  # one contact of the city's desk
    assert scopes.few_in_city(PERIOD, least) is few
    assert set(scopes.totals(city_apart=few)) == (
        {"全国", "県"} if few else {"全国", "県", "市", "県と市の計"}
    )


@pytest.mark.parametrize(("days", "n"), [(365, [pd.NA, 366 * 7 - 275 * 7]), (364, [7, 366 * 7 - 274 * 7])])
def test_a_year_of_which_no_day_was_recorded_has_no_number_and_no_sentence_says_nought(days, n):
    gap = (date(2023, 1, 1), date(2023, 1, 1) + timedelta(days=days - 1))
    scopes = world(gaps=[gap], period=period_for(FiscalYear(2023), "fiscal"))
    bases = both_bases(scopes, FiscalYear(2023)).frame
    row = bases[bases["scope"] == "県"].iloc[0]
    assert row[["n_calendar", "n_fiscal"]].tolist() == n
    said = bases_sentence(bases)
    assert ("暦年に数える日には、記録がありません" in said) == (days == 365)
    assert ("{n_calendar[県]}" in said) == (days == 364)
    assert "{n_fiscal[県]}" in said


@pytest.mark.parametrize(("last", "n"), [(date(2023, 4, 30), pd.NA), (date(2023, 5, 1), 0)])
def test_a_desk_that_was_not_open_has_no_number_and_one_open_for_a_day_has_nought(last, n):
    told = totals(world(period=Period(date(2023, 1, 1), last, "春")).totals()).frame.set_index("scope")
    assert told["n"].tolist()[2:3] == [n]


@pytest.mark.parametrize(("first", "refused"), [("2023-12-31", False), ("2024-01-01", True)])
def test_a_nation_known_of_other_years_alone_is_refused_with_the_way_to_a_page_without_it(first, refused):
    refusal = pytest.raises(ValueError, match=r"全国の件数がありません.*not_supplied")
    with refusal if refused else nullcontext():
        assert world(nation_from=first).nation


@pytest.mark.parametrize(("least", "few"), [(2, False), (3, True)])
@pytest.mark.parametrize("turned", [False, True])
def test_a_year_that_has_a_few_contacts_more_than_the_period_or_fewer_leaves_the_desk_out(least, few, turned):
    """Two contacts of January to March: the fiscal year less the calendar year, in both of which are many."""
    scopes = world(own_days=[*EVERY_DAY[150:300], "2024-02-25", "2024-03-01"])
    days = period_for(FiscalYear(2023), "fiscal")
    if turned:
        scopes, days = replace(scopes, period=days), scopes.period
    assert scopes.few_in_city(days, least) is few


def test_a_desk_that_nobody_contacted_stays_and_one_of_few_in_the_year_alone_goes():
    """The one contact of the desk is in the period of the page; before it opened there is none."""
    scopes = world()
    before = Period(date(2023, 1, 1), date(2023, 4, 30), "")
    quiet = replace(scopes, period=before)
    assert not quiet.few_in_city(before, 5)
    assert quiet.few_in_city(PERIOD, 5)


def test_days_before_the_desk_opened_are_no_zeros():
    city = world().totals()["市"]
    assert city.days == 245
    assert city.observed[: 31 + 28 + 31 + 30].sum() == 0
    assert world().city_days(period_for(FiscalYear(2023), "fiscal")).start == date(2023, 5, 1)


EVERY_DAY = [f"{day:%Y-%m-%d}" for day in pd.date_range("2023-01-01", "2024-03-31")]


@pytest.mark.parametrize(("lacking", "opened", "days"), [
    (("2023-01-01", "2023-06-30"), "2023-07-01", 184), (("2023-01-01", "2023-06-30"), None, 184),
    (("2023-10-01", "2024-03-31"), None, 273), (None, "2023-07-01", 184), (None, None, 365),
])  # fmt: skip
def test_a_desk_is_not_heard_because_another_one_is(lacking, opened, days):
    """It opened later, closed, or lacks its records: the days on which the city's desk has contacts are no zeros."""
    scopes = world(own_days=EVERY_DAY, lacking=lacking, opened=(opened, "2022-05-01"))
    assert (scopes.totals()["県"].days, scopes.totals()["市"].days) == (days, 365)


@pytest.mark.parametrize(
    ("closed", "days"), [((None, "2023-10-30"), (365, 183)), (("2023-10-31", None), (304, 245))]
)
def test_days_after_a_desk_was_closed_are_no_zeros_and_its_last_day_is_one_of_its_days(closed, days):
    """Of 365: the city's desk is open from 1 May (120 days before); 31 October is day 304."""
    scopes = world(closed=closed)
    assert (scopes.totals()["県"].days, scopes.totals()["市"].days) == days


@pytest.mark.parametrize(("closed", "start", "end", "told"), [
    (None, (2023, 5, 1), (2024, 3, 31), "(窓口の開設日以降)"),
    ("2024-03-31", (2023, 5, 1), (2024, 3, 31), "(窓口の開設日以降)"),
    ("2024-03-30", (2023, 5, 1), (2024, 3, 30), "(窓口の開設日以降)"),
    ("2023-04-01", (2023, 3, 1), (2023, 4, 1), "(窓口の開設日以降)"),
    ("2023-03-31", (2023, 4, 1), (2024, 3, 31), "(窓口の廃止後)"),
])  # fmt: skip
def test_the_days_of_the_citys_desk_in_a_year_are_those_on_which_it_was_open(closed, start, end, told):
    opened = "2023-03-01" if closed and closed < "2023-05-01" else "2023-05-01"
    scopes = world(opened=("2020-03-01", opened), closed=(None, closed))
    days = scopes.city_days(year := period_for(FiscalYear(2023), "fiscal"))
    assert (days.start, days.end) == (max(date(*start), year.start), date(*end))
    assert days.label == year.label + told
    until = f"、廃止日は{spoken(date.fromisoformat(closed))}" if closed else ""
    assert scopes.desk_days == f"窓口の開設日は{spoken(date.fromisoformat(opened))}{until}です。"


@pytest.mark.parametrize(("basis", "closed", "shown", "told"), [
    ("calendar", None, "市", "開設(2023年5月1日)前"),
    ("calendar", "2023-12-31", "市", "開設(2023年5月1日)前"),
    ("calendar", "2023-12-30", "市", "開設(2023年5月1日)前と廃止(2023年12月30日)後"),
    ("h2", None, "市", ""),
    ("h2", "2023-12-30", "市", "廃止(2023年12月30日)後"),
    ("calendar", None, "県", ""),
])  # fmt: skip
def test_days_without_the_citys_desk_are_told_where_it_is_counted_and_had_some(basis, closed, shown, told):
    scopes = world(period=period_for(FiscalYear(2023), basis), closed=(None, closed))
    assert scopes.desk_gaps([shown]) == (f"市の窓口の{told}は記録のない日です。" if told else "")


def test_a_desk_that_opened_on_the_first_day_has_no_gap():
    days = {"opened": ("2020-03-01", "2023-01-01"), "own_days": ["2023-01-01"]}
    assert world(**days).desk_gaps(["市"]) == ""


@pytest.mark.parametrize("basis", ["calendar", "fiscal"])
def test_the_citys_desk_is_told_of_the_year_and_of_a_period_of_other_days(basis):
    year = period_for(FiscalYear(2023), "fiscal")
    scopes = world(period=period_for(FiscalYear(2023), basis))
    other = [scopes.period] if basis == "calendar" else []
    assert scopes.city_periods(year) == [scopes.city_days(year), *other]


def test_a_citys_desk_without_a_day_of_opening_is_asked_for_it():
    with pytest.raises(ValueError, match="開設日を書いて"):
        world(opened=("2020-03-01", None))


def test_calendar_and_fiscal_year_are_counted_side_by_side():
    bases = both_bases(world(), FiscalYear(2023)).frame.set_index("scope")
    assert bases.loc["県", "n_calendar"] == 365 * 7
    assert bases.loc["県", "n_fiscal"] == 366 * 7
    assert bases.loc["県", ["missing_calendar", "missing_fiscal"]].tolist() == [0, 0]


@pytest.mark.parametrize(("days", "compared"), [(6, True), (7, False), (8, False)])
def test_a_year_that_was_recorded_in_part_is_not_compared_with_a_whole_one(days, compared):
    """Of a city whose records begin in April the calendar year would lack a quarter."""
    bases = both_bases(world(gaps=[(date(2023, 1, 1), date(2023, 1, days))]), FiscalYear(2023)).frame
    assert bases.set_index("scope")["ratio"].notna()["県"] == compared
    assert ("{ratio[県]}倍" in bases_sentence(bases)) == compared
    assert ("比べられません" in bases_sentence(bases)) != compared


def test_a_declared_gap_is_a_gap_in_every_scope():
    totals = world(gaps=[(date(2023, 8, 1), date(2023, 8, 31))]).totals()
    assert totals["全国"].days == totals["県"].days == 334
    assert totals["県"].n == 334 * 7


def test_a_file_in_utc_is_noticed():
    assert "9時間ずれています" in clock_sentence(world(shift=-9))
    assert clock_lag(world(shift=-9)) == -9
    assert "ずれは、2時間以内" in clock_sentence(world())


@pytest.mark.parametrize("contacts", [0, 1, 2])
def test_a_contact_or_two_tell_nothing_of_the_clock(contacts):
    """At whatever hour they came: nobody is sent to look for a file in another time zone."""
    scopes = world(shift=-9)
    hourly = np.zeros_like(scopes.prefecture.hourly)
    hourly[np.arange(contacts), 12 + np.arange(contacts)] = 1
    few = replace(scopes.prefecture, hourly=hourly, daily=hourly.sum(axis=1))
    assert clock_sentence(replace(scopes, prefecture=few)).endswith("分かりません。")


@pytest.mark.parametrize(
    ("lag", "said"), [(1, "2時間以内です"), (2, "2時間以内です"), (3, "3時間ずれています")]
)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_clock_is_told_to_be_wrong_from_three_hours_on(lag, said, side, monkeypatch):
    monkeypatch.setattr("ujo_lib.seasonality.scopes.clock_lag", lambda _: side * lag)
    assert said in clock_sentence(world())


@pytest.mark.parametrize(
    ("lag", "reach", "said"),
    [
        (0, 1.9, "2時間以内です"),
        (0, 2.0, "分かりません"),
        (1, 2.5, "分かりません"),
        (2, 1.9, "2時間以内です"),
        (3, 2.5, "3時間ずれています"),
        (3, 2.9, "3時間ずれています"),
        (3, 3.0, "分かりません"),
        (-9, 8.9, "9時間ずれています"),
        (-9, 9.0, "分かりません"),
        (0, np.nan, "分かりません"),
    ],
)
def test_a_lag_that_the_mean_hour_of_so_few_could_have_by_chance_is_not_told(lag, reach, said, monkeypatch):
    """Nor is its absence, as long as chance could hide a lag of two hours."""
    ends = pd.DataFrame({"low": [20 - reach], "high": [20 + reach]})
    monkeypatch.setattr("ujo_lib.seasonality.scopes.clock_lag", lambda _: lag)
    monkeypatch.setattr("ujo_lib.seasonality.scopes.daily_peak", lambda _: SimpleNamespace(frame=ends))
    assert clock_sentence(SimpleNamespace(prefecture=None)).count(said) == 1


@pytest.mark.parametrize(
    ("time", "counted"),
    [
        ("2023-03-31 23:59", 0),
        ("2023-04-01 00:00", 1),
        ("2023-09-30 23:59", 1),
        ("2023-10-01 00:00", 0),
    ],
)
def test_a_contact_at_the_edge_of_half_a_year_is_counted_on_its_own_side(time, counted):
    told = records_of(["2023-01-01 00:00", time, "2024-01-01 00:00"], channel="全国窓口", pref="熊本県")
    half = open_scopes(
        contacts({"consultations": told}),
        pd.DataFrame({"date": pd.to_datetime([]), "hour": [], "n": []}),
        pd.DataFrame({"channel": ["全国窓口"], "opened_on": pd.to_datetime(["2020-03-01"])}),
        period_for(FiscalYear(2023), "h1"),
        "熊本県",
        ("全国窓口", "全国窓口"),
    )
    assert half.totals()["県"].n == counted
    assert set(half.totals(city_apart=True)) == {"県"}


def of_desks(listed, city_desk="市民相談", channel="全国窓口"):
    """Two contacts, of the national desk and of one other, beside a list of desks."""
    told = [
        records_of([f"2023-01-0{day}"], channel=name, pref="熊本県")
        for day, name in ((1, "全国窓口"), (2, channel))
    ]
    return open_scopes(
        contacts({"consultations": pd.concat(told)}),
        pd.DataFrame({"date": pd.to_datetime(["2023-01-01"]), "hour": [0], "n": [2]}),
        pd.DataFrame({"channel": listed, "opened_on": pd.to_datetime(["2020-03-01"] * len(listed))}),
        PERIOD,
        "熊本県",
        ("全国窓口", city_desk),
    )


def test_an_unknown_desk_is_refused_in_japanese_with_what_a_place_without_a_desk_declares():
    with pytest.raises(ValueError, match=r"窓口の一覧に「市民相談」.*開設の予定日.*not_supplied に channels"):
        of_desks(["全国窓口"])


@pytest.mark.parametrize("own", ["全国窓口", "市民相談"])
def test_a_place_without_a_desk_of_its_own_counts_the_prefecture_and_the_nation_alone(own):
    """Neither a zero nor a gap: nothing of a desk that is not there, nor of contacts of another desk under its name."""
    scopes = of_desks([], channel=own)
    assert {name: counts.n for name, counts in scopes.totals().items()} == {
        "全国": 2,
        "県": 2 if own == "全国窓口" else 1,
    }
    assert not any(scopes.few_in_city(PERIOD, least) for least in (1, 2, 3))
    assert scopes.desk_gaps(scopes.totals()) == ""
    assert of_desks(["市民相談"], channel=own).totals()["市"].n == (own == "市民相談")


@pytest.mark.parametrize(
    ("listed", "channel", "told"),
    [
        (["市民相談"], "市民相談", ""),
        (["市民相談"], "全国窓口", ""),
        (["市民相談"], "夜間窓口", "ほかの窓口(夜間窓口)への相談は、このページでは数えていません。"),
        ([], "市民相談", "ほかの窓口(市民相談)への相談は、このページでは数えていません。"),
    ],
)
def test_a_desk_that_no_scope_counts_is_named(listed, channel, told):
    """A total that leaves out a desk is read as that of all; the city's own is left out where it is not listed."""
    assert of_desks(listed, channel=channel).desks_apart == told


def test_a_period_without_records_is_refused_with_the_days_there_are():
    with pytest.raises(ValueError, match="記録があるのは 2023-01-01~2023-01-01 です"):
        open_scopes(
            contacts({"consultations": records_of(["2023-01-01"], channel="全国窓口", pref="熊本県")}),
            pd.DataFrame({"date": pd.to_datetime(["2023-01-01"]), "hour": [0], "n": [1]}),
            pd.DataFrame({"channel": ["全国窓口"], "opened_on": pd.to_datetime(["2020-03-01"])}),
            Period(date(2024, 4, 1), date(2024, 9, 30), "2024年度上半期"),
            "熊本県",
            ("全国窓口", "全国窓口"),
        )


def test_a_year_without_a_contact_is_told_so_though_the_nation_has_counts_of_it():
    with pytest.raises(
        ValueError, match=r"集計期間.*相談の記録がありません.*1件もなかった年度なら.*not_supplied"
    ):
        few_contacts(["2022-05-01", "2023-03-31"], national=["2023-04-01", "2024-03-31"])


@pytest.mark.parametrize("national", [[], ["2023-04-01", "2024-03-31"]])
def test_the_days_of_a_few_contacts_do_not_tell_when_the_first_and_the_last_of_them_came(national):
    told = few_contacts(["2023-04-02", "2023-09-09", "2024-02-18"], national).totals()["県"]
    assert (told.n, told.days, told.period.days) == (3, 366, 366)


def test_a_file_of_many_contacts_that_ends_early_still_has_no_record_after_its_end():
    told = few_contacts([str(day.date()) for day in pd.date_range("2023-04-01", "2023-09-30")]).totals()["県"]
    assert (told.n, told.days) == (183, 183)


def few_contacts(days, national=(), n=100):
    return open_scopes(
        contacts({"consultations": records_of(days, channel="全国窓口", pref="熊本県")}),
        pd.DataFrame({"date": pd.to_datetime(list(national)), "hour": 0, "n": n}),
        pd.DataFrame({"channel": ["全国窓口"], "opened_on": pd.to_datetime(["2020-03-01"])}),
        period_for(FiscalYear(2023), "fiscal"),
        "熊本県",
        ("全国窓口", "全国窓口"),
    )


@pytest.mark.parametrize(("n", "refused"), [(2, True), (3, False), (4, False)])
def test_a_nation_of_fewer_contacts_than_its_prefecture_is_refused(n, refused):
    """Its own share was told as 72 times as much as the nation's; 3 of the prefecture."""
    refusal = pytest.raises(ValueError, match="その一部である熊本県の件数より少なく")
    with refusal if refused else nullcontext():
        few_contacts(["2023-04-01"] * 3, ["2023-04-01"], n)


@pytest.mark.parametrize(("one", "other"), [(True, True), (True, False), (False, True), (False, False)])
def test_two_scopes_have_hours_where_both_have(one, other):
    hourly = np.ones((365, 24), dtype=np.int64)
    seen = np.arange(365)
    parts = [
        replace(
            counts_of(hourly.sum(axis=1), hourly=hourly if has else None),
            observed=seen % lacks > 0,
            suppressed=lacks,
        )
        for has, lacks in ((one, 2), (other, 3))
    ]
    both = added(*parts)
    assert both.daily.tolist() == [48] * 365
    assert both.suppressed == 5
    assert both.observed.tolist() == (seen % 6 > 0).tolist()
    assert (both.hourly is not None) == (one and other)
    assert both.hourly is None or (both.hourly == 2).all()


@pytest.mark.parametrize(("calendar", "unlike"), [(0, False), (1, True)])
def test_a_calendar_year_of_no_contact_is_not_told_as_one_of_other_days(calendar, unlike):
    """Nothing is so many times none, although both years were recorded whole."""
    row = {
        "scope": "県",
        "n_calendar": calendar,
        "n_fiscal": 4,
        "ratio": None,
        "missing_calendar": 0,
        "missing_fiscal": 0,
    }
    said = bases_sentence(pd.DataFrame([row]))
    assert said.startswith("県の相談は、暦年で数えると")
    assert ("記録のない日数が違う" in said) == unlike
    assert "{ratio[県]}倍" not in said


def test_what_the_nation_lacks_is_not_said_of_the_prefecture():
    bases = both_bases(world(nation_from="2023-06-01"), FiscalYear(2023)).frame
    assert bases.set_index("scope")["ratio"].notna().to_dict() == {"全国": False, "県": True}
    assert "{ratio[県]}倍" in bases_sentence(bases)


def test_records_of_a_period_are_those_of_its_first_and_last_day_and_of_all_between():
    times = [
        "2023-03-31 23:59",
        "2023-04-01 00:00",
        "2023-06-15 12:00",
        "2023-09-30 23:59",
        "2023-10-01 00:00",
    ]
    half = Period(date(2023, 4, 1), date(2023, 9, 30), "上半期")
    assert within(records_of(times), half).index.tolist() == [1, 2, 3]


@pytest.mark.parametrize("scope", ["全国", "県"])
@pytest.mark.parametrize(
    ("calendar", "fiscal", "said"),
    [
        (0, 0, "暦年で数えると{n_calendar[S]}件、年度で数えると{n_fiscal[S]}件"),
        (
            1,
            0,
            "暦年で数えると{n_calendar[S]}件(記録のない{missing_calendar[S]}日を除く)、年度で数えると{n_fiscal[S]}件",
        ),
        (365, 152, "年度で数えると{n_fiscal[S]}件(記録のない{missing_fiscal[S]}日を除く)"),
        (365, 366, ""),
    ],
)
def test_a_count_of_a_year_recorded_in_part_says_how_many_days_it_lacks(scope, calendar, fiscal, said):
    row = {
        "scope": scope,
        "n_calendar": None if calendar == 365 else 7,
        "n_fiscal": None if fiscal == 366 else 5,
        "ratio": None,
        "missing_calendar": calendar,
        "missing_fiscal": fiscal,
    }
    told = counted_sentence(pd.DataFrame([row]), scope, "相談")
    assert told == (f"相談は、{said}です。".replace("S", scope) if said else "")
    assert scope != "県" or bases_sentence(pd.DataFrame([row])).startswith(
        told.replace("相談は", "県の相談は")
    )


@pytest.mark.parametrize(("opened", "first", "told"), [
    ("2023-05-02", date(2023, 4, 1), "(窓口の開設前)"), ("2023-05-01", date(2023, 5, 1), "(窓口の開設日以降)"),
])  # fmt: skip
def test_a_desk_that_opens_on_the_last_day_was_open_on_it(opened, first, told):
    month = Period(date(2023, 4, 1), date(2023, 5, 1), "春")
    days = world(opened=("2020-03-01", opened)).city_days(month)
    assert days == Period(first, month.end, f"春{told}")


@pytest.mark.parametrize(("least", "few"), [(1, False), (2, True)])
def test_a_year_that_ends_on_the_first_day_of_the_page_shares_that_day_with_it(least, few):
    """Five contacts in the year, four of them on that day: one is beyond the page, which has many."""
    scopes = world(own_days=["2023-05-05", *["2023-06-01"] * 4, *EVERY_DAY[200:240]])
    page = replace(scopes, period=Period(date(2023, 6, 1), date(2023, 12, 31), ""))
    assert page.few_in_city(Period(date(2023, 5, 1), date(2023, 6, 1), ""), least) is few


@pytest.mark.parametrize(("least", "few"), [(2, False), (3, True)])
def test_a_year_before_the_page_shares_no_contact_with_it(least, few):
    """Two contacts in it; the page has many."""
    scopes = world(own_days=["2023-05-05", "2023-05-06", *EVERY_DAY[200:240]])
    page = replace(scopes, period=Period(date(2023, 6, 1), date(2023, 12, 31), ""))
    assert page.few_in_city(Period(date(2023, 5, 1), date(2023, 5, 31), ""), least) is few


def test_the_widest_record_is_the_nations_where_there_is_one():
    scopes = world()
    assert scopes.widest is scopes.nation
    assert replace(scopes, nation=None).widest is scopes.prefecture


@pytest.mark.parametrize(("last", "refused"), [(date(2022, 12, 31), True), (date(2023, 1, 1), False)])
def test_a_period_that_ends_on_the_first_day_of_the_record_has_a_record(last, refused):
    refusal = pytest.raises(ValueError, match="相談の記録がありません")
    with refusal if refused else nullcontext():
        assert (
            world(period=Period(date(2022, 12, 1), last, "冬")).prefecture.within(Period(last, last, "")).n
            == 7
        )
