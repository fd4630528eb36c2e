from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.outreach.conftest import WINDOW, YEAR, daily
from ujo_lib.fiscal import Period
from ujo_lib.outreach import controlled, exact, hygiene
from ujo_lib.outreach.hygiene import Baseline
from ujo_lib.outreach.verdict import Refusal

PREFECTURES = ["熊本県", "福岡県", "佐賀県", "大分県", "海外", "不明・無回答"]
OLD_DESK = Baseline(YEAR.start, washout_days=14)


def test_the_home_prefecture_is_no_control_because_waves_cross_city_borders(campaigns):
    reached = hygiene.reached_prefectures(campaigns, "熊本県", PREFECTURES)
    assert set(reached) == {"熊本県"}
    assert hygiene.clean_controls([], PREFECTURES, reached) == ("福岡県", "佐賀県", "大分県")


def test_a_contaminated_control_is_refused_by_name(campaigns):
    reached = hygiene.reached_prefectures(campaigns, "熊本県", PREFECTURES)
    refusal = hygiene.clean_controls(["熊本県", "福岡県"], PREFECTURES, reached)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "contaminated_control"
    assert "熊本県(SNS広告の対象地域(県))" in refusal.reason


def test_delivery_beyond_the_plan_contaminates_too(campaigns):
    ads = pd.DataFrame({"region": ["熊本県", "福岡県"], "impressions": [2_000_000, 50_000]})
    reached = hygiene.reached_prefectures(campaigns, "熊本県", PREFECTURES, ads)
    assert reached["福岡県"] == "広告の配信実績(region 列)"
    assert "福岡県" not in hygiene.clean_controls([], PREFECTURES, reached)


@pytest.mark.parametrize("spelling", ["Fukuoka", "Fukuoka Prefecture", "fukuoka-ken", "福岡県"])
def test_delivery_is_recognised_in_latin_letters_too(campaigns, spelling):
    ads = pd.DataFrame(
        {"region": ["Kumamoto", spelling, "Kyoto", "Narnia", None], "impressions": [9, 1, 0, 1, 1]}
    )
    every = [*PREFECTURES, "京都府", "東京都"]
    reached = hygiene.reached_prefectures(campaigns, "熊本県", every, ads)
    assert set(reached) == {"熊本県", "福岡県"}
    assert "照合できない名称: Narnia。" in hygiene.said_regions(ads, every)


@pytest.mark.parametrize(
    ("ads", "said"),
    [
        ({"region": ["熊本県", None]}, "記録のある広告の配信地域は、すべて都道府県名と照合できました。"),
        ({"region": [None, None]}, "分かりません"),
        ({"impressions": [1, 2]}, "分かりません"),
    ],
)
def test_regions_that_no_export_names_are_not_told_as_all_known(ads, said):
    assert said in hygiene.said_regions(pd.DataFrame(ads), PREFECTURES)


def test_a_national_campaign_leaves_nobody_to_compare_with(campaigns):
    reached = hygiene.reached_prefectures(campaigns.assign(area="全国"), "熊本県", PREFECTURES)
    refusal = hygiene.clean_controls([], PREFECTURES, reached)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_control"


@pytest.mark.parametrize(("wanted", "code"), [(["福岡県"], "one_prefecture"), (["北海"], "unknown_control")])
def test_a_single_or_unknown_control_is_refused(campaigns, wanted, code):
    reached = hygiene.reached_prefectures(campaigns, "熊本県", PREFECTURES)
    refusal = hygiene.clean_controls(wanted, PREFECTURES, reached)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_an_area_that_is_no_area_is_an_error_in_words(campaigns):
    with pytest.raises(ValueError, match="市・県・全国"):
        hygiene.reached_prefectures(campaigns.assign(area="九州"), "熊本県", PREFECTURES)


