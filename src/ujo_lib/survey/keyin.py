"""Key-in checks: what the sheets on the desk can still put right before anything is counted.

What a single cell holds intake has read; these checks hold cells and frames against each other. Problems are rows
with the columns severity, row (1-based, as a spreadsheet shows it under one heading line), column, value,
expected, remedy.
"""

import numpy as np
import pandas as pd

from ujo_lib.columns import Text
from ujo_lib.errors import InputError
from ujo_lib.survey.questionnaire import Questionnaire, QuestionnaireError
from ujo_lib.typed import Typed

PROBLEM_COLUMNS = {
    "severity": Text(heading="重さ"),
    "row": Text(heading="行"),
    "column": Text(heading="項目"),
    "value": Text(heading="記入"),
    "expected": Text(heading="正しい記入"),
    "remedy": Text(heading="直し方"),
}

_HEADING_LINES = 1


def check_skips(frame: pd.DataFrame, questionnaire: Questionnaire, form: str) -> Typed:
    """Answers given by people whom the skip rule sent past the question.

    Args:
        frame: decoded answers; items of the form that are not in the frame are passed over.
        questionnaire: what was asked.
        form: the form these sheets are.
    """
    found: list[tuple[object, ...]] = []
    for item in questionnaire.on(form):
        if item.asked_if is None or not set(item.columns) <= set(frame.columns):
            continue
        asked = questionnaire.asked(frame, item.id).to_numpy()
        given = frame[list(item.columns)]
        answered = (given.fillna(False).astype(bool) if item.kind == "multiple" else given.notna()).any(
            axis=1
        )
        for position in (answered.to_numpy() & ~asked).nonzero()[0]:
            before = questionnaire.item(item.asked_if.item).title
            answers = "・".join(f"「{answer}」" for answer in item.asked_if.answers)
            expected = f"無記入(「{before}」が{answers}の人だけが答える)"
            remedy = "調査票を見て、どちらの記入が正しいか確かめる"
            found.append(("error", position + 1 + _HEADING_LINES, item.id, "記入あり", expected, remedy))
    frame = pd.DataFrame(found, columns=list(PROBLEM_COLUMNS))
    return Typed.of(frame.astype({"row": "int64"}), PROBLEM_COLUMNS)


def checked(frame: pd.DataFrame, questionnaire: Questionnaire, form: str) -> pd.DataFrame:
    """The answers themselves, when the skip rules hold.

    Raises:
        QuestionnaireError: the answers that should not be there, one a line, in Japanese.
    """
    lines = [
        f"  - {p['row']}行目「{p['column']}」: 値「{p['value']}」 / 正しい値: {p['expected']} / {p['remedy']}"
        for p in check_skips(frame, questionnaire, form).frame.to_dict("records")
    ]
    if lines:
        raise QuestionnaireError("\n".join([f"回答データに{len(lines)}件の誤りがあります。", *lines]))
    return frame


def compare_entries(first: pd.DataFrame, second: pd.DataFrame, key: str) -> pd.DataFrame:
    """Compare two independent key-ins of the same sheets cell by cell.

    Args:
        first: one key-in as read (text); rows may be in any order.
        second: the other one, with the same columns.
        key: column that identifies a sheet.

    Returns:
        One row per difference: key, column, first, second; a sheet that only one of them has differs in
        `key`.

    Raises:
        InputError: a column that only one of them has, or a sheet that cannot be told by its key.
    """
    for which, entry in (("一", first), ("二", second)):
        if key not in entry:
            raise InputError(f"{which}つ目の入力に、列「{key}」がありません")
        unclear = np.flatnonzero(entry[key].isna() | entry[key].duplicated(keep=False))
        if len(unclear):
            places = "・".join(str(at + 1 + _HEADING_LINES) for at in unclear[:5])
            told = f"{places}行目(全{len(unclear)}行)は「{key}」が空欄か、ほかの行と同じです"
            raise InputError(f"{which}つ目の入力の{told}。調査票を見て直してください")
    left, right = (entry.set_index(key) for entry in (first, second))
    rows = [(sheet, key, "あり", "なし") for sheet in left.index.difference(right.index)]
    rows += [(sheet, key, "なし", "あり") for sheet in right.index.difference(left.index)]
    both = left.index.intersection(right.index)
    for column in left.columns.union(right.columns, sort=False):
        if column not in left or column not in right:
            raise InputError(f"列「{column}」が片方の入力にしかありません")
        a, b = left.loc[both, column].astype("string"), right.loc[both, column].astype("string")
        differs = (a.fillna("") != b.fillna("")).to_numpy()
        rows += [
            (sheet, column, x, y)
            for sheet, x, y in zip(both[differs], a[differs].fillna(""), b[differs].fillna(""), strict=True)
        ]
    return pd.DataFrame(rows, columns=[key, "column", "first", "second"])
