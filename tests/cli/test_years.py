"""`ujo diff` as an analyst types it: two years on a console, and as a file for a spreadsheet."""

import csv
import io
import shutil
from pathlib import Path

import pytest

from ujo_lib.cli import main
from ujo_lib.cli.common import DONE, WRONG_PARAMETERS
from ujo_lib.disclosure.signature import SIGN_OFF
from ujo_lib.params import project_root
from ujo_lib.report.sheets.exports import LIST

INDICATORS = """indicators:
  - label: 相談, 県内
    kind: count
    unit: 件
    place: {table: 02_bases, value: 件数}
"""


@pytest.fixture
def released(tmp_path, monkeypatch):
    """Two years that have released one number of more than three figures each."""
    for folder in ("params", "notebooks"):
        shutil.copytree(project_root() / folder, tmp_path / folder)
    (tmp_path / "params/sample/fy2023/indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    for year, n in ((2022, "2000"), (2023, "3000")):
        tables = tmp_path / f"outputs/sample/fy{year}/release/tables"
        tables.mkdir(parents=True)
        (tables / "02_bases.csv").write_text(f"件数\n{n}\n", encoding="utf-8")
        (tables / LIST).write_text("ファイル,単位\n02_bases.csv,件\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("released")
def test_a_number_with_a_comma_stays_in_one_cell_of_the_file_for_a_spreadsheet(capsys):
    assert main(["diff", "sample", "2022", "2023", "--csv"]) == DONE
    heading, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert dict(zip(heading, row, strict=True)) == {
        "指標": "相談, 県内(件)",
        "令和4(2022)年度": "2,000",
        "令和5(2023)年度": "3,000",
        "差": "1,000",
        "比": "1.50",
        "95%信頼区間": "1.42〜1.59",
        "判定": "増えた",
        "理由・注意": "",
    }


@pytest.mark.usefixtures("released")
def test_a_year_made_anew_is_compared_as_it_was_signed_and_the_year_in_the_making_as_it_is_now(capsys):
    for year in (2022, 2023):
        outputs = Path(f"outputs/sample/fy{year}")
        earlier = outputs / "releases/1"
        shutil.copytree(outputs / "release", earlier)
        (earlier / SIGN_OFF).write_text('{"on": "2024-10-31"}', encoding="utf-8")
        (outputs / "release/tables/02_bases.csv").write_text("件数\n2001\n", encoding="utf-8")
    assert main(["diff", "sample", "2022", "2023"]) == DONE
    assert capsys.readouterr().out.splitlines()[1].split()[2:5] == ["2,000", "2,001", "1"]


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize(
    ("before", "ended"), [("2022", DONE), ("2023", WRONG_PARAMETERS), ("2024", WRONG_PARAMETERS)]
)
def test_a_year_is_compared_with_an_earlier_one_only(capsys, before, ended):
    assert main(["diff", "sample", before, "2023"]) == ended
    assert ("前の年度を先に" in capsys.readouterr().err) == (ended != DONE)
