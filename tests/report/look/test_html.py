"""Pages: one file, no script, no foreign address, no code for readers outside, the same bytes every time."""

import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.report.look import drawn
from tests.report.tables_of import by_sex
from ujo_lib.report.door.publish import DOOR
from ujo_lib.report.look import html, tables, wording
from ujo_lib.report.look.figures.svg import Shared

CONTEXT = html.PageContext(
    audience="release",
    report_title="年次報告書",
    area="見本市",
    period="2023年(暦年)",
    synthetic=True,
    nav=(html.NavLink("00.html", "データ"), html.NavLink("01.html", "調査", current=True)),
    run_id="r-1",
    provenance={"入力": "sha256:abc"},
    chapter="1",
)


def shown(content: str) -> nbformat.NotebookNode:
    """A code cell whose output came through the door."""
    mark = {"text/html": content, "text/plain": "<Shown object at 0x7f>", DOOR: {"kind": "x", "tables": []}}
    return new_code_cell(
        "secret_call(page)", execution_count=7, outputs=[new_output("display_data", data=mark)]
    )


@pytest.mark.parametrize("audience", ["internal", "release"])
def test_a_report_made_before_its_period_has_ended_says_so_on_every_page(audience):
    early = html.PageContext(audience=audience, created_on="2024-02-01", unfinished_until="2024年3月31日")
    told = "対象の期間が終わる2024年3月31日より前に作成しました"
    assert told in [banner.meaning for banner in early.banners]
    assert told in html.export_index([], early)
    assert "途中経過" not in html.export_index(
        [], html.PageContext(audience=audience, created_on="2024-03-31")
    )


def notebook() -> nbformat.NotebookNode:
    """An executed notebook with prose, a table, a figure, a verdict, and outputs that are nobody's business."""
    return new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "papermill": {"start_time": "2026-01-01T00:00:00"},
        },
        cells=[
            new_markdown_cell("# 調査の結果\n\n**問い** どのような人が\nいるか。"),
            new_code_cell(
                "threshold: int = 5",
                outputs=[new_output("stream", name="stderr", text="/home/someone: warning")],
            ),
            new_markdown_cell("## 性別\n\n本文。"),
            shown(drawn.KINDS["bars"]().to_html()),
            shown(tables.table_html(by_sex())),
            shown(wording.callout("not_detected", "増えたとは言えない。")),
            new_markdown_cell("## 性別\n\n同じ見出しが二度。\n\n| 語 | 意味 |\n|---|---|\n| 甲 | 乙 |"),
            new_code_cell(
                "1", outputs=[new_output("execute_result", data={"text/plain": "not through the door"})]
            ),
        ],
    )


