"""A table in a spreadsheet says what it says on the page, and nothing in it can run."""

import csv
import io

import pandas as pd

from ujo_lib.report.exports import defused, list_of_tables, table_csv
from ujo_lib.report.publish import TableRecord, TableSpec, mask

SPEC = TableSpec(
    id="t", title="性別", unit="人", base="当事者", source="該当者票", population="cases",
    dimensions={"sex": "sex"}, counts=("n",), labels={"sex": "性別"},
)  # fmt: skip
FRAME = pd.DataFrame({"sex": ["男性", "=HYPERLINK(1)"], "n": [1234, 2], "share": [0.998, 0.002]})


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_excel_recognises_the_encoding_and_the_numbers():
    content = table_csv(TableRecord.of("01", SPEC, FRAME))
    assert content.startswith(b"\xef\xbb\xbf")
    assert _rows(content)[:2] == [["性別", "人数(人)", "割合(%)"], ["男性", "1234", "99.8"]]


def test_what_the_door_hid_is_an_x_in_every_column_of_its_row():
    shown = mask(TableRecord.of("01", SPEC, FRAME), FRAME, {"n": [False, True]})
    assert _rows(table_csv(shown.record("01")))[2][1:] == ["x", "x"]


def test_a_percentage_has_no_more_decimals_than_the_page():
    exact = FRAME.assign(share=[1234 / 1236, 2 / 1236])
    assert _rows(table_csv(TableRecord.of("01", SPEC, exact)))[2][2] == "0.2"


def test_a_label_that_looks_like_a_formula_is_text():
    assert _rows(table_csv(TableRecord.of("01", SPEC, FRAME)))[2][0] == "'=HYPERLINK(1)"
    assert defused("-") == "-"


def test_the_list_of_tables_says_what_each_is_about():
    header, line = _rows(list_of_tables([TableRecord.of("01_survey", SPEC, FRAME)]))
    assert line[:2] == ["01_t.csv", "性別"]
    assert len(header) == len(line)
