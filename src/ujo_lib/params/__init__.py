"""Settings: one flat pydantic model per notebook, and the door through which notebooks and the pipeline get them.

The models are looked up when asked for, so that the command line can compare hashes without importing all of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ujo_lib.params.common import NotebookSettings, load_settings, read_flat_yaml
from ujo_lib.params.paths import PathOutsideProjectError, inside, project_root
from ujo_lib.yamlfile import ParameterError, ParameterProblem, read_yaml

if TYPE_CHECKING:
    from ujo_lib.params.outreach import OutreachSettings
    from ujo_lib.params.quality import QualitySettings
    from ujo_lib.params.seasonality import SeasonalitySettings
    from ujo_lib.params.summary import SummarySettings
    from ujo_lib.params.survey import SurveySettings
    from ujo_lib.params.tagging import TaggingSettings

__all__ = [
    "NOTEBOOKS",
    "PATTERN_SITE",
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
    "project_root",
    "read_flat_yaml",
    "read_yaml",
    "settings_model",
]

NOTEBOOKS = {
    "00_data_quality": "QualitySettings",
    "01_survey_descriptives": "SurveySettings",
    "02_consultation_seasonality": "SeasonalitySettings",
    "03_content_tagging": "TaggingSettings",
    "04_outreach_effect": "OutreachSettings",
    "05_annual_summary": "SummarySettings",
}
"""The six notebooks in reading order, with the name of each one's settings model."""

PATTERN_SITE = "sample"
"""The synthetic city: its values are the defaults of all parameters, and every new site starts from its files."""


def settings_model(notebook: str) -> type[NotebookSettings]:
    """Return the settings model of a notebook, by the name of its file without the ending.

    Raises:
        KeyError: no such notebook.
    """
    model: type[NotebookSettings] = __getattr__(NOTEBOOKS[notebook])
    return model


def __getattr__(name: str) -> Any:
    if name not in NOTEBOOKS.values():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{name.removesuffix('Settings').lower()}")
    return getattr(module, name)
