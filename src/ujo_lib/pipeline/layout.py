"""Where the outputs of one place and one year lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ujo_lib.files import aside_of
from ujo_lib.fiscal import HALVES, DateError, FiscalYear, period_for
from ujo_lib.params import Notebook, NotebookSettings, notebooks_of_year, read_settings

YEARS: Final = "fy[0-9][0-9][0-9][0-9]"
"""The folders of fiscal years among what may lie beside them, somebody's copy say, as a glob."""


class LockedError(RuntimeError):
    """Another run of the same place and year is under way."""


class _Below:
    """A path below the outputs of a place and year."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, place: "SiteYear", _: type) -> Path:
        return place.outputs / self._name


@dataclass(frozen=True)
class SiteYear:
    """One place and one fiscal year, or half of one: the unit that is run, locked and released.

    Attributes:
        root: the project folder.
        site: folder name under `params/`.
        year: fiscal year, 2023 say.
        half: "h1" or "h2" for the report on half of the year; it has outputs of its own and the parameters of the year.
    """

    root: Path
    site: str
    year: int
    half: str = ""

    internal = _Below("internal")
    """Pages for readers inside the city."""
    release = _Below("release")
    """Pages for readers outside: a candidate after `ujo run`, checked and sealed after `ujo release`."""
    figures = _Below("figures")
    """Figures of both audiences as files, made on request; apart from the pages, so that a seal stands."""
    archive = _Below("releases")
    """Earlier releases, each under its run id."""
    disclosed = _Below("disclosed")
    """What releases of this year have told outsiders, each under its run id; confidential."""
    review = _Below("review")
    """What the last review found, for the city alone: intervals of hidden counts, findings of the gate."""
    signing = _Below(".signing")
    """Where signatures and ZIP wait until they are whole."""
    failed = _Below("failed")
    """Half-run notebooks of the last failure."""
    manifest = _Below("manifest.json")
    """The witness of the last successful run."""
    lock = _Below(".lock")
    """Held while a run is under way."""
    log = _Below("run.log")
    """What happened, in Japanese, newest last."""
    steps = _Below(".steps")
    """Finished steps by key: what makes a rerun quick and a killed run resumable."""
    kept = _Below(".kept")
    """Results by content, drawings for one; confidential."""
    staging = _Below(".staging")
    """Where pages wait, beside their target, until all of them are written."""

    @classmethod
    def named(cls, root: Path, site: str, name: str) -> "SiteYear":
        """The place and year that a person names: 2023, R5 or, for half of it, 2023-h1.

        Raises:
            DateError: the year cannot be read.
        """
        year, dash, half = name.rpartition("-")
        known = dash and half in HALVES
        if dash and not known:
            raise DateError(
                f"年度「{name}」は読めません。2023 か、半年なら 2023-h1、2023-h2 のように書いてください。"
            )
        return cls(root, site, FiscalYear.parse(year if known else name).year, half if known else "")

    @property
    def name(self) -> str:
        """How a command names the year: 2023, or 2023-h1."""
        return f"{self.year}-{self.half}" if self.half else str(self.year)

    @property
    def title(self) -> str:
        """The same for a reader: 令和5(2023)年度, with the half."""
        year = FiscalYear(self.year)
        return period_for(year, "h1" if self.half == "h1" else "h2").label if self.half else year.label

    @property
    def params(self) -> Path:
        """Folder of the YAML files of this year."""
        return self.root / "params" / self.site / f"fy{self.year}"

    @property
    def outputs(self) -> Path:
        """Folder of everything that a run makes."""
        return self.root / "outputs" / self.site / f"fy{self.name}"

    def memories(self) -> list[Path]:
        """The files in `disclosed` of every year of the site."""
        return sorted(self.outputs.parent.glob(f"fy*/{self.disclosed.name}/*.json"))

    @property
    def rules(self) -> Path:
        """The site's rules for disclosure control; need not exist."""
        return self.params / "disclosure.yaml"

    def plans(self) -> list[Path]:
        """Disclosure plans under which release pages were made; confidential."""
        return sorted(self.steps.glob("plan-*.json"))

    def step(self, audience: str, notebook: str, key: str) -> Path:
        """Folder of a finished step with this key."""
        return self.steps / f"{audience}-{notebook}-{key[:16]}"

    def leftovers(self) -> list[Path]:
        """What a killed process may have left: half-written folders, and old pages whose successors stand."""
        old = [aside_of(folder) for folder in (self.internal, self.release) if folder.exists()]
        return [path for path in (self.staging, self.signing, *old) if path.exists()]

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
        return read_settings(notebook, self.params, self.half)
