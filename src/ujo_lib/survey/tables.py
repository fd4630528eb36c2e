"""Frequency tables as Japanese survey readers expect them: 単純集計, 複数回答, クロス集計.

People who did not answer (無回答) and people who were not asked (非該当) are rows of their own. Two shares stand
side by side: of those who answered (`share`, of `base`) and of everybody in 総数 (`share_all`).
Shares are 0–1; what has no value (0 of 0) is NA. Whether an interval belongs beside a share depends on what
the people are:

- "described": all that is known (the 25 cases); no interval, for nothing was sampled.
- "sampled": answers that stand for a process or a large population; Wilson's interval.
- a whole number N: the base is part of a population of N (97 of 139 commissioners); exact hypergeometric.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib import stats
from ujo_lib.survey.questionnaire import NOT_ANSWERED, NOT_ASKED, Questionnaire

Basis = Literal["described", "sampled"] | int

TOTAL = "総数"
"""Label of the row or column of everybody in a table of counts."""
WHOLE = "全体"
"""Label of the row of everybody in a crosstab, as survey reports call it."""
REFERENCE_BASE = 30
"""Shares of a smaller base are marked 参考値 (`reference`)."""

NOT_AN_ANSWER = (TOTAL, WHOLE, NOT_ANSWERED, NOT_ASKED)


@dataclass(frozen=True)
class Answers:
    """Who gave which answer to one item: boolean arrays over the rows of a frame."""

    item: str
    multiple: bool
    labels: tuple[str, ...]
    given: NDArray[np.bool_]
    """rows × labels"""
    asked: NDArray[np.bool_]

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Rows with at least one answer, among those asked."""
        answered: NDArray[np.bool_] = self.given.any(axis=1) & self.asked
        return answered

    def groups(self) -> list[tuple[str, NDArray[np.bool_]]]:
        """Label and members of each answer, then of 無回答 and, where somebody was not asked, of 非該当."""
        found = [(label, self.given[:, i] & self.asked) for i, label in enumerate(self.labels)]
        found.append((NOT_ANSWERED, self.asked & ~self.answered))
        if not self.asked.all():
            found.append((NOT_ASKED, ~self.asked))
        return found


def answers(frame: pd.DataFrame, item: str, asked: "pd.Series[bool] | None" = None) -> Answers:
    """Read one item from a frame.

    Args:
        frame: one row per person; a single answer is a categorical column `item`, multiple answers are
            boolean columns `item_<label>`. A row without any tick has not answered.
        item: item id.
        asked: who was asked; everybody when left out.

    Raises:
        KeyError: no such item in the frame.
        TypeError: the column has no declared categories, so an answer nobody gave would vanish from the
        table.
    """
    everybody = np.ones(len(frame), dtype=bool) if asked is None else asked.to_numpy(dtype=bool)
    if item in frame:
        column = frame[item]
        if not isinstance(column.dtype, pd.CategoricalDtype):
            raise TypeError(f"column {item!r} must be categorical, not {column.dtype}")
        labels = tuple(str(label) for label in column.cat.categories)
        given = column.cat.codes.to_numpy()[:, None] == np.arange(len(labels))
        return Answers(item, False, labels, given, everybody)
    ticks = _tick_columns(frame, item)
    if not ticks:
        raise KeyError(f"回答データに項目「{item}」がありません")
    given = np.column_stack([frame[c].astype("boolean").fillna(False).to_numpy(dtype=bool) for c in ticks])
    return Answers(item, True, tuple(c.removeprefix(f"{item}_") for c in ticks), given, everybody)


def single_answer(
    frame: pd.DataFrame, item: str, *, basis: Basis = "described", asked: "pd.Series[bool] | None" = None
) -> pd.DataFrame:
    """Count a single-answer item (単純集計).

    Args:
        frame: one row per person.
        item: id of a categorical column.
        basis: what the people are; see the head of this module.
        asked: who was asked, when there is a skip rule.

    Returns:
        Rows 総数, each option in order, 無回答 (and 非該当); columns `item`, n, base, share, share_all,
        reference, and low, high unless basis is "described".

    Raises:
        TypeError: the item has multiple answers, or no declared categories.
    """
    read = answers(frame, item, asked)
    if read.multiple:
        raise TypeError(f"{item!r} has multiple answers: use multiple_answer")
    return _counted(read, basis)


def multiple_answer(
    frame: pd.DataFrame, item: str, *, basis: Basis = "described", asked: "pd.Series[bool] | None" = None
) -> pd.DataFrame:
    """Count a multiple-answer item (複数回答): shares of people, which do not add up to 1.

    Args and Returns as for `single_answer`, with boolean columns `item_<label>`; 総数 counts people.

    Raises:
        TypeError: the item is a single answer.
    """
    read = answers(frame, item, asked)
    if not read.multiple:
        raise TypeError(f"{item!r} is a single answer: use single_answer")
    return _counted(read, basis)


