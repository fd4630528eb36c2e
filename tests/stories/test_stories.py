"""The twenty stories of the analyst's year, each with the tests that show it. A story without a living test fails."""

import ast

import pytest

from ujo_lib import cli
from ujo_lib.params import project_root

ROOT = project_root()

STORIES = {
    "U1 new year": (
        "setup/test_years.py::test_nothing_is_ever_overwritten",
        "setup/test_years.py::test_the_list_names_every_form_not_filled_in_and_every_value_to_be_looked_at",
    ),
    "U2 see the parameters": (
        "params/test_notebooks_agree.py::test_papermill_help_explains_every_parameter",
        "stories/test_stories.py::test_u2_parameters_are_listed_with_value_default_and_meaning",
    ),
    "U3 check the inputs": (
        "e2e/test_report.py::test_broken_input_ends_with_all_problems_in_japanese_and_the_old_report_in_place",
    ),
    "U4 run one notebook again": (
        "pipeline/test_run.py::test_one_changed_parameter_re_executes_its_notebook_and_the_summary_only",
        "pipeline/test_run.py::test_a_changed_input_re_executes_only_the_notebooks_that_read_it",
    ),
    "U5 everything, twice the same": (
        "e2e/test_report.py::test_the_manifest_vouches_for_every_file_and_names_what_went_in",
        "e2e/test_report.py::test_a_rerun_without_a_change_says_so_and_touches_nothing",
    ),
    "U6 against an earlier year": (
        "annual/test_compare.py::test_missing_waves_are_dots_and_a_wave_without_denominators_says_so",
        "annual/test_compare.py::test_a_changed_definition_is_not_compared_however_large_the_difference",
    ),
    "U7 what a new codebook changed": (
        "tagging/test_concordance.py::test_a_new_codebook_shows_what_it_changed",
    ),
    "U8 what is untagged": (
        "tagging/test_concordance.py::test_adding_a_term_lowers_the_number_of_untagged_texts",
        "e2e/test_report.py::test_no_sentence_of_a_consultation_is_on_a_page_or_in_a_table",
    ),
    "U9 words in context": (
        "tagging/test_concordance.py::test_kwic_lines_up_in_a_fixed_width_font",
        "tagging/test_concordance.py::test_kwic_masks_before_it_looks",
    ),
    "U10 check tags by hand": (
        "tagging/test_quality.py::test_kappa_and_alpha_agree_with_other_implementations",
        "tagging/test_quality.py::test_the_printed_agreement_is_the_measured_one_and_empty_without_codes",
    ),
    "U11 workbook": (
        "e2e/test_report.py::test_the_workbooks_pass_the_fifteen_items_and_trace_every_page_that_says_a_number",
    ),
    "U12 figures of the text": ("e2e/test_report.py::test_the_summary_checks_every_published_statement",),
    "U13 rates and denominators": (
        "e2e/test_other_place.py::test_swapping_the_denominators_changes_rates_only",
    ),
    "U14 half a year": (
        "seasonality/test_verdicts.py::test_half_a_year_gives_no_verdict_on_months_and_says_so",
        "seasonality/test_forecast.py::test_half_a_year_is_not_enough_and_the_page_is_told",
    ),
    "U15 effect of campaigns": (
        "outreach/test_controlled.py::test_an_empty_window_has_no_log_ratio_and_says_so",
        "outreach/test_campaigns.py::test_overlaps_name_the_shared_days",
    ),
    "U16 teenagers in acute need": (
        "stories/test_stories.py::test_u16_the_subgroup_is_a_parameter_of_the_notebook_on_content",
    ),
    "U17 on a schedule": (
        "pipeline/test_fleet.py::test_auto_is_the_year_that_has_just_closed",
        "test_schedule.py::test_the_scheduled_command_is_one_that_ujo_understands",
    ),
    "U18 hand out": (
        "pipeline/test_signing.py::test_released_signed_sent_and_verified_with_the_real_command_and_with_minisign",
    ),
    "U19 another place": (
        "e2e/test_other_place.py::test_nothing_of_the_first_city_remains_in_pages_tables_or_parameters",
    ),
    "U20 Windows and offline": (
        "e2e/test_other_place.py::test_the_commands_spoke_readable_japanese_in_cp932",
        "e2e/test_report.py::test_no_page_refers_to_anything_outside_itself_and_its_neighbours",
    ),
}


def test_all_twenty_stories_are_told():
    assert [name.split()[0] for name in STORIES] == [f"U{number}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("story", "pointer"), [(name, one) for name, all_ in STORIES.items() for one in all_]
)
def test_every_story_is_shown_by_a_test_that_exists(story, pointer):
    file, _, name = pointer.partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
        f"{story}: {pointer}"
    )


def test_u2_parameters_are_listed_with_value_default_and_meaning(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.main(["params", "sample", "R5", "--notebook", "02"]) == 0
    line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("night_hours"))
    assert "[22, 23]" in line
    assert "夜のピーク" in line


def test_u16_the_subgroup_is_a_parameter_of_the_notebook_on_content(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.main(["params", "sample", "2023", "--notebook", "03"]) == 0
    line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("focus:"))
    assert "10代" in line
    assert "強く" in line
