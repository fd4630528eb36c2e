"""A project folder with nothing in it but the parameters of the synthetic city; and one new site in it."""

import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from ujo_lib.params import project_root
from ujo_lib.setup import NewSite, set_up_site

REPOSITORY = project_root(Path(__file__).parent)
WAKABA = NewSite(
    name="wakaba",
    site_name="若葉市",
    prefecture="岡山県",
    area_code="33203",
    year=2024,
    districts=("中央", "北", "南"),
    contacts={"若葉市こころの相談": "平日9時〜17時"},
)


def _project(folder: Path) -> Path:
    shutil.copytree(REPOSITORY / "params", folder / "params")
    shutil.copytree(REPOSITORY / "notebooks", folder / "notebooks")
    (folder / "benchmarks").mkdir()
    shutil.copy(REPOSITORY / "benchmarks" / "outreach_calibration.csv", folder / "benchmarks")
    return folder


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    folder = _project(tmp_path / "新しい 年度")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def set_up(tmp_path_factory) -> Path:
    """A project in which the new site has been set up; it is there to be copied."""
    folder = _project(tmp_path_factory.mktemp("wakaba") / "新しい 年度")
    with chdir(folder):
        set_up_site(folder, WAKABA)
    return folder


@pytest.fixture
def wakaba(root, set_up) -> NewSite:
    shutil.copytree(set_up, root, dirs_exist_ok=True)
    return WAKABA
