"""Pages on paper: A4, numbered, and a clear word where there is no browser."""

import os
import re
from pathlib import Path

import pikepdf
import pytest

from tests.pipeline.letters import LEAST, smallest
from tests.report.look import drawn
from tests.report.look.browser import needs_browser
from ujo_lib.pipeline import printing
from ujo_lib.pipeline.printing import print_report, together
from ujo_lib.report.look.html import IndexEntry, PageContext, export_index

COVER = export_index(
    [
        IndexEntry("overview.html", "概要版"),
        IndexEntry("05_s.html", "まとめ"),
        IndexEntry("02_b.html", "相談"),
        IndexEntry("00_a.html", "データの状態", technical=True),
        IndexEntry("appendix.html", "技術付録", technical=True),
    ],
    PageContext(report_title="報告書"),
)
PAGE = (
    '<html><head><style>p{{}}</style></head><body class="release"><h1>{}</h1><a href="{}">別のページ</a>'
    '<nav><a href="#s1">章</a></nav><h2 id="s1">章</h2><svg><g id="g1"/><use href="#g1"/></svg>'
    '<footer class="foot"><h2>相談窓口</h2></footer></body></html>'
)


def test_without_a_browser_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "find_browser", lambda: None)
    with pytest.raises(printing.NoBrowserError, match="PDFに保存"):
        list(print_report(tmp_path, tmp_path / "pdf"))


def test_a_browser_that_prints_nothing_is_reported_and_leaves_the_old_pdf(tmp_path, monkeypatch):
    old = _report(tmp_path) / "pdf" / "overview.pdf"
    old.parent.mkdir()
    old.write_bytes(b"old")
    monkeypatch.setattr(printing, "find_browser", lambda: "false")
    with pytest.raises(printing.PrintingError, match=r"overview\.html"):
        list(print_report(tmp_path, old.parent))
    assert old.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="a script stands for the browser")
def test_what_a_browser_says_in_letters_of_its_own_does_not_stop_the_printing(tmp_path, monkeypatch):
    browser = tmp_path / "browser"
    browser.write_text(
        '#!/bin/sh\nprintf "\\377"\n'
        'for one; do case "$one" in --print-to-pdf=*) printf made > "${one#*=}";; esac; done\n'
    )
    browser.chmod(0o700)
    monkeypatch.setattr(printing, "find_browser", lambda: str(browser))
    made = list(print_report(_report(tmp_path), tmp_path / "pdf"))
    assert [(file.name, file.read_bytes()) for file in made] == [
        (f"{name}.pdf", b"made") for name in ("overview", "report", "appendix")
    ]
    assert sorted(file.suffix for file in (tmp_path / "pdf").iterdir()) == [".pdf"] * 3


def _report(folder: Path) -> Path:
    """A cover that lists the 概要版 and two pages for all, not in the order of their names, and two technical ones."""
    (folder / "index.html").write_text(COVER, encoding="utf-8")
    (folder / "overview.html").write_text(PAGE.format("概要版", "index.html"), encoding="utf-8")
    (folder / "05_s.html").write_text(PAGE.format("まとめ", "02_b.html"), encoding="utf-8")
    (folder / "02_b.html").write_text(PAGE.format("相談", "index.html"), encoding="utf-8")
    (folder / "00_a.html").write_text(PAGE.format("データの状態", "02_b.html"), encoding="utf-8")
    (folder / "appendix.html").write_text(PAGE.format("技術付録", "00_a.html"), encoding="utf-8")
    (folder / "09_not_listed.html").write_text(PAGE.format("下書き", "index.html"), encoding="utf-8")
    return folder


def test_the_whole_report_is_one_page_in_the_order_of_the_cover(tmp_path):
    whole = together(_report(tmp_path))
    assert re.findall("<h1>(.+?)</h1>", whole) == ["報告書", "まとめ", "相談"]
    assert (whole.count("<style>"), whole.count("<body"), whole.count("</html>")) == (1, 1, 1)


def test_the_technical_pages_are_printed_apart_without_the_cover(tmp_path):
    whole = together(_report(tmp_path), technical=True)
    assert re.findall("<h1>(.+?)</h1>", whole) == ["データの状態", "技術付録"]


