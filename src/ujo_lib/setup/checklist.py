"""What is still missing before a year can be run: files, forms not filled in, values nobody has looked at yet."""

from dataclasses import dataclass
from pathlib import Path

from ujo_lib.intake.reading import has_example
from ujo_lib.params import ParameterError, notebooks_of_year, read_settings
from ujo_lib.params.marks import marks_in
from ujo_lib.setup.copying import SetupError
from ujo_lib.setup.forms import declared


@dataclass(frozen=True)
class OpenPoint:
    """One thing to do.

    Attributes:
        where: file, relative to the project, with the line where that helps.
        what: what is to be done there.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"[ ] {self.where}: {self.what}"


def open_points(root: Path, site: str, year: int) -> list[OpenPoint]:
    """Everything that a person has still to do for one year of a site, what keeps `ujo run` from starting first."""
    marks = marks_in(root / "params" / site / f"fy{year}")
    return [
        *wrong_parameters(root, site, year),
        *missing_inputs(root, site, year),
        *(OpenPoint(f"{_relative(root, mark.file)} の {mark.line} 行目", str(mark)) for mark in marks),
    ]


def wrong_parameters(root: Path, site: str, year: int) -> list[OpenPoint]:
    """Parameters that cannot be read, and files that they name and that are not there."""
    params = root / "params" / site / f"fy{year}"
    found: dict[str, OpenPoint] = {}
    try:
        notebooks = notebooks_of_year(root, site, year)
    except ParameterError as error:
        return [OpenPoint("notebooks", str(problem)) for problem in error.problems]
    for notebook in notebooks:
        try:
            settings = read_settings(notebook, params)
        except ParameterError as error:
            for problem in error.problems:
                found[str(problem)] = OpenPoint(f"{_relative(root, params)}/{problem.file}", str(problem))
            continue
        for name, file in settings.files.items():
            if not file.is_file():
                path = _relative(root, file)
                found[path] = OpenPoint(path, f"ファイルがない({notebook.name}.yaml の {name})")
    return list(found.values())


def missing_inputs(root: Path, site: str, year: int) -> list[OpenPoint]:
    """Input files that are declared and not there, or still forms."""
    inputs = root / "params" / site / f"fy{year}" / "inputs.yaml"
    if not inputs.is_file():
        return []
    try:
        declaration = declared(root, inputs)
    except SetupError as error:
        return [OpenPoint(_relative(root, inputs), told) for told in str(error).splitlines()]
    except ParameterError as error:
        return [OpenPoint(_relative(root, inputs), str(problem)) for problem in error.problems]
    found = []
    for spec in declaration.files:
        if not spec.path.is_file():
            found.append(OpenPoint(_relative(root, spec.path), "ファイルがない"))
        elif has_example(spec.path):
            found.append(OpenPoint(_relative(root, spec.path), "様式のまま(記入例の行が残っている)"))
    return found


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
