"""A questionnaire file: what was asked, which answers were offered, who had to answer.

It is the one place where a question is written down. The form to fill in, the columns that intake reads, the data
dictionary and the tables follow from it. Item ids stay the same over the waves, so that a table of this year can
stand beside one of four years ago; options that were worded differently then are joined by the crosswalk.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Annotated, Final, Literal, Self

import pandas as pd
from pydantic import Field, PrivateAttr, Strict, model_validator

from ujo_lib.columns import TOTAL_LABELS
from ujo_lib.errors import InputError
from ujo_lib.text import ambiguous
from ujo_lib.yamlfile import Declared, Many, Word, written

Kind = Literal["single", "multiple", "number", "text"]

_Words = Annotated[str, Field(min_length=1)]
_Title = Annotated[
    str, written(r"[^{}\[\]]+", "空でない文字列({ } [ ] は、文の中で数値を入れる所の印なので使えない)")
]


TAKEN: Final = frozenset(
    [
        "n",
        "base",
        "share",
        "share_all",
        "reference",
        "low",
        "high",
        "mean",
        "median",
        "expected",
        "residual",
        "voice",
    ]
)
"""Columns of the tables that are made of answers: a question of that name would be taken for one."""

NOT_ANSWERED: Final = "無回答"
NOT_ASKED: Final = "非該当"
BLANK: Final = "記入なし"
"""Not 無回答, beside which a base counts those who answered: where it stands, the base counts all who were asked."""
ADDED: Final = (*TOTAL_LABELS, NOT_ANSWERED, NOT_ASKED, BLANK)
"""Rows that tables add to the answers: an option of that name would be lost among them, and its people with it."""

KEPT: Final = (
    "名前を確かめてください。ページが使う質問は、尋ねない年も調査票に残します(列がなければ無回答になります)。"
)
"""What to do about a question that a page asks for and the questionnaire lacks."""


class Condition(Declared):
    """A skip rule: the item is asked only of those who gave one of `answers` to `item`."""

    item: str
    answers: Many[Word]


class Item(Declared):
    """One question.

    Attributes:
        id: name that stays the same over the waves; the column, or for multiple answers the column prefix.
        title: short name for headings.
        wording: the question as asked.
        kind: single, multiple, number or text.
        options: code on the sheet → label, in the order of the sheet; empty for numbers and texts.
        spellings: label → other ways in which it is keyed in.
        heading: heading of its column in the file of answers, where that is not the title.
        other_headings: further headings that mean this column.
        required: a file without its column cannot be read.
        unit: what a number counts.
        whole: a number has no decimals.
        asked_if: who is asked; None means everybody.
        range: least and largest number permitted.
        crosswalk: wave → {label of that wave: label of today}.
    """

    id: Annotated[str, written("[a-z][a-z0-9_]*", "英小文字で始まる、英小文字・数字・_ だけの名前")]
    title: _Title
    wording: _Words
    kind: Kind
    options: dict[str, Word] = Field({})
    spellings: dict[str, Many[Word]] = Field({})
    heading: str = ""
    other_headings: Many[Word] = ()
    required: bool = False
    unit: str = ""
    whole: bool = False
    asked_if: Condition | None = None
    range: Annotated[tuple[float, float], Strict(False)] | None = None
    crosswalk: dict[str, dict[str, Word]] = Field({})

    _form: str = PrivateAttr("")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        choice, number = self.kind in ("single", "multiple"), self.kind == "number"
        strange = [
            *(set(self.spellings) - set(self.labels)),
            *(
                new
                for mapping in self.crosswalk.values()
                for new in mapping.values()
                if new not in self.labels
            ),
        ]
        mistakes = [
            (self.id in TAKEN, "表の列の名前と同じ id です。ほかの id にします"),
            (choice != bool(self.options), "options は選択式の項目にだけ、必ず書きます"),
            (len(set(self.labels)) < len(self.labels), "同じ選択肢が二度あります"),
            (bool(shared := self._shared()), f"「{'」「'.join(shared)}」が二つの選択肢を指します"),
            (
                any(not label.strip() or label in ADDED for label in self.labels),
                f"選択肢は、空や、表が加える行の名前({'・'.join(ADDED)})にできません。答えのない人は空欄にします",
            ),
            (
                bool(strange),
                f"spellings・crosswalk の「{'」「'.join(map(str, sorted(strange)))}」が選択肢にありません",
            ),
            (
                not number and bool(self.range or self.unit or self.whole),
                "range・unit・whole は数値の項目にだけ書きます",
            ),
            (self.range is not None and self.range[0] > self.range[1], "range は小さい数から書きます"),
        ]
        if found := [told for wrong, told in mistakes if wrong]:
            raise ValueError(f"{self.id}: {'。'.join(found)}")
        return self

    def _shared(self) -> list[str]:
        """Codes, labels and spellings by which two options would be keyed in."""
        ways = {label: (code, label, *self.spellings.get(label, ())) for code, label in self.options.items()}
        return ambiguous(ways)

    @property
    def form(self) -> str:
        """The sheet it stands on (commissioners, cases, …)."""
        return self._form

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of today's options, in the order of the sheet."""
        return tuple(self.options.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that hold the answers in a frame."""
        return tuple(f"{self.id}_{label}" for label in self.labels) if self.kind == "multiple" else (self.id,)

    @property
    def low(self) -> float | None:
        """The least number permitted."""
        return self.range[0] if self.range else None

    @property
    def high(self) -> float | None:
        """The largest number permitted."""
        return self.range[1] if self.range else None

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings that mean its column, the usual one first."""
        return tuple(dict.fromkeys(filter(None, (self.heading, self.title, *self.other_headings))))


class Sheet(Declared):
    """One form: the column that identifies a filled-in sheet, and its questions in their order."""

    key: str
    items: Many[Item] = ()


class Questionnaire(Declared):
    """All items of a survey, on one or more forms; an item may stand on several, the same on each.

    Attributes:
        survey: id of the survey.
        title: its Japanese name.
        target_group: whom it is about.
        sheets: name of a form → the form.
    """

    survey: str
    title: str
    target_group: str
    sheets: dict[str, Sheet] = Field(alias="forms", min_length=1)

    @model_validator(mode="after")
    def _settled(self) -> Self:
        for form, sheet in self.sheets.items():
            for item in sheet.items:
                item._form = form
        if found := [*self._twice(), *self._confused(), *self._astray()]:
            raise ValueError("。".join(found))
        return self

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms, in the order of the file."""
        return tuple(self.sheets)

    @property
    def keys(self) -> Mapping[str, str]:
        """Form → column that identifies one sheet."""
        return {form: sheet.key for form, sheet in self.sheets.items()}

    @property
    def items(self) -> tuple[Item, ...]:
        """The questions in the order of the forms."""
        return tuple(item for sheet in self.sheets.values() for item in sheet.items)

    @property
    def titles(self) -> dict[str, str]:
        """Item id → short name."""
        return {item.id: item.title for item in self.items}

    def on(self, form: str) -> tuple[Item, ...]:
        """Items of one form."""
        return self.sheets[form].items if form in self.sheets else ()

    def item(self, id: str) -> Item:
        """Return the item with this id.

        Raises:
            InputError: no such item; the message names those there are.
        """
        for item in self.items:
            if item.id == id:
                return item
        there = ", ".join(item.id for item in self.items)
        raise InputError(f"調査票に項目「{id}」はありません。ある項目: {there}。{KEPT}")

    def asked(self, frame: pd.DataFrame, id: str) -> "pd.Series[bool]":
        """Who had to answer an item: everyone, or by the skip rules those with the answers they name.

        An item of two forms obeys its rule on that which holds the question that the rule names.
        """
        condition = self.item(id).asked_if
        if condition is None:
            return pd.Series(True, index=frame.index)
        source = self.item(condition.item)
        ticks = [f"{source.id}_{answer}" for answer in condition.answers if source.kind == "multiple"]
        if not {*ticks} <= {*frame} or not (ticks or source.id in frame):
            return pd.Series(True, index=frame.index)
        before = self.asked(frame, source.id)
        if ticks:
            return before & frame[ticks].fillna(False).astype(bool).any(axis=1)
        return before & frame[source.id].isin(condition.answers)

    def asked_of(self, id: str) -> str:
        """Whom an item was asked of, in words; empty where everybody was asked."""
        if not (rule := self.item(id).asked_if):
            return ""
        return f"「{self.item(rule.item).title}」に「{'」か「'.join(rule.answers)}」と答えた人"

    def reached(self, id: str) -> dict[str, tuple[str, ...]]:
        """The subgroup that the skip rules send to an item, as a table says it (`Schema.where`).

        A tick is a question of its own, answered はい.
        """
        rule = self.item(id).asked_if
        if rule is None:
            return {}
        if self.item(rule.item).kind == "multiple":
            return {**self.reached(rule.item), f"{rule.item}={'・'.join(rule.answers)}": ("はい",)}
        return {**self.reached(rule.item), rule.item: rule.answers}

    def _twice(self) -> Iterator[str]:
        """Items of one id that are not one item on several forms."""
        for id_, count in Counter(item.id for item in self.items).items():
            alike = [item for item in self.items if item.id == id_]
            forms = {item.form for item in alike}
            if len(forms) < count or any(item.model_dump() != alike[0].model_dump() for item in alike):
                yield f"同じ id の項目が二つあります({id_})"

    def _confused(self) -> Iterator[str]:
        """Columns that could be taken for one another."""
        for form in self.forms:
            spelled = Counter(heading for item in self.on(form) for heading in {*item.headings, item.id})
            for heading, count in spelled.items():
                if count > 1:
                    yield f"{form}: 見出し「{heading}」が二つの項目にあります"
        ticked = [item.id for item in self.items if item.kind == "multiple"]
        for one, other in permutations(ticked, 2):
            if other.startswith(f"{one}_"):
                yield f"{other}: id が複数回答「{one}」の列と紛れます"

    def _astray(self) -> Iterator[str]:
        """Skip rules that run in a circle or point nowhere."""
        by_id = {item.id: item for item in self.items}
        for item in self.items:
            if not (rule := item.asked_if):
                continue
            source, above = by_id.get(rule.item), {item.id}
            while source and source.id not in above:
                above.add(source.id)
                source = by_id.get(source.asked_if.item) if source.asked_if else None
            if source:
                yield f"{item.id}: asked_if が輪になっていて、だれにも尋ねません"
            if not (source := by_id.get(rule.item)):
                yield f"{item.id}: asked_if の項目「{rule.item}」がありません"
                continue
            forms = [{one.id for one in self.on(form)} for form in self.forms]
            if not any({item.id, source.id} <= ids for ids in forms):
                yield f"{item.id}: asked_if の項目「{source.id}」は別の様式「{source.form}」にあります"
            for label in sorted(set(rule.answers) - set(source.labels)):
                yield f"{item.id}: 「{source.id}」に選択肢「{label}」がありません"
