"""The registered plan on small worlds: what the city hall would see, end to end."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.outreach.conftest import TWO_YEARS, WINDOW, YEAR
from tests.outreach.test_specification import PLAN
from ujo_lib.fiscal import Period
from ujo_lib.outreach import controlled, study
from ujo_lib.outreach.hygiene import Comparison
from ujo_lib.outreach.verdict import Refusal

PREFECTURES = ["熊本県", *(f"県{i:02d}" for i in range(46))]


def contacts(
    seed: int, ratio: float, per_day: float = 0.25, through: date = YEAR.end, back_after: int = 3
) -> pd.DataFrame:
    """Contacts of the city's desk and of the national one, by clients who write once or twice."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2023-05-01", through)
    inside = (days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))
    starts = days.repeat(rng.poisson(per_day * np.where(inside, ratio, 1.0)))
    client = np.arange(len(starts))
    again = rng.uniform(size=len(starts)) < 0.5
    at = np.r_[starts, starts[again] + pd.Timedelta(days=back_after)]
    city = pd.DataFrame(
        {"client_id": np.r_[client, client[again]].astype(str), "received_at": at, "channel": "宇城市専用"}
    )
    national = pd.DataFrame({"client_id": None, "received_at": days, "channel": "全国窓口"})
    frame = pd.concat([city[city["received_at"] <= pd.Timestamp(through)], national], ignore_index=True)
    return frame.assign(received_at=frame["received_at"].dt.tz_localize("Asia/Tokyo"))


def nation(seed: int = 1, ratio: float = 1.0, through: date = YEAR.end) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = pd.date_range(TWO_YEARS.start, through)
    inside = (days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))
    mean = np.outer(1 + 0.2 * np.sin(2 * np.pi * days.day_of_year / 365.25), [7.0] + [20.0] * 46)
    mean[:, 0] *= np.where(inside, ratio, 1.0)
    wide = pd.DataFrame(rng.poisson(mean), index=days, columns=PREFECTURES)
    return wide.rename_axis("date").reset_index().melt("date", var_name="pref", value_name="n")


CHANNELS = pd.DataFrame(
    {
        "channel": ["全国窓口", "宇城市専用"],
        "opened_on": [pd.Timestamp("2020-03-01"), pd.Timestamp("2023-05-01")],
    }
)
ADS = pd.DataFrame({"region": ["熊本県"], "impressions": [2_361_423]})


def opened(campaigns, consultations, national, plan=PLAN) -> study.Study:
    return study.open_study(plan, campaigns, ADS, CHANNELS, consultations, national)


def test_a_planted_effect_lies_inside_the_interval_and_is_found(campaigns):
    found = opened(campaigns, contacts(1, 4.0), nation(1, 1.5))
    city, prefecture = found.city_effect(), found.prefecture_effect()
    assert city.code == prefecture.code == "detected"
    assert city.low < 4.0 < city.high
    assert prefecture.low < 1.5 < prefecture.high


def test_the_same_campaign_a_year_before_is_no_season_of_the_prefectures_own(campaigns):
    """It would have taken the effect of this year's for what every March shows."""
    earlier = Period(date(2023, 2, 20), date(2023, 3, 14), "前の施策")
    found = replace(opened(campaigns, contacts(1, 4.0), nation(1, 1.5)), others=(earlier,))
    assert found.prefecture_effect().reason == controlled.NO_EARLIER_SEASON.reason
    assert found.city_effect().code == "detected"


def test_with_the_effect_removed_nothing_is_detected(campaigns):
    found = opened(campaigns, contacts(2, 1.0), nation(2, 1.0))
    assert found.city_effect().code == "not_detected"
    assert found.prefecture_effect().code == "not_detected"


def test_without_data_from_march_on_nothing_is_estimated(campaigns):
    found = opened(campaigns, contacts(1, 4.0, through=date(2024, 2, 29)), nation(1, 1.5))
    for effect in (found.city_effect(), found.prefecture_effect(), *found.prefecture_effects()):
        assert effect.code == "not_estimable"
        assert "2024-02-29" in effect.reason
        assert effect.estimate is None
    assert found.city_curve([]).frame["estimate"].isna().all()


def test_a_desk_that_opened_in_winter_gives_no_city_estimate(campaigns):
    channels = CHANNELS.assign(opened_on=[pd.Timestamp("2020-03-01"), pd.Timestamp("2023-12-01")])
    found = study.open_study(PLAN, campaigns, ADS, channels, contacts(1, 4.0), nation(1, 1.5))
    assert isinstance(found.city(), Refusal)
    assert "2023-12-01" in found.city_effect().reason
    assert found.prefecture_effect().code == "detected"


