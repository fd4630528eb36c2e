"""The same questions put to others: families, commissioners and agencies beside the residents, never added to them.

Residents were drawn and stand for everybody, so their answers are weighted. The others are whoever answered: their
shares are those of the sheets. A voice that was not asked is named, so that nobody takes its silence for an answer.
"""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from ujo_lib.columns import Base, Count, Dimension, Estimate, Share, interval
from ujo_lib.questionnaire import BLANK, Item, Questionnaire
from ujo_lib.residents.tables import each_answer, left_by, share_of
from ujo_lib.residents.weighting import Sample
from ujo_lib.stats import LEVEL, wilson
from ujo_lib.typed import Typed

RESIDENTS: Final = "市民"
PER: Final = 100_000

_DECADES: Final = {"10歳代まで": 20, "20歳代": 30, "30歳代": 40, "40歳代": 50, "50歳代": 60, "60歳以上": 200}
"""Band of an age → the age at which the next one begins."""


def voices(
    sample: Sample, others: pd.DataFrame, form: Questionnaire, level: float = LEVEL
) -> list[tuple[str, str, Typed]]:
    """Everything that the form `voices` asks, by who answered.

    Args:
        sample: the residents' weighted answers.
        others: one row per sheet, columns of the kind `voices`.
        form: what was asked; single choices and ages are told, an item of the same id on the residents' form with them.
        level: level of the intervals.

    Returns:
        Id, title and table of each item. One row per voice (with the skip rule, where only some were asked) and answer,
        a blank one among them: of few people its number would otherwise follow from other tables. Columns voice, item,
        n, base (asked), share (weighted for residents), low, high; the note names the voices without any answer.
    """
    return [
        (f"voices_{item.id}", item.title, _side_by_side(sample, others, form, item, level))
        for item in told_by_voice(form)
    ]


def told_by_voice(form: Questionnaire) -> list[Item]:
    """The questions of which `voices` makes a table."""
    return [item for item in form.on("voices") if item.kind == "single" or item.unit == "歳"]


def voices_heard(others: pd.DataFrame) -> str:
    """「市民・家族・学校」: the residents and every voice that filled in a sheet, in the order of the declaration."""
    heard = others["voice"].cat.remove_unused_categories().cat.categories
    return "・".join((RESIDENTS, *heard))


def _side_by_side(
    sample: Sample, others: pd.DataFrame, form: Questionnaire, item: Item, level: float
) -> Typed:
    labels = [*(item.labels or _DECADES), BLANK]
    rows: list[dict[str, object]] = []
    asked = list(_asked(sample, others, form, item))
    left = None
    for voice, some, sheets in asked:
        given = _labelled(sheets[item.id], item)
        if voice == RESIDENTS:
            answers = pd.Series(pd.Categorical(given, labels), given.index)
            answers = answers.reindex(sample.answers.index)
            left = left_by(sample, answers, each_answer(answers), level)
        # Those whom a skip rule sends to a question are others than all of that voice.
        who = f"{voice}({form.asked_of(item.id)})" if some else voice
        for label in labels:
            told = _share_of(sample if voice == RESIDENTS else None, given == label, level)
            rows.append({"voice": who, item.id: label, **told})
    heard = {voice for voice, _, _ in asked}
    lacking = [voice for voice in (RESIDENTS, *others["voice"].cat.categories) if voice not in heard]
    missing = f"この問いへの回答がない立場(尋ねていないものを含む): {'、'.join(lacking)}。" if lacking else ""
    of_residents = tuple(
        dict.fromkeys(str(row["voice"]) for row in rows if str(row["voice"]).startswith(RESIDENTS))
    )
    return Typed.of(
        rows,
        {
            "voice": Dimension(heading="立場"),
            item.id: Dimension(heading=item.title),
            "n": Count(unit="人"),
            "base": Base(unit="人", heading="対象の回答者", over=(item.id,), told=of_residents),
            "share": Share(
                heading="割合(市民は重み付き)",
                note="市民のほかの割合は、無作為に選んだ人ではなく、答えた人をそのまま数えたものです。",
            ),
            **interval("share", level),
        },
        note=f"立場どうしの数は足せません。{missing}",
        left=left,
    )


