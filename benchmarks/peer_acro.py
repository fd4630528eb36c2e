"""What acro hides in tables given on standard input; run by a Python that has it (it needs pandas < 2.3)."""

import json
import logging
import os
import sys
import tempfile
import warnings

import pandas as pd

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import acro  # noqa: E402  # it logs while it is imported


def hide(job: dict) -> dict[str, list[list[str]]]:
    """Labels of the cells that acro blanks in the two-way table and in its two one-way tables."""
    session = acro.ACRO(suppress=True)
    session.sdc_checks.risk_appetite["safe_threshold"] = job["threshold"]
    frame = pd.DataFrame({name: job["people"][name] for name in job["dimensions"]}).assign(everybody="総数")
    a, b = job["dimensions"]
    tables = {"both": (a, b), "rows": (a, "everybody"), "columns": (b, "everybody")}
    return {name: _blank(session.crosstab(frame[one], frame[two])) for name, (one, two) in tables.items()}


def _blank(table: pd.DataFrame) -> list[list[str]]:
    gone = table.isna().stack()
    return [list(labels) for labels in gone[gone].index]


def main() -> None:
    """One job a line in, one answer a line out."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # acro prints its tables
    print(json.dumps({"version": acro.__version__ if hasattr(acro, "__version__") else "?"}), file=out)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        for line in sys.stdin:
            try:
                answer: dict = {"hidden": hide(json.loads(line))}
            except Exception as problem:  # a peer's failure is a result, not ours
                answer = {"failed": f"{type(problem).__name__}: {problem}"}
            print(json.dumps(answer, ensure_ascii=False), file=out, flush=True)


if __name__ == "__main__":
    main()
