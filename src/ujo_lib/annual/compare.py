"""Two years side by side: before, now, difference, ratio with its interval, and whether they may be compared at all.

A figure that was counted differently is no earlier value of the same thing. Where the definition has changed (said by
a person in `indicators.yaml`, or seen from unit, base, area or kind of period of the released tables) the row says
比較不可 and gives the reason; both figures stay, their difference and ratio do not.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ujo_lib import stats
from ujo_lib.annual.claims import Recall
from ujo_lib.annual.released import AREA, CALLED, Released, as_released, number
from ujo_lib.columns import DIGEST, METHOD, TOTAL_LABELS, Column, Ratio, Share, Text, Various, interval
from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import read_yaml
from ujo_lib.params.annual import Indicator, Indicators, Place
from ujo_lib.report.door.publish import NotPublishedError, NotSuppliedError
from ujo_lib.report.look.notation import HIDDEN, MISSING, in_cell, interval_text
from ujo_lib.report.sheets.exports import POOLED
from ujo_lib.typed import Typed

MORE, LESS, UNCLEAR, NOT_COMPARABLE = "増えた", "減った", "はっきりしない", "比較不可"
_FORMATS: Final = {"count": "n", "share": "share"}
_DRAWN: Final = 4
"""Indicators that one figure can tell apart where their intervals lie over each other."""
_COUNTED_ALIKE: Final = ("集計対象", "単位", AREA)
_NONE: Final = "なし"
_MADE_ALIKE: Final = (METHOD.name, DIGEST.name)
"""Columns that say of each row how its value was made."""
_ERA_YEAR: Final = re.compile(r"(?:明治|大正|昭和|平成|令和)(?:\d+|元)")
_YEAR: Final = re.compile(r"\d{4}")
_PERCENT: Final = re.compile(r"([\d.]+)%")


@dataclass(frozen=True)
class Reading:
    """An indicator in one year; `why` says why there is no comparable value, `caution` what to bear in mind.

    `made` is how the value was made, where the table tells it of each row; `beside` the categories among which its own
    could be chosen, by heading.
    """

    value: float | None = None
    base: float = 1.0
    low: float | None = None
    high: float | None = None
    dispersion: float | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    caution: str = ""
    made: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Collection[str]] = field(default_factory=dict)


def read_indicators(path: Path) -> list[Indicator]:
    """Read `indicators.yaml`.

    Raises:
        ParameterError: an entry lacks a field, has an unknown one, or an impossible value.
    """
    return list(read_yaml(Indicators, path).indicators)


def read_names(path: Path) -> dict[str, str]:
    """What `indicators.yaml` says of places that were renamed: former name → name of the same area today."""
    return read_yaml(Indicators, path).renamed


def this_year(indicators: Sequence[Indicator], recall: Recall, year: FiscalYear) -> Released:
    """The year in the making: the tables that the indicators need, as this audience may see them.

    Args:
        indicators: as read by `read_indicators`.
        recall: usually `page.recall`.
        year: its fiscal year.

    Raises:
        ParameterError: an indicator stands in a table of no notebook.
    """
    names = {indicator.place.table for indicator in indicators}
    names |= {indicator.dispersion.table for indicator in indicators if indicator.dispersion}
    records = []
    for name in sorted(names):
        number, _, table = name.partition("_")
        try:
            shown = recall(number, table)
            records.append(shown.record(shown.notebook))
        except (NotSuppliedError, NotPublishedError):
            continue  # its indicators will say that the year has no such table
    return as_released(records, year)


def of_kind(indicators: Sequence[Indicator], kind: str) -> list[Indicator]:
    """The indicators that are counts, or those that are shares."""
    return [indicator for indicator in indicators if indicator.kind == kind]


def latest(earlier: Sequence[Released], year: FiscalYear) -> Released:
    """The latest year that has released anything; the year before, empty, where none has."""
    having = [released for released in earlier if released]
    return having[-1] if having else Released(FiscalYear(year.year - 1), {}, {})


def since_last_change(followed: Typed) -> Typed:
    """The part of a course that was counted alike: without the years before the last change of definition."""
    kept = pd.Series(True, index=followed.frame.index)
    for _, one in followed.frame.groupby("label"):
        breaks = one.index[(one["remark"] != "") & one["value"].notna()]
        kept[one.index[one.index < breaks[-1]] if len(breaks) else []] = False
    return followed.rows(kept)


def told_over_time(followed: pd.DataFrame) -> list[str]:
    """Labels of the indicators with values in two years or more, the first few: what one figure can show."""
    return _with_a_course(followed)[:_DRAWN]


def said_over_time(followed: pd.DataFrame) -> str:
    """What a figure of `told_over_time` shows, and that it leaves some out."""
    left = len(_with_a_course(followed)) - _DRAWN
    more = f"二つ以上の年度に値のある指標のうち、はじめの{_DRAWN}つです。" if left > 0 else ""
    return f"割合の推移です。{more}数え方や問い方が変わった年度より前は描いていません。"


def _with_a_course(followed: pd.DataFrame) -> list[str]:
    known = followed.dropna(subset=["value"]).groupby("label", sort=False)["value"].count()
    return [str(label) for label in known.index[known >= 2]]


def compare(
    indicators: Sequence[Indicator], before: Released, now: Released, level: float = stats.LEVEL
) -> Typed:
    """Put two years beside each other.

    Args:
        indicators: as read by `read_indicators`.
        before: the earlier year; one without a release has no tables.
        now: the later year.
        level: confidence level of the ratios; a share with an interval of another one has no ratio.

    Returns:
        One row per indicator: label, unit, format, before, now, difference, estimate (ratio), low, high, verdict,
        reason. Shares are shares of 0–1. What cannot be compared has no difference, ratio or interval, and a reason.
    """
    rows = [_compared(indicator, before, now, level) for indicator in indicators]
    kinds = {indicator.kind for indicator in indicators}
    difference = Various(heading="差(割合はポイント)" if "share" in kinds else "差")
    if kinds == {"share"}:
        difference = Various(heading="差", unit="ポイント", unit_by="")
    return Typed.of(
        rows,
        {
            "label": Text(heading="指標"),
            "unit": Text(heading="単位"),
            "format": Text(),
            "before": Various(heading=before.year.label),
            "now": Various(heading=now.year.label),
            "difference": difference,
            "estimate": Ratio(),
            **interval("estimate", level),
            "verdict": Text(heading="判定"),
            "reason": Text(heading="理由・注意"),
        },
    )


def course(indicators: Sequence[Indicator], years: Sequence[Released], level: float = stats.LEVEL) -> Typed:
    """Every indicator over all years, in order.

    Args:
        indicators: as read by `read_indicators`.
        years: as read by `read_years`, and the year in the making.
        level: confidence level of the released intervals of shares; others are left out.

    Returns:
        One row per indicator and year: label, year, unit, format, value, low, high, remark; of shares alone neither
        unit nor format. No value where the year has none: the remark says why, or from which year on the figure is
        counted differently.
    """
    rows = []
    for indicator in indicators:
        last: tuple[FiscalYear, Reading] | None = None
        for released in sorted(years, key=lambda one: one.year.year):
            reading = _read(indicator, released, years)
            low, high = (reading.low, reading.high) if _has_level(indicator, level) else (None, None)
            remark = reading.why
            if last is not None and reading.value is not None:
                remark = remark or _difference_of_definition(indicator, *last, released.year, reading)
                remark = remark or _in_words(_made_otherwise(last[1], reading))
            if indicator.kind == "count" and indicator.history and not reading.why:
                remark = remark or f"{indicator.base}は{reading.base:,.0f}人"
            told = {"value": reading.value, "low": low, "high": high, "remark": remark}
            named = {"label": indicator.label, "year": released.year.label, "unit": indicator.unit}
            rows.append({**named, "format": _FORMATS[indicator.kind], **told})
            last = (released.year, reading) if reading.value is not None else last
    columns: dict[str, Column] = {
        "label": Text(heading="指標"),
        "year": Text(heading="年度"),
        "unit": Text(heading="単位"),
        "format": Text(),
        "value": Various(),
        **interval("value", level),
        "remark": Text(heading="理由・注意"),
    }
    if {one.kind for one in indicators} == {"share"}:
        del columns["unit"], columns["format"]
        columns["value"] = Share(heading="値")
    return Typed.of(rows, columns)


def as_text(compared: Typed) -> list[list[str]]:
    """The comparison as lines of text, heading first: 「…」 where there is no value, 「△」 before a fall."""
    columns = compared.schema.columns
    names = [name for name in columns if name not in ("unit", "format", "high")]
    heading = [columns[name].both if name == "low" else columns[name].name for name in names]
    heading[names.index("difference")] = columns["difference"].title
    return [heading, *(_line(row) for row in compared.frame.itertuples())]


def _line(row: Any) -> list[str]:
    numbers = [
        MISSING if pd.isna(value) else in_cell(value, row.format)
        for value in (row.before, row.now, row.difference)
    ]
    ratio = MISSING if pd.isna(row.estimate) else in_cell(row.estimate, "ratio")
    bounds = MISSING if pd.isna(row.low) else interval_text(row.low, row.high, "ratio")
    return [f"{row.label}({row.unit})", *numbers, ratio, bounds, row.verdict, row.reason]


def _compared(indicator: Indicator, before: Released, now: Released, level: float) -> tuple[Any, ...]:
    one, other = (_read(indicator, year, (before, now)) for year in (before, now))
    reason = (
        "、".join(
            f"{year.year.label}: {reading.why}"
            for year, reading in ((before, one), (now, other))
            if reading.why
        )
        or _difference_of_definition(indicator, before.year, one, now.year, other)
        or _without_width(indicator, one, other, level)
    )
    shown = (indicator.label, indicator.unit, _FORMATS[indicator.kind], one.value, other.value)
    if reason or one.value is None or other.value is None:
        return (*shown, None, None, None, None, NOT_COMPARABLE, reason)
    ratio = _ratio(indicator, one, other, level)
    return (
        *shown,
        other.value - one.value,
        ratio.estimate,
        ratio.low,
        ratio.high,
        _verdict(ratio),
        one.caution or other.caution or _per_one_asked(indicator, one, other) or _unlike(one, other),
    )


def _read(indicator: Indicator, released: Released, all_years: Sequence[Released]) -> Reading:
    """The indicator in one year: from the year's own release, or from a later one's table of earlier years."""
    if indicator.history:
        return _from_history(indicator, released.year, all_years)
    place = indicator.place
    row = released.find(place.table, place.where)
    if row is None:
        return Reading(why=_not_found(place, released, all_years))
    about = released.about.get(place.table, {})
    names = [name for name in (place.value, indicator.low, indicator.high, indicator.gaps) if name]
    if absent := [name for name in names if name not in row]:
        return Reading(
            about=about, why=f"公表用の表に「{'、'.join(absent)}」の列がない(伏せたか、求めていない)"
        )
    if HIDDEN in (row[name] for name in names):
        return Reading(about=about, why="秘匿された値")
    scale = 100.0 if indicator.kind == "share" else 1.0
    value, low, high = (
        None if (found := number(row.get(name))) is None else found / scale
        for name in (place.value, indicator.low, indicator.high)
    )
    missing = number(row.get(indicator.gaps)) if indicator.gaps else 0
    why = f"記録のない日が{missing:.0f}日ある" if missing else "" if value is not None else "値がない"
    made = {name: row[name] for name in _MADE_ALIKE if name in row}
    beside = {} if DIGEST.name in row else _beside(indicator, released)
    dispersion = _dispersion(indicator, released)
    return Reading(
        value, low=low, high=high, dispersion=dispersion, about=about, why=why, made=made, beside=beside
    )


def _beside(indicator: Indicator, released: Released) -> dict[str, list[str]]:
    """The categories beside that of a share: who has another answer to choose from chooses this one less often."""
    where = indicator.place.where
    if indicator.kind != "share":
        return {}
    return {
        heading: [
            row[heading]
            for row in released.tables[indicator.place.table]
            if all(row.get(name) == other for name, other in where.items() if name != heading)
        ]
        for heading, cell in where.items()
        if cell not in TOTAL_LABELS
    }


def _not_found(place: Place, released: Released, all_years: Sequence[Released]) -> str:
    """Why a year has no row of an indicator: no tables, not this one, or nothing of that name (it was renamed).

    A table that no year has may be misspelt, so its name is told.
    """
    if not released.tables:
        return "公表用の表がない"
    if place.table not in released.tables:
        nowhere = not any(place.table in one.tables for one in all_years)
        return f"表「{place.table}」は、どの年度にもない" if nowhere else "この項目の表がない"
    named = "、".join(place.where.values())
    return f"公表用の表に「{named}」の行がない" if named else "公表用の表の、どの行か決まらない"


def _from_history(indicator: Indicator, year: FiscalYear, all_years: Sequence[Released]) -> Reading:
    """The year's line in a table of all years, as the latest release has it."""
    for released in sorted(all_years, key=lambda one: -one.year.year):
        for row in released.tables.get(indicator.place.table, []):
            if row.get(indicator.history) == str(year.year):
                cell, warning = row.get(indicator.place.value), row.get(indicator.caution, "")
                if row.get(indicator.comparable) == "不可" or cell == MISSING:
                    return Reading(number(cell), why=warning or "集計値が残っていない")
                base = number(row.get(indicator.base))
                is_plain = warning in ("", MISSING) or row.get(indicator.comparable) == "可"
                caution = "" if is_plain else warning
                why = "秘匿された値" if HIDDEN in (cell, row.get(indicator.base)) else ""
                if indicator.kind == "count" and not base:
                    why = why or caution or f"{indicator.base or '尋ねた人数'}が分からない"
                spread = _dispersion(indicator, released)
                return Reading(number(cell), base or 1.0, dispersion=spread, why=why, caution=caution)
    return Reading(why="この年度には調査がない")


