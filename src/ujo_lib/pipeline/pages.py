"""The finished steps of one audience as a folder that can be handed over: pages, cover, tables for spreadsheets."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbformat import NotebookNode
from pydantic.fields import FieldInfo

from ujo_lib.disclosure.audit import Promise
from ujo_lib.disclosure.tables import Policy
from ujo_lib.files import digest
from ujo_lib.fiscal import spoken
from ujo_lib.params import PATTERN_SITE, NotebookSettings, written_in
from ujo_lib.params.notebooks import in_reading_order
from ujo_lib.pipeline.extracts import APPENDIX, OVERVIEW, Extract, appendix, overview
from ujo_lib.pipeline.keys import DECIDED_BY_THE_RUN, Step, summary_of
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import versions
from ujo_lib.pipeline.steps import EXECUTED, Finished
from ujo_lib.report.door.publish import ANSWER, DOOR, SENTENCES, TILES
from ujo_lib.report.look.html import (
    CONTACTS,
    Contact,
    Exhibit,
    IndexEntry,
    NavLink,
    PageContext,
    Parameter,
    exhibits,
    export_index,
    export_page,
)
from ujo_lib.report.look.wording import Said
from ujo_lib.report.page import said_in
from ujo_lib.report.sheets.exports import LIST, Table, list_of_tables
from ujo_lib.report.sheets.metadata import describe
from ujo_lib.report.sheets.workbook import workbook
from ujo_lib.report.sheets.xlsx import sheet_name

WORKBOOK = "統計表.xlsx"
"""The workbook of the year, beside the pages."""

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Rules:
    """What release pages say about disclosure control.

    Attributes:
        policy: the site's rules.
        promise: what the audit found of the hidden counts; None for a candidate, which nobody has audited.
        licence: address of the terms of use of the tables; empty where the city has not chosen any.
    """

    policy: Policy
    promise: Promise | None
    licence: str = ""

    def on(self, context: PageContext) -> PageContext:
        """Put the rules on a page."""
        return replace(
            context,
            notices=tuple(self._sentences()),
            plan_status="reviewed" if self.promise else "unreviewed",
        )

    def _sentences(self) -> Iterator[str]:
        hidden = self.policy.zero_rule == "hide"
        zeros = "0も伏せます" if hidden else "0は、ほかの数を守るときのほかは示します"
        yield f"1以上{self.policy.threshold}未満の人数・件数は伏せ、「x」と表します({zeros})。"
        yield "設問に答えなかった人の数は、答えの中身を含まないため、伏せる対象にしていません。"
        yield "相談は件数で守っています。同じ人の何度もの相談も、それぞれ1件と数えます。"
        yield "合計や別の表からの引き算で分からないように、ほかの数も伏せています。記号は同じ「x」です。"
        if self.promise:
            narrowed = "(この報告書の前に公表された数だけでこれより絞られていたものを除く)"
            above = "" if hidden or self.promise.zeros else "1以上で"
            yield (
                "伏せた小さな数は、この報告書の人数・件数・割合・しるし(＋・－)と公表済みの数を合わせても、"
                f"{above}少なくとも{self.promise.values}通りの値があり得ます"
                f"{narrowed if self.promise.before else ''}。"
            )
            if self.promise.approximate:
                many = len(self.promise.approximate)
                yield f"多くの表で組み合わされている{many}項目は、一度に3つまでの組み合わせで確かめています。"


def write_pages(
    audience: str,
    steps: Sequence[Step],
    finished: Mapping[str, Finished],
    identity: str,
    folder: Path,
    notices: Mapping[str, Sequence[str]] = MappingProxyType({}),
    rules: Rules | None = None,
) -> None:
    """Write pages, cover and tables of all notebooks into an empty folder.

    Args:
        audience: internal or release.
        steps: the steps of the run, in reading order.
        finished: the finished step of each notebook.
        identity: the run id, for the cover inside the city.
        folder: where to write.
        notices: notebook → what its readers are told about the disclosure plan; the cover repeats all of it.
        rules: what a release says about disclosure control; None inside the city.
    """
    folder.mkdir(parents=True)
    notebooks = {step.notebook: finished[step.notebook].notebook for step in steps}
    titles = _titles(steps)
    tables: list[Table] = []
    listed: dict[str, list[Exhibit]] = {}
    for step in steps:
        done, href = finished[step.notebook], f"{step.notebook}.html"
        context = _context(audience, step, steps, titles, done.job.key[:12])
        context = _noted(context, rules, notices.get(step.notebook, ()))
        page = export_page(notebooks[step.notebook], context=context)
        _write(folder / href, page)
        own = _write_tables(done, folder)
        listed[href] = exhibits(page, href, _files(own))
        tables += own
        if audience == "internal":
            _copy_notebook(done, folder)
    summary = summary_of(steps)
    context = replace(_context(audience, summary, steps, titles, identity), chapter="", parameters=())
    context = _noted(context, rules, [said for step in steps for said in notices.get(step.notebook, ())])
    technical = {step.notebook for step in steps if step.about.says.role in {"appendix", "quality"}}
    entries = [
        IndexEntry(f"{name}.html", titles[name], _entry(notebooks[name]), name in technical)
        for name in titles
    ]
    for one in _extracts(audience, steps):
        entry = IndexEntry(one.file, one.title, one.briefly, technical=one is APPENDIX)
        entries.insert(0 if one is OVERVIEW else len(entries), entry)
        own_context = _at(one.file, context)
        if one is OVERVIEW:
            page = export_page(overview(steps, notebooks), context=own_context)
        else:
            numbered = replace(own_context, chapter=one.title[-2])
            page = export_page(appendix(steps, notebooks, titles), context=numbered)
            listed[one.file] = exhibits(page, one.file, _files(tables) | _files(_unlinked(tables, listed)))
        _write(folder / one.file, page)
    shown = notebooks[summary.notebook]
    highlights = "\n".join(_shown_as(kind, shown, text=False) for kind in (SENTENCES, TILES))
    everything = [exhibit for entry in entries for exhibit in listed.get(entry.href, ())]
    _write(folder / "index.html", export_index(entries, _at("index.html", context), highlights, everything))
    said = [(titles[name], said_on(notebook)) for name, notebook in notebooks.items()]
    _write_sheets(folder, tables, said, context, rules)


def _unlinked(tables: Sequence[Table], listed: Mapping[str, Sequence[Exhibit]]) -> list[Table]:
    """Tables to which no page of their own leads: of two that are called alike, the one in the appendix."""
    linked = {exhibit.csv for own in listed.values() for exhibit in own}
    return [table for table in tables if f"tables/{table.file_name}" not in linked]


def _write_sheets(
    folder: Path,
    tables: Sequence[Table],
    said: Sequence[tuple[str, Sequence[Said]]],
    context: PageContext,
    rules: Rules | None,
) -> None:
    """Write what is about all tables: their list, the metadata of a release, the workbook."""
    (folder / "tables" / LIST).write_bytes(list_of_tables(tables))
    if rules:
        for name, content in describe(tables, context.report_title, rules.licence).items():
            (folder / "tables" / name).write_bytes(content)
    (folder / WORKBOOK).write_bytes(workbook(tables, said, context))


def _extracts(audience: str, steps: Sequence[Step]) -> list[Extract]:
    """The pages made of cells of other pages; inside the city nothing is put apart from what it belongs to."""
    return [
        one
        for one in (OVERVIEW, APPENDIX)
        if one.is_tagged(steps) and (one is OVERVIEW or audience == "release")
    ]


def _noted(context: PageContext, rules: Rules | None, notices: Sequence[str]) -> PageContext:
    ruled = rules.on(context) if rules else context
    return replace(ruled, notices=(*ruled.notices, *notices))


def refresh_pages(
    place: SiteYear, steps: Sequence[Step], finished: Mapping[str, Finished], folder: Path
) -> None:
    """Write a copy of the internal folder in which only the pages of the notebooks that are finished are new.

    The workbook holds the tables of all pages, and the files of figures are theirs, so both are left out until all
    pages are of one run again.
    """
    if not place.internal.is_dir():
        folder.mkdir(parents=True)
    else:
        shutil.copytree(place.internal, folder, ignore=shutil.ignore_patterns(WORKBOOK))
    titles = _titles(steps)
    for step in steps:
        if done := finished.get(step.notebook):
            context = _context("internal", step, steps, titles, done.job.key[:12])
            _write(folder / f"{step.notebook}.html", export_page(done.notebook, context=context))
            for former in (folder / "tables").glob(f"{step.notebook[:2]}_*.csv"):
                former.unlink()  # a table that the notebook no longer publishes is not of this run
            _write_tables(done, folder)
            _copy_notebook(done, folder)


def _copy_notebook(done: Finished, folder: Path) -> None:
    (folder / "notebooks").mkdir(exist_ok=True)
    shutil.copyfile(done.folder / EXECUTED, folder / "notebooks" / f"{done.job.notebook}.ipynb")


def _write_tables(done: Finished, folder: Path) -> list[Table]:
    """Write the tables of one notebook as CSV; return them for the files about all of them."""
    (folder / "tables").mkdir(exist_ok=True)
    tables = [Table.of(record) for record in done.records()]
    for table in tables:
        (folder / "tables" / table.file_name).write_bytes(table.csv())
    return tables


def _files(tables: Sequence[Table]) -> dict[str, tuple[str, str]]:
    """Where the numbers of a table are, by its title, unless two are called alike."""
    count = Counter(table.record.spec.title for table in tables)
    return {
        title: (f"tables/{table.file_name}", sheet_name(table.name))
        for table in tables
        if count[title := table.record.spec.title] == 1
    }


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _context(
    audience: str, step: Step, steps: Sequence[Step], titles: Mapping[str, str], identity: str
) -> PageContext:
    settings, extracts = step.settings, _extracts(audience, steps)
    report = "半年報告書" if settings.half else "年次報告書"
    known = versions()
    # A hash of the inputs is no secret only where the inputs are none: a small file can be found by its hash.
    traces = {"入力データのSHA-256": _inputs_digest(step, steps)[:16]} if audience == "internal" else {}
    return PageContext(
        audience="internal" if audience == "internal" else "release",
        report_title=f"{settings.site_name} 孤独・孤立対策 {report} {settings.span.label}",
        area=_area(settings.prefecture, settings.site_name),
        period=settings.period.label,
        year=settings.span.label,
        created_on=settings.created_on,
        unfinished_until=spoken(settings.last_day) if settings.is_early else "",
        synthetic=settings.synthetic,
        nav=(
            NavLink("index.html", "表紙"),
            *(NavLink(one.file, one.title) for one in extracts if one is OVERVIEW),
            *(
                NavLink(f"{name}.html", _short(title), name == step.notebook)
                for name, title in titles.items()
            ),
            *(NavLink(one.file, one.title) for one in extracts if one is APPENDIX),
        ),
        contacts=tuple(Contact(*place) for place in settings.contacts.items()) or CONTACTS,
        contacts_note=_checked(settings.contacts_checked_on),
        notices=(f"{settings.threshold}に満たない人数・件数は、公表用ページでは伏せています。",),
        run_id=identity if audience == "internal" else "",
        provenance={
            **traces,
            "プログラム": f"ujo-lib {known['ujo-lib']}(Python {known['python']}、pandas {known['pandas']})",
        },
        chapter=step.notebook[:2].lstrip("0") or "0",
        parameters=_parameters(settings) if audience == "internal" else (),
    )


def _area(prefecture: str, municipality: str) -> str:
    """The place, and whom the words 県 and 市 mean where it is called otherwise: 都, 道, 府, 町, 村 or 区."""
    meant = [
        f"「{word}」は{name}"
        for word, name in (("県", prefecture), ("市", municipality))
        if not name.endswith(word)
    ]
    return f"{prefecture}{municipality}" + (f"(この資料の{'、'.join(meant)}のことです)" if meant else "")


def _checked(day: str) -> str:
    """Whether a person has tried the numbers: somebody may call them in distress."""
    if day:
        return f"連絡先は{spoken(date.fromisoformat(day))}に確認しました。"
    return "番号と受付時間は、まだ確認されていません。この資料を配る前に、担当者が確かめてください。"


def _parameters(settings: NotebookSettings) -> tuple[Parameter, ...]:
    """What the notebook was told, for readers inside the city: value, default, meaning, and where it was written."""
    written = written_in(settings, SiteYear(settings.root, settings.site, settings.year.year).params)
    return tuple(
        Parameter(
            name,
            _spelt(getattr(settings, name)),
            _default(field, getattr(settings, name), settings.site),
            field.description or "",
            written.get(name, "既定"),
        )
        for name, field in type(settings).model_fields.items()
        if name not in DECIDED_BY_THE_RUN
    )


def _default(field: FieldInfo, value: object, site: str) -> str:
    """The default, or that this value is it.

    Defaults are those of the sample city; the page of another place must not name that city, so it says only where
    the place went its own way.
    """
    default = field.get_default(call_default_factory=True)
    if value == default:
        return "同じ"
    return _spelt(default) if site == PATTERN_SITE else "変更"


def _spelt(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _inputs_digest(step: Step, steps: Sequence[Step]) -> str:
    """Hash the input files that a page was made from, those of the notebooks it summarises included."""
    read = {
        name: value
        for other in steps
        if other.notebook in (step.notebook, *step.needs)
        for name, value in other.parts.items()
        if name.startswith("input:")
    }
    return digest("".join(read[name] for name in sorted(read)))


def said_on(notebook: NotebookNode) -> list[Said]:
    """The sentences of an executed notebook, in reading order."""
    return [said for mark in marks_on(notebook) for said in said_in(mark)]


def marks_on(notebook: NotebookNode) -> list[dict[str, Any]]:
    """What the door wrote at each output that came through it, in reading order."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return [output["data"][DOOR] for output in outputs if DOOR in output.get("data", {})]


def _titles(steps: Sequence[Step]) -> dict[str, str]:
    """Titles of the pages by notebook, in the order for readers."""
    return {notebook.name: notebook.title for notebook in in_reading_order(step.about for step in steps)}


def _short(title: str) -> str:
    """A title for the navigation: what stands before the first colon, comma or dot."""
    return re.split(r"[::、・]", title)[0].strip()


def _entry(notebook: NotebookNode) -> str:
    """A page in the table of contents: the first sentence of its answer, or else its question."""
    if answer := _shown_as(ANSWER, notebook, text=True):
        return answer[: answer.find("。") + 1] or answer
    question = re.search(r"\*\*問い: (.+?)\*\*", notebook.cells[0].source)
    return question[1] if question else ""


def _at(href: str, context: PageContext) -> PageContext:
    """Mark a page as the one that one is on."""
    return replace(context, nav=tuple(replace(link, current=link.href == href) for link in context.nav))


def _shown_as(kind: str, notebook: NotebookNode, *, text: bool) -> str:
    """What the notebook showed as its answer or its key figures; empty when it showed none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if data.get(DOOR, {}).get("kind") == kind:
                return unescape(_TAG.sub("", data["text/html"])).strip() if text else str(data["text/html"])
    return ""
