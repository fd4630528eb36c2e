"""A page in the making: what a notebook holds in its hands while it publishes tables, figures and sentences.

Everything shown through the page carries a mark in the notebook's output. The release looks for that mark: an
output without it did not come through the door, and no page is released.
"""

import functools
import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Concatenate, ParamSpec

from IPython.display import display

from ujo_lib.columns import TOTAL_LABELS, Share, Withheld
from ujo_lib.files import write_atomically
from ujo_lib.params import NotebookSettings
from ujo_lib.report.door.masks import Masks
from ujo_lib.report.door.publish import (
    ANSWER,
    DOOR,
    FIGURE,
    NOT_SUPPLIED,
    SENTENCES,
    TILES,
    NotPublishedError,
    NotRunError,
    NotSuppliedError,
    Published,
    PublishError,
    Subject,
    TableRecord,
    TableSpec,
    mask,
    ranked_by,
    tells_numbers,
    unmasked,
)
from ujo_lib.report.look import figures, tables, wording
from ujo_lib.report.look.drawings import Recipe
from ujo_lib.report.look.figures.drawing import TableInsteadError
from ujo_lib.report.look.notation import DECIMALS, as_printed
from ujo_lib.store import Store
from ujo_lib.text import likely_meant
from ujo_lib.typed import Typed

P = ParamSpec("P")

_SYNTHETIC = "All data of this report are synthetic: there are no such people or contacts."
_NO_POINTS = "この年度については、まだ書かれていません。"


@dataclass(frozen=True)
class Shown:
    """HTML that came through the door, for Jupyter to display.

    Attributes:
        html: what the reader sees.
        kind: table, figure, sentence, answer or tiles.
        tables: ids of the published tables it was made from.
        said: its sentences, with the cells their values were read from.
        recipe: for a figure, how to draw it again from the tables alone.
    """

    html: str
    kind: str
    tables: tuple[str, ...] = ()
    said: tuple[wording.Said, ...] = ()
    recipe: Recipe | None = None

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002  # Jupyter's signature
        mark: dict[str, Any] = {"kind": self.kind, "tables": list(self.tables)}
        if self.said:
            mark["said"] = [asdict(part) for part in self.said]
        if self.recipe:
            mark["recipe"] = self.recipe.to_plain()
        return {"text/html": self.html, DOOR: mark}


def _as_printed(published: Published) -> Published:
    """What tells of answers that no table counts, no finer than in print, whatever is made of it on the way there.

    An end of a bar in tenths of a pixel, the largest of shares that are printed alike, their sum, or more decimals in
    an answer to a statement would be further equations.
    """
    if not published.spec.of_answers:
        return published
    kinds = published.spec.schema.columns.items()
    rounded = {
        name: published.frame[name].map(
            functools.partial(as_printed, number_format=kind.format), na_action="ignore"
        )
        for name, kind in kinds
        if name in published.frame and kind.format in DECIMALS
    }
    return replace(published, frame=published.frame.assign(**rounded))


def _require(kind: type, given: object, called: str) -> None:
    """Tell an analyst who hands over a frame, say, what the page takes."""
    if not isinstance(given, kind):
        raise PublishError(f"{type(given).__name__} は渡せません。{called}を渡します。")


def said_in(mark: Mapping[str, Any]) -> list[wording.Said]:
    """The sentences that an output's mark holds."""
    return [
        wording.Said(part["text"], tuple(wording.Quoted(**value) for value in part["values"]))
        for part in mark.get("said", ())
    ]


def _drawn(page: "Page", draw: Callable[P, figures.Figure], *args: P.args, **kwargs: P.kwargs) -> Shown:
    drawn = draw(*args, **kwargs)
    if drawn.is_blank:
        table = drawn.published[0]
        if table.hidden[drawn.column].any():
            if tells_numbers(table.spec.schema):
                return page.table(table)  # what else it holds may be shown
            return page.untold(table, "図")
        without = "「{title}」は、もとになる記録がないため図にできません。"
        return page.callout("not_estimable", without, title=table.spec.quoted)
    options = {name: value for name, value in kwargs.items() if name not in {"unless", "empty"}}
    recipe = Recipe.of(draw.__name__, args, options)
    given = [recipe.to_plain(), [table.record("").to_json() for table in drawn.published]]
    shown = drawn.to_html(page.store.kept("drawings", given, drawn.drawings))
    return Shown(page.numbered(shown, "figure"), FIGURE, page.names_of(args), drawn.said, recipe)