@pytest.mark.parametrize("technical", [False, True])
def test_what_holds_for_the_whole_report_is_printed_once(tmp_path, technical):
    assert together(_report(tmp_path), technical=technical).count("<footer") == 1


def test_links_between_the_two_lead_to_the_other_pdf(tmp_path):
    folder = _report(tmp_path)
    assert together(folder).count('href="appendix.pdf"') == 2  # of the contents
    assert together(folder).count('href="overview.pdf"') == 1
    assert 'href="report.pdf"' in together(folder, technical=True)
    assert 'href="#00_a"' in together(folder, technical=True)


def test_every_link_of_the_whole_report_leads_to_one_place_in_it(tmp_path):
    whole = together(_report(tmp_path))
    places = re.findall(r'\bid="([^"]+)"', whole)
    links = re.findall(r'(?:href="|url\(|aria-labelledby=")#?([^")]+)', whole)
    assert len(set(places)) == len(places)
    assert {"index", "05_s", "02_b", "02_b-s1", "02_b-g1", "05_s-s1", "05_s-g1"} <= set(links)
    assert set(links) <= {*places, "appendix.pdf", "overview.pdf"}


@pytest.mark.slow
@needs_browser
def test_the_report_becomes_numbered_tagged_sheets_of_a4_with_an_outline(tmp_path):
    _, report, _ = print_report(_report(tmp_path), tmp_path / "pdf")
    with pikepdf.open(report) as pdf, pdf.open_outline() as outline:
        assert len(pdf.pages) == 3
        assert {tuple(round(float(side)) for side in page.MediaBox) for page in pdf.pages} == {
            (0, 0, 595, 842)
        }
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "ja"
        assert pdf.Root.StructTreeRoot.K
        assert [entry.title for entry in outline.root] == ["報告書", "まとめ", "相談"]
        assert [entry.title for entry in outline.root[1].children] == ["章"]
    made = sorted(file.name for file in (tmp_path / "pdf").iterdir())
    assert made == ["appendix.pdf", "overview.pdf", "report.pdf"]


@pytest.mark.slow
@needs_browser
def test_a_wide_table_does_not_shrink_the_letters_of_the_whole_report(tmp_path):
    def height(columns: int) -> int:
        cells = "".join(f'<th class="short">表示1,000回あたり{n}</th>' for n in range(columns))
        table = f"<figure><table><thead><tr>{cells}</tr></thead></table></figure>"
        cover = export_index([], PageContext(report_title="報告書"), table + "<p>文</p>" * 150)
        (tmp_path / "index.html").write_text(cover, encoding="utf-8")
        (pdf,) = print_report(tmp_path, tmp_path / "pdf")
        with pikepdf.open(pdf) as made:
            return len(made.pages)

    assert height(12) == height(2)


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("kind", ["band", "heat_map", "panels"])
def test_the_smallest_letter_of_a_figure_in_a_column_is_measured_and_is_nine_points_high(tmp_path, kind):
    told = f'<p style="font-size:7pt">小さな文</p><div class="frame"><main>{drawn.KINDS[kind]().to_html()}</main></div>'
    page = PAGE.format("まとめ", "02_b.html").replace("<nav>", f"{told}<nav>")
    (_report(tmp_path) / "05_s.html").write_text(page, encoding="utf-8")
    (tmp_path / "overview.html").unlink()  # printed before the report, and not looked at here
    found = smallest(next(print_report(tmp_path, tmp_path / "pdf")))
    assert found["text"] == (7.0, 2)
    assert LEAST <= found["drawn"][0] < 10.4
    assert found["drawn"][1] == 2


def test_the_brief_is_also_a_handout_of_its_own(tmp_path, monkeypatch):
    _report(tmp_path)
    monkeypatch.setattr(printing, "find_browser", lambda: "browser")
    monkeypatch.setattr(printing, "_print", lambda browser, page, target: (page.name, target.name))
    made = list(print_report(tmp_path, tmp_path / "pdf"))
    assert made == [(f"{name}.html", f"{name}.pdf") for name in ("overview", "report", "appendix")]
