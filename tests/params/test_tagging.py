"""Settings of the page on texts at their edges."""

from pathlib import Path

import pytest

from tests.params.edges import refuses, takes
from ujo_lib.params import TaggingSettings, project_root


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("pair_themes", [3, 12], [2, 13]),
        ("trend_themes", [1, 6], [0, 7]),
        ("least_texts", [5, 6], [4, 0]),
        ("top_words", [5, 100], [4, 101]),
        ("kwic_lines", [1, 200], [0, 201]),
        ("kwic_terms", [[], ["居場所"], ["居場所", "s:居場所"]], [["居場所", "居場所"]]),
    ],
)
def test_a_setting_is_taken_up_to_its_edges_and_refused_beyond(name, taken, refused):
    takes(TaggingSettings, name, taken)
    refuses(TaggingSettings, name, refused)


def test_values_of_one_column_are_parted_by_a_bar_and_columns_keep_their_order():
    settings = TaggingSettings(focus={"topic": "学校|家族", "age_band": "10代"})
    assert list(settings.focus_values.items()) == [("topic", ["学校", "家族"]), ("age_band", ["10代"])]


@pytest.mark.parametrize(
    ("focus", "name"),
    [
        ({}, "すべての相談"),
        ({"age_band": "40代|50代"}, "年齢層が「40代」か「50代」の相談"),
        ({"age_band": "10代", "suicidal_ideation": "強く"}, "年齢層が「10代」、自殺念慮が「強く」の相談"),
    ],
)
def test_another_focus_is_not_shown_under_the_name_of_the_sample_s(focus, name):
    """482 contacts of people in their forties and fifties stood as 「10代で自殺念慮が「強い」相談」."""
    assert TaggingSettings(focus=focus).focus_name == name


@pytest.mark.parametrize(
    ("earlier", "read"), [("", "params/codebook.yaml"), ("params/old.yaml", "params/old.yaml")]
)
def test_without_an_earlier_codebook_the_present_one_is_compared_with_itself(earlier, read):
    settings = TaggingSettings(earlier_codebook=earlier)
    assert settings.codebook_before == project_root(Path(__file__).parent) / read
