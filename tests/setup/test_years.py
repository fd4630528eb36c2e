"""`ujo new-year`: everything of the old year in its new dress, nothing overwritten, nothing left out of the list."""

import re
from datetime import date

import pytest
import yaml

from tests.setup.conftest import REPOSITORY
from ujo_lib.params import notebooks_of, read_settings, settings_model
from ujo_lib.setup import SetupError, open_points, set_up_year
from ujo_lib.setup.copying import KEPT, MOVED, RESET, flat_file

HOUSE = {notebook.name: notebook for notebook in notebooks_of(REPOSITORY, "sample")}
_NAMES_A_YEAR = re.compile(r"(?:19|20)\d\d[-年/']|fy\d{4}|[RH]\d{1,2}\b|令和|平成|照合値|公表済み")


def _settings(root, site, year, notebook):
    folder = root / "params" / site / f"fy{year}"
    return read_settings(HOUSE[notebook], folder)


def test_the_new_year_is_valid_and_every_notebook_reads_the_new_years_files(root):
    set_up_year(root, "sample", 2024)
    for notebook in HOUSE:
        settings = _settings(root, "sample", 2024, notebook)
        assert settings.year.year == 2024
        assert settings.inputs == "params/sample/fy2024/inputs.yaml"
    assert (
        _settings(root, "sample", 2024, "05_annual_summary").goals_file == "params/sample/fy2024/goals.yaml"
    )
    assert _settings(root, "sample", 2024, "04_outreach_effect").first_day == "2023-04-01"
    survey = _settings(root, "sample", 2024, "01_survey_descriptives")
    assert (survey.wave, survey.earlier_wave) == ("R6", "R5")


def test_the_inputs_move_by_a_year_and_those_of_every_year_stay(root):
    set_up_year(root, "sample", 2024)
    inputs = yaml.safe_load((root / "params/sample/fy2024/inputs.yaml").read_text(encoding="utf-8"))
    assert inputs["consultations"]["files"] == ["fy2023/consultations.csv", "fy2024/consultations.csv"]
    assert inputs["campaigns"]["files"] == ["site/campaigns.csv"]
    assert set(inputs["ads"]["per_file"]) == set(inputs["ads"]["files"])


def test_history_told_in_prose_stays_and_is_marked_while_cells_and_folders_move(root):
    folder = root / "params/sample/fy2023"
    (folder / "goals.yaml").write_text(
        "goals:\n"
        "  - goal: 令和3年6月に始めた事業を続ける\n"
        "    indicator: 人数\n"
        "    cell: {notebook: 01_survey_descriptives, table: waves, column: n, where: {wave: R5}}\n"
        "  - {goal: g, indicator: i, note: 平成30年度は調べていない}\n",
        encoding="utf-8",
    )
    inputs = folder / "inputs.yaml"
    reason = "not_supplied:\n  events: 令和4年度から記録をやめた\n"
    inputs.write_text(inputs.read_text(encoding="utf-8") + reason, encoding="utf-8")
    set_up_year(root, "sample", 2024)
    goals = (root / "params/sample/fy2024/goals.yaml").read_text(encoding="utf-8").splitlines()
    assert goals[1] == "  - goal: 令和3年6月に始めた事業を続ける    # 要確認: この年度に合うか"
    assert "where: {wave: R6}" in goals[3]
    assert goals[4].endswith("note: 平成30年度は調べていない}    # 要確認: この年度に合うか")
    moved = (root / "params/sample/fy2024/inputs.yaml").read_text(encoding="utf-8")
    assert "  events: 令和4年度から記録をやめた    # 要確認: この年度に合うか" in moved
    assert "fy2024/cases.xlsx" in moved


def test_every_list_of_the_sample_is_read_again_in_its_new_year_and_keeps_its_sentences(root):
    set_up_year(root, "sample", 2024)
    for name in ("goals", "limits", "key_figures", "indicators", "inputs"):
        old, new = (
            yaml.safe_load((root / f"params/sample/fy{year}/{name}.yaml").read_text(encoding="utf-8"))
            for year in (2023, 2024)
        )
        assert sentences(new) == sentences(old)
        assert sentences(old), name


def sentences(content) -> list[str]:
    """Values with hiragana, those that name a cell left out."""
    if isinstance(content, dict):
        return [one for key, value in content.items() if key != "where" for one in sentences(value)]
    if isinstance(content, list):
        return [one for value in content for one in sentences(value)]
    return [content] if isinstance(content, str) and re.search("[ぁ-ん]", content) else []


def test_comments_of_the_analyst_survive(root):
    common = root / "params/sample/fy2023/common.yaml"
    common.write_text(common.read_text(encoding="utf-8") + "# 課長の了解済み\n", encoding="utf-8")
    set_up_year(root, "sample", 2024)
    assert "# 課長の了解済み" in (root / "params/sample/fy2024/common.yaml").read_text(encoding="utf-8")