def _dispersion(indicator: Indicator, released: Released) -> float | None:
    """The spread of the counts, where the release tells it."""
    place = indicator.dispersion
    row = released.find(place.table, place.where) if place else None
    return number(row.get(place.value)) if row and place else None


def _difference_of_definition(
    indicator: Indicator, before: FiscalYear, one: Reading, now: FiscalYear, other: Reading
) -> str:
    """What tells two years apart, in words; empty when they are about the same thing."""
    for year, what in sorted(indicator.changed.items()):
        if before.year < year <= now.year:
            return what
    for name in _COUNTED_ALIKE:
        told = [reading.about.get(name, "") for reading in (one, other)]
        if told[0] != told[1] and not (name == AREA and _one_area_of_both(indicator, told)):
            return f"{name}が違う(「{told[0]}」と「{told[1]}」)"
    pools = [reading.about.get(POOLED) for reading in (one, other)]
    if pools[0] != pools[1] and None not in pools:  # releases of older versions do not tell
        before_only, now_only = _apart(*([each for each in str(told).split("、") if each] for told in pools))
        return f"回答や区分の{POOLED}が違う(「{before_only}」と「{now_only}」)"
    periods = [reading.about.get("対象期間", "") for reading in (one, other)]
    same = _same_days if indicator.kind == "count" else _words_alone
    if same(periods[0]) != same(periods[1]):
        return f"集計期間のとり方が違う(「{periods[0]}」と「{periods[1]}」)"
    return ""


