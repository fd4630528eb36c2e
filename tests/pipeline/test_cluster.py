"""The same runs and the same tags from a Dask cluster; needs the extra `cluster`."""

import csv
import shutil

import pytest

from ujo_lib.cli import main
from ujo_lib.cli.common import DONE
from ujo_lib.params import project_root

pytestmark = pytest.mark.slow

distributed = pytest.importorskip("distributed", reason="needs the extra cluster: pip install -e .[cluster]")

CODEBOOK = project_root() / "params" / "codebook.yaml"


@pytest.fixture(scope="module")
def address():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_makes_the_same_report_as_this_machine(project, first_run, address):
    here = project.bytes_of(project.place.release)
    shutil.rmtree(project.root / "outputs")
    assert main(["run", "--all", "--scheduler", address]) == DONE
    assert project.bytes_of(project.place.release) == here


def test_a_failing_site_is_told_by_the_cluster_too(project, address, capsys):
    project.add_cell("03_content_tagging", "raise ValueError('x')")
    assert main(["run", "--all", "--scheduler", address]) == 4
    assert "03_content_tagging の 5 番目のセル(ValueError)" in capsys.readouterr().err


def test_texts_tagged_on_a_cluster_get_the_same_themes(tmp_path, address, monkeypatch):
    monkeypatch.chdir(CODEBOOK.parent.parent)
    texts = [
        "学校に行けず、夜も眠れない。",
        "",
        "家族に話せないまま一人でいる。",
        "仕事を失って生活が苦しい。",
    ] * 50
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("相談ID", "相談本文"), *((f"C{n}", text) for n, text in enumerate(texts))]
        )
    for name, more in (("here.csv", []), ("there.csv", ["--scheduler", address])):
        assert main(["tag", str(tmp_path / "in.csv"), str(tmp_path / name), *more]) == DONE
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    assert "1" in (tmp_path / "here.csv").read_text(encoding="utf-8")
