"""Published tables for the tests of the report room, small enough to check by eye."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ujo_lib.report.door.publish import Published, TableSpec


def published(
    columns: dict[str, Sequence[Any]], hide: Sequence[tuple[int, str]] = (), **spec: Any
) -> Published:
    """A table as an audience sees it; `hide` lists (row, column) of what the door keeps back."""
    frame = pd.DataFrame(columns)
    hidden = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for row, column in hide:
        hidden.loc[row, column] = True
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = None
    described = {
        "id": "cases_by_sex",
        "title": "当事者の性別",
        "unit": "人",
        "base": "把握された当事者",
        "source": "該当者票",
        "period": "令和5(2023)年度",
        "area": "見本市",
    }
    return Published(TableSpec(**described | spec), frame.infer_objects(), hidden)


def by_sex(hide: Sequence[tuple[int, str]] = (), **spec: Any) -> Published:
    """Seventeen men, eight women, nobody without an answer."""
    columns = {
        "sex": ["男性", "女性", "無回答"],
        "n": [17, 8, 0],
        "base": [25, 25, 25],
        "share": [0.68, 0.32, 0.0],
        "low": [0.484, 0.172, 0.0],
        "high": [0.828, 0.516, 0.133],
    }
    return published(
        columns,
        hide,
        **{"dimensions": {"sex": "sex"}, "population": "cases", "counts": ("n",), "labels": {"sex": "性別"}}
        | spec,
    )


def by_occupation(hide: Sequence[tuple[int, str]] = ()) -> Published:
    """A two-way table: loneliness within occupation, the whole first, one small group."""
    shares = {"全体": (0.6, 0.4, 240), "学生": (0.75, 0.25, 80), "無職": (0.5, 0.5, 12)}
    rows = [
        (group, answer, share, base)
        for group, (often, seldom, base) in shares.items()
        for answer, share in (("感じる", often), ("感じない", seldom))
    ]
    names = ("occupation", "answer", "share", "base")
    return published(
        {name: [row[at] for row in rows] for at, name in enumerate(names)},
        hide,
        id="loneliness",
        title="職業別の孤独感",
        unit="件",
        base="回答した相談",
        dimensions={"occupation": "occupation", "answer": "loneliness"},
    )
