"""Optimal suppression by pytauargus of tables given on standard input; run by the Python that has it installed.

Each cell gets the status, the cost and, when it is small, the protection levels that `ujo` uses, so that the two
solve the same problem.
"""

import contextlib
import json
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from pytauargus import __version__
from pytauargus.arb import micro_arb
from pytauargus.dataframe import to_microdata
from pytauargus.engine import run_batch
from pytauargus.micro import micro_asc_rda
from pytauargus.result import TableResult

TOTAL = "Total"


def hide(job: dict, folder: Path) -> list[list[str]]:
    """Labels of the cells that the optimal method hides; a total is spelled "Total"."""
    names = [f"v{i}" for i in range(len(job["dimensions"]))]
    codes = {v: sorted(set(job["people"][d])) for v, d in zip(names, job["dimensions"], strict=True)}
    micro = {v: [f"c{codes[v].index(x):02d}" for x in job["people"][d]]
             for v, d in zip(names, job["dimensions"], strict=True)}  # fmt: skip
    micro["one"] = [1.0] * len(micro[names[0]])
    files = {end: str(folder / f"m.{end}") for end in ("asc", "rda", "arb", "tab", "hst")}
    micro_asc_rda(to_microdata(micro), asc_filename=files["asc"], rda_filename=files["rda"])
    Path(files["hst"]).write_text(_history(job, micro, names), encoding="utf-8")
    micro_arb(
        arb_filename=files["arb"], asc_filename=files["asc"], rda_filename=files["rda"], explanatory_vars=[names],
        response_var="one", safety_rules="", suppress="OPT(1,1)", output_names=[files["tab"]], output_type="5",
        output_options="SO+", apriori={"hst": [files["hst"]], "sep": ";", "ignore_err": 0, "exp_triv": 0},
    )  # fmt: skip
    run_batch(files["arb"])
    rows = TableResult(path=files["tab"], exp_vars=names, response="one").rows
    back = {v: {f"c{i:02d}": x for i, x in enumerate(codes[v])} for v in names}
    return [[back[v].get(row[v], TOTAL) for v in names] for row in rows if row["status"] in ("U", "M")]


def _history(job: dict, micro: dict, names: list[str]) -> str:
    people = list(zip(*(micro[v] for v in names), strict=True))
    lines = []
    for cell in product(*([*sorted(set(micro[v])), ""] for v in names)):
        n = sum(all(c in ("", x) for c, x in zip(cell, person, strict=True)) for person in people)
        at = ";".join(cell)
        if not n:
            continue
        lines.append(f"{at};C;{job['inner'] + job['total'] * sum(not c for c in cell)}")
        if n < job["threshold"]:
            lines += [f"{at};U", f"{at};PL;1;{job['width'] - 1}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """One job a line in, one answer a line out."""
    print(json.dumps({"version": __version__}))
    for line in sys.stdin:
        with (
            tempfile.TemporaryDirectory() as place,
            contextlib.chdir(place),
        ):  # its solver logs where it is started
            start = time.perf_counter()
            try:
                answer = {"hidden": hide(json.loads(line), Path(place))}
            except Exception as problem:  # a peer's failure is a result, not ours
                answer = {"failed": f"{type(problem).__name__}: {problem}"}
            answer["seconds"] = time.perf_counter() - start
        print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
