"""A form that intake could not read, or an example that slips into the counts, would be worse than no form."""

import io

import openpyxl
import pytest

from ujo_lib import intake
from ujo_lib.fiscal import FiscalYear
from ujo_lib.intake.reading import has_example
from ujo_lib.intake.schemas import EXAMPLE_MARK, Multiple, Option
from ujo_lib.setup.forms import _answers, forms

INPUTS = "params/sample/fy2023/inputs.yaml"
KINDS = (
    "commissioners", "cases", "waves", "consultations", "national_daily", "national_hourly", "national_attributes",
    "ads", "campaigns", "population", "channels", "events", "media_use",
    "residents", "residents_frame", "voices",
)  # fmt: skip


def _write_all(root, edit=lambda content, path: content):
    made = forms(root, root / INPUTS, FiscalYear(2023))
    for form in made:
        form.path.parent.mkdir(parents=True, exist_ok=True)
        form.path.write_bytes(edit(form.content, form.path))
    inputs = root / INPUTS  # the form of a year has no earlier year beside it
    text = inputs.read_text(encoding="utf-8")
    for kind in ("consultations", "national_daily", "national_hourly", "national_attributes"):
        text = text.replace(f"fy2022/{kind}.csv, ", "")
    inputs.write_text(text, encoding="utf-8")
    return made


def _without_mark(content, path):
    if path.suffix != ".xlsx":
        return content.decode("utf-8-sig").replace(EXAMPLE_MARK, "").encode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows(max_col=1):
        if isinstance(row[0].value, str):
            row[0].value = row[0].value.replace(EXAMPLE_MARK, "")
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_left_in_a_form_is_refused_with_its_row(root, kind):
    _write_all(root)
    found = intake.check(root / INPUTS, [kind], root)
    assert not found.ok
    problems = [problem for problem in found.faults if "様式のまま" in problem.remedy]
    assert problems, [str(problem) for problem in found.faults]
    assert all(problem.row and f"「{kind}: 理由」" in problem.remedy for problem in problems)
    assert "データの行" not in {problem.expected for problem in found.faults}  # said once of each file


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_is_a_row_that_intake_reads_whole(root, kind):
    _write_all(root, _without_mark)
    found = intake.check(root / INPUTS, [kind], root)
    assert not [str(problem) for problem in found.faults if problem.severity == "error"]
    assert len(found.frames[kind]) == (3 if kind == "ads" else 1)


def test_a_form_holds_every_heading_of_its_kind(root):
    for form in forms(root, root / INPUTS, FiscalYear(2023)):
        if form.schema.kind in ("consultations", "population", "waves"):
            first = form.content.decode("utf-8-sig").splitlines()[0].split(",")
            assert first == [column.heading for column in form.schema.columns]


def test_a_workbook_keeps_leading_zeros_and_lists_and_shows_the_codes(root):
    (form,) = [form for form in forms(root, root / INPUTS, FiscalYear(2023)) if form.schema.kind == "cases"]
    book = openpyxl.load_workbook(io.BytesIO(form.content))
    sheet = book["該当者票"]
    assert {cell.number_format for cell in sheet[2]} == {"@"}
    assert ("経緯(複数回答)", "1", "不登校") in set(book["コード表"].iter_rows(values_only=True))
    assert sheet.freeze_panes == "B2"
    assert not sheet.merged_cells.ranges


def test_a_workbook_offers_the_answers_and_says_what_each_column_holds(root):
    by_kind = {form.schema.kind: form for form in forms(root, root / INPUTS, FiscalYear(2023))}
    book = openpyxl.load_workbook(io.BytesIO(by_kind["commissioners"].content))
    sheet, codes = book["回答一覧"], book["コード表"]
    offered = {str(one.sqref).split(":")[0]: one for one in sheet.data_validations.dataValidation}
    column = {cell.value: cell.column_letter for cell in sheet[2]}
    districts = offered[f"{column['地区(圏域)']}3"]
    place = districts.formula1.removeprefix("コード表!").replace("$", "")
    assert [row[0].value for row in codes[place]] == ["三角", "不知火", "松橋", "小川", "豊野"]
    assert offered[f"{column['回答']}3"].formula1 == '"1,0"'
    assert not any(one.showErrorMessage for one in offered.values())  # a number of the code list may be typed
    assert f"{column['委員番号']}3" not in offered
    explained = {row[0]: row[1:] for row in book["列の意味"].iter_rows(values_only=True)}
    assert set(explained) == {"見出し", *column}
    assert explained["回答"][0] == "1 か 0"
    assert "行を残して 0" in explained["回答"][3]


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_a_form_has_as_many_rows_of_headings_as_its_file_is_said_to_have(root, rows):
    inputs = root / INPUTS
    text = inputs.read_text(encoding="utf-8")
    inputs.write_text(text.replace("header_rows: 2", f"header_rows: {rows}"), encoding="utf-8")
    (form,) = [one for one in forms(root, inputs, FiscalYear(2023)) if one.schema.kind == "commissioners"]
    sheet = openpyxl.load_workbook(io.BytesIO(form.content))["回答一覧"]
    above, headings, example = list(sheet.rows)[: rows - 1], sheet[rows], sheet[rows + 1]
    assert [[cell.value for cell in row if cell.value] for row in above] == [[form.schema.title]] * (rows - 1)
    assert headings[0].value == form.schema.columns[0].heading
    assert EXAMPLE_MARK in str(example[0].value)
    assert sheet.max_row == rows + 1
    assert sheet.freeze_panes == f"B{rows + 1}"
    offered = sheet.data_validations.dataValidation
    assert {min(place.min_row for place in one.sqref.ranges) for one in offered} == {rows + 1}


