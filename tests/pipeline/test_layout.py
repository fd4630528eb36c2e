"""Every place and year has outputs of its own."""

import shutil
from datetime import date

import pytest

from ujo_lib.fiscal import DateError, FiscalYear
from ujo_lib.params import project_root
from ujo_lib.pipeline.fleet import site_years
from ujo_lib.pipeline.layout import SiteYear


def test_half_a_year_has_outputs_of_its_own_and_the_parameters_of_the_year(tmp_path):
    year, half = (SiteYear.named(tmp_path, "sample", name) for name in ("R5", "2023-h2"))
    assert (year.name, half.name) == ("2023", "2023-h2")
    assert half.params == year.params
    assert half.outputs == tmp_path / "outputs/sample/fy2023-h2"
    assert (year.title, half.title) == ("令和5(2023)年度", "令和5(2023)年度下半期(10〜3月)")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("2023-h3", "2023-h1、2023-h2"),
        ("2023-", "2023-h1"),
        ("2023-H1", "2023-h1"),
        ("2023h1", "2023、R5"),
        ("-h1", "2023、R5"),
    ],
)
def test_another_part_of_a_year_is_refused_before_anything_is_made(tmp_path, name, told):
    with pytest.raises(DateError, match=told):
        SiteYear.named(tmp_path, "sample", name)


def test_what_half_a_year_says_of_itself_stands_over_what_the_year_says():
    place = SiteYear.named(project_root(), "sample", "2023-h1")
    one = place.settings(place.notebooks[2])
    assert (one.half, one.period.label) == ("h1", place.title)
    assert (one.span_before.start, one.span_before.end) == (date(2022, 4, 1), date(2022, 9, 30))
    assert one.store_folder.parent == place.outputs
    whole = SiteYear(project_root(), "sample", 2023)
    assert whole.settings(whole.notebooks[2]).half == ""


def test_the_day_of_a_half_years_report_can_differ_from_that_of_the_years(tmp_path):
    year, half = (SiteYear.named(tmp_path, "sample", name) for name in ("2023", "2023-h1"))
    shutil.copytree(project_root() / "params/sample/fy2023", year.params)
    (year.params / "h1").mkdir()
    (year.params / "h1" / "common.yaml").write_text(
        'created_on: "2023-11-15"\nperiod_basis: fiscal\n', encoding="utf-8"
    )
    notebook = SiteYear(project_root(), "sample", 2023).notebooks[2]
    assert half.settings(notebook).created_on == "2023-11-15"
    assert half.settings(notebook).half == "h1"
    assert year.settings(notebook).created_on == "2024-10-31"


def test_a_half_runs_with_all_the_others_where_its_parameters_have_a_folder(tmp_path):
    for year in (2022, 2023):
        folder = tmp_path / f"params/sample/fy{year}"
        folder.mkdir(parents=True)
        (folder / "common.yaml").touch()
    (tmp_path / "params/sample/fy2023/h1").mkdir()
    for copy in ("sample/fy2023 - コピー", "sample/fy20233", "sample/old"):  # ended all runs in a ValueError
        shutil.copytree(tmp_path / "params/sample/fy2023", tmp_path / "params" / copy)
    assert [one.name for one in site_years(tmp_path)] == ["2022", "2023", "2023-h1"]
    assert [one.name for one in site_years(tmp_path, FiscalYear(2023))] == ["2023", "2023-h1"]
    assert [one.name for one in site_years(tmp_path, FiscalYear(2022))] == ["2022"]


def test_outputs_of_two_years_do_not_mix(tmp_path):
    assert SiteYear(tmp_path, "sample", 2022).outputs != SiteYear(tmp_path, "sample", 2023).outputs
