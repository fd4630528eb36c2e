"""The report of the synthetic city against the one that was looked at last, in words and figures.

What a cell of a notebook hands over, and what it shows of what it got, no oracle knows: another column, level, period,
frame or tag makes a whole and plausible page. So a change of a page is shown to whoever made it: line by line, as the
difference of a text that is read and committed with the change.
"""

import difflib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.e2e.conftest import Report
from ujo_lib.report.door.publish import DOOR, NOT_SUPPLIED, TableRecord

pytestmark = pytest.mark.slow

LOOKED_AT = REPOSITORY / "tests/reference/sample_report.txt"
HEAD = re.compile(r"<caption.*?</thead>", re.DOTALL)
NUMBER = re.compile(r"表\d+-\d+")
TAG = re.compile(r"<(style|svg).*?</\1>|<[^>]*>", re.DOTALL)


def _told(steps: Path) -> Iterator[str]:
    """A line for each thing that the pages show, in their order, and one for each table that they published."""
    for step in sorted(steps.glob("internal-*")):
        page = json.loads((step / "notebook.ipynb").read_text(encoding="utf-8"))
        yield f"# {step.name.split('-')[1]}"
        for cell in page["cells"]:
            tags = f"[{' '.join(cell['metadata'].get('tags', ()))}]"
            if cell["cell_type"] == "markdown" and tags != "[]":
                yield f"{tags} {cell['source'][0].strip()}"
            for output in cell.get("outputs", ()):
                yield f"{tags} {_shown(output['data'])}"
        for file in sorted(step.glob("tables/*/*.json")):
            if file.name != NOT_SUPPLIED:
                yield _summed_up(TableRecord.from_json(file.read_text(encoding="utf-8")))


def _shown(data: dict[str, Any]) -> str:
    """Of a table its headings and a hash of its cells, of a figure the call that drew it, of both and of all others
    the words, with the cells that these were read from.
    """
    mark, html = data[DOOR], "".join(data["text/html"])
    told = [mark["kind"], "、".join(mark["tables"])]
    if "recipe" in mark:
        told.append(json.dumps(mark["recipe"], ensure_ascii=False))
    if mark["kind"] == "table":
        html = NUMBER.sub("", html)
        told.append(str(zlib.crc32(TAG.sub(" ", html).encode())))
        html = "".join(HEAD.findall(html)) or html
    said = mark.get("said", ())
    told.append("".join(part["text"] for part in said) or TAG.sub(" ", html))
    told += [f"{cell['table']}.{cell['column']}:{cell['row']}" for part in said for cell in part["values"]]
    return " ".join(" ".join(told).split())


def _summed_up(record: TableRecord) -> str:
    """Whom a table speaks of, and of each column a figure that another value or another order of rows would change."""
    subject = {name: value for name, value in vars(record.spec.subject).items() if value}
    columns = []
    for name, values in zip(record.columns, zip(*record.rows, strict=True), strict=False):
        weighed = sum(row * value for row, value in enumerate(values, 1) if isinstance(value, int | float))
        words = "、".join(value for value in values if isinstance(value, str))
        columns.append(f"{name} {zlib.crc32(words.encode()) if words else f'{round(weighed, 9):.4g}'}")
    return f"= {record.spec.id}「{record.spec.title}」 {subject} {len(record.rows)}: {', '.join(columns)}"


def test_the_report_of_the_sample_is_the_one_that_was_looked_at_last(report: Report, tmp_path: Path):
    now = "\n".join(_told(report.outputs / ".steps")) + "\n"
    (tmp_path / LOOKED_AT.name).write_text(now, encoding="utf-8")
    before = LOOKED_AT.read_text(encoding="utf-8") if LOOKED_AT.exists() else ""
    changed = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "looked at", "now", n=0, lineterm=""
    )
    told = f"If this is meant: cp '{tmp_path / LOOKED_AT.name}' '{LOOKED_AT}', and commit it with the change"
    assert before == now, "\n".join([told, *changed])
