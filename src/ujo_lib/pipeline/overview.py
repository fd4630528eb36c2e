"""The 概要版: a few sheets for those who read nothing else, made of cells that the pages of a report show anyway.

A notebook tags what belongs there (`overview`). The outputs are those of the finished steps, so what the door kept
back on a page is kept back here, and the gate reads this page like any other.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from ujo_lib.params.notebooks import OVERVIEW_TAG, in_reading_order
from ujo_lib.pipeline.keys import Step, summary_of

TITLE: Final = "概要版"
FILE: Final = "overview.html"

_UNFOLDING: Final = re.compile(r"<details>.*?</details>", re.DOTALL)


def is_tagged(steps: Sequence[Step]) -> bool:
    """Whether any notebook of a report has something for its 概要版."""
    return any(OVERVIEW_TAG in cell.tags for step in steps for cell in step.about.cells)


def overview(steps: Sequence[Step], notebooks: Mapping[str, NotebookNode]) -> NotebookNode:
    """Put the tagged cells of executed notebooks together: those of the summary, the others after its first output.

    Args:
        steps: the steps of the run.
        notebooks: the executed notebook of each step; they are not changed.
    """
    summary = summary_of(steps).notebook
    names = [one.name for one in in_reading_order(step.about for step in steps) if one.name != summary]
    own = _tagged(notebooks[summary])
    first = next((at for at, cell in enumerate(own, 1) if cell.cell_type == "code"), 0)
    others = [cell for name in names for cell in _tagged(notebooks[name])]
    title = new_markdown_cell(f"# {TITLE}", id="title")
    return new_notebook(cells=[title, *own[:first], *others, *own[first:]])


def _tagged(notebook: NotebookNode) -> list[NotebookNode]:
    """Copies of the tagged cells: without code, and figures without the numbers that unfold on their own page."""
    tagged = [cell for cell in notebook.cells if OVERVIEW_TAG in cell.metadata.get("tags", ())]
    copies = deepcopy(tagged)
    for cell in copies:
        cell.source = cell.source if cell.cell_type == "markdown" else ""
        for output in cell.get("outputs", ()):
            output.data["text/html"] = _UNFOLDING.sub("", output.data["text/html"])
    return copies
