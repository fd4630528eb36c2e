import pytest

from ujo_lib.params import ParameterError, SurveySettings


def test_pairs_of_items_are_read_from_one_word_each():
    settings = SurveySettings(tested_pairs=["sex×age_band", "household × outing"])
    assert settings.pairs == [("sex", "age_band"), ("household", "outing")]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("tested_pairs", ["sex×age_band×outing"], "項目×項目"),
        ("tested_pairs", ["sex"], "項目×項目"),
        ("silent_multiples", [-1.0], "0 以上"),
        ("prevalence", {"15~39歳": 2.05}, "2.05% は 0.0205"),
    ],
)
def test_an_impossible_setting_is_refused_in_japanese(name, value, expected):
    with pytest.raises(ParameterError, match=expected):
        SurveySettings.from_cell({name: value})
