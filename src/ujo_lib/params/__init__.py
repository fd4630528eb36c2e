"""Settings: one flat pydantic model per notebook, and the door through which notebooks and the pipeline get them.

The models are looked up when asked for, so that the command line can compare hashes without importing all of them.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ujo_lib.params.common import NotebookSettings, load_settings, read_flat_yaml, require_own
from ujo_lib.params.notebooks import Notebook, named, notebooks_of, notebooks_of_year
from ujo_lib.params.paths import NoProjectError, PathOutsideProjectError, inside, project_root
from ujo_lib.yamlfile import ParameterError, ParameterProblem, nearest, read_yaml

if TYPE_CHECKING:
    from ujo_lib.params.outreach import OutreachSettings
    from ujo_lib.params.quality import QualitySettings
    from ujo_lib.params.seasonality import SeasonalitySettings
    from ujo_lib.params.summary import SummarySettings
    from ujo_lib.params.survey import SurveySettings
    from ujo_lib.params.tagging import TaggingSettings

__all__ = [
    "PATTERN_SITE",
    "NoProjectError",
    "Notebook",
    "NotebookSettings",
    "OutreachSettings",
    "ParameterError",
    "ParameterProblem",
    "PathOutsideProjectError",
    "QualitySettings",
    "SeasonalitySettings",
    "SummarySettings",
    "SurveySettings",
    "TaggingSettings",
    "inside",
    "load_settings",
    "notebooks_of",
    "notebooks_of_year",
    "project_root",
    "read_flat_yaml",
    "read_settings",
    "read_yaml",
    "settings_model",
    "settings_of",
    "written_in",
]

_MODELS = [name for name in __all__ if name.endswith("Settings") and name != "NotebookSettings"]
"""Models written in Python; each stands in the module of its name."""

PATTERN_SITE = "sample"
"""The synthetic city: its values are the defaults of all parameters, and every new site starts from its files."""


@lru_cache(maxsize=64)
def settings_model(notebook: Notebook) -> type[NotebookSettings]:
    """The settings model of a notebook: the one it names, or else one made from its parameters cell.

    Raises:
        ParameterError: it names a model that there is not, or its parameters cell cannot be read.
    """
    name = notebook.says.settings
    if not name:
        from ujo_lib.params.cell import model_of_cell

        return model_of_cell(notebook)
    if name not in _MODELS:
        told = (f"{nearest(name, _MODELS) or '、'.join(_MODELS)}", "metadata の ujo の settings を直す")
        raise ParameterError.of(notebook.file.name, "settings", name, *told)
    model: type[NotebookSettings] = __getattr__(name)
    return model


def read_settings(notebook: Notebook, folder: Path, half: str = "") -> NotebookSettings:
    """Read the parameters of a notebook from a folder of one year: `common.yaml` and its own file.

    Args:
        notebook: whose.
        folder: of the year.
        half: "h1" or "h2"; then `<half>/common.yaml`, where there is one, says what differs from the year.

    Raises:
        ParameterError: all that is wrong with them, in Japanese.
    """
    decided = {"period_basis": half, "period_start": "", "period_end": ""} if half else {}
    files = _parameter_files(notebook, folder, half)
    settings = load_settings(settings_model(notebook), *files, **decided)
    settings = settings.of(notebook, root=folder.resolve().parents[2])
    require_own(settings, folder)
    return settings


def written_in(settings: NotebookSettings, folder: Path) -> dict[str, str]:
    """Parameters that the files of one year give → the file whose value stands, as in `read_settings`."""
    files = _parameter_files(settings.about, folder, settings.half)
    return {name: file.relative_to(folder).as_posix() for file in files for name in read_flat_yaml(file)}


def _parameter_files(notebook: Notebook, folder: Path, half: str) -> list[Path]:
    """The later over the earlier; of a half the last only where it is there."""
    files = [folder / "common.yaml", folder / f"{notebook.name}.yaml"]
    own = folder / half / "common.yaml"
    return [*files, own] if half and own.is_file() else files


def settings_of(notebook: str, namespace: Mapping[str, Any]) -> NotebookSettings:
    """Validate the parameters of a running notebook that has no model of its own: `settings_of("06_…", globals())`.

    Raises:
        ParameterError: there is no such notebook, or its parameters are wrong.
    """
    one = named(notebook, notebooks_of(project_root(), str(namespace.get("site", PATTERN_SITE))))
    return settings_model(one).from_cell(namespace, one)


def __getattr__(name: str) -> Any:
    if name not in _MODELS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{name.removesuffix('Settings').lower()}")
    return getattr(module, name)
