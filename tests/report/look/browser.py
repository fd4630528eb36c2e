"""Looks at pages with a real browser: accessibility, foreign requests, overflow. Needs Chromium on the machine."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
WIDTHS = (1280, 400)
PATIENCE = 180_000
"""Milliseconds a page may take to load: a busy machine is no fault of the page."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")

_SEEN = {"exclude": [[".drawing svg"]]}
"""Drawings are one image with one text for whoever does not see them: what is inside is no element of the page."""
_ASKED = {"runOnly": list(RULES), "resultTypes": ["violations", "incomplete"]}

_CUT = """() => {
    document.querySelectorAll("details").forEach(one => one.open = true);
    return [...document.querySelectorAll(".scroll")].filter(one => one.scrollWidth > one.clientWidth + 1)
        .map(one => one.getAttribute("aria-label"));
}"""


@dataclass(frozen=True)
class Look:
    """What one page showed at one width.

    Attributes:
        width: width of the window in pixels.
        violations: one line per element that breaks a rule.
        undecided: rules that axe could not decide by itself.
        requests: addresses asked for besides the page itself.
        overflow: pixels that the page is wider than the window.
        cut: tables of which a part can be seen only by scrolling sideways, unfolded ones, too.
    """

    width: int
    violations: tuple[str, ...]
    undecided: tuple[str, ...]
    requests: tuple[str, ...]
    overflow: int
    cut: tuple[str, ...]


def chromium() -> str | None:
    """Path of a Chromium on this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


needs_browser = pytest.mark.skipif(
    chromium() is None, reason="no Chromium: apt-get install chromium fonts-noto-cjk"
)


def looks(pages: Sequence[Path], widths: Sequence[int] = WIDTHS) -> Iterator[tuple[Path, Look]]:
    """Open pages at several widths, run axe-core on each, and tell what was seen."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    with _browser() as browser:
        for path in pages:
            for width in widths:
                requests: list[str] = []
                page = browser.new_page(viewport={"width": width, "height": 900})
                page.on("request", lambda request, seen=requests: seen.append(request.url))
                page.goto(path.as_uri(), timeout=PATIENCE)
                result = axe.run(page, context=_SEEN, options=_ASKED).response
                overflow = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                cut = page.evaluate(_CUT)
                page.close()
                yield (
                    path,
                    Look(
                        width,
                        tuple(_lines(result["violations"])),
                        tuple(item["id"] for item in result["incomplete"]),
                        tuple(url for url in requests[1:] if not url.startswith("data:")),
                        int(overflow),
                        tuple(cut),
                    ),
                )


_BROKEN = """() => [...document.querySelectorAll(".scroll")].filter(one => one.offsetParent).flatMap(one => {
    const words = [...one.querySelectorAll("tbody :is(td, th)")];
    const lines = cell => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return new Set([...text.getClientRects()].map(box => Math.round(box.top))).size;
    };
    const wide = one.querySelector("table").offsetWidth > one.clientWidth + 1 ? [one.getAttribute("aria-label")] : [];
    return wide.concat(words.filter(cell => lines(cell) > 1).map(cell => cell.textContent));
})"""
PAPER_WIDTH = 718
"""Pixels between the margins of an A4 sheet."""


def broken_on_paper(path: Path) -> list[str]:
    """Cells that take more than one line on a sheet of paper, and tables that are wider than their column."""
    with _browser() as browser:
        page = browser.new_page(viewport={"width": PAPER_WIDTH, "height": 1000})
        page.emulate_media(media="print")
        page.goto(path.as_uri(), timeout=PATIENCE)
        return page.evaluate(_BROKEN)


@contextmanager
def _browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _lines(violations: Sequence[dict]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            yield f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
