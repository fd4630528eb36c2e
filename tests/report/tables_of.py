"""Published tables for the tests of the report room, small enough to check by eye."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ujo_lib.columns import (
    Base,
    Column,
    Count,
    Dimension,
    Estimate,
    Flag,
    Ratio,
    Share,
    Text,
    Various,
    interval,
)
from ujo_lib.report.door.publish import Published, Subject, TableSpec
from ujo_lib.typed import Schema, Typed


def published(
    columns: Mapping[str, Sequence[Any]],
    hide: Sequence[tuple[int, str]] = (),
    *,
    id: str = "cases_by_sex",
    title: str = "当事者の性別",
    unit: str = "人",
    dimensions: Mapping[str, str] | None = None,
    multiple: bool = False,
    kinds: Mapping[str, Column] | None = None,
    **subject: Any,
) -> Published:
    """A table as an audience sees it.

    Args:
        columns: name → cells.
        hide: (row, column) of what the door keeps back.
        id, title: of the description.
        unit: what `n` counts.
        dimensions: column → variable, for the columns that split a population.
        multiple: whether several of their categories can be one person's answer.
        kinds: what the columns are; by name and content where nothing is said, see `kind_of`.
        subject: fields of `Subject` that differ from those of the survey.
    """
    frame = pd.DataFrame(dict(columns))
    split = {
        name: Dimension(variable=variable, multiple=multiple) for name, variable in (dimensions or {}).items()
    }
    known = {**split, **(kinds or {})}
    typed = Typed(
        frame, Schema({name: known.get(name) or kind_of(str(name), frame, unit) for name in frame.columns})
    )
    hidden = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for row, column in hide:
        hidden.loc[row, column] = True
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = None
    about = {
        "base": "把握された当事者",
        "source": "該当者票",
        "period": "令和5(2023)年度",
        "area": "見本市",
    }
    return Published(
        TableSpec(id, title, Subject(**about | subject), typed.schema), frame.infer_objects(), hidden
    )


def kind_of(name: str, frame: pd.DataFrame, unit: str = "人") -> Column:
    """What a column of a test's table is, where the test does not care: by its name, else by what it holds."""
    around = next((column for column in ("share", "estimate", "value", "n") if column in frame), "n")
    usual: dict[str, Column] = {
        "n": Count(unit=unit),
        "base": Base(unit=unit),
        "share": Share(n="n" if "n" in frame else "", base="base" if "base" in frame else ""),
        "estimate": Estimate() if "n" in frame else Ratio(),
        "value": Various() if "format" in frame else Estimate(),
        **interval(around, 0.95),
    }
    if frame[name].dtype == bool:
        return Flag()
    if not len(frame) or not pd.api.types.is_numeric_dtype(frame[name]):
        return Text(heading=name)
    return usual.get(name, Ratio(unit="", heading=name))


def by_sex(hide: Sequence[tuple[int, str]] = (), **more: Any) -> Published:
    """Seventeen men, eight women, nobody without an answer."""
    columns = {
        "sex": ["男性", "女性", "無回答"],
        "n": [17, 8, 0],
        "base": [25, 25, 25],
        "share": [0.68, 0.32, 0.0],
        "low": [0.484, 0.172, 0.0],
        "high": [0.828, 0.516, 0.133],
    }
    return published(columns, hide, **{"dimensions": {"sex": "sex"}, "population": "cases"} | more)


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
