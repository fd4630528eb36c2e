"""What a published column is: its kind knows heading, unit, number format and how it follows from counts.

An analysis declares each column once, where it computes it, and hands on a `Typed`: the frame with its schema beside
it. Whatever is later written above a column, on an axis, into a cell format or into an equation of the disclosure
audit is asked of the column; nobody types it again, so nothing says 95 % over an interval of 90 %, or 件 above a %.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, get_args

TOTAL: Final = "総数"
"""Label of the row or column of everybody in a table of counts."""
WHOLE: Final = "全体"
"""Label of the row of everybody in a table of shares, as survey reports call it."""
TOTAL_LABELS: Final = (TOTAL, WHOLE)
"""Labels in dimension columns that stand for all categories together."""

DIMENSIONS: Final[Mapping[str, str]] = {
    "sex": "性別",
    "age_band": "年齢層",
    "occupation": "職業",
    "topic": "相談内容",
    "theme": "主題",
    "month": "月",
    "quarter": "時期",
    "weekday": "曜日",
    "hour": "時刻",
    "date": "日付",
    "week": "週の始まり",
    "district": "地区",
    "platform": "媒体",
    "loneliness": "孤独感",
    "death_wish": "希死念慮",
    "suicidal_ideation": "自殺念慮",
    "referral": "つなぎ先",
}
"""Headings of the variables by which more than one table splits."""

Rests = Literal["words", "counts", "row", "of", "table"]
"""How a value follows from the counts of its table.

- words: no number, or one that a release makes of what it prints (`Mark`).
- counts: a cell, or a base of cells, that plan and audit know.
- row: from the columns of its own row that `sources` names; without them as *table*.
- of: as the column around which it lies; an interval around a count, or one from a model or a family, as *table*.
- table: from cells of other rows, too, by no equation that plan and audit know. A release that hides one of these cells
  keeps the whole column back.
