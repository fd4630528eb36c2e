"""From an executed notebook to one self-contained page, and from the pages to a cover.

nbconvert does the walking and the template `ujo` the layout; the preprocessor here turns Markdown into HTML, numbers
tables and figures, builds the table of contents and takes away whatever the audience must not see. It belongs to
the template's configuration, so `jupyter nbconvert --template ujo` gives the same page as the pipeline.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import jinja2
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from ujo_lib.params.notebooks import APPENDIX_TAG, INTERNAL_TAG
from ujo_lib.report.door.publish import DOOR
from ujo_lib.report.look.figures.svg import Shared
from ujo_lib.report.look.tables import LAB_STYLE, NUMBER_WORDS
from ujo_lib.report.look.wording import GLOSSARY, anchor_of, glossary

TEMPLATES: Final = Path(__file__).parent / "template"

_HEADING: Final = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)
_NUMBER: Final = re.compile(r'<span class="number" data-of="(table|figure)">[^<]*</span>')
_EXHIBIT: Final = re.compile(
    r'<span class="number" id="([^"]+)">([^<]+)</span><span class="title">(.*?)</span>'
)
_TAG: Final = re.compile(r"<[^>]+>")
_PICTURE: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_TERMS, _TERMS_TITLE = "terms", "言葉の説明"
# A line break inside a Japanese sentence is no space; browsers would draw one.
_BREAK: Final = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")

_CONTACTS_LEAD: Final = (
    "つらい気持ちを抱えている方、身近な人が心配な方は、次の窓口に相談できます。"
    "受付時間は各窓口の案内をご確認ください。"
)


@dataclass(frozen=True)
class Contact:
    """A place to turn to: its name, and how to reach it (text only, never a link)."""

    name: str
    how: str


CONTACTS: Final = (
    Contact("まもろうよ こころ(厚生労働省)", "電話・SNSの相談窓口の一覧。検索「まもろうよ こころ」"),
    Contact("#いのちSOS", "0120-061-338(フリーダイヤル)"),
    Contact("よりそいホットライン", "0120-279-338(24時間・通話無料)"),
    Contact("こころの健康相談統一ダイヤル", "0570-064-556(お住まいの都道府県の窓口につながります)"),
)
"""National contact points; a site may set its own."""


@dataclass(frozen=True)
class NavLink:
    """One entry of the navigation between pages."""

    href: str
    label: str
    current: bool = False


@dataclass(frozen=True)
class Parameter:
    """One parameter of the notebook: its value, its default, what it means, and the file it was written in."""

    name: str
    value: str
    default: str
    meaning: str
    written_in: str


@dataclass(frozen=True)
class Banner:
    """How the document is to be handled: a word and what it means."""

    word: str
    meaning: str


SYNTHETIC: Final = Banner("合成データ", "実在の人・相談ではありません")
INTERNAL: Final = Banner("庁内限り", "秘匿処理前の数値を含みます")
UNREVIEWED: Final = Banner("秘匿審査前・配布不可", "公表の候補です。審査が済むまで配布できません")
REVIEWED: Final = Banner("秘匿審査済", "2人の承認の記録が付き、内容が変わっていないときに配布できます")


@dataclass(frozen=True)
class PageContext:
    """What a page says about itself besides its notebook.

    Attributes:
        audience: internal pages show code, folded; release pages hold none.
        report_title: title of the whole report.
        area, period, year: place, time and fiscal year for the header; empty ones are left out.
        created_on: 作成日 as it is to be printed.
        unfinished_until: the last day of what the report tells of, to be printed; empty unless 作成日 is earlier.
        synthetic: the data are invented, which every page then says.
        plan_status: `unreviewed` marks a candidate for release, `reviewed` a page that passed.
        nav: links between the pages.
        notices: sentences on what holds for the whole document.
        contacts, contacts_lead: the box of contact points.
        contacts_note: when a person has last checked them, or that nobody has.
        run_id: name of the run.
        provenance: further entries of the record at the foot: data hash, versions.
        chapter: number put before those of tables and figures (表1-2); empty for none.
        parameters: what the notebook was told; none in a release.
    """

    audience: Literal["internal", "release"] = "internal"
    report_title: str = ""
    area: str = ""
    period: str = ""
    year: str = ""
    created_on: str = ""
    unfinished_until: str = ""
    synthetic: bool = False
    plan_status: Literal["unreviewed", "reviewed"] = "unreviewed"
    nav: tuple[NavLink, ...] = ()
    notices: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = CONTACTS
    contacts_lead: str = _CONTACTS_LEAD
    contacts_note: str = ""
    run_id: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)
    chapter: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def banners(self) -> tuple[Banner, ...]:
        """How the document is to be handled."""
        outside, reviewed = self.audience == "release", self.plan_status == "reviewed"
        early = f"対象の期間が終わる{self.unfinished_until}より前に作成しました"
        shown = (
            (SYNTHETIC, self.synthetic),
            (Banner("途中経過", early), bool(self.unfinished_until)),
            (INTERNAL, self.audience == "internal"),
            (UNREVIEWED, outside and not reviewed),
            (REVIEWED, outside and reviewed),
        )
        return tuple(banner for banner, holds in shown if holds)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Lines of the header."""
        lines = (
            ("対象", self.area),
            ("年度", self.year),
            ("相談の集計期間", self.period if self.period != self.year else ""),
            ("作成日", self.created_on),
        )
        return tuple((name, value) for name, value in lines if value)

    @property
    def record(self) -> tuple[tuple[str, str], ...]:
        """Lines of the record at the foot."""
        first = (("実行番号", self.run_id),) if self.run_id else ()
        return (*first, *self.provenance.items())


