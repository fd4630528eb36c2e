"""What is still missing before a year can be run: files, forms not filled in, values nobody has looked at yet."""

import re
from dataclasses import dataclass
from pathlib import Path

from ujo_lib.params import ParameterError, notebooks_of_year, read_settings
from ujo_lib.setup.copying import TO_CHECK, SetupError
from ujo_lib.setup.forms import declared, has_example


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
    """Everything that is missing for one year of a site, parameters first; empty when `ujo run` may be tried."""
    params = root / "params" / site / f"fy{year}"
    points = _wrong_parameters(root, params)
    for file in sorted(params.glob("*.yaml")):
        points += _to_check(root, file)
    if (params / "inputs.yaml").is_file():
        points += _inputs(root, params / "inputs.yaml")
    return points


def _wrong_parameters(root: Path, params: Path) -> list[OpenPoint]:
    found: dict[str, OpenPoint] = {}
    try:
        notebooks = notebooks_of_year(root, params.parent.name, int(params.name[2:]))
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


def _to_check(root: Path, file: Path) -> list[OpenPoint]:
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if remark := re.search(rf"#\s*{TO_CHECK}:?\s*(.*)$", line):
            what = f"{remark[1]}(確かめたら「# {TO_CHECK}」を消す)"
            found.append(OpenPoint(f"{_relative(root, file)} の {number} 行目", what))
    return found


def _inputs(root: Path, inputs: Path) -> list[OpenPoint]:
    try:
        declaration = declared(root, inputs)
    except SetupError as error:
        return [OpenPoint(_relative(root, inputs), str(error))]
    found = []
    for spec in declaration.files:
        if not spec.path.is_file():
            found.append(OpenPoint(_relative(root, spec.path), "ファイルがない"))
        elif has_example(spec.path):
            found.append(OpenPoint(_relative(root, spec.path), "様式のまま(記入例の行が残っている)"))
    return found


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
