"""What of a notebook is executed: all of it for readers inside the city, in a year that has what it reads.

A year without a survey or without advertising is no failure. Its page stands in the report and says what is missing;
the summary then says so, too, instead of leaving a gap that nobody explains. Without a kind that the whole page is
about, title, question and parameters remain. Without a dispensable one the cells go that are tagged `needs-<kind>`,
and under each heading that loses any table or sentence the reason stands in place of the first. What a section says of
its method goes, too, where nothing of the section remains. For a release the cells tagged `internal` are empty, so that
a cell that failed keeps its number.
"""

import ast
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ujo_lib.params import Notebook
from ujo_lib.params.notebooks import APPENDIX_TAG, INTERNAL_TAG, NEEDS_TAG, PARAMETERS_TAG, WHOLE_YEAR

_REASONS = """\
from ujo_lib import intake, report
from ujo_lib.params import settings_of

settings = settings_of("{name}", globals())
page = report.open_page(settings)
page.not_supplied(intake.not_supplied(settings.inputs_file, {kinds}){annual})"""
_SECTION = """\
from functools import partial

from ujo_lib import intake

_lacking = partial(intake.not_supplied, settings.inputs_file)
page.section_not_supplied({reasons}, {{{tables}}})"""
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
        short.cells = _without(short.cells, absent, audience)
    for cell in short.cells:
        if _is_kept_back(cell, audience):
            cell.source = ""
    return short


def _is_kept_back(cell: NotebookNode, audience: str) -> bool:
    return audience == "release" and INTERNAL_TAG in cell.metadata.get("tags", ())


@dataclass
class _Section:
    """A heading and what stands under it, in a year that lacks some kinds of input.

    Attributes:
        kept: its cells; None where the reason stands.
        kinds: those that its lost cells lack.
        tables: ids of the tables that they would publish, and the kinds that the cell of each lacks.
        tags: what all of them are tagged with.
        first: id of the first of them.
    """

    kept: list[NotebookNode | None] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    tables: dict[str, list[str]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    first: str = ""

    def lose(self, cell: NotebookNode, lacking: list[str]) -> None:
        """Give the reason instead of a cell that shows something; words on a method are no loss."""
        if cell.cell_type == "markdown" or "page." not in cell.source:
            return
        tags = set(cell.metadata.tags)
        self.tags = self.tags & tags if self.kinds else tags
        if not self.kinds:
            self.kept.append(None)
            self.first = cell.id
        self.kinds += [kind for kind in lacking if kind not in self.kinds]
        self.tables |= dict.fromkeys(_published_in(cell.source), lacking)

    def cells(self, audience: str) -> Iterator[NotebookNode]:
        """What is left of it."""
        shown = any(
            cell is not None and cell.cell_type == "code" and not _is_kept_back(cell, audience)
            for cell in self.kept
        )
        for cell in self.kept:
            if cell is None:
                yield self._reason()
            elif shown or not self.kinds or cell.cell_type == "code":
                yield cell
            elif heading := _asked(cell.source):
                cell.source = heading
                yield cell

    def _reason(self) -> NotebookNode:
        tables = ", ".join(f"{json.dumps(table)}: {_lacking(kinds)}" for table, kinds in self.tables.items())
        source = _SECTION.format(reasons=_lacking(self.kinds), tables=tables)
        tags = sorted(self.tags & {APPENDIX_TAG, INTERNAL_TAG})
        return new_code_cell(source, id=f"no-{self.first}", metadata={"tags": tags} if tags else {})


def _without(cells: list[NotebookNode], absent: Collection[str], audience: str) -> list[NotebookNode]:
    sections = [_Section()]
    for cell in cells:
        tags = [tag.removeprefix(NEEDS_TAG) for tag in cell.metadata.get("tags", ())]
        if lacking := [kind for kind in tags if kind in absent]:
            sections[-1].lose(cell, lacking)
            continue
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            sections.append(_Section())
        sections[-1].kept.append(cell)
    return [cell for section in sections for cell in section.cells(audience)]


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
    cells[0].source = _asked(cells[0].source)
    reasons = new_code_cell(_REASONS.format(name=notebook, **_reasons(vital)), id="not-supplied")
    return [cells[0], *parameters, reasons]


def _asked(words: str) -> str:
    """What a cell of words asks, its heading and its question, without what it says of an answer that is not there."""
    return "\n\n".join(line for line in words.splitlines() if line.startswith(("#", "**問い")))


def _lacking(kinds: list[str]) -> str:
    """The call that gives the reasons of some kinds."""
    return "_lacking({kinds}){annual}".format(**_reasons(kinds))


def _reasons(lacking: list[str]) -> dict[str, str]:
    """What the templates above say of the kinds that are lacking."""
    kinds = [kind for kind in lacking if kind != WHOLE_YEAR]
    return {"kinds": json.dumps(kinds), "annual": _ANNUAL if kinds != lacking else ""}
