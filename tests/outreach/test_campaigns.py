import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.outliers_influence import variance_inflation_factor

from tests.outreach.conftest import WINDOW, YEAR
from ujo_lib.errors import InputError
from ujo_lib.fiscal import FiscalYear, Period, period_for
from ujo_lib.outreach import campaigns as calendar
from ujo_lib.outreach.campaigns import CarryOver

ORACLES = {
    row["id"]: row
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "reference/outreach_oracles.csv").open(encoding="utf-8")
    )
}


def test_every_medium_fades_alike_each_over_its_own_days():
    found = calendar.carry_overs({"チラシ": 7, "テレビ": 2}, "half_life")
    assert found == {"チラシ": CarryOver(7, "half_life"), "テレビ": CarryOver(2, "half_life")}


def test_joint_window_runs_from_the_first_advert_to_the_end_of_the_leaflet(campaigns, carry_over):
    window = calendar.joint_window(campaigns, carry_over)
    assert (window.start, window.end, window.days) == (date(2024, 2, 20), date(2024, 3, 14), 24)


FISCAL = period_for(FiscalYear(2024), "fiscal")


@pytest.mark.parametrize(
    ("start", "end", "own", "other"),
    [
        ("2024-02-20", "2024-03-31", False, True),
        ("2024-02-20", "2024-04-01", True, False),
        ("2024-03-31", None, False, True),
        ("2024-04-01", None, True, False),
        ("2025-03-31", "2025-04-30", True, False),
        ("2025-04-01", None, False, True),
        (None, None, True, False),
    ],
)
def test_the_list_of_all_years_is_not_one_campaign(campaigns, start, end, own, other):
    """Those of 2023 and 2024 made one window of 389 days, or those of 2023 alone were told as the effect of 2024."""
    always = campaigns.iloc[:1].assign(start=pd.Timestamp("2024-07-01"), end=pd.Timestamp("2024-07-10"))
    one = campaigns.iloc[:1].assign(name="ほか", start=pd.Timestamp(start), end=pd.Timestamp(end))
    kept, others = calendar.of_year(pd.concat([always, one], ignore_index=True), FISCAL)
    assert ("ほか" in set(kept["name"]), "ほか" in set(others["name"])) == (own, other)


def test_a_year_whose_campaigns_nobody_added_is_refused_and_not_told_those_of_the_year_before(campaigns):
    undated = campaigns.assign(start=pd.NaT, end=pd.NaT)
    for each in (campaigns, undated, campaigns.iloc[:0]):
        with pytest.raises(InputError, match=r"令和6\(2024\)年度.*書き加えてください.*not_supplied"):
            calendar.of_year(each, FISCAL)


@pytest.mark.parametrize(("first", "said"), [(date(2024, 3, 28), True), (date(2024, 3, 29), False)])
def test_days_under_a_campaign_of_another_year_are_named_as_far_as_they_would_be_compared_with(first, said):
    told = calendar.said_of_others([WINDOW], first, 14, Period(date(2025, 2, 1), date(2025, 2, 9), ""))
    assert (told != "", "2024年2月20日〜2024年3月14日" in told) == (said, said)


@pytest.mark.parametrize(
    ("end", "shared"),
    [("2024-02-19", 0), ("2024-02-20", 1), ("2024-02-22", 3), ("2024-02-27", 8), ("2024-02-28", 8)],
)
def test_days_on_which_a_campaign_of_another_year_is_still_at_work_are_no_campaign_s_own(
    campaigns, end, shared
):
    """The social media run from 20 to 29 February, the last two of their days together with television."""
    other = Period(date(2024, 2, 1), date.fromisoformat(end), "前の年度")
    table = calendar.separability(campaigns, {}, YEAR, 7, [other]).frame.set_index("name")
    assert table.loc["SNS広告", "exclusive"] == 8 - shared
    assert table.loc["SNS広告", "separable"] == (8 - shared >= 7)
    told = calendar.said_of_others([other], date(2023, 4, 1), 14, calendar.joint_window(campaigns, {}))
    assert ("区別できません" in told) == (shared > 0)


