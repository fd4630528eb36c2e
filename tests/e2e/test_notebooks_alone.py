"""The notebooks are notebooks: each runs from top to bottom without the pipeline around it."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import openpyxl
import pytest
from nbclient import NotebookClient

from tests.e2e.conftest import HOUSE, copy_project, ujo
from tests.test_docs import COMMANDS, words

pytestmark = pytest.mark.slow

PAPERMILL = next(line for _, line in COMMANDS if line.startswith("papermill notebooks/02"))
"""How the README runs a notebook without the pipeline."""


EVERY = (*(name for name in HOUSE if name != "05_annual_summary"), "05_annual_summary")
"""The summary last: it reads the tables of all others."""


@pytest.mark.parametrize(
    ("way", "names"),
    [
        ("run all", ("00_data_quality",)),
        pytest.param("papermill", EVERY, marks=pytest.mark.full, id="papermill, every"),
        pytest.param("run all", EVERY, marks=pytest.mark.full, id="run all, every"),
    ],
)
def test_notebooks_run_without_the_pipeline(
    way: str, names: tuple[str, ...], sample_data: Path, tmp_path: Path
):
    root = copy_project(tmp_path / "素のまま")
    shutil.copytree(sample_data, root / "data" / "sample")
    for name in names:
        if way == "papermill":
            _papermill(root, PAPERMILL.replace("02_consultation_seasonality", name))
        else:
            notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
            NotebookClient(notebook, resources={"metadata": {"path": str(root / "notebooks")}}).execute()


@pytest.mark.full
def test_a_new_notebook_runs_as_it_was_made(sample_data: Path, tmp_path: Path):
    root = copy_project(tmp_path / "七冊目")
    shutil.copytree(sample_data, root / "data" / "sample")
    assert ujo("notebook", "new", "07_housing", cwd=root).returncode == 0
    done = ujo("run", "sample", "2023", "--only", "7", cwd=root)
    assert done.returncode == 0, done.stderr
    internal = root / "outputs/sample/fy2023/internal"
    assert "相談記録の件数" in (internal / "07_housing.html").read_text(encoding="utf-8")
    assert (internal / "tables/07_by_group.csv").is_file()


@pytest.mark.full
def test_a_question_that_a_site_adds_is_on_the_page_whomever_it_is_asked_and_however_many_answers_it_has(
    sample_data: Path, tmp_path: Path
):
    root = copy_project(tmp_path / "質問を足す")
    shutil.copytree(sample_data, root / "data" / "sample")
    items = root / "params" / "survey_items.yaml"
    asked = (
        "      - {{id: {id}, title: {title}, wording: {title}, kind: single, options: "
        "{{1: 一, 2: 二, 3: 三, 4: 四, 5: 五, 6: 六, 7: 七, 8: だれも選ばない}}}}\n"
    )
    text = items.read_text(encoding="utf-8")
    for before, id, title in (("opinion", "burden", "活動の負担"), ("note", "worry", "心配なこと")):
        line = f"      - id: {before}\n"
        assert text.count(line) == 1
        text = text.replace(line, asked.format(id=id, title=title) + line)
    items.write_text(text, encoding="utf-8")
    for file, sheet, row, title in (
        ("commissioners.xlsx", "回答一覧", 5, "活動の負担"),
        ("cases.xlsx", "該当者票", 3, "心配なこと"),
    ):
        book = openpyxl.load_workbook(root / "data/sample/fy2023" / file)
        cells, column = book[sheet], book[sheet].max_column + 1
        cells.cell(row, column, title)
        for at in range(row + 1, cells.max_row + 1):
            if cells.cell(at, 1).value == "R5_hikikomori":
                cells.cell(at, column, at % 7 + 1)
        book.save(root / "data/sample/fy2023" / file)
    done = ujo("run", "sample", "2023", "--only", "1", cwd=root)
    assert done.returncode == 0, done.stderr
    for id in ("burden", "worry"):
        table = root / f"outputs/sample/fy2023/internal/tables/01_{id}.csv"
        assert "だれも選ばない" in table.read_text(encoding="utf-8-sig")


def _papermill(root: Path, line: str) -> None:
    program, *arguments = words(line)
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "unknown parameter" not in done.stderr
