"""The room's edge: the only module of the survey that opens files."""

from pathlib import Path

import pandas as pd
import yaml

from ujo_lib.survey.questionnaire import Questionnaire, QuestionnaireError


def read_questionnaire(file: str | Path) -> Questionnaire:
    """Read a questionnaire file (YAML, UTF-8); see `Questionnaire.from_mapping` for its form.

    Raises:
        QuestionnaireError: the file is no YAML mapping, or contradicts itself.
        FileNotFoundError: no such file.
    """
    path = Path(file)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.line + 1}行目" if mark else "ファイル全体"
        raise QuestionnaireError(f"{path.name} の{place}が UTF-8 の YAML として読めません") from None
    if not isinstance(content, dict):
        raise QuestionnaireError(f"{path.name} は「名前: 値」の並びになっていません")
    try:
        return Questionnaire.from_mapping(content)
    except QuestionnaireError as error:
        raise QuestionnaireError(f"{path.name}: {error}") from None


def read_answers(file: str | Path) -> pd.DataFrame:
    """Read answers as they were keyed in (CSV, UTF-8): every cell as text, blank cells as missing.

    For surveys that have no intake schema of their own; headings are item ids.
    """
    return pd.read_csv(file, dtype="string", encoding="utf-8-sig", keep_default_na=False, na_values=[""])