def _share_of(sample: Sample | None, trait: "pd.Series[bool]", level: float) -> dict[str, Any]:
    """Row of a table as `tables.share_of`: of these respondents of a sample, weighted; else of whoever answered."""
    if sample is None:
        n, base = int(trait.sum()), len(trait)
        return {"n": n, "base": base, **wilson(n, base, level).named("share")}
    everybody = sample.answers.index
    whole = trait.reindex(everybody, fill_value=False).to_numpy(float)
    return share_of(sample, whole, level, everybody.isin(trait.index))


def _asked(
    sample: Sample, others: pd.DataFrame, form: Questionnaire, item: Item
) -> Iterator[tuple[str, bool, pd.DataFrame]]:
    """Each voice with an answer to the item, whether only some were to answer it, and the sheets of these."""
    frames = [(RESIDENTS, sample.answers)]
    frames += [(str(voice), sheets) for voice, sheets in others.groupby("voice", observed=True)]
    for voice, sheets in frames:
        if item.id in sheets and sheets[item.id].notna().any():
            rule = item.asked_if
            some = rule is not None and set(form.item(rule.item).columns) <= set(sheets)
            yield voice, some, sheets[form.asked(sheets, item.id)]


def _labelled(column: "pd.Series[object]", item: Item) -> "pd.Series[str]":
    if item.labels:
        return column.astype("string").fillna(BLANK)
    ages = column.astype("Float64").astype(float)
    bands = pd.cut(ages, [-1, *_DECADES.values()], right=False, labels=list(_DECADES))
    return bands.astype("string").fillna(BLANK)


def per_population(
    people: Typed,
    trait: str,
    cases: pd.DataFrame,
    others: pd.DataFrame,
    register: float | None,
    level: float = LEVEL,
) -> Typed:
    """How many persons in the state each voice speaks of, per 100,000 of the register.

    Args:
        people: as `tables.persons`.
        trait: the row of it that is meant.
        cases: one row per person known to the commissioners; without rows they were not asked.
        others: columns of the kind `voices`.
        register: persons of the register; None where it is not known, and the table has no row.
        level: level of the interval in `people`.

    Returns:
        Columns voice, n (persons counted; NA for residents, whose number is an estimate), rate, low, high. No interval
        where persons were counted; the note names the voices of which some left the number blank.
    """
    told = others.dropna(subset=["persons"]) if "persons" in others else others.iloc[:0]
    counted = {
        str(voice): int(sheets["persons"].sum()) for voice, sheets in told.groupby("voice", observed=True)
    }
    blank = others.loc[others["persons"].isna(), "voice"].astype(str).unique() if len(told) else ()
    partly = [voice for voice in counted if voice in blank]
    if len(cases):
        counted["民生委員"] = len(cases)
        partly = [voice for voice in partly if voice != "民生委員"]
    rows = []
    if register:
        row = people.frame[people.frame["trait"] == trait].iloc[0]
        rows.append((RESIDENTS, pd.NA, *(PER * row[name] / register for name in ("estimate", "low", "high"))))
        rows += [(voice, n, PER * n / register, pd.NA, pd.NA) for voice, n in counted.items()]
    more = f"人数を書かなかった回答の分を含まない立場: {'、'.join(partly)}。" if partly else ""
    return Typed.of_rows(
        rows,
        {
            "voice": Dimension(heading="立場"),
            "n": Count(unit="人", heading="把握している人"),
            "rate": Estimate(heading="人口10万人当たり", unit="人"),
            **interval("rate", level),
        },
        note="市民は本人の回答からの推計、ほかは把握している人を数えたものです。機関どうしの重複は除けないため、"
        "立場どうしの数は足せません。人口は、調査の対象になった人です。" + more,
    )
