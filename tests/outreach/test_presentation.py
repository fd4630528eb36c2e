import pytest

from ujo_lib.outreach import presentation
from ujo_lib.outreach.presentation import _TABLES


def test_every_table_has_an_id_and_a_title_and_no_word_says_there_was_no_effect():
    for name in _TABLES:
        found = presentation(name)
        assert found["id"] == name
        assert found["title"]
        words = str(found)
        assert not any(denied in words for denied in ("効果なし", "効果はありません", "効果がありません"))


def test_numbers_are_formatted_in_ways_the_page_knows():
    known = {"n", "share", "ratio", "rate", "p", "yen", "text"}
    assert {form for name in _TABLES for form in presentation(name).get("formats", {}).values()} <= known


def test_an_unknown_table_is_an_error():
    with pytest.raises(KeyError):
        presentation("no_such_table")
