"""Headings that name one thing twice are told with what is to be done."""

import pytest

from ujo_lib.intake.headers import _note_double
from ujo_lib.intake.problems import Notes


@pytest.mark.parametrize(("second", "levels"), [("件数", True), ("相談件数", False)])
def test_only_headings_that_are_the_same_may_be_the_lower_level_of_two(second, levels):
    notes = Notes("a.csv")
    _note_double("件数", second, notes)
    [told] = notes.problems
    assert f"列「件数」と「{second}」が同じ項目を指します" in told.remedy
    assert ("header_rows: 2" in told.remedy) == levels
