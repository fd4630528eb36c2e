"""Notebooks say what they are: each carries its role, its settings and its needs in its own metadata, under `ujo`.

Nothing else in the suite lists them. A file `NN_name.ipynb` in `notebooks/`, or among a site's own in
`params/<site>/notebooks/`, belongs to a year that has parameters for it (`NN_name.yaml`); one that says `required`
belongs to every year. Outputs and parameters go by its number, so no two may have the same.
"""

import ast
import contextlib
import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ujo_lib.params.inputs import KINDS
from ujo_lib.yamlfile import ParameterError, from_validation, nearest

Role = Literal["summary", "analysis", "appendix", "quality"]
"""What a notebook is in the report, in the order of the pages: the summary opens it, the state of the data ends it."""

PARAMETERS_TAG: Final = "parameters"
"""Tag of the cell that papermill overrides."""
INTERNAL_TAG: Final = "internal"
"""Tag of cells for readers inside the city: they are not executed for a release."""
OVERVIEW_TAG: Final = "overview"
"""Tag of cells that also stand in the 概要版, the few sheets for those who read nothing else."""
APPENDIX_TAG: Final = "appendix"
"""Tag of cells that a release shows in its technical appendix, not on the page of their notebook."""
NEEDS_TAG: Final = "needs-"
"""Tag of cells that cannot do without a kind of input, before the name of the kind."""
WHOLE_YEAR: Final = "whole_year"
"""Stands among kinds of input for what a report on half a year cannot have, because it is about a year."""
ALL: Final = "*"
"""In `reads`: the tables of every other notebook of the year that reads none itself; in `inputs`: every kind."""

_TAGS: Final = frozenset({PARAMETERS_TAG, INTERNAL_TAG, OVERVIEW_TAG, APPENDIX_TAG})
_PICTURE = re.compile(r"!\[[^\]]*\][(\[]")
_NAME = re.compile(r"[0-9]{2}_[a-z0-9_]+")


class About(BaseModel):
    """What a notebook says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role = Field(description="what it is in the report")
    order: str = Field("", description="where it stands among those of its role; its name when empty")
    settings: str = Field(
        "", description="its model in `ujo_lib.params`; empty: its parameters cell is the model"
    )
    inputs: tuple[str, ...] = Field((), description="kinds of input without which it has nothing to tell")
    dispensable: tuple[str, ...] = Field(
        (), description="kinds without which it loses a section and not the rest"
    )
    reads: tuple[str, ...] = Field((), description="notebooks whose tables it reads, and which run before")
    required: bool = Field(
        False, description="no year goes without it, so that missing parameters are a mistake"
    )

    @field_validator("inputs")
    @classmethod
    def _each(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        return KINDS if kinds == (ALL,) else kinds


class Cell(NamedTuple):
    """A cell as it is stored: code or markdown, its text, its tags."""

    kind: str
    source: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Notebook:
    """A notebook of the suite.

    Attributes:
        file: where it is.
        says: what it says of itself.
        cells: its cells.
    """

    file: Path
    says: About
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """Name of the file without its ending; its tables, page and parameters bear it."""
        return self.file.stem

    @property
    def order(self) -> str:
        """Where it stands among those of its role."""
        return self.says.order or self.name

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of input that it reads."""
        return tuple(kind for kind in (*self.says.inputs, *self.says.dispensable) if kind != WHOLE_YEAR)

    @property
    def title(self) -> str:
        """Its first heading."""
        return self.cells[0].source.splitlines()[0].lstrip("# ").strip()

    @property
    def imports(self) -> list[str]:
        """What its cells import: names of modules, and of things in them, which may be modules, too."""
        found: dict[str, None] = {}
        for node in self._code(()):
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = (f"{node.module}.{alias.name}" for alias in node.names)
                found |= dict.fromkeys([node.module, *names])
        return list(found)

    def questions(self, absent: Container[str]) -> list[str]:
        """Items of a questionnaire that its cells name: `survey.tally(cases, "sex", form)`.

        Args:
            absent: kinds of input without which cells give way.
        """
        found: dict[str, None] = {}
        for node in self._code(absent):
            if isinstance(node, ast.Call) and any(
                isinstance(a, ast.Name) and a.id == "form" for a in node.args
            ):
                told = [a.value for a in node.args if isinstance(a, ast.Constant)]
                found |= dict.fromkeys(word for word in told if isinstance(word, str))
        return list(found)

    def _code(self, absent: Container[str]) -> Iterator[ast.AST]:
        """All that its code says, without cells that give way to the absence of these kinds."""
        for cell in self.cells:
            if any(tag.startswith(NEEDS_TAG) and tag.removeprefix(NEEDS_TAG) in absent for tag in cell.tags):
                continue
            with contextlib.suppress(SyntaxError):  # a line for IPython alone
                yield from ast.walk(ast.parse(cell.source if cell.kind == "code" else ""))

    @property
    def parameters(self) -> str:
        """Source of its parameters cell.

        Raises:
            ParameterError: it has none.
        """
        for cell in self.cells:
            if PARAMETERS_TAG in cell.tags:
                return cell.source
        raise ParameterError.of(
            self.file.name,
            "tags",
            "(なし)",
            "タグ parameters の付いたセル",
            "`ujo notebook new` の形に合わせる",
        )


