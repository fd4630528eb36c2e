"""Pages in a real browser: usable by everyone, on a phone too, and without asking anything of any machine."""

from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tests.report.look import drawn
from tests.report.look.browser import broken_on_paper, looks, needs_browser
from tests.report.look.test_html import CONTEXT, notebook, shown
from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Text
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


def test_on_paper_no_day_age_name_or_number_breaks_and_no_table_leaves_its_column(tmp_path: Path) -> None:
    """In a column of a printed sheet stood 2024-02- and 20, Faceboo and k, 70代以 and 上, 23,19 and 3."""
    words = {"day": "2024-02-20", "age": "13-17", "name": "Facebook", "word": "70代以上", "said": "23,193"}
    long = "表示1,000回あたりのクリックの長い見出し"
    table = published(
        {name: [word, word] for name, word in words.items()} | {"n": [8, 9]},
        dimensions={"name": long}, kinds={name: Text(heading=long[:6]) for name in words if name != "name"},
    )  # fmt: skip
    page = tmp_path / "page.html"
    cells = [new_markdown_cell("# 紙\n\n## 表"), shown(tables.table_html(table))]
    page.write_text(html.export_page(new_notebook(cells=cells), context=CONTEXT), encoding="utf-8")
    assert broken_on_paper(page) == []
