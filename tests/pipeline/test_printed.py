"""A number that the masks know nothing of is found in the finished file, whichever file it is, and only there."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.seasonality.conftest import noisy_year
from tests.seasonality.test_attributes import records
from ujo_lib.columns import Count
from ujo_lib.pipeline.pages import WORKBOOK
from ujo_lib.pipeline.printed import allowed, beyond_in_csv, beyond_in_pages, beyond_in_workbook
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.report.look.html import PageContext
from ujo_lib.report.look.tables import table_html
from ujo_lib.report.sheets.exports import Table
from ujo_lib.report.sheets.workbook import workbook
from ujo_lib.seasonality import crosstab
from ujo_lib.seasonality.profiles import by_date
from ujo_lib.typed import Schema

SUBJECT = Subject(base="相談", source="記録", population="consultations")
COUNTS = ((40, 3, 15), (5, 30, 2), (5, 10, 25))
HIDE = [False, True, True, False, True, True, False, False, False]


def cross() -> Published:
    table = crosstab(records(COUNTS), "occupation", "topic")
    spec = TableSpec("cross", "職業と<相談>", SUBJECT, table.schema)
    return mask(TableRecord.of("02_x", spec, table.frame), table.frame, {"n": HIDE, "base": [False] * 9})


def days() -> Published:
    table = by_date(noisy_year()).rows(lambda frame: frame.index < 5)
    spec = TableSpec("days", "日別", SUBJECT, table.schema)
    return mask(TableRecord.of("02_x", spec, table.frame), table.frame, {"n": [False] * 5})


def nothing() -> Published:
    table = crosstab(records(COUNTS), "occupation", "topic").rows(pd.Series([False] * 9))
    return mask(
        TableRecord.of("02_x", TableSpec("none", "なし", SUBJECT, table.schema), table.frame), table.frame, {}
    )


def kept_back() -> Published:
    """A table of which no column may be shown, as small cities have them."""
    subject = Subject(base="相談", source="記録", computed_from=("hours",))
    spec = TableSpec("kept", "平均の時刻", subject, Schema({"n": Count(unit="件")}))
    frame = pd.DataFrame({"n": [608]})
    return mask(TableRecord.of("02_x", spec, frame), frame, {})


@pytest.fixture
def tables() -> list[Published]:
    return [cross(), days(), nothing(), kept_back()]


@pytest.fixture
def folder(tables, tmp_path):
    (tmp_path / "tables").mkdir()
    spelt = [Table.of(table.record(table.notebook)) for table in tables]
    for table in spelt:
        (tmp_path / "tables" / table.file_name).write_bytes(table.csv())
    about = PageContext(report_title="見本市 年次報告書", area="見本市")
    (tmp_path / WORKBOOK).write_bytes(workbook(spelt, [], about))
    wide = [table_html(tables[0], across="topic", values=values) for values in ("n", "share", "mark")]
    some = table_html(
        tables[0].where(mark="＋"), columns=["occupation", "topic", "share", "low", "high", "p_holm"]
    )
    (tmp_path / "02_x.html").write_text(
        "".join([*map(table_html, tables[:3]), *wide, some]), encoding="utf-8"
    )
    return tmp_path


def test_a_figure_that_can_draw_no_row_of_its_table_stops_no_release(folder, tables):
    page = folder / "02_x.html"
    none = table_html(tables[0].where(mark="?"))
    assert "該当なし" in none
    page.write_text(page.read_text(encoding="utf-8") + none, encoding="utf-8")
    assert found(folder, tables) == []


def found(folder, tables) -> list[str]:
    return [
        name.partition(":")[0]
        for check in (beyond_in_csv, beyond_in_pages, beyond_in_workbook)
        for name in check(folder, tables)
    ]


def test_what_the_door_handed_on_raises_no_alarm_in_any_layout(folder, tables):
    assert found(folder, tables) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<td>x</td>", "<td>3</td>"),
        ('<td class="short">x</td>', '<td class="short">＋</td>'),
        ('<td class="short">・</td>', '<td class="short">0.85</td>'),
        ("<td>40</td>", "<td>40</td><td>0.012</td>"),
    ],
)
def test_a_number_put_into_a_page_is_found_with_its_row(folder, tables, old, new):
    page = folder / "02_x.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    findings = list(beyond_in_pages(folder, tables))
    assert len(findings) == 1
    assert findings[0].startswith("02_x.html: 表「職業と<相談>」の「")
    assert new.strip("</td>") not in findings[0]


def test_the_other_rows_value_in_a_row_is_found_though_the_table_prints_it_elsewhere(folder, tables):
    page = folder / "02_x.html"
    text = page.read_text(encoding="utf-8").replace("<td>40</td>", "<td>25</td>", 1)
    page.write_text(text, encoding="utf-8")
    assert len(list(beyond_in_pages(folder, tables))) == 1


def test_a_page_of_another_notebook_may_use_the_same_title(folder, tables):
    (folder / "03_y.html").write_text(
        table_html(cross()).replace("<td>40</td>", "<td>41</td>"), encoding="utf-8"
    )
    assert found(folder, tables) == []


@pytest.mark.parametrize(("old", "new"), [("x", "3"), ("40", "41"), ("＋", "・"), ("件数", "残差")])
def test_a_changed_csv_is_found(folder, tables, old, new):
    file = folder / "tables" / "02_cross.csv"
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8-sig", newline="")
    assert found(folder, tables) == ["tables/02_cross.csv"]


@pytest.mark.parametrize(
    ("row", "heading", "new"),
    [(1, "件数(件)", 41), (2, "件数(件)", 3), (2, "件数(件)", None), (2, "全体との違い", 0.5)],
)
def test_a_changed_cell_of_the_workbook_is_found(folder, tables, row, heading, new):
    book = load_workbook(folder / WORKBOOK)
    sheet = book["02_cross"]
    head = next(
        line for line in sheet.iter_rows() if [cell.value for cell in line][:2] == ["職業", "相談内容"]
    )
    column = next(cell.column for cell in head if cell.value == heading)
    sheet.cell(head[0].row + row, column).value = new
    book.save(folder / WORKBOOK)
    assert found(folder, tables) == [WORKBOOK]


def test_a_number_on_a_sheet_of_which_every_column_is_kept_back_is_found(folder, tables):
    book = load_workbook(folder / WORKBOOK)
    book["02_kept"].append([608])
    book.save(folder / WORKBOOK)
    assert found(folder, tables) == [WORKBOOK]


def test_a_column_too_many_in_the_workbook_is_found(folder, tables):
    book = load_workbook(folder / WORKBOOK)
    book["02_cross"].insert_cols(3)
    book.save(folder / WORKBOOK)
    assert found(folder, tables) == [WORKBOOK]


def test_a_row_left_out_of_the_workbook_is_found(folder, tables):
    book = load_workbook(folder / WORKBOOK)
    book["02_cross"].delete_rows(book["02_cross"].max_row)
    book.save(folder / WORKBOOK)
    assert found(folder, tables) == [WORKBOOK]


def test_the_fixture_hides_something_and_prints_marks():
    content = json.loads(cross().record("02_x").to_json())
    assert content["hidden"]["n"] == HIDE
    assert "＋" in str(content["rows"])


@pytest.mark.parametrize(("threshold", "shown"), [(2, [3]), (3, [3]), (4, []), (5, [])])
def test_a_count_computed_elsewhere_is_allowed_from_the_threshold_on_as_the_page_has_it(
    tmp_path, threshold, shown
):
    subject = Subject(base="相談", source="記録", computed_from=("hours",))
    spec = TableSpec("few", "夜の相談", subject, Schema({"n": Count(unit="件")}))
    record = TableRecord.of("02_x", spec, pd.DataFrame({"n": [3]}))
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / Table.of(record).file_name).touch()
    settings = SimpleNamespace(threshold=threshold)
    step = SimpleNamespace(
        job=SimpleNamespace(step=SimpleNamespace(settings=settings)), records=lambda: [record]
    )
    masks = SimpleNamespace(cells_of=lambda _: {}, whole=("hours",))
    [table] = allowed(tmp_path, {"02_x": step}, masks)
    assert table.frame["n"].dropna().tolist() == shown
