"""The year in five sentences and its key figures, taken from the cells of tables that other notebooks have published.

The sentences are for somebody who reads nothing else: at most sixty characters, at most one figure each and none that
chance explains, no word of offices.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ujo_lib.annual.claims import (
    MISSING_DAYS,
    Recall,
    answered,
    is_one_whole,
    is_withheld,
    numbers,
    period_of,
    rows_of,
    value_of,
)
from ujo_lib.columns import Bound, Column, Text, Various, interval
from ujo_lib.fiscal import FiscalYear, Period
from ujo_lib.params import read_yaml
from ujo_lib.params.annual import KeyFigure, KeyFigures, Limits
from ujo_lib.report.door.publish import NotRunError, NotSuppliedError, Published
from ujo_lib.report.look import notation
from ujo_lib.report.look.standing import foremost
from ujo_lib.report.look.wording import Line
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed

_BASE = re.compile(r"\{(\w+)\}")
"""In the note of a key figure: another column of its row, a denominator say."""


def read_limits(path: Path) -> list[tuple[str, str, str]]:
    """Read `limits.yaml`: what the report cannot say, why, and what would let the next one say it, where known.

    Raises:
        ParameterError: whatever is wrong with it.
    """
    return [(limit.about, limit.why, limit.next) for limit in read_yaml(Limits, path).limits]


def read_key_figures(path: Path) -> list[KeyFigure]:
    """Read `key_figures.yaml`.

    Raises:
        ParameterError: whatever is wrong with it.
    """
    return list(read_yaml(KeyFigures, path).key_figures)


def key_figures(entries: list[KeyFigure], recall: Recall, level: float = LEVEL) -> Typed:
    """Look up every key figure.

    Args:
        entries: as read by `read_key_figures`.
        recall: usually `page.recall`.
        level: confidence level of all intervals shown.

    Returns:
        One row per figure: label, value, format, unit, low, high, note; value and bounds are None where the door keeps
        the figure back or there is none, and the note says which. Of an interval of another
        level or kind the note says which it is.

    Raises:
        ParameterError: figures that name a cell that is not there.
    """
    columns = {
        "label": Text(heading="項目"),
        "value": Various(),
        "format": Text(),
        "unit": Text(heading="単位"),
        **interval("value", level),
        "note": Text(heading="説明"),
    }
    named = [(entry.label, entry) for entry in entries]
    rows = answered("key_figures.yaml", named, recall, partial(_row, level=level))
    return Typed.of(rows, columns)


def _row(entry: KeyFigure, recall: Recall, level: float) -> dict[str, Any]:
    cell = entry.cell
    row: dict[str, Any] = {
        "label": entry.label,
        "value": None,
        "format": "n",
        "unit": entry.unit,
        "low": None,
        "high": None,
        "note": entry.note,
    }
    try:
        table = recall(cell.notebook, cell.table)
        rows = rows_of(table, cell)
    except NotSuppliedError as reason:
        return row | {"note": str(reason)}
    row["format"] = table.spec.schema[cell.column].format
    if is_withheld(table, cell):
        return row | {"note": "人数が少ないため秘匿"}
    asked = [*filter(None, (entry.low, entry.high)), *_BASE.findall(entry.note)]
    if (strange := [name for name in asked if name not in table.frame]) and not table.without:
        raise KeyError(f"列「{strange[0]}」はない。あるのは {'、'.join(table.frame)}")
    value = value_of(table, cell)
    told = _BASE.sub(lambda slot: _told(table, rows, slot[1], cell.column), entry.note)
    said = [period_of(table, cell), told, "元の表に値がない" if value is None else ""]
    row["value"] = None if value is None else float(numbers(pd.Series([value])).iloc[0])
    # The interval of a sum is not the sum of the intervals.
    for name, column in (("low", entry.low), ("high", entry.high)) if len(rows) == 1 else ():
        if column not in table.frame or pd.isna(bound := table.frame.loc[rows[0], column]):
            continue
        if _is_confidence(kind := table.spec.schema[column], level):
            row[name] = float(bound)
        elif isinstance(kind, Bound) and name == "high":
            said.append(f"範囲は{kind.both}で、ほかの項目と種類が違うため、元の表に示す")
    return row | {"note": "。".join(filter(None, said))}


def _told(table: Published, rows: pd.Index, column: str, of: str) -> str:
    """A further count of the rows of a figure, in words; the sign where the reader may not see it or there is none.

    Shares were added up because they are of one whole, which is not added up with them.
    """
    if column not in table.frame:
        return notation.MISSING
    if table.hidden.loc[rows, column].any():
        return notation.HIDDEN
    is_base = getattr(table.spec.schema[of], "base", "") == column or is_one_whole(table, rows, column)
    counts = numbers(table.frame.loc[rows[:1] if is_base else rows, column])
    return notation.MISSING if counts.isna().any() else notation.in_cell(counts.sum(), "n")


def _is_confidence(column: Column, level: float) -> bool:
    return isinstance(column, Bound) and (column.interval, column.level) == ("confidence", level)


def five_sentences(recall: Recall) -> list[Line]:
    """The year in five plain sentences, at most one figure in each, with a line on its period and base.

    Where residents were asked, their answer comes first. What the year has no record of is said last, with the reason
    of its own table, so that nobody reads a gap as good news; what contacts tell of months and days takes its place.

    Args:
        recall: usually `page.recall`.
    """
    found: dict[Callable[[Recall], Line], Line] = {}
    absent: dict[str, list[str]] = {}
    for tell, what in _FINDINGS.items():
        try:
            found[tell] = tell(recall)
        except NotSuppliedError as missing:
            if what:
                absent.setdefault(missing.why, []).append(what)
        except NotRunError:
            if what:
                raise
    for tell in (busiest_weekday, contacts, busiest_month):
        if len(found) + len(absent) > _SENTENCES:
            found.pop(tell, None)
    return [*found.values()] + [
        Line(f"{'、'.join(whats)}は、この報告書では分かりません。理由: {why}。")
        for why, whats in absent.items()
    ]


def lonely_residents(recall: Recall) -> Line:
    """The share of residents who feel lonely, as weighted answers of a sample put it."""
    asked = _residents(recall)
    return Line(
        f"{asked.spec.title}は、市民調査からの推計で{{share}}でした。",
        (asked,),
        f"{asked.spec.subject.period}の調査でこの問いに答えた市民{{base}}人から、市民全体の割合を推計({{share|ci}})",
    )


def _residents(recall: Recall) -> Published:
    return recall("06_resident_survey", "lonely")


def known_people(recall: Recall) -> Line:
    """How many withdrawn people the commissioners know of: all of them, whatever was left blank about them."""
    known = recall("01_survey_descriptives", "overview")
    return Line(
        f"民生委員が知っている、ひきこもりの状態の人は{_KNOWN}人でした。",
        (known, recall("01_survey_descriptives", "response")),
        f"{known.spec.subject.period}に調査した民生委員{{response.base[全体]}}人のうち、回答した"
        "{response.n[全体]}人が知っている人",
    )


_KNOWN: Final = "{overview.value[把握された当事者]|count}"

FOR_REFERENCE = "(参考)"
"""How the basis of a comparison ends that rests on an assumption: counts without their denominators."""


def change_of_count(recall: Recall) -> Line:
    """What that count did since the latest earlier wave that left one, as the page of the survey judged it.

    Where both waves know how many answered, people per answer were compared: these may rise while the count falls.
    """
    changes = recall("01_survey_descriptives", "wave_changes")
    known = changes.frame.index[changes.frame["n_earlier"].notna() | changes.hidden["n_earlier"]]
    if not len(known):
        return Line("以前の調査の記録が足りず、増えたか減ったかは分かりません。")
    row = changes.frame.loc[known[-1]]
    if changes.hidden.loc[known[-1]].any():
        return Line("以前の調査と比べた増減は、人数が少ないため公表できません。")
    before, then = changes.where(earlier=row["earlier"]), f"以前の調査({_year(recall, row['earlier'])})"
    now = f"{_year(recall, row['later'])}の調査"
    if row["verdict"] == "not_comparable":
        return Line(
            f"{then}の{{n_earlier}}人とは、記録や方法が違うため比べられません。", (before,), f"{now}は{{n}}人"
        )
    neither = "増えたとも減ったとも言い切れません"
    more, changed, told = _CHANGED.get(row["verdict"], ("", "", neither))
    if str(row["basis"]).endswith(FOR_REFERENCE):
        about = f"{now}の{{n}}人と比べた結果"
        if not changed:
            return Line(f"{then}の{{n_earlier}}人から、{neither}。", (before,), about)
        unsure = "(何人に尋ねたかの記録がそろわないため参考)"
        hedged = f"{then}の{{n_earlier}}人より{more}ものの、{changed}とは言い切れません。"
        return Line(hedged, (before,), about + unsure)
    about = f"{now}の{{n}}人と以前の{{n_earlier}}人を、それぞれ回答した委員の数で割って比べた結果"
    return Line(f"回答した委員一人あたりの人数は、{then}から{told}。", (before,), about)


_CHANGED: Final = {
    "increased": ("多い", "増えた", "増えました"),
    "decreased": ("少ない", "減った", "減りました"),
}
"""What is said of the verdicts that tell two waves apart."""


def _year(recall: Recall, wave: str) -> str:
    """The fiscal year of a wave."""
    waves = recall("01_survey_descriptives", "waves").where(wave=wave)
    return FiscalYear(int(waves.frame["fiscal_year"].iloc[0])).label


def busiest_month(recall: Recall) -> Line:
    """Whether the months differ beyond chance, and which has most contacts a day if no other may have more."""
    months = recall("02_consultation_seasonality", "months")
    verdict = recall("02_consultation_seasonality", "verdicts").frame["finding"].iloc[0]
    return _busiest(months, "month", "月", {verdict})


def busiest_weekday(recall: Recall) -> Line:
    """Whether the days of the week differ beyond chance, and which has most contacts if no other may have more."""
    days = recall("02_consultation_seasonality", "weekdays")
    verdicts = recall("02_consultation_seasonality", "verdicts").where(pattern="曜日による違い")
    return _busiest(days, "weekday", "曜日", set(verdicts.frame["finding"]), unit="曜日")


def _busiest(table: Published, label: str, by: str, findings: set[str], unit: str = "") -> Line:
    """What the verdicts on a division of time have found: `by` in words, `unit` behind its labels."""
    told = f"県内からの相談が{by}によって違うかどうかは、この記録からは判断できません。"
    if "検出" in findings:
        most = f"県内からの一日あたりの相談は、{{{label}[max estimate]}}{unit}に最も多くなりました。"
        differ = f"県内からの相談の多さは、{by}によって違いました。"
        return Line(foremost(table, label, "estimate", most, differ), (table,), _whose(table))
    if "検出せず" in findings:
        told = f"県内からの相談の多さに、{by}によるはっきりした違いは見られません。"
    return Line(told, (), _whose(table))


def _whose(table: Published) -> str:
    return f"{table.spec.subject.period}の、{table.spec.subject.base}"


def contacts(recall: Recall) -> Line:
    """How many contacts there were, beside those of the same months of the year before in a report on half a year."""
    totals = recall("02_consultation_seasonality", "totals")
    tables: tuple[Published, ...] = (totals,)
    about = _whose(recall("02_consultation_seasonality", "months"))  # these name the desk
    if _silent(totals):
        about += f"(記録のない{{totals.{MISSING_DAYS}[県]}}日を除く)"
    with suppress(NotSuppliedError, NotRunError):
        before = recall("02_consultation_seasonality", "totals_before")
        tables, about = (totals, before), f"{about}、{before.spec.subject.period}は{{totals_before.n[県]}}件"
    return Line("県内からの相談は{totals.n[県]}件でした。", tables, about)


def _silent(totals: Published) -> bool:
    """Whether days of the prefecture have no record."""
    own = totals.frame[totals.frame["scope"] == "県"]
    return MISSING_DAYS in own and bool(numbers(own[MISSING_DAYS]).max() > 0)


def loneliness(recall: Recall) -> Line:
    """The share of contacts with a feeling of loneliness."""
    lonely = recall("02_consultation_seasonality", "lonely")
    subject = lonely.spec.subject
    return Line(
        "孤独感に答えのあった県内からの相談のうち、{share}が孤独を感じると答えました。",
        (lonely,),
        f"{subject.period}の{subject.base}のうち、この問いに答えのあった{{base}}件",
    )


def campaign_effect(recall: Recall) -> Line:
    """What may be said of the campaigns: the verdict alone where page 04 keeps no more than its numbers back."""
    effect = _effect(recall)
    subject = effect.spec.subject
    whose = "市の窓口への" if effect.spec.id == "city_effect" else "県内からの"
    code, withheld = _verdict(effect)
    if code is None:
        return Line(f"お知らせで{whose}相談が増えたかを示す数は、件数が少ないため公表できません。")
    if code not in _VERDICTS:
        return Line(f"お知らせで{whose}相談が増えたかどうかは、推定できません。", (), subject.period)
    if withheld:
        finding = str(effect.frame["finding"].iloc[0]).removeprefix("実施期間の")
        about = f"{subject.period}。件数が少ないため、数は公表できません"
        return Line(f"お知らせの期間、{whose}相談の{finding}。", (), about)
    unit = effect.spec.schema["n"].unit
    about = (
        f"{subject.period}の{subject.base}{{n}}{unit}を、お知らせがない場合に見込まれる{{expected}}{unit}と比べた結果"
        "(比の{estimate|ci})"
    )
    if code == "detected":
        return Line(f"お知らせの期間、{whose}相談は、見込まれる数の{{estimate}}倍でした。", (effect,), about)
    return Line(f"お知らせで{whose}相談が増えたかどうかは、明らかではありません。", (effect,), about)


def _effect(recall: Recall) -> Published:
    """The verdict on the contacts of the city's desk; on those of its prefecture where the year has none of its own.

    Where nothing can be told of the desk, what was found in the prefecture is not passed over: it may be a fall.
    """
    try:
        city = recall("04_outreach_effect", "city_effect")
    except NotSuppliedError:
        return _in_prefecture(recall)
    if city.frame["code"].iloc[0] == "not_estimable":
        with suppress(NotSuppliedError, NotRunError):
            found = _in_prefecture(recall)
            if found.frame["code"].iloc[0] == "detected":
                return found
    return city


def _in_prefecture(recall: Recall) -> Published:
    every = recall("04_outreach_effect", "prefecture_effect")
    registered = every.frame["method"].iloc[0]  # the others stand beside it
    return every.where(method=str(registered))


_VERDICTS: Final = ("detected", "not_detected")


def _verdict(effect: Published) -> tuple[str | None, bool]:
    """The code of an effect, None where it is kept back, and whether numbers are; without estimate it is no verdict."""
    row, hidden = effect.frame.iloc[0], effect.hidden.iloc[0]
    if hidden["code"]:
        return None, True
    known = hidden["estimate"] or not pd.isna(row["estimate"])
    return str(row["code"]) if known else "not_estimable", bool(hidden.any())


_SENTENCES: Final = 5
_FINDINGS: Final[Mapping[Callable[[Recall], Line], str]] = {
    lonely_residents: "",
    known_people: "ひきこもりの状態の人の数",
    change_of_count: "以前の調査からの増減",
    contacts: "",
    busiest_month: "",
    busiest_weekday: "",
    loneliness: "孤独を感じている相談の割合",
    campaign_effect: "お知らせで相談が増えたか",
}
"""What the sentences tell, in reading order, and what is unknown without it; "" where it need not be there."""


def abstract(recall: Recall, year: FiscalYear, period: Period) -> list[Line]:
    """The year in English, for readers abroad: what was counted when, and how far it may be taken.

    Args:
        recall: usually `page.recall`.
        year: the fiscal year, in which the surveys were.
        period: the days whose contacts are counted.

    Returns:
        Sentences, each with its tables. One about something that the year has no record of is left out; the page
        says of a hidden figure that it is withheld.
    """
    days = ""
    with suppress(NotSuppliedError, NotRunError):
        recall("02_consultation_seasonality", "totals")
        days = f"; contacts with help lines are those of {period.start} to {period.end}, where no other days are given"
    found = [
        Line(
            "This report describes loneliness and social isolation in one Japanese municipality in fiscal year "
            f"{year.year} (April to March){days}."
        )
    ]
    for tell in (_lonely_residents, _people, _contacts, _lonely, _campaign):
        with suppress(NotSuppliedError, NotRunError):
            found.append(tell(recall))
    closing = (
        "Counts of people known to commissioners and of contacts with a help line do not tell how many residents "
        "are affected.",
        "In what is published, small counts are withheld, and with them counts from which they could be computed.",
        "What the report cannot say, what is to be done next, and which goals have been measured are listed above "
        "in Japanese, as far as the city has written it down.",
    )
    return [*found, *map(Line, closing)]


def _lonely_residents(recall: Recall) -> Line:
    asked = _residents(recall)
    told = f"From a sample survey ({{base}} answers), an estimated {{share}} of residents feel lonely ({_ends(asked)})."
    return Line(told, (asked,))


def _people(recall: Recall) -> Line:
    tables = tuple(recall("01_survey_descriptives", name) for name in ("overview", "response"))
    told = (
        "Local welfare commissioners ({response.n[全体]} answered of {response.base[全体]} asked) know of "
        f"{_KNOWN} people in a state of social withdrawal (hikikomori)."
    )
    return Line(told, tables)


def _contacts(recall: Recall) -> Line:
    totals = recall("02_consultation_seasonality", "totals")
    lost = f" (days without a record, left out: {{{MISSING_DAYS}[県]}})" if _silent(totals) else ""
    return Line(f"A nationwide help line was contacted {{n[県]}} times from the prefecture{lost}.", (totals,))


def _lonely(recall: Recall) -> Line:
    lonely = recall("02_consultation_seasonality", "lonely")
    return Line("Of the {base} contacts with an answer, {share} told of feeling lonely.", (lonely,))


def _campaign(recall: Recall) -> Line:
    effect = _effect(recall)
    whose = "with the local desk" if effect.spec.id == "city_effect" else "from the prefecture"
    code, withheld = _verdict(effect)
    if code not in _VERDICTS:
        return Line("Whether the campaigns brought more contacts cannot be told.")
    days = f" ({' to '.join(effect.spec.subject.days)})" if effect.spec.subject.days else ""
    if withheld:
        more = "more" if "増加" in str(effect.frame["finding"].iloc[0]) else "fewer"
        told = f"Whether the campaigns{days} brought more contacts {whose} is not clear"
        if code == "detected":
            told = f"During the campaigns{days} contacts {whose} were {more} than expected"
        return Line(f"{told}; the figures are withheld.")
    if code == "detected":
        told = (
            f"During the campaigns{days} contacts {whose} were {{estimate}} times the expected contacts "
            f"({_ends(effect)})."
        )
        return Line(told, (effect,))
    told = (
        f"Whether the campaigns{days} brought more contacts {whose} is not clear: there were {{n}}, where {{expected}} "
        f"were expected without them ({{estimate}} times as many; {_ends(effect)})."
    )
    return Line(told, (effect,))


def _ends(table: Published) -> str:
    """The interval of the only row of a table, as a template in English; one kept back has no level to name."""
    bound, high = table.spec.schema["low"], table.frame.iloc[0]["high"]
    level = f"{100 * bound.level:.10g}% " if isinstance(bound, Bound) and bound.level else ""
    ends = "{low} or more" if pd.notna(high) and math.isinf(high) else "{low} to {high}"
    return f"{level}confidence interval: {ends}"
