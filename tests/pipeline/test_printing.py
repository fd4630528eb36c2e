"""Pages on paper: A4, numbered, and a clear word where there is no browser."""

import re
from pathlib import Path

import pytest

from tests.report.look.browser import needs_browser
from ujo_lib.pipeline import printing
from ujo_lib.pipeline.printing import print_report, together
from ujo_lib.report.look.html import IndexEntry, PageContext, export_index

COVER = export_index(
    [
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
    old = _report(tmp_path) / "pdf" / "report.pdf"
    old.parent.mkdir()
    old.write_bytes(b"old")
    monkeypatch.setattr(printing, "find_browser", lambda: "false")
    with pytest.raises(printing.PrintingError, match=r"report\.html"):
        list(print_report(tmp_path, old.parent))
    assert old.read_bytes() == b"old"


def _report(folder: Path) -> Path:
    """A cover that lists two pages for all, in another order than that of their names, and two technical ones."""
    (folder / "index.html").write_text(COVER, encoding="utf-8")
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
    assert 'href="report.pdf"' in together(folder, technical=True)
    assert 'href="#00_a"' in together(folder, technical=True)


def test_every_link_of_the_whole_report_leads_to_one_place_in_it(tmp_path):
    whole = together(_report(tmp_path))
    places = re.findall(r'\bid="([^"]+)"', whole)
    links = re.findall(r'(?:href="|url\(|aria-labelledby=")#?([^")]+)', whole)
    assert len(set(places)) == len(places)
    assert {"index", "05_s", "02_b", "02_b-s1", "02_b-g1", "05_s-s1", "05_s-g1"} <= set(links)
    assert set(links) <= {*places, "appendix.pdf"}


@pytest.mark.slow
@needs_browser
def test_the_report_becomes_numbered_tagged_sheets_of_a4_with_an_outline(tmp_path):
    pdf, _ = print_report(_report(tmp_path), tmp_path / "pdf")
    content = pdf.read_bytes()
    box = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content)
    assert [round(float(side)) for side in box.groups()] == [595, 842]
    assert len(re.findall(rb"/Type /Page\b", content)) >= 3
    assert b"/Marked true" in content
    assert b"/Outlines" in content
    assert sorted(file.name for file in (tmp_path / "pdf").iterdir()) == ["appendix.pdf", "report.pdf"]


@pytest.mark.slow
@needs_browser
def test_a_wide_table_does_not_shrink_the_letters_of_the_whole_report(tmp_path):
    def height(columns: int) -> int:
        cells = "".join(f'<th class="short">表示1,000回あたり{n}</th>' for n in range(columns))
        table = f"<figure><table><thead><tr>{cells}</tr></thead></table></figure>"
        cover = export_index([], PageContext(report_title="報告書"), table + "<p>文</p>" * 150)
        (tmp_path / "index.html").write_text(cover, encoding="utf-8")
        (pdf,) = print_report(tmp_path, tmp_path / "pdf")
        return len(re.findall(rb"/Type /Page\b", pdf.read_bytes()))

    assert height(12) == height(2)


def test_the_brief_is_also_a_handout_of_its_own(tmp_path, monkeypatch):
    (_report(tmp_path) / "overview.html").write_text(PAGE.format("概要版", "index.html"), encoding="utf-8")
    monkeypatch.setattr(printing, "find_browser", lambda: "browser")
    monkeypatch.setattr(printing, "_print", lambda browser, page, target: (page.name, target.name))
    made = list(print_report(tmp_path, tmp_path / "pdf"))
    assert made == [(f"{name}.html", f"{name}.pdf") for name in ("overview", "report", "appendix")]
