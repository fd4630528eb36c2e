"""The program that reads other workbooks, within this process: where its cells stand."""

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
import xlwt

from ujo_lib.intake import apart, other_books


def test_cells_are_numbered_from_one_and_from_the_first_column_that_holds_something():
    rows = [["a", "", "b"], ["", "", ""], ["", 2.5, ""]]
    sheet = SimpleNamespace(start=(0, 2), iter_rows=lambda: iter(rows))
    assert apart._cells(sheet) == [(1, 3, "a"), (1, 5, "b"), (3, 4, 2.5)]
    assert apart._cells(SimpleNamespace(start=None, iter_rows=lambda: iter([["a"]]))) == [(1, 1, "a")]


def test_the_program_takes_no_more_than_two_gibibytes_and_cannot_ask_for_more(monkeypatch):
    resource = pytest.importorskip("resource")
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda *told: limits.append(told))
    apart._limit_memory()
    assert limits == [(resource.RLIMIT_AS, (2_147_483_648, 2_147_483_648))]


def test_days_times_and_durations_are_told_apart():
    values = [date(2024, 2, 1), datetime(2024, 2, 1, 9), time(9, 30), timedelta(hours=30)]
    told = [
        {"date": "2024-02-01"},
        {"datetime": "2024-02-01T09:00:00"},
        {"time": "09:30:00"},
        {"seconds": 108000.0},
    ]
    said = json.dumps(values, default=apart._tagged)
    assert json.loads(said) == told
    assert json.loads(said, object_hook=other_books._untagged) == values


def test_a_workbook_is_told_sheet_by_sheet_with_what_excel_hides(monkeypatch, capsys):
    book, content = xlwt.Workbook(), io.BytesIO()
    for name, hidden in (("件数", 0), ("控え", 1), ("奥", 2)):
        sheet = book.add_sheet(name)
        sheet.visibility = hidden
        sheet.write_merge(1, 1, 0, 1, 2.5)
    book.save(content)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content.getvalue())))
    monkeypatch.setattr(apart, "_limit_memory", lambda: None)
    apart.main()
    assert json.loads(capsys.readouterr().out) == [
        {"name": name, "visible": visible, "merged": [[[1, 0], [1, 1]]], "cells": [[2, 1, 2.5]]}
        for name, visible in (("件数", True), ("控え", False), ("奥", False))
    ]