def refusal_code(local, control, rules, through=YEAR.end) -> str:
    found = hygiene.compare("宇城市", local, control, WINDOW, rules, through)
    assert isinstance(found, Refusal), found
    for estimator in (exact.conditional, exact.mid_p, controlled.block_t, controlled.model):
        effect = estimator(found, "宇城市")
        assert effect.code == "not_estimable"
        assert effect.reason == found.reason
        assert (effect.n, effect.estimate, effect.low, effect.high, effect.p_value) == (None,) * 5
    return found.code


@pytest.mark.parametrize(("through", "code"), [
    ("2023-12-31", "empty_window"), ("2024-02-19", "empty_window"), ("2024-02-20", "incomplete_window"),
    ("2024-03-13", "incomplete_window"), ("2024-03-14", ""),
])  # fmt: skip
def test_data_that_do_not_reach_the_end_of_the_window_are_refused(control, through, code):
    found = hygiene.compare(
        "宇城市", daily(1, 1), control, WINDOW, OLD_DESK, last := date.fromisoformat(through)
    )
    assert isinstance(found, Refusal) == bool(code)
    if code:
        assert refusal_code(daily(1, 1), control, OLD_DESK, last) == code
        assert found.reason.startswith(f"相談のデータが{through}で終わり、")


@pytest.mark.parametrize(("wanted", "short"), [(324, False), (325, False), (326, True)])
def test_as_many_days_as_are_wanted_are_a_baseline(control, wanted, short):
    """Of 366 days 24 are the window, and what comes after it the washout and three more: 325 before it, 3 after."""
    rules = replace(OLD_DESK, min_days=wanted + 3)
    found = hygiene.compare("宇城市", daily(1, 1), control, WINDOW, rules, YEAR.end)
    assert (isinstance(found, Refusal) and found.code == "short_baseline") is short
    assert not short or f"最初の日({YEAR.start})から比較に使える日が328日しかなく" in found.reason


def test_a_desk_opened_shortly_before_the_campaign_has_no_baseline(control):
    opened = Baseline(YEAR.start, date(2023, 11, 1), settling_days=90, washout_days=14)
    assert refusal_code(daily(1, 1), control, opened) == "short_baseline"


def test_missing_days_of_the_control_are_refused_and_named(control):
    control.loc["2023-08-14"] = np.nan
    assert refusal_code(daily(1, 1), control, OLD_DESK) == "missing_days"
    found = hygiene.compare("宇城市", daily(1, 1), control, WINDOW, OLD_DESK, YEAR.end)
    assert "2023-08-14" in found.reason


def test_a_day_missing_outside_window_and_baseline_does_not_matter(control):
    control.loc["2024-03-20"] = np.nan  # washed out
    found = hygiene.compare("宇城市", daily(1, 1), control, WINDOW, OLD_DESK, YEAR.end)
    assert not isinstance(found, Refusal)


def test_nothing_counted_before_gives_no_ratio(control):
    assert refusal_code(daily(0, 1), control, OLD_DESK) == "zero_baseline"


def test_a_silent_control_gives_no_expectation(control):
    assert refusal_code(daily(1, 1), control * 0, OLD_DESK) == "zero_control"


@pytest.mark.parametrize(("before", "inside", "silent"), [(0, 1, True), (1, 0, True), (1, 1, False)])
def test_one_contact_of_the_control_before_and_one_in_the_window_are_enough(control, before, inside, silent):
    few = control * 0
    few.loc["2023-09-01"], few.loc[pd.Timestamp(WINDOW.start)] = before, inside
    found = hygiene.compare("宇城市", daily(1, 1), few, WINDOW, OLD_DESK, YEAR.end)
    assert (isinstance(found, Refusal) and found.code == "zero_control") is silent


