"""A questionnaire as data: what was asked, which answers were offered, who had to answer.

Item ids stay the same over the waves, so that a table of this year can stand beside one of four years ago;
options that were worded differently then are joined by the crosswalk. Another survey is another file in this
form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import pandas as pd

from ujo_lib.columns import Dimension, Text, Typed

Kind = Literal["single", "multiple", "number", "text"]

NOT_ANSWERED = "無回答"
NOT_ASKED = "非該当"


class QuestionnaireError(ValueError):
    """A questionnaire file contradicts itself; the message lists every mistake in Japanese."""


@dataclass(frozen=True)
class Condition:
    """A skip rule: the item is asked only of those who gave one of `answers` to `item`."""

    item: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One question.

    Attributes:
        id: name that stays the same over the waves; the column, or for multiple answers the column prefix.
        form: the sheet it stands on (commissioners, cases, …).
        title: short name for headings.
        wording: the question as asked.
        kind: single, multiple, number or text.
        options: code on the sheet → label, in the order of the sheet; empty for numbers and texts.
        asked_if: who is asked; None means everybody.
        low, high: permitted range of a number.
        crosswalk: wave → {label of that wave: label of today}.
    """

    id: str
    form: str
    title: str
    wording: str
    kind: Kind
    options: Mapping[str, str] = field(default_factory=dict)
    asked_if: Condition | None = None
    low: float | None = None
    high: float | None = None
    crosswalk: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of today's options, in the order of the sheet."""
        return tuple(self.options.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that hold the answers in a frame."""
        return tuple(f"{self.id}_{label}" for label in self.labels) if self.kind == "multiple" else (self.id,)


@dataclass(frozen=True)
class Questionnaire:
    """All items of a survey, on one or more forms.

    Attributes:
        survey: id of the survey.
        title: its Japanese name.
        target_group: whom it is about.
        keys: form → column that identifies one sheet.
        items: the questions in the order of the forms.
    """

    survey: str
    title: str
    target_group: str
    keys: Mapping[str, str]
    items: tuple[Item, ...]

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any]) -> "Questionnaire":
        """Build from the content of a questionnaire file.

        Args:
            content: `survey`, `title`, `target_group`, `forms` {form: {key: column, items: [item, …]}}; an
                item has `id`, `title`, `wording`, `kind`, and where they apply `options` {code: label}, `asked_if`
                {item, answers}, `range` [low, high] and `crosswalk` {wave: {old: new}}.

        Raises:
            QuestionnaireError: something is missing or contradicts itself; all mistakes at once.
        """
        problems = [
            f"「{name}」がありません"
            for name in ("survey", "title", "target_group", "forms")
            if not content.get(name)
        ]
        if problems:
            raise QuestionnaireError(_told(problems))
        items = tuple(
            _item(form, raw, problems)
            for form, sheet in content["forms"].items()
            for raw in sheet.get("items", ())
        )
        problems += [
            f"様式「{f}」に key(整理番号の列)がありません"
            for f, s in content["forms"].items()
            if "key" not in s
        ]
        problems += _contradictions(items)
        if problems:
            raise QuestionnaireError(_told(problems))
        keys = {form: str(sheet["key"]) for form, sheet in content["forms"].items()}
        return cls(str(content["survey"]), str(content["title"]), str(content["target_group"]), keys, items)

    def on(self, form: str) -> tuple[Item, ...]:
        """Items of one form."""
        return tuple(item for item in self.items if item.form == form)

    def item(self, id: str) -> Item:
        """Return the item with this id.

        Raises:
            KeyError: no such item; the message names those there are.
        """
        for item in self.items:
            if item.id == id:
                return item
        raise KeyError(f"調査票に項目「{id}」はありません。ある項目: {', '.join(i.id for i in self.items)}")

    def asked(self, frame: pd.DataFrame, id: str) -> "pd.Series[bool]":
        """Who had to answer an item: everyone, or by the skip rule those with the answer it names."""
        condition = self.item(id).asked_if
        if condition is None:
            return pd.Series(True, index=frame.index)
        source = self.item(condition.item)
        if source.kind == "multiple":
            ticked = frame[[f"{source.id}_{answer}" for answer in condition.answers]]
            return ticked.fillna(False).astype(bool).any(axis=1)
        return frame[source.id].isin(condition.answers)

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms, in the order of the file."""
        return tuple(self.keys)

    def dimension(self, id: str, groups: Mapping[str, tuple[str, ...]] | None = None) -> Dimension:
        """What a column with the answers to an item is: its heading, and whether one person gives several.

        Args:
            id: item id.
            groups: wider group → the options that it adds up, where the column holds groups.
        """
        item = self.item(id)
        return Dimension(heading=item.title, groups=groups or {}, multiple=item.kind == "multiple")

    def asked_note(self, id: str) -> str:
        """Who was asked an item, for the reader of its table; empty where everybody was."""
        rule = self.item(id).asked_if
        return f"{self._spoken(rule)}だけに尋ねました。ほかの人は「{NOT_ASKED}」です。" if rule else ""

    @property
    def titles(self) -> dict[str, str]:
        """Item id → short name."""
        return {item.id: item.title for item in self.items}

    def contents(self) -> Typed:
        """The questionnaire as a table: form, item, title, wording, kind, options, asked_if."""
        headings = {
            "form": "様式",
            "item": "項目のid",
            "title": "見出し",
            "wording": "質問文",
            "kind": "種類",
            "options": "選択肢",
            "asked_if": "回答する人",
        }
        rows = [
            (
                i.form,
                i.id,
                i.title,
                i.wording,
                _KIND_JA[i.kind],
                " / ".join(i.labels),
                self._spoken(i.asked_if),
            )
            for i in self.items
        ]
        return _texts(rows, headings)

    def crosswalk(self) -> Typed:
        """How options of earlier waves map to today's: item, title, wave, old, new (one row per earlier option)."""
        headings = {
            "item": "項目のid",
            "title": "項目",
            "wave": "調査回",
            "old": "当時の選択肢",
            "new": "今の選択肢",
        }
        rows = [
            (item.id, item.title, wave, old, new)
            for item in self.items
            for wave, mapping in item.crosswalk.items()
            for old, new in mapping.items()
        ]
        return _texts(rows, headings)

    def _spoken(self, condition: Condition | None) -> str:
        if condition is None:
            return "全員"
        return f"「{self.item(condition.item).title}」が{'・'.join(condition.answers)}の人"

    def modernise(self, frame: pd.DataFrame, wave: str) -> pd.DataFrame:
        """Rename the single answers of an earlier wave to today's options.

        Args:
            frame: answers with the labels of `wave`.
            wave: a wave named in the crosswalk; items without one keep their labels.

        Raises:
            QuestionnaireError: a label that is neither an option of today nor in the crosswalk.
        """
        renamed = frame.copy()
        strange = []
        for item in self.items:
            if item.kind != "single" or item.id not in frame:
                continue
            answers = frame[item.id].astype(object).replace(dict(item.crosswalk.get(wave, {})))
            strange += [
                f"{item.id}: 「{label}」の対応先がありません"
                for label in sorted(set(answers.dropna()) - set(item.labels))
            ]
            renamed[item.id] = answers
        if strange:
            raise QuestionnaireError(_told(strange))
        choices = {
            item.id: pd.CategoricalDtype(item.labels, ordered=True)
            for item in self.items
            if item.kind == "single" and item.id in frame
        }
        return renamed.astype(choices)


_KIND_JA: Mapping[str, str] = {
    "single": "単一回答",
    "multiple": "複数回答",
    "number": "数値",
    "text": "自由記述",
}


def _texts(rows: Iterable[tuple[str, ...]], headings: Mapping[str, str]) -> Typed:
    frame = pd.DataFrame(list(rows), columns=list(headings))
    return Typed.of(frame, {name: Text(heading=heading) for name, heading in headings.items()})


def _told(problems: Iterable[str]) -> str:
    return "調査票の定義に誤りがあります。\n" + "\n".join(f"  - {problem}" for problem in problems)


def _item(form: str, raw: Mapping[str, Any], problems: list[str]) -> Item:
    """Read one item, noting what is wrong with it by itself."""
    id_ = str(raw.get("id", "(id なし)"))
    stated = raw.get("kind")
    if stated not in get_args(Kind):
        problems.append(f"{id_}: kind は {', '.join(get_args(Kind))} のどれか({stated!r} ではない)")
    kind = cast(Kind, stated) if stated in get_args(Kind) else "text"
    for name, meaning in (("title", "短い見出し"), ("wording", "質問文")):
        if not raw.get(name):
            problems.append(f"{id_}: {name}({meaning})がありません")
    options = {str(code): str(label) for code, label in (raw.get("options") or {}).items()}
    if (kind in ("single", "multiple")) != bool(options):
        problems.append(f"{id_}: options は選択式の項目にだけ、必ず書きます")
    if len(set(options.values())) < len(options):
        problems.append(f"{id_}: 同じ選択肢が二度あります")
    condition = raw.get("asked_if")
    low, high = raw.get("range") or (None, None)
    return Item(
        id=id_,
        form=form,
        title=str(raw.get("title", "")),
        wording=str(raw.get("wording", "")),
        kind=kind,
        options=options,
        asked_if=Condition(str(condition["item"]), tuple(condition["answers"])) if condition else None,
        low=low,
        high=high,
        crosswalk={str(wave): dict(mapping) for wave, mapping in (raw.get("crosswalk") or {}).items()},
    )


def _contradictions(items: tuple[Item, ...]) -> list[str]:
    """What is wrong between items: ids twice, rules and crosswalks that point nowhere."""
    by_id = {item.id: item for item in items}
    found = []
    if len(by_id) < len(items):
        found.append("同じ id の項目が二つあります")
    for item in items:
        if item.asked_if is not None:
            source = by_id.get(item.asked_if.item)
            if source is None:
                found.append(f"{item.id}: asked_if の項目「{item.asked_if.item}」がありません")
            else:
                unknown = set(item.asked_if.answers) - set(source.labels)
                found += [
                    f"{item.id}: 「{source.id}」に選択肢「{label}」がありません" for label in sorted(unknown)
                ]
        for wave, mapping in item.crosswalk.items():
            unknown = set(mapping.values()) - set(item.labels)
            found += [
                f"{item.id}: {wave} の対応先「{label}」が今の選択肢にありません" for label in sorted(unknown)
            ]
    return found