@pytest.mark.parametrize(("n", "told"), [(19, False), (20, True), (21, True)])
def test_why_nothing_is_estimated_tells_of_no_day_on_which_fewer_than_twenty_contacts_came(
    campaigns, n, told
):
    """All came in the window: none before it, said a page that kept their number back."""
    days = pd.date_range(WINDOW.start, periods=n, tz="Asia/Tokyo")
    city = pd.DataFrame({"client_id": None, "received_at": days, "channel": "宇城市専用"})
    national = contacts(1, 1.0).query("channel == '全国窓口'")
    found = opened(campaigns, pd.concat([city, national], ignore_index=True), nation(1)).city_effect()
    assert found.code == "not_estimable"
    assert (found.reason == "窓口の相談が20件に満たず、判定できない") is not told


@pytest.mark.parametrize(("closed", "estimable"), [("2024-03-07", False), (str(WINDOW.end), True)])
def test_a_desk_that_was_closed_within_the_window_gives_no_city_estimate(campaigns, closed, estimable):
    """Its days after that are no days without contacts: they would read as a decrease."""
    channels = CHANNELS.assign(closed_on=[pd.NaT, pd.Timestamp(closed)])
    found = study.open_study(PLAN, campaigns, ADS, channels, contacts(1, 4.0), nation(1, 1.5))
    assert (found.city_effect().code == "detected") == estimable
    assert estimable or f"窓口が{closed}で廃止され" in found.city_effect().reason
    assert found.prefecture_effect().code == "detected"


def test_repeated_contacts_of_one_person_are_counted_once(campaigns):
    consultations = contacts(3, 1.0)
    every = opened(campaigns, consultations, nation(), replace(PLAN, episode_gap_days=0)).city()
    once = opened(campaigns, consultations, nation()).city()
    assert isinstance(every, Comparison)
    assert isinstance(once, Comparison)
    assert once.frame["local"].sum() < every.frame["local"].sum()


def test_only_campaigns_with_days_of_their_own_get_an_estimate(campaigns, carry_over):
    found = opened(campaigns, contacts(1, 4.0), nation(1, 1.5))
    effects = {effect.area: effect for effect in found.separate_effects(campaigns, carry_over, 7)}
    assert effects["SNS広告"].code != "not_estimable"
    assert effects["TV"].code == effects["チラシ"].code == "not_estimable"
    assert "1日もない" in effects["TV"].reason
    joint = found.city_effect()
    assert effects["SNS広告"].n < joint.n


def test_the_curves_hold_the_registered_estimate_once(campaigns):
    found = opened(campaigns, contacts(1, 4.0), nation(1, 1.5))
    for table, effect in (
        (found.city_curve(["県00"]).frame, found.city_effect()),
        (found.prefecture_curve(["県00"]).frame, found.prefecture_effect()),
    ):
        registered = table[table["chosen"]]
        assert len(registered) == 1
        assert set(table["期間"]) == {"3月7日まで", "3月14日まで", "3月21日まで"}
        assert registered["estimate"].item() == pytest.approx(effect.estimate)
        assert (
            not table.drop(columns=["label", "estimate", "low", "high", "p_value", "chosen", "reason"])
            .duplicated()
            .any()
        )


@pytest.mark.parametrize(
    ("controls", "neighbours", "options"),
    [
        ((), [], 1),
        ((), ["青森県"], 1),
        ((), ["県00"], 2),
        (("県07", "県08"), ["県07"], 2),
        (("県07", "県08"), ["県07", "県08"], 1),
    ],
)
def test_a_choice_of_controls_is_one_only_where_it_leaves_others(campaigns, controls, neighbours, options):
    """Without any control left the plan would take all of them; without a neighbour among them it takes the same."""
    found = opened(campaigns, contacts(1, 4.0), nation(), replace(PLAN, controls=controls))
    assert found.prefecture_curve(neighbours).frame["比較地域"].nunique() == options


@pytest.mark.parametrize(("before", "options"), [(119, 3), (120, 1), (None, 1)])
def test_days_after_the_opening_are_a_choice_only_where_the_records_hold_any(campaigns, before, options):
    day = None if before is None else PLAN.first_day - timedelta(before)
    found = replace(opened(campaigns, contacts(1, 4.0), nation()), opened=day)
    assert found.city_curve([]).frame["開設後に除く日数"].nunique() == options


