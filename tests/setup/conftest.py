"""A project folder with nothing in it but the parameters of the synthetic city; and one new site in it."""

import shutil
from pathlib import Path

import pytest

from ujo_lib.params import project_root
from ujo_lib.setup import NewSite, set_up_site

REPOSITORY = project_root(Path(__file__).parent)


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "新しい 年度"
    shutil.copytree(REPOSITORY / "params", folder / "params")
    shutil.copytree(REPOSITORY / "notebooks", folder / "notebooks")
    (folder / "benchmarks").mkdir()
    shutil.copy(REPOSITORY / "benchmarks" / "outreach_calibration.csv", folder / "benchmarks")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def wakaba(root) -> NewSite:
    site = NewSite(
        name="wakaba",
        site_name="若葉市",
        prefecture="岡山県",
        area_code="33203",
        year=2024,
        districts=("中央", "北", "南"),
        contacts={"若葉市こころの相談": "平日9時〜17時"},
    )
    set_up_site(root, site)
    return site
