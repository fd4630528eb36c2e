"""The cross table of the house: who is in which row and who gave which answer, counted and held against independence.

Rooms add what is theirs (a row of everybody, people without an answer, intervals that know of clients) with `change`
and new columns; the counting and the residual are here, once.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import Base, Count, Dimension, Estimate, Residual, Share
from ujo_lib.stats import adjusted_residuals
from ujo_lib.typed import Typed


def crosstab(rows: pd.Series | pd.DataFrame, columns: pd.Series | pd.DataFrame, unit: str) -> Typed:
    """Cross two questions about the same members.

    With several answers to a question every cell stands for a table of two by two, in the row or not by answer given
    or not: its base and its residual count members, not answers.

    Args:
        rows: a categorical series named after the question, whose categories become the rows; or, where a member can
            be in several, a boolean frame, one column per row, whose `columns.name` is the question.
        columns: the answers that are shown, in the same form and on the same index.
        unit: what the members are (件, 人).

    Returns:
        One row per cell, in the order of the categories: the two questions (ordered categoricals), n, base (members of
        the row), share (n of base; NaN over zero), expected (n if the questions had nothing to do with each other),
        residual (`stats.adjusted_residuals`). Members with a missing value in either question are left out.

    Raises:
        ValueError: the two are the same question, or not about the same members.

    Example:
        >>> sex = pd.Series(pd.Categorical(["m", "m", "f"]), name="sex")
        >>> topic = pd.Series(pd.Categorical(["a", "b", "b"]), name="topic")
        >>> crosstab(sex, topic, "件").frame[["sex", "topic", "n", "base"]].values.tolist()
        [['f', 'a', 0, 1], ['f', 'b', 1, 1], ['m', 'a', 1, 2], ['m', 'b', 1, 2]]
    """
    if not rows.index.equals(columns.index):
        raise ValueError(
            "クロス集計の表側と表頭が、同じ人や件についてのものではありません(行の番号が違います)。"
        )
    (row, row_labels, in_row, row_known), (column, labels, given, known) = _read(rows), _read(columns)
    if row == column:
        raise ValueError(f"「{row}」を「{row}」自身とクロス集計することはできません。別の質問を選びます。")
    kept = row_known & known
    in_row, given = in_row[kept].astype(np.int64), given[kept].astype(np.int64)
    counts, members, answers = in_row.T @ given, in_row.sum(axis=0), given.sum(axis=0)
    n, base = counts.ravel(), members.repeat(len(labels))
    frame = pd.DataFrame(
        {
            row: pd.Categorical(np.repeat(row_labels, len(labels)), row_labels, ordered=True),
            column: pd.Categorical(np.tile(labels, len(row_labels)), labels, ordered=True),
            "n": n,
            "base": base,
            "share": np.divide(n, base, out=np.full(len(n), np.nan), where=base > 0),
            "expected": np.outer(members, answers).ravel() / max(int(kept.sum()), 1),
            "residual": adjusted_residuals(counts, (members, answers, int(kept.sum()))).ravel(),
        }
    )
    return Typed.of(
        frame,
        {
            row: Dimension(multiple=isinstance(rows, pd.DataFrame)),
            column: Dimension(multiple=isinstance(columns, pd.DataFrame)),
            "n": Count(unit=unit),
            "base": Base(unit=unit, over=(column,)),
            "share": Share(n="n", base="base"),
            "expected": Estimate(unit=unit, heading="無関係な場合に見込まれる数"),
            "residual": Residual(),
        },
    )


def _read(
    side: pd.Series | pd.DataFrame,
) -> tuple[str, list[str], NDArray[np.bool_], NDArray[np.bool_]]:
    """Name and labels of a question, which members gave which answer (members × labels), and who gave any."""
    known = side.notna().to_numpy()
    if isinstance(side, pd.DataFrame):
        given = side.astype("boolean").fillna(False).to_numpy(dtype=bool)
        return str(side.columns.name), list(map(str, side.columns)), given, known.all(axis=1)
    labels = list(map(str, side.cat.categories))
    given = side.cat.codes.to_numpy()[:, None] == np.arange(len(labels))
    return str(side.name), labels, given, known
