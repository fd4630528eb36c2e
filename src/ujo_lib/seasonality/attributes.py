"""Who writes about what: occupation by topic, feelings on valid answers beside the nation, where people were
led.

Shares are of valid answers; how many gave none is printed beside them. Intervals and tests take the client,
not the contact, as the independent unit where ids exist. The service's own answer scale is never merged with
another survey's.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats as scipy_stats

from ujo_lib.columns import (
    DIMENSIONS,
    MARKS,
    Base,
    Column,
    Difference,
    Dimension,
    Mark,
    PValue,
    Residual,
    Share,
    Text,
    interval,
)
from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period
from ujo_lib.questionnaire import NOT_ANSWERED
from ujo_lib.seasonality.clustering import ClusteredShare, answers_effect, share
from ujo_lib.seasonality.counts import CONTACTS
from ujo_lib.seasonality.verdicts import ALPHA
from ujo_lib.stats import LEVEL, Interval, difference_of_estimates, holm, significant, wilson
from ujo_lib.typed import ANSWERED, Typed
from ujo_lib.variance import Array, client_codes, clustered_covariance, effective_df, small_sample

_RESIDUAL: Final = (
    "「相談者でまとめた標準化残差」は、行と列が無関係な場合からの離れ具合を、"
    "同じ人のくり返しの相談をまとめ、相談の多い人が少数なら広げた標準誤差で割ったものです。"
    "p値は、すべての欄をまとめてホルム法で補正しました。"
)
_MARK: Final = (
    "「全体との違い」の＋は全体よりはっきり多い組、－は少ない組、・はどちらとも言えない組です(ホルム法、5%)。"
)
_CELLS: Final = ("n", "base", "share", "low", "high")
"""Columns of `ClusteredShare.cells`."""
_REAL: Final = dict.fromkeys(("share", "low", "high"), float)
"""Without any valid answer such a column holds nothing, and would be one of objects."""


def national_answers(attributes: pd.DataFrame, variable: str, period: Period) -> pd.DataFrame | None:
    """National counts of one question over a period: value and n, or None when the source does not fill the period.

    Only slices of the source that lie wholly in the period are added up, so that nothing outside is counted. Rows of a
    part of the nation are no more of it, and where a count is hidden or unknown there are no shares.

    Args:
        attributes: frame with variable, value, n, where the source has more than the nation scope, and, when it comes
            in slices, period_start and period_end.
        variable: the question.
        period: the days of the page.
    """
    rows = attributes.loc[attributes["variable"] == variable]
    if "scope" in rows:
        rows = rows.loc[rows["scope"].eq("全国").fillna(value=False).astype(bool)]
    if "period_start" in rows:
        start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
        rows = rows.loc[(rows["period_start"] >= start) & (rows["period_end"] <= end)]
        slices = rows[["period_start", "period_end"]].drop_duplicates()
        days = int(((slices["period_end"] - slices["period_start"]).dt.days + 1).sum())
        if days != period.days:
            return None
    if rows.empty or rows["n"].isna().any():
        return None
    return rows.groupby("value", observed=True, sort=False)["n"].sum().reset_index()


def distribution(
    records: pd.DataFrame,
    column: str,
    national: pd.DataFrame | None = None,
    level: float = LEVEL,
) -> Typed:
    """Answers to one question as shares of the valid ones.

    Args:
        records: one row per contact.
        column: the question; an ordered categorical keeps the order of its answers.
        national: frame `value`, `n` of the same question in the nation, or None.
        level: confidence level.

    Returns:
        One row per answer: column, n, base (valid answers), share (of them), low, high, and with national figures
        reference (the national share of valid answers). The last two rows, 無回答 and 総数, have no shares.
    """
    valid = _valid(records, column)
    clients = client_codes(valid)
    answers = answers_in(records[column])
    least = answers_effect(valid[column], clients)
    rows: list[tuple[object, ...]] = [
        (answer, *share((valid[column] == answer).to_numpy(), clients, level, least).cells)
        for answer in answers
    ]
    no_share = [None] * len(_CELLS[1:])
    rows += [(NOT_ANSWERED, len(records) - len(valid), *no_share), ("総数", len(records), *no_share)]
    frame = pd.DataFrame(rows, columns=[column, *_CELLS]).astype({**_REAL, "base": "Int64"})
    order = [*answers, NOT_ANSWERED, "総数"]
    frame[column] = pd.Categorical(frame[column], order, ordered=True)
    columns: dict[str, Column] = {
        column: Dimension(variable=column),
        "n": CONTACTS,
        "base": Base(heading="回答のあった件数", unit="件", over=(column,)),
        "share": Share(of="回答のあった相談", n="n", base="base"),
        **interval("share", level),
    }
    if national is not None:
        frame["reference"] = np.nan
        counts = national.loc[national["value"] != NOT_ANSWERED].groupby("value", observed=True)["n"].sum()
        frame.loc[: len(answers) - 1, "reference"] = (counts.reindex(answers) / counts.sum()).to_numpy(
            dtype=float
        )
        columns["reference"] = Share(heading="全国の割合", free=True)
    return Typed.of(frame, columns)


def beside_nation(answers: Typed, column: str) -> Typed:
    """Shares of valid answers of the place, and of the nation where they are known, one below the other.

    Args:
        answers: as `distribution`.
        column: the question.

    Returns:
        Columns who (県内 or 全国), column, n, base (of the place only), share: for a band of 100 % each.
    """
    valid = answers.frame[answers.frame["base"].notna()]
    parts = [valid.assign(who="県内")]
    if "reference" in valid:
        parts.append(valid[[column]].assign(who="全国", share=valid["reference"]))
    columns = {"who": Text(heading="相談した人の住む所", free=True)} | {
        name: answers.schema[name] for name in (column, "n", "base", "share")
    }
    frame = pd.concat(parts, ignore_index=True).astype({"n": "Int64", "base": "Int64"})
    note = "対象地域と集計対象は「県内」の行のものです。" if len(parts) > 1 else ""
    return Typed.of(frame[list(columns)], columns, where=answers.schema.where, note=note)


def combined(
    records: pd.DataFrame,
    column: str,
    labels: Sequence[str],
    national: pd.DataFrame | None = None,
    level: float = LEVEL,
) -> Typed:
    """Share of valid answers that are any of `labels`, beside the nation.

    Args:
        records: one row per contact.
        column: the question.
        labels: the answers added up, such as 常に and 時々.
        national: frame `value`, `n` of the same question in the nation, or None.
        level: confidence level.

    Returns:
        One row: answers, n, base (valid), share, low, high; reference (the nation's share),
        base_reference, difference (share − reference) and its interval difference_low, difference_high (Newcombe
        1998, method 10, with the clients' design effect). Without national figures these five are NA.

    Raises:
        InputError: a label that is no answer of this question.
    """
    _check(labels, records, column)
    valid = _valid(records, column)
    clients = client_codes(valid)
    least = answers_effect(valid[column], clients)
    one = share(valid[column].isin(list(labels)).to_numpy(), clients, level, least)
    frame = pd.DataFrame([(_together(labels), *one.cells)], columns=["answers", *_CELLS]).astype(_REAL)
    beside = pd.DataFrame([_beside(one, labels, national, level)], columns=_BESIDE, dtype=float)
    columns = {
        "answers": _any_of(column, labels, answers_in(records[column])),
        "n": CONTACTS,
        "base": Base(heading="回答のあった件数", unit="件", over=("answers",)),
        "share": Share(of="回答のあった相談", n="n", base="base"),
        **interval("share", level),
        "base_reference": replace(CONTACTS, heading="全国の回答", members=False),
        "reference": Share(heading="全国の割合", free=True),
        "difference": Difference(to="全国", n="share", base="reference", like="share", unit="ポイント"),
        **interval("difference", level, low="difference_low", high="difference_high"),
    }
    return Typed.of(pd.concat([frame, beside], axis=1), columns, where={column: (ANSWERED,)})


def shares_by(
    records: pd.DataFrame,
    by: str,
    column: str,
    labels: Sequence[str],
    level: float = LEVEL,
) -> Typed:
    """Share of valid answers that are any of `labels`, for each category of another attribute and for all.

    Returns:
        One row per category of `by`, 全体 first: by, answers (the labels), n, base (valid), share, low, high. With the
        answers as a dimension the base is a cell that the disclosure plan knows: all contacts of a category may be few
        where none of them has the answer. Without `labels` nobody knows who has it: n, share and limits are NA.

    Raises:
        InputError: as `combined`.
    """
    _check(labels, records, column)
    valid = _valid(records, column)
    clients = client_codes(valid)
    trait = valid[column].isin(list(labels)).to_numpy()
    categories = answers_in(records[by])
    groups = [(label, (valid[by] == label).to_numpy()) for label in categories]
    rows = []
    for label, member in [("全体", np.ones(len(valid), dtype=bool)), *groups]:
        least = answers_effect(valid[column][member], clients[member])
        cells = share(trait[member], clients[member], level, least).cells
        rows.append((label, _together(labels), *(cells if labels else (None, cells[1], None, None, None))))
    frame = pd.DataFrame(rows, columns=[by, "answers", *_CELLS]).astype(_REAL | {"n": "Int64"})
    frame[by] = pd.Categorical(frame[by], ["全体", *categories], ordered=True)
    columns = {
        by: Dimension(variable=by),
        "answers": _any_of(column, labels, answers_in(records[column])),
        "n": CONTACTS,
        "base": Base(heading="記録のある件数", unit="件", over=("answers",)),
        "share": Share(of="記録のある相談", n="n", base="base"),
        **interval("share", level),
    }
    return Typed.of(frame, columns, where={column: (ANSWERED,)})


def crosstab(
    records: pd.DataFrame,
    row: str,
    column: str,
    level: float = LEVEL,
) -> Typed:
    """Two questions against each other, with the cells that stand out.

    The residual of a cell is its excess over independence, divided by the larger of two standard errors: the
    observed one, with clients as clusters, and that under independence, or by what one client alone makes of the excess
    where that is more; few clients widen it as Student's t would. It is named for what it is: Haberman's
    (1973) adjusted residual has the second alone, and so lies further from 0 where the first is larger, even with
    one contact a client. p-values are adjusted over all cells by Holm's method.

    Args:
        records: one row per contact.
        row: the question whose categories are the bases.
        column: the other question.
        level: confidence level.

    Returns:
        One row per cell: row, column, n, base, share (of the base), low, high, reference (share of all valid
            contacts),
        residual, p_value, p_holm, mark (＋ or － where p_holm is below `ALPHA`).
    """
    valid = _valid(_valid(records, row), column)
    clients = client_codes(valid)
    in_row, in_column = valid[row].astype(object).to_numpy(), valid[column].astype(object).to_numpy()
    rows, columns = answers_in(records[row]), answers_in(records[column])
    marked_at = 1 - ALPHA / max(len(rows) * len(columns), 1)
    cells = []
    for r in rows:
        member = in_row == r
        least = answers_effect(valid[column][member], clients[member])
        for c in columns:
            trait = in_column == c
            of_row = share(trait[member], clients[member], level, least).cells
            overall = float(trait.mean()) if len(valid) else None
            cells.append((r, c, *of_row, overall, _residual(member, trait, clients, marked_at)))
    names = [row, column, *_CELLS, "reference", "residual"]
    frame = pd.DataFrame(cells, columns=names).astype({**_REAL, "reference": float, "residual": float})
    frame[row] = pd.Categorical(frame[row], rows, ordered=True)
    frame[column] = pd.Categorical(frame[column], columns, ordered=True)
    frame["p_value"] = 2 * scipy_stats.norm.sf(frame["residual"].abs())
    frame["p_holm"] = holm(frame["p_value"])
    above, below, untold = MARKS
    clear = significant(frame["p_holm"], ALPHA)
    frame["mark"] = np.where(clear, np.where(frame["residual"] > 0, above, below), untold)
    one_row = f"その{DIMENSIONS.get(row, row)}"
    schema = {
        row: Dimension(variable=row),
        column: Dimension(variable=column),
        "n": CONTACTS,
        "base": Base(heading=f"{one_row}の、両方に答えのあった件数", unit="件", over=(column,)),
        "share": Share(of=f"{one_row}の答え", n="n", base="base"),
        **interval("share", level),
        "reference": Share(heading="全体の割合"),
        "residual": Residual(heading="相談者でまとめた標準化残差", note=_RESIDUAL),
        "p_value": PValue(),
        "p_holm": PValue(adjusted="ホルム法"),
        "mark": Mark(n="n", base="base", residual="residual", level=ALPHA, note=_MARK),
    }
    return Typed.of(frame, schema)


def standing_out(cells: pd.DataFrame) -> list[str]:
    """The columns of `crosstab`, as published, in which some row stands above independence; all if none does."""
    column = cells.columns[1]
    found = set(cells.loc[cells["mark"] == MARKS[0], column])
    labels = list(dict.fromkeys(cells[column]))
    return [label for label in labels if label in found] or labels


def _any_of(column: str, labels: Sequence[str], valid: Sequence[str]) -> Dimension:
    """The column of the one category that several answers make together; who answered gave one of the valid ones."""
    groups = {_together(labels): tuple(labels), ANSWERED: tuple(valid)}
    return Dimension(heading="まとめた回答", variable=column, groups=groups)


def _check(labels: Sequence[str], records: pd.DataFrame, column: str) -> None:
    known = answers_in(records[column])
    if unknown := [label for label in labels if label not in known]:
        raise InputError(
            f"「{column}」に次の回答はありません: {'、'.join(unknown)}(あるのは {'、'.join(sorted(known))})"
        )


def _together(labels: Sequence[str]) -> str:
    return "・".join(labels)


_BESIDE = ["base_reference", "reference", "difference", "difference_low", "difference_high"]


def _beside(
    one: ClusteredShare,
    labels: Sequence[str],
    national: pd.DataFrame | None,
    level: float,
) -> tuple[float | None, ...]:
    """National base and share, and the difference with its interval."""
    if national is None:
        return (None,) * len(_BESIDE)
    rows = national.loc[national["value"] != NOT_ANSWERED]
    base = int(rows["n"].sum())
    nation = wilson(int(rows.loc[rows["value"].isin(list(labels)), "n"].sum()), base, level)
    if one.estimate is None or one.low is None or one.high is None or nation.estimate is None:
        return base, nation.estimate, None, None, None
    found = difference_of_estimates(Interval(one.estimate, one.low, one.high), nation)
    return base, nation.estimate, found.estimate, found.low, found.high


def _residual(member: Array, trait: Array, clients: Array, marked_at: float) -> float | None:
    """Excess by its standard error, so widened for few who come back that the normal quantile is Student's t."""
    if member.all() or trait.all() or not member.any() or not trait.any():
        return None
    influence = (member - member.mean()) * (trait - trait.mean())
    excess, independent = influence.sum(), len(member) * np.var(member) * np.var(trait)
    spread = clustered_covariance((influence - influence.mean())[:, None], clients)[0, 0]
    # One client with half of all contacts draws the means and seems to lie near them: their absence tells what they do.
    n, rows, columns, both = (
        np.bincount(clients, weights=part) for part in (np.ones(len(member)), member, trait, member & trait)
    )
    left = np.maximum(len(member) - n, 1)
    without = (sum(both) - both - (sum(rows) - rows) * (sum(columns) - columns) / left) / left * len(member)
    alone = np.where(n > 1, excess - without, 0.0) ** 2
    effect = max(spread, alone.max()) / independent
    # How alike the contacts of one person are cannot be seen of a few such people: as alike as can be.
    df = effective_df(clients, np.array(np.inf)) if n.max() > 1 else np.inf
    return float(excess / np.sqrt(independent * small_sample(effect, df, marked_at)))


def _valid(records: pd.DataFrame, column: str) -> pd.DataFrame:
    return records.loc[records[column].notna() & (records[column] != NOT_ANSWERED)]


def answers_in(values: pd.Series) -> list[str]:
    """Answers in their order: that of the categorical, else of first appearance; unused ones of it stay."""
    labels = (
        values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values.dropna().unique()
    )
    return [str(label) for label in labels if label != NOT_ANSWERED]
