from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.params.edges import refuses, takes
from ujo_lib.fiscal import Period
from ujo_lib.params import ParameterError, SeasonalitySettings, project_root
from ujo_lib.params.seasonality import Hours, read_breaks


def test_the_breaks_of_the_sample_cover_the_history_and_the_coming_year():
    breaks = read_breaks(project_root(Path(__file__).parent) / "params" / "school_breaks.yaml")
    assert {item.label for item in breaks} == {"夏休み", "冬休み", "春休み"}
    coming = SeasonalitySettings().coming
    assert (coming.start, coming.end) == (date(2024, 4, 1), date(2025, 3, 31))
    assert any(item.label == "夏休み" and coming.contains(item.start) for item in breaks)


@pytest.mark.parametrize(
    ("end", "kept", "told"),
    [
        (date(2025, 7, 19), {"春休み", "夏休み", "冬休み"}, ""),
        (date(2025, 7, 20), {"春休み", "冬休み"}, "2025年の夏休み"),
        (date(2026, 12, 31), set(), "2025・2026年の夏休み、2025・2026年の冬休み、2026年の春休み"),
    ],
)
def test_breaks_after_the_end_of_their_list_are_left_out_and_told_and_not_taken_for_days_of_school(
    end, kept, told
):
    """The sample's list ends with the spring of 2025; the summer of 2024 began on 20 July."""
    breaks, said = SeasonalitySettings().breaks_of(Period(date(2022, 4, 1), end, ""))
    assert {each.label for each in breaks} == kept
    assert said == (
        f"日程の分からない年がある学校の休みの影響は、計算に入れていません(一覧にないのは{told})。"
        if told
        else ""
    )


def test_all_wrong_breaks_are_named_at_once(tmp_path):
    file = tmp_path / "breaks.yaml"
    file.write_text(
        "breaks:\n  - {name: 夏休み, start: 2023-08-31, end: 2023-07-21}\n  - {name: 冬休み}\n",
        encoding="utf-8",
    )
    with pytest.raises(ParameterError) as raised:
        read_breaks(file)
    assert [problem.key for problem in raised.value.problems] == [
        "breaks.1番目.start、end",
        "breaks.2番目.start",
        "breaks.2番目.end",
    ]


@pytest.mark.parametrize("content", ["", "breaks", "- 1", "other: 1"])
def test_a_file_without_breaks_is_refused_in_japanese(tmp_path, content):
    file = tmp_path / "breaks.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match="breaks"):
        read_breaks(file)


def test_a_morning_that_overlaps_the_night_is_refused():
    with pytest.raises(ValidationError, match="重なって"):
        SeasonalitySettings(morning_hours=[1, 2])
    with pytest.raises(ValidationError, match="0 から 23"):
        SeasonalitySettings(night_hours=[22, 24])


def test_gaps_are_read_in_any_date_form_and_wrong_ones_are_refused():
    assert SeasonalitySettings(gaps=["R5.5.1~2023/5/31"]).missing_days == [
        (date(2023, 5, 1), date(2023, 5, 31))
    ]
    with pytest.raises(ValidationError, match="の形に直す"):
        SeasonalitySettings(gaps=["2023-05"])
    with pytest.raises(ValidationError, match="終わりを始まりより後"):
        SeasonalitySettings(gaps=["2023-05-31~2023-05-01"])


def test_the_prefectures_code_follows_from_the_citys():
    assert SeasonalitySettings(area_code="13101").prefecture_code == "13000"


def test_one_desk_under_both_names_would_count_each_contact_twice():
    with pytest.raises(ValidationError, match="desk と city_desk が同じ「市の窓口」"):
        SeasonalitySettings(desk="市の窓口", city_desk="市の窓口")
    assert SeasonalitySettings(desk="全国の窓口", city_desk="市の窓口").city_desk == "市の窓口"


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("harmonics", [0, 4], [-1, 5]),
        ("yearly_change", [0.0, 1.0], [-0.01, 1.01]),
        ("staffing_capacity", [0, 1], [-1]),
        ("staffing_quantile", [0.51, 0.99], [0.5, 1.0]),
        ("nation_code", ["00000"], ["0000", "000000", "0000x"]),
        ("lonely_answers", [["常に"], ["常に", "時々"]], [[], ["常に", "常に"]]),
        ("ideation_answers", [["強く"]], [[]]),
        ("death_wish_answers", [["強く"]], [[]]),
        ("unanswered_status", [[], ["応答なし"]], [["応答なし", "応答なし"]]),
    ],
)
def test_a_setting_is_taken_up_to_its_edges_and_refused_beyond(name, taken, refused):
    takes(SeasonalitySettings, name, taken)
    refuses(SeasonalitySettings, name, refused)


@pytest.mark.parametrize(
    ("hours", "good"),
    [
        ([0], True),
        ([23], True),
        (list(range(24)), True),
        ([], False),
        ([-1], False),
        ([24], False),
        ([5, 5], False),
    ],
)
def test_hours_are_those_of_a_clock_each_once(hours, good):
    if good:
        assert TypeAdapter(Hours).validate_python(hours) == hours
    else:
        with pytest.raises(ValidationError, match="0 から 23 まで"):
            TypeAdapter(Hours).validate_python(hours)


@pytest.mark.parametrize(("night", "late"), [([6], [0]), ([22], [11]), ([22], [0])])
def test_morning_hours_are_apart_from_those_of_the_night_and_from_the_late_ones(night, late):
    apart = {*night, *late} == {0, 22}
    cell = {"night_hours": night, "late_hours": late}
    if apart:
        assert SeasonalitySettings.from_cell(cell).morning_hours == [6, 7, 8, 9, 10, 11]
    else:
        with pytest.raises(ParameterError, match="重なっている"):
            SeasonalitySettings.from_cell(cell)


def test_a_gap_of_one_day_is_one():
    assert SeasonalitySettings(gaps=["2023-05-01~2023-05-01"]).missing_days == [(date(2023, 5, 1),) * 2]


@pytest.mark.parametrize(
    ("cell", "refused"),
    [
        ({"nation_code": "00000"}, ""),
        ({"nation_code": "42000"}, ""),
        ({"nation_code": "43000"}, "nation_code"),
        ({"nation_code": "43213"}, "nation_code"),
        ({"unknown_residence": []}, ""),
        ({"unknown_residence": ["不明", "熊本県"]}, "県が入っている"),
        ({"unknown_residence": ["不明", "不明"]}, "同じ値を二度書かない"),
    ],
)
def test_a_place_is_held_against_a_whole_and_not_against_itself(cell, refused):
    if refused:
        with pytest.raises(ParameterError, match=refused):
            SeasonalitySettings.from_cell(cell)
    else:
        assert SeasonalitySettings.from_cell(cell)
