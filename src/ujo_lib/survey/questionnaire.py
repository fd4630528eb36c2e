"""A questionnaire beside its answers: who was asked, what a table is headed, how answers of earlier waves are read."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ujo_lib import questionnaire
from ujo_lib.questionnaire import Condition as Condition
from ujo_lib.questionnaire import Item as Item

NOT_ANSWERED = "無回答"
NOT_ASKED = "非該当"

SHARE_HEADINGS: Mapping[str, str] = {
    "share": "回答のあった人に占める割合(%)",
    "share_all": "総数に占める割合(%)",
}
"""Headings of the two shares in every table of answers."""


class QuestionnaireError(ValueError):
    """Answers do not fit their questionnaire; the message lists every mistake in Japanese."""


class Questionnaire(questionnaire.Questionnaire):
    """The questionnaire file, and what its tables need to know of it."""

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

    def about(self, *ids: str) -> dict[str, Any]:
        """Describe a table of one item, or of two crossed (the shown one first, then the one that splits).

        Returns:
            title, dimensions (column → variable), labels (column → heading), formats, multiple, and a note on who
            was asked where there is a skip rule: what a page has to be told about the table.
        """
        items = [self.item(id_) for id_ in ids]
        rule = items[0].asked_if
        note = (
            {}
            if rule is None
            else {"note": f"{self._spoken(rule)}だけに尋ねました。ほかの人は「{NOT_ASKED}」です。"}
        )
        crossed = {"residual": "調整済み残差"} if len(ids) > 1 else {}
        return note | {
            "title": "と".join(item.title for item in reversed(items)),
            "dimensions": {id_: id_ for id_ in ids},
            "labels": {**{item.id: item.title for item in items}, **SHARE_HEADINGS, **crossed},
            "formats": {"share_all": "share"} | ({"residual": "rate"} if crossed else {}),
            "multiple": items[0].kind == "multiple",
        }

    def counted(self, id: str) -> dict[str, Any]:
        """Describe a table of those who answered an item (`tables.among_answered`), counts and base included."""
        about = self.about(id)
        labels = {column: heading for column, heading in about["labels"].items() if column != "share_all"}
        return about | {
            "labels": labels | {"share": "割合(%)"},
            "formats": {},
            "counts": ("n", "base"),
            "bases": {"base": (id,)},
            "where": {f"{id}の回答": ("あり",)},
        }

    def contents(self) -> pd.DataFrame:
        """The questionnaire as a table: form, item, title, wording, kind, options, asked_if."""
        return pd.DataFrame(
            [
                {
                    "form": item.form,
                    "item": item.id,
                    "title": item.title,
                    "wording": item.wording,
                    "kind": _KIND_JA[item.kind],
                    "options": " / ".join(item.labels),
                    "asked_if": self._spoken(item.asked_if),
                }
                for item in self.items
            ],
            columns=["form", "item", "title", "wording", "kind", "options", "asked_if"],
        )

    def crosswalk(self) -> pd.DataFrame:
        """How options of earlier waves map to today's: item, title, wave, old, new (one row per earlier option)."""
        rows = [
            (item.id, item.title, wave, old, new)
            for item in self.items
            for wave, mapping in item.crosswalk.items()
            for old, new in mapping.items()
        ]
        return pd.DataFrame(rows, columns=["item", "title", "wave", "old", "new"])

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


def _told(problems: Iterable[str]) -> str:
    return "回答と調査票が合いません。\n" + "\n".join(f"  - {problem}" for problem in problems)
