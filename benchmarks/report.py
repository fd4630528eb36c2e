"""The whole report against the plain way of making it, in the same environment.

Ours is `ujo run --force`: every notebook for two audiences, disclosure plan, HTML, tables, manifest. The peer is what
one would type without it: papermill one notebook after the other, then nbconvert one after the other, for one
audience. The peer's notebooks and library are frozen at one commit, so that its time is a yardstick and does not
shrink or grow with our own; wall time is what a person waits.

    python benchmarks/report.py [--quick] [--json]
"""

import argparse
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SITE, YEAR = "sample", "2023"
OUTPUTS = ROOT / "outputs" / SITE / f"fy{YEAR}"
FROZEN = "b104fa5"
"""The commit of the peer's notebooks: six, with the library that they import."""
TEMPLATE = "src/ujo_lib/report/template"
"""Where its template lies."""


def timed(command: list[str | Path], folder: Path = ROOT) -> float:
    """Seconds that a command takes in a checkout; its output is shown only when it fails."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - begun


def ours() -> float:
    """Seconds for `ujo run --force`, both audiences."""
    return timed([BIN / "ujo", "run", SITE, YEAR, "--force"])


def frozen(folder: Path) -> None:
    """Lay out the peer's commit in a folder, with the same synthetic city."""
    archive = subprocess.run(
        ["git", "archive", FROZEN, "src", "notebooks", "params", "benchmarks"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as bundle:
        bundle.extractall(folder, filter="data")
    # Under a name of its own: nbconvert would add what the installed template of today's name says.
    (folder / TEMPLATE / "ujo").rename(folder / TEMPLATE / "then")
    timed([sys.executable, "-m", "ujo_lib.cli", "sample", "--quiet"], folder)


def plain(folder: Path) -> float:
    """Seconds for papermill and nbconvert from the command line, notebook after notebook, one audience."""
    total = 0.0
    params = folder / "params" / SITE / f"fy{YEAR}"
    template = f"--TemplateExporter.extra_template_basedirs={folder / TEMPLATE}"
    executed = [folder / f"executed_{file.name}" for file in sorted((folder / "notebooks").glob("*.ipynb"))]
    for target in executed:
        notebook = folder / "notebooks" / target.name.removeprefix("executed_")
        files = ["-f", params / "common.yaml", "-f", params / f"{notebook.stem}.yaml"]
        total += timed([BIN / "papermill", notebook, target, *files], folder)
    for target in executed:
        convert = [BIN / "jupyter", "nbconvert", "--to", "html", "--template", "then", template, "--no-input"]
        total += timed([*convert, target], folder)
    return total


def unchanged() -> tuple[float, int]:
    """Seconds for a rerun without any change, and how many files it touched."""
    before = {file: file.stat().st_mtime_ns for file in OUTPUTS.rglob("*") if file.is_file()}
    seconds = timed([BIN / "ujo", "run", SITE, YEAR])
    after = {file: file.stat().st_mtime_ns for file in OUTPUTS.rglob("*") if file.is_file()}
    touched = [file for file in before.keys() | after.keys() if before.get(file) != after.get(file)]
    return seconds, len([file for file in touched if file.name not in {"run.log", ".lock"}])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of three")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    rounds = 1 if options.quick else 3
    timed([BIN / "ujo", "sample", "--quiet"])
    timed([BIN / "ujo", "run", SITE, YEAR])  # not counted: compiled code and font caches are there for both
    folder = Path(tempfile.mkdtemp(prefix="ujo-plain-"))
    frozen(folder)
    plain(folder)  # not counted, likewise
    fast, slow = [], []
    for _ in range(rounds):
        slow.append(plain(folder))
        fast.append(ours())
    shutil.rmtree(folder)
    rerun, touched = unchanged()
    ratio = statistics.median(a / b for a, b in zip(fast, slow, strict=True))
    print(f"{'':42}{'median s':>10}{'min':>8}{'max':>8}")
    for name, seconds in (
        ("ujo run --force, two audiences", fast),
        ("papermill + nbconvert, one audience", slow),
    ):
        print(f"{name:42}{statistics.median(seconds):10.1f}{min(seconds):8.1f}{max(seconds):8.1f}")
    print(f"{'unchanged rerun':42}{rerun:10.2f}   files touched: {touched}")
    heaviest = max((file.stat().st_size, file.name) for file in OUTPUTS.rglob("*.html"))
    print(f"ratio {ratio:.2f}   heaviest page: {heaviest[1]}, {heaviest[0] / 1024:.0f} kB")
    if options.json:
        figures = {
            "ratio_to_plain": round(ratio, 3),
            "ours_s": round(statistics.median(fast), 1),
            "plain_s": round(statistics.median(slow), 1),
            "page_kb_max": round(heaviest[0] / 1024),
            "unchanged_rerun_s": round(rerun, 2),
            "files_touched_unchanged": touched,
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
