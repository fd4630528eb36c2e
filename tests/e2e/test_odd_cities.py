"""Cities that are not like the first one: each page that can exist exists, says what is missing, and tells no old fact.

Every name, date, count, label and sentence of the first city is changed before its odd ones are made; whatever of the
old ones is found on their pages was copied there. One page of some is executed in this process, which is quicker; the
whole report of each is made by `ujo run`.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from tests.e2e.conftest import Report, copy_project, ujo
from tests.odd_cities import ODD, Site
from tests.perturb import Changed, perturb, strange_numbers, survivors
from ujo_lib.disclosure.signature import is_sealed
from ujo_lib.params import read_flat_yaml
from ujo_lib.params.notebooks import PARAMETERS_TAG
from ujo_lib.pipeline.absent import executed_form
from ujo_lib.pipeline.keys import plan_steps
from ujo_lib.pipeline.layout import SiteYear

pytestmark = pytest.mark.slow

REASONS = {
    "survey only": "相談の窓口がない",
    "aggregates only": "団体から件数だけを受け取った",
    "no national tables": "全国の件数は渡されていない",
    "no advertising": "広告を出していない",
    "first year": "初めての調査",
    "one leaflet": "広告を出していない",
    "no desk of its own": "村に専用の相談窓口はない",
}
TOO_FEW = ("a town of 3,000", "a dozen of a dozen")
"""Cities whose commissioners know of fewer people than the threshold: read inside, never released."""
IN_PROCESS = [
    pytest.param("survey only", "01", marks=pytest.mark.full),
    ("no desk of its own", "04"),
    pytest.param("no desk of its own", "02", marks=pytest.mark.full),
    pytest.param("aggregates only", "02", marks=pytest.mark.full),
    pytest.param("a town of 3,000", "01", marks=pytest.mark.full),
    pytest.param("nobody found", "01", marks=pytest.mark.full),
    pytest.param("a dozen of a dozen", "01", marks=pytest.mark.full),
]
OF_NOBODY = re.compile(r"最も[^。<]*?[(はが]0[人件回]")
"""A sentence that makes somebody the most of nobody."""

WITHOUT_DESK = "no desk of its own"
OF_OWN_DESK = re.compile(r"[^>。\n]*(?:市専用|市の窓口)[^<。\n]*。|local desk")
"""A sentence of a page that speaks of the city's own desk."""


@dataclass(frozen=True)
class City:
    """A city that is not like the first one.

    Attributes:
        root: its project.
        changed: its year, and what was changed.
    """

    root: Path
    changed: Changed

    def outputs(self) -> Path:
        return self.root / f"outputs/yaegaki/fy{self.changed.year}"


@pytest.fixture
def city(request: pytest.FixtureRequest, sample_data: Path, tmp_path: Path) -> City:
    root = copy_project(tmp_path / "よその市")
    shutil.copytree(sample_data, root / "data" / "sample")
    changed = perturb(root, "sample", 2023, "yaegaki")
    ODD[request.param](Site(root / f"params/yaegaki/fy{changed.year}", root / "data/yaegaki"))
    return City(root, changed)


@pytest.mark.parametrize(("city", "number"), IN_PROCESS, indirect=["city"])
def test_no_fact_of_the_first_city_is_told_of_another(
    city: City, number: str, monkeypatch, request: pytest.FixtureRequest
):
    monkeypatch.chdir(city.root)
    place = SiteYear(city.root, "yaegaki", city.changed.year)
    (step,) = [one for one in plan_steps(place) if one.notebook.startswith(number)]
    folder = city.outputs() / "workbench"
    folder.mkdir(parents=True)
    (folder / "page.json").write_text(
        "\n".join(_executed(place, step.notebook, step.absent)), encoding="utf-8"
    )
    assert list(folder.rglob("*.csv")) or list(folder.rglob("*.json"))
    assert survivors(city.root, folder, city.changed) == []
    text = (folder / "page.json").read_text(encoding="utf-8")
    assert OF_NOBODY.findall(text) == []
    if request.node.callspec.params["city"] == WITHOUT_DESK:
        assert OF_OWN_DESK.findall(text) == []


