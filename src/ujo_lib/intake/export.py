"""Tables on the way out to Excel: an encoding it recognises and cells it does not execute."""

from pathlib import Path
from typing import Any

import pandas as pd

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV that opens in Excel by double click: UTF-8 with mark, CRLF, no index.

    A text that Excel would run as a formula (= + - @ at its start) gets an apostrophe in front; numbers stay numbers.

    Returns:
        The path written.

    Raises:
        PermissionError: with a Japanese sentence, when the file is open in Excel.
    """
    target = Path(path)
    safe = frame.rename(columns=_defuse).map(_defuse)
    try:
        safe.to_csv(target, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    except PermissionError:
        raise PermissionError(
            f"{target.name} に書けません。Excelで開いていれば閉じて、もう一度実行してください。"
        ) from None
    return target


def _defuse(value: Any) -> Any:
    """The value, with an apostrophe in front of a text that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_FORMULA) else value
