"""A project in miniature: five tiny notebooks in the roles of the real ones, one input file, the real pipeline."""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.conftest import MakeOnce
from tests.pipeline.warm import WarmServer
from ujo_lib.params import Notebook, notebooks_of, project_root, read_settings, settings_model
from ujo_lib.params.cell import written_cell
from ujo_lib.pipeline import kernels
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.run import Outcome, release, run

REPOSITORY = project_root(Path(__file__).parent)
SPARED = ("04_outreach_effect", "06_resident_survey")
"""Notebooks of which a miniature project has no copy: each costs two kernels a run, and two analyses show as much."""
HOUSE = [notebook for notebook in notebooks_of(REPOSITORY, "sample") if notebook.name not in SPARED]
PLACE = "市の 報告書"
"""Folder of every miniature project: a name with a space and Japanese in it."""
PUBLISH = """\
import pandas as pd
from ujo_lib import report
from ujo_lib.columns import Count, Dimension
from ujo_lib.typed import Typed
from ujo_lib.params import settings_of
settings = settings_of("{notebook}", globals())
page = report.open_page(settings)
frame = pd.DataFrame({{"sex": ["男性", "女性", "総数"], "n": [settings.seed % 100, 2, settings.seed % 100 + 2]}})
typed = Typed.of(frame, {{"sex": Dimension(variable="sex"), "n": Count(unit="人")}})
shown = page.publish(typed, "by_sex", "性別", report.Subject("当事者", "合成データ", "cases_of_{notebook}"))
page.table(shown)"""
RECALL = """\
other = page.recall("01", "by_sex")
page.say("女性は{n[女性]}人、男性は{n[男性]}人。", other)"""
SENTENCES = """\
from ujo_lib.report.look.wording import Line
page.sentences([Line(f"{number}つめの文。") for number in "12345"])"""
WORDS = "きのうの夕方に屋根の上の猫がずっと鳴いていて眠れませんでした"
HEADER = "相談ID,相談者ID,相談受付日時,窓口,都道府県,年代,性別,相談本文"


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
        file = self.root / "notebooks" / f"{notebook}.ipynb"
        nb = nbformat.read(file, as_version=4)
        cell = new_code_cell(source, id=f"cell-{len(nb.cells) + 1:02d}", metadata={"tags": list(tags)})
        nb.cells.append(cell)
        nbformat.write(nb, file)

    def drop_last_cell(self, notebook: str) -> None:
        """Undo `add_cell`."""
        file = self.root / "notebooks" / f"{notebook}.ipynb"
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


def write_notebook(file: Path, about: dict[str, object], parameters: str, *sources: str) -> Path:
    """Write a notebook with a title, a parameters cell and further cells."""
    nb = new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "ujo": about,
        }
    )
    nb.cells = [
        new_markdown_cell(f"# {file.stem}\n\n問いは何か。"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *(new_code_cell(source) for source in sources),
    ]
    for number, cell in enumerate(nb.cells, 1):
        cell.id = f"cell-{number:02d}"
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, file)
    return file


def _miniature(notebook: Notebook, folder: Path) -> None:
    more = (RECALL, SENTENCES) if notebook.says.role == "summary" else ()
    about = notebook.says.model_dump(exclude_defaults=True)
    publish = PUBLISH.format(notebook=notebook.name)
    write_notebook(folder / notebook.file.name, about, written_cell(settings_model(notebook)), publish, *more)


@pytest.fixture(scope="session")
def blank(tmp_path_factory) -> Path:
    """The miniature project as no test has changed it; it is there to be copied."""
    root = tmp_path_factory.mktemp("blank")
    left_out = shutil.ignore_patterns("fy2021", "fy2022", *(f"{name}.yaml" for name in SPARED))
    shutil.copytree(REPOSITORY / "params", root / "params", ignore=left_out)
    (root / "data").mkdir()
    shutil.copy(REPOSITORY / "requirements.lock", root)
    (root / "data" / "cases.csv").write_text("a\n1\n", encoding="utf-8")
    (root / "params/sample/fy2023/inputs.yaml").write_text(
        json.dumps({"data_dir": "data", "cases": {"files": ["cases.csv"]}}), encoding="utf-8"
    )
    (root / "notebooks").mkdir()
    with chdir(root):
        for notebook in HOUSE:
            settings = read_settings(notebook, root / "params/sample/fy2023")
            for file in settings.files.values():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
            _miniature(notebook, root / "notebooks")
    return root


@pytest.fixture
def project(blank, tmp_path, monkeypatch) -> Project:
    """A fresh miniature project, which is also the working directory."""
    root = shutil.copytree(blank, tmp_path / PLACE)
    monkeypatch.chdir(root)
    if kernels.can_fork():
        monkeypatch.setattr(kernels, "_start_server", WarmServer)
    return Project(root)


@pytest.fixture
def spoken(project) -> Project:
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


@pytest.fixture
def first_run(project, make_once) -> Outcome:
    """A run of the fresh project before the test."""
    return _done_before(project, project.run, "run", make_once)


@pytest.fixture
def spoken_run(spoken, make_once) -> Outcome:
    """A run of the project with a consultation before the test."""
    return _done_before(spoken, spoken.run, "spoken_run", make_once)


@pytest.fixture
def spoken_release(spoken, spoken_run, make_once) -> Outcome:
    """A run and a release of the project with a consultation before the test."""
    return _done_before(spoken, spoken.release, "spoken_release", make_once)


def _done_before(project: Project, work: Callable[[], Outcome], name: str, make_once: MakeOnce) -> Outcome:
    """Lay the outputs of a piece of work into the project, from the copy that was kept when it was first done."""

    def fill(folder: Path) -> None:
        work()
        shutil.copytree(project.root / "outputs", folder / "outputs")

    shutil.copytree(make_once(name, fill) / "outputs", project.root / "outputs", dirs_exist_ok=True)
    outcome = work()
    assert outcome.unchanged
    return outcome