def test_a_comment_that_names_a_year_is_marked_to_be_looked_at_and_one_of_every_year_is_not(root):
    common = root / "params/sample/fy2023/common.yaml"
    text = common.read_text(encoding="utf-8")
    assert "20" not in re.search("^period_basis:.*$", text, re.MULTILINE)[0]
    dated = text.replace("threshold: 5", "threshold: 5   # 2023年10月の審査会で決めた")
    common.write_text(dated.replace("seed: 2023", "seed: 2023   # 何でもよい"), encoding="utf-8")
    set_up_year(root, "sample", 2024)
    lines = (root / "params/sample/fy2024/common.yaml").read_text(encoding="utf-8").splitlines()
    told = {line.split(":")[0]: "注記がこの年度に合うか" in line for line in lines}
    assert (told["threshold"], told["seed"], told["period_basis"]) == (True, False, False)


def test_a_half_year_ending_on_29_february_ends_on_the_28th(root):
    common = root / "params/sample/fy2023/common.yaml"
    text = flat_file(
        common.read_text(encoding="utf-8"), {"period_start": "2023-09-01", "period_end": "2024-02-29"}, {}
    )
    common.write_text(text, encoding="utf-8")
    set_up_year(root, "sample", 2024)
    period = _settings(root, "sample", 2024, "00_data_quality").period
    assert (period.start, period.end) == (date(2024, 9, 1), date(2025, 2, 28))


def test_nothing_is_ever_overwritten(root):
    set_up_year(root, "sample", 2024)
    files = [
        file
        for file in (*root.glob("params/sample/fy2024/*"), *root.glob("data/sample/**/*"))
        if file.is_file()
        and file.name != "01_survey_descriptives.yaml"  # it says which other forms there are
    ]
    assert len(files) > 20
    for file in files:
        file.write_bytes(b"mine")
    made = None
    (root / "params/sample/fy2024/common.yaml").write_text(
        (root / "params/sample/fy2023/common.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    mine = (root / "params/sample/fy2024/common.yaml").read_bytes()
    made = set_up_year(root, "sample", 2024)
    assert made.new == ()
    assert (root / "params/sample/fy2024/common.yaml").read_bytes() == mine
    assert all(file.read_bytes() == b"mine" for file in files if file.name != "common.yaml")


def test_another_survey_gets_a_form_that_holds_each_of_its_questions(root):
    items = root / "params" / "examples" / "single_elderly_items.yaml"
    more = "      - {id: pets, title: 動物, wording: 動物, kind: text}\n"
    items.write_text(items.read_text(encoding="utf-8").rstrip() + "\n" + more, encoding="utf-8")
    answers = root / "params" / "examples" / "single_elderly_answers.csv"
    filled = answers.read_bytes()
    set_up_year(root, "sample", 2024)
    assert answers.read_bytes() == filled
    answers.unlink()
    set_up_year(root, "sample", 2024)
    headings = answers.read_text(encoding="utf-8-sig").strip().split(",")
    assert headings[0] == "household_id"
    assert headings[-1] == "pets"


def test_a_deleted_file_comes_back_and_the_others_stay(root):
    set_up_year(root, "sample", 2024)
    (root / "data/sample/fy2024/cases.xlsx").unlink()
    assert set_up_year(root, "sample", 2024).new == ("data/sample/fy2024/cases.xlsx",)


def test_the_list_names_every_form_not_filled_in_and_every_value_to_be_looked_at(root):
    set_up_year(root, "sample", 2024)
    points = [str(point) for point in open_points(root, "sample", 2024)]
    assert sum("様式のまま" in point for point in points) == 18
    assert any("fy2023/consultations.csv: ファイルがない" in point for point in points)
    assert any("earlier" in point or "過去の調査回" in point for point in points)
    (root / "data/sample/fy2024/consultations.csv").write_text("相談ID\n", encoding="utf-8")
    fewer = [str(point) for point in open_points(root, "sample", 2024)]
    assert len(fewer) == len(points) - 1


def test_a_broken_parameter_is_on_the_list(root):
    set_up_year(root, "sample", 2024)
    common = root / "params/sample/fy2024/common.yaml"
    common.write_text(
        common.read_text(encoding="utf-8").replace("threshold: 5", "treshold: 5"), encoding="utf-8"
    )
    assert any("treshold" in str(point) for point in open_points(root, "sample", 2024))


def test_a_site_without_any_year_is_told_how_to_begin(root):
    with pytest.raises(SetupError, match="new-site"):
        set_up_year(root, "nowhere", 2024)


@pytest.mark.parametrize("notebook", list(HOUSE))
def test_every_parameter_that_names_a_year_is_said_to_move_to_start_anew_or_to_stay(notebook):
    told = {*MOVED, *RESET, *KEPT, "earlier_wave", "site", "area_code", "threshold"}
    for name, field in settings_model(HOUSE[notebook]).model_fields.items():
        if _NAMES_A_YEAR.search(f"{field.get_default(call_default_factory=True)!r} {field.description}"):
            assert name in told, name
