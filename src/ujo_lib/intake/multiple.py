"""Multiple answers: which options a cell or a set of columns ticks, by the encoding the file declares.

``listed`` is one cell with all answers (「1,3,5」「1・3・5」「①③⑤」「不登校、家庭環境」), ``dummies`` one 1/0 column
per option, ``marks`` one ○/blank column per option. A single column can only be ``listed``; the others are declared.
Excel destroys lists silently: 1,3 becomes 13 or 1月3日, and nothing in the cell tells any more.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from ujo_lib.intake.cells import Read, ValueRefused, fold_sign, is_no_answer, parse_flag, tidy
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import Multiple, Option
from ujo_lib.intake.values import Raw, note_refusal
from ujo_lib.params.inputs import Encoding

_CIRCLED = re.compile("[\u2460-\u2473]")
_SEPARATORS = r"[,、;/・\s]+"
_LOOKS_LIKE_DATE = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{4}[-/]\d{1,2}[-/]\d{1,2}.*|\d{1,2}-[A-Z][a-z]{2}|4\d{4}"
)
_CROSSED = (
    "× と空欄しかなく、× が選んだ印か選ばなかった印か分かりません。選んだものに ○ か 1 を書いてください。"
)
_FORCE_TEXT = "Excelで列の書式を「文字列」にしてから、1,3 のように入れ直してください。"


def read_answers(text: str, options: tuple[Option, ...]) -> tuple[str, ...]:
    """Labels ticked in one cell, in the order of the options; empty for a blank cell.

    Raises:
        ValueRefused: an answer that is no option, a label behind the number of another one, or the traces of a list
            Excel turned into a number or a date.
    """
    plain = _spread(text)
    if not plain:
        return ()
    pattern, known = _grammar(options)
    found: list[str] = []
    position, number = 0, ""
    while position < len(plain):
        match = pattern.match(plain, position)
        if match is None:
            raise _refusal(text, plain, options)
        label, is_number = known[match["answer"]], match["answer"].isdecimal()
        if number and not is_number and label != found[-1]:
            own = f"「{number}」は「{found[-1]}」の番号です。"
            remedy = f"{own}別の調査票の番号でないか確かめ、番号か名称のどちらかにしてください。"
            raise ValueRefused(f"名称とその番号({label})", remedy, "15")
        if not number and (parts := _parts(match["answer"], options)):
            remedy = f"一つの選択肢か、「{'」「'.join(parts)}」かが分かりません。番号で書いてください。"
            raise ValueRefused("一通りに読める答え", remedy, "15")
        found.append(label)
        number = match["answer"] if is_number and match["between"].isspace() else ""
        position = match.end()
    return tuple(option.label for option in options if option.label in found)


def _spread(text: str) -> str:
    """Circled digits as numbers with separators (NFKC alone would glue ①③ to 13), then the usual tidying."""
    return tidy(_CIRCLED.sub(lambda m: f" {ord(m[0]) - 0x245F} ", text)).strip(" ,、;/・")


@lru_cache(maxsize=64)
def _grammar(options: tuple[Option, ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """An answer followed by a separator or the end; long labels first, as labels may hold ・ themselves."""
    known = {tidy(s): o.label for o in options for s in (o.label, o.code, *o.aliases) if s}
    answers = "|".join(re.escape(s) for s in sorted(known, key=len, reverse=True))
    return re.compile(rf"(?P<answer>{answers})(?P<between>{_SEPARATORS}|$)"), known


@lru_cache(maxsize=1024)
def _parts(answer: str, options: tuple[Option, ...]) -> tuple[str, ...]:
    """Other answers that a label spells out between separators; empty where it can only be itself."""
    parts = tuple(re.split(_SEPARATORS, answer))
    return parts if len(parts) > 1 and set(parts) <= set(_grammar(options)[1]) else ()


def _refusal(text: str, plain: str, options: tuple[Option, ...]) -> ValueRefused:
    codes = {option.code for option in options if option.code}
    expected = (
        f"{min(codes, key=int)}から{max(codes, key=int)}の番号を , で区切ったもの"
        if codes
        else "選択肢の名称"
    )
    if _LOOKS_LIKE_DATE.fullmatch(plain):
        return ValueRefused(
            expected, f"Excelが複数回答を日付に変えています。元の回答を確かめ、{_FORCE_TEXT}", "15"
        )
    if plain.isdecimal() and all(digit in codes for digit in plain):
        listed = ",".join(plain)
        return ValueRefused(
            expected, f"Excelが {listed} を {plain} に変えた疑いがあります。{_FORCE_TEXT}", "15"
        )
    remedy = f"「{text.strip()}」を選択肢の番号か名称に直してください。答えがなければ空欄にします。"
    return ValueRefused(expected, remedy, "15")


def parse_listed(item: Multiple, raw: Raw, notes: Notes) -> dict[str, pd.Series]:
    """One boolean column per option from one column of lists; a blank cell is missing in all of them."""
    ticked = np.zeros((len(raw.texts), len(item.options)), dtype=bool)
    answered = np.zeros(len(raw.texts), dtype=bool)
    codes = {option.code for option in item.options}
    for code, text in enumerate(raw.texts):
        if is_no_answer(text, item.options):
            raw.repair(code, "無回答(欠測)", "14", notes)
            continue
        try:
            labels = read_answers(text, item.options)
        except ValueRefused as refused:
            note_refusal(raw, code, refused, notes)
            continue
        answered[code] = bool(labels)
        ticked[code] = [option.label in labels for option in item.options]
        plain = _spread(text)
        if len(plain) > 1 and plain in codes and all(digit in codes for digit in plain):
            listed = ",".join(plain)
            remedy = (
                f"{plain} と読みました。{listed} をExcelが {plain} に変えたのではないか、"
                "調査票で確かめてください。"
            )
            raw.note(code, ValueRefused(f"番号{plain}の回答", remedy, "15"), notes, plain, "warning")
        elif labels and text != ",".join(o.code for o in item.options if o.label in labels):
            raw.repair(code, "、".join(labels), "15", notes)
    return _columns(item, ticked[raw.codes], answered[raw.codes])


def parse_columns(
    item: Multiple, raws: Mapping[str, Raw], encoding: Encoding, notes: Notes
) -> dict[str, pd.Series]:
    """One boolean column per option from 1/0 or ○ columns.

    Args:
        item: the question.
        raws: column of texts by option label; an option without a column counts as never ticked.
        encoding: ``dummies`` expects 1/0 in every cell of an answered row, ``marks`` a mark or nothing.
        notes: receives refusals and repairs.

    Returns:
        The columns of the item; a row that is blank throughout is missing (無回答).
    """
    height = len(next(iter(raws.values())).codes)
    ticked = np.zeros((height, len(item.options)), dtype=bool)
    filled = np.zeros((height, len(item.options)), dtype=bool)
    there = [(place, raws[one.label]) for place, one in enumerate(item.options) if one.label in raws]
    for place, raw in there:
        ticked[:, place], filled[:, place] = _ticks(raw, item.options[place], notes)
    answered = np.asarray(filled.any(axis=1))
    partly = ~ticked.any(axis=1) & ~filled[:, [place for place, _ in there]].all(axis=1)
    for _, raw in there:
        crossed = np.array([fold_sign(text) == "x" for text in raw.texts])[raw.codes]
        rows = raw.rows[partly & crossed]
        notes.problem_rows(rows, "×", "選んだことの分かる印", _CROSSED, "15", column=raw.heading)
    for place, raw in there if encoding == "dummies" else ():
        rows = raw.rows[answered & ~filled[:, place]]
        if len(rows):
            notes.repair("(空欄)", "0", "15", row=int(rows[0]), column=raw.heading, count=len(rows))
    return _columns(item, ticked, answered)


def _ticks(raw: Raw, option: Option, notes: Notes) -> tuple[np.ndarray, np.ndarray]:
    """Which rows tick an option, by a mark or by its own label, and which hold anything."""
    named = {tidy(label) for label in (option.label, *option.aliases)}
    values = np.zeros(len(raw.texts), dtype=bool)
    filled = np.array([bool(text.strip()) for text in raw.texts])
    for code in np.flatnonzero(filled).tolist():
        try:
            read = Read(True, "15") if tidy(raw.texts[code]) in named else parse_flag(raw.texts[code])
        except ValueRefused as refused:
            note_refusal(raw, code, refused, notes)
            continue
        values[code] = read.value
        if read.rule:
            raw.repair(code, int(read.value), "15", notes)
    return values[raw.codes], filled[raw.codes]


def _columns(item: Multiple, ticked: np.ndarray, answered: np.ndarray) -> dict[str, pd.Series]:
    return {
        item.column(option): pd.Series(pd.arrays.BooleanArray(ticked[:, place].copy(), ~answered))
        for place, option in enumerate(item.options)
    }
