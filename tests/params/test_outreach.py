"""What may be compared with what: settings at their edges, and two that must fit each other."""

from datetime import date

import pytest

from tests.params.edges import refuses, takes
from ujo_lib.params import OutreachSettings, ParameterError


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("episode_gap_days", [0, 1, 365], [-1, 366, 1.5]),
        ("settling_days", [0, 365], [-1, 366]),
        ("washout_days", [0, 90], [-1, 91]),
        ("min_baseline_days", [28, 1000], [27, 1001]),
        ("min_exclusive_days", [1, 60], [0, 61]),
        ("level", [0.8, 0.99], [0.79, 0.991, 95]),
        ("planned_city_per_year", [0.0, 0.5], [-0.1, float("inf"), float("nan")]),
        ("planned_prefecture_per_year", [0.0, 54.0], [-0.1, float("inf")]),
        ("planned_block_spread", [0.001, 1.0], [0.0, 1.001]),
        ("power_wanted", [0.5, 0.99], [0.49, 0.991]),
        ("stated_impressions", [0, 1], [-1]),
        ("stated_link_clicks", [0, 1], [-1]),
        ("media_cost_shares", [[1.0], [0.001, 0.5]], [[], [0.0], [1.001], [0.5, -0.1], [0.5, 0.5]]),
        ("carry_over_days", [{}, {"TV": 0}, {"TV": 365}], [{"TV": -1}, {"SNS": 3, "TV": -1}, {"TV": 366}]),
        *(
            (name, [[], ["福岡県"], ["福岡県", "大分県"]], [["福岡県", "大分県", "福岡県"]])
            for name in ("controls", "neighbours", "planned_platforms")
        ),
        ("first_day", ["2022-04-01"], ["", "20220401", "2022-04-31"]),
        ("carry_over_shape", ["rectangular", "half_life"], ["linear"]),
        ("evidence_half", ["上期", "下期", "通年"], [""]),
    ],
)
def test_a_setting_is_taken_up_to_its_edges_and_refused_beyond(name, taken, refused):
    takes(OutreachSettings, name, taken)
    refuses(OutreachSettings, name, refused)


@pytest.mark.parametrize(
    ("digits", "good"), [(0, True), (1, False), (15, False), (16, True), (64, True), (65, False)]
)
def test_a_registered_plan_is_named_by_sixteen_digits_or_more_and_none_by_nothing(digits, good):
    (takes if good else refuses)(OutreachSettings, "plan_digest", ["0a" * (digits // 2) + "f" * (digits % 2)])
    refuses(OutreachSettings, "plan_digest", ["G" * 16, "A" * 16])


@pytest.mark.parametrize(
    ("city", "prefecture", "fits"),
    [
        (54.0, 53.0, False),
        (54.0, 54.0, True),
        (54.0, 55.0, True),
        (54.0, 0.0, True),
        (0.0, 0.0, True),
        (2.0, 1.0, False),
    ],
)
def test_a_citys_contacts_are_among_those_of_the_prefecture_where_both_are_planned(city, prefecture, fits):
    cell = {"planned_city_per_year": city, "planned_prefecture_per_year": prefecture}
    if fits:
        assert OutreachSettings.from_cell(cell).planned_city_per_year == city
    else:
        with pytest.raises(ParameterError, match="planned_city_per_year は planned_prefecture_per_year 以下"):
            OutreachSettings.from_cell(cell)


def test_the_first_day_of_comparison_is_the_one_that_is_written():
    assert OutreachSettings(first_day="2022-04-30").comparison_start == date(2022, 4, 30)
