"""Questions that no cell of a notebook speaks of: one table each, whatever their kind.

A question that is new in the questionnaire file has its table here until somebody writes a section about it; its id is
that of its table from the first day, so claims, goals and key figures can name it.
"""

from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from ujo_lib.columns import Base, Count, Dimension, Estimate, Share
from ujo_lib.errors import InputError
from ujo_lib.questionnaire import KEPT
from ujo_lib.survey.questionnaire import Item, Questionnaire
from ujo_lib.survey.tables import TOTAL, among_answered
from ujo_lib.typed import ANSWERED, Typed

WRITTEN = "記入あり"
"""Label of the people who wrote something into a free answer."""


class Asked(NamedTuple):
    """The table of one question, with the id and the title to publish it under."""

    id: str
    title: str
    table: Typed


def other_items(
    frame: pd.DataFrame, form: Questionnaire, sheet: str, shown: Collection[str] = (), prefix: str = ""
) -> list[Asked]:
    """Tabulate every question of a sheet that is not shown yet.

    Args:
        frame: one row per person, the columns of all questions of the sheet.
        form: what was asked.
        sheet: which of its forms the frame holds.
        shown: ids of the questions that have cells of their own.
        prefix: put before the ids, where another survey asks the same.

    Returns:
        In the order of the sheet. Choices as `among_answered`; numbers as one row of n, mean and median of those who
        answered; free answers as the people asked and those who wrote one. Texts and the ends of numbers are left out:
        they are those of one person.

    Raises:
        InputError: the sheet has no question of an id in `shown`.
    """
    items = {item.id: item for item in form.on(sheet)}
    if unknown := [id_ for id_ in shown if id_ not in items]:
        raise InputError(
            f"様式「{sheet}」に項目「{'」「'.join(unknown)}」はありません。ある項目: {'、'.join(items)}。{KEPT}"
        )
    tables = {"number": _number, "text": _text}
    return [
        Asked(f"{prefix}{id_}", item.title, tables.get(item.kind, _choice)(frame, item, form))
        for id_, item in items.items()
        if id_ not in shown
    ]


def _choice(frame: pd.DataFrame, item: Item, form: Questionnaire) -> Typed:
    return among_answered(frame, item.id, form)


def _number(frame: pd.DataFrame, item: Item, form: Questionnaire) -> Typed:
    given = frame.loc[form.asked(frame, item.id), item.id].astype("Float64").dropna()
    return Typed.of_rows(
        [(len(given), given.mean(), given.median())],
        {
            "n": Count(unit="人", heading="回答した人"),
            "mean": Estimate(unit=item.unit, heading=f"{item.title}の平均"),
            "median": Estimate(unit=item.unit, heading=f"{item.title}の中央値"),
        },
        where={**form.reached(item.id), item.id: (ANSWERED,)},
        note=form.asked_note(item.id),
    )


def _text(frame: pd.DataFrame, item: Item, form: Questionnaire) -> Typed:
    given = frame.loc[form.asked(frame, item.id), item.id]
    counts = {TOTAL: len(given), WRITTEN: int(given.notna().sum())}
    table = pd.DataFrame({item.id: list(counts), "n": list(counts.values()), "base": len(given)})
    return Typed.of_rows(
        table.assign(share=table["n"] / table["base"]),
        {
            item.id: Dimension(heading=item.title),
            "n": Count(unit="人"),
            "base": Base(unit="人", heading="尋ねた人", over=(item.id,)),
            "share": Share(of="尋ねた人", n="n", base="base"),
        },
        where=form.reached(item.id),
        note=form.asked_note(item.id),
    )
