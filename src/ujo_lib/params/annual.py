"""The files behind the annual summary: what was published, what is followed, aimed at, and cannot be said.

Each names cells of tables that the notebooks publish; whether such a cell is there shows when the year is computed.
"""

from collections import Counter
from math import isfinite
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ujo_lib.fiscal import FiscalYear
from ujo_lib.yamlfile import Declared, Many, Word, such, written

Rule = Literal[
    "equal", "text", "percent", "rounded", "words", "largest", "top", "present", "descending", "about", "above_one",
    "over_represented", "not_different", "none",
]  # fmt: skip
"""Ways to compare a statement with a figure; `none` where nothing computes it."""

_NUMERIC: tuple[Rule, ...] = ("equal", "percent", "rounded", "about")
_LISTS: tuple[Rule, ...] = ("top", "present")
_RANKED: tuple[Rule, ...] = ("largest", "top", "present", "descending")


def _plain(value: Any) -> Any:
    """One value or several, none of which holds others."""
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str | int | float) or (isinstance(one, float) and not isfinite(one)):
            raise ValueError("文字か数、またはその一覧")
    return value


def _several(value: Any) -> Any:
    return tuple(_plain(value)) if isinstance(value, list) else (_plain(value),)


class Cell(Declared):
    """Where the figure for a claim stands.

    Attributes:
        notebook, table: the published table.
        column: the column of the figure, or of what is ranked.
        where: dimension column → labels; several labels are added up.
        over: the dimension whose categories are ranked or compared, for rules about an order.
    """

    notebook: str
    table: str
    column: str = "n"
    where: dict[str, Annotated[tuple[Any, ...], BeforeValidator(_several)]] = Field({})
    over: str = ""


class Claim(Declared):
    """One published statement.

    Attributes:
        id: its number, S02 say.
        statement: what was published, in our own words.
        published: the figure or phrase.
        unit: its unit.
        rule: how to compare.
        cell: where the computed figure stands; None when nothing computes it.
        margin: how large a difference still counts as the same, in the unit of the column (0.05 are 5 points).
        note: reading, known inconsistency, or the reason why it cannot be computed.
    """

    id: str
    statement: str
    published: Annotated[Any, BeforeValidator(_plain)]
    unit: str = ""
    rule: Rule
    cell: Cell | None = None
    margin: Annotated[float, Field(gt=0)] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        is_number = isinstance(self.published, int | float) and not isinstance(self.published, bool)
        mistakes = [
            ((self.rule == "none") != (self.cell is None), "rule が none のときだけ cell を省く"),
            (
                self.margin is not None and self.rule != "not_different",
                "margin は rule が not_different のときだけ書く",
            ),
            (self.rule in _NUMERIC and not is_number, f"rule が {self.rule} なら published は数"),
            (
                self.rule in _LISTS and not isinstance(self.published, list),
                f"rule が {self.rule} なら published は一覧",
            ),
            (
                self.rule in _RANKED and self.cell is not None and not self.cell.over,
                f"rule が {self.rule} なら cell に over",
            ),
        ]
        if found := [told for wrong, told in mistakes if wrong]:
            raise ValueError(f"{self.id}: {'。'.join(found)}")
        return self


class Claims(Declared):
    """`published.yaml`: published statements."""

    claims: Many[Claim]

    @field_validator("claims")
    @classmethod
    def _numbered_once(cls, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        if twice := [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]:
            raise ValueError(f"番号は一度だけ({'、'.join(twice)} が重なる)")
        return claims


class KeyFigure(Declared):
    """One key figure: its label, where it stands, the columns of its interval, and a note.

    The note may name further columns of the same row, `{base}` say: a denominator is read, never typed.
    """

    label: str
    cell: Cell
    unit: str = ""
    note: str = ""
    low: str = ""
    high: str = ""

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        if bool(self.low) != bool(self.high):
            raise ValueError(f"{self.label}: low と high は、両方書くか、両方省く")
        return self


class KeyFigures(Declared):
    """`key_figures.yaml`: the figures of the summary's first page."""

    key_figures: Many[KeyFigure]


class Goal(Declared):
    """One goal of the programme, and the cell that measures it, if any does."""

    goal: str
    indicator: str
    cell: Cell | None = None
    note: str = ""


class Goals(Declared):
    """`goals.yaml`: the goals of the programme."""

    goals: Many[Goal]


class Limit(Declared):
    """One thing that the report cannot say, and why; what would let the next one say it, where that is known."""

    about: Word
    why: Word
    next: str = ""


class Limits(Declared):
    """`limits.yaml`: what the report cannot say."""

    limits: Many[Limit]


class Place(Declared):
    """Where a number stands in the released tables.

    Attributes:
        table: name of the table, `02_totals`.
        value: heading of the column.
        where: heading → cell, naming one row.
    """

    table: Annotated[str, written("[0-9]{2}_.+", "ノートブックの番号と表の名前(例 02_totals)")]
    value: str
    where: dict[str, Word] = Field({})


def _by_year(changed: Any) -> Any:
    if not isinstance(changed, dict):
        return changed
    by_year = {FiscalYear.parse(year).year: what for year, what in changed.items()}
    if len(by_year) < len(changed):
        raise ValueError("年度は一度だけ(R5 と 2023 は同じ年度)")
    return by_year


class Indicator(Declared):
    """One figure that is followed over the years.

    Attributes:
        label: its name in the tables.
        kind: `count` (ratio of counts, exact or widened by `dispersion`) or `share` (percentage with a published
            interval).
        unit: 人, 件 or %.
        place: where it stands.
        low, high: headings of the interval of a share.
        gaps: heading of the number of days that were not recorded; a year with such days is not compared.
        dispersion: where the spread of the counts stands (1 when contacts come singly).
        changed: fiscal year → what was redefined from that year on.
        history: heading of the fiscal year, where one table holds all years (the waves of a survey); each year is
            then looked up in the latest release that has it.
        base: of such a table, heading of the number of people asked: counts are compared per one of them.
        comparable: heading that says 不可 of a year that must not be compared.
        caution: heading of a warning to be printed beside a comparison.
    """

    label: str
    kind: Literal["count", "share"]
    unit: str
    place: Place
    low: str = ""
    high: str = ""
    gaps: str = ""
    dispersion: Place | None = None
    changed: Annotated[dict[int, str], BeforeValidator(_by_year)] = Field({})
    history: str = ""
    base: str = ""
    comparable: str = ""
    caution: str = ""

    @model_validator(mode="after")
    def _of_use(self) -> Self:
        of_history = [name for name in ("base", "comparable", "caution") if getattr(self, name)]
        if of_history and not self.history:
            raise ValueError(f"{self.label}: {'・'.join(of_history)} は history を書いたときだけ読まれる")
        return self


class Indicators(Declared):
    """`indicators.yaml`: the figures that are followed over the years.

    Attributes:
        renamed: former name of a place → name that the same area has today.
    """

    indicators: Many[Indicator]
    renamed: Annotated[
        dict[str, Word],
        such(
            lambda names: "" not in {*names, *names.values()} and {*names}.isdisjoint(names.values()),
            "「前の名前: 今の名前」(名前が二度変わったなら、どちらの前の名前にも今の名前を書く)",
        ),
    ] = Field({})
