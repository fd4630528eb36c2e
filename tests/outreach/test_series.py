from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.fiscal import Period
from ujo_lib.outreach import series


def contacts(*rows: tuple[str | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["client_id", "received_at"])
    return frame.assign(
        received_at=pd.to_datetime(frame["received_at"], format="ISO8601").dt.tz_localize("Asia/Tokyo")
    )


def test_a_burst_of_one_person_is_one_event_and_a_later_return_another():
    records = contacts(
        ("A", "2024-02-01 22:00"), ("A", "2024-02-03 09:00"), ("A", "2024-02-17 09:01"), ("B", "2024-02-02")
    )
    kept = series.episode_starts(records, 14)
    assert kept["received_at"].dt.day.tolist() == [1, 2, 17]


def test_an_episode_goes_on_as_long_as_contacts_follow_each_other():
    records = contacts(*[("A", f"2024-02-{day:02d}") for day in (1, 10, 19, 28)])
    assert len(series.episode_starts(records, 14)) == 1


def test_contacts_without_an_id_are_never_joined():
    records = contacts((None, "2024-02-01"), (None, "2024-02-01"), ("A", "2024-02-01"), ("A", "2024-02-01"))
    assert len(series.episode_starts(records, 14)) == 3


def test_no_gap_keeps_every_contact():
    records = contacts(("A", "2024-02-01"), ("A", "2024-02-01"))
    assert len(series.episode_starts(records, 0)) == 2


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 200)), min_size=1, max_size=40),
    st.integers(1, 60),
)
@settings(deadline=None, max_examples=40)
def test_a_longer_gap_never_gives_more_episodes_and_each_person_has_one(rows, gap):
    frame = pd.DataFrame(rows, columns=["client_id", "day"])
    frame["received_at"] = pd.Timestamp("2023-04-01") + pd.to_timedelta(frame["day"], unit="D")
    shorter, longer = (len(series.episode_starts(frame, days)) for days in (gap, gap + 5))
    assert frame["client_id"].nunique() <= longer <= shorter <= len(frame)


def test_days_without_contacts_are_zeros_and_nights_belong_to_their_local_day():
    records = contacts(("A", "2024-02-29 23:59"), ("B", "2024-03-02 00:00"))
    counts = series.per_day(records, Period(date(2024, 2, 28), date(2024, 3, 2), ""))
    assert counts.tolist() == [0, 1, 0, 1]
    assert counts.index.tz is None


def test_the_first_and_the_last_day_are_counted_and_nothing_beyond_them():
    stamps = ["2024-02-27 23:59", "2024-02-28 00:00", "2024-03-02 23:59", "2024-03-03 00:00"]
    counts = series.per_day(
        contacts(*(("A", stamp) for stamp in stamps)), Period(date(2024, 2, 28), date(2024, 3, 2), "")
    )
    assert counts.tolist() == [1, 0, 0, 1]


def national(rows: list[tuple[str, str, float | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "pref", "n"])
    return frame.assign(date=pd.to_datetime(frame["date"]), n=frame["n"].astype("Float64"))


def test_missing_days_suppressed_counts_and_silent_prefectures_are_told_apart():
    wide = series.by_prefecture(
        national([
            ("2024-02-01", "福岡県", 5), ("2024-02-01", "佐賀県", None), ("2024-02-01", "海外", 3),
            ("2024-02-03", "福岡県", 4),
        ])
    )  # fmt: skip
    assert list(wide.columns) == ["佐賀県", "福岡県"]
    assert wide["福岡県"].isna().tolist() == [False, True, False]
    assert np.isnan(wide.loc["2024-02-01", "佐賀県"])
    assert wide.loc["2024-02-03", "佐賀県"] == 0
    assert series.total(wide, ["佐賀県", "福岡県"]).isna().tolist() == [True, True, False]


def test_records_reach_no_further_than_the_shorter_of_the_two_sources():
    records = contacts(("A", "2023-12-31 23:50"))
    table = national([("2024-03-31", "福岡県", 5)])
    assert series.recorded_through(records, table) == date(2023, 12, 31)
