"""Files in a wrong encoding: every line that shows it is named, and a line is looked at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.conftest import Desk, as_csv, as_xlsx, table
from ujo_lib.intake import reading
from ujo_lib.intake.schemas import EXAMPLE_MARK

SOUND, BROKEN = "令和5年度,相談,熊本県", "令和5年度".encode().decode("cp932", errors="replace")
lines = st.lists(
    st.sampled_from([SOUND, "", "縺れた糸", BROKEN, f"{BROKEN},{BROKEN}", "\ufffd", "a\x81b"]), max_size=12
)


@given(lines, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_line_that_shows_a_wrong_encoding_is_named_and_no_other(rows, end, closed):
    text = end.join(rows) + end * closed
    found, ends = reading._mojibake_lines(text.encode())
    assert found == [at for at, row in enumerate(text.split("\n"), start=1) if reading.is_mojibake(row)]
    assert ends == text.count("\n")


def test_a_line_is_looked_at_once_however_often_it_is_suspect(monkeypatch):
    looked = []
    monkeypatch.setattr(reading, "is_mojibake", lambda text: looked.append(len(text)) is None)
    text = f"{BROKEN * 40}\n" * 50
    assert reading._mojibake_lines(text.encode())[0] == list(range(1, 51))
    assert sum(looked) <= len(text)


def test_a_fault_below_a_title_is_told_by_the_heading_of_its_column(desk: Desk):
    content = as_csv([["全国の件数"], *table("national_daily")]).replace(
        "熊本県".encode(), '"熊本県'.encode(), 1
    )
    desk.put("national_daily", "d.csv", content)
    assert [(fault.row, fault.column) for fault in desk.check().faults if fault.severity == "error"] == [
        (3, "都道府県")
    ]


@pytest.mark.parametrize(("row", "form"), [(19, True), (20, True), (21, False)])
def test_an_example_is_looked_for_in_the_first_twenty_rows_of_a_workbook(tmp_path, row, form):
    file = tmp_path / "a.xlsx"
    file.write_bytes(as_xlsx([["件数"]] * (row - 1) + [[f"{EXAMPLE_MARK}12"]]))
    assert reading.has_example(file) == form