def _one_area_of_both(indicator: Indicator, areas: Sequence[str]) -> bool:
    """Whether the row is one area's, which both tables hold: 県 of 「全国・県」 and of 「県・市」."""
    return any(all(cell in area.split("・") for area in areas) for cell in indicator.place.where.values())


def _per_one_asked(indicator: Indicator, one: Reading, other: Reading) -> str:
    """That the ratio is one of rates: where fewer are asked, fewer are counted."""
    told = f"比は、{indicator.base}(前は{one.base:,.0f}人、今は{other.base:,.0f}人)1人あたりの数による"
    return told if indicator.kind == "count" and indicator.history else ""


def _unlike(one: Reading, other: Reading) -> str:
    """What to bear in mind of two years: shares over other days or made otherwise, other names of table or place.

    A question that was worded anew is named anew; nobody but `changed` says that it asks for something else.
    """
    days = [str(reading.about.get("対象期間", "")) for reading in (one, other)]
    told = {"割合をとった期間": days} if _same_days(days[0]) != _same_days(days[1]) else {}
    if CALLED in one.about and CALLED not in other.about:
        told[CALLED] = [one.about[name] for name in (CALLED, AREA)]
    return _in_words(told | _made_otherwise(one, other))


def _made_otherwise(one: Reading, other: Reading) -> dict[str, list[str]]:
    """What differs in how two values were made and asked for, each with both."""
    told: dict[str, list[str]] = {}
    for name in _MADE_ALIKE:
        made = [reading.made.get(name, _NONE) for reading in (one, other)]
        told |= {name: made} if made[0] != made[1] else {}
    for name in one.beside:
        only = _apart(one.beside[name], other.beside[name])
        told |= {f"片方の年度だけにある「{name}」の選択肢や区分": only} if only != [_NONE, _NONE] else {}
    titles = [str(reading.about.get("表題", "")) for reading in (one, other)]
    if all(titles) and _words_alone(titles[0]) != _words_alone(titles[1]):
        told["表題"] = titles
    return told


