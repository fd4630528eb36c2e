"""A notebook in a year that lacks what it reads: its title, its parameters, and the reason why there is no more.

A year without a survey or without advertising is no failure. Its page stands in the report and says what is missing;
the summary then says so, too, instead of leaving a gap that nobody explains.
"""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from ujo_lib.params import NOTEBOOKS

_REASONS = """\
from ujo_lib import intake, report
from ujo_lib.params import {model}

settings = {model}.from_cell(globals())
page = report.open_page(settings)
page.not_supplied(intake.not_supplied(settings.inputs_file, settings.kinds))"""


def write_shortened(notebook: Path, folder: Path) -> Path:
    """Write the short form of a notebook into a folder, under its own name.

    Args:
        notebook: the notebook, stored without outputs.
        folder: where to write.

    Returns:
        Path of the short form: title cell, parameters cell, one cell with the reasons.
    """
    short = nbformat.read(notebook, as_version=4)
    parameters = [cell for cell in short.cells if "parameters" in cell.metadata.get("tags", ())]
    reasons = new_code_cell(_REASONS.format(model=NOTEBOOKS[notebook.stem]), id="not-supplied")
    short.cells = [short.cells[0], *parameters, reasons]
    nbformat.write(short, folder / notebook.name)
    return folder / notebook.name