def test_settling_and_washout_days_are_left_out_of_the_baseline(control):
    opened = Baseline(YEAR.start, date(2023, 5, 1), settling_days=90, washout_days=14)
    found = hygiene.compare("宇城市", daily(1, 3), control, WINDOW, opened, YEAR.end)
    assert not isinstance(found, Refusal)
    baseline = found.frame.index[found.having(hygiene.BASELINE)]
    assert baseline.min() == pd.Timestamp("2023-07-30")
    after = baseline[baseline > pd.Timestamp(WINDOW.end)]
    assert after.min() == pd.Timestamp("2024-03-29")
    assert hygiene.days_compared(found) == ("2023-07-30", "2024-03-31")
    counts = hygiene.counts(found).frame.set_index("role")
    assert counts.loc["実施期間", ["days", "n"]].tolist() == [24, 72]
    assert counts.loc["比較期間", "days"] == counts.loc["比較期間", "n"] == len(baseline)
    assert found.expected == pytest.approx(24)


@pytest.mark.parametrize(
    ("opened", "settling", "said"),
    [
        ("2023-11-22", 90, ""),
        ("2023-11-23", 90, "窓口の開設(2023-11-23)から慣らしの90日が過ぎる前に始まり"),
        ("2024-02-20", 0, ""),
        ("2024-02-21", 0, "窓口の開設(2024-02-21)より前に始まり"),
    ],
)
def test_a_campaign_that_begins_before_the_desk_has_settled_has_no_effect_on_it(opened, settling, said):
    """Days before the opening were zeros of the window, and what came months later the baseline: a decrease."""
    days = pd.date_range(YEAR.start, "2025-03-31")
    rules = Baseline(YEAR.start, date.fromisoformat(opened), settling, washout_days=14)
    found = hygiene.compare(
        "宇城市", pd.Series(1, days), pd.Series(900.0, days), WINDOW, rules, date(2025, 3, 31)
    )
    assert (isinstance(found, Refusal) and found.code == "unsettled_window") == bool(said)
    assert not said or said in found.reason


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("2023-07-30", "窓口の開設(2023-05-02)から比較"),
        ("2023-07-31", "最初の日(2023-07-31)から比較"),
        ("2023-11-01", "最初の日(2023-11-01)から比較"),
    ],
)
def test_a_short_baseline_names_the_day_from_which_it_counts(control, first, said):
    rules = Baseline(date.fromisoformat(first), date(2023, 5, 2), 90, min_days=300)
    found = hygiene.compare("宇城市", daily(1, 1), control, WINDOW, rules, YEAR.end)
    assert said in found.reason
    assert ("慣らし" in found.reason) == ("開設" in said)


@pytest.mark.parametrize(
    ("day", "role"),
    [("07-31", "比較期間"), ("08-01", "除外"), ("08-10", "除外"), ("08-24", "除外"), ("08-25", "比較期間")],
)
def test_a_day_under_an_earlier_campaign_or_in_its_washout_is_no_day_without_one(control, day, role):
    earlier = (Period(date(2023, 8, 1), date(2023, 8, 10), "前の施策"),)
    rules = Baseline(YEAR.start, washout_days=14, others=earlier)
    found = hygiene.compare("熊本県", daily(7, 7), control, WINDOW, rules, YEAR.end)
    assert found.frame.loc[f"2023-{day}", "role"] == role


def test_an_earlier_campaign_that_lasts_into_the_window_takes_no_day_from_it(control):
    earlier = (Period(date(2024, 2, 1), WINDOW.start, "前の施策"),)
    rules = Baseline(YEAR.start, washout_days=14, others=earlier)
    found = hygiene.compare("熊本県", daily(7, 7), control, WINDOW, rules, YEAR.end)
    assert found.totals("実施期間").days == WINDOW.days


def test_without_a_comparison_no_days_are_compared():
    assert hygiene.days_compared(Refusal("zero_control", "比較地域の相談が0件")) == ()


def of_controls(days: int, per_day: float, first: str = "2023-08-01", other: float = 400.0) -> pd.DataFrame:
    """Two flat controls of which 県01 falls silent for so many days, with `per_day` contacts otherwise."""
    frame = pd.DataFrame({"県00": other, "県01": per_day}, index=pd.date_range(YEAR.start, YEAR.end))
    frame.loc[pd.date_range(first, periods=days), "県01"] = 0.0
    return frame


