"""The few sheets for those who read nothing else, and the technical appendix: what is tagged, in order, and no code."""

from dataclasses import dataclass

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ujo_lib.params.notebooks import Cell
from ujo_lib.pipeline.extracts import APPENDIX, OVERVIEW, appendix, overview

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


def test_cells_of_two_notebooks_with_the_same_id_stay_two():
    twice = {name: new_notebook(cells=[_code("x")]) for name in NOTEBOOKS}
    for notebook in twice.values():
        notebook.cells[0].id = "cell-26"
    ids = [cell.id for cell in overview(STEPS, twice).cells]
    assert len(set(ids)) == len(ids) > 2


def _shown() -> list[str]:
    made = overview(STEPS, NOTEBOOKS)
    return [
        cell.outputs[0].data["text/html"] if cell.cell_type == "code" else cell.source for cell in made.cells
    ]


def test_a_heading_under_which_nothing_stands_is_left_out():
    cells = [
        new_markdown_cell("## 文", metadata=TAGGED),
        _code("sentences"),
        new_markdown_cell("## 目標は測れたか", metadata=TAGGED),
        _code("not in half a year", {"tags": ["other"]}),
        new_markdown_cell("## 次にすること", metadata=TAGGED),
        _code("actions"),
        new_markdown_cell("## English abstract", metadata=TAGGED),
    ]
    made = overview(STEPS, {**NOTEBOOKS, "05_s": new_notebook(cells=cells)})
    assert [cell.source for cell in made.cells if cell.source] == ["# 概要版", "## 文", "## 次にすること"]


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
    made = overview(STEPS, NOTEBOOKS)
    assert not [cell for cell in made.cells if cell.cell_type == "code" and cell.source]
    kept = NOTEBOOKS["02_b"].cells[0]
    assert (kept.source, kept.outputs[0].data["text/html"]) == ("page.show(secret)", FIGURE)


def test_a_report_of_notebooks_that_tag_nothing_has_no_empty_sheet():
    assert OVERVIEW.is_tagged(STEPS)
    assert not OVERVIEW.is_tagged([STEPS[0], STEPS[2]])
    assert not APPENDIX.is_tagged(STEPS)


TECHNICAL = {"tags": ["appendix"]}
TITLES = {"00_a": "データの状態", "02_b": "相談", "05_s": "まとめ"}


def _technical() -> dict:
    return {
        "00_a": new_notebook(cells=[_code("state of the data")]),
        "02_b": new_notebook(
            cells=[
                new_markdown_cell("## 点検\n\n### 細目\n\n#番号", metadata=TECHNICAL, id="one"),
                _code(FIGURE, dict(TECHNICAL)),
                _code("true counts", {"tags": ["appendix", "internal"]}),
            ]
        ),
        "05_s": new_notebook(cells=[new_markdown_cell("## 照合", metadata=TECHNICAL, id="one")]),
    }


def test_the_appendix_has_a_section_for_each_page_with_the_summary_first_and_headings_below_it():
    made = appendix(STEPS, _technical(), TITLES)
    words = [cell.source for cell in made.cells if cell.cell_type == "markdown"]
    assert words[0].startswith("# 技術付録")
    assert words[1:] == ["## まとめ", "### 照合", "## 相談", "### 点検\n\n#### 細目\n\n#番号"]
    assert len({cell.id for cell in made.cells}) == len(made.cells)


def test_the_appendix_keeps_figures_whole_and_nothing_for_the_inside_and_no_code():
    notebooks = _technical()
    shown = [cell for cell in appendix(STEPS, notebooks, TITLES).cells if cell.cell_type == "code"]
    assert [(cell.source, cell.outputs[0].data["text/html"]) for cell in shown] == [("", FIGURE)]
    assert notebooks["02_b"].cells[0].source.startswith("## 点検")
    assert notebooks["02_b"].cells[0].metadata.tags == ["appendix"]


def test_cells_for_the_inside_make_no_appendix():
    inside = _step("02_b", "analysis", "appendix", "internal")
    assert not APPENDIX.is_tagged([inside])
    assert APPENDIX.is_tagged([inside, _step("04_d", "analysis", "appendix")])
