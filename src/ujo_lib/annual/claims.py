"""Published statements held against what the notebooks compute: 一致, 不一致, 計算不可, 秘匿 or 対象外.

A claim names the cell of a published table that answers it and the rule by which figure and statement are compared.
Claims that nothing in the data can answer stay in the list as 計算不可 with the reason: a table of agreement that
leaves out what could not be checked would be a better looking report and a worse one. What was published without any
figure is 対象外: no calculation could confirm it.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd

from ujo_lib.columns import MARKS, TOTAL_LABELS, Base, Count, Money, Share, Text, Withheld
from ujo_lib.params import ParameterError, ParameterProblem, read_yaml
from ujo_lib.params.annual import Cell, Claim, Claims, Goal, KeyFigure, Rule
from ujo_lib.report.door.publish import NotRunError, NotSuppliedError, Published
from ujo_lib.report.look import notation
from ujo_lib.report.look.wording import agrees
from ujo_lib.stats import in_percent, round_half_up
from ujo_lib.typed import Typed

_MIDNIGHT = "T00:00:00"
AGREES, DIFFERS, UNKNOWN, WITHHELD, OUTSIDE = "一致", "不一致", "計算不可", "秘匿", "対象外"

_ADDS_UP = (Count, Money, Share)
"""Kinds of figures of which several rows make one; shares, where they are of one whole."""

Recall = Callable[[str, str], Published]
"""Fetches a published table by notebook and id."""


Entry = TypeVar("Entry", Claim, KeyFigure, Goal)
"""An entry of a file that names a cell of a published table, or none."""
Row = TypeVar("Row")


def read_claims(path: Path) -> list[Claim]:
    """Read `published.yaml`.

    Raises:
        ParameterError: an entry lacks a field, names an unknown rule, or appears twice.
    """
    return list(read_yaml(Claims, path).claims)


def compare(claims: list[Claim], recall: Recall) -> Typed:
    """Hold every claim against the published tables.

    Args:
        claims: as read by `read_claims`.
        recall: usually `page.recall`.

    Returns:
        One row per claim: id, statement, published, computed, verdict, note; all text.

    Raises:
        ParameterError: a claim names a cell that is not there.
    """
    rows = answered("published.yaml", [(claim.id, claim) for claim in claims], recall, _row)
    columns = {
        "id": Text(heading="番号"),
        "statement": Text(heading="公表された内容(要約)"),
        "published": Text(heading="公表値"),
        "computed": Text(heading="計算値"),
        "verdict": Text(heading="判定"),
        "note": Text(heading="説明"),
    }
    return Typed.of(rows, columns)


def _row(claim: Claim, recall: Recall) -> tuple[str, ...]:
    try:
        computed, verdict = _answer(claim, recall)
        note = f"{_period(claim, recall) if verdict == DIFFERS else ''}{claim.note}"
    except NotSuppliedError as reason:
        computed, verdict, note = notation.MISSING, UNKNOWN, f"{reason}。{claim.note}"
    published = f"{_spelt(claim.published)}{claim.unit}"
    return claim.id, claim.statement, published, computed, verdict, note


def _period(claim: Claim, recall: Recall) -> str:
    # What was published may speak of other days than the report, which no file says.
    period = claim.cell and recall(claim.cell.notebook, claim.cell.table).spec.subject.period
    return f"計算値は{period}のもの。" if period else ""


def answered(
    file: str, entries: Iterable[tuple[str, Entry]], recall: Recall, answer: Callable[[Entry, Recall], Row]
) -> list[Row]:
    """Look up the cells of all entries of a file.

    Args:
        file: its name.
        entries: each with the name by which its mistakes are told.
        recall: usually `page.recall`.
        answer: what is made of one entry.

    Raises:
        ParameterError: entries that name a table, column or row that is not there.
    """
    rows, problems = [], []
    for name, entry in entries:
        try:
            named = entry.cell and _in_names(entry.cell, recall)
            rows.append(answer(entry.model_copy(update={"cell": named}), recall))
        except (KeyError, ValueError) as error:
            cell = entry.cell
            place = f"{cell.notebook} の表 {cell.table} の列 {cell.column}" if cell else ""
            remedy = f"cell を直す({error.args[0] if error.args else error})"
            if type(error) is NotRunError:  # nothing is wrong with the cell
                remedy = f"{error}そのノートブックのない年度なら、この項目を消す"
            problems.append(ParameterProblem(file, name, place, "表にある列と行", remedy))
    if problems:
        raise ParameterError(problems)
    return rows


def _in_names(cell: Cell, recall: Recall) -> Cell:
    """The cell with the names of columns where it has their headings, as pages and CSV show them.

    Raises:
        KeyError: the table has no such column; it says which there are.
    """
    try:
        table = recall(cell.notebook, cell.table)
    except NotSuppliedError:
        return cell  # the answer will say so
    headings = _headings(table)
    known = {"", *headings, *table.frame}
    # A column may be lacking with an input; the answer will then give the reason.
    asked = [*cell.where, cell.over, *([] if table.without else [cell.column])]
    if strange := [name for name in asked if name not in known]:
        raise KeyError(f"列「{strange[0]}」はない。あるのは {'、'.join(headings)}")
    return in_names(cell, table)


def in_names(cell: Cell, table: Published) -> Cell:
    """The cell with the names of columns where it has their headings, known or not."""
    headings = _headings(table)
    where = {headings.get(name, name): labels for name, labels in cell.where.items()}
    column, over = (headings.get(name, name) for name in (cell.column, cell.over))
    return cell.model_copy(update={"column": column, "over": over, "where": where})


def _headings(table: Published) -> dict[str, str]:
    """Heading → name of the columns that alone have it."""
    columns = [*table.frame]
    shown = [table.spec.schema[name].title for name in columns]
    return {head: name for head, name in zip(shown, columns, strict=True) if shown.count(head) == 1}


def count_verdicts(compared: pd.DataFrame) -> Typed:
    """Count the claims by verdict; every verdict has a row."""
    order = [AGREES, DIFFERS, UNKNOWN, WITHHELD, OUTSIDE]
    counted = compared["verdict"].value_counts()
    frame = pd.DataFrame({"verdict": order, "n": [int(counted.get(verdict, 0)) for verdict in order]})
    return Typed.of(frame, {"verdict": Text(heading="判定"), "n": Count(unit="件")})


def _answer(claim: Claim, recall: Recall) -> tuple[str, str]:
    if claim.cell is None:
        return notation.MISSING, UNKNOWN if re.search(r"\d", _spelt(claim.published)) else OUTSIDE
    table = recall(claim.cell.notebook, claim.cell.table)
    if is_withheld(table, claim.cell):
        return notation.HIDDEN, WITHHELD
    rows = table.frame.loc[rows_of(table, claim.cell)]
    known = rows[claim.cell.column].notna()
    enough = known.sum() >= _ENOUGH[claim.rule] if claim.rule in _ENOUGH else known.all()
    found = RULES[claim.rule](claim, table) if enough else (notation.MISSING, UNKNOWN)
    if strange := [one for one in _named(claim) if one not in {*rows[claim.cell.over].astype(str)}]:
        # Misspelt, or of another year: that nobody is in it would be said of what nobody was asked.
        return f"区分「{strange[0]}」が表にない", UNKNOWN
    return found


def _named(claim: Claim) -> list[str]:
    """The categories that a statement on their order names."""
    named = claim.published if isinstance(claim.published, list) else [claim.published]
    return [str(one) for one in named] if claim.rule in ("largest", "top", "present") else []


def is_withheld(table: Published, cell: Cell) -> bool:
    """Whether the answer needs anything that the door kept back."""
    rows = rows_of(table, cell)
    return bool(table.hidden.loc[rows, cell.column].any())


def rows_of(table: Published, cell: Cell) -> pd.Index:
    """Rows of the table that a cell names; totals left out where categories are ranked.

    Raises:
        NotSuppliedError: the table has no such row, column or value, and its notebook went without some input.
        KeyError: it has none although nothing was missing.
    """
    keep = maybe = pd.Series(True, index=table.frame.index)
    for column, labels in cell.where.items():
        told = table.frame[column].astype(object)
        named = told.isin(labels)
        if not pd.Index(labels, dtype=object).isin(told).all():
            named &= False  # of several that are added up one would be left out
        keep, maybe = keep & named, maybe & (named | table.hidden[column])
    keep = keep if keep.any() else maybe  # a row that is kept back may have lost its words, too
    if cell.over:
        keep &= ~table.frame[cell.over].astype(object).isin(TOTAL_LABELS)
    there = table.frame.loc[keep, cell.column] if cell.column in table.frame else pd.Series(dtype=object)
    asked = {table.spec.schema[name].title: map(str, labels) for name, labels in cell.where.items()}
    said = "、".join(f"{heading}が {'・'.join(labels)}" for heading, labels in asked.items())
    if table.without and not (there.notna() | table.hidden.loc[there.index].any(axis=1)).any():
        # The input may be why the table lacks it; so may a wrong name, and of a row that is there the estimate itself.
        lacks = "元の表に値がない(資料がないためか、推定できないため)" if len(there) else "表にこの値がない"
        lacks = (
            lacks if keep.any() or not said else f"表に、{said} の行がない(資料がないためか、名前が違うため)"
        )
        raise NotSuppliedError(table.without, f"{lacks}。この年度にない資料")
    if not keep.any():
        raise KeyError(f"{said} の行がない")
    return table.frame.index[keep]


def value_of(table: Published, cell: Cell) -> Any:
    """The value of a cell, or of several together; None where one of them was not computed.

    Raises:
        NotSuppliedError, KeyError: as `rows_of`.
        ValueError: several rows that do not add up: ratios, a total and its parts, ticks of the same people, shares of
            unlike wholes.
    """
    rows = rows_of(table, cell)
    if len(rows) > 1 and (told := _not_one_sum(table, rows, cell.column)):
        raise ValueError(f"当てはまる行が{len(rows)}行あり、{told}。where で1行に決める")
    values = table.frame.loc[rows, cell.column]
    if values.isna().any():
        return None
    # What the last bits of several shares add up to is no part of the figure.
    return values.iloc[0] if len(values) == 1 else round(numbers(values).sum(), 12)


def _not_one_sum(table: Published, rows: pd.Index, column: str) -> str:
    """Why several rows of a column do not add up to one figure; empty where they do."""
    schema, frame = table.spec.schema, table.frame.loc[rows]
    kind, apart = schema[column], _apart(table, rows)
    base = kind.base if isinstance(kind, Share) else ""
    if isinstance(kind, Share) and base not in frame:  # a weighted share names none
        base = next((name for name, one in schema.columns.items() if isinstance(one, Base)), "")
    over = getattr(schema[base], "over", ()) if base else ()
    reasons = {
        "足せる数ではない": not isinstance(kind, _ADDS_UP),
        "合計とその内訳は足せない": any(frame[name].isin(TOTAL_LABELS).any() for name in apart),
        "一人がいくつも選べる回答は足せない": any(getattr(schema[name], "multiple", False) for name in apart),
        "分母の違う割合は足せない": base and (frame[base].nunique() > 1 or (over and apart - {*over})),
        "どの行でも同じ人の数なので足せない": is_one_whole(table, rows, column),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def is_one_whole(table: Published, rows: pd.Index, column: str) -> bool:
    """Whether a column counts the same in each of several rows: the base of answers beside each other."""
    kind = table.spec.schema[column]
    return isinstance(kind, Count) and bool(_apart(table, rows) & {*kind.over})


def _apart(table: Published, rows: pd.Index) -> set[str]:
    """The dimensions in which some rows differ."""
    return {
        name for name in table.spec.schema.dimensions if table.frame.loc[rows, name].astype(str).nunique() > 1
    }


def numbers(values: pd.Series) -> pd.Series:
    """The values of a column as numbers.

    Raises:
        ValueError: it holds words.
    """
    try:
        return pd.to_numeric(values)
    except (ValueError, TypeError):
        raise ValueError("この列にあるのは言葉で、数ではない") from None


MISSING_DAYS: Final = "missing_days"
"""Column in which a table tells how many days of its period have no record."""


def period_of(table: Published, cell: Cell) -> str:
    """The period of a cell: that of its table, or the part of it that the row names, where rows are of several; with
    the days of it that have no record, where the table tells them.
    """
    period = table.spec.subject.period
    named = [str(label) for labels in cell.where.values() for label in labels if str(label) in period]
    period = named[0] if named else period
    if MISSING_DAYS not in table.frame:
        return period
    lost = numbers(table.frame.loc[rows_of(table, cell), MISSING_DAYS]).max()
    return f"{period}(記録のない{lost:.0f}日を除く)" if lost > 0 else period


def _asked(claim: Claim, table: Published) -> tuple[Cell, pd.DataFrame]:
    """The cell of a claim, and the rows that it names."""
    assert claim.cell is not None  # `_answer` has looked
    return claim.cell, table.frame.loc[rows_of(table, claim.cell)]


def _figure(claim: Claim, table: Published) -> float:
    """The computed figure: one cell, or several added up."""
    assert claim.cell is not None  # `_answer` has looked
    return float(numbers(pd.Series([value_of(table, claim.cell)])).iloc[0])


def _ranked(claim: Claim, table: Published) -> pd.Series:
    """The figures to be ranked, by category, in the order of the table; a category without one has no place."""
    cell, rows = _asked(claim, table)
    return pd.Series(numbers(rows[cell.column]).to_numpy(), index=rows[cell.over].astype(str)).dropna()


_NOBODY: Final = ("どれも0", UNKNOWN)
"""Where no category has anybody, none is the largest, and no statement on it is right or wrong."""


def _verdict(holds: bool) -> str:
    return AGREES if holds else DIFFERS


def _equal(claim: Claim, table: Published) -> tuple[str, str]:
    """The same figure."""
    figure = _figure(claim, table)
    return notation.count(figure), _verdict(figure == claim.published)


def _text(claim: Claim, table: Published) -> tuple[str, str]:
    """The same text: a date, a name."""
    cell, rows = _asked(claim, table)
    said = "、".join(str(value).removesuffix(_MIDNIGHT) for value in rows[cell.column])
    return said, _verdict(said == str(claim.published))


def _decimals(published: Any) -> int:
    return len(str(published).partition(".")[2])


def rounds_to(published: Any, figure: float) -> bool:
    """Whether a figure is the published one after rounding to as many decimals."""
    return round_half_up(figure, _decimals(published)) == float(published)


def _percent(claim: Claim, table: Published) -> tuple[str, str]:
    """The same percentage after rounding to as many decimals as were published."""
    share, digits = _figure(claim, table), max(_decimals(claim.published), 1)
    return notation.percent(share, digits), _verdict(rounds_to(claim.published, in_percent(share)))


def _rounded(claim: Claim, table: Published) -> tuple[str, str]:
    """The same number after rounding to as many decimals as were published."""
    figure, digits = _figure(claim, table), max(_decimals(claim.published), 1)
    return notation.decimal_text(figure, digits), _verdict(rounds_to(claim.published, figure))


def _words(claim: Claim, table: Published) -> tuple[str, str]:
    """A share that may be called by the published words, 7割強 say."""
    share = _figure(claim, table)
    return notation.percent(share), _verdict(agrees(str(claim.published), share))


def _largest(claim: Claim, table: Published) -> tuple[str, str]:
    """The category with the largest figure, without a tie."""
    ranked = _ranked(claim, table)
    top = sorted(ranked.index[(ranked == ranked.max()) & (ranked != 0)])
    if not top:
        return _NOBODY
    return "、".join(top), _verdict(top == sorted(_named(claim)))


def _top(claim: Claim, table: Published) -> tuple[str, str]:
    """The published categories are the largest ones, in any order; none of the others is as large."""
    ranked = _ranked(claim, table).sort_values(ascending=False, kind="stable")
    wanted = _named(claim)
    top = list(ranked.index[(ranked >= ranked.iloc[: len(wanted)].min()) & (ranked != 0)])
    if not top:
        return _NOBODY
    return "、".join(top), _verdict(sorted(top) == sorted(wanted))


def _present(claim: Claim, table: Published) -> tuple[str, str]:
    """Each published category was named at least once; how often is shown, not judged."""
    ranked = _ranked(claim, table)
    wanted = _named(claim)
    counted = {label: int(ranked.get(label, 0)) for label in wanted}
    said = "、".join(f"{label} {notation.count(n)}{table.spec.schema.unit}" for label, n in counted.items())
    return said, _verdict(all(counted.values()))


def _descending(claim: Claim, table: Published) -> tuple[str, str]:
    """Figures fall from each category to the next, in the order of the table."""
    ranked = _ranked(claim, table)
    falling = ranked.sort_values(ascending=False, kind="stable")
    steps = ["", *(" > " if step < 0 else " = " for step in falling.diff().iloc[1:])]
    said = "".join(step + label for step, label in zip(steps, falling.index, strict=True))
    return said, _verdict(bool((ranked.diff().dropna() < 0).all()))


_A_TENTH = 0.1 + 1e-9  # 2.2 is a tenth above 2, though not in binary


def _about(claim: Claim, table: Published) -> tuple[str, str]:
    """A figure within a tenth of the published one, as 約 promises."""
    figure = _figure(claim, table)
    return notation.ratio(figure), _verdict(abs(figure - claim.published) <= abs(claim.published) * _A_TENTH)


def _above_one(claim: Claim, table: Published) -> tuple[str, str]:
    """Every ratio in question is above one."""
    cell, rows = _asked(claim, table)
    figures = numbers(rows[cell.column])
    # "At least" is rounded down, so that it holds.
    least = f"{math.floor(100 * figures.min() + 1e-9) / 100:.2f}以上"
    return notation.ratio(figures.iloc[0]) if len(figures) == 1 else least, _verdict(
        bool((figures > 1).all())
    )


def _marked(claim: Claim, table: Published) -> tuple[str, str]:
    """A cell that stands above independence beyond chance."""
    mark = str(value_of(table, _asked(claim, table)[0]))
    return f"しるし {mark}", _verdict(mark == MARKS[0])


def _not_different(claim: Claim, table: Published) -> tuple[str, str]:
    """A difference whose whole interval lies within the margin, or beyond it; undecided where it lies across.

    That the interval holds 0 says nothing of sameness: few answers are always "not different" (Schuirmann 1987).
    """
    cell, rows = _asked(claim, table)
    ends = table.spec.schema.around(cell.column)
    # A release keeps ends back by the cell, or all of them: then no column is an end any more.
    if table.hidden.loc[rows.index, [*ends]].any(axis=None) if ends else table.spec.schema.of_kind(Withheld):
        return notation.HIDDEN, WITHHELD
    if ends is None:
        raise KeyError("この列には信頼区間がない")
    if len(rows) > 1:
        raise KeyError(f"当てはまる行が{len(rows)}行ある。where で1行に決める")
    estimate, low, high = (float(value) for value in pd.to_numeric(rows[[cell.column, *ends]].iloc[0]))
    if pd.isna(low) or pd.isna(high):
        return "差の区間がない", UNKNOWN
    said = f"差(ポイント) {' / '.join(map(notation.percent_figure, (estimate, low, high)))}"
    if claim.margin is None:
        return f"{said}。どこまでを同じとみなすか(margin)が決められていない", UNKNOWN
    margin = claim.margin
    if -margin <= low and high <= margin:
        return said, AGREES
    if low > margin or high < -margin:
        return said, DIFFERS
    return f"{said}。区間が±{notation.percent_figure(margin)}にまたがり、同じとも違うとも言えない", UNKNOWN


RULES: Mapping[Rule, Callable[[Claim, Published], tuple[str, str]]] = {
    "equal": _equal,
    "text": _text,
    "percent": _percent,
    "rounded": _rounded,
    "words": _words,
    "largest": _largest,
    "top": _top,
    "present": _present,
    "descending": _descending,
    "about": _about,
    "above_one": _above_one,
    "over_represented": _marked,
    "not_different": _not_different,
}
"""Ways to compare a statement with a figure, by the name used in published.yaml."""

_ENOUGH: Mapping[Rule, int] = {"largest": 1, "top": 1, "descending": 2, "not_different": 0}
"""Rules that need not all of their figures: an order leaves out categories without one, a difference says so itself."""


def _spelt(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return notation.count(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