@pytest.mark.parametrize(("wanted", "separable"), [(7, True), (8, True), (9, False)])
def test_as_many_days_alone_as_are_wanted_are_enough(campaigns, carry_over, wanted, separable):
    table = calendar.separability(campaigns, carry_over, YEAR, wanted).frame.set_index("name")
    assert table.loc["SNS広告", ["exclusive", "separable"]].tolist() == [8, separable]


@pytest.mark.parametrize("days", [365, 366, 367, 800])
def test_an_effect_that_lasts_longer_than_a_year_is_followed_to_its_end(campaigns, days):
    """It ended after 366 days in the window, and not in the strength."""
    one = campaigns[campaigns["media"] == "チラシ"]
    for after in (CarryOver(days), CarryOver(days / 2, "half_life")):
        window = calendar.windows(one, {"チラシ": after})["チラシ"]
        assert window.days == 1 + days
        longer = Period(window.start, window.end + timedelta(days=1), "")
        assert (calendar.intensity(one, {"チラシ": after}, longer)["チラシ"] > 0).sum() == 1 + days


def test_of_two_campaigns_either_has_the_others_correlation(campaigns, carry_over):
    two = campaigns.iloc[1:]
    shared = calendar.overlaps(two, carry_over, YEAR).frame["correlation"].item()
    table = calendar.separability(two, carry_over, YEAR, 7).frame
    assert table["correlation"].tolist() == pytest.approx([shared, shared])


def test_television_has_no_day_of_its_own_and_is_told_so(campaigns, carry_over):
    table = calendar.separability(campaigns, carry_over, YEAR, 7).frame.set_index("name")
    assert table["exclusive"].to_dict() == {"SNS広告": 8, "チラシ": 6, "TV": 0}
    assert table["separable"].to_dict() == {"SNS広告": True, "チラシ": False, "TV": False}
    assert "1日もない" in table.loc["TV", "reason"]
    assert "6日しかなく" in table.loc["チラシ", "reason"]


def test_the_plain_conclusion_names_the_campaign_without_a_day_of_its_own(campaigns, carry_over):
    code, said = calendar.conclusion(calendar.separability(campaigns, carry_over, YEAR, 7).frame)
    assert code == "not_estimable"
    assert said.startswith("TVには、その施策だけの日が1日もありません。チラシ、TVの効果は、")
    apart = campaigns.assign(start=pd.to_datetime(["2024-01-05", "2024-02-01", "2024-03-01"]))
    apart["end"] = apart["start"] + pd.Timedelta(days=9)
    assert calendar.conclusion(calendar.separability(apart, {}, YEAR, 7).frame)[0] == "note"


@pytest.mark.parametrize(("end", "idle"), [("2024-02-08", "1日"), ("2024-02-09", ""), ("2024-02-12", "")])
def test_days_of_the_joint_window_on_which_nothing_ran_are_told(campaigns, end, idle):
    """Two days in February and two in September made a window of half a year that was called theirs."""
    two = campaigns.iloc[[0, 2]].assign(start=pd.to_datetime(["2024-02-05", "2024-02-10"]))
    two["end"] = pd.to_datetime([end, "2024-02-11"])
    _, said = calendar.conclusion(calendar.separability(two, {}, YEAR, 7).frame)
    assert f"どの施策も動いていない日が{idle}" in said if idle else "動いていない" not in said


def test_a_single_campaign_is_not_said_to_be_inseparable_from_others(campaigns):
    code, said = calendar.conclusion(calendar.separability(campaigns.iloc[:1], {}, YEAR, 99).frame)
    assert (code, "ほかの施策" in said) == ("note", False)


def test_a_campaign_of_the_whole_year_takes_no_correlation_from_the_others(campaigns, carry_over):
    whole = campaigns.iloc[:1].assign(name="通年", media="通年", start=YEAR.start, end=YEAR.end)
    dates = {"start": "datetime64[ns]", "end": "datetime64[ns]"}
    more = pd.concat([campaigns, whole.astype(dates)], ignore_index=True)
    alone, beside = (
        calendar.separability(each, carry_over, YEAR, 7).frame.set_index("name") for each in (campaigns, more)
    )
    assert beside.loc[list(campaigns["name"]), "correlation"].tolist() == pytest.approx(
        alone["correlation"].tolist()
    )
    assert np.isnan(beside.loc["通年", "correlation"])


