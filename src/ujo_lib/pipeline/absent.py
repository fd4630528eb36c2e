"""What of a notebook is executed: all of it for readers inside the city, in a year that has what it reads.

A year without a survey or without advertising is no failure. Its page stands in the report and says what is missing;
the summary then says so, too, instead of leaving a gap that nobody explains. Without a kind that the whole page is
about, title and parameters remain. Without a dispensable one the cells go that are tagged `needs-<kind>`, and under
each heading that loses any the reason stands in place of the first. For a release the cells tagged `internal` are
empty, so that a cell that failed keeps its number.
"""

import ast
import json
from collections.abc import Collection
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ujo_lib.params import Notebook
from ujo_lib.params.notebooks import INTERNAL_TAG, NEEDS_TAG, PARAMETERS_TAG, WHOLE_YEAR

_REASONS = """\
from ujo_lib import intake, report
from ujo_lib.params import settings_of

settings = settings_of("{name}", globals())
page = report.open_page(settings)
page.not_supplied(intake.not_supplied(settings.inputs_file, {kinds}){annual})"""
_SECTION = """\
from ujo_lib import intake

page.section_not_supplied(intake.not_supplied(settings.inputs_file, {kinds}){annual}, {tables})"""
_ANNUAL = " | {'1年分の集計': '半年の報告書には載せず、年次報告書に載せます'}"


def executed_form(notebook: Notebook, audience: str, absent: Collection[str]) -> NotebookNode | None:
    """The form in which a notebook is executed.

    Args:
        notebook: the notebook, stored without outputs.
        audience: internal or release.
        absent: kinds of input that it reads and the year does not have.

    Returns:
        The shortened notebook; None where it is executed as it is stored.
    """
    inside = audience == "internal" or not any(INTERNAL_TAG in cell.tags for cell in notebook.cells)
    if inside and not absent:
        return None
    short = nbformat.read(notebook.file, as_version=4)
    if vital := [kind for kind in absent if kind not in notebook.says.dispensable]:
        short.cells = _reasons_only(short.cells, notebook.name, vital)
    elif absent:
        short.cells = _without(short.cells, absent)
    for cell in short.cells:
        if audience == "release" and INTERNAL_TAG in cell.metadata.get("tags", ()):
            cell.source = ""
    return short


@dataclass
class _Note:
    """What stands in place of the cells under one heading that cannot do without some kinds of input."""

    id: str
    kinds: list[str]
    tables: list[str] = field(default_factory=list)

    @property
    def cell(self) -> NotebookNode:
        source = _SECTION.format(**_reasons(self.kinds), tables=json.dumps(self.tables))
        return new_code_cell(source, id=self.id)


def _without(cells: list[NotebookNode], absent: Collection[str]) -> list[NotebookNode]:
    kept: list[NotebookNode | _Note] = []
    told: dict[str, _Note] = {}  # under this heading, by kind
    for cell in cells:
        tags = [tag.removeprefix(NEEDS_TAG) for tag in cell.metadata.get("tags", ())]
        lacking = [kind for kind in tags if kind in absent]
        if not lacking:
            told = {} if cell.cell_type == "markdown" and cell.source.startswith("#") else told
            kept.append(cell)
            continue
        if untold := [kind for kind in lacking if kind not in told]:
            note = _Note(f"no-{cell.id}", untold)
            told |= dict.fromkeys(untold, note)
            kept.append(note)
        if cell.cell_type == "code":
            told[lacking[0]].tables += _published_in(cell.source)
    return [one.cell if isinstance(one, _Note) else one for one in kept]


def _published_in(source: str) -> list[str]:
    """Ids of the tables that a cell publishes."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    named = [
        call.args[1]
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "publish" and len(call.args) > 1
    ]
    return [str(one.value) for one in named if isinstance(one, ast.Constant)]


def _reasons_only(cells: list[NotebookNode], notebook: str, vital: list[str]) -> list[NotebookNode]:
    parameters = [cell for cell in cells if PARAMETERS_TAG in cell.metadata.get("tags", ())]
    reasons = new_code_cell(_REASONS.format(name=notebook, **_reasons(vital)), id="not-supplied")
    return [cells[0], *parameters, reasons]


def _reasons(lacking: list[str]) -> dict[str, str]:
    """What the templates above say of the kinds that are lacking."""
    kinds = [kind for kind in lacking if kind != WHOLE_YEAR]
    return {"kinds": json.dumps(kinds), "annual": _ANNUAL if kinds != lacking else ""}
