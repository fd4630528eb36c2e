"""What may leave the city: no number of a page tells a count that another table of it hides."""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.tables import Policy
from ujo_lib.params import project_root
from ujo_lib.report.door.masks import counted, masks_for
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.seasonality import distribution, shares_by
from ujo_lib.typed import Typed

NOTEBOOKS = project_root() / "notebooks"


def released(tables: Mapping[str, Typed], policy: Policy) -> dict[str, Published]:
    """Tables of one population as a release shows them."""
    subject = Subject("相談", "合成", "consultations")
    records = {
        name: TableRecord.of("02", TableSpec(name, name, subject, table.schema), table.frame)
        for name, table in tables.items()
    }
    told = counted(list(records.values()))
    masks = masks_for(plan([one.table for one in told], policy), told)
    return {
        name: mask(record, tables[name].frame, masks.cells_of(record), masks.whole)
        for name, record in records.items()
    }


@pytest.mark.parametrize("few", [4, 5])
def test_the_base_of_a_share_of_nobody_is_no_way_round_a_hidden_category(few):
    """None of the few was led to another place: their 0 is printed, how many they are is not."""
    sizes = {"家族": 60, "学校": 41, "その他": few}
    topic = np.repeat(list(sizes), list(sizes.values()))
    referral = np.where((np.arange(len(topic)) % 5 == 0) & (topic != "その他"), "行政", "なし")
    records = pd.DataFrame(
        {
            "topic": pd.Categorical(topic, list(sizes), ordered=True),
            "referral": pd.Categorical(referral, ["なし", "行政"]),
            "client_id": [str(number) for number in range(len(topic))],
        }
    )
    tables = {
        "topic": distribution(records, "topic"),
        "referred": shares_by(records, "topic", "referral", ["行政"]),
    }
    shown = released(tables, Policy(threshold=5))
    hidden = few < 5
    assert shown["topic"].is_hidden("n", topic="その他") == hidden
    assert shown["referred"].is_hidden("base", topic="その他") == hidden
    assert shown["referred"].value("n", topic="その他") == 0
    printed = [table.frame.loc[table.frame["topic"] == "その他"].to_numpy() for table in shown.values()]
    assert any(few in row for row in printed) != hidden


@pytest.mark.parametrize(
    ("notebook", "table", "rests"),
    [
        ("01_survey_descriptives", "city_total", '("knows_case",)'),  # the error: how many know how many
        ("02_consultation_seasonality", "night_morning", '("hours",)'),  # hours that are no part of its row
        ("02_consultation_seasonality", "late_hours", '("hours",)'),
        ("02_consultation_seasonality", "staffing_all", "of_slots"),  # hours of a weekday
        ("02_consultation_seasonality", "staffing", "of_slots"),
        ("02_consultation_seasonality", "staffing_tried", "of_slots"),  # hours of the year before
        (
            "02_consultation_seasonality",
            "usage",
            "of_usage",
        ),  # contacts of days that the nation's table lacks
    ],
)
def test_a_table_that_rests_on_counts_of_another_names_it(notebook, table, rests):
    cells = json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    (source,) = [text for cell in cells if f'"{table}",' in (text := "".join(cell["source"]))]
    assert f"computed_from={rests}" in source.split(f'"{table}",')[1].partition("page.")[0]
