"""A new year of a site: parameters from its newest year, empty forms for its files, the contract for its partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ujo_lib.files import write_atomically
from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import notebooks_of, notebooks_of_year, read_flat_yaml, read_yaml
from ujo_lib.params.inputs import GUIDE, Inputs
from ujo_lib.setup.contract import contract_page, handbook_page
from ujo_lib.setup.copying import (
    flat_file,
    list_file,
    moved_values,
    moved_waves,
    newest_year,
    remarks_on,
    remarks_on_comments,
    without_marks,
)
from ujo_lib.setup.forms import forms, guide, other_survey

CONTRACT = "データの取り決め.html"
HANDBOOK = "データと分析の手引き.html"


@dataclass(frozen=True)
class Created:
    """What was written, and what was there already and left as it was.

    Attributes:
        copied_from: folder of parameters that was copied, relative to the project.
        new: files written, relative to the project.
        kept: files found and not touched.
    """

    copied_from: str
    new: tuple[str, ...]
    kept: tuple[str, ...]


def set_up_year(root: Path, site: str, year: int) -> Created:
    """Set a site up for a fiscal year; files that exist are left alone.

    The first year of a new place has no other to copy: asked for again, it gets the forms it lacks.

    Raises:
        SetupError: the site has no year at all.
        DateError: the newest year's files name a day that does not exist.
    """
    source = root / "params" / site / f"fy{newest_year(root, site, other_than=year)}"
    parameters = copied_parameters(source, root / "params" / site / f"fy{year}", {}, {})
    return write_year(root, source, parameters, site, year)


def copied_parameters(
    source: Path,
    target: Path,
    changes: Mapping[str, Any],
    remarks: Mapping[str, str],
    names: Mapping[str, str] = MappingProxyType({}),
) -> dict[Path, str]:
    """Text of every parameter file of the new year, by path; nothing is written.

    Args:
        source: folder of the year that is copied.
        target: folder of the new year.
        changes: parameter → value that another place needs.
        remarks: parameter → what has to be checked about it.
        names: what stands for the old place → the same for the new one, wherever the files have it. Values of `changes`
            are left alone: a neighbour may bear the old one's name.
    """
    old, new = source.parent.name, target.parent.name
    copied = int(source.name[2:])
    years = int(target.name[2:]) - copied
    folders = {
        f"ujo params {old} {source.name[2:]}": f"ujo params {new} {target.name[2:]}",
        f"params/{old}/{source.name}": f"params/{new}/{target.name}",
        f"params/{old}/{target.name}": f"params/{new}/{target.name}",
    }
    texts = {}
    root = source.parents[2]
    theirs, ours = ({one.name for one in notebooks_of(root, site)} for site in (old, new))
    survey = source / "01_survey_descriptives.yaml"
    waves = moved_waves(read_flat_yaml(survey), years, copied) if survey.exists() else {}
    for file in sorted(source.glob("*.yaml")):
        if file.stem in theirs - ours:
            continue  # of a notebook that only the other place has
        text = renamed(without_marks(file.read_text(encoding="utf-8")), names)
        if file.stem in {"common", *ours}:
            content = read_flat_yaml(file)
            values = {k: v for k, v in moved_values(content, years, copied).items() if v != content[k]}
            told = remarks_on_comments(text) | remarks_on(content) | dict(remarks)
            text = flat_file(text, values | dict(changes), told)
        else:
            text = list_file(file.name, text, years, waves)
        texts[target / file.name] = renamed(text, folders)
    return texts


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A text with names instead of others, one after the other."""
    for name, instead in names.items():
        text = text.replace(name, instead)
    return text


def write_year(root: Path, source: Path, parameters: Mapping[Path, str], site: str, year: int) -> Created:
    """Write parameters, then forms, contract and guide that follow from them; never over an existing file."""
    new: list[Path] = []
    kept: list[Path] = []

    def write(file: Path, content: str | bytes) -> None:
        if file.exists():
            kept.append(file)
        else:
            write_atomically(file, content)
            new.append(file)

    folder = root / "params" / site / f"fy{year}"
    for file, text in parameters.items():
        write(file, text)
    common = read_flat_yaml(folder / "common.yaml")
    fiscal_year = FiscalYear(year)
    made = forms(root, root / common["inputs"], fiscal_year)
    for form in made:
        write(form.path, form.content)
    for file, content in other_survey(root, read_flat_yaml(folder / "01_survey_descriptives.yaml")).items():
        write(file, content)
    data = read_yaml(Inputs, root / common["inputs"]).folder(root) / f"fy{year}"
    write(data / CONTRACT, contract_page(common["site_name"], fiscal_year, int(common["threshold"]), made))
    notebooks = notebooks_of_year(root, site, year)
    write(data / HANDBOOK, handbook_page(common["site_name"], site, fiscal_year, made, notebooks))
    write(data / GUIDE, guide(common["site_name"], site, fiscal_year, made))
    names = [[file.relative_to(root).as_posix() for file in files] for files in (new, kept)]
    return Created(source.relative_to(root).as_posix(), tuple(names[0]), tuple(names[1]))