def test_delivery_into_a_control_prefecture_takes_it_out_of_the_control(campaigns):
    ads = pd.DataFrame({"region": ["熊本県", "県07"], "impressions": [2_000_000, 50]})
    found = study.open_study(PLAN, campaigns, ads, CHANNELS, contacts(1, 1.0), nation())
    assert "県07" not in found.controls
    asked = study.open_study(
        replace(PLAN, controls=("県07", "県08")), campaigns, ads, CHANNELS, contacts(1, 1.0), nation()
    )
    assert asked.city_effect().code == asked.prefecture_effect().code == "not_estimable"
    assert "県07" in asked.city_effect().reason


def test_a_desk_or_prefecture_that_is_not_in_the_data_is_named(campaigns):
    for plan, words in (
        (replace(PLAN, channel="町の窓口"), "町の窓口"),
        (replace(PLAN, prefecture="県99"), "県99"),
    ):
        with pytest.raises(ValueError, match=words):
            opened(campaigns, contacts(1, 1.0), nation(), plan)


def test_a_place_without_a_list_of_desks_has_the_prefectures_effect_alone_and_a_list_must_name_the_desk(
    campaigns,
):
    plan, records, national = replace(PLAN, channel=""), contacts(1, 1.0), nation()
    asked = study.open_study(plan, campaigns, ADS, CHANNELS.iloc[:0], records, national)
    assert asked.prefecture_effect() == opened(campaigns, records, national).prefecture_effect()
    assert (asked.opened, asked.closed, len(asked.contacts)) == (None, None, 0)
    with pytest.raises(ValueError, match="窓口の一覧"):
        study.open_study(plan, campaigns, ADS, CHANNELS.iloc[:1], records, national)


def without(national: pd.DataFrame, prefectures: list[str], first: str, last: str) -> pd.DataFrame:
    """The national table with the rows of these prefectures lost from one day to another."""
    lost = national["pref"].isin(prefectures) & national["date"].between(first, last)
    return national[~lost]


def test_three_prefectures_missing_from_the_first_day_on_are_no_effect(campaigns):
    three = ["県00", "県01", "県02"]
    lost = without(nation(), three, "2024-02-20", "2024-03-31")
    found = opened(campaigns, contacts(1, 1.0), lost)
    for effect in (found.city_effect(), *found.prefecture_effects()):
        assert effect.label == "推定できません"
        assert all(f"{name}(2024-02-20〜2024-03-31)" in effect.reason for name in three)
    assert found.prefecture_curve([]).frame["estimate"].isna().all()
    remedied = opened(campaigns, contacts(1, 1.0), lost, replace(PLAN, controls=tuple(PREFECTURES[4:])))
    assert remedied.prefecture_effect().code == remedied.city_effect().code == "not_detected"


def test_two_weeks_missing_at_home_are_no_decrease(campaigns):
    lost = without(nation(), ["熊本県"], "2024-03-01", "2024-03-14")
    found = opened(campaigns, contacts(1, 1.0), lost)
    for effect in found.prefecture_effects():
        assert effect.label == "推定できません"
        assert "熊本県(2024-03-01〜2024-03-14)" in effect.reason
    assert found.city_effect().code == "not_detected"  # rests on the desk and the controls alone


@pytest.mark.parametrize(("days", "ends"), [(1, 2), (7, 2), (8, 3)])
def test_a_window_of_a_week_has_no_choice_that_ends_before_it_begins(campaigns, days, ends):
    plan = replace(PLAN, window_end=PLAN.window_start + timedelta(days - 1))
    table = opened(campaigns, contacts(1, 4.0), nation(1, 1.5), plan).prefecture_curve([]).frame
    assert table["期間"].nunique() == ends


def test_all_contacts_of_the_curve_are_those_of_the_next_day_too(campaigns):
    found = opened(campaigns, contacts(1, 4.0, back_after=1), nation())
    table = found.city_curve([]).frame
    counted = table[(table["数え方"] == "すべての相談") & table["estimate"].notna()]
    every = replace(found, plan=replace(PLAN, episode_gap_days=0)).city_effect()
    paired = replace(found, plan=replace(PLAN, episode_gap_days=1)).city_effect()
    assert every.estimate != pytest.approx(paired.estimate)
    assert np.isclose(counted["estimate"], every.estimate).any()


def test_each_method_of_the_prefecture_is_told_in_words_of_its_own():
    words = study.PREFECTURE_WORDS
    assert words.keys() == study.PREFECTURE_METHODS.keys()
    assert [name for name, said in words.items() if "2区切り" in said] == [controlled.METHOD]
