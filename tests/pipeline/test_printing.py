"""Pages on paper: A4, numbered, and a clear word where there is no browser."""

import re

import pytest

from tests.report.look.browser import needs_browser
from ujo_lib.pipeline import printing
from ujo_lib.report.look.html import PageContext, export_index


def test_without_a_browser_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "find_browser", lambda: None)
    with pytest.raises(printing.NoBrowserError, match="PDFに保存"):
        list(printing.print_pages(tmp_path, tmp_path / "pdf"))


def test_a_browser_that_prints_nothing_is_reported_and_leaves_the_old_pdf(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("<p>", encoding="utf-8")
    old = tmp_path / "pdf" / "index.pdf"
    old.parent.mkdir()
    old.write_bytes(b"old")
    monkeypatch.setattr(printing, "find_browser", lambda: "false")
    with pytest.raises(printing.PrintingError, match=r"index\.html"):
        list(printing.print_pages(tmp_path, old.parent))
    assert old.read_bytes() == b"old"


@pytest.mark.slow
@needs_browser
def test_a_page_becomes_sheets_of_a4(tmp_path):
    context = PageContext(report_title="報告書")
    (tmp_path / "index.html").write_text(export_index([], context), encoding="utf-8")
    (pdf,) = printing.print_pages(tmp_path, tmp_path / "pdf")
    box = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf.read_bytes())
    assert [round(float(side)) for side in box.groups()] == [595, 842]