def test_correlation_of_leaflet_and_television_is_the_published_one(campaigns, carry_over):
    table = calendar.overlaps(campaigns, carry_over, YEAR).frame.set_index(["name", "other"])
    oracle = ORACLES["calendar_correlation"]
    assert table.loc[("チラシ", "TV"), "correlation"] == pytest.approx(
        float(oracle["value"]), abs=float(oracle["tolerance"])
    )


def test_variance_inflation_agrees_with_statsmodels_and_looks_harmless(campaigns, carry_over):
    strength = calendar.intensity(campaigns, carry_over, YEAR)
    X = np.column_stack([np.ones(len(strength)), strength.to_numpy()])
    expected = [variance_inflation_factor(X, j) for j in (1, 2, 3)]
    table = calendar.separability(campaigns, carry_over, YEAR, 7).frame
    np.testing.assert_allclose(table["vif"], expected, rtol=1e-9)
    assert (table["vif"] < 2).all()


def test_campaigns_that_run_together_throughout_have_infinite_inflation():
    twin = pd.DataFrame(
        {
            "name": ["甲", "乙"],
            "media": "SNS",
            "start": pd.Timestamp("2024-02-20"),
            "end": pd.Timestamp("2024-02-29"),
        }
    )
    table = calendar.separability(twin, {}, YEAR, 1).frame
    assert np.isinf(table["vif"]).all()
    assert not table["separable"].any()


def test_overlaps_name_the_shared_days(campaigns, carry_over):
    table = calendar.overlaps(campaigns, carry_over, YEAR).frame.set_index(["name", "other"])
    assert table["n"].to_dict() == {("SNS広告", "チラシ"): 0, ("SNS広告", "TV"): 2, ("チラシ", "TV"): 8}
    assert table.loc[("SNS広告", "TV"), "start"] == pd.Timestamp("2024-02-28")
    assert pd.isna(table.loc[("SNS広告", "チラシ"), "start"])


def test_a_zone_until_26_oclock_ends_at_two_next_morning(campaigns, carry_over):
    table = calendar.calendar(campaigns, carry_over).frame
    delivered = table[(table["name"] == "TV") & (table["stage"] == "実施")]
    assert delivered["zone_end"].item() == "2024-03-09 02:00"


def test_preparation_is_shown_but_never_part_of_the_window(campaigns, carry_over):
    table = calendar.calendar(campaigns, carry_over).frame
    prepared = table[table["stage"] == "準備"]
    assert len(prepared) == 3
    assert (prepared["start"] < pd.Timestamp("2024-02-20")).all()
    assert calendar.joint_window(campaigns, {}).end == date(2024, 3, 8)


@pytest.mark.parametrize(
    ("carry_over", "faded"),
    [(CarryOver(7, "half_life"), True), (CarryOver(0, "half_life"), False), (CarryOver(7), False)],
)
def test_the_end_of_an_effect_that_fades_is_told_as_an_assumption(campaigns, carry_over, faded):
    assert ("4分の1" in calendar.calendar(campaigns, {"チラシ": carry_over}).schema.note) == faded


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"チラシ": 13}, ""),
        ({"チラシ": 13, "ちらし": 0}, ""),
        ({"ちらし": 13, "TV": 1, "DVD": 1}, "「ちらし」「DVD」の施策はこの年度にありません"),
    ],
)
def test_days_of_a_medium_that_no_campaign_has_are_told(campaigns, days, told):
    note = calendar.calendar(campaigns, calendar.carry_overs(days, "rectangular")).schema.note
    assert told in note if told else "ありません" not in note


@pytest.mark.parametrize(
    ("days", "media", "told"),
    [
        ({"SNS": 0, "TV": 0, "チラシ": 13}, ["SNS", "チラシ", "TV"], ""),
        ({"SNS": 0, "チラシ": 13}, ["SNS", "チラシ", "TV"], "決めていない媒体(「TV」)は、0日とみなしました"),
        ({}, ["SNS", "ラジオ", "SNS"], "決めていない媒体(「SNS」「ラジオ」)は、"),
    ],
)
def test_a_medium_for_which_nobody_set_days_is_told(campaigns, days, media, told):
    """A medium of which no days are set lasts no day longer, and a campaign without a start is in no table of days."""
    supplied = campaigns.assign(media=pd.array(media, dtype="string"))
    undated = pd.concat([supplied, supplied.head(1).assign(start=pd.NaT, end=pd.NaT, media="ポスター")])
    note = calendar.calendar(undated, calendar.carry_overs(days, "rectangular")).schema.note
    assert told in note if told else "みなしました" not in note
    assert "ポスター" not in note