def _in_words(told: Mapping[str, Sequence[str]]) -> str:
    return "、".join(f"{what}が違う(「{before}」と「{now}」)" for what, (before, now) in told.items())


def _apart(one: Collection[str], other: Collection[str]) -> list[str]:
    """What only the first has, and what only the second has."""
    return ["、".join(x for x in mine if x not in its) or _NONE for mine, its in ((one, other), (other, one))]


def _words_alone(text: str) -> str:
    """Words without numerals, of years above all: a campaign need not last as long as the last one."""
    return re.sub(r"\d+", "", _ERA_YEAR.sub("", text))


def _same_days(period: str) -> str:
    """A period with its years counted from its first, as counts have it: the same days of another year."""
    days = _ERA_YEAR.sub("", period).replace("2月29日", "2月28日")
    first = _YEAR.search(days)
    return _YEAR.sub(lambda year: str(int(year[0]) - int(first[0])), days) if first else days


def _has_level(indicator: Indicator, level: float) -> bool:
    """Whether the limits that an indicator names are of this level, as far as their headings say."""
    told = {float(found) for name in (indicator.low, indicator.high) for found in _PERCENT.findall(name)}
    return told <= {round(100 * level, 10)}


def _without_width(indicator: Indicator, one: Reading, other: Reading, level: float) -> str:
    """Why nothing is known of how far chance moves the two figures, in Japanese; empty where something is."""
    if not _has_level(indicator, level):
        return f"{100 * level:.10g}%信頼区間ではないため、比の幅を計算できない"
    if indicator.kind == "share" and not (indicator.low and indicator.high):
        return "指標に区間の見出し(low と high)がないため、比の幅を計算できない"
    if indicator.dispersion and one.dispersion is None and other.dispersion is None:
        sought = indicator.dispersion
        rows = "".join(f"、「{cell}」の行" for cell in sought.where.values())
        return f"件数のばらつきの値がどちらの年度にもない(表「{sought.table}」{rows}に求めた)ため、比の幅を計算できない"
    named = [name for name in ("low", "high") if getattr(indicator, name)]
    if any(getattr(reading, name) is None for reading in (one, other) for name in named):
        return "信頼区間がないため、比の幅を計算できない"
    return ""


def _ratio(indicator: Indicator, one: Reading, other: Reading, level: float) -> stats.Interval:
    if indicator.kind == "count":
        spread = max(one.dispersion or 1.0, other.dispersion or 1.0)
        counts = round(other.value or 0), other.base, round(one.value or 0), one.base
        return stats.rate_ratio(*counts, level, spread)
    return stats.ratio_of_estimates(_interval(other), _interval(one))


def _interval(reading: Reading) -> stats.Interval:
    assert reading.value is not None  # `_compared` has looked
    low = reading.value if reading.low is None else reading.low
    high = reading.value if reading.high is None else reading.high
    return stats.Interval(reading.value, low, high)


def _verdict(ratio: stats.Interval) -> str:
    return (UNCLEAR, MORE, LESS)[stats.side_of(1, ratio.low, ratio.high)]
