"""The program that reads other workbooks, within this process: where its cells stand."""

import json
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

from ujo_lib.intake import apart


def test_cells_are_numbered_from_one_and_from_the_first_column_that_holds_something():
    rows = [["a", "", "b"], ["", "", ""], ["", 2.5, ""]]
    sheet = SimpleNamespace(start=(0, 2), iter_rows=lambda: iter(rows))
    assert apart._cells(sheet) == [(1, 3, "a"), (1, 5, "b"), (3, 4, 2.5)]
    assert apart._cells(SimpleNamespace(start=None, iter_rows=lambda: iter([["a"]]))) == [(1, 1, "a")]


def test_days_times_and_durations_are_told_apart():
    values = [date(2024, 2, 1), datetime(2024, 2, 1, 9), time(9, 30), timedelta(hours=30)]
    told = [
        {"date": "2024-02-01"},
        {"datetime": "2024-02-01T09:00:00"},
        {"time": "09:30:00"},
        {"seconds": 108000.0},
    ]
    assert json.loads(json.dumps(values, default=apart._tagged)) == told
