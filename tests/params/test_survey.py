import math

import pytest

from tests.params.edges import refuses, takes
from ujo_lib.params import ParameterError, SurveySettings


def test_pairs_of_items_are_read_from_one_word_each():
    settings = SurveySettings(tested_pairs=["sex×age_band", "household × outing"])
    assert settings.pairs == [("sex", "age_band"), ("household", "outing")]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("tested_pairs", ["sex×age_band×outing"], "項目×項目"),
        ("tested_pairs", ["sex"], "項目×項目"),
        ("tested_pairs", ["sex×outing", "sex × sex"], r"違う二つ.*sex × sex を直す"),
        ("tested_pairs", ["sex×outing", "outing × sex"], "outing × sex を消す"),
        ("cross_rows", "outing", "cross_rows.*cross_columns.*違うもの"),
        ("wave", "R1", "wave.*earlier_wave.*違うもの"),
        ("household_groups", {"一人暮らし": "総数"}, "表が加える行の名前"),
        ("age_groups", {"20歳代": " "}, "表が加える行の名前"),
        ("silent_multiples", [-1.0], "0 以上"),
        ("silent_multiples", [1.0, math.inf], r"silent_multiples.2番目」: 値 inf / 正しい値: 数値"),
        ("silent_multiples", [math.nan], r"silent_multiples.1番目」: 値 nan / 正しい値: 数値"),
        ("prevalence", {"15~39歳": 2.05}, "2.05% は 0.0205"),
    ],
)
def test_an_impossible_setting_is_refused_in_japanese(name, value, expected):
    with pytest.raises(ParameterError, match=expected):
        SurveySettings.from_cell({name: value})


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        (
            "silent_multiples",
            [[], [0.0], [0.5, 100.0]],
            [[-0.01], [1.0, -1.0], [100.01], [1.0, 1.0]],
        ),
        ("prevalence", [{"15~39歳": 0.0001}, {"15~39歳": 0.9999}], [{}, {"15~39歳": 0.0}, {"15~39歳": 1.0}]),
        ("tested_pairs", [[], ["a×b"], ["a×b", "a×c"]], [["a×b×c"], ["ab"], ["a×a"], ["a×b", "b×a"]]),
        (
            "age_groups",
            [{}, {"20歳代": "総数以外"}],
            [{"20歳代": "全体"}, {"20歳代": ""}, {"20歳代": " 総数"}],
        ),
        ("outing_groups", [{}, {"不明": "無回答か不明"}], [{"不明": "無回答"}, {"不明": "非該当 "}]),
    ],
)
def test_a_setting_is_taken_up_to_its_edges_and_refused_beyond(name, taken, refused):
    takes(SurveySettings, name, taken)
    refuses(SurveySettings, name, refused)