def crosstab(
    frame: pd.DataFrame,
    rows: str,
    columns: str,
    *,
    basis: Basis = "described",
    asked: "pd.Series[bool] | None" = None,
) -> pd.DataFrame:
    """Cross two items (クロス集計); either may have single or multiple answers.

    Args:
        frame: one row per person.
        rows: item that splits the people (表側).
        columns: item whose answers are shown (表頭).
        basis: what the people are; see the head of this module.
        asked: who was asked the `columns` item.

    Returns:
        One row per cell, 全体 first; columns `rows`, `columns`, n, base, share, share_all,
        reference, residual (adjusted; NA outside the answers proper and for multiple answers), and low, high
        unless basis is "described". `columns` starts with 総数, the people in the row.
    """
    side, head = answers(frame, rows), answers(frame, columns, asked)
    if rows == columns:
        raise ValueError(f"an item cannot be crossed with itself: {rows!r}")
    everybody = np.ones(len(frame), dtype=bool)
    parts = []
    for label, members in [(WHOLE, everybody), *side.groups()]:
        part = _counted(_restricted(head, members), basis)
        part.insert(0, rows, label)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    table["residual"] = _residuals(table, side, head)
    return table


def themed(
    flags: pd.DataFrame, labels: Mapping[str, str], remainder: str = "どの主題にも当てはまらない"
) -> pd.DataFrame:
    """Make the themes of free answers a multiple-answer item `theme`, so that they are counted like one.

    Args:
        flags: one row per answer that was written, one boolean column per theme id.
        labels: theme id → label.
        remainder: label of the answers that no theme covers; they were written, so they are not 無回答.
    """
    ticks = flags.rename(columns=dict(labels)).assign(**{remainder: ~flags.any(axis=1)})
    return ticks.astype("boolean").add_prefix("theme_")


def numbers(frame: pd.DataFrame, item: str) -> pd.DataFrame:
    """Summarise a numeric item: one row; columns item, n (answered), base_all, mean, median, least, most."""
    values = frame[item].astype("Float64").dropna()
    row = {
        "item": item,
        "n": len(values),
        "base_all": len(frame),
        "mean": values.mean() if len(values) else pd.NA,
        "median": values.median() if len(values) else pd.NA,
        "least": values.min() if len(values) else pd.NA,
        "most": values.max() if len(values) else pd.NA,
    }
    types = {"n": "Int64", "base_all": "Int64"} | dict.fromkeys(
        ["mean", "median", "least", "most"], "Float64"
    )
    return pd.DataFrame([row]).astype(types)


def pyramid(frame: pd.DataFrame, sides: tuple[str, str] = ("男性", "女性")) -> pd.DataFrame:
    """Count people by age and sex for a population pyramid, ages from young to old.

    Args:
        frame: one row per person, columns sex and age_band.
        sides: the two sexes shown; people of another or unknown sex are in the other tables only.

    Returns:
        Rows age × sex in the order of the categories, 無回答 last where there is any; columns age_band, sex, n.
    """
    ages, sexes = answers(frame, "age_band"), dict(answers(frame, "sex").groups())
    rows = [
        (band, side, int((members & sexes[side]).sum()))
        for band, members in ages.groups()
        if band != NOT_ANSWERED or members.any()
        for side in sides
    ]
    return pd.DataFrame(rows, columns=["age_band", "sex", "n"]).astype({"n": "Int64"})


def collapsed(
    frame: pd.DataFrame, item: str, groups: Mapping[str, str], *, basis: Basis = "described"
) -> pd.DataFrame:
    """Count a single-answer item in wider groups, 「5年以上」 say.

    Args:
        frame: one row per person.
        item: id of a categorical column.
        groups: option → its group, which takes the place of its first option; other options stay as they are.
        basis: what the people are; see the head of this module.

    Returns:
        As `single_answer`, with the groups in the place of their options.

    Raises:
        KeyError: an option that the item does not have.
    """
    read = answers(frame, item)
    if unknown := [option for option in groups if option not in read.labels]:
        raise KeyError(
            f"「{item}」に選択肢「{'」「'.join(unknown)}」はありません。ある選択肢: {'、'.join(read.labels)}"
        )
    labels = list(dict.fromkeys(groups.get(label, label) for label in read.labels))
    values = frame[item].astype(object).map(lambda label: groups.get(label, label), na_action="ignore")
    wide = pd.DataFrame({item: values.astype(pd.CategoricalDtype(labels, ordered=True))})
    return single_answer(wide, item, basis=basis)