def _executed(place: SiteYear, name: str, absent: tuple[str, ...]) -> Iterator[str]:
    """What the cells of a notebook show, executed without a kernel."""
    (notebook,) = [one for one in place.notebooks if one.name == name]
    form = executed_form(notebook, "internal", absent) or nbformat.read(notebook.file, as_version=4)
    files = (place.params / "common.yaml", place.params / f"{name}.yaml")
    values = {key: value for file in files for key, value in read_flat_yaml(file).items()}
    given = "# Parameters\n" + "\n".join(f"{key} = {value!r}" for key, value in values.items())
    shell = InteractiveShell()
    shell.display_pub = CapturingDisplayPublisher()
    for cell in form.cells:
        sources = [cell.source] if cell.cell_type == "code" else []
        if PARAMETERS_TAG in cell.metadata.get("tags", ()):
            sources.append(given)
        for source in sources:
            done = shell.run_cell(source, store_history=True, silent=False)
            done.raise_error()
            if done.result is not None:
                yield json.dumps(
                    shell.display_formatter.format(done.result)[0], ensure_ascii=False, default=str
                )
    yield from (json.dumps(one["data"], ensure_ascii=False, default=str) for one in shell.display_pub.outputs)


@pytest.mark.full
@pytest.mark.parametrize("city", ODD, indirect=True)
def test_every_odd_city_has_its_pages_no_fact_of_the_first_and_no_release_of_a_handful(
    city: City, report: Report, request: pytest.FixtureRequest
):
    name = request.node.callspec.params["city"]
    half = "-h1" if name == "half a year" else ""
    if name in TOO_FEW:  # nothing else keeps it from its release
        Site(city.root / f"params/yaegaki/fy{city.changed.year}", city.root).set(
            "common", contacts_checked_on=f"{city.changed.year + 1}-10-01"
        )
    done = ujo("run", "yaegaki", f"{city.changed.year}{half}", cwd=city.root)
    assert done.returncode == 0, done.stderr
    outputs = city.outputs().with_name(city.outputs().name + half)
    for audience in ("internal", "release"):
        folder = outputs / audience
        pages = {page.stem: page.read_text(encoding="utf-8") for page in folder.glob("*.html")}
        assert {*report_pages(report)} <= {*pages}
        assert not [page for page, text in pages.items() if ">nan<" in text or ">inf<" in text]
        assert survivors(city.root, folder, city.changed) == []
        if name == WITHOUT_DESK:
            assert {page: found for page, text in pages.items() if (found := OF_OWN_DESK.findall(text))} == {}
            assert [*folder.glob("tables/02_city*"), *folder.glob("tables/04_city*")] == []
        if reason := REASONS.get(name):
            assert [page for page, text in pages.items() if reason in text], reason
    assert strange_numbers(outputs / "internal", report.outputs / "internal/tables") == []
    if name in TOO_FEW:
        refused = ujo("release", "yaegaki", str(city.changed.year), cwd=city.root)
        assert refused.returncode == 6, refused.stderr
        assert "全部で 5 人に満たない" in refused.stderr
        assert not is_sealed(outputs / "release")


def report_pages(report: Report) -> list[str]:
    return [page.stem for page in report.pages if page.stem[:2].isdecimal() or page.stem == "index"]


def test_an_old_name_year_or_number_is_found_wherever_it_stands(sample_data: Path, tmp_path: Path):
    """What the tests above rely on."""
    root = copy_project(tmp_path / "よその市")
    folder = tmp_path / "pages"
    (folder / "tables").mkdir(parents=True)
    (tmp_path / "old").mkdir()
    (tmp_path / "old/t.csv").write_text("人数\n139\n84\n", encoding="utf-8")
    (folder / "tables/t.csv").write_text("人数\n84\n", encoding="utf-8")
    page = '<p>{}</p><img alt="{}"><table><td>139</td></table>'
    changed = Changed(
        2019, {"宇城市": "八重垣市", "とうもろこしは{n}粒": "語{n}"}, frozenset({"とうもろこしは{n}粒"})
    )
    for text, alt, found in (
        ("84人のうち", "2019年度", 0),
        ("宇城市の84人", "", 1),
        ("", "宇城市", 1),
        ("令和5年度", "", 1),
        ("2023年", "2024-03-01", 2),
        ("とうもろこしは9粒", "", 1),
        ("12,023件と2023件", "", 0),
    ):
        (folder / "01.html").write_text(page.format(text, alt), encoding="utf-8")
        assert len(survivors(root, folder, changed)) == found, (text, alt)
    for text, alt, found in (
        ("139人のうち", "", 1),
        ("84人", "139人", 1),
        ("84人", "1,390人", 0),
        ("図と表の一覧(139件)", "参考値139欄", 0),
    ):
        (folder / "01.html").write_text(page.format(text, alt), encoding="utf-8")
        assert len(strange_numbers(folder, tmp_path / "old")) == found, (text, alt)
