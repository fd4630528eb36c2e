"""A questionnaire beside its answers: who was asked, what a table is headed, how answers of earlier waves are read."""

from collections.abc import Iterable, Mapping

from ujo_lib import questionnaire
from ujo_lib.columns import NO_ANSWER_LABELS, Dimension, Text
from ujo_lib.errors import InputError
from ujo_lib.questionnaire import Condition as Condition
from ujo_lib.questionnaire import Item as Item
from ujo_lib.typed import Typed

NOT_ANSWERED, NOT_ASKED = NO_ANSWER_LABELS


class QuestionnaireError(InputError):
    """Answers do not fit their questionnaire; the message lists every mistake in Japanese."""


class Questionnaire(questionnaire.Questionnaire):
    """The questionnaire file, and what its tables need to know of it."""

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
        whom = self.asked_of(id)
        return f"{whom}だけに尋ねました。ほかの人は「{NOT_ASKED}」です。" if whom else ""

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
                self.asked_of(i.id) or "全員",
            )
            for i in self.items
        ]
        return _texts(rows, headings)

    def crosswalk(self, waves: Iterable[str]) -> Typed:
        """How options of earlier waves map to today's: item, title, wave, old, new (one row per earlier option).

        Args:
            waves: those that the place has had; of others a shared questionnaire may know, too.
        """
        had = set(waves)
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
            if wave in had
            for old, new in mapping.items()
        ]
        return _texts(rows, headings)


_KIND_JA: Mapping[str, str] = {
    "single": "単一回答",
    "multiple": "複数回答",
    "number": "数値",
    "text": "自由記述",
}


def _texts(rows: Iterable[tuple[str, ...]], headings: Mapping[str, str]) -> Typed:
    return Typed.of(rows, {name: Text(heading=heading) for name, heading in headings.items()})
