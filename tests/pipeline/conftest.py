"""A whole project in miniature: six tiny notebooks, one input file, the real pipeline."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ujo_lib.params import NOTEBOOKS, project_root, settings_model
from ujo_lib.pipeline import kernels
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.run import Outcome, release, run

REPOSITORY = project_root(Path(__file__).parent)
PUBLISH = """\
import pandas as pd
from ujo_lib import report
from ujo_lib.params import {model}
settings = {model}.from_cell(globals())
page = report.open_page(settings)
frame = pd.DataFrame({{"sex": ["男性", "女性", "総数"], "n": [settings.seed % 100, 2, settings.seed % 100 + 2]}})
shown = page.publish(frame, report.TableSpec(
    id="by_sex", title="性別", unit="人", base="当事者", source="合成データ",
    population="cases_of_{notebook}", dimensions={{"sex": "sex"}}, counts=("n",)))
page.table(shown)"""
RECALL = """\
other = page.recall("01_survey_descriptives", "by_sex")
page.say("女性は{n[女性]}人、男性は{n[男性]}人。", other)"""


@dataclass
class Project:
    """The miniature project."""

    root: Path

    @property
    def place(self) -> SiteYear:
        return SiteYear(self.root, "sample", 2023)

    def run(self, **options) -> Outcome:
        return run(self.place, **options)

    def release(self) -> Outcome:
        return release(self.place)

    def add_cell(self, notebook: str, source: str, tags: Sequence[str] = ()) -> None:
        """Append a code cell to one of the notebooks."""
        file = self.place.notebook(notebook)
        nb = nbformat.read(file, as_version=4)
        cell = new_code_cell(source, id=f"cell-{len(nb.cells) + 1:02d}", metadata={"tags": list(tags)})
        nb.cells.append(cell)
        nbformat.write(nb, file)

    def drop_last_cell(self, notebook: str) -> None:
        """Undo `add_cell`."""
        file = self.place.notebook(notebook)
        nb = nbformat.read(file, as_version=4)
        nb.cells.pop()
        nbformat.write(nb, file)

    def set_parameter(self, name: str, key: str, value: object) -> None:
        """Change one value in `common.yaml` or in a notebook's own file."""
        file = self.place.params / f"{name}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8")) | {key: value}
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def bytes_of(self, folder: Path, *endings: str) -> dict[str, bytes]:
        """Content of the files below a folder, by relative path."""
        return {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file() and (not endings or file.suffix in endings)
        }


def _notebook(name: str) -> nbformat.NotebookNode:
    model = settings_model(name)
    lines = [
        f"{key}: {field.annotation.__name__ if isinstance(field.annotation, type) else 'str'} = {field.default!r}"
        for key, field in model.model_fields.items()
        if field.default_factory is None
    ]
    sources = [PUBLISH.format(model=model.__name__, notebook=name)]
    if name.startswith("05"):
        sources.append(RECALL)
    nb = new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    nb.cells = [
        new_markdown_cell(f"# {name}\n\n問いは何か。"),
        new_code_cell("\n".join(lines), metadata={"tags": ["parameters"]}),
        *(new_code_cell(source) for source in sources),
    ]
    for number, cell in enumerate(nb.cells, 1):
        cell.id = f"cell-{number:02d}"
    return nb


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """A fresh miniature project, which is also the working directory."""
    root = tmp_path / "市の 報告書"
    earlier_years = shutil.ignore_patterns("fy2021", "fy2022")
    shutil.copytree(REPOSITORY / "params", root / "params", ignore=earlier_years)
    (root / "notebooks").mkdir()
    (root / "data").mkdir()
    shutil.copy(REPOSITORY / "requirements.lock", root)
    (root / "data" / "cases.csv").write_text("a\n1\n", encoding="utf-8")
    (root / "params/sample/fy2023/inputs.yaml").write_text(
        json.dumps({"data_dir": "data", "cases": {"files": ["cases.csv"]}}), encoding="utf-8"
    )
    for name in NOTEBOOKS:
        for shared in settings_model(name).files:
            if default := settings_model(name).model_fields[shared].default:
                (root / default).parent.mkdir(parents=True, exist_ok=True)
                (root / default).touch()
        nbformat.write(_notebook(name), root / "notebooks" / f"{name}.ipynb")
    monkeypatch.chdir(root)
    monkeypatch.setattr(kernels, "PRELOADED", ("pandas", "ujo_lib.report"))
    return Project(root)


WORDS = "きのうの夕方に屋根の上の猫がずっと鳴いていて眠れませんでした"
HEADER = "相談ID,相談者ID,相談受付日時,窓口,都道府県,年代,性別,相談本文"


@pytest.fixture
def spoken(project):
    """The miniature project with one consultation in its input."""
    row = f"K2023-00017,C-8841,2023/04/01 10:15,全国窓口,熊本県,10代,女性,{WORDS}。"
    (project.root / "data/consultations.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    declared = {
        "data_dir": "data",
        "labels": {"channel": ["全国窓口"]},
        "consultations": {"files": ["consultations.csv"], "timezone": "Asia/Tokyo"},
    }
    (project.place.params / "inputs.yaml").write_text(json.dumps(declared), encoding="utf-8")
    return project
