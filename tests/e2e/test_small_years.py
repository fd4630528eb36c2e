"""A prefecture with few contacts and one year of records: both notebooks that fit models to them run to their end."""

import shutil

import pandas as pd
import pytest
import yaml

from tests.e2e.conftest import Report, copy_project, ujo

pytestmark = [pytest.mark.slow, pytest.mark.full]

RECORDS = "data/sample/fy2023/consultations.csv"
BRIDGE = "2023/11/24"
"""A Friday between a holiday and a weekend."""


@pytest.mark.parametrize("contacts", [250, 400, 800])
def test_a_single_small_year_runs_through_the_seasons_and_the_effect(report: Report, tmp_path, contacts):
    root = copy_project(tmp_path / "small")
    shutil.copytree(report.root / "data", root / "data")
    every = pd.read_csv(root / RECORDS, dtype=str, encoding="cp932")
    kept = every[~every["相談受付日時"].str.startswith(BRIDGE)].iloc[:: round(len(every) / contacts)]
    kept.to_csv(root / RECORDS, index=False, encoding="cp932")
    declared = root / "params/sample/fy2023/inputs.yaml"
    told = yaml.safe_load(declared.read_text(encoding="utf-8"))
    told["consultations"]["files"] = [name for name in told["consultations"]["files"] if "fy2023" in name]
    declared.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    made = ujo("run", "sample", "2023", "--only", "02", "04", cwd=root)
    assert made.returncode == 0, made.stderr
    page = (root / "outputs/sample/fy2023/internal/02_consultation_seasonality.html").read_text(
        encoding="utf-8"
    )
    assert "推定できません(その日か、比べるほかの日に、相談が1件もない)" in page
    assert ">nan<" not in page
    assert ">inf<" not in page