def test_a_workbook_shows_its_headings_and_its_example_and_offers_answers_for_5000_rows(root):
    by_kind = {form.schema.kind: form for form in forms(root, root / INPUTS, FiscalYear(2023))}
    book = openpyxl.load_workbook(io.BytesIO(by_kind["commissioners"].content))
    sheet = book["回答一覧"]
    for cell in sheet[2]:
        assert (cell.font.bold, cell.alignment.wrap_text, cell.alignment.vertical) == (True, True, "center")
        assert sheet.column_dimensions[cell.column_letter].width == max(16, len(cell.value) + 4)
    assert {cell.fill.fgColor.rgb for cell in sheet[2]} == {"00E7EEF5"}
    assert {cell.fill.fgColor.rgb for cell in sheet[3]} == {"00FFF4CC"}
    assert {cell.font.bold for cell in sheet[3]} == {False}
    ends = [str(one.sqref).split(":") for one in sheet.data_validations.dataValidation]
    assert {(first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), last[-4:]) for first, last in ends} == {
        ("3", "5003")
    }
    assert [book["列の意味"].column_dimensions[letter].width for letter in "ABCDE"] == [24, 28, 12, 60, 44]
    assert [book["コード表"].column_dimensions[letter].width for letter in "AC"] == [32, 32]


@pytest.mark.parametrize(
    ("codes", "encoding", "example"),
    [
        (("1", "2"), "listed", [("経緯", "1")]),
        (("", ""), "listed", [("経緯", "病気")]),
        (("1", "2"), "dummies", [("経緯_病気", "1"), ("経緯_退職", "0")]),
        (("1", "2"), "marks", [("経緯_病気", "○"), ("経緯_退職", "")]),
    ],
)
def test_the_example_of_several_answers_gives_the_first_as_the_file_is_to_have_it(codes, encoding, example):
    options = tuple(map(Option, ("病気", "退職"), codes))
    assert _answers(Multiple("trigger", "経緯", options, required=False), encoding) == example


def test_a_question_added_to_the_questionnaire_is_in_the_form_with_its_codes_and_intake_reads_it(root):
    items = root / "params" / "survey_items.yaml"
    more = """
      - {id: wants_contact, title: 本人の相談の希望, wording: 希望しますか, kind: single,
         options: {1: 希望する, 2: 希望しない}}
      - {id: worries, title: 心配なこと, wording: 心配なこと, kind: multiple, options: {1: 健康, 2: お金}}
"""
    items.write_text(items.read_text(encoding="utf-8").rstrip() + more, encoding="utf-8")
    made = _write_all(root, _without_mark)
    (form,) = [form for form in made if form.schema.kind == "cases"]
    book = openpyxl.load_workbook(io.BytesIO(form.content))
    headings = [cell.value for cell in book["該当者票"][1]]
    assert {"本人の相談の希望", "心配なこと"} <= set(headings)
    codes = set(book["コード表"].iter_rows(values_only=True))
    assert {
        ("本人の相談の希望", "2", "希望しない"),
        ("心配なこと", "1", "健康"),
        ("性別", "9", "その他・わからない"),
    } <= codes
    cases = intake.load(root / INPUTS, ["cases"], root)["cases"]
    assert (cases["wants_contact"].iloc[0], cases["worries_健康"].iloc[0]) == ("希望する", True)


def test_an_earlier_year_gets_no_form(root):
    names = [form.name for form in forms(root, root / INPUTS, FiscalYear(2023))]
    assert "fy2022/consultations.csv" not in names
    assert "site/population.csv" in names


def test_a_filled_file_is_told_from_a_form(root):
    made = _write_all(root)
    assert all(has_example(form.path) for form in made)
    _write_all(root, _without_mark)
    assert not any(has_example(form.path) for form in made)