"""

MARKS: Final = ("＋", "－", "・")
"""A cell above independence beyond chance, one below, and one that cannot be told."""

_COUNTED: Final[Mapping[str, str]] = {"人": "人数", "名": "人数", "件": "件数"}
_INTERVALS: Final[Mapping[str, str]] = {
    "confidence": "信頼区間",
    "prediction": "予測区間",
    "acceptance": "が偶然に収まる範囲",
    "simultaneous": "同時信頼区間",
    "assumption": "仮定による幅",
}

Side = Literal["low", "high"]
Interval = Literal["confidence", "prediction", "acceptance", "simultaneous", "assumption"]


FORMATS: Final = ("text", "n", "share", "percent0", "percent2", "rate", "ratio", "p", "yen")
"""How the values of a column may be written."""


class ColumnError(ValueError):
    """A table and what is said about its columns do not agree."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; each kind is a subclass with its own defaults, and says how it follows from counts (`rests`).

    Attributes:
        heading: Japanese heading without unit; empty for the kind's own.
        unit: what is counted or measured (人, 件, 円 …); empty where there is none.
        decimals: places shown; None where the kind does not round.
        free: shown even where the counts of its row are hidden (a label, a number that everybody knows).
        note: what a reader has to know of it; printed with the column, and not without it.
        unit_by: the column that names the unit of each row, where rows differ in unit.
    """

    heading: str = ""
    unit: str = ""
    decimals: int | None = None
    free: bool = False
    note: str = ""
    unit_by: str = ""

    default: ClassVar[str] = ""
    written: ClassVar[str] = "text"
    rests: ClassVar[Rests]

    def __init_subclass__(cls, *, rests: Rests, **more: Any) -> None:
        # No default: a kind that does not say what it gives away cannot be made, so it cannot be printed.
        super().__init_subclass__(**more)
        cls.rests = rests

    def __post_init__(self) -> None:
        if (
            self.format not in FORMATS
        ):  # a share of an unknown format was printed as 0.4, under a heading in %
            raise ColumnError(
                f"「{self.name}」の書式「{self.format}」はありません(decimals か like を直します)。"
                f"あるのは {'、'.join(FORMATS)} です。"
            )

    @property
    def format(self) -> str:
        """Number format as sentences and cells know it: one of `FORMATS`."""
        return self.written

    @property
    def name(self) -> str:
        """The heading without its unit."""
        return self.heading or self._named() or self.default

    def _named(self) -> str:
        """A heading made from the fields of the kind; empty for the default."""
        return ""

    @property
    def both(self) -> str:
        """The heading without unit of a column that is printed together with its other end."""
        return self.name

    @property
    def title(self) -> str:
        """The heading as printed above the column and along an axis: with the unit, where the words do not say it."""
        if not self.unit or not self.name.endswith(")"):
            return f"{self.name}({self.unit})" if self.unit else self.name
        # What stands in brackets may be the unit, but never says percent, and in a table of people 9.1 passes for one.
        return f"{self.name[:-1]}、%)" if self.unit == "%" else self.name

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return self.format != "text"

    @property
    def sources(self) -> tuple[str, ...]:
        """Columns of the same row from which the value follows; empty where it does not follow from its row."""
        return ()

    def value(self, row: Mapping[str, float]) -> float:
        """What the column holds, computed from the columns that `sources` names.

        Raises:
            ColumnError: the value does not follow from its row.
        """
        raise ColumnError(f"「{self.name}」は、同じ行の列({'、'.join(row)})からは計算できません。")


@dataclass(frozen=True, kw_only=True)
class Text(Column, rests="words"):
    """Words: a label, a remark, a verdict, a date to be read.

    Attributes:
        aside: for programs; in CSV file and workbook, and on a page only where it is asked for by name.
    """

    aside: bool = False


METHOD: Final = Text(heading="補正の方法")
"""How the share of each row was corrected: two years of unlike methods are not compared without a word."""


DIGEST: Final = Text(heading="主題とみなす語(照合値)", aside=True)
"""Of the words by which the theme of each row is found: others under the same name are not compared without a word."""


@dataclass(frozen=True, kw_only=True)
class Dimension(Column, rests="words"):
    """Categories by which members of a population are split.

    Attributes:
        variable: the variable of the population; the column's own name where none is given.
        groups: label → the finer categories that it stands for.
        multiple: several of its categories can be given as one person's answer, so that the cells do not add up.
        alone: of several answers the category of those who gave none of the others.
    """

    free: bool = True
    variable: str = ""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    multiple: bool = False
    alone: str = ""

    default: ClassVar[str] = "区分"

    def _named(self) -> str:
        return DIMENSIONS.get(self.variable, "")


@dataclass(frozen=True, kw_only=True)
class Flag(Column, rests="words"):
    """Yes or no."""


@dataclass(frozen=True, kw_only=True)
class Count(Column, rests="counts"):
    """Whole numbers of things or people.

    Attributes:
        members: members of the table's population in the cell of their row: what disclosure control protects. False for
            counts of anything else (days, another population, sums that follow from the row).
        over: dimension columns over which it is summed: the total of a row or column printed beside each cell.
    """

    decimals: int | None = 0
    members: bool = True
    over: tuple[str, ...] = ()

    written: ClassVar[str] = "n"

    def _named(self) -> str:
        return _COUNTED.get(self.unit, "数")


@dataclass(frozen=True, kw_only=True)
class Base(Count, rests="counts"):
    """How many a share is of. Without `over` it is no cell, and goes as soon as its table hides one.

    Attributes:
        told: groups of the table whose base a table of another population tells, whatever this one hides.
    """

    members: bool = False
    told: tuple[str, ...] = ()

    def _named(self) -> str:
        return "総数" if self.unit == "件" else "回答者数(n)"


@dataclass(frozen=True, kw_only=True)
class Quotient(Column, rests="row"):
    """What shares, rates and ratios have in common.

    Attributes:
        n: the column above the line; empty where the value does not follow from its row.
        base: the column below the line.
        scale: what the quotient is multiplied by.
    """

    n: str = ""
    base: str = ""
    scale: float = 1.0

    @property
    def sources(self) -> tuple[str, ...]:
        """What is divided by what."""
        return (self.n, self.base) if self.n and self.base else ()

    def value(self, row: Mapping[str, float]) -> float:
        """The scaled quotient; NaN over zero."""
        if not self.sources:
            return super().value(row)
        return self.scale * row[self.n] / row[self.base] if row[self.base] else math.nan


@dataclass(frozen=True, kw_only=True)
class Share(Quotient, rests="row"):
    """A part of a whole, kept as 0–1 and printed in percent.

    Attributes:
        of: the whole, in words (回答のあった相談).
    """

    unit: str = "%"
    decimals: int | None = 1
    of: str = ""

    default: ClassVar[str] = "割合"

    @property
    def format(self) -> str:
        """`share`, or `percent0` and `percent2` with as many decimals."""
        return "share" if self.decimals == 1 else f"percent{self.decimals}"

    def _named(self) -> str:
        return f"{self.of}に占める割合" if self.of else ""


@dataclass(frozen=True, kw_only=True)
class Rate(Quotient, rests="row"):
    """So many per something else: per day, per 100,000, per commissioner; also the mean or expectation of a count.

    Attributes:
        per: the something else, in words (1日); empty for a mean or an expectation.
    """

    decimals: int | None = 1
    per: str = ""

    @property
    def format(self) -> str:
        """`rate` with one decimal, `ratio` with two."""
        return "rate" if self.decimals == 1 else "ratio"

    def _named(self) -> str:
        counted = _COUNTED.get(self.unit, "数")
        return f"{self.per}あたり{counted}" if self.per else f"平均の{counted}"


@dataclass(frozen=True, kw_only=True)
class Ratio(Quotient, rests="row"):
    """How many times something else: two decimals, none from 100 on.

    Attributes:
        to: what it is compared with, in words (平均的な日).
    """

    unit: str = "倍"
    decimals: int | None = 2
    to: str = ""

    default: ClassVar[str] = "比"
    written: ClassVar[str] = "ratio"

    def _named(self) -> str:
        return f"{self.to}との比" if self.to else ""


@dataclass(frozen=True, kw_only=True)
class Difference(Column, rests="row"):
    """One column less another of the same kind, and written like them.

    Attributes:
        n: the column from which is taken.
        base: the column that is taken away.
        like: number format of the two.
        to: what it is compared with, in words.
    """

    n: str = ""
    base: str = ""
    like: str = "n"
    to: str = ""

    default: ClassVar[str] = "差"

    @property
    def format(self) -> str:
        """As its two columns are written."""
        return self.like

    def _named(self) -> str:
        return f"{self.to}との差" if self.to else ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The two columns."""
        return (self.n, self.base) if self.n and self.base else ()

    def value(self, row: Mapping[str, float]) -> float:
        """The first less the second."""
        return row[self.n] - row[self.base] if self.sources else super().value(row)


