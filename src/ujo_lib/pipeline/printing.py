"""The report on paper: A4 by a Chromium-based browser without a window, as one would print it by hand.

The pages for all readers are put into one and printed once, so that one outline, one count of sheets and the tags hold
for the whole; the technical ones likewise, apart.
Margins, page numbers and what may break across pages stand in the style sheet of the pages, so printing by hand from a
browser gives the same sheets. The browser is the only thing needed that Python does not bring along.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ujo_lib.pipeline.extracts import OVERVIEW

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
_ON_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
_SECONDS = 180
_BRIEF = OVERVIEW.file.removesuffix(".html")

_FOOT = re.compile(r'<footer class="foot">.*?</footer>', re.DOTALL)
_LISTED = re.compile(r'<ol class="pages">(.*?)</ol>', re.DOTALL)
_ENTRY = re.compile(r'<li( class="technical")?><a href="(\w+)\.html"')
_LINK = re.compile(r'href="(\w+)\.html"')
_BESIDE = re.compile(r'<details class="listed">.*?</details>|<a href="[^"]+\.xlsx">(.*?)</a>', re.DOTALL)
"""On the cover: links to files that do not go with the sheets."""
_ANCHOR = re.compile(r'(\bid="|href="#|url\(#|aria-labelledby=")')


class NoBrowserError(RuntimeError):
    """No browser that can print was found on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "PDFを作るブラウザー(Chromium、Chrome、Edge のどれか)が見つかりません。"
            "インストールするか、index.html をブラウザーで開き、"
            "「印刷」から「PDFに保存」を選んでください(A4・余白は既定)。"
        )


class PrintingError(RuntimeError):
    """The browser was there and made no PDF."""


def find_browser() -> str | None:
    """Path of a browser that can print without a window; None when there is none."""
    if found := next((path for name in BROWSERS if (path := shutil.which(name))), None):
        return found
    roots = [
        os.environ[name]
        for name in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
        if name in os.environ
    ]
    installed = (Path(root) / name for root in roots for name in _ON_WINDOWS)
    return next((str(path) for path in installed if path.is_file()), None)


def print_report(pages: Path, target: Path) -> Iterator[Path]:
    """Print the pages of a report as A4 sheets.

    `overview.pdf` is the 概要版, `report.pdf` the cover and all pages but the technical ones, `appendix.pdf` these.

    Yields:
        Each finished PDF.

    Raises:
        NoBrowserError: there is no browser.
        PrintingError: the browser made no PDF, or took longer than three minutes.
    """
    browser = find_browser()
    if browser is None:
        raise NoBrowserError
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ujo-pdf-", dir=target) as folder:
        printed = [pages / OVERVIEW.file]
        for technical, name in ((False, "report"), (True, "appendix")):
            whole = Path(folder) / f"{name}.html"
            whole.write_text(together(pages, technical=technical), encoding="utf-8")
            printed += [whole] if "<h1>" in whole.read_text(encoding="utf-8") else []
        for page in printed:
            if page.is_file():
                yield _print(browser, page, target / f"{page.stem}.pdf")


def together(pages: Path, *, technical: bool = False) -> str:
    """Pages of a folder as one: the cover and those for all readers, or the technical ones, in the order of the cover.

    The 概要版 is not among them: it has a PDF of its own, and its sentences would be printed twice. What holds for the
    whole report (contacts, how it is protected) stands once, at the end of the first page. Anchors bear the name of
    their page; links lead to its first sheet, or to the other PDF where it stands there.
    """
    cover = (pages / "index.html").read_text(encoding="utf-8")
    listed = _LISTED.search(cover)
    entries = [(bool(mark), name) for mark, name in _ENTRY.findall(listed[0] if listed else "")]
    names = [] if technical else ["index"]
    names += [name for mark, name in entries if mark == technical and name != _BRIEF]
    parts: list[str] = []
    for name in names:
        page = (pages / f"{name}.html").read_text(encoding="utf-8")
        parts.append(
            _part(name, _FOOT.sub("", page) if parts else page, names, "report" if technical else "appendix")
        )
    return f"{cover.split('<body', 1)[0]}<body>\n{''.join(parts)}</body>\n</html>\n"


def _part(name: str, page: str, here: Sequence[str], elsewhere: str) -> str:
    kind, body = page.split('<body class="', 1)[1].rsplit("</body>", 1)[0].split('">', 1)
    body = _BESIDE.sub(lambda link: link[1] or "", body)
    own = _LINK.sub(
        lambda link: f'href="{_place(link[1], here, elsewhere)}"',
        _ANCHOR.sub(rf"\g<1>{name}-", body),
    )
    return f'<div class="sheets {kind}" id="{name}">{own}</div>\n'


def _place(name: str, here: Sequence[str], elsewhere: str) -> str:
    return f"#{name}" if name in here else f"{_BRIEF if name == _BRIEF else elsewhere}.pdf"


def _print(browser: str, page: Path, target: Path) -> Path:
    """Print beside the target and rename: a PDF that was there before survives a failure."""
    # On Windows a browser's helpers may hold its profile for a moment longer.
    beside = tempfile.TemporaryDirectory(prefix="ujo-pdf-", dir=target.parent, ignore_cleanup_errors=True)
    with beside as folder:
        printed = Path(folder) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-sandbox",  # the page is ours and has no script; servers often cannot offer a sandbox
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise PrintingError(f"{page.name} の印刷が {_SECONDS} 秒たっても終わりません。") from None
        if not printed.is_file():
            raise PrintingError(
                f"{page.name} をPDFにできませんでした({browser}、終了コード {done.returncode})。"
            )
        printed.replace(target)
    return target
