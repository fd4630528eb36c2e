"""A wrong parameter stops the run with one message that a person can act on."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tests.params.edges import refuses, takes
from ujo_lib.params import ParameterError, QualitySettings, load_settings, require_own
from ujo_lib.params.common import NotebookSettings


def _yaml(folder: Path, text: str, name: str = "common.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_misspelt_parameter_is_named_with_its_file_and_the_nearest_valid_name(tmp_path):
    file = _yaml(tmp_path, "treshold: 5\n")
    with pytest.raises(ParameterError) as caught:
        load_settings(QualitySettings, file)
    (problem,) = caught.value.problems
    assert (problem.file, problem.key) == ("common.yaml", "treshold")
    assert "threshold" in problem.remedy


def test_all_mistakes_of_several_files_come_at_once_each_with_its_own_file(tmp_path):
    common = _yaml(tmp_path, 'threshold: "五"\nfiscal_year: "去年"\n')
    own = _yaml(tmp_path, "max_rows_shown: 0\n", "00_data_quality.yaml")
    with pytest.raises(ParameterError) as caught:
        load_settings(QualitySettings, common, own)
    found = {(problem.file, problem.key) for problem in caught.value.problems}
    assert found == {
        ("common.yaml", "threshold"),
        ("common.yaml", "fiscal_year"),
        ("00_data_quality.yaml", "max_rows_shown"),
    }


@pytest.mark.parametrize("spelling", [2023, '"2023"', "R5", "令和5年度"])
def test_a_fiscal_year_is_understood_in_every_spelling(tmp_path, spelling):
    file = _yaml(tmp_path, f"fiscal_year: {spelling}\n")
    assert load_settings(QualitySettings, file).fiscal_year == "2023"


def test_a_number_in_quotes_is_no_number_and_nothing_changes_a_parameter_after_it_was_read(tmp_path):
    with pytest.raises(ParameterError, match="threshold"):
        load_settings(QualitySettings, _yaml(tmp_path, 'threshold: "5"\n'))
    settings = load_settings(QualitySettings, _yaml(tmp_path, "threshold: 5\n"))
    with pytest.raises(ParameterError, match="読み込んだときのまま変わらない"):
        settings.threshold = 6


def test_a_date_without_quotes_is_taken_as_text_because_papermill_would_not_quote_it(tmp_path):
    file = _yaml(tmp_path, "created_on: 2024-10-31\n")
    assert load_settings(QualitySettings, file).created_on == "2024-10-31"


@pytest.mark.parametrize(
    "text",
    [
        "period_start: '2023-04-01'\n",
        "period_start: '2023-10-01'\nperiod_end: '2023-04-01'\n",
        "period_start: '2023-02-01'\nperiod_end: '2024-02-01'\n",
        "period_start: '2024-02-29'\nperiod_end: '2025-03-01'\n",
        "created_on: '2023-02-30'\n",
    ],
)
def test_an_impossible_period_or_date_is_refused(tmp_path, text):
    with pytest.raises(ParameterError):
        load_settings(QualitySettings, _yaml(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "line", "value"),
    [
        ("audience: internal\nperiod_start: '2023-04-01'\n", 2, "'2023-04-01'、''"),
        ("site: a\naudience: internal\nperiod_end: '2023-04-01'\n", 3, "''、'2023-04-01'"),
        ("period_start: '2023-10-01'\nperiod_end: '2023-04-01'\n", 1, "'2023-10-01'、'2023-04-01'"),
    ],
)
def test_a_period_of_two_parameters_is_told_where_they_stand_whichever_notebook_reads_them(
    tmp_path, text, line, value
):
    common, own = _yaml(tmp_path, text), _yaml(tmp_path, "max_rows_shown: 5\n", "00_data_quality.yaml")
    with pytest.raises(ParameterError) as caught:
        load_settings(QualitySettings, common, own)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("common.yaml", line)
    assert (problem.key, problem.value) == ("period_start、period_end", value)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2023-03-01", "2024-02-29", 366), ("2024-02-29", "2025-02-28", 366), ("2024-02-29", "2024-02-29", 1)],
)
def test_a_period_of_a_whole_year_or_of_a_leap_day_is_one(tmp_path, start, end, days):
    file = _yaml(tmp_path, f"period_start: '{start}'\nperiod_end: '{end}'\n")
    period = load_settings(QualitySettings, file).period
    assert (period.days, "〜" in period.label) == (days, days > 1)


def test_a_half_year_is_a_period_like_any_other(tmp_path):
    file = _yaml(tmp_path, "period_start: '2023-04-01'\nperiod_end: '2023-09-30'\n")
    assert load_settings(QualitySettings, file).period.days == 183


def test_calendar_and_fiscal_basis_of_one_fiscal_year_differ_by_a_quarter(tmp_path):
    calendar = load_settings(QualitySettings, _yaml(tmp_path, "period_basis: calendar\n"))
    fiscal = load_settings(QualitySettings, _yaml(tmp_path, "period_basis: fiscal\n"))
    assert (calendar.period.start.isoformat(), fiscal.period.start.isoformat()) == (
        "2023-01-01",
        "2023-04-01",
    )


def test_release_without_a_plan_is_an_error(tmp_path):
    with pytest.raises(ParameterError, match="秘匿計画"):
        load_settings(QualitySettings, _yaml(tmp_path, "audience: release\n"))


def test_broken_yaml_names_the_line(tmp_path):
    with pytest.raises(ParameterError, match="2行目"):
        load_settings(QualitySettings, _yaml(tmp_path, "site: sample\n  bad: [\n"))


def test_in_a_notebook_a_misspelt_injected_name_is_an_error_where_papermill_would_only_warn():
    namespace = {"In": ["", "# Parameters\ntreshold = 3\n"], "treshold": 3, "site": "sample"}
    with pytest.raises(ParameterError, match="threshold"):
        NotebookSettings.from_cell(namespace)


def test_a_variable_of_the_analyst_is_no_parameter():
    assert NotebookSettings.from_cell({"In": ["", "n = 5"], "n": 5}).threshold == 5


@pytest.mark.parametrize("path", ["../secret.yaml", "/etc/hosts", "params/../../x.yaml"])
def test_a_path_cannot_leave_the_project(path):
    from ujo_lib.params import PathOutsideProjectError

    settings = NotebookSettings(inputs=path)
    with pytest.raises(PathOutsideProjectError):
        _ = settings.inputs_file


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("threshold", [1, 20], [0, 21, 5.0, "5", True]),
        ("seed", [0, 1], [-1]),
        ("site", ["uki-2_a"], ["", "Uki", "宇城", "a/b"]),
        ("area_code", ["00000", "43213"], ["4321", "432130", "4321x"]),
        ("max_rows_shown", [1, 1000], [0, 1001]),
        ("synthetic", [True, False], [1, "true"]),
    ],
)
def test_a_setting_is_taken_up_to_its_edges_and_refused_beyond(name, taken, refused):
    takes(QualitySettings, name, taken)
    refuses(QualitySettings, name, refused)


def test_settings_stay_as_they_were_read():
    settings = NotebookSettings()
    with pytest.raises(
        ParameterError, match=r"parameters セル の「threshold」: 値 1 .*「threshold = …」と直し"
    ):
        settings.threshold = 1
    assert settings.threshold == 5
    with pytest.raises(ValueError, match="treshold"):
        settings.treshold = 1


def test_titles_name_the_place_as_its_parameters_do():
    assert NotebookSettings(site_name="若葉市").area_name == "若葉市"


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ({}, "2024-03-31"),  # contacts of the calendar year, surveys and campaigns of the fiscal one
        ({"period_basis": "fiscal"}, "2024-03-31"),
        ({"period_basis": "h1"}, "2023-09-30"),
        ({"period_basis": "h2"}, "2024-03-31"),
        ({"period_start": "2023-05-01", "period_end": "2024-04-15"}, "2024-04-15"),
    ],
)
def test_a_report_dated_before_the_last_day_that_it_tells_of_is_known_to_be_early(told, last):
    ended = NotebookSettings(**told, created_on=last)
    assert str(ended.last_day) == last
    day = timedelta(days=1)
    dates = [str(ended.last_day + shift) for shift in (-365 * day, -day, 0 * day, day)]
    assert [NotebookSettings(**told, created_on=date).is_early for date in [*dates, ""]] == [
        True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("told", "made", "days"), [
    ({}, "2024-03-30", ("2023-01-01", "2023-12-31")), ({}, "2024-03-31", ("2023-01-01", "2024-03-31")),
    ({}, "", ("2023-01-01", "2024-03-31")), ({"period_basis": "fiscal"}, "2024-03-31", ("2023-04-01", "2024-03-31")),
    ({"period_basis": "h1"}, "2023-09-30", ("2023-04-01", "2023-09-30")),
    ({"period_start": "2023-07-01", "period_end": "2023-12-31"}, "2024-05-01", ("2023-04-01", "2024-03-31")),
    ({"period_start": "2023-07-01", "period_end": "2023-12-31"}, "2024-01-05", ("2023-07-01", "2023-12-31")),
])  # fmt: skip
def test_the_check_asks_for_the_months_of_the_year_too_once_it_is_over(told, made, days):
    counted = NotebookSettings(**told, created_on=made).counted
    assert (str(counted.start), str(counted.end)) == days


@pytest.mark.parametrize(("basis", "half"), [("calendar", ""), ("fiscal", ""), ("h1", "h1"), ("h2", "h2")])
def test_only_a_report_on_half_a_year_has_a_folder_and_a_span_of_its_own(basis, half):
    settings = NotebookSettings(period_basis=basis)
    assert settings.half == half
    assert settings.store_folder.parent.name == f"fy2023{'-' if half else ''}{half}"
    days = {"": (366, 365), "h1": (183, 183), "h2": (183, 182)}[half]  # February 2024 has 29 days
    assert (settings.span.days, settings.span_before.days) == days
    assert settings.span.start.year - settings.span_before.start.year == 1
    own = NotebookSettings(period_basis=basis, period_start="2023-05-01", period_end="2023-05-31")
    assert (own.half, own.period.days) == ("", 31)


@pytest.mark.parametrize(
    ("place", "left_out", "told"),
    [
        ("wakaba/fy2024", [], []),
        ("wakaba/fy2024", ["site"], ["site"]),
        ("wakaba/fy2024", ["fiscal_year"], ["fiscal_year"]),
        ("wakaba/fy2024", ["site_name", "inputs"], ["site_name", "inputs"]),
        ("wakaba/fy2024", ["population_source"], []),
        ("midori/fy2024", [], ["site"]),
        ("wakaba/fy2025", [], ["fiscal_year"]),
        ("midori/fy2025", ["site"], ["site", "fiscal_year"]),
        ("sample/fy2022", ["site", "fiscal_year", "site_name"], []),
    ],
)
def test_each_fact_of_a_place_is_its_own_and_told_once(place, left_out, told):
    """What is left out would be the sample's; what is written for another folder is another's."""
    given = {name: field.default for name, field in NotebookSettings.model_fields.items()}
    given |= {"site": "wakaba", "fiscal_year": "2024"}
    made = NotebookSettings(**{name: value for name, value in given.items() if name not in left_out})
    with pytest.raises(ParameterError) if told else nullcontext() as refused:
        require_own(made, Path("params", place))
    assert [problem.key for problem in refused.value.problems] == told if told else refused is None
    if told == ["fiscal_year"] and not left_out:
        assert refused.value.problems[0].expected.startswith("2025(")


def test_a_cell_that_names_a_place_without_parameters_is_told_which_there_are():
    with pytest.raises(ParameterError) as refused:
        QualitySettings.from_cell({"site": "nowhere", "fiscal_year": "2023"})
    (problem,) = refused.value.problems
    assert problem.key == "site、fiscal_year"
    assert "sample 2023" in problem.expected


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("threshold = 5\ntreshold = 3", False),  # no parameters cell assigns one of them
        ("threshold = 5\nseed = 1\ntreshold = 3", True),
        ("# Parameters\nthreshold = 5\nseed = 1", False),
    ],
)
def test_the_cell_that_assigns_several_parameters_is_theirs(cell, wrong):
    with pytest.raises(ParameterError, match="treshold") if wrong else nullcontext():
        QualitySettings.from_cell({"In": [cell], "threshold": 5, "seed": 1, "treshold": 3})


def test_a_cell_in_which_everything_is_given_asks_no_file():
    given = {name: field.default for name, field in QualitySettings.model_fields.items()} | {
        "site": "nowhere"
    }
    told = "# Parameters\n" + "".join(f"{name} = {value!r}\n" for name, value in given.items())
    assert QualitySettings.from_cell({"In": [told], **given}).site == "nowhere"


def test_the_tables_of_a_notebook_lie_in_a_folder_of_its_name():
    settings = NotebookSettings()
    assert settings.tables_of("2") == settings.tables_folder / "02_consultation_seasonality"
