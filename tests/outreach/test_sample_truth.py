"""The synthetic city: what was planted lies inside the interval, and what was not is not found."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.outreach import controlled, exact, specification, study
from ujo_lib.outreach.specification import Plan
from ujo_lib.params import OutreachSettings

SETTINGS = OutreachSettings()


@pytest.fixture(scope="module")
def truth(sample_data: Path) -> dict:
    return json.loads((sample_data / "truth" / "truth.json").read_text(encoding="utf-8"))["campaign"]


@pytest.fixture(scope="module")
def records(sample_data: Path) -> pd.DataFrame:
    files = [sample_data / year / "consultations.csv" for year in ("fy2022", "fy2023")]
    names = {
        "相談ID": "consult_id",
        "相談者ID": "client_id",
        "相談受付日時": "received_at",
        "窓口": "channel",
    }
    frame = pd.concat([pd.read_csv(file, encoding="cp932", usecols=list(names)) for file in files])
    frame = frame.rename(columns=names)
    return frame.assign(received_at=pd.to_datetime(frame["received_at"]).dt.tz_localize("Asia/Tokyo"))


@pytest.fixture(scope="module")
def national(sample_data: Path) -> pd.DataFrame:
    files = [sample_data / year / "national_daily.csv" for year in ("fy2022", "fy2023")]
    frame = pd.concat([pd.read_csv(file, encoding="utf-8-sig") for file in files])
    n = pd.to_numeric(frame["件数"].astype(str).replace("-", "0"))
    return pd.DataFrame({"date": pd.to_datetime(frame["日付"]), "pref": frame["都道府県"], "n": n})


@pytest.fixture(scope="module")
def plan(truth) -> Plan:
    start, end = (date.fromisoformat(day) for day in truth["joint_window"])
    return Plan(
        area=SETTINGS.area_name,
        channel=SETTINGS.channel,
        prefecture=SETTINGS.prefecture,
        window_start=start,
        window_end=end,
        first_day=date.fromisoformat(SETTINGS.first_day),
        controls=tuple(SETTINGS.controls),
        city_method=SETTINGS.city_method,
        prefecture_method=SETTINGS.prefecture_method,
        settling_days=SETTINGS.settling_days,
        washout_days=SETTINGS.washout_days,
        min_baseline_days=SETTINGS.min_baseline_days,
        episode_gap_days=SETTINGS.episode_gap_days,
        level=SETTINGS.level,
    )


@pytest.fixture(scope="module")
def opened(campaigns, national, truth):
    channels = pd.DataFrame(
        {"channel": [SETTINGS.channel], "opened_on": [pd.Timestamp(truth["city_opened_on"])]}
    )
    ads = pd.DataFrame({"region": ["熊本県", "Kumamoto"], "impressions": [1_000, 1_000]})

    def of(plan: Plan, records: pd.DataFrame) -> study.Study:
        return study.open_study(plan, campaigns, ads, channels, records, national)

    return of


def test_the_registered_plan_of_the_sample_is_the_one_in_its_parameters(plan):
    assert "一致します" in specification.registration(plan, SETTINGS.plan_digest)


def test_the_planted_city_ratio_lies_inside_the_interval(plan, records, opened, truth):
    effect = opened(plan, records).city_effect()
    assert effect.method == exact.METHOD
    assert effect.low < truth["city_rate_ratio"] < effect.high
    assert effect.estimate > 1


def test_the_planted_prefecture_ratio_lies_inside_the_interval(plan, records, opened, truth):
    effect = opened(plan, records).prefecture_effect()
    assert effect.method == controlled.METHOD
    assert effect.low < truth["prefecture_rate_ratio"] < effect.high


def test_with_the_planted_contacts_removed_nothing_is_detected(plan, records, opened, truth):
    without = records[~records["consult_id"].isin(truth["campaign_consult_ids"])]
    effect = opened(plan, without).city_effect()
    assert effect.code == "not_detected"
    assert effect.low < 1 < effect.high


def test_without_contacts_after_february_the_answer_is_that_there_is_none(plan, records, opened):
    before_march = records[records["received_at"] < pd.Timestamp("2024-03-01", tz="Asia/Tokyo")]
    study_so_far = opened(plan, before_march)
    for effect in (study_so_far.city_effect(), study_so_far.prefecture_effect()):
        assert effect.label == "推定できません"
        assert "2024-02-29" in effect.reason


def test_calendar_year_contacts_alone_cannot_tell_about_a_spring_campaign(plan, records, opened):
    calendar_year = records[records["received_at"] < pd.Timestamp("2024-01-01", tz="Asia/Tokyo")]
    assert "2023-12-31" in opened(plan, calendar_year).city_effect().reason


def test_no_quiet_time_of_the_sample_is_taken_for_a_lost_file(plan, records, opened):
    found = opened(plan, records)
    for curve in (found.city_curve(SETTINGS.neighbours), found.prefecture_curve(SETTINGS.neighbours)):
        assert curve.frame["estimate"].notna().all()