def is_name(name: str) -> bool:
    """Whether a notebook of the suite can have this name: two digits, `_`, and small letters, digits or `_`."""
    return _NAME.fullmatch(name) is not None


def notebooks_of(root: Path, site: str) -> list[Notebook]:
    """The notebooks that a site can have in a report: those of the house and its own, in order.

    Args:
        root: the project folder.
        site: folder name under `params/`.

    Raises:
        ParameterError: wrong metadata, or two notebooks with the same number.
    """
    files = [*(root / "notebooks").glob("*.ipynb"), *(root / "params" / site / "notebooks").glob("*.ipynb")]
    asked = {file.stem for file in (root / "params" / site).glob("fy*/*.yaml")}
    found = [_read(file, file.stat().st_mtime_ns) for file in files if is_name(file.stem)]
    # A notebook that says nothing belongs to somebody's desk, until a year has parameters for it.
    mine = [
        _notebook(file, told, cells) for file, told, cells in found if told is not None or file.stem in asked
    ]
    for number, times in Counter(notebook.name[:2] for notebook in mine).items():
        if times > 1:
            named = "、".join(sorted(notebook.name for notebook in mine if notebook.name.startswith(number)))
            raise ParameterError.of(
                "notebooks",
                number,
                named,
                "番号ごとに1冊",
                "どれかのファイル名の番号を空いているものに変える",
            )
    return sorted(mine, key=lambda notebook: notebook.order)


def notebooks_of_year(root: Path, site: str, year: int) -> list[Notebook]:
    """The notebooks of one year's report, in order.

    Raises:
        ParameterError: as in `notebooks_of`; also when not exactly one is the summary, or one tells of the data.
    """
    folder = root / "params" / site / f"fy{year}"
    found = [
        one
        for one in notebooks_of(root, site)
        if one.says.required or (folder / f"{one.name}.yaml").is_file()
    ]
    for role in ("summary", "quality"):
        named = [one.name for one in found if one.says.role == role]
        if len(named) != 1:
            told = "、".join(named) or "(なし)"
            remedy = f"metadata の ujo の role が {role} のノートブックを1冊だけにする"
            raise ParameterError.of("notebooks", "role", told, f"{role} のノートブックが1冊", remedy)
    return found


def in_reading_order(notebooks: Iterable[Notebook]) -> list[Notebook]:
    """The order for readers: by role, and in order within it."""
    return sorted(notebooks, key=lambda one: (get_args(Role).index(one.says.role), one.order))


def with_role(notebooks: Iterable[Notebook], role: Role) -> Notebook:
    """The one notebook of a year that has a role of which there is one."""
    return next(notebook for notebook in notebooks if notebook.says.role == role)


class UnknownNotebookError(ParameterError):
    """Somebody asks for a notebook that there is not."""

    def __init__(self, asked: str, there: Sequence[Notebook]):
        self.problems = ()
        ValueError.__init__(
            self,
            f"「{asked}」というノートブックはありません。あるのは {'、'.join(one.name for one in there)} です。",
        )


def beginning(asked: str) -> str:
    """How the name of a notebook begins that is asked for by its number (2 and 02 are the same) or by its name."""
    return f"{int(asked):02d}_" if asked.isdecimal() else asked


