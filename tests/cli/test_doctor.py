"""The way to a release is told in order of work, and nothing of it is run."""

import re
import shutil

import pytest

from ujo_lib.cli import main
from ujo_lib.cli.common import DATA_PROBLEMS, DONE, REFUSED, WRONG_PARAMETERS
from ujo_lib.cli.doctor import Stage
from ujo_lib.params import project_root
from ujo_lib.pipeline.layout import SiteYear

REPOSITORY = project_root()
EARLIER = shutil.ignore_patterns("fy2021", "fy2022")
COMMON = "params/sample/fy2023/common.yaml"


@pytest.fixture
def place(tmp_path, monkeypatch, sample_data) -> SiteYear:
    """The synthetic city, nothing of it made."""
    for folder in ("params", "notebooks", "benchmarks"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=EARLIER)
    shutil.copy(REPOSITORY / "requirements.lock", tmp_path)
    shutil.copytree(sample_data, tmp_path / "data" / "sample")
    monkeypatch.chdir(tmp_path)
    return SiteYear(tmp_path, "sample", 2023)


def write(place: SiteYear, file: str, old: str, new: str) -> None:
    path = place.root / file
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")


def told(capsys) -> tuple[list[str], str]:
    """The headings of the stages with what is left, and all that was printed."""
    shown = capsys.readouterr().out
    return re.findall(r"^\d+\. (.+?: (?:済|あと \d+ 件))", shown, re.MULTILINE), shown


@pytest.mark.slow
def test_a_place_that_only_has_to_be_run_is_told_the_commands_in_their_order(place, capsys):
    assert main(["doctor", "sample", "2023"]) == DONE
    headings, shown = told(capsys)
    assert headings == [
        "パラメーターと入力ファイル: 済",
        "入力データ: 済",
        "窓口・地域などの名前: 済",
        "人が決めること: 済",
        "人が読んで付けた主題: 済",
        "報告書: あと 1 件",
        "公表用ページの審査: あと 1 件",
        "2人の署名: あと 1 件",
    ]
    assert re.findall(r"`ujo (run|release|sign) sample 2023", shown) == ["run", "release", "sign"]
    assert not (place.root / "outputs").exists()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (r"created_on: .+", "created_on: 昨日", "created_on"),
        (r"synthetic: true", "synthetik: true", "synthetic"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_told_before_any_file_is_opened(place, capsys, old, new, line):
    write(place, COMMON, old, new)
    assert main(["doctor", "sample", "2023"]) == WRONG_PARAMETERS
    headings, shown = told(capsys)
    assert headings == ["パラメーターと入力ファイル: あと 1 件"]
    assert line in shown
    assert "上が済んでから" in shown


def test_a_file_that_is_missing_is_named(place, capsys):
    (place.root / "data/sample/fy2023/cases.xlsx").unlink()
    assert main(["doctor", "sample", "2023"]) == WRONG_PARAMETERS
    headings, shown = told(capsys)
    assert headings == ["パラメーターと入力ファイル: あと 1 件"]
    assert "cases.xlsx: ファイルがない" in shown


@pytest.mark.slow
def test_errors_in_the_data_come_before_what_a_person_has_to_decide(place, capsys):
    file = place.root / "data/sample/fy2023/national_daily.csv"
    file.write_bytes(file.read_bytes().replace(b"2023", b"20x3", 1))
    write(place, COMMON, r"(?m)^synthetic: true", "synthetic: false")
    write(place, COMMON, r"(?m)^contacts_checked_on: .*", 'contacts_checked_on: ""')
    assert main(["doctor", "sample", "2023"]) == DATA_PROBLEMS
    headings, shown = told(capsys)
    assert headings[0] == "パラメーターと入力ファイル: 済"
    assert re.fullmatch(r"入力データ: あと \d+ 件", headings[1])
    assert len(headings) == 2
    assert "national_daily.csv" in shown


@pytest.mark.slow
def test_names_and_decisions_are_told_together_with_file_and_line(place, capsys):
    write(
        place, "params/sample/fy2023/02_consultation_seasonality.yaml", r"(?m)^desk: .*", "desk: 全国の窓口"
    )
    write(place, COMMON, r"(?m)^synthetic: true", "synthetic: false")
    write(place, COMMON, r"(?m)^contacts_checked_on: .*", 'contacts_checked_on: ""')
    assert main(["doctor", "sample", "2023"]) == WRONG_PARAMETERS
    headings, shown = told(capsys)
    assert headings[2:] == ["窓口・地域などの名前: あと 1 件", "人が決めること: あと 1 件"]
    assert "全国窓口" in shown
    assert re.search(r"common\.yaml の \d+ 行目: 相談窓口の連絡先が未確認", shown)


@pytest.mark.slow
def test_an_unchecked_contact_alone_is_what_a_release_would_be_refused_for(place, capsys):
    write(place, COMMON, r"(?m)^synthetic: true", "synthetic: false")
    write(place, COMMON, r"(?m)^contacts_checked_on: .*", 'contacts_checked_on: ""')
    assert main(["doctor", "sample", "2023"]) == REFUSED
    assert told(capsys)[0][-1] == "人が決めること: あと 1 件"


def test_a_place_without_parameters_is_told_which_there_are(place, capsys):
    assert main(["doctor", "sample", "2031"]) == WRONG_PARAMETERS
    assert "sample 2023" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "lines", "rest"), [(4, 4, 0), (5, 5, 0), (6, 6, 1)])
def test_a_long_stage_shows_five_and_counts_the_rest(number, lines, rest):
    shown = str(Stage("入力データ", [f"行{n}" for n in range(number)]))
    assert shown.count("    - ") == lines
    assert (f"ほか {rest} 件" in shown) == bool(rest)
