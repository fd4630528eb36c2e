"""Pages in a real browser: usable by everyone, on a phone too, and without asking anything of any machine."""

from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tests.report.look import drawn
from tests.report.look.browser import looks, needs_browser
from tests.report.look.test_html import CONTEXT, notebook, shown
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.report.look import html, tables, wording

pytestmark = [pytest.mark.slow, needs_browser]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A page with every kind of figure and table, the same inside the city, and a cover."""
    folder = tmp_path_factory.mktemp("pages")
    tile = published({"label": ["回答率"], "value": [0.698], "format": ["share"]})
    everything = new_notebook(
        cells=[
            new_markdown_cell("# すべての種類\n\n## 図と表"),
            *(shown(draw().to_html()) for draw in drawn.KINDS.values()),
            shown(tables.table_html(by_sex())),
            shown(tables.table_html(by_occupation(), across="answer", values="share")),
            shown(tables.tiles_html(tile)),
            *(
                shown(wording.callout(verdict, "本文。"))
                for verdict in ("detected", "not_detected", "not_estimable", "note")
            ),
            shown(wording.glossary("自殺念慮", "信頼区間")),
        ]
    )
    made = {
        "everything.html": html.export_page(everything, context=CONTEXT),
        "internal.html": html.export_page(notebook(), context=replace(CONTEXT, audience="internal")),
        "index.html": html.export_index(
            [html.IndexEntry("everything.html", "すべて", "一行の答え。")], CONTEXT, tables.tiles_html(tile)
        ),
    }
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in made]


def test_pages_break_no_accessibility_rule_and_stand_alone(pages: list[Path]) -> None:
    for path, look in looks(pages):
        where = f"{path.name} at {look.width} px"
        assert not look.violations, f"{where}: {look.violations}"
        assert not look.requests, f"{where}: {look.requests}"
        assert look.overflow <= 0, f"{where}: wider than the window by {look.overflow} px"
        assert look.width < 1280 or not look.cut, f"{where}: cut off: {look.cut}"
