"""Questions that no cell of a notebook speaks of: one table each, whatever their kind.

A question that is new in the questionnaire file has its table here until somebody writes a section about it; its id is
that of its table from the first day, so claims, goals and key figures can name it.
"""

import functools
import math
from collections.abc import Callable, Collection
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import TOTAL, Base, Count, Dimension, Estimate, Share
from ujo_lib.errors import InputError
from ujo_lib.questionnaire import KEPT
from ujo_lib.survey.questionnaire import Item, Questionnaire
from ujo_lib.survey.tables import among_answered
from ujo_lib.typed import ANSWERED, Typed

WRITTEN = "記入あり"
"""Label of the people who wrote something into a free answer."""

SOUGHT: Final = 4
"""So many ways to answer are sought; where a site asks for more, nothing is printed that could tell a small count."""
_TRIES: Final = 200
_DRAWN: Final = 500
_KEPT: Final = 50
_LAST_BIT: Final = 1e-9

Floats = NDArray[np.float64]


class Asked(NamedTuple):
    """The table of one question, with the id and the title to publish it under."""

    id: str
    title: str
    table: Typed


def other_items(
    frame: pd.DataFrame,
    form: Questionnaire,
    sheet: str,
    shown: Collection[str] = (),
    prefix: str = "",
    threshold: float = math.inf,
) -> list[Asked]:
    """Tabulate every question of a sheet that is not shown yet.

    Args:
        frame: one row per person, the columns of all questions of the sheet.
        form: what was asked.
        sheet: which of its forms the frame holds.
        shown: ids of the questions that have cells of their own.
        prefix: put before the ids, where another survey asks the same.
        threshold: how many who gave the same number are no longer few (`ways_left`); without one any are.

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
    tables: dict[str, Callable[[pd.DataFrame, Item, Questionnaire], Typed]] = {
        "number": functools.partial(_number, threshold=threshold),
        "text": _text,
    }
    return [
        Asked(f"{prefix}{id_}", item.title, tables.get(item.kind, _choice)(frame, item, form))
        for id_, item in items.items()
        if id_ not in shown
    ]


def _choice(frame: pd.DataFrame, item: Item, form: Questionnaire) -> Typed:
    return among_answered(frame, item.id, form)


def ways_left(numbers: Floats, threshold: float, scale: tuple[float, float]) -> int | None:
    """In how many ways, at least, few people who gave the same number may have answered, were mean and median the same.

    Of 23 people whose mean is 0.0 either nobody gave a one or one of them did. Ways differ by how many gave the number,
    or by what those gave who stand at their places in the order of the answers. A bounded search among answers whole
    units away may find fewer ways than there are, never more.

    Args:
        numbers: what each gave.
        threshold: so many who gave the same are no longer few.
        scale: the least and the greatest answer.

    Returns:
        At most `SOUGHT`; None where no number was given by few.
    """
    true = np.sort(numbers)
    given, first, n = np.unique(true, return_index=True, return_counts=True)
    few = [
        (value, slice(at, at + many), set[tuple[int, bytes]]())
        for value, at, many in zip(given, first, n, strict=True)
        if many < threshold
    ]
    if not few:
        return None
    pool, seen = [true], {true.tobytes()}
    rng = np.random.default_rng(0)
    for _ in range(_TRIES):
        for value, places, ways in few:
            ways |= {(int((world == value).sum()), world[places].tobytes()) for world in pool[-_KEPT:]}
        value, _, ways = min(few, key=lambda one: len(one[2]))
        if len(ways) >= SOUGHT:
            break
        others = _moved(pool[rng.integers(len(pool))], value, scale, rng)
        for other in others[(_printed(others) == _printed(true[None])).all(axis=1)][:_KEPT]:
            if other.tobytes() not in seen:
                seen.add(other.tobytes())
                pool.append(other)
    return min(SOUGHT, *(len(ways) for *_, ways in few))


def _printed(worlds: Floats) -> Floats:
    """Mean and median in tenths, half up, as a page has them."""
    told = np.column_stack([worlds.mean(axis=1), np.median(worlds, axis=1)])
    tenths: Floats = np.copysign(np.floor(np.abs(told) * 10 + 0.5 + _LAST_BIT), told)
    return tenths


def _moved(world: Floats, value: float, scale: tuple[float, float], rng: np.random.Generator) -> Floats:
    """Answers in order in which one person gave another number, often `value`; mostly another as much less or more."""
    one, other = rng.integers(len(world), size=(2, _DRAWN))
    by = np.where(rng.random(_DRAWN) < 0.5, value - world[one], rng.integers(-3, 4, _DRAWN))
    worlds, each = np.repeat(world[None], _DRAWN, axis=0), np.arange(_DRAWN)
    worlds[each, one] += by
    worlds[each, other] -= np.where(rng.random(_DRAWN) < 0.8, by, 0)
    return np.sort(worlds[((scale[0] <= worlds) & (worlds <= scale[1])).all(axis=1)], axis=1)


def _number(frame: pd.DataFrame, item: Item, form: Questionnaire, threshold: float) -> Typed:
    given = frame.loc[form.asked(frame, item.id), item.id].astype("Float64").dropna()
    numbers = given.to_numpy(float)
    scale = item.range or (min([0.0, *numbers]), math.inf)
    return Typed.of_rows(
        [(len(given), given.mean(), given.median())],
        {
            "n": Count(unit="人", heading="回答した人"),
            "mean": Estimate(unit=item.unit, heading=f"{item.title}の平均"),
            "median": Estimate(unit=item.unit, heading=f"{item.title}の中央値"),
        },
        left=functools.cache(lambda: ways_left(numbers, threshold, scale)),
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