class _Reader(HTMLParser):
    """Collects headings, ids and attributes that would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in found:
            self.ids.append(found["id"] or "")
        self.loads += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in {"src", "srcset", "href", "action", "data"}
        ]
        if found.get("role") == "img":
            self.images.append(found)


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def page() -> str:
    return html.export_page(notebook(), context=CONTEXT)


def test_a_page_needs_no_script_and_no_other_machine(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"https?:|//[a-z]", page.replace("http-equiv", ""))
    for load in read(page).loads:
        assert re.search(r"=(#|\d\d\.html$)", load), load[:80]


def test_a_page_holds_each_letter_once_and_every_drawing_finds_its_own(page: str) -> None:
    two = notebook()
    two.cells.append(shown(drawn.KINDS["band"]().to_html()))
    both = html.export_page(two, context=CONTEXT)
    shared = re.search(r'<svg class="shared".*?</svg>', both, re.DOTALL)
    assert shared is not None
    names = re.findall(r'id="(g\d+)"', shared[0])
    assert names
    assert len(names) == len(set(names))
    for drawing in re.findall(r"<svg width.*?</svg>", both, re.DOTALL):
        ElementTree.fromstring(drawing)
        assert "<defs>" not in drawing
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', drawing)) <= set(names)
    assert len(list(ElementTree.fromstring(shared[0]).iter("path"))) == len(re.findall("<path", shared[0]))
    outline = re.search(r'<path id="[^"]+" (d="[^"]{60,}")', shared[0])
    assert outline is not None
    assert both.count(outline[1]) == 1


def test_what_a_figure_shows_in_a_notebook_is_what_the_page_shows() -> None:
    alone = drawn.KINDS["bars"]().drawings()[0]
    page = Shared()
    drawing = page.without(alone)
    whole = drawing.replace(">", f"><defs>{page.definitions}</defs>", 1)
    found = [strokes(ElementTree.fromstring(svg)) for svg in (alone, whole)]
    assert found[0] == found[1]
    assert len(found[0]) > 50


def strokes(svg: ElementTree.Element) -> list[str]:
    """The outlines drawn, one after the other, with everything that is only referred to put in its place."""
    known = {part.get("id"): part for part in svg.iter() if part.get("id")}

    def of(part: ElementTree.Element, ink: str = "") -> list[str]:
        ink = part.get("fill", ink)
        if part.tag == "use":
            return of(known[part.attrib["href"][1:]], ink)
        own = [f"{part.attrib['d']} {ink}"] if part.tag == "path" else []
        return own + [stroke for child in part if child.tag != "defs" for stroke in of(child, ink)]

    return of(svg)


def test_what_styles_a_table_in_a_notebook_stays_there(page: str) -> None:
    styled = notebook()
    styled.cells.append(shown(tables.LAB_STYLE + tables.table_html(by_sex())))
    assert tables.LAB_STYLE not in html.export_page(styled, context=CONTEXT)


def test_a_release_holds_neither_code_nor_what_did_not_come_through_the_door(page: str) -> None:
    for trace in (
        "secret_call",
        "threshold: int",
        "/home/someone",
        "not through the door",
        "0x7f",
        "papermill",
        "python3",
    ):
        assert trace not in page


def test_inside_the_city_code_is_there_but_folded() -> None:
    page = html.export_page(notebook(), context=replace(CONTEXT, audience="internal"))
    assert '<details class="code">' in page
    assert "threshold: int" in page
    assert "庁内限り" in page


def test_the_language_is_japanese_and_the_title_names_page_and_report(page: str) -> None:
    assert '<html lang="ja">' in page
    assert "<title>調査の結果 | 年次報告書</title>" in page


def test_headings_come_in_order_and_anchors_are_unique(page: str) -> None:
    reader = read(page)
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert all(
        after - before <= 1 for before, after in zip(reader.headings, reader.headings[1:], strict=False)
    )
    assert len(reader.ids) == len(set(reader.ids))
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in reader.ids


def test_tables_and_figures_are_numbered_in_order(page: str) -> None:
    assert re.findall(r'<span class="number" id="[^"]+">([^<]+)</span>', page) == ["図1-1", "表1-1"]


def test_no_drawing_is_without_a_meaningful_alternative(page: str) -> None:
    images = read(page).images
    assert images
    for image in images:
        assert len(image["aria-label"] or "") > 20


def test_a_line_break_inside_a_japanese_sentence_is_no_space(page: str) -> None:
    assert "どのような人がいるか。" in page


def _explained(*cells: nbformat.NotebookNode, chapter: str = "1") -> str:
    made = new_notebook(cells=[new_markdown_cell("# 題"), *cells])
    return html.export_page(made, context=replace(CONTEXT, chapter=chapter))


def test_a_technical_term_is_explained_on_its_page_and_linked_where_prose_first_names_it() -> None:
    prose = new_markdown_cell("## 中央値の節\n\n幅は標準誤差から求めた。標準誤差は目安。")
    page = _explained(prose, shown("<p>中央値は3。</p>"))
    there = [wording.anchor_of(term) for term in ("標準誤差", "中央値")]
    assert re.findall(r'<dt id="([^"]+)">', page) == there
    assert page.count(f'<a class="term" href="#{there[0]}">標準誤差</a>') == 1
    assert page.index(f'href="#{there[0]}"') < page.index("から求めた")
    assert f'href="#{there[1]}"' not in page  # a heading and a sentence with numbers stay as they are
    assert page.count('href="#terms"') == 1  # in the contents


@pytest.mark.parametrize("level", [90, 95, 99])
def test_an_interval_of_any_level_is_explained_on_its_page(level: int) -> None:
    page = _explained(new_markdown_cell("件数を示す。"), shown(f"<p>3件({level}%信頼区間 1〜8件)。</p>"))
    assert re.findall(r"<dt id=[^>]+>([^<]+)</dt>", page) == ["信頼区間"]


def test_a_page_without_terms_gets_no_glossary() -> None:
    term = new_markdown_cell("中央値を示す。")
    assert 'id="terms"' not in _explained(new_markdown_cell("平均を示す。"))
    assert 'id="terms"' in _explained(term)
    assert 'id="terms"' not in _explained(term, chapter="")


def test_every_page_says_how_it_may_be_handled(page: str) -> None:
    assert "合成データ" in page
    assert "秘匿審査前・配布不可" in page
    reviewed = html.export_page(notebook(), context=replace(CONTEXT, plan_status="reviewed", synthetic=False))
    assert "秘匿審査前" not in reviewed
    assert "合成データ" not in reviewed


def test_every_page_names_places_to_turn_to_and_a_site_can_change_them(page: str) -> None:
    assert "よりそいホットライン" in page
    own = replace(CONTEXT, contacts=(html.Contact("市の相談室", "庁舎1階"),))
    assert "市の相談室" in html.export_page(notebook(), context=own)
    assert "よりそい" not in html.export_page(notebook(), context=own)


def test_the_foot_records_where_the_page_comes_from(page: str) -> None:
    assert "r-1" in page
    assert "sha256:abc" in page


def test_the_current_page_is_marked_in_the_navigation(page: str) -> None:
    assert '<a href="01.html" aria-current="page">調査</a>' in page


def test_two_exports_are_the_same_bytes_whatever_the_cell_ids_and_counts() -> None:
    other = notebook()
    for at, cell in enumerate(other.cells):
        cell["id"] = f"other-{at}"
        if cell.cell_type == "code":
            cell["execution_count"] = 100 + at
    other.metadata["papermill"] = {"start_time": "2030-12-31T23:59:59"}
    assert html.export_page(other, context=CONTEXT) == html.export_page(notebook(), context=CONTEXT)


def test_exporting_leaves_the_notebook_as_it_was() -> None:
    node = notebook()
    before = nbformat.writes(node)
    html.export_page(node, context=CONTEXT)
    assert nbformat.writes(node) == before


def test_style_stays_small() -> None:
    assert (html.TEMPLATES / "ujo" / "style.css").stat().st_size < 15_000


def test_the_cover_lists_the_pages_with_their_answers() -> None:
    cover = html.export_index(
        [html.IndexEntry("01.html", "調査", "25人を把握した。")], CONTEXT, wording.paragraph("要点。")
    )
    assert '<a href="01.html">' in cover
    assert "25人を把握した。" in cover
    assert "要点。" in cover
    assert read(cover).headings[0] == 1
    assert "<script" not in cover


def test_text_from_outside_is_escaped_on_the_cover() -> None:
    cover = html.export_index(
        [html.IndexEntry("a.html", "<i>甲</i>", "<b>乙</b>")], replace(CONTEXT, area="<u>丙</u>")
    )
    for tag in ("<i>甲", "<b>乙", "<u>丙"):
        assert tag not in cover


@pytest.mark.slow
def test_the_template_works_from_the_command_line(tmp_path: Path) -> None:
    source = tmp_path / "example.ipynb"
    nbformat.write(notebook(), source)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--template", "ujo", str(source)]
    basedirs = f"--TemplateExporter.extra_template_basedirs={html.TEMPLATES}"
    subprocess.run([*command, basedirs], check=True, capture_output=True, cwd=tmp_path)
    made = (tmp_path / "example.html").read_text(encoding="utf-8")
    assert '<html lang="ja">' in made
    assert "<script" not in made
    assert "図1" in made


def test_tables_and_figures_are_listed_with_their_place_and_the_file_of_their_numbers():
    page = "".join(
        f'<span class="number" id="{place}">{number}</span><span class="title">{title}</span>'
        for place, number, title in (
            ("figure-1", "図2-1", "月別 A&amp;B"),
            ("table-1", "表2-1", "合計"),
        )
    )
    assert html.exhibits(page, "02_b.html", {"月別 A&B": ("tables/02_m.csv", "02_m")}) == [
        html.Exhibit("図2-1", "月別 A&B", "02_b.html#figure-1", "tables/02_m.csv", "02_m"),
        html.Exhibit("表2-1", "合計", "02_b.html#table-1"),
    ]


def test_the_cover_leads_to_every_table_its_csv_and_the_workbook():
    listed = [
        html.Exhibit("表2-1", "<合計>", "02_b.html#table-1", "tables/02_m.csv", "02_m"),
        html.Exhibit("図2-1", "月", "x.html"),
    ]
    cover = html.export_index([], html.PageContext(), listed=listed)
    assert '<a href="02_b.html#table-1">表2-1 &lt;合計&gt;</a>' in cover
    assert re.findall(r'href="([^"]+)" aria-label="([^"]+)"', cover) == [("tables/02_m.csv", "表2-1のCSV")]
    assert '<a href="統計表.xlsx#&#39;02_m&#39;!A1">02_m</a>' in cover
    assert 'href="統計表.xlsx"' in cover
    assert "図と表の一覧(2件)" in cover
    assert "図と表の一覧" not in html.export_index([], html.PageContext())


@pytest.mark.parametrize(
    ("period", "told"), [("2023年(暦年)", True), ("令和5(2023)年度", False), ("", False)]
)
def test_the_header_names_place_and_time_and_a_period_only_where_it_is_not_the_fiscal_year(
    period, told
) -> None:
    context = html.PageContext(
        area="見本市", year="令和5(2023)年度", period=period, created_on="2024年4月1日"
    )
    assert context.facts == (
        ("対象", "見本市"),
        ("年度", "令和5(2023)年度"),
        *([("相談の集計期間", period)] if told else []),
        ("作成日", "2024年4月1日"),
    )
    assert html.PageContext().facts == ()
    cover = html.export_index([], context)
    assert "<dt>対象</dt><dd>見本市</dd>" in cover
    assert 'class="facts"' not in html.export_index([], html.PageContext())


def test_the_record_at_the_foot_begins_with_the_run_where_there_was_one() -> None:
    assert CONTEXT.record == (("実行番号", "r-1"), ("入力", "sha256:abc"))
    assert html.PageContext(provenance={"入力": "sha256:abc"}).record == (("入力", "sha256:abc"),)


@pytest.mark.parametrize(
    ("audience", "status", "words"),
    [
        ("internal", "unreviewed", ["庁内限り"]),
        ("internal", "reviewed", ["庁内限り"]),
        ("release", "unreviewed", ["秘匿審査前・配布不可"]),
        ("release", "reviewed", ["秘匿審査済"]),
    ],
)
@pytest.mark.parametrize("synthetic", [True, False])
def test_a_page_is_for_the_city_or_a_candidate_or_reviewed_and_never_two_of_them(
    audience, status, words, synthetic
):
    context = html.PageContext(audience=audience, plan_status=status, synthetic=synthetic)
    assert [banner.word for banner in context.banners] == ["合成データ"] * synthetic + words
    # A sheet of paper that was taken out of the others says so, too.
    told = "、".join(["合成データ"] * synthetic + words)
    assert f'@bottom-left{{content:"{told}";' in html.export_page(notebook(), context=context)


def test_the_first_title_names_the_page_and_further_ones_are_sections_of_its_contents() -> None:
    source = "# 題 **甲**\n\n## 一 & 二\n\n### 小見出し\n\n# もう一つの題"
    page = html.export_page(
        new_notebook(cells=[new_markdown_cell(source)]), context=replace(CONTEXT, report_title="")
    )
    assert "<title>題 甲</title>" in page
    assert re.findall(r'<h(\d) id="(s\d)">', page) == [("2", "s1"), ("3", "s2"), ("2", "s3")]
    assert re.findall(r'<a href="#(s\d)">([^<]+)</a>', page) == [
        ("s1", "一 &amp; 二"),
        ("s3", "もう一つの題"),
    ]


@pytest.mark.parametrize("title", ["年次報告書", ""])
def test_a_page_without_a_title_has_that_of_its_report(title: str) -> None:
    page = html.export_page(
        new_notebook(cells=[new_markdown_cell("本文。")]), context=replace(CONTEXT, report_title=title)
    )
    assert f"<title>{title or '報告書'}</title>" in page


@pytest.mark.parametrize("tag", ["internal", "appendix"])
def test_a_release_leaves_out_what_is_for_the_city_or_for_its_appendix(tag: str) -> None:
    cell = new_markdown_cell("庁内の注意。")
    cell.metadata["tags"] = ["other", tag]
    made = new_notebook(cells=[new_markdown_cell("# 題"), cell])
    assert "庁内の注意" not in html.export_page(made, context=CONTEXT)
    assert "庁内の注意" in html.export_page(made, context=replace(CONTEXT, audience="internal"))


def test_tables_and_figures_are_counted_apart_and_without_a_chapter_by_their_number_alone() -> None:
    cells = [shown(tables.NUMBER_MARK.format(kind=kind)) for kind in ("table", "figure", "table")]
    for chapter, numbers in (("3", ["表3-1", "図3-1", "表3-2"]), ("", ["表1", "図1", "表2"])):
        page = html.export_page(new_notebook(cells=cells), context=replace(CONTEXT, chapter=chapter))
        assert re.findall(r'<span class="number" id="([^"]+)">([^<]+)', page) == [
            (place, number) for place, number in zip(("table-1", "figure-1", "table-2"), numbers, strict=True)
        ]


def test_a_table_written_in_prose_can_be_moved_sideways_on_a_phone() -> None:
    page = html.export_page(
        new_notebook(cells=[new_markdown_cell("| 語 | 意味 |\n|---|---|\n| 甲 | 乙 |")]), context=CONTEXT
    )
    assert page.count('<div class="scroll" role="group" aria-label="表" tabindex="0"><table>') == 1
    assert page.count("</table></div>") == 1


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "<!-- 3人 -->", '文<img src="http://x.jp/a.png">']
)
def test_html_in_markdown_stands_on_the_page_as_it_was_typed(typed: str) -> None:
    """A script, a picture fetched from elsewhere and a comment that no reviewer saw were sealed with the release."""
    page = _explained(new_markdown_cell(f"前の段落。\n\n{typed}\n\n次の段落。"))
    assert typed not in page
    assert typed in unescape(page)
