"""Key-in checks: what the sheets on the desk can still put right before anything is counted.

Answers arrive as codes or labels. `decode` turns them into columns the tables can count and lists every cell
that the questionnaire does not allow; the other checks compare frames with each other. Problems are rows
with the columns severity, row (1-based, as a spreadsheet shows it under one heading line), column, value,
expected, remedy.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ujo_lib.columns import Text, Typed
from ujo_lib.survey.questionnaire import Item, Questionnaire, QuestionnaireError

PROBLEM_COLUMNS = {
    "severity": Text(heading="重さ"),
    "row": Text(heading="行"),
    "column": Text(heading="項目"),
    "value": Text(heading="記入"),
    "expected": Text(heading="正しい記入"),
    "remedy": Text(heading="直し方"),
}

_SEPARATORS = re.compile(r"[,、・;\s]+")
# ①③ is two answers; plain normalisation would run them together into 13.
_CIRCLED = re.compile(r"[①-⑳]")
_HEADING_LINES = 1


class Decoded(NamedTuple):
    """Answers ready to be counted, and the cells that could not be."""

    frame: pd.DataFrame
    problems: pd.DataFrame

    def checked(self) -> pd.DataFrame:
        """Return the frame, when every cell could be read.

        Raises:
            QuestionnaireError: the problems, one a line, in Japanese.
        """
        lines = [
            f"  - {p['row']}行目「{p['column']}」: 値「{p['value']}」 / 正しい値: {p['expected']} / {p['remedy']}"
            for p in self.problems.to_dict("records")
        ]
        if lines:
            raise QuestionnaireError("\n".join([f"回答データに{len(lines)}件の誤りがあります。", *lines]))
        return self.frame


def decode(raw: pd.DataFrame, questionnaire: Questionnaire, form: str) -> Decoded:
    """Turn keyed-in codes or labels into ordered categoricals, booleans and numbers.

    Args:
        raw: one row per sheet, columns named by item id, cells as text ("2", "②", "1,3", "男性", blank).
        questionnaire: what was asked.
        form: the form these sheets are.

    Returns:
        A frame with the form's key column, a categorical per single answer, one boolean column per option of
        a multiple answer (all missing: not answered) and Float64 numbers; and the problems. A cell with a
        problem is missing in the frame, so nothing may be published while errors remain.

    Raises:
        KeyError: a column of the form is missing.
    """
    absent = [c for c in (questionnaire.keys[form], *(i.id for i in questionnaire.on(form))) if c not in raw]
    if absent:
        raise KeyError(f"回答データに列がありません: {', '.join(absent)}")
    problems: list[dict[str, Any]] = []
    columns: dict[str, Any] = {questionnaire.keys[form]: raw[questionnaire.keys[form]].to_numpy()}
    for item in questionnaire.on(form):
        if item.kind == "text":
            columns[item.id] = raw[item.id].astype("string").to_numpy()
        else:
            columns |= _DECODERS[item.kind](item, raw[item.id], problems)
    frame = pd.DataFrame(columns, index=raw.index)
    told = pd.concat([_frame(problems), _duplicates(raw, questionnaire.keys[form])], ignore_index=True)
    skips = check_skips(frame, questionnaire, form)
    return Decoded(frame, pd.concat([told, skips.frame], ignore_index=True))


def check_skips(frame: pd.DataFrame, questionnaire: Questionnaire, form: str) -> Typed:
    """Answers given by people whom the skip rule sent past the question.

    Args:
        frame: decoded answers; items of the form that are not in the frame are passed over.
        questionnaire: what was asked.
        form: the form these sheets are.
    """
    found: list[dict[str, Any]] = []
    for item in questionnaire.on(form):
        if item.asked_if is None or not set(item.columns) <= set(frame.columns):
            continue
        asked = questionnaire.asked(frame, item.id).to_numpy()
        given = frame[list(item.columns)]
        answered = (given.fillna(False).astype(bool) if item.kind == "multiple" else given.notna()).any(
            axis=1
        )
        for position in (answered.to_numpy() & ~asked).nonzero()[0]:
            expected = f"無記入({item.asked_if.item} が {'・'.join(item.asked_if.answers)} の人だけが答える)"
            found.append(
                _problem(
                    position, item.id, "記入あり", expected, "調査票を見て、どちらの記入が正しいか確かめる"
                )
            )
    return Typed.of(_frame(found), PROBLEM_COLUMNS)


def compare_entries(first: pd.DataFrame, second: pd.DataFrame, key: str) -> pd.DataFrame:
    """Compare two independent key-ins of the same sheets cell by cell.

    Args:
        first: one key-in as read (text); rows may be in any order.
        second: the other one, with the same columns.
        key: column that identifies a sheet.

    Returns:
        One row per difference: key, column, first, second; a sheet that only one of them has differs in
        `key`.
    """
    left, right = (entry.set_index(key) for entry in (first, second))
    rows = [(sheet, key, "あり", "なし") for sheet in left.index.difference(right.index)]
    rows += [(sheet, key, "なし", "あり") for sheet in right.index.difference(left.index)]
    both = left.index.intersection(right.index)
    for column in left.columns.union(right.columns, sort=False):
        if column not in left or column not in right:
            raise KeyError(f"列「{column}」が片方の入力にしかありません")
        a, b = left.loc[both, column].astype("string"), right.loc[both, column].astype("string")
        differs = (a.fillna("") != b.fillna("")).to_numpy()
        rows += [
            (sheet, column, x, y)
            for sheet, x, y in zip(both[differs], a[differs].fillna(""), b[differs].fillna(""), strict=True)
        ]
    return pd.DataFrame(rows, columns=[key, "column", "first", "second"])


def check_reported(commissioners: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Compare the number of cases each commissioner stated with the case sheets that came with it.

    Args:
        commissioners: columns commissioner_id, responded, n_cases_reported.
        cases: column commissioner_id, one row per sheet.

    Returns:
        One row per commissioner whose numbers differ: commissioner_id, reported, sheets. A respondent who
        left the number blank counts as having stated none.
    """
    answered = commissioners[commissioners["responded"].astype("boolean").fillna(False)]
    reported = answered.set_index("commissioner_id")["n_cases_reported"].astype("Int64").fillna(0)
    sheets = cases["commissioner_id"].value_counts()
    both = pd.DataFrame({"reported": reported, "sheets": sheets}).fillna(0).astype("int64")
    differing = both[both["reported"] != both["sheets"]].sort_index()
    return differing.rename_axis("commissioner_id").reset_index()


