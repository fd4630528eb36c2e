"""What the themes show: shares, crosstabs, filters, overlaps, a map, change over time.

Every function takes boolean theme columns (a text can have several themes, so shares add up to more than 100 %) and
gives a tidy table. Themes appear under their labels, as ordered categoricals in the order of the codebook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ujo_lib import stats
from ujo_lib.fiscal import Period

WHOLE = "全体"
"""Label of the row of all texts."""
REFERENCE_BASE = 30
"""Shares of a smaller base are marked 参考値 (`reference`)."""
NOT_ANSWERED = "無回答"
_SIGNIFICANT = 0.05

Labels = Mapping[str, str]


def theme_shares(tags: pd.DataFrame, labels: Labels, by: pd.Series | None = None) -> pd.DataFrame:
    """Count the texts with each theme, over all texts and, if asked, within each group.

    Args:
        tags: one boolean column per theme id.
        labels: theme id → label; themes not named are left out.
        by: categorical attribute on the same index; not answered is a group of its own.

    Returns:
        `theme`, [the attribute,] `n`, `base`, `share`, `low`, `high` (Wilson 95 %), `reference` (base below 30).
    """
    groups = [(WHOLE, np.ones(len(tags), np.bool_))] if by is None else _groups(by, whole=True)
    rows = [
        (labels[theme], group, int(tags.loc[members, theme].sum()), int(members.sum()))
        for theme in labels
        for group, members in groups
    ]
    name = "group" if by is None else str(by.name)
    table = pd.DataFrame(rows, columns=["theme", name, "n", "base"])
    table = _with_intervals(
        _ordered(table, {"theme": list(labels.values()), name: [group for group, _ in groups]})
    )
    return table.drop(columns="group") if by is None else table


def theme_crosstab(tags: pd.DataFrame, by: pd.Series, labels: Labels) -> pd.DataFrame:
    """Compare groups theme by theme: which group speaks of a theme more often than the others?

    Each cell is the 2×2 table of theme (has, has not) by group (this, any other). The p-value is that of the adjusted
    residual (Haberman 1973), corrected over all cells by Holm (1979). Texts without the attribute are left out.

    Returns:
        `theme`, the attribute, `n`, `base`, `share`, `low`, `high`, `reference`, `residual`, `p_value`, `p_holm`.
    """
    known = by.notna().to_numpy()
    groups = [(label, members[known]) for label, members in _groups(by, whole=False) if label != NOT_ANSWERED]
    kept = tags[known]
    rows = []
    for theme, label in labels.items():
        has = kept[theme].to_numpy(bool)
        table = [[int((has & members).sum()), int((~has & members).sum())] for _, members in groups]
        residuals = stats.adjusted_residuals(table)[:, 0]
        rows += [
            (label, group, counts[0], sum(counts), residual)
            for (group, _), counts, residual in zip(groups, table, residuals, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=["theme", str(by.name), "n", "base", "residual"])
    frame = _with_intervals(
        _ordered(frame, {"theme": list(labels.values()), str(by.name): [g for g, _ in groups]})
    )
    frame["p_value"] = 2 * norm.sf(frame["residual"].abs())
    frame["p_holm"] = stats.holm(frame["p_value"])
    return frame


def within(
    frame: pd.DataFrame, period: Period, where: Mapping[str, Sequence[str]], day: str = "received_at"
) -> pd.DataFrame:
    """Rows of a period whose columns hold one of the accepted values.

    Args:
        frame: one row per text.
        period: days, both ends included.
        where: column → accepted values.
        day: column with the time.
    """
    days = frame[day].dt.date
    kept = (days >= period.start) & (days <= period.end)
    for column, values in where.items():
        kept &= frame[column].isin(values)
    return frame[kept].reset_index(drop=True)


def filter_chain(frame: pd.DataFrame, where: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Narrow a frame step by step and count what is left.

    Args:
        frame: one row per text.
        where: column → accepted values, in the order of the steps.

    Returns:
        One row for all rows and one per step: `step` (values joined by ・), the columns of `where` (全体 where the step
        does not restrict them), `n`, `share_all` (of all rows).
    """
    kept = pd.Series(data=True, index=frame.index)
    state = dict.fromkeys(where, WHOLE)
    rows = [(WHOLE, *state.values(), len(frame))]
    for column, values in where.items():
        kept &= frame[column].isin(values)
        state[column] = "・".join(values)
        rows.append((state[column], *state.values(), int(kept.sum())))
    table = pd.DataFrame(rows, columns=["step", *where, "n"])
    table["share_all"] = _share(table["n"], pd.Series(len(frame), index=table.index))
    return table