def chosen(notebooks: Sequence[Notebook], asked: Iterable[str]) -> list[Notebook]:
    """Those asked for by number (2 and 02 are the same) or by name or its beginning; all when nothing is asked for.

    Raises:
        UnknownNotebookError: there is none of a number or name.
    """
    wanted = [beginning(name) for name in asked]
    for name, start in zip(asked, wanted, strict=True):
        if not any(notebook.name.startswith(start) for notebook in notebooks):
            raise UnknownNotebookError(name, notebooks)
    return [one for one in notebooks if not wanted or one.name.startswith(tuple(wanted))]


def named(name: str, notebooks: Sequence[Notebook]) -> Notebook:
    """The notebook of a name, or of a number.

    Raises:
        UnknownNotebookError: there is none.
    """
    return chosen(notebooks, [name])[0]


def sources_of(reader: Notebook, notebooks: Sequence[Notebook]) -> list[Notebook]:
    """The notebooks whose tables one reads, in order.

    Raises:
        ParameterError: one of them is not among `notebooks`.
    """
    reads = set(reader.says.reads)
    for name in reads - {ALL} - {one.name for one in notebooks}:
        guess = nearest(name, [one.name for one in notebooks])
        remedy = f"「{guess}」の書き間違いではありませんか" if guess else "この年度のパラメーターを用意する"
        raise ParameterError.of(reader.file.name, "reads", name, "この年度にあるノートブックの名前", remedy)
    return [
        one
        for one in notebooks
        if one.name in reads or (ALL in reads and not one.says.reads and one != reader)
    ]


@lru_cache(maxsize=256)
def _read(file: Path, changed: int) -> tuple[Path, Any, tuple[Cell, ...]]:  # noqa: ARG001  # part of the cache's key
    """Path, metadata `ujo` (None where there is none) and cells of a notebook file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        cells = tuple(
            Cell(cell["cell_type"], "".join(cell["source"]), tuple(cell["metadata"].get("tags", ())))
            for cell in content["cells"]
        )
        return file, content["metadata"].get("ujo"), cells
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ParameterError.of(
            file.name, "(ファイル)", "(読めない)", "Jupyter のノートブック", "JupyterLab で開いて保存し直す"
        ) from None


def _notebook(file: Path, told: Any, cells: tuple[Cell, ...]) -> Notebook:
    try:
        about = About.model_validate({} if told is None else told)
    except ValidationError as error:
        where = f"{file.name} の metadata の ujo"
        raise from_validation(error, About, lambda _: (where, None)) from None
    needed = [tag.removeprefix(NEEDS_TAG) for cell in cells for tag in cell.tags if tag.startswith(NEEDS_TAG)]
    for kind in set(needed) - set(about.dispensable):
        remedy = "タグの綴りを直すか、metadata の dispensable に加える"
        raise ParameterError.of(
            file.name, "tags", NEEDS_TAG + kind, f"{NEEDS_TAG}の後に dispensable のどれか", remedy
        )
    for tag in {tag for cell in cells for tag in cell.tags} - _TAGS - {"injected-parameters"}:
        # A cell for the city alone would be on the released page, for want of a letter.
        if meant := nearest(tag.strip().lower(), sorted(_TAGS)):
            remedy = f"「{meant}」の書き間違いではありませんか。ほかの意味のタグなら、似ていない名前に変える"
            raise ParameterError.of(file.name, "tags", tag, "、".join(sorted(_TAGS)), remedy)
    pictures = (_PICTURE.search(cell.source) for cell in cells if cell.kind == "markdown")
    if found := next(filter(None, pictures), None):
        # Nobody looks for hidden numbers in a picture, and one from elsewhere is fetched from there.
        remedy = "画像を消し、表から page の図を描く"
        raise ParameterError.of(file.name, "セル", found[0], "画像のない Markdown のセル", remedy)
    if not cells or cells[0].kind != "markdown" or not re.match(r"#+ *[^#\s]", cells[0].source):
        remedy = "最初のセルを Markdown にして、このページの題を書く"
        raise ParameterError.of(file.name, "最初のセル", "(題がない)", "「# 題」で始まるセル", remedy)
    return Notebook(file, about, cells)