def test_a_halving_effect_is_followed_for_two_half_lives(campaigns):
    fading = calendar.intensity(campaigns, {"チラシ": CarryOver(7, "half_life")}, YEAR)["チラシ"]
    assert fading[pd.Timestamp("2024-03-01")] == 1.0
    assert fading[pd.Timestamp("2024-03-08")] == pytest.approx(0.5)
    assert fading[pd.Timestamp("2024-03-15")] == pytest.approx(0.25)
    assert fading[pd.Timestamp("2024-03-16")] == 0.0
    assert calendar.windows(campaigns, {"チラシ": CarryOver(7, "half_life")})["チラシ"].end == date(
        2024, 3, 15
    )


@pytest.mark.parametrize(
    ("carry_over", "strength"),
    [
        (CarryOver(), [1, 1, 0, 0, 0, 0]),
        (CarryOver(2), [1, 1, 1, 1, 0, 0]),
        (CarryOver(0, "half_life"), [1, 1, 0, 0, 0, 0]),
        (CarryOver(1, "half_life"), [1, 1, 1 / 2, 1 / 4, 0, 0]),
        (CarryOver(1.5, "half_life"), [1, 1, 2 ** (-2 / 3), 2 ** (-4 / 3), 1 / 4, 0]),
    ],
)
def test_a_campaign_has_its_whole_strength_while_it_runs_and_what_is_supposed_after(carry_over, strength):
    days = np.array([-1, 0, 1, 2, 3, 4])
    assert carry_over.strength(days).tolist() == pytest.approx(strength)


def test_a_campaign_on_every_day_of_the_record_tells_nothing_of_itself(campaigns):
    always = campaigns.assign(start=[pd.Timestamp(YEAR.start), *campaigns["start"][1:]])
    always["end"] = [pd.Timestamp(YEAR.end), *campaigns["end"][1:]]
    inflation = calendar.separability(always, {}, YEAR, 1).frame["vif"]
    assert np.isinf(inflation).tolist() == [True, False, False]


def test_a_campaign_without_an_end_lasts_one_day():
    leaflet = pd.DataFrame(
        {"name": ["チラシ"], "media": ["チラシ"], "start": [pd.Timestamp("2024-03-01")], "end": [pd.NaT]}
    )
    assert calendar.windows(leaflet, {})["チラシ"].days == 1
    assert calendar.exclusive_days(leaflet, {})["チラシ"].tolist() == [pd.Timestamp("2024-03-01")]
    assert np.isnan(calendar.separability(leaflet, {}, YEAR, 1).frame["correlation"].item())


def test_wrong_inputs_are_answered_in_words(campaigns):
    with pytest.raises(ValueError, match="開始日の分かる施策がありません"):
        calendar.joint_window(campaigns.iloc[:0], {})
    with pytest.raises(ValueError, match="0以上"):
        CarryOver(-1)


def test_the_timeline_says_which_campaigns_overlap_and_that_none_do(campaigns, carry_over):
    found = calendar.overlaps(campaigns, carry_over, YEAR).frame
    assert (
        calendar.overlap_reading(found) == "施策の期間が重なっています(SNS広告とTVが2日、チラシとTVが8日)。"
    )
    many = pd.concat([found[found["n"] > 0]] * 2)
    assert calendar.overlap_reading(many.iloc[:3]).count("と") == 3
    assert calendar.overlap_reading(many) == "施策の期間が重なっています(4組。長いもので8日)。"
    assert calendar.overlap_reading(found.assign(n=[0, 1, 0])).endswith("(SNS広告とTVが1日)。")
    alone = calendar.overlaps(campaigns.iloc[:2], carry_over, YEAR).frame
    assert calendar.overlap_reading(alone) == "施策の期間は、互いに重なっていません。"
    undated = campaigns.assign(start=campaigns["start"].where(campaigns["name"] == "TV"))
    for single in (campaigns.iloc[:1], undated):  # the list has three of these
        found = calendar.overlaps(single, carry_over, YEAR).frame
        assert calendar.overlap_reading(found) == "開始日の分かる施策は一つだけです。"
        _, said = calendar.conclusion(calendar.separability(single, carry_over, YEAR, 7).frame)
        assert said == "開始日の分かる施策は1つなので、その期間の効果をみます。"


