"""What a text speaks of, and in whose voice, follows from its record."""

import numpy as np
import pandas as pd
import pytest

from ujo_lib.sample.planting import THEMES, speakers, theme_weights


def chance(theme: str, **record: str) -> float:
    """Chance that a theme is planted in the text of a record."""
    usual = {
        "occupation": "児童・学生",
        "topic": "学校",
        "age": "10代",
        "loneliness": "時々",
        "ideation": "少し",
    }
    (row,) = theme_weights(pd.DataFrame([usual | record]))
    return float(row[THEMES.index(theme)])


@pytest.mark.parametrize(
    ("theme", "record", "expected"),
    [
        ("friends", {}, 0.24 * 0.8),  # of pupils
        ("school", {}, 0.75),  # at least as the topic has it
        ("school", {"topic": "家族"}, 0.26 * 0.8),
        ("family_parent", {"topic": "家族"}, 0.90),  # of pupils, else 0.60
        ("family_parent", {"topic": "家族", "occupation": "無職", "age": "40代"}, 0.60),
        ("loneliness", {"loneliness": "常に"}, 0.20 * 0.8 * 1.5),
        ("loneliness", {"loneliness": "全くない"}, 0.20 * 0.8 * 0.15),
        ("loneliness", {"loneliness": "無回答"}, 0.20 * 0.8),
        ("suicidal", {"ideation": "強く"}, 0.10 * 0.8 * 4),
        ("suicidal", {"ideation": "強く", "topic": "自殺念慮"}, 0.95),  # never certain
        ("suicidal", {"ideation": "ない", "topic": "自殺念慮"}, 0.90 * 0.2),
        ("suicidal", {"age": "10代未満"}, 0.10 * 0.8 * 0.3),
        ("job_hunt", {"age": "10代未満"}, 0.0),
        ("care", {"age": "60代", "topic": "家族", "occupation": "無職"}, 0.12 * 2.5),
        ("care", {"age": "50代", "topic": "家族", "occupation": "無職"}, 0.12),
    ],
)
def test_what_a_text_speaks_of_follows_the_record(
    theme: str, record: dict[str, str], expected: float
) -> None:
    assert chance(theme, **record) == pytest.approx(expected)


def test_no_theme_is_certain_and_none_impossible_by_a_negative_chance() -> None:
    records = pd.DataFrame(
        [
            ("自殺念慮", "児童・学生", "10代", "常に", "強く"),
            ("経済・生活", "無職", "70代以上", "全くない", "ない"),
        ],
        columns=["topic", "occupation", "age", "loneliness", "ideation"],
    )
    weights = theme_weights(records)
    assert weights.shape == (2, len(THEMES))
    assert (weights.min() >= 0, weights.max()) == (True, 0.95)


def test_pupils_and_adults_men_and_women_speak_for_themselves() -> None:
    frame = pd.DataFrame(
        {"occupation": ["児童・学生", "児童・学生", "無職", "無職", "無職", "無職"],
         "sex": ["女性", "男性", "女性", "男性", "その他", "無回答"]}
    )  # fmt: skip
    assert speakers(frame).tolist() == [0, 1, 2, 3, 3, 2]  # who gives neither takes turns by place
    assert np.issubdtype(speakers(frame).dtype, np.integer)
