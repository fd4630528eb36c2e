"""What stands between a year and its release is told before anything runs, in the order of work."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import PARSED
from ujo_lib.cli import main
from ujo_lib.cli.common import DATA_PROBLEMS, DONE
from ujo_lib.intake import loading, values
from ujo_lib.params import project_root
from ujo_lib.params.notebooks import notebooks_of
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.readiness import uncoded, unreadable

REPOSITORY = project_root(Path(__file__).parent)
NEW = "new-site wakaba 2023 --area-code 33203 --site-name 若葉市 --prefecture 岡山県 --districts 中央 北"


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    for name in ("params", "notebooks", "benchmarks"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "requirements.lock", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def whole(root, sample_data) -> Path:
    """A project whose data are there and of which nothing has run."""
    shutil.copytree(sample_data, root / "data" / "sample")
    return root


def _doctor(capsys, site: str = "sample") -> tuple[int, str]:
    capsys.readouterr()
    return main(["doctor", site, "2023"]), capsys.readouterr().out


def _replace(root: Path, file: str, old: str, new: str) -> None:
    path = root / "params/sample/fy2023" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_place_just_set_up_is_told_its_forms_then_its_marks_and_contacts_and_no_command(root, capsys):
    main(NEW.split())
    code, told = _doctor(capsys, "wakaba")
    assert code == 6
    assert "\n1. 入力ファイルをそろえる: " in told
    assert "cases.xlsx: 様式のまま" in told.partition("2. 人が確かめて決める")[0]
    assert "市の計画" in told.partition("2. 人が確かめて決める")[2]
    assert "連絡先が未確認" in told
    assert "審査して署名する" not in told
    assert not (root / "outputs").exists()


def test_a_parameter_that_cannot_be_read_comes_first_and_marks_are_told_all_the_same(root, capsys):
    _replace(root, "common.yaml", "threshold: 5", "threshold: 五  # 要確認 閾値")
    code, told = _doctor(capsys)
    assert code == 6
    assert "\n1. パラメーターを直す: 1 件" in told
    assert "閾値(確かめたら" in told.partition("3. 人が確かめて決める")[2]
    assert "consultations.csv: ファイルがない" in told


def test_a_whole_year_that_nobody_has_released_lacks_the_release_alone(whole, capsys):
    code, told = _doctor(capsys)
    assert code == 6
    assert told.startswith("公表までに残っていること: 1 件")
    assert "`ujo release sample 2023`" in told


def test_a_register_of_other_districts_is_told_by_the_check_and_by_what_is_left(whole, capsys):
    register = whole / "data/sample/fy2023/residents_frame.csv"
    lines = register.read_text(encoding="utf-8-sig").splitlines()
    first = lines[1].split(",")[lines[0].split(",").index("地区")]
    register.write_text("\n".join(line for line in lines if first not in line), encoding="utf-8")
    assert main(["check", "sample", "2023"]) == 3
    assert f"標本だけ: {first}" in capsys.readouterr().err
    code, told = _doctor(capsys)
    assert code == 6
    assert f"標本だけ: {first}" in told


def test_a_table_that_was_laid_beside_the_inputs_and_not_declared_is_told_by_the_check(whole, capsys):
    beside = "data/sample/fy2023/consultations_3月.csv"
    (whole / beside).touch()
    assert main(["check", "sample", "2023"]) == DONE
    assert f"読まないファイル:\n- {beside}\n" in capsys.readouterr().out


def test_no_free_text_is_masked_to_say_what_is_left_and_each_one_is_to_check_the_files(
    whole, capsys, monkeypatch
):
    masked = []

    def mask(heading, texts, names):
        masked.append(heading)
        return texts

    for known in (loading._parsed, PARSED):  # another test may have read these very files
        known.clear()
    monkeypatch.setattr(values, "mask_column", mask)
    _doctor(capsys)
    assert masked == []
    main(["check", "sample", "2023"])
    assert "相談本文" in masked
    for known in (loading._parsed, PARSED):  # what was read without masking is for nobody else
        known.clear()


@pytest.mark.parametrize("command", ["run", "check", "doctor", "params", "sign", "new-year", "prune"])
def test_outside_a_project_a_command_says_so_in_one_sentence(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    names = ["山", "川"] if command == "sign" else []
    assert main([command, "sample", "2023", *names]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "params/ と notebooks/ のある場所で" in told


def test_faulty_data_a_strange_desk_and_an_unread_sample_are_told_together_and_nothing_is_run(whole, capsys):
    file = whole / "data/sample/site/campaigns.csv"
    file.write_text(file.read_text(encoding="cp932").replace("R6.2.20", "R6.13.20", 1), encoding="cp932")
    _replace(whole, "02_consultation_seasonality.yaml", '"全国窓口"', '"全国の窓口"')
    _replace(whole, "goals.yaml", "  - goal: 過去", "  - goa: 過去")
    _replace(whole, "common.yaml", "synthetic: true", "synthetic: false")
    code, told = _doctor(capsys)
    assert code == 6
    first, _, rest = told.partition("2. パラメーターのファイルの中身を直す: ")
    assert "campaigns.csv" in first
    assert "「全国窓口」ではありませんか" in rest
    assert "goals.yaml" in rest
    assert "\n3. 人が確かめて決める: 1 件" in rest
    assert not (whole / "outputs").exists()


@pytest.mark.parametrize("left", [0, 1])
def test_texts_that_nobody_has_read_are_counted_and_hold_nothing_back(whole, left):
    codes = whole / "data/sample/fy2023/coding/codes.csv"
    lines = codes.read_text(encoding="utf-8-sig").splitlines()
    plan = [line.split(",")[:4] for line in lines]
    plan.append(["X-1", plan[1][1], "追加", ""])  # chosen for a theme; no share waits for it
    codes.with_name("plan.csv").write_text("\n".join(map(",".join, plan)), encoding="utf-8-sig")
    codes.write_text("\n".join(lines[: len(lines) - left]), encoding="utf-8-sig")
    told = uncoded(SiteYear(whole, "sample", 2023))
    assert [f" {left} 件をまだ読んでいない" in one for one in told] == [True] * left


@pytest.mark.parametrize("year", ["2021", "2022"])
def test_a_year_without_a_survey_is_not_asked_for_the_files_of_its_page(whole, capsys, year):
    assert main(["check", "sample", year]) == DONE
    assert "入力データに問題はありません" in capsys.readouterr().out


@pytest.mark.parametrize("asked", [True, False])
def test_a_kind_without_a_file_is_asked_for_as_long_as_a_notebook_of_the_year_reads_it(whole, capsys, asked):
    file = whole / "params/sample/fy2023/inputs.yaml"
    before, _, _ = file.read_text(encoding="utf-8").partition("\nresidents:")
    file.write_text(before + "\n", encoding="utf-8")
    if not asked:
        (file.parent / "06_resident_survey.yaml").unlink()
    assert main(["check", "sample", "2023"]) == (DATA_PROBLEMS if asked else DONE)
    assert ("residents の files にファイル名" in capsys.readouterr().out) is asked


@pytest.mark.parametrize("command", ["doctor", "check"])
def test_hand_codes_of_another_period_are_told_before_a_run_stops_for_them(whole, capsys, command):
    _replace(whole, "common.yaml", "period_basis: calendar", "period_basis: fiscal")
    assert main([command, "sample", "2023"]) == {"doctor": 6, "check": 3}[command]
    told = "".join(capsys.readouterr())
    assert "件が、集計する期間と窓口にない" in told
    assert "審査して署名する" not in told


def test_a_year_whose_texts_nobody_reads_may_be_released_and_is_told_so(whole, capsys):
    _replace(whole, "03_content_tagging.yaml", '"data/sample/fy2023/coding/codes.csv"', '""')
    _, told = _doctor(capsys)
    assert told.startswith("公表の妨げにはなりませんが、")  # 「公表できますが」 stood above what forbids it
    assert "残っていること: 1 件" in told


@pytest.mark.parametrize("command", ["doctor", "new-year", "release"])
def test_a_list_saved_in_the_code_of_windows_is_named_and_never_taken_for_decided(root, capsys, command):
    goals = root / "params/sample/fy2023/goals.yaml"
    goals.write_text(goals.read_text(encoding="utf-8"), encoding="cp932")
    assert main([command, "sample", "2023"]) == 2
    told = "".join(capsys.readouterr())
    assert "goals.yaml の「(ファイル)」" in told
    assert "UTF-8 で保存し直す" in told


FILES = sorted(
    {
        value
        for notebook in notebooks_of(REPOSITORY, "sample")
        for name, value in SiteYear(REPOSITORY, "sample", 2023).settings(notebook).files.items()
        if (name.endswith("_file") and "sample" in str(value)) or "codebook" in name
    }
)


@pytest.mark.parametrize("file", [*(str(one.relative_to(REPOSITORY)) for one in FILES), "disclosure.yaml"])
def test_every_list_codebook_and_rule_is_read_before_a_run(root, file):
    place = SiteYear(root, "sample", 2023)
    assert unreadable(place) == []
    path = place.rules if file == "disclosure.yaml" else root / file
    path.write_text("strange: 1\n", encoding="utf-8")
    assert unreadable(place)


def test_records_that_end_with_the_calendar_year_are_told_where_the_summary_counts_the_fiscal_one(
    whole, capsys
):
    file = whole / "data/sample/fy2023/consultations.csv"
    head, *rows = file.read_bytes().splitlines(keepends=True)
    kept = [row for row in rows if b",2024/0" not in row[:60]]
    assert len(kept) < len(rows)
    file.write_bytes(head + b"".join(kept))
    assert main(["check", "sample", "2023"]) == DONE
    assert "2024年1月〜2024年3月" in capsys.readouterr().out
