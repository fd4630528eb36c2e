"""Which rows of a table may be named: those that stand out from the rest by more than chance explains.

The largest of seven estimates is always some row; naming it says more than the intervals hold. What is named here is
told from 1, or from every other row, by the intervals that the same table prints.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ujo_lib.columns import Rate, Share
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.wording import KEPT_BACK, ends_of
from ujo_lib.stats import side_of, standing_out

_LISTED: Final = 5
"""So many neighbours are named one by one."""


def apart(table: Published, label: str, column: str, than: str, what: str, *, unit: str = "") -> str:
    """Say which rows are more and which are fewer than usual; all of these statements hold together.

    Args:
        table: with an interval around the ratio.
        label: column with the names of the rows.
        column: the ratio to the usual, which is 1.
        than: what the usual is, 「平均的な日」 say.
        what: of what there is more or less, with its particle: 「相談が」.
        unit: what follows the names, 「曜日」 say.

    Raises:
        ValueError: the table has no interval around the ratio.
    """
    ends = _interval(table, column)
    if not ends:
        return KEPT_BACK.format(title=table.spec.quoted)
    names = table.frame[label].astype(str).to_numpy()
    ratio, low, high = (table.frame[name].to_numpy(float, na_value=np.nan) for name in (column, *ends))
    bound: Any = table.spec.schema[ends[0]]
    printed = [side_of(1, *both) for both in zip(low, high, strict=True)]
    side = np.where(printed, standing_out(ratio, low, high, bound.level), 0)
    told = [
        f"{words}と言えるのは{'・'.join(_runs(names, side == sign))}{unit}"
        for sign, words in ((1, "多い"), (-1, "少ない"))
        if (side == sign).any()
    ]
    if not told:
        kind = table.spec.schema[label].title
        return f"{what}{than}よりはっきり多い{kind}、少ない{kind}は見られません。"
    return f"{what}{than}より{'、'.join(told)}です。"


def _runs(names: NDArray[np.str_], among: NDArray[np.bool_]) -> Iterator[str]:
    """Names of the rows among them; of a long run of neighbours the first and the last, for nobody reads twenty."""
    for inside, run in groupby(range(len(names)), key=among.__getitem__):
        rows = [*run] if inside else []
        yield from [f"{names[rows[0]]}〜{names[rows[-1]]}"] if len(rows) > _LISTED else names[rows].tolist()


def foremost(
    table: Published, label: str, column: str, told: str, undecided: str, *, low: str | None = None
) -> str:
    """A sentence on the row with the largest value, only if no other may be larger.

    Args:
        table: with an interval around the value.
        label: column with the names of the rows.
        column: the value.
        told: the sentence where every other interval lies below that of the largest.
        undecided: the sentence elsewhere; 「{names}」 stands for the rows that may be the largest, those without an
            interval among them, but for a share or rate of none at all. Fewer than two rows are no comparison, and the
            sentence says so.
        low: the lower end of the interval that is meant, where the value has several.

    Raises:
        ValueError: the table has no interval around the value.
    """
    ends = _interval(table, column, low)
    if not ends:
        return KEPT_BACK.format(title=table.spec.quoted)
    frame, kind = table.frame, table.spec.schema[column]
    if isinstance(kind, Rate | Share) and kind.base in frame:
        frame = frame[frame[kind.base].ne(0)]
    if len(frame) < 2:
        return f"{table.spec.schema[label].title}が二つ以上ないため、比べられません。"
    low_end, high_end = (frame[name].to_numpy(float, na_value=np.nan) for name in ends)
    beaten = high_end < np.max(low_end, where=~np.isnan(low_end), initial=-np.inf)
    maybe = frame.loc[~beaten, label].astype(str)
    if len(maybe) == 1:
        return told
    return undecided.replace("{names}", "、".join(maybe))


def _interval(table: Published, column: str, low: str | None = None) -> tuple[()] | tuple[str, str]:
    """Both ends of the interval, or nothing where the reader does not see all of it."""
    ends = ends_of(table, column, low)
    return () if ends is None or table.hidden[[column, *ends]].to_numpy().any() else ends
