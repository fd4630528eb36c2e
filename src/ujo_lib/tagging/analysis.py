"""What the words show: in how many texts terms of a theme stand, by group, together, from month to month.

Every function takes boolean theme columns (a text can have several themes, so shares add up to more than 100 %) and
gives a typed table. Themes appear under their labels, as ordered categoricals in the order of the codebook. How often a
word stands is not how often people suffer from what it names: these shares have no intervals and no tests, for what
is uncertain about them is the label, not the sample. `reading` corrects them by what people found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ujo_lib.columns import (
    DIGEST,
    WHOLE,
    Base,
    Column,
    Count,
    Dimension,
    Flag,
    Rate,
    Ratio,
    Share,
    Statistic,
    Text,
)
from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period
from ujo_lib.stats import SMALL_BASE
from ujo_lib.tagging.codebook import NO_THEME, Book
from ujo_lib.typed import Typed

WORDS_SHARE = "語が現れた相談の割合"
_TAGGED = "語が現れた相談"
_ROLES = {"factor": "要因", "state": "状態", "contact": "関わり", "need": "支援"}
_MEANT = {
    "factor": "相談のきっかけや背景を表す「要因」",
    "state": "いまの状態を語る「状態」",
    "contact": "相談のしかたを表す「関わり」",
    "need": "求められている「支援」",
}
THEME = Dimension(variable="theme", multiple=True)
WITH_THEME = Dimension(heading="あわせて書かれた主題", variable="theme", multiple=True)

Labels = Mapping[str, str]
Where = Mapping[str, Sequence[str]]


def _counted(n: str, of: str, over: str = "theme", share: str = "") -> dict[str, Column]:
    """Counted texts (`n` in words) of some texts (`of`), whose number is summed over the dimension `over`."""
    return {
        "n": Count(unit="件", heading=n),
        "base": Base(unit="件", heading=of, over=(over,)),
        "share": Share(heading=share, of=of, n="n", base="base"),
        "reference": Flag(heading="参考値"),
    }


def theme_shares(tags: pd.DataFrame, labels: Labels, where: Where | None = None) -> Typed:
    """Count the texts with a term of each theme.

    Args:
        tags: one boolean column per theme id.
        labels: theme id → label; themes not named are left out.
        where: column → accepted values, when the texts are those `chosen` by them.

    Returns:
        `theme`, `n`, `base`, `share`, `reference` (base below 30).
    """
    table = _shares(tags, labels, {WHOLE: np.ones(len(tags), np.bool_)}).drop(columns="group")
    columns = {"theme": THEME, **_counted(_TAGGED, "相談", share=WORDS_SHARE)}
    return Typed.of(table, columns, where=_plain(where))


def with_digests(shares: Typed, book: Book) -> Typed:
    """Shares of themes, each with the digest of the words by which it is found, for a comparison over years."""
    of_label = {label: book.digests[id_] for id_, label in book.labels.items()}
    frame = shares.frame.assign(digest=shares.frame["theme"].astype(str).map(of_label))
    return Typed(frame, replace(shares.schema, columns={**shares.schema.columns, "digest": DIGEST}))


def theme_crosstab(tags: pd.DataFrame, by: pd.Series, labels: Labels) -> Typed:
    """Compare groups theme by theme: in which group do its terms stand more often? Texts without the attribute are out.

    Args:
        tags: one boolean column per theme id.
        by: categorical attribute on the same index.
        labels: theme id → label.

    Returns:
        `theme`, the attribute, `n`, `base`, `share`, `reference`.

    Raises:
        TypeError: the attribute is not categorical.
    """
    known = by.notna().to_numpy()
    groups = {group: members[known] for group, members in members_of(by).items()}
    name = str(by.name)
    split = Dimension(variable=name)
    columns = {
        "theme": THEME,
        name: split,
        **_counted(_TAGGED, f"その{split.name}の相談", share=WORDS_SHARE),
    }
    return Typed.of(_shares(tags[known], labels, groups).rename(columns={"group": name}), columns)


def within(frame: pd.DataFrame, period: Period, where: Where) -> pd.DataFrame:
    """Rows of a period whose columns hold one of the accepted values.

    Args:
        frame: one row per text.
        period: days, both ends included.
        where: column → accepted values.

    Raises:
        InputError: there is no such row; the message is Japanese.
    """
    days = frame["received_at"].dt.date
    kept = (days >= period.start) & (days <= period.end) & chosen(frame, where)
    if not kept.any():
        asked = "・".join(value for values in where.values() for value in values)
        raise InputError(
            f"集計期間({period.label})に、{asked}の相談記録が1件もありません。desk と prefecture を確かめてください。"
            "相談が1件もなかった年度なら、inputs.yaml の not_supplied に consultations を理由とともに書いてください"
        )
    return frame[kept].reset_index(drop=True)


def filter_chain(frame: pd.DataFrame, where: Where) -> Typed:
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
        kept &= _answers_any(frame, column, values)
        state[column] = "・".join(values)
        rows.append((state[column], *state.values(), int(kept.sum())))
    table = pd.DataFrame(rows, columns=["step", *where, "n"])
    table["share_all"] = _share(table["n"], pd.Series(len(frame), index=table.index))
    columns = {
        "step": Text(heading="条件", free=True),
        **{
            column: Dimension(variable=column, groups={state[column]: values})
            for column, values in _plain(where).items()
        },
        "n": Count(unit="件", heading="残った相談"),
        "share_all": Share(of="全体"),
    }
    return Typed.of(table, columns)


def chosen(frame: pd.DataFrame, where: Where) -> "pd.Series[bool]":
    """Rows that pass every step of `filter_chain`.

    Raises:
        InputError: a step asks for a column that is not there or that nobody has filled in, or for an answer that it
            does not know: that nobody is left would say nothing of the people.
    """
    kept = pd.Series(data=True, index=frame.index)
    for column, values in where.items():
        kept &= _answers_any(frame, column, values)
    return kept


def _answers_any(frame: pd.DataFrame, column: str, values: Sequence[str]) -> "pd.Series[bool]":
    asked = f"パラメーター(focus など)の条件「{column}: {'|'.join(values)}」では、相談を絞り込めません。"
    if column not in frame:
        raise InputError(f"{asked}相談記録に、その名前の列はありません")
    if len(frame) and frame[column].isna().all():
        raise InputError(f"{asked}その列に書かれた相談が一件もありません。書かれた列の条件に変えてください")
    if isinstance(known := frame[column].dtype, pd.CategoricalDtype) and not set(values) <= {
        *known.categories
    }:
        raise InputError(f"{asked}その列の選択肢は {'、'.join(map(str, known.categories))} です")
    return frame[column].isin(values)


def bare_share(tags: pd.DataFrame, labels: Labels) -> Typed:
    """Count the texts without any of the themes: one row `n`, `base`, `share`, `reference`."""
    bare = ~_has(tags, labels).any(axis=1)
    table = _with_share(pd.DataFrame({"n": [int(bare.sum())], "base": [len(tags)]}))
    columns = {**_counted("語が現れなかった相談", "相談"), "base": Base(unit="件", heading="相談")}
    return Typed.of(table, columns, where={"any_theme": (NO_THEME,)})


def most_frequent(tags: pd.DataFrame, labels: Labels, top: int) -> dict[str, str]:
    """Ids and labels of the most frequent themes, in the order of the codebook."""
    totals = tags[list(labels)].sum().sort_values(ascending=False, kind="stable")
    kept = set(totals.index[:top])
    return {theme: label for theme, label in labels.items() if theme in kept}


def overlaps(tags: pd.DataFrame, labels: Labels, where: Where | None = None) -> Typed:
    """Count texts with both themes of every ordered pair; arguments as for `theme_shares`.

    Returns:
        `theme`, `with_theme`, `n` (both), `base` (texts with `theme`), `share` (of those, how many also have
        `with_theme`), `reference`. A theme with itself is left out.
    """
    both = _both(tags, labels)
    a, b = np.nonzero(~np.eye(len(labels), dtype=bool))
    pair = {"theme": _named(labels.values(), a), "with_theme": _named(labels.values(), b)}
    table = _with_share(pd.DataFrame({**pair, "n": both[a, b], "base": both[a, a]}))
    columns = {
        "theme": THEME,
        "with_theme": WITH_THEME,
        **_counted("両方を含む相談", f"その{_TAGGED}", over="with_theme"),
    }
    return Typed.of(table, columns, where=_plain(where))


def combinations_of(tags: pd.DataFrame, labels: Labels, top: int) -> Typed:
    """List the most frequent exact combinations of themes (what an UpSet plot shows).

    Returns:
        `combination` (labels joined by ＋, なし for none), `size`, `n`, `base`, `share`; ties in codebook order.
    """
    ids = list(labels)
    bits = _has(tags, labels) @ (1 << np.arange(len(ids), dtype=np.int64))
    values, counts = np.unique(bits, return_counts=True)
    rows = []
    for value, n in sorted(zip(values, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))[:top]:
        chosen = [labels[theme] for place, theme in enumerate(ids) if value >> place & 1]
        rows.append(("＋".join(chosen) or NO_THEME, len(chosen), int(n), len(tags)))
    table = pd.DataFrame(rows, columns=["combination", "size", "n", "base"])
    table["share"] = _share(table["n"], table["base"])
    columns = {
        "combination": Dimension(heading="組み合わせ"),
        "size": Count(heading="主題の数", members=False),
        **_counted("", "相談", over="combination"),
    }
    return Typed.of(table, columns)


def cooccurrence(tags: pd.DataFrame, labels: Labels, top: int) -> Typed:
    """Tell which themes' terms stand in the same texts, the strongest overlaps first.

    Returns:
        One row per unordered pair, at most `top`: `theme`, `with_theme`, `n` (both), `expected` (if independent),
        `estimate` (n / expected), `jaccard`; pairs that are rarer than chance would have it are left out.
    """
    both = _both(tags, labels)
    a, b = np.triu_indices(len(labels), 1)
    table = pd.DataFrame({"theme": _named(labels.values(), a), "with_theme": _named(labels.values(), b)})
    n, has_a, has_b = (pd.Series(counts, dtype=float) for counts in (both[a, b], both[a, a], both[b, b]))
    table["n"] = both[a, b]
    table["expected"] = has_a * has_b / len(tags) if len(tags) else np.nan
    table["estimate"] = n / table["expected"]
    table["jaccard"] = n / (has_a + has_b - n)
    columns = {
        "theme": THEME,
        "with_theme": WITH_THEME,
        "n": Count(unit="件", heading="両方の語が現れた相談"),
        "expected": Rate(heading="偶然なら", unit="件"),
        "estimate": Ratio(to="偶然", n="n", base="expected"),
        "jaccard": Share(heading="重なりの度合い"),
    }
    strongest = table[n > table["expected"]].sort_values("jaccard", ascending=False, kind="stable")
    return Typed.of(strongest.head(top).reset_index(drop=True), columns)


def monthly(tags: pd.DataFrame, received_at: pd.Series, labels: Labels) -> Typed:
    """Follow each theme's share from month to month.

    Returns:
        `theme`, `month` (2023年1月, …; months without texts between the first and the last have base 0), `n`,
        `base`, `share`, `reference`.
    """
    by = _by_calendar(received_at, "M", lambda month: f"{month.year}年{month.month}月")
    table = _shares(tags, labels, members_of(by)).rename(columns={"group": "month"})
    # As other tables of one year name it.
    calendar = {name: (name.partition("年")[2],) for name in by.cat.categories}
    month = Dimension(variable="month", groups=calendar)
    columns = {"theme": THEME, "month": month, **_counted(_TAGGED, "各月の相談", share=WORDS_SHARE)}
    return Typed.of(table, columns)


def quarters(received_at: pd.Series) -> pd.Series:
    """The quarter of a year in which each text came, as an ordered categorical named `quarter`: 2023年1〜3月, …"""
    found = _by_calendar(
        received_at, "Q", lambda one: f"{one.year}年{3 * one.quarter - 2}〜{3 * one.quarter}月"
    )
    return found.rename("quarter")


def _by_calendar(received_at: pd.Series, freq: str, named: Callable[[pd.Period], str]) -> pd.Series:
    """The month or quarter in which each text came, of all from the first to the last."""
    own = received_at.dt.tz_localize(None).dt.to_period(freq)
    every = pd.period_range(own.min(), own.max(), freq=freq) if len(own) else []
    return own.map(named).astype(pd.CategoricalDtype([named(one) for one in every], ordered=True))


@dataclass(frozen=True)
class CorrespondenceMap:
    """A 2-D map of the rows and columns of a table of counts.

    Attributes:
        points: `kind` (row or column heading), `label`, `x`, `y`, `quality` (share of the point's inertia on the map,
            0–1).
        inertia: `axis` (1 across, 2 upwards), `share` of the total inertia, `cumulative`.
    """

    points: Typed
    inertia: Typed


def correspondence_map(table: pd.DataFrame, row_kind: str, column_kind: str) -> CorrespondenceMap:
    """Draw categories that go together close together: simple correspondence analysis (Greenacre 2017, ch. 4).

    Rows and columns are in principal coordinates. Signs are fixed so that the heaviest row lies at x ≤ 0, y ≤ 0, which
    makes the map the same on every machine.

    Args:
        table: counts, rows × columns; empty rows and columns are left out.
        row_kind: what the rows are, for the legend.
        column_kind: what the columns are.

    Returns:
        The map; without points where fewer than three rows or columns have counts, for then there is no plane.
    """
    counts = table.loc[table.sum(axis=1) > 0, table.sum(axis=0) > 0]
    if min(counts.shape) < 3:
        return CorrespondenceMap(Typed.of([], _ON_MAP), Typed.of([], _OF_AXES))
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
            _points(row_kind, counts.index, rows),
            _points(column_kind, counts.columns, columns),
        ],
        ignore_index=True,
    )
    inertia = (singular**2 / (singular**2).sum())[:2]
    axes = pd.DataFrame({"axis": [1, 2], "share": inertia, "cumulative": inertia.cumsum()})
    return CorrespondenceMap(
        Typed.of(points, _ON_MAP, note="点の近さは、相談の件数の割合の似かたを表す。"),
        Typed.of(axes, _OF_AXES),
    )


_ON_MAP = {
    "kind": Text(heading="種類"),
    "label": Text(heading="名前"),
    "x": Statistic(heading="横"),
    "y": Statistic(heading="縦"),
    "quality": Share(heading="図に表れている割合"),
}
_OF_AXES = {
    "axis": Dimension(heading="軸"),
    "share": Share(of="違い全体"),
    "cumulative": Share(heading="累計"),
}


def _points(kind: str, names: pd.Index, places: npt.NDArray[np.float64]) -> pd.DataFrame:
    length = (places**2).sum(axis=1)
    quality = np.divide((places[:, :2] ** 2).sum(axis=1), length, out=np.zeros(len(names)), where=length > 0)
    return pd.DataFrame(
        {
            "kind": kind,
            "label": names.astype(str),
            "x": places[:, 0],
            "y": places[:, 1],
            "quality": quality,
        }
    )


def describe(codebook: Book) -> Typed:
    """List the themes: `theme`, `role` (in Japanese), `topic`, `terms` and `exclude` (numbers of terms)."""
    rows = [
        (theme.label, _ROLES[theme.role], theme.topic, len(theme.terms), len(theme.exclude))
        for theme in codebook.themes
    ]
    columns = {
        "theme": Dimension(variable="theme"),
        "role": Text(heading="種類"),
        "topic": Text(heading="国の相談区分"),
        "terms": Count(unit="語", heading="主題を付ける語"),
        "exclude": Count(unit="語", heading="除外する語"),
    }
    return Typed.of(rows, columns)


def said_roles(codebook: Book) -> str:
    """Which kinds of themes a codebook has; rules of KH Coder know no kinds, and are all factors."""
    found = dict.fromkeys(theme.role for theme in codebook.themes)
    if len(found) == 1:
        return f"このコードブックの主題は、すべて{_MEANT[next(iter(found))]}として数えます。"
    return f"主題は、{'、'.join(_MEANT[role] for role in _MEANT if role in found)}に分かれます。"


def members_of(by: pd.Series) -> dict[str, npt.NDArray[np.bool_]]:
    """Members of each category, in their order."""
    if not isinstance(by.dtype, pd.CategoricalDtype):
        raise TypeError(f"attribute {by.name!r} must be categorical, not {by.dtype}")
    return {str(label): (by == label).to_numpy(bool) for label in by.cat.categories}


def _shares(tags: pd.DataFrame, labels: Labels, groups: Mapping[str, npt.NDArray[np.bool_]]) -> pd.DataFrame:
    """Texts with each theme in each group: `theme`, `group`, `n`, `base`, `share`, `reference`."""
    inside = np.array(list(groups.values()), np.int64).reshape(len(groups), len(tags))
    n = _has(tags, labels).T @ inside.T
    theme, group = (place.ravel() for place in np.indices(n.shape))
    table = pd.DataFrame({"theme": _named(labels.values(), theme), "group": _named(groups, group)})
    return _with_share(table.assign(n=n.ravel(), base=inside.sum(axis=1)[group]))


def _has(tags: pd.DataFrame, labels: Labels) -> npt.NDArray[np.int64]:
    """Texts × themes: 1 where a text has the theme."""
    return np.asarray(tags[list(labels)], np.int64)


def _both(tags: pd.DataFrame, labels: Labels) -> npt.NDArray[np.int64]:
    """Themes × themes: texts with both; on the diagonal, with the one."""
    has = _has(tags, labels)
    both: npt.NDArray[np.int64] = has.T @ has
    return both


def _named(names: Iterable[str], places: npt.NDArray[np.int64]) -> pd.Categorical:
    """Names by their places, ordered."""
    return pd.Categorical.from_codes(places, list(names), ordered=True)


def _with_share(table: pd.DataFrame) -> pd.DataFrame:
    """Add `share` (NA without texts) and `reference`."""
    table["share"] = _share(table["n"], table["base"])
    table["reference"] = table["base"] < SMALL_BASE
    return table


def _share(n: pd.Series, base: pd.Series) -> pd.Series:
    return n.astype("Float64").where(base > 0) / base.where(base > 0).astype("Float64")


def _plain(where: Where | None) -> dict[str, tuple[str, ...]]:
    return {column: tuple(values) for column, values in (where or {}).items()}
