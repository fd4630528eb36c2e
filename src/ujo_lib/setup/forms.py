"""Empty forms for the input files of a year: the headings that intake recognises, and one marked example row.

A form bears the name, sheet, heading rows and separator that inputs.yaml declares for the file, so filling it in is all
that remains. Its example row opens with 「【記入例】」, which intake refuses until somebody has deleted it. A workbook
offers the answers as lists to choose from, and says on sheets of its own what each column holds.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ujo_lib.files import csv_bytes
from ujo_lib.fiscal import FiscalYear
from ujo_lib.intake.declaration import Declaration, FileSpec, read_declaration
from ujo_lib.intake.other_books import OTHER_SUFFIXES
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import EXAMPLE_MARK, Column, Multiple, Schema
from ujo_lib.intake.workbooks import EXCEL_SUFFIXES
from ujo_lib.params import inside, read_yaml
from ujo_lib.params.inputs import Inputs
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.setup.contract import example, explained
from ujo_lib.setup.copying import SetupError

_CODES_SHEET = "コード表"
_COLUMNS_SHEET = "列の意味"
_WIDTH = 16
_ROWS = 5_000
"""How far down the lists to choose from reach."""


@dataclass(frozen=True)
class Form:
    """An empty form.

    Attributes:
        path: where the filled file is expected.
        name: the same, relative to the folder of data.
        schema: its kind, with the answers this site has declared.
        content: the form itself.
    """

    path: Path
    name: str
    schema: Schema
    content: bytes


def forms(root: Path, inputs: Path, year: FiscalYear) -> list[Form]:
    """Forms for the files of this year and for those that serve every year; earlier years' files have none.

    Args:
        root: the project folder.
        inputs: the year's inputs.yaml.
        year: whose files are wanted.

    Raises:
        ParameterError: inputs.yaml, or a file that it names, is wrong.
        SetupError: they name what no schema has.
    """
    declaration = declared(root, inputs)
    own = f"fy{year.year}"
    made = []
    for spec in declaration.files:
        folder = Path(spec.name).parts[0]
        if folder.startswith("fy") and folder != own:
            continue
        schema = declaration.schemas[spec.kind]
        headings, shown = _columns(spec, schema, declaration, year)
        # A form of an older format is an .xlsx beside the place where its file will lie.
        path = spec.path.with_suffix(".xlsx") if spec.path.suffix in OTHER_SUFFIXES else spec.path
        is_book = path.suffix in EXCEL_SUFFIXES
        content = _workbook(spec, schema, headings, shown) if is_book else _text(spec, headings, shown)
        made.append(Form(path, spec.name, schema, content))
    return made


def other_survey(root: Path, said: Mapping[str, Any]) -> dict[Path, bytes]:
    """The form of another survey, where the parameters of notebook 01 ask for one: its headings, the ids of its items.

    Args:
        root: the project folder.
        said: parameters of notebook 01.

    Raises:
        ParameterError: its questionnaire is wrong.
    """
    if not said.get("show_extra"):
        return {}
    form = read_yaml(Questionnaire, inside(root, said["extra_items"]))
    first = form.forms[0]
    headings = ",".join([form.keys[first], *(item.id for item in form.on(first))])
    return {inside(root, said["extra_answers"]): f"{headings}\r\n".encode("utf-8-sig")}


def declared(root: Path, inputs: Path) -> Declaration:
    """What inputs.yaml says of all its kinds.

    Raises:
        ParameterError: it cannot be understood.
        SetupError: it names what no schema has.
    """
    notes = Notes(inputs.name)
    declaration = read_declaration(inputs, list(read_yaml(Inputs, inputs).kinds), root, notes)
    if notes.problems:
        raise SetupError("\n".join(str(problem) for problem in notes.problems))
    return declaration


def _columns(
    spec: FileSpec, schema: Schema, declaration: Declaration, year: FiscalYear
) -> tuple[list[str], list[str]]:
    """Headings of a file and the values of its example row."""
    layout = declaration.layouts.get(spec.layout or "")
    of_layout = layout.columns if layout else None
    own = {name: heading for heading, name in spec.columns.items()}
    pairs = []
    for column in schema.columns:
        if column.name in spec.constants or (of_layout is not None and column.name not in of_layout):
            continue
        usual = of_layout[column.name][0] if of_layout is not None else column.heading
        pairs.append((own.get(column.name, usual), example(column, year)))
    for item in schema.multiples:
        pairs += _answers(item, spec.multiple_answers.get(item.name, "listed"))
    headings, shown = (list(values) for values in zip(*pairs, strict=True))
    return headings, [f"{EXAMPLE_MARK}{shown[0]}", *shown[1:]]


def _answers(item: Multiple, encoding: str) -> list[tuple[str, str]]:
    first = item.options[0]
    if encoding == "listed":
        return [(item.heading, first.code or first.label)]
    ticks = {"dummies": ("1", "0"), "marks": ("○", "")}[encoding]
    return [(f"{item.heading}_{option.label}", ticks[option != first]) for option in item.options]


def _text(spec: FileSpec, headings: Sequence[str], shown: Sequence[str]) -> bytes:
    separator = "\t" if spec.path.suffix == ".tsv" else ","
    return csv_bytes([headings, shown], spec.encoding or "utf-8-sig", delimiter=separator)


def _workbook(spec: FileSpec, schema: Schema, headings: Sequence[str], shown: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = spec.sheet or schema.title
    for level in range(1, spec.header_rows):
        sheet.cell(level, 1, schema.title)  # a group that all columns share
    for row, values in ((spec.header_rows, headings), (spec.header_rows + 1, shown)):
        for column, value in enumerate(values, start=1):
            # As text, or Excel would make 001 a number and 1,3 a date.
            sheet.cell(row, column, value).number_format = "@"
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(spec.header_rows, column)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        cell.fill = PatternFill("solid", fgColor="E7EEF5")
        sheet.cell(spec.header_rows + 1, column).fill = PatternFill("solid", fgColor="FFF4CC")
        sheet.column_dimensions[get_column_letter(column)].width = max(_WIDTH, len(heading) + 4)
    sheet.freeze_panes = sheet.cell(spec.header_rows + 1, 2)
    if spec.sheet:
        answers = _codes(book.create_sheet(_CODES_SHEET), schema)
        _offer(sheet, headings, answers | _ticks(schema), spec.header_rows + 1)
        _explain(book.create_sheet(_COLUMNS_SHEET), schema)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _codes(sheet: Worksheet, schema: Schema) -> dict[str, str]:
    """Write the permitted answers, and say where those of each column to choose one from stand."""
    sheet.append(["項目", "番号", "選択肢"])
    places = {}
    for item in schema.items:
        first = sheet.max_row + 1
        for option in item.options:
            sheet.append([item.heading, option.code, option.label])
        if item.options and isinstance(item, Column):
            places[item.heading] = f"{_CODES_SHEET}!$C${first}:$C${sheet.max_row}"
    sheet.column_dimensions["A"].width = sheet.column_dimensions["C"].width = 32
    return places


def _ticks(schema: Schema) -> dict[str, str]:
    return {column.heading: '"1,0"' for column in schema.columns if column.type == "flag"}


def _offer(sheet: Worksheet, headings: Sequence[str], answers: Mapping[str, str], first: int) -> None:
    """Lists to choose from; another spelling or the number may be typed all the same, intake knows them."""
    for column, heading in enumerate(headings, start=1):
        if heading in answers:
            offered = DataValidation(
                "list", formula1=answers[heading], allow_blank=True, showErrorMessage=False
            )
            letter = get_column_letter(column)
            offered.add(f"{letter}{first}:{letter}{first + _ROWS}")
            sheet.add_data_validation(offered)


def _explain(sheet: Worksheet, schema: Schema) -> None:
    """What each column holds, for people."""
    sheet.append(["見出し", "書き方", "空欄", "選べる値", "注意"])
    for row in explained(schema):
        sheet.append([row[name] for name in ("heading", "type", "must", "answers", "note")])
    for letter, width in zip("ABCDE", (24, 28, 12, 60, 44), strict=True):
        sheet.column_dimensions[letter].width = width


_GUIDE = """\
{site_name} {year} の入力ファイル
{line}

