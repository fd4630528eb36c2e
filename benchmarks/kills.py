"""Kill the run at random moments and see whether the report of yesterday still stands and the next run completes.

Each round changes a parameter, so that there is work to do, starts `ujo run`, and after a random time sends SIGKILL
to the runner or to one of its kernels. There is no peer: papermill leaves a half-written notebook in the place of the
good one, which `benchmarks/report.py` does not time.

    python benchmarks/kills.py [--quick] [--json] [--seed N]
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UJO = [str(Path(sys.executable).parent / "ujo")]
PARTS = ("notebooks", "params", "benchmarks", "requirements.lock")


def digest(folder: Path) -> str:
    """One hash over all files of a folder."""
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            total.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return total.hexdigest()


def kernels_of(runner: int) -> list[int]:
    """Process ids of the kernels below a runner: the children of its fork server."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parent = {int(a): int(b) for a, b in (line.split() for line in table.splitlines())}
    servers = {pid for pid, above in parent.items() if above == runner}
    return [pid for pid, above in parent.items() if above in servers]


def change_parameter(project: Path, number: int) -> None:
    """Give the next run work to do: one notebook and the summary, for both audiences."""
    file = project / "params/sample/fy2023/00_data_quality.yaml"
    file.write_text(f"max_rows_shown: {51 + number}\n", "utf-8")


def one_round(project: Path, number: int, seconds: float, target: str, rng: random.Random) -> bool:
    """Run, kill, look, run again; true when the old report stood and the new one came."""
    change_parameter(project, number)
    release = project / "outputs/sample/fy2023/release"
    old = digest(release)
    runner = subprocess.Popen(
        [*UJO, "run", "sample", "2023"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(rng.uniform(0, seconds))
    victims = kernels_of(runner.pid) if target == "kernel" else [runner.pid]
    for victim in victims[:1] or [runner.pid]:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            break
    code = runner.wait()
    stood = digest(release) == old or code == 0
    again = subprocess.run([*UJO, "run", "sample", "2023"], cwd=project, capture_output=True, check=False)
    complete = again.returncode == 0 and (release / "index.html").is_file()
    fate, sequel = ("intact" if stood else "LOST"), ("complete" if complete else "FAILED")
    print(f"{number:3} {target:7} exit {code:4}  old report {fate}  next run {sequel}", flush=True)
    return stood and complete


def main() -> None:
    """Kill, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 kills instead of 25")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    kills = 5 if options.quick else 25
    project = Path(tempfile.mkdtemp(prefix="ujo-kills-"))
    for name in PARTS:
        source = ROOT / name
        shutil.copytree(source, project / name) if source.is_dir() else shutil.copy(source, project / name)
    for command in (["sample", "--quiet"], ["run", "sample", "2023"]):
        subprocess.run([*UJO, *command], cwd=project, check=True, capture_output=True)
    change_parameter(project, -1)
    begun = time.perf_counter()
    subprocess.run([*UJO, "run", "sample", "2023"], cwd=project, check=True, capture_output=True)
    whole = time.perf_counter() - begun
    survived = sum(
        one_round(project, number, whole, rng.choice(["kernel", "runner"]), rng) for number in range(kills)
    )
    shutil.rmtree(project)
    print(f"{survived} of {kills} kills survived")
    if options.json:
        print(json.dumps({"kills": kills, "survived": survived}))


if __name__ == "__main__":
    main()