def heard(local: pd.Series, controls: pd.DataFrame) -> hygiene.Comparison | Refusal:
    found = hygiene.compare("宇城市", local, controls.sum(axis=1), WINDOW, OLD_DESK, YEAR.end)
    assert not isinstance(found, Refusal)
    return hygiene.heard(found, controls)


@pytest.mark.parametrize(("days", "refused"), [(13, False), (14, True), (15, True)])
def test_a_control_without_contacts_for_two_weeks_is_refused_by_name_and_days(days, refused):
    found = heard(daily(1, 1), of_controls(days, 20.0))
    assert isinstance(found, Refusal) == refused
    if isinstance(found, Refusal):
        assert found.code == "silent_control"
        assert f"県01(2023-08-01〜2023-08-{days})" in found.reason
        assert "県00" not in found.reason
        assert "比較地域からその地域を除けば" in found.reason


def test_a_control_that_was_heard_on_the_first_days_alone_is_silent_since():
    found = heard(daily(1, 1), of_controls(353, 20.0, "2023-04-14"))
    assert isinstance(found, Refusal)
    assert "県01(2023-04-14〜2024-03-31)" in found.reason


@pytest.mark.parametrize(("expected", "refused"), [(19, False), (20, True), (21, True)])
def test_a_quiet_time_of_a_small_desk_is_no_lost_file(expected, refused):
    local = daily(1, 1)
    local.iloc[100 : 100 + expected] = 0  # one contact a day otherwise
    found = heard(local, of_controls(0, 20.0))
    assert isinstance(found, Refusal) == refused
    if isinstance(found, Refusal):
        assert found.code == "silent_local"
        assert f"宇城市(2023-07-10〜{local.index[99 + expected].date()})" in found.reason


@pytest.mark.parametrize(("silent", "refused"), [(20, False), (80, False), (85, True)])
def test_the_pauses_between_classes_are_no_lost_file(silent, refused):
    """Five contacts every fifth day: 84 days miss 19 arrivals, 89 miss 20 (`stats.silences`).

    Two in three clean years of 200 contacts in classes of five were said to have lost rows.
    """
    local = daily(0, 0)
    local.iloc[::5] = 5
    local.iloc[100 : 100 + silent] = 0
    found = heard(local, of_controls(0, 20.0))
    assert (isinstance(found, Refusal) and found.code == "silent_local") == refused


def test_every_silence_is_named_at_once():
    controls = of_controls(20, 5.0)
    controls.loc["2023-11-01":"2023-12-10", "県01"] = 0.0
    controls.loc["2024-02-20":, "県00"] = 0.0
    found = heard(daily(1, 1), controls)
    assert isinstance(found, Refusal)
    assert "県00(2024-02-20〜2024-03-31)、" in found.reason
    assert "県01(2023-08-01〜2023-08-20、2023-11-01〜2023-12-10)" in found.reason


@pytest.mark.parametrize(("first", "refused"), [("2024-03-14", True), ("2024-03-15", False)])
def test_silence_on_days_left_out_does_not_matter(first, refused):
    assert isinstance(heard(daily(1, 1), of_controls(14, 5.0, first)), Refusal) == refused


@pytest.mark.parametrize(
    ("regions", "area"),
    [
        (None, "熊本県"),
        ([None, None], "熊本県"),
        (["Kumamoto", None, "熊本県"], "熊本県"),
        (["福岡県", "Kumamoto Prefecture"], "熊本県、福岡県"),
        (["1", "2", "3"], "1、2、3"),
        (["1", "2", "3", "4"], "1、2、3など4の地域"),
    ],
)
def test_advertisements_are_told_of_where_they_were_shown_and_not_of_where_they_were_meant_to(regions, area):
    ads = pd.DataFrame({"impressions": [1] * 4} if regions is None else {"region": regions})
    assert hygiene.delivered_in(ads, "熊本県") == area