@dataclass(frozen=True, kw_only=True)
class Estimate(Column, rests="table"):
    """A number that was estimated, not counted: persons, contacts, an hour of the day; one decimal, or none."""

    decimals: int | None = 1

    default: ClassVar[str] = "推定値"

    @property
    def format(self) -> str:
        """`rate` with one decimal, `n` for whole numbers, to which the analysis has rounded."""
        return "rate" if self.decimals else "n"


@dataclass(frozen=True, kw_only=True)
class Bound(Column, rests="of"):
    """One end of an interval around another column, and written like it.

    Attributes:
        of: the column around which the interval lies.
        side: low or high.
        interval: confidence (of an estimate), prediction (of a value to come), acceptance (what chance alone allows),
            simultaneous (of a family of estimates), assumption (between two extremes assumed; it has no level).
        level: probability with which the interval is meant to hold.
        like: number format; that of the column `of` is filled in by the schema.
        remark: what sets the interval apart from another one of the same table.
    """

    of: str
    side: Side
    interval: Interval = "confidence"
    level: float | None = None
    like: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, choices in (("side", get_args(Side)), ("interval", get_args(Interval))):
            if (given := getattr(self, name)) not in choices:
                raise ColumnError(
                    f"列「{self.of}」の区間の {name} が「{given}」です。あるのは {'、'.join(choices)} です。"
                )
        if (self.level is None) != (self.interval == "assumption"):
            raise ColumnError(
                f"列「{self.of}」の区間({self.interval})の level が {self.level} です。"
                "assumption には書かず、ほかの区間には 0.95 のように書きます。"
            )
        if self.level is not None and not 0 < self.level < 1:
            raise ColumnError(
                f"列「{self.of}」の区間の level が {self.level} です。0と1の間の数(0.95 など)を書きます。"
            )

    @property
    def format(self) -> str:
        """As the column it lies around."""
        return self.like or "ratio"

    @property
    def both(self) -> str:
        """Heading of the interval as one column, without unit: 「95%信頼区間」."""
        level = "" if self.level is None else f"{100 * self.level:.10g}%"
        return (self.heading or level + _INTERVALS[self.interval]) + (
            f"・{self.remark}" if self.remark else ""
        )

    @property
    def name(self) -> str:
        """Heading of this end alone."""
        return f"{self.both}の{'下限' if self.side == 'low' else '上限'}"


