"""The data dictionary for people says what the schemas say."""

from pathlib import Path

import pytest

from tests.intake.conftest import FORMS, asked
from ujo_lib.intake import SCHEMAS, dictionary
from ujo_lib.intake.schemas import Column, Option
from ujo_lib.params.inputs import KINDS

README = Path(__file__).parents[2] / "data" / "README.md"


def test_the_data_dictionary_on_disk_is_current():
    assert README.read_text(encoding="utf-8") == dictionary.markdown(*FORMS), (
        "refresh it: python -m ujo_lib.intake.dictionary > data/README.md"
    )


def test_every_kind_can_be_declared_and_every_kind_declared_is_known():
    assert tuple(SCHEMAS) == KINDS


def test_every_column_and_item_is_in_the_dictionary():
    text = dictionary.markdown(*FORMS)
    for schema in map(asked, SCHEMAS):
        assert f"## {schema.kind}\n" in text
        for column in schema.columns:
            assert f"| `{column.name}` | {column.heading}" in text
        for item in schema.multiples:
            assert f"| `{item.name}_*` | {item.heading}" in text


def test_headings_within_a_kind_are_unambiguous():
    for schema in map(asked, SCHEMAS):
        spelled = [s for c in (*schema.columns, *schema.multiples) for s in {c.heading, c.name, *c.aliases}]
        assert len(spelled) == len(set(spelled)), schema.kind


def test_what_must_be_filled_must_be_there():
    columns = [column for schema in SCHEMAS.values() for column in schema.columns]
    assert {column.required for column in columns if column.filled} == {True}
    assert {column.filled for column in columns if column.required} == {True, False}


@pytest.mark.parametrize(("n", "shown"), [(14, 14), (15, 15), (16, 7)])
def test_up_to_fifteen_options_are_listed_and_of_more_the_first_and_last_three(n, shown):
    column = Column("q", "問い", "cat", options=tuple(Option(f"{i}番", str(i)) for i in range(n)))
    listed = dictionary._values(column).split("/")
    assert len(listed) == shown
    assert listed[:3] + listed[-3:] == [f"{i} {i}番" for i in (0, 1, 2, n - 3, n - 2, n - 1)]
