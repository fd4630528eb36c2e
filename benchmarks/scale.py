"""Many places and years: one after the other, side by side on this machine, and on a Dask cluster of this machine.

Twelve made-up cities, each with every year that the synthetic city has, are set up in a temporary project. The peer is
what one would type without `--all`: `ujo run SITE YEAR`, command after command; each of those already uses all
processors. Every way starts without any output. Memory is what all processes of `ujo run --all` hold together
(proportional set size: what is shared counts once).

    python benchmarks/scale.py [--quick] [--json]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ujo_lib.sample import Place
from ujo_lib.sample.relabel import AREA_CODE, CITY, PREFECTURE, relabel

ROOT = Path(__file__).resolve().parent.parent
UJO = Path(sys.executable).with_name("ujo")
SITES = {
    "aoba": ("青葉市", "宮城県", "04299"),
    "fuji": ("藤野市", "静岡県", "22299"),
    "hagi": ("萩原市", "兵庫県", "28299"),
    "kaede": ("楓市", "長野県", "20299"),
    "kiku": ("菊川原市", "愛知県", "23299"),
    "matsu": ("松江原市", "福岡県", "40299"),
    "momiji": ("紅葉市", "広島県", "34299"),
    "nashi": ("梨原市", "千葉県", "12299"),
    "sakura": ("桜野市", "埼玉県", "11299"),
    "take": ("竹原野市", "大分県", "44299"),
    "ume": ("梅原市", "和歌山県", "30299"),
    "wakaba": ("若葉市", "岡山県", "33299"),
}
"""Invented cities: name, prefecture, code."""
MUNICIPALITIES, MACHINES = 1741, 16


def project(folder: Path, sites: int, years: int) -> int:
    """Make a project of so many sites with so many of the newest years; return the number of its site-years."""
    for name in ("notebooks", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "params", folder / "params")
    shutil.copy(ROOT / "requirements.lock", folder)
    ujo(folder, "sample", "--quiet")
    patterns = sorted((folder / "params" / "sample").glob("fy*"))[-years:]
    for site, (city, prefecture, code) in list(SITES.items())[:sites]:
        for pattern in patterns:
            parameters(pattern, folder / "params" / site / pattern.name, {
                "params/sample/": f"params/{site}/", "site: sample": f"site: {site}", "data/sample": f"data/{site}",
                CITY: city, PREFECTURE: prefecture, AREA_CODE: code,
            })  # fmt: skip
        shutil.copytree(folder / "data" / "sample", folder / "data" / site)
        relabel(folder / "data" / site, Place(city, prefecture, code, ()))
    shutil.rmtree(folder / "params" / "sample")
    return sites * len(patterns)


def parameters(pattern: Path, target: Path, names: dict[str, str]) -> None:
    """Copy the parameters of a year under other names."""
    target.mkdir(parents=True)
    for file in pattern.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        for old, new in names.items():
            text = text.replace(old, new)
        (target / file.name).write_text(text, encoding="utf-8")


def ujo(folder: Path, *arguments: str) -> float:
    """Seconds that a command takes; what it said is shown only when it fails."""
    begun = time.perf_counter()
    done = subprocess.run([UJO, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"ujo {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - begun


def busy() -> float:
    """Seconds that all processors have worked since the machine was started, whoever asked for it.

    No process's own account holds the kernels, for which nobody waits: measure on a quiet machine.
    """
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def fresh(folder: Path) -> None:
    """Forget every output."""
    shutil.rmtree(folder / "outputs", ignore_errors=True)


def sequential(folder: Path) -> float:
    """Seconds for one command per site-year."""
    fresh(folder)
    places = sorted(path.relative_to(folder / "params").parts for path in (folder / "params").glob("*/fy*"))
    return sum(ujo(folder, "run", site, year[2:]) for site, year in places)


def parallel(folder: Path) -> tuple[float, float]:
    """Seconds for `ujo run --all`, and the most memory that its processes held together, in MB."""
    fresh(folder)
    ended = threading.Event()
    peak = [0.0]

    def watch() -> None:
        while not ended.wait(0.5):
            peak[0] = max(peak[0], held(os.getpid()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return ujo(folder, "run", "--all"), peak[0]
    finally:
        ended.set()
        watcher.join()


def held(ancestor: int) -> float:
    """MB that the descendants of a process hold, shared pages divided among those who share them."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    family, found = {ancestor}, True
    while found:
        found = {pid for pid, parent in parents.items() if parent in family} - family
        family |= found
    return sum(share(pid) for pid in family - {ancestor})


def share(pid: int) -> float:
    """Proportional set size of one process, in MB; 0 when it has just ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def dask(folder: Path, workers: int) -> float:
    """Seconds for `ujo run --all --scheduler ADDRESS` on a cluster of local processes that stands already."""
    from distributed import LocalCluster

    fresh(folder)
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        return ujo(folder, "run", "--all", "--scheduler", cluster.scheduler_address)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two sites with one year each")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    sites, years = (2, 1) if options.quick else (len(SITES), 3)
    with tempfile.TemporaryDirectory(prefix="ujo-scale-") as name:
        folder = Path(name) / "project"
        folder.mkdir()
        runs = project(folder, sites, years)
        first = min((folder / "params").glob("*/fy*"))
        ujo(folder, "run", first.parent.name, first.name[2:])  # not counted: compiled code and font caches
        before = busy()
        together, peak = parallel(folder)
        worked = busy() - before
        alone = sequential(folder)
        cluster = dask(folder, os.cpu_count() or 1)
    print(f"{runs} site-years")
    for what, seconds in (("one command each", alone), ("run --all", together), ("run --all, Dask", cluster)):
        print(f"{what:20}{seconds:10.1f} s   {seconds / runs:8.1f} s each")
    print(f"memory at its peak, run --all: {peak:.0f} MB; processors at work: {worked / runs:.1f} s each")
    nation = MUNICIPALITIES / MACHINES * together / runs / 3600
    print(f"on paper: {MUNICIPALITIES} municipalities on {MACHINES} such machines in {nation:.1f} hours")
    if options.json:
        figures = {
            "runs": runs,
            "sequential_s": alone,
            "parallel_s": together,
            "dask_s": cluster,
            "peak_mb": peak,
            "cpu_s_per_run": worked / runs,
        }
        rounded = {key: round(value, 1) for key, value in figures.items()}
        print(json.dumps({**rounded, "dask_x_parallel": round(cluster / together, 3)}))


if __name__ == "__main__":
    main()
