"""`ujo code` as an analyst types it: texts drawn, read in Excel, read back, and the next ones chosen."""

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ujo_lib.cli import main
from ujo_lib.cli.common import DATA_PROBLEMS, DONE, WRONG_PARAMETERS
from ujo_lib.params import project_root

REPOSITORY = project_root(Path(__file__).parent)
PARAMETERS = "params/sample/fy2023/03_content_tagging.yaml"
FOLDER = Path("data/sample/fy2023/coding")
MARKED = {"学校": "学校", "眠れ": "睡眠"}
"""What the reader of this test finds, by a word in the text: part of a theme's label."""

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path, sample_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The synthetic city before anybody has read a text."""
    shutil.copytree(REPOSITORY / "params", tmp_path / "params")
    shutil.copytree(REPOSITORY / "notebooks", tmp_path / "notebooks")
    shutil.copytree(sample_data, tmp_path / "data" / "sample", ignore=shutil.ignore_patterns("coding"))
    monkeypatch.chdir(tmp_path)
    name_codes("")
    return tmp_path


def name_codes(file: str) -> None:
    lines = Path(PARAMETERS).read_text(encoding="utf-8").splitlines()
    changed = [f'hand_codes: "{file}"' if line.startswith("hand_codes:") else line for line in lines]
    assert changed != lines
    Path(PARAMETERS).write_text("\n".join(changed), encoding="utf-8")


def code(action: str, *options: str) -> int:
    return main(["code", action, "sample", "2023", *options])


def read_all(path: Path, at_most: int | None = None) -> list[str]:
    """Read the texts of a workbook from the top on, as `MARKED` says; give the ids."""
    book = openpyxl.load_workbook(path)
    sheet = book["コーディング"]
    heading = [cell.value for cell in sheet[1]]
    ids = []
    for row in sheet.iter_rows(min_row=2, max_row=at_most and 1 + at_most):
        ids.append(str(row[2].value))
        row[heading.index("読んだ")].value = 1
        for word, label in MARKED.items():
            if word in str(row[3].value):
                row[next(at for at, one in enumerate(heading) if label in one)].value = 1
    book.save(path)
    return ids


@pytest.mark.parametrize(
    "year",
    [*(pytest.param(year, marks=pytest.mark.full) for year in ("2021", "2022")), "2023"],
)
def test_the_readers_of_every_year_of_the_sample_have_read_of_what_its_report_counts(
    year: str, sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fiscal 2021 begins with its records in April; the others are calendar years."""
    shutil.copytree(REPOSITORY / "params", tmp_path / "params")
    shutil.copytree(REPOSITORY / "notebooks", tmp_path / "notebooks")
    (tmp_path / "data").mkdir()
    shutil.copytree(sample_data, tmp_path / "data" / "sample")
    monkeypatch.chdir(tmp_path)
    assert main(["code", "report", "sample", year]) == DONE


