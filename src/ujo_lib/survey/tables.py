"""Frequency tables as Japanese survey readers expect them: 単純集計, 複数回答, クロス集計.

People who did not answer (無回答) and people who were not asked (非該当) are rows of their own. Two shares stand
side by side: of those who answered (`share`, of `base`) and of everybody in 総数 (`share_all`).
Shares are 0–1; what has no value (0 of 0) is NA. Whether an interval belongs beside a share depends on what
the people are:

- "described": all that is known (the 25 cases); no interval, for nothing was sampled.
- "sampled": answers that stand for a process or a large population; Wilson's interval.
- a whole number N: the base is part of a population of N (97 of 139 commissioners); exact hypergeometric.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib import stats
from ujo_lib.columns import TOTAL, WHOLE, Base, Column, Count, Dimension, Flag, Share, Text, interval
from ujo_lib.crosstab import crosstab as crossed
from ujo_lib.errors import InputError
from ujo_lib.questionnaire import NOT_ANSWERED, NOT_ASKED
from ujo_lib.stats import LEVEL, SMALL_BASE
from ujo_lib.survey.questionnaire import Questionnaire
from ujo_lib.typed import ANSWERED, Typed

Basis = Literal["described", "sampled"] | int

NOT_AN_ANSWER = (TOTAL, WHOLE, NOT_ANSWERED, NOT_ASKED)

_NO_THEME = "どの主題にも当てはまらない"
_PEOPLE = Count(unit="人")


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

    @property
    def ticks(self) -> pd.DataFrame:
        """One boolean column per answer, named after the item; missing where the person gave none."""
        ticks = pd.DataFrame(self.given, columns=list(self.labels), dtype="boolean")
        ticks.loc[~self.answered] = pd.NA
        return ticks.rename_axis(columns=self.item)


def answers(frame: pd.DataFrame, item: str, asked: "pd.Series[bool] | None" = None) -> Answers:
    """Read one item from a frame.

    Args:
        frame: one row per person; a single answer is a categorical column `item`, multiple answers are
            boolean columns `item_<label>`. A row without any tick has not answered.
        item: item id.
        asked: who was asked; everybody when left out.

    Raises:
        InputError: no such item in the frame, or one without options, of which an answer nobody gave would vanish.
    """
    everybody = np.ones(len(frame), dtype=bool) if asked is None else asked.to_numpy(dtype=bool)
    if item in frame:
        column = frame[item]
        if not isinstance(column.dtype, pd.CategoricalDtype):
            raise InputError(
                f"項目「{item}」は選択肢のない質問(数値・自由記述)なので、集計の区分になりません。選択肢のある項目を書いてください"
            )
        labels = tuple(str(label) for label in column.cat.categories)
        given = column.cat.codes.to_numpy()[:, None] == np.arange(len(labels))
        return Answers(item, False, labels, given, everybody)
    ticks = [c for c in frame.columns if c.startswith(f"{item}_") and pd.api.types.is_bool_dtype(frame[c])]
    if not ticks:
        raise InputError(f"回答データに項目「{item}」がありません")
    given = np.column_stack([frame[c].astype("boolean").fillna(False).to_numpy(dtype=bool) for c in ticks])
    return Answers(item, True, tuple(c.removeprefix(f"{item}_") for c in ticks), given, everybody)


def tally(
    frame: pd.DataFrame,
    item: str,
    form: Questionnaire,
    groups: Mapping[str, str] | None = None,
    *,
    basis: Basis = "described",
    level: float = LEVEL,
) -> Typed:
    """Count an item: single answers (単純集計), or several (複数回答), whose shares do not add up to 1.

    Args:
        frame: one row per person; see `answers`.
        item: item id.
        form: what was asked, and of whom.
        groups: option of a single answer → its wider group, 「5年以上」 say, which takes the place of its first option;
            other options stay as they are.
        basis: what the people are; see the head of this module.
        level: level of the intervals.

    Returns:
        Rows 総数 (people), each option in order, 無回答 (and 非該当); columns `item`, n, base, share, share_all,
        reference, and low, high unless basis is "described".

    Raises:
        InputError: `groups` names an option that the item does not have.
    """
    groups = groups or {}
    asked = form.asked(frame, item)
    read = answers(_grouped(frame, item, groups) if groups else frame, item, asked)
    options = answers(frame, item).labels
    # One that stays as it is may have the name of the group that others join.
    members = {name: tuple(x for x in options if groups.get(x, x) == name) for name in groups.values()}
    kinds = _kinds({item: form.dimension(item, members)}, level)
    return Typed.of(_counted(read, basis, level), kinds, note=form.asked_note(item))


def among_answered(
    frame: pd.DataFrame,
    item: str,
    form: Questionnaire,
    groups: Mapping[str, str] | None = None,
    *,
    basis: Basis = "described",
    level: float = LEVEL,
) -> Typed:
    """Count an item among those who answered it: 総数 is the base, and 無回答 is left to `blanks`.

    In such a table the printed base says nothing that its own total does not say, so whoever hides small counts has
    all that a reader can add and subtract. Arguments as for `tally`.
    """
    table = _narrowed(tally(frame, item, form, groups, basis=basis, level=level))
    return replace(table, schema=replace(table.schema, where={**form.reached(item), item: (ANSWERED,)}))


def crosstab(
    frame: pd.DataFrame,
    rows: str,
    columns: str,
    form: Questionnaire,
    *,
    basis: Basis = "described",
    level: float = LEVEL,
) -> Typed:
    """Cross two items (クロス集計); either may have single or multiple answers.

    Args:
        frame: one row per person.
        rows: item that splits the people (表側).
        columns: item whose answers are shown (表頭).
        form: what was asked, and of whom.
        basis: what the people are; see the head of this module.
        level: level of the intervals.

    Returns:
        One row per cell, 全体 first; columns `rows`, `columns`, n, base, share, share_all, reference, residual
        (adjusted, among those who answered both; NA outside the answers proper), and low, high unless basis is
        "described". `columns` starts with 総数, the people in the row.

    Raises:
        ValueError: the two items are one.
    """
    side, head = (answers(frame, item, form.asked(frame, item)) for item in (rows, columns))
    cells = crossed(side.ticks, head.ticks, "人").select(rows, columns, "residual")
    everybody = np.ones(len(frame), dtype=bool)
    parts = []
    for label, members in [(WHOLE, everybody), *side.groups()]:
        here = replace(head, given=head.given[members], asked=head.asked[members])
        part = _counted(here, basis, level)
        part.insert(0, rows, label)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True).merge(cells.frame, on=[rows, columns], how="left")
    more = {
        rows: form.dimension(rows),
        columns: form.dimension(columns),
        "residual": cells.schema["residual"],
    }
    kinds = _kinds(more, level)
    return Typed.of(table.astype({"residual": "Float64"}), kinds, note=form.asked_note(columns))


def themes(flags: pd.DataFrame, labels: Mapping[str, str]) -> Typed:
    """Count the themes of free answers among those who wrote one, like the options of a multiple answer.

    Args:
        flags: one row per answer that was written, one boolean column per theme id.
        labels: theme id → label.

    Returns:
        As `among_answered`, in the column theme; last a row of the answers that no theme covers: they were written, so
        they are not 無回答.
    """
    ticks = flags.rename(columns=dict(labels)).assign(**{_NO_THEME: ~flags.any(axis=1)})
    read = answers(ticks.astype("boolean").add_prefix("theme_"), "theme")
    theme = Dimension(heading="主題", variable="opinion_theme", multiple=True, alone=_NO_THEME)
    table = _narrowed(Typed.of(_counted(read), _kinds({"theme": theme}))).change(
        share=Share(of="意見を書いた委員", n="n", base="base")
    )
    note = "一つの意見が二つ以上の主題に触れることがあります。文章は載せません。"
    return replace(table, schema=replace(table.schema, where={"opinion": (ANSWERED,)}, note=note))


def pyramid(frame: pd.DataFrame, form: Questionnaire) -> Typed:
    """Count men and women by age for a population pyramid, ages from young to old.

    People of another or unknown sex are in the other tables only.

    Args:
        frame: one row per person, columns sex and age_band.
        form: what was asked.

    Returns:
        Rows age × sex in the order of the categories, 無回答 last where there is any; columns age_band, sex, n.
    """
    ages, sexes = answers(frame, "age_band"), dict(answers(frame, "sex").groups())
    rows = [
        (band, side, int((members & sexes[side]).sum()))
        for band, members in ages.groups()
        if band != NOT_ANSWERED or members.any()
        for side in ("男性", "女性")
    ]
    return Typed.of_rows(rows, {item: form.dimension(item) for item in ("age_band", "sex")} | {"n": _PEOPLE})


def blanks(frame: pd.DataFrame, items: Sequence[str], form: Questionnaire) -> Typed:
    """Count the people who left an item blank.

    How many a skip rule asks is how many gave an answer before it; here plan and audit would not see it.

    Args:
        frame: one row per person.
        items: item ids.
        form: what was asked.

    Returns:
        One row per item; columns title, n (blank), base (asked), both NA for an item that only some were asked.
    """
    read = [(form.item(id_), answers(frame, id_)) for id_ in items]
    rows = [
        (item.title, *((pd.NA, pd.NA) if item.asked_if else (int((~one.answered).sum()), len(frame))))
        for item, one in read
    ]
    some = any(item.asked_if for item, _ in read)
    # Intake fills a column that the file lacks: a question that was dropped looks like one that nobody answered.
    none = "".join(f"「{title}」" for title, n, base in rows if n is not pd.NA and n == base > 0)
    unasked = f"{none}は全員が空欄です。尋ねていない(ファイルに列がない)ときも、こう数えます。" * bool(none)
    return Typed.of_rows(
        rows,
        {
            "title": Text(heading="設問"),
            "n": Count(unit="人", heading="無回答"),
            "base": Base(unit="人", heading="尋ねた人"),
        },
        note="一部の人だけに尋ねた設問は、尋ねた人の数がほかの設問の答えの数になるため、無回答を数えません。"
        * some
        + unasked,
    )


def all_items(frame: pd.DataFrame, questionnaire: Questionnaire, form: str) -> Typed:
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
        read = answers(frame, item.id, questionnaire.asked(frame, item.id))
        part = _counted(read).rename(columns={item.id: "answer"})
        part.insert(0, "item", item.id)
        part.insert(1, "heading", item.title)
        part.insert(2, "kind", "複数回答" if item.kind == "multiple" else "単一回答")
        parts.append(part)
    headings = {"item": "項目のid", "heading": "項目", "kind": "種類", "answer": "回答"}
    words = {name: Text(heading=heading) for name, heading in headings.items()}
    return Typed.of(pd.concat(parts, ignore_index=True), _kinds(words))


def _narrowed(table: Typed) -> Typed:
    """Those who answered, of a table of everybody."""
    item = next(iter(table.schema.dimensions))
    narrowed = table.frame[~table.frame[item].isin([NOT_ANSWERED, NOT_ASKED])].drop(columns="share_all")
    total = narrowed[item] == TOTAL
    frame = narrowed.assign(
        n=narrowed["n"].mask(total, narrowed["base"]),
        share=narrowed["share"].mask(total & (narrowed["base"] > 0), 1.0),
    ).reset_index(drop=True)
    kinds = {
        **table.schema.columns,
        "base": Base(unit="人", over=(item,)),
        "share": Share(n="n", base="base"),
    }
    return Typed.of(frame, kinds, where={item: (ANSWERED,)}, note=table.schema.note)


def _kinds(more: Mapping[str, Column], level: float = LEVEL) -> dict[str, Column]:
    """The columns that `_counted` makes, and those that a table has besides."""
    return {
        **more,
        "n": _PEOPLE,
        "base": Base(unit="人"),
        "share": Share(of="回答のあった人", n="n", base="base"),
        **interval("share", level),
        "share_all": Share(of="総数"),
        "reference": Flag(heading="参考値"),
    }


def _grouped(frame: pd.DataFrame, item: str, groups: Mapping[str, str]) -> pd.DataFrame:
    """The answers to a single-answer item in wider groups."""
    read = answers(frame, item)
    if read.multiple:
        raise InputError(
            f"「{item}」は調査票で複数回答なので、選択肢を広い区分にまとめられません。単一回答に戻すか、区分の設定から外してください"
        )
    options = read.labels
    if unknown := [option for option in groups if option not in options]:
        raise InputError(
            f"「{item}」に選択肢「{'」「'.join(unknown)}」はありません。ある選択肢: {'、'.join(options)}"
        )
    labels = list(dict.fromkeys(groups.get(label, label) for label in options))
    values = frame[item].astype(object).map(lambda label: groups.get(label, label), na_action="ignore")
    return pd.DataFrame({item: values.astype(pd.CategoricalDtype(labels))})


def _counted(read: Answers, basis: Basis = "described", level: float = LEVEL) -> pd.DataFrame:
    everybody, base = len(read.asked), int(read.answered.sum())
    counts = [(TOTAL, everybody), *((label, int(members.sum())) for label, members in read.groups())]
    table = pd.DataFrame(counts, columns=[read.item, "n"]).astype({"n": "Int64"})
    table["base"] = pd.array([base] * len(table), dtype="Int64")
    shown = [base > 0 and label not in NOT_AN_ANSWER for label, _ in counts]
    table["share"] = (table["n"] / (base or pd.NA)).where(shown)
    if basis != "described":
        limits = [
            _limits(n, base, basis, level) if some else (None, None)
            for (_, n), some in zip(counts, shown, strict=True)
        ]
        table[["low", "high"]] = pd.DataFrame(limits, dtype="Float64")
    table["share_all"] = table["n"] / (everybody or pd.NA)
    return table.assign(reference=pd.array([base < SMALL_BASE] * len(table), dtype="boolean"))


def _limits(n: int, base: int, basis: Literal["sampled"] | int, level: float) -> tuple[float, float]:
    if isinstance(basis, int):
        inside = stats.hypergeometric_interval(n, base, basis, level)
        return inside.low / basis, inside.high / basis
    inside = stats.wilson(n, base, level)
    return inside.low, inside.high


def answer_labels(labels: Iterable[str]) -> list[str]:
    """Those labels of a table that are answers, once each and in order: what is drawn as bars."""
    return [label for label in dict.fromkeys(labels) if label not in NOT_AN_ANSWER]


def modal_labels(labels: Sequence[str], n: Sequence[int | None]) -> tuple[str, ...] | None:
    """Return the answers given most often, ties included.

    Args:
        labels: labels of a table of counts; totals, 無回答 and 非該当 are passed over.
        n: counts; None where a count is hidden.

    Returns:
        The labels; () when nobody gave any answer; None when a hidden count might be the largest.
    """
    proper = [(label, x) for label, x in zip(labels, n, strict=True) if label not in NOT_AN_ANSWER]
    known = [(label, int(x)) for label, x in proper if x is not None and not pd.isna(x)]
    if len(known) < len(proper):
        return None
    return tuple(label for label, x in known if 0 < x == max(n for _, n in known))