def last_step(where: Mapping[str, Sequence[str]]) -> str:
    """The row of `filter_chain` that is left in the end, as "column=label"."""
    column, values = list(where.items())[-1]
    return f"{column}={'・'.join(values)}"


def joined_values(where: Mapping[str, Sequence[str]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Column → {label of a step of `filter_chain`: the values it stands for}."""
    return {column: {"・".join(values): tuple(values)} for column, values in where.items()}


def chosen(frame: pd.DataFrame, where: Mapping[str, Sequence[str]]) -> "pd.Series[bool]":
    """Rows that pass every step of `filter_chain`."""
    kept = pd.Series(data=True, index=frame.index)
    for column, values in where.items():
        kept &= frame[column].isin(values)
    return kept


def bare_share(tags: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Count the texts without any of the themes: one row `n`, `base`, `share`, `low`, `high`, `reference`."""
    bare = ~tags[list(labels)].any(axis=1)
    return _with_intervals(pd.DataFrame({"n": [int(bare.sum())], "base": [len(tags)]}))


def most_frequent(tags: pd.DataFrame, labels: Labels, top: int) -> dict[str, str]:
    """Ids and labels of the most frequent themes, in the order of the codebook."""
    totals = tags[list(labels)].sum().sort_values(ascending=False, kind="stable")
    kept = set(totals.index[:top])
    return {theme: label for theme, label in labels.items() if theme in kept}


def overlaps(tags: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Count texts with both themes of every ordered pair.

    Returns:
        `theme`, `with_theme`, `n` (both), `base` (texts with `theme`), `share` (of those, how many also have
        `with_theme`), `reference`. A theme with itself is left out.
    """
    matrix = tags[list(labels)].to_numpy(np.int64)
    both = matrix.T @ matrix
    names = list(labels.values())
    rows = [
        (names[a], names[b], int(both[a, b]), int(both[a, a]))
        for a in range(len(names))
        for b in range(len(names))
        if a != b
    ]
    table = pd.DataFrame(rows, columns=["theme", "with_theme", "n", "base"])
    table["share"] = _share(table["n"], table["base"])
    table["reference"] = table["base"] < REFERENCE_BASE
    return _ordered(table, {"theme": names, "with_theme": names})


def combinations_of(tags: pd.DataFrame, labels: Labels, top: int) -> pd.DataFrame:
    """List the most frequent exact combinations of themes (what an UpSet plot shows).

    Returns:
        `combination` (labels joined by ＋, なし for none), `size`, `n`, `base`, `share`; ties in codebook order.
    """
    ids = list(labels)
    bits = tags[ids].to_numpy(np.int64) @ (1 << np.arange(len(ids), dtype=np.int64))
    values, counts = np.unique(bits, return_counts=True)
    rows = []
    for value, n in sorted(zip(values, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))[:top]:
        chosen = [labels[theme] for place, theme in enumerate(ids) if value >> place & 1]
        rows.append(("＋".join(chosen) or "なし", len(chosen), int(n), len(tags)))
    table = pd.DataFrame(rows, columns=["combination", "size", "n", "base"])
    table["share"] = _share(table["n"], table["base"])
    return table


def theme_counts(tags: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """How many themes the texts have: `themes` (0, 1, 2, …), `n`, `base`, `share`."""
    counts = tags[list(labels)].sum(axis=1).value_counts().sort_index()
    table = pd.DataFrame({"themes": counts.index.astype(int), "n": counts.to_numpy(int), "base": len(tags)})
    table["share"] = _share(table["n"], table["base"])
    return table


def cooccurrence(tags: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Tell which pairs of themes occur together more often than chance would have it.

    Returns:
        One row per unordered pair: `theme`, `with_theme`, `n` (both), `expected` (if independent), `estimate` (n /
        expected), `jaccard`, `residual`, `p_value`, `p_holm`; strongest residual first.
    """
    rows = []
    total = len(tags)
    for a, b in combinations(labels, 2):
        x, y = tags[a].to_numpy(bool), tags[b].to_numpy(bool)
        both, only_a, only_b = int((x & y).sum()), int((x & ~y).sum()), int((~x & y).sum())
        neither = total - both - only_a - only_b
        expected = (both + only_a) * (both + only_b) / total if total else np.nan
        residual = stats.adjusted_residuals([[both, only_a], [only_b, neither]])[0, 0]
        union = both + only_a + only_b
        jaccard = both / union if union else np.nan
        rows.append(
            (labels[a], labels[b], both, expected, both / expected if expected else np.nan, jaccard, residual)
        )
    columns = ["theme", "with_theme", "n", "expected", "estimate", "jaccard", "residual"]
    table = pd.DataFrame(rows, columns=columns)
    table["p_value"] = 2 * norm.sf(table["residual"].abs())
    table["p_holm"] = stats.holm(table["p_value"])
    table = _ordered(table, {"theme": list(labels.values()), "with_theme": list(labels.values())})
    return table.sort_values("residual", ascending=False, kind="stable", ignore_index=True)


def beyond_chance(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs of `cooccurrence` that occur together more often than chance explains (Holm-corrected p < 0.05)."""
    return pairs[(pairs["residual"] > 0) & (pairs["p_holm"] < _SIGNIFICANT)].reset_index(drop=True)


def standing_out(crosstab: pd.DataFrame, top: int) -> list[str]:
    """The themes of `theme_crosstab` with the largest deviations, in the order of the codebook."""
    largest = crosstab.assign(size=crosstab["residual"].abs()).groupby("theme", observed=True)["size"].max()
    kept = set(largest.sort_values(ascending=False, kind="stable").index[:top])
    return [theme for theme in crosstab["theme"].cat.categories if theme in kept]


def monthly(tags: pd.DataFrame, received_at: pd.Series, labels: Labels) -> pd.DataFrame:
    """Follow each theme's share from month to month.

    Returns:
        `theme`, `month` (2023年1月, …; months without texts between the first and the last have base 0), `n`,
        `base`, `share`, `low`, `high`, `reference`.
    """
    days = received_at.dt.tz_localize(None)
    every = pd.period_range(days.min(), days.max(), freq="M") if len(days) else pd.PeriodIndex([], freq="M")
    names = [_month_label(month) for month in every]
    months = pd.Categorical([_month_label(day) for day in days], names, ordered=True)
    by = pd.Series(months, tags.index, name="month")
    table = theme_shares(tags, labels, by)
    table = table[table["month"] != WHOLE].reset_index(drop=True)
    table["month"] = table["month"].cat.remove_unused_categories()
    return table


def month_recode(table: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Label of each month of `monthly` → the calendar month it is (1月), as other tables of one year name it."""
    return {label: (label.split("年")[1],) for label in dict.fromkeys(table["month"].astype(str))}


def _month_label(day: pd.Timestamp | pd.Period) -> str:
    return f"{day.year}年{day.month}月"


def monthly_change(tags: pd.DataFrame, received_at: pd.Series, labels: Labels) -> pd.DataFrame:
    """Test for each theme whether its share rose or fell steadily over the months (Cochran–Armitage trend).

    Returns:
        `theme`, `n`, `base`, `share`, `estimate` (z; positive: rising), `p_value`, `p_holm`.
    """
    months = received_at.dt.year.to_numpy() * 12 + received_at.dt.month.to_numpy()
    score = months - months.mean() if len(months) else months
    spread = float((score**2).sum())
    rows = []
    for theme, label in labels.items():
        has = tags[theme].to_numpy(np.float64)
        share = has.mean() if len(has) else np.nan
        variance = share * (1 - share) * spread
        z = float((has * score).sum() / np.sqrt(variance)) if variance > 0 else np.nan
        rows.append((label, int(has.sum()), len(has), share, z))
    table = pd.DataFrame(rows, columns=["theme", "n", "base", "share", "estimate"])
    table["p_value"] = 2 * norm.sf(table["estimate"].abs())
    table["p_holm"] = stats.holm(table["p_value"])
    return _ordered(table, {"theme": list(labels.values())})


@dataclass(frozen=True)
class CorrespondenceMap:
    """A 2-D map of the rows and columns of a table of counts.

    Attributes:
        points: `kind` (row or column heading), `label`, `x`, `y`, `n`, `quality` (share of the point's inertia on
            the map, 0–1).
        inertia: `axis`, `share` of the total inertia, `cumulative`.
    """

    points: pd.DataFrame
    inertia: pd.DataFrame


def correspondence_map(table: pd.DataFrame, row_kind: str, column_kind: str) -> CorrespondenceMap:
    """Draw categories that go together close together: simple correspondence analysis (Greenacre 2017, ch. 4).

    Rows and columns are in principal coordinates. Signs are fixed so that the heaviest row lies at x ≤ 0, y ≤ 0, which
    makes the map the same on every machine.

    Args:
        table: counts, rows × columns; empty rows and columns are left out.
        row_kind: what the rows are, for the legend.
        column_kind: what the columns are.

    Raises:
        ValueError: fewer than 3 rows or columns with counts; a plane cannot be drawn.
    """
    counts = table.loc[table.sum(axis=1) > 0, table.sum(axis=0) > 0]
    if min(counts.shape) < 3:
        raise ValueError("a two-dimensional map needs at least three rows and three columns with counts")
    share = counts.to_numpy(np.float64) / counts.to_numpy().sum()
    row_mass, column_mass = share.sum(axis=1), share.sum(axis=0)
    expected = np.outer(row_mass, column_mass)
    left, singular, right = np.linalg.svd((share - expected) / np.sqrt(expected), full_matrices=False)
    heaviest = int(row_mass.argmax())
    sign = np.where(left[heaviest] > 0, -1.0, 1.0)
    rows = left * sign * singular / np.sqrt(row_mass)[:, None]
    columns = right.T * sign * singular / np.sqrt(column_mass)[:, None]
    points = pd.concat(
        [
            _points(row_kind, counts.index, rows, counts.sum(axis=1).to_numpy()),
            _points(column_kind, counts.columns, columns, counts.sum(axis=0).to_numpy()),
        ],
        ignore_index=True,
    )
    inertia = singular**2 / (singular**2).sum()
    axes = pd.DataFrame(
        {"axis": np.arange(1, len(inertia) + 1), "share": inertia, "cumulative": inertia.cumsum()}
    )
    return CorrespondenceMap(points, axes[: min(counts.shape) - 1])


def _points(
    kind: str, names: pd.Index, places: npt.NDArray[np.float64], n: npt.NDArray[np.int64]
) -> pd.DataFrame:
    length = (places**2).sum(axis=1)
    quality = np.divide((places[:, :2] ** 2).sum(axis=1), length, out=np.zeros(len(names)), where=length > 0)
    return pd.DataFrame(
        {
            "kind": kind,
            "label": names.astype(str),
            "x": places[:, 0],
            "y": places[:, 1],
            "n": n,
            "quality": quality,
        }
    )


def theme_table(tags: pd.DataFrame, by: pd.Series, labels: Labels) -> pd.DataFrame:
    """Count texts by theme (rows, labels) and group (columns): the input of `correspondence_map`."""
    groups = [pair for pair in _groups(by, whole=False) if pair[0] != NOT_ANSWERED]
    return pd.DataFrame(
        {group: [int(tags.loc[members, theme].sum()) for theme in labels] for group, members in groups},
        index=list(labels.values()),
    )


def _groups(by: pd.Series, whole: bool) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Label and members of each category, of 無回答 if anybody did not answer, and first, if wanted, of all."""
    if not isinstance(by.dtype, pd.CategoricalDtype):
        raise TypeError(f"attribute {by.name!r} must be categorical, not {by.dtype}")
    groups = [(WHOLE, np.ones(len(by), np.bool_))] if whole else []
    groups += [(str(label), (by == label).to_numpy(bool)) for label in by.cat.categories]
    missing = by.isna().to_numpy()
    if missing.any():
        groups.append((NOT_ANSWERED, missing))
    return groups


def _with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    intervals = [stats.wilson(n, base) for n, base in zip(table["n"], table["base"], strict=True)]
    missing = [interval.estimate is None for interval in intervals]
    table["share"] = _share(table["n"], table["base"])
    table["low"] = pd.array(
        [pd.NA if gone else i.low for i, gone in zip(intervals, missing, strict=True)], "Float64"
    )
    table["high"] = pd.array(
        [pd.NA if gone else i.high for i, gone in zip(intervals, missing, strict=True)], "Float64"
    )
    table["reference"] = table["base"] < REFERENCE_BASE
    return table


def _share(n: pd.Series, base: pd.Series) -> pd.Series:
    return n.astype("Float64").where(base > 0) / base.where(base > 0).astype("Float64")


def _ordered(table: pd.DataFrame, order: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    for column, values in order.items():
        table[column] = pd.Categorical(table[column], list(dict.fromkeys(values)), ordered=True)
    return table