@dataclass(frozen=True)
class IndexEntry:
    """A page as the cover lists it: link, title, its answer in one line, and whether it is printed apart."""

    href: str
    label: str
    answer: str = ""
    technical: bool = False


@dataclass(frozen=True)
class Exhibit:
    """A table or figure as the cover lists it: number, title, where it is, and file and sheet of its numbers."""

    number: str
    title: str
    href: str
    csv: str = ""
    sheet: str = ""


def exhibits(page: str, href: str, files: Mapping[str, tuple[str, str]]) -> list[Exhibit]:
    """The tables and figures of an exported page, in its order.

    Args:
        page: the HTML.
        href: where it is.
        files: title of a table → file of its numbers, and their sheet in the workbook.
    """
    return [
        Exhibit(number, title, f"{href}#{place}", *files.get(title, ("", "")))
        for place, number, escaped in _EXHIBIT.findall(page)
        for title in [html.unescape(escaped)]
    ]


@dataclass(frozen=True)
class _Entry:
    anchor: str
    text: str


class PagePreprocessor(Preprocessor):  # type: ignore[misc]  # nbconvert is untyped
    """Prepares a notebook for the template `ujo`; reads a `PageContext` from `resources["context"]`."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Turn Markdown cells into HTML, number tables and figures, and gather title and contents."""
        context = resources.get("context") or PageContext()
        cells = [
            cell for cell in nb.cells if cell.cell_type in {"markdown", "code"} and _is_for(cell, context)
        ]
        headings, numbers = _Headings(), _Numbers(context.chapter)
        shared = Shared()
        for cell in cells:
            if cell.cell_type == "markdown":
                cell.source = headings.anchored(_markdown(cell.source))
            else:
                cell.outputs = [
                    _shown(output, numbers, shared) for output in cell.outputs if _may_show(output, context)
                ]
                cell.source = cell.source if context.audience == "internal" else ""
        nb.cells = cells
        if terms := _explain(cells) if context.chapter else "":  # the 概要版 has no room for it
            headings.contents.append(_Entry(_TERMS, _TERMS_TITLE))
        resources["ujo"] = {
            "context": context,
            "terms": terms,
            "title": headings.title or context.report_title or "報告書",
            "toc": headings.contents,
            "shared": shared.definitions,
        }
        return nb, resources


def _explain(cells: Sequence[NotebookNode]) -> str:
    """The glossary of a page: of every term on it, the first time that prose names it with a link to the meaning.

    Empty for a page without any.
    """
    shown = [cell.source if cell.cell_type == "markdown" else _html_of(cell) for cell in cells]
    page = html.unescape(_TAG.sub(" ", _PICTURE.sub(" ", " ".join(shown))))
    terms = [term for term in GLOSSARY if term in page]
    if not terms:
        return ""
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    for term in sorted(terms, key=len, reverse=True):
        first = re.compile(rf"(<(?:p|li)>[^<]*?){re.escape(term)}")
        link = rf'\1<a class="term" href="#{anchor_of(term)}">{term}</a>'
        for cell in prose:
            cell.source, found = first.subn(link, cell.source, count=1)
            if found:
                break
    return glossary(*terms)


def _html_of(cell: NotebookNode) -> str:
    return " ".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


