"""The whole report against the plain way of making it, in the same environment.

Ours is `ujo run`: every notebook for two audiences, disclosure plan, HTML, tables, manifest; in a project of its own,
first with nothing made before, then with `--force`, then after a comment in every notebook (all pages are made anew and
find their drawings kept), after nothing at all, and after one parameter of notebook 02. The peer is what one would type
without it: papermill one notebook after the other, then nbconvert one after the other, for one audience; for the one
parameter that notebook alone. The peer's notebooks and library are frozen at one commit, so that its time is a
yardstick and does not shrink or grow with our own; wall time is what a person waits.

    python benchmarks/report.py [--quick] [--json]
"""

import argparse
import hashlib
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SITE, YEAR = "sample", "2023"
PARTS = ("notebooks", "params", "benchmarks", "requirements.lock")
"""What a project has besides its data."""
CHANGED = "02_consultation_seasonality"
"""The notebook of which one parameter is changed."""
FROZEN = "b104fa5"
"""The commit of the peer's notebooks: six, with the library that they import."""
TEMPLATE = "src/ujo_lib/report/template"
"""Where its template lies."""


def timed(command: list[str | Path], folder: Path, code: Path) -> float:
    """Seconds that a command takes in a folder with the library of a checkout; what it said is shown when it fails."""
    # Bytecode is kept, as on anybody's machine: the peer's many processes would compile every library anew.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(code / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - begun


def project(folder: Path) -> Path:
    """Make a project with the synthetic city."""
    folder.mkdir()
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    ours(folder, "sample", "--quiet")
    return folder


def ours(folder: Path, *arguments: str) -> float:
    """Seconds for a command of ours in a project."""
    return timed([BIN / "ujo", *arguments], folder, ROOT)


def frozen(folder: Path) -> None:
    """Lay out the peer's commit in a folder, with the same synthetic city."""
    archive = subprocess.run(
        ["git", "archive", FROZEN, "src", "notebooks", "params", "benchmarks"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as bundle:
        bundle.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 or later has it
        bundle.extractall(folder)
    # Under a name of its own: nbconvert would add what the installed template of today's name says.
    (folder / TEMPLATE / "ujo").rename(folder / TEMPLATE / "then")
    timed([sys.executable, "-m", "ujo_lib.cli", "sample", "--quiet"], folder, folder)


def plain(folder: Path, names: str = "*") -> float:
    """Seconds for papermill and nbconvert from the command line, notebook after notebook, one audience."""
    total = 0.0
    params = folder / "params" / SITE / f"fy{YEAR}"
    template = f"--TemplateExporter.extra_template_basedirs={folder / TEMPLATE}"
    sources = sorted((folder / "notebooks").glob(f"{names}.ipynb"))
    executed = [folder / f"executed_{file.name}" for file in sources]
    for notebook, target in zip(sources, executed, strict=True):
        files = ["-f", params / "common.yaml", "-f", params / f"{notebook.stem}.yaml"]
        total += timed([BIN / "papermill", notebook, target, *files], folder, folder)
    for target in executed:
        convert = [BIN / "jupyter", "nbconvert", "--to", "html", "--template", "then", template, "--no-input"]
        total += timed([*convert, target], folder, folder)
    return total


def pages(root: Path) -> dict[str, str]:
    """SHA-256 of every file that a run writes for a reader."""
    outputs = root / "outputs" / SITE / f"fy{YEAR}"
    files = [file for audience in ("internal", "release") for file in (outputs / audience).rglob("*.*")]
    return {
        file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.suffix in {".html", ".csv", ".xlsx"}
    }


def comment(root: Path, number: int) -> None:
    """Write a comment into the last cell of every notebook."""
    for file in (root / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(file, as_version=4)
        [*_, last] = [cell for cell in notebook.cells if cell.cell_type == "code"]
        last.source += f"\n# {number}"
        nbformat.write(notebook, file)


def one_parameter(root: Path, number: int) -> None:
    """Change how many hours in a hundred the staff is planned to suffice for."""
    file = root / "params" / SITE / f"fy{YEAR}" / f"{CHANGED}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^(staffing_quantile:) [\d.]+", rf"\1 0.8{number}", text), encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of three")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    run = ("run", SITE, YEAR)
    seconds: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="ujo-report-") as name:
        root, peer = project(Path(name) / "ours"), Path(name) / "plain"
        peer.mkdir()
        frozen(peer)
        ours(root, *run)  # not counted: compiled code and font caches are there for both
        plain(peer)  # not counted, likewise
        for number in range(1 if options.quick else 3):
            shutil.rmtree(root / "outputs")
            seconds["plain"].append(plain(peer))
            seconds["empty"].append(ours(root, *run))
            seconds["forced"].append(ours(root, *run, "--force"))
            comment(root, number)
            seconds["warm"].append(ours(root, *run))
            seconds["unchanged"].append(ours(root, *run))
            seconds["plain one"].append(plain(peer, CHANGED))
            one_parameter(root, number)
            seconds["one parameter"].append(ours(root, *run))
        kept = pages(root)
        shutil.rmtree(root / "outputs")
        ours(root, *run)
        same = kept == pages(root)
        heaviest = max((file.stat().st_size, file.name) for file in (root / "outputs").rglob("*.html"))
    print(f"{'seconds':24}{'median':>9}{'min':>8}{'max':>8}")
    for what, times in seconds.items():
        print(f"{what:24}{statistics.median(times):9.2f}{min(times):8.2f}{max(times):8.2f}")

    def ratio(what: str, to: str) -> float:
        return round(statistics.median(a / b for a, b in zip(seconds[what], seconds[to], strict=True)), 3)

    figures = {
        "ratio_to_plain": ratio("empty", "plain"),
        "ratio_second_forced": ratio("forced", "plain"),
        "ratio_warm": ratio("warm", "plain"),
        "one_parameter_ratio": ratio("one parameter", "plain one"),
        "unchanged_rerun_s": round(statistics.median(seconds["unchanged"]), 2),
        "ours_s": round(statistics.median(seconds["empty"]), 1),
        "plain_s": round(statistics.median(seconds["plain"]), 1),
        "page_kb_max": round(heaviest[0] / 1024),
        "same_bytes": same,
    }
    print(*(f"{key} {value}" for key, value in figures.items()), sep="   ")
    print(f"heaviest page: {heaviest[1]}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
