"""Where the outputs of one place and one year lie, and how a finished set of files takes its place there."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ujo_lib.params import Notebook, NotebookSettings, notebooks_of_year, read_settings


class _Below:
    """A file or folder that has its fixed name in another folder of the same place and year."""

    def __init__(self, folder: str, name: str) -> None:
        self.folder, self.name = folder, name

    def __get__(self, place: "SiteYear", owner: type["SiteYear"]) -> Path:
        folder: Path = getattr(place, self.folder)
        return folder / self.name


@dataclass(frozen=True)
class SiteYear:
    """One place and one fiscal year: the unit that is run, locked and released.

    Attributes:
        root: the project folder.
        site: folder name under `params/`.
        year: fiscal year, 2023 say.
    """

    root: Path
    site: str
    year: int

    @property
    def params(self) -> Path:
        """Folder of the YAML files of this year."""
        return self.root / "params" / self.site / f"fy{self.year}"

    @property
    def outputs(self) -> Path:
        """Folder of everything that a run makes."""
        return self.root / "outputs" / self.site / f"fy{self.year}"

    internal = _Below("outputs", "internal")
    """Pages for readers inside the city."""
    release = _Below("outputs", "release")
    """Pages for readers outside: a candidate after `ujo run`, checked and sealed after `ujo release`."""
    figures = _Below("outputs", "figures")
    """Figures of both audiences as files, made on request; apart from the pages, so that a seal stands."""
    archive = _Below("outputs", "releases")
    """Earlier releases, each under its run id."""
    disclosed = _Below("outputs", "disclosed")
    """What releases of this year have told outsiders, each under its run id; confidential."""
    rules = _Below("params", "disclosure.yaml")
    """The site's rules for disclosure control; need not exist."""
    review = _Below("outputs", "review")
    """What the last review found, for the city alone: intervals of hidden counts, findings of the gate."""
    leaving = _Below("review", "leaving")
    """What the sealed release will have told outsiders once it is signed; it moves to `disclosed` then."""
    failed = _Below("outputs", "failed")
    """Half-run notebooks of the last failure."""
    manifest = _Below("outputs", "manifest.json")
    """The witness of the last successful run."""
    lock = _Below("outputs", ".lock")
    """Held while a run is under way."""
    log = _Below("outputs", "run.log")
    """What happened, in Japanese, newest last."""
    steps = _Below("outputs", ".steps")
    """Finished steps by key: what makes a rerun quick and a killed run resumable."""

    def memories(self) -> list[Path]:
        """The files in `disclosed` of every year of the site."""
        return sorted(self.outputs.parent.glob(f"fy*/{self.disclosed.name}/*.json"))

    @property
    def notebooks(self) -> list[Notebook]:
        """The notebooks of the report, in order.

        Raises:
            ParameterError: they do not make a report: a role is missing or double, say.
        """
        return notebooks_of_year(self.root, self.site, self.year)

    def settings(self, notebook: Notebook) -> NotebookSettings:
        """The validated parameters of a notebook.

        Raises:
            ParameterError: all that is wrong with them.
        """
        return read_settings(notebook, self.params)


def replace_folder(new: Path, target: Path, keep_old_as: Path | None = None) -> None:
    """Put a finished folder in the place of another by renaming.

    The old folder is moved aside first, to `keep_old_as` when that is given and free, and is deleted otherwise only
    after the new one stands. A run killed in between leaves the old files complete under the other name, and the
    next run, finding the place empty, fills it again.
    """
    aside = None
    if target.exists():
        aside = (
            keep_old_as
            if keep_old_as and not keep_old_as.exists()
            else target.with_name(f".{target.name}.old")
        )
        if aside != keep_old_as:
            shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(parents=True, exist_ok=True)
        target.rename(aside)
    new.rename(target)
    if aside is not None and aside != keep_old_as:
        shutil.rmtree(aside, ignore_errors=True)
