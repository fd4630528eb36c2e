"""How likely each theme is to be planted in a text, from what the record says about the person and the contact."""

from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.sample.calendar import Floats, Ints

# Chance of a theme by stage of life, before the contact's main topic is known.
_CHANCES: Final = {
    # theme: (student, worker, at home, without work, other)
    "school": (0.26, 0.00, 0.00, 0.00, 0.03),
    "futoko": (0.10, 0.01, 0.05, 0.01, 0.02),
    "ijime": (0.10, 0.01, 0.01, 0.01, 0.02),
    "family_parent": (0.26, 0.14, 0.17, 0.18, 0.18),
    "couple": (0.00, 0.10, 0.28, 0.04, 0.08),
    "childcare": (0.00, 0.06, 0.30, 0.02, 0.05),
    "care": (0.03, 0.04, 0.09, 0.05, 0.05),
    "abuse_dv": (0.05, 0.05, 0.09, 0.05, 0.05),
    "work": (0.01, 0.32, 0.02, 0.04, 0.10),
    "job_hunt": (0.03, 0.05, 0.01, 0.22, 0.06),
    "harassment": (0.01, 0.11, 0.01, 0.01, 0.03),
    "money": (0.02, 0.09, 0.11, 0.26, 0.10),
    "friends": (0.24, 0.10, 0.09, 0.08, 0.12),
    "love": (0.12, 0.12, 0.02, 0.04, 0.07),
    "mental": (0.24, 0.26, 0.24, 0.32, 0.27),
    "sleep_body": (0.13, 0.17, 0.16, 0.20, 0.17),
    "medical": (0.07, 0.09, 0.09, 0.16, 0.10),
    "loneliness": (0.20, 0.22, 0.25, 0.30, 0.26),
    "hikikomori": (0.03, 0.01, 0.02, 0.16, 0.04),
    "suicidal": (0.10, 0.08, 0.06, 0.12, 0.10),
    "self_harm": (0.08, 0.03, 0.02, 0.04, 0.04),
    "praise_listen": (0.14, 0.14, 0.17, 0.12, 0.16),
}
STUDENT, WORKER, HOME, JOBLESS, OTHER = (tuple(row[stage] for row in _CHANCES.values()) for stage in range(5))
THEMES: Final = tuple(_CHANCES)
_AT: Final = {theme: i for i, theme in enumerate(THEMES)}
STAGES: Final = {
    "児童・学生": STUDENT, "会社員・公務員": WORKER, "自営業": WORKER, "パート・アルバイト": WORKER, "主婦・主夫": HOME,
    "無職": JOBLESS, "その他": OTHER, "無回答": OTHER,
}  # fmt: skip

# What a contact filed under a topic is about: at least these chances.
TOPIC_THEMES: Final[dict[str, dict[str, float]]] = {
    "メンタル不調": {"mental": 0.80, "sleep_body": 0.25},
    "家族": {"family_parent": 0.60, "couple": 0.20, "care": 0.12},
    "学校": {"school": 0.75, "futoko": 0.28, "ijime": 0.25},
    "勤務": {"work": 0.85, "harassment": 0.25},
    "健康": {"sleep_body": 0.70, "medical": 0.40},
    "男女": {"love": 0.80},
    "経済・生活": {"money": 0.80, "job_hunt": 0.25},
    "自殺念慮": {"suicidal": 0.90, "self_harm": 0.22},
    "その他": {"loneliness": 0.40, "friends": 0.35, "praise_listen": 0.30},
}
TOPIC_THEMES_OF: Final[dict[tuple[str, str], dict[str, float]]] = {
    ("家族", "児童・学生"): {"family_parent": 0.90},
    ("家族", "主婦・主夫"): {"couple": 0.50, "childcare": 0.45, "family_parent": 0.25},
    ("男女", "主婦・主夫"): {"couple": 0.80},
    ("学校", "主婦・主夫"): {"futoko": 0.60, "childcare": 0.40},
}


def theme_weights(frame: pd.DataFrame) -> Floats:
    """Chance of each theme (columns in the order of ``THEMES``) for each record (rows).

    Args:
        frame: records with occupation, topic, age, loneliness and ideation.
    """
    weights = np.array([STAGES[occupation] for occupation in frame["occupation"]]) * 0.8
    for row, key in enumerate(zip(frame["topic"], frame["occupation"], strict=True)):
        for theme, chance in TOPIC_THEMES_OF.get(key, TOPIC_THEMES[key[0]]).items():
            weights[row, _AT[theme]] = max(weights[row, _AT[theme]], chance)
    _scale(
        weights,
        frame["age"].isin(["60代", "70代以上"]),
        {"job_hunt": 0.2, "love": 0.2, "work": 0.5, "care": 2.5},
    )
    _scale(
        weights,
        frame["age"].isin(["10代未満"]),
        {"love": 0.1, "job_hunt": 0.0, "work": 0.0, "suicidal": 0.3, "self_harm": 0.3},
    )
    _scale(weights, frame["loneliness"] == "常に", {"loneliness": 1.5, "hikikomori": 1.3})
    _scale(weights, frame["loneliness"] == "全くない", {"loneliness": 0.15})
    _scale(weights, frame["ideation"] == "強く", {"suicidal": 4.0, "self_harm": 2.5})
    _scale(weights, frame["ideation"] == "ない", {"suicidal": 0.2, "self_harm": 0.3})
    return np.asarray(weights.clip(0, 0.95))


def speakers(frame: pd.DataFrame) -> Ints:
    """Who writes each record, as the texts number their speakers: pupils 0 and 1, adults 2 and 3; odd is male."""
    adult = (frame["occupation"] != "児童・学生").to_numpy()
    # Those who gave no sex, or another, take turns.
    male = np.where(
        frame["sex"].isin(["男性", "女性"]), frame["sex"] == "男性", np.arange(len(frame)) % 2 == 0
    )
    return np.asarray(2 * adult + male, dtype=np.int64)


def _scale(weights: Floats, rows: pd.Series, factors: dict[str, float]) -> None:
    chosen = rows.to_numpy(dtype=bool)
    for theme, factor in factors.items():
        weights[chosen, _AT[theme]] *= factor