1. 下の一覧のファイルに、この年度のデータを入れてください(別のところで作ったファイルを同じ名前で置いてもかまいません)。
   黄色の行(【記入例】で始まる行)は、入力したら削除してください。残っていると検査で止まります。
2. 見出しの文字は変えないでください。列の意味と選べる値は、Excelの様式では「列の意味」と「コード表」のシートに、
   団体から届くファイルではデータの取り決め.html にあります。どの資料のどの列がどのページに使われるかは、
   データと分析の手引き.html にあります。
3. 検査します:   ujo check {site} {number}
4. 公表までの残りを確かめます:   ujo doctor {site} {number}   (何も変えません)
5. 報告書を作ります:   ujo run {site} {number}

ファイルの一覧
{files}
この年度にない資料は、params/{site}/fy{number}/inputs.yaml に not_supplied: と書き、その下に「  種類: 理由」を並べます
(例   ads: 広告を出していない)。種類は上の一覧の括弧の中の英字です。ほかの行や、記入例の残った様式は、そのままで
かまいません。
その種類の記入したファイルがあると検査で止まるので、別の場所に移します。
ここに置いたファイルは、共有や公開の対象になりません(版の管理からも除かれています)。
"""


def guide(site_name: str, site: str, year: FiscalYear, made: Sequence[Form]) -> bytes:
    """A text in Japanese that says which files are wanted and what to do with them; Notepad can read it."""
    title = f"{site_name} {year.label} の入力ファイル"
    files = "".join(f"  - {form.name}  {form.schema.title}({form.schema.kind})\n" for form in made)
    text = _GUIDE.format(
        site_name=site_name,
        year=year.label,
        line="=" * len(title) * 2,
        site=site,
        number=year.year,
        files=files,
    )
    return text.replace("\n", "\r\n").encode("utf-8-sig")
