"""Do two items hang together? Exact tests over a declared family of crosstabs, with Holm's correction.

With 25 people, most crosstabs cannot show anything; the family is declared beforehand in the parameters,
every member is tested and reported, and the correction runs over all of them. Where no table with the same margins
would be significant (Tarone 1990), that nothing was found says nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib import stats
from ujo_lib.columns import Count, Flag, PValue, Text
from ujo_lib.survey.questionnaire import Questionnaire
from ujo_lib.survey.tables import Answers, answers
from ujo_lib.typed import Typed

SIGNIFICANCE = 0.05
_TOO_FEW = "人数が少なく、どのように分かれても関連があるとは言えない"


def association_family(frame: pd.DataFrame, pairs: Sequence[Sequence[str]], form: Questionnaire) -> Typed:
    """Test every pair of items by the Freeman–Halton exact test and correct the p-values by Holm.

    A multiple-answer item enters as one yes/no table per option, each of them a member of the family. People
    who did not answer both items are left out.

    Args:
        frame: one row per person.
        pairs: (rows, columns) item ids.
        form: what was asked, and of whom.

    Returns:
        One row per test; columns rows, columns (with the option of a multiple answer in brackets), n
        (answered both), p_value, p_holm, associated (p_holm < 0.05 as printed), reason (why not tested, or why
        nothing could be found; else ""); the two before it NA where there is a reason.
    """
    tests = [test for pair in pairs for test in _tests(frame, pair, form)]
    table = pd.DataFrame(tests, columns=["rows", "columns", "n", "p_value", "reason"])
    table = table.astype({"n": "Int64", "p_value": "Float64"})
    # The margins alone say which tests can find nothing: they take no part (Tarone 1990).
    able = table["p_value"].where(table["reason"] == "")
    adjusted = stats.holm(able.to_numpy(dtype=float, na_value=np.nan))
    table.insert(4, "p_holm", pd.array(adjusted, dtype="Float64"))
    associated = pd.array(stats.significant(adjusted, SIGNIFICANCE), dtype="boolean")
    table.insert(5, "associated", pd.Series(associated).mask(np.isnan(adjusted)))
    return Typed.of(
        table,
        {
            "rows": Text(heading="項目1"),
            "columns": Text(heading="項目2"),
            "n": Count(unit="人"),
            "p_value": PValue(),
            "p_holm": PValue(adjusted="ホルム法"),
            "associated": Flag(heading="関連"),
            "reason": Text(heading="言えない理由"),
        },
        note="フィッシャー・フリーマン・ハルトンの正確検定によります。",
    )


def family_verdict(family: Typed) -> str:
    """Return the verdict's kind for a report: detected, not_detected or not_estimable."""
    if family.frame["reason"].ne("").all():
        return "not_estimable"
    return "detected" if family.frame["associated"].fillna(False).any() else "not_detected"


def family_sentence(family: Typed) -> str:
    """State how many tests were made, that they were corrected for, and what was found."""
    table = family.frame
    tested, found = int(table["reason"].eq("").sum()), int(table["associated"].fillna(False).sum())
    if not tested:
        return "検定できる組み合わせはありませんでした。"
    rest = len(table) - tested
    also = f"ほかの{rest}組は、人数か回答の分かれ方のため検定できません。" if rest else ""
    told, then, still = f"{tested}組を検定しました。{also}", "", ""
    if tested > 1:
        told = f"{tested}組を検定し、検定を繰り返した影響はホルム法で補正しました。{also}"
        then, still = "補正後に", "補正後も"
    if not found:
        return f"{told}{then}関連があると言える組はありません(関連がないことの証拠ではありません)。"
    return f"{told}{still}関連があると言えるのは{found}組です。"


def _tests(frame: pd.DataFrame, pair: Sequence[str], form: Questionnaire) -> list[Mapping[str, Any]]:
    side, head = (answers(frame, item, form.asked(frame, item)) for item in pair)
    both = side.answered & head.answered
    return [
        {"rows": row, "columns": column, "n": int(both.sum())}
        | _p_value(a[both].T.astype(int) @ b[both].astype(int))
        for row, a in _classifications(side, form.titles[side.item])
        for column, b in _classifications(head, form.titles[head.item])
    ]


def _classifications(read: Answers, title: str) -> list[tuple[str, NDArray[np.bool_]]]:
    """One classification of the people for a single answer, one yes/no per option for multiple answers."""
    if not read.multiple:
        return [(title, read.given)]
    return [
        (f"{title}({label})", np.column_stack([read.given[:, i], ~read.given[:, i]]))
        for i, label in enumerate(read.labels)
    ]


def _p_value(counts: NDArray[np.int_]) -> dict[str, Any]:
    filled = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if not filled.size:
        return {"p_value": pd.NA, "reason": "両方の項目に回答のあった人がいない"}
    if min(filled.shape) < 2:
        return {"p_value": pd.NA, "reason": "回答が一つの区分に集まり、比べる相手がない"}
    try:
        p = stats.fisher_freeman_halton(filled)
        # Where this table is significant, one of these margins is.
        least = (
            stats.fisher_freeman_halton(filled, extreme=True) if not stats.significant(p, SIGNIFICANCE) else p
        )
    except stats.TableTooLargeError:
        return {"p_value": pd.NA, "reason": "表が大きく、正確な検定を計算していない"}
    return {"p_value": p, "reason": "" if stats.significant(least, SIGNIFICANCE) else _TOO_FEW}
