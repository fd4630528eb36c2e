"""The nation beside the city: published shares with their source, and a difference only where the same was asked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ujo_lib.columns import WHOLE, Base, Estimate, Share, Text, interval
from ujo_lib.questionnaire import NOT_ANSWERED
from ujo_lib.residents.linearised import worded
from ujo_lib.residents.tables import as_printed
from ujo_lib.stats import LEVEL, Interval, difference_of_estimates, wilson
from ujo_lib.typed import Typed

CITY = "この市"
COUNTRY = "全国"
_REBASED = "全国の割合は、無回答を除いて計算し直したものです。"
INCOMPARABLE = "比較不可"


def definitions(surveys: pd.DataFrame) -> Typed:
    """Who asked whom, when and how: survey, title, asked, population, mode."""
    headings = ("調査", "名称", "時期", "対象", "方法")
    return Typed.of(
        surveys, {str(name): Text(heading=told) for name, told in zip(surveys, headings, strict=True)}
    )


def published(nation: pd.DataFrame, items: Sequence[str]) -> Typed:
    """What the nation's surveys printed on some items, as they printed it.

    Args:
        nation: columns survey, item, group, answer, percent, n, source.
        items: the items.

    Returns:
        Columns survey, group, answer, share, base (valid answers), source.
    """
    rows = nation[nation["item"].isin(list(items))]
    printed = [len(f"{percent:g}".partition(".")[2]) for percent in rows["percent"]]
    blanks = "無回答を含めた割合です。" if NOT_ANSWERED in set(rows["answer"]) else ""
    frame = pd.DataFrame(
        {
            **{name: rows[name].astype(str) for name in ("survey", "group", "answer")},
            "share": rows["percent"] / 100,
            "base": rows["n"].astype("Int64"),
            "source": rows["source"],
        }
    ).reset_index(drop=True)
    return Typed.of(
        frame,
        {
            "survey": Text(heading="調査"),
            "group": Text(heading="対象"),
            "answer": Text(heading="回答"),
            "share": Share(heading="公表された割合", free=True, decimals=max([1, *printed])),
            "base": Base(unit="人", heading="有効回答", free=True),
            "source": Text(heading="出典"),
        },
        note=f"公表された値のままです。{blanks}",
    )


def barriers(
    city: Typed, nation: pd.DataFrame, item: str, survey: str, declared: Mapping[str, str]
) -> dict[str, str]:
    """Why items cannot be compared with the nation: what is declared, and that this one was asked with other answers.

    Somebody who may choose among more answers gives each of them less often.
    """
    told = set(_rebased(nation, item, survey)["answer"])
    unlike = {item: "選択肢が全国の調査と違う"} if told and told != set(city.frame[item].astype(str)) else {}
    return {**unlike, **declared}


def side_by_side(city: Typed, nation: pd.DataFrame, item: str, surveys: Sequence[str]) -> Typed:
    """The city's answers above those of national surveys of the same item with the same answers, for a band chart.

    Returns:
        Columns who (the nation's valid answers in the label), `item`, n, base (the city's only), share (of those who
        answered, the city's weighted).
    """
    parts = [city.frame[[item, "n", "base", "share"]].assign(who=CITY)]
    for survey in surveys:
        told = _rebased(nation, item, survey).rename(columns={"answer": item})
        if set(told[item]) == set(city.frame[item].astype(str)):
            parts.append(told[[item, "share"]].assign(who=f"全国({survey})"))
    frame = pd.concat(parts, ignore_index=True).astype({"n": "Int64", "base": "Int64"})
    kinds = {
        "who": Text(heading="調査", free=True),
        **{name: city.schema[name] for name in (item, "n", "base", "share")},
    }
    if len(parts) == 1:
        return Typed.of(frame[list(kinds)], kinds, where=city.schema.where, left=city.left)
    kinds["share"] = replace(city.schema["share"], heading=f"割合({CITY}は重み付き)")
    note = f"{_REBASED}対象地域と集計対象は「{CITY}」の行のものです。"
    return Typed.of(frame[list(kinds)], kinds, where=city.schema.where, note=note, left=city.left)


def said_beside(bands: pd.DataFrame, what: str) -> str:
    """What `side_by_side` shows: the nation beside the city only where it was found."""
    if (bands["who"] != CITY).any():
        return f"{what}の内訳を、この市と全国で並べます。"
    return f"{what}の内訳です。選択肢の同じ全国の値は、写した公表資料にありません。"


def compare(
    city: Typed,
    nation: pd.DataFrame,
    item: str,
    survey: str,
    barriers: Mapping[str, str],
    level: float = LEVEL,
) -> Typed:
    """Each answer of the city beside the nation's, with their difference.

    The nation's share is one of those who answered, its width Wilson's for its valid answers; the difference has the
    interval that follows from both (Newcombe 1998, method 10).

    Args:
        city: as `tables.shares`.
        nation: as `published`, answers and 無回答 of the whole country.
        item: the item.
        survey: which survey.
        barriers: item → why it cannot be compared; such a row has no difference.
        level: level of the intervals.

    Returns:
        One row per answer of the city; columns `item`, n, base, share, nation, estimate, low, high (points), reading.
    """
    told = _rebased(nation, item, survey).set_index("answer")
    answers = city.frame[item].astype(str)
    country = [told.loc[answer] if answer in told.index else None for answer in answers]
    return _compared(city, [item], country, barriers.get(item, ""), level)


def compare_groups(
    city: Typed,
    nation: pd.DataFrame,
    item: str,
    answers: Sequence[str],
    survey: str,
    barriers: Mapping[str, str],
    level: float = LEVEL,
) -> Typed:
    """The city's groups beside the same groups of the nation.

    Args:
        city: as `tables.across`.
        nation: as `published`; a group has the labels of the city's, joined by a blank (女性 70歳以上).
        item: the item.
        answers: the answers that the city's table counts together.
        survey: which survey.
        barriers: item → why it cannot be compared; no row then has a difference.
        level: level of the intervals.

    Returns:
        One row per group of the city that was published of the nation, too; its dimensions, then columns as `compare`.
        The note names the other groups.
    """
    names = [name for name in city.schema.dimensions if name != item]
    country: list[pd.Series[float] | None] = []
    known, silent = [], []
    for labels in city.frame[names].astype(str).to_numpy():
        group = " ".join(label for label in labels if label != WHOLE) or COUNTRY
        told = _rebased(nation, item, survey, group).set_index("answer")
        known.append(set(answers) <= set(told.index))
        if known[-1]:
            own = told.loc[list(answers)]
            country.append(pd.Series({"share": own["share"].sum(), "base": own["base"].iloc[0]}))
        else:
            silent.append(group)
    rows = Typed.of(
        city.frame[pd.Series(known, city.frame.index, dtype=bool)],
        city.schema.columns,
        where=city.schema.where,
        left=city.left,
    )
    more = f"公表資料に値のない区分は並べていません: {'、'.join(silent)}。" if silent else ""
    return _compared(rows, [*names, item], country, barriers.get(item, ""), level, more)


def _compared(
    city: Typed,
    names: list[str],
    country: Sequence["pd.Series[float] | None"],
    barrier: str,
    level: float,
    more: str = "",
) -> Typed:
    """The rows of the city with the nation's share and valid answers of each, where they are known; `more` is noted."""
    rows = []
    for row, told in zip(city.frame.itertuples(), country, strict=True):
        estimate = low = high = math.nan
        reading = f"{INCOMPARABLE}({barrier})" if barrier else f"{INCOMPARABLE}(全国の値がない)"
        if not barrier and pd.isna(row.share):
            reading = f"{INCOMPARABLE}(この市に回答がない)"
        elif told is not None and not barrier:
            share, base = float(told["share"]), int(told["base"])
            width = wilson(round(share * base), base, level)
            own, least, most = map(as_printed, (row.share, row.low, row.high))
            beside = difference_of_estimates(
                Interval(own, least, most), Interval(share, width.low, width.high)
            )
            estimate, low, high = 100 * (own - share), 100 * beside.low, 100 * beside.high
            reading = worded(low, high, "全国より高い", "全国より低い", "差があるとは言えない")
        rows.append((math.nan if told is None else float(told["share"]), estimate, low, high, reading))
    found = ["nation", "estimate", "low", "high"]
    added = pd.DataFrame(rows, columns=[*found, "reading"], index=city.frame.index)
    added[found] = added[found].astype("Float64").mask(added[found].isna(), pd.NA)
    kept = [*names, "n", "base", "share"]
    return Typed.of(
        city.frame[kept].join(added),
        {
            **{name: city.schema[name] for name in kept},
            "nation": Share(heading="全国の割合", free=True),
            "estimate": Estimate(heading="全国との差", unit="ポイント"),
            **interval("estimate", level),
            "reading": Text(heading="読み方"),
        },
        where=city.schema.where,
        note=_REBASED * bool(added["nation"].notna().any()) + more,
        left=city.left,
    )


def _rebased(nation: pd.DataFrame, item: str, survey: str, group: str = COUNTRY) -> pd.DataFrame:
    """Shares of those who answered; none where the survey did not print how many did not."""
    rows = nation[(nation["item"] == item) & (nation["survey"] == survey) & (nation["group"] == group)]
    silent = rows.loc[rows["answer"] == NOT_ANSWERED, "percent"]
    if silent.empty:
        return pd.DataFrame({"answer": [], "share": [], "base": []})
    kept, valid = rows[rows["answer"] != NOT_ANSWERED], 100 - float(silent.iloc[0])
    base = (kept["n"] * valid / 100).round().astype(int)
    return pd.DataFrame({"answer": kept["answer"], "share": kept["percent"] / valid, "base": base})
