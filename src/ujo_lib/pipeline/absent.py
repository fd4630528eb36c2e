"""What of a notebook is executed: all of it for readers inside the city, in a year that has what it reads.

A year without a survey or without advertising is no failure. Its page stands in the report and says what is missing;
the summary then says so, too, instead of leaving a gap that nobody explains. Without a kind that the whole page is
about, title and parameters remain. Without a dispensable one the cells go that are tagged `needs-<kind>`, and the
reason stands in place of the first. For a release the cells tagged `internal` are empty, so that a cell that failed
keeps its number.
"""

import json
from collections.abc import Collection

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ujo_lib.params import Notebook
from ujo_lib.params.notebooks import INTERNAL_TAG, NEEDS_TAG, PARAMETERS_TAG

_REASONS = """\
from ujo_lib import intake, report
from ujo_lib.params import settings_of

settings = settings_of("{name}", globals())
page = report.open_page(settings)
page.not_supplied(intake.not_supplied(settings.inputs_file, settings.kinds))"""
_SECTION = """\
from ujo_lib import intake

page.section_not_supplied(intake.not_supplied(settings.inputs_file, {kinds}))"""


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
    if not set(absent) <= set(notebook.says.dispensable):
        short.cells = _reasons_only(short.cells, notebook.name)
    elif absent:
        short.cells = _without(short.cells, absent)
    for cell in short.cells:
        if audience == "release" and INTERNAL_TAG in cell.metadata.get("tags", ()):
            cell.source = ""
    return short


def _without(cells: list[NotebookNode], absent: Collection[str]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    told: set[str] = set()
    for cell in cells:
        needed = [
            tag.removeprefix(NEEDS_TAG) for tag in cell.metadata.get("tags", ()) if tag.startswith(NEEDS_TAG)
        ]
        lacking = [kind for kind in needed if kind in absent]
        if not lacking:
            kept.append(cell)
        elif told.isdisjoint(lacking):
            reasons = _SECTION.format(kinds=json.dumps(lacking))
            kept.append(new_code_cell(reasons, id=f"no-{lacking[0].replace('_', '-')}"))
            told.update(lacking)
    return kept


def _reasons_only(cells: list[NotebookNode], notebook: str) -> list[NotebookNode]:
    parameters = [cell for cell in cells if PARAMETERS_TAG in cell.metadata.get("tags", ())]
    reasons = new_code_cell(_REASONS.format(name=notebook), id="not-supplied")
    return [cells[0], *parameters, reasons]
