"""How likely each theme is to be planted in a text, from what the record says about the person and the contact."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

THEMES: Final = (
    "school", "futoko", "ijime", "family_parent", "couple", "childcare", "care", "abuse_dv", "work", "job_hunt",
    "harassment", "money", "friends", "love", "mental", "sleep_body", "medical", "loneliness", "hikikomori",
    "suicidal", "self_harm", "praise_listen",
)  # fmt: skip
_AT: Final = {theme: i for i, theme in enumerate(THEMES)}

# Chance of a theme by stage of life, in the order of THEMES, before the contact's main topic is known.
STUDENT: Final = (.26, .10, .10, .26, 0, 0, .03, .05, .01, .03, .01, .02, .24, .12, .24, .13, .07, .20, .03, .10, .08, .14)  # fmt: skip
WORKER: Final = (0, .01, .01, .14, .10, .06, .04, .05, .32, .05, .11, .09, .10, .12, .26, .17, .09, .22, .01, .08, .03, .14)  # fmt: skip
HOME: Final = (0, .05, .01, .17, .28, .30, .09, .09, .02, .01, .01, .11, .09, .02, .24, .16, .09, .25, .02, .06, .02, .17)  # fmt: skip
JOBLESS: Final = (0, .01, .01, .18, .04, .02, .05, .05, .04, .22, .01, .26, .08, .04, .32, .20, .16, .30, .16, .12, .04, .12)  # fmt: skip
OTHER: Final = (.03, .02, .02, .18, .08, .05, .05, .05, .10, .06, .03, .10, .12, .07, .27, .17, .10, .26, .04, .10, .04, .16)  # fmt: skip
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


def stage_weights() -> Floats:
    """Theme chances of the five stages of life with their share of the contacts: rows are drawn from in streams."""
    return np.array([STUDENT, WORKER, HOME, JOBLESS, OTHER])


STAGE_SHARES: Final = (0.37, 0.34, 0.07, 0.14, 0.08)


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
        {"love": 0.1, "job_hunt": 0.0, "work": 0.0, "self_harm": 0.3},
    )
    _scale(weights, frame["loneliness"] == "常に", {"loneliness": 1.5, "hikikomori": 1.3})
    _scale(weights, frame["loneliness"] == "全くない", {"loneliness": 0.15})
    _scale(weights, frame["ideation"] == "強く", {"suicidal": 4.0, "self_harm": 2.5})
    _scale(weights, frame["ideation"] == "ない", {"suicidal": 0.2, "self_harm": 0.3})
    return np.asarray(weights.clip(0, 0.95))


def _scale(weights: Floats, rows: pd.Series, factors: dict[str, float]) -> None:
    chosen = rows.to_numpy(dtype=bool)
    for theme, factor in factors.items():
        weights[chosen, _AT[theme]] *= factor