def test_half_a_year_has_no_texts_of_its_own_to_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its sample would lie in the folder of the year, whose shares refuse it once 200 texts have been read."""
    assert main(["code", "sample", "sample", "2023-h1"]) == WRONG_PARAMETERS
    assert "ujo code sample sample 2023`" in capsys.readouterr().err
    assert not (FOLDER / "plan.csv").exists()


def test_the_loop_from_a_sample_to_the_next_texts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code("next") == DATA_PROBLEMS
    assert code("read") == DATA_PROBLEMS
    assert "ujo code sample" in capsys.readouterr().err
    assert code("sample", "--size", "60", "--coders", "1") == DONE
    assert code("sample", "--size", "60", "--coders", "1") == WRONG_PARAMETERS
    assert "上書きしません" in capsys.readouterr().err
    drawn = read_all(FOLDER / "coding_A.xlsx", at_most=30)
    assert code("read") == DONE
    assert "無作為に選んだ60件のうち、30件を読み終えています" in capsys.readouterr().err
    name_codes((FOLDER / "codes.csv").as_posix())
    assert (
        code("report") == DONE
    )  # who stopped half-way can use what was read, as the guide in the workbook says
    name_codes("")
    drawn = read_all(FOLDER / "coding_A.xlsx")
    assert code("read") == DONE
    assert 'hand_codes: "data/sample/fy2023/coding/codes.csv"' in capsys.readouterr().err
    assert code("report") == DATA_PROBLEMS
    name_codes((FOLDER / "codes.csv").as_posix())
    assert code("report") == DONE
    table = capsys.readouterr().out.splitlines()
    assert table[0].startswith("主題\t")
    assert len({line.count("\t") for line in table}) == 1

    assert code("next", "--size", "5", "--coders", "1") == DONE
    assert "5件を選びました" in capsys.readouterr().err
    chosen = read_all(FOLDER / "coding_A_2.xlsx")
    assert len(chosen) == 5
    assert not set(chosen) & set(drawn)
    assert code("read") == DONE
    assert "無作為に選んだ60件のうち、60件を読み終えています" in capsys.readouterr().err
    codes = pd.read_csv(FOLDER / "codes.csv", dtype=str)
    assert codes["相談ID"].tolist() == [*drawn, *chosen]
    assert codes["部分"].tolist() == ["無作為"] * 60 + ["追加"] * 5
    assert code("report") == DONE
    assert capsys.readouterr().out.splitlines() == table  # what was chosen says nothing of shares

    shutil.copy(FOLDER / "coding_A_2.xlsx", FOLDER / "coding_A_3.xlsx")
    assert code("read") == DATA_PROBLEMS
    assert f"相談ID {chosen[0]} を二つの表で読んでいる" in capsys.readouterr().err

    (FOLDER / "coding_A_3.xlsx").rename(FOLDER / "coding_B_3.xlsx")  # another coder's stays as it is
    kept = (FOLDER / "coding_B_3.xlsx").read_bytes()
    assert code("next", "--size", "2") == DONE
    assert (FOLDER / "coding_A_4.xlsx").exists()
    assert (FOLDER / "coding_B_3.xlsx").read_bytes() == kept


def test_what_two_coders_have_read_is_told_of_the_texts_that_both_have_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Texts chosen for rare themes are none of the random ones, and one coder may be ahead of the other."""
    assert code("sample", "--size", "60", "--extra", "5") == DONE
    capsys.readouterr()
    for coder, read, told in (
        ("B", 20, "20件を読み終えています"),
        ("A", 0, "20件を読み終えています"),
        ("A", 30, "20件を二人とも読み終えています"),
    ):
        if read:
            read_all(FOLDER / f"coding_{coder}.xlsx", at_most=read)
        assert code("read") == DONE
        assert f"無作為に選んだ60件のうち、{told}" in capsys.readouterr().err
    name_codes((FOLDER / "codes.csv").as_posix())
    assert code("report") == DONE
    headed = (FOLDER / "codes.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert ",school:学校" in headed


@pytest.mark.parametrize(
    "name",
    [
        "coding_A.csv",
        "coding_A (1).xlsx",
        "coding_C.xlsx",
        "coding_B_3.xlsx",
        "コピー ～ coding_B.xlsx",
        "Ｂさん.XLSX",
    ],
)
def test_what_a_coder_gave_back_under_another_name_is_told_and_not_left_out(
    project: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """One of two coders left out would make their reading that of a single one."""
    assert code("sample", "--size", "60") == DONE
    read_all(FOLDER / "coding_A.xlsx")
    read_all(FOLDER / "coding_B.xlsx", at_most=30)  # all of them, within one second, would be the same file
    (FOLDER / "coding_B.xlsx").rename(FOLDER / name)
    assert code("read") == DATA_PROBLEMS
    assert f"{name} は読まない" in capsys.readouterr().err
    (FOLDER / name).rename(FOLDER / "coding_B.xlsx")
    (FOLDER / "~$coding_B.xlsx").touch()  # of Excel, while the workbook is open
    assert code("read") == DONE
    assert "二人とも" in capsys.readouterr().err


def test_the_workbook_of_one_coder_is_not_taken_for_that_of_another_who_agrees_in_everything(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code("sample", "--size", "60") == DONE
    one, other = (FOLDER / f"coding_{coder}.xlsx" for coder in "AB")
    assert one.read_bytes() == other.read_bytes()
    assert code("read") == DATA_PROBLEMS
    assert "写したもの" not in capsys.readouterr().err  # nobody has begun
    read_all(one, at_most=1)
    shutil.copy(one, other)
    assert code("read") == DATA_PROBLEMS
    assert "coding_B.xlsx は coding_A.xlsx を写したもの" in capsys.readouterr().err