def group_recode(groups: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Which options each group of `collapsed` adds up."""
    names = dict.fromkeys(groups.values())
    return {name: tuple(option for option, group in groups.items() if group == name) for name in names}


def blanks(frame: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Count the people who left an item blank.

    Args:
        frame: one row per person, everybody of whom was asked.
        titles: item id → name to show.

    Returns:
        One row per item; columns title, n (blank), base (asked).
    """
    rows = [
        {"title": title, "n": int((~answers(frame, item).answered).sum()), "base": len(frame)}
        for item, title in titles.items()
    ]
    return pd.DataFrame(rows, columns=["title", "n", "base"]).astype({"n": "Int64", "base": "Int64"})


def among_answered(table: pd.DataFrame) -> pd.DataFrame:
    """Narrow a table of one item to those who answered it: 総数 is the base, and 無回答 is left to `blanks`.

    In such a table the printed base says nothing that its own total does not say, so whoever hides small counts has
    all that a reader can add and subtract.
    """
    narrowed = table[~table.iloc[:, 0].isin([NOT_ANSWERED, NOT_ASKED])].drop(columns="share_all")
    total = narrowed.iloc[:, 0] == TOTAL
    return narrowed.assign(
        n=narrowed["n"].mask(total, narrowed["base"]),
        share=narrowed["share"].mask(total & (narrowed["base"] > 0), 1.0),
    ).reset_index(drop=True)


def all_items(frame: pd.DataFrame, questionnaire: Questionnaire, form: str) -> pd.DataFrame:
    """Tabulate every choice item of a form in one long table: for a survey that has no page of its own.

    Args:
        frame: decoded answers.
        questionnaire: what was asked.
        form: which form the frame holds.

    Returns:
        Columns item, heading, kind, answer, n, base, share, share_all, reference, in sheet order.
    """
    parts = []
    for item in questionnaire.on(form):
        if item.kind not in ("single", "multiple"):
            continue
        part = _counted(answers(frame, item.id, questionnaire.asked(frame, item.id)), "described")
        part = part.rename(columns={item.id: "answer"})
        part.insert(0, "item", item.id)
        part.insert(1, "heading", item.title)
        part.insert(2, "kind", "複数回答" if item.kind == "multiple" else "単一回答")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _tick_columns(frame: pd.DataFrame, item: str) -> list[str]:
    return [c for c in frame.columns if c.startswith(f"{item}_") and pd.api.types.is_bool_dtype(frame[c])]


def _restricted(read: Answers, members: NDArray[np.bool_]) -> Answers:
    return Answers(read.item, read.multiple, read.labels, read.given[members], read.asked[members])


def _counted(read: Answers, basis: Basis) -> pd.DataFrame:
    everybody, base = len(read.asked), int(read.answered.sum())
    counts = [(TOTAL, everybody), *((label, int(members.sum())) for label, members in read.groups())]
    rows = [_row(label, n, base, everybody) for label, n in counts]
    if basis != "described":
        rows = [row | _limits(row["label"], row["n"], base, basis) for row in rows]
    table = pd.DataFrame(rows).rename(columns={"label": read.item})
    order = [read.item, "n", "base", "share", "low", "high", "share_all", "reference"]
    if basis == "described":
        order = [column for column in order if column not in ("low", "high")]
    types = {c: "Int64" if c in ("n", "base") else "Float64" for c in order[1:-1]}
    return table.reindex(columns=order).astype(types | {"reference": "boolean"})


def _row(label: str, n: int, base: int, everybody: int) -> dict[str, Any]:
    return {
        "label": label,
        "n": n,
        "base": base,
        "share": n / base if base and label not in NOT_AN_ANSWER else pd.NA,
        "share_all": n / everybody if everybody else pd.NA,
        "reference": base < REFERENCE_BASE,
    }


def _limits(label: str, n: int, base: int, basis: Basis) -> dict[str, Any]:
    if base == 0 or label in NOT_AN_ANSWER:
        return {"low": pd.NA, "high": pd.NA}
    if isinstance(basis, int):
        inside = stats.hypergeometric_interval(n, base, basis)
        return {"low": inside.low / basis, "high": inside.high / basis}
    inside = stats.wilson(n, base)
    return {"low": inside.low, "high": inside.high}


def _residuals(table: pd.DataFrame, side: Answers, head: Answers) -> "pd.Series[float]":
    """Adjusted residuals of the people who answered both items, on the rows of the long table."""
    residuals = pd.Series(pd.NA, index=table.index, dtype="Float64")
    if side.multiple or head.multiple:
        return residuals
    counts = side.given.T.astype(int) @ (head.given & head.asked[:, None]).astype(int)
    values = stats.adjusted_residuals(counts)
    for i, row in enumerate(side.labels):
        for j, column in enumerate(head.labels):
            here = (table[side.item] == row) & (table[head.item] == column)
            residuals[here] = pd.NA if np.isnan(values[i, j]) else values[i, j]
    return residuals


def answer_labels(frame: pd.DataFrame, item: str) -> list[str]:
    """Options of an item in order: the rows of its table that are answers, to be drawn as bars."""
    return list(answers(frame, item).labels)


def modal_labels(labels: Sequence[str], n: Sequence[int | None]) -> tuple[str, ...] | None:
    """Return the answers given most often, ties included.

    Args:
        labels: labels of a table of counts; totals, 無回答 and 非該当 are passed over.
        n: counts; None where a count is hidden.

    Returns:
        The labels; () when nobody gave any answer; None when a hidden count might be the largest.
    """
    proper = [(label, x) for label, x in zip(labels, n, strict=True) if label not in NOT_AN_ANSWER]
    counts = [int(x) for _, x in proper if x is not None and not pd.isna(x)]
    if len(counts) < len(proper):
        return None
    most = max(counts, default=0)
    return tuple(label for (label, _), x in zip(proper, counts, strict=True) if x == most) if most else ()