def _method(draw: Callable[P, figures.Figure]) -> "Callable[Concatenate[Page, P], Shown]":
    """Make a method of a drawing function: same arguments, same docstring, the result marked as shown."""

    @functools.wraps(draw)
    def method(page: "Page", /, *args: P.args, **kwargs: P.kwargs) -> Shown:
        told: dict[str, Any] = {"unless": "", "empty": None, **kwargs}
        if instead := page.instead(args[:1], told["unless"], told["empty"]):
            return instead
        try:
            return _drawn(page, draw, *args, **kwargs)
        except TableInsteadError as found:
            return page.table_instead(args, told["finding"], found.said)

    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    signature = inspect.signature(draw)
    whole = signature.replace(parameters=[own, *signature.parameters.values()], return_annotation=Shown)
    method.__dict__["__signature__"] = whole
    return method


@dataclass
class Page:
    """One notebook's page; make it with `open_page(settings)`.

    Attributes:
        settings: the notebook's validated parameters.
        records: what has been published so far, by table id.
    """

    settings: NotebookSettings
    masks: Masks | None
    records: dict[str, TableRecord] = field(default_factory=dict)
    _absent: dict[str, dict[str, str]] = field(default_factory=dict, init=False)
    _numbers: dict[str, list[str]] = field(default_factory=dict, init=False)

    @functools.cached_property
    def store(self) -> Store:
        """What was drawn before, for either audience."""
        return Store(self.settings.store_folder)

    def publish(
        self, table: Typed, id: str, title: str, subject: Subject | None = None, **changes: Any
    ) -> Published:
        """Send a table through the door.

        Args:
            table: a typed table, one row per cell or category.
            id: its name within the notebook, lower case with underscores.
            title: its Japanese title.
            subject: who or what was counted; period and area default to those of the page.
            changes: fields of the subject that are different for this table (`period`, `base`, `note` …).

        Returns:
            The table as the audience may see it.

        Raises:
            ColumnError: a number does not follow from its row.
            PublishError: what is given is no typed table or no subject, description and content disagree, the id is
                taken (in JupyterLab, where a cell may be run again, the table takes the place of the former), or
                (release) the table is not the one that the disclosure plan was made for.
        """
        if id in self.records and self.settings.tables_dir:
            raise PublishError(
                f"表の名前「{id}」は、このページの別の表が使っています。名前を変えてください。"
            )
        _require(Typed, table, "種類を書いた表(`Typed.of(frame, {列: 種類})`)")
        _require(Subject, subject or Subject(), "`report.Subject(…)`")
        table.require_following()
        known = [one.name for one in fields(Subject)]
        if unknown := [name for name in changes if name not in known]:
            raise PublishError(f"{'、'.join(unknown)} は渡せません。使えるのは {'、'.join(known)} です。")
        about = self._completed(replace(subject or Subject(), **changes))
        left = table.left() if table.left and len(table) and not self.masks else None
        spec = TableSpec(id, title, about, table.schema, table.left is not None, left, ranked_by(table))
        frame = table.frame
        record = TableRecord.of(self.settings.notebook, spec, frame)
        self.records[id] = record
        shown = (
            _as_printed(
                mask(record, frame, self.masks.cells_of(record), self.masks.whole, self.settings.threshold)
            )
            if self.masks
            else unmasked(spec, frame, self.settings.notebook)
        )
        file = self.settings.tables_folder / self.settings.notebook / f"{spec.id}.json"
        write_atomically(file, shown.record(self.settings.notebook).to_json())
        return shown

    def _completed(self, subject: Subject) -> Subject:
        """Fill in what the page knows: period and area, and the days for a dated population."""
        period, area = self.settings.period, self.settings.area_name
        days = subject.days or ((period.start.isoformat(), period.end.isoformat()) if subject.dated else ())
        return replace(subject, period=subject.period or period.label, area=subject.area or area, days=days)

    def recall(self, notebook: str, table_id: str) -> Published:
        """Fetch a table that another notebook (by name or number) of the run has published, as its readers saw it.

        Raises:
            NotSuppliedError: the year does not have what that notebook, or its section with this table, reads.
            NotRunError: that notebook has not been run.
            NotPublishedError: it has, and has published no such table, or the year does not have that notebook.
        """
        folder = self.settings.tables_of(notebook)
        file = folder / f"{table_id}.json"
        without: dict[str, str] = {}
        if (folder / NOT_SUPPLIED).is_file():
            told = json.loads((folder / NOT_SUPPLIED).read_text(encoding="utf-8"))
            if reasons := told["page"] or told["tables"].get(table_id):
                raise NotSuppliedError(reasons)
            without = {kind: why for of_table in told["tables"].values() for kind, why in of_table.items()}
        if not file.is_file() and (there := [one.stem for one in folder.glob("*.json")]):
            meant = likely_meant(table_id, sorted(there))
            nearest = f"「{meant}」ではありませんか。" if meant else ""
            raise NotPublishedError(
                f"{notebook} は表「{table_id}」を作っていません。{nearest}調査票から除いた質問か、名前の誤りです。"
                "この表を挙げている行を、published.yaml・key_figures.yaml・goals.yaml から消すか直してください。"
            )
        if not file.is_file() and not self.settings.expects(notebook):
            raise NotPublishedError(
                f"この年度には {folder.name} のパラメーターがないので、その表「{table_id}」もありません。"
                "この表を挙げている行を、published.yaml・key_figures.yaml・goals.yaml から消すか直してください。"
            )
        if not file.is_file():
            raise NotRunError(
                f"{notebook} の表「{table_id}」の記録がありません。先に {notebook} を実行してください。"
            )
        record = TableRecord.from_json(file.read_text(encoding="utf-8"))
        return replace(record.published(), without=without)

    def instead(self, shown: Sequence[object], unless: str, empty: str | None) -> Shown | None:
        """What stands where nothing can be shown; None where all is well.

        Args:
            shown: the published tables that are asked for.
            unless: why what they hold was not estimated; empty where it was.
            empty: what to say when a table has no rows, "" for nothing; None where it shall be shown without rows.

        Raises:
            PublishError: what is asked for has not come through the door.
        """
        for table in shown:
            _require(Published, table, "`page.publish` が返した表")
        if unless:
            return self.callout("not_estimable", f"{unless.removesuffix('。')}。")
        if empty is None or all(len(table.frame) for table in shown if isinstance(table, Published)):
            return None
        return self.callout("note", empty) if empty else Shown("", "sentence")

    def table(
        self,
        published: Published,
        *,
        columns: Sequence[str] | None = None,
        across: str | None = None,
        values: str | None = None,
        unless: str = "",
        empty: str | None = None,
    ) -> Shown:
        """Show a published table with caption, unit, base, notes and source.

        Args:
            published: the table as the audience may see it.
            columns: which columns, in which order; default all. `low` and `high` become one column.
            across: dimension whose categories become columns (a cross table).
            values: the column whose numbers fill the cross table.
            unless: why what it holds was not estimated: said instead of the table.
            empty: what to say when it has no rows; "" for nothing.
        """
        if instead := self.instead([published], unless, empty):
            return instead
        schema = published.spec.schema
        if schema.of_kind(Withheld):
            printed = tables.printed_columns(published, columns)
            # Names of rows of which everything was kept back are no table.
            if len(printed) <= 1 and not any(schema[name].numeric for name in printed):
                return self.untold(published, "表")
        shown = tables.table_html(published, columns=columns, across=across, values=values)
        return Shown(self.numbered(shown, "table"), "table", self.names_of([published]))

    def untold(self, published: Published, what: str) -> Shown:
        """Say that a table or figure of which no number is left is not there, and why."""
        told = {"title": published.spec.quoted, "note": published.spec.schema.note, "what": what}
        return self.callout("note", "{what}「{title}」は載せません。{note}", published, **told)

    def table_instead(self, drawn: Sequence[object], finding: str, why: str) -> Shown:
        """Show what a figure would have said, why there is none, and the table it would have been drawn from."""
        used = [table for table in drawn if isinstance(table, Published)]
        said, shown = wording.say(finding, *used), self.table(used[0])
        told = wording.paragraph(f"{wording.text_of(said)}{why}")
        return replace(shown, html=f"{told}{shown.html}", tables=self.names_of(used), said=said)

    def say(
        self, template: str, *published: Published, unless: str = "", empty: str | None = None, **values: Any
    ) -> Shown:
        """Show a sentence whose numbers are cells of published tables; see `wording.say`.

        Args:
            template: the sentence, with its slots.
            published: the tables that the slots name.
            unless: why what they hold was not estimated: said instead of the sentence.
            empty: what to say when a table has no rows; "" for nothing.
            values: words for slots that are no cells.
        """
        if instead := self.instead(published, unless, empty):
            return instead
        said = wording.say(template, *published, **values)
        return Shown(wording.paragraph(wording.text_of(said)), "sentence", self.names_of(published), said)

    def each(self, parts: Iterable[tuple[str, str, Typed]], subject: Subject) -> None:
        """Publish and show one table after the other: as bars where it splits people into shares, a panel each for the
        groups of the first dimension where there are two.

        Args:
            parts: id, title and table, as `survey.other_items` makes them.
            subject: who or what was counted.
        """
        for id, title, table in parts:
            published = self.publish(table, id, title, subject)
            names = [name for name in table.schema.dimensions if table.schema.of_kind(Share)]
            ends = table.schema.around("share") or ()
            drawn: dict[str, Any] = {"n": "n", **dict(zip(("low", "high"), ends, strict=False))}
            if len(names) == 2:
                by, y = names
                drawn["finding"] = f"{title}の回答を、{table.schema[by].name}ごとに示します。"
                display(_method(figures.panels)(self, published, x="share", y=y, by=by, **drawn))
                continue
            split = {
                name: [label for label in table.frame[name] if label not in TOTAL_LABELS] for name in names
            }
            shown = [name for name, answers in split.items() if len(answers) > 1]
            for name in shown:
                rows = published.where(**{name: split[name]})
                drawn["finding"] = f"{title}の回答を示します。"
                display(_method(figures.bars)(self, rows, x="share", y=name, **drawn))
            if not shown:
                display(self.table(published, columns=[*names, "n", "share"] if names else None))

    def answer(self, template: str, *published: Published, **values: Any) -> Shown:
        """Answer the question of the page in one sentence; the cover repeats it."""
        said = wording.say(template, *published, **values)
        paragraph = wording.paragraph(wording.text_of(said))
        return Shown(f'<div class="answer">{paragraph}</div>', ANSWER, self.names_of(published), said)

    def sentences(self, lines: Sequence[wording.Line]) -> Shown:
        """Show the year in a few numbered sentences, each with what it rests on; the cover repeats them."""
        used = tuple(dict.fromkeys(name for line in lines for name in self.names_of(line.tables)))
        told = [(line.said(), line.rests_on()) for line in lines]
        numbered = wording.numbered([(wording.text_of(said), wording.text_of(about)) for said, about in told])
        return Shown(
            numbered, SENTENCES, used, tuple(part for said, about in told for part in (*said, *about))
        )

    def abstract(self, lines: Sequence[wording.Line]) -> Shown:
        """Show English sentences as one paragraph; one with a hidden figure says that it is withheld."""
        used = tuple(dict.fromkeys(name for line in lines for name in self.names_of(line.tables)))
        real = [wording.Said(_SYNTHETIC)] if self.settings.synthetic else []
        said = [*real, *(part for line in lines for part in wording.english(line))]
        told = " ".join(part.text for part in said)
        return Shown(wording.paragraph(told, "en"), "sentence", used, tuple(said))

    def points(self, points: Sequence[tuple[str, str, str]]) -> Shown:
        """Show a list of points: a few words in bold, what there is to say, what is to be done; no figures in them."""
        return Shown(wording.points(points) if points else wording.callout("note", _NO_POINTS), "sentence")

    def callout(self, verdict: str, text: str, *published: Published, **values: Any) -> Shown:
        """Show a verdict (detected, not_detected, not_estimable, note) with its sentence."""
        said = wording.say(text, *published, **values)
        called = wording.callout(verdict, wording.text_of(said))
        return Shown(called, "sentence", self.names_of(published), said)

    def tiles(
        self,
        published: Published,
        *,
        label: str = "label",
        value: str = "value",
        low: str | None = None,
        high: str | None = None,
        note: str | None = None,
        unit: str | None = None,
        empty: str | None = None,
    ) -> Shown:
        """Show key figures as tiles, one per row.

        Args:
            published: one key figure per row.
            label: column with its name.
            value: column with the number.
            low: column with the lower bound of its interval.
            high: column with the upper bound.
            note: column with one short line (base, period).
            unit: column with the unit, or the unit itself.
            empty: what to say when there is none.
        """
        if instead := self.instead([published], "", empty):
            return instead
        tiles = tables.tiles_html(
            published, label=label, value=value, low=low, high=high, note=note, unit=unit
        )
        return Shown(tiles, TILES, self.names_of([published]))

    def not_supplied(self, reasons: Mapping[str, str]) -> Shown:
        """Say that the year has no inputs for this page, and why; the summary will say it, too.

        Args:
            reasons: Japanese name of the input → why there is none.
        """
        self._note_absence(reasons)
        return Shown(wording.not_supplied(reasons), ANSWER)

    def section_not_supplied(
        self, reasons: Mapping[str, str], tables: Mapping[str, Mapping[str, str]]
    ) -> Shown:
        """Say that the year has no inputs for a part of this section, and why; the rest of the page stands.

        Args:
            reasons: Japanese name of the input → why there is none.
            tables: ids of the tables that are not published, and the reasons of each.
        """
        self._absent |= {table: dict(own) for table, own in tables.items()}
        self._note_absence({})
        return Shown(wording.callout("note", wording.section_not_supplied(reasons)), "sentence")

    def _note_absence(self, of_page: Mapping[str, str]) -> None:
        file = self.settings.tables_folder / self.settings.notebook / NOT_SUPPLIED
        told = {"page": dict(of_page), "tables": self._absent}
        write_atomically(file, json.dumps(told, ensure_ascii=False))

    def numbered(self, shown: str, kind: str) -> str:
        """Number a table or figure as the finished page will, and style it for a notebook.

        The same one keeps its number when its cell is run again.

        Args:
            shown: its HTML.
            kind: table or figure.
        """
        earlier = self._numbers.setdefault(kind, [])
        if shown not in earlier:
            earlier.append(shown)
        chapter = self.settings.notebook[:2].lstrip("0") or "0"
        number = f"{tables.NUMBER_WORDS[kind]}{chapter}-{earlier.index(shown) + 1}"
        mark = tables.NUMBER_MARK.format(kind=kind)
        return tables.LAB_STYLE + shown.replace(mark, mark.replace("></", f">{number}</"))

    def names_of(self, items: Iterable[object]) -> tuple[str, ...]:
        """Ids of the published tables among the arguments of a drawing."""
        return tuple(item.spec.id for item in items if isinstance(item, Published))


for _name in filter(str.islower, figures.__all__):  # the others are classes
    setattr(Page, _name, _method(getattr(figures, _name)))


def open_page(settings: NotebookSettings) -> Page:
    """Open the page of a notebook for the audience that its settings name.

    Raises:
        FileNotFoundError: a release page without its disclosure plan.
    """
    if settings.audience == "internal":
        return Page(settings, None)
    return Page(settings, Masks.read(settings.path("plan")))