def test_a_broadcast_until_midnight_or_later_is_explained_only_where_there_is_one(campaigns, carry_over):
    late, told = campaigns["name"] == "TV", "24時以降まで続く放送"
    for zone, explained in (("20:00~26:00", True), ("20:00~24:00", True), ("20:00~23:59", False)):
        made = calendar.calendar(campaigns.assign(zone=campaigns["zone"].mask(late, zone)), carry_over)
        assert (told in made.schema.note) == explained, zone
    assert told not in calendar.calendar(campaigns[~late], carry_over).schema.note


def test_preparation_without_an_end_lasts_to_the_eve_and_the_carry_over_begins_the_day_after(
    campaigns, carry_over
):
    open_ended = campaigns.assign(prep_end=pd.NaT)
    stages = calendar.calendar(open_ended, carry_over).frame.set_index(["name", "stage"])
    assert stages.loc[("SNS広告", "準備"), "end"] == pd.Timestamp("2024-02-19")
    assert stages.loc[("チラシ", "持続とみなす期間"), "start"] == pd.Timestamp("2024-03-02")


def test_two_measures_of_one_name_are_two_and_one_without_a_day_is_none(campaigns, carry_over):
    """A newsletter in April and another in March: the window holds both, whatever their order."""
    twice = campaigns.assign(name=["広報誌", "広報誌", "TV"]).iloc[[1, 0, 2]]
    once = calendar.joint_window(campaigns, carry_over)
    assert calendar.joint_window(twice, carry_over) == once
    named = ["広報誌(2024年3月1日)", "広報誌(2024年2月20日)", "TV"]
    assert list(calendar.windows(twice, carry_over)) == named
    table = calendar.separability(twice, carry_over, YEAR, 7).frame
    assert table["name"].tolist() == named
    assert table["exclusive"].tolist() == [6, 8, 0]
    same_day = pd.concat([campaigns, campaigns.assign(start=pd.NaT)])
    assert calendar.joint_window(same_day, carry_over) == once
    assert len(calendar.windows(pd.concat([campaigns, campaigns]), carry_over)) == 6
    assert len(calendar.listing(same_day.assign(reach_n=1, reach_unit="戸")).frame) == 6


@pytest.mark.parametrize(("days", "tail"), [(0, None), (1, 1), (7, 7)])
def test_a_measure_without_an_effect_beyond_its_end_has_no_bar_of_one(campaigns, days, tail):
    stages = calendar.calendar(campaigns, {"チラシ": CarryOver(days)}).frame
    after = stages[(stages["name"] == "チラシ") & (stages["stage"] == "持続とみなす期間")]
    assert [(end - start).days + 1 for start, end in zip(after["start"], after["end"], strict=True)] == (
        [tail] if tail else []
    )
    assert set(stages.loc[stages["stage"] == "持続とみなす期間", "name"]) == ({"チラシ"} if tail else set())


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2024-02-20", "2024-02-29", ""),
        ("2024-02-20", None, "終了日の分からない施策(SNS広告)は、開始日だけの施策とみなしました。"),
        (None, None, "開始日の分からない施策(SNS広告)は、日程と効果の計算に入れず、費用にだけ入れています。"),
    ],
)
def test_what_is_assumed_of_a_campaign_without_a_day_stands_under_the_list(campaigns, start, end, said):
    """A month of advertising was one day of it, without a word."""
    one = campaigns.assign(area="市", reach_n=1, reach_unit="戸")
    one.loc[0, ["start", "end"]] = pd.Timestamp(start), pd.Timestamp(end)
    assert calendar.listing(one).schema.note == said
