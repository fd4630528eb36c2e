"""The few sheets for those who read nothing else hold what is tagged, in order, and no code."""

from dataclasses import dataclass

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ujo_lib.params.notebooks import Cell
from ujo_lib.pipeline import overview

TAGGED = {"tags": ["overview"]}
FIGURE = "<figure>図<details><summary>数値</summary><table><tr><td>7</td></tr></table></details>注</figure>"


@dataclass(frozen=True)
class Says:
    role: str


@dataclass(frozen=True)
class About:
    name: str
    says: Says
    cells: tuple[Cell, ...] = ()

    @property
    def order(self) -> str:
        return self.name


@dataclass(frozen=True)
class Step:
    notebook: str
    about: About


def _step(name: str, role: str, *tags: str) -> Step:
    return Step(name, About(name, Says(role), (Cell("code", "page.say()", tags),)))


def _code(shown: str, metadata: dict | None = None):
    output = new_output("execute_result", {"text/html": shown})
    return new_code_cell("page.show(secret)", outputs=[output], metadata=metadata or TAGGED)


STEPS = [_step("00_a", "quality"), _step("02_b", "analysis", "overview"), _step("05_s", "summary")]
NOTEBOOKS = {
    "00_a": new_notebook(cells=[_code("state of the data")]),
    "02_b": new_notebook(cells=[_code(FIGURE), _code("not tagged", {"tags": ["internal"]})]),
    "05_s": new_notebook(
        cells=[
            new_markdown_cell("## 文", metadata=TAGGED),
            _code("sentences"),
            new_markdown_cell("talk of the analyst"),
            _code("goals"),
        ]
    ),
}


def _shown() -> list[str]:
    made = overview.overview(STEPS, NOTEBOOKS)
    return [
        cell.outputs[0].data["text/html"] if cell.cell_type == "code" else cell.source for cell in made.cells
    ]


def test_figures_of_other_pages_stand_between_the_first_finding_and_the_rest():
    assert _shown() == [
        "# 概要版",
        "## 文",
        "sentences",
        "<figure>図注</figure>",
        "state of the data",
        "goals",
    ]


def test_neither_code_nor_unfolding_numbers_are_repeated_and_the_pages_keep_theirs():
    made = overview.overview(STEPS, NOTEBOOKS)
    assert not [cell for cell in made.cells if cell.cell_type == "code" and cell.source]
    kept = NOTEBOOKS["02_b"].cells[0]
    assert (kept.source, kept.outputs[0].data["text/html"]) == ("page.show(secret)", FIGURE)


def test_a_report_of_notebooks_that_tag_nothing_has_no_empty_sheet():
    assert overview.is_tagged(STEPS)
    assert not overview.is_tagged([STEPS[0], STEPS[2]])
