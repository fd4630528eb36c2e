"""A finding says where something leaks, what it is and whose, in one line without a word of it."""

import json
from typing import get_args

import pytest

from ujo_lib.disclosure.gate.findings import _WORDS, Finding, Kind, to_json, to_text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"kind": "phone"}, "[漏えい] a.html の html に電話番号"),
        (
            {"kind": "text", "record": "S1", "length": 12},
            "[漏えい] a.html の html に相談や自由記述の本文(記録 S1) 12 文字",
        ),
        (
            {"kind": "text", "severity": "warning", "length": 5},
            "[要確認] a.html の html に相談や自由記述の本文 5 文字",
        ),
        (
            {"kind": "unreadable", "note": "圧縮を解けない"},
            "[漏えい] a.html の html に中身を確かめられないもの: 圧縮を解けない",
        ),
    ],
)
def test_a_finding_names_file_carrier_kind_and_record_and_whether_it_stops_the_release(more, told) -> None:
    assert str(Finding("a.html", "html", **more)) == told


def test_every_kind_has_its_word() -> None:
    assert set(_WORDS) == set(get_args(Kind))


def test_findings_stand_one_a_line_and_none_is_said_in_words() -> None:
    found = [Finding("a.html", "html", "mail"), Finding("b.csv", "csv", "id", record="S1")]
    assert to_text(found).splitlines() == [str(one) for one in found]
    assert to_text([]) == "漏えいは見つからない。"
    assert [one["record"] for one in json.loads(to_json(found))] == ["", "S1"]
