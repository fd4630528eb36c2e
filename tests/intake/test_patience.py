"""A person who waits is told what is going on, and nobody else is."""

import io
import logging

import numpy as np
import pyarrow as pa
import pytest

from tests.intake.conftest import Desk, as_csv, table
from ujo_lib.intake import patience
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.intake.values import Raw, Site, parse_column


@pytest.mark.parametrize(
    ("seconds", "told"),
    [([0, 2.9, 2.95], []), ([0, 3.0, 5.9], ["1"]), ([0, 3.5, 6.5], ["1", "2"]), ([0, 9, 9], ["1"])],
)
def test_a_line_comes_after_three_seconds_and_then_every_three(monkeypatch, seconds, told):
    clock = iter(seconds)
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    with patience.telling(stream):
        patience.LOG.info("%d", 1)
        patience.LOG.info("%d", 2)
    patience.LOG.warning("3")
    assert stream.getvalue().split() == told
    assert patience.LOG.level == logging.NOTSET


def test_files_and_masked_texts_are_named_while_they_are_read(desk: Desk, monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0)
    desk.put("consultations", "c.csv", as_csv(table("consultations")))
    stream = io.StringIO()
    with patience.telling(stream):
        desk.check()
    assert stream.getvalue().splitlines() == [
        "c.csv を読んでいます",
        "相談本文: 3件中3件まで、個人情報を伏せました",
    ]


def test_a_column_in_parts_counts_up_to_its_end(monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0)
    raw = Raw("相談本文", pa.chunked_array([["a", "b"], ["c"]]), np.arange(3))
    stream = io.StringIO()
    with patience.telling(stream):
        parse_column(SCHEMAS["consultations"].column("text"), raw, Site({}), Notes("c.csv"))
    assert [line.split("で")[0] for line in stream.getvalue().splitlines()] == [
        "相談本文: 3件中2件ま",
        "相談本文: 3件中3件ま",
    ]
