"""A line of inputs.yaml is proposed where what was seen would fit it, and nowhere else."""

import pytest

from ujo_lib.intake.proposals import propose
from ujo_lib.intake.schemas import SCHEMAS

DAYS, CLOCKS = ["2023-08-01", ""], ["22:15", "9:00"]


@pytest.mark.parametrize(
    ("unread", "proposed"),
    [
        ({"日": DAYS, "時": CLOCKS}, True),
        ({"日": DAYS}, False),
        ({"時": CLOCKS}, False),
        ({"日": ["", ""], "時": CLOCKS}, False),
        ({"日": [*DAYS, "不明"], "時": CLOCKS}, False),
        ({"日": [*DAYS * 9, "", "不明"], "時": CLOCKS}, False),
        ({"日": [*DAYS * 10, "不明"], "時": CLOCKS}, True),  # beyond the twenty that are looked at
    ],
)
def test_a_day_and_a_clock_are_put_together_to_a_moment(unread, proposed):
    schema = SCHEMAS["consultations"]
    said = propose(schema.column("received_at"), schema, unread)
    assert ("join: {received_at: [日, 時]}" in said) is proposed


def test_a_day_alone_is_not_put_together_from_a_day_and_a_clock():
    schema = SCHEMAS["national_daily"]
    assert "join" not in propose(schema.column("date"), schema, {"日": DAYS, "時": CLOCKS})


@pytest.mark.parametrize(("headings", "proposed"), [(["熊本県"], False), (["熊本県", "福岡県"], True)])
def test_two_columns_called_by_values_of_the_key_hold_one_number(headings, proposed):
    schema = SCHEMAS["national_hourly"]
    hours = [f"{at}時台" for at in range(len(headings))]
    said = propose(schema.column("n"), schema, {hour: ["1"] for hour in hours})
    assert ('「0時台」「1時台」…の列に件数があるなら、melt: {n: "{hour}"}' in said) is proposed


def test_records_without_numbers_are_numbered_by_their_rows():
    schema = SCHEMAS["consultations"]
    assert "{file}/{row}" in propose(schema.column(schema.key[-1]), schema, {})


def test_what_every_row_needs_may_be_the_same_in_all():
    schema = SCHEMAS["consultations"]
    for column in schema.columns:
        if column.type in ("cat", "str") and column.name not in schema.key:
            assert ("constants" in propose(column, schema, {})) is column.filled


def test_the_sign_of_the_survey_is_the_same_in_every_row_and_the_number_of_a_commissioner_is_not():
    for kind in ("commissioners", "cases"):
        schema = SCHEMAS[kind]
        assert "constants: {survey_id: 値}" in propose(schema.column("survey_id"), schema, {})
    cases = SCHEMAS["cases"]
    assert propose(cases.column("commissioner_id"), cases, {}) == ""
