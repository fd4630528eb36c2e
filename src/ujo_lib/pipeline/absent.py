"""A notebook in a year that lacks what it reads: what can be told is told, and the reason why there is no more.

A year without a survey or without advertising is no failure. Its page stands in the report and says what is missing;
the summary then says so, too, instead of leaving a gap that nobody explains. Without a kind that the whole page is
about, title and parameters remain. Without a dispensable one the cells go that are tagged `needs-<kind>`, and the
reason stands in place of the first.
"""

import json
from collections.abc import Collection
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ujo_lib.params import NOTEBOOKS

_REASONS = """\
from ujo_lib import intake, report
from ujo_lib.params import {model}

settings = {model}.from_cell(globals())
page = report.open_page(settings)
page.not_supplied(intake.not_supplied(settings.inputs_file, settings.kinds))"""
_SECTION = """\
from ujo_lib import intake

page.section_not_supplied(intake.not_supplied(settings.inputs_file, {kinds}))"""
_NEEDS = "needs-"


def write_shortened(
    notebook: Path, folder: Path, absent: Collection[str], dispensable: Collection[str]
) -> Path:
    """Write the short form of a notebook into a folder, under its own name.

    Args:
        notebook: the notebook, stored without outputs.
        folder: where to write.
        absent: kinds that the year does not have.
        dispensable: kinds without which the notebook still has something to tell.

    Returns:
        Path of the short form.
    """
    short = nbformat.read(notebook, as_version=4)
    if set(absent) <= set(dispensable):
        short.cells = _without(short.cells, absent)
    else:
        short.cells = _reasons_only(short.cells, notebook.stem)
    nbformat.write(short, folder / notebook.name)
    return folder / notebook.name


def _without(cells: list[NotebookNode], absent: Collection[str]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    told: set[str] = set()
    for cell in cells:
        needed = [tag.removeprefix(_NEEDS) for tag in cell.metadata.get("tags", ()) if tag.startswith(_NEEDS)]
        lacking = [kind for kind in needed if kind in absent]
        if not lacking:
            kept.append(cell)
        elif told.isdisjoint(lacking):
            reasons = _SECTION.format(kinds=json.dumps(lacking))
            kept.append(new_code_cell(reasons, id=f"no-{lacking[0].replace('_', '-')}"))
            told.update(lacking)
    return kept


def _reasons_only(cells: list[NotebookNode], notebook: str) -> list[NotebookNode]:
    parameters = [cell for cell in cells if "parameters" in cell.metadata.get("tags", ())]
    reasons = new_code_cell(_REASONS.format(model=NOTEBOOKS[notebook]), id="not-supplied")
    return [cells[0], *parameters, reasons]
