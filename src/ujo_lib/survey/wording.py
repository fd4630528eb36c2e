"""What may be said about waves, totals and modes: a verdict decides the phrase, never the other way round.

Each function takes computed values and returns Japanese sentences without their numbers filled in where a
number may be hidden from some readers: `{…}` is filled by the report from published tables.
"""

from collections.abc import Sequence

import pandas as pd

from ujo_lib.survey.waves import Change

_CHANGE = {
    "decreased": "{earlier}より減少しました",
    "increased": "{earlier}より増加しました",
    "no_clear_decrease": "{earlier}より少ないものの、減少したとは言い切れません",
    "no_clear_increase": "{earlier}より多いものの、増加したとは言い切れません",
    "equal": "{earlier}と同じ値ですが、増減がないとは言い切れません",
    "none": "{earlier}と同じく0人で、増減は判断できません",
    "not_comparable": "{earlier}の人数とは比べられません",
}

_BARE_COUNTS = {
    "decreased": "{earlier}より少なく、次の仮定のもとでは偶然の差とは考えにくい値です",
    "increased": "{earlier}より多く、次の仮定のもとでは偶然の差とは考えにくい値です",
}
"""Without denominators the assumption carries the verdict, so the sentence does not say that anything changed."""

_COMPARED = {"rate": "回答した民生委員1人あたりの人数", "count": "人数", "none": "人数"}
"""More people may have been reported by each of fewer commissioners, so the verdict is said of what was compared."""

_ASSUMPTION = {
    "rate": "",
    "count": "{unknown}の回答者数が分からないため、調査の手厚さも、委員ごとの人数のばらつきも今回と同じと仮定し、"
    "人数そのものを比べた目安です。",
    "none": "どちらかの人数が不明か、回答者が一人もいないか、調査の方法が違うため、比は計算していません。",
}


def change_sentence(change: Change) -> str:
    """The verdict on two waves, with the assumption it rests on."""
    if change.code == "first":
        return "比べる過去の調査はありません。"
    names = {"earlier": change.earlier, "later": change.later, "unknown": "と".join(change.unknown)}
    phrases = _CHANGE | _BARE_COUNTS if change.basis == "count" else _CHANGE
    verdict = phrases[change.code].format(**names)
    return (
        f"{change.later}の{_COMPARED[change.basis]}は{verdict}。{_ASSUMPTION[change.basis].format(**names)}"
    )


def change_finding(change: Change) -> str:
    """`change_sentence`, and the ratio where there is one, from the row of the two waves in the table of changes."""
    ratio = f"{_COMPARED[change.basis]}の比は{{estimate}}({{estimate|ci}})です。" if change.ratio else ""
    return change_sentence(change) + ratio


def change_verdict(change: Change) -> str:
    """Return the verdict's kind for a report: detected, not_detected, not_estimable or note.

    A difference between bare counts is never "detected": it rests on an assumption about the effort.
    """
    if change.ratio is None:
        return "not_estimable"
    if change.code not in ("decreased", "increased"):
        return "not_detected"
    return "detected" if change.basis == "rate" else "note"


def mode_sentence(labels: Sequence[str] | None, what: str) -> str:
    """Which answer is most frequent, with ties; says so when a hidden count keeps it open.

    Args:
        labels: what `tables.modal_labels` returned.
        what: what the answers are about, 「年代」 say.
    """
    if labels is None:
        return f"{what}のうち最も多い区分は、伏せた数があるため示せません。"
    if not labels:
        return f"{what}の回答はありませんでした。"
    if len(labels) == 1:
        return f"{what}では{labels[0]}が最も多くなっています。"
    return f"{what}では{'と'.join(labels)}が同数で最も多くなっています。"


def total_sentence(total: pd.DataFrame) -> str:
    """What the city total says, as a template over its first row; nothing is estimated where everybody answered.

    Args:
        total: what `city_total.city_total` returned, as its readers may see it.
    """
    simple = total.iloc[0]
    row = f"[{simple['method']}]"
    if pd.isna(simple["responded"]):  # kept back, and so is the sentence
        return f"{{estimate{row}}}。"
    if pd.isna(simple["estimate"]):
        return "回答した委員がいないため、推計できません。"
    if simple["responded"] == simple["base"]:
        return f"調査した委員の全員が回答したので、推計はしません。把握された人数は{{n{row}}}人です。"
    if not pd.isna(simple["low"]):
        return (
            f"全員が回答していれば{{estimate{row}}}人程度({{estimate{row}|ci}})が把握されていたと推計されます。"
            "回答しなかった委員も、回答した委員と同じように把握していると仮定した場合の推計です。"
        )
    if simple["n"] == 0:
        return (
            "報告された人がいないため、幅は計算できません。該当者を把握している委員の数の上限を別に示します。"
        )
    return "回答が少ないか、委員の間に差がないため、推計の幅は計算できません。"