def _markdown(source: str) -> str:
    # HTML of one's own is shown as typed: a comment that nobody sees, a script or a picture from elsewhere would leave.
    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    rendered = str(MarkdownWithMath(renderer=renderer).render(_BREAK.sub("", source)))
    return rendered.replace(
        "<table>", '<div class="scroll" role="group" aria-label="表" tabindex="0"><table>'
    ).replace("</table>", "</table></div>")


class _Headings:
    """Gives headings their anchors in order; the first one of level 1 becomes the title of the page."""

    def __init__(self) -> None:
        self.title = ""
        self.contents: list[_Entry] = []
        self._count = 0

    def anchored(self, rendered: str) -> str:
        return _HEADING.sub(self._one, rendered)

    def _one(self, found: re.Match[str]) -> str:
        level, inner = int(found[1]), found[2]
        text = html.unescape(_TAG.sub("", inner)).strip()
        if level == 1 and not self.title:
            self.title = text
            return ""
        level = max(level, 2)
        self._count += 1
        anchor = f"s{self._count}"
        if level == 2:
            self.contents.append(_Entry(anchor, text))
        return f'<h{level} id="{anchor}">{inner}</h{level}>'


class _Numbers:
    """Counts tables and figures of a page."""

    def __init__(self, chapter: str) -> None:
        self._chapter = f"{chapter}-" if chapter else ""
        self._count = dict.fromkeys(NUMBER_WORDS, 0)

    def written(self, shown: str) -> str:
        return _NUMBER.sub(self._one, shown)

    def _one(self, found: re.Match[str]) -> str:
        kind = found[1]
        self._count[kind] += 1
        place = f"{kind}-{self._count[kind]}"
        return (
            f'<span class="number" id="{place}">{NUMBER_WORDS[kind]}{self._chapter}{self._count[kind]}</span>'
        )


def _is_for(cell: NotebookNode, context: PageContext) -> bool:
    """A release leaves out what is for readers inside the city only, and what stands in its appendix."""
    return context.audience == "internal" or not {INTERNAL_TAG, APPENDIX_TAG} & {
        *cell.metadata.get("tags", ())
    }


def _may_show(output: NotebookNode, context: PageContext) -> bool:
    """Inside the city everything; in a release only what came through the door."""
    return context.audience == "internal" or DOOR in output.get("data", {})


def _shown(output: NotebookNode, numbers: _Numbers, shared: Shared) -> NotebookNode:
    if "text/html" in output.get("data", {}):
        shown = shared.without(output.data["text/html"].replace(LAB_STYLE, ""))
        # Nothing but the HTML: other representations would repeat it, unread by anyone and unchecked.
        output.data = NotebookNode({"text/html": numbers.written(shown)})
    return output


class PageExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert is untyped
    """nbconvert's HTML exporter with the template `ujo` of this package."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render a notebook; without the second parse that the base class spends on alternative texts."""
        page, resources = TemplateExporter.from_notebook_node(self, nb, self._init_resources(resources), **kw)
        return page, resources


@lru_cache(maxsize=1)
def _exporter() -> PageExporter:
    # The notebook is checked once at the end, not again after each of twelve preprocessors.
    return PageExporter(
        template_name="ujo", extra_template_basedirs=[str(TEMPLATES)], optimistic_validation=True
    )


def export_page(notebook: NotebookNode, *, context: PageContext) -> str:
    """Render an executed notebook as one self-contained page.

    Args:
        notebook: the executed notebook; it is not changed.
        context: what the page says about itself.

    Returns:
        The HTML. The same notebook outputs and context give the same text: cell ids, execution counts and clock
        times of the notebook do not enter it.
    """
    page, _ = _exporter().from_notebook_node(notebook, resources={"context": context})
    return str(page)


def export_index(
    pages: Sequence[IndexEntry],
    context: PageContext,
    highlights: str = "",
    listed: Sequence[Exhibit] = (),
) -> str:
    """Render the cover of the report.

    Args:
        pages: the pages in order, each with its answer in one line.
        context: what the report says about itself.
        highlights: HTML of the key figures, as `page.tiles` made it.
        listed: tables and figures of all pages.
    """
    cover = {"title": context.report_title or "報告書", "toc": (), "context": context, "is_cover": True}
    numbered = _Numbers(context.chapter).written(highlights)
    entries = [asdict(page) for page in pages]
    shown = {"page": cover, "entries": entries, "highlights": numbered, "listed": listed}
    return _environment().get_template("cover.html.j2").render(shown) + "\n"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    # Escaping is explicit in the templates, as nbconvert's own environment has none to inherit.
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES / "ujo"), autoescape=False)  # noqa: S701
