"""Pages made of cells of other pages: the 概要版 for those who read nothing else, and the technical appendix.

A notebook tags what belongs there. What is tagged `overview` stands on its own page, too; what is tagged `appendix`
stands in a release only in the appendix. The outputs are those of the finished steps, so what the door kept back on a
page is kept back here, and the gate reads these pages like any other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from ujo_lib.params.notebooks import APPENDIX_TAG, INTERNAL_TAG, OVERVIEW_TAG, in_reading_order
from ujo_lib.pipeline.keys import Step, summary_of


@dataclass(frozen=True)
class Extract:
    """A page made of tagged cells.

    Attributes:
        title: what it is called.
        file: name of its page.
        tag: of its cells.
        briefly: what it is, for the contents.
    """

    title: str
    file: str
    tag: str
    briefly: str

    def is_tagged(self, steps: Sequence[Step]) -> bool:
        """Whether any notebook of a report has something for it that may leave the city."""
        return any(
            self.tag in cell.tags and INTERNAL_TAG not in cell.tags
            for step in steps
            for cell in step.about.cells
        )


OVERVIEW: Final = Extract(
    "概要版",
    "overview.html",
    OVERVIEW_TAG,
    "はじめに読む数枚。分かったこと、言えないこと、次にすることをまとめています。",
)
APPENDIX: Final = Extract(
    "技術付録",
    "appendix.html",
    APPENDIX_TAG,
    "検定やモデルの点検、公表値との照合など、分析の確かさを確かめるための表と図です。",
)

_UNFOLDING: Final = re.compile(r"<details>.*?</details>", re.DOTALL)
_HEADING: Final = re.compile(r"^(?=#{2,5} )", re.MULTILINE)


def overview(steps: Sequence[Step], notebooks: Mapping[str, NotebookNode]) -> NotebookNode:
    """Put the cells of the 概要版 together: those of the summary, the others after its first output.

    Figures come without the numbers that unfold on their own page. A heading under which nothing stands, as half a year
    has some, is left out.

    Args:
        steps: the steps of the run.
        notebooks: the executed notebook of each step; they are not changed.
    """
    summary = summary_of(steps).notebook
    own = _tagged(notebooks[summary], OVERVIEW_TAG, summary)
    first = next((at for at, cell in enumerate(own, 1) if cell.cell_type == "code"), 0)
    others = [
        cell
        for name in _in_order(steps)
        if name != summary
        for cell in _tagged(notebooks[name], OVERVIEW_TAG, name)
    ]
    cells = [*own[:first], *others, *own[first:]]
    heads = [cell.source.startswith("#") for cell in cells]
    cells = [cell for cell, *both in zip(cells, heads, [*heads[1:], True], strict=True) if not all(both)]
    for output in (output for cell in cells for output in cell.get("outputs", ())):
        output.data["text/html"] = _UNFOLDING.sub("", output.data["text/html"])
    return new_notebook(cells=[new_markdown_cell(f"# {OVERVIEW.title}", id="title"), *cells])


def appendix(
    steps: Sequence[Step], notebooks: Mapping[str, NotebookNode], titles: Mapping[str, str]
) -> NotebookNode:
    """Put the cells of the technical appendix together, a section for each page, its headings one level lower.

    Args:
        steps: the steps of the run.
        notebooks: the executed notebook of each step; they are not changed.
        titles: the title of each notebook's page.
    """
    cells = [new_markdown_cell(f"# {APPENDIX.title}\n\n{APPENDIX.briefly}", id="title")]
    for name in _in_order(steps):
        if tagged := _tagged(notebooks[name], APPENDIX_TAG, name):
            cells.append(new_markdown_cell(f"## {titles[name]}", id=f"title-{name}"))
            for cell in tagged:
                cell.metadata.tags.remove(APPENDIX_TAG)
                cell.source = _HEADING.sub("#", cell.source)
            cells += tagged
    return new_notebook(cells=cells)


def _in_order(steps: Sequence[Step]) -> Iterator[str]:
    return (one.name for one in in_reading_order(step.about for step in steps))


def _tagged(notebook: NotebookNode, tag: str, name: str) -> list[NotebookNode]:
    """Copies of the tagged cells, without code, and with the notebook's name in their ids."""
    copies = deepcopy([cell for cell in notebook.cells if tag in cell.metadata.get("tags", ())])
    for cell in copies:
        cell.id = f"{name}-{cell.id}"
        cell.source = cell.source if cell.cell_type == "markdown" else ""
    return [cell for cell in copies if INTERNAL_TAG not in cell.metadata.tags]
