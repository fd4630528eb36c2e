"""The earlier years beside the report are earlier ones, each once, in order."""

from pathlib import Path

import pytest

from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import ParameterError, SummarySettings, project_root


@pytest.mark.parametrize(
    ("years", "read"),
    [
        ([], []),
        (["2022"], ["2022"]),
        (["R3", "令和4年度"], ["2021", "2022"]),
        (["2022", "2021"], None),
        (["2022", "2022"], None),
        (["2022", "R4"], None),
        (["2022", "2023"], None),
        (["2024"], None),
        (["去年"], None),
    ],
)
def test_years_to_compare_with_are_before_the_year_of_the_report_each_once_and_the_oldest_first(years, read):
    if read is None:
        with pytest.raises(ParameterError):
            SummarySettings.from_cell({"compared_years": years})
    else:
        assert SummarySettings.from_cell({"compared_years": years}).compared_years == read


def test_what_was_made_of_an_earlier_year_lies_in_its_own_folder():
    folder = project_root(Path(__file__).parent) / "outputs/sample"
    assert SummarySettings(compared_years=["2022"]).earlier_outputs == {FiscalYear(2022): folder / "fy2022"}
