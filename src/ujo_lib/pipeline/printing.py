"""Pages on paper: A4 by a Chromium-based browser without a window, as one would print them by hand.

Margins, page numbers and what may break across pages stand in the style sheet of the pages, so printing by hand from a
browser gives the same sheets. The browser is the only thing needed that Python does not bring along.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
_ON_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
_SECONDS = 180


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


def print_pages(pages: Path, target: Path) -> Iterator[Path]:
    """Print every HTML page of a folder, the cover first, to `target/<name>.pdf`.

    Yields:
        Each finished PDF.

    Raises:
        NoBrowserError: there is no browser.
        PrintingError: the browser made no PDF of a page, or took longer than three minutes.
    """
    browser = find_browser()
    if browser is None:
        raise NoBrowserError
    target.mkdir(parents=True, exist_ok=True)
    for page in sorted(pages.glob("*.html"), key=lambda file: (file.stem != "index", file.name)):
        yield _print(browser, page, target / f"{page.stem}.pdf")


def _print(browser: str, page: Path, target: Path) -> Path:
    """Print beside the target and rename: a PDF that was there before survives a failure."""
    with tempfile.TemporaryDirectory(prefix="ujo-pdf-", dir=target.parent) as folder:
        printed = Path(folder) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-sandbox",  # the page is ours and has no script; servers often cannot offer a sandbox
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise PrintingError(f"{page.name} の印刷が {_SECONDS} 秒たっても終わりません。") from None
        if not printed.is_file():
            raise PrintingError(
                f"{page.name} をPDFにできませんでした({browser}、終了コード {done.returncode})。"
            )
        printed.replace(target)
    return target