def _single(item: Item, cells: "pd.Series[str]", problems: list[dict[str, Any]]) -> dict[str, Any]:
    labels: list[str | None] = []
    for position, cell in enumerate(cells):
        given = _labels_in(cell, item.options)
        if given is None:
            problems.append(
                _problem(position, item.id, cell, _offered(item), "調査票を見て、選択肢の番号を入れ直す")
            )
        elif len(given) > 1:
            problems.append(
                _problem(
                    position,
                    item.id,
                    cell,
                    "一つだけ",
                    "単一回答に二つ以上の○。無回答とするか、委員に確かめる",
                )
            )
        labels.append(given[0] if given is not None and len(given) == 1 else None)
    return {item.id: pd.Categorical(labels, categories=item.labels, ordered=True)}


def _multiple(item: Item, cells: "pd.Series[str]", problems: list[dict[str, Any]]) -> dict[str, Any]:
    ticks: dict[str, list[bool | None]] = {label: [] for label in item.labels}
    for position, cell in enumerate(cells):
        given = _labels_in(cell, item.options)
        if given is None:
            problems.append(
                _problem(position, item.id, cell, _offered(item), "調査票を見て、番号を「1,3」の形で入れ直す")
            )
        for label in item.labels:
            ticks[label].append(label in given if given else None)
    return {f"{item.id}_{label}": pd.array(values, dtype="boolean") for label, values in ticks.items()}


def _number(item: Item, cells: "pd.Series[str]", problems: list[dict[str, Any]]) -> dict[str, Any]:
    values: list[float | None] = []
    for position, cell in enumerate(cells):
        value = _number_in(cell)
        allowed = (
            isinstance(value, float)
            and (item.low is None or value >= item.low)
            and (item.high is None or value <= item.high)
        )
        if value is not None and not allowed:
            expected = (
                f"{'' if item.low is None else item.low}〜{'' if item.high is None else item.high} の数"
            )
            problems.append(_problem(position, item.id, cell, expected, "調査票を見て、入れ直す"))
        values.append(value if allowed and isinstance(value, float) else None)
    return {item.id: pd.array(values, dtype="Float64")}


_DECODERS = {"single": _single, "multiple": _multiple, "number": _number}


def _labels_in(cell: Any, options: Mapping[str, str]) -> list[str] | None:
    """Labels that a cell names, in its order; [] when blank, None when something in it is no option."""
    if pd.isna(cell):
        return []
    text = str(cell).strip()
    if text in options.values():
        return [text]
    found: list[str] = []
    spaced = _CIRCLED.sub(r" \g<0> ", text)
    for part in filter(None, _SEPARATORS.split(unicodedata.normalize("NFKC", spaced))):
        label = options.get(part) or (part if part in options.values() else None)
        if label is None:
            return None
        if label not in found:
            found.append(label)
    return found


def _number_in(cell: Any) -> float | str | None:
    """The number in a cell, None when blank, the text itself when it is no number."""
    if pd.isna(cell):
        return None
    text = unicodedata.normalize("NFKC", str(cell)).replace(",", "").strip()
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def _offered(item: Item) -> str:
    return " / ".join(f"{code} {label}" for code, label in item.options.items())


def _duplicates(raw: pd.DataFrame, key: str) -> pd.DataFrame:
    twice = (raw[key].isna() | raw[key].duplicated(keep=False)).to_numpy()
    return _frame(
        [
            _problem(position, key, raw[key].iloc[position], "一枚ごとに違う番号", "番号の重複・空欄を直す")
            for position in twice.nonzero()[0]
        ]
    )


def _problem(position: int, column: str, value: Any, expected: str, remedy: str) -> dict[str, Any]:
    return {
        "severity": "error",
        "row": int(position) + 1 + _HEADING_LINES,
        "column": column,
        "value": "" if pd.isna(value) else str(value),
        "expected": expected,
        "remedy": remedy,
    }


def _frame(problems: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(problems), columns=list(PROBLEM_COLUMNS)).astype({"row": "int64"})
