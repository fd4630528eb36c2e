"""The room's edge: the only module of the survey that opens files."""

import io
from pathlib import Path

import pandas as pd

from ujo_lib.delimited import countable, find_encoding, scan_as
from ujo_lib.errors import InputError
from ujo_lib.survey.questionnaire import Questionnaire
from ujo_lib.yamlfile import read_yaml


def read_questionnaire(file: str | Path) -> Questionnaire:
    """Read a questionnaire file (YAML, UTF-8); `ujo_lib.questionnaire` says what stands in it.

    Raises:
        ParameterError: there is no such file, or it is wrong or contradicts itself.
    """
    return read_yaml(Questionnaire, Path(file))


def read_answers(file: str | Path) -> pd.DataFrame:
    """Read answers as they were keyed in (CSV as Excel writes it): every cell as text, blank cells as missing.

    For surveys that have no intake schema of their own; headings are item ids.

    Raises:
        InputError: no such file, or no table of text.
    """
    path = Path(file)
    try:
        content = path.read_bytes()
        text, codec = countable(content, find_encoding(content))
        how = {"sep": scan_as(text, path.suffix.lower(), codec).delimiter, "encoding": find_encoding(content)}
        return pd.read_csv(io.BytesIO(content), dtype="string", keep_default_na=False, na_values=[""], **how)
    except OSError as error:
        raise InputError(f"{path} を開けません。場所と名前を確かめてください") from error
    except ValueError as error:  # empty, a workbook, of another encoding, or ragged
        told = "表として読めません。Excelで開いて「CSV UTF-8(コンマ区切り)」で保存し直してください"
        raise InputError(f"{path.name} を{told}") from error
