"""Texts above a timeline cover none of each other, and a day is told as one."""

import pandas as pd
import pytest

from ujo_lib.report.look.figures.courses import _span, _tiers


@pytest.mark.parametrize(
    ("places", "lefts", "widths", "tiers"),
    [
        ([0, 0], [0, 9], [10, 10], [0, 1]),
        ([0, 0], [0, 10], [10, 10], [0, 0]),  # where one ends the next may begin
        ([0, 0], [0, 11], [10, 10], [0, 0]),
        ([0, 1], [0, 0], [10, 10], [0, 0]),  # each place has lines of its own
        ([0, 0, 0], [0, 5, 10], [10, 10, 10], [0, 1, 0]),
        ([0, 0, 0], [0, 0, 0], [10, 10, 10], [0, 1, 2]),
        ([], [], [], []),
    ],
)
def test_a_text_stands_on_the_lowest_line_on_which_none_before_it_reaches_so_far(
    places, lefts, widths, tiers
):
    assert _tiers(places, lefts, widths) == tiers


@pytest.mark.parametrize(
    ("last", "told"), [("2024-02-29", "2/29"), ("2024-03-01", "2/29〜3/1"), ("2025-02-28", "2/29〜2/28")]
)
def test_a_span_of_one_day_is_told_as_that_day(last, told):
    assert _span(pd.Timestamp("2024-02-29"), pd.Timestamp(last)) == told