@dataclass(frozen=True, kw_only=True)
class PValue(Column, rests="table"):
    """A p value.

    Attributes:
        adjusted: the method of correction for several tests (ホルム法); empty for a raw p value.
    """

    decimals: int | None = 3
    adjusted: str = ""

    default: ClassVar[str] = "p値"
    written: ClassVar[str] = "p"

    def _named(self) -> str:
        return f"補正後のp値({self.adjusted})" if self.adjusted else ""


@dataclass(frozen=True, kw_only=True)
class Residual(Column, rests="table"):
    """How far a cell lies from independence, in standard errors: Haberman's (1973), or what the heading says."""

    decimals: int | None = 2

    default: ClassVar[str] = "調整済み残差"
    written: ClassVar[str] = "ratio"


@dataclass(frozen=True, kw_only=True)
class Mark(Column, rests="words"):
    """Whether a cell of a cross table lies above or below independence beyond chance: one of `MARKS`.

    A release that hides cells of the table gives the marks that follow from what it prints, see `report.door.marks`.

    Attributes:
        n: the count of the cell.
        base: the total of its row: a count summed over the other dimension.
        residual: the residual that is judged.
        level: level of the test of all cells together (Holm).
    """

    n: str
    base: str
    residual: str
    level: float

    default: ClassVar[str] = "全体との違い"


@dataclass(frozen=True, kw_only=True)
class Withheld(Column, rests="words"):
    """A column that a release keeps back as a whole; no table or file prints it."""


@dataclass(frozen=True, kw_only=True)
class Statistic(Column, rests="table"):
    """A number without unit that describes a fit or a test: F, a correlation, a variance ratio; two decimals."""

    decimals: int | None = 2

    default: ClassVar[str] = "統計量"
    written: ClassVar[str] = "ratio"


@dataclass(frozen=True, kw_only=True)
class Money(Column, rests="table"):
    """An amount of yen; on a page its cells say 円 themselves."""

    unit: str = "円"
    decimals: int | None = 0

    default: ClassVar[str] = "費用"
    written: ClassVar[str] = "yen"

    @property
    def title(self) -> str:
        """The heading alone."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Various(Column, rests="table"):
    """Numbers of several kinds, one to a row: key figures, say.

    Attributes:
        by: the column that names the number format of each row.
    """

    by: str = "format"
    unit_by: str = "unit"

    default: ClassVar[str] = "値"
    written: ClassVar[str] = "rate"


KINDS: Final[Mapping[str, type[Column]]] = {
    kind.__name__: kind
    for kind in (
        *(Text, Dimension, Flag, Count, Base, Share, Rate, Ratio, Difference, Estimate, Bound, PValue),
        *(Residual, Mark, Withheld, Statistic, Money, Various),
    )
}


def interval(
    of: str,
    level: float | None,
    kind: Interval = "confidence",
    low: str = "low",
    high: str = "high",
    **more: Any,
) -> dict[str, Column]:
    """Both ends of an interval as columns.

    Args:
        of: the column around which it lies.
        level: as in `Bound`.
        kind: as `Bound.interval`.
        low: name of the column with the lower end.
        high: name of the column with the upper end.
        more: further fields of `Bound`.

    Example:
        >>> [column.name for column in interval("share", 0.9).values()]
        ['90%信頼区間の下限', '90%信頼区間の上限']
    """
    return {
        low: Bound(of=of, side="low", interval=kind, level=level, **more),
        high: Bound(of=of, side="high", interval=kind, level=level, **more),
    }
