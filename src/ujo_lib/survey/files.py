"""The room's edge: the only module of the survey that opens files."""

from pathlib import Path

import pandas as pd

from ujo_lib.survey.questionnaire import Questionnaire
from ujo_lib.yamlfile import read_yaml


def read_questionnaire(file: str | Path) -> Questionnaire:
    """Read a questionnaire file (YAML, UTF-8); `ujo_lib.questionnaire` says what stands in it.

    Raises:
        ParameterError: there is no such file, or it is wrong or contradicts itself.
    """
    return read_yaml(Questionnaire, Path(file))


def read_answers(file: str | Path) -> pd.DataFrame:
    """Read answers as they were keyed in (CSV, UTF-8): every cell as text, blank cells as missing.

    For surveys that have no intake schema of their own; headings are item ids.
    """
    return pd.read_csv(file, dtype="string", encoding="utf-8-sig", keep_default_na=False, na_values=[""])
